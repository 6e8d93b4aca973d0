/* BMS: what bare metal servers can be. */
#include "api/huawei/bms.h"
#include "api/huawei/flavor.h"
#include "base/text.h"
#include "core/catalogue.h"

struct bms_flavor {
	struct flavor_item flavor;
};

struct list_in {
	const char *project, *zone;
};

struct list_out {
	struct items flavors;
};

static const struct field flavor_fields[] = {
	FLAVOR_FIELDS(struct bms_flavor, flavor),
	FIELDS_END,
};
static const struct shape flavor_shape = { sizeof(struct bms_flavor), flavor_fields };

static const struct field list_in_fields[] = {
	PATH_PROJECT(struct list_in, project),
	TEXT(struct list_in, zone, "availability_zone", .doc = "All flavors are in all zones; of one that is not there are none."),
	FIELDS_END,
};

static const struct field list_out_fields[] = {
	ITEMS(struct list_out, flavors, "flavors", .of = &flavor_shape),
	FIELDS_END,
};

static bool list_run(struct call *call, const void *in_, void *out_)
{
	const struct list_in *in = in_;
	struct list_out *out = out_;
	const struct instance_type *types;
	size_t n = instance_type_list(&call->work, &types);
	struct bms_flavor *items = arena_array(call_work_arena(call), struct bms_flavor, n);
	size_t i;

	if (!text_empty(in->zone) && !zone_known(region_find(work_realm(&call->work), call->work.caller.tenant.region), in->zone))
		n = 0;
	for (i = 0; i < n; i++) {
		if (types[i].kind == MACHINE_BARE_METAL)
			items[out->flavors.n++].flavor = flavor_show(call, &types[i]);
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
