/* A token as replies show it. */
#ifndef API_HUAWEI_IAM_TOKENS_H
#define API_HUAWEI_IAM_TOKENS_H

#include "api/huawei/token.h"

struct iam_token_user {
	const char *id, *name, *none;
	struct iam_name domain;
};

struct iam_token_project {
	const char *id, *name;
	struct iam_name domain;
};

struct iam_token_item {
	const char *expires_at, *issued_at;
	struct texts methods;
	struct items catalog, roles; /* struct catalog_service, struct iam_name */
	struct iam_token_project project;
	struct iam_name domain;
	struct iam_token_user user;
};

extern const struct shape iam_token_shape, iam_token_bare_shape; /* with a catalogue, and without */

/* In the call's work arena. */
struct iam_token_item iam_token_show(struct call *call, const struct rest_token *token);

#endif
