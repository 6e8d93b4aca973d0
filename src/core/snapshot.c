#include "core/snapshot.h"

#include <string.h>

#include "base/moment.h"
#include "base/random.h"
#include "base/text.h"
#include "core/catalogue.h"
#include "core/disk.h"
#include "core/disk_change.h"
#include "core/guard.h"
#include "core/matrix.h"
#include "core/metadata.h"

#define EXPIRE_AGAIN DAY
#define SERIAL_LENGTH 20

/* ---- CreateSnapshot ---- */

struct create_facts {
	struct facts facts;
	bool found;
	struct disk disk;
	struct disk_place place;
	const struct disk_category *category;
	int64_t n_snapshots;
	bool free_only;
	bool metadata_fit;
	bool powered; /* a machine that is on has it */
};

#define CREATE_ROW(name, condition)                                           \
	static bool create_##name(const struct work *work, const void *facts_) \
	{                                                                     \
		const struct create_facts *f = facts_;                        \
                                                                              \
		(void)work;                                                   \
		return (condition);                                           \
	}

CREATE_ROW(metadata, !f->metadata_fit)
CREATE_ROW(unknown, !f->found)
CREATE_ROW(category, f->category && (f->category->local || f->category->elastic_ephemeral))
CREATE_ROW(overdue, f->disk.overdue)
CREATE_ROW(state, (f->disk.status != DISK_STATUS_IN_USE && f->disk.status != DISK_STATUS_AVAILABLE) ||
                  (f->place.n_live && f->place.attachment.state != ATTACHMENT_ATTACHED))
CREATE_ROW(held, f->free_only && f->disk.status != DISK_STATUS_AVAILABLE)
CREATE_ROW(never_attached, !work_realm(work)->snapshots_of_any_disk && !f->disk.attached_at)
CREATE_ROW(locked_security, text_list_has(f->place.instance.locks, "security"))
CREATE_ROW(instance_state, f->place.n_live && f->place.instance.state != INSTANCE_RUNNING &&
                           f->place.instance.state != INSTANCE_STOPPED)
CREATE_ROW(never_used, !work_realm(work)->snapshots_of_any_disk && f->place.n_live && !f->place.instance.started_at)
CREATE_ROW(needs_off, f->powered && guard_snapshots_need_off(work->core, f->disk.driver))
CREATE_ROW(too_many, f->n_snapshots >= SNAPSHOTS_MAX)

static const struct check create_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ create_metadata, REFUSE_METADATA_LIMIT, ABOUT_NOTHING },
	{ create_unknown, REFUSE_DISK_UNKNOWN, ABOUT_DISK },
	{ create_category, REFUSE_DISK_NO_SNAPSHOTS, ABOUT_DISK },
	{ create_overdue, REFUSE_DISK_OVERDUE, ABOUT_DISK },
	{ create_state, REFUSE_DISK_STATE, ABOUT_DISK },
	{ create_held, REFUSE_DISK_STATE, ABOUT_DISK },
	{ create_never_attached, REFUSE_DISK_NEVER_ATTACHED, ABOUT_DISK },
	{ create_locked_security, REFUSE_INSTANCE_LOCKED_SECURITY, ABOUT_INSTANCE },
	{ create_instance_state, REFUSE_INSTANCE_STATE, ABOUT_INSTANCE },
	{ create_never_used, REFUSE_DISK_NEVER_USED, ABOUT_DISK },
	{ create_needs_off, REFUSE_SNAPSHOT_NEEDS_OFF, ABOUT_DISK },
	{ create_too_many, REFUSE_SNAPSHOT_LIMIT, ABOUT_DISK },
};

static bool is_powered(struct work *work, const char *disk)
{
	struct attachment *live;
	size_t n = attachment_list_of_disk(work->txn, disk, &live);
	struct instance instance;
	bool powered = false;
	size_t i;

	for (i = 0; i < n && !powered; i++)
		powered = instance_get(work->txn, live[i].instance, &instance) && instance.state != INSTANCE_STOPPED;
	return powered;
}

static struct create_facts create_find(struct work *work, const char *disk)
{
	struct create_facts f = { .facts = { .disk_id = disk }, .place = { .instance = { .locks = "" } } };
	struct snapshot_filter filter = SNAPSHOT_FILTER_ANY;

	f.found = find_disk(work, disk, &f.disk);
	if (!f.found)
		return f;
	f.place = disk_place_of(work, &f.disk);
	f.facts.instance_id = f.place.instance.id;
	f.powered = f.place.n_live && is_powered(work, disk);
	f.category = disk_category_find(f.disk.category);
	filter.disk = disk;
	filter.not_state = SNAPSHOT_DELETING;
	f.n_snapshots = snapshot_count(work->txn, &filter);
	return f;
}

static struct snapshot snapshot_new(struct work *work, const struct disk *disk, const struct snapshot_create_args *args)
{
	char serial[SERIAL_LENGTH + 1];

	random_base36(serial, SERIAL_LENGTH);
	return (struct snapshot){
		.id = mint_id(work, "s", disk->tenant.region),
		.tenant = disk->tenant,
		.driver = disk->driver,
		.disk = disk->id,
		.disk_type = disk->type,
		.disk_category = disk->category,
		.size_gib = disk->size_gib,
		.state = SNAPSHOT_PROGRESSING,
		.name = args->name,
		.description = args->description,
		.category = text_empty(args->category) ? "Standard" : args->category,
		.retention_days = args->retention_days,
		.instant_access = args->instant_access,
		.instant_access_days = args->instant_access_days,
		.encrypted = disk->encrypted,
		.kms_key = disk->kms_key,
		.metadata = metadata_text(work->arena, args->metadata, args->n_metadata),
		.resource_group = args->resource_group,
		.serial = arena_text(work->arena, serial),
		.created_at = work->now,
	};
}

static struct job snapshot_job(struct work *work, const struct snapshot *snapshot, enum job_kind kind, const char *lock)
{
	return (struct job){
		.kind = kind,
		.step = JOB_REQUESTED,
		.tenant = snapshot->tenant,
		.driver = snapshot->driver,
		.snapshot = snapshot->id,
		.lock = arena_printf(work->arena, "%s/%s", lock, snapshot->id),
	};
}

/* Not at once where that has passed: what failed would be tried without end. */
void snapshot_arm_expiry(struct work *work, const struct snapshot *snapshot)
{
	struct job job = snapshot_job(work, snapshot, JOB_SNAPSHOT_EXPIRE, "snapshot-expire");

	if (!snapshot->retention_days)
		return;
	job.due_at = snapshot->created_at + snapshot->retention_days * DAY;
	if (job.due_at <= work->now)
		job.due_at = work->now + EXPIRE_AGAIN;
	job_open(work, &job);
}

bool snapshot_create(struct work *work, const struct snapshot_create_args *args, const char **ret_id)
{
	struct create_facts f = create_find(work, args->disk);
	struct snapshot snapshot;
	struct job job;

	f.free_only = args->free_only;
	f.metadata_fit = metadata_fits(args->metadata, args->n_metadata);
	if (!work_check(work, create_checks, COUNT_OF(create_checks), &f) ||
	    !matrix_pass(work, VERB_SNAPSHOT_CREATE, NULL, args->disk, NULL))
		return false;
	snapshot = snapshot_new(work, &f.disk, args);
	snapshot_put(work->txn, &snapshot);
	tags_put(work, snapshot.id, args->tags, args->n_tags);
	job = snapshot_job(work, &snapshot, JOB_SNAPSHOT_CREATE, "snapshot");
	job.disk = f.disk.id;
	job.instance = f.place.instance.id;
	job_open(work, &job);
	snapshot_arm_expiry(work, &snapshot);
	*ret_id = snapshot.id;
	return true;
}

/* Both steps ask the same: the first fixes the moment at once, the second finds it done and takes the time of the copy. */
void snapshot_create_plan(struct work *work, const struct job *job, struct job_plan *ret)
{
	struct snapshot snapshot;

	if (!snapshot_get(work->txn, job->snapshot, &snapshot))
		return;
	ret->calls = arena_array(work->arena, struct driver_call, 1);
	ret->calls[0] = job_call(job, DRIVER_CREATE_SNAPSHOT);
	ret->calls[0].snapshot = snapshot.id;
	ret->calls[0].size_gib = snapshot.size_gib;
	ret->n = 1;
}

static void end_as(struct work *work, const struct job *job, enum snapshot_state state)
{
	struct snapshot snapshot;

	if (!snapshot_get(work->txn, job->snapshot, &snapshot))
		return;
	snapshot.state = state;
	if (state == SNAPSHOT_ACCOMPLISHED)
		snapshot.accomplished_at = work->now;
	snapshot_put(work->txn, &snapshot);
}

void snapshot_create_done(struct work *work, struct job *job)
{
	if (job->step == JOB_REQUESTED) {
		job_advance(work, job, JOB_COPY);
		return;
	}
	end_as(work, job, SNAPSHOT_ACCOMPLISHED);
	job_end(work, job, JOB_DONE, REFUSE_NONE, NULL);
}

/* It stays as failed, for its maker to see and to delete. */
void snapshot_create_failed(struct work *work, struct job *job)
{
	end_as(work, job, SNAPSHOT_FAILED);
}

/* The open job that makes it. */
static bool job_of_snapshot(struct work *work, const char *snapshot, struct job *ret)
{
	struct job_filter filter = JOB_FILTER_ANY;
	struct job *found;

	filter.snapshot = snapshot;
	filter.state = JOB_OPEN;
	filter.kind = JOB_SNAPSHOT_CREATE;
	if (!job_list(work->txn, &filter, &(struct page){ .limit = 1 }, &found))
		return false;
	*ret = found[0];
	return true;
}

struct snapshot_progress snapshot_progress_of(struct work *work, const struct snapshot *snapshot)
{
	struct snapshot_progress progress = { .percent = snapshot->state == SNAPSHOT_ACCOMPLISHED ? 100 : 0 };
	struct job job;
	int64_t whole;
	int64_t left;

	if (snapshot->state != SNAPSHOT_PROGRESSING || !job_of_snapshot(work, snapshot->id, &job))
		return progress;
	whole = job.due_at - job.created_at;
	left = job.due_at > work->now ? job.due_at - work->now : 0;
	if (job.step == JOB_REQUESTED && guard_is_paced(work->core, job.driver))
		left += job_pace(work->core, job.kind, JOB_COPY); /* still to come */
	if (job.step == JOB_COPY && whole > 0)
		progress.percent = (int)(99 * (whole - left) / whole); /* 100 is said by the driver's answer alone */
	progress.seconds_left = (left + SECOND - 1) / SECOND;
	return progress;
}

/* ---- names ---- */

bool snapshot_modify(struct work *work, const char *id, const char *name, const char *description)
{
	struct snapshot snapshot;

	if (!find_snapshot(work, id, &snapshot))
		return work_refuse(work, REFUSE_SNAPSHOT_UNKNOWN, id);
	if (!name && !description)
		return work_refuse(work, REFUSE_NOTHING_TO_CHANGE, id);
	if (name)
		snapshot.name = name;
	if (description)
		snapshot.description = description;
	snapshot_put(work->txn, &snapshot);
	return true;
}

/* ---- DeleteSnapshot ---- */

struct delete_facts {
	struct facts facts;
	bool force;
	int64_t n_disks;    /* made of it */
	int64_t n_creating; /* ... and still being made */
	bool unsettled;     /* it is still being made itself */
};

static bool delete_disk_is_made(const struct work *work, const void *facts)
{
	(void)work;
	return ((const struct delete_facts *)facts)->n_creating > 0;
}

static bool delete_unsettled(const struct work *work, const void *facts)
{
	return work_realm(work)->snapshots_settled && ((const struct delete_facts *)facts)->unsettled;
}

static bool delete_has_disks(const struct work *work, const void *facts_)
{
	const struct delete_facts *f = facts_;

	(void)work;
	return f->n_disks > 0 && !f->force;
}

static const struct check delete_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ delete_unsettled, REFUSE_SNAPSHOT_NOT_READY, ABOUT_SNAPSHOT },
	{ delete_has_disks, REFUSE_SNAPSHOT_HAS_DISKS, ABOUT_SNAPSHOT },
	{ delete_disk_is_made, REFUSE_JOB_IN_THE_WAY, ABOUT_SNAPSHOT },
};

/* Of its account: a fleet may bring disks of another one that name the same id. */
static int64_t count_disks(struct work *work, const struct snapshot *snapshot, int status)
{
	struct disk_filter filter = DISK_FILTER_ANY;

	filter.account = snapshot->tenant.account;
	filter.source_snapshot = snapshot->id;
	filter.status = status;
	filter.not_status = DISK_STATUS_DELETING;
	return disk_count(work->txn, &filter);
}

static void delete_begin(struct work *work, struct snapshot *snapshot)
{
	struct job job = snapshot_job(work, snapshot, JOB_SNAPSHOT_DELETE, "snapshot");

	snapshot->state = SNAPSHOT_DELETING;
	snapshot_put(work->txn, snapshot);
	job_open(work, &job);
}

bool snapshot_delete_verb(struct work *work, const char *id, bool force)
{
	struct delete_facts f = { .facts = { .snapshot_id = id }, .force = force };
	struct snapshot snapshot;

	if (!work_check(work, delete_checks, 1, &f))
		return false;
	if (!find_snapshot(work, id, &snapshot))
		return true;
	f.unsettled = snapshot.state == SNAPSHOT_PROGRESSING;
	f.n_disks = count_disks(work, &snapshot, -1);
	f.n_creating = count_disks(work, &snapshot, DISK_STATUS_CREATING);
	if (!work_check(work, delete_checks, COUNT_OF(delete_checks), &f) ||
	    !matrix_pass_snapshot(work, VERB_SNAPSHOT_DELETE, id))
		return false;
	delete_begin(work, &snapshot);
	return true;
}

void snapshots_remove(struct work *work, const char *disk)
{
	struct snapshot_filter filter = SNAPSHOT_FILTER_ANY;
	struct snapshot *snapshots;
	size_t n;
	size_t i;

	filter.disk = disk;
	filter.not_state = SNAPSHOT_DELETING;
	n = snapshot_list(work->txn, &filter, &(struct page){ 0 }, &snapshots);
	for (i = 0; i < n; i++) {
		if (matrix_pass_snapshot(work, VERB_SNAPSHOT_DELETE, snapshots[i].id))
			delete_begin(work, &snapshots[i]);
	}
}

void snapshots_abandon(struct work *work, const char *disk)
{
	struct job_filter filter = JOB_FILTER_ANY;
	struct job *jobs;
	size_t n;
	size_t i;

	filter.disk = disk;
	filter.state = JOB_OPEN;
	filter.kind = JOB_SNAPSHOT_CREATE;
	n = job_list(work->txn, &filter, &(struct page){ 0 }, &jobs);
	for (i = 0; i < n; i++) {
		struct snapshot snapshot;

		if (snapshot_get(work->txn, jobs[i].snapshot, &snapshot) &&
		    matrix_pass_snapshot(work, VERB_SNAPSHOT_DELETE, snapshot.id))
			delete_begin(work, &snapshot);
	}
}

void snapshot_delete_plan(struct work *work, const struct job *job, struct job_plan *ret)
{
	ret->calls = arena_array(work->arena, struct driver_call, 1);
	ret->calls[0] = job_call(job, DRIVER_DELETE_SNAPSHOT);
	ret->calls[0].snapshot = job->snapshot;
	ret->n = 1;
}

void snapshot_delete_done(struct work *work, struct job *job)
{
	tag_delete_all(work->txn, job->snapshot);
	snapshot_delete(work->txn, job->snapshot);
	job_end(work, job, JOB_DONE, REFUSE_NONE, NULL);
}

/* It is there again, as what it was: one that never was accomplished has failed. */
void snapshot_delete_failed(struct work *work, struct job *job)
{
	struct snapshot snapshot;

	if (!snapshot_get(work->txn, job->snapshot, &snapshot))
		return;
	snapshot.state = snapshot.accomplished_at ? SNAPSHOT_ACCOMPLISHED : SNAPSHOT_FAILED;
	snapshot_put(work->txn, &snapshot);
	snapshot_arm_expiry(work, &snapshot);
}

/* ---- RetentionDays ---- */

void snapshot_expire_plan(struct work *work, const struct job *job, struct job_plan *ret)
{
	(void)work;
	(void)job;
	ret->n = 0;
}

void snapshot_expire_done(struct work *work, struct job *job)
{
	struct snapshot snapshot;

	work->caller.tenant = job->tenant;
	if (!find_snapshot(work, job->snapshot, &snapshot)) {
		job_end(work, job, JOB_DONE, REFUSE_NONE, NULL);
		return;
	}
	if (snapshot_delete_verb(work, job->snapshot, false)) {
		/* Superseded by its own delete. */
		job_get(work->txn, job->id, job);
		return;
	}
	/* Disks were made of it, or it is being put back: it is looked at again. */
	job->attempts++;
	job->reason = refusal_words[work->refusal.reason];
	job->due_at = work->now + EXPIRE_AGAIN;
	job_put(work->txn, job);
	work->refusal = (struct refusal){ 0 };
}

/* ---- what new disks hold ---- */

struct snapshot_source snapshot_source_of(struct work *work, const char *id)
{
	struct snapshot_source source = { .named = !text_empty(id) };

	source.found = source.named && find_snapshot(work, id, &source.snapshot);
	return source;
}

bool snapshot_source_unready(const struct snapshot_source *source)
{
	return source->found && source->snapshot.state != SNAPSHOT_ACCOMPLISHED;
}

bool snapshot_source_unencrypted(const struct snapshot_source *source, bool given, bool encrypted)
{
	return source->found && source->snapshot.encrypted && given && !encrypted;
}

int64_t snapshot_source_size(const struct snapshot_source *source, bool given, int64_t size_gib)
{
	if (!source->found || (given && size_gib > source->snapshot.size_gib))
		return size_gib;
	return source->snapshot.size_gib;
}

void snapshot_source_fill(const struct snapshot_source *source, struct disk *disk)
{
	if (!source->found)
		return;
	disk->source_snapshot = source->snapshot.id;
	if (source->snapshot.encrypted && text_empty(disk->kms_key))
		disk->kms_key = source->snapshot.kms_key;
	disk->encrypted = disk->encrypted || source->snapshot.encrypted;
}
