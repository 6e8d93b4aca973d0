#include "api/aliyun/nonce.h"

#include <endian.h>
#include <pthread.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

#define SHARDS         16
#define SHARD_BYTES_MIN 4096
#define SLOTS_FIRST    64 /* of a shard that remembers anything */

/* Timestamps are kept as minutes. A timestamp in minute M is accepted up to the end of minute M + 15. One minute more
 * is kept for a machine clock that is stepped back. */
#define KEEP_MINUTES (NONCE_WINDOW / MINUTE + 1)

/* Between the oldest live minute (now - KEEP_MINUTES) and the newest (now + the window), both included. */
#define MINUTES_LIVE (2 * (NONCE_WINDOW / MINUTE) + 2)

/* A nonce is kept as 96 bits of a keyed hash: a million of them collide by chance once in 10^17 such memories, and
 * nobody can aim without the key. With the minute it makes 16 bytes, four to a cache line. */
struct slot {
	uint64_t hash;
	uint32_t hash_more;
	uint32_t minute; /* since 1970, of the timestamp; 0: the slot is free */
};

struct digest {
	uint64_t first;
	uint64_t second;
};

/* Open addressing with linear probing. Nothing is taken out one by one: a new table without the old minutes replaces
 * the table, at most once a minute or when it is full. */
struct shard {
	alignas(64) pthread_mutex_t lock; /* shards are locked one at a time, never two */
	struct slot *slots;
	size_t n_slots;
	size_t n_used; /* expired ones included */
	int64_t swept; /* minute of the last sweep */
	uint64_t buckets_dropped;
	uint64_t nonces_dropped;
};

struct nonce_memory {
	uint64_t key[2];
	size_t shard_slots_max;
	struct shard shards[SHARDS];
};

/* ---- SipHash-2-4 with 128 bits of output, as the reference code of Aumasson and Bernstein has it ---- */

static inline uint64_t rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static inline void sip_rounds(uint64_t v[4], int rounds)
{
	while (rounds--) {
		v[0] += v[1];
		v[1] = rotate(v[1], 13) ^ v[0];
		v[0] = rotate(v[0], 32);
		v[2] += v[3];
		v[3] = rotate(v[3], 16) ^ v[2];
		v[0] += v[3];
		v[3] = rotate(v[3], 21) ^ v[0];
		v[2] += v[1];
		v[1] = rotate(v[1], 17) ^ v[2];
		v[2] = rotate(v[2], 32);
	}
}

static inline void sip_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	sip_rounds(v, 2);
	v[0] ^= word;
}

/* The hash of the eight bytes of `prefix` followed by `text`. */
static struct digest sip_hash(const uint64_t key[2], uint64_t prefix, const char *text)
{
	size_t length = strlen(text);
	uint64_t v[4] = {
		key[0] ^ UINT64_C(0x736f6d6570736575),
		key[1] ^ UINT64_C(0x646f72616e646f6d) ^ 0xee,
		key[0] ^ UINT64_C(0x6c7967656e657261),
		key[1] ^ UINT64_C(0x7465646279746573),
	};
	uint64_t word = 0;
	struct digest digest;
	size_t at;

	sip_word(v, prefix);
	for (at = 0; at + sizeof word <= length; at += sizeof word) {
		memcpy(&word, text + at, sizeof word);
		sip_word(v, le64toh(word));
	}
	word = 0;
	memcpy(&word, text + at, length - at);
	sip_word(v, le64toh(word) | (uint64_t)(length + sizeof prefix) << 56);
	v[2] ^= 0xee;
	sip_rounds(v, 4);
	digest.first = v[0] ^ v[1] ^ v[2] ^ v[3];
	v[1] ^= 0xdd;
	sip_rounds(v, 4);
	digest.second = v[0] ^ v[1] ^ v[2] ^ v[3];
	return digest;
}

/* Two steps, so that ("ab", "c") and ("a", "bc") differ without a copy of both. */
static struct digest hash_of(const struct nonce_memory *memory, const char *key_id, const char *nonce)
{
	return sip_hash(memory->key, sip_hash(memory->key, 0, key_id).first, nonce);
}

/* ---- one shard ---- */

static bool is_expired(uint32_t minute, int64_t now_minute)
{
	return now_minute > (int64_t)minute + KEEP_MINUTES;
}

/* The slot that holds the hash, or the free one where it belongs. There is always a free one. */
static struct slot *shard_slot(struct slot *slots, size_t n_slots, uint64_t hash, uint32_t hash_more)
{
	size_t at = (size_t)(((hash >> 32) * n_slots) >> 32);

	while (slots[at].minute && (slots[at].hash != hash || slots[at].hash_more != hash_more)) {
		if (++at == n_slots)
			at = 0;
	}
	return &slots[at];
}

/* How many slots `n` nonces want: a table is half full after it was rebuilt and 7/8 full before the next time. */
static size_t slots_for(const struct nonce_memory *memory, size_t n)
{
	size_t wanted = SLOTS_FIRST;

	while (wanted < 2 * n)
		wanted *= 2;
	return wanted < memory->shard_slots_max ? wanted : memory->shard_slots_max;
}

static size_t slots_limit(size_t n_slots)
{
	return n_slots - n_slots / 8;
}

/* Moves what is of minute `oldest` or younger to a table of the right size. */
static void shard_rebuild(struct shard *shard, size_t n_slots, int64_t oldest)
{
	struct slot *slots = calloc(n_slots, sizeof *slots);
	size_t n_used = 0;
	size_t i;

	if (!slots) {
		fputs("cleat: out of memory\n", stderr);
		abort();
	}
	for (i = 0; i < shard->n_slots; i++) {
		const struct slot *slot = &shard->slots[i];

		if (slot->minute && (int64_t)slot->minute >= oldest) {
			*shard_slot(slots, n_slots, slot->hash, slot->hash_more) = *slot;
			n_used++;
		}
	}
	free(shard->slots);
	shard->slots = slots;
	shard->n_slots = n_slots;
	shard->n_used = n_used;
}

/* Forgets what has expired; gives memory back when little is left. */
static void shard_sweep(const struct nonce_memory *memory, struct shard *shard, int64_t now_minute)
{
	size_t live = 0;
	size_t i;

	shard->swept = now_minute;
	for (i = 0; i < shard->n_slots; i++)
		live += shard->slots[i].minute && !is_expired(shard->slots[i].minute, now_minute);
	if (live == 0) {
		free(shard->slots);
		shard->slots = NULL;
		shard->n_slots = 0;
		shard->n_used = 0;
	} else if (live < shard->n_used) {
		shard_rebuild(shard, slots_for(memory, live), now_minute - KEEP_MINUTES);
	}
}

/* At the limit: forgets the oldest minutes, until an eighth of the table is free again. One minute alone could be a
 * single nonce, and then the next request would pay for a rebuild again. */
static void shard_drop_oldest(struct shard *shard, int64_t now_minute)
{
	size_t counts[MINUTES_LIVE] = { 0 };
	int64_t first = now_minute - KEEP_MINUTES;
	size_t dropped = 0;
	size_t i;

	for (i = 0; i < shard->n_slots; i++) {
		int64_t minute = shard->slots[i].minute;

		if (minute)
			counts[minute < first ? 0 : minute - first < MINUTES_LIVE ? minute - first : MINUTES_LIVE - 1]++;
	}
	for (i = 0; i < MINUTES_LIVE && dropped < shard->n_slots / 8; i++) {
		dropped += counts[i];
		shard->buckets_dropped += counts[i] > 0;
	}
	shard->nonces_dropped += dropped;
	shard_rebuild(shard, shard->n_slots, i < MINUTES_LIVE ? first + (int64_t)i : INT64_MAX);
}

static void shard_make_room(const struct nonce_memory *memory, struct shard *shard, int64_t now_minute)
{
	if (shard->n_used < slots_limit(shard->n_slots))
		return;
	if (shard->n_slots < memory->shard_slots_max)
		shard_rebuild(shard, slots_for(memory, shard->n_slots), INT64_MIN);
	else
		shard_drop_oldest(shard, now_minute);
}

/* The minute a timestamp is kept under. One that the caller should have refused is taken for the nearest edge. */
static uint32_t minute_of(int64_t timestamp, int64_t now)
{
	if (timestamp < now - NONCE_WINDOW)
		timestamp = now - NONCE_WINDOW;
	if (timestamp > now + NONCE_WINDOW)
		timestamp = now + NONCE_WINDOW;
	return timestamp < MINUTE ? 1 : (uint32_t)(timestamp / MINUTE);
}

static bool shard_remember(const struct nonce_memory *memory, struct shard *shard, const struct slot *wanted,
                           int64_t now_minute)
{
	struct slot *slot;

	/* Requests may come a little out of order, but a clock that once was far ahead must not stop the sweeps until
	 * the real one has caught up. */
	if (now_minute > shard->swept || now_minute < shard->swept - KEEP_MINUTES)
		shard_sweep(memory, shard, now_minute);
	if (shard->n_slots) {
		slot = shard_slot(shard->slots, shard->n_slots, wanted->hash, wanted->hash_more);
		if (slot->minute)
			return false;
	}
	shard_make_room(memory, shard, now_minute);
	*shard_slot(shard->slots, shard->n_slots, wanted->hash, wanted->hash_more) = *wanted;
	shard->n_used++;
	return true;
}

/* ---- the memory ---- */

struct nonce_memory *nonce_memory_create(size_t max_bytes)
{
	struct nonce_memory *memory = aligned_alloc(alignof(struct nonce_memory), sizeof *memory);
	size_t shard_bytes = (max_bytes ? max_bytes : NONCE_BYTES_DEFAULT) / SHARDS;
	size_t i;

	if (!memory) {
		fputs("cleat: out of memory\n", stderr);
		abort();
	}
	memset(memory, 0, sizeof *memory);
	random_bytes(memory->key, sizeof memory->key);
	if (shard_bytes < SHARD_BYTES_MIN)
		shard_bytes = SHARD_BYTES_MIN;
	/* shard_slot() scales 32 bits of hash to the table. */
	memory->shard_slots_max = shard_bytes / sizeof(struct slot);
	if (memory->shard_slots_max > UINT32_MAX)
		memory->shard_slots_max = UINT32_MAX;
	for (i = 0; i < SHARDS; i++)
		pthread_mutex_init(&memory->shards[i].lock, NULL);
	return memory;
}

void nonce_memory_destroy(struct nonce_memory *memory)
{
	size_t i;

	if (!memory)
		return;
	for (i = 0; i < SHARDS; i++) {
		free(memory->shards[i].slots);
		pthread_mutex_destroy(&memory->shards[i].lock);
	}
	free(memory);
}

bool nonce_remember(struct nonce_memory *memory, const char *key_id, const char *nonce, int64_t timestamp,
                    int64_t now)
{
	struct digest digest = hash_of(memory, key_id, nonce);
	struct shard *shard = &memory->shards[digest.second % SHARDS];
	struct slot wanted = {
		.hash = digest.first,
		.hash_more = (uint32_t)(digest.second >> 32),
		.minute = minute_of(timestamp, now),
	};
	bool is_new;

	pthread_mutex_lock(&shard->lock);
	is_new = shard_remember(memory, shard, &wanted, now / MINUTE);
	pthread_mutex_unlock(&shard->lock);
	return is_new;
}

bool nonce_seen(struct nonce_memory *memory, const char *key_id, const char *nonce, int64_t now)
{
	struct digest digest = hash_of(memory, key_id, nonce);
	struct shard *shard = &memory->shards[digest.second % SHARDS];
	bool seen = false;

	pthread_mutex_lock(&shard->lock);
	if (shard->n_slots) {
		const struct slot *slot = shard_slot(shard->slots, shard->n_slots, digest.first,
		                                     (uint32_t)(digest.second >> 32));

		seen = slot->minute && !is_expired(slot->minute, now / MINUTE);
	}
	pthread_mutex_unlock(&shard->lock);
	return seen;
}

struct nonce_stats nonce_memory_stats(struct nonce_memory *memory)
{
	struct nonce_stats stats = { 0 };
	size_t i;

	for (i = 0; i < SHARDS; i++) {
		struct shard *shard = &memory->shards[i];

		pthread_mutex_lock(&shard->lock);
		stats.bytes += shard->n_slots * sizeof(struct slot);
		stats.nonces += shard->n_used;
		stats.buckets_dropped += shard->buckets_dropped;
		stats.nonces_dropped += shard->nonces_dropped;
		pthread_mutex_unlock(&shard->lock);
	}
	return stats;
}
