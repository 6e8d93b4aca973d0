#include "core/project.h"

#include <string.h>

#include "base/random.h"
#include "base/text.h"
#include "core/realm.h"

#define PROJECT_ID_LENGTH 32

void projects_create(struct work *work, const struct account *account)
{
	const struct realm *realm = realm_find(account->realm);
	size_t i;

	for (i = 0; realm && i < realm->n_regions; i++) {
		char id[PROJECT_ID_LENGTH + 1];

		random_hex(id, PROJECT_ID_LENGTH);
		project_put(work->txn, &(struct project){
			.id = arena_text(work->arena, id),
			.account = account->id,
			.name = realm->regions[i].id,
			.region = realm->regions[i].id,
			.description = "",
			.created_at = work->now + (int64_t)i, /* their order is that of the regions */
		});
	}
}

bool project_of_region(struct txn *txn, const char *account, const char *region, struct project *ret)
{
	struct project *projects;
	size_t n = project_list(txn, account, &projects);
	size_t i;

	for (i = 0; i < n; i++) {
		if (!region || text_equal(projects[i].region, region)) {
			*ret = projects[i];
			return true;
		}
	}
	return false;
}

const struct region *project_name_region(const struct realm *realm, const char *name)
{
	size_t i;

	for (i = 0; i < realm->n_regions; i++) {
		size_t length = strlen(realm->regions[i].id);

		if (strncmp(name, realm->regions[i].id, length) == 0 && (!name[length] || name[length] == '_'))
			return &realm->regions[i];
	}
	return NULL;
}
