/* Lifecycle hooks: the step of an activity in which instances wait for them. */
#include "base/moment.h"
#include "base/random.h"
#include "base/text.h"
#include "core/scaling_run.h"

static bool is_held(const struct scaling_member *member, enum lifecycle_transition transition)
{
	return transition == LIFECYCLE_OUT ? scaling_member_comes(member) : scaling_member_goes(member);
}

static const char *held_by(struct work *work, const struct scaling_run *run, const struct lifecycle_hook *hook)
{
	const char **ids = arena_array(work->arena, const char *, run->n);
	size_t n = 0;
	size_t i;

	for (i = 0; i < run->n && !hook->disabled; i++) {
		if (is_held(&run->members[i], hook->transition))
			ids[n++] = run->members[i].id;
	}
	return text_list_of(work->arena, ids, n);
}

static size_t hooks_of(struct work *work, const struct scaling_run *run, struct lifecycle_hook **ret)
{
	struct scaling_filter filter = SCALING_FILTER_ANY;

	filter.scaling_group = run->group.id;
	return run->activity.asks_hooks ? lifecycle_hook_list(work->txn, &filter, NULL, ret) : 0;
}

bool scaling_hook_needed(struct work *work, struct scaling_run *run)
{
	struct lifecycle_hook *hooks;
	size_t n = hooks_of(work, run, &hooks);
	size_t i;

	for (i = 0; i < n; i++) {
		if (!text_empty(held_by(work, run, &hooks[i])))
			return true;
	}
	return false;
}

static void hold(struct work *work, struct scaling_run *run, const struct lifecycle_hook *hook)
{
	char token[UUID_SIZE];
	struct lifecycle_action action = {
		.tenant = run->group.tenant,
		.hook = hook->id,
		.activity = run->activity.id,
		.instances = held_by(work, run, hook),
		.state = LIFECYCLE_PENDING,
		.result = hook->default_result,
		.due_at = run->at + hook->timeout * SECOND,
		.created_at = work->now,
	};
	size_t i;

	if (text_empty(action.instances))
		return;
	random_uuid_upper(token);
	action.id = arena_text(work->arena, token);
	lifecycle_action_put(work->txn, &action);
	for (i = 0; i < run->n; i++) {
		struct scaling_member *member = &run->members[i];

		if (!is_held(member, hook->transition))
			continue;
		member->state = hook->transition == LIFECYCLE_OUT ? SCALING_PENDING_WAIT : SCALING_REMOVING_WAIT;
		scaling_member_put(work->txn, member);
	}
}

void scaling_hook_enter(struct work *work, struct scaling_run *run)
{
	struct lifecycle_hook *hooks;
	size_t n = hooks_of(work, run, &hooks);
	size_t i;

	for (i = 0; i < n; i++)
		hold(work, run, &hooks[i]);
}

/* One that stops the others: nobody waits for them any more. */
static bool stops_all(const struct lifecycle_action *action)
{
	return action->state != LIFECYCLE_PENDING && action->result != LIFECYCLE_CONTINUE;
}

static void end_pending(struct work *work, struct lifecycle_action *actions, size_t n, enum lifecycle_result result)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (actions[i].state != LIFECYCLE_PENDING)
			continue;
		actions[i].state = LIFECYCLE_COMPLETED;
		actions[i].result = result;
		lifecycle_action_put(work->txn, &actions[i]);
	}
}

/* Whether all have come to an end; the first time-out still to come otherwise. *ret_result is what they say together. */
static bool look_at_actions(struct work *work, const char *activity, enum lifecycle_result *ret_result, int64_t *ret_due)
{
	struct scaling_filter filter = SCALING_FILTER_ANY;
	struct lifecycle_action *actions;
	bool over = true;
	size_t n;
	size_t i;

	filter.activity = activity;
	*ret_result = LIFECYCLE_CONTINUE;
	n = lifecycle_action_list(work->txn, &filter, NULL, &actions);
	for (i = 0; i < n; i++) {
		if (actions[i].state == LIFECYCLE_PENDING && actions[i].due_at <= work->now) {
			actions[i].state = LIFECYCLE_TIMEOUT;
			lifecycle_action_put(work->txn, &actions[i]);
		}
		if (stops_all(&actions[i]) && actions[i].result > *ret_result)
			*ret_result = actions[i].result;
		if (actions[i].state != LIFECYCLE_PENDING)
			continue;
		over = false;
		*ret_due = actions[i].due_at < *ret_due ? actions[i].due_at : *ret_due;
	}
	if (*ret_result != LIFECYCLE_CONTINUE)
		end_pending(work, actions, n, *ret_result);
	return over || *ret_result != LIFECYCLE_CONTINUE;
}

/* ABANDON ends what comes; what goes goes on. ROLLBACK ends both (CompleteLifecycleAction page, LifecycleActionResult). */
static void go_on(struct work *work, struct scaling_run *run, enum lifecycle_result result)
{
	size_t i;

	for (i = 0; i < run->n; i++) {
		struct scaling_member *member = &run->members[i];
		bool comes = scaling_member_comes(member);

		if (!comes && !scaling_member_goes(member))
			continue;
		if (result == LIFECYCLE_ROLLBACK || (comes && result == LIFECYCLE_ABANDON)) {
			scaling_run_fail(work, run, member, REFUSE_SCALING_ABANDONED, member->id);
			continue;
		}
		member->state = comes ? SCALING_PENDING : SCALING_REMOVING;
		scaling_member_put(work->txn, member);
	}
}

bool scaling_hook_over(struct work *work, struct scaling_run *run, int64_t *ret_due)
{
	enum lifecycle_result result;

	if (!look_at_actions(work, run->activity.id, &result, ret_due))
		return false;
	go_on(work, run, result);
	return true;
}
