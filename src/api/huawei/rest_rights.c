/* IAM as its policies see a call: the names of resources, and what conditions may ask for. */
#include <string.h>

#include "api/huawei/rest.h"
#include "base/text.h"

enum { CURRENT_TIME, SOURCE_IP, MFA_PRESENT, USER_ID, USER_NAME, N_KEYS };

/* IAM, "Policy syntax": global condition keys. */
static const struct policy_key keys[N_KEYS + 1] = {
	[CURRENT_TIME] = { "g:CurrentTime", POLICY_KEY_MOMENT },
	[SOURCE_IP] = { "g:SourceIp", POLICY_KEY_ADDRESS },
	[MFA_PRESENT] = { "g:MFAPresent", POLICY_KEY_TRUTH },
	[USER_ID] = { "g:UserId", POLICY_KEY_TEXT },
	[USER_NAME] = { "g:UserName", POLICY_KEY_TEXT },
};

static const char *const versions[] = { "1.1", NULL };

static const struct policy_language language = {
	.versions = versions,
	.keys = keys,
	.resource_prefix = "",
	.resource_optional = true,
};

static void read_values(struct call *call, struct policy_value *values)
{
	const struct caller *caller = &call->caller;

	/* Cloud time: all that a client can see of time here is the cloud's. */
	values[CURRENT_TIME] = (struct policy_value){ .given = true, .moment = call->now };
	values[SOURCE_IP] = (struct policy_value){ .given = !text_empty(call->request.remote), .text = call->request.remote };
	values[MFA_PRESENT] = (struct policy_value){ .given = true, .truth = false };
	values[USER_ID] = (struct policy_value){ .given = !text_empty(caller->user_id), .text = caller->user_id };
	values[USER_NAME] = (struct policy_value){ .given = !text_empty(caller->user), .text = caller->user };
}

/* "ecs:cn-north-4:1000000000000002:instance:5f..." */
static const char *name(struct call *call, const char *region, const char *kind, const char *id)
{
	const char *permission = call->operation->permission;

	return arena_printf(call_work_arena(call), "%.*s:%s:%s:%s%s%s", (int)strcspn(permission, ":"), permission, region,
	                    call->caller.tenant.account, kind, *kind ? ":" : "", id);
}

const struct dialect_rights rest_rights = {
	.realm = "huawei",
	.language = &language,
	.n_values = N_KEYS,
	.read_values = read_values,
	.name = name,
};
