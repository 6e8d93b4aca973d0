#include "api/huawei/catalog.h"

#include <string.h>

#include "base/digest.h"
#include "base/text.h"
#include "core/realm.h"

#define ID_LENGTH 32

/* Types and names as the cloud's own catalogue and OpenStack's clients have them. */
static const struct service {
	const char *type, *name;
	const char *path;   /* of its endpoint; {project_id} is that of who asks */
	const char *serves; /* what the paths of its operations begin with */
	bool global;        /* it is for accounts as well; others are for projects alone */
} services[] = {
	{ "bms", "bms", "/v1/{project_id}", "/v1/{project_id}/baremetalservers" },
	{ "compute", "nova", "/v2.1/{project_id}", "/v2.1/{project_id}/servers" },
	{ "ecs", "ecs", "/v1/{project_id}", "/v1/{project_id}/cloudservers" },
	{ "ecsv1.1", "ecsv1.1", "/v1.1/{project_id}", "/v1.1/{project_id}/cloudservers" },
	{ "evs", "evs", "/v2/{project_id}", "/v2/{project_id}/cloudvolumes" },
	{ "evsv2.1", "evsv2.1", "/v2.1/{project_id}", "/v2.1/{project_id}/cloudvolumes" },
	{ "iam", "iam", "/v3.0", "/v3.0/", true },
	{ "identity", "keystone", "/v3", "/v3/auth/", true },
	{ "image", "glance", "/v2", "/v2/images" },
	{ "ims", "ims", "/v2", "/v2/cloudimages" },
	{ "network", "neutron", "", "/v2.0/networks" },
	{ "volumev2", "cinderv2", "/v2/{project_id}", "/v2/{project_id}/volumes" },
	{ "volumev3", "cinderv3", "/v3/{project_id}", "/v3/{project_id}/volumes" },
	{ "vpc", "vpc", "/v1/{project_id}", "/v1/{project_id}/vpcs" },
};

static const struct field endpoint_fields[] = {
	TEXT(struct catalog_endpoint, id, "id"),
	TEXT(struct catalog_endpoint, interface, "interface"),
	TEXT(struct catalog_endpoint, region, "region"),
	TEXT(struct catalog_endpoint, region, "region_id"),
	TEXT(struct catalog_endpoint, url, "url"),
	FIELDS_END,
};
static const struct shape endpoint_shape = { sizeof(struct catalog_endpoint), endpoint_fields };

static const struct field service_fields[] = {
	ITEMS(struct catalog_service, endpoints, "endpoints", .of = &endpoint_shape),
	TEXT(struct catalog_service, id, "id"),
	TEXT(struct catalog_service, name, "name"),
	TEXT(struct catalog_service, type, "type"),
	FIELDS_END,
};
const struct shape catalog_service_shape = { sizeof(struct catalog_service), service_fields };

static bool is_served(const struct service *service)
{
	const struct operation *const *at;

	for (at = huawei_operations; *at; at++) {
		if (text_starts((*at)->path, service->serves))
			return true;
	}
	return false;
}

/* The same always for the same. */
static const char *id_of(struct arena *arena, const char *what, const char *region)
{
	char digest[DIGEST_SIZE];
	const char *whole = arena_printf(arena, "%s/%s", what, region);

	digest_sha256(whole, strlen(whole), digest);
	return arena_text_n(arena, digest, ID_LENGTH);
}

static struct catalog_endpoint endpoint_of(struct call *call, const struct service *service, const char *region,
                                           const char *project)
{
	struct arena *arena = call_work_arena(call);
	const char *brace = strchr(service->path, '{');
	size_t length = brace ? (size_t)(brace - service->path) : strlen(service->path);

	return (struct catalog_endpoint){
		.id = id_of(arena, service->type, region),
		.interface = "public",
		.region = region,
		.url = arena_printf(arena, "%s%.*s%s", rest_base_url(call), (int)length, service->path, brace ? project : ""),
		.service = id_of(arena, service->type, ""),
	};
}

static struct items endpoints_of(struct call *call, const struct service *service, const struct project *project)
{
	size_t n = project->id ? 1 : realm_huawei.n_regions;
	struct catalog_endpoint *endpoints = arena_array(call_work_arena(call), struct catalog_endpoint, n);
	size_t i;

	for (i = 0; i < n; i++)
		endpoints[i] = endpoint_of(call, service, project->id ? project->region : realm_huawei.regions[i].id,
		                           text_or(project->id, ""));
	return (struct items){ endpoints, n };
}

struct items catalog_list(struct call *call, const struct project *project)
{
	struct catalog_service *list = arena_array(call_work_arena(call), struct catalog_service, COUNT_OF(services));
	size_t n = 0;
	size_t i;

	for (i = 0; i < COUNT_OF(services); i++) {
		if (!is_served(&services[i]) || (!project->id && !services[i].global))
			continue;
		list[n++] = (struct catalog_service){
			.id = id_of(call_work_arena(call), services[i].type, ""),
			.type = services[i].type,
			.name = services[i].name,
			.endpoints = endpoints_of(call, &services[i], project),
		};
	}
	return (struct items){ list, n };
}
