/* What a recorded call says, taken apart when somebody looks: its parameters, who read them, and without its secrets. */
#include <string.h>

#include "api/bind.h"
#include "api/journal.h"
#include "api/query.h"
#include "base/text.h"

#define VALUE_MAX 1024 /* bytes shown of a value */
#define MASKED    "***"

const char *const journal_use_words[] = {
	[JOURNAL_PROTOCOL] = "protocol", [JOURNAL_READ] = "read", [JOURNAL_IGNORED] = "ignored",
	[JOURNAL_UNREAD] = "unread",     [JOURNAL_UNKNOWN] = "",
};

const char *journal_text(struct arena *arena, const char *text)
{
	char *clean;
	char *c;

	if (text_is_utf8(text, strlen(text)))
		return text;
	clean = arena_text(arena, text);
	for (c = clean; *c; c++) {
		if ((unsigned char)*c >= 0x80)
			*c = '?';
	}
	return clean;
}

/* The beginning of a long value, without half a character. */
static const char *shorten(struct arena *arena, const char *value)
{
	size_t length = VALUE_MAX;

	if (strnlen(value, VALUE_MAX + 1) <= VALUE_MAX)
		return value;
	while (length && ((unsigned char)value[length] & 0xc0) == 0x80)
		length--;
	return arena_printf(arena, "%.*s...", (int)length, value);
}

/* ---- what was sent ---- */

struct pair {
	const char *name, *value;
	const struct tree *node; /* NULL: the tree has no place for it */
	struct pair *next;
};

struct reading {
	struct arena *arena;
	struct tree *tree;
	struct pair *first, **end;
	size_t n;
};

static void add_pair(struct reading *reading, const char *name, const char *value, const struct tree *node)
{
	struct pair *pair = arena_new(reading->arena, struct pair);

	*pair = (struct pair){ name, value, node, NULL };
	*reading->end = pair;
	reading->end = &pair->next;
	reading->n++;
}

static const struct tree *node_of(const struct tree *tree, struct arena *arena, const char *name)
{
	while (tree && name) {
		const char *dot = strchr(name, '.');

		tree = tree_find(tree, dot ? arena_text_n(arena, name, (size_t)(dot - name)) : name);
		name = dot ? dot + 1 : NULL;
	}
	return tree;
}

static void add_parameter(void *context, const char *name, const char *value)
{
	struct reading *reading = context;
	bool placed = tree_add_flat(reading->arena, reading->tree, name, value, TREE_DEPTH_MAX);

	add_pair(reading, name, value, placed ? node_of(reading->tree, reading->arena, name) : NULL);
}

/* The leaves of a JSON document, with flat names. */
static void add_leaves(struct reading *reading, const struct tree *tree, const char *prefix)
{
	const struct tree *child;
	size_t number = 0;

	for (child = tree->first; child; child = child->next) {
		const char *name = child->name ? child->name : arena_printf(reading->arena, "%zu", ++number);

		if (*prefix)
			name = arena_printf(reading->arena, "%s.%s", prefix, name);
		if (child->kind == TREE_OBJECT || child->kind == TREE_LIST)
			add_leaves(reading, child, name);
		else
			add_pair(reading, name, text_or(child->value, ""), child);
	}
}

/* As the dialects read them: what cannot be read ends the list. */
static void read_pairs(const struct journal_call *call, struct reading *reading)
{
	const char *error;
	struct tree *json = NULL;

	if (call->json && *call->body)
		json = tree_from_json(reading->arena, call->body, strlen(call->body), TREE_DEPTH_MAX, &error);
	reading->tree = json && json->kind == TREE_OBJECT ? json : tree_object(reading->arena, NULL);
	if (json)
		add_leaves(reading, json, "");
	if (query_read(reading->arena, call->query, add_parameter, reading) && !call->json)
		query_read(reading->arena, call->body, add_parameter, reading);
}

/* ---- what it is ---- */

static const struct field *common_field(const struct dialect *dialect, const char *name)
{
	const struct field *field;

	for (field = dialect->common; field && field->name; field++) {
		if (text_equal(field->name, name))
			return field;
	}
	return NULL;
}

/* A name as it sounds: user_data, User-Data and userData are the same. */
static const char *sound_of(struct arena *arena, const char *name)
{
	char *sound = arena_text(arena, name);
	char *to = sound;

	for (; *name; name++) {
		if (*name != '_' && *name != '-')
			*to++ = *name;
	}
	*to = '\0';
	return sound;
}

static bool is_in(const char *text, const char *const *words, bool whole)
{
	for (; *words; words++) {
		if (whole ? text_equal_nocase(text, *words) : strcasestr(text, *words) != NULL)
			return true;
	}
	return false;
}

/* Of a parameter that no table knows, only its name can tell. */
static bool sounds_secret(struct arena *arena, const char *name)
{
	static const char *const secret[] = { "password", "passwd",     "pwd",   "secret",    "token",
		                              "credential", "signature", "userdata", NULL };
	static const char *const open[] = { "clienttoken", "nexttoken", NULL };
	const char *sound = sound_of(arena, name);
	const char *last = strrchr(sound, '.');

	return is_in(sound, secret, false) && !is_in(last ? last + 1 : sound, open, true);
}

static struct journal_parameter parameter_of(const struct journal_call *call, const struct pair *pair,
                                             struct arena *arena)
{
	const struct field *common = common_field(call->dialect, pair->name);
	bool read = pair->node && pair->node->read;
	bool secret;
	enum journal_use use;

	if (read) {
		use = pair->node->flags & FIELD_ACCEPTED ? JOURNAL_IGNORED : JOURNAL_READ;
		secret = pair->node->flags & FIELD_SECRET;
	} else if (common) {
		use = JOURNAL_PROTOCOL;
		secret = common->flags & FIELD_SECRET;
	} else {
		use = call->operation ? JOURNAL_UNREAD : JOURNAL_UNKNOWN;
		secret = sounds_secret(arena, pair->name);
	}
	return (struct journal_parameter){
		.name = shorten(arena, pair->name),
		.value = secret && *pair->value ? MASKED : shorten(arena, pair->value),
		.use = use,
	};
}

size_t journal_parameters(const struct journal_call *call, struct arena *arena, struct journal_parameter **ret)
{
	struct reading reading = { .arena = arena, .end = &reading.first };
	const struct pair *pair;
	size_t n = 0;

	read_pairs(call, &reading);
	if (call->operation)
		bind_mark(arena, call->edition, &call->operation->in, reading.tree);
	*ret = arena_array(arena, struct journal_parameter, reading.n);
	for (pair = reading.first; pair; pair = pair->next)
		(*ret)[n++] = parameter_of(call, pair, arena);
	return n;
}
