/* Lifecycle hooks, and the actions that wait for them. */
#include "api/aliyun/ecs.h"
#include "api/aliyun/ess.h"
#include "base/text.h"

#define ARN_MAX      512
#define METADATA_MAX 4096
#define HOOKS_PAGE   50

static const char *const transition_words[] = { "SCALE_OUT", "SCALE_IN", NULL };
static const char *const result_words[] = { "CONTINUE", "ABANDON", "ROLLBACK", NULL };
static const char *const status_words[] = { "Active", "InActive", NULL };
static const char *const action_words[] = { "Pending", "Timeout", "Completed", NULL };

#define TIMEOUT_FIELD(T, m) OPT_INT(T, m, "HeartbeatTimeout", .min = 30, .max = 21600, .doc = "Seconds; default 600.")

/* ---- CreateLifecycleHook ---- */

struct create_in {
	const char *group, *name, *transition, *result, *arn, *metadata;
	struct opt_int timeout;
};

struct create_out {
	const char *hook;
};

static const struct field create_in_fields[] = {
	TEXT(struct create_in, group, "ScalingGroupId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(struct create_in, name, "LifecycleHookName", .min = ESS_NAME_MIN, .max = ESS_NAME_MAX,
	     .doc = "Unique in the group. Default: the id."),
	TEXT(struct create_in, transition, "LifecycleTransition", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .values = transition_words),
	TEXT(struct create_in, result, "DefaultResult", .values = result_words, .doc = "When the time is over; default CONTINUE."),
	TIMEOUT_FIELD(struct create_in, timeout),
	TEXT(struct create_in, arn, "NotificationArn", .max = ARN_MAX, .doc = "Kept and shown; nothing is sent."),
	TEXT(struct create_in, metadata, "NotificationMetadata", .max = METADATA_MAX),
	FIELDS_END,
};

static const struct field create_out_fields[] = {
	TEXT(struct create_out, hook, "LifecycleHookId"),
	FIELDS_END,
};

static const struct error_row create_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	ESS_ROW_GROUP_UNKNOWN,
	{ REFUSE_LIFECYCLE_HOOK_NAME, 400, "InvalidLifecycleHookName.Duplicate",
	  "The specified value of parameter lifecycleHookName is duplicated.", NULL },
	{ REFUSE_LIFECYCLE_HOOK_LIMIT, 400, "QuotaExceeded.LifecycleHook",
	  "Lifecycle hook quota exceeded in the specified scaling group.", NULL },
	ROWS_END,
};

static bool create_run(struct call *call, const void *in_, void *out_)
{
	const struct create_in *in = in_;
	struct create_out *out = out_;
	struct lifecycle_hook hook = {
		.scaling_group = in->group,
		.name = in->name,
		.transition = (enum lifecycle_transition)ess_position(transition_words, in->transition),
		.default_result = text_empty(in->result) ? LIFECYCLE_CONTINUE :
		                                           (enum lifecycle_result)ess_position(result_words, in->result),
		.timeout = in->timeout.is == GIVEN ? in->timeout.value : 600,
		.notification_arn = in->arn,
		.notification_metadata = in->metadata,
	};

	return ess_name_check(call, in->name, "LifecycleHookName") &&
	       call_verb(call, lifecycle_hook_create(&call->work, &hook, &out->hook));
}

const struct operation ess_create_lifecycle_hook = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "CreateLifecycleHook",
	.mode = OPERATION_WRITE,
	.permission = "ess:CreateLifecycleHook",
	.resource = "scalinggroup/{ScalingGroupId}",
	.in = { sizeof(struct create_in), create_in_fields },
	.out = { sizeof(struct create_out), create_out_fields },
	.errors = create_errors,
	.run = create_run,
	.doc = "Instances that come, or go, wait until CompleteLifecycleAction or the time-out.",
};

/* ---- ModifyLifecycleHook ---- */

struct modify_in {
	const char *region, *group, *id, *name, *transition, *result, *status, *arn, *metadata;
	struct opt_int timeout;
};

#define WHICH_FIELDS(T)                                                                                     \
	TEXT(T, id, "LifecycleHookId"),                                                                      \
	TEXT(T, group, "ScalingGroupId"),                                                                    \
	TEXT(T, name, "LifecycleHookName", .max = ESS_NAME_MAX, .doc = "With ScalingGroupId, in place of the id.")

static const struct field modify_in_fields[] = {
	TEXT(struct modify_in, region, "RegionId"),
	WHICH_FIELDS(struct modify_in),
	TEXT(struct modify_in, transition, "LifecycleTransition", .values = transition_words),
	TEXT(struct modify_in, result, "DefaultResult", .values = result_words),
	TEXT(struct modify_in, status, "LifecycleHookStatus", .values = status_words, .doc = "InActive: it holds nobody."),
	TIMEOUT_FIELD(struct modify_in, timeout),
	TEXT(struct modify_in, arn, "NotificationArn", .max = ARN_MAX),
	TEXT(struct modify_in, metadata, "NotificationMetadata", .max = METADATA_MAX),
	FIELDS_END,
};

static const struct error_row which_errors[] = {
	ESS_ROW_REGION,
	{ REFUSE_LIFECYCLE_HOOK_UNKNOWN, 400, "InvalidLifecycleHookId.NotExist", "The specified lifecycleHookId not exist.", NULL },
	{ REFUSE_LIFECYCLE_HOOK_NAME_UNKNOWN, 400, "InvalidLifecycleHookName.NotExist",
	  "The specified lifecycleHookName you provided not exist.", NULL },
	ROWS_END,
};

static bool modify_run(struct call *call, const void *in_, void *out)
{
	const struct modify_in *in = in_;
	struct lifecycle_hook_change change = {
		.which = { in->id, in->group, in->name },
		.transition = ess_position(transition_words, in->transition),
		.default_result = ess_position(result_words, in->result),
		.disabled = ess_position(status_words, in->status),
		.timeout = { in->timeout.is == GIVEN, in->timeout.value },
		.notification_arn = in->arn,
		.notification_metadata = in->metadata,
	};

	(void)out;
	return call_verb(call, lifecycle_hook_modify(&call->work, &change));
}

const struct operation ess_modify_lifecycle_hook = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "ModifyLifecycleHook",
	.mode = OPERATION_WRITE,
	.permission = "ess:ModifyLifecycleHook",
	.resource = "scalinggroup/{ScalingGroupId}",
	.in = { sizeof(struct modify_in), modify_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = which_errors,
	.run = modify_run,
	.doc = "Changes what is given of a hook; who waits for it waits as before.",
};

/* ---- DeleteLifecycleHook ---- */

struct delete_in {
	const char *region, *group, *id, *name;
};

static const struct field delete_in_fields[] = {
	TEXT(struct delete_in, region, "RegionId"),
	WHICH_FIELDS(struct delete_in),
	FIELDS_END,
};

static const struct error_row delete_errors[] = {
	ESS_ROW_REGION,
	{ REFUSE_LIFECYCLE_HOOK_UNKNOWN, 400, "InvalidLifecycleHookId.NotExist", "The specified lifecycleHookId does not exist.", NULL },
	{ REFUSE_LIFECYCLE_HOOK_NAME_UNKNOWN, 400, "InvalidLifecycleHookName.NotExist",
	  "The specified lifecycleHookName you provided does not exist.", NULL },
	ROWS_END,
};

static bool delete_run(struct call *call, const void *in_, void *out)
{
	const struct delete_in *in = in_;

	(void)out;
	return call_verb(call, lifecycle_hook_delete(&call->work, &(struct lifecycle_hook_name){ in->id, in->group, in->name }));
}

const struct operation ess_delete_lifecycle_hook = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "DeleteLifecycleHook",
	.mode = OPERATION_WRITE,
	.permission = "ess:DeleteLifecycleHook",
	.resource = "scalinggroup/{ScalingGroupId}",
	.in = { sizeof(struct delete_in), delete_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = delete_errors,
	.run = delete_run,
	.doc = "Removes a hook; who waits for it waits on.",
};

/* ---- DescribeLifecycleHooks ---- */

struct hook_item {
	const char *id, *group, *name, *transition, *result, *status, *arn, *metadata;
	int64_t timeout;
};

static const struct field hook_fields[] = {
	TEXT(struct hook_item, id, "LifecycleHookId"),
	TEXT(struct hook_item, group, "ScalingGroupId"),
	TEXT(struct hook_item, name, "LifecycleHookName"),
	TEXT(struct hook_item, transition, "LifecycleTransition"),
	TEXT(struct hook_item, result, "DefaultResult"),
	TEXT(struct hook_item, status, "LifecycleHookStatus"),
	INT(struct hook_item, timeout, "HeartbeatTimeout"),
	TEXT(struct hook_item, arn, "NotificationArn"),
	TEXT(struct hook_item, metadata, "NotificationMetadata"),
	FIELDS_END,
};
static const struct shape hook_shape = { sizeof(struct hook_item), hook_fields };

struct hooks_in {
	const char *region, *group, *name;
	struct texts ids;
	struct rpc_paging paging;
};

struct hooks_out {
	struct items hooks;
	struct rpc_pages pages;
};

static const struct field hooks_in_fields[] = {
	TEXT(struct hooks_in, region, "RegionId"),
	TEXT(struct hooks_in, group, "ScalingGroupId"),
	TEXT(struct hooks_in, name, "LifecycleHookName"),
	TEXTS(struct hooks_in, ids, "LifecycleHookId", .later = "LifecycleHookIds", .max = 50),
	OPT_INT(struct hooks_in, paging.page_number, "PageNumber", .min = 1, .max = 1000000),
	OPT_INT(struct hooks_in, paging.page_size, "PageSize", .min = 1, .max = HOOKS_PAGE, .doc = "Default 50."),
	FIELDS_END,
};

static const struct field hooks_out_fields[] = {
	ITEMS(struct hooks_out, hooks, "LifecycleHooks", .item = "LifecycleHook", .of = &hook_shape),
	ESS_PAGES_FIELDS(struct hooks_out, pages),
	FIELDS_END,
};

static const struct error_row hooks_errors[] = {
	ESS_ROW_REGION,
	ROWS_END,
};

static void fill_hook(const struct lifecycle_hook *hook, struct hook_item *ret)
{
	*ret = (struct hook_item){
		.id = hook->id,
		.group = hook->scaling_group,
		.name = hook->name,
		.transition = transition_words[hook->transition],
		.result = result_words[hook->default_result],
		.status = status_words[hook->disabled],
		.arn = hook->notification_arn,
		.metadata = hook->notification_metadata,
		.timeout = hook->timeout,
	};
}

static bool hooks_run(struct call *call, const void *in_, void *out_)
{
	const struct hooks_in *in = in_;
	struct hooks_out *out = out_;
	struct rpc_paging paging = in->paging;
	struct scaling_filter filter = ess_filter(call);
	struct lifecycle_hook *rows;
	struct hook_item *items;
	size_t n;
	size_t i;

	if (paging.page_size.is != GIVEN)
		paging.page_size = (struct opt_int){ GIVEN, HOOKS_PAGE };
	filter.scaling_group = ecs_given(in->group);
	filter.ids = in->ids.n ? in->ids.items : NULL;
	filter.n_ids = in->ids.n;
	filter.names = &in->name;
	filter.n_names = text_empty(in->name) ? 0 : 1;
	if (!ess_lifecycle_hook_page(call, &filter, &paging, &out->pages, &rows, &n))
		return false;
	items = arena_array(call_work_arena(call), struct hook_item, n);
	for (i = 0; i < n; i++)
		fill_hook(&rows[i], &items[i]);
	out->hooks = (struct items){ items, n };
	return true;
}

const struct operation ess_describe_lifecycle_hooks = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "DescribeLifecycleHooks",
	.mode = OPERATION_READ,
	.permission = "ess:DescribeLifecycleHooks",
	.resource = "scalinggroup/*",
	.in = { sizeof(struct hooks_in), hooks_in_fields },
	.out = { sizeof(struct hooks_out), hooks_out_fields },
	.errors = hooks_errors,
	.run = hooks_run,
	.doc = "Lists lifecycle hooks, newest first, by filters and pages.",
};

/* ---- DescribeLifecycleActions ---- */

struct action_item {
	const char *token, *hook, *status, *result;
	struct texts instances;
};

static const struct field action_fields[] = {
	TEXT(struct action_item, token, "LifecycleActionToken"),
	TEXT(struct action_item, hook, "LifecycleHookId"),
	TEXT(struct action_item, status, "LifecycleActionStatus"),
	TEXT(struct action_item, result, "LifecycleActionResult"),
	TEXTS(struct action_item, instances, "InstanceIds", .item = "InstanceId"),
	FIELDS_END,
};
static const struct shape action_shape = { sizeof(struct action_item), action_fields };

struct actions_in {
	const char *region, *activity, *status, *next_token;
	struct opt_int max_results;
};

struct actions_out {
	struct items actions;
	int64_t total, max_results;
	const char *next_token;
};

static const struct field actions_in_fields[] = {
	TEXT(struct actions_in, region, "RegionId"),
	TEXT(struct actions_in, activity, "ScalingActivityId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(struct actions_in, status, "LifecycleActionStatus", .values = action_words),
	OPT_INT(struct actions_in, max_results, "MaxResults", .min = 1, .max = 50, .doc = "Default 10."),
	TEXT(struct actions_in, next_token, "NextToken"),
	FIELDS_END,
};

static const struct field actions_out_fields[] = {
	ITEMS(struct actions_out, actions, "LifecycleActions", .item = "LifecycleAction", .of = &action_shape),
	INT(struct actions_out, total, "TotalCount"),
	INT(struct actions_out, max_results, "MaxResults"),
	TEXT(struct actions_out, next_token, "NextToken", .flags = FIELD_OMIT_EMPTY),
	FIELDS_END,
};

static void fill_action(struct call *call, const struct lifecycle_action *action, struct action_item *ret)
{
	*ret = (struct action_item){
		.token = action->id,
		.hook = action->hook,
		.status = action_words[action->state],
		.result = result_words[action->result],
		.instances = ess_split(call, action->instances),
	};
}

static const struct error_row actions_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	ROWS_END,
};

static bool actions_run(struct call *call, const void *in_, void *out_)
{
	const struct actions_in *in = in_;
	struct actions_out *out = out_;
	struct rpc_paging paging = { .max_results = in->max_results, .next_token = in->next_token };
	struct scaling_filter filter = SCALING_FILTER_ANY;
	struct lifecycle_action *rows;
	struct action_item *items;
	struct rpc_list list;
	bool more;
	size_t n;
	size_t i;

	if (paging.max_results.is != GIVEN)
		paging.max_results = (struct opt_int){ GIVEN, 10 };
	if (!rpc_region_known(call) || !rpc_list_begin(call, &paging, 1, 50, &list))
		return false;
	filter.account = call->caller.tenant.account;
	filter.activity = in->activity;
	filter.state = text_empty(in->status) ? -1 : ess_position(action_words, in->status);
	n = lifecycle_action_list(call->work.txn, &filter, &list.page, &rows);
	more = rpc_list_more(&list, &n);
	items = arena_array(call_work_arena(call), struct action_item, n);
	for (i = 0; i < n; i++)
		fill_action(call, &rows[i], &items[i]);
	out->actions = (struct items){ items, n };
	out->total = lifecycle_action_count(call->work.txn, &filter);
	out->max_results = paging.max_results.value;
	out->next_token = more ? rpc_next_token(call, rows[n - 1].created_at, rows[n - 1].id) : "";
	return true;
}

const struct operation ess_describe_lifecycle_actions = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "DescribeLifecycleActions",
	.mode = OPERATION_READ,
	.permission = "ess:DescribeLifecycleActions",
	.resource = "scalinggroup/*",
	.in = { sizeof(struct actions_in), actions_in_fields },
	.out = { sizeof(struct actions_out), actions_out_fields },
	.errors = actions_errors,
	.run = actions_run,
	.doc = "Lists what the instances of an activity wait for, or waited for.",
};

/* ---- CompleteLifecycleAction, RecordLifecycleActionHeartbeat ---- */

struct complete_in {
	const char *region, *hook, *token, *result, *client_token;
};

static const struct field complete_in_fields[] = {
	TEXT(struct complete_in, region, "RegionId"),
	TEXT(struct complete_in, hook, "LifecycleHookId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(struct complete_in, token, "LifecycleActionToken", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(struct complete_in, result, "LifecycleActionResult", .values = result_words, .doc = "Default: the hook's."),
	TEXT(struct complete_in, client_token, "ClientToken", .flags = FIELD_CLIENT_TOKEN, .max = ESS_CLIENT_TOKEN_MAX,
	     .doc = "A repeat within 24 hours gets the first answer."),
	FIELDS_END,
};

#define ROW_ACTION_UNKNOWN                                                                                            \
	{ REFUSE_LIFECYCLE_ACTION_UNKNOWN, 400, "LifecycleHookIdAndLifecycleActionToken.Invalid",                     \
	  "The specified lifecycleActionToken and lifecycleHookId you provided does not match any in process "        \
	  "lifecycle action.", NULL }

static const struct error_row complete_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	ROW_ACTION_UNKNOWN,
	ROWS_END,
};

static bool complete_run(struct call *call, const void *in_, void *out)
{
	const struct complete_in *in = in_;

	(void)out;
	return call_verb(call, lifecycle_action_complete(&call->work, in->hook, in->token, ess_position(result_words, in->result)));
}

const struct operation ess_complete_lifecycle_action = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "CompleteLifecycleAction",
	.mode = OPERATION_WRITE,
	.permission = "ess:CompleteLifecycleAction",
	.resource = "scalinggroup/*",
	.in = { sizeof(struct complete_in), complete_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = complete_errors,
	.opens_jobs = true,
	.run = complete_run,
	.doc = "Instances that wait for a hook go on, are given up (ABANDON), or the activity is taken back (ROLLBACK).",
};

struct heartbeat_in {
	const char *region, *hook, *token;
	struct opt_int timeout;
};

static const struct field heartbeat_in_fields[] = {
	TEXT(struct heartbeat_in, region, "RegionId"),
	TEXT(struct heartbeat_in, hook, "lifecycleHookId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .also = "LifecycleHookId"),
	TEXT(struct heartbeat_in, token, "lifecycleActionToken", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY,
	     .also = "LifecycleActionToken"),
	OPT_INT(struct heartbeat_in, timeout, "heartbeatTimeout", .min = 30, .max = 21600, .also = "HeartbeatTimeout",
	        .doc = "Seconds from now; default 600."),
	FIELDS_END,
};

static const struct error_row heartbeat_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	ROW_ACTION_UNKNOWN,
	{ REFUSE_LIFECYCLE_WAIT_LIMIT, 400, "LifecycleAction.TimeExceeded",
	  "The specified parameter heartbeatTime exceed lifecycleAction max suspend time.", NULL },
	ROWS_END,
};

static bool heartbeat_run(struct call *call, const void *in_, void *out)
{
	const struct heartbeat_in *in = in_;
	int64_t seconds = in->timeout.is == GIVEN ? in->timeout.value : 600;

	(void)out;
	return call_verb(call, lifecycle_action_prolong(&call->work, in->hook, in->token, seconds));
}

const struct operation ess_record_lifecycle_action_heartbeat = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "RecordLifecycleActionHeartbeat",
	.mode = OPERATION_WRITE,
	.permission = "ess:RecordLifecycleActionHeartbeat",
	.resource = "scalinggroup/*",
	.in = { sizeof(struct heartbeat_in), heartbeat_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = heartbeat_errors,
	.opens_jobs = true,
	.run = heartbeat_run,
	.doc = "Instances wait longer for a hook.",
};
