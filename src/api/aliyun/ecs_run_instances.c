/* RunInstances. */
#include "api/aliyun/ecs_instance_args.h"
#include "base/moment.h"
#include "base/text.h"

#define AUTO_RELEASE_MIN (30 * MINUTE)
#define AUTO_RELEASE_MAX (3 * 365 * DAY)
#define AMOUNT_MAX       100

struct run_in {
	struct ecs_instance_in instance;
	struct texts security_groups;
	struct opt_int amount, min_amount;
	struct opt_bool unique_suffix, dry_run;
	const char *auto_release;
	const char *client_token;
};

struct run_out {
	struct texts ids;
};

/* ---- tables ---- */

#define BAD(row, code, message) \
	static const struct error_row row = { REFUSE_FIELD, 400, code, message, NULL }
BAD(bad_disk_name, "InvalidDiskName.Malformed",
    "The specified parameter SystemDisk.DiskName or DataDisk.n.DiskName is not valid.");
BAD(bad_disk_description, "InvalidDiskDescription.Malformed",
    "The specified parameter SystemDisk.DiskDescription or DataDisk.n.Description is not valid.");
BAD(bad_auto_release, "InvalidAutoReleaseTime.Malformed", "The specified parameter AutoReleaseTime is not valid.");
BAD(bad_min_amount, "InvalidMinAmount.Malformed", "The specified parameter MinAmount is not valid.");
static const struct error_row bad_charge = { REFUSE_FIELD, 404, "InvalidInstanceChargeType.NotFound",
	                                     "The InstanceChargeType does not exist in our records.", NULL };
static const struct error_row bad_amount = { REFUSE_FIELD, 403, "InvalidParam.Amount",
	                                     "The specified parameter Amount is not valid.", NULL };

static const struct field disk_fields[] = {
	ECS_DISK_FIELDS(&bad_disk_name, &bad_disk_description),
	FIELDS_END,
};
static const struct shape disk_shape = { sizeof(struct ecs_disk_in), disk_fields };

static const struct field in_fields[] = {
	ECS_INSTANCE_FIELDS_FIRST(struct run_in, instance),
	OPT_INT(struct run_in, amount, "Amount", .min = 1, .max = AMOUNT_MAX, .bad = &bad_amount, .doc = "Default 1."),
	OPT_INT(struct run_in, min_amount, "MinAmount", .min = 1, .max = AMOUNT_MAX, .bad = &bad_min_amount,
	        .doc = "All are made or none."),
	OPT_BOOL(struct run_in, unique_suffix, "UniqueSuffix", .doc = "Names end with 001, 002, ..."),
	ECS_INSTANCE_FIELDS(struct run_in, instance, &disk_shape, &bad_charge, &ecs_bad_period),
	TEXTS(struct run_in, security_groups, "SecurityGroupIds", .max = 16, .doc = "The same for several."),
	TIME(struct run_in, auto_release, "AutoReleaseTime", .bad = &bad_auto_release,
	     .doc = "The instance is released at this time, half an hour to three years ahead; seconds are cut off."),
	TEXT(struct run_in, client_token, "ClientToken", .flags = FIELD_CLIENT_TOKEN, .max = ECS_CLIENT_TOKEN_MAX,
	     .doc = "A repeat within 24 hours gets the first answer."),
	OPT_BOOL(struct run_in, dry_run, "DryRun", .flags = FIELD_DRY_RUN),
	FIELDS_END,
};

static const struct field out_fields[] = {
	TEXTS(struct run_out, ids, "InstanceIdSets", .item = "InstanceIdSet"),
	FIELDS_END,
};

static const struct error_row errors[] = {
	ROW_EMPTY,
	ROW_REGION_NOT_FOUND,
	{ REFUSE_INSTANCE_TYPE_UNKNOWN, 400, "InvalidInstanceType.ValueNotSupported",
	  "The specified InstanceType beyond the permitted range.", NULL },
	{ REFUSE_IMAGE_UNKNOWN, 404, "InvalidImageId.NotFound", "The specified ImageId does not exist.", NULL },
	{ REFUSE_ZONE_UNKNOWN, 404, "InvalidZoneId.NotFound", "The specified ZoneId does not exist.", NULL },
	ROWS_PLACE,
	{ REFUSE_SECURITY_GROUP_UNKNOWN, 400, "InvalidSecurityGroupId.NotFound",
	  "The SecurityGroupId provided does not exist in our records.", NULL },
	{ REFUSE_SECURITY_GROUPS_TOO_MANY, 400, "InstanceSecurityGroupLimitExceeded",
	  "Exceeding the allowed amount of security groups that an instance can be in.", "JoinSecurityGroup page" },
	{ REFUSE_SYSTEM_DISK_CATEGORY, 400, "InvalidSystemDiskCategory.ValueNotSupported",
	  "The specified parameter SystemDisk.Category is not valid.", NULL },
	{ REFUSE_DISK_PERFORMANCE_LEVEL, 400, "InvalidPerformanceLevel.Malformed",
	  "The specified parameter PerformanceLevel is not valid.", "CreateDisk page" },
	{ REFUSE_SYSTEM_DISK_SIZE, 400, "InvalidSystemDiskSize.ValueNotSupported",
	  "The specified parameter SystemDisk.Size is invalid.", NULL },
	{ REFUSE_INSTANCE_DISK_LIMIT, 400, "InstanceDiskNumber.LimitExceed",
	  "The total number of specified disk in an instance exceeds.", NULL },
	{ REFUSE_SNAPSHOT_UNKNOWN, 400, "InvalidSnapshotId.NotFound", "The specified parameter SnapshotId is not exist.", NULL },
	{ REFUSE_SNAPSHOT_NOT_READY, 403, "InvalidSnapshotId.NotReady", "The specified snapshot has not completed yet.", NULL },
	{ REFUSE_SNAPSHOT_ENCRYPTION, 400, "EncryptedOption.Conflict", "Encryption value of disk and snapshot conflict.", NULL },
	{ REFUSE_DISK_CATEGORY, 400, "InvalidDataDiskCategory.ValueNotSupported",
	  "The specified parameter DataDisk.n.Category is not valid.", NULL },
	{ REFUSE_DISK_SIZE_MISSING, 400, "MissingParameter",
	  "The input parameter either DataDisk.n.SnapshotId or DataDisk.n.Size should be specified.", "Cleat" },
	{ REFUSE_DISK_SIZE, 400, "InvalidDataDiskSize.ValueNotSupported",
	  "The specified DataDisk.n.Size beyond the permitted range, or the capacity of snapshot exceeds the size limit of "
	  "the specified disk category.", NULL },
	{ REFUSE_DEVICE_MALFORMED, 400, "InvalidDataDevice.Malformed",
	  "The specified parameter \"DataDisk.n.Device\" is not valid.", NULL },
	{ REFUSE_DEVICE_IN_USE, 403, "InvalidDevice.InUse", "The specified device has been occupied.", NULL },
	{ REFUSE_PARAMETER_CONFLICT, 400, "InvalidAutoReleaseTime.Malformed",
	  "The specified parameter AutoReleaseTime is not valid.", NULL },
	ROWS_TAGS,
	ROW_DRY_RUN,
	ROWS_END,
};

/* The page has its InternalError three times: twice here, once in the dialect's words. */
static const struct error_row faults[] = {
	ROW_FAULT_INTERNAL,
	{ REFUSE_FAULT, 500, "InternalError",
	  "The request processing has failed due to some unknown error,exception or failure.", NULL },
	ROWS_END,
};

/* ---- from a request to the verb ---- */

/* AutoReleaseTime: seconds cut off, at least half an hour and at most three years ahead (RunInstances page). */
static bool auto_release_at(struct call *call, const struct run_in *in, int64_t *ret)
{
	int64_t at = 0;

	if (ecs_given(in->auto_release)) {
		moment_parse(in->auto_release, &at);
		at = at / MINUTE * MINUTE;
		if (at < call->work.now + AUTO_RELEASE_MIN - MINUTE || at > call->work.now + AUTO_RELEASE_MAX)
			return call_refuse(call, REFUSE_PARAMETER_CONFLICT, "AutoReleaseTime");
	}
	*ret = at;
	return true;
}

static bool run(struct call *call, const void *in_, void *out_)
{
	const struct run_in *in = in_;
	struct run_out *out = out_;
	struct instance_create_args args = ecs_instance_args(call, &in->instance);

	args.security_groups = ecs_join(call, args.security_groups, &in->security_groups);
	args.amount = in->amount.is == GIVEN ? in->amount.value : 1;
	args.unique_suffix = in->unique_suffix.value;
	if (!rpc_tags_check(call, &in->instance.tags) || !auto_release_at(call, in, &args.auto_release_at) ||
	    !call_verb(call, instance_create(&call->work, &args, &out->ids.items)))
		return false;
	out->ids.n = (size_t)args.amount;
	return true;
}

const struct operation ecs_run_instances = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "RunInstances",
	.mode = OPERATION_WRITE,
	.permission = "ecs:RunInstances",
	.resource = "instance/*",
	.in = { sizeof(struct run_in), in_fields },
	.out = { sizeof(struct run_out), out_fields },
	.errors = errors,
	.faults = faults,
	.opens_jobs = true,
	.run = run,
	.doc = "Creates and starts instances with their disks. Asynchronous: Pending, Starting, then Running.",
};
