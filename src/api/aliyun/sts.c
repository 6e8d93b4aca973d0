/* STS: AssumeRole and GetCallerIdentity. */
#include "api/aliyun/sts.h"

#include <string.h>

#include "api/aliyun/rpc.h"
#include "api/keys.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/role.h"

#define POLICY_MAX      2048
#define EXTERNAL_ID_MAX 1224

#define OPERATION(name) extern const struct operation sts_##name;
#include "api/aliyun/sts_operations.def"
#undef OPERATION

static const struct operation *const operations[] = {
#define OPERATION(name) &sts_##name,
#include "api/aliyun/sts_operations.def"
#undef OPERATION
	NULL,
};

static const char *const vendor[] = { "AssumeRole", "AssumeRoleWithOIDC", "AssumeRoleWithSAML", "GetCallerIdentity",
	                              NULL };

#define NO_PERMISSION(reason) \
	{ reason, 403, "NoPermission", "You are not authorized to do this action. You should be authorized by RAM.", NULL }

static const struct error_row errors[] = { NO_PERMISSION(REFUSE_NOT_AUTHORISED), ROWS_END };

const struct product product_sts = {
	.name = "sts",
	.errors = errors,
	.title = "Sts",
	.version = STS_VERSION,
	.operations = operations,
	.vendor = vendor,
};

/* ---- AssumeRole ---- */

struct assume_in {
	const char *role_arn;
	const char *session;
	const char *policy;
	struct opt_int duration; /* seconds */
	const char *external_id;
	const char *source_identity;
};

struct credentials {
	const char *expiration, *id, *secret, *token;
};

struct assumed {
	const char *arn, *id;
};

struct assume_out {
	struct assumed user;
	struct credentials credentials;
	struct temporary_key key; /* for the cache of keys, not for the reply */
};

static const struct error_row bad_duration = { REFUSE_FIELD, 400, "InvalidParameter.DurationSeconds",
	                                       "The Min/Max value of DurationSeconds is 15min/12hr.", NULL };
static const struct error_row bad_policy_size = { REFUSE_FIELD, 400, "InvalidParameter.PolicySize",
	                                          "The size of Policy must be smaller than 2048 bytes.", NULL };

static const struct field assume_in_fields[] = {
	TEXT(struct assume_in, role_arn, "RoleArn", .flags = FIELD_REQUIRED, .max = 256,
	     .doc = "acs:ram::ACCOUNT:role/NAME, of the caller's account. If that has no roles of its own, every name is one."),
	TEXT(struct assume_in, session, "RoleSessionName", .flags = FIELD_REQUIRED, .min = ROLE_SESSION_MIN,
	     .max = ROLE_SESSION_MAX, .doc = "Letters, digits and .@-_"),
	OPT_INT(struct assume_in, duration, "DurationSeconds", .min = ROLE_DURATION_MIN / SECOND,
	        .max = ROLE_DURATION_MAX / SECOND, .bad = &bad_duration, .doc = "Default 3600."),
	TEXT(struct assume_in, policy, "Policy", .max = POLICY_MAX, .bad = &bad_policy_size,
	     .doc = "A policy. The key may do what both the role and it allow."),
	TEXT(struct assume_in, external_id, "ExternalId", .flags = FIELD_ACCEPTED, .min = 2, .max = EXTERNAL_ID_MAX),
	TEXT(struct assume_in, source_identity, "SourceIdentity", .flags = FIELD_ACCEPTED, .min = 2, .max = 64),
	FIELDS_END,
};

static const struct field assumed_fields[] = {
	TEXT(struct assumed, arn, "Arn"),
	TEXT(struct assumed, id, "AssumedRoleId"),
	FIELDS_END,
};
static const struct shape assumed_shape = { sizeof(struct assumed), assumed_fields };

static const struct field credentials_fields[] = {
	TEXT(struct credentials, token, "SecurityToken"),
	TEXT(struct credentials, id, "AccessKeyId"),
	TEXT(struct credentials, secret, "AccessKeySecret"),
	TEXT(struct credentials, expiration, "Expiration"),
	FIELDS_END,
};
static const struct shape credentials_shape = { sizeof(struct credentials), credentials_fields };

static const struct field assume_out_fields[] = {
	OBJECT(struct assume_out, user, "AssumedRoleUser", .of = &assumed_shape),
	OBJECT(struct assume_out, credentials, "Credentials", .of = &credentials_shape),
	FIELDS_END,
};

static const struct error_row assume_errors[] = {
	{ REFUSE_PARAMETER_INVALID, 400, "InvalidParameter.%s", "The parameter %s is wrongly formed.", NULL },
	{ REFUSE_POLICY_MALFORMED, 400, "InvalidParameter.PolicyGrammar", "The parameter Policy has not passed grammar check.",
	  NULL },
	NO_PERMISSION(REFUSE_ROLE_UNKNOWN),
	{ REFUSE_ROLE_ABSENT, 404, "EntityNotExist.Role", "The role not exists: acs:ram::%s.", NULL },
	{ REFUSE_TEMPORARY_KEYS_LIMIT, 400, "Throttling.User", "Request was denied due to user flow control.", NULL },
	ROWS_END,
};

static bool made_of(const char *text, const char *punctuation)
{
	for (; *text; text++) {
		bool plain = (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z') || (*text >= '0' && *text <= '9');

		if (!plain && !strchr(punctuation, *text))
			return false;
	}
	return true;
}

/* "acs:ram::ACCOUNT:role/NAME" */
static bool read_role(struct call *call, const char *arn, struct role_assume *ret)
{
	static const char prefix[] = "acs:ram::";
	static const char kind[] = ":role/";
	const char *account = arn + strlen(prefix);
	const char *end = text_starts(arn, prefix) ? strstr(account, kind) : NULL;

	if (!end || end == account)
		return false;
	ret->account = arena_text_n(call_work_arena(call), account, (size_t)(end - account));
	ret->role = end + strlen(kind);
	return made_of(ret->account, "") && *ret->role && made_of(ret->role, ".-_") &&
	       strlen(ret->role) <= ROLE_NAME_MAX;
}

static bool is_policy(struct call *call, const char *text)
{
	struct policy_problem problem;

	return policy_read(call_work_arena(call), rpc_rights.language, text, &problem) ||
	       call_refuse(call, REFUSE_POLICY_MALFORMED, NULL);
}

/* After the commit and before the reply: who reads the reply can use the key. */
static void remember_then(struct call *call)
{
	const struct assume_out *out = call->out;

	key_cache_add(call->api->keys, &out->key, call->caller.tenant.realm, moment_now());
	call_resume(call);
}

static bool assume_run(struct call *call, const void *in_, void *out_)
{
	const struct assume_in *in = in_;
	struct assume_out *out = out_;
	struct arena *arena = call_work_arena(call);
	struct role_assume args = {
		.session = in->session,
		.policy = in->policy,
		.duration = in->duration.is == GIVEN ? in->duration.value * SECOND : ROLE_DURATION_DEFAULT,
		.now = moment_now(),
	};

	if (!read_role(call, in->role_arn, &args))
		return call_refuse(call, REFUSE_PARAMETER_INVALID, "RoleArn");
	if (!made_of(in->session, ".@-_"))
		return call_refuse(call, REFUSE_PARAMETER_INVALID, "RoleSessionName");
	if (!text_empty(in->policy) && !is_policy(call, in->policy))
		return false;
	if (!call_verb(call, role_assume(&call->work, &args, &out->key)))
		return false;
	out->user = (struct assumed){
		.arn = arena_printf(arena, "acs:ram::%s:role/%s/%s", args.account, args.role, args.session),
		.id = arena_printf(arena, "%s:%s", role_id(arena, args.account, args.role), args.session),
	};
	out->credentials = (struct credentials){
		.expiration = moment_seconds_text(arena, out->key.expires_at),
		.id = out->key.id,
		.secret = out->key.secret,
		.token = out->key.token,
	};
	call->then = remember_then;
	return true;
}

const struct operation sts_assume_role = {
	.product = "sts",
	.version = STS_VERSION,
	.name = "AssumeRole",
	.mode = OPERATION_WRITE,
	.permission = "sts:AssumeRole",
	.resource = "{RoleArn}",
	.in = { sizeof(struct assume_in), assume_in_fields },
	.out = { sizeof(struct assume_out), assume_out_fields },
	.errors = assume_errors,
	.run = assume_run,
	.doc = "Gives a temporary key and its token, which expire by the machine's clock.",
};

/* ---- GetCallerIdentity ---- */

struct identity_in {
	char unused;
};

struct identity_out {
	const char *type, *account, *principal, *user, *role, *arn;
};

static const struct field identity_in_fields[] = { FIELDS_END };

static const struct field identity_out_fields[] = {
	TEXT(struct identity_out, type, "IdentityType", .doc = "Account, RAMUser or AssumedRoleUser."),
	TEXT(struct identity_out, account, "AccountId"),
	TEXT(struct identity_out, principal, "PrincipalId"),
	TEXT(struct identity_out, user, "UserId", .flags = FIELD_OMIT_EMPTY, .doc = "Of an account and a user."),
	TEXT(struct identity_out, arn, "Arn"),
	TEXT(struct identity_out, role, "RoleId", .flags = FIELD_OMIT_EMPTY, .doc = "Of a role."),
	FIELDS_END,
};

static bool identity_run(struct call *call, const void *in, void *out_)
{
	struct identity_out *out = out_;
	struct arena *arena = call_work_arena(call);
	const struct caller *caller = &call->caller;
	const char *account = caller->tenant.account;
	const char *role = caller->role ? role_id(arena, account, caller->role) : NULL;

	(void)in;
	if (role) {
		*out = (struct identity_out){
			.type = "AssumedRoleUser",
			.principal = arena_printf(arena, "%s:%s", role, caller->session),
			.role = role,
			.arn = arena_printf(arena, "acs:ram::%s:assumed-role/%s/%s", account, caller->role, caller->session),
		};
	} else if (caller->user) {
		*out = (struct identity_out){
			.type = "RAMUser",
			.principal = caller->user_id,
			.user = caller->user_id,
			.arn = arena_printf(arena, "acs:ram::%s:user/%s", account, caller->user),
		};
	} else {
		*out = (struct identity_out){
			.type = "Account",
			.principal = account,
			.user = account,
			.arn = arena_printf(arena, "acs:ram::%s:root", account),
		};
	}
	out->account = account;
	return true;
}

const struct operation sts_get_caller_identity = {
	.product = "sts",
	.version = STS_VERSION,
	.name = "GetCallerIdentity",
	.mode = OPERATION_PLAIN,
	.permission = "sts:GetCallerIdentity",
	.open_to_all = true,
	.resource = "*",
	.in = { sizeof(struct identity_in), identity_in_fields },
	.out = { sizeof(struct identity_out), identity_out_fields },
	.run = identity_run,
	.doc = "Says whose key signed the request, and in which role it acts.",
};
