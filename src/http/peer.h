/* What is kept for each connection, beside what the HTTP library keeps: the client's address, the request line as it
 * came, and until when a whole request must have arrived. It handles no request. */
#ifndef HTTP_PEER_H
#define HTTP_PEER_H

#include <microhttpd.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "http/crowd.h"
#include "http/deadline.h"

struct peer {
	struct deadline deadline;
	int64_t since; /* monotonic milliseconds */
	struct sockaddr_storage from;
	socklen_t from_size;
	uint8_t place[CROWD_ADDRESS]; /* where it is counted */
	char *target; /* the library decodes its own copy in place; signatures need it as it came */
	size_t capacity;
	char address[INET6_ADDRSTRLEN];
	/* Of whoever waits for its first byte, or for TLS: a list. */
	struct peer *before, *next;
};

struct peers;

struct peer_limits {
	/* Milliseconds. A new connection has request_timeout for its first request; later ones have idle_timeout more, since
	 * nobody knows when their first byte came. */
	int64_t request_timeout, idle_timeout;
	struct crowd_limits crowd; /* connections, and what is kept of their bodies */
};

struct peers *peers_create(const struct peer_limits *limits);
void peers_destroy(struct peers *peers);

/* Cuts those that are late; true while there are connections, so that it has to be called again soon. */
bool peers_look(struct peers *peers, int64_t now);

/* A connection was accepted. NULL where there are too many: the socket is the caller's to close. */
struct peer *peer_admit(struct peers *peers, int fd, const struct sockaddr *from, socklen_t from_size, int64_t now);

/* Closes a connection that the library does not have, and forgets it. */
void peer_dismiss(struct peers *peers, struct peer *peer);

/* Gives a connection to the library, which from then on tells what becomes of it. */
void peer_hand_over(struct peers *peers, struct peer *peer, struct MHD_Daemon *daemon);

/* For MHD_OPTION_NOTIFY_CONNECTION and MHD_OPTION_URI_LOG_CALLBACK; the context is the struct peers. */
void peer_connection_changed(void *peers, struct MHD_Connection *connection, void **socket_context,
                             enum MHD_ConnectionNotificationCode code);
void *peer_keep_target(void *peers, const char *target, struct MHD_Connection *connection);

struct peer *peer_of(struct MHD_Connection *connection);

/* So many bytes more of its body are kept, until they are dropped; false: there is no room for them. */
bool peer_keep(struct peers *peers, struct peer *peer, size_t bytes);
void peer_drop(struct peers *peers, struct peer *peer, size_t bytes);

/* The request is whole: from now on it is the server that takes its time. NULL is allowed. */
void peer_arrived(struct peer *peer);

/* The reply is sent, the next request is awaited. NULL is allowed. */
void peer_awaits(struct peers *peers, struct peer *peer);

#endif
