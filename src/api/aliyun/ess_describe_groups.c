/* DescribeScalingGroups. */
#include "api/aliyun/ecs.h"
#include "api/aliyun/ess.h"
#include "base/text.h"

struct group_item {
	const char *id, *name, *state, *region, *vpc, *vswitch, *configuration, *health_check, *multi_zone, *policy, *group_type,
		*resource_group, *created_at, *modified_at, *launch_template, *launch_template_version;
	int64_t min_size, max_size, cooldown, total, total_count, init_capacity, active, pending, pending_wait, removing, removing_wait,
		protected, standby, stopped, spot, stop_timeout, lifetime;
	struct opt_int desired, stop_instance_timeout, max_lifetime;
	bool desired_enabled, protection, system_suspended;
	struct texts policies, vswitches, load_balancers, db_instances, suspended, health_checks;
	struct items tags;
};

static const struct field tag_fields[] = {
	TEXT(struct rpc_tag, key, "TagKey"),
	TEXT(struct rpc_tag, value, "TagValue"),
	TEXT(struct rpc_tag, key, "Key", .later = FIELD_ABSENT),
	TEXT(struct rpc_tag, value, "Value", .later = FIELD_ABSENT),
	OPT_BOOL(struct rpc_tag, propagate, "Propagate"),
	FIELDS_END,
};
static const struct shape tag_shape = { sizeof(struct rpc_tag), tag_fields };

static const struct field item_fields[] = {
	TEXT(struct group_item, id, "ScalingGroupId"),
	TEXT(struct group_item, name, "ScalingGroupName"),
	TEXT(struct group_item, state, "LifecycleState", .doc = "Inactive, Active or Deleting."),
	TEXT(struct group_item, region, "RegionId"),
	INT(struct group_item, min_size, "MinSize"),
	INT(struct group_item, max_size, "MaxSize"),
	OPT_INT(struct group_item, desired, "DesiredCapacity", .doc = "Where the group keeps to one."),
	BOOL(struct group_item, desired_enabled, "EnableDesiredCapacity"),
	INT(struct group_item, cooldown, "DefaultCooldown"),
	INT(struct group_item, total, "TotalCapacity"),
	INT(struct group_item, total_count, "TotalInstanceCount"),
	INT(struct group_item, init_capacity, "InitCapacity"),
	INT(struct group_item, active, "ActiveCapacity"),
	INT(struct group_item, pending, "PendingCapacity"),
	INT(struct group_item, pending_wait, "PendingWaitCapacity"),
	INT(struct group_item, removing, "RemovingCapacity"),
	INT(struct group_item, removing_wait, "RemovingWaitCapacity"),
	INT(struct group_item, protected, "ProtectedCapacity"),
	INT(struct group_item, standby, "StandbyCapacity"),
	INT(struct group_item, stopped, "StoppedCapacity"),
	INT(struct group_item, spot, "SpotCapacity"),
	TEXT(struct group_item, configuration, "ActiveScalingConfigurationId", .flags = FIELD_OMIT_EMPTY),
	TEXT(struct group_item, launch_template, "LaunchTemplateId", .flags = FIELD_OMIT_EMPTY),
	TEXT(struct group_item, health_check, "HealthCheckType"),
	TEXTS(struct group_item, health_checks, "HealthCheckTypes", .item = "HealthCheckType"),
	TEXT(struct group_item, multi_zone, "MultiAZPolicy"),
	TEXT(struct group_item, policy, "ScalingPolicy"),
	TEXT(struct group_item, group_type, "GroupType"),
	TEXT(struct group_item, resource_group, "ResourceGroupId"),
	TEXT(struct group_item, vpc, "VpcId"),
	TEXT(struct group_item, vswitch, "VSwitchId"),
	TEXTS(struct group_item, vswitches, "VSwitchIds", .item = "VSwitchId"),
	TEXTS(struct group_item, policies, "RemovalPolicies", .item = "RemovalPolicy"),
	TEXTS(struct group_item, load_balancers, "LoadBalancerIds", .item = "LoadBalancerId"),
	TEXTS(struct group_item, db_instances, "DBInstanceIds", .item = "DBInstanceId"),
	TEXTS(struct group_item, suspended, "SuspendedProcesses", .item = "SuspendedProcess"),
	BOOL(struct group_item, protection, "GroupDeletionProtection"),
	BOOL(struct group_item, system_suspended, "SystemSuspended"),
	OPT_INT(struct group_item, max_lifetime, "MaxInstanceLifetime"),
	OPT_INT(struct group_item, stop_instance_timeout, "StopInstanceTimeout"),
	TEXT(struct group_item, created_at, "CreationTime"),
	TEXT(struct group_item, modified_at, "ModificationTime"),
	ITEMS(struct group_item, tags, "Tags", .item = "Tag", .of = &tag_shape),
	FIELDS_END,
};
static const struct shape item_shape = { sizeof(struct group_item), item_fields };

static void fill_sizes(struct call *call, const struct scaling_group *group, struct group_item *ret)
{
	struct scaling_capacity capacity = scaling_capacity(&call->work, group->id);

	ret->total = ret->total_count = capacity.total;
	ret->active = capacity.of_state[SCALING_IN_SERVICE];
	ret->pending = capacity.of_state[SCALING_PENDING];
	ret->pending_wait = capacity.of_state[SCALING_PENDING_WAIT];
	ret->removing = capacity.of_state[SCALING_REMOVING];
	ret->removing_wait = capacity.of_state[SCALING_REMOVING_WAIT];
	ret->protected = capacity.of_state[SCALING_PROTECTED];
	ret->standby = capacity.of_state[SCALING_STANDBY];
	ret->stopped = capacity.of_state[SCALING_STOPPED];
}

static void fill_item(struct call *call, const struct scaling_group *group, struct group_item *ret)
{
	*ret = (struct group_item){
		.id = group->id,
		.name = group->name,
		.state = ess_group_state(group->state),
		.region = group->tenant.region,
		.min_size = group->min_size,
		.max_size = group->max_size,
		.desired = { group->desired_given ? GIVEN : ABSENT, group->desired_capacity },
		.desired_enabled = group->desired_given,
		.cooldown = group->default_cooldown,
		.configuration = group->configuration,
		.health_check = ess_health_check(group->health_check),
		.health_checks = ess_split(call, ess_health_check(group->health_check)),
		.multi_zone = group->multi_zone_policy,
		.policy = group->scaling_policy,
		.group_type = group->group_type,
		.resource_group = group->resource_group,
		.vpc = group->vpc,
		.vswitches = ess_split(call, group->vswitches),
		.policies = ess_split(call, group->removal_policies),
		.load_balancers = ess_split(call, group->load_balancers),
		.db_instances = ess_split(call, group->db_instances),
		.suspended = ess_split(call, group->suspended),
		.protection = group->deletion_protection,
		.max_lifetime = { group->max_instance_lifetime ? GIVEN : ABSENT, group->max_instance_lifetime },
		.stop_instance_timeout = { group->stop_instance_timeout ? GIVEN : ABSENT, group->stop_instance_timeout },
		.created_at = ess_time(call, group->created_at),
		.modified_at = ess_time(call, group->modified_at),
		.tags = rpc_tags_of(call, group->id),
	};
	ret->vswitch = ret->vswitches.n ? ret->vswitches.items[0] : "";
	fill_sizes(call, group, ret);
}

struct describe_in {
	const char *region, *name, *group_type, *resource_group;
	struct texts ids, names;
	struct items tags;
	struct rpc_paging paging;
};

struct describe_out {
	struct items groups;
	struct rpc_pages pages;
};

static const struct field describe_in_fields[] = {
	TEXT(struct describe_in, region, "RegionId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXTS(struct describe_in, ids, "ScalingGroupId", .later = "ScalingGroupIds", .max = 50),
	TEXT(struct describe_in, name, FIELD_ABSENT, .later = "ScalingGroupName", .max = ESS_NAME_MAX,
	     .doc = "A part of the name."),
	TEXTS(struct describe_in, names, "ScalingGroupName", .later = "ScalingGroupNames", .max = 20, .flags = FIELD_ONE),
	TEXT(struct describe_in, group_type, "GroupType"),
	TEXT(struct describe_in, resource_group, "ResourceGroupId"),
	ITEMS(struct describe_in, tags, "Tag", .later = "Tags", .of = &ess_tag_filter_shape, .max = RPC_TAGS_MAX,
	      .doc = "All must match."),
	ESS_PAGING_FIELDS(struct describe_in, paging, 50),
	FIELDS_END,
};

static const struct field describe_out_fields[] = {
	ITEMS(struct describe_out, groups, "ScalingGroups", .item = "ScalingGroup", .of = &item_shape),
	ESS_PAGES_FIELDS(struct describe_out, pages),
	FIELDS_END,
};

static const struct error_row describe_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	ROWS_END,
};

static struct scaling_filter make_filter(struct call *call, const struct describe_in *in)
{
	struct scaling_filter filter = ess_filter(call);

	filter.ids = in->ids.n ? in->ids.items : NULL;
	filter.n_ids = in->ids.n;
	filter.names = in->names.items;
	filter.n_names = in->names.n;
	if (!text_empty(in->name))
		filter.name_pattern = arena_printf(call_work_arena(call), "*%s*", in->name);
	filter.group_type = ecs_given(in->group_type);
	filter.resource_group = ecs_given(in->resource_group);
	filter.tags = rpc_tag_filters(call, &in->tags);
	filter.n_tags = in->tags.n;
	return filter;
}

static bool describe_run(struct call *call, const void *in_, void *out_)
{
	const struct describe_in *in = in_;
	struct describe_out *out = out_;
	struct scaling_filter filter = make_filter(call, in);
	struct scaling_group *rows;
	struct group_item *items;
	size_t n;
	size_t i;

	if (!ess_scaling_group_page(call, &filter, &in->paging, &out->pages, &rows, &n))
		return false;
	items = arena_array(call_work_arena(call), struct group_item, n);
	for (i = 0; i < n; i++)
		fill_item(call, &rows[i], &items[i]);
	out->groups = (struct items){ items, n };
	return true;
}

const struct operation ess_describe_scaling_groups = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "DescribeScalingGroups",
	.mode = OPERATION_READ,
	.permission = "ess:DescribeScalingGroups",
	.resource = "scalinggroup/*",
	.in = { sizeof(struct describe_in), describe_in_fields },
	.out = { sizeof(struct describe_out), describe_out_fields },
	.errors = describe_errors,
	.run = describe_run,
	.doc = "Lists scaling groups, newest first, by filters and pages.",
};
