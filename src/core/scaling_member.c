/* Members that stay and change what they are: protected, in standby, healthy. At once, without an activity. */
#include "base/text.h"
#include "core/scaling.h"

struct move_facts {
	struct facts facts;
	const struct scaling_move_args *args;
	bool found;
	struct scaling_group group;
	bool unknown, wrong; /* facts.instance_id is the first */
	struct scaling_member *members;
};

#define MOVE_ROW(name, condition)                                            \
	static bool move_##name(const struct work *work, const void *facts_) \
	{                                                                    \
		const struct move_facts *f = facts_;                         \
                                                                             \
		(void)work;                                                  \
		return (condition);                                          \
	}

MOVE_ROW(of_no_group, !f->found)
MOVE_ROW(not_active, f->group.state != SCALING_GROUP_ACTIVE)
MOVE_ROW(unknown, f->unknown)
MOVE_ROW(wrong, f->wrong)

static const struct check move_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ move_of_no_group, REFUSE_SCALING_GROUP_UNKNOWN, ABOUT_NOTHING },
	{ move_not_active, REFUSE_SCALING_GROUP_STATE, ABOUT_NOTHING },
	{ move_unknown, REFUSE_SCALING_MEMBER_UNKNOWN, ABOUT_INSTANCE },
	{ move_wrong, REFUSE_SCALING_MEMBER_STATE, ABOUT_INSTANCE },
};

/* What a member may be from which it is moved; being there already is no error. */
static bool can_move(enum scaling_move move, enum scaling_member_state state)
{
	switch (move) {
	case SCALING_PROTECT:
	case SCALING_UNPROTECT:
		return state == SCALING_IN_SERVICE || state == SCALING_PROTECTED;
	case SCALING_ENTER_STANDBY:
		return state == SCALING_IN_SERVICE || state == SCALING_PROTECTED || state == SCALING_STANDBY;
	case SCALING_EXIT_STANDBY:
		return state == SCALING_STANDBY || state == SCALING_IN_SERVICE;
	}
	return false;
}

static const enum scaling_member_state targets[] = {
	[SCALING_PROTECT] = SCALING_PROTECTED,
	[SCALING_UNPROTECT] = SCALING_IN_SERVICE,
	[SCALING_ENTER_STANDBY] = SCALING_STANDBY,
	[SCALING_EXIT_STANDBY] = SCALING_IN_SERVICE,
};

static struct move_facts move_find(struct work *work, const struct scaling_move_args *args)
{
	struct move_facts f = { .args = args };
	size_t i;

	f.found = find_scaling_group(work, args->group, &f.group);
	f.members = arena_array(work->arena, struct scaling_member, args->n_instances);
	for (i = 0; f.found && i < args->n_instances; i++) {
		const char *id = args->instances[i];
		bool unknown = !scaling_member_get(work->txn, id, &f.members[i]) ||
		               !text_equal(f.members[i].scaling_group, f.group.id);
		bool wrong = !unknown && !can_move(args->move, f.members[i].state);

		if ((unknown || wrong) && !f.facts.instance_id)
			f.facts.instance_id = id;
		f.unknown = f.unknown || unknown;
		f.wrong = f.wrong || wrong;
	}
	return f;
}

/* In standby it is sent nothing, and back behind its load balancers with the weight it had (EnterStandby page). */
static void move(struct work *work, const struct move_facts *f, struct scaling_member *member)
{
	enum scaling_member_state target = targets[f->args->move];

	if (member->state == target)
		return;
	if (target == SCALING_STANDBY)
		scaling_outside_drain(work, &f->group, member->id);
	else if (member->state == SCALING_STANDBY)
		scaling_outside_join(work, &f->group, member);
	member->state = target;
	scaling_member_put(work->txn, member);
}

bool scaling_members_move(struct work *work, const struct scaling_move_args *args)
{
	struct move_facts f = move_find(work, args);
	size_t i;

	if (!work_check(work, move_checks, COUNT_OF(move_checks), &f))
		return false;
	for (i = 0; i < args->n_instances; i++)
		move(work, &f, &f.members[i]);
	/* Nobody looked while it was in standby. */
	scaling_group_look(work, &f.group);
	return true;
}

bool scaling_member_set_health(struct work *work, const char *instance, enum scaling_health health)
{
	struct scaling_member member;
	struct scaling_group group;

	if (!scaling_member_get(work->txn, instance, &member) || !find_scaling_group(work, member.scaling_group, &group))
		return work_refuse(work, REFUSE_SCALING_MEMBER_UNKNOWN, instance);
	member.health = health;
	scaling_member_put(work->txn, &member);
	scaling_group_look(work, &group);
	return true;
}
