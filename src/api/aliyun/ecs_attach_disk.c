/* AttachDisk, DetachDisk, DeleteDisk. */
#include "api/aliyun/ecs.h"
#include "base/text.h"
#include "core/attachment.h"

/* ---- AttachDisk ---- */

struct attach_in {
	const char *disk;
	const char *instance;
	const char *device;
	struct opt_bool delete_with_instance;
	struct opt_bool bootable;
	const char *password;
	const char *key_pair;
	struct opt_bool force;
};

static const struct error_row attach_bad_device = { REFUSE_FIELD, 400, "InvalidDevice.Malformed",
	                                            "The specified device is not valid.", NULL };

static const struct field attach_in_fields[] = {
	TEXT(struct attach_in, disk, "DiskId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY,
	     .doc = "The disk. It must be Available, or a multi-attach disk."),
	TEXT(struct attach_in, instance, "InstanceId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY,
	     .doc = "The instance, in the disk's zone."),
	TEXT(struct attach_in, device, "Device", .max = 32, .bad = &attach_bad_device,
	     .doc = "Device name, /dev/xvdb to /dev/xvdz; the first free one if absent."),
	OPT_BOOL(struct attach_in, delete_with_instance, "DeleteWithInstance", .flags = FIELD_NOT_EMPTY,
	         .doc = "Whether the disk is released with the instance. Default false."),
	OPT_BOOL(struct attach_in, bootable, "Bootable", .flags = FIELD_NOT_EMPTY,
	         .doc = "Attach as system disk: only to the instance it came from, stopped and without one."),
	TEXT(struct attach_in, password, "Password", .flags = FIELD_SECRET, .max = 30, .doc = "Logon credential, needed with Bootable."),
	TEXT(struct attach_in, key_pair, "KeyPairName", .max = 128, .doc = "Logon credential, needed with Bootable."),
	OPT_BOOL(struct attach_in, force, "Force", .flags = FIELD_NOT_EMPTY,
	         .doc = "Only for regional ESSDs; refused for other categories."),
	FIELDS_END,
};

static const struct error_row attach_errors[] = {
	ROW_EMPTY,
	ROW_REGION_MALFORMED,
	ROW_INSTANCE_NOT_FOUND,
	ROW_DISK_NOT_FOUND,
	ROW_NOT_WHITE_LISTED,
	{ REFUSE_DEVICE_MALFORMED, 400, "InvalidDevice.Malformed", "The specified device is not valid.", NULL },
	{ REFUSE_ZONE_MISMATCH, 403, "ResourcesNotInSameZone",
	  "The specified instance and disk are not in the same zone.", NULL },
	{ REFUSE_DISK_OVERDUE, 403, "DiskInArrears", "The specified operation is denied as your disk owing fee.", NULL },
	{ REFUSE_DISK_NOT_PORTABLE, 403, "DiskNotPortable", "The specified disk is not a portable disk.", NULL },
	{ REFUSE_DISK_ATTACHED_HERE, 404, "InvalidDisk.InUse", "The specified disk has been occupied.", NULL },
	{ REFUSE_DISK_STATE, 403, "IncorrectDiskStatus",
	  "The current status of the disk does not support this operation. The expected disk status is Available.",
	  "page of 2026-01" },
	{ REFUSE_INSTANCE_LOCKED_SECURITY, 403, "InstanceLockedForSecurity", "The instance is locked due to security.",
	  NULL },
	{ REFUSE_INSTANCE_LOCKED_FINANCIAL, 403, "InstanceExpiredOrInArrears",
	  "The specified operation is denied as your prepay instance is expired (prepay mode) or in arrears (afterpay mode).",
	  NULL },
	{ REFUSE_DISK_MULTI_ATTACH_FLAG, 403, "DeleteWithInstance.Conflict",
	  "Multi attach disk cannot be set to DeleteWithInstance attribute.", NULL },
	{ REFUSE_DISK_EPHEMERAL_KEEP, 403, "InvalidParameter.DeleteWithInstance",
	  "The DeleteWithInstance for the elastic ephemeral disk must be set to true.", "page of 2026-01" },
	{ REFUSE_DISK_OTHER_INSTANCE, 403, "InvalidOperation.OtherInstanceUnsupported",
	  "The elastic ephemeral disk can only be attached to the instance it was last mounted on, please check the disk's "
	  "system tag to get the last associated instance.", "page of 2026-01" },
	{ REFUSE_DISK_FORCE_UNSUPPORTED, 400, "InvalidParameterForce.DiskCategoryNotSupported",
	  "The specified disk category does not support force attach operation.", "page of 2026-01" },
	{ REFUSE_DISK_MULTI_ATTACH_BOOT, 403, "InvalidOperation.CanNotAttachMultiAttachDiskAsSystemDisk",
	  "Multi attach disk can not be attached as system disk.", NULL },
	{ REFUSE_DISK_NOT_BOOTABLE, 400, "InvalidDisk.DiskNotBootable",
	  "The specified disk is not a bootable disk, can not be attached as system disk.", "page of 2026-01" },
	{ REFUSE_INSTANCE_NOT_ORIGIN, 400, "InvalidInstance.NotOriginInstance",
	  "The specified disk can not attached to other instance as system disk.", "page of 2026-01" },
	{ REFUSE_INSTANCE_STATE, 400, "IncorrectInstanceStatus",
	  "The current status of the resource does not support this operation.", NULL },
	{ REFUSE_INSTANCE_HAS_SYSTEM_DISK, 403, "InvalidDevice.InUse", "The specified device has been occupied.", NULL },
	{ REFUSE_CREDENTIAL_MISSING, 403, "InvalidParameter.AllEmpty",
	  "The current operation requires either a password or a keyPairName to must be provided. Please ensure that at "
	  "least one of them is not empty.", "page of 2026-01" },
	{ REFUSE_INSTANCE_NO_HOT_PLUG, 400, "InvalidOperation.InstanceTypeNotSupport",
	  "The instance type of the specified instance does not support hot attach disk.", NULL },
	{ REFUSE_INSTANCE_NO_MULTI_ATTACH, 403, "InvalidInstanceType.NotSupportMultiAttachDisk",
	  "The instanceType of the specified instance does not support multi attach disk.", NULL },
	{ REFUSE_DISK_MULTI_ATTACH_LIMIT, 403, "DiskAttachedNumberExceeded",
	  "The attaching times of the specified disk exceeded.", NULL },
	{ REFUSE_INSTANCE_DISK_LIMIT, 403, "InstanceDiskLimitExceeded",
	  "The amount of the disk on instance in question reach its limits.", NULL },
	{ REFUSE_DEVICE_IN_USE, 403, "InvalidDevice.InUse", "The specified device has been occupied.", NULL },
	ROWS_END,
};

static bool attach_run(struct call *call, const void *in_, void *out)
{
	const struct attach_in *in = in_;
	struct attach_args args = {
		.instance = in->instance,
		.disk = in->disk,
		.device = in->device,
		.delete_with_instance_given = in->delete_with_instance.is == GIVEN,
		.delete_with_instance = in->delete_with_instance.value,
		.bootable = in->bootable.value,
		.credential_given = !text_empty(in->password) || !text_empty(in->key_pair),
		.force = in->force.value,
	};

	(void)out;
	return call_verb(call, disk_attach(&call->work, &args));
}

const struct operation ecs_attach_disk = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "AttachDisk",
	.mode = OPERATION_WRITE,
	.permission = "ecs:AttachDisk",
	.resource = "disk/{DiskId},instance/{InstanceId}",
	.in = { sizeof(struct attach_in), attach_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = attach_errors,
	.faults = rpc_fault_internal,
	.opens_jobs = true,
	.run = attach_run,
	.doc = "Attaches a disk to an instance. Asynchronous: the disk is Attaching, then In_use.",
};

/* ---- DetachDisk ---- */

struct detach_in {
	const char *disk;
	const char *instance;
	struct opt_bool delete_with_instance;
};

static const struct field detach_in_fields[] = {
	TEXT(struct detach_in, instance, "InstanceId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY,
	     .doc = "The instance the disk is attached to."),
	TEXT(struct detach_in, disk, "DiskId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "The disk."),
	OPT_BOOL(struct detach_in, delete_with_instance, "DeleteWithInstance", .flags = FIELD_NOT_EMPTY,
	         .doc = "System disks: whether the disk is released with the instance it came from (default true). Must be "
	                "true for elastic ephemeral disks, must be absent for multi-attach disks."),
	FIELDS_END,
};

static const struct error_row detach_errors[] = {
	ROW_EMPTY,
	ROW_REGION_MALFORMED,
	ROW_INSTANCE_NOT_FOUND,
	ROW_DISK_NOT_FOUND,
	ROW_NOT_WHITE_LISTED,
	{ REFUSE_DISK_BASE_IMAGE_LOST, 404, "InvalidDiskId.OperationNotSupported",
	  "The operation is not supported due to base image not exist.", "page of 2024-12" },
	{ REFUSE_DISK_NOT_ATTACHED, 404, "InvalidDisk.AlreadyDetached", "The specified disk has been detached.", NULL },
	{ REFUSE_DISK_ATTACHED_ELSEWHERE, 403, "DependencyViolation",
	  "The specified disk has not been attached on the specified instance.", NULL },
	{ REFUSE_DISK_DETACHING, 403, "InvalidOperation.DiskDetachingFromThisEcs",
	  "The specified disk is detaching from this ecs.", "page of 2024-12" },
	{ REFUSE_DISK_STATE, 403, "IncorrectDiskStatus", "The current disk status does not support this operation.", NULL },
	{ REFUSE_INSTANCE_LOCKED_SECURITY, 403, "InstanceLockedForSecurity", "The instance is locked due to security.",
	  NULL },
	{ REFUSE_DISK_LOCAL, 403, "InvalidOperation.DiskCategoryUnsupported",
	  "The DetachDisk operation is not supported for elastic ephemeral disk.", "page of 2024-12" },
	{ REFUSE_DISK_EPHEMERAL_KEEP, 403, "InvalidParameter.DeleteWithInstance",
	  "The DeleteWithInstance for the elastic ephemeral disk must be set to true.", "page of 2024-12" },
	{ REFUSE_DISK_SYSTEM, 403, "DiskTypeViolation",
	  "The specified disk is a system disk and cannot support the operation.", NULL },
	{ REFUSE_INSTANCE_STATE, 403, "IncorrectInstanceStatus",
	  "The current status of the resource does not support this operation.", NULL },
	{ REFUSE_INSTANCE_IMAGE_DELETED, 403, "InvalidInstance.ImageCategory",
	  "The image category of the specified instance does not support detaching system disk.", NULL },
	{ REFUSE_DISK_NOT_PORTABLE, 403, "DiskNotPortable", "The specified disk is not a portable disk.", NULL },
	{ REFUSE_DISK_MULTI_ATTACH_FLAG, 403, "DeleteWithInstance.Conflict",
	  "Multi attach disk cannot be set to DeleteWithInstance attribute.", NULL },
	{ REFUSE_INSTANCE_NO_HOT_UNPLUG, 400, "InvalidOperation.InstanceTypeNotSupport",
	  "The instance type of the specified instance does not support hot detach disk.", NULL },
	{ REFUSE_INSTANCE_DETACHING_LIMIT, 400, "DisksDetachingOnEcsExceeded",
	  "The number of disks detaching on the instance exceeds the limit.", "page of 2024-12" },
	ROWS_END,
};

static bool detach_run(struct call *call, const void *in_, void *out)
{
	const struct detach_in *in = in_;
	struct detach_args args = {
		.instance = in->instance,
		.disk = in->disk,
		.delete_with_instance_given = in->delete_with_instance.is == GIVEN,
		.delete_with_instance = in->delete_with_instance.value,
	};

	(void)out;
	return call_verb(call, disk_detach(&call->work, &args));
}

const struct operation ecs_detach_disk = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DetachDisk",
	.mode = OPERATION_WRITE,
	.permission = "ecs:DetachDisk",
	.resource = "disk/{DiskId},instance/{InstanceId}",
	.in = { sizeof(struct detach_in), detach_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = detach_errors,
	.faults = rpc_fault_internal,
	.opens_jobs = true,
	.run = detach_run,
	.doc = "Detaches a disk from an instance. Asynchronous: the disk is Detaching, then Available (about a minute in "
	       "pace real).",
};

/* ---- DeleteDisk ---- */

struct delete_in {
	const char *disk;
};

static const struct field delete_in_fields[] = {
	TEXT(struct delete_in, disk, "DiskId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY,
	     .doc = "The disk. One that does not exist is no error."),
	FIELDS_END,
};

static const struct error_row delete_errors[] = {
	ROW_EMPTY,
	{ REFUSE_REGION_UNKNOWN, 400, "InvalidRegionId.MalFormed", "The specified parameter RegionId is not valid.", NULL },
	ROW_NOT_WHITE_LISTED,
	{ REFUSE_DISK_STATE, 403, "IncorrectDiskStatus", "The current disk status does not support this operation.", NULL },
	{ REFUSE_DISK_NOT_PORTABLE, 403, "DiskNotPortable", "The specified disk is not a portable disk.", NULL },
	{ REFUSE_DISK_SNAPSHOTTING, 403, "DiskCreatingSnapshot",
	  "The operation is denied due to a snapshot of the specified disk is not completed yet.", NULL },
	ROWS_END,
};

static bool delete_run(struct call *call, const void *in_, void *out)
{
	const struct delete_in *in = in_;

	(void)out;
	return call_verb(call, disk_delete_verb(&call->work, in->disk));
}

const struct operation ecs_delete_disk = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DeleteDisk",
	.mode = OPERATION_WRITE,
	.permission = "ecs:DeleteDisk",
	.resource = "disk/{DiskId}",
	.in = { sizeof(struct delete_in), delete_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = delete_errors,
	.opens_jobs = true,
	.run = delete_run,
	.doc = "Deletes an Available disk. Asynchronous; the disk is no longer listed at once.",
};
