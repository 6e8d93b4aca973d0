/* The metadata service of instances: what programs inside an instance read at http://100.100.100.200/latest/, among it the
 * temporary keys of the instance's role. It asks nobody who he is, so it is served only where the server was told to;
 * operations on instances belong to other dialects.
 *
 * Rules: Alibaba Cloud, ECS user guide, "Instance metadata" (items, normal mode, security hardening mode). */
#ifndef API_METADATA_METADATA_H
#define API_METADATA_METADATA_H

#include "api/call.h"

extern const struct dialect dialect_metadata;
extern const struct operation *const metadata_operations[]; /* ends with NULL */

/* What every operation is told: which instance is meant ("": the server's choice), and what of it. */
struct metadata_in {
	const char *instance;
	const char *item; /* "instance-id", "network/interfaces/macs/"; of credentials the role */
};
extern const struct field metadata_in_fields[];

/* Replies that are one text and nothing around it. */
struct metadata_text {
	const char *text;
};
extern const struct field metadata_text_fields[];

/* The instance that is meant, once the request's token, if it has one, was found good. False after call_refuse(). */
bool metadata_instance(struct call *call, const struct metadata_in *in, struct instance *ret);

/* Text out of base64, in the call's arena; NULL if it is no base64, or no text. */
const char *metadata_decode(struct call *call, const char *base64);

/* An address of the instance's network card, always the same for the same instance. In the work's arena. */
const char *metadata_mac(struct call *call, const struct instance *instance);

/* Tokens of the security hardening mode: good for one instance until a moment (real time), and until the server ends.
 * Made in the work's arena. */
#define METADATA_TOKEN_SECONDS_MAX 21600
const char *metadata_token_make(struct call *call, const char *instance, int64_t until);
bool metadata_token_good(struct call *call, const char *instance, const char *token, int64_t now);

#endif
