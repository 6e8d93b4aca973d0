/* Which machine may reach which disk: the promise of every driver that nobody outside a disk's attachments can write it, and
 * that nothing late touches what is newer. Memory only; it asks no machine, and the caller holds a lock around it. */
#ifndef DRIVERS_PLUGS_H
#define DRIVERS_PLUGS_H

#include "base/map.h"
#include "contract/driver.h"

/* One disk that a machine can reach, or is being given. */
struct plug {
	char *attachment;
	char *disk;
	char *machine;
	int64_t generation;
	bool shared;
	void *own; /* the driver's; freed with the plug by plugs->free_own */
	struct plug *next; /* of the same disk */
};

struct plug_disk {
	char *id;
	int64_t size_gib;
	struct plug *plugs;
	int64_t newest_generation; /* an attach of an older one is stale */
};

struct plugs {
	struct map disks; /* id -> struct plug_disk */
	void (*free_own)(void *own);
};

/* `free_own` may be NULL. */
void plugs_init(struct plugs *plugs, void (*free_own)(void *own));
void plugs_finish(struct plugs *plugs);

struct plug_disk *plugs_disk(struct plugs *plugs, const char *id); /* NULL: not known */
struct plug_disk *plugs_disk_add(struct plugs *plugs, const char *id);
void plugs_disk_remove(struct plugs *plugs, const char *id);

struct plug *plugs_find(struct plugs *plugs, const char *disk, const char *attachment);

/* The plug of that attachment, whichever disk it is of. */
struct plug *plugs_find_anywhere(struct plugs *plugs, const char *attachment);

/* Makes the disk known if it is not. */
struct plug *plugs_add(struct plugs *plugs, const char *disk, const char *attachment, const char *machine,
                       int64_t generation, bool shared);
void plugs_remove(struct plugs *plugs, const char *disk, const char *attachment);
void plugs_remove_machine(struct plugs *plugs, const char *machine);

/* Whether a DRIVER_ATTACH may go on. False with the reply: REFUSED "stale" or "attached"; DONE if it is plugged already. */
bool plugs_may_attach(struct plugs *plugs, const struct driver_call *call, struct driver_reply *reply);

#endif
