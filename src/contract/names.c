/* The names of the contract's enums, in the order of the enums. */
#include "contract/balancer.h"
#include "contract/database.h"
#include "contract/driver.h"
#include "contract/fault.h"
#include "contract/model.h"
#include "contract/network.h"
#include "contract/refusal.h"
#include "contract/scaling.h"

const char *const access_key_state_names[ACCESS_KEY_STATE_MAX + 1] = { "active", "disabled" };
const char *const principal_kind_names[PRINCIPAL_KIND_MAX + 1] = { "user", "role" };
const char *const machine_kind_names[MACHINE_KIND_MAX + 1] = { "virtual", "bare-metal" };
const char *const instance_state_names[INSTANCE_STATE_MAX + 1] = { "pending",  "starting", "running",
	                                                           "stopping", "stopped",  "releasing" };
const char *const charge_type_names[CHARGE_TYPE_MAX + 1] = { "post-paid", "pre-paid" };
const char *const disk_state_names[DISK_STATE_MAX + 1] = { "creating", "ready", "deleting", "reiniting",
	                                                   "create-failed", "delete-failed", "resize-failed",
	                                                   "restore-failed" };
const char *const disk_status_names[DISK_STATUS_MAX + 1] = { "creating",  "available", "attaching", "in-use",
	                                                     "detaching", "deleting",  "reiniting",
	                                                     "create-failed", "delete-failed", "resize-failed",
	                                                     "restore-failed" };
const char *const disk_type_names[DISK_TYPE_MAX + 1] = { "data", "system" };
const char *const snapshot_state_names[SNAPSHOT_STATE_MAX + 1] = { "progressing", "accomplished", "failed", "deleting" };
const char *const attachment_state_names[ATTACHMENT_STATE_MAX + 1] = { "attaching", "attached", "detaching",
	                                                               "detached" };
const char *const job_kind_names[JOB_KIND_MAX + 1] = { "disk-create",     "disk-delete",    "attach",
	                                               "detach",          "instance-create", "instance-start",
	                                               "instance-stop",   "instance-reboot", "instance-delete",
	                                               "instance-auto-release",
	                                               "disk-resize",
	                                               "disk-spec",
	                                               "disk-reinit",
	                                               "disk-reset",
	                                               "system-disk-replace",
	                                               "snapshot-create",
	                                               "snapshot-delete",
	                                               "snapshot-expire",
	                                               "scaling-activity",
	                                               "scaling-look" };
const char *const job_step_names[JOB_STEP_MAX + 1] = { "check", "requested", "power",  "fence", "copy",
	                                               "unplug", "plug",     "build", "undo" };
const char *const job_state_names[JOB_STATE_MAX + 1] = { "open", "done", "failed", "superseded" };
const char *const event_outcome_names[EVENT_OUTCOME_MAX + 1] = { "executed", "failed", "executing" };
const char *const driver_act_names[DRIVER_ACT_MAX + 1] = { "create-disk",    "delete-disk", "create-machine",
	                                                   "delete-machine", "power-on",    "power-off",
	                                                   "attach",         "check-idle",  "detach",
	                                                   "fence",         "resize-disk", "modify-disk",
	                                                   "restore-disk",
	                                                   "create-snapshot", "delete-snapshot" };
const char *const fault_effect_names[FAULT_EFFECT_MAX + 1] = { "error",          "latency",   "reply-lost",
	                                                   "connection-cut", "job-fails", "job-never-ends" };
const char *const driver_answer_names[DRIVER_ANSWER_MAX + 1] = { "done", "pending", "refused", "failed", "unknown" };

const char *const refusal_words[REFUSE_MAX + 1] = {
#define X(name, word) word,
	REFUSAL_REASONS(X)
#undef X
};
const char *const security_group_type_names[SECURITY_GROUP_TYPE_MAX + 1] = { "normal", "enterprise" };
const char *const scaling_group_state_names[SCALING_GROUP_STATE_MAX + 1] = { "inactive", "active", "deleting" };
const char *const scaling_health_check_names[SCALING_HEALTH_CHECK_MAX + 1] = { "none", "instance", "balancer" };
const char *const scaling_creation_names[SCALING_CREATION_MAX + 1] = { "created", "attached" };
const char *const scaling_member_state_names[SCALING_MEMBER_STATE_MAX + 1] = {
	"pending", "pending-wait", "in-service", "protected", "standby", "stopped", "removing", "removing-wait"
};
const char *const scaling_health_names[SCALING_HEALTH_MAX + 1] = { "healthy", "unhealthy" };
const char *const scaling_rule_type_names[SCALING_RULE_TYPE_MAX + 1] = { "simple", "step" };
const char *const scaling_adjustment_names[SCALING_ADJUSTMENT_MAX + 1] = { "change", "percent", "total" };
const char *const lifecycle_transition_names[LIFECYCLE_TRANSITION_MAX + 1] = { "out", "in" };
const char *const lifecycle_result_names[LIFECYCLE_RESULT_MAX + 1] = { "continue", "abandon", "rollback" };
const char *const lifecycle_action_state_names[LIFECYCLE_ACTION_STATE_MAX + 1] = { "pending", "timeout", "completed" };
const char *const scaling_activity_kind_names[SCALING_ACTIVITY_KIND_MAX + 1] = { "out", "in", "attach", "detach" };
const char *const scaling_activity_state_names[SCALING_ACTIVITY_STATE_MAX + 1] = { "in-progress", "successful", "warning",
	                                                                           "failed", "rejected" };
const char *const scaling_step_names[SCALING_STEP_MAX + 1] = { "begin", "build", "hook", "drain", "switch", "release" };
const char *const scaling_cause_names[SCALING_CAUSE_MAX + 1] = { "call", "adjustment", "rule", "health", "size",
	                                                                   "end" };
const char *const balancer_status_names[BALANCER_STATUS_MAX + 1] = { "active", "inactive", "locked" };
const char *const balancer_reach_names[BALANCER_REACH_MAX + 1] = { "internet", "intranet" };
const char *const db_status_names[DB_STATUS_MAX + 1] = { "running",   "creating",     "rebooting",        "class-changing",
	                                                 "upgrading", "transferring", "network-changing", "switching",
	                                                 "restoring", "importing",    "cloning",          "deleting" };
