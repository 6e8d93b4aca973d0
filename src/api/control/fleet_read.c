/* A fleet file, read. */
#include <string.h>

#include "api/control/fleet_file.h"
#include "api/control/fleet_member.h"
#include "api/shape.h"
#include "base/json_line.h"
#include "base/moment.h"
#include "base/option.h"
#include "base/text.h"
#include "base/tree.h"

#define MEMBERS_MAX   64 /* of an object */
#define TAG_KEY_MAX   128
#define TAG_VALUE_MAX 256
#define WORDS_MAX     16
#define DEPTH_MAX     16 /* a condition of a policy of a user of an account is at 12 */

struct reader {
	struct arena *arena;
	struct fleet_problems *problems;
};

static void read_members(struct reader *r, const struct members *members, const struct tree *tree, void *base,
                         const char *path);

/* ---- problems ---- */

static const char *below(struct reader *r, const char *path, const char *name)
{
	return *path ? arena_printf(r->arena, "%s.%s", path, name) : name;
}

#define WRONG(r, path, row, ...) fleet_problem((r)->problems, below((r), (path), (row)->name), __VA_ARGS__)

/* "running or stopped" */
static const char *choices(struct reader *r, const char *const *words)
{
	const char *text = "";

	for (; *words; words++)
		text = arena_printf(r->arena, "%s%s\"%s\"", text, !*text ? "" : words[1] ? ", " : " or ", *words);
	return text;
}

static void unknown_member(struct reader *r, const struct members *members, const struct tree *child, const char *path)
{
	const char *names[MEMBERS_MAX];
	const char *nearest;
	size_t n = 0;

	for (; members->rows[n].name && n < MEMBERS_MAX; n++)
		names[n] = members->rows[n].name;
	nearest = option_nearest(child->name, names, n);
	if (nearest)
		fleet_problem(r->problems, below(r, path, child->name), "there is no such member; did you mean \"%s\"?", nearest);
	else
		fleet_problem(r->problems, below(r, path, child->name), "there is no such member");
}

/* ---- single values ---- */

static bool is_one_of(const char *const *words, const char *text)
{
	for (; words && *words; words++) {
		if (text_equal(*words, text))
			return true;
	}
	return !words;
}

static void read_text(struct reader *r, const struct member *row, const struct tree *tree, const char **at,
                      const char *path)
{
	int64_t max = row->max ? row->max : FIELD_TEXT_MAX;
	int64_t length = tree->kind == TREE_TEXT ? (int64_t)text_characters(tree->value) : 0;

	if (tree->kind != TREE_TEXT)
		WRONG(r, path, row, "this must be a text");
	else if (length < row->min)
		WRONG(r, path, row, "this must not be empty");
	else if (length > max)
		WRONG(r, path, row, "this text has more than %lld characters", (long long)max);
	else if (!is_one_of(row->only, tree->value))
		WRONG(r, path, row, "\"%s\" is not %s", tree->value, choices(r, row->only));
	else
		*at = tree->value;
}

static void read_bool(struct reader *r, const struct member *row, const struct tree *tree, bool *at, const char *path)
{
	if (tree->kind == TREE_BOOL)
		*at = text_equal(tree->value, "true") != !!(row->flags & MEMBER_INVERTED);
	else if (tree->kind == TREE_NULL && row->flags & MEMBER_INVERTED)
		*at = true;
	else
		WRONG(r, path, row, "this must be true or false");
}

static void read_int(struct reader *r, const struct member *row, const struct tree *tree, int64_t *at, const char *path)
{
	int64_t value;

	if (tree->kind != TREE_NUMBER || !text_to_int64(tree->value, &value))
		WRONG(r, path, row, "this must be a whole number");
	else if (value != row->min && row->min == row->max)
		WRONG(r, path, row, "%lld is not %lld, the only one there is", (long long)value, (long long)row->min);
	else if (value < row->min || value > row->max)
		WRONG(r, path, row, "%lld is not from %lld to %lld", (long long)value, (long long)row->min, (long long)row->max);
	else
		*at = value;
}

static void read_moment(struct reader *r, const struct member *row, const struct tree *tree, int64_t *at,
                        const char *path)
{
	if (tree->kind != TREE_TEXT || !moment_parse_millis(tree->value, at))
		WRONG(r, path, row, "this must be a time in UTC, such as \"2026-11-21T00:27:43Z\"");
}

static int word_value(const char *const *names, const char *word)
{
	int i;

	for (i = 0; names[i]; i++) {
		if (text_equal(names[i], word))
			return i;
	}
	return -1;
}

static void read_word(struct reader *r, const struct member *row, const struct tree *tree, int *at, const char *path)
{
	const char *const *allowed = row->only ? row->only : row->names;

	if (tree->kind != TREE_TEXT)
		WRONG(r, path, row, "this must be a text");
	else if (!is_one_of(allowed, tree->value))
		WRONG(r, path, row, "\"%s\" is not %s", tree->value, choices(r, allowed));
	else
		*at = word_value(row->names, tree->value);
}

/* ---- lists of texts, tags ---- */

static void read_words(struct reader *r, const struct member *row, const struct tree *tree, const char **at,
                       const char *path)
{
	size_t max = row->max ? (size_t)row->max : WORDS_MAX;
	const struct tree *item;
	const char *all = "";

	if (tree->kind != TREE_LIST || tree->n_children > max) {
		WRONG(r, path, row, "this must be a list of at most %zu texts", max);
		return;
	}
	for (item = tree->first; item; item = item->next) {
		if (item->kind != TREE_TEXT || !*item->value || strchr(item->value, ',') ||
		    text_characters(item->value) > FIELD_TEXT_MAX) {
			WRONG(r, path, row, "this must be a list of texts without commas");
			return;
		}
		if (!is_one_of(row->only, item->value)) {
			WRONG(r, path, row, "\"%s\" is not %s", item->value, choices(r, row->only));
			return;
		}
		all = arena_printf(r->arena, "%s%s%s", all, *all ? "," : "", item->value);
	}
	*at = all;
}

/* Kept in a form of its own, so that it is written as it is read. */
static void read_documents(struct reader *r, const struct member *row, const struct tree *tree, const char **at,
                           const char *path)
{
	const struct tree *item;
	size_t i = 0;

	if (tree->kind != TREE_LIST || (int64_t)tree->n_children > row->max) {
		WRONG(r, path, row, "this must be a list of at most %lld objects", (long long)row->max);
		return;
	}
	for (item = tree->first; item; item = item->next, i++) {
		if (item->kind != TREE_OBJECT) {
			fleet_problem(r->problems, arena_printf(r->arena, "%s[%zu]", below(r, path, row->name), i),
			              "this must be an object: {...}");
			return;
		}
	}
	*at = tree_to_json(r->arena, tree);
}

static void read_tags(struct reader *r, const struct member *row, const struct tree *tree, struct fleet_list *at,
                      const char *path)
{
	struct fleet_tag *items;
	const struct tree *child;

	if (tree->kind != TREE_OBJECT) {
		WRONG(r, path, row, "this must be an object, such as {\"key\": \"value\"}");
		return;
	}
	items = arena_array(r->arena, struct fleet_tag, tree->n_children);
	for (child = tree->first; child; child = child->next) {
		size_t length = text_characters(child->name);

		if (child->kind != TREE_TEXT || text_characters(child->value) > TAG_VALUE_MAX || !length || length > TAG_KEY_MAX)
			WRONG(r, path, row, "the tag \"%s\" must be a text of at most %d characters, under a key of 1 to %d", child->name,
			      TAG_VALUE_MAX, TAG_KEY_MAX);
		else
			items[at->n++] = (struct fleet_tag){ child->name, child->value };
	}
	at->items = items;
	at->given = true;
}

/* ---- objects and lists of them ---- */

static void set_defaults(const struct members *members, char *base)
{
	const struct member *row;

	for (row = members->rows; row->name; row++) {
		void *at = base + row->offset;

		if (row->type == MEMBER_OBJECT)
			set_defaults(row->of, base);
		else if (row->type == MEMBER_TEXT && row->otherwise)
			*(const char **)at = row->otherwise;
		else if (row->type == MEMBER_WORD && row->otherwise)
			*(int *)at = word_value(row->names, row->otherwise);
		else if (row->type == MEMBER_BOOL)
			*(bool *)at = row->flags & MEMBER_TRUE;
	}
}

static void read_list(struct reader *r, const struct member *row, const struct tree *tree, struct fleet_list *at,
                      const char *path)
{
	const char *list_path = below(r, path, row->name);
	const struct tree *item;
	char *items;

	if (tree->kind != TREE_LIST) {
		WRONG(r, path, row, "this must be a list");
		return;
	}
	items = arena_alloc(r->arena, row->of->size * (tree->n_children + 1));
	for (item = tree->first; item; item = item->next, at->n++) {
		char *base = items + at->n * row->of->size;

		set_defaults(row->of, base);
		read_members(r, row->of, item, base, arena_printf(r->arena, "%s[%zu]", list_path, at->n));
	}
	at->items = items;
	at->given = true;
}

static void read_member(struct reader *r, const struct member *row, const struct tree *tree, char *base,
                        const char *path)
{
	void *at = base + row->offset;

	*(uint64_t *)base |= row->given;
	switch (row->type) {
	case MEMBER_TEXT:
		read_text(r, row, tree, at, path);
		break;
	case MEMBER_BOOL:
		read_bool(r, row, tree, at, path);
		break;
	case MEMBER_INT:
		read_int(r, row, tree, at, path);
		break;
	case MEMBER_MOMENT:
		read_moment(r, row, tree, at, path);
		break;
	case MEMBER_WORD:
		read_word(r, row, tree, at, path);
		break;
	case MEMBER_WORDS:
		read_words(r, row, tree, at, path);
		break;
	case MEMBER_DOCUMENTS:
		read_documents(r, row, tree, at, path);
		break;
	case MEMBER_TAGS:
		read_tags(r, row, tree, at, path);
		break;
	case MEMBER_OBJECT:
		read_members(r, row->of, tree, base, below(r, path, row->name));
		break;
	case MEMBER_LIST:
		read_list(r, row, tree, at, path);
		break;
	}
}

static const struct member *find_row(const struct members *members, const char *name)
{
	const struct member *row;

	for (row = members->rows; row->name; row++) {
		if (text_equal(row->name, name))
			return row;
	}
	return NULL;
}

static void read_members(struct reader *r, const struct members *members, const struct tree *tree, void *base,
                         const char *path)
{
	const struct tree *child;
	const struct member *row;

	if (tree->kind != TREE_OBJECT) {
		fleet_problem(r->problems, path, "this must be an object: {...}");
		return;
	}
	for (child = tree->first; child; child = child->next) {
		row = find_row(members, child->name);
		if (row)
			read_member(r, row, child, base, path);
		else
			unknown_member(r, members, child, path);
	}
	for (row = members->rows; row->name; row++) {
		if (row->flags & MEMBER_REQUIRED && !tree_find(tree, row->name))
			fleet_problem(r->problems, path, "\"%s\" is missing", row->name);
	}
}

/* ---- single members of what is there ---- */

static const char *settable(struct reader *r, const struct members *members)
{
	const char *text = "";
	const struct member *row;

	for (row = members->rows; row->name; row++) {
		if (row->flags & MEMBER_SETTABLE)
			text = arena_printf(r->arena, "%s%s%s", text, *text ? ", " : "", row->name);
	}
	return text;
}

bool fleet_file_set(struct arena *arena, const struct tree *values, struct fleet_thing *thing,
                    struct fleet_problems *problems)
{
	const struct members *members = fleet_thing_members[thing->kind];
	struct reader r = { arena, problems };
	const struct tree *child;

	for (child = values->first; child; child = child->next) {
		const struct member *row = find_row(members, child->name);

		if (row && row->flags & MEMBER_SETTABLE)
			read_member(&r, row, child, (char *)&thing->item, "set");
		else
			fleet_problem(problems, below(&r, "set", child->name), "this cannot be changed by itself; of %s %s can be: %s",
			              strchr("ai", *fleet_kind_names[thing->kind]) ? "an" : "a", fleet_kind_names[thing->kind],
			              settable(&r, members));
	}
	return problems->n == 0;
}

/* ---- the file ---- */

bool fleet_file_read(struct arena *arena, const struct dialect *const *dialects, const char *text, size_t length,
                     struct fleet *ret, struct fleet_problems *ret_problems)
{
	struct fleet_document *document = arena_new(arena, struct fleet_document);
	struct reader r = { arena, ret_problems };
	const char *error;
	struct tree *tree;

	*ret_problems = (struct fleet_problems){ .arena = arena };
	tree = tree_from_json(arena, text, length, DEPTH_MAX, &error);
	if (!tree) {
		fleet_problem(ret_problems, NULL, "this is no JSON: %s", error);
		return false;
	}
	set_defaults(&fleet_document_members, (char *)document);
	read_members(&r, &fleet_document_members, tree, document, "");
	*ret = (struct fleet){
		.catalogue_given = document->given & FLEET_GIVEN_CATALOGUE,
		.accounts = document->accounts.items,
		.n_accounts = document->accounts.n,
	};
	memcpy(ret->catalogue, document->catalogue, sizeof ret->catalogue);
	memcpy(ret->all, document->all, sizeof ret->all);
	fleet_file_check_faults(arena, dialects, ret, ret_problems);
	fleet_file_check_policies(arena, dialects, ret, ret_problems);
	fleet_file_hash_passwords(arena, ret, ret_problems);
	return ret_problems->n == 0;
}

const char *fleet_file_explain(struct arena *arena, const struct fleet_problems *problems, const char *text,
                               size_t length)
{
	const char *all = "";
	size_t i;

	for (i = 0; i < problems->n && i < FLEET_PROBLEMS_MAX; i++) {
		const char *path = problems->items[i].path;
		const char *before = arena_printf(arena, "%s%s", all, i ? "\n" : "");

		/* The reader of JSON names the line itself. */
		if (path && !text)
			all = arena_printf(arena, "%s%s: %s", before, path, problems->items[i].message);
		else if (path)
			all = arena_printf(arena, "%sline %zu: %s%s%s", before, json_line(text, length, path), path, *path ? ": " : "",
			                   problems->items[i].message);
		else
			all = arena_printf(arena, "%s%s", before, problems->items[i].message);
	}
	if (problems->n > FLEET_PROBLEMS_MAX)
		all = arena_printf(arena, "%s\n... and %zu more", all, problems->n - FLEET_PROBLEMS_MAX);
	return all;
}
