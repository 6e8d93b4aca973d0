/* ECS: what cloud servers can be. */
#include "api/huawei/flavor.h"
#include "base/text.h"
#include "core/catalogue.h"

#define NICS_MAX 12 /* page of creating: network cards of a server */

struct quantity {
	int64_t scsi, blk, disk, nic;
};

struct ecs_flavor {
	struct flavor_item flavor;
	struct quantity quantity;
};

struct list_in {
	const char *project, *zone, *flavor, *marker;
	struct opt_int limit;
};

struct list_out {
	struct items flavors;
};

static const struct field quantity_fields[] = {
	INT(struct quantity, scsi, "free_scsi"),
	INT(struct quantity, blk, "free_blk"),
	INT(struct quantity, disk, "free_disk"),
	INT(struct quantity, nic, "free_nic"),
	FIELDS_END,
};
static const struct shape quantity_shape = { sizeof(struct quantity), quantity_fields };

static const struct field flavor_fields[] = {
	FLAVOR_FIELDS(struct ecs_flavor, flavor),
	OBJECT(struct ecs_flavor, quantity, "attachableQuantity", .of = &quantity_shape),
	FIELDS_END,
};
static const struct shape flavor_shape = { sizeof(struct ecs_flavor), flavor_fields };

static const struct field list_in_fields[] = {
	PATH_PROJECT(struct list_in, project),
	TEXT(struct list_in, zone, "availability_zone", .doc = "All flavors are in all zones; of one that is not there are none."),
	TEXT(struct list_in, flavor, "flavor_id"),
	OPT_INT(struct list_in, limit, "limit", .min = 1, .max = 1000, .doc = "Absent: all."),
	TEXT(struct list_in, marker, "marker", .doc = "The last flavor of the page before."),
	FIELDS_END,
};

static const struct field list_out_fields[] = {
	ITEMS(struct list_out, flavors, "flavors", .of = &flavor_shape),
	FIELDS_END,
};

static bool zone_fits(struct call *call, const char *zone)
{
	const struct tenant *tenant = &call->work.caller.tenant;

	return text_empty(zone) || zone_known(region_find(work_realm(&call->work), tenant->region), zone);
}

static bool list_run(struct call *call, const void *in_, void *out_)
{
	const struct list_in *in = in_;
	struct list_out *out = out_;
	const struct instance_type *types;
	size_t n = zone_fits(call, in->zone) ? instance_type_list(&call->work, &types) : 0;
	struct ecs_flavor *items = arena_array(call_work_arena(call), struct ecs_flavor, n);
	bool passed = text_empty(in->marker);
	size_t i;

	for (i = 0; i < n; i++) {
		const struct instance_type *type = &types[i];
		bool begins = text_equal(type->id, in->marker);

		if (in->limit.is == GIVEN && (int64_t)out->flavors.n == in->limit.value)
			break;
		if (passed && type->kind == MACHINE_VIRTUAL && (text_empty(in->flavor) || text_equal(in->flavor, type->id)))
			items[out->flavors.n++] = (struct ecs_flavor){
				flavor_show(call, type),
				{ type->max_data_disks, type->max_data_disks, type->max_data_disks + 1, NICS_MAX },
			};
		passed |= begins;
	}
	out->flavors.items = items;
	return true;
}

const struct operation huawei_ecs_list_flavors = {
	.product = "ecs",
	.version = "v1",
	.name = "ecs.ListFlavors",
	.method = "GET",
	.path = "/v1/{project_id}/cloudservers/flavors",
	.mode = OPERATION_READ,
	.permission = "ecs:cloudServerFlavors:get",
	.resource = "*",
	.in = { sizeof(struct list_in), list_in_fields },
	.out = { sizeof(struct list_out), list_out_fields },
	.common = rest_ecs_errors,
	.run = list_run,
	.doc = "Lists the flavors of cloud servers with what they are made of.",
};
