/* A client of QEMU's machine protocol over a unix socket: one command at a time, each with a deadline, and events as they come.
 * It knows the frames of the protocol and nothing of what commands mean; it is not thread-safe, and never waits longer than
 * it is told.
 *
 * Rules of the protocol: docs/interop/qmp-spec of QEMU: a greeting, qmp_capabilities, then a JSON object in a line for each
 * reply and event, in any order; a reply has the id of its command. */
#ifndef DRIVERS_QMP_H
#define DRIVERS_QMP_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define QMP_LINE_MAX ((size_t)1 << 20) /* bytes of one message; a peer that sends longer ones is taken for broken */

enum qmp_outcome {
	QMP_DONE,
	QMP_ERROR, /* the peer refused: its description is in `error` */
	QMP_LATE,  /* nothing came in time; whether it was carried out is not known. A late reply is dropped when it comes */
	QMP_LOST,  /* the connection has ended or makes no sense; only qmp_close() is left */
};

/* `data` lives until the call returns; NULL if the event brought none. */
typedef void (*qmp_event)(void *context, const char *name, const json_t *data);

struct qmp;

/* Speaks over a connected socket, which it owns from then on whatever the outcome: reads the greeting and takes up the
 * protocol. DONE with *ret; otherwise a message in `error` (ERROR is never the outcome). */
enum qmp_outcome qmp_open(int fd, int timeout_ms, qmp_event event, void *context, struct qmp **ret, char *error,
                          size_t error_size);

/* Runs a command; `arguments` (NULL: none) is taken over. With DONE *ret_value, if not NULL, is what it returned, for the
 * caller to json_decref(). Otherwise a message in `error`. Events that come meanwhile go to the callback, which must not call
 * back in. */
enum qmp_outcome qmp_call(struct qmp *qmp, const char *command, json_t *arguments, int timeout_ms, json_t **ret_value,
                          char *error, size_t error_size);

/* Takes in what comes until something has come or the time is over: DONE, LATE or LOST. */
enum qmp_outcome qmp_poll(struct qmp *qmp, int timeout_ms);

/* To wait for together with others: readable means qmp_poll() has something to do. */
int qmp_fd(const struct qmp *qmp);

void qmp_close(struct qmp *qmp); /* NULL is allowed */

#endif
