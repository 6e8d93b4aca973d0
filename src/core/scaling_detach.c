/* DetachInstances and RemoveInstances: members leave a group. The first lets them live on, the second releases those that the
 * group has made or that are entrusted to it. */
#include "base/text.h"
#include "core/scaling.h"

struct detach_facts {
	struct facts facts;
	const struct scaling_detach_args *args;
	bool found;
	struct scaling_group group;
	bool activity_runs;
	bool member_unknown; /* facts.instance_id is the first */
	struct scaling_member *leaving;
	size_t n_leaving;
	const char *named, *ignored;
	struct scaling_capacity capacity;
};

#define DETACH_ROW(name, condition)                                            \
	static bool detach_##name(const struct work *work, const void *facts_) \
	{                                                                      \
		const struct detach_facts *f = facts_;                         \
                                                                               \
		(void)work;                                                    \
		return (condition);                                            \
	}

DETACH_ROW(unknown, !f->found)
DETACH_ROW(not_active, f->group.state != SCALING_GROUP_ACTIVE)
DETACH_ROW(activity_runs, f->activity_runs)
DETACH_ROW(member_unknown, f->member_unknown)
DETACH_ROW(below_min, f->capacity.settled - (int64_t)f->n_leaving < f->group.min_size)

static const struct check group_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ detach_unknown, REFUSE_SCALING_GROUP_UNKNOWN, ABOUT_NOTHING },
	{ detach_not_active, REFUSE_SCALING_GROUP_STATE, ABOUT_NOTHING },
	{ detach_activity_runs, REFUSE_SCALING_ACTIVITY_RUNS, ABOUT_NOTHING },
	{ detach_member_unknown, REFUSE_SCALING_MEMBER_UNKNOWN, ABOUT_INSTANCE },
};

/* Behind balancers and databases. */
static const struct check size_checks[] = {
	{ detach_below_min, REFUSE_SCALING_BELOW_MIN, ABOUT_NOTHING },
};

/* An instance that is gone, and is a member yet, can be taken out like any other. */
static void look_at_instances(struct work *work, struct detach_facts *f)
{
	const struct scaling_detach_args *args = f->args;
	size_t i;

	f->leaving = arena_array(work->arena, struct scaling_member, args->n_instances);
	for (i = 0; i < args->n_instances; i++) {
		const char *id = args->instances[i];
		struct scaling_member member;

		if (scaling_member_get(work->txn, id, &member) && text_equal(member.scaling_group, f->group.id)) {
			f->leaving[f->n_leaving++] = member;
			f->named = text_list_with(work->arena, f->named, id);
		} else if (args->ignore_invalid) {
			f->ignored = text_list_with(work->arena, f->ignored, id);
		} else if (!f->member_unknown) {
			f->member_unknown = true;
			f->facts.instance_id = id;
		}
	}
}

static struct detach_facts find(struct work *work, const struct scaling_detach_args *args)
{
	struct detach_facts f = { .args = args, .named = "", .ignored = "" };
	struct scaling_activity activity;

	f.found = find_scaling_group(work, args->group, &f.group);
	if (!f.found)
		return f;
	f.activity_runs = scaling_activity_of(work, f.group.id, &activity);
	f.capacity = scaling_capacity(work, f.group.id);
	look_at_instances(work, &f);
	return f;
}

bool scaling_detach(struct work *work, const struct scaling_detach_args *args, const char **ret_activity)
{
	struct detach_facts f = find(work, args);
	struct scaling_activity activity;
	size_t i;

	if (!work_check(work, group_checks, COUNT_OF(group_checks), &f) || !scaling_outside_ready(work, &f.group) ||
	    !work_check(work, size_checks, COUNT_OF(size_checks), &f))
		return false;
	activity = (struct scaling_activity){
		.kind = args->release ? SCALING_IN : SCALING_DETACH,
		.cause = SCALING_BY_CALL,
		.source = work->caller.key_id,
		.amount = (int64_t)f.n_leaving,
		.named = f.named,
		.ignored = f.ignored,
		.leaves_balancers = args->leaves_balancers,
		.lowers_desired = !args->keep_desired,
		.asks_hooks = args->asks_hooks,
		.cooldown = -1,
	};
	scaling_activity_open(work, &f.group, &activity);
	for (i = 0; i < f.n_leaving; i++)
		scaling_member_leaves(work, &f.leaving[i], &activity);
	*ret_activity = activity.id;
	return true;
}
