/* The certificate that clients of this server have to trust. */
#include <stdlib.h>

#include "api/control/control.h"
#include "base/text.h"

static const struct field no_fields[] = { FIELDS_END };
struct nothing {
	char unused;
};

static bool authority_run(struct call *call, const void *in, void *out)
{
	char error[256];
	char *pem = call->api->authority(call->api->authority_context, error, sizeof error);

	(void)in;
	(void)out;
	if (!pem)
		return call_refuse(call, REFUSE_AUTHORITY_NONE, arena_text(&call->arena, error));
	call->reply.content_type = "application/x-pem-file";
	buf_add_text(&call->reply.body, pem);
	free(pem);
	return true;
}

const struct operation control_authority = {
	.name = CONTROL_AUTHORITY,
	.mode = OPERATION_PLAIN,
	.in = { sizeof(struct nothing), no_fields },
	.out = { sizeof(struct nothing), no_fields },
	.own_reply = true,
	.run = authority_run,
	.doc = "The certificate (PEM) of the authority that issued this server's, made if there is none yet. It is no secret: this "
	       "needs no token.",
};
