#include "api/huawei/sign.h"

#include <nettle/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "api/query.h"
#include "base/digest.h"
#include "base/text.h"

#define BLANKS       " \t"
#define TEXT_MAX     ((size_t)1 << 20)
#define CONTENT_HASH "x-sdk-content-sha256"
#define UNSIGNED     "UNSIGNED-PAYLOAD" /* the client does not sign its body */

/* ---- the header ---- */

static const char *trimmed(struct arena *arena, const char *text, size_t length)
{
	while (length && strchr(BLANKS, *text)) {
		text++;
		length--;
	}
	while (length && strchr(BLANKS, text[length - 1]))
		length--;
	return arena_text_n(arena, text, length);
}

static const char *lower_case(struct arena *arena, const char *text)
{
	char *copy = arena_text(arena, text);
	char *at;

	for (at = copy; *at; at++) {
		if (*at >= 'A' && *at <= 'Z')
			*at = (char)(*at - 'A' + 'a');
	}
	return copy;
}

bool sign_claims(const char *header)
{
	return text_starts(header, SIGN_ALGORITHM) && strchr(BLANKS, header[strlen(SIGN_ALGORITHM)]);
}

static bool parse_names(struct arena *arena, const char *text, struct sign_authorization *ret)
{
	ret->names = arena_array(arena, const char *, SIGN_NAMES_MAX);
	for (;;) {
		size_t length = strcspn(text, ";");
		const char *name = lower_case(arena, trimmed(arena, text, length));

		if (!*name || ret->n_names == SIGN_NAMES_MAX)
			return false;
		ret->names[ret->n_names++] = name;
		if (!text[length])
			return true;
		text += length + 1;
	}
}

/* One "name=value"; false if it is unknown, malformed or there for the second time. */
static bool parse_part(struct arena *arena, const char *text, size_t length, struct sign_authorization *ret)
{
	const char *part = trimmed(arena, text, length);
	const char *value = strchr(part, '=');

	if (!value)
		return false;
	value++;
	if (text_starts(part, "Access=") && !ret->key_id) {
		ret->key_id = value;
		return *value && strlen(value) <= SIGN_KEY_ID_MAX;
	}
	if (text_starts(part, "SignedHeaders=") && !ret->names)
		return parse_names(arena, value, ret);
	if (text_starts(part, "Signature=") && !ret->signature) {
		ret->signature = lower_case(arena, value);
		return strlen(value) == SIGN_HASH_SIZE - 1;
	}
	return false;
}

enum refusal_reason sign_parse(struct arena *arena, const char *header, struct sign_authorization *ret)
{
	struct sign_authorization result = { 0 };

	if (!header || strnlen(header, SIGN_HEADER_MAX + 1) > SIGN_HEADER_MAX)
		return REFUSE_AUTH_INCOMPLETE;
	if (!sign_claims(header))
		return REFUSE_AUTH_METHOD;
	header += strlen(SIGN_ALGORITHM);
	for (;;) {
		size_t length = strcspn(header, ",");

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

/* ---- the canonical request ---- */

/* Decoded and encoded again, part by part; ends with a slash whether the path does or not. */
static void add_path(struct arena *arena, struct buf *buf, const char *path)
{
	while (*path) {
		size_t length = strcspn(path, "/");
		const char *part = text_percent_decode(arena, path, length, false);

		if (part)
			text_percent_encode(buf, part, strlen(part));
		path += length;
		if (*path) {
			buf_add_char(buf, '/');
			path++;
		}
	}
	if (!buf->length || buf->data[buf->length - 1] != '/')
		buf_add_char(buf, '/');
}

struct parameters {
	struct {
		const char *name, *value;
	} *items;
	size_t n;
};

static void add_parameter(void *context, const char *name, const char *value)
{
	struct parameters *parameters = context;

	parameters->items[parameters->n].name = name;
	parameters->items[parameters->n++].value = value;
}

static int compare_parameters(const void *a, const void *b)
{
	const char *const *one = a;
	const char *const *other = b;
	int order = strcmp(one[0], other[0]);

	return order ? order : strcmp(one[1], other[1]);
}

static void add_query(struct arena *arena, struct buf *buf, const char *query)
{
	struct parameters parameters = { 0 };
	size_t i;

	parameters.items = arena_alloc(arena, (query_count(query) + 1) * sizeof *parameters.items);
	if (!query_read(arena, query, add_parameter, &parameters))
		return;
	qsort(parameters.items, parameters.n, sizeof *parameters.items, compare_parameters);
	for (i = 0; i < parameters.n; i++) {
		if (i)
			buf_add_char(buf, '&');
		text_percent_encode(buf, parameters.items[i].name, strlen(parameters.items[i].name));
		buf_add_char(buf, '=');
		text_percent_encode(buf, parameters.items[i].value, strlen(parameters.items[i].value));
	}
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "name:value\n"; a name that was sent several times has a line for each, by value. */
static void add_header(struct arena *arena, struct buf *buf, const struct request *request, const char *name)
{
	const char **values = arena_array(arena, const char *, request->n_headers);
	size_t n = 0;
	size_t i;

	for (i = 0; i < request->n_headers; i++) {
		const char *value = text_or(request->headers[i].value, "");

		if (text_equal_nocase(request->headers[i].name, name))
			values[n++] = trimmed(arena, value, strlen(value));
	}
	qsort(values, n, sizeof *values, compare_texts);
	for (i = 0; i < n; i++) {
		buf_add_text(buf, name);
		buf_add_char(buf, ':');
		buf_add_text(buf, values[i]);
		buf_add_char(buf, '\n');
	}
}

const char *sign_canonical(struct arena *arena, const struct request *request, const struct sign_authorization *authorization,
                           const char *hash)
{
	BUF_CLEANUP struct buf path;
	BUF_CLEANUP struct buf buf;
	size_t i;

	buf_init(&path, TEXT_MAX);
	buf_init(&buf, TEXT_MAX);
	add_path(arena, &path, request->path);
	buf_add_text(&buf, request->method);
	buf_add_char(&buf, '\n');
	buf_add_text(&buf, buf_text(&path));
	buf_add_char(&buf, '\n');
	add_query(arena, &buf, request->query);
	buf_add_char(&buf, '\n');
	for (i = 0; i < authorization->n_names; i++)
		add_header(arena, &buf, request, authorization->names[i]);
	buf_add_char(&buf, '\n');
	for (i = 0; i < authorization->n_names; i++) {
		if (i)
			buf_add_char(&buf, ';');
		buf_add_text(&buf, authorization->names[i]);
	}
	buf_add_char(&buf, '\n');
	buf_add_text(&buf, hash);
	return arena_text_n(arena, buf_text(&buf), buf.length);
}

/* ---- the signature ---- */

const char *sign_signature(struct arena *arena, const char *secret, const char *date, const char *canonical)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct hmac_sha256_ctx hmac;
	char *result = arena_alloc(arena, SIGN_HASH_SIZE);
	char hash[DIGEST_SIZE];
	const char *text;

	digest_sha256(canonical, strlen(canonical), hash);
	text = arena_printf(arena, SIGN_ALGORITHM "\n%s\n%s", date, hash);
	hmac_sha256_set_key(&hmac, strlen(secret), (const uint8_t *)secret);
	hmac_sha256_update(&hmac, strlen(text), (const uint8_t *)text);
	hmac_sha256_digest(&hmac, sizeof digest, digest);
	text_hex(digest, sizeof digest, result);
	return result;
}

static bool is_signed_with(struct arena *arena, const struct request *request, const struct sign_authorization *authorization,
                           const char *secret, const char *hash, const char **ret_canonical)
{
	const char *date = text_or(request_header(request, "x-sdk-date"), "");

	*ret_canonical = sign_canonical(arena, request, authorization, hash);
	return text_equal_secret(sign_signature(arena, secret, trimmed(arena, date, strlen(date)), *ret_canonical),
	                         authorization->signature);
}

enum refusal_reason sign_verify(struct arena *arena, const struct request *request,
                                const struct sign_authorization *authorization, const char *secret,
                                const char **ret_canonical)
{
	const char *claimed = request_header(request, CONTENT_HASH);
	char hash[DIGEST_SIZE];
	bool right;

	digest_sha256(request->body, request->body_length, hash);
	if (claimed)
		claimed = trimmed(arena, claimed, strlen(claimed));
	right = is_signed_with(arena, request, authorization, secret, text_or(claimed, hash), ret_canonical);
	/* The Python SDK waives an empty body in the header and signs its hash all the same. */
	if (!right && text_equal(claimed, UNSIGNED) && !request->body_length)
		right = is_signed_with(arena, request, authorization, secret, hash, ret_canonical);
	/* What is claimed is what is signed; a claim that is no waiver must be true as well. */
	if (claimed && !text_equal(claimed, UNSIGNED) && !text_equal_nocase(claimed, hash))
		right = false;
	return right ? REFUSE_NONE : REFUSE_AUTH_MISMATCH;
}
