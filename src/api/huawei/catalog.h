/* The services of this server as a catalogue of endpoints: those of which it serves something, each at this server's own
 * address. It is made of the table of operations, so that nothing is announced that is not there. */
#ifndef API_HUAWEI_CATALOG_H
#define API_HUAWEI_CATALOG_H

#include "api/huawei/rest.h"

struct catalog_endpoint {
	const char *id, *interface, *region, *url;
	const char *service; /* id of its service */
};

struct catalog_service {
	const char *id, *type, *name;
	struct items endpoints; /* struct catalog_endpoint */
};
extern const struct shape catalog_service_shape;

/* Services as seen from a project; where that has no id, those for accounts, in all regions. In the call's work arena. */
struct items catalog_list(struct call *call, const struct project *project);

#endif
