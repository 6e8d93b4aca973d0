/* Scaling groups as plain structs and the rows a store keeps of them: groups, the configurations that their instances are
 * made by, their members, rules, lifecycle hooks, and the activities that change who is a member. Why rows change is
 * decided elsewhere (core/scaling.h). */
#ifndef CONTRACT_SCALING_H
#define CONTRACT_SCALING_H

#include "contract/store.h"

enum scaling_group_state {
	SCALING_GROUP_INACTIVE, /* as made, or disabled: nothing happens by itself */
	SCALING_GROUP_ACTIVE,
	SCALING_GROUP_DELETING, /* gone once its last activity has ended */
	SCALING_GROUP_STATE_MAX
};

enum scaling_health_check { SCALING_HEALTH_NONE, SCALING_HEALTH_INSTANCE, SCALING_HEALTH_BALANCER, SCALING_HEALTH_CHECK_MAX };

struct scaling_group {
	const char *id;
	struct tenant tenant;
	const char *name; /* unique in account and region */
	enum scaling_group_state state;
	int64_t min_size;
	int64_t max_size;
	bool desired_given; /* it keeps to a number of its own, not only between the two */
	int64_t desired_capacity;
	int64_t default_cooldown; /* seconds */
	int64_t cooldown_until;
	enum scaling_health_check health_check;
	const char *removal_policies; /* comma separated, the first decides first */
	const char *multi_zone_policy;
	const char *scaling_policy; /* what becomes of instances that are scaled in: "release", "recycle" */
	const char *configuration;  /* the active one; "": none */
	const char *vpc;
	const char *vswitches;      /* comma separated; the first is preferred */
	const char *load_balancers; /* ids, comma separated */
	const char *db_instances;   /* ids, comma separated */
	const char *suspended;      /* processes, comma separated */
	const char *group_type;     /* "ECS" */
	const char *resource_group;
	bool deletion_protection;
	int64_t max_instance_lifetime; /* seconds, 0: none; kept and shown */
	int64_t stop_instance_timeout; /* seconds, likewise */
	int64_t retry_at; /* what the group did by itself came to nothing: not tried again before that */
	int64_t created_at;
	int64_t modified_at;
};

/* What instances of a group are made by. */
struct scaling_configuration {
	const char *id;
	struct tenant tenant;
	const char *scaling_group;
	const char *name; /* unique in the group */
	const char *image;
	const char *image_name;
	const char *types; /* comma separated, in the order in which they are tried */
	const char *instance_name;
	const char *instance_description;
	const char *host_name;
	const char *security_groups; /* comma separated */
	const char *key_pair;
	const char *user_data;
	const char *ram_role;
	const char *tags; /* JSON object, as given */
	const char *resource_group;
	const char *internet_charge_type;
	int64_t internet_max_bandwidth_in, internet_max_bandwidth_out;
	const char *spot_strategy;
	const char *zone;
	bool deletion_protection;
	int64_t weight; /* of its instances in load balancers */
	int64_t created_at;
	int64_t modified_at;
};

/* A disk of a configuration: position 0 is the system disk, data disks follow. */
struct scaling_disk {
	const char *configuration;
	int64_t position;
	const char *account;
	const char *category;
	const char *performance_level;
	int64_t size_gib; /* 0: not said */
	const char *name;
	const char *description;
	const char *device;
	const char *snapshot;
	const char *kms_key;
	const char *auto_snapshot_policy;
	bool encrypted_given, encrypted;
	bool bursting;
	bool keep; /* it outlives its instance */
	int64_t provisioned_iops;
};

enum scaling_creation { SCALING_CREATED, SCALING_ATTACHED, SCALING_CREATION_MAX };

enum scaling_member_state {
	SCALING_PENDING, /* on its way in */
	SCALING_PENDING_WAIT, /* ... and a lifecycle hook holds it */
	SCALING_IN_SERVICE,
	SCALING_PROTECTED, /* in service, and not scaled in */
	SCALING_STANDBY,   /* out of service, and nobody's concern */
	SCALING_STOPPED,   /* kept, off */
	SCALING_REMOVING,
	SCALING_REMOVING_WAIT,
	SCALING_MEMBER_STATE_MAX
};

enum scaling_health { SCALING_HEALTHY, SCALING_UNHEALTHY, SCALING_HEALTH_MAX };

/* An instance in a group. Its key is the instance's id: it is in one group at most. */
struct scaling_member {
	const char *id;
	struct tenant tenant;
	const char *scaling_group;
	enum scaling_member_state state;
	enum scaling_member_state was; /* of one that is leaving: what it is again if that fails */
	enum scaling_creation creation;
	enum scaling_health health;
	bool entrusted; /* attached, and yet released when it is scaled in */
	int64_t weight; /* in load balancers */
	const char *configuration;
	const char *activity; /* that brought it in, or moves it now */
	int64_t created_at;   /* in the group */
};

enum scaling_rule_type { SCALING_RULE_SIMPLE, SCALING_RULE_STEP, SCALING_RULE_TYPE_MAX };

enum scaling_adjustment { SCALING_CHANGE, SCALING_PERCENT, SCALING_TOTAL, SCALING_ADJUSTMENT_MAX };

struct scaling_rule {
	const char *id;
	struct tenant tenant;
	const char *scaling_group;
	const char *name; /* unique in the group */
	enum scaling_rule_type type;
	enum scaling_adjustment adjustment;
	int64_t value; /* instances, per cent or total */
	bool cooldown_given;
	int64_t cooldown; /* seconds */
	int64_t min_magnitude; /* instances that a percentage moves at least */
	int64_t warmup;        /* seconds; kept and shown */
	const char *steps;     /* step rules: "LOWER:UPPER:VALUE,...", bounds in thousandths, "" for none */
	int64_t created_at;
};

enum lifecycle_transition { LIFECYCLE_OUT, LIFECYCLE_IN, LIFECYCLE_TRANSITION_MAX };
enum lifecycle_result { LIFECYCLE_CONTINUE, LIFECYCLE_ABANDON, LIFECYCLE_ROLLBACK, LIFECYCLE_RESULT_MAX };

/* Instances that come (scale out) or go (scale in) wait until somebody says how to go on, or the time is over. */
struct lifecycle_hook {
	const char *id;
	struct tenant tenant;
	const char *scaling_group;
	const char *name; /* unique in the group */
	enum lifecycle_transition transition;
	enum lifecycle_result default_result;
	int64_t timeout; /* seconds */
	bool disabled;
	const char *notification_arn;
	const char *notification_metadata;
	int64_t created_at;
};

enum lifecycle_action_state { LIFECYCLE_PENDING, LIFECYCLE_TIMEOUT, LIFECYCLE_COMPLETED, LIFECYCLE_ACTION_STATE_MAX };

/* One wait of one activity for one hook. */
struct lifecycle_action {
	const char *id; /* its token */
	struct tenant tenant;
	const char *hook;
	const char *activity;
	const char *instances; /* comma separated */
	enum lifecycle_action_state state;
	enum lifecycle_result result; /* once it is not pending: what was said; before: what counts when the time is over */
	int64_t due_at;
	int64_t created_at;
};

enum scaling_activity_kind {
	SCALING_OUT,      /* instances are made */
	SCALING_IN,       /* instances leave; the group's own are released */
	SCALING_ATTACH,
	SCALING_DETACH,   /* instances leave and live on */
	SCALING_ACTIVITY_KIND_MAX
};

enum scaling_activity_state {
	SCALING_IN_PROGRESS,
	SCALING_SUCCESSFUL,
	SCALING_WARNING, /* some of it came to nothing */
	SCALING_FAILED,
	SCALING_REJECTED,
	SCALING_ACTIVITY_STATE_MAX
};

/* Where an activity stands. Each step is one commit; one that has nothing to do is passed. */
enum scaling_step {
	SCALING_BEGIN, /* accepted */
	SCALING_BUILD, /* instances that are to come are being made */
	SCALING_HOOK,  /* lifecycle hooks are asked */
	SCALING_DRAIN, /* balancers send no more to those that go */
	SCALING_SWITCH, /* balancers and white lists are changed */
	SCALING_RELEASE, /* instances that go are being released */
	SCALING_STEP_MAX
};

/* What made it begin. */
enum scaling_cause {
	SCALING_BY_CALL,       /* that named the instances */
	SCALING_BY_ADJUSTMENT, /* a call that said how many */
	SCALING_BY_RULE,
	SCALING_BY_HEALTH, /* instances that do not run any more */
	SCALING_BY_SIZE,   /* the group is not as large as it is to be */
	SCALING_BY_END,    /* the group is being deleted */
	SCALING_CAUSE_MAX
};

struct scaling_activity {
	const char *id;
	struct tenant tenant;
	const char *scaling_group;
	enum scaling_activity_kind kind;
	enum scaling_activity_state state;
	enum scaling_step step;
	enum scaling_cause cause;
	const char *source;   /* who asked: access key id, rule */
	const char *metadata; /* as given */
	int64_t amount;       /* instances it is about */
	int64_t done;         /* of them that came or went */
	int64_t total_before, total_after; /* members; the second once it has ended */
	int64_t created_after, attached_after;
	const char *named;     /* instances that it began with, named by the call or chosen by the group; comma separated */
	const char *created;   /* by it */
	const char *destroyed; /* likewise */
	const char *failed;    /* that were put back */
	const char *ignored;   /* that were named and could not take part */
	const char *reason;    /* word of contract/refusal.h: of the first that failed; "" */
	const char *message;   /* for people, likewise */
	bool leaves_balancers; /* those that go are taken out of balancers and white lists */
	bool lowers_desired;   /* what the group keeps to falls with those that go */
	bool asks_hooks;
	int64_t cooldown; /* seconds after its end; -1: the group's */
	int64_t created_at;
	int64_t ended_at;
};

extern const char *const scaling_group_state_names[SCALING_GROUP_STATE_MAX + 1];
extern const char *const scaling_health_check_names[SCALING_HEALTH_CHECK_MAX + 1];
extern const char *const scaling_creation_names[SCALING_CREATION_MAX + 1];
extern const char *const scaling_member_state_names[SCALING_MEMBER_STATE_MAX + 1];
extern const char *const scaling_health_names[SCALING_HEALTH_MAX + 1];
extern const char *const scaling_rule_type_names[SCALING_RULE_TYPE_MAX + 1];
extern const char *const scaling_adjustment_names[SCALING_ADJUSTMENT_MAX + 1];
extern const char *const lifecycle_transition_names[LIFECYCLE_TRANSITION_MAX + 1];
extern const char *const lifecycle_result_names[LIFECYCLE_RESULT_MAX + 1];
extern const char *const lifecycle_action_state_names[LIFECYCLE_ACTION_STATE_MAX + 1];
extern const char *const scaling_activity_kind_names[SCALING_ACTIVITY_KIND_MAX + 1];
extern const char *const scaling_activity_state_names[SCALING_ACTIVITY_STATE_MAX + 1];
extern const char *const scaling_cause_names[SCALING_CAUSE_MAX + 1];
extern const char *const scaling_step_names[SCALING_STEP_MAX + 1];

/* ---- rows: as in contract/store.h ---- */

/* Of all of them; where a table has no such column the member counts for nothing. */
struct scaling_filter {
	const char *account;
	const char *scope;
	const char *region;
	const char *const *ids; /* of members: of their instances */
	size_t n_ids;           /* 0 with ids != NULL: none match */
	const char *scaling_group;
	const char *name_pattern; /* '*' stands for any run of characters */
	const char *const *names; /* any of these */
	size_t n_names;           /* 0: no condition */
	const char *group_type;
	const char *resource_group;
	const char *configuration;
	const char *activity;
	const char *hook;
	int state;    /* of the enum of the table, or -1 */
	int creation; /* enum scaling_creation or -1 */
	int health;   /* enum scaling_health or -1 */
	int kind;     /* enum scaling_rule_type or lifecycle_transition, or -1 */
	const bool *states;    /* of members: SCALING_MEMBER_STATE_MAX of them, true for those that are wanted; or NULL */
	const bool *creations; /* likewise */
	const struct tag_filter *tags; /* of groups */
	size_t n_tags;
};
#define SCALING_FILTER_ANY ((struct scaling_filter){ .state = -1, .creation = -1, .health = -1, .kind = -1 })

#define SCALING_ROWS(X)                                    \
	X(scaling_group)                                   \
	X(scaling_configuration)                           \
	X(scaling_member)                                  \
	X(scaling_rule)                                    \
	X(lifecycle_hook)                                  \
	X(lifecycle_action)                                \
	X(scaling_activity)

/* For each: X_get, X_put, X_row_delete, X_list (newest first), X_count. */
#define X(name)                                                                                                \
	bool name##_get(struct txn *txn, const char *id, struct name *ret);                                    \
	void name##_put(struct txn *txn, const struct name *row);                                              \
	void name##_row_delete(struct txn *txn, const char *id);                                               \
	size_t name##_list(struct txn *txn, const struct scaling_filter *filter, const struct page *page,      \
	                   struct name **ret);                                                                 \
	int64_t name##_count(struct txn *txn, const struct scaling_filter *filter);
SCALING_ROWS(X)
#undef X

/* Disks of a configuration, in the order of their positions. */
void scaling_disk_put(struct txn *txn, const struct scaling_disk *disk);
size_t scaling_disk_list(struct txn *txn, const char *configuration, struct scaling_disk **ret);
void scaling_disk_delete_all(struct txn *txn, const char *configuration);

/* Deletes up to `limit` activities, with their lifecycle actions, that ended before `before`; returns how many. */
size_t scaling_activity_purge(struct txn *txn, int64_t before, int64_t limit);

#endif
