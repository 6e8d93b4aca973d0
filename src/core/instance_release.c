/* DeleteInstance: its checks, and the job that removes the machine and then the disks that go with it. */
#include "base/text.h"
#include "core/attachment.h"
#include "core/balancer.h"
#include "core/instance.h"
#include "core/matrix.h"
#include "core/scaling.h"

struct release_facts {
	struct facts facts;
	const struct instance_release_args *args;
	bool found;
	struct instance instance;
};

#define RELEASE_ROW(name, condition)                                            \
	static bool release_##name(const struct work *work, const void *facts_) \
	{                                                                       \
		const struct release_facts *f = facts_;                         \
                                                                                \
		(void)work;                                                     \
		return (condition);                                             \
	}

RELEASE_ROW(unknown, !f->found)
RELEASE_ROW(building, f->instance.state == INSTANCE_PENDING)
RELEASE_ROW(protected, f->instance.deletion_protection)
RELEASE_ROW(paid_for, f->instance.charge_type == CHARGE_PRE_PAID && f->instance.expires_at > work->now &&
                      !f->args->terminate_subscription)
RELEASE_ROW(leaving, f->instance.state == INSTANCE_RELEASING)
RELEASE_ROW(not_off, f->instance.state != INSTANCE_STOPPED && !f->args->force)

static const struct check release_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ release_unknown, REFUSE_INSTANCE_UNKNOWN, ABOUT_INSTANCE },
	{ release_building, REFUSE_INSTANCE_BUILDING, ABOUT_INSTANCE },
	{ release_protected, REFUSE_INSTANCE_PROTECTED, ABOUT_INSTANCE },
	{ release_paid_for, REFUSE_INSTANCE_PRE_PAID, ABOUT_INSTANCE },
	{ release_leaving, REFUSE_INSTANCE_STATE, ABOUT_INSTANCE },
	{ release_not_off, REFUSE_INSTANCE_STATE, ABOUT_INSTANCE },
};

/* Disks that are of this instance without being fast to it: system disks and elastic ephemeral disks that left it, and once
 * the machine is gone whatever goes with it. `status` is one of enum disk_status, -1 any. */
static size_t list_left(struct work *work, const char *instance, int status, struct disk **ret)
{
	struct disk_filter filter = DISK_FILTER_ANY;

	filter.origin_instance = instance;
	filter.status = status;
	return disk_list(work->txn, &filter, &(struct page){ 0 }, ret);
}

/* By DeleteDisk, and so whatever becomes of the instance. */
static bool is_deleted_by_itself(struct work *work, const char *disk)
{
	struct job_filter filter = JOB_FILTER_ANY;
	struct job *jobs;

	filter.disk = disk;
	filter.state = JOB_OPEN;
	filter.kind = JOB_DISK_DELETE;
	return job_list(work->txn, &filter, &(struct page){ .limit = 1 }, &jobs) != 0;
}

/* From here on nobody can take one that goes with the instance, also while the machine is being removed. */
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

/* Data disks that stay by themselves go along this time. */
static void claim_attached(struct work *work, const char *instance)
{
	struct attachment *live;
	size_t n = attachment_list_of_instance(work->txn, instance, &live);
	size_t i;

	for (i = 0; i < n; i++) {
		struct disk disk;

		if (live[i].boot || live[i].shared || live[i].state != ATTACHMENT_ATTACHED ||
		    !disk_get(work->txn, live[i].disk, &disk))
			continue;
		disk.delete_with_instance = true;
		disk_put(work->txn, &disk);
	}
}

bool instance_release(struct work *work, const struct instance_release_args *args)
{
	struct release_facts f = { .facts = { .instance_id = args->instance }, .args = args };
	struct job job;

	f.found = find_instance(work, args->instance, &f.instance);
	if (!work_check(work, release_checks, COUNT_OF(release_checks), &f) ||
	    !matrix_pass(work, args->force ? VERB_INSTANCE_RELEASE_FORCED : VERB_INSTANCE_RELEASE, args->instance,
	                 NULL, NULL))
		return false;
	instance_set_state(work, args->instance, INSTANCE_RELEASING);
	claim_left(work, args->instance);
	if (args->with_data_disks)
		claim_attached(work, args->instance);
	job = instance_job(work, &f.instance, JOB_INSTANCE_DELETE);
	job.force = true;
	job.instance_was = f.instance.state;
	job_open(work, &job);
	return true;
}

/* ---- its job ---- */

/* First the machine alone. Once it is gone nothing can be taken back: which disks go with it is committed, and they are
 * deleted in a step that does not fail. The machine is asked for again there, since a driver that was restarted meanwhile
 * was told of it. */
void instance_delete_plan(struct work *work, const struct job *job, struct job_plan *ret)
{
	struct disk *going = NULL;
	size_t n = job->step == JOB_UNDO ? list_left(work, job->instance, DISK_STATUS_DELETING, &going) : 0;
	size_t i;

	ret->calls = arena_array(work->arena, struct driver_call, 1 + n);
	ret->calls[ret->n++] = job_call(job, DRIVER_DELETE_MACHINE);
	for (i = 0; i < n; i++) {
		ret->calls[ret->n] = job_call(job, DRIVER_DELETE_DISK);
		ret->calls[ret->n++].disk = going[i].id;
	}
}

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

static void release_attached(struct work *work, struct attachment *attachment)
{
	bool goes;
	struct disk disk;

	if (!disk_get(work->txn, attachment->disk, &disk))
		return;
	goes = goes_along(attachment, &disk);
	if (goes) {
		disk.state = DISK_DELETING;
		disk.origin_instance = attachment->instance;
	}
	attachment_release(work, attachment, &disk);
	/* Kept disks are paid by use from now on (DeleteInstance page). A system disk that is kept is looked at below,
	 * with those that had left before. */
	if (!goes && disk.type == DISK_DATA && disk.charge_type == CHARGE_PRE_PAID) {
		disk.charge_type = CHARGE_POST_PAID;
		disk.portable = true;
		disk.expires_at = 0;
		disk_put(work->txn, &disk);
	}
}

/* Nothing comes from an instance that is gone: what does not go with it is a plain data disk, whatever is under way with
 * it. Returns how many do go. */
static size_t keep_left(struct work *work, const char *instance)
{
	struct disk *left;
	size_t n = list_left(work, instance, -1, &left);
	size_t going = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (left[i].state == DISK_DELETING && !is_deleted_by_itself(work, left[i].id)) {
			going++;
			continue;
		}
		disk_become_data(&left[i]);
		disk_put(work->txn, &left[i]);
	}
	return going;
}

static void forget(struct work *work, struct job *job)
{
	struct disk *going;
	size_t n = list_left(work, job->instance, DISK_STATUS_DELETING, &going);
	size_t i;

	for (i = 0; i < n; i++)
		disk_forget(work, &going[i]);
	balancer_forget_instance(work, job->instance);
	scaling_forget_instance(work, job->instance);
	tag_delete_all(work->txn, job->instance);
	instance_delete(work->txn, job->instance);
	scaling_instance_changed(work, job->instance);
	job_end(work, job, JOB_DONE, REFUSE_NONE, NULL);
}

void instance_delete_done(struct work *work, struct job *job)
{
	struct attachment *live;
	size_t n;
	size_t i;

	if (job->step == JOB_UNDO) {
		forget(work, job);
		return;
	}
	attachment_free_slots(work, job->instance);
	n = attachment_list_of_instance(work->txn, job->instance, &live);
	for (i = 0; i < n; i++)
		release_attached(work, &live[i]);
	if (keep_left(work, job->instance))
		job_advance(work, job, JOB_UNDO);
	else
		forget(work, job);
}

/* ---- it came to nothing ---- */

/* The release had taken over its job: it goes on where that was, or begins anew if that is not known any more. */
static void resume_attachment(struct work *work, const struct attachment *attachment)
{
	struct job_filter filter = JOB_FILTER_ANY;
	struct disk disk;
	struct job *last;
	struct job open;
	bool known;

	filter.attachment = attachment->id;
	filter.state = JOB_SUPERSEDED;
	if (job_of_attachment(work, attachment->id, &open) || !disk_get(work->txn, attachment->disk, &disk))
		return;
	known = job_list(work->txn, &filter, &(struct page){ .limit = 1 }, &last) != 0;
	attachment_open_job(work, attachment, &disk, known ? last->step : JOB_REQUESTED, known && last->force);
}

/* What it was on its way to, it is again: the job was superseded by the release. */
static void resume_power(struct work *work, struct job *release, enum job_kind kind)
{
	struct instance instance;
	struct job job;

	if (!instance_get(work->txn, release->instance, &instance))
		return;
	instance_set_state(work, instance.id, release->instance_was);
	/* One open job for each instance: the caller ends this one only after us. */
	release->state = JOB_FAILED;
	job_put(work->txn, release);
	job = instance_job(work, &instance, kind);
	job_open(work, &job);
}

static void resume_instance(struct work *work, struct job *job)
{
	switch (job->instance_was) {
	case INSTANCE_RUNNING:
		instance_stays_on(work, job->instance);
		break;
	case INSTANCE_STARTING:
		resume_power(work, job, JOB_INSTANCE_START);
		break;
	case INSTANCE_STOPPING:
		resume_power(work, job, JOB_INSTANCE_STOP);
		break;
	case INSTANCE_PENDING:
	case INSTANCE_STOPPED:
	case INSTANCE_RELEASING:
	case INSTANCE_STATE_MAX:
		instance_set_state(work, job->instance, INSTANCE_STOPPED);
		break;
	}
}

/* The release took its place. */
static void rearm_auto_release(struct work *work, const char *id)
{
	struct instance instance;

	if (instance_get(work->txn, id, &instance) && instance.auto_release_at > work->now)
		instance_arm_auto_release(work, &instance);
}

/* The machine is there, as it was: so is all the rest. */
void instance_delete_failed(struct work *work, struct job *job)
{
	struct attachment *live;
	struct disk *left;
	size_t n = attachment_list_of_instance(work->txn, job->instance, &live);
	size_t i;

	resume_instance(work, job);
	rearm_auto_release(work, job->instance);
	for (i = 0; i < n; i++) {
		if (live[i].state != ATTACHMENT_ATTACHED)
			resume_attachment(work, &live[i]);
	}
	n = list_left(work, job->instance, DISK_STATUS_DELETING, &left);
	for (i = 0; i < n; i++) {
		if (is_deleted_by_itself(work, left[i].id))
			continue;
		left[i].state = DISK_READY;
		disk_refresh(work, &left[i]);
	}
}
