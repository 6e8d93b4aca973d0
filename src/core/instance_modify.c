/* ModifyInstanceAttribute. */
#include "base/text.h"
#include "core/instance.h"
#include "core/security_group.h"

struct modify_facts {
	struct facts facts;
	const struct instance_modify_args *args;
	bool found;
	struct instance instance;
	enum refusal_reason groups_fit;
};

#define MODIFY_ROW(name, condition)                                             \
	static bool modify_##name(const struct work *work, const void *facts_) \
	{                                                                      \
		const struct modify_facts *f = facts_;                         \
		const struct instance_modify_args *args = f->args;             \
                                                                               \
		(void)work;                                                    \
		(void)args;                                                    \
		return (condition);                                            \
	}

MODIFY_ROW(unknown, !f->found)
MODIFY_ROW(locked_security, text_list_has(f->instance.locks, "security"))
MODIFY_ROW(leaving, f->instance.state == INSTANCE_RELEASING)
MODIFY_ROW(password_starting, args->password_given && f->instance.state == INSTANCE_STARTING)
MODIFY_ROW(host_name_starting, args->host_name &&
                               (f->instance.state == INSTANCE_PENDING || f->instance.state == INSTANCE_STARTING))
MODIFY_ROW(user_data_on, args->user_data && f->instance.state != INSTANCE_STOPPED)

MODIFY_ROW(group_unknown, f->groups_fit == REFUSE_SECURITY_GROUP_UNKNOWN)
MODIFY_ROW(group_vpc, f->groups_fit == REFUSE_VPC_MISMATCH)
MODIFY_ROW(group_full, f->groups_fit == REFUSE_SECURITY_GROUP_FULL)
MODIFY_ROW(groups_too_many, f->groups_fit == REFUSE_SECURITY_GROUPS_TOO_MANY)

/* The page says which states hinder what, not in which order errors come. */
static const struct check modify_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ modify_unknown, REFUSE_INSTANCE_UNKNOWN, ABOUT_INSTANCE },
	{ modify_locked_security, REFUSE_INSTANCE_LOCKED_SECURITY, ABOUT_INSTANCE },
	{ modify_leaving, REFUSE_INSTANCE_STATE, ABOUT_INSTANCE },
	{ modify_password_starting, REFUSE_INSTANCE_STATE, ABOUT_INSTANCE },
	{ modify_host_name_starting, REFUSE_INSTANCE_STATE, ABOUT_INSTANCE },
	{ modify_user_data_on, REFUSE_INSTANCE_STATE, ABOUT_INSTANCE },
	{ modify_group_unknown, REFUSE_SECURITY_GROUP_UNKNOWN, ABOUT_INSTANCE },
	{ modify_group_vpc, REFUSE_VPC_MISMATCH, ABOUT_INSTANCE },
	{ modify_group_full, REFUSE_SECURITY_GROUP_FULL, ABOUT_INSTANCE },
	{ modify_groups_too_many, REFUSE_SECURITY_GROUPS_TOO_MANY, ABOUT_INSTANCE },
};

static enum refusal_reason groups_fit(struct work *work, const struct instance *instance, const char *groups)
{
	struct security_groups_wanted wanted = {
		.groups = groups,
		.region = instance->tenant.region,
		.vpc = instance->vpc,
		.already = instance->security_groups,
		.amount = 1,
	};

	return security_groups_fit(work, &wanted);
}

bool instance_modify(struct work *work, const struct instance_modify_args *args)
{
	struct modify_facts f = { .facts = { .instance_id = args->instance }, .args = args };

	f.found = find_instance(work, args->instance, &f.instance);
	if (f.found && args->security_groups)
		f.groups_fit = groups_fit(work, &f.instance, args->security_groups);
	if (!work_check(work, modify_checks, COUNT_OF(modify_checks), &f))
		return false;
	f.instance.name = text_or(args->name, f.instance.name);
	f.instance.description = text_or(args->description, f.instance.description);
	f.instance.host_name = text_or(args->host_name, f.instance.host_name);
	f.instance.user_data = text_or(args->user_data, f.instance.user_data);
	f.instance.security_groups = text_or(args->security_groups, f.instance.security_groups);
	if (args->deletion_protection != -1)
		f.instance.deletion_protection = args->deletion_protection != 0;
	instance_put(work->txn, &f.instance);
	return true;
}
