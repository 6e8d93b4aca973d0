/* Jobs: work that goes on after the request that started it. */
#include "stores/where.h"

#include "base/text.h"

static const struct column job_columns[] = {
	TEXT(job, id),
	TENANT(job),
	ENUM(job, kind, job_kind_names),
	ENUM(job, step, job_step_names),
	ENUM(job, state, job_state_names, MOVES),
	TEXT(job, driver),
	TEXT(job, instance, STAYS),
	TEXT(job, disk, STAYS),
	TEXT(job, attachment),
	INT64(job, generation),
	TEXT(job, snapshot, STAYS),
	TEXT(job, new_disk),
	TEXT(job, scaling_group),
	INT64(job, old_size_gib),
	TEXT(job, old_category),
	TEXT(job, old_level),
	INT64(job, old_iops),
	BOOL(job, then_start),
	ENUM(job, instance_was, instance_state_names),
	TEXT(job, lock, MOVES),
	BOOL(job, force),
	TEXT(job, requested_by),
	INT64(job, created_at, STAYS),
	INT64(job, due_at),
	INT64(job, ended_at),
	INT64(job, attempts),
	TEXT(job, fault),
	TEXT(job, reason),
	TEXT(job, message),
	TEXT(job, lease_owner),
	INT64(job, lease_until),
	INT64(job, lease_fence),
};
/* Nothing follows the end of a job. */
static bool has_ended(const void *row)
{
	return ((const struct job *)row)->state != JOB_OPEN;
}

static const struct table job_table = {
	.name = "job",
	.columns = job_columns,
	.n_columns = COUNT_OF(job_columns),
	.n_key = 1,
	.row_size = sizeof(struct job),
	.slot = SLOT_JOB_GET,
	.has_moved = has_ended,
};

bool job_get(struct txn *txn, const char *id, struct job *ret)
{
	return table_get(txn, &job_table, &id, ret);
}

void job_put(struct txn *txn, const struct job *job)
{
	table_put(txn, &job_table, job);
}

/* False: nothing can match. */
static bool job_where(struct where *where, const struct job_filter *filter)
{
	if (!where_ids(where, filter->ids, filter->n_ids))
		return false;
	where_enum(where, "state", "=", filter->state, job_state_names);
	/* True for every row; it makes SQLite see that the index of open jobs is much smaller than the
	 * list of all. */
	if (filter->state == JOB_OPEN)
		where_literal(where, "lock >= ''");
	where_text(where, "disk", filter->disk);
	where_any(where, "disk", filter->disks, filter->n_disks);
	where_text(where, "instance", filter->instance);
	where_text(where, "attachment", filter->attachment);
	where_text(where, "snapshot", filter->snapshot);
	where_text(where, "lock", filter->lock);
	where_text(where, "account", filter->account);
	where_text(where, "scope", filter->scope);
	where_text(where, "region", filter->region);
	where_enum(where, "kind", "=", filter->kind, job_kind_names);
	where_enums(where, "kind", filter->kinds, job_kind_names);
	where_moments(where, "created_at", filter->created_from, filter->created_to);
	return true;
}

size_t job_list(struct txn *txn, const struct job_filter *filter, const struct page *page, struct job **ret)
{
	struct where WHERE_CLEANUP where;
	size_t n = 0;

	where_init(&where, txn);
	if (!job_where(&where, filter)) {
		*ret = arena_new(txn_arena(txn), struct job);
		return 0;
	}
	where_page(&where, page);
	*ret = where_select(&where, &job_table, &n);
	return n;
}

int64_t job_count(struct txn *txn, const struct job_filter *filter)
{
	struct where WHERE_CLEANUP where;

	where_init(&where, txn);
	return job_where(&where, filter) ? where_count(&where, &job_table) : 0;
}

/* A job ends after it was created, and the list index knows when that was: ended ones need no index of
 * their own. */
size_t job_purge(struct txn *txn, int64_t before, int64_t limit)
{
	const struct param params[] = { PARAM_NUMBER(before), PARAM_NUMBER(limit) };

	return (size_t)table_run(txn, SLOT_JOB_PURGE,
	                         "DELETE FROM job WHERE id IN (SELECT id FROM job WHERE created_at < $1"
	                         " AND state <> 'open' AND ended_at < $1 ORDER BY created_at LIMIT $2)",
	                         params, COUNT_OF(params));
}
