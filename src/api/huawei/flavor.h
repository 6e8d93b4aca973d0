/* Flavors as Nova and BMS show them. */
#ifndef API_HUAWEI_FLAVOR_H
#define API_HUAWEI_FLAVOR_H

#include "api/huawei/rest.h"

/* What a flavor says of its kind beside its numbers: the members of extra_specs. */
struct pairs flavor_extra_specs(struct call *call, const struct instance_type *type);

/* A flavor with what it is made of, as the lists of ECS and BMS show it. */
struct flavor_item {
	const char *id, *name, *vcpus, *disk, *swap, *none;
	int64_t ram, ephemeral;
	double rxtx_factor;
	bool disabled, is_public;
	struct items links;
	struct pairs specs;
};

/* struct rest_link, which has a type here, null (page of flavors). */
extern const struct shape flavor_link_shape;

#define FLAVOR_FIELDS(T, m)                                       \
	TEXT(T, m.id, "id"),                                      \
	TEXT(T, m.name, "name"),                                  \
	TEXT(T, m.vcpus, "vcpus"),                                \
	INT(T, m.ram, "ram"),                                     \
	TEXT(T, m.disk, "disk"),                                  \
	TEXT(T, m.swap, "swap"),                                  \
	INT(T, m.ephemeral, "OS-FLV-EXT-DATA:ephemeral"),         \
	BOOL(T, m.disabled, "OS-FLV-DISABLED:disabled"),          \
	DECIMAL(T, m.rxtx_factor, "rxtx_factor"),                 \
	TEXT(T, m.none, "rxtx_quota", .flags = FIELD_NULL),       \
	TEXT(T, m.none, "rxtx_cap", .flags = FIELD_NULL),         \
	BOOL(T, m.is_public, "os-flavor-access:is_public"),       \
	ITEMS(T, m.links, "links", .of = &flavor_link_shape),     \
	PAIRS(T, m.specs, "os_extra_specs")

struct flavor_item flavor_show(struct call *call, const struct instance_type *type);

/* "self" and "bookmark" of a thing of the Nova-compatible API: struct rest_link. */
struct items rest_links(struct call *call, const char *kind, const char *id);

struct rest_link {
	const char *rel, *href, *type;
};
extern const struct shape rest_link_shape;

#endif
