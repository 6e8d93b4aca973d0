/* DescribeRegions, DescribeLimitation, VerifyAuthentication, VerifyUser: what an account may have of Auto Scaling, and where. */
#include "api/aliyun/ecs.h"
#include "api/aliyun/ess.h"
#include "base/text.h"
#include "core/catalogue.h"

/* ---- DescribeRegions ---- */

struct regions_in {
	const char *language;
};

struct region_item {
	const char *id, *local_name, *endpoint;
	bool vpc_unavailable, classic_unavailable;
};

struct regions_out {
	struct items regions;
};

static const char *const languages[] = { "zh-CN", "en-US", "ja", NULL };
static const struct error_row bad_language = { REFUSE_FIELD, 404, "InvalidAcceptLanguage.NotFound",
	                                       "Only Chinese (zh-CN), English (en-US), and Japanese (ja) are allowed.", NULL };

static const struct field regions_in_fields[] = {
	TEXT(struct regions_in, language, "AcceptLanguage", .values = languages, .bad = &bad_language,
	     .doc = "Language of LocalName: zh-CN, which is the default, or the region id for any other."),
	FIELDS_END,
};

static const struct field region_fields[] = {
	TEXT(struct region_item, id, "RegionId"),
	TEXT(struct region_item, local_name, "LocalName"),
	TEXT(struct region_item, endpoint, "RegionEndpoint", .doc = "The vendor's; all regions are served here."),
	BOOL(struct region_item, vpc_unavailable, "VpcUnavailable"),
	BOOL(struct region_item, classic_unavailable, "ClassicUnavailable", .doc = "Instances are of VPCs."),
	FIELDS_END,
};
static const struct shape region_shape = { sizeof(struct region_item), region_fields };

static const struct field regions_out_fields[] = {
	ITEMS(struct regions_out, regions, "Regions", .item = "Region", .of = &region_shape),
	FIELDS_END,
};

static bool regions_run(struct call *call, const void *in_, void *out_)
{
	const struct regions_in *in = in_;
	struct regions_out *out = out_;
	const struct realm *realm = &realm_aliyun;
	struct region_item *items = arena_array(call_work_arena(call), struct region_item, realm->n_regions);
	bool chinese = text_empty(in->language) || text_equal(in->language, "zh-CN");
	size_t i;

	for (i = 0; i < realm->n_regions; i++) {
		const struct region *region = &realm->regions[i];

		items[i] = (struct region_item){
			.id = region->id,
			.local_name = chinese ? region->local_name : region->id,
			.endpoint = arena_printf(call_work_arena(call), "ess.%s.aliyuncs.com", region->id),
			.classic_unavailable = true,
		};
	}
	out->regions = (struct items){ items, realm->n_regions };
	return true;
}

const struct operation ess_describe_regions = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "DescribeRegions",
	.mode = OPERATION_PLAIN,
	.permission = "ess:DescribeRegions",
	.resource = "*",
	.in = { sizeof(struct regions_in), regions_in_fields },
	.out = { sizeof(struct regions_out), regions_out_fields },
	.run = regions_run,
	.doc = "Lists the regions of this server.",
};

/* ---- DescribeLimitation ---- */

struct limitation_out {
	int64_t groups, configurations, rules, hooks, min_size, max_size, instances, balancers, dbs, none;
};

static const struct field limitation_out_fields[] = {
	INT(struct limitation_out, groups, "MaxNumberOfScalingGroups", .doc = "Of a region."),
	INT(struct limitation_out, configurations, "MaxNumberOfScalingConfigurations", .doc = "Of a group, as those below."),
	INT(struct limitation_out, rules, "MaxNumberOfScalingRules"),
	INT(struct limitation_out, hooks, "MaxNumberOfLifecycleHooks"),
	INT(struct limitation_out, min_size, "MaxNumberOfMinSize"),
	INT(struct limitation_out, max_size, "MaxNumberOfMaxSize"),
	INT(struct limitation_out, instances, "MaxNumberOfScalingInstances", .doc = "That one activity makes."),
	INT(struct limitation_out, balancers, "MaxNumberOfLoadBalancers"),
	INT(struct limitation_out, dbs, "MaxNumberOfDBInstances"),
	INT(struct limitation_out, none, "MaxNumberOfScheduledTasks", .doc = "There are none here, and none of those below."),
	INT(struct limitation_out, none, "MaxNumberOfNotificationConfigurations"),
	INT(struct limitation_out, none, "MaxNumberOfVServerGroups"),
	INT(struct limitation_out, none, "MaxNumberOfAlbServerGroup"),
	INT(struct limitation_out, none, "MaxNumberOfNlbServerGroup"),
	FIELDS_END,
};

static bool limitation_run(struct call *call, const void *in, void *out_)
{
	struct limitation_out *out = out_;

	(void)call;
	(void)in;
	*out = (struct limitation_out){
		.groups = SCALING_GROUPS_MAX,
		.configurations = SCALING_CONFIGURATIONS_MAX,
		.rules = SCALING_RULES_MAX,
		.hooks = LIFECYCLE_HOOKS_MAX,
		.min_size = SCALING_SIZE_MAX,
		.max_size = SCALING_SIZE_MAX,
		.instances = SCALING_ACTIVITY_MAX,
		.balancers = SCALING_BALANCERS_MAX,
		.dbs = SCALING_DBS_MAX,
	};
	return true;
}

static const struct field no_fields[] = { FIELDS_END };

const struct operation ess_describe_limitation = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "DescribeLimitation",
	.mode = OPERATION_PLAIN,
	.permission = "ess:DescribeLimitation",
	.resource = "*",
	.in = { sizeof(struct ecs_nothing), no_fields },
	.out = { sizeof(struct limitation_out), limitation_out_fields },
	.run = limitation_run,
	.doc = "Tells the limits that hold here.",
};

/* ---- VerifyAuthentication ---- */

struct authentication_in {
	struct opt_int uid;
	struct opt_bool only_check;
};

static const struct field authentication_in_fields[] = {
	OPT_INT(struct authentication_in, uid, "Uid", .doc = "The caller's own account."),
	OPT_BOOL(struct authentication_in, only_check, "OnlyCheck", .doc = "There is nothing to do beside: no role is needed."),
	FIELDS_END,
};

/* An account's groups work on its instances by themselves here, so that there is no service-linked role to be missed. */
static bool authentication_run(struct call *call, const void *in_, void *out)
{
	const struct authentication_in *in = in_;
	int64_t account;

	(void)out;
	return in->uid.is != GIVEN ||
	       (text_to_int64(call->caller.tenant.account, &account) && account == in->uid.value) ||
	       call_refuse(call, REFUSE_PARAMETER_INVALID, "Uid");
}

const struct operation ess_verify_authentication = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "VerifyAuthentication",
	.mode = OPERATION_PLAIN,
	.permission = "ess:DescribeRegions", /* its page, RAM authorization */
	.resource = "*",
	.in = { sizeof(struct authentication_in), authentication_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.run = authentication_run,
	.doc = "Whether Auto Scaling may work on the account's instances. It may: there is no role to be given first.",
};

/* ---- VerifyUser ---- */

struct user_in {
	const char *region;
};

static const struct field user_in_fields[] = {
	TEXT(struct user_in, region, "RegionId"),
	FIELDS_END,
};

static const struct error_row user_errors[] = { ESS_ROW_REGION, ROWS_END };

static bool user_run(struct call *call, const void *in, void *out)
{
	(void)in;
	(void)out;
	return rpc_region_known(call);
}

const struct operation ess_verify_user = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "VerifyUser",
	.mode = OPERATION_READ,
	.permission = "ess:DescribeRegions", /* its page, RAM authorization */
	.resource = "*",
	.in = { sizeof(struct user_in), user_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = user_errors,
	.run = user_run,
	.doc = "Whether the account may use Auto Scaling in a region. Each account may, in all regions of this server.",
};
