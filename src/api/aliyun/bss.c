/* BssOpenApi, and its QueryAvailableInstances. */
#include "api/aliyun/bss.h"

#include <string.h>

#include "api/aliyun/rpc.h"
#include "base/moment.h"
#include "base/text.h"

#define PAGE_SIZE_DEFAULT 20
#define PAGE_SIZE_MAX     300
#define IDS_MAX           100
#define IDS_LENGTH        4000

#define PRODUCT_INSTANCE "ecs"
#define PRODUCT_DISK     "yundisk"

#define OPERATION(name) extern const struct operation bss_##name;
#include "api/aliyun/bss_operations.def"
#undef OPERATION

static const struct operation *const operations[] = {
#define OPERATION(name) &bss_##name,
#include "api/aliyun/bss_operations.def"
#undef OPERATION
	NULL,
};

const struct product product_bss = {
	.name = "bssapi",
	.title = "BssOpenApi",
	.version = BSS_VERSION,
	.operations = operations,
};

/* ---- QueryAvailableInstances ---- */

struct query_in {
	const char *region;
	const char *product;
	const char *product_type;
	const char *subscription;
	const char *ids;
	const char *renew_status;
	const char *created_from, *created_to;
	const char *ends_from, *ends_to;
	struct opt_int page;
	struct opt_int page_size;
};

struct query_item {
	const char *id, *product, *subscription, *status, *sub_status, *region, *renew_status, *created, *end;
	int64_t owner;
};

struct query_data {
	struct items list;
	int64_t page, page_size, total;
};

struct query_out {
	struct query_data data;
	const char *code, *message;
	bool success;
};

static const char *const subscriptions[] = { "Subscription", "PayAsYouGo", NULL };
static const char *const renew_words[] = { "AutoRenewal", "ManualRenewal", "NotRenewal", NULL };

static const struct field query_in_fields[] = {
	TEXT(struct query_in, region, "Region", .max = 64),
	TEXT(struct query_in, product, "ProductCode", .max = 64,
	     .doc = PRODUCT_INSTANCE " or " PRODUCT_DISK "; of other products there is nothing."),
	TEXT(struct query_in, product_type, "ProductType", .max = 64, .flags = FIELD_ACCEPTED),
	TEXT(struct query_in, subscription, "SubscriptionType", .values = subscriptions,
	     .doc = "What is paid for as it is used is not listed."),
	TEXT(struct query_in, ids, "InstanceIDs", .max = IDS_LENGTH, .doc = "Separated by commas, at most 100."),
	TEXT(struct query_in, renew_status, "RenewStatus", .values = renew_words, .doc = "All here is ManualRenewal."),
	TIME(struct query_in, created_from, "CreateTimeStart"),
	TIME(struct query_in, created_to, "CreateTimeEnd"),
	TIME(struct query_in, ends_from, "EndTimeStart", .flags = FIELD_ACCEPTED),
	TIME(struct query_in, ends_to, "EndTimeEnd", .flags = FIELD_ACCEPTED),
	OPT_INT(struct query_in, page, "PageNum", .min = 1, .max = 1000000, .doc = "Default 1."),
	OPT_INT(struct query_in, page_size, "PageSize", .min = 1, .max = PAGE_SIZE_MAX, .doc = "Default 20."),
	FIELDS_END,
};

static const struct field item_fields[] = {
	INT(struct query_item, owner, "OwnerId"),
	TEXT(struct query_item, product, "ProductCode"),
	TEXT(struct query_item, product, "ProductType"),
	TEXT(struct query_item, subscription, "SubscriptionType"),
	TEXT(struct query_item, id, "InstanceID"),
	TEXT(struct query_item, region, "Region"),
	TEXT(struct query_item, created, "CreateTime"),
	TEXT(struct query_item, end, "EndTime"),
	TEXT(struct query_item, status, "Status"),
	TEXT(struct query_item, sub_status, "SubStatus"),
	TEXT(struct query_item, renew_status, "RenewStatus"),
	FIELDS_END,
};
static const struct shape item_shape = { sizeof(struct query_item), item_fields };

static const struct field data_fields[] = {
	INT(struct query_data, page, "PageNum"),
	INT(struct query_data, page_size, "PageSize"),
	INT(struct query_data, total, "TotalCount"),
	ITEMS(struct query_data, list, "InstanceList", .of = &item_shape),
	FIELDS_END,
};
static const struct shape data_shape = { sizeof(struct query_data), data_fields };

static const struct field query_out_fields[] = {
	TEXT(struct query_out, code, "Code"),
	TEXT(struct query_out, message, "Message"),
	BOOL(struct query_out, success, "Success"),
	OBJECT(struct query_out, data, "Data", .of = &data_shape),
	FIELDS_END,
};

/* One page over two lists: the instances, then the disks. */
struct query {
	struct call *call;
	const struct query_in *in;
	const char *const *ids;
	size_t n_ids;
	int64_t created_from, created_to;
	int64_t skip, room;
	struct query_item *items;
	size_t n;
	int64_t total;
};

static bool read_ids(struct query *query)
{
	char *rest = arena_text(call_work_arena(query->call), query->in->ids);
	const char **ids = arena_array(call_work_arena(query->call), const char *, IDS_MAX);
	char *id;

	while ((id = strsep(&rest, ","))) {
		if (query->n_ids == IDS_MAX)
			return false;
		ids[query->n_ids++] = id;
	}
	query->ids = ids;
	return true;
}

static void add(struct query *query, const char *product, const char *id, const char *region, int64_t created_at,
                int64_t expires_at)
{
	struct arena *arena = call_work_arena(query->call);
	struct query_item *item = &query->items[query->n++];

	*item = (struct query_item){
		.id = id,
		.product = product,
		.subscription = "Subscription",
		.status = "Normal",
		.sub_status = "Normal",
		.region = region,
		.renew_status = "ManualRenewal",
		.created = moment_seconds_text(arena, created_at),
		.end = moment_seconds_text(arena, expires_at),
	};
	text_to_int64(query->call->caller.tenant.account, &item->owner);
}

/* The part of the page that lies in a list of `count`; the next list goes on behind it. */
static struct page part(struct query *query, int64_t count)
{
	struct page page = { .offset = query->skip < count ? query->skip : count };

	page.limit = count - page.offset < query->room ? count - page.offset : query->room;
	query->skip -= page.offset;
	query->room -= page.limit;
	query->total += count;
	return page;
}

static const char *given(const char *text)
{
	return text_empty(text) ? NULL : text;
}

static void add_instances(struct query *query)
{
	const struct tenant *tenant = &query->call->caller.tenant;
	struct instance_filter filter = INSTANCE_FILTER_ANY;
	struct instance *rows;
	struct page page;
	size_t n;
	size_t i;

	filter.realm = tenant->realm;
	filter.account = tenant->account;
	filter.region = given(query->in->region);
	filter.charge_type = CHARGE_PRE_PAID;
	filter.ids = query->ids;
	filter.n_ids = query->n_ids;
	filter.created_from = query->created_from;
	filter.created_to = query->created_to;
	page = part(query, instance_count(query->call->work.txn, &filter));
	n = page.limit ? instance_list(query->call->work.txn, &filter, &page, &rows) : 0;
	for (i = 0; i < n; i++)
		add(query, PRODUCT_INSTANCE, rows[i].id, rows[i].tenant.region, rows[i].created_at, rows[i].expires_at);
}

static void add_disks(struct query *query)
{
	const struct tenant *tenant = &query->call->caller.tenant;
	struct disk_filter filter = DISK_FILTER_ANY;
	struct disk *rows;
	struct page page;
	size_t n;
	size_t i;

	filter.realm = tenant->realm;
	filter.account = tenant->account;
	filter.region = given(query->in->region);
	filter.charge_type = CHARGE_PRE_PAID;
	filter.ids = query->ids;
	filter.n_ids = query->n_ids;
	filter.created_from = query->created_from;
	filter.created_to = query->created_to;
	page = part(query, disk_count(query->call->work.txn, &filter));
	n = page.limit ? disk_list(query->call->work.txn, &filter, &page, &rows) : 0;
	for (i = 0; i < n; i++)
		add(query, PRODUCT_DISK, rows[i].id, rows[i].tenant.region, rows[i].created_at, rows[i].expires_at);
}

/* What was asked for can be there at all. */
static bool is_possible(const struct query_in *in)
{
	return !text_equal(in->subscription, "PayAsYouGo") &&
	       (text_empty(in->renew_status) || text_equal(in->renew_status, "ManualRenewal"));
}

static bool query_run(struct call *call, const void *in_, void *out_)
{
	const struct query_in *in = in_;
	struct query_out *out = out_;
	int64_t number = in->page.is == GIVEN ? in->page.value : 1;
	int64_t size = in->page_size.is == GIVEN ? in->page_size.value : PAGE_SIZE_DEFAULT;
	struct query query = {
		.call = call,
		.in = in,
		.skip = (number - 1) * size,
		.room = size,
		.items = arena_array(call_work_arena(call), struct query_item, (size_t)size),
	};

	if (!text_empty(in->ids) && !read_ids(&query))
		return call_refuse(call, REFUSE_PARAMETER_INVALID, "InstanceIDs");
	moment_parse(text_or(in->created_from, ""), &query.created_from);
	moment_parse(text_or(in->created_to, ""), &query.created_to);
	if (is_possible(in)) {
		if (text_empty(in->product) || text_equal_nocase(in->product, PRODUCT_INSTANCE))
			add_instances(&query);
		if (text_empty(in->product) || text_equal_nocase(in->product, PRODUCT_DISK))
			add_disks(&query);
	}
	*out = (struct query_out){
		.data = { { query.items, query.n }, number, size, query.total },
		.code = "Success",
		.message = "Successful!",
		.success = true,
	};
	return true;
}

const struct operation bss_query_available_instances = {
	.product = "bssapi",
	.version = BSS_VERSION,
	.name = "QueryAvailableInstances",
	.mode = OPERATION_READ,
	.permission = "bssapi:QueryAvailableInstances",
	.resource = "*",
	.in = { sizeof(struct query_in), query_in_fields },
	.out = { sizeof(struct query_out), query_out_fields },
	.run = query_run,
	.doc = "Lists instances, then disks, that are paid for in advance, newest first.",
};
