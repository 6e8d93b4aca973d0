/* IAM: logging in. A name and a password, or a token that one has already, give a token for a project, for the account as a
 * whole, or for neither. */
#include <pthread.h>

#include "api/huawei/iam_tokens.h"
#include "api/keys.h"
#include "api/rights.h"
#include "base/moment.h"
#include "base/password.h"
#include "base/text.h"
#include "core/realm.h"

#define NAME_MAX_   64
#define METHODS_MAX 4

struct named_in {
	const char *id, *name;
};

struct user_in {
	const char *id, *name, *password;
	struct named_in domain;
};

struct project_in {
	const char *id, *name;
	struct named_in domain;
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

struct scope_in {
	struct project_in project;
	struct named_in domain;
};

struct auth_in {
	struct identity_in identity;
	struct scope_in scope;
};

struct login_in {
	const char *nocatalog, *token;
	struct auth_in auth;
};

struct login_out {
	const char *token_text;
	struct iam_token_item token, bare; /* one of them: with a catalogue, or without */
};

/* ---- tables ---- */

static const struct field named_fields[] = {
	TEXT(struct named_in, id, "id", .max = NAME_MAX_),
	TEXT(struct named_in, name, "name", .max = NAME_MAX_),
	FIELDS_END,
};
static const struct shape named_shape = { sizeof(struct named_in), named_fields };

static const struct field user_fields[] = {
	TEXT(struct user_in, id, "id", .max = NAME_MAX_),
	TEXT(struct user_in, name, "name", .max = NAME_MAX_),
	TEXT(struct user_in, password, "password", .flags = FIELD_REQUIRED | FIELD_SECRET, .max = PASSWORD_MAX),
	OBJECT(struct user_in, domain, "domain", .of = &named_shape, .doc = "The account whose user it is."),
	FIELDS_END,
};
static const struct shape user_shape = { sizeof(struct user_in), user_fields };

static const struct field password_fields[] = {
	OBJECT(struct password_in, user, "user", .of = &user_shape, .flags = FIELD_REQUIRED),
	FIELDS_END,
};
static const struct shape password_shape = { sizeof(struct password_in), password_fields };

static const struct field token_fields[] = {
	TEXT(struct token_in, id, "id", .flags = FIELD_SECRET, .max = TOKEN_BYTES_MAX),
	FIELDS_END,
};
static const struct shape token_shape = { sizeof(struct token_in), token_fields };

static const struct field identity_fields[] = {
	TEXTS(struct identity_in, methods, "methods", .flags = FIELD_REQUIRED | FIELD_EXACT, .max = METHODS_MAX,
	      .doc = "password or token: one of them."),
	OBJECT(struct identity_in, password, "password", .of = &password_shape),
	OBJECT(struct identity_in, token, "token", .of = &token_shape, .doc = "That of X-Auth-Token if it has no id."),
	FIELDS_END,
};
static const struct shape identity_shape = { sizeof(struct identity_in), identity_fields };

static const struct field project_fields[] = {
	TEXT(struct project_in, id, "id", .max = NAME_MAX_),
	TEXT(struct project_in, name, "name", .max = NAME_MAX_),
	OBJECT(struct project_in, domain, "domain", .of = &named_shape),
	FIELDS_END,
};
static const struct shape project_shape = { sizeof(struct project_in), project_fields };

static const struct field scope_fields[] = {
	OBJECT(struct scope_in, project, "project", .of = &project_shape),
	OBJECT(struct scope_in, domain, "domain", .of = &named_shape),
	FIELDS_END,
};
static const struct shape scope_shape = { sizeof(struct scope_in), scope_fields };

static const struct field auth_fields[] = {
	OBJECT(struct auth_in, identity, "identity", .of = &identity_shape, .flags = FIELD_REQUIRED),
	OBJECT(struct auth_in, scope, "scope", .of = &scope_shape, .doc = "A project or a domain; without it the token is for neither."),
	FIELDS_END,
};
static const struct shape auth_shape = { sizeof(struct auth_in), auth_fields };

static const struct field in_fields[] = {
	TEXT(struct login_in, nocatalog, "nocatalog", .flags = FIELD_QUERY, .doc = "Whatever is given: the reply has no catalogue."),
	TEXT(struct login_in, token, "X-Auth-Token", .flags = FIELD_HEADER | FIELD_SECRET, .max = TOKEN_BYTES_MAX),
	OBJECT(struct login_in, auth, "auth", .of = &auth_shape, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

static const struct field out_fields[] = {
	TEXT(struct login_out, token_text, "X-Subject-Token", .flags = FIELD_HEADER),
	OBJECT(struct login_out, token, "token", .of = &iam_token_shape, .flags = FIELD_OMIT_EMPTY),
	OBJECT(struct login_out, bare, "token", .of = &iam_token_bare_shape, .flags = FIELD_OMIT_EMPTY),
	FIELDS_END,
};

static const struct error_row login_errors[] = {
	{ REFUSE_LOGIN_WRONG, 401, "Unauthorized", "The username or password is wrong.", NULL },
	{ REFUSE_LOGIN_SCOPE, 401, "Unauthorized", "The request you have made requires authentication.", NULL },
	ROWS_END,
};

/* ---- who ---- */

/* A login under way. All texts are in the call's arena. */
struct login {
	struct call *call;
	const struct login_in *in;
	const char *password; /* hash of the user's; "": none */
	bool fixed;           /* it is the development key's user */
	struct rest_token token;
	const char *text;     /* of the new token, in the arena of its transaction */
};

static bool is_given(const struct named_in *name)
{
	return !text_empty(name->id) || !text_empty(name->name);
}

static bool is_named(const struct named_in *name, const struct account *account)
{
	if (!text_empty(name->id))
		return text_equal(name->id, account->id);
	return text_equal(name->name, account->name);
}

static bool is_fixed_key_of(const struct call *call, const struct account *account, const char *name)
{
	const char *id = key_cache_fixed_id(call->api->keys);
	struct cached_key key;
	bool found = id && (text_equal(name, id) || text_equal(name, account->name)) &&
	             key_cache_find_in(call->api->keys, realm_huawei.name, id, &key);

	if (found)
		rights_release(key.rights);
	return found && text_equal(key.account, account->id);
}

/* A user of the account by name or id, or the account itself where the development key is its. */
static bool find_user_of(struct login *l, struct txn *txn, const struct account *account)
{
	const struct user_in *user = &l->in->auth.identity.password.user;
	struct principal found = { .password = "" };
	bool known = text_empty(user->id) ? principal_find(txn, account->id, PRINCIPAL_USER, user->name, &found)
	                                  : principal_get(txn, user->id, &found) && found.kind == PRINCIPAL_USER &&
	                                            text_equal(found.account, account->id);

	l->fixed = !known && !text_empty(user->name) && is_fixed_key_of(l->call, account, user->name);
	l->token.account = *account;
	l->token.row.holder = known ? found.id : "";
	l->password = known ? found.password : "";
	return known || l->fixed;
}

/* Names of accounts are not unique: the oldest that has such a user is meant. */
static bool find_user(struct txn *txn, void *context)
{
	struct login *l = context;
	const struct user_in *user = &l->in->auth.identity.password.user;
	bool any = text_empty(user->domain.id) && text_empty(user->domain.name); /* an id says whose it is */
	struct account *accounts;
	size_t n = account_list(txn, &accounts);
	size_t i;

	for (i = 0; i < n; i++) {
		if (text_equal(accounts[i].realm, realm_huawei.name) && (any || is_named(&user->domain, &accounts[i])) &&
		    find_user_of(l, txn, &accounts[i]))
			return true;
	}
	l->password = "";
	return true;
}

static bool is_fixed_secret(struct login *l, const char *password)
{
	struct cached_key key;
	bool right = key_cache_find_in(l->call->api->keys, realm_huawei.name, key_cache_fixed_id(l->call->api->keys), &key);

	if (right)
		rights_release(key.rights);
	return right && text_equal_secret(password, key.secret);
}

/* One at a time: who tries many takes a processor from the others, not all of them. */
static bool is_right(const char *hash, const char *password)
{
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	bool right;

	pthread_mutex_lock(&lock);
	right = password_matches(hash, password);
	pthread_mutex_unlock(&lock);
	return right;
}

static bool enter_by_password(struct login *l)
{
	struct call *call = l->call;
	const struct user_in *user = &l->in->auth.identity.password.user;
	enum store_outcome outcome;
	bool right;

	if (!user->password || (text_empty(user->id) && (text_empty(user->name) ||
	                                                 (text_empty(user->domain.id) && text_empty(user->domain.name)))))
		return call_refuse(call, REFUSE_PARAMETER_MISSING, "auth.identity.password.user");
	outcome = store_read(call->api->core->store, find_user, l, &call->arena);
	if (outcome != STORE_DONE) {
		call_take_outcome(call, outcome);
		return false;
	}
	/* In any case, so that the time does not tell who is there. */
	right = is_right(l->password, user->password);
	if (l->fixed)
		right = is_fixed_secret(l, user->password);
	l->token.row.methods = "password";
	l->token.row.expires_at = moment_now() + TOKEN_LIFE;
	return right || call_refuse(call, REFUSE_LOGIN_WRONG, NULL);
}

/* The new one lasts no longer than the old one, and is for no other user. */
static bool enter_by_token(struct login *l)
{
	const char *text = l->in->auth.identity.token.id;
	struct rest_token old;

	if (text_empty(text))
		text = l->in->token;
	if (text_empty(text))
		return call_refuse(l->call, REFUSE_PARAMETER_MISSING, "auth.identity.token.id");
	if (!rest_token_look(l->call, text, &old))
		return false;
	l->token = (struct rest_token){
		.account = old.account,
		.row = { .holder = old.row.holder, .role = old.row.role, .methods = "token", .expires_at = old.row.expires_at },
	};
	return true;
}

static bool enter(struct login *l)
{
	const struct texts *methods = &l->in->auth.identity.methods;

	if (methods->n == 1 && text_equal(methods->items[0], "password"))
		return enter_by_password(l);
	if (methods->n == 1 && text_equal(methods->items[0], "token"))
		return enter_by_token(l);
	return call_refuse(l->call, REFUSE_PARAMETER_INVALID, "auth.identity.methods");
}

/* ---- what for ---- */

static bool find_project(struct login *l, struct txn *txn)
{
	const struct project_in *wanted = &l->in->auth.scope.project;
	struct project *projects;
	size_t n = project_list(txn, l->token.account.id, &projects);
	size_t i;

	for (i = 0; i < n; i++) {
		if (text_empty(wanted->id) ? text_equal(projects[i].name, wanted->name) : text_equal(projects[i].id, wanted->id)) {
			l->token.project = projects[i];
			return true;
		}
	}
	return false;
}

/* Only of the user's own account. */
static bool find_scope(struct login *l, struct txn *txn)
{
	const struct scope_in *scope = &l->in->auth.scope;

	if (!text_empty(scope->project.id) || !text_empty(scope->project.name))
		return (!is_given(&scope->project.domain) || is_named(&scope->project.domain, &l->token.account)) && find_project(l, txn);
	if (text_empty(scope->domain.id) && text_empty(scope->domain.name))
		return true;
	l->token.row.whole = is_named(&scope->domain, &l->token.account);
	return l->token.row.whole;
}

static bool issue(struct txn *txn, void *context)
{
	struct login *l = context;
	struct call *call = l->call;
	struct rest_token *token = &l->token;
	struct caller caller = { .key_id = "login" };
	struct work work;

	work_begin(&work, call->api->core, txn, &caller, call->now);
	token->row.whole = false;
	token->project = (struct project){ 0 };
	if (!find_scope(l, txn))
		return call_refuse(call, REFUSE_LOGIN_SCOPE, NULL);
	token->user = iam_user_of(txn, &token->account, token->row.holder);
	token->row.account = token->account.id;
	token->row.scope = text_or(token->project.id, "");
	token->row.role = text_or(token->row.role, "");
	token->row.issued_at = moment_now();
	l->text = token_issue(&work, &token->row);
	return true;
}

static bool run_login(struct login *l, struct arena *arena, struct login_out *out)
{
	struct call *call = l->call;
	enum store_outcome outcome;
	struct rest_token token;

	if (!enter(l))
		return false;
	outcome = store_write(call->api->core->store, issue, l, arena);
	if (outcome != STORE_DONE) {
		call_take_outcome(call, outcome);
		return false;
	}
	/* It is shown as whoever is sent it will find it. */
	out->token_text = arena_text(&call->arena, l->text);
	if (!rest_token_look(call, out->token_text, &token))
		return false;
	call->caller.tenant = (struct tenant){ .realm = realm_huawei.name, .account = token.account.id };
	*(l->in->nocatalog ? &out->bare : &out->token) = iam_token_show(call, &token);
	return true;
}

static bool login_run(struct call *call, const void *in, void *out)
{
	struct login login = { .call = call, .in = in, .password = "" };
	struct arena arena; /* of the transaction */
	bool done;

	arena_init(&arena);
	done = run_login(&login, &arena, out);
	arena_finish(&arena);
	return done;
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
	.in = { sizeof(struct login_in), in_fields },
	.out = { sizeof(struct login_out), out_fields },
	.errors = login_errors,
	.common = rest_iam_errors,
	.run = login_run,
	.doc = "Gives a token for a name and a password, or for another token. It lasts 24 hours by the machine's clock.",
};
