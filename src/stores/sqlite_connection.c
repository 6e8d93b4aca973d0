#include "stores/sqlite.h"

#include <stdio.h>
#include <string.h>

/* SQLite's own way to say that no other process touches the file, which the lock on the directory sees to: its log is
 * shared between the connections of this process in memory, without system calls for each lock. */
#define VFS "unix-excl"

/* Caches are small: the kernel's holds the file anyway, and a commit empties those of readers. Mapping the
 * file instead was measured to gain nothing, would count as our memory, and would make a failing disk kill
 * the process. */
#define SHARED_PRAGMAS                   \
	"PRAGMA temp_store = MEMORY;"    \
	"PRAGMA foreign_keys = OFF;"     \
	"PRAGMA case_sensitive_like = ON;"

/* Pages of half the usual size: a change of one row writes one page to the log, and at 2048 bytes group
 * commits measured a quarter faster than at 4096 (and at 1024 slower again). cache_spill: a batch may
 * change more pages than the cache holds; writing some early would write them twice. */
#define WRITER_PRAGMAS                        \
	"PRAGMA page_size = 2048;"            \
	"PRAGMA journal_mode = WAL;"          \
	"PRAGMA wal_autocheckpoint = 0;"      \
	"PRAGMA cache_spill = OFF;"           \
	"PRAGMA cache_size = -2000;"

#define CHECKPOINTER_PRAGMAS                  \
	"PRAGMA wal_autocheckpoint = 0;"      \
	"PRAGMA cache_size = -64;"

#define READER_PRAGMAS                        \
	"PRAGMA wal_autocheckpoint = 0;"      \
	"PRAGMA query_only = ON;"             \
	"PRAGMA cache_size = -1000;"

/* How long a connection waits for another of this process: the writer as long as it takes, for its only
 * rival is the checkpointer; that one only a moment, for the writer stands still meanwhile. */
#define WRITER_WAIT_MS       10000
#define CHECKPOINTER_WAIT_MS 100
#define READER_WAIT_MS       10000

static const struct {
	const char *pragmas;
	int wait_ms;
} kinds[] = {
	[CONNECTION_WRITER] = { SHARED_PRAGMAS WRITER_PRAGMAS, WRITER_WAIT_MS },
	[CONNECTION_CHECKPOINTER] = { SHARED_PRAGMAS CHECKPOINTER_PRAGMAS, CHECKPOINTER_WAIT_MS },
	[CONNECTION_READER] = { SHARED_PRAGMAS READER_PRAGMAS, READER_WAIT_MS },
};

static const char *const control_sql[CONTROL_MAX] = {
	[CONTROL_BEGIN] = "BEGIN IMMEDIATE",
	[CONTROL_READ] = "BEGIN",
	[CONTROL_COMMIT] = "COMMIT",
	[CONTROL_ROLLBACK] = "ROLLBACK",
	[CONTROL_SAVE] = "SAVEPOINT f",
	[CONTROL_RELEASE] = "RELEASE f",
	[CONTROL_UNDO] = "ROLLBACK TO f",
};

/* PRAGMA journal_mode does not fail where write-ahead logging is impossible, it just answers another mode. */
static int note_mode(void *context, int n, char **values, char **names)
{
	(void)names;
	if (n == 1 && values[0] && (strcmp(values[0], "delete") == 0 || strcmp(values[0], "memory") == 0))
		*(bool *)context = false;
	return 0;
}

bool connection_open(struct connection *connection, const struct store *store, enum connection_kind kind,
                     char *error, size_t error_size)
{
	bool logs_ahead = true;
	int result;

	*connection = (struct connection){ 0 };
	arena_init(&connection->arena);
	result = sqlite3_open_v2(store->path, &connection->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, VFS);
	if (result == SQLITE_OK)
		sqlite3_busy_timeout(connection->db, kinds[kind].wait_ms);
	/* Before the pragmas, which would change a file that is not ours. */
	if (result == SQLITE_OK && kind == CONNECTION_WRITER &&
	    !schema_check(connection, store->path, error, error_size)) {
		connection_close(connection);
		return false;
	}
	if (result == SQLITE_OK)
		result = sqlite3_exec(connection->db, kinds[kind].pragmas, note_mode, &logs_ahead, NULL);
	if (result == SQLITE_OK)
		result = sqlite3_exec(connection->db,
		                      store->config.ephemeral ? "PRAGMA synchronous = OFF"
		                                              : "PRAGMA synchronous = FULL",
		                      NULL, NULL, NULL);
	if (result == SQLITE_OK && logs_ahead)
		return true;
	if (result != SQLITE_OK)
		snprintf(error, error_size, "cannot open %s: %s", store->path,
		         connection->db ? sqlite3_errmsg(connection->db) : sqlite3_errstr(result));
	else
		snprintf(error, error_size,
		         "%s is on a file system that cannot map shared memory: choose a local directory",
		         store->path);
	connection_close(connection);
	return false;
}

void connection_close(struct connection *connection)
{
	for (size_t i = 0; i < STATEMENT_SLOTS; i++)
		statement_free(connection->fixed[i]);
	for (size_t i = 0; i < connection->n_dynamic; i++)
		statement_free(connection->dynamic[i]);
	for (size_t i = 0; i < CONTROL_MAX; i++)
		sqlite3_finalize(connection->control[i]);
	sqlite3_close(connection->db);
	arena_finish(&connection->arena);
	*connection = (struct connection){ 0 };
}

int connection_control(struct connection *connection, enum control control)
{
	sqlite3_stmt **statement = &connection->control[control];
	int result;

	if (!*statement) {
		result = sqlite3_prepare_v3(connection->db, control_sql[control], -1,
		                            SQLITE_PREPARE_PERSISTENT, statement, NULL);
		if (result != SQLITE_OK)
			return result;
	}
	result = sqlite3_step(*statement);
	sqlite3_reset(*statement);
	return result == SQLITE_DONE ? SQLITE_OK : result;
}

int64_t connection_number(struct connection *connection, const char *sql)
{
	sqlite3_stmt *statement = NULL;
	int64_t number = -1;

	if (sqlite3_prepare_v2(connection->db, sql, -1, &statement, NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW)
		number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return number;
}
