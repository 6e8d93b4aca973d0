/* Which certificate the server shows: one that it was given, or one that an authority of its own issues, which is made when
 * it is first needed and kept in a directory. It speaks no TLS. */
#ifndef TLS_IDENTITY_H
#define TLS_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"
#include "http/certificate.h"

struct tls_identity;

/* Reads and checks what was given (--tls-cert, --tls-key), and refuses an authority's certificate in --tls-ca-dir that lies
 * together with a key; otherwise nothing happens yet. `directory` is where the
 * authority is kept. Both must stay. NULL with a message. */
struct tls_identity *tls_identity_create(const struct config *config, const char *directory, char *error,
                                         size_t error_size);
void tls_identity_destroy(struct tls_identity *tls);

/* What to show to clients: for http_settings.identify, with a struct tls_identity as context. */
bool tls_identity_get(void *tls, struct identity *ret, char *error, size_t error_size);

/* The authority's certificate (PEM, from malloc), made if there is none; for api.authority. NULL with a message for strangers:
 * what is on this machine, the log says. */
char *tls_identity_authority(void *tls, char *error, size_t error_size);

#endif
