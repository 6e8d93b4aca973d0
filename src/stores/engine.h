/* What the row functions stand on: prepared statements inside one transaction, and nothing else of a database.
 * They are the same for every engine; SQLite's are in sqlite_statement.c.
 *
 * SQL is plain and shared: parameters are written $1, $2, ... and bound by that name (SQLite alone would number
 * them by first appearance), integers stand for moments and booleans, identifiers are made by us.
 *
 * Errors are sticky, as contract/store.h promises: once something failed, no statement is handed out any more,
 * and all functions here but those for columns take NULL for a statement and do nothing. */
#ifndef STORES_ENGINE_H
#define STORES_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contract/store.h"

struct statement;

/* Statements whose text never changes have a number below STATEMENT_SLOTS and stay prepared as long as the
 * connection; those without are remembered by the end of their text, as long as they are among the last used. */
#define STATEMENT_SLOTS   256
#define STATEMENT_NO_SLOT (-1)

/* The statement of that number if this connection has prepared it before, ready to bind. */
struct statement *statement_find(struct txn *txn, int slot);
struct statement *statement_prepare(struct txn *txn, int slot, const char *sql);

/* Statements without a number: `rest` is the part of the text that varies, and `kind` (compared as a pointer) stands
 * for what is before it. So one that is prepared is found without its text being put together again. */
struct statement *statement_find_by_text(struct txn *txn, const void *kind, const char *rest);
struct statement *statement_prepare_by_text(struct txn *txn, const void *kind, const char *rest, const char *sql);

/* `parameter` is the N of $N. The text must live until statement_end; NULL is bound as "". */
void statement_bind_text(struct statement *statement, int parameter, const char *text);
void statement_bind_int(struct statement *statement, int parameter, int64_t number);

/* True: stands on a row. False: no (more) rows, or failed. */
bool statement_step(struct statement *statement);

/* Columns of the row it stands on, counted from 0. The text lives until the next step; it is never NULL, and has no
 * NUL behind it. */
const char *statement_column_text(struct statement *statement, int column, size_t *ret_length);
int64_t statement_column_int(struct statement *statement, int column);

/* Puts the statement back; every statement that was handed out must be. Returns how many rows the last
 * step changed. */
int64_t statement_end(struct statement *statement);

/* Fails the transaction for a reason found above the engine: a row that cannot be read or written. It is
 * logged. */
void txn_fail(struct txn *txn, const char *what, const char *detail);

#endif
