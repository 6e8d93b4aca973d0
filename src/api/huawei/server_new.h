/* What ECS and BMS are told alike of servers that they make: security groups and tags. The rest of a new server is each
 * service's own. */
#ifndef API_HUAWEI_SERVER_NEW_H
#define API_HUAWEI_SERVER_NEW_H

#include "api/huawei/rest.h"

extern const struct shape server_group_shape; /* {"id"} */
extern const struct shape server_tag_shape;   /* {"key", "value"} */

/* Items of server_group_shape as the list that an instance keeps, with commas between; in the call's arena. */
const char *server_groups_of(struct call *call, const struct items *groups);

/* Fills `ret` with items of server_tag_shape, as many as there are. */
void server_tags_of(const struct items *tags, struct tag *ret);

#endif
