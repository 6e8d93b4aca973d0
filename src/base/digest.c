#include "base/digest.h"

#include <nettle/sha2.h>

#include "base/text.h"

void digest_sha256(const void *data, size_t length, char ret[DIGEST_SIZE])
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx sha;

	sha256_init(&sha);
	if (length)
		sha256_update(&sha, length, data);
	sha256_digest(&sha, sizeof digest, digest);
	text_hex(digest, sizeof digest, ret);
}
