/* IAM: the users of an account, the account's own first. They come with a fleet file. */
#include "api/huawei/iam.h"
#include "api/huawei/token.h"
#include "base/text.h"
#include "core/account.h"

struct list_in {
	const char *domain, *name;
	struct opt_bool enabled;
};

struct show_in {
	const char *user;
};

struct user_item {
	const char *id, *name, *domain, *description, *password_expires_at, *none;
	bool enabled;
	struct iam_links links;
};

struct list_out {
	struct items users;
	struct iam_links links;
};

struct show_out {
	struct user_item user;
};

static const struct field list_in_fields[] = {
	TEXT(struct list_in, domain, "domain_id"),
	TEXT(struct list_in, name, "name", .doc = "Only the user of that name."),
	OPT_BOOL(struct list_in, enabled, "enabled"),
	FIELDS_END,
};

static const struct field show_in_fields[] = {
	TEXT(struct show_in, user, "user_id", .doc = "The user."),
	FIELDS_END,
};

#define U struct user_item
static const struct field user_fields[] = {
	TEXT(U, none, "pwd_status", .flags = FIELD_NULL),
	TEXT(U, domain, "domain_id"),
	TEXT(U, none, "last_project_id", .flags = FIELD_NULL),
	TEXT(U, name, "name"),
	TEXT(U, description, "description"),
	TEXT(U, password_expires_at, "password_expires_at", .flags = FIELD_NULL),
	OBJECT(U, links, "links", .of = &iam_links_shape),
	TEXT(U, id, "id"),
	BOOL(U, enabled, "enabled"),
	FIELDS_END,
};
static const struct shape user_shape = { sizeof(U), user_fields };
#undef U

static const struct field list_out_fields[] = {
	ITEMS(struct list_out, users, "users", .of = &user_shape),
	OBJECT(struct list_out, links, "links", .of = &iam_links_shape),
	FIELDS_END,
};

static const struct field show_out_fields[] = {
	OBJECT(struct show_out, user, "user", .of = &user_shape),
	FIELDS_END,
};

static struct user_item item_of(struct call *call, const struct account *account, const char *user)
{
	struct token_user named = token_user_of(call->work.txn, account, user);

	return (struct user_item){
		.id = named.id,
		.name = named.name,
		.domain = account->id,
		.description = "",
		.enabled = true,
		.links = iam_links(call, arena_printf(call_work_arena(call), "/v3/users/%s", named.id)),
	};
}

static bool is_asked_for(const struct list_in *in, const struct account *account, const struct user_item *item)
{
	return (text_empty(in->name) || text_equal(in->name, item->name)) &&
	       (text_empty(in->domain) || text_equal(in->domain, account->id)) && (in->enabled.is != GIVEN || in->enabled.value);
}

static bool list_run(struct call *call, const void *in, void *out_)
{
	struct list_out *out = out_;
	struct account account = find_account(&call->work);
	struct principal *rows;
	size_t n = principal_list(call->work.txn, account.id, &rows);
	struct user_item *items = arena_array(call_work_arena(call), struct user_item, n + 1);
	size_t i;

	items[0] = item_of(call, &account, "");
	out->users.n = is_asked_for(in, &account, &items[0]);
	for (i = 0; i < n; i++) {
		struct user_item *item = &items[out->users.n];

		if (rows[i].kind != PRINCIPAL_USER)
			continue;
		*item = item_of(call, &account, rows[i].id);
		out->users.n += is_asked_for(in, &account, item);
	}
	out->users.items = items;
	out->links = iam_links(call, "/v3/users");
	return true;
}

const struct operation huawei_iam_list_users = {
	.product = "iam",
	.version = "v3",
	.name = "iam.KeystoneListUsers",
	.method = "GET",
	.path = "/v3/users",
	.mode = OPERATION_READ,
	.permission = "iam:users:listUsers",
	.resource = "*",
	.in = { sizeof(struct list_in), list_in_fields },
	.out = { sizeof(struct list_out), list_out_fields },
	.common = rest_iam_errors,
	.run = list_run,
	.doc = "Lists the account's users, its own first.",
};

static bool show_run(struct call *call, const void *in, void *out)
{
	const char *id = ((const struct show_in *)in)->user;
	struct account account = find_account(&call->work);
	struct principal user;

	if (text_equal(id, account.id))
		id = "";
	else if (!principal_get(call->work.txn, id, &user) || user.kind != PRINCIPAL_USER ||
	         !text_equal(user.account, account.id))
		return call_refuse(call, REFUSE_USER_UNKNOWN, id);
	((struct show_out *)out)->user = item_of(call, &account, id);
	return true;
}

static const struct error_row show_errors[] = {
	{ REFUSE_USER_UNKNOWN, 404, "Not Found", "Could not find user: %s.", "Keystone" },
	ROWS_END,
};

const struct operation huawei_iam_show_user = {
	.product = "iam",
	.version = "v3",
	.name = "iam.KeystoneShowUser",
	.method = "GET",
	.path = "/v3/users/{user_id}",
	.mode = OPERATION_READ,
	.permission = "iam:users:getUser",
	.resource = "*",
	.in = { sizeof(struct show_in), show_in_fields },
	.out = { sizeof(struct show_out), show_out_fields },
	.errors = show_errors,
	.common = rest_iam_errors,
	.run = show_run,
	.doc = "Shows a user of the account.",
};
