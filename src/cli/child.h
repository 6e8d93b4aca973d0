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

/* Starts `cleat serve` on the directory and waits until it is ready; `client` talks to it from then on. */
bool child_start(struct client *client, const char *directory, struct child *ret);

/* SIGTERM, and waits: the server finishes what it has begun. */
void child_stop(struct child *child);

/* The last lines of its log, on stderr. */
void child_print_log(const struct child *child);

#endif
