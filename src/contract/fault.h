/* A fault as a row: what the next calls of an operation meet instead of, or beside, what the cloud would do. Data only:
 * who matches is core/fault.c's, what a call then does is api/fault.c's. */
#ifndef CONTRACT_FAULT_H
#define CONTRACT_FAULT_H

#include <stdint.h>

enum fault_effect {
	FAULT_ERROR,          /* the call answers one of its declared errors, and does nothing */
	FAULT_LATENCY,        /* the call waits, and then does its work */
	FAULT_REPLY_LOST,     /* the call does its work to the commit; its connection is closed without a byte */
	FAULT_CONNECTION_CUT, /* the connection is closed without a byte, and nothing was done */
	FAULT_JOB_FAILS,      /* the call is carried out; the jobs it opens fail without their driver being asked */
	FAULT_JOB_NEVER_ENDS, /* the same; the jobs wait until the fault is cleared */
	FAULT_EFFECT_MAX
};

#define FAULT_FOREVER (-1) /* times_left of a fault that holds until it is cleared */

struct fault_rule {
	const char *id;        /* "fault-..." where nobody gave one */
	int64_t position;      /* the order in which they were added: the first that matches counts */
	const char *account;   /* "": any */
	const char *operation; /* "DetachDisk"; "*": any */
	const char *resource;  /* an id that some parameter of the call must have; "": any */
	enum fault_effect effect;
	const char *code; /* FAULT_ERROR: the vendor's */
	int64_t variant;  /* FAULT_ERROR: which of the rows with that code, from 1 */
	int64_t latency;  /* milliseconds of real time before the call does its work; beside any effect */
	const char *reason; /* FAULT_JOB_FAILS: the message of the jobs that fail */
	int64_t times_left; /* calls that it still meets; 0: it is used up */
	int64_t times_hit;
	int64_t created_at;
};

extern const char *const fault_effect_names[FAULT_EFFECT_MAX + 1];

#endif
