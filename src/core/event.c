#include "core/event.h"

#include "base/text.h"

static const char *device_of(struct work *work, const struct job *job)
{
	struct attachment attachment;

	return !text_empty(job->attachment) && attachment_get(work->txn, job->attachment, &attachment) ? attachment.device : "";
}

/* One that was built and does not come up is there all the same: what came to nothing is its start. */
static enum job_kind kind_of(const struct job *job)
{
	return job->kind == JOB_INSTANCE_CREATE && job->step == JOB_POWER ? JOB_INSTANCE_START : job->kind;
}

void event_of_job(struct work *work, const struct job *job, enum event_outcome outcome, enum refusal_reason reason,
                  const char *message)
{
	struct event event = {
		.tenant = job->tenant,
		.kind = kind_of(job),
		.outcome = outcome,
		.instance = job->instance,
		.disk = job->disk,
		.device = device_of(work, job),
		.job = job->id,
		.reason = refusal_words[reason],
		.message = message,
		.not_before = job->created_at,
		.created_at = work->now,
	};

	event.id = mint_id(work, "e", job->tenant.region);
	event_put(work->txn, &event);
}
