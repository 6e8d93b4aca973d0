/* Faults on their way through a call: which call may meet one, the transaction that counts the meeting, and what becomes
 * of the call. The rules are in memory, so that a call that meets none pays nothing; who matches is core/fault.h's. */
#ifndef API_FAULT_H
#define API_FAULT_H

#include "api/call.h"
#include "core/fault.h"

/* ---- the rules in memory ---- */

struct fault_cache;

struct fault_cache *fault_cache_create(void);
void fault_cache_destroy(struct fault_cache *cache);

/* Reads all faults of the store: at start, and after the commit of every change and before its reply. Loads that overlap
 * end with the newest. False: the store cannot be read, and nothing has changed. */
bool fault_cache_load(struct fault_cache *cache, struct store *store);

/* ---- a call ---- */

/* The call was authenticated and its operation found: whether it may meet a fault, so that it must be submitted to
 * fault_submit before anything else is done with it. */
bool fault_awaits(struct call *call);

/* Counts, in a transaction of its own, and holds the call back for the fault's latency; then the call is resumed. */
void fault_submit(struct call *call);

/* After that: whether the call goes on. False: it is rendered, with what the fault said (or nothing: fault_is_cut). */
bool fault_apply(struct call *call);

/* The fault that jobs of the call carry, or NULL. */
const char *fault_of_jobs(const struct call *call);

/* Nothing was done and nothing is answered. */
bool fault_is_cut(const struct call *call);

/* ---- declared rows, and faults as people write them ---- */

/* The n-th row (from 1) with that code which the operation, or where it is NULL every operation of the dialect, declares;
 * NULL if there is none. Rows with places to be filled in are left out: only a real refusal can fill them. */
const struct error_row *fault_row(const struct dialect *dialect, const struct operation *operation, const char *code,
                                  int64_t variant);

/* Looks whether a fault makes sense, before fault_add: operation, effect, code, variant, sizes. `effect` is its word; NULL
 * or "" is `error` where there is a code, `latency` where there is only that. Fills in effect; variant and times_left where
 * they are 0 (1, 1); texts that are NULL (""). False with a sentence in *ret_problem, in the arena. Accounts are not looked
 * at: they are rows. */
bool fault_check(const struct dialect *const *dialects, struct arena *arena, const char *effect, struct fault_rule *rule,
                 const char **ret_problem);

/* Whether there is such an operation that can meet faults; the same sentence if not. */
bool fault_check_operation(const struct dialect *const *dialects, struct arena *arena, const char *operation,
                           const char **ret_problem);

#endif
