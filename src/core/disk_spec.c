/* ModifyDiskSpec: its checks, and the job that makes the disk one of another category, level or IOPS. */
#include "base/text.h"
#include "core/catalogue.h"
#include "core/disk.h"
#include "core/disk_change.h"
#include "core/matrix.h"

/* IOPS that a disk has by its size alone, and that may be had beside them (ModifyDiskSpec page, "ProvisionedIops"). */
#define BASE_IOPS         1800
#define BASE_IOPS_PER_GIB 50
#define MAX_IOPS_PER_GIB  1000
#define MAX_IOPS          50000

struct spec_facts {
	struct facts facts;
	const struct disk_spec_args *args;
	bool found;
	struct disk disk;
	struct disk_place place;
	const struct disk_category *before;
	const struct disk_category *category; /* that it becomes, or stays */
	const char *level;
	int64_t iops;
};

static int64_t iops_max(int64_t size_gib)
{
	int64_t base = BASE_IOPS + BASE_IOPS_PER_GIB * size_gib;
	int64_t max = MAX_IOPS_PER_GIB * size_gib - (base < MAX_IOPS ? base : MAX_IOPS);

	return max < MAX_IOPS ? max : MAX_IOPS;
}

#define SPEC_ROW(name, condition)                                           \
	static bool spec_##name(const struct work *work, const void *facts_) \
	{                                                                   \
		const struct spec_facts *f = facts_;                        \
                                                                            \
		(void)work;                                                 \
		return (condition);                                         \
	}

SPEC_ROW(nothing, text_empty(f->args->category) && text_empty(f->args->performance_level) && !f->args->iops_given)
SPEC_ROW(unknown, !f->found)
SPEC_ROW(overdue, f->disk.overdue)
SPEC_ROW(multi_attach, f->disk.multi_attach)
SPEC_ROW(category, !f->before || !f->before->changeable || !f->category || !f->category->changeable)
SPEC_ROW(level, !text_empty(f->args->performance_level) && !f->category->levels)
SPEC_ROW(iops, f->args->iops_given && f->iops > (f->category->iops ? iops_max(f->disk.size_gib) : 0))
SPEC_ROW(state, (f->disk.status != DISK_STATUS_IN_USE && f->disk.status != DISK_STATUS_AVAILABLE) ||
                (f->place.n_live &&
                 (f->place.attachment.state != ATTACHMENT_ATTACHED || (f->place.instance.state != INSTANCE_RUNNING &&
                                                                       f->place.instance.state != INSTANCE_STOPPED))))
SPEC_ROW(locked_financial, text_list_has(f->place.instance.locks, "financial"))

static bool spec_size(const struct work *work, const void *facts_)
{
	const struct spec_facts *f = facts_;

	(void)work;
	return disk_fits(f->category->id, f->level, f->disk.size_gib, f->disk.type == DISK_SYSTEM) != REFUSE_NONE;
}

/* What is named wrongly, what the disk is, where it is, then what it shall be. */
static const struct check spec_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ spec_nothing, REFUSE_NOTHING_TO_CHANGE, ABOUT_NOTHING },
	{ spec_unknown, REFUSE_DISK_UNKNOWN, ABOUT_DISK },
	{ spec_overdue, REFUSE_DISK_OVERDUE, ABOUT_DISK },
	{ spec_multi_attach, REFUSE_DISK_MULTI_ATTACH, ABOUT_DISK },
	{ spec_category, REFUSE_DISK_CATEGORY, ABOUT_DISK },
	{ spec_state, REFUSE_DISK_STATE, ABOUT_DISK },
	{ spec_locked_financial, REFUSE_INSTANCE_LOCKED_FINANCIAL, ABOUT_INSTANCE },
	{ spec_level, REFUSE_DISK_PERFORMANCE_LEVEL, ABOUT_DISK },
	{ spec_iops, REFUSE_DISK_PROVISIONED_IOPS, ABOUT_DISK },
	{ spec_size, REFUSE_DISK_SIZE, ABOUT_DISK },
};

/* What is not asked for stays, where the new category has it at all. */
static struct spec_facts spec_find(struct work *work, const struct disk_spec_args *args)
{
	struct spec_facts f = {
		.facts = { .disk_id = args->disk },
		.args = args,
		.place = { .instance = { .locks = "" } },
	};

	f.found = find_disk(work, args->disk, &f.disk);
	if (!f.found)
		return f;
	f.place = disk_place_of(work, &f.disk);
	f.facts.instance_id = f.place.instance.id;
	f.before = disk_category_find(f.disk.category);
	f.category = text_empty(args->category) ? f.before : disk_category_find(args->category);
	if (!f.category)
		return f;
	f.level = text_empty(args->performance_level) ? f.disk.performance_level : args->performance_level;
	f.level = disk_level_or_default(f.category->id, f.level);
	f.iops = args->iops_given ? args->iops : f.category->iops ? f.disk.provisioned_iops : 0;
	return f;
}

bool disk_spec(struct work *work, const struct disk_spec_args *args, const char **ret_job)
{
	struct spec_facts f = spec_find(work, args);
	struct job job = { .kind = JOB_DISK_SPEC, .step = JOB_CHECK, .disk = args->disk };

	if (!work_check(work, spec_checks, COUNT_OF(spec_checks), &f) ||
	    !matrix_pass(work, VERB_DISK_SPEC, NULL, args->disk, NULL))
		return false;
	job.tenant = f.disk.tenant;
	job.driver = f.disk.driver;
	job.instance = f.place.instance.id;
	job.old_category = f.disk.category;
	job.old_level = f.disk.performance_level;
	job.old_iops = f.disk.provisioned_iops;
	job.lock = arena_printf(work->arena, "disk/%s", args->disk);
	f.disk.category = f.category->id;
	f.disk.performance_level = f.level;
	f.disk.provisioned_iops = f.iops;
	disk_put(work->txn, &f.disk);
	job_open(work, &job);
	*ret_job = job.id;
	return true;
}

void disk_spec_plan(struct work *work, const struct job *job, struct job_plan *ret)
{
	struct disk disk;

	/* Until the work begins, the task can be cancelled. */
	if (job->step == JOB_CHECK || !disk_get(work->txn, job->disk, &disk))
		return;
	ret->calls = arena_array(work->arena, struct driver_call, 1);
	ret->calls[0] = job_call(job, DRIVER_MODIFY_DISK);
	ret->calls[0].category = disk.category;
	ret->calls[0].performance_level = disk.performance_level;
	ret->calls[0].provisioned_iops = disk.provisioned_iops;
	ret->n = 1;
}

void disk_spec_done(struct work *work, struct job *job)
{
	if (job->step == JOB_CHECK)
		job_advance(work, job, JOB_REQUESTED);
	else
		job_end(work, job, JOB_DONE, REFUSE_NONE, NULL);
}

void disk_spec_failed(struct work *work, struct job *job)
{
	struct disk disk;

	if (!disk_get(work->txn, job->disk, &disk))
		return;
	disk.category = job->old_category;
	disk.performance_level = job->old_level;
	disk.provisioned_iops = job->old_iops;
	disk_put(work->txn, &disk);
}
