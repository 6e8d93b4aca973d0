/* DescribeInstanceHistoryEvents. */
#include "api/aliyun/ecs.h"
#include "base/moment.h"
#include "base/text.h"

#define TOKEN_PAGE_MIN 10
#define TOKEN_PAGE_MAX 100
#define EVENT_IDS_MAX  100

struct range_in {
	const char *start, *end;
};

struct events_in {
	const char *region, *instance, *status, *type, *impact, *resource_group, *resource_type;
	struct texts statuses, types, ids, resources;
	struct range_in published, not_before;
	struct items tags;
	struct rpc_paging paging;
};

struct name_item {
	const char *name;
	struct opt_int code;
};

struct extended_item {
	const char *disk, *device;
};

struct event_item {
	const char *id, *instance, *resource_type, *reason, *reason_code, *publish_time, *finish_time, *not_before;
	struct name_item type, status;
	struct extended_item extended;
};

struct events_out {
	struct items events;
	struct rpc_pages pages;
};

/* ---- words ---- */

/* The page tells the numbers of few of these, and of Failed it tells none: those are left out. */
#define CODE_EXECUTED 0

/* The vendor's types that come closest. Work on disks that has no line here is of the type of attaching one. */
#define TYPE_OF_DISKS "SystemMaintenance.ReInitErrorDisk"
static const char *const type_names[JOB_KIND_MAX] = {
	[JOB_DETACH] = "SystemMaintenance.IsolateErrorDisk",
	[JOB_INSTANCE_CREATE] = "SystemFailure.Delete",
	[JOB_INSTANCE_START] = "InstanceFailure.Reboot",
	[JOB_INSTANCE_STOP] = "InstanceFailure.Reboot",
	[JOB_INSTANCE_REBOOT] = "InstanceFailure.Reboot",
	[JOB_INSTANCE_DELETE] = "InstanceExpiration.Delete",
	[JOB_INSTANCE_AUTO_RELEASE] = "InstanceExpiration.Delete",
};

static const char *const types[] = {
	"SystemMaintenance.Reboot",      "SystemMaintenance.Redeploy",         "SystemFailure.Reboot",
	"SystemFailure.Redeploy",        "SystemFailure.Delete",               "InstanceFailure.Reboot",
	"InstanceExpiration.Stop",       "InstanceExpiration.Delete",          "AccountUnbalanced.Stop",
	"AccountUnbalanced.Delete",      "SystemMaintenance.IsolateErrorDisk", TYPE_OF_DISKS,
	NULL
};
static const char *const statuses[] = { "Scheduled", "Avoided", "Executing", "Executed", "Canceled", "Failed", "Inquiring", NULL };
static const char *const outcome_words[EVENT_OUTCOME_MAX] = {
	[EVENT_EXECUTED] = "Executed",
	[EVENT_FAILED] = "Failed",
	[EVENT_EXECUTING] = "Executing",
};
static const char *const resource_types[] = { "instance", "disk", "ddh", "managedhost", "managehost", NULL };

static const char *type_of(enum job_kind kind)
{
	return text_or(type_names[kind], TYPE_OF_DISKS);
}

/* ---- tables ---- */

static const struct error_row bad_event_id = { REFUSE_FIELD, 403, "EventIdLimitExceeded",
	                                       "The number of event ids exceeds 100.", NULL };

static const struct field range_fields[] = {
	TIME(struct range_in, start, "Start"),
	TIME(struct range_in, end, "End"),
	FIELDS_END,
};
static const struct shape range_shape = { sizeof(struct range_in), range_fields };

static const struct field in_fields[] = {
	TEXT(struct events_in, region, "RegionId", .flags = FIELD_REQUIRED, .doc = "Region."),
	TEXT(struct events_in, instance, "InstanceId", .doc = "Does not count beside ResourceId.N."),
	TEXTS(struct events_in, resources, "ResourceId", .max = 100,
	      .doc = "Instances, or disks with ResourceType disk. Those that are gone are known by their events."),
	TEXT(struct events_in, resource_type, "ResourceType", .values = resource_types,
	     .doc = "Default instance: what befell instances, the disks attached to them included. disk is Cleat's: what befell "
	            "disks. The others find none."),
	TEXT(struct events_in, status, "EventCycleStatus", .values = statuses,
	     .doc = "Does not count beside InstanceEventCycleStatus.N. Events here are Executing, Executed or Failed."),
	TEXTS(struct events_in, statuses, "InstanceEventCycleStatus", .max = 7),
	TEXT(struct events_in, type, "EventType", .values = types, .doc = "Does not count beside InstanceEventType.N."),
	TEXTS(struct events_in, types, "InstanceEventType", .max = 30),
	TEXTS(struct events_in, ids, "EventId", .max = EVENT_IDS_MAX, .bad = &bad_event_id),
	OBJECT(struct events_in, published, "EventPublishTime", .of = &range_shape, .doc = "When it happened."),
	OBJECT(struct events_in, not_before, "NotBefore", .of = &range_shape, .doc = "When it was to happen."),
	TEXT(struct events_in, impact, "ImpactLevel", .flags = FIELD_ACCEPTED),
	TEXT(struct events_in, resource_group, "ResourceGroupId", .flags = FIELD_ACCEPTED),
	ITEMS(struct events_in, tags, "Tag", .of = &rpc_tag_in_shape, .max = RPC_TAGS_MAX, .flags = FIELD_ACCEPTED),
	RPC_PAGING_FIELDS(struct events_in, paging),
	FIELDS_END,
};

static const struct field name_fields[] = {
	TEXT(struct name_item, name, "Name"),
	OPT_INT(struct name_item, code, "Code"),
	FIELDS_END,
};
static const struct shape name_shape = { sizeof(struct name_item), name_fields };

static const struct field extended_fields[] = {
	TEXT(struct extended_item, disk, "DiskId", .flags = FIELD_OMIT_EMPTY),
	TEXT(struct extended_item, device, "Device", .flags = FIELD_OMIT_EMPTY),
	FIELDS_END,
};
static const struct shape extended_shape = { sizeof(struct extended_item), extended_fields };

static const struct field event_fields[] = {
	TEXT(struct event_item, id, "EventId"),
	TEXT(struct event_item, instance, "InstanceId"),
	TEXT(struct event_item, resource_type, "ResourceType"),
	OBJECT(struct event_item, type, "EventType", .of = &name_shape),
	OBJECT(struct event_item, status, "EventCycleStatus", .of = &name_shape),
	TEXT(struct event_item, publish_time, "EventPublishTime"),
	TEXT(struct event_item, not_before, "NotBefore"),
	TEXT(struct event_item, finish_time, "EventFinishTime"),
	TEXT(struct event_item, reason, "Reason"),
	TEXT(struct event_item, reason_code, "ReasonCode"),
	OBJECT(struct event_item, extended, "ExtendedAttribute", .of = &extended_shape),
	FIELDS_END,
};
static const struct shape event_shape = { sizeof(struct event_item), event_fields };

static const struct field out_fields[] = {
	ITEMS(struct events_out, events, "InstanceSystemEventSet", .item = "InstanceSystemEventType", .of = &event_shape),
	RPC_PAGES_FIELDS(struct events_out, pages),
	FIELDS_END,
};

static const struct error_row errors[] = {
	{ REFUSE_PARAMETER_MISSING, 404, "MissingParameter", "%s is mandatory for this action.", NULL },
	{ REFUSE_PARAMETER_INVALID, 403, "InvalidParameter", "The specified value of parameter %s is not valid.", NULL },
	{ REFUSE_PARAMETER_CONFLICT, 403, "InvalidParameter.TimeEndBeforeStart",
	  "The end of the time range %s is earlier than its start.", NULL },
	ROWS_END,
};

/* ---- from a request to a filter ---- */

static bool is_one_of(const char *const *words, const char *word)
{
	for (; *words; words++) {
		if (text_equal(*words, word))
			return true;
	}
	return false;
}

static bool all_are(struct call *call, const struct texts *texts, const char *const *words, const char *name)
{
	size_t i;

	for (i = 0; i < texts->n; i++) {
		if (!is_one_of(words, texts->items[i]))
			return call_refuse(call, REFUSE_PARAMETER_INVALID,
			                   arena_printf(call_work_arena(call), "%s.%zu", name, i + 1));
	}
	return true;
}

/* What is written in seconds or minutes means all of them. */
static bool fill_range(struct call *call, const struct range_in *in, const char *name, int64_t *ret_from, int64_t *ret_to)
{
	int64_t from = 0;
	int64_t to = 0;

	if (ecs_given(in->start))
		moment_parse(in->start, &from);
	if (ecs_given(in->end)) {
		moment_parse(in->end, &to);
		if (to < from)
			return call_refuse(call, REFUSE_PARAMETER_CONFLICT, name);
		to += SECOND - 1;
	}
	*ret_from = from;
	*ret_to = to;
	return true;
}

/* A list, or the one word that counts without one. */
static struct texts list_or(struct call *call, const struct texts *list, const char *one)
{
	struct texts single = { arena_array(call_work_arena(call), const char *, 1), 0 };

	if (list->n)
		return *list;
	if (ecs_given(one))
		single.items[single.n++] = one;
	return single;
}

static bool names(const struct texts *texts, const char *word)
{
	size_t i;

	for (i = 0; i < texts->n; i++) {
		if (text_equal(texts->items[i], word))
			return true;
	}
	return texts->n == 0;
}

static void fill_types(struct call *call, const struct events_in *in, struct event_filter *filter)
{
	struct texts wanted = list_or(call, &in->types, in->type);
	bool *kinds = arena_array(call_work_arena(call), bool, JOB_KIND_MAX);
	int kind;

	for (kind = 0; kind < JOB_KIND_MAX; kind++)
		kinds[kind] = names(&wanted, type_of((enum job_kind)kind));
	filter->kinds = kinds;
}

/* False: an event cannot have any of the statuses. */
static bool fill_statuses(struct call *call, const struct events_in *in, struct event_filter *filter)
{
	struct texts wanted = list_or(call, &in->statuses, in->status);
	bool *outcomes = arena_array(call_work_arena(call), bool, EVENT_OUTCOME_MAX);
	bool any = false;
	int i;

	for (i = 0; i < EVENT_OUTCOME_MAX; i++)
		any |= outcomes[i] = names(&wanted, outcome_words[i]);
	filter->outcomes = outcomes;
	return any;
}

static void fill_resources(struct call *call, const struct events_in *in, struct event_filter *filter)
{
	struct texts wanted = list_or(call, &in->resources, in->instance);

	if (text_equal(in->resource_type, "disk")) {
		filter->of_disks = true;
		filter->disks = in->resources.items;
		filter->n_disks = in->resources.n;
		return;
	}
	filter->of_instances = true;
	filter->instances = wanted.items;
	filter->n_instances = wanted.n;
}

static bool make_filter(struct call *call, const struct events_in *in, struct event_filter *ret)
{
	static const char *const none[1];
	bool of_hosts = ecs_given(in->resource_type) && !text_equal(in->resource_type, "instance") &&
	                !text_equal(in->resource_type, "disk");

	*ret = EVENT_FILTER_ANY;
	ret->account = call->caller.tenant.account;
	ret->scope = call->caller.tenant.scope;
	ret->region = in->region;
	ret->ids = in->ids.n ? in->ids.items : NULL;
	ret->n_ids = in->ids.n;
	fill_types(call, in, ret);
	fill_resources(call, in, ret);
	if (!fill_statuses(call, in, ret) || of_hosts) {
		ret->ids = none;
		ret->n_ids = 0;
	}
	return fill_range(call, &in->published, "EventPublishTime", &ret->created_from, &ret->created_to) &&
	       fill_range(call, &in->not_before, "NotBefore", &ret->not_before_from, &ret->not_before_to);
}

/* ---- from rows to a reply ---- */

static void fill_item(struct call *call, const struct event *event, bool of_disks, struct event_item *item)
{
	struct arena *arena = call_work_arena(call);
	bool executed = event->outcome == EVENT_EXECUTED;

	*item = (struct event_item){
		.id = event->id,
		.instance = event->instance,
		.resource_type = of_disks ? "disk" : "instance",
		.type = { .name = type_of(event->kind) },
		.status = { outcome_words[event->outcome], { executed ? GIVEN : ABSENT, CODE_EXECUTED } },
		.publish_time = moment_seconds_text(arena, event->created_at),
		.not_before = moment_seconds_text(arena, event->not_before),
		.finish_time = event->outcome == EVENT_EXECUTING ? "" : moment_seconds_text(arena, event->created_at),
		.reason = event->message,
		.reason_code = event->reason,
		.extended = { event->disk, event->device },
	};
}

static bool run(struct call *call, const void *in_, void *out_)
{
	const struct events_in *in = in_;
	struct events_out *out = out_;
	struct event_filter filter;
	struct event_item *items;
	struct event *events;
	struct rpc_list list;
	int64_t total;
	size_t n;
	size_t i;

	if (text_empty(in->region) || check_region_unknown(&call->work, NULL))
		return call_refuse(call, REFUSE_PARAMETER_INVALID, "RegionId");
	if (!all_are(call, &in->statuses, statuses, "InstanceEventCycleStatus") ||
	    !all_are(call, &in->types, types, "InstanceEventType") || !make_filter(call, in, &filter) ||
	    !rpc_list_begin(call, &in->paging, TOKEN_PAGE_MIN, TOKEN_PAGE_MAX, &list))
		return false;
	n = event_list(call->work.txn, &filter, &list.page, &events);
	if (rpc_list_more(&list, &n))
		out->pages.next_token = rpc_next_token(call, events[n - 1].created_at, events[n - 1].id);
	total = rpc_list_needs_count(&list, n) ? event_count(call->work.txn, &filter) : (int64_t)n;
	rpc_list_end(&list, total, &out->pages);
	items = arena_array(call_work_arena(call), struct event_item, n);
	for (i = 0; i < n; i++)
		fill_item(call, &events[i], filter.of_disks, &items[i]);
	out->events = (struct items){ items, n };
	return true;
}

const struct operation ecs_describe_instance_history_events = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DescribeInstanceHistoryEvents",
	.mode = OPERATION_READ,
	.permission = "ecs:DescribeInstanceHistoryEvents",
	.resource = "*",
	.in = { sizeof(struct events_in), in_fields },
	.out = { sizeof(struct events_out), out_fields },
	.errors = errors,
	.run = run,
	.doc = "Lists what befell instances and disks, newest first: work that came to nothing (Failed, with the driver's words as "
	       "Reason), disks that were cut off from a guest that did not let go, and releases at AutoReleaseTime (Executed).",
};
