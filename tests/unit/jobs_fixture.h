/* A world (core_fixture.h) with a runner of jobs and a driver that answers what the test says. */
#ifndef TESTS_JOBS_FIXTURE_H
#define TESTS_JOBS_FIXTURE_H

#include "core_fixture.h"

#include <pthread.h>

#define FAKE_SEEN_MAX   256
#define FAKE_SCRIPT_MAX 16

/* What the driver was asked. */
struct fake_seen {
	enum driver_act act;
	char job[40];
	int64_t fence;
	char machine[40], disk[40], attachment[48], device[16];
	int64_t generation;
	bool shared, force;
};

struct fake {
	struct world *world;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* below: under the lock */
	struct {
		enum driver_act act;
		struct driver_reply reply;
	} script[FAKE_SCRIPT_MAX];
	size_t n_script;
	int64_t look_again_ms; /* of all answers */
	struct fake_seen seen[FAKE_SEEN_MAX];
	size_t n_seen; /* all, also those that did not fit */
	bool held;
	bool waiting; /* somebody asks while it is held */
	/* Called in each act, before the answer, on the runner's thread. */
	void (*look)(struct fake *fake, const struct driver_call *call);
	void *look_context;
};

/* The driver "fake" leaves durations to the server (paced), the clock is manual, the pace instant. */
int crew_setup(void **state);
int crew_teardown(void **state);
#define CREW_TEST(function) cmocka_unit_test_setup_teardown(function, crew_setup, crew_teardown)

struct fake *fake_of(struct world *world);

/* The next question for that act is answered so; without a script every answer is DONE. */
void fake_will(struct world *world, enum driver_act act, enum driver_answer answer, const char *reason,
               const char *message);

/* The acts seen so far as one text: "attach detach". */
const char *fake_acts(struct world *world);
struct fake_seen fake_last(struct world *world);
void fake_forget(struct world *world);

/* From now on the driver does not return; fake_await waits until somebody is inside; fake_let_go lets it return. */
void fake_hold(struct world *world);
void fake_await(struct world *world);
void fake_let_go(struct world *world);

/* Waits until nothing is due and nothing is in flight. */
void settle(struct world *world);
/* Waits until that job has ended. */
struct job await_end(struct world *world, const char *job);
/* Moves the clock and waits until all that is due by then is done. */
void advance(struct world *world, int64_t milliseconds);

/* Ends the runner and starts another one on the same store, as a new boot. */
void crew_stop(struct world *world);
void crew_start(struct world *world, const char *boot);

#endif
