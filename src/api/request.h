/* One HTTP request and its reply as plain data, so that nothing above the server knows the HTTP library. */
#ifndef API_REQUEST_H
#define API_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct header {
	const char *name;
	const char *value;
};

struct request {
	const char *method;
	const char *path;  /* as on the request line, still encoded, without the query (and without a scheme and host) */
	const char *query; /* as on the request line, without '?'; "" if there is none */
	const struct header *headers;
	size_t n_headers;
	const char *body; /* ends with a NUL that is not counted */
	size_t body_length;
	const char *remote; /* the client's address */
	bool secure;        /* it came by TLS */
};

/* The first header of that name (any letter case), or NULL. */
const char *request_header(const struct request *request, const char *name);

#define REPLY_HEADERS_MAX 8

struct reply {
	int status;
	const char *content_type;
	struct header headers[REPLY_HEADERS_MAX];
	size_t n_headers;
	struct buf body;
	int file; /* >= 0: the body is this open file instead, closed by the server */
};

void reply_header(struct reply *reply, const char *name, const char *value);

#endif
