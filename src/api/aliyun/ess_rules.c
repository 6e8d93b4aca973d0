/* CreateScalingRule, ModifyScalingRule, DeleteScalingRule, DescribeScalingRules. */
#include <math.h>
#include <string.h>

#include "api/aliyun/ecs.h"
#include "api/aliyun/ess.h"
#include "api/aliyun/ess_steps.h"
#include "base/text.h"

static const char *const type_words[] = { "SimpleScalingRule", "StepScalingRule", NULL };

/* ---- CreateScalingRule ---- */

struct create_in {
	const char *region, *group, *name, *type, *adjustment;
	struct opt_int value, cooldown, magnitude, warmup;
	struct items steps;
};

struct create_out {
	const char *rule, *ari;
};

static const struct field create_in_fields[] = {
	TEXT(struct create_in, region, "RegionId"),
	TEXT(struct create_in, group, "ScalingGroupId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(struct create_in, name, "ScalingRuleName", .min = ESS_NAME_MIN, .max = ESS_NAME_MAX,
	     .doc = "Unique in the group. Default: the id."),
	TEXT(struct create_in, type, "ScalingRuleType", .values = type_words, .doc = "Default SimpleScalingRule."),
	TEXT(struct create_in, adjustment, "AdjustmentType", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .values = ess_adjustment_words),
	OPT_INT(struct create_in, value, "AdjustmentValue", .min = -10000, .max = 10000),
	OPT_INT(struct create_in, cooldown, "Cooldown", .max = 86400, .doc = "Default: the group's."),
	OPT_INT(struct create_in, magnitude, "MinAdjustmentMagnitude", .min = 1, .max = SCALING_SIZE_MAX,
	        .doc = "Instances that a percentage moves at least."),
	OPT_INT(struct create_in, warmup, "EstimatedInstanceWarmup", .max = 86400, .doc = "Kept and shown."),
	ITEMS(struct create_in, steps, "StepAdjustment", .later = "StepAdjustments", .of = &ess_step_shape, .max = ESS_STEPS_READ),
	FIELDS_END,
};

static const struct field create_out_fields[] = {
	TEXT(struct create_out, rule, "ScalingRuleId"),
	TEXT(struct create_out, ari, "ScalingRuleAri"),
	FIELDS_END,
};

#define ROWS_RULE                                                                                     \
	{ REFUSE_SCALING_RULE_NAME, 400, "InvalidScalingRuleName.Duplicate",                          \
	  "The specified value of parameter ScalingRuleName is duplicated.", NULL },                  \
	{ REFUSE_SCALING_MAGNITUDE, 400, "InvalidMinAdjustmentMagnitudeMismatchAdjustmentType",       \
	  "MinAdjustmentMagnitude is not supported by the specified adjustment type.", NULL }, \
	ESS_ROWS_STEPS

static const struct error_row create_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	ESS_ROW_GROUP_UNKNOWN,
	ROWS_RULE,
	{ REFUSE_SCALING_RULE_LIMIT, 400, "QuotaExceeded.ScalingRule",
	  "Scaling rule quota exceeded in the specified scaling group.", NULL },
	ROWS_END,
};

static bool create_run(struct call *call, const void *in_, void *out_)
{
	const struct create_in *in = in_;
	struct create_out *out = out_;
	struct scaling_rule rule = {
		.scaling_group = in->group,
		.name = in->name,
		.type = text_equal(in->type, type_words[SCALING_RULE_STEP]) ? SCALING_RULE_STEP : SCALING_RULE_SIMPLE,
		.adjustment = (enum scaling_adjustment)ess_adjustment_of(in->adjustment),
		.value = in->value.value,
		.cooldown_given = in->cooldown.is == GIVEN,
		.cooldown = in->cooldown.value,
		.min_magnitude = in->magnitude.value,
		.warmup = in->warmup.value,
	};
	struct scaling_rule made;

	if (!ess_name_check(call, in->name, "ScalingRuleName") || !ess_steps_text(call, &in->steps, &rule.steps) ||
	    !call_verb(call, scaling_rule_create(&call->work, &rule, &made)))
		return false;
	out->rule = made.id;
	out->ari = ess_rule_ari(call, &made);
	return true;
}

const struct operation ess_create_scaling_rule = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "CreateScalingRule",
	.mode = OPERATION_WRITE,
	.permission = "ess:CreateScalingRule",
	.resource = "scalinggroup/{ScalingGroupId}",
	.in = { sizeof(struct create_in), create_in_fields },
	.out = { sizeof(struct create_out), create_out_fields },
	.errors = create_errors,
	.run = create_run,
	.doc = "Says how a group grows or shrinks when the rule is executed.",
};

/* ---- ModifyScalingRule ---- */

struct modify_in {
	const char *rule, *name, *adjustment;
	struct opt_int value, cooldown, magnitude, warmup;
	struct items steps;
};

static const struct field modify_in_fields[] = {
	TEXT(struct modify_in, rule, "ScalingRuleId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(struct modify_in, name, "ScalingRuleName", .min = ESS_NAME_MIN, .max = ESS_NAME_MAX),
	TEXT(struct modify_in, adjustment, "AdjustmentType", .values = ess_adjustment_words),
	OPT_INT(struct modify_in, value, "AdjustmentValue", .min = -10000, .max = 10000),
	OPT_INT(struct modify_in, cooldown, "Cooldown", .max = 86400),
	OPT_INT(struct modify_in, magnitude, "MinAdjustmentMagnitude", .min = 1, .max = SCALING_SIZE_MAX),
	OPT_INT(struct modify_in, warmup, "EstimatedInstanceWarmup", .max = 86400),
	ITEMS(struct modify_in, steps, "StepAdjustment", .later = "StepAdjustments", .of = &ess_step_shape, .max = ESS_STEPS_READ),
	FIELDS_END,
};

#define ROW_RULE_UNKNOWN \
	{ REFUSE_SCALING_RULE_UNKNOWN, 404, "InvalidScalingRuleId.NotFound", "The specified scaling rule does not exist.", NULL }

static const struct error_row modify_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	ROW_RULE_UNKNOWN,
	ROWS_RULE,
	ROWS_END,
};

static struct scaling_number number_of(const struct opt_int *in)
{
	return (struct scaling_number){ in->is == GIVEN, in->value };
}

static bool modify_run(struct call *call, const void *in_, void *out)
{
	const struct modify_in *in = in_;
	struct scaling_rule_change change = {
		.rule = in->rule,
		.name = in->name,
		.adjustment = ess_adjustment_of(in->adjustment),
		.value = number_of(&in->value),
		.cooldown = number_of(&in->cooldown),
		.min_magnitude = number_of(&in->magnitude),
		.warmup = number_of(&in->warmup),
	};

	(void)out;
	return ess_name_check(call, in->name, "ScalingRuleName") && ess_steps_text(call, &in->steps, &change.steps) &&
	       call_verb(call, scaling_rule_modify(&call->work, &change));
}

const struct operation ess_modify_scaling_rule = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "ModifyScalingRule",
	.mode = OPERATION_WRITE,
	.permission = "ess:ModifyScalingRule",
	.resource = "scalingrule/{ScalingRuleId}",
	.in = { sizeof(struct modify_in), modify_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = modify_errors,
	.run = modify_run,
	.doc = "Changes what is given of a rule.",
};

/* ---- DeleteScalingRule ---- */

struct delete_in {
	const char *region, *rule;
};

static const struct field delete_in_fields[] = {
	TEXT(struct delete_in, region, "RegionId"),
	TEXT(struct delete_in, rule, "ScalingRuleId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	FIELDS_END,
};

static const struct error_row delete_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	ROW_RULE_UNKNOWN,
	ROWS_END,
};

static bool delete_run(struct call *call, const void *in_, void *out)
{
	(void)out;
	return call_verb(call, scaling_rule_delete(&call->work, ((const struct delete_in *)in_)->rule));
}

const struct operation ess_delete_scaling_rule = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "DeleteScalingRule",
	.mode = OPERATION_WRITE,
	.permission = "ess:DeleteScalingRule",
	.resource = "scalingrule/{ScalingRuleId}",
	.in = { sizeof(struct delete_in), delete_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = delete_errors,
	.run = delete_run,
	.doc = "Removes a rule; an activity that it began goes on.",
};

/* ---- DescribeScalingRules ---- */

struct step_item {
	double lower, upper;
	int64_t value;
};

static const struct field step_fields[] = {
	DECIMAL(struct step_item, lower, "MetricIntervalLowerBound", .flags = FIELD_OMIT_EMPTY),
	DECIMAL(struct step_item, upper, "MetricIntervalUpperBound", .flags = FIELD_OMIT_EMPTY),
	INT(struct step_item, value, "ScalingAdjustment"),
	FIELDS_END,
};
static const struct shape step_shape = { sizeof(struct step_item), step_fields };

struct rule_item {
	const char *id, *ari, *group, *name, *type, *adjustment;
	int64_t value, min_size, max_size;
	struct opt_int cooldown, magnitude, warmup;
	struct items steps;
};

static const struct field item_fields[] = {
	TEXT(struct rule_item, id, "ScalingRuleId"),
	TEXT(struct rule_item, ari, "ScalingRuleAri"),
	TEXT(struct rule_item, group, "ScalingGroupId"),
	TEXT(struct rule_item, name, "ScalingRuleName"),
	TEXT(struct rule_item, type, "ScalingRuleType"),
	TEXT(struct rule_item, adjustment, "AdjustmentType"),
	INT(struct rule_item, value, "AdjustmentValue"),
	OPT_INT(struct rule_item, cooldown, "Cooldown"),
	OPT_INT(struct rule_item, magnitude, "MinAdjustmentMagnitude"),
	OPT_INT(struct rule_item, warmup, "EstimatedInstanceWarmup"),
	INT(struct rule_item, min_size, "MinSize"),
	INT(struct rule_item, max_size, "MaxSize"),
	ITEMS(struct rule_item, steps, "StepAdjustments", .item = "StepAdjustment", .of = &step_shape),
	FIELDS_END,
};
static const struct shape item_shape = { sizeof(struct rule_item), item_fields };

/* NAN: there is none. */
static double bound_of(struct call *call, const char *from, size_t length)
{
	int64_t thousandths;

	if (!text_to_int64(arena_text_n(call_work_arena(call), from, length), &thousandths))
		return NAN;
	return (double)thousandths / 1000;
}

static struct items steps_of(struct call *call, const char *list)
{
	struct step_item *items = arena_array(call_work_arena(call), struct step_item, text_list_count(list));
	const char *step;
	size_t n = 0;

	while ((step = text_list_next(call_work_arena(call), &list))) {
		const char *first = strchr(step, ':');
		const char *second = first ? strchr(first + 1, ':') : NULL;

		if (!second)
			continue;
		items[n].lower = bound_of(call, step, (size_t)(first - step));
		items[n].upper = bound_of(call, first + 1, (size_t)(second - first - 1));
		text_to_int64(second + 1, &items[n++].value);
	}
	return (struct items){ items, n };
}

static void fill_item(struct call *call, const struct scaling_rule *rule, struct rule_item *ret)
{
	struct scaling_group group = { .min_size = 0 };

	scaling_group_get(call->work.txn, rule->scaling_group, &group);
	*ret = (struct rule_item){
		.id = rule->id,
		.ari = ess_rule_ari(call, rule),
		.group = rule->scaling_group,
		.name = rule->name,
		.type = type_words[rule->type],
		.adjustment = ess_adjustment_words[rule->adjustment],
		.value = rule->value,
		.cooldown = { rule->cooldown_given ? GIVEN : ABSENT, rule->cooldown },
		.magnitude = { rule->min_magnitude ? GIVEN : ABSENT, rule->min_magnitude },
		.warmup = { rule->warmup ? GIVEN : ABSENT, rule->warmup },
		.min_size = group.min_size,
		.max_size = group.max_size,
		.steps = steps_of(call, rule->steps),
	};
}

struct describe_in {
	const char *region, *group, *type;
	struct texts ids, names, aris;
	struct opt_bool alarms;
	struct rpc_paging paging;
};

struct describe_out {
	struct items rules;
	struct rpc_pages pages;
};

static const struct field describe_in_fields[] = {
	TEXT(struct describe_in, region, "RegionId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(struct describe_in, group, "ScalingGroupId"),
	TEXTS(struct describe_in, ids, "ScalingRuleId", .later = "ScalingRuleIds", .max = 50),
	TEXTS(struct describe_in, names, "ScalingRuleName", .later = "ScalingRuleNames", .max = 50),
	TEXTS(struct describe_in, aris, "ScalingRuleAri", .later = "ScalingRuleAris", .max = 50),
	TEXT(struct describe_in, type, "ScalingRuleType", .values = type_words),
	OPT_BOOL(struct describe_in, alarms, "ShowAlarmRules", .flags = FIELD_ACCEPTED),
	ESS_PAGING_FIELDS(struct describe_in, paging, 50),
	FIELDS_END,
};

static const struct field describe_out_fields[] = {
	ITEMS(struct describe_out, rules, "ScalingRules", .item = "ScalingRule", .of = &item_shape),
	ESS_PAGES_FIELDS(struct describe_out, pages),
	FIELDS_END,
};

static const struct error_row describe_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	ROWS_END,
};

/* Ids are what stands behind the last slash of a name. */
static struct texts ids_of_aris(struct call *call, const struct texts *aris)
{
	const char **ids = arena_array(call_work_arena(call), const char *, aris->n);
	size_t i;

	for (i = 0; i < aris->n; i++) {
		const char *slash = strrchr(aris->items[i], '/');

		ids[i] = slash ? slash + 1 : "";
	}
	return (struct texts){ ids, aris->n };
}

static bool describe_run(struct call *call, const void *in_, void *out_)
{
	const struct describe_in *in = in_;
	struct describe_out *out = out_;
	struct scaling_filter filter = ess_filter(call);
	struct texts ids = in->aris.n ? ids_of_aris(call, &in->aris) : in->ids;
	struct scaling_rule *rows;
	struct rule_item *items;
	size_t n;
	size_t i;

	filter.scaling_group = ecs_given(in->group);
	filter.ids = ids.n ? ids.items : NULL;
	filter.n_ids = ids.n;
	filter.names = in->names.items;
	filter.n_names = in->names.n;
	filter.kind = text_empty(in->type) ? -1 : text_equal(in->type, type_words[SCALING_RULE_STEP]);
	if (!ess_scaling_rule_page(call, &filter, &in->paging, &out->pages, &rows, &n))
		return false;
	items = arena_array(call_work_arena(call), struct rule_item, n);
	for (i = 0; i < n; i++)
		fill_item(call, &rows[i], &items[i]);
	out->rules = (struct items){ items, n };
	return true;
}

const struct operation ess_describe_scaling_rules = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "DescribeScalingRules",
	.mode = OPERATION_READ,
	.permission = "ess:DescribeScalingRules",
	.resource = "scalinggroup/*",
	.in = { sizeof(struct describe_in), describe_in_fields },
	.out = { sizeof(struct describe_out), describe_out_fields },
	.errors = describe_errors,
	.run = describe_run,
	.doc = "Lists scaling rules, newest first, by filters and pages.",
};
