/* Which errors an operation declares, and whether a fault that somebody wrote makes sense. */
#include <assert.h>
#include <string.h>

#include "api/fault.h"
#include "base/option.h"
#include "base/text.h"

#define ROWS_MAX       256 /* of an operation with its dialect */
#define OPERATIONS_MAX 512
#define TEXTS_MAX      1024 /* bytes of a list of names in a sentence */

/* ---- declared rows ---- */

struct rows {
	const struct error_row *items[ROWS_MAX];
	size_t n;
};

static bool has_places(const struct error_row *row)
{
	return strstr(row->code, "%s") || strstr(row->message, "%s");
}

static bool has_words(const struct error_row *a, const struct error_row *b)
{
	return a->http == b->http && text_equal(a->code, b->code) && text_equal(a->message, b->message);
}

static void row_add(struct rows *rows, const struct error_row *row)
{
	size_t i;

	if (has_places(row))
		return;
	for (i = 0; i < rows->n; i++) {
		if (has_words(rows->items[i], row))
			return;
	}
	assert(rows->n < ROWS_MAX);
	rows->items[rows->n++] = row;
}

static void rows_add(struct rows *rows, const struct error_row *row)
{
	for (; row && row->reason != REFUSE_NONE; row++)
		row_add(rows, row);
}

static void rows_add_fields(struct rows *rows, const struct shape *shape)
{
	const struct field *field;

	for (field = shape->fields; field->name; field++) {
		if (field->bad)
			row_add(rows, field->bad);
		if (field->of)
			rows_add_fields(rows, field->of);
	}
}

/* In the order in which variants are counted. */
static void rows_of(const struct dialect *dialect, const struct operation *operation, struct rows *ret)
{
	ret->n = 0;
	if (operation) {
		rows_add(ret, operation->errors);
		rows_add_fields(ret, &operation->in);
		rows_add(ret, operation->common);
		rows_add(ret, operation->faults);
	}
	rows_add(ret, dialect->errors);
	rows_add(ret, dialect->faults);
}

static int64_t count_variants(const struct rows *rows, const char *code)
{
	int64_t n = 0;
	size_t i;

	for (i = 0; i < rows->n; i++)
		n += text_equal(rows->items[i]->code, code);
	return n;
}

const struct error_row *fault_row(const struct dialect *dialect, const struct operation *operation, const char *code,
                                  int64_t variant)
{
	struct rows rows;
	size_t i;

	rows_of(dialect, operation, &rows);
	for (i = 0; i < rows.n; i++) {
		if (text_equal(rows.items[i]->code, code) && --variant == 0)
			return rows.items[i];
	}
	return NULL;
}

/* ---- operations ---- */

/* The dialect that has it; for "*" the first one that knows faults. NULL if there is none. */
static const struct dialect *find_operation(const struct dialect *const *dialects, const char *name,
                                            const struct operation **ret)
{
	const struct operation *const *at;

	*ret = NULL;
	for (; *dialects; dialects++) {
		if (!(*dialects)->faults)
			continue;
		if (text_equal(name, FAULT_ANY_OPERATION))
			return *dialects;
		for (at = (*dialects)->operations; *at; at++) {
			if (text_equal((*at)->name, name)) {
				*ret = *at;
				return *dialects;
			}
		}
	}
	return NULL;
}

static size_t operation_names(const struct dialect *const *dialects, const char **ret)
{
	const struct operation *const *at;
	size_t n = 0;

	for (; *dialects; dialects++) {
		for (at = (*dialects)->operations; (*dialects)->faults && *at && n < OPERATIONS_MAX; at++)
			ret[n++] = (*at)->name;
	}
	return n;
}

/* ---- faults as people write them ---- */

struct checking {
	struct arena *arena;
	struct fault_rule *rule;
	const struct dialect *dialect;
	const struct operation *operation; /* NULL: any */
	const char *problem;
};

static bool fail(struct checking *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool fail(struct checking *c, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	c->problem = arena_vprintf(c->arena, format, args);
	va_end(args);
	return false;
}

static const char *join(struct arena *arena, const char *const *names, size_t n)
{
	struct buf BUF_CLEANUP buf;
	size_t i;

	buf_init(&buf, TEXTS_MAX + 256);
	for (i = 0; i < n && buf.length < TEXTS_MAX; i++)
		buf_printf(&buf, "%s%s", i ? ", " : "", names[i]);
	if (i < n)
		buf_add_text(&buf, ", ...");
	return arena_text(arena, buf_text(&buf));
}

static bool check_operation(struct checking *c, const struct dialect *const *dialects, const char *name)
{
	const char *names[OPERATIONS_MAX];
	const char *near;
	size_t n;

	if (text_empty(name))
		return fail(c, "A fault needs an operation, such as DetachDisk, or '*' for any.");
	c->dialect = find_operation(dialects, name, &c->operation);
	if (c->dialect)
		return true;
	n = operation_names(dialects, names);
	near = option_nearest(name, names, n);
	if (near)
		return fail(c, "There is no operation '%.64s'; did you mean %s?", name, near);
	return fail(c, "There is no operation '%.64s'; there are: %s.", name, join(c->arena, names, n));
}

static bool check_code(struct checking *c)
{
	const struct fault_rule *rule = c->rule;
	const char *name = c->operation ? c->operation->name : "'*'";
	const char *codes[ROWS_MAX];
	struct rows rows;
	int64_t variants;
	size_t n = 0;
	size_t i;

	rows_of(c->dialect, c->operation, &rows);
	variants = count_variants(&rows, rule->code);
	if (variants && rule->variant > variants)
		return fail(c, "%s has %s with %lld text%s; there is no variant %lld.", name, rule->code, (long long)variants,
		            variants == 1 ? "" : "s", (long long)rule->variant);
	if (variants)
		return true;
	for (i = 0; i < rows.n; i++) {
		if (fault_row(c->dialect, c->operation, rows.items[i]->code, 1) == rows.items[i])
			codes[n++] = rows.items[i]->code;
	}
	return fail(c, "%s has no row '%.128s'; it has: %s.", name, rule->code, join(c->arena, codes, n));
}

static bool check_jobs(struct checking *c)
{
	if (!c->operation)
		return fail(c, "The jobs of which operation? '*' is none that opens jobs.");
	if (!c->operation->opens_jobs)
		return fail(c, "%s opens no job.", c->operation->name);
	return true;
}

/* What is said must belong to the effect, and what belongs to it must be said. */
static bool check_effect(struct checking *c)
{
	const struct fault_rule *rule = c->rule;
	const char *effect = fault_effect_names[rule->effect];

	if (*rule->code && rule->effect != FAULT_ERROR)
		return fail(c, "A code belongs to the effect error, not to %s.", effect);
	if (rule->variant && rule->effect != FAULT_ERROR)
		return fail(c, "A variant belongs to the effect error, not to %s.", effect);
	if (*rule->reason && rule->effect != FAULT_JOB_FAILS)
		return fail(c, "A reason belongs to the effect job-fails, not to %s.", effect);
	switch (rule->effect) {
	case FAULT_ERROR:
		return *rule->code ? check_code(c) : fail(c, "The effect error needs a code.");
	case FAULT_LATENCY:
		return rule->latency || fail(c, "The effect latency needs a latency.");
	case FAULT_JOB_FAILS:
		return (*rule->reason || fail(c, "The effect job-fails needs a reason.")) && check_jobs(c);
	case FAULT_JOB_NEVER_ENDS:
		return check_jobs(c);
	case FAULT_REPLY_LOST:
	case FAULT_CONNECTION_CUT:
	case FAULT_EFFECT_MAX:
		break;
	}
	return true;
}

static bool find_effect(struct checking *c, const char *word)
{
	size_t i;

	if (text_empty(word))
		word = *c->rule->code    ? fault_effect_names[FAULT_ERROR] :
		       c->rule->latency ? fault_effect_names[FAULT_LATENCY] :
		                          "";
	for (i = 0; i < FAULT_EFFECT_MAX; i++) {
		if (text_equal(fault_effect_names[i], word)) {
			c->rule->effect = (enum fault_effect)i;
			return true;
		}
	}
	return fail(c, "%s%.64s%s; there are: %s.", *word ? "There is no effect '" : "A fault needs an effect", word,
	            *word ? "'" : "", join(c->arena, fault_effect_names, FAULT_EFFECT_MAX));
}

static bool check_sizes(struct checking *c)
{
	const struct fault_rule *rule = c->rule;
	size_t plain = strspn(rule->id, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.");

	if (rule->id[plain] || plain > FAULT_ID_MAX)
		return fail(c, "An id has at most %d letters, digits, '-', '_' and '.'.", FAULT_ID_MAX);
	if (text_characters(rule->resource) > FAULT_RESOURCE_MAX)
		return fail(c, "A resource has at most %d characters.", FAULT_RESOURCE_MAX);
	if (text_characters(rule->reason) > FAULT_REASON_MAX)
		return fail(c, "A reason has at most %d characters.", FAULT_REASON_MAX);
	if (rule->latency < 0 || rule->latency > FAULT_LATENCY_MAX)
		return fail(c, "A latency is at most %d minutes.", FAULT_LATENCY_MAX / 60000);
	if (rule->times_left < FAULT_FOREVER || rule->times_left > FAULT_TIMES_MAX)
		return fail(c, "A fault is met 1 to %d times, or until it is cleared (%d).", FAULT_TIMES_MAX, FAULT_FOREVER);
	if (rule->variant < 0)
		return fail(c, "Variants are counted from 1.");
	return true;
}

static void fill_in(struct fault_rule *rule)
{
	rule->id = text_or(rule->id, "");
	rule->account = text_or(rule->account, "");
	rule->operation = text_or(rule->operation, "");
	rule->resource = text_or(rule->resource, "");
	rule->code = text_or(rule->code, "");
	rule->reason = text_or(rule->reason, "");
	if (!rule->times_left)
		rule->times_left = 1;
}

bool fault_check(const struct dialect *const *dialects, struct arena *arena, const char *effect, struct fault_rule *rule,
                 const char **ret_problem)
{
	struct checking c = { .arena = arena, .rule = rule };
	bool good;

	fill_in(rule);
	good = check_operation(&c, dialects, rule->operation) && find_effect(&c, effect) && check_sizes(&c) &&
	       check_effect(&c);
	if (!good)
		*ret_problem = c.problem;
	else if (rule->effect == FAULT_ERROR && !rule->variant)
		rule->variant = 1;
	return good;
}

bool fault_check_operation(const struct dialect *const *dialects, struct arena *arena, const char *operation,
                           const char **ret_problem)
{
	struct checking c = { .arena = arena };
	bool good = check_operation(&c, dialects, operation);

	if (!good)
		*ret_problem = c.problem;
	return good;
}
