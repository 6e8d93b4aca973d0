/* Scaling groups: made, enabled, disabled, removed. */
#include "base/moment.h"
#include "base/text.h"
#include "core/balancer.h"
#include "core/catalogue.h"
#include "core/database.h"
#include "core/disk.h"
#include "core/network.h"
#include "core/scaling.h"

struct group_facts {
	struct facts facts;
	const struct scaling_group_args *args;
	bool found;
	struct scaling_group group;
	bool name_taken;
	int64_t n_groups;
	enum refusal_reason vswitch;
	const char *vpc;
	struct balancers_hindrance balancers;
	struct dbs_hindrance dbs;
	const struct scaling_enable_args *enable;
	bool configuration_unknown, configuration_missing;
	bool force, activity_runs;
	int64_t n_members;
};

#define GROUP_ROW(name, condition)                                            \
	static bool group_##name(const struct work *work, const void *facts_) \
	{                                                                     \
		const struct group_facts *f = facts_;                         \
                                                                              \
		(void)work;                                                   \
		return (condition);                                           \
	}

GROUP_ROW(name_taken, f->name_taken)
GROUP_ROW(sizes, f->args->min_size > f->args->max_size)
GROUP_ROW(desired_below, f->args->desired_given && f->args->desired_capacity < f->args->min_size)
GROUP_ROW(desired_above, f->args->desired_given && f->args->desired_capacity > f->args->max_size)
GROUP_ROW(vswitch_unknown, f->vswitch == REFUSE_VSWITCH_UNKNOWN)
GROUP_ROW(vswitch_state, f->vswitch == REFUSE_VSWITCH_STATE)
GROUP_ROW(vswitch_apart, f->vswitch == REFUSE_VPC_MISMATCH)
GROUP_ROW(balancer_unknown, f->balancers.unknown)
GROUP_ROW(balancer_state, f->balancers.not_active)
GROUP_ROW(balancer_unchecked, f->balancers.unchecked)
GROUP_ROW(db_unknown, f->dbs.unknown)
GROUP_ROW(db_state, f->dbs.not_running)
GROUP_ROW(too_many, f->n_groups >= SCALING_GROUPS_MAX)
GROUP_ROW(unknown, !f->found)
GROUP_ROW(not_inactive, f->group.state != SCALING_GROUP_INACTIVE)
GROUP_ROW(configuration_unknown, f->configuration_unknown)
GROUP_ROW(configuration_missing, f->configuration_missing)

/* ---- CreateScalingGroup ---- */

static const struct check create_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ group_sizes, REFUSE_SCALING_GROUP_SIZES, ABOUT_NOTHING },
	{ group_desired_below, REFUSE_SCALING_DESIRED_BELOW, ABOUT_NOTHING },
	{ group_desired_above, REFUSE_SCALING_DESIRED_ABOVE, ABOUT_NOTHING },
	{ group_name_taken, REFUSE_SCALING_GROUP_NAME, ABOUT_NOTHING },
	{ group_vswitch_unknown, REFUSE_VSWITCH_UNKNOWN, ABOUT_NOTHING },
	{ group_vswitch_state, REFUSE_VSWITCH_STATE, ABOUT_NOTHING },
	{ group_vswitch_apart, REFUSE_VPC_MISMATCH, ABOUT_NOTHING },
	{ group_balancer_unknown, REFUSE_BALANCER_UNKNOWN, ABOUT_NOTHING },
	{ group_balancer_state, REFUSE_BALANCER_STATE, ABOUT_NOTHING },
	{ group_balancer_unchecked, REFUSE_BALANCER_NO_HEALTH_CHECK, ABOUT_NOTHING },
	{ group_db_unknown, REFUSE_DB_UNKNOWN, ABOUT_DISK },
	{ group_db_state, REFUSE_DB_STATE, ABOUT_DISK },
	{ group_too_many, REFUSE_SCALING_GROUP_LIMIT, ABOUT_NOTHING },
};

static enum refusal_reason vswitches_fit(struct work *work, const char *list, const char **ret_vpc)
{
	const char *id;

	*ret_vpc = "";
	while ((id = text_list_next(work->arena, &list))) {
		struct vswitch vswitch;

		if (!find_vswitch(work, id, &vswitch))
			return REFUSE_VSWITCH_UNKNOWN;
		if (vswitch.ready_at > work->now)
			return REFUSE_VSWITCH_STATE;
		if (**ret_vpc && !text_equal(*ret_vpc, vswitch.vpc))
			return REFUSE_VPC_MISMATCH;
		*ret_vpc = vswitch.vpc;
	}
	return REFUSE_NONE;
}

static struct group_facts create_find(struct work *work, const struct scaling_group_args *args)
{
	struct scaling_filter filter = SCALING_FILTER_ANY;
	struct group_facts f = { .args = args };

	filter.account = work->caller.tenant.account;
	filter.region = work->caller.tenant.region;
	filter.scope = work->caller.tenant.scope;
	f.n_groups = scaling_group_count(work->txn, &filter);
	filter.names = &args->name;
	filter.n_names = text_empty(args->name) ? 0 : 1;
	f.name_taken = filter.n_names && scaling_group_count(work->txn, &filter) != 0;
	f.vswitch = vswitches_fit(work, args->vswitches, &f.vpc);
	f.balancers = balancers_look(work, &work->caller.tenant, text_or(args->load_balancers, ""));
	f.dbs = dbs_look(work, &work->caller.tenant, text_or(args->db_instances, ""));
	f.facts.disk_id = f.dbs.unknown ? f.dbs.unknown : f.dbs.not_running;
	return f;
}

bool scaling_group_create(struct work *work, const struct scaling_group_args *args, const char **ret_id)
{
	struct group_facts f = create_find(work, args);
	struct scaling_group group;

	if (!work_check(work, create_checks, COUNT_OF(create_checks), &f))
		return false;
	group = (struct scaling_group){
		.id = mint_id(work, "asg", work->caller.tenant.region),
		.tenant = work->caller.tenant,
		.name = args->name,
		.min_size = args->min_size,
		.max_size = args->max_size,
		.desired_given = args->desired_given,
		.desired_capacity = args->desired_capacity,
		.default_cooldown = args->default_cooldown,
		.health_check = args->health_check,
		.removal_policies = args->removal_policies,
		.multi_zone_policy = args->multi_zone_policy,
		.scaling_policy = args->scaling_policy,
		.vpc = f.vpc,
		.vswitches = args->vswitches,
		.load_balancers = args->load_balancers,
		.db_instances = args->db_instances,
		.group_type = args->group_type,
		.resource_group = args->resource_group,
		.deletion_protection = args->deletion_protection,
		.max_instance_lifetime = args->max_instance_lifetime,
		.stop_instance_timeout = args->stop_instance_timeout,
		.created_at = work->now,
		.modified_at = work->now,
	};
	if (text_empty(group.name))
		group.name = group.id;
	scaling_group_put(work->txn, &group);
	tags_put(work, group.id, args->tags, args->n_tags);
	*ret_id = group.id;
	return true;
}

/* ---- EnableScalingGroup ---- */

static const struct check enable_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ group_unknown, REFUSE_SCALING_GROUP_UNKNOWN, ABOUT_NOTHING },
	{ group_not_inactive, REFUSE_SCALING_GROUP_STATE, ABOUT_NOTHING },
	{ group_configuration_unknown, REFUSE_SCALING_CONFIGURATION_UNKNOWN, ABOUT_NOTHING },
	{ group_configuration_missing, REFUSE_SCALING_CONFIGURATION_MISSING, ABOUT_NOTHING },
};

static struct group_facts enable_find(struct work *work, const struct scaling_enable_args *args)
{
	struct group_facts f = { .enable = args };
	struct scaling_configuration configuration;

	f.found = find_scaling_group(work, args->group, &f.group);
	if (!f.found)
		return f;
	if (!text_empty(args->configuration)) {
		f.configuration_unknown = !find_scaling_configuration(work, args->configuration, &configuration) ||
		                          !text_equal(configuration.scaling_group, f.group.id);
		f.group.configuration = args->configuration;
	}
	/* An instance will do as well (EnableScalingGroup page, "Operation description"). */
	f.configuration_missing = text_empty(f.group.configuration) && args->n_instances == 0 &&
	                          scaling_capacity(work, f.group.id).total == 0;
	return f;
}

bool scaling_group_enable(struct work *work, const struct scaling_enable_args *args)
{
	struct scaling_attach_args attach = {
		.group = args->group,
		.instances = args->instances,
		.n_instances = args->n_instances,
		.weights = args->weights,
	};
	struct group_facts f = enable_find(work, args);
	const char *activity;

	if (!work_check(work, enable_checks, COUNT_OF(enable_checks), &f))
		return false;
	f.group.state = SCALING_GROUP_ACTIVE;
	f.group.modified_at = work->now;
	f.group.retry_at = 0;
	scaling_group_put(work->txn, &f.group);
	if (args->n_instances && !scaling_attach_to(work, &f.group, &attach, &activity))
		return false;
	scaling_group_look(work, &f.group);
	return true;
}

/* ---- DisableScalingGroup ---- */

static const struct check disable_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ group_unknown, REFUSE_SCALING_GROUP_UNKNOWN, ABOUT_NOTHING },
};

bool scaling_group_disable(struct work *work, const char *id)
{
	struct group_facts f = { 0 };

	f.found = find_scaling_group(work, id, &f.group);
	if (!work_check(work, disable_checks, COUNT_OF(disable_checks), &f))
		return false;
	if (f.group.state != SCALING_GROUP_ACTIVE)
		return true;
	f.group.state = SCALING_GROUP_INACTIVE;
	f.group.modified_at = work->now;
	scaling_group_put(work->txn, &f.group);
	return true;
}

/* ---- DeleteScalingGroup ---- */

GROUP_ROW(protected, f->group.deletion_protection)
GROUP_ROW(leaving, f->group.state == SCALING_GROUP_DELETING)
GROUP_ROW(activity_runs, f->activity_runs && !f->force)
GROUP_ROW(in_use, f->n_members && !f->force)

static const struct check delete_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ group_unknown, REFUSE_SCALING_GROUP_UNKNOWN, ABOUT_NOTHING },
	{ group_leaving, REFUSE_SCALING_GROUP_STATE, ABOUT_NOTHING },
	{ group_protected, REFUSE_SCALING_GROUP_PROTECTED, ABOUT_NOTHING },
	{ group_activity_runs, REFUSE_SCALING_ACTIVITY_RUNS, ABOUT_NOTHING },
	{ group_in_use, REFUSE_SCALING_GROUP_IN_USE, ABOUT_NOTHING },
};

void scaling_group_empty(struct work *work, struct scaling_group *group)
{
	struct scaling_activity activity = {
		.kind = SCALING_IN,
		.cause = SCALING_BY_END,
		.leaves_balancers = true,
		.cooldown = 0,
	};
	struct scaling_member *members;
	size_t n = scaling_members(work, group->id, &members);
	size_t i;

	activity.amount = (int64_t)n;
	activity.named = scaling_member_ids(work, members, n);
	scaling_activity_open(work, group, &activity);
	for (i = 0; i < n; i++)
		scaling_member_leaves(work, &members[i], &activity);
}

bool scaling_group_delete(struct work *work, const char *id, bool force)
{
	struct group_facts f = { .force = force };
	struct scaling_activity running;

	f.found = find_scaling_group(work, id, &f.group);
	f.activity_runs = f.found && scaling_activity_of(work, id, &running);
	f.n_members = f.found ? scaling_capacity(work, id).total : 0;
	if (!work_check(work, delete_checks, COUNT_OF(delete_checks), &f))
		return false;
	f.group.state = SCALING_GROUP_DELETING;
	scaling_group_put(work->txn, &f.group);
	/* The activity in progress is waited for: its end goes on from here. */
	if (f.n_members && !f.activity_runs)
		scaling_group_empty(work, &f.group);
	else if (!f.activity_runs)
		scaling_group_forget(work, &f.group);
	return true;
}

/* ---- the end of a group ---- */

static void forget_configurations(struct work *work, const struct scaling_filter *of_group)
{
	struct scaling_configuration *rows;
	size_t n = scaling_configuration_list(work->txn, of_group, NULL, &rows);
	size_t i;

	for (i = 0; i < n; i++) {
		scaling_disk_delete_all(work->txn, rows[i].id);
		scaling_configuration_row_delete(work->txn, rows[i].id);
	}
}

void scaling_group_forget(struct work *work, const struct scaling_group *group)
{
	struct scaling_filter of_group = SCALING_FILTER_ANY;
	struct scaling_rule *rules;
	struct lifecycle_hook *hooks;
	size_t n;
	size_t i;

	of_group.scaling_group = group->id;
	forget_configurations(work, &of_group);
	n = scaling_rule_list(work->txn, &of_group, NULL, &rules);
	for (i = 0; i < n; i++)
		scaling_rule_row_delete(work->txn, rules[i].id);
	n = lifecycle_hook_list(work->txn, &of_group, NULL, &hooks);
	for (i = 0; i < n; i++)
		lifecycle_hook_row_delete(work->txn, hooks[i].id);
	tag_delete_all(work->txn, group->id);
	scaling_group_row_delete(work->txn, group->id);
}
