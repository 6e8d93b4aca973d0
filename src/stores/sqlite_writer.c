/* Group commit: one thread runs every function that came while the last transaction went to disk, in one
 * transaction, and one commit acknowledges them all. */
#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "stores/sqlite.h"

#define QUEUE_DEFAULT 1024
#define ROOM_LOOK_MS  250

/* Exit status when the outcome of a commit is unknown: sysexits.h calls it an internal error. */
#define EXIT_UNKNOWN_OUTCOME 70

/* Once, undone, and once more if functions are to run twice. Changes of a function that is not wanted are
 * left to the caller to undo. */
static bool work_run(struct store *store, struct work *work)
{
	struct connection *connection = &store->writer.connection;

	if (store->config.run_twice) {
		if (work->arena)
			arena_reset(work->arena);
		function_run(connection, work->fn, work->context, work->arena, &work->outcome);
		if (sqlite3_get_autocommit(connection->db) ||
		    connection_control(connection, CONTROL_UNDO) != SQLITE_OK) {
			if (work->outcome == STORE_DONE)
				work->outcome = STORE_BROKEN;
			return false;
		}
	}
	if (work->arena)
		arena_reset(work->arena);
	return function_run(connection, work->fn, work->context, work->arena, &work->outcome);
}

/* False: the database has undone the whole transaction. */
static bool work_run_saved(struct store *store, struct work *work)
{
	struct connection *connection = &store->writer.connection;
	bool wanted;

	if (connection_control(connection, CONTROL_SAVE) != SQLITE_OK)
		return false;
	wanted = work_run(store, work);
	if (sqlite3_get_autocommit(connection->db))
		return false;
	if (!wanted && connection_control(connection, CONTROL_UNDO) != SQLITE_OK)
		return false;
	return connection_control(connection, CONTROL_RELEASE) == SQLITE_OK;
}

static void rollback(struct store *store)
{
	struct connection *connection = &store->writer.connection;

	if (!sqlite3_get_autocommit(connection->db))
		connection_control(connection, CONTROL_ROLLBACK);
}

/* The only rival for the write lock is our own checkpointer, which holds it for moments: waiting is right. */
static int begin(struct store *store)
{
	int result;

	checkpointer_let_pass(store);
	do
		result = connection_control(&store->writer.connection, CONTROL_BEGIN);
	while ((result & 0xff) == SQLITE_BUSY);
	return result;
}

/* SQLITE_OK or SQLITE_FULL. After any other failure nobody knows what is on disk, and whatever we said
 * would be a guess: end at once, so that the restart reads what is true. */
static int commit(struct store *store)
{
	int result = connection_control(&store->writer.connection, CONTROL_COMMIT);

	if (result == SQLITE_OK || (result & 0xff) == SQLITE_FULL)
		return result;
	log_event(LOG_ERROR, "store", LOG_TEXT_PAIR("problem", "the outcome of a commit is unknown; ending"),
	          LOG_TEXT_PAIR("detail", sqlite3_errmsg(store->writer.connection.db)),
	          LOG_NUMBER_PAIR("code", result));
	_exit(EXIT_UNKNOWN_OUTCOME);
}

/* In a transaction of its own: there is nobody else to protect from it, so no savepoint unless it is run
 * twice. */
static void work_run_alone(struct store *store, struct work *work)
{
	int result = begin(store);

	if (result != SQLITE_OK) {
		work->outcome = outcome_of(result);
		return;
	}
	if (store->config.run_twice)
		connection_control(&store->writer.connection, CONTROL_SAVE);
	if (work_run(store, work)) {
		if (sqlite3_get_autocommit(store->writer.connection.db))
			work->outcome = STORE_BROKEN;
		else if (commit(store) != SQLITE_OK)
			work->outcome = STORE_FULL;
	}
	rollback(store);
	if (work->outcome == STORE_DONE) {
		atomic_fetch_add(&store->transactions, 1);
		atomic_fetch_add(&store->functions, 1);
	}
}

/* Without a savepoint. False: it is not wanted but has changed rows, or the database has undone the whole transaction. */
static bool work_run_unsaved(struct store *store, struct work *work)
{
	sqlite3 *db = store->writer.connection.db;
	int64_t changes = sqlite3_total_changes64(db);

	return work_run(store, work) || (sqlite3_total_changes64(db) == changes && !sqlite3_get_autocommit(db));
}

/* False: nothing of it is committed, and it should be run with more caution. */
static bool batch_run_together(struct store *store, struct work *const *batch, size_t n,
                               bool (*run)(struct store *store, struct work *work))
{
	int64_t done = 0;

	if (begin(store) != SQLITE_OK)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!run(store, batch[i])) {
			rollback(store);
			return false;
		}
		done += batch[i]->outcome == STORE_DONE;
	}
	if (sqlite3_get_autocommit(store->writer.connection.db) || commit(store) != SQLITE_OK) {
		rollback(store);
		return false;
	}
	if (done)
		atomic_fetch_add(&store->transactions, 1);
	atomic_fetch_add(&store->functions, done);
	return true;
}

/* A function that refuses does so before it changes anything, but for dry runs and bugs. So a savepoint around each,
 * which costs a tenth of all, is only set where there turned out to be something to undo. */
static bool batch_run_at_once(struct store *store, struct work *const *batch, size_t n)
{
	return (!store->config.run_twice && batch_run_together(store, batch, n, work_run_unsaved)) ||
	       batch_run_together(store, batch, n, work_run_saved);
}

static void batch_note_room(struct store *store, struct work *const *batch, size_t n)
{
	bool full = false;
	bool done = false;

	for (size_t i = 0; i < n; i++) {
		full |= batch[i]->outcome == STORE_FULL;
		done |= batch[i]->outcome == STORE_DONE;
	}
	if (full || done)
		room_was_found(store, !full);
}

static void batch_run(struct store *store, struct work *const *batch, size_t n)
{
	if (!room_enough(store)) {
		for (size_t i = 0; i < n; i++)
			batch[i]->outcome = STORE_FULL;
		return;
	}
	if (n == 1 || !batch_run_at_once(store, batch, n))
		for (size_t i = 0; i < n; i++)
			work_run_alone(store, batch[i]);
	batch_note_room(store, batch, n);
}

static void sleep_until_woken(struct store *store)
{
	struct sqlite_writer *writer = &store->writer;

	writer->sleeping = true;
	if (room_missing(store))
		wake_wait(&writer->wake, &writer->lock, ROOM_LOOK_MS);
	else
		pthread_cond_wait(&writer->wake, &writer->lock);
	writer->sleeping = false;
}

/* Waits for work, or, while there is no room, for the time to look again. False: closing, and nothing is
 * left. */
static bool batch_take(struct store *store, struct work **batch, size_t *ret_n)
{
	struct sqlite_writer *writer = &store->writer;
	bool go_on;
	size_t n = 0;

	pthread_mutex_lock(&writer->lock);
	if (!writer->first && !writer->closing)
		sleep_until_woken(store);
	while (writer->first && n < BATCH_MAX) {
		batch[n++] = writer->first;
		writer->first = writer->first->next;
	}
	writer->length -= n;
	go_on = n || !writer->closing;
	pthread_mutex_unlock(&writer->lock);
	*ret_n = n;
	return go_on;
}

static void *writer_main(void *argument)
{
	struct store *store = argument;
	struct work *batch[BATCH_MAX];
	size_t n;

	while (batch_take(store, batch, &n)) {
		if (room_missing(store))
			room_look(store);
		if (n)
			batch_run(store, batch, n);
		for (size_t i = 0; i < n; i++) {
			batch[i]->done(batch[i]->context, batch[i]->outcome);
			free(batch[i]);
		}
	}
	return NULL;
}

/* Called after each commit with the pages in the log; instead of SQLite's own, which would checkpoint on
 * this thread. */
static int wal_grew(void *store, sqlite3 *db, const char *name, int pages)
{
	(void)db;
	(void)name;
	checkpointer_wal_grew(store, pages);
	return SQLITE_OK;
}

bool writer_start(struct store *store)
{
	struct sqlite_writer *writer = &store->writer;

	sqlite3_wal_hook(writer->connection.db, wal_grew, store);
	pthread_mutex_init(&writer->lock, NULL);
	wake_init(&writer->wake);
	return pthread_create(&writer->thread, NULL, writer_main, store) == 0;
}

void writer_stop(struct store *store)
{
	struct sqlite_writer *writer = &store->writer;

	pthread_mutex_lock(&writer->lock);
	writer->closing = true;
	pthread_cond_signal(&writer->wake);
	pthread_mutex_unlock(&writer->lock);
	pthread_join(writer->thread, NULL);
	pthread_cond_destroy(&writer->wake);
	pthread_mutex_destroy(&writer->lock);
}

void store_submit(struct store *store, store_fn fn, void *context, struct arena *arena, store_done done)
{
	struct sqlite_writer *writer = &store->writer;
	size_t max = store->config.queue_max ? store->config.queue_max : QUEUE_DEFAULT;
	struct work *work = malloc(sizeof *work);
	bool wake = false;
	bool busy;

	if (!work)
		abort();
	*work = (struct work){ .fn = fn, .context = context, .arena = arena, .done = done };
	pthread_mutex_lock(&writer->lock);
	busy = writer->closing || writer->length >= max;
	if (!busy) {
		if (writer->first)
			writer->last->next = work;
		else
			writer->first = work;
		writer->last = work;
		writer->length++;
		wake = writer->sleeping;
		writer->sleeping = false;
	}
	pthread_mutex_unlock(&writer->lock);
	if (wake)
		pthread_cond_signal(&writer->wake);
	if (!busy)
		return;
	free(work);
	done(context, STORE_BUSY);
}

struct waiter {
	store_fn fn;
	void *context;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool done;
	enum store_outcome outcome;
};

static bool waiter_run(struct txn *txn, void *context)
{
	struct waiter *waiter = context;

	return waiter->fn(txn, waiter->context);
}

static void waiter_done(void *context, enum store_outcome outcome)
{
	struct waiter *waiter = context;

	pthread_mutex_lock(&waiter->lock);
	waiter->done = true;
	waiter->outcome = outcome;
	/* Before the unlock: afterwards the waiter may be gone. */
	pthread_cond_signal(&waiter->wake);
	pthread_mutex_unlock(&waiter->lock);
}

enum store_outcome store_write(struct store *store, store_fn fn, void *context, struct arena *arena)
{
	struct waiter waiter = { .fn = fn, .context = context };

	assert(!pthread_equal(pthread_self(), store->writer.thread));
	pthread_mutex_init(&waiter.lock, NULL);
	pthread_cond_init(&waiter.wake, NULL);
	store_submit(store, waiter_run, &waiter, arena, waiter_done);
	pthread_mutex_lock(&waiter.lock);
	while (!waiter.done)
		pthread_cond_wait(&waiter.wake, &waiter.lock);
	pthread_mutex_unlock(&waiter.lock);
	pthread_cond_destroy(&waiter.wake);
	pthread_mutex_destroy(&waiter.lock);
	return waiter.outcome;
}
