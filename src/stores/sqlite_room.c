/* Whether there is room to write: on the file system, and in the file that may not grow over max_bytes. */
#include <stdio.h>
#include <sys/statvfs.h>

#include "base/log.h"
#include "base/moment.h"
#include "stores/sqlite.h"

#define LOOK_AGAIN_MS 250

/* What the file system must have free again before a write that found none is worth another one. */
#define SOME_BYTES ((int64_t)1024 * 1024)

static int64_t free_bytes(const struct store *store)
{
	struct statvfs fs;

	if (statvfs(store->config.directory, &fs) != 0)
		return INT64_MAX; /* cannot tell: writing will */
	return (int64_t)fs.f_bavail * (int64_t)fs.f_frsize;
}

static void tell(const struct store *store)
{
	char reason[160];

	if (room_reason(store, reason, sizeof reason))
		log_event(LOG_INFO, "store", LOG_TEXT_PAIR("change", "there is room to write again"));
	else
		log_event(LOG_WARNING, "store", LOG_TEXT_PAIR("problem", &reason[0]));
}

static void set(struct store *store, atomic_bool *flag, bool value)
{
	if (atomic_exchange(flag, value) != value)
		tell(store);
}

bool room_missing(const struct store *store)
{
	return atomic_load(&store->room.low) || atomic_load(&store->room.full);
}

/* Pages that deleted rows left behind count as well. A handful is no room: the next write would only fail
 * again. */
static bool file_may_grow(struct store *store)
{
	struct connection *connection = &store->writer.connection;
	int64_t max = connection_number(connection, "PRAGMA max_page_count");
	int64_t used = connection_number(connection, "PRAGMA page_count") -
	               connection_number(connection, "PRAGMA freelist_count");

	return store->config.max_bytes <= 0 || max - used > max / 100 + 8;
}

void room_look(struct store *store)
{
	int64_t now = moment_monotonic();
	int64_t bytes;

	if (now - store->room.looked_at < LOOK_AGAIN_MS)
		return;
	store->room.looked_at = now;
	bytes = free_bytes(store);
	set(store, &store->room.low, bytes < store->config.min_free_bytes);
	if (atomic_load(&store->room.full) && bytes >= SOME_BYTES && file_may_grow(store))
		set(store, &store->room.full, false);
}

bool room_enough(struct store *store)
{
	if (store->config.min_free_bytes > 0)
		room_look(store);
	return !atomic_load(&store->room.low);
}

void room_was_found(struct store *store, bool found)
{
	set(store, &store->room.full, !found);
}

bool room_reason(const struct store *store, char *reason, size_t reason_size)
{
	if (atomic_load(&store->room.low))
		snprintf(reason, reason_size,
		         "less than %lld bytes are free on the file system of the data directory",
		         (long long)store->config.min_free_bytes);
	else if (atomic_load(&store->room.full))
		snprintf(reason, reason_size, "%s",
		         store->config.max_bytes > 0
		                 ? "the file system is full or the database has reached its largest size"
		                 : "the file system is full");
	else {
		snprintf(reason, reason_size, "%s", "");
		return true;
	}
	return false;
}
