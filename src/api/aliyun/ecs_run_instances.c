/* RunInstances. */
#include "api/aliyun/ecs.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/instance.h"

#define AUTO_RELEASE_MIN (30 * MINUTE)
#define AUTO_RELEASE_MAX (3 * 365 * DAY)
#define AMOUNT_MAX       100

struct disk_in {
	const char *category, *performance_level, *name, *description, *device, *snapshot, *kms_key, *policy, *encrypted;
	struct opt_int size, provisioned_iops;
	struct opt_bool delete_with_instance, bursting;
};

struct run_in {
	const char *region, *zone, *image, *type, *name, *description, *host_name;
	const char *security_group, *vswitch, *private_ip, *key_pair, *password, *user_data, *resource_group;
	struct texts security_groups;
	const char *internet_charge_type, *charge_type, *period_unit, *spot_strategy, *auto_release;
	const char *io_optimized;
	struct opt_int internet_in, internet_out, amount, min_amount, period;
	struct opt_bool unique_suffix, deletion_protection, dry_run, auto_renew, password_inherit;
	struct disk_in system_disk;
	struct items data_disks;
	struct items tags;
	const char *client_token;
};

struct run_out {
	struct texts ids;
};

/* ---- tables ---- */

static const char *const charge_words[] = { "PrePaid", "PostPaid", NULL };
static const char *const period_words[] = { "Week", "Month", NULL };
static const char *const internet_words[] = { "PayByBandwidth", "PayByTraffic", NULL };
static const char *const spot_words[] = { "NoSpot", "SpotWithPriceLimit", "SpotAsPriceGo", NULL };

#define BAD(row, code, message) \
	static const struct error_row row = { REFUSE_FIELD, 400, code, message, NULL }
BAD(bad_name, "InvalidInstanceName.Malformed", "The specified parameter InstanceName is not valid.");
BAD(bad_description, "InvalidDescription.Malformed", "The specified parameter Description is not valid.");
BAD(bad_disk_name, "InvalidDiskName.Malformed", "The specified parameter DiskName is not valid.");
BAD(bad_disk_description, "InvalidDiskDescription.Malformed", "The specified parameter DiskDescription is not valid.");
BAD(bad_charge, "InvalidInstanceChargeType.NotSupport", "The specified InstanceChargeType is not valid.");
BAD(bad_period, "InvalidPeriod", "The specified period is not valid.");
BAD(bad_internet, "InvalidInternetChargeType.ValueNotSupported", "The specified InternetChargeType is not valid.");
BAD(bad_spot, "InvalidSpotStrategy", "The specified SpotStrategy is not valid.");
BAD(bad_auto_release, "InvalidAutoReleaseTime.Malformed", "The specified parameter AutoReleaseTime is not valid.");
BAD(bad_min_amount, "InvalidMinAmount.Malformed", "The specified parameter MinAmount is not valid.");
static const struct error_row bad_amount = { REFUSE_FIELD, 403, "InvalidParam.Amount",
	                                     "The specified parameter Amount is not valid.", NULL };

static const struct field disk_fields[] = {
	TEXT(struct disk_in, category, "Category", .max = 64, .doc = "Default cloud_efficiency."),
	TEXT(struct disk_in, performance_level, "PerformanceLevel", .max = 16),
	OPT_INT(struct disk_in, size, "Size", .min = 1, .max = 65536, .doc = "GiB."),
	TEXT(struct disk_in, name, "DiskName", .min = ECS_NAME_MIN, .max = ECS_NAME_MAX, .bad = &bad_disk_name),
	TEXT(struct disk_in, description, "Description", .min = ECS_DESCRIPTION_MIN, .max = ECS_DESCRIPTION_MAX,
	     .bad = &bad_disk_description),
	TEXT(struct disk_in, device, "Device", .max = 32, .doc = "Data disks: /dev/xvdb to /dev/xvdz."),
	TEXT(struct disk_in, snapshot, "SnapshotId", .doc = "This server holds no snapshots: any id is not found."),
	OPT_BOOL(struct disk_in, delete_with_instance, "DeleteWithInstance", .doc = "Data disks. Default true."),
	TEXT(struct disk_in, encrypted, "Encrypted", .max = 8, .doc = "true or false."),
	TEXT(struct disk_in, kms_key, "KMSKeyId", .max = 128),
	OPT_BOOL(struct disk_in, bursting, "BurstingEnabled"),
	OPT_INT(struct disk_in, provisioned_iops, "ProvisionedIops", .min = 0, .max = 1000000),
	TEXT(struct disk_in, policy, "AutoSnapshotPolicyId", .flags = FIELD_ACCEPTED),
	FIELDS_END,
};
static const struct shape disk_shape = { sizeof(struct disk_in), disk_fields };

static const struct field in_fields[] = {
	TEXT(struct run_in, region, "RegionId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "Region."),
	TEXT(struct run_in, zone, "ZoneId", .doc = "Default: the region's first."),
	TEXT(struct run_in, image, "ImageId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY,
	     .doc = "An image of this server's catalogue."),
	TEXT(struct run_in, type, "InstanceType", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY,
	     .doc = "A type of this server's catalogue."),
	OPT_INT(struct run_in, amount, "Amount", .min = 1, .max = AMOUNT_MAX, .bad = &bad_amount, .doc = "Default 1."),
	OPT_INT(struct run_in, min_amount, "MinAmount", .min = 1, .max = AMOUNT_MAX, .bad = &bad_min_amount,
	        .doc = "All are made or none."),
	TEXT(struct run_in, name, "InstanceName", .min = ECS_NAME_MIN, .max = ECS_NAME_MAX, .bad = &bad_name),
	OPT_BOOL(struct run_in, unique_suffix, "UniqueSuffix", .doc = "Names end with 001, 002, ..."),
	TEXT(struct run_in, description, "Description", .min = ECS_DESCRIPTION_MIN, .max = ECS_DESCRIPTION_MAX,
	     .bad = &bad_description),
	TEXT(struct run_in, host_name, "HostName", .max = 64),
	TEXT(struct run_in, security_group, "SecurityGroupId", .doc = "In the VSwitch's VPC."),
	TEXTS(struct run_in, security_groups, "SecurityGroupIds", .max = 16, .doc = "The same for several."),
	TEXT(struct run_in, vswitch, "VSwitchId", .doc = "Its zone is the instance's, which gets an address of its block. "
	                                                 "Without one the instance is in no VPC."),
	TEXT(struct run_in, private_ip, "PrivateIpAddress", .max = 64, .doc = "Of the first instance; default: the lowest "
	                                                                      "that is free."),
	TEXT(struct run_in, key_pair, "KeyPairName", .max = 128),
	TEXT(struct run_in, password, "Password", .max = 30, .flags = FIELD_ACCEPTED),
	OPT_BOOL(struct run_in, password_inherit, "PasswordInherit", .flags = FIELD_ACCEPTED),
	TEXT(struct run_in, user_data, "UserData", .max = 32768),
	TEXT(struct run_in, resource_group, "ResourceGroupId"),
	TEXT(struct run_in, io_optimized, "IoOptimized", .flags = FIELD_ACCEPTED),
	TEXT(struct run_in, internet_charge_type, "InternetChargeType", .values = internet_words, .bad = &bad_internet),
	OPT_INT(struct run_in, internet_in, "InternetMaxBandwidthIn", .min = 0, .max = 10000),
	OPT_INT(struct run_in, internet_out, "InternetMaxBandwidthOut", .min = 0, .max = 10000),
	TEXT(struct run_in, charge_type, "InstanceChargeType", .values = charge_words, .bad = &bad_charge,
	     .doc = "PrePaid: its data disks are PrePaid too and cannot be detached."),
	OPT_INT(struct run_in, period, "Period", .min = 1, .max = 60, .bad = &bad_period),
	TEXT(struct run_in, period_unit, "PeriodUnit", .values = period_words, .bad = &bad_period),
	OPT_BOOL(struct run_in, auto_renew, "AutoRenew", .flags = FIELD_ACCEPTED),
	TEXT(struct run_in, spot_strategy, "SpotStrategy", .values = spot_words, .bad = &bad_spot),
	OPT_BOOL(struct run_in, deletion_protection, "DeletionProtection"),
	TIME(struct run_in, auto_release, "AutoReleaseTime", .bad = &bad_auto_release,
	     .doc = "The instance is released at this time, half an hour to three years ahead; seconds are cut off."),
	OBJECT(struct run_in, system_disk, "SystemDisk", .of = &disk_shape, .doc = "Default 40 GiB cloud_efficiency."),
	ITEMS(struct run_in, data_disks, "DataDisk", .of = &disk_shape, .max = 64, .doc = "At most 16."),
	ITEMS(struct run_in, tags, "Tag", .of = &rpc_tag_in_shape, .max = RPC_TAGS_MAX),
	TEXT(struct run_in, client_token, "ClientToken", .flags = FIELD_CLIENT_TOKEN, .max = ECS_CLIENT_TOKEN_MAX,
	     .doc = "A repeat within 24 hours gets the first answer."),
	OPT_BOOL(struct run_in, dry_run, "DryRun", .flags = FIELD_DRY_RUN),
	FIELDS_END,
};

static const struct field out_fields[] = {
	TEXTS(struct run_out, ids, "InstanceIdSets", .item = "InstanceIdSet"),
	FIELDS_END,
};

static const struct error_row errors[] = {
	ROW_EMPTY,
	ROW_REGION_NOT_FOUND,
	{ REFUSE_INSTANCE_TYPE_UNKNOWN, 400, "InvalidInstanceType.ValueNotSupported",
	  "The specified InstanceType beyond the permitted range.", NULL },
	{ REFUSE_IMAGE_UNKNOWN, 404, "InvalidImageId.NotFound", "The specified ImageId does not exist.", NULL },
	{ REFUSE_ZONE_UNKNOWN, 404, "InvalidZoneId.NotFound", "The specified zone does not exist.", NULL },
	ROWS_PLACE,
	{ REFUSE_SYSTEM_DISK_CATEGORY, 400, "InvalidSystemDiskCategory.ValueNotSupported",
	  "The specified parameter SystemDisk.Category is not valid.", NULL },
	{ REFUSE_DISK_PERFORMANCE_LEVEL, 400, "InvalidPerformanceLevel.Malformed",
	  "The specified parameter PerformanceLevel is not valid.", "CreateDisk page" },
	{ REFUSE_SYSTEM_DISK_SIZE, 400, "InvalidSystemDiskSize.ValueNotSupported",
	  "The specified parameter SystemDisk.Size is invalid.", NULL },
	{ REFUSE_INSTANCE_DISK_LIMIT, 400, "InstanceDiskNumber.LimitExceed",
	  "The total number of specified disk in an instance exceeds.", NULL },
	{ REFUSE_SNAPSHOT_UNKNOWN, 400, "InvalidSnapshotId.NotFound", "The specified SnapshotId does not exist.", NULL },
	{ REFUSE_DISK_CATEGORY, 400, "InvalidDataDiskCategory.ValueNotSupported",
	  "The specified parameter DataDisk.n.Category is not valid.", NULL },
	{ REFUSE_DISK_SIZE_MISSING, 400, "MissingParameter",
	  "The input parameter either DataDisk.n.SnapshotId or DataDisk.n.Size should be specified.", NULL },
	{ REFUSE_DISK_SIZE, 400, "InvalidDataDiskSize.ValueNotSupported",
	  "The specified DataDisk.n.Size beyond the permitted range, or the capacity of snapshot exceeds the size limit of "
	  "the specified disk category.", NULL },
	{ REFUSE_DEVICE_MALFORMED, 400, "InvalidDataDevice.Malformed",
	  "The specified DataDisk.n.Device is not valid.", NULL },
	{ REFUSE_DEVICE_IN_USE, 403, "InvalidDevice.InUse", "The specified device has been occupied.", NULL },
	{ REFUSE_PARAMETER_CONFLICT, 400, "InvalidAutoReleaseTime.Malformed",
	  "The specified parameter AutoReleaseTime is not valid.", NULL },
	ROWS_TAGS,
	ROW_DRY_RUN,
	ROWS_END,
};

/* ---- from a request to the verb ---- */

static struct instance_disk_args disk_args(const struct disk_in *in)
{
	return (struct instance_disk_args){
		.category = in->category,
		.performance_level = in->performance_level,
		.size_given = in->size.is == GIVEN,
		.size_gib = in->size.value,
		.name = in->name,
		.description = in->description,
		.device = in->device,
		.snapshot = in->snapshot,
		.kms_key = in->kms_key,
		.encrypted = text_equal_nocase(in->encrypted, "true"),
		.bursting = in->bursting.value,
		.provisioned_iops = in->provisioned_iops.value,
		.keep = in->delete_with_instance.is == GIVEN && !in->delete_with_instance.value,
	};
}

static const char *join_groups(struct call *call, const struct run_in *in)
{
	const char *all = text_or(in->security_group, "");
	size_t i;

	for (i = 0; i < in->security_groups.n; i++)
		all = arena_printf(call_work_arena(call), "%s%s%s", all, *all ? "," : "", in->security_groups.items[i]);
	return all;
}

/* AutoReleaseTime: seconds cut off, at least half an hour and at most three years ahead (RunInstances page). */
static bool auto_release_at(struct call *call, const struct run_in *in, int64_t *ret)
{
	int64_t at = 0;

	if (ecs_given(in->auto_release)) {
		moment_parse(in->auto_release, &at);
		at = at / MINUTE * MINUTE;
		if (at < call->work.now + AUTO_RELEASE_MIN - MINUTE || at > call->work.now + AUTO_RELEASE_MAX)
			return call_refuse(call, REFUSE_PARAMETER_CONFLICT, "AutoReleaseTime");
	}
	*ret = at;
	return true;
}

static void fill_args(struct call *call, const struct run_in *in, struct instance_create_args *args)
{
	struct instance_disk_args *disks = arena_array(call_work_arena(call), struct instance_disk_args, in->data_disks.n);
	size_t i;

	for (i = 0; i < in->data_disks.n; i++)
		disks[i] = disk_args((const struct disk_in *)in->data_disks.items + i);
	*args = (struct instance_create_args){
		.zone = in->zone,
		.image = in->image,
		.type = in->type,
		.name = in->name,
		.description = in->description,
		.host_name = in->host_name,
		.security_groups = join_groups(call, in),
		.vswitch = in->vswitch,
		.private_ip = in->private_ip,
		.key_pair = in->key_pair,
		.user_data = in->user_data,
		.resource_group = in->resource_group,
		.internet_charge_type = text_or(in->internet_charge_type, "PayByTraffic"),
		.internet_max_bandwidth_in = in->internet_in.value,
		.internet_max_bandwidth_out = in->internet_out.value,
		.spot_strategy = text_or(in->spot_strategy, "NoSpot"),
		.pre_paid = text_equal(in->charge_type, "PrePaid"),
		.paid_months = in->period.is == GIVEN ? in->period.value : 1,
		.deletion_protection = in->deletion_protection.value,
		.amount = in->amount.is == GIVEN ? in->amount.value : 1,
		.unique_suffix = in->unique_suffix.value,
		.system_disk = disk_args(&in->system_disk),
		.data_disks = disks,
		.n_data_disks = in->data_disks.n,
		.tags = rpc_tags(call, &in->tags),
		.n_tags = in->tags.n,
	};
}

static bool run(struct call *call, const void *in_, void *out_)
{
	const struct run_in *in = in_;
	struct run_out *out = out_;
	struct instance_create_args args;

	fill_args(call, in, &args);
	if (!rpc_tags_check(call, &in->tags) || !auto_release_at(call, in, &args.auto_release_at) ||
	    !call_verb(call, instance_create(&call->work, &args, &out->ids.items)))
		return false;
	out->ids.n = (size_t)args.amount;
	return true;
}

const struct operation ecs_run_instances = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "RunInstances",
	.mode = OPERATION_WRITE,
	.permission = "ecs:RunInstances",
	.resource = "instance/*",
	.in = { sizeof(struct run_in), in_fields },
	.out = { sizeof(struct run_out), out_fields },
	.errors = errors,
	.run = run,
	.doc = "Creates and starts instances with their disks. Asynchronous: Pending, Starting, then Running.",
};
