/* DescribeTags. */
#include "api/aliyun/ecs.h"
#include "api/aliyun/ecs_tagged.h"
#include "api/aliyun/rpc_tagging.h"
#include "base/text.h"
#include "core/tagging.h"

#define PAGE_SIZE_DEFAULT 50

struct describe_in {
	const char *region, *type, *resource, *category;
	struct items tags;
	struct opt_int page_number, page_size;
};

struct count_item {
	int64_t instances, disks, snapshots, groups, zero;
};

struct tag_item {
	const char *key, *value;
	struct count_item counts;
};

struct describe_out {
	struct items tags;
	struct rpc_pages pages;
};

static const struct error_row bad_key = { REFUSE_FIELD, 400, "InvalidTagKey.Malformed",
	                                  "The parameter Tag.n.Key is illegal.", NULL };
static const struct error_row bad_value = { REFUSE_FIELD, 400, "InvalidTagValue.Malformed",
	                                    "The parameter Tag.n.Value is illegal.", NULL };
static const struct error_row bad_count = { REFUSE_FIELD, 400, "InvalidTagCount",
	                                    "The specified tags are beyond the permitted range.", NULL };

static const struct field tag_in_fields[] = {
	TEXT(struct rpc_tag, key, "Key", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = 128, .also = "key", .bad = &bad_key),
	TEXT(struct rpc_tag, value, "Value", .max = 128, .also = "value", .bad = &bad_value),
	FIELDS_END,
};
static const struct shape tag_in_shape = { sizeof(struct rpc_tag), tag_in_fields };

static const struct field in_fields[] = {
	TEXT(struct describe_in, region, "RegionId", .flags = FIELD_REQUIRED, .doc = "Region."),
	TEXT(struct describe_in, type, "ResourceType", .values = ecs_tagged_types, .bad = &ecs_bad_tagged_type),
	TEXT(struct describe_in, resource, "ResourceId"),
	TEXT(struct describe_in, category, "Category", .flags = FIELD_ACCEPTED),
	ITEMS(struct describe_in, tags, "Tag", .of = &tag_in_shape, .max = RPC_TAGS_MAX, .bad = &bad_count,
	      .doc = "Tags of things that bear all of these."),
	OPT_INT(struct describe_in, page_number, "PageNumber", .min = 1, .max = 1000000),
	OPT_INT(struct describe_in, page_size, "PageSize", .min = 1, .max = 100, .doc = "Default 50."),
	FIELDS_END,
};

static const struct field count_fields[] = {
	INT(struct count_item, instances, "Instance"),
	INT(struct count_item, disks, "Disk"),
	INT(struct count_item, groups, "Securitygroup"),
	INT(struct count_item, snapshots, "Snapshot"),
	INT(struct count_item, zero, "Image"),
	INT(struct count_item, zero, "Volume"),
	INT(struct count_item, zero, "Eni"),
	INT(struct count_item, zero, "Ddh"),
	INT(struct count_item, zero, "KeyPair"),
	INT(struct count_item, zero, "LaunchTemplate"),
	INT(struct count_item, zero, "ReservedInstance"),
	INT(struct count_item, zero, "SnapshotPolicy"),
	FIELDS_END,
};
static const struct shape count_shape = { sizeof(struct count_item), count_fields };

static const struct field tag_fields[] = {
	TEXT(struct tag_item, key, "TagKey"),
	TEXT(struct tag_item, value, "TagValue"),
	OBJECT(struct tag_item, counts, "ResourceTypeCount", .of = &count_shape),
	FIELDS_END,
};
static const struct shape tag_shape = { sizeof(struct tag_item), tag_fields };

static const struct field out_fields[] = {
	ITEMS(struct describe_out, tags, "Tags", .item = "Tag", .of = &tag_shape),
	OPT_INT(struct describe_out, pages.total, "TotalCount"),
	OPT_INT(struct describe_out, pages.page_number, "PageNumber"),
	OPT_INT(struct describe_out, pages.page_size, "PageSize"),
	FIELDS_END,
};

static const struct error_row errors[] = {
	ROW_REGION_NOT_FOUND,
	ROWS_END,
};

/* Tags of kinds that are not ECS's are left out. */
static bool is_of_ecs(const struct tag_count *count)
{
	int kind;

	for (kind = 0; kind < TAGGED_MAX; kind++) {
		if (ecs_tagged_words[kind] && count->things[kind])
			return true;
	}
	return false;
}

static size_t count_tags(struct call *call, const struct describe_in *in, struct tag_count **ret)
{
	struct tag_search search = {
		.account = call->caller.tenant.account,
		.region = call->caller.tenant.region,
		.resources = text_empty(in->resource) ? NULL : &in->resource,
		.n_resources = 1,
		.tags = rpc_tag_filters(call, &in->tags),
		.n_tags = in->tags.n,
	};
	int kind = text_empty(in->type) ? -1 : (int)rpc_tagged_of(ecs_tagged_words, in->type);
	size_t n;
	size_t kept = 0;
	size_t i;

	if (!search.resources)
		search.n_resources = 0;
	n = tagging_count(&call->work, &search, kind, ret);
	for (i = 0; i < n; i++) {
		if (is_of_ecs(&(*ret)[i]))
			(*ret)[kept++] = (*ret)[i];
	}
	return kept;
}

static bool run(struct call *call, const void *in_, void *out_)
{
	const struct describe_in *in = in_;
	struct describe_out *out = out_;
	struct rpc_paging paging = { .page_number = in->page_number, .page_size = in->page_size };
	struct tag_count *counts;
	struct tag_item *items;
	struct rpc_list list;
	size_t shown = 0;
	size_t n;
	size_t i;

	if (!rpc_region_known(call))
		return false;
	if (paging.page_size.is != GIVEN)
		paging.page_size = (struct opt_int){ GIVEN, PAGE_SIZE_DEFAULT };
	if (!rpc_list_begin(call, &paging, 1, 1, &list))
		return false;
	n = count_tags(call, in, &counts);
	items = arena_array(call_work_arena(call), struct tag_item, (size_t)list.page.limit);
	for (i = (size_t)list.page.offset; i < n && (int64_t)shown < list.page.limit; i++) {
		const int64_t *things = counts[i].things;

		items[shown++] = (struct tag_item){
			.key = counts[i].key,
			.value = counts[i].value,
			.counts = { things[TAGGED_INSTANCE], things[TAGGED_DISK], things[TAGGED_SNAPSHOT],
			            things[TAGGED_SECURITY_GROUP], 0 },
		};
	}
	rpc_list_end(&list, (int64_t)n, &out->pages);
	out->tags = (struct items){ items, shown };
	return true;
}

const struct operation ecs_describe_tags = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DescribeTags",
	.mode = OPERATION_READ,
	.permission = "ecs:DescribeTags",
	.resource = "{ResourceType}/{ResourceId}",
	.in = { sizeof(struct describe_in), in_fields },
	.out = { sizeof(struct describe_out), out_fields },
	.errors = errors,
	.run = run,
	.doc = "Lists tags with how many things of each kind bear them, by key and value.",
};
