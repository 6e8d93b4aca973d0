#include "stores/table.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

/* Longest statement built here: a put of some forty columns. */
#define SQL_MAX ((size_t)64 * 1024)

static void add_columns(struct buf *sql, const struct table *table)
{
	for (size_t i = 0; i < table->n_columns; i++)
		buf_printf(sql, "%s%s", i ? ", " : "", table->columns[i].name);
}

static void add_key_where(struct buf *sql, const struct table *table)
{
	for (size_t i = 0; i < table->n_key; i++)
		buf_printf(sql, "%s%s = $%zu", i ? " AND " : " WHERE ", table->columns[i].name, i + 1);
}

/* The statements of a table, counted from its slot. */
enum { GET, PUT, MOVE, REPLACE, DELETE };

static struct statement *prepare_built(struct txn *txn, int slot, struct buf *sql)
{
	if (sql->failed) {
		txn_fail(txn, "statement too long", "");
		return NULL;
	}
	return statement_prepare(txn, slot, buf_text(sql));
}

static struct statement *get_statement(struct txn *txn, const struct table *table)
{
	struct statement *statement = statement_find(txn, (int)table->slot);
	struct buf BUF_CLEANUP sql;

	buf_init(&sql, SQL_MAX);
	if (statement || txn_failed(txn))
		return statement;
	buf_add_text(&sql, "SELECT ");
	add_columns(&sql, table);
	buf_printf(&sql, " FROM %s", table->name);
	add_key_where(&sql, table);
	return prepare_built(txn, (int)table->slot, &sql);
}

static struct statement *delete_statement(struct txn *txn, const struct table *table)
{
	struct statement *statement = statement_find(txn, (int)table->slot + DELETE);
	struct buf BUF_CLEANUP sql;

	buf_init(&sql, SQL_MAX);
	if (statement || txn_failed(txn))
		return statement;
	buf_printf(&sql, "DELETE FROM %s", table->name);
	add_key_where(&sql, table);
	return prepare_built(txn, (int)table->slot + DELETE, &sql);
}

/* "name = <from>name" for all columns that have at most this to do with indexes. */
static size_t add_set(struct buf *sql, const struct table *table, enum column_index most, bool excluded)
{
	size_t n = 0;

	for (size_t i = table->n_key; i < table->n_columns; i++) {
		const struct column *column = &table->columns[i];

		if (column->index > most)
			continue;
		buf_printf(sql, "%s%s = ", n++ ? ", " : " SET ", column->name);
		if (excluded)
			buf_printf(sql, "excluded.%s", column->name);
		else
			buf_printf(sql, "$%zu", i + 1);
	}
	return n;
}

/* The columns left out by add_set are what they were. */
static void add_same(struct buf *sql, const struct table *table, enum column_index most, bool excluded)
{
	const char *before = excluded ? " WHERE " : " AND ";

	for (size_t i = table->n_key; i < table->n_columns; i++) {
		const struct column *column = &table->columns[i];

		if (column->index <= most)
			continue;
		buf_printf(sql, "%s%s.%s = ", before, table->name, column->name);
		if (excluded)
			buf_printf(sql, "excluded.%s", column->name);
		else
			buf_printf(sql, "$%zu", i + 1);
		before = " AND ";
	}
}

static struct statement *put_statement(struct txn *txn, const struct table *table)
{
	int slot = (int)table->slot + PUT;
	struct statement *statement = statement_find(txn, slot);
	struct buf BUF_CLEANUP sql;

	buf_init(&sql, SQL_MAX);
	if (statement || txn_failed(txn))
		return statement;
	buf_printf(&sql, "INSERT INTO %s (", table->name);
	add_columns(&sql, table);
	buf_add_text(&sql, ") VALUES (");
	for (size_t i = 0; i < table->n_columns; i++)
		buf_printf(&sql, "%s$%zu", i ? ", " : "", i + 1);
	buf_add_text(&sql, ") ON CONFLICT (");
	for (size_t i = 0; i < table->n_key; i++)
		buf_printf(&sql, "%s%s", i ? ", " : "", table->columns[i].name);
	buf_add_text(&sql, ") DO UPDATE");
	add_set(&sql, table, INDEX_NONE, true);
	add_same(&sql, table, INDEX_NONE, true);
	return prepare_built(txn, slot, &sql);
}

/* `step` is MOVE or REPLACE. */
static struct statement *update_statement(struct txn *txn, const struct table *table, int step)
{
	enum column_index most = step == MOVE ? INDEX_MOVES : INDEX_STAYS;
	struct statement *statement = statement_find(txn, (int)table->slot + step);
	struct buf BUF_CLEANUP sql;

	buf_init(&sql, SQL_MAX);
	if (statement || txn_failed(txn))
		return statement;
	buf_printf(&sql, "UPDATE %s", table->name);
	add_set(&sql, table, most, false);
	add_key_where(&sql, table);
	add_same(&sql, table, most, false);
	return prepare_built(txn, (int)table->slot + step, &sql);
}

static bool bind_enum(struct txn *txn, struct statement *statement, int parameter,
                      const struct column *column, const void *at)
{
	int value = *(const int *)at;

	for (int i = 0; column->names[i]; i++)
		if (i == value) {
			statement_bind_text(statement, parameter, column->names[i]);
			return true;
		}
	txn_fail(txn, "a value without a name was put into column", column->name);
	return false;
}

static bool bind_row(struct txn *txn, struct statement *statement, const struct table *table, const void *row)
{
	for (size_t i = 0; i < table->n_columns; i++) {
		const struct column *column = &table->columns[i];
		const void *at = (const char *)row + column->offset;
		int parameter = (int)i + 1;

		switch (column->type) {
		case COLUMN_TEXT:
			statement_bind_text(statement, parameter, *(const char *const *)at);
			break;
		case COLUMN_INT64:
			statement_bind_int(statement, parameter, *(const int64_t *)at);
			break;
		case COLUMN_BOOL:
			statement_bind_int(statement, parameter, *(const bool *)at);
			break;
		case COLUMN_ENUM:
			if (!bind_enum(txn, statement, parameter, column, at))
				return false;
			break;
		case COLUMN_ENUM_NOT:
			statement_bind_int(statement, parameter, *(const int *)at != column->value);
			break;
		}
	}
	return true;
}

static const char *read_text(struct txn *txn, struct statement *statement, int i)
{
	size_t length;
	const char *text = statement_column_text(statement, i, &length);

	return length ? arena_text_n(txn_arena(txn), text, length) : "";
}

static void read_enum(struct txn *txn, struct statement *statement, int i, const struct column *column,
                      void *at)
{
	size_t length;
	const char *text = statement_column_text(statement, i, &length);

	for (int value = 0; column->names[value]; value++)
		if (strncmp(column->names[value], text, length) == 0 && !column->names[value][length]) {
			*(int *)at = value;
			return;
		}
	txn_fail(txn, "an unknown name was found in column", column->name);
}

static void read_row(struct txn *txn, struct statement *statement, const struct table *table, void *row)
{
	for (size_t i = 0; i < table->n_columns; i++) {
		const struct column *column = &table->columns[i];
		void *at = (char *)row + column->offset;

		switch (column->type) {
		case COLUMN_TEXT:
			*(const char **)at = read_text(txn, statement, (int)i);
			break;
		case COLUMN_INT64:
			*(int64_t *)at = statement_column_int(statement, (int)i);
			break;
		case COLUMN_BOOL:
			*(bool *)at = statement_column_int(statement, (int)i) != 0;
			break;
		case COLUMN_ENUM:
			read_enum(txn, statement, (int)i, column, at);
			break;
		case COLUMN_ENUM_NOT:
			break;
		}
	}
}

bool table_get(struct txn *txn, const struct table *table, const char *const *key, void *ret)
{
	struct statement *statement = get_statement(txn, table);
	bool found;

	for (size_t i = 0; i < table->n_key; i++)
		statement_bind_text(statement, (int)i + 1, key[i]);
	found = statement_step(statement);
	if (found)
		read_row(txn, statement, table, ret);
	statement_end(statement);
	return found && !txn_failed(txn);
}

/* Whether it changed a row. */
static bool run_with_row(struct txn *txn, struct statement *statement, const struct table *table,
                         const void *row)
{
	if (bind_row(txn, statement, table, row))
		statement_step(statement);
	return statement_end(statement) != 0 || txn_failed(txn);
}

/* Up to three steps, for the sake of speed: each leaves columns alone that indexes look at, and changes
 * nothing at all if one of those differs. Most puts are done with the first. */
void table_put(struct txn *txn, const struct table *table, const void *row)
{
	if (table->has_moved && table->has_moved(row) &&
	    run_with_row(txn, update_statement(txn, table, MOVE), table, row))
		return;
	if (!run_with_row(txn, put_statement(txn, table), table, row) &&
	    !run_with_row(txn, update_statement(txn, table, MOVE), table, row))
		run_with_row(txn, update_statement(txn, table, REPLACE), table, row);
}

void table_delete(struct txn *txn, const struct table *table, const char *const *key)
{
	struct statement *statement = delete_statement(txn, table);

	for (size_t i = 0; i < table->n_key; i++)
		statement_bind_text(statement, (int)i + 1, key[i]);
	statement_step(statement);
	statement_end(statement);
}

static void bind_params(struct statement *statement, const struct param *params, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (params[i].text)
			statement_bind_text(statement, (int)i + 1, params[i].text);
		else
			statement_bind_int(statement, (int)i + 1, params[i].number);
	}
}

static struct statement *select_statement(struct txn *txn, const struct table *table,
                                          const struct selection *selection)
{
	struct statement *statement = selection->slot < 0
	                                      ? statement_find_by_text(txn, table, selection->rest)
	                                      : statement_find(txn, selection->slot);
	struct buf BUF_CLEANUP sql;

	buf_init(&sql, SQL_MAX + strlen(selection->rest));
	if (statement || txn_failed(txn))
		return statement;
	buf_add_text(&sql, "SELECT ");
	add_columns(&sql, table);
	buf_printf(&sql, " FROM %s ", table->name);
	buf_add_text(&sql, selection->rest);
	if (sql.failed || selection->slot >= 0)
		return prepare_built(txn, selection->slot, &sql);
	return statement_prepare_by_text(txn, table, selection->rest, buf_text(&sql));
}

void *table_select(struct txn *txn, const struct table *table, const struct selection *selection,
                   size_t *ret_n)
{
	struct statement *statement = select_statement(txn, table, selection);
	size_t room = selection->expected ? selection->expected : 4;
	char *rows = NULL;
	size_t n = 0;

	bind_params(statement, selection->params, selection->n_params);
	while (statement_step(statement)) {
		if (!rows || n == room) {
			char *more;

			room = rows ? room * 2 : room;
			more = arena_alloc(txn_arena(txn), room * table->row_size);
			if (rows)
				memcpy(more, rows, n * table->row_size);
			rows = more;
		}
		read_row(txn, statement, table, rows + n++ * table->row_size);
	}
	statement_end(statement);
	*ret_n = txn_failed(txn) ? 0 : n;
	/* An array without rows is still an array, so that callers need not look. */
	return rows ? rows : arena_alloc(txn_arena(txn), table->row_size);
}

int64_t table_run(struct txn *txn, int slot, const char *sql, const struct param *params, size_t n_params)
{
	struct statement *statement =
		slot < 0 ? statement_find_by_text(txn, NULL, sql) : statement_find(txn, slot);
	int64_t number = 0;
	int64_t changed;
	bool row;

	if (!statement)
		statement = slot < 0 ? statement_prepare_by_text(txn, NULL, sql, sql)
		                     : statement_prepare(txn, slot, sql);
	bind_params(statement, params, n_params);
	row = statement_step(statement);
	if (row)
		number = statement_column_int(statement, 0);
	changed = statement_end(statement);
	if (txn_failed(txn))
		return 0;
	return row ? number : changed;
}
