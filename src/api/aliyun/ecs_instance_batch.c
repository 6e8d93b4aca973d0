/* StartInstances, StopInstances, RebootInstances, DeleteInstances: a verb for up to a hundred instances. */
#include "api/aliyun/ecs.h"
#include "api/aliyun/ecs_instance_rows.h"
#include "base/text.h"
#include "core/instance.h"

struct batch_in {
	const char *region;
	struct texts instances;
	const char *optimization;
};

struct batch_item {
	const char *code, *message, *instance, *before, *after;
};

struct batch_out {
	struct items items;
};

static const char *const optimizations[] = { "AllTogether", "SuccessFirst", NULL };
static const char *const stopped_modes[] = { "KeepCharging", "StopCharging", NULL };

/* More than may be named, so that the verb is the one to refuse them. */
#define NAMED_MAX 1000

#define REGION_AND_INSTANCES(T, m)                                                                                   \
	TEXT(T, m.region, "RegionId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "Region."),                  \
	TEXTS(T, m.instances, "InstanceId", .flags = FIELD_REQUIRED, .max = NAMED_MAX,                               \
	      .doc = "1 to 100 instances; one that is named twice counts once.")

#define BATCH_FIELDS(T)                                                                                              \
	REGION_AND_INSTANCES(T, batch),                                                                              \
	TEXT(T, batch.optimization, "BatchOptimization", .values = optimizations,                                    \
	     .doc = "Default AllTogether: all or none. SuccessFirst: each by itself.")

static const struct field batch_item_fields[] = {
	TEXT(struct batch_item, code, "Code"),
	TEXT(struct batch_item, message, "Message"),
	TEXT(struct batch_item, instance, "InstanceId"),
	TEXT(struct batch_item, before, "PreviousStatus"),
	TEXT(struct batch_item, after, "CurrentStatus"),
	FIELDS_END,
};
static const struct shape batch_item_shape = { sizeof(struct batch_item), batch_item_fields };

static const struct field batch_out_fields[] = {
	ITEMS(struct batch_out, items, "InstanceResponses", .item = "InstanceResponse", .of = &batch_item_shape),
	FIELDS_END,
};

#define ROW_BATCH_EMPTY { REFUSE_BATCH_EMPTY, 403, "InvalidInstanceId.NotFound", "InstanceId should not be null.", "StopInstances page" }
#define ROW_BATCH_TOO_LARGE { REFUSE_BATCH_TOO_LARGE, 403, "InvalidParameter.TooManyInstanceIds", "Instance ids cannot be more than 100.", "StopInstances page" }
#define ROW_BATCH_DRY_RUN { REFUSE_DRY_RUN_PASSED, 400, "DRYRUN.SUCCESS", "This request is a dryrun request with successful result.", NULL }

#define BATCH_ROWS ROW_EMPTY, ROW_REGION_MALFORMED, ROW_BATCH_EMPTY, ROW_BATCH_TOO_LARGE, ROW_INSTANCE_NOT_FOUND, ROW_STATE, \
	ROW_LOCKED

/* The words that the operation would have refused all of them with. */
static struct batch_item refused_item(struct call *call, const struct instance_batch_item *from)
{
	const struct error_row *row = error_row_find(call->operation->errors, from->refusal.reason);

	return (struct batch_item){
		.code = row ? row->code : "InternalError",
		.message = row ? fault_text(call_work_arena(call), row->message, from->refusal.subject, NULL) : "",
		.instance = from->instance,
		.before = "",
		.after = "",
	};
}

static struct items batch_items(struct call *call, const struct instance_batch_item *from, size_t n)
{
	struct batch_item *items = arena_array(call_work_arena(call), struct batch_item, n);
	size_t i;

	for (i = 0; i < n; i++) {
		if (from[i].refusal.reason != REFUSE_NONE) {
			items[i] = refused_item(call, &from[i]);
			continue;
		}
		items[i] = (struct batch_item){ "200", "success", from[i].instance, ecs_instance_status(from[i].before),
			                        ecs_instance_status(from[i].after) };
	}
	return (struct items){ items, n };
}

static bool run_batch(struct call *call, const struct batch_in *in, struct instance_batch_args *args, struct batch_out *out)
{
	struct instance_batch_item *items;
	size_t n;

	args->instances = in->instances.items;
	args->n = in->instances.n;
	args->all_together = !text_equal(in->optimization, "SuccessFirst");
	if (!call_verb(call, instance_batch(&call->work, args, &items, &n)))
		return false;
	out->items = batch_items(call, items, n);
	return true;
}

/* ---- StartInstances ---- */

struct start_in {
	struct batch_in batch;
	struct opt_bool dry_run;
};

static const struct field start_in_fields[] = {
	BATCH_FIELDS(struct start_in),
	OPT_BOOL(struct start_in, dry_run, "DryRun", .flags = FIELD_DRY_RUN,
	         .doc = "With SuccessFirst the answer is DRYRUN.SUCCESS whatever would become of the instances."),
	FIELDS_END,
};

static const struct error_row start_errors[] = {
	BATCH_ROWS,
	ROW_START_EXPIRED,
	ROW_START_DISK_ERROR,
	ROW_BATCH_DRY_RUN,
	ROWS_END,
};

static bool start_run(struct call *call, const void *in_, void *out)
{
	const struct start_in *in = in_;
	struct instance_batch_args args = { .verb = BATCH_START };

	return run_batch(call, &in->batch, &args, out);
}

const struct operation ecs_start_instances = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "StartInstances",
	.mode = OPERATION_WRITE,
	.permission = "ecs:StartInstances",
	.resource = "instance/{InstanceId}",
	.in = { sizeof(struct start_in), start_in_fields },
	.out = { sizeof(struct batch_out), batch_out_fields },
	.errors = start_errors,
	.faults = rpc_fault_internal,
	.opens_jobs = true,
	.run = start_run,
	.doc = "Starts Stopped instances. "
	       "Each instance has an answer of its own: Code 200, or the code of its error.",
};

/* ---- StopInstances ---- */

struct stop_in {
	struct batch_in batch;
	struct opt_bool force_stop;
	const char *stopped_mode;
	struct opt_bool dry_run;
};

static const struct field stop_in_fields[] = {
	BATCH_FIELDS(struct stop_in),
	OPT_BOOL(struct stop_in, force_stop, "ForceStop", .doc = "Powers off without asking the guest."),
	TEXT(struct stop_in, stopped_mode, "StoppedMode", .values = stopped_modes, .doc = "Shown by DescribeInstances."),
	OPT_BOOL(struct stop_in, dry_run, "DryRun", .flags = FIELD_DRY_RUN,
	         .doc = "With SuccessFirst the answer is DRYRUN.SUCCESS whatever would become of the instances."),
	FIELDS_END,
};

static const struct error_row stop_errors[] = {
	BATCH_ROWS,
	ROW_EXPIRED_OR_IN_ARREARS,
	ROW_BATCH_DRY_RUN,
	ROWS_END,
};

static bool stop_run(struct call *call, const void *in_, void *out)
{
	const struct stop_in *in = in_;
	struct instance_batch_args args = { .verb = BATCH_STOP, .force = in->force_stop.value, .stopped_mode = in->stopped_mode };

	return run_batch(call, &in->batch, &args, out);
}

const struct operation ecs_stop_instances = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "StopInstances",
	.mode = OPERATION_WRITE,
	.permission = "ecs:StopInstances",
	.resource = "instance/{InstanceId}",
	.in = { sizeof(struct stop_in), stop_in_fields },
	.out = { sizeof(struct batch_out), batch_out_fields },
	.errors = stop_errors,
	.faults = rpc_fault_internal,
	.opens_jobs = true,
	.run = stop_run,
	.doc = "Stops Running instances. "
	       "Each instance has an answer of its own: Code 200, or the code of its error.",
};

/* ---- RebootInstances ---- */

struct reboot_in {
	struct batch_in batch;
	struct opt_bool force_reboot;
	struct opt_bool dry_run;
};

static const struct field reboot_in_fields[] = {
	BATCH_FIELDS(struct reboot_in),
	OPT_BOOL(struct reboot_in, force_reboot, "ForceReboot", .doc = "Powers off without asking the guest."),
	OPT_BOOL(struct reboot_in, dry_run, "DryRun", .flags = FIELD_DRY_RUN,
	         .doc = "With SuccessFirst the answer is DRYRUN.SUCCESS whatever would become of the instances."),
	FIELDS_END,
};

static const struct error_row reboot_errors[] = {
	BATCH_ROWS,
	ROW_EXPIRED_OR_IN_ARREARS,
	ROW_BATCH_DRY_RUN,
	ROWS_END,
};

static bool reboot_run(struct call *call, const void *in_, void *out)
{
	const struct reboot_in *in = in_;
	struct instance_batch_args args = { .verb = BATCH_REBOOT, .force = in->force_reboot.value };

	return run_batch(call, &in->batch, &args, out);
}

const struct operation ecs_reboot_instances = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "RebootInstances",
	.mode = OPERATION_WRITE,
	.permission = "ecs:RebootInstances",
	.resource = "instance/{InstanceId}",
	.in = { sizeof(struct reboot_in), reboot_in_fields },
	.out = { sizeof(struct batch_out), batch_out_fields },
	.errors = reboot_errors,
	.opens_jobs = true,
	.run = reboot_run,
	.doc = "Powers Running instances off and on again. "
	       "Each instance has an answer of its own: Code 200, or the code of its error.",
};

/* ---- DeleteInstances ---- */

struct delete_in {
	const char *region;
	struct texts instances;
	struct opt_bool force, force_stop, terminate_subscription, dry_run;
	const char *client_token;
};

static const struct field delete_in_fields[] = {
	TEXT(struct delete_in, region, "RegionId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "Region."),
	TEXTS(struct delete_in, instances, "InstanceId", .flags = FIELD_REQUIRED, .max = NAMED_MAX,
	      .doc = "1 to 100 instances; one that is named twice counts once."),
	OPT_BOOL(struct delete_in, force, "Force", .doc = "Also while they are not Stopped."),
	OPT_BOOL(struct delete_in, force_stop, "ForceStop", .flags = FIELD_ACCEPTED),
	OPT_BOOL(struct delete_in, terminate_subscription, "TerminateSubscription", .doc = "Also while PrePaid and unexpired."),
	TEXT(struct delete_in, client_token, "ClientToken", .flags = FIELD_CLIENT_TOKEN, .max = ECS_CLIENT_TOKEN_MAX,
	     .doc = "A repeat within 24 hours gets the first answer."),
	OPT_BOOL(struct delete_in, dry_run, "DryRun", .flags = FIELD_DRY_RUN),
	FIELDS_END,
};

static const struct error_row delete_errors[] = {
	ROW_EMPTY,
	ROW_REGION_MALFORMED,
	ROW_BATCH_EMPTY,
	ROW_BATCH_TOO_LARGE,
	{ REFUSE_INSTANCE_UNKNOWN, 404, "InvalidInstanceId.NotFound", "The specified InstanceId does not exist.",
	  "DeleteInstance page" },
	{ REFUSE_INSTANCE_BUILDING, 403, "IncorrectInstanceStatus.Initializing",
	  "The specified instance status does not support this operation.", "DeleteInstance page" },
	ROW_RELEASE_PROTECTED,
	{ REFUSE_INSTANCE_PRE_PAID, 403, "ChargeTypeViolation",
	  "The operation is not permitted due to charge type of the instance.", "DeleteInstance page" },
	ROW_STATE,
	ROW_DRY_RUN,
	ROWS_END,
};

static bool delete_run(struct call *call, const void *in_, void *out)
{
	const struct delete_in *in = in_;
	struct instance_batch_args args = {
		.verb = BATCH_RELEASE,
		.instances = in->instances.items,
		.n = in->instances.n,
		.all_together = true,
		.force = in->force.value,
		.terminate_subscription = in->terminate_subscription.value,
	};
	struct instance_batch_item *items;
	size_t n;

	(void)out;
	return call_verb(call, instance_batch(&call->work, &args, &items, &n));
}

const struct operation ecs_delete_instances = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DeleteInstances",
	.mode = OPERATION_WRITE,
	.permission = "ecs:DeleteInstances",
	.resource = "instance/{InstanceId}",
	.in = { sizeof(struct delete_in), delete_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = delete_errors,
	.faults = rpc_fault_internal,
	.opens_jobs = true,
	.run = delete_run,
	.doc = "Releases instances, all or none, each as DeleteInstance does.",
};
