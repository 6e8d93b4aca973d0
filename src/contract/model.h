/* The things of a cloud as plain structs: what the core decides on, what a store keeps and what a driver acts on.
 * Data only: who may change what, and how a state is called by a vendor, is decided elsewhere.
 *
 * Texts belong to the arena of the transaction that read them. A text is never NULL once read from a store: "" is
 * "none". Moments are milliseconds since 1970 UTC in cloud time (core/clock.h); 0 is "never". */
#ifndef CONTRACT_MODEL_H
#define CONTRACT_MODEL_H

#include <stdbool.h>
#include <stdint.h>

/* Where a row lives. Every row of a customer carries it; ids are unique without it. */
struct tenant {
	const char *realm;   /* "aliyun", "huawei": minted with the account, never changes */
	const char *account;
	const char *scope;   /* a Huawei project; "default" for Alibaba Cloud */
	const char *region;
};

struct account {
	const char *id; /* a 16-digit number, or 32 hex digits, as its realm has them */
	const char *realm;
	const char *name;
	bool disk_white_list; /* false: outside the vendor's disk white list, disk verbs are refused */
	bool safe_detach;     /* a disk in use inside the guest is not detached unless forced */
	const char *own_key; /* the access key it was made for by that key's first call; "": none */
	int64_t created_at;
};

enum access_key_state { ACCESS_KEY_ACTIVE, ACCESS_KEY_DISABLED, ACCESS_KEY_STATE_MAX };

/* A part of an account with things of its own, in one region; the scope of their tenant. Only in realms that are scoped. */
struct project {
	const char *id;
	const char *account;
	const char *name; /* its region's, or that and "_" and more */
	const char *region;
	const char *description;
	int64_t created_at;
};

struct access_key {
	const char *id;
	const char *account;
	const char *holder; /* the user of the account that it belongs to, by id; "": the account itself */
	const char *secret;
	const char *description;
	enum access_key_state state;
	int64_t created_at;
};

enum principal_kind { PRINCIPAL_USER, PRINCIPAL_ROLE, PRINCIPAL_KIND_MAX };
extern const char *const principal_kind_names[PRINCIPAL_KIND_MAX + 1];

/* Who acts in an account beside the account itself: a user who has keys, or a role that is taken for a while. */
struct principal {
	const char *id;
	const char *account;
	enum principal_kind kind;
	const char *name;     /* one of that kind and account has it */
	const char *policies; /* what it may do: a JSON list of documents (core/policy.h) */
	const char *password; /* a user's, as base/password.h makes it; "": none, it has only keys */
	int64_t created_at;
};

/* A key that acts in a role of its account for a while, and only together with its token. Its moments are of the real
 * clock. */
struct temporary_key {
	const char *id;
	const char *account;
	const char *secret;
	const char *token;
	const char *role;
	const char *session; /* as its maker called it */
	const char *policy;  /* as given; "": none */
	const char *created_by; /* access key id */
	const char *holder; /* the user it acts for instead, by id; "": a role, or where that is "" the account itself */
	int64_t created_at;
	int64_t expires_at;
};

/* What a login gave: who has it acts for a user, the account itself or in a role until it expires. Only its digest is kept.
 * Its moments are of the real clock. */
struct token {
	const char *id;      /* SHA-256 of the token, in hex */
	const char *account;
	const char *holder;  /* a user of the account, by id; "": the account itself, or a role */
	const char *role;    /* "": none */
	const char *scope;   /* the project that it is for; "": none */
	bool whole;          /* it is for the account as a whole */
	const char *methods; /* how it was got: words with commas */
	int64_t issued_at;
	int64_t expires_at;
};

enum machine_kind { MACHINE_VIRTUAL, MACHINE_BARE_METAL, MACHINE_KIND_MAX };

/* What instances can be: cores, memory, and what their disks may do while they run. */
struct instance_type {
	const char *id; /* "ecs.g7.large" */
	const char *family;
	int64_t cpus;
	int64_t memory_mib;
	bool hot_unplug;   /* a disk can be attached to and detached from it while it runs */
	bool multi_attach; /* NVMe: takes multi-attach disks */
	int64_t max_data_disks;
	const char *realm; /* of a row that was added; a built-in one is its realm's */
	enum machine_kind kind;
};

/* What system disks are made of. */
struct image {
	const char *id;
	const char *account; /* whose it is; "": everybody's */
	const char *name;
	const char *os_type; /* "linux" or "windows" */
	const char *os_name;
	const char *os_name_en;
	int64_t size_gib;
	bool deleted; /* no longer to be had; instances that were made of it live on */
	int64_t created_at;
	const char *realm; /* likewise */
	/* For machines that are real. A kernel is booted as it is, a file where the machines run; without one the machine boots
	 * from its system disk, which has the content of `path`: raw bytes, read by this server. */
	const char *path;
	const char *kernel;
	const char *initrd;
	const char *cmdline;
};

enum instance_state {
	INSTANCE_PENDING,  /* being built */
	INSTANCE_STARTING,
	INSTANCE_RUNNING,
	INSTANCE_STOPPING,
	INSTANCE_STOPPED,
	INSTANCE_RELEASING, /* accepted for release; gone when its job ends */
	INSTANCE_STATE_MAX
};

enum charge_type { CHARGE_POST_PAID, CHARGE_PRE_PAID, CHARGE_TYPE_MAX };

struct instance {
	const char *id;
	struct tenant tenant;
	const char *driver; /* which driver runs it */
	const char *native; /* of one that was there before: the driver's own name for it; "": Cleat made it */
	const char *zone;
	enum machine_kind kind;
	enum instance_state state;
	const char *name;
	const char *description;
	const char *host_name;
	const char *image;
	const char *type; /* catalogue name: "ecs.g6.large" */
	enum charge_type charge_type;
	const char *stopped_mode; /* "KeepCharging", "StopCharging" or "Not-applicable" */
	bool deletion_protection;
	const char *locks;           /* reasons, comma separated: "security", "financial", ... */
	const char *security_groups; /* ids, comma separated */
	const char *vpc;
	const char *vswitch;
	const char *private_ip;
	const char *key_pair;
	const char *user_data; /* base64 as given */
	const char *resource_group;
	const char *serial;
	const char *internet_charge_type;
	int64_t internet_max_bandwidth_in;  /* Mbit/s */
	int64_t internet_max_bandwidth_out; /* Mbit/s */
	const char *spot_strategy;
	int64_t created_at;
	int64_t started_at;
	int64_t expires_at;      /* PrePaid only */
	int64_t auto_release_at; /* 0: never */
	const char *guest_os; /* "linux" or "windows", from its image; "" where nobody knows */
	bool guest_agent;     /* something in the guest can tell what it does with its disks */
};

/* What a disk itself is at; whether it is attached is told by its attachments. */
enum disk_state {
	DISK_CREATING,
	DISK_READY,
	DISK_DELETING,
	DISK_REINITING, /* its content is being put back to an image, a snapshot or nothing */
	/* What was begun with it came to nothing, in realms where that stays to be seen (core/realm.h). */
	DISK_CREATE_FAILED,
	DISK_DELETE_FAILED,
	DISK_RESIZE_FAILED,
	DISK_RESTORE_FAILED,
	DISK_STATE_MAX
};

/* What clients see, derived from the disk's own state and its attachments by core/disk.c (disk_refresh) in the same
 * transaction as every change of either; kept in the row so that lists can be filtered by it. */
enum disk_status {
	DISK_STATUS_CREATING,
	DISK_STATUS_AVAILABLE,
	DISK_STATUS_ATTACHING,
	DISK_STATUS_IN_USE,
	DISK_STATUS_DETACHING,
	DISK_STATUS_DELETING,
	DISK_STATUS_REINITING,
	DISK_STATUS_CREATE_FAILED,
	DISK_STATUS_DELETE_FAILED,
	DISK_STATUS_RESIZE_FAILED,
	DISK_STATUS_RESTORE_FAILED,
	DISK_STATUS_MAX
};

enum disk_type { DISK_DATA, DISK_SYSTEM, DISK_TYPE_MAX };

struct disk {
	const char *id;
	struct tenant tenant;
	const char *driver;
	const char *native; /* likewise */
	const char *zone;
	enum disk_state state;
	enum disk_status status;
	enum disk_type type;
	const char *name;
	const char *description;
	const char *category;          /* "cloud_essd", ... */
	const char *performance_level; /* "PL1"; "" where the category has none */
	int64_t size_gib;
	enum charge_type charge_type;
	bool portable;
	bool delete_with_instance;
	bool delete_auto_snapshot;
	bool enable_auto_snapshot;
	bool multi_attach;
	bool scsi; /* the guest sees it as a SCSI device whose commands reach the disk; else as a plain block device */
	bool encrypted;
	bool bursting;
	bool base_image_lost;
	bool overdue;
	const char *kms_key;
	const char *metadata;        /* of its clients (core/metadata.h) */
	const char *image;           /* system disks: what they were made of */
	const char *source_snapshot;
	const char *resource_group;
	const char *storage_set;
	int64_t storage_set_partition;
	int64_t provisioned_iops;
	const char *serial;
	int64_t generation;          /* counts attaches; stamped on each attachment */
	const char *origin_instance; /* system disks: the instance they were made with */
	int64_t created_at;
	int64_t attached_at; /* of the newest attachment */
	int64_t detached_at; /* of the newest detach that ended */
	int64_t expires_at;
};

enum snapshot_state {
	SNAPSHOT_PROGRESSING,
	SNAPSHOT_ACCOMPLISHED,
	SNAPSHOT_FAILED,
	SNAPSHOT_DELETING,
	SNAPSHOT_STATE_MAX
};

/* What a disk held at one moment. It outlives its disk. */
struct snapshot {
	const char *id;
	struct tenant tenant;
	const char *driver;
	const char *disk; /* whose content it is; may be gone */
	enum disk_type disk_type;
	const char *disk_category;
	int64_t size_gib; /* of the disk at that moment */
	enum snapshot_state state;
	const char *name;
	const char *description;
	const char *category; /* "Standard" or "Flash" */
	int64_t retention_days; /* 0: kept until it is deleted */
	bool instant_access;
	int64_t instant_access_days;
	bool encrypted;
	const char *kms_key;
	const char *metadata; /* of its clients */
	const char *resource_group;
	const char *serial;
	int64_t created_at;
	int64_t accomplished_at;
};

enum attachment_state {
	ATTACHMENT_ATTACHING,
	ATTACHMENT_ATTACHED,
	ATTACHMENT_DETACHING,
	ATTACHMENT_DETACHED, /* ended; the row stays as history until it is purged */
	ATTACHMENT_STATE_MAX
};

/* One time that one disk was made fast to one instance. Never reused: the next attach makes a new row with the next
 * generation, so that a late answer about this one cannot touch that one. */
struct attachment {
	const char *id;
	struct tenant tenant;
	const char *disk;
	const char *instance;
	int64_t generation;
	enum attachment_state state;
	bool boot;      /* attached as the system disk */
	bool shared;    /* of a multi-attach disk: others may live beside it */
	bool slot_held; /* its device name is taken on the instance; may outlive the attachment */
	const char *device; /* "/dev/xvdb" */
	bool keep_on_release; /* what the attach, or later the detach, asked: the disk outlives the instance */
	int64_t requested_at;
	int64_t attached_at;
	int64_t detach_requested_at;
	int64_t detached_at;
	/* Simulated guests: what this one does with the disk. */
	const char *guest_mounted; /* "/data": where it is mounted; "": nowhere */
	bool guest_io;             /* it is read or written */
	const char *guest_by;      /* by whom: "postgres[312]" */
	bool guest_silent;         /* the guest never lets go when it is asked to */
	int64_t guest_delay_ms;    /* it lets go only that long after it was asked, in real time */
};

enum job_kind {
	JOB_DISK_CREATE,
	JOB_DISK_DELETE,
	JOB_ATTACH,
	JOB_DETACH,
	JOB_INSTANCE_CREATE,
	JOB_INSTANCE_START,
	JOB_INSTANCE_STOP,
	JOB_INSTANCE_REBOOT,
	JOB_INSTANCE_DELETE,
	JOB_INSTANCE_AUTO_RELEASE, /* waits for AutoReleaseTime */
	JOB_DISK_RESIZE,
	JOB_DISK_SPEC, /* category, performance level, provisioned IOPS */
	JOB_DISK_REINIT,
	JOB_DISK_RESET,
	JOB_SYSTEM_DISK_REPLACE,
	JOB_SNAPSHOT_CREATE,
	JOB_SNAPSHOT_DELETE,
	JOB_SNAPSHOT_EXPIRE, /* waits for the end of RetentionDays */
	JOB_SCALING_ACTIVITY, /* moves the open activity of a scaling group on */
	JOB_SCALING_LOOK, /* compares a scaling group with what it is to be */
	JOB_KIND_MAX
};

/* Every job is REQUESTED once it may have reached a machine: from there it is never simply taken back. */
enum job_step {
	JOB_CHECK,     /* nothing was asked of a driver yet; may still fail and leave all as it was */
	JOB_REQUESTED, /* committed before the driver is asked; asked again until it answers */
	JOB_POWER,     /* instance jobs: the part after the machine was built or before it is released */
	JOB_FENCE,     /* the guest did not let go: the driver makes the disk unreachable for it */
	JOB_COPY,      /* of a snapshot: its moment is fixed, its content is being put away */
	JOB_UNPLUG,    /* of a system disk's replacement: the new one is made, the old one is taken off */
	JOB_PLUG,      /* ... and the new one takes its place */
	JOB_BUILD,     /* JOB_REQUESTED of an instance that stays off once it is built */
	JOB_UNDO,      /* what was built is removed, of something that cannot be made whole or whose end has begun: nothing fails
	                  any more, what does not go now is asked for again */
	JOB_STEP_MAX
};

enum job_state { JOB_OPEN, JOB_DONE, JOB_FAILED, JOB_SUPERSEDED, JOB_STATE_MAX };

struct job {
	const char *id;
	struct tenant tenant;
	enum job_kind kind;
	enum job_step step;
	enum job_state state;
	const char *driver;
	const char *instance;
	const char *disk;
	const char *attachment;
	int64_t generation; /* of the attachment it acts on */
	const char *snapshot; /* that it makes, deletes, or puts back */
	const char *new_disk; /* that takes the place of `disk` */
	const char *scaling_group; /* that it works for */
	int64_t old_size_gib; /* of a disk that is resized: what it has again if that fails */
	const char *old_category; /* of a disk whose specification changes: likewise */
	const char *old_level;
	int64_t old_iops;
	bool then_start;      /* the instance is started once it is done */
	enum instance_state instance_was; /* of a release: what the instance is again if that fails */
	const char *lock;   /* what it works on alone: at most one open job has it (unique in the store) */
	bool force;
	const char *requested_by; /* access key id, or "cleat" for the server's own */
	int64_t created_at;
	int64_t due_at;   /* cloud time of the next look */
	int64_t ended_at;
	int64_t attempts;
	const char *fault;   /* the fault that its call met, if it was one of jobs; "": none, or it was cleared */
	const char *reason;  /* word of contract/refusal.h for a failure or a wait, "" otherwise */
	const char *message; /* the driver's own words */
	/* Lease, in real time: who works on it until when. The fence counts the claims; an answer that comes back under
	 * an older fence is ignored. */
	const char *lease_owner;
	int64_t lease_until;
	int64_t lease_fence;
};

enum event_outcome {
	EVENT_EXECUTED, /* the server did it of its own accord */
	EVENT_FAILED,   /* it was asked for and came to nothing */
	EVENT_EXECUTING, /* it was asked for, is under way, and takes longer than it should: somebody is waited for */
	EVENT_OUTCOME_MAX
};

/* What a client is told to poll for the work that its request set going. How it stands is told by its jobs. */
struct client_job {
	const char *id;
	struct tenant tenant;
	const char *service; /* that was asked */
	const char *type;    /* its word for the work */
	const char *instance; /* "" where it is not about one */
	const char *disk;
	bool batch;          /* its jobs are shown one by one */
	const char *jobs;    /* ids, comma separated */
	int64_t created_at;
};

/* Something that befell an instance or a disk. Never changed once written. */
struct event {
	const char *id;
	struct tenant tenant;
	enum job_kind kind; /* of the work it is about */
	enum event_outcome outcome;
	const char *instance; /* "" where there is none */
	const char *disk;
	const char *device; /* of the attachment, where it is about one */
	const char *job;
	const char *reason;  /* word of contract/refusal.h, or "" */
	const char *message; /* for people */
	int64_t not_before;  /* when it was to happen: since then somebody waited for it */
	int64_t created_at;  /* when it happened */
};

struct tag {
	const char *resource;
	const char *account;
	const char *key;
	const char *value;
	bool propagate; /* of a scaling group: the instances that it makes get it as well */
};

/* Names as they are kept in the store and printed in logs; indexed by the enum. */
extern const char *const access_key_state_names[ACCESS_KEY_STATE_MAX + 1];
extern const char *const machine_kind_names[MACHINE_KIND_MAX + 1];
extern const char *const instance_state_names[INSTANCE_STATE_MAX + 1];
extern const char *const charge_type_names[CHARGE_TYPE_MAX + 1];
extern const char *const disk_state_names[DISK_STATE_MAX + 1];
extern const char *const disk_status_names[DISK_STATUS_MAX + 1];
extern const char *const disk_type_names[DISK_TYPE_MAX + 1];
extern const char *const snapshot_state_names[SNAPSHOT_STATE_MAX + 1];
extern const char *const attachment_state_names[ATTACHMENT_STATE_MAX + 1];
extern const char *const job_kind_names[JOB_KIND_MAX + 1];
extern const char *const job_step_names[JOB_STEP_MAX + 1];
extern const char *const job_state_names[JOB_STATE_MAX + 1];
extern const char *const event_outcome_names[EVENT_OUTCOME_MAX + 1];

#endif
