/* What Huawei Cloud has: data, taken from its pages. */
#include "base/text.h"
#include "core/catalogue.h"

#define ECS_DATA_DISKS 23 /* page of batch attaching: "at most 23 disks"; limits page says what of it counts here */
#define BMS_DATA_DISKS 59 /* page of BMS attaching: 60 with the system disk */

static const struct region regions[] = {
	{ "cn-north-4", "", "华北-北京四", "ecs.cn-north-4.myhuaweicloud.com", "abcg", "" },
	{ "cn-north-1", "", "华北-北京一", "ecs.cn-north-1.myhuaweicloud.com", "abc", "" },
	{ "cn-east-3", "", "华东-上海一", "ecs.cn-east-3.myhuaweicloud.com", "abcd", "" },
	{ "cn-south-1", "", "华南-广州", "ecs.cn-south-1.myhuaweicloud.com", "acef", "" },
	{ "ap-southeast-1", "", "中国-香港", "ecs.ap-southeast-1.myhuaweicloud.com", "abd", "" },
	{ "ap-southeast-3", "", "亚太-新加坡", "ecs.ap-southeast-3.myhuaweicloud.com", "abcde", "" },
};

#define GIB(n) ((n) * 1024)
#define ECS(type, kin, cores, gib)                                                                    \
	{                                                                                                  \
		.id = type, .family = kin, .cpus = cores, .memory_mib = GIB(gib), .hot_unplug = true, \
		.multi_attach = true, .max_data_disks = ECS_DATA_DISKS                                     \
	}
#define BMS(type, kin, cores, gib)                                                                    \
	{                                                                                                  \
		.id = type, .family = kin, .cpus = cores, .memory_mib = GIB(gib), .hot_unplug = true, \
		.multi_attach = true, .max_data_disks = BMS_DATA_DISKS, .kind = MACHINE_BARE_METAL         \
	}
static const struct instance_type types[] = {
	ECS("s6.large.2", "s6", 2, 4),
	ECS("s6.small.1", "s6", 1, 1),
	ECS("s6.medium.2", "s6", 1, 2),
	ECS("s6.xlarge.2", "s6", 4, 8),
	ECS("s7.large.2", "s7", 2, 4),
	ECS("c6.large.2", "c6", 2, 4),
	ECS("c6.xlarge.2", "c6", 4, 8),
	ECS("c7.large.2", "c7", 2, 4),
	ECS("m6.large.8", "m6", 2, 16),
	BMS("physical.s4.medium", "physical.s4", 40, 192),
	BMS("physical.s4.large", "physical.s4", 40, 384),
	BMS("physical.o2.medium", "physical.o2", 32, 128),
};

#define IMAGE(image_id, title, os, system, gib)                                                                \
	{                                                                                                      \
		.id = image_id, .account = "", .name = title, .os_type = os, .os_name = system,                \
		.os_name_en = system, .size_gib = gib, .created_at = 1724025600000 /* 2024-08-19 */,         \
		.realm = "huawei", .path = "", .kernel = "", .initrd = "", .cmdline = "",                           \
	}
static const struct image images[] = {
	IMAGE("1189efbf-d48b-46ad-a823-94b942e2a000", "Ubuntu 22.04 server 64bit", "linux", "Ubuntu 22.04 server 64bit", 10),
	IMAGE("67f433d8-ed0e-4321-a8a2-a71838539e09", "CentOS 7.6 64bit", "linux", "CentOS 7.6 64bit", 10),
	IMAGE("9b1c4d5e-3f0a-4c55-8d29-6c2f7a0be112", "Huawei Cloud EulerOS 2.0 64bit", "linux",
	      "Huawei Cloud EulerOS 2.0 64bit", 10),
	IMAGE("c0d7e3a2-52a4-4f83-b5ef-98a3d5a7f3b4", "Windows Server 2019 Datacenter 64bit English", "windows",
	      "Windows Server 2019 Datacenter 64bit", 40),
};

/* EVS pages: system disks 1 to 1024 GiB, data disks 10 to 32768. All can be shared. */
#define CATEGORY(name)                                                                                                \
	{                                                                                                             \
		.id = name, .min_gib = 10, .max_gib = 32768, .system = true, .multi_attach = true,                    \
		.detachable_system = true, .creatable = true, .changeable = true, .system_min_gib = 1, .system_max_gib = 1024 \
	}
static const struct disk_category disk_categories[] = {
	CATEGORY("SAS"),
	CATEGORY("SSD"),
	CATEGORY("GPSSD"),
	CATEGORY("SATA"),
	CATEGORY("ESSD"),
};

const struct realm realm_huawei = {
	.name = "huawei",
	.ids = ID_UUID,
	.scoped = true,
	.safe_detach = true,
	.failures_stay = true,
	.snapshots_go_with_disk = true,
	.snapshots_of_any_disk = true,
	.snapshots_settled = true,
	.snapshots_keep_category = true,
	.restores_detached = true,
	.shared_grow_detached = true,
	.made_for_any_instance = true,
	.force_keeps_slot = true,
	.key_prefix = "HST3",
	.key_tail = 16,
	.secret_length = 40,
	.default_category = "SAS",
	.default_instance_category = "SAS",
	.fleet_category = "SSD",
	.regions = regions,
	.n_regions = COUNT_OF(regions),
	.disk_categories = disk_categories,
	.n_disk_categories = COUNT_OF(disk_categories),
	.types = types,
	.n_types = COUNT_OF(types),
	.images = images,
	.n_images = COUNT_OF(images),
};
