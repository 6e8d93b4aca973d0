#include "scaling_fixture.h"

#include <stdio.h>

#include "base/moment.h"
#include "base/text.h"
#include "core/catalogue.h"

struct scaling_group world_group(const char *id)
{
	struct scaling_group group = {
		.id = id,
		.tenant = tenant_of("1000"),
		.name = id,
		.state = SCALING_GROUP_ACTIVE,
		.max_size = 10,
		.default_cooldown = 300,
		.health_check = SCALING_HEALTH_INSTANCE,
		.removal_policies = "OldestScalingConfiguration,OldestInstance",
		.multi_zone_policy = "PRIORITY",
		.scaling_policy = "release",
		.vswitches = "",
		.load_balancers = "",
		.db_instances = "",
		.suspended = "",
		.configuration = "asc-1",
		.group_type = "ECS",
		.created_at = WORLD_NOW,
	};

	group.tenant.region = WORLD_REGION;
	return group;
}

static bool put_group_rows(struct work *work, void *args)
{
	const struct scaling_group *group = args;
	const char *id = group->configuration;
	struct scaling_configuration configuration = {
		.id = id,
		.tenant = group->tenant,
		.scaling_group = group->id,
		.name = id,
		.image = image_default(),
		.types = instance_type_default(),
		.security_groups = "",
		.weight = 50,
		.created_at = WORLD_NOW,
	};
	struct scaling_disk disks[] = {
		{ .configuration = id, .position = 0, .account = "1000", .category = "cloud_essd", .size_gib = 40 },
		{ .configuration = id, .position = 1, .account = "1000", .category = "cloud_essd", .size_gib = 20 },
	};

	scaling_group_put(work->txn, group);
	if (text_empty(group->configuration))
		return true;
	scaling_configuration_put(work->txn, &configuration);
	scaling_disk_put(work->txn, &disks[0]);
	scaling_disk_put(work->txn, &disks[1]);
	return true;
}

void put_group(struct world *world, struct scaling_group group)
{
	must(world_change(world, put_group_rows, &group));
}

/* ---- looking ---- */

struct look {
	const char *id;
	int state;
	bool found;
	struct scaling_group group;
	struct scaling_member member;
	struct scaling_member *members;
	struct scaling_activity *activities;
	size_t n;
};

static bool look_for_group(struct work *work, void *args)
{
	struct look *look = args;

	look->found = scaling_group_get(work->txn, look->id, &look->group);
	return true;
}

static bool look_for_member(struct work *work, void *args)
{
	struct look *look = args;

	look->found = scaling_member_get(work->txn, look->id, &look->member);
	return true;
}

static bool look_for_members(struct work *work, void *args)
{
	struct look *look = args;
	size_t n = scaling_members(work, look->id, &look->members);
	size_t i;

	for (i = 0; i < n; i++) {
		if (look->state < 0 || (int)look->members[i].state == look->state)
			look->members[look->n++] = look->members[i];
	}
	return true;
}

static bool look_for_activities(struct work *work, void *args)
{
	struct scaling_filter filter = SCALING_FILTER_ANY;
	struct look *look = args;

	filter.scaling_group = look->id;
	look->n = scaling_activity_list(work->txn, &filter, NULL, &look->activities);
	return true;
}

bool has_group(struct world *world, const char *id)
{
	struct look look = { .id = id };

	world_look(world, look_for_group, &look);
	return look.found;
}

struct scaling_group get_group(struct world *world, const char *id)
{
	struct look look = { .id = id };

	world_look(world, look_for_group, &look);
	assert_true(look.found);
	return look.group;
}

bool get_member(struct world *world, const char *instance, struct scaling_member *ret)
{
	struct look look = { .id = instance };

	world_look(world, look_for_member, &look);
	if (look.found && ret)
		*ret = look.member;
	return look.found;
}

size_t members_of(struct world *world, const char *group, int state, struct scaling_member **ret)
{
	struct look look = { .id = group, .state = state };

	world_look(world, look_for_members, &look);
	if (ret)
		*ret = look.members;
	return look.n;
}

struct scaling_activity last_activity(struct world *world, const char *group)
{
	struct look look = { .id = group };

	world_look(world, look_for_activities, &look);
	assert_true(look.n > 0);
	return look.activities[0];
}

size_t count_activities(struct world *world, const char *group)
{
	struct look look = { .id = group };

	world_look(world, look_for_activities, &look);
	return look.n;
}

void expect_activity(struct scaling_activity activity, enum scaling_activity_kind kind, enum scaling_activity_state state,
                     int64_t done)
{
	assert_string_equal(scaling_activity_kind_names[activity.kind], scaling_activity_kind_names[kind]);
	assert_string_equal(scaling_activity_state_names[activity.state], scaling_activity_state_names[state]);
	assert_int_equal(activity.done, done);
}

/* ---- changing ---- */

static bool put_member_row(struct work *work, void *args)
{
	scaling_member_put(work->txn, args);
	return true;
}

void put_member(struct world *world, const char *group, const char *instance, enum scaling_creation creation)
{
	static int64_t n_put; /* each is newer than the one before */
	struct scaling_member member = {
		.id = instance,
		.tenant = world_group(group).tenant,
		.scaling_group = group,
		.state = SCALING_IN_SERVICE,
		.creation = creation,
		.weight = 50,
		.configuration = creation == SCALING_CREATED ? "asc-1" : "",
		.created_at = WORLD_NOW - HOUR + n_put++,
	};

	if (!has_instance(world, instance))
		put_whole_instance(world, instance);
	must(world_change(world, put_member_row, &member));
}

void change_member(struct world *world, const char *instance, enum scaling_member_state state, enum scaling_health health)
{
	struct scaling_member member;

	assert_true(get_member(world, instance, &member));
	member.state = state;
	member.health = health;
	must(world_change(world, put_member_row, &member));
}

void put_changed_member(struct world *world, struct scaling_member member)
{
	must(world_change(world, put_member_row, &member));
}

struct move {
	const char *group;
	const char *instances[SCALING_BATCH_MAX];
	size_t n;
	bool release, force;
	struct scaling_adjust adjust;
	const char *activity;
};

static bool attach(struct work *work, void *args)
{
	struct move *move = args;
	struct scaling_attach_args attach = { .group = move->group, .instances = move->instances, .n_instances = move->n };

	return scaling_attach(work, &attach, &move->activity);
}

static bool detach(struct work *work, void *args)
{
	struct move *move = args;
	struct scaling_detach_args detach = {
		.group = move->group,
		.instances = move->instances,
		.n_instances = move->n,
		.leaves_balancers = true,
		.asks_hooks = true,
		.release = move->release,
	};

	return scaling_detach(work, &detach, &move->activity);
}

static bool adjust(struct work *work, void *args)
{
	struct move *move = args;
	struct scaling_adjust_args adjust = { .group = move->group, .adjust = move->adjust, .asks_hooks = true };

	return scaling_adjust(work, &adjust, &move->activity);
}

static bool delete(struct work *work, void *args)
{
	struct move *move = args;

	return scaling_group_delete(work, move->group, move->force);
}

static bool look(struct work *work, void *args)
{
	struct scaling_group group;

	if (scaling_group_get(work->txn, args, &group))
		scaling_group_look(work, &group);
	return true;
}

enum refusal_reason do_attach_members(struct world *world, const char *group, int n)
{
	static const char *const names[] = { "i-1", "i-2", "i-3", "i-4", "i-5" };
	struct move move = { .group = group, .n = (size_t)n };
	int i;

	for (i = 0; i < n; i++) {
		if (!has_instance(world, names[i]))
			put_whole_instance(world, names[i]);
		move.instances[i] = names[i];
	}
	return world_change(world, attach, &move);
}

enum refusal_reason do_detach_member(struct world *world, const char *group, const char *instance)
{
	return world_change(world, detach, &(struct move){ .group = group, .instances = { instance }, .n = 1 });
}

enum refusal_reason do_remove_member(struct world *world, const char *group, const char *instance)
{
	return world_change(world, detach, &(struct move){ .group = group, .instances = { instance }, .n = 1, .release = true });
}

enum refusal_reason do_adjust(struct world *world, const char *group, enum scaling_adjustment type, int64_t value)
{
	return world_change(world, adjust, &(struct move){ .group = group, .adjust = { type, value, 0 } });
}

enum refusal_reason do_delete_group(struct world *world, const char *group, bool force)
{
	return world_change(world, delete, &(struct move){ .group = group, .force = force });
}

void look_at_group(struct world *world, const char *group)
{
	must(world_change(world, look, (void *)group));
}
