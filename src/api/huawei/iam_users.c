/* IAM: the users of an account, among them the account itself, and their access keys. They come with a fleet file. */
#include "api/huawei/iam.h"
#include "base/text.h"
#include "core/account.h"
#include "core/principal.h"

struct user_item {
	const char *id, *name, *domain, *none, *description;
	bool enabled;
	struct iam_links links;
};

struct users_in {
	const char *name, *domain;
	struct opt_bool enabled;
};

struct users_out {
	struct items users;
	struct iam_links links;
};

struct user_in {
	const char *id;
};

struct user_out {
	struct user_item user;
};

/* ---- users ---- */

#define U struct user_item
static const struct field user_fields[] = {
	TEXT(U, domain, "domain_id"),
	TEXT(U, name, "name"),
	TEXT(U, description, "description"),
	TEXT(U, none, "password_expires_at", .flags = FIELD_NULL),
	OBJECT(U, links, "links", .of = &iam_links_shape),
	TEXT(U, id, "id"),
	BOOL(U, enabled, "enabled"),
	FIELDS_END,
};
static const struct shape user_shape = { sizeof(U), user_fields };
#undef U

static const struct field users_in_fields[] = {
	TEXT(struct users_in, name, "name", .max = PRINCIPAL_NAME_MAX),
	TEXT(struct users_in, domain, "domain_id"),
	OPT_BOOL(struct users_in, enabled, "enabled"),
	FIELDS_END,
};

static const struct field users_out_fields[] = {
	ITEMS(struct users_out, users, "users", .of = &user_shape),
	OBJECT(struct users_out, links, "links", .of = &iam_links_shape),
	FIELDS_END,
};

static const struct field user_in_fields[] = {
	TEXT(struct user_in, id, "user_id", .doc = "The user."),
	FIELDS_END,
};

static const struct field user_out_fields[] = {
	OBJECT(struct user_out, user, "user", .of = &user_shape),
	FIELDS_END,
};

static struct user_item show(struct call *call, const char *id, const char *name)
{
	return (struct user_item){
		.id = id,
		.name = name,
		.domain = call->caller.tenant.account,
		.description = "",
		.enabled = true,
		.links = iam_links(call, arena_printf(call_work_arena(call), "/v3/users/%s", id)),
	};
}

static bool users_run(struct call *call, const void *in_, void *out_)
{
	const struct users_in *in = in_;
	struct users_out *out = out_;
	struct account account = find_account(&call->work);
	struct principal *rows;
	size_t n = principal_list(call->work.txn, account.id, &rows);
	struct user_item *items = arena_array(call_work_arena(call), struct user_item, n + 1);
	bool all = (text_empty(in->domain) || text_equal(in->domain, account.id)) && (in->enabled.is != GIVEN || in->enabled.value);
	size_t i;

	if (all && (text_empty(in->name) || text_equal(in->name, account.name)))
		items[out->users.n++] = show(call, account.id, account.name);
	for (i = 0; all && i < n; i++) {
		if (rows[i].kind == PRINCIPAL_USER && (text_empty(in->name) || text_equal(in->name, rows[i].name)))
			items[out->users.n++] = show(call, rows[i].id, rows[i].name);
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
	.in = { sizeof(struct users_in), users_in_fields },
	.out = { sizeof(struct users_out), users_out_fields },
	.common = rest_iam_errors,
	.run = users_run,
	.doc = "Lists the users of the account, and before them the account itself.",
};

static const struct error_row user_errors[] = { ROW_IAM_UNKNOWN(REFUSE_USER_UNKNOWN, "user"), ROWS_END };

/* A user of the caller's account, or that itself. */
static bool find_user(struct call *call, const char *id, struct iam_name *ret)
{
	struct account account = find_account(&call->work);
	struct principal user;

	*ret = (struct iam_name){ account.id, account.name };
	if (text_equal(id, account.id))
		return true;
	if (!principal_get(call->work.txn, id, &user) || user.kind != PRINCIPAL_USER || !text_equal(user.account, account.id))
		return call_refuse(call, REFUSE_USER_UNKNOWN, id);
	*ret = (struct iam_name){ user.id, user.name };
	return true;
}

static bool user_run(struct call *call, const void *in, void *out)
{
	struct iam_name user;

	if (!find_user(call, ((const struct user_in *)in)->id, &user))
		return false;
	((struct user_out *)out)->user = show(call, user.id, user.name);
	return true;
}

const struct operation huawei_iam_show_user = {
	.product = "iam",
	.version = "v3",
	.name = "iam.KeystoneShowUser",
	.method = "GET",
	.path = "/v3/users/{user_id}",
	.mode = OPERATION_READ,
	.permission = "iam:users:getUser",
	.resource = "*",
	.in = { sizeof(struct user_in), user_in_fields },
	.out = { sizeof(struct user_out), user_out_fields },
	.errors = user_errors,
	.common = rest_iam_errors,
	.run = user_run,
	.doc = "Shows a user.",
};

/* ---- permanent access keys ---- */

struct key_item {
	const char *user, *access, *status, *create_time, *last_use_time, *description;
};

struct keys_out {
	struct items credentials;
};

struct key_in {
	const char *access;
};

struct key_out {
	struct key_item credential;
};

#define K struct key_item
static const struct field key_fields[] = {
	TEXT(K, user, "user_id"),
	TEXT(K, access, "access"),
	TEXT(K, status, "status"),
	TEXT(K, create_time, "create_time"),
	TEXT(K, description, "description"),
	FIELDS_END,
};
static const struct shape key_shape = { sizeof(K), key_fields };

/* When a key was used last is not kept. */
static const struct field one_key_fields[] = {
	TEXT(K, user, "user_id"),
	TEXT(K, access, "access"),
	TEXT(K, status, "status"),
	TEXT(K, create_time, "create_time"),
	TEXT(K, last_use_time, "last_use_time"),
	TEXT(K, description, "description"),
	FIELDS_END,
};
static const struct shape one_key_shape = { sizeof(K), one_key_fields };
#undef K

static const struct field keys_out_fields[] = {
	ITEMS(struct keys_out, credentials, "credentials", .of = &key_shape),
	FIELDS_END,
};

static const struct field keys_in_fields[] = {
	TEXT(struct user_in, id, "user_id", .doc = "Whose keys; otherwise the caller's own."),
	FIELDS_END,
};

static const struct field key_in_fields[] = {
	TEXT(struct key_in, access, "access_key", .doc = "The id of the key."),
	FIELDS_END,
};

static const struct field key_out_fields[] = {
	OBJECT(struct key_out, credential, "credential", .of = &one_key_shape),
	FIELDS_END,
};

/* Never with its secret. */
static struct key_item show_key(struct call *call, const struct access_key *key)
{
	return (struct key_item){
		.user = text_empty(key->holder) ? key->account : key->holder,
		.access = key->id,
		.status = key->state == ACCESS_KEY_ACTIVE ? "active" : "inactive",
		.create_time = iam_moment(call_work_arena(call), key->created_at),
		.description = key->description,
	};
}

static bool keys_run(struct call *call, const void *in, void *out_)
{
	const char *id = ((const struct user_in *)in)->id;
	struct keys_out *out = out_;
	struct access_key *rows;
	struct key_item *items;
	struct iam_name user;
	size_t n;
	size_t i;

	if (text_empty(id))
		id = text_or(call->caller.user_id, call->caller.tenant.account);
	if (!find_user(call, id, &user))
		return false;
	n = access_key_list(call->work.txn, call->caller.tenant.account, &rows);
	items = arena_array(call_work_arena(call), struct key_item, n);
	for (i = 0; i < n; i++) {
		items[out->credentials.n] = show_key(call, &rows[i]);
		out->credentials.n += text_equal(items[out->credentials.n].user, user.id);
	}
	out->credentials.items = items;
	return true;
}

const struct operation huawei_iam_list_keys = {
	.product = "iam",
	.version = "v3.0",
	.name = "iam.ListPermanentAccessKeys",
	.method = "GET",
	.path = "/v3.0/OS-CREDENTIAL/credentials",
	.mode = OPERATION_READ,
	.permission = "iam:credentials:listCredentials",
	.resource = "*",
	.in = { sizeof(struct user_in), keys_in_fields },
	.out = { sizeof(struct keys_out), keys_out_fields },
	.errors = user_errors,
	.common = rest_iam_errors,
	.run = keys_run,
	.doc = "Lists the access keys of a user, without their secrets.",
};

static const struct error_row key_errors[] = { ROW_IAM_UNKNOWN(REFUSE_KEY_UNKNOWN, "credential"), ROWS_END };

static bool key_run(struct call *call, const void *in, void *out)
{
	const char *id = ((const struct key_in *)in)->access;
	struct access_key key;

	if (!access_key_get(call->work.txn, id, &key) || !text_equal(key.account, call->caller.tenant.account))
		return call_refuse(call, REFUSE_KEY_UNKNOWN, id);
	((struct key_out *)out)->credential = show_key(call, &key);
	return true;
}

const struct operation huawei_iam_show_key = {
	.product = "iam",
	.version = "v3.0",
	.name = "iam.ShowPermanentAccessKey",
	.method = "GET",
	.path = "/v3.0/OS-CREDENTIAL/credentials/{access_key}",
	.mode = OPERATION_READ,
	.permission = "iam:credentials:getCredential",
	.resource = "*",
	.in = { sizeof(struct key_in), key_in_fields },
	.out = { sizeof(struct key_out), key_out_fields },
	.errors = key_errors,
	.common = rest_iam_errors,
	.run = key_run,
	.doc = "Shows an access key, without its secret.",
};
