/* Certificates in memory: makes an authority, has it issue one for a server, and checks one that was given. It reads and
 * writes no files. Everything is PEM; times are seconds since 1970. */
#ifndef HTTP_CERTIFICATE_H
#define HTTP_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A certificate, with those between it and what clients trust, and its key. Both from malloc. */
struct identity {
	char *certificate;
	char *key;
};
void identity_finish(struct identity *identity); /* also wipes the key */

#define AUTHORITY_DAYS   3650
#define CERTIFICATE_DAYS 397 /* some clients accept none for longer */

/* A new authority with an EC key (P-256); or, if ret->key is set, with that key. False with a message. */
bool authority_make(struct identity *ret, int64_t now, char *error, size_t error_size);

/* Whether certificate and key belong together; an authority must be allowed to issue. False with a message. */
bool identity_check(const struct identity *identity, bool authority, int64_t *ret_expires, char *error, size_t error_size);

/* The first certificate of a PEM text, written anew: nothing else that the text holds is in it. From malloc; NULL with a
 * message. */
char *certificate_first(const char *text, char *error, size_t error_size);

/* A certificate with a key of its own for all `names`: host names, wildcards, numeric addresses. It ends with its
 * authority at the latest. False with a message. */
bool certificate_issue(const struct identity *authority, const char *const *names, size_t n_names, int64_t now,
                       struct identity *ret, char *error, size_t error_size);

#endif
