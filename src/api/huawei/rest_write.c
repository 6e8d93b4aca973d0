/* Replies, and the bodies that errors have in each family of APIs. */
#include <ctype.h>
#include <string.h>

#include "api/huawei/rest.h"
#include "api/write.h"
#include "base/text.h"

#define REPLY_USUAL ((size_t)2000) /* bytes: what one resource takes */

const char *rest_request_id(struct call *call)
{
	char *id = arena_text(&call->arena, call->request_id);
	const char *from;
	char *to = id;

	for (from = id; *from; from++) {
		if (*from != '-')
			*to++ = (char)tolower((unsigned char)*from);
	}
	*to = '\0';
	return id;
}

const char *rest_base_url(struct call *call)
{
	const char *host = request_header(&call->request, "host");

	if (text_empty(host) || !text_is_utf8(host, strlen(host)))
		host = "localhost";
	return arena_printf(&call->arena, "%s://%s", call->request.secure ? "https" : "http", host);
}

static void common_headers(struct call *call)
{
	reply_header(&call->reply, "X-Request-Id", rest_request_id(call));
	call->reply.content_type = "application/json";
}

static bool has_body(const struct shape *shape)
{
	const struct field *field;

	for (field = shape->fields; field->name; field++) {
		if (!(field->flags & FIELD_HEADER))
			return true;
	}
	return false;
}

static void write_headers(struct call *call)
{
	const struct field *field;

	for (field = call->operation->out.fields; field->name; field++) {
		const char *value;

		if (!(field->flags & FIELD_HEADER))
			continue;
		value = *(const char *const *)((const char *)call->out + field->offset);
		if (!text_empty(value))
			reply_header(&call->reply, field->name, value);
	}
}

void rest_write_done(struct call *call)
{
	struct writer writer;

	common_headers(call);
	write_headers(call);
	if (call->operation->own_reply || !has_body(&call->operation->out))
		return;
	buf_room(&call->reply.body, REPLY_USUAL);
	writer_init(&writer, &writer_json, &call->reply.body);
	writer_json.object_begin(&writer, NULL);
	write_fields(&writer, &call->operation->out, call->out);
	writer_json.object_end(&writer, NULL);
}

/* ---- errors ---- */

static bool is_about_parameter(enum refusal_reason reason)
{
	return reason == REFUSE_PARAMETER_MISSING || reason == REFUSE_PARAMETER_EMPTY || reason == REFUSE_PARAMETER_INVALID ||
	       reason == REFUSE_PARAMETERS_REPEATED || reason == REFUSE_FIELD;
}

/* {"error": {"message", "code"}}. The vendor's text does not say which parameter is meant; its `details` may. */
static void write_v1(struct call *call, struct writer *writer, const struct fault *fault)
{
	writer_json.object_begin(writer, "error");
	writer_json.text(writer, "message", fault->message);
	writer_json.text(writer, "code", fault->code);
	if (is_about_parameter(call->refusal.reason) && !text_empty(call->refusal.subject)) {
		writer_json.list_begin(writer, "details");
		writer_json.object_begin(writer, NULL);
		writer_json.text(writer, "code", fault->code);
		writer_json.text(writer, "message", call->refusal.subject);
		writer_json.object_end(writer, NULL);
		writer_json.list_end(writer, "details");
	}
	writer_json.object_end(writer, "error");
}

/* {"itemNotFound": {"message", "code": 404}} */
static void write_native(struct call *call, struct writer *writer, const struct fault *fault)
{
	(void)call;
	writer_json.object_begin(writer, fault->code);
	writer_json.text(writer, "message", fault->message);
	writer_int(writer, "code", fault->http);
	writer_json.object_end(writer, fault->code);
}

/* {"error": {"code": 404, "message", "title"}}, or {"error_msg", "error_code"} where there is a code of its own. */
static void write_iam(struct call *call, struct writer *writer, const struct fault *fault)
{
	(void)call;
	if (text_starts(fault->code, "IAM.")) {
		writer_json.text(writer, "error_msg", fault->message);
		writer_json.text(writer, "error_code", fault->code);
		return;
	}
	writer_json.object_begin(writer, "error");
	writer_int(writer, "code", fault->http);
	writer_json.text(writer, "message", fault->message);
	writer_json.text(writer, "title", fault->code);
	writer_json.object_end(writer, "error");
}

static void write_gateway(struct call *call, struct writer *writer, const struct fault *fault)
{
	writer_json.text(writer, "error_msg", fault->message);
	writer_json.text(writer, "error_code", fault->code);
	writer_json.text(writer, "request_id", rest_request_id(call));
	reply_header(&call->reply, "Server", "api-gateway");
}

/* A family of APIs: how its error bodies look. */
static const struct family {
	const char *product;
	void (*write)(struct call *call, struct writer *writer, const struct fault *fault);
} families[] = {
	{ "ecs", write_v1 },
	{ "bms", write_v1 },
	{ "evs", write_v1 },
	{ "ims", write_v1 },
	{ "nova", write_native },
	{ "glance", write_native },
	{ "cinder", write_native },
	{ "iam", write_iam },
};

void rest_write_fault(struct call *call, const struct fault *fault)
{
	void (*write)(struct call *, struct writer *, const struct fault *) = write_gateway;
	struct writer writer;
	size_t i;

	for (i = 0; call->operation && !text_starts(fault->code, "APIGW.") && i < COUNT_OF(families); i++) {
		if (text_equal(families[i].product, call->operation->product))
			write = families[i].write;
	}
	common_headers(call);
	writer_init(&writer, &writer_json, &call->reply.body);
	writer_json.object_begin(&writer, NULL);
	/* All was well: nothing was done, and so there is nothing to say. */
	if (call->refusal.reason != REFUSE_DRY_RUN_PASSED)
		write(call, &writer, fault);
	writer_json.object_end(&writer, NULL);
}

/* ---- rows that a family shares ---- */

const struct error_row rest_ecs_errors[] = {
	{ REFUSE_PARAMETER_MISSING, 400, "Ecs.0005", ECS_INVALID, NULL },
	{ REFUSE_PARAMETER_EMPTY, 400, "Ecs.0005", ECS_INVALID, NULL },
	{ REFUSE_PARAMETER_INVALID, 400, "Ecs.0005", ECS_INVALID, NULL },
	{ REFUSE_PARAMETERS_REPEATED, 400, "Ecs.0005", ECS_INVALID, NULL },
	{ REFUSE_PARAMETERS_UNREADABLE, 400, "Ecs.0005", "request body is illegal.", "page of errors, sample" },
	{ REFUSE_BODY_EMPTY, 400, "Common.0002", "The request body cannot be left blank.", NULL },
	{ REFUSE_PROJECT_UNKNOWN, 400, "Ecs.0023", "project_id in token mismatches with project_id in url.", NULL },
	{ REFUSE_NOT_AUTHORISED, 403, "Pdp.0001", "Policy doesn't allow %s to be performed.", NULL },
	{ REFUSE_TOKEN_MISMATCH, 400, "Ecs.0000", "Request error. Try again later or contact customer service.", "Cleat" },
	{ REFUSE_DRY_RUN_PASSED, 202, "", "", "page of creating servers, dry_run: 202, and an empty object" },
	{ REFUSE_INTERNAL, 500, "Common.0001", ECS_SYSTEM, NULL },
	ROWS_END,
};

#define BMS_INVALID "Request parameter is invalid."
const struct error_row rest_bms_errors[] = {
	{ REFUSE_PARAMETER_MISSING, 400, "BMS.0018", BMS_INVALID, NULL },
	{ REFUSE_PARAMETER_EMPTY, 400, "BMS.0018", BMS_INVALID, NULL },
	{ REFUSE_PARAMETER_INVALID, 400, "BMS.0018", BMS_INVALID, NULL },
	{ REFUSE_PARAMETERS_REPEATED, 400, "BMS.0018", BMS_INVALID, NULL },
	{ REFUSE_PARAMETERS_UNREADABLE, 400, "BMS.0001", "Fail to parse request, reason:%s %s.", NULL },
	{ REFUSE_BODY_EMPTY, 400, "BMS.0001", "Fail to parse request, reason: the body is empty.", NULL },
	{ REFUSE_PROJECT_UNKNOWN, 400, "Common.0018", "tenantId in token is not the same with in URL.", NULL },
	{ REFUSE_NOT_AUTHORISED, 403, "BMS.0288", "Policy doesn't allow %s to be performed.", NULL },
	{ REFUSE_TOKEN_MISMATCH, 400, "BMS.0018", BMS_INVALID, "Cleat" },
	{ REFUSE_INTERNAL, 500, "Common.0001", ECS_SYSTEM, NULL },
	ROWS_END,
};

/* Nova's own words (openstack/nova, api/openstack/wsgi.py and exception.py). */
const struct error_row rest_nova_errors[] = {
	{ REFUSE_PARAMETER_MISSING, 400, "badRequest", "Invalid input. '%s' is a required property", NULL },
	{ REFUSE_PARAMETER_EMPTY, 400, "badRequest", "Invalid input for field/attribute %s. Value: . '' is too short", NULL },
	{ REFUSE_PARAMETER_INVALID, 400, "badRequest", "Invalid input for field/attribute %s.", NULL },
	{ REFUSE_PARAMETERS_REPEATED, 400, "badRequest", "Invalid input for query parameter %s.", NULL },
	{ REFUSE_PARAMETERS_UNREADABLE, 400, "badRequest", "Malformed request body", NULL },
	{ REFUSE_BODY_EMPTY, 400, "badRequest", "Malformed request body", NULL },
	{ REFUSE_PROJECT_UNKNOWN, 404, "itemNotFound", "The resource could not be found.", NULL },
	{ REFUSE_NOT_AUTHORISED, 403, "forbidden", "Policy doesn't allow %s to be performed.", NULL },
	{ REFUSE_INTERNAL, 500, "computeFault", "Unexpected API Error.", NULL },
	ROWS_END,
};

#define EVS_MALFORMED "Malformed request body or url."
const struct error_row rest_evs_errors[] = {
	{ REFUSE_PARAMETER_MISSING, 400, "EVS.5400", EVS_MALFORMED, NULL },
	{ REFUSE_PARAMETER_EMPTY, 400, "EVS.5400", EVS_MALFORMED, NULL },
	{ REFUSE_PARAMETER_INVALID, 400, "EVS.5400", EVS_MALFORMED, NULL },
	{ REFUSE_PARAMETERS_REPEATED, 400, "EVS.5400", EVS_MALFORMED, NULL },
	{ REFUSE_PARAMETERS_UNREADABLE, 400, "EVS.5400", EVS_MALFORMED, NULL },
	{ REFUSE_BODY_EMPTY, 400, "EVS.5400", EVS_MALFORMED, NULL },
	{ REFUSE_PROJECT_UNKNOWN, 400, "Common.0018", "The project ID in the URL is different from that in the token.", NULL },
	{ REFUSE_NOT_AUTHORISED, 403, "EVS.5403", "Policy doesn't allow %s to be performed.", NULL },
	{ REFUSE_TOKEN_MISMATCH, 400, "EVS.5400", EVS_MALFORMED, "Cleat" },
	{ REFUSE_INTERNAL, 500, "EVS.5500", "The server has either erred or is incapable of performing the requested operation.",
	  NULL },
	ROWS_END,
};

/* Who has no valid token is told so by IAM itself, and not by the gateway (IAM pages, "status codes"). */
#define IAM_AUTHENTICATE "The request you have made requires authentication."
const struct error_row rest_iam_errors[] = {
	{ REFUSE_TOKEN_UNKNOWN, 401, "Unauthorized", IAM_AUTHENTICATE, NULL },
	{ REFUSE_TOKEN_OLD, 401, "Unauthorized", IAM_AUTHENTICATE, NULL },
	{ REFUSE_PARAMETER_MISSING, 400, "Bad Request", "The request body is invalid", NULL },
	{ REFUSE_PARAMETER_EMPTY, 400, "Bad Request", "The request body is invalid", NULL },
	{ REFUSE_PARAMETER_INVALID, 400, "Bad Request", "The request body is invalid", NULL },
	{ REFUSE_PARAMETERS_REPEATED, 400, "Bad Request", "The request body is invalid", NULL },
	{ REFUSE_PARAMETERS_UNREADABLE, 400, "Bad Request", "The request body is invalid", NULL },
	{ REFUSE_BODY_EMPTY, 400, "Bad Request", "The request body is invalid", NULL },
	{ REFUSE_NOT_AUTHORISED, 403, "Forbidden", "You are not authorized to perform the requested action.", NULL },
	{ REFUSE_INTERNAL, 500, "Internal Server Error", "An unexpected error prevented the server from fulfilling your request.",
	  NULL },
	ROWS_END,
};
