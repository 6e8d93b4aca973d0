/* Database instances and the white lists of addresses that may reach them, as plain structs and the rows a store keeps of
 * them. No database runs here, and what a status allows is decided elsewhere. */
#ifndef CONTRACT_DATABASE_H
#define CONTRACT_DATABASE_H

#include "contract/store.h"

enum db_status {
	DB_RUNNING,
	DB_CREATING,
	DB_REBOOTING,
	DB_CLASS_CHANGING,
	DB_UPGRADING,
	DB_TRANSFERRING, /* to another place */
	DB_NETWORK_CHANGING,
	DB_SWITCHING, /* to its stand-by */
	DB_RESTORING,
	DB_IMPORTING,
	DB_CLONING,
	DB_DELETING,
	DB_STATUS_MAX
};

struct db_instance {
	const char *id;
	struct tenant tenant;
	const char *zone;
	const char *description;
	enum db_status status;
	const char *engine; /* "MySQL" */
	const char *engine_version;
	const char *class;  /* the vendor's word: "rds.mysql.s1.small" */
	const char *vpc;    /* "": the classic network */
	const char *vswitch;
	enum charge_type charge_type;
	const char *resource_group;
	int64_t created_at;
	int64_t expires_at;
};

/* A named list of addresses. A name is there once in a database instance (the key of the row). */
struct db_white_list {
	const char *db;
	const char *name;
	const char *account;
	const char *attribute; /* "", or "hidden" from consoles */
	const char *addresses; /* and blocks, comma separated */
	int64_t created_at;
};

extern const char *const db_status_names[DB_STATUS_MAX + 1];

/* ---- rows: as in contract/store.h ---- */

struct db_filter {
	const char *account;
	const char *scope;
	const char *region;
	const char *const *ids;
	size_t n_ids; /* 0 with ids != NULL: none match */
	int status;   /* enum db_status or -1 */
	const char *engine;
	const char *engine_version;
	const char *zone;
	const char *class;
	const char *vpc;
	const char *vswitch;
	int classic; /* 1: outside any VPC, 0: inside one, -1: any */
	int charge_type;
	const char *resource_group;
	const char *search; /* a part of the id or the description */
};
#define DB_FILTER_ANY ((struct db_filter){ .status = -1, .classic = -1, .charge_type = -1 })

bool db_instance_get(struct txn *txn, const char *id, struct db_instance *ret);
void db_instance_put(struct txn *txn, const struct db_instance *db);
void db_instance_row_delete(struct txn *txn, const char *id);
size_t db_instance_list(struct txn *txn, const struct db_filter *filter, const struct page *page,
                        struct db_instance **ret);
int64_t db_instance_count(struct txn *txn, const struct db_filter *filter);

bool db_white_list_get(struct txn *txn, const char *db, const char *name, struct db_white_list *ret);
void db_white_list_put(struct txn *txn, const struct db_white_list *list);
void db_white_list_delete(struct txn *txn, const char *db, const char *name);
size_t db_white_list_list(struct txn *txn, const char *db, struct db_white_list **ret); /* oldest first */

#endif
