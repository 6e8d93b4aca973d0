/* The runner of jobs: looks at each one when it is due, asks the driver outside any transaction, and carries the answer
 * into the store in one. It knows when a job runs; what it does is core/job.h's.
 *
 * One thread. No job waits in it: what takes time comes back later. Lock rules: `jobs` has one mutex, held for a few
 * instructions, never across a call of a driver or the store. */
#ifndef CORE_JOBS_H
#define CORE_JOBS_H

#include "core/core.h"

struct jobs *jobs_create(struct core *core);

/* Claims every open job (they are due again at once or when they were) and starts the thread. False with a message. */
bool jobs_start(struct jobs *jobs, char *error, size_t error_size);

/* Lets what is in flight come to rest and ends the thread. Open jobs stay in the store and go on at the next start. */
void jobs_stop(struct jobs *jobs);
void jobs_destroy(struct jobs *jobs);

/* Hands in what a committed transaction noted (work->tickets). `waited`, if not NULL, is called with its context as
 * soon as every job among them that is due now, and every one that these open or hurry, has ended or has to wait for a
 * guest or a later moment; at once if there is none.
 * Called on threads of the store and of the runner: it only hands on. */
typedef void (*jobs_waited)(void *context);
void jobs_hand_in(struct jobs *jobs, const struct job_ticket *tickets, size_t n, jobs_waited waited, void *context);

/* A driver says that what the job waits for may have happened: it is asked again at once. A driver_wake; its context is
 * the struct jobs. */
void jobs_wake(void *context, const char *job);

/* Calls `settled` when nothing is due any more at the present cloud time and nothing is in flight. */
void jobs_when_settled(struct jobs *jobs, jobs_waited settled, void *context);

/* Waits until nothing is in flight; no job is looked at from then until jobs_resume(). One pauses at a time, the next
 * waits. False, and no pause, once the runner is to stop. */
bool jobs_pause(struct jobs *jobs);
void jobs_resume(struct jobs *jobs);

/* Cloud time was moved: looks again. */
void jobs_clock_moved(struct jobs *jobs);

/* Jobs the runner holds, for the health page. */
size_t jobs_open(struct jobs *jobs);

#endif
