/* ECS: what a project may have, and what it has. */
#include "api/huawei/rest.h"
#include "core/catalogue.h"

#define NO_LIMIT (-1) /* as OpenStack writes it */

struct limits {
	int64_t none; /* whatever has no limit */
	int64_t zero; /* whatever there is none of */
	int64_t instances, cores, memory;
};

struct limits_in {
	const char *project;
};

struct limits_out {
	struct limits absolute;
};

#define L struct limits
static const struct field limits_fields[] = {
	INT(L, none, "maxImageMeta"),
	INT(L, none, "maxPersonality"),
	INT(L, none, "maxPersonalitySize"),
	INT(L, none, "maxSecurityGroupRules"),
	INT(L, none, "maxSecurityGroups"),
	INT(L, none, "maxServerGroupMembers"),
	INT(L, none, "maxServerGroups"),
	INT(L, none, "maxServerMeta"),
	INT(L, none, "maxTotalCores"),
	INT(L, none, "maxTotalFloatingIps"),
	INT(L, none, "maxTotalInstances"),
	INT(L, none, "maxTotalKeypairs"),
	INT(L, none, "maxTotalRAMSize"),
	INT(L, none, "maxTotalSpotInstances"),
	INT(L, none, "maxTotalSpotCores"),
	INT(L, none, "maxTotalSpotRAMSize"),
	INT(L, cores, "totalCoresUsed"),
	INT(L, zero, "totalFloatingIpsUsed"),
	INT(L, instances, "totalInstancesUsed"),
	INT(L, memory, "totalRAMUsed"),
	INT(L, zero, "totalSecurityGroupsUsed"),
	INT(L, zero, "totalServerGroupsUsed"),
	INT(L, zero, "totalSpotInstancesUsed"),
	INT(L, zero, "totalSpotCoresUsed"),
	INT(L, zero, "totalSpotRAMUsed"),
	FIELDS_END,
};
static const struct shape limits_shape = { sizeof(L), limits_fields };
#undef L

static const struct field in_fields[] = {
	PATH_PROJECT(struct limits_in, project),
	FIELDS_END,
};

static const struct field out_fields[] = {
	OBJECT(struct limits_out, absolute, "absolute", .of = &limits_shape),
	FIELDS_END,
};

static bool run(struct call *call, const void *in, void *out_)
{
	struct instance_filter filter = INSTANCE_FILTER_ANY;
	const struct tenant *tenant = &call->work.caller.tenant;
	struct limits_out *out = out_;
	struct instance *instances;
	size_t n;
	size_t i;

	(void)in;
	filter.account = tenant->account;
	filter.scope = tenant->scope;
	filter.region = tenant->region;
	filter.kind = MACHINE_VIRTUAL;
	n = instance_list(call->work.txn, &filter, &(struct page){ 0 }, &instances);
	out->absolute.none = NO_LIMIT;
	out->absolute.instances = (int64_t)n;
	for (i = 0; i < n; i++) {
		const struct instance_type *type = instance_type_find(&call->work, instances[i].type);

		out->absolute.cores += type ? type->cpus : 0;
		out->absolute.memory += type ? type->memory_mib : 0;
	}
	return true;
}

const struct operation huawei_ecs_show_limits = {
	.product = "ecs",
	.version = "v1",
	.name = "ecs.ShowServerLimits",
	.method = "GET",
	.path = "/v1/{project_id}/cloudservers/limits",
	.mode = OPERATION_READ,
	.permission = "ecs:cloudServerQuotas:get",
	.resource = "*",
	.in = { sizeof(struct limits_in), in_fields },
	.out = { sizeof(struct limits_out), out_fields },
	.common = rest_ecs_errors,
	.run = run,
	.doc = "Shows what a project has of servers, cores and memory (MiB); there are no limits (-1).",
};
