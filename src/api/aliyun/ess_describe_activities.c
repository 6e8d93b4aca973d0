/* DescribeScalingActivities, DescribeScalingActivityDetail. */
#include "api/aliyun/ecs.h"
#include "api/aliyun/ess.h"
#include "api/aliyun/ess_activity_text.h"
#include "base/text.h"

struct error_item {
	const char *code, *message, *description;
	struct texts failed;
};

static const struct field error_fields[] = {
	TEXT(struct error_item, code, "Code"),
	TEXT(struct error_item, message, "Message"),
	TEXT(struct error_item, description, "Description"),
	TEXTS(struct error_item, failed, "FailedInstanceIds", .item = "FailedInstanceIds"),
	FIELDS_END,
};
static const struct shape error_shape = { sizeof(struct error_item), error_fields };

struct activity_item {
	const char *id, *group, *state, *cause, *description, *message, *detail, *trigger_type, *trigger, *metadata, *started_at,
		*ended_at, *total, *created_total, *attached_total, *error_code, *error_message;
	int64_t progress, amount, n_created, n_destroyed, n_started, n_stopped;
	struct texts created, destroyed, started, stopped;
	struct items errors;
};

static const struct field item_fields[] = {
	TEXT(struct activity_item, id, "ScalingActivityId"),
	TEXT(struct activity_item, group, "ScalingGroupId"),
	TEXT(struct activity_item, state, "StatusCode", .doc = "InProgress, Successful, Warning, Failed."),
	TEXT(struct activity_item, message, "StatusMessage"),
	INT(struct activity_item, progress, "Progress", .doc = "Per cent."),
	TEXT(struct activity_item, cause, "Cause"),
	TEXT(struct activity_item, description, "Description"),
	TEXT(struct activity_item, detail, "Detail"),
	TEXT(struct activity_item, started_at, "StartTime"),
	TEXT(struct activity_item, ended_at, "EndTime", .flags = FIELD_OMIT_EMPTY),
	TEXT(struct activity_item, total, "TotalCapacity", .flags = FIELD_OMIT_EMPTY, .doc = "After it."),
	TEXT(struct activity_item, created_total, "AutoCreatedCapacity", .flags = FIELD_OMIT_EMPTY),
	TEXT(struct activity_item, attached_total, "AttachedCapacity", .flags = FIELD_OMIT_EMPTY),
	INT(struct activity_item, amount, "ScalingInstanceNumber"),
	TEXT(struct activity_item, trigger_type, "TriggerSourceType", .doc = "Api, or Ess where the group acts by itself."),
	TEXT(struct activity_item, trigger, "TriggerSourceId", .flags = FIELD_OMIT_EMPTY),
	TEXT(struct activity_item, metadata, "ActivityMetadata", .flags = FIELD_OMIT_EMPTY),
	TEXT(struct activity_item, error_code, "ErrorCode", .flags = FIELD_OMIT_EMPTY),
	TEXT(struct activity_item, error_message, "ErrorMessage", .flags = FIELD_OMIT_EMPTY),
	ITEMS(struct activity_item, errors, "ErrorMessages", .item = "ErrorMessages", .of = &error_shape),
	TEXTS(struct activity_item, created, "CreatedInstances", .item = "CreatedInstance"),
	INT(struct activity_item, n_created, "CreatedCapacity"),
	TEXTS(struct activity_item, destroyed, "DestroyedInstances", .item = "DestroyedInstance"),
	INT(struct activity_item, n_destroyed, "DestroyedCapacity"),
	TEXTS(struct activity_item, started, "StartedInstances", .item = "StartedInstance"),
	INT(struct activity_item, n_started, "StartedCapacity"),
	TEXTS(struct activity_item, stopped, "StoppedInstances", .item = "StoppedInstance"),
	INT(struct activity_item, n_stopped, "StoppedCapacity"),
	FIELDS_END,
};
static const struct shape item_shape = { sizeof(struct activity_item), item_fields };

/* Each step is a part of the whole. */
static int64_t progress_of(const struct scaling_activity *activity)
{
	return activity->state == SCALING_IN_PROGRESS ? 100 * (int64_t)activity->step / SCALING_STEP_MAX : 100;
}

static const char *after(struct call *call, const struct scaling_activity *activity, int64_t number)
{
	return activity->state == SCALING_IN_PROGRESS ? "" : arena_printf(call_work_arena(call), "%lld", (long long)number);
}

/* What failed, with the instances that were put back. */
static struct items errors_of(struct call *call, const struct scaling_activity *activity, const struct ess_activity_text *text)
{
	struct error_item *item = arena_new(call_work_arena(call), struct error_item);

	*item = (struct error_item){ text->error_code, text->error_message, text->message, ess_split(call, activity->failed) };
	return (struct items){ item, text_empty(text->error_code) ? 0 : 1 };
}

static bool is_asked_for(enum scaling_cause cause)
{
	return cause == SCALING_BY_CALL || cause == SCALING_BY_ADJUSTMENT || cause == SCALING_BY_RULE;
}

static void fill_item(struct call *call, const struct scaling_activity *activity, struct activity_item *ret)
{
	struct ess_activity_text text = ess_activity_text(call, activity);

	*ret = (struct activity_item){
		.id = activity->id,
		.group = activity->scaling_group,
		.state = ess_activity_state(activity->state),
		.message = text.message,
		.cause = text.cause,
		.description = text.description,
		.detail = text.detail,
		.error_code = text.error_code,
		.error_message = text.error_message,
		.progress = progress_of(activity),
		.started_at = ess_time(call, activity->created_at),
		.ended_at = ess_time(call, activity->ended_at),
		.total = after(call, activity, activity->total_after),
		.created_total = after(call, activity, activity->created_after),
		.attached_total = after(call, activity, activity->attached_after),
		.amount = activity->amount,
		.trigger_type = is_asked_for(activity->cause) ? "Api" : "Ess",
		.trigger = activity->source,
		.metadata = activity->metadata,
		.errors = errors_of(call, activity, &text),
		.created = ess_split(call, activity->created),
		.destroyed = ess_split(call, activity->destroyed),
	};
	ret->n_created = (int64_t)ret->created.n;
	ret->n_destroyed = (int64_t)ret->destroyed.n;
}

struct describe_in {
	const char *region, *group, *state, *refresh;
	struct texts ids;
	struct rpc_paging paging;
};

struct describe_out {
	struct items activities;
	struct rpc_pages pages;
};

static const struct field describe_in_fields[] = {
	TEXT(struct describe_in, region, "RegionId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(struct describe_in, group, "ScalingGroupId"),
	TEXTS(struct describe_in, ids, "ScalingActivityId", .later = "ScalingActivityIds", .max = 50),
	TEXT(struct describe_in, state, "StatusCode", .values = ess_activity_state_words),
	TEXT(struct describe_in, refresh, "InstanceRefreshTaskId", .flags = FIELD_ACCEPTED),
	ESS_PAGING_FIELDS(struct describe_in, paging, 50),
	FIELDS_END,
};

static const struct field describe_out_fields[] = {
	ITEMS(struct describe_out, activities, "ScalingActivities", .item = "ScalingActivity", .of = &item_shape),
	ESS_PAGES_FIELDS(struct describe_out, pages),
	FIELDS_END,
};

static const struct error_row describe_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	ROWS_END,
};

static struct scaling_filter make_filter(const struct call *call, const struct describe_in *in)
{
	struct scaling_filter filter = ess_filter(call);

	filter.scaling_group = ecs_given(in->group);
	filter.ids = in->ids.n ? in->ids.items : NULL;
	filter.n_ids = in->ids.n;
	filter.state = text_empty(in->state) ? -1 : ess_activity_state_of(in->state);
	return filter;
}

static bool describe_run(struct call *call, const void *in_, void *out_)
{
	const struct describe_in *in = in_;
	struct describe_out *out = out_;
	struct scaling_filter filter = make_filter(call, in);
	struct scaling_activity *rows;
	struct activity_item *items;
	size_t n;
	size_t i;

	if (!ess_scaling_activity_page(call, &filter, &in->paging, &out->pages, &rows, &n))
		return false;
	items = arena_array(call_work_arena(call), struct activity_item, n);
	for (i = 0; i < n; i++)
		fill_item(call, &rows[i], &items[i]);
	out->activities = (struct items){ items, n };
	return true;
}

const struct operation ess_describe_scaling_activities = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "DescribeScalingActivities",
	.mode = OPERATION_READ,
	.permission = "ess:DescribeScalingActivities",
	.resource = "scalinggroup/*",
	.in = { sizeof(struct describe_in), describe_in_fields },
	.out = { sizeof(struct describe_out), describe_out_fields },
	.errors = describe_errors,
	.run = describe_run,
	.doc = "Lists scaling activities, newest first, by filters and pages.",
};

/* ---- DescribeScalingActivityDetail ---- */

struct detail_in {
	const char *region, *activity;
};

struct detail_out {
	const char *activity, *detail;
};

static const struct field detail_in_fields[] = {
	TEXT(struct detail_in, region, "RegionId"),
	TEXT(struct detail_in, activity, "ScalingActivityId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	FIELDS_END,
};

static const struct field detail_out_fields[] = {
	TEXT(struct detail_out, activity, "ScalingActivityId"),
	TEXT(struct detail_out, detail, "Detail"),
	FIELDS_END,
};

static bool detail_run(struct call *call, const void *in_, void *out_)
{
	const struct detail_in *in = in_;
	struct detail_out *out = out_;
	struct scaling_activity activity;

	if (!rpc_region_known(call))
		return false;
	if (!scaling_activity_get(call->work.txn, in->activity, &activity) || !work_is_callers(&call->work, &activity.tenant))
		return call_refuse(call, REFUSE_PARAMETER_INVALID, "ScalingActivityId");
	out->activity = activity.id;
	out->detail = ess_activity_text(call, &activity).detail;
	return true;
}

const struct operation ess_describe_scaling_activity_detail = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "DescribeScalingActivityDetail",
	.mode = OPERATION_READ,
	.permission = "ess:DescribeScalingActivityDetail",
	.resource = "scalinggroup/*",
	.in = { sizeof(struct detail_in), detail_in_fields },
	.out = { sizeof(struct detail_out), detail_out_fields },
	.errors = describe_errors,
	.run = detail_run,
	.doc = "Says which instances an activity was about.",
};
