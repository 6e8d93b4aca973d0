/* Counts connections and the bytes that are kept for them, of each address and in all, and says when more is too much. It
 * knows addresses, no sockets. */
#ifndef HTTP_CROWD_H
#define HTTP_CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CROWD_ADDRESS 16 /* bytes: IPv6, or IPv4 in its last four */

struct crowd;

struct crowd_limits {
	size_t connections, connections_per_address;
	size_t bytes, bytes_per_address;
};

struct crowd *crowd_create(const struct crowd_limits *limits);
void crowd_destroy(struct crowd *crowd);

/* One more connection of this address. False, and nothing is counted, where a limit is reached. */
bool crowd_enter(struct crowd *crowd, const uint8_t address[CROWD_ADDRESS]);
void crowd_leave(struct crowd *crowd, const uint8_t address[CROWD_ADDRESS]);

/* That many bytes more are kept for this address, which has a connection until they are dropped again. False, and nothing is
 * counted, where a limit is reached. */
bool crowd_keep(struct crowd *crowd, const uint8_t address[CROWD_ADDRESS], size_t bytes);
void crowd_drop(struct crowd *crowd, const uint8_t address[CROWD_ADDRESS], size_t bytes);

#endif
