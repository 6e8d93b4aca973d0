/* Delays: handed on once each, never early, the earlier ones first, and all at the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <string.h>

#include "api/delay.h"
#include "base/moment.h"

#define EVER ((int64_t)600000)

struct seen {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	char order[16];
	size_t n;
	int64_t last; /* when, monotonic */
};

struct one {
	struct seen *seen;
	char name;
};

static void resume(void *context)
{
	struct one *one = context;
	struct seen *seen = one->seen;

	pthread_mutex_lock(&seen->lock);
	seen->order[seen->n++] = one->name;
	seen->last = moment_monotonic();
	pthread_cond_signal(&seen->changed);
	pthread_mutex_unlock(&seen->lock);
}

static void seen_init(struct seen *seen)
{
	memset(seen, 0, sizeof *seen);
	pthread_mutex_init(&seen->lock, NULL);
	pthread_cond_init(&seen->changed, NULL);
}

static void seen_await(struct seen *seen, size_t n)
{
	pthread_mutex_lock(&seen->lock);
	while (seen->n < n)
		pthread_cond_wait(&seen->changed, &seen->lock);
	pthread_mutex_unlock(&seen->lock);
}

static void earlier_ones_come_first_and_none_early(void **state)
{
	struct delays *delays = delays_create();
	struct seen seen;
	struct one ones[] = { { &seen, 'a' }, { &seen, 'b' }, { &seen, 'c' }, { &seen, 'd' } };
	int64_t began = moment_monotonic();

	(void)state;
	seen_init(&seen);
	delays_add(delays, EVER, resume, &ones[3]);
	delays_add(delays, 60, resume, &ones[2]);
	delays_add(delays, 1, resume, &ones[0]);
	delays_add(delays, 30, resume, &ones[1]);
	seen_await(&seen, 3);
	assert_string_equal(seen.order, "abc");
	assert_true(seen.last - began >= 60);
	delays_stop(delays);
	assert_string_equal(seen.order, "abcd");
	delays_destroy(delays);
}

static void stopped_it_hands_on_at_once(void **state)
{
	struct delays *delays = delays_create();
	struct seen seen;
	struct one one = { &seen, 'a' };

	(void)state;
	seen_init(&seen);
	delays_stop(delays);
	delays_add(delays, EVER, resume, &one);
	assert_int_equal(seen.n, 1);
	delays_destroy(delays);
	delays_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(earlier_ones_come_first_and_none_early),
		cmocka_unit_test(stopped_it_hands_on_at_once),
	};

	return cmocka_run_group_tests_name("delays", tests, NULL, NULL);
}
