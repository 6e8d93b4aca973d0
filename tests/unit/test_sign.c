/* Signatures of Alibaba Cloud calls: published vectors, corner cases of the encoding, and what official clients
 * sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api/aliyun/sign_v1.h"
#include "api/aliyun/sign_v3.h"
#include "base/text.h"

#define LIST_MAX      64
#define REQUESTS_MAX  32
#define SIGNED_V3     7
#define SIGNED_V1     6
#define NO_SIGNATURE  1
#define EMPTY_HASH    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define SOME_HASH     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF"

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

/* ---- published vectors ---- */

static const struct sign_parameter regions_call[] = {
	{ "Timestamp", "2016-02-23T12:46:24Z" },
	{ "Format", "XML" },
	{ "AccessKeyId", "testid" },
	{ "Action", "DescribeRegions" },
	{ "SignatureMethod", "HMAC-SHA1" },
	{ "SignatureNonce", "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf" },
	{ "Version", "2014-05-26" },
	{ "SignatureVersion", "1.0" },
	{ "Signature", "OLeaidS1JvxuMvnyHOwuJ+uX5qY=" },
};

static void v1_vector_of_describe_regions(void **state)
{
	const char *text = sign_v1_string(&arena, "GET", regions_call, COUNT_OF(regions_call));

	(void)state;
	assert_string_equal(text,
	                    "GET&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeRegions%26Format%3DXML%26SignatureMethod"
	                    "%3DHMAC-SHA1%26SignatureNonce%3D3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf%26SignatureVersion"
	                    "%3D1.0%26Timestamp%3D2016-02-23T12%253A46%253A24Z%26Version%3D2014-05-26");
	assert_string_equal(sign_v1_signature(&arena, "testsecret", text), "OLeaidS1JvxuMvnyHOwuJ+uX5qY=");
	assert_string_not_equal(sign_v1_signature(&arena, "testsecret2", text), "OLeaidS1JvxuMvnyHOwuJ+uX5qY=");
}

static void v1_vector_of_describe_dedicated_hosts(void **state)
{
	static const struct sign_parameter call[] = {
		{ "Action", "DescribeDedicatedHosts" },
		{ "RegionId", "cn-beijing" },
		{ "Version", "2014-05-26" },
		{ "Format", "JSON" },
		{ "AccessKeyId", "testid" },
		{ "SignatureNonce", "edb2b34af0af9a6d14deaf7c1a5315eb" },
		{ "Timestamp", "2023-03-13T08:34:30Z" },
		{ "SignatureMethod", "HMAC-SHA1" },
		{ "SignatureVersion", "1.0" },
	};
	const char *text = sign_v1_string(&arena, "GET", call, COUNT_OF(call));

	(void)state;
	assert_string_equal(sign_v1_signature(&arena, "testsecret", text), "9NaGiOspFP5UPcwX8Iwt2YJXXuk=");
}

struct v3_vector {
	const char *date;
	const char *nonce;
	const char *hash; /* of the canonical request; NULL: not published */
	const char *signature;
};

static const char *const vector_names[] = {
	"host", "x-acs-action", "x-acs-content-sha256", "x-acs-date", "x-acs-signature-nonce", "x-acs-version",
};

static void check_v3_vector(const struct v3_vector *vector)
{
	const struct sign_parameter query[] = {
		{ "RegionId", "cn-shanghai" },
		{ "ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd" },
	};
	const struct sign_header headers[] = {
		{ "Host", "ecs.cn-shanghai.aliyuncs.com" },
		{ "x-acs-action", "RunInstances" },
		{ "x-acs-content-sha256", EMPTY_HASH },
		{ "X-Acs-Date", vector->date },
		{ "x-acs-signature-nonce", vector->nonce },
		{ "x-acs-version", "2014-05-26" },
		{ "accept", "application/json" },
	};
	const struct sign_v3_request request = { "POST", "/", query, COUNT_OF(query), headers, COUNT_OF(headers), "", 0 };
	const char *canonical = sign_v3_canonical_request(&arena, &request, vector_names, COUNT_OF(vector_names));
	const char *text = sign_v3_string(&arena, canonical);

	assert_true(text_starts(text, "ACS3-HMAC-SHA256\n"));
	if (vector->hash)
		assert_string_equal(text + strlen("ACS3-HMAC-SHA256\n"), vector->hash);
	assert_string_equal(sign_v3_signature(&arena, "YourAccessKeySecret", text), vector->signature);
	assert_string_equal(sign_v3_authorize(&arena, &request, "YourAccessKeyId", "YourAccessKeySecret"),
	                    arena_printf(&arena,
	                                 "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;"
	                                 "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,"
	                                 "Signature=%s",
	                                 vector->signature));
}

static void v3_vectors(void **state)
{
	static const struct v3_vector vectors[] = {
		{ "2023-10-26T10:22:32Z", "3156853299f313e23d1673dc12e1703d",
		  "7ea06492da5221eba5297e897ce16e55f964061054b7695beedaac1145b1e259",
		  "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0" },
		{ "2023-10-26T09:01:01Z", "d410180a5abf7fe235dd9b74aca91fc0", NULL,
		  "e521358f7776c97df52e6b2891a8bc73026794a071b50c3323388c4e0df64804" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(vectors); i++)
		check_v3_vector(&vectors[i]);
}

/* ---- canonical parameters ---- */

static void parameters_are_encoded_by_rfc_3986(void **state)
{
	static const struct sign_parameter call[] = {
		{ "space", "a b" },       { "star", "*" },   { "tilde", "~" }, { "han", "\xE4\xB8\xAD" },
		{ "smile", "\xF0\x9F\x98\x80" }, { "plus", "+" }, { "sub", "!'()" },  { "keep", "-_.~aZ09" },
		{ "a/b", "=&%" },
	};

	(void)state;
	assert_string_equal(sign_canonical_parameters(&arena, call, COUNT_OF(call), SIGN_ALL),
	                    "a%2Fb=%3D%26%25&han=%E4%B8%AD&keep=-_.~aZ09&plus=%2B&smile=%F0%9F%98%80&space=a%20b"
	                    "&star=%2A&sub=%21%27%28%29&tilde=~");
}

static void parameters_are_sorted_by_name_in_byte_order(void **state)
{
	/* By "name=value" A.1 would come before A; without regard to case, b before C. */
	static const struct sign_parameter call[] = {
		{ "b", "" }, { "A1", "1" }, { "A", "2" }, { "C", "3" }, { "A.1", "4" }, { "\xE4\xB8\xAD", "5" }, { "~", "6" },
	};

	(void)state;
	assert_string_equal(sign_canonical_parameters(&arena, call, COUNT_OF(call), SIGN_ALL),
	                    "A=2&A.1=4&A1=1&C=3&b=&~=6&%E4%B8%AD=5");
}

static void an_absent_value_is_signed_as_an_empty_one(void **state)
{
	static const struct sign_parameter absent[] = { { "a", NULL }, { "b", "1" } };
	static const struct sign_parameter empty[] = { { "a", "" }, { "b", "1" } };

	(void)state;
	assert_string_equal(sign_canonical_parameters(&arena, absent, 2, SIGN_ALL), "a=&b=1");
	assert_string_equal(sign_v1_string(&arena, "GET", absent, 2), sign_v1_string(&arena, "GET", empty, 2));
	assert_string_equal(sign_canonical_parameters(&arena, NULL, 0, SIGN_ALL), "");
	assert_string_equal(sign_v1_string(&arena, "GET", NULL, 0), "GET&%2F&");
}

static void repeated_names(void **state)
{
	static const struct sign_parameter call[] = { { "a", "9" }, { "b", "x" }, { "a", "10" }, { "a", "1" } };

	(void)state;
	assert_string_equal(sign_canonical_parameters(&arena, call, 4, SIGN_ALL), "a=1&a=10&a=9&b=x");
	assert_string_equal(sign_canonical_parameters(&arena, call, 4, SIGN_LAST_WINS), "a=1&b=x");
	assert_string_equal(sign_parameter_value(call, 4, "a"), "1");
	assert_null(sign_parameter_value(call, 4, "A"));
}

static void plus_on_the_wire_is_a_space(void **state)
{
	const char *value = text_percent_decode(&arena, "a+b%2Bc%20d", 11, true);
	const struct sign_parameter call[] = { { "n", value } };

	(void)state;
	assert_string_equal(value, "a b+c d");
	assert_string_equal(sign_canonical_parameters(&arena, call, 1, SIGN_ALL), "n=a%20b%2Bc%20d");
}

static void v1_leaves_out_only_the_signature(void **state)
{
	static const struct sign_parameter call[] = { { "Signature", "x" }, { "signature", "y" }, { "SignatureType", "" } };

	(void)state;
	assert_string_equal(sign_v1_string(&arena, "POST", call, 3), "POST&%2F&SignatureType%3D%26signature%3Dy");
}

/* ---- canonical headers ---- */

static void headers_are_trimmed_sorted_and_joined(void **state)
{
	static const struct sign_header headers[] = {
		{ "X-ACS-Tag", "  b " }, { "Host", "\t127.0.0.1:80 " }, { "x-acs-tag", "a  c" }, { "x-acs-empty", "" },
	};
	static const char *const names[] = { "host", "x-acs-empty", "x-acs-none", "x-acs-tag" };
	const struct sign_v3_request request = { "GET", "/", NULL, 0, headers, COUNT_OF(headers), NULL, 0 };

	(void)state;
	assert_string_equal(sign_v3_canonical_request(&arena, &request, names, COUNT_OF(names)),
	                    "GET\n/\n\nhost:127.0.0.1:80\nx-acs-empty:\nx-acs-none:\nx-acs-tag:a  c,b\n\n"
	                    "host;x-acs-empty;x-acs-none;x-acs-tag\n" EMPTY_HASH);
}

static void body_hash(void **state)
{
	char hash[SIGN_V3_HASH_SIZE];

	(void)state;
	sign_v3_hash(NULL, 0, hash);
	assert_string_equal(hash, EMPTY_HASH);
	sign_v3_hash("abc", 3, hash);
	assert_string_equal(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* ---- the Authorization header ---- */

static void authorization_is_read(void **state)
{
	static const char *const same[] = {
		"ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host;x-acs-date,Signature=" SOME_HASH,
		"ACS3-HMAC-SHA256 Credential=id, SignedHeaders=host;x-acs-date, Signature=" SOME_HASH,
		"ACS3-HMAC-SHA256  Signature=" SOME_HASH " ,SignedHeaders=X-Acs-Date;Host,\tCredential=id ",
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(same); i++) {
		struct sign_v3_authorization authorization;

		assert_int_equal(sign_v3_parse(&arena, same[i], &authorization), REFUSE_NONE);
		assert_string_equal(authorization.key_id, "id");
		assert_string_equal(authorization.signature, SOME_HASH);
		assert_int_equal(authorization.n_names, 2);
		assert_string_equal(authorization.names[0], "host");
		assert_string_equal(authorization.names[1], "x-acs-date");
	}
}

static void authorization_is_refused(void **state)
{
	static const struct {
		const char *header;
		enum refusal_reason reason;
	} cases[] = {
		{ NULL, REFUSE_AUTH_INCOMPLETE },
		{ "", REFUSE_AUTH_INCOMPLETE },
		{ "   ", REFUSE_AUTH_INCOMPLETE },
		{ "ACS3-HMAC-SHA256", REFUSE_AUTH_INCOMPLETE },
		{ "ACS3-HMAC-SHA256 ", REFUSE_AUTH_INCOMPLETE },
		{ "ACS3-HMAC-SHA256 ,", REFUSE_AUTH_INCOMPLETE },
		{ "ACS3-HMAC-SHA256 SignedHeaders=host,Signature=" SOME_HASH, REFUSE_AUTH_INCOMPLETE },
		{ "ACS3-HMAC-SHA256 Credential=id,Signature=" SOME_HASH, REFUSE_AUTH_INCOMPLETE },
		{ "ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host", REFUSE_AUTH_INCOMPLETE },
		{ "ACS3-HMAC-SHA256 Credential=,SignedHeaders=host,Signature=" SOME_HASH, REFUSE_AUTH_INCOMPLETE },
		{ "ACS3-HMAC-SHA256 Credential=a b,SignedHeaders=host,Signature=" SOME_HASH, REFUSE_AUTH_INCOMPLETE },
		{ "ACS3-HMAC-SHA256 Credential=id,SignedHeaders=,Signature=" SOME_HASH, REFUSE_AUTH_INCOMPLETE },
		{ "ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host;,Signature=" SOME_HASH, REFUSE_AUTH_INCOMPLETE },
		{ "ACS3-HMAC-SHA256 Credential=id,SignedHeaders=ho:st,Signature=" SOME_HASH, REFUSE_AUTH_INCOMPLETE },
		{ "ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host,Signature=", REFUSE_AUTH_INCOMPLETE },
		{ "ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host,Signature=" SOME_HASH "0", REFUSE_AUTH_INCOMPLETE },
		{ "ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host,Signature=g" SOME_HASH, REFUSE_AUTH_INCOMPLETE },
		{ "ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host,Signature=" SOME_HASH ",", REFUSE_AUTH_INCOMPLETE },
		{ "ACS3-HMAC-SHA256 Credential=id,SignedHeaders=host,Signature=" SOME_HASH ",X=1", REFUSE_AUTH_INCOMPLETE },
		{ "ACS3-HMAC-SHA256 Credential=id,Credential=id,SignedHeaders=host,Signature=" SOME_HASH,
		  REFUSE_AUTH_INCOMPLETE },
		{ "ACS3-HMAC-SM3 Credential=id,SignedHeaders=host,Signature=" SOME_HASH, REFUSE_AUTH_METHOD },
		{ "acs3-hmac-sha256 Credential=id,SignedHeaders=host,Signature=" SOME_HASH, REFUSE_AUTH_METHOD },
		{ "Bearer token", REFUSE_AUTH_METHOD },
	};
	struct sign_v3_authorization untouched = { .key_id = "before" };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT_OF(cases); i++) {
		enum refusal_reason reason = sign_v3_parse(&arena, cases[i].header, &untouched);

		if (reason != cases[i].reason)
			fail_msg("%s: %s", text_or(cases[i].header, "(null)"), refusal_words[reason]);
		assert_string_equal(untouched.key_id, "before");
	}
}

static char *repeat(const char *text, size_t times)
{
	char *result = arena_alloc(&arena, strlen(text) * times + 1);
	char *at = result;

	while (times--)
		at = stpcpy(at, text);
	return result;
}

static enum refusal_reason parse_parts(const char *key_id, const char *names)
{
	struct sign_v3_authorization ignored;

	return sign_v3_parse(&arena,
	                     arena_printf(&arena, "ACS3-HMAC-SHA256 Credential=%s,SignedHeaders=%s,Signature=" SOME_HASH,
	                                  key_id, names),
	                     &ignored);
}

static void authorization_has_limits(void **state)
{
	(void)state;
	assert_int_equal(parse_parts(repeat("k", SIGN_V3_KEY_ID_MAX), "a"), REFUSE_NONE);
	assert_int_equal(parse_parts(repeat("k", SIGN_V3_KEY_ID_MAX + 1), "a"), REFUSE_AUTH_INCOMPLETE);
	assert_int_equal(parse_parts("id", arena_printf(&arena, "%sb", repeat("a;", SIGN_V3_NAMES_MAX - 1))), REFUSE_NONE);
	assert_int_equal(parse_parts("id", arena_printf(&arena, "%sb", repeat("a;", SIGN_V3_NAMES_MAX))),
	                 REFUSE_AUTH_INCOMPLETE);
	assert_int_equal(parse_parts("id", repeat("a", SIGN_V3_HEADER_MAX)), REFUSE_AUTH_INCOMPLETE);
}

/* ---- requests ---- */

struct request {
	const char *method;
	struct sign_parameter query[LIST_MAX];
	size_t n_query;
	struct sign_parameter form[LIST_MAX];
	size_t n_form;
	struct sign_header headers[LIST_MAX];
	size_t n_headers;
	const char *body;
};

static enum refusal_reason verify_v3(const struct request *r, const char *header, const char *secret)
{
	const struct sign_v3_request request = { r->method,  "/",          r->query, r->n_query,
		                                 r->headers, r->n_headers, r->body,  strlen(r->body) };
	struct sign_v3_authorization authorization;
	const char *text = NULL;
	enum refusal_reason reason;

	arena_reset(&scratch);
	reason = sign_v3_parse(&scratch, header, &authorization);
	if (reason != REFUSE_NONE)
		return reason;
	if (!text_equal(authorization.key_id, "testid"))
		return REFUSE_KEY_UNKNOWN;
	reason = sign_v3_verify(&scratch, &request, &authorization, secret, &text);
	assert_true(text_starts(text, "ACS3-HMAC-SHA256\n"));
	return reason;
}

/* REFUSE_PARAMETER_MISSING: nobody signed it. */
static enum refusal_reason verify_v1(const struct request *r, const char *secret)
{
	struct sign_parameter all[2 * LIST_MAX];
	size_t n = r->n_query + r->n_form;
	const char *given;
	const char *expected;

	arena_reset(&scratch);
	memcpy(all, r->query, r->n_query * sizeof all[0]);
	memcpy(all + r->n_query, r->form, r->n_form * sizeof all[0]);
	given = sign_parameter_value(all, n, "Signature");
	if (!given)
		return REFUSE_PARAMETER_MISSING;
	expected = sign_v1_signature(&scratch, secret, sign_v1_string(&scratch, r->method, all, n));
	return text_equal_secret(expected, given) ? REFUSE_NONE : REFUSE_AUTH_MISMATCH;
}

static enum refusal_reason verify(const struct request *r, const char *secret)
{
	const char *header = sign_header_value(r->headers, r->n_headers, "authorization");

	return header ? verify_v3(r, header, secret) : verify_v1(r, secret);
}

static size_t parse_parameters(char *text, struct sign_parameter *ret)
{
	char *rest = text;
	char *part;
	size_t n = 0;

	while ((part = strsep(&rest, "&"))) {
		char *equals = strchr(part, '=');
		size_t length = equals ? (size_t)(equals - part) : strlen(part);

		if (!*part)
			continue;
		assert_true(n < LIST_MAX);
		ret[n].name = text_percent_decode(&arena, part, length, true);
		ret[n++].value = equals ? text_percent_decode(&arena, equals + 1, strlen(equals + 1), true) : NULL;
	}
	return n;
}

static void parse_request(char *text, struct request *r)
{
	char *body = strstr(text, "\n\n");
	const char *length;
	char *line;
	char *target;

	assert_non_null(body);
	*body = '\0';
	r->method = strsep(&text, " ");
	target = strsep(&text, " ");
	strsep(&text, "\n");
	assert_int_equal(*target, '/');
	if (target[1] == '?')
		r->n_query = parse_parameters(target + 2, r->query);
	while ((line = strsep(&text, "\n"))) {
		char *colon = strchr(line, ':');

		assert_true(colon && r->n_headers < LIST_MAX);
		*colon = '\0';
		r->headers[r->n_headers].name = line;
		r->headers[r->n_headers++].value = colon + 1;
	}
	length = text_or(sign_header_value(r->headers, r->n_headers, "content-length"), "0");
	r->body = arena_text_n(&arena, body + 2, strtoul(length, NULL, 10));
	if (sign_header_value(r->headers, r->n_headers, "content-type"))
		r->n_form = parse_parameters(arena_text(&arena, r->body), r->form);
}

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

static size_t read_requests(struct request *requests)
{
	char *text = read_data("aliyun_captured_requests.txt");
	size_t n = 0;
	char *end;

	while (*text == '#')
		text = strchr(text, '\n') + 1;
	while ((end = strstr(text, "\n----\n"))) {
		*end = '\0';
		assert_true(n < REQUESTS_MAX);
		memset(&requests[n], 0, sizeof requests[n]);
		parse_request(text, &requests[n++]);
		text = end + strlen("\n----\n");
	}
	return n;
}

static void captured_requests_verify(void **state)
{
	static struct request requests[REQUESTS_MAX];
	size_t n = read_requests(requests);
	size_t n_v3 = 0;
	size_t n_unsigned = 0;
	size_t i;

	(void)state;
	for (i = 0; i < n; i++) {
		enum refusal_reason reason = verify(&requests[i], "testsecret");
		const char *bearer = sign_header_value(requests[i].headers, requests[i].n_headers, "x-acs-bearer-token");

		assert_int_equal(reason, bearer ? REFUSE_PARAMETER_MISSING : REFUSE_NONE);
		n_unsigned += bearer != NULL;
		n_v3 += sign_header_value(requests[i].headers, requests[i].n_headers, "authorization") != NULL;
		assert_int_equal(verify(&requests[i], "testsecreT"),
		                 bearer ? REFUSE_PARAMETER_MISSING : REFUSE_AUTH_MISMATCH);
	}
	assert_int_equal(n_v3, SIGNED_V3);
	assert_int_equal(n_unsigned, NO_SIGNATURE);
	assert_int_equal(n - n_v3 - n_unsigned, SIGNED_V1);
}

/* Changes each character of `*text` in turn, and once adds one. Returns how many changes there were. */
static size_t mutate_text(const struct request *r, const char **text)
{
	const char *original = text_or(*text, "");
	size_t length = strlen(original);
	size_t i;

	for (i = 0; i <= length; i++) {
		char *changed = arena_printf(&arena, "%s%s", original, i == length ? "x" : "");

		if (i < length)
			changed[i] = (char)(changed[i] == 1 ? 2 : changed[i] ^ 1);
		*text = changed;
		if (verify(r, "testsecret") == REFUSE_NONE)
			fail_msg("still accepted: %s for %s", changed, original);
		*text = original;
	}
	return length + 1;
}

static size_t mutate_parameters(const struct request *r, struct sign_parameter *parameters, size_t n)
{
	size_t changes = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		/* A name that the form repeats does not count in the query: what is bound is the form's. */
		if (parameters == r->query && sign_parameter_value(r->form, r->n_form, parameters[i].name))
			continue;
		changes += mutate_text(r, &parameters[i].name);
		changes += mutate_text(r, &parameters[i].value);
	}
	return changes;
}

static bool header_is_signed(const struct request *r, const char *name)
{
	const char *header = sign_header_value(r->headers, r->n_headers, "authorization");
	struct sign_v3_authorization authorization;
	size_t i;

	assert_int_equal(sign_v3_parse(&arena, header, &authorization), REFUSE_NONE);
	for (i = 0; i < authorization.n_names; i++) {
		if (text_equal_nocase(authorization.names[i], name))
			return true;
	}
	return text_equal_nocase(name, "authorization");
}

static size_t mutate_headers(const struct request *r, struct sign_header *headers)
{
	size_t changes = 0;
	size_t i;

	for (i = 0; i < r->n_headers; i++) {
		if (!header_is_signed(r, headers[i].name))
			continue;
		/* A blank before the value means nothing, so its change may mean nothing either. */
		headers[i].value += strspn(headers[i].value, " ");
		changes += mutate_text(r, &headers[i].value);
		changes += mutate_text(r, &headers[i].name);
	}
	return changes;
}

static void any_changed_character_is_noticed(void **state)
{
	static struct request requests[REQUESTS_MAX];
	size_t n = read_requests(requests);
	size_t changes = 0;
	size_t i;

	(void)state;
	for (i = 0; i < n; i++) {
		struct request *r = &requests[i];

		if (verify(r, "testsecret") != REFUSE_NONE)
			continue;
		changes += mutate_text(r, &r->method);
		changes += mutate_parameters(r, r->query, r->n_query);
		if (sign_header_value(r->headers, r->n_headers, "authorization")) {
			changes += mutate_headers(r, r->headers);
			changes += mutate_text(r, &r->body);
		} else {
			changes += mutate_parameters(r, r->form, r->n_form);
		}
	}
	assert_true(changes > 5000);
}

/* ---- our own client's requests ---- */

static void make_request(struct request *r, const char *body)
{
	char *hash = arena_alloc(&arena, SIGN_V3_HASH_SIZE);
	const struct sign_header headers[] = {
		{ "Host", "localhost:8080" },
		{ "Content-Type", "application/json" },
		{ "x-acs-action", "DetachDisk" },
		{ "x-acs-version", "2014-05-26" },
		{ "x-acs-date", "2026-11-21T00:27:43Z" },
		{ "x-acs-signature-nonce", "n" },
		{ "x-acs-content-sha256", hash },
	};

	sign_v3_hash(body, strlen(body), hash);
	*r = (struct request){ .method = "POST", .body = body, .n_query = 1, .n_headers = COUNT_OF(headers) };
	r->query[0] = (struct sign_parameter){ "DiskId", "d-1" };
	memcpy(r->headers, headers, sizeof headers);
}

static char *authorize(const struct request *r)
{
	const struct sign_v3_request request = { r->method,  "/",          r->query, r->n_query,
		                                 r->headers, r->n_headers, r->body,  strlen(r->body) };

	return sign_v3_authorize(&arena, &request, "testid", "testsecret");
}

static void what_we_sign_verifies(void **state)
{
	struct request r;
	char *header;

	(void)state;
	make_request(&r, "{\"InstanceId\":\"i-1\"}");
	header = authorize(&r);
	assert_int_equal(verify_v3(&r, header, "testsecret"), REFUSE_NONE);
	assert_int_equal(verify_v3(&r, header, "testsecret "), REFUSE_AUTH_MISMATCH);
	r.headers[r.n_headers++] = (struct sign_header){ "Authorization", header };
	assert_true(mutate_text(&r, &r.body) > 10);
	assert_true(mutate_headers(&r, r.headers) > 100);
	assert_int_equal(verify(&r, "testsecret"), REFUSE_NONE);
}

static void a_wrong_claim_about_the_body_is_refused(void **state)
{
	struct request r;

	(void)state;
	make_request(&r, "{}");
	r.headers[6].value = EMPTY_HASH;
	assert_int_equal(verify_v3(&r, authorize(&r), "testsecret"), REFUSE_AUTH_MISMATCH);
}

static void the_claim_about_the_body_may_be_absent(void **state)
{
	struct request r;

	(void)state;
	make_request(&r, "{}");
	r.n_headers--;
	assert_int_equal(verify_v3(&r, authorize(&r), "testsecret"), REFUSE_NONE);
}

static void headers_the_server_acts_on_must_be_signed(void **state)
{
	struct request r;
	char *header;

	(void)state;
	make_request(&r, "{}");
	header = authorize(&r);
	r.headers[r.n_headers++] = (struct sign_header){ "X-Acs-Trace", "later" };
	assert_int_equal(verify_v3(&r, header, "testsecret"), REFUSE_NONE);
	r.headers[r.n_headers++] = (struct sign_header){ "X-Acs-Security-Token", "later" };
	assert_int_equal(verify_v3(&r, header, "testsecret"), REFUSE_AUTH_INCOMPLETE);
}

static void an_empty_header_may_get_lost(void **state)
{
	struct request r;
	char *header;

	(void)state;
	make_request(&r, "{}");
	r.headers[r.n_headers++] = (struct sign_header){ "x-acs-empty", "" };
	header = authorize(&r);
	r.n_headers--;
	assert_int_equal(verify_v3(&r, header, "testsecret"), REFUSE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(v1_vector_of_describe_regions, setup, teardown),
		cmocka_unit_test_setup_teardown(v1_vector_of_describe_dedicated_hosts, setup, teardown),
		cmocka_unit_test_setup_teardown(v3_vectors, setup, teardown),
		cmocka_unit_test_setup_teardown(parameters_are_encoded_by_rfc_3986, setup, teardown),
		cmocka_unit_test_setup_teardown(parameters_are_sorted_by_name_in_byte_order, setup, teardown),
		cmocka_unit_test_setup_teardown(an_absent_value_is_signed_as_an_empty_one, setup, teardown),
		cmocka_unit_test_setup_teardown(repeated_names, setup, teardown),
		cmocka_unit_test_setup_teardown(plus_on_the_wire_is_a_space, setup, teardown),
		cmocka_unit_test_setup_teardown(v1_leaves_out_only_the_signature, setup, teardown),
		cmocka_unit_test_setup_teardown(headers_are_trimmed_sorted_and_joined, setup, teardown),
		cmocka_unit_test_setup_teardown(body_hash, setup, teardown),
		cmocka_unit_test_setup_teardown(authorization_is_read, setup, teardown),
		cmocka_unit_test_setup_teardown(authorization_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(authorization_has_limits, setup, teardown),
		cmocka_unit_test_setup_teardown(captured_requests_verify, setup, teardown),
		cmocka_unit_test_setup_teardown(any_changed_character_is_noticed, setup, teardown),
		cmocka_unit_test_setup_teardown(what_we_sign_verifies, setup, teardown),
		cmocka_unit_test_setup_teardown(a_wrong_claim_about_the_body_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(the_claim_about_the_body_may_be_absent, setup, teardown),
		cmocka_unit_test_setup_teardown(headers_the_server_acts_on_must_be_signed, setup, teardown),
		cmocka_unit_test_setup_teardown(an_empty_header_may_get_lost, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
