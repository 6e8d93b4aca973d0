#include "api/write.h"

#include "base/text.h"

/* A list "Disks" with items "Disk" is {"Disks":{"Disk":[...]}} and <Disks><Disk/>...</Disks>; without an item name it is
 * a plain JSON list. */
static void list_begin(struct writer *w, const struct field *field)
{
	if (field->item) {
		w->format->object_begin(w, field->name);
		w->format->list_begin(w, field->item);
	} else {
		w->format->list_begin(w, field->name);
	}
}

static void list_end(struct writer *w, const struct field *field)
{
	w->format->list_end(w, field->item ? field->item : field->name);
	if (field->item)
		w->format->object_end(w, field->name);
}

/* Inside a JSON list values have no names; in XML each repeats the item's. */
static const char *item_name(const struct writer *w, const struct field *field)
{
	if (w->format == &writer_json)
		return NULL;
	return field->item ? field->item : field->name;
}

static void write_texts(struct writer *w, const struct field *field, const struct texts *texts)
{
	size_t i;

	list_begin(w, field);
	for (i = 0; i < texts->n; i++)
		w->format->text(w, item_name(w, field), texts->items[i]);
	list_end(w, field);
}

static void write_ints(struct writer *w, const struct field *field, const struct numbers *numbers)
{
	size_t i;

	list_begin(w, field);
	for (i = 0; i < numbers->n; i++)
		writer_int(w, item_name(w, field), numbers->items[i]);
	list_end(w, field);
}

static void write_items(struct writer *w, const struct field *field, const struct items *items)
{
	size_t i;

	list_begin(w, field);
	for (i = 0; i < items->n; i++) {
		w->format->object_begin(w, item_name(w, field));
		write_fields(w, field->of, (const char *)items->items + i * field->of->size);
		w->format->object_end(w, item_name(w, field));
	}
	list_end(w, field);
}

static void write_field(struct writer *w, const struct field *field, const void *at)
{
	const char *text;

	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_TIME:
		text = *(const char *const *)at;
		if (!(field->flags & FIELD_OMIT_EMPTY) || !text_empty(text))
			w->format->text(w, field->name, text);
		break;
	case FIELD_BOOL:
		writer_bool(w, field->name, *(const bool *)at);
		break;
	case FIELD_INT:
		writer_int(w, field->name, *(const int64_t *)at);
		break;
	case FIELD_DECIMAL:
		writer_double(w, field->name, *(const double *)at);
		break;
	case FIELD_OPT_BOOL:
		if (((const struct opt_bool *)at)->is == GIVEN)
			writer_bool(w, field->name, ((const struct opt_bool *)at)->value);
		break;
	case FIELD_OPT_INT:
		if (((const struct opt_int *)at)->is == GIVEN)
			writer_int(w, field->name, ((const struct opt_int *)at)->value);
		break;
	case FIELD_TEXTS:
		write_texts(w, field, at);
		break;
	case FIELD_INTS:
		write_ints(w, field, at);
		break;
	case FIELD_ITEMS:
		write_items(w, field, at);
		break;
	case FIELD_OBJECT:
		w->format->object_begin(w, field->name);
		write_fields(w, field->of, at);
		w->format->object_end(w, field->name);
		break;
	case FIELD_JSON_TEXTS:
		write_texts(w, field, &(struct texts){ ((const struct opt_texts *)at)->items,
		                                       ((const struct opt_texts *)at)->n });
		break;
	}
}

void write_fields(struct writer *writer, const struct shape *shape, const void *source)
{
	const struct field *field;

	for (field = shape->fields; field->name; field++)
		write_field(writer, field, (const char *)source + field->offset);
}
