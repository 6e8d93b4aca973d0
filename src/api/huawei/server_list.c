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

static void add_tags(struct call *call, const char *list, struct instance_filter *filter)
{
	struct arena *arena = call_work_arena(call);
	struct tag_filter *tags = arena_array(arena, struct tag_filter, strlen(list) + 1);

	filter->tags = tags;
	while (*list) {
		size_t length = strcspn(list, ",");

		if (length == strlen(SYSTEM_TAG) && strncmp(list, SYSTEM_TAG, length) == 0)
			filter->kind = MACHINE_BARE_METAL;
		else if (length)
			tags[filter->n_tags++] = tag_of(arena, list, length);
		list += length + (list[length] == ',');
	}
}

static struct instance_filter filter_of(struct call *call, const struct server_query *query)
{
	const struct tenant *tenant = &call->work.caller.tenant;
	struct instance_filter filter = INSTANCE_FILTER_ANY;
	const char **ids = arena_array(call_work_arena(call), const char *, 1);

	filter.account = tenant->account;
	filter.scope = tenant->scope;
	filter.region = tenant->region;
	filter.kind = query->kind;
	filter.type = given(query->flavor);
	filter.image = given(query->image);
	filter.private_ip = given(query->address);
	if (given(query->id)) {
		ids[0] = query->id;
		filter.ids = ids;
		filter.n_ids = 1;
	}
	if (given(query->name))
		filter.name_pattern = arena_printf(call_work_arena(call), "*%s*", query->name);
	if (!text_equal(query->enterprise_project, "all_granted_eps"))
		filter.resource_group = text_equal(query->enterprise_project, "0") ? "" : given(query->enterprise_project);
	if (given(query->tags))
		add_tags(call, query->tags, &filter);
	return filter;
}

/* Those of that status; how a server stands is told by its work as well, and so not asked of the store. */
static size_t keep_status(struct call *call, const char *status, struct instance *instances, size_t n)
{
	size_t kept = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (text_equal_nocase(server_states(call, &instances[i]).status, status))
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

	if (given(query->status))
		n = keep_status(call, query->status, *ret, n);
	*ret_total = (int64_t)n;
	skip = given(query->marker) ? behind(*ret, n, query->marker) : 0;
	skip = (int64_t)(n - skip) > query->skip ? skip + (size_t)query->skip : n;
	*ret += skip;
	n -= skip;
	return query->limit && (int64_t)n > query->limit ? (size_t)query->limit : n;
}
