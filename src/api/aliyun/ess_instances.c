/* AttachInstances, DetachInstances, RemoveInstances. */
#include "api/aliyun/ess.h"
#include "base/text.h"

struct activity_out {
	const char *activity;
};

static const struct field activity_out_fields[] = {
	TEXT(struct activity_out, activity, "ScalingActivityId"),
	FIELDS_END,
};

#define INSTANCES_FIELD(T, m) \
	TEXTS(T, m, "InstanceId", .later = "InstanceIds", .flags = FIELD_REQUIRED | FIELD_EXACT, .max = SCALING_BATCH_MAX)
#define TOKEN_FIELD(T, m)                                                                             \
	TEXT(T, m, "ClientToken", .flags = FIELD_CLIENT_TOKEN, .max = ESS_CLIENT_TOKEN_MAX,           \
	     .doc = "A repeat within 24 hours gets the first answer.")
#define IGNORE_FIELD(T, m)                                                                            \
	OPT_BOOL(T, m, "IgnoreInvalidInstance",                                                       \
	         .doc = "true: what cannot take part is left out, and the activity ends as Warning.")

/* ---- AttachInstances ---- */

struct attach_in {
	const char *region, *group, *client_token;
	struct texts instances, weights;
	struct opt_bool entrusted, ignore, hook;
};

static const struct field attach_in_fields[] = {
	TEXT(struct attach_in, region, "RegionId"),
	TEXT(struct attach_in, group, "ScalingGroupId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	INSTANCES_FIELD(struct attach_in, instances),
	TEXTS(struct attach_in, weights, "LoadBalancerWeight", .later = "LoadBalancerWeights", .max = SCALING_BATCH_MAX,
	      .doc = "One for each instance; default 50."),
	OPT_BOOL(struct attach_in, entrusted, "Entrusted", .doc = "true: released like the group's own when it is scaled in."),
	IGNORE_FIELD(struct attach_in, ignore),
	OPT_BOOL(struct attach_in, hook, "LifecycleHook", .doc = "true: lifecycle hooks for scale-out hold the instances."),
	TOKEN_FIELD(struct attach_in, client_token),
	FIELDS_END,
};

static const struct error_row attach_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	ESS_ROW_GROUP_UNKNOWN,
	ESS_ROW_GROUP_STATE,
	ESS_ROW_ACTIVITY_RUNS,
	ESS_ROWS_ATTACH("To attach the instances, the total capacity will be greater than the MaxSize."),
	ROWS_END,
};

static bool attach_run(struct call *call, const void *in_, void *out_)
{
	const struct attach_in *in = in_;
	struct activity_out *out = out_;
	struct scaling_attach_args args = {
		.group = in->group,
		.instances = in->instances.items,
		.n_instances = in->instances.n,
		.entrusted = in->entrusted.value,
		.ignore_invalid = in->ignore.value,
		.asks_hooks = in->hook.value,
	};

	return ess_weights(call, &in->weights, in->instances.n, "LoadBalancerWeight", &args.weights) &&
	       call_verb(call, scaling_attach(&call->work, &args, &out->activity));
}

const struct operation ess_attach_instances = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "AttachInstances",
	.mode = OPERATION_WRITE,
	.permission = "ess:AttachInstances",
	.resource = "scalinggroup/{ScalingGroupId}",
	.in = { sizeof(struct attach_in), attach_in_fields },
	.out = { sizeof(struct activity_out), activity_out_fields },
	.errors = attach_errors,
	.opens_jobs = true,
	.run = attach_run,
	.doc = "Running instances of no group become members of one.",
};

/* ---- DetachInstances ---- */

struct detach_in {
	const char *group, *option, *client_token;
	struct texts instances;
	struct opt_bool decrease, ignore, hook;
};

static const char *const detach_options[] = { "both", NULL };

static const struct field detach_in_fields[] = {
	TEXT(struct detach_in, group, "ScalingGroupId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	INSTANCES_FIELD(struct detach_in, instances),
	OPT_BOOL(struct detach_in, decrease, "DecreaseDesiredCapacity",
	         .doc = "Default true. false: the group refills to what it keeps to."),
	TEXT(struct detach_in, option, "DetachOption", .values = detach_options,
	     .doc = "both: out of load balancers and white lists as well. Without it 2014-08-28 does the same, 2022-02-22 leaves "
	            "them there."),
	IGNORE_FIELD(struct detach_in, ignore),
	OPT_BOOL(struct detach_in, hook, "LifecycleHook", .doc = "true: lifecycle hooks for scale-in hold the instances."),
	TOKEN_FIELD(struct detach_in, client_token),
	FIELDS_END,
};

#define ROWS_LEAVE                                                                                      \
	ESS_ROW_EMPTY,                                                                                  \
	ESS_ROW_REGION,                                                                                 \
	ESS_ROW_GROUP_UNKNOWN,                                                                          \
	ESS_ROW_GROUP_STATE,                                                                            \
	ESS_ROW_ACTIVITY_RUNS,                                                                          \
	ESS_ROW_INSTANCE_UNKNOWN(REFUSE_SCALING_MEMBER_UNKNOWN),                                        \
	ESS_ROWS_OUTSIDE,                                                                               \
	{ REFUSE_SCALING_BELOW_MIN, 400, "IncorrectCapacity.MinSize",                                   \
	  "To remove the instances, the total capacity will be lesser than the MinSize.", NULL }

static const struct error_row leave_errors[] = { ROWS_LEAVE, ROWS_END };

static bool detach_run(struct call *call, const void *in_, void *out_)
{
	const struct detach_in *in = in_;
	struct activity_out *out = out_;
	struct scaling_detach_args args = {
		.group = in->group,
		.instances = in->instances.items,
		.n_instances = in->instances.n,
		.ignore_invalid = in->ignore.value,
		.keep_desired = in->decrease.is == GIVEN && !in->decrease.value,
		.leaves_balancers = !text_empty(in->option) || call->edition == EDITION_FIRST,
		.asks_hooks = in->hook.value,
	};

	return call_verb(call, scaling_detach(&call->work, &args, &out->activity));
}

const struct operation ess_detach_instances = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "DetachInstances",
	.mode = OPERATION_WRITE,
	.permission = "ess:DetachInstances",
	.resource = "scalinggroup/{ScalingGroupId}",
	.in = { sizeof(struct detach_in), detach_in_fields },
	.out = { sizeof(struct activity_out), activity_out_fields },
	.errors = leave_errors,
	.opens_jobs = true,
	.run = detach_run,
	.doc = "Members leave a group and go on running. Accepted at once, whatever the cooldown; what came of it tells the activity.",
};

/* ---- RemoveInstances ---- */

struct remove_in {
	const char *region, *group, *policy, *hook_context, *client_token;
	struct texts instances;
	struct opt_bool decrease, ignore;
	struct opt_int stop_timeout;
};

static const char *const remove_policies[] = { "release", "recycle", NULL };

static const struct field remove_in_fields[] = {
	TEXT(struct remove_in, region, "RegionId"),
	TEXT(struct remove_in, group, "ScalingGroupId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	INSTANCES_FIELD(struct remove_in, instances),
	OPT_BOOL(struct remove_in, decrease, "DecreaseDesiredCapacity",
	         .doc = "Default true. false: the group refills to what it keeps to."),
	IGNORE_FIELD(struct remove_in, ignore),
	TEXT(struct remove_in, policy, "RemovePolicy", .values = remove_policies,
	     .doc = "recycle is done as release, which is the default."),
	OPT_INT(struct remove_in, stop_timeout, "StopInstanceTimeout", .flags = FIELD_ACCEPTED),
	TEXT(struct remove_in, hook_context, "LifecycleHookContext", .max = 4096, .doc = "JSON: DisableLifecycleHook true asks no hook."),
	TOKEN_FIELD(struct remove_in, client_token),
	FIELDS_END,
};

struct ignored_item {
	const char *code, *instance, *message;
};

static const struct field ignored_fields[] = {
	TEXT(struct ignored_item, code, "Code"),
	TEXT(struct ignored_item, instance, "InstanceId"),
	TEXT(struct ignored_item, message, "Message"),
	FIELDS_END,
};
static const struct shape ignored_shape = { sizeof(struct ignored_item), ignored_fields };

struct remove_out {
	const char *activity;
	struct items ignored;
};

static const struct field remove_out_fields[] = {
	TEXT(struct remove_out, activity, "ScalingActivityId"),
	ITEMS(struct remove_out, ignored, FIELD_ABSENT, .later = "IgnoredInstances", .of = &ignored_shape),
	FIELDS_END,
};

/* In the words in which they would have been refused. */
static void fill_ignored(struct call *call, struct remove_out *out)
{
	const struct error_row *row = error_row_find(leave_errors, REFUSE_SCALING_MEMBER_UNKNOWN);
	struct scaling_activity activity;
	struct ignored_item *items;
	struct texts ids;
	size_t i;

	if (!scaling_activity_get(call->work.txn, out->activity, &activity))
		return;
	ids = ess_split(call, activity.ignored);
	items = arena_array(call_work_arena(call), struct ignored_item, ids.n);
	for (i = 0; i < ids.n; i++)
		items[i] = (struct ignored_item){ row->code, ids.items[i],
			                          fault_text(call_work_arena(call), row->message, ids.items[i], NULL) };
	out->ignored = (struct items){ items, ids.n };
}

static bool remove_run(struct call *call, const void *in_, void *out_)
{
	const struct remove_in *in = in_;
	struct remove_out *out = out_;
	struct scaling_detach_args args = {
		.group = in->group,
		.instances = in->instances.items,
		.n_instances = in->instances.n,
		.ignore_invalid = in->ignore.value,
		.keep_desired = in->decrease.is == GIVEN && !in->decrease.value,
		.leaves_balancers = true,
		.release = true,
	};

	if (!ess_asks_hooks(call, in->hook_context, &args.asks_hooks) ||
	    !call_verb(call, scaling_detach(&call->work, &args, &out->activity)))
		return false;
	fill_ignored(call, out);
	return true;
}

const struct operation ess_remove_instances = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "RemoveInstances",
	.mode = OPERATION_WRITE,
	.permission = "ess:RemoveInstances",
	.resource = "scalinggroup/{ScalingGroupId}",
	.in = { sizeof(struct remove_in), remove_in_fields },
	.out = { sizeof(struct remove_out), remove_out_fields },
	.errors = leave_errors,
	.opens_jobs = true,
	.run = remove_run,
	.doc = "Members leave a group; those that the group has made, and those that are entrusted to it, are released.",
};
