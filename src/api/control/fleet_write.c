/* A fleet file, written: one member a line, so that a line number leads to it. */
#include <stdio.h>
#include <string.h>

#include "api/control/fleet_file.h"
#include "api/control/fleet_member.h"
#include "api/shape.h"
#include "base/moment.h"
#include "base/text.h"
#include "base/writer.h"

struct out {
	struct buf *buf;
	unsigned depth;
	bool secrets;
};

static void new_line(struct out *out)
{
	unsigned i;

	buf_add_char(out->buf, '\n');
	for (i = 0; i < out->depth; i++)
		buf_add_text(out->buf, "  ");
}

static bool wants_members(const struct out *out, const struct members *members, const char *base);

/* What is as it would be if it were not given is left out, unless its row says otherwise. */
static bool wants(const struct out *out, const struct member *row, const char *base)
{
	const void *at = base + row->offset;

	if (row->flags & MEMBER_SECRET)
		return out->secrets && !text_empty(*(const char *const *)at);
	switch (row->type) {
	case MEMBER_DOCUMENTS:
		return !text_equal(text_or(*(const char *const *)at, "[]"), "[]");
	case MEMBER_TEXT:
	case MEMBER_WORDS:
		return row->flags & MEMBER_ALWAYS ||
		       !text_equal(text_or(*(const char *const *)at, ""), text_or(row->otherwise, ""));
	case MEMBER_BOOL:
		return row->flags & MEMBER_ALWAYS || *(const bool *)at != !!(row->flags & MEMBER_TRUE);
	case MEMBER_INT:
		return row->flags & MEMBER_ALWAYS || *(const int64_t *)at != 0;
	case MEMBER_MOMENT:
		return *(const int64_t *)at != 0;
	case MEMBER_WORD:
		return row->flags & MEMBER_ALWAYS || *(const int *)at != 0;
	case MEMBER_OBJECT:
		return wants_members(out, row->of, base);
	case MEMBER_TAGS:
	case MEMBER_LIST:
		return ((const struct fleet_list *)at)->given;
	}
	return false;
}

static bool wants_members(const struct out *out, const struct members *members, const char *base)
{
	const struct member *row;

	for (row = members->rows; row->name; row++) {
		if (wants(out, row, base))
			return true;
	}
	return false;
}

static void write_moment(struct out *out, int64_t moment)
{
	char text[MOMENT_TEXT_SIZE];

	moment_millis_print(text, moment);
	buf_printf(out->buf, "\"%s\"", text);
}

static void write_words(struct out *out, const char *words)
{
	buf_add_char(out->buf, '[');
	while (*words) {
		size_t length = strcspn(words, ",");
		char word[4 * FIELD_TEXT_MAX + 1];

		snprintf(word, sizeof word, "%.*s", (int)length, words);
		writer_json_string(out->buf, word);
		words += length + (words[length] == ',');
		if (*words)
			buf_add_text(out->buf, ", ");
	}
	buf_add_char(out->buf, ']');
}

static void write_tags(struct out *out, const struct fleet_list *tags)
{
	const struct fleet_tag *items = tags->items;
	size_t i;

	buf_add_char(out->buf, '{');
	for (i = 0; i < tags->n; i++) {
		buf_add_text(out->buf, i ? ", " : "");
		writer_json_string(out->buf, items[i].key);
		buf_add_text(out->buf, ": ");
		writer_json_string(out->buf, items[i].value);
	}
	buf_add_char(out->buf, '}');
}

static void write_object(struct out *out, const struct members *members, const char *base);

static void write_list(struct out *out, const struct members *of, const struct fleet_list *list)
{
	size_t i;

	buf_add_char(out->buf, '[');
	out->depth++;
	for (i = 0; i < list->n; i++) {
		if (i)
			buf_add_char(out->buf, ',');
		new_line(out);
		write_object(out, of, (const char *)list->items + i * of->size);
	}
	out->depth--;
	if (list->n)
		new_line(out);
	buf_add_char(out->buf, ']');
}

static void write_value(struct out *out, const struct member *row, const char *base)
{
	const void *at = base + row->offset;

	switch (row->type) {
	case MEMBER_TEXT:
		writer_json_string(out->buf, text_or(*(const char *const *)at, ""));
		break;
	case MEMBER_BOOL:
		buf_add_text(out->buf, *(const bool *)at != !!(row->flags & MEMBER_INVERTED) ? "true" : "false");
		break;
	case MEMBER_INT:
		buf_printf(out->buf, "%lld", (long long)*(const int64_t *)at);
		break;
	case MEMBER_MOMENT:
		write_moment(out, *(const int64_t *)at);
		break;
	case MEMBER_WORD:
		writer_json_string(out->buf, row->names[*(const int *)at]);
		break;
	case MEMBER_WORDS:
		write_words(out, *(const char *const *)at);
		break;
	case MEMBER_DOCUMENTS:
		buf_add_text(out->buf, *(const char *const *)at);
		break;
	case MEMBER_TAGS:
		write_tags(out, at);
		break;
	case MEMBER_OBJECT:
		write_object(out, row->of, base);
		break;
	case MEMBER_LIST:
		write_list(out, row->of, at);
		break;
	}
}

static void write_object(struct out *out, const struct members *members, const char *base)
{
	const struct member *row;
	bool any = false;

	buf_add_char(out->buf, '{');
	out->depth++;
	for (row = members->rows; row->name; row++) {
		if (!wants(out, row, base))
			continue;
		if (any)
			buf_add_char(out->buf, ',');
		any = true;
		new_line(out);
		buf_printf(out->buf, "\"%s\": ", row->name);
		write_value(out, row, base);
	}
	out->depth--;
	if (any)
		new_line(out);
	buf_add_char(out->buf, '}');
}

void fleet_file_write(struct buf *buf, const struct fleet *fleet, bool secrets)
{
	struct out out = { .buf = buf, .secrets = secrets };
	struct fleet_document document = {
		.version = FLEET_FILE_VERSION,
		.accounts = { fleet->accounts, fleet->n_accounts, true },
	};

	memcpy(document.catalogue, fleet->catalogue, sizeof document.catalogue);
	memcpy(document.all, fleet->all, sizeof document.all);
	write_object(&out, &fleet_document_members, (const char *)&document);
	buf_add_char(buf, '\n');
}
