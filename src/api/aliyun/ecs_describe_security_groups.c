/* DescribeSecurityGroups, DescribeSecurityGroupAttribute. */
#include "api/aliyun/ecs.h"
#include "api/aliyun/ecs_security_group.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/network.h"
#include "core/security_group.h"

/* ---- DescribeSecurityGroups ---- */

struct describe_in {
	const char *region, *group, *name, *type, *vpc, *network, *resource_group;
	struct opt_texts ids;
	struct opt_bool fuzzy, count, service_managed, dry_run;
	struct items tags;
	struct rpc_paging paging;
};

struct group_item {
	const char *id, *name, *description, *type, *vpc, *resource_group, *creation_time;
	struct opt_int instances, room;
	int64_t rules, group_rules;
	bool service_managed;
	struct items tags;
};

struct describe_out {
	const char *region;
	struct items groups;
	struct rpc_pages pages;
};

static const char *const type_words[] = { "normal", "enterprise", NULL };
static const char *const network_words[] = { "vpc", "classic", NULL };

static const struct field describe_in_fields[] = {
	TEXT(struct describe_in, region, "RegionId", .flags = FIELD_REQUIRED, .doc = "Region."),
	TEXT(struct describe_in, group, "SecurityGroupId"),
	JSON_TEXTS(struct describe_in, ids, "SecurityGroupIds", .max = 100,
	           .doc = "JSON list of at most 100 ids. Ids that do not exist are left out."),
	TEXT(struct describe_in, name, "SecurityGroupName", .max = ECS_NAME_MAX),
	OPT_BOOL(struct describe_in, fuzzy, "FuzzyQuery", .doc = "true: the name only has to begin so."),
	TEXT(struct describe_in, type, "SecurityGroupType", .values = type_words),
	TEXT(struct describe_in, vpc, "VpcId"),
	TEXT(struct describe_in, network, "NetworkType", .values = network_words, .doc = "classic finds none."),
	TEXT(struct describe_in, resource_group, "ResourceGroupId"),
	OPT_BOOL(struct describe_in, count, "IsQueryEcsCount", .doc = "Also shows EcsCount and AvailableInstanceAmount."),
	OPT_BOOL(struct describe_in, service_managed, "ServiceManaged", .doc = "true finds none."),
	ITEMS(struct describe_in, tags, "Tag", .of = &rpc_tag_in_shape, .max = RPC_TAGS_MAX, .doc = "All must match."),
	RPC_PAGING_FIELDS(struct describe_in, paging),
	OPT_BOOL(struct describe_in, dry_run, "DryRun", .flags = FIELD_DRY_RUN),
	FIELDS_END,
};

static const struct field group_fields[] = {
	TEXT(struct group_item, id, "SecurityGroupId"),
	TEXT(struct group_item, name, "SecurityGroupName"),
	TEXT(struct group_item, description, "Description"),
	TEXT(struct group_item, type, "SecurityGroupType"),
	TEXT(struct group_item, vpc, "VpcId"),
	TEXT(struct group_item, resource_group, "ResourceGroupId"),
	TEXT(struct group_item, creation_time, "CreationTime"),
	OPT_INT(struct group_item, instances, "EcsCount"),
	OPT_INT(struct group_item, room, "AvailableInstanceAmount"),
	INT(struct group_item, rules, "RuleCount"),
	INT(struct group_item, group_rules, "GroupToGroupRuleCount"),
	BOOL(struct group_item, service_managed, "ServiceManaged"),
	ITEMS(struct group_item, tags, "Tags", .item = "Tag", .of = &rpc_tag_out_shape),
	FIELDS_END,
};
static const struct shape group_shape = { sizeof(struct group_item), group_fields };

static const struct field describe_out_fields[] = {
	TEXT(struct describe_out, region, "RegionId"),
	ITEMS(struct describe_out, groups, "SecurityGroups", .item = "SecurityGroup", .of = &group_shape),
	RPC_PAGES_FIELDS(struct describe_out, pages),
	FIELDS_END,
};

static const struct error_row describe_errors[] = {
	ROW_REGION_NOT_FOUND,
	ROW_DRY_RUN,
	ROWS_END,
};

static int type_of(const char *word)
{
	if (text_equal(word, "normal"))
		return SECURITY_GROUP_NORMAL;
	return text_equal(word, "enterprise") ? SECURITY_GROUP_ENTERPRISE : -1;
}

static struct network_filter make_filter(struct call *call, const struct describe_in *in)
{
	static const char *const no_ids[1];
	struct network_filter filter = NETWORK_FILTER_ANY;

	filter.account = call->caller.tenant.account;
	filter.scope = call->caller.tenant.scope;
	filter.region = call->caller.tenant.region;
	filter.name_pattern = ecs_given(in->name);
	if (filter.name_pattern && in->fuzzy.value)
		filter.name_pattern = arena_printf(call_work_arena(call), "%s*", in->name);
	filter.type = type_of(in->type);
	filter.vpc = ecs_given(in->vpc);
	filter.resource_group = ecs_given(in->resource_group);
	filter.tags = rpc_tag_filters(call, &in->tags);
	filter.n_tags = in->tags.n;
	if (in->ids.is == GIVEN) {
		filter.ids = in->ids.items;
		filter.n_ids = in->ids.n;
	} else if (ecs_given(in->group)) {
		filter.ids = &in->group;
		filter.n_ids = 1;
	}
	if (text_equal(in->network, "classic") || in->service_managed.value) {
		filter.ids = no_ids;
		filter.n_ids = 0;
	}
	return filter;
}

static void fill_group(struct call *call, const struct security_group *group, bool count, struct group_item *item)
{
	struct security_group_rule *rules;
	size_t n = security_group_rule_list(call->work.txn, group->id, &rules);
	int64_t members;
	size_t i;

	*item = (struct group_item){
		.id = group->id,
		.name = group->name,
		.description = group->description,
		.type = security_group_type_names[group->type],
		.vpc = group->vpc,
		.resource_group = group->resource_group,
		.creation_time = moment_seconds_text(call_work_arena(call), group->created_at),
		.rules = (int64_t)n,
		.tags = rpc_tags_of(call, group->id),
	};
	for (i = 0; i < n; i++)
		item->group_rules += *rules[i].peer_group != '\0';
	if (!count)
		return;
	members = security_group_members(&call->work, group->id);
	item->instances = (struct opt_int){ GIVEN, members };
	item->room = (struct opt_int){ GIVEN, security_group_room(group) - members };
}

static bool describe_run(struct call *call, const void *in_, void *out_)
{
	const struct describe_in *in = in_;
	struct describe_out *out = out_;
	struct security_group *groups;
	struct network_filter filter;
	struct group_item *items;
	struct rpc_list list;
	int64_t total;
	size_t n;
	size_t i;

	if (!rpc_region_known(call))
		return false;
	if (!rpc_list_begin(call, &in->paging, 1, 100, &list))
		return false;
	filter = make_filter(call, in);
	n = security_group_list(call->work.txn, &filter, &list.page, &groups);
	if (rpc_list_more(&list, &n))
		out->pages.next_token = rpc_next_token(call, groups[n - 1].created_at, groups[n - 1].id);
	total = rpc_list_needs_count(&list, n) ? security_group_count(call->work.txn, &filter) : (int64_t)n;
	rpc_list_end(&list, total, &out->pages);
	items = arena_array(call_work_arena(call), struct group_item, n);
	for (i = 0; i < n; i++)
		fill_group(call, &groups[i], in->count.value, &items[i]);
	out->region = text_or(call->caller.tenant.region, "");
	out->groups = (struct items){ items, n };
	return true;
}

const struct operation ecs_describe_security_groups = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DescribeSecurityGroups",
	.mode = OPERATION_READ,
	.permission = "ecs:DescribeSecurityGroups",
	.resource = "securitygroup/{SecurityGroupId|SecurityGroupIds}",
	.in = { sizeof(struct describe_in), describe_in_fields },
	.out = { sizeof(struct describe_out), describe_out_fields },
	.errors = describe_errors,
	.run = describe_run,
	.doc = "Lists security groups, newest first, by filters and pages.",
};

/* ---- DescribeSecurityGroupAttribute ---- */

#define RULES_PAGE_MIN     10
#define RULES_PAGE_MAX     1000
#define RULES_PAGE_DEFAULT 500

struct attribute_in {
	const char *region, *group, *direction, *nic_type, *attribute, *next_token;
	struct opt_int max_results;
};

struct rule_item {
	const char *id, *direction, *policy, *protocol, *ports, *source_ports, *priority, *nic_type, *description, *create_time;
	const char *source_cidr, *source_ipv6, *source_group, *dest_cidr, *dest_ipv6, *dest_group, *none;
};

struct attribute_out {
	const char *region, *group, *name, *description, *vpc, *inner_access, *next_token;
	struct items rules;
	struct texts policies;
};

static const char *const direction_words[] = { "egress", "ingress", "all", NULL };
static const struct field attribute_in_fields[] = {
	TEXT(struct attribute_in, region, "RegionId", .flags = FIELD_REQUIRED, .doc = "Region."),
	TEXT(struct attribute_in, group, "SecurityGroupId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "The group."),
	TEXT(struct attribute_in, direction, "Direction", .values = direction_words, .doc = "Default all."),
	TEXT(struct attribute_in, nic_type, "NicType", .max = 16,
	     .doc = "internet or intranet; what is neither filters nothing, for a common client sends such a word."),
	TEXT(struct attribute_in, attribute, "Attribute", .flags = FIELD_ACCEPTED),
	OPT_INT(struct attribute_in, max_results, "MaxResults",
	        .doc = "10 to 1000, default 500; what is too small or too large is moved to the nearest size allowed."),
	TEXT(struct attribute_in, next_token, "NextToken"),
	FIELDS_END,
};

static const struct field rule_fields[] = {
	TEXT(struct rule_item, id, "SecurityGroupRuleId"),
	TEXT(struct rule_item, direction, "Direction"),
	TEXT(struct rule_item, policy, "Policy"),
	TEXT(struct rule_item, protocol, "IpProtocol"),
	TEXT(struct rule_item, ports, "PortRange"),
	TEXT(struct rule_item, source_ports, "SourcePortRange"),
	TEXT(struct rule_item, priority, "Priority"),
	TEXT(struct rule_item, nic_type, "NicType"),
	TEXT(struct rule_item, description, "Description"),
	TEXT(struct rule_item, create_time, "CreateTime"),
	TEXT(struct rule_item, source_cidr, "SourceCidrIp"),
	TEXT(struct rule_item, source_ipv6, "Ipv6SourceCidrIp"),
	TEXT(struct rule_item, source_group, "SourceGroupId"),
	TEXT(struct rule_item, none, "SourceGroupName"),
	TEXT(struct rule_item, none, "SourceGroupOwnerAccount"),
	TEXT(struct rule_item, none, "SourcePrefixListId"),
	TEXT(struct rule_item, none, "SourcePrefixListName"),
	TEXT(struct rule_item, dest_cidr, "DestCidrIp"),
	TEXT(struct rule_item, dest_ipv6, "Ipv6DestCidrIp"),
	TEXT(struct rule_item, dest_group, "DestGroupId"),
	TEXT(struct rule_item, none, "DestGroupName"),
	TEXT(struct rule_item, none, "DestGroupOwnerAccount"),
	TEXT(struct rule_item, none, "DestPrefixListId"),
	TEXT(struct rule_item, none, "DestPrefixListName"),
	FIELDS_END,
};
static const struct shape rule_shape = { sizeof(struct rule_item), rule_fields };

static const struct field attribute_out_fields[] = {
	TEXT(struct attribute_out, region, "RegionId"),
	TEXT(struct attribute_out, group, "SecurityGroupId"),
	TEXT(struct attribute_out, name, "SecurityGroupName"),
	TEXT(struct attribute_out, description, "Description"),
	TEXT(struct attribute_out, vpc, "VpcId"),
	TEXT(struct attribute_out, inner_access, "InnerAccessPolicy"),
	ITEMS(struct attribute_out, rules, "Permissions", .item = "Permission", .of = &rule_shape),
	TEXTS(struct attribute_out, policies, "SnapshotPolicyIds", .item = "SnapshotPolicyId"),
	TEXT(struct attribute_out, next_token, "NextToken"),
	FIELDS_END,
};

static const struct error_row attribute_errors[] = {
	ROW_EMPTY,
	ROW_REGION_NOT_FOUND,
	ROW_SECURITY_GROUP_NOT_FOUND,
	ROWS_END,
};

static void fill_rule(struct call *call, const struct security_group_rule *rule, struct rule_item *item)
{
	*item = (struct rule_item){
		.id = rule->id,
		.direction = rule->egress ? "egress" : "ingress",
		.policy = rule->drops ? "Drop" : "Accept",
		.protocol = rule->protocol,
		.ports = rule->ports,
		.source_ports = rule->source_ports,
		.priority = arena_printf(call_work_arena(call), "%lld", (long long)rule->priority),
		.nic_type = rule->internet ? "internet" : "intranet",
		.description = rule->description,
		.create_time = moment_seconds_text(call_work_arena(call), rule->created_at),
		.source_cidr = rule->source_cidr,
		.source_ipv6 = rule->source_ipv6,
		.source_group = rule->egress ? "" : rule->peer_group,
		.dest_cidr = rule->dest_cidr,
		.dest_ipv6 = rule->dest_ipv6,
		.dest_group = rule->egress ? rule->peer_group : "",
		.none = "",
	};
}

static bool is_wanted(const struct attribute_in *in, const struct security_group_rule *rule)
{
	if (text_equal(in->direction, rule->egress ? "ingress" : "egress"))
		return false;
	return !text_equal(in->nic_type, rule->internet ? "intranet" : "internet");
}

/* A token is the id of the last rule shown; rules stand in the order in which they were made. */
static void fill_rules(struct call *call, const struct attribute_in *in, struct attribute_out *out)
{
	int64_t wanted = in->max_results.is == GIVEN ? in->max_results.value : RULES_PAGE_DEFAULT;
	struct security_group_rule *rules;
	size_t n = security_group_rule_list(call->work.txn, in->group, &rules);
	struct rule_item *items = arena_array(call_work_arena(call), struct rule_item, n);
	bool begun = text_empty(in->next_token);
	size_t shown = 0;
	size_t i;

	wanted = wanted < RULES_PAGE_MIN ? RULES_PAGE_MIN : wanted > RULES_PAGE_MAX ? RULES_PAGE_MAX : wanted;
	out->next_token = "";
	for (i = 0; i < n; i++) {
		if (begun && is_wanted(in, &rules[i])) {
			if ((int64_t)shown == wanted) {
				out->next_token = items[shown - 1].id;
				break;
			}
			fill_rule(call, &rules[i], &items[shown++]);
		}
		begun = begun || text_equal(rules[i].id, in->next_token);
	}
	out->rules = (struct items){ items, shown };
}

static bool attribute_run(struct call *call, const void *in_, void *out_)
{
	const struct attribute_in *in = in_;
	struct attribute_out *out = out_;
	struct security_group group;

	if (!rpc_region_known(call))
		return false;
	if (!find_security_group(&call->work, in->group, &group))
		return call_refuse(call, REFUSE_SECURITY_GROUP_UNKNOWN, in->group);
	out->region = group.tenant.region;
	out->group = group.id;
	out->name = group.name;
	out->description = group.description;
	out->vpc = group.vpc;
	out->inner_access = group.inner_drop ? "Drop" : "Accept";
	fill_rules(call, in, out);
	return true;
}

const struct operation ecs_describe_security_group_attribute = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DescribeSecurityGroupAttribute",
	.mode = OPERATION_READ,
	.permission = "ecs:DescribeSecurityGroupAttribute",
	.resource = "securitygroup/{SecurityGroupId}",
	.in = { sizeof(struct attribute_in), attribute_in_fields },
	.out = { sizeof(struct attribute_out), attribute_out_fields },
	.errors = attribute_errors,
	.run = attribute_run,
	.doc = "Shows one security group with its rules, oldest first.",
};
