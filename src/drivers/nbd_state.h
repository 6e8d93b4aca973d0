/* What the parts of the NBD driver share: its servers with their volumes, as Cleat wants them to be. What there is on the host
 * is asked of files and daemons each time. Nobody else includes this.
 *
 * A daemon for each server, not one for all: an NBD server of QEMU 7.2 looks at a PSK's user to accept a connection, but not to
 * choose what it may open (tls-authz knows names of X.509 only), and a daemon has one NBD server. So the process is the border:
 * a server's credential opens nothing but its own daemon, which has nothing but its volumes.
 *
 *     DIR/lock                 held by the Cleat that uses DIR
 *     DIR/disks/ID.raw         one file for each disk, sparse
 *     DIR/snapshots/ID.raw
 *     DIR/servers/ID/          keys.psk, port, nbd.sock, qmp.sock, pid, daemon.log */
#ifndef DRIVERS_NBD_STATE_H
#define DRIVERS_NBD_STATE_H

#include <jansson.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/map.h"
#include "contract/driver.h"
#include "drivers/plugs.h"
#include "drivers/qmp.h"
#include "drivers/tasks.h"

#define NBD_ID_MAX    100 /* characters of an id: it names files */
#define NBD_CALL_MS   2000 /* a daemon answers within a millisecond; one that takes this long hangs */
#define NBD_HUNG_MS   5000 /* and is not asked again for so long */
#define NBD_START_MS  5000 /* 5 to 500 milliseconds are usual */
#define NBD_AGAIN_MS  50
#define NBD_COPIES_MAX 4 /* files copied at a time; more wait */
#define NBD_PORT_FIRST 10809
#define NBD_PORT_LAST  11808
#define NBD_NAME_SIZE  32 /* of nodes and jobs of QEMU, with the NUL */

struct nbd_server {
	char *id;
	bool powered; /* as recorded */
	int port;     /* 0: a unix socket */
	char *directory;
	int directory_fd;
	struct qmp *qmp; /* NULL: not connected */
	int64_t hung_until; /* monotonic */
	int64_t retry_at;   /* monotonic; of the watcher */
	bool started;       /* a daemon was, and its exports were not looked at since */
};

struct nbd_copy;

struct nbd {
	pthread_mutex_t lock;
	char directory[PATH_MAX - NBD_ID_MAX - 32]; /* absolute; with a file's name no longer than PATH_MAX */
	char listen[64];                            /* "": unix sockets */
	int port_first, port_last;
	int lock_fd;
	struct map servers; /* id -> nbd_server */
	struct plugs plugs; /* what is to be exported; `own` set: it is being cut off, and not exported again whatever happens */
	struct tasks *tasks;
	struct nbd_copy *copies;
	pthread_t watcher;
	bool watched;
	bool stopping;
	int wake[2]; /* a pipe */
	pthread_mutex_t leases_lock; /* of this alone: whoever asks for an act waits for no daemon */
	struct map leases;           /* for reply_is_stale() */
};

void *nbd_fresh(size_t size);
char *nbd_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* ---- nbd_files.c: what lies in DIR ---- */

/* Reads the settings and makes the directories. */
bool nbd_files_open(struct nbd *nbd, const char *config, char *error, size_t error_size);

/* Whether it can name files; no other id ever comes near one. */
bool nbd_id_is_good(const char *id);

/* The path of a file of DIR, from malloc. */
char *nbd_path(const struct nbd *nbd, const char *folder, const char *id, const char *ending);

bool nbd_file_exists(const char *path);
int64_t nbd_file_bytes(const char *path); /* -1: there is none */

/* A sparse file of zeros, under its name once it is on the disk. */
bool nbd_file_make(const char *path, int64_t bytes, char *error, size_t error_size);
bool nbd_file_grow(const char *path, int64_t bytes, char *error, size_t error_size);

/* A small text, mode 0600, in one step and on the disk. */
bool nbd_file_write(const char *path, const char *text, char *error, size_t error_size);
bool nbd_file_read(const char *path, char *ret, size_t size); /* its first line */
bool nbd_file_move(const char *from, const char *to, char *error, size_t error_size);

/* Removes a server's directory with the files in it. */
void nbd_directory_remove(const char *path);

/* ---- nbd_copy.c: copies of files, each on a thread of its own ---- */

enum nbd_copied { NBD_COPY_RUNS, NBD_COPY_DONE, NBD_COPY_FAILED };

/* Copies `source` to `target`, which has at least that many bytes then; holes stay holes. The first call begins, the one that
 * finds it done or failed ends it. A target is there whole or not at all. */
enum nbd_copied nbd_copy(struct nbd *nbd, const char *source, const char *target, int64_t bytes, char *error,
                         size_t error_size);
bool nbd_copy_uses(const struct nbd *nbd, const char *path); /* as one or the other */
void nbd_copy_forget(struct nbd *nbd, const char *path); /* nobody wants that target any more: one under way is cut off */
void nbd_copies_end(struct nbd *nbd);                      /* cuts them off */

/* ---- nbd_server.c ---- */

/* Makes its directory with a credential and a port where there is none yet. NULL with a message. */
struct nbd_server *nbd_server_open(struct nbd *nbd, const char *id, char *error, size_t error_size);
void nbd_server_free(struct nbd_server *server);

/* ---- nbd_daemon.c: what a server's daemon is told ---- */

enum nbd_reach {
	NBD_UP,
	NBD_DEAD,   /* no daemon runs: nothing is exported */
	NBD_UNSURE, /* it does not answer, or could not be started: a message is in `error` */
};

/* Connects if need be; starts nothing. */
enum nbd_reach nbd_daemon_reach(struct nbd_server *server, char *error, size_t error_size);

/* Starts it if it is dead, with no exports. */
enum nbd_reach nbd_daemon_start(struct nbd *nbd, struct nbd_server *server, char *error, size_t error_size);

/* One command; what comes of it as qmp_call() says. A lost connection is closed. */
enum qmp_outcome nbd_daemon_ask(struct nbd_server *server, const char *command, json_t *arguments, json_t **ret_value,
                                char *error, size_t error_size);

/* Ends it and all it exports. DEAD: it is over. */
enum nbd_reach nbd_daemon_end(struct nbd_server *server, char *error, size_t error_size);

/* The same, whatever it exports: each disk is let go of before, so that another daemon may have it at once. True: nothing runs
 * and nothing is held any more. */
bool nbd_daemon_end_all(struct nbd *nbd, struct nbd_server *server, char *error, size_t error_size);

/* One that hangs is ended by force. False if there is none, or a process that is not it has its number. */
bool nbd_daemon_kill(struct nbd_server *server);

/* ---- nbd_export.c: exports of a daemon that is up ---- */

void nbd_name(char ret[NBD_NAME_SIZE], char kind, const char *id); /* of QEMU's for one of ours */

/* 1: there is one for that attachment; 0: none; -1: cannot tell. */
int nbd_export_exists(struct nbd_server *server, const char *attachment, char *error, size_t error_size);
enum qmp_outcome nbd_export_add(const struct nbd *nbd, struct nbd_server *server, const struct plug *plug,
                                char *error, size_t error_size);

enum nbd_gone {
	NBD_GONE,
	NBD_LEAVING, /* under way */
	NBD_IN_USE,  /* a client is connected: it is exported as before */
	NBD_LOST,    /* cannot tell; a message is in `error` */
};

/* hard: clients are cut off. What they were told is written is on the file. */
enum nbd_gone nbd_export_remove(struct nbd_server *server, const struct plug *plug, bool hard, char *error,
                                size_t error_size);

/* Whether anything is to be exported to it. */
bool nbd_is_wanted(const struct nbd *nbd, const struct nbd_server *server);

/* Makes what the daemon exports the same as what is wanted; starts it where something is. False with a message. */
bool nbd_reconcile(struct nbd *nbd, struct nbd_server *server, char *error, size_t error_size);

/* ---- nbd_snapshot.c ---- */

/* A copy of a disk that a daemon exports, as it is at one moment, while clients go on. */
enum nbd_copied nbd_mirror(struct nbd_server *server, const char *disk, const char *disk_path, const char *target,
                           char *error, size_t error_size);

/* Gives it up, for a disk that has to leave its daemon. */
void nbd_mirror_cancel(struct nbd_server *server, const char *disk);

/* ---- nbd_acts.c ---- */

/* Under the lock; may take as long as a daemon takes to start. */
void nbd_act(struct nbd *nbd, const struct driver_call *call, struct driver_reply *ret);

/* ---- nbd.c ---- */

/* What the daemon exports is to be looked after soon. */
void nbd_watch(struct nbd *nbd, struct nbd_server *server);

#endif
