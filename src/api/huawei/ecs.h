/* What the operations of cloud servers share. */
#ifndef API_HUAWEI_ECS_H
#define API_HUAWEI_ECS_H

#include "api/huawei/rest.h"

/* The caller's cloud server of that id; servers of another kind are none of this service. False after INSTANCE_UNKNOWN. */
bool ecs_find_server(struct call *call, const char *id, struct instance *ret);

#endif
