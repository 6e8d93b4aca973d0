#include "api/aliyun/ess_activity_text.h"

#include "base/text.h"

static bool grows(const struct scaling_activity *activity)
{
	return activity->kind == SCALING_OUT || activity->kind == SCALING_ATTACH;
}

/* What it was to be, as long as it is not over. */
static int64_t total_after(const struct scaling_activity *activity)
{
	if (activity->state != SCALING_IN_PROGRESS)
		return activity->total_after;
	return activity->total_before + (grows(activity) ? activity->amount : -activity->amount);
}

static const char *what_a_call_asked(const struct scaling_activity *activity)
{
	switch (activity->kind) {
	case SCALING_ATTACH:
		return "attach";
	case SCALING_DETACH:
		return "detach";
	case SCALING_IN:
		return "remove";
	case SCALING_OUT:
	case SCALING_ACTIVITY_KIND_MAX:
		break;
	}
	return "add";
}

static const char *cause(struct call *call, const struct scaling_activity *activity)
{
	struct arena *arena = call_work_arena(call);
	const char *change = arena_printf(arena, "changing the Total Capacity from \"%lld\" to \"%lld\".",
	                                  (long long)activity->total_before, (long long)total_after(activity));

	switch (activity->cause) {
	case SCALING_BY_RULE:
		return arena_printf(arena, "A user requests to execute scaling rule \"%s\", %s", activity->source, change);
	case SCALING_BY_HEALTH:
		return arena_printf(arena, "Instances \"%s\" in the scaling group are unhealthy, %s", activity->named, change);
	case SCALING_BY_SIZE:
		return arena_printf(arena, "The scaling group keeps its capacity, %s", change);
	case SCALING_BY_END:
		return arena_printf(arena, "A user requests to delete the scaling group, %s", change);
	case SCALING_BY_ADJUSTMENT:
		return arena_printf(arena, "A user requests to change the capacity of the scaling group, %s", change);
	case SCALING_BY_CALL:
	case SCALING_CAUSE_MAX:
		break;
	}
	if (text_empty(activity->named))
		return arena_printf(arena, "A user requests to %s no instance, %s", what_a_call_asked(activity), change);
	return arena_printf(arena, "A user requests to %s instance \"%s\", %s", what_a_call_asked(activity), activity->named, change);
}

static const char *verb(const struct scaling_activity *activity, bool done)
{
	static const char *const words[SCALING_ACTIVITY_KIND_MAX][2] = {
		[SCALING_OUT] = { "Add", "added" },
		[SCALING_IN] = { "Remove", "removed" },
		[SCALING_ATTACH] = { "Attach", "attached" },
		[SCALING_DETACH] = { "Detach", "detached" },
	};

	return words[activity->kind][done];
}

static const char *plural(int64_t n)
{
	return n == 1 ? "" : "s";
}

/* Instances that came to nothing before they had an id. */
static int64_t never_made(const struct scaling_activity *activity)
{
	if (activity->kind != SCALING_OUT)
		return 0;
	return activity->amount - activity->done - (int64_t)text_list_count(activity->failed);
}

static const char *message(struct call *call, const struct scaling_activity *activity)
{
	struct arena *arena = call_work_arena(call);
	const char *text;

	if (activity->state == SCALING_IN_PROGRESS)
		return "The scaling activity is in progress.";
	text = arena_printf(arena, "\"%lld\" ECS instance%s %s %s", (long long)activity->done, plural(activity->done),
	                    activity->done == 1 ? "is" : "are", verb(activity, true));
	if (never_made(activity) > 0)
		text = arena_printf(arena, "%s; \"%lld\" could not be made", text, (long long)never_made(activity));
	if (!text_empty(activity->failed))
		text = arena_printf(arena, "%s; failed: \"%s\"", text, activity->failed);
	if (!text_empty(activity->ignored))
		text = arena_printf(arena, "%s; ignored: \"%s\"", text, activity->ignored);
	return text;
}

/* Of one that makes instances those that it has made. */
static const char *detail(struct call *call, const struct scaling_activity *activity)
{
	struct arena *arena = call_work_arena(call);
	const char *ids = activity->kind == SCALING_OUT ? activity->created : activity->named;

	if (text_empty(ids))
		return arena_printf(arena, "%s no ECS instance", verb(activity, false));
	return arena_printf(arena, "%s ECS instance%s \"%s\"", verb(activity, false), plural(activity->amount), ids);
}

static const char *error_code(const struct scaling_activity *activity)
{
	if (text_empty(activity->reason))
		return "";
	return text_equal(activity->reason, refusal_words[REFUSE_SCALING_ABANDONED]) ? "LifecycleHookAbandoned" : "InstanceOperationFailed";
}

struct ess_activity_text ess_activity_text(struct call *call, const struct scaling_activity *activity)
{
	struct arena *arena = call_work_arena(call);

	return (struct ess_activity_text){
		.cause = cause(call, activity),
		.description = arena_printf(arena, "%s \"%lld\" ECS instance%s", verb(activity, false), (long long)activity->amount,
		                            plural(activity->amount)),
		.message = message(call, activity),
		.detail = detail(call, activity),
		.error_code = error_code(activity),
		.error_message = text_empty(activity->message) ? activity->reason :
		                 arena_printf(arena, "%s: %s", activity->reason, activity->message),
	};
}
