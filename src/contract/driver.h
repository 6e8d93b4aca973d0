/* What a driver promises: to carry out one short, repeatable act on a machine or a disk and to say truthfully what came
 * of it. A driver knows nothing of requests, jobs, accounts or vendors; core/guard.c is its only caller.
 *
 * Life of a driver:
 *
 *     open -> restore (with everything the store has of this driver's) -> act, observe ... -> close
 *
 *  - open makes ready; nothing is running yet.
 *  - restore tells the driver what was recorded. The simulator rebuilds its machines from it; a driver of real machines
 *    compares it with what it finds and keeps what it needs. A simulated one is restored again, as a whole, whenever the
 *    store was given another state; no act is under way then.
 *  - act may come from several threads at once, but never twice at the same time for one machine. It does not wait for
 *    a guest or a timer: what takes time is DRIVER_PENDING, and it is asked again.
 *  - close ends what the driver itself started; machines go on.
 *
 * An act may come again after a crash or a lost answer, with the same call: doing what is already done is DRIVER_DONE.
 * `fence` only grows for one job; a driver that remembers a higher one answers DRIVER_REFUSED with "stale". */
#ifndef CONTRACT_DRIVER_H
#define CONTRACT_DRIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

enum driver_act {
	DRIVER_CREATE_DISK, /* empty, or with the content of the image or the snapshot that is named */
	DRIVER_DELETE_DISK,
	DRIVER_CREATE_MACHINE, /* defined, off, without disks */
	DRIVER_DELETE_MACHINE, /* off or on; its attachments end with it */
	DRIVER_POWER_ON,
	DRIVER_POWER_OFF, /* force: at once, without asking the guest */
	DRIVER_ATTACH,
	DRIVER_CHECK_IDLE, /* asks only: does the guest use the disk? DONE: no; REFUSED "in-use": yes */
	DRIVER_DETACH, /* force: the guest is not asked whether it uses the disk, but to let go all the same */
	DRIVER_FENCE,  /* the machine cannot reach the disk any more, whatever its guest does */
	DRIVER_RESIZE_DISK,  /* to size_gib; a disk never shrinks: one that has as much is DONE */
	DRIVER_MODIFY_DISK,  /* to this category, level and provisioned IOPS, wherever it is attached */
	DRIVER_RESTORE_DISK, /* its content is that of the image or the snapshot that is named, or nothing. REFUSED "powered" while a
	                        machine that is on can reach it */
	/* Of the disk, as it is when this is first done; later ones change nothing. REFUSED "powered" by drivers that cannot
	 * take one while a machine that is on can write the disk. */
	DRIVER_CREATE_SNAPSHOT,
	DRIVER_DELETE_SNAPSHOT,
	DRIVER_ACT_MAX
};

extern const char *const driver_act_names[DRIVER_ACT_MAX + 1];

/* What a machine is, and what it boots; absent texts are "". */
struct driver_build {
	const char *uuid; /* its serial number, as its guest sees it */
	int64_t cpus;
	int64_t memory_mib;
	const char *kernel; /* a file where the machines run; "": it boots from its system disk */
	const char *initrd;
	const char *cmdline; /* of the kernel */
};

/* Everything an act may need; texts live until the call returns, absent ones are "". */
struct driver_call {
	enum driver_act act;
	const char *job;
	int64_t fence; /* of the job's lease */
	const char *machine;
	const char *disk;
	const char *attachment;
	int64_t generation;
	const char *device;
	const char *serial; /* of the disk, as guests see it; with DRIVER_ATTACH */
	const char *image;
	const char *image_path; /* the file with the content of the image, for drivers that keep bytes; "": it has none */
	const char *snapshot;
	const struct driver_build *build; /* with DRIVER_CREATE_MACHINE; NULL: whatever the driver makes by itself */
	int64_t size_gib;
	const char *category;          /* "cloud_essd", ... */
	const char *performance_level; /* "PL1"; "" where the category has none */
	int64_t provisioned_iops;
	bool shared;
	bool force;
};

enum driver_answer {
	DRIVER_DONE,    /* it is so */
	DRIVER_PENDING, /* under way; ask again in look_again_ms */
	DRIVER_REFUSED, /* not done and nothing under way: see reason */
	DRIVER_FAILED,  /* not done and nothing under way: the driver could not; see reason */
	DRIVER_UNKNOWN, /* cannot tell (connection lost, ...): ask again */
	DRIVER_ANSWER_MAX
};

extern const char *const driver_answer_names[DRIVER_ANSWER_MAX + 1];

struct driver_reply {
	enum driver_answer answer;
	int64_t look_again_ms; /* real time; with PENDING and UNKNOWN */
	/* One word for programs: "in-use", "stale", "no-such-machine", ... With PENDING there are two that do not yet make a
	 * forced detach fence: "under-way", the driver is at it and waits for nobody; "asked", the guest was asked a moment
	 * ago. */
	char reason[32];
	char message[256];     /* a sentence for people */
};

/* What the guest of a simulated machine does with a disk. */
struct driver_guest {
	const char *mounted; /* "/data"; "": nowhere */
	const char *by;      /* who uses the disk, for messages; "": nobody is named */
	bool io;             /* it is read or written */
	bool silent;         /* the guest never lets go of it */
	int64_t delay_ms;    /* it lets go that long after it was asked first; real time */
};

/* What the store has on record, handed over in this order: disks, machines, attachments, snapshots. */
enum driver_record_kind {
	DRIVER_RECORD_DISK,
	DRIVER_RECORD_MACHINE,
	DRIVER_RECORD_ATTACHMENT,
	DRIVER_RECORD_SNAPSHOT,
};

struct driver_record {
	enum driver_record_kind kind;
	const char *disk;
	const char *machine;
	const char *attachment;
	const char *snapshot;
	const char *device;
	const char *uuid;   /* of a machine: driver_build's */
	const char *native; /* of a disk that the driver did not make: its own name for it; "" or NULL: it did */
	int64_t generation;
	int64_t size_gib;
	bool powered;
	bool agent; /* of a machine: its guest can tell what it does with its disks */
	bool shared;
	bool gone; /* with `learn`: it is not the server's any more */
	struct driver_guest guest; /* of an attachment; texts may be NULL */
};

/* A machine that the driver did not make, as it is found. */
struct driver_survey_disk {
	const char *native; /* the driver's own name for it; it finds the disk again by that */
	const char *target; /* the guest's name for it, or what comes close: "vdb" */
	const char *serial; /* "": it has none */
	int64_t size_gib;   /* rounded up */
	bool unpluggable;   /* it can be taken off with its guest's consent */
};

struct driver_survey {
	const char *name;
	const char *uuid;
	bool powered;
	bool agent;
	int64_t cpus;
	int64_t memory_mib;
	const char *busy; /* what is under way with it that a detach must not meet (a backup, a migration, ...); "": nothing */
	struct driver_survey_disk *disks; /* the first is the one it boots from */
	size_t n_disks;
};

/* Called by a driver, from any thread of its own and holding no lock: what this job waits for may have happened. */
typedef void (*driver_wake)(void *context, const char *job);

/* How a machine without a hypervisor reaches its disks by itself: what its operator sets up there. Texts are "" where there is
 * none. */
struct driver_connection {
	char address[64]; /* with port; "": only from this host, by `socket` */
	int port;
	char socket[512];
	char user[128]; /* its credential: a user of TLS-PSK and the user's key, a secret */
	char key[128];
};

enum driver_seen { DRIVER_SEEN_ABSENT, DRIVER_SEEN_PRESENT, DRIVER_SEEN_UNKNOWN };

struct driver {
	const char *name;

	/* The driver takes no time of its own: the pace of the server decides how long its work seems to take. */
	bool paced;

	/* What it has is what restore says: a fleet can be put in its place by writing it down. */
	bool simulated;

	/* DRIVER_CREATE_SNAPSHOT is REFUSED "powered": what is known to be on need not be asked. */
	bool snapshots_need_off;

	/* Mandatory. Returns the driver's own state in *ret_self, or false with a message in `error`. `config` is what
	 * followed "=" on the command line, or "". */
	bool (*open)(const char *config, void **ret_self, char *error, size_t error_size);

	/* Mandatory. Called before any act, and again, instead of all that it had, if it is `simulated`. False with a
	 * message in `error`: the server does not start. */
	bool (*restore)(void *self, const struct driver_record *records, size_t n, char *error, size_t error_size);

	/* Mandatory. Fills *ret whatever happens. */
	void (*act)(void *self, const struct driver_call *call, struct driver_reply *ret);

	/* Mandatory. Whether the machine can reach the disk now; for an attachment of "" whether the machine exists. */
	enum driver_seen (*observe)(void *self, const char *machine, const char *attachment);

	/* NULL: the driver is asked again when it said. Otherwise it calls `wake` from now on as soon as it is worth asking
	 * again; until close returns. Called once, after the first restore and before any act. */
	void (*listen)(void *self, driver_wake wake, void *context);

	/* NULL: all there is the driver made. Looks at the machine of that name or uuid; texts are the arena's. False with a
	 * message in `error`. May block; called on a thread of its own. */
	bool (*survey)(void *self, const char *name, struct arena *arena, struct driver_survey *ret, char *error,
	               size_t error_size);

	/* Mandatory with `survey`: what the store has on record since, beside what the driver was told; machines, then disks, then
	 * attachments. A disk or machine that is `gone` goes with its attachments. */
	void (*learn)(void *self, const struct driver_record *records, size_t n);

	/* NULL where machines need not be told. False: there is no such machine. May block. */
	bool (*connection)(void *self, const char *machine, struct driver_connection *ret);

	/* NULL where machines are real. The guest does this with the disk from now on. */
	void (*guest)(void *self, const char *disk, const char *attachment, const struct driver_guest *guest);

	/* Mandatory; NULL is allowed as self. */
	void (*close)(void *self);
};

#endif
