/* ResizeDisk: its checks, and the job that makes the disk grow. */
#include "base/text.h"
#include "core/catalogue.h"
#include "core/disk_change.h"
#include "core/matrix.h"

struct resize_facts {
	struct facts facts;
	const struct disk_resize_args *args;
	bool found;
	struct disk disk;
	struct disk_place place;
	struct account account;
	const struct disk_category *category;
	int64_t max_gib;
};

#define RESIZE_ROW(name, condition)                                           \
	static bool resize_##name(const struct work *work, const void *facts_) \
	{                                                                     \
		const struct resize_facts *f = facts_;                        \
                                                                              \
		(void)work;                                                   \
		return (condition);                                           \
	}

RESIZE_ROW(unknown, !f->found)
RESIZE_ROW(not_white_listed, !f->account.disk_white_list)
RESIZE_ROW(overdue, f->disk.overdue)
RESIZE_ROW(category, !f->category || f->category->local)
/* The basic category of the first generation grows offline only (ResizeDisk page, "Type"). */
RESIZE_ROW(offline_only, f->args->online && text_equal(f->disk.category, "cloud"))
RESIZE_ROW(multi_attach_online, f->args->online && f->disk.multi_attach)
RESIZE_ROW(shared_held, work_realm(work)->shared_grow_detached && f->disk.multi_attach && f->place.n_live)
RESIZE_ROW(state, (f->disk.status != DISK_STATUS_IN_USE && f->disk.status != DISK_STATUS_AVAILABLE) ||
                  (f->place.n_live && f->place.attachment.state != ATTACHMENT_ATTACHED))
RESIZE_ROW(locked_security, text_list_has(f->place.instance.locks, "security"))
RESIZE_ROW(locked_financial, text_list_has(f->place.instance.locks, "financial"))
RESIZE_ROW(not_running, f->args->online && f->place.n_live && f->place.instance.state != INSTANCE_RUNNING)
RESIZE_ROW(instance_state, f->place.n_live && f->place.instance.state != INSTANCE_RUNNING &&
                           f->place.instance.state != INSTANCE_STOPPED)
RESIZE_ROW(same, f->args->size_gib == f->disk.size_gib)
RESIZE_ROW(shrinks, f->args->size_gib < f->disk.size_gib)
RESIZE_ROW(too_large, f->args->size_gib > f->max_gib)

/* What is named wrongly, what the disk is, where it is, then the size. */
static const struct check resize_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ resize_unknown, REFUSE_DISK_UNKNOWN, ABOUT_DISK },
	{ resize_not_white_listed, REFUSE_NOT_IN_WHITE_LIST, ABOUT_NOTHING },
	{ resize_overdue, REFUSE_DISK_OVERDUE, ABOUT_DISK },
	{ resize_category, REFUSE_DISK_CATEGORY, ABOUT_DISK },
	{ resize_offline_only, REFUSE_DISK_NO_ONLINE_RESIZE, ABOUT_DISK },
	{ resize_multi_attach_online, REFUSE_DISK_MULTI_ATTACH_ONLINE, ABOUT_DISK },
	{ resize_shared_held, REFUSE_DISK_MULTI_ATTACH_ONLINE, ABOUT_DISK },
	{ resize_state, REFUSE_DISK_STATE, ABOUT_DISK },
	{ resize_locked_security, REFUSE_INSTANCE_LOCKED_SECURITY, ABOUT_INSTANCE },
	{ resize_locked_financial, REFUSE_INSTANCE_LOCKED_FINANCIAL, ABOUT_INSTANCE },
	{ resize_not_running, REFUSE_INSTANCE_NOT_RUNNING, ABOUT_INSTANCE },
	{ resize_instance_state, REFUSE_INSTANCE_STATE, ABOUT_INSTANCE },
	{ resize_same, REFUSE_DISK_SAME_SIZE, ABOUT_DISK },
	{ resize_shrinks, REFUSE_DISK_SHRINKS, ABOUT_DISK },
	{ resize_too_large, REFUSE_DISK_TOO_LARGE, ABOUT_DISK },
};

static struct resize_facts resize_find(struct work *work, const struct disk_resize_args *args)
{
	struct resize_facts f = {
		.facts = { .disk_id = args->disk },
		.args = args,
		.account = find_account(work),
		.place = { .instance = { .locks = "" } },
	};

	f.found = find_disk(work, args->disk, &f.disk);
	if (!f.found)
		return f;
	f.place = disk_place_of(work, &f.disk);
	f.facts.instance_id = f.place.instance.id;
	f.category = disk_category_find(f.disk.category);
	f.max_gib = f.category ? disk_category_max_gib(f.category, f.disk.type == DISK_SYSTEM) : 0;
	return f;
}

bool disk_resize(struct work *work, const struct disk_resize_args *args)
{
	struct resize_facts f = resize_find(work, args);
	struct job job = { .kind = JOB_DISK_RESIZE, .step = JOB_REQUESTED, .disk = args->disk };

	if (!work_check(work, resize_checks, COUNT_OF(resize_checks), &f) ||
	    !matrix_pass(work, VERB_DISK_RESIZE, NULL, args->disk, NULL))
		return false;
	job.tenant = f.disk.tenant;
	job.driver = f.disk.driver;
	job.instance = f.place.instance.id;
	job.old_size_gib = f.disk.size_gib;
	job.lock = arena_printf(work->arena, "disk/%s", args->disk);
	f.disk.size_gib = args->size_gib;
	disk_put(work->txn, &f.disk);
	job_open(work, &job);
	return true;
}

void disk_resize_plan(struct work *work, const struct job *job, struct job_plan *ret)
{
	struct disk disk;

	if (!disk_get(work->txn, job->disk, &disk))
		return;
	ret->calls = arena_array(work->arena, struct driver_call, 1);
	ret->calls[0] = job_call(job, DRIVER_RESIZE_DISK);
	ret->calls[0].size_gib = disk.size_gib;
	ret->n = 1;
}

void disk_resize_done(struct work *work, struct job *job)
{
	job_end(work, job, JOB_DONE, REFUSE_NONE, NULL);
}

void disk_resize_failed(struct work *work, struct job *job)
{
	struct disk disk;

	if (!disk_get(work->txn, job->disk, &disk))
		return;
	disk.size_gib = job->old_size_gib;
	disk_settle(work, &disk, DISK_RESIZE_FAILED);
}
