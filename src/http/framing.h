/* Where a request begins and ends: refuses what another server on the way may have read otherwise, and what is too long.
 * A request smuggled behind another begins with such a difference. It reads headers, no bodies. */
#ifndef HTTP_FRAMING_H
#define HTTP_FRAMING_H

#include <stdbool.h>
#include <stddef.h>

#include "api/call.h"

#define HEADERS_MAX  100
#define TARGET_MAX   ((size_t)32 << 10) /* bytes of the request line's path and query */
#define HEADERS_SIZE ((size_t)16 << 10) /* bytes of all headers together */

struct framing {
	const char *method, *version; /* as the library gives them: in the line they came in */
	const char *target;           /* a copy, as it came */
	const struct header *headers; /* as the library gives them, in their order */
	size_t n_headers;
	size_t max_body;
};

struct framing_body {
	bool chunked;  /* nobody knows how long it is */
	size_t length; /* of one that is not */
};

/* REFUSE_NONE, or why the request is not read. */
enum refusal_reason framing_check(const struct framing *framing, struct framing_body *ret_body);

/* The limit that was reached, for the text of a refusal; NULL where there is none to name. */
const char *framing_limit(enum refusal_reason reason, size_t max_body, char ret[24]);

#endif
