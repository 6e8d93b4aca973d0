/* Tokens: what a login gives instead of a key, and what it is good for. How one logs in, and what a token looks like on the
 * wire, is not decided here. Their times are the machine's, not the cloud's. */
#ifndef CORE_TOKEN_H
#define CORE_TOKEN_H

#include "base/moment.h"
#include "core/core.h"

#define TOKEN_LIFE      (24 * HOUR)
#define TOKENS_KEPT     HOUR /* behind their expiry, so that a late caller is told why */
#define TOKENS_MAX      1000 /* of a user, or of an account itself: one more, and the oldest is no longer valid */
#define TOKEN_LENGTH    160
#define TOKEN_BYTES_MAX 8192 /* of what is looked at as one */

/* Makes a token of `what`, whose id is filled in. Returns its text, which is kept nowhere. In the arena. */
const char *token_issue(struct work *work, struct token *what);

/* The token of that text, expired or not. In `arena`. */
bool token_find(struct txn *txn, struct arena *arena, const char *text, struct token *ret);

/* Those of a user (by id), or of the account itself (""), are no longer valid. */
void token_revoke_all(struct work *work, const char *account, const char *holder);

#endif
