/* What libvirt is told and what it tells, as XML: the machine and the disk that Cleat makes, and the devices of a machine as
 * they are. It asks nothing and decides nothing. */
#ifndef DRIVERS_LIBVIRT_XML_H
#define DRIVERS_LIBVIRT_XML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "contract/driver.h"

/* The name of a device on a machine: "ua-" and the attachment, written with what libvirt allows. NULL if that cannot be. */
const char *lv_alias(struct arena *arena, const char *attachment);

struct lv_disk {
	const char *alias;  /* "" if it has none of its user's */
	const char *device; /* the alias, whoever gave it; "" where the machine is off and it was nobody's */
	const char *target; /* "vdb" */
	const char *bus;    /* "virtio" */
	const char *serial;
	const char *file;   /* or block device; "" for a volume of a pool */
	const char *pool, *volume;
	const char *format; /* "raw" */
	int64_t index;      /* of its node in QEMU; 0: not running */
	bool is_cdrom;
};

enum lv_agent { LV_AGENT_NONE, LV_AGENT_DISCONNECTED, LV_AGENT_CONNECTED };

/* What the XML of a domain says. */
struct lv_domain {
	const char *machine; /* as which Cleat made it; "" for others */
	struct lv_disk *disks;
	size_t n_disks;
	enum lv_agent agent;
};

/* False if it is no XML of a domain. */
bool lv_domain_read(struct arena *arena, const char *xml, struct lv_domain *ret);

const struct lv_disk *lv_domain_disk(const struct lv_domain *domain, const char *alias);

/* The first free of vda, vdb, ... in neither of the two; the letter of `wanted` ("/dev/xvdb") if that is free. */
const char *lv_free_target(struct arena *arena, const struct lv_domain *a, const struct lv_domain *b, const char *wanted);

/* How Cleat calls a disk that it did not make: "qcow2:/path", or "raw:pool=POOL/VOLUME"; "" if it has neither. */
const char *lv_native_of(struct arena *arena, const struct lv_disk *disk);

/* The disk of that alias, or the one that is called so and has no alias of Cleat's; `native` may be "". */
const struct lv_disk *lv_domain_find(struct arena *arena, const struct lv_domain *domain, const char *alias,
                                     const char *native);

/* For one of a native name: made of what that says, with the target, serial and alias of `disk`. */
const char *lv_native_xml(struct arena *arena, const char *native, const struct lv_disk *disk, bool shared);

const char *lv_disk_xml(struct arena *arena, const struct lv_disk *disk, bool shared);

/* `type` is "kvm" or "qemu". */
const char *lv_machine_xml(struct arena *arena, const char *machine, const char *uuid, const char *type,
                           const struct driver_build *build);

const char *lv_volume_xml(struct arena *arena, const char *name, int64_t size_gib);

/* The XML element by which a domain says whose machine it is. */
#define LV_METADATA_URI "https://cleat.invalid/libvirt/1"
#define LV_METADATA_KEY "cleat"
const char *lv_metadata_xml(struct arena *arena, const char *machine);

#endif
