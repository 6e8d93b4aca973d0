/* The tables of a dialect as JSON, for tools: parameters and replies under their flat names, error rows with what they are
 * for. The pages for people are printed by reference.c. */
#include <stdio.h>

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

/* Values only: what is around them is in their names. */
static void write_field(struct writer *w, const struct field *field, const char *name)
{
	if (field->of)
		return;
	w->format->object_begin(w, NULL);
	w->format->text(w, "name", name);
	w->format->text(w, "type", reference_type(field));
	write_flag(w, field, FIELD_REQUIRED, "required");
	write_flag(w, field, FIELD_ACCEPTED, "ignored");
	write_flag(w, field, FIELD_SECRET, "secret");
	w->format->object_end(w, NULL);
}

/* Gives each field to `each` under its name on the wire: Tag.N.Key, Disks.Disk[].DiskId. */
static void walk(struct writer *w, const struct field *fields, const char *prefix, bool input,
                 void (*each)(struct writer *w, const struct field *field, const char *name))
{
	const struct field *field;
	char name[256];
	char inner[260];

	for (field = fields; field->name; field++) {
		if (!field_name(field, EDITION_FIRST))
			continue;
		reference_name(field, EDITION_FIRST, prefix, input, name, sizeof name);
		each(w, field, name);
		if (!field->of)
			continue;
		snprintf(inner, sizeof inner, "%s.", name);
		walk(w, field->of->fields, inner, input, each);
	}
}

static void write_bad(struct writer *w, const struct field *field, const char *name)
{
	if (field->bad)
		write_row(w, field->bad, name);
}

static void write_operation(struct writer *w, const struct operation *operation)
{
	w->format->object_begin(w, NULL);
	w->format->text(w, "name", operation->name);
	w->format->text(w, "doc", operation->doc);
	w->format->text(w, "permission", operation->permission);
	w->format->list_begin(w, "parameters");
	walk(w, operation->in.fields, "", true, write_field);
	w->format->list_end(w, "parameters");
	w->format->list_begin(w, "reply");
	walk(w, operation->out.fields, "", false, write_field);
	w->format->list_end(w, "reply");
	w->format->list_begin(w, "errors");
	write_rows(w, operation->errors);
	walk(w, operation->in.fields, "", true, write_bad);
	w->format->list_end(w, "errors");
	w->format->object_end(w, NULL);
}

void reference_json(const struct dialect *dialect)
{
	struct buf BUF_CLEANUP buf;
	const struct operation *const *at;
	const struct field *field;
	struct writer w;

	buf_init(&buf, OUTPUT_MAX);
	writer_init(&w, &writer_json, &buf);
	w.format->object_begin(&w, NULL);
	w.format->list_begin(&w, "operations");
	for (at = dialect->operations; *at; at++)
		write_operation(&w, *at);
	w.format->list_end(&w, "operations");
	w.format->list_begin(&w, "common");
	for (field = dialect->common; field && field->name; field++)
		write_field(&w, field, field->name);
	w.format->list_end(&w, "common");
	w.format->list_begin(&w, "errors");
	write_rows(&w, dialect->errors);
	w.format->list_end(&w, "errors");
	w.format->object_end(&w, NULL);
	puts(buf_text(&buf));
}
