/* Attachments: a disk is made fast to an instance and cast off again. One row for each time, stamped with the disk's
 * generation, so that what is late for one attachment cannot touch the next. */
#ifndef CORE_ATTACHMENT_H
#define CORE_ATTACHMENT_H

#include "core/disk.h"

struct attach_args {
	const char *instance;
	const char *disk;
	const char *device; /* NULL or "": the first free one */
	bool delete_with_instance_given;
	bool delete_with_instance;
	bool bootable;
	bool credential_given; /* Password or KeyPairName, needed with bootable */
	bool force;
};

bool disk_attach(struct work *work, const struct attach_args *args);

struct attach_room_args {
	const char *instance;
	const char *category;
	int64_t count; /* disks, one or more */
	bool scsi;
};

/* Whether so many new disks could be attached; refuses as disk_attach would. Changes nothing. */
bool disk_attach_room(struct work *work, const struct attach_room_args *args);

struct detach_args {
	const char *instance;
	const char *disk;
	bool delete_with_instance_given;
	bool delete_with_instance; /* system disks: whether it is released with its origin; default true */
	bool force;                /* data disks that are no SCSI devices: the guest is not asked; a detach under way is hastened */
	const char **ret_hastened; /* NULL, or gets the job that was hastened instead of opening one; untouched otherwise */
};

bool disk_detach(struct work *work, const struct detach_args *args);

struct fence_args {
	const char *disk;
	const char *instance;
};

/* Cuts the disk off from the instance without asking its guest: what it has not written is lost. Takes over a detach that
 * is under way. Of any account; who asks is kept in the job and the event. Refuses DISK_UNKNOWN, DISK_NOT_ATTACHED
 * (subject: the disk, detail: the instance) and DISK_STATE. */
bool disk_fence(struct work *work, const struct fence_args *args);

/* A live attachment row for a disk of an instance: next generation, device taken. Writes both rows. */
struct attachment attachment_new(struct work *work, struct disk *disk, const struct instance *instance,
                                 const char *device, bool boot, bool keep_on_release);

/* How many disks an instance of that kind has names for, the system disk's included. */
size_t attachment_slots_of(enum machine_kind kind);

/* The first free device name of the instance, NULL if there is none. */
const char *attachment_free_device(struct work *work, const struct instance *instance, bool boot);

/* The same, where its slots are at hand. */
const char *attachment_device_free(struct arena *arena, const struct attachment *slots, size_t n, bool boot,
                                   enum machine_kind kind);

/* AttachDisk page: "/dev/xvda" or "/dev/vda" is the system disk's, b to z are for data disks; aa to bh as well on bare
 * metal. */
bool attachment_device_well_formed(const char *device, bool boot, enum machine_kind kind);

/* One spelling for both: /dev/vdb and /dev/xvdb are one slot. Only of what is well formed. */
const char *attachment_device_normal(struct arena *arena, const char *device);

/* Whether one of the slots has that name. */
bool attachment_device_taken(const struct attachment *slots, size_t n, const char *device);

/* The attachment a job acts on, and its disk. */
bool attachment_of_job(struct work *work, const struct job *job, struct attachment *attachment, struct disk *disk);

/* The machine has let go, or is gone: the attachment ends in all views at once, with the effects of a detach on the
 * disk. Writes both rows. */
void attachment_release(struct work *work, struct attachment *attachment, struct disk *disk);

/* The machine is off or gone: names that stayed taken after their disks had been taken by force are free again. */
void attachment_free_slots(struct work *work, const char *instance);

/* Whether the disk goes with the instance it came from (delete_with_instance) once this attachment has ended. */
bool attachment_leaves_bound(const struct attachment *attachment, const struct disk *disk);

/* Opens the job that brings the attachment to where its state is heading: fast, or cast off. */
void attachment_open_job(struct work *work, const struct attachment *attachment, const struct disk *disk,
                         enum job_step step, bool force);

/* The driver has made it fast. */
void attachment_made_fast(struct work *work, struct attachment *attachment, struct disk *disk);

/* The live attachment of the disk to the instance. */
bool attachment_find(struct work *work, const char *disk, const char *instance, struct attachment *ret,
                     size_t *ret_n_live);

void attach_plan(struct work *work, const struct job *job, struct job_plan *ret);
void attach_done(struct work *work, struct job *job);
void attach_failed(struct work *work, struct job *job);
void detach_plan(struct work *work, const struct job *job, struct job_plan *ret);
void detach_done(struct work *work, struct job *job);
void detach_failed(struct work *work, struct job *job);

#endif
