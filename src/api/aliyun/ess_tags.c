/* TagResources, UntagResources, ListTagResources, ListTagKeys, ListTagValues. */
#include <string.h>

#include "api/aliyun/ecs.h"
#include "api/aliyun/ess.h"
#include "api/aliyun/rpc_tagging.h"
#include "base/text.h"
#include "core/tagging.h"

#define IDS_MAX           50 /* TagResources page, ResourceId */
#define LIST_MAX          50 /* of a page */
#define WORDS_MAX         50 /* ListTagKeys page, PageSize */
#define WORDS_DEFAULT     10
#define TAG_KEY_MAX       128
#define TOKEN_WORD_PREFIX '=' /* a value may be empty, a token may not */

static const char *const words[TAGGED_MAX] = { [TAGGED_SCALING_GROUP] = "scalinggroup" };
static const char *const types[] = { "scalinggroup", NULL };

static const struct error_row bad_type = { REFUSE_FIELD, 400, "InvalidResourceType.NotFound",
	                                   "The ResourceType provided does not exist in our records.", "ListTagKeys page" };

#define FIELD_TAGGED_TYPE(T) \
	TEXT(T, type, "ResourceType", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .values = types, .bad = &bad_type)
#define FIELD_TAGGED_IDS(T, more) TEXTS(T, ids, "ResourceId", .later = "ResourceIds", .flags = more, .max = IDS_MAX)

#define ROW_IDS_UNKNOWN                                                                                        \
	{ REFUSE_RESOURCE_UNKNOWN, 404, "InvalidResourceId.NotFound",                                          \
	  "The specified ResourceIds are not found in our records.", "TagResources page of ECS" }

/* ---- TagResources ---- */

struct tag_in {
	const char *region, *type;
	struct texts ids;
	struct items tags;
};

static const struct field tag_in_fields[] = {
	TEXT(struct tag_in, region, "RegionId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	FIELD_TAGGED_TYPE(struct tag_in),
	FIELD_TAGGED_IDS(struct tag_in, FIELD_REQUIRED | FIELD_EXACT),
	ITEMS(struct tag_in, tags, "Tag", .later = "Tags", .of = &ess_tag_in_shape, .flags = FIELD_REQUIRED, .max = RPC_TAGS_MAX),
	FIELDS_END,
};

static const struct error_row tag_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	ROW_IDS_UNKNOWN,
	{ REFUSE_TAG_LIMIT, 400, "OperationDenied.QuotaExceed", "The quota of tags on resource is beyond permitted range.",
	  "TagResources page of ECS" },
	ROWS_TAGS,
	ROWS_END,
};

static bool tag_run(struct call *call, const void *in_, void *out)
{
	const struct tag_in *in = in_;

	(void)out;
	return rpc_tag_resources(call, rpc_tagged_of(words, in->type), &in->ids, &in->tags);
}

const struct operation ess_tag_resources = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "TagResources",
	.mode = OPERATION_WRITE,
	.permission = "ess:TagResources",
	.resource = "{ResourceType}/{ResourceId}",
	.in = { sizeof(struct tag_in), tag_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = tag_errors,
	.run = tag_run,
	.doc = "Sets tags on scaling groups; on all of them or on none.",
};

/* ---- UntagResources ---- */

struct untag_in {
	const char *region, *type;
	struct texts ids, keys;
	struct opt_bool all;
};

static const struct field untag_in_fields[] = {
	TEXT(struct untag_in, region, "RegionId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	FIELD_TAGGED_TYPE(struct untag_in),
	FIELD_TAGGED_IDS(struct untag_in, FIELD_REQUIRED | FIELD_EXACT),
	TEXTS(struct untag_in, keys, "TagKey", .later = "TagKeys", .max = RPC_TAGS_MAX),
	OPT_BOOL(struct untag_in, all, "All", .doc = "true: takes all tags off, where no TagKey is given."),
	FIELDS_END,
};

static const struct error_row untag_errors[] = { ESS_ROW_EMPTY, ESS_ROW_REGION, ROW_IDS_UNKNOWN, ROWS_END };

static bool untag_run(struct call *call, const void *in_, void *out)
{
	const struct untag_in *in = in_;

	(void)out;
	return rpc_untag_resources(call, rpc_tagged_of(words, in->type), &in->ids, &in->keys, in->all.value);
}

const struct operation ess_untag_resources = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "UntagResources",
	.mode = OPERATION_WRITE,
	.permission = "ess:UntagResources",
	.resource = "{ResourceType}/{ResourceId}",
	.in = { sizeof(struct untag_in), untag_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = untag_errors,
	.run = untag_run,
	.doc = "Takes tags off scaling groups. Instances keep those that they got.",
};

/* ---- ListTagResources ---- */

struct list_in {
	const char *region, *type, *next_token;
	struct texts ids;
	struct items tags;
};

struct list_out {
	struct items resources;
	const char *next_token;
};

static const struct field list_in_fields[] = {
	TEXT(struct list_in, region, "RegionId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	FIELD_TAGGED_TYPE(struct list_in),
	FIELD_TAGGED_IDS(struct list_in, FIELD_EXACT),
	ITEMS(struct list_in, tags, "Tag", .later = "Tags", .of = &ess_tag_filter_shape, .max = RPC_TAGS_MAX, .doc = "All must match."),
	TEXT(struct list_in, next_token, "NextToken", .doc = "A page has 50 tags."),
	FIELDS_END,
};

static const struct field tagged_fields[] = {
	TEXT(struct rpc_tagged_item, resource, "ResourceId"),
	TEXT(struct rpc_tagged_item, type, "ResourceType"),
	TEXT(struct rpc_tagged_item, key, "TagKey"),
	TEXT(struct rpc_tagged_item, value, "TagValue"),
	BOOL(struct rpc_tagged_item, propagate, "Propagate"),
	FIELDS_END,
};
static const struct shape tagged_shape = { sizeof(struct rpc_tagged_item), tagged_fields };

static const struct field list_out_fields[] = {
	ITEMS(struct list_out, resources, "TagResources", .item = "TagResource", .of = &tagged_shape),
	TEXT(struct list_out, next_token, "NextToken"),
	FIELDS_END,
};

static const struct error_row read_errors[] = { ESS_ROW_EMPTY, ESS_ROW_REGION, ROWS_END };

static bool list_run(struct call *call, const void *in_, void *out_)
{
	const struct list_in *in = in_;
	struct list_out *out = out_;
	struct rpc_tagged_list list = {
		.kind = rpc_tagged_of(words, in->type),
		.type = in->type,
		.ids = in->ids,
		.filters = in->tags,
		.next_token = in->next_token,
		.limit = LIST_MAX,
	};

	return rpc_list_tagged(call, &list, &out->resources, &out->next_token);
}

const struct operation ess_list_tag_resources = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "ListTagResources",
	.mode = OPERATION_READ,
	.permission = "ess:ListTagResources",
	.resource = "{ResourceType}/{ResourceId}",
	.in = { sizeof(struct list_in), list_in_fields },
	.out = { sizeof(struct list_out), list_out_fields },
	.errors = read_errors,
	.run = list_run,
	.doc = "Lists the tags of scaling groups, by id and key.",
};

/* ---- ListTagKeys, ListTagValues ---- */

struct words_in {
	const char *region, *type, *key, *next_token;
	struct opt_int page_size;
};

struct words_out {
	struct texts words;
	const char *next_token;
	int64_t page_size;
};

#define WORDS_IN_FIELDS                                                                            \
	TEXT(struct words_in, region, "RegionId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),      \
	FIELD_TAGGED_TYPE(struct words_in),                                                        \
	TEXT(struct words_in, next_token, "NextToken"),                                            \
	OPT_INT(struct words_in, page_size, "PageSize", .min = 1, .max = WORDS_MAX, .doc = "Default 10.")

static const struct field keys_in_fields[] = { WORDS_IN_FIELDS, FIELDS_END };
static const struct field values_in_fields[] = {
	WORDS_IN_FIELDS,
	TEXT(struct words_in, key, "Key", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	FIELDS_END,
};

static const struct field keys_out_fields[] = {
	TEXTS(struct words_out, words, "Keys", .item = "Key"),
	TEXT(struct words_out, next_token, "NextToken"),
	INT(struct words_out, page_size, "PageSize"),
	FIELDS_END,
};
static const struct field values_out_fields[] = {
	TEXTS(struct words_out, words, "Values", .item = "Value"),
	TEXT(struct words_out, next_token, "NextToken"),
	INT(struct words_out, page_size, "PageSize"),
	FIELDS_END,
};

/* A page of the keys, or of one key's values: each once, in their order, those behind the last one that a token names. */
static bool list_words(struct call *call, const struct words_in *in, struct words_out *out)
{
	struct tag_search search = { .account = call->caller.tenant.account, .region = call->caller.tenant.region };
	bool behind = !text_empty(in->next_token);
	const char *last = behind ? in->next_token + 1 : "";
	struct tag_count *counts;
	size_t n;
	size_t i;

	if (!rpc_region_known(call))
		return false;
	if (behind && *in->next_token != TOKEN_WORD_PREFIX)
		return call_refuse(call, REFUSE_PARAMETER_INVALID, "NextToken");
	out->page_size = in->page_size.is == GIVEN ? in->page_size.value : WORDS_DEFAULT;
	out->words.items = arena_array(call_work_arena(call), const char *, (size_t)out->page_size);
	out->next_token = "";
	n = tagging_count(&call->work, &search, (int)rpc_tagged_of(words, in->type), &counts);
	for (i = 0; i < n; i++) {
		const char *word = in->key ? counts[i].value : counts[i].key;

		if ((in->key && !text_equal(counts[i].key, in->key)) || (behind && strcmp(word, last) <= 0))
			continue;
		if ((int64_t)out->words.n == out->page_size) {
			out->next_token = arena_printf(call_work_arena(call), "%c%s", TOKEN_WORD_PREFIX, last);
			break;
		}
		out->words.items[out->words.n++] = last = word;
		behind = true;
	}
	return true;
}

static bool keys_run(struct call *call, const void *in, void *out)
{
	return list_words(call, in, out);
}

const struct operation ess_list_tag_keys = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "ListTagKeys",
	.mode = OPERATION_READ,
	.permission = "ess:ListTagKeys",
	.resource = "scalinggroup/*",
	.in = { sizeof(struct words_in), keys_in_fields },
	.out = { sizeof(struct words_out), keys_out_fields },
	.errors = read_errors,
	.run = keys_run,
	.doc = "Lists the keys of the tags that scaling groups of a region bear.",
};

static const struct error_row values_errors[] = {
	ESS_ROW_EMPTY,
	ESS_ROW_REGION,
	{ REFUSE_TAG_KEY, 400, "InvalidTagKey.Malformed", "The specified tag key \"%s\" is not valid.", NULL },
	ROWS_END,
};

static bool values_run(struct call *call, const void *in_, void *out)
{
	const struct words_in *in = in_;
	struct rpc_tag key = { .key = in->key };

	if (text_characters(in->key) > TAG_KEY_MAX)
		return call_refuse(call, REFUSE_TAG_KEY, in->key);
	return rpc_tags_check(call, &(struct items){ &key, 1 }) && list_words(call, in, out);
}

const struct operation ess_list_tag_values = {
	.product = "ess",
	.version = ESS_VERSION,
	.name = "ListTagValues",
	.mode = OPERATION_READ,
	.permission = "ess:ListTagValues",
	.resource = "scalinggroup/*",
	.in = { sizeof(struct words_in), values_in_fields },
	.out = { sizeof(struct words_out), values_out_fields },
	.errors = values_errors,
	.run = values_run,
	.doc = "Lists the values that a key has on scaling groups of a region.",
};
