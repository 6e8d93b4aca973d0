/* Faults as verbs: added, met by one call after another, cleared. It counts and matches; what a call that met one does is
 * api/fault.h, and what a job does that carries one is core/job.h. */
#ifndef CORE_FAULT_H
#define CORE_FAULT_H

#include "core/core.h"

#define FAULTS_MAX          1000 /* of a store, those that are used up included */
#define FAULT_TIMES_MAX     1000000
#define FAULT_LATENCY_MAX   600000 /* milliseconds */
#define FAULT_ID_MAX        64
#define FAULT_RESOURCE_MAX  128
#define FAULT_REASON_MAX    256
#define FAULT_ANY_OPERATION "*"

/* A call as faults see it. */
struct fault_call {
	const char *account;
	const char *operation;
	const char *const *values; /* of all its parameters: the ids are among them */
	size_t n_values;
};

/* Whether the fault is not used up and means this call. */
bool fault_matches(const struct fault_rule *rule, const struct fault_call *call);

/* Takes one time off the first fault that matches; false, and nothing changed, if there is none. Committed before the
 * call goes on: of two calls that race for the last time one gets it. */
bool fault_take(struct work *work, const struct fault_call *call, struct fault_rule *ret);

/* Adds a fault behind the others. The caller has looked whether its operation, code and effect exist
 * (api/fault.h: fault_check). Fills in id (where it is empty), position, times_hit and created_at. Refuses an id that is
 * taken, an account that is unknown, and more than FAULTS_MAX. */
bool fault_add(struct work *work, struct fault_rule *rule);

/* The same where the caller counts: there is room, and nothing at that position or behind it. */
bool fault_add_at(struct work *work, struct fault_rule *rule, int64_t position);

struct fault_cleared {
	int64_t faults;
	int64_t jobs; /* open ones that carried one of them: they go on as if they had not */
};

/* Removes the fault of that id, those of that operation, or (both NULL) all. Refuses an id that is unknown. */
bool fault_clear(struct work *work, const char *id, const char *operation, struct fault_cleared *ret);

#endif
