/* ECS: the newer list of servers, page by page behind a marker, in words of its own. */
#include "api/huawei/flavor.h"
#include "api/huawei/server.h"
#include "api/huawei/server_list.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/catalogue.h"

#define LIMIT_DEFAULT 25
#define LIMIT_MAX     1000

/* What the older list shows as texts is numbers and truths here. */
struct cloud_volume {
	const char *id, *device, *boot_index;
	bool delete_on_termination;
	int64_t size;
};

struct cloud_address {
	const char *address, *port, *mac, *type;
	int64_t version;
	bool primary;
};

struct cloud_server {
	const char *id, *name, *status, *tenant, *user, *zone, *vm_state, *task_state, *created, *updated, *launched_at, *description,
		*key_name, *root_device, *enterprise_project;
	struct {
		const char *charge;
	} market;
	struct {
		const char *id;
	} image;
	struct {
		const char *id, *name;
		int64_t vcpus, ram, disk;
	} flavor;
	struct rest_nothing fault;
	struct named_items addresses;
	struct items volumes, groups;
	struct pairs metadata;
	struct texts tags;
	int64_t power_state;
	bool locked, in_recycle_bin;
};

struct list_in {
	const char *project, *id, *name, *status, *flavor, *image, *tags, *not_tags, *zone_part, *zone, *charging, *key_name, *since,
		*enterprise_project, *marker;
	struct texts fields;
	struct opt_bool in_recycle_bin;
	struct opt_int limit;
};

struct list_out {
	const char *request;
	struct items servers, links;
};

/* ---- tables ---- */

static const struct field volume_fields[] = {
	TEXT(struct cloud_volume, id, "id"),
	BOOL(struct cloud_volume, delete_on_termination, "delete_on_termination"),
	TEXT(struct cloud_volume, device, "device"),
	TEXT(struct cloud_volume, boot_index, "bootIndex", .flags = FIELD_NULL),
	INT(struct cloud_volume, size, "size"),
	FIELDS_END,
};
static const struct shape volume_shape = { sizeof(struct cloud_volume), volume_fields };

static const struct field address_fields[] = {
	TEXT(struct cloud_address, address, "addr"),
	INT(struct cloud_address, version, "version"),
	TEXT(struct cloud_address, port, "OS-EXT-IPS:port_id"),
	TEXT(struct cloud_address, mac, "OS-EXT-IPS-MAC:mac_addr"),
	TEXT(struct cloud_address, type, "OS-EXT-IPS:type"),
	BOOL(struct cloud_address, primary, "primary"),
	FIELDS_END,
};
static const struct shape address_shape = { sizeof(struct cloud_address), address_fields };

static const struct field group_fields[] = {
	TEXT(struct server_group, name, "name"),
	TEXT(struct server_group, id, "id"),
	FIELDS_END,
};
static const struct shape group_shape = { sizeof(struct server_group), group_fields };

#define C struct cloud_server
#define INSIDE(part, m, wire, kind) { .name = wire, .type = kind, .offset = offsetof(C, part.m) - offsetof(C, part) }
static const struct field market_fields[] = { INSIDE(market, charge, "charge_mode", FIELD_TEXT), FIELDS_END };
static const struct shape market_shape = { sizeof(((C *)0)->market), market_fields };
static const struct field image_fields[] = { INSIDE(image, id, "id", FIELD_TEXT), FIELDS_END };
static const struct shape image_shape = { sizeof(((C *)0)->image), image_fields };
static const struct field flavor_fields[] = {
	INSIDE(flavor, id, "id", FIELD_TEXT),
	INSIDE(flavor, name, "name", FIELD_TEXT),
	INSIDE(flavor, vcpus, "vcpus", FIELD_INT),
	INSIDE(flavor, ram, "ram", FIELD_INT),
	INSIDE(flavor, disk, "disk", FIELD_INT),
	FIELDS_END,
};
static const struct shape flavor_shape = { sizeof(((C *)0)->flavor), flavor_fields };
static const struct shape fault_shape = { sizeof(struct rest_nothing), rest_nothing_fields };

static const struct field server_fields[] = {
	TEXT(C, id, "id"),
	TEXT(C, name, "name"),
	TEXT(C, status, "status"),
	TEXT(C, tenant, "tenant_id"),
	TEXT(C, user, "user_id"),
	OBJECT(C, market, "market_info", .of = &market_shape),
	TEXT(C, zone, "availability_zone"),
	TEXT(C, vm_state, "vm_state"),
	TEXT(C, task_state, "task_state", .flags = FIELD_NULL),
	INT(C, power_state, "power_state"),
	TEXT(C, created, "created"),
	TEXT(C, updated, "updated"),
	TEXT(C, launched_at, "launched_at", .flags = FIELD_NULL),
	BOOL(C, in_recycle_bin, "in_recycle_bin"),
	TEXT(C, description, "description"),
	TEXT(C, key_name, "key_name", .flags = FIELD_NULL),
	BOOL(C, locked, "locked"),
	TEXT(C, root_device, "root_device_name"),
	TEXT(C, enterprise_project, "enterprise_project_id"),
	PAIRS(C, metadata, "metadata"),
	TEXTS(C, tags, "tags"),
	NAMED_ITEMS(C, addresses, "addresses", .of = &address_shape),
	ITEMS(C, groups, "security_groups", .of = &group_shape),
	ITEMS(C, volumes, "volumes_attached", .of = &volume_shape),
	OBJECT(C, image, "image", .of = &image_shape),
	OBJECT(C, flavor, "flavor", .of = &flavor_shape),
	OBJECT(C, fault, "fault", .of = &fault_shape),
	FIELDS_END,
};
static const struct shape server_shape_out = { sizeof(C), server_fields };
#undef C

static const char *const charging_modes[] = { "0", "1", "post_paid", "pre_paid", NULL };

#define L struct list_in
static const struct field list_in_fields[] = {
	PATH_PROJECT(L, project),
	TEXT(L, id, "id", .doc = "Or several with commas between."),
	TEXT(L, name, "name", .doc = "A part of the name."),
	TEXT(L, status, "status"),
	OPT_BOOL(L, in_recycle_bin, "in_recycle_bin", .doc = "true: none, there is no recycle bin."),
	TEXT(L, flavor, "flavor_name"),
	TEXT(L, image, "image_id"),
	TEXT(L, tags, "tags", .doc = "A key or KEY=VALUE; several with commas between: all of them."),
	TEXT(L, not_tags, "not-tags", .doc = "Likewise: none of them."),
	TEXT(L, zone_part, "availability_zone", .doc = "The zone."),
	TEXT(L, zone, "availability_zone_eq", .doc = "The zone."),
	TEXT(L, charging, "charging_mode", .values = charging_modes, .doc = "`0` or `post_paid`: paid by use, `1` or `pre_paid`: for a period."),
	TEXT(L, key_name, "key_name"),
	TIME(L, since, "launched_since"),
	TEXT(L, enterprise_project, "enterprise_project_id", .doc = "`all_granted_eps`: any."),
	TEXTS(L, fields, "expect-fields", .flags = FIELD_ACCEPTED),
	OPT_INT(L, limit, "limit", .min = 1, .max = LIMIT_MAX, .doc = "Default 25."),
	TEXT(L, marker, "marker", .doc = "The last server of the page before."),
	FIELDS_END,
};
#undef L

static const struct field list_out_fields[] = {
	TEXT(struct list_out, request, "request_id"),
	ITEMS(struct list_out, servers, "servers", .of = &server_shape_out),
	ITEMS(struct list_out, links, "servers_links", .of = &rest_link_shape),
	FIELDS_END,
};

/* ---- run ---- */

static struct named_items addresses_of(struct call *call, const struct named_items *shown)
{
	const struct server_address *from = shown->items;
	struct cloud_address *items = arena_array(call_work_arena(call), struct cloud_address, shown->n);
	size_t i;

	for (i = 0; i < shown->n; i++)
		items[i] = (struct cloud_address){ from[i].address, from[i].port, from[i].mac, from[i].type, 4, from[i].primary };
	return (struct named_items){ shown->name, items, shown->n };
}

static struct items volumes_of(struct call *call, const struct items *shown)
{
	const struct server_volume *from = shown->items;
	struct cloud_volume *items = arena_array(call_work_arena(call), struct cloud_volume, shown->n);
	struct disk disk;
	size_t i;

	for (i = 0; i < shown->n; i++) {
		items[i] = (struct cloud_volume){
			.id = from[i].id,
			.device = from[i].device,
			.boot_index = from[i].boot_index,
			.delete_on_termination = text_equal(from[i].delete_on_termination, "true"),
			.size = disk_get(call->work.txn, from[i].id, &disk) ? disk.size_gib : 0,
		};
	}
	return (struct items){ items, shown->n };
}

static struct cloud_server show(struct call *call, const struct instance *instance)
{
	const struct instance_type *type = instance_type_find(&call->work, instance->type);
	struct server_item shown = server_show(call, instance);
	struct cloud_server server = {
		.id = shown.id,
		.name = shown.name,
		.status = shown.status,
		.tenant = shown.tenant,
		.user = shown.user,
		.zone = shown.zone,
		.vm_state = shown.vm_state,
		.task_state = shown.task_state,
		.power_state = shown.power_state,
		.created = shown.created,
		.updated = shown.updated,
		.launched_at = shown.launched_at,
		.description = shown.description,
		.key_name = shown.key_name,
		.root_device = shown.root_device,
		.enterprise_project = shown.enterprise_project,
		.metadata = shown.metadata,
		.tags = shown.tags,
		.locked = shown.locked,
		.addresses = addresses_of(call, &shown.addresses),
		.groups = shown.security_groups,
		.volumes = volumes_of(call, &shown.volumes),
	};

	server.market.charge = instance->charge_type == CHARGE_PRE_PAID ? "pre_paid" : "post_paid";
	server.image.id = shown.image.id;
	server.flavor.id = server.flavor.name = instance->type;
	server.flavor.vcpus = type ? type->cpus : 0;
	server.flavor.ram = type ? type->memory_mib : 0;
	return server;
}

static struct server_query query_of(const struct list_in *in, int64_t limit)
{
	struct server_query query = {
		.kind = MACHINE_VIRTUAL,
		.charging = in->charging,
		.id = in->id,
		.name = in->name,
		.status = in->status,
		.flavor = in->flavor,
		.image = in->image,
		.tags = in->tags,
		.not_tags = in->not_tags,
		.zone = text_empty(in->zone) ? in->zone_part : in->zone,
		.key_name = in->key_name,
		.enterprise_project = in->enterprise_project,
		.marker = in->marker,
		.limit = limit + 1, /* so that it is seen whether there are more */
	};

	if (!text_empty(in->since))
		moment_parse(in->since, &query.launched_since);
	return query;
}

static struct items next_link(struct call *call, const char *last, int64_t limit)
{
	struct rest_link *link = arena_new(call_work_arena(call), struct rest_link);

	*link = (struct rest_link){
		.rel = "next",
		.href = arena_printf(call_work_arena(call), "%s/v1.1/%s/cloudservers/detail?limit=%lld&marker=%s", rest_base_url(call),
		                     call->work.caller.tenant.scope, (long long)limit, last),
	};
	return (struct items){ link, 1 };
}

static bool list_run(struct call *call, const void *in_, void *out_)
{
	const struct list_in *in = in_;
	struct list_out *out = out_;
	int64_t limit = in->limit.is == GIVEN ? in->limit.value : LIMIT_DEFAULT;
	struct server_query query = query_of(in, limit);
	struct instance *instances;
	struct cloud_server *items;
	int64_t total;
	size_t n = in->in_recycle_bin.value ? 0 : server_list(call, &query, &instances, &total);
	size_t i;

	if ((int64_t)n > limit) {
		n = (size_t)limit;
		out->links = next_link(call, instances[n - 1].id, limit);
	}
	items = arena_array(call_work_arena(call), struct cloud_server, n);
	for (i = 0; i < n; i++)
		items[i] = show(call, &instances[i]);
	out->servers = (struct items){ items, n };
	out->request = rest_request_id(call);
	return true;
}

const struct operation huawei_ecs_list_cloud_servers = {
	.product = "ecs",
	.version = "v1.1",
	.name = "ecs.ListCloudServers",
	.method = "GET",
	.path = "/v1.1/{project_id}/cloudservers/detail",
	.mode = OPERATION_READ,
	.permission = "ecs:cloudServers:listServersDetails",
	.resource = "instance/*",
	.in = { sizeof(struct list_in), list_in_fields },
	.out = { sizeof(struct list_out), list_out_fields },
	.common = rest_ecs_errors,
	.run = list_run,
	.doc = "Lists cloud servers page by page; what the older list shows as texts is numbers and truths here.",
};
