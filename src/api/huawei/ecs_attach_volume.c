/* ECS: attaching and detaching volumes. */
#include "api/huawei/device.h"
#include "api/huawei/rest.h"
#include "base/text.h"
#include "core/attachment.h"
#include "core/client_job.h"

/* ---- attach ---- */

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
	TEXT(A, volume, "volumeId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(A, device, "device", .max = 32, .doc = "/dev/vdb or /dev/sdb, and so on; the first free one if absent."),
	TEXT(A, volume_type, "volume_type", .flags = FIELD_ACCEPTED),
	OPT_INT(A, count, "count", .flags = FIELD_ACCEPTED),
	OPT_BOOL(A, scsi, "hw:passthrough", .flags = FIELD_ACCEPTED),
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

#define NOT_AVAILABLE "The disk can be attached to a server only if it exists and the state must be in the available. " \
                      "Make sure the disk state is available and try again."
static const struct error_row attach_errors[] = {
	ROW_ECS_SERVER_UNKNOWN,
	{ REFUSE_DISK_UNKNOWN, 400, "Ecs.0103", NOT_AVAILABLE, NULL },
	{ REFUSE_DEVICE_MALFORMED, 400, "Ecs.0005", "Invalid parameter values. Contact customer service.", "Cleat" },
	{ REFUSE_DEVICE_IN_USE, 400, "Ecs.0005", "Invalid parameter values. Contact customer service.", "Cleat" },
	{ REFUSE_DISK_NOT_SCSI, 400, "Ecs.0053", "Only SCSI data disks can be attached to the ECSs of this flavor.", NULL },
	{ REFUSE_DISK_BOOTABLE, 400, "Ecs.0103", NOT_AVAILABLE, "Cleat" },
	{ REFUSE_ZONE_MISMATCH, 400, "Ecs.0121",
	  "The disk cannot be attached to the ECS because the disk and the ECS are in different failure domains.", "Cleat" },
	{ REFUSE_DISK_OVERDUE, 400, "Ecs.0017",
	  "The status of the selected disk does not meet the attachment requirements on the ECS. Select an available disk for "
	  "attaching.", NULL },
	{ REFUSE_DISK_ATTACHED_HERE, 400, "Ecs.0057",
	  "The disk has already been attached to the ECS and you cannot repeatedly attach it.", NULL },
	{ REFUSE_DISK_STATE, 400, "Ecs.0103", NOT_AVAILABLE, NULL },
	ROW_ECS_LOCKED,
	ROW_ECS_LOCKED_FINANCIAL,
	ROW_ECS_SERVER_STATE,
	{ REFUSE_DISK_MULTI_ATTACH_LIMIT, 400, "Ecs.0017",
	  "The status of the selected disk does not meet the attachment requirements on the ECS. Select an available disk for "
	  "attaching.", "Cleat" },
	{ REFUSE_INSTANCE_DISK_LIMIT, 400, "Ecs.0104",
	  "The number of EVS disks that can be attached to the ECS exceeds the maximum number allowed. Decrease the number of "
	  "EVS disks to be attached and try again.", NULL },
	ROWS_END,
};

static const char *job_of(struct call *call, const char *type, const char *server, const char *volume, const char *follows)
{
	return client_job_open(&call->work, &(struct client_job_args){
		.service = "ecs",
		.type = type,
		.instance = server,
		.disk = volume,
		.follows = follows,
	});
}

static bool attach_run(struct call *call, const void *in_, void *out_)
{
	const struct attach_in *in = in_;
	struct rest_job_out *out = out_;
	struct attach_args args = {
		.instance = in->server,
		.disk = in->attachment.volume,
		.device = device_wanted(call_work_arena(call), in->attachment.device),
	};

	if (!call_verb(call, disk_attach(&call->work, &args)))
		return false;
	out->job = job_of(call, "attachVolume", in->server, in->attachment.volume, NULL);
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
	.errors = attach_errors,
	.common = rest_ecs_errors,
	.opens_jobs = true,
	.run = attach_run,
	.doc = "Attaches a volume to a server. Answers with a job.",
};

/* ---- detach ---- */

struct detach_in {
	const char *project, *server, *volume, *delete_flag;
};

static const char *const delete_flags[] = { "0", "1", NULL };

static const struct field detach_in_fields[] = {
	PATH_PROJECT(struct detach_in, project),
	PATH_SERVER(struct detach_in, server),
	PATH_VOLUME(struct detach_in, volume),
	TEXT(struct detach_in, delete_flag, "delete_flag", .values = delete_flags,
	     .doc = "`1`: a data disk that is no SCSI device is taken away whatever the guest does with it, and a detach of it that "
	            "is under way is hastened. Default `0`."),
	FIELDS_END,
};

static const struct error_row detach_errors[] = {
	ROW_ECS_SERVER_UNKNOWN,
	{ REFUSE_DISK_UNKNOWN, 400, "Ecs.0111",
	  "The EVS disk has been detached from the ECS. Refresh the disk list and check the disk.", NULL },
	{ REFUSE_DISK_NOT_ATTACHED, 400, "Ecs.0111",
	  "The EVS disk has been detached from the ECS. Refresh the disk list and check the disk.", NULL },
	{ REFUSE_DISK_ATTACHED_ELSEWHERE, 400, "Ecs.0111",
	  "The EVS disk has been detached from the ECS. Refresh the disk list and check the disk.", NULL },
	/* Not Ecs.0111: clients take that for detached. */
	{ REFUSE_DISK_DETACHING, 400, "Ecs.1000",
	  "{\"badRequest\": {\"message\": \"Invalid volume: Invalid input received: Invalid volume: Unable to detach volume. "
	  "Volume %s status must be 'in-use'.\", \"code\": 400}}", "Cleat" },
	{ REFUSE_DISK_STATE, 400, "Ecs.1000",
	  "{\"badRequest\": {\"message\": \"Invalid volume: Invalid input received: Invalid volume: Unable to detach volume. "
	  "Volume %s status must be 'in-use'.\", \"code\": 400}}", "Cleat" },
	ROW_ECS_LOCKED,
	ROW_ECS_LOCKED_FINANCIAL,
	{ REFUSE_SYSTEM_DISK_ONLINE, 400, "Ecs.0102",
	  "The data disk is currently unresponsive. Try again later or contact customer service.", NULL },
	ROW_ECS_SERVER_STATE,
	ROWS_END,
};

static bool detach_run(struct call *call, const void *in_, void *out_)
{
	const struct detach_in *in = in_;
	struct rest_job_out *out = out_;
	const char *hastened = NULL;
	struct detach_args args = {
		.instance = in->server,
		.disk = in->volume,
		.force = text_equal(in->delete_flag, "1"),
		.ret_hastened = &hastened,
	};

	if (!call_verb(call, disk_detach(&call->work, &args)))
		return false;
	out->job = job_of(call, "detachVolume", in->server, in->volume, hastened);
	return true;
}

const struct operation huawei_ecs_detach_volume = {
	.product = "ecs",
	.version = "v1",
	.name = "ecs.DetachServerVolume",
	.method = "DELETE",
	.path = "/v1/{project_id}/cloudservers/{server_id}/detachvolume/{volume_id}",
	.mode = OPERATION_WRITE,
	.permission = "ecs:cloudServers:detachVolume",
	.resource = "instance/{server_id}",
	.in = { sizeof(struct detach_in), detach_in_fields },
	.out = { sizeof(struct rest_job_out), rest_job_fields },
	.errors = detach_errors,
	.common = rest_ecs_errors,
	.opens_jobs = true,
	.run = detach_run,
	.doc = "Detaches a volume from a server. Answers with a job, which is RUNNING from its begin.",
};
