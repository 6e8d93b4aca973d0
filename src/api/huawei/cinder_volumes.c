/* Volumes as Cinder's clients ask for them. */
#include "api/huawei/cinder.h"
#include "api/huawei/volume_list.h"
#include "base/text.h"
#include "core/catalogue.h"
#include "core/disk.h"
#include "core/disk_change.h"

struct volume_in {
	const char *project, *volume;
};

static const struct field volume_in_fields[] = {
	PATH_PROJECT(struct volume_in, project),
	PATH_VOLUME(struct volume_in, volume),
	FIELDS_END,
};

struct volume_out {
	struct volume_item volume;
};

static const struct field volume_out_fields[] = {
	OBJECT(struct volume_out, volume, "volume", .of = &volume_shape),
	FIELDS_END,
};

static const struct error_row unknown_errors[] = {
	ROW_CINDER_VOLUME_UNKNOWN,
	ROWS_END,
};

static bool find_volume(struct call *call, const char *id, struct disk *ret)
{
	return find_disk(&call->work, id, ret) || call_refuse(call, REFUSE_DISK_UNKNOWN, id);
}

static bool answer_volume(struct call *call, const char *id, void *out_)
{
	struct volume_out *out = out_;
	struct disk disk;

	if (!find_volume(call, id, &disk))
		return false;
	out->volume = volume_show(call, &disk);
	return true;
}

/* ---- create ---- */

struct new_volume {
	const char *zone, *type, *name, *description, *snapshot, *image, *source, *backup, *group;
	struct opt_int size;
	struct opt_bool multiattach;
	struct pairs metadata;
};

struct create_in {
	const char *project;
	struct new_volume volume;
};

#define N struct new_volume
static const struct field new_fields[] = {
	OPT_INT(N, size, "size", .min = 1, .max = 32768, .doc = "GiB."),
	TEXT(N, zone, "availability_zone", .doc = "Default: the region's first."),
	TEXT(N, type, "volume_type", .doc = "Id or name of a type; default SAS."),
	TEXT(N, name, "name", .max = CINDER_TEXT_MAX, .also = "display_name"),
	TEXT(N, description, "description", .max = CINDER_TEXT_MAX, .also = "display_description"),
	OPT_BOOL(N, multiattach, "multiattach"),
	TEXT(N, snapshot, "snapshot_id"),
	TEXT(N, image, "imageRef"),
	TEXT(N, source, "source_volid", .doc = "Is refused."),
	TEXT(N, backup, "backup_id", .doc = "There are no backups."),
	TEXT(N, group, "consistencygroup_id", .flags = FIELD_ACCEPTED),
	PAIRS(N, metadata, "metadata", .doc = "hw:passthrough `true`: SCSI; __system__encrypted `1` with __system__cmkid."),
	FIELDS_END,
};
#undef N
static const struct shape new_shape = { sizeof(struct new_volume), new_fields };

static const struct field create_in_fields[] = {
	PATH_PROJECT(struct create_in, project),
	OBJECT(struct create_in, volume, "volume", .of = &new_shape, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

static const struct error_row create_errors[] = {
	ROW_CINDER_METADATA,
	ROW_CINDER_BAD(REFUSE_PARAMETER_CONFLICT, "Invalid input received: Copying a volume is not supported."),
	{ REFUSE_BACKUP_UNKNOWN, 404, "itemNotFound", "Backup %s could not be found.", "Cinder" },
	ROW_CINDER_SNAPSHOT_UNKNOWN,
	ROW_CINDER_BAD(REFUSE_SNAPSHOT_NOT_READY, "Invalid snapshot: Originating snapshot status must be one of 'available' values"),
	ROW_CINDER_BAD(REFUSE_SNAPSHOT_CATEGORY,
	               "Invalid input received: Invalid volume_type provided. (requested type is not compatible; either match source "
	               "volume, or omit type argument)."),
	ROW_CINDER_BAD(REFUSE_SNAPSHOT_ENCRYPTION, "Invalid input received: The snapshot is encrypted."),
	ROW_CINDER_BAD(REFUSE_ZONE_UNKNOWN, "Invalid input received: Availability zone is invalid."),
	{ REFUSE_DISK_CATEGORY, 404, "itemNotFound", "Volume type with name or id could not be found.", "Cinder" },
	ROW_CINDER_BAD(REFUSE_DISK_SIZE_MISSING, "Invalid input received: Volume size must be given."),
	ROW_CINDER_BAD(REFUSE_DISK_SIZE, "Invalid input received: Volume size is out of the range of its type."),
	ROW_CINDER_BAD(REFUSE_IMAGE_UNKNOWN, "Invalid imageRef provided."),
	ROW_CINDER_BAD(REFUSE_SYSTEM_DISK_BELOW_IMAGE, "Invalid input received: Size of specified image is larger than volume size."),
	ROW_CINDER_BAD(REFUSE_DISK_MULTI_ATTACH_BOOT, "Invalid input received: A volume of an image cannot be shared."),
	ROWS_END,
};

static const char *zone_of(struct call *call, const char *given)
{
	const struct region *region = region_find(work_realm(&call->work), call->work.caller.tenant.region);

	return text_empty(given) && region ? zone_name(call_work_arena(call), region, region->zones[0]) : given;
}

static const char *type_of(struct call *call, const struct new_volume *in)
{
	const struct disk_category *category = text_empty(in->type) ? NULL : volume_type_of(call, in->type);
	struct snapshot snapshot;

	if (category || !text_empty(in->type))
		return category ? category->id : in->type;
	/* Where no type is said a copy is of its snapshot's. */
	return !text_empty(in->snapshot) && find_snapshot(&call->work, in->snapshot, &snapshot) ? snapshot.disk_category : NULL;
}

static bool create_run(struct call *call, const void *in_, void *out)
{
	const struct new_volume *in = &((const struct create_in *)in_)->volume;
	const char *encrypted = volume_pair(&in->metadata, "__system__encrypted");
	struct disk_create_args args = {
		.zone = zone_of(call, in->zone),
		.category = type_of(call, in),
		.name = in->name,
		.description = in->description,
		.size_given = in->size.is == GIVEN,
		.size_gib = in->size.value,
		.snapshot = in->snapshot,
		.image = in->image,
		.multi_attach = in->multiattach.value,
		.scsi = text_equal_nocase(volume_pair(&in->metadata, "hw:passthrough"), "true"),
		.encrypted_given = encrypted != NULL,
		.encrypted = text_equal(encrypted, "1"),
		.kms_key = volume_pair(&in->metadata, "__system__cmkid"),
	};
	const char *id;

	args.metadata = volume_own_metadata(call, &in->metadata, &args.n_metadata);
	if (!text_empty(in->source))
		return call_refuse(call, REFUSE_PARAMETER_CONFLICT, in->source);
	if (!text_empty(in->backup))
		return call_refuse(call, REFUSE_BACKUP_UNKNOWN, in->backup);
	return call_verb(call, disk_create(&call->work, &args, &id)) && answer_volume(call, id, out);
}

const struct operation huawei_cinder_create_volume = {
	.product = "cinder",
	.version = "v3",
	.name = "cinder.CreateVolume",
	.method = "POST",
	CINDER_PATHS("volumes"),
	.success = 202,
	.mode = OPERATION_WRITE,
	.permission = "evs:volumes:create",
	.resource = "volume/*",
	.in = { sizeof(struct create_in), create_in_fields },
	.out = { sizeof(struct volume_out), volume_out_fields },
	.errors = create_errors,
	.common = rest_cinder_errors,
	.opens_jobs = true,
	.run = create_run,
	.doc = "Makes a volume. Answers with it as it is then, creating.",
};

/* ---- show, list ---- */

static bool show_run(struct call *call, const void *in, void *out)
{
	return answer_volume(call, ((const struct volume_in *)in)->volume, out);
}

const struct operation huawei_cinder_show_volume = {
	.product = "cinder",
	.version = "v3",
	.name = "cinder.ShowVolume",
	.method = "GET",
	CINDER_PATHS("volumes/{volume_id}"),
	.mode = OPERATION_READ,
	.permission = "evs:volumes:get",
	.resource = "volume/{volume_id}",
	.in = { sizeof(struct volume_in), volume_in_fields },
	.out = { sizeof(struct volume_out), volume_out_fields },
	.errors = unknown_errors,
	.common = rest_cinder_errors,
	.run = show_run,
	.doc = "Shows a volume.",
};

#define L struct volume_list_in
static const struct field list_in_fields[] = {
	PATH_PROJECT(L, project),
	TEXT(L, marker, "marker"),
	OPT_INT(L, limit, "limit", .min = 0, .max = INT32_MAX),
	OPT_INT(L, offset, "offset", .min = 0, .max = INT32_MAX),
	TEXT(L, sort, "sort", .doc = "key:asc or key:desc."),
	TEXT(L, sort_key, "sort_key"),
	TEXT(L, sort_dir, "sort_dir"),
	TEXT(L, name, "name", .also = "display_name"),
	TEXT(L, status, "status"),
	TEXT(L, zone, "availability_zone"),
	TEXT(L, type, "volume_type"),
	TEXT(L, metadata, "metadata"),
	TEXT(L, id, "id"),
	OPT_BOOL(L, multiattach, "multiattach"),
	OPT_BOOL(L, bootable, "bootable"),
	TEXT(L, all_tenants, "all_tenants", .flags = FIELD_ACCEPTED, .doc = "Nothing of other projects is shown."),
	FIELDS_END,
};
#undef L

static const struct field list_out_fields[] = {
	ITEMS(struct volume_list, volumes, "volumes", .of = &volume_shape),
	ITEMS(struct volume_list, links, "volumes_links", .of = &volume_link_shape),
	FIELDS_END,
};

static const struct field brief_fields[] = {
	TEXT(struct volume_item, id, "id"),
	TEXT(struct volume_item, name, "name"),
	ITEMS(struct volume_item, links, "links", .of = &volume_link_shape),
	FIELDS_END,
};
static const struct shape brief_shape = { sizeof(struct volume_item), brief_fields };

static const struct field brief_out_fields[] = {
	ITEMS(struct volume_list, volumes, "volumes", .of = &brief_shape),
	ITEMS(struct volume_list, links, "volumes_links", .of = &volume_link_shape),
	FIELDS_END,
};

static const struct error_row list_errors[] = {
	ROW_CINDER_BAD(REFUSE_FORMAT, "Invalid input for query parameters %s."),
	ROWS_END,
};

static bool list_run(struct call *call, const void *in, void *out)
{
	return volume_list(call, in, out);
}

#define LIST_OPERATION(symbol, called, tail, fields_out, text)         \
	const struct operation symbol = {                              \
		.product = "cinder",                                   \
		.version = "v3",                                       \
		.name = called,                                        \
		.method = "GET",                                       \
		CINDER_PATHS(tail),                                    \
		.mode = OPERATION_READ,                                \
		.permission = "evs:volumes:list",                      \
		.resource = "volume/*",                                \
		.in = { sizeof(struct volume_list_in), list_in_fields }, \
		.out = { sizeof(struct volume_list), fields_out },     \
		.errors = list_errors,                                 \
		.common = rest_cinder_errors,                          \
		.run = list_run,                                       \
		.doc = text,                                           \
	}
LIST_OPERATION(huawei_cinder_list_volumes, "cinder.ListVolumes", "volumes", brief_out_fields, "Lists volumes by name.");
LIST_OPERATION(huawei_cinder_list_volumes_details, "cinder.ListVolumesDetails", "volumes/detail", list_out_fields,
               "Lists volumes with all that is known of them.");

/* ---- update ---- */

struct change {
	const char *name, *description;
};

struct update_in {
	const char *project, *volume;
	struct change to;
};

static const struct field change_fields[] = {
	TEXT(struct change, name, "name", .max = CINDER_TEXT_MAX, .also = "display_name"),
	TEXT(struct change, description, "description", .max = CINDER_TEXT_MAX, .also = "display_description"),
	FIELDS_END,
};
static const struct shape change_shape = { sizeof(struct change), change_fields };

static const struct field update_in_fields[] = {
	PATH_PROJECT(struct update_in, project),
	PATH_VOLUME(struct update_in, volume),
	OBJECT(struct update_in, to, "volume", .of = &change_shape, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

static const struct error_row update_errors[] = {
	ROW_CINDER_VOLUME_UNKNOWN,
	ROW_CINDER_BAD(REFUSE_DISK_STATE, "Invalid volume: Volume is being made or deleted."),
	ROW_CINDER_BAD(REFUSE_NOTHING_TO_CHANGE, "Invalid input for field/attribute volume."),
	ROWS_END,
};

static bool update_run(struct call *call, const void *in_, void *out)
{
	const struct update_in *in = in_;
	struct disk_modify_args args = {
		.disks = &in->volume,
		.n_disks = 1,
		.name = in->to.name,
		.description = in->to.description,
		.delete_with_instance = -1,
		.delete_auto_snapshot = -1,
		.enable_auto_snapshot = -1,
		.bursting = -1,
	};

	return call_verb(call, disk_modify(&call->work, &args)) && answer_volume(call, in->volume, out);
}

const struct operation huawei_cinder_update_volume = {
	.product = "cinder",
	.version = "v3",
	.name = "cinder.UpdateVolume",
	.method = "PUT",
	CINDER_PATHS("volumes/{volume_id}"),
	.mode = OPERATION_WRITE,
	.permission = "evs:volumes:update",
	.resource = "volume/{volume_id}",
	.in = { sizeof(struct update_in), update_in_fields },
	.out = { sizeof(struct volume_out), volume_out_fields },
	.errors = update_errors,
	.common = rest_cinder_errors,
	.run = update_run,
	.doc = "Gives a volume another name or description.",
};

/* ---- delete ---- */

struct delete_in {
	const char *project, *volume;
	struct opt_bool cascade, force;
};

static const struct field delete_in_fields[] = {
	PATH_PROJECT(struct delete_in, project),
	PATH_VOLUME(struct delete_in, volume),
	OPT_BOOL(struct delete_in, cascade, "cascade", .doc = "true: its snapshots are deleted with it; otherwise it must have none."),
	OPT_BOOL(struct delete_in, force, "force", .flags = FIELD_ACCEPTED),
	FIELDS_END,
};

#define DELETE_STATUS                                                                                                          \
	"Invalid volume: Volume status must be available or error or error_restoring or error_extending or error_managing and " \
	"must not be migrating, attached, belong to a group, have snapshots, awaiting a transfer, or be disassociated from "    \
	"snapshots after volume transfer."
static const struct error_row delete_errors[] = {
	ROW_CINDER_VOLUME_UNKNOWN,
	ROW_CINDER_BAD(REFUSE_DISK_STATE, DELETE_STATUS),
	ROW_CINDER_BAD(REFUSE_SNAPSHOT_HAS_DISKS, DELETE_STATUS),
	ROW_CINDER_BAD(REFUSE_DISK_SNAPSHOTTING, DELETE_STATUS),
	{ REFUSE_DISK_NOT_PORTABLE, 403, "forbidden", "Policy check failed.", "Cinder" },
	ROWS_END,
};

static int64_t count_snapshots(struct call *call, const char *volume)
{
	struct snapshot_filter filter = SNAPSHOT_FILTER_ANY;

	filter.disk = volume;
	filter.not_state = SNAPSHOT_DELETING;
	return snapshot_count(call->work.txn, &filter);
}

static bool delete_run(struct call *call, const void *in_, void *out)
{
	const struct delete_in *in = in_;
	struct disk disk;

	(void)out;
	if (!find_volume(call, in->volume, &disk))
		return false;
	if (!in->cascade.value && count_snapshots(call, in->volume))
		return call_refuse(call, REFUSE_SNAPSHOT_HAS_DISKS, in->volume);
	return call_verb(call, disk_delete_verb(&call->work, in->volume));
}

const struct operation huawei_cinder_delete_volume = {
	.product = "cinder",
	.version = "v3",
	.name = "cinder.DeleteVolume",
	.method = "DELETE",
	CINDER_PATHS("volumes/{volume_id}"),
	.success = 202,
	.mode = OPERATION_WRITE,
	.permission = "evs:volumes:delete",
	.resource = "volume/{volume_id}",
	.in = { sizeof(struct delete_in), delete_in_fields },
	.out = { sizeof(struct rest_nothing), rest_nothing_fields },
	.errors = delete_errors,
	.common = rest_cinder_errors,
	.opens_jobs = true,
	.run = delete_run,
	.doc = "Deletes a volume.",
};

/* ---- actions ---- */

struct extend {
	struct opt_int size;
};

struct action_in {
	const char *project, *volume;
	struct extend extend;
};

static const struct field extend_fields[] = {
	OPT_INT(struct extend, size, "new_size", .min = 1, .max = 32768, .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "GiB."),
	FIELDS_END,
};
static const struct shape extend_shape = { sizeof(struct extend), extend_fields };

static const struct field action_in_fields[] = {
	PATH_PROJECT(struct action_in, project),
	PATH_VOLUME(struct action_in, volume),
	OBJECT(struct action_in, extend, "os-extend", .of = &extend_shape, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

#define EXTEND_STATUS "Invalid volume: Volume %s status must be 'available' or 'in-use' to extend."
#define EXTEND_SIZE   "Invalid input received: New size for extend must be greater than current size."
static const struct error_row action_errors[] = {
	ROW_CINDER_VOLUME_UNKNOWN,
	{ REFUSE_DISK_OVERDUE, 403, "forbidden", "Policy check failed.", "Cinder" },
	ROW_CINDER_BAD(REFUSE_DISK_MULTI_ATTACH_ONLINE, EXTEND_STATUS),
	ROW_CINDER_BAD(REFUSE_DISK_STATE, EXTEND_STATUS),
	ROW_CINDER_BAD(REFUSE_DISK_RESIZING, EXTEND_STATUS),
	ROW_CINDER_BAD(REFUSE_DISK_SNAPSHOTTING, EXTEND_STATUS),
	ROW_CINDER_BAD(REFUSE_INSTANCE_LOCKED_SECURITY, EXTEND_STATUS),
	ROW_CINDER_BAD(REFUSE_INSTANCE_LOCKED_FINANCIAL, EXTEND_STATUS),
	ROW_CINDER_BAD(REFUSE_INSTANCE_STATE, EXTEND_STATUS),
	ROW_CINDER_BAD(REFUSE_DISK_SAME_SIZE, EXTEND_SIZE),
	ROW_CINDER_BAD(REFUSE_DISK_SHRINKS, EXTEND_SIZE),
	ROW_CINDER_BAD(REFUSE_DISK_TOO_LARGE, "Invalid input received: New size is out of the range of the volume's type."),
	ROWS_END,
};

static bool action_run(struct call *call, const void *in_, void *out)
{
	const struct action_in *in = in_;
	struct disk_resize_args args = { .disk = in->volume, .size_gib = in->extend.size.value };

	(void)out;
	return call_verb(call, disk_resize(&call->work, &args)) || cinder_refuse_of_volume(call, in->volume);
}

const struct operation huawei_cinder_volume_action = {
	.product = "cinder",
	.version = "v3",
	.name = "cinder.ExtendVolume",
	.method = "POST",
	CINDER_PATHS("volumes/{volume_id}/action"),
	.success = 202,
	.mode = OPERATION_WRITE,
	.permission = "evs:volumes:extend",
	.resource = "volume/{volume_id}",
	.in = { sizeof(struct action_in), action_in_fields },
	.out = { sizeof(struct rest_nothing), rest_nothing_fields },
	.errors = action_errors,
	.common = rest_cinder_errors,
	.opens_jobs = true,
	.run = action_run,
	.doc = "Makes a volume larger. There are no other actions.",
};
