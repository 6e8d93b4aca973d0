/* A store in a directory of its own for each test, and short ways to use it. Functions of a transaction
 * run on a thread of the store, where cmocka's asserts must not be used; those of a read run on the test's
 * own. */
#ifndef TESTS_STORE_FIXTURE_H
#define TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "contract/store.h"

struct fixture {
	char directory[64];
	struct store_config config;
	struct store *store;
	struct arena arena;
};

/* Whether stores of fixtures run each function twice. */
extern bool fixture_run_twice;

int fixture_setup(void **state);
int fixture_teardown(void **state);
#define FIXTURE_TEST(function) cmocka_unit_test_setup_teardown(function, fixture_setup, fixture_teardown)

void fixture_open(struct fixture *f);
void fixture_close(struct fixture *f);
void fixture_reopen(struct fixture *f);

/* Both on the fixture's arena. They fail the test unless the outcome is STORE_DONE. */
void fixture_write(struct fixture *f, store_fn fn, void *context);
void fixture_read(struct fixture *f, store_fn fn, void *context);

/* One fact: put, and read back (NULL: none; in the fixture's arena). */
enum store_outcome fact_put(struct fixture *f, const char *key, const char *value);
const char *fact(struct fixture *f, const char *key);

/* A row that is valid for the store, for tests that are not about its columns. */
struct tenant tenant_of(const char *account);
struct disk disk_of(const char *id, int64_t created_at);
struct attachment attachment_of(const char *id, const char *disk, const char *instance);
struct job job_of(const char *id, const char *lock);

#endif
