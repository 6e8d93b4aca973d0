/* IAM: the projects of an account, and the account as a domain. SDKs that are told a region ask for them first. */
#include "api/huawei/iam.h"
#include "base/text.h"
#include "core/account.h"
#include "core/project.h"

struct list_in {
	const char *name, *domain, *parent;
};

struct project_item {
	const char *id, *domain, *parent, *name, *description;
	bool is_domain, enabled;
	struct iam_links links;
};

struct domain_item {
	const char *id, *name, *description;
	bool enabled;
	struct iam_links links;
};

struct projects_out {
	struct items projects;
	struct iam_links links;
};

struct project_out {
	struct project_item project;
};

struct domains_out {
	struct items domains;
	struct iam_links links;
};

/* ---- tables ---- */

/* Lists of Keystone say of each what is before and behind it; the others, and what was made, only where it is. */
#define PROJECT_FIELDS(links_)                            \
	TEXT(struct project_item, domain, "domain_id"),   \
	BOOL(struct project_item, is_domain, "is_domain"), \
	TEXT(struct project_item, parent, "parent_id"),   \
	TEXT(struct project_item, name, "name"),          \
	TEXT(struct project_item, description, "description"), \
	OBJECT(struct project_item, links, "links", .of = &links_), \
	TEXT(struct project_item, id, "id"),              \
	BOOL(struct project_item, enabled, "enabled"),    \
	FIELDS_END
static const struct field project_fields[] = { PROJECT_FIELDS(iam_links_shape) };
static const struct shape project_shape = { sizeof(struct project_item), project_fields };

static const struct field own_project_fields[] = { PROJECT_FIELDS(iam_self_shape) };
static const struct shape own_project_shape = { sizeof(struct project_item), own_project_fields };

static const struct field auth_projects_out_fields[] = {
	ITEMS(struct projects_out, projects, "projects", .of = &own_project_shape),
	OBJECT(struct projects_out, links, "links", .of = &iam_self_shape),
	FIELDS_END,
};

static const struct field project_out_fields[] = {
	OBJECT(struct project_out, project, "project", .of = &project_shape),
	FIELDS_END,
};

static const struct field made_out_fields[] = {
	OBJECT(struct project_out, project, "project", .of = &own_project_shape),
	FIELDS_END,
};

static const struct field projects_in_fields[] = {
	TEXT(struct list_in, name, "name", .doc = "Only the project of that name."),
	TEXT(struct list_in, domain, "domain_id"),
	TEXT(struct list_in, parent, "parent_id"),
	FIELDS_END,
};

static const struct field projects_out_fields[] = {
	ITEMS(struct projects_out, projects, "projects", .of = &project_shape),
	OBJECT(struct projects_out, links, "links", .of = &iam_links_shape),
	FIELDS_END,
};

#define D struct domain_item
static const struct field domain_fields[] = {
	TEXT(D, id, "id"),
	TEXT(D, name, "name"),
	TEXT(D, description, "description"),
	BOOL(D, enabled, "enabled"),
	OBJECT(D, links, "links", .of = &iam_self_shape),
	FIELDS_END,
};
static const struct shape domain_shape = { sizeof(D), domain_fields };
#undef D

static const struct field domains_out_fields[] = {
	ITEMS(struct domains_out, domains, "domains", .of = &domain_shape),
	OBJECT(struct domains_out, links, "links", .of = &iam_self_shape),
	FIELDS_END,
};

/* ---- run ---- */

/* The parent of a project is that of its region, whose parent is the domain. */
static struct project_item item_of(struct call *call, const struct project *row)
{
	const char *account = call->caller.tenant.account;
	struct project above;
	bool has_parent = !text_equal(row->name, row->region) && project_named(call->work.txn, account, row->region, &above);

	return (struct project_item){
		.id = row->id,
		.domain = account,
		.parent = has_parent ? above.id : account,
		.name = row->name,
		.description = row->description,
		.enabled = true,
		.links = iam_links(call, arena_printf(call_work_arena(call), "/v3/projects/%s", row->id)),
	};
}

static bool projects_run(struct call *call, const void *in_, void *out_)
{
	const struct list_in *in = in_;
	struct projects_out *out = out_;
	const char *account = call->caller.tenant.account;
	struct project *rows;
	size_t n = project_list(call->work.txn, account, &rows);
	struct project_item *items = arena_array(call_work_arena(call), struct project_item, n);
	size_t i;

	for (i = 0; i < n; i++) {
		if ((!text_empty(in->name) && !text_equal(in->name, rows[i].name)) ||
		    (!text_empty(in->domain) && !text_equal(in->domain, account)))
			continue;
		items[out->projects.n] = item_of(call, &rows[i]);
		out->projects.n += text_empty(in->parent) || text_equal(in->parent, items[out->projects.n].parent);
	}
	out->projects.items = items;
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
	.in = { sizeof(struct list_in), projects_in_fields },
	.out = { sizeof(struct projects_out), projects_out_fields },
	.common = rest_iam_errors,
	.run = projects_run,
	.doc = "Lists the account's projects.",
};

static bool auth_projects_run(struct call *call, const void *in, void *out)
{
	(void)in;
	if (!projects_run(call, &(struct list_in){ 0 }, out))
		return false;
	((struct projects_out *)out)->links = iam_links(call, "/v3/auth/projects");
	return true;
}

const struct operation huawei_iam_list_auth_projects = {
	.product = "iam",
	.version = "v3",
	.name = "iam.KeystoneListAuthProjects",
	.method = "GET",
	.path = "/v3/auth/projects",
	.mode = OPERATION_READ,
	.permission = "iam:projects:listProjectsForUser",
	.open_to_all = true,
	.resource = "*",
	.in = { sizeof(struct rest_nothing), rest_nothing_fields },
	.out = { sizeof(struct projects_out), auth_projects_out_fields },
	.common = rest_iam_errors,
	.run = auth_projects_run,
	.doc = "Lists the projects that the caller can have a token for: all of the account's.",
};

static bool domains_run(struct call *call, const void *in_, void *out_)
{
	struct domains_out *out = out_;
	struct account account = find_account(&call->work);
	struct domain_item *item = arena_new(call_work_arena(call), struct domain_item);

	(void)in_;
	*item = (struct domain_item){
		.id = account.id,
		.name = account.name,
		.description = "",
		.enabled = true,
		.links = iam_links(call, arena_printf(call_work_arena(call), "/v3/domains/%s", account.id)),
	};
	out->domains = (struct items){ item, 1 };
	out->links = iam_links(call, "/v3/auth/domains");
	return true;
}

#define LIST_DOMAINS(symbol, name_, path_, doc_)                              \
	const struct operation symbol = {                                     \
		.product = "iam",                                             \
		.version = "v3",                                              \
		.name = name_,                                                \
		.method = "GET",                                              \
		.path = path_,                                                \
		.mode = OPERATION_READ,                                       \
		.permission = "iam:domains:list",                             \
		.resource = "*",                                              \
		.in = { sizeof(struct rest_nothing), rest_nothing_fields },   \
		.out = { sizeof(struct domains_out), domains_out_fields },    \
		.common = rest_iam_errors,                                    \
		.run = domains_run,                                           \
		.doc = doc_,                                                  \
	}

LIST_DOMAINS(huawei_iam_list_auth_domains, "iam.KeystoneListAuthDomains", "/v3/auth/domains",
             "Lists the account of the caller as a domain.");
LIST_DOMAINS(huawei_iam_list_domains, "iam.KeystoneListDomains", "/v3/domains",
             "The same where Keystone's clients look for it.");

/* ---- one of them ---- */

struct project_in {
	const char *project;
};

static const struct field project_in_fields[] = {
	TEXT(struct project_in, project, "id", .doc = "The project."),
	FIELDS_END,
};

#define NAME_WRONG "The project name is invalid."
static const struct error_row project_errors[] = {
	{ REFUSE_PROJECT_UNKNOWN, 404, "Not Found", "Could not find project: %s.", "Keystone" },
	{ REFUSE_PROJECT_NAME_MALFORMED, 400, "Bad Request", NAME_WRONG, "Cleat" },
	{ REFUSE_PROJECT_FIXED, 403, "Forbidden", "You are not authorized to perform the requested action.", NULL },
	{ REFUSE_PROJECT_PARENT, 404, "Not Found", "Could not find project: %s.", "Keystone" },
	{ REFUSE_PROJECT_EXISTS, 409, "Conflict", "Conflict occurred attempting to store project. Duplicate entry found with name %s.",
	  "Keystone" },
	{ REFUSE_PROJECTS_LIMIT, 403, "Forbidden", "The number of projects has reached the limit.", "Cleat" },
	ROWS_END,
};

static bool show_run(struct call *call, const void *in, void *out)
{
	const char *id = ((const struct project_in *)in)->project;
	struct project project;

	if (!find_project(&call->work, id, &project))
		return call_refuse(call, REFUSE_PROJECT_UNKNOWN, id);
	((struct project_out *)out)->project = item_of(call, &project);
	return true;
}

const struct operation huawei_iam_show_project = {
	.product = "iam",
	.version = "v3",
	.name = "iam.KeystoneShowProject",
	.method = "GET",
	.path = "/v3/projects/{id}",
	.mode = OPERATION_READ,
	.permission = "iam:projects:getProject",
	.resource = "*",
	.in = { sizeof(struct project_in), project_in_fields },
	.out = { sizeof(struct project_out), project_out_fields },
	.errors = project_errors,
	.common = rest_iam_errors,
	.run = show_run,
	.doc = "Shows a project of the account.",
};

struct change_in {
	const char *name, *description, *parent, *domain;
};

struct update_in {
	const char *id;
	struct change_in project;
};

#define C struct change_in
static const struct field change_fields[] = {
	TEXT(C, name, "name", .flags = FIELD_NOT_EMPTY, .max = PROJECT_NAME_MAX, .doc = "A region, \"_\", and more."),
	TEXT(C, description, "description", .max = 255),
	TEXT(C, parent, "parent_id", .doc = "The project of the region."),
	TEXT(C, domain, "domain_id"),
	FIELDS_END,
};
static const struct shape change_shape = { sizeof(C), change_fields };
#undef C

static const struct field update_in_fields[] = {
	TEXT(struct update_in, id, "id", .doc = "The project."),
	OBJECT(struct update_in, project, "project", .of = &change_shape, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

static const struct field create_in_fields[] = {
	OBJECT(struct update_in, project, "project", .of = &change_shape, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

static bool create_run(struct call *call, const void *in_, void *out)
{
	const struct change_in *in = &((const struct update_in *)in_)->project;
	const char *account = call->caller.tenant.account;
	const char *parent = text_equal(in->parent, account) || text_empty(in->parent) ? NULL : in->parent;
	struct project project;

	if (text_empty(in->name))
		return call_refuse(call, REFUSE_PARAMETER_MISSING, "project.name");
	if (!text_empty(in->domain) && !text_equal(in->domain, account))
		return call_refuse(call, REFUSE_PROJECT_PARENT, in->domain);
	if (!call_verb(call, project_create(&call->work, &(struct project_change){ in->name, in->description }, parent, &project)))
		return false;
	((struct project_out *)out)->project = item_of(call, &project);
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
	.in = { sizeof(struct update_in), create_in_fields },
	.out = { sizeof(struct project_out), made_out_fields },
	.errors = project_errors,
	.common = rest_iam_errors,
	.run = create_run,
	.doc = "Makes a project in a region.",
};

static bool update_run(struct call *call, const void *in_, void *out)
{
	const struct update_in *in = in_;
	const struct project_change change = { in->project.name, in->project.description };
	struct project project;

	if (!call_verb(call, project_modify(&call->work, in->id, &change, &project)))
		return false;
	((struct project_out *)out)->project = item_of(call, &project);
	return true;
}

const struct operation huawei_iam_update_project = {
	.product = "iam",
	.version = "v3",
	.name = "iam.KeystoneUpdateProject",
	.method = "PATCH",
	.path = "/v3/projects/{id}",
	.mode = OPERATION_WRITE,
	.permission = "iam:projects:updateProject",
	.resource = "*",
	.in = { sizeof(struct update_in), update_in_fields },
	.out = { sizeof(struct project_out), made_out_fields },
	.errors = project_errors,
	.common = rest_iam_errors,
	.run = update_run,
	.doc = "Changes a project's name, unless it is a region's own, and description.",
};
