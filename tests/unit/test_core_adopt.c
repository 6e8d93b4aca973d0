/* Machines that were there before: what rows they become, and what is left of them when they are let go of. */
#include "scaling_fixture.h"

#include <stdio.h>

#include "base/text.h"
#include "core/adopt.h"
#include "core/balancer.h"

#define G "asg-1"

static struct driver_survey_disk found_disks[] = {
	{ .native = "/images/root.qcow2", .target = "vda", .serial = "", .size_gib = 10, .unpluggable = false },
	{ .native = "/images/data.raw", .target = "vdc", .serial = "DATA1", .size_gib = 5, .unpluggable = true },
};

static struct driver_survey found_machine(void)
{
	return (struct driver_survey){
		.name = "web01",
		.uuid = "0f5c4b1e-7f4e-4b5b-9d0a-2f6d3e1c9a77",
		.powered = true,
		.cpus = 3,
		.memory_mib = 1536,
		.busy = "",
		.disks = found_disks,
		.n_disks = COUNT_OF(found_disks),
	};
}

struct adopting {
	struct driver_survey survey;
	struct adopt_args args;
	char id[64];
	size_t n_records;
};

static bool adopt_it(struct work *work, void *context)
{
	struct adopting *adopting = context;
	struct driver_record *records;
	struct instance instance;

	adopting->args.survey = &adopting->survey;
	if (!adopt(work, &adopting->args, &instance, &records, &adopting->n_records))
		return false;
	snprintf(adopting->id, sizeof adopting->id, "%s", instance.id);
	return true;
}

static enum refusal_reason do_adopt(struct world *world, struct adopting *adopting)
{
	adopting->survey = found_machine();
	if (!adopting->args.zone)
		adopting->args.zone = WORLD_ZONE;
	return world_change(world, adopt_it, adopting);
}

struct letting_go {
	const char *id;
	size_t n_records;
};

static bool let_go(struct work *work, void *context)
{
	struct letting_go *going = context;
	struct driver_record *records;

	return adopt_release(work, going->id, &records, &going->n_records);
}

static enum refusal_reason do_let_go(struct world *world, const char *id)
{
	struct letting_go going = { .id = id };

	return world_change(world, let_go, &going);
}

/* ---- what it becomes ---- */

static void machine_becomes_rows(void **state)
{
	struct world *world = *state;
	struct adopting adopting = { 0 };
	struct attachment *live;
	struct instance instance;
	size_t i;

	must(do_adopt(world, &adopting));
	instance = get_instance(world, adopting.id);
	assert_int_equal(instance.state, INSTANCE_RUNNING);
	assert_string_equal(instance.native, "web01");
	assert_string_equal(instance.serial, "0F5C4B1E-7F4E-4B5B-9D0A-2F6D3E1C9A77");
	assert_string_equal(instance.tenant.account, "1000");
	assert_string_equal(instance.tenant.region, WORLD_REGION);
	assert_true(instance.deletion_protection);
	assert_int_equal(adopting.n_records, 1 + 2 * COUNT_OF(found_disks));
	assert_int_equal(live_of_instance(world, adopting.id, &live), 2);
	for (i = 0; i < 2; i++) {
		struct disk disk = get_disk(world, live[i].disk);

		assert_int_equal(disk.type, live[i].boot ? DISK_SYSTEM : DISK_DATA);
		assert_string_equal(disk.native, found_disks[live[i].boot ? 0 : 1].native);
		assert_int_equal(disk.portable, !live[i].boot);
		assert_false(disk.delete_with_instance);
		assert_int_equal(live[i].state, ATTACHMENT_ATTACHED);
	}
}

static void machine_is_of_the_account_that_is_named(void **state)
{
	struct world *world = *state;
	struct account own = world_account("2000");
	struct adopting adopting = { .args = { .account = "test-own" } };

	refused(do_adopt(world, &adopting), REFUSE_ACCOUNT_UNKNOWN);
	own.own_key = "test-own";
	put_account(world, own);
	must(do_adopt(world, &adopting));
	assert_string_equal(get_instance(world, adopting.id).tenant.account, "2000");
}

static void machine_is_held_once(void **state)
{
	struct world *world = *state;
	struct adopting adopting = { 0 };
	struct adopting elsewhere = { .args = { .zone = "cn-hangzhou-none" } };

	refused(do_adopt(world, &elsewhere), REFUSE_ZONE_UNKNOWN);
	must(do_adopt(world, &adopting));
	refused(do_adopt(world, &adopting), REFUSE_MACHINE_HELD);
	must(do_let_go(world, adopting.id));
	must(do_adopt(world, &adopting));
}

/* ---- letting go ---- */

static bool put_behind_balancer(struct work *work, void *context)
{
	struct load_balancer balancer = { .id = "lb-1", .tenant = world_group(G).tenant, .listeners = "tcp:80",
		                          .health_check = true, .created_at = WORLD_NOW };
	struct backend backend = { .balancer = "lb-1", .instance = context, .account = "1000", .weight = 100,
		                   .created_at = WORLD_NOW };

	load_balancer_put(work->txn, &balancer);
	backend_put(work->txn, &backend);
	return true;
}

static bool count_backends(struct work *work, void *context)
{
	*(int64_t *)context = backend_count(work->txn, "lb-1");
	return true;
}

static int64_t backends(struct world *world)
{
	int64_t n = -1;

	world_look(world, count_backends, &n);
	return n;
}

static void machine_that_is_let_go_of_leaves_its_group_and_balancer(void **state)
{
	struct world *world = *state;
	struct adopting adopting = { 0 };
	struct attachment *live;
	struct scaling_activity activity;
	char data[64];

	must(do_adopt(world, &adopting));
	assert_int_equal(live_of_instance(world, adopting.id, &live), 2);
	snprintf(data, sizeof data, "%s", live[0].disk);
	put_group(world, world_group(G));
	put_member(world, G, adopting.id, SCALING_ATTACHED);
	must(world_change(world, put_behind_balancer, adopting.id));
	assert_int_equal(backends(world), 1);
	must(do_let_go(world, adopting.id));
	settle(world);
	assert_false(has_instance(world, adopting.id));
	assert_false(has_disk(world, data));
	assert_int_equal(backends(world), 0);
	assert_int_equal(members_of(world, G, -1, NULL), 0);
	activity = last_activity(world, G);
	assert_int_equal(activity.kind, SCALING_IN);
	assert_int_equal(activity.cause, SCALING_BY_HEALTH);
	/* Nobody was asked to remove anything. */
	assert_string_equal(fake_acts(world), "");
}

/* Its deletion protection is against the group as well: Cleat did not make it. */
static void group_to_which_it_is_entrusted_does_not_release_it(void **state)
{
	struct world *world = *state;
	struct adopting adopting = { 0 };
	struct scaling_member member;

	must(do_adopt(world, &adopting));
	put_group(world, world_group(G));
	put_member(world, G, adopting.id, SCALING_ATTACHED);
	assert_true(get_member(world, adopting.id, &member));
	member.entrusted = true;
	put_changed_member(world, member);
	must(do_adjust(world, G, SCALING_TOTAL, 0));
	settle(world);
	assert_int_equal(get_instance(world, adopting.id).state, INSTANCE_RUNNING);
	assert_int_equal(members_of(world, G, SCALING_IN_SERVICE, NULL), 1);
	expect_activity(last_activity(world, G), SCALING_IN, SCALING_FAILED, 0);
	assert_string_equal(fake_acts(world), "");
}

static void what_was_made_here_is_not_let_go_of(void **state)
{
	struct world *world = *state;
	struct adopting adopting = { 0 };

	put_whole_instance(world, "i-made");
	put_disk(world, world_disk("d-made"));
	refused(do_let_go(world, "i-made"), REFUSE_INSTANCE_NOT_ADOPTED);
	refused(do_let_go(world, "d-made"), REFUSE_INSTANCE_NOT_ADOPTED);
	refused(do_let_go(world, "i-none"), REFUSE_INSTANCE_UNKNOWN);
	must(do_adopt(world, &adopting));
	put_attachment(world, world_attachment("d-made.1", "d-made", adopting.id));
	refused(do_let_go(world, adopting.id), REFUSE_DISK_STATE);
	assert_true(has_instance(world, adopting.id));
}

static int group(const char *name)
{
	const struct CMUnitTest tests[] = {
		CREW_TEST(machine_becomes_rows),
		CREW_TEST(machine_is_of_the_account_that_is_named),
		CREW_TEST(machine_is_held_once),
		CREW_TEST(machine_that_is_let_go_of_leaves_its_group_and_balancer),
		CREW_TEST(group_to_which_it_is_entrusted_does_not_release_it),
		CREW_TEST(what_was_made_here_is_not_let_go_of),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	return world_run_twice(group, "adopt");
}
