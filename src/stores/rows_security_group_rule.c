/* Rules of security groups. */
#include "contract/network.h"

#include "base/text.h"
#include "stores/table.h"

static const struct column rule_columns[] = {
	TEXT(security_group_rule, id),
	TEXT(security_group_rule, account),
	TEXT(security_group_rule, security_group, STAYS),
	BOOL(security_group_rule, egress),
	BOOL(security_group_rule, drops),
	BOOL(security_group_rule, internet),
	INT64(security_group_rule, priority),
	TEXT(security_group_rule, protocol),
	TEXT(security_group_rule, ports),
	TEXT(security_group_rule, source_ports),
	TEXT(security_group_rule, source_cidr),
	TEXT(security_group_rule, source_ipv6),
	TEXT(security_group_rule, dest_cidr),
	TEXT(security_group_rule, dest_ipv6),
	TEXT(security_group_rule, peer_group, STAYS),
	TEXT(security_group_rule, description),
	INT64(security_group_rule, created_at, STAYS),
};
static const struct table rule_table = {
	.name = "security_group_rule",
	.columns = rule_columns,
	.n_columns = COUNT_OF(rule_columns),
	.n_key = 1,
	.row_size = sizeof(struct security_group_rule),
	.slot = SLOT_SECURITY_GROUP_RULE_GET,
};

bool security_group_rule_get(struct txn *txn, const char *id, struct security_group_rule *ret)
{
	return table_get(txn, &rule_table, &id, ret);
}

void security_group_rule_put(struct txn *txn, const struct security_group_rule *rule)
{
	table_put(txn, &rule_table, rule);
}

void security_group_rule_delete(struct txn *txn, const char *id)
{
	table_delete(txn, &rule_table, &id);
}

size_t security_group_rule_list(struct txn *txn, const char *group, struct security_group_rule **ret)
{
	const struct param params[] = { PARAM_TEXT(group) };
	const struct selection selection = {
		.slot = SLOT_SECURITY_GROUP_RULE_LIST,
		.rest = "WHERE security_group = $1 ORDER BY created_at, id",
		.params = params,
		.n_params = COUNT_OF(params),
	};
	size_t n;

	*ret = table_select(txn, &rule_table, &selection, &n);
	return n;
}

int64_t security_group_rule_count_peer(struct txn *txn, const char *group)
{
	const struct param params[] = { PARAM_TEXT(group) };

	return table_run(txn, SLOT_SECURITY_GROUP_RULE_COUNT_PEER,
	                 "SELECT COUNT(*) FROM security_group_rule WHERE peer_group = $1 AND peer_group <> '' "
	                 "AND security_group <> $1",
	                 params, COUNT_OF(params));
}
