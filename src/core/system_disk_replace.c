/* ReplaceSystemDisk: its checks, and the job in three steps that can each be begun again after a crash. Until the last one
 * is done all views show the old disk in its place. */
#include "base/text.h"
#include "core/catalogue.h"
#include "core/disk_change.h"
#include "core/matrix.h"

#define SYSTEM_DISK_DEFAULT_GIB 40
#define SYSTEM_DEVICE           "/dev/xvda"

struct replace_facts {
	struct facts facts;
	const struct system_disk_replace_args *args;
	bool found, has_system_disk;
	struct instance instance;
	struct attachment here;
	struct disk old;
	const struct image *image;
	int64_t size_gib, min_gib, max_gib;
};

#define REPLACE_ROW(name, condition)                                           \
	static bool replace_##name(const struct work *work, const void *facts_) \
	{                                                                      \
		const struct replace_facts *f = facts_;                        \
                                                                               \
		(void)work;                                                    \
		return (condition);                                            \
	}

REPLACE_ROW(image_and_disk, !text_empty(f->args->image) && !text_empty(f->args->disk))
REPLACE_ROW(image_missing, text_empty(f->args->image))
REPLACE_ROW(unknown, !f->found)
REPLACE_ROW(building, f->instance.state == INSTANCE_PENDING)
REPLACE_ROW(locked_security, text_list_has(f->instance.locks, "security"))
REPLACE_ROW(locked_financial, text_list_has(f->instance.locks, "financial"))
REPLACE_ROW(instance_state, f->instance.state != INSTANCE_STOPPED)
REPLACE_ROW(no_system_disk, !f->has_system_disk)
REPLACE_ROW(image_unknown, !f->image || f->image->deleted)
REPLACE_ROW(disk_state, f->old.status != DISK_STATUS_IN_USE)
REPLACE_ROW(below_image, f->size_gib < f->image->size_gib)
REPLACE_ROW(too_small, f->size_gib < f->min_gib)
REPLACE_ROW(too_large, f->size_gib > f->max_gib)

static const struct check replace_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ replace_image_and_disk, REFUSE_IMAGE_AND_DISK, ABOUT_NOTHING },
	{ replace_image_missing, REFUSE_IMAGE_MISSING, ABOUT_NOTHING },
	{ replace_unknown, REFUSE_INSTANCE_UNKNOWN, ABOUT_INSTANCE },
	{ replace_building, REFUSE_INSTANCE_BUILDING, ABOUT_INSTANCE },
	{ replace_locked_security, REFUSE_INSTANCE_LOCKED_SECURITY, ABOUT_INSTANCE },
	{ replace_locked_financial, REFUSE_INSTANCE_LOCKED_FINANCIAL, ABOUT_INSTANCE },
	{ replace_instance_state, REFUSE_INSTANCE_STATE, ABOUT_INSTANCE },
	{ replace_no_system_disk, REFUSE_INSTANCE_NO_SYSTEM_DISK, ABOUT_INSTANCE },
	{ replace_image_unknown, REFUSE_IMAGE_UNKNOWN, ABOUT_NOTHING },
	{ replace_disk_state, REFUSE_DISK_STATE, ABOUT_DISK },
	{ replace_below_image, REFUSE_SYSTEM_DISK_BELOW_IMAGE, ABOUT_DISK },
	{ replace_too_small, REFUSE_SYSTEM_DISK_TOO_SMALL, ABOUT_DISK },
	{ replace_too_large, REFUSE_SYSTEM_DISK_TOO_LARGE, ABOUT_DISK },
};

static bool find_system_disk(struct work *work, struct replace_facts *f)
{
	struct attachment *live;
	size_t n = attachment_list_of_instance(work->txn, f->instance.id, &live);

	while (n--) {
		if (live[n].boot && disk_get(work->txn, live[n].disk, &f->old)) {
			f->here = live[n];
			f->facts.disk_id = f->old.id;
			return true;
		}
	}
	return false;
}

/* Default: 40 GiB or the image's size, whichever is more (page of 2026, "SystemDisk.Size"), and what the disk's performance
 * level asks for. The old size does not matter. */
static void find_size(struct replace_facts *f)
{
	const struct disk_category *category = disk_category_find(f->old.category);
	int64_t of_level = performance_level_min_gib(f->old.performance_level);

	f->min_gib = of_level > SYSTEM_DISK_MIN_GIB ? of_level : SYSTEM_DISK_MIN_GIB;
	f->max_gib = category && category->max_gib < SYSTEM_DISK_MAX_GIB ? category->max_gib : SYSTEM_DISK_MAX_GIB;
	f->size_gib = f->args->size_gib;
	if (f->args->size_given)
		return;
	f->size_gib = f->min_gib > SYSTEM_DISK_DEFAULT_GIB ? f->min_gib : SYSTEM_DISK_DEFAULT_GIB;
	if (f->image && f->image->size_gib > f->size_gib)
		f->size_gib = f->image->size_gib;
}

static struct replace_facts replace_find(struct work *work, const struct system_disk_replace_args *args)
{
	struct replace_facts f = { .facts = { .instance_id = args->instance }, .args = args };

	f.found = find_instance(work, args->instance, &f.instance);
	if (!f.found)
		return f;
	f.image = image_find(work, args->image);
	f.has_system_disk = find_system_disk(work, &f);
	if (f.has_system_disk)
		find_size(&f);
	return f;
}

/* Category and way of paying cannot be changed (ReplaceSystemDisk page, "Description"). */
static struct disk new_system_disk(struct work *work, const struct replace_facts *f)
{
	struct disk disk = disk_new(work, f->old.tenant.region, f->old.zone, f->old.category);

	disk.tenant = f->old.tenant;
	disk.driver = f->old.driver;
	disk.type = DISK_SYSTEM;
	disk.performance_level = f->old.performance_level;
	disk.size_gib = f->size_gib;
	disk.charge_type = f->old.charge_type;
	disk.expires_at = f->old.expires_at;
	disk.portable = f->old.portable;
	disk.delete_with_instance = true;
	disk.image = f->image->id;
	disk.origin_instance = f->instance.id;
	disk.resource_group = f->old.resource_group;
	disk.encrypted = f->args->encrypted;
	disk.kms_key = f->args->kms_key;
	return disk;
}

bool system_disk_replace(struct work *work, const struct system_disk_replace_args *args, const char **ret_disk)
{
	struct replace_facts f = replace_find(work, args);
	struct job job = { .kind = JOB_SYSTEM_DISK_REPLACE, .step = JOB_REQUESTED };
	struct disk disk;

	if (!work_check(work, replace_checks, COUNT_OF(replace_checks), &f) ||
	    !matrix_pass(work, VERB_SYSTEM_DISK_REPLACE, NULL, f.old.id, NULL))
		return false;
	disk = new_system_disk(work, &f);
	disk_put(work->txn, &disk);
	job.tenant = disk.tenant;
	job.driver = disk.driver;
	job.instance = f.instance.id;
	job.disk = f.old.id;
	job.attachment = f.here.id;
	job.generation = f.here.generation;
	job.new_disk = disk.id;
	/* The instance's, not the disk's: no power job may begin meanwhile. */
	job.lock = arena_printf(work->arena, "instance/%s", f.instance.id);
	job_open(work, &job);
	*ret_disk = disk.id;
	return true;
}

/* ---- its job ---- */

static void plan_create(struct work *work, const struct job *job, const struct disk *disk, struct job_plan *ret)
{
	struct driver_call call = job_call(job, DRIVER_CREATE_DISK);

	call.disk = disk->id;
	call.attachment = "";
	call.generation = 0;
	job_call_image(work, &call, disk->image);
	call.size_gib = disk->size_gib;
	ret->calls[ret->n++] = call;
}

/* The id is the one that attachment_new gives the first attachment of a disk. */
static void plan_plug(struct work *work, const struct job *job, const struct disk *disk, struct job_plan *ret)
{
	struct driver_call call = job_call(job, DRIVER_ATTACH);

	call.disk = job->new_disk;
	call.attachment = arena_printf(work->arena, "%s.1", job->new_disk);
	call.generation = 1;
	call.device = SYSTEM_DEVICE;
	call.serial = disk->serial;
	ret->calls[ret->n++] = call;
}

void system_disk_replace_plan(struct work *work, const struct job *job, struct job_plan *ret)
{
	struct disk disk;

	if (!disk_get(work->txn, job->new_disk, &disk))
		return;
	ret->calls = arena_array(work->arena, struct driver_call, 3);
	/* All is asked for again before the new one is plugged: a driver that was restarted was told that the old one is there,
	 * and was not told of the new one. */
	if (job->step != JOB_REQUESTED)
		ret->calls[ret->n++] = job_call(job, DRIVER_DETACH);
	if (job->step != JOB_UNPLUG)
		plan_create(work, job, &disk, ret);
	if (job->step == JOB_PLUG)
		plan_plug(work, job, &disk, ret);
}

/* By a job of its own: what is gone for the customer may take the driver a while. */
static void delete_disk_later(struct work *work, struct disk *disk)
{
	struct job job = {
		.kind = JOB_DISK_DELETE,
		.step = JOB_REQUESTED,
		.tenant = disk->tenant,
		.driver = disk->driver,
		.disk = disk->id,
		.lock = arena_printf(work->arena, "disk/%s", disk->id),
	};

	disk->state = DISK_DELETING;
	disk_refresh(work, disk);
	job_open(work, &job);
}

static void swap(struct work *work, struct job *job)
{
	struct attachment attachment;
	struct disk old;
	struct disk new;
	struct instance instance;
	const struct image *image;

	if (!attachment_of_job(work, job, &attachment, &old) || !disk_get(work->txn, job->new_disk, &new) ||
	    !instance_get(work->txn, job->instance, &instance))
		return;
	attachment_release(work, &attachment, &old);
	new.state = DISK_READY;
	attachment = attachment_new(work, &new, &instance, SYSTEM_DEVICE, true, false);
	attachment_made_fast(work, &attachment, &new);
	instance.image = new.image;
	image = image_find(work, new.image);
	if (image)
		instance.guest_os = image->os_type;
	instance_put(work->txn, &instance);
	delete_disk_later(work, &old);
}

void system_disk_replace_done(struct work *work, struct job *job)
{
	if (job->step == JOB_REQUESTED) {
		job_advance(work, job, JOB_UNPLUG);
		return;
	}
	if (job->step == JOB_UNPLUG) {
		job_advance(work, job, JOB_PLUG);
		return;
	}
	swap(work, job);
	job_end(work, job, JOB_DONE, REFUSE_NONE, NULL);
}

void system_disk_replace_failed(struct work *work, struct job *job)
{
	struct attachment attachment;
	struct disk disk;

	/* The machine has let go of the old one and did not take the new one: the old one is free, and can be attached with
	 * Bootable to where it came from. */
	if (job->step == JOB_PLUG && attachment_of_job(work, job, &attachment, &disk))
		attachment_release(work, &attachment, &disk);
	if (!disk_get(work->txn, job->new_disk, &disk))
		return;
	if (job->step == JOB_REQUESTED)
		disk_forget(work, &disk);
	else
		delete_disk_later(work, &disk);
}
