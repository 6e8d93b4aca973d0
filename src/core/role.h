/* Roles and the temporary keys that act in them. In an account without roles of its own (core/principal.h) every name is
 * one. What a role may do, and who may take it, is not decided here. The times of temporary keys are the machine's, not the cloud's. */
#ifndef CORE_ROLE_H
#define CORE_ROLE_H

#include "base/moment.h"
#include "core/core.h"

#define ROLE_NAME_MAX          64
#define ROLE_SESSION_MIN       2
#define ROLE_SESSION_MAX       64
#define ROLE_DURATION_MIN      (15 * MINUTE)
#define ROLE_DURATION_MAX      (12 * HOUR)
#define ROLE_DURATION_DEFAULT  (1 * HOUR)
#define TEMPORARY_KEYS_MAX     10000 /* of an account that have not expired */
#define TEMPORARY_KEYS_KEPT    HOUR  /* behind their expiry, so that a late caller is told why */

struct role_assume {
	const char *account; /* the role's */
	const char *role;
	const char *session;
	const char *policy;  /* as given; limits the key further. NULL: none */
	int64_t duration;    /* milliseconds */
	int64_t now;         /* the machine's clock */
};

/* A key that acts as who asks for it does: in a role of the caller's account, as a user (by id), or as the account itself where
 * both are "". */
struct key_of {
	const char *role, *session, *holder;
	const char *policy; /* as given; limits the key further. "": none */
	int64_t duration;   /* milliseconds */
	int64_t now;        /* the machine's clock */
};

/* False: TEMPORARY_KEYS_LIMIT. */
bool temporary_key_create(struct work *work, const struct key_of *args, struct temporary_key *ret);

/* Makes a temporary key that acts in the role: id "STS." and 25 characters, secret of 44, token "CAIS" and 124. False:
 * ROLE_UNKNOWN for a role of another account than the caller's, ROLE_ABSENT, TEMPORARY_KEYS_LIMIT. */
bool role_assume(struct work *work, const struct role_assume *args, struct temporary_key *ret);

/* The same, but a key that the same caller made of this role and session before comes back while it lasts for `least`
 * more milliseconds. *ret_new tells which it is. */
bool role_keep(struct work *work, const struct role_assume *args, int64_t least, struct temporary_key *ret,
               bool *ret_new);

/* The number a role is known by: always the same for the same account and name. In the arena. */
const char *role_id(struct arena *arena, const char *account, const char *role);

#endif
