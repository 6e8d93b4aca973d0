#include "core/instance.h"

#include "base/moment.h"
#include "base/text.h"
#include "core/attachment.h"
#include "core/matrix.h"
#include "core/scaling.h"

struct instance_facts {
	struct facts facts;
	bool found;
	struct instance instance;
	bool has_system_disk;
};

#define INSTANCE_ROW(name, condition)                                            \
	static bool instance_##name(const struct work *work, const void *facts_) \
	{                                                                        \
		const struct instance_facts *f = facts_;                         \
                                                                                 \
		(void)work;                                                      \
		return (condition);                                              \
	}

INSTANCE_ROW(unknown, !f->found)
INSTANCE_ROW(locked_security, text_list_has(f->instance.locks, "security"))
INSTANCE_ROW(locked_financial, text_list_has(f->instance.locks, "financial"))
INSTANCE_ROW(not_stopped, f->instance.state != INSTANCE_STOPPED)
INSTANCE_ROW(not_running, f->instance.state != INSTANCE_RUNNING)
INSTANCE_ROW(no_system_disk, !f->has_system_disk)

struct job instance_job(struct work *work, const struct instance *instance, enum job_kind kind)
{
	return (struct job){
		.kind = kind,
		.step = JOB_REQUESTED,
		.tenant = instance->tenant,
		.driver = instance->driver,
		.instance = instance->id,
		.lock = arena_printf(work->arena, "instance/%s", instance->id),
	};
}

void instance_set_state(struct work *work, const char *id, enum instance_state state)
{
	struct instance instance;

	if (!instance_get(work->txn, id, &instance))
		return;
	instance.state = state;
	if (state == INSTANCE_RUNNING) {
		instance.started_at = work->now;
		instance.stopped_mode = "Not-applicable";
	}
	/* Nobody asked for it to be off, and so for no other mode. */
	if (state == INSTANCE_STOPPED &&
	    (text_empty(instance.stopped_mode) || text_equal(instance.stopped_mode, "Not-applicable")))
		instance.stopped_mode = "KeepCharging";
	if (state == INSTANCE_STOPPED)
		attachment_free_slots(work, id);
	instance_put(work->txn, &instance);
	scaling_instance_changed(work, id);
}

void instance_stays_on(struct work *work, const char *id)
{
	struct instance instance;

	if (!instance_get(work->txn, id, &instance))
		return;
	instance.state = INSTANCE_RUNNING;
	instance.stopped_mode = "Not-applicable";
	instance_put(work->txn, &instance);
	scaling_instance_changed(work, id);
}

void instance_plan_one(struct work *work, const struct job *job, enum driver_act act, struct job_plan *ret)
{
	ret->calls = arena_array(work->arena, struct driver_call, 1);
	ret->calls[0] = job_call(job, act);
	ret->n = 1;
}

/* ---- StartInstance ---- */

static const struct check start_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ instance_unknown, REFUSE_INSTANCE_UNKNOWN, ABOUT_INSTANCE },
	{ instance_not_stopped, REFUSE_INSTANCE_STATE, ABOUT_INSTANCE },
	{ instance_locked_security, REFUSE_INSTANCE_LOCKED_SECURITY, ABOUT_INSTANCE },
	{ instance_locked_financial, REFUSE_INSTANCE_LOCKED_FINANCIAL, ABOUT_INSTANCE },
	{ instance_no_system_disk, REFUSE_INSTANCE_NO_SYSTEM_DISK, ABOUT_INSTANCE },
};

static bool has_system_disk(struct work *work, const char *instance)
{
	struct attachment *live;
	size_t n = attachment_list_of_instance(work->txn, instance, &live);
	size_t i;

	for (i = 0; i < n; i++) {
		if (live[i].boot && live[i].state == ATTACHMENT_ATTACHED)
			return true;
	}
	return false;
}

bool instance_start(struct work *work, const char *id)
{
	struct instance_facts f = { .facts = { .instance_id = id } };
	struct job job;

	f.found = find_instance(work, id, &f.instance);
	f.has_system_disk = f.found && has_system_disk(work, id);
	if (!work_check(work, start_checks, COUNT_OF(start_checks), &f) ||
	    !matrix_pass(work, VERB_INSTANCE_START, id, NULL, NULL))
		return false;
	instance_set_state(work, id, INSTANCE_STARTING);
	job = instance_job(work, &f.instance, JOB_INSTANCE_START);
	job_open(work, &job);
	return true;
}

void instance_start_plan(struct work *work, const struct job *job, struct job_plan *ret)
{
	instance_plan_one(work, job, DRIVER_POWER_ON, ret);
}

void instance_start_done(struct work *work, struct job *job)
{
	instance_set_state(work, job->instance, INSTANCE_RUNNING);
	job_end(work, job, JOB_DONE, REFUSE_NONE, NULL);
}

void instance_start_failed(struct work *work, struct job *job)
{
	instance_set_state(work, job->instance, INSTANCE_STOPPED);
}

/* ---- StopInstance ---- */

static const struct check stop_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ instance_unknown, REFUSE_INSTANCE_UNKNOWN, ABOUT_INSTANCE },
	{ instance_not_running, REFUSE_INSTANCE_STATE, ABOUT_INSTANCE },
	{ instance_locked_security, REFUSE_INSTANCE_LOCKED_SECURITY, ABOUT_INSTANCE },
	{ instance_locked_financial, REFUSE_INSTANCE_LOCKED_FINANCIAL, ABOUT_INSTANCE },
};

bool instance_stop(struct work *work, const struct instance_stop_args *args)
{
	struct instance_facts f = { .facts = { .instance_id = args->instance } };
	struct job job;

	f.found = find_instance(work, args->instance, &f.instance);
	if (!work_check(work, stop_checks, COUNT_OF(stop_checks), &f) ||
	    !matrix_pass(work, VERB_INSTANCE_STOP, args->instance, NULL, NULL))
		return false;
	f.instance.state = INSTANCE_STOPPING;
	f.instance.stopped_mode = text_empty(args->stopped_mode) ? "KeepCharging" : args->stopped_mode;
	instance_put(work->txn, &f.instance);
	job = instance_job(work, &f.instance, JOB_INSTANCE_STOP);
	job.force = args->force;
	job_open(work, &job);
	return true;
}

void instance_stop_plan(struct work *work, const struct job *job, struct job_plan *ret)
{
	instance_plan_one(work, job, DRIVER_POWER_OFF, ret);
}

size_t instance_hurry_detaches(struct work *work, const char *instance)
{
	struct attachment *live;
	size_t n = attachment_list_of_instance(work->txn, instance, &live);
	size_t hurried = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		struct job job;

		if (live[i].state != ATTACHMENT_DETACHING || !job_of_attachment(work, live[i].id, &job))
			continue;
		job_hurry(work, &job);
		hurried++;
	}
	return hurried;
}

void instance_stop_done(struct work *work, struct job *job)
{
	instance_set_state(work, job->instance, INSTANCE_STOPPED);
	job_end(work, job, JOB_DONE, REFUSE_NONE, NULL);
	instance_hurry_detaches(work, job->instance);
}

void instance_stop_failed(struct work *work, struct job *job)
{
	instance_stays_on(work, job->instance);
}
