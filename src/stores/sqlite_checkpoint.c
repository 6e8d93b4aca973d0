/* Moves the log into the database beside the writer, so that no commit ever waits for it. A passive
 * checkpoint takes what it can get, and under steady load the log never ends and so never starts over;
 * beyond a size it is made to, which keeps the writer for the few pages that came meanwhile. */
#include <stdio.h>

#include "base/log.h"
#include "stores/sqlite.h"

#define PASSIVE_BYTES ((int64_t)4 * 1024 * 1024)
#define FORCE_BYTES   ((int64_t)64 * 1024 * 1024)
/* Readers held the log open for long: give the file's space back once they let go. */
#define TRUNCATE_BYTES ((int64_t)256 * 1024 * 1024)

/* How soon to try again when a reader would not let go. */
#define AGAIN_MS 250

#define PAGE_BYTES 2048

/* On the writer's thread, after each commit. */
void checkpointer_wal_grew(struct store *store, int64_t pages)
{
	struct checkpointer *checkpointer = &store->checkpointer;
	int64_t moved = atomic_load(&checkpointer->moved_pages);

	if (pages < moved) { /* it started over */
		atomic_store(&checkpointer->moved_pages, 0);
		moved = 0;
	}
	if ((pages - moved) * PAGE_BYTES < PASSIVE_BYTES)
		return;
	pthread_mutex_lock(&checkpointer->lock);
	if (!checkpointer->due) {
		checkpointer->due = true;
		pthread_cond_signal(&checkpointer->wake);
	}
	pthread_mutex_unlock(&checkpointer->lock);
}

static bool is_failure(int result)
{
	return result != SQLITE_OK && (result & 0xff) != SQLITE_BUSY && (result & 0xff) != SQLITE_FULL;
}

/* The writer hardly ever lets go of its lock under load, so it is asked to stand aside. */
static void take_turn(struct checkpointer *checkpointer, bool take)
{
	pthread_mutex_lock(&checkpointer->lock);
	atomic_store(&checkpointer->turn, take);
	pthread_cond_signal(&checkpointer->turn_over);
	pthread_mutex_unlock(&checkpointer->lock);
}

/* On the writer's thread, before each transaction. */
void checkpointer_let_pass(struct store *store)
{
	struct checkpointer *checkpointer = &store->checkpointer;

	if (!atomic_load(&checkpointer->turn))
		return;
	pthread_mutex_lock(&checkpointer->lock);
	while (atomic_load(&checkpointer->turn))
		pthread_cond_wait(&checkpointer->turn_over, &checkpointer->lock);
	pthread_mutex_unlock(&checkpointer->lock);
}

/* Starts the log over, once so little of it is left to move that the writer will not stand still for long. */
static int force(struct checkpointer *checkpointer, int *pages, int *moved)
{
	sqlite3 *db = checkpointer->connection.db;
	bool truncate = (int64_t)*pages * PAGE_BYTES >= TRUNCATE_BYTES;
	int result = SQLITE_OK;

	for (int i = 0;
	     i < 3 && result == SQLITE_OK && (int64_t)(*pages - *moved) * PAGE_BYTES > PASSIVE_BYTES; i++)
		result = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, pages, moved);
	if (result != SQLITE_OK)
		return result;
	take_turn(checkpointer, true);
	result = sqlite3_wal_checkpoint_v2(db, NULL,
	                                   truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_RESTART,
	                                   pages, moved);
	take_turn(checkpointer, false);
	return result;
}

/* Its connection is opened when it is needed first: a server starts sooner without, and many never need it. */
static bool is_open(struct store *store)
{
	struct connection *connection = &store->checkpointer.connection;
	char error[256];

	if (connection->db || connection_open(connection, store, CONNECTION_CHECKPOINTER, error, sizeof error))
		return true;
	log_event(LOG_ERROR, "store", LOG_TEXT_PAIR("problem", &error[0]));
	return false;
}

/* False: readers are in the way of all that is left to do, so an attempt at once would be in vain. */
static bool checkpoint(struct store *store)
{
	struct checkpointer *checkpointer = &store->checkpointer;
	sqlite3 *db;
	int pages = 0;
	int moved = 0;
	int result;

	if (!is_open(store))
		return false;
	db = checkpointer->connection.db;
	result = sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages, &moved);
	if (result == SQLITE_OK && (int64_t)pages * PAGE_BYTES >= FORCE_BYTES)
		result = force(checkpointer, &pages, &moved);
	if (is_failure(result))
		log_event(LOG_ERROR, "store", LOG_TEXT_PAIR("problem", "a checkpoint failed"),
		          LOG_TEXT_PAIR("detail", sqlite3_errmsg(db)));
	if (moved > 0)
		atomic_store(&checkpointer->moved_pages, moved);
	return result == SQLITE_OK && moved > 0;
}

static void *checkpointer_main(void *argument)
{
	struct store *store = argument;
	struct checkpointer *checkpointer = &store->checkpointer;
	bool moved;

	pthread_mutex_lock(&checkpointer->lock);
	while (!checkpointer->closing) {
		if (!checkpointer->due) {
			pthread_cond_wait(&checkpointer->wake, &checkpointer->lock);
			continue;
		}
		pthread_mutex_unlock(&checkpointer->lock);
		moved = checkpoint(store);
		pthread_mutex_lock(&checkpointer->lock);
		/* `due` stays set during the wait, so that the writer does not wake us for each commit. */
		if (!moved && !checkpointer->closing)
			wake_wait(&checkpointer->wake, &checkpointer->lock, AGAIN_MS);
		checkpointer->due = false;
	}
	pthread_mutex_unlock(&checkpointer->lock);
	return NULL;
}

bool checkpointer_start(struct store *store, char *error, size_t error_size)
{
	struct checkpointer *checkpointer = &store->checkpointer;

	pthread_mutex_init(&checkpointer->lock, NULL);
	wake_init(&checkpointer->wake);
	pthread_cond_init(&checkpointer->turn_over, NULL);
	if (pthread_create(&checkpointer->thread, NULL, checkpointer_main, store) == 0)
		return true;
	snprintf(error, error_size, "cannot start a thread for checkpoints");
	return false;
}

void checkpointer_stop(struct store *store)
{
	struct checkpointer *checkpointer = &store->checkpointer;

	pthread_mutex_lock(&checkpointer->lock);
	checkpointer->closing = true;
	pthread_cond_signal(&checkpointer->wake);
	pthread_mutex_unlock(&checkpointer->lock);
	pthread_join(checkpointer->thread, NULL);
	pthread_cond_destroy(&checkpointer->wake);
	pthread_cond_destroy(&checkpointer->turn_over);
	pthread_mutex_destroy(&checkpointer->lock);
	connection_close(&checkpointer->connection);
}
