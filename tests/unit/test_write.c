/* Writing: one struct by its table as JSON and as XML. JSON is read back with jansson, XML with a small checker of its
 * own, and both are compared with the very text that clients get. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/write.h"
#include "base/arena.h"
#include "base/text.h"

struct point {
	int64_t x;
	const char *label;
};

struct all {
	const char *text;
	const char *maybe;
	const char *when;
	bool flag;
	int64_t number;
	struct opt_bool opt_flag;
	struct opt_int opt_number;
	struct texts wrapped_texts;
	struct texts plain_texts;
	struct numbers numbers;
	struct items wrapped_points;
	struct items plain_points;
	struct point inner;
};

static const struct field point_fields[] = {
	INT(struct point, x, "X"),
	TEXT(struct point, label, "Label", .flags = FIELD_OMIT_EMPTY),
	FIELDS_END,
};
static const struct shape point_shape = { sizeof(struct point), point_fields };

static const struct field all_fields[] = {
	TEXT(struct all, text, "Text"),
	TEXT(struct all, maybe, "Maybe", .flags = FIELD_OMIT_EMPTY),
	TIME(struct all, when, "When"),
	BOOL(struct all, flag, "Flag"),
	INT(struct all, number, "Number"),
	OPT_BOOL(struct all, opt_flag, "OptFlag"),
	OPT_INT(struct all, opt_number, "OptNumber"),
	TEXTS(struct all, wrapped_texts, "Ids", .item = "Id"),
	TEXTS(struct all, plain_texts, "Names"),
	INTS(struct all, numbers, "Ports", .item = "Port"),
	ITEMS(struct all, wrapped_points, "Points", .of = &point_shape, .item = "Point"),
	ITEMS(struct all, plain_points, "Plain", .of = &point_shape),
	OBJECT(struct all, inner, "Inner", .of = &point_shape),
	FIELDS_END,
};
static const struct shape all_shape = { sizeof(struct all), all_fields };

static const struct field one_field[] = { TEXT(struct all, text, "T"), FIELDS_END };
static const struct shape one_shape = { sizeof(struct all), one_field };

/* The fields as the whole document; XML in an element "R". */
static void write_document(struct buf *buf, const struct writer_format *format, const struct shape *shape,
                           const void *source)
{
	struct writer writer;

	buf_clear(buf);
	writer_init(&writer, format, buf);
	format->object_begin(&writer, format == &writer_xml ? "R" : NULL);
	write_fields(&writer, shape, source);
	format->object_end(&writer, "R");
	assert_false(buf->failed);
	assert_int_equal(strlen(buf_text(buf)), buf->length);
}

/* ---- a checker of XML as far as it is written here: elements, character data, five kinds of reference ---- */

static bool skip_reference(const char **at)
{
	static const char *const known[] = { "&amp;", "&lt;", "&gt;", "&#13;" };
	size_t i;

	for (i = 0; i < COUNT_OF(known); i++) {
		if (text_starts(*at, known[i])) {
			*at += strlen(known[i]);
			return true;
		}
	}
	return false;
}

static bool is_name(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* One element at *at, to its end. */
static bool skip_element(const char **at, int depth)
{
	const char *name = *at + 1;
	size_t length = 0;

	if (**at != '<' || depth > 32)
		return false;
	while (is_name(name[length]))
		length++;
	if (!length || name[length] != '>')
		return false;
	*at = name + length + 1;
	while (**at) {
		unsigned char c = (unsigned char)**at;

		if (c == '<' && (*at)[1] == '/') {
			if (strncmp(*at + 2, name, length) != 0 || (*at)[2 + length] != '>')
				return false;
			*at += length + 3;
			return true;
		}
		if (c == '<' ? !skip_element(at, depth + 1) : c == '&' ? !skip_reference(at) : false)
			return false;
		if (c == '<' || c == '&')
			continue;
		/* Char of XML 1.0, in UTF-8. */
		if ((c < 0x20 && c != '\t' && c != '\n') || c == '>' || text_starts(*at, "\xEF\xBF\xBE") ||
		    text_starts(*at, "\xEF\xBF\xBF"))
			return false;
		(*at)++;
	}
	return false;
}

static bool is_xml(const char *text)
{
	return text_is_utf8(text, strlen(text)) && skip_element(&text, 0) && !*text;
}

static void the_checker_can_say_no(void **state)
{
	static const char *const bad[] = { "",        "x",        "<R>",       "<R></S>",   "<R></R>x",  "<R>&</R>",
		                           "<R>&x;</R>", "<R>\1</R>", "<R><A></R>", "<R>\r</R>", "<R>\xFF</R>", "<></>",
		                           "<R>\xEF\xBF\xBF</R>" };
	static const char *const good[] = { "<R></R>", "<R>a&amp;b<A>1</A><A>2</A>\xEF\xBF\xBD</R>" };
	size_t i;

	for (i = 0; i < COUNT_OF(bad); i++) {
		if (is_xml(bad[i]))
			fail_msg("accepted: %s", bad[i]);
	}
	for (i = 0; i < COUNT_OF(good); i++)
		assert_true(is_xml(good[i]));
	(void)state;
}

/* ---- the whole shape ---- */

static struct all full(void)
{
	static const char *ids[] = { "a", "b" };
	static const char *names[] = { "n" };
	static int64_t ports[] = { 80, -1 };
	static struct point points[] = { { 1, "one" }, { -2, "" } };

	return (struct all){
		.text = "t",
		.maybe = "m",
		.when = "2026-11-21T00:27Z",
		.flag = true,
		.number = 7,
		.opt_flag = { GIVEN, false },
		.opt_number = { GIVEN, 0 },
		.wrapped_texts = { ids, 2 },
		.plain_texts = { names, 1 },
		.numbers = { ports, 2 },
		.wrapped_points = { points, 2 },
		.plain_points = { points, 1 },
		.inner = { 3, "three" },
	};
}

static void one_table_two_formats(void **state)
{
	struct all empty = { 0 };
	struct all all = full();
	const struct {
		const struct all *source;
		const struct writer_format *format;
		const char *expected;
	} cases[] = {
		{ &all, &writer_json,
		  "{\"Text\":\"t\",\"Maybe\":\"m\",\"When\":\"2026-11-21T00:27Z\",\"Flag\":true,\"Number\":7,\"OptFlag\":false,"
		  "\"OptNumber\":0,\"Ids\":{\"Id\":[\"a\",\"b\"]},\"Names\":[\"n\"],\"Ports\":{\"Port\":[80,-1]},"
		  "\"Points\":{\"Point\":[{\"X\":1,\"Label\":\"one\"},{\"X\":-2}]},\"Plain\":[{\"X\":1,\"Label\":\"one\"}],"
		  "\"Inner\":{\"X\":3,\"Label\":\"three\"}}" },
		{ &all, &writer_xml,
		  "<R><Text>t</Text><Maybe>m</Maybe><When>2026-11-21T00:27Z</When><Flag>true</Flag><Number>7</Number>"
		  "<OptFlag>false</OptFlag><OptNumber>0</OptNumber><Ids><Id>a</Id><Id>b</Id></Ids><Names>n</Names><Ports><Port>80</Port><Port>-1</Port></Ports>"
		  "<Points><Point><X>1</X><Label>one</Label></Point><Point><X>-2</X></Point></Points>"
		  "<Plain><X>1</X><Label>one</Label></Plain><Inner><X>3</X><Label>three</Label></Inner></R>" },
		/* absent: texts are "", what is optional is left out, lists are there and empty */
		{ &empty, &writer_json,
		  "{\"Text\":\"\",\"When\":\"\",\"Flag\":false,\"Number\":0,\"Ids\":{\"Id\":[]},\"Names\":[],\"Ports\":{\"Port\":[]},"
		  "\"Points\":{\"Point\":[]},\"Plain\":[],\"Inner\":{\"X\":0}}" },
		{ &empty, &writer_xml,
		  "<R><Text></Text><When></When><Flag>false</Flag><Number>0</Number><Ids></Ids><Ports></Ports><Points></Points>"
		  "<Inner><X>0</X></Inner></R>" },
	};
	struct buf BUF_CLEANUP buf;
	size_t i;

	buf_init(&buf, 65536);
	for (i = 0; i < COUNT_OF(cases); i++) {
		write_document(&buf, cases[i].format, &all_shape, cases[i].source);
		assert_string_equal(buf_text(&buf), cases[i].expected);
		if (cases[i].format == &writer_json) {
			json_t *json = json_loadb(buf.data, buf.length, JSON_REJECT_DUPLICATES, NULL);

			assert_non_null(json);
			json_decref(json);
		} else {
			assert_true(is_xml(buf_text(&buf)));
		}
	}
	(void)state;
}

static void an_optional_that_is_empty_is_left_out(void **state)
{
	struct all all = { .maybe = "", .opt_flag = { EMPTY, true }, .opt_number = { EMPTY, 1 } };
	struct buf BUF_CLEANUP buf;

	buf_init(&buf, 65536);
	write_document(&buf, &writer_json, &all_shape, &all);
	assert_null(strstr(buf_text(&buf), "Maybe"));
	assert_null(strstr(buf_text(&buf), "Opt"));
	(void)state;
}

/* ---- texts ---- */

static void texts_are_escaped(void **state)
{
	static const struct {
		const char *text, *json, *xml;
	} cases[] = {
		{ "", "", "" },
		{ "plain", "plain", "plain" },
		{ "a\"b", "a\\\"b", "a\"b" },
		{ "a\\b", "a\\\\b", "a\\b" },
		{ "a/b", "a/b", "a/b" },
		{ "\n\t\r", "\\n\\t\\r", "\n\t&#13;" },
		{ "\x01\x1f\x7f", "\\u0001\\u001f\x7f", "\xEF\xBF\xBD\xEF\xBF\xBD\x7f" },
		{ "\b\f\v", "\\u0008\\u000c\\u000b", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" },
		{ "<a>&amp;</a>", "<a>&amp;</a>", "&lt;a&gt;&amp;amp;&lt;/a&gt;" },
		{ "]]>", "]]>", "]]&gt;" },
		{ "'single'", "'single'", "'single'" },
		{ "磁盘 é \xF0\x9F\x92\xBE", "磁盘 é \xF0\x9F\x92\xBE", "磁盘 é \xF0\x9F\x92\xBE" },
		/* the last two code points of the plane are no characters of XML; their neighbours are */
		{ "\xEF\xBF\xBE\xEF\xBF\xBF", "\xEF\xBF\xBE\xEF\xBF\xBF", "\xEF\xBF\xBD\xEF\xBF\xBD" },
		{ "\xEF\xBF\xBD\xEF\xBE\xBF", "\xEF\xBF\xBD\xEF\xBE\xBF", "\xEF\xBF\xBD\xEF\xBE\xBF" },
		{ "x\xEF\xBF\xBEy\xEF\xBF\xBFz", "x\xEF\xBF\xBEy\xEF\xBF\xBFz", "x\xEF\xBF\xBDy\xEF\xBF\xBDz" },
		{ "\xE2\x80\xA8", "\xE2\x80\xA8", "\xE2\x80\xA8" },
	};
	struct buf BUF_CLEANUP buf;
	char expected[256];
	size_t i;

	buf_init(&buf, 65536);
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct all all = { .text = cases[i].text };
		json_t *json;

		write_document(&buf, &writer_json, &one_shape, &all);
		snprintf(expected, sizeof expected, "{\"T\":\"%s\"}", cases[i].json);
		assert_string_equal(buf_text(&buf), expected);
		json = json_loadb(buf.data, buf.length, 0, NULL);
		assert_non_null(json);
		assert_string_equal(json_string_value(json_object_get(json, "T")), cases[i].text);
		json_decref(json);
		write_document(&buf, &writer_xml, &one_shape, &all);
		snprintf(expected, sizeof expected, "<R><T>%s</T></R>", cases[i].xml);
		assert_string_equal(buf_text(&buf), expected);
		assert_true(is_xml(buf_text(&buf)));
	}
	(void)state;
}

/* A text of random characters comes back from JSON as it was, and makes XML that is well formed. */
static void any_text_survives(void **state)
{
	static const char *const pieces[] = { "\"", "\\", "<", ">", "&", "\x01", "\n", "\r", "\t", "a", "Z", "é", "磁",
		                              "\xEF\xBF\xBE", "\xEF\xBF\xBF", "\xEF\xBF\xBD", "\xF0\x9F\x92\xBE", "]]>", "]",
		                              "\x7f", "\x1b", "/", "'", "&amp;", "\\u0041" };
	struct buf BUF_CLEANUP buf;
	unsigned seed = 20261121;
	int round;

	buf_init(&buf, 65536);
	for (round = 0; round < 2000; round++) {
		char text[256] = "";
		struct all all = { .text = text };
		json_t *json;
		int n;

		for (n = rand_r(&seed) % 30; n > 0; n--)
			snprintf(text + strlen(text), sizeof text - strlen(text), "%s",
			         pieces[(size_t)rand_r(&seed) % COUNT_OF(pieces)]);
		write_document(&buf, &writer_json, &one_shape, &all);
		json = json_loadb(buf.data, buf.length, 0, NULL);
		assert_non_null(json);
		assert_string_equal(json_string_value(json_object_get(json, "T")), text);
		json_decref(json);
		write_document(&buf, &writer_xml, &one_shape, &all);
		if (!is_xml(buf_text(&buf)))
			fail_msg("no XML: %s", buf_text(&buf));
	}
	(void)state;
}

/* ---- numbers ---- */

static void numbers_of_any_size(void **state)
{
	static const struct {
		int64_t value;
		const char *expected;
	} cases[] = {
		{ 0, "0" },
		{ -1, "-1" },
		{ 10, "10" },
		{ INT64_MAX, "9223372036854775807" },
		{ INT64_MIN, "-9223372036854775808" },
		{ INT64_MIN + 1, "-9223372036854775807" },
		{ (int64_t)1 << 53, "9007199254740992" },
	};
	struct buf BUF_CLEANUP buf;
	char expected[64];
	size_t i;

	buf_init(&buf, 65536);
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct point point = { .x = cases[i].value };
		json_t *json;

		write_document(&buf, &writer_json, &point_shape, &point);
		snprintf(expected, sizeof expected, "{\"X\":%s}", cases[i].expected);
		assert_string_equal(buf_text(&buf), expected);
		json = json_loadb(buf.data, buf.length, 0, NULL);
		assert_true(json_integer_value(json_object_get(json, "X")) == cases[i].value);
		json_decref(json);
		write_document(&buf, &writer_xml, &point_shape, &point);
		snprintf(expected, sizeof expected, "<R><X>%s</X></R>", cases[i].expected);
		assert_string_equal(buf_text(&buf), expected);
	}
	(void)state;
}

static void fractions(void **state)
{
	static const struct {
		double value;
		const char *expected;
	} cases[] = { { 0, "0" }, { 0.5, "0.5" }, { -1.25, "-1.25" }, { 1e15, "1e+15" }, { 123456789.125, "123456789.125" } };
	struct buf BUF_CLEANUP buf;
	size_t i;

	buf_init(&buf, 65536);
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct writer writer;

		buf_clear(&buf);
		writer_init(&writer, &writer_json, &buf);
		writer_double(&writer, NULL, cases[i].value);
		assert_string_equal(buf_text(&buf), cases[i].expected);
	}
	(void)state;
}

/* ---- too long ---- */

/* A reply over its limit is marked failed, never cut in the middle and sent. */
static void what_does_not_fit_is_marked(void **state)
{
	struct all all = full();
	struct buf BUF_CLEANUP whole;
	size_t max;

	buf_init(&whole, 65536);
	write_document(&whole, &writer_json, &all_shape, &all);
	for (max = 0; max <= whole.length; max++) {
		struct buf BUF_CLEANUP buf;
		struct writer writer;

		buf_init(&buf, max);
		writer_init(&writer, &writer_json, &buf);
		writer_json.object_begin(&writer, NULL);
		write_fields(&writer, &all_shape, &all);
		writer_json.object_end(&writer, NULL);
		assert_int_equal(buf.failed, max < whole.length);
		assert_true(buf.length <= max);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_checker_can_say_no),
		cmocka_unit_test(one_table_two_formats),
		cmocka_unit_test(an_optional_that_is_empty_is_left_out),
		cmocka_unit_test(texts_are_escaped),
		cmocka_unit_test(any_text_survives),
		cmocka_unit_test(numbers_of_any_size),
		cmocka_unit_test(fractions),
		cmocka_unit_test(what_does_not_fit_is_marked),
	};

	return cmocka_run_group_tests_name("write", tests, NULL, NULL);
}
