/* AttachInstances: instances that are there become members of a group. */
#include "base/text.h"
#include "core/scaling.h"

struct attach_facts {
	struct facts facts;
	const struct scaling_attach_args *args;
	bool found;
	struct scaling_group group;
	bool activity_runs;
	enum refusal_reason unfit; /* of the first instance that cannot be attached: facts.instance_id */
	size_t *valid;             /* positions of those that can */
	size_t n_valid;
	const char *ignored;
	struct scaling_capacity capacity;
};

#define ATTACH_ROW(name, condition)                                            \
	static bool attach_##name(const struct work *work, const void *facts_) \
	{                                                                      \
		const struct attach_facts *f = facts_;                         \
                                                                               \
		(void)work;                                                    \
		return (condition);                                            \
	}

ATTACH_ROW(unknown, !f->found)
ATTACH_ROW(not_active, f->group.state != SCALING_GROUP_ACTIVE)
ATTACH_ROW(activity_runs, f->activity_runs)
ATTACH_ROW(instance_unknown, f->unfit == REFUSE_INSTANCE_UNKNOWN)
ATTACH_ROW(instance_state, f->unfit == REFUSE_INSTANCE_STATE)
ATTACH_ROW(instance_taken, f->unfit == REFUSE_SCALING_MEMBER_TAKEN)
ATTACH_ROW(instance_apart, f->unfit == REFUSE_SCALING_MEMBER_VPC)
ATTACH_ROW(above_max, f->capacity.total + (int64_t)f->n_valid > f->group.max_size)

static const struct check group_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ attach_unknown, REFUSE_SCALING_GROUP_UNKNOWN, ABOUT_NOTHING },
	{ attach_not_active, REFUSE_SCALING_GROUP_STATE, ABOUT_NOTHING },
	{ attach_activity_runs, REFUSE_SCALING_ACTIVITY_RUNS, ABOUT_NOTHING },
	{ attach_instance_unknown, REFUSE_INSTANCE_UNKNOWN, ABOUT_INSTANCE },
	{ attach_instance_state, REFUSE_INSTANCE_STATE, ABOUT_INSTANCE },
	{ attach_instance_taken, REFUSE_SCALING_MEMBER_TAKEN, ABOUT_INSTANCE },
	{ attach_instance_apart, REFUSE_SCALING_MEMBER_VPC, ABOUT_INSTANCE },
};

static const struct check size_checks[] = {
	{ attach_above_max, REFUSE_SCALING_ABOVE_MAX, ABOUT_NOTHING },
};

static enum refusal_reason fits(struct work *work, const struct scaling_group *group, const char *id)
{
	struct scaling_member member;
	struct instance instance;

	if (!find_instance(work, id, &instance) || !text_equal(instance.tenant.region, group->tenant.region))
		return REFUSE_INSTANCE_UNKNOWN;
	if (instance.state != INSTANCE_RUNNING)
		return REFUSE_INSTANCE_STATE;
	if (scaling_member_get(work->txn, id, &member))
		return REFUSE_SCALING_MEMBER_TAKEN;
	if (!text_empty(group->vpc) && !text_equal(instance.vpc, group->vpc))
		return REFUSE_SCALING_MEMBER_VPC;
	return REFUSE_NONE;
}

static void look_at_instances(struct work *work, struct attach_facts *f)
{
	const struct scaling_attach_args *args = f->args;
	size_t i;

	f->ignored = "";
	f->valid = arena_array(work->arena, size_t, args->n_instances);
	for (i = 0; i < args->n_instances && f->unfit == REFUSE_NONE; i++) {
		enum refusal_reason unfit = fits(work, &f->group, args->instances[i]);

		if (unfit == REFUSE_NONE) {
			f->valid[f->n_valid++] = i;
		} else if (args->ignore_invalid) {
			f->ignored = text_list_with(work->arena, f->ignored, args->instances[i]);
		} else {
			f->unfit = unfit;
			f->facts.instance_id = args->instances[i];
		}
	}
}

static const char *named(struct work *work, const struct attach_facts *f)
{
	const char *list = "";
	size_t i;

	for (i = 0; i < f->n_valid; i++)
		list = text_list_with(work->arena, list, f->args->instances[f->valid[i]]);
	return list;
}

static void begin(struct work *work, struct attach_facts *f, struct scaling_activity *activity)
{
	const struct scaling_attach_args *args = f->args;
	size_t i;

	*activity = (struct scaling_activity){
		.kind = SCALING_ATTACH,
		.cause = SCALING_BY_CALL,
		.source = work->caller.key_id,
		.amount = (int64_t)f->n_valid,
		.named = named(work, f),
		.ignored = f->ignored,
		.asks_hooks = args->asks_hooks,
		.cooldown = -1,
	};
	scaling_activity_open(work, &f->group, activity);
	for (i = 0; i < f->n_valid; i++) {
		struct scaling_member member = {
			.id = args->instances[f->valid[i]],
			.tenant = f->group.tenant,
			.scaling_group = f->group.id,
			.state = SCALING_PENDING,
			.creation = SCALING_ATTACHED,
			.entrusted = args->entrusted,
			.weight = args->weights ? args->weights[f->valid[i]] : SCALING_WEIGHT_DEFAULT,
			.activity = activity->id,
			.created_at = work->now,
		};

		scaling_member_put(work->txn, &member);
	}
}

static bool attach(struct work *work, struct attach_facts *f, const char **ret_activity)
{
	struct scaling_activity activity;

	if (!work_check(work, group_checks, COUNT_OF(group_checks), f) || !scaling_outside_ready(work, &f->group) ||
	    !work_check(work, size_checks, COUNT_OF(size_checks), f))
		return false;
	begin(work, f, &activity);
	*ret_activity = activity.id;
	return true;
}

static void find(struct work *work, struct attach_facts *f)
{
	struct scaling_activity activity;

	f->activity_runs = scaling_activity_of(work, f->group.id, &activity);
	f->capacity = scaling_capacity(work, f->group.id);
	look_at_instances(work, f);
}

bool scaling_attach_to(struct work *work, struct scaling_group *group, const struct scaling_attach_args *args,
                       const char **ret_activity)
{
	struct attach_facts f = { .args = args, .found = true, .group = *group };

	find(work, &f);
	return attach(work, &f, ret_activity);
}

bool scaling_attach(struct work *work, const struct scaling_attach_args *args, const char **ret_activity)
{
	struct attach_facts f = { .args = args };

	f.found = find_scaling_group(work, args->group, &f.group);
	if (f.found)
		find(work, &f);
	return attach(work, &f, ret_activity);
}
