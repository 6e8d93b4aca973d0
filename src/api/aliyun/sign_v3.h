/* The current signature of Alibaba Cloud's calls, ACS3-HMAC-SHA256: reading the Authorization header, verifying, and
 * signing for Cleat's own client. Texts in, texts out: it knows no server, no keys store and no clock, and does not
 * decide whether a time or a nonce is acceptable.
 *
 * Rules: Alibaba Cloud, "Request syntax and signature method V3", what it says of CanonicalRequest, StringToSign,
 * Signature and Authorization. */
#ifndef API_ALIYUN_SIGN_V3_H
#define API_ALIYUN_SIGN_V3_H

#include <stddef.h>

#include "api/aliyun/sign_v1.h"
#include "base/arena.h"
#include "contract/refusal.h"

#define SIGN_V3_ALGORITHM  "ACS3-HMAC-SHA256"
#define SIGN_V3_HASH_SIZE  65   /* 64 lower-case hex digits and a NUL */
#define SIGN_V3_HEADER_MAX 8192 /* bytes of an Authorization header; what clients send has 300 to 500 */
#define SIGN_V3_KEY_ID_MAX 128  /* bytes of an access key id; the vendor's have 24 to 30 */
#define SIGN_V3_NAMES_MAX  64   /* names in SignedHeaders; what clients send has 7 to 12 */

/* A header as received: a name in any letter case, a value not yet trimmed. */
struct sign_header {
	const char *name;
	const char *value;
};

/* What is signed of a request. Everything belongs to the caller and is only read. */
struct sign_v3_request {
	const char *method; /* as sent */
	const char *path;   /* as sent, still encoded; RPC calls have "/" */
	const struct sign_parameter *query; /* of the query only: a form is covered by the hash of the body */
	size_t n_query;
	const struct sign_header *headers;
	size_t n_headers;
	const void *body;
	size_t body_length;
};

/* What an Authorization header says. All of it lives in the arena it was parsed with. */
struct sign_v3_authorization {
	const char *key_id;
	const char *signature; /* 64 hex digits */
	const char **names;    /* SignedHeaders: lower-case and sorted */
	size_t n_names;
};

/* The value of the first header of that name in any letter case, NULL if there is none. */
const char *sign_header_value(const struct sign_header *headers, size_t n, const char *name);

/* Reads "ACS3-HMAC-SHA256 Credential=..,SignedHeaders=..,Signature=.."; the parts may come in any order and have
 * spaces around the commas. REFUSE_NONE with *ret filled; REFUSE_AUTH_METHOD for another algorithm;
 * REFUSE_AUTH_INCOMPLETE for anything else, NULL included. */
enum refusal_reason sign_v3_parse(struct arena *arena, const char *header, struct sign_v3_authorization *ret);

/* Lower-case hex SHA-256 of a body, what x-acs-content-sha256 carries (HashedRequestPayload). */
void sign_v3_hash(const void *body, size_t length, char ret[SIGN_V3_HASH_SIZE]);

/* CanonicalRequest. `names` are lower-case and sorted; a name without a header counts as an empty value, because HTTP
 * libraries drop empty headers after the signing. The hash is that of the body itself, never the one claimed. In the
 * arena. */
char *sign_v3_canonical_request(struct arena *arena, const struct sign_v3_request *request, const char *const *names,
                                size_t n_names);

/* StringToSign: the algorithm and the hash of the canonical request. In the arena. */
char *sign_v3_string(struct arena *arena, const char *canonical_request);

/* Lower-case hex HMAC-SHA256, keyed with the secret alone. In the arena. */
char *sign_v3_signature(struct arena *arena, const char *secret, const char *string_to_sign);

/* Whether the request is what the holder of `secret` signed. REFUSE_NONE; REFUSE_AUTH_INCOMPLETE if a header that the
 * server acts on was sent but not signed; REFUSE_AUTH_MISMATCH if the signature or the claimed hash of the body
 * differs. *ret_string is the server's string to sign in each case (in the arena): messages quote it. */
enum refusal_reason sign_v3_verify(struct arena *arena, const struct sign_v3_request *request,
                                   const struct sign_v3_authorization *authorization, const char *secret,
                                   const char **ret_string);

/* For clients: the value of the Authorization header. Signs host, content-type and every x-acs-* header that is in
 * the request; the caller has put x-acs-content-sha256 (sign_v3_hash) there. In the arena. */
char *sign_v3_authorize(struct arena *arena, const struct sign_v3_request *request, const char *key_id,
                        const char *secret);

#endif
