#include "api/newcomer.h"

#include <stdio.h>

#include "api/keys.h"
#include "base/log.h"
#include "base/text.h"
#include "core/account.h"

struct newcomer {
	struct account account; /* its texts: of the transaction */
	bool made;              /* and not found, where another call of the key was faster */
	char id[33];
	enum store_outcome outcome;
};

bool newcomer_refuse(struct call *call, const char *key)
{
	bool meant = call->api->settings.own_accounts && text_starts(key, OWN_KEY_PREFIX);

	return call_refuse(call, meant ? REFUSE_KEY_MALFORMED : REFUSE_KEY_UNKNOWN, key);
}

void newcomer_begin(struct call *call)
{
	call->newcomer = arena_new(&call->arena, struct newcomer);
}

static bool take(struct txn *txn, void *context)
{
	struct call *call = context;
	struct newcomer *newcomer = call->newcomer;
	const char *key = call->caller.key_id;
	bool done;

	work_begin(&call->work, call->api->core, txn, &call->caller, clock_now(&call->api->core->clock));
	newcomer->made = !account_of_own_key(txn, key, &newcomer->account);
	done = account_for_own_key(&call->work, call->caller.tenant.realm, key, call->api->settings.max_accounts,
	                           &newcomer->account);
	if (!done)
		call->refusal = call->work.refusal;
	return done;
}

/* The next call of the key finds it in memory; one that looked before finds it in the store. */
static void taken(void *context, enum store_outcome outcome)
{
	struct call *call = context;
	struct newcomer *newcomer = call->newcomer;

	newcomer->outcome = outcome;
	if (outcome == STORE_DONE) {
		snprintf(newcomer->id, sizeof newcomer->id, "%s", newcomer->account.id);
		key_cache_add_own(call->api->keys, &newcomer->account);
	}
	call_resume(call);
}

void newcomer_submit(struct call *call)
{
	store_submit(call->api->core->store, take, call, &call->work_arena, taken);
}

bool newcomer_end(struct call *call)
{
	struct newcomer *newcomer = call->newcomer;

	call->newcomer = NULL;
	call_take_outcome(call, newcomer->outcome);
	if (newcomer->outcome == STORE_DONE && newcomer->made)
		log_event(LOG_INFO, "account-made", LOG_TEXT_PAIR("account", newcomer->id),
		          LOG_TEXT_PAIR("key", call->caller.key_id));
	if (newcomer->outcome == STORE_DONE)
		call->caller.tenant.account = newcomer->id;
	else if (call->refusal.subject) /* the transaction's memory is about to be another's */
		call->refusal.subject = arena_text(&call->arena, call->refusal.subject);
	return newcomer->outcome == STORE_DONE;
}

bool newcomer_still_there(struct call *call)
{
	const char *id = call->caller.tenant.account;
	struct account account;

	if (!call->api->settings.own_accounts || text_empty(id) || account_get(call->work.txn, id, &account))
		return true;
	return call_refuse(call, REFUSE_KEY_UNKNOWN, call->caller.key_id);
}
