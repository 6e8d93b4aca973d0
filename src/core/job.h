/* Jobs as rows: opened by a verb in its own transaction, moved on by the answers of a driver, ended once. What a job of
 * a kind asks of the driver and changes afterwards is a row of the table in job.c; when it runs is core/jobs.h's. */
#ifndef CORE_JOB_H
#define CORE_JOB_H

#include "core/core.h"

/* What the driver is to be asked for at the job's present step, in order, until one answer is not DONE. */
struct job_plan {
	struct driver_call *calls;
	size_t n;
};

struct job_kind_row {
	/* Fills the plan from the rows as they are now. */
	void (*plan)(struct work *work, const struct job *job, struct job_plan *ret);
	/* All calls were DONE: changes rows and ends the job or gives it its next step. */
	void (*done)(struct work *work, struct job *job);
	/* A call was REFUSED or FAILED, so nothing of it is under way: puts back what the job had begun. The job is
	 * ended by the caller, unless this gives it the step JOB_UNDO (job_undo): it ends once that is done. */
	void (*failed)(struct work *work, struct job *job);
	/* It only waits for a date: a property of what it is about rather than work under way, and nothing that fails. */
	bool waits_for_date;
};

extern const struct job_kind_row job_kinds[JOB_KIND_MAX];

/* How long a step seems to take at the server's pace, in milliseconds. Only for drivers that are `paced`. */
int64_t job_pace(const struct core *core, enum job_kind kind, enum job_step step);

/* Opens a job: gives it an id, its lease and its due time, writes it and hands in a ticket. `job` brings kind, step,
 * driver, lock and what it is about; due_at only where it is not told by the pace. */
void job_open(struct work *work, struct job *job);

/* The next step is due one pace after this one was, whenever it was really done: a clock that was moved far finds
 * every step at its own time. */
void job_advance(struct work *work, struct job *job, enum job_step step);

void job_end(struct work *work, struct job *job, enum job_state state, enum refusal_reason reason,
             const char *message);

/* For `failed`: the driver has made what must be removed before the job can end. At JOB_UNDO nothing fails: what does not
 * go now is asked for again. */
void job_undo(struct job *job);

/* The undoing is done: the job ends as failed, with the reason that made it undo. */
void job_end_undone(struct work *work, struct job *job);

/* Not due for that long after it would be, and after now, unless job_hurry comes first; `reason` tells what it waits for. */
void job_delay(struct work *work, struct job *job, int64_t milliseconds, enum refusal_reason reason);

/* Due now, whatever its pace: what it waits for cannot happen any more. */
void job_hurry(struct work *work, struct job *job);

/* Open jobs of an instance or a disk (the other NULL), newest first. */
size_t job_list_open(struct work *work, const char *instance, const char *disk, struct job **ret);

/* The open job of an attachment. */
bool job_of_attachment(struct work *work, const char *attachment, struct job *ret);

/* Carries a driver's answer into the rows; *ret is the job then. Ignores it (and says so with false) if the job has
 * ended or was claimed anew since `fence`. */
bool job_settle(struct work *work, const char *id, int64_t fence, const struct driver_reply *reply, struct job *ret);

/* Whether a fault answers for the job instead of its driver. */
bool job_is_faulted(struct work *work, const struct job *job);

/* Carries the answer of the job's fault into the rows, as job_settle does with a driver's: the job fails, or is held and
 * looked at again later. If the fault was cleared meanwhile the job is due at once. */
bool job_settle_fault(struct work *work, const char *id, int64_t fence, struct job *ret);

/* Takes the fault off an open job: it goes on, at once if it was held. */
void job_free(struct work *work, struct job *job);

/* Takes over every open job after a start: new owner, fence one higher, a ticket each. */
void job_claim_all(struct work *work);

/* A call with the job's own members filled in. */
struct driver_call job_call(const struct job *job, enum driver_act act);

/* Names the image whose content the disk of the call gets. */
void job_call_image(struct work *work, struct driver_call *call, const char *image);

#endif
