/* The listening socket and its thread: accepts, counts, waits for the first byte of each connection without waiting for
 * any one of them, says by it whether TLS is spoken, and passes the connection on. It reads no request. */
#ifndef HTTP_LISTENER_H
#define HTTP_LISTENER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/peer.h"

struct listener;

struct listener_settings {
	const char *host; /* numeric address */
	int port;         /* 0: any free one */
	struct peers *peers;
	bool tls;           /* false: nobody looks at the first byte, and connections are passed on at once */
	int64_t first_byte; /* milliseconds that a connection may be silent at its begin */
	/* Takes over a connection, on the listener's thread. */
	void (*take)(void *context, struct peer *peer, bool tls);
	void *context;
};

/* Listens, and accepts from now on. NULL with a message. */
struct listener *listener_create(const struct listener_settings *settings, char *error, size_t error_size);

int listener_port(const struct listener *listener);

/* Closes the listening socket, and the connections that have said nothing yet. Nothing is passed on any more once it
 * returns; those passed on before are still cut when they are late. */
void listener_close(struct listener *listener);

void listener_destroy(struct listener *listener);

#endif
