/* ECS: many servers at once, started, stopped, rebooted or deleted: all of them or none. */
#include "api/huawei/ecs.h"
#include "base/text.h"
#include "core/client_job.h"
#include "core/instance.h"

#define SERVERS_MAX 1000 /* pages of starting, stopping, rebooting and deleting */

struct id_in {
	const char *id;
};

struct many_in {
	const char *type;
	struct items servers;
};

struct power_in {
	const char *project;
	struct many_in many;
};

/* ---- tables ---- */

static const struct field id_fields[] = {
	TEXT(struct id_in, id, "id", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	FIELDS_END,
};
static const struct shape id_shape = { sizeof(struct id_in), id_fields };

static const char *const types[] = { "SOFT", "HARD", NULL };

#define SERVERS(T) ITEMS(T, servers, "servers", .of = &id_shape, .flags = FIELD_REQUIRED, .max = SERVERS_MAX)
static const struct field plain_fields[] = {
	SERVERS(struct many_in),
	FIELDS_END,
};
static const struct shape plain_shape = { sizeof(struct many_in), plain_fields };

static const struct field stop_type_fields[] = {
	TEXT(struct many_in, type, "type", .values = types, .doc = "HARD: the guest is not asked. Default SOFT."),
	SERVERS(struct many_in),
	FIELDS_END,
};
static const struct shape stop_type_shape = { sizeof(struct many_in), stop_type_fields };

static const struct field reboot_type_fields[] = {
	TEXT(struct many_in, type, "type", .values = types, .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY,
	     .doc = "HARD: the guest is not asked."),
	SERVERS(struct many_in),
	FIELDS_END,
};
static const struct shape reboot_type_shape = { sizeof(struct many_in), reboot_type_fields };

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
	const char **ids = arena_array(call_work_arena(call), const char *, servers->n);
	const struct id_in *named = servers->items;
	struct instance_batch_item *items;
	struct instance instance;
	size_t n;
	size_t i;

	for (i = 0; i < servers->n; i++) {
		ids[i] = named[i].id;
		if (!ecs_find_server(call, ids[i], &instance))
			return false;
	}
	args->instances = ids;
	args->n = servers->n;
	args->max = SERVERS_MAX;
	args->all_together = true;
	if (!call_verb(call, instance_batch(&call->work, args, &items, &n)))
		return false;
	out->job = client_job_open(&call->work, &(struct client_job_args){ .service = "ecs", .type = type, .batch = true });
	return true;
}

static bool is_hard(const struct many_in *many)
{
	return text_equal(many->type, "HARD");
}

static bool start_run(struct call *call, const void *in_, void *out)
{
	const struct power_in *in = in_;

	return operate(call, &(struct instance_batch_args){ .verb = BATCH_START }, &in->many.servers, "startServer", out);
}

static bool stop_run(struct call *call, const void *in_, void *out)
{
	const struct power_in *in = in_;
	struct instance_batch_args args = { .verb = BATCH_STOP, .force = is_hard(&in->many) };

	return operate(call, &args, &in->many.servers, "stopServer", out);
}

static bool reboot_run(struct call *call, const void *in_, void *out)
{
	const struct power_in *in = in_;
	struct instance_batch_args args = { .verb = BATCH_REBOOT, .force = is_hard(&in->many) };

	return operate(call, &args, &in->many.servers, "rebootServer", out);
}

#define POWER(symbol, title, member, item_shape, rows, right, text)                                   \
	static const struct field symbol##_fields[] = {                                              \
		PATH_PROJECT(struct power_in, project),                                              \
		OBJECT(struct power_in, many, member, .of = &(item_shape), .flags = FIELD_REQUIRED), \
		FIELDS_END,                                                                          \
	};                                                                                           \
	const struct operation huawei_ecs_##symbol##_servers = {                                     \
		.product = "ecs",                                                                    \
		.version = "v1",                                                                     \
		.name = title,                                                                       \
		.method = "POST",                                                                    \
		.path = "/v1/{project_id}/cloudservers/action#" member,                              \
		.mode = OPERATION_WRITE,                                                             \
		.permission = right,                                                                 \
		.resource = "instance/{" member ".servers.id}",                                      \
		.in = { sizeof(struct power_in), symbol##_fields },                                  \
		.out = { sizeof(struct rest_job_out), rest_job_fields },                             \
		.errors = rows,                                                                      \
		.common = rest_ecs_errors,                                                           \
		.opens_jobs = true,                                                                  \
		.run = symbol##_run,                                                                 \
		.doc = text,                                                                         \
	}

POWER(start, "ecs.BatchStartServers", "os-start", plain_shape, start_errors, "ecs:cloudServers:start",
      "Starts servers, all or none. Answers with a job.");
POWER(stop, "ecs.BatchStopServers", "os-stop", stop_type_shape, power_errors, "ecs:cloudServers:stop",
      "Stops servers, all or none. Answers with a job.");
POWER(reboot, "ecs.BatchRebootServers", "reboot", reboot_type_shape, power_errors, "ecs:cloudServers:reboot",
      "Switches servers off and on again, all or none. Answers with a job.");

/* ---- delete ---- */

struct delete_in {
	const char *project;
	struct items servers;
	struct opt_bool address, volumes;
};

static const struct field delete_fields[] = {
	PATH_PROJECT(struct delete_in, project),
	SERVERS(struct delete_in),
	OPT_BOOL(struct delete_in, address, "delete_publicip", .flags = FIELD_ACCEPTED),
	OPT_BOOL(struct delete_in, volumes, "delete_volume",
	         .doc = "true: the data volumes that are not shared go along. Otherwise those whose delete_on_termination says so."),
	FIELDS_END,
};

static bool delete_run(struct call *call, const void *in_, void *out)
{
	const struct delete_in *in = in_;
	struct instance_batch_args args = {
		.verb = BATCH_RELEASE,
		.force = true,
		.terminate_subscription = true,
		.with_data_disks = in->volumes.value,
	};

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
	.in = { sizeof(struct delete_in), delete_fields },
	.out = { sizeof(struct rest_job_out), rest_job_fields },
	.errors = delete_errors,
	.common = rest_ecs_errors,
	.opens_jobs = true,
	.run = delete_run,
	.doc = "Deletes servers, running ones too, with their system disks. All or none. Answers with a job.",
};
