/* The snapshots of an account in a fleet, and what they say of the disks that were made of them. */
#include "base/random.h"
#include "base/text.h"
#include "core/catalogue.h"
#include "core/fleet_module.h"
#include "core/metadata.h"
#include "core/snapshot.h"

#define SNAPSHOTS_MOST        100000
#define DISK_DEFAULT_GIB      20
#define SERIAL_LENGTH         20

/* A snapshot on its way into the store. */
struct loading {
	struct fleet_load *load;
	const struct fleet_snapshot *item;
	const char *path;
	struct snapshot row;
};

/* What is not said follows from its disk, if that is there. False if the disk is another account's. */
static bool complete_from_disk(struct loading *l)
{
	struct snapshot *row = &l->row;
	struct disk disk;

	if (!disk_get(l->load->work->txn, row->disk, &disk))
		return true;
	if (!text_equal(disk.tenant.account, l->load->account.id)) {
		fleet_wrong(l->load, l->path, "disk", "the disk %s is that of the account %s", disk.id, disk.tenant.account);
		return false;
	}
	if (text_empty(row->tenant.region))
		row->tenant.region = disk.tenant.region;
	else if (!text_equal(row->tenant.region, disk.tenant.region))
		fleet_wrong(l->load, l->path, "region", "the disk %s is in the region %s", disk.id, disk.tenant.region);
	if (text_empty(row->tenant.scope))
		row->tenant.scope = fleet_scope_shown(&disk.tenant);
	if (!(l->item->given & FLEET_GIVEN_DISK_TYPE))
		row->disk_type = disk.type;
	if (text_empty(row->disk_category))
		row->disk_category = disk.category;
	if (!row->size_gib)
		row->size_gib = disk.size_gib;
	if (!(l->item->given & FLEET_GIVEN_ENCRYPTED)) {
		row->encrypted = disk.encrypted;
		row->kms_key = text_empty(row->kms_key) ? disk.kms_key : row->kms_key;
	}
	return true;
}

static void complete_kind(struct loading *l)
{
	const struct disk_category *category;
	struct snapshot *row = &l->row;

	row->disk_category = text_empty(row->disk_category) ? work_realm(l->load->work)->fleet_category : row->disk_category;
	category = disk_category_of(work_realm(l->load->work), row->disk_category);
	if (!category) {
		fleet_wrong(l->load, l->path, "disk_category", "there is no disk category \"%s\"", row->disk_category);
		return;
	}
	if (category->local || category->elastic_ephemeral)
		fleet_wrong(l->load, l->path, "disk_category", "of a disk of the category %s there are no snapshots", category->id);
	if (!row->size_gib)
		row->size_gib = category->min_gib > DISK_DEFAULT_GIB ? category->min_gib : DISK_DEFAULT_GIB;
	if (row->size_gib < category->min_gib || row->size_gib > category->max_gib)
		fleet_wrong(l->load, l->path, "size_gib", "a disk of the category %s has %lld to %lld GiB, not %lld", category->id,
		            (long long)category->min_gib, (long long)category->max_gib, (long long)row->size_gib);
}

static void complete_times(struct loading *l)
{
	struct snapshot *row = &l->row;

	if (!row->created_at)
		row->created_at = l->load->work->now;
	if (row->state == SNAPSHOT_FAILED && row->accomplished_at)
		fleet_wrong(l->load, l->path, "accomplished_at", "a snapshot that failed was never accomplished");
	if (row->state == SNAPSHOT_ACCOMPLISHED && !row->accomplished_at)
		row->accomplished_at = row->created_at;
}

static bool snapshot_complete(struct loading *l)
{
	struct fleet_load *load = l->load;
	struct snapshot *row = &l->row;
	const struct tenant given = row->tenant;
	char serial[SERIAL_LENGTH + 1];
	const char *zone = NULL;

	row->tenant = load->tenant;
	row->tenant.region = given.region;
	row->tenant.scope = given.scope;
	row->driver = load->work->core->settings.driver;
	if (!complete_from_disk(l))
		return false;
	fleet_place(load, l->path, &row->tenant, &zone);
	complete_kind(l);
	complete_times(l);
	if (!metadata_well_formed(load->work->arena, row->metadata))
		fleet_wrong(load, l->path, "metadata", METADATA_WRONG, METADATA_PAIRS_MAX, METADATA_TEXT_MAX);
	if (text_empty(row->id))
		row->id = mint_id(load->work, "s", text_or(row->tenant.region, ""));
	random_base36(serial, SERIAL_LENGTH);
	row->serial = text_or(row->serial, arena_text(load->work->arena, serial));
	return true;
}

static void check_room(struct loading *l)
{
	struct snapshot_filter filter = SNAPSHOT_FILTER_ANY;

	filter.disk = l->row.disk;
	if (snapshot_count(l->load->work->txn, &filter) >= SNAPSHOTS_MAX)
		fleet_wrong(l->load, l->path, "disk", "the disk %s has %d snapshots already, all that a disk may have",
		            l->row.disk, SNAPSHOTS_MAX);
}

static void snapshot_load(struct loading *l)
{
	struct work *work = l->load->work;

	l->row = l->item->row;
	if (!fleet_id_well_formed(l->row.disk)) {
		fleet_wrong(l->load, l->path, "disk", "an id is 1 to 64 letters, digits, '-', '_' or '*'");
		return;
	}
	if (!snapshot_complete(l) || !fleet_id_is_free(l->load, l->path, TAGGED_SNAPSHOT, l->row.id))
		return;
	check_room(l);
	snapshot_put(work->txn, &l->row);
	fleet_tags_put(l->load, l->path, l->row.id, &l->item->tags);
	snapshot_arm_expiry(work, &l->row);
	l->load->counts->snapshots++;
}

static void snapshots_load(struct fleet_load *load, const struct fleet_list *list, const char *path)
{
	const struct fleet_snapshot *items = list->items;
	size_t i;

	for (i = 0; i < list->n; i++) {
		struct loading l = { .load = load, .item = &items[i], .path = fleet_item_path(load, path, i) };

		snapshot_load(&l);
	}
}

/* ---- disks made of them ---- */

/* A disk is never smaller than its snapshot: a size that was not given is raised. */
static void copy_finish(struct fleet_load *load, const struct fleet_copy *copy)
{
	struct txn *txn = load->work->txn;
	struct snapshot snapshot;
	struct disk disk;

	if (!disk_get(txn, copy->disk, &disk) || !snapshot_get(txn, disk.source_snapshot, &snapshot))
		return;
	if (!text_equal(snapshot.tenant.account, load->account.id)) {
		fleet_wrong(load, copy->path, "source_snapshot", "the snapshot %s is that of the account %s", snapshot.id,
		            snapshot.tenant.account);
		return;
	}
	if (disk.size_gib >= snapshot.size_gib)
		return;
	if (copy->size_given) {
		fleet_wrong(load, copy->path, "size_gib", "the disk is made of the snapshot %s, and not smaller than its %lld GiB",
		            snapshot.id, (long long)snapshot.size_gib);
		return;
	}
	disk.size_gib = snapshot.size_gib;
	if (fleet_disk_size_fits(load, copy->path, &disk))
		disk_put(txn, &disk);
}

static void snapshots_finish(struct fleet_load *load, const struct fleet_list *list, const char *path)
{
	size_t i;

	(void)list;
	(void)path;
	for (i = 0; i < load->n_copies; i++)
		copy_finish(load, &load->copies[i]);
}

/* ---- dump ---- */

static void snapshots_dump(struct work *work, const struct account *account, struct fleet_list *ret)
{
	struct snapshot_filter filter = SNAPSHOT_FILTER_ANY;
	struct fleet_snapshot *items;
	struct snapshot *rows;
	size_t n;
	size_t i;

	filter.account = account->id;
	n = snapshot_list(work->txn, &filter, &(struct page){ 0 }, &rows);
	items = arena_array(work->arena, struct fleet_snapshot, n);
	for (i = 0; i < n; i++) {
		struct fleet_snapshot *item = &items[n - 1 - i]; /* the list is newest first */

		item->row = rows[i];
		item->row.tenant.scope = fleet_scope_shown(&rows[i].tenant);
		fleet_tags_dump(work, rows[i].id, &item->tags);
	}
	*ret = (struct fleet_list){ items, n, true };
}

const struct fleet_module fleet_snapshots = {
	.name = "snapshots",
	.part = FLEET_OF_ACCOUNT,
	.most = SNAPSHOTS_MOST,
	.load = snapshots_load,
	.finish = snapshots_finish,
	.dump = snapshots_dump,
};
