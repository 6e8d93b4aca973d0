/* ECS: the volumes of a server, as Nova shows them. */
#include "api/huawei/volume_attachment.h"

struct list_in {
	const char *project, *server;
};

static const struct field list_in_fields[] = {
	PATH_PROJECT(struct list_in, project),
	PATH_SERVER(struct list_in, server),
	FIELDS_END,
};

static const struct error_row list_errors[] = {
	ROW_ECS_SERVER_UNKNOWN,
	ROWS_END,
};

static bool list_run(struct call *call, const void *in_, void *out_)
{
	const struct list_in *in = in_;
	struct volume_attachments_out *out = out_;
	struct instance instance;

	if (!find_instance(&call->work, in->server, &instance) || instance.kind != MACHINE_VIRTUAL)
		return call_refuse(call, REFUSE_INSTANCE_UNKNOWN, in->server);
	out->attachments = volume_attachments_of(call, &instance, VOLUME_ATTACHMENTS_FAST);
	return true;
}

const struct operation huawei_ecs_list_volume_attachments = {
	.product = "ecs",
	.version = "v1",
	.name = "ecs.ListServerVolumeAttachments",
	.method = "GET",
	.path = "/v1/{project_id}/cloudservers/{server_id}/os-volume_attachments",
	.mode = OPERATION_READ,
	.permission = "ecs:cloudServers:get",
	.resource = "instance/{server_id}",
	.in = { sizeof(struct list_in), list_in_fields },
	.out = { sizeof(struct volume_attachments_out), volume_attachments_fields },
	.errors = list_errors,
	.common = rest_ecs_errors,
	.run = list_run,
	.doc = "Lists the volumes of a server.",
};
