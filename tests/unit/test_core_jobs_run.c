/* The runner of jobs: when each one runs by the clock of the cloud, who waits for it, and that it goes on where it was
 * after an end at any moment. */
#include "jobs_fixture.h"

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/moment.h"
#include "base/text.h"

static void must(enum refusal_reason reason)
{
	assert_string_equal(refusal_words[reason], "");
}

/* Fast to i-N: d-N, by its first attachment. */
static void put_attached(struct world *world, int number)
{
	struct arena *arena = world_arena(world);
	const char *instance = arena_printf(arena, "i-%d", number);
	const char *disk = arena_printf(arena, "d-%d", number);

	put_instance(world, world_instance(instance));
	put_disk(world, world_disk(disk));
	put_attachment(world, world_attachment(arena_printf(arena, "%s.1", disk), disk, instance));
}

/* ---- the clock ---- */

static enum disk_status status_of(struct world *world, const char *disk)
{
	return get_disk(world, disk).status;
}

static void a_job_runs_when_it_is_due(void **state)
{
	struct world *world = *state;

	world->core.settings.pace = PACE_REAL;
	put_attached(world, 1);
	must(do_detach(world, "d-1", "i-1"));
	settle(world);
	assert_int_equal(get_job(world, begun_job(world)).due_at, WORLD_NOW + MINUTE);
	assert_string_equal(fake_acts(world), "");
	advance(world, MINUTE - 1);
	assert_string_equal(fake_acts(world), "");
	assert_int_equal(status_of(world, "d-1"), DISK_STATUS_DETACHING);
	advance(world, 1);
	assert_string_equal(fake_acts(world), "detach");
	assert_int_equal(status_of(world, "d-1"), DISK_STATUS_AVAILABLE);
	assert_int_equal(get_disk(world, "d-1").detached_at, WORLD_NOW + MINUTE);
}

static void the_earliest_runs_first(void **state)
{
	struct world *world = *state;

	put_attached(world, 1);
	put_attached(world, 2);
	world->core.settings.pace = PACE_REAL;
	must(do_detach(world, "d-1", "i-1")); /* a minute */
	advance(world, 30 * SECOND);
	must(do_stop(world, "i-2")); /* twenty seconds */
	advance(world, 20 * SECOND);
	assert_string_equal(fake_acts(world), "power-off");
	advance(world, 10 * SECOND);
	assert_string_equal(fake_acts(world), "power-off detach");
}

/* Building takes ten seconds and powering on twenty, also where the clock moves in great strides. */
static void steps_follow_each_other_at_their_own_times(void **state)
{
	static const struct {
		int64_t strides[4];
		const char *name;
	} cases[] = {
		{ { 10 * SECOND, 20 * SECOND }, "to each step" },
		{ { 5 * SECOND, 5 * SECOND, 10 * SECOND, 10 * SECOND }, "in small strides" },
		{ { 15 * SECOND, 15 * SECOND }, "past the first step" },
		{ { 30 * SECOND }, "just far enough" },
		{ { DAY }, "far too far" },
	};
	struct world *world = *state;
	size_t i;

	world->core.settings.pace = PACE_REAL;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct create_instance create = { .args = { .zone = WORLD_ZONE } };
		int64_t began = clock_now(&world->core.clock);
		char job[64];
		size_t s;

		must(do_create_instance(world, &create));
		snprintf(job, sizeof job, "%s", begun_job(world));
		fake_forget(world);
		for (s = 0; s < COUNT_OF(cases[i].strides) && cases[i].strides[s]; s++) {
			int64_t now = clock_now(&world->core.clock) + cases[i].strides[s] - began;

			advance(world, cases[i].strides[s]);
			assert_int_equal(get_instance(world, create.id).state,
			                 now < 10 * SECOND ? INSTANCE_PENDING :
			                 now < 30 * SECOND ? INSTANCE_STARTING :
			                                     INSTANCE_RUNNING);
		}
		assert_string_equal(fake_acts(world), "create-machine create-disk attach power-on");
		assert_int_equal(get_job(world, job).state, JOB_DONE);
		/* The second step was due one pace after the first was, not after it was done. */
		assert_int_equal(get_job(world, job).due_at, began + 30 * SECOND);
	}
}

/* Drivers of real machines take their own time: a server's pace adds none. */
static void pace_is_for_paced_drivers_only(void **state)
{
	struct world *world = *state;
	struct driver slow = *world->core.drivers[0].driver;

	put_attached(world, 1);
	world->core.settings.pace = PACE_REAL;
	slow.paced = false;
	crew_stop(world);
	world->core.drivers[0].driver = &slow;
	crew_start(world, "boot-2");
	must(do_detach(world, "d-1", "i-1"));
	settle(world);
	assert_int_equal(status_of(world, "d-1"), DISK_STATUS_AVAILABLE);
	crew_stop(world); /* `slow` ends with this function */
}

/* ---- verbs that hurry ---- */

static void a_machine_that_is_off_lets_go_at_once(void **state)
{
	struct world *world = *state;

	world->core.settings.pace = PACE_REAL;
	put_attached(world, 1);
	must(do_detach(world, "d-1", "i-1"));
	must(do_stop(world, "i-1"));
	advance(world, 19 * SECOND);
	assert_int_equal(status_of(world, "d-1"), DISK_STATUS_DETACHING);
	advance(world, SECOND);
	assert_int_equal(get_instance(world, "i-1").state, INSTANCE_STOPPED);
	assert_int_equal(status_of(world, "d-1"), DISK_STATUS_AVAILABLE);
	assert_string_equal(fake_acts(world), "power-off detach");
}

/* The guest does not answer and would be asked again in a minute of real time: a stop does not wait that long. */
static void a_stop_ends_the_wait_for_a_guest(void **state)
{
	struct world *world = *state;
	char job[64];

	put_attached(world, 1);
	fake_of(world)->look_again_ms = MINUTE;
	fake_will(world, DRIVER_DETACH, DRIVER_PENDING, "", "no answer");
	must(do_detach(world, "d-1", "i-1"));
	snprintf(job, sizeof job, "%s", begun_job(world));
	settle(world);
	assert_int_equal(status_of(world, "d-1"), DISK_STATUS_DETACHING);
	must(do_stop(world, "i-1"));
	settle(world);
	assert_int_equal(get_job(world, job).state, JOB_DONE);
	assert_int_equal(status_of(world, "d-1"), DISK_STATUS_AVAILABLE);
	assert_string_equal(fake_acts(world), "detach power-off detach");
}

/* ---- those who wait ---- */

static void post(void *context)
{
	sem_post(context);
}

static bool has_come(sem_t *sem, int seconds)
{
	struct timespec deadline;

	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_sec += seconds;
	return sem_timedwait(sem, &deadline) == 0;
}

#define IN_TIME 60

static void who_waits_is_told_after_the_end(void **state)
{
	struct world *world = *state;
	sem_t ended;

	sem_init(&ended, 0, 0);
	put_attached(world, 1);
	fake_hold(world);
	world->waited = post;
	world->waited_context = &ended;
	must(do_detach(world, "d-1", "i-1"));
	fake_await(world);
	assert_int_equal(sem_trywait(&ended), -1);
	fake_let_go(world);
	assert_true(has_come(&ended, IN_TIME));
	assert_int_equal(status_of(world, "d-1"), DISK_STATUS_AVAILABLE); /* committed before anybody is told */
	settle(world);
	assert_int_equal(sem_trywait(&ended), -1); /* once */
}

static void who_waits_waits_for_all_steps(void **state)
{
	struct world *world = *state;
	struct create_instance create = { .args = { .zone = WORLD_ZONE } };
	sem_t ended;

	sem_init(&ended, 0, 0);
	world->waited = post;
	world->waited_context = &ended;
	must(do_create_instance(world, &create));
	assert_true(has_come(&ended, IN_TIME));
	assert_int_equal(get_instance(world, create.id).state, INSTANCE_RUNNING);
}

static void who_waits_waits_for_all_jobs(void **state)
{
	struct world *world = *state;
	struct create_instance create = { .args = { .zone = WORLD_ZONE, .amount = 20 } };
	sem_t ended;

	sem_init(&ended, 0, 0);
	world->waited = post;
	world->waited_context = &ended;
	must(do_create_instance(world, &create));
	assert_int_equal(world->n_tickets, 20);
	assert_true(has_come(&ended, IN_TIME));
	assert_int_equal(open_jobs(world, NULL, NULL, NULL), 0);
	settle(world);
	assert_int_equal(sem_trywait(&ended), -1);
}

static void see_whether_told(struct fake *fake, const struct driver_call *call)
{
	if (call->act != DRIVER_DETACH)
		return;
	usleep(10000);
	assert_int_equal(sem_trywait(fake->look_context), -1);
}

/* The stop sets the detach going that waited for the guest. */
static void who_waits_waits_for_what_a_job_sets_going(void **state)
{
	struct world *world = *state;
	sem_t ended;

	sem_init(&ended, 0, 0);
	put_attached(world, 1);
	fake_of(world)->look_again_ms = MINUTE;
	fake_will(world, DRIVER_DETACH, DRIVER_PENDING, "", "");
	must(do_detach(world, "d-1", "i-1"));
	settle(world);
	fake_of(world)->look_context = &ended;
	fake_of(world)->look = see_whether_told;
	world->waited = post;
	world->waited_context = &ended;
	must(do_stop(world, "i-1"));
	assert_true(has_come(&ended, IN_TIME));
	assert_int_equal(status_of(world, "d-1"), DISK_STATUS_AVAILABLE);
	assert_string_equal(fake_acts(world), "detach power-off detach");
	settle(world);
	assert_int_equal(sem_trywait(&ended), -1); /* once */
}

static void nobody_waits_for_what_is_not_due(void **state)
{
	struct world *world = *state;
	sem_t ended;

	sem_init(&ended, 0, 0);
	put_attached(world, 1);
	world->core.settings.pace = PACE_REAL;
	world->waited = post;
	world->waited_context = &ended;
	must(do_detach(world, "d-1", "i-1"));
	assert_int_equal(sem_trywait(&ended), 0);
	assert_int_equal(status_of(world, "d-1"), DISK_STATUS_DETACHING);
}

static void nobody_waits_for_a_guest(void **state)
{
	static const enum driver_answer answers[] = { DRIVER_PENDING, DRIVER_UNKNOWN };
	size_t i;

	for (i = 0; i < COUNT_OF(answers); i++) {
		struct world *world;
		void *fresh;
		sem_t ended;

		assert_int_equal(crew_setup(&fresh), 0);
		world = fresh;
		sem_init(&ended, 0, 0);
		put_attached(world, 1);
		fake_of(world)->look_again_ms = MINUTE;
		fake_will(world, DRIVER_DETACH, answers[i], "", "");
		world->waited = post;
		world->waited_context = &ended;
		must(do_detach(world, "d-1", "i-1"));
		assert_true(has_come(&ended, IN_TIME));
		assert_int_equal(status_of(world, "d-1"), DISK_STATUS_DETACHING);
		crew_teardown(&fresh);
	}
	(void)state;
}

static void nobody_is_left_waiting_at_the_end(void **state)
{
	struct world *world = *state;
	sem_t quiet;
	sem_t after;

	sem_init(&quiet, 0, 0);
	sem_init(&after, 0, 0);
	put_attached(world, 1);
	put_attached(world, 2);
	fake_hold(world);
	must(do_detach(world, "d-1", "i-1"));
	fake_await(world);
	jobs_when_settled(world->core.jobs, post, &quiet);
	assert_int_equal(sem_trywait(&quiet), -1);
	fake_let_go(world);
	jobs_stop(world->core.jobs);
	assert_true(has_come(&quiet, IN_TIME)); /* maybe still on its way on the store's thread */
	/* A call whose commit comes after the runner's end is answered all the same; its job goes on at the next start. */
	world->waited = post;
	world->waited_context = &after;
	must(do_detach(world, "d-2", "i-2"));
	assert_int_equal(sem_trywait(&after), 0);
	world->waited = NULL;
	jobs_destroy(world->core.jobs);
	crew_start(world, "boot-2");
	settle(world);
	assert_int_equal(status_of(world, "d-2"), DISK_STATUS_AVAILABLE);
}

static void quiet_means_nothing_due_and_nothing_in_flight(void **state)
{
	struct world *world = *state;
	sem_t quiet[2];

	sem_init(&quiet[0], 0, 0);
	sem_init(&quiet[1], 0, 0);
	jobs_when_settled(world->core.jobs, post, &quiet[0]); /* nothing at all */
	assert_true(has_come(&quiet[0], IN_TIME));
	put_attached(world, 1);
	fake_hold(world);
	must(do_detach(world, "d-1", "i-1"));
	fake_await(world);
	jobs_when_settled(world->core.jobs, post, &quiet[0]);
	jobs_when_settled(world->core.jobs, post, &quiet[1]);
	assert_int_equal(sem_trywait(&quiet[0]), -1);
	fake_let_go(world);
	assert_true(has_come(&quiet[0], IN_TIME));
	assert_true(has_come(&quiet[1], IN_TIME));
	assert_int_equal(status_of(world, "d-1"), DISK_STATUS_AVAILABLE);
}

/* ---- a new start ---- */

static void the_next_start_takes_all_jobs_over(void **state)
{
	struct world *world = *state;
	const char *jobs[3];
	size_t i;

	for (i = 1; i <= 3; i++)
		put_attached(world, (int)i);
	world->core.settings.pace = PACE_REAL;
	must(do_detach(world, "d-1", "i-1"));
	jobs[0] = begun_job(world);
	must(do_detach(world, "d-2", "i-2"));
	jobs[1] = begun_job(world);
	must(do_stop(world, "i-3"));
	jobs[2] = begun_job(world);
	assert_int_equal(jobs_open(world->core.jobs), 3);
	crew_stop(world);
	crew_start(world, "boot-2");
	assert_int_equal(jobs_open(world->core.jobs), 3);
	for (i = 0; i < 3; i++) {
		struct job job = get_job(world, jobs[i]);

		assert_int_equal(job.state, JOB_OPEN);
		assert_int_equal(job.lease_fence, 2);
		assert_string_equal(job.lease_owner, "boot-2");
		assert_true(job.lease_until > moment_now());
		assert_int_equal(job.due_at, WORLD_NOW + (i < 2 ? MINUTE : 20 * SECOND));
	}
	advance(world, MINUTE);
	assert_int_equal(status_of(world, "d-1"), DISK_STATUS_AVAILABLE);
	assert_int_equal(status_of(world, "d-2"), DISK_STATUS_AVAILABLE);
	assert_int_equal(get_instance(world, "i-3").state, INSTANCE_STOPPED);
	assert_int_equal(fake_last(world).fence, 2);
	assert_int_equal(jobs_open(world->core.jobs), 0);
}

/* In the midst of many: whatever was done before the stop, all ends after the start, each once. */
static void a_stop_at_any_moment_loses_nothing(void **state)
{
	struct world *world = *state;
	char boot[16];
	int round;
	int i;

	for (i = 0; i < 24; i++)
		put_attached(world, i);
	for (round = 0; round < 6; round++) {
		for (i = round * 4; i < round * 4 + 4; i++) {
			struct arena *arena = world_arena(world);

			must(do_detach(world, arena_printf(arena, "d-%d", i), arena_printf(arena, "i-%d", i)));
		}
		crew_stop(world);
		snprintf(boot, sizeof boot, "boot-%d", round + 2);
		crew_start(world, boot);
	}
	settle(world);
	assert_int_equal(open_jobs(world, NULL, NULL, NULL), 0);
	for (i = 0; i < 24; i++)
		assert_int_equal(status_of(world, arena_printf(world_arena(world), "d-%d", i)), DISK_STATUS_AVAILABLE);
}

/* ---- many at once ---- */

#define THREADS 4
#define DISKS   20
#define ROUNDS  3

struct worker {
	struct world *world;
	int number;
	int refused;
};

struct request {
	struct worker *worker;
	struct work work;
	char disk[16], instance[16];
	bool attach;
	bool accepted;
};

static bool run_request(struct txn *txn, void *context)
{
	struct request *request = context;
	struct world *world = request->worker->world;

	work_begin(&request->work, &world->core, txn, &world->caller, clock_now(&world->core.clock));
	if (request->attach)
		return disk_attach(&request->work,
		                   &(struct attach_args){ .disk = request->disk, .instance = request->instance });
	return disk_detach(&request->work, &(struct detach_args){ .disk = request->disk, .instance = request->instance });
}

/* As a request does it in pace instant: commit, hand in, wait for the end. */
static void request_and_wait(struct request *request)
{
	struct world *world = request->worker->world;
	struct arena arena;
	sem_t ended;

	arena_init(&arena);
	sem_init(&ended, 0, 0);
	if (store_write(world->core.store, run_request, request, &arena) == STORE_DONE) {
		jobs_hand_in(world->core.jobs, request->work.tickets, request->work.n_tickets, post, &ended);
		while (sem_wait(&ended) != 0)
			continue;
	} else {
		request->worker->refused++;
	}
	sem_destroy(&ended);
	arena_finish(&arena);
}

static void *work_on_disks(void *context)
{
	struct worker *worker = context;
	int round;
	int i;

	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < DISKS; i++) {
			struct request request = { .worker = worker };

			snprintf(request.disk, sizeof request.disk, "d-%d-%d", worker->number, i);
			snprintf(request.instance, sizeof request.instance, "i-%d", worker->number);
			request.attach = true;
			request_and_wait(&request);
			request.attach = false;
			request_and_wait(&request);
		}
	}
	return NULL;
}

/* Each request finds what its predecessor left: the reply of one is the start of the next. */
static void four_threads_attach_and_detach(void **state)
{
	struct world *world = *state;
	struct worker workers[THREADS];
	pthread_t threads[THREADS];
	int i;
	int d;

	for (i = 0; i < THREADS; i++) {
		put_instance(world, world_instance(arena_printf(world_arena(world), "i-%d", i)));
		for (d = 0; d < DISKS; d++)
			put_disk(world, world_disk(arena_printf(world_arena(world), "d-%d-%d", i, d)));
	}
	for (i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){ .world = world, .number = i };
		assert_int_equal(pthread_create(&threads[i], NULL, work_on_disks, &workers[i]), 0);
	}
	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(workers[i].refused, 0);
	}
	assert_int_equal(fake_of(world)->n_seen, THREADS * DISKS * ROUNDS * 2);
	assert_int_equal(open_jobs(world, NULL, NULL, NULL), 0);
	assert_int_equal(get_disk(world, "d-0-0").generation, ROUNDS);
}

/* More than the runner takes at a time. */
static void hundreds_of_jobs_are_due_at_once(void **state)
{
	struct world *world = *state;
	struct create_instance create = { .args = { .zone = WORLD_ZONE, .amount = 100 } };
	int i;

	world->core.settings.pace = PACE_QUICK;
	for (i = 0; i < 3; i++)
		must(do_create_instance(world, &create));
	assert_int_equal(jobs_open(world->core.jobs), 300);
	advance(world, HOUR);
	assert_int_equal(jobs_open(world->core.jobs), 0);
	assert_int_equal(open_jobs(world, NULL, NULL, NULL), 0);
	assert_int_equal(fake_of(world)->n_seen, 300 * 4);
}

/* ---- pauses ---- */

struct pausing {
	struct jobs *jobs;
	sem_t paused;
	bool granted;
};

static void *pause_runner(void *context)
{
	struct pausing *pausing = context;

	pausing->granted = jobs_pause(pausing->jobs);
	sem_post(&pausing->paused);
	return NULL;
}

static void a_pause_begins_when_nothing_is_in_flight(void **state)
{
	struct world *world = *state;
	struct pausing pausing = { .jobs = world->core.jobs };
	pthread_t thread;

	put_attached(world, 1);
	put_attached(world, 2);
	sem_init(&pausing.paused, 0, 0);
	fake_hold(world);
	must(do_detach(world, "d-1", "i-1"));
	fake_await(world);
	pthread_create(&thread, NULL, pause_runner, &pausing);
	usleep(10000);
	assert_int_not_equal(sem_trywait(&pausing.paused), 0);
	fake_let_go(world);
	sem_wait(&pausing.paused);
	assert_true(pausing.granted);
	assert_int_equal(status_of(world, "d-1"), DISK_STATUS_AVAILABLE);
	must(do_detach(world, "d-2", "i-2"));
	usleep(10000);
	assert_string_equal(fake_acts(world), "detach");
	assert_int_equal(status_of(world, "d-2"), DISK_STATUS_DETACHING);
	jobs_resume(world->core.jobs);
	settle(world);
	assert_string_equal(fake_acts(world), "detach detach");
	assert_int_equal(status_of(world, "d-2"), DISK_STATUS_AVAILABLE);
	pthread_join(thread, NULL);
	sem_destroy(&pausing.paused);
}

static void one_pauses_at_a_time_and_nobody_at_the_end(void **state)
{
	struct world *world = *state;
	struct pausing pausing = { .jobs = world->core.jobs };
	pthread_t thread;

	sem_init(&pausing.paused, 0, 0);
	assert_true(jobs_pause(world->core.jobs));
	pthread_create(&thread, NULL, pause_runner, &pausing);
	usleep(10000);
	assert_int_not_equal(sem_trywait(&pausing.paused), 0);
	jobs_stop(world->core.jobs);
	sem_wait(&pausing.paused);
	assert_false(pausing.granted);
	assert_false(jobs_pause(world->core.jobs));
	pthread_join(thread, NULL);
	sem_destroy(&pausing.paused);
}

static int run(const char *name)
{
	const struct CMUnitTest tests[] = {
		CREW_TEST(a_job_runs_when_it_is_due),
		CREW_TEST(the_earliest_runs_first),
		CREW_TEST(steps_follow_each_other_at_their_own_times),
		CREW_TEST(pace_is_for_paced_drivers_only),
		CREW_TEST(a_machine_that_is_off_lets_go_at_once),
		CREW_TEST(a_stop_ends_the_wait_for_a_guest),
		CREW_TEST(who_waits_is_told_after_the_end),
		CREW_TEST(who_waits_waits_for_all_steps),
		CREW_TEST(who_waits_waits_for_all_jobs),
		CREW_TEST(who_waits_waits_for_what_a_job_sets_going),
		CREW_TEST(nobody_waits_for_what_is_not_due),
		CREW_TEST(nobody_waits_for_a_guest),
		CREW_TEST(nobody_is_left_waiting_at_the_end),
		CREW_TEST(quiet_means_nothing_due_and_nothing_in_flight),
		CREW_TEST(the_next_start_takes_all_jobs_over),
		CREW_TEST(a_stop_at_any_moment_loses_nothing),
		CREW_TEST(four_threads_attach_and_detach),
		CREW_TEST(hundreds_of_jobs_are_due_at_once),
		CREW_TEST(a_pause_begins_when_nothing_is_in_flight),
		CREW_TEST(one_pauses_at_a_time_and_nobody_at_the_end),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	return world_run_twice(run, "the runner of jobs");
}
