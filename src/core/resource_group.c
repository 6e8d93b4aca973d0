#include "core/resource_group.h"

#include "base/text.h"
#include "contract/scaling.h"
#include "core/network.h"
#include "core/security_group.h"
#include "core/tagging.h"

struct join_facts {
	struct facts facts;
	bool found;
};

static bool join_unknown(const struct work *work, const void *facts_)
{
	const struct join_facts *f = facts_;

	(void)work;
	return !f->found;
}

static const struct check join_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ join_unknown, REFUSE_RESOURCE_UNKNOWN, ABOUT_NOTHING },
};

#define SET_GROUP(type, get, put)                        \
	do {                                             \
		struct type row;                         \
                                                         \
		if (get(work->txn, id, &row)) {          \
			row.resource_group = group;      \
			put(work->txn, &row);            \
		}                                        \
	} while (0)

bool resource_group_join(struct work *work, enum tagged kind, const char *id, const char *group)
{
	struct join_facts f = { .found = tagging_found(work, kind, id) };

	if (!work_check(work, join_checks, COUNT_OF(join_checks), &f))
		return false;
	switch (kind) {
	case TAGGED_INSTANCE:
		SET_GROUP(instance, instance_get, instance_put);
		break;
	case TAGGED_DISK:
		SET_GROUP(disk, disk_get, disk_put);
		break;
	case TAGGED_SNAPSHOT:
		SET_GROUP(snapshot, snapshot_get, snapshot_put);
		break;
	case TAGGED_SECURITY_GROUP:
		SET_GROUP(security_group, security_group_get, security_group_put);
		break;
	case TAGGED_VPC:
		SET_GROUP(vpc, vpc_get, vpc_put);
		break;
	case TAGGED_VSWITCH:
		SET_GROUP(vswitch, vswitch_get, vswitch_put);
		break;
	case TAGGED_SCALING_GROUP:
		SET_GROUP(scaling_group, scaling_group_get, scaling_group_put);
		break;
	case TAGGED_MAX:
		break;
	}
	return true;
}
