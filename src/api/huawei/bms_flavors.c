/* BMS: what bare metal servers can be. */
#include "api/huawei/bms.h"
#include "api/huawei/flavor.h"
#include "base/text.h"
#include "core/catalogue.h"

struct flavor_item {
	const char *id, *name, *vcpus, *disk, *swap, *none;
	int64_t ram, ephemeral;
	double rxtx_factor;
	bool disabled, is_public;
	struct items links;
	struct pairs specs;
};

struct list_in {
	const char *project, *zone;
};

struct list_out {
	struct items flavors;
};

#define F struct flavor_item
static const struct field flavor_fields[] = {
	TEXT(F, id, "id"),
	TEXT(F, name, "name"),
	TEXT(F, vcpus, "vcpus"),
	INT(F, ram, "ram"),
	TEXT(F, disk, "disk"),
	TEXT(F, swap, "swap"),
	INT(F, ephemeral, "OS-FLV-EXT-DATA:ephemeral"),
	BOOL(F, disabled, "OS-FLV-DISABLED:disabled"),
	DECIMAL(F, rxtx_factor, "rxtx_factor"),
	TEXT(F, none, "rxtx_quota", .flags = FIELD_NULL),
	TEXT(F, none, "rxtx_cap", .flags = FIELD_NULL),
	BOOL(F, is_public, "os-flavor-access:is_public"),
	ITEMS(F, links, "links", .of = &rest_link_shape),
	PAIRS(F, specs, "os_extra_specs"),
	FIELDS_END,
};
static const struct shape flavor_shape = { sizeof(F), flavor_fields };
#undef F

static const struct field list_in_fields[] = {
	PATH_PROJECT(struct list_in, project),
	TEXT(struct list_in, zone, "availability_zone", .doc = "All flavors are in all zones; of one that is not there are none."),
	FIELDS_END,
};

static const struct field list_out_fields[] = {
	ITEMS(struct list_out, flavors, "flavors", .of = &flavor_shape),
	FIELDS_END,
};

static struct flavor_item flavor_show(struct call *call, const struct instance_type *type)
{
	return (struct flavor_item){
		.id = type->id,
		.name = type->id,
		.vcpus = arena_printf(call_work_arena(call), "%lld", (long long)type->cpus),
		.ram = type->memory_mib,
		.disk = "0",
		.swap = "",
		.rxtx_factor = 1,
		.is_public = true,
		.links = rest_links(call, "flavors", type->id),
		.specs = flavor_extra_specs(call, type),
	};
}

static bool list_run(struct call *call, const void *in_, void *out_)
{
	const struct list_in *in = in_;
	struct list_out *out = out_;
	const struct instance_type *types;
	size_t n = instance_type_list(&call->work, &types);
	struct flavor_item *items = arena_array(call_work_arena(call), struct flavor_item, n);
	size_t i;

	if (!text_empty(in->zone) && !zone_known(region_find(work_realm(&call->work), call->work.caller.tenant.region), in->zone))
		n = 0;
	for (i = 0; i < n; i++) {
		if (types[i].kind == MACHINE_BARE_METAL)
			items[out->flavors.n++] = flavor_show(call, &types[i]);
	}
	out->flavors.items = items;
	return true;
}

const struct operation huawei_bms_list_flavors = {
	.product = "bms",
	.version = "v1",
	.name = "bms.ListBaremetalFlavorDetailExtends",
	.method = "GET",
	.path = "/v1/{project_id}/baremetalservers/flavors",
	.mode = OPERATION_READ,
	.permission = "bms:serverFlavors:get",
	.resource = "*",
	.in = { sizeof(struct list_in), list_in_fields },
	.out = { sizeof(struct list_out), list_out_fields },
	.common = rest_bms_errors,
	.run = list_run,
	.doc = "Lists the flavors of bare metal servers with what they are made of.",
};
