/* Tags of all things of a kind. */
#include "contract/tagged.h"

#include "base/text.h"
#include "stores/rows_tag.h"
#include "stores/where.h"

/* Where the things of a kind are, as a condition on a row of tag; and the end of it that asks for their region. */
static const struct {
	const char *any;
	const char *in_region;
} kinds[TAGGED_MAX] = {
#define KIND(table)                                                       \
	{ "EXISTS (SELECT 1 FROM " table " WHERE id = tag.resource)",     \
	  "EXISTS (SELECT 1 FROM " table " WHERE id = tag.resource AND region = " }
	[TAGGED_INSTANCE] = KIND("instance"),
	[TAGGED_DISK] = KIND("disk"),
	[TAGGED_SNAPSHOT] = KIND("snapshot"),
	[TAGGED_SECURITY_GROUP] = KIND("security_group"),
	[TAGGED_VPC] = KIND("vpc"),
	[TAGGED_VSWITCH] = KIND("vswitch"),
	[TAGGED_SCALING_GROUP] = KIND("scaling_group"),
#undef KIND
};

size_t tag_search(struct txn *txn, const struct tag_search *search, struct tag **ret)
{
	struct where WHERE_CLEANUP where;
	size_t n = 0;

	where_init(&where, txn);
	if (search->resources && !search->n_resources) {
		*ret = arena_new(txn_arena(txn), struct tag);
		return 0;
	}
	where_any(&where, "resource", search->resources, search->n_resources);
	where_text(&where, "account", search->account);
	if (search->region)
		where_around(&where, kinds[search->kind].in_region, search->region, ")");
	else
		where_literal(&where, kinds[search->kind].any);
	where_other_tags(&where, search->tags, search->n_tags);
	where_behind(&where, "(resource, key)", search->after_resource, search->after_key);
	buf_add_text(&where.text, " ORDER BY resource, key");
	if (search->limit)
		buf_printf(&where.text, " LIMIT %lld", (long long)search->limit);
	*ret = where_select(&where, &tag_table, &n);
	return n;
}

void tag_delete(struct txn *txn, const char *resource, const char *key)
{
	const char *id[] = { resource, key };

	table_delete(txn, &tag_table, id);
}
