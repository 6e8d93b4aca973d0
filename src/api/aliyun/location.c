/* Location, and its DescribeEndpoints. */
#include "api/aliyun/location.h"

#include <string.h>

#include "api/aliyun/rpc.h"
#include "base/text.h"
#include "core/catalogue.h"

#define TYPE_DEFAULT "openAPI" /* the endpoint for everybody; the vendor's other types are of its own networks */

#define OPERATION(name) extern const struct operation location_##name;
#include "api/aliyun/location_operations.def"
#undef OPERATION

static const struct operation *const operations[] = {
#define OPERATION(name) &location_##name,
#include "api/aliyun/location_operations.def"
#undef OPERATION
	NULL,
};

static const char *const vendor[] = { "DescribeEndpoint", "DescribeEndpoints", "DescribeRegions", "DescribeServices",
	                              "ListEndpoints", NULL };

const struct product product_location = {
	.name = "location",
	.title = "Location",
	.version = LOCATION_VERSION,
	.operations = operations,
	.vendor = vendor,
};

/* ---- DescribeEndpoints ---- */

struct endpoints_in {
	const char *region;
	const char *service;
	const char *type;
	const char *name_space;
};

struct endpoint_item {
	struct texts protocols;
	const char *type, *name_space, *region, *service, *endpoint;
};

struct endpoints_out {
	struct items endpoints;
	bool success;
};

static const struct field endpoints_in_fields[] = {
	TEXT(struct endpoints_in, region, "Id", .flags = FIELD_REQUIRED, .max = 64, .doc = "Region."),
	TEXT(struct endpoints_in, service, "ServiceCode", .flags = FIELD_REQUIRED, .max = 64,
	     .doc = "Product, in any letter case: ecs, sts, ..."),
	TEXT(struct endpoints_in, type, "Type", .max = 64,
	     .doc = "Default openAPI. There are no endpoints of other types: the list is empty."),
	TEXT(struct endpoints_in, name_space, "Namespace", .max = 64, .doc = "Comes back in the reply."),
	FIELDS_END,
};

static const struct field endpoint_fields[] = {
	TEXTS(struct endpoint_item, protocols, "Protocols", .item = "Protocols"),
	TEXT(struct endpoint_item, type, "Type"),
	TEXT(struct endpoint_item, name_space, "Namespace"),
	TEXT(struct endpoint_item, region, "Id"),
	TEXT(struct endpoint_item, service, "SerivceCode", .doc = "The vendor's spelling."),
	TEXT(struct endpoint_item, endpoint, "Endpoint", .doc = "Host and port as in the request's Host header."),
	FIELDS_END,
};
static const struct shape endpoint_shape = { sizeof(struct endpoint_item), endpoint_fields };

static const struct field endpoints_out_fields[] = {
	ITEMS(struct endpoints_out, endpoints, "Endpoints", .item = "Endpoint", .of = &endpoint_shape),
	BOOL(struct endpoints_out, success, "Success"),
	FIELDS_END,
};

/* Clients tell an unknown region and an unknown product by these very words. */
static const struct error_row endpoints_errors[] = {
	{ REFUSE_REGION_UNKNOWN, 404, "InvalidRegionId", "The specified region does not exist.", NULL },
	{ REFUSE_PRODUCT_UNKNOWN, 400, "Illegal Parameter", "Please check the parameters", NULL },
	ROWS_END,
};

/* What the client called, for it to call again. */
static const char *own_address(const struct call *call)
{
	const char *host = text_or(request_header(&call->request, "host"), "");

	return text_is_utf8(host, strlen(host)) ? host : "";
}

static const struct product *product_of_service(const char *service)
{
	const struct product *const *at;

	for (at = products; *at; at++) {
		if (text_equal_nocase((*at)->title, service))
			return *at;
	}
	return NULL;
}

static struct texts own_protocols(struct call *call)
{
	const char **names = arena_array(call_work_arena(call), const char *, 2);
	size_t n = 0;

	names[n++] = "HTTP";
	if (call->api->settings.https)
		names[n++] = "HTTPS";
	return (struct texts){ names, n };
}

static bool endpoints_run(struct call *call, const void *in_, void *out_)
{
	const struct endpoints_in *in = in_;
	struct endpoints_out *out = out_;
	const struct product *product = product_of_service(in->service);
	struct endpoint_item *item = arena_new(call_work_arena(call), struct endpoint_item);
	const char *address = own_address(call);
	bool usual = text_empty(in->type) || text_equal_nocase(in->type, TYPE_DEFAULT);

	if (!region_find(in->region))
		return call_refuse(call, REFUSE_REGION_UNKNOWN, in->region);
	if (!product)
		return call_refuse(call, REFUSE_PRODUCT_UNKNOWN, in->service);
	*item = (struct endpoint_item){
		.protocols = own_protocols(call),
		.type = TYPE_DEFAULT,
		.name_space = in->name_space,
		.region = in->region,
		.service = in->service,
		.endpoint = address,
	};
	/* A request of HTTP 1.0 need not say whom it called. */
	out->endpoints = (struct items){ item, usual && *address ? 1 : 0 };
	out->success = true;
	return true;
}

const struct operation location_describe_endpoints = {
	.product = "location",
	.version = LOCATION_VERSION,
	.name = "DescribeEndpoints",
	.mode = OPERATION_PLAIN,
	.permission = "location:DescribeEndpoints",
	.open_to_all = true,
	.resource = "*",
	.in = { sizeof(struct endpoints_in), endpoints_in_fields },
	.out = { sizeof(struct endpoints_out), endpoints_out_fields },
	.errors = endpoints_errors,
	.run = endpoints_run,
	.doc = "Tells where a product is served: at the address that was called, for each product that this server has.",
};
