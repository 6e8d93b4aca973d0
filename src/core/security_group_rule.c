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
