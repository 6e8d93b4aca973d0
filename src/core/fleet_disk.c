/* The disks of an account in a fleet, with what they are attached to. */
#include <string.h>

#include "base/moment.h"
#include "base/random.h"
#include "base/text.h"
#include "core/attachment.h"
#include "core/catalogue.h"
#include "core/fleet_module.h"
#include "core/metadata.h"

#define DISKS_MOST              100000
#define DISK_DEFAULT_GIB        20
#define SYSTEM_DISK_DEFAULT_GIB 40
#define PAID_DAYS               30
#define SERIAL_LENGTH           20

/* A disk on its way into the store. */
struct loading {
	struct fleet_load *load;
	const struct fleet_disk *item;
	const char *path;
	struct disk row;
	bool put;
};

/* ---- the disk itself ---- */

static const struct fleet_attachment *first_attachment(const struct fleet_disk *item)
{
	return item->attachments.n ? item->attachments.items : NULL;
}

/* Where nothing else is said, a disk is where its instance is. */
static void complete_place(struct loading *l)
{
	const struct fleet_attachment *first = first_attachment(l->item);
	const struct tenant given = l->row.tenant;
	struct instance instance;

	l->row.tenant = l->load->tenant;
	l->row.tenant.region = given.region;
	l->row.tenant.scope = given.scope;
	if (first && text_empty(l->row.zone) && text_empty(given.region) && text_empty(given.scope) &&
	    instance_get(l->load->work->txn, first->row.instance, &instance)) {
		l->row.tenant.region = instance.tenant.region;
		l->row.tenant.scope = instance.tenant.scope;
		l->row.zone = instance.zone;
		return; /* what is wrong with it was said of the instance */
	}
	fleet_place(l->load, l->path, &l->row.tenant, &l->row.zone);
}

/* Sizes that disk_fits() takes. */
static void say_size(struct fleet_load *load, const char *item_path, const struct disk *disk,
                     const struct disk_category *category)
{
	const char *level = disk_level_or_default(category->id, disk->performance_level);
	bool system = disk->type == DISK_SYSTEM;
	int64_t max = disk_category_max_gib(category, system);
	int64_t min = performance_level_min_gib(level);

	if (min < category->min_gib)
		min = category->min_gib;
	if (system && min < disk_category_min_gib(category, true))
		min = disk_category_min_gib(category, true);
	fleet_wrong(load, item_path, "size_gib", "a %s disk of the category %s%s%s has %lld to %lld GiB, not %lld",
	            disk_type_names[disk->type], category->id, *level ? " and level " : "", level, (long long)min,
	            (long long)max, (long long)disk->size_gib);
}

bool fleet_disk_size_fits(struct fleet_load *load, const char *item_path, const struct disk *disk)
{
	const struct disk_category *category = disk_category_find(disk->category);

	if (!category || disk_fits(category->id, disk_level_or_default(category->id, disk->performance_level), disk->size_gib,
	                           disk->type == DISK_SYSTEM) == REFUSE_NONE)
		return true; /* a category that does not exist is no matter of size */
	say_size(load, item_path, disk, category);
	return false;
}

static void check_size(struct loading *l, const struct disk_category *category)
{
	struct disk *row = &l->row;
	enum refusal_reason fit = disk_fits(category->id, disk_level_or_default(category->id, row->performance_level),
	                                    row->size_gib, row->type == DISK_SYSTEM);

	if (!text_empty(row->performance_level) && !category->levels)
		fleet_wrong(l->load, l->path, "performance_level", "the category %s has no performance levels", category->id);
	else if (fit == REFUSE_DISK_PERFORMANCE_LEVEL)
		fleet_wrong(l->load, l->path, "performance_level", "there is no performance level \"%s\"",
		            row->performance_level);
	else if (fit == REFUSE_DISK_CATEGORY)
		fleet_wrong(l->load, l->path, "category", "a disk of the category %s cannot be a system disk", category->id);
	else if (fit != REFUSE_NONE)
		say_size(l->load, l->path, row, category);
}

static void complete_kind(struct loading *l)
{
	struct disk *row = &l->row;
	const struct disk_category *category;
	int64_t wanted = row->type == DISK_SYSTEM ? SYSTEM_DISK_DEFAULT_GIB : DISK_DEFAULT_GIB;

	row->category = text_empty(row->category) ? work_realm(l->load->work)->fleet_category : row->category;
	category = disk_category_of(work_realm(l->load->work), row->category);
	if (!category) {
		fleet_wrong(l->load, l->path, "category", "there is no disk category \"%s\"", row->category);
		return;
	}
	if (!row->size_gib)
		row->size_gib = category->min_gib > wanted ? category->min_gib : wanted;
	check_size(l, category);
	row->performance_level = disk_level_or_default(category->id, row->performance_level);
	if (row->multi_attach && (!category->multi_attach || row->type == DISK_SYSTEM))
		fleet_wrong(l->load, l->path, "multi_attach", "a %s disk of the category %s cannot be multi-attach",
		            disk_type_names[row->type], category->id);
	if (!(l->item->given & FLEET_GIVEN_PORTABLE))
		row->portable = row->type == DISK_SYSTEM ? category->detachable_system :
		                                           !category->local && row->charge_type != CHARGE_PRE_PAID;
	if (!(l->item->given & FLEET_GIVEN_DELETE_WITH_INSTANCE))
		row->delete_with_instance = row->type == DISK_SYSTEM || category->elastic_ephemeral;
}

/* What follows from the instance that it is attached to. */
static void complete_origin(struct loading *l)
{
	const struct fleet_attachment *first = first_attachment(l->item);
	const struct disk_category *category = disk_category_find(l->row.category);
	bool bound = l->row.type == DISK_SYSTEM || (category && category->elastic_ephemeral);
	struct instance instance;

	if (!first || !bound || !instance_get(l->load->work->txn, first->row.instance, &instance))
		return;
	if (text_empty(l->row.origin_instance))
		l->row.origin_instance = instance.id;
	if (text_empty(l->row.image) && l->row.type == DISK_SYSTEM)
		l->row.image = instance.image;
}

static void complete_times(struct loading *l)
{
	int64_t now = l->load->work->now;
	struct disk *row = &l->row;

	if (!row->created_at)
		row->created_at = now;
	if (!row->attached_at && l->item->attachments.n)
		row->attached_at = now;
	if (!row->expires_at && row->charge_type == CHARGE_PRE_PAID)
		row->expires_at = now + PAID_DAYS * DAY;
}

static const char *serial_of(struct arena *arena)
{
	char serial[SERIAL_LENGTH + 1];

	random_base36(serial, SERIAL_LENGTH);
	return arena_text(arena, serial);
}

static void disk_load(struct loading *l)
{
	struct work *work = l->load->work;

	l->row = l->item->row;
	complete_place(l);
	complete_kind(l);
	complete_origin(l);
	complete_times(l);
	if (!metadata_well_formed(work->arena, l->row.metadata))
		fleet_wrong(l->load, l->path, "metadata", METADATA_WRONG, METADATA_PAIRS_MAX, METADATA_TEXT_MAX);
	l->row.driver = work->core->settings.driver;
	l->row.state = DISK_READY;
	l->row.status = l->item->attachments.n ? DISK_STATUS_IN_USE : DISK_STATUS_AVAILABLE;
	if (text_empty(l->row.id))
		l->row.id = mint_id(work, "d", text_or(l->row.tenant.region, ""));
	l->row.serial = text_or(l->row.serial, serial_of(work->arena));
	l->put = fleet_id_is_free(l->load, l->path, TAGGED_DISK, l->row.id);
	if (!l->put)
		return;
	disk_put(work->txn, &l->row);
	fleet_tags_put(l->load, l->path, l->row.id, &l->item->tags);
	l->load->counts->disks++;
}

/* ---- its attachments ---- */

static bool find_machine(struct loading *l, const struct attachment *given, const char *path, struct instance *ret)
{
	struct fleet_load *load = l->load;

	if (!instance_get(load->work->txn, given->instance, ret) || !text_equal(ret->tenant.account, load->account.id)) {
		fleet_wrong(load, path, "instance", "the account has no instance \"%s\" in this file", given->instance);
		return false;
	}
	if (!text_equal(ret->zone, l->row.zone))
		fleet_wrong(load, path, "instance", "the instance %s is in the zone %s, but the disk is in %s", ret->id, ret->zone,
		            text_or(l->row.zone, "none"));
	if (ret->kind == MACHINE_BARE_METAL && !l->row.scsi)
		fleet_wrong(load, path, "instance", "the instance %s is bare metal, which has SCSI disks only", ret->id);
	return true;
}

/* False if it cannot be put at all. */
static bool check_sharing(struct loading *l, const struct instance *instance, const char *path)
{
	const struct instance_type *type = instance_type_find(l->load->work, instance->type);
	struct attachment *live;
	size_t n = attachment_list_of_disk(l->load->work->txn, l->row.id, &live);
	size_t i;

	if (n && !l->row.multi_attach) {
		fleet_wrong(l->load, path, NULL, "the disk %s is attached to %s already, and is not multi-attach", l->row.id,
		            live[0].instance);
		return false;
	}
	for (i = 0; i < n; i++) {
		if (text_equal(live[i].instance, instance->id)) {
			fleet_wrong(l->load, path, "instance", "the disk is attached to %s twice", instance->id);
			return false;
		}
	}
	if (l->row.multi_attach && type && !type->multi_attach)
		fleet_wrong(l->load, path, "instance", "the type %s of the instance takes no multi-attach disks", type->id);
	if (n >= MULTI_ATTACH_MAX)
		fleet_wrong(l->load, path, NULL, "a disk is attached to at most %d instances", MULTI_ATTACH_MAX);
	return true;
}

/* The name that is given, or the first that is free; NULL after a problem. */
static const char *choose_device(struct loading *l, const struct attachment *given, const struct instance *instance,
                                 const char *path)
{
	struct work *work = l->load->work;
	const struct instance_type *type = instance_type_find(work, instance->type);
	bool boot = l->row.type == DISK_SYSTEM;
	struct attachment *slots;
	size_t n = attachment_list_slots(work->txn, instance->id, &slots);
	int64_t n_data = 0;
	const char *device;
	size_t i;

	for (i = 0; i < n; i++)
		n_data += !slots[i].boot;
	if (!boot && type && n_data >= type->max_data_disks)
		fleet_wrong(l->load, path, "instance", "the instance %s has %lld data disks already, all that its type %s takes",
		            instance->id, (long long)n_data, type->id);
	if (text_empty(given->device)) {
		device = attachment_device_free(work->arena, slots, n, boot, instance->kind);
		if (!device)
			fleet_wrong(l->load, path, NULL, boot ? "the instance %s has a system disk already" :
			                                        "the instance %s has no device name left", instance->id);
		return device;
	}
	if (!attachment_device_well_formed(given->device, boot, instance->kind)) {
		fleet_wrong(l->load, path, "device", "\"%s\" is no device name for a %s disk; one is \"%s\"", given->device,
		            disk_type_names[l->row.type], boot ? "/dev/xvda" : "/dev/xvdb");
		return NULL;
	}
	device = attachment_device_normal(work->arena, given->device);
	if (!attachment_device_taken(slots, n, device))
		return device;
	fleet_wrong(l->load, path, "device", "%s is taken on %s by another disk", device, instance->id);
	return NULL;
}

/* Stamps it with its generation, which only grows from one attachment of a disk to its next. */
static bool stamp(struct loading *l, struct attachment *attachment, const char *path)
{
	struct attachment other;

	if (!attachment->generation)
		attachment->generation = l->row.generation + 1;
	attachment->id = arena_printf(l->load->work->arena, "%s.%lld", l->row.id, (long long)attachment->generation);
	if (attachment_get(l->load->work->txn, attachment->id, &other)) {
		fleet_wrong(l->load, path, "generation", "the disk has another attachment of generation %lld",
		            (long long)attachment->generation);
		return false;
	}
	if (attachment->generation > l->row.generation)
		l->row.generation = attachment->generation;
	return true;
}

static void attachment_load(struct loading *l, const struct fleet_attachment *item, const char *path)
{
	struct work *work = l->load->work;
	struct attachment attachment = item->row;
	struct instance instance;

	if (!find_machine(l, &item->row, path, &instance) || !check_sharing(l, &instance, path))
		return;
	attachment.device = choose_device(l, &item->row, &instance, path);
	if (!attachment.device || !stamp(l, &attachment, path))
		return;
	attachment.tenant = l->row.tenant;
	attachment.disk = l->row.id;
	attachment.state = ATTACHMENT_ATTACHED;
	attachment.boot = l->row.type == DISK_SYSTEM;
	attachment.shared = l->row.multi_attach;
	attachment.slot_held = true;
	attachment.keep_on_release = !l->row.delete_with_instance;
	if (!attachment.attached_at)
		attachment.attached_at = l->row.attached_at;
	if (!attachment.requested_at)
		attachment.requested_at = attachment.attached_at;
	attachment_put(work->txn, &attachment);
	l->load->counts->attachments++;
}

/* Those with a device name, or those without. */
static void attachments_load(struct loading *l, bool named)
{
	const struct fleet_attachment *items = l->item->attachments.items;
	const char *path = arena_printf(l->load->problems->arena, "%s.attachments", l->path);
	int64_t generation = l->row.generation;
	size_t i;

	for (i = 0; l->put && i < l->item->attachments.n; i++) {
		if (text_empty(items[i].row.device) != named)
			attachment_load(l, &items[i], fleet_item_path(l->load, path, i));
	}
	if (l->row.generation != generation)
		disk_put(l->load->work->txn, &l->row);
}

/* ---- the section ---- */

/* Snapshots are loaded later: they may be of disks of this list. */
static void note_copy(const struct loading *l)
{
	struct fleet_load *load = l->load;

	if (l->put && !text_empty(l->row.source_snapshot))
		load->copies[load->n_copies++] = (struct fleet_copy){ l->path, l->row.id, l->item->row.size_gib != 0 };
}

static void disks_load(struct fleet_load *load, const struct fleet_list *list, const char *path)
{
	const struct fleet_disk *items = list->items;
	struct loading *all = arena_array(load->work->arena, struct loading, list->n);
	size_t i;

	load->copies = arena_array(load->work->arena, struct fleet_copy, list->n);
	load->n_copies = 0;
	for (i = 0; i < list->n; i++) {
		all[i] = (struct loading){ .load = load, .item = &items[i], .path = fleet_item_path(load, path, i) };
		disk_load(&all[i]);
		attachments_load(&all[i], true);
		note_copy(&all[i]);
	}
	/* Who names no device takes what the others left. */
	for (i = 0; i < list->n; i++)
		attachments_load(&all[i], false);
}

void fleet_system_disk_put(struct fleet_load *load, const struct instance *instance)
{
	const struct fleet_attachment attachment = { .row = { .instance = instance->id } };
	const struct fleet_disk item = {
		.row = { .type = DISK_SYSTEM, .scsi = instance->kind == MACHINE_BARE_METAL, .charge_type = instance->charge_type, .expires_at = instance->expires_at,
		         .delete_auto_snapshot = true },
		.attachments = { .items = (void *)&attachment, .n = 1 },
	};
	const struct image *image = image_find(load->work, instance->image);
	struct loading l = { .load = load, .item = &item, .path = load->path };
	struct fleet_disk sized = item;

	if (image && image->size_gib > SYSTEM_DISK_DEFAULT_GIB)
		sized.row.size_gib = image->size_gib;
	l.item = &sized;
	disk_load(&l);
	attachments_load(&l, false);
}

static void attachments_dump(struct work *work, const struct disk *disk, struct fleet_list *ret)
{
	struct attachment *live;
	size_t n = attachment_list_of_disk(work->txn, disk->id, &live);
	struct fleet_attachment *items = arena_array(work->arena, struct fleet_attachment, n);
	size_t i;

	for (i = 0; i < n; i++)
		items[i].row = live[i];
	*ret = (struct fleet_list){ items, n, n > 0 };
}

static void disks_dump(struct work *work, const struct account *account, struct fleet_list *ret)
{
	struct disk_filter filter = DISK_FILTER_ANY;
	struct fleet_disk *items;
	struct disk *rows;
	size_t n;
	size_t i;

	filter.account = account->id;
	n = disk_list(work->txn, &filter, &(struct page){ 0 }, &rows);
	items = arena_array(work->arena, struct fleet_disk, n);
	for (i = 0; i < n; i++) {
		struct fleet_disk *item = &items[n - 1 - i]; /* the list is newest first */

		item->row = rows[i];
		item->row.tenant.scope = fleet_scope_shown(&rows[i].tenant);
		fleet_tags_dump(work, rows[i].id, &item->tags);
		attachments_dump(work, &rows[i], &item->attachments);
	}
	*ret = (struct fleet_list){ items, n, true };
}

const struct fleet_module fleet_disks = {
	.name = "disks",
	.part = FLEET_OF_ACCOUNT,
	.most = DISKS_MOST,
	.load = disks_load,
	.dump = disks_dump,
};
