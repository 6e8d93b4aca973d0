#include "api/request.h"

#include <assert.h>

#include "base/text.h"

const char *request_header(const struct request *request, const char *name)
{
	size_t i;

	for (i = 0; i < request->n_headers; i++) {
		if (text_equal_nocase(request->headers[i].name, name))
			return request->headers[i].value;
	}
	return NULL;
}

void reply_header(struct reply *reply, const char *name, const char *value)
{
	assert(reply->n_headers < REPLY_HEADERS_MAX);
	reply->headers[reply->n_headers++] = (struct header){ name, value };
}
