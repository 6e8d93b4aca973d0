/* Reads: each on one snapshot, never behind what was acknowledged, and not for ever. */
#include "store_fixture.h"

#include <pthread.h>
#include <string.h>

struct look {
	struct fixture *f;
	const char *first, *second;
	enum store_outcome write;
};

static bool look_write_look(struct txn *txn, void *context)
{
	struct look *look = context;

	look->first = meta_get(txn, "a");
	look->write = fact_put(look->f, "a", "changed");
	look->second = meta_get(txn, "a");
	return true;
}

static void a_read_sees_one_moment(void **state)
{
	struct fixture *f = *state;
	struct look look = { .f = f };

	assert_int_equal(fact_put(f, "a", "first"), STORE_DONE);
	fixture_read(f, look_write_look, &look);
	assert_int_equal(look.write, STORE_DONE);
	assert_string_equal(look.first, "first");
	assert_string_equal(look.second, "first");
	assert_string_equal(fact(f, "a"), "changed");
}

struct own_writes {
	struct fixture *f;
	char key[16];
	bool all_seen;
};

struct own_look {
	const char *key, *value;
	bool seen;
};

static bool look_for(struct txn *txn, void *context)
{
	struct own_look *look = context;
	const char *value = meta_get(txn, look->key);

	look->seen = value && strcmp(value, look->value) == 0;
	return look->seen;
}

static void *write_and_look(void *argument)
{
	struct own_writes *own = argument;

	own->all_seen = true;
	for (int i = 0; i < 100; i++) {
		char value[2] = { (char)('a' + i % 26), '\0' };
		struct own_look look = { .key = own->key, .value = value };

		own->all_seen &= fact_put(own->f, own->key, value) == STORE_DONE;
		own->all_seen &= store_read(own->f->store, look_for, &look, NULL) == STORE_DONE && look.seen;
	}
	return NULL;
}

static void a_read_after_done_sees_the_write(void **state)
{
	struct own_writes own[4];
	pthread_t threads[4];

	for (int i = 0; i < 4; i++) {
		own[i] = (struct own_writes){ .f = *state, .key = { 'k', (char)('0' + i) } };
		assert_int_equal(pthread_create(&threads[i], NULL, write_and_look, &own[i]), 0);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		assert_true(own[i].all_seen);
	}
}

static bool put_something(struct txn *txn, void *context)
{
	(void)context;
	meta_put(txn, "something", "new");
	return true;
}

static void a_read_cannot_write(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(store_read(f->store, put_something, NULL, &f->arena), STORE_BROKEN);
	assert_null(fact(f, "something"));
	assert_int_equal(store_read(f->store, put_something, NULL, NULL), STORE_BROKEN);
}

static bool fill_disks(struct txn *txn, void *context)
{
	(void)context;
	for (int i = 0; i < 300; i++) {
		struct disk disk = disk_of(arena_printf(txn_arena(txn), "d-%d", i), i);

		disk_put(txn, &disk);
	}
	return true;
}

static bool read_for_ever(struct txn *txn, void *context)
{
	struct disk_filter filter = DISK_FILTER_ANY;

	(void)context;
	filter.name_pattern = "*no*such*name*";
	while (!txn_failed(txn))
		disk_count(txn, &filter);
	return true;
}

static void a_long_read_is_cut(void **state)
{
	struct fixture *f = *state;

	f->config.read_timeout_ms = 50;
	fixture_reopen(f);
	fixture_write(f, fill_disks, NULL);
	assert_int_equal(store_read(f->store, read_for_ever, NULL, &f->arena), STORE_TIMEOUT);
	/* And the connection is as good as before. */
	assert_int_equal(fact_put(f, "a", "first"), STORE_DONE);
	assert_string_equal(fact(f, "a"), "first");
}

static int run(const char *name)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(a_read_sees_one_moment),
		FIXTURE_TEST(a_read_after_done_sees_the_write),
		FIXTURE_TEST(a_read_cannot_write),
		FIXTURE_TEST(a_long_read_is_cut),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	int failed = run("store reads");

	fixture_run_twice = true;
	return failed + run("store reads, every function twice");
}
