/* What is left of instances when a driver fails, and the events that tell of what nobody asked for. */
#include "instances_fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/moment.h"
#include "base/text.h"

/* ---- what cannot be made whole is removed ---- */

static bool count_all(struct work *work, void *args)
{
	struct disk_filter disks = DISK_FILTER_ANY;
	struct instance_filter instances = INSTANCE_FILTER_ANY;

	*(int64_t *)args = disk_count(work->txn, &disks) + instance_count(work->txn, &instances);
	return true;
}

static int64_t things(struct world *world)
{
	int64_t n;

	world_look(world, count_all, &n);
	return n;
}

static void what_the_driver_made_is_removed(void **state)
{
	struct world *world = *state;
	int off;

	for (off = 0; off < 2; off++) {
		struct create_instance create = with_a_disk(off);
		struct job job;

		fake_forget(world);
		fake_will(world, DRIVER_CREATE_DISK, DRIVER_DONE, "", "");
		fail_next(world, DRIVER_CREATE_DISK);
		must(do_create_instance(world, &create));
		settle(world);
		assert_string_equal(fake_acts(world), "create-machine create-disk attach create-disk "
		                                      "delete-machine delete-disk delete-disk");
		job = last_job(world, JOB_INSTANCE_CREATE, create.id, NULL);
		assert_int_equal(job.state, JOB_FAILED);
		assert_string_equal(job.reason, "driver-failed");
		assert_string_equal(job.message, "no room");
		assert_int_equal(things(world), 0);
		expect_event(only_event(world, create.id), JOB_INSTANCE_CREATE, EVENT_FAILED, "driver-failed", "no room");
	}
}

/* What cannot be removed now is there, and nobody else's, until it can. */
static void what_is_not_removed_at_once_is_removed_later(void **state)
{
	struct world *world = *state;
	struct create_instance create = with_a_disk(false);
	char id[64];

	fail_next(world, DRIVER_ATTACH);
	fake_will(world, DRIVER_DELETE_MACHINE, DRIVER_FAILED, "busy", "not now");
	fake_will(world, DRIVER_DELETE_DISK, DRIVER_UNKNOWN, "", "");
	must(do_create_instance(world, &create));
	snprintf(id, sizeof id, "%s", begun_job(world));
	assert_int_equal(await_end(world, id).state, JOB_FAILED);
	assert_string_equal(get_job(world, id).reason, "driver-failed");
	assert_string_equal(get_job(world, id).message, "no room");
	assert_int_equal(things(world), 0);
	only_event(world, create.id); /* it failed once */
}

static void an_undo_goes_on_after_a_crash(void **state)
{
	struct world *world = *state;
	struct create_instance create = with_a_disk(false);
	char id[64];

	fake_of(world)->look_again_ms = HOUR;
	fail_next(world, DRIVER_CREATE_DISK);
	fake_will(world, DRIVER_DELETE_MACHINE, DRIVER_UNKNOWN, "", "");
	must(do_create_instance(world, &create));
	snprintf(id, sizeof id, "%s", begun_job(world));
	settle(world);
	assert_int_equal(get_job(world, id).step, JOB_UNDO);
	assert_int_equal(get_instance(world, create.id).state, INSTANCE_PENDING);
	refused(do_release(world, create.id, true), REFUSE_INSTANCE_BUILDING);
	crew_stop(world);
	crew_start(world, "boot-2");
	settle(world);
	assert_int_equal(get_job(world, id).state, JOB_FAILED);
	assert_string_equal(get_job(world, id).message, "no room");
	assert_int_equal(things(world), 0);
}

/* ---- AutoReleaseTime ---- */

static void a_release_that_fails_leaves_the_time_that_was_set(void **state)
{
	struct world *world = *state;
	struct create_instance create = with_a_disk(false);

	create.args.auto_release_at = world->now + HOUR;
	must(do_create_instance(world, &create));
	settle(world);
	fail_next(world, DRIVER_DELETE_MACHINE);
	must(do_release(world, create.id, true));
	settle(world);
	assert_int_equal(get_instance(world, create.id).state, INSTANCE_RUNNING);
	assert_int_equal(open_job(world, create.id, NULL).kind, JOB_INSTANCE_AUTO_RELEASE);
	assert_int_equal(open_job(world, create.id, NULL).due_at, WORLD_NOW + HOUR);
	advance(world, HOUR - 1);
	assert_true(has_instance(world, create.id));
	advance(world, 1);
	assert_false(has_instance(world, create.id));
}

static void a_release_that_fails_after_the_time_is_not_repeated(void **state)
{
	struct world *world = *state;
	struct create_instance create = with_a_disk(false);

	create.args.auto_release_at = world->now + HOUR;
	must(do_create_instance(world, &create));
	settle(world);
	fail_next(world, DRIVER_DELETE_MACHINE);
	advance(world, HOUR);
	assert_int_equal(get_instance(world, create.id).state, INSTANCE_RUNNING);
	assert_int_equal(open_jobs(world, create.id, NULL, NULL), 0);
}

static void the_time_that_comes_is_an_event(void **state)
{
	struct world *world = *state;
	struct create_instance create = with_a_disk(false);
	struct event event;

	create.args.auto_release_at = world->now + HOUR;
	must(do_create_instance(world, &create));
	settle(world);
	advance(world, HOUR + MINUTE);
	event = only_event(world, create.id);
	expect_event(event, JOB_INSTANCE_AUTO_RELEASE, EVENT_EXECUTED, "",
	             "The instance was released at its AutoReleaseTime.");
	assert_int_equal(event.not_before, WORLD_NOW + HOUR);
	assert_int_equal(event.created_at, WORLD_NOW + HOUR + MINUTE);

	create = with_a_disk(false);
	create.args.auto_release_at = world->now + 2 * HOUR;
	create.args.deletion_protection = true;
	must(do_create_instance(world, &create));
	settle(world);
	advance(world, 2 * HOUR);
	expect_event(only_event(world, create.id), JOB_INSTANCE_AUTO_RELEASE, EVENT_FAILED, "instance-deletion-protected",
	             "The instance was not released at its AutoReleaseTime: deletion protection is on.");
}

/* ---- events of jobs ---- */

static void a_detach_that_the_guest_refuses_is_an_event(void **state)
{
	struct world *world = *state;
	struct account account = world_account("1000");
	struct event event;

	account.safe_detach = true;
	put_account(world, account);
	put_whole_instance(world, "i-1");
	fake_will(world, DRIVER_CHECK_IDLE, DRIVER_REFUSED, "in-use", "mounted on /data");
	must(do_detach(world, "i-1-data", "i-1"));
	settle(world);
	assert_int_equal(get_disk(world, "i-1-data").status, DISK_STATUS_IN_USE);
	event = only_event(world, "i-1");
	expect_event(event, JOB_DETACH, EVENT_FAILED, "disk-in-use-by-guest", "mounted on /data");
	assert_string_equal(event.disk, "i-1-data");
	assert_string_equal(event.device, "/dev/xvdb");
	assert_string_equal(event.job, begun_job(world));
	assert_int_equal(event.not_before, WORLD_NOW);
}

static void a_disk_that_is_cut_off_is_an_event(void **state)
{
	struct world *world = *state;

	put_whole_instance(world, "i-1");
	fake_will(world, DRIVER_DETACH, DRIVER_PENDING, "", "no answer");
	must(do_detach_args(world, (struct detach_args){ .disk = "i-1-data", .instance = "i-1", .force = true }));
	await_end(world, begun_job(world));
	settle(world);
	assert_int_equal(get_disk(world, "i-1-data").status, DISK_STATUS_AVAILABLE);
	expect_event(only_event(world, "i-1"), JOB_DETACH, EVENT_EXECUTED, "waiting-for-guest",
	             "The guest did not let go of the disk: the disk was cut off, as key asked.");
}

static void what_goes_well_is_no_event(void **state)
{
	struct world *world = *state;
	struct create_instance create = with_a_disk(false);
	struct event *events;

	must(do_create_instance(world, &create));
	settle(world);
	must(do_stop(world, create.id));
	settle(world);
	must(do_release(world, create.id, false));
	settle(world);
	assert_int_equal(events_of(world, create.id, &events), 0);
}

static void each_power_job_that_fails_is_an_event(void **state)
{
	static const struct {
		enum driver_act act;
		enum job_kind kind;
	} cases[] = { { DRIVER_POWER_ON, JOB_INSTANCE_START }, { DRIVER_POWER_OFF, JOB_INSTANCE_STOP },
		      { DRIVER_DELETE_MACHINE, JOB_INSTANCE_DELETE }, { DRIVER_ATTACH, JOB_ATTACH } };
	struct world *world = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		const char *id = arena_printf(world_arena(world), "i-%zu", i);

		put_whole_instance(world, id);
		put_disk(world, world_disk("d-more"));
		if (cases[i].kind == JOB_INSTANCE_START)
			set_instance_state(world, id, INSTANCE_STOPPED);
		fail_next(world, cases[i].act);
		must(cases[i].kind == JOB_INSTANCE_START ? do_start(world, id) :
		     cases[i].kind == JOB_INSTANCE_STOP  ? do_stop(world, id) :
		     cases[i].kind == JOB_ATTACH         ? do_attach(world, "d-more", id) :
		                                           do_release(world, id, true));
		settle(world);
		expect_event(only_event(world, id), cases[i].kind, EVENT_FAILED, "driver-failed", "no room");
	}
}

/* Built, but it does not come up: it was not released for it. */
static void a_new_instance_that_does_not_start(void **state)
{
	struct world *world = *state;
	struct create_instance create = with_a_disk(false);

	fail_next(world, DRIVER_POWER_ON);
	must(do_create_instance(world, &create));
	settle(world);
	assert_int_equal(get_instance(world, create.id).state, INSTANCE_STOPPED);
	assert_string_equal(get_instance(world, create.id).stopped_mode, "KeepCharging");
	expect_event(only_event(world, create.id), JOB_INSTANCE_START, EVENT_FAILED, "driver-failed", "no room");
}

/* ---- old rows ---- */

static bool purge_events(struct work *work, void *args)
{
	*(size_t *)args = event_purge(work->txn, work->now - DAY, 10);
	return true;
}

static void old_events_are_purged(void **state)
{
	struct world *world = *state;
	struct event *events;
	size_t purged;

	put_whole_instance(world, "i-1");
	fail_next(world, DRIVER_POWER_OFF);
	must(do_stop(world, "i-1"));
	settle(world);
	advance(world, DAY);
	must(world_change(world, purge_events, &purged));
	assert_int_equal(purged, 0);
	fail_next(world, DRIVER_POWER_OFF);
	must(do_stop(world, "i-1"));
	settle(world);
	assert_int_equal(events_of(world, "i-1", &events), 2);
	advance(world, 1);
	must(world_change(world, purge_events, &purged));
	assert_int_equal(purged, 1);
	assert_int_equal(only_event(world, "i-1").created_at, WORLD_NOW + DAY);
}

static int run(const char *name)
{
	const struct CMUnitTest tests[] = {
		CREW_TEST(what_the_driver_made_is_removed),
		CREW_TEST(what_is_not_removed_at_once_is_removed_later),
		CREW_TEST(an_undo_goes_on_after_a_crash),
		CREW_TEST(a_release_that_fails_leaves_the_time_that_was_set),
		CREW_TEST(a_release_that_fails_after_the_time_is_not_repeated),
		CREW_TEST(the_time_that_comes_is_an_event),
		CREW_TEST(a_detach_that_the_guest_refuses_is_an_event),
		CREW_TEST(a_disk_that_is_cut_off_is_an_event),
		CREW_TEST(what_goes_well_is_no_event),
		CREW_TEST(each_power_job_that_fails_is_an_event),
		CREW_TEST(a_new_instance_that_does_not_start),
		CREW_TEST(old_events_are_purged),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	return world_run_twice(run, "events");
}
