/* Tokens: they live until some time after their expiry. */
#include "stores/table.h"

#include "base/text.h"

static const struct column token_columns[] = {
	TEXT(token, hash),
	TEXT(token, account, STAYS),
	TEXT(token, user, STAYS),
	TEXT(token, project),
	TEXT(token, methods),
	INT64(token, created_at),
	INT64(token, expires_at, STAYS),
};
static const struct table token_table = {
	.name = "token",
	.columns = token_columns,
	.n_columns = COUNT_OF(token_columns),
	.n_key = 1,
	.row_size = sizeof(struct token),
	.slot = SLOT_TOKEN_GET,
};

bool token_get(struct txn *txn, const char *hash, struct token *ret)
{
	return table_get(txn, &token_table, &hash, ret);
}

void token_put(struct txn *txn, const struct token *token)
{
	table_put(txn, &token_table, token);
}

void token_delete(struct txn *txn, const char *hash)
{
	table_delete(txn, &token_table, &hash);
}

int64_t token_count(struct txn *txn, const char *account, const char *user, int64_t expires_after)
{
	const struct param params[] = { PARAM_TEXT(account), PARAM_TEXT(user), PARAM_NUMBER(expires_after) };

	return table_run(txn, SLOT_TOKEN_COUNT,
	                 "SELECT count(*) FROM token WHERE account = $1 AND user = $2 AND expires_at > $3", params,
	                 COUNT_OF(params));
}

void token_delete_of(struct txn *txn, const char *account, const char *user)
{
	const struct param params[] = { PARAM_TEXT(account), PARAM_TEXT(user) };

	table_run(txn, SLOT_TOKEN_DELETE_OF, "DELETE FROM token WHERE account = $1 AND user = $2", params, COUNT_OF(params));
}

size_t token_purge(struct txn *txn, int64_t before, int64_t limit)
{
	const struct param params[] = { PARAM_NUMBER(before), PARAM_NUMBER(limit) };

	return (size_t)table_run(txn, SLOT_TOKEN_PURGE,
	                         "DELETE FROM token WHERE hash IN (SELECT hash FROM token"
	                         " WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
	                         params, COUNT_OF(params));
}
