/* What is left where a job comes to nothing, and jobs that nobody asks for: the release at AutoReleaseTime. */
#include "change_fixture.h"
#include "jobs_fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/moment.h"
#include "base/text.h"
#include "core/why.h"

static void must(enum refusal_reason reason)
{
	assert_string_equal(refusal_words[reason], "");
}

struct asked {
	const char *disk, *sentence;
	const char *all;
};

static bool why_fn(struct work *work, void *args)
{
	struct asked *asked = args;
	struct why why;
	size_t i;

	asked->all = "";
	if (!disk_why(work, asked->disk, &why))
		return false;
	for (i = 0; i < why.n_sentences; i++)
		asked->all = arena_printf(work->arena, "%s%s\n", asked->all, why.sentences[i]);
	if (!strstr(asked->all, asked->sentence))
		fail_msg("\"%s\" is not said in:\n%s", asked->sentence, asked->all);
	return true;
}

static void why_says(struct world *world, const char *disk, const char *sentence)
{
	struct asked asked = { .disk = disk, .sentence = sentence };

	world_look(world, why_fn, &asked);
}

/* The last job that was begun has ended as failed, with the driver's words. */
static void expect_failed(struct world *world, const char *id)
{
	struct job job = get_job(world, id);

	assert_int_equal(job.state, JOB_FAILED);
	assert_string_equal(job.reason, "driver-failed");
	assert_string_equal(job.message, "no room");
	assert_int_equal(job.ended_at, WORLD_NOW);
}

static void fail_next(struct world *world, enum driver_act act)
{
	fake_will(world, act, DRIVER_FAILED, "room", "no room");
}

/* ---- each kind of job ---- */

static void an_attach_that_fails_leaves_the_disk_free(void **state)
{
	struct world *world = *state;

	put_instance(world, world_instance("i-1"));
	put_disk(world, world_disk("d-1"));
	fail_next(world, DRIVER_ATTACH);
	must(do_attach(world, "d-1", "i-1"));
	settle(world);
	expect_failed(world, begun_job(world));
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_AVAILABLE);
	assert_int_equal(get_disk(world, "d-1").detached_at, 0); /* it never was attached */
	assert_int_equal(get_attachment(world, "d-1.1").state, ATTACHMENT_DETACHED);
	assert_false(get_attachment(world, "d-1.1").slot_held);
	must(do_attach(world, "d-1", "i-1"));
	settle(world);
	assert_int_equal(get_attachment(world, "d-1.2").state, ATTACHMENT_ATTACHED);
	assert_string_equal(get_attachment(world, "d-1.2").device, "/dev/xvdb");
}

static void a_disk_that_was_not_made_is_gone(void **state)
{
	struct world *world = *state;
	struct create_disk create = {
		.args = { .zone = WORLD_ZONE, .category = "cloud_essd", .size_given = true, .size_gib = 20 }
	};

	world->caller.tenant.region = WORLD_REGION;
	fail_next(world, DRIVER_CREATE_DISK);
	must(do_create_disk(world, &create));
	settle(world);
	expect_failed(world, begun_job(world));
	assert_false(has_disk(world, create.id));
}

static void a_disk_of_an_instance_that_was_not_made_is_gone(void **state)
{
	static const enum driver_act acts[] = { DRIVER_CREATE_DISK, DRIVER_ATTACH };
	struct world *world = *state;
	struct instance instance = world_instance("i-1");
	size_t i;

	instance.charge_type = CHARGE_PRE_PAID;
	put_instance(world, instance);
	world->caller.tenant.region = WORLD_REGION;
	for (i = 0; i < COUNT_OF(acts); i++) {
		struct create_disk create = {
			.args = { .instance = "i-1", .category = "cloud_essd", .size_given = true, .size_gib = 20 }
		};

		fail_next(world, acts[i]);
		fake_forget(world);
		must(do_create_disk(world, &create));
		settle(world);
		expect_failed(world, begun_job(world));
		/* Nor has the driver anything of it. */
		assert_string_equal(fake_acts(world), i ? "create-disk attach delete-disk" : "create-disk delete-disk");
		assert_false(has_disk(world, create.id));
		assert_int_equal(live_of_instance(world, "i-1", NULL), 0);
	}
}

static void a_disk_that_was_not_deleted_is_there(void **state)
{
	struct world *world = *state;

	put_disk(world, world_disk("d-1"));
	fail_next(world, DRIVER_DELETE_DISK);
	must(do_delete_disk(world, "d-1"));
	settle(world);
	expect_failed(world, begun_job(world));
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_AVAILABLE);
	must(do_delete_disk(world, "d-1"));
	settle(world);
	assert_false(has_disk(world, "d-1"));
}

static void an_instance_is_what_it_was_where_power_fails(void **state)
{
	static const struct {
		enum instance_state before;
		enum driver_act act;
		enum instance_state after;
	} cases[] = {
		{ INSTANCE_STOPPED, DRIVER_POWER_ON, INSTANCE_STOPPED },
		{ INSTANCE_RUNNING, DRIVER_POWER_OFF, INSTANCE_RUNNING },
		{ INSTANCE_STOPPED, DRIVER_DELETE_MACHINE, INSTANCE_STOPPED },
		{ INSTANCE_RUNNING, DRIVER_DELETE_MACHINE, INSTANCE_RUNNING },
	};
	struct world *world = *state;
	struct attachment boot = world_attachment("d-1.1", "d-1", "i-1");
	size_t i;

	boot.boot = true;
	put_disk(world, world_disk("d-1"));
	put_attachment(world, boot);
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct instance instance = world_instance("i-1");

		instance.state = cases[i].before;
		instance.started_at = WORLD_NOW - HOUR;
		put_instance(world, instance);
		fail_next(world, cases[i].act);
		must(cases[i].act == DRIVER_POWER_ON  ? do_start(world, "i-1") :
		     cases[i].act == DRIVER_POWER_OFF ? do_stop(world, "i-1") :
		                                        do_release(world, "i-1", true));
		settle(world);
		expect_failed(world, begun_job(world));
		assert_int_equal(get_instance(world, "i-1").state, cases[i].after);
		assert_int_equal(get_instance(world, "i-1").started_at, WORLD_NOW - HOUR);
		assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_IN_USE);
	}
}

/* ---- releasing an instance ---- */

/* What the forced release had superseded goes on. */
static void a_release_that_fails_lets_power_go_on(void **state)
{
	static const struct {
		enum instance_state before;
		enum driver_act act;
		enum instance_state between, after;
	} cases[] = {
		{ INSTANCE_STOPPED, DRIVER_POWER_ON, INSTANCE_STARTING, INSTANCE_RUNNING },
		{ INSTANCE_RUNNING, DRIVER_POWER_OFF, INSTANCE_STOPPING, INSTANCE_STOPPED },
	};
	struct world *world = *state;
	struct attachment boot = world_attachment("d-1.1", "d-1", "i-1");
	size_t i;

	boot.boot = true;
	put_disk(world, world_disk("d-1"));
	put_attachment(world, boot);
	fake_of(world)->look_again_ms = MINUTE;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct instance instance = world_instance("i-1");

		instance.state = cases[i].before;
		put_instance(world, instance);
		fake_will(world, cases[i].act, DRIVER_PENDING, "", "");
		must(i ? do_stop(world, "i-1") : do_start(world, "i-1"));
		settle(world);
		assert_int_equal(get_instance(world, "i-1").state, cases[i].between);
		fail_next(world, DRIVER_DELETE_MACHINE);
		must(do_release(world, "i-1", true));
		settle(world);
		assert_int_equal(last_job(world, JOB_INSTANCE_DELETE, "i-1", NULL).state, JOB_FAILED);
		assert_int_equal(get_instance(world, "i-1").state, cases[i].after);
		assert_int_equal(jobs_open(world->core.jobs), 0);
	}
}

static struct create_instance one_that_is_off(struct world *world)
{
	static const struct instance_disk_args data = { .category = "cloud_essd", .size_given = true, .size_gib = 20 };
	struct create_instance create = { .args = { .stays_off = true, .data_disks = &data, .n_data_disks = 1 } };

	world->caller.tenant.region = WORLD_REGION;
	must(do_create_instance(world, &create));
	settle(world);
	fake_forget(world);
	return create;
}

/* Also where its instance is released: nobody works on for ever on what is not there. */
static void a_disk_that_goes_takes_its_resize_along(void **state)
{
	struct world *world = *state;
	struct create_instance create = one_that_is_off(world);
	struct attachment *live;
	char disk[64];

	assert_int_equal(live_of_instance(world, create.id, &live), 2);
	snprintf(disk, sizeof disk, "%s", live[live[0].boot].disk);
	fake_of(world)->look_again_ms = MINUTE;
	fake_will(world, DRIVER_RESIZE_DISK, DRIVER_PENDING, "", "");
	must(do_resize(world, disk, 40, false));
	settle(world);
	must(do_release(world, create.id, false));
	settle(world);
	assert_false(has_disk(world, disk));
	assert_int_equal(last_job(world, JOB_DISK_RESIZE, NULL, disk).state, JOB_SUPERSEDED);
	assert_int_equal(jobs_open(world->core.jobs), 0);
}

/* There is no machine to go back to: the disks are deleted, however long it takes. */
static void a_release_without_its_machine_ends_all_the_same(void **state)
{
	struct world *world = *state;
	struct create_instance create = one_that_is_off(world);
	struct attachment *live;
	char disks[2][64];
	struct job job;
	size_t i;

	assert_int_equal(live_of_instance(world, create.id, &live), 2);
	for (i = 0; i < 2; i++)
		snprintf(disks[i], sizeof disks[i], "%s", live[i].disk);
	fake_of(world)->look_again_ms = MINUTE;
	fake_will(world, DRIVER_DELETE_DISK, DRIVER_DONE, "", "");
	fail_next(world, DRIVER_DELETE_DISK);
	must(do_release(world, create.id, false));
	settle(world);
	assert_string_equal(fake_acts(world), "delete-machine delete-machine delete-disk delete-disk");
	job = last_job(world, JOB_INSTANCE_DELETE, create.id, NULL);
	assert_int_equal(job.state, JOB_OPEN);
	assert_string_equal(job.reason, "driver-failed");
	assert_string_equal(job.message, "no room");
	for (i = 0; i < 2; i++)
		why_says(world, disks[i], "times; the last answer: driver-failed: no room.");
	assert_int_equal(get_instance(world, create.id).state, INSTANCE_RELEASING);
	assert_int_equal(live_of_instance(world, create.id, NULL), 0);
	for (i = 0; i < 2; i++)
		assert_int_equal(get_disk(world, disks[i]).status, DISK_STATUS_DELETING);
	/* Another boot takes the job over and asks again. */
	crew_stop(world);
	crew_start(world, "b2");
	job = await_end(world, job.id);
	assert_int_equal(job.state, JOB_DONE);
	assert_string_equal(job.reason, "");
	assert_string_equal(job.message, "");
	assert_false(has_instance(world, create.id));
	for (i = 0; i < 2; i++)
		assert_false(has_disk(world, disks[i]));
}

static bool run_purge(struct work *work, void *args)
{
	size_t *purged = args;

	*purged = job_purge(work->txn, work->now, 500);
	return true;
}

/* The job that the release had superseded is so old that nobody remembers it. */
static void a_release_that_fails_late_gives_the_detach_back(void **state)
{
	struct world *world = *state;
	size_t purged = 0;

	put_instance(world, world_instance("i-1"));
	put_disk(world, world_disk("d-1"));
	must(do_attach(world, "d-1", "i-1"));
	settle(world);
	fake_of(world)->look_again_ms = MINUTE;
	fake_will(world, DRIVER_DETACH, DRIVER_PENDING, "", "");
	must(do_detach(world, "d-1", "i-1"));
	settle(world);
	fake_will(world, DRIVER_DELETE_MACHINE, DRIVER_PENDING, "", "");
	must(do_release(world, "i-1", true));
	settle(world);
	advance(world, 8 * DAY);
	must(world_change(world, run_purge, &purged));
	assert_true(purged > 0);
	fail_next(world, DRIVER_DELETE_MACHINE);
	crew_stop(world);
	crew_start(world, "b2");
	settle(world);
	assert_int_equal(get_instance(world, "i-1").state, INSTANCE_RUNNING);
	assert_int_equal(get_attachment(world, "d-1.1").state, ATTACHMENT_DETACHED);
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_AVAILABLE);
}

/* ---- making an instance ---- */

static struct create_instance with_two_disks(void)
{
	static const struct instance_disk_args data[2] = {
		{ .category = "cloud_essd", .size_given = true, .size_gib = 20 },
		{ .category = "cloud_essd", .size_given = true, .size_gib = 40 },
	};
	static const struct tag tag = { .key = "team", .value = "storage" };

	return (struct create_instance){ .args = { .zone = WORLD_ZONE,
		                                   .data_disks = data,
		                                   .n_data_disks = 2,
		                                   .tags = &tag,
		                                   .n_tags = 1 } };
}

struct leftovers {
	const char *instance;
	int64_t disks, instances;
	size_t tags;
};

static bool count_leftovers(struct work *work, void *args)
{
	struct leftovers *left = args;
	struct disk_filter disks = DISK_FILTER_ANY;
	struct instance_filter instances = INSTANCE_FILTER_ANY;
	struct tag *tags;

	left->disks = disk_count(work->txn, &disks);
	left->instances = instance_count(work->txn, &instances);
	left->tags = tag_list(work->txn, left->instance, &tags);
	return true;
}

static struct leftovers leftovers(struct world *world, const char *instance)
{
	struct leftovers left = { .instance = instance };

	world_look(world, count_leftovers, &left);
	return left;
}

static void an_instance_that_was_not_built_leaves_nothing(void **state)
{
	static const struct {
		enum driver_act act;
		int nth; /* of its kind */
	} cases[] = {
		{ DRIVER_CREATE_MACHINE, 1 }, { DRIVER_CREATE_DISK, 1 }, { DRIVER_CREATE_DISK, 3 },
		{ DRIVER_ATTACH, 1 },         { DRIVER_ATTACH, 3 },
	};
	struct world *world = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		struct create_instance create = with_two_disks();
		struct leftovers left;
		int n;

		for (n = 1; n < cases[i].nth; n++)
			fake_will(world, cases[i].act, DRIVER_DONE, "", "");
		fail_next(world, cases[i].act);
		fake_hold(world);
		must(do_create_instance(world, &create));
		left = leftovers(world, create.id);
		assert_int_equal(left.tags, 1);
		fake_let_go(world);
		settle(world);
		expect_failed(world, begun_job(world));
		left = leftovers(world, create.id);
		assert_int_equal(left.disks, 0);
		assert_int_equal(left.instances, 0);
		assert_int_equal(left.tags, 0);
		assert_int_equal(live_of_instance(world, create.id, NULL), 0);
	}
}

/* Built but not to be started: it is there, off, with its disks. */
static void an_instance_that_does_not_start_is_there(void **state)
{
	struct world *world = *state;
	struct create_instance create = with_two_disks();

	fail_next(world, DRIVER_POWER_ON);
	must(do_create_instance(world, &create));
	settle(world);
	assert_int_equal(get_instance(world, create.id).state, INSTANCE_STOPPED);
	assert_int_equal(live_of_instance(world, create.id, NULL), 3);
	must(do_start(world, create.id));
	settle(world);
	assert_int_equal(get_instance(world, create.id).state, INSTANCE_RUNNING);
}

static void what_was_built_while_an_answer_was_lost_is_built_once(void **state)
{
	struct world *world = *state;
	struct create_instance create = with_two_disks();

	fake_will(world, DRIVER_ATTACH, DRIVER_DONE, "", "");
	fake_will(world, DRIVER_ATTACH, DRIVER_UNKNOWN, "", "");
	must(do_create_instance(world, &create));
	assert_int_equal(await_end(world, begun_job(world)).state, JOB_DONE);
	/* The whole plan again: a driver that has done an act says DONE (contract/driver.h). */
	assert_string_equal(fake_acts(world), "create-machine create-disk attach create-disk attach "
	                                      "create-machine create-disk attach create-disk attach create-disk attach "
	                                      "power-on");
	assert_int_equal(live_of_instance(world, create.id, NULL), 3);
}

/* ---- AutoReleaseTime ---- */

static struct create_instance to_be_released(struct world *world)
{
	struct create_instance create = with_two_disks();

	create.args.auto_release_at = world->now + HOUR;
	must(do_create_instance(world, &create));
	settle(world);
	return create;
}

static void an_instance_is_released_when_its_time_comes(void **state)
{
	struct world *world = *state;
	struct create_instance create = to_be_released(world);

	assert_int_equal(get_instance(world, create.id).state, INSTANCE_RUNNING);
	advance(world, HOUR - 1);
	assert_int_equal(get_instance(world, create.id).state, INSTANCE_RUNNING);
	advance(world, 1);
	assert_false(has_instance(world, create.id));
	assert_int_equal(leftovers(world, create.id).disks, 0); /* DeleteWithInstance is the default of all three */
	assert_int_equal(jobs_open(world->core.jobs), 0);
}

static void a_protected_instance_outlives_its_time(void **state)
{
	struct world *world = *state;
	struct create_instance create = to_be_released(world);
	struct instance instance = get_instance(world, create.id);

	instance.deletion_protection = true;
	put_instance(world, instance);
	advance(world, DAY);
	assert_int_equal(get_instance(world, create.id).state, INSTANCE_RUNNING);
	assert_int_equal(jobs_open(world->core.jobs), 0);
}

static void a_release_before_its_time_is_the_only_one(void **state)
{
	struct world *world = *state;
	struct create_instance create = to_be_released(world);

	must(do_release(world, create.id, true));
	settle(world);
	assert_false(has_instance(world, create.id));
	assert_int_equal(jobs_open(world->core.jobs), 0);
	fake_forget(world);
	advance(world, DAY);
	assert_string_equal(fake_acts(world), "");
}

/* The disk that leaves when the time comes is kept, as with any release. */
static void a_detach_that_meets_the_time_is_superseded(void **state)
{
	struct world *world = *state;
	struct create_instance create = to_be_released(world);
	struct attachment *live;
	char disk[64];
	char job[64];

	assert_int_equal(live_of_instance(world, create.id, &live), 3);
	snprintf(disk, sizeof disk, "%s", live[1].boot ? live[2].disk : live[1].disk);
	fake_of(world)->look_again_ms = MINUTE;
	fake_will(world, DRIVER_DETACH, DRIVER_PENDING, "", "");
	must(do_detach(world, disk, create.id));
	snprintf(job, sizeof job, "%s", begun_job(world));
	settle(world);
	advance(world, HOUR);
	assert_int_equal(get_job(world, job).state, JOB_SUPERSEDED);
	assert_false(has_instance(world, create.id));
	assert_int_equal(get_disk(world, disk).status, DISK_STATUS_AVAILABLE);
	assert_int_equal(leftovers(world, create.id).disks, 1);
}

static int run(const char *name)
{
	const struct CMUnitTest tests[] = {
		CREW_TEST(an_attach_that_fails_leaves_the_disk_free),
		CREW_TEST(a_disk_that_was_not_made_is_gone),
		CREW_TEST(a_disk_of_an_instance_that_was_not_made_is_gone),
		CREW_TEST(a_disk_that_was_not_deleted_is_there),
		CREW_TEST(an_instance_is_what_it_was_where_power_fails),
		CREW_TEST(a_release_that_fails_lets_power_go_on),
		CREW_TEST(a_disk_that_goes_takes_its_resize_along),
		CREW_TEST(a_release_without_its_machine_ends_all_the_same),
		CREW_TEST(a_release_that_fails_late_gives_the_detach_back),
		CREW_TEST(an_instance_that_was_not_built_leaves_nothing),
		CREW_TEST(an_instance_that_does_not_start_is_there),
		CREW_TEST(what_was_built_while_an_answer_was_lost_is_built_once),
		CREW_TEST(an_instance_is_released_when_its_time_comes),
		CREW_TEST(a_protected_instance_outlives_its_time),
		CREW_TEST(a_release_before_its_time_is_the_only_one),
		CREW_TEST(a_detach_that_meets_the_time_is_superseded),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	return world_run_twice(run, "jobs that come to nothing");
}
