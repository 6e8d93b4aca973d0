/* ModifyDiskAttribute, ResizeDisk. */
#include "api/aliyun/ecs.h"
#include "base/text.h"
#include "core/disk_change.h"

/* ---- ModifyDiskAttribute ---- */

struct modify_in {
	const char *region;
	const char *disk;
	struct texts disks;
	const char *name;
	const char *description;
	struct opt_bool delete_with_instance, delete_auto_snapshot, enable_auto_snapshot, bursting;
};

static const struct error_row bad_name = { REFUSE_FIELD, 400, "InvalidDiskName.Malformed",
	                                   "The specified disk name is wrongly formed.", NULL };
static const struct error_row bad_description = { REFUSE_FIELD, 404, "InvalidDescription.Malformed",
	                                          "The specified description is wrongly formed.", NULL };

static const struct field modify_in_fields[] = {
	TEXT(struct modify_in, region, "RegionId"),
	TEXT(struct modify_in, disk, "DiskId", .doc = "The disk; this or DiskIds."),
	TEXTS(struct modify_in, disks, "DiskIds", .max = 100, .doc = "At most 100 disks: all are changed, or none."),
	TEXT(struct modify_in, name, "DiskName", .min = ECS_NAME_MIN, .max = ECS_NAME_MAX, .bad = &bad_name),
	TEXT(struct modify_in, description, "Description", .min = ECS_DESCRIPTION_MIN, .max = ECS_DESCRIPTION_MAX,
	     .bad = &bad_description),
	OPT_BOOL(struct modify_in, delete_with_instance, "DeleteWithInstance",
	         .doc = "Whether the disk is released with its instance. Not for multi-attach disks, and not while the disk is "
	                "Attaching or Detaching."),
	OPT_BOOL(struct modify_in, delete_auto_snapshot, "DeleteAutoSnapshot",
	         .doc = "Shown by DescribeDisks; there are no automatic snapshots, and others are never deleted with their disk."),
	OPT_BOOL(struct modify_in, enable_auto_snapshot, "EnableAutoSnapshot", .doc = "Shown by DescribeDisks."),
	OPT_BOOL(struct modify_in, bursting, "BurstingEnabled"),
	FIELDS_END,
};

static const struct error_row modify_errors[] = {
	ROW_REGION_MALFORMED_BARE,
	{ REFUSE_DISK_MISSING, 400, "IncompleteParamter", "Some fields can not be null in this request.", NULL },
	{ REFUSE_NOTHING_TO_CHANGE, 400, "NoAttributeToModify", "No attribute to be modified in this request.", NULL },
	ROW_DISK_NOT_FOUND,
	ROW_NOT_WHITE_LISTED,
	{ REFUSE_DISK_STATE, 403, "IncorrectDiskStatus", "The operation is not supported in this status.", NULL },
	{ REFUSE_DISK_MULTI_ATTACH_FLAG, 403, "DeleteWithInstance.Conflict",
	  "Multi attach disk cannot be set to DeleteWithInstance attribute.", NULL },
	{ REFUSE_DISK_NOT_PORTABLE, 403, "DiskNotPortable", "The specified disk is not a portable disk.", NULL },
	ROWS_END,
};

static bool modify_run(struct call *call, const void *in_, void *out)
{
	const struct modify_in *in = in_;
	const char **disks = arena_array(call_work_arena(call), const char *, in->disks.n + 1);
	struct disk_modify_args args = {
		.disks = disks,
		.name = in->name,
		.description = in->description,
		.delete_with_instance = ecs_given_bool(in->delete_with_instance),
		.delete_auto_snapshot = ecs_given_bool(in->delete_auto_snapshot),
		.enable_auto_snapshot = ecs_given_bool(in->enable_auto_snapshot),
		.bursting = ecs_given_bool(in->bursting),
	};
	size_t i;

	(void)out;
	for (i = 0; i < in->disks.n; i++)
		disks[args.n_disks++] = in->disks.items[i];
	if (ecs_given(in->disk))
		disks[args.n_disks++] = in->disk;
	return call_verb(call, disk_modify(&call->work, &args));
}

const struct operation ecs_modify_disk_attribute = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "ModifyDiskAttribute",
	.mode = OPERATION_WRITE,
	.permission = "ecs:ModifyDiskAttribute",
	.resource = "disk/{DiskId|DiskIds}",
	.in = { sizeof(struct modify_in), modify_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = modify_errors,
	.run = modify_run,
	.doc = "Changes the attributes of disks. What is not given stays as it is.",
};

/* ---- ResizeDisk ---- */

struct resize_in {
	const char *disk;
	struct opt_int size;
	const char *type;
	const char *client_token;
};

static const char *const resize_types[] = { "offline", "online", NULL };
static const struct error_row bad_type = { REFUSE_FIELD, 400, "InvalidParam.Type", "The specified type is not supported.",
	                                   NULL };

static const struct field resize_in_fields[] = {
	TEXT(struct resize_in, disk, "DiskId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "The disk: In_use or Available."),
	OPT_INT(struct resize_in, size, "NewSize", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "GiB; more than before."),
	TEXT(struct resize_in, type, "Type", .values = resize_types, .bad = &bad_type,
	     .doc = "offline (default) or online; online needs a Running instance where the disk is attached."),
	TEXT(struct resize_in, client_token, "ClientToken", .flags = FIELD_CLIENT_TOKEN, .max = ECS_CLIENT_TOKEN_MAX,
	     .doc = "A repeat within 24 hours gets the first answer."),
	FIELDS_END,
};

static const struct error_row resize_errors[] = {
	ROW_EMPTY,
	ROW_REGION_MALFORMED_BARE,
	ROW_DISK_NOT_FOUND,
	ROW_NOT_WHITE_LISTED,
	{ REFUSE_DISK_OVERDUE, 403, "DiskInArrears", "The specified operation is denied as your disk owing fee.", NULL },
	{ REFUSE_DISK_CATEGORY, 403, "InvalidDiskCategory.NotSupported", "The specified disk category is not supported.", NULL },
	{ REFUSE_DISK_NO_ONLINE_RESIZE, 403, "InvalidDiskCategory.NotSupported",
	  "The specified disk category does not support resize online.", NULL },
	{ REFUSE_DISK_MULTI_ATTACH_ONLINE, 403, "InvalidOperation.MultiAttachDiskNotSupportResizeOnline",
	  "Multi attach disk does not support resize online.", NULL },
	{ REFUSE_DISK_STATE, 403, "IncorrectDiskStatus", "The current disk status does not support this operation.", NULL },
	{ REFUSE_INSTANCE_LOCKED_SECURITY, 403, "InstanceLockedForSecurity", "The instance is locked due to security.", NULL },
	{ REFUSE_INSTANCE_LOCKED_FINANCIAL, 403, "InstanceExpiredOrInArrears",
	  "The specified operation is denied as your prepay instance is expired (prepay mode) or in arrears (afterpay mode).",
	  NULL },
	{ REFUSE_INSTANCE_NOT_RUNNING, 403, "InvalidInstanceStatus.NotRunning",
	  "The status of instance to which the disk attachs must be running when resizing online.", NULL },
	{ REFUSE_INSTANCE_STATE, 403, "IncorrectInstanceStatus",
	  "The current status of the resource does not support this operation.", NULL },
	{ REFUSE_DISK_SAME_SIZE, 403, "InvalidDiskSize",
	  "Specified new disk size is less than or equal the original disk size.", NULL },
	{ REFUSE_DISK_SHRINKS, 403, "InvalidDiskSize.TooSmall", "Specified new disk size is less than the original disk size.",
	  NULL },
	{ REFUSE_DISK_TOO_LARGE, 403, "InvalidDiskSize.TooLarge", "Specified new disk size is beyond the permitted range.",
	  NULL },
	{ REFUSE_DISK_SNAPSHOTTING, 403, "DiskCreatingSnapshot",
	  "The operation is denied due to a snapshot of the specified disk is not completed yet.", NULL },
	{ REFUSE_DISK_RESIZING, 400, "LastOrderProcessing",
	  "The previous order is still processing, please try again later.", NULL },
	ROWS_END,
};

static bool resize_run(struct call *call, const void *in_, void *out)
{
	const struct resize_in *in = in_;
	struct disk_resize_args args = {
		.disk = in->disk,
		.size_gib = in->size.value,
		.online = text_equal(in->type, "online"),
	};

	(void)out;
	return call_verb(call, disk_resize(&call->work, &args));
}

const struct operation ecs_resize_disk = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "ResizeDisk",
	.mode = OPERATION_WRITE,
	.permission = "ecs:ResizeDisk",
	.resource = "disk/{DiskId}",
	.in = { sizeof(struct resize_in), resize_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = resize_errors,
	.faults = rpc_fault_internal,
	.opens_jobs = true,
	.run = resize_run,
	.doc = "Makes a disk larger. DescribeDisks shows the new size at once; if the machine cannot, the disk has its old size "
	       "again.",
};
