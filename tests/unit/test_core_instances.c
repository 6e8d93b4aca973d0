/* The verbs of instances beside start, stop and release: their checks in order, what they leave behind when a driver fails,
 * and the events that tell of it. */
#include "jobs_fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/moment.h"
#include "base/text.h"

static void must(enum refusal_reason reason)
{
	assert_string_equal(refusal_words[reason], "");
}

static void refused(enum refusal_reason got, enum refusal_reason expected)
{
	assert_string_equal(refusal_words[got], refusal_words[expected]);
}

static void fail_next(struct world *world, enum driver_act act)
{
	fake_will(world, act, DRIVER_FAILED, "room", "no room");
}

/* Running, with a system disk and a data disk d-1 attached. */
static void put_whole_instance(struct world *world, const char *id)
{
	struct arena *arena = world_arena(world);
	struct disk system = world_disk(arena_printf(arena, "%s-system", id));
	struct disk data = world_disk(arena_printf(arena, "%s-data", id));
	struct attachment boot = world_attachment(arena_printf(arena, "%s.1", system.id), system.id, id);
	struct attachment more = world_attachment(arena_printf(arena, "%s.1", data.id), data.id, id);

	boot.boot = true;
	boot.device = "/dev/xvda";
	system.type = DISK_SYSTEM;
	system.origin_instance = id;
	put_instance(world, world_instance(id));
	put_disk(world, system);
	put_disk(world, data);
	put_attachment(world, boot);
	put_attachment(world, more);
}

static void set_state(struct world *world, const char *id, enum instance_state state)
{
	struct instance instance = get_instance(world, id);

	instance.state = state;
	put_instance(world, instance);
}

static void set_locks(struct world *world, const char *id, const char *locks)
{
	struct instance instance = get_instance(world, id);

	instance.locks = locks;
	put_instance(world, instance);
}

/* ---- events ---- */

struct events {
	struct event_filter filter;
	struct event *rows;
	size_t n;
};

static bool list_events(struct work *work, void *args)
{
	struct events *events = args;

	events->n = event_list(work->txn, &events->filter, &(struct page){ 0 }, &events->rows);
	return true;
}

static size_t events_of(struct world *world, const char *instance, struct event **ret)
{
	const char *instances[] = { instance };
	struct events events = { .filter = EVENT_FILTER_ANY };

	events.filter.instances = instances;
	events.filter.n_instances = 1;
	world_look(world, list_events, &events);
	*ret = events.rows;
	return events.n;
}

static struct event only_event(struct world *world, const char *instance)
{
	struct event *events;

	assert_int_equal(events_of(world, instance, &events), 1);
	return events[0];
}

static void expect_event(struct event event, enum job_kind kind, enum event_outcome outcome, const char *reason,
                         const char *message)
{
	assert_string_equal(job_kind_names[event.kind], job_kind_names[kind]);
	assert_int_equal(event.outcome, outcome);
	assert_string_equal(event.reason, reason);
	assert_string_equal(event.message, message);
	assert_true(text_starts(event.id, "e-bp"));
	assert_string_equal(event.tenant.account, "1000");
	assert_string_equal(event.tenant.region, WORLD_REGION);
}

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
	set_locks(world, "i-1", "financial,security");
	set_state(world, "i-1", INSTANCE_STOPPED);
	refused(do_reboot(world, "i-1"), REFUSE_INSTANCE_STATE);
	set_state(world, "i-1", INSTANCE_RUNNING);
	refused(do_reboot(world, "i-1"), REFUSE_INSTANCE_LOCKED_SECURITY);
	set_locks(world, "i-1", "financial");
	refused(do_reboot(world, "i-1"), REFUSE_INSTANCE_LOCKED_FINANCIAL);
	set_locks(world, "i-1", "recycling");
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

static struct create_instance with_a_disk(bool stays_off)
{
	static const struct instance_disk_args data = { .category = "cloud_essd", .size_given = true, .size_gib = 20 };

	return (struct create_instance){
		.args = { .zone = WORLD_ZONE, .data_disks = &data, .n_data_disks = 1, .stays_off = stays_off }
	};
}

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
	assert_int_equal(get_instance(world, create.id).state, INSTANCE_STOPPED);
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
	assert_int_equal(get_instance(world, create.id).state, INSTANCE_STOPPED);
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
	             "The guest did not let go of the disk: the disk was cut off.");
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
			set_state(world, id, INSTANCE_STOPPED);
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

static void what_is_modified_and_what_is_not(void **state)
{
	struct world *world = *state;
	struct instance instance = world_instance("i-1");

	instance.description = "old";
	instance.security_groups = "sg-1";
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
		set_locks(world, "i-1", "");
		set_state(world, "i-1", (enum instance_state)at);
		refused(modify(world, (struct instance_modify_args){ NO_CHANGE, .name = "n" }), name[at]);
		refused(modify(world, (struct instance_modify_args){ NO_CHANGE, .password_given = true }), password[at]);
		refused(modify(world, (struct instance_modify_args){ NO_CHANGE, .host_name = "h" }), host_name[at]);
		refused(modify(world, (struct instance_modify_args){ NO_CHANGE, .user_data = "d" }), user_data[at]);
		set_locks(world, "i-1", "security");
		refused(modify(world, (struct instance_modify_args){ NO_CHANGE, .user_data = "d" }),
		        REFUSE_INSTANCE_LOCKED_SECURITY);
		set_locks(world, "i-1", "financial");
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
	set_state(world, "i-3", INSTANCE_STOPPED);
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
	set_state(world, "i-off", INSTANCE_STOPPED);
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
		CREW_TEST(a_reboot_is_off_and_on),
		CREW_TEST(a_forced_reboot_asks_nobody),
		WORLD_TEST(the_order_of_a_reboots_checks),
		CREW_TEST(a_reboot_that_fails),
		CREW_TEST(a_reboot_goes_on_after_a_crash),
		CREW_TEST(a_detach_ends_in_the_middle_of_a_reboot),
		CREW_TEST(a_detach_that_fails_does_not_keep_a_reboot),
		CREW_TEST(a_detach_that_does_not_end_keeps_a_reboot_for_a_minute),
		CREW_TEST(one_that_stays_off),
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
		WORLD_TEST(what_is_modified_and_what_is_not),
		WORLD_TEST(the_order_of_a_modifications_checks),
		WORLD_TEST(all_or_none),
		WORLD_TEST(each_by_itself),
		WORLD_TEST(none_and_too_many),
		CREW_TEST(old_events_are_purged),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	return world_run_twice(run, "instances");
}
