/* Flavors as Nova and BMS show them. */
#ifndef API_HUAWEI_FLAVOR_H
#define API_HUAWEI_FLAVOR_H

#include "api/huawei/rest.h"

/* What a flavor says of its kind beside its numbers: the members of extra_specs. */
struct pairs flavor_extra_specs(struct call *call, const struct instance_type *type);

/* "self" and "bookmark" of a thing of the Nova-compatible API: struct rest_link. */
struct items rest_links(struct call *call, const char *kind, const char *id);

struct rest_link {
	const char *rel, *href, *type;
};
extern const struct shape rest_link_shape;

#endif
