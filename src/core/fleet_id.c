/* Which ids an item of a fleet may have. */
#include "base/text.h"
#include "core/fleet_module.h"
#include "core/thing.h"

static const char *const kind_words[THING_MAX] = {
	[TAGGED_INSTANCE] = "instance",
	[TAGGED_DISK] = "disk",
	[TAGGED_SNAPSHOT] = "snapshot",
	[TAGGED_SECURITY_GROUP] = "security group",
	[TAGGED_VPC] = "VPC",
	[TAGGED_VSWITCH] = "VSwitch",
	[TAGGED_SCALING_GROUP] = "scaling group",
	[THING_LOAD_BALANCER] = "load balancer",
	[THING_DB_INSTANCE] = "database instance",
	[THING_SCALING_RULE] = "scaling rule",
};

bool fleet_id_is_free(struct fleet_load *load, const char *item_path, int kind, const char *id)
{
	struct tenant tenant;
	const char *account;
	int other;

	if (!fleet_id_well_formed(id)) {
		fleet_wrong(load, item_path, "id", "an id is 1 to 64 letters, digits, '-', '_' or '*'");
		return false;
	}
	other = thing_find(load->work->txn, id, &tenant);
	if (other == THING_MAX)
		return true;
	account = tenant.account;
	if (!text_equal(account, load->account.id))
		fleet_wrong(load, item_path, "id", "the %s %s is that of the account %s", kind_words[other], id, account);
	else if (other == kind)
		fleet_wrong(load, item_path, "id", "\"%s\" is there twice", id);
	else
		fleet_wrong(load, item_path, "id", "\"%s\" is the id of a thing of another kind: the account's %s", id,
		            kind_words[other]);
	return false;
}
