/* ECS: a server's name, description, host name and user data. */
#include "api/huawei/ecs.h"
#include "api/huawei/flavor.h"
#include "api/huawei/server.h"
#include "base/text.h"
#include "core/instance.h"

#define TITLE_MAX       128
#define DESCRIPTION_MAX 85
#define HOST_NAME_MAX_  64
#define USER_DATA_MAX   32768

struct change_in {
	const char *name, *description, *host_name, *user_data;
};

struct update_in {
	const char *project, *server;
	struct change_in change;
};

/* An address and a flavor as this reply shows them, which is otherwise than others do. */
struct address_item {
	int64_t version;
	const char *address;
};

struct flavor_name {
	const char *id;
	struct items links;
};

struct updated_item {
	const char *id, *name, *status, *description, *tenant, *user, *created, *updated, *host_id, *none, *manual, *image, *host_name,
		*user_data;
	bool locked;
	int64_t progress;
	struct flavor_name flavor;
	struct named_items addresses;
	struct pairs metadata;
	struct texts tags;
	struct items links;
};

struct update_out {
	struct updated_item server;
};

/* ---- tables ---- */

static const struct field change_fields[] = {
	TEXT(struct change_in, name, "name", .flags = FIELD_NOT_EMPTY, .max = TITLE_MAX),
	TEXT(struct change_in, description, "description", .max = DESCRIPTION_MAX),
	TEXT(struct change_in, host_name, "hostname", .flags = FIELD_NOT_EMPTY, .max = HOST_NAME_MAX_),
	TEXT(struct change_in, user_data, "user_data", .max = USER_DATA_MAX, .flags = FIELD_SECRET, .doc = "Of a server that is off."),
	FIELDS_END,
};
static const struct shape change_shape = { sizeof(struct change_in), change_fields };

static const struct field update_in_fields[] = {
	PATH_PROJECT(struct update_in, project),
	PATH_SERVER(struct update_in, server),
	OBJECT(struct update_in, change, "server", .of = &change_shape, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

static const struct field address_fields[] = {
	INT(struct address_item, version, "version"),
	TEXT(struct address_item, address, "addr"),
	FIELDS_END,
};
static const struct shape address_shape = { sizeof(struct address_item), address_fields };

static const struct field flavor_fields[] = {
	TEXT(struct flavor_name, id, "id"),
	ITEMS(struct flavor_name, links, "links", .of = &rest_link_shape),
	FIELDS_END,
};
static const struct shape flavor_shape = { sizeof(struct flavor_name), flavor_fields };

#define U struct updated_item
static const struct field updated_fields[] = {
	TEXT(U, id, "id"),
	TEXT(U, name, "name"),
	TEXT(U, status, "status"),
	TEXT(U, description, "description"),
	TEXT(U, tenant, "tenant_id"),
	TEXT(U, user, "user_id"),
	TEXT(U, created, "created"),
	TEXT(U, updated, "updated"),
	TEXT(U, host_id, "hostId"),
	TEXT(U, none, "accessIPv4"),
	TEXT(U, none, "accessIPv6"),
	TEXT(U, manual, "OS-DCF:diskConfig"),
	TEXT(U, image, "image"),
	BOOL(U, locked, "locked"),
	INT(U, progress, "progress"),
	OBJECT(U, flavor, "flavor", .of = &flavor_shape),
	NAMED_ITEMS(U, addresses, "addresses", .of = &address_shape),
	PAIRS(U, metadata, "metadata"),
	TEXTS(U, tags, "tags"),
	ITEMS(U, links, "links", .of = &rest_link_shape),
	TEXT(U, user_data, "OS-EXT-SRV-ATTR:user_data", .flags = FIELD_NULL),
	TEXT(U, host_name, "OS-EXT-SRV-ATTR:hostname"),
	FIELDS_END,
};
static const struct shape updated_shape = { sizeof(U), updated_fields };
#undef U

static const struct field update_out_fields[] = {
	OBJECT(struct update_out, server, "server", .of = &updated_shape),
	FIELDS_END,
};

static const struct error_row errors[] = {
	ROW_ECS_SERVER_UNKNOWN,
	ROW_ECS_SERVER_STATE,
	ROW_ECS_LOCKED,
	{ REFUSE_NOTHING_TO_CHANGE, 400, "Ecs.0005", ECS_INVALID, "Cleat" },
	ROWS_END,
};

/* ---- run ---- */

static struct updated_item updated(struct call *call, const struct instance *instance)
{
	struct address_item *address = arena_new(call_work_arena(call), struct address_item);
	struct server_item shown = server_show(call, instance);

	*address = (struct address_item){ 4, instance->private_ip };
	return (struct updated_item){
		.id = shown.id,
		.name = shown.name,
		.status = shown.status,
		.description = shown.description,
		.tenant = shown.tenant,
		.user = shown.user,
		.created = shown.created,
		.updated = shown.updated,
		.host_id = shown.host_id,
		.none = "",
		.manual = shown.manual,
		.image = shown.image.id,
		.locked = shown.locked,
		.progress = shown.progress,
		.flavor = { shown.flavor.id, rest_links(call, "flavors", shown.flavor.id) },
		.addresses = { shown.addresses.name, address, 1 },
		.metadata = shown.metadata,
		.tags = shown.tags,
		.links = rest_links(call, "servers", shown.id),
		.user_data = shown.user_data,
		.host_name = shown.host_name,
	};
}

static bool update_run(struct call *call, const void *in_, void *out_)
{
	const struct update_in *in = in_;
	struct update_out *out = out_;
	struct instance_modify_args args = {
		.instance = in->server,
		.name = in->change.name,
		.description = in->change.description,
		.host_name = in->change.host_name,
		.user_data = in->change.user_data,
		.deletion_protection = -1,
	};
	struct instance instance;

	if (!ecs_find_server(call, in->server, &instance))
		return false;
	if (!args.name && !args.description && !args.host_name && !args.user_data)
		return call_refuse(call, REFUSE_NOTHING_TO_CHANGE, "server");
	if (!call_verb(call, instance_modify(&call->work, &args)) || !ecs_find_server(call, in->server, &instance))
		return false;
	out->server = updated(call, &instance);
	return true;
}

const struct operation huawei_ecs_update_server = {
	.product = "ecs",
	.version = "v1",
	.name = "ecs.UpdateServer",
	.method = "PUT",
	.path = "/v1/{project_id}/cloudservers/{server_id}",
	.mode = OPERATION_WRITE,
	.permission = "ecs:cloudServers:put",
	.resource = "instance/{server_id}",
	.in = { sizeof(struct update_in), update_in_fields },
	.out = { sizeof(struct update_out), update_out_fields },
	.errors = errors,
	.common = rest_ecs_errors,
	.run = update_run,
	.doc = "Changes what a server is called, and what its user wrote about it.",
};
