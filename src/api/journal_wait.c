/* Those who wait for the next call: one thread, started with the first of them, looks when a call has come, when somebody's
 * time is up, and at the end. */
#include <stdlib.h>

#include "api/journal_ring.h"
#include "base/moment.h"

void journal_close(struct journal *journal)
{
	if (!journal)
		return;
	pthread_mutex_lock(&journal->lock);
	journal->closed = true;
	pthread_cond_signal(&journal->wake);
	pthread_mutex_unlock(&journal->lock);
}

/* Whether a call that fits has come; what was looked at is not looked at again. */
static bool has_come(struct journal *journal, struct journal_waiter *waiter, struct arena *scratch)
{
	struct journal_filter filter = waiter->filter;
	struct journal_page page;
	bool found;

	filter.limit = 1;
	journal_read(journal, &filter, scratch, &page);
	found = page.n > 0;
	if (!found)
		waiter->filter.after = page.next;
	journal_release(&page);
	arena_reset(scratch);
	return found;
}

/* Looks at all waiters, outside the lock: answers those whose time has come and gives back the others. */
static struct journal_waiter *look(struct journal *journal, struct journal_waiter *waiters, bool closed, size_t *ret_answered)
{
	int64_t now = moment_monotonic();
	struct journal_waiter *left = NULL;
	struct arena scratch;

	*ret_answered = 0;
	arena_init(&scratch);
	while (waiters) {
		struct journal_waiter *waiter = waiters;

		waiters = waiter->next;
		if (closed || waiter->until <= now || has_come(journal, waiter, &scratch)) {
			waiter->ready(waiter->context);
			free(waiter);
			(*ret_answered)++;
		} else {
			waiter->next = left;
			left = waiter;
		}
	}
	arena_finish(&scratch);
	return left;
}

/* Sleeps until there is something to look at. Under the lock. */
static void sleep_until_due(struct journal *journal)
{
	struct journal_waiter *waiter;
	struct timespec at;
	int64_t until = INT64_MAX;

	for (waiter = journal->waiters; waiter; waiter = waiter->next)
		until = waiter->until < until ? waiter->until : until;
	at = (struct timespec){ .tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000 };
	while (!journal->woken && !journal->closed) {
		if (until == INT64_MAX)
			pthread_cond_wait(&journal->wake, &journal->lock);
		else if (pthread_cond_timedwait(&journal->wake, &journal->lock, &at) != 0)
			break;
	}
	journal->woken = false;
}

static void *answer_waiters(void *context)
{
	struct journal *journal = context;
	bool closed = false;

	pthread_mutex_lock(&journal->lock);
	while (!closed) {
		struct journal_waiter *waiters;
		struct journal_waiter **end;
		size_t answered;

		sleep_until_due(journal);
		closed = journal->closed;
		waiters = journal->waiters;
		journal->waiters = NULL;
		pthread_mutex_unlock(&journal->lock);
		waiters = look(journal, waiters, closed, &answered);
		pthread_mutex_lock(&journal->lock);
		journal->n_waiters -= answered;
		for (end = &journal->waiters; *end; end = &(*end)->next)
			continue;
		*end = waiters;
	}
	pthread_mutex_unlock(&journal->lock);
	return NULL;
}

/* Under the lock. The thread is only there once somebody waits. */
static bool can_wait(struct journal *journal)
{
	if (journal->n_waiters == JOURNAL_WAITERS_MAX)
		return false;
	if (!journal->has_thread)
		journal->has_thread = pthread_create(&journal->thread, NULL, answer_waiters, journal) == 0;
	return journal->has_thread;
}

bool journal_wait(struct journal *journal, const struct journal_filter *filter, uint64_t after, int64_t until,
                  void (*ready)(void *context), void *context)
{
	struct journal_waiter *waiter = calloc(1, sizeof *waiter);
	bool closed;
	bool waits;

	if (!waiter)
		abort();
	*waiter = (struct journal_waiter){ .filter = *filter, .until = until, .ready = ready, .context = context };
	waiter->filter.has_after = true;
	waiter->filter.after = after;
	pthread_mutex_lock(&journal->lock);
	closed = journal->closed;
	waits = !closed && can_wait(journal);
	if (waits) {
		waiter->next = journal->waiters;
		journal->waiters = waiter;
		journal->n_waiters++;
		journal->woken = true;
		pthread_cond_signal(&journal->wake);
	}
	pthread_mutex_unlock(&journal->lock);
	if (waits)
		return true;
	free(waiter);
	if (closed)
		ready(context);
	return closed;
}
