#include "drivers/reply.h"

#include <stdarg.h>
#include <stdio.h>

static void fill(struct driver_reply *reply, enum driver_answer answer, int64_t look_again_ms, const char *reason,
                 const char *message, va_list args)
{
	*reply = (struct driver_reply){ .answer = answer, .look_again_ms = look_again_ms };
	snprintf(reply->reason, sizeof reply->reason, "%s", reason);
	vsnprintf(reply->message, sizeof reply->message, message, args);
}

void reply_answer(struct driver_reply *reply, enum driver_answer answer, const char *reason, const char *message, ...)
{
	va_list args;

	va_start(args, message);
	fill(reply, answer, 0, reason, message, args);
	va_end(args);
}

void reply_pending(struct driver_reply *reply, int64_t look_again_ms, const char *reason, const char *message, ...)
{
	va_list args;

	va_start(args, message);
	fill(reply, DRIVER_PENDING, look_again_ms, reason, message, args);
	va_end(args);
}

void reply_done(struct driver_reply *reply)
{
	*reply = (struct driver_reply){ .answer = DRIVER_DONE };
}

bool reply_is_stale(struct map *leases, const struct driver_call *call, struct driver_reply *reply)
{
	intptr_t seen = (intptr_t)map_get(leases, call->job);

	if (call->fence < seen) {
		reply_answer(reply, DRIVER_REFUSED, "stale", "the job was claimed anew since");
		return true;
	}
	/* Those of a job's first claim are not kept: nothing can be older. */
	if (call->fence > 1 && call->fence > seen)
		map_put(leases, call->job, (void *)(intptr_t)call->fence);
	return false;
}
