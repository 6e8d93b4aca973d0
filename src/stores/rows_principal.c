/* Users and roles. */
#include "stores/table.h"

#include "base/text.h"

static const struct column principal_columns[] = {
	TEXT(principal, id),
	TEXT(principal, account, STAYS),
	ENUM(principal, kind, principal_kind_names, STAYS),
	TEXT(principal, name, STAYS),
	TEXT(principal, policies),
	TEXT(principal, password),
	INT64(principal, created_at),
};
static const struct table principal_table = {
	.name = "principal",
	.columns = principal_columns,
	.n_columns = COUNT_OF(principal_columns),
	.n_key = 1,
	.row_size = sizeof(struct principal),
	.slot = SLOT_PRINCIPAL_GET,
};

bool principal_get(struct txn *txn, const char *id, struct principal *ret)
{
	return table_get(txn, &principal_table, &id, ret);
}

bool principal_find(struct txn *txn, const char *account, enum principal_kind kind, const char *name,
                    struct principal *ret)
{
	const struct param params[] = { PARAM_TEXT(account), PARAM_TEXT(principal_kind_names[kind]), PARAM_TEXT(name) };
	const struct selection one = {
		.slot = SLOT_PRINCIPAL_FIND,
		.rest = "WHERE account = $1 AND kind = $2 AND name = $3",
		.params = params,
		.n_params = COUNT_OF(params),
	};
	struct principal *rows;
	size_t n;

	rows = table_select(txn, &principal_table, &one, &n);
	if (n)
		*ret = rows[0];
	return n > 0;
}

void principal_put(struct txn *txn, const struct principal *principal)
{
	table_put(txn, &principal_table, principal);
}

void principal_delete(struct txn *txn, const char *id)
{
	table_delete(txn, &principal_table, &id);
}

size_t principal_list(struct txn *txn, const char *account, struct principal **ret)
{
	const struct param params[] = { PARAM_TEXT(account) };
	const struct selection some = {
		.slot = SLOT_PRINCIPAL_LIST,
		.rest = "WHERE ($1 = '' OR account = $1) ORDER BY created_at, id",
		.params = params,
		.n_params = COUNT_OF(params),
	};
	size_t n;

	*ret = table_select(txn, &principal_table, &some, &n);
	return n;
}
