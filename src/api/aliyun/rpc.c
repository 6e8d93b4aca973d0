#include "api/aliyun/rpc.h"

#include <stdio.h>
#include <string.h>

#include "api/aliyun/product.h"
#include "api/query.h"
#include "api/write.h"
#include "base/text.h"

#define LIMITS_PAGE "docs/limits.md"
#define CODE_MAX    ((size_t)4096)
#define RETRY_AFTER_MS "1000" /* what a throttled client is told to wait */
#define REPLY_USUAL ((size_t)2000) /* bytes: what one resource takes */

/* ---- reading ---- */

static void add_parameter(void *context, const char *name, const char *value)
{
	struct rpc *rpc = context;

	rpc->all[rpc->n_all++] = (struct sign_parameter){ name, value };
}

static bool has_form(const struct request *request)
{
	const char *type = request_header(request, "content-type");

	/* Several SDKs name the type with an empty body, and some older ones name none with a body. */
	return request->body_length && (!type || strncasecmp(type, "application/x-www-form-urlencoded", 33) == 0);
}

static bool read_parameters(struct call *call, struct rpc *rpc)
{
	const struct request *request = &call->request;
	size_t n = query_count(request->query) + (has_form(request) ? query_count(request->body) : 0);

	if (n > call->api->settings.max_params)
		return call_refuse_detail(call, REFUSE_PARAMETERS_TOO_MANY, NULL,
		                          arena_printf(&call->arena, "%zu", call->api->settings.max_params));
	rpc->all = arena_array(&call->arena, struct sign_parameter, n);
	if (!query_read(&call->arena, request->query, add_parameter, rpc))
		return call_refuse(call, REFUSE_PARAMETERS_UNREADABLE, NULL);
	rpc->query = rpc->all;
	rpc->n_query = rpc->n_all;
	if (has_form(request) && !query_read(&call->arena, request->body, add_parameter, rpc))
		return call_refuse(call, REFUSE_PARAMETERS_UNREADABLE, NULL);
	return true;
}

const char *rpc_parameter(const struct rpc *rpc, const char *name)
{
	return sign_parameter_value(rpc->all, rpc->n_all, name);
}

static bool build_tree(struct call *call, const struct rpc *rpc)
{
	size_t i;

	call->input = tree_object(&call->arena, NULL);
	for (i = 0; i < rpc->n_all; i++) {
		if (!tree_add_flat(&call->arena, call->input, rpc->all[i].name, rpc->all[i].value, TREE_DEPTH_MAX))
			return call_refuse(call, REFUSE_PARAMETER_INVALID, rpc->all[i].name);
	}
	return true;
}

/* ---- finding the operation ---- */

static bool read_format(struct call *call, const struct rpc *rpc)
{
	const char *format = rpc_parameter(rpc, "Format");

	/* ECS answers XML unless asked otherwise; requests that are signed in headers come from SDKs that read JSON. */
	call->xml = !rpc->v3;
	if (!format || !*format)
		return true;
	if (text_equal_nocase(format, "json"))
		call->xml = false;
	else if (text_equal_nocase(format, "xml"))
		call->xml = true;
	else
		return call_refuse(call, REFUSE_FORMAT, NULL);
	return true;
}

static bool find_operation(struct call *call, struct rpc *rpc)
{
	const struct product *product;
	const char *header_action = request_header(&call->request, "x-acs-action");
	const char *action = rpc->v3 && header_action ? header_action : rpc_parameter(rpc, "Action");

	rpc->version = rpc->v3 ? request_header(&call->request, "x-acs-version") : NULL;
	if (!rpc->version)
		rpc->version = rpc_parameter(rpc, "Version");
	if (text_empty(action))
		return call_refuse(call, REFUSE_PARAMETER_MISSING, "Action");
	call->action = action;
	if (text_empty(rpc->version))
		return call_refuse(call, REFUSE_PARAMETER_MISSING, "Version");
	product = product_find(rpc->version);
	call->of_dialect = product;
	call->edition = product ? product->edition : EDITION_FIRST;
	call->rights_first = product && product->rights_first;
	if (!text_equal(call->request.path, "/"))
		return call_refuse(call, REFUSE_UNKNOWN_OPERATION, action);
	if (!product)
		return call_refuse(call, REFUSE_UNKNOWN_VERSION, rpc->version);
	call->operation = product_operation(product, action);
	return call->operation ||
	       call_refuse(call, product_vendor_has(product, action) ? REFUSE_NOT_BUILT : REFUSE_UNKNOWN_OPERATION, action);
}

static bool has_action(const char *query)
{
	const char *at = query;

	while (at && *at) {
		if (text_starts(at, "Action="))
			return true;
		at = strchr(at, '&');
		at = at ? at + 1 : NULL;
	}
	return false;
}

/* Who asks "/" for JSON, or has the signature or token of another cloud, and sends no form, asks for the versions of an API.
 * The other cloud's clients say that they send JSON even where they send nothing. */
static bool asks_for_versions(const struct request *request)
{
	const char *authorization = text_or(request_header(request, "authorization"), "");
	const char *type = text_or(request_header(request, "content-type"), "application/json");

	return text_equal(request->path, "/") && text_empty(request->query) && text_starts(type, "application/json") &&
	       (text_starts(text_or(request_header(request, "accept"), ""), "application/json") ||
	        text_starts(authorization, "SDK-HMAC-SHA256") || request_header(request, "x-auth-token"));
}

/* An RPC request is one that names an action; where a form names it, the path is "/". */
static bool claims(const struct request *request)
{
	const char *query = strchr(request->path, '?');

	if (request_header(request, "x-acs-action") || has_action(request->query) || (query && has_action(query + 1)))
		return true;
	if (asks_for_versions(request))
		return false;
	return request->path[0] != '/' || text_equal(request->path, "/") || text_starts(request->path, "/?");
}

/* V3 signs parameters sorted by name and value: of two with one name a stranger could choose the one that counts. */
static bool has_repeats(const struct rpc *rpc)
{
	size_t i;
	size_t j;

	for (i = 0; i < rpc->n_all; i++) {
		for (j = 0; j < i; j++) {
			if (text_equal(rpc->all[i].name, rpc->all[j].name))
				return true;
		}
	}
	return false;
}

static bool receive(struct call *call)
{
	struct rpc rpc = { 0 };
	const char *region;

	call->xml = !request_header(&call->request, "x-acs-action");
	if (!text_equal(call->request.method, "GET") && !text_equal(call->request.method, "POST"))
		return call_refuse(call, REFUSE_METHOD, call->request.method);
	if (!read_parameters(call, &rpc))
		return false;
	rpc.v3 = request_header(&call->request, "authorization") ||
	         (request_header(&call->request, "x-acs-action") && !rpc_parameter(&rpc, "Signature"));
	if (!read_format(call, &rpc) || !find_operation(call, &rpc))
		return false;
	if (!rpc_authenticate(call, &rpc))
		return false;
	if (rpc.v3 && has_repeats(&rpc))
		return call_refuse(call, REFUSE_PARAMETERS_REPEATED, NULL);
	region = rpc_parameter(&rpc, "RegionId");
	call->caller.tenant.region = text_empty(region) ? NULL : region;
	return build_tree(call, &rpc);
}

/* ---- writing ---- */

static void common_headers(struct call *call)
{
	reply_header(&call->reply, "x-acs-request-id", call->request_id);
	reply_header(&call->reply, "Access-Control-Allow-Origin", "*");
	call->reply.content_type = call->xml ? "text/xml;charset=utf-8" : "application/json;charset=utf-8";
}

static void begin(struct call *call, struct writer *writer, const char *root)
{
	writer_init(writer, call->xml ? &writer_xml : &writer_json, &call->reply.body);
	if (call->xml)
		buf_add_text(&call->reply.body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
	writer->format->object_begin(writer, call->xml ? root : NULL);
	writer->format->text(writer, "RequestId", call->request_id);
}

static void write_done(struct call *call)
{
	const char *root = call->xml ? arena_printf(&call->arena, "%sResponse", call->operation->name) : NULL;
	struct writer writer;

	buf_room(&call->reply.body, REPLY_USUAL);
	common_headers(call);
	begin(call, &writer, root);
	write_edition(&writer, call->edition, &call->operation->out, call->out);
	writer.format->object_end(&writer, root);
}

/* A page that says more. Some codes of the vendor's have a space in them. */
static const char *recommend(struct call *call, const struct product *product, const char *code)
{
	struct buf BUF_CLEANUP quoted;

	buf_init(&quoted, CODE_MAX);
	text_percent_encode(&quoted, code, strlen(code));
	return arena_printf(&call->arena, "https://api.aliyun.com/troubleshoot?q=%s&product=%s&requestId=%s",
	                    buf_text(&quoted), product->title, call->request_id);
}

static void write_fault(struct call *call, const struct fault *fault)
{
	const char *host = text_or(request_header(&call->request, "host"), "");
	/* Where nothing told the product, it is the one that is there for everybody. */
	const struct product *product = call->of_dialect ? call->of_dialect : products[0];
	struct writer writer;

	/* Anything may stand in a header; a reply is UTF-8. */
	if (!text_is_utf8(host, strlen(host)))
		host = "";
	common_headers(call);
	if (text_starts(fault->code, "Throttling"))
		reply_header(&call->reply, "x-acs-retry-after", RETRY_AFTER_MS);
	begin(call, &writer, "Error");
	writer.format->text(&writer, "HostId", host);
	writer.format->text(&writer, "Code", fault->code);
	writer.format->text(&writer, "Message", fault->message);
	writer.format->text(&writer, "Recommend", recommend(call, product, fault->code));
	if (call->refusal.reason == REFUSE_NOT_AUTHORISED)
		rpc_write_denial(call, &writer);
	writer.format->object_end(&writer, "Error");
}

static const struct error_row *words(const struct call *call, enum refusal_reason reason)
{
	const struct product *product = call->of_dialect;

	return product && product->errors ? error_row_find(product->errors, reason) : NULL;
}

/* The gateway's words (aliyun: common errors, as live replies print them). */
static const struct error_row errors[] = {
	{ REFUSE_PARAMETER_MISSING, 400, "Missing%s", "%s is mandatory for this action.", NULL },
	{ REFUSE_PARAMETER_EMPTY, 400, "InvalidParameter",
	  "The input parameter is mandatory for processing this request is empty.", NULL },
	{ REFUSE_PARAMETER_INVALID, 400, "InvalidParameter", "The specified value of parameter %s is not valid.", NULL },
	{ REFUSE_PARAMETERS_TOO_MANY, 400, "InvalidParameter", "The request has more than %s%s parameters.", "Cleat" },
	{ REFUSE_PARAMETERS_REPEATED, 400, "InvalidParameter",
	  "A parameter is given more than once; a request signed in headers names each one once.", "Cleat" },
	{ REFUSE_PARAMETERS_UNREADABLE, 400, "InvalidParameter", "The parameters are not valid UTF-8 text.", "Cleat" },
	{ REFUSE_LENGTHS_CONFLICT, 400, "InvalidParameter", "The request has two lengths, or one that is no number.", "Cleat" },
	{ REFUSE_HOSTS_CONFLICT, 400, "InvalidParameter", "The request has more than one Host header.", "Cleat" },
	{ REFUSE_TRANSFER_ENCODING, 400, "InvalidParameter",
	  "The only Transfer-Encoding that is understood is chunked, of HTTP/1.1.",
	  "Cleat" },
	{ REFUSE_BODY_TOO_LARGE, 413, "RequestEntityTooLarge", "The body of the request is longer than %s bytes.", "Cleat" },
	{ REFUSE_TARGET_TOO_LONG, 414, "RequestURITooLong",
	  "The path and query are longer than %s bytes; send the parameters in the body of a POST.", "Cleat" },
	{ REFUSE_HEADERS_MALFORMED, 400, "InvalidParameter",
	  "A line of the request's head is broken: each ends with CR LF, has no other control characters and is not continued.",
	  "Cleat" },
	{ REFUSE_HEADERS_TOO_LARGE, 431, "RequestHeadersTooLarge", "The headers are longer than %s bytes together.", "Cleat" },
	{ REFUSE_HEADERS_TOO_MANY, 431, "RequestHeadersTooMany", "The request has more than %s headers.", "Cleat" },
	{ REFUSE_FORMAT, 400, "InvalidParameter.Format", "Specified parameter format is not valid.", NULL },
	{ REFUSE_UNKNOWN_OPERATION, 404, "InvalidAction.NotFound",
	  "Specified api is not found, please check your url and method.", NULL },
	{ REFUSE_NOT_BUILT, 404, "InvalidAction.NotFound",
	  "Specified api is not found: Alibaba Cloud has %s, this Cleat does not. What it has and has not is in " LIMITS_PAGE
	  ".", "Cleat" },
	{ REFUSE_UNKNOWN_VERSION, 400, "InvalidVersion", "Specified parameter Version is not valid.", NULL },
	{ REFUSE_METHOD, 400, "UnsupportedHTTPMethod", "This http method is not supported.", NULL },
	{ REFUSE_KEY_UNKNOWN, 404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.", NULL },
	{ REFUSE_KEY_MALFORMED, 404, "InvalidAccessKeyId.NotFound",
	  "Specified access key is not found. With --accounts auto an id is test- and 1 to 59 letters, digits or ._- behind it.",
	  NULL },
	{ REFUSE_ACCOUNTS_TOO_MANY, 403, "QuotaExceed.Account",
	  "This server has %s accounts, as many as --max-accounts allows: 'cleat fleet reset --account KEY' removes that of a key.",
	  NULL },
	{ REFUSE_KEY_DISABLED, 400, "InvalidAccessKeyId.Inactive", "Specified access key is disabled.", NULL },
	{ REFUSE_AUTH_METHOD, 400, "InvalidSignatureMethod", "Specified signature method is not valid.", NULL },
	{ REFUSE_AUTH_VERSION, 400, "InvalidSignatureVersion", "Specified signature version is not valid.", NULL },
	{ REFUSE_AUTH_TIME_FORMAT, 400, "InvalidTimeStamp.Format",
	  "Specified time stamp or date value is not well formatted.", NULL },
	{ REFUSE_AUTH_TIME_EXPIRED, 400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.",
	  NULL },
	{ REFUSE_AUTH_NONCE_USED, 400, "SignatureNonceUsed", "Specified signature nonce was used already.", NULL },
	{ REFUSE_AUTH_INCOMPLETE, 400, "IncompleteSignature",
	  "The request signature does not conform to Aliyun standards. server string to sign is:%s%s", NULL },
	/* Clients cut this text at the first colon and compare the rest byte for byte with their own. */
	{ REFUSE_AUTH_MISMATCH, 400, "SignatureDoesNotMatch",
	  "Specified signature is not matched with our calculation. server string to sign is:%s%s", NULL },
	{ REFUSE_TOKEN_MISSING, 400, "MissingSecurityToken", "SecurityToken is mandatory for this action.", NULL },
	{ REFUSE_TOKEN_EXPIRED, 400, "InvalidSecurityToken.Expired", "Specified SecurityToken is expired.", NULL },
	{ REFUSE_TOKEN_MALFORMED, 400, "InvalidSecurityToken.Malformed", "Specified SecurityToken is malformed.", NULL },
	{ REFUSE_TOKEN_OF_ANOTHER_KEY, 400, "InvalidSecurityToken.MismatchWithAccessKey",
	  "Specified SecurityToken mismatch with the AccessKey.", NULL },
	{ REFUSE_NOT_AUTHORISED, 403, "Forbidden.RAM",
	  "User not authorized to operate on the specified resource, or this API doesn't support RAM.", NULL },
	{ REFUSE_BUSY, 503, "ServiceUnavailable", "The request has failed due to a temporary failure of the server.", NULL },
	{ REFUSE_STORE_FULL, 503, "ServiceUnavailable",
	  "The request has failed due to a temporary failure of the server: its disk is full.", "Cleat" },
	{ REFUSE_TIMEOUT, 503, "ServiceUnavailable",
	  "The request has failed due to a temporary failure of the server: it took too long.", "Cleat" },
	ROW_TOKEN_MISMATCH,
	ROW_INTERNAL,
	ROWS_END,
};

/* Flow control and the like (the same): a server of one user never says them by itself. */
static const struct error_row faults[] = {
	{ REFUSE_FAULT, 400, "Throttling", "Request was denied due to request throttling.", NULL },
	{ REFUSE_FAULT, 400, "Throttling.Api", "Request was denied due to api flow control.", NULL },
	{ REFUSE_FAULT, 400, "Throttling.User", "Request was denied due to user flow control.", NULL },
	ROWS_END,
};

const struct error_row rpc_fault_internal[] = { ROW_FAULT_INTERNAL, ROWS_END };

/* What every operation takes (aliyun: "Common parameters"); RegionId narrows any of them. */
static const struct field common[] = {
	{ .name = "AccessKeyId" },
	{ .name = "Action" },
	{ .name = "Format" },
	{ .name = "RegionId" },
	{ .name = "SecurityToken", .flags = FIELD_SECRET },
	{ .name = "Signature", .flags = FIELD_SECRET },
	{ .name = "SignatureMethod" },
	{ .name = "SignatureNonce" },
	{ .name = "SignatureType" },
	{ .name = "SignatureVersion" },
	{ .name = "Timestamp" },
	{ .name = "Version" },
	FIELDS_END,
};

const struct dialect dialect_aliyun = {
	.name = "aliyun",
	.operations = product_operations,
	.errors = errors,
	.faults = faults,
	.rights = &rpc_rights,
	.words = words,
	.common = common,
	.claims = claims,
	.receive = receive,
	.write_done = write_done,
	.write_fault = write_fault,
};
