/* Database instances: whether they are there and in which state, and the white lists of addresses that may reach them. They
 * come with a fleet; nothing here makes one. */
#ifndef CORE_DATABASE_H
#define CORE_DATABASE_H

#include "contract/database.h"
#include "core/core.h"

#define DB_INSTANCES_MOST    1000 /* of an account */
#define DB_WHITE_LISTS_MAX   50   /* of a database instance (ModifySecurityIps page) */
#define DB_WHITE_LIST_ITEMS  1000 /* addresses in all lists of one (the same) */
#define DB_WHITE_LIST_FIRST  "default"   /* every one has it */
#define DB_WHITE_LIST_NOBODY "127.0.0.1" /* what it holds as long as nobody may come in */

bool find_db_instance(const struct work *work, const char *id, struct db_instance *ret);

/* Of each kind the first that hinders, in the order they are named, or NULL. */
struct dbs_hindrance {
	const char *unknown; /* not of that account in that region */
	const char *not_running;
};

/* `ids` is comma separated, "" for none. Whose they are to be is said by `owner`, not by the caller: jobs have none. */
struct dbs_hindrance dbs_look(struct work *work, const struct tenant *owner, const char *ids);

/* Lets an address in by the white list of that name, which is made if need be; it is there once however often it is added.
 * The address that stands for nobody goes as soon as there is another. Neither looks at a status: that is the caller's to
 * check. False, and nothing is refused: there is no such database instance any more, or no room. */
bool db_white_list_add(struct work *work, const char *db, const char *name, const char *address);

/* No address need be there. A list that has lost its last is left with the one that stands for nobody. */
void db_white_list_remove(struct work *work, const char *db, const char *name, const char *address);

#endif
