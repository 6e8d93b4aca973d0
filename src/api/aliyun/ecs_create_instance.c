/* CreateInstance: one instance, which is left Stopped. */
#include "api/aliyun/ecs_instance_args.h"
#include "api/aliyun/ecs_security_group.h"

struct create_in {
	struct ecs_instance_in instance;
	struct opt_bool dry_run;
	const char *client_token;
};

struct create_out {
	const char *instance;
};

#define BAD(row, code, message) \
	static const struct error_row row = { REFUSE_FIELD, 400, code, message, NULL }
BAD(bad_disk_name, "InvalidDiskName.Malformed",
    "The specified parameter SystemDisk.DiskName or DataDisk.n.DiskName is not valid.");
BAD(bad_disk_description, "InvalidDiskDescription.Malformed",
    "The specified parameter SystemDisk.DiskDescription or DataDisk.n.Description is not valid.");
BAD(bad_period_unit, "InvalidPeriodUnit.ValueNotSupported", "The specified parameter PeriodUnit is not valid.");
static const struct error_row bad_charge = { REFUSE_FIELD, 404, "InvalidInstanceChargeType.NotFound",
	                                     "The InstanceChargeType does not exist in our records.", NULL };

static const struct field disk_fields[] = {
	ECS_DISK_FIELDS(&bad_disk_name, &bad_disk_description),
	FIELDS_END,
};
static const struct shape disk_shape = { sizeof(struct ecs_disk_in), disk_fields };

static const struct field in_fields[] = {
	ECS_INSTANCE_FIELDS_FIRST(struct create_in, instance),
	ECS_INSTANCE_FIELDS(struct create_in, instance, &disk_shape, &bad_charge, &bad_period_unit),
	TEXT(struct create_in, client_token, "ClientToken", .flags = FIELD_CLIENT_TOKEN, .max = ECS_CLIENT_TOKEN_MAX,
	     .doc = "A repeat within 24 hours gets the first answer."),
	OPT_BOOL(struct create_in, dry_run, "DryRun", .flags = FIELD_DRY_RUN),
	FIELDS_END,
};

static const struct field out_fields[] = {
	TEXT(struct create_out, instance, "InstanceId"),
	FIELDS_END,
};

static const struct error_row errors[] = {
	ROW_EMPTY,
	ROW_REGION_NOT_FOUND,
	{ REFUSE_INSTANCE_TYPE_UNKNOWN, 400, "InvalidInstanceType.ValueNotSupported",
	  "The specified InstanceType does not exist or beyond the permitted range.", NULL },
	{ REFUSE_IMAGE_UNKNOWN, 404, "InvalidImageId.NotFound", "The specified ImageId does not exist.", NULL },
	{ REFUSE_ZONE_UNKNOWN, 404, "InvalidZoneId.NotFound", "The specified ZoneId does not exist.", NULL },
	ROWS_PLACE,
	ROW_SECURITY_GROUP_NOT_FOUND,
	{ REFUSE_SYSTEM_DISK_CATEGORY, 400, "InvalidSystemDiskCategory.ValueNotSupported",
	  "The specified parameter SystemDisk.Category is not valid.", NULL },
	{ REFUSE_DISK_PERFORMANCE_LEVEL, 400, "InvalidPerformanceLevel.Malformed",
	  "The specified parameter PerformanceLevel is not valid.", "CreateDisk page" },
	{ REFUSE_SYSTEM_DISK_SIZE, 404, "InvalidSystemDiskSize", "The specified parameter SystemDisk.Size is invalid.", NULL },
	{ REFUSE_INSTANCE_DISK_LIMIT, 400, "InstanceDiskNumber.LimitExceed",
	  "The total number of specified disk in an instance exceeds.", NULL },
	{ REFUSE_SNAPSHOT_UNKNOWN, 404, "InvalidDataDiskSnapshotId.NotFound",
	  "The specified parameter DataDisk.n.SnapshotId is not valid.", NULL },
	{ REFUSE_SNAPSHOT_NOT_READY, 403, "InvalidSnapshotId.NotReady", "The specified snapshot has not completed yet.",
	  "RunInstances page" },
	{ REFUSE_SNAPSHOT_ENCRYPTION, 400, "EncryptedOption.Conflict", "Encryption value of disk and snapshot conflict.",
	  "RunInstances page" },
	{ REFUSE_DISK_CATEGORY, 400, "InvalidDataDiskCategory.ValueNotSupported",
	  "The specified parameter DataDisk.n.Category is not valid.", NULL },
	{ REFUSE_DISK_SIZE_MISSING, 400, "MissingParameter",
	  "The input parameter either DataDisk.n.SnapshotId or DataDisk.n.Size should be specified.", "RunInstances page" },
	{ REFUSE_DISK_SIZE, 400, "InvalidDataDiskSize.ValueNotSupported",
	  "The specified DataDisk.n.Size beyond the permitted range, or the capacity of snapshot exceeds the size limit of "
	  "the specified disk category.", NULL },
	{ REFUSE_DEVICE_MALFORMED, 400, "InvalidDataDevice.Malformed",
	  "The specified parameter \"DataDisk.n.Device\" is not valid.", NULL },
	{ REFUSE_DEVICE_IN_USE, 403, "InvalidDevice.InUse", "The specified device has been occupied.", NULL },
	ROWS_TAGS,
	ROW_DRY_RUN,
	ROWS_END,
};

/* As RunInstances' page has them. */
static const struct error_row faults[] = {
	ROW_FAULT_INTERNAL,
	{ REFUSE_FAULT, 500, "InternalError",
	  "The request processing has failed due to some unknown error,exception or failure.", NULL },
	ROWS_END,
};

static bool run(struct call *call, const void *in_, void *out_)
{
	const struct create_in *in = in_;
	struct create_out *out = out_;
	struct instance_create_args args = ecs_instance_args(call, &in->instance);
	const char **ids;

	args.stays_off = true;
	if (!rpc_tags_check(call, &in->instance.tags) || !call_verb(call, instance_create(&call->work, &args, &ids)))
		return false;
	out->instance = ids[0];
	return true;
}

const struct operation ecs_create_instance = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "CreateInstance",
	.mode = OPERATION_WRITE,
	.permission = "ecs:CreateInstance",
	.resource = "instance/*",
	.in = { sizeof(struct create_in), in_fields },
	.out = { sizeof(struct create_out), out_fields },
	.errors = errors,
	.faults = faults,
	.opens_jobs = true,
	.run = run,
	.doc = "Creates one instance with its disks and leaves it Stopped. Asynchronous: Pending, then Stopped.",
};
