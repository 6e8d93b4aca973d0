#include "core/matrix.h"

#include "base/text.h"

const char *const verb_names[VERB_MAX + 1] = { "attach",         "detach",        "delete disk",     "start instance",
	                                       "stop instance", "reboot instance", "delete instance",
	                                       "delete instance (force)" };

#define ALLOW     { MATRIX_ALLOW, REFUSE_NONE }
#define SUPERSEDE { MATRIX_SUPERSEDE, REFUSE_NONE }
#define NO(why)   { MATRIX_REFUSE, REFUSE_##why }

/* Attach and detach of another disk of the same instance never meet: they are looked up by their disk. Power jobs look
 * at all jobs of the instance. */
static const struct matrix_cell cells[VERB_MAX][JOB_KIND_MAX] = {
	[VERB_ATTACH] = {
		[JOB_DISK_CREATE] = NO(DISK_STATE),
		[JOB_DISK_DELETE] = NO(DISK_STATE),
		[JOB_ATTACH] = NO(DISK_STATE),
		[JOB_DETACH] = NO(DISK_STATE),
		[JOB_INSTANCE_CREATE] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_START] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_STOP] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_REBOOT] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_DELETE] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_AUTO_RELEASE] = ALLOW,
	},
	[VERB_DETACH] = {
		[JOB_DISK_CREATE] = NO(DISK_STATE),
		[JOB_DISK_DELETE] = NO(DISK_STATE),
		[JOB_ATTACH] = NO(DISK_STATE),
		[JOB_DETACH] = NO(DISK_DETACHING),
		[JOB_INSTANCE_CREATE] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_START] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_STOP] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_REBOOT] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_DELETE] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_AUTO_RELEASE] = ALLOW,
	},
	[VERB_DISK_DELETE] = {
		[JOB_DISK_CREATE] = NO(DISK_STATE),
		[JOB_DISK_DELETE] = NO(DISK_STATE),
		[JOB_ATTACH] = NO(DISK_STATE),
		[JOB_DETACH] = NO(DISK_STATE),
		[JOB_INSTANCE_CREATE] = NO(DISK_STATE),
		[JOB_INSTANCE_START] = NO(DISK_STATE),
		[JOB_INSTANCE_STOP] = NO(DISK_STATE),
		[JOB_INSTANCE_REBOOT] = NO(DISK_STATE),
		[JOB_INSTANCE_DELETE] = NO(DISK_STATE),
		[JOB_INSTANCE_AUTO_RELEASE] = ALLOW,
	},
	[VERB_INSTANCE_START] = {
		[JOB_DISK_CREATE] = ALLOW,
		[JOB_DISK_DELETE] = ALLOW,
		[JOB_ATTACH] = ALLOW,
		[JOB_DETACH] = ALLOW,
		[JOB_INSTANCE_CREATE] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_START] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_STOP] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_REBOOT] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_DELETE] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_AUTO_RELEASE] = ALLOW,
	},
	[VERB_INSTANCE_STOP] = {
		[JOB_DISK_CREATE] = ALLOW,
		[JOB_DISK_DELETE] = ALLOW,
		[JOB_ATTACH] = ALLOW,
		[JOB_DETACH] = ALLOW,
		[JOB_INSTANCE_CREATE] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_START] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_STOP] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_REBOOT] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_DELETE] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_AUTO_RELEASE] = ALLOW,
	},
	[VERB_INSTANCE_REBOOT] = {
		[JOB_DISK_CREATE] = ALLOW,
		[JOB_DISK_DELETE] = ALLOW,
		[JOB_ATTACH] = ALLOW,
		[JOB_DETACH] = ALLOW,
		[JOB_INSTANCE_CREATE] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_START] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_STOP] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_REBOOT] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_DELETE] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_AUTO_RELEASE] = ALLOW,
	},
	[VERB_INSTANCE_RELEASE] = {
		[JOB_DISK_CREATE] = NO(INSTANCE_STATE),
		[JOB_DISK_DELETE] = ALLOW,
		[JOB_ATTACH] = SUPERSEDE,
		[JOB_DETACH] = SUPERSEDE,
		[JOB_INSTANCE_CREATE] = NO(INSTANCE_BUILDING),
		[JOB_INSTANCE_START] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_STOP] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_REBOOT] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_DELETE] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_AUTO_RELEASE] = SUPERSEDE,
	},
	[VERB_INSTANCE_RELEASE_FORCED] = {
		[JOB_DISK_CREATE] = NO(INSTANCE_STATE),
		[JOB_DISK_DELETE] = ALLOW,
		[JOB_ATTACH] = SUPERSEDE,
		[JOB_DETACH] = SUPERSEDE,
		[JOB_INSTANCE_CREATE] = NO(INSTANCE_BUILDING),
		[JOB_INSTANCE_START] = SUPERSEDE,
		[JOB_INSTANCE_STOP] = SUPERSEDE,
		[JOB_INSTANCE_REBOOT] = SUPERSEDE,
		[JOB_INSTANCE_DELETE] = NO(INSTANCE_STATE),
		[JOB_INSTANCE_AUTO_RELEASE] = SUPERSEDE,
	},
};

struct matrix_cell matrix_cell(enum verb verb, enum job_kind kind)
{
	return cells[verb][kind];
}

bool matrix_pass(struct work *work, enum verb verb, const char *instance, const char *disk, const char *attachment)
{
	struct job *jobs;
	size_t n = job_list_open(work, instance, disk, &jobs);
	size_t i;

	for (i = 0; i < n; i++) {
		struct matrix_cell cell = cells[verb][jobs[i].kind];

		if (attachment && !text_equal(jobs[i].attachment, attachment))
			continue;
		if (cell.rule == MATRIX_REFUSE)
			return work_refuse(work, cell.reason, instance ? instance : disk);
	}
	for (i = 0; i < n; i++) {
		if (attachment && !text_equal(jobs[i].attachment, attachment))
			continue;
		if (cells[verb][jobs[i].kind].rule == MATRIX_SUPERSEDE)
			job_end(work, &jobs[i], JOB_SUPERSEDED, REFUSE_NONE, verb_names[verb]);
	}
	return true;
}
