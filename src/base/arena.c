#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_CHUNK_SIZE ((size_t)4096)

struct arena_chunk {
	struct arena_chunk *next;
	size_t size;
	size_t used;
	alignas(max_align_t) unsigned char data[];
};

static struct arena_chunk *chunk_create(size_t size)
{
	struct arena_chunk *chunk = malloc(sizeof *chunk + size);

	if (!chunk) {
		fputs("cleat: out of memory\n", stderr);
		abort();
	}
	chunk->next = NULL;
	chunk->size = size;
	chunk->used = 0;
	return chunk;
}

void arena_init(struct arena *arena)
{
	arena->chunks = NULL;
	arena->total = 0;
}

void arena_finish(struct arena *arena)
{
	struct arena_chunk *chunk = arena->chunks;

	while (chunk) {
		struct arena_chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
	arena_init(arena);
}

void arena_reset(struct arena *arena)
{
	struct arena_chunk *keep = NULL;
	struct arena_chunk *chunk = arena->chunks;

	while (chunk) {
		struct arena_chunk *next = chunk->next;

		if (!keep && chunk->size <= 16 * ARENA_CHUNK_SIZE)
			keep = chunk;
		else
			free(chunk);
		chunk = next;
	}
	if (keep) {
		keep->next = NULL;
		keep->used = 0;
	}
	arena->chunks = keep;
	arena->total = 0;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size_t need = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	struct arena_chunk *chunk = arena->chunks;
	void *result;

	if (need < size)
		abort();
	if (!chunk || chunk->size - chunk->used < need) {
		size_t wanted = need > ARENA_CHUNK_SIZE ? need : ARENA_CHUNK_SIZE;

		/* Chunks double, so that a long list costs few allocations. */
		if (chunk && chunk->size < 64 * ARENA_CHUNK_SIZE && wanted < chunk->size * 2)
			wanted = chunk->size * 2;
		chunk = chunk_create(wanted);
		chunk->next = arena->chunks;
		arena->chunks = chunk;
	}
	result = chunk->data + chunk->used;
	chunk->used += need;
	arena->total += need;
	return memset(result, 0, need);
}

char *arena_text_n(struct arena *arena, const char *text, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);

	memcpy(copy, text, length);
	return copy;
}

char *arena_text(struct arena *arena, const char *text)
{
	return text ? arena_text_n(arena, text, strlen(text)) : NULL;
}

char *arena_vprintf(struct arena *arena, const char *format, va_list args)
{
	char small[256];
	va_list again;
	char *text;
	int length;

	va_copy(again, args);
	length = vsnprintf(small, sizeof small, format, again);
	va_end(again);
	if (length < 0)
		abort();
	if ((size_t)length < sizeof small)
		return arena_text_n(arena, small, (size_t)length);
	text = arena_alloc(arena, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, format, args);
	return text;
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}
