/* ECS: many servers at once, started, stopped, rebooted or deleted: all of them or none. */
#include "api/huawei/ecs.h"
#include "api/huawei/server_batch.h"
#include "base/text.h"

/* ---- tables ---- */

static const struct field stop_type_fields[] = {
	TEXT(struct server_many_in, type, "type", .values = server_power_types, .doc = "HARD: the guest is not asked. Default SOFT."),
	NAMED_SERVERS(struct server_many_in),
	FIELDS_END,
};
static const struct shape stop_type_shape = { sizeof(struct server_many_in), stop_type_fields };

static const struct field reboot_type_fields[] = {
	TEXT(struct server_many_in, type, "type", .values = server_power_types, .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY,
	     .doc = "HARD: the guest is not asked."),
	NAMED_SERVERS(struct server_many_in),
	FIELDS_END,
};
static const struct shape reboot_type_shape = { sizeof(struct server_many_in), reboot_type_fields };

static const struct error_row start_errors[] = {
	{ REFUSE_BATCH_EMPTY, 400, "Ecs.0005", ECS_INVALID, NULL },
	ROW_ECS_SERVER_UNKNOWN,
	ROW_ECS_SERVER_STATE,
	ROW_ECS_LOCKED,
	ROW_ECS_LOCKED_FINANCIAL,
	{ REFUSE_INSTANCE_NO_SYSTEM_DISK, 400, "Ecs.0105",
	  "No system disk found. Attach the system disk to the ECS and try again.", NULL },
	ROWS_END,
};

/* Of what is on. */
static const struct error_row power_errors[] = {
	{ REFUSE_BATCH_EMPTY, 400, "Ecs.0005", ECS_INVALID, NULL },
	ROW_ECS_SERVER_UNKNOWN,
	ROW_ECS_SERVER_STATE,
	ROW_ECS_LOCKED,
	ROW_ECS_LOCKED_FINANCIAL,
	ROWS_END,
};

static const struct error_row delete_errors[] = {
	{ REFUSE_BATCH_EMPTY, 400, "Ecs.0005", ECS_INVALID, NULL },
	ROW_ECS_SERVER_UNKNOWN,
	ROW_ECS_SERVER_STATE,
	{ REFUSE_INSTANCE_BUILDING, 400, "Ecs.0100",
	  "The ECS status does not meet requirements. Make the ECS in the required status and try again.", "Cleat" },
	{ REFUSE_INSTANCE_PROTECTED, 400, "Ecs.0605", "ECS locked.", "Cleat" },
	ROWS_END,
};

/* ---- run ---- */

static bool operate(struct call *call, struct instance_batch_args *args, const struct items *servers, const char *type,
                    struct rest_job_out *out)
{
	return server_batch(call, args, servers, ecs_find_server,
	                    &(struct client_job_args){ .service = "ecs", .type = type, .batch = true }, out);
}

static bool is_hard(const struct server_many_in *many)
{
	return text_equal(many->type, "HARD");
}

static bool start_run(struct call *call, const void *in_, void *out)
{
	const struct server_power_in *in = in_;

	return operate(call, &(struct instance_batch_args){ .verb = BATCH_START }, &in->many.servers, "startServer", out);
}

static bool stop_run(struct call *call, const void *in_, void *out)
{
	const struct server_power_in *in = in_;
	struct instance_batch_args args = { .verb = BATCH_STOP, .force = is_hard(&in->many) };

	return operate(call, &args, &in->many.servers, "stopServer", out);
}

static bool reboot_run(struct call *call, const void *in_, void *out)
{
	const struct server_power_in *in = in_;
	struct instance_batch_args args = { .verb = BATCH_REBOOT, .force = is_hard(&in->many) };

	return operate(call, &args, &in->many.servers, "rebootServer", out);
}

SERVER_POWER(ecs, "cloudservers", start, "ecs.BatchStartServers", "os-start", server_many_shape, start_errors, "ecs:cloudServers:start",
      "Starts servers, all or none. Answers with a job.");
SERVER_POWER(ecs, "cloudservers", stop, "ecs.BatchStopServers", "os-stop", stop_type_shape, power_errors, "ecs:cloudServers:stop",
      "Stops servers, all or none. Answers with a job.");
SERVER_POWER(ecs, "cloudservers", reboot, "ecs.BatchRebootServers", "reboot", reboot_type_shape, power_errors, "ecs:cloudServers:reboot",
      "Switches servers off and on again, all or none. Answers with a job.");

/* ---- delete ---- */

static const struct field delete_fields[] = {
	PATH_PROJECT(struct server_delete_in, project),
	NAMED_SERVERS(struct server_delete_in),
	OPT_BOOL(struct server_delete_in, address, "delete_publicip", .flags = FIELD_ACCEPTED),
	OPT_BOOL(struct server_delete_in, volumes, "delete_volume",
	         .doc = "true: the data volumes that are not shared go along. Otherwise those whose delete_on_termination says so."),
	FIELDS_END,
};

static bool delete_run(struct call *call, const void *in_, void *out)
{
	const struct server_delete_in *in = in_;
	struct instance_batch_args args = server_delete_args(in);

	return operate(call, &args, &in->servers, "deleteServer", out);
}

const struct operation huawei_ecs_delete_servers = {
	.product = "ecs",
	.version = "v1",
	.name = "ecs.DeleteServers",
	.method = "POST",
	.path = "/v1/{project_id}/cloudservers/delete",
	.mode = OPERATION_WRITE,
	.permission = "ecs:cloudServers:delete",
	.resource = "instance/{servers.id}",
	.in = { sizeof(struct server_delete_in), delete_fields },
	.out = { sizeof(struct rest_job_out), rest_job_fields },
	.errors = delete_errors,
	.common = rest_ecs_errors,
	.opens_jobs = true,
	.run = delete_run,
	.doc = "Deletes servers, running ones too, with their system disks. All or none. Answers with a job.",
};
