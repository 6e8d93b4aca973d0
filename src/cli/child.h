/* A server of one's own for as long as a command runs: started from this very binary, on a free port, with a data
 * directory and a log of its own. It ends with the command, however that ends. */
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "cli/client.h"

struct child {
	pid_t pid; /* 0: not running */
	const char *directory;
	const char *log;
	int port;
};

/* Makes the directory anew. One that holds anything but an earlier child's data is refused, and so is one that a server
 * still serves. Prints what is wrong. */
bool child_directory(struct client *client, const char *directory);

/* Removes a directory with all that is in it; one that is not there is no error. False with errno. */
bool child_directory_remove(const char *directory);

/* Starts `cleat serve` with these options ("--pace", "quick", ...; ends with NULL), its log and port file in the
 * directory, and waits until it is ready; `client` talks to it from then on. The server listens on a free port of
 * 127.0.0.1 and takes no settings from the environment. */
bool child_start(struct client *client, const char *directory, const char *const *options, struct child *ret);

/* Whether the server has ended by itself. */
bool child_has_ended(struct child *child);

/* SIGTERM, and waits: the server finishes what it has begun. */
void child_stop(struct child *child);

/* The last lines of its log, on stderr. */
void child_print_log(const struct child *child);

#endif
