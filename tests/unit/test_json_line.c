/* Lines of values in a JSON text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/json_line.h"
#include "base/text.h"

static size_t line_of(const char *text, const char *path)
{
	/* Exactly as long as the text: reading beyond it would be seen by a sanitizer. */
	size_t length = strlen(text);
	char *copy = malloc(length ? length : 1);
	size_t line;

	memcpy(copy, text, length);
	line = json_line(copy, length, path);
	free(copy);
	return line;
}

static const char document[] = "\n"                                   /* 1 */
			       "{\n"                                  /* 2 */
			       "  \"a\": 1, \"b\":\n"                 /* 3 */
			       "  [ 1,\n"                             /* 4 */
			       "    { \"c\": \"}],\\\"\\n\",\n"       /* 5 */
			       "      \"d\" :\n"                      /* 6 */
			       "        [[], [\n"                     /* 7 */
			       "          { \"e\": null }]] },\n"     /* 8 */
			       "    [\n"                              /* 9 */
			       "    ]],\n"                            /* 10 */
			       "  \"a.b\": true,\n"                   /* 11 */
			       "  \"f\": {\n"                         /* 12 */
			       "    \"a\": 2 }\n"                     /* 13 */
			       "}\n";

static void lines_are_found(void **state)
{
	static const struct {
		const char *path;
		size_t line;
	} cases[] = {
		{ "", 2 },       { "a", 3 },         { "b", 3 },         { "b[0]", 4 },  { "b[1]", 5 },          { "b[1].c", 5 },
		{ "b[1].d", 6 }, { "b[1].d[0]", 7 }, { "b[1].d[1]", 7 }, { "b[1].d[1][0]", 8 }, { "b[1].d[1][0].e", 8 },
		{ "b[2]", 9 },   { "f", 12 },        { "f.a", 13 },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		size_t line = line_of(document, cases[i].path);

		if (line != cases[i].line)
			fail_msg("%s: line %zu instead of %zu", cases[i].path, line, cases[i].line);
	}
	(void)state;
}

static void what_is_not_there_has_the_line_of_what_is_around_it(void **state)
{
	assert_int_equal(line_of(document, "z"), 2);
	assert_int_equal(line_of(document, "a.z"), 3);
	assert_int_equal(line_of(document, "a[0]"), 3);
	assert_int_equal(line_of(document, "b[9]"), 3);
	assert_int_equal(line_of(document, "b[2][0]"), 9);
	assert_int_equal(line_of(document, "f.z"), 12);
	assert_int_equal(line_of(document, "b[x]"), 3);
	assert_int_equal(line_of(document, "b["), 3);
	assert_int_equal(line_of(document, "b[99999999999999999999999]"), 3);
	(void)state;
}

static void what_is_no_json_is_survived(void **state)
{
	static const char *const texts[] = { "",      "{",      "[",        "{\"",      "{\"a",      "{\"a\"",    "{\"a\":",
		                             "{\"a\\", "{\"a\":[", "{\"a\":[1", "{\"a\":[1,", "{\"a\":{\"", "]]]]",     "}",
		                             "{,}",   "[,",     "{\"a\"}",  "\"\\",     "{\"a\":\"", "\n\n\n{\n" };
	size_t i;

	for (i = 0; i < COUNT_OF(texts); i++) {
		assert_in_range(line_of(texts[i], "a[1].b"), 1, 5);
		assert_in_range(line_of(texts[i], "[1]"), 1, 5);
		assert_in_range(line_of(texts[i], ""), 1, 5);
	}
	assert_int_equal(json_line("{\0\n}", 4, "a"), 1);
	(void)state;
}

static void nesting_has_no_end(void **state)
{
	size_t n = 1000000;
	char *text = malloc(n);

	memset(text, '[', n);
	assert_int_equal(json_line(text, n, "[1]"), 1);
	free(text);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_found),
		cmocka_unit_test(what_is_not_there_has_the_line_of_what_is_around_it),
		cmocka_unit_test(what_is_no_json_is_survived),
		cmocka_unit_test(nesting_has_no_end),
	};

	return cmocka_run_group_tests_name("lines of JSON", tests, NULL, NULL);
}
