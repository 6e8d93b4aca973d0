#include "http/deadline.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "base/moment.h"

#define LOOK_EVERY_MS 200

struct deadlines {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	/* below: under the lock */
	struct deadline *first;
	bool stopping;
};

/* The library reads the end of the stream and closes the connection in its own good order. */
static void cut_late(struct deadlines *deadlines)
{
	int64_t now = moment_monotonic();
	struct deadline *at;

	for (at = deadlines->first; at; at = at->next) {
		if (__atomic_load_n(&at->due_at, __ATOMIC_RELAXED) > now)
			continue;
		deadline_set(at, DEADLINE_NONE);
		shutdown(at->fd, SHUT_RD);
	}
}

static void *run(void *context)
{
	struct deadlines *deadlines = context;

	pthread_mutex_lock(&deadlines->lock);
	while (!deadlines->stopping) {
		int64_t until = moment_monotonic() + LOOK_EVERY_MS;
		struct timespec deadline = { .tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000 };

		/* Without connections there is nothing to look at, and an idle server sleeps. */
		if (deadlines->first)
			pthread_cond_timedwait(&deadlines->wake, &deadlines->lock, &deadline);
		else
			pthread_cond_wait(&deadlines->wake, &deadlines->lock);
		cut_late(deadlines);
	}
	pthread_mutex_unlock(&deadlines->lock);
	return NULL;
}

struct deadlines *deadlines_create(void)
{
	struct deadlines *deadlines = calloc(1, sizeof *deadlines);
	pthread_condattr_t attributes;

	if (!deadlines)
		abort();
	pthread_mutex_init(&deadlines->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&deadlines->wake, &attributes);
	pthread_condattr_destroy(&attributes);
	if (pthread_create(&deadlines->thread, NULL, run, deadlines) == 0)
		return deadlines;
	free(deadlines);
	return NULL;
}

void deadlines_destroy(struct deadlines *deadlines)
{
	if (!deadlines)
		return;
	pthread_mutex_lock(&deadlines->lock);
	deadlines->stopping = true;
	pthread_cond_signal(&deadlines->wake);
	pthread_mutex_unlock(&deadlines->lock);
	pthread_join(deadlines->thread, NULL);
	pthread_mutex_destroy(&deadlines->lock);
	pthread_cond_destroy(&deadlines->wake);
	free(deadlines);
}

void deadline_add(struct deadlines *deadlines, struct deadline *deadline, int fd, int64_t due_at)
{
	*deadline = (struct deadline){ .fd = fd, .due_at = due_at };
	pthread_mutex_lock(&deadlines->lock);
	deadline->next = deadlines->first;
	if (deadline->next)
		deadline->next->before = deadline;
	else
		pthread_cond_signal(&deadlines->wake);
	deadlines->first = deadline;
	pthread_mutex_unlock(&deadlines->lock);
}

void deadline_set(struct deadline *deadline, int64_t due_at)
{
	__atomic_store_n(&deadline->due_at, due_at, __ATOMIC_RELAXED);
}

void deadline_remove(struct deadlines *deadlines, struct deadline *deadline)
{
	pthread_mutex_lock(&deadlines->lock);
	if (deadline->before)
		deadline->before->next = deadline->next;
	else
		deadlines->first = deadline->next;
	if (deadline->next)
		deadline->next->before = deadline->before;
	pthread_mutex_unlock(&deadlines->lock);
}
