#include "core/jobs.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/map.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/due.h"
#include "core/guard.h"
#include "core/job.h"
#include "core/purge.h"

#define BATCH_MAX       64           /* jobs that are planned on one snapshot */
#define HELD_AGAIN      MINUTE       /* a job that a fault holds; clearing the fault makes it due at once */
#define STORE_RETRY     SECOND       /* the store had no room: jobs go on all the same, later */
#define UNDO_RETRY      SECOND
#define BUSY_RETRY      20           /* milliseconds: clients have filled the queue of writes, which is short-lived */
#define PURGE_EVERY     (10 * MINUTE) /* real time */
#define PURGE_AGAIN     50 /* milliseconds, while there is more */

/* Somebody who waits for some jobs. */
struct waiter {
	int remaining;
	jobs_waited waited;
	void *context;
	struct waiter *next; /* of those that are released at the end */
};

/* One open job. */
struct entry {
	struct due due; /* first: a due of a queue is an entry */
	char *id;
	bool real; /* a look that depends on the world, not on cloud time */
	bool in_flight;
	bool again; /* a ticket came while it was in flight */
	struct waiter *waiter;
};

struct settled {
	jobs_waited settled;
	void *context;
	struct settled *next;
};

struct jobs {
	struct core *core;
	pthread_t thread;
	bool started;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	/* below: under the lock */
	struct map entries;
	struct due_queue cloud, real; /* by cloud time, by monotonic time */
	size_t in_flight;
	bool stopping;
	bool paused;
	pthread_cond_t rest; /* nothing is in flight, the pause has ended, or the thread is to stop */
	bool woken;
	struct settled *settled;
	int64_t purge_at;
	bool purging;
	bool purge_more; /* of the purge under way, written by its function */
	int64_t claim_at; /* 0: the jobs that were open at the start are claimed */
};

/* One look at one job, from its plan to its committed answer. */
struct task {
	struct jobs *jobs;
	char id[64];
	struct arena arena;      /* the plan */
	struct arena work_arena; /* of the transaction that settles */
	bool open;
	bool faulted; /* a fault answers, the driver is not asked */
	char driver[32];
	int64_t fence;
	struct job_plan plan;
	struct driver_reply reply;
	int64_t now;
	struct work work;
	bool ended;
	int64_t due_at;
	int64_t attempts; /* answers so far that were none */
	struct task *next;
};

static struct due_queue *queue_of(struct jobs *jobs, const struct entry *entry)
{
	return entry->real ? &jobs->real : &jobs->cloud;
}

/* ---- entries, under the lock ---- */

static struct entry *entry_schedule(struct jobs *jobs, const char *id, int64_t at, bool real)
{
	struct entry *entry = map_get(&jobs->entries, id);

	if (!entry) {
		entry = calloc(1, sizeof *entry);
		if (!entry || !(entry->id = strdup(id)))
			abort();
		map_put(&jobs->entries, id, entry);
	} else if (entry->in_flight) {
		entry->again = true;
		entry->due.at = at;
		entry->real = real;
		return entry;
	} else {
		due_remove(queue_of(jobs, entry), &entry->due);
	}
	entry->due.at = at;
	entry->real = real;
	due_add(queue_of(jobs, entry), &entry->due);
	return entry;
}

static void schedule(struct jobs *jobs, const struct job_ticket *tickets, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		entry_schedule(jobs, tickets[i].job, tickets[i].due_at, false);
}

/* The waiter waits for those of the jobs that are due now and that nobody waits for; they have been scheduled. By their
 * entries, not by the tickets: of several tickets of a job the last one says when it is due. */
static void wait_for_due(struct jobs *jobs, const struct job_ticket *tickets, size_t n, struct waiter *waiter)
{
	int64_t now = clock_now(&jobs->core->clock);
	size_t i;

	for (i = 0; i < n; i++) {
		struct entry *entry = map_get(&jobs->entries, tickets[i].job);

		if (!entry || entry->waiter || entry->real || entry->due.at > now)
			continue;
		entry->waiter = waiter;
		waiter->remaining++;
	}
}

/* Takes one job off a waiter; returns it if it was the last. */
static struct waiter *waiter_counted(struct waiter *waiter)
{
	return waiter && --waiter->remaining == 0 ? waiter : NULL;
}

static struct waiter *waiter_less(struct entry *entry)
{
	struct waiter *waiter = entry->waiter;

	entry->waiter = NULL;
	return waiter_counted(waiter);
}

static void waiter_call(struct waiter *waiter)
{
	if (!waiter)
		return;
	waiter->waited(waiter->context);
	free(waiter);
}

static struct entry *next_due(struct jobs *jobs, int64_t now, int64_t monotonic)
{
	struct due *due = due_first(&jobs->cloud, now);

	return (struct entry *)(due ? due : due_first(&jobs->real, monotonic));
}

/* Those who wait for quiet, if it is quiet; the caller calls them without the lock. */
static struct settled *take_settled(struct jobs *jobs)
{
	struct settled *list = jobs->settled;

	if (!list || jobs->in_flight || next_due(jobs, clock_now(&jobs->core->clock), 0))
		return NULL;
	jobs->settled = NULL;
	return list;
}

static void call_settled(struct settled *list)
{
	while (list) {
		struct settled *next = list->next;

		list->settled(list->context);
		free(list);
		list = next;
	}
}

static void wake(struct jobs *jobs)
{
	jobs->woken = true;
	pthread_cond_signal(&jobs->wake);
}

/* ---- one look at a job ---- */

static void plan_one(struct task *task, struct txn *txn)
{
	struct caller caller = { .key_id = "cleat" };
	struct work work;
	struct job job;

	work_begin(&work, task->jobs->core, txn, &caller, task->now);
	work.arena = &task->arena;
	task->open = job_get(txn, task->id, &job) && job.state == JOB_OPEN;
	if (!task->open)
		return;
	task->fence = job.lease_fence;
	snprintf(task->driver, sizeof task->driver, "%s", job.driver);
	task->faulted = job_is_faulted(&work, &job);
	if (!task->faulted)
		job_kinds[job.kind].plan(&work, &job, &task->plan);
}

static bool plan_batch(struct txn *txn, void *context)
{
	struct task *task;

	for (task = context; task; task = task->next)
		plan_one(task, txn);
	return true;
}

/* Texts of a plan live in the arena of the read; the calls are made within it. */
static void ask_driver(struct task *task)
{
	size_t i;

	if (task->faulted) {
		task->reply = (struct driver_reply){ .answer = DRIVER_PENDING,
			                             .look_again_ms = HELD_AGAIN,
			                             .message = "a fault answers instead of the driver" };
		return;
	}
	task->reply = (struct driver_reply){ .answer = DRIVER_DONE };
	for (i = 0; i < task->plan.n && task->reply.answer == DRIVER_DONE; i++)
		guard_act(task->jobs->core, task->driver, &task->plan.calls[i], &task->reply);
}

static bool settle(struct txn *txn, void *context)
{
	struct task *task = context;
	struct caller caller = { .key_id = "cleat" };
	struct job job;
	bool settled;

	work_begin(&task->work, task->jobs->core, txn, &caller, task->now);
	settled = task->faulted ? job_settle_fault(&task->work, task->id, task->fence, &job) :
	                          job_settle(&task->work, task->id, task->fence, &task->reply, &job);
	task->ended = !(settled || job_get(txn, task->id, &job)) || job.state != JOB_OPEN;
	task->due_at = task->ended ? 0 : job.due_at;
	task->attempts = task->ended ? 0 : job.attempts;
	return true;
}

static void task_free(struct task *task)
{
	arena_finish(&task->arena);
	arena_finish(&task->work_arena);
	free(task);
}

/* A guest may be waited for for hours: that is told less and less often. What the driver itself is at is nobody's news. */
static bool is_news(const struct task *task)
{
	if (task->reply.answer == DRIVER_DONE || text_equal(task->reply.reason, "under-way"))
		return false;
	return task->reply.answer != DRIVER_PENDING || (task->attempts & (task->attempts - 1)) == 0;
}

static void log_outcome(const struct task *task, enum store_outcome outcome)
{
	if (outcome != STORE_DONE) {
		log_event(LOG_WARNING, "job", LOG_TEXT_PAIR("job", task->id),
		          LOG_TEXT_PAIR("result", "the store could not take the answer; it is tried again"),
		          LOG_NUMBER_PAIR("outcome", outcome));
		return;
	}
	if (is_news(task) || log_wants(LOG_DEBUG))
		log_event(is_news(task) ? LOG_WARNING : LOG_DEBUG, "job",
		          LOG_TEXT_PAIR("job", task->id), LOG_TEXT_PAIR("answer", driver_answer_names[task->reply.answer]),
		          LOG_TEXT_PAIR("message", task->reply.message));
}

/* What was refused or failed and yet goes on (JOB_UNDO) is not asked for again at once. */
static int64_t look_again_ms(const struct driver_reply *reply)
{
	bool failed = reply->answer == DRIVER_REFUSED || reply->answer == DRIVER_FAILED;

	return failed && reply->look_again_ms < UNDO_RETRY ? UNDO_RETRY : reply->look_again_ms;
}

/* Under the lock: what becomes of the job's entry. Returns the waiter that no longer waits for it, still counted. */
static struct waiter *entry_finish(struct task *task, struct entry *entry, enum store_outcome outcome)
{
	struct jobs *jobs = task->jobs;
	struct waiter *waiter = entry->waiter;
	bool leaves = false;

	entry->in_flight = false;
	if (--jobs->in_flight == 0)
		pthread_cond_broadcast(&jobs->rest);
	if (outcome == STORE_DONE && task->ended) {
		map_remove(&jobs->entries, entry->id);
		free(entry->id);
		free(entry);
		return waiter;
	}
	if (outcome == STORE_BUSY) {
		entry->real = true;
		entry->due.at = moment_monotonic() + BUSY_RETRY;
	} else if (outcome != STORE_DONE) {
		entry->real = true;
		entry->due.at = moment_monotonic() + STORE_RETRY;
		leaves = true; /* nor for room: what was asked for is written, its work goes on later */
	} else if (entry->again) {
		/* The ticket that came meanwhile says when. */
	} else if (task->reply.answer == DRIVER_DONE) {
		entry->real = false;
		entry->due.at = task->due_at;
	} else {
		entry->real = true;
		entry->due.at = moment_monotonic() + look_again_ms(&task->reply);
		leaves = true; /* nobody waits for a guest */
	}
	/* Nor for a moment that is still to come. */
	leaves = leaves || (!entry->real && entry->due.at > clock_now(&jobs->core->clock));
	entry->again = false;
	due_add(queue_of(jobs, entry), &entry->due);
	if (!leaves)
		return NULL;
	entry->waiter = NULL;
	return waiter;
}

static void settled_committed(void *context, enum store_outcome outcome)
{
	struct task *task = context;
	struct jobs *jobs = task->jobs;
	struct settled *quiet;
	struct waiter *waiter;
	struct entry *entry;

	log_outcome(task, outcome);
	pthread_mutex_lock(&jobs->lock);
	/* Tickets first: what this answer set going counts as due before this one counts as done. */
	if (outcome == STORE_DONE)
		schedule(jobs, task->work.tickets, task->work.n_tickets);
	entry = map_get(&jobs->entries, task->id);
	waiter = entry_finish(task, entry, outcome);
	if (waiter && outcome == STORE_DONE)
		wait_for_due(jobs, task->work.tickets, task->work.n_tickets, waiter);
	waiter = waiter_counted(waiter);
	quiet = take_settled(jobs);
	wake(jobs);
	pthread_mutex_unlock(&jobs->lock);
	waiter_call(waiter);
	call_settled(quiet);
	task_free(task);
}

static struct task *task_create(struct jobs *jobs, const struct entry *entry, int64_t now)
{
	struct task *task = calloc(1, sizeof *task);

	if (!task)
		abort();
	task->jobs = jobs;
	task->now = now;
	snprintf(task->id, sizeof task->id, "%s", entry->id);
	arena_init(&task->arena);
	arena_init(&task->work_arena);
	return task;
}

/* Takes what is due off the queues; under the lock. */
static struct task *take_due(struct jobs *jobs)
{
	int64_t now = clock_now(&jobs->core->clock);
	int64_t monotonic = moment_monotonic();
	struct task *list = NULL;
	struct task **end = &list;
	struct entry *entry;
	size_t n = 0;

	if (jobs->paused)
		return NULL;
	while (n++ < BATCH_MAX && (entry = next_due(jobs, now, monotonic))) {
		due_remove(queue_of(jobs, entry), &entry->due);
		entry->in_flight = true;
		jobs->in_flight++;
		*end = task_create(jobs, entry, now);
		end = &(*end)->next;
	}
	return list;
}

static void run_batch(struct jobs *jobs, struct task *list)
{
	struct arena arena;
	enum store_outcome outcome;

	arena_init(&arena);
	outcome = store_read(jobs->core->store, plan_batch, list, &arena);
	while (list) {
		struct task *next = list->next;

		if (outcome != STORE_DONE) {
			/* Nothing is known of it: it is looked at again. */
			list->reply = (struct driver_reply){ .answer = DRIVER_UNKNOWN, .look_again_ms = STORE_RETRY };
		} else if (list->open) {
			ask_driver(list);
		}
		store_submit(jobs->core->store, settle, list, &list->work_arena, settled_committed);
		list = next;
	}
	arena_finish(&arena);
}

/* ---- old rows ---- */

static bool purge(struct txn *txn, void *context)
{
	struct jobs *jobs = context;

	jobs->purge_more = purge_old_rows(txn, jobs->core);
	return true;
}

static void purge_done(void *context, enum store_outcome outcome)
{
	struct jobs *jobs = context;

	if (outcome != STORE_DONE)
		log_event(LOG_WARNING, "purge", LOG_NUMBER_PAIR("outcome", outcome));
	pthread_mutex_lock(&jobs->lock);
	jobs->purging = false;
	if (outcome == STORE_DONE && jobs->purge_more)
		jobs->purge_at = moment_monotonic() + PURGE_AGAIN; /* the rest, in small pieces between other work */
	wake(jobs);
	pthread_mutex_unlock(&jobs->lock);
}

/* ---- jobs of the run before ---- */

struct claim {
	struct jobs *jobs;
	struct work work;
};

static bool claim(struct txn *txn, void *context)
{
	struct claim *c = context;
	struct caller caller = { .key_id = "cleat" };

	work_begin(&c->work, c->jobs->core, txn, &caller, clock_now(&c->jobs->core->clock));
	job_claim_all(&c->work);
	return c->work.n_tickets != 0;
}

/* Takes over the jobs that were open when the server started. */
static enum store_outcome claim_open(struct jobs *jobs)
{
	struct claim c = { .jobs = jobs };
	struct arena arena;
	enum store_outcome outcome;

	arena_init(&arena);
	outcome = store_write(jobs->core->store, claim, &c, &arena);
	if (outcome == STORE_DONE)
		jobs_hand_in(jobs, c.work.tickets, c.work.n_tickets, NULL, NULL);
	arena_finish(&arena);
	/* REFUSED: there was none, and nothing needed a commit. */
	return outcome == STORE_REFUSED ? STORE_DONE : outcome;
}

static void claim_again(struct jobs *jobs)
{
	enum store_outcome outcome = claim_open(jobs);

	pthread_mutex_lock(&jobs->lock);
	jobs->claim_at = outcome == STORE_DONE ? 0 : moment_monotonic() + STORE_RETRY;
	pthread_mutex_unlock(&jobs->lock);
}

/* ---- the thread ---- */

/* Milliseconds until something may be due; under the lock. */
static int64_t time_to_wait(struct jobs *jobs)
{
	int64_t wait = PURGE_EVERY;
	int64_t monotonic = moment_monotonic();

	if (jobs->paused)
		return wait;
	if (jobs->cloud.n && !jobs->core->clock.manual) {
		int64_t left = jobs->cloud.items[0]->at - clock_now(&jobs->core->clock);

		wait = left < wait ? left : wait;
	}
	if (jobs->real.n && jobs->real.items[0]->at - monotonic < wait)
		wait = jobs->real.items[0]->at - monotonic;
	if (jobs->purge_at - monotonic < wait)
		wait = jobs->purge_at - monotonic;
	if (jobs->claim_at && jobs->claim_at - monotonic < wait)
		wait = jobs->claim_at - monotonic;
	return wait < 1 ? 1 : wait;
}

static void wait_until_due(struct jobs *jobs)
{
	int64_t until = moment_monotonic() + time_to_wait(jobs);
	struct timespec deadline = { .tv_sec = until / 1000, .tv_nsec = until % 1000 * 1000000 };

	while (!jobs->woken && !jobs->stopping) {
		if (pthread_cond_timedwait(&jobs->wake, &jobs->lock, &deadline) != 0)
			break;
	}
	jobs->woken = false;
}

static void *run(void *context)
{
	struct jobs *jobs = context;

	pthread_mutex_lock(&jobs->lock);
	while (!jobs->stopping) {
		struct task *list = take_due(jobs);
		bool purges = !jobs->purging && moment_monotonic() >= jobs->purge_at;
		bool claims = jobs->claim_at && moment_monotonic() >= jobs->claim_at;
		struct settled *quiet;

		if (purges) {
			jobs->purging = true;
			jobs->purge_at = moment_monotonic() + PURGE_EVERY;
		}
		quiet = take_settled(jobs);
		if (!list && !purges && !claims && !quiet) {
			wait_until_due(jobs);
			continue;
		}
		pthread_mutex_unlock(&jobs->lock);
		call_settled(quiet);
		if (list)
			run_batch(jobs, list);
		if (claims)
			claim_again(jobs);
		if (purges)
			store_submit(jobs->core->store, purge, jobs, NULL, purge_done);
		pthread_mutex_lock(&jobs->lock);
	}
	while (jobs->in_flight || jobs->purging)
		pthread_cond_wait(&jobs->wake, &jobs->lock);
	pthread_mutex_unlock(&jobs->lock);
	return NULL;
}

struct jobs *jobs_create(struct core *core)
{
	struct jobs *jobs = calloc(1, sizeof *jobs);
	pthread_condattr_t attributes;

	if (!jobs)
		abort();
	jobs->core = core;
	jobs->purge_at = moment_monotonic() + PURGE_EVERY;
	map_init(&jobs->entries);
	pthread_mutex_init(&jobs->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&jobs->wake, &attributes);
	pthread_cond_init(&jobs->rest, &attributes);
	pthread_condattr_destroy(&attributes);
	return jobs;
}

bool jobs_start(struct jobs *jobs, char *error, size_t error_size)
{
	enum store_outcome outcome = claim_open(jobs);

	if (outcome == STORE_FULL || outcome == STORE_BUSY) {
		/* Reads are served all the same, and the jobs go on once there is room. */
		log_event(LOG_WARNING, "jobs", LOG_TEXT_PAIR("problem", "the open jobs wait: the store has no room"));
		jobs->claim_at = moment_monotonic() + STORE_RETRY;
	} else if (outcome != STORE_DONE) {
		snprintf(error, error_size, "the open jobs could not be claimed: the store cannot be written");
		return false;
	}
	jobs->started = pthread_create(&jobs->thread, NULL, run, jobs) == 0;
	if (!jobs->started)
		snprintf(error, error_size, "the job runner could not be started: no thread");
	return jobs->started;
}

/* Nobody is left waiting: their jobs go on at the next start. Writes may still be handed in meanwhile. */
static void release_waiters(struct jobs *jobs)
{
	struct waiter *list = NULL;
	struct settled *quiet;
	struct entry *entry;
	size_t cursor = 0;

	pthread_mutex_lock(&jobs->lock);
	quiet = jobs->settled;
	jobs->settled = NULL;
	while ((entry = map_next(&jobs->entries, &cursor))) {
		struct waiter *waiter = waiter_less(entry);

		if (waiter) {
			waiter->next = list;
			list = waiter;
		}
	}
	pthread_mutex_unlock(&jobs->lock);
	while (list) {
		struct waiter *next = list->next;

		waiter_call(list);
		list = next;
	}
	call_settled(quiet);
}

void jobs_stop(struct jobs *jobs)
{
	if (!jobs->started)
		return;
	pthread_mutex_lock(&jobs->lock);
	jobs->stopping = true;
	pthread_cond_broadcast(&jobs->wake);
	pthread_cond_broadcast(&jobs->rest);
	pthread_mutex_unlock(&jobs->lock);
	pthread_join(jobs->thread, NULL);
	release_waiters(jobs);
	jobs->started = false;
}

void jobs_destroy(struct jobs *jobs)
{
	struct entry *entry;
	size_t cursor = 0;

	if (!jobs)
		return;
	while ((entry = map_next(&jobs->entries, &cursor))) {
		free(entry->id);
		free(entry);
	}
	map_finish(&jobs->entries);
	due_finish(&jobs->cloud);
	due_finish(&jobs->real);
	pthread_mutex_destroy(&jobs->lock);
	pthread_cond_destroy(&jobs->wake);
	pthread_cond_destroy(&jobs->rest);
	free(jobs);
}

void jobs_hand_in(struct jobs *jobs, const struct job_ticket *tickets, size_t n, jobs_waited waited, void *context)
{
	struct waiter *waiter = waited ? calloc(1, sizeof *waiter) : NULL;

	if (waited && !waiter)
		abort();
	pthread_mutex_lock(&jobs->lock);
	schedule(jobs, tickets, n);
	if (waiter) {
		/* It counts as waiting for this call too, so that none of the jobs is the last one before all are counted. */
		*waiter = (struct waiter){ .remaining = 1, .waited = waited, .context = context };
		if (!jobs->stopping)
			wait_for_due(jobs, tickets, n, waiter);
		waiter = waiter_counted(waiter);
	}
	if (n)
		wake(jobs);
	pthread_mutex_unlock(&jobs->lock);
	waiter_call(waiter);
}

void jobs_wake(void *context, const char *job)
{
	struct jobs *jobs = context;
	struct entry *entry;

	pthread_mutex_lock(&jobs->lock);
	entry = map_get(&jobs->entries, job);
	/* One that waits for its time is no matter of a driver's. */
	if (entry && (entry->in_flight || entry->real)) {
		entry_schedule(jobs, job, clock_now(&jobs->core->clock), false);
		wake(jobs);
	}
	pthread_mutex_unlock(&jobs->lock);
}

void jobs_when_settled(struct jobs *jobs, jobs_waited settled, void *context)
{
	struct settled *one = calloc(1, sizeof *one);
	bool stopping;

	if (!one)
		abort();
	*one = (struct settled){ .settled = settled, .context = context };
	pthread_mutex_lock(&jobs->lock);
	stopping = jobs->stopping;
	if (!stopping) {
		one->next = jobs->settled;
		jobs->settled = one;
		wake(jobs);
	}
	pthread_mutex_unlock(&jobs->lock);
	/* Nobody looks at jobs any more: what is left goes on at the next start. */
	if (stopping)
		call_settled(one);
}

bool jobs_pause(struct jobs *jobs)
{
	bool paused;

	pthread_mutex_lock(&jobs->lock);
	while (jobs->paused && !jobs->stopping)
		pthread_cond_wait(&jobs->rest, &jobs->lock);
	paused = !jobs->stopping;
	jobs->paused = jobs->paused || paused;
	/* What is in flight comes to rest by itself, also while the thread is to stop. */
	while (paused && jobs->in_flight)
		pthread_cond_wait(&jobs->rest, &jobs->lock);
	pthread_mutex_unlock(&jobs->lock);
	return paused;
}

void jobs_resume(struct jobs *jobs)
{
	pthread_mutex_lock(&jobs->lock);
	jobs->paused = false;
	pthread_cond_broadcast(&jobs->rest);
	wake(jobs);
	pthread_mutex_unlock(&jobs->lock);
}

void jobs_clock_moved(struct jobs *jobs)
{
	pthread_mutex_lock(&jobs->lock);
	wake(jobs);
	pthread_mutex_unlock(&jobs->lock);
}

size_t jobs_open(struct jobs *jobs)
{
	size_t n;

	pthread_mutex_lock(&jobs->lock);
	n = jobs->entries.n;
	pthread_mutex_unlock(&jobs->lock);
	return n;
}
