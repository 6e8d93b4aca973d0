/* SHA-256 as text: what is known again by its digest without being kept. */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stddef.h>

#define DIGEST_SIZE 65 /* 64 small hex digits and a NUL */

void digest_sha256(const void *data, size_t length, char ret[DIGEST_SIZE]);

#endif
