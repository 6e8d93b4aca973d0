/* IAM: what the catalogue of this server's endpoints says, as one list or by services and endpoints; and the versions of the
 * API, which clients ask for before they say who they are. */
#include "api/huawei/catalog.h"
#include "api/huawei/iam.h"
#include "base/text.h"

/* ---- the catalogue of a token ---- */

struct catalog_out {
	struct items catalog;
	struct iam_links links;
};

static const struct field catalog_out_fields[] = {
	ITEMS(struct catalog_out, catalog, "catalog", .of = &catalog_service_shape),
	OBJECT(struct catalog_out, links, "links", .of = &iam_self_shape),
	FIELDS_END,
};

/* That of its token; who signs has that of the account as a whole. */
static bool catalog_run(struct call *call, const void *in, void *out_)
{
	struct catalog_out *out = out_;
	struct project project = { 0 };

	(void)in;
	if (call->token && *call->token->scope)
		project_get(call->work.txn, call->token->scope, &project);
	out->catalog = catalog_list(call, &project);
	out->links = iam_links(call, "/v3/auth/catalog");
	return true;
}

const struct operation huawei_iam_show_catalog = {
	.product = "iam",
	.version = "v3",
	.name = "iam.KeystoneShowCatalog",
	.method = "GET",
	.path = "/v3/auth/catalog",
	.mode = OPERATION_READ,
	.open_to_all = true,
	.permission = "iam:catalog:get",
	.resource = "*",
	.in = { sizeof(struct rest_nothing), rest_nothing_fields },
	.out = { sizeof(struct catalog_out), catalog_out_fields },
	.common = rest_iam_errors,
	.run = catalog_run,
	.doc = "Lists the services of this server with their endpoints, as they are for the caller's token.",
};

/* ---- versions ---- */

struct version_link {
	const char *rel, *href;
};

struct media_type {
	const char *base, *type;
};

struct version_item {
	const char *id, *status, *updated;
	struct items links, media_types;
};

struct versions_out {
	struct {
		struct items values;
	} versions;
};

struct version_out {
	struct version_item version;
};

static const struct field link_fields[] = {
	TEXT(struct version_link, rel, "rel"),
	TEXT(struct version_link, href, "href"),
	FIELDS_END,
};
static const struct shape link_shape = { sizeof(struct version_link), link_fields };

static const struct field media_fields[] = {
	TEXT(struct media_type, base, "base"),
	TEXT(struct media_type, type, "type"),
	FIELDS_END,
};
static const struct shape media_shape = { sizeof(struct media_type), media_fields };

static const struct field version_fields[] = {
	TEXT(struct version_item, id, "id"),
	TEXT(struct version_item, status, "status"),
	TEXT(struct version_item, updated, "updated"),
	ITEMS(struct version_item, links, "links", .of = &link_shape),
	ITEMS(struct version_item, media_types, "media-types", .of = &media_shape),
	FIELDS_END,
};
static const struct shape version_shape = { sizeof(struct version_item), version_fields };

static const struct field values_fields[] = {
	{ .name = "values", .type = FIELD_ITEMS, .offset = 0, .of = &version_shape },
	FIELDS_END,
};
static const struct shape values_shape = { sizeof(struct items), values_fields };

static const struct field versions_out_fields[] = {
	OBJECT(struct versions_out, versions, "versions", .of = &values_shape),
	FIELDS_END,
};

static const struct field version_out_fields[] = {
	OBJECT(struct version_out, version, "version", .of = &version_shape),
	FIELDS_END,
};

static struct version_item version(struct call *call)
{
	struct arena *arena = call_work_arena(call);
	struct version_link *link = arena_new(arena, struct version_link);
	struct media_type *media = arena_new(arena, struct media_type);

	*link = (struct version_link){ "self", arena_printf(arena, "%s/v3/", rest_base_url(call)) };
	*media = (struct media_type){ "application/json", "application/vnd.openstack.identity-v3+json" };
	return (struct version_item){
		.id = "v3.6",
		.status = "stable",
		.updated = "2016-04-04T00:00:00Z",
		.links = { link, 1 },
		.media_types = { media, 1 },
	};
}

static bool versions_run(struct call *call, const void *in, void *out_)
{
	struct versions_out *out = out_;
	struct version_item *item = arena_new(call_work_arena(call), struct version_item);

	(void)in;
	*item = version(call);
	out->versions.values = (struct items){ item, 1 };
	return true;
}

const struct operation huawei_iam_list_versions = {
	.product = "iam",
	.version = "v3",
	.name = "iam.KeystoneListVersions",
	.method = "GET",
	.path = "/",
	.mode = OPERATION_PLAIN,
	.open = true,
	.in = { sizeof(struct rest_nothing), rest_nothing_fields },
	.out = { sizeof(struct versions_out), versions_out_fields },
	.common = rest_iam_errors,
	.run = versions_run,
	.doc = "Lists the versions of IAM that are served: one.",
};

static bool version_run(struct call *call, const void *in, void *out_)
{
	(void)in;
	((struct version_out *)out_)->version = version(call);
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
	.out = { sizeof(struct version_out), version_out_fields },
	.common = rest_iam_errors,
	.run = version_run,
	.doc = "Shows the version of IAM.",
};
