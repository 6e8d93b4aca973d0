#include "api/huawei/token.h"

#include <string.h>

#include "api/keys.h"
#include "api/rights.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/realm.h"

#define HASH_SHOWN 8 /* digits of a token's hash in the log: enough to follow it, no help in using it */

struct showing {
	const char *text;
	enum token_answer answer;
	struct token token;
	struct project project;
	struct account account;
};

static bool look(struct txn *txn, void *context)
{
	struct showing *showing = context;

	showing->answer = token_find(txn, showing->text, moment_now(), &showing->token);
	if (showing->answer == TOKEN_NONE)
		return true;
	if (!account_get(txn, showing->token.account, &showing->account) ||
	    !text_equal(showing->account.realm, realm_huawei.name))
		showing->answer = TOKEN_NONE;
	else if (*showing->token.project)
		project_get(txn, showing->token.project, &showing->project);
	return true;
}

const char *token_moment(struct arena *arena, int64_t moment)
{
	const char *millis = moment_millis_text(arena, moment);

	return arena_printf(arena, "%.*s000Z", (int)(strlen(millis) - 1), millis);
}

/* A user's rights; its account's own has none, and so every right. */
static bool take_rights(struct call *call, const struct token *token)
{
	if (!*token->user)
		return true;
	call->rights = key_cache_rights(call->api->keys, token->user);
	if (!call->rights)
		return call_refuse(call, REFUSE_AUTH_TOKEN_UNKNOWN, NULL);
	call->caller.user = rights_user(call->rights);
	call->caller.user_id = rights_user_id(call->rights);
	return true;
}

bool token_authenticate(struct call *call, const char *text)
{
	struct showing *showing = arena_new(&call->arena, struct showing);
	enum store_outcome outcome;

	showing->text = text;
	outcome = store_read(call->api->core->store, look, showing, &call->arena);
	if (outcome != STORE_DONE) {
		call_take_outcome(call, outcome);
		return false;
	}
	if (showing->answer == TOKEN_NONE)
		return call_refuse(call, REFUSE_AUTH_TOKEN_UNKNOWN, NULL);
	call->caller.key_id = arena_printf(&call->arena, "token-%.*s", HASH_SHOWN, showing->token.hash);
	if (showing->answer == TOKEN_OLD)
		return call_refuse(call, REFUSE_AUTH_TOKEN_EXPIRED, token_moment(&call->arena, showing->token.expires_at));
	call->caller.tenant = (struct tenant){ .realm = realm_huawei.name, .account = showing->token.account };
	if (*showing->token.project) {
		call->caller.tenant.scope = showing->project.id;
		call->caller.tenant.region = showing->project.region;
	}
	call->of_dialect = &showing->token;
	return take_rights(call, &showing->token);
}

const struct token *token_of(const struct call *call)
{
	return call->of_dialect;
}

struct token_user token_user_of(struct txn *txn, const struct account *account, const char *user)
{
	struct principal row;

	if (text_empty(user) || !principal_get(txn, user, &row))
		return (struct token_user){ account->id, account->name };
	return (struct token_user){ row.id, row.name };
}
