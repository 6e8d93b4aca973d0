/* Tokens: what a user gets for a password and shows instead of signing, for one project or the whole account. Of their
 * texts only a hash is kept. What a token's user may do is not decided here. Their times are the machine's, not the cloud's. */
#ifndef CORE_TOKEN_H
#define CORE_TOKEN_H

#include "base/moment.h"
#include "core/core.h"

#define TOKEN_LIFE (24 * HOUR)
#define TOKEN_KEPT HOUR  /* behind its expiry, so that a late caller is told why */
#define TOKENS_MAX 10000 /* of a user that have not expired */
#define TOKEN_SIZE 97    /* 96 letters and digits, and a NUL */
#define TOKEN_TEXT_MAX 4096 /* of what is taken for one */

/* Makes the text of a new token. */
void token_mint(char ret[TOKEN_SIZE]);

/* Keeps a token of that text; `token` says the rest but its hash. False: TOKENS_LIMIT. */
bool token_issue(struct work *work, const char *text, const struct token *token, int64_t now);

enum token_answer { TOKEN_GOOD, TOKEN_OLD, TOKEN_NONE };

/* The token of that text. OLD fills *ret as well. One whose account, user or project is gone is none. */
enum token_answer token_find(struct txn *txn, const char *text, int64_t now, struct token *ret);

/* Whoever uses it from now on has none. */
void token_revoke(struct work *work, const struct token *token);

#endif
