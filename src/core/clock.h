/* Cloud time: what timestamps, due times and cooldowns are told in. It runs with the machine's clock or stands until it
 * is moved, never goes back, and is not used for leases, HTTP deadlines, signatures or tokens: those are real time. */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

struct txn;

struct clock {
	bool manual;
	int64_t stands_at; /* manual: now; atomic */
	int64_t last;      /* real: the latest moment handed out; atomic */
};

/* Milliseconds since 1970 UTC. Safe from any thread. */
int64_t clock_now(struct clock *clock);

/* Reads where a manual clock stood when the server ended, or starts it at the present. Inside a read at start. */
void clock_restore(struct clock *clock, struct txn *txn);

/* Where a manual clock was recorded last, `otherwise` if never. */
int64_t clock_recorded(struct txn *txn, int64_t otherwise);

/* Records a manual clock's next position; clock_move makes it so once that is committed. */
void clock_record(struct txn *txn, int64_t moment);
void clock_move(struct clock *clock, int64_t moment);

#endif
