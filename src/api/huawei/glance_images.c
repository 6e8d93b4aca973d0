/* Glance: images, as OpenStack's clients read their names. */
#include <string.h>

#include "api/huawei/rest.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/catalogue.h"

#define LIMIT_DEFAULT 25
#define LIMIT_MAX     1000
#define MIN_DISK      40 /* GiB of a system disk */

struct image_item {
	const char *id, *name, *status, *visibility, *owner, *os_type, *os_version, *type, *disk_format, *container_format;
	const char *created_at, *updated_at, *file, *self, *schema;
	int64_t min_disk, min_ram, size;
	bool is_protected;
	struct texts tags;
};

struct list_in {
	const char *id, *name, *status, *visibility, *marker;
	struct opt_int limit;
};

struct list_out {
	struct items images;
	const char *first, *next, *schema;
};

struct show_in {
	const char *image;
};

/* ---- tables ---- */

#define I struct image_item
static const struct field image_fields[] = {
	TEXT(I, id, "id"),
	TEXT(I, name, "name"),
	TEXT(I, status, "status"),
	TEXT(I, visibility, "visibility"),
	TEXT(I, owner, "owner"),
	BOOL(I, is_protected, "protected"),
	INT(I, min_disk, "min_disk"),
	INT(I, min_ram, "min_ram"),
	INT(I, size, "size"),
	TEXT(I, disk_format, "disk_format"),
	TEXT(I, container_format, "container_format"),
	TEXT(I, type, "__imagetype"),
	TEXT(I, os_type, "__os_type"),
	TEXT(I, os_version, "__os_version"),
	TEXTS(I, tags, "tags"),
	TEXT(I, created_at, "created_at"),
	TEXT(I, updated_at, "updated_at"),
	TEXT(I, file, "file"),
	TEXT(I, self, "self"),
	TEXT(I, schema, "schema"),
	FIELDS_END,
};
#undef I
static const struct shape image_shape = { sizeof(struct image_item), image_fields };

#define L struct list_in
static const struct field list_in_fields[] = {
	TEXT(L, id, "id", .max = 32768, .doc = "An id, or `in:` and ids with commas between."),
	TEXT(L, name, "name", .doc = "A name, or `in:` and names with commas between."),
	TEXT(L, status, "status"),
	TEXT(L, visibility, "visibility"),
	TEXT(L, marker, "marker", .doc = "The image before the page."),
	OPT_INT(L, limit, "limit", .min = 1, .max = LIMIT_MAX, .doc = "Default 25."),
	FIELDS_END,
};
#undef L

static const struct field list_out_fields[] = {
	ITEMS(struct list_out, images, "images", .of = &image_shape),
	TEXT(struct list_out, first, "first"),
	TEXT(struct list_out, next, "next", .flags = FIELD_OMIT_EMPTY),
	TEXT(struct list_out, schema, "schema"),
	FIELDS_END,
};

static const struct field show_in_fields[] = {
	TEXT(struct show_in, image, "image_id", .doc = "The image."),
	FIELDS_END,
};

static const struct error_row list_errors[] = {
	{ REFUSE_IMAGE_UNKNOWN, 400, "badRequest", "Invalid marker %s", NULL },
	ROWS_END,
};

static const struct error_row show_errors[] = {
	{ REFUSE_IMAGE_UNKNOWN, 404, "itemNotFound", "No image found with ID %s", NULL },
	ROWS_END,
};

/* ---- run ---- */

static struct image_item show(struct call *call, const struct image *image)
{
	struct arena *arena = call_work_arena(call);
	bool is_public = text_empty(image->account);

	return (struct image_item){
		.id = image->id,
		.name = image->name,
		.status = "active",
		.visibility = is_public ? "public" : "private",
		.owner = is_public ? "cleat" : image->account,
		.is_protected = is_public,
		.min_disk = image->size_gib > MIN_DISK ? image->size_gib : MIN_DISK,
		.disk_format = "zvhd2",
		.container_format = "bare",
		.type = is_public ? "gold" : "private",
		.os_type = text_equal(image->os_type, "windows") ? "Windows" : "Linux",
		.os_version = image->os_name_en,
		.created_at = moment_seconds_text(arena, image->created_at),
		.updated_at = moment_seconds_text(arena, image->created_at),
		.file = arena_printf(arena, "/v2/images/%s/file", image->id),
		.self = arena_printf(arena, "/v2/images/%s", image->id),
		.schema = "/v2/schemas/image",
	};
}

/* "x" is one, "in:x,y" are several; nothing is all. */
static bool is_wanted(const char *wanted, const char *value)
{
	if (text_empty(wanted))
		return true;
	return text_starts(wanted, "in:") ? text_list_has(wanted + strlen("in:"), value) : text_equal(wanted, value);
}

static bool matches(const struct list_in *in, const struct image *image)
{
	bool is_public = text_empty(image->account);

	return is_wanted(in->id, image->id) && is_wanted(in->name, image->name) && is_wanted(in->status, "active") &&
	       (text_empty(in->visibility) || text_equal(in->visibility, "all") ||
	        text_equal(in->visibility, is_public ? "public" : "private"));
}

static bool list_run(struct call *call, const void *in_, void *out_)
{
	const struct list_in *in = in_;
	struct list_out *out = out_;
	struct arena *arena = call_work_arena(call);
	const struct image *images;
	size_t n = image_list(&call->work, &images);
	size_t most = in->limit.is == GIVEN ? (size_t)in->limit.value : LIMIT_DEFAULT;
	struct image_item *items = arena_array(arena, struct image_item, n);
	size_t i = 0;

	if (!text_empty(in->marker)) {
		while (i < n && !text_equal(images[i].id, in->marker))
			i++;
		if (i++ == n)
			return call_refuse(call, REFUSE_IMAGE_UNKNOWN, in->marker);
	}
	for (; i < n && !out->next; i++) {
		if (!matches(in, &images[i]))
			continue;
		if (out->images.n == most)
			out->next = arena_printf(arena, "/v2/images?limit=%zu&marker=%s", most, items[most - 1].id);
		else
			items[out->images.n++] = show(call, &images[i]);
	}
	out->images.items = items;
	out->first = "/v2/images";
	out->schema = "/v2/schemas/images";
	return true;
}

const struct operation huawei_glance_list_images = {
	.product = "glance",
	.version = "v2",
	.name = "glance.GlanceListImages",
	.method = "GET",
	.path = "/v2/images",
	.mode = OPERATION_READ,
	.permission = "ims:images:list",
	.resource = "*",
	.in = { sizeof(struct list_in), list_in_fields },
	.out = { sizeof(struct list_out), list_out_fields },
	.errors = list_errors,
	.common = rest_nova_errors,
	.run = list_run,
	.doc = "Lists images.",
};

static bool show_run(struct call *call, const void *in_, void *out_)
{
	const struct show_in *in = in_;
	const struct image *image = image_find(&call->work, in->image);

	if (!image || image->deleted)
		return call_refuse(call, REFUSE_IMAGE_UNKNOWN, in->image);
	*(struct image_item *)out_ = show(call, image);
	return true;
}

const struct operation huawei_glance_show_image = {
	.product = "glance",
	.version = "v2",
	.name = "glance.GlanceShowImage",
	.method = "GET",
	.path = "/v2/images/{image_id}",
	.mode = OPERATION_READ,
	.permission = "ims:images:get",
	.resource = "*",
	.in = { sizeof(struct show_in), show_in_fields },
	.out = { sizeof(struct image_item), image_fields },
	.errors = show_errors,
	.common = rest_nova_errors,
	.run = show_run,
	.doc = "Shows an image.",
};
