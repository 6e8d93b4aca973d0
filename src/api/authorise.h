/* Whether a call may be made: asks the rights of its key for the permission of its operation on each resource that it names.
 * Who calls was found out before (the dialect), and what the rights are is kept in api/keys.h. */
#ifndef API_AUTHORISE_H
#define API_AUTHORISE_H

#include "api/call.h"

/* In the transaction of the call, if it has one, with its input bound and before anything is looked at. False after
 * REFUSE_NOT_AUTHORISED, with call->denial. At once true for an account's own keys. */
bool authorise(struct call *call);

/* The same for one more permission, which not every call of the operation needs. */
bool authorise_action(struct call *call, const char *permission, const char *resource);

#endif
