/* Nova: servers of both kinds, listed, shown and deleted. */
#include "api/huawei/nova.h"

#include <string.h>

#include "api/huawei/flavor.h"
#include "api/huawei/server.h"
#include "api/huawei/server_list.h"
#include "base/text.h"
#include "core/instance.h"

/* ---- what nova.h says ---- */

bool nova_find_server(struct call *call, const char *id, struct instance *ret)
{
	return find_instance(&call->work, id, ret) || call_refuse(call, REFUSE_INSTANCE_UNKNOWN, id);
}

bool nova_refuse_state(struct call *call, const struct instance *instance)
{
	struct server_states states = server_states(call, instance);
	const char *what = states.task_state ? "task_state" : "vm_state";

	return call_refuse_detail(call, REFUSE_INSTANCE_STATE, instance->id,
	                          arena_printf(call_work_arena(call), "%s %s", what,
	                                       text_or(states.task_state, states.vm_state)));
}

bool nova_is_unlocked(struct call *call, const struct instance *instance)
{
	if (text_list_has(instance->locks, "security"))
		return call_refuse(call, REFUSE_INSTANCE_LOCKED_SECURITY, instance->id);
	if (text_list_has(instance->locks, "financial"))
		return call_refuse(call, REFUSE_INSTANCE_LOCKED_FINANCIAL, instance->id);
	return true;
}

bool nova_may_change(struct call *call, const struct instance *instance)
{
	if (!nova_is_unlocked(call, instance))
		return false;
	if (instance->state != INSTANCE_RUNNING && instance->state != INSTANCE_STOPPED)
		return nova_refuse_state(call, instance);
	return true;
}

/* ---- a server as Nova shows it ---- */

struct address_item {
	const char *address, *type, *mac;
	int64_t version;
};

struct ref {
	const char *id;
	struct items links;
};

struct volume_ref {
	const char *id;
};

struct group_ref {
	const char *name;
};

struct nova_server {
	struct server_item of;
	struct named_items addresses;
	struct ref image, flavor;
	struct items links, volumes, groups;
};

static const struct field address_fields[] = {
	INT(struct address_item, version, "version"),
	TEXT(struct address_item, address, "addr"),
	TEXT(struct address_item, type, "OS-EXT-IPS:type"),
	TEXT(struct address_item, mac, "OS-EXT-IPS-MAC:mac_addr"),
	FIELDS_END,
};
static const struct shape address_shape = { sizeof(struct address_item), address_fields };

static const struct field ref_fields[] = {
	TEXT(struct ref, id, "id"),
	ITEMS(struct ref, links, "links", .of = &rest_link_shape),
	FIELDS_END,
};
static const struct shape ref_shape = { sizeof(struct ref), ref_fields };

static const struct field volume_ref_fields[] = {
	TEXT(struct volume_ref, id, "id"),
	FIELDS_END,
};
static const struct shape volume_ref_shape = { sizeof(struct volume_ref), volume_ref_fields };

static const struct field group_ref_fields[] = {
	TEXT(struct group_ref, name, "name"),
	FIELDS_END,
};
static const struct shape group_ref_shape = { sizeof(struct group_ref), group_ref_fields };

#define N struct nova_server
static const struct field nova_server_fields[] = {
	TEXT(N, of.id, "id"),
	TEXT(N, of.name, "name"),
	TEXT(N, of.status, "status"),
	TEXT(N, of.tenant, "tenant_id"),
	TEXT(N, of.user, "user_id"),
	PAIRS(N, of.metadata, "metadata"),
	TEXT(N, of.host_id, "hostId"),
	OBJECT(N, image, "image", .of = &ref_shape),
	OBJECT(N, flavor, "flavor", .of = &ref_shape),
	TEXT(N, of.created, "created"),
	TEXT(N, of.updated, "updated"),
	NAMED_ITEMS(N, addresses, "addresses", .of = &address_shape),
	TEXT(N, of.none, "accessIPv4"),
	TEXT(N, of.none, "accessIPv6"),
	ITEMS(N, links, "links", .of = &rest_link_shape),
	TEXT(N, of.manual, "OS-DCF:diskConfig"),
	INT(N, of.progress, "progress"),
	TEXT(N, of.zone, "OS-EXT-AZ:availability_zone"),
	TEXT(N, of.none, "config_drive"),
	TEXT(N, of.key_name, "key_name", .flags = FIELD_NULL),
	TEXT(N, of.launched_at, "OS-SRV-USG:launched_at", .flags = FIELD_NULL),
	TEXT(N, of.terminated_at, "OS-SRV-USG:terminated_at", .flags = FIELD_NULL),
	TEXT(N, of.host_id, "OS-EXT-SRV-ATTR:host"),
	TEXT(N, of.host_id, "OS-EXT-SRV-ATTR:hypervisor_hostname"),
	TEXT(N, of.instance_name, "OS-EXT-SRV-ATTR:instance_name"),
	TEXT(N, of.host_name, "OS-EXT-SRV-ATTR:hostname"),
	TEXT(N, of.root_device, "OS-EXT-SRV-ATTR:root_device_name"),
	TEXT(N, of.task_state, "OS-EXT-STS:task_state", .flags = FIELD_NULL),
	TEXT(N, of.vm_state, "OS-EXT-STS:vm_state"),
	INT(N, of.power_state, "OS-EXT-STS:power_state"),
	ITEMS(N, volumes, "os-extended-volumes:volumes_attached", .of = &volume_ref_shape),
	ITEMS(N, groups, "security_groups", .of = &group_ref_shape),
	TEXT(N, of.description, "description"),
	BOOL(N, of.locked, "locked"),
	TEXT(N, of.up, "host_status"),
	TEXTS(N, of.tags, "tags"),
	FIELDS_END,
};
#undef N
static const struct shape nova_server_shape = { sizeof(struct nova_server), nova_server_fields };

static struct named_items addresses_of(struct call *call, const struct server_item *server)
{
	const struct server_address *from = server->addresses.items;
	struct address_item *items = arena_array(call_work_arena(call), struct address_item, server->addresses.n);
	size_t i;

	for (i = 0; i < server->addresses.n; i++)
		items[i] = (struct address_item){ from[i].address, from[i].type, from[i].mac, 4 };
	return (struct named_items){ server->addresses.name, items, server->addresses.n };
}

static struct items volumes_of(struct call *call, const struct server_item *server)
{
	const struct server_volume *from = server->volumes.items;
	struct volume_ref *items = arena_array(call_work_arena(call), struct volume_ref, server->volumes.n);
	size_t i;

	for (i = 0; i < server->volumes.n; i++)
		items[i].id = from[i].id;
	return (struct items){ items, server->volumes.n };
}

static struct items groups_of(struct call *call, const struct server_item *server)
{
	const struct server_group *from = server->security_groups.items;
	struct group_ref *items = arena_array(call_work_arena(call), struct group_ref, server->security_groups.n);
	size_t i;

	for (i = 0; i < server->security_groups.n; i++)
		items[i].name = from[i].name;
	return (struct items){ items, server->security_groups.n };
}

static struct nova_server nova_server_show(struct call *call, const struct instance *instance)
{
	struct server_item of = server_show(call, instance);

	return (struct nova_server){
		.of = of,
		.addresses = addresses_of(call, &of),
		.image = { of.image.id, rest_links(call, "images", of.image.id) },
		.flavor = { of.flavor.id, rest_links(call, "flavors", of.flavor.id) },
		.links = rest_links(call, "servers", of.id),
		.volumes = volumes_of(call, &of),
		.groups = groups_of(call, &of),
	};
}

/* ---- show ---- */

struct show_in {
	const char *project, *server;
};

struct show_out {
	struct nova_server server;
};

static const struct field show_in_fields[] = {
	PATH_PROJECT(struct show_in, project),
	PATH_SERVER(struct show_in, server),
	FIELDS_END,
};

static const struct field show_out_fields[] = {
	OBJECT(struct show_out, server, "server", .of = &nova_server_shape),
	FIELDS_END,
};

static const struct error_row show_errors[] = {
	ROW_NOVA_SERVER_UNKNOWN,
	ROWS_END,
};

static bool show_run(struct call *call, const void *in_, void *out_)
{
	const struct show_in *in = in_;
	struct show_out *out = out_;
	struct instance instance;

	if (!nova_find_server(call, in->server, &instance))
		return false;
	out->server = nova_server_show(call, &instance);
	return true;
}

const struct operation huawei_nova_show_server = {
	.product = "nova",
	.version = "v2.1",
	.name = "nova.NovaShowServer",
	.method = "GET",
	.path = "/v2.1/{project_id}/servers/{server_id}",
	.mode = OPERATION_READ,
	.permission = "ecs:servers:get",
	.resource = "instance/{server_id}",
	.in = { sizeof(struct show_in), show_in_fields },
	.out = { sizeof(struct show_out), show_out_fields },
	.errors = show_errors,
	.common = rest_nova_errors,
	.run = show_run,
	.doc = "Shows a server of either kind.",
};

/* ---- delete ---- */

static const struct error_row delete_errors[] = {
	ROW_NOVA_SERVER_UNKNOWN,
	ROW_NOVA_LOCKED,
	ROW_NOVA_LOCKED_FINANCIAL,
	{ REFUSE_INSTANCE_PROTECTED, 409, "conflictingRequest", "Instance %s is locked", "Cleat" },
	{ REFUSE_INSTANCE_BUILDING, 409, "conflictingRequest", "Cannot 'delete' instance %s while it is in vm_state building", "Cleat" },
	ROW_NOVA_STATE("delete"),
	ROWS_END,
};

static bool delete_run(struct call *call, const void *in_, void *out_)
{
	const struct show_in *in = in_;
	struct instance_release_args args = { .instance = in->server, .force = true, .terminate_subscription = true };
	struct instance instance;

	(void)out_;
	if (!nova_find_server(call, in->server, &instance) || !nova_is_unlocked(call, &instance))
		return false;
	if (!text_empty(instance.locks)) /* for whatever else */
		return call_refuse(call, REFUSE_INSTANCE_LOCKED_SECURITY, instance.id);
	if (call_verb(call, instance_release(&call->work, &args)))
		return true;
	return call->refusal.reason == REFUSE_INSTANCE_STATE ? nova_refuse_state(call, &instance) : false;
}

const struct operation huawei_nova_delete_server = {
	.product = "nova",
	.version = "v2.1",
	.name = "nova.NovaDeleteServer",
	.method = "DELETE",
	.path = "/v2.1/{project_id}/servers/{server_id}",
	.success = 204,
	.mode = OPERATION_WRITE,
	.permission = "ecs:servers:delete",
	.resource = "instance/{server_id}",
	.in = { sizeof(struct show_in), show_in_fields },
	.out = { sizeof(struct rest_nothing), rest_nothing_fields },
	.errors = delete_errors,
	.common = rest_nova_errors,
	.opens_jobs = true,
	.run = delete_run,
	.doc = "Deletes a server with what goes along with it.",
};

/* ---- list ---- */

struct list_in {
	const char *project, *flavor, *image, *address, *name, *status, *tags, *reservation, *marker;
	struct opt_int limit;
};

struct brief_item {
	const char *id, *name;
	struct items links;
};

struct list_out {
	struct items servers, next;
};

#define L struct list_in
static const struct field list_in_fields[] = {
	PATH_PROJECT(L, project),
	TEXT(L, flavor, "flavor"),
	TEXT(L, image, "image"),
	TEXT(L, address, "ip"),
	TEXT(L, name, "name", .doc = "A part of the name."),
	TEXT(L, status, "status"),
	TEXT(L, tags, "tags", .doc = "Keys and KEY=VALUE, with commas between."),
	TEXT(L, reservation, "reservation_id"),
	TEXT(L, marker, "marker", .doc = "The server before the page."),
	OPT_INT(L, limit, "limit", .min = 0, .max = INT32_MAX, .doc = "1000 at most; 0 and absent mean that."),
	FIELDS_END,
};
#undef L

static const struct field brief_fields[] = {
	TEXT(struct brief_item, id, "id"),
	TEXT(struct brief_item, name, "name"),
	ITEMS(struct brief_item, links, "links", .of = &rest_link_shape),
	FIELDS_END,
};
static const struct shape brief_shape = { sizeof(struct brief_item), brief_fields };

#define LIST_OUT(item_shape)                                                                                        \
	{                                                                                                          \
		ITEMS(struct list_out, servers, "servers", .of = &(item_shape)),                                   \
		ITEMS(struct list_out, next, "servers_links", .of = &rest_link_shape),                             \
		FIELDS_END,                                                                                        \
	}
static const struct field list_out_fields[] = LIST_OUT(brief_shape);
static const struct field detail_out_fields[] = LIST_OUT(nova_server_shape);

static const struct error_row list_errors[] = {
	{ REFUSE_INSTANCE_UNKNOWN, 400, "badRequest", "marker [%s] not found", NULL },
	ROWS_END,
};

struct items nova_next_page(struct call *call, const char *last)
{
	struct arena *arena = call_work_arena(call);
	struct rest_link *link = arena_array(arena, struct rest_link, 1);
	const char *query = text_or(call->request.query, "");
	const char *kept = "";

	while (*query) {
		size_t length = strcspn(query, "&");

		if (length && !text_starts(query, "marker="))
			kept = arena_printf(arena, "%s%.*s&", kept, (int)length, query);
		query += length + (query[length] == '&');
	}
	link->rel = "next";
	link->href = arena_printf(arena, "%s%s?%smarker=%s", rest_base_url(call), call->request.path, kept, last);
	return (struct items){ link, 1 };
}

static bool find_page(struct call *call, const struct list_in *in, struct instance **ret, size_t *ret_n, struct items *ret_next)
{
	struct server_query query = {
		.kind = -1,
		.flavor = in->flavor,
		.image = in->image,
		.address = in->address,
		.name = in->name,
		.status = in->status,
		.tags = in->tags,
		.id = in->reservation,
		.marker = in->marker,
		.limit = in->limit.value > 0 && in->limit.value < NOVA_PAGE_MAX ? in->limit.value : NOVA_PAGE_MAX,
	};
	struct instance marker;
	int64_t left;

	if (!text_empty(in->marker) && !find_instance(&call->work, in->marker, &marker))
		return call_refuse(call, REFUSE_INSTANCE_UNKNOWN, in->marker);
	*ret_n = server_list(call, &query, ret, &left);
	if ((int64_t)*ret_n == query.limit && left > query.limit)
		*ret_next = nova_next_page(call, (*ret)[*ret_n - 1].id);
	return true;
}

static bool list_run(struct call *call, const void *in_, void *out_)
{
	struct list_out *out = out_;
	struct instance *instances;
	struct brief_item *items;
	size_t n;
	size_t i;

	if (!find_page(call, in_, &instances, &n, &out->next))
		return false;
	items = arena_array(call_work_arena(call), struct brief_item, n);
	for (i = 0; i < n; i++)
		items[i] = (struct brief_item){ instances[i].id, instances[i].name, rest_links(call, "servers", instances[i].id) };
	out->servers = (struct items){ items, n };
	return true;
}

static bool detail_run(struct call *call, const void *in_, void *out_)
{
	struct list_out *out = out_;
	struct instance *instances;
	struct nova_server *items;
	size_t n;
	size_t i;

	if (!find_page(call, in_, &instances, &n, &out->next))
		return false;
	items = arena_array(call_work_arena(call), struct nova_server, n);
	for (i = 0; i < n; i++)
		items[i] = nova_server_show(call, &instances[i]);
	out->servers = (struct items){ items, n };
	return true;
}

#define LIST(symbol, title, path_, out_fields_, run_, text)                       \
	const struct operation huawei_nova_##symbol = {                            \
		.product = "nova",                                                 \
		.version = "v2.1",                                                 \
		.name = title,                                                     \
		.method = "GET",                                                   \
		.path = path_,                                                     \
		.mode = OPERATION_READ,                                            \
		.permission = "ecs:servers:list",                                  \
		.resource = "instance/*",                                          \
		.in = { sizeof(struct list_in), list_in_fields },                  \
		.out = { sizeof(struct list_out), out_fields_ },                   \
		.errors = list_errors,                                             \
		.common = rest_nova_errors,                                        \
		.run = run_,                                                       \
		.doc = text,                                                       \
	}

LIST(list_servers, "nova.NovaListServers", "/v2.1/{project_id}/servers", list_out_fields, list_run,
     "Lists the names of servers of both kinds.");
LIST(list_servers_details, "nova.NovaListServersDetails", "/v2.1/{project_id}/servers/detail", detail_out_fields, detail_run,
     "Lists servers of both kinds.");
