/* What is due when: a heap that gives the earliest first and can take any one out. It knows moments, not clocks. */
#ifndef CORE_DUE_H
#define CORE_DUE_H

#include <stddef.h>
#include <stdint.h>

/* Part of a larger struct, which its owner keeps until it is taken out. */
struct due {
	int64_t at;
	size_t position; /* the queue's */
};

struct due_queue {
	struct due **items; /* the earliest first; the rest as a heap */
	size_t n, capacity;
};

void due_add(struct due_queue *queue, struct due *due);
void due_remove(struct due_queue *queue, struct due *due);

/* The earliest if it is due by `now`, or NULL. Stays in the queue. */
struct due *due_first(const struct due_queue *queue, int64_t now);

void due_finish(struct due_queue *queue);

#endif
