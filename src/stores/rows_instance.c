/* Machines. */
#include "stores/where.h"

#include "base/text.h"

static const struct column instance_columns[] = {
	TEXT(instance, id),
	TENANT(instance, STAYS),
	TEXT(instance, driver),
	TEXT(instance, zone),
	ENUM(instance, kind, machine_kind_names),
	ENUM(instance, state, instance_state_names),
	TEXT(instance, name),
	TEXT(instance, description),
	TEXT(instance, host_name),
	TEXT(instance, image),
	TEXT(instance, type),
	ENUM(instance, charge_type, charge_type_names),
	TEXT(instance, stopped_mode),
	BOOL(instance, deletion_protection),
	TEXT(instance, locks),
	TEXT(instance, security_groups),
	TEXT(instance, vpc),
	TEXT(instance, vswitch, STAYS),
	TEXT(instance, private_ip),
	TEXT(instance, key_pair),
	TEXT(instance, user_data),
	TEXT(instance, resource_group),
	TEXT(instance, serial),
	TEXT(instance, native),
	TEXT(instance, internet_charge_type),
	INT64(instance, internet_max_bandwidth_in),
	INT64(instance, internet_max_bandwidth_out),
	TEXT(instance, spot_strategy),
	INT64(instance, created_at, STAYS),
	INT64(instance, started_at),
	INT64(instance, expires_at),
	INT64(instance, auto_release_at),
	TEXT(instance, guest_os),
	BOOL(instance, guest_agent),
};
static const struct table instance_table = {
	.name = "instance",
	.columns = instance_columns,
	.n_columns = COUNT_OF(instance_columns),
	.n_key = 1,
	.row_size = sizeof(struct instance),
	.slot = SLOT_INSTANCE_GET,
};

bool instance_get(struct txn *txn, const char *id, struct instance *ret)
{
	return table_get(txn, &instance_table, &id, ret);
}

void instance_put(struct txn *txn, const struct instance *instance)
{
	table_put(txn, &instance_table, instance);
}

void instance_delete(struct txn *txn, const char *id)
{
	table_delete(txn, &instance_table, &id);
}

/* False: nothing can match. */
static bool instance_where(struct where *where, const struct instance_filter *filter)
{
	if (!where_ids(where, filter->ids, filter->n_ids))
		return false;
	where_indexed(where, "account", filter->account);
	where_indexed(where, "region", filter->region);
	where_text(where, "scope", filter->scope);
	where_text(where, "realm", filter->realm);
	where_text(where, "zone", filter->zone);
	where_pattern(where, "name", filter->name_pattern);
	where_enum(where, "state", "=", filter->state, instance_state_names);
	if (filter->going_down)
		where_literal(where, "state IN ('stopping', 'releasing')");
	where_text(where, "type", filter->type);
	where_starts(where, "type", filter->type_family, ".");
	where_text(where, "image", filter->image);
	where_enum(where, "kind", "=", filter->kind, machine_kind_names);
	where_enum(where, "charge_type", "=", filter->charge_type, charge_type_names);
	where_text(where, "key_pair", filter->key_pair);
	where_text(where, "vpc", filter->vpc);
	if (filter->vswitch) {
		/* Said again in words that let the partial index be used. */
		where_literal(where, "vswitch <> ''");
		where_text(where, "vswitch", filter->vswitch);
	}
	where_list_has(where, "security_groups", filter->security_group);
	where_text(where, "resource_group", filter->resource_group);
	where_list_has(where, "locks", filter->lock);
	where_text(where, "private_ip", filter->private_ip);
	where_moments(where, "created_at", filter->created_from, filter->created_to);
	where_tags(where, "instance", filter->tags, filter->n_tags);
	return true;
}

size_t instance_list(struct txn *txn, const struct instance_filter *filter, const struct page *page,
                     struct instance **ret)
{
	struct where WHERE_CLEANUP where;
	size_t n = 0;

	where_init(&where, txn);
	if (!instance_where(&where, filter)) {
		*ret = arena_new(txn_arena(txn), struct instance);
		return 0;
	}
	where_page(&where, page);
	*ret = where_select(&where, &instance_table, &n);
	return n;
}

int64_t instance_count(struct txn *txn, const struct instance_filter *filter)
{
	struct where WHERE_CLEANUP where;

	where_init(&where, txn);
	return instance_where(&where, filter) ? where_count(&where, &instance_table) : 0;
}
