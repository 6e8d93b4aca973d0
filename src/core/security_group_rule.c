/* The rules of security groups: what makes one well formed, and which are alike. */
#include <string.h>

#include "base/cidr.h"
#include "base/text.h"
#include "core/security_group.h"

#define PORT_MAX      65535
#define ALL_PORTS     "-1/-1"
#define PROTOCOL_MAX  16 /* characters */

struct rule_facts {
	struct facts facts;
	const struct security_group_rule_args *args;
	const char *group;
	bool found, peer_found;
	struct security_group here, peer;
	const char *protocol; /* as it is kept; NULL: none that there is */
	const char *ports;
};

#define RULE_ROW(name, condition)                                            \
	static bool rule_##name(const struct work *work, const void *facts_) \
	{                                                                    \
		const struct rule_facts *f = facts_;                         \
		const struct security_group_rule_args *args = f->args;       \
                                                                             \
		(void)work;                                                  \
		(void)args;                                                  \
		return (condition);                                          \
	}

/* A protocol that has ports: the others are only ever allowed as a whole. */
static bool has_ports(const char *protocol)
{
	return text_equal(protocol, "TCP") || text_equal(protocol, "UDP");
}

/* "first/last", both from 1 to 65535. */
static bool is_port_range(const char *text)
{
	const char *slash = strchr(text, '/');
	char first[8];
	int64_t low;
	int64_t high;

	if (!slash || (size_t)(slash - text) >= sizeof first)
		return false;
	memcpy(first, text, (size_t)(slash - text));
	first[slash - text] = '\0';
	return text_to_int64(first, &low) && text_to_int64(slash + 1, &high) && low >= 1 && low <= high &&
	       high <= PORT_MAX;
}

static bool ports_fit(const char *protocol, const char *ports)
{
	return has_ports(protocol) ? is_port_range(ports) : text_equal(ports, ALL_PORTS);
}

/* A single address stands for the block of itself. */
static bool is_block(const char *text)
{
	struct cidr block;
	uint32_t address;

	return text_empty(text) || cidr_parse(text, &block) || address_parse(text, &address);
}

static bool has_peer(const struct security_group_rule_args *args)
{
	return args->egress ? !text_empty(args->dest_cidr) || !text_empty(args->dest_ipv6) || !text_empty(args->peer_group) :
	                      !text_empty(args->source_cidr) || !text_empty(args->source_ipv6) ||
	                              !text_empty(args->peer_group);
}

RULE_ROW(unknown, !f->found)
RULE_ROW(protocol_bad, !f->protocol)
RULE_ROW(ports_bad, !f->ports || !ports_fit(f->protocol, f->ports))
RULE_ROW(source_ports_bad, !text_empty(args->source_ports) && !ports_fit(f->protocol, args->source_ports))
RULE_ROW(source_bad, !is_block(args->source_cidr))
RULE_ROW(dest_bad, !is_block(args->dest_cidr))
RULE_ROW(source_ipv6_bad, !text_empty(args->source_ipv6) && !ipv6_is_block(args->source_ipv6))
RULE_ROW(dest_ipv6_bad, !text_empty(args->dest_ipv6) && !ipv6_is_block(args->dest_ipv6))
RULE_ROW(prefix_list, !text_empty(args->prefix_list))
RULE_ROW(peer_missing, !has_peer(args))
RULE_ROW(peer_unknown, !text_empty(args->peer_group) && !f->peer_found)
RULE_ROW(peer_itself, text_equal(args->peer_group, f->group))
RULE_ROW(peer_vpc, f->peer_found && !text_equal(f->peer.vpc, f->here.vpc))

static const struct check rule_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ rule_unknown, REFUSE_SECURITY_GROUP_UNKNOWN, ABOUT_NOTHING },
	{ rule_protocol_bad, REFUSE_RULE_PROTOCOL, ABOUT_NOTHING },
	{ rule_ports_bad, REFUSE_RULE_PORTS, ABOUT_NOTHING },
	{ rule_source_ports_bad, REFUSE_RULE_SOURCE_PORTS, ABOUT_NOTHING },
	{ rule_source_bad, REFUSE_RULE_SOURCE, ABOUT_NOTHING },
	{ rule_dest_bad, REFUSE_RULE_DEST, ABOUT_NOTHING },
	{ rule_source_ipv6_bad, REFUSE_RULE_SOURCE_IPV6, ABOUT_NOTHING },
	{ rule_dest_ipv6_bad, REFUSE_RULE_DEST_IPV6, ABOUT_NOTHING },
	{ rule_prefix_list, REFUSE_PREFIX_LIST_UNKNOWN, ABOUT_NOTHING },
	{ rule_peer_missing, REFUSE_RULE_PEER_MISSING, ABOUT_NOTHING },
	{ rule_peer_itself, REFUSE_RULE_PEER_ITSELF, ABOUT_NOTHING },
	{ rule_peer_unknown, REFUSE_RULE_PEER_UNKNOWN, ABOUT_NOTHING },
	{ rule_peer_vpc, REFUSE_RULE_PEER_VPC, ABOUT_NOTHING },
};
#define GROUP_CHECKS 2 /* those that are not about a rule */

static const char *known_protocol(const char *text)
{
	static const char *const protocols[] = { "TCP", "UDP", "ICMP", "ICMPv6", "GRE", "ALL" };
	size_t i;

	for (i = 0; i < COUNT_OF(protocols); i++) {
		if (text_equal_nocase(text, protocols[i]))
			return protocols[i];
	}
	return NULL;
}

static struct rule_facts rule_find(struct work *work, const char *group, const struct security_group_rule_args *args)
{
	struct rule_facts f = { .args = args, .group = group };

	f.found = find_security_group(work, group, &f.here);
	if (!args)
		return f;
	f.peer_found = find_security_group(work, args->peer_group, &f.peer);
	f.protocol = known_protocol(args->protocol);
	f.ports = args->ports;
	if (f.protocol && text_empty(f.ports))
		f.ports = has_ports(f.protocol) ? NULL : ALL_PORTS;
	return f;
}

static struct security_group_rule rule_of(const struct rule_facts *f)
{
	const struct security_group_rule_args *args = f->args;

	return (struct security_group_rule){
		.account = f->here.tenant.account,
		.security_group = f->group,
		.egress = args->egress,
		.drops = args->drop,
		.internet = args->internet,
		.priority = args->priority,
		.protocol = f->protocol,
		.ports = f->ports,
		.source_ports = text_or(args->source_ports, ""),
		.source_cidr = text_or(args->source_cidr, ""),
		.source_ipv6 = text_or(args->source_ipv6, ""),
		.dest_cidr = text_or(args->dest_cidr, ""),
		.dest_ipv6 = text_or(args->dest_ipv6, ""),
		.peer_group = text_or(args->peer_group, ""),
		.description = text_or(args->description, ""),
	};
}

static bool alike(const struct security_group_rule *a, const struct security_group_rule *b)
{
	return a->egress == b->egress && a->drops == b->drops && a->internet == b->internet && a->priority == b->priority &&
	       text_equal(a->protocol, b->protocol) && text_equal(a->ports, b->ports) &&
	       text_equal(a->source_ports, b->source_ports) && text_equal(a->source_cidr, b->source_cidr) &&
	       text_equal(a->source_ipv6, b->source_ipv6) && text_equal(a->dest_cidr, b->dest_cidr) &&
	       text_equal(a->dest_ipv6, b->dest_ipv6) && text_equal(a->peer_group, b->peer_group);
}

static bool is_among(const struct security_group_rule *rules, size_t n, const struct security_group_rule *rule)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (alike(&rules[i], rule))
			return true;
	}
	return false;
}

static bool check_rule(struct work *work, const struct rule_facts *f)
{
	return work_check(work, rule_checks, f->args ? COUNT_OF(rule_checks) : GROUP_CHECKS, f);
}

bool security_group_authorize(struct work *work, const char *group, const struct security_group_rule_args *rules,
                              size_t n)
{
	struct security_group_rule *there;
	struct rule_facts f = rule_find(work, group, NULL);
	size_t n_there;
	size_t i;

	if (!check_rule(work, &f))
		return false;
	for (i = 0; i < n; i++) {
		struct security_group_rule rule;

		f = rule_find(work, group, &rules[i]);
		if (!check_rule(work, &f))
			return false;
		rule = rule_of(&f);
		n_there = security_group_rule_list(work->txn, group, &there);
		if (is_among(there, n_there, &rule))
			continue;
		if (n_there >= SECURITY_GROUP_RULES_MAX)
			return work_refuse(work, REFUSE_RULE_LIMIT, group);
		rule.id = mint_id(work, "sgr", f.here.tenant.region);
		rule.created_at = work->now;
		security_group_rule_put(work->txn, &rule);
	}
	return true;
}

static bool has_id(const char *const *ids, size_t n, const char *id)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (text_equal(ids[i], id))
			return true;
	}
	return false;
}

bool security_group_revoke(struct work *work, const char *group, bool egress,
                           const struct security_group_rule_args *rules, size_t n, const char *const *ids, size_t n_ids)
{
	struct security_group_rule *gone = arena_array(work->arena, struct security_group_rule, n);
	struct security_group_rule *there;
	struct rule_facts f = rule_find(work, group, NULL);
	size_t n_there;
	size_t i;

	if (!check_rule(work, &f))
		return false;
	for (i = 0; i < n; i++) {
		f = rule_find(work, group, &rules[i]);
		if (!check_rule(work, &f))
			return false;
		gone[i] = rule_of(&f);
	}
	n_there = security_group_rule_list(work->txn, group, &there);
	for (i = 0; i < n_there; i++) {
		if (is_among(gone, n, &there[i]) || (there[i].egress == egress && has_id(ids, n_ids, there[i].id)))
			security_group_rule_delete(work->txn, there[i].id);
	}
	return true;
}

/* ---- a rule that is there ---- */

static const char *or_as_it_was(const char *given, const char *was)
{
	return text_empty(given) ? was : given;
}

/* What the rule shall be, as if it were asked for anew. */
static struct security_group_rule_args args_after(const struct security_group_rule_change *change,
                                                  const struct security_group_rule *was)
{
	const struct security_group_rule_args *given = &change->args;

	return (struct security_group_rule_args){
		.egress = was->egress,
		.drop = change->policy_given ? given->drop : was->drops,
		.internet = was->internet,
		.priority = change->priority_given ? given->priority : was->priority,
		.protocol = or_as_it_was(given->protocol, was->protocol),
		.ports = or_as_it_was(given->ports, was->ports),
		.source_ports = or_as_it_was(given->source_ports, was->source_ports),
		.source_cidr = or_as_it_was(given->source_cidr, was->source_cidr),
		.source_ipv6 = or_as_it_was(given->source_ipv6, was->source_ipv6),
		.dest_cidr = or_as_it_was(given->dest_cidr, was->dest_cidr),
		.dest_ipv6 = or_as_it_was(given->dest_ipv6, was->dest_ipv6),
		.peer_group = or_as_it_was(given->peer_group, was->peer_group),
		.prefix_list = given->prefix_list,
		.description = or_as_it_was(given->description, was->description),
	};
}

/* The far side is named by a member that the rule does not have. */
static bool peer_kind_changes(const struct security_group_rule_args *given, const struct security_group_rule *was)
{
	const char *cidr = was->egress ? was->dest_cidr : was->source_cidr;
	const char *ipv6 = was->egress ? was->dest_ipv6 : was->source_ipv6;

	return (!text_empty(was->egress ? given->dest_cidr : given->source_cidr) && text_empty(cidr)) ||
	       (!text_empty(was->egress ? given->dest_ipv6 : given->source_ipv6) && text_empty(ipv6)) ||
	       (!text_empty(given->peer_group) && text_empty(was->peer_group));
}

static bool is_there_already(struct work *work, const struct security_group_rule *rule)
{
	struct security_group_rule *there;
	size_t n = security_group_rule_list(work->txn, rule->security_group, &there);
	size_t i;

	for (i = 0; i < n; i++) {
		if (alike(&there[i], rule) && !text_equal(there[i].id, rule->id))
			return true;
	}
	return false;
}

static bool modify_by_id(struct work *work, const struct security_group_rule_change *change)
{
	struct security_group_rule_args args;
	struct security_group_rule after;
	struct security_group_rule was;
	struct rule_facts f;

	if (!security_group_rule_get(work->txn, change->id, &was) || !text_equal(was.security_group, change->group) ||
	    was.egress != change->args.egress)
		return work_refuse(work, REFUSE_RULE_ID_UNKNOWN, change->id);
	if (change->nic_given && change->args.internet != was.internet)
		return work_refuse(work, REFUSE_RULE_NIC_TYPE, change->id);
	if (peer_kind_changes(&change->args, &was))
		return work_refuse(work, REFUSE_RULE_PEER_KIND, change->id);
	args = args_after(change, &was);
	f = rule_find(work, change->group, &args);
	if (!check_rule(work, &f))
		return false;
	after = rule_of(&f);
	after.id = was.id;
	after.created_at = was.created_at;
	if (is_there_already(work, &after))
		return work_refuse(work, REFUSE_RULE_DUPLICATE, change->id);
	security_group_rule_put(work->txn, &after);
	return true;
}

static bool modify_alike(struct work *work, const struct security_group_rule_change *change)
{
	struct rule_facts f = rule_find(work, change->group, &change->args);
	struct security_group_rule *there;
	struct security_group_rule meant;
	size_t n;
	size_t i;

	if (!check_rule(work, &f))
		return false;
	meant = rule_of(&f);
	n = security_group_rule_list(work->txn, change->group, &there);
	for (i = 0; i < n && !alike(&there[i], &meant); i++)
		continue;
	if (i == n)
		return work_refuse(work, REFUSE_RULE_UNKNOWN, change->group);
	there[i].description = or_as_it_was(change->args.description, there[i].description);
	security_group_rule_put(work->txn, &there[i]);
	return true;
}

bool security_group_rule_modify(struct work *work, const struct security_group_rule_change *change)
{
	struct rule_facts f = rule_find(work, change->group, NULL);

	if (!check_rule(work, &f))
		return false;
	return text_empty(change->id) ? modify_alike(work, change) : modify_by_id(work, change);
}
