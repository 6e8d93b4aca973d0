#include "api/control/control.h"

#include <string.h>

#include "api/query.h"
#include "api/write.h"
#include "base/option.h"
#include "base/text.h"

#define FLEET_PATH "/_cleat/fleet"
#define NAMES_MAX  32 /* of parameters of one operation */

#define OPERATION(name) extern const struct operation control_##name;
#include "api/control/operations.def"
#undef OPERATION

const struct operation *const control_operations[] = {
#define OPERATION(name) &control_##name,
#include "api/control/operations.def"
#undef OPERATION
	NULL,
};

/* Balancers put into the query what they like. */
static bool is_health(const struct request *request)
{
	return text_equal(request->path, "/healthz") || text_equal(request->path, "/readyz");
}

static bool claims(const struct request *request)
{
	return text_starts(request->path, "/_cleat/") || is_health(request);
}

static bool has_token(const struct api *api, const struct request *request)
{
	const char *given = request_header(request, "authorization");

	return text_starts(given, "Bearer ") && text_equal_secret(given + strlen("Bearer "), api->control_token);
}

/* A fleet file may be longer than other bodies, from those who may load one. */
static void body_limit(const struct api *api, const struct request *head, struct body_limit *limit)
{
	bool fleet = text_equal(head->path, FLEET_PATH) || text_starts(head->path, FLEET_PATH "?");

	limit->trusted = has_token(api, head);
	if (fleet && limit->trusted)
		limit->max = api->settings.max_fleet_bytes;
}

static void add_parameter(void *context, const char *name, const char *value)
{
	struct call *call = context;

	tree_add(&call->arena, call->input, TREE_TEXT, name, value);
}

/* The query, and the members of a JSON body. */
static bool read_input(struct call *call)
{
	const struct request *request = &call->request;
	const char *error;

	call->input = tree_object(&call->arena, NULL);
	if (request->body_length && !call->operation->own_body) {
		call->input = tree_from_json(&call->arena, request->body, request->body_length, TREE_DEPTH_MAX, &error);
		if (!call->input)
			return call_refuse_detail(call, REFUSE_PARAMETERS_UNREADABLE, NULL, error);
		if (call->input->kind != TREE_OBJECT)
			return call_refuse_detail(call, REFUSE_PARAMETERS_UNREADABLE, NULL, "not a JSON object");
	}
	if (query_count(request->query) > call->api->settings.max_params)
		return call_refuse_detail(call, REFUSE_PARAMETERS_TOO_MANY, NULL,
		                          arena_printf(&call->arena, "%zu", call->api->settings.max_params));
	return query_read(&call->arena, request->query, add_parameter, call) ||
	       call_refuse_detail(call, REFUSE_PARAMETERS_UNREADABLE, NULL, "the query is not valid UTF-8 text");
}

/* What nobody would read is a mistake. Of an own body, operations say so themselves. */
static bool check_names(struct call *call)
{
	const char *names[NAMES_MAX];
	const struct field *field = call->operation->in.fields;
	const struct tree *child;
	const char *near;
	size_t n = 0;
	size_t i;

	for (; field->name && n < NAMES_MAX; field++)
		names[n++] = field->name;
	for (child = call->input->first; child; child = child->next) {
		for (i = 0; i < n && !text_equal(names[i], child->name); i++)
			continue;
		if (i < n)
			continue;
		near = option_nearest(child->name, names, n);
		return call_refuse_detail(call, REFUSE_PARAMETER_UNKNOWN, NULL,
		                          arena_printf(&call->arena, near ? "There is no '%.64s'; did you mean '%s'?" :
		                                                            "There is no '%.64s'.",
		                                       child->name, near));
	}
	return true;
}

static bool receive(struct call *call)
{
	const struct operation *const *at;

	call->action = arena_printf(&call->arena, "%s %s", call->request.method, call->request.path);
	if (text_starts(call->request.path, "/_cleat/") && !text_equal(call->action, CONTROL_AUTHORITY)) {
		if (!has_token(call->api, &call->request))
			return call_refuse(call, REFUSE_CONTROL_TOKEN, NULL);
		call->caller.key_id = "control";
	}
	for (at = control_operations; *at; at++) {
		if (text_equal((*at)->name, call->action)) {
			call->operation = *at;
			return read_input(call) && (is_health(&call->request) || check_names(call));
		}
	}
	return call_refuse(call, REFUSE_UNKNOWN_OPERATION, call->action);
}

static void begin(struct call *call, struct writer *writer)
{
	call->reply.content_type = "application/json";
	reply_header(&call->reply, "x-cleat-request-id", call->request_id);
	writer_init(writer, &writer_json, &call->reply.body);
	writer_json.object_begin(writer, NULL);
}

static void write_done(struct call *call)
{
	struct writer writer;

	if (call->reply.file >= 0) {
		if (!call->reply.content_type)
			call->reply.content_type = "application/octet-stream";
		return;
	}
	if (call->operation->own_reply) {
		if (!call->reply.content_type)
			call->reply.content_type = "application/json";
		reply_header(&call->reply, "x-cleat-request-id", call->request_id);
		return;
	}
	begin(call, &writer);
	write_fields(&writer, &call->operation->out, call->out);
	writer_json.object_end(&writer, NULL);
	buf_add_char(&call->reply.body, '\n');
}

static void write_fault(struct call *call, const struct fault *fault)
{
	struct writer writer;

	begin(call, &writer);
	writer_json.object_begin(&writer, "error");
	writer_json.text(&writer, "reason", fault->code);
	writer_json.text(&writer, "message", fault->message);
	writer_json.object_end(&writer, "error");
	writer_json.object_end(&writer, NULL);
	buf_add_char(&call->reply.body, '\n');
}

static const struct error_row errors[] = {
	{ REFUSE_CONTROL_TOKEN, 401, "control-token",
	  "The control API needs the header \"Authorization: Bearer TOKEN\"; the token is in the file control_token of the "
	  "server's data directory.", NULL },
	{ REFUSE_UNKNOWN_OPERATION, 404, "unknown-operation", "There is no %s in the control API.", NULL },
	{ REFUSE_PARAMETER_MISSING, 400, "parameter-missing", "%s is missing.", NULL },
	{ REFUSE_PARAMETER_EMPTY, 400, "parameter-empty", "%s is empty.", NULL },
	{ REFUSE_PARAMETER_INVALID, 400, "parameter-invalid", "%s is not valid.", NULL },
	{ REFUSE_PARAMETER_UNKNOWN, 400, "parameter-unknown", "%s%s", NULL },
	{ REFUSE_PARAMETERS_TOO_MANY, 400, "parameters-too-many", "The request has more than %s%s parameters.", NULL },
	{ REFUSE_PARAMETERS_UNREADABLE, 400, "parameters-unreadable", "The request cannot be read%s: %s.", NULL },
	{ REFUSE_LENGTHS_CONFLICT, 400, "lengths-conflict", "The request has two lengths, or one that is no number.", NULL },
	{ REFUSE_HOSTS_CONFLICT, 400, "hosts-conflict", "The request has more than one Host header.", NULL },
	{ REFUSE_TRANSFER_ENCODING, 400, "transfer-encoding",
	  "The only Transfer-Encoding that is understood is chunked, of HTTP/1.1.", NULL },
	{ REFUSE_BODY_TOO_LARGE, 413, "body-too-large", "The body of the request is longer than %s bytes.", NULL },
	{ REFUSE_TARGET_TOO_LONG, 414, "target-too-long", "The path and query are longer than %s bytes.", NULL },
	{ REFUSE_HEADERS_MALFORMED, 400, "headers-malformed",
	  "A line of the request's head is broken: each ends with CR LF, has no other control characters and is not continued.",
	  NULL },
	{ REFUSE_HEADERS_TOO_LARGE, 431, "headers-too-large", "The headers are longer than %s bytes together.", NULL },
	{ REFUSE_HEADERS_TOO_MANY, 431, "headers-too-many", "The request has more than %s headers.", NULL },
	{ REFUSE_AUTHORITY_NONE, 404, "no-authority", "%s.", NULL },
	{ REFUSE_KEY_UNKNOWN, 404, "access-key-unknown", "There is no access key %s.", NULL },
	{ REFUSE_KEY_EXISTS, 409, "access-key-exists", "The access key %s belongs to another account.", NULL },
	{ REFUSE_USER_UNKNOWN, 404, "user-unknown", "The account has no user %s.", NULL },
	{ REFUSE_ACCOUNT_UNKNOWN, 404, "account-unknown", "There is no account %s.", NULL },
	{ REFUSE_DISK_UNKNOWN, 404, "disk-unknown", "There is no disk %s.", NULL },
	{ REFUSE_CLOCK_NOT_MANUAL, 409, "clock-not-manual",
	  "The clock of this server runs by itself; start it with --clock manual to move it.", NULL },
	{ REFUSE_FAULT_INVALID, 400, "fault-invalid", "%s", NULL },
	{ REFUSE_FAULT_UNKNOWN, 404, "fault-unknown", "There is no fault %s.", NULL },
	{ REFUSE_FAULT_EXISTS, 409, "fault-exists", "There is a fault %s; clear it first, or give another id.", NULL },
	{ REFUSE_FAULT_LIMIT, 409, "fault-limit",
	  "There are 1000 faults, the most there may be; clear some, those that are used up count.", NULL },
	{ REFUSE_JOURNAL_OFF, 409, "journal-off", "This server keeps no journal; start it with --journal-calls 1000.", NULL },
	{ REFUSE_BUSY, 503, "busy", "The server has too much to do; try again.", NULL },
	{ REFUSE_STORE_FULL, 503, "store-full", "The server cannot write: %s%s", NULL },
	{ REFUSE_TIMEOUT, 503, "timeout", "It took too long.", NULL },
	{ REFUSE_INTERNAL, 500, "internal", "Cleat failed; its log says more.%s%s", NULL },
	{ REFUSE_NONE, 0, NULL, NULL, NULL },
};

const struct dialect dialect_control = {
	.name = "control",
	.operations = control_operations,
	.errors = errors,
	.own = true,
	.claims = claims,
	.receive = receive,
	.write_done = write_done,
	.write_fault = write_fault,
	.body_limit = body_limit,
};
