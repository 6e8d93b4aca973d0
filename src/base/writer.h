/* Appends a JSON or XML document to a buffer, piece by piece: begin, values, end, in document order. One vtable for
 * each format, so that one walk over an operation's output table serves both. It does not check that pieces nest. */
#ifndef BASE_WRITER_H
#define BASE_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct writer {
	const struct writer_format *format;
	struct buf *buf;
	bool comma; /* JSON: something stands before in this object or list */
};

/* `name` is the member's name, NULL inside a list (JSON) or for the whole document. A list carries the name of its
 * items as well: XML needs it, JSON ignores it. */
struct writer_format {
	const char *name;
	void (*object_begin)(struct writer *, const char *name);
	void (*object_end)(struct writer *, const char *name);
	void (*list_begin)(struct writer *, const char *name);
	void (*list_end)(struct writer *, const char *name);
	void (*text)(struct writer *, const char *name, const char *value); /* NULL is written as "" */
	void (*raw)(struct writer *, const char *name, const char *value);  /* a number or boolean, as given */
};

extern const struct writer_format writer_json;
extern const struct writer_format writer_xml;

void writer_init(struct writer *writer, const struct writer_format *format, struct buf *buf);
void writer_int(struct writer *writer, const char *name, int64_t value);
void writer_bool(struct writer *writer, const char *name, bool value);
void writer_double(struct writer *writer, const char *name, double value);

/* JSON string with quotes, and XML character data, both of valid UTF-8. Control characters that XML cannot carry
 * become U+FFFD. */
void writer_json_string(struct buf *buf, const char *text);
void writer_xml_text(struct buf *buf, const char *text);

#endif
