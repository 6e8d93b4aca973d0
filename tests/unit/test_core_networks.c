/* What stands on what among networks, and which addresses instances are given. */
#include "core_fixture.h"

#include <stdio.h>

#include "base/text.h"
#include "core/network.h"
#include "core/security_group.h"

struct net {
	struct vpc vpc;
	const char *vswitch;
	const char *group;
};

static bool make_vpc(struct work *work, void *args)
{
	struct net *net = args;

	work->caller.tenant.region = WORLD_REGION;
	return vpc_create(work, &(struct vpc_create_args){ .cidr = "10.0.0.0/8" }, &net->vpc);
}

static bool make_vswitch(struct work *work, void *args)
{
	struct net *net = args;
	struct vswitch_create_args create = { .vpc = net->vpc.id, .zone = WORLD_ZONE, .cidr = "10.0.0.0/29" };

	return vswitch_create(work, &create, &net->vswitch);
}

static bool make_group(struct work *work, void *args)
{
	struct net *net = args;

	return security_group_create(work, &(struct security_group_create_args){ .vpc = net->vpc.id }, &net->group);
}

static bool remove_vpc(struct work *work, void *args)
{
	return vpc_delete(work, ((struct net *)args)->vpc.id);
}

static bool remove_vswitch(struct work *work, void *args)
{
	return vswitch_delete(work, ((struct net *)args)->vswitch);
}

static bool remove_group(struct work *work, void *args)
{
	return security_group_delete(work, ((struct net *)args)->group);
}

static struct net make_net(struct world *world)
{
	struct net net = { .vswitch = NULL };

	assert_int_equal(world_change(world, make_vpc, &net), REFUSE_NONE);
	assert_int_equal(world_change(world, make_vswitch, &net), REFUSE_NONE);
	assert_int_equal(world_change(world, make_group, &net), REFUSE_NONE);
	return net;
}

static void put_inside(struct world *world, const struct net *net, const char *id, const char *address)
{
	struct instance instance = world_instance(id);

	instance.vpc = net->vpc.id;
	instance.vswitch = net->vswitch;
	instance.security_groups = net->group;
	instance.private_ip = address;
	put_instance(world, instance);
}

static void nothing_is_removed_that_something_stands_on(void **state)
{
	struct world *world = *state;
	struct net net = make_net(world);

	put_inside(world, &net, "i-1", "10.0.0.1");
	assert_int_equal(world_change(world, remove_vpc, &net), REFUSE_VPC_HAS_VSWITCH);
	assert_int_equal(world_change(world, remove_vswitch, &net), REFUSE_VSWITCH_IN_USE);
	assert_int_equal(world_change(world, remove_group, &net), REFUSE_SECURITY_GROUP_IN_USE);
}

static void what_nothing_stands_on_is_removed_once(void **state)
{
	struct world *world = *state;
	struct net net = make_net(world);

	assert_int_equal(world_change(world, remove_vswitch, &net), REFUSE_NONE);
	assert_int_equal(world_change(world, remove_vswitch, &net), REFUSE_VSWITCH_UNKNOWN);
	assert_int_equal(world_change(world, remove_vpc, &net), REFUSE_VPC_HAS_SECURITY_GROUP);
	assert_int_equal(world_change(world, remove_group, &net), REFUSE_NONE);
	assert_int_equal(world_change(world, remove_group, &net), REFUSE_SECURITY_GROUP_UNKNOWN);
	assert_int_equal(world_change(world, remove_vpc, &net), REFUSE_NONE);
	assert_int_equal(world_change(world, remove_vpc, &net), REFUSE_VPC_UNKNOWN);
}

struct asked {
	struct network_place_args args;
	enum refusal_reason refusal;
	char addresses[64];
	int64_t n_free;
};

static bool look_for_place(struct work *work, void *args)
{
	struct asked *asked = args;
	struct network_place place = network_place(work, &asked->args);
	struct vswitch vswitch;
	size_t at = 0;
	int64_t i;

	asked->refusal = place.refusal;
	asked->addresses[0] = '\0';
	for (i = 0; !place.refusal && i < asked->args.amount; i++)
		at += (size_t)snprintf(asked->addresses + at, sizeof asked->addresses - at, " %s", place.addresses[i]);
	asked->n_free = find_vswitch(work, asked->args.vswitch, &vswitch) ? vswitch_free(work, &vswitch) : -1;
	return true;
}

static struct asked ask(struct world *world, const struct net *net, const char *address, int64_t amount)
{
	struct asked asked = { .args = { .region = WORLD_REGION, .vswitch = net->vswitch, .address = address, .amount = amount } };

	world_look(world, look_for_place, &asked);
	return asked;
}

/* Of eight addresses the first and the last three are kept back. */
static void the_lowest_free_addresses_are_given(void **state)
{
	struct world *world = *state;
	struct net net = make_net(world);

	assert_string_equal(ask(world, &net, NULL, 4).addresses, " 10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4");
	assert_int_equal(ask(world, &net, NULL, 4).n_free, 4);
	put_inside(world, &net, "i-2", "10.0.0.2");
	assert_string_equal(ask(world, &net, NULL, 2).addresses, " 10.0.0.1 10.0.0.3");
	assert_string_equal(ask(world, &net, "10.0.0.3", 3).addresses, " 10.0.0.3 10.0.0.1 10.0.0.4");
	assert_int_equal(ask(world, &net, NULL, 4).refusal, REFUSE_ADDRESSES_EXHAUSTED);
	assert_int_equal(ask(world, &net, NULL, 4).n_free, 3);
	assert_int_equal(ask(world, &net, "10.0.0.2", 1).refusal, REFUSE_ADDRESS_TAKEN);
	assert_int_equal(ask(world, &net, "10.0.0.0", 1).refusal, REFUSE_ADDRESS_OUTSIDE);
	assert_int_equal(ask(world, &net, "10.0.0.5", 1).refusal, REFUSE_ADDRESS_OUTSIDE);
	assert_int_equal(ask(world, &net, "10.0.0.1/32", 1).refusal, REFUSE_ADDRESS_MALFORMED);
}

static int group(const char *name)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(nothing_is_removed_that_something_stands_on),
		WORLD_TEST(what_nothing_stands_on_is_removed_once),
		WORLD_TEST(the_lowest_free_addresses_are_given),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	return world_run_twice(group, "networks");
}
