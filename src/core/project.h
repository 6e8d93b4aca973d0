/* Projects: the parts of an account in a realm that is scoped. Each is in one region and has things of its own; who asks
 * names one, and sees nothing of the others. */
#ifndef CORE_PROJECT_H
#define CORE_PROJECT_H

#include "core/core.h"

#define PROJECTS_MAX     100 /* of an account */
#define PROJECT_NAME_MAX 64

/* The scope of accounts that have no projects. */
#define SCOPE_ONLY "default"

/* One project for each region of the account's realm, named like it: what such an account begins with. */
void projects_create(struct work *work, const struct account *account);

/* The account's oldest project in that region; NULL: in the realm's first. */
bool project_of_region(struct txn *txn, const char *account, const char *region, struct project *ret);

struct project_change {
	const char *name, *description; /* NULL: as it is */
};

/* A project of the caller's account more, in the region that its name begins with. False: PROJECT_NAME_MALFORMED,
 * PROJECT_PARENT (`parent` is not the project of that region; NULL: it is), PROJECT_EXISTS, PROJECTS_LIMIT. */
bool project_create(struct work *work, const struct project_change *args, const char *parent, struct project *ret);

/* False: PROJECT_UNKNOWN, PROJECT_FIXED for the name of a region's own project, PROJECT_NAME_MALFORMED for one that
 * would move it to another region, PROJECT_EXISTS. */
bool project_modify(struct work *work, const char *id, const struct project_change *args, struct project *ret);

/* The caller's account's of that id. */
bool find_project(const struct work *work, const char *id, struct project *ret);

/* The account's of that name. */
bool project_named(struct txn *txn, const char *account, const char *name, struct project *ret);

/* Whether a project may have that name: its region's id, or that and "_" and more (IAM pages, "project name"). The region
 * if so, or NULL. */
const struct region *project_name_region(const struct realm *realm, const char *name);

#endif
