/* Faults, and how many calls they still meet. */
#include "stores/table.h"

#include "base/text.h"

static const struct column fault_columns[] = {
	TEXT(fault_rule, id),
	INT64(fault_rule, position),
	TEXT(fault_rule, account),
	TEXT(fault_rule, operation),
	TEXT(fault_rule, resource),
	ENUM(fault_rule, effect, fault_effect_names),
	TEXT(fault_rule, code),
	INT64(fault_rule, variant),
	INT64(fault_rule, latency),
	TEXT(fault_rule, reason),
	INT64(fault_rule, times_left),
	INT64(fault_rule, times_hit),
	INT64(fault_rule, created_at),
};
static const struct table fault_table = {
	.name = "fault",
	.columns = fault_columns,
	.n_columns = COUNT_OF(fault_columns),
	.n_key = 1,
	.row_size = sizeof(struct fault_rule),
	.slot = SLOT_FAULT_GET,
};

bool fault_get(struct txn *txn, const char *id, struct fault_rule *ret)
{
	return table_get(txn, &fault_table, &id, ret);
}

void fault_put(struct txn *txn, const struct fault_rule *rule)
{
	table_put(txn, &fault_table, rule);
}

void fault_delete(struct txn *txn, const char *id)
{
	table_delete(txn, &fault_table, &id);
}

size_t fault_list(struct txn *txn, const char *account, struct fault_rule **ret)
{
	const struct param params[] = { PARAM_TEXT(account) };
	const struct selection all = { .slot = SLOT_FAULT_LIST, .rest = "ORDER BY position, id" };
	const struct selection some = {
		.slot = SLOT_FAULT_LIST_OF_ACCOUNT,
		.rest = "WHERE account = $1 ORDER BY position, id",
		.params = params,
		.n_params = COUNT_OF(params),
	};
	size_t n;

	*ret = table_select(txn, &fault_table, account ? &some : &all, &n);
	return n;
}

void fault_delete_all(struct txn *txn, const char *account)
{
	const struct param params[] = { PARAM_TEXT(account) };

	if (account)
		table_run(txn, SLOT_FAULT_DELETE_OF_ACCOUNT, "DELETE FROM fault WHERE account = $1", params, COUNT_OF(params));
	else
		table_run(txn, SLOT_FAULT_DELETE_ALL, "DELETE FROM fault", NULL, 0);
}
