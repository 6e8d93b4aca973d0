/* The access keys of a fleet file beside the development key. */
#include "api/control/fleet_file.h"
#include "base/text.h"

struct holding {
	struct arena *arena;
	const char *held;
	struct fleet_problems *problems;
};

static void look_at_keys(const struct holding *h, const struct fleet_list *list, const char *path)
{
	const struct fleet_access_key *keys = list->items;
	size_t i;

	for (i = 0; i < list->n; i++) {
		if (text_equal(keys[i].row.id, h->held))
			fleet_problem(h->problems, arena_printf(h->arena, "%s.access_keys[%zu].id", path, i),
			              "this is the id of the development key, which would hide it; start the server without "
			              "--dev-key or with another --access-key-id, or give the key another id");
	}
}

bool fleet_file_check_keys(struct arena *arena, const struct fleet *fleet, const char *held, struct fleet_problems *problems)
{
	const struct holding holding = { arena, held, problems };
	size_t before = problems->n;
	size_t i;
	size_t u;

	for (i = 0; held && i < fleet->n_accounts; i++) {
		const struct fleet_list *users = &fleet->accounts[i].lists[FLEET_USERS];
		const struct fleet_principal *items = users->items;

		look_at_keys(&holding, &fleet->accounts[i].lists[FLEET_ACCESS_KEYS], arena_printf(arena, "accounts[%zu]", i));
		for (u = 0; u < users->n; u++)
			look_at_keys(&holding, &items[u].access_keys, arena_printf(arena, "accounts[%zu].users[%zu]", i, u));
	}
	return problems->n == before;
}
