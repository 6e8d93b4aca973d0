#include "http/crowd.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

#define CHAINS 1024 /* a power of two */

struct guest {
	uint8_t address[CROWD_ADDRESS];
	size_t n, bytes;
	struct guest *next;
};

struct crowd {
	struct crowd_limits limits;
	uint64_t seed;
	pthread_mutex_t lock;
	size_t n, bytes; /* below: under the lock */
	struct guest *chains[CHAINS];
};

struct crowd *crowd_create(const struct crowd_limits *limits)
{
	struct crowd *crowd = calloc(1, sizeof *crowd);

	if (!crowd)
		abort();
	crowd->limits = *limits;
	random_bytes(&crowd->seed, sizeof crowd->seed);
	pthread_mutex_init(&crowd->lock, NULL);
	return crowd;
}

void crowd_destroy(struct crowd *crowd)
{
	size_t i;

	if (!crowd)
		return;
	for (i = 0; i < CHAINS; i++) {
		while (crowd->chains[i]) {
			struct guest *guest = crowd->chains[i];

			crowd->chains[i] = guest->next;
			free(guest);
		}
	}
	pthread_mutex_destroy(&crowd->lock);
	free(crowd);
}

/* The seed keeps strangers from choosing addresses of one chain. */
static struct guest **find(struct crowd *crowd, const uint8_t *address)
{
	uint64_t hash = crowd->seed;
	struct guest **at;
	size_t i;

	for (i = 0; i < CROWD_ADDRESS; i++)
		hash = (hash ^ address[i]) * 0x9e3779b97f4a7c15;
	at = &crowd->chains[(hash >> 32) & (CHAINS - 1)];
	while (*at && memcmp((*at)->address, address, CROWD_ADDRESS) != 0)
		at = &(*at)->next;
	return at;
}

static bool count(struct crowd *crowd, const uint8_t *address)
{
	struct guest **at = find(crowd, address);

	if (crowd->n == crowd->limits.connections || (*at && (*at)->n == crowd->limits.connections_per_address))
		return false;
	if (!*at) {
		*at = calloc(1, sizeof **at);
		if (!*at)
			return false;
		memcpy((*at)->address, address, CROWD_ADDRESS);
	}
	(*at)->n++;
	crowd->n++;
	return true;
}

bool crowd_enter(struct crowd *crowd, const uint8_t address[CROWD_ADDRESS])
{
	bool enters;

	pthread_mutex_lock(&crowd->lock);
	enters = count(crowd, address);
	pthread_mutex_unlock(&crowd->lock);
	return enters;
}

void crowd_leave(struct crowd *crowd, const uint8_t address[CROWD_ADDRESS])
{
	struct guest **at;
	struct guest *guest;

	pthread_mutex_lock(&crowd->lock);
	at = find(crowd, address);
	guest = *at;
	assert(guest && guest->n && crowd->n);
	crowd->n--;
	if (--guest->n == 0) {
		assert(guest->bytes == 0);
		*at = guest->next;
		free(guest);
	}
	pthread_mutex_unlock(&crowd->lock);
}

static bool count_bytes(struct crowd *crowd, struct guest *guest, size_t bytes)
{
	assert(guest);
	if (bytes > crowd->limits.bytes - crowd->bytes || bytes > crowd->limits.bytes_per_address - guest->bytes)
		return false;
	guest->bytes += bytes;
	crowd->bytes += bytes;
	return true;
}

bool crowd_keep(struct crowd *crowd, const uint8_t address[CROWD_ADDRESS], size_t bytes)
{
	bool kept;

	pthread_mutex_lock(&crowd->lock);
	kept = count_bytes(crowd, *find(crowd, address), bytes);
	pthread_mutex_unlock(&crowd->lock);
	return kept;
}

void crowd_drop(struct crowd *crowd, const uint8_t address[CROWD_ADDRESS], size_t bytes)
{
	struct guest *guest;

	pthread_mutex_lock(&crowd->lock);
	guest = *find(crowd, address);
	assert(guest && guest->bytes >= bytes && crowd->bytes >= bytes);
	guest->bytes -= bytes;
	crowd->bytes -= bytes;
	pthread_mutex_unlock(&crowd->lock);
}
