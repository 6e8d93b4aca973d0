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

bool find_project(const struct work *work, const char *id, struct project *ret)
{
	return project_get(work->txn, id, ret) && text_equal(ret->account, work->caller.tenant.account);
}

bool project_named(struct txn *txn, const char *account, const char *name, struct project *ret)
{
	struct project *all;
	size_t n = project_list(txn, account, &all);
	size_t i;

	for (i = 0; i < n && !text_equal(all[i].name, name); i++)
		continue;
	if (i < n)
		*ret = all[i];
	return i < n;
}

static bool is_taken(struct work *work, const char *name)
{
	struct project other;

	return project_named(work->txn, work->caller.tenant.account, name, &other);
}

/* "cn-north-4_web", 1 to 64 letters, digits, '-' and '_'. */
static const struct region *region_of_name(const struct work *work, const char *name)
{
	const struct region *region = project_name_region(work_realm(work), name);
	size_t length = strlen(name);

	if (!region || length == strlen(region->id) || length == strlen(region->id) + 1 || length > PROJECT_NAME_MAX ||
	    strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") != length)
		return NULL;
	return region;
}

bool project_create(struct work *work, const struct project_change *args, const char *parent, struct project *ret)
{
	const struct region *region = region_of_name(work, args->name);
	struct project *all;
	struct project above;
	char id[PROJECT_ID_LENGTH + 1];

	if (!region)
		return work_refuse(work, REFUSE_PROJECT_NAME_MALFORMED, args->name);
	if (parent && (!find_project(work, parent, &above) || !text_equal(above.name, region->id)))
		return work_refuse(work, REFUSE_PROJECT_PARENT, parent);
	if (is_taken(work, args->name))
		return work_refuse(work, REFUSE_PROJECT_EXISTS, args->name);
	if (project_list(work->txn, work->caller.tenant.account, &all) >= PROJECTS_MAX)
		return work_refuse(work, REFUSE_PROJECTS_LIMIT, NULL);
	random_hex(id, PROJECT_ID_LENGTH);
	*ret = (struct project){
		.id = arena_text(work->arena, id),
		.account = work->caller.tenant.account,
		.name = args->name,
		.region = region->id,
		.description = text_or(args->description, ""),
		.created_at = work->now,
	};
	project_put(work->txn, ret);
	return true;
}

bool project_modify(struct work *work, const char *id, const struct project_change *args, struct project *ret)
{
	if (!find_project(work, id, ret))
		return work_refuse(work, REFUSE_PROJECT_UNKNOWN, id);
	if (args->name && !text_equal(args->name, ret->name)) {
		const struct region *region = region_of_name(work, args->name);

		if (text_equal(ret->name, ret->region))
			return work_refuse(work, REFUSE_PROJECT_FIXED, id);
		if (!region || !text_equal(region->id, ret->region))
			return work_refuse(work, REFUSE_PROJECT_NAME_MALFORMED, args->name);
		if (is_taken(work, args->name))
			return work_refuse(work, REFUSE_PROJECT_EXISTS, args->name);
		ret->name = args->name;
	}
	ret->description = text_or(args->description, ret->description);
	project_put(work->txn, ret);
	return true;
}
