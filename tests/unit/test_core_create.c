/* Disks that are made for an instance take its places like those that are attached to it. */
#include "core_fixture.h"

#include "base/text.h"

static enum refusal_reason create_for(struct world *world, const char *instance)
{
	struct create_disk create = {
		.args = { .instance = instance, .category = "cloud_essd", .size_given = true, .size_gib = 20 }
	};
	struct tenant tenant = world->caller.tenant;
	enum refusal_reason reason;

	world->caller.tenant.region = WORLD_REGION;
	reason = do_create_disk(world, &create);
	world->caller.tenant = tenant;
	return reason;
}

/* A disk that is made with an instance and one that is attached to it meet the same limit. */
static void as_many_disks_as_its_type_takes(void **state)
{
	static const struct {
		const char *id, *type;
		int most;
	} cases[] = {
		{ "i-small", "ecs.t1.small", 4 },
		{ "i-large", "ecs.g7.large", 16 },
		{ "i-unknown", "ecs.gone.large", 16 }, /* a type that is in no catalogue any more */
	};
	struct world *world = *state;
	size_t i;

	put_disk(world, world_disk("d-more"));
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct instance instance = world_instance(cases[i].id);
		int n;

		instance.state = INSTANCE_STOPPED;
		instance.type = cases[i].type;
		instance.charge_type = CHARGE_PRE_PAID;
		put_instance(world, instance);
		for (n = 0; n < cases[i].most; n++)
			assert_int_equal(create_for(world, cases[i].id), REFUSE_NONE);
		assert_int_equal(do_attach(world, "d-more", cases[i].id), REFUSE_INSTANCE_DISK_LIMIT);
		assert_int_equal(create_for(world, cases[i].id), REFUSE_INSTANCE_DISK_LIMIT);
		finish_jobs(world);
		assert_int_equal(create_for(world, cases[i].id), REFUSE_INSTANCE_DISK_LIMIT);
		assert_int_equal(live_of_instance(world, cases[i].id, NULL), cases[i].most);
	}
}

/* PrePaid as its instance, released with it, and fast to it at the end of its job. */
static void a_disk_made_for_an_instance(void **state)
{
	struct world *world = *state;
	struct instance instance = world_instance("i-1");
	struct attachment *live;
	struct disk disk;

	instance.charge_type = CHARGE_PRE_PAID;
	instance.expires_at = WORLD_NOW + 1000;
	put_instance(world, instance);
	put_instance(world, world_instance("i-post-paid"));
	assert_int_equal(create_for(world, "i-post-paid"), REFUSE_INSTANCE_PRE_PAID);
	assert_int_equal(create_for(world, "i-none"), REFUSE_INSTANCE_UNKNOWN);
	assert_int_equal(create_for(world, "i-1"), REFUSE_NONE);
	assert_int_equal(live_of_instance(world, "i-1", &live), 1);
	assert_int_equal(live[0].state, ATTACHMENT_ATTACHING);
	assert_int_equal(get_disk(world, live[0].disk).status, DISK_STATUS_CREATING);
	finish_jobs(world);
	disk = get_disk(world, live[0].disk);
	assert_int_equal(disk.status, DISK_STATUS_IN_USE);
	assert_int_equal(disk.charge_type, CHARGE_PRE_PAID);
	assert_int_equal(disk.expires_at, instance.expires_at);
	assert_true(disk.delete_with_instance);
	assert_false(disk.portable);
	assert_int_equal(do_detach(world, disk.id, "i-1"), REFUSE_DISK_NOT_PORTABLE);
}

static int run(const char *name)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(as_many_disks_as_its_type_takes),
		WORLD_TEST(a_disk_made_for_an_instance),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	return world_run_twice(run, "making disks");
}
