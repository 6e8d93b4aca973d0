#include "api/aliyun/sign_v1.h"

#include <nettle/hmac.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

struct entry {
	const char *name;
	const char *value;
	size_t position; /* on the wire: qsort() is not stable, and the last of a name must stay the last */
};

char *sign_text(struct arena *arena, const struct buf *buf)
{
	if (buf->failed) {
		fputs("cleat: out of memory\n", stderr);
		abort();
	}
	return arena_text_n(arena, buf_text(buf), buf->length);
}

const char *sign_parameter_value(const struct sign_parameter *parameters, size_t n, const char *name)
{
	while (n--) {
		if (strcmp(parameters[n].name, name) == 0)
			return parameters[n].value;
	}
	return NULL;
}

/* strcmp() compares unsigned bytes, which is the order both signatures want. */
static int compare_by_position(const void *a, const void *b)
{
	const struct entry *left = a;
	const struct entry *right = b;
	int order = strcmp(left->name, right->name);

	if (order)
		return order;
	return left->position < right->position ? -1 : 1;
}

static int compare_by_value(const void *a, const void *b)
{
	const struct entry *left = a;
	const struct entry *right = b;
	int order = strcmp(left->name, right->name);

	return order ? order : strcmp(left->value, right->value);
}

static struct entry *entries_create(struct arena *arena, const struct sign_parameter *parameters, size_t n)
{
	struct entry *entries = arena_array(arena, struct entry, n);
	size_t i;

	for (i = 0; i < n; i++) {
		entries[i].name = parameters[i].name;
		entries[i].value = text_or(parameters[i].value, "");
		entries[i].position = i;
	}
	return entries;
}

char *sign_canonical_parameters(struct arena *arena, const struct sign_parameter *parameters, size_t n,
                                enum sign_repeated repeated)
{
	struct entry *entries = entries_create(arena, parameters, n);
	BUF_CLEANUP struct buf buf;
	size_t i;

	buf_init(&buf, SIZE_MAX);
	qsort(entries, n, sizeof *entries, repeated == SIGN_ALL ? compare_by_value : compare_by_position);
	for (i = 0; i < n; i++) {
		const struct entry *entry = &entries[i];

		if (repeated == SIGN_LAST_WINS && i + 1 < n && strcmp(entry->name, entries[i + 1].name) == 0)
			continue;
		if (buf.length)
			buf_add_char(&buf, '&');
		text_percent_encode(&buf, entry->name, strlen(entry->name));
		buf_add_char(&buf, '=');
		text_percent_encode(&buf, entry->value, strlen(entry->value));
	}
	return sign_text(arena, &buf);
}

char *sign_v1_string(struct arena *arena, const char *method, const struct sign_parameter *parameters, size_t n)
{
	struct sign_parameter *signed_ones = arena_array(arena, struct sign_parameter, n);
	BUF_CLEANUP struct buf buf;
	const char *canonical;
	size_t n_signed = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (strcmp(parameters[i].name, "Signature") != 0)
			signed_ones[n_signed++] = parameters[i];
	}
	canonical = sign_canonical_parameters(arena, signed_ones, n_signed, SIGN_LAST_WINS);
	buf_init(&buf, SIZE_MAX);
	buf_room(&buf, 2 * strlen(canonical)); /* about what it takes */
	buf_add_text(&buf, method);
	buf_add_text(&buf, "&%2F&");
	text_percent_encode(&buf, canonical, strlen(canonical));
	return sign_text(arena, &buf);
}

char *sign_v1_signature(struct arena *arena, const char *secret, const char *string_to_sign)
{
	size_t length = strlen(secret);
	char *key = arena_text_n(arena, secret, length + 1);
	uint8_t digest[SHA1_DIGEST_SIZE];
	struct hmac_sha1_ctx hmac;

	key[length] = '&'; /* in place of the NUL */
	hmac_sha1_set_key(&hmac, length + 1, (const uint8_t *)key);
	hmac_sha1_update(&hmac, strlen(string_to_sign), (const uint8_t *)string_to_sign);
	hmac_sha1_digest(&hmac, sizeof digest, digest);
	return text_base64(arena, digest, sizeof digest);
}
