#include "api/huawei/volume_list.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/catalogue.h"
#include "core/disk.h"

static const struct field link_fields[] = {
	TEXT(struct volume_link, href, "href"),
	TEXT(struct volume_link, rel, "rel"),
	FIELDS_END,
};
const struct shape volume_link_shape = { sizeof(struct volume_link), link_fields };

/* ---- types ---- */

const char *volume_type_id(struct call *call, const struct disk_category *category)
{
	return volume_uuid_of(call_work_arena(call), arena_printf(call_work_arena(call), "volume-type/%s", category->id));
}

const struct disk_category *volume_type_of(struct call *call, const char *id)
{
	const struct realm *realm = work_realm(&call->work);
	size_t i;

	for (i = 0; i < realm->n_disk_categories; i++) {
		const struct disk_category *category = &realm->disk_categories[i];

		if (text_equal(category->id, id) || text_equal(volume_type_id(call, category), id))
			return category;
	}
	return NULL;
}

/* ---- what the store looks for ---- */

/* "['a','b']", "[a, b]" or "a,b". */
static size_t read_ids(struct arena *arena, const char *text, const char **ids)
{
	static const char between[] = "[]'\", ";
	size_t n = 0;

	for (text += strspn(text, between); *text; text += strspn(text, between)) {
		size_t length = strcspn(text, between);

		if (n == VOLUME_IDS_MAX)
			return n + 1;
		ids[n++] = arena_text_n(arena, text, length);
		text += length;
	}
	return n;
}

static bool add_ids(struct call *call, const struct volume_list_in *in, struct disk_filter *filter)
{
	const char **ids = arena_array(call_work_arena(call), const char *, VOLUME_IDS_MAX);

	if (!text_empty(in->ids)) {
		filter->n_ids = read_ids(call_work_arena(call), in->ids, ids);
		filter->ids = ids;
		return filter->n_ids <= VOLUME_IDS_MAX || call_refuse(call, REFUSE_PARAMETER_INVALID, "ids");
	}
	if (!text_empty(in->id)) {
		ids[0] = in->id;
		filter->ids = ids;
		filter->n_ids = 1;
	}
	return true;
}

/* There are no dedicated storages, and volumes of no other service. */
static bool asks_for_nothing(const struct volume_list_in *in)
{
	return !text_empty(in->storage) || !text_empty(in->storage_name) ||
	       (!text_empty(in->service) && !text_equal(in->service, "EVS"));
}

static bool make_filter(struct call *call, const struct volume_list_in *in, struct disk_filter *ret)
{
	static const char *const no_ids[1];
	const char *type = text_empty(in->type_id) ? in->type : in->type_id;
	const struct disk_category *category = text_empty(type) ? NULL : volume_type_of(call, type);

	*ret = DISK_FILTER_ANY;
	ret->account = call->work.caller.tenant.account;
	ret->scope = call->work.caller.tenant.scope;
	ret->region = call->work.caller.tenant.region;
	ret->zone = text_empty(in->zone) ? NULL : in->zone;
	ret->instance = text_empty(in->server) ? NULL : in->server;
	ret->multi_attach = in->multiattach.is == GIVEN ? in->multiattach.value : -1;
	ret->category = category ? category->id : NULL;
	if (!add_ids(call, in, ret))
		return false;
	if (asks_for_nothing(in) || (!text_empty(type) && !category)) {
		ret->ids = no_ids;
		ret->n_ids = 0;
	}
	return true;
}

/* ---- what is looked at one by one ---- */

/* {"a": "b"} as a parameter. */
static bool read_pairs(struct call *call, const char *name, const char *text, struct tree **ret)
{
	const char *error;

	*ret = NULL;
	if (text_empty(text))
		return true;
	*ret = tree_from_json(call_work_arena(call), text, strlen(text), 2, &error);
	return (*ret && (*ret)->kind == TREE_OBJECT) || call_refuse(call, REFUSE_FORMAT, name);
}

struct wants {
	const struct volume_list_in *in;
	struct tree *metadata, *not_metadata;
	const char *resource_group; /* NULL: any */
	bool by_one;                /* the store cannot tell all of it */
};

static bool read_wants(struct call *call, const struct volume_list_in *in, struct wants *ret)
{
	const char *project = in->enterprise_project;

	*ret = (struct wants){ .in = in };
	if (!read_pairs(call, "metadata", in->metadata, &ret->metadata) ||
	    !read_pairs(call, "not_metadata", in->not_metadata, &ret->not_metadata))
		return false;
	if (!text_empty(project) && !text_equal(project, "all_granted_eps"))
		ret->resource_group = text_equal(project, "0") ? "" : project;
	ret->by_one = ret->metadata || ret->not_metadata || ret->resource_group || !text_empty(in->status) ||
	              !text_empty(in->name) || in->bootable.is == GIVEN || !text_empty(in->marker);
	return true;
}

static bool has_all(const struct pairs *pairs, const struct tree *wanted)
{
	const struct tree *each;

	for (each = wanted->first; each; each = each->next) {
		if (!text_equal(volume_pair(pairs, each->name), each->value))
			return false;
	}
	return true;
}

static bool is_wanted(struct call *call, const struct wants *wants, const struct disk *disk)
{
	const struct volume_list_in *in = wants->in;

	if (!text_empty(in->name) && !text_equal(in->name, disk->name))
		return false;
	if (!text_empty(in->status) && !text_equal_nocase(in->status, volume_status(call, disk)))
		return false;
	if (wants->resource_group && !text_equal(text_or(disk->resource_group, ""), wants->resource_group))
		return false;
	if (in->bootable.is == GIVEN && in->bootable.value != volume_is_bootable(disk))
		return false;
	if (wants->metadata || wants->not_metadata) {
		struct pairs shown = volume_metadata(call, disk);

		return (!wants->metadata || has_all(&shown, wants->metadata)) &&
		       (!wants->not_metadata || !has_all(&shown, wants->not_metadata));
	}
	return true;
}

/* ---- order ---- */

static int by_text(const char *a, const char *b)
{
	return strcmp(a, b);
}

static int by_number(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int by_created(const void *a_, const void *b_)
{
	const struct disk *a = a_;
	const struct disk *b = b_;
	int order = by_number(a->created_at, b->created_at);

	return order ? order : by_text(a->id, b->id);
}

#define ORDER(key, compare)                                            \
	static int by_##key(const void *a_, const void *b_)            \
	{                                                              \
		const struct disk *a = a_;                             \
		const struct disk *b = b_;                             \
		int order = (compare);                                 \
                                                                       \
		return order ? order : by_created(a_, b_);             \
	}
ORDER(id, by_text(a->id, b->id))
ORDER(size, by_number(a->size_gib, b->size_gib))
ORDER(name, by_text(a->name, b->name))
ORDER(status, by_text(disk_status_names[a->status], disk_status_names[b->status]))

static const struct {
	const char *key;
	int (*compare)(const void *a, const void *b);
} orders[] = {
	{ "created_at", by_created }, { "id", by_id },     { "size", by_size },
	{ "name", by_name },          { "status", by_status }, { "display_name", by_name },
};

struct order {
	int (*compare)(const void *a, const void *b);
	bool ascending;
};

/* sort_key and sort_dir, or Cinder's "sort=key:dir". */
static bool read_order(struct call *call, const struct volume_list_in *in, struct order *ret)
{
	size_t length = strcspn(text_or(in->sort, ""), ":");
	const char *key = text_empty(in->sort_key) ? "created_at" : in->sort_key;
	const char *dir = text_empty(in->sort_dir) ? "desc" : in->sort_dir;
	size_t i;

	if (!text_empty(in->sort)) {
		key = arena_text_n(call_work_arena(call), in->sort, length);
		dir = in->sort[length] ? in->sort + length + 1 : dir;
	}
	*ret = (struct order){ .ascending = text_equal(dir, "asc") };
	if (!ret->ascending && !text_equal(dir, "desc"))
		return call_refuse(call, REFUSE_PARAMETER_INVALID, "sort_dir");
	for (i = 0; i < COUNT_OF(orders); i++) {
		if (text_equal(orders[i].key, key))
			ret->compare = orders[i].compare;
	}
	return ret->compare || call_refuse(call, REFUSE_PARAMETER_INVALID, "sort_key");
}

static void put_in_order(struct disk *disks, size_t n, const struct order *order)
{
	size_t i;

	if (order->compare == by_created && !order->ascending)
		return;
	qsort(disks, n, sizeof *disks, order->compare);
	for (i = 0; !order->ascending && i < n / 2; i++) {
		struct disk kept = disks[i];

		disks[i] = disks[n - 1 - i];
		disks[n - 1 - i] = kept;
	}
}

/* ---- pages ---- */

static size_t keep_wanted(struct call *call, const struct wants *wants, struct disk *disks, size_t n)
{
	size_t kept = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (is_wanted(call, wants, &disks[i]))
			disks[kept++] = disks[i];
	}
	return kept;
}

/* Behind the marker, which must be one of them. */
static bool skip_to(struct call *call, const char *marker, struct disk **disks, size_t *n)
{
	size_t i;

	if (text_empty(marker))
		return true;
	for (i = 0; i < *n; i++) {
		if (text_equal((*disks)[i].id, marker)) {
			*disks += i + 1;
			*n -= i + 1;
			return true;
		}
	}
	return call_refuse(call, REFUSE_PARAMETER_INVALID, "marker");
}

struct items volume_next_link(struct call *call, int64_t limit, const char *last)
{
	struct arena *arena = call_work_arena(call);
	struct volume_link *link = arena_new(arena, struct volume_link);
	const char *query = call->request.query;
	struct buf BUF_CLEANUP kept;

	buf_init(&kept, SIZE_MAX);
	while (!text_empty(query)) {
		size_t length = strcspn(query, "&");

		if (!text_starts(query, "marker=") && !text_starts(query, "offset=") && !text_starts(query, "limit=")) {
			buf_add(&kept, query, length);
			buf_add_char(&kept, '&');
		}
		query += length + (query[length] == '&');
	}
	*link = (struct volume_link){ arena_printf(arena, "%s%s?%slimit=%lld&marker=%s", rest_base_url(call),
		                                   call->request.path, kept.length ? buf_text(&kept) : "",
		                                   (long long)limit, last),
		                      "next" };
	return (struct items){ link, 1 };
}

static void show_all(struct call *call, const struct disk *disks, size_t n, struct volume_list *ret)
{
	struct volume_item *items = arena_array(call_work_arena(call), struct volume_item, n);
	size_t i;

	for (i = 0; i < n; i++)
		items[i] = volume_show(call, &disks[i]);
	ret->volumes = (struct items){ items, n };
}

bool volume_list(struct call *call, const struct volume_list_in *in, struct volume_list *ret)
{
	int64_t limit = in->limit.is == GIVEN && in->limit.value < VOLUME_LIST_MAX ? in->limit.value : VOLUME_LIST_MAX;
	struct page page = { .limit = limit + 1, .offset = in->offset.value };
	struct disk_filter filter;
	struct wants wants;
	struct order order;
	struct disk *disks;
	size_t n;

	if (!make_filter(call, in, &filter) || !read_wants(call, in, &wants) || !read_order(call, in, &order))
		return false;
	if (!wants.by_one && order.compare == by_created && !order.ascending) {
		n = disk_list(call->work.txn, &filter, &page, &disks);
		ret->total = disk_count(call->work.txn, &filter);
	} else {
		n = disk_list(call->work.txn, &filter, &(struct page){ 0 }, &disks);
		n = keep_wanted(call, &wants, disks, n);
		ret->total = (int64_t)n;
		put_in_order(disks, n, &order);
		if (!skip_to(call, in->marker, &disks, &n))
			return false;
		if ((size_t)page.offset >= n)
			n = 0;
		disks += n ? page.offset : 0;
		n -= n ? (size_t)page.offset : 0;
	}
	if (n > (size_t)limit) {
		n = (size_t)limit;
		if (n)
			ret->links = volume_next_link(call, limit, disks[n - 1].id);
	}
	show_all(call, disks, n, ret);
	return true;
}
