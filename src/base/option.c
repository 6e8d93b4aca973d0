#include "base/option.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define CONFIG_FILE_MAX (256 << 10)

/* A value as it was written, and where. */
struct given {
	const char *text;
	const char *where; /* "--threads", "CLEAT_THREADS", "cleat.conf:3: threads" */
};

struct reading {
	const struct option *options;
	struct arena *arena;
	struct given given[OPTIONS_MAX];
	const char *command;
	char *error;
	size_t error_size;
};

static bool fail(struct reading *r, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool fail(struct reading *r, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(r->error, r->error_size, format, args);
	va_end(args);
	return false;
}

static const struct option *option_find(const struct option *options, const char *name, size_t length)
{
	for (; options->name; options++) {
		if (strlen(options->name) == length && memcmp(options->name, name, length) == 0)
			return options;
	}
	return NULL;
}

/* How many letters must change to make one of the other, or more than `limit`. */
static size_t distance(const char *a, const char *b)
{
	size_t row[OPTIONS_MAX + 1];
	size_t n = strlen(b);
	size_t i, j;

	if (n > OPTIONS_MAX)
		return OPTIONS_MAX;
	for (j = 0; j <= n; j++)
		row[j] = j;
	for (i = 0; a[i]; i++) {
		size_t diagonal = row[0];

		row[0] = i + 1;
		for (j = 1; j <= n; j++) {
			size_t change = diagonal + (a[i] != b[j - 1]);
			size_t shorter = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;

			diagonal = row[j];
			row[j] = change < shorter ? change : shorter;
		}
	}
	return row[n];
}

const char *option_nearest(const char *name, const char *const *names, size_t n)
{
	const char *best = NULL;
	size_t least = strlen(name) / 3 + 2 - (strlen(name) < 4);
	size_t i;

	for (i = 0; i < n; i++) {
		/* A beginning is as near as a single wrong letter. */
		size_t d = strlen(name) > 2 && text_starts(names[i], name) ? 1 : distance(name, names[i]);

		if (d < least) {
			least = d;
			best = names[i];
		}
	}
	return best;
}

static const char *nearest_row(struct reading *r, const char *name)
{
	const char *names[OPTIONS_MAX];
	size_t n = 0;
	const struct option *o;

	for (o = r->options; o->name; o++) {
		if (!(o->flags & OPTION_HIDDEN))
			names[n++] = o->name;
	}
	return option_nearest(name, names, n);
}

static bool unknown(struct reading *r, const char *where, const char *name, const char *dashes)
{
	const char *near = nearest_row(r, name);

	if (near)
		return fail(r, "%s%s%s is not an option of %s; did you mean %s%s?", where, dashes, name,
		            r->command, dashes, near);
	return fail(r, "%s%s%s is not an option of %s; '%s --help' lists them", where, dashes, name,
	            r->command, r->command);
}

/* --name value, --name=value; for booleans --name and --name=value. Moves *i over a value of its own. */
static bool read_flag(struct reading *r, int argc, char **argv, int *i)
{
	const char *name = argv[*i] + 2;
	const char *equals = strchrnul(name, '=');
	const struct option *o = option_find(r->options, name, (size_t)(equals - name));
	struct given *given;

	if (!o)
		return unknown(r, "", arena_text_n(r->arena, name, (size_t)(equals - name)), "--");
	given = &r->given[o - r->options];
	given->where = arena_printf(r->arena, "--%s", o->name);
	if (*equals) {
		given->text = equals + 1;
	} else if (o->type == OPTION_BOOL) {
		given->text = "true";
	} else if (*i + 1 < argc) {
		given->text = argv[++*i];
	} else {
		return fail(r, "--%s needs a value: --%s %s", o->name, o->name, text_or(o->value, "VALUE"));
	}
	return true;
}

static bool read_arguments(struct reading *r, int argc, char **argv, struct option_words *ret_words)
{
	struct option_words words = { .items = arena_array(r->arena, const char *, (size_t)argc) };
	bool options_end = false;
	int i;

	for (i = 1; i < argc; i++) {
		if (!options_end && text_equal(argv[i], "--"))
			options_end = true;
		else if (options_end || argv[i][0] != '-' || !argv[i][1])
			words.items[words.n++] = argv[i];
		else if (argv[i][1] != '-')
			return unknown(r, "", argv[i], "");
		else if (!read_flag(r, argc, argv, &i))
			return false;
	}
	*ret_words = words;
	return true;
}

/* What is not set on the command line. An empty variable counts as unset, as containers write them. */
static void read_environment(struct reading *r)
{
	const struct option *o;

	for (o = r->options; o->name; o++) {
		struct given *given = &r->given[o - r->options];
		const char *value = o->env ? getenv(o->env) : NULL;

		if (!given->where && !text_empty(value))
			*given = (struct given){ .text = value, .where = o->env };
	}
}

static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && strchr(" \t\r", end[-1]))
		*--end = '\0';
	return text + strspn(text, " \t");
}

static bool read_line(struct reading *r, const char *path, unsigned number, char *line, bool *seen)
{
	char *equals, *name, *value;
	const struct option *o;
	struct given *given;

	line = trim(line);
	if (!*line || *line == '#')
		return true;
	equals = strchr(line, '=');
	if (!equals)
		return fail(r, "%s:%u: not a line 'name = value'", path, number);
	*equals = '\0';
	name = trim(line);
	value = trim(equals + 1);
	o = option_find(r->options, name, strlen(name));
	if (!o || !o->env || o->flags & OPTION_FILE)
		return unknown(r, arena_printf(r->arena, "%s:%u: ", path, number), name, "");
	if (seen[o - r->options])
		return fail(r, "%s:%u: %s is set twice; keep one of the lines", path, number, name);
	seen[o - r->options] = true;
	given = &r->given[o - r->options];
	if (!given->where)
		*given = (struct given){ .text = value,
			                 .where = arena_printf(r->arena, "%s:%u: %s", path, number, name) };
	return true;
}

static char *read_whole_file(struct reading *r, const char *path)
{
	FILE *file = fopen(path, "re");
	char *text;
	size_t length;
	bool broken;

	if (!file) {
		fail(r, "cannot read the configuration file %s: %s", path, strerror(errno));
		return NULL;
	}
	text = arena_alloc(r->arena, CONFIG_FILE_MAX + 1);
	length = fread(text, 1, CONFIG_FILE_MAX + 1, file);
	broken = ferror(file) || length > CONFIG_FILE_MAX || strlen(text) != length;
	fclose(file);
	if (broken) {
		fail(r,
		     "%s is not a configuration file: lines of 'name = value' are expected, 256 KiB at most",
		     path);
		return NULL;
	}
	return text;
}

static bool read_file(struct reading *r, const char *path)
{
	char *text = read_whole_file(r, path);
	bool seen[OPTIONS_MAX] = { false };
	unsigned number;
	char *line;

	if (!text)
		return false;
	for (number = 1; (line = strsep(&text, "\n")) != NULL; number++) {
		if (!read_line(r, path, number, line, seen))
			return false;
	}
	return true;
}

/* The file's name comes from the command line or the environment, so it can be read when those two are known. */
static const char *file_named(const struct reading *r)
{
	const struct option *o;

	for (o = r->options; o->name; o++) {
		if (o->flags & OPTION_FILE)
			return r->given[o - r->options].text;
	}
	return NULL;
}

static bool convert_all(struct reading *r, void *target)
{
	const struct option *o;

	for (o = r->options; o->name; o++) {
		struct given *given = &r->given[o - r->options];

		if (!given->where && o->otherwise)
			*given = (struct given){ .text = o->otherwise, .where = o->name };
		if (!option_value(o, r->arena, given->text, given->where, target, r->error, r->error_size))
			return false;
	}
	return true;
}

bool options_read(const struct option *options, struct arena *arena, int argc, char **argv, void *target,
                  struct option_words *ret_words, char *error, size_t error_size)
{
	struct reading r = { .options = options, .arena = arena, .error = error, .error_size = error_size };
	const char *file;

	r.command = arena_printf(arena, "cleat %s", argc ? argv[0] : "");
	if (!read_arguments(&r, argc, argv, ret_words))
		return false;
	read_environment(&r);
	file = file_named(&r);
	if (file && !read_file(&r, file))
		return false;
	return convert_all(&r, target);
}
