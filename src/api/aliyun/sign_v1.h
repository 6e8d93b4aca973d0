/* The older signature of Alibaba Cloud's RPC calls: HMAC-SHA1 over all parameters, and the canonical form of
 * parameters that the newer one (sign_v3.h) shares. Texts in, texts out: it knows no server, no keys store and no
 * clock, and does not decide whether a time or a nonce is acceptable.
 *
 * Rules: Alibaba Cloud, "Request syntax and signature method V2 for RPC APIs" (SignatureMethod HMAC-SHA1,
 * SignatureVersion 1.0), what it says of CanonicalizedQueryString, StringToSign and Signature. */
#ifndef API_ALIYUN_SIGN_V1_H
#define API_ALIYUN_SIGN_V1_H

#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"

/* One parameter as it is meant: percent escapes and '+' are decoded already. An absent value (NULL) is signed as an
 * empty one. Lists are in the order of the wire, the query before the form. */
struct sign_parameter {
	const char *name;
	const char *value;
};

/* What a name given twice stands for. */
enum sign_repeated {
	SIGN_LAST_WINS, /* V1: clients merge query and form into one map before they sign, and the form wins */
	SIGN_ALL        /* V3: the query is signed as it stands */
};

/* The value of a parameter, the last one where it is repeated; NULL if it is absent or has none. */
const char *sign_parameter_value(const struct sign_parameter *parameters, size_t n, const char *name);

/* CanonicalizedQueryString: "name=value&...", sorted by name in byte order (then by value), encoded again by RFC
 * 3986. In the arena. */
char *sign_canonical_parameters(struct arena *arena, const struct sign_parameter *parameters, size_t n,
                                enum sign_repeated repeated);

/* StringToSign: method, "%2F" for the path that is always "/", and the canonical parameters without `Signature`.
 * `method` is taken as sent. In the arena. */
char *sign_v1_string(struct arena *arena, const char *method, const struct sign_parameter *parameters, size_t n);

/* Base64 of the HMAC-SHA1, whose key is the secret and an ampersand. Compare it with text_equal_secret(). In the
 * arena. */
char *sign_v1_signature(struct arena *arena, const char *secret, const char *string_to_sign);

/* Copies what was built in `buf` to the arena. Without memory the process ends, as arena_alloc() has it: half a
 * string must never be signed. */
char *sign_text(struct arena *arena, const struct buf *buf);

#endif
