/* Who calls: signatures V1 and V3, time window, replay. */
#include <string.h>

#include "api/aliyun/nonce.h"
#include "api/aliyun/rpc.h"
#include "api/aliyun/sign_v3.h"
#include "api/keys.h"
#include "api/newcomer.h"
#include "api/rights.h"
#include "base/moment.h"
#include "base/text.h"

#define TIME_WINDOW (15 * MINUTE)

static bool find_key(struct call *call, const char *id, struct cached_key *ret)
{
	/* The log and the journal name the key even where it is refused or unknown. */
	call->caller.key_id = arena_text_n(&call->arena, id, strnlen(id, sizeof ret->id - 1));
	if (key_cache_find(call->api->keys, id, ret)) {
		call->rights = ret->rights; /* and its to release */
		if (!text_equal(ret->realm, "aliyun"))
			return call_refuse(call, REFUSE_KEY_UNKNOWN, id);
	} else if (!key_cache_find_new(call->api->keys, id, "aliyun", ret)) {
		return newcomer_refuse(call, id);
	}
	if (!ret->active)
		return call_refuse(call, REFUSE_KEY_DISABLED, id);
	return true;
}

static bool check_time(struct call *call, const char *text, int64_t *ret)
{
	int64_t now = moment_now();

	if (!moment_parse(text, ret))
		return call_refuse(call, REFUSE_AUTH_TIME_FORMAT, text);
	if (*ret < now - TIME_WINDOW || *ret > now + TIME_WINDOW)
		return call_refuse(call, REFUSE_AUTH_TIME_EXPIRED, text);
	return true;
}

/* Asked before the signature, so that a replay is called one; remembered after it, so that strangers cannot fill the
 * memory or use up the nonces of others. */
static bool nonce_fresh(struct call *call, const char *key, const char *nonce)
{
	return !nonce_seen(call->api->nonces, key, nonce, moment_now()) || call_refuse(call, REFUSE_AUTH_NONCE_USED, NULL);
}

static bool nonce_use(struct call *call, const char *key, const char *nonce, int64_t timestamp)
{
	return nonce_remember(call->api->nonces, key, nonce, timestamp, moment_now()) ||
	       call_refuse(call, REFUSE_AUTH_NONCE_USED, NULL);
}

static void become(struct call *call, const struct cached_key *key)
{
	call->caller.tenant = (struct tenant){
		.realm = "aliyun",
		.account = key->is_new ? NULL : arena_text(&call->arena, key->account),
		.scope = "default",
	};
	if (call->rights && *rights_user(call->rights)) {
		call->caller.user = rights_user(call->rights);
		call->caller.user_id = rights_user_id(call->rights);
	}
	if (*key->token) {
		call->caller.role = arena_text(&call->arena, key->role);
		call->caller.session = arena_text(&call->arena, key->session);
	}
	if (key->is_new)
		newcomer_begin(call);
}

/* The last thing asked: only who holds the secret is told anything about a token. */
static bool check_token(struct call *call, const struct cached_key *key, const char *token)
{
	enum refusal_reason reason = key_cache_check_token(call->api->keys, key, token, moment_now());

	return reason == REFUSE_NONE || call_refuse(call, reason, NULL);
}

/* ---- V1: parameters ---- */

static bool v1_complete(struct call *call, const struct rpc *rpc)
{
	static const char *const needed[] = { "AccessKeyId",    "Signature", "SignatureMethod", "SignatureVersion",
		                              "SignatureNonce", "Timestamp" };
	size_t i;

	for (i = 0; i < COUNT_OF(needed); i++) {
		if (text_empty(rpc_parameter(rpc, needed[i])))
			return call_refuse(call, REFUSE_PARAMETER_MISSING, needed[i]);
	}
	if (!text_equal_nocase(rpc_parameter(rpc, "SignatureMethod"), "HMAC-SHA1"))
		return call_refuse(call, REFUSE_AUTH_METHOD, NULL);
	if (!text_equal(rpc_parameter(rpc, "SignatureVersion"), "1.0"))
		return call_refuse(call, REFUSE_AUTH_VERSION, NULL);
	return true;
}

static bool authenticate_v1(struct call *call, const struct rpc *rpc)
{
	const char *nonce = rpc_parameter(rpc, "SignatureNonce");
	struct cached_key key;
	int64_t timestamp;
	const char *string;

	if (!v1_complete(call, rpc) || !find_key(call, rpc_parameter(rpc, "AccessKeyId"), &key) ||
	    !check_time(call, rpc_parameter(rpc, "Timestamp"), &timestamp) || !nonce_fresh(call, key.id, nonce))
		return false;
	string = sign_v1_string(&call->arena, call->request.method, rpc->all, rpc->n_all);
	if (!text_equal_secret(sign_v1_signature(&call->arena, key.secret, string), rpc_parameter(rpc, "Signature")))
		return call_refuse_detail(call, REFUSE_AUTH_MISMATCH, NULL, string);
	if (!nonce_use(call, key.id, nonce, timestamp) || !check_token(call, &key, rpc_parameter(rpc, "SecurityToken")))
		return false;
	become(call, &key);
	return true;
}

/* ---- V3: headers ---- */

/* Signed is what stands in a header without the blanks around it; used must be the same, and only one. Otherwise a
 * captured request could come again with another look. */
static const char *only_header(struct call *call, const char *name)
{
	const char *value = NULL;
	size_t length;
	size_t i;

	for (i = 0; i < call->request.n_headers; i++) {
		if (!text_equal_nocase(call->request.headers[i].name, name))
			continue;
		if (value)
			return NULL;
		value = call->request.headers[i].value;
	}
	if (!value)
		return NULL;
	value += strspn(value, " \t");
	length = strlen(value);
	while (length && (value[length - 1] == ' ' || value[length - 1] == '\t'))
		length--;
	return arena_text_n(&call->arena, value, length);
}

static bool v3_complete(struct call *call)
{
	static const struct {
		const char *header;
		const char *parameter; /* as the gateway calls it */
	} needed[] = { { "authorization", "AccessKeyId" },
		       { "x-acs-date", "Timestamp" },
		       { "x-acs-signature-nonce", "SignatureNonce" },
		       { "x-acs-content-sha256", "XAcsContentSha256" } };
	static const char *const single[] = { "x-acs-action", "x-acs-version", "x-acs-security-token", "host" };
	size_t i;

	for (i = 0; i < COUNT_OF(needed); i++) {
		if (text_empty(request_header(&call->request, needed[i].header)))
			return call_refuse(call, REFUSE_PARAMETER_MISSING, needed[i].parameter);
		if (text_empty(only_header(call, needed[i].header)))
			return call_refuse(call, REFUSE_AUTH_INCOMPLETE, NULL);
	}
	/* What chooses the operation must be one as well; the action may stand in a parameter instead. */
	for (i = 0; i < COUNT_OF(single); i++) {
		if (request_header(&call->request, single[i]) && !only_header(call, single[i]))
			return call_refuse(call, REFUSE_AUTH_INCOMPLETE, NULL);
	}
	return true;
}

static struct sign_v3_request v3_request(struct call *call, const struct rpc *rpc)
{
	const struct request *request = &call->request;
	struct sign_header *headers = arena_array(&call->arena, struct sign_header, request->n_headers);
	size_t i;

	for (i = 0; i < request->n_headers; i++)
		headers[i] = (struct sign_header){ request->headers[i].name, request->headers[i].value };
	return (struct sign_v3_request){
		.method = request->method,
		.path = request->path,
		.query = rpc->query,
		.n_query = rpc->n_query,
		.headers = headers,
		.n_headers = request->n_headers,
		.body = request->body,
		.body_length = request->body_length,
	};
}

static bool authenticate_v3(struct call *call, const struct rpc *rpc)
{
	const char *nonce = only_header(call, "x-acs-signature-nonce");
	struct sign_v3_authorization authorization;
	struct sign_v3_request signed_request;
	enum refusal_reason reason;
	struct cached_key key;
	const char *string = "";
	int64_t timestamp;

	if (!v3_complete(call))
		return false;
	reason = sign_v3_parse(&call->arena, request_header(&call->request, "authorization"), &authorization);
	if (reason != REFUSE_NONE)
		return call_refuse(call, reason, NULL);
	if (!find_key(call, authorization.key_id, &key) ||
	    !check_time(call, only_header(call, "x-acs-date"), &timestamp) ||
	    !nonce_fresh(call, key.id, nonce))
		return false;
	signed_request = v3_request(call, rpc);
	reason = sign_v3_verify(&call->arena, &signed_request, &authorization, key.secret, &string);
	if (reason != REFUSE_NONE)
		return call_refuse_detail(call, reason, NULL, string);
	if (!nonce_use(call, key.id, nonce, timestamp) ||
	    !check_token(call, &key, only_header(call, "x-acs-security-token")))
		return false;
	become(call, &key);
	return true;
}

bool rpc_authenticate(struct call *call, const struct rpc *rpc)
{
	return rpc->v3 ? authenticate_v3(call, rpc) : authenticate_v1(call, rpc);
}
