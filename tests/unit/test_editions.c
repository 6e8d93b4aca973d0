/* One table, two editions of an API: what is read and written in each; and lists that must be numbered exactly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "api/bind.h"
#include "api/write.h"
#include "base/text.h"

struct item {
	const char *key;
	struct texts words;
};

struct thing {
	const char *name, *part, *old;
	struct texts ids, names;
	struct items items;
	struct item inner;
};

static const struct field item_fields[] = {
	TEXT(struct item, key, "Key", .flags = FIELD_REQUIRED, .later = "TagKey"),
	TEXTS(struct item, words, "Words", .item = "Word"),
	FIELDS_END,
};
static const struct shape item_shape = { sizeof(struct item), item_fields };

static const struct field thing_fields[] = {
	TEXT(struct thing, name, "Name"),
	TEXT(struct thing, part, FIELD_ABSENT, .later = "Part"),
	TEXT(struct thing, old, "Old", .later = FIELD_ABSENT),
	TEXTS(struct thing, ids, "Id", .later = "Ids", .item = "IdItem", .max = 3, .flags = FIELD_REQUIRED | FIELD_EXACT),
	TEXTS(struct thing, names, "Names", .flags = FIELD_ONE),
	ITEMS(struct thing, items, "Item", .later = "Items", .item = "ItemItem", .of = &item_shape),
	OBJECT(struct thing, inner, "Inner", .of = &item_shape, .later = "Within"),
	FIELDS_END,
};
static const struct shape thing_shape = { sizeof(struct thing), thing_fields };

struct bound {
	struct arena arena;
	struct thing thing;
	struct refusal refusal;
	bool ok;
};

/* Pairs of names and values; ends with NULL. */
static struct tree *tree_of(struct arena *arena, const char *const *pairs)
{
	struct tree *tree = tree_object(arena, NULL);

	for (; *pairs; pairs += 2)
		assert_true(tree_add_flat(arena, tree, pairs[0], pairs[1], TREE_DEPTH_MAX));
	return tree;
}

static void bind(struct bound *bound, enum edition edition, const char *const *pairs)
{
	struct tree *tree;

	arena_init(&bound->arena);
	tree = tree_of(&bound->arena, pairs);
	bound->ok = bind_edition(&bound->arena, edition, &thing_shape, tree, &bound->thing, &bound->refusal);
}

#define BIND(bound, edition, ...) bind(bound, edition, (const char *const[]){ __VA_ARGS__, NULL })

static void each_edition_reads_its_own_names(void **state)
{
	struct bound first;
	struct bound later;

	BIND(&first, EDITION_FIRST, "Name", "n", "Part", "p", "Old", "o", "Id.1", "a", "Id.2", "b", "Item.1.Key", "k", "Item.1.Words.1",
	     "w", "Inner.Key", "i");
	BIND(&later, EDITION_LATER, "Name", "n", "Part", "p", "Old", "o", "Ids.1", "a", "Ids.2", "b", "Items.1.TagKey", "k",
	     "Within.TagKey", "i");
	assert_true(first.ok && later.ok);
	assert_string_equal(first.thing.name, "n");
	assert_string_equal(later.thing.name, "n");
	assert_null(first.thing.part);
	assert_string_equal(later.thing.part, "p");
	assert_string_equal(first.thing.old, "o");
	assert_null(later.thing.old);
	assert_int_equal(first.thing.ids.n, 2);
	assert_int_equal(later.thing.ids.n, 2);
	assert_string_equal(((struct item *)first.thing.items.items)->key, "k");
	assert_string_equal(((struct item *)later.thing.items.items)->key, "k");
	assert_string_equal(first.thing.inner.key, "i");
	assert_string_equal(later.thing.inner.key, "i");
	arena_finish(&first.arena);
	arena_finish(&later.arena);
	(void)state;
}

static void refused(enum edition edition, enum refusal_reason reason, const char *subject, const char *const *pairs)
{
	struct bound bound;

	bind(&bound, edition, pairs);
	assert_false(bound.ok);
	assert_int_equal(bound.refusal.reason, reason);
	assert_string_equal(bound.refusal.subject, subject);
	arena_finish(&bound.arena);
}

#define REFUSED(edition, reason, subject, ...) \
	refused(edition, REFUSE_PARAMETER_##reason, subject, (const char *const[]){ __VA_ARGS__, NULL })

static void what_is_refused_has_its_name_in_the_edition(void **state)
{
	REFUSED(EDITION_FIRST, MISSING, "Id", "Ids.1", "a");
	REFUSED(EDITION_LATER, MISSING, "Ids", "Id.1", "a");
	REFUSED(EDITION_FIRST, MISSING, "Item.1.Key", "Id.1", "a", "Item.1.TagKey", "k");
	REFUSED(EDITION_LATER, MISSING, "Items.1.TagKey", "Ids.1", "a", "Items.1.Key", "k");
	(void)state;
}

static void lists_that_are_exact(void **state)
{
	REFUSED(EDITION_FIRST, INVALID, "Id", "Id.1", "a", "Id.3", "b");
	REFUSED(EDITION_FIRST, INVALID, "Id", "Id.2", "a");
	REFUSED(EDITION_FIRST, INVALID, "Id", "Id.1", "a", "Id.2", "a");
	REFUSED(EDITION_FIRST, INVALID, "Id", "Id.1", "a", "Id.2", "");
	REFUSED(EDITION_FIRST, INVALID, "Id", "Id.1", "a", "Id.2", "b", "Id.3", "c", "Id.4", "d");
	REFUSED(EDITION_FIRST, INVALID, "Id", "Id", "a");
	REFUSED(EDITION_FIRST, MISSING, "Id", "Id", "");
	REFUSED(EDITION_LATER, INVALID, "Ids", "Ids.2", "a");
	(void)state;
}

static void a_json_list_has_no_gaps(void **state)
{
	static const struct {
		const char *json;
		bool ok;
	} cases[] = {
		{ "{\"Ids\":[\"a\",\"b\"]}", true }, { "{\"Ids\":[\"a\",\"a\"]}", false }, { "{\"Ids\":[\"\"]}", false },
		{ "{\"Ids\":[]}", false },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		struct bound bound;
		const char *error;
		struct tree *tree;

		arena_init(&bound.arena);
		tree = tree_from_json(&bound.arena, cases[i].json, strlen(cases[i].json), 4, &error);
		assert_non_null(tree);
		bound.ok = bind_edition(&bound.arena, EDITION_LATER, &thing_shape, tree, &bound.thing, &bound.refusal);
		assert_int_equal(bound.ok, cases[i].ok);
		arena_finish(&bound.arena);
	}
	(void)state;
}

static void a_plain_value_may_be_a_list_of_one(void **state)
{
	struct bound plain;
	struct bound listed;

	BIND(&plain, EDITION_FIRST, "Id.1", "a", "Names", "x");
	BIND(&listed, EDITION_FIRST, "Id.1", "a", "Names.1", "x", "Names.2", "y");
	assert_true(plain.ok && listed.ok);
	assert_int_equal(plain.thing.names.n, 1);
	assert_string_equal(plain.thing.names.items[0], "x");
	assert_int_equal(listed.thing.names.n, 2);
	arena_finish(&plain.arena);
	arena_finish(&listed.arena);
	(void)state;
}

static void marks_are_of_the_edition_too(void **state)
{
	struct arena arena;
	struct tree *tree;

	arena_init(&arena);
	tree = tree_of(&arena, (const char *const[]){ "Ids.1", "a", "Id.1", "b", "Old", "o", NULL });
	bind_mark(&arena, EDITION_LATER, &thing_shape, tree);
	assert_true(tree_find(tree, "Ids")->read);
	assert_false(tree_find(tree, "Id")->read);
	assert_false(tree_find(tree, "Old")->read);
	arena_finish(&arena);
	(void)state;
}

static const char *written(struct buf *buf, const struct writer_format *format, enum edition edition)
{
	const char *words[] = { "w" };
	const char *ids[] = { "a", "b" };
	struct item item = { .key = "k", .words = { words, 1 } };
	struct thing thing = {
		.name = "n", .part = "p", .old = "o", .ids = { ids, 2 }, .items = { &item, 1 }, .inner = { .key = "i" },
	};
	struct writer writer;

	buf_clear(buf);
	writer_init(&writer, format, buf);
	format->object_begin(&writer, format == &writer_xml ? "T" : NULL);
	write_edition(&writer, edition, &thing_shape, &thing);
	format->object_end(&writer, format == &writer_xml ? "T" : NULL);
	return buf_text(buf);
}

static void each_edition_is_written_its_way(void **state)
{
	struct buf BUF_CLEANUP buf;

	buf_init(&buf, 65536);
	assert_string_equal(written(&buf, &writer_json, EDITION_FIRST),
	                    "{\"Name\":\"n\",\"Old\":\"o\",\"Id\":{\"IdItem\":[\"a\",\"b\"]},\"Names\":[],"
	                    "\"Item\":{\"ItemItem\":[{\"Key\":\"k\",\"Words\":{\"Word\":[\"w\"]}}]},"
	                    "\"Inner\":{\"Key\":\"i\",\"Words\":{\"Word\":[]}}}");
	assert_string_equal(written(&buf, &writer_json, EDITION_LATER),
	                    "{\"Name\":\"n\",\"Part\":\"p\",\"Ids\":[\"a\",\"b\"],\"Names\":[],"
	                    "\"Items\":[{\"TagKey\":\"k\",\"Words\":[\"w\"]}],\"Within\":{\"TagKey\":\"i\",\"Words\":[]}}");
	assert_string_equal(written(&buf, &writer_xml, EDITION_LATER),
	                    "<T><Name>n</Name><Part>p</Part><Ids>a</Ids><Ids>b</Ids>"
	                    "<Items><TagKey>k</TagKey><Words>w</Words></Items><Within><TagKey>i</TagKey></Within></T>");
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_edition_reads_its_own_names),
		cmocka_unit_test(what_is_refused_has_its_name_in_the_edition),
		cmocka_unit_test(lists_that_are_exact),
		cmocka_unit_test(a_json_list_has_no_gaps),
		cmocka_unit_test(a_plain_value_may_be_a_list_of_one),
		cmocka_unit_test(marks_are_of_the_edition_too),
		cmocka_unit_test(each_edition_is_written_its_way),
	};

	return cmocka_run_group_tests_name("editions", tests, NULL, NULL);
}
