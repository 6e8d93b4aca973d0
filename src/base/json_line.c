#include "base/json_line.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct scan {
	const char *at;
	const char *end;
	size_t line;
};

static bool is_at(const struct scan *scan, char c)
{
	return scan->at < scan->end && *scan->at == c;
}

static void step(struct scan *scan)
{
	scan->line += *scan->at == '\n';
	scan->at++;
}

static void skip_space(struct scan *scan)
{
	while (scan->at < scan->end && strchr(" \t\r\n", *scan->at) && *scan->at)
		step(scan);
}

/* Stands on the opening quote before, behind the closing one after. */
static void skip_string(struct scan *scan)
{
	step(scan);
	while (scan->at < scan->end && *scan->at != '"') {
		if (*scan->at == '\\')
			step(scan);
		if (scan->at < scan->end)
			step(scan);
	}
	if (scan->at < scan->end)
		step(scan);
}

/* Behind the value: at the comma or bracket that follows it. Nesting is counted, not recursed into. */
static void skip_value(struct scan *scan)
{
	size_t depth = 0;

	while (scan->at < scan->end) {
		char c = *scan->at;

		if (depth == 0 && (c == ',' || c == '}' || c == ']'))
			return;
		if (c == '"') {
			skip_string(scan);
			continue;
		}
		if (c == '{' || c == '[')
			depth++;
		else if (c == '}' || c == ']')
			depth--;
		step(scan);
	}
}

/* To the start of the next item or member; false at the end of the list or object. */
static bool next(struct scan *scan)
{
	skip_value(scan);
	if (!is_at(scan, ','))
		return false;
	step(scan);
	skip_space(scan);
	return scan->at < scan->end;
}

static bool enter_list(struct scan *scan, unsigned long index)
{
	if (!is_at(scan, '['))
		return false;
	step(scan);
	skip_space(scan);
	if (is_at(scan, ']'))
		return false;
	while (index--) {
		if (!next(scan))
			return false;
	}
	return scan->at < scan->end;
}

/* The name is compared as it is written: one with escapes is not found. *ret_line is the line of the name. */
static bool enter_object(struct scan *scan, const char *name, size_t length, size_t *ret_line)
{
	if (!is_at(scan, '{'))
		return false;
	step(scan);
	skip_space(scan);
	while (is_at(scan, '"')) {
		const char *begin = scan->at + 1;
		size_t line = scan->line;

		skip_string(scan);
		if ((size_t)(scan->at - begin) == length + 1 && memcmp(begin, name, length) == 0) {
			while (scan->at < scan->end && !is_at(scan, ':'))
				step(scan);
			if (scan->at < scan->end)
				step(scan);
			skip_space(scan);
			*ret_line = line;
			return true;
		}
		if (!next(scan))
			return false;
	}
	return false;
}

size_t json_line(const char *text, size_t length, const char *path)
{
	struct scan scan = { .at = text, .end = text + length, .line = 1 };
	size_t line;

	skip_space(&scan);
	line = scan.line;
	while (*path) {
		size_t part = strcspn(path, ".[");

		if (*path == '[') {
			char *end;
			unsigned long index = strtoul(path + 1, &end, 10);

			if (*end != ']' || !enter_list(&scan, index))
				return line;
			line = scan.line;
			path = end + 1;
		} else {
			if (!enter_object(&scan, path, part, &line))
				return line;
			path += part;
		}
		path += *path == '.';
	}
	return line;
}
