/* What stands behind load balancers and who may reach databases, as those who manage instances change it. */
#include "core_fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/balancer.h"
#include "core/database.h"

static struct tenant here(void)
{
	return world_instance("any").tenant;
}

static struct load_balancer a_balancer(const char *id)
{
	return (struct load_balancer){
		.id = id, .tenant = here(), .listeners = "tcp:80", .health_check = true, .created_at = WORLD_NOW
	};
}

static bool put_things(struct work *work, void *args)
{
	struct load_balancer balancer = a_balancer("lb-active");
	struct db_instance db = { .id = "rm-running", .tenant = here() };

	(void)args;
	load_balancer_put(work->txn, &balancer);
	balancer = a_balancer("lb-inactive");
	balancer.status = BALANCER_INACTIVE;
	load_balancer_put(work->txn, &balancer);
	balancer = a_balancer("lb-blind");
	balancer.health_check = false;
	load_balancer_put(work->txn, &balancer);
	balancer = a_balancer("lb-deaf");
	balancer.listeners = "";
	load_balancer_put(work->txn, &balancer);
	balancer = a_balancer("lb-elsewhere");
	balancer.tenant.region = "cn-beijing";
	load_balancer_put(work->txn, &balancer);
	balancer = a_balancer("lb-foreign");
	balancer.tenant.account = "2000";
	load_balancer_put(work->txn, &balancer);
	db_instance_put(work->txn, &db);
	db = (struct db_instance){ .id = "rm-rebooting", .tenant = here(), .status = DB_REBOOTING };
	db_instance_put(work->txn, &db);
	db = (struct db_instance){ .id = "rm-foreign", .tenant = here() };
	db.tenant.account = "2000";
	db_instance_put(work->txn, &db);
	return true;
}

/* ---- hindrances ---- */

struct look {
	const char *ids;
	char found[100]; /* "unknown not-active unchecked" */
};

static bool look_at_balancers(struct work *work, void *args)
{
	struct look *look = args;
	struct tenant owner = here();
	struct balancers_hindrance h = balancers_look(work, &owner, look->ids);

	snprintf(look->found, sizeof look->found, "%s %s %s", text_or(h.unknown, "-"), text_or(h.not_active, "-"),
	         text_or(h.unchecked, "-"));
	return true;
}

static bool look_at_dbs(struct work *work, void *args)
{
	struct look *look = args;
	struct tenant owner = here();
	struct dbs_hindrance h = dbs_look(work, &owner, look->ids);

	snprintf(look->found, sizeof look->found, "%s %s", text_or(h.unknown, "-"), text_or(h.not_running, "-"));
	return true;
}

static void the_first_of_each_hindrance_is_named(void **state)
{
	static const struct {
		const char *ids, *found;
		world_fn look;
	} cases[] = {
		{ "", "- - -", look_at_balancers },
		{ "lb-active", "- - -", look_at_balancers },
		{ "lb-active,lb-inactive", "- lb-inactive -", look_at_balancers },
		{ "lb-blind,lb-deaf", "- - lb-blind", look_at_balancers },
		{ "lb-deaf,lb-none,lb-inactive", "lb-none lb-inactive lb-deaf", look_at_balancers },
		{ "lb-foreign,lb-none", "lb-foreign - -", look_at_balancers },
		{ "lb-active,lb-elsewhere", "lb-elsewhere - -", look_at_balancers },
		{ "", "- -", look_at_dbs },
		{ "rm-running", "- -", look_at_dbs },
		{ "rm-running,rm-rebooting", "- rm-rebooting", look_at_dbs },
		{ "rm-foreign,rm-none,rm-rebooting", "rm-foreign rm-rebooting", look_at_dbs },
	};
	struct world *world = *state;

	assert_int_equal(world_change(world, put_things, NULL), REFUSE_NONE);
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct look look = { .ids = cases[i].ids };

		world_look(world, cases[i].look, &look);
		assert_string_equal(look.found, cases[i].found);
	}
}

/* ---- backends ---- */

struct step {
	const char *balancer, *instance; /* or database and address */
	const char *list;
	int64_t weight;
	bool done;
};

static bool add(struct work *work, void *args)
{
	struct step *s = args;

	s->done = balancer_add_backend(work, s->balancer, s->instance, s->weight);
	return true;
}

static bool remove_one(struct work *work, void *args)
{
	struct step *s = args;

	balancer_remove_backend(work, s->balancer, s->instance);
	return true;
}

static bool forget(struct work *work, void *args)
{
	balancer_forget_instance(work, ((struct step *)args)->instance);
	return true;
}

static bool list_backends(struct work *work, void *args)
{
	struct look *look = args;
	struct backend *backends;
	size_t n = backend_list(work->txn, look->ids, &backends);

	look->found[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		size_t used = strlen(look->found);

		snprintf(look->found + used, sizeof look->found - used, "%s=%d ", backends[i].instance, (int)backends[i].weight);
	}
	return true;
}

static void assert_backends(struct world *world, const char *balancer, const char *expected)
{
	struct look look = { .ids = balancer };

	world_look(world, list_backends, &look);
	assert_string_equal(look.found, expected);
}

static void a_backend_is_there_once_and_leaves_once(void **state)
{
	struct world *world = *state;
	struct step one = { .balancer = "lb-active", .instance = "i-1", .weight = 50 };
	struct step two = { .balancer = "lb-active", .instance = "i-2", .weight = 100 };
	struct step blind = { .balancer = "lb-blind", .instance = "i-1", .weight = 1 };

	world_change(world, put_things, NULL);
	for (int i = 0; i < 2; i++) {
		world_change(world, add, &one);
		world_change(world, add, &two);
		world_change(world, add, &blind);
		assert_true(one.done && two.done && blind.done);
		assert_backends(world, "lb-active", "i-1=50 i-2=100 ");
	}
	one.weight = 60;
	world_change(world, add, &one);
	assert_backends(world, "lb-active", "i-1=60 i-2=100 ");
	for (int i = 0; i < 2; i++) {
		world_change(world, remove_one, &two);
		assert_backends(world, "lb-active", "i-1=60 ");
	}
	world_change(world, forget, &one);
	assert_backends(world, "lb-active", "");
	assert_backends(world, "lb-blind", "");
	one.balancer = "lb-none";
	world_change(world, add, &one);
	assert_false(one.done);
}

static void no_more_stand_behind_it_than_may(void **state)
{
	struct world *world = *state;
	struct step step = { .balancer = "lb-active", .weight = 100 };
	char id[20];

	world_change(world, put_things, NULL);
	step.instance = id;
	for (int i = 0; i <= BACKENDS_MAX; i++) {
		snprintf(id, sizeof id, "i-%d", i);
		world_change(world, add, &step);
		assert_int_equal(step.done, i < BACKENDS_MAX);
	}
	step.instance = "i-0";
	world_change(world, add, &step);
	assert_true(step.done);
}

static void a_released_instance_leaves_its_load_balancers(void **state)
{
	struct world *world = *state;
	struct instance instance = world_instance("i-1");
	struct step step = { .balancer = "lb-active", .instance = "i-1", .weight = 100 };

	instance.state = INSTANCE_STOPPED;
	put_instance(world, instance);
	world_change(world, put_things, NULL);
	world_change(world, add, &step);
	assert_int_equal(do_release(world, "i-1", false), REFUSE_NONE);
	assert_backends(world, "lb-active", "i-1=100 ");
	finish_jobs(world);
	assert_false(has_instance(world, "i-1"));
	assert_backends(world, "lb-active", "");
}

/* ---- white lists ---- */

static bool let_in(struct work *work, void *args)
{
	struct step *s = args;

	s->done = db_white_list_add(work, s->balancer, s->list, s->instance);
	return true;
}

static bool shut_out(struct work *work, void *args)
{
	struct step *s = args;

	db_white_list_remove(work, s->balancer, s->list, s->instance);
	return true;
}

static bool list_addresses(struct work *work, void *args)
{
	struct look *look = args;
	struct db_white_list *lists;
	size_t n = db_white_list_list(work->txn, look->ids, &lists);

	look->found[0] = '\0';
	for (size_t i = 0; i < n; i++) {
		size_t used = strlen(look->found);

		snprintf(look->found + used, sizeof look->found - used, "%s:%s ", lists[i].name, lists[i].addresses);
	}
	return true;
}

static void assert_addresses(struct world *world, const char *expected)
{
	struct look look = { .ids = "rm-running" };

	world_look(world, list_addresses, &look);
	assert_string_equal(look.found, expected);
}

static void an_address_is_let_in_once_and_shut_out_once(void **state)
{
	struct world *world = *state;
	struct step nobody = { .balancer = "rm-running", .list = "default", .instance = DB_WHITE_LIST_NOBODY };
	struct step one = { .balancer = "rm-running", .list = "default", .instance = "10.0.0.1" };
	struct step two = { .balancer = "rm-running", .list = "default", .instance = "10.0.0.2" };

	world_change(world, put_things, NULL);
	world_change(world, let_in, &nobody);
	assert_addresses(world, "default:127.0.0.1 ");
	for (int i = 0; i < 2; i++) {
		world_change(world, let_in, &one);
		world_change(world, let_in, &two);
		assert_true(one.done && two.done);
		assert_addresses(world, "default:10.0.0.1,10.0.0.2 ");
	}
	for (int i = 0; i < 2; i++) {
		world_change(world, shut_out, &one);
		assert_addresses(world, "default:10.0.0.2 ");
	}
	world_change(world, shut_out, &two);
	assert_addresses(world, "default:127.0.0.1 ");
	one.balancer = "rm-none";
	world_change(world, let_in, &one);
	assert_false(one.done);
}

static void there_is_room_for_so_many_addresses_in_so_many_lists(void **state)
{
	struct world *world = *state;
	struct step step = { .balancer = "rm-running" };
	char address[20], list[20];

	world_change(world, put_things, NULL);
	step.instance = address;
	step.list = list;
	for (int i = 0; i < DB_WHITE_LIST_ITEMS; i++) {
		snprintf(address, sizeof address, "10.0.%d.%d", i / 250, i % 250);
		snprintf(list, sizeof list, "list%d", i % DB_WHITE_LISTS_MAX);
		world_change(world, let_in, &step);
		assert_true(step.done);
	}
	step.instance = "10.1.0.0";
	world_change(world, let_in, &step);
	assert_false(step.done);
	step.instance = address;
	world_change(world, shut_out, &step);
	step.instance = "10.1.0.0";
	step.list = "one more list";
	world_change(world, let_in, &step);
	assert_false(step.done);
	step.list = list;
	world_change(world, let_in, &step);
	assert_true(step.done);
}

static int group(const char *name)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(the_first_of_each_hindrance_is_named),
		WORLD_TEST(a_backend_is_there_once_and_leaves_once),
		WORLD_TEST(no_more_stand_behind_it_than_may),
		WORLD_TEST(a_released_instance_leaves_its_load_balancers),
		WORLD_TEST(an_address_is_let_in_once_and_shut_out_once),
		WORLD_TEST(there_is_room_for_so_many_addresses_in_so_many_lists),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	return world_run_twice(group, "load balancers and databases");
}
