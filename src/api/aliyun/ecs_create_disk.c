/* CreateDisk. */
#include "api/aliyun/ecs.h"
#include "core/disk.h"

struct create_in {
	const char *region;
	const char *zone;
	const char *instance;
	const char *category;
	const char *performance_level;
	const char *name;
	const char *description;
	struct opt_int size;
	const char *snapshot;
	const char *multi_attach;
	struct opt_bool encrypted;
	const char *kms_key;
	struct opt_bool bursting;
	struct opt_int provisioned_iops;
	const char *resource_group;
	const char *storage_set;
	struct opt_int storage_set_partition;
	struct items tags;
	const char *client_token;
};

struct create_out {
	const char *disk;
};

static const char *const multi_attach_words[] = { "Disabled", "Enabled", NULL };

static const struct error_row bad_name = { REFUSE_FIELD, 400, "InvalidDiskName.Malformed",
	                                   "The specified disk name is wrongly formed.", NULL };
static const struct error_row bad_description = { REFUSE_FIELD, 400, "InvalidDescription.Malformed",
	                                          "The specified description is wrongly formed.", NULL };
static const struct error_row bad_size = { REFUSE_FIELD, 400, "InvalidSize.ValueNotSupported",
	                                   "The specified parameter Size is not valid.", NULL };
static const struct error_row bad_multi_attach = { REFUSE_FIELD, 403, "InvalidParameter.MultiAttach",
	                                           "The specified param MultiAttach is not valid.", NULL };

static const struct field in_fields[] = {
	TEXT(struct create_in, region, "RegionId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "Region."),
	TEXT(struct create_in, zone, "ZoneId", .doc = "Zone; needed unless InstanceId is given."),
	TEXT(struct create_in, instance, "InstanceId",
	     .doc = "Makes a PrePaid disk attached to this PrePaid instance. Without it the disk is PostPaid."),
	TEXT(struct create_in, category, "DiskCategory", .max = 64, .doc = "Default cloud."),
	TEXT(struct create_in, performance_level, "PerformanceLevel", .max = 16, .doc = "Of an ESSD. Default PL1."),
	TEXT(struct create_in, name, "DiskName", .min = ECS_NAME_MIN, .max = ECS_NAME_MAX, .bad = &bad_name),
	TEXT(struct create_in, description, "Description", .min = ECS_DESCRIPTION_MIN, .max = ECS_DESCRIPTION_MAX,
	     .bad = &bad_description),
	OPT_INT(struct create_in, size, "Size", .min = 1, .max = 65536, .bad = &bad_size,
	        .doc = "GiB. Absent or less than the snapshot's: the snapshot's."),
	TEXT(struct create_in, snapshot, "SnapshotId", .doc = "The disk begins with what this snapshot holds."),
	TEXT(struct create_in, multi_attach, "MultiAttach", .values = multi_attach_words, .bad = &bad_multi_attach,
	     .doc = "Enabled: the disk can be attached to several instances at a time."),
	OPT_BOOL(struct create_in, encrypted, "Encrypted"),
	TEXT(struct create_in, kms_key, "KMSKeyId", .max = 128),
	OPT_BOOL(struct create_in, bursting, "BurstingEnabled"),
	OPT_INT(struct create_in, provisioned_iops, "ProvisionedIops", .min = 0, .max = 1000000),
	TEXT(struct create_in, resource_group, "ResourceGroupId", .max = 64),
	TEXT(struct create_in, storage_set, "StorageSetId", .max = 64),
	OPT_INT(struct create_in, storage_set_partition, "StorageSetPartitionNumber", .min = 1, .max = 2147483647),
	ITEMS(struct create_in, tags, "Tag", .of = &rpc_tag_in_shape, .max = RPC_TAGS_MAX),
	TEXT(struct create_in, client_token, "ClientToken", .flags = FIELD_CLIENT_TOKEN, .max = ECS_CLIENT_TOKEN_MAX,
	     .doc = "A repeat within 24 hours gets the first answer."),
	FIELDS_END,
};

static const struct field out_fields[] = {
	TEXT(struct create_out, disk, "DiskId"),
	FIELDS_END,
};

static const struct error_row errors[] = {
	ROW_EMPTY,
	ROW_REGION_NOT_FOUND,
	{ REFUSE_ZONE_MISSING, 400, "MissingZoneId", "ZoneId is mandatory for this action.", NULL },
	{ REFUSE_ZONE_MISMATCH, 400, "InvalidParameter.Conflict",
	  "The specified parameters ZoneId and InstanceId are conflict: the instance is in another zone.", NULL },
	ROW_INSTANCE_NOT_FOUND,
	{ REFUSE_ZONE_UNKNOWN, 404, "InvalidZoneId.NotFound", "The specified zone does not exist.", NULL },
	ROW_NOT_WHITE_LISTED,
	{ REFUSE_SNAPSHOT_UNKNOWN, 404, "InvalidSnapshotId.NotFound", "The specified SnapshotId does not exist.", NULL },
	{ REFUSE_SNAPSHOT_NOT_READY, 403, "InvalidSnapshotId.NotReady", "The specified snapshot has not completed yet.", NULL },
	{ REFUSE_SNAPSHOT_ENCRYPTION, 400, "EncryptedOption.Conflict",
	  "Encryption value of disk conflicts with that of snapshot .", NULL },
	{ REFUSE_DISK_SIZE_MISSING, 400, "MissingParameter",
	  "The input parameter either SnapshotId or Size should be specified.", NULL },
	{ REFUSE_DISK_CATEGORY, 400, "InvalidDiskCategory.ValueNotSupported",
	  "The specified parameter DiskCategory is not valid.", NULL },
	{ REFUSE_DISK_PERFORMANCE_LEVEL, 400, "InvalidPerformanceLevel.Malformed",
	  "The specified parameter PerformanceLevel is not valid.", NULL },
	{ REFUSE_DISK_SIZE, 403, "InvalidDiskSize.NotSupported", "The specified disk size is not supported.", NULL },
	{ REFUSE_DISK_MULTI_ATTACH_CATEGORY, 403, "InvalidParameter.DiskCategoryAndMultiAttachNotMatch",
	  "The specified disk category does not support multi attach enabled.", NULL },
	{ REFUSE_DISK_MULTI_ATTACH_INSTANCE, 403, "InvalidParameter.MultiAttachAndInstanceIdConflict",
	  "The parameter MultiAttach and InstanceId are conflict.", NULL },
	{ REFUSE_INSTANCE_PRE_PAID, 403, "InvalidPayMethod", "The specified pay method is not valid.", NULL },
	{ REFUSE_INSTANCE_STATE, 403, "InvalidStatus.Upgrading", "The instance is upgrading; please try again later.", NULL },
	{ REFUSE_INSTANCE_DISK_LIMIT, 403, "InstanceDiskLimitExceeded",
	  "The amount of the disk on instance in question reach its limits.", "AttachDisk page" },
	ROWS_TAGS,
	ROWS_END,
};

static bool run(struct call *call, const void *in_, void *out_)
{
	const struct create_in *in = in_;
	struct create_out *out = out_;
	struct disk_create_args args = {
		.zone = in->zone,
		.instance = in->instance,
		.category = in->category,
		.performance_level = in->performance_level,
		.name = in->name,
		.description = in->description,
		.size_given = in->size.is == GIVEN,
		.size_gib = in->size.value,
		.snapshot = in->snapshot,
		.multi_attach = ecs_given(in->multi_attach) && in->multi_attach[0] == 'E',
		.encrypted_given = in->encrypted.is == GIVEN,
		.encrypted = in->encrypted.value,
		.kms_key = in->kms_key,
		.bursting = in->bursting.value,
		.provisioned_iops = in->provisioned_iops.value,
		.resource_group = in->resource_group,
		.storage_set = in->storage_set,
		.storage_set_partition = in->storage_set_partition.value,
		.tags = rpc_tags(call, &in->tags),
		.n_tags = in->tags.n,
	};

	return rpc_tags_check(call, &in->tags) && call_verb(call, disk_create(&call->work, &args, &out->disk));
}

const struct operation ecs_create_disk = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "CreateDisk",
	.mode = OPERATION_WRITE,
	.permission = "ecs:CreateDisk",
	.resource = "disk/*,snapshot/{SnapshotId?}",
	.in = { sizeof(struct create_in), in_fields },
	.out = { sizeof(struct create_out), out_fields },
	.errors = errors,
	.faults = rpc_fault_internal,
	.opens_jobs = true,
	.run = run,
	.doc = "Creates a data disk. Asynchronous: the disk is Creating, then Available.",
};
