#include "api/huawei/server_list.h"

#include <string.h>

#include "api/huawei/server.h"
#include "base/text.h"

#define SYSTEM_TAG "__type_baremetal" /* all bare metal servers bear it */

static const char *given(const char *text)
{
	return text_empty(text) ? NULL : text;
}

static struct tag_filter tag_of(struct arena *arena, const char *text, size_t length)
{
	const char *equals = memchr(text, '=', length);

	if (!equals)
		return (struct tag_filter){ .key = arena_text_n(arena, text, length) };
	return (struct tag_filter){
		.key = arena_text_n(arena, text, (size_t)(equals - text)),
		.value = arena_text_n(arena, equals + 1, length - (size_t)(equals + 1 - text)),
	};
}

static bool is_system_tag(const char *item, size_t length)
{
	return length == strlen(SYSTEM_TAG) && strncmp(item, SYSTEM_TAG, length) == 0;
}

/* The next of a list with commas between: where it begins, and what is behind it. */
static const char *next_item(const char **list, size_t *ret_length)
{
	const char *item = *list;

	*ret_length = strcspn(item, ",");
	*list = item + *ret_length + (item[*ret_length] == ',');
	return item;
}

static void match_nothing(struct call *call, struct instance_filter *filter)
{
	filter->ids = arena_array(call_work_arena(call), const char *, 1);
	filter->n_ids = 0;
}

static void add_tags(struct call *call, const char *list, struct instance_filter *filter)
{
	struct arena *arena = call_work_arena(call);
	struct tag_filter *tags = arena_array(arena, struct tag_filter, strlen(list) + 1);

	filter->tags = tags;
	while (*list) {
		size_t length;
		const char *item = next_item(&list, &length);

		if (!is_system_tag(item, length)) {
			if (length)
				tags[filter->n_tags++] = tag_of(arena, item, length);
			continue;
		}
		if (filter->kind == MACHINE_VIRTUAL)
			match_nothing(call, filter);
		filter->kind = MACHINE_BARE_METAL;
	}
}

static void add_ids(struct call *call, const char *list, struct instance_filter *filter)
{
	struct arena *arena = call_work_arena(call);
	const char **ids = arena_array(arena, const char *, strlen(list) + 1);

	filter->ids = ids;
	while (*list) {
		size_t length;
		const char *item = next_item(&list, &length);

		if (length)
			ids[filter->n_ids++] = arena_text_n(arena, item, length);
	}
}

static struct instance_filter filter_of(struct call *call, const struct server_query *query)
{
	const struct tenant *tenant = &call->work.caller.tenant;
	struct instance_filter filter = INSTANCE_FILTER_ANY;

	filter.account = tenant->account;
	filter.scope = tenant->scope;
	filter.region = tenant->region;
	filter.kind = query->kind;
	if (given(query->charging))
		filter.charge_type = text_equal(query->charging, "0") || text_equal(query->charging, "post_paid") ? CHARGE_POST_PAID :
		                                                                                                    CHARGE_PRE_PAID;
	filter.type = given(query->flavor);
	filter.image = given(query->image);
	filter.private_ip = given(query->address);
	filter.zone = given(query->zone);
	filter.key_pair = given(query->key_name);
	if (given(query->id))
		add_ids(call, query->id, &filter);
	if (given(query->name))
		filter.name_pattern = arena_printf(call_work_arena(call), "*%s*", query->name);
	if (!text_equal(query->enterprise_project, "all_granted_eps"))
		filter.resource_group = text_equal(query->enterprise_project, "0") ? "" : given(query->enterprise_project);
	if (given(query->tags))
		add_tags(call, query->tags, &filter);
	return filter;
}

static bool has_tag(const struct tag *tags, size_t n, const struct tag_filter *wanted)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (text_equal(tags[i].key, wanted->key) && (!wanted->value || text_equal(tags[i].value, wanted->value)))
			return true;
	}
	return false;
}

static bool has_one_of(struct call *call, const struct instance *instance, const char *list)
{
	struct tag *tags;
	size_t n = tag_list(call->work.txn, instance->id, &tags);

	while (*list) {
		size_t length;
		const char *item = next_item(&list, &length);
		struct tag_filter wanted = tag_of(call_work_arena(call), item, length);

		if (is_system_tag(item, length) ? instance->kind == MACHINE_BARE_METAL : length && has_tag(tags, n, &wanted))
			return true;
	}
	return false;
}

/* What is not asked of the store: how a server stands is told by its work as well. */
static bool passes(struct call *call, const struct server_query *query, const struct instance *instance)
{
	if (given(query->status) && !text_equal_nocase(server_states(call, instance).status, query->status))
		return false;
	if (given(query->address_part) && !strstr(instance->private_ip, query->address_part))
		return false;
	if (query->launched_since && instance->started_at < query->launched_since)
		return false;
	return !given(query->not_tags) || !has_one_of(call, instance, query->not_tags);
}

static size_t keep(struct call *call, const struct server_query *query, struct instance *instances, size_t n)
{
	size_t kept = 0;
	size_t i;

	if (!given(query->status) && !given(query->address_part) && !given(query->not_tags) && !query->launched_since)
		return n;
	for (i = 0; i < n; i++) {
		if (passes(call, query, &instances[i]))
			instances[kept++] = instances[i];
	}
	return kept;
}

static size_t behind(const struct instance *instances, size_t n, const char *marker)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (text_equal(instances[i].id, marker))
			return i + 1;
	}
	return n;
}

size_t server_list(struct call *call, const struct server_query *query, struct instance **ret, int64_t *ret_total)
{
	struct instance_filter filter = filter_of(call, query);
	size_t n = instance_list(call->work.txn, &filter, &(struct page){ 0 }, ret);
	size_t skip;

	n = keep(call, query, *ret, n);
	*ret_total = (int64_t)n;
	skip = given(query->marker) ? behind(*ret, n, query->marker) : 0;
	skip = (int64_t)(n - skip) > query->skip ? skip + (size_t)query->skip : n;
	*ret += skip;
	n -= skip;
	return query->limit && (int64_t)n > query->limit ? (size_t)query->limit : n;
}
