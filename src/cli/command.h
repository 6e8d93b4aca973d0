/* A subcommand as a row: its name, its options, its help and the function behind it; `cleat --help`, `cleat X --help`
 * and the man page are printed from the rows. What a command does is in the other files here. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <stddef.h>

struct buf;
struct option;

/* Exit statuses of every subcommand. */
enum command_exit {
	COMMAND_DONE = 0,
	COMMAND_FAILED = 1, /* the server refused, could not be reached, ... */
	COMMAND_USAGE = 2,  /* the command line makes no sense */
};

struct command {
	const char *name;     /* one or two words: "why", "key create" */
	const char *synopsis; /* what follows the name: "DISK" */
	const char *summary;  /* half a sentence for the list */
	const char *doc;      /* sentences for its own help */
	const struct option *options;
	/* argv[0] is the name; the result is the exit status. */
	int (*run)(int argc, char **argv);
};

/* Finds the row that argv names and runs it. `commands` ends with a NULL name. Also answers --help, `help`, `help X`
 * and `help --man`. */
int command_main(const struct command *commands, int argc, char **argv);

/* The man page of all of it, in roff. */
void command_man(struct buf *buf, const struct command *commands);

#endif
