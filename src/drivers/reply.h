/* What every driver does with calls and replies: fills the answer, and tells calls of an older lease from the others.
 * It knows no machine. */
#ifndef DRIVERS_REPLY_H
#define DRIVERS_REPLY_H

#include "base/map.h"
#include "contract/driver.h"

void reply_done(struct driver_reply *reply);

/* `message` is a format of printf. */
void reply_answer(struct driver_reply *reply, enum driver_answer answer, const char *reason, const char *message, ...)
	__attribute__((format(printf, 4, 5)));

/* PENDING: to be asked again in so many milliseconds. */
void reply_pending(struct driver_reply *reply, int64_t look_again_ms, const char *reason, const char *message, ...)
	__attribute__((format(printf, 4, 5)));

/* Whether the call comes under an older lease of its job than one seen before; then it is answered. `leases` maps jobs to
 * the highest fence that was seen, as a pointer's value; the caller holds a lock around it. */
bool reply_is_stale(struct map *leases, const struct driver_call *call, struct driver_reply *reply);

#endif
