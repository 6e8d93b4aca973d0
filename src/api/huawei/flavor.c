#include "api/huawei/flavor.h"

#include <string.h>

#include "base/text.h"
#include "core/catalogue.h"

#define SPECS_MAX 16

static const struct field link_fields[] = {
	TEXT(struct rest_link, rel, "rel"),
	TEXT(struct rest_link, href, "href"),
	TEXT(struct rest_link, type, "type", .flags = FIELD_OMIT_EMPTY),
	FIELDS_END,
};
const struct shape rest_link_shape = { sizeof(struct rest_link), link_fields };

static const struct field flavor_link_fields[] = {
	TEXT(struct rest_link, rel, "rel"),
	TEXT(struct rest_link, href, "href"),
	TEXT(struct rest_link, type, "type", .flags = FIELD_NULL),
	FIELDS_END,
};
const struct shape flavor_link_shape = { sizeof(struct rest_link), flavor_link_fields };

struct items rest_links(struct call *call, const char *kind, const char *id)
{
	struct arena *arena = call_work_arena(call);
	struct rest_link *links = arena_array(arena, struct rest_link, 2);
	const char *base = rest_base_url(call);
	const char *project = call->work.caller.tenant.scope;

	links[0] = (struct rest_link){ .rel = "self", .href = arena_printf(arena, "%s/v2.1/%s/%s/%s", base, project, kind, id) };
	links[1] = (struct rest_link){ .rel = "bookmark", .href = arena_printf(arena, "%s/%s/%s/%s", base, project, kind, id) };
	return (struct items){ links, 2 };
}

static void add(struct pairs *pairs, const char *name, const char *value)
{
	pairs->items[pairs->n++] = (struct text_pair){ name, value };
}

/* "physical.o2.medium" is "o2m" (page of flavors, capabilities:board_type). */
static const char *board_of(struct arena *arena, const struct instance_type *type)
{
	const char *family = strchr(type->id, '.');
	const char *size = family ? strrchr(family + 1, '.') : NULL;

	if (!size)
		return type->id;
	return arena_printf(arena, "%.*s%c", (int)(size - family - 1), family + 1, size[1]);
}

/* Page of flavors, ecs:performancetype: told by the letter of a family. */
static const char *performance_of(const struct instance_type *type)
{
	switch (type->family[0]) {
	case 'c':
		return "computingv3";
	case 'm':
		return "highmem";
	default:
		return "normal";
	}
}

/* "cn-north-4a(normal),cn-north-4b(normal)": every flavor is in all zones of the caller's region. */
static const char *zones_of(struct call *call, const char *state)
{
	struct arena *arena = call_work_arena(call);
	const struct region *region = region_find(work_realm(&call->work), call->work.caller.tenant.region);
	const char *list = "";
	const char *letter;

	for (letter = region ? region->zones : ""; *letter; letter++)
		list = arena_printf(arena, "%s%s%s(%s)", list, *list ? "," : "", zone_name(arena, region, *letter), state);
	return list;
}

struct pairs flavor_extra_specs(struct call *call, const struct instance_type *type)
{
	struct arena *arena = call_work_arena(call);
	struct pairs pairs = { GIVEN, arena_array(arena, struct text_pair, SPECS_MAX), 0 };

	if (type->kind != MACHINE_BARE_METAL) {
		add(&pairs, "ecs:performancetype", performance_of(type));
		add(&pairs, "ecs:generation", type->family);
		add(&pairs, "ecs:virtualization_env_types", "CloudCompute");
		add(&pairs, "ecs:instance_architecture", "x86");
		add(&pairs, "resource_type", "IOoptimized_2");
		add(&pairs, "hw:numa_nodes", "1");
		add(&pairs, "cond:operation:status", "normal");
		add(&pairs, "cond:operation:az", zones_of(call, "normal"));
		return pairs;
	}
	add(&pairs, "resource_type", "ironic");
	add(&pairs, "capabilities:cpu_arch", "x86_64");
	add(&pairs, "capabilities:hypervisor_type", "ironic");
	add(&pairs, "capabilities:board_type", board_of(arena, type));
	add(&pairs, "baremetal:__support_evs", type->max_data_disks ? "true" : "false");
	add(&pairs, "baremetal:extBootType", "Volume");
	add(&pairs, "baremetal:disk_detail", "none");
	add(&pairs, "baremetal:net_num", "2");
	add(&pairs, "baremetal:netcard_detail", "2 x 2*10GE");
	add(&pairs, "baremetal:cpu_detail", arena_printf(arena, "%lld cores", (long long)type->cpus));
	add(&pairs, "baremetal:memory_detail", arena_printf(arena, "%lld GB", (long long)(type->memory_mib / 1024)));
	add(&pairs, "cond:operation:status", "normal");
	return pairs;
}

struct flavor_item flavor_show(struct call *call, const struct instance_type *type)
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
