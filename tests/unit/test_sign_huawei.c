/* Signatures of Huawei Cloud calls: what official clients sent, what of it counts and what does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api/huawei/sign.h"
#include "base/text.h"

#define REQUESTS_MAX 32
#define HEADERS_MAX  32
#define CAPTURED     11
#define DATA_MAX     65536
#define SECRET       "SKTEST"
#define EMPTY_HASH   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static struct arena arena;
static struct arena scratch; /* of one verification: there are thousands */

static int setup(void **state)
{
	(void)state;
	arena_init(&arena);
	arena_init(&scratch);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_finish(&arena);
	arena_finish(&scratch);
	return 0;
}

static enum refusal_reason verify(const struct request *request, const char *secret)
{
	struct sign_authorization authorization;
	const char *canonical;
	enum refusal_reason reason;

	arena_reset(&scratch);
	reason = sign_parse(&scratch, request_header(request, "authorization"), &authorization);
	return reason ? reason : sign_verify(&scratch, request, &authorization, secret, &canonical);
}

/* ---- captured requests ---- */

static char *read_data(const char *name)
{
	const char *path = arena_printf(&arena, "%s/%s", text_or(getenv("CLEAT_TEST_DATA"), "tests/data"), name);
	char *text = arena_alloc(&arena, DATA_MAX);
	FILE *file = fopen(path, "r");
	size_t length;

	if (!file)
		fail_msg("%s: cannot be opened; set CLEAT_TEST_DATA", path);
	length = fread(text, 1, DATA_MAX - 1, file);
	fclose(file);
	assert_in_range(length, 1, DATA_MAX - 2);
	text[length] = '\0';
	return text;
}

/* The text becomes the request. */
static struct request parse(char *text)
{
	struct header *headers = arena_array(&arena, struct header, HEADERS_MAX);
	struct request r = { .headers = headers, .query = "", .body = "", .remote = "" };
	char *line = strsep(&text, "\n");
	char *target;

	r.method = strsep(&line, " ");
	target = strsep(&line, " ");
	r.path = strsep(&target, "?");
	r.query = text_or(target, "");
	while ((line = strsep(&text, "\n")) && *line) {
		assert_true(r.n_headers < HEADERS_MAX);
		headers[r.n_headers].name = strsep(&line, ":");
		headers[r.n_headers++].value = line + strspn(line, " ");
	}
	r.body = text_or(text, "");
	r.body_length = strlen(r.body);
	return r;
}

static size_t read_requests(struct request *requests)
{
	char *text = read_data("huawei_captured_requests.txt");
	size_t n = 0;
	char *end;

	while (*text == '#')
		text = strchr(text, '\n') + 1;
	while ((end = strstr(text, "\n----\n"))) {
		*end = '\0';
		assert_true(n < REQUESTS_MAX);
		requests[n++] = parse(text);
		text = end + strlen("\n----\n");
	}
	return n;
}

static void captured_requests_verify(void **state)
{
	struct request requests[REQUESTS_MAX];
	size_t n = read_requests(requests);
	size_t i;

	(void)state;
	assert_int_equal(n, CAPTURED);
	for (i = 0; i < n; i++) {
		assert_int_equal(verify(&requests[i], SECRET), REFUSE_NONE);
		assert_int_equal(verify(&requests[i], "SKTESt"), REFUSE_AUTH_MISMATCH);
	}
}

/* Each character in turn becomes another one, and one is added. */
static void assert_counts(const struct request *r, const char **text)
{
	const char *original = *text;
	size_t length = strlen(original);
	size_t i;

	for (i = 0; i <= length; i++) {
		char *changed = arena_printf(&arena, "%s~", original);

		changed[i] = changed[i] == 'x' ? 'y' : 'x';
		if (i < length)
			changed[length] = '\0';
		*text = changed;
		if (verify(r, SECRET) == REFUSE_NONE)
			fail_msg("%s %s: \"%s\" is as good as \"%s\"", r->method, r->path, changed, original);
	}
	*text = original;
}

static bool is_signed(const struct request *r, const char *name)
{
	const char *list = strstr(request_header(r, "authorization"), "SignedHeaders=") + strlen("SignedHeaders=");
	size_t length = strlen(name);

	for (; *list != ','; list += strcspn(list, ";,") + (list[strcspn(list, ";,")] == ';')) {
		if (strncasecmp(list, name, length) == 0 && strchr(";,", list[length]))
			return true;
	}
	return false;
}

static void every_signed_character_counts(void **state)
{
	struct request requests[REQUESTS_MAX];
	size_t n = read_requests(requests);
	size_t n_signed = 0;
	size_t i;
	size_t j;

	(void)state;
	for (i = 0; i < n; i++) {
		struct request *r = &requests[i];

		assert_counts(r, &r->method);
		assert_counts(r, &r->path);
		if (*r->query)
			assert_counts(r, &r->query);
		for (j = 0; j < r->n_headers; j++) {
			struct header *header = (struct header *)&r->headers[j];

			if (!is_signed(r, header->name))
				continue;
			n_signed++;
			assert_counts(r, &header->value);
		}
	}
	assert_int_equal(n_signed, 48);
}

static void every_byte_of_the_body_counts(void **state)
{
	struct request requests[REQUESTS_MAX];
	size_t n = read_requests(requests);
	size_t n_bodies = 0;
	size_t i;

	(void)state;
	for (i = 0; i < n; i++) {
		struct request *r = &requests[i];
		size_t length = r->body_length;
		size_t j;

		n_bodies += length > 0;
		for (j = 0; j < length; j++) {
			char *changed = arena_text(&arena, r->body);
			const char *original = r->body;

			changed[j] ^= 1;
			r->body = changed;
			assert_int_equal(verify(r, SECRET), REFUSE_AUTH_MISMATCH);
			r->body = original;
		}
		r->body = arena_printf(&arena, "%sx", r->body);
		r->body_length++;
		assert_int_equal(verify(r, SECRET), REFUSE_AUTH_MISMATCH);
	}
	assert_int_equal(n_bodies, 3); /* one of them with GET */
}

static void headers_that_are_not_signed_do_not_count(void **state)
{
	struct request requests[REQUESTS_MAX];
	size_t n = read_requests(requests);
	size_t n_changed = 0;
	size_t i;
	size_t j;

	(void)state;
	for (i = 0; i < n; i++) {
		for (j = 0; j < requests[i].n_headers; j++) {
			struct header *header = (struct header *)&requests[i].headers[j];

			if (is_signed(&requests[i], header->name) || text_equal_nocase(header->name, "authorization"))
				continue;
			header->value = "other";
			n_changed++;
		}
		assert_int_equal(verify(&requests[i], SECRET), REFUSE_NONE);
	}
	assert_true(n_changed > 20);
}

/* ---- what is signed, made here ---- */

static struct request plain = { .method = "GET", .path = "/v3/projects", .query = "", .body = "", .remote = "" };

static const char *sign_as(const struct request *request, const char *names, const char *hash)
{
	struct sign_authorization authorization = { 0 };
	const char *header = arena_printf(&arena, "SDK-HMAC-SHA256 Access=AK, SignedHeaders=%s, Signature=%064d", names, 0);
	const char *canonical;

	assert_int_equal(sign_parse(&arena, header, &authorization), REFUSE_NONE);
	canonical = sign_canonical(&arena, request, &authorization, hash);
	return arena_printf(&arena, "SDK-HMAC-SHA256 Access=AK, SignedHeaders=%s, Signature=%s", names,
	                    sign_signature(&arena, SECRET, request_header(request, "x-sdk-date"), canonical));
}

static void canonical_requests_are_as_the_page_says(void **state)
{
	const struct header headers[] = {
		{ "X-Sdk-Date", "20261121T004150Z" }, { "Host", "a:1" }, { "X-Two", " b " }, { "x-two", "\ta" }, { "X-Not", "n" },
	};
	struct request r = plain;
	struct sign_authorization authorization;

	(void)state;
	r.headers = headers;
	r.n_headers = COUNT_OF(headers);
	r.path = "/v1/a%2fb//%7ec/caf%C3%A9";
	r.query = "b=2&a=%2B+x&a=&c";
	assert_int_equal(sign_parse(&arena, "SDK-HMAC-SHA256 Access=AK,SignedHeaders=Host;x-two;x-sdk-date,Signature="
	                            EMPTY_HASH, &authorization), REFUSE_NONE);
	assert_string_equal(sign_canonical(&arena, &r, &authorization, "HASH"),
	                    "GET\n/v1/a%2Fb//~c/caf%C3%A9/\na=&a=%2B%20x&b=2&c=\nhost:a:1\nx-two:a\nx-two:b\n"
	                    "x-sdk-date:20261121T004150Z\n\nhost;x-two;x-sdk-date\nHASH");
}

static void check_claim(const char *claim, const char *hash, const char *body, enum refusal_reason expected)
{
	struct header headers[] = {
		{ "x-sdk-date", "20261121T004150Z" }, { "x-sdk-content-sha256", claim }, { "authorization", NULL },
	};
	struct request r = plain;

	r.headers = headers;
	r.n_headers = COUNT_OF(headers);
	headers[2].value = "";
	headers[2].value = sign_as(&r, "x-sdk-date", hash);
	r.body = body;
	r.body_length = strlen(body);
	if (verify(&r, SECRET) != expected)
		fail_msg("claim %s, signed %s, body \"%s\"", claim, hash, body);
}

#define HASH_OF_X "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"

static void claims_about_the_body_must_be_true(void **state)
{
	(void)state;
	check_claim(HASH_OF_X, HASH_OF_X, "x", REFUSE_NONE);
	check_claim(HASH_OF_X, HASH_OF_X, "y", REFUSE_AUTH_MISMATCH);
	check_claim(EMPTY_HASH, EMPTY_HASH, "", REFUSE_NONE);
	check_claim(EMPTY_HASH, EMPTY_HASH, "x", REFUSE_AUTH_MISMATCH);
	check_claim("UNSIGNED-PAYLOAD", "UNSIGNED-PAYLOAD", "whatever", REFUSE_NONE);
	check_claim("UNSIGNED-PAYLOAD", HASH_OF_X, "x", REFUSE_AUTH_MISMATCH);
	check_claim("UNSIGNED-PAYLOAD", EMPTY_HASH, "", REFUSE_NONE); /* as the Python client signs an empty one */
	check_claim("UNSIGNED-PAYLOAD", EMPTY_HASH, "x", REFUSE_AUTH_MISMATCH);
	check_claim("other", "other", "x", REFUSE_AUTH_MISMATCH);
}

static void check_parse(const char *header, enum refusal_reason expected)
{
	struct sign_authorization authorization;

	if (sign_parse(&arena, header, &authorization) != expected)
		fail_msg("%s", text_or(header, "no header"));
}

static void authorization_is_read_as_a_whole_or_not(void **state)
{
	static const char *const refused[] = {
		"SDK-HMAC-SHA256 Access=AK",
		"SDK-HMAC-SHA256 Access=, SignedHeaders=host, Signature=" EMPTY_HASH,
		"SDK-HMAC-SHA256 Access=AK, SignedHeaders=, Signature=" EMPTY_HASH,
		"SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;, Signature=" EMPTY_HASH,
		"SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=",
		"SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=" EMPTY_HASH "0",
		"SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=" EMPTY_HASH ", Access=AK",
		"SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=" EMPTY_HASH ",",
		"SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Other=1, Signature=" EMPTY_HASH,
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(refused); i++)
		check_parse(refused[i], REFUSE_AUTH_INCOMPLETE);
	check_parse("SDK-HMAC-SHA256 Signature=" EMPTY_HASH ",  SignedHeaders=host;x-sdk-date,Access=AK", REFUSE_NONE);
	check_parse("SDK-HMAC-SM3 Access=AK, SignedHeaders=host, Signature=" EMPTY_HASH, REFUSE_AUTH_METHOD);
	check_parse("V11-HMAC-SHA256 Credential=AK, SignedHeaders=host, Signature=" EMPTY_HASH, REFUSE_AUTH_METHOD);
	check_parse("SDK-HMAC-SHA256", REFUSE_AUTH_INCOMPLETE);
	check_parse(NULL, REFUSE_AUTH_INCOMPLETE);
}

/* `n` names "h", and a key id of `key` letters. */
static const char *long_header(size_t n, size_t key)
{
	struct buf BUF_CLEANUP buf;
	size_t i;

	buf_init(&buf, 65536);
	buf_add_text(&buf, "SDK-HMAC-SHA256 Access=");
	for (i = 0; i < key; i++)
		buf_add_char(&buf, 'k');
	buf_add_text(&buf, ", SignedHeaders=h");
	for (i = 1; i < n; i++)
		buf_add_text(&buf, ";h");
	buf_add_text(&buf, ", Signature=" EMPTY_HASH);
	return arena_text_n(&arena, buf_text(&buf), buf.length);
}

static void authorization_has_limits(void **state)
{
	const char *longest = arena_printf(&arena, "%*s", SIGN_HEADER_MAX - (int)strlen(long_header(2, 1)), "");

	(void)state;
	check_parse(long_header(SIGN_NAMES_MAX, SIGN_KEY_ID_MAX), REFUSE_NONE);
	check_parse(long_header(SIGN_NAMES_MAX + 1, SIGN_KEY_ID_MAX), REFUSE_AUTH_INCOMPLETE);
	check_parse(long_header(SIGN_NAMES_MAX, SIGN_KEY_ID_MAX + 1), REFUSE_AUTH_INCOMPLETE);
	check_parse(arena_printf(&arena, "SDK-HMAC-SHA256 %s%s", longest, long_header(2, 1) + 16), REFUSE_NONE);
	check_parse(arena_printf(&arena, "SDK-HMAC-SHA256  %s%s", longest, long_header(2, 1) + 16), REFUSE_AUTH_INCOMPLETE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(captured_requests_verify, setup, teardown),
		cmocka_unit_test_setup_teardown(every_signed_character_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(every_byte_of_the_body_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(headers_that_are_not_signed_do_not_count, setup, teardown),
		cmocka_unit_test_setup_teardown(canonical_requests_are_as_the_page_says, setup, teardown),
		cmocka_unit_test_setup_teardown(claims_about_the_body_must_be_true, setup, teardown),
		cmocka_unit_test_setup_teardown(authorization_is_read_as_a_whole_or_not, setup, teardown),
		cmocka_unit_test_setup_teardown(authorization_has_limits, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
