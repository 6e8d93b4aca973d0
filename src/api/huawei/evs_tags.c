/* EVS: tags of volumes. */
#include <stdlib.h>
#include <string.h>

#include "api/huawei/evs.h"
#include "base/text.h"
#include "base/writer.h"
#include "contract/tagged.h"
#include "core/tagging.h"

#define BATCH_MAX  20
#define KEYS_MAX   10 /* of a search (page of finding volumes by tags) */
#define VALUES_MAX 10
#define LIST_MAX   1000

struct tag_pair {
	const char *key, *value;
};

static const struct field tag_fields[] = {
	TEXT(struct tag_pair, key, "key", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = 36, .bad = &evs_bad_tag),
	TEXT(struct tag_pair, value, "value", .max = 43, .bad = &evs_bad_tag),
	FIELDS_END,
};
static const struct shape tag_shape = { sizeof(struct tag_pair), tag_fields };

/* ---- of one volume ---- */

struct batch_in {
	const char *project, *volume, *action;
	struct items tags;
};

static const char *const batch_actions[] = { "create", "delete", NULL };

static const struct field batch_in_fields[] = {
	PATH_PROJECT(struct batch_in, project),
	PATH_VOLUME(struct batch_in, volume),
	TEXT(struct batch_in, action, "action", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .values = batch_actions,
	     .doc = "`create` or `delete`; deleted are tags of these keys, whatever their value."),
	ITEMS(struct batch_in, tags, "tags", .of = &tag_shape, .max = BATCH_MAX, .flags = FIELD_REQUIRED, .bad = &evs_bad_tag),
	FIELDS_END,
};

static const struct error_row batch_errors[] = {
	ROW_EVS_VOLUME_UNKNOWN,
	{ REFUSE_TAG_KEY, 400, "EVS.1062", "invalid tag!", NULL },
	{ REFUSE_TAG_LIMIT, 400, "EVS.1061", "The Volume Tags is Exceed Max Limit Num.", NULL },
	ROWS_END,
};

static bool batch_run(struct call *call, const void *in_, void *out)
{
	const struct batch_in *in = in_;
	const struct tag_pair *pairs = in->tags.items;
	struct tag *tags = arena_array(call_work_arena(call), struct tag, in->tags.n);
	const char **keys = arena_array(call_work_arena(call), const char *, in->tags.n);
	struct tagging_args args = { .kind = TAGGED_DISK, .resources = &in->volume, .n_resources = 1 };
	struct disk disk;
	size_t i;

	(void)out;
	if (!evs_find_volume(call, in->volume, &disk))
		return false;
	for (i = 0; i < in->tags.n; i++) {
		keys[i] = pairs[i].key;
		tags[i] = (struct tag){ .key = pairs[i].key, .value = text_or(pairs[i].value, "") };
		if (!evs_tag_fits(pairs[i].key, pairs[i].value))
			return call_refuse(call, REFUSE_TAG_KEY, pairs[i].key);
	}
	if (text_equal(in->action, "create")) {
		args.tags = tags;
		args.n_tags = in->tags.n;
		return call_verb(call, tagging_set(&call->work, &args));
	}
	args.keys = keys;
	args.n_keys = in->tags.n;
	return call_verb(call, tagging_unset(&call->work, &args));
}

const struct operation huawei_evs_batch_create_volume_tags = {
	.product = "evs",
	.version = "v2",
	.name = "evs.BatchCreateVolumeTags",
	.method = "POST",
	.path = "/v2/{project_id}/cloudvolumes/{volume_id}/tags/action",
	.success = 204,
	.mode = OPERATION_WRITE,
	.permission = "evs:volumeTags:create",
	.resource = "volume/{volume_id}",
	.in = { sizeof(struct batch_in), batch_in_fields },
	.out = { sizeof(struct rest_nothing), rest_nothing_fields },
	.errors = batch_errors,
	.common = rest_evs_errors,
	.run = batch_run,
	.doc = "Sets tags of a volume, or takes them off.",
};

struct show_out {
	struct items tags;
};

static const struct field show_out_fields[] = {
	ITEMS(struct show_out, tags, "tags", .of = &tag_shape),
	FIELDS_END,
};

static struct items tags_of(struct call *call, const char *volume)
{
	struct tag *tags;
	size_t n = tag_list(call->work.txn, volume, &tags);
	struct tag_pair *items = arena_array(call_work_arena(call), struct tag_pair, n);
	size_t i;

	for (i = 0; i < n; i++)
		items[i] = (struct tag_pair){ tags[i].key, tags[i].value };
	return (struct items){ items, n };
}

static const struct error_row show_errors[] = {
	ROW_EVS_VOLUME_UNKNOWN,
	ROWS_END,
};

static bool show_run(struct call *call, const void *in_, void *out_)
{
	const struct evs_volume_in *in = in_;
	struct show_out *out = out_;
	struct disk disk;

	if (!evs_find_volume(call, in->volume, &disk))
		return false;
	out->tags = tags_of(call, in->volume);
	return true;
}

const struct operation huawei_evs_show_volume_tags = {
	.product = "evs",
	.version = "v2",
	.name = "evs.ShowVolumeTags",
	.method = "GET",
	.path = "/v2/{project_id}/cloudvolumes/{volume_id}/tags",
	.mode = OPERATION_READ,
	.permission = "evs:volumeTags:get",
	.resource = "volume/{volume_id}",
	.in = { sizeof(struct evs_volume_in), evs_volume_in_fields },
	.out = { sizeof(struct show_out), show_out_fields },
	.errors = show_errors,
	.common = rest_evs_errors,
	.run = show_run,
	.doc = "Shows the tags of a volume.",
};

/* ---- of all volumes ---- */

static int by_key_and_value(const void *a_, const void *b_)
{
	const struct tag *a = a_;
	const struct tag *b = b_;
	int order = strcmp(a->key, b->key);

	return order ? order : strcmp(a->value, b->value);
}

static struct disk_filter filter_of(const struct call *call)
{
	struct disk_filter filter = DISK_FILTER_ANY;

	filter.account = call->work.caller.tenant.account;
	filter.scope = call->work.caller.tenant.scope;
	filter.region = call->work.caller.tenant.region;
	return filter;
}

/* Those of the project's volumes, which the search of the account's things does not tell from another project's. */
static size_t all_tags(struct call *call, struct tag **ret)
{
	struct disk_filter filter = filter_of(call);
	struct tag *all;
	struct disk *disks;
	size_t n_disks = disk_list(call->work.txn, &filter, &(struct page){ 0 }, &disks);
	const char **ids = arena_array(call_work_arena(call), const char *, n_disks);
	struct tag_search search = { .account = filter.account, .region = filter.region, .kind = TAGGED_DISK };
	size_t i;

	for (i = 0; i < n_disks; i++)
		ids[i] = disks[i].id;
	search.resources = ids;
	search.n_resources = n_disks;
	i = tag_search(call->work.txn, &search, &all);
	qsort(all, i, sizeof *all, by_key_and_value);
	*ret = all;
	return i;
}

/* {"tags": {"key": ["value", ...]}}, with names that only the tags know. */
static bool list_run(struct call *call, const void *in, void *out)
{
	struct writer writer;
	struct tag *tags;
	size_t n = all_tags(call, &tags);
	size_t i;

	(void)in;
	(void)out;
	writer_init(&writer, &writer_json, &call->reply.body);
	writer_json.object_begin(&writer, NULL);
	writer_json.object_begin(&writer, "tags");
	for (i = 0; i < n; i++) {
		bool same_key = i && text_equal(tags[i - 1].key, tags[i].key);

		if (!same_key && i)
			writer_json.list_end(&writer, tags[i - 1].key);
		if (!same_key)
			writer_json.list_begin(&writer, tags[i].key);
		if (!same_key || !text_equal(tags[i - 1].value, tags[i].value))
			writer_json.text(&writer, NULL, tags[i].value);
	}
	if (n)
		writer_json.list_end(&writer, tags[n - 1].key);
	writer_json.object_end(&writer, "tags");
	writer_json.object_end(&writer, NULL);
	return true;
}

struct project_in {
	const char *project;
};

static const struct field project_in_fields[] = {
	PATH_PROJECT(struct project_in, project),
	FIELDS_END,
};

const struct operation huawei_evs_list_volume_tags = {
	.product = "evs",
	.version = "v2",
	.name = "evs.ListVolumeTags",
	.method = "GET",
	.path = "/v2/{project_id}/cloudvolumes/tags",
	.mode = OPERATION_READ,
	.permission = "evs:volumeTags:list",
	.resource = "volume/*",
	.in = { sizeof(struct project_in), project_in_fields },
	.out = { sizeof(struct rest_nothing), rest_nothing_fields },
	.own_reply = true,
	.common = rest_evs_errors,
	.run = list_run,
	.doc = "Lists the tags of all volumes: each key with its values.",
};

/* ---- volumes by tags ---- */

struct wanted {
	const char *key;
	struct texts values;
};

struct match {
	const char *key, *value;
};

struct find_in {
	const char *project, *action;
	struct items tags, matches;
	struct opt_int limit, offset;
};

struct resource {
	const char *id, *name;
	struct volume_item detail;
	struct items tags;
};

struct find_out {
	int64_t total;
	struct items resources;
};

static const char *const find_actions[] = { "filter", "count", NULL };
static const char *const match_keys[] = { "resource_name", "service_type", NULL };

static const struct field wanted_fields[] = {
	TEXT(struct wanted, key, "key", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = 36, .bad = &evs_bad_tag),
	TEXTS(struct wanted, values, "values", .max = VALUES_MAX, .bad = &evs_bad_tag, .doc = "One of these; none: any."),
	FIELDS_END,
};
static const struct shape wanted_shape = { sizeof(struct wanted), wanted_fields };

static const struct field match_fields[] = {
	TEXT(struct match, key, "key", .flags = FIELD_REQUIRED, .values = match_keys),
	TEXT(struct match, value, "value", .max = EVS_TEXT_MAX),
	FIELDS_END,
};
static const struct shape match_shape = { sizeof(struct match), match_fields };

static const struct field find_in_fields[] = {
	PATH_PROJECT(struct find_in, project),
	TEXT(struct find_in, action, "action", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .values = find_actions),
	ITEMS(struct find_in, tags, "tags", .of = &wanted_shape, .max = KEYS_MAX, .bad = &evs_bad_tag),
	ITEMS(struct find_in, matches, "matches", .of = &match_shape, .max = KEYS_MAX,
	      .doc = "resource_name: a part of the name; service_type."),
	OPT_INT(struct find_in, limit, "limit", .min = 1, .max = LIST_MAX, .bad = &evs_bad_limit),
	OPT_INT(struct find_in, offset, "offset", .min = 0, .max = INT32_MAX, .bad = &evs_bad_offset),
	FIELDS_END,
};

static const struct field resource_fields[] = {
	TEXT(struct resource, id, "resource_id"),
	TEXT(struct resource, name, "resource_name"),
	OBJECT(struct resource, detail, "resource_detail", .of = &volume_found_shape),
	ITEMS(struct resource, tags, "tags", .of = &tag_shape),
	FIELDS_END,
};
static const struct shape resource_shape = { sizeof(struct resource), resource_fields };

static const struct field find_out_fields[] = {
	INT(struct find_out, total, "total_count"),
	ITEMS(struct find_out, resources, "resources", .of = &resource_shape),
	FIELDS_END,
};

static bool has_tag(const struct tag *tags, size_t n, const struct wanted *wanted)
{
	size_t i;
	size_t j;

	for (i = 0; i < n; i++) {
		if (!text_equal(tags[i].key, wanted->key))
			continue;
		for (j = 0; j < wanted->values.n; j++) {
			if (text_equal(tags[i].value, wanted->values.items[j]))
				return true;
		}
		return !wanted->values.n;
	}
	return false;
}

static bool is_found(struct call *call, const struct find_in *in, const struct disk *disk)
{
	const struct wanted *wanted = in->tags.items;
	const struct match *matches = in->matches.items;
	struct tag *tags;
	size_t n = tag_list(call->work.txn, disk->id, &tags);
	size_t i;

	for (i = 0; i < in->tags.n; i++) {
		if (!has_tag(tags, n, &wanted[i]))
			return false;
	}
	for (i = 0; i < in->matches.n; i++) {
		const char *value = text_or(matches[i].value, "");

		if (text_equal(matches[i].key, "resource_name") ? !strstr(disk->name, value) : !text_equal(value, "EVS"))
			return false;
	}
	return true;
}

static bool find_run(struct call *call, const void *in_, void *out_)
{
	const struct find_in *in = in_;
	struct find_out *out = out_;
	struct disk_filter filter = filter_of(call);
	int64_t limit = text_equal(in->action, "count") ? 0 : in->limit.is == GIVEN ? in->limit.value : LIST_MAX;
	struct resource *items = arena_array(call_work_arena(call), struct resource, (size_t)limit);
	struct disk *disks;
	size_t n = disk_list(call->work.txn, &filter, &(struct page){ 0 }, &disks);
	size_t shown = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!is_found(call, in, &disks[i]))
			continue;
		if (out->total++ < in->offset.value || (int64_t)shown == limit)
			continue;
		items[shown++] = (struct resource){ disks[i].id, disks[i].name, volume_show(call, &disks[i]),
			                            tags_of(call, disks[i].id) };
	}
	out->resources = (struct items){ items, shown };
	return true;
}

const struct operation huawei_evs_list_volumes_by_tags = {
	.product = "evs",
	.version = "v2",
	.name = "evs.ListVolumesByTags",
	.method = "POST",
	.path = "/v2/{project_id}/cloudvolumes/resource_instances/action",
	.mode = OPERATION_READ,
	.permission = "evs:volumeTags:list",
	.resource = "volume/*",
	.in = { sizeof(struct find_in), find_in_fields },
	.out = { sizeof(struct find_out), find_out_fields },
	.common = rest_evs_errors,
	.run = find_run,
	.doc = "Finds volumes by their tags.",
};
