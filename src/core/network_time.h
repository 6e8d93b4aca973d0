/* How long a network takes until it can be used, at the server's pace. It is a time and not a job: nothing is asked of
 * a machine. */
#ifndef CORE_NETWORK_TIME_H
#define CORE_NETWORK_TIME_H

#include "base/moment.h"
#include "core/core.h"

static inline int64_t network_time(const struct work *work)
{
	static const int64_t times[PACE_MAX] = { [PACE_QUICK] = 300, [PACE_REAL] = 5 * SECOND };

	return times[work->core->settings.pace];
}

#endif
