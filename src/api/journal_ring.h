/* What the files of the journal share: the ring of calls and those who wait for the next. Nobody else looks into it; what the
 * journal offers is api/journal.h. */
#ifndef API_JOURNAL_RING_H
#define API_JOURNAL_RING_H

#include <pthread.h>

#include "api/journal.h"

struct journal_waiter {
	struct journal_filter filter;
	int64_t until;
	void (*ready)(void *context);
	void *context;
	struct journal_waiter *next;
};

struct journal {
	size_t max_calls, max_bytes;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	/* below: under the lock */
	struct journal_call **ring; /* the call with number N is at N % max_calls */
	size_t n;
	size_t bytes;
	uint64_t newest; /* number of the last one; 0: none yet */
	struct journal_waiter *waiters;
	size_t n_waiters; /* with those that the thread looks at */
	bool woken;
	bool closed;
	bool has_thread;
	pthread_t thread;
};

#endif
