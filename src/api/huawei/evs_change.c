/* EVS: changing, extending and deleting volumes. */
#include "api/huawei/evs.h"
#include "api/huawei/volume_list.h"
#include "base/text.h"
#include "core/disk.h"
#include "core/disk_change.h"

/* ---- update ---- */

struct change {
	const char *name, *description;
};

struct update_in {
	const char *project, *volume;
	struct change to;
};

static const struct field change_fields[] = {
	EVS_NAME(struct change, name),
	EVS_DESCRIPTION(struct change, description),
	FIELDS_END,
};
static const struct shape change_shape = { sizeof(struct change), change_fields };

static const struct field update_in_fields[] = {
	PATH_PROJECT(struct update_in, project),
	PATH_VOLUME(struct update_in, volume),
	OBJECT(struct update_in, to, "volume", .of = &change_shape, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

/* Less than what other operations show of it (EVS page of updating). */
#define V struct volume_item
static const struct field updated_fields[] = {
	TEXT(V, id, "id"),
	TEXT(V, name, "name"),
	TEXT(V, status, "status"),
	INT(V, size, "size"),
	TEXT(V, description, "description"),
	TEXT(V, type, "volume_type"),
	TEXT(V, zone, "availability_zone"),
	ITEMS(V, attachments, "attachments", .of = &volume_held_shape),
	TEXT(V, bootable, "bootable"),
	BOOL(V, multiattach, "multiattach"),
	TEXT(V, shareable, "shareable"),
	PAIRS(V, metadata, "metadata"),
	ITEMS(V, links, "links", .of = &volume_link_shape),
	TEXT(V, snapshot, "snapshot_id", .flags = FIELD_NULL),
	TEXT(V, source, "source_volid", .flags = FIELD_NULL),
	TEXT(V, created_at, "created_at"),
	TEXT(V, host, "os-vol-host-attr:host"),
	TEXT(V, tenant, "os-vol-tenant-attr:tenant_id"),
	TEXT(V, source, "os-volume-replication:extended_status", .flags = FIELD_NULL),
	PAIRS(V, image_metadata, "volume_image_metadata", .flags = FIELD_NULL),
	FIELDS_END,
};
#undef V

static const struct error_row update_errors[] = {
	ROW_EVS_VOLUME_UNKNOWN,
	ROW_EVS_NOT_LISTED,
	{ REFUSE_PARAMETER_MISSING, 400, "EVS.1001", "null volume!", NULL },
	{ REFUSE_NOTHING_TO_CHANGE, 400, "EVS.1007", "volume name and description can not both be empty!", NULL },
	{ REFUSE_DISK_STATE, 400, "EVS.5400", EVS_STATUS, NULL },
	ROWS_END,
};

static bool update_run(struct call *call, const void *in_, void *out)
{
	const struct update_in *in = in_;
	struct disk disk;

	if (!call_verb(call, disk_modify(&call->work, &(struct disk_modify_args){
		.disks = &in->volume,
		.n_disks = 1,
		.name = in->to.name,
		.description = in->to.description,
		.delete_with_instance = -1,
		.delete_auto_snapshot = -1,
		.enable_auto_snapshot = -1,
		.bursting = -1,
	})) || !evs_find_volume(call, in->volume, &disk))
		return false;
	*(struct volume_item *)out = volume_show(call, &disk);
	return true;
}

const struct operation huawei_evs_update_volume = {
	.product = "evs",
	.version = "v2",
	.name = "evs.UpdateVolume",
	.method = "PUT",
	.path = "/v2/{project_id}/cloudvolumes/{volume_id}",
	.mode = OPERATION_WRITE,
	.permission = "evs:volumes:update",
	.resource = "volume/{volume_id}",
	.in = { sizeof(struct update_in), update_in_fields },
	.out = { sizeof(struct volume_item), updated_fields },
	.errors = update_errors,
	.common = rest_evs_errors,
	.run = update_run,
	.doc = "Gives a volume another name or description. Answers with the volume itself, not with a member `volume`.",
};

/* ---- delete ---- */

static const struct error_row delete_errors[] = {
	ROW_EVS_VOLUME_UNKNOWN,
	ROW_EVS_NOT_LISTED,
	{ REFUSE_DISK_STATE, 400, "EVS.1046",
	  "volume status must be available, error, error_extending, error_restoring, error_rollbacking when delete volume!", NULL },
	{ REFUSE_DISK_SNAPSHOTTING, 400, "EVS.2130", "Volume is backing-up, forbidden deleting!", NULL },
	{ REFUSE_DISK_NOT_PORTABLE, 400, "EVS.1035", "periodic volume can not be deleted!", NULL },
	ROWS_END,
};

static bool delete_run(struct call *call, const void *in_, void *out_)
{
	const struct evs_volume_in *in = in_;
	struct rest_job_out *out = out_;
	struct disk disk;

	if (!evs_find_volume(call, in->volume, &disk) || !call_verb(call, disk_delete_verb(&call->work, in->volume)))
		return false;
	out->job = evs_job(call, "deleteVolume", in->volume);
	return true;
}

const struct operation huawei_evs_delete_volume = {
	.product = "evs",
	.version = "v2",
	.name = "evs.DeleteVolume",
	.method = "DELETE",
	.path = "/v2/{project_id}/cloudvolumes/{volume_id}",
	.mode = OPERATION_WRITE,
	.permission = "evs:volumes:delete",
	.resource = "volume/{volume_id}",
	.in = { sizeof(struct evs_volume_in), evs_volume_in_fields },
	.out = { sizeof(struct rest_job_out), rest_job_fields },
	.errors = delete_errors,
	.common = rest_evs_errors,
	.opens_jobs = true,
	.run = delete_run,
	.doc = "Deletes a volume and its snapshots. Answers with a job.",
};

/* ---- extend ---- */

struct extend {
	struct opt_int size;
};

struct extend_in {
	const char *project, *volume;
	struct extend extend;
};

static const struct field extend_fields[] = {
	OPT_INT(struct extend, size, "new_size", .min = 1, .max = 32768, .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .bad = &evs_bad_size,
	        .doc = "GiB, more than it has."),
	FIELDS_END,
};
static const struct shape extend_shape = { sizeof(struct extend), extend_fields };

static const struct field extend_in_fields[] = {
	PATH_PROJECT(struct extend_in, project),
	PATH_VOLUME(struct extend_in, volume),
	OBJECT(struct extend_in, extend, "os-extend", .of = &extend_shape, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

#define ROW_EXTEND_STATUS(reason) \
	{ reason, 400, "EVS.1064", "volume status must be available or in-use when extending!", NULL }
#define ROW_EXTEND_NOT_LARGER(reason) \
	{ reason, 400, "EVS.1015", "new volume Size must be greater than old Size!", NULL }
static const struct error_row extend_errors[] = {
	ROW_EVS_VOLUME_UNKNOWN,
	ROW_EVS_NOT_LISTED,
	{ REFUSE_PARAMETER_MISSING, 400, "EVS.1011", "null extendVolumeReq!", NULL },
	ROW_EVS_OVERDUE,
	{ REFUSE_DISK_MULTI_ATTACH_ONLINE, 400, "EVS.1065", "multiattach volume status must be available when extending!", NULL },
	ROW_EXTEND_STATUS(REFUSE_DISK_STATE),
	ROW_EXTEND_STATUS(REFUSE_DISK_RESIZING),
	ROW_EXTEND_STATUS(REFUSE_DISK_SNAPSHOTTING),
	ROWS_EVS_SERVER_LOCKED,
	{ REFUSE_INSTANCE_STATE, 400, "EVS.1066", "status of ECS or BMS does not support volume online extension!", NULL },
	ROW_EXTEND_NOT_LARGER(REFUSE_DISK_SAME_SIZE),
	ROW_EXTEND_NOT_LARGER(REFUSE_DISK_SHRINKS),
	{ REFUSE_DISK_TOO_LARGE, 400, "EVS.1010", "invalid volume size!", NULL },
	ROWS_END,
};

static bool extend_run(struct call *call, const void *in_, void *out_)
{
	const struct extend_in *in = in_;
	struct rest_job_out *out = out_;
	struct disk_resize_args args = { .disk = in->volume, .size_gib = in->extend.size.value };

	if (!call_verb(call, disk_resize(&call->work, &args)))
		return false;
	out->job = evs_job(call, "extendVolume", in->volume);
	return true;
}

const struct operation huawei_evs_resize_volume = {
	.product = "evs",
	.version = "v2.1",
	.name = "evs.ResizeVolume",
	.method = "POST",
	.path = "/v2.1/{project_id}/cloudvolumes/{volume_id}/action",
	.also = "/v2/{project_id}/cloudvolumes/{volume_id}/action",
	.success = 202,
	.mode = OPERATION_WRITE,
	.permission = "evs:volumes:extend",
	.resource = "volume/{volume_id}",
	.in = { sizeof(struct extend_in), extend_in_fields },
	.out = { sizeof(struct rest_job_out), rest_job_fields },
	.errors = extend_errors,
	.common = rest_evs_errors,
	.opens_jobs = true,
	.run = extend_run,
	.doc = "Makes a volume larger. Answers with a job.",
};
