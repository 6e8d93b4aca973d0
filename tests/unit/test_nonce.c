/* The memory of nonces: replays, expiry, the byte limit, and many threads at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "api/aliyun/nonce.h"

#define NOW        ((int64_t)1795220863000) /* 2026-11-21T00:27:43Z */
#define THREADS    8
#define RACES      20000
#define SMALL      ((size_t)64 << 10)
#define PER_MINUTE 600

static int setup(void **state)
{
	*state = nonce_memory_create(1); /* counts as SMALL */
	return 0;
}

static int teardown(void **state)
{
	nonce_memory_destroy(*state);
	return 0;
}

/* Remembers `n` nonces "<prefix>0" ... of one timestamp; returns how many were new. */
static int fill(struct nonce_memory *memory, const char *prefix, int n, int64_t timestamp, int64_t now)
{
	char nonce[32];
	int is_new = 0;
	int i;

	for (i = 0; i < n; i++) {
		snprintf(nonce, sizeof nonce, "%s%d", prefix, i);
		is_new += nonce_remember(memory, "key", nonce, timestamp, now);
	}
	return is_new;
}

static int count_seen(struct nonce_memory *memory, const char *prefix, int n, int64_t now)
{
	char nonce[32];
	int seen = 0;
	int i;

	for (i = 0; i < n; i++) {
		snprintf(nonce, sizeof nonce, "%s%d", prefix, i);
		seen += nonce_seen(memory, "key", nonce, now);
	}
	return seen;
}

static void a_replay_is_noticed(void **state)
{
	assert_false(nonce_seen(*state, "key", "n", NOW));
	assert_true(nonce_remember(*state, "key", "n", NOW, NOW));
	assert_true(nonce_seen(*state, "key", "n", NOW));
	assert_false(nonce_remember(*state, "key", "n", NOW, NOW));
	/* A new timestamp does not make an old nonce new. */
	assert_false(nonce_remember(*state, "key", "n", NOW + MINUTE, NOW + MINUTE));
}

static void keys_do_not_share_nonces(void **state)
{
	assert_true(nonce_remember(*state, "key", "n", NOW, NOW));
	assert_true(nonce_remember(*state, "kez", "n", NOW, NOW));
	assert_true(nonce_remember(*state, "ke", "yn", NOW, NOW));
	assert_true(nonce_remember(*state, "", "keyn", NOW, NOW));
	assert_true(nonce_remember(*state, "keyn", "", NOW, NOW));
	assert_false(nonce_seen(*state, "key", "m", NOW));
	assert_false(nonce_seen(*state, "k", "n", NOW));
}

static void long_nonces_differ_in_any_place(void **state)
{
	char nonce[300];
	size_t length;

	memset(nonce, 'a', sizeof nonce);
	for (length = 0; length < sizeof nonce - 1; length++) {
		nonce[length] = '\0';
		assert_true(nonce_remember(*state, "key", nonce, NOW, NOW));
		nonce[length] = 'a';
	}
	nonce[length] = '\0';
	for (length = 0; length < sizeof nonce - 1; length++) {
		nonce[length] = 'b';
		assert_false(nonce_seen(*state, "key", nonce, NOW));
		nonce[length] = 'a';
	}
}

/* As long as the timestamp would be accepted, not a moment less; two minutes more at the most. */
static void check_expiry(struct nonce_memory *memory, const char *nonce, int64_t timestamp)
{
	int64_t last = timestamp + NONCE_WINDOW;

	assert_true(nonce_remember(memory, "key", nonce, timestamp, NOW));
	assert_true(nonce_seen(memory, "key", nonce, last));
	assert_false(nonce_remember(memory, "key", nonce, timestamp, last));
	assert_false(nonce_seen(memory, "key", nonce, last + 2 * MINUTE));
	assert_true(nonce_remember(memory, "key", nonce, last + 2 * MINUTE, last + 2 * MINUTE));
}

static void nonces_expire_with_their_timestamp(void **state)
{
	int64_t offset;

	for (offset = -NONCE_WINDOW; offset <= NONCE_WINDOW; offset += 7 * SECOND) {
		check_expiry(*state, "n", NOW + offset);
		nonce_memory_destroy(*state);
		*state = nonce_memory_create(SMALL);
	}
}

static void timestamps_out_of_bounds_do_no_harm(void **state)
{
	assert_true(nonce_remember(*state, "key", "1", INT64_MIN / 2, NOW));
	assert_true(nonce_remember(*state, "key", "2", INT64_MAX / 2, NOW));
	assert_true(nonce_remember(*state, "key", "3", 0, 0));
	assert_true(nonce_seen(*state, "key", "1", NOW));
	assert_true(nonce_seen(*state, "key", "2", NOW + NONCE_WINDOW));
	assert_false(nonce_remember(*state, "key", "3", 0, 0));
}

static void a_clock_stepped_back_forgets_nothing(void **state)
{
	assert_int_equal(fill(*state, "a", 100, NOW, NOW), 100);
	assert_int_equal(fill(*state, "b", 100, NOW - 5 * MINUTE, NOW - 5 * MINUTE), 100);
	assert_int_equal(fill(*state, "a", 100, NOW - 5 * MINUTE, NOW - 5 * MINUTE), 0);
	assert_int_equal(fill(*state, "b", 100, NOW, NOW), 0);
}

static void memory_is_small_when_idle(void **state)
{
	struct nonce_memory *memory = nonce_memory_create(0);
	struct nonce_stats stats = nonce_memory_stats(memory);
	int64_t later = NOW + 2 * NONCE_WINDOW;

	(void)state;
	assert_int_equal(stats.bytes, 0);
	assert_true(nonce_remember(memory, "key", "n", NOW, NOW));
	assert_in_range(nonce_memory_stats(memory).bytes, 1, 4096);
	assert_int_equal(fill(memory, "a", 100000, NOW, NOW), 100000);
	stats = nonce_memory_stats(memory);
	assert_int_equal(stats.nonces, 100001);
	assert_in_range(stats.bytes, 100000 * 16, 100000 * 16 * 4);
	/* Every shard is touched, so every shard lets go of the old ones. */
	assert_int_equal(fill(memory, "b", 500, later, later), 500);
	stats = nonce_memory_stats(memory);
	assert_int_equal(stats.nonces, 500);
	assert_in_range(stats.bytes, 1, 64 * 1024);
	assert_int_equal(stats.nonces_dropped, 0);
	nonce_memory_destroy(memory);
}

static void a_sweep_keeps_what_is_live(void **state)
{
	int64_t later = NOW + NONCE_WINDOW + 2 * MINUTE;

	assert_int_equal(fill(*state, "a", 1000, NOW, NOW), 1000);
	assert_int_equal(fill(*state, "b", 1000, NOW + NONCE_WINDOW, NOW), 1000);
	assert_int_equal(fill(*state, "b", 1000, later, later), 0);
	assert_int_equal(count_seen(*state, "a", 1000, later), 0);
	assert_int_equal(nonce_memory_stats(*state).nonces, 1000);
	assert_int_equal(nonce_memory_stats(*state).nonces_dropped, 0);
}

static void a_clock_that_was_far_ahead_stops_no_sweep(void **state)
{
	assert_int_equal(fill(*state, "a", 500, NOW + 365 * DAY, NOW + 365 * DAY), 500);
	assert_int_equal(fill(*state, "b", 500, NOW, NOW), 500);
	assert_int_equal(fill(*state, "c", 500, NOW + HOUR, NOW + HOUR), 500);
	/* The year's are kept until it has passed, or until the limit wants their room. */
	assert_int_equal(nonce_memory_stats(*state).nonces, 1000);
}

/* 64 KiB hold 16 * 224 nonces, not quite six minutes of these. The hash is keyed at random and shards fill unevenly, so
 * what is asserted is some standard deviations away from the edges. */
static void the_limit_drops_the_oldest(void **state)
{
	struct nonce_stats stats;
	int64_t now = NOW;
	int minute;

	for (minute = 0; minute < 10; minute++, now += MINUTE) {
		char prefix[] = { (char)('a' + minute), '\0' };

		assert_int_equal(fill(*state, prefix, PER_MINUTE, now, now), PER_MINUTE);
		/* A drop takes one or two minutes off the old end. */
		if (minute >= 3) {
			prefix[0] = (char)(prefix[0] - 2);
			assert_int_equal(count_seen(*state, prefix, PER_MINUTE, now), PER_MINUTE);
		}
	}
	assert_int_equal(count_seen(*state, "a", PER_MINUTE, now), 0);
	assert_int_equal(count_seen(*state, "j", PER_MINUTE, now), PER_MINUTE);
	stats = nonce_memory_stats(*state);
	assert_in_range(stats.bytes, 1, SMALL);
	assert_true(stats.buckets_dropped > 0);
	assert_int_equal(stats.nonces + stats.nonces_dropped, 10 * PER_MINUTE);
}

static void the_limit_holds_within_one_minute(void **state)
{
	struct nonce_stats stats;

	assert_int_equal(fill(*state, "a", 20000, NOW, NOW), 20000);
	stats = nonce_memory_stats(*state);
	assert_in_range(stats.bytes, 1, SMALL);
	assert_int_equal(stats.nonces + stats.nonces_dropped, 20000);
	assert_true(nonce_seen(*state, "key", "a19999", NOW));
}

struct race {
	struct nonce_memory *memory;
	pthread_barrier_t start;
	atomic_int wins[RACES];
};

static void *race_run(void *data)
{
	struct race *race = data;
	char nonce[32];
	int i;

	pthread_barrier_wait(&race->start);
	for (i = 0; i < RACES; i++) {
		int64_t now = NOW + i * (3 * MINUTE / RACES);

		snprintf(nonce, sizeof nonce, "%d", i);
		if (nonce_remember(race->memory, "key", nonce, now, now))
			atomic_fetch_add(&race->wins[i], 1);
		if (!nonce_seen(race->memory, "key", nonce, now))
			atomic_fetch_add(&race->wins[i], 100);
	}
	nonce_memory_stats(race->memory);
	return NULL;
}

static void one_thread_wins_each_nonce(void **state)
{
	static struct race race;
	pthread_t threads[THREADS];
	int i;

	(void)state;
	race.memory = nonce_memory_create(0);
	pthread_barrier_init(&race.start, NULL, THREADS);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, race_run, &race), 0);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (i = 0; i < RACES; i++)
		assert_int_equal(race.wins[i], 1);
	pthread_barrier_destroy(&race.start);
	nonce_memory_destroy(race.memory);
}

static void destroying_nothing_is_fine(void **state)
{
	(void)state;
	nonce_memory_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_replay_is_noticed, setup, teardown),
		cmocka_unit_test_setup_teardown(keys_do_not_share_nonces, setup, teardown),
		cmocka_unit_test_setup_teardown(long_nonces_differ_in_any_place, setup, teardown),
		cmocka_unit_test_setup_teardown(nonces_expire_with_their_timestamp, setup, teardown),
		cmocka_unit_test_setup_teardown(timestamps_out_of_bounds_do_no_harm, setup, teardown),
		cmocka_unit_test_setup_teardown(a_clock_stepped_back_forgets_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(a_sweep_keeps_what_is_live, setup, teardown),
		cmocka_unit_test_setup_teardown(a_clock_that_was_far_ahead_stops_no_sweep, setup, teardown),
		cmocka_unit_test_setup_teardown(the_limit_drops_the_oldest, setup, teardown),
		cmocka_unit_test_setup_teardown(the_limit_holds_within_one_minute, setup, teardown),
		cmocka_unit_test(memory_is_small_when_idle),
		cmocka_unit_test(one_thread_wins_each_nonce),
		cmocka_unit_test(destroying_nothing_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
