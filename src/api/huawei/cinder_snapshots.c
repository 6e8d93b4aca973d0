/* Snapshots as Cinder's clients ask for them. */
#include "api/huawei/cinder.h"
#include "api/huawei/snapshot_calls.h"

static const struct error_row unknown_errors[] = {
	ROW_CINDER_SNAPSHOT_UNKNOWN,
	ROWS_END,
};

/* ---- create ---- */

#define N struct snapshot_new
static const struct field new_fields[] = {
	TEXT(N, volume, "volume_id", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(N, name, "name", .max = CINDER_TEXT_MAX, .also = "display_name"),
	TEXT(N, description, "description", .max = CINDER_TEXT_MAX, .also = "display_description"),
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

#define CREATE_STATUS "Invalid volume: Volume %s status must be available, but current status is another."
static const struct error_row create_errors[] = {
	ROW_CINDER_METADATA,
	ROW_CINDER_VOLUME_UNKNOWN,
	{ REFUSE_DISK_OVERDUE, 403, "forbidden", "Policy check failed.", "Cinder" },
	ROW_CINDER_BAD(REFUSE_DISK_STATE, CREATE_STATUS),
	ROW_CINDER_BAD(REFUSE_DISK_SNAPSHOTTING, CREATE_STATUS),
	ROW_CINDER_BAD(REFUSE_INSTANCE_STATE, CREATE_STATUS),
	ROW_CINDER_BAD(REFUSE_SNAPSHOT_NEEDS_OFF, CREATE_STATUS),
	ROW_CINDER_BAD(REFUSE_INSTANCE_LOCKED_SECURITY, CREATE_STATUS),
	{ REFUSE_SNAPSHOT_LIMIT, 413, "overLimit", "SnapshotLimitExceeded: Maximum number of snapshots allowed exceeded", "Cinder" },
	ROWS_END,
};

static bool create_run(struct call *call, const void *in_, void *out)
{
	const struct snapshot_create_in *in = in_;

	return snapshot_create_run(call, in, out) || cinder_refuse_of_volume(call, in->snapshot.volume);
}

const struct operation huawei_cinder_create_snapshot = {
	.product = "cinder",
	.version = "v3",
	.name = "cinder.CreateSnapshot",
	.method = "POST",
	CINDER_PATHS("snapshots"),
	.success = 202,
	.mode = OPERATION_WRITE,
	.permission = "evs:snapshots:create",
	.resource = "snapshot/*",
	.in = { sizeof(struct snapshot_create_in), create_in_fields },
	.out = { sizeof(struct snapshot_out), snapshot_out_fields },
	.errors = create_errors,
	.common = rest_cinder_errors,
	.opens_jobs = true,
	.run = create_run,
	.doc = "Makes a snapshot of a volume.",
};

/* ---- show, list ---- */

const struct operation huawei_cinder_show_snapshot = {
	.product = "cinder",
	.version = "v3",
	.name = "cinder.ShowSnapshot",
	.method = "GET",
	CINDER_PATHS("snapshots/{snapshot_id}"),
	.mode = OPERATION_READ,
	.permission = "evs:snapshots:get",
	.resource = "snapshot/{snapshot_id}",
	.in = { sizeof(struct snapshot_in), snapshot_in_fields },
	.out = { sizeof(struct snapshot_out), snapshot_out_fields },
	.errors = unknown_errors,
	.common = rest_cinder_errors,
	.run = snapshot_show_run,
	.doc = "Shows a snapshot.",
};

#define L struct snapshot_list_in
static const struct field list_in_fields[] = {
	PATH_PROJECT(L, project),
	TEXT(L, marker, "marker"),
	OPT_INT(L, limit, "limit", .min = 0, .max = INT32_MAX),
	OPT_INT(L, offset, "offset", .min = 0, .max = INT32_MAX),
	TEXT(L, name, "name", .also = "display_name"),
	TEXT(L, status, "status"),
	TEXT(L, volume, "volume_id"),
	TEXT(L, id, "id"),
	TEXT(L, sort, "sort", .flags = FIELD_ACCEPTED, .doc = "They come newest first."),
	TEXT(L, sort_key, "sort_key", .flags = FIELD_ACCEPTED),
	TEXT(L, sort_dir, "sort_dir", .flags = FIELD_ACCEPTED),
	TEXT(L, all_tenants, "all_tenants", .flags = FIELD_ACCEPTED, .doc = "Nothing of other projects is shown."),
	FIELDS_END,
};
#undef L

static const struct field list_out_fields[] = {
	ITEMS(struct snapshot_list_out, snapshots, "snapshots", .of = &snapshot_shape),
	ITEMS(struct snapshot_list_out, links, "snapshots_links", .of = &volume_link_shape),
	FIELDS_END,
};

static bool list_run(struct call *call, const void *in, void *out)
{
	return snapshot_list_find(call, in, out);
}

#define LIST_OPERATION(symbol, called, tail)                                        \
	const struct operation symbol = {                                           \
		.product = "cinder",                                                \
		.version = "v3",                                                    \
		.name = called,                                                     \
		.method = "GET",                                                    \
		CINDER_PATHS(tail),                                                 \
		.mode = OPERATION_READ,                                             \
		.permission = "evs:snapshots:list",                                 \
		.resource = "snapshot/*",                                           \
		.in = { sizeof(struct snapshot_list_in), list_in_fields },          \
		.out = { sizeof(struct snapshot_list_out), list_out_fields },       \
		.common = rest_cinder_errors,                                       \
		.run = list_run,                                                    \
		.doc = "Lists snapshots, newest first.",                            \
	}
LIST_OPERATION(huawei_cinder_list_snapshots, "cinder.ListSnapshots", "snapshots");
LIST_OPERATION(huawei_cinder_list_snapshots_details, "cinder.ListSnapshotsDetails", "snapshots/detail");

/* ---- update, delete ---- */

static const struct field change_fields[] = {
	TEXT(struct snapshot_change, name, "name", .max = CINDER_TEXT_MAX),
	TEXT(struct snapshot_change, description, "description", .max = CINDER_TEXT_MAX),
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
	ROW_CINDER_SNAPSHOT_UNKNOWN,
	ROW_CINDER_BAD(REFUSE_NOTHING_TO_CHANGE, "Invalid input for field/attribute snapshot."),
	ROWS_END,
};

const struct operation huawei_cinder_update_snapshot = {
	.product = "cinder",
	.version = "v3",
	.name = "cinder.UpdateSnapshot",
	.method = "PUT",
	CINDER_PATHS("snapshots/{snapshot_id}"),
	.mode = OPERATION_WRITE,
	.permission = "evs:snapshots:update",
	.resource = "snapshot/{snapshot_id}",
	.in = { sizeof(struct snapshot_update_in), update_in_fields },
	.out = { sizeof(struct snapshot_out), snapshot_out_fields },
	.errors = update_errors,
	.common = rest_cinder_errors,
	.run = snapshot_update_run,
	.doc = "Gives a snapshot another name or description.",
};

#define DELETE_STATUS "Invalid snapshot: Snapshot status must be available or error."
static const struct error_row delete_errors[] = {
	ROW_CINDER_SNAPSHOT_UNKNOWN,
	ROW_CINDER_BAD(REFUSE_SNAPSHOT_NOT_READY, DELETE_STATUS),
	ROW_CINDER_BAD(REFUSE_JOB_IN_THE_WAY, DELETE_STATUS),
	ROWS_END,
};

const struct operation huawei_cinder_delete_snapshot = {
	.product = "cinder",
	.version = "v3",
	.name = "cinder.DeleteSnapshot",
	.method = "DELETE",
	CINDER_PATHS("snapshots/{snapshot_id}"),
	.success = 202,
	.mode = OPERATION_WRITE,
	.permission = "evs:snapshots:delete",
	.resource = "snapshot/{snapshot_id}",
	.in = { sizeof(struct snapshot_in), snapshot_in_fields },
	.out = { sizeof(struct rest_nothing), rest_nothing_fields },
	.errors = delete_errors,
	.common = rest_cinder_errors,
	.opens_jobs = true,
	.run = snapshot_delete_run,
	.doc = "Deletes a snapshot.",
};
