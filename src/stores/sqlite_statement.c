/* The statements of engine.h on SQLite. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "stores/sqlite.h"

struct statement {
	sqlite3_stmt *handle;
	struct txn *txn; /* that it is handed out to */
	const void *kind; /* with the rest of its text, where it is remembered by these */
	const char *rest; /* in SQLite's copy of the text */
	uint64_t hash;    /* of the rest */
	uint64_t used;    /* when it was last handed out */
	size_t n;
	unsigned short index[]; /* SQLite's number of $1, $2, ...; 0: not in the text */
};

enum store_outcome outcome_of(int result_code)
{
	switch (result_code & 0xff) {
	case SQLITE_FULL:
		return STORE_FULL;
	case SQLITE_INTERRUPT:
		return STORE_TIMEOUT;
	default:
		return STORE_BROKEN;
	}
}

/* Only the first failure counts: what follows is its consequence. */
static void fail(struct txn *txn, enum store_outcome outcome, const char *what, const char *detail,
                 const char *sql)
{
	if (txn->failed)
		return;
	txn->failed = true;
	txn->failure = outcome;
	if (outcome == STORE_BROKEN)
		log_event(LOG_ERROR, "store", LOG_TEXT_PAIR("problem", what), LOG_TEXT_PAIR("detail", detail),
		          LOG_TEXT_PAIR("sql", sql));
}

void txn_fail(struct txn *txn, const char *what, const char *detail)
{
	fail(txn, STORE_BROKEN, what, detail, "");
}

static void fail_by_database(struct txn *txn, int result, const char *sql)
{
	const char *what = (result & 0xff) == SQLITE_CONSTRAINT
	                           ? "a function broke a promise of the schema, which is a bug"
	                           : "the database failed";

	fail(txn, outcome_of(result), what, sqlite3_errmsg(txn->connection->db), sql);
}

struct arena *txn_arena(struct txn *txn)
{
	return txn->arena;
}

bool txn_failed(const struct txn *txn)
{
	return txn->failed;
}

bool function_run(struct connection *connection, store_fn fn, void *context, struct arena *arena,
                  enum store_outcome *ret_outcome)
{
	struct txn txn = { .connection = connection, .arena = arena ? arena : &connection->arena };
	bool wanted;

	wanted = fn(&txn, context);
	assert(connection->statements_in_use == 0);
	if (!arena)
		arena_reset(&connection->arena);
	*ret_outcome = txn.failed ? txn.failure : wanted ? STORE_DONE : STORE_REFUSED;
	return *ret_outcome == STORE_DONE;
}

void statement_free(struct statement *statement)
{
	if (!statement)
		return;
	sqlite3_finalize(statement->handle);
	free(statement);
}

static struct statement *hand_out(struct txn *txn, struct statement *statement)
{
	struct connection *connection = txn->connection;

	assert(!statement->txn);
	statement->txn = txn;
	statement->used = ++connection->uses;
	connection->statements_in_use++;
	return statement;
}

struct statement *statement_find(struct txn *txn, int slot)
{
	struct statement *statement = txn->connection->fixed[slot];

	return statement && !txn->failed ? hand_out(txn, statement) : NULL;
}

/* SQLite numbers named parameters by first appearance; so look up once where each $N went. */
static bool find_parameters(struct statement *statement)
{
	for (int i = 1; i <= (int)statement->n; i++) {
		const char *name = sqlite3_bind_parameter_name(statement->handle, i);
		int64_t number;

		if (!name || name[0] != '$' || !text_to_int64(name + 1, &number) || number < 1 ||
		    number > (int64_t)statement->n)
			return false;
		statement->index[number - 1] = (unsigned short)i;
	}
	return true;
}

static struct statement *prepare(struct txn *txn, const char *sql)
{
	struct statement *statement;
	sqlite3_stmt *handle = NULL;
	size_t n;
	int result =
		sqlite3_prepare_v3(txn->connection->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL);

	if (result != SQLITE_OK) {
		fail_by_database(txn, result, sql);
		return NULL;
	}
	n = (size_t)sqlite3_bind_parameter_count(handle);
	statement = calloc(1, sizeof *statement + n * sizeof statement->index[0]);
	if (!statement)
		abort();
	statement->handle = handle;
	statement->n = n;
	if (find_parameters(statement))
		return statement;
	fail(txn, STORE_BROKEN, "parameters are not $1 to $N", "", sql);
	statement_free(statement);
	return NULL;
}

static uint64_t hash_of(const char *sql)
{
	uint64_t hash = 14695981039346656037u;

	for (; *sql; sql++)
		hash = (hash ^ (unsigned char)*sql) * 1099511628211u;
	return hash;
}

/* Where a new statement goes: a free place, or that of the one that was not used for longest. NULL: all
 * are in use. */
static struct statement **dynamic_place(struct connection *connection)
{
	struct statement **oldest = NULL;

	if (connection->n_dynamic < DYNAMIC_MAX)
		return &connection->dynamic[connection->n_dynamic++];
	for (size_t i = 0; i < DYNAMIC_MAX; i++) {
		struct statement **place = &connection->dynamic[i];

		if (!(*place)->txn && (!oldest || (*place)->used < (*oldest)->used))
			oldest = place;
	}
	assert(oldest);
	statement_free(*oldest);
	return oldest;
}

struct statement *statement_find_by_text(struct txn *txn, const void *kind, const char *rest)
{
	struct connection *connection = txn->connection;
	uint64_t hash = hash_of(rest);

	if (txn->failed)
		return NULL;
	for (size_t i = 0; i < connection->n_dynamic; i++) {
		struct statement *statement = connection->dynamic[i];

		if (statement->hash == hash && statement->kind == kind && !statement->txn &&
		    strcmp(statement->rest, rest) == 0)
			return hand_out(txn, statement);
	}
	return NULL;
}

struct statement *statement_prepare_by_text(struct txn *txn, const void *kind, const char *rest, const char *sql)
{
	struct statement *statement = txn->failed ? NULL : prepare(txn, sql);
	const char *text;

	if (!statement)
		return NULL;
	text = sqlite3_sql(statement->handle);
	statement->kind = kind;
	statement->rest = text + strlen(text) - strlen(rest);
	statement->hash = hash_of(rest);
	*dynamic_place(txn->connection) = statement;
	return hand_out(txn, statement);
}

struct statement *statement_prepare(struct txn *txn, int slot, const char *sql)
{
	struct statement *statement;

	assert(txn->failed || !txn->connection->fixed[slot]);
	statement = txn->failed ? NULL : prepare(txn, sql);
	if (!statement)
		return NULL;
	txn->connection->fixed[slot] = statement;
	return hand_out(txn, statement);
}

static int index_of(const struct statement *statement, int parameter)
{
	assert(parameter >= 1 && (size_t)parameter <= statement->n);
	return statement->index[parameter - 1];
}

static void check_bound(struct statement *statement, int result)
{
	if (result != SQLITE_OK)
		fail_by_database(statement->txn, result, sqlite3_sql(statement->handle));
}

void statement_bind_text(struct statement *statement, int parameter, const char *text)
{
	if (statement)
		check_bound(statement, sqlite3_bind_text(statement->handle, index_of(statement, parameter),
		                                         text ? text : "", -1, SQLITE_STATIC));
}

void statement_bind_int(struct statement *statement, int parameter, int64_t number)
{
	if (statement)
		check_bound(statement,
		            sqlite3_bind_int64(statement->handle, index_of(statement, parameter), number));
}

bool statement_step(struct statement *statement)
{
	int result;

	if (!statement || statement->txn->failed)
		return false;
	result = sqlite3_step(statement->handle);
	if (result == SQLITE_ROW)
		return true;
	if (result != SQLITE_DONE)
		fail_by_database(statement->txn, result, sqlite3_sql(statement->handle));
	return false;
}

const char *statement_column_text(struct statement *statement, int column, size_t *ret_length)
{
	/* Asked for as text, SQLite would copy every column to put a NUL behind it. */
	const void *text = sqlite3_column_blob(statement->handle, column);

	*ret_length = (size_t)sqlite3_column_bytes(statement->handle, column);
	return text ? text : "";
}

int64_t statement_column_int(struct statement *statement, int column)
{
	return sqlite3_column_int64(statement->handle, column);
}

int64_t statement_end(struct statement *statement)
{
	int64_t changed;

	if (!statement)
		return 0;
	changed = sqlite3_changes64(statement->txn->connection->db);
	sqlite3_reset(statement->handle);
	statement->txn->connection->statements_in_use--;
	statement->txn = NULL;
	return changed;
}
