/* Scaling groups that are changed: sizes, names, policies, what they are made by, what they do not do for a while. */
#include "base/text.h"
#include "core/network.h"
#include "core/scaling.h"

struct modify_facts {
	struct facts facts;
	const struct scaling_modify_args *args;
	bool found;
	struct scaling_group group, next;
	bool name_taken;
	bool configuration_unknown;
	bool vswitch_unknown, vswitch_apart;
};

#define MODIFY_ROW(name, condition)                                            \
	static bool modify_##name(const struct work *work, const void *facts_) \
	{                                                                      \
		const struct modify_facts *f = facts_;                         \
                                                                               \
		(void)work;                                                    \
		return (condition);                                            \
	}

MODIFY_ROW(unknown, !f->found)
MODIFY_ROW(leaving, f->group.state == SCALING_GROUP_DELETING)
MODIFY_ROW(name_taken, f->name_taken)
MODIFY_ROW(sizes, f->next.min_size > f->next.max_size)
MODIFY_ROW(desired_below, f->next.desired_given && f->next.desired_capacity < f->next.min_size)
MODIFY_ROW(desired_above, f->next.desired_given && f->next.desired_capacity > f->next.max_size)
MODIFY_ROW(configuration_unknown, f->configuration_unknown)
MODIFY_ROW(vswitch_unknown, f->vswitch_unknown)
MODIFY_ROW(vswitch_apart, f->vswitch_apart)

static const struct check modify_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ modify_unknown, REFUSE_SCALING_GROUP_UNKNOWN, ABOUT_NOTHING },
	{ modify_leaving, REFUSE_SCALING_GROUP_STATE, ABOUT_NOTHING },
	{ modify_name_taken, REFUSE_SCALING_GROUP_NAME, ABOUT_NOTHING },
	{ modify_sizes, REFUSE_SCALING_GROUP_SIZES, ABOUT_NOTHING },
	{ modify_desired_below, REFUSE_SCALING_DESIRED_BELOW, ABOUT_NOTHING },
	{ modify_desired_above, REFUSE_SCALING_DESIRED_ABOVE, ABOUT_NOTHING },
	{ modify_configuration_unknown, REFUSE_SCALING_CONFIGURATION_UNKNOWN, ABOUT_NOTHING },
	{ modify_vswitch_unknown, REFUSE_VSWITCH_UNKNOWN, ABOUT_NOTHING },
	{ modify_vswitch_apart, REFUSE_VPC_MISMATCH, ABOUT_NOTHING },
};

static const struct check found_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ modify_unknown, REFUSE_SCALING_GROUP_UNKNOWN, ABOUT_NOTHING },
};

static bool is_taken(struct work *work, const struct scaling_group *group, const char *name)
{
	struct scaling_filter filter = SCALING_FILTER_ANY;

	filter.account = group->tenant.account;
	filter.region = group->tenant.region;
	filter.scope = group->tenant.scope;
	filter.names = &name;
	filter.n_names = 1;
	return !text_empty(name) && !text_equal(name, group->name) && scaling_group_count(work->txn, &filter) != 0;
}

/* A group stays in its VPC. */
static void look_at_vswitches(struct work *work, struct modify_facts *f)
{
	const char *list = text_or(f->args->vswitches, "");
	const char *id;

	while ((id = text_list_next(work->arena, &list))) {
		struct vswitch vswitch;

		if (!find_vswitch(work, id, &vswitch))
			f->vswitch_unknown = true;
		else
			f->vswitch_apart = f->vswitch_apart || !text_equal(vswitch.vpc, f->group.vpc);
	}
}

static void set_int(int64_t *member, const struct scaling_number *given)
{
	if (given->given)
		*member = given->value;
}

static struct scaling_group changed(const struct scaling_group *group, const struct scaling_modify_args *args)
{
	struct scaling_group next = *group;

	set_int(&next.min_size, &args->min_size);
	set_int(&next.max_size, &args->max_size);
	set_int(&next.default_cooldown, &args->default_cooldown);
	set_int(&next.max_instance_lifetime, &args->max_instance_lifetime);
	set_int(&next.stop_instance_timeout, &args->stop_instance_timeout);
	if (args->desired_capacity.given) {
		next.desired_given = true;
		next.desired_capacity = args->desired_capacity.value;
	} else if (args->disable_desired) {
		next.desired_given = false;
	}
	next.name = text_empty(args->name) ? group->name : args->name;
	next.removal_policies = text_or(args->removal_policies, group->removal_policies);
	next.multi_zone_policy = text_or(args->multi_zone_policy, group->multi_zone_policy);
	next.scaling_policy = text_or(args->scaling_policy, group->scaling_policy);
	next.configuration = text_empty(args->configuration) ? group->configuration : args->configuration;
	next.vswitches = text_empty(args->vswitches) ? group->vswitches : args->vswitches;
	if (args->health_check >= 0)
		next.health_check = (enum scaling_health_check)args->health_check;
	if (args->deletion_protection >= 0)
		next.deletion_protection = args->deletion_protection;
	return next;
}

static void put_and_look(struct work *work, struct scaling_group *group)
{
	group->modified_at = work->now;
	group->retry_at = 0;
	scaling_group_put(work->txn, group);
	scaling_group_look(work, group);
}

bool scaling_group_modify(struct work *work, const struct scaling_modify_args *args)
{
	struct modify_facts f = { .args = args };
	struct scaling_configuration configuration;

	f.found = find_scaling_group(work, args->group, &f.group);
	if (f.found) {
		f.next = changed(&f.group, args);
		f.name_taken = is_taken(work, &f.group, args->name);
		f.configuration_unknown = !text_empty(args->configuration) &&
		                          (!find_scaling_configuration(work, args->configuration, &configuration) ||
		                           !text_equal(configuration.scaling_group, f.group.id));
		look_at_vswitches(work, &f);
	}
	if (!work_check(work, modify_checks, COUNT_OF(modify_checks), &f))
		return false;
	put_and_look(work, &f.next);
	return true;
}

bool scaling_group_suspend(struct work *work, const char *id, const char *const *processes, size_t n, bool suspend)
{
	struct modify_facts f = { 0 };
	size_t i;

	f.found = find_scaling_group(work, id, &f.group);
	if (!work_check(work, found_checks, COUNT_OF(found_checks), &f))
		return false;
	for (i = 0; i < n; i++) {
		bool is = text_list_has(f.group.suspended, processes[i]);

		if (suspend && !is)
			f.group.suspended = text_list_with(work->arena, f.group.suspended, processes[i]);
		else if (!suspend && is)
			f.group.suspended = text_list_without(work->arena, f.group.suspended, processes[i]);
	}
	put_and_look(work, &f.group);
	return true;
}
