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

/* Names and descriptions, as CreateDisk and RunInstances limit them. */
#define ECS_NAME_MIN        2
#define ECS_NAME_MAX        128
#define ECS_DESCRIPTION_MIN 2
#define ECS_DESCRIPTION_MAX 256
#define ECS_CLIENT_TOKEN_MAX 64
#define ECS_USER_DATA_MAX    32768

#endif
