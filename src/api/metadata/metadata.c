#include "api/metadata/metadata.h"

#include <string.h>

#include "api/write.h"
#include "base/moment.h"
#include "base/text.h"

#define VERSION_LATEST "latest/"
#define VERSION_DATED  "2016-01-01/"

#define OPERATION(name) extern const struct operation metadata_##name;
#include "api/metadata/operations.def"
#undef OPERATION

const struct operation *const metadata_operations[] = {
#define OPERATION(name) &metadata_##name,
#include "api/metadata/operations.def"
#undef OPERATION
	NULL,
};

const struct field metadata_in_fields[] = {
	TEXT(struct metadata_in, instance, "instance", .max = 64,
	     .doc = "The path's first part, before /latest/, or the user of the proxy's address. Default: the one the "
	            "server was started with, or its oldest."),
	TEXT(struct metadata_in, item, "item", .max = 256, .doc = "What stands in the path; of keys the role."),
	FIELDS_END,
};

const struct field metadata_text_fields[] = {
	TEXT(struct metadata_text, text, "text", .doc = "The whole body."),
	FIELDS_END,
};

/* ---- paths ---- */

/* Behind "/latest/", or behind "/i-.../latest/" with the instance. NULL for other paths. */
static const char *behind_version(const char *path, const char **ret_instance, size_t *ret_length)
{
	const char *rest = path + 1;

	*ret_length = 0;
	if (*path != '/')
		return NULL;
	if (text_starts(rest, "i-")) {
		*ret_instance = rest;
		*ret_length = strcspn(rest, "/");
		rest += *ret_length;
		if (*rest++ != '/')
			return NULL;
	}
	if (text_starts(rest, VERSION_LATEST))
		return rest + strlen(VERSION_LATEST);
	return text_starts(rest, VERSION_DATED) ? rest + strlen(VERSION_DATED) : NULL;
}

static bool claims(const struct request *request)
{
	const char *instance;
	size_t length;

	return behind_version(request->path, &instance, &length) != NULL;
}

/* A page in a browser may reach this server under a name of the page's own choice; no client of metadata calls it by
 * one. */
static bool is_called_by_name(const struct request *request)
{
	const char *host = text_or(request_header(request, "host"), "");
	size_t length = strcspn(host, ":");

	if (*host == '[')
		return false;
	return strspn(host, "0123456789.") != length && !(length == 9 && text_starts(host, "localhost"));
}

/* SDKs whose address for metadata is fixed reach this server as their proxy, and can say in the proxy's address which
 * instance they are: http://i-...:x@127.0.0.1:7480 */
static const char *proxy_user(struct call *call)
{
	static const char basic[] = "Basic ";
	const char *given = request_header(&call->request, "proxy-authorization");
	const char *user = text_starts(given, basic) ? metadata_decode(call, given + strlen(basic)) : NULL;

	return text_starts(user, "i-") ? arena_text_n(&call->arena, user, strcspn(user, ":")) : NULL;
}

static const struct operation *find_operation(const char *method, const char *rest, const char **ret_item)
{
	static const char meta_data[] = "meta-data";
	static const char credentials[] = "meta-data/ram/security-credentials/";

	*ret_item = "";
	if (text_equal(method, "PUT"))
		return text_equal(rest, "api/token") ? &metadata_token : NULL;
	if (!text_equal(method, "GET"))
		return NULL;
	if (text_equal(rest, "dynamic/instance-identity/document"))
		return &metadata_document;
	if (text_equal(rest, "user-data"))
		return &metadata_user_data;
	if (text_starts(rest, credentials) && rest[strlen(credentials)]) {
		*ret_item = rest + strlen(credentials);
		return &metadata_credentials;
	}
	if (!text_starts(rest, meta_data) || (rest[strlen(meta_data)] && rest[strlen(meta_data)] != '/'))
		return NULL;
	*ret_item = rest + strlen(meta_data) + (rest[strlen(meta_data)] == '/');
	return &metadata_item;
}

static bool receive(struct call *call)
{
	const char *instance = "";
	const char *item;
	size_t length;
	const char *rest = behind_version(call->request.path, &instance, &length);

	call->action = arena_printf(&call->arena, "%s %s", call->request.method, call->request.path);
	call->caller.key_id = "metadata";
	if (is_called_by_name(&call->request))
		return call_refuse(call, REFUSE_NOT_ALLOWED, NULL);
	call->operation = find_operation(call->request.method, rest, &item);
	if (!call->operation)
		return call_refuse(call, REFUSE_UNKNOWN_OPERATION, call->action);
	call->input = tree_object(&call->arena, NULL);
	instance = length ? arena_text_n(&call->arena, instance, length) : proxy_user(call);
	if (instance)
		tree_add(&call->arena, call->input, TREE_TEXT, "instance", instance);
	tree_add(&call->arena, call->input, TREE_TEXT, "item", item);
	return true;
}

/* ---- which instance ---- */

static bool oldest_instance(struct call *call, struct instance *ret)
{
	struct instance_filter filter = INSTANCE_FILTER_ANY;
	struct page page = { .limit = 1 };
	struct instance *rows;

	filter.realm = "aliyun";
	page.offset = instance_count(call->work.txn, &filter) - 1;
	if (page.offset < 0 || !instance_list(call->work.txn, &filter, &page, &rows))
		return false;
	*ret = rows[0];
	return true;
}

bool metadata_instance(struct call *call, const struct metadata_in *in, struct instance *ret)
{
	const char *token = request_header(&call->request, "x-aliyun-ecs-metadata-token");
	const char *id = text_empty(in->instance) ? call->api->settings.metadata_instance : in->instance;
	struct instance instance;

	if (id ? !instance_get(call->work.txn, id, &instance) : !oldest_instance(call, &instance))
		return call_refuse(call, REFUSE_INSTANCE_UNKNOWN, text_or(id, ""));
	if (token && !metadata_token_good(call, instance.id, token, moment_now()))
		return call_refuse(call, REFUSE_TOKEN_MALFORMED, NULL);
	*ret = instance;
	return true;
}

/* ---- writing ---- */

static void write_done(struct call *call)
{
	struct writer writer;

	if (call->operation->out.fields == metadata_text_fields) {
		call->reply.content_type = "text/plain; charset=utf-8";
		buf_add_text(&call->reply.body, text_or(((const struct metadata_text *)call->out)->text, ""));
		return;
	}
	call->reply.content_type = "application/json";
	writer_init(&writer, &writer_json, &call->reply.body);
	writer_json.object_begin(&writer, NULL);
	write_fields(&writer, &call->operation->out, call->out);
	writer_json.object_end(&writer, NULL);
}

static void write_fault(struct call *call, const struct fault *fault)
{
	call->reply.content_type = "text/plain; charset=utf-8";
	buf_printf(&call->reply.body, "%d - %s: %s\n", fault->http, fault->code, fault->message);
}

static const struct error_row errors[] = {
	{ REFUSE_UNKNOWN_OPERATION, 404, "Not Found", "The metadata has no %s.", NULL },
	{ REFUSE_INSTANCE_UNKNOWN, 404, "Not Found", "There is no instance %s.", NULL },
	{ REFUSE_ROLE_UNKNOWN, 404, "Not Found", "The instance has no role %s.", NULL },
	{ REFUSE_ROLE_ABSENT, 404, "Not Found", "There is no role acs:ram::%s.", NULL },
	{ REFUSE_TOKEN_MALFORMED, 401, "Unauthorized", "The token is not of this instance and server, or it has expired.",
	  NULL },
	{ REFUSE_NOT_ALLOWED, 403, "Forbidden", "Metadata is not served under a name: call it by its address.", NULL },
	{ REFUSE_TEMPORARY_KEYS_LIMIT, 429, "Too Many Requests", "The account has too many temporary keys.", NULL },
	{ REFUSE_PARAMETER_MISSING, 400, "Bad Request", "%s is missing.", NULL },
	{ REFUSE_PARAMETER_EMPTY, 400, "Bad Request", "%s is empty.", NULL },
	{ REFUSE_PARAMETER_INVALID, 400, "Bad Request", "%s is not valid.", NULL },
	{ REFUSE_PARAMETERS_TOO_MANY, 400, "Bad Request", "The request has too many parameters.", NULL },
	{ REFUSE_PARAMETERS_UNREADABLE, 400, "Bad Request", "The request cannot be read.", NULL },
	{ REFUSE_LENGTHS_CONFLICT, 400, "Bad Request", "The request has two lengths, or one that is no number.", NULL },
	{ REFUSE_HOSTS_CONFLICT, 400, "Bad Request", "The request has more than one Host header.", NULL },
	{ REFUSE_TRANSFER_ENCODING, 400, "Bad Request",
	  "The only Transfer-Encoding that is understood is chunked, of HTTP/1.1.", NULL },
	{ REFUSE_BODY_TOO_LARGE, 413, "Content Too Large", "The body of the request is too large.", NULL },
	{ REFUSE_HEADERS_TOO_MANY, 431, "Request Header Fields Too Large", "The request has too many headers.", NULL },
	{ REFUSE_BUSY, 503, "Service Unavailable", "The server has too much to do; try again.", NULL },
	{ REFUSE_STORE_FULL, 503, "Service Unavailable", "The server has no room to write.", NULL },
	{ REFUSE_TIMEOUT, 503, "Service Unavailable", "It took too long.", NULL },
	{ REFUSE_INTERNAL, 500, "Internal Server Error", "Cleat failed; its log says more.", NULL },
	{ REFUSE_NONE, 0, NULL, NULL, NULL },
};

const struct dialect dialect_metadata = {
	.name = "metadata",
	.operations = metadata_operations,
	.errors = errors,
	.claims = claims,
	.receive = receive,
	.write_done = write_done,
	.write_fault = write_fault,
};
