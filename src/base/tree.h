/* What a client sent, whatever its spelling: flat parameters (Tag.1.Key=v), a JSON body, or JSON inside a string
 * become one tree of named values. Binding a tree to a C struct is api/bind.h; nothing here knows what a name means. */
#ifndef BASE_TREE_H
#define BASE_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

enum tree_kind { TREE_TEXT, TREE_NUMBER, TREE_BOOL, TREE_NULL, TREE_OBJECT, TREE_LIST };

struct tree {
	enum tree_kind kind;
	const char *name;  /* member name, or the index as written ("1"); NULL for the root and JSON list items */
	const char *value; /* text, number or boolean as written; NULL for objects and lists */
	struct tree *first, *last; /* children in the order they came */
	struct tree *next;
	size_t n_children;
	bool read; /* some field asked for it: what nobody read is shown in the journal */
	unsigned flags; /* what its field says of it, for the journal (api/shape.h) */
};

/* An empty object. Everything is allocated in `arena`. */
struct tree *tree_object(struct arena *arena, const char *name);

/* Adds a flat parameter: "Tag.1.Key" makes Tag, below it 1, below it Key. A name given again replaces the earlier
 * value. False if the name is deeper than `max_depth`. */
bool tree_add_flat(struct arena *arena, struct tree *root, const char *name, const char *value, unsigned max_depth);

/* Adds a member as it is named, dots and all. */
struct tree *tree_add(struct arena *arena, struct tree *parent, enum tree_kind kind, const char *name,
                      const char *value);

/* The child of that name, or NULL. Marks nothing as read. */
struct tree *tree_find(const struct tree *parent, const char *name);

/* Reads JSON: duplicate names and anything after the document are refused. NULL with *ret_error set (in the arena:
 * what is wrong, line and column) on bad input or nesting deeper than `max_depth`. */
struct tree *tree_from_json(struct arena *arena, const char *text, size_t length, unsigned max_depth,
                            const char **ret_error);

/* JSON without blanks or line ends between its parts, members in their order. */
const char *tree_to_json(struct arena *arena, const struct tree *tree);

#endif
