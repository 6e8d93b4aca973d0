/* A client of a running server: finds it, speaks HTTP with it and its control API. What goes wrong is printed on stderr
 * with what to do about it, so callers only pass the failure on. It never opens the server's database. */
#ifndef CLI_CLIENT_H
#define CLI_CLIENT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/option.h"

/* Where the server is; part of the options of every command that talks to one. */
struct client_options {
	const char *endpoint;
	const char *data;
	const char *token_file;
	bool json; /* print what the server sent */
};

/* Rows for a struct T that has a member `struct client_options client`. */
#define CLIENT_DATA_DOC                                                                              \
	"the server's data directory; /var/lib/cleat for root, otherwise $XDG_STATE_HOME/cleat or " \
	"~/.local/state/cleat"
#define CLIENT_TOKEN_DOC "the token of the control API; otherwise control_token in the data directory"

/* clang-format off */
#define CLIENT_ENDPOINT_ROWS(T) \
	{ "endpoint", "CLEAT_ENDPOINT", AS_TEXT(T, client.endpoint), .value = "URL", \
	  .doc = "the server; otherwise the one that uses the data directory" }, \
	{ "data", "CLEAT_DATA", AS_TEXT(T, client.data), .value = "DIR", .doc = CLIENT_DATA_DOC }
#define CLIENT_TOKEN_ROW(T) \
	{ "control-token-file", "CLEAT_CONTROL_TOKEN_FILE", AS_TEXT(T, client.token_file), .value = "FILE", \
	  .doc = CLIENT_TOKEN_DOC }
#define CLIENT_JSON_ROW(T) \
	{ "json", NULL, AS_BOOL(T, client.json), .doc = "print what the server sent, as JSON" }
/* clang-format on */

struct client {
	struct arena arena;
	const char *command;    /* for messages: "key create" */
	const char *url;        /* "http://127.0.0.1:7480" */
	const char *host;       /* of it, with the port */
	const char *token_file; /* NULL: none is known */
	const char *token;      /* read when it is first needed */
	bool quiet;             /* a server that does not answer the control API, or has too much to do, is no error to print */
	long status;            /* of the last answer of the control API; 0: there was none */
	void *curl;             /* the handle of libcurl, with its open connection */
};

#define CLIENT_CLEANUP __attribute__((cleanup(client_finish)))
void client_init(struct client *client, const char *command);
void client_finish(struct client *client);

/* Reads the command line of a client command: `least` to `most` words are needed. False after printing what is wrong. */
bool client_read(struct client *client, const struct option *options, int argc, char **argv, void *target,
                 struct option_words *ret_words, size_t least, size_t most);

/* Finds out where the server is; does not connect yet. */
bool client_locate(struct client *client, const struct client_options *options);

/* "cleat key create: MESSAGE" on stderr; false, to be returned. */
bool client_fail(const struct client *client, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct client_request {
	const char *method;
	const char *path;           /* with the query */
	const char *const *headers; /* "name: value", ends with NULL; may be NULL */
	const char *body;           /* NULL: none */
	int to_fd;                  /* > 0: a body with status 200 goes here instead of into the reply */
	int64_t timeout_ms;         /* for the whole; 0: a minute */
	bool quiet;                 /* a server that does not answer is no error to print */
};

struct client_reply {
	long status;
	struct buf body;
};
#define REPLY_CLEANUP __attribute__((cleanup(client_reply_finish)))
void client_reply_finish(struct client_reply *reply);

/* Whether this machine can speak HTTP at all; client_send() asks it too. */
bool client_can_send(struct client *client);

/* False if no whole reply came. *ret is to be finished in both cases. */
bool client_send(struct client *client, const struct client_request *request, struct client_reply *ret);

/* Reads the token of the control API, if that was not done yet. */
bool client_token(struct client *client);

/* Prints what the server says about a refusal, or as much of another reply as helps; false, to be returned. */
bool client_refused(struct client *client, const struct client_reply *reply);

/* Calls the control API with its token. The reply as JSON, or NULL after printing why not. */
json_t *client_control(struct client *client, const char *method, const char *path, const json_t *body);

/* A text of the server's fit for a terminal: control characters become '?'. In the client's arena. */
const char *client_clean(struct client *client, const char *text);
/* A member as text, "" if there is none; numbers and booleans are written out. */
const char *client_text(struct client *client, const json_t *object, const char *name);

/* Prints the JSON as it is for --json. */
void client_print_json(const json_t *json);

/* Rows of cells as columns under their headings. */
struct client_column {
	const char *heading;
	const char *member;
};
void client_print_table(struct client *client, const struct client_column *columns, size_t n_columns,
                        const json_t *rows);

/* Escapes a text for a query. In the client's arena. */
const char *client_escape(struct client *client, const char *text);

#endif
