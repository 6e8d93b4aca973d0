/* What a client is told to poll: one id for the work that a request set going, be it one job or a hundred. It has no state
 * of its own; how it stands is told by its jobs, and so changes with them in the same transaction. What its states are
 * called is the dialect's business. */
#ifndef CORE_CLIENT_JOB_H
#define CORE_CLIENT_JOB_H

#include "core/core.h"

struct client_job_args {
	const char *service;  /* that was asked: "ecs", ... */
	const char *type;     /* the dialect's word for the work */
	const char *instance; /* what it is about, where that is one thing; NULL */
	const char *disk;
	bool batch;           /* its jobs are shown one by one */
	const char *follows;  /* a job that was opened before and is now waited for as well; NULL */
};

/* Makes one for the jobs that this transaction has opened. Returns its id. */
const char *client_job_open(struct work *work, const struct client_job_args *args);

enum client_job_status { CLIENT_JOB_RUNNING, CLIENT_JOB_DONE, CLIENT_JOB_FAILED };

struct client_job_state {
	struct client_job row;
	struct job *jobs;
	size_t n;
	enum client_job_status status; /* failed: one of them is, and none is under way */
	const struct job *failed;      /* the first that failed; NULL */
	int64_t ended_at;              /* of the last; 0 while running */
};

/* How the caller's job of that id stands. False: there is none. */
bool client_job_find(struct work *work, const char *id, struct client_job_state *ret);

/* How one of its jobs stands. */
enum client_job_status client_job_status_of(const struct job *job);

#endif
