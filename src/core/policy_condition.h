/* The Condition of a statement of a policy: {"IpAddress": {"KEY": ["10.0.0.0/8"]}}. Only for core/policy*.c, which
 * say what it is a condition of. */
#ifndef CORE_POLICY_CONDITION_H
#define CORE_POLICY_CONDITION_H

#include "core/policy.h"

struct policy_condition;

struct policy_conditions {
	struct policy_condition *items;
	size_t n;
};

/* False with *problem; paths begin with `path`. */
bool policy_conditions_compile(struct arena *arena, const struct policy_language *language, const struct tree *tree,
                               const char *path, struct policy_conditions *ret, struct policy_problem *problem);

bool policy_conditions_hold(const struct policy_conditions *conditions, const struct policy_value *values);

/* Records what is wrong and returns false. */
bool policy_wrong(struct policy_problem *problem, const char *path, const char *message);

#endif
