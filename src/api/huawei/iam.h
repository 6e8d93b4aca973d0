/* What the operations of IAM share: how they show accounts as domains, projects, links and moments. */
#ifndef API_HUAWEI_IAM_H
#define API_HUAWEI_IAM_H

#include "api/huawei/rest.h"

struct iam_links {
	const char *none, *self;
};
extern const struct shape iam_links_shape, iam_self_shape; /* the second of what is never listed in pages: only "self" */

/* {"id", "name"}: a domain, project, user or role that something else is of. */
struct iam_name {
	const char *id, *name;
};
extern const struct shape iam_name_shape;

/* Where `path` is found on this server. */
struct iam_links iam_links(struct call *call, const char *path);

/* "2020-01-04T09:05:22.701000Z" */
const char *iam_moment(struct arena *arena, int64_t moment);

/* The user of that id; an account itself (holder "") is a user of its own id and name. */
struct iam_name iam_user_of(struct txn *txn, const struct account *account, const char *holder);

#define ROW_IAM_UNKNOWN(reason, what) { reason, 404, "Not Found", "Could not find " what ": %s.", NULL }

#endif
