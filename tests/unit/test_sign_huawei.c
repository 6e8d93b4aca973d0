/* Signatures of Huawei Cloud calls: what official clients sent, and what is and is not signed. */
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

#define HEADERS_MAX  16
#define REQUESTS_MAX 16
#define CAPTURED     9
#define SECRET       "SKTEST"
#define SOME_HASH    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF"
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

/* ---- captured requests ---- */

struct captured {
	struct request request;
	struct header headers[HEADERS_MAX];
};

static char *read_data(const char *name)
{
	const char *path = arena_printf(&arena, "%s/%s", text_or(getenv("CLEAT_TEST_DATA"), "tests/data"), name);
	FILE *file = fopen(path, "r");
	char *text;
	size_t length;

	if (!file)
		fail_msg("%s: cannot be opened; set CLEAT_TEST_DATA", path);
	text = arena_alloc(&arena, 1 << 16);
	length = fread(text, 1, (1 << 16) - 1, file);
	fclose(file);
	assert_in_range(length, 1, (1 << 16) - 2);
	return text;
}

static void parse_request(char *text, struct captured *ret)
{
	char *body = strstr(text, "\n\n");
	char *target;
	char *line;

	assert_non_null(body);
	*body = '\0';
	*ret = (struct captured){ .request = { .body = body + 2, .body_length = strlen(body + 2) } };
	ret->request.headers = ret->headers;
	ret->request.method = strsep(&text, " ");
	target = strsep(&text, " ");
	strsep(&text, "\n");
	ret->request.path = strsep(&target, "?");
	ret->request.query = text_or(target, "");
	while ((line = strsep(&text, "\n"))) {
		assert_true(ret->request.n_headers < HEADERS_MAX);
		ret->headers[ret->request.n_headers].name = strsep(&line, ":");
		assert_non_null(line);
		ret->headers[ret->request.n_headers++].value = line + strspn(line, " "); /* as the server gives them */
	}
}

static size_t read_requests(struct captured *requests)
{
	char *text = read_data("huawei_captured_requests.txt");
	size_t n = 0;
	char *end;

	while (*text == '#')
		text = strchr(text, '\n') + 1;
	while ((end = strstr(text, "\n----\n"))) {
		*end = '\0';
		assert_true(n < REQUESTS_MAX);
		parse_request(text, &requests[n++]);
		text = end + strlen("\n----\n");
	}
	return n;
}

static enum refusal_reason verify(const struct request *request, const char *secret)
{
	struct sign_authorization authorization;
	const char *canonical = NULL;
	enum refusal_reason reason;

	arena_reset(&scratch);
	reason = sign_parse(&scratch, request_header(request, "authorization"), &authorization);
	if (reason != REFUSE_NONE)
		return reason;
	if (!text_equal(authorization.key_id, "AKTEST"))
		return REFUSE_KEY_UNKNOWN;
	return sign_verify(&scratch, request, &authorization, secret, &canonical);
}

static bool is_signed(const struct request *request, const char *name)
{
	const char *list = strstr(request_header(request, "authorization"), "SignedHeaders=");
	const char *end = strchr(list, ',');
	const char *found = strcasestr(list, name);

	return found && found < end;
}

static void captured_requests_verify(void **state)
{
	static struct captured requests[REQUESTS_MAX];
	size_t n = read_requests(requests);
	size_t n_bodies_of_get = 0;
	size_t i;

	(void)state;
	for (i = 0; i < n; i++) {
		assert_int_equal(verify(&requests[i].request, SECRET), REFUSE_NONE);
		assert_int_equal(verify(&requests[i].request, "SKTESt"), REFUSE_AUTH_MISMATCH);
		assert_int_equal(verify(&requests[i].request, ""), REFUSE_AUTH_MISMATCH);
		n_bodies_of_get += text_equal(requests[i].request.method, "GET") && requests[i].request.body_length;
	}
	assert_int_equal(n, CAPTURED);
	assert_int_equal(n_bodies_of_get, 1);
}

/* Each character of a text in turn becomes another one; whether that is noticed. */
static void check_changes(struct request *request, const char **text, bool noticed)
{
	const char *whole = *text;
	size_t i;

	for (i = 0; whole[i]; i++) {
		char *changed = arena_text(&arena, whole);

		/* What stays the same when it is decoded, trimmed or lower-cased. */
		if (whole[i] == ' ' || whole[i] == '/' || whole[i] == '=' || whole[i] == '&')
			continue;
		changed[i] = whole[i] == 'q' ? 'r' : 'q';
		*text = changed;
		if (noticed)
			assert_int_not_equal(verify(request, SECRET), REFUSE_NONE);
		else
			assert_int_equal(verify(request, SECRET), REFUSE_NONE);
	}
	*text = whole;
}

static void any_change_of_what_is_signed_is_noticed(void **state)
{
	static struct captured requests[REQUESTS_MAX];
	size_t n = read_requests(requests);
	size_t i;
	size_t j;

	(void)state;
	for (i = 0; i < n; i++) {
		struct request *request = &requests[i].request;

		check_changes(request, &request->method, true);
		check_changes(request, &request->path, true);
		check_changes(request, &request->query, true);
		check_changes(request, &request->body, true);
		for (j = 0; j < request->n_headers; j++) {
			struct header *header = &requests[i].headers[j];

			if (text_equal_nocase(header->name, "authorization"))
				continue;
			check_changes(request, &header->value, is_signed(request, header->name));
		}
		assert_int_equal(verify(request, SECRET), REFUSE_NONE);
	}
}

static void a_signed_header_cannot_be_left_out_or_doubled(void **state)
{
	static struct captured requests[REQUESTS_MAX];
	size_t n = read_requests(requests);
	size_t i;
	size_t j;

	(void)state;
	for (i = 0; i < n; i++) {
		struct request *request = &requests[i].request;

		for (j = 0; j < request->n_headers; j++) {
			struct header *header = &requests[i].headers[j];
			const char *name = header->name;

			if (text_equal_nocase(name, "authorization") || !is_signed(request, name))
				continue;
			header->name = "X-Gone";
			assert_int_equal(verify(request, SECRET), REFUSE_AUTH_MISMATCH);
			header->name = name;
			requests[i].headers[request->n_headers++] = *header;
			assert_int_equal(verify(request, SECRET), REFUSE_AUTH_MISMATCH);
			request->n_headers--;
		}
		requests[i].headers[request->n_headers++] = (struct header){ "X-Later", "not signed" };
		assert_int_equal(verify(request, SECRET), REFUSE_NONE);
	}
}

/* ---- requests of our own ---- */

struct own {
	struct request request;
	struct header headers[HEADERS_MAX];
	const char *names; /* "a;b" */
};

static void add(struct own *own, const char *name, const char *value)
{
	own->request.headers = own->headers;
	own->headers[own->request.n_headers++] = (struct header){ name, value };
}

static struct own make(const char *path, const char *query, const char *body)
{
	struct own own = { .request = { .method = "GET", .path = path, .query = query, .body = body, .body_length = strlen(body) },
		           .names = "x-sdk-date" };

	return own;
}

/* What a client that has these lines signed sends, and whether it is let in. */
static enum refusal_reason sign_and_verify(struct own *own, const char *canonical)
{
	const char *signature = sign_signature(&arena, SECRET, "20261121T004150Z", canonical);

	add(own, "X-Sdk-Date", "20261121T004150Z");
	add(own, "Authorization",
	    arena_printf(&arena, "SDK-HMAC-SHA256 Access=AKTEST, SignedHeaders=%s, Signature=%s", own->names, signature));
	return verify(&own->request, SECRET);
}

static const char *lines(const char *path, const char *query, const char *headers, const char *names, const char *hash)
{
	return arena_printf(&arena, "GET\n%s\n%s\n%s\n%s\n%s", path, query, headers, names, hash);
}

#define DATE_LINE "x-sdk-date:20261121T004150Z\n"

static void check_target(const char *path, const char *query, const char *signed_path, const char *signed_query)
{
	struct own own = make(path, query, "");

	assert_int_equal(sign_and_verify(&own, lines(signed_path, signed_query, DATE_LINE, "x-sdk-date", EMPTY_HASH)), REFUSE_NONE);
}

static void targets_are_written_in_one_way(void **state)
{
	(void)state;
	check_target("/v1/jobs", "", "/v1/jobs/", "");
	check_target("/v1/jobs/", "", "/v1/jobs/", "");
	check_target("/", "", "/", "");
	check_target("/a%20b/%E4%BA%91/c~d", "", "/a%20b/%E4%BA%91/c~d/", "");
	check_target("/a:b/%2f/(c)", "", "/a%3Ab/%2F/%28c%29/", "");
	check_target("/v1", "b=2&a=1", "/v1/", "a=1&b=2");
	check_target("/v1", "a=2&a=1&a=", "/v1/", "a=&a=1&a=2");
	check_target("/v1", "flag", "/v1/", "flag=");
	check_target("/v1", "a=%7e%2A%20", "/v1/", "a=~%2A%20");
	check_target("/v1", "b=%E4%BA%91&B=x", "/v1/", "B=x&b=%E4%BA%91");
}

static void headers_are_trimmed_and_repeated_ones_sorted(void **state)
{
	struct own own = make("/v1", "", "");

	(void)state;
	own.names = "x-many;x-sdk-date;x-wide";
	add(&own, "X-Wide", " \t a  b \t");
	add(&own, "x-many", "2");
	add(&own, "X-MANY", "1");
	assert_int_equal(sign_and_verify(&own, lines("/v1/", "", "x-many:1\nx-many:2\n" DATE_LINE "x-wide:a  b\n", own.names, EMPTY_HASH)),
	                 REFUSE_NONE);
}

static enum refusal_reason claim(const char *body, const char *claimed, const char *signed_hash)
{
	struct own own = make("/v1", "", body);

	add(&own, "X-Sdk-Content-Sha256", claimed);
	return sign_and_verify(&own, lines("/v1/", "", DATE_LINE, "x-sdk-date", signed_hash));
}

static void a_claim_about_the_body_must_be_true_or_a_waiver(void **state)
{
	(void)state;
	assert_int_equal(claim("", EMPTY_HASH, EMPTY_HASH), REFUSE_NONE);
	assert_int_equal(claim("x", EMPTY_HASH, EMPTY_HASH), REFUSE_AUTH_MISMATCH);
	assert_int_equal(claim("x", "UNSIGNED-PAYLOAD", "UNSIGNED-PAYLOAD"), REFUSE_NONE);
	assert_int_equal(claim("", "UNSIGNED-PAYLOAD", EMPTY_HASH), REFUSE_NONE);
	assert_int_equal(claim("x", "UNSIGNED-PAYLOAD", EMPTY_HASH), REFUSE_AUTH_MISMATCH);
	assert_int_equal(claim("x", "whatever", "whatever"), REFUSE_AUTH_MISMATCH);
}

/* ---- the header ---- */

static enum refusal_reason parse(const char *header)
{
	struct sign_authorization ignored;

	return sign_parse(&arena, header, &ignored);
}

static char *repeat(const char *text, size_t n)
{
	char *result = arena_alloc(&arena, n * strlen(text) + 1);
	size_t i;

	*result = '\0';
	for (i = 0; i < n; i++)
		strcat(result, text);
	return result;
}

static const char *of_parts(const char *key, const char *names)
{
	return arena_printf(&arena, "SDK-HMAC-SHA256 Access=%s, SignedHeaders=%s, Signature=" SOME_HASH, key, names);
}

static void authorization_is_read(void **state)
{
	struct sign_authorization authorization;

	(void)state;
	assert_int_equal(sign_parse(&arena, "SDK-HMAC-SHA256\tSignature=" SOME_HASH " ,SignedHeaders=Host; x-sdk-date,Access=a=b",
	                            &authorization), REFUSE_NONE);
	assert_string_equal(authorization.key_id, "a=b");
	assert_int_equal(authorization.n_names, 2);
	assert_string_equal(authorization.names[0], "host");
	assert_string_equal(authorization.names[1], "x-sdk-date");
	assert_string_equal(authorization.signature, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
}

static void authorization_is_refused(void **state)
{
	static const char *const incomplete[] = {
		"SDK-HMAC-SHA256",
		"SDK-HMAC-SHA256 ",
		"SDK-HMAC-SHA256 Access=a, SignedHeaders=b",
		"SDK-HMAC-SHA256 Access=a, Signature=" SOME_HASH,
		"SDK-HMAC-SHA256 SignedHeaders=b, Signature=" SOME_HASH,
		"SDK-HMAC-SHA256 Access=, SignedHeaders=b, Signature=" SOME_HASH,
		"SDK-HMAC-SHA256 Access=a, SignedHeaders=, Signature=" SOME_HASH,
		"SDK-HMAC-SHA256 Access=a, SignedHeaders=b;, Signature=" SOME_HASH,
		"SDK-HMAC-SHA256 Access=a, SignedHeaders=b, Signature=" SOME_HASH "0",
		"SDK-HMAC-SHA256 Access=a, SignedHeaders=b, Signature=abc",
		"SDK-HMAC-SHA256 Access=a, Access=a, SignedHeaders=b, Signature=" SOME_HASH,
		"SDK-HMAC-SHA256 Access=a, SignedHeaders=b, Signature=" SOME_HASH ", Realm=x",
		"SDK-HMAC-SHA256 Access=a, SignedHeaders=b, Signature=" SOME_HASH ",",
	};
	static const char *const others[] = {
		"", "SDK-HMAC-SHA256x Access=a", "SDK-HMAC-SM3 Access=a", "V11-HMAC-SHA256 Credential=a", "Bearer x",
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(incomplete); i++)
		assert_int_equal(parse(incomplete[i]), REFUSE_AUTH_INCOMPLETE);
	for (i = 0; i < COUNT_OF(others); i++)
		assert_int_equal(parse(others[i]), REFUSE_AUTH_METHOD);
	assert_int_equal(parse(NULL), REFUSE_AUTH_INCOMPLETE);
}

static void authorization_has_limits(void **state)
{
	(void)state;
	assert_int_equal(parse(of_parts(repeat("k", SIGN_KEY_ID_MAX), "a")), REFUSE_NONE);
	assert_int_equal(parse(of_parts(repeat("k", SIGN_KEY_ID_MAX + 1), "a")), REFUSE_AUTH_INCOMPLETE);
	assert_int_equal(parse(of_parts("k", arena_printf(&arena, "%sb", repeat("a;", SIGN_NAMES_MAX - 1)))), REFUSE_NONE);
	assert_int_equal(parse(of_parts("k", arena_printf(&arena, "%sb", repeat("a;", SIGN_NAMES_MAX)))), REFUSE_AUTH_INCOMPLETE);
	assert_int_equal(parse(of_parts("k", repeat("a", SIGN_HEADER_MAX))), REFUSE_AUTH_INCOMPLETE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(captured_requests_verify, setup, teardown),
		cmocka_unit_test_setup_teardown(any_change_of_what_is_signed_is_noticed, setup, teardown),
		cmocka_unit_test_setup_teardown(a_signed_header_cannot_be_left_out_or_doubled, setup, teardown),
		cmocka_unit_test_setup_teardown(targets_are_written_in_one_way, setup, teardown),
		cmocka_unit_test_setup_teardown(headers_are_trimmed_and_repeated_ones_sorted, setup, teardown),
		cmocka_unit_test_setup_teardown(a_claim_about_the_body_must_be_true_or_a_waiver, setup, teardown),
		cmocka_unit_test_setup_teardown(authorization_is_read, setup, teardown),
		cmocka_unit_test_setup_teardown(authorization_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(authorization_has_limits, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
