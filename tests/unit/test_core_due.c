/* The queue of what is due when, against an array that is searched from end to end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "core/due.h"

#define N 200

struct thing {
	struct due due; /* first */
	int in;
};

static int64_t earliest(const struct thing *things)
{
	int64_t at = INT64_MAX;
	int i;

	for (i = 0; i < N; i++) {
		if (things[i].in && things[i].due.at < at)
			at = things[i].due.at;
	}
	return at;
}

static void the_earliest_comes_first(void **state)
{
	static struct thing things[N];
	struct due_queue queue = { 0 };
	unsigned seed = 17;
	size_t n = 0;
	int step;

	for (step = 0; step < 40000; step++) {
		struct thing *thing = &things[rand_r(&seed) % N];
		int fills = step / 2000 % 2 == 0;
		int64_t at = earliest(things);

		if (!thing->in && rand_r(&seed) % 10 < (fills ? 8 : 3)) {
			thing->due.at = rand_r(&seed) % 50 - 25; /* many at the same moment */
			thing->in = 1;
			n++;
			due_add(&queue, &thing->due);
		} else if (thing->in && rand_r(&seed) % 10 < (fills ? 3 : 8)) {
			due_remove(&queue, &thing->due);
			thing->in = 0;
			n--;
		} else if (n) {
			/* Not before its moment, and then one of those that are earliest. */
			assert_null(due_first(&queue, at - 1));
			assert_int_equal(due_first(&queue, at)->at, at);
			assert_int_equal(due_first(&queue, INT64_MAX)->at, at);
		}
		assert_int_equal(queue.n, n);
	}
	while (n--) {
		struct thing *first = (struct thing *)due_first(&queue, INT64_MAX);

		assert_int_equal(first->due.at, earliest(things));
		due_remove(&queue, &first->due);
		first->in = 0;
	}
	assert_null(due_first(&queue, INT64_MAX));
	due_finish(&queue);
	(void)state;
}

static void an_empty_queue(void **state)
{
	struct due_queue queue = { 0 };
	struct due one = { .at = INT64_MIN };

	assert_null(due_first(&queue, INT64_MAX));
	due_add(&queue, &one);
	assert_ptr_equal(due_first(&queue, INT64_MIN), &one);
	due_remove(&queue, &one);
	assert_null(due_first(&queue, INT64_MAX));
	due_finish(&queue);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_earliest_comes_first),
		cmocka_unit_test(an_empty_queue),
	};

	return cmocka_run_group_tests_name("due", tests, NULL, NULL);
}
