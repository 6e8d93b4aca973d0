/* Nova: the version that is served, for clients that look before they call. Nobody has to say who they are. */
#include "api/huawei/flavor.h"
#include "api/huawei/nova.h"

struct media_type {
	const char *base, *type;
};

struct version_item {
	const char *id, *status, *version, *min_version, *updated;
	struct items links, media_types;
};

struct show_out {
	struct version_item version;
};

static const struct field media_fields[] = {
	TEXT(struct media_type, base, "base"),
	TEXT(struct media_type, type, "type"),
	FIELDS_END,
};
static const struct shape media_shape = { sizeof(struct media_type), media_fields };

#define V struct version_item
static const struct field version_fields[] = {
	TEXT(V, id, "id"),
	TEXT(V, status, "status"),
	TEXT(V, version, "version"),
	TEXT(V, min_version, "min_version"),
	TEXT(V, updated, "updated"),
	ITEMS(V, links, "links", .of = &rest_link_shape),
	ITEMS(V, media_types, "media-types", .of = &media_shape),
	FIELDS_END,
};
static const struct shape version_shape = { sizeof(V), version_fields };
#undef V

static const struct field show_out_fields[] = {
	OBJECT(struct show_out, version, "version", .of = &version_shape),
	FIELDS_END,
};

static bool show_run(struct call *call, const void *in, void *out_)
{
	struct arena *arena = call_work_arena(call);
	struct show_out *out = out_;
	struct rest_link *link = arena_array(arena, struct rest_link, 1);
	struct media_type *media = arena_array(arena, struct media_type, 1);

	(void)in;
	*link = (struct rest_link){ .rel = "self", .href = arena_printf(arena, "%s/v2.1/", rest_base_url(call)) };
	*media = (struct media_type){ "application/json", "application/vnd.openstack.compute+json;version=2.1" };
	/* Without microversions: none is served but the first. */
	out->version = (struct version_item){
		.id = "v2.1",
		.status = "CURRENT",
		.version = "",
		.min_version = "",
		.updated = "2013-07-23T11:33:21Z",
		.links = { link, 1 },
		.media_types = { media, 1 },
	};
	return true;
}

const struct operation huawei_nova_show_version = {
	.product = "nova",
	.version = "v2.1",
	.name = "nova.NovaShowVersion",
	.method = "GET",
	.path = "/v2.1",
	.mode = OPERATION_PLAIN,
	.open = true,
	.permission = "ecs:versions:get",
	.resource = "*",
	.in = { sizeof(struct rest_nothing), rest_nothing_fields },
	.out = { sizeof(struct show_out), show_out_fields },
	.common = rest_nova_errors,
	.run = show_run,
	.doc = "Shows the version of the Nova-compatible API.",
};
