#include "api/huawei/token.h"

#include "api/keys.h"
#include "api/rights.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/realm.h"

#define SHOWN_DIGITS 12 /* of its digest, in logs: enough to tell tokens apart */

struct looking {
	struct call *call;
	const char *text;
	struct rest_token *token;
	bool found;
};

static bool look(struct txn *txn, void *context)
{
	struct looking *l = context;
	struct rest_token *token = l->token;

	*token = (struct rest_token){ 0 };
	l->found = token_find(txn, &l->call->arena, l->text, &token->row) &&
	           account_get(txn, token->row.account, &token->account) &&
	           text_equal(token->account.realm, realm_huawei.name) &&
	           (text_empty(token->row.scope) || project_get(txn, token->row.scope, &token->project));
	if (l->found)
		token->user = iam_user_of(txn, &token->account, token->row.holder);
	return true;
}

bool rest_token_look(struct call *call, const char *text, struct rest_token *ret)
{
	struct looking looking = { .call = call, .text = text, .token = ret };
	enum store_outcome outcome = store_read(call->api->core->store, look, &looking, &call->arena);

	if (outcome != STORE_DONE) {
		call_take_outcome(call, outcome);
		return false;
	}
	if (!looking.found)
		return call_refuse(call, REFUSE_TOKEN_UNKNOWN, NULL);
	if (moment_now() >= ret->row.expires_at)
		return call_refuse(call, REFUSE_TOKEN_OLD, iam_moment(&call->arena, ret->row.expires_at));
	return true;
}

static void become(struct call *call, const struct rest_token *token)
{
	call->token = &token->row;
	call->caller.tenant = (struct tenant){
		.realm = realm_huawei.name,
		.account = token->account.id,
		.scope = token->project.id,
		.region = token->project.region,
	};
	if (call->rights && *rights_user(call->rights)) {
		call->caller.user = rights_user(call->rights);
		call->caller.user_id = rights_user_id(call->rights);
	}
	if (!text_empty(token->row.role)) {
		call->caller.role = token->row.role;
		call->caller.session = "";
	}
}

bool rest_token_authenticate(struct call *call, const char *text)
{
	struct rest_token *token = arena_new(&call->arena, struct rest_token);

	if (!rest_token_look(call, text, token))
		return false;
	call->caller.key_id = arena_printf(&call->arena, "token-%.*s", SHOWN_DIGITS, token->row.id);
	if (!key_cache_rights(call->api->keys, token->row.account, token->row.role, token->row.holder, &call->rights))
		return call_refuse(call, REFUSE_TOKEN_UNKNOWN, NULL);
	become(call, token);
	return true;
}
