#include "base/tree.h"

#include <string.h>

#include "base/text.h"

struct tree *tree_add(struct arena *arena, struct tree *parent, enum tree_kind kind, const char *name,
                      const char *value)
{
	struct tree *node = arena_new(arena, struct tree);

	node->kind = kind;
	node->name = name;
	node->value = value;
	if (parent) {
		if (parent->last)
			parent->last->next = node;
		else
			parent->first = node;
		parent->last = node;
		parent->n_children++;
	}
	return node;
}

struct tree *tree_object(struct arena *arena, const char *name)
{
	return tree_add(arena, NULL, TREE_OBJECT, name, NULL);
}

/* Most children differ in their first character already. */
static struct tree *tree_find_n(const struct tree *parent, const char *name, size_t length)
{
	char first = length ? name[0] : '\0';
	struct tree *child;

	for (child = parent->first; child; child = child->next) {
		if (child->name && child->name[0] == first && strncmp(child->name, name, length) == 0 &&
		    child->name[length] == '\0')
			return child;
	}
	return NULL;
}

struct tree *tree_find(const struct tree *parent, const char *name)
{
	return tree_find_n(parent, name, strlen(name));
}

bool tree_add_flat(struct arena *arena, struct tree *root, const char *name, const char *value, unsigned max_depth)
{
	struct tree *at = root;
	unsigned depth = 0;

	for (;;) {
		const char *dot = strchr(name, '.');
		size_t length = dot ? (size_t)(dot - name) : strlen(name);
		struct tree *child = tree_find_n(at, name, length);

		if (++depth > max_depth)
			return false;
		if (!child)
			child = tree_add(arena, at, TREE_OBJECT, arena_text_n(arena, name, length), NULL);
		if (!dot) {
			/* "SystemDisk" may be a value and "SystemDisk.Size" a child of it: both are kept. */
			child->value = value;
			if (!child->first)
				child->kind = TREE_TEXT;
			return true;
		}
		child->kind = TREE_OBJECT;
		at = child;
		name = dot + 1;
	}
}
