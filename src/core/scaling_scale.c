/* ExecuteScalingRule and ScaleWithAdjustment: a group grows or shrinks because somebody says so. */
#include <string.h>

#include "base/text.h"
#include "core/scaling.h"

struct scale_facts {
	struct facts facts;
	bool rule_found, group_found;
	struct scaling_rule rule;
	struct scaling_group group;
	bool activity_runs;
	const struct scaling_execute_args *execute;
	struct scaling_adjust adjust;
	bool no_step;
	int64_t change;
};

#define SCALE_ROW(name, condition)                                            \
	static bool scale_##name(const struct work *work, const void *facts_) \
	{                                                                     \
		const struct scale_facts *f = facts_;                         \
                                                                              \
		(void)work;                                                   \
		return (condition);                                           \
	}

SCALE_ROW(rule_unknown, !f->rule_found)
SCALE_ROW(group_unknown, !f->group_found)
SCALE_ROW(not_active, f->group.state != SCALING_GROUP_ACTIVE)
SCALE_ROW(activity_runs, f->activity_runs)
SCALE_ROW(metric_missing, f->rule.type == SCALING_RULE_STEP && !f->execute->metric_given)
SCALE_ROW(breach_missing, f->rule.type == SCALING_RULE_STEP && !f->execute->breach_given)
SCALE_ROW(no_step, f->no_step)
SCALE_ROW(no_change, f->change == 0)

static const struct check execute_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ scale_rule_unknown, REFUSE_SCALING_RULE_UNKNOWN, ABOUT_NOTHING },
	{ scale_not_active, REFUSE_SCALING_GROUP_STATE, ABOUT_NOTHING },
	{ scale_activity_runs, REFUSE_SCALING_ACTIVITY_RUNS, ABOUT_NOTHING },
	{ scale_metric_missing, REFUSE_SCALING_METRIC_MISSING, ABOUT_NOTHING },
	{ scale_breach_missing, REFUSE_SCALING_BREACH_MISSING, ABOUT_NOTHING },
	{ scale_no_step, REFUSE_SCALING_STEP_NONE, ABOUT_NOTHING },
};

static const struct check adjust_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ scale_group_unknown, REFUSE_SCALING_GROUP_UNKNOWN, ABOUT_NOTHING },
	{ scale_not_active, REFUSE_SCALING_GROUP_STATE, ABOUT_NOTHING },
	{ scale_activity_runs, REFUSE_SCALING_ACTIVITY_RUNS, ABOUT_NOTHING },
};

/* Behind balancers and databases. */
static const struct check change_checks[] = {
	{ scale_no_change, REFUSE_SCALING_NO_CHANGE, ABOUT_NOTHING },
};

/* ---- how many ---- */

/* A percentage is rounded to the nearest, and moves at least so many (CreateScalingRule page, MinAdjustmentMagnitude). */
static int64_t percent_of(int64_t size, const struct scaling_adjust *adjust)
{
	int64_t hundredths = size * adjust->value;
	int64_t change = (hundredths + (hundredths < 0 ? -50 : 50)) / 100;

	if (adjust->value > 0 && change < adjust->min_magnitude)
		return adjust->min_magnitude;
	if (adjust->value < 0 && -change < adjust->min_magnitude)
		return -adjust->min_magnitude;
	return change;
}

static int64_t clamp(int64_t value, int64_t least, int64_t most)
{
	value = value < least ? least : value;
	return value > most ? most : value;
}

/* Between MinSize and MaxSize; a group that keeps to a number of its own starts from that. Members in standby or protected do
 * not go. */
static int64_t change_of(struct work *work, const struct scaling_group *group, const struct scaling_adjust *adjust)
{
	int64_t total = scaling_capacity(work, group->id).total;
	int64_t size = group->desired_given ? group->desired_capacity : total;
	struct scaling_member *members;
	int64_t change = 0;
	int64_t n;

	switch (adjust->type) {
	case SCALING_CHANGE:
	case SCALING_ADJUSTMENT_MAX:
		change = adjust->value;
		break;
	case SCALING_PERCENT:
		change = percent_of(size, adjust);
		break;
	case SCALING_TOTAL:
		change = adjust->value - size;
		break;
	}
	change = clamp(size + change, group->min_size, group->max_size) - total;
	if (change >= 0)
		return change;
	n = (int64_t)scaling_candidates(work, group, &members);
	return clamp(change, -n, 0);
}

/* The interval holds its bound that is nearer to the threshold ("Step scaling rules"). */
static bool in_step(int64_t distance, bool has_lower, int64_t lower, bool has_upper, int64_t upper)
{
	bool above = distance >= 0;

	return (!has_lower || (above ? distance >= lower : distance > lower)) &&
	       (!has_upper || (above ? distance < upper : distance <= upper));
}

/* "LOWER:UPPER:VALUE", a bound that is not there is empty. */
static bool read_step(struct arena *arena, const char *text, int64_t distance, int64_t *ret_value)
{
	const char *first = strchr(text, ':');
	const char *second = first ? strchr(first + 1, ':') : NULL;
	int64_t lower = 0;
	int64_t upper = 0;
	bool has_lower;
	bool has_upper;

	if (!second || !text_to_int64(second + 1, ret_value))
		return false;
	has_lower = text_to_int64(arena_text_n(arena, text, (size_t)(first - text)), &lower);
	has_upper = text_to_int64(arena_text_n(arena, first + 1, (size_t)(second - first - 1)), &upper);
	return in_step(distance, has_lower, lower, has_upper, upper);
}

static bool find_step(struct work *work, const struct scale_facts *f, int64_t *ret_value)
{
	int64_t distance = f->execute->metric - f->execute->breach;
	const char *list = f->rule.steps;
	const char *step;

	while ((step = text_list_next(work->arena, &list))) {
		if (read_step(work->arena, step, distance, ret_value))
			return true;
	}
	return false;
}

/* ---- the verbs ---- */

static bool scale(struct work *work, struct scale_facts *f, struct scaling_activity *activity, const char **ret_activity)
{
	if (!scaling_outside_ready(work, &f->group))
		return false;
	f->change = change_of(work, &f->group, &f->adjust);
	if (!work_check(work, change_checks, COUNT_OF(change_checks), f))
		return false;
	if (f->group.desired_given) {
		f->group.desired_capacity = scaling_capacity(work, f->group.id).total + f->change;
		scaling_group_put(work->txn, &f->group);
	}
	scaling_change(work, &f->group, f->change, activity);
	*ret_activity = activity->id;
	return true;
}

bool find_scaling_rule(const struct work *work, const char *id, struct scaling_rule *ret)
{
	struct scaling_rule found;

	if (text_empty(id) || !scaling_rule_get(work->txn, id, &found) || !work_is_callers(work, &found.tenant))
		return false;
	*ret = found;
	return true;
}

static struct scale_facts execute_find(struct work *work, const struct scaling_execute_args *args)
{
	struct scale_facts f = { .execute = args };
	struct scaling_activity running;

	f.rule_found = find_scaling_rule(work, args->rule, &f.rule) &&
	               find_scaling_group(work, f.rule.scaling_group, &f.group);
	if (!f.rule_found)
		return f;
	f.activity_runs = scaling_activity_of(work, f.group.id, &running);
	f.adjust = (struct scaling_adjust){ f.rule.adjustment, f.rule.value, f.rule.min_magnitude };
	f.no_step = f.rule.type == SCALING_RULE_STEP && args->metric_given && args->breach_given &&
	            !find_step(work, &f, &f.adjust.value);
	return f;
}

bool scaling_rule_execute(struct work *work, const struct scaling_execute_args *args, const char **ret_activity)
{
	struct scale_facts f = execute_find(work, args);
	struct scaling_activity activity = { .cause = SCALING_BY_RULE, .source = args->rule, .asks_hooks = true, .cooldown = -1 };

	if (f.rule_found && f.rule.cooldown_given)
		activity.cooldown = f.rule.cooldown;
	return work_check(work, execute_checks, COUNT_OF(execute_checks), &f) && scale(work, &f, &activity, ret_activity);
}

bool scaling_adjust(struct work *work, const struct scaling_adjust_args *args, const char **ret_activity)
{
	struct scaling_activity activity = {
		.cause = SCALING_BY_ADJUSTMENT,
		.source = work->caller.key_id,
		.metadata = args->metadata,
		.asks_hooks = args->asks_hooks,
		.cooldown = -1,
	};
	struct scale_facts f = { .adjust = args->adjust };
	struct scaling_activity running;

	f.group_found = find_scaling_group(work, args->group, &f.group);
	f.activity_runs = f.group_found && scaling_activity_of(work, f.group.id, &running);
	return work_check(work, adjust_checks, COUNT_OF(adjust_checks), &f) && scale(work, &f, &activity, ret_activity);
}
