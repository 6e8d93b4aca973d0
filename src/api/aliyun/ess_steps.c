/* Steps of CreateScalingRule and ModifyScalingRule. */
#include "api/aliyun/ess_steps.h"

#include <stdlib.h>

#include "api/aliyun/ess.h"
#include "base/text.h"

struct step_in {
	const char *lower, *upper;
	struct opt_int value;
};

static const struct field step_in_fields[] = {
	TEXT(struct step_in, lower, "MetricIntervalLowerBound", .max = 20, .doc = "Absent: no bound; three places count."),
	TEXT(struct step_in, upper, "MetricIntervalUpperBound", .max = 20),
	OPT_INT(struct step_in, value, "ScalingAdjustment", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .min = -10000, .max = 10000),
	FIELDS_END,
};
const struct shape ess_step_shape = { sizeof(struct step_in), step_in_fields };

/* Bounds in thousandths; one that is absent is beyond all others. */
struct step {
	bool has_lower, has_upper;
	int64_t lower, upper, value;
};

static bool step_read(struct call *call, const struct step_in *in, size_t i, struct step *ret)
{
	*ret = (struct step){ .value = in->value.value };
	if (!ess_decimal(call, in->lower, "MetricIntervalLowerBound", &ret->has_lower, &ret->lower) ||
	    !ess_decimal(call, in->upper, "MetricIntervalUpperBound", &ret->has_upper, &ret->upper))
		return false;
	if (!ret->has_lower && !ret->has_upper)
		return call_refuse(call, REFUSE_SCALING_STEP_UNBOUND, "StepAdjustment");
	if (ret->has_lower && ret->has_upper && ret->lower >= ret->upper)
		return call_refuse(call, REFUSE_SCALING_STEP_ORDER, arena_printf(call_work_arena(call), "%zu", i + 1));
	if (!ret->has_lower)
		ret->lower = INT64_MIN;
	if (!ret->has_upper)
		ret->upper = INT64_MAX;
	return true;
}

static int by_lower(const void *a_, const void *b_)
{
	const struct step *a = a_;
	const struct step *b = b_;

	return (a->lower > b->lower) - (a->lower < b->lower);
}

/* What is wrong with them as a whole, or REFUSE_NONE. Steps must be in order, and there is one at least. */
static enum refusal_reason steps_check(const struct step *steps, size_t n)
{
	size_t no_lower = 0;
	size_t no_upper = 0;
	bool negative = false;
	bool positive = false;
	size_t i;

	for (i = 0; i < n; i++) {
		no_lower += !steps[i].has_lower;
		no_upper += !steps[i].has_upper;
		negative |= steps[i].has_lower && steps[i].lower < 0;
		positive |= steps[i].has_upper && steps[i].upper > 0;
	}
	if (no_lower > 1)
		return REFUSE_SCALING_STEPS_LOWER_TWICE;
	if (no_upper > 1)
		return REFUSE_SCALING_STEPS_UPPER_TWICE;
	for (i = 1; i < n; i++)
		if (steps[i].lower < steps[i - 1].upper)
			return REFUSE_SCALING_STEPS_OVERLAP;
	for (i = 1; i < n; i++)
		if (steps[i].lower > steps[i - 1].upper)
			return REFUSE_SCALING_STEPS_GAP;
	if (negative && !no_lower)
		return REFUSE_SCALING_STEPS_LOWER_NONE;
	return positive && !no_upper ? REFUSE_SCALING_STEPS_UPPER_NONE : REFUSE_NONE;
}

static const char *bound_text(struct call *call, bool given, int64_t bound)
{
	return given ? arena_printf(call_work_arena(call), "%lld", (long long)bound) : "";
}

static const char *step_text(struct call *call, const struct step *step)
{
	return arena_printf(call_work_arena(call), "%s:%s:%lld", bound_text(call, step->has_lower, step->lower),
	                    bound_text(call, step->has_upper, step->upper), (long long)step->value);
}

bool ess_steps_text(struct call *call, const struct items *items, const char **ret)
{
	struct step steps[ESS_STEPS_MAX];
	enum refusal_reason reason;
	size_t i;

	*ret = items->n ? "" : NULL;
	if (!items->n)
		return true;
	if (items->n > ESS_STEPS_MAX)
		return call_refuse(call, REFUSE_SCALING_STEPS_LIMIT, arena_printf(call_work_arena(call), "%d", ESS_STEPS_MAX));
	for (i = 0; i < items->n; i++) {
		if (!step_read(call, &((const struct step_in *)items->items)[i], i, &steps[i]))
			return false;
		*ret = text_list_with(call_work_arena(call), *ret, step_text(call, &steps[i]));
	}
	qsort(steps, items->n, sizeof(steps[0]), by_lower);
	reason = steps_check(steps, items->n);
	return reason == REFUSE_NONE || call_refuse(call, reason, "StepAdjustment");
}
