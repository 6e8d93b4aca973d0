#include "base/cidr.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

#define IPV6_TEXT_MAX 64

/* Reads a decimal number of at most three digits without leading zeros, and moves *at behind it. */
static bool read_number(const char **at, int most, int *ret)
{
	const char *start = *at;
	int value = 0;

	while (**at >= '0' && **at <= '9' && *at - start < 3)
		value = value * 10 + *(*at)++ - '0';
	if (*at == start || (*start == '0' && *at - start > 1) || value > most)
		return false;
	*ret = value;
	return true;
}

static bool read_address(const char **at, uint32_t *ret)
{
	uint32_t address = 0;
	int part;
	int i;

	for (i = 0; i < 4; i++) {
		if (i && *(*at)++ != '.')
			return false;
		if (!read_number(at, 255, &part))
			return false;
		address = address << 8 | (uint32_t)part;
	}
	*ret = address;
	return true;
}

bool address_parse(const char *text, uint32_t *ret)
{
	uint32_t address;

	if (!text || !read_address(&text, &address) || *text)
		return false;
	*ret = address;
	return true;
}

const char *address_text(struct arena *arena, uint32_t address)
{
	return arena_printf(arena, "%u.%u.%u.%u", address >> 24, address >> 16 & 255, address >> 8 & 255, address & 255);
}

static uint32_t host_bits(int mask)
{
	return mask == 0 ? UINT32_MAX : (uint32_t)((uint64_t)1 << (32 - mask)) - 1;
}

bool cidr_parse(const char *text, struct cidr *ret)
{
	struct cidr block;

	if (!text || !read_address(&text, &block.base) || *text++ != '/' || !read_number(&text, 32, &block.mask) || *text ||
	    block.base & host_bits(block.mask))
		return false;
	*ret = block;
	return true;
}

uint32_t cidr_last(struct cidr block)
{
	return block.base | host_bits(block.mask);
}

int64_t cidr_size(struct cidr block)
{
	return (int64_t)1 << (32 - block.mask);
}

bool cidr_has(struct cidr block, uint32_t address)
{
	return (address & ~host_bits(block.mask)) == block.base;
}

bool cidr_contains(struct cidr outer, struct cidr inner)
{
	return inner.mask >= outer.mask && cidr_has(outer, inner.base);
}

bool cidr_overlaps(struct cidr a, struct cidr b)
{
	return cidr_contains(a, b) || cidr_contains(b, a);
}

bool ipv6_is_block(const char *text)
{
	char address[IPV6_TEXT_MAX];
	struct in6_addr parsed;
	const char *slash = strchrnul(text, '/');
	const char *at = slash + 1;
	int mask;

	if ((size_t)(slash - text) >= sizeof address)
		return false;
	memcpy(address, text, (size_t)(slash - text));
	address[slash - text] = '\0';
	if (inet_pton(AF_INET6, address, &parsed) != 1)
		return false;
	return !*slash || (read_number(&at, 128, &mask) && !*at);
}
