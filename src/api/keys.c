#include "api/keys.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/call.h"
#include "api/rights.h"
#include "base/map.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/account.h"
#include "core/role.h"

#define SWEEP_EVERY (10 * MINUTE)
#define PLACE_SIZE  (sizeof ((struct cached_key *)0)->realm + sizeof ((struct cached_key *)0)->id)

struct keys {
	struct map by_id;    /* struct cached_key */
	struct map by_token; /* the same, the temporary ones */
	struct map rights;   /* struct rights of users and roles, by their ids; and of roles that are not there, by account */
};

struct key_cache {
	pthread_rwlock_t lock;
	struct keys keys;
	struct access_key fixed; /* id NULL: none */
	const char *own_secret;  /* of keys with an account of their own; NULL: there are none */
	const struct dialect *const *dialects; /* NULL: no policies can be read */
	int64_t sweep_at;
};

struct loading {
	struct keys *keys;
	const struct access_key *fixed;
	const char *own_secret;
	const struct dialect *const *dialects;
};

static void keys_init(struct keys *keys)
{
	map_init(&keys->by_id);
	map_init(&keys->by_token);
	map_init(&keys->rights);
}

static void forget(struct cached_key *key)
{
	if (key)
		rights_release(key->rights);
	free(key);
}

static void forget_all(struct keys *keys)
{
	struct rights *rights;
	void *key;
	size_t cursor = 0;

	while ((key = map_next(&keys->by_id, &cursor)))
		forget(key);
	cursor = 0;
	while ((rights = map_next(&keys->rights, &cursor)))
		rights_release(rights);
	map_finish(&keys->by_id);
	map_finish(&keys->by_token);
	map_finish(&keys->rights);
}

struct key_cache *key_cache_create(void)
{
	struct key_cache *cache = calloc(1, sizeof *cache);

	if (!cache)
		abort();
	pthread_rwlock_init(&cache->lock, NULL);
	keys_init(&cache->keys);
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

static const struct policy_language *language_of(const struct dialect *const *dialects, const char *realm)
{
	const struct dialect_rights *rights = dialects ? dialect_rights_of(dialects, realm) : NULL;

	return rights ? rights->language : NULL;
}

/* Where a key is kept whose place another one of its id has, in another realm. No id has a blank in it. */
static const char *place_of(const struct cached_key *key, char *ret, size_t size)
{
	if (!key->elsewhere)
		return key->id;
	snprintf(ret, size, "%s %s", key->realm, key->id);
	return ret;
}

static void cache_key(struct keys *keys, const struct access_key *key, const struct account *account, bool elsewhere)
{
	char place[PLACE_SIZE];
	struct cached_key *cached = calloc(1, sizeof *cached);

	if (!cached)
		abort();
	snprintf(cached->id, sizeof cached->id, "%s", key->id);
	snprintf(cached->secret, sizeof cached->secret, "%s", key->secret);
	snprintf(cached->account, sizeof cached->account, "%s", account->id);
	snprintf(cached->realm, sizeof cached->realm, "%s", account->realm);
	cached->active = key->state == ACCESS_KEY_ACTIVE;
	cached->elsewhere = elsewhere;
	if (!text_empty(key->holder)) {
		cached->rights = rights_keep(map_get(&keys->rights, key->holder));
		/* A key whose user is not there may do nothing. */
		cached->active = cached->active && cached->rights;
	}
	forget(map_put(&keys->by_id, place_of(cached, place, sizeof place), cached));
}

/* No id of a user or role looks like it. */
static const char *absent_roles(struct arena *arena, const char *account)
{
	return arena_printf(arena, "%s:role/", account);
}

/* Of a role of the account, or of one of its users (by id); of the account itself where both are "". False: the user is not
 * there. *ret is the map's. */
static bool holder_rights(struct keys *keys, const char *account, const char *role, const char *holder,
                          struct rights **ret)
{
	struct arena arena;

	*ret = NULL;
	if (text_empty(role)) {
		*ret = text_empty(holder) ? NULL : map_get(&keys->rights, holder);
		return text_empty(holder) || *ret;
	}
	arena_init(&arena);
	*ret = map_get(&keys->rights, role_id(&arena, account, role));
	if (!*ret)
		*ret = map_get(&keys->rights, absent_roles(&arena, account));
	arena_finish(&arena);
	return true;
}

static void cache_temporary_key(struct keys *keys, const struct temporary_key *key, const char *realm,
                                const struct policy_language *language)
{
	struct cached_key *cached = calloc(1, sizeof *cached);
	struct rights *rights;

	if (!cached)
		abort();
	snprintf(cached->id, sizeof cached->id, "%s", key->id);
	snprintf(cached->secret, sizeof cached->secret, "%s", key->secret);
	snprintf(cached->account, sizeof cached->account, "%s", key->account);
	snprintf(cached->realm, sizeof cached->realm, "%s", realm);
	snprintf(cached->token, sizeof cached->token, "%s", key->token);
	snprintf(cached->role, sizeof cached->role, "%s", key->role);
	snprintf(cached->session, sizeof cached->session, "%s", key->session);
	cached->expires_at = key->expires_at;
	cached->active = holder_rights(keys, key->account, key->role, key->holder, &rights);
	cached->rights = rights_of_session(rights, language, key->policy);
	forget(map_put(&keys->by_id, key->id, cached));
	map_put(&keys->by_token, key->token, cached);
}

/* It is that of the oldest account of each realm. */
static void cache_fixed(struct keys *keys, const struct access_key *fixed, const struct account *accounts, size_t n)
{
	size_t i;
	size_t j;

	for (i = 0; i < n; i++) {
		for (j = 0; j < i && !text_equal(accounts[j].realm, accounts[i].realm); j++)
			continue;
		if (j == i)
			cache_key(keys, fixed, &accounts[i], i > 0);
	}
}

static void cache_own_key(struct keys *keys, const struct account *account, const char *secret)
{
	const struct access_key key = { .id = account->own_key, .secret = secret, .state = ACCESS_KEY_ACTIVE };

	cache_key(keys, &key, account, false);
}

/* Before the others, which go over them. */
static void load_own_keys(struct txn *txn, const struct loading *loading)
{
	struct account *accounts;
	size_t n = loading->own_secret ? account_list(txn, &accounts) : 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (*accounts[i].own_key)
			cache_own_key(loading->keys, &accounts[i], loading->own_secret);
	}
}

/* In an account that has roles, keys of one that is gone may do nothing. */
static void close_absent_roles(struct txn *txn, struct loading *loading, const char *account)
{
	static const struct principal nobody = { .kind = PRINCIPAL_ROLE, .name = "", .policies = "[]" };
	const char *name = absent_roles(txn_arena(txn), account);

	if (!map_get(&loading->keys->rights, name))
		map_put(&loading->keys->rights, name, rights_of_principal(NULL, &nobody));
}

static void load_rights(struct txn *txn, struct loading *loading)
{
	struct principal *rows;
	struct account account;
	size_t n = principal_list(txn, NULL, &rows);
	size_t i;

	for (i = 0; i < n; i++) {
		if (rows[i].kind == PRINCIPAL_ROLE)
			close_absent_roles(txn, loading, rows[i].account);
		if (account_get(txn, rows[i].account, &account))
			rights_release(map_put(&loading->keys->rights, rows[i].id,
			                       rights_of_principal(language_of(loading->dialects, account.realm), &rows[i])));
	}
}

/* Those of users and roles first: keys refer to them. */
static bool load(struct txn *txn, void *context)
{
	struct loading *loading = context;
	struct access_key *rows;
	struct temporary_key *temporary;
	struct account *accounts;
	struct account account;
	size_t n = access_key_list(txn, NULL, &rows);
	size_t i;

	load_own_keys(txn, loading);
	load_rights(txn, loading);
	for (i = 0; i < n; i++) {
		if (account_get(txn, rows[i].account, &account))
			cache_key(loading->keys, &rows[i], &account, false);
	}
	n = temporary_key_list(txn, NULL, 0, &temporary);
	for (i = 0; i < n; i++) {
		if (account_get(txn, temporary[i].account, &account))
			cache_temporary_key(loading->keys, &temporary[i], account.realm,
			                    language_of(loading->dialects, account.realm));
	}
	if (loading->fixed->id) {
		n = account_list(txn, &accounts);
		cache_fixed(loading->keys, loading->fixed, accounts, n);
	}
	return true;
}

void key_cache_fix(struct key_cache *cache, const char *id, const char *secret)
{
	cache->fixed = (struct access_key){ .id = id, .secret = secret, .state = ACCESS_KEY_ACTIVE };
}

void key_cache_own_secret(struct key_cache *cache, const char *secret)
{
	cache->own_secret = secret;
}

void key_cache_speak(struct key_cache *cache, const struct dialect *const *dialects)
{
	cache->dialects = dialects;
}

const char *key_cache_fixed_id(const struct key_cache *cache)
{
	return cache->fixed.id;
}

bool key_cache_load(struct key_cache *cache, struct store *store)
{
	struct arena arena;
	struct keys fresh;
	struct keys old;
	struct loading loading = { &fresh, &cache->fixed, cache->own_secret, cache->dialects };
	bool read;

	arena_init(&arena);
	keys_init(&fresh);
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
	found = map_get(&cache->keys.by_id, id);
	if (found) {
		*ret = *found;
		rights_keep(ret->rights);
	}
	pthread_rwlock_unlock(&cache->lock);
	return found != NULL;
}

bool key_cache_find_in(struct key_cache *cache, const char *realm, const char *id, struct cached_key *ret)
{
	char place[PLACE_SIZE];

	/* What is too long for a key's id must not become another one. */
	if (strlen(id) >= sizeof ret->id)
		return false;
	if (key_cache_find(cache, id, ret)) {
		if (text_equal(ret->realm, realm))
			return true;
		rights_release(ret->rights);
	}
	snprintf(place, sizeof place, "%s %s", realm, id);
	return key_cache_find(cache, place, ret);
}

bool key_cache_rights(struct key_cache *cache, const char *account, const char *role, const char *holder,
                      struct rights **ret)
{
	bool there;

	pthread_rwlock_rdlock(&cache->lock);
	there = holder_rights(&cache->keys, account, role, holder, ret);
	rights_keep(*ret);
	pthread_rwlock_unlock(&cache->lock);
	return there;
}

bool key_cache_find_new(struct key_cache *cache, const char *id, const char *realm, struct cached_key *ret)
{
	if (!cache->own_secret || !own_key_well_formed(id))
		return false;
	*ret = (struct cached_key){ .active = true, .is_new = true };
	snprintf(ret->id, sizeof ret->id, "%s", id);
	snprintf(ret->secret, sizeof ret->secret, "%s", cache->own_secret);
	snprintf(ret->realm, sizeof ret->realm, "%s", realm);
	return true;
}

void key_cache_add_own(struct key_cache *cache, const struct account *account)
{
	pthread_rwlock_wrlock(&cache->lock);
	cache_own_key(&cache->keys, account, cache->own_secret);
	pthread_rwlock_unlock(&cache->lock);
}

/* The map must not change while it is walked: first those that stay, then the others are freed. */
static void sweep(struct key_cache *cache, int64_t now)
{
	char place[PLACE_SIZE];
	struct keys fresh;
	struct cached_key *key;
	size_t cursor = 0;

	keys_init(&fresh);
	while ((key = map_next(&cache->keys.by_id, &cursor))) {
		if (*key->token && key->expires_at < now - TEMPORARY_KEYS_KEPT) {
			forget(key);
			continue;
		}
		map_put(&fresh.by_id, place_of(key, place, sizeof place), key);
		if (*key->token)
			map_put(&fresh.by_token, key->token, key);
	}
	map_finish(&cache->keys.by_id);
	map_finish(&cache->keys.by_token);
	map_finish(&fresh.rights);
	fresh.rights = cache->keys.rights;
	cache->keys = fresh;
	cache->sweep_at = now + SWEEP_EVERY;
}

void key_cache_add(struct key_cache *cache, const struct temporary_key *key, const char *realm, int64_t now)
{
	pthread_rwlock_wrlock(&cache->lock);
	if (now >= cache->sweep_at)
		sweep(cache, now);
	cache_temporary_key(&cache->keys, key, realm, language_of(cache->dialects, realm));
	pthread_rwlock_unlock(&cache->lock);
}

static bool is_some_token(struct key_cache *cache, const char *token)
{
	bool found;

	pthread_rwlock_rdlock(&cache->lock);
	found = map_get(&cache->keys.by_token, token) != NULL;
	pthread_rwlock_unlock(&cache->lock);
	return found;
}

enum refusal_reason key_cache_check_token(struct key_cache *cache, const struct cached_key *key, const char *token,
                                          int64_t now)
{
	if (text_empty(token))
		return *key->token ? REFUSE_TOKEN_MISSING : REFUSE_NONE;
	if (*key->token && text_equal_secret(token, key->token))
		return now < key->expires_at ? REFUSE_NONE : REFUSE_TOKEN_EXPIRED;
	return is_some_token(cache, token) ? REFUSE_TOKEN_OF_ANOTHER_KEY : REFUSE_TOKEN_MALFORMED;
}
