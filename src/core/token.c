#include "core/token.h"

#include <string.h>

#include "base/random.h"
#include "base/secret.h"
#include "base/text.h"

void token_mint(char ret[TOKEN_SIZE])
{
	random_alphanumeric(ret, TOKEN_SIZE - 1);
}

bool token_issue(struct work *work, const char *text, const struct token *token, int64_t now)
{
	char hash[SECRET_HASH_SIZE];
	struct token row = *token;

	if (token_count(work->txn, token->account, token->user, now) >= TOKENS_MAX)
		return work_refuse(work, REFUSE_TOKENS_LIMIT, NULL);
	secret_hash(text, hash);
	row.hash = hash;
	token_put(work->txn, &row);
	return true;
}

/* Whom it is of and for must still be there. */
static bool is_somebodys(struct txn *txn, const struct token *token)
{
	struct principal user;
	struct project project;
	struct account account;

	if (!account_get(txn, token->account, &account))
		return false;
	if (*token->user && (!principal_get(txn, token->user, &user) || !text_equal(user.account, token->account)))
		return false;
	return !*token->project ||
	       (project_get(txn, token->project, &project) && text_equal(project.account, token->account));
}

enum token_answer token_find(struct txn *txn, const char *text, int64_t now, struct token *ret)
{
	char hash[SECRET_HASH_SIZE];

	if (text_empty(text) || strnlen(text, TOKEN_TEXT_MAX + 1) > TOKEN_TEXT_MAX)
		return TOKEN_NONE;
	secret_hash(text, hash);
	if (!token_get(txn, hash, ret) || !is_somebodys(txn, ret))
		return TOKEN_NONE;
	return now < ret->expires_at ? TOKEN_GOOD : TOKEN_OLD;
}

void token_revoke(struct work *work, const struct token *token)
{
	token_delete(work->txn, token->hash);
}
