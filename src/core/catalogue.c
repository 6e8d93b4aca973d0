#include "core/catalogue.h"

#include <string.h>

#include "base/text.h"

const struct region catalogue_regions[] = {
	{ "cn-hangzhou", "bp1", "华东1（杭州）", "ecs.cn-hangzhou.aliyuncs.com", "bghijk" },
	{ "cn-shanghai", "uf6", "华东2（上海）", "ecs.cn-shanghai.aliyuncs.com", "bfgl" },
	{ "cn-beijing", "2ze", "华北2（北京）", "ecs.cn-beijing.aliyuncs.com", "chkl" },
	{ "cn-shenzhen", "wz9", "华南1（深圳）", "ecs.cn-shenzhen.aliyuncs.com", "def" },
	{ "cn-hongkong", "j6c", "中国香港", "ecs.cn-hongkong.aliyuncs.com", "bcd" },
	{ "ap-southeast-1", "t4n", "新加坡", "ecs.ap-southeast-1.aliyuncs.com", "abc" },
	{ "us-west-1", "rj9", "美国（硅谷）", "ecs.us-west-1.aliyuncs.com", "ab" },
	{ "eu-central-1", "gw8", "德国（法兰克福）", "ecs.eu-central-1.aliyuncs.com", "ab" },
};
const size_t catalogue_n_regions = COUNT_OF(catalogue_regions);

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
		.size_gib = gib, .created_at = 1724025600000 /* 2024-08-19 */, \
		.path = "", .kernel = "", .initrd = "", .cmdline = "",                                           \
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
const struct disk_category catalogue_disk_categories[] = {
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
const size_t catalogue_n_disk_categories = COUNT_OF(catalogue_disk_categories);

#define CATALOGUE_FIND(table, wanted)                            \
	for (size_t i = 0; i < COUNT_OF(table); i++) {           \
		if (text_equal((table)[i].id, (wanted)))         \
			return &(table)[i];                      \
	}                                                        \
	return NULL

const struct region *region_find(const char *id)
{
	CATALOGUE_FIND(catalogue_regions, id);
}

static const struct instance_type *built_in_type(const char *id)
{
	CATALOGUE_FIND(instance_types, id);
}

static const struct image *built_in_image(const char *id)
{
	CATALOGUE_FIND(images, id);
}

const struct instance_type *instance_type_find(const struct work *work, const char *id)
{
	struct instance_type *row = arena_new(work->arena, struct instance_type);

	return id && instance_type_get(work->txn, id, row) ? row : built_in_type(id);
}

static bool is_for_caller(const struct work *work, const struct image *image)
{
	return text_empty(image->account) || text_equal(image->account, work->caller.tenant.account);
}

const struct image *image_of_any(const struct work *work, const char *id)
{
	struct image *row = arena_new(work->arena, struct image);

	return id && image_get(work->txn, id, row) ? row : built_in_image(id);
}

const struct image *image_find(const struct work *work, const char *id)
{
	const struct image *found = image_of_any(work, id);

	return found && is_for_caller(work, found) ? found : NULL;
}

size_t instance_type_list(const struct work *work, const struct instance_type **ret)
{
	struct instance_type *rows;
	size_t n_rows = instance_type_rows(work->txn, &rows);
	struct instance_type *all = arena_array(work->arena, struct instance_type, n_rows + COUNT_OF(instance_types));
	size_t n = 0;
	size_t i;
	size_t j;

	for (i = 0; i < n_rows; i++)
		all[n++] = rows[i];
	for (i = 0; i < COUNT_OF(instance_types); i++) {
		for (j = 0; j < n_rows && !text_equal(rows[j].id, instance_types[i].id); j++)
			continue;
		if (j == n_rows)
			all[n++] = instance_types[i];
	}
	*ret = all;
	return n;
}

size_t image_list(const struct work *work, const struct image **ret)
{
	struct image *rows;
	size_t n_rows = image_rows(work->txn, &rows);
	struct image *all = arena_array(work->arena, struct image, n_rows + COUNT_OF(images));
	size_t n = 0;
	size_t i;
	size_t j;

	for (i = 0; i < n_rows; i++) {
		if (!rows[i].deleted && is_for_caller(work, &rows[i]))
			all[n++] = rows[i];
	}
	for (i = 0; i < COUNT_OF(images); i++) {
		for (j = 0; j < n_rows && !text_equal(rows[j].id, images[i].id); j++)
			continue;
		if (j == n_rows)
			all[n++] = images[i];
	}
	*ret = all;
	return n;
}

const char *instance_type_default(void)
{
	return instance_types[0].id;
}

const char *image_default(void)
{
	return images[0].id;
}

const struct disk_category *disk_category_find(const char *id)
{
	CATALOGUE_FIND(catalogue_disk_categories, id);
}

bool zone_known(const struct region *region, const char *zone)
{
	size_t length = strlen(region->id);

	return zone && strncmp(zone, region->id, length) == 0 && zone[length] == '-' && zone[length + 1] &&
	       !zone[length + 2] && strchr(region->zones, zone[length + 1]);
}

int64_t performance_level_min_gib(const char *level)
{
	static const struct {
		const char *id;
		int64_t min_gib;
	} levels[] = { { "PL0", 1 }, { "PL1", 20 }, { "PL2", 461 }, { "PL3", 1261 } };
	size_t i;

	for (i = 0; i < COUNT_OF(levels); i++) {
		if (text_equal(levels[i].id, level))
			return levels[i].min_gib;
	}
	return 0;
}
