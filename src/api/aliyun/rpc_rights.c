/* RAM as its policies see a call: the names of resources, what conditions may ask for, and what is told of a refusal. */
#include <string.h>

#include "api/aliyun/rpc.h"
#include "base/text.h"
#include "base/writer.h"

#define DIAGNOSIS_MAX ((size_t)65536)

enum { SOURCE_IP, CURRENT_TIME, SECURE_TRANSPORT, MFA_PRESENT, USER_AGENT, N_KEYS };

/* RAM, "Policy elements": conditions. */
static const struct policy_key keys[N_KEYS + 1] = {
	[SOURCE_IP] = { "acs:SourceIp", POLICY_KEY_ADDRESS },
	[CURRENT_TIME] = { "acs:CurrentTime", POLICY_KEY_MOMENT },
	[SECURE_TRANSPORT] = { "acs:SecureTransport", POLICY_KEY_TRUTH },
	[MFA_PRESENT] = { "acs:MFAPresent", POLICY_KEY_TRUTH },
	[USER_AGENT] = { "acs:UserAgent", POLICY_KEY_TEXT },
};

static const char *const versions[] = { "1", NULL };

static const struct policy_language language = {
	.versions = versions,
	.keys = keys,
	.resource_prefix = "acs:",
};

static void read_values(struct call *call, struct policy_value *values)
{
	const char *agent = request_header(&call->request, "user-agent");

	values[SOURCE_IP] = (struct policy_value){ .given = !text_empty(call->request.remote), .text = call->request.remote };
	/* Cloud time: all that a client can see of time here is the cloud's. */
	values[CURRENT_TIME] = (struct policy_value){ .given = true, .moment = call->now };
	values[SECURE_TRANSPORT] = (struct policy_value){ .given = true, .truth = call->request.secure };
	values[MFA_PRESENT] = (struct policy_value){ .given = true, .truth = false };
	values[USER_AGENT] = (struct policy_value){ .given = agent != NULL, .text = agent };
}

/* "acs:ecs:cn-hangzhou:1000000000000001:disk/d-1"; what is a whole name already stays. */
static const char *name(struct call *call, const char *region, const char *kind, const char *id)
{
	const char *permission = call->operation->permission;

	if (!*kind && text_starts(id, "acs:"))
		return id;
	return arena_printf(call_work_arena(call), "acs:%.*s:%s:%s:%s%s%s", (int)strcspn(permission, ":"), permission, region,
	                    call->caller.tenant.account, kind, *kind ? "/" : "", id);
}

const struct dialect_rights rpc_rights = {
	.realm = "aliyun",
	.language = &language,
	.n_values = N_KEYS,
	.read_values = read_values,
	.name = name,
};

/* ---- refusals ---- */

/* Opaque to clients; here it can be read: base64 of JSON. */
static const char *diagnosis(struct call *call)
{
	struct buf BUF_CLEANUP json;
	struct writer writer;

	buf_init(&json, DIAGNOSIS_MAX);
	writer_init(&writer, &writer_json, &json);
	writer_json.object_begin(&writer, NULL);
	writer_json.text(&writer, "Action", call->denial->action);
	writer_json.text(&writer, "Resource", call->denial->resource);
	writer_json.text(&writer, "SourceIp", call->request.remote);
	writer_json.object_end(&writer, NULL);
	return text_base64(&call->arena, (const uint8_t *)buf_text(&json), json.length);
}

void rpc_write_denial(struct call *call, struct writer *writer)
{
	const struct caller *caller = &call->caller;
	const struct denial *denial = call->denial;
	const char *display = caller->user_id;

	if (caller->role)
		display = arena_printf(&call->arena, "%s:%s", caller->role, caller->session);
	writer->format->object_begin(writer, "AccessDeniedDetail");
	writer->format->text(writer, "AuthAction", denial->action);
	writer->format->text(writer, "AuthPrincipalDisplayName", display);
	writer->format->text(writer, "AuthPrincipalOwnerId", caller->tenant.account);
	writer->format->text(writer, "AuthPrincipalType", caller->role ? "AssumedRoleUser" : "SubUser");
	writer->format->text(writer, "EncodedDiagnosticMessage", diagnosis(call));
	writer->format->text(writer, "NoPermissionType", denial->explicitly ? "ExplicitDeny" : "ImplicitDeny");
	writer->format->text(writer, "PolicyType", denial->by_session ? "SessionPolicy" : "AccountLevelIdentityBasedPolicy");
	writer->format->object_end(writer, "AccessDeniedDetail");
}
