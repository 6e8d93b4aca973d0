/* Pieces of what DescribeInstances and DescribeInstanceAttribute show of an instance. */
#ifndef API_ALIYUN_ECS_INSTANCE_SHOW_H
#define API_ALIYUN_ECS_INSTANCE_SHOW_H

#include "api/aliyun/ecs.h"

struct ecs_vpc_item {
	const char *vpc, *vswitch, *nat;
	struct texts private_ips;
};
extern const struct shape ecs_vpc_shape;
struct ecs_vpc_item ecs_vpc_of(struct call *call, const struct instance *instance);

/* The words of a list as the model keeps it: "a,b". */
struct texts ecs_split(struct call *call, const char *list);

/* In minutes; one that is paid by use never expires, and has the vendor's date for that. */
const char *ecs_expired_time(struct call *call, const struct instance *instance);

#endif
