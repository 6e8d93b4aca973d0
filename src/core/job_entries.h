/* The open jobs that the runner holds: when each is due, whether somebody looks at it, and who waits for it. Nothing here has
 * a lock, reads a clock or asks anybody: core/jobs.c does, and calls all of this under its lock unless it says otherwise. */
#ifndef CORE_JOB_ENTRIES_H
#define CORE_JOB_ENTRIES_H

#include "base/map.h"
#include "core/due.h"
#include "core/jobs.h"

/* Somebody who waits for some jobs. */
struct job_waiter {
	int remaining;
	jobs_waited waited;
	void *context;
	struct job_waiter *next; /* of those that are released at the end */
};

/* One open job. */
struct job_entry {
	struct due due; /* first: a due of a queue is an entry */
	char *id;
	bool real; /* a look that depends on the world, not on cloud time */
	bool in_flight;
	bool again; /* a ticket came while it was in flight */
	struct job_waiter *waiter;
};

struct job_entries {
	struct map by_id;
	struct due_queue cloud, real; /* by cloud time, by monotonic time; what is in flight is in neither */
	size_t in_flight;
};

void job_entries_init(struct job_entries *entries);
void job_entries_finish(struct job_entries *entries); /* waiters that are left are not called */

/* Each is due at its ticket's cloud time; the last ticket of a job counts. */
void job_entries_schedule(struct job_entries *entries, const struct job_ticket *tickets, size_t n);

/* A driver has news of that job: due now, if it is one that waits for the world or is in flight. One that waits for its time is
 * no matter of a driver's: false. */
bool job_entries_hurry(struct job_entries *entries, const char *id, int64_t now);

/* Whether one is due by cloud time. */
bool job_entries_due(const struct job_entries *entries, int64_t now);

/* Takes one that is due, which is in flight from then on; NULL if there is none. */
struct job_entry *job_entries_take(struct job_entries *entries, int64_t now, int64_t monotonic);

/* It is in flight no more: due at that time, in cloud time or `real` (monotonic); or gone for good. */
void job_entry_put_back(struct job_entries *entries, struct job_entry *entry, int64_t at, bool real);
void job_entry_forget(struct job_entries *entries, struct job_entry *entry);

/* ---- who waits ---- */

/* Counts as waiting for its maker too, who takes himself off by job_waiter_counted. */
struct job_waiter *job_waiter_create(jobs_waited waited, void *context);

/* Waits for those of the jobs that are due by `now` and that nobody waits for; they have been scheduled. */
void job_entries_wait(struct job_entries *entries, const struct job_ticket *tickets, size_t n, int64_t now,
                      struct job_waiter *waiter);

/* Takes one job off a waiter (NULL: nobody's); returns it if it was the last. */
struct job_waiter *job_waiter_counted(struct job_waiter *waiter);

/* Takes all waiters off; returns those that wait for nothing any more, in a list. */
struct job_waiter *job_entries_release(struct job_entries *entries);

/* Without the lock: calls one (or NULL, or a list) and frees it. */
void job_waiter_call(struct job_waiter *waiter);

#endif
