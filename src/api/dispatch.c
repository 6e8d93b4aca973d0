/* What happens to every call of every dialect: bind, authorise, run inside a transaction, render. */
#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "api/authorise.h"
#include "api/bind.h"
#include "api/call.h"
#include "api/client_token.h"
#include "api/fault.h"
#include "api/journal.h"
#include "api/newcomer.h"
#include "api/rights.h"
#include "base/log.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/jobs.h"

#define REPLY_MAX ((size_t)64 << 20)

struct call *call_create(struct api *api, const struct request *request)
{
	struct call *call = calloc(1, sizeof *call);

	if (!call)
		abort();
	call->api = api;
	call->request = *request;
	call->began_us = moment_monotonic_us();
	call->reply.file = -1;
	arena_init(&call->arena);
	arena_init(&call->work_arena);
	buf_init(&call->reply.body, REPLY_MAX);
	random_uuid_upper(call->request_id);
	return call;
}

void call_destroy(struct call *call)
{
	if (!call)
		return;
	rights_release(call->rights);
	arena_finish(&call->arena);
	arena_finish(&call->work_arena);
	buf_finish(&call->reply.body);
	free(call);
}

bool call_refuse_detail(struct call *call, enum refusal_reason reason, const char *subject, const char *detail)
{
	call->refusal = (struct refusal){ .reason = reason, .subject = subject, .detail = detail };
	return false;
}

bool call_refuse(struct call *call, enum refusal_reason reason, const char *subject)
{
	return call_refuse_detail(call, reason, subject, NULL);
}

bool call_verb(struct call *call, bool verb)
{
	if (!verb)
		call->refusal = call->work.refusal;
	return verb;
}

struct arena *call_work_arena(struct call *call)
{
	return &call->work_arena;
}

/* ---- flags of the input that every operation treats alike ---- */

static const struct field *flagged_field(const struct operation *operation, unsigned flag)
{
	const struct field *field;

	for (field = operation->in.fields; field->name; field++) {
		if (field->flags & flag)
			return field;
	}
	return NULL;
}

static bool is_dry_run(const struct call *call)
{
	const struct field *field = flagged_field(call->operation, FIELD_DRY_RUN);
	const struct opt_bool *value;

	if (!field)
		return false;
	value = (const struct opt_bool *)((const char *)call->in + field->offset);
	return value->is == GIVEN && value->value;
}

static const char *client_token_of(const struct call *call)
{
	const struct field *field = flagged_field(call->operation, FIELD_CLIENT_TOKEN);
	const char *token = field ? *(const char *const *)((const char *)call->in + field->offset) : NULL;

	return text_empty(token) || is_dry_run(call) ? NULL : token;
}

/* ---- running ---- */

static bool run_plain(struct call *call)
{
	const char *token = client_token_of(call);
	enum client_token_answer known;

	if (!authorise(call))
		return false;
	call->out = arena_alloc(&call->work_arena, call->operation->out.size);
	if (token) {
		known = client_token_look(call, token);
		call->repeated = known == CLIENT_TOKEN_REPEATED;
		if (known != CLIENT_TOKEN_NEW)
			return known == CLIENT_TOKEN_REPEATED;
	}
	if (!call->operation->run(call, call->in, call->out))
		return false;
	if (is_dry_run(call))
		return call_refuse(call, REFUSE_DRY_RUN_PASSED, NULL);
	if (token)
		client_token_keep(call, token);
	return true;
}

static bool run_in_txn(struct txn *txn, void *context)
{
	struct call *call = context;
	bool done;

	call->refusal = (struct refusal){ 0 };
	call->then = NULL;
	call->repeated = false;
	work_begin(&call->work, call->api->core, txn, &call->caller, call->now);
	call->work.fault = fault_of_jobs(call);
	done = newcomer_still_there(call) && (!call->dialect->place || call->dialect->place(call)) && run_plain(call);
	assert(!call->work.opened_job || call->operation->opens_jobs); /* its row says otherwise */
	return done;
}

void call_take_outcome(struct call *call, enum store_outcome outcome)
{
	switch (outcome) {
	case STORE_DONE:
		break;
	case STORE_REFUSED:
		if (call->refusal.reason == REFUSE_NONE)
			call_refuse(call, REFUSE_INTERNAL, NULL);
		break;
	case STORE_BUSY:
		call_refuse(call, REFUSE_BUSY, NULL);
		break;
	case STORE_FULL:
		call_refuse(call, REFUSE_STORE_FULL, NULL);
		break;
	case STORE_TIMEOUT:
		call_refuse(call, REFUSE_TIMEOUT, NULL);
		break;
	case STORE_BROKEN:
		call_refuse(call, REFUSE_INTERNAL, NULL);
		break;
	}
}

static const struct dialect *dialect_of(const struct api *api, const struct request *request)
{
	const struct dialect *const *dialect = api->dialects;

	while (dialect[1] && !(*dialect)->claims(request))
		dialect++;
	return *dialect;
}

static void find_dialect(struct call *call)
{
	call->dialect = dialect_of(call->api, &call->request);
}

struct body_limit call_body_limit(const struct api *api, const char *target, const struct header *headers,
                                  size_t n_headers)
{
	const struct request head = { .method = "", .path = target, .query = "", .headers = headers, .n_headers = n_headers };
	const struct dialect *dialect = dialect_of(api, &head);
	struct body_limit limit = { .max = api->settings.max_body };

	if (dialect->body_limit)
		dialect->body_limit(api, &head, &limit);
	return limit;
}

void call_reject(struct call *call, enum refusal_reason reason, const char *limit)
{
	find_dialect(call);
	call_refuse(call, reason, limit ? arena_text(&call->arena, limit) : NULL);
}

static bool bind(struct call *call)
{
	call->in = arena_alloc(&call->arena, call->operation->in.size);
	call->now = clock_now(&call->api->core->clock);
	return bind_edition(&call->arena, call->edition, &call->operation->in, call->input, call->in, &call->refusal);
}

static bool authorise_in_txn(struct txn *txn, void *context)
{
	struct call *call = context;

	work_begin(&call->work, call->api->core, txn, &call->caller, call->now);
	return authorise(call);
}

/* Who may not do it at all learns nothing of what is wrong with its call. */
static void refuse_malformed(struct call *call)
{
	struct refusal malformed = call->refusal;
	enum store_outcome outcome;

	if (!call->rights_first || !call->rights)
		return;
	call->refusal = (struct refusal){ 0 };
	outcome = store_read(call->api->core->store, authorise_in_txn, call, &call->work_arena);
	call_take_outcome(call, outcome);
	if (outcome == STORE_DONE)
		call->refusal = malformed;
}

static enum call_next begin(struct call *call)
{
	call->begun = true;
	if (!bind(call)) {
		refuse_malformed(call);
		return CALL_RENDER;
	}
	switch (call->operation->mode) {
	case OPERATION_WRITE:
	case OPERATION_SLOW:
	case OPERATION_WAIT:
		return CALL_SUBMIT;
	case OPERATION_PLAIN:
		run_plain(call);
		break;
	case OPERATION_READ:
		call_take_outcome(call, store_read(call->api->core->store, run_in_txn, call, &call->work_arena));
		break;
	}
	return CALL_RENDER;
}

/* It is known who calls. */
static enum call_next admit(struct call *call)
{
	return fault_awaits(call) ? CALL_SUBMIT : begin(call);
}

enum call_next call_prepare(struct call *call)
{
	find_dialect(call);
	if (!call->dialect->receive(call))
		return CALL_RENDER;
	return call->newcomer ? CALL_SUBMIT : admit(call);
}

enum call_next call_continue(struct call *call)
{
	if (call->newcomer)
		return newcomer_end(call) ? admit(call) : CALL_RENDER;
	/* Without a fault it was prepared to its end elsewhere, and only comes back to be rendered. */
	return !call->begun && call->fault && fault_apply(call) ? begin(call) : CALL_RENDER;
}

void call_run(struct call *call)
{
	run_plain(call);
}

void call_resume(struct call *call)
{
	call->resume(call->resume_context);
}

static void resume(void *context)
{
	call_resume(context);
}

/* The change is on disk. In pace instant the reply also waits for what it set going. */
static void committed(void *context, enum store_outcome outcome)
{
	struct call *call = context;
	struct core *core = call->api->core;
	void (*then)(struct call *call) = call->then;
	bool waits = core->settings.pace == PACE_INSTANT && !then;

	call_take_outcome(call, outcome);
	if (outcome != STORE_DONE) {
		resume(call);
		return;
	}
	if (call->work.n_tickets || waits)
		jobs_hand_in(core->jobs, call->work.tickets, call->work.n_tickets, waits ? resume : NULL, call);
	/* Who waits for jobs may have been answered by now: then the call is gone. */
	if (then)
		then(call);
	else if (!waits)
		resume(call);
}

static void *run_slow(void *context)
{
	struct call *call = context;

	run_plain(call);
	resume(call);
	return NULL;
}

void call_submit(struct call *call, void (*resume_call)(void *context), void *context)
{
	pthread_attr_t attributes;
	pthread_t thread;

	call->resume = resume_call;
	call->resume_context = context;
	if (call->newcomer) {
		newcomer_submit(call);
		return;
	}
	if (!call->begun) {
		fault_submit(call);
		return;
	}
	if (call->operation->mode == OPERATION_WRITE) {
		store_submit(call->api->core->store, run_in_txn, call, &call->work_arena, committed);
		return;
	}
	if (call->operation->mode == OPERATION_WAIT) {
		call->operation->wait(call);
		return;
	}
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	if (pthread_create(&thread, &attributes, run_slow, call) != 0) {
		call_refuse(call, REFUSE_BUSY, NULL);
		resume(call);
	}
	pthread_attr_destroy(&attributes);
}

/* ---- the reply ---- */

const struct error_row *error_row_find(const struct error_row *rows, enum refusal_reason reason)
{
	for (; rows && rows->reason != REFUSE_NONE; rows++) {
		if (rows->reason == reason)
			return rows;
	}
	return NULL;
}

const char *fault_text(struct arena *arena, const char *format, const char *first, const char *second)
{
	const char *arguments[] = { text_or(first, ""), text_or(second, "") };
	struct buf BUF_CLEANUP buf;
	size_t n = 0;

	buf_init(&buf, 65536);
	for (; *format; format++) {
		if (format[0] == '%' && format[1] == 's') {
			buf_add_text(&buf, n < 2 ? arguments[n] : "");
			n++;
			format++;
		} else {
			buf_add_char(&buf, *format);
		}
	}
	return arena_text_n(arena, buf_text(&buf), buf.length);
}

static struct fault explain(struct call *call)
{
	const struct refusal *refusal = &call->refusal;
	bool brings_words = refusal->reason == REFUSE_FIELD || refusal->reason == REFUSE_FAULT;
	const struct error_row *row = brings_words ? refusal->row : NULL;

	if (!row && call->operation)
		row = error_row_find(call->operation->errors, refusal->reason);
	if (!row && call->operation)
		row = error_row_find(call->operation->common, refusal->reason);
	if (!row && call->dialect->words)
		row = call->dialect->words(call, refusal->reason);
	if (!row)
		row = error_row_find(call->dialect->errors, refusal->reason);
	if (!row) {
		/* A reason that neither the operation nor the dialect declares is a bug: tests look for this line. */
		log_event(LOG_ERROR, "undeclared-refusal", LOG_TEXT_PAIR("operation", call->action),
		          LOG_TEXT_PAIR("reason", refusal_words[refusal->reason]));
		row = error_row_find(call->dialect->errors, REFUSE_INTERNAL);
	}
	return (struct fault){
		.http = row->http,
		.code = fault_text(&call->arena, row->code, refusal->subject, NULL),
		.message = fault_text(&call->arena, row->message, refusal->subject, refusal->detail),
	};
}

static void log_call(const struct call *call, const char *code)
{
	enum log_level level = call->reply.status >= 500 ? LOG_WARNING : LOG_INFO;
	const struct fault_rule *rule = call_fault(call);

	if (!log_wants(level))
		return;
	log_event(level, "request", LOG_TEXT_PAIR("request_id", call->request_id),
	          LOG_TEXT_PAIR("dialect", call->dialect->name), LOG_TEXT_PAIR("operation", call->action),
	          LOG_TEXT_PAIR("account", call->caller.tenant.account), LOG_TEXT_PAIR("key", call->caller.key_id),
	          LOG_TEXT_PAIR("user", text_or(call->caller.user, "")),
	          LOG_TEXT_PAIR("remote", call->request.remote), LOG_NUMBER_PAIR("status", call->reply.status),
	          LOG_TEXT_PAIR("code", code), LOG_TEXT_PAIR("reason", refusal_words[call->refusal.reason]),
	          LOG_NUMBER_PAIR("jobs", (int64_t)call->work.n_tickets),
	          LOG_NUMBER_PAIR("microseconds", moment_monotonic_us() - call->began_us),
	          LOG_TEXT_PAIR(rule ? "fault" : NULL, rule ? rule->id : ""),
	          LOG_TEXT_PAIR("effect", rule ? fault_effect_names[rule->effect] : ""));
}

void call_render(struct call *call)
{
	struct fault fault = { 0 };

	/* A connection that is cut has no reply at all: status 0. */
	if (call->refusal.reason == REFUSE_NONE && !fault_is_cut(call)) {
		call->reply.status = call->operation->success ? call->operation->success : 200;
		call->dialect->write_done(call);
		if (call->reply.body.failed)
			call_refuse(call, REFUSE_INTERNAL, NULL);
	}
	if (call->refusal.reason != REFUSE_NONE) {
		call->work.n_tickets = 0;
		fault = explain(call);
		buf_clear(&call->reply.body);
		call->reply.status = fault.http;
		if (fault.http == 503)
			reply_header(&call->reply, "Retry-After", "1");
		call->dialect->write_fault(call, &fault);
	}
	log_call(call, text_or(fault.code, ""));
	journal_record(call->api->journal, call, text_or(fault.code, ""));
}
