/* StartInstance, StopInstance, RebootInstance, DeleteInstance. */
#include "api/aliyun/ecs.h"
#include "api/aliyun/ecs_instance_rows.h"
#include "core/instance.h"

/* ---- StartInstance ---- */

struct start_in {
	const char *instance;
	struct opt_bool dry_run;
	struct opt_bool init_local_disk;
};

static const struct field start_in_fields[] = {
	TEXT(struct start_in, instance, "InstanceId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "The instance."),
	OPT_BOOL(struct start_in, dry_run, "DryRun", .flags = FIELD_DRY_RUN),
	OPT_BOOL(struct start_in, init_local_disk, "InitLocalDisk", .flags = FIELD_ACCEPTED),
	FIELDS_END,
};

static const struct error_row start_errors[] = {
	ROW_EMPTY,
	ROW_REGION_MALFORMED,
	ROW_INSTANCE_NOT_FOUND,
	ROW_STATE,
	ROW_LOCKED,
	ROW_START_EXPIRED,
	ROW_START_DISK_ERROR,
	ROW_DRY_RUN,
	ROWS_END,
};

static bool start_run(struct call *call, const void *in_, void *out)
{
	const struct start_in *in = in_;

	(void)out;
	return call_verb(call, instance_start(&call->work, in->instance));
}

const struct operation ecs_start_instance = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "StartInstance",
	.mode = OPERATION_WRITE,
	.permission = "ecs:StartInstance",
	.resource = "instance/{InstanceId}",
	.in = { sizeof(struct start_in), start_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = start_errors,
	.faults = rpc_fault_internal,
	.opens_jobs = true,
	.run = start_run,
	.doc = "Starts a Stopped instance. Asynchronous: Starting, then Running.",
};

/* ---- StopInstance ---- */

struct stop_in {
	const char *instance;
	struct opt_bool force_stop;
	struct opt_bool confirm_stop;
	struct opt_bool hibernate;
	const char *stopped_mode;
	struct opt_bool dry_run;
};

static const char *const stopped_modes[] = { "KeepCharging", "StopCharging", NULL };

static const struct field stop_in_fields[] = {
	TEXT(struct stop_in, instance, "InstanceId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "The instance."),
	OPT_BOOL(struct stop_in, force_stop, "ForceStop", .doc = "Powers off without asking the guest."),
	OPT_BOOL(struct stop_in, confirm_stop, "ConfirmStop", .flags = FIELD_ACCEPTED),
	OPT_BOOL(struct stop_in, hibernate, "Hibernate", .flags = FIELD_ACCEPTED),
	TEXT(struct stop_in, stopped_mode, "StoppedMode", .values = stopped_modes, .doc = "Shown by DescribeInstances."),
	OPT_BOOL(struct stop_in, dry_run, "DryRun", .flags = FIELD_DRY_RUN),
	FIELDS_END,
};

static const struct error_row stop_errors[] = {
	ROW_EMPTY,
	ROW_REGION_MALFORMED,
	ROW_INSTANCE_NOT_FOUND,
	ROW_STATE,
	ROW_LOCKED,
	ROW_EXPIRED_OR_IN_ARREARS,
	ROW_DRY_RUN,
	ROWS_END,
};

static bool stop_run(struct call *call, const void *in_, void *out)
{
	const struct stop_in *in = in_;
	struct instance_stop_args args = {
		.instance = in->instance,
		.force = in->force_stop.value,
		.stopped_mode = in->stopped_mode,
	};

	(void)out;
	return call_verb(call, instance_stop(&call->work, &args));
}

const struct operation ecs_stop_instance = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "StopInstance",
	.mode = OPERATION_WRITE,
	.permission = "ecs:StopInstance",
	.resource = "instance/{InstanceId}",
	.in = { sizeof(struct stop_in), stop_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = stop_errors,
	.faults = rpc_fault_internal,
	.opens_jobs = true,
	.run = stop_run,
	.doc = "Stops a Running instance. Asynchronous: Stopping, then Stopped. A detach under way completes at once when it "
	       "is off.",
};

/* ---- RebootInstance ---- */

struct reboot_in {
	const char *instance;
	struct opt_bool force_stop;
	struct opt_bool dry_run;
};

static const struct field reboot_in_fields[] = {
	TEXT(struct reboot_in, instance, "InstanceId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "The instance."),
	OPT_BOOL(struct reboot_in, force_stop, "ForceStop", .doc = "Powers off without asking the guest."),
	OPT_BOOL(struct reboot_in, dry_run, "DryRun", .flags = FIELD_DRY_RUN),
	FIELDS_END,
};

static const struct error_row reboot_errors[] = {
	ROW_EMPTY,
	ROW_REGION_MALFORMED,
	ROW_INSTANCE_NOT_FOUND,
	ROW_STATE,
	ROW_LOCKED,
	ROW_EXPIRED_OR_IN_ARREARS,
	ROW_DRY_RUN,
	ROWS_END,
};

static bool reboot_run(struct call *call, const void *in_, void *out)
{
	const struct reboot_in *in = in_;
	struct instance_reboot_args args = { .instance = in->instance, .force = in->force_stop.value };

	(void)out;
	return call_verb(call, instance_reboot(&call->work, &args));
}

const struct operation ecs_reboot_instance = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "RebootInstance",
	.mode = OPERATION_WRITE,
	.permission = "ecs:RebootInstance",
	.resource = "instance/{InstanceId}",
	.in = { sizeof(struct reboot_in), reboot_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = reboot_errors,
	.faults = rpc_fault_internal,
	.opens_jobs = true,
	.run = reboot_run,
	.doc = "Powers a Running instance off and on again. Asynchronous: Starting, then Running. A detach under way completes "
	       "while it is off.",
};

/* ---- DeleteInstance ---- */

struct delete_in {
	const char *instance;
	struct opt_bool force;
	struct opt_bool force_stop;
	struct opt_bool terminate_subscription;
	struct opt_bool dry_run;
};

static const struct field delete_in_fields[] = {
	TEXT(struct delete_in, instance, "InstanceId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "The instance."),
	OPT_BOOL(struct delete_in, force, "Force", .doc = "Also while it is not Stopped."),
	OPT_BOOL(struct delete_in, force_stop, "ForceStop", .flags = FIELD_ACCEPTED),
	OPT_BOOL(struct delete_in, terminate_subscription, "TerminateSubscription", .doc = "Also while PrePaid and unexpired."),
	OPT_BOOL(struct delete_in, dry_run, "DryRun", .flags = FIELD_DRY_RUN),
	FIELDS_END,
};

static const struct error_row delete_errors[] = {
	ROW_EMPTY,
	ROW_REGION_MALFORMED,
	ROW_INSTANCE_NOT_FOUND,
	ROW_RELEASE_BUILDING,
	ROW_RELEASE_PROTECTED,
	ROW_RELEASE_PRE_PAID,
	ROW_STATE,
	ROW_DRY_RUN,
	ROWS_END,
};

static bool delete_run(struct call *call, const void *in_, void *out)
{
	const struct delete_in *in = in_;
	struct instance_release_args args = {
		.instance = in->instance,
		.force = in->force.value,
		.terminate_subscription = in->terminate_subscription.value,
	};

	(void)out;
	return call_verb(call, instance_release(&call->work, &args));
}

const struct operation ecs_delete_instance = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DeleteInstance",
	.mode = OPERATION_WRITE,
	.permission = "ecs:DeleteInstance",
	.resource = "instance/{InstanceId}",
	.in = { sizeof(struct delete_in), delete_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = delete_errors,
	.faults = rpc_fault_internal,
	.opens_jobs = true,
	.run = delete_run,
	.doc = "Releases an instance with the disks that say DeleteWithInstance; the others become Available. A detach under "
	       "way is superseded: a data disk becomes Available, a system disk follows the DeleteWithInstance of its detach.",
};
