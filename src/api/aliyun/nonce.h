/* The memory of signature nonces: which ones each access key has used while its request would still be accepted. It
 * is kept in this process only and forgotten by a restart; whether a timestamp is acceptable is the caller's check.
 *
 * Rule: Alibaba Cloud, "Request syntax and signature method", common parameter SignatureNonce / x-acs-signature-nonce
 * (SignatureNonceUsed), together with Timestamp / x-acs-date (at most 15 minutes off). */
#ifndef API_ALIYUN_NONCE_H
#define API_ALIYUN_NONCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/moment.h"

/* How far the timestamp of a request may lie in the past or in the future, in milliseconds. */
#define NONCE_WINDOW (15 * MINUTE)

/* Room for about 900 000 nonces: a thousand requests a second for a quarter of an hour. */
#define NONCE_BYTES_DEFAULT ((size_t)16 << 20)

struct nonce_memory;

struct nonce_stats {
	size_t bytes;     /* of the tables now */
	uint64_t nonces;  /* remembered now; expired ones count until they are swept */
	uint64_t buckets_dropped; /* minutes forgotten before their time because the limit was hit */
	uint64_t nonces_dropped;  /* nonces in those */
};

/* `max_bytes` is what the tables may hold (each thread that rebuilds one adds a sixteenth for that moment); 0 is the
 * default, and less than 64 KiB counts as 64 KiB. Nothing is allocated for nonces until there are any. The caller
 * destroys it. */
struct nonce_memory *nonce_memory_create(size_t max_bytes);

/* NULL is fine. No other thread may use the memory any more. */
void nonce_memory_destroy(struct nonce_memory *memory);

/* Remembers the nonce until a request with this timestamp would be refused for its age. False if this key used it
 * already, and nothing is changed then. Call it after the signature was found right: only holders of a secret fill
 * the memory. `now` is real time, as `timestamp` is: milliseconds since 1970. Any thread. */
bool nonce_remember(struct nonce_memory *memory, const char *key_id, const char *nonce, int64_t timestamp,
                    int64_t now);

/* Whether nonce_remember() would return false; changes nothing. Any thread. */
bool nonce_seen(struct nonce_memory *memory, const char *key_id, const char *nonce, int64_t now);

/* Any thread. */
struct nonce_stats nonce_memory_stats(struct nonce_memory *memory);

#endif
