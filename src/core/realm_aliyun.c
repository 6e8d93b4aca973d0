/* What Alibaba Cloud has: data, taken from its pages. */
#include "base/text.h"
#include "core/catalogue.h"

static const struct region regions[] = {
	{ "cn-hangzhou", "bp1", "华东1（杭州）", "ecs.cn-hangzhou.aliyuncs.com", "bghijk" },
	{ "cn-shanghai", "uf6", "华东2（上海）", "ecs.cn-shanghai.aliyuncs.com", "bfgl" },
	{ "cn-beijing", "2ze", "华北2（北京）", "ecs.cn-beijing.aliyuncs.com", "chkl" },
	{ "cn-shenzhen", "wz9", "华南1（深圳）", "ecs.cn-shenzhen.aliyuncs.com", "def" },
	{ "cn-hongkong", "j6c", "中国香港", "ecs.cn-hongkong.aliyuncs.com", "bcd" },
	{ "ap-southeast-1", "t4n", "新加坡", "ecs.ap-southeast-1.aliyuncs.com", "abc" },
	{ "us-west-1", "rj9", "美国（硅谷）", "ecs.us-west-1.aliyuncs.com", "ab" },
	{ "eu-central-1", "gw8", "德国（法兰克福）", "ecs.eu-central-1.aliyuncs.com", "ab" },
};

#define GIB(n) ((n) * 1024)
/* id, family, cpus, memory, hot unplug, multi-attach, data disks */
static const struct instance_type instance_types[] = {
	{ "ecs.g7.large", "ecs.g7", 2, GIB(8), true, true, DATA_DISKS_MAX },
	{ "ecs.g7.xlarge", "ecs.g7", 4, GIB(16), true, true, DATA_DISKS_MAX },
	{ "ecs.g7.2xlarge", "ecs.g7", 8, GIB(32), true, true, DATA_DISKS_MAX },
	{ "ecs.c7.large", "ecs.c7", 2, GIB(4), true, true, DATA_DISKS_MAX },
	{ "ecs.c7.xlarge", "ecs.c7", 4, GIB(8), true, true, DATA_DISKS_MAX },
	{ "ecs.r7.large", "ecs.r7", 2, GIB(16), true, true, DATA_DISKS_MAX },
	{ "ecs.g6.large", "ecs.g6", 2, GIB(8), true, false, DATA_DISKS_MAX },
	{ "ecs.g6.xlarge", "ecs.g6", 4, GIB(16), true, false, DATA_DISKS_MAX },
	{ "ecs.c6.large", "ecs.c6", 2, GIB(4), true, false, DATA_DISKS_MAX },
	{ "ecs.c6.xlarge", "ecs.c6", 4, GIB(8), true, false, DATA_DISKS_MAX },
	{ "ecs.t6-c1m1.large", "ecs.t6", 2, GIB(2), true, false, DATA_DISKS_MAX },
	{ "ecs.t5-lc1m2.small", "ecs.t5", 1, GIB(2), true, false, DATA_DISKS_MAX },
	{ "ecs.n4.large", "ecs.n4", 2, GIB(4), true, false, DATA_DISKS_MAX },
	/* The first generation, whose machines take and give disks only while they are off. */
	{ "ecs.s1.small", "ecs.s1", 1, GIB(2), false, false, 4 },
	{ "ecs.t1.small", "ecs.t1", 1, GIB(1), false, false, 4 },
};

#define PUBLIC_IMAGE(image_id, os, zh, en, gib)                                                                   \
	{                                                                                                       \
		.id = image_id, .account = "", .name = image_id, .os_type = os, .os_name = zh, .os_name_en = en, \
		.size_gib = gib, .created_at = 1724025600000 /* 2024-08-19 */,         \
		.realm = "aliyun", .path = "", .kernel = "", .initrd = "", .cmdline = "",                           \
	}
static const struct image images[] = {
	PUBLIC_IMAGE("aliyun_3_x64_20G_alibase_20240819.vhd", "linux", "Alibaba Cloud Linux  3.2104 LTS 64位",
	             "Alibaba Cloud Linux  3.2104 LTS 64 bit", 20),
	PUBLIC_IMAGE("ubuntu_22_04_x64_20G_alibase_20240926.vhd", "linux", "Ubuntu  22.04 64位", "Ubuntu  22.04 64 bit", 20),
	PUBLIC_IMAGE("debian_12_6_x64_20G_alibase_20240819.vhd", "linux", "Debian  12.6 64位", "Debian  12.6 64 bit", 20),
	PUBLIC_IMAGE("centos_7_9_x64_20G_alibase_20240628.vhd", "linux", "CentOS  7.9 64位", "CentOS  7.9 64 bit", 20),
	PUBLIC_IMAGE("win2022_21H2_x64_dtc_zh-cn_40G_alibase_20240917.vhd", "windows",
	             "Windows Server  2022 数据中心版 64位中文版",
	             "Windows Server  2022 Datacenter Edition 64bit Chinese Edition", 40),
};

/* Sizes in GiB of 2026 (RunInstances and CreateDisk pages). id, min, max, system, levels, multi-attach, system disk may
 * leave, local, elastic ephemeral, made by CreateDisk, changed by ModifyDiskSpec, provisioned IOPS */
static const struct disk_category disk_categories[] = {
	{ "cloud", 5, 2000, true, false, false, false, false, false, true, false, false },
	{ "cloud_efficiency", 20, 32768, true, false, false, true, false, false, true, true, false },
	{ "cloud_ssd", 20, 32768, true, false, false, true, false, false, true, true, false },
	{ "cloud_essd", 1, 65536, true, true, true, true, false, false, true, true, false },
	{ "cloud_auto", 1, 65536, true, false, true, true, false, false, true, true, true },
	{ "cloud_essd_entry", 10, 32768, true, false, false, true, false, false, true, false, false },
	{ "cloud_regional_disk_auto", 10, 65536, false, false, false, false, false, false, true, false, false },
	{ "elastic_ephemeral_disk_standard", 64, 8192, false, false, false, false, false, true, true, false, false },
	{ "elastic_ephemeral_disk_premium", 64, 8192, false, false, false, false, false, true, true, false, false },
	{ "ephemeral_ssd", 5, 800, true, false, false, false, true, false, false, false, false },
};

const struct realm realm_aliyun = {
	.name = "aliyun",
	.ids = ID_PREFIXED,
	.counts_detaching = true,
	.networks = true,
	.image_bound = true,
	.key_prefix = "LTAI5t",
	.key_tail = 18,
	.secret_length = 30,
	.default_category = "cloud",
	.default_instance_category = "cloud_efficiency",
	.fleet_category = "cloud_essd",
	.regions = regions,
	.n_regions = COUNT_OF(regions),
	.disk_categories = disk_categories,
	.n_disk_categories = COUNT_OF(disk_categories),
	.types = instance_types,
	.n_types = COUNT_OF(instance_types),
	.images = images,
	.n_images = COUNT_OF(images),
};
