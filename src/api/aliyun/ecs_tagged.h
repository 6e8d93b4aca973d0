/* How ECS calls the kinds of things that bear tags and belong to resource groups. The operations on them are in
 * ecs_tags.c, ecs_describe_tags.c and ecs_resource_group.c. */
#ifndef API_ALIYUN_ECS_TAGGED_H
#define API_ALIYUN_ECS_TAGGED_H

#include "api/operation.h"
#include "contract/tagged.h"

extern const char *const ecs_tagged_words[TAGGED_MAX]; /* by kind; NULL: not of ECS */
extern const char *const ecs_tagged_types[];           /* the same as values of a field; ends with NULL */
extern const struct error_row ecs_bad_tagged_type;

#endif
