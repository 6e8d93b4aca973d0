/* Access keys in memory, so that verifying a signature reads no store. Loaded at start, changed after the commit of every
 * change and before its reply; not the place where keys are kept. */
#ifndef API_KEYS_H
#define API_KEYS_H

#include <stdbool.h>

#include "contract/store.h"

struct key_cache;

struct cached_key {
	char id[129];
	char secret[129];
	char account[33];
	char realm[17];
	bool active;
};

struct key_cache *key_cache_create(void);
void key_cache_destroy(struct key_cache *cache);

/* A key that is in no store, and valid as long as the cache: the development key. Before the first load. */
void key_cache_fix(struct key_cache *cache, const char *id, const char *secret);

/* Reads all keys of the store; the fixed one, if any, belongs to the first account. */
bool key_cache_load(struct key_cache *cache, struct store *store);

/* Copies, so that a change cannot pull it away. False: no such key. */
bool key_cache_find(struct key_cache *cache, const char *id, struct cached_key *ret);

#endif
