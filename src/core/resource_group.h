/* Resource groups: a name on a thing. Groups themselves are not kept: any name is taken. */
#ifndef CORE_RESOURCE_GROUP_H
#define CORE_RESOURCE_GROUP_H

#include "contract/tagged.h"
#include "core/core.h"

bool resource_group_join(struct work *work, enum tagged kind, const char *id, const char *group);

#endif
