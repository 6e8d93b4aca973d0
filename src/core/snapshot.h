/* Snapshots: made of a disk, deleted, and what of them is still on its way. What disks are made of them is core/disk.h's,
 * what is put back from them core/disk_change.h's. */
#ifndef CORE_SNAPSHOT_H
#define CORE_SNAPSHOT_H

#include "core/job.h"

#define SNAPSHOTS_MAX 256 /* of a disk (CreateSnapshot page) */

struct snapshot_create_args {
	const char *disk;
	bool free_only; /* not of one that an instance holds */
	const char *name;
	const char *description;
	const char *category; /* NULL: "Standard" */
	int64_t retention_days; /* 0: for ever */
	bool instant_access;
	int64_t instant_access_days;
	const char *resource_group;
	const struct tag *metadata; /* of its clients: key and value alone */
	size_t n_metadata;
	const struct tag *tags; /* resource and account are filled in */
	size_t n_tags;
};

/* CreateSnapshot: of an attached or free disk that was in use once. What the disk holds now is kept, whatever happens to it
 * while the snapshot is progressing. */
bool snapshot_create(struct work *work, const struct snapshot_create_args *args, const char **ret_id);

/* A new name, a new description; NULL: as it is. Refuses SNAPSHOT_UNKNOWN, and NOTHING_TO_CHANGE where both are NULL. */
bool snapshot_modify(struct work *work, const char *id, const char *name, const char *description);

/* DeleteSnapshot: one that does not exist is no error; one that is progressing is given up; one that disks were made of needs
 * `force` (DeleteSnapshot page, "Description"). */
bool snapshot_delete_verb(struct work *work, const char *id, bool force);

/* The disk goes for good: what was still progressing goes with it (CreateSnapshot page). */
void snapshots_abandon(struct work *work, const char *disk);
/* ... and so do all the others, where snapshots go with their disk. */
void snapshots_remove(struct work *work, const char *disk);

/* RetentionDays: the job that waits for its end. */
void snapshot_arm_expiry(struct work *work, const struct snapshot *snapshot);

/* How far a snapshot is, by the time that its job takes. */
struct snapshot_progress {
	int percent;
	int64_t seconds_left;
};
struct snapshot_progress snapshot_progress_of(struct work *work, const struct snapshot *snapshot);

/* What a new disk is to hold. */
struct snapshot_source {
	bool named; /* a snapshot was asked for */
	bool found;
	struct snapshot snapshot;
};
struct snapshot_source snapshot_source_of(struct work *work, const char *id);
bool snapshot_source_unready(const struct snapshot_source *source);
/* Encrypted=false was said of the copy of an encrypted snapshot. */
bool snapshot_source_unencrypted(const struct snapshot_source *source, bool given, bool encrypted);
/* The disk is never smaller than its snapshot: a smaller size is raised (CreateDisk page of 2026, "Size"). */
int64_t snapshot_source_size(const struct snapshot_source *source, bool given, int64_t size_gib);
void snapshot_source_fill(const struct snapshot_source *source, struct disk *disk);

void snapshot_create_plan(struct work *work, const struct job *job, struct job_plan *ret);
void snapshot_create_done(struct work *work, struct job *job);
void snapshot_create_failed(struct work *work, struct job *job);
void snapshot_delete_plan(struct work *work, const struct job *job, struct job_plan *ret);
void snapshot_delete_done(struct work *work, struct job *job);
void snapshot_delete_failed(struct work *work, struct job *job);
void snapshot_expire_plan(struct work *work, const struct job *job, struct job_plan *ret);
void snapshot_expire_done(struct work *work, struct job *job);

#endif
