/* What a detach leaves behind: on the disk, on its instance, and when that instance is released (docs/detach.md, "What a
 * detach changes"). Jobs are answered by the test. */
#include "core_fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/moment.h"
#include "base/text.h"

/* A disk that is fast to an instance, both made of rows: "i-1" and "d-1". */
static void put_attached(struct world *world, struct instance instance, struct disk disk, bool boot)
{
	struct attachment attachment = world_attachment("d-1.1", disk.id, instance.id);

	attachment.boot = boot;
	attachment.shared = disk.multi_attach;
	if (boot)
		attachment.device = "/dev/xvda";
	put_instance(world, instance);
	put_disk(world, disk);
	put_attachment(world, attachment);
}

static struct disk system_disk(const char *origin)
{
	struct disk disk = world_disk("d-1");

	disk.type = DISK_SYSTEM;
	disk.delete_with_instance = true;
	disk.origin_instance = origin;
	return disk;
}

/* The system disk of the stopped instance i-1. */
static void put_system(struct world *world)
{
	struct instance instance = world_instance("i-1");

	instance.state = INSTANCE_STOPPED;
	put_attached(world, instance, system_disk("i-1"), true);
}

static void detach(struct world *world, const char *flag)
{
	struct detach_args args = {
		.disk = "d-1",
		.instance = "i-1",
		.delete_with_instance_given = flag != NULL,
		.delete_with_instance = text_equal(flag, "true"),
	};

	assert_int_equal(do_detach_args(world, args), REFUSE_NONE);
}

static void detach_and_finish(struct world *world, const char *flag)
{
	detach(world, flag);
	world->now += SECOND;
	finish_jobs(world);
}

/* ---- a data disk ---- */

static void an_accepted_detach_shows_at_once(void **state)
{
	struct world *world = *state;
	struct attachment attachment;
	struct job job;

	put_attached(world, world_instance("i-1"), world_disk("d-1"), false);
	world->now += MINUTE;
	detach(world, NULL);
	attachment = get_attachment(world, "d-1.1");
	job = open_job(world, NULL, "d-1");
	assert_int_equal(attachment.state, ATTACHMENT_DETACHING);
	assert_int_equal(attachment.detach_requested_at, world->now);
	assert_true(attachment.slot_held);
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_DETACHING);
	assert_int_equal(job.kind, JOB_DETACH);
	assert_int_equal(job.step, JOB_REQUESTED);
	assert_string_equal(job.attachment, "d-1.1");
	assert_int_equal(job.generation, 1);
	assert_string_equal(job.instance, "i-1");
	assert_string_equal(job.requested_by, "key");
	assert_string_equal(job.lock, "attachment/d-1.1");
	assert_int_equal(job.lease_fence, 1);
	assert_int_equal(world->n_tickets, 1);
	assert_string_equal(world->tickets[0].job, job.id);
}

static void a_data_disk_is_free_again(void **state)
{
	struct world *world = *state;
	struct disk disk = world_disk("d-1");
	struct attachment attachment;

	disk.delete_with_instance = true;
	put_attached(world, world_instance("i-1"), disk, false);
	detach_and_finish(world, "true");
	disk = get_disk(world, "d-1");
	attachment = get_attachment(world, "d-1.1");
	assert_int_equal(disk.status, DISK_STATUS_AVAILABLE);
	assert_int_equal(disk.type, DISK_DATA);
	assert_false(disk.delete_with_instance); /* accepted, and without effect after the detach */
	assert_int_equal(disk.detached_at, world->now);
	assert_int_equal(attachment.state, ATTACHMENT_DETACHED);
	assert_int_equal(attachment.detached_at, world->now);
	assert_false(attachment.slot_held);
	assert_int_equal(live_of_disk(world, "d-1", NULL), 0);
	assert_int_equal(live_of_instance(world, "i-1", NULL), 0);
	assert_int_equal(open_jobs(world, NULL, NULL, NULL), 0);
	assert_int_equal(last_job(world, JOB_DETACH, NULL, "d-1").state, JOB_DONE);
	assert_int_equal(do_detach(world, "d-1", "i-1"), REFUSE_DISK_NOT_ATTACHED);
}

/* Answers the release of i-1, which was just accepted, until its machine is gone. Whether it deletes the disk then (NULL:
 * any). */
static bool release_takes(struct world *world, const char *disk)
{
	struct job job = open_job(world, "i-1", NULL);

	assert_false(plan_has(plan_of(world, job.id), DRIVER_DELETE_DISK, NULL));
	assert_true(answer_job(world, job.id, job.lease_fence, DRIVER_DONE, "", ""));
	return plan_has(plan_of(world, job.id), DRIVER_DELETE_DISK, disk);
}

static void a_data_disk_outlives_its_former_instance(void **state)
{
	struct world *world = *state;

	put_attached(world, world_instance("i-1"), world_disk("d-1"), false);
	detach_and_finish(world, NULL);
	assert_int_equal(do_release(world, "i-1", true), REFUSE_NONE);
	assert_false(release_takes(world, NULL));
	finish_jobs(world);
	assert_false(has_instance(world, "i-1"));
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_AVAILABLE);
}

static void the_next_attach_is_a_new_attachment(void **state)
{
	struct world *world = *state;
	struct attachment *live;

	put_attached(world, world_instance("i-1"), world_disk("d-1"), false);
	detach_and_finish(world, NULL);
	assert_int_equal(do_attach(world, "d-1", "i-1"), REFUSE_NONE);
	finish_jobs(world);
	assert_int_equal(live_of_disk(world, "d-1", &live), 1);
	assert_string_equal(live[0].id, "d-1.2");
	assert_int_equal(live[0].generation, 2);
	assert_string_equal(live[0].device, "/dev/xvdb"); /* the slot is free again */
	assert_int_equal(get_attachment(world, "d-1.1").state, ATTACHMENT_DETACHED);
	assert_int_equal(get_attachment(world, "d-1.1").generation, 1);
}

/* ---- a system disk ---- */

static void a_system_disk_remembers_what_was_asked(void **state)
{
	static const struct {
		const char *flag; /* DeleteWithInstance; NULL: absent */
		bool before, after;
	} cases[] = {
		{ NULL, true, true },    /* the default is true */
		{ NULL, false, true },   /* whatever it was */
		{ "true", false, true },
		{ "false", true, false },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		struct world *world;
		struct instance instance = world_instance("i-1");
		struct disk disk = system_disk("i-1");
		void *fresh;

		assert_int_equal(world_setup(&fresh), 0);
		world = fresh;
		instance.state = INSTANCE_STOPPED;
		disk.delete_with_instance = cases[i].before;
		put_attached(world, instance, disk, true);
		detach_and_finish(world, cases[i].flag);
		disk = get_disk(world, "d-1");
		assert_int_equal(disk.status, DISK_STATUS_AVAILABLE);
		assert_int_equal(disk.type, DISK_SYSTEM);
		assert_string_equal(disk.origin_instance, "i-1");
		assert_int_equal(disk.delete_with_instance, cases[i].after);
		assert_int_equal(do_start(world, "i-1"), REFUSE_INSTANCE_NO_SYSTEM_DISK);
		world_teardown(&fresh);
	}
	(void)state;
}

static void released_with_its_origin(void **state)
{
	struct world *world = *state;

	put_system(world);
	detach_and_finish(world, "true");
	assert_int_equal(do_release(world, "i-1", false), REFUSE_NONE);
	assert_true(release_takes(world, "d-1"));
	finish_jobs(world);
	assert_false(has_disk(world, "d-1"));
}

static void kept_when_its_origin_goes(void **state)
{
	struct world *world = *state;
	struct disk disk = system_disk("i-1");
	struct instance instance = world_instance("i-1");

	instance.state = INSTANCE_STOPPED;
	disk.charge_type = CHARGE_PRE_PAID;
	disk.portable = false;
	put_attached(world, instance, disk, true);
	detach_and_finish(world, "false");
	assert_int_equal(do_release(world, "i-1", false), REFUSE_NONE);
	assert_false(release_takes(world, NULL));
	finish_jobs(world);
	disk = get_disk(world, "d-1");
	assert_int_equal(disk.status, DISK_STATUS_AVAILABLE);
	assert_int_equal(disk.type, DISK_DATA);
	assert_int_equal(disk.charge_type, CHARGE_POST_PAID);
	assert_true(disk.portable);
	assert_false(disk.delete_with_instance);
	assert_string_equal(disk.origin_instance, "");
}

static struct attach_args bootable(void)
{
	return (struct attach_args){ .disk = "d-1", .instance = "i-1", .bootable = true, .credential_given = true };
}

static void put_back_where_it_came_from(void **state)
{
	struct world *world = *state;
	struct attachment *live;
	struct disk disk;

	put_system(world);
	detach_and_finish(world, NULL);
	assert_int_equal(do_attach_args(world, bootable()), REFUSE_NONE);
	finish_jobs(world);
	disk = get_disk(world, "d-1");
	assert_int_equal(live_of_instance(world, "i-1", &live), 1);
	assert_true(live[0].boot);
	assert_string_equal(live[0].device, "/dev/xvda");
	assert_int_equal(disk.type, DISK_SYSTEM);
	assert_int_equal(disk.status, DISK_STATUS_IN_USE);
	assert_string_equal(disk.origin_instance, "i-1");
	assert_int_equal(do_start(world, "i-1"), REFUSE_NONE);
	finish_jobs(world);
	assert_int_equal(get_instance(world, "i-1").state, INSTANCE_RUNNING);
}

/* What the owner had asked for when it left holds although it could not be put back. */
static void a_failed_way_back_changes_no_flag(void **state)
{
	struct world *world = *state;
	struct job job;

	put_system(world);
	detach_and_finish(world, "false");
	assert_int_equal(do_attach_args(world, bootable()), REFUSE_NONE);
	job = open_job(world, NULL, "d-1");
	assert_true(answer_job(world, job.id, 1, DRIVER_FAILED, "broken", "no"));
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_AVAILABLE);
	assert_false(get_disk(world, "d-1").delete_with_instance);
	assert_int_equal(do_release(world, "i-1", false), REFUSE_NONE);
	finish_jobs(world);
	assert_true(has_disk(world, "d-1"));
}

/* It says DeleteWithInstance=false and is fast again: the release of its instance leaves it. */
static void put_back_to_be_kept(void **state)
{
	struct world *world = *state;

	put_system(world);
	detach_and_finish(world, "false");
	assert_int_equal(do_attach_args(world, bootable()), REFUSE_NONE);
	finish_jobs(world);
	assert_false(get_disk(world, "d-1").delete_with_instance);
	assert_int_equal(do_release(world, "i-1", false), REFUSE_NONE);
	assert_false(release_takes(world, NULL));
	finish_jobs(world);
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_AVAILABLE);
	assert_int_equal(get_disk(world, "d-1").type, DISK_DATA);
}

static void attached_as_a_data_disk_it_becomes_one(void **state)
{
	struct world *world = *state;
	struct disk disk;

	put_system(world);
	put_instance(world, world_instance("i-2"));
	detach_and_finish(world, "true");
	assert_int_equal(do_attach(world, "d-1", "i-2"), REFUSE_NONE);
	finish_jobs(world);
	disk = get_disk(world, "d-1");
	assert_int_equal(disk.type, DISK_DATA);
	assert_int_equal(disk.charge_type, CHARGE_POST_PAID);
	assert_string_equal(disk.origin_instance, "");
	assert_false(disk.delete_with_instance);
	/* Attached elsewhere since: its origin takes it along no more, now or when it is free again. */
	assert_int_equal(do_release(world, "i-1", false), REFUSE_NONE);
	finish_jobs(world);
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_IN_USE);
	assert_int_equal(do_detach(world, "d-1", "i-2"), REFUSE_NONE);
	finish_jobs(world);
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_AVAILABLE);
}

/* Refused or failed, it leaves no trace of what was asked with it. */
static void a_failed_detach_forgets_its_flag(void **state)
{
	struct world *world = *state;

	put_system(world);
	detach(world, "false");
	assert_true(get_attachment(world, "d-1.1").keep_on_release);
	assert_true(answer_job(world, begun_job(world), 1, DRIVER_FAILED, "broken", "no"));
	assert_int_equal(get_attachment(world, "d-1.1").state, ATTACHMENT_ATTACHED);
	assert_false(get_attachment(world, "d-1.1").keep_on_release);
	assert_int_equal(get_attachment(world, "d-1.1").detach_requested_at, 0);
	assert_true(get_disk(world, "d-1").delete_with_instance);
	assert_int_equal(do_release(world, "i-1", false), REFUSE_NONE);
	finish_jobs(world);
	assert_false(has_disk(world, "d-1"));
}

/* ---- multi-attach ---- */

static void one_of_two_leaves_a_shared_disk(void **state)
{
	struct world *world = *state;
	struct disk disk = world_disk("d-1");
	struct attachment second = world_attachment("d-1.2", "d-1", "i-2");
	struct attachment *live;

	disk.multi_attach = true;
	put_attached(world, world_instance("i-1"), disk, false);
	put_instance(world, world_instance("i-2"));
	second.shared = true;
	second.generation = 2;
	put_attachment(world, second);
	detach(world, NULL);
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_IN_USE);
	assert_int_equal(do_detach(world, "d-1", "i-1"), REFUSE_DISK_DETACHING);
	finish_jobs(world);
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_IN_USE);
	assert_int_equal(live_of_disk(world, "d-1", &live), 1);
	assert_string_equal(live[0].instance, "i-2");
	assert_int_equal(do_detach(world, "d-1", "i-1"), REFUSE_DISK_ATTACHED_ELSEWHERE);
	/* The other detach meets no job of this one. */
	assert_int_equal(do_attach(world, "d-1", "i-1"), REFUSE_NONE);
	assert_int_equal(do_detach(world, "d-1", "i-2"), REFUSE_NONE);
	finish_jobs(world);
	assert_int_equal(live_of_disk(world, "d-1", &live), 1);
	assert_string_equal(live[0].instance, "i-1");
	assert_int_equal(live[0].generation, 3);
}

/* ---- elastic ephemeral disks ---- */

static struct disk ephemeral_disk(void)
{
	struct disk disk = world_disk("d-1");

	disk.category = "elastic_ephemeral_disk_standard";
	disk.delete_with_instance = true;
	disk.origin_instance = "i-1";
	return disk;
}

static void an_elastic_ephemeral_disk_stays_bound(void **state)
{
	struct world *world = *state;
	struct attach_args elsewhere = {
		.disk = "d-1", .instance = "i-2", .delete_with_instance_given = true, .delete_with_instance = true
	};

	put_attached(world, world_instance("i-1"), ephemeral_disk(), false);
	put_instance(world, world_instance("i-2"));
	detach_and_finish(world, "true");
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_AVAILABLE);
	assert_true(get_disk(world, "d-1").delete_with_instance);
	assert_int_equal(do_attach_args(world, elsewhere), REFUSE_DISK_OTHER_INSTANCE);
	assert_int_equal(do_release(world, "i-1", true), REFUSE_NONE);
	assert_true(release_takes(world, "d-1"));
	finish_jobs(world);
	assert_false(has_disk(world, "d-1"));
}

/* ---- the instance is released meanwhile ---- */

static void released_while_a_data_disk_leaves(void **state)
{
	struct world *world = *state;
	struct disk disk = world_disk("d-1");
	char job[64];

	disk.delete_with_instance = true;
	put_attached(world, world_instance("i-1"), disk, false);
	detach(world, NULL);
	snprintf(job, sizeof job, "%s", open_job(world, NULL, "d-1").id);
	assert_int_equal(do_release(world, "i-1", true), REFUSE_NONE);
	assert_int_equal(get_job(world, job).state, JOB_SUPERSEDED);
	assert_false(release_takes(world, NULL));
	finish_jobs(world);
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_AVAILABLE);
	assert_int_equal(get_attachment(world, "d-1.1").state, ATTACHMENT_DETACHED);
}

/* A row that goes, goes with its disk at the driver; a row that stays keeps it. */
static void released_while_a_disk_of_its_own_leaves(void **state)
{
	static const struct {
		bool system;
		const char *flag;
		bool goes;
	} cases[] = {
		{ true, "true", true }, /* a system disk, to be released with its origin */
		{ true, NULL, true },
		{ true, "false", false },
		{ false, "true", true }, /* an elastic ephemeral disk: bound to its instance for good */
	};
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		struct world *world;
		void *fresh;
		bool planned;

		assert_int_equal(world_setup(&fresh), 0);
		world = fresh;
		if (cases[i].system)
			put_system(world);
		else
			put_attached(world, world_instance("i-1"), ephemeral_disk(), false);
		detach(world, cases[i].flag);
		assert_int_equal(do_release(world, "i-1", true), REFUSE_NONE);
		planned = release_takes(world, "d-1");
		finish_jobs(world);
		assert_int_equal(has_disk(world, "d-1"), !cases[i].goes);
		assert_int_equal(planned, cases[i].goes);
		world_teardown(&fresh);
	}
	(void)state;
}

/* The machine could not be removed: what the release had taken over must not be left hanging. */
static void a_release_that_fails_gives_the_detach_back(void **state)
{
	struct world *world = *state;
	struct job job;

	put_attached(world, world_instance("i-1"), world_disk("d-1"), false);
	detach(world, NULL);
	assert_int_equal(do_release(world, "i-1", true), REFUSE_NONE);
	job = open_job(world, "i-1", NULL);
	assert_true(answer_job(world, job.id, job.lease_fence, DRIVER_FAILED, "broken", "no"));
	assert_int_equal(get_instance(world, "i-1").state, INSTANCE_RUNNING);
	/* Detaching with nobody at work on it would stay so for ever. */
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_DETACHING);
	assert_int_equal(open_jobs(world, NULL, "d-1", NULL), 1);
	finish_jobs(world);
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_AVAILABLE);
}

/* Once the release is accepted its disks are spoken for: nobody may take one between the driver's act and the commit. */
static void a_disk_that_is_to_go_cannot_be_taken(void **state)
{
	struct world *world = *state;

	put_system(world);
	put_instance(world, world_instance("i-2"));
	detach_and_finish(world, "true");
	assert_int_equal(do_release(world, "i-1", false), REFUSE_NONE);
	assert_int_equal(do_attach(world, "d-1", "i-2"), REFUSE_DISK_STATE);
	assert_true(release_takes(world, "d-1"));
	assert_int_equal(do_attach(world, "d-1", "i-2"), REFUSE_DISK_STATE);
	finish_jobs(world);
	assert_false(has_disk(world, "d-1"));
}

/* Not Deleting for ever if the release came to nothing, and to be had again. */
static void a_release_that_fails_gives_its_disks_back(void **state)
{
	struct world *world = *state;
	struct job job;

	put_system(world);
	put_instance(world, world_instance("i-2"));
	detach_and_finish(world, "true");
	assert_int_equal(do_release(world, "i-1", false), REFUSE_NONE);
	job = open_job(world, "i-1", NULL);
	assert_true(answer_job(world, job.id, job.lease_fence, DRIVER_FAILED, "broken", "no"));
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_AVAILABLE);
	assert_int_equal(do_attach(world, "d-1", "i-2"), REFUSE_NONE);
}

/* DeleteDisk and the release of its origin may both be at work on a disk. It is DeleteDisk's: gone once, and if that fails a
 * plain data disk, since where it came from is gone. */
static void deleted_while_its_origin_is_released(void **state)
{
	struct world *world = *state;
	bool fails;

	for (fails = false;; fails = true) {
		struct job job;
		void *fresh;

		assert_int_equal(world_setup(&fresh), 0);
		world = fresh;
		put_system(world);
		detach_and_finish(world, "true");
		assert_int_equal(do_delete_disk(world, "d-1"), REFUSE_NONE);
		assert_int_equal(do_release(world, "i-1", false), REFUSE_NONE);
		assert_false(release_takes(world, NULL));
		assert_false(has_instance(world, "i-1"));
		assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_DELETING);
		job = open_job(world, NULL, "d-1");
		answer_job(world, job.id, job.lease_fence, fails ? DRIVER_FAILED : DRIVER_DONE, "", "");
		assert_int_equal(has_disk(world, "d-1"), fails);
		if (fails) {
			struct disk disk = get_disk(world, "d-1");

			assert_int_equal(disk.status, DISK_STATUS_AVAILABLE);
			assert_int_equal(disk.type, DISK_DATA);
			assert_false(disk.delete_with_instance);
			assert_string_equal(disk.origin_instance, "");
		}
		world_teardown(&fresh);
		if (fails)
			break;
	}
	(void)state;
}

/* A release that comes to nothing leaves a disk Deleting that DeleteDisk is at work on. */
static void deleted_while_the_release_of_its_origin_fails(void **state)
{
	struct world *world = *state;
	struct job job;

	put_system(world);
	detach_and_finish(world, "true");
	assert_int_equal(do_delete_disk(world, "d-1"), REFUSE_NONE);
	assert_int_equal(do_release(world, "i-1", false), REFUSE_NONE);
	job = open_job(world, "i-1", NULL);
	answer_job(world, job.id, job.lease_fence, DRIVER_FAILED, "", "");
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_DELETING);
	finish_jobs(world);
	assert_false(has_disk(world, "d-1"));
}

/* On its way to another instance as a data disk, which it does not reach. */
static void kept_though_it_was_busy_when_its_origin_went(void **state)
{
	struct world *world = *state;
	struct disk disk;
	struct job job;

	put_system(world);
	put_instance(world, world_instance("i-2"));
	detach_and_finish(world, "true");
	assert_int_equal(do_attach(world, "d-1", "i-2"), REFUSE_NONE);
	assert_int_equal(do_release(world, "i-1", false), REFUSE_NONE);
	assert_false(release_takes(world, NULL));
	job = open_job(world, NULL, "d-1");
	answer_job(world, job.id, job.lease_fence, DRIVER_FAILED, "", "");
	disk = get_disk(world, "d-1");
	assert_int_equal(disk.status, DISK_STATUS_AVAILABLE);
	assert_int_equal(disk.type, DISK_DATA);
	assert_false(disk.delete_with_instance);
	assert_string_equal(disk.origin_instance, "");
}

static int run(const char *name)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(an_accepted_detach_shows_at_once),
		WORLD_TEST(a_data_disk_is_free_again),
		WORLD_TEST(a_data_disk_outlives_its_former_instance),
		WORLD_TEST(the_next_attach_is_a_new_attachment),
		WORLD_TEST(a_system_disk_remembers_what_was_asked),
		WORLD_TEST(released_with_its_origin),
		WORLD_TEST(kept_when_its_origin_goes),
		WORLD_TEST(put_back_where_it_came_from),
		WORLD_TEST(a_failed_way_back_changes_no_flag),
		WORLD_TEST(put_back_to_be_kept),
		WORLD_TEST(attached_as_a_data_disk_it_becomes_one),
		WORLD_TEST(a_failed_detach_forgets_its_flag),
		WORLD_TEST(one_of_two_leaves_a_shared_disk),
		WORLD_TEST(an_elastic_ephemeral_disk_stays_bound),
		WORLD_TEST(released_while_a_data_disk_leaves),
		WORLD_TEST(released_while_a_disk_of_its_own_leaves),
		WORLD_TEST(a_release_that_fails_gives_the_detach_back),
		WORLD_TEST(a_disk_that_is_to_go_cannot_be_taken),
		WORLD_TEST(a_release_that_fails_gives_its_disks_back),
		WORLD_TEST(deleted_while_its_origin_is_released),
		WORLD_TEST(deleted_while_the_release_of_its_origin_fails),
		WORLD_TEST(kept_though_it_was_busy_when_its_origin_went),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	return world_run_twice(run, "what a detach leaves behind");
}
