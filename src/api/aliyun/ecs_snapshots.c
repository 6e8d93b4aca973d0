/* CreateSnapshot, DeleteSnapshot. */
#include "api/aliyun/ecs.h"
#include "base/text.h"
#include "core/snapshot.h"

/* ---- CreateSnapshot ---- */

struct create_in {
	const char *disk;
	const char *name;
	const char *description;
	const char *category;
	struct opt_int retention_days;
	struct opt_bool instant_access;
	struct opt_int instant_access_days;
	const char *resource_group;
	const char *storage_location;
	struct items tags;
	const char *client_token;
};

struct create_out {
	const char *snapshot;
};

static const char *const category_words[] = { "Standard", "Flash", NULL };
static const struct error_row bad_name = { REFUSE_FIELD, 400, "InvalidSnapshotName.Malformed",
	                                   "The specified SnapshotName is wrongly formed.", NULL };
static const struct error_row bad_description = { REFUSE_FIELD, 404, "InvalidDescription.Malformed",
	                                          "The specified description is wrongly formed.", NULL };

static const struct field create_in_fields[] = {
	TEXT(struct create_in, disk, "DiskId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY,
	     .doc = "The disk: In_use, or Available and attached before."),
	TEXT(struct create_in, name, "SnapshotName", .min = ECS_NAME_MIN, .max = ECS_NAME_MAX, .bad = &bad_name),
	TEXT(struct create_in, description, "Description", .min = ECS_DESCRIPTION_MIN, .max = ECS_DESCRIPTION_MAX,
	     .bad = &bad_description),
	TEXT(struct create_in, category, "Category", .values = category_words, .doc = "Kept and shown. Default Standard."),
	OPT_INT(struct create_in, retention_days, "RetentionDays", .min = 1, .max = 65536,
	        .doc = "The snapshot is deleted after so many days, unless disks were made of it. Absent: never."),
	OPT_BOOL(struct create_in, instant_access, "InstantAccess", .doc = "Kept and shown."),
	OPT_INT(struct create_in, instant_access_days, "InstantAccessRetentionDays", .min = 1, .max = 65535,
	        .doc = "Kept and shown."),
	TEXT(struct create_in, resource_group, "ResourceGroupId", .max = 64),
	TEXT(struct create_in, storage_location, "StorageLocationArn", .flags = FIELD_ACCEPTED),
	ITEMS(struct create_in, tags, "Tag", .of = &rpc_tag_in_shape, .max = RPC_TAGS_MAX),
	TEXT(struct create_in, client_token, "ClientToken", .flags = FIELD_CLIENT_TOKEN, .max = ECS_CLIENT_TOKEN_MAX,
	     .doc = "A repeat within 24 hours gets the first answer."),
	FIELDS_END,
};

static const struct field create_out_fields[] = {
	TEXT(struct create_out, snapshot, "SnapshotId"),
	FIELDS_END,
};

static const struct error_row create_errors[] = {
	ROW_EMPTY,
	ROW_REGION_MALFORMED,
	{ REFUSE_DISK_UNKNOWN, 404, "InvalidDiskId.NotFound", "The specified DiskId does not exist.", NULL },
	{ REFUSE_DISK_NO_SNAPSHOTS, 400, "DiskCategory.OperationNotSupported",
	  "The operation is not supported to the specified disk due to its disk category", NULL },
	{ REFUSE_DISK_OVERDUE, 403, "DiskInArrears", "The specified operation is denied as your disk has expired.", NULL },
	{ REFUSE_DISK_STATE, 403, "IncorrectDiskStatus", "The current disk status does not support this operation.", NULL },
	{ REFUSE_DISK_NEVER_ATTACHED, 403, "IncorrectDiskStatus.NeverAttached",
	  "The specified disk has never been attached to any instance.", NULL },
	{ REFUSE_INSTANCE_LOCKED_SECURITY, 403, "InstanceLockedForSecurity",
	  "The disk attached instance is locked due to security.", NULL },
	{ REFUSE_INSTANCE_STATE, 400, "IncorrectInstanceStatus",
	  "The current status of the resource does not support this operation.", NULL },
	{ REFUSE_DISK_NEVER_USED, 403, "IncorrectDiskStatus.NeverUsed",
	  "The specified disk has never been used after creating.", NULL },
	{ REFUSE_SNAPSHOT_NEEDS_OFF, 400, "IncorrectInstanceStatus",
	  "A machine that is on can write the disk %s: stop it, or detach the disk.", "Cleat" },
	{ REFUSE_SNAPSHOT_LIMIT, 403, "QuotaExceed.Snapshot", "The maximum number of snapshots is exceeded.", NULL },
	{ REFUSE_DISK_SNAPSHOTTING, 403, "IncorrectDiskStatus.CreatingSnapshot",
	  "A previous snapshot creation is in process.", NULL },
	{ REFUSE_TOKEN_MISMATCH, 403, "IdempotentParameterMismatch", "The specified clientToken is used.", NULL },
	ROWS_END,
};

static bool create_run(struct call *call, const void *in_, void *out_)
{
	const struct create_in *in = in_;
	struct create_out *out = out_;
	struct snapshot_create_args args = {
		.disk = in->disk,
		.name = in->name,
		.description = in->description,
		.category = in->category,
		.retention_days = in->retention_days.value,
		.instant_access = in->instant_access.value,
		.instant_access_days = in->instant_access_days.value,
		.resource_group = in->resource_group,
		.tags = rpc_tags(call, &in->tags),
		.n_tags = in->tags.n,
	};

	return call_verb(call, snapshot_create(&call->work, &args, &out->snapshot));
}

const struct operation ecs_create_snapshot = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "CreateSnapshot",
	.mode = OPERATION_WRITE,
	.permission = "ecs:CreateSnapshot",
	.resource = "disk/{DiskId},snapshot/*",
	.in = { sizeof(struct create_in), create_in_fields },
	.out = { sizeof(struct create_out), create_out_fields },
	.errors = create_errors,
	.faults = rpc_fault_internal,
	.opens_jobs = true,
	.run = create_run,
	.doc = "Keeps what a disk holds now. Asynchronous: the snapshot is progressing, then accomplished.",
};

/* ---- DeleteSnapshot ---- */

struct delete_in {
	const char *snapshot;
	struct opt_bool force;
};

static const struct field delete_in_fields[] = {
	TEXT(struct delete_in, snapshot, "SnapshotId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY,
	     .doc = "The snapshot. One that does not exist is no error; one that is progressing is given up."),
	OPT_BOOL(struct delete_in, force, "Force",
	         .doc = "Also if disks were made of it; these can no longer be reinitialised. Default false."),
	FIELDS_END,
};

static const struct error_row delete_errors[] = {
	ROW_EMPTY,
	ROW_REGION_MALFORMED,
	{ REFUSE_SNAPSHOT_HAS_DISKS, 403, "SnapshotCreatedDisk", "The snapshot has been used to create disk(s).", NULL },
	{ REFUSE_JOB_IN_THE_WAY, 403, "Operation.Conflict", "The operation may conflicts with others, please retry later.", NULL },
	ROWS_END,
};

static bool delete_run(struct call *call, const void *in_, void *out)
{
	const struct delete_in *in = in_;

	(void)out;
	return call_verb(call, snapshot_delete_verb(&call->work, in->snapshot, in->force.value));
}

const struct operation ecs_delete_snapshot = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DeleteSnapshot",
	.mode = OPERATION_WRITE,
	.permission = "ecs:DeleteSnapshot",
	.resource = "snapshot/{SnapshotId}",
	.in = { sizeof(struct delete_in), delete_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = delete_errors,
	.faults = rpc_fault_internal,
	.opens_jobs = true,
	.run = delete_run,
	.doc = "Deletes a snapshot. Asynchronous; it is no longer listed at once.",
};
