/* What SQLite itself can commit here: one change is an update of a disk row by its id and an insert of a job row, in
 * the tables and with the settings of Cleat's store; a number of changes to a transaction, from one thread, prepared
 * statements, nothing else. Prints one line of JSON: changes a second for each size of a group.
 *
 *     commits FILE SECONDS GROUP...
 *
 * FILE must not exist. Checkpoints happen between groups and are not counted, as if they cost nothing. */
#include <errno.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "stores/schema.h"

#define DISKS       10000
#define PAGES_MOVED 32768 /* 64 MiB of log, where the server starts its log over as well */

static sqlite3 *db;
static int log_pages;

static void check(int result, const char *what)
{
	if (result == SQLITE_OK || result == SQLITE_DONE || result == SQLITE_ROW)
		return;
	fprintf(stderr, "commits: %s: %s\n", what, sqlite3_errmsg(db));
	exit(2);
}

static void run(const char *sql)
{
	check(sqlite3_exec(db, sql, NULL, NULL, NULL), sql);
}

static sqlite3_stmt *prepare(const char *sql)
{
	sqlite3_stmt *statement = NULL;

	check(sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL), sql);
	return statement;
}

static void step(sqlite3_stmt *statement)
{
	check(sqlite3_step(statement), "step");
	sqlite3_reset(statement);
}

static double now(void)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static int log_grew(void *context, sqlite3 *handle, const char *name, int pages)
{
	(void)context;
	(void)handle;
	(void)name;
	log_pages = pages;
	return SQLITE_OK;
}

/* An INSERT of all columns of a table: ?1 the key, texts of a usual length, numbers. */
static void insert_sql(const char *table, char *ret, size_t size)
{
	sqlite3_stmt *columns = prepare("SELECT name, type FROM pragma_table_info(?1)");
	size_t length = (size_t)snprintf(ret, size, "INSERT INTO %s VALUES (", table);
	const char *between = "";

	sqlite3_bind_text(columns, 1, table, -1, SQLITE_STATIC);
	while (sqlite3_step(columns) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(columns, 0);
		const char *type = (const char *)sqlite3_column_text(columns, 1);
		const char *value = strcmp(type, "TEXT") != 0          ? "?2"
		                    : strcmp(name, "id") == 0          ? "?1"
		                    : strcmp(name, "lock") == 0        ? "'attachment/' || ?1"
		                    : strcmp(name, "state") == 0       ? "'done'"
		                    : strcmp(name, "description") == 0 ? "''"
		                                                       : "'cn-hangzhou-bp1x'";

		length += (size_t)snprintf(ret + length, size - length, "%s%s", between, value);
		between = ", ";
	}
	snprintf(ret + length, size - length, ")");
	sqlite3_finalize(columns);
}

static void bind_id(sqlite3_stmt *statement, const char *prefix, int64_t number)
{
	char id[32];

	snprintf(id, sizeof id, "%s-bp1%015lld", prefix, (long long)number);
	check(sqlite3_bind_text(statement, 1, id, -1, SQLITE_TRANSIENT), "bind");
	check(sqlite3_bind_int64(statement, 2, 1795000000000 + number), "bind");
}

static void begin(const char *file)
{
	char sql[4096];
	sqlite3_stmt *insert;

	check(sqlite3_open(file, &db), file);
	/* As in src/stores/sqlite_connection.c. */
	run("PRAGMA page_size = 2048; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;"
	    " PRAGMA cache_spill = OFF; PRAGMA cache_size = -2000; PRAGMA temp_store = MEMORY;"
	    " PRAGMA synchronous = FULL");
	for (const struct migration *migration = store_migrations; migration->sql; migration++)
		run(migration->sql);
	insert_sql("disk", sql, sizeof sql);
	insert = prepare(sql);
	run("BEGIN");
	for (int i = 0; i < DISKS; i++) {
		bind_id(insert, "d", i);
		step(insert);
	}
	run("COMMIT");
	sqlite3_finalize(insert);
	sqlite3_wal_hook(db, log_grew, NULL);
}

/* Changes a second. */
static double measure(int group, double seconds)
{
	static int64_t number;
	static uint64_t random = 88172645463325252u;
	char sql[4096];
	sqlite3_stmt *update = prepare("UPDATE disk SET status = 'in-use', generation = generation + 1,"
	                               " attached_at = ?2 WHERE id = ?1");
	sqlite3_stmt *begins = prepare("BEGIN IMMEDIATE");
	sqlite3_stmt *commit = prepare("COMMIT");
	sqlite3_stmt *insert;
	int64_t changes = 0;
	double used = 0;

	insert_sql("job", sql, sizeof sql);
	insert = prepare(sql);
	while (used < seconds) {
		double began = now();

		step(begins);
		for (int i = 0; i < group; i++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			bind_id(update, "d", (int64_t)(random % DISKS));
			step(update);
			bind_id(insert, "job", ++number);
			step(insert);
		}
		step(commit);
		changes += group;
		used += now() - began;
		if (log_pages > PAGES_MOVED)
			check(sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_RESTART, NULL, NULL), "checkpoint");
	}
	sqlite3_finalize(update);
	sqlite3_finalize(insert);
	sqlite3_finalize(begins);
	sqlite3_finalize(commit);
	return (double)changes / used;
}

int main(int argc, char **argv)
{
	double seconds = argc > 2 ? atof(argv[2]) : 0;

	if (argc < 4 || seconds <= 0 || access(argv[1], F_OK) == 0) {
		fprintf(stderr, "usage: commits NEW-FILE SECONDS GROUP...\n");
		return 2;
	}
	begin(argv[1]);
	printf("{");
	for (int i = 3; i < argc; i++)
		printf("%s\"%s\": %.0f", i > 3 ? ", " : "", argv[i], measure(atoi(argv[i]), seconds));
	printf("}\n");
	sqlite3_close(db);
	return 0;
}
