#include "core/fleet_set.h"

const char *const fleet_kind_names[FLEET_KIND_MAX + 1] = { "account", "instance", "disk", "load balancer", "database instance" };

bool fleet_thing_find(struct work *work, const char *id, struct fleet_thing *ret)
{
	*ret = (struct fleet_thing){ .kind = FLEET_KIND_DISK };
	if (disk_get(work->txn, id, &ret->item.disk.row))
		return true;
	ret->kind = FLEET_KIND_INSTANCE;
	if (instance_get(work->txn, id, &ret->item.instance.row))
		return true;
	ret->kind = FLEET_KIND_LOAD_BALANCER;
	if (load_balancer_get(work->txn, id, &ret->item.balancer.row))
		return true;
	ret->kind = FLEET_KIND_DB_INSTANCE;
	if (db_instance_get(work->txn, id, &ret->item.db.row))
		return true;
	ret->kind = FLEET_KIND_ACCOUNT;
	return account_get(work->txn, id, &ret->item.account.row) || work_refuse(work, REFUSE_FLEET_THING_UNKNOWN, id);
}

void fleet_thing_put(struct work *work, const struct fleet_thing *thing)
{
	switch (thing->kind) {
	case FLEET_KIND_ACCOUNT:
		account_put(work->txn, &thing->item.account.row);
		break;
	case FLEET_KIND_INSTANCE:
		instance_put(work->txn, &thing->item.instance.row);
		break;
	case FLEET_KIND_DISK:
		disk_put(work->txn, &thing->item.disk.row);
		break;
	case FLEET_KIND_LOAD_BALANCER:
		load_balancer_put(work->txn, &thing->item.balancer.row);
		break;
	case FLEET_KIND_DB_INSTANCE:
		db_instance_put(work->txn, &thing->item.db.row);
		break;
	case FLEET_KIND_MAX:
		break;
	}
}
