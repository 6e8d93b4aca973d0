/* AttachDisk: its checks, its rows, and the job that makes the disk fast. */
#include "core/attachment.h"

#include "base/text.h"
#include "core/catalogue.h"
#include "core/matrix.h"

struct attach_facts {
	struct facts facts;
	const struct attach_args *args;
	bool instance_found, disk_found, attached_here;
	struct instance instance;
	struct disk disk;
	struct account account;
	const struct disk_category *category;
	const struct instance_type *type;
	const char *device;    /* wanted or free; NULL: none is free */
	bool device_malformed, device_taken;
	bool has_system_disk;
	size_t n_live;         /* attachments of the disk */
	int64_t n_data_disks;  /* of the instance */
};

#define ATTACH_ROW(name, condition)                                           \
	static bool attach_##name(const struct work *work, const void *facts_) \
	{                                                                     \
		const struct attach_facts *f = facts_;                        \
		const struct attach_args *args = f->args;                     \
                                                                              \
		(void)work;                                                   \
		(void)args;                                                   \
		return (condition);                                           \
	}

ATTACH_ROW(instance_unknown, !f->instance_found)
ATTACH_ROW(disk_unknown, !f->disk_found)
ATTACH_ROW(not_white_listed, !f->account.disk_white_list)
/* Between a machine of bare metal and its disks is SCSI and nothing else (BMS page of attaching). */
ATTACH_ROW(not_scsi, f->instance.kind == MACHINE_BARE_METAL && !f->disk.scsi)
/* What another server started from is no data of a machine that cannot tell which of its disks to start from (likewise). */
ATTACH_ROW(starts_another, f->instance.kind == MACHINE_BARE_METAL && !args->bootable && f->disk.type == DISK_SYSTEM)
/* What another driver keeps is as far away as another zone. */
ATTACH_ROW(zone_differs, !text_equal(f->instance.zone, f->disk.zone) ||
                         !text_equal(f->instance.driver, f->disk.driver))
ATTACH_ROW(overdue, f->disk.overdue)
ATTACH_ROW(not_portable, !f->disk.portable && f->disk.type == DISK_DATA)
ATTACH_ROW(already_here, f->attached_here && f->disk.multi_attach)
ATTACH_ROW(not_available, f->disk.status != DISK_STATUS_AVAILABLE &&
                          !(f->disk.multi_attach && f->disk.state == DISK_READY))
ATTACH_ROW(locked_security, text_list_has(f->instance.locks, "security"))
ATTACH_ROW(locked_financial, text_list_has(f->instance.locks, "financial"))
ATTACH_ROW(multi_attach_flag, f->disk.multi_attach && args->delete_with_instance_given)
ATTACH_ROW(ephemeral_keep, f->category && f->category->elastic_ephemeral && !args->delete_with_instance)
ATTACH_ROW(ephemeral_elsewhere, f->category && f->category->elastic_ephemeral &&
                                !text_empty(f->disk.origin_instance) &&
                                !text_equal(f->disk.origin_instance, f->instance.id))
ATTACH_ROW(force_unsupported, args->force && !text_equal(f->disk.category, "cloud_regional_disk_auto"))
ATTACH_ROW(boot_multi_attach, args->bootable && f->disk.multi_attach)
ATTACH_ROW(boot_not_bootable, args->bootable && f->disk.type != DISK_SYSTEM)
ATTACH_ROW(boot_not_origin, args->bootable && !text_equal(f->disk.origin_instance, f->instance.id))
ATTACH_ROW(boot_state, args->bootable && f->instance.state != INSTANCE_STOPPED)
ATTACH_ROW(boot_has_system, args->bootable && f->has_system_disk)
ATTACH_ROW(boot_credential, args->bootable && !args->credential_given)
ATTACH_ROW(state, f->instance.state != INSTANCE_RUNNING && f->instance.state != INSTANCE_STOPPED)
ATTACH_ROW(no_hot_plug, f->instance.state == INSTANCE_RUNNING && f->type && !f->type->hot_unplug)
ATTACH_ROW(type_multi_attach, f->disk.multi_attach && f->type && !f->type->multi_attach)
ATTACH_ROW(multi_attach_full, f->disk.multi_attach && f->n_live >= MULTI_ATTACH_MAX)
ATTACH_ROW(disk_limit, !args->bootable && f->n_data_disks >= (f->type ? f->type->max_data_disks : DATA_DISKS_MAX))
ATTACH_ROW(device_bad, f->device_malformed)
ATTACH_ROW(device_used, f->device_taken || !f->device)

/* The AttachDisk page lists its errors without an order; this one goes from what is named wrongly over what the disk is
 * to what the instance can take. */
static const struct check attach_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ attach_instance_unknown, REFUSE_INSTANCE_UNKNOWN, ABOUT_INSTANCE },
	{ attach_disk_unknown, REFUSE_DISK_UNKNOWN, ABOUT_DISK },
	{ attach_not_white_listed, REFUSE_NOT_IN_WHITE_LIST, ABOUT_NOTHING },
	{ attach_device_bad, REFUSE_DEVICE_MALFORMED, ABOUT_NOTHING },
	{ attach_not_scsi, REFUSE_DISK_NOT_SCSI, ABOUT_DISK },
	{ attach_starts_another, REFUSE_DISK_BOOTABLE, ABOUT_DISK },
	{ attach_zone_differs, REFUSE_ZONE_MISMATCH, ABOUT_DISK },
	{ attach_overdue, REFUSE_DISK_OVERDUE, ABOUT_DISK },
	{ attach_not_portable, REFUSE_DISK_NOT_PORTABLE, ABOUT_DISK },
	{ attach_already_here, REFUSE_DISK_ATTACHED_HERE, ABOUT_DISK },
	{ attach_not_available, REFUSE_DISK_STATE, ABOUT_DISK },
	{ attach_locked_security, REFUSE_INSTANCE_LOCKED_SECURITY, ABOUT_INSTANCE },
	{ attach_locked_financial, REFUSE_INSTANCE_LOCKED_FINANCIAL, ABOUT_INSTANCE },
	{ attach_multi_attach_flag, REFUSE_DISK_MULTI_ATTACH_FLAG, ABOUT_DISK },
	{ attach_ephemeral_keep, REFUSE_DISK_EPHEMERAL_KEEP, ABOUT_DISK },
	{ attach_ephemeral_elsewhere, REFUSE_DISK_OTHER_INSTANCE, ABOUT_DISK },
	{ attach_force_unsupported, REFUSE_DISK_FORCE_UNSUPPORTED, ABOUT_DISK },
	{ attach_boot_multi_attach, REFUSE_DISK_MULTI_ATTACH_BOOT, ABOUT_DISK },
	{ attach_boot_not_bootable, REFUSE_DISK_NOT_BOOTABLE, ABOUT_DISK },
	{ attach_boot_not_origin, REFUSE_INSTANCE_NOT_ORIGIN, ABOUT_INSTANCE },
	{ attach_boot_state, REFUSE_INSTANCE_STATE, ABOUT_INSTANCE },
	{ attach_boot_has_system, REFUSE_INSTANCE_HAS_SYSTEM_DISK, ABOUT_INSTANCE },
	{ attach_boot_credential, REFUSE_CREDENTIAL_MISSING, ABOUT_NOTHING },
	{ attach_state, REFUSE_INSTANCE_STATE, ABOUT_INSTANCE },
	{ attach_no_hot_plug, REFUSE_INSTANCE_NO_HOT_PLUG, ABOUT_INSTANCE },
	{ attach_type_multi_attach, REFUSE_INSTANCE_NO_MULTI_ATTACH, ABOUT_INSTANCE },
	{ attach_multi_attach_full, REFUSE_DISK_MULTI_ATTACH_LIMIT, ABOUT_DISK },
	{ attach_disk_limit, REFUSE_INSTANCE_DISK_LIMIT, ABOUT_INSTANCE },
	{ attach_device_used, REFUSE_DEVICE_IN_USE, ABOUT_NOTHING },
};

static void attach_find_device(struct work *work, struct attach_facts *f)
{
	struct attachment *slots;
	size_t n = attachment_list_slots(work->txn, f->instance.id, &slots);
	size_t i;

	for (i = 0; i < n; i++) {
		if (slots[i].boot)
			f->has_system_disk = true;
		else
			f->n_data_disks++;
	}
	if (text_empty(f->args->device)) {
		f->device = attachment_device_free(work->arena, slots, n, f->args->bootable, f->instance.kind);
		return;
	}
	f->device_malformed = !attachment_device_well_formed(f->args->device, f->args->bootable, f->instance.kind);
	if (f->device_malformed)
		return;
	f->device = attachment_device_normal(work->arena, f->args->device);
	f->device_taken = attachment_device_taken(slots, n, f->device);
}

static struct attach_facts attach_find(struct work *work, const struct attach_args *args)
{
	struct attach_facts f = { .facts = { args->instance, args->disk }, .args = args, .account = find_account(work) };
	struct attachment here;

	f.instance_found = find_instance(work, args->instance, &f.instance);
	f.disk_found = find_disk(work, args->disk, &f.disk);
	if (!f.instance_found || !f.disk_found)
		return f;
	f.category = disk_category_find(f.disk.category);
	f.type = instance_type_find(work, f.instance.type);
	f.attached_here = attachment_find(work, args->disk, args->instance, &here, &f.n_live);
	attach_find_device(work, &f);
	return f;
}

bool disk_attach(struct work *work, const struct attach_args *args)
{
	struct attach_facts f = attach_find(work, args);
	struct attachment attachment;

	/* Jobs of other attachments are no concern of a disk that is shared. */
	if (!work_check(work, attach_checks, COUNT_OF(attach_checks), &f) ||
	    !matrix_pass(work, VERB_ATTACH, NULL, args->disk, f.disk.multi_attach ? "" : NULL))
		return false;
	attachment = attachment_new(work, &f.disk, &f.instance, f.device, args->bootable, !args->delete_with_instance);
	attachment_open_job(work, &attachment, &f.disk, JOB_REQUESTED, false);
	return true;
}

void attach_plan(struct work *work, const struct job *job, struct job_plan *ret)
{
	struct attachment attachment;
	struct disk disk;

	if (!attachment_of_job(work, job, &attachment, &disk))
		return;
	ret->calls = arena_array(work->arena, struct driver_call, 1);
	ret->calls[0] = job_call(job, DRIVER_ATTACH);
	ret->calls[0].device = attachment.device;
	ret->calls[0].serial = disk.serial;
	ret->calls[0].shared = attachment.shared;
	ret->n = 1;
}

/* What a data disk is to its instance. Only now that it is there: an attach that failed changed nothing. */
static void become_of_instance(const struct attachment *attachment, struct disk *disk)
{
	const struct disk_category *category = disk_category_find(disk->category);

	if (disk->type == DISK_SYSTEM)
		disk_become_data(disk);
	if (category && category->elastic_ephemeral)
		disk->origin_instance = attachment->instance;
	if (!attachment->shared)
		disk->delete_with_instance = !attachment->keep_on_release;
}

void attach_done(struct work *work, struct job *job)
{
	struct attachment attachment;
	struct disk disk;

	if (attachment_of_job(work, job, &attachment, &disk)) {
		if (!attachment.boot)
			become_of_instance(&attachment, &disk);
		attachment_made_fast(work, &attachment, &disk);
	}
	job_end(work, job, JOB_DONE, REFUSE_NONE, NULL);
}

void attach_failed(struct work *work, struct job *job)
{
	struct attachment attachment;
	struct disk disk;

	if (attachment_of_job(work, job, &attachment, &disk))
		attachment_release(work, &attachment, &disk);
}
