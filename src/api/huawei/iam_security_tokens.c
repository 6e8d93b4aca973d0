/* IAM: temporary access keys, which are good only together with their security token: of whoever asks, or in a role ("agency") of
 * the caller's account; less than that with a policy. */
#include "api/authorise.h"
#include "api/huawei/iam.h"
#include "api/keys.h"
#include "api/rights.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/role.h"
#include "core/token.h"

#define DURATION_MIN     900 /* seconds (IAM pages, "obtaining a temporary access key") */
#define DURATION_MAX     86400
#define POLICY_MAX       2048 /* characters of its JSON */
#define DEFAULT_SESSION  "agency"

struct token_in {
	const char *id;
	struct opt_int duration;
};

struct session_in {
	const char *name;
};

struct agency_in {
	const char *name, *domain_id, *domain_name;
	struct opt_int duration;
	struct session_in session;
};

struct identity_in {
	struct texts methods;
	struct token_in token;
	struct agency_in agency;
};

struct auth_in {
	struct identity_in identity;
};

struct key_in {
	struct auth_in auth;
};

struct credential {
	const char *expires_at, *access, *secret, *token;
};

struct key_out {
	struct credential credential;
	struct temporary_key key; /* for the cache of keys, not for the reply */
};

static const struct field token_fields[] = {
	TEXT(struct token_in, id, "id", .flags = FIELD_SECRET, .max = TOKEN_BYTES_MAX,
	     .doc = "Whose key it becomes: the user's of this token, of the caller's account; without one the caller's."),
	OPT_INT(struct token_in, duration, "duration_seconds", .min = DURATION_MIN, .max = DURATION_MAX, .doc = "Default 900."),
	FIELDS_END,
};
static const struct shape token_shape = { sizeof(struct token_in), token_fields };

static const struct field session_fields[] = {
	TEXT(struct session_in, name, "name", .min = ROLE_SESSION_MIN, .max = ROLE_SESSION_MAX),
	FIELDS_END,
};
static const struct shape session_shape = { sizeof(struct session_in), session_fields };

static const struct field agency_fields[] = {
	TEXT(struct agency_in, name, "agency_name", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = ROLE_NAME_MAX,
	     .doc = "A role of the account. If that has none of its own, every name is one."),
	TEXT(struct agency_in, domain_id, "domain_id", .doc = "The account: that of the caller."),
	TEXT(struct agency_in, domain_name, "domain_name"),
	OPT_INT(struct agency_in, duration, "duration_seconds", .min = DURATION_MIN, .max = DURATION_MAX, .doc = "Default 900."),
	OBJECT(struct agency_in, session, "session_user", .of = &session_shape),
	FIELDS_END,
};
static const struct shape agency_shape = { sizeof(struct agency_in), agency_fields };

static const struct field identity_fields[] = {
	TEXTS(struct identity_in, methods, "methods", .flags = FIELD_REQUIRED | FIELD_EXACT, .doc = "token or assume_role: one of them."),
	OBJECT(struct identity_in, token, "token", .of = &token_shape),
	OBJECT(struct identity_in, agency, "assume_role", .of = &agency_shape),
	FIELDS_END,
};
static const struct shape identity_shape = { sizeof(struct identity_in), identity_fields };

static const struct field auth_fields[] = {
	OBJECT(struct auth_in, identity, "identity", .of = &identity_shape, .flags = FIELD_REQUIRED,
	       .doc = "And a member policy, a policy: the key may do what both the caller and it allow."),
	FIELDS_END,
};
static const struct shape auth_shape = { sizeof(struct auth_in), auth_fields };

static const struct field in_fields[] = {
	OBJECT(struct key_in, auth, "auth", .of = &auth_shape, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

static const struct field credential_fields[] = {
	TEXT(struct credential, expires_at, "expires_at"),
	TEXT(struct credential, access, "access"),
	TEXT(struct credential, secret, "secret"),
	TEXT(struct credential, token, "securitytoken"),
	FIELDS_END,
};
static const struct shape credential_shape = { sizeof(struct credential), credential_fields };

static const struct field out_fields[] = {
	OBJECT(struct key_out, credential, "credential", .of = &credential_shape),
	FIELDS_END,
};

static const struct error_row errors[] = {
	{ REFUSE_POLICY_MALFORMED, 400, "Bad Request", "The request body is invalid", NULL },
	{ REFUSE_NOT_ALLOWED, 403, "Forbidden", "You are not authorized to perform the requested action.", NULL },
	{ REFUSE_ROLE_UNKNOWN, 403, "Forbidden", "You are not authorized to perform the requested action.", NULL },
	{ REFUSE_ROLE_ABSENT, 404, "Not Found", "Could not find agency: %s.", NULL },
	{ REFUSE_TEMPORARY_KEYS_LIMIT, 429, "Too Many Requests", "The number of temporary access keys has reached the limit.",
	  "Cleat" },
	ROWS_END,
};

/* Binding knows no members of any name: the policy is read as it came. */
static bool read_policy(struct call *call, const char **ret)
{
	struct arena *arena = call_work_arena(call);
	const struct tree *identity = tree_find(tree_find(call->input, "auth"), "identity");
	const struct tree *policy = tree_find(identity, "policy");
	struct policy_problem problem;

	*ret = "";
	if (!policy || policy->kind == TREE_NULL)
		return true;
	*ret = tree_to_json(arena, policy);
	return (text_characters(*ret) <= POLICY_MAX && policy_read(arena, rest_rights.language, *ret, &problem)) ||
	       call_refuse(call, REFUSE_POLICY_MALFORMED, NULL);
}

static bool is_own_account(struct call *call, const struct agency_in *in)
{
	struct account account = find_account(&call->work);

	if (!text_empty(in->domain_id))
		return text_equal(in->domain_id, account.id);
	return text_empty(in->domain_name) || text_equal(in->domain_name, account.name);
}

/* It may be less than what it acts for, by a policy that must not be got rid of: from it there are no further keys. */
static bool is_temporary(struct call *call)
{
	struct cached_key key;
	bool found = !call->token && key_cache_find_in(call->api->keys, call->caller.tenant.realm, call->caller.key_id, &key);

	if (found)
		rights_release(key.rights);
	return found && *key.token;
}

/* Who names a token wants what that one may do and no more, whoever brings it. */
static bool take_token(struct call *call, const char *text, struct key_of *args)
{
	struct token token;

	if (!token_find(call->work.txn, call_work_arena(call), text, &token) || args->now >= token.expires_at ||
	    !text_equal(token.account, call->caller.tenant.account))
		return call_refuse(call, REFUSE_TOKEN_UNKNOWN, NULL);
	args->role = token.role;
	args->session = "";
	args->holder = token.holder;
	return true;
}

/* A token that is in a role stays in it. */
static bool key_of_token(struct call *call, const struct token_in *in, const char *policy, struct temporary_key *ret)
{
	struct key_of args = {
		.role = text_or(call->caller.role, ""),
		.session = text_or(call->caller.session, ""),
		.holder = text_or(call->caller.user_id, ""),
		.policy = policy,
		.now = moment_now(),
		.duration = (in->duration.is == GIVEN ? in->duration.value : DURATION_MIN) * SECOND,
	};

	if (is_temporary(call))
		return call_refuse(call, REFUSE_NOT_ALLOWED, NULL);
	if (!text_empty(in->id) && !take_token(call, in->id, &args))
		return false;
	return call_verb(call, temporary_key_create(&call->work, &args, ret));
}

static bool key_of_agency(struct call *call, const struct agency_in *in, const char *policy, struct temporary_key *ret)
{
	const struct role_assume args = {
		.account = call->caller.tenant.account,
		.role = in->name,
		.session = text_or(in->session.name, DEFAULT_SESSION),
		.policy = policy,
		.duration = (in->duration.is == GIVEN ? in->duration.value : DURATION_MIN) * SECOND,
		.now = moment_now(),
	};

	if (text_empty(in->name))
		return call_refuse(call, REFUSE_PARAMETER_MISSING, "auth.identity.assume_role");
	if (!is_own_account(call, in))
		return call_refuse(call, REFUSE_ROLE_UNKNOWN, in->name);
	if (!authorise_action(call, "iam:tokens:assume", "*"))
		return false;
	return call_verb(call, role_assume(&call->work, &args, ret));
}

/* After the commit and before the reply: who reads the reply can use the key. */
static void remember_then(struct call *call)
{
	const struct key_out *out = call->out;

	key_cache_add(call->api->keys, &out->key, call->caller.tenant.realm, moment_now());
	call_resume(call);
}

static bool create_run(struct call *call, const void *in_, void *out_)
{
	const struct identity_in *in = &((const struct key_in *)in_)->auth.identity;
	struct key_out *out = out_;
	const char *method = in->methods.n == 1 ? in->methods.items[0] : "";
	const char *policy;
	bool made;

	if (!read_policy(call, &policy))
		return false;
	if (text_equal(method, "token"))
		made = key_of_token(call, &in->token, policy, &out->key);
	else if (text_equal(method, "assume_role"))
		made = key_of_agency(call, &in->agency, policy, &out->key);
	else
		made = call_refuse(call, REFUSE_PARAMETER_INVALID, "auth.identity.methods");
	if (!made)
		return false;
	out->credential = (struct credential){
		.expires_at = iam_moment(call_work_arena(call), out->key.expires_at),
		.access = out->key.id,
		.secret = out->key.secret,
		.token = out->key.token,
	};
	call->then = remember_then;
	return true;
}

const struct operation huawei_iam_create_security_token = {
	.product = "iam",
	.version = "v3.0",
	.name = "iam.CreateTemporaryAccessKeyByToken",
	.method = "POST",
	.path = "/v3.0/OS-CREDENTIAL/securitytokens",
	.mode = OPERATION_WRITE,
	.success = 201,
	.open_to_all = true, /* but for assume_role */
	.permission = "iam:tokens:assume",
	.resource = "*",
	.in = { sizeof(struct key_in), in_fields },
	.out = { sizeof(struct key_out), out_fields },
	.errors = errors,
	.common = rest_iam_errors,
	.run = create_run,
	.doc = "Gives a temporary access key and its security token, which expire by the machine's clock.",
};
