/* Operations on faults. */
#include "api/control/control.h"
#include "api/fault.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/job.h"
#include "core/jobs.h"

static void resumed(void *context)
{
	call_resume(context);
}

/* The rules in memory are renewed after the commit and before the reply: the next call meets what the reply says. In pace
 * instant, jobs that were let go have ended by then, as after any other call. */
static void reload_then(struct call *call)
{
	struct core *core = call->api->core;

	if (!fault_cache_load(call->api->faults, core->store))
		call_refuse(call, REFUSE_INTERNAL, NULL);
	if (core->settings.pace == PACE_INSTANT)
		jobs_hand_in(core->jobs, call->work.tickets, call->work.n_tickets, resumed, call);
	else
		call_resume(call);
}

/* ---- a fault ---- */

struct fault_item {
	const char *id, *account, *operation, *resource, *effect, *code, *reason, *created_at;
	int64_t variant, latency, times_left, times_hit, open_jobs;
};

static const struct field fault_fields[] = {
	TEXT(struct fault_item, id, "id"),
	TEXT(struct fault_item, operation, "operation"),
	TEXT(struct fault_item, resource, "resource"),
	TEXT(struct fault_item, account, "account"),
	TEXT(struct fault_item, effect, "effect"),
	TEXT(struct fault_item, code, "code"),
	INT(struct fault_item, variant, "variant"),
	INT(struct fault_item, latency, "latency_ms"),
	TEXT(struct fault_item, reason, "reason"),
	INT(struct fault_item, times_left, "times_left", .doc = "-1: until it is cleared; 0: used up."),
	INT(struct fault_item, times_hit, "times_hit"),
	INT(struct fault_item, open_jobs, "open_jobs", .doc = "Jobs that carry it and have not ended."),
	TEXT(struct fault_item, created_at, "created_at"),
	FIELDS_END,
};
static const struct shape fault_shape = { sizeof(struct fault_item), fault_fields };

static struct fault_item fault_item(struct call *call, const struct fault_rule *rule)
{
	return (struct fault_item){
		.id = rule->id,
		.account = rule->account,
		.operation = rule->operation,
		.resource = rule->resource,
		.effect = fault_effect_names[rule->effect],
		.code = rule->code,
		.variant = rule->variant,
		.latency = rule->latency,
		.reason = rule->reason,
		.times_left = rule->times_left,
		.times_hit = rule->times_hit,
		.created_at = moment_millis_text(call_work_arena(call), rule->created_at),
	};
}

/* ---- list ---- */

struct nothing {
	char unused;
};
static const struct field no_fields[] = { FIELDS_END };

struct faults_out {
	struct items faults;
};

static const struct field faults_out_fields[] = {
	ITEMS(struct faults_out, faults, "faults", .of = &fault_shape),
	FIELDS_END,
};

static int64_t count_jobs(const struct job *jobs, size_t n, const char *fault)
{
	int64_t found = 0;
	size_t i;

	for (i = 0; i < n; i++)
		found += text_equal(jobs[i].fault, fault);
	return found;
}

static bool faults_run(struct call *call, const void *in, void *out_)
{
	struct faults_out *out = out_;
	struct fault_rule *rules;
	struct job *jobs = NULL;
	size_t n = fault_list(call->work.txn, NULL, &rules);
	size_t n_jobs = n ? job_list_open(&call->work, NULL, NULL, &jobs) : 0;
	struct fault_item *items = arena_array(call_work_arena(call), struct fault_item, n);
	size_t i;

	(void)in;
	for (i = 0; i < n; i++) {
		items[i] = fault_item(call, &rules[i]);
		items[i].open_jobs = count_jobs(jobs, n_jobs, rules[i].id);
	}
	out->faults = (struct items){ items, n };
	return true;
}

const struct operation control_faults = {
	.name = "GET /_cleat/faults",
	.mode = OPERATION_READ,
	.in = { sizeof(struct nothing), no_fields },
	.out = { sizeof(struct faults_out), faults_out_fields },
	.run = faults_run,
	.doc = "Lists faults in the order in which they are looked at, those that are used up included.",
};

/* ---- add ---- */

struct add_in {
	const char *id, *account, *operation, *resource, *effect, *code, *reason;
	struct opt_int variant, latency, times;
};

static const struct field add_in_fields[] = {
	TEXT(struct add_in, operation, "operation", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY,
	     .doc = "Its name, or `*` for any."),
	TEXT(struct add_in, effect, "effect",
	     .doc = "`error`, `latency`, `reply-lost`, `connection-cut`, `job-fails` or `job-never-ends`. Default: `error` with "
	            "a code, else `latency` with a latency."),
	TEXT(struct add_in, code, "code", .doc = "`error`: a code that the operation or its dialect declares."),
	OPT_INT(struct add_in, variant, "variant", .doc = "`error`: which of several texts with that code. Default 1."),
	OPT_INT(struct add_in, latency, "latency_ms",
	        .doc = "How long the call waits before it does its work, in real time; beside any effect. At most 600000."),
	TEXT(struct add_in, reason, "reason", .doc = "`job-fails`: the message of the jobs. At most 256 characters."),
	OPT_INT(struct add_in, times, "times", .doc = "How many calls meet it, up to 1000000; -1: until it is cleared. Default 1."),
	TEXT(struct add_in, resource, "resource",
	     .doc = "Only calls with a parameter that has this value, or a list with it. At most 128 characters."),
	TEXT(struct add_in, account, "account", .doc = "Only calls of this account."),
	TEXT(struct add_in, id, "id", .doc = "Default: one is made."),
	FIELDS_END,
};

/* fault_check takes 0 for absent. Where it was given it is as wrong as any number out of range, and refused with the same
 * sentence. */
static int64_t number(struct opt_int value)
{
	return value.is == GIVEN && !value.value ? INT64_MIN : value.value;
}

static bool add_run(struct call *call, const void *in_, void *out_)
{
	const struct add_in *in = in_;
	struct fault_item *out = out_;
	const char *problem;
	struct fault_rule rule = {
		.id = in->id,
		.account = in->account,
		.operation = in->operation,
		.resource = in->resource,
		.code = in->code,
		.variant = number(in->variant),
		.latency = in->latency.value,
		.reason = in->reason,
		.times_left = number(in->times),
	};

	if (!fault_check(call->api->dialects, call_work_arena(call), in->effect, &rule, &problem))
		return call_refuse(call, REFUSE_FAULT_INVALID, problem);
	if (!call_verb(call, fault_add(&call->work, &rule)))
		return false;
	*out = fault_item(call, &rule);
	call->then = reload_then;
	return true;
}

const struct operation control_fault_add = {
	.name = "POST /_cleat/faults",
	.mode = OPERATION_WRITE,
	.in = { sizeof(struct add_in), add_in_fields },
	.out = { sizeof(struct fault_item), fault_fields },
	.run = add_run,
	.doc = "Adds a fault behind the others: from the reply on, the next calls that it means meet it.",
};

/* ---- clear ---- */

struct clear_in {
	const char *id, *operation;
};

static const struct field clear_in_fields[] = {
	TEXT(struct clear_in, id, "id", .flags = FIELD_NOT_EMPTY, .doc = "That one."),
	TEXT(struct clear_in, operation, "operation", .flags = FIELD_NOT_EMPTY,
	     .doc = "Those of an operation. Without id and operation: all."),
	FIELDS_END,
};

struct clear_out {
	int64_t faults, jobs;
};

static const struct field clear_out_fields[] = {
	INT(struct clear_out, faults, "faults", .doc = "That were cleared."),
	INT(struct clear_out, jobs, "jobs", .doc = "Open ones that carried them: they go on as if they had not."),
	FIELDS_END,
};

static bool clear_run(struct call *call, const void *in_, void *out_)
{
	const struct clear_in *in = in_;
	struct clear_out *out = out_;
	struct fault_cleared cleared;
	const char *problem;

	if (in->operation && !fault_check_operation(call->api->dialects, call_work_arena(call), in->operation, &problem))
		return call_refuse(call, REFUSE_FAULT_INVALID, problem);
	if (!call_verb(call, fault_clear(&call->work, in->id, in->operation, &cleared)))
		return false;
	*out = (struct clear_out){ cleared.faults, cleared.jobs };
	call->then = reload_then;
	return true;
}

const struct operation control_fault_clear = {
	.name = "POST /_cleat/faults/clear",
	.mode = OPERATION_WRITE,
	.in = { sizeof(struct clear_in), clear_in_fields },
	.out = { sizeof(struct clear_out), clear_out_fields },
	.run = clear_run,
	.doc = "Removes faults; jobs that they hold go on at once.",
};
