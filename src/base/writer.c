#include "base/writer.h"

#include <stdio.h>
#include <string.h>

void writer_init(struct writer *writer, const struct writer_format *format, struct buf *buf)
{
	*writer = (struct writer){ .format = format, .buf = buf };
}

void writer_int(struct writer *writer, const char *name, int64_t value)
{
	char digits[24];
	char *at = digits + sizeof digits - 1;
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

	*at = '\0';
	do {
		*--at = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (value < 0)
		*--at = '-';
	writer->format->raw(writer, name, at);
}

void writer_bool(struct writer *writer, const char *name, bool value)
{
	writer->format->raw(writer, name, value ? "true" : "false");
}

void writer_double(struct writer *writer, const char *name, double value)
{
	char digits[40];

	snprintf(digits, sizeof digits, "%.15g", value);
	writer->format->raw(writer, name, digits);
}

/* JSON */

static const bool needs_escape[256] = { [0x00 ... 0x1F] = true, ['"'] = true, ['\\'] = true };

static void json_escape(struct buf *buf, unsigned char c)
{
	switch (c) {
	case '"':
		buf_add_text(buf, "\\\"");
		break;
	case '\\':
		buf_add_text(buf, "\\\\");
		break;
	case '\n':
		buf_add_text(buf, "\\n");
		break;
	case '\r':
		buf_add_text(buf, "\\r");
		break;
	case '\t':
		buf_add_text(buf, "\\t");
		break;
	default:
		buf_printf(buf, "\\u%04x", c);
		break;
	}
}

void writer_json_string(struct buf *buf, const char *text)
{
	const char *from = text;
	const char *at;

	buf_add_char(buf, '"');
	for (at = text;; at++) {
		if (!needs_escape[(unsigned char)*at])
			continue;
		buf_add(buf, from, (size_t)(at - from));
		if (!*at)
			break;
		from = at + 1;
		json_escape(buf, (unsigned char)*at);
	}
	buf_add_char(buf, '"');
}

/* Names are ours: they need no escaping. */
static void json_name(struct writer *w, const char *name)
{
	size_t length = name ? strlen(name) : 0;
	char *at = buf_room(w->buf, length + sizeof ",\"\":");

	if (!at)
		return;
	if (w->comma)
		*at++ = ',';
	w->comma = true;
	if (name) {
		*at++ = '"';
		memcpy(at, name, length);
		at += length;
		*at++ = '"';
		*at++ = ':';
	}
	buf_wrote(w->buf, at);
}

static void json_object_begin(struct writer *w, const char *name)
{
	json_name(w, name);
	buf_add_char(w->buf, '{');
	w->comma = false;
}

static void json_object_end(struct writer *w, const char *name)
{
	(void)name;
	buf_add_char(w->buf, '}');
	w->comma = true;
}

static void json_list_begin(struct writer *w, const char *name)
{
	json_name(w, name);
	buf_add_char(w->buf, '[');
	w->comma = false;
}

static void json_list_end(struct writer *w, const char *name)
{
	(void)name;
	buf_add_char(w->buf, ']');
	w->comma = true;
}

static void json_text(struct writer *w, const char *name, const char *value)
{
	json_name(w, name);
	writer_json_string(w->buf, value ? value : "");
}

static void json_raw(struct writer *w, const char *name, const char *value)
{
	json_name(w, name);
	buf_add_text(w->buf, value);
}

const struct writer_format writer_json = {
	.name = "json",
	.object_begin = json_object_begin,
	.object_end = json_object_end,
	.list_begin = json_list_begin,
	.list_end = json_list_end,
	.text = json_text,
	.raw = json_raw,
};

/* XML. A list writes nothing of its own: its items repeat the item's name, which the caller passes. */

void writer_xml_text(struct buf *buf, const char *text)
{
	const char *from = text;
	const char *at;

	for (at = text; *at; at++) {
		unsigned char c = (unsigned char)*at;
		const char *instead = NULL;
		size_t length = 1;

		if (c == '&')
			instead = "&amp;";
		else if (c == '<')
			instead = "&lt;";
		else if (c == '>')
			instead = "&gt;";
		else if (c == '\r')
			instead = "&#13;"; /* a parser would turn a bare one into a line feed */
		else if (c < 0x20 && c != '\t' && c != '\n')
			instead = "\xEF\xBF\xBD";
		else if (c == 0xEF && at[1] == '\xBF' && (at[2] == '\xBE' || at[2] == '\xBF')) {
			instead = "\xEF\xBF\xBD"; /* U+FFFE and U+FFFF are no characters of XML either */
			length = 3;
		}
		if (!instead)
			continue;
		buf_add(buf, from, (size_t)(at - from));
		buf_add_text(buf, instead);
		from = at + length;
		at += length - 1;
	}
	buf_add(buf, from, (size_t)(at - from));
}

static void xml_open(struct writer *w, const char *name)
{
	buf_add_char(w->buf, '<');
	buf_add_text(w->buf, name);
	buf_add_char(w->buf, '>');
}

static void xml_close(struct writer *w, const char *name)
{
	buf_add(w->buf, "</", 2);
	buf_add_text(w->buf, name);
	buf_add_char(w->buf, '>');
}

static void xml_nothing(struct writer *w, const char *name)
{
	(void)w;
	(void)name;
}

static void xml_text(struct writer *w, const char *name, const char *value)
{
	xml_open(w, name);
	writer_xml_text(w->buf, value ? value : "");
	xml_close(w, name);
}

const struct writer_format writer_xml = {
	.name = "xml",
	.object_begin = xml_open,
	.object_end = xml_close,
	.list_begin = xml_nothing,
	.list_end = xml_nothing,
	.text = xml_text,
	.raw = xml_text,
};
