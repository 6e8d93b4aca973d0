/* The part of the port that speaks TLS: begun when the first client asks for it, on a thread of its own, so that a server
 * that nobody asks pays nothing and nobody waits meanwhile but those who asked. It makes no certificates. */
#ifndef HTTP_TLS_H
#define HTTP_TLS_H

#include <microhttpd.h>

#include "http/peer.h"

struct tls;

/* `start` starts the daemon, from a thread of its own; NULL, after it said why in the log: those who wait are closed, and
 * later ones try again. */
struct tls *tls_create(struct peers *peers, struct MHD_Daemon *(*start)(void *context), void *context);

/* Takes over a connection whose first byte begins a handshake. */
void tls_take(struct tls *tls, struct peer *peer);

/* Waits for what is being started; from now on nothing is handed to the daemon. */
void tls_close(struct tls *tls);

/* Stops the daemon and ends. NULL is allowed. */
void tls_destroy(struct tls *tls);

#endif
