/* DescribeTasks, DescribeTaskAttribute, CancelTask: of the work that goes on after a request, the part that the vendor calls tasks. */
#include <string.h>

#include "api/aliyun/ecs_instance_show.h"
#include "api/aliyun/ecs_tasks.h"
#include "base/arena.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/job.h"

#define TASK_IDS_MAX 100
#define TASK_PREFIX  "t-"
#define JOB_PREFIX   "job-"

struct tasks_in {
	const char *region, *ids, *status, *action, *start, *end, *group;
	struct texts resources;
	struct rpc_paging paging; /* by number only */
};

struct task_item {
	const char *id, *action, *status, *resource, *creation_time, *finished_time, *support_cancel;
};

struct tasks_out {
	const char *region;
	struct items tasks;
	struct rpc_pages pages;
};

/* Jobs that are tasks, by the vendor's word for them. AttachDisk, DetachDisk and the verbs of instances make none: their
 * pages return no TaskId, and TaskAction has no word for them (DescribeTasks page). */
static const char *const actions[JOB_KIND_MAX] = { [JOB_DISK_SPEC] = "ModifyDiskSpec" };

static const char *const statuses[JOB_STATE_MAX] = {
	[JOB_OPEN] = "Processing",
	[JOB_DONE] = "Finished",
	[JOB_FAILED] = "Failed",
	[JOB_SUPERSEDED] = "Failed",
};

const char *ecs_task_id(struct call *call, const char *job)
{
	return arena_printf(call_work_arena(call), TASK_PREFIX "%s", job + strlen(JOB_PREFIX));
}

/* A job that is no task, or none of ours, is not found by what this returns. */
static const char *job_of_task(struct call *call, const char *task)
{
	if (strncmp(task, TASK_PREFIX, strlen(TASK_PREFIX)) != 0)
		return "";
	return arena_printf(call_work_arena(call), JOB_PREFIX "%s", task + strlen(TASK_PREFIX));
}

/* ---- DescribeTasks ---- */

static const struct field in_fields[] = {
	TEXT(struct tasks_in, region, "RegionId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "Region."),
	TEXT(struct tasks_in, ids, "TaskIds", .max = 8192, .doc = "At most 100 ids, comma separated."),
	TEXT(struct tasks_in, status, "TaskStatus", .doc = "Finished, Processing or Failed; anything else filters nothing."),
	TEXT(struct tasks_in, action, "TaskAction", .doc = "Only this action."),
	TEXTS(struct tasks_in, resources, "ResourceIds", .max = 100),
	TIME(struct tasks_in, start, "StartTime"),
	TIME(struct tasks_in, end, "EndTime"),
	TEXT(struct tasks_in, group, "TaskGroupId", .flags = FIELD_ACCEPTED),
	OPT_INT(struct tasks_in, paging.page_number, "PageNumber", .min = 1, .max = 1000000),
	OPT_INT(struct tasks_in, paging.page_size, "PageSize", .min = 1, .max = 100, .doc = "Default 10."),
	FIELDS_END,
};

static const struct field task_fields[] = {
	TEXT(struct task_item, id, "TaskId"),
	TEXT(struct task_item, action, "TaskAction"),
	TEXT(struct task_item, status, "TaskStatus"),
	TEXT(struct task_item, resource, "ResourceId"),
	TEXT(struct task_item, creation_time, "CreationTime"),
	TEXT(struct task_item, finished_time, "FinishedTime"),
	TEXT(struct task_item, support_cancel, "SupportCancel"),
	FIELDS_END,
};
static const struct shape task_shape = { sizeof(struct task_item), task_fields };

static const struct field out_fields[] = {
	TEXT(struct tasks_out, region, "RegionId"),
	ITEMS(struct tasks_out, tasks, "TaskSet", .item = "Task", .of = &task_shape),
	OPT_INT(struct tasks_out, pages.total, "TotalCount"),
	OPT_INT(struct tasks_out, pages.page_number, "PageNumber"),
	OPT_INT(struct tasks_out, pages.page_size, "PageSize"),
	FIELDS_END,
};

static const struct error_row errors[] = {
	ROW_EMPTY,
	{ REFUSE_PARAMETER_MISSING, 400, "MissingParameter",
	  "An input parameter \"RegionId\" that is mandatory for processing the request is not supplied.", NULL },
	{ REFUSE_REGION_UNKNOWN, 400, "InvalidRegionId.NotFound", "The specified RegionId does not exist.", NULL },
	ROWS_END,
};

static int state_of(const char *word)
{
	int state;

	for (state = 0; state < JOB_STATE_MAX; state++) {
		if (text_equal(statuses[state], word))
			return state;
	}
	return -1;
}

static void fill_kinds(struct call *call, const char *action, struct job_filter *filter)
{
	bool *kinds = arena_array(call_work_arena(call), bool, JOB_KIND_MAX);
	int kind;

	for (kind = 0; kind < JOB_KIND_MAX; kind++)
		kinds[kind] = actions[kind] && (!ecs_given(action) || text_equal(actions[kind], action));
	filter->kinds = kinds;
}

/* Until the work on it begins. */
static const char *support_cancel(const struct job *job)
{
	return job->state == JOB_OPEN && job->step == JOB_CHECK ? "true" : "false";
}

static bool make_filter(struct call *call, const struct tasks_in *in, struct job_filter *ret)
{
	struct texts ids = ecs_split(call, text_or(in->ids, ""));
	const char **jobs = arena_array(call_work_arena(call), const char *, ids.n + 1);
	size_t i;

	*ret = JOB_FILTER_ANY;
	if (ids.n > TASK_IDS_MAX)
		return call_refuse(call, REFUSE_PARAMETER_INVALID, "TaskIds");
	ret->account = call->caller.tenant.account;
	ret->scope = call->caller.tenant.scope;
	ret->region = in->region;
	for (i = 0; i < ids.n; i++)
		jobs[i] = job_of_task(call, ids.items[i]);
	ret->ids = ids.n ? jobs : NULL;
	ret->n_ids = ids.n;
	ret->disks = in->resources.items;
	ret->n_disks = in->resources.n;
	ret->state = state_of(in->status);
	fill_kinds(call, in->action, ret);
	if (ecs_given(in->start))
		moment_parse(in->start, &ret->created_from);
	if (ecs_given(in->end))
		moment_parse(in->end, &ret->created_to);
	return true;
}

static bool run(struct call *call, const void *in_, void *out_)
{
	const struct tasks_in *in = in_;
	struct tasks_out *out = out_;
	struct job_filter filter;
	struct task_item *items;
	struct rpc_list list;
	struct job *jobs;
	size_t n;
	size_t i;

	if (!rpc_region_known(call))
		return false;
	if (!make_filter(call, in, &filter) || !rpc_list_begin(call, &in->paging, 1, 100, &list))
		return false;
	n = job_list(call->work.txn, &filter, &list.page, &jobs);
	rpc_list_end(&list, rpc_list_needs_count(&list, n) ? job_count(call->work.txn, &filter) : (int64_t)n, &out->pages);
	items = arena_array(call_work_arena(call), struct task_item, n);
	for (i = 0; i < n; i++) {
		items[i] = (struct task_item){
			.id = ecs_task_id(call, jobs[i].id),
			.action = actions[jobs[i].kind],
			.status = statuses[jobs[i].state],
			.resource = jobs[i].disk,
			.creation_time = moment_seconds_text(call_work_arena(call), jobs[i].created_at),
			.finished_time = moment_seconds_text(call_work_arena(call), jobs[i].ended_at),
			.support_cancel = support_cancel(&jobs[i]),
		};
	}
	out->region = in->region;
	out->tasks = (struct items){ items, n };
	return true;
}

const struct operation ecs_describe_tasks = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DescribeTasks",
	.mode = OPERATION_READ,
	.permission = "ecs:DescribeTasks",
	.resource = "*",
	.in = { sizeof(struct tasks_in), in_fields },
	.out = { sizeof(struct tasks_out), out_fields },
	.errors = errors,
	.run = run,
	.doc = "Lists tasks, newest first. ModifyDiskSpec makes one; AttachDisk, DetachDisk and the verbs of instances make none: ask "
	       "for their status instead.",
};

/* ---- DescribeTaskAttribute ---- */

struct task_in {
	const char *region, *id;
};

struct task_out {
	const char *region, *id, *action, *status, *process, *creation_time, *finished_time, *support_cancel;
	int64_t total, succeeded, failed;
	struct items progress;
};

struct progress_item {
	const char *status, *code, *message;
	struct items related;
};

struct related_item {
	const char *name, *value;
};

static const struct field related_fields[] = {
	TEXT(struct related_item, name, "Name"),
	TEXT(struct related_item, value, "Value"),
	FIELDS_END,
};
static const struct shape related_shape = { sizeof(struct related_item), related_fields };

static const struct field progress_fields[] = {
	TEXT(struct progress_item, status, "OperationStatus"),
	TEXT(struct progress_item, code, "ErrorCode", .flags = FIELD_OMIT_EMPTY),
	TEXT(struct progress_item, message, "ErrorMsg", .flags = FIELD_OMIT_EMPTY),
	ITEMS(struct progress_item, related, "RelatedItemSet", .item = "RelatedItem", .of = &related_shape),
	FIELDS_END,
};
static const struct shape progress_shape = { sizeof(struct progress_item), progress_fields };

static const struct field attribute_in_fields[] = {
	TEXT(struct task_in, region, "RegionId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "Region."),
	TEXT(struct task_in, id, "TaskId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "The task."),
	FIELDS_END,
};

static const struct field attribute_out_fields[] = {
	TEXT(struct task_out, region, "RegionId"),
	TEXT(struct task_out, id, "TaskId"),
	TEXT(struct task_out, action, "TaskAction"),
	TEXT(struct task_out, status, "TaskStatus"),
	TEXT(struct task_out, process, "TaskProcess"),
	TEXT(struct task_out, support_cancel, "SupportCancel"),
	INT(struct task_out, total, "TotalCount"),
	INT(struct task_out, succeeded, "SuccessCount"),
	INT(struct task_out, failed, "FailedCount"),
	TEXT(struct task_out, creation_time, "CreationTime"),
	TEXT(struct task_out, finished_time, "FinishedTime"),
	ITEMS(struct task_out, progress, "OperationProgressSet", .item = "OperationProgress", .of = &progress_shape),
	FIELDS_END,
};

static const struct error_row attribute_errors[] = {
	ROW_EMPTY,
	{ REFUSE_REGION_UNKNOWN, 400, "InvalidRegionId.NotFound", "The specified RegionId does not exist.", NULL },
	{ REFUSE_JOB_UNKNOWN, 400, "InvalidTaskId.NotFound", "The specified \"TaskId\" is not found.", NULL },
	ROWS_END,
};

/* The one thing that a task works on. */
static struct items progress_of(struct call *call, const struct job *job)
{
	struct progress_item *progress = arena_new(call_work_arena(call), struct progress_item);
	struct related_item *related = arena_new(call_work_arena(call), struct related_item);
	bool failed = job->state == JOB_FAILED || job->state == JOB_SUPERSEDED;

	*related = (struct related_item){ "DiskId", job->disk };
	*progress = (struct progress_item){
		.status = job->state == JOB_DONE ? "Success" : statuses[job->state],
		.code = failed ? job->reason : "",
		.message = failed ? job->message : "",
		.related = { related, 1 },
	};
	return (struct items){ progress, 1 };
}

static bool find_task(struct call *call, const struct task_in *in, struct job **ret)
{
	struct job_filter filter = JOB_FILTER_ANY;
	const char *id = job_of_task(call, in->id);
	struct page page = { .limit = 1 };

	if (!rpc_region_known(call))
		return false;
	filter.account = call->caller.tenant.account;
	filter.scope = call->caller.tenant.scope;
	filter.region = in->region;
	filter.ids = &id;
	filter.n_ids = 1;
	fill_kinds(call, NULL, &filter);
	return job_list(call->work.txn, &filter, &page, ret) || call_refuse(call, REFUSE_JOB_UNKNOWN, in->id);
}

static bool attribute_run(struct call *call, const void *in_, void *out_)
{
	const struct task_in *in = in_;
	struct task_out *out = out_;
	struct job *jobs;

	if (!find_task(call, in, &jobs))
		return false;
	*out = (struct task_out){
		.region = in->region,
		.id = in->id,
		.action = actions[jobs[0].kind],
		.status = statuses[jobs[0].state],
		.process = jobs[0].state == JOB_OPEN ? "0%" : "100%",
		.creation_time = moment_seconds_text(call_work_arena(call), jobs[0].created_at),
		.finished_time = moment_seconds_text(call_work_arena(call), jobs[0].ended_at),
		.support_cancel = support_cancel(&jobs[0]),
		.total = 1,
		.succeeded = jobs[0].state == JOB_DONE,
		.failed = jobs[0].state == JOB_FAILED || jobs[0].state == JOB_SUPERSEDED,
		.progress = progress_of(call, &jobs[0]),
	};
	return true;
}

const struct operation ecs_describe_task_attribute = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DescribeTaskAttribute",
	.mode = OPERATION_READ,
	.permission = "ecs:DescribeTaskAttribute",
	.resource = "*",
	.in = { sizeof(struct task_in), attribute_in_fields },
	.out = { sizeof(struct task_out), attribute_out_fields },
	.errors = attribute_errors,
	.run = attribute_run,
	.doc = "One task: how it stands and what it works on.",
};

/* ---- CancelTask ---- */

static const struct error_row cancel_errors[] = {
	ROW_EMPTY,
	{ REFUSE_REGION_UNKNOWN, 400, "InvalidRegionId.NotFound", "The specified RegionId does not exist.", NULL },
	{ REFUSE_JOB_UNKNOWN, 400, "InvalidTaskId.NotFound", "The specified \"TaskId\" is not found.", NULL },
	{ REFUSE_JOB_ENDED, 403, "InvalidTaskId.IncorrectTaskStatus", "The specified task status is not invalid.", NULL },
	{ REFUSE_JOB_BEGUN, 403, "CancelTaskFailed", "The task is failed to cancel, Please contact the administrator.", NULL },
	ROWS_END,
};

static bool cancel_run(struct call *call, const void *in, void *out)
{
	struct job *jobs;

	(void)out;
	return find_task(call, in, &jobs) && call_verb(call, job_cancel(&call->work, &jobs[0]));
}

const struct operation ecs_cancel_task = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "CancelTask",
	.mode = OPERATION_WRITE,
	.permission = "ecs:CancelTask",
	.resource = "*",
	.in = { sizeof(struct task_in), attribute_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = cancel_errors,
	.run = cancel_run,
	.doc = "Ends a task before the work on it begins (SupportCancel): the disk is what it was, the task is Failed.",
};
