/* IAM: what is served here, and where. A service is in the catalogue if there are operations of its family. */
#include <string.h>

#include "api/huawei/token.h"
#include "base/secret.h"
#include "base/text.h"
#include "core/realm.h"

#define ID_LENGTH 32

struct endpoint_item {
	const char *id, *interface, *region, *url;
};

struct service_item {
	const char *type, *name, *id;
	struct items endpoints;
};

struct links_out {
	const char *self;
};

struct catalog_out {
	struct items catalog;
	struct links_out links;
};

/* ---- tables ---- */

/* Types and names as Huawei Cloud's own catalogue has them (IAM, "querying the service catalog"). */
static const struct service {
	const char *product; /* the family of its operations */
	const char *type, *name;
	const char *path; /* "%s" is the project */
} services[] = {
	{ "ecs", "ecs", "ecs", "/v1/%s" },
	{ "ecs", "ecsv1.1", "ecsv1.1", "/v1.1/%s" },
	{ "nova", "compute", "nova", "/v2.1/%s" },
	{ "bms", "bms", "bms", "/v1/%s" },
	{ "evs", "evs", "evs", "/v2/%s" },
	{ "evs", "evsv2.1", "evsv2.1", "/v2.1/%s" },
	{ "cinder", "volumev2", "cinderv2", "/v2/%s" },
	{ "cinder", "volumev3", "cinderv3", "/v3/%s" },
	{ "glance", "image", "glance", "" },
	{ "neutron", "network", "neutron", "" },
	{ "iam", "identity", "iam", "/v3" },
};

#define E struct endpoint_item
static const struct field endpoint_fields[] = {
	TEXT(E, id, "id"),
	TEXT(E, interface, "interface"),
	TEXT(E, region, "region"),
	TEXT(E, region, "region_id"),
	TEXT(E, url, "url"),
	FIELDS_END,
};
static const struct shape endpoint_shape = { sizeof(E), endpoint_fields };
#undef E

#define S struct service_item
static const struct field service_fields[] = {
	ITEMS(S, endpoints, "endpoints", .of = &endpoint_shape),
	TEXT(S, id, "id"),
	TEXT(S, name, "name"),
	TEXT(S, type, "type"),
	FIELDS_END,
};
const struct shape catalog_service_shape = { sizeof(S), service_fields };
#undef S

static const struct field links_fields[] = { TEXT(struct links_out, self, "self"), FIELDS_END };
static const struct shape links_shape = { sizeof(struct links_out), links_fields };

static const struct field catalog_fields[] = {
	ITEMS(struct catalog_out, catalog, "catalog", .of = &catalog_service_shape),
	OBJECT(struct catalog_out, links, "links", .of = &links_shape),
	FIELDS_END,
};

/* ---- the catalogue ---- */

static bool is_served(const char *product)
{
	const struct operation *const *at;

	for (at = huawei_operations; *at; at++) {
		if (text_equal((*at)->product, product))
			return true;
	}
	return false;
}

/* Always the same for the same text. */
static const char *id_of(struct arena *arena, const char *text)
{
	char hash[SECRET_HASH_SIZE];

	secret_hash(text, hash);
	return arena_text_n(arena, hash, ID_LENGTH);
}

static struct endpoint_item endpoint(struct call *call, const struct service *service, const char *region,
                                     const char *project)
{
	struct arena *arena = &call->arena;
	const char *path = fault_text(arena, service->path, project, NULL);

	return (struct endpoint_item){
		.id = id_of(arena, arena_printf(arena, "%s %s %s", service->type, region, path)),
		.interface = "public",
		.region = region,
		.url = arena_printf(arena, "%s%s", rest_base_url(call), path),
	};
}

/* IAM is the same in every region; what is a project's is in the project's. */
static struct items endpoints_of(struct call *call, const struct service *service, const struct project *project)
{
	bool global = !strstr(service->path, "%s") && text_equal(service->product, "iam");
	size_t n = global ? realm_huawei.n_regions : 1;
	struct endpoint_item *items = arena_array(&call->arena, struct endpoint_item, n);
	size_t i;

	for (i = 0; i < n; i++)
		items[i] = endpoint(call, service, global ? realm_huawei.regions[i].id : project->region,
		                    project ? project->id : NULL);
	return (struct items){ items, n };
}

struct items catalog_of(struct call *call, const struct project *project)
{
	struct service_item *items = arena_array(&call->arena, struct service_item, COUNT_OF(services));
	size_t n = 0;
	size_t i;

	for (i = 0; i < COUNT_OF(services); i++) {
		const struct service *service = &services[i];

		if (!is_served(service->product) || (!project && !text_equal(service->product, "iam")))
			continue;
		items[n++] = (struct service_item){
			.type = service->type,
			.name = service->name,
			.id = id_of(&call->arena, service->type),
			.endpoints = endpoints_of(call, service, project),
		};
	}
	return (struct items){ items, n };
}

static bool catalog_run(struct call *call, const void *in, void *out_)
{
	struct catalog_out *out = out_;
	const struct tenant *tenant = &call->caller.tenant;
	struct project project;
	bool scoped = tenant->scope && project_get(call->work.txn, tenant->scope, &project);

	(void)in;
	out->catalog = catalog_of(call, scoped ? &project : NULL);
	out->links.self = arena_printf(call_work_arena(call), "%s/v3/auth/catalog", rest_base_url(call));
	return true;
}

const struct operation huawei_iam_list_catalog = {
	.product = "iam",
	.version = "v3",
	.name = "iam.KeystoneShowCatalog",
	.method = "GET",
	.path = "/v3/auth/catalog",
	.mode = OPERATION_READ,
	.permission = "iam:catalog:list",
	.open_to_all = true,
	.resource = "*",
	.in = { sizeof(struct rest_nothing), rest_nothing_fields },
	.out = { sizeof(struct catalog_out), catalog_fields },
	.common = rest_iam_errors,
	.run = catalog_run,
	.doc = "Lists this server's endpoints: those of the project that the token is for.",
};
