/* A hash table from texts to pointers. It copies the keys and never looks at the pointers; not thread-safe. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

struct map_slot;

struct map {
	struct map_slot *slots;
	size_t capacity; /* a power of two, or 0 */
	size_t n;
	uint64_t seed;
};

void map_init(struct map *map);
void map_finish(struct map *map); /* the pointers are the caller's to free, see map_next */

void *map_get(const struct map *map, const char *key);

/* Stores a pointer that is not NULL; the one it replaces is returned, or NULL. */
void *map_put(struct map *map, const char *key, void *value);

/* Takes the entry out and returns its pointer, or NULL. */
void *map_remove(struct map *map, const char *key);

/* Walks all entries in no order: start with *cursor 0, ends with NULL. The map must not change meanwhile. */
void *map_next(const struct map *map, size_t *cursor);

#endif
