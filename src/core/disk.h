/* Disks: made, listed, deleted, and what clients see of them. Making them fast to instances and casting them off is
 * core/attachment.h. */
#ifndef CORE_DISK_H
#define CORE_DISK_H

#include "core/job.h"

struct disk_create_args {
	const char *zone;     /* NULL: the instance's */
	const char *instance; /* not NULL: attached to this instance; where only PrePaid ones may have that, a PrePaid disk */
	const char *category; /* NULL: the realm's everyday one */
	const char *performance_level;
	const char *name;
	const char *description;
	bool size_given;
	int64_t size_gib;
	const char *snapshot; /* NULL or "": empty, or the image's */
	const char *image;    /* NULL or "": none */
	bool multi_attach;
	bool scsi;
	bool encrypted_given;
	bool encrypted;
	const char *kms_key;
	const struct tag *metadata; /* of its clients: key and value alone */
	size_t n_metadata;
	bool bursting;
	int64_t provisioned_iops;
	const char *resource_group;
	const char *storage_set;
	int64_t storage_set_partition;
	const struct tag *tags; /* resource and account are filled in */
	size_t n_tags;
};

/* CreateDisk: a data disk that becomes Available, or In_use where an instance is named (CreateDisk page, "InstanceId").
 * The id of the new disk is *ret_id. */
bool disk_create(struct work *work, const struct disk_create_args *args, const char **ret_id);

/* DeleteDisk: only an Available disk; one that is not there is no error (aliyun: DeleteDisk page, "Description"). */
bool disk_delete_verb(struct work *work, const char *id);

/* The disk of an instance that is being made: row only, no job; the instance's job builds it. */
struct disk disk_new(struct work *work, const char *region, const char *zone, const char *category);

/* Whether a category may have that size and level as a data or system disk; the reason if not. */
enum refusal_reason disk_fits(const char *category, const char *level, int64_t size_gib, bool system);

/* Fills in what a category has when nothing was asked: the level of an ESSD. */
const char *disk_level_or_default(const char *category, const char *level);

/* Derives the status from the disk's state and its attachments, and writes the row. Called after every change of
 * either, in the same transaction. */
void disk_refresh(struct work *work, struct disk *disk);

/* The same after a change of one attachment, just written: of a disk that is not shared it is the only one that can be
 * live, and need not be read again. */
void disk_refresh_by(struct work *work, struct disk *disk, const struct attachment *changed);

/* Something came to nothing, and the disk says so; no instance holds it. */
static inline bool disk_has_failed(const struct disk *disk)
{
	return disk->state >= DISK_CREATE_FAILED && disk->state < DISK_STATE_MAX;
}

/* What was begun with the disk came to nothing. It is ready again; where such a thing stays to be seen and no instance holds
 * it, it is `failed`. Writes the row. */
void disk_settle(struct work *work, struct disk *disk, enum disk_state failed);

/* Removes the row and its tags, and its snapshots that are still on their way; ends work on its content. */
void disk_forget(struct work *work, const struct disk *disk);

/* Turns a system disk whose origin is gone, or that is attached as a data disk, into a plain PostPaid data disk
 * (DetachDisk page, DeleteWithInstance=false: "converted to a pay-as-you-go data disk and kept"). Does not write the row. */
void disk_become_data(struct disk *disk);

void tags_put(struct work *work, const char *resource, const struct tag *tags, size_t n);

void disk_create_plan(struct work *work, const struct job *job, struct job_plan *ret);
void disk_create_done(struct work *work, struct job *job);
void disk_create_failed(struct work *work, struct job *job);
void disk_delete_plan(struct work *work, const struct job *job, struct job_plan *ret);
void disk_delete_done(struct work *work, struct job *job);
void disk_delete_failed(struct work *work, struct job *job);

#endif
