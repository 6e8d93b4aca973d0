/* SetInstancesProtection, EnterStandby, ExitStandby, SetInstanceHealth. */
#include "api/aliyun/ecs.h"
#include "api/aliyun/ess.h"
#include "base/text.h"

#define INSTANCES_FIELD(T, m) \
	TEXTS(T, m, "InstanceId", .later = "InstanceIds", .flags = FIELD_REQUIRED | FIELD_EXACT, .max = SCALING_BATCH_MAX)

static const struct error_row move_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	ESS_ROW_GROUP_UNKNOWN,
	ESS_ROW_GROUP_STATE,
	ESS_ROW_INSTANCE_UNKNOWN(REFUSE_SCALING_MEMBER_UNKNOWN),
	{ REFUSE_SCALING_MEMBER_STATE, 400, "IncorrectInstanceStatus",
	  "The current status of instance “%s” does not support this action.", "Cleat" },
	ROWS_END,
};

static bool move(struct call *call, enum scaling_move move, const char *group, const struct texts *instances)
{
	struct scaling_move_args args = { group, move, instances->items, instances->n };

	return call_verb(call, scaling_members_move(&call->work, &args));
}

/* ---- SetInstancesProtection ---- */

struct protect_in {
	const char *group;
	struct texts instances;
	struct opt_bool protected;
};

static const struct field protect_in_fields[] = {
	TEXT(struct protect_in, group, "ScalingGroupId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	INSTANCES_FIELD(struct protect_in, instances),
	OPT_BOOL(struct protect_in, protected, "ProtectedFromScaleIn", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	FIELDS_END,
};

static bool protect_run(struct call *call, const void *in_, void *out)
{
	const struct protect_in *in = in_;

	(void)out;
	return move(call, in->protected.value ? SCALING_PROTECT : SCALING_UNPROTECT, in->group, &in->instances);
}

const struct operation ess_set_instances_protection = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "SetInstancesProtection",
	.mode = OPERATION_WRITE,
	.permission = "ess:SetInstancesProtection",
	.resource = "scalinggroup/{ScalingGroupId}",
	.in = { sizeof(struct protect_in), protect_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = move_errors,
	.opens_jobs = true,
	.run = protect_run,
	.doc = "Members in service are not scaled in, and not looked at, until they are unprotected.",
};

/* ---- EnterStandby, ExitStandby ---- */

struct standby_in {
	const char *region, *group, *client_token;
	struct texts instances;
	struct opt_bool async;
};

struct standby_out {
	const char *activity;
};

static const struct field standby_in_fields[] = {
	TEXT(struct standby_in, region, "RegionId"),
	TEXT(struct standby_in, group, "ScalingGroupId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	INSTANCES_FIELD(struct standby_in, instances),
	OPT_BOOL(struct standby_in, async, "Async", .flags = FIELD_ACCEPTED),
	TEXT(struct standby_in, client_token, "ClientToken", .flags = FIELD_CLIENT_TOKEN, .max = ESS_CLIENT_TOKEN_MAX,
	     .doc = "A repeat within 24 hours gets the first answer."),
	FIELDS_END,
};

static const struct field standby_out_fields[] = {
	TEXT(struct standby_out, activity, "ScalingActivityId", .flags = FIELD_OMIT_EMPTY, .doc = "There is none: it is done at once."),
	FIELDS_END,
};

static bool enter_run(struct call *call, const void *in_, void *out)
{
	const struct standby_in *in = in_;

	(void)out;
	return move(call, SCALING_ENTER_STANDBY, in->group, &in->instances);
}

static bool exit_run(struct call *call, const void *in_, void *out)
{
	const struct standby_in *in = in_;

	(void)out;
	return move(call, SCALING_EXIT_STANDBY, in->group, &in->instances);
}

const struct operation ess_enter_standby = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "EnterStandby",
	.mode = OPERATION_WRITE,
	.permission = "ess:EnterStandby",
	.resource = "scalinggroup/{ScalingGroupId}",
	.in = { sizeof(struct standby_in), standby_in_fields },
	.out = { sizeof(struct standby_out), standby_out_fields },
	.errors = move_errors,
	.opens_jobs = true,
	.run = enter_run,
	.doc = "Members are sent nothing by load balancers (weight 0), and are neither scaled in nor looked at.",
};

const struct operation ess_exit_standby = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "ExitStandby",
	.mode = OPERATION_WRITE,
	.permission = "ess:ExitStandby",
	.resource = "scalinggroup/{ScalingGroupId}",
	.in = { sizeof(struct standby_in), standby_in_fields },
	.out = { sizeof(struct standby_out), standby_out_fields },
	.errors = move_errors,
	.opens_jobs = true,
	.run = exit_run,
	.doc = "Members in standby are in service again.",
};

/* ---- SetInstanceHealth ---- */

struct health_in {
	const char *instance, *health;
};

static const struct field health_in_fields[] = {
	TEXT(struct health_in, instance, "InstanceId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(struct health_in, health, "HealthStatus", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .values = ess_health_words),
	FIELDS_END,
};

static const struct error_row health_errors[] = {
	ESS_ROW_EMPTY,
	{ REFUSE_SCALING_MEMBER_UNKNOWN, 400, "InvalidInstanceId.NotFound", "Instance \"%s\" does not exist.", NULL },
	ROWS_END,
};

static bool health_run(struct call *call, const void *in_, void *out)
{
	const struct health_in *in = in_;
	bool ill = text_equal(in->health, "Unhealthy");

	(void)out;
	return call_verb(call, scaling_member_set_health(&call->work, in->instance, ill ? SCALING_UNHEALTHY : SCALING_HEALTHY));
}

const struct operation ess_set_instance_health = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "SetInstanceHealth",
	.mode = OPERATION_WRITE,
	.permission = "ess:SetInstanceHealth",
	.resource = "scalinggroup/*",
	.in = { sizeof(struct health_in), health_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = health_errors,
	.opens_jobs = true,
	.run = health_run,
	.doc = "An Unhealthy member in service is removed and replaced.",
};
