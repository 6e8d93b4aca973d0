/* What is changed of a disk that exists: its attributes, its size, its content, and an instance's system disk as a whole.
 * Making, deleting and attaching disks are in core/disk.h and core/attachment.h. */
#ifndef CORE_DISK_CHANGE_H
#define CORE_DISK_CHANGE_H

#include "core/attachment.h"

/* Where a disk is: how many attachments live, the first of them, and its instance (locks "" where there is none). */
struct disk_place {
	size_t n_live;
	struct attachment attachment;
	struct instance instance;
};
struct disk_place disk_place_of(struct work *work, const struct disk *disk);

struct disk_modify_args {
	const char *const *disks; /* all are changed, or none */
	size_t n_disks;
	const char *name; /* NULL: as it is */
	const char *description;
	int delete_with_instance; /* 0, 1, or -1: as it is */
	int delete_auto_snapshot;
	int enable_auto_snapshot;
	int bursting;
};

/* ModifyDiskAttribute. The disks may be attached or not; whether one goes with its instance is not changed while it is on
 * its way there or back, since the attach or detach says that itself. */
bool disk_modify(struct work *work, const struct disk_modify_args *args);

struct disk_resize_args {
	const char *disk;
	int64_t size_gib;
	bool online;
};

/* ResizeDisk: only grows. The size is shown at once, since clients read it right after the reply; if the driver cannot, the
 * disk has its old one again. */
bool disk_resize(struct work *work, const struct disk_resize_args *args);

struct disk_spec_args {
	const char *disk;
	const char *category;          /* "": as it is */
	const char *performance_level; /* "": as it is; of a disk that becomes one with levels: PL1 */
	bool iops_given;
	int64_t iops; /* provisioned, beyond what comes with the size */
};

/* ModifyDiskSpec: the disk keeps its content and its place. What it becomes is shown at once; if the driver cannot, it is
 * again what it was. *ret_job is the id of the work. */
bool disk_spec(struct work *work, const struct disk_spec_args *args, const char **ret_job);

struct disk_charge_args {
	const char *instance;
	const char *const *disks; /* data disks of it; all are changed, or none */
	size_t n_disks;
	bool pre_paid;
};

/* ModifyDiskChargeType: a disk that is paid for in advance cannot leave its instance, and ends with it. One that is paid for
 * in that way already is left alone. */
bool disk_charge(struct work *work, const struct disk_charge_args *args);

struct disk_reinit_args {
	const char *disk;
	bool then_start;
};

/* ReInitDisk: a disk of a stopped instance is what it was when it was made: its image, its snapshot, or empty. */
bool disk_reinit(struct work *work, const struct disk_reinit_args *args);

struct disk_reset_args {
	const char *disk;
	const char *snapshot;
};

/* ResetDisk: the content of a snapshot of the same disk comes back (page of 2026: also while it is Available). */
bool disk_reset(struct work *work, const struct disk_reset_args *args);

struct system_disk_replace_args {
	const char *instance;
	const char *image;
	const char *disk; /* offered by the vendor to selected users only */
	bool size_given;
	int64_t size_gib;
	bool encrypted;
	const char *kms_key;
};

/* ReplaceSystemDisk: a stopped instance gets a new system disk, whose id is *ret_disk, and the old one is deleted. The
 * change is seen in all views at once, when the new disk is in its place. */
bool system_disk_replace(struct work *work, const struct system_disk_replace_args *args, const char **ret_disk);

void disk_resize_plan(struct work *work, const struct job *job, struct job_plan *ret);
void disk_resize_done(struct work *work, struct job *job);
void disk_resize_failed(struct work *work, struct job *job);
void disk_spec_plan(struct work *work, const struct job *job, struct job_plan *ret);
void disk_spec_done(struct work *work, struct job *job);
void disk_spec_failed(struct work *work, struct job *job);
void disk_restore_plan(struct work *work, const struct job *job, struct job_plan *ret);
void disk_restore_done(struct work *work, struct job *job);
void disk_restore_failed(struct work *work, struct job *job);
void system_disk_replace_plan(struct work *work, const struct job *job, struct job_plan *ret);
void system_disk_replace_done(struct work *work, struct job *job);
void system_disk_replace_failed(struct work *work, struct job *job);

#endif
