/* A project as replies show it. */
#ifndef API_HUAWEI_IAM_PROJECT_H
#define API_HUAWEI_IAM_PROJECT_H

#include "api/huawei/iam.h"

struct iam_project_item {
	const char *id, *domain, *parent, *name, *description;
	bool is_domain, enabled;
	struct iam_links links;
};

struct iam_project_out {
	struct iam_project_item project;
};
extern const struct field iam_project_out_fields[];     /* {"project": {...}} */
extern const struct field iam_new_project_out_fields[]; /* the same, with fewer links */

struct iam_projects_out {
	struct items projects; /* struct iam_project_item */
	struct iam_links links;
};
extern const struct field iam_projects_out_fields[];      /* {"projects": [...], "links": {...}} */
extern const struct field iam_auth_projects_out_fields[]; /* the same, with fewer links */

/* Of the caller's account, in this transaction. */
struct iam_project_item iam_project_show(struct call *call, const struct project *project);

/* The caller's project of that id. False: PROJECT_UNKNOWN. */
bool iam_project_find(struct call *call, const char *id, struct project *ret);

#define ROW_IAM_PROJECT_UNKNOWN ROW_IAM_UNKNOWN(REFUSE_PROJECT_UNKNOWN, "project")

#endif
