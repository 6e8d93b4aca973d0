/* The fleet file of `cleat serve --fleet`: read at a first start and put into the store that is new then. A later start
 * keeps what the store has. The rules of a fleet are core/fleet.h's, its form api/control/fleet_file.h's. */
#ifndef FLEET_START_H
#define FLEET_START_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "core/fleet.h"

struct dialect;

struct fleet_start {
	struct arena arena;
	const char *path;
	const char *text;
	size_t length;
	char hash[65]; /* SHA-256 of the text */
	struct fleet fleet;
	struct fleet_problems problems;
	bool refused; /* by the core, which found nothing wrong in it: its machines would have to be real */
};

/* Reads and understands the file, of at most `max` bytes; `dialects` are those its faults are of, `held` is the id of the
 * development key or NULL. False with a message; what is wrong inside of it is printed line by line. fleet_start_finish() is
 * right in both cases. */
bool fleet_start_read(struct fleet_start *start, const struct dialect *const *dialects, const char *held, const char *path,
                      size_t max, char *error, size_t error_size);
void fleet_start_finish(struct fleet_start *start);

/* Inside the transaction of the first start: puts the fleet and remembers that it did. *ret_account is the account that a
 * key is to be made for, NULL if the fleet brings keys. */
bool fleet_start_put(struct fleet_start *start, struct work *work, const char **ret_account);

/* Prints what the core found wrong with it, after a fleet_start_put() that refused; and the message. */
void fleet_start_explain(struct fleet_start *start, char *error, size_t error_size);

/* A later start: logs that the store has a state of its own. `recorded` is what fleet_start_put() remembered, or NULL. */
void fleet_start_kept(const char *path, size_t max, const char *recorded);

#define FLEET_META "fleet"

#endif
