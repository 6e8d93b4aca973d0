/* What this cloud offers: regions and zones, instance types, images and disk categories. Built-in tables, which rows of
 * the store may add to for types and images; no words of an API's errors. */
#ifndef CORE_CATALOGUE_H
#define CORE_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/core.h"

struct region {
	const char *id;
	const char *id_code; /* stands in resource ids: "bp" in d-bp67acfmxazb4p... */
	const char *local_name;
	const char *endpoint;
	const char *zones; /* letters: "bhi" are cn-hangzhou-b, -h and -i */
};

struct disk_category {
	const char *id;
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
};

extern const struct region catalogue_regions[];
extern const size_t catalogue_n_regions;
extern const struct disk_category catalogue_disk_categories[];
extern const size_t catalogue_n_disk_categories;

#define SYSTEM_DISK_MIN_GIB 20
#define SYSTEM_DISK_MAX_GIB 2048
#define DATA_DISKS_MAX      16 /* of an instance */
#define MULTI_ATTACH_MAX    16 /* instances of a multi-attach disk */

/* NULL if there is none. */
const struct region *region_find(const char *id);
const struct disk_category *disk_category_find(const char *id);

/* NULL if there is none. A row of the store stands for the built-in one of its id; in the work's arena. */
const struct instance_type *instance_type_find(const struct work *work, const char *id);

/* The same, of whichever account. */
const struct image *image_of_any(const struct work *work, const char *id);

/* NULL also for an image of another account. One that is deleted is found: see `deleted`. */
const struct image *image_find(const struct work *work, const char *id);

/* All of them, those of the store first; in the work's arena. Returns how many. Images: the caller's and everybody's, none
 * that is deleted. */
size_t instance_type_list(const struct work *work, const struct instance_type **ret);
size_t image_list(const struct work *work, const struct image **ret);

/* What an instance is made of where nobody says: rows that are built in. */
const char *instance_type_default(void);
const char *image_default(void);

/* Whether `zone` is one of that region's. */
bool zone_known(const struct region *region, const char *zone);

/* Smallest size of an ESSD of that level, 0 for no such level. */
int64_t performance_level_min_gib(const char *level);

#endif
