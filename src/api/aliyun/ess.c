#include "api/aliyun/ess.h"

#include <ctype.h>
#include <string.h>

#include "api/aliyun/ecs.h"
#include "base/moment.h"
#include "base/text.h"
#include "base/tree.h"

#define OPERATION(name) extern const struct operation ess_##name;
#include "api/aliyun/ess_operations.def"
#undef OPERATION

static const struct operation *const operations[] = {
#define OPERATION(name) &ess_##name,
#include "api/aliyun/ess_operations.def"
#undef OPERATION
	NULL,
};

/* Its pages have no Forbidden.RAM (DetachInstances page, error codes). */
static const struct error_row product_errors[] = {
	{ REFUSE_NOT_AUTHORISED, 403, "Forbidden.Unauthorized",
	  "A required authorization for the specified action is not supplied.", NULL },
	ROWS_END,
};

const struct product product_ess = {
	.name = "ess",
	.title = "Ess",
	.version = ESS_VERSION,
	.errors = product_errors,
	.rights_first = true,
	.operations = operations,
};

const struct product product_ess_later = {
	.name = "ess",
	.title = "Ess",
	.version = ESS_VERSION_LATER,
	.errors = product_errors,
	.rights_first = true,
	.edition = EDITION_LATER,
	.operations = operations,
};

static const struct field tag_in_fields[] = {
	TEXT(struct rpc_tag, key, "Key", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = 128),
	TEXT(struct rpc_tag, value, "Value", .max = 128),
	OPT_BOOL(struct rpc_tag, propagate, "Propagate", .doc = "true: the instances that the group makes from now on get it too."),
	FIELDS_END,
};
const struct shape ess_tag_in_shape = { sizeof(struct rpc_tag), tag_in_fields };

static const struct field tag_filter_fields[] = {
	TEXT(struct rpc_tag, key, "Key", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = 128),
	TEXT(struct rpc_tag, value, "Value", .max = 128),
	FIELDS_END,
};
const struct shape ess_tag_filter_shape = { sizeof(struct rpc_tag), tag_filter_fields };

/* ---- words ---- */

const char *const ess_member_state_words[] = { "Pending", "Pending:Wait", "InService", "Protected", "Standby",
	                                       "Stopped", "Removing",     "Removing:Wait", NULL };
const char *const ess_creation_words[] = { "AutoCreated", "Attached", NULL };
const char *const ess_health_words[] = { "Healthy", "Unhealthy", NULL };
const char *const ess_health_check_words[] = { "NONE", "ECS", "LOAD_BALANCER", NULL };
const char *const ess_activity_state_words[] = { "InProgress", "Successful", "Warning", "Failed", "Rejected", NULL };
static const char *const group_state_words[] = { "Inactive", "Active", "Deleting", NULL };

const char *const ess_multi_zone_words[] = { "PRIORITY", "COST_OPTIMIZED", "BALANCE", "COMPOSABLE", NULL };
const char *const ess_policy_words[] = { "recycle", "release", "forcerelease", "forcerecycle", NULL };
static const char *const removal_words[] = { "OldestInstance", "NewestInstance", "OldestScalingConfiguration", NULL };

int ess_position(const char *const *words, const char *word)
{
	int i;

	for (i = 0; words[i]; i++) {
		if (text_equal(words[i], word))
			return i;
	}
	return -1;
}

const char *ess_member_state(enum scaling_member_state state)
{
	return ess_member_state_words[state];
}

int ess_member_state_of(const char *word)
{
	return ess_position(ess_member_state_words, word);
}

const char *ess_group_state(enum scaling_group_state state)
{
	return group_state_words[state];
}

const char *ess_creation(enum scaling_creation creation)
{
	return ess_creation_words[creation];
}

const char *ess_health_check(enum scaling_health_check check)
{
	return ess_health_check_words[check];
}

enum scaling_health_check ess_health_check_of(const char *word)
{
	int found = ess_position(ess_health_check_words, word);

	return found < 0 ? SCALING_HEALTH_INSTANCE : (enum scaling_health_check)found;
}

const char *ess_activity_state(enum scaling_activity_state state)
{
	return ess_activity_state_words[state];
}

int ess_activity_state_of(const char *word)
{
	return ess_position(ess_activity_state_words, word);
}

/* ---- values ---- */

const char *ess_time(struct call *call, int64_t moment)
{
	return moment_minutes_text(call_work_arena(call), moment);
}

bool ess_name_check(struct call *call, const char *name, const char *parameter)
{
	const unsigned char *at = (const unsigned char *)text_or(name, "");
	bool good = text_empty(name) || isalnum(*at) || *at >= 0x80;

	for (; *at && good; at++)
		good = isalnum(*at) || *at >= 0x80 || strchr("-_.", *at);
	return good || call_refuse(call, REFUSE_PARAMETER_INVALID, parameter);
}

bool ess_weights(struct call *call, const struct texts *texts, size_t n_instances, const char *parameter,
                 const int64_t **ret)
{
	int64_t *weights = arena_array(call_work_arena(call), int64_t, n_instances);
	size_t i;

	*ret = NULL;
	if (texts->n == 0)
		return true;
	if (texts->n != n_instances)
		return call_refuse(call, REFUSE_PARAMETER_INVALID, parameter);
	for (i = 0; i < n_instances; i++) {
		if (!text_to_int64(texts->items[i], &weights[i]) || weights[i] < 0 || weights[i] > 100)
			return call_refuse(call, REFUSE_PARAMETER_INVALID, parameter);
	}
	*ret = weights;
	return true;
}

bool ess_policies(struct call *call, const struct texts *texts, const char **ret)
{
	size_t i;

	for (i = 0; i < texts->n; i++) {
		if (ess_position(removal_words, texts->items[i]) < 0)
			return call_refuse(call, REFUSE_PARAMETER_INVALID,
			                   call->edition == EDITION_LATER ? "RemovalPolicies" : "RemovalPolicy");
	}
	if (texts->n)
		*ret = ess_join(call, texts);
	return true;
}

bool ess_asks_hooks(struct call *call, const char *context, bool *ret)
{
	bool disabled = false;
	struct tree *tree;
	struct tree *member;
	const char *error;

	*ret = true;
	if (text_empty(context))
		return true;
	tree = tree_from_json(call_work_arena(call), context, strlen(context), TREE_DEPTH_MAX, &error);
	if (!tree || tree->kind != TREE_OBJECT)
		return call_refuse(call, REFUSE_PARAMETER_INVALID, "LifecycleHookContext");
	member = tree_find(tree, "DisableLifecycleHook");
	if (member && !text_to_bool(text_or(member->value, ""), &disabled))
		return call_refuse(call, REFUSE_PARAMETER_INVALID, "LifecycleHookContext");
	*ret = !disabled;
	return true;
}

const char *ess_join(struct call *call, const struct texts *texts)
{
	return text_list_of(call_work_arena(call), texts->items, texts->n);
}

struct texts ess_split(struct call *call, const char *list)
{
	size_t n = text_list_count(list);
	const char **items = arena_array(call_work_arena(call), const char *, n);
	size_t i;

	for (i = 0; i < n; i++)
		items[i] = text_list_next(call_work_arena(call), &list);
	return (struct texts){ items, n };
}

struct scaling_filter ess_filter(const struct call *call)
{
	struct scaling_filter filter = SCALING_FILTER_ANY;

	filter.account = call->caller.tenant.account;
	filter.scope = call->caller.tenant.scope;
	filter.region = call->caller.tenant.region;
	return filter;
}

#define X(name)                                                                                                          \
	bool ess_##name##_page(struct call *call, const struct scaling_filter *filter, const struct rpc_paging *paging,  \
	                       struct rpc_pages *ret_pages, struct name **ret, size_t *ret_n)                            \
	{                                                                                                                \
		struct rpc_list list;                                                                                    \
                                                                                                                         \
		if (!rpc_region_known(call) || !rpc_list_begin(call, paging, 1, 1, &list))                               \
			return false;                                                                                    \
		*ret_n = name##_list(call->work.txn, filter, &list.page, ret);                                           \
		rpc_list_end(&list,                                                                                      \
		             rpc_list_needs_count(&list, *ret_n) ? name##_count(call->work.txn, filter) :                \
		                                                   (int64_t)*ret_n,                                      \
		             ret_pages);                                                                                 \
		return true;                                                                                             \
	}
ESS_LISTS(X)
#undef X
