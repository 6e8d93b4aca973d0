/* The certificate that clients of this server have to trust. */
#include <fcntl.h>

#include "api/control/control.h"
#include "base/text.h"

static const struct field no_fields[] = { FIELDS_END };
struct nothing {
	char unused;
};

static bool authority_run(struct call *call, const void *in, void *out)
{
	char error[256];
	const char *file = call->api->authority_file(call->api->authority_context, error, sizeof error);

	(void)in;
	(void)out;
	if (!file)
		return call_refuse(call, REFUSE_AUTHORITY_NONE, arena_text(&call->arena, error));
	call->reply.content_type = "application/x-pem-file";
	call->reply.file = open(file, O_RDONLY | O_CLOEXEC);
	return call->reply.file >= 0 || call_refuse(call, REFUSE_INTERNAL, NULL);
}

const struct operation control_authority = {
	.name = CONTROL_AUTHORITY,
	.mode = OPERATION_PLAIN,
	.in = { sizeof(struct nothing), no_fields },
	.out = { sizeof(struct nothing), no_fields },
	.run = authority_run,
	.doc = "The certificate (PEM) of the authority that issued this server's, made if there is none yet. It is no secret: this "
	       "needs no token.",
};
