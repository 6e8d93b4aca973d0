/* Users and roles of accounts. What their policies say is not looked at here (core/policy.h), nor whose signature a request
 * bears. */
#ifndef CORE_PRINCIPAL_H
#define CORE_PRINCIPAL_H

#include "core/core.h"

#define PRINCIPALS_MAX          1000 /* users, or roles, of an account */
#define PRINCIPAL_NAME_MAX      64
#define PRINCIPAL_POLICIES_MAX  20

/* 1 to 64 of A-Z a-z 0-9 . - _ */
bool principal_name_well_formed(const char *name);

/* An id for a new user of the caller's realm: a number of 18 digits, or 32 hex digits. */
const char *principal_id_mint(struct work *work);

/* The user of that name of the key's account becomes its holder. False: USER_UNKNOWN. */
bool access_key_give(struct work *work, struct access_key *key, const char *user);

/* Whether a role can be taken: an account that has some has no others, one that has none has every one. False:
 * ROLE_ABSENT. */
bool role_is_there(struct work *work, const char *account, const char *name);

#endif
