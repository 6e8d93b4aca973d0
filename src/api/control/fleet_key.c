/* The access keys of a fleet file beside the development key. */
#include "api/control/fleet_file.h"
#include "base/text.h"

bool fleet_file_check_keys(struct arena *arena, const struct fleet *fleet, const char *held, struct fleet_problems *problems)
{
	size_t before = problems->n;
	size_t i;
	size_t k;

	for (i = 0; held && i < fleet->n_accounts; i++) {
		const struct fleet_list *list = &fleet->accounts[i].lists[FLEET_ACCESS_KEYS];
		const struct fleet_access_key *keys = list->items;

		for (k = 0; k < list->n; k++) {
			if (text_equal(keys[k].row.id, held))
				fleet_problem(problems, arena_printf(arena, "accounts[%zu].access_keys[%zu].id", i, k),
				              "this is the id of the development key, which would hide it; start the server without "
				              "--dev-key or with another --access-key-id, or give the key another id");
		}
	}
	return problems->n == before;
}
