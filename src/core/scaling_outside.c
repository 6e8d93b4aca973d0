/* Load balancers and databases that a group keeps in step with its members. */
#include "base/text.h"
#include "core/balancer.h"
#include "core/database.h"
#include "core/scaling.h"

bool scaling_outside_ready(struct work *work, const struct scaling_group *group)
{
	struct balancers_hindrance balancers = balancers_look(work, &group->tenant, group->load_balancers);
	struct dbs_hindrance dbs = dbs_look(work, &group->tenant, group->db_instances);

	if (balancers.unknown || balancers.not_active)
		return work_refuse(work, REFUSE_BALANCER_STATE, balancers.unknown ? balancers.unknown : balancers.not_active);
	if (dbs.unknown || dbs.not_running)
		return work_refuse(work, REFUSE_DB_STATE, dbs.unknown ? dbs.unknown : dbs.not_running);
	return true;
}

bool scaling_outside_drains(const struct scaling_group *group)
{
	return !text_empty(group->load_balancers);
}

void scaling_outside_drain(struct work *work, const struct scaling_group *group, const char *instance)
{
	const char *list = group->load_balancers;
	const char *balancer;
	struct backend backend;

	while ((balancer = text_list_next(work->arena, &list))) {
		if (backend_get(work->txn, balancer, instance, &backend))
			balancer_add_backend(work, balancer, instance, 0);
	}
}

/* White lists know addresses; an instance that is gone has none any more. */
static const char *address_of(struct work *work, const char *id)
{
	struct instance instance;

	return instance_get(work->txn, id, &instance) ? instance.private_ip : NULL;
}

enum refusal_reason scaling_outside_join(struct work *work, const struct scaling_group *group,
                                         const struct scaling_member *member)
{
	enum refusal_reason reason = REFUSE_NONE;
	const char *address = address_of(work, member->id);
	const char *list = group->load_balancers;
	const char *one;

	/* One that is gone stands nowhere any more, though it is a member until the group has looked. */
	if (!address)
		return REFUSE_NONE;
	while ((one = text_list_next(work->arena, &list))) {
		if (!balancer_add_backend(work, one, member->id, member->weight))
			reason = REFUSE_BALANCER_FULL;
	}
	list = text_empty(address) ? "" : group->db_instances;
	while ((one = text_list_next(work->arena, &list))) {
		if (!db_white_list_add(work, one, group->id, address) && reason == REFUSE_NONE)
			reason = REFUSE_DB_WHITE_LIST_FULL;
	}
	return reason;
}

static void leave_white_lists(struct work *work, const struct scaling_group *group, const char *instance)
{
	const char *address = address_of(work, instance);
	const char *list = text_empty(address) ? "" : group->db_instances;
	const char *one;

	while ((one = text_list_next(work->arena, &list)))
		db_white_list_remove(work, one, group->id, address);
}

void scaling_outside_leave(struct work *work, const struct scaling_group *group, const char *instance)
{
	const char *list = group->load_balancers;
	const char *one;

	while ((one = text_list_next(work->arena, &list)))
		balancer_remove_backend(work, one, instance);
	leave_white_lists(work, group, instance);
}

void scaling_forget_instance(struct work *work, const char *instance)
{
	struct scaling_member member;
	struct scaling_group group;

	if (scaling_member_get(work->txn, instance, &member) && scaling_group_get(work->txn, member.scaling_group, &group))
		leave_white_lists(work, &group, instance);
}
