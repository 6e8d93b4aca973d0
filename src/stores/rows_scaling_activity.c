/* What happened in scaling groups: activities, and the waits of their instances for lifecycle hooks. */
#include "stores/rows_scaling.h"

#include "base/text.h"

static const struct column scaling_activity_columns[] = {
	TEXT(scaling_activity, id),
	TENANT(scaling_activity, STAYS),
	TEXT(scaling_activity, scaling_group, STAYS),
	ENUM(scaling_activity, kind, scaling_activity_kind_names),
	ENUM(scaling_activity, state, scaling_activity_state_names, MOVES),
	ENUM(scaling_activity, step, scaling_step_names),
	ENUM(scaling_activity, cause, scaling_cause_names),
	TEXT(scaling_activity, source),
	TEXT(scaling_activity, metadata),
	INT64(scaling_activity, amount),
	INT64(scaling_activity, done),
	INT64(scaling_activity, total_before),
	INT64(scaling_activity, total_after),
	INT64(scaling_activity, created_after),
	INT64(scaling_activity, attached_after),
	TEXT(scaling_activity, named),
	TEXT(scaling_activity, created),
	TEXT(scaling_activity, destroyed),
	TEXT(scaling_activity, failed),
	TEXT(scaling_activity, ignored),
	TEXT(scaling_activity, reason),
	TEXT(scaling_activity, message),
	BOOL(scaling_activity, leaves_balancers),
	BOOL(scaling_activity, lowers_desired),
	BOOL(scaling_activity, asks_hooks),
	INT64(scaling_activity, cooldown),
	INT64(scaling_activity, created_at, STAYS),
	INT64(scaling_activity, ended_at),
};
static const struct table scaling_activity_table = {
	.name = "scaling_activity",
	.columns = scaling_activity_columns,
	.n_columns = COUNT_OF(scaling_activity_columns),
	.n_key = 1,
	.row_size = sizeof(struct scaling_activity),
	.slot = SLOT_SCALING_ACTIVITY_GET,
};

static const struct column lifecycle_action_columns[] = {
	TEXT(lifecycle_action, id),
	TENANT(lifecycle_action),
	TEXT(lifecycle_action, hook),
	TEXT(lifecycle_action, activity, STAYS),
	TEXT(lifecycle_action, instances),
	ENUM(lifecycle_action, state, lifecycle_action_state_names),
	ENUM(lifecycle_action, result, lifecycle_result_names),
	INT64(lifecycle_action, due_at),
	INT64(lifecycle_action, created_at),
};
static const struct table lifecycle_action_table = {
	.name = "lifecycle_action",
	.columns = lifecycle_action_columns,
	.n_columns = COUNT_OF(lifecycle_action_columns),
	.n_key = 1,
	.row_size = sizeof(struct lifecycle_action),
	.slot = SLOT_LIFECYCLE_ACTION_GET,
};

static bool scaling_activity_where(struct where *where, const struct scaling_filter *filter)
{
	if (!scaling_where_place(where, filter))
		return false;
	where_enum(where, "state", "=", filter->state, scaling_activity_state_names);
	return true;
}

static bool lifecycle_action_where(struct where *where, const struct scaling_filter *filter)
{
	if (!where_ids(where, filter->ids, filter->n_ids))
		return false;
	where_text(where, "activity", filter->activity);
	where_text(where, "hook", filter->hook);
	where_text(where, "account", filter->account);
	where_enum(where, "state", "=", filter->state, lifecycle_action_state_names);
	return true;
}

ROWS(scaling_activity)
ROWS(lifecycle_action)

size_t scaling_activity_purge(struct txn *txn, int64_t before, int64_t limit)
{
	const struct param params[] = { PARAM_NUMBER(before), PARAM_NUMBER(limit) };
	size_t n = (size_t)table_run(txn, SLOT_SCALING_ACTIVITY_PURGE,
	                             "DELETE FROM scaling_activity WHERE id IN (SELECT id FROM scaling_activity WHERE"
	                             " created_at < $1 AND state <> 'in-progress' AND ended_at < $1 LIMIT $2)",
	                             params, COUNT_OF(params));

	if (n)
		table_run(txn, SLOT_LIFECYCLE_ACTION_PURGE,
		          "DELETE FROM lifecycle_action WHERE activity NOT IN (SELECT id FROM scaling_activity)", NULL, 0);
	return n;
}
