/* DescribeScalingConfigurations, DeactivateScalingConfiguration, DeleteScalingConfiguration. */
#include <string.h>

#include "api/aliyun/ecs.h"
#include "api/aliyun/ess.h"
#include "base/text.h"
#include "base/tree.h"

struct disk_item {
	const char *category, *level, *name, *description, *device, *snapshot, *encrypted, *kms_key, *auto_snapshot_policy;
	struct texts categories;
	bool with_instance, bursting;
	int64_t size, iops;
};

static const struct field disk_fields[] = {
	INT(struct disk_item, size, "Size"),
	TEXT(struct disk_item, category, "Category"),
	TEXTS(struct disk_item, categories, "Categories", .item = "Category"),
	TEXT(struct disk_item, level, "PerformanceLevel"),
	TEXT(struct disk_item, name, "DiskName"),
	TEXT(struct disk_item, description, "Description"),
	TEXT(struct disk_item, device, "Device"),
	TEXT(struct disk_item, snapshot, "SnapshotId"),
	TEXT(struct disk_item, encrypted, "Encrypted"),
	TEXT(struct disk_item, kms_key, "KMSKeyId"),
	TEXT(struct disk_item, auto_snapshot_policy, "AutoSnapshotPolicyId"),
	BOOL(struct disk_item, with_instance, "DeleteWithInstance"),
	BOOL(struct disk_item, bursting, "BurstingEnabled"),
	INT(struct disk_item, iops, "ProvisionedIops"),
	FIELDS_END,
};
static const struct shape disk_shape = { sizeof(struct disk_item), disk_fields };

static const struct field tag_fields[] = {
	TEXT(struct rpc_tag, key, "Key"),
	TEXT(struct rpc_tag, value, "Value"),
	FIELDS_END,
};
static const struct shape tag_shape = { sizeof(struct rpc_tag), tag_fields };

struct configuration_item {
	const char *id, *group, *name, *state, *image, *image_name, *type, *instance_name, *instance_description, *host_name,
		*security_group, *key_pair, *user_data, *ram_role, *resource_group, *internet_charge_type, *spot_strategy, *zone, *created_at,
		*io_optimized;
	struct texts types, security_groups;
	int64_t weight, bandwidth_in, bandwidth_out;
	bool deletion_protection;
	struct disk_item system;
	struct items data_disks, tags;
};

static const struct field item_fields[] = {
	TEXT(struct configuration_item, id, "ScalingConfigurationId"),
	TEXT(struct configuration_item, group, "ScalingGroupId"),
	TEXT(struct configuration_item, name, "ScalingConfigurationName"),
	TEXT(struct configuration_item, state, "LifecycleState", .doc = "Active where the group uses it."),
	TEXT(struct configuration_item, image, "ImageId"),
	TEXT(struct configuration_item, image_name, "ImageName"),
	TEXT(struct configuration_item, type, "InstanceType"),
	TEXTS(struct configuration_item, types, "InstanceTypes", .item = "InstanceType"),
	TEXT(struct configuration_item, instance_name, "InstanceName"),
	TEXT(struct configuration_item, instance_description, "InstanceDescription"),
	TEXT(struct configuration_item, host_name, "HostName"),
	TEXT(struct configuration_item, security_group, "SecurityGroupId"),
	TEXTS(struct configuration_item, security_groups, "SecurityGroupIds", .item = "SecurityGroupId"),
	TEXT(struct configuration_item, key_pair, "KeyPairName"),
	TEXT(struct configuration_item, user_data, "UserData"),
	TEXT(struct configuration_item, ram_role, "RamRoleName"),
	TEXT(struct configuration_item, resource_group, "ResourceGroupId"),
	TEXT(struct configuration_item, internet_charge_type, "InternetChargeType"),
	INT(struct configuration_item, bandwidth_in, "InternetMaxBandwidthIn"),
	INT(struct configuration_item, bandwidth_out, "InternetMaxBandwidthOut"),
	TEXT(struct configuration_item, spot_strategy, "SpotStrategy"),
	TEXT(struct configuration_item, zone, "ZoneId"),
	TEXT(struct configuration_item, io_optimized, "IoOptimized"),
	INT(struct configuration_item, weight, "LoadBalancerWeight"),
	BOOL(struct configuration_item, deletion_protection, "DeletionProtection"),
	TEXT(struct configuration_item, system.category, "SystemDiskCategory"),
	TEXTS(struct configuration_item, system.categories, "SystemDiskCategories", .item = "SystemDiskCategory"),
	INT(struct configuration_item, system.size, "SystemDiskSize"),
	TEXT(struct configuration_item, system.level, "SystemDiskPerformanceLevel"),
	TEXT(struct configuration_item, system.name, "SystemDiskName"),
	TEXT(struct configuration_item, system.description, "SystemDiskDescription"),
	TEXT(struct configuration_item, system.auto_snapshot_policy, "SystemDiskAutoSnapshotPolicyId"),
	TEXT(struct configuration_item, system.kms_key, FIELD_ABSENT, .later = "SystemDiskKMSKeyId"),
	ITEMS(struct configuration_item, data_disks, "DataDisks", .item = "DataDisk", .of = &disk_shape),
	ITEMS(struct configuration_item, tags, "Tags", .item = "Tag", .of = &tag_shape),
	TEXT(struct configuration_item, created_at, "CreationTime"),
	FIELDS_END,
};
static const struct shape item_shape = { sizeof(struct configuration_item), item_fields };

static struct disk_item disk_of(struct call *call, const struct scaling_disk *disk)
{
	return (struct disk_item){
		.category = disk->category,
		.categories = ess_split(call, disk->category),
		.level = disk->performance_level,
		.name = disk->name,
		.description = disk->description,
		.device = disk->device,
		.snapshot = disk->snapshot,
		.encrypted = disk->encrypted ? "true" : "false",
		.kms_key = disk->kms_key,
		.auto_snapshot_policy = disk->auto_snapshot_policy,
		.with_instance = !disk->keep,
		.bursting = disk->bursting,
		.size = disk->size_gib,
		.iops = disk->provisioned_iops,
	};
}

static void fill_disks(struct call *call, const char *configuration, struct configuration_item *ret)
{
	struct scaling_disk *disks;
	size_t n = scaling_disk_list(call->work.txn, configuration, &disks);
	struct disk_item *data = arena_array(call_work_arena(call), struct disk_item, n);
	size_t n_data = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (disks[i].position == 0)
			ret->system = disk_of(call, &disks[i]);
		else
			data[n_data++] = disk_of(call, &disks[i]);
	}
	ret->data_disks = (struct items){ data, n_data };
}

static struct items tags_of(struct call *call, const char *json)
{
	const char *error;
	struct tree *tree = text_empty(json) ? NULL : tree_from_json(call_work_arena(call), json, strlen(json), 1, &error);
	struct rpc_tag *tags = arena_array(call_work_arena(call), struct rpc_tag, tree ? tree->n_children : 0);
	struct tree *child;
	size_t n = 0;

	for (child = tree ? tree->first : NULL; child; child = child->next)
		tags[n++] = (struct rpc_tag){ child->name, child->value };
	return (struct items){ tags, n };
}

static void fill_item(struct call *call, const struct scaling_configuration *c, struct configuration_item *ret)
{
	struct scaling_group group = { .configuration = "" };

	scaling_group_get(call->work.txn, c->scaling_group, &group);
	*ret = (struct configuration_item){
		.id = c->id,
		.group = c->scaling_group,
		.name = c->name,
		.state = text_equal(group.configuration, c->id) ? "Active" : "Inactive",
		.image = c->image,
		.image_name = c->image_name,
		.types = ess_split(call, c->types),
		.instance_name = c->instance_name,
		.instance_description = c->instance_description,
		.host_name = c->host_name,
		.security_groups = ess_split(call, c->security_groups),
		.key_pair = c->key_pair,
		.user_data = c->user_data,
		.ram_role = c->ram_role,
		.resource_group = c->resource_group,
		.internet_charge_type = c->internet_charge_type,
		.bandwidth_in = c->internet_max_bandwidth_in,
		.bandwidth_out = c->internet_max_bandwidth_out,
		.spot_strategy = text_empty(c->spot_strategy) ? "NoSpot" : c->spot_strategy,
		.zone = c->zone,
		.io_optimized = "optimized",
		.weight = c->weight,
		.deletion_protection = c->deletion_protection,
		.tags = tags_of(call, c->tags),
		.created_at = ess_time(call, c->created_at),
	};
	ret->type = ret->types.n ? ret->types.items[0] : "";
	ret->security_group = ret->security_groups.n ? ret->security_groups.items[0] : "";
	fill_disks(call, c->id, ret);
}

/* ---- DescribeScalingConfigurations ---- */

struct describe_in {
	const char *region, *group;
	struct texts ids, names;
	struct rpc_paging paging;
};

struct describe_out {
	struct items configurations;
	struct rpc_pages pages;
};

static const struct field describe_in_fields[] = {
	TEXT(struct describe_in, region, "RegionId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(struct describe_in, group, "ScalingGroupId"),
	TEXTS(struct describe_in, ids, "ScalingConfigurationId", .later = "ScalingConfigurationIds", .max = 50),
	TEXTS(struct describe_in, names, "ScalingConfigurationName", .later = "ScalingConfigurationNames", .max = 50),
	ESS_PAGING_FIELDS(struct describe_in, paging, 50),
	FIELDS_END,
};

static const struct field describe_out_fields[] = {
	ITEMS(struct describe_out, configurations, "ScalingConfigurations", .item = "ScalingConfiguration", .of = &item_shape),
	ESS_PAGES_FIELDS(struct describe_out, pages),
	FIELDS_END,
};

static const struct error_row describe_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	ROWS_END,
};

static bool describe_run(struct call *call, const void *in_, void *out_)
{
	const struct describe_in *in = in_;
	struct describe_out *out = out_;
	struct scaling_filter filter = ess_filter(call);
	struct scaling_configuration *rows;
	struct configuration_item *items;
	size_t n;
	size_t i;

	filter.scaling_group = ecs_given(in->group);
	filter.ids = in->ids.n ? in->ids.items : NULL;
	filter.n_ids = in->ids.n;
	filter.names = in->names.items;
	filter.n_names = in->names.n;
	if (!ess_scaling_configuration_page(call, &filter, &in->paging, &out->pages, &rows, &n))
		return false;
	items = arena_array(call_work_arena(call), struct configuration_item, n);
	for (i = 0; i < n; i++)
		fill_item(call, &rows[i], &items[i]);
	out->configurations = (struct items){ items, n };
	return true;
}

const struct operation ess_describe_scaling_configurations = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "DescribeScalingConfigurations",
	.mode = OPERATION_READ,
	.permission = "ess:DescribeScalingConfigurations",
	.resource = "scalinggroup/*",
	.in = { sizeof(struct describe_in), describe_in_fields },
	.out = { sizeof(struct describe_out), describe_out_fields },
	.errors = describe_errors,
	.run = describe_run,
	.doc = "Lists scaling configurations, newest first, by filters and pages.",
};

/* ---- DeactivateScalingConfiguration, DeleteScalingConfiguration ---- */

struct which_in {
	const char *configuration;
};

static const struct field which_in_fields[] = {
	TEXT(struct which_in, configuration, "ScalingConfigurationId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	FIELDS_END,
};

#define ROW_UNKNOWN                                                                       \
	{ REFUSE_SCALING_CONFIGURATION_UNKNOWN, 404, "InvalidScalingConfigurationId.NotFound", \
	  "The specified scaling configuration does not exist.", NULL }

static const struct error_row deactivate_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	ROW_UNKNOWN,
	ROWS_END,
};

static const struct error_row delete_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	ROW_UNKNOWN,
	{ REFUSE_SCALING_CONFIGURATION_ACTIVE, 400, "IncorrectScalingConfigurationLifecycleState",
	  "The current lifecycle state of specified scaling configuration does not support this action.", NULL },
	{ REFUSE_SCALING_GROUP_IN_USE, 400, "InstanceInUse",
	  "You cannot delete a scaling configuration or scaling group while there is an instance associated with it.", NULL },
	ROWS_END,
};

static bool deactivate_run(struct call *call, const void *in, void *out)
{
	(void)out;
	return call_verb(call, scaling_configuration_deactivate(&call->work, ((const struct which_in *)in)->configuration));
}

static bool delete_run(struct call *call, const void *in, void *out)
{
	(void)out;
	return call_verb(call, scaling_configuration_delete(&call->work, ((const struct which_in *)in)->configuration));
}

const struct operation ess_deactivate_scaling_configuration = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "DeactivateScalingConfiguration",
	.mode = OPERATION_WRITE,
	.permission = "ess:DeactivateScalingConfiguration",
	.resource = "scalinggroup/*",
	.in = { sizeof(struct which_in), which_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = deactivate_errors,
	.run = deactivate_run,
	.doc = "The group uses it no more, and makes no instances until it has another.",
};

const struct operation ess_delete_scaling_configuration = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "DeleteScalingConfiguration",
	.mode = OPERATION_WRITE,
	.permission = "ess:DeleteScalingConfiguration",
	.resource = "scalinggroup/*",
	.in = { sizeof(struct which_in), which_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = delete_errors,
	.run = delete_run,
	.doc = "Removes a configuration that is not active and that no member was made by.",
};
