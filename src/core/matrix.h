/* What a verb does to the jobs that are under way on the same disk or instance: let them go on, refuse, or take their
 * place. One table, tested cell by cell and printed into the docs. */
#ifndef CORE_MATRIX_H
#define CORE_MATRIX_H

#include "core/job.h"

enum verb {
	VERB_ATTACH,
	VERB_DETACH,
	VERB_DISK_DELETE,
	VERB_INSTANCE_START,
	VERB_INSTANCE_STOP,
	VERB_INSTANCE_REBOOT,
	VERB_INSTANCE_RELEASE,
	VERB_INSTANCE_RELEASE_FORCED,
	VERB_DISK_MODIFY,
	VERB_DISK_RESIZE,
	VERB_DISK_SPEC,
	VERB_DISK_REINIT,
	VERB_DISK_RESET,
	VERB_SYSTEM_DISK_REPLACE,
	VERB_SNAPSHOT_CREATE,
	VERB_SNAPSHOT_DELETE,
	VERB_MAX
};

enum matrix_rule {
	MATRIX_ALLOW,     /* both go on */
	MATRIX_REFUSE,    /* the verb is refused, with the reason of the cell */
	MATRIX_SUPERSEDE, /* the job ends as superseded; what it held is the verb's to bring to an end */
};

struct matrix_cell {
	enum matrix_rule rule;
	enum refusal_reason reason; /* with REFUSE */
};

extern const char *const verb_names[VERB_MAX + 1];

/* The cell for a verb that meets an open job of that kind on the same disk or instance. */
struct matrix_cell matrix_cell(enum verb verb, enum job_kind kind);

/* Applies the table to the open jobs of the instance or disk (the other NULL). `attachment` not NULL: jobs of other
 * attachments of a multi-attach disk are no concern of this verb. False with the refusal recorded. */
bool matrix_pass(struct work *work, enum verb verb, const char *instance, const char *disk, const char *attachment);

/* The same for the open jobs that make, delete or put back a snapshot. */
bool matrix_pass_snapshot(struct work *work, enum verb verb, const char *snapshot);

#endif
