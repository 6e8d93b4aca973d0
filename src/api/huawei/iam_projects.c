/* IAM: the projects of an account, and the account as a domain. SDKs that are told a region ask for them first. */
#include "api/huawei/iam.h"
#include "base/text.h"
#include "core/account.h"

struct list_in {
	const char *name, *domain;
};

struct project_item {
	const char *id, *domain, *name, *description;
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

struct domains_out {
	struct items domains;
	struct iam_links links;
};

/* ---- tables ---- */

/* Of domains, which are never listed in pages. */
static const struct field self_fields[] = {
	TEXT(struct iam_links, self, "self"),
	FIELDS_END,
};
static const struct shape self_shape = { sizeof(struct iam_links), self_fields };

#define P struct project_item
static const struct field project_fields[] = {
	TEXT(P, domain, "domain_id"),
	BOOL(P, is_domain, "is_domain"),
	TEXT(P, domain, "parent_id"),
	TEXT(P, name, "name"),
	TEXT(P, description, "description"),
	OBJECT(P, links, "links", .of = &iam_links_shape),
	TEXT(P, id, "id"),
	BOOL(P, enabled, "enabled"),
	FIELDS_END,
};
static const struct shape project_shape = { sizeof(P), project_fields };
#undef P

static const struct field projects_in_fields[] = {
	TEXT(struct list_in, name, "name", .doc = "Only the project of that name."),
	TEXT(struct list_in, domain, "domain_id"),
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
	OBJECT(D, links, "links", .of = &self_shape),
	FIELDS_END,
};
static const struct shape domain_shape = { sizeof(D), domain_fields };
#undef D

static const struct field domains_out_fields[] = {
	ITEMS(struct domains_out, domains, "domains", .of = &domain_shape),
	OBJECT(struct domains_out, links, "links", .of = &self_shape),
	FIELDS_END,
};

/* ---- run ---- */

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
		items[out->projects.n++] = (struct project_item){
			.id = rows[i].id,
			.domain = account,
			.name = rows[i].name,
			.description = rows[i].description,
			.enabled = true,
			.links = iam_links(call, arena_printf(call_work_arena(call), "/v3/projects/%s", rows[i].id)),
		};
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

const struct operation huawei_iam_list_auth_domains = {
	.product = "iam",
	.version = "v3",
	.name = "iam.KeystoneListAuthDomains",
	.method = "GET",
	.path = "/v3/auth/domains",
	.mode = OPERATION_READ,
	.permission = "iam:domains:list",
	.resource = "*",
	.in = { sizeof(struct rest_nothing), rest_nothing_fields },
	.out = { sizeof(struct domains_out), domains_out_fields },
	.common = rest_iam_errors,
	.run = domains_run,
	.doc = "Lists the account of the caller as a domain.",
};
