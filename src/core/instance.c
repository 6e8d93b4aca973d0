#include "core/instance.h"

#include "base/moment.h"
#include "base/text.h"
#include "core/attachment.h"
#include "core/matrix.h"

struct instance_facts {
	struct facts facts;
	bool found;
	struct instance instance;
	bool has_system_disk;
	bool force;
	bool terminate_subscription;
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
INSTANCE_ROW(building, f->instance.state == INSTANCE_PENDING)
INSTANCE_ROW(protected, f->instance.deletion_protection)
INSTANCE_ROW(leaving, f->instance.state == INSTANCE_RELEASING)
INSTANCE_ROW(not_off, f->instance.state != INSTANCE_STOPPED && !f->force)
INSTANCE_ROW(paid_for, f->instance.charge_type == CHARGE_PRE_PAID && f->instance.expires_at > work->now &&
                       !f->terminate_subscription)

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
	instance_put(work->txn, &instance);
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
	instance_set_state(work, job->instance, INSTANCE_RUNNING);
}

/* ---- DeleteInstance ---- */

static const struct check release_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ instance_unknown, REFUSE_INSTANCE_UNKNOWN, ABOUT_INSTANCE },
	{ instance_building, REFUSE_INSTANCE_BUILDING, ABOUT_INSTANCE },
	{ instance_protected, REFUSE_INSTANCE_PROTECTED, ABOUT_INSTANCE },
	{ instance_paid_for, REFUSE_INSTANCE_PRE_PAID, ABOUT_INSTANCE },
	{ instance_leaving, REFUSE_INSTANCE_STATE, ABOUT_INSTANCE },
	{ instance_not_off, REFUSE_INSTANCE_STATE, ABOUT_INSTANCE },
};

/* Released with its instance: what is fast to it and says so, and what belongs to it and was only on its way out or back.
 * Everything else that was on its way, to or from it, is kept. */
static bool goes_along(const struct attachment *attachment, const struct disk *disk)
{
	if (attachment->shared)
		return false;
	if (attachment->state == ATTACHMENT_ATTACHED)
		return disk->delete_with_instance;
	return text_equal(disk->origin_instance, attachment->instance) && attachment_leaves_bound(attachment, disk);
}

/* Disks in that state that left this instance and are still its own: system disks, and elastic ephemeral disks. */
static size_t list_left(struct work *work, const char *instance, enum disk_status status, struct disk **ret)
{
	struct disk_filter filter = DISK_FILTER_ANY;

	filter.origin_instance = instance;
	filter.status = (int)status;
	return disk_list(work->txn, &filter, &(struct page){ 0 }, ret);
}

/* From here on nobody can take one that goes with the instance, also between the driver's act and the commit. */
static void claim_left(struct work *work, const char *instance)
{
	struct disk *left;
	size_t n = list_left(work, instance, DISK_STATUS_AVAILABLE, &left);
	size_t i;

	for (i = 0; i < n; i++) {
		if (!left[i].delete_with_instance)
			continue;
		left[i].state = DISK_DELETING;
		disk_refresh(work, &left[i]);
	}
}

bool instance_release(struct work *work, const struct instance_release_args *args)
{
	struct instance_facts f = {
		.facts = { .instance_id = args->instance },
		.force = args->force,
		.terminate_subscription = args->terminate_subscription,
	};
	struct job job;

	f.found = find_instance(work, args->instance, &f.instance);
	if (!work_check(work, release_checks, COUNT_OF(release_checks), &f) ||
	    !matrix_pass(work, args->force ? VERB_INSTANCE_RELEASE_FORCED : VERB_INSTANCE_RELEASE, args->instance,
	                 NULL, NULL))
		return false;
	instance_set_state(work, args->instance, INSTANCE_RELEASING);
	claim_left(work, args->instance);
	job = instance_job(work, &f.instance, JOB_INSTANCE_DELETE);
	job.force = true;
	job_open(work, &job);
	return true;
}

static void plan_delete_disk(const struct job *job, const char *disk, struct job_plan *ret)
{
	ret->calls[ret->n] = job_call(job, DRIVER_DELETE_DISK);
	ret->calls[ret->n++].disk = disk;
}

void instance_delete_plan(struct work *work, const struct job *job, struct job_plan *ret)
{
	struct attachment *live;
	struct disk *left;
	size_t n = attachment_list_of_instance(work->txn, job->instance, &live);
	size_t n_left = list_left(work, job->instance, DISK_STATUS_DELETING, &left);
	size_t i;

	ret->calls = arena_array(work->arena, struct driver_call, 1 + n + n_left);
	ret->calls[ret->n++] = job_call(job, DRIVER_DELETE_MACHINE);
	for (i = 0; i < n; i++) {
		struct disk disk;

		if (disk_get(work->txn, live[i].disk, &disk) && goes_along(&live[i], &disk))
			plan_delete_disk(job, disk.id, ret);
	}
	for (i = 0; i < n_left; i++)
		plan_delete_disk(job, left[i].id, ret);
}

static void release_attached(struct work *work, struct attachment *attachment)
{
	bool goes;
	struct disk disk;

	if (!disk_get(work->txn, attachment->disk, &disk))
		return;
	goes = goes_along(attachment, &disk);
	attachment_release(work, attachment, &disk);
	if (goes) {
		disk_forget(work, &disk);
		return;
	}
	/* Kept disks are paid by use from now on (DeleteInstance page). A system disk that is kept is looked at below,
	 * with those that had left before. */
	if (disk.type == DISK_DATA && disk.charge_type == CHARGE_PRE_PAID) {
		disk.charge_type = CHARGE_POST_PAID;
		disk.portable = true;
		disk.expires_at = 0;
		disk_put(work->txn, &disk);
	}
}

void instance_delete_done(struct work *work, struct job *job)
{
	struct attachment *live;
	struct disk *left;
	size_t n = attachment_list_of_instance(work->txn, job->instance, &live);
	size_t i;

	for (i = 0; i < n; i++)
		release_attached(work, &live[i]);
	n = list_left(work, job->instance, DISK_STATUS_DELETING, &left);
	for (i = 0; i < n; i++)
		disk_forget(work, &left[i]);
	n = list_left(work, job->instance, DISK_STATUS_AVAILABLE, &left);
	for (i = 0; i < n; i++) {
		disk_become_data(&left[i]);
		disk_put(work->txn, &left[i]);
	}
	tag_delete_all(work->txn, job->instance);
	instance_delete(work->txn, job->instance);
	job_end(work, job, JOB_DONE, REFUSE_NONE, NULL);
}

/* The release had taken over its job: it goes on where that was. */
static void resume_attachment(struct work *work, const struct attachment *attachment)
{
	struct job_filter filter = JOB_FILTER_ANY;
	struct disk disk;
	struct job *last;
	struct job open;

	filter.attachment = attachment->id;
	filter.state = JOB_SUPERSEDED;
	if (!job_of_attachment(work, attachment->id, &open) && disk_get(work->txn, attachment->disk, &disk) &&
	    job_list(work->txn, &filter, &(struct page){ .limit = 1 }, &last))
		attachment_open_job(work, attachment, &disk, last->step, last->force);
}

/* The release took its place, and came to nothing. */
static void rearm_auto_release(struct work *work, const char *id)
{
	struct instance instance;

	if (instance_get(work->txn, id, &instance) && instance.auto_release_at > work->now)
		instance_arm_auto_release(work, &instance);
}

void instance_delete_failed(struct work *work, struct job *job)
{
	struct attachment *live;
	struct disk *left;
	size_t n = attachment_list_of_instance(work->txn, job->instance, &live);
	size_t i;

	/* The machine could not be removed: it is off as far as anyone knows, and may be released again. */
	instance_set_state(work, job->instance, INSTANCE_STOPPED);
	rearm_auto_release(work, job->instance);
	for (i = 0; i < n; i++) {
		if (live[i].state != ATTACHMENT_ATTACHED)
			resume_attachment(work, &live[i]);
	}
	n = list_left(work, job->instance, DISK_STATUS_DELETING, &left);
	for (i = 0; i < n; i++) {
		struct job *jobs;

		if (job_list_open(work, NULL, left[i].id, &jobs))
			continue; /* somebody deletes it by itself */
		left[i].state = DISK_READY;
		disk_refresh(work, &left[i]);
	}
}
