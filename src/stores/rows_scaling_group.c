/* Scaling groups and their members. */
#include "stores/rows_scaling.h"

#include "base/text.h"

static const struct column scaling_group_columns[] = {
	TEXT(scaling_group, id),
	TENANT(scaling_group, STAYS),
	TEXT(scaling_group, name, STAYS),
	ENUM(scaling_group, state, scaling_group_state_names),
	INT64(scaling_group, min_size),
	INT64(scaling_group, max_size),
	BOOL(scaling_group, desired_given),
	INT64(scaling_group, desired_capacity),
	INT64(scaling_group, default_cooldown),
	INT64(scaling_group, cooldown_until),
	ENUM(scaling_group, health_check, scaling_health_check_names),
	TEXT(scaling_group, removal_policies),
	TEXT(scaling_group, multi_zone_policy),
	TEXT(scaling_group, scaling_policy),
	TEXT(scaling_group, configuration),
	TEXT(scaling_group, vpc),
	TEXT(scaling_group, vswitches),
	TEXT(scaling_group, load_balancers),
	TEXT(scaling_group, db_instances),
	TEXT(scaling_group, suspended),
	TEXT(scaling_group, group_type),
	TEXT(scaling_group, resource_group),
	BOOL(scaling_group, deletion_protection),
	INT64(scaling_group, max_instance_lifetime),
	INT64(scaling_group, stop_instance_timeout),
	INT64(scaling_group, retry_at),
	INT64(scaling_group, created_at, STAYS),
	INT64(scaling_group, modified_at),
};
static const struct table scaling_group_table = {
	.name = "scaling_group",
	.columns = scaling_group_columns,
	.n_columns = COUNT_OF(scaling_group_columns),
	.n_key = 1,
	.row_size = sizeof(struct scaling_group),
	.slot = SLOT_SCALING_GROUP_GET,
};

static const struct column scaling_member_columns[] = {
	TEXT(scaling_member, id),
	TENANT(scaling_member, STAYS),
	TEXT(scaling_member, scaling_group, STAYS),
	ENUM(scaling_member, state, scaling_member_state_names),
	ENUM(scaling_member, was, scaling_member_state_names),
	ENUM(scaling_member, creation, scaling_creation_names),
	ENUM(scaling_member, health, scaling_health_names),
	BOOL(scaling_member, entrusted),
	INT64(scaling_member, weight),
	TEXT(scaling_member, configuration),
	TEXT(scaling_member, activity),
	INT64(scaling_member, created_at, STAYS),
};
static const struct table scaling_member_table = {
	.name = "scaling_member",
	.columns = scaling_member_columns,
	.n_columns = COUNT_OF(scaling_member_columns),
	.n_key = 1,
	.row_size = sizeof(struct scaling_member),
	.slot = SLOT_SCALING_MEMBER_GET,
};

bool scaling_where_place(struct where *where, const struct scaling_filter *filter)
{
	if (!where_ids(where, filter->ids, filter->n_ids))
		return false;
	/* What is in a group is found by that, not among all of the account. */
	if (filter->scaling_group) {
		where_text(where, "scaling_group", filter->scaling_group);
		where->by_key = true;
	}
	where_indexed(where, "account", filter->account);
	where_indexed(where, "region", filter->region);
	where_text(where, "scope", filter->scope);
	return true;
}

static bool scaling_group_where(struct where *where, const struct scaling_filter *filter)
{
	struct scaling_filter own = *filter;

	own.scaling_group = NULL;
	if (!scaling_where_place(where, &own))
		return false;
	where_pattern(where, "name", filter->name_pattern);
	where_any(where, "name", filter->names, filter->n_names);
	where_text(where, "group_type", filter->group_type);
	where_text(where, "resource_group", filter->resource_group);
	where_enum(where, "state", "=", filter->state, scaling_group_state_names);
	where_tags(where, "scaling_group", filter->tags, filter->n_tags);
	return true;
}

static bool scaling_member_where(struct where *where, const struct scaling_filter *filter)
{
	if (!scaling_where_place(where, filter))
		return false;
	where_text(where, "configuration", filter->configuration);
	where_text(where, "activity", filter->activity);
	where_enum(where, "state", "=", filter->state, scaling_member_state_names);
	where_enums(where, "state", filter->states, scaling_member_state_names);
	where_enum(where, "creation", "=", filter->creation, scaling_creation_names);
	where_enums(where, "creation", filter->creations, scaling_creation_names);
	where_enum(where, "health", "=", filter->health, scaling_health_names);
	return true;
}

ROWS(scaling_group)
ROWS(scaling_member)
