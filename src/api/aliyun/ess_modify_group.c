/* ModifyScalingGroup, SetGroupDeletionProtection, SuspendProcesses, ResumeProcesses. */
#include "api/aliyun/ecs.h"
#include "api/aliyun/ess.h"
#include "base/text.h"

/* ---- ModifyScalingGroup ---- */

struct modify_in {
	const char *group, *name, *configuration, *health_check, *multi_zone, *policy, *launch_template, *launch_template_version,
		*allocation, *spot_allocation;
	struct opt_int min_size, max_size, desired, cooldown, lifetime, stop_timeout, on_demand_base, on_demand_percentage, spot_pools;
	struct opt_bool protection, disable_desired, az_balance, compensate, spot_remedy;
	struct texts removal_policies, vswitches, health_checks;
};

static const struct field modify_in_fields[] = {
	TEXT(struct modify_in, group, "ScalingGroupId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(struct modify_in, name, "ScalingGroupName", .min = ESS_NAME_MIN, .max = ESS_NAME_MAX),
	OPT_INT(struct modify_in, min_size, "MinSize", .max = SCALING_SIZE_MAX),
	OPT_INT(struct modify_in, max_size, "MaxSize", .max = SCALING_SIZE_MAX),
	OPT_INT(struct modify_in, desired, "DesiredCapacity", .max = SCALING_SIZE_MAX),
	OPT_BOOL(struct modify_in, disable_desired, "DisableDesiredCapacity", .doc = "true: the group keeps to no number any more."),
	OPT_INT(struct modify_in, cooldown, "DefaultCooldown", .max = 86400),
	TEXT(struct modify_in, configuration, "ActiveScalingConfigurationId"),
	TEXTS(struct modify_in, removal_policies, "RemovalPolicy", .later = "RemovalPolicies", .max = 3),
	TEXTS(struct modify_in, vswitches, "VSwitchIds", .max = 8),
	TEXT(struct modify_in, multi_zone, "MultiAZPolicy", .values = ess_multi_zone_words),
	TEXT(struct modify_in, health_check, "HealthCheckType", .values = ess_health_check_words),
	TEXTS(struct modify_in, health_checks, "HealthCheckTypes", .max = 3, .doc = "The first counts."),
	TEXT(struct modify_in, policy, "ScalingPolicy", .values = ess_policy_words),
	OPT_BOOL(struct modify_in, protection, "GroupDeletionProtection"),
	OPT_INT(struct modify_in, lifetime, "MaxInstanceLifetime", .max = 2147483647, .doc = "Kept and shown."),
	OPT_INT(struct modify_in, stop_timeout, "StopInstanceTimeout", .min = 30, .max = 240, .doc = "Kept and shown."),
	TEXT(struct modify_in, launch_template, "LaunchTemplateId", .flags = FIELD_ACCEPTED),
	TEXT(struct modify_in, launch_template_version, "LaunchTemplateVersion", .flags = FIELD_ACCEPTED),
	OPT_BOOL(struct modify_in, az_balance, "AzBalance", .flags = FIELD_ACCEPTED),
	OPT_BOOL(struct modify_in, compensate, "CompensateWithOnDemand", .flags = FIELD_ACCEPTED),
	OPT_BOOL(struct modify_in, spot_remedy, "SpotInstanceRemedy", .flags = FIELD_ACCEPTED),
	OPT_INT(struct modify_in, spot_pools, "SpotInstancePools", .flags = FIELD_ACCEPTED),
	OPT_INT(struct modify_in, on_demand_base, "OnDemandBaseCapacity", .flags = FIELD_ACCEPTED),
	OPT_INT(struct modify_in, on_demand_percentage, "OnDemandPercentageAboveBaseCapacity", .flags = FIELD_ACCEPTED),
	TEXT(struct modify_in, allocation, "AllocationStrategy", .flags = FIELD_ACCEPTED),
	TEXT(struct modify_in, spot_allocation, "SpotAllocationStrategy", .flags = FIELD_ACCEPTED),
	FIELDS_END,
};

static const struct error_row modify_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	ESS_ROW_GROUP_UNKNOWN,
	ESS_ROW_GROUP_STATE,
	{ REFUSE_SCALING_GROUP_NAME, 400, "InvalidScalingGroupName.Duplicate",
	  "The specified value of parameter ScalingGroupName is duplicated.", NULL },
	ESS_ROWS_SIZES,
	{ REFUSE_SCALING_CONFIGURATION_UNKNOWN, 404, "InvalidScalingConfigurationId.NotFound",
	  "The specified scaling configuration does not exist.", NULL },
	{ REFUSE_VSWITCH_UNKNOWN, 404, "InvalidVSwitchId.NotFound", "The specified virtual switch does not exist.", "Cleat" },
	{ REFUSE_VPC_MISMATCH, 400, "InvalidParameter", "The specified value of parameter VSwitchIds is not valid.", "Cleat" },
	ROWS_END,
};

static struct scaling_number number_of(const struct opt_int *in)
{
	return (struct scaling_number){ in->is == GIVEN, in->value };
}

static struct scaling_modify_args modify_args(struct call *call, const struct modify_in *in)
{
	const char *health = in->health_checks.n ? in->health_checks.items[0] : in->health_check;

	return (struct scaling_modify_args){
		.group = in->group,
		.name = in->name,
		.min_size = number_of(&in->min_size),
		.max_size = number_of(&in->max_size),
		.desired_capacity = number_of(&in->desired),
		.disable_desired = in->disable_desired.value,
		.default_cooldown = number_of(&in->cooldown),
		.max_instance_lifetime = number_of(&in->lifetime),
		.stop_instance_timeout = number_of(&in->stop_timeout),
		.health_check = text_empty(health) ? -1 : (int)ess_health_check_of(health),
		.multi_zone_policy = ecs_given(in->multi_zone),
		.scaling_policy = ecs_given(in->policy),
		.configuration = in->configuration,
		.vswitches = ess_join(call, &in->vswitches),
		.deletion_protection = in->protection.is == GIVEN ? in->protection.value : -1,
	};
}

static bool modify_run(struct call *call, const void *in_, void *out)
{
	const struct modify_in *in = in_;
	struct scaling_modify_args args = modify_args(call, in);

	(void)out;
	return ess_name_check(call, in->name, "ScalingGroupName") &&
	       ess_policies(call, &in->removal_policies, &args.removal_policies) &&
	       call_verb(call, scaling_group_modify(&call->work, &args));
}

const struct operation ess_modify_scaling_group = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "ModifyScalingGroup",
	.mode = OPERATION_WRITE,
	.permission = "ess:ModifyScalingGroup",
	.resource = "scalinggroup/{ScalingGroupId}",
	.in = { sizeof(struct modify_in), modify_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = modify_errors,
	.opens_jobs = true,
	.run = modify_run,
	.doc = "Changes what is given; an Active group follows its new sizes.",
};

/* ---- SetGroupDeletionProtection ---- */

static const struct error_row found_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	ESS_ROW_GROUP_UNKNOWN,
	ROWS_END,
};

struct protect_in {
	const char *region, *group;
	struct opt_bool protection;
};

static const struct field protect_in_fields[] = {
	TEXT(struct protect_in, region, "RegionId"),
	TEXT(struct protect_in, group, "ScalingGroupId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	OPT_BOOL(struct protect_in, protection, "GroupDeletionProtection", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	FIELDS_END,
};

static const struct error_row protect_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	ESS_ROW_GROUP_UNKNOWN,
	ESS_ROW_GROUP_STATE,
	ROWS_END,
};

static bool protect_run(struct call *call, const void *in_, void *out)
{
	const struct protect_in *in = in_;
	struct scaling_modify_args args = { .group = in->group, .health_check = -1, .deletion_protection = in->protection.value };

	(void)out;
	return call_verb(call, scaling_group_modify(&call->work, &args));
}

const struct operation ess_set_group_deletion_protection = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "SetGroupDeletionProtection",
	.mode = OPERATION_WRITE,
	.permission = "ess:SetGroupDeletionProtection",
	.resource = "scalinggroup/{ScalingGroupId}",
	.in = { sizeof(struct protect_in), protect_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = protect_errors,
	.opens_jobs = true,
	.run = protect_run,
	.doc = "A group that is protected is not deleted, by force neither.",
};

/* ---- SuspendProcesses, ResumeProcesses ---- */

struct suspend_in {
	const char *region, *group, *client_token;
	struct texts processes;
};

static const char *const process_words[] = { "ScaleIn", "ScaleOut", "HealthCheck", "AlarmNotification", "ScheduledAction", NULL };

static const struct field suspend_in_fields[] = {
	TEXT(struct suspend_in, region, "RegionId"),
	TEXT(struct suspend_in, group, "ScalingGroupId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXTS(struct suspend_in, processes, "Process", .later = "Processes", .flags = FIELD_REQUIRED | FIELD_EXACT, .max = 10,
	      .doc = "ScaleIn, ScaleOut, HealthCheck: of what the group does by itself; AlarmNotification and ScheduledAction are kept and "
	             "shown."),
	TEXT(struct suspend_in, client_token, "ClientToken", .flags = FIELD_CLIENT_TOKEN, .max = ESS_CLIENT_TOKEN_MAX,
	     .doc = "A repeat within 24 hours gets the first answer."),
	FIELDS_END,
};

static bool suspend(struct call *call, const struct suspend_in *in, bool suspends)
{
	size_t i;
	size_t w;

	for (i = 0; i < in->processes.n; i++) {
		for (w = 0; process_words[w] && !text_equal(process_words[w], in->processes.items[i]); w++)
			;
		if (!process_words[w])
			return call_refuse(call, REFUSE_PARAMETER_INVALID, call->edition == EDITION_LATER ? "Processes" : "Process");
	}
	return call_verb(call, scaling_group_suspend(&call->work, in->group, in->processes.items, in->processes.n, suspends));
}

static bool suspend_run(struct call *call, const void *in, void *out)
{
	(void)out;
	return suspend(call, in, true);
}

static bool resume_run(struct call *call, const void *in, void *out)
{
	(void)out;
	return suspend(call, in, false);
}

const struct operation ess_suspend_processes = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "SuspendProcesses",
	.mode = OPERATION_WRITE,
	.permission = "ess:SuspendProcesses",
	.resource = "scalinggroup/{ScalingGroupId}",
	.in = { sizeof(struct suspend_in), suspend_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = found_errors,
	.opens_jobs = true,
	.run = suspend_run,
	.doc = "The group does not do these things by itself until they are resumed.",
};

const struct operation ess_resume_processes = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "ResumeProcesses",
	.mode = OPERATION_WRITE,
	.permission = "ess:ResumeProcesses",
	.resource = "scalinggroup/{ScalingGroupId}",
	.in = { sizeof(struct suspend_in), suspend_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = found_errors,
	.opens_jobs = true,
	.run = resume_run,
	.doc = "The group does these things again.",
};
