#include "base/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* getrandom() costs a system call; a request id takes 16 bytes, so each thread keeps a small reserve. */
static _Thread_local unsigned char reserve[512];
static _Thread_local size_t reserve_left;

static void fill(void *ret, size_t length)
{
	unsigned char *at = ret;

	while (length) {
		ssize_t n = getrandom(at, length, 0);

		if (n < 0) {
			perror("cleat: getrandom");
			abort();
		}
		at += n;
		length -= (size_t)n;
	}
}

void random_bytes(void *ret, size_t length)
{
	if (length > sizeof reserve / 4) {
		fill(ret, length);
		return;
	}
	if (reserve_left < length) {
		fill(reserve, sizeof reserve);
		reserve_left = sizeof reserve;
	}
	reserve_left -= length;
	memcpy(ret, reserve + reserve_left, length);
	memset(reserve + reserve_left, 0, length);
}

static void random_letters(char *ret, size_t length, const char *letters, unsigned n)
{
	size_t i = 0;

	while (i < length) {
		unsigned char byte;

		random_bytes(&byte, 1);
		/* Bytes past the last whole multiple would favour the first letters. */
		if (byte < 256 / n * n)
			ret[i++] = letters[byte % n];
	}
	ret[length] = '\0';
}

void random_base36(char *ret, size_t length)
{
	random_letters(ret, length, "0123456789abcdefghijklmnopqrstuvwxyz", 36);
}

void random_alphanumeric(char *ret, size_t length)
{
	random_letters(ret, length, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", 62);
}

void random_hex(char *ret, size_t length)
{
	random_letters(ret, length, "0123456789abcdef", 16);
}

static void random_uuid_of(const char *digits, char ret[UUID_SIZE])
{
	unsigned char bytes[16];
	char *at = ret;
	int i;

	random_bytes(bytes, sizeof bytes);
	bytes[6] = (unsigned char)((bytes[6] & 0x0F) | 0x40);
	bytes[8] = (unsigned char)((bytes[8] & 0x3F) | 0x80);
	for (i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*at++ = '-';
		*at++ = digits[bytes[i] >> 4];
		*at++ = digits[bytes[i] & 15];
	}
	*at = '\0';
}

void random_uuid_upper(char ret[UUID_SIZE])
{
	random_uuid_of("0123456789ABCDEF", ret);
}

void random_uuid(char ret[UUID_SIZE])
{
	random_uuid_of("0123456789abcdef", ret);
}
