/* DescribeAvailableResource: what of the catalogue can be had in which zone. Nothing of this cloud is ever sold out. */
#include <stdlib.h>
#include <string.h>

#include "api/aliyun/ecs.h"
#include "base/text.h"
#include "core/catalogue.h"

#define ZONES_MAX 26
#define MIB_OF_GIB 1024

struct available_in {
	const char *region;
	const char *zone;
	const char *destination;
	const char *resource_type;
	const char *charge_type;
	const char *spot_strategy;
	struct opt_int spot_duration;
	const char *scope;
	const char *host;
	const char *io_optimized;
	const char *network;
	const char *instance_type;
	const char *system_category;
	const char *data_category;
	struct opt_int cores;
	const char *memory;
};

struct supported_item {
	const char *status, *status_category, *value, *unit;
	struct opt_int min, max;
};

struct resource_item {
	const char *type;
	struct items supported;
};

struct available_item {
	const char *region, *zone, *status, *status_category;
	struct items resources;
};

struct available_out {
	struct items zones;
};

static const char *const destinations[] = { "Zone", "IoOptimized", "InstanceType", "Network", "ddh", "SystemDisk",
	                                    "DataDisk", NULL };
static const char *const resource_types[] = { "instance", "disk", "reservedinstance", "ddh", NULL };
static const char *const charge_types[] = { "PrePaid", "PostPaid", NULL };
static const char *const spot_strategies[] = { "NoSpot", "SpotWithPriceLimit", "SpotAsPriceGo", NULL };
static const char *const optimizations[] = { "none", "optimized", NULL };
static const char *const networks[] = { "vpc", "classic", NULL };

#define BAD(name, http, code, message) \
	static const struct error_row name = { REFUSE_FIELD, http, code, message, NULL }
BAD(no_destination, 400, "Invalid.Param",
    "The input parameter DestinationResource that is mandatory for processing this request is not supplied.");
BAD(bad_destination, 404, "Invalid.DestinationResource", "The specified DestinationResource is not valid.");
BAD(bad_resource_type, 404, "Invalid.ResourceType", "The ResourceType provided does not exist in our records.");
BAD(bad_charge_type, 400, "Invalid.InstanceChargeType", "The specified InstanceChargeType is not valid.");
BAD(bad_spot_strategy, 404, "Invalid.SpotStrategy", "The specified SpotStrategy is not valid.");
BAD(bad_io_optimized, 404, "Invalid.IoOptimized", "The specified IoOptimized is not valid.");
BAD(bad_network, 404, "Invalid.NetworkCategory", "The specified NetworkCategory is not valid.");
BAD(bad_cores, 403, "InvalidParam.Cores", "The specified parameter 'Cores' should be empty");
BAD(bad_memory, 403, "InvalidParam.Memory", "The specified parameter 'Memory' should be empty");

static const struct field available_in_fields[] = {
	TEXT(struct available_in, region, "RegionId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "Region."),
	TEXT(struct available_in, zone, "ZoneId", .doc = "Default: every zone of the region."),
	TEXT(struct available_in, destination, "DestinationResource", .values = destinations, .bad = &bad_destination,
	     .doc = "Needed: what is asked for."),
	TEXT(struct available_in, resource_type, "ResourceType", .values = resource_types, .bad = &bad_resource_type,
	     .doc = "disk: disks that are made alone, not with an instance."),
	TEXT(struct available_in, charge_type, "InstanceChargeType", .values = charge_types, .bad = &bad_charge_type,
	     .flags = FIELD_ACCEPTED),
	TEXT(struct available_in, spot_strategy, "SpotStrategy", .values = spot_strategies, .bad = &bad_spot_strategy,
	     .flags = FIELD_ACCEPTED),
	OPT_INT(struct available_in, spot_duration, "SpotDuration", .flags = FIELD_ACCEPTED),
	TEXT(struct available_in, scope, "Scope", .flags = FIELD_ACCEPTED),
	TEXT(struct available_in, host, "DedicatedHostId", .flags = FIELD_ACCEPTED),
	TEXT(struct available_in, io_optimized, "IoOptimized", .values = optimizations, .bad = &bad_io_optimized,
	     .doc = "All is optimized: with none there is nothing."),
	TEXT(struct available_in, network, "NetworkCategory", .values = networks, .bad = &bad_network,
	     .doc = "All is vpc: with classic there is nothing."),
	TEXT(struct available_in, instance_type, "InstanceType", .doc = "Only what goes with this type."),
	TEXT(struct available_in, system_category, "SystemDiskCategory", .doc = "Only what goes with such a system disk."),
	TEXT(struct available_in, data_category, "DataDiskCategory", .doc = "Only what goes with such data disks."),
	OPT_INT(struct available_in, cores, "Cores", .min = 0, .max = 100000,
	        .doc = "With DestinationResource InstanceType: types of so many."),
	TEXT(struct available_in, memory, "Memory", .max = 16, .doc = "GiB, likewise."),
	FIELDS_END,
};

static const struct field supported_fields[] = {
	TEXT(struct supported_item, status, "Status"),
	TEXT(struct supported_item, status_category, "StatusCategory"),
	TEXT(struct supported_item, value, "Value"),
	OPT_INT(struct supported_item, min, "Min", .doc = "Of disks."),
	OPT_INT(struct supported_item, max, "Max", .doc = "Of disks."),
	TEXT(struct supported_item, unit, "Unit", .flags = FIELD_OMIT_EMPTY, .doc = "Of disks."),
	FIELDS_END,
};
static const struct shape supported_shape = { sizeof(struct supported_item), supported_fields };

static const struct field resource_fields[] = {
	TEXT(struct resource_item, type, "Type"),
	ITEMS(struct resource_item, supported, "SupportedResources", .item = "SupportedResource", .of = &supported_shape),
	FIELDS_END,
};
static const struct shape resource_shape = { sizeof(struct resource_item), resource_fields };

static const struct field zone_fields[] = {
	TEXT(struct available_item, region, "RegionId"),
	TEXT(struct available_item, zone, "ZoneId"),
	TEXT(struct available_item, status, "Status"),
	TEXT(struct available_item, status_category, "StatusCategory"),
	ITEMS(struct available_item, resources, "AvailableResources", .item = "AvailableResource", .of = &resource_shape),
	FIELDS_END,
};
static const struct shape zone_shape = { sizeof(struct available_item), zone_fields };

static const struct field available_out_fields[] = {
	ITEMS(struct available_out, zones, "AvailableZones", .item = "AvailableZone", .of = &zone_shape),
	FIELDS_END,
};

static const struct error_row available_errors[] = {
	ROW_EMPTY,
	ROW_REGION_NOT_FOUND,
	{ REFUSE_PARAMETER_CONFLICT, 403, "InvalidParam.TypeAndCpuMem.Conflict",
	  "The specified 'InstanceType' and 'Cores','Memory' are not blank at the same time.", NULL },
	ROWS_END,
};

static bool refuse_row(struct call *call, const struct error_row *row)
{
	call->refusal = (struct refusal){ .reason = REFUSE_FIELD, .row = row };
	return false;
}

/* Zero of either is as good as none: older clients send what they have. */
static bool asks_for_cores(const struct available_in *in)
{
	return in->cores.is == GIVEN && in->cores.value;
}

static bool asks_for_memory(const struct available_in *in)
{
	return !text_empty(in->memory) && strtod(in->memory, NULL) != 0;
}

static bool check(struct call *call, const struct available_in *in)
{
	bool types = text_equal(in->destination, "InstanceType");

	if (text_empty(in->destination))
		return refuse_row(call, &no_destination);
	if (!region_find(&realm_aliyun, in->region))
		return call_refuse(call, REFUSE_REGION_UNKNOWN, in->region);
	if (in->memory && strspn(in->memory, "0123456789.") != strlen(in->memory))
		return call_refuse(call, REFUSE_PARAMETER_INVALID, "Memory");
	if (!types && asks_for_cores(in))
		return refuse_row(call, &bad_cores);
	if (!types && asks_for_memory(in))
		return refuse_row(call, &bad_memory);
	if (!text_empty(in->instance_type) && (asks_for_cores(in) || asks_for_memory(in)))
		return call_refuse(call, REFUSE_PARAMETER_CONFLICT, NULL);
	return true;
}

/* ---- what there is ---- */

struct offer {
	struct supported_item *items;
	size_t n;
};

static struct supported_item *add(struct offer *offer, const char *value)
{
	offer->items[offer->n] = (struct supported_item){ .status = "Available", .status_category = "WithStock",
		                                          .value = value };
	return &offer->items[offer->n++];
}

/* Whether what the request names beside its wish is to be had at all. */
static bool goes_together(const struct call *call, const struct available_in *in)
{
	const struct disk_category *system = disk_category_of(&realm_aliyun, text_or(in->system_category, ""));

	return !text_equal(in->io_optimized, "none") && !text_equal(in->network, "classic") &&
	       (text_empty(in->instance_type) || instance_type_find(&call->work, in->instance_type)) &&
	       (text_empty(in->system_category) || (system && system->system)) &&
	       (text_empty(in->data_category) || disk_category_of(&realm_aliyun, in->data_category));
}

static void offer_types(struct call *call, const struct available_in *in, struct offer *offer)
{
	const struct instance_type *types;
	size_t n = instance_type_list(&call->work, &types);
	size_t i;

	offer->items = arena_array(call_work_arena(call), struct supported_item, n);
	for (i = 0; i < n; i++) {
		if ((!text_empty(in->instance_type) && !text_equal(types[i].id, in->instance_type)) ||
		    (asks_for_cores(in) && types[i].cpus != in->cores.value) ||
		    (asks_for_memory(in) && (double)types[i].memory_mib != strtod(in->memory, NULL) * MIB_OF_GIB))
			continue;
		add(offer, types[i].id);
	}
}

static void offer_disks(struct call *call, const struct available_in *in, bool system, struct offer *offer)
{
	const char *wanted = system ? in->system_category : in->data_category;
	bool alone = text_equal(in->resource_type, "disk");
	size_t i;

	offer->items = arena_array(call_work_arena(call), struct supported_item, realm_aliyun.n_disk_categories);
	for (i = 0; i < realm_aliyun.n_disk_categories; i++) {
		const struct disk_category *category = &realm_aliyun.disk_categories[i];
		struct supported_item *item;

		if ((system && !category->system) || (!system && alone && !category->creatable) ||
		    (!text_empty(wanted) && !text_equal(wanted, category->id)))
			continue;
		item = add(offer, category->id);
		item->min = (struct opt_int){ GIVEN, system ? SYSTEM_DISK_MIN_GIB : category->min_gib };
		item->max = (struct opt_int){ GIVEN, system ? SYSTEM_DISK_MAX_GIB : category->max_gib };
		item->unit = "GiB";
	}
}

static void offer_word(struct call *call, const char *word, struct offer *offer)
{
	offer->items = arena_array(call_work_arena(call), struct supported_item, 1);
	add(offer, word);
}

static struct offer make_offer(struct call *call, const struct available_in *in)
{
	struct offer offer = { 0 };

	if (!goes_together(call, in))
		return offer;
	if (text_equal(in->destination, "InstanceType"))
		offer_types(call, in, &offer);
	else if (text_equal(in->destination, "SystemDisk"))
		offer_disks(call, in, true, &offer);
	else if (text_equal(in->destination, "DataDisk"))
		offer_disks(call, in, false, &offer);
	else if (text_equal(in->destination, "IoOptimized"))
		offer_word(call, "optimized", &offer);
	else if (text_equal(in->destination, "Network"))
		offer_word(call, "vpc", &offer);
	else if (text_equal(in->destination, "Zone"))
		offer_word(call, "", &offer); /* the zone's own name: put in for each */
	return offer;
}

static struct items resources_of(struct call *call, const struct available_in *in, const struct offer *offer,
                                 const char *zone)
{
	struct resource_item *item = arena_new(call_work_arena(call), struct resource_item);
	struct offer own = *offer;

	if (text_equal(in->destination, "Zone")) {
		own.n = 0;
		offer_word(call, zone, &own);
	}
	*item = (struct resource_item){ in->destination, { own.items, own.n } };
	return (struct items){ item, 1 };
}

/* A zone in which there is nothing of it is not listed. */
static bool available_run(struct call *call, const void *in_, void *out_)
{
	const struct available_in *in = in_;
	struct available_out *out = out_;
	const struct region *region;
	struct available_item *items = arena_array(call_work_arena(call), struct available_item, ZONES_MAX);
	struct offer offer;
	size_t n = 0;
	const char *zone;

	if (!check(call, in))
		return false;
	region = region_find(&realm_aliyun, in->region);
	offer = make_offer(call, in);
	for (zone = region->zones; *zone && offer.n; zone++) {
		const char *id = arena_printf(call_work_arena(call), "%s-%c", region->id, *zone);

		if (!text_empty(in->zone) && !text_equal(in->zone, id))
			continue;
		items[n++] = (struct available_item){ region->id, id, "Available", "WithStock",
			                              resources_of(call, in, &offer, id) };
	}
	out->zones = (struct items){ items, n };
	return true;
}

const struct operation ecs_describe_available_resource = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DescribeAvailableResource",
	.mode = OPERATION_READ,
	.permission = "ecs:DescribeAvailableResource",
	.resource = "*",
	.in = { sizeof(struct available_in), available_in_fields },
	.out = { sizeof(struct available_out), available_out_fields },
	.errors = available_errors,
	.run = available_run,
	.doc = "Lists the zones in which something can be had: instance types, disk categories with their sizes, ...",
};
