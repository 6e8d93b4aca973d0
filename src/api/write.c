#include "api/write.h"

#include <math.h>

#include "base/text.h"

/* A field as one edition shows it. */
struct shown {
	const struct field *field;
	enum edition edition;
	const char *name;
	const char *item; /* NULL: a plain JSON list */
};

/* A list "Disks" with items "Disk" is {"Disks":{"Disk":[...]}} and <Disks><Disk/>...</Disks>; without an item name it is
 * a plain JSON list. */
static void list_begin(struct writer *w, const struct shown *shown)
{
	if (shown->item) {
		w->format->object_begin(w, shown->name);
		w->format->list_begin(w, shown->item);
	} else {
		w->format->list_begin(w, shown->name);
	}
}

static void list_end(struct writer *w, const struct shown *shown)
{
	w->format->list_end(w, shown->item ? shown->item : shown->name);
	if (shown->item)
		w->format->object_end(w, shown->name);
}

/* Inside a JSON list values have no names; in XML each repeats the item's. */
static const char *item_name(const struct writer *w, const struct shown *shown)
{
	if (w->format == &writer_json)
		return NULL;
	return shown->item ? shown->item : shown->name;
}

static void write_texts(struct writer *w, const struct shown *shown, const struct texts *texts)
{
	size_t i;

	list_begin(w, shown);
	for (i = 0; i < texts->n; i++)
		w->format->text(w, item_name(w, shown), texts->items[i]);
	list_end(w, shown);
}

static void write_ints(struct writer *w, const struct shown *shown, const struct numbers *numbers)
{
	size_t i;

	list_begin(w, shown);
	for (i = 0; i < numbers->n; i++)
		writer_int(w, item_name(w, shown), numbers->items[i]);
	list_end(w, shown);
}

static void write_items(struct writer *w, const struct shown *shown, const struct items *items)
{
	const struct shape *of = shown->field->of;
	size_t i;

	list_begin(w, shown);
	for (i = 0; i < items->n; i++) {
		w->format->object_begin(w, item_name(w, shown));
		write_edition(w, shown->edition, of, (const char *)items->items + i * of->size);
		w->format->object_end(w, item_name(w, shown));
	}
	list_end(w, shown);
}

static void write_pairs(struct writer *w, const struct shown *shown, const struct pairs *pairs)
{
	size_t i;

	if (pairs->is == ABSENT && shown->field->flags & FIELD_NULL) {
		w->format->raw(w, shown->name, "null");
		return;
	}
	w->format->object_begin(w, shown->name);
	for (i = 0; i < pairs->n; i++)
		w->format->text(w, pairs->items[i].name, pairs->items[i].value);
	w->format->object_end(w, shown->name);
}

static void write_named_items(struct writer *w, const struct shown *shown, const struct named_items *named)
{
	const struct shown list = { .field = shown->field, .edition = shown->edition, .name = named->name };
	const struct items items = { named->items, named->n };

	w->format->object_begin(w, shown->name);
	if (named->name)
		write_items(w, &list, &items);
	w->format->object_end(w, shown->name);
}

/* A struct of which nothing was set. */
static bool is_nothing(const void *at, size_t size)
{
	const char *bytes = at;

	while (size && !bytes[size - 1])
		size--;
	return size == 0;
}

static void write_field(struct writer *w, const struct shown *shown, const void *at)
{
	const struct field *field = shown->field;
	const char *text;

	switch (field->type) {
	case FIELD_TEXT:
	case FIELD_TIME:
		text = *(const char *const *)at;
		if (field->flags & FIELD_HEADER)
			break;
		if (!text && field->flags & FIELD_NULL)
			w->format->raw(w, shown->name, "null");
		else if (!(field->flags & FIELD_OMIT_EMPTY) || !text_empty(text))
			w->format->text(w, shown->name, text);
		break;
	case FIELD_BOOL:
		writer_bool(w, shown->name, *(const bool *)at);
		break;
	case FIELD_INT:
		writer_int(w, shown->name, *(const int64_t *)at);
		break;
	case FIELD_DECIMAL:
		if (!(field->flags & FIELD_OMIT_EMPTY) || !isnan(*(const double *)at))
			writer_double(w, shown->name, *(const double *)at);
		break;
	case FIELD_OPT_BOOL:
		if (((const struct opt_bool *)at)->is == GIVEN)
			writer_bool(w, shown->name, ((const struct opt_bool *)at)->value);
		break;
	case FIELD_OPT_INT:
		if (((const struct opt_int *)at)->is == GIVEN)
			writer_int(w, shown->name, ((const struct opt_int *)at)->value);
		else if (field->flags & FIELD_NULL)
			w->format->raw(w, shown->name, "null");
		break;
	case FIELD_TEXTS:
		write_texts(w, shown, at);
		break;
	case FIELD_INTS:
		write_ints(w, shown, at);
		break;
	case FIELD_ITEMS:
		write_items(w, shown, at);
		break;
	case FIELD_OBJECT:
		if (field->flags & FIELD_OMIT_EMPTY && is_nothing(at, field->of->size))
			break;
		w->format->object_begin(w, shown->name);
		write_edition(w, shown->edition, field->of, at);
		w->format->object_end(w, shown->name);
		break;
	case FIELD_NAMED_ITEMS:
		write_named_items(w, shown, at);
		break;
	case FIELD_PAIRS:
		write_pairs(w, shown, at);
		break;
	case FIELD_JSON_TEXTS:
		write_texts(w, shown, &(struct texts){ ((const struct opt_texts *)at)->items,
		                                       ((const struct opt_texts *)at)->n });
		break;
	}
}

void write_edition(struct writer *writer, enum edition edition, const struct shape *shape, const void *source)
{
	const struct field *field;

	for (field = shape->fields; field->name; field++) {
		struct shown shown = {
			.field = field,
			.edition = edition,
			.name = field_name(field, edition),
			.item = edition == EDITION_LATER ? NULL : field->item,
		};

		if (shown.name)
			write_field(writer, &shown, (const char *)source + field->offset);
	}
}

void write_fields(struct writer *writer, const struct shape *shape, const void *source)
{
	write_edition(writer, EDITION_FIRST, shape, source);
}
