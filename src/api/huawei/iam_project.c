#include "api/huawei/iam_project.h"

#include "base/text.h"
#include "core/project.h"

#define P struct iam_project_item
#define PROJECT_FIELDS(shape)                                                                                        \
	TEXT(P, domain, "domain_id"), BOOL(P, is_domain, "is_domain"), TEXT(P, parent, "parent_id"), TEXT(P, name, "name"), \
		TEXT(P, description, "description"), OBJECT(P, links, "links", .of = &(shape)), TEXT(P, id, "id"),           \
		BOOL(P, enabled, "enabled")

static const struct field project_fields[] = { PROJECT_FIELDS(iam_links_shape), FIELDS_END };
static const struct shape project_shape = { sizeof(P), project_fields };

static const struct field self_project_fields[] = { PROJECT_FIELDS(iam_self_shape), FIELDS_END };
static const struct shape self_project_shape = { sizeof(P), self_project_fields };
#undef P

const struct field iam_project_out_fields[] = {
	OBJECT(struct iam_project_out, project, "project", .of = &project_shape),
	FIELDS_END,
};

const struct field iam_projects_out_fields[] = {
	ITEMS(struct iam_projects_out, projects, "projects", .of = &project_shape),
	OBJECT(struct iam_projects_out, links, "links", .of = &iam_links_shape),
	FIELDS_END,
};

const struct field iam_auth_projects_out_fields[] = {
	ITEMS(struct iam_projects_out, projects, "projects", .of = &self_project_shape),
	OBJECT(struct iam_projects_out, links, "links", .of = &iam_self_shape),
	FIELDS_END,
};

const struct field iam_new_project_out_fields[] = {
	OBJECT(struct iam_project_out, project, "project", .of = &self_project_shape),
	FIELDS_END,
};

/* A region's own project is the account's; others of the region are parts of that. */
static const char *parent_of(struct call *call, const struct project *project)
{
	struct project parent;

	if (!text_equal(project->name, project->region) &&
	    project_named(call->work.txn, project->account, project->region, &parent))
		return parent.id;
	return project->account;
}

struct iam_project_item iam_project_show(struct call *call, const struct project *project)
{
	return (struct iam_project_item){
		.id = project->id,
		.domain = project->account,
		.parent = parent_of(call, project),
		.name = project->name,
		.description = project->description,
		.enabled = true,
		.links = iam_links(call, arena_printf(call_work_arena(call), "/v3/projects/%s", project->id)),
	};
}

bool iam_project_find(struct call *call, const char *id, struct project *ret)
{
	return (project_get(call->work.txn, id, ret) && text_equal(ret->account, call->caller.tenant.account)) ||
	       call_refuse(call, REFUSE_PROJECT_UNKNOWN, id);
}
