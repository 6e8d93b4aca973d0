/* Snapshots. */
#include "stores/where.h"

#include "base/text.h"

static const struct column snapshot_columns[] = {
	TEXT(snapshot, id),
	TENANT(snapshot, STAYS),
	TEXT(snapshot, driver),
	TEXT(snapshot, disk, STAYS),
	ENUM(snapshot, disk_type, disk_type_names),
	TEXT(snapshot, disk_category),
	INT64(snapshot, size_gib),
	ENUM(snapshot, state, snapshot_state_names),
	TEXT(snapshot, name),
	TEXT(snapshot, description),
	TEXT(snapshot, category),
	INT64(snapshot, retention_days),
	BOOL(snapshot, instant_access),
	INT64(snapshot, instant_access_days),
	BOOL(snapshot, encrypted),
	TEXT(snapshot, kms_key),
	TEXT(snapshot, metadata),
	TEXT(snapshot, resource_group),
	TEXT(snapshot, serial),
	INT64(snapshot, created_at, STAYS),
	INT64(snapshot, accomplished_at),
};
static const struct table snapshot_table = {
	.name = "snapshot",
	.columns = snapshot_columns,
	.n_columns = COUNT_OF(snapshot_columns),
	.n_key = 1,
	.row_size = sizeof(struct snapshot),
	.slot = SLOT_SNAPSHOT_GET,
};

bool snapshot_get(struct txn *txn, const char *id, struct snapshot *ret)
{
	return table_get(txn, &snapshot_table, &id, ret);
}

void snapshot_put(struct txn *txn, const struct snapshot *snapshot)
{
	table_put(txn, &snapshot_table, snapshot);
}

void snapshot_delete(struct txn *txn, const char *id)
{
	table_delete(txn, &snapshot_table, &id);
}

#define DISKS_OF_IT \
	"EXISTS (SELECT 1 FROM disk WHERE disk.source_snapshot <> '' AND disk.source_snapshot = snapshot.id" \
	" AND disk.account = snapshot.account)"

/* False: nothing can match. */
static bool snapshot_where(struct where *where, const struct snapshot_filter *filter)
{
	if (!where_ids(where, filter->ids, filter->n_ids))
		return false;
	/* By the disk, whose attachments are looked up by the instance. */
	where_ids_selected(where,
	                   "SELECT snapshot.id FROM snapshot JOIN attachment ON attachment.disk = snapshot.disk"
	                   " WHERE attachment.live = 1 AND attachment.instance = ",
	                   filter->instance);
	where_indexed(where, "disk", filter->disk);
	where_any(where, "disk", filter->disks, filter->n_disks);
	where_indexed(where, "account", filter->account);
	where_indexed(where, "region", filter->region);
	where_text(where, "scope", filter->scope);
	where_text(where, "realm", filter->realm);
	where_text(where, "name", filter->name);
	where_enum(where, "state", "=", filter->state, snapshot_state_names);
	where_enum(where, "state", "<>", filter->not_state, snapshot_state_names);
	where_enum(where, "disk_type", "=", filter->disk_type, disk_type_names);
	where_text(where, "category", filter->category);
	where_bool(where, "encrypted", filter->encrypted);
	if (filter->has_disks != -1)
		where_literal(where, filter->has_disks ? DISKS_OF_IT : "NOT " DISKS_OF_IT);
	where_text(where, "kms_key", filter->kms_key);
	where_text(where, "resource_group", filter->resource_group);
	where_moments(where, "created_at", filter->created_from, filter->created_to);
	where_tags(where, "snapshot", filter->tags, filter->n_tags);
	return true;
}

size_t snapshot_list(struct txn *txn, const struct snapshot_filter *filter, const struct page *page,
                     struct snapshot **ret)
{
	struct where WHERE_CLEANUP where;
	size_t n = 0;

	where_init(&where, txn);
	if (!snapshot_where(&where, filter)) {
		*ret = arena_new(txn_arena(txn), struct snapshot);
		return 0;
	}
	where_page(&where, page);
	*ret = where_select(&where, &snapshot_table, &n);
	return n;
}

int64_t snapshot_count(struct txn *txn, const struct snapshot_filter *filter)
{
	struct where WHERE_CLEANUP where;

	where_init(&where, txn);
	return snapshot_where(&where, filter) ? where_count(&where, &snapshot_table) : 0;
}
