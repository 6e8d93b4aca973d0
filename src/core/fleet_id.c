/* Which ids an item of a fleet may have. */
#include "base/text.h"
#include "core/fleet_module.h"

static const char *const kind_words[FLEET_ID_MAX] = {
	[TAGGED_INSTANCE] = "instance",
	[TAGGED_DISK] = "disk",
	[TAGGED_SNAPSHOT] = "snapshot",
	[TAGGED_SECURITY_GROUP] = "security group",
	[TAGGED_VPC] = "VPC",
	[TAGGED_VSWITCH] = "VSwitch",
	[FLEET_ID_LOAD_BALANCER] = "load balancer",
	[FLEET_ID_DB_INSTANCE] = "database instance",
};

/* The account of the thing of that kind and id; NULL if there is none. */
static const char *account_of(struct txn *txn, int kind, const char *id)
{
	union {
		struct instance instance;
		struct disk disk;
		struct snapshot snapshot;
		struct security_group group;
		struct vpc vpc;
		struct vswitch vswitch;
		struct load_balancer balancer;
		struct db_instance db;
	} any;

	switch (kind) {
	case TAGGED_INSTANCE:
		return instance_get(txn, id, &any.instance) ? any.instance.tenant.account : NULL;
	case TAGGED_DISK:
		return disk_get(txn, id, &any.disk) ? any.disk.tenant.account : NULL;
	case TAGGED_SNAPSHOT:
		return snapshot_get(txn, id, &any.snapshot) ? any.snapshot.tenant.account : NULL;
	case TAGGED_SECURITY_GROUP:
		return security_group_get(txn, id, &any.group) ? any.group.tenant.account : NULL;
	case TAGGED_VPC:
		return vpc_get(txn, id, &any.vpc) ? any.vpc.tenant.account : NULL;
	case TAGGED_VSWITCH:
		return vswitch_get(txn, id, &any.vswitch) ? any.vswitch.tenant.account : NULL;
	case FLEET_ID_LOAD_BALANCER:
		return load_balancer_get(txn, id, &any.balancer) ? any.balancer.tenant.account : NULL;
	case FLEET_ID_DB_INSTANCE:
		return db_instance_get(txn, id, &any.db) ? any.db.tenant.account : NULL;
	default:
		return NULL;
	}
}

bool fleet_id_is_free(struct fleet_load *load, const char *item_path, int kind, const char *id)
{
	const char *account = NULL;
	int other = 0;

	if (!fleet_id_well_formed(id)) {
		fleet_wrong(load, item_path, "id", "an id is 1 to 64 letters, digits, '-', '_' or '*'");
		return false;
	}
	while (other < FLEET_ID_MAX && !(account = account_of(load->work->txn, other, id)))
		other++;
	if (!account)
		return true;
	if (!text_equal(account, load->account.id))
		fleet_wrong(load, item_path, "id", "the %s %s is that of the account %s", kind_words[other], id, account);
	else if (other == kind)
		fleet_wrong(load, item_path, "id", "\"%s\" is there twice", id);
	else
		fleet_wrong(load, item_path, "id", "\"%s\" is the id of a thing of another kind: the account's %s", id,
		            kind_words[other]);
	return false;
}
