#include "http/deadline.h"

#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/socket.h>

struct deadlines {
	pthread_mutex_t lock;
	struct deadline *first; /* under the lock */
};

struct deadlines *deadlines_create(void)
{
	struct deadlines *deadlines = calloc(1, sizeof *deadlines);

	if (!deadlines)
		abort();
	pthread_mutex_init(&deadlines->lock, NULL);
	return deadlines;
}

void deadlines_destroy(struct deadlines *deadlines)
{
	if (!deadlines)
		return;
	pthread_mutex_destroy(&deadlines->lock);
	free(deadlines);
}

/* The library reads the end of the stream and closes the connection in its own good order. */
bool deadlines_look(struct deadlines *deadlines, int64_t now)
{
	struct deadline *at;
	bool any;

	pthread_mutex_lock(&deadlines->lock);
	for (at = deadlines->first; at; at = at->next) {
		if (__atomic_load_n(&at->due_at, __ATOMIC_RELAXED) > now)
			continue;
		deadline_set(at, DEADLINE_NONE);
		shutdown(at->fd, SHUT_RD);
	}
	any = deadlines->first != NULL;
	pthread_mutex_unlock(&deadlines->lock);
	return any;
}

void deadline_add(struct deadlines *deadlines, struct deadline *deadline, int fd, int64_t due_at)
{
	*deadline = (struct deadline){ .fd = fd, .due_at = due_at };
	pthread_mutex_lock(&deadlines->lock);
	deadline->next = deadlines->first;
	if (deadline->next)
		deadline->next->before = deadline;
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
