#include "http/lane.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>

#define LANE_NICE 5 /* others go first where there are not enough processors */

struct lane {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool started, ending; /* below: under the lock */
	struct lane_work *first, *last;
};

struct lane *lane_create(void)
{
	struct lane *lane = calloc(1, sizeof *lane);

	if (!lane)
		abort();
	pthread_mutex_init(&lane->lock, NULL);
	pthread_cond_init(&lane->wake, NULL);
	return lane;
}

static struct lane_work *take(struct lane *lane)
{
	struct lane_work *work;

	pthread_mutex_lock(&lane->lock);
	while (!lane->first && !lane->ending)
		pthread_cond_wait(&lane->wake, &lane->lock);
	work = lane->first;
	if (work)
		lane->first = work->next;
	pthread_mutex_unlock(&lane->lock);
	return work;
}

/* Once it has run, the work is its owner's again and may be gone. */
static void *run(void *context)
{
	struct lane_work *work;

	setpriority(PRIO_PROCESS, 0, LANE_NICE); /* on Linux: of this thread */
	while ((work = take(context)))
		work->run(work->context);
	return NULL;
}

bool lane_submit(struct lane *lane, struct lane_work *work)
{
	bool started;

	work->next = NULL;
	pthread_mutex_lock(&lane->lock);
	if (!lane->started)
		lane->started = pthread_create(&lane->thread, NULL, run, lane) == 0;
	started = lane->started;
	if (started && lane->first)
		lane->last->next = work;
	else if (started)
		lane->first = work;
	if (started)
		lane->last = work;
	pthread_cond_signal(&lane->wake);
	pthread_mutex_unlock(&lane->lock);
	return started;
}

void lane_destroy(struct lane *lane)
{
	if (!lane)
		return;
	pthread_mutex_lock(&lane->lock);
	lane->ending = true;
	pthread_cond_signal(&lane->wake);
	pthread_mutex_unlock(&lane->lock);
	if (lane->started)
		pthread_join(lane->thread, NULL);
	pthread_mutex_destroy(&lane->lock);
	pthread_cond_destroy(&lane->wake);
	free(lane);
}
