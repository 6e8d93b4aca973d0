/* What this cloud offers: regions and zones, instance types, images and disk categories, as built-in tables. It holds
 * no state of a customer and no words of an API's errors. */
#ifndef CORE_CATALOGUE_H
#define CORE_CATALOGUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct region {
	const char *id;
	const char *id_code; /* stands in resource ids: "bp" in d-bp67acfmxazb4p... */
	const char *local_name;
	const char *endpoint;
	const char *zones; /* letters: "bhi" are cn-hangzhou-b, -h and -i */
};

struct instance_type {
	const char *id;
	const char *family;
	int64_t cpus;
	int64_t memory_mib;
	bool hot_unplug;   /* a disk can be attached to and detached from it while it runs */
	bool multi_attach; /* NVMe: takes multi-attach disks */
	int64_t max_data_disks;
};

struct image {
	const char *id;
	const char *os_type; /* "linux" or "windows" */
	const char *os_name;
	const char *os_name_en;
	int64_t size_gib;
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
};

extern const struct region catalogue_regions[];
extern const size_t catalogue_n_regions;
extern const struct instance_type catalogue_instance_types[];
extern const size_t catalogue_n_instance_types;
extern const struct disk_category catalogue_disk_categories[];
extern const size_t catalogue_n_disk_categories;

#define SYSTEM_DISK_MIN_GIB 20
#define SYSTEM_DISK_MAX_GIB 2048
#define DATA_DISKS_MAX      16 /* of an instance */
#define MULTI_ATTACH_MAX    16 /* instances of a multi-attach disk */

/* NULL if there is none. */
const struct region *region_find(const char *id);
const struct instance_type *instance_type_find(const char *id);
const struct image *image_find(const char *id);
const struct disk_category *disk_category_find(const char *id);

/* Whether `zone` is one of that region's. */
bool zone_known(const struct region *region, const char *zone);

/* Smallest size of an ESSD of that level, 0 for no such level. */
int64_t performance_level_min_gib(const char *level);

#endif
