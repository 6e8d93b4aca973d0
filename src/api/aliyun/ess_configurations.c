/* CreateScalingConfiguration, ModifyScalingConfiguration. */
#include <string.h>

#include "api/aliyun/ecs.h"
#include "api/aliyun/ess.h"
#include "base/text.h"
#include "base/tree.h"

struct disk_in {
	struct opt_int size, iops;
	const char *category, *level, *name, *description, *device, *snapshot, *kms_key, *auto_snapshot_policy;
	const char *encrypted; /* a boolean that some clients send as a text */
	struct texts categories;
	struct opt_bool with_instance, bursting;
};

#define TAG_TEXT_MAX 128

static const char *const booleans[] = { "true", "false", "True", "False", NULL };

static const struct field data_disk_fields[] = {
	OPT_INT(struct disk_in, size, "Size", .min = 1, .max = 65536, .doc = "GiB."),
	TEXT(struct disk_in, category, "Category"),
	TEXTS(struct disk_in, categories, "Categories", .max = 4, .doc = "The first counts."),
	TEXT(struct disk_in, level, "PerformanceLevel"),
	TEXT(struct disk_in, name, "DiskName", .max = ECS_NAME_MAX),
	TEXT(struct disk_in, description, "Description", .max = ECS_DESCRIPTION_MAX),
	TEXT(struct disk_in, device, "Device"),
	TEXT(struct disk_in, snapshot, "SnapshotId"),
	TEXT(struct disk_in, encrypted, "Encrypted", .values = booleans),
	TEXT(struct disk_in, kms_key, "KMSKeyId"),
	TEXT(struct disk_in, auto_snapshot_policy, "AutoSnapshotPolicyId"),
	OPT_BOOL(struct disk_in, with_instance, "DeleteWithInstance", .doc = "Default true."),
	OPT_BOOL(struct disk_in, bursting, "BurstingEnabled"),
	OPT_INT(struct disk_in, iops, "ProvisionedIops", .max = 50000),
	FIELDS_END,
};
static const struct shape data_disk_shape = { sizeof(struct disk_in), data_disk_fields };

static const struct field system_disk_fields[] = {
	OPT_INT(struct disk_in, size, "Size", .min = 20, .max = 2048, .doc = "GiB; default 40, or what the image needs."),
	TEXT(struct disk_in, category, "Category", .doc = "Default cloud_efficiency."),
	TEXT(struct disk_in, level, "PerformanceLevel"),
	TEXT(struct disk_in, name, "DiskName", .max = ECS_NAME_MAX),
	TEXT(struct disk_in, description, "Description", .max = ECS_DESCRIPTION_MAX),
	TEXT(struct disk_in, encrypted, "Encrypted", .values = booleans),
	TEXT(struct disk_in, kms_key, "KMSKeyId"),
	TEXT(struct disk_in, auto_snapshot_policy, "AutoSnapshotPolicyId"),
	OPT_BOOL(struct disk_in, bursting, "BurstingEnabled"),
	OPT_INT(struct disk_in, iops, "ProvisionedIops", .max = 50000),
	FIELDS_END,
};
static const struct shape system_disk_shape = { sizeof(struct disk_in), system_disk_fields };

struct create_in {
	const char *id; /* of one that is changed */
	const char *group, *name, *image, *image_name, *type, *instance_name, *instance_description, *host_name, *security_group,
		*key_pair, *user_data, *ram_role, *tags, *resource_group, *internet_charge_type, *spot_strategy, *zone, *io_optimized,
		*password, *client_token;
	struct opt_int weight, bandwidth_in, bandwidth_out;
	struct opt_bool deletion_protection, password_inherit;
	struct texts types, security_groups, system_categories;
	struct disk_in system_disk;
	struct items data_disks;
};

struct create_out {
	const char *configuration;
};

static const struct error_row bad_user_data = { REFUSE_FIELD, 400, "InvalidUserData.SizeExceeded",
	                                        "The specified parameter UserData exceeds the size.", NULL };

/* What a configuration may say, when it is made and when it is changed. */
#define CONFIGURATION_FIELDS \
	TEXT(struct create_in, name, "ScalingConfigurationName", .min = ESS_NAME_MIN, .max = ESS_NAME_MAX, \
	     .doc = "Unique in the group. Default: the id."), \
	TEXT(struct create_in, image, "ImageId"), \
	TEXT(struct create_in, image_name, "ImageName", .flags = FIELD_ACCEPTED), \
	TEXT(struct create_in, type, "InstanceType"), \
	TEXTS(struct create_in, types, "InstanceTypes", .max = SCALING_TYPES_MAX, .doc = "Tried in this order."), \
	TEXT(struct create_in, instance_name, "InstanceName", .max = ECS_NAME_MAX), \
	TEXT(struct create_in, instance_description, "InstanceDescription", .max = ECS_DESCRIPTION_MAX), \
	TEXT(struct create_in, host_name, "HostName", .max = 64), \
	TEXT(struct create_in, security_group, "SecurityGroupId"), \
	TEXTS(struct create_in, security_groups, "SecurityGroupIds", .max = 5), \
	OBJECT(struct create_in, system_disk, "SystemDisk", .of = &system_disk_shape), \
	TEXTS(struct create_in, system_categories, "SystemDiskCategories", .later = "SystemDiskCategories", .max = 4, \
	      .doc = "The first counts, where SystemDisk.Category is not given."), \
	ITEMS(struct create_in, data_disks, "DataDisk", .later = "DataDisks", .of = &data_disk_shape, .max = SCALING_DATA_DISKS_MAX), \
	TEXT(struct create_in, key_pair, "KeyPairName"), \
	TEXT(struct create_in, user_data, "UserData", .flags = FIELD_SECRET, .max = ECS_USER_DATA_MAX, .bad = &bad_user_data), \
	TEXT(struct create_in, ram_role, "RamRoleName"), \
	TEXT(struct create_in, tags, "Tags", .max = 4096, .doc = "A JSON object; the instances bear them."), \
	TEXT(struct create_in, resource_group, "ResourceGroupId"), \
	TEXT(struct create_in, internet_charge_type, "InternetChargeType"), \
	OPT_INT(struct create_in, bandwidth_in, "InternetMaxBandwidthIn", .max = 200), \
	OPT_INT(struct create_in, bandwidth_out, "InternetMaxBandwidthOut", .max = 100), \
	TEXT(struct create_in, spot_strategy, "SpotStrategy"), \
	TEXT(struct create_in, zone, "ZoneId"), \
	OPT_INT(struct create_in, weight, "LoadBalancerWeight", .max = 100, .doc = "Default 50."), \
	OPT_BOOL(struct create_in, deletion_protection, "DeletionProtection"), \
	OPT_BOOL(struct create_in, password_inherit, "PasswordInherit", .flags = FIELD_ACCEPTED), \
	TEXT(struct create_in, password, "Password", .flags = FIELD_ACCEPTED | FIELD_SECRET), \
	TEXT(struct create_in, io_optimized, "IoOptimized", .flags = FIELD_ACCEPTED)

static const struct field create_in_fields[] = {
	TEXT(struct create_in, group, "ScalingGroupId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	CONFIGURATION_FIELDS,
	TEXT(struct create_in, client_token, "ClientToken", .flags = FIELD_CLIENT_TOKEN, .max = ESS_CLIENT_TOKEN_MAX,
	     .doc = "A repeat within 24 hours gets the first answer."),
	FIELDS_END,
};

static const struct field create_out_fields[] = {
	TEXT(struct create_out, configuration, "ScalingConfigurationId"),
	FIELDS_END,
};

static const struct error_row create_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	ESS_ROW_GROUP_UNKNOWN,
	{ REFUSE_SCALING_CONFIGURATION_NAME, 400, "InvalidScalingConfigurationName.Duplicate",
	  "The specified value of parameter ScalingConfigurationName is duplicated.", NULL },
	{ REFUSE_SCALING_CONFIGURATION_LIMIT, 400, "QuotaExceeded.ScalingConfiguration",
	  "Scaling configuration quota exceeded in the specified scaling group.", NULL },
	{ REFUSE_IMAGE_UNKNOWN, 404, "InvalidImageId.NotFound", "The specified image does not exist.", NULL },
	{ REFUSE_INSTANCE_TYPE_UNKNOWN, 400, "InvalidParameter", "The specified value of parameter InstanceType is not valid.", NULL },
	{ REFUSE_SECURITY_GROUP_UNKNOWN, 404, "InvalidSecurityGroupId.NotFound", "The specified security group does not exist.", NULL },
	{ REFUSE_VPC_MISMATCH, 400, "InvalidSecurityGroupId.VPCMismatch",
	  "The specified security group and the specified virtual switch are not in the same VPC.", NULL },
	{ REFUSE_SNAPSHOT_UNKNOWN, 404, "InvalidDataDiskSnapshotId.NotFound", "Snapshot “%s” does not exist.", NULL },
	ROWS_END,
};

static struct scaling_disk disk_of(const struct disk_in *in, const char *category)
{
	bool encrypted = false;

	text_to_bool(text_or(in->encrypted, ""), &encrypted);
	return (struct scaling_disk){
		.category = category,
		.performance_level = in->level,
		.size_gib = in->size.value,
		.name = in->name,
		.description = in->description,
		.device = in->device,
		.snapshot = in->snapshot,
		.kms_key = in->kms_key,
		.auto_snapshot_policy = in->auto_snapshot_policy,
		.encrypted_given = !text_empty(in->encrypted),
		.encrypted = encrypted,
		.bursting = in->bursting.value,
		.keep = in->with_instance.is == GIVEN && !in->with_instance.value,
		.provisioned_iops = in->iops.value,
	};
}

static const char *first_of(const char *text, const struct texts *texts)
{
	return !text_empty(text) || texts->n == 0 ? text : texts->items[0];
}

static struct scaling_disk *disks_of(struct call *call, const struct create_in *in)
{
	const struct disk_in *data = in->data_disks.items;
	struct scaling_disk *disks = arena_array(call_work_arena(call), struct scaling_disk, in->data_disks.n + 1);
	size_t i;

	disks[0] = disk_of(&in->system_disk, first_of(in->system_disk.category, &in->system_categories));
	for (i = 0; i < in->data_disks.n; i++)
		disks[i + 1] = disk_of(&data[i], first_of(data[i].category, &data[i].categories));
	return disks;
}

/* What is no tag would be none of the instances either. */
static bool tags_check(struct call *call, const char *json)
{
	struct rpc_tag tags[RPC_TAGS_MAX];
	struct tree *child;
	const char *error;
	struct tree *tree;
	bool good;
	size_t n = 0;

	if (text_empty(json))
		return true;
	tree = tree_from_json(call_work_arena(call), json, strlen(json), 1, &error);
	good = tree && tree->kind == TREE_OBJECT && tree->n_children <= RPC_TAGS_MAX;
	for (child = good ? tree->first : NULL; child; child = child->next) {
		tags[n++] = (struct rpc_tag){ .key = child->name, .value = text_or(child->value, "") };
		good = good && *child->name && strlen(child->name) <= TAG_TEXT_MAX && strlen(tags[n - 1].value) <= TAG_TEXT_MAX;
	}
	return (good && rpc_tags_check(call, &(struct items){ tags, n })) || call_refuse(call, REFUSE_PARAMETER_INVALID, "Tags");
}

static struct scaling_configuration configuration_of(struct call *call, const struct create_in *in)
{
	return (struct scaling_configuration){
		.scaling_group = in->group,
		.name = in->name,
		.image = in->image,
		.image_name = in->image_name,
		.types = in->types.n ? ess_join(call, &in->types) : text_or(in->type, ""),
		.instance_name = in->instance_name,
		.instance_description = in->instance_description,
		.host_name = in->host_name,
		.security_groups = in->security_groups.n ? ess_join(call, &in->security_groups) : text_or(in->security_group, ""),
		.key_pair = in->key_pair,
		.user_data = in->user_data,
		.ram_role = in->ram_role,
		.tags = in->tags,
		.resource_group = in->resource_group,
		.internet_charge_type = in->internet_charge_type,
		.internet_max_bandwidth_in = in->bandwidth_in.value,
		.internet_max_bandwidth_out = in->bandwidth_out.value,
		.spot_strategy = in->spot_strategy,
		.zone = in->zone,
		.deletion_protection = in->deletion_protection.value,
		.weight = in->weight.is == GIVEN ? in->weight.value : SCALING_WEIGHT_DEFAULT,
	};
}

static bool create_run(struct call *call, const void *in_, void *out_)
{
	const struct create_in *in = in_;
	struct create_out *out = out_;
	struct scaling_configuration_args args = {
		.configuration = configuration_of(call, in),
		.disks = disks_of(call, in),
		.n_disks = in->data_disks.n + 1,
	};

	return ess_name_check(call, in->name, "ScalingConfigurationName") && tags_check(call, in->tags) &&
	       call_verb(call, scaling_configuration_create(&call->work, &args, &out->configuration));
}

const struct operation ess_create_scaling_configuration = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "CreateScalingConfiguration",
	.mode = OPERATION_WRITE,
	.permission = "ess:CreateScalingConfiguration",
	.resource = "scalinggroup/{ScalingGroupId}",
	.in = { sizeof(struct create_in), create_in_fields },
	.out = { sizeof(struct create_out), create_out_fields },
	.errors = create_errors,
	.run = create_run,
	.doc = "What instances of the group are made by; made active with EnableScalingGroup or ModifyScalingGroup.",
};

/* ---- ModifyScalingConfiguration ---- */

static const struct field modify_in_fields[] = {
	TEXT(struct create_in, id, "ScalingConfigurationId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	CONFIGURATION_FIELDS,
	FIELDS_END,
};

static const struct error_row modify_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	{ REFUSE_SCALING_CONFIGURATION_UNKNOWN, 404, "InvalidScalingConfigurationId.NotFound",
	  "The specified scaling configuration does not exist.", NULL },
	{ REFUSE_SCALING_CONFIGURATION_NAME, 400, "InvalidScalingConfigurationName.Duplicate",
	  "The specified value of parameter is duplicated.", NULL },
	{ REFUSE_IMAGE_UNKNOWN, 404, "InvalidImageId.NotFound", "The specified image does not exist.", NULL },
	{ REFUSE_INSTANCE_TYPE_UNKNOWN, 400, "InvalidParameter", "The specified value of parameter InstanceType is not valid.", NULL },
	{ REFUSE_SECURITY_GROUP_UNKNOWN, 404, "InvalidSecurityGroupId.NotFound", "The specified security group does not exist.", NULL },
	{ REFUSE_VPC_MISMATCH, 400, "InvalidSecurityGroupId.VPCMismatch",
	  "The specified security group and the specified virtual switch are not in the same VPC.", NULL },
	{ REFUSE_SNAPSHOT_UNKNOWN, 404, "InvalidDataDiskSnapshotId.NotFound", "Snapshot “%s” does not exist.", NULL },
	ROWS_END,
};

static bool modify_run(struct call *call, const void *in_, void *out)
{
	const struct create_in *in = in_;
	struct scaling_configuration_args args = {
		.configuration = configuration_of(call, in),
		.disks = disks_of(call, in),
		.n_disks = in->data_disks.n + 1,
		.keeps_weight = in->weight.is != GIVEN,
		.keeps_bandwidth_in = in->bandwidth_in.is != GIVEN,
		.keeps_bandwidth_out = in->bandwidth_out.is != GIVEN,
		.keeps_protection = in->deletion_protection.is != GIVEN,
	};

	(void)out;
	args.configuration.id = in->id;
	return ess_name_check(call, in->name, "ScalingConfigurationName") && tags_check(call, in->tags) &&
	       call_verb(call, scaling_configuration_modify(&call->work, &args));
}

const struct operation ess_modify_scaling_configuration = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "ModifyScalingConfiguration",
	.mode = OPERATION_WRITE,
	.permission = "ess:ModifyScalingConfiguration",
	.resource = "scalinggroup/*",
	.in = { sizeof(struct create_in), modify_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = modify_errors,
	.run = modify_run,
	.doc = "Changes what is given; instances that are there stay as they are. Data disks are replaced as a whole.",
};
