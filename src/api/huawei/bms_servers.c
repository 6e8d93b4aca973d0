/* BMS: bare metal servers, one and many. */
#include "api/huawei/bms.h"
#include "api/huawei/server.h"
#include "api/huawei/server_list.h"

#define LIMIT_DEFAULT 25 /* page of listing; with an offset 1000 */
#define LIMIT_MAX     1000

struct show_in {
	const char *project, *server;
};

struct show_out {
	struct server_item server;
};

static const struct field show_in_fields[] = {
	PATH_PROJECT(struct show_in, project),
	PATH_SERVER(struct show_in, server),
	FIELDS_END,
};

static const struct field show_out_fields[] = {
	OBJECT(struct show_out, server, "server", .of = &server_shape),
	FIELDS_END,
};

static const struct error_row show_errors[] = {
	ROW_BMS_SERVER_UNKNOWN,
	ROWS_END,
};

static bool show_run(struct call *call, const void *in_, void *out_)
{
	const struct show_in *in = in_;
	struct show_out *out = out_;
	struct instance instance;

	if (!bms_find_server(call, in->server, &instance))
		return false;
	out->server = server_show(call, &instance);
	return true;
}

const struct operation huawei_bms_show_server = {
	.product = "bms",
	.version = "v1",
	.name = "bms.ListBareMetalServerDetails",
	.method = "GET",
	.path = "/v1/{project_id}/baremetalservers/{server_id}",
	.mode = OPERATION_READ,
	.permission = "bms:servers:get",
	.resource = "instance/{server_id}",
	.in = { sizeof(struct show_in), show_in_fields },
	.out = { sizeof(struct show_out), show_out_fields },
	.errors = show_errors,
	.common = rest_bms_errors,
	.run = show_run,
	.doc = "Shows a bare metal server.",
};

/* ---- list ---- */

struct list_in {
	const char *project, *flavor, *name, *status, *tags, *reservation, *detail, *enterprise_project;
	struct opt_int limit, offset;
};

struct list_out {
	struct items servers;
	int64_t count;
};

static const char *const statuses[] = { "ACTIVE", "BUILD", "ERROR", "HARD_REBOOT", "REBOOT", "DELETED", "SHUTOFF", NULL };

#define L struct list_in
static const struct field list_in_fields[] = {
	PATH_PROJECT(L, project),
	TEXT(L, flavor, "flavor"),
	TEXT(L, name, "name", .doc = "A part of the name."),
	TEXT(L, status, "status", .values = statuses),
	OPT_INT(L, limit, "limit", .min = 1, .max = LIMIT_MAX, .doc = "Default 25, with an offset 1000."),
	OPT_INT(L, offset, "offset", .min = 1, .max = INT32_MAX, .doc = "The number of a page, from 1 on."),
	TEXT(L, tags, "tags", .doc = "`__type_baremetal`, a key, or KEY=VALUE."),
	TEXT(L, reservation, "reservation_id", .doc = "That of one server: each is made by itself here."),
	TEXT(L, detail, "detail", .flags = FIELD_ACCEPTED),
	TEXT(L, enterprise_project, "enterprise_project_id", .doc = "`all_granted_eps`: any."),
	FIELDS_END,
};
#undef L

static const struct field list_out_fields[] = {
	ITEMS(struct list_out, servers, "servers", .of = &server_shape),
	INT(struct list_out, count, "count"),
	FIELDS_END,
};

/* A page without an offset is the first one of 25; with one, pages are larger (page of listing). */
static struct server_query query_of(const struct list_in *in)
{
	struct server_query query = {
		.kind = MACHINE_BARE_METAL,
		.flavor = in->flavor,
		.name = in->name,
		.status = in->status,
		.tags = in->tags,
		.id = in->reservation,
		.enterprise_project = in->enterprise_project,
		.limit = LIMIT_DEFAULT,
	};

	if (in->offset.is == GIVEN)
		query.limit = LIMIT_MAX;
	if (in->limit.is == GIVEN)
		query.limit = in->limit.value;
	if (in->offset.is == GIVEN)
		query.skip = (in->offset.value - 1) * query.limit;
	return query;
}

static bool list_run(struct call *call, const void *in_, void *out_)
{
	struct server_query query = query_of(in_);
	struct list_out *out = out_;
	struct instance *instances;
	struct server_item *items;
	size_t n = server_list(call, &query, &instances, &out->count);
	size_t i;

	items = arena_array(call_work_arena(call), struct server_item, n);
	for (i = 0; i < n; i++)
		items[i] = server_show(call, &instances[i]);
	out->servers = (struct items){ items, n };
	return true;
}

const struct operation huawei_bms_list_servers = {
	.product = "bms",
	.version = "v1",
	.name = "bms.ListBareMetalServers",
	.method = "GET",
	.path = "/v1/{project_id}/baremetalservers/detail",
	.mode = OPERATION_READ,
	.permission = "bms:servers:list",
	.resource = "instance/*",
	.in = { sizeof(struct list_in), list_in_fields },
	.out = { sizeof(struct list_out), list_out_fields },
	.common = rest_bms_errors,
	.run = list_run,
	.doc = "Lists bare metal servers and tells how many there are.",
};
