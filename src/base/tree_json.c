#include <jansson.h>
#include <string.h>

#include "base/buf.h"
#include "base/tree.h"
#include "base/writer.h"

#define JSON_BYTES_MAX ((size_t)64 << 20)

static struct tree *convert(struct arena *arena, struct tree *parent, const char *name, json_t *json, unsigned depth);

static struct tree *convert_members(struct arena *arena, struct tree *node, json_t *json, unsigned depth)
{
	const char *key;
	json_t *value;
	size_t i;

	if (depth == 0)
		return NULL;
	if (json_is_object(json)) {
		json_object_foreach(json, key, value) {
			if (!convert(arena, node, arena_text(arena, key), value, depth - 1))
				return NULL;
		}
		return node;
	}
	json_array_foreach(json, i, value) {
		if (!convert(arena, node, NULL, value, depth - 1))
			return NULL;
	}
	return node;
}

static struct tree *convert(struct arena *arena, struct tree *parent, const char *name, json_t *json, unsigned depth)
{
	switch (json_typeof(json)) {
	case JSON_STRING:
		return tree_add(arena, parent, TREE_TEXT, name, arena_text(arena, json_string_value(json)));
	case JSON_INTEGER:
		return tree_add(arena, parent, TREE_NUMBER, name,
		                arena_printf(arena, "%lld", (long long)json_integer_value(json)));
	case JSON_REAL:
		return tree_add(arena, parent, TREE_NUMBER, name, arena_printf(arena, "%.17g", json_real_value(json)));
	case JSON_TRUE:
		return tree_add(arena, parent, TREE_BOOL, name, "true");
	case JSON_FALSE:
		return tree_add(arena, parent, TREE_BOOL, name, "false");
	case JSON_NULL:
		return tree_add(arena, parent, TREE_NULL, name, NULL);
	case JSON_OBJECT:
		return convert_members(arena, tree_add(arena, parent, TREE_OBJECT, name, NULL), json, depth);
	case JSON_ARRAY:
		return convert_members(arena, tree_add(arena, parent, TREE_LIST, name, NULL), json, depth);
	}
	return NULL;
}

struct tree *tree_from_json(struct arena *arena, const char *text, size_t length, unsigned max_depth,
                            const char **ret_error)
{
	json_error_t error;
	/* jansson itself refuses NUL in strings and nesting beyond 2048. */
	json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	struct tree *tree;

	if (!json) {
		*ret_error = arena_printf(arena, "%s (line %d, column %d)", error.text, error.line, error.column);
		return NULL;
	}
	tree = convert(arena, NULL, NULL, json, max_depth);
	if (!tree)
		*ret_error = arena_printf(arena, "nested deeper than %u", max_depth);
	json_decref(json);
	return tree;
}

static void write_tree(struct buf *buf, const struct tree *tree)
{
	bool list = tree->kind == TREE_LIST;
	const struct tree *child;

	if (tree->kind == TREE_TEXT)
		writer_json_string(buf, tree->value);
	else if (tree->kind != TREE_OBJECT && !list)
		buf_add_text(buf, tree->kind == TREE_NULL ? "null" : tree->value);
	if (tree->kind != TREE_OBJECT && !list)
		return;
	buf_add_char(buf, list ? '[' : '{');
	for (child = tree->first; child; child = child->next) {
		if (child != tree->first)
			buf_add_char(buf, ',');
		if (!list) {
			writer_json_string(buf, child->name);
			buf_add_char(buf, ':');
		}
		write_tree(buf, child);
	}
	buf_add_char(buf, list ? ']' : '}');
}

const char *tree_to_json(struct arena *arena, const struct tree *tree)
{
	struct buf BUF_CLEANUP buf;

	buf_init(&buf, JSON_BYTES_MAX);
	write_tree(&buf, tree);
	return arena_text_n(arena, buf_text(&buf), buf.length);
}
