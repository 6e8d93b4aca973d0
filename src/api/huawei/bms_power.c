/* BMS: many bare metal servers at once, started, stopped, rebooted or deleted: all of them or none. */
#include "api/huawei/bms.h"
#include "api/huawei/server.h"
#include "api/huawei/server_batch.h"
#include "base/text.h"

/* SOFT is accepted without effect: a bare metal server is always switched off (pages of stopping and rebooting). */
static const struct field typed_fields[] = {
	TEXT(struct server_many_in, type, "type", .values = server_power_types, .flags = FIELD_ACCEPTED),
	NAMED_SERVERS(struct server_many_in),
	FIELDS_END,
};
static const struct shape typed_shape = { sizeof(struct server_many_in), typed_fields };

#define ROW_ON_ITS_WAY(reason, code, state) { reason, 400, code, "Server is " state ", not allow to %s.", NULL }
#define ROW_NONE_NAMED { REFUSE_BATCH_EMPTY, 400, "BMS.0018", "Request parameter is invalid.", NULL }

/* Of all three that switch. */
#define ROWS_POWER \
	ROW_NONE_NAMED, \
	ROW_BMS_SERVER_UNKNOWN, \
	ROW_ON_ITS_WAY(REFUSE_INSTANCE_STARTING, "BMS.0035", "powering on"), \
	ROW_ON_ITS_WAY(REFUSE_INSTANCE_STOPPING, "BMS.0036", "powering off"), \
	ROW_ON_ITS_WAY(REFUSE_INSTANCE_REBOOTING, "BMS.0037", "rebooting"), \
	ROW_BMS_FAILED(REFUSE_INSTANCE_STATE), \
	ROW_BMS_LOCKED, \
	ROW_BMS_LOCKED_FINANCIAL

static const struct error_row start_errors[] = {
	ROWS_POWER,
	{ REFUSE_INSTANCE_RUNNING, 400, "BMS.0038", "Server is running, not allow to start.", NULL },
	ROW_BMS_FAILED(REFUSE_INSTANCE_NO_SYSTEM_DISK),
	ROWS_END,
};

/* Of what is on: a stopped server is no more rebooted than stopped, and there is one row for both. */
static const struct error_row power_errors[] = {
	ROWS_POWER,
	{ REFUSE_INSTANCE_STOPPED, 400, "BMS.0039", "Server is stopped, not allow to stop.", NULL },
	ROWS_END,
};

static const struct error_row delete_errors[] = {
	ROW_NONE_NAMED,
	ROW_BMS_SERVER_UNKNOWN,
	ROW_BMS_FAILED(REFUSE_INSTANCE_BUILDING),
	{ REFUSE_INSTANCE_PROTECTED, 400, "BMS.0605", "the BMS is locked.", "Cleat" },
	ROW_BMS_FAILED(REFUSE_INSTANCE_STATE),
	ROWS_END,
};

/* What this service says of a server in another state than the verb wants. */
static enum refusal_reason reason_of(struct call *call, const struct instance *instance)
{
	switch (instance->state) {
	case INSTANCE_RUNNING:
		return REFUSE_INSTANCE_RUNNING;
	case INSTANCE_STOPPED:
		return REFUSE_INSTANCE_STOPPED;
	case INSTANCE_STOPPING:
		return REFUSE_INSTANCE_STOPPING;
	case INSTANCE_STARTING:
		return text_matches(server_states(call, instance).status, "*REBOOT") ? REFUSE_INSTANCE_REBOOTING :
		                                                                       REFUSE_INSTANCE_STARTING;
	case INSTANCE_PENDING:
	case INSTANCE_RELEASING:
	case INSTANCE_STATE_MAX:
		break;
	}
	return REFUSE_INSTANCE_STATE;
}

static bool refuse_in_words(struct call *call, const char *verb, enum instance_batch_verb kind)
{
	struct refusal *refusal = &call->refusal;
	struct instance instance;

	if (refusal->reason != REFUSE_INSTANCE_STATE || kind == BATCH_RELEASE ||
	    !find_instance(&call->work, refusal->subject, &instance))
		return false;
	refusal->reason = reason_of(call, &instance);
	/* It is what the verb wants it to be: something else is in the way. */
	if (refusal->reason == (kind == BATCH_START ? REFUSE_INSTANCE_STOPPED : REFUSE_INSTANCE_RUNNING))
		refusal->reason = REFUSE_INSTANCE_STATE;
	refusal->subject = verb;
	return false;
}

static bool operate(struct call *call, struct instance_batch_args *args, const struct items *servers, const char *verb,
                    struct rest_job_out *out)
{
	const struct client_job_args job = { .service = "bms", .type = "baremetalBatchOperate", .batch = true };

	return server_batch(call, args, servers, bms_find_server, &job, out) || refuse_in_words(call, verb, args->verb);
}

static bool start_run(struct call *call, const void *in_, void *out_)
{
	const struct server_power_in *in = in_;

	return operate(call, &(struct instance_batch_args){ .verb = BATCH_START }, &in->many.servers, "start", out_);
}

static bool stop_run(struct call *call, const void *in_, void *out_)
{
	const struct server_power_in *in = in_;

	return operate(call, &(struct instance_batch_args){ .verb = BATCH_STOP, .force = true }, &in->many.servers, "stop", out_);
}

static bool reboot_run(struct call *call, const void *in_, void *out_)
{
	const struct server_power_in *in = in_;

	return operate(call, &(struct instance_batch_args){ .verb = BATCH_REBOOT, .force = true }, &in->many.servers, "reboot",
	               out_);
}

SERVER_POWER(bms, "baremetalservers", start, "bms.BatchStartBaremetalServers", "os-start", server_many_shape, start_errors, "bms:servers:start",
      "Starts bare metal servers, all or none. Answers with a job.");
SERVER_POWER(bms, "baremetalservers", stop, "bms.BatchStopBaremetalServers", "os-stop", typed_shape, power_errors, "bms:servers:stop",
      "Switches bare metal servers off, all or none. Answers with a job.");
SERVER_POWER(bms, "baremetalservers", reboot, "bms.BatchRebootBaremetalServers", "reboot", typed_shape, power_errors, "bms:servers:reboot",
      "Switches bare metal servers off and on again, all or none. Answers with a job.");

/* ---- delete ---- */

static const struct field delete_fields[] = {
	PATH_PROJECT(struct server_delete_in, project),
	NAMED_SERVERS(struct server_delete_in),
	OPT_BOOL(struct server_delete_in, address, "delete_publicip", .flags = FIELD_ACCEPTED),
	OPT_BOOL(struct server_delete_in, volumes, "delete_volume", .doc = "true: the data volumes that are not shared go along."),
	FIELDS_END,
};

static bool delete_run(struct call *call, const void *in_, void *out_)
{
	const struct server_delete_in *in = in_;
	struct instance_batch_args args = server_delete_args(in);

	return operate(call, &args, &in->servers, "delete", out_);
}

const struct operation huawei_bms_delete_servers = {
	.product = "bms",
	.version = "v1",
	.name = "bms.DeleteBaremetalServer",
	.method = "POST",
	.path = "/v1/{project_id}/baremetalservers/delete",
	.mode = OPERATION_WRITE,
	.permission = "bms:servers:delete",
	.resource = "instance/{servers.id}",
	.in = { sizeof(struct server_delete_in), delete_fields },
	.out = { sizeof(struct rest_job_out), rest_job_fields },
	.errors = delete_errors,
	.common = rest_bms_errors,
	.opens_jobs = true,
	.run = delete_run,
	.doc = "Deletes bare metal servers, running ones too. Answers with a job.",
};
