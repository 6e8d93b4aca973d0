/* The store on SQLite: opening, closing, and how it is. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "stores/sqlite.h"

#define LOCK_NAME "lock"

void wake_init(pthread_cond_t *wake)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

void wake_wait(pthread_cond_t *wake, pthread_mutex_t *lock, int ms)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ms / 1000;
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_cond_timedwait(wake, lock, &until);
}

/* Must be said before SQLite is used at all. Its count of all memory is a lock that every thread takes for
 * every allocation; nobody asks for it. */
static void set_up_sqlite(void)
{
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static char *path_in(const char *directory, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", directory, name) < 0)
		abort();
	return path;
}

static void tell_holder(int fd, const char *directory, char *error, size_t error_size)
{
	char pid[16] = "";
	ssize_t length = pread(fd, pid, sizeof pid - 1, 0);

	pid[length > 0 ? strspn(pid, "0123456789") : 0] = '\0';
	snprintf(
		error, error_size,
		"%s is in use by another Cleat server (process %s): stop that one, or choose another directory",
		directory, *pid ? pid : "unknown");
}

static void write_pid(int fd)
{
	char pid[16];
	int length = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());

	/* Only a help for people: the lock is what counts. */
	if (ftruncate(fd, 0) != 0 || pwrite(fd, pid, (size_t)length, 0) != length)
		return;
}

/* The kernel lets go of the lock when the process ends, however it ends. -1 with a message. */
static int lock_directory(const char *directory, char *error, size_t error_size)
{
	char *path = path_in(directory, LOCK_NAME);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0) {
		snprintf(error, error_size, "cannot create %s: %s", path, strerror(errno));
	} else if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		write_pid(fd);
	} else {
		if (errno == EWOULDBLOCK)
			tell_holder(fd, directory, error, error_size);
		else
			snprintf(error, error_size, "cannot lock %s: %s", path, strerror(errno));
		close(fd);
		fd = -1;
	}
	free(path);
	return fd;
}

/* SQLite would create it for all to read. Its log and shared memory take their mode from it. */
static bool create_file(const struct store *store, char *error, size_t error_size)
{
	int fd = open(store->path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0) {
		snprintf(error, error_size, "cannot open %s: %s", store->path, strerror(errno));
		return false;
	}
	close(fd);
	return true;
}

static void limit_size(struct store *store)
{
	struct connection *connection = &store->writer.connection;
	char sql[64];
	int64_t page = connection_number(connection, "PRAGMA page_size");

	if (store->config.max_bytes <= 0 || page <= 0)
		return;
	snprintf(sql, sizeof sql, "PRAGMA max_page_count = %lld",
	         (long long)(store->config.max_bytes / page ? store->config.max_bytes / page : 1));
	sqlite3_exec(connection->db, sql, NULL, NULL, NULL);
}

/* A new schema is made before the size is limited: a store that cannot even begin would tell nothing. */
static bool open_writer(struct store *store, char *error, size_t error_size)
{
	struct connection *connection = &store->writer.connection;

	if (!create_file(store, error, error_size) ||
	    !connection_open(connection, store, CONNECTION_WRITER, error, error_size))
		return false;
	if (schema_make(connection, error, error_size)) {
		limit_size(store);
		return true;
	}
	connection_close(connection);
	return false;
}

static bool start_threads(struct store *store, char *error, size_t error_size)
{
	if (!checkpointer_start(store, error, error_size))
		return false;
	readers_start(store);
	if (writer_start(store))
		return true;
	readers_stop(store);
	snprintf(error, error_size, "cannot start the store's threads");
	checkpointer_stop(store);
	return false;
}

static void store_free(struct store *store)
{
	if (store->lock_fd >= 0)
		close(store->lock_fd);
	free(store->path);
	free((char *)store->config.directory);
	free(store);
}

struct store *store_open(const struct store_config *config, char *error, size_t error_size)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct store *store = calloc(1, sizeof *store);

	if (!store)
		abort();
	pthread_once(&once, set_up_sqlite);
	store->config = *config;
	store->config.directory = strdup(config->directory);
	if (!store->config.directory)
		abort();
	store->path = path_in(config->directory, DATABASE_NAME);
	store->lock_fd = lock_directory(config->directory, error, error_size);
	if (store->lock_fd >= 0 && open_writer(store, error, error_size)) {
		if (start_threads(store, error, error_size))
			return store;
		connection_close(&store->writer.connection);
	}
	store_free(store);
	return NULL;
}

void store_close(struct store *store)
{
	writer_stop(store);
	checkpointer_stop(store);
	readers_stop(store);
	/* The last connection to close moves the whole log into the database, and removes it. */
	if (store->config.ephemeral)
		sqlite3_db_config(store->writer.connection.db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	connection_close(&store->writer.connection);
	store_free(store);
}

static int64_t file_bytes(const char *path, const char *suffix)
{
	char name[4096];
	struct stat file;

	snprintf(name, sizeof name, "%s%s", path, suffix);
	return stat(name, &file) == 0 ? (int64_t)file.st_size : 0;
}

void store_health_read(struct store *store, struct store_health *ret)
{
	ret->writable = room_reason(store, ret->reason, sizeof ret->reason);
	ret->transactions = atomic_load(&store->transactions);
	ret->functions = atomic_load(&store->functions);
	pthread_mutex_lock(&store->writer.lock);
	ret->queue_length = (int64_t)store->writer.length;
	pthread_mutex_unlock(&store->writer.lock);
	ret->database_bytes = file_bytes(store->path, "");
	ret->wal_bytes = file_bytes(store->path, "-wal");
}
