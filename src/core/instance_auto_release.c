/* AutoReleaseTime: the job that waits for it, and what happens then. */
#include "base/moment.h"
#include "core/event.h"
#include "core/instance.h"

#define AUTO_RELEASE_AGAIN MINUTE

void instance_arm_auto_release(struct work *work, const struct instance *instance)
{
	struct job job = {
		.kind = JOB_INSTANCE_AUTO_RELEASE,
		.step = JOB_REQUESTED,
		.tenant = instance->tenant,
		.driver = instance->driver,
		.instance = instance->id,
		.lock = arena_printf(work->arena, "auto-release/%s", instance->id),
		.due_at = instance->auto_release_at,
	};

	if (instance->auto_release_at)
		job_open(work, &job);
}

void instance_auto_release_plan(struct work *work, const struct job *job, struct job_plan *ret)
{
	(void)work;
	(void)job;
	ret->n = 0;
}

/* Something is just being made on it: that passes. */
static void try_again(struct work *work, struct job *job)
{
	job->attempts++;
	job->reason = refusal_words[work->refusal.reason];
	job->due_at = work->now + AUTO_RELEASE_AGAIN;
	job_put(work->txn, job);
	work->refusal = (struct refusal){ 0 };
}

void instance_auto_release_done(struct work *work, struct job *job)
{
	struct instance_release_args args = { .instance = job->instance, .force = true, .terminate_subscription = true };
	struct job scheduled = *job;
	struct instance instance;

	if (!instance_get(work->txn, job->instance, &instance) || instance.state == INSTANCE_RELEASING) {
		job_end(work, job, JOB_DONE, REFUSE_NONE, NULL);
		return;
	}
	work->caller.tenant = job->tenant;
	scheduled.created_at = instance.auto_release_at;
	if (instance.deletion_protection) {
		/* The time has passed, and nothing is taken by force. */
		event_of_job(work, &scheduled, EVENT_FAILED, REFUSE_INSTANCE_PROTECTED,
		             "The instance was not released at its AutoReleaseTime: deletion protection is on.");
	} else if (instance_release(work, &args)) {
		event_of_job(work, &scheduled, EVENT_EXECUTED, REFUSE_NONE,
		             "The instance was released at its AutoReleaseTime.");
	} else {
		try_again(work, job);
		return;
	}
	/* The release has superseded this job. */
	if (job_get(work->txn, job->id, job) && job->state == JOB_OPEN)
		job_end(work, job, JOB_DONE, REFUSE_NONE, NULL);
}
