/* What is kept of secrets that are only ever compared: of passwords a slow hash, of what a machine made by chance a fast
 * one. Secrets that must be known in the clear (those that sign) are none of its business. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stdbool.h>

#include "base/arena.h"

#define SECRET_HASH_SIZE    65  /* 64 hex digits and a NUL */
#define PASSWORD_MAX        128 /* bytes */
#define PASSWORD_HASH_MAX   256 /* bytes */
#define PASSWORD_ITERATIONS 300000

/* SHA-256 in hex. For texts with as much chance in them as a key: guessing them is hopeless at any speed. */
void secret_hash(const char *secret, char ret[SECRET_HASH_SIZE]);

/* "pbkdf2-sha256$300000$SALT$HASH", with a new salt. Takes about a tenth of a second: never in a transaction. */
const char *password_hash(struct arena *arena, const char *password);

/* Whether it is such a text, with iterations that can be waited for. */
bool password_hash_well_formed(const char *hash);

/* As slow, also where `hash` is NULL or no such text, which matches nothing: how long it takes tells nobody whether there
 * is a password. */
bool password_matches(const char *hash, const char *password);

#endif
