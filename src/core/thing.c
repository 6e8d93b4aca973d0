#include "core/thing.h"

#include "contract/balancer.h"
#include "contract/database.h"
#include "contract/network.h"
#include "contract/scaling.h"

#define LOOK(get, type)                        \
	do {                                   \
		struct type row;               \
                                               \
		if (!get(txn, id, &row))       \
			return false;          \
		*ret = row.tenant;             \
		return true;                   \
	} while (0)

static bool find(struct txn *txn, int kind, const char *id, struct tenant *ret)
{
	switch (kind) {
	case TAGGED_INSTANCE:
		LOOK(instance_get, instance);
	case TAGGED_DISK:
		LOOK(disk_get, disk);
	case TAGGED_SNAPSHOT:
		LOOK(snapshot_get, snapshot);
	case TAGGED_SECURITY_GROUP:
		LOOK(security_group_get, security_group);
	case TAGGED_VPC:
		LOOK(vpc_get, vpc);
	case TAGGED_VSWITCH:
		LOOK(vswitch_get, vswitch);
	case TAGGED_SCALING_GROUP:
		LOOK(scaling_group_get, scaling_group);
	case THING_LOAD_BALANCER:
		LOOK(load_balancer_get, load_balancer);
	case THING_DB_INSTANCE:
		LOOK(db_instance_get, db_instance);
	case THING_SCALING_RULE:
		LOOK(scaling_rule_get, scaling_rule);
	default:
		return false;
	}
}

int thing_find(struct txn *txn, const char *id, struct tenant *ret)
{
	int kind = 0;

	while (kind < THING_MAX && !find(txn, kind, id, ret))
		kind++;
	return kind;
}
