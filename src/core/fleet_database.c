/* The database instances of an account in a fleet, with their white lists. */
#include <string.h>

#include "base/cidr.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/database.h"
#include "core/fleet_module.h"
#include "core/thing.h"

#define NAME_MIN  2
#define NAME_MAX  32
#define PAID_TIME (30 * DAY)

/* What an engine is where nothing more is said. */
static const struct {
	const char *engine, *version, *class;
} everyday[] = {
	{ "MySQL", "8.0", "mysql.n2.medium.1" },
	{ "SQLServer", "2019_std_ha", "mssql.x4.medium.s2" },
	{ "PostgreSQL", "15.0", "pg.n2.2c.1m" },
	{ "MariaDB", "10.3", "mariadb.n2.medium.1" },
};

static void complete_engine(struct db_instance *row)
{
	size_t i;

	for (i = 0; i < COUNT_OF(everyday); i++) {
		if (!text_equal(everyday[i].engine, row->engine))
			continue;
		row->engine_version = text_empty(row->engine_version) ? everyday[i].version : row->engine_version;
		row->class = text_empty(row->class) ? everyday[i].class : row->class;
	}
}

/* Lower-case letters, digits and '_', a letter first and no '_' last (ModifySecurityIps page, DBInstanceIPArrayName). */
static bool is_list_name(const char *name)
{
	size_t n = strlen(name);

	return n >= NAME_MIN && n <= NAME_MAX && name[0] >= 'a' && name[0] <= 'z' && name[n - 1] != '_' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == n;
}

static bool is_address(const char *text)
{
	struct cidr block;
	uint32_t address;

	return address_parse(text, &address) || cidr_parse(text, &block);
}

static void check_addresses(struct fleet_load *load, const char *path, const struct db_white_list *row)
{
	struct arena *arena = load->work->arena;
	const char *rest = row->addresses;
	const char *seen = "";
	const char *one;

	while ((one = text_list_next(arena, &rest))) {
		if (!is_address(one))
			fleet_wrong(load, path, "addresses", "\"%s\" is no IPv4 address or block", one);
		if (text_list_has(seen, one))
			fleet_wrong(load, path, "addresses", "\"%s\" is there twice", one);
		seen = text_list_with(arena, seen, one);
	}
}

static void white_list_load(struct fleet_load *load, const struct db_instance *db, struct db_white_list row, const char *path)
{
	struct work *work = load->work;
	struct db_white_list there;

	if (!is_list_name(row.name))
		fleet_wrong(load, path, "name", "a name is %d to %d lower-case letters, digits and '_', a letter first, no '_' last",
		            NAME_MIN, NAME_MAX);
	if (db_white_list_get(work->txn, db->id, row.name, &there))
		fleet_wrong(load, path, "name", "\"%s\" is there twice", row.name);
	check_addresses(load, path, &row);
	row.db = db->id;
	row.account = load->account.id;
	row.addresses = text_empty(row.addresses) ? DB_WHITE_LIST_NOBODY : row.addresses;
	row.created_at = row.created_at ? row.created_at : work->now;
	db_white_list_put(work->txn, &row);
}

static void white_lists_load(struct fleet_load *load, const struct db_instance *db, const struct fleet_list *list,
                             const char *path)
{
	const struct fleet_white_list *items = list->items;
	struct db_white_list first;
	size_t n_addresses = 0;
	size_t i;

	path = arena_printf(load->problems->arena, "%s.ip_arrays", path);
	if (list->n > DB_WHITE_LISTS_MAX)
		fleet_wrong(load, path, NULL, "there may be at most %d of them", DB_WHITE_LISTS_MAX);
	for (i = 0; i < list->n && i < DB_WHITE_LISTS_MAX; i++) {
		n_addresses += text_list_count(items[i].row.addresses);
		white_list_load(load, db, items[i].row, fleet_item_path(load, path, i));
	}
	if (n_addresses > DB_WHITE_LIST_ITEMS)
		fleet_wrong(load, path, NULL, "there may be at most %d addresses in them", DB_WHITE_LIST_ITEMS);
	if (!db_white_list_get(load->work->txn, db->id, DB_WHITE_LIST_FIRST, &first))
		white_list_load(load, db, (struct db_white_list){ .name = DB_WHITE_LIST_FIRST }, path);
}

static void complete_times(struct fleet_load *load, const char *path, struct db_instance *row)
{
	if (!row->created_at)
		row->created_at = load->work->now;
	if (row->charge_type == CHARGE_PRE_PAID && !row->expires_at)
		row->expires_at = load->work->now + PAID_TIME;
	if (row->charge_type != CHARGE_PRE_PAID && row->expires_at)
		fleet_wrong(load, path, "expires_at", "only what is pre-paid expires");
}

static void db_load(struct fleet_load *load, const struct fleet_db_instance *item, const char *path)
{
	struct db_instance row = item->row;
	const char *region = row.tenant.region;

	row.tenant = load->tenant;
	row.tenant.region = region;
	fleet_place(load, path, &row.tenant, &row.zone);
	if (text_empty(row.id))
		row.id = mint_id(load->work, "rm", text_or(row.tenant.region, ""));
	if (!fleet_id_is_free(load, path, THING_DB_INSTANCE, row.id))
		return;
	if (text_empty(row.description))
		row.description = row.id;
	complete_engine(&row);
	complete_times(load, path, &row);
	db_instance_put(load->work->txn, &row);
	white_lists_load(load, &row, &item->white_lists, path);
}

static void dbs_load(struct fleet_load *load, const struct fleet_list *list, const char *path)
{
	const struct fleet_db_instance *items = list->items;
	size_t i;

	for (i = 0; i < list->n; i++)
		db_load(load, &items[i], fleet_item_path(load, path, i));
}

static void white_lists_dump(struct work *work, const char *db, struct fleet_list *ret)
{
	struct db_white_list *rows;
	size_t n = db_white_list_list(work->txn, db, &rows);
	struct fleet_white_list *items = arena_array(work->arena, struct fleet_white_list, n);
	size_t i;

	for (i = 0; i < n; i++)
		items[i] = (struct fleet_white_list){ .row = rows[i] };
	*ret = (struct fleet_list){ items, n, n > 0 };
}

static void dbs_dump(struct work *work, const struct account *account, struct fleet_list *ret)
{
	struct db_filter filter = DB_FILTER_ANY;
	struct fleet_db_instance *items;
	struct db_instance *rows;
	size_t n;
	size_t i;

	filter.account = account->id;
	n = db_instance_list(work->txn, &filter, &(struct page){ 0 }, &rows);
	items = arena_array(work->arena, struct fleet_db_instance, n);
	for (i = 0; i < n; i++) {
		struct fleet_db_instance *item = &items[n - 1 - i]; /* the list is newest first */

		*item = (struct fleet_db_instance){ .row = rows[i] };
		white_lists_dump(work, rows[i].id, &item->white_lists);
	}
	*ret = (struct fleet_list){ items, n, n > 0 };
}

const struct fleet_module fleet_db_instances = {
	.name = "db_instances",
	.part = FLEET_OF_ACCOUNT,
	.most = DB_INSTANCES_MOST,
	.load = dbs_load,
	.dump = dbs_dump,
};
