/* Database instances, and their white lists. */
#include "contract/database.h"

#include "base/text.h"
#include "stores/where.h"

static const struct column db_columns[] = {
	TEXT(db_instance, id),
	TENANT(db_instance, STAYS),
	TEXT(db_instance, zone),
	TEXT(db_instance, description),
	ENUM(db_instance, status, db_status_names),
	TEXT(db_instance, engine),
	TEXT(db_instance, engine_version),
	TEXT(db_instance, class),
	TEXT(db_instance, vpc),
	TEXT(db_instance, vswitch),
	ENUM(db_instance, charge_type, charge_type_names),
	TEXT(db_instance, resource_group),
	INT64(db_instance, created_at, STAYS),
	INT64(db_instance, expires_at),
};
static const struct table db_table = {
	.name = "db_instance",
	.columns = db_columns,
	.n_columns = COUNT_OF(db_columns),
	.n_key = 1,
	.row_size = sizeof(struct db_instance),
	.slot = SLOT_DB_INSTANCE_GET,
};

static const struct column list_columns[] = {
	TEXT(db_white_list, db),
	TEXT(db_white_list, name),
	TEXT(db_white_list, account),
	TEXT(db_white_list, attribute),
	TEXT(db_white_list, addresses),
	INT64(db_white_list, created_at),
};
static const struct table list_table = {
	.name = "db_white_list",
	.columns = list_columns,
	.n_columns = COUNT_OF(list_columns),
	.n_key = 2,
	.row_size = sizeof(struct db_white_list),
	.slot = SLOT_DB_WHITE_LIST_GET,
};

bool db_instance_get(struct txn *txn, const char *id, struct db_instance *ret)
{
	return table_get(txn, &db_table, &id, ret);
}

void db_instance_put(struct txn *txn, const struct db_instance *db)
{
	table_put(txn, &db_table, db);
}

void db_instance_row_delete(struct txn *txn, const char *id)
{
	table_delete(txn, &db_table, &id);
}

/* False: nothing can match. */
static bool db_where(struct where *where, const struct db_filter *filter)
{
	if (!where_ids(where, filter->ids, filter->n_ids))
		return false;
	where_indexed(where, "account", filter->account);
	where_indexed(where, "region", filter->region);
	where_text(where, "scope", filter->scope);
	where_enum(where, "status", "=", filter->status, db_status_names);
	where_text(where, "engine", filter->engine);
	where_text(where, "engine_version", filter->engine_version);
	where_text(where, "zone", filter->zone);
	where_text(where, "class", filter->class);
	where_text(where, "vpc", filter->vpc);
	where_text(where, "vswitch", filter->vswitch);
	if (filter->classic >= 0)
		where_literal(where, filter->classic ? "vpc = ''" : "vpc <> ''");
	where_enum(where, "charge_type", "=", filter->charge_type, charge_type_names);
	where_text(where, "resource_group", filter->resource_group);
	/* Not LIKE, in which some characters would mean more than themselves. */
	where_around(where, "replace(id || ' ' || description, ", filter->search, ", '') <> id || ' ' || description");
	return true;
}

size_t db_instance_list(struct txn *txn, const struct db_filter *filter, const struct page *page,
                        struct db_instance **ret)
{
	struct where WHERE_CLEANUP where;
	size_t n = 0;

	where_init(&where, txn);
	if (!db_where(&where, filter))
		return 0;
	where_page(&where, page);
	*ret = where_select(&where, &db_table, &n);
	return n;
}

int64_t db_instance_count(struct txn *txn, const struct db_filter *filter)
{
	struct where WHERE_CLEANUP where;

	where_init(&where, txn);
	return db_where(&where, filter) ? where_count(&where, &db_table) : 0;
}

/* ---- white lists ---- */

bool db_white_list_get(struct txn *txn, const char *db, const char *name, struct db_white_list *ret)
{
	const char *const key[] = { db, name };

	return table_get(txn, &list_table, key, ret);
}

void db_white_list_put(struct txn *txn, const struct db_white_list *list)
{
	table_put(txn, &list_table, list);
}

void db_white_list_delete(struct txn *txn, const char *db, const char *name)
{
	const char *const key[] = { db, name };

	table_delete(txn, &list_table, key);
}

size_t db_white_list_list(struct txn *txn, const char *db, struct db_white_list **ret)
{
	const struct param params[] = { PARAM_TEXT(db) };
	const struct selection selection = {
		.slot = SLOT_DB_WHITE_LIST_LIST,
		.rest = "WHERE db = $1 ORDER BY created_at, name",
		.params = params,
		.n_params = COUNT_OF(params),
	};
	size_t n;

	*ret = table_select(txn, &list_table, &selection, &n);
	return n;
}
