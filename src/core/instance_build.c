/* The job that makes an instance: build the machine with its disks, then power it on or leave it off; and if it cannot be
 * built, remove what there is of it. */
#include "core/attachment.h"
#include "core/balancer.h"
#include "core/catalogue.h"
#include "core/instance.h"
#include "core/scaling.h"

/* What the driver makes the machine of, as the catalogue has its type and image now. */
static const struct driver_build *build_of(struct work *work, const char *id)
{
	struct driver_build *build = arena_new(work->arena, struct driver_build);
	const struct instance_type *type;
	const struct image *image;
	struct instance instance;

	if (!instance_get(work->txn, id, &instance))
		return NULL;
	type = instance_type_of_any(work, instance.type);
	image = image_of_any(work, instance.image);
	*build = (struct driver_build){
		.uuid = instance.serial,
		.cpus = type ? type->cpus : 1,
		.memory_mib = type ? type->memory_mib : 1024,
		.kernel = image ? image->kernel : "",
		.initrd = image ? image->initrd : "",
		.cmdline = image ? image->cmdline : "",
	};
	return build;
}

static void plan_build(struct work *work, const struct job *job, struct job_plan *ret)
{
	struct attachment *live;
	size_t n = attachment_list_of_instance(work->txn, job->instance, &live);
	size_t i;

	ret->calls = arena_array(work->arena, struct driver_call, 1 + 2 * n);
	ret->calls[ret->n] = job_call(job, DRIVER_CREATE_MACHINE);
	ret->calls[ret->n++].build = build_of(work, job->instance);
	for (i = 0; i < n; i++) {
		struct driver_call call = job_call(job, DRIVER_CREATE_DISK);
		struct disk disk;

		if (!disk_get(work->txn, live[i].disk, &disk))
			continue;
		call.disk = disk.id;
		call.size_gib = disk.size_gib;
		if (disk.type == DISK_SYSTEM)
			job_call_image(work, &call, disk.image);
		call.snapshot = disk.source_snapshot;
		ret->calls[ret->n++] = call;
		call.act = DRIVER_ATTACH;
		call.image = call.image_path = call.snapshot = "";
		call.serial = disk.serial;
		call.attachment = live[i].id;
		call.generation = live[i].generation;
		call.device = live[i].device;
		ret->calls[ret->n++] = call;
	}
}

/* Whatever there may be of it by now; what is not there is deleted all the same (contract/driver.h). */
static void plan_undo(struct work *work, const struct job *job, struct job_plan *ret)
{
	struct attachment *live;
	size_t n = attachment_list_of_instance(work->txn, job->instance, &live);
	size_t i;

	ret->calls = arena_array(work->arena, struct driver_call, 1 + n);
	ret->calls[ret->n++] = job_call(job, DRIVER_DELETE_MACHINE);
	for (i = 0; i < n; i++) {
		ret->calls[ret->n] = job_call(job, DRIVER_DELETE_DISK);
		ret->calls[ret->n++].disk = live[i].disk;
	}
}

void instance_create_plan(struct work *work, const struct job *job, struct job_plan *ret)
{
	if (job->step == JOB_POWER)
		instance_start_plan(work, job, ret);
	else if (job->step == JOB_UNDO)
		plan_undo(work, job, ret);
	else
		plan_build(work, job, ret);
}

static void forget_all(struct work *work, const char *instance)
{
	struct attachment *live;
	size_t n = attachment_list_of_instance(work->txn, instance, &live);
	size_t i;

	for (i = 0; i < n; i++) {
		struct disk disk;

		if (!disk_get(work->txn, live[i].disk, &disk))
			continue;
		attachment_release(work, &live[i], &disk);
		disk_forget(work, &disk);
	}
	balancer_forget_instance(work, instance);
	scaling_forget_instance(work, instance);
	tag_delete_all(work->txn, instance);
	instance_delete(work->txn, instance);
	scaling_instance_changed(work, instance);
}

static void made_all_fast(struct work *work, const char *instance)
{
	struct attachment *live;
	size_t n = attachment_list_of_instance(work->txn, instance, &live);
	size_t i;

	for (i = 0; i < n; i++) {
		struct disk disk;

		if (!disk_get(work->txn, live[i].disk, &disk))
			continue;
		disk.state = DISK_READY;
		attachment_made_fast(work, &live[i], &disk);
	}
}

void instance_create_done(struct work *work, struct job *job)
{
	switch (job->step) {
	case JOB_POWER:
		instance_start_done(work, job);
		return;
	case JOB_UNDO:
		forget_all(work, job->instance);
		job_end_undone(work, job);
		return;
	case JOB_BUILD:
		made_all_fast(work, job->instance);
		instance_set_state(work, job->instance, INSTANCE_STOPPED);
		job_end(work, job, JOB_DONE, REFUSE_NONE, NULL);
		return;
	case JOB_CHECK:
	case JOB_REQUESTED:
	case JOB_FENCE:
	case JOB_COPY:
	case JOB_UNPLUG:
	case JOB_PLUG:
	case JOB_STEP_MAX:
		break;
	}
	made_all_fast(work, job->instance);
	instance_set_state(work, job->instance, INSTANCE_STARTING);
	job_advance(work, job, JOB_POWER);
}

/* Built and not to be started: it is there, off. Not built: the driver may have made some of it. */
void instance_create_failed(struct work *work, struct job *job)
{
	if (job->step == JOB_POWER)
		instance_start_failed(work, job);
	else
		job_undo(job);
}
