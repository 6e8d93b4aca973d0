/* Tokens: they live until some time after their expiry. */
#include "stores/table.h"

#include "base/text.h"

static const struct column token_columns[] = {
	TEXT(token, id),
	TEXT(token, account, STAYS),
	TEXT(token, holder, STAYS),
	TEXT(token, role),
	TEXT(token, scope),
	BOOL(token, whole),
	TEXT(token, methods),
	INT64(token, issued_at, STAYS),
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

bool token_get(struct txn *txn, const char *id, struct token *ret)
{
	return table_get(txn, &token_table, &id, ret);
}

void token_put(struct txn *txn, const struct token *token)
{
	table_put(txn, &token_table, token);
}

void token_delete(struct txn *txn, const char *id)
{
	table_delete(txn, &token_table, &id);
}

int64_t token_count(struct txn *txn, const char *account, const char *holder)
{
	const struct param params[] = { PARAM_TEXT(account), PARAM_TEXT(holder) };

	return table_run(txn, SLOT_TOKEN_COUNT, "SELECT count(*) FROM token WHERE account = $1 AND holder = $2", params,
	                 COUNT_OF(params));
}

size_t token_delete_oldest(struct txn *txn, const char *account, const char *holder, int64_t limit)
{
	const struct param params[] = { PARAM_TEXT(account), PARAM_TEXT(holder), PARAM_NUMBER(limit) };

	return (size_t)table_run(txn, SLOT_TOKEN_DELETE_OLDEST,
	                         "DELETE FROM token WHERE id IN (SELECT id FROM token WHERE account = $1 AND holder = $2"
	                         " ORDER BY issued_at, id LIMIT $3)",
	                         params, COUNT_OF(params));
}

size_t token_purge(struct txn *txn, int64_t before, int64_t limit)
{
	const struct param params[] = { PARAM_NUMBER(before), PARAM_NUMBER(limit) };

	return (size_t)table_run(txn, SLOT_TOKEN_PURGE,
	                         "DELETE FROM token WHERE id IN (SELECT id FROM token"
	                         " WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
	                         params, COUNT_OF(params));
}
