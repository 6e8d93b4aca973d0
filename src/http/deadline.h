/* Cuts connections whose request takes too long to arrive: the HTTP library only sees silence, and a byte now and then is
 * none. It knows sockets and moments, not requests, and has no thread: somebody looks several times a second. */
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

struct deadlines *deadlines_create(void);
void deadlines_destroy(struct deadlines *deadlines);

/* Ends the reading side of every socket that is late at `now`; true while there are any to look at again. */
bool deadlines_look(struct deadlines *deadlines, int64_t now);

void deadline_add(struct deadlines *deadlines, struct deadline *deadline, int fd, int64_t due_at);
void deadline_set(struct deadline *deadline, int64_t due_at);

/* Before the socket is closed: afterwards its number may be another's. */
void deadline_remove(struct deadlines *deadlines, struct deadline *deadline);

#endif
