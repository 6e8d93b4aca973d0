/* IAM: the projects of an account, listed, shown, made and changed. SDKs that are told a region ask for them first. */
#include "api/huawei/iam_project.h"
#include "base/text.h"
#include "core/project.h"

#define PAGE_MAX 5000

/* ---- list ---- */

struct list_in {
	const char *name, *domain, *parent;
	struct opt_bool enabled, is_domain;
	struct opt_int page, per_page;
};

static const struct field list_fields[] = {
	TEXT(struct list_in, name, "name", .doc = "Only the project of that name."),
	TEXT(struct list_in, domain, "domain_id"),
	TEXT(struct list_in, parent, "parent_id"),
	OPT_BOOL(struct list_in, enabled, "enabled"),
	OPT_BOOL(struct list_in, is_domain, "is_domain"),
	OPT_INT(struct list_in, page, "page", .min = 1, .max = PROJECTS_MAX, .doc = "Together with per_page."),
	OPT_INT(struct list_in, per_page, "per_page", .min = 1, .max = PAGE_MAX),
	FIELDS_END,
};

static bool is_wanted(const struct list_in *in, const struct iam_project_item *item)
{
	return (text_empty(in->name) || text_equal(in->name, item->name)) &&
	       (text_empty(in->domain) || text_equal(in->domain, item->domain)) &&
	       (text_empty(in->parent) || text_equal(in->parent, item->parent)) &&
	       (in->enabled.is != GIVEN || in->enabled.value == item->enabled) &&
	       (in->is_domain.is != GIVEN || in->is_domain.value == item->is_domain);
}

/* All of it unless both are given (IAM pages, "querying a project list"). */
static struct items page_of(const struct list_in *in, struct iam_project_item *items, size_t n)
{
	size_t size = (size_t)in->per_page.value;
	size_t from;

	if (in->page.is != GIVEN || in->per_page.is != GIVEN)
		return (struct items){ items, n };
	from = (size_t)(in->page.value - 1) * size;
	if (from >= n)
		return (struct items){ items, 0 };
	return (struct items){ items + from, n - from < size ? n - from : size };
}

static bool list_run(struct call *call, const void *in_, void *out_)
{
	const struct list_in *in = in_;
	struct iam_projects_out *out = out_;
	struct project *rows;
	size_t n = project_list(call->work.txn, call->caller.tenant.account, &rows);
	struct iam_project_item *items = arena_array(call_work_arena(call), struct iam_project_item, n);
	size_t n_wanted = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		items[n_wanted] = iam_project_show(call, &rows[i]);
		n_wanted += is_wanted(in, &items[n_wanted]);
	}
	out->projects = page_of(in, items, n_wanted);
	out->links = iam_links(call, "/v3/projects");
	return true;
}

const struct operation huawei_iam_list_projects = {
	.product = "iam",
	.version = "v3",
	.name = "iam.KeystoneListProjects",
	.method = "GET",
	.path = "/v3/projects",
	.mode = OPERATION_READ,
	.permission = "iam:projects:listProjects",
	.resource = "*",
	.in = { sizeof(struct list_in), list_fields },
	.out = { sizeof(struct iam_projects_out), iam_projects_out_fields },
	.common = rest_iam_errors,
	.run = list_run,
	.doc = "Lists the account's projects.",
};

/* Every user of an account may enter all of its projects: what it may do there is said by its policies. */
static bool list_all(struct call *call, struct iam_projects_out *out, const char *path)
{
	const struct list_in all = { .name = NULL };
	bool done = list_run(call, &all, out);

	out->links = iam_links(call, path);
	return done;
}

static bool auth_list_run(struct call *call, const void *in, void *out)
{
	(void)in;
	return list_all(call, out, "/v3/auth/projects");
}

const struct operation huawei_iam_list_auth_projects = {
	.product = "iam",
	.version = "v3",
	.name = "iam.KeystoneListAuthProjects",
	.method = "GET",
	.path = "/v3/auth/projects",
	.mode = OPERATION_READ,
	.open_to_all = true,
	.permission = "iam:projects:listAuthProjects",
	.resource = "*",
	.in = { sizeof(struct rest_nothing), rest_nothing_fields },
	.out = { sizeof(struct iam_projects_out), iam_auth_projects_out_fields },
	.common = rest_iam_errors,
	.run = auth_list_run,
	.doc = "Lists the projects that the caller may get a token for: those of its account.",
};

/* ---- show ---- */

struct show_in {
	const char *id;
};

static const struct field show_fields[] = {
	PATH_PROJECT(struct show_in, id),
	FIELDS_END,
};

static const struct error_row show_errors[] = { ROW_IAM_PROJECT_UNKNOWN, ROWS_END };

static bool show_run(struct call *call, const void *in_, void *out_)
{
	struct project project;

	if (!iam_project_find(call, ((const struct show_in *)in_)->id, &project))
		return false;
	((struct iam_project_out *)out_)->project = iam_project_show(call, &project);
	return true;
}

const struct operation huawei_iam_show_project = {
	.product = "iam",
	.version = "v3",
	.name = "iam.KeystoneShowProject",
	.method = "GET",
	.path = "/v3/projects/{project_id}",
	.mode = OPERATION_READ,
	.permission = "iam:projects:getProject",
	.resource = "*",
	.in = { sizeof(struct show_in), show_fields },
	.out = { sizeof(struct iam_project_out), iam_project_out_fields },
	.errors = show_errors,
	.common = rest_iam_errors,
	.run = show_run,
	.doc = "Shows a project.",
};

/* ---- create, update ---- */

struct given_in {
	const char *name, *parent, *domain, *description;
};

struct create_in {
	struct given_in project;
};

struct update_in {
	const char *id;
	struct given_in project;
};

static const struct field create_given_fields[] = {
	TEXT(struct given_in, name, "name", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = PROJECT_NAME_MAX,
	     .doc = "The name of the parent, '_' and letters, digits, '-' or '_'."),
	TEXT(struct given_in, parent, "parent_id", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "The project of the region."),
	TEXT(struct given_in, domain, "domain_id"),
	TEXT(struct given_in, description, "description", .max = PROJECT_DESCRIPTION_MAX),
	FIELDS_END,
};
static const struct shape create_given_shape = { sizeof(struct given_in), create_given_fields };

static const struct field create_fields[] = {
	OBJECT(struct create_in, project, "project", .of = &create_given_shape, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

static const struct field update_given_fields[] = {
	TEXT(struct given_in, name, "name", .flags = FIELD_NOT_EMPTY, .max = PROJECT_NAME_MAX),
	TEXT(struct given_in, description, "description", .max = PROJECT_DESCRIPTION_MAX),
	FIELDS_END,
};
static const struct shape update_given_shape = { sizeof(struct given_in), update_given_fields };

static const struct field update_fields[] = {
	PATH_PROJECT(struct update_in, id),
	OBJECT(struct update_in, project, "project", .of = &update_given_shape, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

#define ROWS_CHANGE                                                                                                          \
	ROW_IAM_PROJECT_UNKNOWN,                                                                                             \
	{ REFUSE_PROJECT_NAME, 400, "Bad Request", "The name of a project begins with that of its region and '_': %s.",      \
	  "Cleat" },                                                                                                         \
	{ REFUSE_PROJECT_EXISTS, 409, "Conflict", "Conflict occurred attempting to store project: %s.", NULL }
static const struct error_row create_errors[] = {
	ROWS_CHANGE,
	{ REFUSE_NOT_ALLOWED, 403, "Forbidden", "You are not authorized to perform the requested action.", NULL },
	{ REFUSE_PROJECT_LIMIT, 403, "Forbidden", "The number of projects has reached the limit.", "Cleat" },
	ROWS_END,
};
static const struct error_row update_errors[] = { ROWS_CHANGE, ROWS_END };

static bool create_run(struct call *call, const void *in_, void *out_)
{
	const struct given_in *in = &((const struct create_in *)in_)->project;
	struct project parent;
	struct project project;

	if (!text_empty(in->domain) && !text_equal(in->domain, call->caller.tenant.account))
		return call_refuse(call, REFUSE_NOT_ALLOWED, NULL);
	if (!iam_project_find(call, in->parent, &parent) ||
	    !call_verb(call, project_create(&call->work, &parent, in->name, in->description, &project)))
		return false;
	((struct iam_project_out *)out_)->project = iam_project_show(call, &project);
	return true;
}

const struct operation huawei_iam_create_project = {
	.product = "iam",
	.version = "v3",
	.name = "iam.KeystoneCreateProject",
	.method = "POST",
	.path = "/v3/projects",
	.mode = OPERATION_WRITE,
	.success = 201,
	.permission = "iam:projects:createProject",
	.resource = "*",
	.in = { sizeof(struct create_in), create_fields },
	.out = { sizeof(struct iam_project_out), iam_new_project_out_fields },
	.errors = create_errors,
	.common = rest_iam_errors,
	.run = create_run,
	.doc = "Makes a project in the region of another.",
};

static bool update_run(struct call *call, const void *in_, void *out_)
{
	const struct update_in *in = in_;
	struct project project;

	if (!iam_project_find(call, in->id, &project) ||
	    !call_verb(call, project_modify(&call->work, &project, in->project.name, in->project.description)))
		return false;
	((struct iam_project_out *)out_)->project = iam_project_show(call, &project);
	return true;
}

const struct operation huawei_iam_update_project = {
	.product = "iam",
	.version = "v3",
	.name = "iam.KeystoneUpdateProject",
	.method = "PATCH",
	.path = "/v3/projects/{project_id}",
	.mode = OPERATION_WRITE,
	.permission = "iam:projects:updateProject",
	.resource = "*",
	.in = { sizeof(struct update_in), update_fields },
	.out = { sizeof(struct iam_project_out), iam_new_project_out_fields },
	.errors = update_errors,
	.common = rest_iam_errors,
	.run = update_run,
	.doc = "Changes the name and description of a project; a region's own keeps its name.",
};
