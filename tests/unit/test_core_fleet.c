/* A fleet in place of what an account has, as far as no server is needed: who is asked before, and what is left behind. */
#include "jobs_fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/moment.h"
#include "base/text.h"
#include "core/fleet.h"
#include "core/guest.h"

static const struct fleet_attachment attachment = { .row = { .instance = "i-1" } };
static const struct fleet_disk disk = { .row = { .id = "d-1" },
	                                .attachments = { .items = (void *)&attachment, .n = 1 } };
static const struct fleet_instance instance = { .row = { .id = "i-1", .state = INSTANCE_RUNNING } };

/* The account "1000" with one disk on one instance. */
static struct fleet small_fleet(struct fleet_account *account)
{
	*account = (struct fleet_account){
		.row = { .id = "1000", .realm = "aliyun", .disk_white_list = true },
		.lists = {
			[FLEET_INSTANCES] = { .items = (void *)&instance, .n = 1, .given = true },
			[FLEET_DISKS] = { .items = (void *)&disk, .n = 1, .given = true },
		},
	};
	return (struct fleet){ .accounts = account, .n_accounts = 1 };
}

struct loading {
	struct fleet fleet;
	struct fleet_account account;
	struct fleet_problems problems;
	struct fleet_counts counts;
};

static bool load(struct work *work, void *args)
{
	struct loading *loading = args;

	loading->fleet = small_fleet(&loading->account);
	return fleet_load(work, &loading->fleet, &loading->problems, &loading->counts);
}

static bool reset(struct work *work, void *args)
{
	return fleet_reset(work, NULL, args);
}

static bool silence(struct work *work, void *args)
{
	const struct guest_args guest = { .disk = "d-1", .instance = "i-1", .silent_given = true, .silent = true };
	struct attachment row;
	const char *job;

	(void)args;
	return guest_set(work, &guest, &row, &job);
}

static void real_machines_are_left_alone(void **state)
{
	struct world *world = *state;
	struct loading loading;
	struct fleet_counts counts;

	put_instance(world, world_instance("i-1"));
	put_disk(world, world_disk("d-1"));
	put_attachment(world, world_attachment("d-1.1", "d-1", "i-1"));
	assert_int_equal(world_change(world, load, &loading), REFUSE_FLEET_NOT_SIMULATED);
	assert_int_equal(world_change(world, reset, &counts), REFUSE_FLEET_NOT_SIMULATED);
	assert_int_equal(world_change(world, silence, NULL), REFUSE_FLEET_NOT_SIMULATED);
	assert_true(has_disk(world, "d-1"));
}

/* ---- with a simulated driver ---- */

static const struct driver driver_simulated = { .name = "fake", .paced = true, .simulated = true };

static int simulated_setup(void **state)
{
	struct world *world;

	if (world_setup(state) != 0)
		return -1;
	world = *state;
	world->core.drivers[world->core.n_drivers++].driver = &driver_simulated;
	return 0;
}

#define FLEET_TEST(function) cmocka_unit_test_setup_teardown(function, simulated_setup, world_teardown)

static void what_was_there_is_gone(void **state)
{
	struct world *world = *state;
	struct loading loading;
	struct attachment *live;

	put_instance(world, world_instance("i-old"));
	put_disk(world, world_disk("d-old"));
	put_attachment(world, world_attachment("d-old.1", "d-old", "i-old"));
	put_disk(world, world_disk("d-1")); /* of that id, but free */
	assert_int_equal(world_change(world, load, &loading), REFUSE_NONE);
	assert_int_equal(loading.counts.instances, 1);
	assert_int_equal(loading.counts.disks, 2); /* and a system disk */
	assert_int_equal(loading.counts.attachments, 2);
	assert_false(has_instance(world, "i-old") || has_disk(world, "d-old"));
	assert_int_equal(live_of_disk(world, "d-1", &live), 1);
	assert_string_equal(live[0].id, "d-1.1");
	assert_string_equal(live[0].device, "/dev/xvdb");
	assert_int_equal(live[0].state, ATTACHMENT_ATTACHED);
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_IN_USE);
	assert_int_equal(do_detach(world, "d-1", "i-1"), REFUSE_NONE);
	finish_jobs(world);
	assert_int_equal(do_attach(world, "d-1", "i-1"), REFUSE_NONE); /* by its next generation */
	assert_int_equal(live_of_disk(world, "d-1", &live), 1);
	assert_string_equal(live[0].id, "d-1.2");
}

static void work_under_way_is_in_the_way(void **state)
{
	struct world *world = *state;
	struct fleet_counts counts;
	struct loading loading;

	assert_int_equal(world_change(world, load, &loading), REFUSE_NONE);
	assert_int_equal(do_detach(world, "d-1", "i-1"), REFUSE_NONE);
	assert_int_equal(world_change(world, load, &loading), REFUSE_FLEET_JOBS_IN_FLIGHT);
	assert_int_equal(world_change(world, reset, &counts), REFUSE_FLEET_JOBS_IN_FLIGHT);
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_DETACHING);
	finish_jobs(world);
	assert_int_equal(world_change(world, reset, &counts), REFUSE_NONE);
	assert_int_equal(counts.disks, 2);
	assert_false(has_disk(world, "d-1"));
}

static bool plan_release(struct work *work, void *args)
{
	struct instance row;

	(void)args;
	if (!instance_get(work->txn, "i-1", &row))
		return false;
	row.auto_release_at = work->now + DAY;
	instance_put(work->txn, &row);
	instance_arm_auto_release(work, &row);
	return true;
}

/* The job that waits for a release time is no work under way; it ends with its instance, and the runner hears of it. */
static void a_release_that_waits_goes_along(void **state)
{
	struct world *world = *state;
	struct loading loading;

	assert_int_equal(world_change(world, load, &loading), REFUSE_NONE);
	assert_int_equal(world_change(world, plan_release, NULL), REFUSE_NONE);
	assert_int_equal(open_jobs(world, "i-1", NULL, &(struct job *){ NULL }), 1);
	assert_int_equal(world_change(world, load, &loading), REFUSE_NONE);
	assert_int_equal(world->n_tickets, 1);
	assert_int_equal(open_jobs(world, NULL, NULL, &(struct job *){ NULL }), 0);
	assert_int_equal(get_instance(world, "i-1").auto_release_at, 0);
}

/* ---- sections that came later ---- */

static bool load_more(struct work *work, void *args)
{
	static const struct fleet_fault fault = {
		.effect = "job-never-ends",
		.row = { .id = "new", .account = "", .operation = "DetachDisk", .resource = "", .effect = FAULT_JOB_NEVER_ENDS,
		         .code = "", .reason = "", .times_left = 1 },
	};
	static const struct fleet_snapshot snapshot = {
		.row = { .id = "s-1", .disk = "d-1", .state = SNAPSHOT_ACCOMPLISHED, .retention_days = 1 },
	};
	struct loading *loading = args;

	loading->fleet = small_fleet(&loading->account);
	loading->account.lists[FLEET_SNAPSHOTS] = (struct fleet_list){ (void *)&snapshot, 1, true };
	loading->fleet.all[FLEET_FAULTS] = (struct fleet_list){ (void *)&fault, 1, true };
	return fleet_load(work, &loading->fleet, &loading->problems, &loading->counts);
}

struct rest {
	struct snapshot snapshot;
	int64_t snapshots;
	size_t faults;
	char fault[64];
};

static bool look(struct work *work, void *args)
{
	struct snapshot_filter filter = SNAPSHOT_FILTER_ANY;
	struct fault_rule *rules;
	struct rest *rest = args;

	rest->snapshots = snapshot_count(work->txn, &filter);
	rest->faults = fault_list(work->txn, NULL, &rules);
	snprintf(rest->fault, sizeof rest->fault, "%s", rest->faults ? rules[0].id : "");
	return !rest->snapshots || snapshot_get(work->txn, "s-1", &rest->snapshot);
}

/* Twice, so that the second load meets what the first has left: the same id, the job that waits, the fault. */
static void snapshots_and_faults_are_replaced(void **state)
{
	struct world *world = *state;
	struct fleet_counts counts;
	struct loading loading;
	struct rest rest;
	int i;

	for (i = 0; i < 2; i++) {
		assert_int_equal(world_change(world, load_more, &loading), REFUSE_NONE);
		assert_int_equal(loading.counts.snapshots, 1);
		assert_int_equal(loading.counts.faults, 1);
		assert_int_equal(world_change(world, look, &rest), REFUSE_NONE);
		assert_int_equal(rest.snapshots, 1);
		assert_int_equal(rest.snapshot.size_gib, get_disk(world, "d-1").size_gib);
		assert_int_equal(rest.snapshot.accomplished_at, rest.snapshot.created_at);
		assert_int_equal(rest.faults, 1);
		assert_string_equal(rest.fault, "new");
		assert_int_equal(open_jobs(world, NULL, NULL, &(struct job *){ NULL }), 1); /* for the end of its retention */
	}
	assert_int_equal(world_change(world, load, &loading), REFUSE_NONE); /* says nothing of faults */
	assert_int_equal(world_change(world, look, &rest), REFUSE_NONE);
	assert_int_equal(rest.snapshots, 0);
	assert_int_equal(rest.faults, 1);
	assert_int_equal(world_change(world, reset, &counts), REFUSE_NONE);
	assert_int_equal(counts.faults, 1);
	assert_int_equal(world_change(world, look, &rest), REFUSE_NONE);
	assert_int_equal(rest.faults, 0);
}

static int run(const char *name)
{
	const struct CMUnitTest tests[] = {
		CREW_TEST(real_machines_are_left_alone),
		FLEET_TEST(what_was_there_is_gone),
		FLEET_TEST(work_under_way_is_in_the_way),
		FLEET_TEST(a_release_that_waits_goes_along),
		FLEET_TEST(snapshots_and_faults_are_replaced),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	return world_run_twice(run, "fleets");
}
