/* Feeds what a stranger controls - the Authorization header, parameters, headers, body - to the parser and both
 * canonicalisers, and checks what must always hold: what we sign verifies, and parsed limits are kept.
 *
 * Input: lines "Authorization", "method", "query"; then header lines "name:value"; an empty line; the body. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "api/aliyun/sign_v1.h"
#include "api/aliyun/sign_v3.h"
#include "base/text.h"

#define LIST_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static char *next_line(char **rest)
{
	static char nothing[1];
	char *line = *rest ? strsep(rest, "\n") : NULL;

	return line ? line : nothing;
}

static size_t parse_query(struct arena *arena, char *text, struct sign_parameter *ret)
{
	char *part;
	size_t n = 0;

	while (n < LIST_MAX && (part = strsep(&text, "&"))) {
		char *equals = strchr(part, '=');
		size_t length = equals ? (size_t)(equals - part) : strlen(part);

		ret[n].name = text_percent_decode(arena, part, length, true);
		ret[n].value = equals ? text_percent_decode(arena, equals + 1, strlen(equals + 1), true) : NULL;
		n += ret[n].name != NULL;
	}
	return n;
}

/* Only names that a server lets in: one with ';' inside could not be listed in SignedHeaders. */
static bool is_header_name(const char *name)
{
	return *name && !name[strspn(name, "-_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")];
}

static size_t parse_headers(char **rest, struct sign_header *ret)
{
	size_t n = 0;
	char *line;

	while (n < LIST_MAX && *(line = next_line(rest))) {
		char *colon = strchr(line, ':');

		if (colon)
			*colon = '\0';
		ret[n].name = line;
		ret[n].value = colon ? colon + 1 : NULL;
		n += is_header_name(line);
	}
	return n;
}

static void check_parser(struct arena *arena, const struct sign_v3_request *request, const char *header)
{
	struct sign_v3_authorization authorization;
	const char *text;
	size_t i;

	if (sign_v3_parse(arena, header, &authorization) != REFUSE_NONE)
		return;
	check(strlen(authorization.signature) == SIGN_V3_HASH_SIZE - 1);
	check(*authorization.key_id && strlen(authorization.key_id) <= SIGN_V3_KEY_ID_MAX);
	check(authorization.n_names > 0 && authorization.n_names <= SIGN_V3_NAMES_MAX);
	for (i = 1; i < authorization.n_names; i++)
		check(strcmp(authorization.names[i - 1], authorization.names[i]) <= 0);
	/* Nobody guesses the signature of a secret. */
	check(sign_v3_verify(arena, request, &authorization, "a secret that no input knows", &text) != REFUSE_NONE);
}

/* What sign_v3_authorize() makes is read and verified again, unless the input claims a hash of the body or gives
 * nothing to sign. */
static void check_signer(struct arena *arena, const struct sign_v3_request *request)
{
	const char *header = sign_v3_authorize(arena, request, "key", "secret");
	struct sign_v3_authorization authorization;
	const char *text;

	if (strstr(header, "SignedHeaders=,") || strlen(header) > SIGN_V3_HEADER_MAX ||
	    sign_header_value(request->headers, request->n_headers, "x-acs-content-sha256"))
		return;
	check(sign_v3_parse(arena, header, &authorization) == REFUSE_NONE);
	check(text_equal(authorization.key_id, "key"));
	check(sign_v3_verify(arena, request, &authorization, "secret", &text) == REFUSE_NONE);
	check(sign_v3_verify(arena, request, &authorization, "other", &text) == REFUSE_AUTH_MISMATCH);
}

static void check_v1(struct arena *arena, const struct sign_v3_request *request)
{
	const char *text = sign_v1_string(arena, request->method, request->query, request->n_query);

	check(text_starts(text, request->method));
	check(strncmp(text + strlen(request->method), "&%2F&", 5) == 0);
	check(strlen(sign_v1_signature(arena, "secret", text)) == 28);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sign_parameter query[LIST_MAX];
	struct sign_header headers[LIST_MAX];
	struct sign_v3_request request = { .path = "/", .query = query, .headers = headers };
	struct arena arena;
	const char *header;
	char *rest;

	arena_init(&arena);
	rest = arena_text_n(&arena, (const char *)data, size);
	header = next_line(&rest);
	request.method = next_line(&rest);
	request.n_query = parse_query(&arena, next_line(&rest), query);
	request.n_headers = parse_headers(&rest, headers);
	request.body = rest;
	request.body_length = rest ? strlen(rest) : 0;
	check_parser(&arena, &request, header);
	check_signer(&arena, &request);
	check_v1(&arena, &request);
	arena_finish(&arena);
	return 0;
}
