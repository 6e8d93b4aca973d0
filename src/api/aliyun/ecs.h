/* ECS 2014-05-26: the list of its operations, and the few words they share. Each operation is a row in a file of its
 * kind (ecs_*.c); operations.def is the one other place that names it. */
#ifndef API_ALIYUN_ECS_H
#define API_ALIYUN_ECS_H

#include "api/aliyun/product.h"
#include "api/aliyun/rpc.h"

#define ECS_VERSION "2014-05-26"

extern const struct operation *const ecs_operations[]; /* by name, ends with NULL */
extern const struct product product_ecs;

/* A filter that was given as "" filters nothing. */
const char *ecs_given(const char *text);
int ecs_given_bool(struct opt_bool value); /* 0, 1, or -1 */

/* Words for states, as clients read them. */
const char *ecs_disk_status(enum disk_status status);
const char *ecs_instance_status(enum instance_state state);
const char *ecs_charge_type(enum charge_type type);
/* The value whose word it is, -1 for none. */
int ecs_disk_status_of(const char *word);
int ecs_instance_status_of(const char *word);
int ecs_charge_type_of(const char *word);

/* Operations whose reply is a RequestId and nothing else. */
struct ecs_nothing {
	char unused;
};
extern const struct field ecs_nothing_fields[];

/* Why the place of a new instance cannot be had (core/network.h); who does not know a security group says it in words of
 * its own. */
#define ROWS_PLACE                                                                                                     \
	{ REFUSE_VSWITCH_UNKNOWN, 404, "InvalidVSwitchId.NotFound", "Specified virtual switch does not exist.", NULL }, \
	{ REFUSE_VSWITCH_STATE, 400, "IncorrectVSwitchStatus",                                                         \
	  "The current status of virtual switch does not support this operation.", NULL },                             \
	{ REFUSE_VSWITCH_ZONE, 400, "InvalidParameter.Mismatch",                                                       \
	  "Specified virtual switch is not in the specified zone.", NULL },                                            \
	{ REFUSE_VSWITCH_MISSING, 400, "MissingParameter",                                                             \
	  "The input parameter VSwitchId that is mandatory for processing this request is not supplied.", NULL },      \
	{ REFUSE_VPC_MISMATCH, 400, "InvalidParameter.Mismatch",                                                       \
	  "Specified security group and virtual switch are not in the same VPC.", NULL },                              \
	{ REFUSE_SECURITY_GROUP_FULL, 403, "SecurityGroupInstanceLimitExceed",                                         \
	  "The maximum number of instances in a security group is exceeded.", NULL },                                  \
	{ REFUSE_ADDRESS_MALFORMED, 400, "InvalidPrivateIpAddress.Malformed",                                          \
	  "Specified private IP address is malformed.", NULL },                                                        \
	{ REFUSE_ADDRESS_OUTSIDE, 400, "InvalidPrivateIpAddress",                                                      \
	  "Specified private IP address is not in the CIDR block of virtual switch.", NULL },                          \
	{ REFUSE_ADDRESS_TAKEN, 400, "InvalidPrivateIpAddress.Duplicated",                                             \
	  "Specified private IP address is duplicated.", NULL },                                                       \
	{ REFUSE_ADDRESSES_EXHAUSTED, 400, "QuotaExceeded.PrivateIpAddress",                                           \
	  "Don't have enough private IPs in this switch", NULL }

/* Names and descriptions, as CreateDisk and RunInstances limit them. */
#define ECS_NAME_MIN        2
#define ECS_NAME_MAX        128
#define ECS_DESCRIPTION_MIN 2
#define ECS_DESCRIPTION_MAX 256
#define ECS_CLIENT_TOKEN_MAX 64
#define ECS_USER_DATA_MAX    32768

#endif
