#include "core/database.h"

#include "base/text.h"

bool find_db_instance(const struct work *work, const char *id, struct db_instance *ret)
{
	struct db_instance found;

	if (text_empty(id) || !db_instance_get(work->txn, id, &found) || !work_is_callers(work, &found.tenant))
		return false;
	*ret = found;
	return true;
}

struct dbs_hindrance dbs_look(struct work *work, const struct tenant *owner, const char *ids)
{
	struct dbs_hindrance hindrance = { 0 };
	const char *id;

	while ((id = text_list_next(work->arena, &ids))) {
		struct db_instance db;

		if (!db_instance_get(work->txn, id, &db) || !tenant_equal(&db.tenant, owner))
			hindrance.unknown = hindrance.unknown ? hindrance.unknown : id;
		else if (db.status != DB_RUNNING && !hindrance.not_running)
			hindrance.not_running = id;
	}
	return hindrance;
}

/* Whether one more address has room in the lists of the database, one of which may be new. */
static bool has_room(struct work *work, const char *db, bool new_list)
{
	struct db_white_list *lists;
	size_t n = db_white_list_list(work->txn, db, &lists);
	size_t n_addresses = 0;
	size_t i;

	for (i = 0; i < n; i++)
		n_addresses += text_list_count(lists[i].addresses);
	return n_addresses < DB_WHITE_LIST_ITEMS && (!new_list || n < DB_WHITE_LISTS_MAX);
}

bool db_white_list_add(struct work *work, const char *db, const char *name, const char *address)
{
	struct db_white_list list;
	struct db_instance found;
	bool there;

	if (!db_instance_get(work->txn, db, &found))
		return false;
	there = db_white_list_get(work->txn, db, name, &list);
	if (there && text_list_has(list.addresses, address))
		return true;
	if (!has_room(work, db, !there))
		return false;
	if (!there)
		list = (struct db_white_list){
			.db = db, .name = name, .account = found.tenant.account, .addresses = "", .created_at = work->now
		};
	if (!text_equal(address, DB_WHITE_LIST_NOBODY))
		list.addresses = text_list_without(work->arena, list.addresses, DB_WHITE_LIST_NOBODY);
	list.addresses = text_list_with(work->arena, list.addresses, address);
	db_white_list_put(work->txn, &list);
	return true;
}

void db_white_list_remove(struct work *work, const char *db, const char *name, const char *address)
{
	struct db_white_list list;

	if (!db_white_list_get(work->txn, db, name, &list) || !text_list_has(list.addresses, address))
		return;
	list.addresses = text_list_without(work->arena, list.addresses, address);
	if (text_empty(list.addresses))
		list.addresses = DB_WHITE_LIST_NOBODY;
	db_white_list_put(work->txn, &list);
}
