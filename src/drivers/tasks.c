#include "drivers/tasks.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/moment.h"
#include "base/text.h"
#include "drivers/reply.h"

#define THREADS       8
#define WAIT_MS       5            /* how long whoever asks waits for what may be done in a moment */
#define UNDER_WAY_MS  SECOND       /* when to ask again if nobody is woken */
#define KEPT_MS       (10 * SECOND) /* that an act is DONE is told again for so long */
#define FORGOTTEN_MS  MINUTE       /* an answer that nobody asks for */

enum task_state { TASK_QUEUED, TASK_RUNNING, TASK_FINISHED };

struct task {
	struct arena arena; /* of the texts */
	struct driver_call call;
	struct driver_build build;
	const char *key;
	const char *lane;
	enum task_state state;
	bool asked; /* somebody was told that it is under way */
	struct driver_reply reply;
	int64_t finished_at; /* monotonic */
	struct task *next;
};

struct tasks {
	tasks_act act;
	void *context;
	pthread_t threads[THREADS];
	size_t n_threads;
	pthread_mutex_t lock;
	pthread_cond_t work;     /* something can be begun, or the threads are to stop */
	pthread_cond_t finished;
	/* below: under the lock */
	struct task *first; /* in the order in which they were asked for */
	bool stopping;
	driver_wake wake;
	void *wake_context;
};

/* What an act is about: the answer to one of the same kind and object holds no longer once another is asked for. */
enum task_kind { KIND_NONE, KIND_DISK, KIND_MACHINE, KIND_POWER, KIND_ATTACHMENT, KIND_SNAPSHOT };

static const enum task_kind kinds[DRIVER_ACT_MAX] = {
	[DRIVER_CREATE_DISK] = KIND_DISK,
	[DRIVER_DELETE_DISK] = KIND_DISK,
	[DRIVER_RESTORE_DISK] = KIND_DISK,
	[DRIVER_CREATE_MACHINE] = KIND_MACHINE,
	[DRIVER_DELETE_MACHINE] = KIND_MACHINE,
	[DRIVER_POWER_ON] = KIND_POWER,
	[DRIVER_POWER_OFF] = KIND_POWER,
	[DRIVER_ATTACH] = KIND_ATTACHMENT,
	[DRIVER_DETACH] = KIND_ATTACHMENT,
	[DRIVER_FENCE] = KIND_ATTACHMENT,
	[DRIVER_CREATE_SNAPSHOT] = KIND_SNAPSHOT,
	[DRIVER_DELETE_SNAPSHOT] = KIND_SNAPSHOT,
};

static const char *object(const struct driver_call *call)
{
	switch (kinds[call->act]) {
	case KIND_DISK:
		return call->disk;
	case KIND_MACHINE:
	case KIND_POWER:
		return call->machine;
	case KIND_ATTACHMENT:
		return call->attachment;
	case KIND_SNAPSHOT:
		return call->snapshot;
	case KIND_NONE:
		break;
	}
	return "";
}

static bool is_overtaken(const struct driver_call *old, const struct driver_call *call)
{
	if (call->act == DRIVER_DELETE_MACHINE && text_equal(old->machine, call->machine))
		return old->act != call->act;
	return kinds[call->act] && kinds[old->act] == kinds[call->act] && old->act != call->act &&
	       text_equal(object(old), object(call));
}

static const char *key_of(struct arena *arena, const struct driver_call *call)
{
	return arena_printf(arena, "%d %d %s %s %s %s %s %s %lld", call->act, call->force, call->job, call->machine, call->disk,
	                    call->attachment, call->snapshot, call->image, (long long)call->size_gib);
}

static void copy_call(struct task *task, const struct driver_call *call)
{
	struct arena *arena = &task->arena;
	struct driver_call *own = &task->call;

	*own = *call;
	own->job = arena_text(arena, call->job);
	own->machine = arena_text(arena, call->machine);
	own->disk = arena_text(arena, call->disk);
	own->attachment = arena_text(arena, call->attachment);
	own->device = arena_text(arena, call->device);
	own->serial = arena_text(arena, text_or(call->serial, ""));
	own->image = arena_text(arena, call->image);
	own->image_path = arena_text(arena, text_or(call->image_path, ""));
	own->snapshot = arena_text(arena, call->snapshot);
	own->category = arena_text(arena, call->category);
	own->performance_level = arena_text(arena, call->performance_level);
	if (!call->build)
		return;
	task->build = *call->build;
	task->build.uuid = arena_text(arena, text_or(call->build->uuid, ""));
	task->build.kernel = arena_text(arena, text_or(call->build->kernel, ""));
	task->build.initrd = arena_text(arena, text_or(call->build->initrd, ""));
	task->build.cmdline = arena_text(arena, text_or(call->build->cmdline, ""));
	own->build = &task->build;
}

static struct task *task_create(const struct driver_call *call)
{
	struct task *task = calloc(1, sizeof *task);

	if (!task)
		abort();
	arena_init(&task->arena);
	copy_call(task, call);
	task->key = key_of(&task->arena, &task->call);
	task->lane = *task->call.machine ? task->call.machine : *task->call.disk ? task->call.disk : task->call.snapshot;
	return task;
}

static void task_free(struct task *task)
{
	arena_finish(&task->arena);
	free(task);
}

/* ---- under the lock ---- */

static struct task **find(struct tasks *tasks, const char *key)
{
	struct task **at = &tasks->first;

	while (*at && !text_equal((*at)->key, key))
		at = &(*at)->next;
	return at;
}

static void drop(struct task **at)
{
	struct task *task = *at;

	*at = task->next;
	task_free(task);
}

/* What is too old to be told, and what the call makes untrue. */
static void sweep(struct tasks *tasks, const struct driver_call *call)
{
	int64_t now = moment_monotonic();
	struct task **at = &tasks->first;

	while (*at) {
		const struct task *task = *at;
		int64_t kept = task->reply.answer == DRIVER_DONE ? KEPT_MS : FORGOTTEN_MS;

		if (task->state == TASK_FINISHED && (now - task->finished_at > kept || is_overtaken(&task->call, call)))
			drop(at);
		else
			at = &(*at)->next;
	}
}

static struct task *next_to_run(struct tasks *tasks)
{
	struct task *task;
	struct task *other;

	for (task = tasks->first; task; task = task->next) {
		if (task->state != TASK_QUEUED)
			continue;
		for (other = tasks->first; other; other = other->next) {
			if (other->state == TASK_RUNNING && text_equal(other->lane, task->lane))
				break;
		}
		if (!other)
			return task;
	}
	return NULL;
}

static void *run(void *context)
{
	struct tasks *tasks = context;

	pthread_mutex_lock(&tasks->lock);
	while (!tasks->stopping) {
		struct task *task = next_to_run(tasks);
		struct driver_reply reply = { .answer = DRIVER_UNKNOWN };
		char job[64] = "";

		if (!task) {
			pthread_cond_wait(&tasks->work, &tasks->lock);
			continue;
		}
		task->state = TASK_RUNNING;
		pthread_mutex_unlock(&tasks->lock);
		tasks->act(tasks->context, &task->call, &reply);
		pthread_mutex_lock(&tasks->lock);
		task->reply = reply; /* others look at it under the lock only */
		task->state = TASK_FINISHED;
		task->finished_at = moment_monotonic();
		if (task->asked)
			snprintf(job, sizeof job, "%s", task->call.job);
		/* Another of the same lane may begin now, and whoever asked may have the answer. */
		pthread_cond_broadcast(&tasks->work);
		pthread_cond_broadcast(&tasks->finished);
		pthread_mutex_unlock(&tasks->lock);
		if (*job)
			tasks_wake(tasks, job);
		pthread_mutex_lock(&tasks->lock);
	}
	pthread_mutex_unlock(&tasks->lock);
	return NULL;
}

/* Waits a moment for the task to be finished; false if it is not. It is looked up anew each time: while the lock is given up
 * another call may drop it. */
static bool wait_for(struct tasks *tasks, const char *key)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += WAIT_MS * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	for (;;) {
		struct task *task = *find(tasks, key);

		if (!task || task->state == TASK_FINISHED)
			return task != NULL;
		if (pthread_cond_timedwait(&tasks->finished, &tasks->lock, &until) != 0) {
			task = *find(tasks, key);
			return task && task->state == TASK_FINISHED;
		}
	}
}

void tasks_ask(struct tasks *tasks, const struct driver_call *call, struct driver_reply *ret)
{
	struct task *fresh = task_create(call);
	struct arena arena;
	struct task **at;
	const char *key;

	arena_init(&arena);
	key = arena_text(&arena, fresh->key);
	pthread_mutex_lock(&tasks->lock);
	sweep(tasks, call);
	at = find(tasks, key);
	if (*at) {
		task_free(fresh);
	} else {
		*at = fresh; /* the end of the list */
		pthread_cond_signal(&tasks->work);
	}
	if (wait_for(tasks, key)) {
		at = find(tasks, key);
		*ret = (*at)->reply;
		/* What was idle a moment ago may not be any more. */
		if (ret->answer != DRIVER_DONE || call->act == DRIVER_CHECK_IDLE)
			drop(at);
	} else {
		at = find(tasks, key);
		if (*at)
			(*at)->asked = true;
		reply_pending(ret, UNDER_WAY_MS, "under-way", "the hypervisor is being asked");
	}
	pthread_mutex_unlock(&tasks->lock);
	arena_finish(&arena);
}

void tasks_wake(struct tasks *tasks, const char *job)
{
	driver_wake wake;
	void *context;

	pthread_mutex_lock(&tasks->lock);
	wake = tasks->wake;
	context = tasks->wake_context;
	pthread_mutex_unlock(&tasks->lock);
	if (wake)
		wake(context, job);
}

void tasks_listen(struct tasks *tasks, driver_wake wake, void *context)
{
	pthread_mutex_lock(&tasks->lock);
	tasks->wake = wake;
	tasks->wake_context = context;
	pthread_mutex_unlock(&tasks->lock);
}

struct tasks *tasks_create(tasks_act act, void *context)
{
	struct tasks *tasks = calloc(1, sizeof *tasks);
	pthread_condattr_t monotonic;

	if (!tasks)
		abort();
	tasks->act = act;
	tasks->context = context;
	pthread_mutex_init(&tasks->lock, NULL);
	pthread_cond_init(&tasks->work, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&tasks->finished, &monotonic);
	pthread_condattr_destroy(&monotonic);
	while (tasks->n_threads < THREADS &&
	       pthread_create(&tasks->threads[tasks->n_threads], NULL, run, tasks) == 0)
		tasks->n_threads++;
	if (tasks->n_threads == 0) {
		tasks_destroy(tasks);
		return NULL;
	}
	return tasks;
}

void tasks_destroy(struct tasks *tasks)
{
	size_t i;

	if (!tasks)
		return;
	pthread_mutex_lock(&tasks->lock);
	tasks->stopping = true;
	pthread_cond_broadcast(&tasks->work);
	pthread_mutex_unlock(&tasks->lock);
	for (i = 0; i < tasks->n_threads; i++)
		pthread_join(tasks->threads[i], NULL);
	while (tasks->first)
		drop(&tasks->first);
	pthread_cond_destroy(&tasks->work);
	pthread_cond_destroy(&tasks->finished);
	pthread_mutex_destroy(&tasks->lock);
	free(tasks);
}
