/* Steps of activities: instances are made, drained, put into service or out of it, released. */
#include <string.h>

#include "base/text.h"
#include "core/instance.h"
#include "core/scaling_run.h"

bool scaling_member_comes(const struct scaling_member *member)
{
	return member->state == SCALING_PENDING || member->state == SCALING_PENDING_WAIT;
}

bool scaling_member_goes(const struct scaling_member *member)
{
	return member->state == SCALING_REMOVING || member->state == SCALING_REMOVING_WAIT;
}

static bool any(const struct scaling_run *run, bool (*is)(const struct scaling_member *member))
{
	size_t i;

	for (i = 0; i < run->n; i++) {
		if (is(&run->members[i]))
			return true;
	}
	return false;
}

/* ---- what comes to nothing ---- */

static void note_reason(struct scaling_run *run, enum refusal_reason reason, const char *message)
{
	if (!text_empty(run->activity.reason))
		return;
	run->activity.reason = refusal_words[reason];
	run->activity.message = text_or(message, "");
}

/* An instance's deletion protection is against people (CreateScalingConfiguration page, DeletionProtection). */
static bool release(struct work *work, const struct scaling_member *member)
{
	struct instance_release_args args = { .instance = member->id, .force = true };
	struct instance instance;

	if (member->creation == SCALING_CREATED && instance_get(work->txn, member->id, &instance) &&
	    instance.deletion_protection) {
		instance.deletion_protection = false;
		instance_put(work->txn, &instance);
	}
	return instance_release(work, &args);
}

/* Its job goes on without the group. What cannot be released just now (it is being released already) ends all the same. */
static void release_made(struct work *work, const struct scaling_member *member)
{
	if (!release(work, member))
		work->refusal = (struct refusal){ 0 };
}

/* A list with these behind it. */
static const char *with(struct work *work, const char *list, const char *const *ids, size_t n)
{
	return n ? text_list_with(work->arena, list, text_list_of(work->arena, ids, n)) : list;
}

void scaling_run_note(struct work *work, struct scaling_run *run)
{
	run->activity.failed = with(work, run->activity.failed, run->failed, run->n_failed);
	run->n_failed = 0;
}

void scaling_run_fail(struct work *work, struct scaling_run *run, struct scaling_member *member, enum refusal_reason reason,
                      const char *message)
{
	struct scaling_activity *activity = &run->activity;

	if (!scaling_member_comes(member) && !scaling_member_goes(member))
		return;
	note_reason(run, reason, message);
	run->failed[run->n_failed++] = member->id;
	if (scaling_member_goes(member)) {
		member->state = member->was;
		if (activity->leaves_balancers && member->state != SCALING_STANDBY)
			scaling_outside_join(work, &run->group, member);
		scaling_member_put(work->txn, member);
		return;
	}
	scaling_member_row_delete(work->txn, member->id);
	if (member->creation == SCALING_CREATED) {
		activity->created = text_list_without(work->arena, activity->created, member->id);
		release_made(work, member);
	}
	member->state = SCALING_IN_SERVICE; /* of no row any more: neither comes nor goes */
}

/* ---- BUILD ---- */

bool scaling_build_needed(struct work *work, struct scaling_run *run)
{
	(void)work;
	return run->activity.kind == SCALING_OUT;
}

struct zone_choice {
	const char *vswitch;
	int64_t members;
};

static void count_in_zones(struct work *work, const char *group, struct zone_choice *choices, size_t n)
{
	struct scaling_member *members;
	size_t n_members = scaling_members(work, group, &members);
	size_t i;
	size_t c;

	for (i = 0; i < n_members; i++) {
		struct instance instance;

		if (!instance_get(work->txn, members[i].id, &instance))
			continue;
		for (c = 0; c < n; c++)
			choices[c].members += text_equal(choices[c].vswitch, instance.vswitch);
	}
}

static bool is_balanced(const struct scaling_group *group)
{
	return text_equal(group->multi_zone_policy, "BALANCE");
}

/* As they are listed, with what they have of the group where it is to be balanced. A group without VSwitches has one choice:
 * none. */
static size_t zone_choices(struct work *work, const struct scaling_group *group, struct zone_choice **ret)
{
	size_t n = text_list_count(group->vswitches);
	struct zone_choice *choices = arena_array(work->arena, struct zone_choice, n + 1);
	const char *list = group->vswitches;
	size_t i;

	for (i = 0; i < n; i++)
		choices[i].vswitch = text_list_next(work->arena, &list);
	if (n == 0)
		n = 1;
	else if (is_balanced(group))
		count_in_zones(work, group->id, choices, n);
	*ret = choices;
	return n;
}

static size_t emptiest(const struct zone_choice *choices, size_t n)
{
	size_t best = 0;
	size_t i;

	for (i = 1; i < n; i++) {
		if (choices[i].members < choices[best].members)
			best = i;
	}
	return best;
}

/* In the best of the zones, or else in any. */
static const char *make_instance(struct work *work, const struct scaling_configuration *configuration,
                                 struct zone_choice *choices, size_t n, bool balanced)
{
	size_t first = balanced ? emptiest(choices, n) : 0;
	const char *id;
	size_t i;

	for (i = 0; i < n; i++) {
		struct zone_choice *choice = &choices[(first + i) % n];

		if (scaling_configuration_make(work, configuration, choice->vswitch, &id)) {
			choice->members++;
			return id;
		}
	}
	return NULL;
}

static void add_made(struct work *work, struct scaling_run *run, const struct scaling_configuration *configuration,
                     const char *id)
{
	struct scaling_member member = {
		.id = id,
		.tenant = run->group.tenant,
		.scaling_group = run->group.id,
		.state = SCALING_PENDING,
		.creation = SCALING_CREATED,
		.weight = configuration->weight,
		.configuration = configuration->id,
		.activity = run->activity.id,
		.created_at = work->now,
	};

	scaling_member_put(work->txn, &member);
	run->activity.created = text_list_with(work->arena, run->activity.created, id);
}

void scaling_build_enter(struct work *work, struct scaling_run *run)
{
	struct scaling_configuration configuration;
	struct zone_choice *choices;
	bool balanced = is_balanced(&run->group);
	size_t n = zone_choices(work, &run->group, &choices);
	int64_t i;

	if (!scaling_configuration_get(work->txn, run->group.configuration, &configuration)) {
		note_reason(run, REFUSE_SCALING_CONFIGURATION_MISSING, "");
		return;
	}
	for (i = 0; i < run->activity.amount; i++) {
		const char *id = make_instance(work, &configuration, choices, n, balanced);

		if (id)
			add_made(work, run, &configuration, id);
		else
			note_reason(run, work->refusal.reason, work->refusal.subject);
		work->refusal = (struct refusal){ 0 };
	}
}

bool scaling_build_over(struct work *work, struct scaling_run *run, int64_t *ret_due)
{
	bool over = true;
	size_t i;

	(void)ret_due;
	for (i = 0; i < run->n; i++) {
		struct instance instance;

		if (!scaling_member_comes(&run->members[i]))
			continue;
		if (!instance_get(work->txn, run->members[i].id, &instance) || instance.state == INSTANCE_STOPPED)
			scaling_run_fail(work, run, &run->members[i], REFUSE_DRIVER_FAILED, run->members[i].id);
		else
			over = over && instance.state == INSTANCE_RUNNING;
	}
	return over;
}

/* ---- DRAIN ---- */

bool scaling_drain_needed(struct work *work, struct scaling_run *run)
{
	(void)work;
	return run->activity.leaves_balancers && scaling_outside_drains(&run->group) && any(run, scaling_member_goes);
}

void scaling_drain_enter(struct work *work, struct scaling_run *run)
{
	size_t i;

	for (i = 0; i < run->n; i++) {
		if (scaling_member_goes(&run->members[i]))
			scaling_outside_drain(work, &run->group, run->members[i].id);
	}
}

/* ---- SWITCH ---- */

/* The group's own are released when they are scaled in, and those that are entrusted to it (RemoveInstances page). */
static bool is_released(const struct scaling_run *run, const struct scaling_member *member)
{
	return run->activity.kind == SCALING_IN && (member->creation == SCALING_CREATED || member->entrusted);
}

static void leave(struct work *work, struct scaling_run *run, const struct scaling_member *member)
{
	struct instance instance;

	if (run->activity.leaves_balancers)
		scaling_outside_leave(work, &run->group, member->id);
	if (is_released(run, member) && instance_get(work->txn, member->id, &instance))
		return;
	scaling_member_row_delete(work->txn, member->id);
	run->activity.done++;
}

/* Somebody may have stopped or released it meanwhile. */
static bool can_join(struct work *work, const char *id)
{
	struct instance instance;

	return instance_get(work->txn, id, &instance) && instance.state != INSTANCE_STOPPED &&
	       instance.state != INSTANCE_RELEASING;
}

static void join(struct work *work, struct scaling_run *run, struct scaling_member *member)
{
	enum refusal_reason reason;

	if (!can_join(work, member->id)) {
		scaling_run_fail(work, run, member, REFUSE_INSTANCE_STATE, member->id);
		return;
	}
	reason = scaling_outside_join(work, &run->group, member);
	if (reason != REFUSE_NONE) {
		scaling_outside_leave(work, &run->group, member->id);
		scaling_run_fail(work, run, member, reason, member->id);
		return;
	}
	member->state = SCALING_IN_SERVICE;
	scaling_member_put(work->txn, member);
	run->activity.done++;
}

void scaling_switch_enter(struct work *work, struct scaling_run *run)
{
	size_t i;

	for (i = 0; i < run->n; i++) {
		if (scaling_member_goes(&run->members[i]))
			leave(work, run, &run->members[i]);
		else if (scaling_member_comes(&run->members[i]))
			join(work, run, &run->members[i]);
	}
}

/* ---- RELEASE ---- */

bool scaling_release_needed(struct work *work, struct scaling_run *run)
{
	(void)work;
	return any(run, scaling_member_goes);
}

void scaling_release_enter(struct work *work, struct scaling_run *run)
{
	size_t i;

	for (i = 0; i < run->n; i++) {
		struct scaling_member *member = &run->members[i];
		struct instance instance;

		/* Somebody else may be at it. */
		if (!scaling_member_goes(member) || !instance_get(work->txn, member->id, &instance) ||
		    instance.state == INSTANCE_RELEASING)
			continue;
		if (!release(work, member))
			scaling_run_fail(work, run, member, work->refusal.reason, member->id);
		work->refusal = (struct refusal){ 0 };
	}
}

bool scaling_release_over(struct work *work, struct scaling_run *run, int64_t *ret_due)
{
	const char **gone = arena_array(work->arena, const char *, run->n);
	size_t n_gone = 0;
	bool over = true;
	size_t i;

	(void)ret_due;
	for (i = 0; i < run->n; i++) {
		struct scaling_member *member = &run->members[i];
		struct instance instance;

		if (!scaling_member_goes(member))
			continue;
		if (!instance_get(work->txn, member->id, &instance)) {
			scaling_member_row_delete(work->txn, member->id);
			gone[n_gone++] = member->id;
		} else if (instance.state == INSTANCE_RELEASING) {
			over = false;
		} else {
			scaling_run_fail(work, run, member, REFUSE_DRIVER_FAILED, member->id);
		}
	}
	run->activity.destroyed = with(work, run->activity.destroyed, gone, n_gone);
	run->activity.done += (int64_t)n_gone;
	return over;
}
