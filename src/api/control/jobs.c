/* Operations that explain: jobs, and why a disk is as it is. */
#include "api/control/control.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/why.h"

#define JOBS_DEFAULT 50
#define JOBS_MAX     1000

struct job_item {
	const char *id, *kind, *step, *state, *driver, *disk, *instance, *attachment, *fault, *reason, *message, *requested_by;
	const char *created_at, *due_at, *ended_at;
	int64_t generation, attempts;
};

static const struct field job_fields[] = {
	TEXT(struct job_item, id, "id"),
	TEXT(struct job_item, kind, "kind"),
	TEXT(struct job_item, step, "step"),
	TEXT(struct job_item, state, "state"),
	TEXT(struct job_item, driver, "driver"),
	TEXT(struct job_item, disk, "disk"),
	TEXT(struct job_item, instance, "instance"),
	TEXT(struct job_item, attachment, "attachment"),
	INT(struct job_item, generation, "generation"),
	INT(struct job_item, attempts, "attempts"),
	TEXT(struct job_item, fault, "fault", .doc = "The fault that the call which opened it met."),
	TEXT(struct job_item, reason, "reason"),
	TEXT(struct job_item, message, "message"),
	TEXT(struct job_item, requested_by, "requested_by"),
	TEXT(struct job_item, created_at, "created_at"),
	TEXT(struct job_item, due_at, "due_at"),
	TEXT(struct job_item, ended_at, "ended_at"),
	FIELDS_END,
};
static const struct shape job_shape = { sizeof(struct job_item), job_fields };

static struct items job_items(struct call *call, const struct job *jobs, size_t n)
{
	struct arena *arena = call_work_arena(call);
	struct job_item *items = arena_array(arena, struct job_item, n);
	size_t i;

	for (i = 0; i < n; i++) {
		const struct job *job = &jobs[i];

		items[i] = (struct job_item){
			.id = job->id,
			.kind = job_kind_names[job->kind],
			.step = job_step_names[job->step],
			.state = job_state_names[job->state],
			.driver = job->driver,
			.disk = job->disk,
			.instance = job->instance,
			.attachment = job->attachment,
			.generation = job->generation,
			.attempts = job->attempts,
			.fault = job->fault,
			.reason = job->reason,
			.message = job->message,
			.requested_by = job->requested_by,
			.created_at = moment_millis_text(arena, job->created_at),
			.due_at = moment_millis_text(arena, job->due_at),
			.ended_at = moment_millis_text(arena, job->ended_at),
		};
	}
	return (struct items){ items, n };
}

/* ---- jobs ---- */

struct jobs_in {
	const char *state, *disk, *instance;
	struct opt_int limit;
};

struct jobs_out {
	struct items jobs;
};

static const char *const states[] = { "open", "done", "failed", "superseded", NULL };

static const struct field jobs_in_fields[] = {
	TEXT(struct jobs_in, state, "state", .values = states),
	TEXT(struct jobs_in, disk, "disk"),
	TEXT(struct jobs_in, instance, "instance"),
	OPT_INT(struct jobs_in, limit, "limit", .min = 1, .max = JOBS_MAX),
	FIELDS_END,
};

static const struct field jobs_out_fields[] = {
	ITEMS(struct jobs_out, jobs, "jobs", .of = &job_shape),
	FIELDS_END,
};

static int state_of(const char *word)
{
	int i;

	for (i = 0; i < JOB_STATE_MAX; i++) {
		if (text_equal(job_state_names[i], word))
			return i;
	}
	return -1;
}

static bool jobs_run(struct call *call, const void *in_, void *out_)
{
	const struct jobs_in *in = in_;
	struct jobs_out *out = out_;
	struct job_filter filter = JOB_FILTER_ANY;
	struct page page = { .limit = in->limit.is == GIVEN ? in->limit.value : JOBS_DEFAULT };
	struct job *jobs;
	size_t n;

	filter.state = state_of(in->state);
	filter.disk = text_empty(in->disk) ? NULL : in->disk;
	filter.instance = text_empty(in->instance) ? NULL : in->instance;
	n = job_list(call->work.txn, &filter, &page, &jobs);
	out->jobs = job_items(call, jobs, n);
	return true;
}

const struct operation control_jobs = {
	.name = "GET /_cleat/jobs",
	.mode = OPERATION_READ,
	.in = { sizeof(struct jobs_in), jobs_in_fields },
	.out = { sizeof(struct jobs_out), jobs_out_fields },
	.run = jobs_run,
	.doc = "Lists jobs, newest first.",
};

/* ---- why ---- */

struct why_in {
	const char *disk;
};

struct attachment_item {
	const char *id, *instance, *device, *state, *requested_at, *attached_at, *detach_requested_at;
	int64_t generation;
};

struct why_out {
	const char *disk, *status, *instance, *account;
	struct texts sentences;
	struct items attachments, jobs;
};

static const struct field why_in_fields[] = {
	TEXT(struct why_in, disk, "disk", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	FIELDS_END,
};

static const struct field attachment_fields[] = {
	TEXT(struct attachment_item, id, "id"),
	TEXT(struct attachment_item, instance, "instance"),
	TEXT(struct attachment_item, device, "device"),
	TEXT(struct attachment_item, state, "state"),
	INT(struct attachment_item, generation, "generation"),
	TEXT(struct attachment_item, requested_at, "requested_at"),
	TEXT(struct attachment_item, attached_at, "attached_at"),
	TEXT(struct attachment_item, detach_requested_at, "detach_requested_at"),
	FIELDS_END,
};
static const struct shape attachment_shape = { sizeof(struct attachment_item), attachment_fields };

static const struct field why_out_fields[] = {
	TEXT(struct why_out, disk, "disk"),
	TEXT(struct why_out, account, "account"),
	TEXT(struct why_out, status, "status"),
	TEXT(struct why_out, instance, "instance"),
	TEXTS(struct why_out, sentences, "sentences"),
	ITEMS(struct why_out, attachments, "attachments", .of = &attachment_shape),
	ITEMS(struct why_out, jobs, "jobs", .of = &job_shape),
	FIELDS_END,
};

static struct items attachment_items(struct call *call, const struct why *why)
{
	struct arena *arena = call_work_arena(call);
	struct attachment_item *items = arena_array(arena, struct attachment_item, why->n_live);
	size_t i;

	for (i = 0; i < why->n_live; i++) {
		const struct attachment *a = &why->live[i];

		items[i] = (struct attachment_item){
			.id = a->id,
			.instance = a->instance,
			.device = a->device,
			.state = attachment_state_names[a->state],
			.generation = a->generation,
			.requested_at = moment_millis_text(arena, a->requested_at),
			.attached_at = moment_millis_text(arena, a->attached_at),
			.detach_requested_at = moment_millis_text(arena, a->detach_requested_at),
		};
	}
	return (struct items){ items, why->n_live };
}

static bool why_run(struct call *call, const void *in_, void *out_)
{
	const struct why_in *in = in_;
	struct why_out *out = out_;
	struct why *why = arena_new(call_work_arena(call), struct why);

	if (!call_verb(call, disk_why(&call->work, in->disk, why)))
		return false;
	*out = (struct why_out){
		.disk = why->disk.id,
		.account = why->disk.tenant.account,
		.status = disk_status_names[why->disk.status],
		.instance = why->n_live ? why->live[0].instance : "",
		.sentences = { why->sentences, why->n_sentences },
		.attachments = attachment_items(call, why),
		.jobs = job_items(call, why->jobs, why->n_jobs),
	};
	return true;
}

const struct operation control_why = {
	.name = "GET /_cleat/why",
	.mode = OPERATION_READ,
	.in = { sizeof(struct why_in), why_in_fields },
	.out = { sizeof(struct why_out), why_out_fields },
	.run = why_run,
	.doc = "Why a disk is as it is: what holds it, what works on it, what that waits for.",
};
