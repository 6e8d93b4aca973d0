#include "api/network_card.h"

#include <nettle/sha2.h>
#include <string.h>

const char *network_card_mac(struct arena *arena, const char *instance)
{
	struct sha256_ctx sha;
	uint8_t digest[SHA256_DIGEST_SIZE];

	sha256_init(&sha);
	sha256_update(&sha, strlen(instance), (const uint8_t *)instance);
	sha256_digest(&sha, sizeof digest, digest);
	/* The vendor's own prefix. */
	return arena_printf(arena, "00:16:3e:%02x:%02x:%02x", digest[0], digest[1], digest[2]);
}
