/* Accounts and their access keys, as rows and as verbs. Verifying a signature with a key is the dialect's business. */
#ifndef CORE_ACCOUNT_H
#define CORE_ACCOUNT_H

#include "base/dev_key.h"
#include "core/core.h"

/* Makes an account of the realm with the defaults of its cloud. */
struct account account_create(struct work *work, const char *realm, const char *name);

/* Makes a key of the account. id and secret NULL: made by chance in the vendor's shape ("LTAI" and 20 characters, 30
 * characters). False: no such account, or a key of that id is another account's. */
bool access_key_create(struct work *work, const char *account, const char *id, const char *secret,
                       const char *description, struct access_key *ret);

bool access_key_set_state(struct work *work, const char *id, enum access_key_state state);

/* ---- accounts that a key makes by its first call (cleat serve --accounts auto) ---- */

#define OWN_KEY_MAX 64 /* characters, OWN_KEY_PREFIX included */

/* Whether a key of that id may have one: the prefix, then 1 to 59 letters, digits or ._- */
bool own_key_well_formed(const char *key);

/* The account that was made for the key, or a new one of the realm. Refuses with ACCOUNTS_TOO_MANY where a store has
 * `most` accounts already, KEY_MALFORMED, KEY_UNKNOWN where the id has become that of another access key. */
bool account_for_own_key(struct work *work, const char *realm, const char *key, int64_t most, struct account *ret);

/* The account of that id, or the one that was made for the key of that id. */
bool account_named(struct work *work, const char *name, struct account *ret);

#endif
