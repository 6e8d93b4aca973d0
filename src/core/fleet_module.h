/* One section of a fleet: what its module has to do. Only for core/fleet*.c. */
#ifndef CORE_FLEET_MODULE_H
#define CORE_FLEET_MODULE_H

#include "contract/network.h"
#include "contract/tagged.h"
#include "core/fleet.h"

/* A disk that names the snapshot it was made of. */
struct fleet_copy {
	const char *path; /* of its item */
	const char *disk;
	bool size_given;
};

/* A fleet being put into the store: one account of it at a time, its catalogue, or what is of it as a whole. */
struct fleet_load {
	struct work *work;
	struct fleet_problems *problems;
	struct fleet_counts *counts;
	const struct fleet_account *from; /* NULL: no account */
	struct account account;
	struct tenant tenant; /* the region is each item's own */
	const char *path;     /* of the account or the catalogue; "": the whole */
	struct instance *bootless; /* instances that are to have a system disk; set by their section */
	size_t n_bootless;
	struct fleet_copy *copies; /* disks made of snapshots; set by their section */
	size_t n_copies;
};

struct fleet_module {
	const char *name; /* the member of the file */
	enum fleet_part part;
	int64_t most; /* items */

	/* Checks the items and puts their rows. What is wrong becomes a problem, and the whole is undone: go on, so that
	 * the next problem is found as well. `path` is that of the list. */
	void (*load)(struct fleet_load *load, const struct fleet_list *list, const char *path);

	/* NULL, or: called when all sections of its part have been loaded. */
	void (*finish)(struct fleet_load *load, const struct fleet_list *list, const char *path);

	/* Fills the list, oldest first, so that loading it gives the same again. `account` is NULL unless it is
	 * a section of accounts. */
	void (*dump)(struct work *work, const struct account *account, struct fleet_list *ret);
};

extern const struct fleet_module *const fleet_modules[FLEET_SECTION_MAX];

extern const struct fleet_module fleet_instance_types, fleet_images; /* fleet_catalogue.c */
extern const struct fleet_module fleet_access_keys, fleet_instances; /* fleet_account.c */
extern const struct fleet_module fleet_users, fleet_roles;           /* fleet_principal.c */
extern const struct fleet_module fleet_disks;                        /* fleet_disk.c */
extern const struct fleet_module fleet_snapshots;                    /* fleet_snapshot.c */
extern const struct fleet_module fleet_load_balancers;               /* fleet_balancer.c */
extern const struct fleet_module fleet_db_instances;                 /* fleet_database.c */
extern const struct fleet_module fleet_faults;                       /* fleet_fault.c */

/* "PATH[i]", for items; and a problem with a member of it, or with all of it (NULL). */
const char *fleet_item_path(struct fleet_load *load, const char *path, size_t i);
void fleet_wrong(struct fleet_load *load, const char *item_path, const char *member, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* Whether an id may be given: 1 to 64 of A-Z a-z 0-9 - _ *; vendors' pages mask the end of their ids with stars. */
bool fleet_id_well_formed(const char *id);

/* Whether a thing of that kind (core/thing.h) may have the id; notes what is wrong with it. Ids are unique over the kinds, since what is
 * said of a thing by its id alone, as its tags are, must not be said of another (fleet_id.c). */
bool fleet_id_is_free(struct fleet_load *load, const char *item_path, int kind, const char *id);

/* Where a thing is: fills in region and zone, each from the other or the catalogue's first. Notes what is wrong. */
void fleet_place(struct fleet_load *load, const char *item_path, struct tenant *tenant, const char **zone);

/* Whether a disk may have that size; notes what is wrong with it. */
bool fleet_disk_size_fits(struct fleet_load *load, const char *item_path, const struct disk *disk);

/* A system disk of the everyday kind for an instance that was put. */
void fleet_system_disk_put(struct fleet_load *load, const struct instance *instance);

/* A key of the account (holder "") or of one of its users. Notes what is wrong with it. */
void fleet_key_put(struct fleet_load *load, const struct fleet_access_key *item, const char *path, const char *holder);

/* Whether one of the lists of keys, the account's or those of its users, has that id; before (users[n_users].access_keys,
 * its key n_keys), where all of the account's own stand before those of users. */
bool fleet_key_is_listed(const struct fleet_account *account, const char *id, size_t n_users, size_t n_keys);

/* The tags of an item. */
void fleet_tags_put(struct fleet_load *load, const char *item_path, const char *resource, const struct fleet_list *tags);
void fleet_tags_dump(struct work *work, const char *resource, struct fleet_list *ret);

#endif
