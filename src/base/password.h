/* Passwords as they are kept: a salt and what PBKDF2-HMAC-SHA256 makes of it and the password, so that who reads a store
 * or a fleet file knows none. To look at one takes some ten milliseconds on purpose: never inside a transaction. */
#ifndef BASE_PASSWORD_H
#define BASE_PASSWORD_H

#include <stdbool.h>

#include "base/arena.h"

#define PASSWORD_MIN 1   /* bytes; what is a good one is not for a server of tests to say */
#define PASSWORD_MAX 128

/* "pbkdf2-sha256:ROUNDS:SALT:DIGEST", with a salt of its own each time. In the arena. */
const char *password_hash(struct arena *arena, const char *password);

/* Whether it looks like what password_hash() gives: also rounds that another version of Cleat chose. */
bool password_hash_well_formed(const char *hash);

/* Whether the hash was made of that password. One that is not well formed, as "", was made of none; that takes as long, so
 * that nobody learns from the time which users there are. */
bool password_matches(const char *hash, const char *password);

#endif
