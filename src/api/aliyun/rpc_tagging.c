#include "api/aliyun/rpc_tagging.h"

#include <string.h>

#include "base/text.h"
#include "core/tagging.h"

static const struct field tagged_fields[] = {
	TEXT(struct rpc_tagged_item, resource, "ResourceId"),
	TEXT(struct rpc_tagged_item, type, "ResourceType"),
	TEXT(struct rpc_tagged_item, key, "TagKey"),
	TEXT(struct rpc_tagged_item, value, "TagValue"),
	FIELDS_END,
};
const struct shape rpc_tagged_shape = { sizeof(struct rpc_tagged_item), tagged_fields };

bool rpc_tag_resources(struct call *call, enum tagged kind, const struct texts *ids, const struct items *tags)
{
	struct tagging_args args = {
		.kind = kind,
		.resources = ids->items,
		.n_resources = ids->n,
		.tags = rpc_tags(call, tags),
		.n_tags = tags->n,
	};

	return rpc_tags_check(call, tags) && call_verb(call, tagging_set(&call->work, &args));
}

bool rpc_untag_resources(struct call *call, enum tagged kind, const struct texts *ids, const struct texts *keys,
                         bool all)
{
	struct tagging_args args = {
		.kind = kind,
		.resources = ids->items,
		.n_resources = ids->n,
		.keys = keys->items,
		.n_keys = keys->n,
		.all = all && !keys->n,
	};

	return call_verb(call, tagging_unset(&call->work, &args));
}

/* A token is "<resource>.<key>" of the last item shown: ids have no dot. */
static bool parse_token(struct call *call, const char *token, struct tag_search *search)
{
	const char *dot = strchr(text_or(token, ""), '.');

	if (text_empty(token))
		return true;
	if (!dot)
		return call_refuse(call, REFUSE_PARAMETER_INVALID, "NextToken");
	search->after_resource = arena_text_n(call_work_arena(call), token, (size_t)(dot - token));
	search->after_key = dot + 1;
	return true;
}

bool rpc_list_tagged(struct call *call, const struct rpc_tagged_list *list, struct items *ret, const char **ret_token)
{
	struct tag_search search = {
		.account = call->caller.tenant.account,
		.region = call->caller.tenant.region,
		.kind = list->kind,
		.resources = list->ids.n ? list->ids.items : NULL,
		.n_resources = list->ids.n,
		.tags = rpc_tag_filters(call, &list->filters),
		.n_tags = list->filters.n,
		.limit = list->limit + 1,
	};
	struct rpc_tagged_item *items;
	struct tag *rows;
	size_t n;
	size_t i;

	if (!rpc_region_known(call))
		return false;
	if (!parse_token(call, list->next_token, &search))
		return false;
	n = tag_search(call->work.txn, &search, &rows);
	*ret_token = "";
	if ((int64_t)n > list->limit) {
		n = (size_t)list->limit;
		*ret_token = arena_printf(call_work_arena(call), "%s.%s", rows[n - 1].resource, rows[n - 1].key);
	}
	items = arena_array(call_work_arena(call), struct rpc_tagged_item, n);
	for (i = 0; i < n; i++)
		items[i] = (struct rpc_tagged_item){ rows[i].resource, list->type, rows[i].key, rows[i].value, rows[i].propagate };
	*ret = (struct items){ items, n };
	return true;
}

enum tagged rpc_tagged_of(const char *const words[TAGGED_MAX], const char *word)
{
	int kind;

	for (kind = 0; kind < TAGGED_MAX; kind++) {
		if (words[kind] && text_equal_nocase(words[kind], word))
			break;
	}
	return (enum tagged)kind;
}
