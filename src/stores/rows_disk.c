/* Disks. */
#include "stores/where.h"

#include "base/text.h"

static const struct column disk_columns[] = {
	TEXT(disk, id),
	TENANT(disk, STAYS),
	TEXT(disk, driver),
	TEXT(disk, zone),
	ENUM(disk, state, disk_state_names),
	ENUM(disk, status, disk_status_names),
	ENUM(disk, type, disk_type_names),
	TEXT(disk, name),
	TEXT(disk, description),
	TEXT(disk, category),
	TEXT(disk, performance_level),
	INT64(disk, size_gib),
	ENUM(disk, charge_type, charge_type_names),
	BOOL(disk, portable),
	BOOL(disk, delete_with_instance),
	BOOL(disk, delete_auto_snapshot),
	BOOL(disk, enable_auto_snapshot),
	BOOL(disk, multi_attach),
	BOOL(disk, scsi),
	BOOL(disk, encrypted),
	BOOL(disk, bursting),
	BOOL(disk, base_image_lost),
	BOOL(disk, overdue),
	TEXT(disk, kms_key),
	TEXT(disk, metadata),
	TEXT(disk, image),
	TEXT(disk, source_snapshot, STAYS),
	TEXT(disk, resource_group),
	TEXT(disk, storage_set),
	INT64(disk, storage_set_partition),
	INT64(disk, provisioned_iops),
	TEXT(disk, serial),
	TEXT(disk, native),
	INT64(disk, generation),
	TEXT(disk, origin_instance, STAYS),
	INT64(disk, created_at, STAYS),
	INT64(disk, attached_at),
	INT64(disk, detached_at),
	INT64(disk, expires_at),
};
static const struct table disk_table = {
	.name = "disk",
	.columns = disk_columns,
	.n_columns = COUNT_OF(disk_columns),
	.n_key = 1,
	.row_size = sizeof(struct disk),
	.slot = SLOT_DISK_GET,
};

bool disk_get(struct txn *txn, const char *id, struct disk *ret)
{
	return table_get(txn, &disk_table, &id, ret);
}

void disk_put(struct txn *txn, const struct disk *disk)
{
	table_put(txn, &disk_table, disk);
}

void disk_delete(struct txn *txn, const char *id)
{
	table_delete(txn, &disk_table, &id);
}

static void disk_where_flags(struct where *where, const struct disk_filter *filter)
{
	where_bool(where, "portable", filter->portable);
	where_bool(where, "delete_with_instance", filter->delete_with_instance);
	where_bool(where, "delete_auto_snapshot", filter->delete_auto_snapshot);
	where_bool(where, "enable_auto_snapshot", filter->enable_auto_snapshot);
	where_bool(where, "multi_attach", filter->multi_attach);
	where_bool(where, "encrypted", filter->encrypted);
}

/* False: nothing can match. */
static bool disk_where(struct where *where, const struct disk_filter *filter)
{
	if (!where_ids(where, filter->ids, filter->n_ids))
		return false;
	where_ids_selected(where, "SELECT disk FROM attachment WHERE live = 1 AND state <> 'attaching' AND instance = ",
	                   filter->instance);
	where_indexed(where, "account", filter->account);
	where_indexed(where, "region", filter->region);
	where_text(where, "scope", filter->scope);
	where_text(where, "realm", filter->realm);
	where_text(where, "zone", filter->zone);
	where_pattern(where, "name", filter->name_pattern);
	where_enum(where, "status", "=", filter->status, disk_status_names);
	where_enum(where, "status", "<>", filter->not_status, disk_status_names);
	where_enum(where, "type", "=", filter->type, disk_type_names);
	where_text(where, "category", filter->category);
	if (filter->origin_instance) {
		/* Said again in words that let the partial index be used: few disks have an origin. */
		where_literal(where, "origin_instance <> ''");
		where_text(where, "origin_instance", filter->origin_instance);
	}
	if (filter->source_snapshot) {
		where_literal(where, "source_snapshot <> ''");
		where_text(where, "source_snapshot", filter->source_snapshot);
	}
	where_enum(where, "charge_type", "=", filter->charge_type, charge_type_names);
	disk_where_flags(where, filter);
	where_text(where, "kms_key", filter->kms_key);
	where_text(where, "resource_group", filter->resource_group);
	where_moments(where, "created_at", filter->created_from, filter->created_to);
	where_tags(where, "disk", filter->tags, filter->n_tags);
	return true;
}

size_t disk_list(struct txn *txn, const struct disk_filter *filter, const struct page *page,
                 struct disk **ret)
{
	struct where WHERE_CLEANUP where;
	size_t n = 0;

	where_init(&where, txn);
	if (!disk_where(&where, filter)) {
		*ret = arena_new(txn_arena(txn), struct disk);
		return 0;
	}
	where_page(&where, page);
	*ret = where_select(&where, &disk_table, &n);
	return n;
}

int64_t disk_count(struct txn *txn, const struct disk_filter *filter)
{
	struct where WHERE_CLEANUP where;

	where_init(&where, txn);
	return disk_where(&where, filter) ? where_count(&where, &disk_table) : 0;
}
