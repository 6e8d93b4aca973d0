/* AuthorizeSecurityGroup and RevokeSecurityGroup, rules one by one or as a list, and ModifySecurityGroupRule; each also for
 * what goes out. */
#include <string.h>

#include "api/aliyun/ecs.h"
#include "api/aliyun/ecs_security_group.h"
#include "base/text.h"
#include "core/security_group.h"

#define PERMISSIONS_MAX  100
#define PRIORITY_DEFAULT 1
#define PRIORITY_MAX     100

struct rule_in {
	const char *protocol, *ports, *source_ports, *policy, *nic_type, *description;
	const char *source_cidr, *source_ipv6, *dest_cidr, *dest_ipv6;
	const char *peer_group, *peer_account, *prefix_list;
	struct opt_int priority, peer_owner;
};

struct rules_in {
	const char *region, *group, *client_token;
	struct rule_in rule; /* given without "Permissions.N" */
	struct items rules;
	struct texts ids;
	const char *id; /* of a rule that is changed */
};

static const char *const nic_words[] = { "internet", "intranet", NULL };

#define BAD(row, code, message) \
	static const struct error_row row = { REFUSE_FIELD, 400, code, message, NULL }
BAD(bad_priority, "InvalidPriority.ValueNotSupported", "The parameter Priority is invalid.");
BAD(bad_nic, "InvalidNicType.ValueNotSupported", "The specified NicType does not exist.");
BAD(bad_description, "InvalidSecurityGroupDiscription.Malformed",
    "The specified security group rule description is not valid.");

/* `peer` is Source for rules of what comes in, Dest for what goes out. */
#define RULE_FIELDS(T, m, peer)                                                                                       \
	TEXT(T, m protocol, "IpProtocol", .max = 16, .doc = "TCP, UDP, ICMP, ICMPv6, GRE or ALL, in any letter case."), \
	TEXT(T, m ports, "PortRange", .max = 16, .doc = "22/22 or 1/65535 of TCP and UDP, -1/-1 of all others."),     \
	TEXT(T, m source_ports, "SourcePortRange", .max = 16),                                                        \
	TEXT(T, m policy, "Policy", .max = 16, .doc = "Accept or Drop, in any letter case. Default Accept."),         \
	OPT_INT(T, m priority, "Priority", .min = 1, .max = PRIORITY_MAX, .bad = &bad_priority, .doc = "Default 1."), \
	TEXT(T, m nic_type, "NicType", .values = nic_words, .bad = &bad_nic, .doc = "Default intranet."),             \
	TEXT(T, m source_cidr, "SourceCidrIp", .max = 64),                                                            \
	TEXT(T, m source_ipv6, "Ipv6SourceCidrIp", .max = 64),                                                        \
	TEXT(T, m dest_cidr, "DestCidrIp", .max = 64),                                                                \
	TEXT(T, m dest_ipv6, "Ipv6DestCidrIp", .max = 64),                                                            \
	TEXT(T, m peer_group, peer "GroupId", .max = 64),                                                             \
	TEXT(T, m peer_account, peer "GroupOwnerAccount", .flags = FIELD_ACCEPTED),                                   \
	OPT_INT(T, m peer_owner, peer "GroupOwnerId", .flags = FIELD_ACCEPTED),                                       \
	TEXT(T, m prefix_list, peer "PrefixListId", .max = 64, .doc = "This server has none: any id is not found."),  \
	TEXT(T, m description, "Description", .max = 512, .bad = &bad_description)

static const struct field ingress_rule_fields[] = {
	RULE_FIELDS(struct rule_in, , "Source"),
	FIELDS_END,
};
static const struct shape ingress_rule_shape = { sizeof(struct rule_in), ingress_rule_fields };

static const struct field egress_rule_fields[] = {
	RULE_FIELDS(struct rule_in, , "Dest"),
	FIELDS_END,
};
static const struct shape egress_rule_shape = { sizeof(struct rule_in), egress_rule_fields };

#define COMMON_FIELDS                                                                                                 \
	TEXT(struct rules_in, region, "RegionId", .flags = FIELD_REQUIRED, .doc = "Region."),                         \
	TEXT(struct rules_in, group, "SecurityGroupId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "The group."), \
	TEXT(struct rules_in, client_token, "ClientToken", .flags = FIELD_CLIENT_TOKEN, .max = ECS_CLIENT_TOKEN_MAX)
#define IDS_FIELD TEXTS(struct rules_in, ids, "SecurityGroupRuleId", .max = PERMISSIONS_MAX)
#define PERMISSIONS_FIELD(shape)                                                                        \
	ITEMS(struct rules_in, rules, "Permissions", .of = &(shape), .max = PERMISSIONS_MAX,            \
	      .doc = "All of the rules or none; without it the rule is made of the members that follow.")

static const struct field authorize_fields[] = {
	COMMON_FIELDS,
	PERMISSIONS_FIELD(ingress_rule_shape),
	RULE_FIELDS(struct rules_in, rule., "Source"),
	FIELDS_END,
};
static const struct field authorize_egress_fields[] = {
	COMMON_FIELDS,
	PERMISSIONS_FIELD(egress_rule_shape),
	RULE_FIELDS(struct rules_in, rule., "Dest"),
	FIELDS_END,
};
static const struct field revoke_fields[] = {
	COMMON_FIELDS,
	IDS_FIELD,
	PERMISSIONS_FIELD(ingress_rule_shape),
	RULE_FIELDS(struct rules_in, rule., "Source"),
	FIELDS_END,
};
static const struct field revoke_egress_fields[] = {
	COMMON_FIELDS,
	IDS_FIELD,
	PERMISSIONS_FIELD(egress_rule_shape),
	RULE_FIELDS(struct rules_in, rule., "Dest"),
	FIELDS_END,
};

#define ID_FIELD                                                                          \
	TEXT(struct rules_in, id, "SecurityGroupRuleId", .max = 64,                       \
	     .doc = "The rule; otherwise the one that is alike in all but the description, which alone is changed then.")

static const struct field modify_fields[] = {
	COMMON_FIELDS,
	ID_FIELD,
	RULE_FIELDS(struct rules_in, rule., "Source"),
	FIELDS_END,
};
static const struct field modify_egress_fields[] = {
	COMMON_FIELDS,
	ID_FIELD,
	RULE_FIELDS(struct rules_in, rule., "Dest"),
	FIELDS_END,
};

#define ROWS_RULE                                                                                                     \
	ROW_EMPTY, ROW_REGION_NOT_FOUND, ROW_SECURITY_GROUP_NOT_FOUND,                                                \
		{ REFUSE_RULE_PROTOCOL, 400, "InvalidIpProtocol.ValueNotSupported",                                   \
		  "The parameter IpProtocol must be specified with case insensitive TCP, UDP, ICMP, GRE or All.",     \
		  NULL },                                                                                             \
		{ REFUSE_RULE_SOURCE_PORTS, 400, "InvalidSourcePortRange.Malformed",                                  \
		  "The specified parameter \"SourcePortRange\" is not valid.", NULL },                                \
		{ REFUSE_RULE_SOURCE, 400, "InvalidSourceCidrIp.Malformed",                                           \
		  "The specified parameter \"SourceCidrIp\" is not valid.", NULL },                                   \
		{ REFUSE_RULE_DEST, 400, "InvalidDestCidrIp.Malformed",                                               \
		  "The specified parameter DestCidrIp is not valid.", NULL },                                         \
		{ REFUSE_RULE_SOURCE_IPV6, 400, "InvalidParam.Ipv6SourceCidrIp",                                      \
		  "The specified parameter Ipv6SourceCidrIp is not valid.", "Cleat" },                                \
		{ REFUSE_RULE_DEST_IPV6, 400, "InvalidParam.Ipv6DestCidrIp",                                          \
		  "The specified parameter Ipv6DestCidrIp is not valid.", "Cleat" },                                  \
		{ REFUSE_PREFIX_LIST_UNKNOWN, 404, "InvalidPrefixListId.NotFound",                                    \
		  "The specified prefix list was not found.", NULL },                                                 \
		{ REFUSE_RULE_PEER_MISSING, 400, "MissingParameter.Source",                                           \
		  "One of the parameters SourceCidrIp, SourceGroupId or SourcePrefixListId must be specified.",       \
		  NULL },                                                                                             \
		{ REFUSE_RULE_PEER_UNKNOWN, 404, "InvalidSourceGroupId.NotFound",                                     \
		  "The SourceGroupId provided does not exist in our records.", NULL },                                \
		{ REFUSE_RULE_PEER_VPC, 400, "InvalidSourceGroupId.Mismatch",                                         \
		  "Specified security group and source group are not in the same VPC.", NULL },                       \
		{ REFUSE_RULE_POLICY, 400, "InvalidPolicy.Malformed", "The specified parameter \"Policy\" is not valid.", NULL }

static const struct error_row authorize_errors[] = {
	ROWS_RULE,
	{ REFUSE_RULE_PORTS, 400, "InvalidIpProtocol.Malformed", "The specified parameter \"PortRange\" is not valid.", NULL },
	{ REFUSE_RULE_PEER_ITSELF, 403, "InvalidParamter.Conflict",
	  "The specified SecurityGroupId should be different from the SourceGroupId.", NULL },
	{ REFUSE_RULE_LIMIT, 403, "AuthorizationLimitExceed",
	  "The maximum number of authorization rules in the security group is exceeded.", NULL },
	ROWS_END,
};

static const struct error_row revoke_errors[] = {
	ROWS_RULE,
	{ REFUSE_RULE_PORTS, 400, "InvalidIpPortRange.Malformed", "The specified parameter \"PortRange\" is not valid.", NULL },
	{ REFUSE_RULE_PEER_ITSELF, 400, "InvalidParamter.Conflict",
	  "The specified SecurityGroupId should be different from the SourceGroupId.", NULL },
	ROWS_END,
};

static const struct error_row modify_errors[] = {
	ROWS_RULE,
	{ REFUSE_RULE_PORTS, 400, "InvalidIpProtocol.Malformed", "The specified parameter \"PortRange\" is not valid.", NULL },
	{ REFUSE_RULE_PEER_ITSELF, 403, "InvalidParamter.Conflict",
	  "The specified SecurityGroupId should be different from the SourceGroupId.", NULL },
	{ REFUSE_RULE_ID_UNKNOWN, 404, "InvalidSecurityGroupRuleId.NotFound", "The specified SecurityGroupRuleId is not exists.",
	  NULL },
	{ REFUSE_RULE_UNKNOWN, 404, "SecurityGroupRule.NotFound", "The target security group rule not exist.", NULL },
	{ REFUSE_RULE_PEER_KIND, 400, "InvalidOperation.ModifySgRuleEntityType",
	  "The source or destination type of the rules cannot be modified.", NULL },
	{ REFUSE_RULE_NIC_TYPE, 400, "InvalidOperation.ModifyNicType", "NicType is not allowed to modify.", NULL },
	{ REFUSE_RULE_DUPLICATE, 400, "InvalidOperation.RuleDuplicate", "The group has such a rule already.", "Cleat" },
	ROWS_END,
};

static struct security_group_rule_args rule_args(const struct rule_in *in, bool egress)
{
	return (struct security_group_rule_args){
		.egress = egress,
		.drop = text_equal_nocase(in->policy, "drop"),
		.internet = text_equal(in->nic_type, "internet"),
		.priority = in->priority.is == GIVEN ? in->priority.value : PRIORITY_DEFAULT,
		.protocol = in->protocol,
		.ports = in->ports,
		.source_ports = in->source_ports,
		.source_cidr = in->source_cidr,
		.source_ipv6 = in->source_ipv6,
		.dest_cidr = in->dest_cidr,
		.dest_ipv6 = in->dest_ipv6,
		.peer_group = in->peer_group,
		.prefix_list = in->prefix_list,
		.description = in->description,
	};
}

static bool policy_fits(struct call *call, const struct rule_in *in)
{
	return text_empty(in->policy) || text_equal_nocase(in->policy, "accept") || text_equal_nocase(in->policy, "drop") ||
	       call_refuse(call, REFUSE_RULE_POLICY, "Policy");
}

/* The list, or the one rule that is not in a list where `alone` says that there is one. */
static bool read_rules(struct call *call, const struct rules_in *in, bool egress, bool alone,
                       struct security_group_rule_args **ret, size_t *ret_n)
{
	const struct rule_in *rules = in->rules.n ? in->rules.items : &in->rule;
	size_t n = in->rules.n ? in->rules.n : alone;
	size_t i;

	*ret = arena_array(call_work_arena(call), struct security_group_rule_args, n);
	for (i = 0; i < n; i++) {
		if (!policy_fits(call, &rules[i]))
			return false;
		(*ret)[i] = rule_args(&rules[i], egress);
	}
	*ret_n = n;
	return true;
}

static bool authorize(struct call *call, const struct rules_in *in, bool egress)
{
	struct security_group_rule_args *rules;
	size_t n;

	return read_rules(call, in, egress, true, &rules, &n) &&
	       call_verb(call, security_group_authorize(&call->work, in->group, rules, n));
}

static bool revoke(struct call *call, const struct rules_in *in, bool egress)
{
	struct security_group_rule_args *rules;
	size_t n;

	return read_rules(call, in, egress, !in->ids.n, &rules, &n) &&
	       call_verb(call, security_group_revoke(&call->work, in->group, egress, rules, n, in->ids.items, in->ids.n));
}

static bool modify(struct call *call, const struct rules_in *in, bool egress)
{
	const struct security_group_rule_change change = {
		.group = in->group,
		.id = in->id,
		.args = rule_args(&in->rule, egress),
		.priority_given = in->rule.priority.is == GIVEN,
		.policy_given = !text_empty(in->rule.policy),
		.nic_given = !text_empty(in->rule.nic_type),
	};

	return policy_fits(call, &in->rule) && call_verb(call, security_group_rule_modify(&call->work, &change));
}

static bool modify_run(struct call *call, const void *in, void *out)
{
	(void)out;
	return modify(call, in, false);
}

static bool modify_egress_run(struct call *call, const void *in, void *out)
{
	(void)out;
	return modify(call, in, true);
}

static bool authorize_run(struct call *call, const void *in, void *out)
{
	(void)out;
	return authorize(call, in, false);
}

static bool authorize_egress_run(struct call *call, const void *in, void *out)
{
	(void)out;
	return authorize(call, in, true);
}

static bool revoke_run(struct call *call, const void *in, void *out)
{
	(void)out;
	return revoke(call, in, false);
}

static bool revoke_egress_run(struct call *call, const void *in, void *out)
{
	(void)out;
	return revoke(call, in, true);
}

#define RULE_OPERATION(member, called, wire, what)                              \
	const struct operation ecs_##called = {                                 \
		.product = "ecs",                                               \
		.version = ECS_VERSION,                                         \
		.name = wire,                                                   \
		.mode = OPERATION_WRITE,                                        \
		.permission = "ecs:" wire,                                      \
		.resource = "securitygroup/{SecurityGroupId}",                  \
		.in = { sizeof(struct rules_in), member##_fields },             \
		.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },      \
		.errors = member##_errors,                                      \
		.run = member##_run,                                            \
		.doc = what,                                                    \
	}
#define authorize_egress_errors authorize_errors
#define revoke_egress_errors    revoke_errors
#define modify_egress_errors    modify_errors
#define CHANGES "What is not given stays, also which kind the far side is of; the rule keeps its id."
#define ADDS  "A rule that is there already is not made again. Kept and shown, no packet is filtered."
#define TAKES "By ids, or rules alike in all but the description; what is not there is no error."

RULE_OPERATION(authorize, authorize_security_group, "AuthorizeSecurityGroup", "Adds rules for what comes in. " ADDS);
RULE_OPERATION(authorize_egress, authorize_security_group_egress, "AuthorizeSecurityGroupEgress", "Adds rules for what goes out. " ADDS);
RULE_OPERATION(revoke, revoke_security_group, "RevokeSecurityGroup", "Removes rules for what comes in. " TAKES);
RULE_OPERATION(revoke_egress, revoke_security_group_egress, "RevokeSecurityGroupEgress", "Removes rules for what goes out. " TAKES);
RULE_OPERATION(modify, modify_security_group_rule, "ModifySecurityGroupRule", "Changes a rule for what comes in. " CHANGES);
RULE_OPERATION(modify_egress, modify_security_group_egress_rule, "ModifySecurityGroupEgressRule",
               "Changes a rule for what goes out. " CHANGES);
