/* ECS: detaching a volume. */
#include "api/huawei/ecs.h"
#include "api/huawei/ecs_volumes.h"
#include "base/text.h"
#include "core/attachment.h"

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

#define GONE "The EVS disk has been detached from the ECS. Refresh the disk list and check the disk."
#define BUSY                                                                                                    \
	"{\"badRequest\": {\"message\": \"Invalid volume: Invalid input received: Invalid volume: Unable to detach volume. " \
	"Volume %s status must be 'in-use'.\", \"code\": 400}}"
static const struct error_row detach_errors[] = {
	ROW_ECS_SERVER_UNKNOWN,
	{ REFUSE_DISK_UNKNOWN, 400, "Ecs.0111", GONE, NULL },
	{ REFUSE_NOT_IN_WHITE_LIST, 403, "Ecs.0003",
	  "You do not have permission to perform this operation. Contact customer service to obtain permission.", "Cleat" },
	{ REFUSE_DISK_BASE_IMAGE_LOST, 400, "Ecs.1000", BUSY, "Cleat" },
	{ REFUSE_DISK_NOT_ATTACHED, 400, "Ecs.0111", GONE, NULL },
	{ REFUSE_DISK_ATTACHED_ELSEWHERE, 400, "Ecs.0111", GONE, NULL },
	/* Not Ecs.0111: clients take that for detached. */
	{ REFUSE_DISK_DETACHING, 400, "Ecs.1000", BUSY, "Cleat" },
	{ REFUSE_DISK_STATE, 400, "Ecs.1000", BUSY, "Cleat" },
	ROW_ECS_LOCKED,
	{ REFUSE_SYSTEM_DISK_ONLINE, 400, "Ecs.0102",
	  "The data disk is currently unresponsive. Try again later or contact customer service.", NULL },
	ROW_ECS_SERVER_STATE,
	{ REFUSE_DISK_NOT_PORTABLE, 400, "Ecs.1000", BUSY, "Cleat" },
	{ REFUSE_INSTANCE_NO_HOT_UNPLUG, 400, "Ecs.0100",
	  "The ECS status does not meet requirements. Make the ECS in the required status and try again.", "Cleat" },
	ROWS_END,
};

static bool detach_run(struct call *call, const void *in_, void *out_)
{
	const struct detach_in *in = in_;
	struct rest_job_out *out = out_;
	const char *hastened = NULL;
	struct instance instance;
	struct detach_args args = {
		.instance = in->server,
		.disk = in->volume,
		.force = text_equal(in->delete_flag, "1"),
		.ret_hastened = &hastened,
	};

	if (!ecs_find_server(call, in->server, &instance) || !call_verb(call, disk_detach(&call->work, &args)))
		return false;
	out->job = ecs_volume_job(call, "detachVolume", in->server, in->volume, hastened);
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
