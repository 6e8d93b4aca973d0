/* What the operations of IAM share. */
#ifndef API_HUAWEI_IAM_H
#define API_HUAWEI_IAM_H

#include "api/huawei/rest.h"

/* Where a thing or a list of things is found on this server; lists are whole, so nothing is before or behind. */
struct iam_links {
	const char *none, *self;
};
extern const struct shape iam_links_shape;

/* Only where it is found. */
extern const struct shape iam_self_shape;

struct iam_links iam_links(struct call *call, const char *path);

#endif
