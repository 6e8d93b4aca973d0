/* Private clouds, their switches, and security groups. */
#include "contract/network.h"

#include "base/text.h"
#include "stores/where.h"

static const struct column vpc_columns[] = {
	TEXT(vpc, id),
	TENANT(vpc, STAYS),
	TEXT(vpc, name),
	TEXT(vpc, description),
	TEXT(vpc, cidr),
	TEXT(vpc, user_cidrs),
	TEXT(vpc, router),
	TEXT(vpc, route_table),
	TEXT(vpc, resource_group),
	BOOL(vpc, dns_hostnames),
	INT64(vpc, created_at, STAYS),
	INT64(vpc, ready_at),
};
static const struct table vpc_table = {
	.name = "vpc",
	.columns = vpc_columns,
	.n_columns = COUNT_OF(vpc_columns),
	.n_key = 1,
	.row_size = sizeof(struct vpc),
	.slot = SLOT_VPC_GET,
};

static const struct column vswitch_columns[] = {
	TEXT(vswitch, id),
	TENANT(vswitch, STAYS),
	TEXT(vswitch, vpc, STAYS),
	TEXT(vswitch, zone),
	TEXT(vswitch, name),
	TEXT(vswitch, description),
	TEXT(vswitch, cidr),
	TEXT(vswitch, resource_group),
	INT64(vswitch, created_at, STAYS),
	INT64(vswitch, ready_at),
};
static const struct table vswitch_table = {
	.name = "vswitch",
	.columns = vswitch_columns,
	.n_columns = COUNT_OF(vswitch_columns),
	.n_key = 1,
	.row_size = sizeof(struct vswitch),
	.slot = SLOT_VSWITCH_GET,
};

static const struct column group_columns[] = {
	TEXT(security_group, id),
	TENANT(security_group, STAYS),
	TEXT(security_group, vpc, STAYS),
	TEXT(security_group, name),
	TEXT(security_group, description),
	ENUM(security_group, type, security_group_type_names),
	BOOL(security_group, inner_drop),
	TEXT(security_group, resource_group),
	INT64(security_group, created_at, STAYS),
};
static const struct table group_table = {
	.name = "security_group",
	.columns = group_columns,
	.n_columns = COUNT_OF(group_columns),
	.n_key = 1,
	.row_size = sizeof(struct security_group),
	.slot = SLOT_SECURITY_GROUP_GET,
};

/* ---- filters ---- */

/* False: nothing can match. */
static bool network_where(struct where *where, const struct table *table, const struct network_filter *filter)
{
	if (!where_ids(where, filter->ids, filter->n_ids))
		return false;
	/* What is in a private cloud is found by that, not among all of the account. */
	if (filter->vpc && table != &vpc_table) {
		where_text(where, "vpc", filter->vpc);
		where->by_key = true;
	}
	where_indexed(where, "account", filter->account);
	where_indexed(where, "region", filter->region);
	where_text(where, "scope", filter->scope);
	where_pattern(where, "name", filter->name_pattern);
	where_text(where, "resource_group", filter->resource_group);
	if (table == &vswitch_table)
		where_text(where, "zone", filter->zone);
	if (table == &group_table)
		where_enum(where, "type", "=", filter->type, security_group_type_names);
	where_tags(where, table->name, filter->tags, filter->n_tags);
	return true;
}

static void *network_list(struct txn *txn, const struct table *table, const struct network_filter *filter,
                          const struct page *page, size_t *ret_n)
{
	struct where WHERE_CLEANUP where;

	where_init(&where, txn);
	*ret_n = 0;
	if (!network_where(&where, table, filter))
		return arena_alloc(txn_arena(txn), table->row_size);
	where_page(&where, page);
	return where_select(&where, table, ret_n);
}

static int64_t network_count(struct txn *txn, const struct table *table, const struct network_filter *filter)
{
	struct where WHERE_CLEANUP where;

	where_init(&where, txn);
	return network_where(&where, table, filter) ? where_count(&where, table) : 0;
}

/* ---- rows ---- */

bool vpc_get(struct txn *txn, const char *id, struct vpc *ret)
{
	return table_get(txn, &vpc_table, &id, ret);
}

void vpc_put(struct txn *txn, const struct vpc *vpc)
{
	table_put(txn, &vpc_table, vpc);
}

void vpc_row_delete(struct txn *txn, const char *id)
{
	table_delete(txn, &vpc_table, &id);
}

size_t vpc_list(struct txn *txn, const struct network_filter *filter, const struct page *page, struct vpc **ret)
{
	size_t n;

	*ret = network_list(txn, &vpc_table, filter, page, &n);
	return n;
}

int64_t vpc_count(struct txn *txn, const struct network_filter *filter)
{
	return network_count(txn, &vpc_table, filter);
}

bool vswitch_get(struct txn *txn, const char *id, struct vswitch *ret)
{
	return table_get(txn, &vswitch_table, &id, ret);
}

void vswitch_put(struct txn *txn, const struct vswitch *vswitch)
{
	table_put(txn, &vswitch_table, vswitch);
}

void vswitch_row_delete(struct txn *txn, const char *id)
{
	table_delete(txn, &vswitch_table, &id);
}

size_t vswitch_list(struct txn *txn, const struct network_filter *filter, const struct page *page,
                    struct vswitch **ret)
{
	size_t n;

	*ret = network_list(txn, &vswitch_table, filter, page, &n);
	return n;
}

int64_t vswitch_count(struct txn *txn, const struct network_filter *filter)
{
	return network_count(txn, &vswitch_table, filter);
}

bool security_group_get(struct txn *txn, const char *id, struct security_group *ret)
{
	return table_get(txn, &group_table, &id, ret);
}

void security_group_put(struct txn *txn, const struct security_group *group)
{
	table_put(txn, &group_table, group);
}

void security_group_row_delete(struct txn *txn, const char *id)
{
	table_delete(txn, &group_table, &id);
}

size_t security_group_list(struct txn *txn, const struct network_filter *filter, const struct page *page,
                           struct security_group **ret)
{
	size_t n;

	*ret = network_list(txn, &group_table, filter, page, &n);
	return n;
}

int64_t security_group_count(struct txn *txn, const struct network_filter *filter)
{
	return network_count(txn, &group_table, filter);
}
