#include "base/secret.h"

#include <nettle/pbkdf2.h>
#include <nettle/sha2.h>
#include <stdint.h>
#include <string.h>

#include "base/random.h"
#include "base/text.h"

#define SCHEME         "pbkdf2-sha256"
#define SALT_LENGTH    32 /* hex digits: 16 bytes */
#define ITERATIONS_MAX 10000000
#define NUMBER_MAX     16 /* characters of the iterations */

struct parts {
	int64_t iterations;
	char salt[SALT_LENGTH + 1];
	const char *hash;
};

static bool is_hex(const char *text, size_t length)
{
	return strspn(text, "0123456789abcdef") >= length;
}

static bool take_apart(const char *text, struct parts *ret)
{
	char number[NUMBER_MAX] = "";
	size_t length;

	if (text_empty(text) || !text_starts(text, SCHEME "$"))
		return false;
	text += strlen(SCHEME "$");
	length = strcspn(text, "$");
	if (length >= sizeof number || !text[length])
		return false;
	memcpy(number, text, length);
	text += length + 1;
	if (!text_to_int64(number, &ret->iterations) || ret->iterations < 1 || ret->iterations > ITERATIONS_MAX)
		return false;
	if (!is_hex(text, SALT_LENGTH) || text[SALT_LENGTH] != '$')
		return false;
	memcpy(ret->salt, text, SALT_LENGTH);
	ret->salt[SALT_LENGTH] = '\0';
	ret->hash = text + SALT_LENGTH + 1;
	return strlen(ret->hash) == SECRET_HASH_SIZE - 1 && is_hex(ret->hash, SECRET_HASH_SIZE - 1);
}

static void derive(const char *password, const char *salt, int64_t iterations, char ret[SECRET_HASH_SIZE])
{
	uint8_t digest[SHA256_DIGEST_SIZE];

	pbkdf2_hmac_sha256(strlen(password), (const uint8_t *)password, (unsigned)iterations, strlen(salt),
	                   (const uint8_t *)salt, sizeof digest, digest);
	text_hex(digest, sizeof digest, ret);
}

void secret_hash(const char *secret, char ret[SECRET_HASH_SIZE])
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx sha;

	sha256_init(&sha);
	sha256_update(&sha, strlen(secret), (const uint8_t *)secret);
	sha256_digest(&sha, sizeof digest, digest);
	text_hex(digest, sizeof digest, ret);
}

const char *password_hash(struct arena *arena, const char *password)
{
	char salt[SALT_LENGTH + 1];
	char hash[SECRET_HASH_SIZE];

	random_hex(salt, SALT_LENGTH);
	derive(password, salt, PASSWORD_ITERATIONS, hash);
	return arena_printf(arena, SCHEME "$%d$%s$%s", PASSWORD_ITERATIONS, salt, hash);
}

bool password_hash_well_formed(const char *hash)
{
	struct parts parts;

	return take_apart(hash, &parts);
}

bool password_matches(const char *hash, const char *password)
{
	struct parts parts = { .iterations = PASSWORD_ITERATIONS, .salt = "0" };
	bool known = take_apart(hash, &parts);
	char derived[SECRET_HASH_SIZE];

	if (!known)
		parts = (struct parts){ .iterations = PASSWORD_ITERATIONS, .salt = "0", .hash = "" };
	derive(password, parts.salt, parts.iterations, derived);
	return text_equal_secret(derived, parts.hash) && known;
}
