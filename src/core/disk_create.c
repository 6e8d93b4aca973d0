/* CreateDisk: its checks, and the job that makes the disk. */
#include "base/text.h"
#include "core/attachment.h"
#include "core/catalogue.h"
#include "core/guard.h"
#include "core/metadata.h"
#include "core/snapshot.h"

struct create_facts {
	struct facts facts;
	const struct disk_create_args *args;
	const struct region *region;
	const struct disk_category *category;
	const char *category_id;
	bool instance_found;
	struct instance instance;
	const struct instance_type *type; /* the instance's */
	struct account account;
	struct snapshot_source source;
	const struct image *image; /* asked for; NULL: none, or there is none of that id */
	int64_t size_gib; /* asked for, or the snapshot's */
	enum refusal_reason fit;
	const char *device; /* free on the instance */
	bool full;          /* it has as many data disks as its type takes */
};

#define CREATE_ROW(name, condition)                                           \
	static bool create_##name(const struct work *work, const void *facts_) \
	{                                                                     \
		const struct create_facts *f = facts_;                        \
                                                                              \
		(void)work;                                                   \
		return (condition);                                           \
	}

CREATE_ROW(metadata, !metadata_fits(f->args->metadata, f->args->n_metadata))
CREATE_ROW(place_missing, text_empty(f->args->zone) && text_empty(f->args->instance))
CREATE_ROW(instance_unknown, !text_empty(f->args->instance) && !f->instance_found)
CREATE_ROW(zone_unknown, !text_empty(f->args->zone) && (!f->region || !zone_known(f->region, f->args->zone)))
CREATE_ROW(zone_mismatch, f->instance_found && !text_empty(f->args->zone) &&
            !text_equal(f->args->zone, f->instance.zone))
/* What is attached as it is made is refused as it would be then: bare metal has SCSI disks only (attach.c), and so on. */
CREATE_ROW(not_scsi, f->instance.kind == MACHINE_BARE_METAL && !f->args->scsi)
CREATE_ROW(locked_security, work_realm(work)->made_for_any_instance && text_list_has(f->instance.locks, "security"))
CREATE_ROW(locked_financial, work_realm(work)->made_for_any_instance && text_list_has(f->instance.locks, "financial"))
CREATE_ROW(no_hot_plug, work_realm(work)->made_for_any_instance && f->instance.state == INSTANCE_RUNNING && f->type &&
                        !f->type->hot_unplug)
CREATE_ROW(not_white_listed, !f->account.disk_white_list)
CREATE_ROW(snapshot_unknown, f->source.named && !f->source.found)
CREATE_ROW(snapshot_category, work_realm(work)->snapshots_keep_category && f->source.found &&
            !text_equal(f->source.snapshot.disk_category, f->category_id))
CREATE_ROW(image_unknown, !text_empty(f->args->image) && (!f->image || f->image->deleted))
CREATE_ROW(image_shared, f->image && f->args->multi_attach)
CREATE_ROW(below_image, f->image && f->size_gib < f->image->size_gib)
CREATE_ROW(snapshot_not_ready, snapshot_source_unready(&f->source))
CREATE_ROW(snapshot_encryption, snapshot_source_unencrypted(&f->source, f->args->encrypted_given, f->args->encrypted))
CREATE_ROW(size_missing, !f->args->size_given && !f->source.named)
CREATE_ROW(category_unknown, !f->category || !f->category->creatable)
CREATE_ROW(level_wrong, f->fit == REFUSE_DISK_PERFORMANCE_LEVEL)
CREATE_ROW(size_wrong, f->fit == REFUSE_DISK_SIZE)
CREATE_ROW(multi_attach_category, f->args->multi_attach && !f->category->multi_attach)
CREATE_ROW(multi_attach_instance, f->args->multi_attach && f->instance_found)
CREATE_ROW(instance_post_paid, !work_realm(work)->made_for_any_instance && f->instance_found && f->instance.charge_type != CHARGE_PRE_PAID)
CREATE_ROW(instance_state, f->instance_found && f->instance.state != INSTANCE_RUNNING &&
            f->instance.state != INSTANCE_STOPPED)
CREATE_ROW(no_room, f->instance_found && (!f->device || f->full))

static const struct check create_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ create_metadata, REFUSE_METADATA_LIMIT, ABOUT_NOTHING },
	{ create_place_missing, REFUSE_ZONE_MISSING, ABOUT_NOTHING },
	{ create_instance_unknown, REFUSE_INSTANCE_UNKNOWN, ABOUT_INSTANCE },
	{ create_zone_unknown, REFUSE_ZONE_UNKNOWN, ABOUT_NOTHING },
	{ create_zone_mismatch, REFUSE_ZONE_MISMATCH, ABOUT_NOTHING },
	{ create_not_scsi, REFUSE_DISK_NOT_SCSI, ABOUT_INSTANCE },
	{ create_not_white_listed, REFUSE_NOT_IN_WHITE_LIST, ABOUT_NOTHING },
	{ create_snapshot_unknown, REFUSE_SNAPSHOT_UNKNOWN, ABOUT_SNAPSHOT },
	{ create_snapshot_not_ready, REFUSE_SNAPSHOT_NOT_READY, ABOUT_SNAPSHOT },
	{ create_snapshot_encryption, REFUSE_SNAPSHOT_ENCRYPTION, ABOUT_SNAPSHOT },
	{ create_image_unknown, REFUSE_IMAGE_UNKNOWN, ABOUT_NOTHING },
	{ create_size_missing, REFUSE_DISK_SIZE_MISSING, ABOUT_NOTHING },
	{ create_category_unknown, REFUSE_DISK_CATEGORY, ABOUT_NOTHING },
	{ create_snapshot_category, REFUSE_SNAPSHOT_CATEGORY, ABOUT_SNAPSHOT },
	{ create_level_wrong, REFUSE_DISK_PERFORMANCE_LEVEL, ABOUT_NOTHING },
	{ create_size_wrong, REFUSE_DISK_SIZE, ABOUT_NOTHING },
	{ create_below_image, REFUSE_SYSTEM_DISK_BELOW_IMAGE, ABOUT_NOTHING },
	{ create_image_shared, REFUSE_DISK_MULTI_ATTACH_BOOT, ABOUT_NOTHING },
	{ create_multi_attach_category, REFUSE_DISK_MULTI_ATTACH_CATEGORY, ABOUT_NOTHING },
	{ create_multi_attach_instance, REFUSE_DISK_MULTI_ATTACH_INSTANCE, ABOUT_NOTHING },
	{ create_instance_post_paid, REFUSE_INSTANCE_PRE_PAID, ABOUT_INSTANCE },
	{ create_locked_security, REFUSE_INSTANCE_LOCKED_SECURITY, ABOUT_INSTANCE },
	{ create_locked_financial, REFUSE_INSTANCE_LOCKED_FINANCIAL, ABOUT_INSTANCE },
	{ create_instance_state, REFUSE_INSTANCE_STATE, ABOUT_INSTANCE },
	{ create_no_hot_plug, REFUSE_INSTANCE_NO_HOT_PLUG, ABOUT_INSTANCE },
	{ create_no_room, REFUSE_INSTANCE_DISK_LIMIT, ABOUT_INSTANCE },
};

/* The same limit as AttachDisk's. */
static bool is_full(struct work *work, const struct instance *instance, const struct instance_type *type)
{
	struct attachment *slots;
	size_t n = attachment_list_slots(work->txn, instance->id, &slots);
	int64_t n_data = 0;
	size_t i;

	for (i = 0; i < n; i++)
		n_data += !slots[i].boot;
	return n_data >= (type ? type->max_data_disks : DATA_DISKS_MAX);
}

static struct create_facts create_find(struct work *work, const struct disk_create_args *args)
{
	struct create_facts f = {
		.facts = { .instance_id = args->instance, .snapshot_id = args->snapshot },
		.args = args,
		.region = region_find(work_realm(work), work->caller.tenant.region),
		.category_id = text_empty(args->category) ? work_realm(work)->default_category : args->category,
		.instance = { .locks = "" },
		.account = find_account(work),
		.source = snapshot_source_of(work, args->snapshot),
	};

	if (!text_empty(args->image))
		f.image = image_find(work, args->image);
	f.size_gib = snapshot_source_size(&f.source, args->size_given, args->size_gib);
	f.category = disk_category_of(work_realm(work), f.category_id);
	f.instance_found = !text_empty(args->instance) && find_instance(work, args->instance, &f.instance);
	if (f.instance_found) {
		f.region = region_find(work_realm(work), f.instance.tenant.region);
		f.device = attachment_free_device(work, &f.instance, false);
		f.type = instance_type_find(work, f.instance.type);
		f.full = is_full(work, &f.instance, f.type);
	}
	f.fit = disk_fits(f.category_id, disk_level_or_default(f.category_id, args->performance_level),
	                  f.size_gib, f.image != NULL);
	if (!text_empty(args->performance_level) && f.category && !f.category->levels)
		f.fit = REFUSE_DISK_PERFORMANCE_LEVEL;
	return f;
}

static void create_fill(struct disk *disk, const struct disk_create_args *args, const struct create_facts *f)
{
	disk->name = args->name;
	disk->description = args->description;
	disk->performance_level = disk_level_or_default(disk->category, args->performance_level);
	disk->size_gib = f->size_gib;
	disk->multi_attach = args->multi_attach;
	disk->scsi = args->scsi;
	/* A client may ask for it later; the vendor's own tools count on its being off at first (docs/limits.md). */
	disk->delete_auto_snapshot = false;
	disk->encrypted = args->encrypted;
	disk->kms_key = args->kms_key;
	disk->bursting = args->bursting;
	disk->provisioned_iops = args->provisioned_iops;
	disk->resource_group = args->resource_group;
	disk->storage_set = args->storage_set;
	disk->storage_set_partition = args->storage_set_partition;
	disk->image = f->image ? f->image->id : "";
	snapshot_source_fill(&f->source, disk);
}

/* Made with a PrePaid instance it is PrePaid itself and cannot leave (CreateDisk page, "InstanceId"). */
static void become_pre_paid(struct disk *disk, const struct instance *instance)
{
	disk->charge_type = CHARGE_PRE_PAID;
	disk->portable = false;
	disk->delete_with_instance = true;
	disk->expires_at = instance->expires_at;
}

bool disk_create(struct work *work, const struct disk_create_args *args, const char **ret_id)
{
	struct create_facts f = create_find(work, args);
	struct job job = { .kind = JOB_DISK_CREATE, .step = JOB_REQUESTED };
	struct disk disk;

	if (!work_check(work, create_checks, COUNT_OF(create_checks), &f))
		return false;
	disk = disk_new(work, f.region->id, f.instance_found ? f.instance.zone : args->zone, f.category_id);
	create_fill(&disk, args, &f);
	disk.metadata = metadata_text(work->arena, args->metadata, args->n_metadata);
	if (f.instance_found) {
		struct attachment attachment;

		disk.driver = f.instance.driver;
		if (!work_realm(work)->made_for_any_instance)
			become_pre_paid(&disk, &f.instance);
		attachment = attachment_new(work, &disk, &f.instance, f.device, false, false);
		job.attachment = attachment.id;
		job.generation = attachment.generation;
		job.instance = f.instance.id;
	} else {
		/* Only SCSI volumes go to bare metal servers (EVS pages, "Device Type"). */
		disk.driver = guard_driver_of(work->core, disk.scsi ? MACHINE_BARE_METAL : MACHINE_VIRTUAL);
		disk_put(work->txn, &disk);
	}
	tags_put(work, disk.id, args->tags, args->n_tags);
	job.tenant = disk.tenant;
	job.driver = disk.driver;
	job.disk = disk.id;
	job.snapshot = disk.source_snapshot;
	job.lock = arena_printf(work->arena, "disk/%s", disk.id);
	job_open(work, &job);
	*ret_id = disk.id;
	return true;
}

void disk_create_plan(struct work *work, const struct job *job, struct job_plan *ret)
{
	struct attachment attachment;
	struct disk disk;

	if (!disk_get(work->txn, job->disk, &disk))
		return;
	ret->calls = arena_array(work->arena, struct driver_call, 2);
	if (job->step == JOB_UNDO) {
		ret->calls[ret->n++] = job_call(job, DRIVER_DELETE_DISK);
		return;
	}
	ret->calls[ret->n] = job_call(job, DRIVER_CREATE_DISK);
	ret->calls[ret->n].snapshot = disk.source_snapshot;
	if (!text_empty(disk.image))
		job_call_image(work, &ret->calls[ret->n], disk.image);
	ret->calls[ret->n++].size_gib = disk.size_gib;
	if (!text_empty(job->attachment) && attachment_get(work->txn, job->attachment, &attachment)) {
		ret->calls[ret->n] = job_call(job, DRIVER_ATTACH);
		ret->calls[ret->n].serial = disk.serial;
		ret->calls[ret->n++].device = attachment.device;
	}
}

static void forget_unmade(struct work *work, const struct job *job)
{
	struct attachment attachment;
	struct disk disk;

	if (!disk_get(work->txn, job->disk, &disk))
		return;
	if (!text_empty(job->attachment) && attachment_get(work->txn, job->attachment, &attachment))
		attachment_release(work, &attachment, &disk);
	disk_forget(work, &disk);
}

void disk_create_done(struct work *work, struct job *job)
{
	struct attachment attachment;
	struct disk disk;

	if (job->step == JOB_UNDO) {
		forget_unmade(work, job);
		job_end_undone(work, job);
		return;
	}
	if (disk_get(work->txn, job->disk, &disk)) {
		disk.state = DISK_READY;
		if (!text_empty(job->attachment) && attachment_get(work->txn, job->attachment, &attachment))
			attachment_made_fast(work, &attachment, &disk);
		else
			disk_refresh(work, &disk);
	}
	job_end(work, job, JOB_DONE, REFUSE_NONE, NULL);
}

/* One that was to be attached may be there, made and held by nothing. */
void disk_create_failed(struct work *work, struct job *job)
{
	const struct realm *realm = realm_find(job->tenant.realm);
	struct disk disk;

	if (!text_empty(job->attachment))
		job_undo(job);
	else if (realm && realm->failures_stay && disk_get(work->txn, job->disk, &disk))
		disk_settle(work, &disk, DISK_CREATE_FAILED);
	else
		forget_unmade(work, job);
}
