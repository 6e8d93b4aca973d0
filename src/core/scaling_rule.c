/* Scaling rules: made, changed, removed. What one does when it is executed is scaling_scale.c's. */
#include "base/text.h"
#include "core/scaling.h"

struct rule_facts {
	struct facts facts;
	bool group_found, rule_found;
	struct scaling_group group;
	struct scaling_rule rule; /* as it is to be */
	bool name_taken;
	int64_t n_rules;
};

#define RULE_ROW(name, condition)                                            \
	static bool rule_##name(const struct work *work, const void *facts_) \
	{                                                                    \
		const struct rule_facts *f = facts_;                         \
                                                                             \
		(void)work;                                                  \
		return (condition);                                          \
	}

RULE_ROW(of_no_group, !f->group_found)
RULE_ROW(unknown, !f->rule_found)
RULE_ROW(name_taken, f->name_taken)
RULE_ROW(too_many, f->n_rules >= SCALING_RULES_MAX)
RULE_ROW(magnitude, f->rule.min_magnitude && f->rule.adjustment != SCALING_PERCENT)

static const struct check create_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ rule_of_no_group, REFUSE_SCALING_GROUP_UNKNOWN, ABOUT_NOTHING },
	{ rule_name_taken, REFUSE_SCALING_RULE_NAME, ABOUT_NOTHING },
	{ rule_magnitude, REFUSE_SCALING_MAGNITUDE, ABOUT_NOTHING },
	{ rule_too_many, REFUSE_SCALING_RULE_LIMIT, ABOUT_NOTHING },
};

static const struct check change_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ rule_unknown, REFUSE_SCALING_RULE_UNKNOWN, ABOUT_NOTHING },
	{ rule_name_taken, REFUSE_SCALING_RULE_NAME, ABOUT_NOTHING },
	{ rule_magnitude, REFUSE_SCALING_MAGNITUDE, ABOUT_NOTHING },
};

static bool is_taken(struct work *work, const struct scaling_rule *rule)
{
	struct scaling_filter filter = SCALING_FILTER_ANY;
	struct scaling_rule *found;

	filter.scaling_group = rule->scaling_group;
	filter.names = &rule->name;
	filter.n_names = 1;
	return !text_empty(rule->name) && scaling_rule_list(work->txn, &filter, NULL, &found) != 0 &&
	       !text_equal(found->id, rule->id);
}

bool scaling_rule_create(struct work *work, const struct scaling_rule *rule, struct scaling_rule *ret)
{
	struct scaling_filter filter = SCALING_FILTER_ANY;
	struct rule_facts f = { .rule = *rule };

	f.group_found = find_scaling_group(work, rule->scaling_group, &f.group);
	filter.scaling_group = rule->scaling_group;
	f.n_rules = f.group_found ? scaling_rule_count(work->txn, &filter) : 0;
	f.name_taken = f.group_found && is_taken(work, rule);
	if (!work_check(work, create_checks, COUNT_OF(create_checks), &f))
		return false;
	f.rule.id = mint_id(work, "asr", f.group.tenant.region);
	f.rule.tenant = f.group.tenant;
	f.rule.created_at = work->now;
	if (text_empty(f.rule.name))
		f.rule.name = f.rule.id;
	scaling_rule_put(work->txn, &f.rule);
	*ret = f.rule;
	return true;
}

bool scaling_rule_modify(struct work *work, const struct scaling_rule_change *change)
{
	struct rule_facts f = { .rule_found = false };

	f.rule_found = find_scaling_rule(work, change->rule, &f.rule);
	if (f.rule_found) {
		if (!text_empty(change->name))
			f.rule.name = change->name;
		if (change->adjustment >= 0)
			f.rule.adjustment = (enum scaling_adjustment)change->adjustment;
		if (change->value.given)
			f.rule.value = change->value.value;
		if (change->min_magnitude.given)
			f.rule.min_magnitude = change->min_magnitude.value;
		if (change->warmup.given)
			f.rule.warmup = change->warmup.value;
		if (change->cooldown.given) {
			f.rule.cooldown_given = true;
			f.rule.cooldown = change->cooldown.value;
		}
		f.rule.steps = text_or(change->steps, f.rule.steps);
		f.name_taken = is_taken(work, &f.rule);
	}
	if (!work_check(work, change_checks, COUNT_OF(change_checks), &f))
		return false;
	scaling_rule_put(work->txn, &f.rule);
	return true;
}

bool scaling_rule_delete(struct work *work, const char *id)
{
	struct rule_facts f = { .rule_found = false };

	f.rule_found = find_scaling_rule(work, id, &f.rule);
	if (!work_check(work, change_checks, 2, &f))
		return false;
	scaling_rule_row_delete(work->txn, id);
	return true;
}
