#include "base/password.h"

#include <nettle/pbkdf2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/text.h"

#define PREFIX       "pbkdf2-sha256:"
#define ROUNDS       100000
#define ROUNDS_MAX   10000000
#define SALT_LENGTH  32 /* hex digits */
#define DIGEST_BYTES 32

struct parts {
	unsigned rounds;
	char salt[SALT_LENGTH + 1];
	char digest[2 * DIGEST_BYTES + 1];
};

static void digest_of(const char *password, const char *salt, unsigned rounds, char ret[2 * DIGEST_BYTES + 1])
{
	uint8_t digest[DIGEST_BYTES];

	pbkdf2_hmac_sha256(strlen(password), (const uint8_t *)password, rounds, strlen(salt), (const uint8_t *)salt,
	                   sizeof digest, digest);
	text_hex(digest, sizeof digest, ret);
}

const char *password_hash(struct arena *arena, const char *password)
{
	char digest[2 * DIGEST_BYTES + 1];
	char salt[SALT_LENGTH + 1];

	random_hex(salt, SALT_LENGTH);
	digest_of(password, salt, ROUNDS, digest);
	return arena_printf(arena, PREFIX "%d:%s:%s", ROUNDS, salt, digest);
}

static bool read_digits(const char **at, char *ret, size_t length, char end)
{
	if (strspn(*at, "0123456789abcdef") != length || (*at)[length] != end)
		return false;
	memcpy(ret, *at, length);
	ret[length] = '\0';
	*at += length + (end != '\0');
	return true;
}

static bool read_parts(const char *hash, struct parts *ret)
{
	const char *at = hash + strlen(PREFIX);
	unsigned long rounds;
	char *end;

	if (!text_starts(hash, PREFIX) || *at < '1' || *at > '9')
		return false;
	rounds = strtoul(at, &end, 10);
	if (*end != ':' || rounds > ROUNDS_MAX)
		return false;
	ret->rounds = (unsigned)rounds;
	at = end + 1;
	return read_digits(&at, ret->salt, SALT_LENGTH, ':') && read_digits(&at, ret->digest, (size_t)2 * DIGEST_BYTES, '\0');
}

bool password_hash_well_formed(const char *hash)
{
	struct parts parts;

	return read_parts(hash, &parts);
}

bool password_matches(const char *hash, const char *password)
{
	struct parts parts = { .rounds = ROUNDS };
	bool well_formed = read_parts(hash, &parts);
	char digest[2 * DIGEST_BYTES + 1];

	digest_of(password, well_formed ? parts.salt : "", well_formed ? parts.rounds : ROUNDS, digest);
	return text_equal_secret(digest, parts.digest) && well_formed;
}
