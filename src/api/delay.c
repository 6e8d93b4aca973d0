#include "api/delay.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/moment.h"
#include "core/due.h"

struct delay {
	struct due due; /* first: a due of the queue is a delay */
	void (*resume)(void *context);
	void *context;
};

struct delays {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread;
	/* below: under the lock */
	struct due_queue queue; /* by monotonic time */
	bool started;
	bool stopping;
};

struct delays *delays_create(void)
{
	struct delays *delays = calloc(1, sizeof *delays);
	pthread_condattr_t attributes;

	if (!delays)
		abort();
	pthread_mutex_init(&delays->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&delays->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	return delays;
}

void delays_destroy(struct delays *delays)
{
	if (!delays)
		return;
	due_finish(&delays->queue);
	pthread_mutex_destroy(&delays->lock);
	pthread_cond_destroy(&delays->changed);
	free(delays);
}

/* The next one that is due, or NULL; under the lock. */
static struct delay *take_due(struct delays *delays)
{
	struct due *due = due_first(&delays->queue, delays->stopping ? INT64_MAX : moment_monotonic());

	if (due)
		due_remove(&delays->queue, due);
	return (struct delay *)due;
}

static void wait_until_due(struct delays *delays)
{
	struct timespec deadline;
	int64_t at;

	if (!delays->queue.n) {
		pthread_cond_wait(&delays->changed, &delays->lock);
		return;
	}
	at = delays->queue.items[0]->at;
	deadline = (struct timespec){ .tv_sec = at / 1000, .tv_nsec = at % 1000 * 1000000 };
	pthread_cond_timedwait(&delays->changed, &delays->lock, &deadline);
}

static void *run(void *context)
{
	struct delays *delays = context;
	struct delay *delay;

	pthread_mutex_lock(&delays->lock);
	for (;;) {
		delay = take_due(delays);
		if (delay) {
			pthread_mutex_unlock(&delays->lock);
			delay->resume(delay->context);
			free(delay);
			pthread_mutex_lock(&delays->lock);
		} else if (delays->stopping) {
			break;
		} else {
			wait_until_due(delays);
		}
	}
	pthread_mutex_unlock(&delays->lock);
	return NULL;
}

void delays_add(struct delays *delays, int64_t milliseconds, void (*resume)(void *context), void *context)
{
	struct delay *delay = calloc(1, sizeof *delay);
	bool waits;

	if (!delay)
		abort();
	*delay = (struct delay){ .resume = resume, .context = context };
	/* One more: the clock is cut to milliseconds, and nobody is handed on early. */
	delay->due.at = moment_monotonic() + milliseconds + 1;
	pthread_mutex_lock(&delays->lock);
	if (!delays->started && !delays->stopping)
		delays->started = pthread_create(&delays->thread, NULL, run, delays) == 0;
	waits = delays->started && !delays->stopping;
	if (waits) {
		due_add(&delays->queue, &delay->due);
		pthread_cond_signal(&delays->changed);
	}
	pthread_mutex_unlock(&delays->lock);
	if (waits)
		return;
	free(delay);
	resume(context);
}

void delays_stop(struct delays *delays)
{
	bool started;

	pthread_mutex_lock(&delays->lock);
	delays->stopping = true;
	started = delays->started;
	pthread_cond_signal(&delays->changed);
	pthread_mutex_unlock(&delays->lock);
	if (started)
		pthread_join(delays->thread, NULL);
}
