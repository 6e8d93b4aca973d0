/* The policies of users and roles in a fleet file. */
#include <string.h>

#include "api/call.h"
#include "api/control/fleet_file.h"
#include "base/text.h"
#include "core/policy.h"

#define DEPTH_MAX 9 /* of a list of documents */

struct looking {
	struct arena *arena;
	const struct policy_language *language;
	struct fleet_problems *problems;
};

static void look_at_document(const struct looking *l, const struct tree *document, const char *path)
{
	struct policy_problem problem;

	if (!policy_compile(l->arena, l->language, document, &problem))
		fleet_problem(l->problems, *problem.path ? arena_printf(l->arena, "%s.%s", path, problem.path) : path, "%s",
		              problem.message);
}

static void look_at_policies(const struct looking *l, const char *policies, const char *path)
{
	const char *error;
	const struct tree *list = tree_from_json(l->arena, policies, strlen(policies), DEPTH_MAX, &error);
	const struct tree *item;
	size_t i = 0;

	if (!list) {
		fleet_problem(l->problems, path, "a policy is not nested that deep");
		return;
	}
	for (item = list->first; item; item = item->next)
		look_at_document(l, item, arena_printf(l->arena, "%s[%zu]", path, i++));
}

static void look_at_section(struct looking *l, const struct fleet_account *account, size_t account_at,
                            enum fleet_section section, const char *name)
{
	const struct fleet_list *list = &account->lists[section];
	const struct fleet_principal *items = list->items;
	size_t i;

	for (i = 0; i < list->n; i++) {
		const char *path = arena_printf(l->arena, "accounts[%zu].%s[%zu].policies", account_at, name, i);

		if (items[i].row.policies && l->language)
			look_at_policies(l, items[i].row.policies, path);
		else if (items[i].row.policies)
			fleet_problem(l->problems, path, "the cloud of this account has no policies here");
	}
}

void fleet_file_check_policies(struct arena *arena, const struct dialect *const *dialects, const struct fleet *fleet,
                               struct fleet_problems *problems)
{
	struct looking l = { .arena = arena, .problems = problems };
	size_t i;

	for (i = 0; i < fleet->n_accounts; i++) {
		const struct dialect_rights *rights = dialect_rights_of(dialects, fleet->accounts[i].row.realm);

		l.language = rights ? rights->language : NULL;
		look_at_section(&l, &fleet->accounts[i], i, FLEET_USERS, "users");
		look_at_section(&l, &fleet->accounts[i], i, FLEET_ROLES, "roles");
	}
}
