/* Lifecycle hooks: made, changed, removed; and what is said of those that instances wait for. The waiting is scaling_hook.c's. */
#include "base/moment.h"
#include "base/text.h"
#include "core/scaling.h"

struct hook_facts {
	struct facts facts;
	bool group_found, hook_found, action_found;
	bool by_name; /* the hook is looked for */
	struct scaling_group group;
	struct lifecycle_hook hook;
	struct lifecycle_action action;
	bool name_taken;
	int64_t n_hooks;
};

#define HOOK_ROW(name, condition)                                            \
	static bool hook_##name(const struct work *work, const void *facts_) \
	{                                                                    \
		const struct hook_facts *f = facts_;                         \
                                                                             \
		(void)work;                                                  \
		return (condition);                                          \
	}

HOOK_ROW(of_no_group, !f->group_found)
HOOK_ROW(unknown, !f->hook_found && !f->by_name)
HOOK_ROW(name_unknown, !f->hook_found && f->by_name)
HOOK_ROW(name_taken, f->name_taken)
HOOK_ROW(too_many, f->n_hooks >= LIFECYCLE_HOOKS_MAX)
HOOK_ROW(action_unknown, !f->action_found)
HOOK_ROW(too_long, f->action.due_at - f->action.created_at > LIFECYCLE_WAIT_MAX * SECOND)

static const struct check create_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ hook_of_no_group, REFUSE_SCALING_GROUP_UNKNOWN, ABOUT_NOTHING },
	{ hook_name_taken, REFUSE_LIFECYCLE_HOOK_NAME, ABOUT_NOTHING },
	{ hook_too_many, REFUSE_LIFECYCLE_HOOK_LIMIT, ABOUT_NOTHING },
};

static const struct check found_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ hook_unknown, REFUSE_LIFECYCLE_HOOK_UNKNOWN, ABOUT_NOTHING },
	{ hook_name_unknown, REFUSE_LIFECYCLE_HOOK_NAME_UNKNOWN, ABOUT_NOTHING },
};

static const struct check action_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ hook_action_unknown, REFUSE_LIFECYCLE_ACTION_UNKNOWN, ABOUT_NOTHING },
	{ hook_too_long, REFUSE_LIFECYCLE_WAIT_LIMIT, ABOUT_NOTHING },
};

bool lifecycle_hook_create(struct work *work, const struct lifecycle_hook *hook, const char **ret_id)
{
	struct scaling_filter filter = SCALING_FILTER_ANY;
	struct hook_facts f = { .hook = *hook };

	f.group_found = find_scaling_group(work, hook->scaling_group, &f.group);
	filter.scaling_group = hook->scaling_group;
	f.n_hooks = f.group_found ? lifecycle_hook_count(work->txn, &filter) : 0;
	filter.names = &hook->name;
	filter.n_names = text_empty(hook->name) ? 0 : 1;
	f.name_taken = f.group_found && filter.n_names && lifecycle_hook_count(work->txn, &filter) != 0;
	if (!work_check(work, create_checks, COUNT_OF(create_checks), &f))
		return false;
	f.hook.id = mint_id(work, "ash", f.group.tenant.region);
	f.hook.tenant = f.group.tenant;
	f.hook.created_at = work->now;
	if (text_empty(f.hook.name))
		f.hook.name = f.hook.id;
	lifecycle_hook_put(work->txn, &f.hook);
	*ret_id = f.hook.id;
	return true;
}

/* By its id, or by the name that it has in a group. */
static bool find_hook(struct work *work, const struct lifecycle_hook_name *name, struct hook_facts *ret)
{
	struct scaling_filter filter = SCALING_FILTER_ANY;
	struct scaling_group group;
	struct lifecycle_hook *found;

	if (!text_empty(name->id))
		return lifecycle_hook_get(work->txn, name->id, &ret->hook) && work_is_callers(work, &ret->hook.tenant);
	ret->by_name = !text_empty(name->name);
	if (!ret->by_name || !find_scaling_group(work, name->group, &group))
		return false;
	filter.scaling_group = group.id;
	filter.names = &name->name;
	filter.n_names = 1;
	if (lifecycle_hook_list(work->txn, &filter, NULL, &found) == 0)
		return false;
	ret->hook = found[0];
	return true;
}

bool lifecycle_hook_modify(struct work *work, const struct lifecycle_hook_change *change)
{
	struct hook_facts f = { .hook_found = false };

	f.hook_found = find_hook(work, &change->which, &f);
	if (!work_check(work, found_checks, COUNT_OF(found_checks), &f))
		return false;
	if (change->transition >= 0)
		f.hook.transition = (enum lifecycle_transition)change->transition;
	if (change->default_result >= 0)
		f.hook.default_result = (enum lifecycle_result)change->default_result;
	if (change->disabled >= 0)
		f.hook.disabled = change->disabled;
	if (change->timeout.given)
		f.hook.timeout = change->timeout.value;
	f.hook.notification_arn = text_or(change->notification_arn, f.hook.notification_arn);
	f.hook.notification_metadata = text_or(change->notification_metadata, f.hook.notification_metadata);
	lifecycle_hook_put(work->txn, &f.hook);
	return true;
}

/* Who waits for it goes on waiting. */
bool lifecycle_hook_delete(struct work *work, const struct lifecycle_hook_name *which)
{
	struct hook_facts f = { .hook_found = false };

	f.hook_found = find_hook(work, which, &f);
	if (!work_check(work, found_checks, COUNT_OF(found_checks), &f))
		return false;
	lifecycle_hook_row_delete(work->txn, f.hook.id);
	return true;
}

/* One that is waited for, of the hook that is named with it. */
static bool find_action(struct work *work, const char *hook, const char *token, struct lifecycle_action *ret)
{
	return lifecycle_action_get(work->txn, token, ret) && work_is_callers(work, &ret->tenant) &&
	       ret->state == LIFECYCLE_PENDING && text_equal(ret->hook, hook);
}

static void go_on(struct work *work, const struct lifecycle_action *action)
{
	struct scaling_activity activity;

	lifecycle_action_put(work->txn, action);
	if (scaling_activity_get(work->txn, action->activity, &activity))
		scaling_activity_hurry(work, activity.scaling_group);
}

bool lifecycle_action_complete(struct work *work, const char *hook, const char *token, int result)
{
	struct hook_facts f = { .action_found = false };

	f.action_found = find_action(work, hook, token, &f.action);
	if (!work_check(work, action_checks, 2, &f))
		return false;
	f.action.state = LIFECYCLE_COMPLETED;
	if (result >= 0)
		f.action.result = (enum lifecycle_result)result;
	go_on(work, &f.action);
	return true;
}

bool lifecycle_action_prolong(struct work *work, const char *hook, const char *token, int64_t seconds)
{
	struct hook_facts f = { .action_found = false };

	f.action_found = find_action(work, hook, token, &f.action);
	f.action.due_at = work->now + seconds * SECOND;
	if (!work_check(work, action_checks, COUNT_OF(action_checks), &f))
		return false;
	/* Its activity looks, and finds the new time. */
	go_on(work, &f.action);
	return true;
}
