/* The HTTP server, around libmicrohttpd: turns connections into calls and calls into replies. It knows neither dialects
 * nor operations. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/call.h"
#include "http/certificate.h"

struct http_settings {
	const char *host; /* numeric address */
	int port;         /* 0: any free one */
	unsigned threads;
	unsigned max_connections;
	unsigned max_connections_per_address;
	unsigned idle_timeout;    /* seconds without a byte, between requests too */
	unsigned request_timeout; /* seconds from a connection's start, or idle_timeout later, to a whole request */
	/* With it, the same port speaks TLS to those who begin so; called on a thread of its own when the first does. False
	 * with a message. NULL: plain HTTP only. */
	bool (*identify)(void *context, struct identity *ret, char *error, size_t error_size);
	void *identify_context;
};

struct http_server;

/* Listens and serves. NULL with a message. */
struct http_server *http_start(struct api *api, const struct http_settings *settings, char *error, size_t error_size);

/* The port it listens on. */
int http_port(const struct http_server *server);

/* Takes no more connections, tells clients to close and takes no more changes (503); true when no call is in the hands of
 * the store, the runner or a slow thread any more, false when `timeout_ms` went by. */
bool http_drain(struct http_server *server, int64_t timeout_ms);

/* Ends, after some seconds for replies that clients have not read whole. No request may be in the hands of the store or
 * the runner any more. */
void http_stop(struct http_server *server);

#endif
