/* What holds things in memory: map, arena, buffer, tree. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/text.h"
#include "base/tree.h"

/* ---- map, against an array that is searched from end to end ---- */

#define KEYS 300

struct reference {
	void *values[KEYS];
	size_t n;
};

static void key_of(int number, char *ret, size_t size)
{
	/* Some are long, some are prefixes of others, one is "". */
	if (number == 0)
		ret[0] = '\0';
	else
		snprintf(ret, size, "%0*d", number % 7 + 1, number);
}

static void expect_same(const struct map *map, const struct reference *reference)
{
	size_t cursor = 0;
	size_t n = 0;
	char key[32];
	void *value;
	int i;

	assert_int_equal(map->n, reference->n);
	for (i = 0; i < KEYS; i++) {
		key_of(i, key, sizeof key);
		assert_ptr_equal(map_get(map, key), reference->values[i]);
	}
	while ((value = map_next(map, &cursor))) {
		i = 0;
		while (i < KEYS && reference->values[i] != value)
			i++;
		assert_int_not_equal(i, KEYS);
		n++;
	}
	assert_int_equal(n, reference->n);
}

static void a_map_is_like_a_slow_one(void **state)
{
	static char things[KEYS][4];
	struct reference reference = { 0 };
	struct map map;
	unsigned seed = 4711;
	int step;

	map_init(&map);
	assert_null(map_get(&map, "none"));
	assert_null(map_remove(&map, "none"));
	for (step = 0; step < 60000; step++) {
		/* It fills, then empties, and so on: every size with every kind of hole. */
		bool fills = step / 3000 % 2 == 0;
		int i = rand_r(&seed) % KEYS;
		void *value = &things[i][rand_r(&seed) % 4];
		char key[32];

		key_of(i, key, sizeof key);
		if (rand_r(&seed) % 10 < (fills ? 7 : 3)) {
			assert_ptr_equal(map_put(&map, key, value), reference.values[i]);
			reference.n += !reference.values[i];
			reference.values[i] = value;
		} else {
			assert_ptr_equal(map_remove(&map, key), reference.values[i]);
			reference.n -= reference.values[i] != NULL;
			reference.values[i] = NULL;
		}
		if (step % 500 == 0)
			expect_same(&map, &reference);
	}
	expect_same(&map, &reference);
	map_finish(&map);
	assert_int_equal(map.n, 0);
	assert_null(map_get(&map, "1"));
	assert_null(map_put(&map, "1", things)); /* it may be used again */
	map_finish(&map);
	(void)state;
}

static void a_map_keeps_its_own_keys(void **state)
{
	char key[] = "key";
	struct map map;

	map_init(&map);
	map_put(&map, key, key);
	key[0] = 'x';
	assert_ptr_equal(map_get(&map, "key"), key);
	assert_null(map_get(&map, "xey"));
	map_finish(&map);
	(void)state;
}

/* ---- arena ---- */

struct piece {
	unsigned char *data;
	size_t size;
	unsigned char mark;
};

static void check_pieces(const struct piece *pieces, size_t n)
{
	size_t i;
	size_t at;

	for (i = 0; i < n; i++) {
		for (at = 0; at < pieces[i].size; at++)
			assert_int_equal(pieces[i].data[at], pieces[i].mark);
	}
}

static void pieces_of_an_arena_are_zeroed_and_apart(void **state)
{
	static struct piece pieces[400];
	struct arena arena;
	unsigned seed = 99;
	int round;
	size_t i;

	arena_init(&arena);
	for (round = 0; round < 5; round++) {
		for (i = 0; i < COUNT_OF(pieces); i++) {
			size_t size = (size_t)rand_r(&seed) % (i % 50 == 0 ? 100000 : 300);
			size_t at;

			pieces[i] = (struct piece){ arena_alloc(&arena, size), size, (unsigned char)(i + 1) };
			assert_non_null(pieces[i].data);
			assert_int_equal((uintptr_t)pieces[i].data % alignof(max_align_t), 0);
			for (at = 0; at < size; at++)
				assert_int_equal(pieces[i].data[at], 0);
			memset(pieces[i].data, pieces[i].mark, size);
		}
		check_pieces(pieces, COUNT_OF(pieces));
		arena_reset(&arena);
		assert_int_equal(arena.total, 0);
	}
	arena_finish(&arena);
	(void)state;
}

static void texts_in_an_arena(void **state)
{
	struct arena arena;
	char big[5000];

	arena_init(&arena);
	memset(big, 'b', sizeof big - 1);
	big[sizeof big - 1] = '\0';
	assert_null(arena_text(&arena, NULL)); /* absent stays absent */
	assert_string_equal(arena_text(&arena, ""), "");
	assert_string_equal(arena_text(&arena, big), big);
	assert_string_equal(arena_text_n(&arena, "abcdef", 3), "abc");
	assert_string_equal(arena_text_n(&arena, "", 0), "");
	assert_string_equal(arena_printf(&arena, "%s-%d", "x", 5), "x-5");
	assert_int_equal(strlen(arena_printf(&arena, "<%s>", big)), sizeof big + 1);
	assert_non_null(arena_array(&arena, int, 0));
	arena_finish(&arena);
	arena_finish(&arena); /* finished is as good as new */
	assert_string_equal(arena_text(&arena, "again"), "again");
	arena_finish(&arena);
	(void)state;
}

/* ---- buffer ---- */

static void a_buffer_never_holds_more_than_it_may(void **state)
{
	unsigned seed = 5;
	int round;

	for (round = 0; round < 300; round++) {
		size_t max = (size_t)rand_r(&seed) % 3000;
		char *whole = calloc(1, 20000);
		struct buf BUF_CLEANUP buf;
		size_t length = 0;
		bool failed = false;

		buf_init(&buf, max);
		while (length < 6000) {
			char piece[1200];
			size_t n = (size_t)rand_r(&seed) % (sizeof piece - 1);

			memset(piece, 'a' + rand_r(&seed) % 26, n);
			piece[n] = '\0';
			switch (rand_r(&seed) % 3) {
			case 0:
				buf_add(&buf, piece, n);
				break;
			case 1:
				buf_add_text(&buf, piece);
				break;
			default:
				buf_printf(&buf, "%s", piece);
				break;
			}
			/* All or nothing, and nothing after the first that did not fit. */
			failed = failed || length + n > max;
			if (!failed)
				memcpy(whole + length, piece, n);
			assert_int_equal(buf.failed, failed);
			if (failed)
				break;
			length += n;
		}
		assert_int_equal(buf.length, strlen(whole));
		assert_string_equal(buf_text(&buf), whole);
		buf_add_char(&buf, 'x');
		assert_string_equal(buf_text(&buf), whole);
		free(whole);
	}
	(void)state;
}

static void a_buffer_at_its_limits(void **state)
{
	struct buf BUF_CLEANUP buf;
	size_t length;
	char *stolen;
	volatile size_t overflow = SIZE_MAX; /* does not fit either; the compiler is not to see it */

	buf_init(&buf, 4);
	assert_string_equal(buf_text(&buf), "");
	buf_add(&buf, "", 0);
	buf_add_text(&buf, "abcd"); /* just fits */
	assert_false(buf.failed);
	buf_add_text(&buf, "");
	assert_false(buf.failed);
	buf_add_char(&buf, 'e');
	assert_true(buf.failed);
	assert_string_equal(buf_text(&buf), "abcd");
	buf_clear(&buf); /* may be used again */
	assert_false(buf.failed);
	buf_add(&buf, "a\0b", 3);
	assert_int_equal(buf.length, 3);
	stolen = buf_steal(&buf, &length);
	assert_int_equal(length, 3);
	assert_memory_equal(stolen, "a\0b", 4);
	free(stolen);
	assert_int_equal(buf.length, 0);
	stolen = buf_steal(&buf, NULL); /* of nothing: "" */
	assert_string_equal(stolen, "");
	free(stolen);
	buf_add(&buf, "ab", 2);
	buf_add(&buf, "x", overflow);
	assert_true(buf.failed);
	(void)state;
}

/* ---- tree ---- */

static const char *tree_text(struct arena *arena, const struct tree *tree)
{
	static const char *const kinds[] = { "", "#", "?", "null", "{}", "[]" };
	const char *text = tree->value ? tree->value : "";
	const struct tree *child;
	const char *inside = "";

	for (child = tree->first; child; child = child->next)
		inside = arena_printf(arena, "%s%s%s:%s", inside, *inside ? "," : "", child->name ? child->name : "",
		                      tree_text(arena, child));
	return tree->first || tree->kind == TREE_OBJECT || tree->kind == TREE_LIST ?
	               arena_printf(arena, "%s%s(%s)", text, kinds[tree->kind], inside) :
	               arena_printf(arena, "%s%s", text, kinds[tree->kind]);
}

static void flat_parameters_make_a_tree(void **state)
{
	static const struct {
		const char *names[4]; /* their values are 1, 2, ... */
		const char *expected;
	} cases[] = {
		{ { "A" }, "{}(A:1)" },
		{ { "A", "B" }, "{}(A:1,B:2)" },
		{ { "A", "A" }, "{}(A:2)" },                             /* the last of a name */
		{ { "T.1.Key", "T.1.Value", "T.2.Key" }, "{}(T:{}(1:{}(Key:1,Value:2),2:{}(Key:3)))" },
		{ { "A", "A.B" }, "{}(A:1{}(B:2))" },                    /* value and child of one name */
		{ { "A.B", "A" }, "{}(A:2{}(B:1))" },
		{ { "A.", ".A", "." }, "{}(A:{}(:1),:{}(A:2,:3))" },     /* odd names are names */
		{ { "AB", "A", "ABC" }, "{}(AB:1,A:2,ABC:3)" },          /* none is taken for another */
	};
	struct arena arena;
	size_t i;

	arena_init(&arena);
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct tree *tree = tree_object(&arena, NULL);
		size_t n;

		for (n = 0; n < COUNT_OF(cases[i].names) && cases[i].names[n]; n++)
			assert_true(tree_add_flat(&arena, tree, cases[i].names[n], arena_printf(&arena, "%zu", n + 1), 8));
		assert_string_equal(tree_text(&arena, tree), cases[i].expected);
	}
	arena_finish(&arena);
	(void)state;
}

static void json_makes_a_tree(void **state)
{
	static const struct {
		const char *json;
		const char *expected; /* NULL: refused */
	} cases[] = {
		{ "{}", "{}()" },
		{ "[]", "[]()" },
		{ "{\"a\":\"x\",\"b\":[1,true,null,\"\"]}", "{}(a:x,b:[](:1#,:true?,:null,:))" },
		{ "{\"a.b\":1}", "{}(a.b:1#)" }, /* a dot in a name is a dot */
		{ "-9223372036854775808", "-9223372036854775808#" },
		{ "1.5", "1.5#" },
		{ "\"\\u78c1\"", "磁" },
		{ " {\"a\" : 1 } \n", "{}(a:1#)" },
		{ "{\"a\":1,\"a\":2}", NULL },
		{ "{} x", NULL },
		{ "{", NULL },
		{ "", NULL },
		{ "{a:1}", NULL },
		{ "'a'", NULL },
		{ "\"\\u0000\"", NULL },
		{ "\"\\ud800\"", NULL },
		{ "\"\xFF\"", NULL },
		{ "9223372036854775808", NULL },
		{ "[[[[]]]]", NULL }, /* of three levels at most */
		{ "[[[1]]]", "[](:[](:[](:1#)))" },
	};
	struct arena arena;
	size_t i;

	arena_init(&arena);
	for (i = 0; i < COUNT_OF(cases); i++) {
		const char *error = NULL;
		struct tree *tree = tree_from_json(&arena, cases[i].json, strlen(cases[i].json), 3, &error);

		if (!tree != !cases[i].expected)
			fail_msg("%s: %s", cases[i].json, tree ? "accepted" : error);
		if (tree)
			assert_string_equal(tree_text(&arena, tree), cases[i].expected);
		else
			assert_true(error && *error);
	}
	arena_finish(&arena);
	(void)state;
}

/* Any shape of names: every value is found where its name says. */
static void random_trees(void **state)
{
	static const char *const words[] = { "A", "B", "1", "2", "Key", "" };
	struct arena arena;
	unsigned seed = 31;
	int round;

	arena_init(&arena);
	for (round = 0; round < 500; round++) {
		struct tree *tree = tree_object(&arena, NULL);
		const char *names[12];
		size_t n;
		size_t i;

		for (n = 0; n < COUNT_OF(names); n++) {
			int depth = rand_r(&seed) % 4 + 1;

			names[n] = "";
			while (depth--)
				names[n] = arena_printf(&arena, "%s%s%s", names[n], words[(size_t)rand_r(&seed) % COUNT_OF(words)],
				                        depth ? "." : "");
			assert_true(tree_add_flat(&arena, tree, names[n], names[n], 4));
		}
		for (i = 0; i < n; i++) {
			const struct tree *at = tree;
			const char *rest = names[i];

			for (;;) {
				const char *dot = strchrnul(rest, '.');

				at = tree_find(at, arena_text_n(&arena, rest, (size_t)(dot - rest)));
				assert_non_null(at);
				if (!*dot)
					break;
				rest = dot + 1;
			}
			assert_string_equal(at->value, names[i]);
		}
		arena_reset(&arena);
	}
	arena_finish(&arena);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_map_is_like_a_slow_one),
		cmocka_unit_test(a_map_keeps_its_own_keys),
		cmocka_unit_test(pieces_of_an_arena_are_zeroed_and_apart),
		cmocka_unit_test(texts_in_an_arena),
		cmocka_unit_test(a_buffer_never_holds_more_than_it_may),
		cmocka_unit_test(a_buffer_at_its_limits),
		cmocka_unit_test(flat_parameters_make_a_tree),
		cmocka_unit_test(json_makes_a_tree),
		cmocka_unit_test(random_trees),
	};

	return cmocka_run_group_tests_name("base: memory", tests, NULL, NULL);
}
