/* Tokens as this cloud's clients show them: X-Auth-Token instead of a signature. What a token is, and that only its hash is
 * kept, is core/token.h's. */
#ifndef API_HUAWEI_TOKEN_H
#define API_HUAWEI_TOKEN_H

#include "api/huawei/rest.h"
#include "core/token.h"

/* Whose token X-Auth-Token shows; fills call->caller, and call->of_dialect with the struct token. Reads the store. False:
 * AUTH_TOKEN_UNKNOWN, AUTH_TOKEN_EXPIRED. */
bool token_authenticate(struct call *call, const char *text);

/* The token that the call was made with; NULL: it was signed, or is open. */
const struct token *token_of(const struct call *call);

/* The name and id of the user of a token: those of its account where it is the account's own. In the arena of the
 * transaction. */
struct token_user {
	const char *id, *name;
};
struct token_user token_user_of(struct txn *txn, const struct account *account, const char *user);

/* Where things are served, for clients that look before they ask: a list of services, each with its endpoints. */
extern const struct shape catalog_service_shape;

/* Project NULL: only what needs none. In the call's arena. */
struct items catalog_of(struct call *call, const struct project *project);

/* "2026-11-21T00:27:43.125000Z", as IAM writes moments. */
const char *token_moment(struct arena *arena, int64_t moment);

#endif
