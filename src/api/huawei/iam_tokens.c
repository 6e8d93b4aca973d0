/* IAM: tokens, for a password or another token. */
#include <pthread.h>
#include <string.h>

#include "api/huawei/token.h"
#include "api/keys.h"
#include "api/rights.h"
#include "base/moment.h"
#include "base/secret.h"
#include "base/text.h"
#include "core/realm.h"

#define METHODS_MAX 4
#define NAME_MAX    64 /* characters */

/* ---- what comes ---- */

struct named {
	const char *id, *name;
};

struct user_in {
	const char *id, *name, *password;
	struct named domain;
};

struct password_in {
	struct user_in user;
};

struct token_in {
	const char *id;
};

struct identity_in {
	struct texts methods;
	struct password_in password;
	struct token_in token;
};

struct place {
	const char *id, *name;
	struct named domain;
};

struct scope_in {
	struct place project;
	struct named domain;
};

struct auth_in {
	struct identity_in identity;
	struct scope_in scope;
};

struct create_in {
	const char *nocatalog;
	struct auth_in auth;
};

static const struct field named_fields[] = {
	TEXT(struct named, id, "id", .max = NAME_MAX),
	TEXT(struct named, name, "name", .max = NAME_MAX),
	FIELDS_END,
};
static const struct shape named_shape = { sizeof(struct named), named_fields };

#define U struct user_in
static const struct field user_in_fields[] = {
	TEXT(U, id, "id", .max = NAME_MAX, .doc = "The user; or its name and domain."),
	TEXT(U, name, "name", .max = NAME_MAX),
	TEXT(U, password, "password", .flags = FIELD_REQUIRED | FIELD_SECRET, .max = PASSWORD_MAX),
	OBJECT(U, domain, "domain", .of = &named_shape),
	FIELDS_END,
};
static const struct shape user_in_shape = { sizeof(U), user_in_fields };
#undef U

#define I struct identity_in
static const struct field password_fields[] = {
	OBJECT(struct password_in, user, "user", .of = &user_in_shape, .flags = FIELD_REQUIRED),
	FIELDS_END,
};
static const struct shape password_shape = { sizeof(struct password_in), password_fields };

static const struct field token_fields[] = {
	TEXT(struct token_in, id, "id", .flags = FIELD_REQUIRED | FIELD_SECRET, .max = TOKEN_TEXT_MAX),
	FIELDS_END,
};
static const struct shape token_shape = { sizeof(struct token_in), token_fields };

static const struct field identity_fields[] = {
	TEXTS(I, methods, "methods", .flags = FIELD_REQUIRED, .max = METHODS_MAX, .doc = "password, or token."),
	OBJECT(I, password, "password", .of = &password_shape),
	OBJECT(I, token, "token", .of = &token_shape, .flags = FIELD_SECRET),
	FIELDS_END,
};
static const struct shape identity_shape = { sizeof(I), identity_fields };
#undef I

static const struct field place_fields[] = {
	TEXT(struct place, id, "id", .max = NAME_MAX),
	TEXT(struct place, name, "name", .max = NAME_MAX),
	OBJECT(struct place, domain, "domain", .of = &named_shape),
	FIELDS_END,
};
static const struct shape place_shape = { sizeof(struct place), place_fields };

static const struct field scope_fields[] = {
	OBJECT(struct scope_in, project, "project", .of = &place_shape, .doc = "By id, or by name: of the user's domain."),
	OBJECT(struct scope_in, domain, "domain", .of = &named_shape),
	FIELDS_END,
};
static const struct shape scope_shape = { sizeof(struct scope_in), scope_fields };

static const struct field auth_fields[] = {
	OBJECT(struct auth_in, identity, "identity", .of = &identity_shape, .flags = FIELD_REQUIRED),
	OBJECT(struct auth_in, scope, "scope", .of = &scope_shape, .doc = "The user's domain, if there is none."),
	FIELDS_END,
};
static const struct shape auth_shape = { sizeof(struct auth_in), auth_fields };

static const struct field create_in_fields[] = {
	OBJECT(struct create_in, auth, "auth", .of = &auth_shape, .flags = FIELD_REQUIRED),
	TEXT(struct create_in, nocatalog, "nocatalog", .doc = "Whatever it is, but nothing: the catalogue is empty."),
	FIELDS_END,
};

/* ---- what is answered ---- */

struct role_item {
	const char *id, *name;
};

struct user_out {
	const char *id, *name, *password_expires_at;
	struct named domain;
};

struct token_out {
	struct items catalog, roles;
	const char *expires_at, *issued_at;
	struct texts methods;
	struct place project;
	struct named domain;
	struct user_out user;
};

struct create_out {
	const char *subject;
	struct token_out token;
};

static const struct field role_fields[] = {
	TEXT(struct role_item, id, "id"),
	TEXT(struct role_item, name, "name"),
	FIELDS_END,
};
static const struct shape role_shape = { sizeof(struct role_item), role_fields };

static const struct field user_fields[] = {
	OBJECT(struct user_out, domain, "domain", .of = &named_shape),
	TEXT(struct user_out, id, "id"),
	TEXT(struct user_out, name, "name"),
	TEXT(struct user_out, password_expires_at, "password_expires_at", .doc = "Never."),
	FIELDS_END,
};
static const struct shape user_shape = { sizeof(struct user_out), user_fields };

#define T struct token_out
static const struct field token_out_fields[] = {
	ITEMS(T, catalog, "catalog", .of = &catalog_service_shape),
	TEXT(T, expires_at, "expires_at"),
	TEXT(T, issued_at, "issued_at"),
	TEXTS(T, methods, "methods"),
	OBJECT(T, project, "project", .of = &place_shape, .flags = FIELD_OMIT_EMPTY),
	OBJECT(T, domain, "domain", .of = &named_shape, .flags = FIELD_OMIT_EMPTY),
	ITEMS(T, roles, "roles", .of = &role_shape),
	OBJECT(T, user, "user", .of = &user_shape),
	FIELDS_END,
};
static const struct shape token_out_shape = { sizeof(T), token_out_fields };
#undef T

static const struct field create_out_fields[] = {
	TEXT(struct create_out, subject, "X-Subject-Token", .flags = FIELD_HEADER, .doc = "The token."),
	OBJECT(struct create_out, token, "token", .of = &token_out_shape),
	FIELDS_END,
};

static const struct error_row token_errors[] = {
	{ REFUSE_PASSWORD_WRONG, 401, "Unauthorized", "The username or password is wrong.", NULL },
	{ REFUSE_AUTH_TOKEN_UNKNOWN, 401, "Unauthorized", "The request you have made requires authentication.", NULL },
	{ REFUSE_AUTH_TOKEN_EXPIRED, 401, "Unauthorized", "The request you have made requires authentication.", NULL },
	{ REFUSE_PROJECT_UNKNOWN, 401, "Unauthorized", "The request you have made requires authentication.", "Cleat" },
	{ REFUSE_DOMAIN_UNKNOWN, 401, "Unauthorized", "The request you have made requires authentication.", "Cleat" },
	{ REFUSE_SUBJECT_TOKEN_UNKNOWN, 404, "Not Found", "Could not find token.", "Cleat" },
	{ REFUSE_TOKENS_LIMIT, 429, "Too Many Requests", "Too many requests.", "Cleat" },
	ROWS_END,
};

/* ---- making one ---- */

struct login {
	struct call *call;
	const struct create_in *in;
	struct account account;
	const char *user;     /* id; "": the account's own */
	const char *password; /* its hash */
	bool is_fixed;        /* of the development key's account, which has no other */
	struct token token;
	char text[TOKEN_SIZE];
	struct create_out *out;
};

static const char *copied(struct login *l, const char *text)
{
	return arena_text(&l->call->arena, text_or(text, ""));
}

static bool find_domain(struct txn *txn, const struct named *named, struct account *ret)
{
	struct account *all;
	size_t n;
	size_t i;

	n = account_list(txn, &all);
	for (i = 0; i < n; i++) {
		if (text_equal(all[i].realm, realm_huawei.name) &&
		    (text_empty(named->id) ? text_equal(all[i].name, named->name) : text_equal(all[i].id, named->id))) {
			*ret = all[i];
			return true;
		}
	}
	return false;
}

/* The account's own user is named and known like the account. */
static bool find_user(struct txn *txn, const struct user_in *in, struct account *account, struct principal *ret)
{
	*ret = (struct principal){ .id = "" };
	if (!text_empty(in->id)) {
		if (find_domain(txn, &(struct named){ .id = in->id }, account)) {
			ret->password = account->password;
			return true;
		}
		return principal_get(txn, in->id, ret) && ret->kind == PRINCIPAL_USER && account_get(txn, ret->account, account) &&
		       text_equal(account->realm, realm_huawei.name);
	}
	if (text_empty(in->name) || (text_empty(in->domain.id) && text_empty(in->domain.name)) ||
	    !find_domain(txn, &in->domain, account))
		return false;
	ret->password = account->password;
	return principal_find(txn, account->id, PRINCIPAL_USER, in->name, ret) || text_equal(in->name, account->name);
}

static void keep_account(struct login *l, const struct account *account)
{
	l->account = *account;
	l->account.id = copied(l, account->id);
	l->account.name = copied(l, account->name);
}

static bool look_for_user(struct txn *txn, void *context)
{
	struct login *l = context;
	struct principal user;
	struct account account;

	l->user = l->password = "";
	if (!find_user(txn, &l->in->auth.identity.password.user, &account, &user))
		return true;
	keep_account(l, &account);
	l->user = copied(l, user.id);
	l->password = copied(l, user.password);
	return true;
}

static bool look_for_token(struct txn *txn, void *context)
{
	struct login *l = context;
	struct token token;
	struct account account;

	l->user = "";
	if (token_find(txn, l->in->auth.identity.token.id, moment_now(), &token) != TOKEN_GOOD ||
	    !account_get(txn, token.account, &account) || !text_equal(account.realm, realm_huawei.name))
		return true;
	keep_account(l, &account);
	l->user = copied(l, token.user);
	l->token.expires_at = token.expires_at; /* no token outlives the one it was made of */
	return true;
}

static bool read_store(struct login *l, store_fn look)
{
	enum store_outcome outcome;
	struct arena arena;

	arena_init(&arena);
	outcome = store_read(l->call->api->core->store, look, l, &arena);
	arena_finish(&arena);
	call_take_outcome(l->call, outcome);
	return outcome == STORE_DONE;
}

/* The development key's account has its secret for a password, as long as it has no other. */
static bool is_dev_secret(struct login *l, const char *password)
{
	const char *id = key_cache_fixed_id(l->call->api->keys);
	struct cached_key key;
	bool right;

	if (!id || *l->user || *l->password || !l->account.id ||
	    !key_cache_find_in(l->call->api->keys, realm_huawei.name, id, &key))
		return false;
	rights_release(key.rights);
	right = text_equal(key.account, l->account.id) && text_equal_secret(key.secret, password);
	memset(key.secret, 0, sizeof key.secret);
	return right;
}

/* One at a time: who tries many does not take the machine from the others. */
static bool is_right(const char *hash, const char *password)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	bool right;

	pthread_mutex_lock(&lock);
	right = password_matches(hash, password);
	pthread_mutex_unlock(&lock);
	return right;
}

static bool by_password(struct login *l)
{
	const char *password = l->in->auth.identity.password.user.password;

	if (text_empty(password))
		return call_refuse(l->call, REFUSE_PARAMETER_MISSING, "auth.identity.password.user.password");
	if (!read_store(l, look_for_user))
		return false;
	l->token.methods = "password";
	return is_dev_secret(l, password) || is_right(l->password, password) ||
	       call_refuse(l->call, REFUSE_PASSWORD_WRONG, NULL);
}

static bool by_token(struct login *l)
{
	if (text_empty(l->in->auth.identity.token.id))
		return call_refuse(l->call, REFUSE_PARAMETER_MISSING, "auth.identity.token.id");
	if (!read_store(l, look_for_token))
		return false;
	l->token.methods = "token";
	return l->account.id || call_refuse(l->call, REFUSE_AUTH_TOKEN_UNKNOWN, NULL);
}

static bool identify(struct login *l)
{
	const struct texts *methods = &l->in->auth.identity.methods;

	if (methods->n == 1 && text_equal(methods->items[0], "password"))
		return by_password(l);
	if (methods->n == 1 && text_equal(methods->items[0], "token"))
		return by_token(l);
	return call_refuse(l->call, REFUSE_PARAMETER_INVALID, "auth.identity.methods");
}

static bool is_own_domain(const struct login *l, const struct named *named)
{
	return (text_empty(named->id) || text_equal(named->id, l->account.id)) &&
	       (text_empty(named->name) || text_equal(named->name, l->account.name));
}

/* *ret_id NULL: none is asked for. */
static bool find_scope(struct login *l, struct txn *txn, struct work *work, struct project *ret)
{
	const struct scope_in *scope = &l->in->auth.scope;
	struct project *all;
	size_t n;
	size_t i;

	*ret = (struct project){ .id = NULL };
	if (!is_own_domain(l, &scope->domain) || !is_own_domain(l, &scope->project.domain))
		return work_refuse(work, REFUSE_DOMAIN_UNKNOWN, NULL);
	if (text_empty(scope->project.id) && text_empty(scope->project.name))
		return true;
	n = project_list(txn, l->account.id, &all);
	for (i = 0; i < n; i++) {
		if (text_empty(scope->project.id) ? text_equal(all[i].name, scope->project.name) :
		                                    text_equal(all[i].id, scope->project.id)) {
			*ret = all[i];
			return true;
		}
	}
	return work_refuse(work, REFUSE_PROJECT_UNKNOWN, NULL);
}

/* The words of a token: all of them copied, to outlive the transaction. */
static void tell(struct call *call, struct txn *txn, const struct token *token, struct create_out *out)
{
	struct arena *arena = &call->arena;
	struct role_item *role = arena_new(arena, struct role_item);
	const char **methods = arena_array(arena, const char *, METHODS_MAX);
	struct account account;
	struct token_user user;
	struct project project;
	struct named domain;

	account_get(txn, token->account, &account);
	user = token_user_of(txn, &account, token->user);
	domain = (struct named){ arena_text(arena, account.id), arena_text(arena, account.name) };
	*role = (struct role_item){ "0", *token->user ? "te_agency" : "te_admin" };
	methods[0] = arena_text(arena, token->methods);
	out->token = (struct token_out){
		.expires_at = token_moment(arena, token->expires_at),
		.issued_at = token_moment(arena, token->created_at),
		.methods = { methods, 1 },
		.roles = { role, 1 },
		.user = { arena_text(arena, user.id), arena_text(arena, user.name), "", domain },
	};
	if (*token->project && project_get(txn, token->project, &project)) {
		project.id = arena_text(arena, project.id);
		project.region = arena_text(arena, project.region);
		out->token.project = (struct place){ project.id, arena_text(arena, project.name), domain };
		out->token.catalog = catalog_of(call, &project);
	} else {
		out->token.domain = domain;
		out->token.catalog = catalog_of(call, NULL);
	}
}

static bool issue(struct txn *txn, void *context)
{
	struct login *l = context;
	struct call *call = l->call;
	const struct caller caller = { .tenant = { .realm = realm_huawei.name, .account = l->account.id } };
	struct token token = l->token;
	struct project project;
	struct work work;
	bool done;

	call->refusal = (struct refusal){ 0 };
	work_begin(&work, call->api->core, txn, &caller, call->now);
	token.account = l->account.id;
	token.user = l->user;
	token.created_at = moment_now();
	if (!token.expires_at)
		token.expires_at = token.created_at + TOKEN_LIFE;
	done = find_scope(l, txn, &work, &project);
	token.project = text_or(project.id, "");
	done = done && token_issue(&work, l->text, &token, token.created_at);
	if (done)
		tell(call, txn, &token, l->out);
	else
		call_refuse(call, work.refusal.reason, NULL);
	return done;
}

static bool create_run(struct call *call, const void *in, void *out)
{
	struct login *l = arena_new(&call->arena, struct login);
	enum store_outcome outcome;
	struct arena arena;

	*l = (struct login){ .call = call, .in = in, .out = out };
	if (!identify(l))
		return false;
	token_mint(l->text);
	arena_init(&arena);
	outcome = store_write(call->api->core->store, issue, l, &arena);
	arena_finish(&arena);
	call_take_outcome(call, outcome);
	if (outcome != STORE_DONE)
		return false;
	call->caller.tenant = (struct tenant){ .realm = realm_huawei.name, .account = l->account.id };
	l->out->subject = l->text;
	if (!text_empty(l->in->nocatalog))
		l->out->token.catalog = (struct items){ NULL, 0 };
	return true;
}

const struct operation huawei_iam_create_token = {
	.product = "iam",
	.version = "v3",
	.name = "iam.KeystoneCreateUserTokenByPassword",
	.method = "POST",
	.path = "/v3/auth/tokens",
	.mode = OPERATION_SLOW,
	.success = 201,
	.open = true,
	.in = { sizeof(struct create_in), create_in_fields },
	.out = { sizeof(struct create_out), create_out_fields },
	.errors = token_errors,
	.common = rest_iam_errors,
	.run = create_run,
	.doc = "Gives a token for a password or another token, for one project or the account as a whole. It is good for 24 hours "
	       "by the machine's clock.",
};

/* ---- one that is there ---- */

struct subject_in {
	const char *subject, *nocatalog;
};

static const struct field subject_in_fields[] = {
	TEXT(struct subject_in, subject, "X-Subject-Token", .flags = FIELD_HEADER | FIELD_REQUIRED | FIELD_SECRET,
	     .max = TOKEN_TEXT_MAX, .doc = "The token that is meant: one's own, or one of the account where the account asks."),
	TEXT(struct subject_in, nocatalog, "nocatalog"),
	FIELDS_END,
};

/* A user is told of its own tokens, the account of all of its. */
static bool find_subject(struct call *call, const char *text, struct token *ret)
{
	const struct caller *caller = &call->caller;

	if (token_find(call->work.txn, text, moment_now(), ret) != TOKEN_GOOD ||
	    !text_equal(ret->account, caller->tenant.account))
		return call_refuse(call, REFUSE_SUBJECT_TOKEN_UNKNOWN, NULL);
	return (!call->rights && !caller->role) || text_equal(ret->user, text_or(caller->user_id, "*")) ||
	       call_refuse(call, REFUSE_NOT_ALLOWED, NULL);
}

static bool show_run(struct call *call, const void *in_, void *out_)
{
	const struct subject_in *in = in_;
	struct create_out *out = out_;
	struct token token;

	if (!find_subject(call, in->subject, &token))
		return false;
	tell(call, call->work.txn, &token, out);
	out->subject = in->subject;
	if (!text_empty(in->nocatalog))
		out->token.catalog = (struct items){ NULL, 0 };
	return true;
}

const struct operation huawei_iam_validate_token = {
	.product = "iam",
	.version = "v3",
	.name = "iam.KeystoneValidateToken",
	.method = "GET",
	.path = "/v3/auth/tokens",
	.mode = OPERATION_READ,
	.permission = "iam:tokens:validate",
	.open_to_all = true,
	.resource = "*",
	.in = { sizeof(struct subject_in), subject_in_fields },
	.out = { sizeof(struct create_out), create_out_fields },
	.errors = token_errors,
	.common = rest_iam_errors,
	.run = show_run,
	.doc = "Shows what a token is for, while it is good.",
};

static bool check_run(struct call *call, const void *in, void *out)
{
	struct token token;

	(void)out;
	return find_subject(call, ((const struct subject_in *)in)->subject, &token);
}

const struct operation huawei_iam_check_token = {
	.product = "iam",
	.version = "v3",
	.name = "iam.KeystoneCheckToken",
	.method = "HEAD",
	.path = "/v3/auth/tokens",
	.mode = OPERATION_READ,
	.permission = "iam:tokens:validate",
	.open_to_all = true,
	.resource = "*",
	.in = { sizeof(struct subject_in), subject_in_fields },
	.out = { sizeof(struct rest_nothing), rest_nothing_fields },
	.errors = token_errors,
	.common = rest_iam_errors,
	.run = check_run,
	.doc = "Says whether a token is good.",
};

static bool revoke_run(struct call *call, const void *in, void *out)
{
	struct token token;

	(void)out;
	if (!find_subject(call, ((const struct subject_in *)in)->subject, &token))
		return false;
	token_revoke(&call->work, &token);
	return true;
}

const struct operation huawei_iam_revoke_token = {
	.product = "iam",
	.version = "v3",
	.name = "iam.KeystoneRevokeToken",
	.method = "DELETE",
	.path = "/v3/auth/tokens",
	.mode = OPERATION_WRITE,
	.success = 204,
	.permission = "iam:tokens:revoke",
	.open_to_all = true,
	.resource = "*",
	.in = { sizeof(struct subject_in), subject_in_fields },
	.out = { sizeof(struct rest_nothing), rest_nothing_fields },
	.errors = token_errors,
	.common = rest_iam_errors,
	.run = revoke_run,
	.doc = "Ends a token.",
};
