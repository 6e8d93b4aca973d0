#include "core/security_group.h"

#include <string.h>

#include "base/text.h"
#include "core/disk.h"
#include "core/network.h"

struct group_facts {
	struct facts facts;
	bool found, vpc_found, instance_found;
	struct security_group group;
	struct vpc vpc;
	struct instance instance;
	int64_t n_groups, n_members, n_peers;
	size_t n_joined; /* groups the instance is in */
};

#define GROUP_ROW(name, condition)                                            \
	static bool group_##name(const struct work *work, const void *facts_) \
	{                                                                     \
		const struct group_facts *f = facts_;                         \
                                                                              \
		(void)work;                                                   \
		return (condition);                                           \
	}

GROUP_ROW(unknown, !f->found)
GROUP_ROW(vpc_unknown, !f->vpc_found)
GROUP_ROW(vpc_pending, f->vpc.ready_at > work->now)
GROUP_ROW(too_many, f->n_groups >= SECURITY_GROUPS_MAX)
GROUP_ROW(in_use, f->n_members > 0)
GROUP_ROW(named, f->n_peers > 0)
GROUP_ROW(instance_unknown, !f->instance_found)
GROUP_ROW(locked, text_list_has(f->instance.locks, "security"))
GROUP_ROW(state, f->instance.state != INSTANCE_RUNNING && f->instance.state != INSTANCE_STOPPED)
GROUP_ROW(joined, text_list_has(f->instance.security_groups, f->group.id))
GROUP_ROW(not_joined, !text_list_has(f->instance.security_groups, f->group.id))
GROUP_ROW(last, f->n_joined == 1)
GROUP_ROW(other_vpc, !text_equal(f->instance.vpc, f->group.vpc))
GROUP_ROW(too_many_joined, f->n_joined >= INSTANCE_SECURITY_GROUPS_MAX)
GROUP_ROW(full, f->n_members >= security_group_room(&f->group))

bool find_security_group(const struct work *work, const char *id, struct security_group *ret)
{
	struct security_group found;

	if (text_empty(id) || !security_group_get(work->txn, id, &found) || !work_is_callers(work, &found.tenant))
		return false;
	*ret = found;
	return true;
}

int64_t security_group_members(const struct work *work, const char *id)
{
	struct instance_filter filter = INSTANCE_FILTER_ANY;

	filter.account = work->caller.tenant.account;
	filter.security_group = id;
	return instance_count(work->txn, &filter);
}

int64_t security_group_room(const struct security_group *group)
{
	return group->type == SECURITY_GROUP_ENTERPRISE ? SECURITY_GROUP_ENTERPRISE_MAX : SECURITY_GROUP_INSTANCES_MAX;
}

/* ---- CreateSecurityGroup ---- */

static const struct check create_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ group_vpc_unknown, REFUSE_VPC_UNKNOWN, ABOUT_NOTHING },
	{ group_vpc_pending, REFUSE_VPC_STATE, ABOUT_NOTHING },
	{ group_too_many, REFUSE_SECURITY_GROUP_LIMIT, ABOUT_NOTHING },
};

bool security_group_create(struct work *work, const struct security_group_create_args *args, const char **ret_id)
{
	struct network_filter filter = {
		.account = work->caller.tenant.account,
		.region = work->caller.tenant.region,
		.type = -1,
	};
	struct group_facts f = { .n_groups = security_group_count(work->txn, &filter) };
	struct security_group group;

	f.vpc_found = find_vpc(work, args->vpc, &f.vpc);
	if (!work_check(work, create_checks, COUNT_OF(create_checks), &f))
		return false;
	group = (struct security_group){
		.id = mint_id(work, "sg", f.vpc.tenant.region),
		.tenant = f.vpc.tenant,
		.vpc = f.vpc.id,
		.name = args->name,
		.description = args->description,
		.type = args->type,
		/* Members of an enterprise group never reach each other by their membership alone. */
		.inner_drop = args->type == SECURITY_GROUP_ENTERPRISE,
		.resource_group = args->resource_group,
		.created_at = work->now,
	};
	security_group_put(work->txn, &group);
	tags_put(work, group.id, args->tags, args->n_tags);
	*ret_id = group.id;
	return true;
}

/* ---- ModifySecurityGroupAttribute, ModifySecurityGroupPolicy ---- */

static const struct check modify_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ group_unknown, REFUSE_SECURITY_GROUP_UNKNOWN, ABOUT_NOTHING },
};

bool security_group_modify(struct work *work, const struct security_group_modify_args *args)
{
	struct group_facts f = { 0 };

	f.found = find_security_group(work, args->group, &f.group);
	if (!work_check(work, modify_checks, COUNT_OF(modify_checks), &f))
		return false;
	f.group.name = text_or(args->name, f.group.name);
	f.group.description = text_or(args->description, f.group.description);
	if (args->inner_drop_given)
		f.group.inner_drop = args->inner_drop;
	security_group_put(work->txn, &f.group);
	return true;
}

/* ---- DeleteSecurityGroup ---- */

static const struct check delete_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ group_unknown, REFUSE_SECURITY_GROUP_UNKNOWN, ABOUT_NOTHING },
	{ group_in_use, REFUSE_SECURITY_GROUP_IN_USE, ABOUT_NOTHING },
	{ group_named, REFUSE_SECURITY_GROUP_NAMED, ABOUT_NOTHING },
};

bool security_group_delete(struct work *work, const char *id)
{
	struct group_facts f = { 0 };
	struct security_group_rule *rules;
	size_t n;
	size_t i;

	f.found = find_security_group(work, id, &f.group);
	if (f.found) {
		f.n_members = security_group_members(work, id);
		f.n_peers = security_group_rule_count_peer(work->txn, id);
	}
	if (!work_check(work, delete_checks, COUNT_OF(delete_checks), &f))
		return false;
	n = security_group_rule_list(work->txn, id, &rules);
	for (i = 0; i < n; i++)
		security_group_rule_delete(work->txn, rules[i].id);
	tag_delete_all(work->txn, id);
	security_group_row_delete(work->txn, id);
	return true;
}

/* ---- JoinSecurityGroup, LeaveSecurityGroup ---- */

static const struct check join_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ group_unknown, REFUSE_SECURITY_GROUP_UNKNOWN, ABOUT_NOTHING },
	{ group_instance_unknown, REFUSE_INSTANCE_UNKNOWN, ABOUT_INSTANCE },
	{ group_locked, REFUSE_INSTANCE_LOCKED_SECURITY, ABOUT_INSTANCE },
	{ group_state, REFUSE_INSTANCE_STATE, ABOUT_INSTANCE },
	{ group_joined, REFUSE_SECURITY_GROUP_JOINED, ABOUT_INSTANCE },
	{ group_other_vpc, REFUSE_VPC_MISMATCH, ABOUT_INSTANCE },
	{ group_too_many_joined, REFUSE_SECURITY_GROUPS_TOO_MANY, ABOUT_INSTANCE },
	{ group_full, REFUSE_SECURITY_GROUP_FULL, ABOUT_INSTANCE },
};

static const struct check leave_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ group_unknown, REFUSE_SECURITY_GROUP_UNKNOWN, ABOUT_NOTHING },
	{ group_instance_unknown, REFUSE_INSTANCE_UNKNOWN, ABOUT_INSTANCE },
	{ group_locked, REFUSE_INSTANCE_LOCKED_SECURITY, ABOUT_INSTANCE },
	{ group_state, REFUSE_INSTANCE_STATE, ABOUT_INSTANCE },
	{ group_not_joined, REFUSE_SECURITY_GROUP_NOT_JOINED, ABOUT_INSTANCE },
	{ group_last, REFUSE_SECURITY_GROUP_LAST, ABOUT_INSTANCE },
};

static struct group_facts member_find(struct work *work, const char *group, const char *instance)
{
	struct group_facts f = { .facts = { .instance_id = instance } };

	f.found = find_security_group(work, group, &f.group);
	f.instance_found = find_instance(work, instance, &f.instance);
	if (!f.found || !f.instance_found)
		return f;
	f.n_joined = text_list_count(f.instance.security_groups);
	f.n_members = security_group_members(work, group);
	return f;
}

bool security_group_join(struct work *work, const char *group, const char *instance)
{
	struct group_facts f = member_find(work, group, instance);

	if (!work_check(work, join_checks, COUNT_OF(join_checks), &f))
		return false;
	f.instance.security_groups = text_list_with(work->arena, f.instance.security_groups, group);
	instance_put(work->txn, &f.instance);
	return true;
}

bool security_group_leave(struct work *work, const char *group, const char *instance)
{
	struct group_facts f = member_find(work, group, instance);

	if (!work_check(work, leave_checks, COUNT_OF(leave_checks), &f))
		return false;
	f.instance.security_groups = text_list_without(work->arena, f.instance.security_groups, group);
	instance_put(work->txn, &f.instance);
	return true;
}
