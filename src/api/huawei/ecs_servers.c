/* ECS: one server. */
#include "api/huawei/server.h"

struct server_in {
	const char *project, *server;
};

struct server_out {
	struct server_item server;
};

static const struct field in_fields[] = {
	PATH_PROJECT(struct server_in, project),
	PATH_SERVER(struct server_in, server),
	FIELDS_END,
};

static const struct field out_fields[] = {
	OBJECT(struct server_out, server, "server", .of = &server_shape),
	FIELDS_END,
};

static const struct error_row show_errors[] = {
	ROW_ECS_SERVER_UNKNOWN,
	ROWS_END,
};

static bool show_run(struct call *call, const void *in_, void *out_)
{
	const struct server_in *in = in_;
	struct server_out *out = out_;
	struct instance instance;

	if (!find_instance(&call->work, in->server, &instance) || instance.kind != MACHINE_VIRTUAL)
		return call_refuse(call, REFUSE_INSTANCE_UNKNOWN, in->server);
	out->server = server_show(call, &instance);
	return true;
}

const struct operation huawei_ecs_show_server = {
	.product = "ecs",
	.version = "v1",
	.name = "ecs.ShowServer",
	.method = "GET",
	.path = "/v1/{project_id}/cloudservers/{server_id}",
	.mode = OPERATION_READ,
	.permission = "ecs:cloudServers:get",
	.resource = "instance/{server_id}",
	.in = { sizeof(struct server_in), in_fields },
	.out = { sizeof(struct server_out), out_fields },
	.errors = show_errors,
	.common = rest_ecs_errors,
	.run = show_run,
	.doc = "Shows a server.",
};
