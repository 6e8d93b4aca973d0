/* Policies: documents that say which actions on which resources are allowed or denied, and when. Whose policies count and
 * what a refusal says is decided elsewhere, and no cloud's words are known here: the language of a document (its versions,
 * what its conditions ask about) comes with it.
 *
 *     {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "service:List*", "Resource": "*"}]}
 *
 * '*' stands for any run of characters and '?' for one. Actions are compared without regard to letter case, resources with
 * it. All operators and keys of a Condition must hold, of several values one; for the operators with Not, none may. */
#ifndef CORE_POLICY_H
#define CORE_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/tree.h"

#define POLICY_CHARACTERS_MAX 6144 /* of a document without blanks between its parts */
#define POLICY_STATEMENTS_MAX 100
#define POLICY_NAMES_MAX      100 /* actions, or resources, of a statement */
#define POLICY_CONDITIONS_MAX 20  /* operators with a key, of a statement */
#define POLICY_VALUES_MAX     100 /* of a condition */

enum policy_key_type { POLICY_KEY_TEXT, POLICY_KEY_ADDRESS, POLICY_KEY_MOMENT, POLICY_KEY_TRUTH, POLICY_KEY_TYPE_MAX };

/* What a condition may ask about. */
struct policy_key {
	const char *name; /* in any letter case */
	enum policy_key_type type;
};

struct policy_language {
	const char *const *versions;   /* ends with NULL */
	const struct policy_key *keys; /* ends with a NULL name */
	const char *resource_prefix;   /* every resource that is not "*" begins with it; "": anything goes */
	bool resource_optional;        /* a statement without one is about all */
};

/* What is so at the time of a request, for the key of the same place. Not given: only operators with Not hold. */
struct policy_value {
	bool given;
	const char *text;  /* of texts and addresses */
	int64_t moment;
	bool truth;
};

struct policy_request {
	const char *action;
	const char *resource;
	const struct policy_value *values; /* one for each key of the language */
};

enum policy_answer { POLICY_SILENT, POLICY_ALLOWS, POLICY_DENIES };

struct policy;

/* Where in the document something is wrong ("Statement[2].Condition", "" for the whole), and what. */
struct policy_problem {
	const char *path;
	const char *message;
};

/* Compiles a document. NULL with *ret_problem, the first one there is. All memory is of `arena`; the tree may go afterwards. */
const struct policy *policy_compile(struct arena *arena, const struct policy_language *language,
                                    const struct tree *document, struct policy_problem *ret_problem);

/* Compiles a text. NULL also if it is no JSON. */
const struct policy *policy_read(struct arena *arena, const struct policy_language *language, const char *text,
                                 struct policy_problem *ret_problem);

/* A statement that denies wins over all that allow. Any thread. */
enum policy_answer policy_evaluate(const struct policy *policy, const struct policy_request *request);

#endif
