#include "core/client_job.h"

#include <string.h>

#include "base/random.h"
#include "base/text.h"

#define ID_LENGTH 32

static const char *join(struct work *work, const char *follows)
{
	struct buf BUF_CLEANUP buf;
	size_t i;

	buf_init(&buf, SIZE_MAX);
	for (i = 0; i < work->n_opened; i++) {
		if (i)
			buf_add_char(&buf, ',');
		buf_add_text(&buf, work->opened[i]);
	}
	if (follows) {
		if (buf.length)
			buf_add_char(&buf, ',');
		buf_add_text(&buf, follows);
	}
	return arena_text(work->arena, buf_text(&buf));
}

const char *client_job_open(struct work *work, const struct client_job_args *args)
{
	char id[ID_LENGTH + 1];
	struct client_job row = {
		.tenant = work->caller.tenant,
		.service = args->service,
		.type = args->type,
		.instance = args->instance,
		.disk = args->disk,
		.batch = args->batch,
		.jobs = join(work, args->follows),
		.created_at = work->now,
	};

	random_hex(id, ID_LENGTH);
	row.id = arena_text(work->arena, id);
	client_job_put(work->txn, &row);
	return row.id;
}

/* What came to nothing because something stronger took its place: a disk that was to leave has left with its instance, one
 * that was to come has not. */
static bool superseded_well(const struct job *job)
{
	return job->kind != JOB_ATTACH && job->kind != JOB_INSTANCE_START && job->kind != JOB_INSTANCE_CREATE;
}

enum client_job_status client_job_status_of(const struct job *job)
{
	switch (job->state) {
	case JOB_DONE:
		return CLIENT_JOB_DONE;
	case JOB_SUPERSEDED:
		return superseded_well(job) ? CLIENT_JOB_DONE : CLIENT_JOB_FAILED;
	case JOB_FAILED:
		return CLIENT_JOB_FAILED;
	case JOB_OPEN:
	case JOB_STATE_MAX:
		break;
	}
	return CLIENT_JOB_RUNNING;
}

static void read_jobs(struct work *work, struct client_job_state *state)
{
	const char *list = state->row.jobs;
	size_t most = 1;
	const char *at;

	for (at = list; *at; at++)
		most += *at == ',';
	state->jobs = arena_array(work->arena, struct job, most);
	while (*list) {
		const char *end = strchrnul(list, ',');
		const char *id = arena_text_n(work->arena, list, (size_t)(end - list));

		state->n += job_get(work->txn, id, &state->jobs[state->n]);
		list = *end ? end + 1 : end;
	}
}

bool client_job_find(struct work *work, const char *id, struct client_job_state *ret)
{
	struct client_job_state state = { .status = CLIENT_JOB_DONE };
	bool running = false;
	size_t i;

	if (!id || !client_job_get(work->txn, id, &state.row) || !work_is_callers(work, &state.row.tenant))
		return false;
	read_jobs(work, &state);
	state.ended_at = state.row.created_at;
	for (i = 0; i < state.n; i++) {
		enum client_job_status status = client_job_status_of(&state.jobs[i]);

		running |= status == CLIENT_JOB_RUNNING;
		if (status == CLIENT_JOB_FAILED && !state.failed)
			state.failed = &state.jobs[i];
		if (state.jobs[i].ended_at > state.ended_at)
			state.ended_at = state.jobs[i].ended_at;
	}
	if (running) {
		state.status = CLIENT_JOB_RUNNING;
		state.ended_at = 0;
	} else if (state.failed) {
		state.status = CLIENT_JOB_FAILED;
	}
	*ret = state;
	return true;
}
