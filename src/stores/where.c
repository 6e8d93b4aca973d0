#include "stores/where.h"

#include <string.h>

#include "base/text.h"

#define WHERE_MAX ((size_t)1024 * 1024)

/* SQLite allows 32766 parameters of a statement, PostgreSQL twice as many. */
#define IDS_MAX ((size_t)16384)

/* Character before a wildcard that stands for itself; the backslash would be an escape of its own in some
 * engines. */
#define ESCAPE      '!'
#define ESCAPE_TEXT "!"

void where_init(struct where *where, struct txn *txn)
{
	*where = (struct where){ .txn = txn };
	buf_init(&where->text, WHERE_MAX);
}

void where_finish(struct where *where)
{
	buf_finish(&where->text);
}

/* These texts are put together for every list, if only to find the statement that is prepared already. */
static void add_number(struct where *where, size_t number)
{
	char digits[20];
	size_t at = sizeof digits;

	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	buf_add(&where->text, digits + at, sizeof digits - at);
}

/* Adds "$N" to the text, for the next N. */
static void add_param(struct where *where, struct param param)
{
	if (where->n_params == where->room) {
		size_t room = where->room ? where->room * 2 : 16;
		struct param *more = arena_array(txn_arena(where->txn), struct param, room);

		if (where->n_params)
			memcpy(more, where->params, where->n_params * sizeof *more);
		where->params = more;
		where->room = room;
	}
	where->params[where->n_params++] = param;
	buf_add_char(&where->text, '$');
	add_number(where, where->n_params);
}

static void begin_condition(struct where *where)
{
	buf_add_text(&where->text, where->n_conditions++ ? " AND " : "WHERE ");
}

static void add_comparison(struct where *where, const char *column, const char *operator, struct param param)
{
	begin_condition(where);
	buf_add_text(&where->text, column);
	buf_add_text(&where->text, operator);
	add_param(where, param);
}

/* The number of ids is rounded up by repeating the last one: a statement for each power of two, not for
 * each number. */
void where_any(struct where *where, const char *column, const char *const *values, size_t n)
{
	size_t rounded = 1;

	if (n == 0)
		return;
	if (n > IDS_MAX) {
		txn_fail(where->txn, "more values in a filter than a statement can have for column", column);
		return;
	}
	while (rounded < n)
		rounded *= 2;
	begin_condition(where);
	buf_add_text(&where->text, column);
	for (size_t i = 0; i < rounded; i++) {
		buf_add_text(&where->text, i ? ", " : " IN (");
		add_param(where, PARAM_TEXT(values[i < n ? i : n - 1]));
	}
	buf_add_char(&where->text, ')');
}

bool where_ids(struct where *where, const char *const *ids, size_t n)
{
	if (!ids)
		return true;
	if (n == 0)
		return false;
	where_any(where, "id", ids, n);
	where->by_key = true;
	where->n_ids = n;
	return !txn_failed(where->txn);
}

void where_ids_selected(struct where *where, const char *select, const char *value)
{
	if (!value)
		return;
	add_comparison(where, "id IN (", select, PARAM_TEXT(value));
	buf_add_char(&where->text, ')');
	where->by_key = true;
}

void where_literal(struct where *where, const char *condition)
{
	begin_condition(where);
	buf_add_text(&where->text, condition);
}

void where_around(struct where *where, const char *before, const char *value, const char *after)
{
	if (!value)
		return;
	begin_condition(where);
	buf_add_text(&where->text, before);
	add_param(where, PARAM_TEXT(value));
	buf_add_text(&where->text, after);
}

void where_behind(struct where *where, const char *columns, const char *first, const char *second)
{
	if (!first)
		return;
	add_comparison(where, columns, " > (", PARAM_TEXT(first));
	buf_add_text(&where->text, ", ");
	add_param(where, PARAM_TEXT(second));
	buf_add_char(&where->text, ')');
}

void where_text(struct where *where, const char *column, const char *value)
{
	if (!value)
		return;
	add_comparison(where, column, " = ", PARAM_TEXT(value));
}

/* Without statistics an engine takes "all of an account" for a handful of rows and would rather read these
 * than pick a hundred ids. An expression keeps it from that index. */
void where_indexed(struct where *where, const char *column, const char *value)
{
	if (!value)
		return;
	add_comparison(where, column, where->by_key ? " || '' = " : " = ", PARAM_TEXT(value));
}

/* The names are written out: a partial index is only used for a value that is known when the statement is
 * prepared. */
void where_enum(struct where *where, const char *column, const char *operator, int value,
                const char *const *names)
{
	if (value == -1)
		return;
	for (int i = 0; names[i]; i++)
		if (i == value) {
			begin_condition(where);
			buf_add_text(&where->text, column);
			buf_add_text(&where->text, operator);
			buf_add_char(&where->text, '\'');
			buf_add_text(&where->text, names[i]);
			buf_add_char(&where->text, '\'');
			return;
		}
	txn_fail(where->txn, "a filter asks for a value without a name in column", column);
}

void where_enums(struct where *where, const char *column, const bool *wanted, const char *const *names)
{
	const char *before = " IN (";

	if (!wanted)
		return;
	begin_condition(where);
	buf_add_text(&where->text, column);
	for (size_t i = 0; names[i]; i++) {
		if (!wanted[i])
			continue;
		buf_add_text(&where->text, before);
		buf_add_char(&where->text, '\'');
		buf_add_text(&where->text, names[i]);
		buf_add_char(&where->text, '\'');
		before = ", ";
	}
	/* None: no row has an empty name. */
	buf_add_text(&where->text, *before == ',' ? ")" : " = ''");
}

void where_bool(struct where *where, const char *column, int value)
{
	if (value == -1)
		return;
	begin_condition(where);
	buf_add_text(&where->text, column);
	buf_add_text(&where->text, value ? " = 1" : " = 0");
}

void where_moments(struct where *where, const char *column, int64_t from, int64_t to)
{
	if (from)
		add_comparison(where, column, " >= ", PARAM_NUMBER(from));
	if (to)
		add_comparison(where, column, " <= ", PARAM_NUMBER(to));
}

/* Copies `text` to *to with wildcards escaped, '*' as '%' if it stands for any run; returns behind the
 * copy. */
static char *like_copy(char *to, const char *text, bool star)
{
	for (; *text; text++) {
		if (star && *text == '*') {
			*to++ = '%';
			continue;
		}
		if (*text == '%' || *text == '_' || *text == ESCAPE)
			*to++ = ESCAPE;
		*to++ = *text;
	}
	*to = '\0';
	return to;
}

static void add_like(struct where *where, const char *column, const char *pattern)
{
	add_comparison(where, column, " LIKE ", PARAM_TEXT(pattern));
	buf_add_text(&where->text, " ESCAPE '" ESCAPE_TEXT "'");
}

void where_pattern(struct where *where, const char *column, const char *pattern)
{
	char *like;

	if (!pattern)
		return;
	like = arena_alloc(txn_arena(where->txn), 2 * strlen(pattern) + 1);
	like_copy(like, pattern, true);
	add_like(where, column, like);
}

void where_starts(struct where *where, const char *column, const char *prefix, const char *then)
{
	char *like;

	if (!prefix)
		return;
	like = arena_alloc(txn_arena(where->txn), 2 * (strlen(prefix) + strlen(then)) + 2);
	*like_copy(like_copy(like, prefix, false), then, false) = '%';
	add_like(where, column, like);
}

void where_list_has(struct where *where, const char *column, const char *item)
{
	char *like;

	if (!item)
		return;
	like = arena_alloc(txn_arena(where->txn), 2 * strlen(item) + 5);
	memcpy(like, "%,", 2);
	memcpy(like_copy(like + 2, item, false), ",%", 2);
	begin_condition(where);
	buf_add_text(&where->text, "',' || ");
	buf_add_text(&where->text, column);
	buf_add_text(&where->text, " || ',' LIKE ");
	add_param(where, PARAM_TEXT(like));
	buf_add_text(&where->text, " ESCAPE '" ESCAPE_TEXT "'");
}

/* `column` is what the tags belong to. */
static void add_tags(struct where *where, const char *table, const char *column, const struct tag_filter *tags, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		begin_condition(where);
		buf_add_text(&where->text, "EXISTS (SELECT 1 FROM tag AS has WHERE has.resource = ");
		buf_add_text(&where->text, table);
		buf_add_text(&where->text, column);
		buf_add_text(&where->text, " AND has.key = ");
		add_param(where, PARAM_TEXT(tags[i].key));
		if (tags[i].value) {
			buf_add_text(&where->text, " AND has.value = ");
			add_param(where, PARAM_TEXT(tags[i].value));
		}
		buf_add_char(&where->text, ')');
	}
}

void where_tags(struct where *where, const char *table, const struct tag_filter *tags, size_t n)
{
	add_tags(where, table, ".id", tags, n);
}

void where_other_tags(struct where *where, const struct tag_filter *tags, size_t n)
{
	add_tags(where, "tag", ".resource", tags, n);
}

void where_page(struct where *where, const struct page *page)
{
	if (page && page->after_id) {
		add_comparison(where, "(created_at, id)", " < (", PARAM_NUMBER(page->after_created_at));
		buf_add_text(&where->text, ", ");
		add_param(where, PARAM_TEXT(page->after_id));
		buf_add_char(&where->text, ')');
	}
	buf_add_text(&where->text, " ORDER BY created_at DESC, id DESC");
	if (!page || (page->limit == 0 && page->offset == 0))
		return;
	where->limit = page->limit;
	buf_add_text(&where->text, " LIMIT ");
	add_param(where, PARAM_NUMBER(page->limit ? page->limit : INT64_MAX));
	if (page->offset) {
		buf_add_text(&where->text, " OFFSET ");
		add_param(where, PARAM_NUMBER(page->offset));
	}
}

/* About how many rows there will be. */
static size_t expected_rows(const struct where *where)
{
	size_t limit = where->limit > 0 && where->limit <= 128 ? (size_t)where->limit : 0;

	return where->n_ids && (!limit || where->n_ids < limit) ? where->n_ids : limit;
}

void *where_select(struct where *where, const struct table *table, size_t *ret_n)
{
	struct selection selection = {
		.slot = STATEMENT_NO_SLOT,
		.rest = buf_text(&where->text),
		.params = where->params,
		.n_params = where->n_params,
		.expected = expected_rows(where),
	};

	if (where->text.failed)
		txn_fail(where->txn, "filter too long", table->name);
	return table_select(where->txn, table, &selection, ret_n);
}

int64_t where_count(struct where *where, const struct table *table)
{
	struct buf BUF_CLEANUP sql;

	buf_init(&sql, WHERE_MAX);
	buf_printf(&sql, "SELECT COUNT(*) FROM %s ", table->name);
	buf_add_text(&sql, buf_text(&where->text));
	if (where->text.failed || sql.failed)
		txn_fail(where->txn, "filter too long", table->name);
	return table_run(where->txn, STATEMENT_NO_SLOT, buf_text(&sql), where->params, where->n_params);
}
