/* What is kept for each connection, beside what the HTTP library keeps: the client's address, the request line as it
 * came, and until when a whole request must have arrived. It handles no request. */
#ifndef HTTP_PEER_H
#define HTTP_PEER_H

#include <microhttpd.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#include "http/deadline.h"

struct peer {
	struct deadline deadline;
	char *target; /* the library decodes its own copy in place; signatures need it as it came */
	size_t capacity;
	char address[INET6_ADDRSTRLEN];
};

struct peers;

/* Milliseconds. A new connection has request_timeout for its first request; later ones have idle_timeout more, since
 * nobody knows when their first byte came. */
struct peers *peers_create(int64_t request_timeout, int64_t idle_timeout);
void peers_destroy(struct peers *peers);

/* For MHD_OPTION_NOTIFY_CONNECTION and MHD_OPTION_URI_LOG_CALLBACK; the context is the struct peers. */
void peer_connection_changed(void *peers, struct MHD_Connection *connection, void **socket_context,
                             enum MHD_ConnectionNotificationCode code);
void *peer_keep_target(void *peers, const char *target, struct MHD_Connection *connection);

/* NULL if there was no memory for it. */
struct peer *peer_of(struct MHD_Connection *connection);

/* The request is whole: from now on it is the server that takes its time. NULL is allowed. */
void peer_arrived(struct peer *peer);

/* The reply is sent, the next request is awaited. NULL is allowed. */
void peer_awaits(struct peers *peers, struct peer *peer);

#endif
