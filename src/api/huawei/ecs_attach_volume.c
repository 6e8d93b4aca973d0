/* ECS: attaching a volume, or only asking whether that could be done. */
#include "api/huawei/ecs_volumes.h"
#include "base/text.h"
#include "core/attachment.h"

#define COUNT_MAX 59 /* disks; more fit into no server */

struct volume_attachment_in {
	const char *device, *volume, *volume_type;
	struct opt_int count;
	struct opt_bool scsi;
};

struct attach_in {
	const char *project, *server;
	struct volume_attachment_in attachment;
	struct opt_bool dry_run;
};

#define A struct volume_attachment_in
static const struct field attachment_fields[] = {
	TEXT(A, volume, "volumeId", .doc = "Needed, but for a dry_run that names a volume_type."),
	TEXT(A, device, "device", .max = 32, .doc = "/dev/vdb or /dev/sdb, and so on; the first free one if absent."),
	TEXT(A, volume_type, "volume_type", .doc = "Of a dry_run without a volume: whether `count` new ones of it could be attached."),
	OPT_INT(A, count, "count", .min = 1, .max = COUNT_MAX, .doc = "Default 1."),
	OPT_BOOL(A, scsi, "hw:passthrough"),
	FIELDS_END,
};
static const struct shape attachment_shape = { sizeof(A), attachment_fields };
#undef A

static const struct field attach_in_fields[] = {
	PATH_PROJECT(struct attach_in, project),
	PATH_SERVER(struct attach_in, server),
	OBJECT(struct attach_in, attachment, "volumeAttachment", .of = &attachment_shape, .flags = FIELD_REQUIRED),
	OPT_BOOL(struct attach_in, dry_run, "dry_run", .flags = FIELD_DRY_RUN),
	FIELDS_END,
};

static const struct error_row errors[] = {
	ROWS_ECS_ATTACH,
	{ REFUSE_DISK_CATEGORY, 400, "Ecs.0043", "The disk type does not exist.", NULL },
	{ REFUSE_DISK_NOT_BOOTABLE, 400, "Ecs.0005", ECS_INVALID, "Cleat" },
	{ REFUSE_INSTANCE_HAS_SYSTEM_DISK, 400, "Ecs.0005", ECS_INVALID, "Cleat" },
	{ REFUSE_INSTANCE_NOT_ORIGIN, 400, "Ecs.0017", ECS_NOT_MET, NULL },
	ROWS_END,
};

/* The attach that is not made is only asked for: dispatch.c undoes a dry run that came through, too. */
static bool look_for_room(struct call *call, const struct attach_in *in)
{
	const struct volume_attachment_in *wanted = &in->attachment;
	struct attach_room_args args = {
		.instance = in->server,
		.category = wanted->volume_type,
		.count = wanted->count.is == GIVEN ? wanted->count.value : 1,
		.scsi = wanted->scsi.value,
	};

	return call_verb(call, disk_attach_room(&call->work, &args));
}

static bool attach_run(struct call *call, const void *in_, void *out_)
{
	const struct attach_in *in = in_;
	struct rest_job_out *out = out_;

	if (text_empty(in->attachment.volume)) {
		if (!in->dry_run.value || text_empty(in->attachment.volume_type))
			return call_refuse(call, REFUSE_PARAMETER_MISSING, "volumeAttachment.volumeId");
		return look_for_room(call, in);
	}
	if (!ecs_attach(call, in->server, in->attachment.volume, in->attachment.device))
		return false;
	out->job = ecs_volume_job(call, "attachVolume", in->server, in->attachment.volume, NULL);
	return true;
}

const struct operation huawei_ecs_attach_volume = {
	.product = "ecs",
	.version = "v1",
	.name = "ecs.AttachServerVolume",
	.method = "POST",
	.path = "/v1/{project_id}/cloudservers/{server_id}/attachvolume",
	.mode = OPERATION_WRITE,
	.permission = "ecs:cloudServers:attach",
	.resource = "instance/{server_id}",
	.in = { sizeof(struct attach_in), attach_in_fields },
	.out = { sizeof(struct rest_job_out), rest_job_fields },
	.errors = errors,
	.common = rest_ecs_errors,
	.opens_jobs = true,
	.run = attach_run,
	.doc = "Attaches a volume to a server. Answers with a job.",
};
