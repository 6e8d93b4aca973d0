/* ModifyDiskSpec. */
#include "api/aliyun/ecs.h"
#include "api/aliyun/ecs_tasks.h"
#include "base/text.h"
#include "core/disk_change.h"

struct spec_in {
	const char *disk;
	const char *category;
	const char *level;
	struct opt_int iops;
	struct opt_bool dry_run;
};

struct spec_out {
	const char *task;
};

static const char *const categories[] = { "cloud_essd", "cloud_auto", "cloud_ssd", "cloud_efficiency", NULL };
static const char *const levels[] = { "PL0", "PL1", "PL2", "PL3", NULL };
static const struct error_row bad_category = { REFUSE_FIELD, 400, "InvalidDiskCategory.ValueNotSupported",
	                                       "The specified parameter \"DiskCategory\" is not valid.", NULL };
static const struct error_row bad_level = { REFUSE_FIELD, 400, "InvalidPerformanceLevel.Malformed",
	                                    "The specified parameter PerformanceLevel is not valid.", NULL };

static const struct field in_fields[] = {
	TEXT(struct spec_in, disk, "DiskId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY,
	     .doc = "The disk: Available, or In_use and its instance Running or Stopped."),
	TEXT(struct spec_in, category, "DiskCategory", .values = categories, .bad = &bad_category,
	     .doc = "What it becomes; absent: as it is. One that becomes an ESSD gets PL1 if no level is given."),
	TEXT(struct spec_in, level, "PerformanceLevel", .values = levels, .bad = &bad_level,
	     .doc = "Of an ESSD; absent: as it is."),
	OPT_INT(struct spec_in, iops, "ProvisionedIops", .min = 0, .max = 50000,
	        .doc = "Of cloud_auto: at most 50000, and no more than 1000 for each GiB less those that come with the size."),
	OPT_BOOL(struct spec_in, dry_run, "DryRun", .flags = FIELD_DRY_RUN),
	FIELDS_END,
};

static const struct field out_fields[] = {
	TEXT(struct spec_out, task, "TaskId"),
	FIELDS_END,
};

static const struct error_row errors[] = {
	ROW_EMPTY,
	ROW_REGION_MALFORMED_BARE,
	{ REFUSE_NOTHING_TO_CHANGE, 400, "MissingParameter",
	  "One of DiskCategory, PerformanceLevel and ProvisionedIops must be given.", "Cleat" },
	ROW_DISK_NOT_FOUND,
	{ REFUSE_DISK_OVERDUE, 403, "DiskInArrears", "The specified operation is denied as your disk owing fee.", NULL },
	{ REFUSE_DISK_MULTI_ATTACH, 403, "InvalidOperation.MultiAttachDisk", "Multi attach disk does not support this operation.",
	  NULL },
	{ REFUSE_DISK_CATEGORY, 403, "OperationDenied", "The type of the disk does not support the operation.", NULL },
	{ REFUSE_DISK_STATE, 403, "IncorrectDiskStatus", "The current disk status does not support this operation.", NULL },
	{ REFUSE_INSTANCE_LOCKED_FINANCIAL, 403, "InstanceExpiredOrInArrears",
	  "The specified operation is denied as your prepay instance is expired (prepay mode) or in arrears (afterpay mode).",
	  NULL },
	{ REFUSE_DISK_PERFORMANCE_LEVEL, 400, "InvalidPerformanceLevel.Malformed",
	  "The specified parameter PerformanceLevel is not valid.", NULL },
	{ REFUSE_DISK_PROVISIONED_IOPS, 400, "InvalidParameter", "The specified value of parameter ProvisionedIops is not valid.",
	  "Cleat" },
	{ REFUSE_DISK_SIZE, 403, "OperationDenied.PerformanceLevelNotMatch",
	  "The specified PerformanceLevel and disk size do not match.", NULL },
	{ REFUSE_DISK_SNAPSHOTTING, 403, "DiskCreatingSnapshot",
	  "The operation is denied due to a snapshot of the specified disk is not completed yet.", NULL },
	ROW_DRY_RUN,
	ROWS_END,
};

static bool run(struct call *call, const void *in_, void *out_)
{
	const struct spec_in *in = in_;
	struct spec_out *out = out_;
	struct disk_spec_args args = {
		.disk = in->disk,
		.category = text_or(in->category, ""),
		.performance_level = text_or(in->level, ""),
		.iops_given = in->iops.is == GIVEN,
		.iops = in->iops.value,
	};
	const char *job;

	if (!call_verb(call, disk_spec(&call->work, &args, &job)))
		return false;
	out->task = ecs_task_id(call, job);
	return true;
}

const struct operation ecs_modify_disk_spec = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "ModifyDiskSpec",
	.mode = OPERATION_WRITE,
	.permission = "ecs:ModifyDiskSpec",
	.resource = "disk/{DiskId}",
	.in = { sizeof(struct spec_in), in_fields },
	.out = { sizeof(struct spec_out), out_fields },
	.errors = errors,
	.faults = rpc_fault_internal,
	.opens_jobs = true,
	.run = run,
	.doc = "Makes a disk one of another category or performance level, or with more IOPS. Asynchronous: DescribeTasks shows the "
	       "task; DescribeDisks shows what the disk becomes at once, and what it was if the task has Failed.",
};
