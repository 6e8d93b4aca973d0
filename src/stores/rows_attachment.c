/* Attachments: what detaches. */
#include "stores/table.h"

#include "base/text.h"

static const struct column attachment_columns[] = {
	TEXT(attachment, id),
	TENANT(attachment),
	TEXT(attachment, disk, STAYS),
	TEXT(attachment, instance, STAYS),
	INT64(attachment, generation),
	ENUM(attachment, state, attachment_state_names),
	ENUM_NOT(attachment, live, state, ATTACHMENT_DETACHED, MOVES),
	BOOL(attachment, boot),
	BOOL(attachment, shared, STAYS),
	BOOL(attachment, slot_held, MOVES),
	TEXT(attachment, device, STAYS),
	BOOL(attachment, keep_on_release),
	INT64(attachment, requested_at),
	INT64(attachment, attached_at),
	INT64(attachment, detach_requested_at),
	INT64(attachment, detached_at, MOVES),
	TEXT(attachment, guest_mounted),
	BOOL(attachment, guest_io),
	TEXT(attachment, guest_by),
	BOOL(attachment, guest_silent),
	INT64(attachment, guest_delay_ms),
};
/* Nothing follows the end of an attachment. */
static bool has_ended(const void *row)
{
	return ((const struct attachment *)row)->state == ATTACHMENT_DETACHED;
}

static const struct table attachment_table = {
	.name = "attachment",
	.columns = attachment_columns,
	.n_columns = COUNT_OF(attachment_columns),
	.n_key = 1,
	.row_size = sizeof(struct attachment),
	.slot = SLOT_ATTACHMENT_GET,
	.has_moved = has_ended,
};

#define OLDEST_FIRST " ORDER BY requested_at, generation, id"

bool attachment_get(struct txn *txn, const char *id, struct attachment *ret)
{
	return table_get(txn, &attachment_table, &id, ret);
}

void attachment_put(struct txn *txn, const struct attachment *attachment)
{
	table_put(txn, &attachment_table, attachment);
}

static size_t list_of(struct txn *txn, int slot, const char *rest, const char *id, struct attachment **ret)
{
	const struct param params[] = { PARAM_TEXT(id) };
	const struct selection selection = {
		.slot = slot,
		.rest = rest,
		.params = params,
		.n_params = COUNT_OF(params),
		.expected = 1,
	};
	size_t n;

	*ret = table_select(txn, &attachment_table, &selection, &n);
	return n;
}

/* One that is not shared is the only one of its disk, and nearly all are so: a single look at a unique index, where both
 * kinds at once would take a sort. Each condition is exactly what one of the indexes holds: see schema/0001.sql. */
size_t attachment_list_of_disk(struct txn *txn, const char *disk, struct attachment **ret)
{
	size_t n = list_of(txn, SLOT_ATTACHMENT_OF_DISK_ALONE, "WHERE disk = $1 AND live = 1 AND shared = 0", disk,
	                   ret);

	return n ? n : list_of(txn, SLOT_ATTACHMENT_OF_DISK_SHARED,
	                       "WHERE disk = $1 AND live = 1 AND shared = 1" OLDEST_FIRST, disk, ret);
}

size_t attachment_list_of_instance(struct txn *txn, const char *instance, struct attachment **ret)
{
	return list_of(txn, SLOT_ATTACHMENT_OF_INSTANCE, "WHERE instance = $1 AND live = 1" OLDEST_FIRST, instance, ret);
}

size_t attachment_list_slots(struct txn *txn, const char *instance, struct attachment **ret)
{
	return list_of(txn, SLOT_ATTACHMENT_SLOTS, "WHERE instance = $1 AND slot_held = 1" OLDEST_FIRST,
	               instance, ret);
}

size_t attachment_purge(struct txn *txn, int64_t before, int64_t limit)
{
	const struct param params[] = { PARAM_NUMBER(before), PARAM_NUMBER(limit) };

	return (size_t)table_run(txn, SLOT_ATTACHMENT_PURGE,
	                         "DELETE FROM attachment WHERE id IN (SELECT id FROM attachment WHERE"
	                         " live = 0 AND slot_held = 0 AND detached_at < $1 LIMIT $2)",
	                         params, COUNT_OF(params));
}
