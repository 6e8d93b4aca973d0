/* Activities of scaling groups, moved on by a job: one step a commit. What a step waits for hurries the job when it happens, so
 * that nothing is asked for at intervals. A member for which a step comes to nothing is put back alone. */
#include "base/moment.h"
#include "base/text.h"
#include "core/instance.h"
#include "core/scaling.h"
#include "core/scaling_run.h"

#define RETRY_AFTER (5 * MINUTE) /* what a group did by itself and came to nothing */

/* Milliseconds of quick and real pace that a step takes at least. A balancer is given a minute to send its last ("Scaling
 * activity process"). */
static const struct {
	int64_t quick, real;
} paces[SCALING_STEP_MAX] = {
	[SCALING_BEGIN] = { 300, 3 * SECOND },
	[SCALING_DRAIN] = { 500, 60 * SECOND },
	[SCALING_SWITCH] = { 200, 2 * SECOND },
};

static int64_t pace_of(const struct core *core, enum scaling_step step)
{
	switch (core->settings.pace) {
	case PACE_QUICK:
		return paces[step].quick;
	case PACE_REAL:
		return paces[step].real;
	case PACE_INSTANT:
	case PACE_MAX:
		break;
	}
	return 0;
}

static const struct {
	bool (*needed)(struct work *work, struct scaling_run *run); /* NULL: always */
	void (*enter)(struct work *work, struct scaling_run *run);
	/* Whether all that it waits for has happened; else *ret_due is when to look again if nothing does. NULL: it is. */
	bool (*over)(struct work *work, struct scaling_run *run, int64_t *ret_due);
} steps[SCALING_STEP_MAX] = {
	[SCALING_BEGIN] = { NULL, NULL, NULL },
	[SCALING_BUILD] = { scaling_build_needed, scaling_build_enter, scaling_build_over },
	[SCALING_HOOK] = { scaling_hook_needed, scaling_hook_enter, scaling_hook_over },
	[SCALING_DRAIN] = { scaling_drain_needed, scaling_drain_enter, NULL },
	[SCALING_SWITCH] = { NULL, scaling_switch_enter, NULL },
	[SCALING_RELEASE] = { scaling_release_needed, scaling_release_enter, scaling_release_over },
};

/* ---- beginning ---- */

static const char *lock_of(struct work *work, const char *group)
{
	return arena_printf(work->arena, "scaling/%s", group);
}

/* Behind the last one, so that they are listed as they came, however fast. */
static int64_t moment_of(struct work *work, const char *group)
{
	struct scaling_filter filter = SCALING_FILTER_ANY;
	struct scaling_activity *last;

	filter.scaling_group = group;
	if (scaling_activity_list(work->txn, &filter, &(struct page){ .limit = 1 }, &last) == 0)
		return work->now;
	return last->created_at < work->now ? work->now : last->created_at + 1;
}

void scaling_activity_open(struct work *work, struct scaling_group *group, struct scaling_activity *activity)
{
	struct job job = {
		.kind = JOB_SCALING_ACTIVITY,
		.step = JOB_REQUESTED,
		.tenant = group->tenant,
		.driver = work->core->settings.driver,
		.scaling_group = group->id,
		.lock = lock_of(work, group->id),
		.due_at = work->now + pace_of(work->core, SCALING_BEGIN),
	};

	activity->id = mint_id(work, "asa", group->tenant.region);
	activity->tenant = group->tenant;
	activity->scaling_group = group->id;
	activity->state = SCALING_IN_PROGRESS;
	activity->step = SCALING_BEGIN;
	activity->total_before = scaling_capacity(work, group->id).total;
	activity->created_at = moment_of(work, group->id);
	scaling_activity_put(work->txn, activity);
	job_open(work, &job);
}

void scaling_member_leaves(struct work *work, struct scaling_member *member, const struct scaling_activity *activity)
{
	member->was = member->state;
	member->state = SCALING_REMOVING;
	member->activity = activity->id;
	scaling_member_put(work->txn, member);
}

void scaling_activity_hurry(struct work *work, const char *group)
{
	struct job_filter filter = JOB_FILTER_ANY;
	struct scaling_activity activity;
	struct job *open;

	/* Steps that wait for nothing but the time are not cut short. */
	if (!scaling_activity_of(work, group, &activity) || !steps[activity.step].over)
		return;
	filter.state = JOB_OPEN;
	filter.lock = lock_of(work, group);
	if (job_list(work->txn, &filter, &(struct page){ .limit = 1 }, &open))
		job_hurry(work, open);
}

/* ---- ending ---- */

static enum scaling_activity_state outcome(const struct scaling_activity *activity)
{
	if (activity->done == 0 && activity->amount > 0)
		return SCALING_FAILED;
	if (activity->done < activity->amount || !text_empty(activity->ignored))
		return SCALING_WARNING;
	return SCALING_SUCCESSFUL;
}

static void change_desired(const struct scaling_activity *activity, struct scaling_group *group)
{
	if (!group->desired_given)
		return;
	if (activity->kind == SCALING_ATTACH)
		group->desired_capacity += activity->done;
	if (activity->lowers_desired)
		group->desired_capacity -= activity->done;
	if (group->desired_capacity < group->min_size)
		group->desired_capacity = group->min_size;
	if (group->desired_capacity > group->max_size)
		group->desired_capacity = group->max_size;
}

static void end(struct work *work, struct scaling_run *run)
{
	struct scaling_capacity capacity = scaling_capacity(work, run->group.id);
	struct scaling_activity *activity = &run->activity;
	bool by_itself = activity->cause == SCALING_BY_SIZE || activity->cause == SCALING_BY_HEALTH ||
	                 activity->cause == SCALING_BY_END;

	activity->state = outcome(activity);
	activity->total_after = capacity.total;
	activity->created_after = capacity.created;
	activity->attached_after = capacity.attached;
	activity->ended_at = work->now;
	scaling_activity_put(work->txn, activity);
	change_desired(activity, &run->group);
	run->group.cooldown_until =
		work->now + SECOND * (activity->cooldown < 0 ? run->group.default_cooldown : activity->cooldown);
	run->group.retry_at = by_itself && activity->state != SCALING_SUCCESSFUL ? work->now + RETRY_AFTER : 0;
	if (run->group.state == SCALING_GROUP_DELETING && capacity.total == 0) {
		scaling_group_forget(work, &run->group);
		return;
	}
	scaling_group_put(work->txn, &run->group);
	if (run->group.state != SCALING_GROUP_INACTIVE)
		scaling_group_look(work, &run->group);
}

/* ---- its job ---- */

void scaling_activity_plan(struct work *work, const struct job *job, struct job_plan *ret)
{
	(void)work;
	(void)job;
	ret->n = 0;
}

static void load_members(struct work *work, struct scaling_run *run)
{
	struct scaling_filter filter = SCALING_FILTER_ANY;

	filter.scaling_group = run->group.id;
	filter.activity = run->activity.id;
	run->n = scaling_member_list(work->txn, &filter, NULL, &run->members);
	run->failed = arena_array(work->arena, const char *, run->n);
	run->n_failed = 0;
}

static bool load(struct work *work, const struct job *job, struct scaling_run *run)
{
	if (!scaling_group_get(work->txn, job->scaling_group, &run->group) ||
	    !scaling_activity_of(work, job->scaling_group, &run->activity))
		return false;
	work->caller.tenant = run->group.tenant;
	run->at = job->due_at;
	load_members(work, run);
	return true;
}

/* The next step that there is something to do in; false behind the last. */
static bool next_step(struct work *work, struct scaling_run *run)
{
	while (++run->activity.step < SCALING_STEP_MAX) {
		if (!steps[run->activity.step].needed || steps[run->activity.step].needed(work, run))
			return true;
	}
	run->activity.step = SCALING_STEP_MAX - 1;
	return false;
}

void scaling_activity_done(struct work *work, struct job *job)
{
	int64_t due_at = JOB_NEVER;
	struct scaling_run run;
	bool over;

	if (!load(work, job, &run)) {
		job_end(work, job, JOB_DONE, REFUSE_NONE, NULL);
		return;
	}
	over = !steps[run.activity.step].over || steps[run.activity.step].over(work, &run, &due_at);
	scaling_run_note(work, &run);
	if (!over) {
		scaling_activity_put(work->txn, &run.activity);
		job_due(work, job, due_at);
		return;
	}
	load_members(work, &run);
	if (!next_step(work, &run)) {
		end(work, &run);
		job_end(work, job, JOB_DONE, REFUSE_NONE, NULL);
		return;
	}
	steps[run.activity.step].enter(work, &run);
	scaling_run_note(work, &run);
	scaling_activity_put(work->txn, &run.activity);
	/* After this one was due, whenever it was really done: a clock that was moved far finds every step at its own time. */
	job_due(work, job, run.at + pace_of(work->core, run.activity.step));
}

/* Nothing but a fault fails it as a whole, before its first step: nobody has come or gone yet. */
void scaling_activity_failed(struct work *work, struct job *job)
{
	struct scaling_run run;
	size_t i;

	if (!load(work, job, &run))
		return;
	for (i = 0; i < run.n; i++)
		scaling_run_fail(work, &run, &run.members[i], REFUSE_FAULT, "");
	scaling_run_note(work, &run);
	if (text_empty(run.activity.reason))
		run.activity.reason = refusal_words[REFUSE_FAULT];
	end(work, &run);
}
