/* What contract/store.h says of transactions: all or nothing, in order, bounded, and acknowledged once. */
#include "store_fixture.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>

/* A submitted function, and what became of it. */
struct call {
	store_fn fn;
	void *context;
	struct calls *calls;
	int outcome; /* -1: not yet */
	int place;   /* among those that were done */
};

struct calls {
	struct fixture *f;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	int done;
};

static struct calls calls_new(struct fixture *f)
{
	return (struct calls){ .f = f, .lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER };
}

static bool call_run(struct txn *txn, void *context)
{
	struct call *call = context;

	return call->fn(txn, call->context);
}

static void call_done(void *context, enum store_outcome outcome)
{
	struct call *call = context;
	struct calls *calls = call->calls;

	pthread_mutex_lock(&calls->lock);
	call->outcome = (int)outcome;
	call->place = calls->done++;
	pthread_cond_signal(&calls->wake);
	pthread_mutex_unlock(&calls->lock);
}

static void call_submit(struct calls *calls, struct call *call, store_fn fn, void *context)
{
	*call = (struct call){ .fn = fn, .context = context, .calls = calls, .outcome = -1 };
	store_submit(calls->f->store, call_run, call, NULL, call_done);
}

static void calls_wait(struct calls *calls, int n)
{
	pthread_mutex_lock(&calls->lock);
	while (calls->done < n)
		pthread_cond_wait(&calls->wake, &calls->lock);
	pthread_mutex_unlock(&calls->lock);
}

/* Holds the writer inside a function until it is let go, so that what is submitted meanwhile queues up. */
struct gate {
	sem_t entered, leave;
};

static bool gate_pass(struct txn *txn, void *context)
{
	struct gate *gate = context;

	(void)txn;
	sem_post(&gate->entered);
	sem_wait(&gate->leave);
	return true;
}

static void gate_close(struct gate *gate, struct calls *calls, struct call *call)
{
	sem_init(&gate->entered, 0, 0);
	sem_init(&gate->leave, 0, 0);
	call_submit(calls, call, gate_pass, gate);
	sem_wait(&gate->entered);
}

/* Twice, for a function that runs twice. */
static void gate_open(struct gate *gate)
{
	sem_post(&gate->leave);
	sem_post(&gate->leave);
}

static bool nothing(struct txn *txn, void *context)
{
	(void)txn;
	(void)context;
	return true;
}

/* Adds one to a number in the store; any context makes it unwanted. */
static bool count_up(struct txn *txn, void *context)
{
	const char *now = meta_get(txn, "count");

	meta_put(txn, "count", arena_printf(txn_arena(txn), "%d", now ? atoi(now) + 1 : 1));
	return context == NULL;
}

/* ---- all or nothing ------------------------------------------------------------------------------------ */

static bool put_and_refuse(struct txn *txn, void *context)
{
	(void)context;
	meta_put(txn, "a", "changed");
	meta_put(txn, "b", "new");
	return false;
}

static void a_refused_function_leaves_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(fact_put(f, "a", "first"), STORE_DONE);
	assert_int_equal(store_write(f->store, put_and_refuse, NULL, NULL), STORE_REFUSED);
	assert_string_equal(fact(f, "a"), "first");
	assert_null(fact(f, "b"));
}

static void a_function_has_one_effect_however_often_it_runs(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < 5; i++)
		assert_int_equal(store_write(f->store, count_up, NULL, &f->arena), STORE_DONE);
	assert_string_equal(fact(f, "count"), "5");
}

static bool count_runs(struct txn *txn, void *context)
{
	int *runs = context;

	/* A fresh arena for each run. */
	if (txn_arena(txn)->total == 0)
		++*runs;
	arena_alloc(txn_arena(txn), 100);
	return true;
}

static void the_arena_is_reset_before_each_run(void **state)
{
	struct fixture *f = *state;
	int runs = 0;

	arena_alloc(&f->arena, 1000);
	assert_int_equal(store_write(f->store, count_runs, &runs, &f->arena), STORE_DONE);
	assert_int_equal(store_write(f->store, count_runs, &runs, NULL), STORE_DONE);
	assert_int_equal(runs, f->config.run_twice ? 4 : 2);
}

struct failing {
	bool read_after;
	bool listed_after;
};

static bool fail_and_go_on(struct txn *txn, void *context)
{
	struct failing *failing = context;
	struct attachment a = attachment_of("a-1", "d-1", "i-1");
	struct attachment b = attachment_of("a-2", "d-1", "i-2");
	struct attachment *rows;

	attachment_put(txn, &a);
	attachment_put(txn, &b);
	failing->read_after = !txn_failed(txn) || attachment_get(txn, "a-1", &a) || meta_get(txn, "a");
	failing->listed_after = attachment_list_of_disk(txn, "d-1", &rows) != 0;
	meta_put(txn, "b", "after the failure");
	return true;
}

static void after_a_failure_nothing_is_read_or_written(void **state)
{
	struct fixture *f = *state;
	struct failing failing = { true, true };

	assert_int_equal(fact_put(f, "a", "first"), STORE_DONE);
	assert_int_equal(store_write(f->store, fail_and_go_on, &failing, &f->arena), STORE_BROKEN);
	assert_false(failing.read_after);
	assert_false(failing.listed_after);
	assert_null(fact(f, "b"));
}

static void neighbours_in_a_group_are_independent(void **state)
{
	struct fixture *f = *state;
	struct calls calls = calls_new(f);
	struct call call[7];
	struct failing failing;
	struct store_health before, after;
	struct gate gate;

	store_health_read(f->store, &before);
	gate_close(&gate, &calls, &call[0]);
	call_submit(&calls, &call[1], count_up, NULL);
	call_submit(&calls, &call[2], count_up, &calls);
	call_submit(&calls, &call[3], fail_and_go_on, &failing);
	for (int i = 4; i < 7; i++)
		call_submit(&calls, &call[i], count_up, NULL);
	gate_open(&gate);
	calls_wait(&calls, 7);
	for (int i = 1; i < 7; i++)
		assert_int_equal(call[i].outcome, i == 2   ? STORE_REFUSED
		                                  : i == 3 ? STORE_BROKEN
		                                           : STORE_DONE);
	assert_string_equal(fact(f, "count"), "4");
	store_health_read(f->store, &after);
	assert_int_equal(after.functions - before.functions, 5);
	assert_int_equal(after.transactions - before.transactions, 2);
}

/* ---- the queue ----------------------------------------------------------------------------------------- */

struct expected_count {
	int number;
	bool right;
};

static bool count_expected(struct txn *txn, void *context)
{
	struct expected_count *expected = context;
	const char *now = meta_get(txn, "count");

	expected->right = (now ? atoi(now) : 0) == expected->number;
	return count_up(txn, NULL);
}

static void functions_run_in_the_order_they_came(void **state)
{
	enum { N = 1000 };
	static struct expected_count expected[N];
	static struct call call[N];
	struct calls calls = calls_new(*state);

	for (int i = 0; i < N; i++) {
		expected[i] = (struct expected_count){ .number = i };
		call_submit(&calls, &call[i], count_expected, &expected[i]);
	}
	calls_wait(&calls, N);
	for (int i = 0; i < N; i++) {
		assert_true(expected[i].right);
		assert_int_equal(call[i].place, i);
		assert_int_equal(call[i].outcome, STORE_DONE);
	}
}

#define THREADS    8
#define PER_THREAD 500

struct submitter {
	struct calls *calls;
	struct call call[PER_THREAD];
};

static void *submit_many(void *argument)
{
	struct submitter *submitter = argument;

	for (int i = 0; i < PER_THREAD; i++)
		call_submit(submitter->calls, &submitter->call[i], count_up, NULL);
	return NULL;
}

static void all_of_many_threads_land(void **state)
{
	static struct submitter submitters[THREADS];
	struct fixture *f = *state;
	struct calls calls = calls_new(f);
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++) {
		submitters[i].calls = &calls;
		assert_int_equal(pthread_create(&threads[i], NULL, submit_many, &submitters[i]), 0);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	calls_wait(&calls, THREADS * PER_THREAD);
	for (int i = 0; i < THREADS; i++)
		for (int j = 0; j < PER_THREAD; j++)
			assert_int_equal(submitters[i].call[j].outcome, STORE_DONE);
	assert_string_equal(fact(f, "count"), "4000");
}

static void a_full_queue_refuses(void **state)
{
	struct fixture *f = *state;
	struct calls calls = calls_new(f);
	struct call call[7];
	struct store_health health;
	struct gate gate;

	f->config.queue_max = 4;
	fixture_reopen(f);
	gate_close(&gate, &calls, &call[0]);
	for (int i = 1; i < 7; i++)
		call_submit(&calls, &call[i], count_up, NULL);
	assert_int_equal(call[4].outcome, -1);
	assert_int_equal(call[5].outcome, STORE_BUSY);
	assert_int_equal(call[6].outcome, STORE_BUSY);
	store_health_read(f->store, &health);
	assert_int_equal(health.queue_length, 4);
	gate_open(&gate);
	calls_wait(&calls, 7);
	assert_int_equal(call[4].outcome, STORE_DONE);
	assert_string_equal(fact(f, "count"), "4");
}

static void closing_finishes_what_waits(void **state)
{
	struct fixture *f = *state;
	struct calls calls = calls_new(f);
	struct call call[301];
	struct gate gate;

	gate_close(&gate, &calls, &call[0]);
	for (int i = 1; i <= 300; i++)
		call_submit(&calls, &call[i], i % 2 ? count_up : nothing, NULL);
	gate_open(&gate);
	fixture_close(f);
	assert_int_equal(calls.done, 301);
	for (int i = 0; i <= 300; i++)
		assert_int_equal(call[i].outcome, STORE_DONE);
	fixture_open(f);
	assert_string_equal(fact(f, "count"), "150");
}

static int run(const char *name)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(a_refused_function_leaves_nothing),
		FIXTURE_TEST(a_function_has_one_effect_however_often_it_runs),
		FIXTURE_TEST(the_arena_is_reset_before_each_run),
		FIXTURE_TEST(after_a_failure_nothing_is_read_or_written),
		FIXTURE_TEST(neighbours_in_a_group_are_independent),
		FIXTURE_TEST(functions_run_in_the_order_they_came),
		FIXTURE_TEST(all_of_many_threads_land),
		FIXTURE_TEST(a_full_queue_refuses),
		FIXTURE_TEST(closing_finishes_what_waits),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	int failed = run("store");

	fixture_run_twice = true;
	return failed + run("store, every function twice");
}
