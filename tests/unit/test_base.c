/* Texts, moments, identifiers by chance, and the log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <jansson.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/moment.h"
#include "base/random.h"
#include "base/text.h"

/* ---- texts ---- */

static void lists_are_walked_and_changed(void **state)
{
	struct arena arena;
	const char *list = "a,bc,a";

	arena_init(&arena);
	assert_int_equal(text_list_count("") + text_list_count(NULL), 0);
	assert_int_equal(text_list_count(list), 3);
	assert_string_equal(text_list_of(&arena, (const char *const[]){ "a", "bc", "a" }, 3), list);
	assert_string_equal(text_list_of(&arena, NULL, 0), "");
	assert_string_equal(text_list_without(&arena, list, "a"), "bc");
	assert_string_equal(text_list_without(&arena, list, "b"), "a,bc,a");
	assert_string_equal(text_list_without(&arena, "a", "a"), "");
	assert_string_equal(text_list_with(&arena, "", "a"), "a");
	assert_string_equal(text_list_with(&arena, "a", "b"), "a,b");
	assert_string_equal(text_list_next(&arena, &list), "a");
	assert_string_equal(text_list_next(&arena, &list), "bc");
	assert_string_equal(text_list_next(&arena, &list), "a");
	assert_null(text_list_next(&arena, &list));
	arena_finish(&arena);
	(void)state;
}

static void texts_are_compared(void **state)
{
	assert_true(text_equal("a", "a"));
	assert_false(text_equal("a", "A"));
	assert_false(text_equal("a", NULL));
	assert_false(text_equal(NULL, ""));
	assert_true(text_equal(NULL, NULL));
	assert_true(text_equal_nocase("Content-Type", "content-type"));
	assert_false(text_equal_nocase("a", NULL));
	assert_true(text_empty(NULL) && text_empty("") && !text_empty(" "));
	assert_true(text_starts("abc", "ab") && text_starts("abc", "") && !text_starts("ab", "abc"));
	assert_false(text_starts(NULL, ""));
	assert_true(text_equal_secret("secret", "secret"));
	assert_false(text_equal_secret("secret", "secreT") || text_equal_secret("secret", "secre") ||
	             text_equal_secret("", "x"));
	(void)state;
}

static void words_of_a_list(void **state)
{
	static const struct {
		const char *list, *item;
		bool has;
	} cases[] = {
		{ "security", "security", true },
		{ "financial,security", "security", true },
		{ "security,financial", "security", true },
		{ "security-group", "security", false },
		{ "insecurity,x", "security", false },
		{ "", "security", false },
		{ NULL, "security", false },
		{ "a,,b", "", true },
		{ "a,b", "a,b", false },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		if (text_list_has(cases[i].list, cases[i].item) != cases[i].has)
			fail_msg("%s in %s", cases[i].item, cases[i].list ? cases[i].list : "nothing");
	}
	(void)state;
}

static void whole_numbers(void **state)
{
	static const struct {
		const char *text;
		bool is;
		int64_t value;
	} cases[] = {
		{ "0", true, 0 },      { "-1", true, -1 },   { "007", true, 7 },   { "9223372036854775807", true, INT64_MAX },
		{ "-9223372036854775808", true, INT64_MIN }, { "9223372036854775808", false, 0 },
		{ "-9223372036854775809", false, 0 },        { "", false, 0 },     { "-", false, 0 },
		{ "+1", false, 0 },    { " 1", false, 0 },   { "1 ", false, 0 },   { "1.0", false, 0 },
		{ "0x10", false, 0 },  { "--1", false, 0 },  { "1e3", false, 0 },  { NULL, false, 0 },
		{ "\xD9\xA1", false, 0 }, /* a digit of another script */
	};
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		int64_t value = 42;

		if (text_to_int64(cases[i].text, &value) != cases[i].is || value != (cases[i].is ? cases[i].value : 42))
			fail_msg("\"%s\": %lld", cases[i].text ? cases[i].text : "NULL", (long long)value);
	}
	(void)state;
}

static void patterns(void **state)
{
	static const struct {
		const char *text, *pattern;
		bool matches;
	} cases[] = {
		{ "data", "data", true },  { "data", "Data", false }, { "data", "*", true },     { "", "*", true },
		{ "", "", true },          { "a", "", false },        { "data", "d*a", true },   { "data", "d*t", false },
		{ "data", "*a", true },    { "data", "*t*", true },   { "aaab", "*ab", true },   { "abab", "a*b*b", true },
		{ "data", "d??a", true },  { "data", "d???a", false }, { "a*b", "a*b", true },   { "data", "****", true },
		{ "mississippi", "m*iss*ip*i", true },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		if (text_matches(cases[i].text, cases[i].pattern) != cases[i].matches)
			fail_msg("\"%s\" and \"%s\"", cases[i].text, cases[i].pattern);
	}
	(void)state;
}

static void utf8(void **state)
{
	static const struct {
		const char *text;
		bool is;
		size_t characters;
	} cases[] = {
		{ "", true, 0 },
		{ "abc", true, 3 },
		{ "é磁\xF0\x9F\x92\xBE", true, 3 },
		{ "\xC0\x80", false, 0 },         /* overlong NUL */
		{ "\xC1\xBF", false, 0 },
		{ "\xE0\x9F\xBF", false, 0 },     /* overlong */
		{ "\xED\xA0\x80", false, 0 },     /* a surrogate */
		{ "\xF0\x8F\xBF\xBF", false, 0 }, /* overlong */
		{ "\xF4\x90\x80\x80", false, 0 }, /* above U+10FFFF */
		{ "\xF5\x80\x80\x80", false, 0 },
		{ "\x80", false, 0 },
		{ "a\xC3", false, 0 },            /* cut */
		{ "\xE7\xA3", false, 0 },
		{ "\xC3(", false, 0 },
		{ "\xFF\xFE", false, 0 },
		{ "\xEF\xBF\xBF", true, 1 },
		{ "\xF4\x8F\xBF\xBF", true, 1 },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		if (text_is_utf8(cases[i].text, strlen(cases[i].text)) != cases[i].is)
			fail_msg("case %zu", i);
		if (cases[i].is)
			assert_int_equal(text_characters(cases[i].text), cases[i].characters);
	}
	(void)state;
}

static void percent_coding(void **state)
{
	static const struct {
		const char *coded;
		bool plus;
		const char *plain; /* NULL: refused */
	} cases[] = {
		{ "a%20b", false, "a b" }, { "a+b", true, "a b" }, { "a+b", false, "a+b" }, { "%41%62", false, "Ab" },
		{ "%e7%A3%81", false, "磁" }, { "%", false, "%" }, { "%4", false, "%4" }, { "%4g", false, "%4g" },
		{ "%%41", false, "%A" }, { "a%00b", false, NULL }, { "", false, "" }, { "%2B", true, "+" },
	};
	struct arena arena;
	size_t i;

	arena_init(&arena);
	for (i = 0; i < COUNT_OF(cases); i++) {
		const char *plain =
			text_percent_decode(&arena, cases[i].coded, strlen(cases[i].coded), cases[i].plus);

		if (!text_equal(plain, cases[i].plain))
			fail_msg("%s: %s", cases[i].coded, plain ? plain : "refused");
	}
	arena_finish(&arena);
	(void)state;
}

/* Every byte but NUL, coded and decoded. */
static void percent_coding_goes_back(void **state)
{
	struct arena arena;
	struct buf BUF_CLEANUP buf;
	char all[256];
	int i;

	arena_init(&arena);
	buf_init(&buf, 4096);
	for (i = 1; i < 256; i++)
		all[i - 1] = (char)i;
	all[255] = '\0';
	text_percent_encode(&buf, all, 255);
	assert_string_equal(text_percent_decode(&arena, buf_text(&buf), buf.length, true), all);
	for (i = 0; i < (int)buf.length; i++)
		assert_non_null(strchr("%ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~", buf.data[i]));
	buf_clear(&buf);
	text_percent_encode(&buf, "a b*~/é", strlen("a b*~/é"));
	assert_string_equal(buf_text(&buf), "a%20b%2A~%2F%C3%A9");
	arena_finish(&arena);
	(void)state;
}

static void hex_and_base64(void **state)
{
	static const uint8_t bytes[] = { 0x00, 0x0f, 0xf0, 0xff };
	struct arena arena;
	char hex[9];

	arena_init(&arena);
	text_hex(bytes, sizeof bytes, hex);
	assert_string_equal(hex, "000ff0ff");
	assert_string_equal(text_base64(&arena, (const uint8_t *)"", 0), "");
	assert_string_equal(text_base64(&arena, (const uint8_t *)"f", 1), "Zg==");
	assert_string_equal(text_base64(&arena, (const uint8_t *)"foobar", 6), "Zm9vYmFy"); /* RFC 4648, 10 */
	arena_finish(&arena);
	(void)state;
}

/* ---- moments ---- */

static void moments_are_read(void **state)
{
	static const struct {
		const char *text;
		bool is;
		int64_t moment;
	} cases[] = {
		{ "2026-11-21T00:27:43Z", true, 1795220863000 },
		{ "2026-11-21T00:27Z", true, 1795220820000 },
		{ "1970-01-01T00:00:00Z", true, 0 },
		{ "1969-12-31T23:59:59Z", true, -1000 },
		{ "2024-02-29T00:00Z", true, 1709164800000 },
		{ "9999-12-31T23:59:59Z", true, 253402300799000 },
		{ "2023-02-29T00:00Z", false, 0 },
		{ "2026-13-01T00:00Z", false, 0 },
		{ "2026-00-01T00:00Z", false, 0 },
		{ "2026-11-31T00:00Z", false, 0 },
		{ "2026-11-00T00:00Z", false, 0 },
		{ "2026-11-21T24:00Z", false, 0 },
		{ "2026-11-21T23:60Z", false, 0 },
		{ "2026-11-21T23:59:60Z", false, 0 },
		{ "2026-11-21T00:27:43", false, 0 },
		{ "2026-11-21T00:27:43z", false, 0 },
		{ "2026-11-21 00:27:43Z", false, 0 },
		{ "2026-11-21T00:27:43.125Z", false, 0 },
		{ "2026-11-21T0:27:43Z", false, 0 },
		{ "2026-11-21T00:27:43ZZ", false, 0 },
		{ " 2026-11-21T00:27Z", false, 0 },
		{ "", false, 0 },
		{ NULL, false, 0 },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		int64_t moment = 42;

		if (moment_parse(cases[i].text, &moment) != cases[i].is || moment != (cases[i].is ? cases[i].moment : 42))
			fail_msg("%s: %lld", cases[i].text ? cases[i].text : "NULL", (long long)moment);
	}
	(void)state;
}

static void moments_are_written(void **state)
{
	struct arena arena;
	unsigned seed = 7;
	int64_t millis;
	int i;

	arena_init(&arena);
	assert_string_equal(moment_seconds_text(&arena, 0), "");
	assert_string_equal(moment_seconds_text(&arena, 1795220863125), "2026-11-21T00:27:43Z");
	assert_string_equal(moment_minutes_text(&arena, 1795220863125), "2026-11-21T00:27Z");
	assert_string_equal(moment_millis_text(&arena, 1795220863025), "2026-11-21T00:27:43.025Z");
	assert_false(moment_parse_millis("2026-11-21T00:27:43.25Z", &millis));
	assert_false(moment_parse_millis("2026-02-30T00:27:43.025Z", &millis));
	assert_false(moment_parse_millis("2026-11-21T00:27:43.025", &millis) || moment_parse_millis(NULL, &millis));
	assert_true(moment_parse_millis("2026-11-21T00:27Z", &millis) && millis == 1795220820000);
	for (i = 0; i < 2000; i++) {
		int64_t moment = ((int64_t)rand_r(&seed) * 4 + 1) * SECOND;
		int64_t again;

		assert_true(moment_parse(moment_seconds_text(&arena, moment), &again));
		assert_true(again == moment);
		assert_true(moment_parse(moment_minutes_text(&arena, moment), &again));
		assert_true(again == moment / MINUTE * MINUTE);
		assert_true(moment_parse_millis(moment_millis_text(&arena, moment + i), &again));
		assert_true(again == moment + i);
	}
	arena_finish(&arena);
	(void)state;
}

static void clocks_go_on(void **state)
{
	int64_t before = moment_monotonic_us();

	assert_true(moment_now() > 1700000000000);
	assert_true(moment_monotonic_us() >= before);
	assert_true(llabs(moment_monotonic_us() / 1000 - moment_monotonic()) < 1000);
	(void)state;
}

/* ---- chance ---- */

static void identifiers_have_their_shape(void **state)
{
	char text[64];
	char before[UUID_SIZE] = "";
	bool seen[128] = { false };
	int i;
	size_t at;

	for (i = 0; i < 200; i++) {
		char uuid[UUID_SIZE];

		random_base36(text, 15);
		assert_int_equal(strlen(text), 15);
		assert_int_equal(strspn(text, "0123456789abcdefghijklmnopqrstuvwxyz"), 15);
		random_alphanumeric(text, 30);
		assert_int_equal(strlen(text), 30);
		for (at = 0; at < 30; at++)
			seen[(unsigned char)text[at]] = true;
		random_uuid_upper(uuid);
		assert_int_equal(strlen(uuid), 36);
		for (at = 0; at < 36; at++) {
			bool dash = at == 8 || at == 13 || at == 18 || at == 23;

			assert_true(dash ? uuid[at] == '-' : strchr("0123456789ABCDEF", uuid[at]) != NULL);
		}
		assert_int_equal(uuid[14], '4');
		assert_non_null(strchr("89AB", uuid[19]));
		assert_string_not_equal(uuid, before);
		memcpy(before, uuid, sizeof before);
	}
	for (at = 0; at < sizeof seen; at++)
		assert_int_equal(seen[at], at && strchr("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
		                                        (int)at) != NULL);
	(void)state;
}

/* ---- the log ---- */

struct capture {
	int before;
	int pipe[2];
};

static void capture_begin(struct capture *capture)
{
	assert_int_equal(pipe(capture->pipe), 0);
	/* Nobody reads while it is written. */
	assert_true(fcntl(capture->pipe[1], F_SETPIPE_SZ, 1 << 20) > 0);
	capture->before = dup(STDERR_FILENO);
	assert_true(dup2(capture->pipe[1], STDERR_FILENO) >= 0);
	close(capture->pipe[1]);
}

/* What was written, with a NUL; freed by the caller. */
static char *capture_end(struct capture *capture)
{
	size_t length = 0;
	char *text = calloc(1, (1 << 20) + 1);
	ssize_t n;

	assert_non_null(text);
	assert_true(dup2(capture->before, STDERR_FILENO) >= 0);
	close(capture->before);
	while ((n = read(capture->pipe[0], text + length, (1 << 20) - length)) > 0)
		length += (size_t)n;
	close(capture->pipe[0]);
	return text;
}

static char *logged(enum log_format format, const char *text)
{
	struct capture capture;

	log_setup(format, LOG_INFO);
	capture_begin(&capture);
	log_event(LOG_INFO, "event", LOG_TEXT_PAIR("text", text), LOG_NUMBER_PAIR("number", -7));
	return capture_end(&capture);
}

static void a_line_is_json(void **state)
{
	static const char *const texts[] = { "plain", "", "with \"quotes\" and \\", "a\nb\r\t\x01", "磁盘", "\xEF\xBF\xBF", "\x7f" };
	size_t i;

	for (i = 0; i < COUNT_OF(texts); i++) {
		char *line = logged(LOG_JSON, texts[i]);
		json_t *json = json_loads(line, 0, NULL);
		int64_t moment;
		const char *time;

		assert_int_equal(strcspn(line, "\n"), strlen(line) - 1);
		assert_non_null(json);
		time = json_string_value(json_object_get(json, "time"));
		assert_int_equal(strlen(time), strlen("2026-11-21T00:27:43.125Z"));
		assert_false(moment_parse(time, &moment)); /* with milliseconds */
		assert_string_equal(json_string_value(json_object_get(json, "level")), "info");
		assert_string_equal(json_string_value(json_object_get(json, "event")), "event");
		assert_string_equal(json_string_value(json_object_get(json, "text")), texts[i]);
		assert_int_equal(json_integer_value(json_object_get(json, "number")), -7);
		json_decref(json);
		free(line);
	}
	(void)state;
}

/* Bytes that are no text come from the network (a path, a header); the line stays a line that a machine can read. */
static void bytes_that_are_no_text_do_not_break_a_line(void **state)
{
	static const char *const texts[] = { "\xFF", "a\xC3", "\xED\xA0\x80", "x\x80y", "\xF0\x9F\x92" };
	size_t i;

	for (i = 0; i < COUNT_OF(texts); i++) {
		char *line = logged(LOG_JSON, texts[i]);
		json_t *json = json_loads(line, 0, NULL);

		if (!json)
			fail_msg("no JSON: %s", line);
		json_decref(json);
		free(line);
	}
	(void)state;
}

static void a_line_for_people(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "plain", " info    event text=plain number=-7\n" },
		{ "", " info    event text=\"\" number=-7\n" },
		{ "two words", " info    event text=\"two words\" number=-7\n" },
		{ "a\nb", " info    event text=\"a\\nb\" number=-7\n" },
		{ "say \"x\"", " info    event text=\"say \\\"x\\\"\" number=-7\n" },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		char *line = logged(LOG_TEXT, cases[i].text);

		assert_string_equal(line + strlen("2026-11-21T00:27:43.125Z"), cases[i].expected);
		free(line);
	}
	(void)state;
}

/* Of every length around the limit: always whole lines of JSON, each ended. */
static void long_lines_are_cut(void **state)
{
	char *text = calloc(1, 20001);
	int lengths[] = { 20000, 8192, 9000 };
	size_t i;
	int length;
	bool cut = false;

	for (i = 0; i < COUNT_OF(lengths) + 400; i++) {
		char *line;
		json_t *json;

		length = i < COUNT_OF(lengths) ? lengths[i] : 7850 + (int)i;
		memset(text, 'x', 20000);
		text[length] = '\0';
		line = logged(LOG_JSON, text);
		if (!*line || line[strlen(line) - 1] != '\n')
			fail_msg("%d characters: the line has no end", length);
		assert_true(strlen(line) <= 8192 + 1);
		json = json_loads(line, 0, NULL);
		assert_non_null(json);
		if (!json_object_get(json, "text")) {
			cut = true;
			assert_string_equal(json_string_value(json_object_get(json, "event")), "event");
			assert_non_null(json_object_get(json, "cut"));
		}
		json_decref(json);
		free(line);
	}
	assert_true(cut);
	free(text);
	(void)state;
}

static void levels(void **state)
{
	static const enum log_level all[] = { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR, LOG_OFF };
	size_t least;
	size_t level;

	for (least = 0; least < COUNT_OF(all); least++) {
		log_setup(LOG_JSON, all[least]);
		for (level = 0; level + 1 < COUNT_OF(all); level++) {
			struct capture capture;
			char *line;

			assert_int_equal(log_wants(all[level]), level >= least);
			capture_begin(&capture);
			log_event(all[level], "event", LOG_NUMBER_PAIR("n", 1));
			line = capture_end(&capture);
			assert_int_equal(*line != '\0', level >= least);
			free(line);
		}
	}
	(void)state;
}

static void *write_lines(void *context)
{
	int i;

	for (i = 0; i < 200; i++)
		log_event(LOG_INFO, "event", LOG_TEXT_PAIR("thread", context), LOG_NUMBER_PAIR("n", i));
	return NULL;
}

static void lines_of_threads_do_not_mix(void **state)
{
	static char names[4][8] = { "one", "two", "three", "four" };
	struct capture capture;
	pthread_t threads[4];
	char *text;
	char *line;
	int n = 0;
	int i;

	log_setup(LOG_JSON, LOG_INFO);
	capture_begin(&capture);
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, write_lines, names[i]), 0);
	for (i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	text = capture_end(&capture);
	for (line = text; *line; n++) {
		char *end = strchr(line, '\n');
		json_t *json;

		assert_non_null(end);
		json = json_loadb(line, (size_t)(end - line), 0, NULL);
		assert_non_null(json);
		json_decref(json);
		line = end + 1;
	}
	assert_int_equal(n, 800);
	free(text);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_compared),
		cmocka_unit_test(lists_are_walked_and_changed),
		cmocka_unit_test(words_of_a_list),
		cmocka_unit_test(whole_numbers),
		cmocka_unit_test(patterns),
		cmocka_unit_test(utf8),
		cmocka_unit_test(percent_coding),
		cmocka_unit_test(percent_coding_goes_back),
		cmocka_unit_test(hex_and_base64),
		cmocka_unit_test(moments_are_read),
		cmocka_unit_test(moments_are_written),
		cmocka_unit_test(clocks_go_on),
		cmocka_unit_test(identifiers_have_their_shape),
		cmocka_unit_test(a_line_is_json),
		cmocka_unit_test(bytes_that_are_no_text_do_not_break_a_line),
		cmocka_unit_test(a_line_for_people),
		cmocka_unit_test(long_lines_are_cut),
		cmocka_unit_test(levels),
		cmocka_unit_test(lines_of_threads_do_not_mix),
	};

	return cmocka_run_group_tests_name("base: texts, moments, log", tests, NULL, NULL);
}
