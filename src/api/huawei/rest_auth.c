/* Who calls: the signature of an access key, or a token. */
#include <string.h>

#include "api/huawei/rest.h"
#include "api/huawei/sign.h"
#include "api/huawei/token.h"
#include "api/keys.h"
#include "api/rights.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/realm.h"

#define TIME_WINDOW (15 * MINUTE)
#define DATE_LENGTH 16 /* "20261121T004150Z" */

static bool find_key(struct call *call, const char *id, struct cached_key *ret)
{
	/* The log and the journal name the key even where it is refused or unknown. */
	call->caller.key_id = id;
	if (!key_cache_find_in(call->api->keys, realm_huawei.name, id, ret))
		return call_refuse(call, REFUSE_KEY_UNKNOWN, id);
	call->rights = ret->rights; /* and its to release */
	return ret->active || call_refuse(call, REFUSE_KEY_DISABLED, id);
}

/* "20261121T004150Z" as moment_parse() reads it. */
static bool parse_date(const char *text, int64_t *ret)
{
	char whole[] = "0000-00-00T00:00:00Z";

	if (strlen(text) != DATE_LENGTH)
		return false;
	memcpy(whole, text, 4);
	memcpy(whole + 5, text + 4, 2);
	memcpy(whole + 8, text + 6, 5);
	memcpy(whole + 14, text + 11, 2);
	memcpy(whole + 17, text + 13, 3);
	return moment_parse(whole, ret);
}

static const char *date_text(struct arena *arena, int64_t moment)
{
	const char *whole = moment_seconds_text(arena, moment);

	return arena_printf(arena, "%.4s%.2s%.5s%.2s%.3s", whole, whole + 5, whole + 8, whole + 14, whole + 17);
}

static bool check_time(struct call *call, const char *text)
{
	int64_t now = moment_now();
	int64_t sent;

	if (!text || !parse_date(text, &sent))
		return call_refuse(call, REFUSE_AUTH_TIME_FORMAT, text_or(text, ""));
	if (sent < now - TIME_WINDOW || sent > now + TIME_WINDOW)
		return call_refuse_detail(call, REFUSE_AUTH_TIME_EXPIRED, text, date_text(&call->arena, now));
	return true;
}

/* Whoever carries the request must not be able to make it younger. */
static bool signs_date(const struct sign_authorization *authorization)
{
	size_t i;

	for (i = 0; i < authorization->n_names; i++) {
		if (text_equal(authorization->names[i], "x-sdk-date"))
			return true;
	}
	return false;
}

/* The gateway shows lines with bars between them. */
static const char *in_one_line(struct arena *arena, const char *text)
{
	char *line = arena_text(arena, text);
	char *at;

	for (at = line; *at; at++) {
		if (*at == '\n')
			*at = '|';
	}
	return line;
}

static void become(struct call *call, const struct cached_key *key)
{
	call->caller.tenant = (struct tenant){
		.realm = realm_huawei.name,
		.account = arena_text(&call->arena, key->account),
	};
	if (call->rights && *rights_user(call->rights)) {
		call->caller.user = rights_user(call->rights);
		call->caller.user_id = rights_user_id(call->rights);
	}
	if (*key->role) {
		call->caller.role = arena_text(&call->arena, key->role);
		call->caller.session = arena_text(&call->arena, key->session);
	}
}

static bool authenticate_signature(struct call *call, const char *header)
{
	struct sign_authorization authorization;
	enum refusal_reason reason = sign_parse(&call->arena, header, &authorization);
	const char *canonical = "";
	struct cached_key key;

	if (reason == REFUSE_NONE && !signs_date(&authorization))
		reason = REFUSE_AUTH_INCOMPLETE;
	if (reason != REFUSE_NONE)
		return call_refuse(call, reason, NULL);
	if (!find_key(call, authorization.key_id, &key) || !check_time(call, request_header(&call->request, "x-sdk-date")))
		return false;
	reason = sign_verify(&call->arena, &call->request, &authorization, key.secret, &canonical);
	if (reason == REFUSE_NONE)
		reason = key_cache_check_token(call->api->keys, &key, request_header(&call->request, "x-security-token"),
		                               moment_now());
	if (reason != REFUSE_NONE)
		return call_refuse(call, reason, in_one_line(&call->arena, canonical));
	become(call, &key);
	return true;
}

bool rest_authenticate(struct call *call)
{
	const char *header = request_header(&call->request, "authorization");
	const char *token;

	if (header)
		return authenticate_signature(call, header);
	token = request_header(&call->request, "x-auth-token");
	if (!text_empty(token))
		return rest_token_authenticate(call, token);
	return call_refuse(call, REFUSE_AUTH_NONE, NULL);
}
