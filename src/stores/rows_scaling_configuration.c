/* Scaling configurations with their disks, rules and lifecycle hooks: what a group does its work by. */
#include "stores/rows_scaling.h"

#include "base/text.h"

static const struct column scaling_configuration_columns[] = {
	TEXT(scaling_configuration, id),
	TENANT(scaling_configuration, STAYS),
	TEXT(scaling_configuration, scaling_group, STAYS),
	TEXT(scaling_configuration, name, STAYS),
	TEXT(scaling_configuration, image),
	TEXT(scaling_configuration, image_name),
	TEXT(scaling_configuration, types),
	TEXT(scaling_configuration, instance_name),
	TEXT(scaling_configuration, instance_description),
	TEXT(scaling_configuration, host_name),
	TEXT(scaling_configuration, security_groups),
	TEXT(scaling_configuration, key_pair),
	TEXT(scaling_configuration, user_data),
	TEXT(scaling_configuration, ram_role),
	TEXT(scaling_configuration, tags),
	TEXT(scaling_configuration, resource_group),
	TEXT(scaling_configuration, internet_charge_type),
	INT64(scaling_configuration, internet_max_bandwidth_in),
	INT64(scaling_configuration, internet_max_bandwidth_out),
	TEXT(scaling_configuration, spot_strategy),
	TEXT(scaling_configuration, zone),
	BOOL(scaling_configuration, deletion_protection),
	INT64(scaling_configuration, weight),
	INT64(scaling_configuration, created_at, STAYS),
	INT64(scaling_configuration, modified_at),
};
static const struct table scaling_configuration_table = {
	.name = "scaling_configuration",
	.columns = scaling_configuration_columns,
	.n_columns = COUNT_OF(scaling_configuration_columns),
	.n_key = 1,
	.row_size = sizeof(struct scaling_configuration),
	.slot = SLOT_SCALING_CONFIGURATION_GET,
};

static const struct column scaling_disk_columns[] = {
	TEXT(scaling_disk, configuration),
	INT64(scaling_disk, position),
	TEXT(scaling_disk, account),
	TEXT(scaling_disk, category),
	TEXT(scaling_disk, performance_level),
	INT64(scaling_disk, size_gib),
	TEXT(scaling_disk, name),
	TEXT(scaling_disk, description),
	TEXT(scaling_disk, device),
	TEXT(scaling_disk, snapshot),
	TEXT(scaling_disk, kms_key),
	TEXT(scaling_disk, auto_snapshot_policy),
	BOOL(scaling_disk, encrypted_given),
	BOOL(scaling_disk, encrypted),
	BOOL(scaling_disk, bursting),
	BOOL(scaling_disk, keep),
	INT64(scaling_disk, provisioned_iops),
};
static const struct table scaling_disk_table = {
	.name = "scaling_disk",
	.columns = scaling_disk_columns,
	.n_columns = COUNT_OF(scaling_disk_columns),
	.n_key = 2,
	.row_size = sizeof(struct scaling_disk),
	.slot = SLOT_SCALING_DISK_GET,
};

static const struct column scaling_rule_columns[] = {
	TEXT(scaling_rule, id),
	TENANT(scaling_rule, STAYS),
	TEXT(scaling_rule, scaling_group, STAYS),
	TEXT(scaling_rule, name, STAYS),
	ENUM(scaling_rule, type, scaling_rule_type_names),
	ENUM(scaling_rule, adjustment, scaling_adjustment_names),
	INT64(scaling_rule, value),
	BOOL(scaling_rule, cooldown_given),
	INT64(scaling_rule, cooldown),
	INT64(scaling_rule, min_magnitude),
	INT64(scaling_rule, warmup),
	TEXT(scaling_rule, steps),
	INT64(scaling_rule, created_at, STAYS),
};
static const struct table scaling_rule_table = {
	.name = "scaling_rule",
	.columns = scaling_rule_columns,
	.n_columns = COUNT_OF(scaling_rule_columns),
	.n_key = 1,
	.row_size = sizeof(struct scaling_rule),
	.slot = SLOT_SCALING_RULE_GET,
};

static const struct column lifecycle_hook_columns[] = {
	TEXT(lifecycle_hook, id),
	TENANT(lifecycle_hook, STAYS),
	TEXT(lifecycle_hook, scaling_group, STAYS),
	TEXT(lifecycle_hook, name, STAYS),
	ENUM(lifecycle_hook, transition, lifecycle_transition_names),
	ENUM(lifecycle_hook, default_result, lifecycle_result_names),
	INT64(lifecycle_hook, timeout),
	BOOL(lifecycle_hook, disabled),
	TEXT(lifecycle_hook, notification_arn),
	TEXT(lifecycle_hook, notification_metadata),
	INT64(lifecycle_hook, created_at, STAYS),
};
static const struct table lifecycle_hook_table = {
	.name = "lifecycle_hook",
	.columns = lifecycle_hook_columns,
	.n_columns = COUNT_OF(lifecycle_hook_columns),
	.n_key = 1,
	.row_size = sizeof(struct lifecycle_hook),
	.slot = SLOT_LIFECYCLE_HOOK_GET,
};

static bool scaling_configuration_where(struct where *where, const struct scaling_filter *filter)
{
	if (!scaling_where_place(where, filter))
		return false;
	where_any(where, "name", filter->names, filter->n_names);
	return true;
}

static bool scaling_rule_where(struct where *where, const struct scaling_filter *filter)
{
	if (!scaling_where_place(where, filter))
		return false;
	where_any(where, "name", filter->names, filter->n_names);
	where_enum(where, "type", "=", filter->kind, scaling_rule_type_names);
	return true;
}

static bool lifecycle_hook_where(struct where *where, const struct scaling_filter *filter)
{
	if (!scaling_where_place(where, filter))
		return false;
	where_any(where, "name", filter->names, filter->n_names);
	where_enum(where, "transition", "=", filter->kind, lifecycle_transition_names);
	return true;
}

ROWS(scaling_configuration)
ROWS(scaling_rule)
ROWS(lifecycle_hook)

void scaling_disk_put(struct txn *txn, const struct scaling_disk *disk)
{
	table_put(txn, &scaling_disk_table, disk);
}

size_t scaling_disk_list(struct txn *txn, const char *configuration, struct scaling_disk **ret)
{
	const struct param params[] = { PARAM_TEXT(configuration) };
	const struct selection selection = {
		.slot = SLOT_SCALING_DISK_LIST,
		.rest = "WHERE configuration = $1 ORDER BY position",
		.params = params,
		.n_params = COUNT_OF(params),
	};
	size_t n;

	*ret = table_select(txn, &scaling_disk_table, &selection, &n);
	return n;
}

void scaling_disk_delete_all(struct txn *txn, const char *configuration)
{
	const struct param params[] = { PARAM_TEXT(configuration) };

	table_run(txn, SLOT_SCALING_DISK_DELETE_ALL, "DELETE FROM scaling_disk WHERE configuration = $1", params,
	          COUNT_OF(params));
}
