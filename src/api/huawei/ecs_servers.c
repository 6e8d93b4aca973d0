/* ECS: servers, one and many. */
#include "api/huawei/ecs.h"
#include "api/huawei/server.h"
#include "api/huawei/server_list.h"
#include "base/text.h"

#define LIMIT_DEFAULT 25 /* page of listing */
#define LIMIT_MAX     1000

struct server_in {
	const char *project, *server;
};

struct server_out {
	struct server_item server;
};

static const struct field in_fields[] = {
	PATH_PROJECT(struct server_in, project),
	PATH_SERVER(struct server_in, server),
	FIELDS_END,
};

static const struct field out_fields[] = {
	OBJECT(struct server_out, server, "server", .of = &server_shape),
	FIELDS_END,
};

static const struct error_row show_errors[] = {
	ROW_ECS_SERVER_UNKNOWN,
	ROWS_END,
};

bool ecs_find_server(struct call *call, const char *id, struct instance *ret)
{
	if (find_instance(&call->work, id, ret) && ret->kind == MACHINE_VIRTUAL)
		return true;
	return call_refuse(call, REFUSE_INSTANCE_UNKNOWN, id);
}

static bool show_run(struct call *call, const void *in_, void *out_)
{
	const struct server_in *in = in_;
	struct server_out *out = out_;
	struct instance instance;

	if (!ecs_find_server(call, in->server, &instance))
		return false;
	out->server = server_show(call, &instance);
	return true;
}

const struct operation huawei_ecs_show_server = {
	.product = "ecs",
	.version = "v1",
	.name = "ecs.ShowServer",
	.method = "GET",
	.path = "/v1/{project_id}/cloudservers/{server_id}",
	.mode = OPERATION_READ,
	.permission = "ecs:cloudServers:get",
	.resource = "instance/{server_id}",
	.in = { sizeof(struct server_in), in_fields },
	.out = { sizeof(struct server_out), out_fields },
	.errors = show_errors,
	.common = rest_ecs_errors,
	.run = show_run,
	.doc = "Shows a server.",
};

/* ---- list ---- */

struct list_in {
	const char *project, *flavor, *name, *status, *tags, *not_tags, *reservation, *enterprise_project, *ip, *ip_eq, *server,
		*marker;
	struct opt_int limit, offset;
};

struct list_out {
	struct items servers;
	int64_t count;
};

/* Page of listing; most of them no server has here. */
static const char *const statuses[] = { "ACTIVE", "BUILD", "DELETED", "ERROR", "HARD_REBOOT", "MIGRATING", "PAUSED", "REBOOT",
	                                "REBUILD", "RESIZE", "REVERT_RESIZE", "SHELVED", "SHELVED_OFFLOADED", "SHUTOFF",
	                                "SUSPENDED", "UNKNOWN", "VERIFY_RESIZE", NULL };

#define L struct list_in
static const struct field list_in_fields[] = {
	PATH_PROJECT(L, project),
	TEXT(L, flavor, "flavor"),
	TEXT(L, name, "name", .doc = "A part of the name."),
	TEXT(L, status, "status", .values = statuses),
	OPT_INT(L, limit, "limit", .min = 1, .max = LIMIT_MAX, .doc = "Default 25."),
	OPT_INT(L, offset, "offset", .min = 0, .max = INT32_MAX, .doc = "The number of a page, from 1 on; 0 is the first one too."),
	TEXT(L, tags, "tags", .doc = "A key or KEY=VALUE; several with commas between: all of them."),
	TEXT(L, not_tags, "not-tags", .doc = "Likewise: none of them."),
	TEXT(L, reservation, "reservation_id", .doc = "That of one server: each is made by itself here."),
	TEXT(L, enterprise_project, "enterprise_project_id", .doc = "`all_granted_eps`: any."),
	TEXT(L, ip, "ip", .doc = "A part of the private address."),
	TEXT(L, ip_eq, "ip_eq", .doc = "The private address."),
	TEXT(L, server, "server_id", .doc = "An id, or several with commas between.", .max = 37 * LIMIT_MAX),
	TEXT(L, marker, "marker", .doc = "The last server of the page before; then `offset` says nothing."),
	FIELDS_END,
};
#undef L

static const struct field list_out_fields[] = {
	INT(struct list_out, count, "count"),
	ITEMS(struct list_out, servers, "servers", .of = &server_shape),
	FIELDS_END,
};

static struct server_query query_of(const struct list_in *in)
{
	struct server_query query = {
		.kind = MACHINE_VIRTUAL,
		.id = text_empty(in->server) ? in->reservation : in->server,
		.flavor = in->flavor,
		.address = in->ip_eq,
		.address_part = in->ip,
		.name = in->name,
		.status = in->status,
		.tags = in->tags,
		.not_tags = in->not_tags,
		.enterprise_project = in->enterprise_project,
		.marker = in->marker,
		.limit = in->limit.is == GIVEN ? in->limit.value : LIMIT_DEFAULT,
	};

	if (in->offset.value > 1 && text_empty(in->marker))
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

const struct operation huawei_ecs_list_servers = {
	.product = "ecs",
	.version = "v1",
	.name = "ecs.ListServersDetails",
	.method = "GET",
	.path = "/v1/{project_id}/cloudservers/detail",
	.mode = OPERATION_READ,
	.permission = "ecs:cloudServers:list",
	.resource = "instance/*",
	.in = { sizeof(struct list_in), list_in_fields },
	.out = { sizeof(struct list_out), list_out_fields },
	.common = rest_ecs_errors,
	.run = list_run,
	.doc = "Lists cloud servers, and tells how many there are in all.",
};
