/* Accounts and their access keys. */
#include "stores/table.h"

#include "base/text.h"

static const struct column account_columns[] = {
	TEXT(account, id),
	TEXT(account, realm),
	TEXT(account, name),
	BOOL(account, disk_white_list),
	BOOL(account, safe_detach),
	TEXT(account, own_key),
	INT64(account, created_at),
};
static const struct table account_table = {
	.name = "account",
	.columns = account_columns,
	.n_columns = COUNT_OF(account_columns),
	.n_key = 1,
	.row_size = sizeof(struct account),
	.slot = SLOT_ACCOUNT_GET,
};

static const struct column access_key_columns[] = {
	TEXT(access_key, id),
	TEXT(access_key, account),
	TEXT(access_key, holder),
	TEXT(access_key, secret),
	TEXT(access_key, description),
	ENUM(access_key, state, access_key_state_names),
	INT64(access_key, created_at),
};
static const struct table access_key_table = {
	.name = "access_key",
	.columns = access_key_columns,
	.n_columns = COUNT_OF(access_key_columns),
	.n_key = 1,
	.row_size = sizeof(struct access_key),
	.slot = SLOT_ACCESS_KEY_GET,
};

bool account_get(struct txn *txn, const char *id, struct account *ret)
{
	return table_get(txn, &account_table, &id, ret);
}

void account_put(struct txn *txn, const struct account *account)
{
	table_put(txn, &account_table, account);
}

size_t account_list(struct txn *txn, struct account **ret)
{
	const struct selection all = { .slot = SLOT_ACCOUNT_LIST, .rest = "ORDER BY own_key <> '', created_at, id" };
	size_t n;

	*ret = table_select(txn, &account_table, &all, &n);
	return n;
}

bool account_of_own_key(struct txn *txn, const char *key, struct account *ret)
{
	const struct param params[] = { PARAM_TEXT(key) };
	const struct selection some = {
		.slot = SLOT_ACCOUNT_OF_OWN_KEY,
		.rest = "WHERE own_key = $1 AND own_key <> ''",
		.params = params,
		.n_params = COUNT_OF(params),
	};
	size_t n;
	const struct account *rows = table_select(txn, &account_table, &some, &n);

	if (n)
		*ret = rows[0];
	return n > 0;
}

bool access_key_get(struct txn *txn, const char *id, struct access_key *ret)
{
	return table_get(txn, &access_key_table, &id, ret);
}

void access_key_put(struct txn *txn, const struct access_key *key)
{
	table_put(txn, &access_key_table, key);
}

void access_key_delete(struct txn *txn, const char *id)
{
	table_delete(txn, &access_key_table, &id);
}

size_t access_key_list(struct txn *txn, const char *account, struct access_key **ret)
{
	const struct param params[] = { PARAM_TEXT(account) };
	const struct selection all = { .slot = SLOT_ACCESS_KEY_LIST, .rest = "ORDER BY created_at, id" };
	const struct selection some = {
		.slot = SLOT_ACCESS_KEY_LIST_OF_ACCOUNT,
		.rest = "WHERE account = $1 ORDER BY created_at, id",
		.params = params,
		.n_params = COUNT_OF(params),
	};
	size_t n;

	*ret = table_select(txn, &access_key_table, account ? &some : &all, &n);
	return n;
}

static void run_each(struct txn *txn, const char *const *statements, size_t n, const char *account)
{
	const struct param params[] = { PARAM_TEXT(account) };
	size_t i;

	for (i = 0; i < n; i++)
		table_run(txn, STATEMENT_NO_SLOT, statements[i], params, COUNT_OF(params));
}

void account_delete(struct txn *txn, const char *account)
{
	static const char *const deletes[] = {
		"DELETE FROM temporary_key WHERE account = $1",
		"DELETE FROM token WHERE account = $1",
		"DELETE FROM access_key WHERE account = $1",
		"DELETE FROM account WHERE id = $1",
	};

	account_clear(txn, account);
	run_each(txn, deletes, COUNT_OF(deletes), account);
}

void account_clear(struct txn *txn, const char *account)
{
	/* A table whose rows belong to accounts is a line here. */
	static const char *const clears[] = {
		"DELETE FROM attachment WHERE account = $1",
		"DELETE FROM client_job WHERE account = $1",
		"DELETE FROM lifecycle_action WHERE account = $1",
		"DELETE FROM lifecycle_hook WHERE account = $1",
		"DELETE FROM scaling_activity WHERE account = $1",
		"DELETE FROM scaling_configuration WHERE account = $1",
		"DELETE FROM scaling_disk WHERE account = $1",
		"DELETE FROM scaling_group WHERE account = $1",
		"DELETE FROM scaling_member WHERE account = $1",
		"DELETE FROM scaling_rule WHERE account = $1",
		"DELETE FROM client_token WHERE account = $1",
		"DELETE FROM disk WHERE account = $1",
		"DELETE FROM event WHERE account = $1",
		"DELETE FROM snapshot WHERE account = $1",
		"DELETE FROM instance WHERE account = $1",
		"DELETE FROM job WHERE account = $1",
		"DELETE FROM security_group_rule WHERE account = $1",
		"DELETE FROM security_group WHERE account = $1",
		"DELETE FROM vswitch WHERE account = $1",
		"DELETE FROM vpc WHERE account = $1",
		"DELETE FROM backend WHERE account = $1",
		"DELETE FROM load_balancer WHERE account = $1",
		"DELETE FROM db_white_list WHERE account = $1",
		"DELETE FROM db_instance WHERE account = $1",
		"DELETE FROM tag WHERE account = $1",
	};

	run_each(txn, clears, COUNT_OF(clears), account);
}
