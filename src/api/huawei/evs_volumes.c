/* EVS: making and showing volumes. */
#include "api/huawei/volume.h"
#include "base/text.h"
#include "core/client_job.h"
#include "core/disk.h"

#define VOLUMES_MAX 100
#define TAGS_MAX    20

struct volume_in {
	const char *zone, *type, *name, *description, *snapshot, *enterprise_project;
	struct opt_int size, count;
	struct opt_bool multiattach;
	struct pairs metadata, tags;
};

struct create_in {
	const char *project, *client_token;
	struct volume_in volume;
};

struct create_out {
	const char *job;
	struct texts volumes;
};

struct show_in {
	const char *project, *volume;
};

struct show_out {
	struct volume_item volume;
};

/* ---- create ---- */

#define V struct volume_in
static const struct field volume_fields[] = {
	TEXT(V, zone, "availability_zone", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(V, type, "volume_type", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "SAS, SSD, GPSSD, ESSD or SATA."),
	OPT_INT(V, size, "size", .min = 1, .max = 32768, .doc = "GiB; may be absent with a snapshot."),
	TEXT(V, name, "name", .max = 255),
	TEXT(V, description, "description", .max = 255),
	OPT_INT(V, count, "count", .min = 1, .max = VOLUMES_MAX),
	OPT_BOOL(V, multiattach, "multiattach"),
	TEXT(V, snapshot, "snapshot_id"),
	PAIRS(V, metadata, "metadata", .doc = "hw:passthrough `true`: SCSI; __system__encrypted `1` with __system__cmkid."),
	PAIRS(V, tags, "tags", .max = TAGS_MAX),
	TEXT(V, enterprise_project, "enterprise_project_id"),
	FIELDS_END,
};
static const struct shape volume_in_shape = { sizeof(V), volume_fields };
#undef V

static const struct field create_in_fields[] = {
	PATH_PROJECT(struct create_in, project),
	TEXT(struct create_in, client_token, "X-Client-Token", .flags = FIELD_HEADER | FIELD_CLIENT_TOKEN),
	OBJECT(struct create_in, volume, "volume", .of = &volume_in_shape, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

static const struct field create_out_fields[] = {
	TEXT(struct create_out, job, "job_id"),
	TEXTS(struct create_out, volumes, "volume_ids"),
	FIELDS_END,
};

#define EVS_INVALID(reason) { reason, 400, "EVS.5400", "Malformed request body or url.", "Cleat" }
static const struct error_row create_errors[] = {
	EVS_INVALID(REFUSE_ZONE_UNKNOWN),
	EVS_INVALID(REFUSE_DISK_SIZE),
	EVS_INVALID(REFUSE_DISK_SIZE_MISSING),
	EVS_INVALID(REFUSE_DISK_CATEGORY),
	EVS_INVALID(REFUSE_SNAPSHOT_NOT_READY),
	{ REFUSE_SNAPSHOT_UNKNOWN, 404, "EVS.5404", "Snapshot %s could not be found.", NULL },
	ROWS_END,
};

static const char *value_of(const struct pairs *pairs, const char *name)
{
	size_t i;

	for (i = 0; i < pairs->n; i++) {
		if (text_equal(pairs->items[i].name, name))
			return pairs->items[i].value;
	}
	return NULL;
}

static const struct tag *tags_of(struct call *call, const struct pairs *pairs)
{
	struct tag *tags = arena_array(call_work_arena(call), struct tag, pairs->n);
	size_t i;

	for (i = 0; i < pairs->n; i++)
		tags[i] = (struct tag){ .key = pairs->items[i].name, .value = pairs->items[i].value };
	return tags;
}

static struct disk_create_args args_of(struct call *call, const struct volume_in *in)
{
	const char *encrypted = value_of(&in->metadata, "__system__encrypted");

	return (struct disk_create_args){
		.zone = in->zone,
		.category = in->type,
		.name = in->name,
		.description = in->description,
		.size_given = in->size.is == GIVEN,
		.size_gib = in->size.value,
		.snapshot = in->snapshot,
		.multi_attach = in->multiattach.value,
		.scsi = text_equal_nocase(value_of(&in->metadata, "hw:passthrough"), "true"),
		.encrypted_given = encrypted != NULL,
		.encrypted = text_equal(encrypted, "1"),
		.kms_key = value_of(&in->metadata, "__system__cmkid"),
		.resource_group = in->enterprise_project,
		.tags = tags_of(call, &in->tags),
		.n_tags = in->tags.n,
	};
}

static bool create_run(struct call *call, const void *in_, void *out_)
{
	const struct create_in *in = in_;
	struct create_out *out = out_;
	struct disk_create_args args = args_of(call, &in->volume);
	size_t count = in->volume.count.is == GIVEN ? (size_t)in->volume.count.value : 1;
	const char **ids = arena_array(call_work_arena(call), const char *, count);
	size_t i;

	for (i = 0; i < count; i++) {
		/* Of several each gets a number (EVS page of creating, "count"). */
		if (count > 1 && !text_empty(in->volume.name))
			args.name = arena_printf(call_work_arena(call), "%s-%04zu", in->volume.name, i + 1);
		if (!call_verb(call, disk_create(&call->work, &args, &ids[i])))
			return false;
	}
	out->volumes = (struct texts){ ids, count };
	out->job = client_job_open(&call->work, &(struct client_job_args){
		.service = "evs",
		.type = count > 1 ? "batchCreateVolume" : "createVolume",
		.disk = count > 1 ? NULL : ids[0],
		.batch = count > 1,
	});
	return true;
}

const struct operation huawei_evs_create_volume = {
	.product = "evs",
	.version = "v2.1",
	.name = "evs.CreateVolume",
	.method = "POST",
	.path = "/v2.1/{project_id}/cloudvolumes",
	.success = 202,
	.mode = OPERATION_WRITE,
	.permission = "evs:volumes:create",
	.resource = "volume/*",
	.in = { sizeof(struct create_in), create_in_fields },
	.out = { sizeof(struct create_out), create_out_fields },
	.errors = create_errors,
	.common = rest_evs_errors,
	.opens_jobs = true,
	.run = create_run,
	.doc = "Makes volumes. Answers with a job and the ids.",
};

/* ---- show ---- */

static const struct field show_in_fields[] = {
	PATH_PROJECT(struct show_in, project),
	PATH_VOLUME(struct show_in, volume),
	FIELDS_END,
};

static const struct field show_out_fields[] = {
	OBJECT(struct show_out, volume, "volume", .of = &volume_shape),
	FIELDS_END,
};

static const struct error_row show_errors[] = {
	{ REFUSE_DISK_UNKNOWN, 404, "EVS.5404", "Volume %s could not be found.", NULL },
	ROWS_END,
};

static bool show_run(struct call *call, const void *in_, void *out_)
{
	const struct show_in *in = in_;
	struct show_out *out = out_;
	struct disk disk;

	if (!find_disk(&call->work, in->volume, &disk))
		return call_refuse(call, REFUSE_DISK_UNKNOWN, in->volume);
	out->volume = volume_show(call, &disk);
	return true;
}

const struct operation huawei_evs_show_volume = {
	.product = "evs",
	.version = "v2",
	.name = "evs.ShowVolume",
	.method = "GET",
	.path = "/v2/{project_id}/cloudvolumes/{volume_id}",
	.mode = OPERATION_READ,
	.permission = "evs:volumes:get",
	.resource = "volume/{volume_id}",
	.in = { sizeof(struct show_in), show_in_fields },
	.out = { sizeof(struct show_out), show_out_fields },
	.errors = show_errors,
	.common = rest_evs_errors,
	.run = show_run,
	.doc = "Shows a volume.",
};
