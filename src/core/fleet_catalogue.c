/* The catalogue's sections of a fleet: what is added to the built-in instance types and images. */
#include <string.h>

#include "base/text.h"
#include "core/attachment.h"
#include "core/catalogue.h"
#include "core/fleet_module.h"

#define CATALOGUE_MOST 10000
#define TYPE_CPUS      2
#define TYPE_MIB       (8 * 1024)
#define IMAGE_GIB      20

/* ---- instance types ---- */

/* The part of "ecs.g7.large" before its last dot. */
static const char *family_of(struct arena *arena, const char *id)
{
	const char *dot = strrchr(id, '.');

	return dot ? arena_text_n(arena, id, (size_t)(dot - id)) : id;
}

/* What is not given is as it is in the built-in row of that id, if there is one. */
static struct instance_type type_complete(struct fleet_load *load, const struct fleet_instance_type *item)
{
	struct arena *arena = load->work->arena;
	const struct instance_type *known = instance_type_find(load->work, item->row.id);
	struct instance_type type = item->row;
	const struct instance_type plain = { .family = family_of(arena, type.id), .cpus = TYPE_CPUS,
		                             .memory_mib = TYPE_MIB, .hot_unplug = true, .max_data_disks = DATA_DISKS_MAX };

	if (!known)
		known = &plain;
	type.family = text_empty(type.family) ? known->family : type.family;
	type.cpus = type.cpus ? type.cpus : known->cpus;
	type.memory_mib = type.memory_mib ? type.memory_mib : known->memory_mib;
	type.max_data_disks = type.max_data_disks ? type.max_data_disks : known->max_data_disks;
	if (!(item->given & FLEET_GIVEN_HOT_UNPLUG))
		type.hot_unplug = known->hot_unplug;
	if (!(item->given & FLEET_GIVEN_MULTI_ATTACH))
		type.multi_attach = known->multi_attach;
	return type;
}

static bool has_kind(const struct realm *realm, enum machine_kind kind)
{
	size_t i;

	for (i = 0; i < realm->n_types; i++) {
		if (realm->types[i].kind == kind)
			return true;
	}
	return false;
}

static void types_load(struct fleet_load *load, const struct fleet_list *list, const char *path)
{
	const struct fleet_instance_type *items = list->items;
	struct tenant caller = load->work->caller.tenant;
	struct instance_type other;
	size_t i;

	for (i = 0; i < list->n; i++) {
		struct instance_type type;

		load->work->caller.tenant.realm = items[i].row.realm;
		if (instance_type_get(load->work->txn, items[i].row.id, &other)) {
			fleet_wrong(load, fleet_item_path(load, path, i), "id", "\"%s\" is there twice", other.id);
			continue;
		}
		type = type_complete(load, &items[i]);
		if (!has_kind(work_realm(load->work), type.kind))
			fleet_wrong(load, fleet_item_path(load, path, i), "kind", "the realm %s has no such machines", type.realm);
		if (type.max_data_disks >= (int64_t)attachment_slots_of(type.kind))
			fleet_wrong(load, fleet_item_path(load, path, i), "max_data_disks", "there are names for %d data disks",
			            (int)attachment_slots_of(type.kind) - 1);
		instance_type_put(load->work->txn, &type);
	}
	load->work->caller.tenant = caller;
}

static void types_dump(struct work *work, const struct account *account, struct fleet_list *ret)
{
	struct instance_type *rows;
	size_t n = instance_type_rows(work->txn, &rows);
	struct fleet_instance_type *items = arena_array(work->arena, struct fleet_instance_type, n);
	size_t i;

	(void)account;
	for (i = 0; i < n; i++)
		items[i].row = rows[i];
	*ret = (struct fleet_list){ items, n, true };
}

const struct fleet_module fleet_instance_types = {
	.name = "instance_types",
	.part = FLEET_OF_CATALOGUE,
	.most = CATALOGUE_MOST,
	.load = types_load,
	.dump = types_dump,
};

/* ---- images ---- */

static struct image image_complete(struct fleet_load *load, const struct image *given)
{
	struct image image = *given;
	const struct image plain = { .name = image.id, .os_type = "linux", .size_gib = IMAGE_GIB,
		                     .created_at = load->work->now };
	const struct image *known;

	/* An image of one account is found by that account only. */
	load->work->caller.tenant.account = image.account;
	known = image_find(load->work, image.id);
	load->work->caller.tenant.account = NULL;
	if (!known)
		known = &plain;
	image.name = text_empty(image.name) ? known->name : image.name;
	image.os_type = text_empty(image.os_type) ? known->os_type : image.os_type;
	image.os_name = text_empty(image.os_name) ? text_or(known->os_name, "") : image.os_name;
	image.os_name_en = text_empty(image.os_name_en) ? text_or(known->os_name_en, "") : image.os_name_en;
	image.size_gib = image.size_gib ? image.size_gib : known->size_gib;
	image.path = text_or(image.path, "");
	image.kernel = text_or(image.kernel, "");
	image.initrd = text_or(image.initrd, "");
	image.cmdline = text_or(image.cmdline, "");
	image.created_at = image.created_at ? image.created_at : known->created_at;
	return image;
}

static void images_load(struct fleet_load *load, const struct fleet_list *list, const char *path)
{
	const struct fleet_image *items = list->items;
	struct tenant caller = load->work->caller.tenant;
	struct image other;
	size_t i;

	for (i = 0; i < list->n; i++) {
		struct image image;

		load->work->caller.tenant.realm = items[i].row.realm;
		if (image_get(load->work->txn, items[i].row.id, &other)) {
			fleet_wrong(load, fleet_item_path(load, path, i), "id", "\"%s\" is there twice", other.id);
			continue;
		}
		image = image_complete(load, &items[i].row);
		image_put(load->work->txn, &image);
	}
	load->work->caller.tenant = caller;
}

static void images_dump(struct work *work, const struct account *account, struct fleet_list *ret)
{
	struct image *rows;
	size_t n = image_rows(work->txn, &rows);
	struct fleet_image *items = arena_array(work->arena, struct fleet_image, n);
	size_t i;

	(void)account;
	for (i = 0; i < n; i++)
		items[i].row = rows[i];
	*ret = (struct fleet_list){ items, n, true };
}

const struct fleet_module fleet_images = {
	.name = "images",
	.part = FLEET_OF_CATALOGUE,
	.most = CATALOGUE_MOST,
	.load = images_load,
	.dump = images_dump,
};
