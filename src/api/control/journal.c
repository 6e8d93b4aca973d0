/* The journal of calls: what was asked, what came of it, who read the parameters. */
#include "api/control/control.h"
#include "api/journal.h"
#include "base/moment.h"
#include "base/text.h"

#define LIMIT_DEFAULT 100
#define LIMIT_MAX     1000
#define WAIT_MAX      60 /* seconds */

struct journal_in {
	struct opt_int after, limit, wait;
	const char *operation, *account;
	struct opt_bool failed, unread, all;
};

static const struct field in_fields[] = {
	OPT_INT(struct journal_in, after, "after", .min = 0, .max = INT64_MAX,
	        .doc = "Calls behind this number, oldest first; without it the last ones."),
	OPT_INT(struct journal_in, limit, "limit", .min = 1, .max = LIMIT_MAX, .doc = "How many; default 100."),
	TEXT(struct journal_in, operation, "operation", .doc = "Only calls of this operation."),
	TEXT(struct journal_in, account, "account", .doc = "Only calls of this account."),
	OPT_BOOL(struct journal_in, failed, "failed", .doc = "Only calls that were refused."),
	OPT_BOOL(struct journal_in, unread, "unread", .doc = "Only calls with a parameter that nothing read."),
	OPT_BOOL(struct journal_in, all, "all", .doc = "The control API's own calls too."),
	OPT_INT(struct journal_in, wait, "wait", .min = 0, .max = WAIT_MAX,
	        .doc = "Seconds to wait for a call that fits, if there is none yet behind `after`."),
	FIELDS_END,
};

struct parameter_item {
	const char *name, *value, *use;
};

static const struct field parameter_fields[] = {
	TEXT(struct parameter_item, name, "name"),
	TEXT(struct parameter_item, value, "value", .doc = "Secrets are `***`; long ones are cut."),
	TEXT(struct parameter_item, use, "use",
	     .doc = "`read`, `ignored` (accepted, without effect), `unread` (nothing knows it), `protocol` (signature, format "
	            "and such); empty if there is no such operation."),
	FIELDS_END,
};
static const struct shape parameter_shape = { sizeof(struct parameter_item), parameter_fields };

struct call_item {
	int64_t number, status, duration, body_bytes;
	const char *time, *cloud_time, *request_id, *dialect, *product, *operation, *account, *key_id, *user, *remote, *user_agent;
	const char *code, *reason, *fault, *effect;
	struct items parameters;
	struct texts unread, ignored, jobs;
	bool repeated, cut;
};

static const struct field call_fields[] = {
	INT(struct call_item, number, "number", .doc = "Grows by one with each call since the start."),
	TEXT(struct call_item, time, "time", .doc = "When the reply was ready."),
	TEXT(struct call_item, cloud_time, "cloud_time"),
	TEXT(struct call_item, request_id, "request_id"),
	TEXT(struct call_item, dialect, "dialect"),
	TEXT(struct call_item, product, "product", .flags = FIELD_OMIT_EMPTY, .doc = "Whose operation it is, if there is such a one."),
	TEXT(struct call_item, operation, "operation", .doc = "As asked for; it may not exist."),
	TEXT(struct call_item, account, "account"),
	TEXT(struct call_item, key_id, "access_key_id", .doc = "As asked for; it may not exist."),
	TEXT(struct call_item, user, "user", .flags = FIELD_OMIT_EMPTY, .doc = "Whose key it is, unless it is the account's own."),
	TEXT(struct call_item, remote, "remote"),
	TEXT(struct call_item, user_agent, "user_agent"),
	INT(struct call_item, status, "status"),
	TEXT(struct call_item, code, "code", .doc = "Of a refusal."),
	TEXT(struct call_item, reason, "reason", .doc = "Cleat's own word for it."),
	TEXT(struct call_item, fault, "fault", .flags = FIELD_OMIT_EMPTY, .doc = "The fault that it met."),
	TEXT(struct call_item, effect, "effect", .flags = FIELD_OMIT_EMPTY, .doc = "What that did."),
	INT(struct call_item, duration, "microseconds"),
	ITEMS(struct call_item, parameters, "parameters", .of = &parameter_shape),
	TEXTS(struct call_item, unread, "unread", .doc = "Names of parameters that nothing read."),
	TEXTS(struct call_item, ignored, "ignored", .doc = "Names of those that are accepted without effect."),
	TEXTS(struct call_item, jobs, "jobs", .doc = "What it set going."),
	BOOL(struct call_item, repeated, "repeated", .doc = "Answered again for its ClientToken; nothing was done."),
	INT(struct call_item, body_bytes, "body_bytes"),
	BOOL(struct call_item, cut, "cut", .doc = "It was too long to be kept whole: parameters are missing here."),
	FIELDS_END,
};
static const struct shape call_shape = { sizeof(struct call_item), call_fields };

struct journal_out {
	struct items calls;
	int64_t next, lost;
};

static const struct field out_fields[] = {
	ITEMS(struct journal_out, calls, "calls", .of = &call_shape),
	INT(struct journal_out, next, "next", .doc = "The `after` that goes on from here."),
	INT(struct journal_out, lost, "lost", .doc = "Calls behind `after` that are kept no longer."),
	FIELDS_END,
};

static struct journal_filter filter_of(const struct journal_in *in)
{
	return (struct journal_filter){
		.has_after = in->after.is == GIVEN,
		.after = (uint64_t)in->after.value,
		.limit = in->limit.is == GIVEN ? (size_t)in->limit.value : LIMIT_DEFAULT,
		.operation = text_empty(in->operation) ? NULL : in->operation,
		.account = text_empty(in->account) ? NULL : in->account,
		.failed = in->failed.value,
		.unread = in->unread.value,
		.all = in->all.value,
	};
}

static void add_name(struct texts *texts, const char *name)
{
	texts->items[texts->n++] = name;
}

static void fill_parameters(struct arena *arena, const struct journal_call *from, struct call_item *to)
{
	struct journal_parameter *parameters;
	size_t n = journal_parameters(from, arena, &parameters);
	struct parameter_item *items = arena_array(arena, struct parameter_item, n);
	size_t i;

	to->unread.items = arena_array(arena, const char *, n);
	to->ignored.items = arena_array(arena, const char *, n);
	for (i = 0; i < n; i++) {
		items[i] = (struct parameter_item){ parameters[i].name, parameters[i].value,
			                            journal_use_words[parameters[i].use] };
		if (parameters[i].use == JOURNAL_UNREAD)
			add_name(&to->unread, parameters[i].name);
		else if (parameters[i].use == JOURNAL_IGNORED)
			add_name(&to->ignored, parameters[i].name);
	}
	to->parameters = (struct items){ items, n };
}

/* Everything is copied: the call itself is let go before the reply is written. */
static const char *text_of(struct arena *arena, const char *text)
{
	return arena_text(arena, journal_text(arena, text));
}

static struct call_item item_of(struct arena *arena, const struct journal_call *from)
{
	struct call_item item = {
		.number = (int64_t)from->number,
		.time = moment_millis_text(arena, from->time),
		.cloud_time = moment_millis_text(arena, from->cloud_time),
		.request_id = text_of(arena, from->request_id),
		.dialect = from->dialect->name,
		.product = from->operation ? from->operation->product : NULL,
		.operation = text_of(arena, from->action),
		.account = text_of(arena, from->account),
		.key_id = text_of(arena, from->key_id),
		.user = text_of(arena, from->user),
		.remote = text_of(arena, from->remote),
		.user_agent = text_of(arena, from->user_agent),
		.status = from->status,
		.code = text_of(arena, from->code),
		.reason = refusal_words[from->reason],
		.fault = text_of(arena, from->fault),
		.effect = from->effect,
		.duration = from->duration,
		.repeated = from->repeated,
		.body_bytes = (int64_t)from->body_bytes,
		.cut = from->cut,
	};
	size_t i;

	item.jobs.items = arena_array(arena, const char *, from->n_jobs);
	for (i = 0; i < from->n_jobs; i++)
		add_name(&item.jobs, text_of(arena, from->jobs[i]));
	fill_parameters(arena, from, &item);
	return item;
}

static bool journal_run(struct call *call, const void *in, void *out_)
{
	struct arena *arena = call_work_arena(call);
	struct journal_filter filter = filter_of(in);
	struct journal_out *out = out_;
	struct journal_page page;
	struct call_item *items;
	size_t i;

	if (!call->api->journal)
		return call_refuse(call, REFUSE_JOURNAL_OFF, NULL);
	journal_read(call->api->journal, &filter, arena, &page);
	items = arena_array(arena, struct call_item, page.n);
	for (i = 0; i < page.n; i++)
		items[i] = item_of(arena, page.calls[i]);
	*out = (struct journal_out){ { items, page.n }, (int64_t)page.next, (int64_t)page.lost };
	journal_release(&page);
	return true;
}

static void answer(void *context)
{
	struct call *call = context;

	call_run(call);
	call_resume(call);
}

static void journal_wait_run(struct call *call)
{
	const struct journal_in *in = call->in;
	struct journal_filter filter = filter_of(in);

	if (!call->api->journal || in->wait.is != GIVEN || !filter.has_after) {
		answer(call);
	} else if (!journal_wait(call->api->journal, &filter, filter.after, moment_monotonic() + in->wait.value * SECOND,
	                         answer, call)) {
		call_refuse(call, REFUSE_BUSY, NULL);
		call_resume(call);
	}
}

const struct operation control_journal = {
	.name = "GET /_cleat/journal",
	.mode = OPERATION_WAIT,
	.in = { sizeof(struct journal_in), in_fields },
	.out = { sizeof(struct journal_out), out_fields },
	.run = journal_run,
	.wait = journal_wait_run,
	.unrecorded = true,
	.doc = "The last calls that were answered, as the journal keeps them in memory.",
};
