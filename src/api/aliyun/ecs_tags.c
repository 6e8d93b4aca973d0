/* TagResources, UntagResources, ListTagResources, and the older AddTags and RemoveTags. */
#include "api/aliyun/ecs.h"
#include "api/aliyun/ecs_tagged.h"
#include "api/aliyun/rpc_tagging.h"
#include "base/text.h"
#include "core/tagging.h"

#define IDS_MAX  50
#define LIST_MAX 50 /* of a page */

const char *const ecs_tagged_words[TAGGED_MAX] = {
	[TAGGED_INSTANCE] = "instance",
	[TAGGED_DISK] = "disk",
	[TAGGED_SNAPSHOT] = "snapshot",
	[TAGGED_SECURITY_GROUP] = "securitygroup",
};
const char *const ecs_tagged_types[] = { "instance", "disk", "snapshot", "securitygroup", NULL };

#define BAD(row, code, message) \
	static const struct error_row row = { REFUSE_FIELD, 400, code, message, NULL }
BAD(bad_ids, "NumberExceed.ResourceIds", "The ResourceIds parameter's number is exceed , Valid : 50");
BAD(bad_tags, "NumberExceed.Tags", "The Tags parameter's number is exceed , Valid : 20");
BAD(bad_count, "InvalidTagCount", "The specified tags are beyond the permitted range.");
const struct error_row ecs_bad_tagged_type = { REFUSE_FIELD, 404, "InvalidResourceType.NotFound",
	                                       "The ResourceType provided does not exist in our records.", NULL };

#define FIELD_TYPE(T)                                                                                          \
	TEXT(T, type, "ResourceType", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .values = ecs_tagged_types,   \
	     .bad = &ecs_bad_tagged_type)
#define FIELD_REGION(T) TEXT(T, region, "RegionId", .flags = FIELD_REQUIRED, .doc = "Region.")

#define ROW_IDS_UNKNOWN                                               \
	{ REFUSE_RESOURCE_UNKNOWN, 404, "InvalidResourceId.NotFound", \
	  "The specified ResourceIds are not found in our records.", NULL }
#define ROW_ID_UNKNOWN                                                \
	{ REFUSE_RESOURCE_UNKNOWN, 404, "InvalidResourceId.NotFound", \
	  "The specified ResourceId is not found in our records.", NULL }
#define ROW_QUOTA                                                   \
	{ REFUSE_TAG_LIMIT, 400, "OperationDenied.QuotaExceed",     \
	  "The quota of tags on resource is beyond permitted range.", NULL }

/* ---- TagResources ---- */

struct tag_in {
	const char *region, *type;
	struct texts ids;
	struct items tags;
};

static const struct field tag_in_fields[] = {
	FIELD_REGION(struct tag_in),
	FIELD_TYPE(struct tag_in),
	TEXTS(struct tag_in, ids, "ResourceId", .flags = FIELD_REQUIRED, .max = IDS_MAX, .bad = &bad_ids),
	ITEMS(struct tag_in, tags, "Tag", .of = &rpc_tag_in_shape, .flags = FIELD_REQUIRED, .max = RPC_TAGS_MAX,
	      .bad = &bad_tags),
	FIELDS_END,
};

static const struct error_row tag_errors[] = {
	ROW_EMPTY,
	ROW_REGION_NOT_FOUND,
	ROW_IDS_UNKNOWN,
	ROW_QUOTA,
	ROWS_TAGS,
	ROWS_END,
};

static bool tag_run(struct call *call, const void *in_, void *out)
{
	const struct tag_in *in = in_;

	(void)out;
	return rpc_tag_resources(call, rpc_tagged_of(ecs_tagged_words, in->type), &in->ids, &in->tags);
}

const struct operation ecs_tag_resources = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "TagResources",
	.mode = OPERATION_WRITE,
	.permission = "ecs:TagResources",
	.resource = "{ResourceType}/{ResourceId}",
	.in = { sizeof(struct tag_in), tag_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = tag_errors,
	.run = tag_run,
	.doc = "Sets tags on things of one kind: on all of them or on none.",
};

/* ---- UntagResources ---- */

struct untag_in {
	const char *region, *type;
	struct texts ids, keys;
	struct opt_bool all;
};

static const struct field untag_in_fields[] = {
	FIELD_REGION(struct untag_in),
	FIELD_TYPE(struct untag_in),
	TEXTS(struct untag_in, ids, "ResourceId", .flags = FIELD_REQUIRED, .max = IDS_MAX, .bad = &bad_ids),
	TEXTS(struct untag_in, keys, "TagKey", .max = RPC_TAGS_MAX, .bad = &bad_tags),
	OPT_BOOL(struct untag_in, all, "All", .doc = "Takes all tags off where no TagKey is given."),
	FIELDS_END,
};

static const struct error_row untag_errors[] = {
	ROW_EMPTY,
	ROW_REGION_NOT_FOUND,
	ROW_IDS_UNKNOWN,
	ROWS_END,
};

static bool untag_run(struct call *call, const void *in_, void *out)
{
	const struct untag_in *in = in_;

	(void)out;
	return rpc_untag_resources(call, rpc_tagged_of(ecs_tagged_words, in->type), &in->ids, &in->keys, in->all.value);
}

const struct operation ecs_untag_resources = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "UntagResources",
	.mode = OPERATION_WRITE,
	.permission = "ecs:UntagResources",
	.resource = "{ResourceType}/{ResourceId}",
	.in = { sizeof(struct untag_in), untag_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = untag_errors,
	.run = untag_run,
	.doc = "Takes tags off things of one kind.",
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
	FIELD_REGION(struct list_in),
	FIELD_TYPE(struct list_in),
	TEXTS(struct list_in, ids, "ResourceId", .max = IDS_MAX, .bad = &bad_ids),
	ITEMS(struct list_in, tags, "Tag", .of = &rpc_tag_in_shape, .max = RPC_TAGS_MAX, .bad = &bad_tags,
	      .doc = "All must match."),
	TEXT(struct list_in, next_token, "NextToken", .doc = "A page has 50 tags."),
	FIELDS_END,
};

static const struct field list_out_fields[] = {
	ITEMS(struct list_out, resources, "TagResources", .item = "TagResource", .of = &rpc_tagged_shape),
	TEXT(struct list_out, next_token, "NextToken"),
	FIELDS_END,
};

static const struct error_row list_errors[] = {
	ROW_EMPTY,
	ROW_REGION_NOT_FOUND,
	ROWS_END,
};

static bool list_run(struct call *call, const void *in_, void *out_)
{
	const struct list_in *in = in_;
	struct list_out *out = out_;
	struct rpc_tagged_list list = {
		.kind = rpc_tagged_of(ecs_tagged_words, in->type),
		.type = in->type,
		.ids = in->ids,
		.filters = in->tags,
		.next_token = in->next_token,
		.limit = LIST_MAX,
	};

	return rpc_list_tagged(call, &list, &out->resources, &out->next_token);
}

const struct operation ecs_list_tag_resources = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "ListTagResources",
	.mode = OPERATION_READ,
	.permission = "ecs:ListTagResources",
	.resource = "{ResourceType}/{ResourceId}",
	.in = { sizeof(struct list_in), list_in_fields },
	.out = { sizeof(struct list_out), list_out_fields },
	.errors = list_errors,
	.run = list_run,
	.doc = "Lists the tags of things of one kind, by id and key.",
};

/* ---- AddTags ---- */

struct one_in {
	const char *region, *type, *resource;
	struct items tags;
};

static const struct field one_in_fields[] = {
	FIELD_REGION(struct one_in),
	FIELD_TYPE(struct one_in),
	TEXT(struct one_in, resource, "ResourceId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	ITEMS(struct one_in, tags, "Tag", .of = &rpc_tag_in_shape, .flags = FIELD_REQUIRED, .max = RPC_TAGS_MAX,
	      .bad = &bad_count),
	FIELDS_END,
};

static const struct error_row add_errors[] = {
	ROW_EMPTY,
	ROW_REGION_NOT_FOUND,
	ROW_ID_UNKNOWN,
	ROW_QUOTA,
	ROWS_TAGS,
	ROWS_END,
};

static bool add_run(struct call *call, const void *in_, void *out)
{
	const struct one_in *in = in_;
	const char *ids[] = { in->resource };
	struct texts one = { ids, 1 };

	(void)out;
	return rpc_tag_resources(call, rpc_tagged_of(ecs_tagged_words, in->type), &one, &in->tags);
}

const struct operation ecs_add_tags = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "AddTags",
	.mode = OPERATION_WRITE,
	.permission = "ecs:AddTags",
	.resource = "{ResourceType}/{ResourceId}",
	.in = { sizeof(struct one_in), one_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = add_errors,
	.run = add_run,
	.doc = "Sets tags on one thing.",
};

/* ---- RemoveTags ---- */

static const struct error_row remove_errors[] = {
	ROW_EMPTY,
	ROW_REGION_NOT_FOUND,
	ROW_ID_UNKNOWN,
	ROWS_END,
};

/* A key alone takes the tag off whatever its value; a pair only where it is alike. */
static bool remove_run(struct call *call, const void *in_, void *out)
{
	const struct one_in *in = in_;
	const struct rpc_tag *given = in->tags.items;
	const char *ids[] = { in->resource };
	const char **keys = arena_array(call_work_arena(call), const char *, in->tags.n);
	struct tag *tags = arena_array(call_work_arena(call), struct tag, in->tags.n);
	struct tagging_args args = {
		.kind = rpc_tagged_of(ecs_tagged_words, in->type),
		.resources = ids,
		.n_resources = 1,
		.tags = tags,
		.keys = keys,
	};
	size_t i;

	(void)out;
	for (i = 0; i < in->tags.n; i++) {
		if (given[i].value)
			tags[args.n_tags++] = (struct tag){ .key = given[i].key, .value = given[i].value };
		else
			keys[args.n_keys++] = given[i].key;
	}
	return call_verb(call, tagging_unset(&call->work, &args));
}

const struct operation ecs_remove_tags = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "RemoveTags",
	.mode = OPERATION_WRITE,
	.permission = "ecs:RemoveTags",
	.resource = "{ResourceType}/{ResourceId}",
	.in = { sizeof(struct one_in), one_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = remove_errors,
	.run = remove_run,
	.doc = "Takes tags off one thing: by their keys, or by key and value.",
};
