/* Calls of Alibaba Cloud's APIs as its users make them: over HTTP, with an access key and a signature. It knows how
 * a call is written, not what any operation does. */
#ifndef CLI_SIGNED_H
#define CLI_SIGNED_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/client.h"

struct signed_call {
	const char *action;
	const char *key_id;
	const char *secret;
	const char *token;             /* of a temporary key; NULL: none */
	const char *version;           /* of the API; NULL: ECS's */
	const char *region;            /* NULL: not sent */
	const char *format;            /* "JSON" or "XML" */
	const char *const *parameters; /* "Name=value" */
	size_t n_parameters;
};

/* Sends the call. False if no whole reply came; a refusal is a reply. */
bool signed_send(struct client *client, const struct signed_call *call, struct client_reply *ret);

#endif
