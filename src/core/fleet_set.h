/* Single conditions of an account, an instance, a disk, a load balancer or a database instance, changed while everything else goes on: what a fleet sets up at
 * once, one by one. Which members may be changed so is said where the file's members are (api/control/fleet_member.c). */
#ifndef CORE_FLEET_SET_H
#define CORE_FLEET_SET_H

#include "core/fleet.h"

enum fleet_kind { FLEET_KIND_ACCOUNT, FLEET_KIND_INSTANCE, FLEET_KIND_DISK, FLEET_KIND_LOAD_BALANCER, FLEET_KIND_DB_INSTANCE, FLEET_KIND_MAX };

extern const char *const fleet_kind_names[FLEET_KIND_MAX + 1];

/* One of them as it is, or as it is to be. */
struct fleet_thing {
	enum fleet_kind kind;
	union {
		struct fleet_account account;
		struct fleet_instance instance;
		struct fleet_disk disk;
		struct fleet_load_balancer balancer;
		struct fleet_db_instance db;
	} item;
};

/* The thing of that id, of any account. Refuses FLEET_THING_UNKNOWN. */
bool fleet_thing_find(struct work *work, const char *id, struct fleet_thing *ret);

/* Puts its row. */
void fleet_thing_put(struct work *work, const struct fleet_thing *thing);

#endif
