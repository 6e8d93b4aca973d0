#include "api/rights.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"

#define DEPTH_MAX 9 /* of a list of documents */

struct rights {
	atomic_int holders;
	struct arena arena;
	const char *user, *user_id; /* "" of a role */
	const struct policy **policies;
	size_t n_policies;
	struct rights *role; /* of the role or user whose session these are of; NULL: of what may do everything */
	bool is_session;
	const struct policy *session; /* NULL: it has none */
};

static struct rights *rights_create(void)
{
	struct rights *rights = calloc(1, sizeof *rights);

	if (!rights)
		abort();
	atomic_init(&rights->holders, 1);
	arena_init(&rights->arena);
	rights->user = rights->user_id = "";
	return rights;
}

struct rights *rights_keep(struct rights *rights)
{
	if (rights)
		atomic_fetch_add_explicit(&rights->holders, 1, memory_order_relaxed);
	return rights;
}

void rights_release(struct rights *rights)
{
	if (!rights || atomic_fetch_sub_explicit(&rights->holders, 1, memory_order_acq_rel) > 1)
		return;
	rights_release(rights->role);
	arena_finish(&rights->arena);
	free(rights);
}

/* What was checked when it was put can be read, unless another Cleat wrote it. */
static void complain(const char *name, const struct policy_problem *problem)
{
	log_event(LOG_ERROR, "policy-unreadable", LOG_TEXT_PAIR("of", name), LOG_TEXT_PAIR("where", problem->path),
	          LOG_TEXT_PAIR("problem", problem->message));
}

struct rights *rights_of_principal(const struct policy_language *language, const struct principal *principal)
{
	struct rights *rights = rights_create();
	struct policy_problem problem = { "", "this is no list of policies" };
	const char *error;
	const struct tree *list =
		tree_from_json(&rights->arena, principal->policies, strlen(principal->policies), DEPTH_MAX, &error);
	const struct tree *item;

	if (principal->kind == PRINCIPAL_USER) {
		rights->user = arena_text(&rights->arena, principal->name);
		rights->user_id = arena_text(&rights->arena, principal->id);
	}
	if (list && language)
		rights->policies = arena_array(&rights->arena, const struct policy *, list->n_children + 1);
	for (item = list && language ? list->first : NULL; item; item = item->next) {
		const struct policy *policy = policy_compile(&rights->arena, language, item, &problem);

		if (policy)
			rights->policies[rights->n_policies++] = policy;
		else
			break;
	}
	/* One that cannot be read may be one that denies. */
	if (!list || item || (!language && list->n_children)) {
		complain(principal->name, &problem);
		rights->n_policies = 0;
	}
	return rights;
}

struct rights *rights_of_session(struct rights *role, const struct policy_language *language, const char *policy)
{
	struct policy_problem problem = { "", "its cloud has no policies here" };
	struct rights *rights;

	if (text_empty(policy))
		return rights_keep(role);
	rights = rights_create();
	rights->is_session = true;
	rights->role = rights_keep(role);
	rights->user = role ? role->user : "";
	rights->user_id = role ? role->user_id : "";
	rights->session = language ? policy_read(&rights->arena, language, policy, &problem) : NULL;
	if (!rights->session)
		complain("a session", &problem);
	return rights;
}

static struct rights_answer answer_of(enum policy_answer answer)
{
	return (struct rights_answer){ .allowed = answer == POLICY_ALLOWS, .explicitly = answer == POLICY_DENIES };
}

struct rights_answer rights_ask(const struct rights *rights, const struct policy_request *request)
{
	enum policy_answer answer = POLICY_SILENT;
	struct rights_answer asked = { .allowed = true };
	size_t i;

	if (rights->is_session) {
		if (rights->role)
			asked = rights_ask(rights->role, request);
		if (!asked.allowed)
			return asked;
		asked = answer_of(rights->session ? policy_evaluate(rights->session, request) : POLICY_SILENT);
		asked.by_session = !asked.allowed;
		return asked;
	}
	for (i = 0; i < rights->n_policies && answer != POLICY_DENIES; i++) {
		enum policy_answer one = policy_evaluate(rights->policies[i], request);

		if (one != POLICY_SILENT)
			answer = one;
	}
	return answer_of(answer);
}

const char *rights_user(const struct rights *rights)
{
	return rights->user;
}

const char *rights_user_id(const struct rights *rights)
{
	return rights->user_id;
}
