/* DetachDisk: its checks in their order, the point of no return, and the job that casts the disk off. */
#include "core/attachment.h"

#include "base/text.h"
#include "core/catalogue.h"
#include "core/event.h"
#include "core/instance.h"
#include "core/job.h"
#include "core/matrix.h"

struct detach_facts {
	struct facts facts;
	const struct detach_args *args;
	bool instance_found, disk_found, here_found;
	struct instance instance;
	struct disk disk;
	struct attachment here; /* of the disk to the named instance */
	size_t n_live;          /* attachments of the disk */
	int64_t n_detaching;    /* of the instance */
	struct account account;
	const struct disk_category *category;
	const struct instance_type *type;
	const struct image *image; /* of the instance; NULL: not in the catalogue any more */
};

/* Force is for data disks that are no SCSI devices; on any other it changes nothing (page of DetachServerVolume). */
static bool is_forced(const struct detach_facts *f)
{
	return f->args->force && !f->here.boot && !f->disk.scsi;
}

#define DETACH_ROW(name, condition)                                           \
	static bool detach_##name(const struct work *work, const void *facts_) \
	{                                                                     \
		const struct detach_facts *f = facts_;                        \
		const struct detach_args *args = f->args;                     \
                                                                              \
		(void)work;                                                   \
		(void)args;                                                   \
		return (condition);                                           \
	}

DETACH_ROW(instance_unknown, !f->instance_found)
DETACH_ROW(disk_unknown, !f->disk_found)
DETACH_ROW(not_white_listed, !f->account.disk_white_list)
DETACH_ROW(base_image_lost, f->disk.base_image_lost)
DETACH_ROW(not_attached, f->n_live == 0 && (f->disk.status == DISK_STATUS_AVAILABLE || disk_has_failed(&f->disk)))
DETACH_ROW(elsewhere, f->n_live > 0 && !f->here_found)
DETACH_ROW(detaching, f->here_found && f->here.state == ATTACHMENT_DETACHING && !is_forced(f))
/* Force finds one under way as good as attached: it hastens it. */
DETACH_ROW(disk_state, !f->here_found ||
                       (f->here.state != ATTACHMENT_ATTACHED && f->here.state != ATTACHMENT_DETACHING) ||
                       (f->here.state == ATTACHMENT_ATTACHED && f->disk.status != DISK_STATUS_IN_USE) || f->disk.overdue)
DETACH_ROW(locked_security, text_list_has(f->instance.locks, "security"))
DETACH_ROW(local, f->category && f->category->local && !f->here.boot)
DETACH_ROW(ephemeral_keep, f->category && f->category->elastic_ephemeral &&
                           !(args->delete_with_instance_given && args->delete_with_instance))
DETACH_ROW(system_stays, f->here.boot && f->category && !f->category->detachable_system)
DETACH_ROW(system_online, f->here.boot && f->instance.state == INSTANCE_RUNNING)
DETACH_ROW(state, f->instance.state != INSTANCE_STOPPED && f->instance.state != INSTANCE_RUNNING)
DETACH_ROW(image_deleted, work_realm(work)->image_bound && f->here.boot && (!f->image || f->image->deleted))
DETACH_ROW(not_portable, !f->here.boot && !f->disk.portable)
DETACH_ROW(multi_attach_flag, f->disk.multi_attach && args->delete_with_instance_given)
DETACH_ROW(no_hot_unplug, f->instance.state == INSTANCE_RUNNING && f->type && !f->type->hot_unplug)
DETACH_ROW(too_many, work_realm(work)->counts_detaching && f->n_detaching >= work->core->settings.max_detaching)

/* The order decides which error a client sees where several apply; it is documented row by row in docs/detach.md. */
static const struct check detach_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ detach_instance_unknown, REFUSE_INSTANCE_UNKNOWN, ABOUT_INSTANCE },
	{ detach_disk_unknown, REFUSE_DISK_UNKNOWN, ABOUT_DISK },
	{ detach_not_white_listed, REFUSE_NOT_IN_WHITE_LIST, ABOUT_NOTHING },
	{ detach_base_image_lost, REFUSE_DISK_BASE_IMAGE_LOST, ABOUT_DISK },
	{ detach_not_attached, REFUSE_DISK_NOT_ATTACHED, ABOUT_DISK },
	{ detach_elsewhere, REFUSE_DISK_ATTACHED_ELSEWHERE, ABOUT_DISK },
	{ detach_detaching, REFUSE_DISK_DETACHING, ABOUT_DISK },
	{ detach_disk_state, REFUSE_DISK_STATE, ABOUT_DISK },
	{ detach_locked_security, REFUSE_INSTANCE_LOCKED_SECURITY, ABOUT_INSTANCE },
	{ detach_local, REFUSE_DISK_LOCAL, ABOUT_DISK },
	{ detach_ephemeral_keep, REFUSE_DISK_EPHEMERAL_KEEP, ABOUT_DISK },
	{ detach_system_stays, REFUSE_DISK_SYSTEM, ABOUT_DISK },
	{ detach_system_online, REFUSE_SYSTEM_DISK_ONLINE, ABOUT_INSTANCE },
	{ detach_state, REFUSE_INSTANCE_STATE, ABOUT_INSTANCE },
	{ detach_image_deleted, REFUSE_INSTANCE_IMAGE_DELETED, ABOUT_INSTANCE },
	{ detach_not_portable, REFUSE_DISK_NOT_PORTABLE, ABOUT_DISK },
	{ detach_multi_attach_flag, REFUSE_DISK_MULTI_ATTACH_FLAG, ABOUT_DISK },
	{ detach_no_hot_unplug, REFUSE_INSTANCE_NO_HOT_UNPLUG, ABOUT_INSTANCE },
	{ detach_too_many, REFUSE_INSTANCE_DETACHING_LIMIT, ABOUT_INSTANCE },
};

static int64_t count_detaching(struct work *work, const char *instance)
{
	struct attachment *live;
	size_t n = attachment_list_of_instance(work->txn, instance, &live);
	int64_t detaching = 0;
	size_t i;

	for (i = 0; i < n; i++)
		detaching += live[i].state == ATTACHMENT_DETACHING;
	return detaching;
}

static struct detach_facts detach_find(struct work *work, const struct detach_args *args)
{
	struct detach_facts f = { .facts = { args->instance, args->disk }, .args = args, .account = find_account(work) };

	f.instance_found = find_instance(work, args->instance, &f.instance);
	f.disk_found = find_disk(work, args->disk, &f.disk);
	if (!f.instance_found || !f.disk_found)
		return f;
	f.here_found = attachment_find(work, args->disk, args->instance, &f.here, &f.n_live);
	f.n_detaching = count_detaching(work, args->instance);
	f.category = disk_category_find(f.disk.category);
	f.type = instance_type_find(work, f.instance.type);
	/* Only the row about system disks asks for it. */
	if (f.here_found && f.here.boot)
		f.image = image_find(work, f.instance.image);
	return f;
}

/* The detach under way does not ask the guest from now on: an answer that is still to come counts no more. Its job's id. */
static const char *hasten(struct work *work, const struct attachment *attachment)
{
	struct job job;

	if (!job_of_attachment(work, attachment->id, &job))
		return NULL;
	job.force = true;
	job.requested_by = work->caller.key_id;
	if (job.step == JOB_CHECK) {
		job.lease_fence++;
		job_advance(work, &job, JOB_REQUESTED);
	} else {
		job_hurry(work, &job);
	}
	return job.id;
}

/* Whether the machine is asked if it uses the disk. A bare metal server always is, by its connection, since nothing else tells; of
 * one with Windows the page (Huawei, "Detaching an EVS Disk from a BMS") says that a disk in use goes all the same. */
static bool asks_machine(const struct account *account, const struct instance *instance)
{
	if (instance->kind == MACHINE_BARE_METAL)
		return !text_equal(instance->guest_os, "windows");
	return account->safe_detach;
}

bool disk_detach(struct work *work, const struct detach_args *args)
{
	struct detach_facts f = detach_find(work, args);
	bool asks;

	if (!work_check(work, detach_checks, COUNT_OF(detach_checks), &f))
		return false;
	if (f.here.state == ATTACHMENT_DETACHING) {
		const char *hastened = hasten(work, &f.here);

		if (args->ret_hastened)
			*args->ret_hastened = hastened;
		return true;
	}
	if (!matrix_pass(work, VERB_DETACH, NULL, args->disk, f.here.id))
		return false;
	f.here.state = ATTACHMENT_DETACHING;
	f.here.detach_requested_at = work->now;
	f.here.keep_on_release = args->delete_with_instance_given && !args->delete_with_instance;
	attachment_put(work->txn, &f.here);
	disk_refresh_by(work, &f.disk, &f.here);
	/* A running guest is asked first whether it uses the disk, where the account wants that. Without the question
	 * this very transaction is the point of no return: it is committed before the driver is asked to let go. */
	asks = asks_machine(&f.account, &f.instance) && !is_forced(&f) && f.instance.state == INSTANCE_RUNNING;
	attachment_open_job(work, &f.here, &f.disk, asks ? JOB_CHECK : JOB_REQUESTED, is_forced(&f));
	return true;
}

/* ---- the fence ---- */

struct fence_facts {
	struct facts facts;
	bool found;
	struct disk disk;
	struct attachment here;
	struct job job; /* that works on the attachment */
	bool under_way;
};

static struct fence_facts fence_find(struct work *work, const struct fence_args *args)
{
	struct fence_facts f = { .facts = { args->instance, args->disk } };

	f.found = disk_get(work->txn, args->disk, &f.disk);
	if (f.found && attachment_find(work, args->disk, args->instance, &f.here, NULL))
		f.under_way = job_of_attachment(work, f.here.id, &f.job);
	return f;
}

bool disk_fence(struct work *work, const struct fence_args *args)
{
	struct fence_facts f = fence_find(work, args);

	if (!f.found)
		return work_refuse(work, REFUSE_DISK_UNKNOWN, args->disk);
	if (text_empty(f.here.id)) {
		work->refusal = (struct refusal){ REFUSE_DISK_NOT_ATTACHED, args->disk, args->instance, NULL };
		return false;
	}
	if (f.here.state == ATTACHMENT_DETACHING && f.under_way && f.job.kind == JOB_DETACH) {
		f.job.force = true;
		f.job.step = JOB_FENCE;
		f.job.attempts = 0;
		f.job.requested_by = work->caller.key_id;
		job_hurry(work, &f.job);
		return true;
	}
	if (f.here.state != ATTACHMENT_ATTACHED || !matrix_pass(work, VERB_DETACH, NULL, args->disk, f.here.id))
		return f.here.state == ATTACHMENT_ATTACHED ? false : work_refuse(work, REFUSE_DISK_STATE, args->disk);
	f.here.state = ATTACHMENT_DETACHING;
	f.here.detach_requested_at = work->now;
	attachment_put(work->txn, &f.here);
	disk_refresh_by(work, &f.disk, &f.here);
	attachment_open_job(work, &f.here, &f.disk, JOB_FENCE, true);
	return true;
}

/* ---- the job ---- */

void detach_plan(struct work *work, const struct job *job, struct job_plan *ret)
{
	static const enum driver_act acts[JOB_STEP_MAX] = {
		[JOB_CHECK] = DRIVER_CHECK_IDLE,
		[JOB_REQUESTED] = DRIVER_DETACH,
		[JOB_FENCE] = DRIVER_FENCE,
	};
	struct instance instance;
	struct account account;

	ret->calls = arena_array(work->arena, struct driver_call, 1);
	ret->calls[0] = job_call(job, acts[job->step]);
	/* An account that does not want the question wants no refusal for its answer either. */
	if (account_get(work->txn, job->tenant.account, &account) && instance_get(work->txn, job->instance, &instance) &&
	    !asks_machine(&account, &instance))
		ret->calls[0].force = true;
	ret->n = 1;
}

/* A guest from which a disk is torn still has the device: it gets that name back by a start only (Huawei, page of
 * DetachServerVolume, "delete_flag"). */
static bool leaves_slot(struct work *work, const struct job *job)
{
	const struct realm *realm = realm_find(job->tenant.realm);
	struct instance instance;

	return job->force && realm && realm->force_keeps_slot && instance_get(work->txn, job->instance, &instance) &&
	       (instance.state == INSTANCE_RUNNING || instance.state == INSTANCE_STOPPING);
}

void detach_done(struct work *work, struct job *job)
{
	struct attachment attachment;
	struct disk disk;

	if (job->step == JOB_CHECK) {
		job_advance(work, job, JOB_REQUESTED);
		return;
	}
	if (job->step == JOB_FENCE)
		event_of_job(work, job, EVENT_EXECUTED, REFUSE_WAITING_FOR_GUEST,
		             arena_printf(work->arena, "The guest did not let go of the disk: the disk was cut off, as %s asked.",
		                          job->requested_by));
	if (attachment_of_job(work, job, &attachment, &disk) && attachment.state == ATTACHMENT_DETACHING) {
		attachment_release(work, &attachment, &disk);
		if (leaves_slot(work, job)) {
			attachment.slot_held = true;
			attachment_put(work->txn, &attachment);
		}
	}
	job_end(work, job, JOB_DONE, REFUSE_NONE, NULL);
	instance_reboot_resume(work, job->instance);
}

void detach_failed(struct work *work, struct job *job)
{
	struct attachment attachment;
	struct disk disk;

	if (!attachment_of_job(work, job, &attachment, &disk) || attachment.state != ATTACHMENT_DETACHING)
		return;
	attachment.state = ATTACHMENT_ATTACHED;
	attachment.detach_requested_at = 0;
	attachment.keep_on_release = false;
	attachment_put(work->txn, &attachment);
	disk_refresh_by(work, &disk, &attachment);
	instance_reboot_resume(work, job->instance);
}
