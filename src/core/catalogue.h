/* What a cloud offers: regions and zones, instance types, images and disk categories. The tables of the realms
 * (core/realm.h), which rows of the store may add to for types and images; no words of an API's errors. */
#ifndef CORE_CATALOGUE_H
#define CORE_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/core.h"
#include "core/realm.h"

#define SYSTEM_DISK_MIN_GIB 20
#define SYSTEM_DISK_MAX_GIB 2048
#define DATA_DISKS_MAX      16 /* of an instance */
#define MULTI_ATTACH_MAX    16 /* instances of a multi-attach disk */

/* NULL if there is none. */
const struct region *region_find(const struct realm *realm, const char *id);

/* Of any realm: what a disk is that there is. NULL if there is none. */
const struct disk_category *disk_category_find(const char *id);

/* The same, if it is one of that realm's: what a disk can be made as. */
const struct disk_category *disk_category_of(const struct realm *realm, const char *id);

/* What sizes it has. */
int64_t disk_category_min_gib(const struct disk_category *category, bool system);
int64_t disk_category_max_gib(const struct disk_category *category, bool system);

/* NULL if there is none. A row of the store stands for the built-in one of its id; in the work's arena. */
const struct instance_type *instance_type_find(const struct work *work, const char *id);

/* The same of whichever realm and account: for jobs, which nobody calls. */
const struct instance_type *instance_type_of_any(const struct work *work, const char *id);
const struct image *image_of_any(const struct work *work, const char *id);

/* NULL also for an image of another account. One that is deleted is found: see `deleted`. */
const struct image *image_find(const struct work *work, const char *id);

/* All of them, those of the store first; in the work's arena. Returns how many. Images: the caller's and everybody's, none
 * that is deleted. */
size_t instance_type_list(const struct work *work, const struct instance_type **ret);
size_t image_list(const struct work *work, const struct image **ret);

/* What an instance is made of where nobody says: rows that are built in. */
const char *instance_type_default(const struct work *work);
const char *image_default(const struct work *work);

/* Whether `zone` is one of that region's. NULL is no region. */
bool zone_known(const struct region *region, const char *zone);

/* The zone of that letter. */
const char *zone_name(struct arena *arena, const struct region *region, char letter);

/* Smallest size of an ESSD of that level, 0 for no such level. */
int64_t performance_level_min_gib(const char *level);

#endif
