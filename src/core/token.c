#include "core/token.h"

#include <stdint.h>
#include <string.h>

#include "base/digest.h"
#include "base/random.h"
#include "base/text.h"

#define PREFIX "MII" /* as those of the cloud begin, so that nobody takes it for a key */

static const char *id_of(struct arena *arena, const char *text)
{
	char digest[DIGEST_SIZE];

	digest_sha256(text, strlen(text), digest);
	return arena_text(arena, digest);
}

const char *token_issue(struct work *work, struct token *what)
{
	char tail[TOKEN_LENGTH - sizeof PREFIX + 2];
	int64_t n = token_count(work->txn, what->account, what->holder);
	const char *text;

	random_alphanumeric(tail, sizeof tail - 1);
	text = arena_printf(work->arena, PREFIX "%s", tail);
	if (n >= TOKENS_MAX)
		token_delete_oldest(work->txn, what->account, what->holder, n - TOKENS_MAX + 1);
	what->id = id_of(work->arena, text);
	token_put(work->txn, what);
	return text;
}

bool token_find(struct txn *txn, struct arena *arena, const char *text, struct token *ret)
{
	return strnlen(text, TOKEN_BYTES_MAX + 1) <= TOKEN_BYTES_MAX && token_get(txn, id_of(arena, text), ret);
}

void token_revoke_all(struct work *work, const char *account, const char *holder)
{
	token_delete_oldest(work->txn, account, holder, INT64_MAX);
}
