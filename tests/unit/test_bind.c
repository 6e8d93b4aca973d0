/* Binding: from what a client sent, flat or JSON, to a struct; what is absent, empty and given, what is refused and under
 * which name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "api/bind.h"
#include "api/operation.h"
#include "base/text.h"

struct tag {
	const char *key;
	const char *value;
};

struct disk {
	const char *name;
	struct opt_int size;
	struct items tags;
};

struct all {
	const char *text;
	const char *when;
	const char *word;
	const char *short_text;
	const char *needed;
	const char *full;
	struct opt_bool flag;
	struct opt_bool full_flag;
	struct opt_int number;
	struct opt_int any_number;
	struct opt_int full_number;
	struct texts texts;
	struct opt_texts ids;
	struct items disks;
	struct items tags;
	struct disk system;
};

static const struct error_row bad_size = { REFUSE_FIELD, 403, "InvalidSize", "%s", NULL };
static const char *const words[] = { "one", "two", NULL };

static const struct field tag_fields[] = {
	TEXT(struct tag, key, "Key", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = 5, .also = "key"),
	TEXT(struct tag, value, "Value", .also = "value"),
	FIELDS_END,
};
static const struct shape tag_shape = { sizeof(struct tag), tag_fields };

static const struct field disk_fields[] = {
	TEXT(struct disk, name, "Name"),
	OPT_INT(struct disk, size, "Size", .min = 1, .max = 100, .bad = &bad_size),
	ITEMS(struct disk, tags, "Tag", .of = &tag_shape),
	FIELDS_END,
};
static const struct shape disk_shape = { sizeof(struct disk), disk_fields };

static const struct field all_fields[] = {
	TEXT(struct all, text, "Text"),
	TIME(struct all, when, "When"),
	TEXT(struct all, word, "Word", .values = words),
	TEXT(struct all, short_text, "Short", .min = 2, .max = 4),
	TEXT(struct all, full, "Full", .flags = FIELD_NOT_EMPTY),
	OPT_BOOL(struct all, flag, "Flag"),
	OPT_BOOL(struct all, full_flag, "FullFlag", .flags = FIELD_NOT_EMPTY),
	OPT_INT(struct all, number, "Number", .min = -5, .max = 50),
	OPT_INT(struct all, any_number, "AnyNumber"),
	OPT_INT(struct all, full_number, "FullNumber", .flags = FIELD_NOT_EMPTY),
	TEXTS(struct all, texts, "Id", .max = 3),
	JSON_TEXTS(struct all, ids, "Ids", .max = 3),
	ITEMS(struct all, disks, "DataDisk", .of = &disk_shape, .max = 3),
	ITEMS(struct all, tags, "Tag", .of = &tag_shape, .item = "TagItem"),
	OBJECT(struct all, system, "SystemDisk", .of = &disk_shape),
	FIELDS_END,
};
static const struct shape all_shape = { sizeof(struct all), all_fields };

struct bound {
	struct arena arena;
	struct all all;
	struct refusal refusal;
	bool ok;
};

static int setup(void **state)
{
	static struct bound bound;

	bound = (struct bound){ 0 };
	arena_init(&bound.arena);
	*state = &bound;
	return 0;
}

static int teardown(void **state)
{
	struct bound *bound = *state;

	arena_finish(&bound->arena);
	return 0;
}

/* "Name=value&Other=value", nothing decoded. */
static struct tree *flat_tree(struct arena *arena, const char *text)
{
	struct tree *tree = tree_object(arena, NULL);

	while (*text) {
		const char *end = strchrnul(text, '&');
		const char *equals = memchr(text, '=', (size_t)(end - text));

		assert_non_null(equals);
		assert_true(tree_add_flat(arena, tree, arena_text_n(arena, text, (size_t)(equals - text)),
		                          arena_text_n(arena, equals + 1, (size_t)(end - equals - 1)), TREE_DEPTH_MAX));
		text = *end ? end + 1 : end;
	}
	return tree;
}

/* JSON if it begins so, else flat parameters. */
static const struct all *bind(struct bound *bound, const char *text)
{
	const char *error = "";
	struct tree *tree = *text == '{' ?
	                            tree_from_json(&bound->arena, text, strlen(text), TREE_DEPTH_MAX, &error) :
	                            flat_tree(&bound->arena, text);

	if (!tree)
		fail_msg("%s: %s", text, error);
	memset(&bound->all, 0x5a, sizeof bound->all); /* binding zeroes it */
	bound->refusal = (struct refusal){ 0 };
	bound->ok = bind_input(&bound->arena, &all_shape, tree, &bound->all, &bound->refusal);
	if (bound->ok)
		assert_int_equal(bound->refusal.reason, REFUSE_NONE);
	return &bound->all;
}

static const struct all *bind_good(struct bound *bound, const char *text)
{
	const struct all *all = bind(bound, text);

	if (!bound->ok)
		fail_msg("%s: %s %s", text, refusal_words[bound->refusal.reason], text_or(bound->refusal.subject, ""));
	return all;
}

static void expect_refused(struct bound *bound, const char *text, enum refusal_reason reason, const char *subject)
{
	bind(bound, text);
	if (bound->ok || bound->refusal.reason != reason || !text_equal(bound->refusal.subject, subject))
		fail_msg("%s: %s \"%s\" about %s", text, bound->ok ? "accepted" : "refused",
		         refusal_words[bound->refusal.reason], text_or(bound->refusal.subject, "nothing"));
}

/* ---- what fits beside what does not ---- */

static void what_fits_is_bound_beside_what_does_not(void **state)
{
	struct bound *bound = *state;
	const struct all *all;

	expect_refused(bound, "Number=x&Short=tooLong&Text=here&Id.1=a&Id.2=b&Ids=[\"c\"]", REFUSE_PARAMETER_INVALID, "Short");
	all = &bound->all;
	assert_string_equal(all->text, "here");
	assert_int_equal(all->texts.n, 2);
	assert_string_equal(all->texts.items[1], "b");
	assert_int_equal(all->ids.n, 1);
	expect_refused(bound, "Id.1=a&Id.2=b&Id.3=c&Id.4=d&Ids=[\"a\",1]&Text=here", REFUSE_PARAMETER_INVALID, "Id");
	assert_int_equal(bound->all.texts.n, 0);
	assert_int_equal(bound->all.ids.n, 0);
	assert_string_equal(bound->all.text, "here");
}

/* ---- absent, empty, given ---- */

static void absent_is_nothing(void **state)
{
	static const char *const inputs[] = { "", "Other=1&Texts=2", "{}", "{\"Text\":null,\"Number\":null,\"DataDisk\":null}" };
	const struct all none = { 0 };
	size_t i;

	for (i = 0; i < COUNT_OF(inputs); i++) {
		const struct all *all = bind_good(*state, inputs[i]);

		assert_null(all->text);
		assert_int_equal(all->flag.is, ABSENT);
		assert_int_equal(all->number.is, ABSENT);
		assert_int_equal(all->ids.is, ABSENT);
		assert_int_equal(all->texts.n, 0);
		assert_int_equal(all->disks.n, 0);
		assert_memory_equal(all, &none, sizeof none);
	}
}

static void empty_is_not_absent(void **state)
{
	static const char *const inputs[] = {
		"Text=&When=&Word=&Short=&Flag=&Number=&Ids=&Id=&Tag=&DataDisk=&SystemDisk=",
		"{\"Text\":\"\",\"When\":\"\",\"Word\":\"\",\"Short\":\"\",\"Flag\":\"\",\"Number\":\"\",\"Ids\":\"\"}",
	};
	size_t i;

	for (i = 0; i < COUNT_OF(inputs); i++) {
		const struct all *all = bind_good(*state, inputs[i]);

		assert_string_equal(all->text, "");
		assert_string_equal(all->when, "");
		assert_string_equal(all->word, ""); /* limits are for what is given */
		assert_string_equal(all->short_text, "");
		assert_int_equal(all->flag.is, EMPTY);
		assert_int_equal(all->number.is, EMPTY);
		assert_int_equal(all->number.value, 0);
		assert_int_equal(all->ids.is, EMPTY);
	}
}

static void given_is_what_was_sent(void **state)
{
	static const char *const inputs[] = {
		"Text=a b&When=2026-11-21T00:27Z&Word=two&Short=abcd&Flag=TRUE&Number=-5&Ids=[\"x\",\"y\"]",
		"{\"Text\":\"a b\",\"When\":\"2026-11-21T00:27Z\",\"Word\":\"two\",\"Short\":\"abcd\",\"Flag\":true,"
		"\"Number\":-5,\"Ids\":\"[\\\"x\\\",\\\"y\\\"]\"}",
	};
	size_t i;

	for (i = 0; i < COUNT_OF(inputs); i++) {
		const struct all *all = bind_good(*state, inputs[i]);

		assert_string_equal(all->text, "a b");
		assert_string_equal(all->when, "2026-11-21T00:27Z");
		assert_string_equal(all->word, "two");
		assert_string_equal(all->short_text, "abcd");
		assert_int_equal(all->flag.is, GIVEN);
		assert_true(all->flag.value);
		assert_int_equal(all->number.is, GIVEN);
		assert_int_equal(all->number.value, -5);
		assert_int_equal(all->ids.is, GIVEN);
		assert_int_equal(all->ids.n, 2);
		assert_string_equal(all->ids.items[1], "y");
	}
}

static void an_empty_json_list_is_given(void **state)
{
	const struct all *all = bind_good(*state, "Ids=[]");

	assert_int_equal(all->ids.is, GIVEN);
	assert_int_equal(all->ids.n, 0);
}

static void words_for_true_and_false(void **state)
{
	static const struct {
		const char *text;
		int value; /* -1: neither */
	} cases[] = {
		{ "true", 1 }, { "True", 1 }, { "TRUE", 1 },   { "false", 0 },  { "False", 0 }, { "1", -1 },
		{ "0", -1 },   { "yes", -1 }, { "no", -1 },    { " true", -1 }, { "true ", -1 }, { "t", -1 },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		char input[32];

		snprintf(input, sizeof input, "Flag=%s", cases[i].text);
		if (cases[i].value < 0)
			expect_refused(*state, input, REFUSE_PARAMETER_INVALID, "Flag");
		else
			assert_int_equal(bind_good(*state, input)->flag.value, cases[i].value);
	}
}

/* ---- limits ---- */

static const struct {
	const char *input;
	enum refusal_reason reason;
	const char *subject;
} misfits[] = {
	/* empty where that is not allowed */
	{ "Full=", REFUSE_PARAMETER_EMPTY, "Full" },
	{ "FullFlag=", REFUSE_PARAMETER_EMPTY, "FullFlag" },
	{ "FullNumber=", REFUSE_PARAMETER_EMPTY, "FullNumber" },
	{ "{\"Full\":\"\"}", REFUSE_PARAMETER_EMPTY, "Full" },
	/* numbers: no blanks, no fractions, no overflow, range included */
	{ "Number=-6", REFUSE_PARAMETER_INVALID, "Number" },
	{ "Number=51", REFUSE_PARAMETER_INVALID, "Number" },
	{ "Number=1.0", REFUSE_PARAMETER_INVALID, "Number" },
	{ "Number= 1", REFUSE_PARAMETER_INVALID, "Number" },
	{ "Number=1 ", REFUSE_PARAMETER_INVALID, "Number" },
	{ "Number=+1", REFUSE_PARAMETER_INVALID, "Number" },
	{ "Number=-", REFUSE_PARAMETER_INVALID, "Number" },
	{ "Number=0x1", REFUSE_PARAMETER_INVALID, "Number" },
	{ "AnyNumber=9223372036854775808", REFUSE_PARAMETER_INVALID, "AnyNumber" },
	{ "{\"Number\":1.5}", REFUSE_PARAMETER_INVALID, "Number" },
	{ "{\"Number\":true}", REFUSE_PARAMETER_INVALID, "Number" },
	{ "{\"Number\":{}}", REFUSE_PARAMETER_INVALID, "Number" },
	{ "{\"Number\":[1]}", REFUSE_PARAMETER_INVALID, "Number" },
	{ "{\"Text\":{\"a\":1}}", REFUSE_PARAMETER_INVALID, "Text" },
	{ "{\"Text\":[\"a\"]}", REFUSE_PARAMETER_INVALID, "Text" },
	{ "Text.1=a", REFUSE_PARAMETER_INVALID, "Text" },
	/* words, exactly as they are written */
	{ "Word=three", REFUSE_PARAMETER_INVALID, "Word" },
	{ "Word=One", REFUSE_PARAMETER_INVALID, "Word" },
	/* moments */
	{ "When=2026-11-21", REFUSE_PARAMETER_INVALID, "When" },
	{ "When=2026-02-30T00:00Z", REFUSE_PARAMETER_INVALID, "When" },
	{ "When=2026-11-21T00:27:43+08:00", REFUSE_PARAMETER_INVALID, "When" },
	/* JSON lists of texts inside a text */
	{ "Ids=x", REFUSE_PARAMETER_INVALID, "Ids" },
	{ "Ids={\"a\":1}", REFUSE_PARAMETER_INVALID, "Ids" },
	{ "Ids=[1]", REFUSE_PARAMETER_INVALID, "Ids" },
	{ "Ids=[null]", REFUSE_PARAMETER_INVALID, "Ids" },
	{ "Ids=[[\"x\"]]", REFUSE_PARAMETER_INVALID, "Ids" },
	{ "Ids=[\"x\"", REFUSE_PARAMETER_INVALID, "Ids" },
	{ "Ids=[\"a\",\"b\",\"c\",\"d\"]", REFUSE_PARAMETER_INVALID, "Ids" },
	/* items of lists */
	{ "Id.1=a&Id.2=b&Id.3=c&Id.4=d", REFUSE_PARAMETER_INVALID, "Id" },
	{ "Id.1.Name=a", REFUSE_PARAMETER_INVALID, "Id" },
	{ "{\"Id\":[\"a\",null]}", REFUSE_PARAMETER_INVALID, "Id" },
	{ "{\"Id\":[{}]}", REFUSE_PARAMETER_INVALID, "Id" },
	{ "DataDisk.1.Size=1&DataDisk.2.Size=1&DataDisk.3.Size=1&DataDisk.4.Size=1", REFUSE_PARAMETER_INVALID,
	  "DataDisk" },
	{ "DataDisk.1=x", REFUSE_PARAMETER_INVALID, "DataDisk" },
	{ "{\"DataDisk\":[1]}", REFUSE_PARAMETER_INVALID, "DataDisk" },
	/* a value where items or members belong */
	{ "Id=a", REFUSE_PARAMETER_INVALID, "Id" },
	{ "Id=a&Id.1=b", REFUSE_PARAMETER_INVALID, "Id" },
	{ "Id.1=b&Id=a", REFUSE_PARAMETER_INVALID, "Id" },
	{ "Id=[\"a\"]", REFUSE_PARAMETER_INVALID, "Id" },
	{ "{\"Id\":\"a\"}", REFUSE_PARAMETER_INVALID, "Id" },
	{ "Tag=x", REFUSE_PARAMETER_INVALID, "Tag" },
	{ "{\"Tag\":1}", REFUSE_PARAMETER_INVALID, "Tag" },
	{ "DataDisk.1=x&DataDisk.1.Size=1", REFUSE_PARAMETER_INVALID, "DataDisk" },
	{ "DataDisk.1.Tag=x", REFUSE_PARAMETER_INVALID, "DataDisk.1.Tag" },
	{ "SystemDisk=50", REFUSE_PARAMETER_INVALID, "SystemDisk" },
	{ "{\"SystemDisk\":true}", REFUSE_PARAMETER_INVALID, "SystemDisk" },
	/* inside lists and objects the whole name is told, numbers as they were written */
	{ "DataDisk.1.Size=1&DataDisk.2.Size=x", REFUSE_FIELD, "DataDisk.2.Size" },
	{ "DataDisk.07.Size=0", REFUSE_FIELD, "DataDisk.07.Size" },
	{ "{\"DataDisk\":[{\"Size\":1},{\"Size\":0}]}", REFUSE_FIELD, "DataDisk.N.Size" },
	{ "SystemDisk.Size=101", REFUSE_FIELD, "SystemDisk.Size" },
	{ "{\"SystemDisk\":{\"Size\":101}}", REFUSE_FIELD, "SystemDisk.Size" },
	{ "DataDisk.1.Tag.3.Key=", REFUSE_PARAMETER_EMPTY, "DataDisk.1.Tag.3.Key" },
	{ "DataDisk.1.Tag.3.Value=v", REFUSE_PARAMETER_MISSING, "DataDisk.1.Tag.3.Key" },
	{ "SystemDisk.Tag.1.key=toolong", REFUSE_PARAMETER_INVALID, "SystemDisk.Tag.1.Key" },
	{ "Tag.2.Value=v", REFUSE_PARAMETER_MISSING, "Tag.2.Key" },
};

static void what_does_not_fit_is_refused(void **state)
{
	size_t i;

	for (i = 0; i < COUNT_OF(misfits); i++)
		expect_refused(*state, misfits[i].input, misfits[i].reason, misfits[i].subject);
}

static void a_field_may_bring_its_own_words(void **state)
{
	struct bound *bound = *state;

	expect_refused(bound, "SystemDisk.Size=0", REFUSE_FIELD, "SystemDisk.Size");
	assert_ptr_equal(bound->refusal.row, &bad_size);
	expect_refused(bound, "Number=99", REFUSE_PARAMETER_INVALID, "Number");
	assert_null(bound->refusal.row);
}

static void numbers_at_their_limits(void **state)
{
	static const struct {
		const char *input;
		int64_t number, any;
	} cases[] = {
		{ "Number=-5&AnyNumber=-9223372036854775808", -5, INT64_MIN },
		{ "Number=50&AnyNumber=9223372036854775807", 50, INT64_MAX },
		{ "Number=007&AnyNumber=-0", 7, 0 },
		{ "{\"Number\":50,\"AnyNumber\":9223372036854775807}", 50, INT64_MAX },
		{ "{\"Number\":\"50\",\"AnyNumber\":\"-9223372036854775808\"}", 50, INT64_MIN },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		const struct all *all = bind_good(*state, cases[i].input);

		assert_int_equal(all->number.value, cases[i].number);
		assert_true(all->any_number.value == cases[i].any);
	}
}

/* The limit of a text is counted in characters, as the vendor's pages do. */
static void lengths_are_of_characters(void **state)
{
	static const struct {
		const char *text; /* limits 2 and 4 */
		bool fits;
	} cases[] = {
		{ "a", false },
		{ "ab", true },
		{ "abcd", true },
		{ "abcde", false },
		{ "磁盘", true },            /* 6 bytes */
		{ "磁盘数据", true },        /* 12 bytes */
		{ "磁盘数据盘", false },
		{ "盘", false },             /* 3 bytes, one character */
		{ "\xF0\x9F\x92\xBE", false }, /* 4 bytes, one character */
		{ "\xF0\x9F\x92\xBE\xF0\x9F\x92\xBE", true },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		char input[64];

		snprintf(input, sizeof input, "Short=%s", cases[i].text);
		if (cases[i].fits)
			assert_string_equal(bind_good(*state, input)->short_text, cases[i].text);
		else
			expect_refused(*state, input, REFUSE_PARAMETER_INVALID, "Short");
	}
}

static void texts_and_lists_have_limits_without_being_told(void **state)
{
	struct bound *bound = *state;
	struct arena *arena = &bound->arena;
	char longest[FIELD_TEXT_MAX + 1];
	const char *list = "";
	int i;

	memset(longest, 'x', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	bind_good(bound, arena_printf(arena, "Text=%s", longest));
	expect_refused(bound, arena_printf(arena, "Text=%sx", longest), REFUSE_PARAMETER_INVALID, "Text");
	/* An item of a list of texts is held to the same. */
	bind_good(bound, arena_printf(arena, "Id.1=%s", longest));
	expect_refused(bound, arena_printf(arena, "Id.1=%sx", longest), REFUSE_PARAMETER_INVALID, "Id");
	for (i = 1; i <= FIELD_ITEMS_MAX; i++)
		list = arena_printf(arena, "%sTag.%d.Key=k&", list, i);
	assert_int_equal(bind_good(bound, list)->tags.n, FIELD_ITEMS_MAX);
	expect_refused(bound, arena_printf(arena, "%sTag.%d.Key=k", list, i), REFUSE_PARAMETER_INVALID, "Tag");
}

/* ---- lists ---- */

static void lists_of_texts(void **state)
{
	static const struct {
		const char *input;
		const char *expected; /* joined by commas */
	} cases[] = {
		{ "Id.1=a&Id.2=b", "a,b" },
		{ "Id.2=b&Id.1=a", "a,b" },            /* by number, not by place */
		{ "Id.10=c&Id.9=b&Id.2=a", "a,b,c" },  /* as numbers, not as texts; gaps close */
		{ "Id.1=a&Id.1=b", "b" },              /* the last of a name wins */
		{ "Id.1=&Id.2=b", ",b" },
		{ "Id.0=z&Id.1=a", "a" },              /* numbers begin at 1 */
		{ "Id.-1=z&Id.x=z&Id.1=a", "a" },      /* what is no number is no item */
		{ "{\"Id\":[\"b\",\"a\"]}", "b,a" },   /* as they stand */
		{ "{\"Id\":[1,true]}", "1,true" },     /* as they are written */
		{ "{\"Id\":[]}", "" },
		{ "{\"Id\":{\"1\":\"a\",\"2\":\"b\"}}", "a,b" },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		const struct all *all = bind_good(*state, cases[i].input);
		char joined[64] = "";
		size_t t;

		for (t = 0; t < all->texts.n; t++)
			snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "%s%s", t ? "," : "",
			         all->texts.items[t]);
		if (!text_equal(joined, cases[i].expected))
			fail_msg("%s: \"%s\"", cases[i].input, joined);
	}
}

static void lists_of_objects(void **state)
{
	static const char *const inputs[] = {
		"Tag.2.Key=b&Tag.2.Value=2&Tag.1.Key=a&Tag.1.Value=1",
		"Tag.7.Value=2&Tag.3.Key=a&Tag.7.Key=b&Tag.3.Value=1",
		"Tag.1.key=a&Tag.1.value=1&Tag.2.key=b&Tag.2.value=2", /* the spelling of some clients */
		"{\"Tag\":[{\"Key\":\"a\",\"Value\":\"1\"},{\"Key\":\"b\",\"Value\":\"2\"}]}",
		"{\"Tag\":[{\"key\":\"a\",\"value\":1},{\"Key\":\"b\",\"value\":\"2\"}]}",
		"{\"Tag\":{\"TagItem\":[{\"Key\":\"a\",\"Value\":\"1\"},{\"Key\":\"b\",\"Value\":\"2\"}]}}", /* as it is written */
	};
	size_t i;

	for (i = 0; i < COUNT_OF(inputs); i++) {
		const struct all *all = bind_good(*state, inputs[i]);
		const struct tag *tags = all->tags.items;

		assert_int_equal(all->tags.n, 2);
		assert_string_equal(tags[0].key, "a");
		assert_string_equal(tags[0].value, "1");
		assert_string_equal(tags[1].key, "b");
		assert_string_equal(tags[1].value, "2");
	}
}

static void both_spellings_prefer_the_first(void **state)
{
	const struct all *all = bind_good(*state, "Tag.1.key=lower&Tag.1.Key=upper");

	assert_string_equal(((const struct tag *)all->tags.items)[0].key, "upper");
}

static void lists_in_lists_and_objects(void **state)
{
	static const char *const inputs[] = {
		"DataDisk.1.Tag.1.Key=a&DataDisk.2.Tag.1.Key=b&DataDisk.2.Tag.2.Key=c&DataDisk.2.Size=9&SystemDisk.Tag.1.Key=s",
		"{\"DataDisk\":[{\"Tag\":[{\"Key\":\"a\"}]},{\"Size\":9,\"Tag\":[{\"Key\":\"b\"},{\"Key\":\"c\"}]}],"
		"\"SystemDisk\":{\"Tag\":[{\"Key\":\"s\"}]}}",
	};
	size_t i;

	for (i = 0; i < COUNT_OF(inputs); i++) {
		const struct all *all = bind_good(*state, inputs[i]);
		const struct disk *disks = all->disks.items;

		assert_int_equal(all->disks.n, 2);
		assert_int_equal(disks[0].tags.n, 1);
		assert_int_equal(disks[0].size.is, ABSENT);
		assert_int_equal(disks[1].size.value, 9);
		assert_int_equal(disks[1].tags.n, 2);
		assert_string_equal(((const struct tag *)disks[1].tags.items)[1].key, "c");
		assert_null(((const struct tag *)disks[1].tags.items)[1].value);
		assert_int_equal(all->system.tags.n, 1);
	}
}

/* "SystemDisk" is a value and has children in old clients' requests: the children count, in either order. */
static void a_name_may_have_a_value_and_children(void **state)
{
	static const char *const inputs[] = { "SystemDisk=x&SystemDisk.Size=40", "SystemDisk.Size=40&SystemDisk=x" };
	size_t i;

	for (i = 0; i < COUNT_OF(inputs); i++)
		assert_int_equal(bind_good(*state, inputs[i])->system.size.value, 40);
	assert_string_equal(bind_good(*state, "Text=a&Text.Child=b")->text, "a");
	assert_string_equal(bind_good(*state, "Text.Child=b&Text=a")->text, "a");
}

/* ---- order and depth ---- */

static const struct field order_fields[] = {
	OPT_INT(struct all, number, "First"),
	TEXT(struct all, full, "Second", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(struct all, needed, "Third", .flags = FIELD_REQUIRED),
	FIELDS_END,
};
static const struct shape order_shape = { sizeof(struct all), order_fields };

static void missing_is_told_before_wrong(void **state)
{
	static const struct {
		const char *input;
		enum refusal_reason reason;
		const char *subject;
	} cases[] = {
		{ "First=x&Second=", REFUSE_PARAMETER_MISSING, "Third" },
		{ "First=x", REFUSE_PARAMETER_MISSING, "Second" }, /* the first that is missing, in the order of the table */
		{ "Third=1&First=x&Second=", REFUSE_PARAMETER_INVALID, "First" },
		{ "Third=&First=1&Second=", REFUSE_PARAMETER_EMPTY, "Second" },
		{ "Third=&First=1&Second=2", REFUSE_NONE, NULL }, /* required, and may be empty */
	};
	struct bound *bound = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		struct refusal refusal = { 0 };
		bool ok = bind_input(&bound->arena, &order_shape, flat_tree(&bound->arena, cases[i].input), &bound->all,
		                     &refusal);

		assert_int_equal(ok, cases[i].reason == REFUSE_NONE);
		assert_int_equal(refusal.reason, cases[i].reason);
		assert_true(text_equal(refusal.subject, cases[i].subject));
	}
}

static void names_are_only_so_deep(void **state)
{
	struct bound *bound = *state;
	struct tree *root = tree_object(&bound->arena, NULL);
	const char *error;

	assert_true(tree_add_flat(&bound->arena, root, "a.b.c.d.e.f.g.h", "v", TREE_DEPTH_MAX));
	assert_false(tree_add_flat(&bound->arena, root, "a.b.c.d.e.f.g.h.i", "v", TREE_DEPTH_MAX));
	assert_non_null(tree_from_json(&bound->arena, "[[[[[[[[]]]]]]]]", 16, TREE_DEPTH_MAX, &error));
	assert_null(tree_from_json(&bound->arena, "[[[[[[[[[]]]]]]]]]", 18, TREE_DEPTH_MAX, &error));
	assert_string_equal(error, "nested deeper than 8");
}

/* ---- marks ---- */

static void expect_same_marks(const char *text, const struct tree *bound, const struct tree *marked)
{
	const struct tree *a = bound->first;
	const struct tree *b = marked->first;

	for (; a; a = a->next, b = b->next) {
		if (a->read != b->read)
			fail_msg("%s: %s is %s, marked as %s", text, text_or(a->name, "an item"), a->read ? "read" : "unread",
			         b->read ? "read" : "unread");
		expect_same_marks(text, a, b);
	}
}

static const struct tree *leaf(const struct tree *tree, const char *name)
{
	while (tree && name) {
		const char *dot = strchr(name, '.');
		char part[64];

		snprintf(part, sizeof part, "%.*s", dot ? (int)(dot - name) : (int)strlen(name), name);
		tree = tree_find(tree, part);
		name = dot ? dot + 1 : NULL;
	}
	return tree;
}

static void what_binding_reads_is_marked(void **state)
{
	static const char *const inputs[] = {
		"",
		"Text=a&Other=b&Number=5&Word=one",
		"Id.1=a&Id.2=b&Id.x=c&Id.0=d",
		"DataDisk.1.Name=a&DataDisk.1.Tag.1.Key=k&DataDisk.1.Tag.1.Nothing=v&DataDisk.x.Name=b&DataDisk.1.Other=c",
		"Id=&Tag=&Tag.1.Key=a&SystemDisk=",
		"SystemDisk=x&SystemDisk.Size=3&SystemDisk.Size.Deeper=4&SystemDisk.Odd=5",
		"Tag.1.key=a&Tag.1.value=b&Tag.2.Key=c&Tag.2.key=d",
		"{\"Text\":\"a\",\"Id\":[\"a\"],\"Tag\":{\"TagItem\":[{\"Key\":\"k\",\"Odd\":1}]},\"Odd\":{\"Text\":1},\"When\":null}",
	};
	struct bound *bound = *state;
	const char *error;
	size_t i;

	for (i = 0; i < COUNT_OF(inputs); i++) {
		struct tree *trees[2];
		size_t t;

		for (t = 0; t < 2; t++)
			trees[t] = *inputs[i] == '{' ?
			                   tree_from_json(&bound->arena, inputs[i], strlen(inputs[i]), TREE_DEPTH_MAX, &error) :
			                   flat_tree(&bound->arena, inputs[i]);
		assert_true(bind_input(&bound->arena, &all_shape, trees[0], &bound->all, &bound->refusal));
		bind_mark(&bound->arena, EDITION_FIRST, &all_shape, trees[1]);
		expect_same_marks(inputs[i], trees[0], trees[1]);
	}
}

static void a_value_that_is_passed_over_is_not_marked(void **state)
{
	struct bound *bound = *state;
	struct tree *tree = flat_tree(&bound->arena, "Id=&Tag=&Tag.1.Key=a&SystemDisk=x&SystemDisk.Size=3&DataDisk=x");

	bind_mark(&bound->arena, EDITION_FIRST, &all_shape, tree);
	assert_false(leaf(tree, "Id")->read);
	assert_false(leaf(tree, "Tag")->read);
	assert_true(leaf(tree, "Tag.1.Key")->read);
	assert_false(leaf(tree, "SystemDisk")->read);
	assert_true(leaf(tree, "SystemDisk.Size")->read);
	assert_true(leaf(tree, "DataDisk")->read); /* the call is refused for it */
}

/* Lists that have no effect come from some clients as JSON in a text. */
static void what_is_accepted_without_effect_may_be_a_text(void **state)
{
	static const struct field accepted_fields[] = {
		TEXTS(struct all, texts, "Additional", .flags = FIELD_ACCEPTED),
		FIELDS_END,
	};
	static const struct shape accepted_shape = { sizeof(struct all), accepted_fields };
	struct bound *bound = *state;
	struct tree *tree = flat_tree(&bound->arena, "Additional=[\"PLACEMENT\"]");

	assert_true(bind_input(&bound->arena, &accepted_shape, tree, &bound->all, &bound->refusal));
	assert_int_equal(bound->all.texts.n, 0);
	assert_true(leaf(tree, "Additional")->read);
}

static void marks_do_not_end_at_a_bad_value(void **state)
{
	static const struct field outer_fields[] = {
		ITEMS(struct all, disks, "Disk", .of = &disk_shape, .flags = FIELD_ACCEPTED),
		OPT_INT(struct all, number, "Number"),
		TEXT(struct all, text, "Password", .flags = FIELD_SECRET),
		FIELDS_END,
	};
	static const struct shape outer_shape = { sizeof(struct all), outer_fields };
	struct bound *bound = *state;
	struct tree *tree = flat_tree(&bound->arena, "Disk.1.Size=no&Disk.1.Odd=2&Number=no&Password=x&Odd=1");

	bind_mark(&bound->arena, EDITION_FIRST, &outer_shape, tree);
	assert_true(leaf(tree, "Disk.1.Size")->read);
	assert_int_equal(leaf(tree, "Disk.1.Size")->flags, FIELD_ACCEPTED);
	assert_false(leaf(tree, "Disk.1.Odd")->read);
	assert_true(leaf(tree, "Number")->read);
	assert_true(leaf(tree, "Password")->read);
	assert_int_equal(leaf(tree, "Password")->flags, FIELD_SECRET);
	assert_false(leaf(tree, "Odd")->read);
}

#define BIND_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BIND_TEST(what_fits_is_bound_beside_what_does_not),
		BIND_TEST(absent_is_nothing),
		BIND_TEST(empty_is_not_absent),
		BIND_TEST(given_is_what_was_sent),
		BIND_TEST(an_empty_json_list_is_given),
		BIND_TEST(words_for_true_and_false),
		BIND_TEST(what_does_not_fit_is_refused),
		BIND_TEST(a_field_may_bring_its_own_words),
		BIND_TEST(numbers_at_their_limits),
		BIND_TEST(lengths_are_of_characters),
		BIND_TEST(texts_and_lists_have_limits_without_being_told),
		BIND_TEST(lists_of_texts),
		BIND_TEST(lists_of_objects),
		BIND_TEST(both_spellings_prefer_the_first),
		BIND_TEST(lists_in_lists_and_objects),
		BIND_TEST(a_name_may_have_a_value_and_children),
		BIND_TEST(missing_is_told_before_wrong),
		BIND_TEST(names_are_only_so_deep),
		BIND_TEST(what_binding_reads_is_marked),
		BIND_TEST(a_value_that_is_passed_over_is_not_marked),
		BIND_TEST(what_is_accepted_without_effect_may_be_a_text),
		BIND_TEST(marks_do_not_end_at_a_bad_value),
	};

	return cmocka_run_group_tests_name("bind", tests, NULL, NULL);
}
