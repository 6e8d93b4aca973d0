/* The network card of an instance. There is no row of it: every instance has one, and what it is follows from the
 * instance. DescribeNetworkInterfaces lists them; DescribeInstances shows them inside its items. */
#ifndef API_ALIYUN_ECS_NETWORK_INTERFACE_H
#define API_ALIYUN_ECS_NETWORK_INTERFACE_H

#include "api/call.h"

/* "eni-" and the rest of the instance's id; and back, NULL for what cannot be one. */
const char *ecs_interface_id(struct call *call, const char *instance);
const char *ecs_interface_instance(struct call *call, const char *id);

/* Inside an instance. */
extern const struct shape ecs_instance_interface_shape;
struct items ecs_instance_interfaces(struct call *call, const struct instance *instance);

#endif
