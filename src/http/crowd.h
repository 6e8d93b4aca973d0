/* Counts connections, of each address and in all, and says when one more is too many. It knows addresses, no sockets. */
#ifndef HTTP_CROWD_H
#define HTTP_CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CROWD_ADDRESS 16 /* bytes: IPv6, or IPv4 in its last four */

struct crowd;

struct crowd *crowd_create(size_t max, size_t max_per_address);
void crowd_destroy(struct crowd *crowd);

/* One more connection of this address. False, and nothing is counted, where a limit is reached. */
bool crowd_enter(struct crowd *crowd, const uint8_t address[CROWD_ADDRESS]);
void crowd_leave(struct crowd *crowd, const uint8_t address[CROWD_ADDRESS]);

#endif
