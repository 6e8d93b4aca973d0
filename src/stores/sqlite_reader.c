/* Reads on the caller's thread, on a connection that nobody else reads on meanwhile. There are as many as ever read at
 * the same time; the one that was used last is taken first, for it has its statements and pages at hand. */
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/moment.h"
#include "stores/sqlite.h"

/* Instructions of SQLite's machine between two looks at the clock: some tens of microseconds. */
#define LOOK_EVERY 4000

static int is_late(void *context)
{
	const struct reader *reader = context;

	return reader->deadline && moment_monotonic() >= reader->deadline;
}

static struct reader *reader_create(struct store *store)
{
	struct reader *reader = calloc(1, sizeof *reader);
	char error[256];

	if (!reader)
		abort();
	if (!connection_open(&reader->connection, store, CONNECTION_READER, error, sizeof error)) {
		log_event(LOG_ERROR, "store", LOG_TEXT_PAIR("problem", &error[0]));
		free(reader);
		return NULL;
	}
	if (store->config.read_timeout_ms > 0)
		sqlite3_progress_handler(reader->connection.db, LOOK_EVERY, is_late, reader);
	return reader;
}

static struct reader *reader_take(struct store *store)
{
	struct reader *reader;

	pthread_mutex_lock(&store->readers.lock);
	reader = store->readers.idle;
	if (reader)
		store->readers.idle = reader->next;
	pthread_mutex_unlock(&store->readers.lock);
	return reader ? reader : reader_create(store);
}

static void reader_put_back(struct store *store, struct reader *reader)
{
	pthread_mutex_lock(&store->readers.lock);
	reader->next = store->readers.idle;
	store->readers.idle = reader;
	pthread_mutex_unlock(&store->readers.lock);
}

void readers_start(struct store *store)
{
	pthread_mutex_init(&store->readers.lock, NULL);
}

/* Nobody reads any more: the caller of store_close sees to that. */
void readers_stop(struct store *store)
{
	struct reader *reader = store->readers.idle;

	while (reader) {
		struct reader *next = reader->next;

		connection_close(&reader->connection);
		free(reader);
		reader = next;
	}
	pthread_mutex_destroy(&store->readers.lock);
}

enum store_outcome store_read(struct store *store, store_fn fn, void *context, struct arena *arena)
{
	struct reader *reader = reader_take(store);
	enum store_outcome outcome;
	int result;

	if (!reader)
		return STORE_BROKEN;
	reader->deadline =
		store->config.read_timeout_ms > 0 ? moment_monotonic() + store->config.read_timeout_ms : 0;
	result = connection_control(&reader->connection, CONTROL_READ);
	if (result == SQLITE_OK)
		function_run(&reader->connection, fn, context, arena, &outcome);
	else
		outcome = outcome_of(result);
	/* The end of a read must not be cut: it would leave the transaction open, and the log growing. */
	reader->deadline = 0;
	if (!sqlite3_get_autocommit(reader->connection.db))
		connection_control(&reader->connection, CONTROL_COMMIT);
	reader_put_back(store, reader);
	return outcome;
}
