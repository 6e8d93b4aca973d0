#include "core/policy_condition.h"

#include <arpa/inet.h>
#include <string.h>

#include "base/moment.h"
#include "base/text.h"

#define V4_BITS_BEFORE 96 /* an IPv4 address is the end of ::ffff:0:0/96 */

struct block {
	uint8_t bytes[16];
	int bits;
};

/* What a condition compares with, as its key's type reads it. */
union operand {
	const char *text;
	int64_t moment;
	bool truth;
	struct block block;
};

struct policy_operator {
	const char *name;
	enum policy_key_type type;
	bool negated;
	bool (*holds)(const struct policy_value *value, const union operand *operand);
};

struct policy_condition {
	const struct policy_operator *operator;
	size_t key; /* place in the language's keys */
	union operand *operands;
	size_t n;
};

/* ---- comparing ---- */

static bool text_is(const struct policy_value *value, const union operand *operand)
{
	return text_equal(value->text, operand->text);
}

static bool text_is_nocase(const struct policy_value *value, const union operand *operand)
{
	return text_equal_nocase(value->text, operand->text);
}

static bool text_is_like(const struct policy_value *value, const union operand *operand)
{
	return text_matches(value->text, operand->text);
}

static bool moment_is(const struct policy_value *value, const union operand *operand)
{
	return value->moment == operand->moment;
}

static bool moment_is_before(const struct policy_value *value, const union operand *operand)
{
	return value->moment < operand->moment;
}

static bool moment_is_not_after(const struct policy_value *value, const union operand *operand)
{
	return value->moment <= operand->moment;
}

static bool moment_is_after(const struct policy_value *value, const union operand *operand)
{
	return value->moment > operand->moment;
}

static bool moment_is_not_before(const struct policy_value *value, const union operand *operand)
{
	return value->moment >= operand->moment;
}

static bool truth_is(const struct policy_value *value, const union operand *operand)
{
	return value->truth == operand->truth;
}

static bool read_address(const char *text, uint8_t ret[16])
{
	static const uint8_t before[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF };

	if (inet_pton(AF_INET6, text, ret) == 1)
		return true;
	memcpy(ret, before, sizeof before);
	return inet_pton(AF_INET, text, ret + sizeof before) == 1;
}

static bool address_is_in(const struct policy_value *value, const union operand *operand)
{
	const struct block *block = &operand->block;
	int whole = block->bits / 8;
	int rest = block->bits % 8;
	uint8_t address[16];

	return read_address(value->text, address) && memcmp(address, block->bytes, (size_t)whole) == 0 &&
	       (!rest || (address[whole] ^ block->bytes[whole]) >> (8 - rest) == 0);
}

static const struct policy_operator operators[] = {
	{ "StringEquals", POLICY_KEY_TEXT, false, text_is },
	{ "StringNotEquals", POLICY_KEY_TEXT, true, text_is },
	{ "StringEqualsIgnoreCase", POLICY_KEY_TEXT, false, text_is_nocase },
	{ "StringNotEqualsIgnoreCase", POLICY_KEY_TEXT, true, text_is_nocase },
	{ "StringLike", POLICY_KEY_TEXT, false, text_is_like },
	{ "StringNotLike", POLICY_KEY_TEXT, true, text_is_like },
	{ "DateEquals", POLICY_KEY_MOMENT, false, moment_is },
	{ "DateNotEquals", POLICY_KEY_MOMENT, true, moment_is },
	{ "DateLessThan", POLICY_KEY_MOMENT, false, moment_is_before },
	{ "DateLessThanEquals", POLICY_KEY_MOMENT, false, moment_is_not_after },
	{ "DateGreaterThan", POLICY_KEY_MOMENT, false, moment_is_after },
	{ "DateGreaterThanEquals", POLICY_KEY_MOMENT, false, moment_is_not_before },
	{ "Bool", POLICY_KEY_TRUTH, false, truth_is },
	{ "IpAddress", POLICY_KEY_ADDRESS, false, address_is_in },
	{ "NotIpAddress", POLICY_KEY_ADDRESS, true, address_is_in },
};

/* ---- reading values ---- */

static bool read_text(struct arena *arena, const char *text, union operand *ret)
{
	ret->text = arena_text(arena, text);
	return true;
}

/* An address is the block of itself. */
static bool read_block(struct arena *arena, const char *text, union operand *ret)
{
	const char *slash = strchr(text, '/');
	const char *address = slash ? arena_text_n(arena, text, (size_t)(slash - text)) : text;
	bool v6 = strchr(address, ':');
	int64_t bits = v6 ? 128 : 32;

	if (!read_address(address, ret->block.bytes) ||
	    (slash && (!text_to_int64(slash + 1, &bits) || bits < 0 || bits > (v6 ? 128 : 32))))
		return false;
	ret->block.bits = (int)bits + (v6 ? 0 : V4_BITS_BEFORE);
	return true;
}

/* "2026-01-01T00:00:00Z", or with "+08:00" for the Z. */
static bool read_moment(struct arena *arena, const char *text, union operand *ret)
{
	size_t length = strlen(text);
	int64_t hours;
	int64_t minutes;
	const char *zone;

	if (moment_parse_millis(text, &ret->moment))
		return true;
	if (length < 6)
		return false;
	zone = text + length - 6;
	if ((*zone != '+' && *zone != '-') || zone[3] != ':' ||
	    !text_to_int64(arena_text_n(arena, zone + 1, 2), &hours) || !text_to_int64(zone + 4, &minutes) || hours < 0 ||
	    hours > 14 || minutes < 0 || minutes > 59 ||
	    !moment_parse_millis(arena_printf(arena, "%.*sZ", (int)(length - 6), text), &ret->moment))
		return false;
	ret->moment -= (*zone == '-' ? -1 : 1) * (hours * HOUR + minutes * MINUTE);
	return true;
}

static bool read_truth(struct arena *arena, const char *text, union operand *ret)
{
	(void)arena;
	return text_to_bool(text, &ret->truth);
}

static const struct {
	bool (*read)(struct arena *arena, const char *text, union operand *ret);
	const char *form;
} types[POLICY_KEY_TYPE_MAX] = {
	[POLICY_KEY_TEXT] = { read_text, "a text" },
	[POLICY_KEY_ADDRESS] = { read_block, "an address or a block of them, such as \"192.168.0.0/16\"" },
	[POLICY_KEY_MOMENT] = { read_moment, "a time, such as \"2026-01-01T00:00:00Z\" or \"2026-01-01T08:00:00+08:00\"" },
	[POLICY_KEY_TRUTH] = { read_truth, "\"true\" or \"false\"" },
};

/* ---- compiling ---- */

struct reading {
	struct arena *arena;
	const struct policy_language *language;
	struct policy_problem *problem;
	const char *path; /* of the operator and key */
};

static bool read_operand(struct reading *r, const struct tree *item, enum policy_key_type type, union operand *ret)
{
	/* Lone true and false are understood as well; numbers are of no type here. */
	if ((item->kind == TREE_TEXT || (item->kind == TREE_BOOL && type == POLICY_KEY_TRUTH)) &&
	    types[type].read(r->arena, item->value, ret))
		return true;
	return policy_wrong(r->problem, r->path, arena_printf(r->arena, "this must be %s, or a list of such", types[type].form));
}

static bool read_operands(struct reading *r, const struct tree *tree, struct policy_condition *ret)
{
	const struct tree *item = tree->kind == TREE_LIST ? tree->first : tree;
	size_t n = tree->kind == TREE_LIST ? tree->n_children : 1;

	if (!n || n > POLICY_VALUES_MAX)
		return policy_wrong(r->problem, r->path, arena_printf(r->arena, "there are 1 to %d values", POLICY_VALUES_MAX));
	ret->operands = arena_array(r->arena, union operand, n);
	for (; ret->n < n; item = item->next, ret->n++) {
		if (!read_operand(r, item, ret->operator->type, &ret->operands[ret->n]))
			return false;
	}
	return true;
}

static const char *known_keys(struct reading *r, bool of_type, enum policy_key_type type)
{
	const struct policy_key *key;
	const char *all = "";

	for (key = r->language->keys; key->name; key++) {
		if (!of_type || key->type == type)
			all = arena_printf(r->arena, "%s%s%s", all, *all ? ", " : "", key->name);
	}
	return *all ? all : "none";
}

static bool find_key(struct reading *r, const struct policy_operator *operator, const char *name, size_t *ret)
{
	const struct policy_key *key = r->language->keys;

	while (key->name && !text_equal_nocase(key->name, name))
		key++;
	if (!key->name)
		return policy_wrong(r->problem, r->path,
		                    arena_printf(r->arena, "conditions cannot ask for this here, only for: %s",
		                                 known_keys(r, false, 0)));
	if (key->type != operator->type)
		return policy_wrong(r->problem, r->path,
		                    arena_printf(r->arena, "%s does not go with this, but with: %s", operator->name,
		                                 known_keys(r, true, operator->type)));
	*ret = (size_t)(key - r->language->keys);
	return true;
}

static const struct policy_operator *find_operator(struct reading *r, const char *name)
{
	const char *all = "";
	size_t i;

	for (i = 0; i < COUNT_OF(operators); i++) {
		if (text_equal(operators[i].name, name))
			return &operators[i];
		all = arena_printf(r->arena, "%s%s%s", all, *all ? ", " : "", operators[i].name);
	}
	policy_wrong(r->problem, r->path, arena_printf(r->arena, "there is no such operator; there are: %s", all));
	return NULL;
}

static bool read_operator(struct reading *r, const struct tree *tree, const char *path, struct policy_conditions *ret)
{
	const struct policy_operator *operator;
	const struct tree *key;

	r->path = arena_printf(r->arena, "%s.%s", path, tree->name);
	operator = find_operator(r, tree->name);
	if (!operator)
		return false;
	if (tree->kind != TREE_OBJECT || !tree->n_children)
		return policy_wrong(r->problem, r->path, "this must be an object of keys and their values");
	for (key = tree->first; key; key = key->next) {
		struct policy_condition *condition = &ret->items[ret->n];

		r->path = arena_printf(r->arena, "%s.%s.%s", path, tree->name, key->name);
		if (ret->n == POLICY_CONDITIONS_MAX)
			return policy_wrong(r->problem, path,
			                    arena_printf(r->arena, "there may be at most %d conditions", POLICY_CONDITIONS_MAX));
		*condition = (struct policy_condition){ .operator = operator };
		if (!find_key(r, operator, key->name, &condition->key) || !read_operands(r, key, condition))
			return false;
		ret->n++;
	}
	return true;
}

bool policy_conditions_compile(struct arena *arena, const struct policy_language *language, const struct tree *tree,
                               const char *path, struct policy_conditions *ret, struct policy_problem *problem)
{
	struct reading reading = { arena, language, problem, path };
	const struct tree *child;

	if (tree->kind != TREE_OBJECT)
		return policy_wrong(problem, path, "this must be an object: {\"OPERATOR\": {\"KEY\": \"VALUE\"}}");
	ret->items = arena_array(arena, struct policy_condition, POLICY_CONDITIONS_MAX + 1);
	for (child = tree->first; child; child = child->next) {
		if (!read_operator(&reading, child, path, ret))
			return false;
	}
	return true;
}

/* ---- asking ---- */

static bool holds(const struct policy_condition *condition, const struct policy_value *value)
{
	size_t i;

	if (!value->given)
		return condition->operator->negated;
	for (i = 0; i < condition->n; i++) {
		if (condition->operator->holds(value, &condition->operands[i]))
			return !condition->operator->negated;
	}
	return condition->operator->negated;
}

bool policy_conditions_hold(const struct policy_conditions *conditions, const struct policy_value *values)
{
	size_t i;

	for (i = 0; i < conditions->n; i++) {
		if (!holds(&conditions->items[i], &values[conditions->items[i].key]))
			return false;
	}
	return true;
}
