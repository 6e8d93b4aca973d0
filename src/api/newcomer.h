/* Calls of keys that nobody made: with `cleat serve --accounts auto` the first verified call of a key test-... makes it an account
 * of its own, in a transaction before the call's. Not who may call: the dialect has verified the signature before. */
#ifndef API_NEWCOMER_H
#define API_NEWCOMER_H

#include "api/call.h"

/* For a dialect: refuses a key that is unknown, and says what is wrong with it where it was meant to get an account. */
bool newcomer_refuse(struct call *call, const char *key);

/* For a dialect: the call is verified, caller.key_id is its key and caller.tenant.realm its realm; an account is yet to be had. */
void newcomer_begin(struct call *call);

/* Finds or makes the account, and hands the call back when that is on disk. */
void newcomer_submit(struct call *call);

/* After that: the caller has an account. False after call_refuse(). */
bool newcomer_end(struct call *call);

/* In a call's transaction: its account may have been removed since its key was looked at. False after call_refuse(). */
bool newcomer_still_there(struct call *call);

#endif
