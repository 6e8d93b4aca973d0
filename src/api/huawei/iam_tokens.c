/* IAM: looking at tokens, and giving them back. Who has a token may do both with it; an account may with those of its users. */
#include "api/huawei/iam_tokens.h"

#include "base/text.h"

struct subject_in {
	const char *nocatalog, *subject;
};

struct subject_out {
	const char *subject;
	struct iam_token_item token, bare; /* one of them: with a catalogue, or without */
};

static const struct field in_fields[] = {
	TEXT(struct subject_in, nocatalog, "nocatalog", .flags = FIELD_QUERY, .doc = "Whatever is given: the reply has no catalogue."),
	TEXT(struct subject_in, subject, "X-Subject-Token", .flags = FIELD_HEADER | FIELD_REQUIRED | FIELD_NOT_EMPTY | FIELD_SECRET,
	     .max = TOKEN_BYTES_MAX, .doc = "The token that is looked at; X-Auth-Token says who asks."),
	FIELDS_END,
};

static const struct field out_fields[] = {
	TEXT(struct subject_out, subject, "X-Subject-Token", .flags = FIELD_HEADER),
	OBJECT(struct subject_out, token, "token", .of = &iam_token_shape, .flags = FIELD_OMIT_EMPTY),
	OBJECT(struct subject_out, bare, "token", .of = &iam_token_bare_shape, .flags = FIELD_OMIT_EMPTY),
	FIELDS_END,
};

static const struct field head_fields[] = {
	TEXT(struct subject_out, subject, "X-Subject-Token", .flags = FIELD_HEADER),
	FIELDS_END,
};

#define PERMISSION "iam:tokens:assume" /* there is none in the vendor's list: asked of no one */

static const struct error_row errors[] = {
	/* The token is not repeated: it may be one that is valid elsewhere. */
	{ REFUSE_SUBJECT_TOKEN, 404, "Not Found", "Could not find token.", "Keystone" },
	{ REFUSE_NOT_ALLOWED, 403, "Forbidden", "You are not authorized to perform the requested action.", NULL },
	ROWS_END,
};

/* The subject, if the caller may see it. One of another account looks as one that is not there. */
static bool find_subject(struct call *call, const char *text, struct rest_token *ret)
{
	bool found = rest_token_look(call, text, ret);

	if (!found && (call->refusal.reason == REFUSE_TOKEN_UNKNOWN || call->refusal.reason == REFUSE_TOKEN_OLD))
		return call_refuse(call, REFUSE_SUBJECT_TOKEN, NULL);
	if (!found)
		return false;
	if (!text_equal(ret->account.id, call->caller.tenant.account))
		return call_refuse(call, REFUSE_SUBJECT_TOKEN, NULL);
	if (call->rights && !(call->caller.user_id && text_equal(ret->row.holder, call->caller.user_id)))
		return call_refuse(call, REFUSE_NOT_ALLOWED, NULL);
	return true;
}

static bool show_run(struct call *call, const void *in_, void *out_)
{
	const struct subject_in *in = in_;
	struct subject_out *out = out_;
	struct rest_token token;

	if (!find_subject(call, in->subject, &token))
		return false;
	out->subject = in->subject;
	*(in->nocatalog ? &out->bare : &out->token) = iam_token_show(call, &token);
	return true;
}

const struct operation huawei_iam_validate_token = {
	.product = "iam",
	.version = "v3",
	.name = "iam.KeystoneValidateToken",
	.method = "GET",
	.path = "/v3/auth/tokens",
	.mode = OPERATION_PLAIN,
	.open_to_all = true,
	.permission = PERMISSION,
	.resource = "*",
	.in = { sizeof(struct subject_in), in_fields },
	.out = { sizeof(struct subject_out), out_fields },
	.errors = errors,
	.common = rest_iam_errors,
	.run = show_run,
	.doc = "Shows what a token is for.",
};

static bool check_run(struct call *call, const void *in_, void *out_)
{
	const struct subject_in *in = in_;
	struct subject_out *out = out_;
	struct rest_token token;

	out->subject = in->subject;
	return find_subject(call, in->subject, &token);
}

const struct operation huawei_iam_check_token = {
	.product = "iam",
	.version = "v3",
	.name = "iam.KeystoneCheckToken",
	.method = "HEAD",
	.path = "/v3/auth/tokens",
	.mode = OPERATION_PLAIN,
	.open_to_all = true,
	.permission = PERMISSION,
	.resource = "*",
	.in = { sizeof(struct subject_in), in_fields },
	.out = { sizeof(struct subject_out), head_fields },
	.errors = errors,
	.common = rest_iam_errors,
	.run = check_run,
	.doc = "Says by its status whether a token is valid.",
};

static bool revoke_run(struct call *call, const void *in_, void *out)
{
	const struct subject_in *in = in_;
	struct token token;
	bool own;

	(void)out;
	if (!token_find(call->work.txn, call_work_arena(call), in->subject, &token) ||
	    !text_equal(token.account, call->caller.tenant.account))
		return call_refuse(call, REFUSE_SUBJECT_TOKEN, NULL);
	own = !call->rights || (call->caller.user_id && text_equal(token.holder, call->caller.user_id));
	if (!own)
		return call_refuse(call, REFUSE_NOT_ALLOWED, NULL);
	token_delete(call->work.txn, token.id);
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
	.open_to_all = true,
	.permission = PERMISSION,
	.resource = "*",
	.in = { sizeof(struct subject_in), in_fields },
	.out = { sizeof(struct rest_nothing), rest_nothing_fields },
	.errors = errors,
	.common = rest_iam_errors,
	.run = revoke_run,
	.doc = "Makes a token invalid at once.",
};
