/* What RunInstances and CreateInstance take alike, and how it becomes the arguments of their verb. What they say about a
 * value that does not fit is their own where their pages differ. */
#ifndef API_ALIYUN_ECS_INSTANCE_ARGS_H
#define API_ALIYUN_ECS_INSTANCE_ARGS_H

#include "api/aliyun/ecs.h"
#include "core/instance.h"

struct ecs_disk_in {
	const char *category, *performance_level, *name, *description, *device, *snapshot, *kms_key, *policy, *encrypted;
	const char *algorithm, *cluster;
	struct opt_int size, provisioned_iops;
	struct opt_bool delete_with_instance, bursting;
};

struct ecs_instance_in {
	const char *region, *zone, *image, *type, *name, *description, *host_name;
	const char *security_group, *vswitch, *private_ip, *key_pair, *password, *user_data, *resource_group;
	const char *internet_charge_type, *charge_type, *period_unit, *spot_strategy;
	const char *io_optimized;
	struct opt_int internet_in, internet_out, period;
	struct opt_bool deletion_protection, auto_renew, password_inherit;
	struct ecs_disk_in system_disk;
	struct items data_disks;
	struct items tags;
};

extern const char *const ecs_charge_words[];
extern const char *const ecs_period_words[];
extern const char *const ecs_internet_words[];
extern const char *const ecs_spot_words[];
extern const struct error_row ecs_bad_instance_name, ecs_bad_instance_description, ecs_bad_period, ecs_bad_internet,
	ecs_bad_spot;

#define ECS_DISK_FIELDS(bad_name, bad_description)                                                                      \
	TEXT(struct ecs_disk_in, category, "Category", .max = 64, .doc = "Default cloud_efficiency."),                  \
	TEXT(struct ecs_disk_in, performance_level, "PerformanceLevel", .max = 16),                                     \
	OPT_INT(struct ecs_disk_in, size, "Size", .min = 1, .max = 65536,                                               \
	        .doc = "GiB. Data disks: absent or less than the snapshot's, the snapshot's."),                         \
	TEXT(struct ecs_disk_in, name, "DiskName", .min = ECS_NAME_MIN, .max = ECS_NAME_MAX, .bad = bad_name),          \
	TEXT(struct ecs_disk_in, description, "Description", .min = ECS_DESCRIPTION_MIN, .max = ECS_DESCRIPTION_MAX,    \
	     .bad = bad_description),                                                                                   \
	TEXT(struct ecs_disk_in, device, "Device", .max = 32, .doc = "Data disks: /dev/xvdb to /dev/xvdz."),            \
	TEXT(struct ecs_disk_in, snapshot, "SnapshotId",                                                     \
	     .doc = "Data disks: the disk begins with what this snapshot holds."),                                      \
	OPT_BOOL(struct ecs_disk_in, delete_with_instance, "DeleteWithInstance", .doc = "Data disks. Default true."),   \
	TEXT(struct ecs_disk_in, encrypted, "Encrypted", .max = 8, .doc = "true or false."),                            \
	TEXT(struct ecs_disk_in, kms_key, "KMSKeyId", .max = 128),                                                      \
	OPT_BOOL(struct ecs_disk_in, bursting, "BurstingEnabled"),                                                      \
	OPT_INT(struct ecs_disk_in, provisioned_iops, "ProvisionedIops", .min = 0, .max = 1000000),                     \
	TEXT(struct ecs_disk_in, policy, "AutoSnapshotPolicyId", .flags = FIELD_ACCEPTED),                              \
	TEXT(struct ecs_disk_in, algorithm, "EncryptAlgorithm", .flags = FIELD_ACCEPTED),                               \
	TEXT(struct ecs_disk_in, cluster, "StorageClusterId", .flags = FIELD_ACCEPTED)

/* Where and what. T is the operation's own struct, m its struct ecs_instance_in. */
#define ECS_INSTANCE_FIELDS_FIRST(T, m)                                                                                 \
	TEXT(T, m.region, "RegionId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "Region."),                     \
	TEXT(T, m.zone, "ZoneId", .doc = "Default: the region's first."),                                               \
	TEXT(T, m.image, "ImageId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "One of DescribeImages."),        \
	TEXT(T, m.type, "InstanceType", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "One of DescribeInstanceTypes.")

/* Everything else. */
#define ECS_INSTANCE_FIELDS(T, m, disk_shape, bad_charge, bad_period_unit)                                              \
	TEXT(T, m.name, "InstanceName", .min = ECS_NAME_MIN, .max = ECS_NAME_MAX, .bad = &ecs_bad_instance_name),       \
	TEXT(T, m.description, "Description", .min = ECS_DESCRIPTION_MIN, .max = ECS_DESCRIPTION_MAX,                   \
	     .bad = &ecs_bad_instance_description),                                                                     \
	TEXT(T, m.host_name, "HostName", .max = 64),                                                                    \
	TEXT(T, m.security_group, "SecurityGroupId", .doc = "In the VSwitch's VPC."),                                   \
	TEXT(T, m.vswitch, "VSwitchId", .doc = "Its zone is the instance's, which gets an address of its block. "       \
	                                       "Without one the instance is in no VPC."),                               \
	TEXT(T, m.private_ip, "PrivateIpAddress", .max = 64, .doc = "Of the first; default: the lowest that is free."), \
	TEXT(T, m.key_pair, "KeyPairName", .max = 128),                                                                 \
	TEXT(T, m.password, "Password", .max = 30, .flags = FIELD_ACCEPTED | FIELD_SECRET),                             \
	OPT_BOOL(T, m.password_inherit, "PasswordInherit", .flags = FIELD_ACCEPTED),                                    \
	TEXT(T, m.user_data, "UserData", .max = ECS_USER_DATA_MAX, .flags = FIELD_SECRET),                              \
	TEXT(T, m.resource_group, "ResourceGroupId"),                                                                   \
	TEXT(T, m.io_optimized, "IoOptimized", .flags = FIELD_ACCEPTED),                                                \
	TEXT(T, m.internet_charge_type, "InternetChargeType", .values = ecs_internet_words, .bad = &ecs_bad_internet),  \
	OPT_INT(T, m.internet_in, "InternetMaxBandwidthIn", .min = 0, .max = 10000),                                    \
	OPT_INT(T, m.internet_out, "InternetMaxBandwidthOut", .min = 0, .max = 10000),                                  \
	TEXT(T, m.charge_type, "InstanceChargeType", .values = ecs_charge_words, .bad = bad_charge,                     \
	     .doc = "PrePaid: its data disks are PrePaid too and cannot be detached."),                                 \
	OPT_INT(T, m.period, "Period", .min = 1, .max = 60, .bad = &ecs_bad_period),                                    \
	TEXT(T, m.period_unit, "PeriodUnit", .values = ecs_period_words, .bad = bad_period_unit),                       \
	OPT_BOOL(T, m.auto_renew, "AutoRenew", .flags = FIELD_ACCEPTED),                                                \
	TEXT(T, m.spot_strategy, "SpotStrategy", .values = ecs_spot_words, .bad = &ecs_bad_spot),                       \
	OPT_BOOL(T, m.deletion_protection, "DeletionProtection"),                                                       \
	OBJECT(T, m.system_disk, "SystemDisk", .of = disk_shape, .doc = "Default 40 GiB cloud_efficiency."),            \
	ITEMS(T, m.data_disks, "DataDisk", .of = disk_shape, .max = 64, .doc = "At most 16."),                          \
	ITEMS(T, m.tags, "Tag", .of = &rpc_tag_in_shape, .max = RPC_TAGS_MAX)

/* One instance; the caller adds what is its own. Memory is of the call's work arena. */
struct instance_create_args ecs_instance_args(struct call *call, const struct ecs_instance_in *in);

/* "sg-1,sg-2", as the model keeps lists. */
const char *ecs_join(struct call *call, const char *first, const struct texts *more);

#endif
