#include "core/clock.h"

#include "base/arena.h"
#include "base/moment.h"
#include "base/text.h"
#include "contract/store.h"

#define CLOCK_META "clock.stands_at"

int64_t clock_now(struct clock *clock)
{
	int64_t now;
	int64_t last;

	if (clock->manual)
		return __atomic_load_n(&clock->stands_at, __ATOMIC_ACQUIRE);
	now = moment_now();
	last = __atomic_load_n(&clock->last, __ATOMIC_RELAXED);
	/* The machine's clock may be set back; cloud time then waits for it. */
	while (now > last) {
		if (__atomic_compare_exchange_n(&clock->last, &last, now, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
			return now;
	}
	return last;
}

int64_t clock_recorded(struct txn *txn, int64_t otherwise)
{
	int64_t moment;

	return text_to_int64(meta_get(txn, CLOCK_META), &moment) ? moment : otherwise;
}

void clock_restore(struct clock *clock, struct txn *txn)
{
	int64_t moment = clock_recorded(txn, clock->manual ? moment_now() / SECOND * SECOND : 0);

	clock->stands_at = moment;
	/* A store that lived by a manual clock may be ahead of the machine: time does not go back for it. */
	clock->last = moment;
}

void clock_record(struct txn *txn, int64_t moment)
{
	meta_put(txn, CLOCK_META, arena_printf(txn_arena(txn), "%lld", (long long)moment));
}

void clock_move(struct clock *clock, int64_t moment)
{
	int64_t before = __atomic_load_n(&clock->stands_at, __ATOMIC_RELAXED);

	while (moment > before) {
		if (__atomic_compare_exchange_n(&clock->stands_at, &before, moment, true, __ATOMIC_RELEASE,
		                                __ATOMIC_RELAXED))
			return;
	}
}
