/* CreateScalingGroup, EnableScalingGroup, DisableScalingGroup, DeleteScalingGroup. */
#include <string.h>

#include "api/aliyun/ecs.h"
#include "api/aliyun/ess.h"
#include "base/text.h"
#include "base/tree.h"

#define LIST_DEPTH 2

/* ---- CreateScalingGroup ---- */

struct balancer_in {
	const char *id;
	struct opt_int weight;
};

static const struct field balancer_in_fields[] = {
	TEXT(struct balancer_in, id, "LoadBalancerId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	OPT_INT(struct balancer_in, weight, "Weight", .flags = FIELD_ACCEPTED),
	FIELDS_END,
};
static const struct shape balancer_in_shape = { sizeof(struct balancer_in), balancer_in_fields };

struct create_in {
	const char *region, *name, *vswitch, *load_balancers, *db_instances, *health_check, *multi_zone, *policy, *group_type,
		*resource_group, *client_token, *launch_template, *launch_template_version, *instance;
	struct opt_int min_size, max_size, desired, cooldown, lifetime, stop_timeout;
	struct opt_bool protection, az_balance, compensate, spot_remedy;
	struct opt_int on_demand_base, on_demand_percentage, spot_pools;
	const char *allocation, *spot_allocation;
	struct texts removal_policies, vswitches, health_checks;
	struct items balancers, tags;
};

struct create_out {
	const char *group;
};

static const char *const group_types[] = { "ECS", NULL };

static const struct field create_in_fields[] = {
	TEXT(struct create_in, region, "RegionId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	OPT_INT(struct create_in, min_size, "MinSize", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = SCALING_SIZE_MAX),
	OPT_INT(struct create_in, max_size, "MaxSize", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = SCALING_SIZE_MAX),
	OPT_INT(struct create_in, desired, "DesiredCapacity", .max = SCALING_SIZE_MAX,
	        .doc = "Between MinSize and MaxSize: the group keeps to it."),
	TEXT(struct create_in, name, "ScalingGroupName", .min = ESS_NAME_MIN, .max = ESS_NAME_MAX,
	     .doc = "Unique in account and region. Default: the id."),
	OPT_INT(struct create_in, cooldown, "DefaultCooldown", .max = 86400, .doc = "Seconds; default 300."),
	TEXTS(struct create_in, removal_policies, "RemovalPolicy", .later = "RemovalPolicies", .max = 3,
	      .doc = "Who goes first; default OldestScalingConfiguration, then OldestInstance."),
	TEXT(struct create_in, vswitch, "VSwitchId"),
	TEXTS(struct create_in, vswitches, "VSwitchIds", .max = 8, .doc = "All of one VPC; the first is preferred."),
	TEXT(struct create_in, multi_zone, "MultiAZPolicy", .values = ess_multi_zone_words,
	     .doc = "PRIORITY (default): the first VSwitch that has room; BALANCE: the one with the fewest instances; the others are "
	            "taken as PRIORITY."),
	TEXT(struct create_in, load_balancers, "LoadBalancerIds", .doc = "A JSON list of ids; at most 30."),
	ITEMS(struct create_in, balancers, "LoadBalancerConfig", .later = "LoadBalancerConfigs", .of = &balancer_in_shape, .max = 5),
	TEXT(struct create_in, db_instances, "DBInstanceIds", .doc = "A JSON list of ids; at most 30."),
	TEXT(struct create_in, health_check, "HealthCheckType", .values = ess_health_check_words, .doc = "Default ECS."),
	TEXTS(struct create_in, health_checks, "HealthCheckTypes", .max = 3, .doc = "The first counts."),
	TEXT(struct create_in, policy, "ScalingPolicy", .values = ess_policy_words,
	     .doc = "Kept and shown; instances are always released."),
	OPT_BOOL(struct create_in, protection, "GroupDeletionProtection"),
	TEXT(struct create_in, group_type, "GroupType", .values = group_types),
	TEXT(struct create_in, resource_group, "ResourceGroupId"),
	OPT_INT(struct create_in, lifetime, "MaxInstanceLifetime", .min = 86400, .max = 2147483647, .doc = "Kept and shown."),
	OPT_INT(struct create_in, stop_timeout, "StopInstanceTimeout", .min = 30, .max = 240, .doc = "Kept and shown."),
	ITEMS(struct create_in, tags, "Tag", .later = "Tags", .of = &ess_tag_in_shape, .max = RPC_TAGS_MAX),
	TEXT(struct create_in, launch_template, "LaunchTemplateId", .flags = FIELD_ACCEPTED),
	TEXT(struct create_in, launch_template_version, "LaunchTemplateVersion", .flags = FIELD_ACCEPTED),
	TEXT(struct create_in, instance, "InstanceId", .flags = FIELD_ACCEPTED),
	OPT_BOOL(struct create_in, az_balance, "AzBalance", .flags = FIELD_ACCEPTED),
	OPT_BOOL(struct create_in, compensate, "CompensateWithOnDemand", .flags = FIELD_ACCEPTED),
	OPT_BOOL(struct create_in, spot_remedy, "SpotInstanceRemedy", .flags = FIELD_ACCEPTED),
	OPT_INT(struct create_in, spot_pools, "SpotInstancePools", .flags = FIELD_ACCEPTED),
	OPT_INT(struct create_in, on_demand_base, "OnDemandBaseCapacity", .flags = FIELD_ACCEPTED),
	OPT_INT(struct create_in, on_demand_percentage, "OnDemandPercentageAboveBaseCapacity", .flags = FIELD_ACCEPTED),
	TEXT(struct create_in, allocation, "AllocationStrategy", .flags = FIELD_ACCEPTED),
	TEXT(struct create_in, spot_allocation, "SpotAllocationStrategy", .flags = FIELD_ACCEPTED),
	TEXT(struct create_in, client_token, "ClientToken", .flags = FIELD_CLIENT_TOKEN, .max = ESS_CLIENT_TOKEN_MAX,
	     .doc = "A repeat within 24 hours gets the first answer."),
	FIELDS_END,
};

static const struct field create_out_fields[] = {
	TEXT(struct create_out, group, "ScalingGroupId"),
	FIELDS_END,
};

static const struct error_row create_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	ESS_ROWS_SIZES,
	{ REFUSE_SCALING_GROUP_NAME, 400, "InvalidScalingGroupName.Duplicate",
	  "The specified value of parameter ScalingGroupName is duplicated.", NULL },
	{ REFUSE_VSWITCH_UNKNOWN, 404, "InvalidVSwitchId.NotFound", "The specified virtual switch does not exist.", NULL },
	{ REFUSE_VSWITCH_STATE, 400, "IncorrectVSwitchStatus",
	  "The current status of virtual switch does not support this operation.", NULL },
	{ REFUSE_VPC_MISMATCH, 400, "InvalidParameter", "The specified value of parameter VSwitchIds is not valid.", "Cleat" },
	{ REFUSE_BALANCER_UNKNOWN, 404, "InvalidLoadBalancerId.NotFound", "The specified Load Balancer does not exist.", NULL },
	ESS_ROWS_OUTSIDE,
	{ REFUSE_BALANCER_NO_HEALTH_CHECK, 400, "IncorrectLoadBalancerHealthCheck",
	  "The current health check type of specified load balancer does not support this action.", NULL },
	{ REFUSE_DB_UNKNOWN, 404, "InvalidDBInstanceId.NotFound", "DB instance “%s” does not exist.", NULL },
	{ REFUSE_SCALING_GROUP_LIMIT, 400, "QuotaExceeded.ScalingGroup", "Scaling group quota exceeded.", NULL },
	ROWS_TAGS,
	ROWS_END,
};

/* ["lb-1","lb-2"], as one text; what is named twice is there once. */
static bool read_json_ids(struct call *call, const char *json, size_t max, const char *parameter, const char **ret)
{
	const char *error;
	struct tree *list;
	struct tree *item;

	*ret = "";
	if (text_empty(json))
		return true;
	list = tree_from_json(call_work_arena(call), json, strlen(json), LIST_DEPTH, &error);
	if (!list || list->kind != TREE_LIST || list->n_children > max)
		return call_refuse(call, REFUSE_PARAMETER_INVALID, parameter);
	for (item = list->first; item; item = item->next) {
		if (item->kind != TREE_TEXT || text_empty(item->value) || strchr(item->value, ','))
			return call_refuse(call, REFUSE_PARAMETER_INVALID, parameter);
		if (!text_list_has(*ret, item->value))
			*ret = text_list_with(call_work_arena(call), *ret, item->value);
	}
	return true;
}

static bool read_balancers(struct call *call, const struct create_in *in, const char **ret)
{
	const struct balancer_in *items = in->balancers.items;
	size_t i;

	if (!read_json_ids(call, in->load_balancers, SCALING_BALANCERS_MAX, "LoadBalancerIds", ret))
		return false;
	for (i = 0; i < in->balancers.n; i++) {
		if (!text_list_has(*ret, items[i].id))
			*ret = text_list_with(call_work_arena(call), *ret, items[i].id);
	}
	return text_list_count(*ret) <= SCALING_BALANCERS_MAX || call_refuse(call, REFUSE_PARAMETER_INVALID, "LoadBalancerConfig");
}

static const char *vswitches_of(struct call *call, const struct create_in *in)
{
	return in->vswitches.n ? ess_join(call, &in->vswitches) : text_or(in->vswitch, "");
}

static struct scaling_group_args create_args(struct call *call, const struct create_in *in)
{
	const char *health = in->health_checks.n ? in->health_checks.items[0] : in->health_check;

	return (struct scaling_group_args){
		.name = in->name,
		.min_size = in->min_size.value,
		.max_size = in->max_size.value,
		.desired_given = in->desired.is == GIVEN,
		.desired_capacity = in->desired.value,
		.default_cooldown = in->cooldown.is == GIVEN ? in->cooldown.value : SCALING_COOLDOWN_DEFAULT,
		.health_check = ess_health_check_of(health),
		.removal_policies = "OldestScalingConfiguration,OldestInstance",
		.multi_zone_policy = text_empty(in->multi_zone) ? "PRIORITY" : in->multi_zone,
		.scaling_policy = text_empty(in->policy) ? "release" : in->policy,
		.vswitches = vswitches_of(call, in),
		.group_type = "ECS",
		.resource_group = in->resource_group,
		.deletion_protection = in->protection.value,
		.max_instance_lifetime = in->lifetime.value,
		.stop_instance_timeout = in->stop_timeout.value,
		.tags = rpc_tags(call, &in->tags),
		.n_tags = in->tags.n,
	};
}

static bool create_run(struct call *call, const void *in_, void *out_)
{
	const struct create_in *in = in_;
	struct create_out *out = out_;
	struct scaling_group_args args = create_args(call, in);

	return ess_name_check(call, in->name, "ScalingGroupName") && rpc_tags_check(call, &in->tags) &&
	       ess_policies(call, &in->removal_policies, &args.removal_policies) &&
	       read_balancers(call, in, &args.load_balancers) &&
	       read_json_ids(call, in->db_instances, SCALING_DBS_MAX, "DBInstanceIds", &args.db_instances) &&
	       call_verb(call, scaling_group_create(&call->work, &args, &out->group));
}

const struct operation ess_create_scaling_group = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "CreateScalingGroup",
	.mode = OPERATION_WRITE,
	.permission = "ess:CreateScalingGroup",
	.resource = "scalinggroup/*",
	.in = { sizeof(struct create_in), create_in_fields },
	.out = { sizeof(struct create_out), create_out_fields },
	.errors = create_errors,
	.run = create_run,
	.doc = "Makes a scaling group, Inactive.",
};

/* ---- EnableScalingGroup ---- */

struct enable_in {
	const char *region, *group, *configuration, *launch_template, *launch_template_version;
	struct texts instances, weights;
};

static const struct field enable_in_fields[] = {
	TEXT(struct enable_in, region, "RegionId"),
	TEXT(struct enable_in, group, "ScalingGroupId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(struct enable_in, configuration, "ActiveScalingConfigurationId"),
	TEXTS(struct enable_in, instances, "InstanceId", .later = "InstanceIds", .flags = FIELD_EXACT, .max = SCALING_BATCH_MAX,
	      .doc = "Attached at once."),
	TEXTS(struct enable_in, weights, "LoadBalancerWeight", .later = "LoadBalancerWeights", .max = SCALING_BATCH_MAX,
	      .doc = "One for each instance; default 50."),
	TEXT(struct enable_in, launch_template, "LaunchTemplateId", .flags = FIELD_ACCEPTED),
	TEXT(struct enable_in, launch_template_version, "LaunchTemplateVersion", .flags = FIELD_ACCEPTED),
	FIELDS_END,
};

static const struct error_row enable_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	ESS_ROW_GROUP_UNKNOWN,
	ESS_ROW_GROUP_STATE,
	{ REFUSE_SCALING_CONFIGURATION_UNKNOWN, 404, "InvalidScalingConfigurationId.NotFound",
	  "The specified scaling configuration does not exist.", NULL },
	{ REFUSE_SCALING_CONFIGURATION_MISSING, 400, "MissingActiveScalingConfiguration",
	  "An active scaling configuration for the specified scaling group is not supplied.", NULL },
	ESS_ROW_ACTIVITY_RUNS,
	ESS_ROWS_ATTACH("To attach the instances, the total capacity will be greater than the max size."),
	ROWS_END,
};

static bool enable_run(struct call *call, const void *in_, void *out)
{
	const struct enable_in *in = in_;
	struct scaling_enable_args args = {
		.group = in->group,
		.configuration = in->configuration,
		.instances = in->instances.items,
		.n_instances = in->instances.n,
	};

	(void)out;
	return ess_weights(call, &in->weights, in->instances.n, "LoadBalancerWeight", &args.weights) &&
	       call_verb(call, scaling_group_enable(&call->work, &args));
}

const struct operation ess_enable_scaling_group = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "EnableScalingGroup",
	.mode = OPERATION_WRITE,
	.permission = "ess:EnableScalingGroup",
	.resource = "scalinggroup/{ScalingGroupId}",
	.in = { sizeof(struct enable_in), enable_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = enable_errors,
	.opens_jobs = true,
	.run = enable_run,
	.doc = "An Inactive group becomes Active: it keeps its size from now on.",
};

/* ---- DeleteScalingGroup ---- */

struct delete_in {
	const char *region, *group;
	struct opt_bool force;
};

static const struct field delete_in_fields[] = {
	TEXT(struct delete_in, region, "RegionId"),
	TEXT(struct delete_in, group, "ScalingGroupId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	OPT_BOOL(struct delete_in, force, "ForceDelete",
	         .doc = "true: also with instances, which leave first, and during an activity, which is waited for."),
	FIELDS_END,
};

static const struct error_row delete_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	ESS_ROW_GROUP_UNKNOWN,
	ESS_ROW_GROUP_STATE,
	{ REFUSE_SCALING_GROUP_PROTECTED, 400, "ScalingGroup.DeletionProtection",
	  "The specified scaling group cannot be deleted: its deletion protection is on.", "Cleat" },
	ESS_ROW_ACTIVITY_RUNS,
	{ REFUSE_SCALING_GROUP_IN_USE, 400, "InstanceInUse",
	  "You cannot delete a scaling configuration or scaling group while there is an instance associated with it.", NULL },
	ROWS_END,
};

static bool delete_run(struct call *call, const void *in_, void *out)
{
	const struct delete_in *in = in_;

	(void)out;
	return call_verb(call, scaling_group_delete(&call->work, in->group, in->force.value));
}

const struct operation ess_delete_scaling_group = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "DeleteScalingGroup",
	.mode = OPERATION_WRITE,
	.permission = "ess:DeleteScalingGroup",
	.resource = "scalinggroup/{ScalingGroupId}",
	.in = { sizeof(struct delete_in), delete_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = delete_errors,
	.opens_jobs = true,
	.run = delete_run,
	.doc = "Removes a group with its configurations, rules and hooks.",
};

/* ---- DisableScalingGroup ---- */

struct disable_in {
	const char *group;
};

static const struct field disable_in_fields[] = {
	TEXT(struct disable_in, group, "ScalingGroupId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	FIELDS_END,
};

static const struct error_row disable_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	ESS_ROW_GROUP_UNKNOWN,
	ROWS_END,
};

static bool disable_run(struct call *call, const void *in_, void *out)
{
	const struct disable_in *in = in_;

	(void)out;
	return call_verb(call, scaling_group_disable(&call->work, in->group));
}

const struct operation ess_disable_scaling_group = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "DisableScalingGroup",
	.mode = OPERATION_WRITE,
	.permission = "ess:DisableScalingGroup",
	.resource = "scalinggroup/{ScalingGroupId}",
	.in = { sizeof(struct disable_in), disable_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = disable_errors,
	.run = disable_run,
	.doc = "An Active group becomes Inactive: its activity goes on to its end, and no other begins.",
};
