/* Scaling groups: who is a member, and the activities that change it. A verb here checks and opens an activity; the
 * activity's job (core/scaling_activity.c) does the work step by step, by the verbs of instances. Nothing here looks at the
 * time by itself: a group is compared with what it is to be when something of it has changed (scaling_group_look).
 *
 * Rules come from the vendor's pages of the operations (aliyun: Auto Scaling) and "Scaling activity process". */
#ifndef CORE_SCALING_H
#define CORE_SCALING_H

#include "contract/scaling.h"
#include "core/job.h"

#define SCALING_GROUPS_MAX         200  /* of an account in a region (DescribeLimitation page) */
#define SCALING_CONFIGURATIONS_MAX 70   /* of a group */
#define SCALING_RULES_MAX          50   /* of a group (limits page of 2019) */
#define LIFECYCLE_HOOKS_MAX        10   /* of a group */
#define LIFECYCLE_WAIT_MAX         21600 /* seconds that one holds its instances, however often it is prolonged */
#define SCALING_SIZE_MAX           2000 /* MaxSize */
#define SCALING_BATCH_MAX          20   /* instances of a call */
#define SCALING_ACTIVITY_MAX       500  /* instances that one activity makes */
#define SCALING_TYPES_MAX          10   /* instance types of a configuration */
#define SCALING_DATA_DISKS_MAX     16
#define SCALING_BALANCERS_MAX      30   /* of a group (DescribeLimitation page) */
#define SCALING_DBS_MAX            30   /* the same */
#define SCALING_COOLDOWN_DEFAULT   300
#define SCALING_WEIGHT_DEFAULT     50

/* ---- finding, counting ---- */

bool find_scaling_group(const struct work *work, const char *id, struct scaling_group *ret);

/* The activity that is in progress in a group. */
bool scaling_activity_of(struct work *work, const char *group, struct scaling_activity *ret);

/* All of them, oldest first. */
size_t scaling_members(struct work *work, const char *group, struct scaling_member **ret);

/* Comma separated. */
const char *scaling_member_ids(struct work *work, const struct scaling_member *members, size_t n);

struct scaling_capacity {
	int64_t total;
	int64_t of_state[SCALING_MEMBER_STATE_MAX];
	int64_t created, attached;
	int64_t settled; /* neither coming nor going: what MinSize is compared with */
};
struct scaling_capacity scaling_capacity(struct work *work, const char *group);

/* Whether a process of the group is suspended: "ScaleOut", ... */
bool scaling_suspended(const struct scaling_group *group, const char *process);

/* ---- groups (core/scaling_group.c) ---- */

struct scaling_group_args {
	const char *name; /* NULL: its id */
	int64_t min_size, max_size;
	bool desired_given;
	int64_t desired_capacity;
	int64_t default_cooldown;
	enum scaling_health_check health_check;
	const char *removal_policies;
	const char *multi_zone_policy;
	const char *scaling_policy;
	const char *vswitches;      /* comma separated, of one VPC */
	const char *load_balancers; /* comma separated */
	const char *db_instances;
	const char *group_type;
	const char *resource_group;
	bool deletion_protection;
	int64_t max_instance_lifetime, stop_instance_timeout;
	const struct tag *tags;
	size_t n_tags;
};
bool scaling_group_create(struct work *work, const struct scaling_group_args *args, const char **ret_id);

struct scaling_enable_args {
	const char *group;
	const char *configuration; /* NULL: the one it has */
	const char *const *instances; /* that are attached at once */
	size_t n_instances;
	const int64_t *weights;
};
bool scaling_group_enable(struct work *work, const struct scaling_enable_args *args);

struct scaling_number {
	bool given;
	int64_t value;
};

/* Texts that are NULL stay as they are (core/scaling_modify.c). */
struct scaling_modify_args {
	const char *group;
	const char *name;
	struct scaling_number min_size, max_size, desired_capacity, default_cooldown;
	struct scaling_number max_instance_lifetime, stop_instance_timeout;
	bool disable_desired;
	int health_check; /* enum scaling_health_check, or -1 */
	const char *removal_policies, *multi_zone_policy, *scaling_policy, *configuration, *vswitches;
	int deletion_protection; /* 0, 1, or -1 */
};
bool scaling_group_modify(struct work *work, const struct scaling_modify_args *args);

/* Processes of a group that rest, or go on: "ScaleIn", "ScaleOut", "HealthCheck", ... */
bool scaling_group_suspend(struct work *work, const char *id, const char *const *processes, size_t n, bool suspend);

/* A group that is not active stays as it is. */
bool scaling_group_disable(struct work *work, const char *id);

/* A group with members, or with an activity in progress, is only removed by force: its members leave first, those that it has
 * made are released. */
bool scaling_group_delete(struct work *work, const char *id, bool force);

/* All members leave, in an activity; for a group that is being deleted. */
void scaling_group_empty(struct work *work, struct scaling_group *group);

/* Removes a group that has no member any more, with all that it has. */
void scaling_group_forget(struct work *work, const struct scaling_group *group);

/* ---- configurations (core/scaling_configuration.c) ---- */

/* `configuration` brings what clients say; id, tenant and times are filled in. Disks: the system disk first. */
struct scaling_configuration_args {
	struct scaling_configuration configuration;
	const struct scaling_disk *disks;
	size_t n_disks;
	/* Of one that is changed: numbers that stay as they are. */
	bool keeps_weight, keeps_bandwidth_in, keeps_bandwidth_out, keeps_protection;
};

/* Texts that are empty stay, as do data disks if there are none; the system disk is changed in what is given of it. */
bool scaling_configuration_modify(struct work *work, const struct scaling_configuration_args *args);
bool scaling_configuration_create(struct work *work, const struct scaling_configuration_args *args, const char **ret_id);
bool find_scaling_configuration(const struct work *work, const char *id, struct scaling_configuration *ret);

/* Its group uses it no more, and makes no instances until it has another (core/scaling_configuration_end.c). */
bool scaling_configuration_deactivate(struct work *work, const char *id);
bool scaling_configuration_delete(struct work *work, const char *id);

/* Makes one instance by it, in the VSwitch ("" or NULL: none); types are tried in their order. */
bool scaling_configuration_make(struct work *work, const struct scaling_configuration *configuration, const char *vswitch,
                                const char **ret_instance);

/* ---- members come and go (core/scaling_attach.c, core/scaling_detach.c) ---- */

struct scaling_attach_args {
	const char *group;
	const char *const *instances;
	size_t n_instances;
	const int64_t *weights; /* one for each; NULL: the default */
	bool entrusted;
	bool ignore_invalid; /* what cannot be attached is left out */
	bool asks_hooks;
};
bool scaling_attach(struct work *work, const struct scaling_attach_args *args, const char **ret_activity);

/* For EnableScalingGroup: the group is active by now. */
bool scaling_attach_to(struct work *work, struct scaling_group *group, const struct scaling_attach_args *args,
                       const char **ret_activity);

struct scaling_detach_args {
	const char *group;
	const char *const *instances;
	size_t n_instances;
	bool ignore_invalid;
	bool keep_desired;    /* the group refills */
	bool leaves_balancers;
	bool asks_hooks;
	bool release; /* RemoveInstances: those that the group made, or that are entrusted to it, are released */
};

/* Checks in this order: group, its state, an activity, the instances, balancers and databases, MinSize (detach rules, 5). */
bool scaling_detach(struct work *work, const struct scaling_detach_args *args, const char **ret_activity);

/* ---- members that stay (core/scaling_member.c) ---- */

enum scaling_move { SCALING_PROTECT, SCALING_UNPROTECT, SCALING_ENTER_STANDBY, SCALING_EXIT_STANDBY };

struct scaling_move_args {
	const char *group;
	enum scaling_move move;
	const char *const *instances;
	size_t n_instances;
};

/* All or none. */
bool scaling_members_move(struct work *work, const struct scaling_move_args *args);

/* Refuses with SCALING_MEMBER_UNKNOWN only. */
bool scaling_member_set_health(struct work *work, const char *instance, enum scaling_health health);

/* ---- a group is made larger or smaller (core/scaling_scale.c) ---- */

bool find_scaling_rule(const struct work *work, const char *id, struct scaling_rule *ret);

/* Step rules: a metric and its threshold, in thousandths. */
struct scaling_execute_args {
	const char *rule;
	bool metric_given, breach_given;
	int64_t metric, breach;
};
bool scaling_rule_execute(struct work *work, const struct scaling_execute_args *args, const char **ret_activity);

struct scaling_adjust {
	enum scaling_adjustment type;
	int64_t value;
	int64_t min_magnitude; /* of a percentage */
};

struct scaling_adjust_args {
	const char *group;
	struct scaling_adjust adjust;
	const char *metadata;
	bool asks_hooks;
};
bool scaling_adjust(struct work *work, const struct scaling_adjust_args *args, const char **ret_activity);

/* ---- rules (core/scaling_rule.c) ---- */

/* `rule` brings what clients say; id, tenant and time are filled in. */
bool scaling_rule_create(struct work *work, const struct scaling_rule *rule, struct scaling_rule *ret);

struct scaling_rule_change {
	const char *rule;
	const char *name;  /* NULL or "": stays */
	int adjustment;    /* enum scaling_adjustment, or -1 */
	struct scaling_number value, cooldown, min_magnitude, warmup;
	const char *steps; /* NULL: stay */
};
bool scaling_rule_modify(struct work *work, const struct scaling_rule_change *change);
bool scaling_rule_delete(struct work *work, const char *id);

/* ---- lifecycle hooks (core/scaling_lifecycle.c) ---- */

bool lifecycle_hook_create(struct work *work, const struct lifecycle_hook *hook, const char **ret_id);

struct lifecycle_hook_name {
	const char *id; /* or else */
	const char *group, *name;
};

struct lifecycle_hook_change {
	struct lifecycle_hook_name which;
	int transition, default_result, disabled; /* or -1 */
	struct scaling_number timeout;
	const char *notification_arn, *notification_metadata; /* NULL: stay */
};
bool lifecycle_hook_modify(struct work *work, const struct lifecycle_hook_change *change);
bool lifecycle_hook_delete(struct work *work, const struct lifecycle_hook_name *which);

/* What a pending action of that hook waits for has come: its activity goes on. `result` -1: the hook's default. */
bool lifecycle_action_complete(struct work *work, const char *hook, const char *token, int result);

/* It waits for so long from now on. */
bool lifecycle_action_prolong(struct work *work, const char *hook, const char *token, int64_t seconds);

/* ---- activities (core/scaling_activity.c) ---- */

/* Makes the group's activity begin: `activity` brings what it is to do; the rest is filled in. Its members have been put, or
 * are put by its first steps. */
void scaling_activity_open(struct work *work, struct scaling_group *group, struct scaling_activity *activity);

/* The member begins to leave in the activity (not yet put). */
void scaling_member_leaves(struct work *work, struct scaling_member *member, const struct scaling_activity *activity);

/* Something that the activity in progress waits for has happened. */
void scaling_activity_hurry(struct work *work, const char *group);

void scaling_activity_plan(struct work *work, const struct job *job, struct job_plan *ret);
void scaling_activity_done(struct work *work, struct job *job);
void scaling_activity_failed(struct work *work, struct job *job);

/* ---- what groups do by themselves (core/scaling_look.c) ---- */

/* The instance runs, is off or is gone. Called for every instance, in the transaction of the change. */
void scaling_instance_changed(struct work *work, const char *instance);

/* The group may be no longer what it is to be: unhealthy members, too few, too many. It is looked at soon, or once its
 * activity has ended. */
void scaling_group_look(struct work *work, const struct scaling_group *group);

/* Members that may be scaled in, those first that the removal policies want to go first. */
size_t scaling_candidates(struct work *work, const struct scaling_group *group, struct scaling_member **ret);

/* Opens an activity that makes the group that much larger (or smaller, below 0). False if it changes nothing. */
bool scaling_change(struct work *work, struct scaling_group *group, int64_t change, struct scaling_activity *activity);

void scaling_look_plan(struct work *work, const struct job *job, struct job_plan *ret);
void scaling_look_done(struct work *work, struct job *job);

/* ---- load balancers and databases of a group (core/scaling_outside.c) ---- */

/* Refuses with BALANCER_STATE (one that is gone counts as not active) or DB_STATE. */
bool scaling_outside_ready(struct work *work, const struct scaling_group *group);

/* Whether there is anything that has to stop sending before an instance goes. */
bool scaling_outside_drains(const struct scaling_group *group);
void scaling_outside_drain(struct work *work, const struct scaling_group *group, const char *instance);
/* REFUSE_NONE, or why it does not stand behind or may not reach all of them (BALANCER_FULL, DB_WHITE_LIST_FULL); those that have
 * room have it. */
enum refusal_reason scaling_outside_join(struct work *work, const struct scaling_group *group,
                                         const struct scaling_member *member);
void scaling_outside_leave(struct work *work, const struct scaling_group *group, const char *instance);

/* The instance is about to be gone, and its address may soon be another's: out of the white lists that its group keeps. Called
 * for every instance; that it is no member any more is seen later (scaling_instance_changed). */
void scaling_forget_instance(struct work *work, const char *instance);

#endif
