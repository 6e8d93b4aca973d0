#include "core/policy.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "core/policy_condition.h"

#define DEPTH_MAX 8 /* of a document that is read from a text */

struct names {
	const char **items;
	size_t n;
	bool all_but; /* NotAction, NotResource */
};

struct statement {
	bool denies;
	struct names actions; /* in lower case */
	struct names resources;
	struct policy_conditions conditions;
};

struct policy {
	struct statement *statements;
	size_t n;
};

struct compiler {
	struct arena *arena;
	const struct policy_language *language;
	struct policy_problem *problem;
	const char *path; /* of the statement */
};

bool policy_wrong(struct policy_problem *problem, const char *path, const char *message)
{
	*problem = (struct policy_problem){ path, message };
	return false;
}

static const char *lower(struct arena *arena, const char *text)
{
	char *copy = arena_text(arena, text);
	char *at;

	for (at = copy; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return copy;
}

/* "Statement[0].Action" */
static const char *below(const struct compiler *c, const char *member)
{
	return arena_printf(c->arena, "%s%s%s", c->path, *c->path ? "." : "", member);
}

/* ---- actions and resources ---- */

/* "*", or "service:Name", or "service:kind:name". */
static const char *why_no_action(const struct compiler *c, const char *text)
{
	(void)c;
	if (text_equal(text, "*") || (strchr(text, ':') && *text != ':' && text[strlen(text) - 1] != ':'))
		return NULL;
	return "an action is \"*\", or a service and a name with ':' between them";
}

static const char *why_no_resource(const struct compiler *c, const char *text)
{
	if (text_equal(text, "*") || (*text && text_starts(text, c->language->resource_prefix)))
		return NULL;
	return arena_printf(c->arena, "a resource is \"*\", or begins with \"%s\"", c->language->resource_prefix);
}

typedef const char *why_function(const struct compiler *c, const char *text);

static bool read_name(struct compiler *c, const struct tree *item, const char *member, why_function *why,
                      struct names *ret)
{
	const char *wrong = item->kind == TREE_TEXT ? why(c, item->value) : "this must be a text, or a list of texts";

	if (wrong)
		return policy_wrong(c->problem, below(c, member), wrong);
	if (strpbrk(item->value, " \t\r\n"))
		return policy_wrong(c->problem, below(c, member), "there are no blanks in it");
	ret->items[ret->n++] = why == why_no_action ? lower(c->arena, item->value) : arena_text(c->arena, item->value);
	return true;
}

/* A text, or a list of them. */
static bool read_names(struct compiler *c, const struct tree *tree, why_function *why, struct names *ret)
{
	const struct tree *item;

	ret->items = arena_array(c->arena, const char *, tree->n_children + 1);
	if (tree->kind != TREE_LIST)
		return read_name(c, tree, tree->name, why, ret);
	if (!tree->n_children || tree->n_children > POLICY_NAMES_MAX)
		return policy_wrong(c->problem, below(c, tree->name),
		                    arena_printf(c->arena, "this must be a list of 1 to %d texts", POLICY_NAMES_MAX));
	for (item = tree->first; item; item = item->next) {
		if (!read_name(c, item, arena_printf(c->arena, "%s[%zu]", tree->name, ret->n), why, ret))
			return false;
	}
	return true;
}

/* `member` or, the other way round, "Not" before it. */
static bool read_either(struct compiler *c, const struct tree *statement, const char *member, bool optional,
                        why_function *why, struct names *ret)
{
	const char *not_member = arena_printf(c->arena, "Not%s", member);
	const struct tree *plain = tree_find(statement, member);
	const struct tree *negated = tree_find(statement, not_member);

	if (plain && negated)
		return policy_wrong(c->problem, below(c, not_member),
		                    arena_printf(c->arena, "there is one of %s and %s, not both", member, not_member));
	if (!plain && !negated && optional) {
		*ret = (struct names){ .all_but = true };
		return true;
	}
	if (!plain && !negated)
		return policy_wrong(c->problem, c->path, arena_printf(c->arena, "\"%s\" is missing", member));
	ret->all_but = negated;
	return read_names(c, plain ? plain : negated, why, ret);
}

/* ---- statements ---- */

static bool only_known(struct compiler *c, const struct tree *object, const char *const *known)
{
	const struct tree *child;
	const char *const *name;

	for (child = object->first; child; child = child->next) {
		for (name = known; *name && !text_equal(*name, child->name); name++)
			continue;
		if (!*name)
			return policy_wrong(c->problem, below(c, child->name), "there is no such member of a policy");
	}
	return true;
}

static bool read_effect(struct compiler *c, const struct tree *statement, struct statement *ret)
{
	const struct tree *effect = tree_find(statement, "Effect");

	if (!effect)
		return policy_wrong(c->problem, c->path, "\"Effect\" is missing");
	if (effect->kind != TREE_TEXT || (!text_equal(effect->value, "Allow") && !text_equal(effect->value, "Deny")))
		return policy_wrong(c->problem, below(c, "Effect"), "this must be \"Allow\" or \"Deny\"");
	ret->denies = text_equal(effect->value, "Deny");
	return true;
}

static bool read_statement(struct compiler *c, const struct tree *tree, struct statement *ret)
{
	static const char *const members[] = { "Effect",   "Action",      "NotAction", "Resource",
		                               "NotResource", "Condition", NULL };
	const struct tree *condition;

	if (tree->kind != TREE_OBJECT)
		return policy_wrong(c->problem, c->path, "this must be an object: {...}");
	condition = tree_find(tree, "Condition");
	return only_known(c, tree, members) && read_effect(c, tree, ret) &&
	       read_either(c, tree, "Action", false, why_no_action, &ret->actions) &&
	       read_either(c, tree, "Resource", c->language->resource_optional, why_no_resource, &ret->resources) &&
	       (!condition || policy_conditions_compile(c->arena, c->language, condition, below(c, "Condition"),
	                                                &ret->conditions, c->problem));
}

/* A list, or a single one. */
static bool read_statements(struct compiler *c, const struct tree *tree, struct policy *ret)
{
	const struct tree *item = tree->kind == TREE_LIST ? tree->first : tree;
	size_t n = tree->kind == TREE_LIST ? tree->n_children : 1;

	if (!n || n > POLICY_STATEMENTS_MAX)
		return policy_wrong(c->problem, "Statement",
		                    arena_printf(c->arena, "there are 1 to %d statements", POLICY_STATEMENTS_MAX));
	ret->statements = arena_array(c->arena, struct statement, n);
	for (; ret->n < n; item = item->next, ret->n++) {
		c->path = tree->kind == TREE_LIST ? arena_printf(c->arena, "Statement[%zu]", ret->n) : "Statement";
		if (!read_statement(c, item, &ret->statements[ret->n]))
			return false;
	}
	return true;
}

static bool read_version(struct compiler *c, const struct tree *document)
{
	const struct tree *version = tree_find(document, "Version");
	const char *const *known = c->language->versions;

	if (!version)
		return policy_wrong(c->problem, "", "\"Version\" is missing");
	while (*known && !(version->kind == TREE_TEXT && text_equal(version->value, *known)))
		known++;
	return *known || policy_wrong(c->problem, "Version",
	                              arena_printf(c->arena, "this must be the text \"%s\"", c->language->versions[0]));
}

static bool fits(struct compiler *c, const struct tree *document)
{
	size_t characters = text_characters(tree_to_json(c->arena, document));

	return characters <= POLICY_CHARACTERS_MAX ||
	       policy_wrong(c->problem, "", arena_printf(c->arena, "this policy has %zu characters without blanks, more than %d",
	                                                 characters, POLICY_CHARACTERS_MAX));
}

static bool read_document(struct compiler *c, const struct tree *document, struct policy *ret)
{
	static const char *const members[] = { "Version", "Statement", NULL };
	const struct tree *statement;

	if (document->kind != TREE_OBJECT)
		return policy_wrong(c->problem, "", "a policy is an object: {\"Version\": ..., \"Statement\": [...]}");
	if (!fits(c, document) || !only_known(c, document, members) || !read_version(c, document))
		return false;
	statement = tree_find(document, "Statement");
	return statement ? read_statements(c, statement, ret) : policy_wrong(c->problem, "", "\"Statement\" is missing");
}

const struct policy *policy_compile(struct arena *arena, const struct policy_language *language,
                                    const struct tree *document, struct policy_problem *ret_problem)
{
	struct compiler compiler = { arena, language, ret_problem, "" };
	struct policy *policy = arena_new(arena, struct policy);

	return read_document(&compiler, document, policy) ? policy : NULL;
}

const struct policy *policy_read(struct arena *arena, const struct policy_language *language, const char *text,
                                 struct policy_problem *ret_problem)
{
	const char *error;
	const struct tree *document = tree_from_json(arena, text, strlen(text), DEPTH_MAX, &error);

	if (document)
		return policy_compile(arena, language, document, ret_problem);
	policy_wrong(ret_problem, "", arena_printf(arena, "this is no JSON: %s", error));
	return NULL;
}

/* ---- asking ---- */

static bool names_match(const struct names *names, const char *text)
{
	size_t i;

	for (i = 0; i < names->n && !text_matches(text, names->items[i]); i++)
		continue;
	return (i < names->n) != names->all_but;
}

enum policy_answer policy_evaluate(const struct policy *policy, const struct policy_request *request)
{
	enum policy_answer answer = POLICY_SILENT;
	char action[256];
	size_t i;

	for (i = 0; request->action[i] && i < sizeof action - 1; i++)
		action[i] = (char)tolower((unsigned char)request->action[i]);
	action[i] = '\0';
	for (i = 0; i < policy->n; i++) {
		const struct statement *statement = &policy->statements[i];

		if (!names_match(&statement->actions, action) || !names_match(&statement->resources, request->resource) ||
		    !policy_conditions_hold(&statement->conditions, request->values))
			continue;
		if (statement->denies)
			return POLICY_DENIES;
		answer = POLICY_ALLOWS;
	}
	return answer;
}
