#include <stdio.h>

#include "stores/schema.h"
#include "stores/sqlite.h"

/* In the header of the file, so that a database of something else is not taken for an empty one of ours:
 * "Clea". */
#define APPLICATION_ID 0x436c6561

static int newest_version(void)
{
	int version = 0;

	for (const struct migration *migration = store_migrations; migration->sql; migration++)
		version = migration->version;
	return version;
}

static int migrate(struct connection *connection, int from)
{
	int result = SQLITE_OK;

	if (from == 0)
		return sqlite3_exec(connection->db, store_migrations_at_once, NULL, NULL, NULL);
	for (const struct migration *migration = store_migrations; migration->sql && result == SQLITE_OK;
	     migration++)
		if (migration->version > from)
			result = sqlite3_exec(connection->db, migration->sql, NULL, NULL, NULL);
	return result;
}

/* All in one transaction: a crash in the middle leaves the version that was. */
static bool upgrade(struct connection *connection, int from, char *error, size_t error_size)
{
	int result = sqlite3_exec(connection->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	char mark[128];

	if (result == SQLITE_OK)
		result = migrate(connection, from);
	snprintf(mark, sizeof mark, "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
	         APPLICATION_ID, newest_version());
	if (result == SQLITE_OK)
		result = sqlite3_exec(connection->db, mark, NULL, NULL, NULL);
	if (result == SQLITE_OK)
		return true;
	snprintf(error, error_size, "cannot bring the database from version %d to %d: %s", from,
	         newest_version(), sqlite3_errmsg(connection->db));
	sqlite3_exec(connection->db, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

bool schema_check(struct connection *connection, const char *path, char *error, size_t error_size)
{
	int64_t version = connection_number(connection, "PRAGMA user_version");
	int64_t application = connection_number(connection, "PRAGMA application_id");

	if (version < 0) {
		snprintf(error, error_size, "cannot read %s: %s", path, sqlite3_errmsg(connection->db));
		return false;
	}
	if (version > newest_version()) {
		snprintf(
			error, error_size,
			"%s was written by a newer Cleat (schema %lld, this one knows up to %d): run that version, or put"
			" back a backup from before the upgrade",
			path, (long long)version, newest_version());
		return false;
	}
	if (application != APPLICATION_ID &&
	    (version || connection_number(connection, "SELECT COUNT(*) FROM sqlite_master") > 0)) {
		snprintf(error, error_size, "%s is a database of another program: choose another directory",
		         path);
		return false;
	}
	return true;
}

bool schema_make(struct connection *connection, char *error, size_t error_size)
{
	int64_t version = connection_number(connection, "PRAGMA user_version");

	return version == newest_version() || upgrade(connection, (int)version, error, error_size);
}
