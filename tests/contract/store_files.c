/* The store and what lies on the disk: reopening, other versions, a second server, no room, backups, the
 * log's size. */
#include "store_fixture.h"

#include <semaphore.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "stores/schema.h"

static const char *path_in(struct fixture *f, const char *name)
{
	return arena_printf(&f->arena, "%s/%s", f->directory, name);
}

static void run_sql(struct fixture *f, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path_in(f, "cleat.db"), &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* Opening fails with a message that has both texts. */
static void assert_open_fails(struct fixture *f, const char *says, const char *advises)
{
	char error[256] = "";

	assert_null(store_open(&f->config, error, sizeof error));
	if (!strstr(error, says) || !strstr(error, advises))
		fail_msg("unhelpful message: %s", error);
}

static unsigned mode_of(const char *path)
{
	struct stat file;

	assert_int_equal(stat(path, &file), 0);
	return file.st_mode & 0777;
}

/* ---- opening ------------------------------------------------------------------------------------------- */

static void reopening_finds_everything(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(fact_put(f, "a", "first"), STORE_DONE);
	fixture_reopen(f);
	assert_string_equal(fact(f, "a"), "first");
	assert_int_equal(fact_put(f, "a", "second"), STORE_DONE);
	f->config.ephemeral = true;
	fixture_reopen(f);
	assert_string_equal(fact(f, "a"), "second");
	assert_int_equal(fact_put(f, "a", "third"), STORE_DONE);
	fixture_reopen(f);
	assert_string_equal(fact(f, "a"), "third");
}

static void a_newer_schema_is_refused(void **state)
{
	struct fixture *f = *state;
	const struct migration *newest = store_migrations;

	while (newest[1].sql)
		newest++;
	fixture_close(f);
	run_sql(f, "PRAGMA user_version = 99");
	assert_open_fails(f, "newer Cleat", "backup");
	run_sql(f, arena_printf(&f->arena, "PRAGMA user_version = %d", newest->version));
	fixture_open(f);
}

static bool find_old_instance(struct txn *txn, void *context)
{
	struct instance *found = context;

	return instance_get(txn, "i-old", found);
}

/* A database as the first version made it, with a row of every column it had for instances. */
static void an_older_schema_is_brought_up_to_date(void **state)
{
	struct fixture *f = *state;
	struct instance found = { 0 };

	fixture_close(f);
	unlink(path_in(f, "cleat.db"));
	run_sql(f, store_migrations[0].sql);
	run_sql(f, "INSERT INTO instance VALUES ('i-old','aliyun','1','default','cn-hangzhou','sim','cn-hangzhou-h','virtual',"
	           "'stopped','name','','','image',1,'type','post-paid','',0,'','','','','','','','','','',0,0,'',1,2,3,4);"
	           "PRAGMA application_id = 1131177313; PRAGMA user_version = 1");
	fixture_open(f);
	fixture_read(f, find_old_instance, &found);
	assert_string_equal(found.id, "i-old");
	assert_string_equal(found.type, "type");
	assert_int_equal(found.state, INSTANCE_STOPPED);
	assert_int_equal(found.auto_release_at, 4);
	fixture_reopen(f);
	fixture_read(f, find_old_instance, &found);
	assert_string_equal(found.name, "name");
}

static void a_file_of_another_program_is_refused(void **state)
{
	struct fixture *f = *state;

	fixture_close(f);
	unlink(path_in(f, "cleat.db"));
	run_sql(f, "CREATE TABLE things (id TEXT)");
	assert_open_fails(f, "another program", "another directory");
	fclose(fopen(path_in(f, "cleat.db"), "w"));
	assert_int_equal(truncate(path_in(f, "cleat.db"), 0), 0);
	fixture_open(f);
	fixture_close(f);
	{
		FILE *file = fopen(path_in(f, "cleat.db"), "w");

		assert_non_null(file);
		for (int i = 0; i < 1000; i++)
			fputs("this is no database ", file);
		fclose(file);
	}
	assert_open_fails(f, "not a database", "cleat.db");
}

static void a_second_server_is_refused(void **state)
{
	struct fixture *f = *state;
	char pid[32];

	snprintf(pid, sizeof pid, "process %ld", (long)getpid());
	assert_open_fails(f, "in use by another", pid);
	fixture_close(f);
	fixture_open(f);
}

static void a_missing_directory_is_told(void **state)
{
	struct fixture *f = *state;
	char error[256];
	struct store_config config = f->config;

	config.directory = "/nowhere/at/all";
	assert_null(store_open(&config, error, sizeof error));
	assert_non_null(strstr(error, "/nowhere/at/all"));
}

static void files_are_private(void **state)
{
	struct fixture *f = *state;
	const char *const names[] = { "cleat.db", "cleat.db-wal", "lock" };

	assert_int_equal(fact_put(f, "a", "first"), STORE_DONE);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		assert_int_equal(mode_of(path_in(f, names[i])), 0600);
}

/* ---- no room ------------------------------------------------------------------------------------------- */

#define BIG ((size_t)64 * 1024)

struct token_put {
	char id[16];
	size_t size;
	int outcome;
	sem_t *done;
};

static bool put_token(struct txn *txn, void *context)
{
	const struct token_put *put = context;
	char *result = arena_alloc(txn_arena(txn), put->size + 1);

	memset(result, 'x', put->size);
	client_token_put(txn, &(struct client_token){ .id = put->id, .result = result, .created_at = 1 });
	return true;
}

static enum store_outcome token(struct fixture *f, int number, size_t size)
{
	struct token_put put = { .size = size };

	snprintf(put.id, sizeof put.id, "t-%d", number);
	return store_write(f->store, put_token, &put, NULL);
}

static bool purge_tokens(struct txn *txn, void *context)
{
	*(size_t *)context = client_token_purge(txn, 2, 1000);
	return true;
}

static int fill_up(struct fixture *f)
{
	int n = 0;

	while (token(f, n, BIG) == STORE_DONE)
		assert_in_range(++n, 1, 100);
	return n;
}

static void a_full_database_still_reads_and_recovers(void **state)
{
	struct fixture *f = *state;
	struct store_health health;
	size_t purged;
	int n;

	assert_int_equal(fact_put(f, "a", "first"), STORE_DONE);
	f->config.max_bytes = 1024 * 1024;
	fixture_reopen(f);
	n = fill_up(f);
	assert_in_range(n, 5, 16);
	assert_int_equal(token(f, n, BIG), STORE_FULL);
	store_health_read(f->store, &health);
	assert_false(health.writable);
	assert_string_not_equal(health.reason, "");
	assert_string_equal(fact(f, "a"), "first");
	/* What needs no room still works. */
	assert_int_equal(store_write(f->store, purge_tokens, &purged, NULL), STORE_DONE);
	assert_int_equal(purged, n);
	assert_int_equal(token(f, n, BIG), STORE_DONE);
	store_health_read(f->store, &health);
	assert_true(health.writable);
	assert_string_equal(health.reason, "");
	/* And a higher limit is as good as deleting. */
	n = fill_up(f);
	f->config.max_bytes = 0;
	fixture_reopen(f);
	assert_int_equal(token(f, n, BIG), STORE_DONE);
}

static void token_done(void *context, enum store_outcome outcome)
{
	struct token_put *put = context;

	put->outcome = (int)outcome;
	sem_post(put->done);
}

/* SQLite undoes the whole group when one function finds no room; the others must not suffer for it. */
static void neighbours_of_a_function_without_room_land(void **state)
{
	struct fixture *f = *state;
	struct token_put put[20];
	sem_t done;

	f->config.max_bytes = 1024 * 1024;
	fixture_reopen(f);
	sem_init(&done, 0, 0);
	for (int i = 0; i < 20; i++) {
		put[i] = (struct token_put){ .size = i == 10 ? 2 * 1024 * 1024 : 10,
			                     .outcome = -1,
			                     .done = &done };
		snprintf(put[i].id, sizeof put[i].id, "t-%d", i);
		store_submit(f->store, put_token, &put[i], NULL, token_done);
	}
	for (int i = 0; i < 20; i++)
		sem_wait(&done);
	for (int i = 0; i < 20; i++)
		assert_int_equal(put[i].outcome, i == 10 ? STORE_FULL : STORE_DONE);
}

static void too_little_free_space_refuses_writes(void **state)
{
	struct fixture *f = *state;
	struct store_health health;

	assert_int_equal(fact_put(f, "a", "first"), STORE_DONE);
	f->config.min_free_bytes = INT64_MAX / 2;
	fixture_reopen(f);
	assert_int_equal(fact_put(f, "a", "second"), STORE_FULL);
	assert_string_equal(fact(f, "a"), "first");
	store_health_read(f->store, &health);
	assert_false(health.writable);
	assert_non_null(strstr(health.reason, "free"));
	f->config.min_free_bytes = 1;
	fixture_reopen(f);
	assert_int_equal(fact_put(f, "a", "second"), STORE_DONE);
}

/* ---- the log ------------------------------------------------------------------------------------------- */

struct pinned {
	struct fixture *f;
	int64_t wal_bytes;
};

static void write_megabytes(struct fixture *f, int megabytes)
{
	for (int i = 0; i < megabytes; i++)
		assert_int_equal(token(f, i % 8, 1024 * 1024), STORE_DONE);
}

/* A reader keeps its snapshot while the log grows over the size where it would be started over. */
static bool read_while_the_log_grows(struct txn *txn, void *context)
{
	struct pinned *pinned = context;
	struct store_health health;
	bool same = strcmp(meta_get(txn, "a"), "first") == 0;

	write_megabytes(pinned->f, 80);
	store_health_read(pinned->f->store, &health);
	pinned->wal_bytes = health.wal_bytes;
	return same && strcmp(meta_get(txn, "a"), "first") == 0;
}

static void the_log_is_bounded_unless_a_reader_holds_it(void **state)
{
	struct fixture *f = *state;
	struct pinned pinned = { .f = f };
	struct store_health health;

	assert_int_equal(fact_put(f, "a", "first"), STORE_DONE);
	write_megabytes(f, 250);
	store_health_read(f->store, &health);
	assert_in_range(health.wal_bytes, 1, 150 * 1024 * 1024);
	assert_int_equal(store_read(f->store, read_while_the_log_grows, &pinned, NULL), STORE_DONE);
	write_megabytes(f, 250);
	store_health_read(f->store, &health);
	assert_in_range(health.wal_bytes, 1, pinned.wal_bytes + 150 * 1024 * 1024);
}

/* ---- backups ------------------------------------------------------------------------------------------- */

static void a_backup_is_a_store(void **state)
{
	struct fixture *f = *state;
	const char *path = path_in(f, "copy.db");
	char error[256] = "";

	assert_int_equal(fact_put(f, "a", "first"), STORE_DONE);
	assert_true(store_backup(f->store, path, error, sizeof error));
	assert_int_equal(mode_of(path), 0600);
	assert_int_equal(fact_put(f, "a", "second"), STORE_DONE);
	assert_false(store_backup(f->store, path, error, sizeof error));
	assert_non_null(strstr(error, "copy.db"));
	fixture_close(f);
	assert_int_equal(rename(path, path_in(f, "cleat.db")), 0);
	fixture_open(f);
	assert_string_equal(fact(f, "a"), "first");
	assert_int_equal(fact_put(f, "a", "third"), STORE_DONE);
	assert_false(store_backup(f->store, "/nowhere/copy.db", error, sizeof error));
}

static int run(const char *name)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(reopening_finds_everything),
		FIXTURE_TEST(a_newer_schema_is_refused),
		FIXTURE_TEST(an_older_schema_is_brought_up_to_date),
		FIXTURE_TEST(a_file_of_another_program_is_refused),
		FIXTURE_TEST(a_second_server_is_refused),
		FIXTURE_TEST(a_missing_directory_is_told),
		FIXTURE_TEST(files_are_private),
		FIXTURE_TEST(a_full_database_still_reads_and_recovers),
		FIXTURE_TEST(neighbours_of_a_function_without_room_land),
		FIXTURE_TEST(too_little_free_space_refuses_writes),
		FIXTURE_TEST(the_log_is_bounded_unless_a_reader_holds_it),
		FIXTURE_TEST(a_backup_is_a_store),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	int failed = run("store files");

	fixture_run_twice = true;
	return failed + run("store files, every function twice");
}
