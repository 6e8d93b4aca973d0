/* Jobs, of every service at one path: what clients poll. */
#include "api/huawei/rest.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/client_job.h"

struct entities {
	const char *server, *volume, *volume_type, *name, *message;
	struct opt_int size, total;
	struct items jobs;
};

struct job_item {
	const char *status, *id, *type, *begin_time, *end_time, *error_code, *fail_reason, *message;
	struct entities entities;
};

struct show_in {
	const char *project, *job;
};

/* ---- tables ---- */

#define E struct entities
static const struct field sub_entity_fields[] = {
	TEXT(E, server, "server_id", .flags = FIELD_OMIT_EMPTY),
	TEXT(E, volume, "volume_id", .flags = FIELD_OMIT_EMPTY),
	TEXT(E, volume_type, "volume_type", .flags = FIELD_OMIT_EMPTY),
	OPT_INT(E, size, "size"),
	TEXT(E, name, "name", .flags = FIELD_OMIT_EMPTY),
	TEXT(E, message, "errorcode_message", .flags = FIELD_OMIT_EMPTY),
	FIELDS_END,
};
static const struct shape sub_entity_shape = { sizeof(E), sub_entity_fields };

#define J struct job_item
#define JOB_FIELDS(entities_shape)                                                \
	TEXT(J, status, "status"),                                                \
	OBJECT(J, entities, "entities", .of = &(entities_shape)),                 \
	TEXT(J, id, "job_id"),                                                    \
	TEXT(J, type, "job_type"),                                                \
	TEXT(J, begin_time, "begin_time"),                                        \
	TEXT(J, end_time, "end_time"),                                            \
	TEXT(J, error_code, "error_code", .flags = FIELD_NULL),                   \
	TEXT(J, fail_reason, "fail_reason", .flags = FIELD_NULL)
static const struct field sub_job_fields[] = { JOB_FIELDS(sub_entity_shape), FIELDS_END };
static const struct shape sub_job_shape = { sizeof(J), sub_job_fields };

static const struct field entity_fields[] = {
	TEXT(E, server, "server_id", .flags = FIELD_OMIT_EMPTY),
	TEXT(E, volume, "volume_id", .flags = FIELD_OMIT_EMPTY),
	TEXT(E, volume_type, "volume_type", .flags = FIELD_OMIT_EMPTY),
	OPT_INT(E, size, "size"),
	TEXT(E, name, "name", .flags = FIELD_OMIT_EMPTY),
	OPT_INT(E, total, "sub_jobs_total"),
	ITEMS(E, jobs, "sub_jobs", .of = &sub_job_shape),
	FIELDS_END,
};
static const struct shape entity_shape = { sizeof(E), entity_fields };

static const struct field show_out_fields[] = {
	JOB_FIELDS(entity_shape),
	TEXT(J, message, "message", .flags = FIELD_OMIT_EMPTY),
	FIELDS_END,
};
#undef J
#undef E

static const struct field show_in_fields[] = {
	PATH_PROJECT(struct show_in, project),
	TEXT(struct show_in, job, "job_id", .doc = "The job."),
	FIELDS_END,
};

static const struct error_row show_errors[] = {
	{ REFUSE_JOB_UNKNOWN, 400, "Common.0011", "Failed to query system tasks.", NULL },
	ROWS_END,
};

/* ---- run ---- */

static const char *const status_words[] = {
	[CLIENT_JOB_RUNNING] = "RUNNING",
	[CLIENT_JOB_DONE] = "SUCCESS",
	[CLIENT_JOB_FAILED] = "FAIL",
};

/* What one of several is called, of services that call it otherwise than all together. */
static const char *type_of_one(const char *type)
{
	static const struct {
		const char *all, *one;
	} types[] = {
		{ "createServer", "createSingleServer" },
		{ "baremetalBatchCreate", "baremetalSingleCreate" },
		{ "baremetalBatchOperate", "baremetalSingleOperate" },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(types); i++) {
		if (text_equal(types[i].all, type))
			return types[i].one;
	}
	return type;
}

/* What a failure is called. The core's reasons are few here: a driver said no, or the guest uses the disk. */
static const char *error_code(const struct client_job *row, const struct job *job)
{
	static const char *const codes[JOB_KIND_MAX] = {
		[JOB_ATTACH] = "Ecs.0205",
		[JOB_DISK_CREATE] = "EVS.5500",
		[JOB_DISK_DELETE] = "EVS.5500",
		[JOB_DISK_RESIZE] = "EVS.5500",
		[JOB_SNAPSHOT_CREATE] = "EVS.5500",
		[JOB_SNAPSHOT_DELETE] = "EVS.5500",
	};

	if (text_equal(row->service, "bms"))
		return job->kind == JOB_ATTACH ? "BMS.3019" : "BMS.0006";
	return text_or(codes[job->kind], "Ecs.1000");
}

static void add_volume(struct call *call, const char *id, struct entities *ret)
{
	struct disk disk;

	if (text_empty(id))
		return;
	ret->volume = id;
	if (!disk_get(call->work.txn, id, &disk))
		return;
	ret->volume_type = disk.category;
	ret->size = (struct opt_int){ GIVEN, disk.size_gib };
	ret->name = disk.name;
}

static void fail(const struct client_job *row, const struct job *job, struct job_item *item)
{
	item->error_code = error_code(row, job);
	item->fail_reason = text_empty(job->message) ? job->reason : job->message;
}

static struct job_item sub_job(struct call *call, const struct client_job *row, const struct job *job)
{
	struct arena *arena = call_work_arena(call);
	enum client_job_status status = client_job_status_of(job);
	struct job_item item = {
		.status = status_words[status],
		.id = job->id,
		.type = type_of_one(row->type),
		.begin_time = moment_millis_text(arena, job->created_at),
		.end_time = moment_millis_text(arena, job->ended_at),
		.entities = { .server = job->instance },
	};

	add_volume(call, job->disk, &item.entities);
	if (status == CLIENT_JOB_FAILED) {
		fail(row, job, &item);
		item.entities.message = item.fail_reason;
	}
	return item;
}

static struct entities entities_of(struct call *call, const struct client_job_state *state)
{
	struct entities entities = { .server = state->row.instance };
	struct job_item *items;
	size_t i;

	add_volume(call, state->row.disk, &entities);
	/* BMS says that there are none, too. */
	if (text_equal(state->row.service, "bms"))
		entities.total = (struct opt_int){ GIVEN, 0 };
	if (!state->row.batch)
		return entities;
	items = arena_array(call_work_arena(call), struct job_item, state->n);
	for (i = 0; i < state->n; i++)
		items[i] = sub_job(call, &state->row, &state->jobs[i]);
	entities.jobs = (struct items){ items, state->n };
	entities.total = (struct opt_int){ GIVEN, (int64_t)state->n };
	return entities;
}

/* What a job waits for that goes on longer than it should: a guest that does not let go of a volume, say. */
static const char *waits_for(const struct client_job_state *state)
{
	const char *message = NULL;
	size_t i;

	for (i = 0; i < state->n && text_empty(message); i++)
		message = client_job_status_of(&state->jobs[i]) == CLIENT_JOB_RUNNING ? state->jobs[i].message : NULL;
	return message;
}

static bool show_run(struct call *call, const void *in_, void *out_)
{
	const struct show_in *in = in_;
	struct job_item *out = out_;
	struct arena *arena = call_work_arena(call);
	struct client_job_state state;

	if (!client_job_find(&call->work, in->job, &state))
		return call_refuse(call, REFUSE_JOB_UNKNOWN, in->job);
	*out = (struct job_item){
		.status = status_words[state.status],
		.id = state.row.id,
		.type = state.row.type,
		.begin_time = moment_millis_text(arena, state.row.created_at),
		.end_time = moment_millis_text(arena, state.ended_at),
		.entities = entities_of(call, &state),
	};
	if (state.status == CLIENT_JOB_FAILED)
		fail(&state.row, state.failed, out);
	else
		out->message = waits_for(&state);
	return true;
}

const struct operation huawei_ecs_show_job = {
	.product = "ecs",
	.version = "v1",
	.name = "ecs.ShowJob",
	.method = "GET",
	.path = "/v1/{project_id}/jobs/{job_id}",
	.mode = OPERATION_READ,
	.permission = "ecs:cloudServers:get",
	.resource = "*",
	.in = { sizeof(struct show_in), show_in_fields },
	.out = { sizeof(struct job_item), show_out_fields },
	.errors = show_errors,
	.common = rest_ecs_errors,
	.run = show_run,
	.doc = "Shows how a job stands, whichever service opened it.",
};
