/* The passwords of a fleet file: what is kept of them is made before any transaction, since it takes its time. */
#include "api/control/fleet_file.h"
#include "base/secret.h"
#include "base/text.h"

#define CLEAR_MAX 100 /* passwords of one file that are no hashes */

struct hashing {
	struct arena *arena;
	struct fleet_problems *problems;
	size_t n; /* so far */
};

/* What a dump says of a password is taken as it is. */
static void hash(struct hashing *h, const char **password, const char *path)
{
	if (text_empty(*password) || password_hash_well_formed(*password))
		return;
	if (++h->n == CLEAR_MAX + 1)
		fleet_problem(h->problems, path, "a file has at most %d passwords in the clear", CLEAR_MAX);
	if (h->n <= CLEAR_MAX && h->problems->n == 0)
		*password = password_hash(h->arena, *password);
}

void fleet_file_hash_passwords(struct arena *arena, struct fleet *fleet, struct fleet_problems *problems)
{
	struct hashing h = { arena, problems, 0 };
	size_t i;
	size_t j;

	for (i = 0; i < fleet->n_accounts; i++) {
		const struct fleet_list *users = &fleet->accounts[i].lists[FLEET_USERS];
		struct fleet_principal *items = users->items;

		hash(&h, &fleet->accounts[i].row.password, arena_printf(arena, "accounts[%zu].password", i));
		for (j = 0; j < users->n; j++)
			hash(&h, &items[j].row.password, arena_printf(arena, "accounts[%zu].users[%zu].password", i, j));
	}
}
