/* Tokens as requests bring them (X-Auth-Token), and who a caller with one is. What they are is core/token.h's; how one is got
 * is iam_tokens.c's. */
#ifndef API_HUAWEI_TOKEN_H
#define API_HUAWEI_TOKEN_H

#include "api/huawei/iam.h"
#include "core/token.h"

/* A token, and what it is for: all of it of one snapshot. Nothing of it can be changed by its bearer. */
struct rest_token {
	struct token row;
	struct account account;
	struct project project; /* id NULL: none */
	struct iam_name user;
};

/* False after TOKEN_UNKNOWN, TOKEN_OLD, or what the store said. Everything is in the call's arena. */
bool rest_token_look(struct call *call, const char *text, struct rest_token *ret);

/* Fills call->caller, call->rights and call->token. False as above. */
bool rest_token_authenticate(struct call *call, const char *text);

#endif
