/* Temporary keys: they live until some time after their expiry. */
#include "stores/table.h"

#include "base/text.h"

static const struct column temporary_key_columns[] = {
	TEXT(temporary_key, id),
	TEXT(temporary_key, account, STAYS),
	TEXT(temporary_key, secret),
	TEXT(temporary_key, token),
	TEXT(temporary_key, role, STAYS),
	TEXT(temporary_key, session, STAYS),
	TEXT(temporary_key, policy),
	TEXT(temporary_key, created_by),
	TEXT(temporary_key, holder),
	INT64(temporary_key, created_at),
	INT64(temporary_key, expires_at, STAYS),
};
static const struct table temporary_key_table = {
	.name = "temporary_key",
	.columns = temporary_key_columns,
	.n_columns = COUNT_OF(temporary_key_columns),
	.n_key = 1,
	.row_size = sizeof(struct temporary_key),
	.slot = SLOT_TEMPORARY_KEY_GET,
};

bool temporary_key_get(struct txn *txn, const char *id, struct temporary_key *ret)
{
	return table_get(txn, &temporary_key_table, &id, ret);
}

void temporary_key_put(struct txn *txn, const struct temporary_key *key)
{
	table_put(txn, &temporary_key_table, key);
}

size_t temporary_key_list(struct txn *txn, const char *account, int64_t expires_after, struct temporary_key **ret)
{
	const struct param params[] = { PARAM_NUMBER(expires_after), PARAM_TEXT(account) };
	const struct selection all = {
		.slot = SLOT_TEMPORARY_KEY_LIST,
		.rest = "WHERE expires_at > $1 AND ($2 = '' OR account = $2) ORDER BY expires_at DESC, id",
		.params = params,
		.n_params = COUNT_OF(params),
	};
	size_t n;

	*ret = table_select(txn, &temporary_key_table, &all, &n);
	return n;
}

bool temporary_key_find(struct txn *txn, const struct temporary_key *like, int64_t expires_after,
                        struct temporary_key *ret)
{
	const struct param params[] = { PARAM_TEXT(like->session), PARAM_TEXT(like->role), PARAM_TEXT(like->account),
		                        PARAM_TEXT(like->created_by), PARAM_NUMBER(expires_after) };
	const struct selection one = {
		.slot = SLOT_TEMPORARY_KEY_FIND,
		.rest = "WHERE session = $1 AND role = $2 AND account = $3 AND created_by = $4 AND expires_at > $5"
			" ORDER BY expires_at DESC LIMIT 1",
		.params = params,
		.n_params = COUNT_OF(params),
	};
	struct temporary_key *rows;
	size_t n;

	rows = table_select(txn, &temporary_key_table, &one, &n);
	if (n)
		*ret = rows[0];
	return n > 0;
}

int64_t temporary_key_count(struct txn *txn, const char *account, int64_t expires_after)
{
	const struct param params[] = { PARAM_NUMBER(expires_after), PARAM_TEXT(account) };

	return table_run(txn, SLOT_TEMPORARY_KEY_COUNT,
	                 "SELECT count(*) FROM temporary_key WHERE expires_at > $1 AND account = $2", params,
	                 COUNT_OF(params));
}

size_t temporary_key_purge(struct txn *txn, int64_t before, int64_t limit)
{
	const struct param params[] = { PARAM_NUMBER(before), PARAM_NUMBER(limit) };

	return (size_t)table_run(txn, SLOT_TEMPORARY_KEY_PURGE,
	                         "DELETE FROM temporary_key WHERE id IN (SELECT id FROM temporary_key"
	                         " WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
	                         params, COUNT_OF(params));
}
