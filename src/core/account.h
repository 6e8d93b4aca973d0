/* Accounts and their access keys, as rows and as verbs. Verifying a signature with a key is the dialect's business. */
#ifndef CORE_ACCOUNT_H
#define CORE_ACCOUNT_H

#include "core/core.h"

/* Makes an account of the realm with the defaults of its cloud. */
struct account account_create(struct work *work, const char *realm, const char *name);

/* The oldest account of the realm: the one that is meant where none is named. */
bool account_oldest(struct work *work, const char *realm, struct account *ret);

/* Makes a key of the account. id and secret NULL: made by chance in the vendor's shape ("LTAI" and 20 characters, 30
 * characters). False: no such account, or a key of that id is another account's. */
bool access_key_create(struct work *work, const char *account, const char *id, const char *secret,
                       const char *description, struct access_key *ret);

bool access_key_set_state(struct work *work, const char *id, enum access_key_state state);

#endif
