/* ReInitDisk and ResetDisk: their checks, and the job that puts the content back. */
#include "base/text.h"
#include "core/catalogue.h"
#include "core/disk_change.h"
#include "core/instance.h"
#include "core/matrix.h"

struct restore_facts {
	struct facts facts;
	bool found;
	struct disk disk;
	struct disk_place place;
	struct account account;
	const struct disk_category *category;
	const struct image *image;    /* that the disk was made of */
	bool snapshot_named, snapshot_found;
	struct snapshot snapshot;
};

#define RESTORE_ROW(name, condition)                                           \
	static bool restore_##name(const struct work *work, const void *facts_) \
	{                                                                      \
		const struct restore_facts *f = facts_;                        \
                                                                               \
		(void)work;                                                    \
		return (condition);                                            \
	}

RESTORE_ROW(unknown, !f->found)
RESTORE_ROW(not_white_listed, !f->account.disk_white_list)
RESTORE_ROW(category, f->category && (f->category->local || f->category->elastic_ephemeral))
RESTORE_ROW(multi_attach, f->disk.multi_attach)
RESTORE_ROW(base_image_lost, f->disk.base_image_lost)
RESTORE_ROW(not_in_use, f->disk.status != DISK_STATUS_IN_USE)
/* A disk that several instances hold is left alone: nobody could say that all of them are off. */
RESTORE_ROW(not_at_rest, (f->disk.status != DISK_STATUS_IN_USE && f->disk.status != DISK_STATUS_AVAILABLE &&
                          f->disk.status != DISK_STATUS_RESTORE_FAILED) ||
                         (f->place.n_live && work_realm(work)->restores_detached) ||
                         f->place.n_live > 1)
RESTORE_ROW(locked_security, text_list_has(f->place.instance.locks, "security"))
RESTORE_ROW(locked_financial, text_list_has(f->place.instance.locks, "financial"))
RESTORE_ROW(instance_state, f->place.n_live && f->place.instance.state != INSTANCE_STOPPED)
RESTORE_ROW(never_started, f->place.n_live && !f->place.instance.started_at)
RESTORE_ROW(image_gone, f->disk.type == DISK_SYSTEM && (!f->image || f->image->deleted))
RESTORE_ROW(source_gone, f->snapshot_named && !f->snapshot_found)
RESTORE_ROW(snapshot_unknown, !f->snapshot_found)
RESTORE_ROW(snapshot_not_ready, f->snapshot.state != SNAPSHOT_ACCOMPLISHED)
RESTORE_ROW(snapshot_of_other, !text_equal(f->snapshot.disk, f->disk.id))

static struct restore_facts restore_find(struct work *work, const char *id)
{
	struct restore_facts f = {
		.facts = { .disk_id = id },
		.account = find_account(work),
		.place = { .instance = { .locks = "" } },
	};

	f.found = find_disk(work, id, &f.disk);
	if (!f.found)
		return f;
	f.place = disk_place_of(work, &f.disk);
	f.facts.instance_id = f.place.instance.id;
	f.category = disk_category_find(f.disk.category);
	f.image = image_find(work, f.disk.image);
	return f;
}

static void find_source(struct work *work, struct restore_facts *f, const char *snapshot)
{
	f->facts.snapshot_id = snapshot;
	f->snapshot_named = !text_empty(snapshot);
	f->snapshot_found = f->snapshot_named && find_snapshot(work, snapshot, &f->snapshot);
}

static void restore_begin(struct work *work, struct restore_facts *f, enum job_kind kind, bool then_start)
{
	struct job job = {
		.kind = kind,
		.step = JOB_REQUESTED,
		.tenant = f->disk.tenant,
		.driver = f->disk.driver,
		.instance = f->place.instance.id,
		.disk = f->disk.id,
		.snapshot = f->snapshot_found ? f->snapshot.id : "",
		.then_start = then_start,
		.lock = arena_printf(work->arena, "disk/%s", f->disk.id),
	};

	f->disk.state = DISK_REINITING;
	disk_refresh(work, &f->disk);
	job_open(work, &job);
}

/* ---- ReInitDisk ---- */

static const struct check reinit_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ restore_unknown, REFUSE_DISK_UNKNOWN, ABOUT_DISK },
	{ restore_not_white_listed, REFUSE_NOT_IN_WHITE_LIST, ABOUT_NOTHING },
	{ restore_category, REFUSE_DISK_CATEGORY, ABOUT_DISK },
	{ restore_multi_attach, REFUSE_DISK_MULTI_ATTACH, ABOUT_DISK },
	{ restore_base_image_lost, REFUSE_DISK_BASE_IMAGE_LOST, ABOUT_DISK },
	{ restore_not_in_use, REFUSE_DISK_STATE, ABOUT_DISK },
	{ restore_locked_security, REFUSE_INSTANCE_LOCKED_SECURITY, ABOUT_INSTANCE },
	{ restore_locked_financial, REFUSE_INSTANCE_LOCKED_FINANCIAL, ABOUT_INSTANCE },
	{ restore_instance_state, REFUSE_INSTANCE_STATE, ABOUT_INSTANCE },
	{ restore_never_started, REFUSE_DISK_STATE, ABOUT_DISK },
	{ restore_image_gone, REFUSE_IMAGE_UNKNOWN, ABOUT_DISK },
	{ restore_source_gone, REFUSE_SNAPSHOT_GONE, ABOUT_SNAPSHOT },
};

bool disk_reinit(struct work *work, const struct disk_reinit_args *args)
{
	struct restore_facts f = restore_find(work, args->disk);

	if (f.found)
		find_source(work, &f, f.disk.source_snapshot);
	if (!work_check(work, reinit_checks, COUNT_OF(reinit_checks), &f) ||
	    !matrix_pass(work, VERB_DISK_REINIT, NULL, args->disk, NULL))
		return false;
	restore_begin(work, &f, JOB_DISK_REINIT, args->then_start);
	return true;
}

/* ---- ResetDisk ---- */

static const struct check reset_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ restore_unknown, REFUSE_DISK_UNKNOWN, ABOUT_DISK },
	{ restore_not_white_listed, REFUSE_NOT_IN_WHITE_LIST, ABOUT_NOTHING },
	{ restore_snapshot_unknown, REFUSE_SNAPSHOT_UNKNOWN, ABOUT_SNAPSHOT },
	{ restore_snapshot_of_other, REFUSE_SNAPSHOT_OTHER_DISK, ABOUT_SNAPSHOT },
	{ restore_snapshot_not_ready, REFUSE_SNAPSHOT_NOT_READY, ABOUT_SNAPSHOT },
	{ restore_not_at_rest, REFUSE_DISK_STATE, ABOUT_DISK },
	{ restore_locked_security, REFUSE_INSTANCE_LOCKED_SECURITY, ABOUT_INSTANCE },
	{ restore_locked_financial, REFUSE_INSTANCE_LOCKED_FINANCIAL, ABOUT_INSTANCE },
	{ restore_instance_state, REFUSE_INSTANCE_STATE, ABOUT_INSTANCE },
};

bool disk_reset(struct work *work, const struct disk_reset_args *args)
{
	struct restore_facts f = restore_find(work, args->disk);

	find_source(work, &f, args->snapshot);
	if (!work_check(work, reset_checks, COUNT_OF(reset_checks), &f) ||
	    !matrix_pass(work, VERB_DISK_RESET, NULL, args->disk, NULL))
		return false;
	restore_begin(work, &f, JOB_DISK_RESET, false);
	return true;
}

/* ---- the job of both ---- */

void disk_restore_plan(struct work *work, const struct job *job, struct job_plan *ret)
{
	struct disk disk;

	if (!disk_get(work->txn, job->disk, &disk))
		return;
	ret->calls = arena_array(work->arena, struct driver_call, 1);
	ret->calls[0] = job_call(job, DRIVER_RESTORE_DISK);
	ret->calls[0].size_gib = disk.size_gib;
	ret->calls[0].snapshot = job->snapshot;
	if (text_empty(job->snapshot) && disk.type == DISK_SYSTEM)
		job_call_image(work, &ret->calls[0], disk.image);
	ret->n = 1;
}

static void back_to_ready(struct work *work, const char *id)
{
	struct disk disk;

	if (!disk_get(work->txn, id, &disk))
		return;
	disk.state = DISK_READY;
	disk_refresh(work, &disk);
}

void disk_restore_done(struct work *work, struct job *job)
{
	struct instance instance;

	back_to_ready(work, job->disk);
	job_end(work, job, JOB_DONE, REFUSE_NONE, NULL);
	if (!job->then_start || !instance_get(work->txn, job->instance, &instance))
		return;
	/* What stands in the way of the start (a lock that came meanwhile) is no reason to take the disk back. */
	work->caller.tenant = job->tenant;
	if (!instance_start(work, job->instance)) {
		job->message = arena_printf(work->arena, "the instance was not started: %s",
		                            refusal_words[work->refusal.reason]);
		job_put(work->txn, job);
		work->refusal = (struct refusal){ 0 };
	}
}

/* What the disk holds now nobody promises; it can be put back again. */
void disk_restore_failed(struct work *work, struct job *job)
{
	struct disk disk;

	if (disk_get(work->txn, job->disk, &disk))
		disk_settle(work, &disk, DISK_RESTORE_FAILED);
}
