/* The tables of a dialect as JSON, for tools: parameters and replies under their flat names, error rows with what they are
 * for. The pages for people are printed by reference.c. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/writer.h"
#include "reference.h"

#define OUTPUT_MAX ((size_t)16 << 20)

static void write_row(struct writer *w, const struct error_row *row, const char *parameter)
{
	w->format->object_begin(w, NULL);
	w->format->text(w, "reason", row->reason == REFUSE_FIELD ? "field" : refusal_words[row->reason]);
	writer_int(w, "http", row->http);
	w->format->text(w, "code", row->code);
	w->format->text(w, "message", row->message);
	w->format->text(w, "source", row->source);
	if (parameter)
		w->format->text(w, "parameter", parameter);
	w->format->object_end(w, NULL);
}

static void write_rows(struct writer *w, const struct error_row *rows)
{
	for (; rows && rows->reason != REFUSE_NONE; rows++)
		write_row(w, rows, NULL);
}

static void write_flag(struct writer *w, const struct field *field, unsigned flag, const char *name)
{
	if (field->flags & flag)
		writer_bool(w, name, true);
}

/* What a field is called in each edition; "" where it is not there. */
struct names {
	char of[EDITION_LATER + 1][256];
};

struct walking {
	struct writer *w;
	const struct operation *operation; /* NULL: fields of all */
	bool input;
	bool has_later;
	void (*each)(const struct walking *walking, const struct field *field, const struct names *names);
};

/* The first edition's name, with the later one's where that is another; a field of one edition says which. */
static void write_names(struct writer *w, const struct names *names, bool has_later)
{
	const char *first = names->of[EDITION_FIRST];
	const char *later = names->of[EDITION_LATER];

	w->format->text(w, "name", *first ? first : later);
	if (!has_later || text_equal(first, later))
		return;
	if (*first && *later)
		w->format->text(w, "later", later);
	else
		w->format->text(w, "edition", *first ? "first" : "later");
}

/* Values only: what is around them is in their names. */
static void write_field(const struct walking *walking, const struct field *field, const struct names *names)
{
	struct writer *w = walking->w;

	if (field->of)
		return;
	w->format->object_begin(w, NULL);
	write_names(w, names, walking->has_later);
	if (walking->input && walking->operation && walking->operation->method)
		w->format->text(w, "in", reference_place(walking->operation, field));
	w->format->text(w, "type", reference_type(field));
	write_flag(w, field, FIELD_REQUIRED, "required");
	write_flag(w, field, FIELD_ACCEPTED, "ignored");
	write_flag(w, field, FIELD_SECRET, "secret");
	w->format->object_end(w, NULL);
}

/* Gives each field to `each` under its names on the wire: Tag.N.Key, Disks.Disk[].DiskId. */
static void walk(const struct walking *walking, const struct field *fields, const struct names *prefixes)
{
	const struct field *field;
	int e;

	for (field = fields; field->name; field++) {
		struct names names = { 0 };
		struct names inner = { 0 };
		bool there = false;

		for (e = 0; e <= (walking->has_later ? EDITION_LATER : EDITION_FIRST); e++) {
			char *name = names.of[e];

			if (!field_name(field, (enum edition)e))
				continue;
			there = true;
			reference_name(field, (enum edition)e, prefixes->of[e], walking->input, name, sizeof names.of[e]);
			snprintf(inner.of[e], sizeof inner.of[e], "%.*s.", (int)sizeof inner.of[e] - 2, name);
		}
		if (!there)
			continue;
		walking->each(walking, field, &names);
		if (field->of)
			walk(walking, field->of->fields, &inner);
	}
}

static void write_bad(const struct walking *walking, const struct field *field, const struct names *names)
{
	const char *first = names->of[EDITION_FIRST];

	if (field->bad)
		write_row(walking->w, field->bad, *first ? first : names->of[EDITION_LATER]);
}

static void write_operation(struct writer *w, const struct operation *operation, bool has_later)
{
	const struct names none = { 0 };
	const char *member = operation->path ? strchr(operation->path, '#') : NULL;
	char path[256];

	w->format->object_begin(w, NULL);
	w->format->text(w, "name", operation->name);
	if (operation->method) {
		snprintf(path, sizeof path, "%.*s", (int)strcspn(operation->path, "#"), operation->path);
		w->format->text(w, "method", operation->method);
		w->format->text(w, "path", path);
		if (member)
			w->format->text(w, "member", member + 1);
		writer_int(w, "success", operation->success ? operation->success : 200);
	}
	w->format->text(w, "doc", operation->doc);
	w->format->text(w, "permission", operation->permission);
	w->format->list_begin(w, "parameters");
	walk(&(struct walking){ w, operation, true, has_later, write_field }, operation->in.fields, &none);
	w->format->list_end(w, "parameters");
	w->format->list_begin(w, "reply");
	walk(&(struct walking){ w, operation, false, has_later, write_field }, operation->out.fields, &none);
	w->format->list_end(w, "reply");
	w->format->list_begin(w, "errors");
	write_rows(w, operation->errors);
	walk(&(struct walking){ w, operation, true, has_later, write_bad }, operation->in.fields, &none);
	w->format->list_end(w, "errors");
	w->format->object_end(w, NULL);
}

void reference_json(const struct dialect *dialect, bool has_later)
{
	struct buf BUF_CLEANUP buf;
	const struct operation *const *at;
	const struct names none = { 0 };
	struct writer w;

	buf_init(&buf, OUTPUT_MAX);
	writer_init(&w, &writer_json, &buf);
	w.format->object_begin(&w, NULL);
	w.format->list_begin(&w, "operations");
	for (at = dialect->operations; *at; at++)
		write_operation(&w, *at, has_later);
	w.format->list_end(&w, "operations");
	w.format->list_begin(&w, "common");
	if (dialect->common)
		walk(&(struct walking){ &w, NULL, true, false, write_field }, dialect->common, &none);
	w.format->list_end(&w, "common");
	w.format->list_begin(&w, "errors");
	write_rows(&w, dialect->errors);
	w.format->list_end(&w, "errors");
	w.format->object_end(&w, NULL);
	puts(buf_text(&buf));
}
