/* Every column of a kind of row, put and read back: a test made of the names of its fields. It tests no lists.
 *
 * Fields by kind; each row is filled with values that differ between fields and between seeds, so that two
 * columns that were mixed up cannot go unnoticed. */
#ifndef TESTS_STORE_COLUMNS_H
#define TESTS_STORE_COLUMNS_H

#include "store_fixture.h"

#include <string.h>

#define TENANT_FIELDS(TEXT) TEXT(tenant.realm) TEXT(tenant.account) TEXT(tenant.scope) TEXT(tenant.region)

#define FILL_TEXT(m)      row->m = arena_printf(arena, "%s \"%%_'\xc3\xa9\n %d", #m, seed);
#define FILL_INT(m)       row->m = ((int64_t)1 << 41) * (seed % 2 ? 1 : -1) + seed * 1000 + n++;
#define FILL_BOOL(m)      row->m = (seed >> (n++ % 3)) & 1;
#define FILL_ENUM(m, max) row->m = (unsigned)(seed + n++) % max;
#define SAME_TEXT(m)      assert_string_equal(is.m, row->m);
#define SAME_INT(m)       assert_int_equal(is.m, row->m);
#define SAME_ENUM(m, max) assert_int_equal(is.m, row->m);
#define SIZE_PLAIN(m)     + sizeof row.m
#define SIZE_ENUM(m, max) + sizeof row.m

/* For one kind of row: put 8 versions of it, one over the other, and look at each. A seed decides which
 * indexed columns change, so every way of table_put is taken. The sum of the sizes tells when a field was
 * added and is not tested. */
#define ROUND_TRIP(type, FIELDS)                                                                                   \
	static void type##_fill(struct arena *arena, struct type *row, int seed)                                   \
	{                                                                                                          \
		int n = 0;                                                                                         \
                                                                                                                   \
		row->id = "the-id";                                                                                \
		FIELDS(FILL_TEXT, FILL_INT, FILL_BOOL, FILL_ENUM)                                                  \
		(void)n;                                                                                           \
	}                                                                                                          \
	static bool type##_write(struct txn *txn, void *row)                                                       \
	{                                                                                                          \
		type##_put(txn, row);                                                                              \
		return true;                                                                                       \
	}                                                                                                          \
	static bool type##_look(struct txn *txn, void *context)                                                    \
	{                                                                                                          \
		const struct type *row = context;                                                                  \
		struct type is;                                                                                    \
                                                                                                                   \
		assert_true(type##_get(txn, row->id, &is));                                                        \
		assert_string_equal(is.id, row->id);                                                               \
		FIELDS(SAME_TEXT, SAME_INT, SAME_INT, SAME_ENUM)                                                   \
		memset(&is, 7, sizeof is);                                                                         \
		assert_false(type##_get(txn, "no-such-id", &is));                                                  \
		assert_memory_equal(&is, "\7\7\7\7\7\7\7\7", 8);                                                   \
		return true;                                                                                       \
	}                                                                                                          \
	static void type##_round_trip(void **state)                                                                \
	{                                                                                                          \
		struct fixture *f = *state;                                                                        \
		struct type row = { 0 };                                                                           \
		struct type empty = { .id = "empty" };                                                             \
		struct arena texts;                                                                                \
		size_t fields = sizeof row.id FIELDS(SIZE_PLAIN, SIZE_PLAIN, SIZE_PLAIN, SIZE_ENUM);               \
                                                                                                                   \
		assert_in_range(sizeof row - fields, 0, 7 + 4 * 7);                                                \
		arena_init(&texts);                                                                                \
		for (int seed = 0; seed < 8; seed++) {                                                             \
			type##_fill(&texts, &row, seed);                                                           \
			fixture_write(f, type##_write, &row);                                                      \
			fixture_read(f, type##_look, &row);                                                        \
		}                                                                                                  \
		fixture_reopen(f);                                                                                 \
		fixture_read(f, type##_look, &row);                                                                \
		fixture_write(f, type##_write, &empty);                                                            \
		fixture_read(f, type##_read_empty, &empty);                                                        \
		arena_finish(&texts);                                                                              \
	}

/* Texts that were NULL are "" once read. */
#define EMPTY_TEXT(m)      assert_string_equal(is.m, "");
#define EMPTY_INT(m)       assert_int_equal(is.m, 0);
#define EMPTY_ENUM(m, max) assert_int_equal(is.m, 0);
#define READ_EMPTY(type, FIELDS)                                                                                   \
	static bool type##_read_empty(struct txn *txn, void *context)                                              \
	{                                                                                                          \
		const struct type *row = context;                                                                  \
		struct type is;                                                                                    \
                                                                                                                   \
		assert_true(type##_get(txn, row->id, &is));                                                        \
		FIELDS(EMPTY_TEXT, EMPTY_INT, EMPTY_INT, EMPTY_ENUM)                                               \
		return true;                                                                                       \
	}

#define COLUMNS_OF(type, FIELDS) READ_EMPTY(type, FIELDS) ROUND_TRIP(type, FIELDS)

#endif
