/* Pieces of requests and replies that many operations share: tags and paging. */
#include <stdio.h>
#include <string.h>

#include "api/aliyun/rpc.h"
#include "base/moment.h"
#include "base/text.h"

#define PAGE_SIZE_DEFAULT 10

static const struct error_row bad_tag_key = { REFUSE_FIELD, 400, "InvalidTagKey.Malformed",
	                                      "The specified Tag.n.Key is not valid.", NULL };
static const struct error_row bad_tag_value = { REFUSE_FIELD, 400, "InvalidTagValue.Malformed",
	                                        "The specified Tag.n.Value is not valid.", NULL };

static const struct field tag_in_fields[] = {
	TEXT(struct rpc_tag, key, "Key", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = 128, .also = "key",
	     .bad = &bad_tag_key),
	TEXT(struct rpc_tag, value, "Value", .max = 128, .also = "value", .bad = &bad_tag_value),
	FIELDS_END,
};
const struct shape rpc_tag_in_shape = { sizeof(struct rpc_tag), tag_in_fields };

static const struct field tag_out_fields[] = {
	TEXT(struct rpc_tag, key, "TagKey"),
	TEXT(struct rpc_tag, value, "TagValue"),
	FIELDS_END,
};
const struct shape rpc_tag_out_shape = { sizeof(struct rpc_tag), tag_out_fields };

bool rpc_region_known(struct call *call)
{
	return !check_region_unknown(&call->work, NULL) ||
	       call_refuse(call, REFUSE_REGION_UNKNOWN, call->caller.tenant.region);
}

struct tag *rpc_tags(struct call *call, const struct items *items)
{
	const struct rpc_tag *from = items->items;
	struct tag *tags = arena_array(call_work_arena(call), struct tag, items->n);
	size_t i;

	for (i = 0; i < items->n; i++)
		tags[i] = (struct tag){ .key = from[i].key, .value = text_or(from[i].value, ""), .propagate = from[i].propagate.value };
	return tags;
}

static bool is_kept_for_vendor(const char *text)
{
	return text_starts(text, "aliyun") || text_starts(text, "acs:") || strstr(text, "http://") ||
	       strstr(text, "https://");
}

bool rpc_tags_check(struct call *call, const struct items *items)
{
	const struct rpc_tag *tags = items->items;
	size_t i;
	size_t j;

	for (i = 0; i < items->n; i++) {
		if (is_kept_for_vendor(tags[i].key))
			return call_refuse(call, REFUSE_TAG_KEY, tags[i].key);
		if (is_kept_for_vendor(text_or(tags[i].value, "")))
			return call_refuse(call, REFUSE_TAG_VALUE, tags[i].value);
		for (j = 0; j < i; j++) {
			if (text_equal(tags[j].key, tags[i].key))
				return call_refuse(call, REFUSE_TAG_DUPLICATE, tags[i].key);
		}
	}
	return true;
}

struct items rpc_tags_of(struct call *call, const char *resource)
{
	struct tag *rows;
	size_t n = tag_list(call->work.txn, resource, &rows);
	struct rpc_tag *tags = arena_array(call_work_arena(call), struct rpc_tag, n);
	size_t i;

	for (i = 0; i < n; i++)
		tags[i] = (struct rpc_tag){ rows[i].key, rows[i].value, { GIVEN, rows[i].propagate } };
	return (struct items){ tags, n };
}

struct tag_filter *rpc_tag_filters(struct call *call, const struct items *items)
{
	const struct rpc_tag *tags = items->items;
	struct tag_filter *filters = arena_array(call_work_arena(call), struct tag_filter, items->n);
	size_t i;

	for (i = 0; i < items->n; i++)
		filters[i] = (struct tag_filter){ tags[i].key, text_empty(tags[i].value) ? NULL : tags[i].value };
	return filters;
}

static bool refuse_filter(struct call *call, const struct error_row *row, size_t i, const char *member)
{
	call->refusal = (struct refusal){
		.reason = REFUSE_FIELD,
		.row = row,
		.subject = arena_printf(&call->arena, "Filter.%zu.%s", i + 1, member),
	};
	return false;
}

bool rpc_creation_times(struct call *call, const struct items *filters, const struct rpc_filter_rows *rows, int64_t *ret_from,
                        int64_t *ret_to)
{
	const struct rpc_filter *filter = filters->items;
	bool from = false;
	bool to = false;
	size_t i;

	for (i = 0; i < filters->n; i++) {
		bool is_from = text_equal(filter[i].key, "CreationStartTime");
		bool *given = is_from ? &from : &to;

		if (text_empty(filter[i].key) && text_empty(filter[i].value))
			continue;
		if (text_empty(filter[i].key) || *given)
			return refuse_filter(call, rows->key, i, "Key");
		if (text_empty(filter[i].value))
			return refuse_filter(call, rows->value, i, "Value");
		*given = true;
		moment_parse(filter[i].value, is_from ? ret_from : ret_to);
	}
	return true;
}

/* A token is "<created_at>.<id>": nothing in it is secret, and a made-up one only chooses where a list begins. */
static bool parse_token(struct call *call, const char *token, struct page *page)
{
	const char *dot = strchr(token, '.');

	if (!dot || !dot[1] ||
	    !text_to_int64(arena_text_n(&call->arena, token, (size_t)(dot - token)), &page->after_created_at))
		return call_refuse(call, REFUSE_PARAMETER_INVALID, "NextToken");
	page->after_id = dot + 1;
	return true;
}

bool rpc_list_begin(struct call *call, const struct rpc_paging *paging, int64_t token_min, int64_t token_max,
                    struct rpc_list *ret)
{
	*ret = (struct rpc_list){
		.page = { .limit = paging->page_size.is == GIVEN ? paging->page_size.value : PAGE_SIZE_DEFAULT },
		.number = paging->page_number.is == GIVEN ? paging->page_number.value : 1,
		.by_token = paging->max_results.is == GIVEN || !text_empty(paging->next_token),
	};
	if (ret->by_token) {
		int64_t wanted = paging->max_results.is == GIVEN ? paging->max_results.value : token_min;

		wanted = wanted < token_min ? token_min : wanted;
		ret->page.limit = (wanted > token_max ? token_max : wanted) + 1;
		return text_empty(paging->next_token) || parse_token(call, paging->next_token, &ret->page);
	}
	ret->page.offset = (ret->number - 1) * ret->page.limit;
	return true;
}

bool rpc_list_more(const struct rpc_list *list, size_t *n)
{
	if (!list->by_token || (int64_t)*n < list->page.limit)
		return false;
	(*n)--;
	return true;
}

bool rpc_list_needs_count(const struct rpc_list *list, size_t n)
{
	return !list->by_token && (list->page.offset || (int64_t)n == list->page.limit);
}

void rpc_list_end(const struct rpc_list *list, int64_t total, struct rpc_pages *ret)
{
	if (list->by_token)
		return;
	ret->page_number = (struct opt_int){ GIVEN, list->number };
	ret->page_size = (struct opt_int){ GIVEN, list->page.limit };
	ret->total = (struct opt_int){ GIVEN, total };
}

const char *rpc_next_token(struct call *call, int64_t created_at, const char *id)
{
	return arena_printf(call_work_arena(call), "%lld.%s", (long long)created_at, id);
}
