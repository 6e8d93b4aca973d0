/* Memory that lives as long as one request or one transaction: allocate freely, release all at once.
 * It is not for things that outlive their request; those own their memory one by one. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena_chunk;

struct arena {
	struct arena_chunk *chunks; /* newest first */
	size_t total;               /* bytes handed out since the last reset */
};

void arena_init(struct arena *arena);

/* Releases everything. The arena may be used again at once. */
void arena_finish(struct arena *arena);

/* Forgets everything but keeps one chunk, so that a function that runs again does not allocate again. */
void arena_reset(struct arena *arena);

/* Zeroed memory, aligned for any type. Never NULL: without memory the process ends, and the restart
 * finds every acknowledged change in the store. */
void *arena_alloc(struct arena *arena, size_t size);

#define arena_new(arena, type)      ((type *)arena_alloc((arena), sizeof(type)))
#define arena_array(arena, type, n) ((type *)arena_alloc((arena), sizeof(type) * ((n) ? (n) : 1)))

/* Copies. A NULL text stays NULL (absent stays absent). */
char *arena_text(struct arena *arena, const char *text);
char *arena_text_n(struct arena *arena, const char *text, size_t length);

char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list args);

#endif
