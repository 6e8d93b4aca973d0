/* The signature of Huawei Cloud's APIs, SDK-HMAC-SHA256: over the method, path, query, exactly the headers that the client
 * lists, and the body. Texts in, texts out: it knows no keys store and no clock.
 *
 * Rules: "API request signing" of the vendor's API Gateway, and the signers of its SDKs (Python, Node.js, Go). */
#ifndef API_HUAWEI_SIGN_H
#define API_HUAWEI_SIGN_H

#include "api/request.h"
#include "base/arena.h"
#include "contract/refusal.h"

#define SIGN_ALGORITHM    "SDK-HMAC-SHA256"
#define SIGN_NAMES_MAX    64   /* headers that may be signed */
#define SIGN_HEADER_MAX   4096 /* bytes of Authorization */
#define SIGN_KEY_ID_MAX   128
#define SIGN_HASH_SIZE    65   /* 64 hex digits and a NUL */

/* "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature=64 hex digits", taken apart. */
struct sign_authorization {
	const char *key_id;
	const char *signature;
	const char **names; /* lower case, in the order in which they were listed */
	size_t n_names;
};

/* Whether the header claims this algorithm; others are a matter of their own. */
bool sign_claims(const char *header);

/* REFUSE_NONE, or AUTH_METHOD, AUTH_INCOMPLETE. Everything is in the arena. */
enum refusal_reason sign_parse(struct arena *arena, const char *header, struct sign_authorization *ret);

/* The text whose hash is signed. `hash`: of the body, as the client says or as it is. In the arena. */
const char *sign_canonical(struct arena *arena, const struct request *request, const struct sign_authorization *authorization,
                           const char *hash);

/* The signature of a canonical request at `date` (X-Sdk-Date as it was sent). In the arena. */
const char *sign_signature(struct arena *arena, const char *secret, const char *date, const char *canonical);

/* REFUSE_NONE, or AUTH_MISMATCH with the canonical request as the server sees it in *ret_canonical. */
enum refusal_reason sign_verify(struct arena *arena, const struct request *request,
                                const struct sign_authorization *authorization, const char *secret,
                                const char **ret_canonical);

#endif
