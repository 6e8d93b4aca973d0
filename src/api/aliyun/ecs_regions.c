/* DescribeRegions and DescribeZones. */
#include "api/aliyun/ecs.h"
#include "base/text.h"
#include "core/catalogue.h"

/* ---- DescribeRegions ---- */

struct regions_in {
	const char *language;
	const char *charge_type;
	const char *resource_type;
};

struct region_item {
	const char *id, *local_name, *endpoint, *status;
};

struct regions_out {
	struct items regions;
};

static const char *const languages[] = { "zh-CN", "zh_TW", "en-US", "ja", "fr", "de", "ko", NULL };
static const char *const resource_types[] = { "instance", "disk", "reservedinstance", "scu", NULL };

static const struct error_row bad_language = { REFUSE_FIELD, 404, "InvalidAcceptLanguage.NotFound",
	                                       "Only Chinese (zh-CN), English (en-US), and Japanese (ja) are allowed.", NULL };
static const struct error_row bad_resource_type = { REFUSE_FIELD, 404, "InvalidResourceType.NotFound",
	                                            "The ResourceType provided does not exist in our records.", NULL };

static const struct field regions_in_fields[] = {
	TEXT(struct regions_in, language, "AcceptLanguage", .values = languages, .bad = &bad_language,
	     .doc = "Language of LocalName: zh-CN, or the region id for any other."),
	TEXT(struct regions_in, charge_type, "InstanceChargeType", .flags = FIELD_ACCEPTED),
	TEXT(struct regions_in, resource_type, "ResourceType", .values = resource_types, .bad = &bad_resource_type),
	FIELDS_END,
};

static const struct field region_fields[] = {
	TEXT(struct region_item, id, "RegionId"),
	TEXT(struct region_item, local_name, "LocalName"),
	TEXT(struct region_item, endpoint, "RegionEndpoint"),
	TEXT(struct region_item, status, "Status"),
	FIELDS_END,
};
static const struct shape region_shape = { sizeof(struct region_item), region_fields };

static const struct field regions_out_fields[] = {
	ITEMS(struct regions_out, regions, "Regions", .item = "Region", .of = &region_shape),
	FIELDS_END,
};

static bool is_chinese(const char *language)
{
	return text_empty(language) || text_starts(language, "zh");
}

static bool regions_run(struct call *call, const void *in_, void *out_)
{
	const struct regions_in *in = in_;
	struct regions_out *out = out_;
	struct region_item *items = arena_array(call_work_arena(call), struct region_item, realm_aliyun.n_regions);
	size_t i;

	for (i = 0; i < realm_aliyun.n_regions; i++) {
		const struct region *region = &realm_aliyun.regions[i];

		items[i] = (struct region_item){
			.id = region->id,
			.local_name = is_chinese(in->language) ? region->local_name : region->id,
			.endpoint = region->endpoint,
			.status = "available",
		};
	}
	out->regions = (struct items){ items, realm_aliyun.n_regions };
	return true;
}

const struct operation ecs_describe_regions = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DescribeRegions",
	.mode = OPERATION_PLAIN,
	.permission = "ecs:DescribeRegions",
	.resource = "*",
	.in = { sizeof(struct regions_in), regions_in_fields },
	.out = { sizeof(struct regions_out), regions_out_fields },
	.run = regions_run,
	.doc = "Lists the regions of this server.",
};

/* ---- DescribeZones ---- */

struct zones_in {
	const char *region;
	const char *language;
	const char *charge_type;
	const char *spot_strategy;
	struct opt_bool verbose;
};

struct resources_item {
	struct texts data_categories, generations, families, types, networks, system_categories;
	bool io_optimized;
};

struct zone_item {
	const char *id, *local_name, *type;
	struct texts disk_categories, instance_types, creation, volumes, hosts;
	struct items resources;
};

struct zones_out {
	struct items zones;
};

static const struct field zones_in_fields[] = {
	TEXT(struct zones_in, region, "RegionId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "Region."),
	TEXT(struct zones_in, language, "AcceptLanguage", .values = languages, .bad = &bad_language),
	TEXT(struct zones_in, charge_type, "InstanceChargeType", .flags = FIELD_ACCEPTED),
	TEXT(struct zones_in, spot_strategy, "SpotStrategy", .flags = FIELD_ACCEPTED),
	OPT_BOOL(struct zones_in, verbose, "Verbose", .doc = "Default true: what each zone offers is listed."),
	FIELDS_END,
};

static const struct field resources_fields[] = {
	TEXTS(struct resources_item, data_categories, "DataDiskCategories", .item = "supportedDataDiskCategory"),
	TEXTS(struct resources_item, generations, "InstanceGenerations", .item = "supportedInstanceGeneration"),
	TEXTS(struct resources_item, families, "InstanceTypeFamilies", .item = "supportedInstanceTypeFamily"),
	TEXTS(struct resources_item, types, "InstanceTypes", .item = "supportedInstanceType"),
	BOOL(struct resources_item, io_optimized, "IoOptimized"),
	TEXTS(struct resources_item, networks, "NetworkTypes", .item = "supportedNetworkCategory"),
	TEXTS(struct resources_item, system_categories, "SystemDiskCategories", .item = "supportedSystemDiskCategory"),
	FIELDS_END,
};
static const struct shape resources_shape = { sizeof(struct resources_item), resources_fields };

static const struct field zone_fields[] = {
	TEXT(struct zone_item, id, "ZoneId"),
	TEXT(struct zone_item, local_name, "LocalName"),
	TEXT(struct zone_item, type, "ZoneType"),
	TEXTS(struct zone_item, disk_categories, "AvailableDiskCategories", .item = "DiskCategories"),
	TEXTS(struct zone_item, instance_types, "AvailableInstanceTypes", .item = "InstanceTypes"),
	TEXTS(struct zone_item, creation, "AvailableResourceCreation", .item = "ResourceTypes"),
	TEXTS(struct zone_item, volumes, "AvailableVolumeCategories", .item = "VolumeCategories"),
	TEXTS(struct zone_item, hosts, "AvailableDedicatedHostTypes", .item = "DedicatedHostType"),
	ITEMS(struct zone_item, resources, "AvailableResources", .item = "ResourcesInfo", .of = &resources_shape),
	FIELDS_END,
};
static const struct shape zone_shape = { sizeof(struct zone_item), zone_fields };

static const struct field zones_out_fields[] = {
	ITEMS(struct zones_out, zones, "Zones", .item = "Zone", .of = &zone_shape),
	FIELDS_END,
};

static const struct error_row zones_errors[] = {
	ROW_EMPTY,
	ROW_REGION_NOT_FOUND,
	ROWS_END,
};

/* Families come once for each of their types. */
static void add_text(struct texts *texts, const char *text)
{
	size_t i;

	for (i = 0; i < texts->n; i++) {
		if (text_equal(texts->items[i], text))
			return;
	}
	texts->items[texts->n++] = text;
}

static struct texts empty_texts(struct call *call, size_t capacity)
{
	return (struct texts){ arena_array(call_work_arena(call), const char *, capacity), 0 };
}

static void fill_offer(struct call *call, struct resources_item *offer)
{
	const struct instance_type *types;
	size_t n_types = instance_type_list(&call->work, &types);
	size_t i;

	offer->data_categories = empty_texts(call, realm_aliyun.n_disk_categories);
	offer->system_categories = empty_texts(call, realm_aliyun.n_disk_categories);
	offer->types = empty_texts(call, n_types);
	offer->families = empty_texts(call, n_types);
	offer->networks = empty_texts(call, 1);
	offer->generations = empty_texts(call, 1);
	offer->io_optimized = true;
	add_text(&offer->networks, "vpc");
	for (i = 0; i < realm_aliyun.n_disk_categories; i++) {
		const struct disk_category *category = &realm_aliyun.disk_categories[i];

		add_text(&offer->data_categories, category->id);
		if (category->system)
			add_text(&offer->system_categories, category->id);
	}
	for (i = 0; i < n_types; i++) {
		add_text(&offer->types, types[i].id);
		add_text(&offer->families, types[i].family);
	}
}

static bool zones_run(struct call *call, const void *in_, void *out_)
{
	const struct zones_in *in = in_;
	struct zones_out *out = out_;
	const struct region *region = region_find(&realm_aliyun, in->region);
	struct resources_item *offer = arena_new(call_work_arena(call), struct resources_item);
	struct texts creation = empty_texts(call, 2);
	struct zone_item *items;
	size_t n;

	if (!region)
		return call_refuse(call, REFUSE_REGION_UNKNOWN, in->region);
	fill_offer(call, offer);
	add_text(&creation, "Instance");
	add_text(&creation, "Disk");
	items = arena_array(call_work_arena(call), struct zone_item, 26);
	for (n = 0; region->zones[n]; n++) {
		const char *id = arena_printf(call_work_arena(call), "%s-%c", region->id, region->zones[n]);

		items[n] = (struct zone_item){ .id = id, .local_name = id, .type = "AvailabilityZone" };
		if (is_chinese(in->language))
			items[n].local_name = arena_printf(call_work_arena(call), "%s 可用区 %c", region->local_name,
			                                   region->zones[n] - 'a' + 'A');
		if (in->verbose.is == GIVEN && !in->verbose.value)
			continue;
		items[n].disk_categories = offer->data_categories;
		items[n].instance_types = offer->types;
		items[n].creation = creation;
		items[n].resources = (struct items){ offer, 1 };
	}
	out->zones = (struct items){ items, n };
	return true;
}

const struct operation ecs_describe_zones = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DescribeZones",
	.mode = OPERATION_READ,
	.permission = "ecs:DescribeZones",
	.resource = "*",
	.in = { sizeof(struct zones_in), zones_in_fields },
	.out = { sizeof(struct zones_out), zones_out_fields },
	.errors = zones_errors,
	.run = zones_run,
	.doc = "Lists the zones of a region and what they offer.",
};
