/* Answers remembered for client tokens, and facts about the whole store. */
#include "stores/table.h"

#include "base/text.h"

static const struct column client_token_columns[] = {
	TEXT(client_token, id),
	TEXT(client_token, account, STAYS),
	TEXT(client_token, input_hash),
	TEXT(client_token, result),
	INT64(client_token, created_at, STAYS),
};
static const struct table client_token_table = {
	.name = "client_token",
	.columns = client_token_columns,
	.n_columns = COUNT_OF(client_token_columns),
	.n_key = 1,
	.row_size = sizeof(struct client_token),
	.slot = SLOT_CLIENT_TOKEN_GET,
};

struct meta {
	const char *key;
	const char *value;
};
static const struct column meta_columns[] = {
	TEXT(meta, key),
	TEXT(meta, value),
};
static const struct table meta_table = {
	.name = "meta",
	.columns = meta_columns,
	.n_columns = COUNT_OF(meta_columns),
	.n_key = 1,
	.row_size = sizeof(struct meta),
	.slot = SLOT_META_GET,
};

bool client_token_get(struct txn *txn, const char *id, struct client_token *ret)
{
	return table_get(txn, &client_token_table, &id, ret);
}

void client_token_put(struct txn *txn, const struct client_token *token)
{
	table_put(txn, &client_token_table, token);
}

size_t client_token_purge(struct txn *txn, int64_t before, int64_t limit)
{
	const struct param params[] = { PARAM_NUMBER(before), PARAM_NUMBER(limit) };

	return (size_t)table_run(txn, SLOT_CLIENT_TOKEN_PURGE,
	                         "DELETE FROM client_token WHERE id IN"
	                         " (SELECT id FROM client_token WHERE created_at < $1 LIMIT $2)",
	                         params, COUNT_OF(params));
}

const char *meta_get(struct txn *txn, const char *key)
{
	struct meta meta;

	return table_get(txn, &meta_table, &key, &meta) ? meta.value : NULL;
}

void meta_put(struct txn *txn, const char *key, const char *value)
{
	const struct meta meta = { .key = key, .value = value };

	table_put(txn, &meta_table, &meta);
}
