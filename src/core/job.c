#include "core/job.h"

#include <string.h>

#include "base/moment.h"
#include "base/random.h"
#include "base/text.h"
#include "core/attachment.h"
#include "core/catalogue.h"
#include "core/disk.h"
#include "core/disk_change.h"
#include "core/event.h"
#include "core/guard.h"
#include "core/instance.h"
#include "core/snapshot.h"

/* How long one process may work on a job before another may take it. The holder of the data directory is the only
 * process today and claims all at its start. */
#define JOB_LEASE (5 * MINUTE)

/* How long a guest may take to let go of a disk before its events tell. */
#define WAITING_IS_NEWS (10 * SECOND)

#define JOB_ID_PREFIX "job-"
#define JOB_ID_MOMENT 9  /* characters of 36: enough until the year 5188 */
#define JOB_ID_TAIL   15 /* of chance */

/* Asks no driver, so nothing can fail. */
static void job_nothing_failed(struct work *work, struct job *job)
{
	(void)work;
	(void)job;
}

const struct job_kind_row job_kinds[JOB_KIND_MAX] = {
	[JOB_DISK_CREATE] = { disk_create_plan, disk_create_done, disk_create_failed },
	[JOB_DISK_DELETE] = { disk_delete_plan, disk_delete_done, disk_delete_failed },
	[JOB_ATTACH] = { attach_plan, attach_done, attach_failed },
	[JOB_DETACH] = { detach_plan, detach_done, detach_failed },
	[JOB_INSTANCE_CREATE] = { instance_create_plan, instance_create_done, instance_create_failed },
	[JOB_INSTANCE_START] = { instance_start_plan, instance_start_done, instance_start_failed },
	[JOB_INSTANCE_STOP] = { instance_stop_plan, instance_stop_done, instance_stop_failed },
	[JOB_INSTANCE_REBOOT] = { instance_reboot_plan, instance_reboot_done, instance_reboot_failed },
	[JOB_INSTANCE_DELETE] = { instance_delete_plan, instance_delete_done, instance_delete_failed },
	[JOB_INSTANCE_AUTO_RELEASE] = { instance_auto_release_plan, instance_auto_release_done, job_nothing_failed,
	                                .waits_for_date = true },
	[JOB_DISK_RESIZE] = { disk_resize_plan, disk_resize_done, disk_resize_failed },
	[JOB_DISK_SPEC] = { disk_spec_plan, disk_spec_done, disk_spec_failed },
	[JOB_DISK_REINIT] = { disk_restore_plan, disk_restore_done, disk_restore_failed },
	[JOB_DISK_RESET] = { disk_restore_plan, disk_restore_done, disk_restore_failed },
	[JOB_SYSTEM_DISK_REPLACE] = { system_disk_replace_plan, system_disk_replace_done, system_disk_replace_failed },
	[JOB_SNAPSHOT_CREATE] = { snapshot_create_plan, snapshot_create_done, snapshot_create_failed },
	[JOB_SNAPSHOT_DELETE] = { snapshot_delete_plan, snapshot_delete_done, snapshot_delete_failed },
	[JOB_SNAPSHOT_EXPIRE] = { snapshot_expire_plan, snapshot_expire_done, job_nothing_failed, .waits_for_date = true },
};

/* Milliseconds of quick and real pace. Real follows the pages where they say something: DetachDisk "about a minute". */
static const struct {
	int64_t quick, real;
} paces[JOB_KIND_MAX][JOB_STEP_MAX] = {
	[JOB_DISK_CREATE][JOB_REQUESTED] = { 300, 5 * SECOND },
	[JOB_DISK_DELETE][JOB_REQUESTED] = { 300, 5 * SECOND },
	[JOB_ATTACH][JOB_REQUESTED] = { 700, 10 * SECOND },
	[JOB_DETACH][JOB_CHECK] = { 0, 0 },
	[JOB_DETACH][JOB_REQUESTED] = { 1500, 60 * SECOND },
	[JOB_INSTANCE_CREATE][JOB_REQUESTED] = { 500, 10 * SECOND },
	[JOB_INSTANCE_CREATE][JOB_BUILD] = { 500, 10 * SECOND },
	[JOB_INSTANCE_CREATE][JOB_POWER] = { 800, 20 * SECOND },
	[JOB_INSTANCE_START][JOB_REQUESTED] = { 800, 20 * SECOND },
	[JOB_INSTANCE_STOP][JOB_REQUESTED] = { 800, 20 * SECOND },
	[JOB_INSTANCE_REBOOT][JOB_REQUESTED] = { 400, 10 * SECOND },
	[JOB_INSTANCE_REBOOT][JOB_POWER] = { 800, 20 * SECOND },
	[JOB_INSTANCE_DELETE][JOB_REQUESTED] = { 500, 10 * SECOND },
	[JOB_DISK_SPEC][JOB_REQUESTED] = { 1000, 30 * SECOND },
	[JOB_DISK_REINIT][JOB_REQUESTED] = { 1000, 30 * SECOND },
	[JOB_DISK_RESET][JOB_REQUESTED] = { 1000, 30 * SECOND },
	[JOB_SYSTEM_DISK_REPLACE][JOB_REQUESTED] = { 1000, 40 * SECOND },
	[JOB_SNAPSHOT_CREATE][JOB_COPY] = { 1500, 60 * SECOND },
	[JOB_SNAPSHOT_DELETE][JOB_REQUESTED] = { 300, 5 * SECOND },
};

int64_t job_pace(const struct core *core, enum job_kind kind, enum job_step step)
{
	switch (core->settings.pace) {
	case PACE_QUICK:
		return paces[kind][step].quick;
	case PACE_REAL:
		return paces[kind][step].real;
	case PACE_INSTANT:
	case PACE_MAX:
		break;
	}
	return 0;
}

static int64_t pace_of(const struct work *work, const struct job *job)
{
	return guard_is_paced(work->core, job->driver) ? job_pace(work->core, job->kind, job->step) : 0;
}

static void ticket_add(struct work *work, const struct job *job, int64_t due_at)
{
	/* Grown in steps of a power of two; the arena forgets the old ones. */
	if ((work->n_tickets & (work->n_tickets - 1)) == 0) {
		struct job_ticket *more = arena_array(work->arena, struct job_ticket, work->n_tickets * 2 + 1);

		if (work->n_tickets)
			memcpy(more, work->tickets, work->n_tickets * sizeof *more);
		work->tickets = more;
	}
	work->tickets[work->n_tickets++] = (struct job_ticket){ .job = job->id, .due_at = due_at };
}

static void lease(struct work *work, struct job *job)
{
	job->lease_owner = work->core->boot;
	job->lease_until = moment_now() + JOB_LEASE;
}

/* Begins with the moment, so that new rows and their ids in the index of ids go to one place, not all over the store. */
static const char *job_id(const struct work *work)
{
	char id[] = JOB_ID_PREFIX "000000000" "000000000000000";
	char *at = id + strlen(JOB_ID_PREFIX) + JOB_ID_MOMENT;
	int64_t moment = work->now;

	random_base36(at, JOB_ID_TAIL);
	for (int i = 0; i < JOB_ID_MOMENT; i++, moment /= 36)
		*--at = "0123456789abcdefghijklmnopqrstuvwxyz"[moment % 36];
	return arena_text(work->arena, id);
}

void job_open(struct work *work, struct job *job)
{
	job->id = job_id(work);
	job->state = JOB_OPEN;
	job->requested_by = text_or(work->caller.key_id, "cleat");
	job->fault = job_kinds[job->kind].waits_for_date ? "" : text_or(work->fault, "");
	work->opened_job = true;
	job->created_at = work->now;
	if (!job->due_at)
		job->due_at = work->now + pace_of(work, job);
	job->lease_fence = 1;
	lease(work, job);
	job_put(work->txn, job);
	ticket_add(work, job, job->due_at);
}

void job_advance(struct work *work, struct job *job, enum job_step step)
{
	job->step = step;
	job->attempts = 0;
	job->reason = job->message = "";
	job->due_at += pace_of(work, job);
	lease(work, job);
	job_put(work->txn, job);
	ticket_add(work, job, job->due_at);
}

void job_end(struct work *work, struct job *job, enum job_state state, enum refusal_reason reason,
             const char *message)
{
	job->state = state;
	job->reason = refusal_words[reason];
	job->message = text_or(message, "");
	job->ended_at = work->now;
	job_put(work->txn, job);
	/* The runner hears of ends as well, at once: somebody may wait for this one. */
	ticket_add(work, job, work->now);
}

void job_undo(struct job *job)
{
	job->step = JOB_UNDO;
}

void job_end_undone(struct work *work, struct job *job)
{
	job->state = JOB_FAILED;
	job->ended_at = work->now;
	job_put(work->txn, job);
	ticket_add(work, job, work->now);
}

void job_delay(struct work *work, struct job *job, int64_t milliseconds, enum refusal_reason reason)
{
	job->due_at = (job->due_at > work->now ? job->due_at : work->now) + milliseconds;
	job->reason = refusal_words[reason];
	job_put(work->txn, job);
	ticket_add(work, job, job->due_at);
}

void job_hurry(struct work *work, struct job *job)
{
	job->due_at = work->now;
	job_put(work->txn, job);
	ticket_add(work, job, job->due_at);
}

size_t job_list_open(struct work *work, const char *instance, const char *disk, struct job **ret)
{
	struct job_filter filter = JOB_FILTER_ANY;

	filter.instance = instance;
	filter.disk = disk;
	filter.state = JOB_OPEN;
	return job_list(work->txn, &filter, &(struct page){ 0 }, ret);
}

bool job_of_attachment(struct work *work, const char *attachment, struct job *ret)
{
	struct job_filter filter = JOB_FILTER_ANY;
	struct job *found;

	filter.attachment = attachment;
	filter.state = JOB_OPEN;
	if (job_list(work->txn, &filter, &(struct page){ .limit = 1 }, &found) == 0)
		return false;
	*ret = found[0];
	return true;
}

/* Once for each job: a disk that is Detaching for longer than it should says why in its events too. */
static void tell_waiting(struct work *work, const struct job *job, const char *message)
{
	static const bool executing[EVENT_OUTCOME_MAX] = { [EVENT_EXECUTING] = true };
	struct event_filter filter = EVENT_FILTER_ANY;

	filter.job = job->id;
	filter.account = job->tenant.account;
	filter.outcomes = executing;
	if (work->now - job->due_at >= WAITING_IS_NEWS && !event_count(work->txn, &filter))
		event_of_job(work, job, EVENT_EXECUTING, REFUSE_WAITING_FOR_GUEST, message);
}

/* The driver cannot say yet. A forced detach does not wait for the guest: it fences. */
static void job_wait(struct work *work, struct job *job, const struct driver_reply *reply)
{
	bool driver_is_at_it = text_equal(reply->reason, "under-way");
	bool fences = job->kind == JOB_DETACH && job->force && job->step == JOB_REQUESTED &&
	              reply->answer == DRIVER_PENDING && !driver_is_at_it && !text_equal(reply->reason, "asked");

	job->attempts++;
	/* One that undoes keeps what made it, and one that waits for a guest what it waits for while that is asked again. */
	if (job->step != JOB_UNDO && !(driver_is_at_it && !text_empty(job->message))) {
		job->reason = refusal_words[REFUSE_WAITING_FOR_GUEST];
		job->message = arena_text(work->arena, reply->message);
	}
	if (fences)
		job->step = JOB_FENCE;
	if (job->kind == JOB_DETACH && !driver_is_at_it)
		tell_waiting(work, job, job->message);
	lease(work, job);
	job_put(work->txn, job);
	if (fences)
		job_hurry(work, job);
}

/* Puts back what the job had begun, and ends it or has it undo what the driver made. */
static void job_fail_because(struct work *work, struct job *job, enum refusal_reason reason, const char *message)
{
	event_of_job(work, job, EVENT_FAILED, reason, message);
	job_kinds[job->kind].failed(work, job);
	if (job->step == JOB_UNDO) {
		job->attempts = 0;
		job->reason = refusal_words[reason];
		job->message = message;
		job_hurry(work, job);
		return;
	}
	job_end(work, job, JOB_FAILED, reason, message);
}

static void job_fail(struct work *work, struct job *job, const struct driver_reply *reply)
{
	enum refusal_reason reason =
		reply->answer == DRIVER_FAILED ? REFUSE_DRIVER_FAILED :
		text_equal(reply->reason, "in-use") ? REFUSE_DISK_IN_USE_BY_GUEST : REFUSE_DRIVER_REFUSED;

	if (job->step == JOB_UNDO)
		job_wait(work, job, reply);
	else
		job_fail_because(work, job, reason, arena_text(work->arena, reply->message));
}

/* The job, if an answer under that fence still counts. */
static bool find_to_settle(struct work *work, const char *id, int64_t fence, struct job *ret)
{
	struct job job;

	if (!job_get(work->txn, id, &job) || job.state != JOB_OPEN || job.lease_fence != fence)
		return false;
	*ret = job;
	return true;
}

bool job_settle(struct work *work, const char *id, int64_t fence, const struct driver_reply *reply, struct job *ret)
{
	struct job job;

	if (!find_to_settle(work, id, fence, &job))
		return false;
	switch (reply->answer) {
	case DRIVER_DONE:
		job_kinds[job.kind].done(work, &job);
		break;
	case DRIVER_REFUSED:
	case DRIVER_FAILED:
		job_fail(work, &job, reply);
		break;
	case DRIVER_PENDING:
	case DRIVER_UNKNOWN:
	case DRIVER_ANSWER_MAX:
		job_wait(work, &job, reply);
		break;
	}
	*ret = job;
	return true;
}

/* ---- faults ---- */

/* What a job that failed made is undone for real: a fault has no say in that. */
static bool find_fault(struct work *work, const struct job *job, struct fault_rule *ret)
{
	return !text_empty(job->fault) && job->step != JOB_UNDO && fault_get(work->txn, job->fault, ret) &&
	       (ret->effect == FAULT_JOB_FAILS || ret->effect == FAULT_JOB_NEVER_ENDS);
}

bool job_is_faulted(struct work *work, const struct job *job)
{
	struct fault_rule rule;

	return find_fault(work, job, &rule);
}

static void job_hold(struct work *work, struct job *job)
{
	job->attempts++;
	job->reason = refusal_words[REFUSE_HELD_BY_FAULT];
	job->message = job->fault;
	lease(work, job);
	job_put(work->txn, job);
}

bool job_settle_fault(struct work *work, const char *id, int64_t fence, struct job *ret)
{
	struct fault_rule rule;
	struct job job;

	if (!find_to_settle(work, id, fence, &job))
		return false;
	if (!find_fault(work, &job, &rule)) {
		job_hurry(work, &job);
	} else if (rule.effect == FAULT_JOB_FAILS) {
		job_fail_because(work, &job, REFUSE_DRIVER_FAILED, rule.reason);
	} else {
		job_hold(work, &job);
	}
	*ret = job;
	return true;
}

void job_free(struct work *work, struct job *job)
{
	job->fault = "";
	if (job->due_at > work->now) {
		job_put(work->txn, job);
		return;
	}
	job->attempts = 0;
	job->reason = job->message = "";
	job_hurry(work, job);
}

void job_claim_all(struct work *work)
{
	struct job *jobs;
	size_t n = job_list_open(work, NULL, NULL, &jobs);
	size_t i;

	for (i = 0; i < n; i++) {
		jobs[i].lease_fence++;
		lease(work, &jobs[i]);
		job_put(work->txn, &jobs[i]);
		ticket_add(work, &jobs[i], jobs[i].due_at);
	}
}

struct driver_call job_call(const struct job *job, enum driver_act act)
{
	return (struct driver_call){
		.act = act,
		.job = job->id,
		.fence = job->lease_fence,
		.machine = text_or(job->instance, ""),
		.disk = text_or(job->disk, ""),
		.attachment = text_or(job->attachment, ""),
		.generation = job->generation,
		.device = "",
		.serial = "",
		.image = "",
		.image_path = "",
		.snapshot = "",
		.category = "",
		.performance_level = "",
		.force = job->force,
	};
}

void job_call_image(struct work *work, struct driver_call *call, const char *id)
{
	const struct image *image = image_of_any(work, id);

	call->image = id;
	call->image_path = image ? image->path : "";
}
