/* RebootInstance: off, and on again. */
#include "base/moment.h"
#include "base/text.h"
#include "core/attachment.h"
#include "core/instance.h"
#include "core/matrix.h"

/* How long the machine is kept off for detaches that do not end: by then it goes on without them. */
#define REBOOT_DETACHES_MAX MINUTE

struct reboot_facts {
	struct facts facts;
	bool found;
	struct instance instance;
};

#define REBOOT_ROW(name, condition)                                             \
	static bool reboot_##name(const struct work *work, const void *facts_) \
	{                                                                      \
		const struct reboot_facts *f = facts_;                         \
                                                                               \
		(void)work;                                                    \
		return (condition);                                            \
	}

REBOOT_ROW(unknown, !f->found)
REBOOT_ROW(not_running, f->instance.state != INSTANCE_RUNNING)
REBOOT_ROW(locked_security, text_list_has(f->instance.locks, "security"))
REBOOT_ROW(locked_financial, text_list_has(f->instance.locks, "financial"))

static const struct check reboot_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ reboot_unknown, REFUSE_INSTANCE_UNKNOWN, ABOUT_INSTANCE },
	{ reboot_not_running, REFUSE_INSTANCE_STATE, ABOUT_INSTANCE },
	{ reboot_locked_security, REFUSE_INSTANCE_LOCKED_SECURITY, ABOUT_INSTANCE },
	{ reboot_locked_financial, REFUSE_INSTANCE_LOCKED_FINANCIAL, ABOUT_INSTANCE },
};

bool instance_reboot(struct work *work, const struct instance_reboot_args *args)
{
	struct reboot_facts f = { .facts = { .instance_id = args->instance } };
	struct job job;

	f.found = find_instance(work, args->instance, &f.instance);
	if (!work_check(work, reboot_checks, COUNT_OF(reboot_checks), &f) ||
	    !matrix_pass(work, VERB_INSTANCE_REBOOT, args->instance, NULL, NULL))
		return false;
	instance_set_state(work, args->instance, INSTANCE_STARTING);
	job = instance_job(work, &f.instance, JOB_INSTANCE_REBOOT);
	job.force = args->force;
	job_open(work, &job);
	return true;
}

void instance_reboot_plan(struct work *work, const struct job *job, struct job_plan *ret)
{
	instance_plan_one(work, job, job->step == JOB_POWER ? DRIVER_POWER_ON : DRIVER_POWER_OFF, ret);
}

/* Detaches end while the machine is off. Where the pace leaves no time for that, the power waits for them. */
static void power_follows(struct work *work, struct job *job)
{
	size_t detaches = instance_hurry_detaches(work, job->instance);

	attachment_free_slots(work, job->instance);
	job_advance(work, job, JOB_POWER);
	if (detaches && job->due_at <= work->now)
		job_delay(work, job, REBOOT_DETACHES_MAX, REFUSE_JOB_IN_THE_WAY);
}

void instance_reboot_done(struct work *work, struct job *job)
{
	if (job->step != JOB_POWER) {
		power_follows(work, job);
		return;
	}
	instance_set_state(work, job->instance, INSTANCE_RUNNING);
	job_end(work, job, JOB_DONE, REFUSE_NONE, NULL);
}

static bool detaches_from(struct work *work, const char *instance)
{
	struct attachment *live;
	size_t n = attachment_list_of_instance(work->txn, instance, &live);
	size_t i;

	for (i = 0; i < n; i++) {
		if (live[i].state == ATTACHMENT_DETACHING)
			return true;
	}
	return false;
}

void instance_reboot_resume(struct work *work, const char *instance)
{
	struct job *jobs;
	size_t n = job_list_open(work, instance, NULL, &jobs);
	size_t i;

	for (i = 0; i < n; i++) {
		if (jobs[i].kind != JOB_INSTANCE_REBOOT || jobs[i].step != JOB_POWER ||
		    !text_equal(jobs[i].reason, refusal_words[REFUSE_JOB_IN_THE_WAY]) || detaches_from(work, instance))
			continue;
		jobs[i].reason = "";
		job_hurry(work, &jobs[i]);
	}
}

/* Not off: it runs as before. Not on: it is off. */
void instance_reboot_failed(struct work *work, struct job *job)
{
	if (job->step == JOB_POWER)
		instance_set_state(work, job->instance, INSTANCE_STOPPED);
	else
		instance_stays_on(work, job->instance);
}
