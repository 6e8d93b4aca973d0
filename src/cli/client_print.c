#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/client.h"

const char *client_clean(struct client *client, const char *text)
{
	char *copy = arena_text(&client->arena, text);
	char *c;

	for (c = copy; *c; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
		/* U+0080 to U+009F are control characters as well. */
		else if ((unsigned char)c[0] == 0xc2 && (unsigned char)c[1] >= 0x80 && (unsigned char)c[1] < 0xa0)
			c[0] = c[1] = '?';
	}
	return copy;
}

const char *client_text(struct client *client, const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);
	const char *result = "";
	char *text;

	if (json_is_string(value))
		return client_clean(client, json_string_value(value));
	if (!value || json_is_null(value))
		return result;
	text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	result = client_clean(client, text ? text : "");
	free(text);
	return result;
}

void client_print_json(const json_t *json)
{
	json_dumpf(json, stdout, JSON_INDENT(2));
	putchar('\n');
}

static void print_cell(const char *text, size_t width, bool last)
{
	if (last)
		printf("%s\n", text);
	else
		printf("%s%*s", text, (int)(width + 2 - text_characters(text)), "");
}

void client_print_table(struct client *client, const struct client_column *columns, size_t n_columns,
                        const json_t *rows)
{
	size_t *widths = arena_array(&client->arena, size_t, n_columns);
	size_t row, column;

	for (column = 0; column < n_columns; column++) {
		widths[column] = strlen(columns[column].heading);
		for (row = 0; row < json_array_size(rows); row++) {
			size_t width = text_characters(
				client_text(client, json_array_get(rows, row), columns[column].member));

			if (width > widths[column])
				widths[column] = width;
		}
	}
	for (column = 0; column < n_columns; column++)
		print_cell(columns[column].heading, widths[column], column + 1 == n_columns);
	for (row = 0; row < json_array_size(rows); row++) {
		for (column = 0; column < n_columns; column++)
			print_cell(client_text(client, json_array_get(rows, row), columns[column].member),
			           widths[column], column + 1 == n_columns);
	}
}
