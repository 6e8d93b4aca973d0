/* What is to be known before a volume is made, as Cinder tells it: types, zones, quotas. EVS's clients read it there too. */
#include "api/huawei/cinder.h"

#include "api/huawei/volume_list.h"
#include "base/text.h"
#include "base/writer.h"
#include "core/catalogue.h"

#define NO_LIMIT (-1)

const struct error_row rest_cinder_errors[] = {
	ROW_CINDER_BAD(REFUSE_PARAMETER_MISSING, "Missing required element '%s' in request body."),
	ROW_CINDER_BAD(REFUSE_PARAMETER_EMPTY, "Invalid input for field/attribute %s."),
	ROW_CINDER_BAD(REFUSE_PARAMETER_INVALID, "Invalid input for field/attribute %s."),
	ROW_CINDER_BAD(REFUSE_PARAMETERS_REPEATED, "Invalid input for query parameters %s."),
	ROW_CINDER_BAD(REFUSE_PARAMETERS_UNREADABLE, "Malformed request body.%s %s"),
	ROW_CINDER_BAD(REFUSE_BODY_EMPTY, "Malformed request body."),
	{ REFUSE_PROJECT_UNKNOWN, 400, "badRequest", "Malformed request url.", "Cinder" },
	{ REFUSE_NOT_AUTHORISED, 403, "forbidden", "Policy doesn't allow %s to be performed.", "Cinder" },
	{ REFUSE_NOT_IN_WHITE_LIST, 403, "forbidden", "Policy check failed.", "Cinder" },
	{ REFUSE_INTERNAL, 500, "computeFault", "The server has either erred or is incapable of performing the requested operation.",
	  "Cinder" },
	ROWS_END,
};

const struct field cinder_project_in_fields[] = {
	PATH_PROJECT(struct cinder_project_in, project),
	FIELDS_END,
};

bool cinder_refuse_of_volume(struct call *call, const char *volume)
{
	call->refusal.subject = volume;
	return false;
}

/* ---- types ---- */

struct type_item {
	const char *id, *name, *none;
	bool yes;
	struct pairs specs;
};

#define T struct type_item
static const struct field type_fields[] = {
	TEXT(T, id, "id"),
	TEXT(T, name, "name"),
	PAIRS(T, specs, "extra_specs"),
	TEXT(T, none, "description", .flags = FIELD_NULL),
	TEXT(T, none, "qos_specs_id", .flags = FIELD_NULL),
	BOOL(T, yes, "is_public"),
	FIELDS_END,
};
#undef T
static const struct shape type_shape = { sizeof(struct type_item), type_fields };

static const char *zones_of(struct call *call)
{
	struct arena *arena = call_work_arena(call);
	const struct region *region = region_find(work_realm(&call->work), call->work.caller.tenant.region);
	const char *list = "";
	const char *letter;

	for (letter = region ? region->zones : ""; *letter; letter++)
		list = text_list_with(arena, list, zone_name(arena, region, *letter));
	return list;
}

/* Every type is to be had in every zone. */
static struct type_item type_of(struct call *call, const struct disk_category *category)
{
	struct text_pair *specs = arena_array(call_work_arena(call), struct text_pair, 5);
	const char *zones = zones_of(call);

	specs[0] = (struct text_pair){ "volume_backend_name", category->id };
	specs[1] = (struct text_pair){ "availability-zone", zones };
	specs[2] = (struct text_pair){ "HW:availability_zone", zones };
	specs[3] = (struct text_pair){ "RESKEY:availability_zones", zones };
	specs[4] = (struct text_pair){ "os-vendor-extended:sold_out_availability_zones", "" };
	return (struct type_item){
		.id = volume_type_id(call, category),
		.name = category->id,
		.yes = true,
		.specs = { GIVEN, specs, 5 },
	};
}

struct types_out {
	struct items types;
};

static const struct field types_out_fields[] = {
	ITEMS(struct types_out, types, "volume_types", .of = &type_shape),
	FIELDS_END,
};

struct types_in {
	const char *project, *is_public, *sort;
};

static const struct field types_in_fields[] = {
	PATH_PROJECT(struct types_in, project),
	TEXT(struct types_in, is_public, "is_public", .flags = FIELD_ACCEPTED),
	TEXT(struct types_in, sort, "sort", .flags = FIELD_ACCEPTED),
	FIELDS_END,
};

static bool types_run(struct call *call, const void *in, void *out_)
{
	struct types_out *out = out_;
	const struct realm *realm = work_realm(&call->work);
	struct type_item *items = arena_array(call_work_arena(call), struct type_item, realm->n_disk_categories);
	size_t i;

	(void)in;
	for (i = 0; i < realm->n_disk_categories; i++)
		items[i] = type_of(call, &realm->disk_categories[i]);
	out->types = (struct items){ items, realm->n_disk_categories };
	return true;
}

const struct operation huawei_cinder_list_types = {
	.product = "cinder",
	.version = "v3",
	.name = "cinder.ListVolumeTypes",
	.method = "GET",
	.path = "/v2/{project_id}/types",
	.also = "/v3/{project_id}/types",
	.mode = OPERATION_READ,
	.permission = "evs:types:get",
	.resource = "*",
	.in = { sizeof(struct types_in), types_in_fields },
	.out = { sizeof(struct types_out), types_out_fields },
	.common = rest_cinder_errors,
	.run = types_run,
	.doc = "Lists the types that volumes can have.",
};

struct type_in {
	const char *project, *type;
};

static const struct field type_in_fields[] = {
	PATH_PROJECT(struct type_in, project),
	TEXT(struct type_in, type, "type_id", .doc = "The type's id or name."),
	FIELDS_END,
};

struct type_out {
	struct type_item type;
};

static const struct field type_out_fields[] = {
	OBJECT(struct type_out, type, "volume_type", .of = &type_shape),
	FIELDS_END,
};

static const struct error_row type_errors[] = {
	{ REFUSE_DISK_CATEGORY, 404, "itemNotFound", "Volume type %s could not be found.", "Cinder" },
	ROWS_END,
};

static bool type_run(struct call *call, const void *in_, void *out_)
{
	const struct type_in *in = in_;
	struct type_out *out = out_;
	const struct disk_category *category = volume_type_of(call, in->type);

	if (!category)
		return call_refuse(call, REFUSE_DISK_CATEGORY, in->type);
	out->type = type_of(call, category);
	return true;
}

const struct operation huawei_cinder_show_type = {
	.product = "cinder",
	.version = "v3",
	.name = "cinder.ShowVolumeType",
	.method = "GET",
	.path = "/v2/{project_id}/types/{type_id}",
	.also = "/v3/{project_id}/types/{type_id}",
	.mode = OPERATION_READ,
	.permission = "evs:types:get",
	.resource = "*",
	.in = { sizeof(struct type_in), type_in_fields },
	.out = { sizeof(struct type_out), type_out_fields },
	.errors = type_errors,
	.common = rest_cinder_errors,
	.run = type_run,
	.doc = "Shows a type of volumes.",
};

/* ---- zones ---- */

struct zone_state {
	bool available;
};

struct zone_item {
	const char *name;
	struct zone_state state;
};

static const struct field zone_state_fields[] = {
	BOOL(struct zone_state, available, "available"),
	FIELDS_END,
};
static const struct shape zone_state_shape = { sizeof(struct zone_state), zone_state_fields };

static const struct field zone_fields[] = {
	TEXT(struct zone_item, name, "zoneName"),
	OBJECT(struct zone_item, state, "zoneState", .of = &zone_state_shape),
	FIELDS_END,
};
static const struct shape zone_shape = { sizeof(struct zone_item), zone_fields };

struct zones_out {
	struct items zones;
};

static const struct field zones_out_fields[] = {
	ITEMS(struct zones_out, zones, "availabilityZoneInfo", .of = &zone_shape),
	FIELDS_END,
};

static bool zones_run(struct call *call, const void *in, void *out_)
{
	struct zones_out *out = out_;
	const char *list = zones_of(call);
	struct zone_item *items = arena_array(call_work_arena(call), struct zone_item, text_list_count(list));
	size_t n = 0;

	(void)in;
	while (*list)
		items[n++] = (struct zone_item){ text_list_next(call_work_arena(call), &list), { true } };
	out->zones = (struct items){ items, n };
	return true;
}

const struct operation huawei_cinder_list_zones = {
	.product = "cinder",
	.version = "v3",
	.name = "cinder.ListAvailabilityZones",
	.method = "GET",
	.path = "/v2/{project_id}/os-availability-zone",
	.also = "/v3/{project_id}/os-availability-zone",
	.mode = OPERATION_READ,
	.permission = "evs:availabilityZones:list",
	.resource = "*",
	.in = { sizeof(struct cinder_project_in), cinder_project_in_fields },
	.out = { sizeof(struct zones_out), zones_out_fields },
	.common = rest_cinder_errors,
	.run = zones_run,
	.doc = "Lists the zones of the project's region.",
};

/* ---- quotas ---- */

struct quota_in {
	const char *project, *target;
	struct opt_bool usage;
};

static const struct field quota_in_fields[] = {
	PATH_PROJECT(struct quota_in, project),
	TEXT(struct quota_in, target, "target_project_id", .doc = "The same project."),
	OPT_BOOL(struct quota_in, usage, "usage", .doc = "true: with what is in use."),
	FIELDS_END,
};

static const struct error_row quota_errors[] = {
	{ REFUSE_PARAMETER_CONFLICT, 403, "forbidden", "Policy check failed.", "Cinder" },
	ROWS_END,
};

struct counted {
	int64_t volumes, gigabytes, snapshots;
};

static void count(struct call *call, const char *category, struct counted *ret)
{
	struct disk_filter disks = DISK_FILTER_ANY;
	struct snapshot_filter snapshots = SNAPSHOT_FILTER_ANY;
	struct disk *list;
	struct snapshot *made;
	size_t n;

	disks.account = snapshots.account = call->work.caller.tenant.account;
	disks.scope = snapshots.scope = call->work.caller.tenant.scope;
	disks.category = category;
	*ret = (struct counted){ 0 };
	n = disk_list(call->work.txn, &disks, &(struct page){ 0 }, &list);
	ret->volumes = (int64_t)n;
	while (n--)
		ret->gigabytes += list[n].size_gib;
	n = snapshot_list(call->work.txn, &snapshots, &(struct page){ 0 }, &made);
	while (n--)
		ret->snapshots += !category || text_equal(made[n].disk_category, category);
}

static void write_one(struct writer *writer, const char *name, bool usage, int64_t limit, int64_t in_use)
{
	if (!usage) {
		writer_int(writer, name, limit);
		return;
	}
	writer_json.object_begin(writer, name);
	writer_int(writer, "reserved", 0);
	writer_int(writer, "limit", limit);
	writer_int(writer, "in_use", in_use);
	writer_json.object_end(writer, name);
}

static void write_counted(struct call *call, struct writer *writer, bool usage, const char *category)
{
	struct arena *arena = call_work_arena(call);
	const char *joint = category ? "_" : "";
	const char *of = text_or(category, "");
	struct counted counted;

	count(call, category, &counted);
	write_one(writer, arena_printf(arena, "volumes%s%s", joint, of), usage, NO_LIMIT, counted.volumes);
	write_one(writer, arena_printf(arena, "gigabytes%s%s", joint, of), usage, NO_LIMIT, counted.gigabytes);
	write_one(writer, arena_printf(arena, "snapshots%s%s", joint, of), usage, NO_LIMIT, counted.snapshots);
}

/* Its members are named by the types of volumes. There are no quotas, so nothing has a limit; and no backups. */
static bool quota_run(struct call *call, const void *in_, void *out)
{
	static const char *const types[] = { "SAS", "SATA", "SSD" }; /* that the vendor's clients know */
	const struct quota_in *in = in_;
	struct writer writer;
	size_t i;

	(void)out;
	if (!text_equal(in->target, call->work.caller.tenant.scope))
		return call_refuse(call, REFUSE_PARAMETER_CONFLICT, in->target);
	writer_init(&writer, &writer_json, &call->reply.body);
	writer_json.object_begin(&writer, NULL);
	writer_json.object_begin(&writer, "quota_set");
	writer_json.text(&writer, "id", in->target);
	write_counted(call, &writer, in->usage.value, NULL);
	for (i = 0; i < COUNT_OF(types); i++)
		write_counted(call, &writer, in->usage.value, types[i]);
	write_one(&writer, "backups", in->usage.value, NO_LIMIT, 0);
	write_one(&writer, "backup_gigabytes", in->usage.value, NO_LIMIT, 0);
	write_one(&writer, "per_volume_gigabytes", in->usage.value, 32768, 0);
	writer_json.object_end(&writer, "quota_set");
	writer_json.object_end(&writer, NULL);
	return true;
}

const struct operation huawei_cinder_show_quotas = {
	.product = "cinder",
	.version = "v3",
	.name = "cinder.ListQuotas",
	.method = "GET",
	.path = "/v2/{project_id}/os-quota-sets/{target_project_id}",
	.also = "/v3/{project_id}/os-quota-sets/{target_project_id}",
	.mode = OPERATION_READ,
	.permission = "evs:quotas:get",
	.resource = "*",
	.in = { sizeof(struct quota_in), quota_in_fields },
	.out = { sizeof(struct rest_nothing), rest_nothing_fields },
	.own_reply = true,
	.errors = quota_errors,
	.common = rest_cinder_errors,
	.run = quota_run,
	.doc = "Shows how much of everything the project has. Nothing is limited.",
};
