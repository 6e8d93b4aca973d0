/* The inside of the SQLite engine, for engine_sqlite.c and sqlite_*.c only: one connection that writes, on a
 * thread of its own; one that moves the log into the database, on another; and one for each read that goes on at a time.
 *
 * No lock of this file is ever taken while another is held, nor held across a function of a caller. */
#ifndef STORES_SQLITE_H
#define STORES_SQLITE_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>

#include "base/arena.h"
#include "stores/engine.h"

#define DATABASE_NAME "cleat.db"

/* Functions in one transaction: bounds how long the first of them waits for the others. */
#define BATCH_MAX 256

/* Statements remembered by their text, for each connection. */
#define DYNAMIC_MAX 128

/* $1 ... $N of one statement: the longest is a list of ids (where.c). */
#define PARAMETERS_MAX 32766

enum control {
	CONTROL_BEGIN,
	CONTROL_READ,
	CONTROL_COMMIT,
	CONTROL_ROLLBACK,
	CONTROL_SAVE,
	CONTROL_RELEASE,
	CONTROL_UNDO, /* back to CONTROL_SAVE */
	CONTROL_MAX,
};

struct connection {
	sqlite3 *db;
	struct statement *fixed[STATEMENT_SLOTS];
	struct statement *dynamic[DYNAMIC_MAX];
	size_t n_dynamic;
	uint64_t uses; /* counts hand-outs of dynamic statements: the least recently used goes first */
	sqlite3_stmt *control[CONTROL_MAX];
	struct arena arena;         /* for functions that came without one */
	unsigned statements_in_use; /* handed out and not ended: none at the end of a function */
};

struct txn {
	struct connection *connection;
	struct arena *arena;
	bool failed;
	enum store_outcome failure;
};

/* A function that waits for its transaction. */
struct work {
	struct work *next;
	store_fn fn;
	void *context;
	struct arena *arena;
	store_done done;
	enum store_outcome outcome;
};

struct sqlite_writer {
	struct connection connection; /* of the writer's thread only */
	pthread_t thread;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t wake;
	struct work *first, *last;
	size_t length;
	bool sleeping; /* a signal costs a system call: only a sleeper gets one */
	bool closing;
};

/* Whether there is room to write. */
struct room {
	atomic_bool low;   /* the file system has less than min_free_bytes */
	atomic_bool full;  /* the last write failed for want of room */
	int64_t looked_at; /* monotonic; the writer's thread only */
};

struct checkpointer {
	struct connection connection; /* of the checkpointer's thread only */
	pthread_t thread;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t wake;
	pthread_cond_t turn_over;
	bool due;
	bool closing;
	atomic_bool turn; /* of the checkpointer: the writer begins nothing; changed with the lock held */
	atomic_int_least64_t moved_pages; /* of the log, by the last checkpoint */
};

/* A connection for one read at a time. */
struct reader {
	struct connection connection;
	struct reader *next;
	int64_t deadline; /* monotonic; 0: none */
};

struct readers {
	pthread_mutex_t lock; /* guards the list */
	struct reader *idle;
};

struct store {
	struct store_config config; /* its directory is our copy */
	char *path;
	int lock_fd;
	struct sqlite_writer writer;
	struct room room;
	struct checkpointer checkpointer;
	struct readers readers;
	atomic_int_least64_t transactions;
	atomic_int_least64_t functions;
};

/* engine_sqlite.c: waiting with a limit that no change of the wall clock moves. */
void wake_init(pthread_cond_t *wake);
void wake_wait(pthread_cond_t *wake, pthread_mutex_t *lock, int ms);

/* sqlite_connection.c */
enum connection_kind { CONNECTION_WRITER, CONNECTION_CHECKPOINTER, CONNECTION_READER };
/* False with a message; the connection is closed again. The writer's is opened first, and checks whose file it is. */
bool connection_open(struct connection *connection, const struct store *store, enum connection_kind kind,
                     char *error, size_t error_size);
void connection_close(struct connection *connection);
/* BEGIN, COMMIT and the like; an SQLite result code. */
int connection_control(struct connection *connection, enum control control);
/* The one number that a PRAGMA answers, or -1. */
int64_t connection_number(struct connection *connection, const char *sql);

/* sqlite_statement.c */
void statement_free(struct statement *statement);
enum store_outcome outcome_of(int result_code);
/* Runs fn with a fresh txn; false if its changes are not wanted, with *ret_outcome set. */
bool function_run(struct connection *connection, store_fn fn, void *context, struct arena *arena,
                  enum store_outcome *ret_outcome);

/* sqlite_schema.c: whether the file is one of ours, or empty; false with a message. It changes nothing. */
bool schema_check(struct connection *connection, const char *path, char *error, size_t error_size);
/* Creates or upgrades. */
bool schema_make(struct connection *connection, char *error, size_t error_size);

/* sqlite_writer.c and the others: parts that are started and stopped. */
bool writer_start(struct store *store);
void writer_stop(struct store *store);
bool checkpointer_start(struct store *store, char *error, size_t error_size);
void checkpointer_stop(struct store *store);
void checkpointer_let_pass(struct store *store);
void checkpointer_wal_grew(struct store *store, int64_t pages);
void readers_start(struct store *store);
void readers_stop(struct store *store);

/* sqlite_room.c: on the writer's thread, but for room_reason. */
bool room_enough(struct store *store);
void room_was_found(struct store *store, bool found);
bool room_missing(const struct store *store);
void room_look(struct store *store);
/* False with the reason if there is none. Any thread. */
bool room_reason(const struct store *store, char *reason, size_t reason_size);

#endif
