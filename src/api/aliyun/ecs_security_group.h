/* Error rows that the operations on security groups share. The operations are in ecs_security_groups.c and its
 * neighbours. */
#ifndef API_ALIYUN_ECS_SECURITY_GROUP_H
#define API_ALIYUN_ECS_SECURITY_GROUP_H

#include "api/operation.h"

#define ROW_SECURITY_GROUP_NOT_FOUND                                          \
	{ REFUSE_SECURITY_GROUP_UNKNOWN, 404, "InvalidSecurityGroupId.NotFound", \
	  "The specified SecurityGroupId does not exist.", NULL }

#endif
