#include "core/catalogue.h"

#include <string.h>

#include "base/text.h"

#define CATALOGUE_FIND(table, n_rows, wanted)                    \
	for (size_t i = 0; i < (n_rows); i++) {                  \
		if (text_equal((table)[i].id, (wanted)))         \
			return &(table)[i];                      \
	}                                                        \
	return NULL

const struct region *region_find(const struct realm *realm, const char *id)
{
	CATALOGUE_FIND(realm->regions, realm->n_regions, id);
}

static const struct instance_type *built_in_type(const struct realm *realm, const char *id)
{
	CATALOGUE_FIND(realm->types, realm->n_types, id);
}

static const struct image *built_in_image(const struct realm *realm, const char *id)
{
	CATALOGUE_FIND(realm->images, realm->n_images, id);
}

const struct instance_type *instance_type_find(const struct work *work, const char *id)
{
	const struct realm *realm = work_realm(work);
	struct instance_type *row = arena_new(work->arena, struct instance_type);

	if (!id || !instance_type_get(work->txn, id, row))
		return built_in_type(realm, id);
	return text_equal(row->realm, realm->name) ? row : NULL;
}

static bool is_for_caller(const struct work *work, const struct image *image)
{
	return text_equal(image->realm, work_realm(work)->name) &&
	       (text_empty(image->account) || text_equal(image->account, work->caller.tenant.account));
}

const struct instance_type *instance_type_of_any(const struct work *work, const char *id)
{
	struct instance_type *row = arena_new(work->arena, struct instance_type);
	const struct instance_type *found = id && instance_type_get(work->txn, id, row) ? row : NULL;

	for (size_t i = 0; realms[i] && !found; i++)
		found = built_in_type(realms[i], id);
	return found;
}

const struct image *image_of_any(const struct work *work, const char *id)
{
	struct image *row = arena_new(work->arena, struct image);
	const struct image *found = id && image_get(work->txn, id, row) ? row : NULL;

	for (size_t i = 0; realms[i] && !found; i++)
		found = built_in_image(realms[i], id);
	return found;
}

const struct image *image_find(const struct work *work, const char *id)
{
	const struct image *found = image_of_any(work, id);

	return found && is_for_caller(work, found) ? found : NULL;
}

size_t instance_type_list(const struct work *work, const struct instance_type **ret)
{
	const struct realm *realm = work_realm(work);
	struct instance_type *rows;
	size_t n_rows = instance_type_rows(work->txn, &rows);
	struct instance_type *all = arena_array(work->arena, struct instance_type, n_rows + realm->n_types);
	size_t n = 0;
	size_t i;
	size_t j;

	for (i = 0; i < n_rows; i++) {
		if (text_equal(rows[i].realm, realm->name))
			all[n++] = rows[i];
	}
	for (i = 0; i < realm->n_types; i++) {
		for (j = 0; j < n_rows && !text_equal(rows[j].id, realm->types[i].id); j++)
			continue;
		if (j == n_rows)
			all[n++] = realm->types[i];
	}
	*ret = all;
	return n;
}

size_t image_list(const struct work *work, const struct image **ret)
{
	const struct realm *realm = work_realm(work);
	struct image *rows;
	size_t n_rows = image_rows(work->txn, &rows);
	struct image *all = arena_array(work->arena, struct image, n_rows + realm->n_images);
	size_t n = 0;
	size_t i;
	size_t j;

	for (i = 0; i < n_rows; i++) {
		if (!rows[i].deleted && is_for_caller(work, &rows[i]))
			all[n++] = rows[i];
	}
	for (i = 0; i < realm->n_images; i++) {
		for (j = 0; j < n_rows && !text_equal(rows[j].id, realm->images[i].id); j++)
			continue;
		if (j == n_rows)
			all[n++] = realm->images[i];
	}
	*ret = all;
	return n;
}

const char *instance_type_default(const struct work *work)
{
	return work_realm(work)->types[0].id;
}

const char *image_default(const struct work *work)
{
	return work_realm(work)->images[0].id;
}

const struct disk_category *disk_category_of(const struct realm *realm, const char *id)
{
	CATALOGUE_FIND(realm->disk_categories, realm->n_disk_categories, id);
}

const struct disk_category *disk_category_find(const char *id)
{
	const struct disk_category *found = NULL;
	size_t i;

	for (i = 0; realms[i] && !found; i++)
		found = disk_category_of(realms[i], id);
	return found;
}

int64_t disk_category_min_gib(const struct disk_category *category, bool system)
{
	int64_t least = category->system_min_gib ? category->system_min_gib : SYSTEM_DISK_MIN_GIB;

	return system ? least : category->min_gib;
}

int64_t disk_category_max_gib(const struct disk_category *category, bool system)
{
	int64_t most = category->system_max_gib ? category->system_max_gib : SYSTEM_DISK_MAX_GIB;

	return system && category->max_gib > most ? most : category->max_gib;
}

bool zone_known(const struct region *region, const char *zone)
{
	size_t length = region ? strlen(region->id) : 0;
	const char *joint;

	if (!region || !zone || strncmp(zone, region->id, length) != 0)
		return false;
	joint = text_or(region->joint, "-");
	if (!text_starts(zone + length, joint))
		return false;
	zone += length + strlen(joint);
	return zone[0] && !zone[1] && strchr(region->zones, zone[0]);
}

const char *zone_name(struct arena *arena, const struct region *region, char letter)
{
	return arena_printf(arena, "%s%s%c", region->id, text_or(region->joint, "-"), letter);
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
