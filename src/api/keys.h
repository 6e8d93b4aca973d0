/* Access keys in memory, so that verifying a signature reads no store. Loaded at start, changed after the commit of every
 * change and before its reply; not the place where keys are kept. */
#ifndef API_KEYS_H
#define API_KEYS_H

#include <stdbool.h>

#include "contract/refusal.h"
#include "contract/store.h"

struct dialect;
struct key_cache;
struct rights;

struct cached_key {
	char id[129];
	char secret[129];
	char account[33];
	char realm[17];
	bool active;
	bool elsewhere; /* a key of the same id and another realm has its place: only key_cache_find_in finds it */
	bool is_new; /* no store has it: its first call makes it an account, "" so far (key_cache_find_new) */
	/* Of a temporary key; "" and 0 of others. */
	char token[129];
	char role[65];
	char session[65];
	int64_t expires_at; /* real time */
	struct rights *rights; /* NULL: it may do everything in its account */
};

struct key_cache *key_cache_create(void);
void key_cache_destroy(struct key_cache *cache);

/* A key that is in no store, and valid as long as the cache: the development key. Before the first load. */
void key_cache_fix(struct key_cache *cache, const char *id, const char *secret);

/* Keys of the store that each have an account of their own are valid with this secret; without it they are not. Before the
 * first load. */
void key_cache_own_secret(struct key_cache *cache, const char *secret);

/* Whose policies limit what keys of users and roles may do (struct dialect_rights); without it they may do nothing. Before
 * the first load. */
void key_cache_speak(struct key_cache *cache, const struct dialect *const *dialects);

/* The id of that key; NULL if there is none. No key of the store may have it, since it could not be used. */
const char *key_cache_fixed_id(const struct key_cache *cache);

/* Reads all keys of the store; the fixed one, if any, belongs to the first account of each realm. */
bool key_cache_load(struct key_cache *cache, struct store *store);

/* Adds a temporary key of an account of that realm, and now and then drops those that expired long before `now`. In the
 * order of the commits, as key_cache_load after one: both on the thread that tells of them. */
void key_cache_add(struct key_cache *cache, const struct temporary_key *key, const char *realm, int64_t now);

/* Adds a key with an account of its own. As above: in the order of the commits. */
void key_cache_add_own(struct key_cache *cache, const struct account *account);

/* Whether `token` is what `key` must come with at `now` (real time); NULL and "" are none. REFUSE_NONE; TOKEN_MISSING,
 * TOKEN_EXPIRED, TOKEN_OF_ANOTHER_KEY, TOKEN_MALFORMED. */
enum refusal_reason key_cache_check_token(struct key_cache *cache, const struct cached_key *key, const char *token,
                                          int64_t now);

/* Of a key that is in no store: what its first call has to be signed with. False: keys get no accounts of their own here. */
bool key_cache_find_new(struct key_cache *cache, const char *id, const char *realm, struct cached_key *ret);

/* key_cache_find() in that realm: the development key is one of each. */
bool key_cache_find_in(struct key_cache *cache, const char *realm, const char *id, struct cached_key *ret);

/* What who acts without a key may do: in a role of the account, as one of its users (by id), or as itself where both are "".
 * *ret is to be released; NULL: everything. False: the user is not there. */
bool key_cache_rights(struct key_cache *cache, const char *account, const char *role, const char *holder,
                      struct rights **ret);

/* Copies, so that a change cannot pull it away; ret->rights is to be released (api/rights.h). False: no such key. */
bool key_cache_find(struct key_cache *cache, const char *id, struct cached_key *ret);

#endif
