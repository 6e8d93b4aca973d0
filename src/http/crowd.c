#include "http/crowd.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

#define CHAINS 1024 /* a power of two */

struct guest {
	uint8_t address[CROWD_ADDRESS];
	size_t n;
	struct guest *next;
};

struct crowd {
	size_t max, max_per_address;
	uint64_t seed;
	pthread_mutex_t lock;
	size_t n; /* below: under the lock */
	struct guest *chains[CHAINS];
};

struct crowd *crowd_create(size_t max, size_t max_per_address)
{
	struct crowd *crowd = calloc(1, sizeof *crowd);

	if (!crowd)
		abort();
	crowd->max = max;
	crowd->max_per_address = max_per_address;
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

	if (crowd->n == crowd->max || (*at && (*at)->n == crowd->max_per_address))
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
		*at = guest->next;
		free(guest);
	}
	pthread_mutex_unlock(&crowd->lock);
}
