/* The steps of activities one by one: what holds them, how long they take, and that they go on after a restart. */
#include "scaling_fixture.h"

#include <string.h>

#include "base/moment.h"
#include "base/text.h"
#include "core/balancer.h"
#include "core/database.h"

#define G "asg-1"

/* ---- lifecycle hooks ---- */

struct held {
	struct lifecycle_hook hook;
	struct lifecycle_action *actions;
	size_t n;
	enum lifecycle_result result;
};

static bool put_hook_row(struct work *work, void *args)
{
	lifecycle_hook_put(work->txn, &((struct held *)args)->hook);
	return true;
}

static void put_hook(struct world *world, const char *id, enum lifecycle_transition transition, enum lifecycle_result result)
{
	struct held held = { .hook = {
		.id = id,
		.tenant = world_group(G).tenant,
		.scaling_group = G,
		.name = id,
		.transition = transition,
		.default_result = result,
		.timeout = 60,
		.created_at = WORLD_NOW,
	} };

	must(world_change(world, put_hook_row, &held));
}

static bool look_for_actions(struct work *work, void *args)
{
	struct scaling_filter filter = SCALING_FILTER_ANY;
	struct held *held = args;

	filter.account = "1000";
	held->n = lifecycle_action_list(work->txn, &filter, NULL, &held->actions);
	return true;
}

static struct held actions_of(struct world *world)
{
	struct held held = { .n = 0 };

	world_look(world, look_for_actions, &held);
	return held;
}

static bool complete(struct work *work, void *args)
{
	struct held *held = args;
	struct lifecycle_action action;
	size_t i = 0;

	while (i < held->n && held->actions[i].state != LIFECYCLE_PENDING)
		i++;
	if (i == held->n)
		return false;
	action = held->actions[i];
	action.state = LIFECYCLE_COMPLETED;
	action.result = held->result;
	lifecycle_action_put(work->txn, &action);
	scaling_activity_hurry(work, G);
	return true;
}

static void complete_first(struct world *world, enum lifecycle_result result)
{
	struct held held = actions_of(world);

	held.result = result;
	must(world_change(world, complete, &held));
	settle(world);
}

static void what_comes_waits_for_its_hooks(void **state)
{
	struct world *world = *state;

	put_group(world, world_group(G));
	put_hook(world, "ash-1", LIFECYCLE_OUT, LIFECYCLE_ABANDON);
	put_hook(world, "ash-2", LIFECYCLE_IN, LIFECYCLE_ABANDON);
	must(do_adjust(world, G, SCALING_CHANGE, 2));
	settle(world);
	assert_int_equal(members_of(world, G, SCALING_PENDING_WAIT, NULL), 2);
	assert_int_equal(actions_of(world).n, 1);
	assert_int_equal(text_list_count(actions_of(world).actions[0].instances), 2);
	complete_first(world, LIFECYCLE_CONTINUE);
	assert_int_equal(members_of(world, G, SCALING_IN_SERVICE, NULL), 2);
	expect_activity(last_activity(world, G), SCALING_OUT, SCALING_SUCCESSFUL, 2);
}

static void hooks_have_a_time(void **state)
{
	struct world *world = *state;

	put_group(world, world_group(G));
	put_hook(world, "ash-1", LIFECYCLE_OUT, LIFECYCLE_ABANDON);
	must(do_adjust(world, G, SCALING_CHANGE, 1));
	settle(world);
	advance(world, 59 * SECOND);
	assert_int_equal(members_of(world, G, SCALING_PENDING_WAIT, NULL), 1);
	advance(world, SECOND);
	assert_int_equal(actions_of(world).actions[0].state, LIFECYCLE_TIMEOUT);
	assert_int_equal(members_of(world, G, -1, NULL), 0);
	expect_activity(last_activity(world, G), SCALING_OUT, SCALING_FAILED, 0);
	assert_string_equal(last_activity(world, G).reason, "abandoned-by-lifecycle-hook");
	assert_false(has_instance(world, last_activity(world, G).failed));
}

static void one_that_is_disabled_holds_nothing(void **state)
{
	struct world *world = *state;
	struct held held = { .hook = { .id = "ash-1", .tenant = world_group(G).tenant, .scaling_group = G, .name = "ash-1",
	                               .timeout = 60, .disabled = true } };

	put_group(world, world_group(G));
	must(world_change(world, put_hook_row, &held));
	must(do_adjust(world, G, SCALING_CHANGE, 1));
	settle(world);
	assert_int_equal(members_of(world, G, SCALING_IN_SERVICE, NULL), 1);
}

static void what_goes_goes_on_unless_it_is_rolled_back(void **state)
{
	struct world *world = *state;

	put_group(world, world_group(G));
	put_hook(world, "ash-1", LIFECYCLE_IN, LIFECYCLE_CONTINUE);
	put_member(world, G, "i-a", SCALING_CREATED);
	change_member(world, "i-a", SCALING_PROTECTED, SCALING_HEALTHY);
	must(do_remove_member(world, G, "i-a"));
	settle(world);
	assert_int_equal(members_of(world, G, SCALING_REMOVING_WAIT, NULL), 1);
	complete_first(world, LIFECYCLE_ROLLBACK);
	assert_int_equal(members_of(world, G, SCALING_PROTECTED, NULL), 1);
	expect_activity(last_activity(world, G), SCALING_IN, SCALING_FAILED, 0);
	must(do_remove_member(world, G, "i-a"));
	settle(world);
	complete_first(world, LIFECYCLE_ABANDON);
	assert_false(has_instance(world, "i-a"));
	expect_activity(last_activity(world, G), SCALING_IN, SCALING_SUCCESSFUL, 1);
}

static void one_that_abandons_ends_the_others(void **state)
{
	struct world *world = *state;
	struct held held;

	put_group(world, world_group(G));
	put_hook(world, "ash-1", LIFECYCLE_OUT, LIFECYCLE_CONTINUE);
	put_hook(world, "ash-2", LIFECYCLE_OUT, LIFECYCLE_CONTINUE);
	must(do_adjust(world, G, SCALING_CHANGE, 1));
	settle(world);
	assert_int_equal(actions_of(world).n, 2);
	complete_first(world, LIFECYCLE_ABANDON);
	held = actions_of(world);
	assert_int_equal(held.actions[0].state, LIFECYCLE_COMPLETED);
	assert_int_equal(held.actions[1].state, LIFECYCLE_COMPLETED);
	assert_int_equal(members_of(world, G, -1, NULL), 0);
}

/* ---- balancers and databases ---- */

static bool put_outside(struct work *work, void *args)
{
	struct load_balancer balancer = { .id = "lb-1", .tenant = *(struct tenant *)args, .health_check = true, .listeners = "tcp:80" };
	struct db_instance db = { .id = "rm-1", .tenant = *(struct tenant *)args };

	load_balancer_put(work->txn, &balancer);
	db_instance_put(work->txn, &db);
	return true;
}

static struct scaling_group group_with_outside(struct world *world)
{
	struct scaling_group group = world_group(G);

	group.load_balancers = "lb-1";
	group.db_instances = "rm-1";
	must(world_change(world, put_outside, &group.tenant));
	return group;
}

struct outside {
	const char *instance;
	int64_t weight; /* -1: not behind the balancer */
};

static bool look_outside(struct work *work, void *args)
{
	struct outside *outside = args;
	struct backend backend;

	outside->weight = backend_get(work->txn, "lb-1", outside->instance, &backend) ? backend.weight : -1;
	return true;
}

static int64_t weight_of(struct world *world, const char *instance)
{
	struct outside outside = { .instance = instance };

	world_look(world, look_outside, &outside);
	return outside.weight;
}

static void a_balancer_is_given_a_minute(void **state)
{
	struct world *world = *state;

	put_group(world, group_with_outside(world));
	must(do_attach_members(world, G, 1));
	settle(world);
	assert_int_equal(weight_of(world, "i-1"), 50);
	world->core.settings.pace = PACE_REAL;
	must(do_detach_member(world, G, "i-1"));
	settle(world);
	assert_int_equal(weight_of(world, "i-1"), 50);
	advance(world, 3 * SECOND);
	assert_int_equal(weight_of(world, "i-1"), 0);
	/* Nothing cuts it short. */
	must(do_stop(world, "i-1"));
	advance(world, 57 * SECOND);
	assert_int_equal(weight_of(world, "i-1"), 0);
	assert_int_equal(members_of(world, G, SCALING_REMOVING, NULL), 1);
	advance(world, 3 * SECOND);
	assert_int_equal(weight_of(world, "i-1"), -1);
	assert_int_equal(members_of(world, G, -1, NULL), 0);
	assert_int_equal(last_activity(world, G).state, SCALING_IN_PROGRESS);
	advance(world, 2 * SECOND);
	expect_activity(last_activity(world, G), SCALING_DETACH, SCALING_SUCCESSFUL, 1);
}

/* A clock that is moved far finds every step at its own time. */
static void a_clock_that_is_moved_far_ends_it(void **state)
{
	struct world *world = *state;

	world->core.settings.pace = PACE_REAL;
	put_group(world, group_with_outside(world));
	put_member(world, G, "i-a", SCALING_ATTACHED);
	must(do_detach_member(world, G, "i-a"));
	advance(world, 70 * SECOND);
	expect_activity(last_activity(world, G), SCALING_DETACH, SCALING_SUCCESSFUL, 1);
}

static void one_that_stays_is_behind_its_balancer_again(void **state)
{
	struct world *world = *state;

	put_group(world, group_with_outside(world));
	must(do_attach_members(world, G, 1));
	settle(world);
	put_member(world, G, "i-a", SCALING_CREATED);
	fail_next(world, DRIVER_DELETE_MACHINE);
	must(do_remove_member(world, G, "i-a"));
	settle(world);
	expect_activity(last_activity(world, G), SCALING_IN, SCALING_FAILED, 0);
	assert_int_equal(weight_of(world, "i-a"), 50);
}

static bool set_balancer(struct work *work, void *args)
{
	struct load_balancer balancer;

	assert_true(load_balancer_get(work->txn, "lb-1", &balancer));
	balancer.status = *(enum balancer_status *)args;
	load_balancer_put(work->txn, &balancer);
	return true;
}

static bool set_database(struct work *work, void *args)
{
	struct db_instance db;

	assert_true(db_instance_get(work->txn, "rm-1", &db));
	db.status = *(enum db_status *)args;
	db_instance_put(work->txn, &db);
	return true;
}

static void balancers_and_databases_must_be_there(void **state)
{
	struct world *world = *state;
	enum balancer_status inactive = BALANCER_INACTIVE;
	enum db_status rebooting = DB_REBOOTING;
	struct scaling_group group = group_with_outside(world);

	group.min_size = 1; /* what is refused next */
	put_group(world, group);
	put_member(world, G, "i-a", SCALING_ATTACHED);
	must(world_change(world, set_database, &rebooting));
	must(world_change(world, set_balancer, &inactive));
	refused(do_detach_member(world, G, "i-none"), REFUSE_SCALING_MEMBER_UNKNOWN);
	refused(do_detach_member(world, G, "i-a"), REFUSE_BALANCER_STATE);
	must(world_change(world, set_balancer, &(enum balancer_status){ BALANCER_ACTIVE }));
	refused(do_detach_member(world, G, "i-a"), REFUSE_DB_STATE);
	assert_string_equal(world->refusal.subject, "rm-1");
	must(world_change(world, set_database, &(enum db_status){ DB_RUNNING }));
	refused(do_detach_member(world, G, "i-a"), REFUSE_SCALING_BELOW_MIN);
}

/* ---- restarts, faults ---- */

/* Instances begin to be made when the clock stands where it was moved to, and the group goes on when they are there. */
static void advance_whole(struct world *world)
{
	advance(world, 200 * SECOND);
	advance(world, 200 * SECOND);
	advance(world, 200 * SECOND);
}

/* However far it has come: a server that is started again goes on from there. */
static void it_goes_on_after_a_restart(void **state)
{
	static const int64_t moments[] = { 0, 3, 4, 20, 40, 60, 64, 80, 100 };
	struct world *world = *state;
	size_t i;

	world->core.settings.pace = PACE_REAL;
	for (i = 0; i < COUNT_OF(moments); i++) {
		const char *id = arena_printf(world_arena(world), "asg-r%zu", i);
		const char *instance = arena_printf(world_arena(world), "i-r%zu", i);
		struct scaling_group group = group_with_outside(world);

		group.id = group.name = id;
		group.configuration = arena_printf(world_arena(world), "asc-r%zu", i);
		put_group(world, group);
		put_member(world, id, instance, SCALING_CREATED);
		must(do_adjust(world, id, SCALING_CHANGE, 1));
		advance(world, moments[i] * SECOND);
		crew_stop(world);
		crew_start(world, arena_printf(world_arena(world), "boot-%zu-a", i));
		advance_whole(world);
		expect_activity(last_activity(world, id), SCALING_OUT, SCALING_SUCCESSFUL, 1);
		must(do_remove_member(world, id, instance));
		advance(world, moments[i] * SECOND);
		crew_stop(world);
		crew_start(world, arena_printf(world_arena(world), "boot-%zu-b", i));
		advance_whole(world);
		expect_activity(last_activity(world, id), SCALING_IN, SCALING_SUCCESSFUL, 1);
		assert_false(has_instance(world, instance));
		assert_int_equal(members_of(world, id, SCALING_IN_SERVICE, NULL), 1);
	}
}

struct faulted {
	struct fault_rule rule;
	const char *activity;
};

static bool detach_with_fault(struct work *work, void *args)
{
	struct faulted *faulted = args;
	const char *instances[] = { "i-a" };
	struct scaling_detach_args detach = { .group = G, .instances = instances, .n_instances = 1 };

	fault_put(work->txn, &faulted->rule);
	work->fault = faulted->rule.id;
	return scaling_detach(work, &detach, &faulted->activity);
}

static void a_fault_of_its_job_fails_it_as_a_whole(void **state)
{
	struct world *world = *state;
	struct faulted faulted = { .rule = { .id = "fault-1", .account = "1000", .operation = "DetachInstances", .resource = "",
	                                     .effect = FAULT_JOB_FAILS, .code = "", .reason = "no luck", .times_left = 1 } };

	put_group(world, world_group(G));
	put_member(world, G, "i-a", SCALING_ATTACHED);
	must(world_change(world, detach_with_fault, &faulted));
	settle(world);
	expect_activity(last_activity(world, G), SCALING_DETACH, SCALING_FAILED, 0);
	assert_int_equal(members_of(world, G, SCALING_IN_SERVICE, NULL), 1);
	must(do_detach_member(world, G, "i-a"));
	settle(world);
	expect_activity(last_activity(world, G), SCALING_DETACH, SCALING_SUCCESSFUL, 1);
}

/* ---- step rules ---- */

struct execution {
	struct scaling_execute_args args;
	const char *activity;
};

static bool put_rule(struct work *work, void *args)
{
	scaling_rule_put(work->txn, args);
	return true;
}

static bool execute(struct work *work, void *args)
{
	struct execution *execution = args;

	return scaling_rule_execute(work, &execution->args, &execution->activity);
}

static void the_step_that_holds_the_distance(void **state)
{
	static const struct {
		int64_t metric; /* in thousandths; the threshold is 80 */
		int64_t change; /* 0: no step */
	} cases[] = {
		{ 80000, 1 }, { 89999, 1 }, { 90000, 2 }, { 200000, 2 }, { 79999, -1 }, { 70001, -1 }, { 70000, 0 },
	};
	struct world *world = *state;
	struct scaling_rule rule = {
		.id = "asr-1",
		.tenant = world_group(G).tenant,
		.scaling_group = G,
		.name = "steps",
		.type = SCALING_RULE_STEP,
		.adjustment = SCALING_CHANGE,
		.steps = "0:10000:1,10000::2,-10000:0:-1",
	};
	size_t i;

	put_group(world, world_group(G));
	put_member(world, G, "i-a", SCALING_ATTACHED);
	must(world_change(world, put_rule, &rule));
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct execution execution = { .args = { "asr-1", true, true, cases[i].metric, 80000 } };
		enum refusal_reason got = world_change(world, execute, &execution);

		settle(world);
		if (cases[i].change == 0) {
			refused(got, REFUSE_SCALING_STEP_NONE);
			continue;
		}
		must(got);
		assert_int_equal(last_activity(world, G).amount, cases[i].change < 0 ? -cases[i].change : cases[i].change);
		assert_int_equal(last_activity(world, G).kind, cases[i].change < 0 ? SCALING_IN : SCALING_OUT);
	}
	refused(world_change(world, execute, &(struct execution){ .args = { "asr-1", .breach_given = true } }),
	        REFUSE_SCALING_METRIC_MISSING);
	refused(world_change(world, execute, &(struct execution){ .args = { "asr-1", .metric_given = true } }),
	        REFUSE_SCALING_BREACH_MISSING);
	refused(world_change(world, execute, &(struct execution){ .args = { "asr-none" } }), REFUSE_SCALING_RULE_UNKNOWN);
}

static int group(const char *name)
{
	const struct CMUnitTest tests[] = {
		CREW_TEST(what_comes_waits_for_its_hooks),
		CREW_TEST(hooks_have_a_time),
		CREW_TEST(one_that_is_disabled_holds_nothing),
		CREW_TEST(what_goes_goes_on_unless_it_is_rolled_back),
		CREW_TEST(one_that_abandons_ends_the_others),
		CREW_TEST(a_balancer_is_given_a_minute),
		CREW_TEST(a_clock_that_is_moved_far_ends_it),
		CREW_TEST(one_that_stays_is_behind_its_balancer_again),
		CREW_TEST(balancers_and_databases_must_be_there),
		CREW_TEST(it_goes_on_after_a_restart),
		CREW_TEST(a_fault_of_its_job_fails_it_as_a_whole),
		CREW_TEST(the_step_that_holds_the_distance),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	return world_run_twice(group, "scaling-steps");
}
