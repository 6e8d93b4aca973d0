#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "stores/sqlite.h"

static bool copy(struct store *store, const char *path, char *error, size_t error_size)
{
	struct connection connection;
	sqlite3_stmt *statement = NULL;
	int result;

	if (!connection_open(&connection, store, CONNECTION_CHECKPOINTER, error, error_size))
		return false;
	/* One statement, so one snapshot; and the copy is packed. An empty file is what it takes for a new
	 * one. */
	result = sqlite3_prepare_v2(connection.db, "VACUUM INTO $1", -1, &statement, NULL);
	if (result == SQLITE_OK)
		result = sqlite3_bind_text(statement, 1, path, -1, SQLITE_STATIC);
	if (result == SQLITE_OK)
		result = sqlite3_step(statement);
	if (result != SQLITE_DONE)
		snprintf(error, error_size, "cannot write %s: %s", path, sqlite3_errmsg(connection.db));
	sqlite3_finalize(statement);
	connection_close(&connection);
	return result == SQLITE_DONE;
}

static bool sync_path(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);
	bool synced = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return synced;
}

/* The file's bytes, and its name in its directory. */
static bool sync_file(const char *path, char *error, size_t error_size)
{
	char *name = strdup(path);
	bool synced;

	if (!name)
		abort();
	synced = sync_path(path, O_RDONLY) && sync_path(dirname(name), O_RDONLY | O_DIRECTORY);
	if (!synced)
		snprintf(error, error_size, "cannot make sure that %s is on the disk: %s", path,
		         strerror(errno));
	free(name);
	return synced;
}

bool store_backup(struct store *store, const char *path, char *error, size_t error_size)
{
	int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);

	if (fd < 0) {
		snprintf(error, error_size, "cannot create %s: %s", path, strerror(errno));
		return false;
	}
	close(fd);
	if (copy(store, path, error, error_size) && sync_file(path, error, error_size))
		return true;
	unlink(path);
	return false;
}
