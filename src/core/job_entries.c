#include "core/job_entries.h"

#include <stdlib.h>
#include <string.h>

void job_entries_init(struct job_entries *entries)
{
	map_init(&entries->by_id);
}

static void entry_free(struct job_entry *entry)
{
	free(entry->id);
	free(entry);
}

void job_entries_finish(struct job_entries *entries)
{
	struct job_entry *entry;
	size_t cursor = 0;

	while ((entry = map_next(&entries->by_id, &cursor)))
		entry_free(entry);
	map_finish(&entries->by_id);
	due_finish(&entries->cloud);
	due_finish(&entries->real);
}

static struct due_queue *queue_of(struct job_entries *entries, const struct job_entry *entry)
{
	return entry->real ? &entries->real : &entries->cloud;
}

static void schedule(struct job_entries *entries, const char *id, int64_t at)
{
	struct job_entry *entry = map_get(&entries->by_id, id);

	if (!entry) {
		entry = calloc(1, sizeof *entry);
		if (!entry || !(entry->id = strdup(id)))
			abort();
		map_put(&entries->by_id, id, entry);
	} else if (entry->in_flight) {
		entry->again = true;
		entry->due.at = at;
		entry->real = false;
		return;
	} else {
		due_remove(queue_of(entries, entry), &entry->due);
	}
	entry->due.at = at;
	entry->real = false;
	due_add(&entries->cloud, &entry->due);
}

void job_entries_schedule(struct job_entries *entries, const struct job_ticket *tickets, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		schedule(entries, tickets[i].job, tickets[i].due_at);
}

bool job_entries_hurry(struct job_entries *entries, const char *id, int64_t now)
{
	const struct job_entry *entry = map_get(&entries->by_id, id);

	if (!entry || !(entry->in_flight || entry->real))
		return false;
	schedule(entries, id, now);
	return true;
}

bool job_entries_due(const struct job_entries *entries, int64_t now)
{
	return due_first(&entries->cloud, now) != NULL;
}

struct job_entry *job_entries_take(struct job_entries *entries, int64_t now, int64_t monotonic)
{
	struct due *due = due_first(&entries->cloud, now);
	struct job_entry *entry = (struct job_entry *)(due ? due : due_first(&entries->real, monotonic));

	if (!entry)
		return NULL;
	due_remove(queue_of(entries, entry), &entry->due);
	entry->in_flight = true;
	entries->in_flight++;
	return entry;
}

static void land(struct job_entries *entries, struct job_entry *entry)
{
	entry->in_flight = entry->again = false;
	entries->in_flight--;
}

void job_entry_put_back(struct job_entries *entries, struct job_entry *entry, int64_t at, bool real)
{
	land(entries, entry);
	entry->due.at = at;
	entry->real = real;
	due_add(queue_of(entries, entry), &entry->due);
}

void job_entry_forget(struct job_entries *entries, struct job_entry *entry)
{
	land(entries, entry);
	map_remove(&entries->by_id, entry->id);
	entry_free(entry);
}

/* ---- who waits ---- */

struct job_waiter *job_waiter_create(jobs_waited waited, void *context)
{
	struct job_waiter *waiter = calloc(1, sizeof *waiter);

	if (!waiter)
		abort();
	*waiter = (struct job_waiter){ .remaining = 1, .waited = waited, .context = context };
	return waiter;
}

/* By their entries, not by the tickets: of several tickets of a job the last one says when it is due. */
void job_entries_wait(struct job_entries *entries, const struct job_ticket *tickets, size_t n, int64_t now,
                      struct job_waiter *waiter)
{
	size_t i;

	for (i = 0; i < n; i++) {
		struct job_entry *entry = map_get(&entries->by_id, tickets[i].job);

		if (!entry || entry->waiter || entry->real || entry->due.at > now)
			continue;
		entry->waiter = waiter;
		waiter->remaining++;
	}
}

struct job_waiter *job_waiter_counted(struct job_waiter *waiter)
{
	return waiter && --waiter->remaining == 0 ? waiter : NULL;
}

struct job_waiter *job_entries_release(struct job_entries *entries)
{
	struct job_waiter *list = NULL;
	struct job_entry *entry;
	size_t cursor = 0;

	while ((entry = map_next(&entries->by_id, &cursor))) {
		struct job_waiter *waiter = job_waiter_counted(entry->waiter);

		entry->waiter = NULL;
		if (waiter) {
			waiter->next = list;
			list = waiter;
		}
	}
	return list;
}

void job_waiter_call(struct job_waiter *waiter)
{
	while (waiter) {
		struct job_waiter *next = waiter->next;

		waiter->waited(waiter->context);
		free(waiter);
		waiter = next;
	}
}
