/* DeleteDisk: its checks, and the job that removes the disk. */
#include "base/text.h"
#include "core/disk.h"
#include "core/matrix.h"

struct delete_facts {
	struct facts facts;
	struct disk disk;
	struct account account;
};

#define DELETE_FACTS const struct delete_facts *f = facts_

static bool delete_not_white_listed(const struct work *work, const void *facts_)
{
	DELETE_FACTS;

	(void)work;
	return !f->account.disk_white_list;
}

static bool delete_not_portable(const struct work *work, const void *facts_)
{
	DELETE_FACTS;

	(void)work;
	return !f->disk.portable;
}

static bool delete_not_available(const struct work *work, const void *facts_)
{
	DELETE_FACTS;

	(void)work;
	/* After a delete that failed nobody knows what there is (EVS.1046). */
	return f->disk.status != DISK_STATUS_AVAILABLE &&
	       (!disk_has_failed(&f->disk) || f->disk.state == DISK_DELETE_FAILED);
}

static const struct check delete_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ delete_not_white_listed, REFUSE_NOT_IN_WHITE_LIST, ABOUT_NOTHING },
	{ delete_not_available, REFUSE_DISK_STATE, ABOUT_DISK },
	{ delete_not_portable, REFUSE_DISK_NOT_PORTABLE, ABOUT_DISK },
};

bool disk_delete_verb(struct work *work, const char *id)
{
	struct delete_facts f = { .facts = { .disk_id = id }, .account = find_account(work) };
	struct job job = { .kind = JOB_DISK_DELETE, .step = JOB_REQUESTED, .disk = id };

	if (!work_check(work, delete_checks, 1, &f))
		return false;
	if (!find_disk(work, id, &f.disk))
		return true;
	if (!work_check(work, delete_checks, COUNT_OF(delete_checks), &f) ||
	    !matrix_pass(work, VERB_DISK_DELETE, NULL, id, NULL))
		return false;
	f.disk.state = DISK_DELETING;
	disk_refresh(work, &f.disk);
	job.tenant = f.disk.tenant;
	job.driver = f.disk.driver;
	job.lock = arena_printf(work->arena, "disk/%s", id);
	job_open(work, &job);
	return true;
}

void disk_delete_plan(struct work *work, const struct job *job, struct job_plan *ret)
{
	ret->calls = arena_array(work->arena, struct driver_call, 1);
	ret->calls[ret->n++] = job_call(job, DRIVER_DELETE_DISK);
}

void disk_delete_done(struct work *work, struct job *job)
{
	struct disk disk;

	if (disk_get(work->txn, job->disk, &disk))
		disk_forget(work, &disk);
	job_end(work, job, JOB_DONE, REFUSE_NONE, NULL);
}

void disk_delete_failed(struct work *work, struct job *job)
{
	struct disk disk;

	if (!disk_get(work->txn, job->disk, &disk))
		return;
	disk_settle(work, &disk, DISK_DELETE_FAILED);
}
