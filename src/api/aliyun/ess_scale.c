/* ExecuteScalingRule, ScaleWithAdjustment. */
#include <string.h>

#include "api/aliyun/ess.h"
#include "base/text.h"

#define ROWS_SCALE                                                                                  \
	ESS_ROW_EMPTY,                                                                              \
	ESS_ROW_REGION,                                                                             \
	ESS_ROW_GROUP_STATE,                                                                        \
	ESS_ROW_ACTIVITY_RUNS,                                                                      \
	ESS_ROWS_OUTSIDE,                                                                           \
	{ REFUSE_SCALING_NO_CHANGE, 400, "IncorrectCapacity.NoChange",                              \
	  "To execute the specified scaling rule, the total capacity will not change.", NULL }

/* ---- ExecuteScalingRule ---- */

struct execute_in {
	const char *region, *rule, *metric, *breach, *client_token;
};

struct execute_out {
	const char *activity;
};

static const struct field execute_in_fields[] = {
	TEXT(struct execute_in, region, "RegionId"),
	TEXT(struct execute_in, rule, "ScalingRuleAri", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(struct execute_in, metric, "MetricValue", .max = 20, .doc = "Step rules: what was measured; three places count."),
	TEXT(struct execute_in, breach, "BreachThreshold", .max = 20, .doc = "Step rules: what the steps are told from."),
	TEXT(struct execute_in, client_token, "ClientToken", .flags = FIELD_CLIENT_TOKEN, .max = ESS_CLIENT_TOKEN_MAX,
	     .doc = "A repeat within 24 hours gets the first answer."),
	FIELDS_END,
};

static const struct field execute_out_fields[] = {
	TEXT(struct execute_out, activity, "ScalingActivityId"),
	FIELDS_END,
};

static const struct error_row execute_errors[] = {
	{ REFUSE_SCALING_RULE_UNKNOWN, 404, "InvalidScalingRuleAri.NotFound", "The specified scaling rule Ari does not exist.", NULL },
	ROWS_SCALE,
	{ REFUSE_SCALING_METRIC_MISSING, 400, "MissingParameter.MetricValue",
	  "Metric value must be specified for StepScalingRule.", NULL },
	{ REFUSE_SCALING_BREACH_MISSING, 400, "MissingParameter.BreachThreshold",
	  "Breach threshold must be specified for StepScalingRule.", NULL },
	{ REFUSE_SCALING_STEP_NONE, 400, "InvalidStepAdjustments.NoStepFound",
	  "No adjustment step found for a metric value of: %s.", NULL },
	ROWS_END,
};

const char *ess_rule_ari(struct call *call, const struct scaling_rule *rule)
{
	return arena_printf(call_work_arena(call), "ari:acs:ess:%s:%s:scalingrule/%s", rule->tenant.region, rule->tenant.account,
	                    rule->id);
}

/* The rule's id, if the name is one of the caller's; "" otherwise. */
static const char *rule_of_ari(const struct call *call, const char *ari)
{
	const char *slash = strrchr(ari, '/');
	const char *account = call->caller.tenant.account;

	return slash && text_starts(ari, "ari:acs:ess:") && strstr(ari, account) ? slash + 1 : "";
}

bool ess_decimal(struct call *call, const char *text, const char *parameter, bool *ret_given, int64_t *ret)
{
	bool negative = !text_empty(text) && *text == '-';
	int64_t whole = 0;
	int places = -1;

	*ret_given = !text_empty(text);
	if (!*ret_given)
		return true;
	for (text += negative; *text; text++) {
		if (*text == '.' && places < 0) {
			places = 0;
		} else if (*text >= '0' && *text <= '9' && whole < INT64_MAX / 100000) {
			if (places < 3)
				whole = whole * 10 + (*text - '0');
			places += places >= 0 && places < 3;
		} else {
			return call_refuse(call, REFUSE_PARAMETER_INVALID, parameter);
		}
	}
	for (places = places < 0 ? 0 : places; places < 3; places++)
		whole *= 10;
	*ret = negative ? -whole : whole;
	return true;
}

static bool execute_run(struct call *call, const void *in_, void *out_)
{
	const struct execute_in *in = in_;
	struct execute_out *out = out_;
	struct scaling_execute_args args = { .rule = rule_of_ari(call, in->rule) };

	if (!ess_decimal(call, in->metric, "MetricValue", &args.metric_given, &args.metric) ||
	    !ess_decimal(call, in->breach, "BreachThreshold", &args.breach_given, &args.breach))
		return false;
	if (call_verb(call, scaling_rule_execute(&call->work, &args, &out->activity)))
		return true;
	if (call->refusal.reason == REFUSE_SCALING_STEP_NONE)
		call->refusal.subject = in->metric;
	return false;
}

const struct operation ess_execute_scaling_rule = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "ExecuteScalingRule",
	.mode = OPERATION_WRITE,
	.permission = "ess:ExecuteScalingRule",
	.resource = "scalingrule/{ScalingRuleAri/}",
	.in = { sizeof(struct execute_in), execute_in_fields },
	.out = { sizeof(struct execute_out), execute_out_fields },
	.errors = execute_errors,
	.opens_jobs = true,
	.run = execute_run,
	.doc = "Does what a simple or a step rule says, whatever the cooldown, between MinSize and MaxSize.",
};

/* ---- ScaleWithAdjustment ---- */

struct adjust_in {
	const char *region, *group, *type, *metadata, *mode, *hook_context, *overrides, *client_token;
	struct opt_int value, magnitude;
	struct opt_bool sync, parallel;
};

struct adjust_out {
	const char *activity, *type;
};

const char *const ess_adjustment_words[] = { "QuantityChangeInCapacity", "PercentChangeInCapacity", "TotalCapacity", NULL };
static const char *const modes[] = { "None", NULL };

static const struct field adjust_in_fields[] = {
	TEXT(struct adjust_in, region, "RegionId"),
	TEXT(struct adjust_in, group, "ScalingGroupId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(struct adjust_in, type, "AdjustmentType", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .values = ess_adjustment_words),
	OPT_INT(struct adjust_in, value, "AdjustmentValue", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .min = -10000, .max = 10000),
	OPT_INT(struct adjust_in, magnitude, "MinAdjustmentMagnitude", .min = 1, .max = SCALING_SIZE_MAX,
	        .doc = "Instances that a percentage moves at least."),
	TEXT(struct adjust_in, metadata, "ActivityMetadata", .max = 1000, .doc = "Shown with the activity."),
	OPT_BOOL(struct adjust_in, sync, "SyncActivity", .flags = FIELD_ACCEPTED),
	OPT_BOOL(struct adjust_in, parallel, "ParallelTask", .flags = FIELD_ACCEPTED),
	TEXT(struct adjust_in, mode, "ExecutionMode", .values = modes, .doc = "PlanOnly is not had."),
	TEXT(struct adjust_in, hook_context, "LifecycleHookContext", .max = 4096, .doc = "JSON: DisableLifecycleHook true asks no hook."),
	TEXT(struct adjust_in, overrides, "Overrides", .flags = FIELD_ACCEPTED),
	TEXT(struct adjust_in, client_token, "ClientToken", .flags = FIELD_CLIENT_TOKEN, .max = ESS_CLIENT_TOKEN_MAX,
	     .doc = "A repeat within 24 hours gets the first answer."),
	FIELDS_END,
};

static const struct field adjust_out_fields[] = {
	TEXT(struct adjust_out, activity, "ScalingActivityId"),
	TEXT(struct adjust_out, type, "ActivityType"),
	FIELDS_END,
};

static const struct error_row adjust_errors[] = {
	ESS_ROW_GROUP_UNKNOWN,
	ROWS_SCALE,
	ROWS_END,
};

int ess_adjustment_of(const char *word)
{
	return ess_position(ess_adjustment_words, word);
}

static bool adjust_run(struct call *call, const void *in_, void *out_)
{
	const struct adjust_in *in = in_;
	struct adjust_out *out = out_;
	struct scaling_adjust_args args = {
		.group = in->group,
		.adjust = { (enum scaling_adjustment)ess_adjustment_of(in->type), in->value.value, in->magnitude.value },
		.metadata = in->metadata,
	};

	out->type = "CapacityChange";
	return ess_asks_hooks(call, in->hook_context, &args.asks_hooks) &&
	       call_verb(call, scaling_adjust(&call->work, &args, &out->activity));
}

const struct operation ess_scale_with_adjustment = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "ScaleWithAdjustment",
	.mode = OPERATION_WRITE,
	.permission = "ess:ScaleWithAdjustment",
	.resource = "scalinggroup/{ScalingGroupId}",
	.in = { sizeof(struct adjust_in), adjust_in_fields },
	.out = { sizeof(struct adjust_out), adjust_out_fields },
	.errors = adjust_errors,
	.opens_jobs = true,
	.run = adjust_run,
	.doc = "Makes a group larger or smaller by a number, a percentage or to a total, between MinSize and MaxSize.",
};
