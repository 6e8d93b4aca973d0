/* Nova: a server started, stopped or rebooted. */
#include "api/huawei/nova.h"
#include "base/text.h"
#include "core/instance.h"

struct action_in {
	const char *project, *server, *type;
};

/* The member that names the action may be null: what it is is told by its name alone (rest.h). */
static const struct field plain_fields[] = {
	PATH_PROJECT(struct action_in, project),
	PATH_SERVER(struct action_in, server),
	FIELDS_END,
};

static const char *const types[] = { "SOFT", "HARD", NULL };

static const struct field type_fields[] = {
	{ .name = "type", .type = FIELD_TEXT, .values = types, .flags = FIELD_REQUIRED },
	FIELDS_END,
};
static const struct shape type_shape = { sizeof(const char *), type_fields };

static const struct field reboot_fields[] = {
	PATH_PROJECT(struct action_in, project),
	PATH_SERVER(struct action_in, server),
	OBJECT(struct action_in, type, "reboot", .of = &type_shape, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

#define ROWS_ACTION(verb) ROW_NOVA_SERVER_UNKNOWN, ROW_NOVA_LOCKED, ROW_NOVA_LOCKED_FINANCIAL, ROW_NOVA_STATE(verb)
static const struct error_row start_errors[] = {
	ROWS_ACTION("start"),
	{ REFUSE_INSTANCE_NO_SYSTEM_DISK, 409, "conflictingRequest", "Instance %s has no root device", "Cleat" },
	ROWS_END,
};
static const struct error_row stop_errors[] = { ROWS_ACTION("stop"), ROWS_END };
static const struct error_row reboot_errors[] = { ROWS_ACTION("reboot"), ROWS_END };

/* Nova tells of a lock before it tells of a state. */
static bool find_unlocked(struct call *call, const char *id, struct instance *ret)
{
	return nova_find_server(call, id, ret) && nova_is_unlocked(call, ret);
}

static bool ended(struct call *call, const struct instance *instance, bool verb)
{
	if (call_verb(call, verb))
		return true;
	return call->refusal.reason == REFUSE_INSTANCE_STATE ? nova_refuse_state(call, instance) : false;
}

static bool start_run(struct call *call, const void *in_, void *out)
{
	const struct action_in *in = in_;
	struct instance instance;

	(void)out;
	return find_unlocked(call, in->server, &instance) && ended(call, &instance, instance_start(&call->work, in->server));
}

static bool stop_run(struct call *call, const void *in_, void *out)
{
	const struct action_in *in = in_;
	struct instance instance;

	(void)out;
	return find_unlocked(call, in->server, &instance) &&
	       ended(call, &instance, instance_stop(&call->work, &(struct instance_stop_args){ .instance = in->server }));
}

static bool reboot_run(struct call *call, const void *in_, void *out)
{
	const struct action_in *in = in_;
	struct instance_reboot_args args = { .instance = in->server, .force = text_equal(in->type, "HARD") };
	struct instance instance;

	(void)out;
	return find_unlocked(call, in->server, &instance) && ended(call, &instance, instance_reboot(&call->work, &args));
}

#define ACTION(symbol, title, member, fields_, text)                             \
	const struct operation huawei_nova_##symbol##_server = {                  \
		.product = "nova",                                                \
		.version = "v2.1",                                                \
		.name = title,                                                    \
		.method = "POST",                                                 \
		.path = "/v2.1/{project_id}/servers/{server_id}/action#" member,  \
		.success = 202,                                                   \
		.mode = OPERATION_WRITE,                                          \
		.permission = "ecs:servers:" #symbol,                             \
		.resource = "instance/{server_id}",                               \
		.in = { sizeof(struct action_in), fields_ },                      \
		.out = { sizeof(struct rest_nothing), rest_nothing_fields },      \
		.errors = symbol##_errors,                                        \
		.common = rest_nova_errors,                                       \
		.opens_jobs = true,                                               \
		.run = symbol##_run,                                              \
		.doc = text,                                                      \
	}

ACTION(start, "nova.NovaStartServer", "os-start", plain_fields, "Starts a server.");
ACTION(stop, "nova.NovaStopServer", "os-stop", plain_fields, "Stops a server.");
ACTION(reboot, "nova.NovaRebootServer", "reboot", reboot_fields, "Reboots a server.");
