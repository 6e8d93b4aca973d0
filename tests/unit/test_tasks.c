/* Acts that are carried out on other threads: who asks never waits long, gets each answer, and is woken for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <time.h>

#include "base/moment.h"
#include "base/text.h"
#include "drivers/reply.h"
#include "drivers/tasks.h"

struct world {
	struct tasks *tasks;
	sem_t let_go;  /* one act on a machine "slow-..." for each */
	sem_t woken;
	char woken_job[64];
	int carried_out; /* atomic */
	int at_a_time;   /* atomic: on "slow-1" */
	int most;
};

static void carry_out(void *context, const struct driver_call *call, struct driver_reply *ret)
{
	struct world *world = context;

	if (text_starts(call->machine, "slow-")) {
		int now = __atomic_add_fetch(&world->at_a_time, 1, __ATOMIC_SEQ_CST);

		if (now > world->most)
			world->most = now;
		sem_wait(&world->let_go);
		__atomic_sub_fetch(&world->at_a_time, 1, __ATOMIC_SEQ_CST);
	}
	__atomic_add_fetch(&world->carried_out, 1, __ATOMIC_SEQ_CST);
	if (text_equal(call->disk, "d-busy"))
		reply_answer(ret, DRIVER_REFUSED, "attached", "it is attached");
	else
		reply_done(ret);
}

static void wake(void *context, const char *job)
{
	struct world *world = context;

	snprintf(world->woken_job, sizeof world->woken_job, "%s", job);
	sem_post(&world->woken);
}

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof *world);

	sem_init(&world->let_go, 0, 0);
	sem_init(&world->woken, 0, 0);
	world->tasks = tasks_create(carry_out, world);
	tasks_listen(world->tasks, wake, world);
	*state = world;
	return world->tasks ? 0 : -1;
}

static int teardown(void **state)
{
	struct world *world = *state;
	int i;

	for (i = 0; i < 16; i++)
		sem_post(&world->let_go);
	tasks_destroy(world->tasks);
	free(world);
	return 0;
}

static struct driver_reply ask(struct world *world, enum driver_act act, const char *job, const char *machine,
                               const char *disk)
{
	const struct driver_call call = { .act = act, .job = job, .fence = 1, .machine = machine, .disk = disk,
		                          .attachment = "", .device = "", .image = "", .snapshot = "", .category = "",
		                          .performance_level = "" };
	struct driver_reply reply;

	tasks_ask(world->tasks, &call, &reply);
	return reply;
}

static struct driver_reply ask_until_done(struct world *world, enum driver_act act, const char *machine, const char *disk)
{
	struct driver_reply reply = ask(world, act, "job-1", machine, disk);

	while (reply.answer == DRIVER_PENDING) {
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
		reply = ask(world, act, "job-1", machine, disk);
	}
	return reply;
}

static void what_takes_long_is_under_way_and_wakes_its_job(void **state)
{
	struct world *world = *state;
	struct driver_reply reply = ask(world, DRIVER_POWER_ON, "job-1", "slow-1", "");

	assert_int_equal(reply.answer, DRIVER_PENDING);
	assert_string_equal(reply.reason, "under-way");
	reply = ask(world, DRIVER_POWER_ON, "job-1", "slow-1", ""); /* not begun a second time */
	assert_int_equal(reply.answer, DRIVER_PENDING);
	sem_post(&world->let_go);
	sem_wait(&world->woken);
	assert_string_equal(world->woken_job, "job-1");
	assert_int_equal(ask(world, DRIVER_POWER_ON, "job-1", "slow-1", "").answer, DRIVER_DONE);
	assert_int_equal(world->carried_out, 1);
}

/* A plan of several acts is asked for from its beginning each time: it must come to its end. */
static void what_is_done_is_told_again_until_the_contrary_is_asked_for(void **state)
{
	struct world *world = *state;

	assert_int_equal(ask_until_done(world, DRIVER_CREATE_DISK, "", "d-1").answer, DRIVER_DONE);
	assert_int_equal(ask_until_done(world, DRIVER_CREATE_DISK, "", "d-1").answer, DRIVER_DONE);
	assert_int_equal(world->carried_out, 1);
	assert_int_equal(ask_until_done(world, DRIVER_DELETE_DISK, "", "d-1").answer, DRIVER_DONE);
	assert_int_equal(ask_until_done(world, DRIVER_CREATE_DISK, "", "d-1").answer, DRIVER_DONE);
	assert_int_equal(world->carried_out, 3);
}

static void a_refusal_is_told_once(void **state)
{
	struct world *world = *state;

	assert_int_equal(ask_until_done(world, DRIVER_DELETE_DISK, "", "d-busy").answer, DRIVER_REFUSED);
	assert_int_equal(ask_until_done(world, DRIVER_DELETE_DISK, "", "d-busy").answer, DRIVER_REFUSED);
	assert_int_equal(world->carried_out, 2);
}

static void a_machine_has_one_act_at_a_time_and_others_go_on(void **state)
{
	struct world *world = *state;

	assert_int_equal(ask(world, DRIVER_POWER_ON, "job-1", "slow-1", "").answer, DRIVER_PENDING);
	assert_int_equal(ask(world, DRIVER_POWER_OFF, "job-2", "slow-1", "").answer, DRIVER_PENDING);
	assert_int_equal(ask_until_done(world, DRIVER_POWER_ON, "m-1", "").answer, DRIVER_DONE);
	sem_post(&world->let_go);
	sem_post(&world->let_go);
	sem_wait(&world->woken);
	sem_wait(&world->woken);
	assert_int_equal(world->most, 1);
}

#define TASKS_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TASKS_TEST(what_takes_long_is_under_way_and_wakes_its_job),
		TASKS_TEST(what_is_done_is_told_again_until_the_contrary_is_asked_for),
		TASKS_TEST(a_refusal_is_told_once),
		TASKS_TEST(a_machine_has_one_act_at_a_time_and_others_go_on),
	};

	return cmocka_run_group_tests_name("tasks", tests, NULL, NULL);
}
