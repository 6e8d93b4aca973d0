/* Projects: the parts of an account in a realm that is scoped. Each is in one region and has things of its own; who asks
 * names one, and sees nothing of the others. */
#ifndef CORE_PROJECT_H
#define CORE_PROJECT_H

#include "core/core.h"

#define PROJECTS_MAX            100 /* of an account */
#define PROJECT_NAME_MAX        64
#define PROJECT_DESCRIPTION_MAX 255

/* The scope of accounts that have no projects. */
#define SCOPE_ONLY "default"

/* One project for each region of the account's realm, named like it: what such an account begins with. */
void projects_create(struct work *work, const struct account *account);

/* The account's oldest project in that region; NULL: in the realm's first. */
bool project_of_region(struct txn *txn, const char *account, const char *region, struct project *ret);

/* Whether a project may have that name: its region's id, or that and "_" and more (IAM pages, "project name"). The region
 * if so, or NULL. */
const struct region *project_name_region(const struct realm *realm, const char *name);

/* The account's project of that name. */
bool project_named(struct txn *txn, const char *account, const char *name, struct project *ret);

/* Makes a project in the region whose own project `parent` is. False: PROJECT_NAME, PROJECT_EXISTS, PROJECT_LIMIT. */
bool project_create(struct work *work, const struct project *parent, const char *name, const char *description,
                    struct project *ret);

/* Changes what is not NULL. False: PROJECT_NAME, also where a region's own would get another; PROJECT_EXISTS. */
bool project_modify(struct work *work, struct project *project, const char *name, const char *description);

#endif
