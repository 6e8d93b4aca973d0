/* IPv4 addresses and blocks of them ("172.16.0.0/12") as numbers, and back. Arithmetic only: which blocks a network may
 * have is decided elsewhere. */
#ifndef BASE_CIDR_H
#define BASE_CIDR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

struct cidr {
	uint32_t base; /* its first address; the bits behind the mask are 0 */
	int mask;      /* length in bits, 0 to 32 */
};

/* Four decimal numbers with dots, no leading zeros. False, *ret untouched, otherwise. */
bool address_parse(const char *text, uint32_t *ret);
const char *address_text(struct arena *arena, uint32_t address);

/* An address that begins a block, '/', and the length of its mask. False for an address inside the block. */
bool cidr_parse(const char *text, struct cidr *ret);

uint32_t cidr_last(struct cidr block);
int64_t cidr_size(struct cidr block);
bool cidr_has(struct cidr block, uint32_t address);
bool cidr_contains(struct cidr outer, struct cidr inner); /* or is the same */
bool cidr_overlaps(struct cidr a, struct cidr b);

/* Whether the text is an IPv6 address, with "/0" to "/128" behind it or without. */
bool ipv6_is_block(const char *text);

#endif
