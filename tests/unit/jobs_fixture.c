#include "jobs_fixture.h"

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/moment.h"
#include "base/text.h"

#define PATIENCE_S 60

static struct timespec patience(void)
{
	struct timespec deadline;

	clock_gettime(CLOCK_REALTIME, &deadline);
	deadline.tv_sec += PATIENCE_S;
	return deadline;
}

/* ---- the driver ---- */

static bool fake_open(const char *config, void **ret_self, char *error, size_t error_size)
{
	(void)config;
	(void)ret_self;
	(void)error;
	(void)error_size;
	return false; /* it is put in place by crew_setup */
}

static bool fake_restore(void *self, const struct driver_record *records, size_t n, char *error, size_t error_size)
{
	(void)self;
	(void)records;
	(void)n;
	(void)error;
	(void)error_size;
	return true;
}

static enum driver_seen fake_observe(void *self, const char *machine, const char *attachment)
{
	(void)self;
	(void)machine;
	(void)attachment;
	return DRIVER_SEEN_UNKNOWN;
}

static void fake_close(void *self)
{
	(void)self;
}

static void note(struct fake *fake, const struct driver_call *call)
{
	struct fake_seen *seen;

	if (fake->n_seen++ >= FAKE_SEEN_MAX)
		return;
	seen = &fake->seen[fake->n_seen - 1];
	*seen = (struct fake_seen){ .act = call->act,
		                    .fence = call->fence,
		                    .generation = call->generation,
		                    .shared = call->shared,
		                    .force = call->force };
	snprintf(seen->job, sizeof seen->job, "%s", call->job);
	snprintf(seen->machine, sizeof seen->machine, "%s", call->machine);
	snprintf(seen->disk, sizeof seen->disk, "%s", call->disk);
	snprintf(seen->attachment, sizeof seen->attachment, "%s", call->attachment);
	snprintf(seen->device, sizeof seen->device, "%s", call->device);
}

static struct driver_reply take_reply(struct fake *fake, enum driver_act act)
{
	size_t i;

	for (i = 0; i < fake->n_script; i++) {
		struct driver_reply reply = fake->script[i].reply;

		if (fake->script[i].act != act)
			continue;
		fake->n_script--;
		memmove(&fake->script[i], &fake->script[i + 1], (fake->n_script - i) * sizeof fake->script[i]);
		return reply;
	}
	return (struct driver_reply){ .answer = DRIVER_DONE };
}

static void fake_act(void *self, const struct driver_call *call, struct driver_reply *ret)
{
	struct fake *fake = self;

	pthread_mutex_lock(&fake->lock);
	note(fake, call);
	*ret = take_reply(fake, call->act);
	ret->look_again_ms = fake->look_again_ms;
	while (fake->held) {
		fake->waiting = true;
		pthread_cond_broadcast(&fake->changed);
		pthread_cond_wait(&fake->changed, &fake->lock);
	}
	fake->waiting = false;
	pthread_mutex_unlock(&fake->lock);
	if (fake->look)
		fake->look(fake, call);
}

static const struct driver driver_fake = {
	.name = "fake",
	.paced = true,
	.open = fake_open,
	.restore = fake_restore,
	.act = fake_act,
	.observe = fake_observe,
	.close = fake_close,
};

struct fake *fake_of(struct world *world)
{
	return world->more;
}

void fake_will(struct world *world, enum driver_act act, enum driver_answer answer, const char *reason,
               const char *message)
{
	struct fake *fake = fake_of(world);
	struct driver_reply reply = { .answer = answer };

	snprintf(reply.reason, sizeof reply.reason, "%s", text_or(reason, ""));
	snprintf(reply.message, sizeof reply.message, "%s", text_or(message, ""));
	pthread_mutex_lock(&fake->lock);
	assert_true(fake->n_script < FAKE_SCRIPT_MAX);
	fake->script[fake->n_script].act = act;
	fake->script[fake->n_script++].reply = reply;
	pthread_mutex_unlock(&fake->lock);
}

const char *fake_acts(struct world *world)
{
	struct fake *fake = fake_of(world);
	struct arena *arena = world_arena(world);
	const char *text = "";
	size_t i;

	pthread_mutex_lock(&fake->lock);
	for (i = 0; i < fake->n_seen && i < FAKE_SEEN_MAX; i++)
		text = arena_printf(arena, "%s%s%s", text, *text ? " " : "", driver_act_names[fake->seen[i].act]);
	pthread_mutex_unlock(&fake->lock);
	return text;
}

struct fake_seen fake_last(struct world *world)
{
	struct fake *fake = fake_of(world);
	struct fake_seen seen;

	pthread_mutex_lock(&fake->lock);
	if (!fake->n_seen || fake->n_seen > FAKE_SEEN_MAX)
		fail_msg("the driver was asked %zu times", fake->n_seen);
	seen = fake->seen[fake->n_seen - 1];
	pthread_mutex_unlock(&fake->lock);
	return seen;
}

void fake_forget(struct world *world)
{
	struct fake *fake = fake_of(world);

	pthread_mutex_lock(&fake->lock);
	fake->n_seen = 0;
	pthread_mutex_unlock(&fake->lock);
}

void fake_hold(struct world *world)
{
	struct fake *fake = fake_of(world);

	pthread_mutex_lock(&fake->lock);
	fake->held = true;
	pthread_mutex_unlock(&fake->lock);
}

void fake_await(struct world *world)
{
	struct fake *fake = fake_of(world);
	struct timespec deadline = patience();
	int late = 0;

	pthread_mutex_lock(&fake->lock);
	while (!fake->waiting && !late)
		late = pthread_cond_timedwait(&fake->changed, &fake->lock, &deadline);
	pthread_mutex_unlock(&fake->lock);
	assert_int_equal(late, 0);
}

void fake_let_go(struct world *world)
{
	struct fake *fake = fake_of(world);

	pthread_mutex_lock(&fake->lock);
	fake->held = false;
	pthread_cond_broadcast(&fake->changed);
	pthread_mutex_unlock(&fake->lock);
}

/* ---- the runner ---- */

static void post(void *context)
{
	sem_post(context);
}

void settle(struct world *world)
{
	struct timespec deadline = patience();
	sem_t quiet;

	sem_init(&quiet, 0, 0);
	jobs_when_settled(world->core.jobs, post, &quiet);
	if (sem_timedwait(&quiet, &deadline) != 0)
		abort(); /* the semaphore is on this stack: nobody may come back to it */
	sem_destroy(&quiet);
}

struct job await_end(struct world *world, const char *job)
{
	int64_t until = moment_monotonic() + PATIENCE_S * SECOND;
	struct job found = get_job(world, job);

	while (found.state == JOB_OPEN) {
		nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
		if (moment_monotonic() > until)
			fail_msg("job %s does not end", job);
		found = get_job(world, job);
	}
	return found;
}

void advance(struct world *world, int64_t milliseconds)
{
	clock_move(&world->core.clock, clock_now(&world->core.clock) + milliseconds);
	jobs_clock_moved(world->core.jobs);
	settle(world);
}

void crew_start(struct world *world, const char *boot)
{
	char error[256] = "";

	snprintf(world->core.boot, sizeof world->core.boot, "%s", boot);
	world->core.jobs = jobs_create(&world->core);
	if (!jobs_start(world->core.jobs, error, sizeof error))
		fail_msg("%s", error);
}

void crew_stop(struct world *world)
{
	jobs_stop(world->core.jobs);
	jobs_destroy(world->core.jobs);
	world->core.jobs = NULL;
}

int crew_setup(void **state)
{
	struct fake *fake = calloc(1, sizeof *fake);
	struct world *world;

	if (!fake || world_setup(state) != 0)
		return -1;
	log_setup(LOG_JSON, LOG_OFF); /* refused and failed acts are what these tests are about */
	world = *state;
	fake->world = world;
	pthread_mutex_init(&fake->lock, NULL);
	pthread_cond_init(&fake->changed, NULL);
	world->more = fake;
	world->core.drivers[0].driver = &driver_fake;
	world->core.drivers[0].self = fake;
	world->core.n_drivers = 1;
	crew_start(world, "boot-1");
	return 0;
}

int crew_teardown(void **state)
{
	struct world *world = *state;
	struct fake *fake = fake_of(world);

	if (world->core.jobs)
		crew_stop(world);
	pthread_cond_destroy(&fake->changed);
	pthread_mutex_destroy(&fake->lock);
	free(fake);
	return world_teardown(state);
}
