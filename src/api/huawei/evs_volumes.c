/* EVS: making and showing volumes. */
#include "api/huawei/evs.h"
#include "base/text.h"
#include "core/client_job.h"
#include "core/disk.h"

#define VOLUMES_MAX 100
#define TAGS_MAX    20

struct volume_in {
	const char *zone, *type, *name, *description, *snapshot, *image, *backup, *enterprise_project;
	struct opt_int size, count, iops, throughput;
	struct opt_bool multiattach;
	struct pairs metadata, tags;
};

struct order {
	const char *charging;
};

struct create_in {
	const char *project, *client_token, *server;
	struct volume_in volume;
	struct order order;
};

struct create_out {
	const char *job;
	struct texts volumes;
};

struct show_out {
	struct volume_item volume;
};

/* ---- create ---- */

#define BAD(row, code, message) static const struct error_row row = { REFUSE_FIELD, 400, code, message, NULL }
BAD(bad_count, "EVS.1021", "the quantity of volume is invalid!");
BAD(bad_multiattach, "EVS.1054", "invalid shareable parameter!");
BAD(bad_metadata, "EVS.1005", "size of metadata is too large!");
BAD(bad_tags, "EVS.1061", "The Volume Tags is Exceed Max Limit Num.");
BAD(bad_order, "EVS.2147", "invalid bssParam.");

static const char *const charging_words[] = { "postPaid", NULL };

#define V struct volume_in
static const struct field volume_fields[] = {
	TEXT(V, zone, "availability_zone", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(V, type, "volume_type", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "SAS, SSD, GPSSD, ESSD or SATA."),
	OPT_INT(V, size, "size", .min = 1, .max = 32768, .bad = &evs_bad_size, .doc = "GiB; may be absent with a snapshot."),
	EVS_NAME(V, name),
	EVS_DESCRIPTION(V, description),
	OPT_INT(V, count, "count", .min = 1, .max = VOLUMES_MAX, .bad = &bad_count),
	OPT_BOOL(V, multiattach, "multiattach", .bad = &bad_multiattach),
	TEXT(V, snapshot, "snapshot_id"),
	TEXT(V, image, "imageRef", .doc = "It holds the image, and can be booted from."),
	TEXT(V, backup, "backup_id", .doc = "There are no backups."),
	OPT_INT(V, iops, "iops", .flags = FIELD_ACCEPTED),
	OPT_INT(V, throughput, "throughput", .flags = FIELD_ACCEPTED),
	PAIRS(V, metadata, "metadata", .bad = &bad_metadata, .doc = "hw:passthrough `true`: SCSI; __system__encrypted `1` with __system__cmkid."),
	PAIRS(V, tags, "tags", .max = TAGS_MAX, .bad = &bad_tags),
	TEXT(V, enterprise_project, "enterprise_project_id"),
	FIELDS_END,
};
static const struct shape volume_in_shape = { sizeof(V), volume_fields };
#undef V

static const struct field order_fields[] = {
	TEXT(struct order, charging, "chargingMode", .values = charging_words, .bad = &bad_order),
	FIELDS_END,
};
static const struct shape order_shape = { sizeof(struct order), order_fields };

static const struct field create_in_fields[] = {
	PATH_PROJECT(struct create_in, project),
	TEXT(struct create_in, client_token, "X-Client-Token", .flags = FIELD_HEADER | FIELD_CLIENT_TOKEN),
	OBJECT(struct create_in, volume, "volume", .of = &volume_in_shape, .flags = FIELD_REQUIRED),
	TEXT(struct create_in, server, "server_id", .doc = "The volumes are attached to this server once they are made."),
	OBJECT(struct create_in, order, "bssParam", .of = &order_shape),
	FIELDS_END,
};

static const struct field create_out_fields[] = {
	TEXT(struct create_out, job, "job_id"),
	TEXTS(struct create_out, volumes, "volume_ids"),
	FIELDS_END,
};

#define ROW_ATTACH(reason) { reason, 400, "EVS.2134", "call ecs api - attach volume fail.", NULL }
static const struct error_row create_errors[] = {
	ROW_EVS_METADATA,
	{ REFUSE_PARAMETER_CONFLICT, 400, "EVS.1016",
	  "Invalid input received: May specify only one of imageRef, snapshot_id, backup_id!", NULL },
	{ REFUSE_BACKUP_UNKNOWN, 404, "EVS.5404", "Backup %s could not be found.", NULL },
	{ REFUSE_DISK_PASSTHROUGH, 400, "EVS.1057", "invalid hw:passthrough in metadata!", NULL },
	{ REFUSE_DISK_ENCRYPTION, 400, "EVS.2041", "The encrypt Param is invalid!", NULL },
	{ REFUSE_SNAPSHOT_ENCRYPTION, 400, "EVS.1043",
	  "encrypt and cmk and passthrougth in metadata is not support when create volume from snapshot or image!", NULL },
	{ REFUSE_TAG_KEY, 400, "EVS.1062", "invalid tag!", NULL },
	{ REFUSE_INSTANCE_UNKNOWN, 400, "EVS.2131", "Query server info from ecs fail", NULL },
	{ REFUSE_ZONE_UNKNOWN, 400, "EVS.1036", "invalid availability zone!", NULL },
	ROW_ATTACH(REFUSE_ZONE_MISMATCH),
	ROW_ATTACH(REFUSE_DISK_NOT_SCSI),
	ROW_EVS_NOT_LISTED,
	ROW_EVS_SNAPSHOT_UNKNOWN,
	{ REFUSE_SNAPSHOT_NOT_READY, 400, "EVS.2043", "The status of snapshot is not available or backing-up.", NULL },
	{ REFUSE_IMAGE_UNKNOWN, 400, "EVS.5400", "Invalid imageRef provided.", NULL },
	{ REFUSE_DISK_SIZE_MISSING, 400, "EVS.1010", "invalid volume size!", NULL },
	{ REFUSE_DISK_CATEGORY, 400, "EVS.1020", "invalid volume type!", NULL },
	{ REFUSE_SNAPSHOT_CATEGORY, 400, "EVS.2096", "Target volumeType is not matched with snapshot[%s] !", NULL },
	{ REFUSE_DISK_SIZE, 400, "EVS.1010", "invalid volume size!", NULL },
	{ REFUSE_SYSTEM_DISK_BELOW_IMAGE, 400, "EVS.1010", "invalid volume size!", NULL },
	{ REFUSE_DISK_MULTI_ATTACH_BOOT, 400, "EVS.2094", "system image is not support to create  Multiattach/shareable volume !",
	  NULL },
	ROW_ATTACH(REFUSE_DISK_MULTI_ATTACH_INSTANCE),
	ROW_ATTACH(REFUSE_INSTANCE_LOCKED_SECURITY),
	ROW_ATTACH(REFUSE_INSTANCE_LOCKED_FINANCIAL),
	ROW_ATTACH(REFUSE_INSTANCE_STATE),
	ROW_ATTACH(REFUSE_INSTANCE_NO_HOT_PLUG),
	ROW_ATTACH(REFUSE_INSTANCE_DISK_LIMIT),
	ROWS_END,
};

static struct disk_create_args args_of(struct call *call, const struct create_in *request)
{
	const struct volume_in *in = &request->volume;
	const char *encrypted = volume_pair(&in->metadata, "__system__encrypted");

	return (struct disk_create_args){
		.zone = in->zone,
		.instance = text_empty(request->server) ? NULL : request->server,
		.category = in->type,
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
		.resource_group = text_equal(in->enterprise_project, "0") ? NULL : in->enterprise_project,
		.tags = volume_pairs_as_tags(call, &in->tags),
		.n_tags = in->tags.n,
	};
}

static bool is_word_of(const char *value, const char *yes, const char *no)
{
	return !value || text_equal_nocase(value, yes) || text_equal_nocase(value, no);
}

/* What metadata ask for of the volume, and of what else it is made. */
static bool check_metadata(struct call *call, const struct volume_in *in)
{
	const char *encrypted = volume_pair(&in->metadata, "__system__encrypted");
	const char *key = volume_pair(&in->metadata, "__system__cmkid");
	const char *passthrough = volume_pair(&in->metadata, "hw:passthrough");
	bool copied = !text_empty(in->snapshot) || !text_empty(in->image);

	if (!is_word_of(passthrough, "true", "false"))
		return call_refuse(call, REFUSE_DISK_PASSTHROUGH, passthrough);
	if (!is_word_of(encrypted, "1", "0") || (text_equal(encrypted, "1") && text_empty(key)))
		return call_refuse(call, REFUSE_DISK_ENCRYPTION, encrypted);
	if (copied && (encrypted || key || passthrough))
		return call_refuse(call, REFUSE_SNAPSHOT_ENCRYPTION, in->snapshot);
	return true;
}

static bool check_request(struct call *call, const struct volume_in *in)
{
	int sources = !text_empty(in->snapshot) + !text_empty(in->image) + !text_empty(in->backup);
	size_t i;

	if (sources > 1)
		return call_refuse(call, REFUSE_PARAMETER_CONFLICT, NULL);
	if (!text_empty(in->backup))
		return call_refuse(call, REFUSE_BACKUP_UNKNOWN, in->backup);
	for (i = 0; i < in->tags.n; i++) {
		if (!evs_tag_fits(in->tags.items[i].name, in->tags.items[i].value))
			return call_refuse(call, REFUSE_TAG_KEY, in->tags.items[i].name);
	}
	return check_metadata(call, in);
}

static bool create_run(struct call *call, const void *in_, void *out_)
{
	const struct create_in *in = in_;
	struct create_out *out = out_;
	struct disk_create_args args = args_of(call, in);
	size_t count = in->volume.count.is == GIVEN ? (size_t)in->volume.count.value : 1;
	const char **ids = arena_array(call_work_arena(call), const char *, count);
	size_t i;

	args.metadata = volume_own_metadata(call, &in->volume.metadata, &args.n_metadata);
	if (!check_request(call, &in->volume))
		return false;
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
	.also = "/v2/{project_id}/cloudvolumes",
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

static const struct field show_out_fields[] = {
	OBJECT(struct show_out, volume, "volume", .of = &volume_shape),
	FIELDS_END,
};

static const struct error_row show_errors[] = {
	ROW_EVS_VOLUME_UNKNOWN,
	ROWS_END,
};

static bool show_run(struct call *call, const void *in_, void *out_)
{
	const struct evs_volume_in *in = in_;
	struct show_out *out = out_;
	struct disk disk;

	if (!evs_find_volume(call, in->volume, &disk))
		return false;
	out->volume = volume_show(call, &disk);
	return true;
}

const struct operation huawei_evs_show_volume = {
	.product = "evs",
	.version = "v2",
	.name = "evs.ShowVolume",
	.method = "GET",
	.path = "/v2/{project_id}/cloudvolumes/{volume_id}",
	.also = "/v3/{project_id}/cloudvolumes/{volume_id}",
	.mode = OPERATION_READ,
	.permission = "evs:volumes:get",
	.resource = "volume/{volume_id}",
	.in = { sizeof(struct evs_volume_in), evs_volume_in_fields },
	.out = { sizeof(struct show_out), show_out_fields },
	.errors = show_errors,
	.common = rest_evs_errors,
	.run = show_run,
	.doc = "Shows a volume.",
};
