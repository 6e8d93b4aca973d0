#include "api/aliyun/sign_v3.h"

#include <ctype.h>
#include <nettle/hmac.h>
#include <nettle/sha2.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define BLANKS " \t"

/* The headers this server acts on. Were one of them sent unsigned, whoever carries the request could change it.
 * content-type is signed by all SDKs but not demanded: HTTP libraries add one after the signing. */
static const char *const must_be_signed[] = {
	"host",
	"x-acs-action",
	"x-acs-content-sha256",
	"x-acs-date",
	"x-acs-security-token",
	"x-acs-signature-nonce",
	"x-acs-version",
};

const char *sign_header_value(const struct sign_header *headers, size_t n, const char *name)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (text_equal_nocase(headers[i].name, name))
			return headers[i].value;
	}
	return NULL;
}

/* A copy without blanks at both ends. */
static char *trimmed(struct arena *arena, const char *text, size_t length)
{
	while (length && strchr(BLANKS, *text)) {
		text++;
		length--;
	}
	while (length && strchr(BLANKS, text[length - 1]))
		length--;
	return arena_text_n(arena, text, length);
}

static char *lower_case(struct arena *arena, const char *text)
{
	char *copy = arena_text(arena, text);
	char *at;

	for (at = copy; *at; at++) {
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
	}
	return copy;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The characters a header name may have: RFC 9110, 5.6.2 "token". */
static bool is_token(const char *text)
{
	return *text && text[strspn(text, "!#$%&'*+-.^_`|~0123456789"
	                                  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")] == '\0';
}

static bool parse_names(struct arena *arena, const char *text, struct sign_v3_authorization *ret)
{
	ret->names = arena_array(arena, const char *, SIGN_V3_NAMES_MAX);
	for (;;) {
		size_t length = strcspn(text, ";");
		char *name = trimmed(arena, text, length);

		if (!is_token(name) || ret->n_names == SIGN_V3_NAMES_MAX)
			return false;
		ret->names[ret->n_names++] = lower_case(arena, name);
		if (!text[length])
			break;
		text += length + 1;
	}
	qsort(ret->names, ret->n_names, sizeof *ret->names, compare_texts);
	return true;
}

static bool parse_key_id(const char *text, struct sign_v3_authorization *ret)
{
	size_t i;

	for (i = 0; text[i]; i++) {
		if (!isgraph((unsigned char)text[i]))
			return false;
	}
	ret->key_id = text;
	return i > 0 && i <= SIGN_V3_KEY_ID_MAX;
}

static bool parse_signature(const char *text, struct sign_v3_authorization *ret)
{
	ret->signature = text;
	return strlen(text) == SIGN_V3_HASH_SIZE - 1 &&
	       strspn(text, "0123456789abcdefABCDEF") == SIGN_V3_HASH_SIZE - 1;
}

/* One "name=value" between two commas; false if it is unknown, malformed or there for the second time. */
static bool parse_part(struct arena *arena, const char *text, size_t length, struct sign_v3_authorization *ret)
{
	char *part = trimmed(arena, text, length);
	char *equals = strchr(part, '=');

	if (!equals)
		return false;
	*equals = '\0';
	if (text_equal(part, "Credential") && !ret->key_id)
		return parse_key_id(equals + 1, ret);
	if (text_equal(part, "SignedHeaders") && !ret->names)
		return parse_names(arena, equals + 1, ret);
	if (text_equal(part, "Signature") && !ret->signature)
		return parse_signature(equals + 1, ret);
	return false;
}

enum refusal_reason sign_v3_parse(struct arena *arena, const char *header, struct sign_v3_authorization *ret)
{
	struct sign_v3_authorization result = { 0 };
	size_t length;

	if (!header || strnlen(header, SIGN_V3_HEADER_MAX + 1) > SIGN_V3_HEADER_MAX)
		return REFUSE_AUTH_INCOMPLETE;
	header += strspn(header, BLANKS);
	length = strcspn(header, BLANKS);
	if (!length)
		return REFUSE_AUTH_INCOMPLETE;
	if (length != strlen(SIGN_V3_ALGORITHM) || strncmp(header, SIGN_V3_ALGORITHM, length) != 0)
		return REFUSE_AUTH_METHOD;
	header += length;
	for (;;) {
		length = strcspn(header, ",");
		if (!parse_part(arena, header, length, &result))
			return REFUSE_AUTH_INCOMPLETE;
		if (!header[length])
			break;
		header += length + 1;
	}
	if (!result.key_id || !result.names || !result.signature)
		return REFUSE_AUTH_INCOMPLETE;
	*ret = result;
	return REFUSE_NONE;
}

void sign_v3_hash(const void *body, size_t length, char ret[SIGN_V3_HASH_SIZE])
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx sha256;

	sha256_init(&sha256);
	if (length)
		sha256_update(&sha256, length, body);
	sha256_digest(&sha256, sizeof digest, digest);
	text_hex(digest, sizeof digest, ret);
}

/* "name:value\n"; several values of one name are sorted and joined with commas. */
static void add_canonical_header(struct arena *arena, struct buf *buf, const struct sign_v3_request *request,
                                 const char *name)
{
	const char **values = arena_array(arena, const char *, request->n_headers);
	size_t n = 0;
	size_t i;

	for (i = 0; i < request->n_headers; i++) {
		const struct sign_header *header = &request->headers[i];

		if (text_equal_nocase(header->name, name))
			values[n++] = trimmed(arena, text_or(header->value, ""), strlen(text_or(header->value, "")));
	}
	qsort(values, n, sizeof *values, compare_texts);
	buf_add_text(buf, name);
	buf_add_char(buf, ':');
	for (i = 0; i < n; i++) {
		if (i)
			buf_add_char(buf, ',');
		buf_add_text(buf, values[i]);
	}
	buf_add_char(buf, '\n');
}

static char *join_names(struct arena *arena, const char *const *names, size_t n_names)
{
	BUF_CLEANUP struct buf buf;
	size_t i;

	buf_init(&buf, SIZE_MAX);
	for (i = 0; i < n_names; i++) {
		if (i)
			buf_add_char(&buf, ';');
		buf_add_text(&buf, names[i]);
	}
	return sign_text(arena, &buf);
}

char *sign_v3_canonical_request(struct arena *arena, const struct sign_v3_request *request, const char *const *names,
                                size_t n_names)
{
	char hash[SIGN_V3_HASH_SIZE];
	BUF_CLEANUP struct buf buf;
	size_t i;

	buf_init(&buf, SIZE_MAX);
	buf_add_text(&buf, request->method);
	buf_add_char(&buf, '\n');
	buf_add_text(&buf, request->path);
	buf_add_char(&buf, '\n');
	buf_add_text(&buf, sign_canonical_parameters(arena, request->query, request->n_query, SIGN_ALL));
	buf_add_char(&buf, '\n');
	for (i = 0; i < n_names; i++)
		add_canonical_header(arena, &buf, request, names[i]);
	buf_add_char(&buf, '\n');
	buf_add_text(&buf, join_names(arena, names, n_names));
	buf_add_char(&buf, '\n');
	sign_v3_hash(request->body, request->body_length, hash);
	buf_add_text(&buf, hash);
	return sign_text(arena, &buf);
}

char *sign_v3_string(struct arena *arena, const char *canonical_request)
{
	char hash[SIGN_V3_HASH_SIZE];

	sign_v3_hash(canonical_request, strlen(canonical_request), hash);
	return arena_printf(arena, SIGN_V3_ALGORITHM "\n%s", hash);
}

char *sign_v3_signature(struct arena *arena, const char *secret, const char *string_to_sign)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct hmac_sha256_ctx hmac;
	char *result = arena_alloc(arena, SIGN_V3_HASH_SIZE);

	hmac_sha256_set_key(&hmac, strlen(secret), (const uint8_t *)secret);
	hmac_sha256_update(&hmac, strlen(string_to_sign), (const uint8_t *)string_to_sign);
	hmac_sha256_digest(&hmac, sizeof digest, digest);
	text_hex(digest, sizeof digest, result);
	return result;
}

static bool names_have(const struct sign_v3_authorization *authorization, const char *name)
{
	return bsearch(&name, authorization->names, authorization->n_names, sizeof name, compare_texts) != NULL;
}

static bool headers_are_covered(const struct sign_v3_request *request,
                                const struct sign_v3_authorization *authorization)
{
	size_t i;

	for (i = 0; i < COUNT_OF(must_be_signed); i++) {
		if (sign_header_value(request->headers, request->n_headers, must_be_signed[i]) &&
		    !names_have(authorization, must_be_signed[i]))
			return false;
	}
	return true;
}

/* The claimed hash is a signed header, so a wrong claim could carry a right signature over it. */
static bool claimed_hash_is_right(struct arena *arena, const struct sign_v3_request *request)
{
	const char *claimed = sign_header_value(request->headers, request->n_headers, "x-acs-content-sha256");
	char hash[SIGN_V3_HASH_SIZE];

	if (!claimed)
		return true;
	sign_v3_hash(request->body, request->body_length, hash);
	return text_equal_nocase(trimmed(arena, claimed, strlen(claimed)), hash);
}

enum refusal_reason sign_v3_verify(struct arena *arena, const struct sign_v3_request *request,
                                   const struct sign_v3_authorization *authorization, const char *secret,
                                   const char **ret_string)
{
	const char *canonical =
		sign_v3_canonical_request(arena, request, authorization->names, authorization->n_names);
	const char *string_to_sign = sign_v3_string(arena, canonical);
	const char *expected = sign_v3_signature(arena, secret, string_to_sign);

	*ret_string = string_to_sign;
	if (!headers_are_covered(request, authorization))
		return REFUSE_AUTH_INCOMPLETE;
	if (!text_equal_secret(expected, lower_case(arena, authorization->signature)))
		return REFUSE_AUTH_MISMATCH;
	return claimed_hash_is_right(arena, request) ? REFUSE_NONE : REFUSE_AUTH_MISMATCH;
}

/* The names that clients sign, lower-case, sorted, each once. */
static const char **names_to_sign(struct arena *arena, const struct sign_v3_request *request, size_t *ret_n)
{
	const char **names = arena_array(arena, const char *, request->n_headers);
	size_t n = 0;
	size_t n_unique = 0;
	size_t i;

	for (i = 0; i < request->n_headers; i++) {
		const char *name = lower_case(arena, request->headers[i].name);

		if (text_starts(name, "x-acs-") || text_equal(name, "host") || text_equal(name, "content-type"))
			names[n++] = name;
	}
	qsort(names, n, sizeof *names, compare_texts);
	for (i = 0; i < n; i++) {
		if (!n_unique || strcmp(names[n_unique - 1], names[i]) != 0)
			names[n_unique++] = names[i];
	}
	*ret_n = n_unique;
	return names;
}

char *sign_v3_authorize(struct arena *arena, const struct sign_v3_request *request, const char *key_id,
                        const char *secret)
{
	size_t n;
	const char **names = names_to_sign(arena, request, &n);
	const char *canonical = sign_v3_canonical_request(arena, request, names, n);
	const char *signature = sign_v3_signature(arena, secret, sign_v3_string(arena, canonical));

	return arena_printf(arena, SIGN_V3_ALGORITHM " Credential=%s,SignedHeaders=%s,Signature=%s", key_id,
	                    join_names(arena, names, n), signature);
}
