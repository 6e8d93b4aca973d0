/* What a key that is not an account's own may do: the policies of its user, or of the role that it acts in and of the role's
 * session, read once. They are shared by all keys of theirs and by the calls under way, and never change. */
#ifndef API_RIGHTS_H
#define API_RIGHTS_H

#include "contract/model.h"
#include "core/policy.h"

struct rights;

/* Of a user or role. Policies that cannot be read, or have no language (NULL), allow nothing. */
struct rights *rights_of_principal(const struct policy_language *language, const struct principal *principal);

/* Of a session of a role or user: what its policy ("" or NULL: none) and the rights of that (NULL: everything) both allow. NULL
 * if that is everything. */
struct rights *rights_of_session(struct rights *role, const struct policy_language *language, const char *policy);

/* Another holder, and one holder less: the last one frees them. NULL is fine. */
struct rights *rights_keep(struct rights *rights);
void rights_release(struct rights *rights);

struct rights_answer {
	bool allowed;
	bool explicitly; /* a statement denies it */
	bool by_session; /* the session's policy does not allow it, the role's do */
};

struct rights_answer rights_ask(const struct rights *rights, const struct policy_request *request);

/* The user whose they are, "" of roles; valid as long as they are held. */
const char *rights_user(const struct rights *rights);
const char *rights_user_id(const struct rights *rights);

#endif
