/* The fleet file: a fleet (core/fleet.h) as JSON that people read and write. Tables say which member is which; every
 * mistake is found, with the line it is on. What a value means is the core's business. */
#ifndef API_CONTROL_FLEET_FILE_H
#define API_CONTROL_FLEET_FILE_H

#include "base/buf.h"
#include "base/tree.h"
#include "core/fleet.h"
#include "core/fleet_set.h"

#define FLEET_FILE_VERSION 1

struct dialect;

/* Reads a file. `dialects`: whose operations its faults are of. False with *ret_problems filled. All memory is of `arena`. */
bool fleet_file_read(struct arena *arena, const struct dialect *const *dialects, const char *text, size_t length,
                     struct fleet *ret, struct fleet_problems *ret_problems);

/* Looks whether the faults of a file that was read make sense, and fills in what they leave out. */
void fleet_file_check_faults(struct arena *arena, const struct dialect *const *dialects, struct fleet *fleet,
                             struct fleet_problems *problems);

/* Looks whether the policies of its users and roles can be read, in the language of each account's cloud. */
void fleet_file_check_policies(struct arena *arena, const struct dialect *const *dialects, const struct fleet *fleet,
                               struct fleet_problems *problems);

/* Looks at the passwords of its users and makes what is kept of them, unless there are problems. Takes a while for each. */
void fleet_file_hash_passwords(struct arena *arena, struct fleet *fleet, struct fleet_problems *problems);

/* Adds a problem for each access key of that id, which --dev-key holds; NULL is no key's. False if there is one. */
bool fleet_file_check_keys(struct arena *arena, const struct fleet *fleet, const char *held, struct fleet_problems *problems);

/* Takes over single members of a thing that is there: those that may be changed by themselves. False with *problems
 * filled; their paths begin with "set". */
bool fleet_file_set(struct arena *arena, const struct tree *values, struct fleet_thing *thing,
                    struct fleet_problems *problems);

/* Writes a file. `secrets`: with those of the access keys. */
void fleet_file_write(struct buf *buf, const struct fleet *fleet, bool secrets);

/* "line 7: accounts[0].disks[3].size_gib: ..." for each problem, a line each. Without
 * lines if `text` is NULL. */
const char *fleet_file_explain(struct arena *arena, const struct fleet_problems *problems, const char *text,
                               size_t length);

#endif
