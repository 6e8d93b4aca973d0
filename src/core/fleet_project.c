/* The projects of an account in a fleet: only in realms that are scoped. */
#include "base/random.h"
#include "base/text.h"
#include "core/fleet_module.h"
#include "core/project.h"
#include "core/realm.h"

#define PROJECT_ID_LENGTH 32

static void project_load(struct fleet_load *load, const struct fleet_project *item, const char *path, size_t i)
{
	const struct region *region = project_name_region(work_realm(load->work), text_or(item->row.name, ""));
	struct project project = item->row;
	struct project other;
	char id[PROJECT_ID_LENGTH + 1];

	if (!region) {
		fleet_wrong(load, path, "name", "\"%s\" is no name of a project: it is that of a region, or begins with it and \"_\"",
		            text_or(item->row.name, ""));
		return;
	}
	if (text_empty(project.id)) {
		random_hex(id, PROJECT_ID_LENGTH);
		project.id = arena_text(load->work->arena, id);
	}
	if (!fleet_id_well_formed(project.id)) {
		fleet_wrong(load, path, "id", "\"%s\" is no id: 1 to 64 letters, digits, '-', '_' or '*'", project.id);
		return;
	}
	if (project_get(load->work->txn, project.id, &other)) {
		fleet_wrong(load, path, "id", "there is a project \"%s\" already", project.id);
		return;
	}
	project.account = load->account.id;
	project.region = region->id;
	if (!project.created_at)
		project.created_at = load->work->now + (int64_t)i;
	project_put(load->work->txn, &project);
}

/* As with keys: replaced only if there is a word about them. */
static void projects_load(struct fleet_load *load, const struct fleet_list *list, const char *path)
{
	const struct fleet_project *items = list->items;
	struct project *known;
	size_t n = project_list(load->work->txn, load->account.id, &known);
	size_t i;

	if (!work_realm(load->work)->scoped) {
		if (list->n)
			fleet_wrong(load, path, NULL, "accounts of the realm %s have no projects", load->account.realm);
		return;
	}
	if (!list->given) {
		if (!n)
			projects_create(load->work, &load->account);
		return;
	}
	for (i = 0; i < n; i++)
		project_delete(load->work->txn, known[i].id);
	for (i = 0; i < list->n; i++)
		project_load(load, &items[i], fleet_item_path(load, path, i), i);
}

static void projects_dump(struct work *work, const struct account *account, struct fleet_list *ret)
{
	struct project *rows;
	size_t n = project_list(work->txn, account->id, &rows);
	struct fleet_project *items = arena_array(work->arena, struct fleet_project, n);
	size_t i;

	for (i = 0; i < n; i++)
		items[i].row = rows[i];
	*ret = (struct fleet_list){ items, n, work_realm(work)->scoped };
}

const struct fleet_module fleet_projects = {
	.name = "projects",
	.part = FLEET_OF_ACCOUNT,
	.most = PROJECTS_MAX,
	.load = projects_load,
	.dump = projects_dump,
};
