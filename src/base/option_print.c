#include "base/option.h"

#include <string.h>

#include "base/text.h"

char *option_choices(struct arena *arena, const struct option *o, const char *between)
{
	const char *const *word = o->choices;
	char *text = arena_text(arena, *word);

	for (word++; *word; word++)
		text = arena_printf(arena, "%s%s%s", text, between, *word);
	return text;
}

void option_wrap(struct buf *buf, const char *text, unsigned column, unsigned indent)
{
	while (*text) {
		size_t word = strcspn(text, " \n");

		if (column > indent && column + 1 + word > 100) {
			buf_printf(buf, "\n%*s", (int)indent, "");
			column = indent;
		} else if (column > indent) {
			buf_add_char(buf, ' ');
			column++;
		}
		buf_add(buf, text, word);
		column += (unsigned)word;
		text += word;
		if (*text == '\n') {
			buf_printf(buf, "\n%*s", (int)indent, "");
			column = indent;
		}
		text += *text != '\0';
	}
}

static char *value_text(struct arena *arena, const struct option *o)
{
	if (o->type == OPTION_BOOL)
		return arena_text(arena, "");
	if (o->type == OPTION_CHOICE)
		return arena_printf(arena, " %s", option_choices(arena, o, "|"));
	return arena_printf(arena, " %s", text_or(o->value, "VALUE"));
}

static const char *doc_text(struct arena *arena, const struct option *o)
{
	return o->otherwise ? arena_printf(arena, "%s (default %s)", o->doc, o->otherwise) : o->doc;
}

void options_help(struct buf *buf, const struct option *options)
{
	const unsigned indent = 36;
	const char *group = NULL;
	const struct option *o;
	struct arena arena;

	arena_init(&arena);
	for (o = options; o->name; o++) {
		char *head;

		if (o->flags & OPTION_HIDDEN)
			continue;
		if (o->group && !text_equal(o->group, group))
			buf_printf(buf, "%s%s:\n", group ? "\n" : "", o->group);
		group = text_or(o->group, group);
		head = arena_printf(&arena, "  --%s%s", o->name, value_text(&arena, o));
		if (strlen(head) + 2 > indent)
			buf_printf(buf, "%s\n%*s", head, (int)indent, "");
		else
			buf_printf(buf, "%-*s", (int)indent, head);
		option_wrap(buf, doc_text(&arena, o), indent, indent);
		buf_add_char(buf, '\n');
	}
	arena_finish(&arena);
}

static void man_text(struct buf *buf, const char *text)
{
	for (; *text; text++) {
		if (*text == '-' || *text == '\\')
			buf_add_char(buf, '\\');
		buf_add_char(buf, *text);
	}
}

void options_man(struct buf *buf, const struct option *options)
{
	const struct option *o;
	struct arena arena;

	arena_init(&arena);
	for (o = options; o->name; o++) {
		if (o->flags & OPTION_HIDDEN)
			continue;
		buf_add_text(buf, ".TP\n.B ");
		man_text(buf, arena_printf(&arena, "--%s%s", o->name, value_text(&arena, o)));
		buf_add_char(buf, '\n');
		man_text(buf, doc_text(&arena, o));
		buf_add_text(buf, ".\n");
		if (o->env) {
			buf_add_text(buf, "Environment: ");
			man_text(buf, o->env);
			buf_add_text(buf, ".\n");
		}
	}
	arena_finish(&arena);
}
