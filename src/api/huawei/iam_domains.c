/* IAM: the account of the caller as a domain. */
#include "api/huawei/iam.h"
#include "base/text.h"
#include "core/account.h"

struct domain_item {
	const char *id, *name, *description;
	bool enabled;
	struct iam_links links;
};

struct domains_out {
	struct items domains;
	struct iam_links links;
};

struct domain_in {
	const char *id;
};

struct domain_out {
	struct domain_item domain;
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

static const struct field domain_in_fields[] = {
	TEXT(struct domain_in, id, "domain_id", .doc = "The account."),
	FIELDS_END,
};

static const struct field domain_out_fields[] = {
	OBJECT(struct domain_out, domain, "domain", .of = &domain_shape),
	FIELDS_END,
};

static struct domain_item domain_of_caller(struct call *call)
{
	struct account account = find_account(&call->work);

	return (struct domain_item){
		.id = account.id,
		.name = account.name,
		.description = "",
		.enabled = true,
		.links = iam_links(call, arena_printf(call_work_arena(call), "/v3/domains/%s", account.id)),
	};
}

static void list(struct call *call, struct domains_out *out, const char *path)
{
	struct domain_item *item = arena_new(call_work_arena(call), struct domain_item);

	*item = domain_of_caller(call);
	out->domains = (struct items){ item, 1 };
	out->links = iam_links(call, path);
}

static bool auth_domains_run(struct call *call, const void *in, void *out)
{
	(void)in;
	list(call, out, "/v3/auth/domains");
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
	.run = auth_domains_run,
	.doc = "Lists the account of the caller as a domain.",
};

static const struct error_row show_errors[] = { ROW_IAM_UNKNOWN(REFUSE_ACCOUNT_UNKNOWN, "domain"), ROWS_END };

static bool show_run(struct call *call, const void *in_, void *out_)
{
	const char *id = ((const struct domain_in *)in_)->id;

	if (!text_equal(id, call->caller.tenant.account))
		return call_refuse(call, REFUSE_ACCOUNT_UNKNOWN, id);
	((struct domain_out *)out_)->domain = domain_of_caller(call);
	return true;
}

const struct operation huawei_iam_show_domain = {
	.product = "iam",
	.version = "v3",
	.name = "iam.KeystoneShowDomain",
	.method = "GET",
	.path = "/v3/domains/{domain_id}",
	.mode = OPERATION_READ,
	.permission = "iam:domains:get",
	.resource = "*",
	.in = { sizeof(struct domain_in), domain_in_fields },
	.out = { sizeof(struct domain_out), domain_out_fields },
	.errors = show_errors,
	.common = rest_iam_errors,
	.run = show_run,
	.doc = "Shows the account of the caller as a domain; there are no others.",
};
