/* The Nova-compatible API (/v2.1): what its operations share. Its rules are Nova's own where they differ from the cloud's:
 * who is locked or in another state is told before anything of the volume, and a root device is never detached
 * (openstack/nova, compute/api.py and api/openstack/compute/volume_attachments.py). */
#ifndef API_HUAWEI_NOVA_H
#define API_HUAWEI_NOVA_H

#include "api/huawei/rest.h"

#define ROW_NOVA_SERVER_UNKNOWN { REFUSE_INSTANCE_UNKNOWN, 404, "itemNotFound", "Instance %s could not be found.", NULL }
#define ROW_NOVA_LOCKED         { REFUSE_INSTANCE_LOCKED_SECURITY, 409, "conflictingRequest", "Instance %s is locked", NULL }
#define ROW_NOVA_LOCKED_FINANCIAL \
	{ REFUSE_INSTANCE_LOCKED_FINANCIAL, 409, "conflictingRequest", "Instance %s is locked", NULL }
#define ROW_NOVA_STATE(verb) \
	{ REFUSE_INSTANCE_STATE, 409, "conflictingRequest", "Cannot '" verb "' instance %s while it is in %s", NULL }

/* The caller's server of that id, of whatever kind. False after INSTANCE_UNKNOWN. */
bool nova_find_server(struct call *call, const char *id, struct instance *ret);

/* False after the refusal that names its lock. */
bool nova_is_unlocked(struct call *call, const struct instance *instance);

/* Whether its volumes may come and go: not locked, and running or stopped with nothing under way. False after a refusal. */
bool nova_may_change(struct call *call, const struct instance *instance);

/* After a verb refused for the state of a server: names it as Nova does. */
bool nova_refuse_state(struct call *call, const struct instance *instance);

#define NOVA_PAGE_MAX 1000 /* osapi_max_limit */

/* "servers_links": where the next page is. */
struct items nova_next_page(struct call *call, const char *last);

#endif
