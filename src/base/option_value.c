#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/moment.h"
#include "base/option.h"
#include "base/text.h"

/* A value as it was written, and where. */
struct value {
	const struct option *option;
	struct arena *arena;
	const char *text;
	const char *where;
	char *error;
	size_t error_size;
};

static bool fail(struct value *v, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool fail(struct value *v, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(v->error, v->error_size, format, args);
	va_end(args);
	return false;
}

/* The whole number in front of a suffix, multiplied by the suffix's factor. */
static bool scaled(const char *text, const char *const *suffixes, const int64_t *factors, int64_t *ret)
{
	size_t digits = strspn(text, "0123456789");
	char number[24];
	int64_t value, product;
	size_t i;

	if (!digits || digits >= sizeof(number))
		return false;
	memcpy(number, text, digits);
	number[digits] = '\0';
	if (!text_to_int64(number, &value))
		return false;
	for (i = 0; suffixes[i]; i++) {
		if (!text_equal_nocase(text + digits, suffixes[i]))
			continue;
		if (__builtin_mul_overflow(value, factors[i], &product))
			return false;
		*ret = product;
		return true;
	}
	return false;
}

bool option_duration(const char *text, int64_t *ret_ms)
{
	static const char *const suffixes[] = { "", "ms", "s", "m", "h", "d", NULL };
	static const int64_t factors[] = { SECOND, 1, SECOND, MINUTE, HOUR, DAY };

	return scaled(text, suffixes, factors, ret_ms);
}

static bool read_size(const char *text, int64_t *ret)
{
	static const char *const suffixes[] = { "", "K", "M", "G", "KiB", "MiB", "GiB", NULL };
	static const int64_t factors[] = { 1, 1 << 10, 1 << 20, 1 << 30, 1 << 10, 1 << 20, 1 << 30 };

	return scaled(text, suffixes, factors, ret);
}

static bool read_boolean(const char *text, bool *ret)
{
	static const char *const yes[] = { "true", "yes", "on", "1" };
	static const char *const no[] = { "false", "no", "off", "0" };
	size_t i;

	for (i = 0; i < COUNT_OF(yes); i++) {
		if (text_equal_nocase(text, yes[i]) || text_equal_nocase(text, no[i])) {
			*ret = text_equal_nocase(text, yes[i]);
			return true;
		}
	}
	return false;
}

static char *size_text(struct arena *arena, int64_t bytes)
{
	static const char suffixes[] = "\0KMG";
	unsigned i = 0;

	while (bytes && bytes % 1024 == 0 && i < 3) {
		bytes /= 1024;
		i++;
	}
	return arena_printf(arena, "%" PRId64 "%s", bytes, (char[]){ suffixes[i], '\0' });
}

/* "from 0 to 64", as the value would be written. */
static const char *range_text(struct arena *arena, const struct option *o)
{
	bool size = o->type == OPTION_SIZE;
	char *min = size ? size_text(arena, o->min) : arena_printf(arena, "%" PRId64, o->min);
	char *max = size ? size_text(arena, o->max) : arena_printf(arena, "%" PRId64, o->max);

	if (o->max == INT64_MAX)
		return arena_printf(arena, "%s or more", min);
	return arena_printf(arena, "from %s to %s", min, max);
}

static bool bad_value(struct value *v, const char *wanted)
{
	if (v->option->flags & OPTION_SECRET)
		return fail(v, "%s: the value is not right; give %s", v->where, wanted);
	return fail(v, "%s: '%s' is not right; give %s", v->where, v->text, wanted);
}

static bool convert_number(struct value *v, int64_t *ret)
{
	const char *range = range_text(v->arena, v->option);
	int64_t value = 0;
	bool fits;

	if (v->option->type == OPTION_SIZE) {
		range = arena_printf(v->arena, "bytes, or a number with K, M or G, %s", range);
		fits = read_size(v->text, &value);
	} else if (v->option->type == OPTION_SECONDS) {
		range = arena_printf(v->arena, "seconds, or a number with s, m, h or d, %s seconds", range);
		fits = option_duration(v->text, &value) && value % SECOND == 0;
		value /= SECOND;
	} else {
		range = arena_printf(v->arena, "a whole number %s", range);
		fits = text_to_int64(v->text, &value);
	}
	if (!fits || value < v->option->min || value > v->option->max)
		return bad_value(v, range);
	*ret = value;
	return true;
}

static bool convert_choice(struct value *v, int *ret)
{
	int i;

	for (i = 0; v->option->choices[i]; i++) {
		if (text_equal(v->option->choices[i], v->text)) {
			*ret = i;
			return true;
		}
	}
	return bad_value(v, arena_printf(v->arena, "one of: %s", option_choices(v->arena, v->option, ", ")));
}

static bool convert(struct value *v, void *target)
{
	void *at = (char *)target + v->option->offset;

	switch (v->option->type) {
	case OPTION_BOOL:
		return read_boolean(v->text, at) || bad_value(v, "true or false");
	case OPTION_TEXT:
		if (!*v->text)
			return fail(v, "%s: the value is empty; leave the option out or give %s", v->where,
			            text_or(v->option->value, "a value"));
		*(const char **)at = v->text;
		return true;
	case OPTION_INT:
	case OPTION_SIZE:
	case OPTION_SECONDS:
		return convert_number(v, at);
	case OPTION_CHOICE:
		return convert_choice(v, at);
	}
	return false;
}

static void set_absent(const struct option *o, void *target)
{
	void *at = (char *)target + o->offset;

	switch (o->type) {
	case OPTION_BOOL:
		*(bool *)at = false;
		break;
	case OPTION_TEXT:
		*(const char **)at = NULL;
		break;
	case OPTION_INT:
	case OPTION_SIZE:
	case OPTION_SECONDS:
		*(int64_t *)at = 0;
		break;
	case OPTION_CHOICE:
		*(int *)at = 0;
		break;
	}
}

bool option_value(const struct option *option, struct arena *arena, const char *text, const char *where,
                  void *target, char *error, size_t error_size)
{
	struct value v = { option, arena, text, where, error, error_size };

	if (where)
		return convert(&v, target);
	set_absent(option, target);
	return true;
}
