/* Nova: what servers can be. */
#include "api/huawei/flavor.h"
#include "api/huawei/nova.h"
#include "base/text.h"
#include "core/catalogue.h"

struct nova_flavor {
	const char *id, *swap;
	int64_t ram, vcpus, disk, ephemeral;
	double rxtx_factor;
	bool disabled, is_public;
	struct items links;
};

struct list_in {
	const char *project, *marker, *is_public;
	struct opt_int limit, min_ram, min_disk;
};

struct list_out {
	struct items flavors, next;
};

struct show_in {
	const char *project, *flavor;
};

struct show_out {
	struct nova_flavor flavor;
};

struct specs_out {
	struct pairs specs;
};

/* ---- tables ---- */

#define F struct nova_flavor
static const struct field brief_fields[] = {
	TEXT(F, id, "id"),
	TEXT(F, id, "name"),
	ITEMS(F, links, "links", .of = &rest_link_shape),
	FIELDS_END,
};
static const struct shape brief_shape = { sizeof(F), brief_fields };

static const struct field flavor_fields[] = {
	TEXT(F, id, "id"),
	TEXT(F, id, "name"),
	INT(F, ram, "ram"),
	INT(F, disk, "disk"),
	INT(F, vcpus, "vcpus"),
	TEXT(F, swap, "swap"),
	INT(F, ephemeral, "OS-FLV-EXT-DATA:ephemeral"),
	BOOL(F, disabled, "OS-FLV-DISABLED:disabled"),
	DECIMAL(F, rxtx_factor, "rxtx_factor"),
	BOOL(F, is_public, "os-flavor-access:is_public"),
	ITEMS(F, links, "links", .of = &rest_link_shape),
	FIELDS_END,
};
static const struct shape flavor_shape = { sizeof(F), flavor_fields };
#undef F

static const struct field list_in_fields[] = {
	PATH_PROJECT(struct list_in, project),
	TEXT(struct list_in, marker, "marker", .doc = "The flavor before the page."),
	OPT_INT(struct list_in, limit, "limit", .min = 0, .max = INT32_MAX, .doc = "1000 at most; 0 and absent mean that."),
	OPT_INT(struct list_in, min_ram, "minRam", .min = 0, .max = INT32_MAX, .doc = "MiB."),
	OPT_INT(struct list_in, min_disk, "minDisk", .flags = FIELD_ACCEPTED),
	TEXT(struct list_in, is_public, "is_public", .flags = FIELD_ACCEPTED),
	FIELDS_END,
};

#define LIST_OUT(item_shape)                                                            \
	{                                                                              \
		ITEMS(struct list_out, flavors, "flavors", .of = &(item_shape)),       \
		ITEMS(struct list_out, next, "flavors_links", .of = &rest_link_shape), \
		FIELDS_END,                                                            \
	}
static const struct field list_out_fields[] = LIST_OUT(brief_shape);
static const struct field detail_out_fields[] = LIST_OUT(flavor_shape);

static const struct field show_in_fields[] = {
	PATH_PROJECT(struct show_in, project),
	TEXT(struct show_in, flavor, "flavor_id", .doc = "The flavor."),
	FIELDS_END,
};

static const struct field show_out_fields[] = {
	OBJECT(struct show_out, flavor, "flavor", .of = &flavor_shape),
	FIELDS_END,
};

static const struct field specs_out_fields[] = {
	PAIRS(struct specs_out, specs, "extra_specs"),
	FIELDS_END,
};

static const struct error_row list_errors[] = {
	{ REFUSE_INSTANCE_TYPE_UNKNOWN, 400, "badRequest", "marker [%s] not found", NULL },
	ROWS_END,
};

static const struct error_row show_errors[] = {
	{ REFUSE_INSTANCE_TYPE_UNKNOWN, 404, "itemNotFound", "Flavor %s could not be found.", NULL },
	ROWS_END,
};

/* ---- run ---- */

static struct nova_flavor flavor_of(struct call *call, const struct instance_type *type)
{
	return (struct nova_flavor){
		.id = type->id,
		.swap = "",
		.ram = type->memory_mib,
		.vcpus = type->cpus,
		.rxtx_factor = 1,
		.is_public = true,
		.links = rest_links(call, "flavors", type->id),
	};
}

static bool list_run(struct call *call, const void *in_, void *out_)
{
	const struct list_in *in = in_;
	struct list_out *out = out_;
	const struct instance_type *types;
	size_t n = instance_type_list(&call->work, &types);
	size_t most = in->limit.value > 0 && in->limit.value < NOVA_PAGE_MAX ? (size_t)in->limit.value : NOVA_PAGE_MAX;
	struct nova_flavor *items = arena_array(call_work_arena(call), struct nova_flavor, n);
	size_t i = 0;

	if (!text_empty(in->marker)) {
		while (i < n && !text_equal(types[i].id, in->marker))
			i++;
		if (i++ == n)
			return call_refuse(call, REFUSE_INSTANCE_TYPE_UNKNOWN, in->marker);
	}
	for (; i < n; i++) {
		if (types[i].memory_mib < in->min_ram.value)
			continue;
		if (out->flavors.n == most) {
			out->next = nova_next_page(call, items[most - 1].id);
			break;
		}
		items[out->flavors.n++] = flavor_of(call, &types[i]);
	}
	out->flavors.items = items;
	return true;
}

static bool show_run(struct call *call, const void *in_, void *out_)
{
	const struct show_in *in = in_;
	struct show_out *out = out_;
	const struct instance_type *type = instance_type_find(&call->work, in->flavor);

	if (!type)
		return call_refuse(call, REFUSE_INSTANCE_TYPE_UNKNOWN, in->flavor);
	out->flavor = flavor_of(call, type);
	return true;
}

static bool specs_run(struct call *call, const void *in_, void *out_)
{
	const struct show_in *in = in_;
	struct specs_out *out = out_;
	const struct instance_type *type = instance_type_find(&call->work, in->flavor);

	if (!type)
		return call_refuse(call, REFUSE_INSTANCE_TYPE_UNKNOWN, in->flavor);
	out->specs = flavor_extra_specs(call, type);
	return true;
}

#define FLAVORS(symbol, title, path_, in_, in_fields_, out_, out_fields_, errors_, run_, text) \
	const struct operation huawei_nova_##symbol = {                                         \
		.product = "nova",                                                              \
		.version = "v2.1",                                                              \
		.name = title,                                                                  \
		.method = "GET",                                                                \
		.path = "/v2.1/{project_id}/flavors" path_,                                     \
		.mode = OPERATION_READ,                                                         \
		.permission = "ecs:flavors:get",                                                \
		.resource = "*",                                                                \
		.in = { sizeof(struct in_), in_fields_ },                                       \
		.out = { sizeof(struct out_), out_fields_ },                                    \
		.errors = errors_,                                                              \
		.common = rest_nova_errors,                                                     \
		.run = run_,                                                                    \
		.doc = text,                                                                    \
	}

FLAVORS(list_flavors, "nova.NovaListFlavors", "", list_in, list_in_fields, list_out, list_out_fields, list_errors, list_run,
        "Lists the names of flavors.");
FLAVORS(list_flavors_details, "nova.NovaListFlavorsDetails", "/detail", list_in, list_in_fields, list_out, detail_out_fields,
        list_errors, list_run, "Lists flavors.");
FLAVORS(show_flavor, "nova.NovaShowFlavor", "/{flavor_id}", show_in, show_in_fields, show_out, show_out_fields, show_errors,
        show_run, "Shows a flavor.");
FLAVORS(show_flavor_extra_specs, "nova.NovaShowFlavorExtraSpecs", "/{flavor_id}/os-extra_specs", show_in, show_in_fields,
        specs_out, specs_out_fields, show_errors, specs_run, "Shows what a flavor says of itself beside its numbers.");
