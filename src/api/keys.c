#include "api/keys.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/text.h"

struct key_cache {
	pthread_rwlock_t lock;
	struct map keys;
	struct access_key fixed; /* id NULL: none */
};

struct loading {
	struct map *keys;
	const struct access_key *fixed;
};

static void forget_all(struct map *keys)
{
	void *key;
	size_t cursor = 0;

	while ((key = map_next(keys, &cursor)))
		free(key);
	map_finish(keys);
}

struct key_cache *key_cache_create(void)
{
	struct key_cache *cache = calloc(1, sizeof *cache);

	if (!cache)
		abort();
	pthread_rwlock_init(&cache->lock, NULL);
	map_init(&cache->keys);
	return cache;
}

void key_cache_destroy(struct key_cache *cache)
{
	if (!cache)
		return;
	forget_all(&cache->keys);
	pthread_rwlock_destroy(&cache->lock);
	free(cache);
}

static void cache_key(struct map *keys, const struct access_key *key, const struct account *account)
{
	struct cached_key *cached = calloc(1, sizeof *cached);

	if (!cached)
		abort();
	snprintf(cached->id, sizeof cached->id, "%s", key->id);
	snprintf(cached->secret, sizeof cached->secret, "%s", key->secret);
	snprintf(cached->account, sizeof cached->account, "%s", account->id);
	snprintf(cached->realm, sizeof cached->realm, "%s", account->realm);
	cached->active = key->state == ACCESS_KEY_ACTIVE;
	free(map_put(keys, key->id, cached));
}

static bool load(struct txn *txn, void *context)
{
	struct loading *loading = context;
	struct access_key *rows;
	struct account *accounts;
	struct account account;
	size_t n = access_key_list(txn, NULL, &rows);
	size_t i;

	for (i = 0; i < n; i++) {
		if (account_get(txn, rows[i].account, &account))
			cache_key(loading->keys, &rows[i], &account);
	}
	if (loading->fixed->id && account_list(txn, &accounts))
		cache_key(loading->keys, loading->fixed, &accounts[0]);
	return true;
}

void key_cache_fix(struct key_cache *cache, const char *id, const char *secret)
{
	cache->fixed = (struct access_key){ .id = id, .secret = secret, .state = ACCESS_KEY_ACTIVE };
}

bool key_cache_load(struct key_cache *cache, struct store *store)
{
	struct arena arena;
	struct map fresh;
	struct map old;
	struct loading loading = { &fresh, &cache->fixed };
	bool read;

	arena_init(&arena);
	map_init(&fresh);
	read = store_read(store, load, &loading, &arena) == STORE_DONE;
	arena_finish(&arena);
	if (!read) {
		forget_all(&fresh);
		return false;
	}
	pthread_rwlock_wrlock(&cache->lock);
	old = cache->keys;
	cache->keys = fresh;
	pthread_rwlock_unlock(&cache->lock);
	forget_all(&old);
	return true;
}

bool key_cache_find(struct key_cache *cache, const char *id, struct cached_key *ret)
{
	const struct cached_key *found;

	pthread_rwlock_rdlock(&cache->lock);
	found = map_get(&cache->keys, id);
	if (found)
		*ret = *found;
	pthread_rwlock_unlock(&cache->lock);
	return found != NULL;
}
