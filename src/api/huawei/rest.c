#include "api/huawei/rest.h"

#include <string.h>

#include "api/query.h"
#include "base/text.h"
#include "core/project.h"
#include "core/realm.h"

#define BODY_DEPTH_MAX 12 /* nesting: a policy with conditions, where it is given for a temporary key */

#define OPERATION(name) extern const struct operation huawei_##name;
#include "api/huawei/operations.def"
#undef OPERATION

const struct operation *const huawei_operations[] = {
#define OPERATION(name) &huawei_##name,
#include "api/huawei/operations.def"
#undef OPERATION
	NULL,
};

const struct field rest_nothing_fields[] = { FIELDS_END };

const struct field rest_job_fields[] = {
	TEXT(struct rest_job_out, job, "job_id"),
	FIELDS_END,
};

/* ---- routing ---- */

/* The next part of a path or pattern, without its slash. */
static const char *next_part(const char **at, size_t *ret_length)
{
	const char *part = **at == '/' ? *at + 1 : *at;

	*ret_length = strcspn(part, "/#");
	*at = part + *ret_length;
	return part;
}

static bool at_end(const char *at)
{
	return !*at || text_equal(at, "/");
}

/* Of a pattern: what stands behind '#' is no part of the path. */
static bool at_pattern_end(const char *at)
{
	return at_end(at) || *at == '#';
}

/* A bit for each part that is a literal, the first part the highest; -1: it does not match. */
static int64_t match(const char *pattern, const char *path)
{
	int64_t literals = 0;

	while (!at_pattern_end(pattern) && !at_end(path)) {
		size_t wanted_length;
		size_t length;
		const char *wanted = next_part(&pattern, &wanted_length);
		const char *part = next_part(&path, &length);

		literals *= 2;
		if (*wanted == '{' && length)
			continue;
		if (length != wanted_length || strncmp(wanted, part, length) != 0)
			return -1;
		literals++;
	}
	return at_pattern_end(pattern) && at_end(path) ? literals : -1;
}

static bool take_parameters(struct arena *arena, const char *pattern, const char *path, struct tree *parameters)
{
	while (!at_pattern_end(pattern)) {
		size_t name_length;
		size_t length;
		const char *name = next_part(&pattern, &name_length);
		const char *part = next_part(&path, &length);
		const char *value;

		if (*name != '{')
			continue;
		value = text_percent_decode(arena, part, length, false);
		if (!value || !text_is_utf8(value, strlen(value)))
			return false;
		tree_add(arena, parameters, TREE_TEXT, arena_text_n(arena, name + 1, name_length - 2), value);
	}
	return true;
}

const struct operation *rest_route(struct arena *arena, const char *method, const char *path, struct tree *parameters,
                                   bool *ret_path_known)
{
	const struct operation *const *at;
	const struct operation *best = NULL;
	const char *pattern = NULL;
	int64_t best_literals = -1;

	*ret_path_known = false;
	for (at = huawei_operations; *at; at++) {
		int64_t literals = match((*at)->path, path);
		int64_t also = (*at)->also ? match((*at)->also, path) : -1;
		int64_t most = also > literals ? also : literals;

		if (most < 0)
			continue;
		*ret_path_known = true;
		if (most > best_literals && text_equal((*at)->method, method)) {
			best = *at;
			best_literals = most;
			pattern = also > literals ? best->also : best->path;
		}
	}
	if (best && parameters && !take_parameters(arena, pattern, path, parameters))
		return NULL;
	return best;
}

/* ---- whose request it is ---- */

/* What no other dialect has claimed: an RPC request names an action, Cleat's own paths are a few. */
static bool claims(const struct request *request)
{
	(void)request;
	return true;
}

/* ---- reading ---- */

/* Clients give a list by naming its parameter once for each. */
static bool is_list(const struct operation *operation, const char *name)
{
	const struct field *field;

	for (field = operation->in.fields; field->name; field++) {
		if (field->type == FIELD_TEXTS && text_equal(field->name, name))
			return true;
	}
	return false;
}

static void add_query(void *context, const char *name, const char *value)
{
	struct call *call = context;
	struct tree *before = tree_find(call->input, name);

	if (is_list(call->operation, name))
		tree_add(&call->arena, before ? before : tree_add(&call->arena, call->input, TREE_LIST, name, NULL), TREE_TEXT, NULL,
		         value);
	else if (before)
		call_refuse(call, REFUSE_PARAMETERS_REPEATED, name);
	else
		tree_add(&call->arena, call->input, TREE_TEXT, name, value);
}

static bool read_query(struct call *call)
{
	size_t max = call->api->settings.max_params;

	if (query_count(call->request.query) > max)
		return call_refuse_detail(call, REFUSE_PARAMETERS_TOO_MANY, NULL, arena_printf(&call->arena, "%zu", max));
	if (!query_read(&call->arena, call->request.query, add_query, call))
		return call_refuse_detail(call, REFUSE_PARAMETERS_UNREADABLE, NULL, "the query is not valid UTF-8 text");
	return call->refusal.reason == REFUSE_NONE;
}

static void read_headers(struct call *call)
{
	const struct field *field;
	const char *value;

	for (field = call->operation->in.fields; field->name; field++) {
		value = field->flags & FIELD_HEADER ? request_header(&call->request, field->name) : NULL;
		if (value && text_is_utf8(value, strlen(value)))
			tree_add(&call->arena, call->input, TREE_TEXT, field->name, value);
	}
}

/* Whether something of the body must be there. */
static bool needs_body(const struct operation *operation)
{
	const struct field *field;

	for (field = operation->in.fields; field->name; field++) {
		if ((field->type == FIELD_OBJECT || field->type == FIELD_ITEMS) && field->flags & FIELD_REQUIRED)
			return true;
	}
	return false;
}

/* Its members stand beside those of path and query, which win. */
static bool read_body(struct call *call)
{
	const struct request *request = &call->request;
	struct tree *body;
	struct tree *child;
	struct tree *next;
	const char *error;

	if (call->operation->own_body)
		return true;
	if (!request->body_length)
		return !needs_body(call->operation) || call_refuse(call, REFUSE_BODY_EMPTY, NULL);
	body = tree_from_json(&call->arena, request->body, request->body_length, BODY_DEPTH_MAX, &error);
	if (!body || body->kind != TREE_OBJECT)
		return call_refuse_detail(call, REFUSE_PARAMETERS_UNREADABLE, NULL, body ? "not a JSON object" : error);
	for (child = body->first; child; child = next) {
		next = child->next;
		child->next = NULL;
		if (call->input->last)
			call->input->last->next = child;
		else
			call->input->first = child;
		call->input->last = child;
		call->input->n_children++;
	}
	return true;
}

/* Of operations that share method and path that whose member the body has. */
static bool choose(struct call *call)
{
	const char *pattern = call->operation->path;
	size_t length = strcspn(pattern, "#");
	const struct operation *const *at;

	if (!pattern[length])
		return true;
	for (at = huawei_operations; *at; at++) {
		const char *other = (*at)->path;

		if (text_equal((*at)->method, call->operation->method) && strcspn(other, "#") == length && other[length] &&
		    strncmp(pattern, other, length) == 0 && tree_find(call->input, other + length + 1)) {
			call->operation = *at;
			call->action = call->operation->name;
			return true;
		}
	}
	return call_refuse(call, REFUSE_PARAMETER_MISSING, pattern + length + 1);
}

static bool receive(struct call *call)
{
	bool path_known;

	call->action = arena_printf(&call->arena, "%s %s", call->request.method, call->request.path);
	call->input = tree_object(&call->arena, NULL);
	call->operation = rest_route(&call->arena, call->request.method, call->request.path, call->input, &path_known);
	if (!call->operation)
		return call_refuse(call, path_known ? REFUSE_METHOD : REFUSE_UNKNOWN_OPERATION, call->request.method);
	call->action = call->operation->name;
	if (!call->operation->open && !rest_authenticate(call))
		return false;
	read_headers(call);
	return read_query(call) && read_body(call) && choose(call);
}

/* The project that the path names must be the caller's; it says the region. */
static bool place(struct call *call)
{
	const struct tree *named = tree_find(call->input, "project_id");
	struct tenant *tenant = &call->work.caller.tenant;
	struct project project;

	/* IAM's paths name projects as things. */
	if (call->operation->open || !named || !named->value || text_equal(call->operation->product, "iam"))
		return true;
	/* A token is for its project alone. */
	if (call->token && !text_equal(call->token->scope, named->value))
		return call_refuse(call, REFUSE_PROJECT_UNKNOWN, named->value);
	if (!project_get(call->work.txn, named->value, &project) || !text_equal(project.account, tenant->account))
		return call_refuse(call, REFUSE_PROJECT_UNKNOWN, named->value);
	tenant->scope = arena_text(&call->arena, project.id);
	tenant->region = arena_text(&call->arena, project.region);
	call->caller.tenant = *tenant;
	return true;
}

/* What the gateway says, before any API is asked (API Gateway pages, "error codes"; live replies). */
#define AUTH "Incorrect IAM authentication information: "
static const struct error_row errors[] = {
	{ REFUSE_UNKNOWN_OPERATION, 404, "APIGW.0101",
	  "The API does not exist or has not been published in the environment.", NULL },
	{ REFUSE_METHOD, 404, "APIGW.0101", "The API does not exist.", NULL },
	{ REFUSE_AUTH_NONE, 401, "APIGW.0301", AUTH "x-auth-token not found", NULL },
	{ REFUSE_AUTH_METHOD, 401, "APIGW.0301", AUTH "unsupported authorization algorithm", "Cleat" },
	{ REFUSE_AUTH_INCOMPLETE, 401, "APIGW.0301", AUTH "Authorization format error", "Cleat" },
	{ REFUSE_AUTH_TIME_FORMAT, 401, "APIGW.0301", AUTH "calc aksk signature fail:invalid x-sdk-date:%s", "Cleat" },
	{ REFUSE_AUTH_TIME_EXPIRED, 401, "APIGW.0301",
	  AUTH "calc aksk signature fail:signature expired, signature time:%s,server time:%s", NULL },
	{ REFUSE_AUTH_MISMATCH, 401, "APIGW.0301", AUTH "verify aksk signature fail, canonicalRequest:%s%s", NULL },
	{ REFUSE_KEY_UNKNOWN, 401, "APIGW.0301", AUTH "ak %s not exist", NULL },
	{ REFUSE_KEY_DISABLED, 401, "APIGW.0301", AUTH "ak %s is disabled", "Cleat" },
	{ REFUSE_TOKEN_MISSING, 401, "APIGW.0301", AUTH "x-security-token not found", "Cleat" },
	{ REFUSE_TOKEN_EXPIRED, 401, "APIGW.0301", AUTH "x-security-token expires", "Cleat" },
	{ REFUSE_TOKEN_MALFORMED, 401, "APIGW.0301", AUTH "decrypt token fail", NULL },
	{ REFUSE_TOKEN_OF_ANOTHER_KEY, 401, "APIGW.0301", AUTH "x-security-token is that of another ak", "Cleat" },
	{ REFUSE_TOKEN_UNKNOWN, 401, "APIGW.0301", AUTH "decrypt token fail", NULL },
	{ REFUSE_TOKEN_OLD, 401, "APIGW.0301", AUTH "token expires, expires_at: %s", NULL },
	{ REFUSE_NOT_AUTHORISED, 403, "Pdp.0001", "Policy doesn't allow %s to be performed.", NULL },
	{ REFUSE_PARAMETERS_TOO_MANY, 400, "APIGW.0201", "API request error. More than %s%s parameters.", "Cleat" },
	{ REFUSE_PARAMETERS_UNREADABLE, 400, "APIGW.0201", "API request error.%s %s", "Cleat" },
	{ REFUSE_PARAMETERS_REPEATED, 400, "APIGW.0201", "API request error. %s is given more than once.", "Cleat" },
	{ REFUSE_LENGTHS_CONFLICT, 400, "APIGW.0201", "API request error.", NULL },
	{ REFUSE_HOSTS_CONFLICT, 400, "APIGW.0201", "API request error.", NULL },
	{ REFUSE_TRANSFER_ENCODING, 400, "APIGW.0201", "API request error.", NULL },
	{ REFUSE_HEADERS_MALFORMED, 400, "APIGW.0201", "API request error.", NULL },
	{ REFUSE_HEADERS_TOO_LARGE, 400, "APIGW.0201", "API request error.", NULL },
	{ REFUSE_HEADERS_TOO_MANY, 400, "APIGW.0201", "API request error.", NULL },
	{ REFUSE_BODY_TOO_LARGE, 413, "APIGW.0201", "Request entity too large.", NULL },
	{ REFUSE_TARGET_TOO_LONG, 414, "APIGW.0201", "Request URI too large.", NULL },
	{ REFUSE_BUSY, 503, "APIGW.0201", "Backend unavailable.", NULL },
	{ REFUSE_STORE_FULL, 503, "APIGW.0201", "Backend unavailable.", NULL },
	{ REFUSE_TIMEOUT, 504, "APIGW.0201", "Backend timeout.", NULL },
	{ REFUSE_INTERNAL, 502, "APIGW.0201", "Backend unavailable.", NULL },
	ROWS_END,
};

static const struct error_row faults[] = {
	{ REFUSE_FAULT, 429, "APIGW.0308", "The throttling threshold has been reached.", NULL },
	{ REFUSE_FAULT, 401, "APIGW.0307", "The token must be updated.", NULL },
	{ REFUSE_FAULT, 403, "APIGW.0302", "The IAM user is not authorized to access the API.", NULL },
	{ REFUSE_FAULT, 403, "APIGW.0306", "API access denied.", NULL },
	ROWS_END,
};

const struct dialect dialect_huawei = {
	.name = "huawei",
	.operations = huawei_operations,
	.errors = errors,
	.faults = faults,
	.json = true,
	.rights = &rest_rights,
	.claims = claims,
	.receive = receive,
	.place = place,
	.write_done = rest_write_done,
	.write_fault = rest_write_fault,
};
