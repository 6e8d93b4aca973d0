/* IMS: the images that servers are made of. */
#include <string.h>

#include "api/huawei/rest.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/catalogue.h"

#define LIMIT_MAX 1000
#define GIB_BYTES ((int64_t)1 << 30)

struct image_item {
	const char *id, *name, *status, *visibility, *created, *updated, *owner, *container, *format, *file, *self, *schema, *kind,
		*os_type, *os_version, *platform, *bits, *yes, *source, *env, *none, *size_text, *enterprise_project, *firmware;
	int64_t min_disk, min_ram, size;
	bool protected;
	struct texts tags;
};

struct list_in {
	const char *id, *name, *status, *visibility, *kind, *os_type, *platform, *bits, *registered, *marker, *owner, *sort_key,
		*sort_dir, *env, *flavor, *enterprise_project, *architecture;
	struct opt_int limit;
};

struct list_out {
	struct items images;
};

/* ---- tables ---- */

#define I struct image_item
static const struct field image_fields[] = {
	TEXT(I, id, "id"),
	TEXT(I, name, "name"),
	TEXT(I, status, "status"),
	TEXT(I, visibility, "visibility"),
	TEXT(I, created, "created_at"),
	TEXT(I, updated, "updated_at"),
	TEXT(I, created, "active_at"),
	TEXT(I, owner, "owner"),
	TEXT(I, container, "container_format"),
	TEXT(I, format, "disk_format"),
	TEXT(I, file, "file"),
	TEXT(I, self, "self"),
	TEXT(I, schema, "schema"),
	INT(I, min_disk, "min_disk"),
	INT(I, min_ram, "min_ram"),
	INT(I, size, "size"),
	BOOL(I, protected, "protected"),
	TEXTS(I, tags, "tags"),
	TEXT(I, env, "virtual_env_type"),
	TEXT(I, enterprise_project, "enterprise_project_id"),
	TEXT(I, firmware, "hw_firmware_type"),
	TEXT(I, kind, "__imagetype"),
	TEXT(I, source, "__image_source_type"),
	TEXT(I, size_text, "__image_size"),
	TEXT(I, yes, "__isregistered"),
	TEXT(I, yes, "__support_kvm"),
	TEXT(I, os_type, "__os_type"),
	TEXT(I, os_version, "__os_version"),
	TEXT(I, bits, "__os_bit"),
	TEXT(I, platform, "__platform"),
	TEXT(I, none, "__description"),
	FIELDS_END,
};
static const struct shape image_shape = { sizeof(I), image_fields };
#undef I

static const char *const directions[] = { "asc", "desc", NULL };
static const char *const keys[] = { "name", "container_format", "disk_format", "status", "id", "size", "created_at", "updated_at",
	                            NULL };

#define L struct list_in
static const struct field list_in_fields[] = {
	TEXT(L, id, "id"),
	TEXT(L, name, "name"),
	TEXT(L, status, "status"),
	TEXT(L, visibility, "visibility"),
	TEXT(L, owner, "owner"),
	TEXT(L, kind, "__imagetype", .doc = "`gold`: everybody's, `private`: the caller's own."),
	TEXT(L, os_type, "__os_type", .doc = "`Linux` or `Windows`."),
	TEXT(L, platform, "__platform", .doc = "`Ubuntu` and so on."),
	TEXT(L, bits, "__os_bit"),
	TEXT(L, registered, "__isregistered"),
	TEXT(L, env, "virtual_env_type", .doc = "`FusionCompute`; there are no others."),
	TEXT(L, flavor, "flavor_id", .flags = FIELD_ACCEPTED),
	TEXT(L, enterprise_project, "enterprise_project_id", .flags = FIELD_ACCEPTED),
	TEXT(L, architecture, "architecture", .doc = "`x86`; there are no others."),
	TEXT(L, sort_key, "sort_key", .values = keys, .doc = "Default created_at; by name or the moment."),
	TEXT(L, sort_dir, "sort_dir", .values = directions, .doc = "Default desc."),
	TEXT(L, marker, "marker", .doc = "The last image of the page before."),
	OPT_INT(L, limit, "limit", .min = 1, .max = LIMIT_MAX, .doc = "Default 500."),
	FIELDS_END,
};
#undef L

static const struct field list_out_fields[] = {
	ITEMS(struct list_out, images, "images", .of = &image_shape),
	FIELDS_END,
};

#define INVALID(reason) { reason, 400, "IMG.0001", "Invalid parameter.", "Cleat" }
static const struct error_row errors[] = {
	INVALID(REFUSE_PARAMETER_INVALID),
	INVALID(REFUSE_PARAMETERS_REPEATED),
	INVALID(REFUSE_PARAMETERS_UNREADABLE),
	ROWS_END,
};

/* ---- run ---- */

/* The first word of "Ubuntu 22.04 server 64bit", but for two systems that have a name of two words (page of listing, __platform). */
static const char *platform_of(struct arena *arena, const struct image *image)
{
	if (text_starts(image->os_name, "Huawei Cloud EulerOS"))
		return "Huawei Cloud EulerOS";
	return arena_text_n(arena, image->os_name, strcspn(image->os_name, " "));
}

static struct image_item show(struct call *call, const struct image *image)
{
	struct arena *arena = call_work_arena(call);
	const char *moment = moment_seconds_text(arena, image->created_at);
	bool own = !text_empty(image->account);

	return (struct image_item){
		.id = image->id,
		.name = image->name,
		.status = "active",
		.visibility = own ? "private" : "public",
		.created = moment,
		.updated = moment,
		.owner = own ? call->work.caller.tenant.account : "1bbdbd1e22be4bbbb18a1f8b9b4e2a3c",
		.container = "bare",
		.format = "zvhd2",
		.file = arena_printf(arena, "/v2/images/%s/file", image->id),
		.self = arena_printf(arena, "/v2/images/%s", image->id),
		.schema = "/v2/schemas/image",
		.kind = own ? "private" : "gold",
		.os_type = text_equal(image->os_type, "windows") ? "Windows" : "Linux",
		.os_version = image->os_name,
		.platform = platform_of(arena, image),
		.bits = "64",
		.yes = "true",
		.source = "uds",
		.env = "FusionCompute",
		.none = "",
		.size_text = arena_printf(arena, "%lld", (long long)(image->size_gib * GIB_BYTES)),
		.enterprise_project = "0",
		.firmware = "bios",
		.min_disk = image->size_gib,
		.protected = !own,
	};
}

static bool is_or_any(const char *wanted, const char *value)
{
	return text_empty(wanted) || text_equal(wanted, value);
}

static bool passes(const struct list_in *in, const struct image_item *item)
{
	return is_or_any(in->id, item->id) && is_or_any(in->name, item->name) && is_or_any(in->status, item->status) &&
	       is_or_any(in->visibility, item->visibility) && is_or_any(in->owner, item->owner) &&
	       is_or_any(in->kind, item->kind) && is_or_any(in->os_type, item->os_type) &&
	       is_or_any(in->platform, item->platform) && is_or_any(in->bits, item->bits) &&
	       is_or_any(in->registered, item->yes) && is_or_any(in->env, item->env) && is_or_any(in->architecture, "x86");
}

/* Whether `a` stands behind `b`. */
static bool is_behind(const struct list_in *in, const struct image_item *a, const struct image_item *b)
{
	bool by_name = text_equal(in->sort_key, "name");
	int order = by_name ? strcmp(a->name, b->name) : strcmp(a->created, b->created);

	return text_equal(in->sort_dir, "asc") ? order > 0 : order < 0;
}

/* Few, and mostly sorted. */
static void insert(const struct list_in *in, struct image_item *items, size_t n, struct image_item item)
{
	while (n > 0 && is_behind(in, &items[n - 1], &item)) {
		items[n] = items[n - 1];
		n--;
	}
	items[n] = item;
}

static struct items page_of(const struct list_in *in, struct image_item *items, size_t n)
{
	size_t limit = in->limit.is == GIVEN ? (size_t)in->limit.value : 500;
	size_t skip = 0;

	if (!text_empty(in->marker)) {
		while (skip < n && !text_equal(items[skip].id, in->marker))
			skip++;
		skip += skip < n;
	}
	return (struct items){ items + skip, n - skip < limit ? n - skip : limit };
}

static bool list_run(struct call *call, const void *in_, void *out_)
{
	const struct list_in *in = in_;
	struct list_out *out = out_;
	const struct image *images;
	size_t n = image_list(&call->work, &images);
	struct image_item *items = arena_array(call_work_arena(call), struct image_item, n);
	size_t shown = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		struct image_item item = show(call, &images[i]);

		if (passes(in, &item))
			insert(in, items, shown++, item);
	}
	out->images = page_of(in, items, shown);
	return true;
}

const struct operation huawei_ims_list_images = {
	.product = "ims",
	.version = "v2",
	.name = "ims.ListImages",
	.method = "GET",
	.path = "/v2/cloudimages",
	.mode = OPERATION_READ,
	.permission = "ims:images:list",
	.resource = "*",
	.in = { sizeof(struct list_in), list_in_fields },
	.out = { sizeof(struct list_out), list_out_fields },
	.errors = errors,
	.run = list_run,
	.doc = "Lists images: everybody's, and the caller's own.",
};
