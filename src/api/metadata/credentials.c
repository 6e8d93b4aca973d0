/* What an instance proves itself with: tokens of the hardening mode, temporary keys of its role. */
#include <nettle/hmac.h>
#include <stdio.h>
#include <string.h>

#include "api/keys.h"
#include "api/metadata/metadata.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/role.h"

#define CREDENTIALS_LAST  (6 * HOUR)
#define CREDENTIALS_LEAST (2 * HOUR) /* those that last longer are given again; SDKs ask anew after an hour */

/* ---- tokens ---- */

/* "<until>.<seal>": nothing is kept of a token; the seal tells that this server made it for this instance. */
const char *metadata_token_make(struct call *call, const char *instance, int64_t until)
{
	const char *secret = call->api->settings.metadata_secret;
	const char *text = arena_printf(call_work_arena(call), "%lld %s", (long long)until, instance);
	struct hmac_sha256_ctx hmac;
	uint8_t digest[SHA256_DIGEST_SIZE];
	char seal[2 * SHA256_DIGEST_SIZE + 1];

	hmac_sha256_set_key(&hmac, strlen(secret), (const uint8_t *)secret);
	hmac_sha256_update(&hmac, strlen(text), (const uint8_t *)text);
	hmac_sha256_digest(&hmac, sizeof digest, digest);
	text_hex(digest, sizeof digest, seal);
	return arena_printf(call_work_arena(call), "%lld.%s", (long long)until, seal);
}

bool metadata_token_good(struct call *call, const char *instance, const char *token, int64_t now)
{
	const char *dot = strchr(token, '.');
	int64_t until;

	return dot && text_to_int64(arena_text_n(call_work_arena(call), token, (size_t)(dot - token)), &until) &&
	       text_equal_secret(token, metadata_token_make(call, instance, until)) && now < until;
}

static bool token_run(struct call *call, const void *in, void *out_)
{
	static const char header[] = "x-aliyun-ecs-metadata-token-ttl-seconds";
	const char *seconds = request_header(&call->request, header);
	struct metadata_text *out = out_;
	struct instance instance;
	int64_t life;

	if (!seconds)
		return call_refuse(call, REFUSE_PARAMETER_MISSING, header);
	if (!text_to_int64(seconds, &life) || life < 1 || life > METADATA_TOKEN_SECONDS_MAX)
		return call_refuse(call, REFUSE_PARAMETER_INVALID, header);
	if (!metadata_instance(call, in, &instance))
		return false;
	out->text = metadata_token_make(call, instance.id, moment_now() + life * SECOND);
	return true;
}

const struct operation metadata_token = {
	.name = "PUT /latest/api/token",
	.mode = OPERATION_READ,
	.in = { sizeof(struct metadata_in), metadata_in_fields },
	.out = { sizeof(struct metadata_text), metadata_text_fields },
	.run = token_run,
	.doc = "A token for X-aliyun-ecs-metadata-token, good for the seconds in X-aliyun-ecs-metadata-token-ttl-seconds (1 to "
	       "21600). Requests without a token are served as well.",
};

/* ---- keys of the role ---- */

struct credentials_out {
	const char *id, *secret, *expiration, *token, *updated, *code;
	struct temporary_key key; /* for the cache of keys, not for the reply */
	bool is_new;
};

static const struct field credentials_fields[] = {
	TEXT(struct credentials_out, id, "AccessKeyId"),
	TEXT(struct credentials_out, secret, "AccessKeySecret"),
	TEXT(struct credentials_out, expiration, "Expiration"),
	TEXT(struct credentials_out, token, "SecurityToken"),
	TEXT(struct credentials_out, updated, "LastUpdated"),
	TEXT(struct credentials_out, code, "Code"),
	FIELDS_END,
};

static void remember_then(struct call *call)
{
	const struct credentials_out *out = call->out;

	if (out->is_new)
		key_cache_add(call->api->keys, &out->key, "aliyun", moment_now());
	call_resume(call);
}

static bool credentials_run(struct call *call, const void *in_, void *out_)
{
	const struct metadata_in *in = in_;
	struct credentials_out *out = out_;
	struct arena *arena = call_work_arena(call);
	struct instance instance;
	struct role_assume args;

	if (!metadata_instance(call, in, &instance))
		return false;
	if (!text_equal(in->item, call->api->settings.metadata_role))
		return call_refuse(call, REFUSE_ROLE_UNKNOWN, in->item);
	/* The instance takes the role for itself. */
	call->work.caller.tenant = instance.tenant;
	args = (struct role_assume){ .account = instance.tenant.account, .role = in->item, .session = instance.id,
		                     .duration = CREDENTIALS_LAST, .now = moment_now() };
	if (!call_verb(call, role_keep(&call->work, &args, CREDENTIALS_LEAST, &out->key, &out->is_new)))
		return false;
	out->id = out->key.id;
	out->secret = out->key.secret;
	out->token = out->key.token;
	out->expiration = moment_seconds_text(arena, out->key.expires_at);
	out->updated = moment_seconds_text(arena, out->key.created_at);
	out->code = "Success";
	call->then = remember_then;
	return true;
}

const struct operation metadata_credentials = {
	.name = "GET /latest/meta-data/ram/security-credentials/{item}",
	.mode = OPERATION_WRITE,
	.in = { sizeof(struct metadata_in), metadata_in_fields },
	.out = { sizeof(struct credentials_out), credentials_fields },
	.run = credentials_run,
	.doc = "A temporary key of the instance's role, made anew when the last one has less than two hours left.",
};
