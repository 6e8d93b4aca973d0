/* Jobs that change disks and make snapshots: what is left where one comes to nothing, and what is asked again after a
 * crash in the middle. */
#include "change_fixture.h"
#include "jobs_fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/moment.h"
#include "base/text.h"

#define IMAGE     "debian_12_6_x64_20G_alibase_20240819.vhd"
#define NEW_IMAGE "ubuntu_22_04_x64_20G_alibase_20240926.vhd"

static void must(enum refusal_reason reason)
{
	assert_string_equal(refusal_words[reason], "");
}

static void fail_next(struct world *world, enum driver_act act)
{
	fake_will(world, act, DRIVER_FAILED, "room", "no room");
}

static void expect_failed(struct world *world, const char *id)
{
	struct job job = get_job(world, id);

	assert_int_equal(job.state, JOB_FAILED);
	assert_string_equal(job.message, "no room");
}

/* A stopped instance i-1 with its system disk d-0 and a data disk d-1. */
static void put_all(struct world *world)
{
	struct instance instance = world_instance("i-1");
	struct disk system = world_disk("d-0");
	struct disk data = world_disk("d-1");
	struct attachment boot = world_attachment("d-0.1", "d-0", "i-1");

	instance.state = INSTANCE_STOPPED;
	instance.started_at = WORLD_NOW;
	instance.image = IMAGE;
	system.type = DISK_SYSTEM;
	system.image = IMAGE;
	system.origin_instance = "i-1";
	system.delete_with_instance = true;
	system.attached_at = data.attached_at = WORLD_NOW;
	boot.boot = true;
	boot.device = "/dev/xvda";
	put_instance(world, instance);
	put_disk(world, system);
	put_disk(world, data);
	put_attachment(world, boot);
	put_attachment(world, world_attachment("d-1.1", "d-1", "i-1"));
}

/* ---- size and content ---- */

static void a_disk_that_did_not_grow_has_its_old_size(void **state)
{
	struct world *world = *state;
	int64_t before;

	put_all(world);
	before = get_disk(world, "d-1").size_gib;
	fake_hold(world);
	fail_next(world, DRIVER_RESIZE_DISK);
	must(do_resize(world, "d-1", before + 10, false));
	assert_int_equal(get_disk(world, "d-1").size_gib, before + 10); /* shown at once */
	fake_let_go(world);
	settle(world);
	expect_failed(world, begun_job(world));
	assert_int_equal(get_disk(world, "d-1").size_gib, before);
	must(do_resize(world, "d-1", before + 20, false));
	settle(world);
	assert_int_equal(get_disk(world, "d-1").size_gib, before + 20);
	assert_int_equal(fake_last(world).act, DRIVER_RESIZE_DISK);
}

static void expect_spec(struct world *world, const char *category, const char *level, int64_t iops)
{
	struct disk disk = get_disk(world, "d-1");

	assert_string_equal(disk.category, category);
	assert_string_equal(disk.performance_level, level);
	assert_int_equal(disk.provisioned_iops, iops);
}

static void a_disk_that_was_not_changed_is_what_it_was(void **state)
{
	struct disk_spec_args to_auto = { .disk = "d-1", .category = "cloud_auto", .performance_level = "",
		                          .iops_given = true, .iops = 1000 };
	struct disk_spec_args to_essd = { .disk = "d-1", .category = "cloud_essd", .performance_level = "" };
	struct world *world = *state;
	struct plan plan;

	put_all(world);
	must(do_spec(world, to_auto));
	settle(world);
	assert_int_equal(fake_last(world).act, DRIVER_MODIFY_DISK);
	expect_spec(world, "cloud_auto", "", 1000);
	fake_hold(world);
	fail_next(world, DRIVER_MODIFY_DISK);
	must(do_spec(world, to_essd));
	expect_spec(world, "cloud_essd", "PL1", 0); /* shown at once */
	fake_await(world); /* past the step at which the driver has not heard of it */
	plan = plan_of(world, begun_job(world));
	assert_string_equal(plan.calls[0].category, "cloud_essd");
	assert_string_equal(plan.calls[0].performance_level, "PL1");
	fake_let_go(world);
	settle(world);
	expect_failed(world, begun_job(world));
	expect_spec(world, "cloud_auto", "", 1000);
	to_essd.performance_level = "PL0";
	must(do_spec(world, to_essd));
	settle(world);
	expect_spec(world, "cloud_essd", "PL0", 0);
}

static void a_disk_that_was_not_put_back_can_be_tried_again(void **state)
{
	struct world *world = *state;

	put_all(world);
	put_snapshot(world, world_snapshot("s-1", "d-1"));
	fake_hold(world);
	fail_next(world, DRIVER_RESTORE_DISK);
	must(do_reinit(world, "d-1", false));
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_REINITING);
	fake_let_go(world);
	settle(world);
	expect_failed(world, begun_job(world));
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_IN_USE);
	fail_next(world, DRIVER_RESTORE_DISK);
	must(do_reset(world, "d-1", "s-1"));
	settle(world);
	expect_failed(world, begun_job(world));
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_IN_USE);
	must(do_reset(world, "d-1", "s-1"));
	settle(world);
	assert_int_equal(get_job(world, begun_job(world)).state, JOB_DONE);
}

/* What the content is put back to. */
static void a_disk_is_put_back_to_what_it_was_made_of(void **state)
{
	struct world *world = *state;
	struct disk disk;
	struct plan plan;

	put_all(world);
	put_snapshot(world, world_snapshot("s-1", "d-1"));
	fake_hold(world);
	must(do_reinit(world, "d-0", false));
	plan = plan_of(world, begun_job(world));
	assert_string_equal(plan.calls[0].image, IMAGE);
	assert_string_equal(plan.calls[0].snapshot, "");
	must(do_reinit(world, "d-1", false));
	plan = plan_of(world, begun_job(world));
	assert_string_equal(plan.calls[0].image, "");
	assert_string_equal(plan.calls[0].snapshot, "");
	fake_let_go(world);
	settle(world);
	disk = get_disk(world, "d-1");
	disk.source_snapshot = "s-1";
	put_disk(world, disk);
	fake_hold(world);
	must(do_reinit(world, "d-1", false));
	plan = plan_of(world, begun_job(world));
	assert_string_equal(plan.calls[0].snapshot, "s-1");
	fake_let_go(world);
	settle(world);
}

static void an_instance_is_started_afterwards(void **state)
{
	struct world *world = *state;
	struct instance instance;
	char job[64];

	put_all(world);
	must(do_reinit(world, "d-0", true));
	settle(world);
	assert_int_equal(get_instance(world, "i-1").state, INSTANCE_RUNNING);
	must(do_stop(world, "i-1"));
	settle(world);
	/* A lock that comes meanwhile keeps it off, and the job says so. */
	fake_hold(world);
	must(do_reinit(world, "d-0", true));
	snprintf(job, sizeof job, "%s", begun_job(world));
	instance = get_instance(world, "i-1");
	instance.locks = "security";
	put_instance(world, instance);
	fake_let_go(world);
	settle(world);
	assert_int_equal(get_instance(world, "i-1").state, INSTANCE_STOPPED);
	assert_string_equal(get_job(world, job).message, "the instance was not started: instance-locked-security");
	assert_int_equal(get_disk(world, "d-0").status, DISK_STATUS_IN_USE);
}

/* ---- the system disk ---- */

static struct replace_disk replace(struct world *world)
{
	struct replace_disk replace = { .args = { .instance = "i-1", .image = NEW_IMAGE } };

	must(do_replace(world, &replace));
	return replace;
}

static void expect_old_in_place(struct world *world)
{
	assert_int_equal(get_disk(world, "d-0").status, DISK_STATUS_IN_USE);
	assert_int_equal(get_attachment(world, "d-0.1").state, ATTACHMENT_ATTACHED);
	assert_string_equal(get_instance(world, "i-1").image, IMAGE);
}

static void a_new_system_disk_takes_the_place_at_once(void **state)
{
	struct world *world = *state;
	struct replace_disk new;
	struct attachment *live;
	struct disk disk;

	put_all(world);
	fake_hold(world);
	new = replace(world);
	assert_int_equal(get_disk(world, new.id).status, DISK_STATUS_CREATING);
	expect_old_in_place(world);
	fake_let_go(world);
	settle(world);
	assert_string_equal(fake_acts(world), "create-disk detach detach create-disk attach delete-disk");
	assert_false(has_disk(world, "d-0"));
	assert_string_equal(get_instance(world, "i-1").image, NEW_IMAGE);
	disk = get_disk(world, new.id);
	assert_int_equal(disk.status, DISK_STATUS_IN_USE);
	assert_int_equal(disk.type, DISK_SYSTEM);
	assert_int_equal(disk.size_gib, 40);
	assert_true(disk.delete_with_instance);
	assert_string_equal(disk.image, NEW_IMAGE);
	assert_string_equal(disk.origin_instance, "i-1");
	assert_int_equal(live_of_disk(world, new.id, &live), 1);
	assert_true(live[0].boot);
	assert_string_equal(live[0].device, "/dev/xvda");
	must(do_start(world, "i-1"));
	settle(world);
	assert_int_equal(get_instance(world, "i-1").state, INSTANCE_RUNNING);
}

/* Nothing of the old disk was touched: it stays, and the new one goes. */
static void a_replacement_that_fails_early_leaves_the_old_disk(void **state)
{
	static const enum driver_act acts[] = { DRIVER_CREATE_DISK, DRIVER_DETACH };
	struct world *world = *state;
	size_t i;

	put_all(world);
	for (i = 0; i < COUNT_OF(acts); i++) {
		struct replace_disk new;
		char job[64];

		fail_next(world, acts[i]);
		new = replace(world);
		snprintf(job, sizeof job, "%s", begun_job(world));
		settle(world);
		expect_failed(world, job);
		expect_old_in_place(world);
		assert_false(has_disk(world, new.id));
		assert_int_equal(open_jobs(world, NULL, NULL, NULL), 0);
	}
	assert_string_equal(fake_acts(world), "create-disk create-disk detach delete-disk");
	must(do_start(world, "i-1"));
	settle(world);
}

/* The machine has let go of the old disk: it is free, and can be put back with Bootable. */
static void a_replacement_that_fails_late_frees_the_old_disk(void **state)
{
	struct attach_args back = { .disk = "d-0", .instance = "i-1", .bootable = true, .credential_given = true };
	struct world *world = *state;
	struct replace_disk new;
	char job[64];

	put_all(world);
	fail_next(world, DRIVER_ATTACH);
	new = replace(world);
	snprintf(job, sizeof job, "%s", begun_job(world));
	settle(world);
	expect_failed(world, job);
	assert_false(has_disk(world, new.id));
	assert_int_equal(get_disk(world, "d-0").status, DISK_STATUS_AVAILABLE);
	assert_int_equal(get_disk(world, "d-0").type, DISK_SYSTEM);
	assert_string_equal(get_instance(world, "i-1").image, IMAGE);
	assert_int_equal(do_start(world, "i-1"), REFUSE_INSTANCE_NO_SYSTEM_DISK);
	must(do_attach_args(world, back));
	settle(world);
	must(do_start(world, "i-1"));
	settle(world);
	assert_int_equal(get_instance(world, "i-1").state, INSTANCE_RUNNING);
}

/* A kill at each step: the runner of the next boot goes on where that was, and no disk is left over. */
static void a_replacement_goes_on_after_a_crash(void **state)
{
	static const enum driver_act acts[] = { DRIVER_CREATE_DISK, DRIVER_DETACH, DRIVER_ATTACH, DRIVER_DELETE_DISK };
	struct world *world = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(acts); i++) {
		struct replace_disk new;
		struct attachment *live;
		char boot[16];

		put_all(world);
		fake_of(world)->look_again_ms = MINUTE;
		fake_will(world, acts[i], DRIVER_UNKNOWN, "", "the answer was lost");
		new = replace(world);
		settle(world);
		crew_stop(world);
		fake_forget(world);
		snprintf(boot, sizeof boot, "boot-%d", (int)i + 2);
		fake_of(world)->look_again_ms = 0;
		crew_start(world, boot);
		settle(world);
		assert_int_equal(open_jobs(world, NULL, NULL, NULL), 0);
		assert_false(has_disk(world, "d-0"));
		assert_int_equal(get_disk(world, new.id).status, DISK_STATUS_IN_USE);
		assert_int_equal(live_of_instance(world, "i-1", &live), 2);
		must(do_release(world, "i-1", true));
		settle(world);
	}
}

/* ---- snapshots ---- */

static struct create_snapshot make_snapshot(struct world *world, int64_t retention_days)
{
	static const struct tag tag = { .key = "team", .value = "storage" };
	struct create_snapshot create = {
		.args = { .disk = "d-1", .retention_days = retention_days, .tags = &tag, .n_tags = 1 }
	};

	must(do_create_snapshot(world, &create));
	return create;
}

static void a_snapshot_that_was_not_made_has_failed(void **state)
{
	struct world *world = *state;
	struct create_snapshot create;

	put_all(world);
	fail_next(world, DRIVER_CREATE_SNAPSHOT);
	create = make_snapshot(world, 0);
	settle(world);
	assert_int_equal(get_snapshot(world, create.id).state, SNAPSHOT_FAILED);
	/* Its delete may fail too: it is there again, still failed. */
	fail_next(world, DRIVER_DELETE_SNAPSHOT);
	must(do_delete_snapshot(world, create.id, false));
	settle(world);
	assert_int_equal(get_snapshot(world, create.id).state, SNAPSHOT_FAILED);
	must(do_delete_snapshot(world, create.id, false));
	settle(world);
	assert_false(has_snapshot(world, create.id));
}

static void a_snapshot_that_was_not_deleted_is_there(void **state)
{
	struct world *world = *state;
	struct create_snapshot create;

	put_all(world);
	create = make_snapshot(world, 0);
	settle(world);
	assert_int_equal(get_snapshot(world, create.id).state, SNAPSHOT_ACCOMPLISHED);
	fail_next(world, DRIVER_DELETE_SNAPSHOT);
	must(do_delete_snapshot(world, create.id, false));
	settle(world);
	assert_int_equal(get_snapshot(world, create.id).state, SNAPSHOT_ACCOMPLISHED);
}

static void a_snapshot_that_is_given_up_is_gone(void **state)
{
	struct world *world = *state;
	struct create_snapshot create;
	char job[64];

	put_all(world);
	fake_hold(world);
	create = make_snapshot(world, 0);
	snprintf(job, sizeof job, "%s", begun_job(world));
	fake_await(world);
	must(do_delete_snapshot(world, create.id, false));
	assert_int_equal(get_job(world, job).state, JOB_SUPERSEDED);
	fake_let_go(world);
	settle(world);
	assert_string_equal(fake_acts(world), "create-snapshot delete-snapshot"); /* the late answer counts for nothing */
	assert_false(has_snapshot(world, create.id));
}

/* CreateSnapshot page: what is still being made goes with the disk; what was accomplished stays. */
static void snapshots_and_the_end_of_their_disk(void **state)
{
	struct world *world = *state;
	struct create_snapshot accomplished;
	struct create_snapshot progressing;
	struct disk disk;

	put_all(world);
	accomplished = make_snapshot(world, 0);
	settle(world);
	disk = get_disk(world, "d-1");
	disk.delete_with_instance = true;
	put_disk(world, disk);
	world->core.settings.pace = PACE_REAL;
	progressing = make_snapshot(world, 0);
	settle(world);
	must(do_release(world, "i-1", false));
	advance(world, 30 * SECOND);
	assert_false(has_disk(world, "d-1"));
	assert_int_equal(get_snapshot(world, progressing.id).state, SNAPSHOT_DELETING); /* no longer listed */
	advance(world, 10 * SECOND);
	assert_false(has_snapshot(world, progressing.id));
	assert_int_equal(get_snapshot(world, accomplished.id).state, SNAPSHOT_ACCOMPLISHED);
	advance(world, HOUR);
	assert_int_equal(open_jobs(world, NULL, NULL, NULL), 0);
}

static struct snapshot_progress progress;

static bool look_at_progress(struct work *work, void *args)
{
	struct snapshot snapshot;

	if (snapshot_get(work->txn, args, &snapshot))
		progress = snapshot_progress_of(work, &snapshot);
	return true;
}

static void expect_progress(struct world *world, char *id, int percent, int64_t seconds)
{
	world->now = clock_now(&world->core.clock);
	world_look(world, look_at_progress, id);
	assert_int_equal(progress.percent, percent);
	assert_int_equal(progress.seconds_left, seconds);
}

static void progress_is_that_of_the_job(void **state)
{
	struct world *world = *state;
	struct create_snapshot create;

	put_all(world);
	world->core.settings.pace = PACE_REAL;
	create = make_snapshot(world, 0);
	settle(world);
	expect_progress(world, create.id, 0, 60);
	advance(world, 30 * SECOND);
	expect_progress(world, create.id, 49, 30);
	advance(world, 30 * SECOND);
	expect_progress(world, create.id, 100, 0);
}

/* ---- RetentionDays ---- */

static void a_snapshot_is_deleted_when_its_days_are_over(void **state)
{
	struct world *world = *state;
	struct create_snapshot create;

	put_all(world);
	create = make_snapshot(world, 2);
	settle(world);
	advance(world, 2 * DAY - 1);
	assert_true(has_snapshot(world, create.id));
	advance(world, 1);
	assert_false(has_snapshot(world, create.id));
	assert_int_equal(jobs_open(world->core.jobs), 0);
	create = make_snapshot(world, 2);
	settle(world);
	must(do_delete_snapshot(world, create.id, false));
	settle(world);
	assert_int_equal(jobs_open(world->core.jobs), 0); /* nobody waits for the days of what is gone */
}

static void a_snapshot_that_is_needed_outlives_its_days(void **state)
{
	struct world *world = *state;
	struct disk disk = world_disk("d-2");
	struct create_snapshot create;

	put_all(world);
	create = make_snapshot(world, 1);
	settle(world);
	disk.source_snapshot = create.id;
	put_disk(world, disk);
	advance(world, 2 * DAY);
	assert_true(has_snapshot(world, create.id));
	disk.source_snapshot = "";
	put_disk(world, disk);
	advance(world, DAY);
	assert_false(has_snapshot(world, create.id));
}

static int run(const char *name)
{
	const struct CMUnitTest tests[] = {
		CREW_TEST(a_disk_that_did_not_grow_has_its_old_size),
		CREW_TEST(a_disk_that_was_not_changed_is_what_it_was),
		CREW_TEST(a_disk_that_was_not_put_back_can_be_tried_again),
		CREW_TEST(a_disk_is_put_back_to_what_it_was_made_of),
		CREW_TEST(an_instance_is_started_afterwards),
		CREW_TEST(a_new_system_disk_takes_the_place_at_once),
		CREW_TEST(a_replacement_that_fails_early_leaves_the_old_disk),
		CREW_TEST(a_replacement_that_fails_late_frees_the_old_disk),
		CREW_TEST(a_replacement_goes_on_after_a_crash),
		CREW_TEST(a_snapshot_that_was_not_made_has_failed),
		CREW_TEST(a_snapshot_that_was_not_deleted_is_there),
		CREW_TEST(a_snapshot_that_is_given_up_is_gone),
		CREW_TEST(snapshots_and_the_end_of_their_disk),
		CREW_TEST(progress_is_that_of_the_job),
		CREW_TEST(a_snapshot_is_deleted_when_its_days_are_over),
		CREW_TEST(a_snapshot_that_is_needed_outlives_its_days),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	return world_run_twice(run, "changes of disks that come to nothing");
}
