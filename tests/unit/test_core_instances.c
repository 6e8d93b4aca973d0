/* The verbs of instances beside start, stop and release: their checks in order, and what they do. */
#include "instances_fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/moment.h"
#include "base/text.h"
#include "contract/network.h"

/* ---- RebootInstance ---- */

static void a_reboot_is_off_and_on(void **state)
{
	struct world *world = *state;

	put_whole_instance(world, "i-1");
	fake_hold(world);
	must(do_reboot(world, "i-1"));
	fake_await(world);
	assert_int_equal(get_instance(world, "i-1").state, INSTANCE_STARTING);
	fake_let_go(world);
	settle(world);
	assert_string_equal(fake_acts(world), "power-off power-on");
	assert_int_equal(get_instance(world, "i-1").state, INSTANCE_RUNNING);
	assert_int_equal(get_instance(world, "i-1").started_at, WORLD_NOW);
	assert_int_equal(open_jobs(world, "i-1", NULL, NULL), 0);
	assert_int_equal(get_disk(world, "i-1-data").status, DISK_STATUS_IN_USE);
}

static bool run_forced_reboot(struct work *work, void *args)
{
	return instance_reboot(work, &(struct instance_reboot_args){ args, true });
}

static void a_forced_reboot_asks_nobody(void **state)
{
	struct world *world = *state;

	put_whole_instance(world, "i-1");
	must(do_reboot(world, "i-1"));
	settle(world);
	assert_false(fake_of(world)->seen[0].force);
	must(world_change(world, run_forced_reboot, "i-1"));
	settle(world);
	assert_true(fake_of(world)->seen[2].force);
}

static void the_order_of_a_reboots_checks(void **state)
{
	struct world *world = *state;

	put_whole_instance(world, "i-1");
	world->caller.tenant.region = "mars";
	refused(do_reboot(world, "i-none"), REFUSE_REGION_UNKNOWN);
	world->caller.tenant.region = NULL;
	refused(do_reboot(world, "i-none"), REFUSE_INSTANCE_UNKNOWN);
	set_instance_locks(world, "i-1", "financial,security");
	set_instance_state(world, "i-1", INSTANCE_STOPPED);
	refused(do_reboot(world, "i-1"), REFUSE_INSTANCE_STATE);
	set_instance_state(world, "i-1", INSTANCE_RUNNING);
	refused(do_reboot(world, "i-1"), REFUSE_INSTANCE_LOCKED_SECURITY);
	set_instance_locks(world, "i-1", "financial");
	refused(do_reboot(world, "i-1"), REFUSE_INSTANCE_LOCKED_FINANCIAL);
	set_instance_locks(world, "i-1", "recycling");
	must(do_reboot(world, "i-1"));
}

static void a_reboot_that_fails(void **state)
{
	static const struct {
		enum driver_act act;
		enum instance_state after;
	} cases[] = { { DRIVER_POWER_OFF, INSTANCE_RUNNING }, { DRIVER_POWER_ON, INSTANCE_STOPPED } };
	struct world *world = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		const char *id = arena_printf(world_arena(world), "i-%zu", i);

		put_whole_instance(world, id);
		fail_next(world, cases[i].act);
		must(do_reboot(world, id));
		settle(world);
		assert_int_equal(get_instance(world, id).state, cases[i].after);
		expect_event(only_event(world, id), JOB_INSTANCE_REBOOT, EVENT_FAILED, "driver-failed", "no room");
	}
	assert_string_equal(get_instance(world, "i-1").stopped_mode, "KeepCharging");
	must(do_start(world, "i-1"));
	settle(world);
	assert_int_equal(get_instance(world, "i-1").state, INSTANCE_RUNNING);
}

/* The runner ends between the two halves, as with kill -9: the next one does what is left. */
static void a_reboot_goes_on_after_a_crash(void **state)
{
	struct world *world = *state;

	world->core.settings.pace = PACE_REAL;
	put_whole_instance(world, "i-1");
	must(do_reboot(world, "i-1"));
	advance(world, 10 * SECOND);
	assert_string_equal(fake_acts(world), "power-off");
	crew_stop(world);
	crew_start(world, "boot-2");
	advance(world, 19 * SECOND);
	assert_string_equal(fake_acts(world), "power-off");
	assert_int_equal(get_instance(world, "i-1").state, INSTANCE_STARTING);
	advance(world, SECOND);
	assert_string_equal(fake_acts(world), "power-off power-on");
	assert_int_equal(get_instance(world, "i-1").state, INSTANCE_RUNNING);
}

/* What waits for the guest is let go of in the middle, while there is no guest, and not after the machine is on again. */
static void a_detach_ends_in_the_middle_of_a_reboot(void **state)
{
	struct world *world = *state;

	put_whole_instance(world, "i-1");
	fake_of(world)->look_again_ms = HOUR;
	fake_will(world, DRIVER_DETACH, DRIVER_PENDING, "", "the guest uses it");
	must(do_detach(world, "i-1-data", "i-1"));
	settle(world);
	assert_int_equal(get_disk(world, "i-1-data").status, DISK_STATUS_DETACHING);
	fake_forget(world);
	must(do_reboot(world, "i-1"));
	settle(world);
	assert_string_equal(fake_acts(world), "power-off detach power-on");
	assert_int_equal(get_instance(world, "i-1").state, INSTANCE_RUNNING);
	assert_int_equal(get_disk(world, "i-1-data").status, DISK_STATUS_AVAILABLE);
}

static void a_detach_that_fails_does_not_keep_a_reboot(void **state)
{
	struct world *world = *state;

	put_whole_instance(world, "i-1");
	fake_of(world)->look_again_ms = HOUR;
	fake_will(world, DRIVER_DETACH, DRIVER_PENDING, "", "");
	must(do_detach(world, "i-1-data", "i-1"));
	settle(world);
	fake_forget(world);
	fail_next(world, DRIVER_DETACH);
	must(do_reboot(world, "i-1"));
	settle(world);
	assert_string_equal(fake_acts(world), "power-off detach power-on");
	assert_int_equal(get_instance(world, "i-1").state, INSTANCE_RUNNING);
	assert_int_equal(get_disk(world, "i-1-data").status, DISK_STATUS_IN_USE);
}

/* A driver that cannot tell holds the machine off for a minute, not for ever. */
static void a_detach_that_does_not_end_keeps_a_reboot_for_a_minute(void **state)
{
	struct world *world = *state;

	put_whole_instance(world, "i-1");
	fake_of(world)->look_again_ms = HOUR;
	fake_will(world, DRIVER_DETACH, DRIVER_PENDING, "", "");
	fake_will(world, DRIVER_DETACH, DRIVER_UNKNOWN, "", "");
	must(do_detach(world, "i-1-data", "i-1"));
	settle(world);
	fake_forget(world);
	must(do_reboot(world, "i-1"));
	settle(world);
	advance(world, MINUTE - 1);
	assert_string_equal(fake_acts(world), "power-off detach");
	assert_int_equal(get_instance(world, "i-1").state, INSTANCE_STARTING);
	advance(world, 1);
	assert_int_equal(get_instance(world, "i-1").state, INSTANCE_RUNNING);
	assert_int_equal(get_disk(world, "i-1-data").status, DISK_STATUS_DETACHING);
}

/* ---- CreateInstance ---- */

static void one_that_stays_off(void **state)
{
	struct world *world = *state;
	struct create_instance create = with_a_disk(true);

	fake_hold(world);
	must(do_create_instance(world, &create));
	assert_int_equal(get_instance(world, create.id).state, INSTANCE_PENDING);
	fake_let_go(world);
	settle(world);
	assert_string_equal(fake_acts(world), "create-machine create-disk attach create-disk attach");
	assert_int_equal(get_instance(world, create.id).state, INSTANCE_STOPPED);
	assert_string_equal(get_instance(world, create.id).stopped_mode, "KeepCharging");
	assert_int_equal(get_instance(world, create.id).started_at, 0);
	assert_int_equal(live_of_instance(world, create.id, NULL), 2);
	assert_int_equal(last_job(world, JOB_INSTANCE_CREATE, create.id, NULL).state, JOB_DONE);
	must(do_start(world, create.id));
	settle(world);
	assert_int_equal(get_instance(world, create.id).state, INSTANCE_RUNNING);
}

/* ---- ModifyInstanceAttribute ---- */

static bool run_modify(struct work *work, void *args)
{
	return instance_modify(work, args);
}

static enum refusal_reason modify(struct world *world, struct instance_modify_args args)
{
	return world_change(world, run_modify, &args);
}

#define NO_CHANGE .instance = "i-1", .deletion_protection = -1

/* Two groups of the VPC that the instance is in: none. */
static bool put_groups(struct work *work, void *args)
{
	struct security_group group = { .tenant = work->caller.tenant, .vpc = "", .name = "", .description = "" };

	(void)args;
	group.tenant.region = WORLD_REGION;
	group.id = "sg-2";
	security_group_put(work->txn, &group);
	group.id = "sg-3";
	security_group_put(work->txn, &group);
	return true;
}

static void what_is_modified_and_what_is_not(void **state)
{
	struct world *world = *state;
	struct instance instance = world_instance("i-1");

	instance.description = "old";
	instance.security_groups = "sg-1";
	world_change(world, put_groups, NULL);
	instance.deletion_protection = true;
	put_instance(world, instance);
	must(modify(world, (struct instance_modify_args){ NO_CHANGE }));
	must(modify(world, (struct instance_modify_args){ NO_CHANGE, .name = "new", .password_given = true }));
	instance = get_instance(world, "i-1");
	assert_string_equal(instance.name, "new");
	assert_string_equal(instance.description, "old");
	assert_string_equal(instance.security_groups, "sg-1");
	assert_true(instance.deletion_protection);
	must(modify(world, (struct instance_modify_args){ .instance = "i-1", .description = "text", .host_name = "host",
	                                                  .security_groups = "sg-2,sg-3" }));
	instance = get_instance(world, "i-1");
	assert_string_equal(instance.name, "new");
	assert_string_equal(instance.description, "text");
	assert_string_equal(instance.host_name, "host");
	assert_string_equal(instance.security_groups, "sg-2,sg-3");
	assert_false(instance.deletion_protection);
}

static void the_order_of_a_modifications_checks(void **state)
{
	static const enum refusal_reason no = REFUSE_INSTANCE_STATE;
	static const enum refusal_reason yes = REFUSE_NONE;
	/* pending, starting, running, stopping, stopped, releasing */
	static const enum refusal_reason name[] = { yes, yes, yes, yes, yes, no };
	static const enum refusal_reason password[] = { yes, no, yes, yes, yes, no };
	static const enum refusal_reason host_name[] = { no, no, yes, yes, yes, no };
	static const enum refusal_reason user_data[] = { no, no, no, no, yes, no };
	struct world *world = *state;
	int at;

	put_instance(world, world_instance("i-1"));
	world->caller.tenant.region = "mars";
	refused(modify(world, (struct instance_modify_args){ .instance = "i-none" }), REFUSE_REGION_UNKNOWN);
	world->caller.tenant.region = NULL;
	refused(modify(world, (struct instance_modify_args){ .instance = "i-none" }), REFUSE_INSTANCE_UNKNOWN);
	for (at = 0; at < INSTANCE_STATE_MAX; at++) {
		set_instance_locks(world, "i-1", "");
		set_instance_state(world, "i-1", (enum instance_state)at);
		refused(modify(world, (struct instance_modify_args){ NO_CHANGE, .name = "n" }), name[at]);
		refused(modify(world, (struct instance_modify_args){ NO_CHANGE, .password_given = true }), password[at]);
		refused(modify(world, (struct instance_modify_args){ NO_CHANGE, .host_name = "h" }), host_name[at]);
		refused(modify(world, (struct instance_modify_args){ NO_CHANGE, .user_data = "d" }), user_data[at]);
		set_instance_locks(world, "i-1", "security");
		refused(modify(world, (struct instance_modify_args){ NO_CHANGE, .user_data = "d" }),
		        REFUSE_INSTANCE_LOCKED_SECURITY);
		set_instance_locks(world, "i-1", "financial");
		refused(modify(world, (struct instance_modify_args){ NO_CHANGE, .name = "n" }), name[at]);
	}
}

/* ---- batches ---- */

struct batch {
	struct instance_batch_args args;
	struct instance_batch_item items[INSTANCE_BATCH_MAX];
	size_t n;
};

static bool run_batch(struct work *work, void *args)
{
	struct batch *batch = args;
	struct instance_batch_item *items;

	if (!instance_batch(work, &batch->args, &items, &batch->n))
		return false;
	memcpy(batch->items, items, batch->n * sizeof *items);
	return true;
}

static enum refusal_reason do_batch(struct world *world, struct batch *batch, enum instance_batch_verb verb,
                                    bool all_together, const char *const *ids, size_t n)
{
	batch->args = (struct instance_batch_args){ .verb = verb, .instances = ids, .n = n, .all_together = all_together };
	return world_change(world, run_batch, batch);
}

static void all_or_none(void **state)
{
	static const char *const ids[] = { "i-1", "i-2", "i-3" };
	struct world *world = *state;
	struct batch batch;
	struct attachment *live;

	put_whole_instance(world, "i-1");
	put_whole_instance(world, "i-2");
	refused(do_batch(world, &batch, BATCH_STOP, true, ids, 3), REFUSE_INSTANCE_UNKNOWN);
	assert_string_equal(world->refusal.subject, "i-3");
	put_whole_instance(world, "i-3");
	set_instance_state(world, "i-3", INSTANCE_STOPPED);
	refused(do_batch(world, &batch, BATCH_REBOOT, true, ids, 3), REFUSE_INSTANCE_STATE);
	assert_int_equal(get_instance(world, "i-1").state, INSTANCE_RUNNING);
	assert_int_equal(open_jobs(world, NULL, NULL, NULL), 0);
	must(do_batch(world, &batch, BATCH_STOP, true, ids, 2));
	assert_int_equal(batch.n, 2);
	assert_string_equal(batch.items[1].instance, "i-2");
	assert_int_equal(batch.items[1].before, INSTANCE_RUNNING);
	assert_int_equal(batch.items[1].after, INSTANCE_STOPPING);
	finish_jobs(world);
	must(do_batch(world, &batch, BATCH_START, true, ids, 3));
	finish_jobs(world);
	must(do_batch(world, &batch, BATCH_REBOOT, true, ids, 3));
	assert_int_equal(batch.items[2].after, INSTANCE_STARTING);
	finish_jobs(world);
	must(do_batch(world, &batch, BATCH_STOP, true, ids, 3));
	finish_jobs(world);
	must(do_batch(world, &batch, BATCH_RELEASE, true, ids, 3));
	finish_jobs(world);
	assert_false(has_instance(world, "i-2"));
	assert_int_equal(live_of_instance(world, "i-2", &live), 0);
}

static void each_by_itself(void **state)
{
	static const char *const ids[] = { "i-none", "i-1", "i-off", "i-1", "i-2" };
	struct world *world = *state;
	struct batch batch;

	put_whole_instance(world, "i-1");
	put_whole_instance(world, "i-2");
	put_whole_instance(world, "i-off");
	set_instance_state(world, "i-off", INSTANCE_STOPPED);
	must(do_batch(world, &batch, BATCH_STOP, false, ids, COUNT_OF(ids)));
	assert_int_equal(batch.n, 4); /* one is named twice */
	refused(batch.items[0].refusal.reason, REFUSE_INSTANCE_UNKNOWN);
	refused(batch.items[1].refusal.reason, REFUSE_NONE);
	refused(batch.items[2].refusal.reason, REFUSE_INSTANCE_STATE);
	refused(batch.items[3].refusal.reason, REFUSE_NONE);
	assert_string_equal(batch.items[3].instance, "i-2");
	assert_int_equal(get_instance(world, "i-1").state, INSTANCE_STOPPING);
	assert_int_equal(get_instance(world, "i-off").state, INSTANCE_STOPPED);
	assert_int_equal(open_jobs(world, NULL, NULL, NULL), 2);
}

static void none_and_too_many(void **state)
{
	struct world *world = *state;
	const char *ids[INSTANCE_BATCH_MAX + 1];
	struct batch batch;
	size_t i;

	for (i = 0; i < COUNT_OF(ids); i++)
		ids[i] = "i-1";
	put_whole_instance(world, "i-1");
	world->caller.tenant.region = "mars";
	refused(do_batch(world, &batch, BATCH_STOP, false, ids, 0), REFUSE_REGION_UNKNOWN);
	world->caller.tenant.region = NULL;
	refused(do_batch(world, &batch, BATCH_STOP, false, ids, 0), REFUSE_BATCH_EMPTY);
	refused(do_batch(world, &batch, BATCH_STOP, false, ids, INSTANCE_BATCH_MAX + 1), REFUSE_BATCH_TOO_LARGE);
	must(do_batch(world, &batch, BATCH_STOP, true, ids, INSTANCE_BATCH_MAX));
	assert_int_equal(batch.n, 1);
}

static int run(const char *name)
{
	const struct CMUnitTest tests[] = {
		CREW_TEST(a_reboot_is_off_and_on),
		CREW_TEST(a_forced_reboot_asks_nobody),
		WORLD_TEST(the_order_of_a_reboots_checks),
		CREW_TEST(a_reboot_that_fails),
		CREW_TEST(a_reboot_goes_on_after_a_crash),
		CREW_TEST(a_detach_ends_in_the_middle_of_a_reboot),
		CREW_TEST(a_detach_that_fails_does_not_keep_a_reboot),
		CREW_TEST(a_detach_that_does_not_end_keeps_a_reboot_for_a_minute),
		CREW_TEST(one_that_stays_off),
		WORLD_TEST(what_is_modified_and_what_is_not),
		WORLD_TEST(the_order_of_a_modifications_checks),
		WORLD_TEST(all_or_none),
		WORLD_TEST(each_by_itself),
		WORLD_TEST(none_and_too_many),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	return world_run_twice(run, "instances");
}
