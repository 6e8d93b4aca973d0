#include "core/due.h"

#include <stdlib.h>

static void place(struct due_queue *queue, size_t position, struct due *due)
{
	queue->items[position] = due;
	due->position = position;
}

static void move_up(struct due_queue *queue, size_t position, struct due *due)
{
	while (position && queue->items[(position - 1) / 2]->at > due->at) {
		place(queue, position, queue->items[(position - 1) / 2]);
		position = (position - 1) / 2;
	}
	place(queue, position, due);
}

static void move_down(struct due_queue *queue, size_t position, struct due *due)
{
	for (;;) {
		size_t child = 2 * position + 1;

		if (child >= queue->n)
			break;
		if (child + 1 < queue->n && queue->items[child + 1]->at < queue->items[child]->at)
			child++;
		if (queue->items[child]->at >= due->at)
			break;
		place(queue, position, queue->items[child]);
		position = child;
	}
	place(queue, position, due);
}

void due_add(struct due_queue *queue, struct due *due)
{
	if (queue->n == queue->capacity) {
		queue->capacity = queue->capacity ? queue->capacity * 2 : 64;
		queue->items = realloc(queue->items, queue->capacity * sizeof(struct due *));
		if (!queue->items)
			abort();
	}
	queue->n++;
	move_up(queue, queue->n - 1, due);
}

void due_remove(struct due_queue *queue, struct due *due)
{
	size_t position = due->position;
	struct due *last = queue->items[--queue->n];

	if (last == due)
		return;
	if (last->at < due->at)
		move_up(queue, position, last);
	else
		move_down(queue, position, last);
}

struct due *due_first(const struct due_queue *queue, int64_t now)
{
	return queue->n && queue->items[0]->at <= now ? queue->items[0] : NULL;
}

void due_finish(struct due_queue *queue)
{
	free(queue->items);
	*queue = (struct due_queue){ 0 };
}
