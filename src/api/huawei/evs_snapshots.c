/* EVS: snapshots. */
#include "api/huawei/evs.h"
#include "api/huawei/snapshot_calls.h"
#include "core/disk_change.h"

static const struct error_row unknown_errors[] = {
	ROW_EVS_SNAPSHOT_UNKNOWN,
	ROWS_END,
};

/* ---- create ---- */

#define N struct snapshot_new
static const struct field new_fields[] = {
	TEXT(N, volume, "volume_id", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(N, name, "name", .max = EVS_TEXT_MAX),
	TEXT(N, description, "description", .max = EVS_TEXT_MAX),
	OPT_BOOL(N, force, "force", .doc = "true: also of a volume that is attached."),
	PAIRS(N, metadata, "metadata"),
	FIELDS_END,
};
#undef N
static const struct shape new_shape = { sizeof(struct snapshot_new), new_fields };

static const struct field create_in_fields[] = {
	PATH_PROJECT(struct snapshot_create_in, project),
	OBJECT(struct snapshot_create_in, snapshot, "snapshot", .of = &new_shape, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

static const struct error_row create_errors[] = {
	ROW_EVS_METADATA,
	ROW_EVS_VOLUME_UNKNOWN,
	ROW_EVS_OVERDUE,
	{ REFUSE_DISK_STATE, 400, "EVS.5400", EVS_STATUS, NULL },
	{ REFUSE_DISK_SNAPSHOTTING, 400, "EVS.5400", EVS_STATUS, NULL },
	{ REFUSE_INSTANCE_STATE, 400, "EVS.5400", EVS_STATUS, NULL },
	{ REFUSE_SNAPSHOT_NEEDS_OFF, 400, "EVS.5400", EVS_STATUS, "Cleat" },
	{ REFUSE_INSTANCE_LOCKED_SECURITY, 400, "EVS.2068", "operation failed because of volume be locked", "Cleat" },
	{ REFUSE_SNAPSHOT_LIMIT, 413, "EVS.5413", "Insufficient snapshot quota.", NULL },
	ROWS_END,
};

const struct operation huawei_evs_create_snapshot = {
	.product = "evs",
	.version = "v2",
	.name = "evs.CreateSnapshot",
	.method = "POST",
	.path = "/v2/{project_id}/cloudsnapshots",
	.success = 202,
	.mode = OPERATION_WRITE,
	.permission = "evs:snapshots:create",
	.resource = "snapshot/*",
	.in = { sizeof(struct snapshot_create_in), create_in_fields },
	.out = { sizeof(struct snapshot_out), snapshot_out_fields },
	.errors = create_errors,
	.common = rest_evs_errors,
	.opens_jobs = true,
	.run = snapshot_create_run,
	.doc = "Makes a snapshot of a volume.",
};

/* ---- show, list ---- */

const struct operation huawei_evs_show_snapshot = {
	.product = "evs",
	.version = "v2",
	.name = "evs.ShowSnapshot",
	.method = "GET",
	.path = "/v2/{project_id}/cloudsnapshots/{snapshot_id}",
	.mode = OPERATION_READ,
	.permission = "evs:snapshots:get",
	.resource = "snapshot/{snapshot_id}",
	.in = { sizeof(struct snapshot_in), snapshot_in_fields },
	.out = { sizeof(struct snapshot_out), snapshot_out_fields },
	.errors = unknown_errors,
	.common = rest_evs_errors,
	.run = snapshot_show_run,
	.doc = "Shows a snapshot.",
};

#define L struct snapshot_list_in
static const struct field list_in_fields[] = {
	PATH_PROJECT(L, project),
	OPT_INT(L, offset, "offset", .min = 0, .max = INT32_MAX, .bad = &evs_bad_offset),
	OPT_INT(L, limit, "limit", .min = 1, .max = VOLUME_LIST_MAX, .bad = &evs_bad_limit),
	TEXT(L, name, "name", .max = EVS_TEXT_MAX),
	TEXT(L, status, "status"),
	TEXT(L, volume, "volume_id"),
	TEXT(L, zone, "availability_zone", .doc = "Of the volume."),
	TEXT(L, id, "id"),
	TEXT(L, storage, "dedicated_storage_id", .doc = "Finds none."),
	TEXT(L, storage_name, "dedicated_storage_name", .doc = "Finds none."),
	TEXT(L, service, "service_type", .doc = "EVS; any other finds none."),
	TEXT(L, enterprise_project, "enterprise_project_id"),
	FIELDS_END,
};
#undef L

static const struct field list_out_fields[] = {
	INT(struct snapshot_list_out, total, "count"),
	ITEMS(struct snapshot_list_out, snapshots, "snapshots", .of = &snapshot_listed_shape),
	ITEMS(struct snapshot_list_out, links, "snapshots_links", .of = &volume_link_shape),
	FIELDS_END,
};

static bool list_run(struct call *call, const void *in, void *out)
{
	return snapshot_list_find(call, in, out);
}

const struct operation huawei_evs_list_snapshots = {
	.product = "evs",
	.version = "v2",
	.name = "evs.ListSnapshots",
	.method = "GET",
	.path = "/v2/{project_id}/cloudsnapshots/detail",
	.mode = OPERATION_READ,
	.permission = "evs:snapshots:list",
	.resource = "snapshot/*",
	.in = { sizeof(struct snapshot_list_in), list_in_fields },
	.out = { sizeof(struct snapshot_list_out), list_out_fields },
	.common = rest_evs_errors,
	.run = list_run,
	.doc = "Lists snapshots, newest first, by filters and pages.",
};

/* ---- update, delete ---- */

static const struct field change_fields[] = {
	TEXT(struct snapshot_change, name, "name", .max = EVS_TEXT_MAX),
	TEXT(struct snapshot_change, description, "description", .max = EVS_TEXT_MAX),
	FIELDS_END,
};
static const struct shape change_shape = { sizeof(struct snapshot_change), change_fields };

static const struct field update_in_fields[] = {
	PATH_PROJECT(struct snapshot_update_in, project),
	TEXT(struct snapshot_update_in, snapshot, "snapshot_id"),
	OBJECT(struct snapshot_update_in, to, "snapshot", .of = &change_shape, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

static const struct error_row update_errors[] = {
	ROW_EVS_SNAPSHOT_UNKNOWN,
	{ REFUSE_NOTHING_TO_CHANGE, 400, "EVS.5400", "Malformed request body.", NULL },
	ROWS_END,
};

const struct operation huawei_evs_update_snapshot = {
	.product = "evs",
	.version = "v2",
	.name = "evs.UpdateSnapshot",
	.method = "PUT",
	.path = "/v2/{project_id}/cloudsnapshots/{snapshot_id}",
	.mode = OPERATION_WRITE,
	.permission = "evs:snapshots:update",
	.resource = "snapshot/{snapshot_id}",
	.in = { sizeof(struct snapshot_update_in), update_in_fields },
	.out = { sizeof(struct snapshot_out), snapshot_out_fields },
	.errors = update_errors,
	.common = rest_evs_errors,
	.run = snapshot_update_run,
	.doc = "Gives a snapshot another name or description.",
};

#define DELETE_STATUS "snapshot status must be available or error when delete snapshot!"
static const struct error_row delete_errors[] = {
	ROW_EVS_SNAPSHOT_UNKNOWN,
	{ REFUSE_SNAPSHOT_NOT_READY, 400, "EVS.1047", DELETE_STATUS, NULL },
	{ REFUSE_JOB_IN_THE_WAY, 400, "EVS.1047", DELETE_STATUS, NULL },
	ROWS_END,
};

const struct operation huawei_evs_delete_snapshot = {
	.product = "evs",
	.version = "v2",
	.name = "evs.DeleteSnapshot",
	.method = "DELETE",
	.path = "/v2/{project_id}/cloudsnapshots/{snapshot_id}",
	.success = 202,
	.mode = OPERATION_WRITE,
	.permission = "evs:snapshots:delete",
	.resource = "snapshot/{snapshot_id}",
	.in = { sizeof(struct snapshot_in), snapshot_in_fields },
	.out = { sizeof(struct rest_nothing), rest_nothing_fields },
	.errors = delete_errors,
	.common = rest_evs_errors,
	.opens_jobs = true,
	.run = snapshot_delete_run,
	.doc = "Deletes a snapshot.",
};

/* ---- rollback ---- */

struct rollback {
	const char *volume, *name;
};

struct rollback_in {
	const char *project, *snapshot;
	struct rollback rollback;
};

struct rollback_out {
	struct rollback rollback;
};

static const struct field rollback_fields[] = {
	TEXT(struct rollback, volume, "volume_id", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(struct rollback, name, "name", .max = EVS_TEXT_MAX, .flags = FIELD_ACCEPTED),
	FIELDS_END,
};
static const struct shape rollback_shape = { sizeof(struct rollback), rollback_fields };

static const struct field rollback_shown_fields[] = {
	TEXT(struct rollback, volume, "volume_id"),
	FIELDS_END,
};
static const struct shape rollback_shown_shape = { sizeof(struct rollback), rollback_shown_fields };

static const struct field rollback_in_fields[] = {
	PATH_PROJECT(struct rollback_in, project),
	TEXT(struct rollback_in, snapshot, "snapshot_id"),
	OBJECT(struct rollback_in, rollback, "rollback", .of = &rollback_shape, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

static const struct field rollback_out_fields[] = {
	OBJECT(struct rollback_out, rollback, "rollback", .of = &rollback_shown_shape),
	FIELDS_END,
};

static const struct error_row rollback_errors[] = {
	ROW_EVS_VOLUME_UNKNOWN,
	ROW_EVS_SNAPSHOT_UNKNOWN,
	ROW_EVS_NOT_LISTED,
	{ REFUSE_SNAPSHOT_OTHER_DISK, 400, "EVS.5400", "Request body and URI mismatch.", NULL },
	{ REFUSE_SNAPSHOT_NOT_READY, 400, "EVS.2043", "The status of snapshot is not available or backing-up.", NULL },
	{ REFUSE_DISK_STATE, 400, "EVS.5400", EVS_STATUS, NULL },
	{ REFUSE_JOB_IN_THE_WAY, 400, "EVS.5400", EVS_STATUS, NULL },
	ROWS_END,
};

static bool rollback_run(struct call *call, const void *in_, void *out_)
{
	const struct rollback_in *in = in_;
	struct rollback_out *out = out_;
	struct disk_reset_args args = { .disk = in->rollback.volume, .snapshot = in->snapshot };

	out->rollback.volume = in->rollback.volume;
	return call_verb(call, disk_reset(&call->work, &args));
}

const struct operation huawei_evs_rollback_snapshot = {
	.product = "evs",
	.version = "v2",
	.name = "evs.RollbackSnapshot",
	.method = "POST",
	.path = "/v2/{project_id}/cloudsnapshots/{snapshot_id}/rollback",
	.also = "/v3/{project_id}/cloudsnapshots/{snapshot_id}/rollback",
	.success = 202,
	.mode = OPERATION_WRITE,
	.permission = "evs:snapshots:rollback",
	.resource = "snapshot/{snapshot_id}",
	.in = { sizeof(struct rollback_in), rollback_in_fields },
	.out = { sizeof(struct rollback_out), rollback_out_fields },
	.errors = rollback_errors,
	.common = rest_evs_errors,
	.opens_jobs = true,
	.run = rollback_run,
	.doc = "Puts the content of a snapshot back to its volume, which must be available.",
};
