/* Requests for the benchmarks: API calls signed with V1 (HMAC-SHA1), each with a nonce and a timestamp of its own, and
 * plain ones. It shares no code with the server, so that neither's mistakes hide in the other. */
#ifndef BENCH_REQUEST_H
#define BENCH_REQUEST_H

#include <nettle/hmac.h>
#include <stddef.h>
#include <stdint.h>

#define REQUEST_MAX 2048

struct parameter {
	const char *name;
	const char *value;
};

/* A call with everything in place but its nonce and its timestamp: what stands before, between and after the two, in
 * the request line and in the string to sign. */
struct call {
	char line[3][REQUEST_MAX];
	char sign[2][REQUEST_MAX];     /* after the nonce, after the timestamp */
	struct hmac_sha1_ctx up_to_nonce; /* of the string to sign */
};

/* Nonces of one thread. */
struct nonces {
	char prefix[17];
	uint64_t n;
};
void nonces_init(struct nonces *nonces);

/* `parameters` are the operation's own and end with a NULL name; the common ones are added here. */
void call_init(struct call *call, const char *key_id, const char *secret, const struct parameter *parameters);

/* A GET request, signed now, in `ret` (REQUEST_MAX * 2 bytes); returns its length. */
size_t call_sign(const struct call *call, struct nonces *nonces, char *ret);

#endif
