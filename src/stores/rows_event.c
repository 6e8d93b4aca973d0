/* Events: what befell instances and disks. */
#include "stores/where.h"

#include "base/text.h"

static const struct column event_columns[] = {
	TEXT(event, id),
	TENANT(event, STAYS),
	ENUM(event, kind, job_kind_names),
	ENUM(event, outcome, event_outcome_names),
	TEXT(event, instance),
	TEXT(event, disk),
	TEXT(event, device),
	TEXT(event, job),
	TEXT(event, reason),
	TEXT(event, message),
	INT64(event, not_before),
	INT64(event, created_at, STAYS),
};
static const struct table event_table = {
	.name = "event",
	.columns = event_columns,
	.n_columns = COUNT_OF(event_columns),
	.n_key = 1,
	.row_size = sizeof(struct event),
	.slot = SLOT_EVENT_GET,
};

bool event_get(struct txn *txn, const char *id, struct event *ret)
{
	return table_get(txn, &event_table, &id, ret);
}

void event_put(struct txn *txn, const struct event *event)
{
	table_put(txn, &event_table, event);
}

/* False: nothing can match. */
static bool event_where(struct where *where, const struct event_filter *filter)
{
	if (!where_ids(where, filter->ids, filter->n_ids))
		return false;
	where_indexed(where, "account", filter->account);
	where_indexed(where, "region", filter->region);
	where_text(where, "scope", filter->scope);
	where_text(where, "realm", filter->realm);
	where_enums(where, "kind", filter->kinds, job_kind_names);
	where_enums(where, "outcome", filter->outcomes, event_outcome_names);
	where_text(where, "job", filter->job);
	if (filter->of_instances)
		where_literal(where, "instance <> ''");
	if (filter->of_disks)
		where_literal(where, "disk <> ''");
	where_any(where, "instance", filter->instances, filter->n_instances);
	where_any(where, "disk", filter->disks, filter->n_disks);
	where_moments(where, "not_before", filter->not_before_from, filter->not_before_to);
	where_moments(where, "created_at", filter->created_from, filter->created_to);
	return true;
}

size_t event_list(struct txn *txn, const struct event_filter *filter, const struct page *page, struct event **ret)
{
	struct where WHERE_CLEANUP where;
	size_t n = 0;

	where_init(&where, txn);
	if (!event_where(&where, filter)) {
		*ret = arena_new(txn_arena(txn), struct event);
		return 0;
	}
	where_page(&where, page);
	*ret = where_select(&where, &event_table, &n);
	return n;
}

int64_t event_count(struct txn *txn, const struct event_filter *filter)
{
	struct where WHERE_CLEANUP where;

	where_init(&where, txn);
	return event_where(&where, filter) ? where_count(&where, &event_table) : 0;
}

size_t event_purge(struct txn *txn, int64_t before, int64_t limit)
{
	const struct param params[] = { PARAM_NUMBER(before), PARAM_NUMBER(limit) };

	return (size_t)table_run(txn, SLOT_EVENT_PURGE,
	                         "DELETE FROM event WHERE id IN (SELECT id FROM event WHERE created_at < $1 LIMIT $2)",
	                         params, COUNT_OF(params));
}
