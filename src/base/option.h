/* The options of a command as a table: flags, environment, configuration file, help and the man page all come from its
 * rows. It reads and checks single values; whether they fit together is the caller's question. */
#ifndef BASE_OPTION_H
#define BASE_OPTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"

enum option_type {
	OPTION_BOOL,    /* bool: --name, --name=false */
	OPTION_TEXT,    /* const char *, NULL if it is nowhere given */
	OPTION_INT,     /* int64_t */
	OPTION_SIZE,    /* int64_t of bytes: 1048576, 1024K, 1M, 2G */
	OPTION_SECONDS, /* int64_t of seconds: 90, 90s, 5m, 2h, 7d */
	OPTION_CHOICE,  /* int or an enum: the index of the word in `choices` */
};

enum option_flags {
	OPTION_HIDDEN = 1,  /* for tests: works, but no help text names it */
	OPTION_SECRET = 2,  /* the value appears in no message */
	OPTION_FILE = 4,    /* names the configuration file itself */
};

struct option {
	const char *name; /* "max-body": --max-body, and `max-body = 2M` in the file */
	const char *env;  /* "CLEAT_MAX_BODY"; NULL: neither environment nor file */
	enum option_type type;
	size_t offset;
	const char *otherwise; /* the default, written as a user would; NULL: false, absent, 0 */
	int64_t min, max;      /* of numbers, sizes and seconds */
	const char *const *choices; /* ends with NULL */
	const char *value;          /* what help calls the value: "HOST:PORT" */
	const char *group;          /* a heading of the help; rows of one group stand together */
	unsigned flags;
	const char *doc;
};

/* `.type` and `.offset` of a row whose member has the type that goes with it; others do not compile. */
#define OPTION_AT(T, m, ctype)  (offsetof(T, m) + 0 * sizeof(_Generic(&((T *)0)->m, ctype *: 1)))
#define OPTION_ENUM_AT(T, m)    (offsetof(T, m) + 0 * sizeof(char[sizeof(((T *)0)->m) == sizeof(int) ? 1 : -1]))
#define AS_BOOL(T, m)           .type = OPTION_BOOL, .offset = OPTION_AT(T, m, bool)
#define AS_TEXT(T, m)           .type = OPTION_TEXT, .offset = OPTION_AT(T, m, const char *)
#define AS_INT(T, m, least, most) \
	.type = OPTION_INT, .offset = OPTION_AT(T, m, int64_t), .min = (least), .max = (most)
#define AS_SIZE(T, m, least, most) \
	.type = OPTION_SIZE, .offset = OPTION_AT(T, m, int64_t), .min = (least), .max = (most)
#define AS_SECONDS(T, m, least, most) \
	.type = OPTION_SECONDS, .offset = OPTION_AT(T, m, int64_t), .min = (least), .max = (most)
#define AS_CHOICE(T, m, words)  .type = OPTION_CHOICE, .offset = OPTION_ENUM_AT(T, m), .choices = (words)
#define OPTIONS_END             { .name = NULL }
#define OPTIONS_MAX             64 /* rows of a table */

/* What stands on a command line besides options: the words, in order. */
struct option_words {
	const char **items;
	size_t n;
};

/* Fills `target` from the arguments behind argv[0], the environment, the configuration file and the defaults; the
 * first of these that has a value wins. "--" ends the options. False with a message in `error` that says what to do.
 * Texts belong to argv, the environment or the arena. */
bool options_read(const struct option *options, struct arena *arena, int argc, char **argv, void *target,
                  struct option_words *ret_words, char *error, size_t error_size);

/* One value into its member of `target`. `where` is where it was written, for the error; NULL: nowhere, and the member
 * becomes false, absent or 0. */
bool option_value(const struct option *option, struct arena *arena, const char *text, const char *where, void *target,
                  char *error, size_t error_size);

/* A number of milliseconds written as 500ms, 90 (seconds), 90s, 5m, 2h or 7d. */
bool option_duration(const char *text, int64_t *ret_ms);

/* The name of the nearest row or word for a mistyped one, NULL if none is near. */
const char *option_nearest(const char *name, const char *const *names, size_t n);

/* "a|b|c" of the words of an OPTION_CHOICE. */
char *option_choices(struct arena *arena, const struct option *option, const char *between);

/* The rows as a text for terminals, and as roff for a man page. */
void options_help(struct buf *buf, const struct option *options);
void options_man(struct buf *buf, const struct option *options);

/* Adds `text` at column `indent`, broken at spaces so that no line is longer than 100 columns. */
void option_wrap(struct buf *buf, const char *text, unsigned column, unsigned indent);

#endif
