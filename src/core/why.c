#include "core/why.h"

#include "base/moment.h"
#include "base/text.h"
#include "core/job.h"

#define WHY_JOBS 10

static void say(struct work *work, struct why *why, const char *format, ...) __attribute__((format(printf, 3, 4)));

static void say(struct work *work, struct why *why, const char *format, ...)
{
	va_list args;

	if (why->n_sentences == WHY_SENTENCES_MAX)
		return;
	va_start(args, format);
	why->sentences[why->n_sentences++] = arena_vprintf(work->arena, format, args);
	va_end(args);
}

static const char *time_text(struct work *work, int64_t moment)
{
	return moment_seconds_text(work->arena, moment);
}

static void say_attachments(struct work *work, struct why *why)
{
	size_t i;

	if (why->n_live == 0)
		say(work, why, "It is attached to no instance%s%s.", why->disk.detached_at ? "; it was last detached at " : "",
		    time_text(work, why->disk.detached_at));
	for (i = 0; i < why->n_live; i++) {
		const struct attachment *a = &why->live[i];

		say(work, why, "Attachment %s (generation %lld) to %s as %s is %s%s%s.", a->id, (long long)a->generation,
		    a->instance, a->device, attachment_state_names[a->state],
		    a->detach_requested_at ? "; its detach was asked for at " : "",
		    time_text(work, a->detach_requested_at));
	}
}

static void say_open_job(struct work *work, struct why *why, const struct job *job)
{
	int64_t left = job->due_at - work->now;

	if (text_equal(job->reason, refusal_words[REFUSE_HELD_BY_FAULT])) {
		say(work, why, "Job %s (%s, step %s) is held by a fault since %s; its driver is not asked.", job->id,
		    job_kind_names[job->kind], job_step_names[job->step], time_text(work, job->due_at));
		return;
	}
	if (job->attempts) {
		say(work, why, "Job %s (%s, step %s) has asked the driver %s %lld times; the last answer: %s%s%s.", job->id,
		    job_kind_names[job->kind], job_step_names[job->step], job->driver, (long long)job->attempts, job->reason,
		    *job->message ? ": " : "", job->message);
		return;
	}
	say(work, why, "Job %s (%s, step %s) is under way since %s and due %s%lld.%03lld s%s.", job->id,
	    job_kind_names[job->kind], job_step_names[job->step], time_text(work, job->created_at),
	    left > 0 ? "in " : "now, late by ", (long long)((left > 0 ? left : -left) / 1000),
	    (long long)((left > 0 ? left : -left) % 1000), work->core->clock.manual ? " of the manual clock" : "");
}

/* What a fault of the user's does to the job: nobody shall take it for the cloud's doing. */
static void say_fault(struct work *work, struct why *why, const struct job *job)
{
	struct fault_rule rule;

	if (!*job->fault)
		return;
	if (job->state == JOB_FAILED)
		say(work, why, "Fault %s made job %s fail.", job->fault, job->id);
	if (job->state != JOB_OPEN || !fault_get(work->txn, job->fault, &rule))
		return;
	if (rule.effect == FAULT_JOB_NEVER_ENDS)
		say(work, why, "Fault %s holds job %s until it is cleared: cleat fault clear %s.", rule.id, job->id, rule.id);
	else
		say(work, why, "Fault %s makes job %s fail when it is due.", rule.id, job->id);
}

/* A disk that goes with its instance has no job of its own: it waits for the release. */
static void say_release(struct work *work, struct why *why)
{
	struct job *jobs;
	size_t n;
	size_t i;

	if (why->disk.state != DISK_DELETING || text_empty(why->disk.origin_instance))
		return;
	n = job_list_open(work, why->disk.origin_instance, NULL, &jobs);
	for (i = 0; i < n; i++) {
		if (jobs[i].kind != JOB_INSTANCE_DELETE)
			continue;
		say(work, why, "It is deleted with its instance %s.", jobs[i].instance);
		say_open_job(work, why, &jobs[i]);
		say_fault(work, why, &jobs[i]);
	}
}

static void say_ended_job(struct work *work, struct why *why, const struct job *job)
{
	say(work, why, "Job %s (%s for %s) ended as %s at %s%s%s%s%s.", job->id, job_kind_names[job->kind],
	    *job->instance ? job->instance : "no instance", job_state_names[job->state], time_text(work, job->ended_at),
	    *job->reason ? ": " : "", job->reason, *job->message ? ": " : "", job->message);
}

bool disk_why(struct work *work, const char *disk, struct why *ret)
{
	struct job_filter filter = JOB_FILTER_ANY;
	size_t i;

	*ret = (struct why){ 0 };
	if (!disk_get(work->txn, disk, &ret->disk))
		return work_refuse(work, REFUSE_DISK_UNKNOWN, disk);
	ret->n_live = attachment_list_of_disk(work->txn, disk, &ret->live);
	filter.disk = disk;
	ret->n_jobs = job_list(work->txn, &filter, &(struct page){ .limit = WHY_JOBS }, &ret->jobs);
	say(work, ret, "Disk %s is %s.", disk, disk_status_names[ret->disk.status]);
	say_attachments(work, ret);
	for (i = 0; i < ret->n_jobs; i++) {
		if (ret->jobs[i].state == JOB_OPEN)
			say_open_job(work, ret, &ret->jobs[i]);
		else
			say_ended_job(work, ret, &ret->jobs[i]);
		say_fault(work, ret, &ret->jobs[i]);
	}
	say_release(work, ret);
	if (ret->disk.overdue)
		say(work, ret, "It is overdue: it can be neither attached nor detached until it is paid.");
	if (!ret->disk.portable)
		say(work, ret, "It is not portable: it cannot leave its instance.");
	return true;
}
