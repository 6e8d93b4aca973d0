#include "request.h"

#include <nettle/base64.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define PARAMETERS_MAX 24
#define NONCE_MARK     "~nonce~"
#define TIME_MARK      "~time~"
#define TIME_SIZE      sizeof "2026-11-21T10%253A00%253A00Z"

static void fail(const char *what)
{
	fprintf(stderr, "bench: %s\n", what);
	exit(2);
}

/* RFC 3986: all but letters, digits and -_.~ */
static void encode(char *ret, size_t size, const char *text)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
	size_t n = 0;

	for (; *text; text++) {
		if (n + 4 > size)
			fail("a request is too long");
		if (strchr(plain, *text))
			ret[n++] = *text;
		else
			n += (size_t)snprintf(ret + n, size - n, "%%%02X", (unsigned char)*text);
	}
	ret[n] = '\0';
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct parameter *)a)->name, ((const struct parameter *)b)->name);
}

static void canonical(char *ret, size_t size, const char *key_id, const struct parameter *own)
{
	struct parameter all[PARAMETERS_MAX] = {
		{ "AccessKeyId", key_id },
		{ "Format", "JSON" },
		{ "SignatureMethod", "HMAC-SHA1" },
		{ "SignatureNonce", NONCE_MARK },
		{ "SignatureVersion", "1.0" },
		{ "Timestamp", TIME_MARK },
		{ "Version", "2014-05-26" },
	};
	size_t n = 7;
	size_t length = 0;

	for (; own->name; own++) {
		if (n == PARAMETERS_MAX)
			fail("too many parameters");
		all[n++] = *own;
	}
	qsort(all, n, sizeof all[0], by_name);
	for (size_t i = 0; i < n; i++) {
		char value[REQUEST_MAX];

		encode(value, sizeof value, all[i].value);
		length += (size_t)snprintf(ret + length, size - length, "%s%s=%s", i ? "&" : "", all[i].name, value);
		if (length >= size)
			fail("a request is too long");
	}
}

/* Cuts `text` at the two marks. */
static void cut(const char *text, char ret[3][REQUEST_MAX])
{
	const char *nonce = strstr(text, NONCE_MARK);
	const char *behind = nonce + strlen(NONCE_MARK);
	const char *moment = strstr(behind, TIME_MARK);

	snprintf(ret[0], REQUEST_MAX, "%.*s", (int)(nonce - text), text);
	snprintf(ret[1], REQUEST_MAX, "%.*s", (int)(moment - behind), behind);
	snprintf(ret[2], REQUEST_MAX, "%s", moment + strlen(TIME_MARK));
}

void call_init(struct call *call, const char *key_id, const char *secret, const struct parameter *parameters)
{
	char text[REQUEST_MAX];
	char twice[REQUEST_MAX * 3];
	char parts[3][REQUEST_MAX];
	char key[256];

	canonical(text, sizeof text, key_id, parameters);
	cut(text, call->line);
	encode(twice, sizeof twice, text);
	if (strlen(twice) >= REQUEST_MAX)
		fail("a request is too long");
	cut(twice, parts);
	memcpy(call->sign, parts[1], sizeof call->sign);
	snprintf(key, sizeof key, "%s&", secret);
	hmac_sha1_set_key(&call->up_to_nonce, strlen(key), (const uint8_t *)key);
	hmac_sha1_update(&call->up_to_nonce, strlen("GET&%2F&"), (const uint8_t *)"GET&%2F&");
	hmac_sha1_update(&call->up_to_nonce, strlen(parts[0]), (const uint8_t *)parts[0]);
}

void nonces_init(struct nonces *nonces)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
		fail("no random bytes");
	snprintf(nonces->prefix, sizeof nonces->prefix, "%016llx", (unsigned long long)seed);
	nonces->n = 0;
}

struct moment {
	time_t second;
	char once[TIME_SIZE];  /* as in the request line */
	char twice[TIME_SIZE]; /* as in the string to sign */
};

static const struct moment *moment_now(void)
{
	static _Thread_local struct moment moment;
	time_t now = time(NULL);
	struct tm parts;

	if (now != moment.second) {
		moment.second = now;
		gmtime_r(&now, &parts);
		strftime(moment.once, sizeof moment.once, "%Y-%m-%dT%H%%3A%M%%3A%SZ", &parts);
		strftime(moment.twice, sizeof moment.twice, "%Y-%m-%dT%H%%253A%M%%253A%SZ", &parts);
	}
	return &moment;
}

static char *add(char *at, const char *text)
{
	size_t length = strlen(text);

	memcpy(at, text, length);
	return at + length;
}

static void hash(struct hmac_sha1_ctx *hmac, const char *text)
{
	hmac_sha1_update(hmac, strlen(text), (const uint8_t *)text);
}

size_t call_sign(const struct call *call, struct nonces *nonces, char *ret)
{
	static const char digits[] = "0123456789abcdef";
	const struct moment *moment = moment_now();
	struct hmac_sha1_ctx hmac = call->up_to_nonce;
	uint8_t digest[SHA1_DIGEST_SIZE];
	char base64[BASE64_ENCODE_RAW_LENGTH(SHA1_DIGEST_SIZE)];
	char nonce[33];
	char *at = ret;

	memcpy(nonce, nonces->prefix, 16);
	for (int i = 0; i < 16; i++)
		nonce[16 + i] = digits[nonces->n >> (60 - 4 * i) & 15];
	nonce[32] = '\0';
	nonces->n++;
	hash(&hmac, nonce);
	hash(&hmac, call->sign[0]);
	hash(&hmac, moment->twice);
	hash(&hmac, call->sign[1]);
	hmac_sha1_digest(&hmac, sizeof digest, digest);
	base64_encode_raw(base64, sizeof digest, digest);
	at = add(at, "GET /?");
	at = add(at, call->line[0]);
	at = add(at, nonce);
	at = add(at, call->line[1]);
	at = add(at, moment->once);
	at = add(at, call->line[2]);
	at = add(at, "&Signature=");
	for (size_t i = 0; i < sizeof base64; i++) {
		if (base64[i] == '+')
			at = add(at, "%2B");
		else if (base64[i] == '/')
			at = add(at, "%2F");
		else if (base64[i] == '=')
			at = add(at, "%3D");
		else
			*at++ = base64[i];
	}
	at = add(at, " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: cleat-bench\r\n\r\n");
	*at = '\0';
	return (size_t)(at - ret);
}
