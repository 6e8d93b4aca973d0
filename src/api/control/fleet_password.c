/* The passwords of users in a fleet file: what is kept of one is made here, before any transaction, since it takes a while. */
#include "api/control/fleet_file.h"
#include "base/password.h"
#include "base/text.h"

static void look_at_user(struct arena *arena, struct fleet_principal *user, const char *path, struct fleet_problems *problems)
{
	if (user->password && user->row.password)
		fleet_problem(problems, path, "there is a \"password\" and a \"password_hash\": one of them");
	else if (user->row.password && !password_hash_well_formed(user->row.password))
		fleet_problem(problems, arena_printf(arena, "%s.password_hash", path),
		              "this is no hash of Cleat's; 'cleat fleet dump --secrets' writes them");
}

void fleet_file_hash_passwords(struct arena *arena, struct fleet *fleet, struct fleet_problems *problems)
{
	size_t i;
	size_t u;

	for (i = 0; i < fleet->n_accounts; i++) {
		struct fleet_list *users = &fleet->accounts[i].lists[FLEET_USERS];
		struct fleet_principal *items = users->items;

		for (u = 0; u < users->n; u++)
			look_at_user(arena, &items[u], arena_printf(arena, "accounts[%zu].users[%zu]", i, u), problems);
		for (u = 0; u < users->n && !problems->n; u++) {
			if (items[u].password)
				items[u].row.password = password_hash(arena, items[u].password);
		}
	}
}
