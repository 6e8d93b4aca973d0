#include "base/map.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

struct map_slot {
	char *key; /* NULL: free */
	void *value;
	uint64_t hash;
};

/* FNV-1a from a start chosen by chance, so that nobody can pick ids that collide. */
static uint64_t hash_text(const struct map *map, const char *key)
{
	uint64_t hash = 14695981039346656037u ^ map->seed;

	for (; *key; key++)
		hash = (hash ^ (unsigned char)*key) * 1099511628211u;
	return hash ^ hash >> 29;
}

void map_init(struct map *map)
{
	*map = (struct map){ 0 };
	random_bytes(&map->seed, sizeof map->seed);
}

void map_finish(struct map *map)
{
	size_t i;

	for (i = 0; i < map->capacity; i++)
		free(map->slots[i].key);
	free(map->slots);
	map_init(map);
}

static struct map_slot *find_slot(const struct map *map, const char *key, uint64_t hash)
{
	size_t i = hash & (map->capacity - 1);

	while (map->slots[i].key && (map->slots[i].hash != hash || strcmp(map->slots[i].key, key) != 0))
		i = (i + 1) & (map->capacity - 1);
	return &map->slots[i];
}

static void map_resize(struct map *map, size_t capacity)
{
	struct map_slot *old = map->slots;
	size_t old_capacity = map->capacity;
	size_t i;

	map->slots = calloc(capacity, sizeof *map->slots);
	if (!map->slots)
		abort();
	map->capacity = capacity;
	for (i = 0; i < old_capacity; i++) {
		if (old[i].key)
			*find_slot(map, old[i].key, old[i].hash) = old[i];
	}
	free(old);
}

void *map_get(const struct map *map, const char *key)
{
	if (!map->capacity)
		return NULL;
	return find_slot(map, key, hash_text(map, key))->value;
}

void *map_put(struct map *map, const char *key, void *value)
{
	struct map_slot *slot;
	void *before;

	if ((map->n + 1) * 4 > map->capacity * 3)
		map_resize(map, map->capacity ? map->capacity * 2 : 16);
	slot = find_slot(map, key, hash_text(map, key));
	before = slot->value;
	if (!slot->key) {
		slot->key = strdup(key);
		if (!slot->key)
			abort();
		slot->hash = hash_text(map, key);
		map->n++;
	}
	slot->value = value;
	return before;
}

void *map_remove(struct map *map, const char *key)
{
	struct map_slot *slot = map->capacity ? find_slot(map, key, hash_text(map, key)) : NULL;
	size_t hole;
	size_t i;
	void *value;

	if (!slot || !slot->key)
		return NULL;
	value = slot->value;
	free(slot->key);
	*slot = (struct map_slot){ 0 };
	map->n--;
	/* Entries behind the hole that were pushed past it move up, so that a search never stops too early. */
	hole = (size_t)(slot - map->slots);
	for (i = (hole + 1) & (map->capacity - 1); map->slots[i].key; i = (i + 1) & (map->capacity - 1)) {
		size_t home = map->slots[i].hash & (map->capacity - 1);

		if (((i - home) & (map->capacity - 1)) < ((i - hole) & (map->capacity - 1)))
			continue;
		map->slots[hole] = map->slots[i];
		map->slots[i] = (struct map_slot){ 0 };
		hole = i;
	}
	return value;
}

void *map_next(const struct map *map, size_t *cursor)
{
	while (*cursor < map->capacity) {
		struct map_slot *slot = &map->slots[(*cursor)++];

		if (slot->key)
			return slot->value;
	}
	return NULL;
}
