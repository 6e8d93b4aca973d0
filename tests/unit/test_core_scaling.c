/* What becomes of scaling groups: they grow and shrink, parts of it fail, members fall ill, and the group keeps its size. */
#include "scaling_fixture.h"

#include <stdio.h>

#include "base/moment.h"
#include "base/text.h"

#define G "asg-1"

static void group_grows_by_its_configuration(void **state)
{
	struct world *world = *state;
	struct scaling_member *members;
	struct scaling_activity activity;
	struct attachment *live;

	put_group(world, world_group(G));
	must(do_adjust(world, G, SCALING_CHANGE, 2));
	settle(world);
	assert_int_equal(members_of(world, G, SCALING_IN_SERVICE, &members), 2);
	assert_int_equal(members[0].creation, SCALING_CREATED);
	assert_string_equal(members[0].configuration, "asc-1");
	assert_int_equal(get_instance(world, members[0].id).state, INSTANCE_RUNNING);
	assert_int_equal(live_of_instance(world, members[0].id, &live), 2);
	activity = last_activity(world, G);
	expect_activity(activity, SCALING_OUT, SCALING_SUCCESSFUL, 2);
	assert_int_equal(activity.total_before, 0);
	assert_int_equal(activity.total_after, 2);
	assert_true(text_list_has(activity.created, members[0].id));
	assert_int_equal(get_group(world, G).cooldown_until, world->now + 300 * SECOND);
}

struct called {
	struct fake *fake;
	size_t n_seen; /* calls of the driver until then */
};

static void note_call(void *context)
{
	struct called *called = context;

	pthread_mutex_lock(&called->fake->lock);
	called->n_seen = called->fake->n_seen;
	pthread_mutex_unlock(&called->fake->lock);
}

/* The activity's job goes on itself, and so do those of the instances that it set going. */
static void who_waits_for_an_activity_waits_for_its_instances(void **state)
{
	struct world *world = *state;
	struct called called = { .fake = fake_of(world) };

	put_group(world, world_group(G));
	world->waited = note_call;
	world->waited_context = &called;
	must(do_adjust(world, G, SCALING_CHANGE, 1));
	world->waited = NULL;
	settle(world);
	assert_int_equal(members_of(world, G, SCALING_IN_SERVICE, NULL), 1);
	assert_true(called.n_seen > 0);
	assert_int_equal(called.n_seen, fake_of(world)->n_seen);
}

static void one_that_cannot_be_built_is_put_back_alone(void **state)
{
	struct world *world = *state;
	struct scaling_activity activity;

	put_group(world, world_group(G));
	fail_next(world, DRIVER_CREATE_MACHINE);
	must(do_adjust(world, G, SCALING_CHANGE, 3));
	settle(world);
	assert_int_equal(members_of(world, G, SCALING_IN_SERVICE, NULL), 2);
	activity = last_activity(world, G);
	expect_activity(activity, SCALING_OUT, SCALING_WARNING, 2);
	assert_false(text_empty(activity.failed));
	assert_false(text_list_has(activity.created, activity.failed));
	assert_string_equal(activity.reason, "driver-failed");
	assert_false(has_instance(world, activity.failed));
}

/* It was built, and does not come up: it is released, without the group waiting for that. */
static void one_that_does_not_come_up_is_released(void **state)
{
	struct world *world = *state;
	struct scaling_activity activity;

	put_group(world, world_group(G));
	fail_next(world, DRIVER_POWER_ON);
	must(do_adjust(world, G, SCALING_CHANGE, 1));
	settle(world);
	activity = last_activity(world, G);
	expect_activity(activity, SCALING_OUT, SCALING_FAILED, 0);
	assert_int_equal(members_of(world, G, -1, NULL), 0);
	assert_false(has_instance(world, activity.failed));
}

static void without_a_configuration_growing_fails(void **state)
{
	struct world *world = *state;
	struct scaling_group group = world_group(G);

	group.configuration = "";
	put_group(world, group);
	must(do_adjust(world, G, SCALING_CHANGE, 1));
	settle(world);
	expect_activity(last_activity(world, G), SCALING_OUT, SCALING_FAILED, 0);
	assert_string_equal(last_activity(world, G).reason, "no-active-scaling-configuration");
}

static void shrinking_releases_what_the_group_made(void **state)
{
	struct world *world = *state;
	struct scaling_activity activity;

	put_group(world, world_group(G));
	put_member(world, G, "i-a", SCALING_CREATED);
	put_member(world, G, "i-b", SCALING_ATTACHED);
	must(do_adjust(world, G, SCALING_TOTAL, 0));
	settle(world);
	assert_int_equal(members_of(world, G, -1, NULL), 0);
	assert_false(has_instance(world, "i-a"));
	assert_int_equal(get_instance(world, "i-b").state, INSTANCE_RUNNING);
	activity = last_activity(world, G);
	expect_activity(activity, SCALING_IN, SCALING_SUCCESSFUL, 2);
	assert_string_equal(activity.destroyed, "i-a");
}

static void one_that_cannot_be_released_is_a_member_as_before(void **state)
{
	struct world *world = *state;
	struct scaling_member member;

	put_group(world, world_group(G));
	put_member(world, G, "i-a", SCALING_CREATED);
	put_member(world, G, "i-b", SCALING_CREATED);
	fail_next(world, DRIVER_DELETE_MACHINE);
	must(do_adjust(world, G, SCALING_TOTAL, 0));
	settle(world);
	expect_activity(last_activity(world, G), SCALING_IN, SCALING_WARNING, 1);
	assert_int_equal(members_of(world, G, SCALING_IN_SERVICE, NULL), 1);
	assert_true(get_member(world, last_activity(world, G).failed, &member));
	assert_int_equal(get_instance(world, member.id).state, INSTANCE_RUNNING);
}

static bool protect(struct work *work, void *args)
{
	struct instance instance;

	assert_true(instance_get(work->txn, args, &instance));
	instance.deletion_protection = true;
	instance_put(work->txn, &instance);
	return true;
}

/* Deletion protection is against people: what the group made goes, what was entrusted to it does not. */
static void protection_of_instances_is_against_people(void **state)
{
	struct world *world = *state;
	struct scaling_member member;

	put_group(world, world_group(G));
	put_member(world, G, "i-a", SCALING_CREATED);
	put_member(world, G, "i-b", SCALING_ATTACHED);
	assert_true(get_member(world, "i-b", &member));
	member.entrusted = true;
	put_changed_member(world, member);
	must(world_change(world, protect, (void *)"i-a"));
	must(world_change(world, protect, (void *)"i-b"));
	must(do_adjust(world, G, SCALING_TOTAL, 0));
	settle(world);
	assert_false(has_instance(world, "i-a"));
	assert_true(get_member(world, "i-b", NULL));
	expect_activity(last_activity(world, G), SCALING_IN, SCALING_WARNING, 1);
	assert_string_equal(last_activity(world, G).reason, "instance-deletion-protected");
}

/* Stopped or gone between the call and its activity. */
static void who_does_not_run_any_more_does_not_join(void **state)
{
	struct world *world = *state;

	world->core.settings.pace = PACE_QUICK;
	put_group(world, world_group(G));
	must(do_attach_members(world, G, 3));
	must(do_release(world, "i-1", true));
	must(do_stop(world, "i-2"));
	advance(world, 250); /* before the group looks */
	set_instance_state(world, "i-2", INSTANCE_STOPPED);
	advance(world, 10 * SECOND);
	assert_int_equal(members_of(world, G, SCALING_IN_SERVICE, NULL), 1);
	assert_true(get_member(world, "i-3", NULL));
	assert_true(has_instance(world, "i-2"));
}

static void those_who_go_first(void **state)
{
	static const struct {
		const char *policies;
		const char *first;
	} cases[] = {
		{ "OldestInstance", "i-a" },
		{ "NewestInstance", "i-c" },
		{ "OldestScalingConfiguration,NewestInstance", "i-c" },
		{ "OldestScalingConfiguration,OldestInstance", "i-a" },
	};
	struct world *world = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		struct scaling_group group = world_group(G);

		group.removal_policies = cases[i].policies;
		put_group(world, group);
		put_member(world, G, "i-a", SCALING_ATTACHED);
		put_member(world, G, "i-b", SCALING_ATTACHED);
		put_member(world, G, "i-c", SCALING_ATTACHED);
		must(do_adjust(world, G, SCALING_CHANGE, -1));
		settle(world);
		if (get_member(world, cases[i].first, NULL))
			fail_msg("%s: %s does not go first", cases[i].policies, cases[i].first);
		assert_int_equal(members_of(world, G, -1, NULL), 2);
	}
}

static void those_in_standby_or_protected_do_not_go(void **state)
{
	struct world *world = *state;

	put_group(world, world_group(G));
	put_member(world, G, "i-a", SCALING_ATTACHED);
	put_member(world, G, "i-b", SCALING_ATTACHED);
	put_member(world, G, "i-c", SCALING_ATTACHED);
	change_member(world, "i-a", SCALING_PROTECTED, SCALING_HEALTHY);
	change_member(world, "i-b", SCALING_STANDBY, SCALING_HEALTHY);
	must(do_adjust(world, G, SCALING_TOTAL, 0));
	settle(world);
	assert_int_equal(members_of(world, G, -1, NULL), 2);
	refused(do_adjust(world, G, SCALING_TOTAL, 0), REFUSE_SCALING_NO_CHANGE);
	/* By name they do. */
	must(do_detach_member(world, G, "i-a"));
	settle(world);
	assert_false(get_member(world, "i-a", NULL));
}

/* Of each group four are members, and two to ten may be. Those without a configuration do not really grow. */
static void how_many_come_and_go(void **state)
{
	static const struct {
		enum scaling_adjustment type;
		int64_t value;
		int64_t members; /* that are wanted then */
	} cases[] = {
		{ SCALING_CHANGE, 3, 7 },    { SCALING_CHANGE, 50, 10 },   { SCALING_CHANGE, -1, 3 },  { SCALING_CHANGE, -50, 2 },
		{ SCALING_PERCENT, 50, 6 },  { SCALING_PERCENT, 13, 5 },   { SCALING_PERCENT, -50, 2 }, { SCALING_PERCENT, 100, 8 },
		{ SCALING_PERCENT, -38, 2 }, { SCALING_TOTAL, 5, 5 },      { SCALING_TOTAL, 0, 2 },    { SCALING_TOTAL, 2000, 10 },
	};
	struct world *world = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		char names[4][24];
		struct scaling_group group = world_group(arena_printf(world_arena(world), "asg-%zu", i));
		int m;

		group.min_size = 2;
		group.name = group.id;
		group.configuration = "";
		put_group(world, group);
		for (m = 0; m < 4; m++) {
			snprintf(names[m], sizeof names[m], "i-%zu-%d", i, m);
			put_member(world, group.id, names[m], SCALING_ATTACHED);
		}
		must(do_adjust(world, group.id, cases[i].type, cases[i].value));
		settle(world);
		assert_int_equal(last_activity(world, group.id).amount,
		                 cases[i].members > 4 ? cases[i].members - 4 : 4 - cases[i].members);
	}
	refused(do_adjust(world, "asg-0", SCALING_CHANGE, 0), REFUSE_SCALING_NO_CHANGE);
}

/* ---- health, size ---- */

static void a_stopped_member_is_replaced_whatever_the_smallest_size(void **state)
{
	struct world *world = *state;
	struct scaling_group group = world_group(G);
	struct scaling_member *members;

	group.min_size = 1;
	put_group(world, group);
	put_member(world, G, "i-a", SCALING_CREATED);
	must(do_stop(world, "i-a"));
	settle(world);
	assert_false(has_instance(world, "i-a"));
	assert_int_equal(members_of(world, G, SCALING_IN_SERVICE, &members), 1);
	assert_int_equal(count_activities(world, G), 2);
	expect_activity(last_activity(world, G), SCALING_OUT, SCALING_SUCCESSFUL, 1);
	assert_int_equal(last_activity(world, G).cause, SCALING_BY_SIZE);
}

static void who_is_not_checked_stays(void **state)
{
	struct world *world = *state;
	struct scaling_group group = world_group(G);

	put_group(world, group);
	put_member(world, G, "i-a", SCALING_ATTACHED);
	change_member(world, "i-a", SCALING_STANDBY, SCALING_HEALTHY);
	must(do_stop(world, "i-a"));
	group.suspended = "ScaleOut,HealthCheck";
	put_group(world, group);
	put_member(world, G, "i-b", SCALING_ATTACHED);
	must(do_stop(world, "i-b"));
	settle(world);
	assert_int_equal(members_of(world, G, -1, NULL), 2);
	assert_int_equal(count_activities(world, G), 0);
	/* Once somebody looks again. */
	group.suspended = "";
	put_group(world, group);
	look_at_group(world, G);
	settle(world);
	assert_int_equal(members_of(world, G, -1, NULL), 1);
	assert_true(get_member(world, "i-a", NULL));
}

static void a_member_that_was_released_by_hand_is_one_no_more(void **state)
{
	struct world *world = *state;

	put_group(world, world_group(G));
	put_member(world, G, "i-a", SCALING_ATTACHED);
	change_member(world, "i-a", SCALING_PROTECTED, SCALING_HEALTHY);
	must(do_release(world, "i-a", true));
	settle(world);
	assert_int_equal(members_of(world, G, -1, NULL), 0);
	expect_activity(last_activity(world, G), SCALING_IN, SCALING_SUCCESSFUL, 1);
}

/* What a group does by itself and comes to nothing is not tried for ever. */
static void what_came_to_nothing_is_tried_again_later(void **state)
{
	struct world *world = *state;
	struct scaling_group group = world_group(G);

	group.min_size = 1;
	put_group(world, group);
	fail_next(world, DRIVER_CREATE_MACHINE);
	look_at_group(world, G);
	settle(world);
	assert_int_equal(count_activities(world, G), 1);
	expect_activity(last_activity(world, G), SCALING_OUT, SCALING_FAILED, 0);
	advance(world, 4 * MINUTE);
	assert_int_equal(count_activities(world, G), 1);
	advance(world, MINUTE);
	assert_int_equal(count_activities(world, G), 2);
	assert_int_equal(members_of(world, G, SCALING_IN_SERVICE, NULL), 1);
}

static void a_group_that_is_too_large_shrinks(void **state)
{
	struct world *world = *state;
	struct scaling_group group = world_group(G);

	put_group(world, group);
	put_member(world, G, "i-a", SCALING_ATTACHED);
	put_member(world, G, "i-b", SCALING_ATTACHED);
	group.max_size = 1;
	group.configuration = "";
	put_group(world, group);
	look_at_group(world, G);
	settle(world);
	assert_int_equal(members_of(world, G, -1, NULL), 1);
	assert_true(get_member(world, "i-b", NULL));
}

static void a_group_keeps_to_its_number(void **state)
{
	struct world *world = *state;
	struct scaling_group group = world_group(G);

	group.desired_given = true;
	group.desired_capacity = 2;
	put_group(world, group);
	look_at_group(world, G);
	settle(world);
	assert_int_equal(members_of(world, G, SCALING_IN_SERVICE, NULL), 2);
	must(do_attach_members(world, G, 1));
	settle(world);
	assert_int_equal(get_group(world, G).desired_capacity, 3);
	must(do_detach_member(world, G, "i-1"));
	settle(world);
	assert_int_equal(get_group(world, G).desired_capacity, 2);
	must(do_adjust(world, G, SCALING_CHANGE, 2));
	settle(world);
	assert_int_equal(get_group(world, G).desired_capacity, 4);
	assert_int_equal(members_of(world, G, SCALING_IN_SERVICE, NULL), 4);
}

static void an_inactive_group_does_nothing(void **state)
{
	struct world *world = *state;
	struct scaling_group group = world_group(G);

	group.state = SCALING_GROUP_INACTIVE;
	group.min_size = 2;
	put_group(world, group);
	look_at_group(world, G);
	settle(world);
	assert_int_equal(count_activities(world, G), 0);
	refused(do_attach_members(world, G, 1), REFUSE_SCALING_GROUP_STATE);
}

/* ---- the end ---- */

static void a_group_with_members_goes_by_force(void **state)
{
	struct world *world = *state;

	put_group(world, world_group(G));
	put_member(world, G, "i-a", SCALING_CREATED);
	put_member(world, G, "i-b", SCALING_ATTACHED);
	refused(do_delete_group(world, G, false), REFUSE_SCALING_GROUP_IN_USE);
	must(do_delete_group(world, G, true));
	settle(world);
	assert_false(has_group(world, G));
	assert_false(has_instance(world, "i-a"));
	assert_true(has_instance(world, "i-b"));
	assert_false(get_member(world, "i-b", NULL));
	expect_activity(last_activity(world, G), SCALING_IN, SCALING_SUCCESSFUL, 2);
}

static int group(const char *name)
{
	const struct CMUnitTest tests[] = {
		CREW_TEST(group_grows_by_its_configuration),
		CREW_TEST(who_waits_for_an_activity_waits_for_its_instances),
		CREW_TEST(one_that_cannot_be_built_is_put_back_alone),
		CREW_TEST(one_that_does_not_come_up_is_released),
		CREW_TEST(without_a_configuration_growing_fails),
		CREW_TEST(shrinking_releases_what_the_group_made),
		CREW_TEST(one_that_cannot_be_released_is_a_member_as_before),
		CREW_TEST(protection_of_instances_is_against_people),
		CREW_TEST(who_does_not_run_any_more_does_not_join),
		CREW_TEST(those_who_go_first),
		CREW_TEST(those_in_standby_or_protected_do_not_go),
		CREW_TEST(how_many_come_and_go),
		CREW_TEST(a_stopped_member_is_replaced_whatever_the_smallest_size),
		CREW_TEST(who_is_not_checked_stays),
		CREW_TEST(a_member_that_was_released_by_hand_is_one_no_more),
		CREW_TEST(what_came_to_nothing_is_tried_again_later),
		CREW_TEST(a_group_that_is_too_large_shrinks),
		CREW_TEST(a_group_keeps_to_its_number),
		CREW_TEST(an_inactive_group_does_nothing),
		CREW_TEST(a_group_with_members_goes_by_force),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	return world_run_twice(group, "scaling");
}
