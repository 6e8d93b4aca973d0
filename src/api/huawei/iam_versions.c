/* IAM: the versions of its API that are served, for clients that look before they call (keystoneauth's discovery). Nobody has
 * to say who they are. */
#include "api/huawei/flavor.h"
#include "api/huawei/rest.h"

struct media_type {
	const char *base, *type;
};

struct version_item {
	const char *id, *status, *updated;
	struct items links, media_types;
};

struct versions {
	struct items values;
};

struct list_out {
	struct versions versions;
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
	TEXT(V, updated, "updated"),
	ITEMS(V, links, "links", .of = &rest_link_shape),
	ITEMS(V, media_types, "media-types", .of = &media_shape),
	FIELDS_END,
};
static const struct shape version_shape = { sizeof(V), version_fields };
#undef V

static const struct field versions_fields[] = {
	ITEMS(struct versions, values, "values", .of = &version_shape),
	FIELDS_END,
};
static const struct shape versions_shape = { sizeof(struct versions), versions_fields };

static const struct field list_out_fields[] = {
	OBJECT(struct list_out, versions, "versions", .of = &versions_shape),
	FIELDS_END,
};

static const struct field show_out_fields[] = {
	OBJECT(struct show_out, version, "version", .of = &version_shape),
	FIELDS_END,
};

/* IAM, "querying the version information of the Keystone API": its sample. */
static struct version_item version(struct call *call)
{
	struct arena *arena = call_work_arena(call);
	struct rest_link *link = arena_new(arena, struct rest_link);
	struct media_type *media = arena_new(arena, struct media_type);

	*link = (struct rest_link){ .rel = "self", .href = arena_printf(arena, "%s/v3/", rest_base_url(call)) };
	*media = (struct media_type){ "application/json", "application/vnd.openstack.identity-v3+json" };
	return (struct version_item){
		.id = "v3.6",
		.status = "stable",
		.updated = "2016-04-04T00:00:00Z",
		.links = { link, 1 },
		.media_types = { media, 1 },
	};
}

static bool show_run(struct call *call, const void *in, void *out)
{
	(void)in;
	((struct show_out *)out)->version = version(call);
	return true;
}

static bool list_run(struct call *call, const void *in, void *out)
{
	struct version_item *item = arena_new(call_work_arena(call), struct version_item);

	(void)in;
	*item = version(call);
	((struct list_out *)out)->versions.values = (struct items){ item, 1 };
	return true;
}

const struct operation huawei_iam_show_version = {
	.product = "iam",
	.version = "v3",
	.name = "iam.KeystoneShowVersion",
	.method = "GET",
	.path = "/v3",
	.mode = OPERATION_PLAIN,
	.open = true,
	.in = { sizeof(struct rest_nothing), rest_nothing_fields },
	.out = { sizeof(struct show_out), show_out_fields },
	.common = rest_iam_errors,
	.run = show_run,
	.doc = "Shows the version of the Keystone API.",
};

const struct operation huawei_iam_list_versions = {
	.product = "iam",
	.version = "v3",
	.name = "iam.KeystoneListVersions",
	.method = "GET",
	.path = "/",
	.mode = OPERATION_PLAIN,
	.success = 300,
	.open = true,
	.in = { sizeof(struct rest_nothing), rest_nothing_fields },
	.out = { sizeof(struct list_out), list_out_fields },
	.common = rest_iam_errors,
	.run = list_run,
	.doc = "Lists the versions of the Keystone API. With the status of Keystone: there is a choice to make.",
};
