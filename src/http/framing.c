#include "http/framing.h"

#include <microhttpd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Digits and nothing else: "+5", "5, 5" and "0x5" are read in different ways by different servers (RFC 9112, 6.3). */
static bool read_length(const char *text, int64_t *ret)
{
	return *text && strspn(text, "0123456789") == strlen(text) && text_to_int64(text, ret);
}

/* Two lengths, or a length and chunks, let a proxy and this server disagree where a request ends; of the codings only
 * "chunked" ends by itself (RFC 9112, 6.1). */
static enum refusal_reason check_lengths(const struct framing *framing, struct framing_body *ret_body)
{
	size_t codings = 0;
	size_t lengths = 0;
	int64_t length = 0;
	size_t i;

	for (i = 0; i < framing->n_headers; i++) {
		const struct header *header = &framing->headers[i];

		if (text_equal_nocase(header->name, "transfer-encoding")) {
			/* HTTP/1.0 has no chunks: what such a one means by it, nobody knows (RFC 9112, 6.1). */
			if (!text_equal_nocase(header->value, "chunked") || text_equal(framing->version, "HTTP/1.0"))
				return REFUSE_TRANSFER_ENCODING;
			codings++;
		}
		if (!text_equal_nocase(header->name, "content-length"))
			continue;
		lengths++;
		if (!read_length(header->value, &length))
			return REFUSE_LENGTHS_CONFLICT;
	}
	if (lengths + codings > 1)
		return REFUSE_LENGTHS_CONFLICT;
	if (length > (int64_t)framing->max_body)
		return REFUSE_BODY_TOO_LARGE;
	*ret_body = (struct framing_body){ .chunked = codings > 0, .length = (size_t)length };
	return REFUSE_NONE;
}

/* The token of RFC 9110, 5.6.2. A blank before the colon, or none at all, is the classic of two servers disagreeing. */
static bool is_name(const char *text)
{
	const char *at;

	for (at = text; *at; at++) {
		bool alphanumeric = (*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z');

		if (!alphanumeric && !strchr("!#$%&'*+-.^_`|~", *at))
			return false;
	}
	return at > text;
}

/* No control characters but the tab: a bare CR is a line's end for some. */
static bool is_value(const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c < ' ' && c != '\t') || c == 127)
			return false;
	}
	return true;
}

static const char *end_of(const char *text)
{
	return text + strlen(text);
}

/* Libraries before 1.0 cut a line at a NUL, take a bare LF for its end and drop what a line is continued with, and say so
 * to nobody. But they leave the lines where they came in, each ended by the two bytes that were CR LF: where the next line
 * begins elsewhere, one of the three was there. (From 1.0 on the library refuses them itself.) */
static bool lines_are_whole(const struct framing *framing)
{
	const char *end = end_of(framing->version);
	size_t i;

	if (MHD_get_version()[0] != '0')
		return true;
	if (end_of(framing->method) + 1 + strlen(framing->target) + 1 != framing->version)
		return false;
	for (i = 0; i < framing->n_headers; i++) {
		if (framing->headers[i].name != end + 2)
			return false;
		end = end_of(framing->headers[i].value);
	}
	/* Behind the last line comes the empty one: CR LF CR LF. */
	return memcmp(end, "\0\0\0\0", 4) == 0;
}

/* Two servers may take one each for whom the request is meant for (RFC 9112, 3.2). */
static bool has_several_hosts(const struct framing *framing)
{
	size_t hosts = 0;
	size_t i;

	for (i = 0; i < framing->n_headers; i++)
		hosts += text_equal_nocase(framing->headers[i].name, "host");
	return hosts > 1;
}

static enum refusal_reason check_headers(const struct framing *framing)
{
	size_t size = 0;
	size_t i;

	for (i = 0; i < framing->n_headers; i++) {
		const struct header *header = &framing->headers[i];

		if (!is_name(header->name) || !is_value(header->value))
			return REFUSE_HEADERS_MALFORMED;
		size += strlen(header->name) + strlen(header->value);
	}
	if (!lines_are_whole(framing))
		return REFUSE_HEADERS_MALFORMED;
	if (has_several_hosts(framing))
		return REFUSE_HOSTS_CONFLICT;
	return size > HEADERS_SIZE ? REFUSE_HEADERS_TOO_LARGE : REFUSE_NONE;
}

enum refusal_reason framing_check(const struct framing *framing, struct framing_body *ret_body)
{
	enum refusal_reason reason;

	if (framing->n_headers > HEADERS_MAX)
		return REFUSE_HEADERS_TOO_MANY;
	reason = check_headers(framing);
	if (reason == REFUSE_NONE)
		reason = check_lengths(framing, ret_body);
	if (reason == REFUSE_NONE && strlen(framing->target) > TARGET_MAX)
		reason = REFUSE_TARGET_TOO_LONG;
	return reason;
}

const char *framing_limit(enum refusal_reason reason, size_t max_body, char ret[24])
{
	size_t limit = 0;

	if (reason == REFUSE_HEADERS_TOO_MANY)
		limit = HEADERS_MAX;
	else if (reason == REFUSE_HEADERS_TOO_LARGE)
		limit = HEADERS_SIZE;
	else if (reason == REFUSE_TARGET_TOO_LONG)
		limit = TARGET_MAX;
	else if (reason == REFUSE_BODY_TOO_LARGE)
		limit = max_body;
	snprintf(ret, 24, "%zu", limit);
	return limit ? ret : NULL;
}
