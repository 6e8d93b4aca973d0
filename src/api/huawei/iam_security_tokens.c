/* IAM: temporary keys with their security tokens, for a user or in a role (an agency) of the account. */
#include "api/huawei/token.h"
#include "api/keys.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/role.h"

/* "Obtaining a temporary access key and security token": 15 minutes to 24 hours, 15 minutes if nothing is said. */
#define DURATION_MIN (15 * MINUTE)
#define DURATION_MAX (24 * HOUR)

#define SECONDS(T, m)                                                                                            \
	OPT_INT(T, m, "duration_seconds", .min = DURATION_MIN / SECOND, .max = DURATION_MAX / SECOND, .doc = "Default 900.")

struct session_user {
	const char *name;
};

struct assume_in {
	const char *agency, *domain, *domain_name;
	struct opt_int duration;
	struct session_user session_user;
};

struct by_token_in {
	const char *id;
	struct opt_int duration;
};

struct policy_in {
	const char *version;
};

struct identity_in {
	struct texts methods;
	struct by_token_in token;
	struct assume_in assume;
	struct policy_in policy;
};

struct auth_in {
	struct identity_in identity;
};

struct create_in {
	struct auth_in auth;
};

struct credential {
	const char *access, *secret, *token, *expires_at;
};

struct create_out {
	struct credential credential;
	struct temporary_key key; /* for the cache of keys, not for the reply */
};

/* ---- tables ---- */

static const struct field session_user_fields[] = {
	TEXT(struct session_user, name, "name", .min = ROLE_SESSION_MIN, .max = ROLE_SESSION_MAX),
	FIELDS_END,
};
static const struct shape session_user_shape = { sizeof(struct session_user), session_user_fields };

#define A struct assume_in
static const struct field assume_fields[] = {
	TEXT(A, agency, "agency_name", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = ROLE_NAME_MAX, .doc = "A role of the account."),
	TEXT(A, domain, "domain_id", .max = 64),
	TEXT(A, domain_name, "domain_name", .max = 128),
	SECONDS(A, duration),
	OBJECT(A, session_user, "session_user", .of = &session_user_shape),
	FIELDS_END,
};
static const struct shape assume_shape = { sizeof(A), assume_fields };
#undef A

static const struct field by_token_fields[] = {
	TEXT(struct by_token_in, id, "id", .flags = FIELD_SECRET, .max = TOKEN_TEXT_MAX, .doc = "The caller's, if there is none."),
	SECONDS(struct by_token_in, duration),
	FIELDS_END,
};
static const struct shape by_token_shape = { sizeof(struct by_token_in), by_token_fields };

static const struct field policy_fields[] = { TEXT(struct policy_in, version, "Version"), FIELDS_END };
static const struct shape policy_shape = { sizeof(struct policy_in), policy_fields };

#define I struct identity_in
static const struct field identity_fields[] = {
	TEXTS(I, methods, "methods", .flags = FIELD_REQUIRED, .max = 1, .doc = "token, or assume_role."),
	OBJECT(I, token, "token", .of = &by_token_shape),
	OBJECT(I, assume, "assume_role", .of = &assume_shape),
	OBJECT(I, policy, "policy", .of = &policy_shape, .doc = "The key may do what both its user or role and this policy allow."),
	FIELDS_END,
};
static const struct shape identity_shape = { sizeof(I), identity_fields };
#undef I

static const struct field auth_fields[] = {
	OBJECT(struct auth_in, identity, "identity", .of = &identity_shape, .flags = FIELD_REQUIRED),
	FIELDS_END,
};
static const struct shape auth_shape = { sizeof(struct auth_in), auth_fields };

static const struct field create_in_fields[] = {
	OBJECT(struct create_in, auth, "auth", .of = &auth_shape, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

static const struct field credential_fields[] = {
	TEXT(struct credential, access, "access"),
	TEXT(struct credential, expires_at, "expires_at"),
	TEXT(struct credential, secret, "secret"),
	TEXT(struct credential, token, "securitytoken"),
	FIELDS_END,
};
static const struct shape credential_shape = { sizeof(struct credential), credential_fields };

static const struct field create_out_fields[] = {
	OBJECT(struct create_out, credential, "credential", .of = &credential_shape),
	FIELDS_END,
};

static const struct error_row create_errors[] = {
	{ REFUSE_AUTH_TOKEN_UNKNOWN, 401, "Unauthorized", "The request you have made requires authentication.", NULL },
	{ REFUSE_POLICY_MALFORMED, 400, "Bad Request", "The request body is invalid", NULL },
	{ REFUSE_ROLE_UNKNOWN, 403, "Forbidden", "You are not authorized to perform the requested action.", NULL },
	{ REFUSE_ROLE_ABSENT, 404, "Not Found", "Could not find agency: %s.", "Cleat" },
	{ REFUSE_TEMPORARY_KEYS_LIMIT, 429, "Too Many Requests", "Too many requests.", "Cleat" },
	ROWS_END,
};

/* ---- run ---- */

/* The policy as it was sent; "" if there is none. */
static bool read_policy(struct call *call, const char **ret)
{
	const struct tree *auth = tree_find(call->input, "auth");
	const struct tree *identity = auth ? tree_find(auth, "identity") : NULL;
	const struct tree *policy = identity ? tree_find(identity, "policy") : NULL;
	struct policy_problem problem;

	*ret = "";
	if (!policy || policy->kind == TREE_NULL)
		return true;
	*ret = tree_to_json(call_work_arena(call), policy);
	return policy_read(call_work_arena(call), rest_rights.language, *ret, &problem) ||
	       call_refuse(call, REFUSE_POLICY_MALFORMED, problem.path);
}

/* Whose key it becomes: the user of a token that is given, or the caller. *ret_holder "": the account's own. */
static bool find_holder(struct call *call, const char *text, const char **ret_holder)
{
	struct token token;

	*ret_holder = text_or(call->caller.user_id, "");
	/* A temporary key that makes another one would be none. */
	if (text_empty(text))
		return !call->caller.session || call_refuse(call, REFUSE_NOT_ALLOWED, NULL);
	if (token_find(call->work.txn, text, moment_now(), &token) != TOKEN_GOOD ||
	    !text_equal(token.account, call->caller.tenant.account))
		return call_refuse(call, REFUSE_AUTH_TOKEN_UNKNOWN, NULL);
	*ret_holder = token.user;
	return true;
}

static bool by_token(struct call *call, const struct by_token_in *in, const char *policy, struct temporary_key *ret)
{
	struct role_assume args = {
		.account = call->caller.tenant.account,
		.role = "",
		.session = "token",
		.policy = policy,
		.duration = in->duration.is == GIVEN ? in->duration.value * SECOND : DURATION_MIN,
		.now = moment_now(),
	};

	return find_holder(call, in->id, &args.holder) && call_verb(call, role_assume(&call->work, &args, ret));
}

static bool by_role(struct call *call, const struct assume_in *in, const char *policy, struct temporary_key *ret)
{
	struct account account = find_account(&call->work);
	struct role_assume args = {
		.account = account.id,
		.role = in->agency,
		.session = text_or(in->session_user.name, in->agency),
		.policy = policy,
		.duration = in->duration.is == GIVEN ? in->duration.value * SECOND : DURATION_MIN,
		.now = moment_now(),
	};

	if (text_empty(in->agency))
		return call_refuse(call, REFUSE_PARAMETER_MISSING, "auth.identity.assume_role.agency_name");
	if (call->caller.session)
		return call_refuse(call, REFUSE_NOT_ALLOWED, NULL);
	/* Roles of other accounts are nobody's here. */
	if ((!text_empty(in->domain) && !text_equal(in->domain, account.id)) ||
	    (!text_empty(in->domain_name) && !text_equal(in->domain_name, account.name)))
		return call_refuse(call, REFUSE_ROLE_UNKNOWN, NULL);
	return call_verb(call, role_assume(&call->work, &args, ret));
}

/* After the commit and before the reply: who reads the reply can use the key. */
static void remember_then(struct call *call)
{
	const struct create_out *out = call->out;

	key_cache_add(call->api->keys, &out->key, call->caller.tenant.realm, moment_now());
	call_resume(call);
}

static bool create_run(struct call *call, const void *in_, void *out_)
{
	const struct identity_in *in = &((const struct create_in *)in_)->auth.identity;
	struct create_out *out = out_;
	const char *method = in->methods.n == 1 ? in->methods.items[0] : "";
	const char *policy;
	bool done;

	if (!read_policy(call, &policy))
		return false;
	if (text_equal(method, "token"))
		done = by_token(call, &in->token, policy, &out->key);
	else if (text_equal(method, "assume_role") || text_equal(method, "hw_assume_role"))
		done = by_role(call, &in->assume, policy, &out->key);
	else
		done = call_refuse(call, REFUSE_PARAMETER_INVALID, "auth.identity.methods");
	if (!done)
		return false;
	out->credential = (struct credential){
		.access = out->key.id,
		.secret = out->key.secret,
		.token = out->key.token,
		.expires_at = token_moment(call_work_arena(call), out->key.expires_at),
	};
	call->then = remember_then;
	return true;
}

const struct operation huawei_iam_create_temporary_key = {
	.product = "iam",
	.version = "v3.0",
	.name = "iam.CreateTemporaryAccessKeyByToken",
	.method = "POST",
	.path = "/v3.0/OS-CREDENTIAL/securitytokens",
	.mode = OPERATION_WRITE,
	.success = 201,
	.permission = "iam:credentials:createTemporaryAccessKey",
	.open_to_all = true,
	.resource = "*",
	.in = { sizeof(struct create_in), create_in_fields },
	.out = { sizeof(struct create_out), create_out_fields },
	.errors = create_errors,
	.common = rest_iam_errors,
	.run = create_run,
	.doc = "Gives a temporary key and its security token: of a token's user, or in a role of the account (an agency).",
};
