#include "api/bind.h"

#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "base/text.h"

struct binding {
	struct arena *arena;
	struct refusal *refusal;
	enum edition edition;
	bool refused; /* what came first is told; the rest is read all the same */
};

static bool bind_fields(struct binding *b, const struct shape *shape, struct tree *tree, const char *prefix,
                        void *target);

static bool refuse(struct binding *b, enum refusal_reason reason, const struct field *field, const char *name)
{
	if (b->refused)
		return false;
	b->refused = true;
	*b->refusal = (struct refusal){ .reason = reason, .subject = name };
	if (reason == REFUSE_PARAMETER_INVALID && field->bad) {
		b->refusal->reason = REFUSE_FIELD;
		b->refusal->row = field->bad;
	}
	return false;
}

const char *field_name(const struct field *field, enum edition edition)
{
	const char *name = edition == EDITION_LATER && field->later ? field->later : field->name;

	return *name ? name : NULL;
}

static const char *full_name(struct binding *b, const char *prefix, const char *name)
{
	return *prefix ? arena_printf(b->arena, "%s.%s", prefix, name) : name;
}

static bool check_text(struct binding *b, const struct field *field, const char *value, const char *name)
{
	size_t length = text_characters(value);
	int64_t max = field->max ? field->max : FIELD_TEXT_MAX;
	const char *const *allowed;
	int64_t moment;

	if (!*value)
		return field->flags & FIELD_NOT_EMPTY ? refuse(b, REFUSE_PARAMETER_EMPTY, field, name) : true;
	if ((int64_t)length > max || (int64_t)length < field->min)
		return refuse(b, REFUSE_PARAMETER_INVALID, field, name);
	if (field->type == FIELD_TIME && !moment_parse(value, &moment))
		return refuse(b, REFUSE_PARAMETER_INVALID, field, name);
	if (!field->values)
		return true;
	for (allowed = field->values; *allowed; allowed++) {
		if (text_equal(*allowed, value))
			return true;
	}
	return refuse(b, REFUSE_PARAMETER_INVALID, field, name);
}

static bool bind_bool(struct binding *b, const struct field *field, const char *value, const char *name, void *at)
{
	struct opt_bool *ret = at;

	ret->is = *value ? GIVEN : EMPTY;
	if (!*value)
		return field->flags & FIELD_NOT_EMPTY ? refuse(b, REFUSE_PARAMETER_EMPTY, field, name) : true;
	return text_to_bool(value, &ret->value) || refuse(b, REFUSE_PARAMETER_INVALID, field, name);
}

static bool bind_int(struct binding *b, const struct field *field, const char *value, const char *name, void *at)
{
	struct opt_int *ret = at;

	ret->is = *value ? GIVEN : EMPTY;
	if (!*value)
		return field->flags & FIELD_NOT_EMPTY ? refuse(b, REFUSE_PARAMETER_EMPTY, field, name) : true;
	if (!text_to_int64(value, &ret->value))
		return refuse(b, REFUSE_PARAMETER_INVALID, field, name);
	if ((field->min || field->max) && (ret->value < field->min || ret->value > field->max))
		return refuse(b, REFUSE_PARAMETER_INVALID, field, name);
	return true;
}

/* The numbered children X.1, X.2 ... in the order of their numbers, or the items of a JSON list as they stand. */
static struct tree **list_items(struct binding *b, struct tree *node, size_t *ret_n)
{
	struct tree **items = arena_array(b->arena, struct tree *, node->n_children);
	struct tree *child;
	size_t n = 0;

	for (child = node->first; child; child = child->next) {
		size_t at = n;
		int64_t number;
		int64_t before;

		if (node->kind != TREE_LIST) {
			if (!text_to_int64(child->name, &number) || number < 1)
				continue;
			while (at > 0 && text_to_int64(items[at - 1]->name, &before) && before > number) {
				items[at] = items[at - 1];
				at--;
			}
		}
		child->read = true;
		items[at] = child;
		n++;
	}
	*ret_n = n;
	return items;
}

/* {"Disks":{"Disk":[...]}}: the list inside its wrapper, as write.c writes it. */
static struct tree *unwrap(const struct field *field, struct tree *node)
{
	struct tree *inner = field->item && node->kind == TREE_OBJECT ? tree_find(node, field->item) : NULL;

	return inner && inner->kind == TREE_LIST ? inner : node;
}

/* A value where members or items belong. "InstanceId=i-1" for "InstanceId.1=i-1" is no way to name one: taken as nothing
 * it would ask for all. What is accepted without effect may be anything: clients send lists as JSON in a text there. */
static bool is_plain_misfit(const struct field *field, const struct tree *node)
{
	if (text_empty(node->value) || field->flags & (FIELD_ACCEPTED | FIELD_ONE))
		return false;
	return field->type == FIELD_TEXTS || field->type == FIELD_ITEMS || field->type == FIELD_PAIRS ||
	       (field->type == FIELD_OBJECT && !node->first);
}

/* "Tag=" says nothing, and so does "SystemDisk=x" beside "SystemDisk.Size". */
static bool is_passed_over(const struct field *field, const struct tree *node)
{
	bool has_parts = field->type == FIELD_TEXTS || field->type == FIELD_ITEMS || field->type == FIELD_OBJECT;

	return has_parts && node->value && (!*node->value || (field->type == FIELD_OBJECT && node->first));
}

/* FIELD_EXACT. A JSON list has no numbers, and so no gaps. */
static bool is_exact(const struct tree *node, struct tree **items, size_t n)
{
	int64_t last = 0;
	size_t i;
	size_t j;

	if (n && node->kind != TREE_LIST && (!text_to_int64(items[n - 1]->name, &last) || last != (int64_t)n))
		return false;
	for (i = 0; i < n; i++) {
		if (text_empty(items[i]->value))
			return false;
		for (j = 0; j < i; j++) {
			if (text_equal(items[i]->value, items[j]->value))
				return false;
		}
	}
	return true;
}

static bool bind_texts(struct binding *b, const struct field *field, struct tree *node, const char *name, void *at)
{
	size_t n;
	struct tree **items = list_items(b, unwrap(field, node), &n);
	const char **texts;
	size_t i;

	if (field->flags & FIELD_ONE && !text_empty(node->value) && n == 0) {
		items = arena_array(b->arena, struct tree *, 1);
		items[n++] = node;
	}
	if ((int64_t)n > (field->max ? field->max : FIELD_ITEMS_MAX))
		return refuse(b, REFUSE_PARAMETER_INVALID, field, name);
	if (field->flags & FIELD_EXACT && n == 0 && field->flags & FIELD_REQUIRED)
		return refuse(b, REFUSE_PARAMETER_MISSING, field, name);
	if (field->flags & FIELD_EXACT && !is_exact(unwrap(field, node), items, n))
		return refuse(b, REFUSE_PARAMETER_INVALID, field, name);
	texts = arena_array(b->arena, const char *, n);
	for (i = 0; i < n; i++) {
		if (!items[i]->value || text_characters(items[i]->value) > FIELD_TEXT_MAX)
			return refuse(b, REFUSE_PARAMETER_INVALID, field, name);
		texts[i] = items[i]->value;
	}
	*(struct texts *)at = (struct texts){ texts, n };
	return true;
}

static bool bind_json_texts(struct binding *b, const struct field *field, const char *value, const char *name,
                            void *at)
{
	struct opt_texts *ret = at;
	const char **texts;
	const char *error;
	struct tree *list;
	struct tree *item;
	size_t n = 0;

	ret->is = *value ? GIVEN : EMPTY;
	if (!*value)
		return field->flags & FIELD_NOT_EMPTY ? refuse(b, REFUSE_PARAMETER_EMPTY, field, name) : true;
	list = tree_from_json(b->arena, value, strlen(value), 1, &error);
	if (!list || list->kind != TREE_LIST)
		return refuse(b, REFUSE_PARAMETER_INVALID, field, name);
	if ((int64_t)list->n_children > (field->max ? field->max : FIELD_ITEMS_MAX))
		return refuse(b, REFUSE_PARAMETER_INVALID, field, name);
	texts = arena_array(b->arena, const char *, list->n_children);
	for (item = list->first; item; item = item->next) {
		if (item->kind != TREE_TEXT)
			return refuse(b, REFUSE_PARAMETER_INVALID, field, name);
		texts[n++] = item->value;
	}
	ret->items = texts;
	ret->n = n;
	return true;
}

/* What the sender calls "x": 1 or "x": true is a text here all the same. */
static bool bind_pairs(struct binding *b, const struct field *field, struct tree *node, const char *name, void *at)
{
	struct pairs *ret = at;
	struct tree *child;

	if (node->kind != TREE_OBJECT || node->value || (int64_t)node->n_children > (field->max ? field->max : FIELD_ITEMS_MAX))
		return refuse(b, REFUSE_PARAMETER_INVALID, field, name);
	ret->is = GIVEN;
	ret->items = arena_array(b->arena, struct text_pair, node->n_children);
	for (child = node->first; child; child = child->next) {
		child->read = true;
		if (child->kind == TREE_NULL)
			continue;
		if (!child->value || text_characters(child->value) > FIELD_TEXT_MAX)
			return refuse(b, REFUSE_PARAMETER_INVALID, field, full_name(b, name, child->name));
		ret->items[ret->n++] = (struct text_pair){ child->name, child->value };
	}
	return true;
}

static bool bind_items(struct binding *b, const struct field *field, struct tree *node, const char *name, void *at)
{
	struct items *ret = at;
	size_t n;
	struct tree **items = list_items(b, unwrap(field, node), &n);
	size_t i;

	if ((int64_t)n > (field->max ? field->max : FIELD_ITEMS_MAX))
		return refuse(b, REFUSE_PARAMETER_INVALID, field, name);
	*ret = (struct items){ arena_alloc(b->arena, field->of->size * (n ? n : 1)), n };
	for (i = 0; i < n; i++) {
		const char *item_name = arena_printf(b->arena, "%s.%s", name, items[i]->name ? items[i]->name : "N");

		if (items[i]->kind != TREE_OBJECT || !text_empty(items[i]->value))
			return refuse(b, REFUSE_PARAMETER_INVALID, field, name);
		if (!bind_fields(b, field->of, items[i], item_name, (char *)ret->items + i * field->of->size))
			return false;
	}
	return true;
}

static bool bind_value(struct binding *b, const struct field *field, struct tree *node, const char *prefix, void *at)
{
	const char *name = full_name(b, prefix, field_name(field, b->edition));

	if (is_plain_misfit(field, node))
		return refuse(b, REFUSE_PARAMETER_INVALID, field, name);
	switch (field->type) {
	case FIELD_TEXTS:
		return bind_texts(b, field, node, name, at);
	case FIELD_ITEMS:
		return bind_items(b, field, node, name, at);
	case FIELD_OBJECT:
		return bind_fields(b, field->of, node, name, at);
	case FIELD_PAIRS:
		return bind_pairs(b, field, node, name, at);
	case FIELD_TEXT:
	case FIELD_TIME:
	case FIELD_OPT_BOOL:
	case FIELD_OPT_INT:
	case FIELD_JSON_TEXTS:
	case FIELD_BOOL:
	case FIELD_INT:
	case FIELD_DECIMAL:
	case FIELD_NAMED_ITEMS:
	case FIELD_INTS:
		break;
	}
	if (!node->value)
		return refuse(b, REFUSE_PARAMETER_INVALID, field, name);
	switch (field->type) {
	case FIELD_OPT_BOOL:
		return bind_bool(b, field, node->value, name, at);
	case FIELD_OPT_INT:
		return bind_int(b, field, node->value, name, at);
	case FIELD_JSON_TEXTS:
		return bind_json_texts(b, field, node->value, name, at);
	case FIELD_BOOL:
		return text_to_bool(node->value, at);
	case FIELD_INT:
		return text_to_int64(node->value, at);
	case FIELD_DECIMAL:
	case FIELD_NAMED_ITEMS:
	case FIELD_INTS:
		return false; /* of replies only */
	case FIELD_TEXT:
	case FIELD_TIME:
	case FIELD_TEXTS:
	case FIELD_ITEMS:
	case FIELD_OBJECT:
	case FIELD_PAIRS:
		break;
	}
	*(const char **)at = node->value;
	return check_text(b, field, node->value, name);
}

static struct tree *find_node(const struct binding *b, const struct tree *tree, const struct field *field)
{
	const char *name = field_name(field, b->edition);
	struct tree *node = name ? tree_find(tree, name) : NULL;

	if (!node && name && field->also)
		node = tree_find(tree, field->also);
	return node && node->kind != TREE_NULL ? node : NULL;
}

static bool bind_fields(struct binding *b, const struct shape *shape, struct tree *tree, const char *prefix,
                        void *target)
{
	const struct field *field;
	bool good = true;

	/* What is missing is told before what is wrong, whatever the order of the fields. */
	for (field = shape->fields; field->name; field++) {
		if (field->flags & FIELD_REQUIRED && !find_node(b, tree, field))
			good = refuse(b, REFUSE_PARAMETER_MISSING, field, full_name(b, prefix, field_name(field, b->edition)));
	}
	for (field = shape->fields; field->name; field++) {
		struct tree *node = find_node(b, tree, field);

		if (!node)
			continue;
		node->read = !is_passed_over(field, node);
		good = bind_value(b, field, node, prefix, (char *)target + field->offset) && good;
	}
	return good;
}

bool bind_edition(struct arena *arena, enum edition edition, const struct shape *shape, struct tree *tree, void *target,
                  struct refusal *ret_refusal)
{
	struct binding b = { .arena = arena, .refusal = ret_refusal, .edition = edition };

	memset(target, 0, shape->size);
	return bind_fields(&b, shape, tree, "", target);
}

bool bind_input(struct arena *arena, const struct shape *shape, struct tree *tree, void *target,
                struct refusal *ret_refusal)
{
	return bind_edition(arena, EDITION_FIRST, shape, tree, target, ret_refusal);
}

/* ---- marking ---- */

static void mark_members(struct tree *node, unsigned flags)
{
	struct tree *child;

	for (child = node->first; child; child = child->next) {
		child->read = true;
		child->flags = flags;
	}
}

static void mark_fields(struct binding *b, const struct shape *shape, struct tree *tree, unsigned flags)
{
	const struct field *field;
	struct tree *node;

	for (field = shape->fields; field->name; field++) {
		struct tree **items = &node;
		size_t n = 1;
		size_t i;

		node = find_node(b, tree, field);
		if (!node)
			continue;
		node->read = !is_passed_over(field, node);
		node->flags = flags | field->flags;
		if (field->type == FIELD_PAIRS)
			mark_members(node, flags | field->flags);
		if (field->type == FIELD_ITEMS || field->type == FIELD_TEXTS)
			items = list_items(b, unwrap(field, node), &n);
		for (i = 0; i < n; i++) {
			items[i]->flags = flags | field->flags;
			if (field->of)
				mark_fields(b, field->of, items[i], flags | field->flags);
		}
	}
}

void bind_mark(struct arena *arena, enum edition edition, const struct shape *shape, struct tree *tree)
{
	struct binding b = { .arena = arena, .edition = edition };

	mark_fields(&b, shape, tree, 0);
}
