/* A realm is one cloud's way of doing what all clouds do, as data: its regions, what its machines and disks can be, how
 * its ids look, and what its accounts begin with. An account is minted in one realm and stays there. What a cloud's API
 * looks like is a dialect's business (api/), and rules that all clouds have are nobody's data. */
#ifndef CORE_REALM_H
#define CORE_REALM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "contract/model.h"

struct region {
	const char *id;
	const char *id_code; /* stands in prefixed ids: "bp1" in d-bp167acfmxazb4p... */
	const char *local_name;
	const char *endpoint;
	const char *zones; /* letters: "bhi" are cn-hangzhou-b, -h and -i */
	const char *joint; /* between the region's id and the letter; NULL: "-" */
};

struct disk_category {
	const char *id; /* no other realm has one of that id */
	int64_t min_gib, max_gib;
	bool system;             /* may be a system disk */
	bool levels;             /* has performance levels */
	bool multi_attach;
	bool detachable_system;  /* a system disk of it may leave its instance */
	bool local;              /* lives on the host: never moves */
	bool elastic_ephemeral;
	bool creatable;          /* CreateDisk makes it (the others come with an instance) */
	bool changeable;         /* a disk of it may become one of another such, or of another level */
	bool iops;               /* more IOPS can be provisioned than come with its size */
	int64_t system_min_gib, system_max_gib; /* of a system disk; 0: SYSTEM_DISK_MIN_GIB, SYSTEM_DISK_MAX_GIB */
};

enum id_style {
	ID_PREFIXED, /* "d-bp1" and 15 characters: kind, region, chance */
	ID_UUID,     /* lower case, with dashes */
};

struct realm {
	const char *name; /* "aliyun", "huawei" */
	enum id_style ids;
	bool scoped;         /* what an account has is in one of its projects (core/project.h); else all is in one scope */
	bool safe_detach;    /* new accounts want guests to be asked before a disk is taken away */
	bool force_keeps_slot; /* what was taken from a running guest by force leaves its device name taken until the machine is off */
	bool counts_detaching; /* only so many disks may be on their way off one instance (core_settings.max_detaching) */
	bool networks;       /* networks are things of their own; else instances keep the names that they were given */
	/* Of disks and their snapshots. */
	bool failures_stay;          /* a disk on which something came to nothing says so until it is deleted or it succeeds */
	bool snapshots_go_with_disk; /* else they outlive it */
	bool snapshots_of_any_disk;  /* also of one that no instance ever had; else only of those */
	bool snapshots_settled;      /* one that is still being made cannot be deleted; else that gives it up */
	bool snapshots_keep_category; /* what is made of one is of its disk's category */
	bool restores_detached;      /* a snapshot comes back only to a disk that nothing holds; else the instance must be off */
	bool shared_grow_detached;   /* a multi-attach disk grows only while nothing holds it */
	bool made_for_any_instance;  /* a disk can be made together with its attachment to any instance; else to PrePaid ones */
	bool image_bound;    /* a system disk leaves its instance only while the instance's image is there */
	/* Access keys that are made by chance: a prefix and so many characters. */
	const char *key_prefix;
	int key_tail;
	int secret_length;
	const char *default_category;        /* of disks where none is named */
	const char *default_instance_category; /* of those that come with an instance */
	const char *fleet_category;            /* of disks in a fleet where none is said */
	const struct region *regions;
	size_t n_regions;
	const struct disk_category *disk_categories;
	size_t n_disk_categories;
	const struct instance_type *types; /* the first one is what an instance is where nobody says */
	size_t n_types;
	const struct image *images; /* likewise */
	size_t n_images;
};

extern const struct realm realm_aliyun, realm_huawei;
extern const struct realm *const realms[]; /* ends with NULL; the first is meant where none is named */

/* NULL if there is none. */
const struct realm *realm_find(const char *name);

#endif
