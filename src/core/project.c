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

bool project_named(struct txn *txn, const char *account, const char *name, struct project *ret)
{
	struct project *projects;
	size_t n = project_list(txn, account, &projects);
	size_t i;

	for (i = 0; i < n; i++) {
		if (text_equal(projects[i].name, name)) {
			*ret = projects[i];
			return true;
		}
	}
	return false;
}

/* "cn-north-4_tests": only a region's own project is called like it. */
static bool name_well_formed(const char *region, const char *name)
{
	size_t length = strlen(region);

	return strncmp(name, region, length) == 0 && name[length] == '_' && name[length + 1] && strlen(name) <= PROJECT_NAME_MAX &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == strlen(name);
}

bool project_create(struct work *work, const struct project *parent, const char *name, const char *description,
                    struct project *ret)
{
	char id[PROJECT_ID_LENGTH + 1];
	struct project *all;
	struct project other;

	if (!text_equal(parent->name, parent->region) || !name_well_formed(parent->region, name))
		return work_refuse(work, REFUSE_PROJECT_NAME, name);
	if (project_named(work->txn, parent->account, name, &other))
		return work_refuse(work, REFUSE_PROJECT_EXISTS, name);
	if (project_list(work->txn, parent->account, &all) >= PROJECTS_MAX)
		return work_refuse(work, REFUSE_PROJECT_LIMIT, NULL);
	random_hex(id, PROJECT_ID_LENGTH);
	*ret = (struct project){
		.id = arena_text(work->arena, id),
		.account = parent->account,
		.name = name,
		.region = parent->region,
		.description = text_or(description, ""),
		.created_at = work->now,
	};
	project_put(work->txn, ret);
	return true;
}

bool project_modify(struct work *work, struct project *project, const char *name, const char *description)
{
	struct project other;

	if (name && !text_equal(name, project->name)) {
		if (text_equal(project->name, project->region) || !name_well_formed(project->region, name))
			return work_refuse(work, REFUSE_PROJECT_NAME, name);
		if (project_named(work->txn, project->account, name, &other))
			return work_refuse(work, REFUSE_PROJECT_EXISTS, name);
		project->name = name;
	}
	project->description = text_or(description, project->description);
	project_put(work->txn, project);
	return true;
}
