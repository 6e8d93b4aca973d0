/* Cuts connections whose request takes too long to arrive: the HTTP library only sees silence, and a byte now and then is
 * none. It knows sockets and moments, not requests. */
#ifndef HTTP_DEADLINE_H
#define HTTP_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

/* One connection's; part of a larger struct, which its owner keeps until it is removed. */
struct deadline {
	int fd;
	int64_t due_at; /* atomic; monotonic milliseconds, DEADLINE_NONE while nothing is awaited */
	struct deadline *before, *next;
};

#define DEADLINE_NONE INT64_MAX

struct deadlines;

/* Starts a thread that looks several times a second. NULL if there is no thread to be had. */
struct deadlines *deadlines_create(void);
void deadlines_destroy(struct deadlines *deadlines);

void deadline_add(struct deadlines *deadlines, struct deadline *deadline, int fd, int64_t due_at);
void deadline_set(struct deadline *deadline, int64_t due_at);

/* Before the socket is closed: afterwards its number may be another's. */
void deadline_remove(struct deadlines *deadlines, struct deadline *deadline);

#endif
