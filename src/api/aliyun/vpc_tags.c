/* TagResources, UnTagResources and ListTagResources of VPC, and MoveResourceGroup. */
#include "api/aliyun/ecs.h"
#include "api/aliyun/rpc_tagging.h"
#include "api/aliyun/vpc.h"
#include "core/resource_group.h"

#define IDS_MAX      20 /* TagResources page of VPC, ResourceId */
#define LIST_DEFAULT 50

static const char *const words[TAGGED_MAX] = { [TAGGED_VPC] = "VPC", [TAGGED_VSWITCH] = "VSWITCH" };
static const char *const types[] = { "VPC", "VSWITCH", NULL };

#define ROW_TYPE "InvalidResourceType.NotFound", "The ResourceType provided does not exist in our records."
#define BAD(row, code, message) \
	static const struct error_row row = { REFUSE_FIELD, 400, code, message, NULL }
BAD(bad_ids, "SizeLimitExceeded.ResourceId", "The maximum number of resource IDs is exceeded.");
BAD(bad_tags, "SizeLimitExceeded.TagNum", "The maximum number of tags is exceeded.");
static const struct error_row bad_type = { REFUSE_FIELD, 404, ROW_TYPE, "TagResources page of ECS" };

#define ROW_RESOURCE_UNKNOWN                                                                              \
	{ REFUSE_RESOURCE_UNKNOWN, 404, "InvalidResourceId.NotFound",                                     \
	  "The specified ResourceIds are not found in our records.", "TagResources page of ECS" }

/* ---- TagResources ---- */

struct tag_in {
	const char *region, *type;
	struct texts ids;
	struct items tags;
};

static const struct field tag_in_fields[] = {
	TEXT(struct tag_in, region, "RegionId", .flags = FIELD_REQUIRED, .doc = "Region."),
	TEXT(struct tag_in, type, "ResourceType", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .values = types, .bad = &bad_type),
	TEXTS(struct tag_in, ids, "ResourceId", .flags = FIELD_REQUIRED, .max = IDS_MAX, .bad = &bad_ids),
	ITEMS(struct tag_in, tags, "Tag", .of = &vpc_tag_in_shape, .flags = FIELD_REQUIRED, .max = RPC_TAGS_MAX,
	      .bad = &bad_tags),
	FIELDS_END,
};

static const struct error_row tag_errors[] = {
	VPC_ROW_EMPTY,
	VPC_ROW_REGION,
	ROW_RESOURCE_UNKNOWN,
	{ REFUSE_TAG_LIMIT, 400, "QuotaExceeded.TagNum", "The maximum number of tags is exceeded.", NULL },
	VPC_ROWS_TAGS,
	ROWS_END,
};

static bool tag_run(struct call *call, const void *in_, void *out)
{
	const struct tag_in *in = in_;

	(void)out;
	return rpc_tag_resources(call, rpc_tagged_of(words, in->type), &in->ids, &in->tags);
}

const struct operation vpc_tag_resources = {
	.product = "vpc",
	.version = VPC_VERSION,
	.name = "TagResources",
	.mode = OPERATION_WRITE,
	.permission = "vpc:TagResources",
	.resource = "{ResourceType}/{ResourceId}",
	.in = { sizeof(struct tag_in), tag_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = tag_errors,
	.run = tag_run,
	.doc = "Sets tags on VPCs or VSwitches.",
};

/* ---- UnTagResources ---- */

struct untag_in {
	const char *region, *type;
	struct texts ids, keys;
	struct opt_bool all;
};

static const struct field untag_in_fields[] = {
	TEXT(struct untag_in, region, "RegionId", .flags = FIELD_REQUIRED, .doc = "Region."),
	TEXT(struct untag_in, type, "ResourceType", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .values = types,
	     .bad = &bad_type),
	TEXTS(struct untag_in, ids, "ResourceId", .flags = FIELD_REQUIRED, .max = IDS_MAX, .bad = &bad_ids),
	TEXTS(struct untag_in, keys, "TagKey", .max = RPC_TAGS_MAX, .bad = &bad_tags),
	OPT_BOOL(struct untag_in, all, "All", .doc = "Takes all tags off where no TagKey is given."),
	FIELDS_END,
};

static const struct error_row untag_errors[] = {
	VPC_ROW_EMPTY,
	VPC_ROW_REGION,
	ROW_RESOURCE_UNKNOWN,
	ROWS_END,
};

static bool untag_run(struct call *call, const void *in_, void *out)
{
	const struct untag_in *in = in_;

	(void)out;
	return rpc_untag_resources(call, rpc_tagged_of(words, in->type), &in->ids, &in->keys, in->all.value);
}

const struct operation vpc_untag_resources = {
	.product = "vpc",
	.version = VPC_VERSION,
	.name = "UnTagResources",
	.mode = OPERATION_WRITE,
	.permission = "vpc:UnTagResources",
	.resource = "{ResourceType}/{ResourceId}",
	.in = { sizeof(struct untag_in), untag_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = untag_errors,
	.run = untag_run,
	.doc = "Takes tags off VPCs or VSwitches.",
};

/* ---- ListTagResources ---- */

struct list_in {
	const char *region, *type, *next_token;
	struct texts ids;
	struct items tags;
	struct opt_int max_results;
};

struct list_out {
	struct items resources;
	const char *next_token;
};

static const struct field list_in_fields[] = {
	TEXT(struct list_in, region, "RegionId", .flags = FIELD_REQUIRED, .doc = "Region."),
	TEXT(struct list_in, type, "ResourceType", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .values = types,
	     .bad = &bad_type),
	TEXTS(struct list_in, ids, "ResourceId", .max = IDS_MAX, .bad = &bad_ids),
	ITEMS(struct list_in, tags, "Tag", .of = &vpc_tag_in_shape, .max = RPC_TAGS_MAX, .bad = &bad_tags,
	      .doc = "All must match."),
	TEXT(struct list_in, next_token, "NextToken"),
	OPT_INT(struct list_in, max_results, "MaxResults", .min = 1, .max = LIST_DEFAULT, .doc = "Default 50."),
	FIELDS_END,
};

static const struct field list_out_fields[] = {
	ITEMS(struct list_out, resources, "TagResources", .item = "TagResource", .of = &rpc_tagged_shape),
	TEXT(struct list_out, next_token, "NextToken"),
	FIELDS_END,
};

static const struct error_row list_errors[] = {
	VPC_ROW_EMPTY,
	VPC_ROW_REGION,
	ROWS_END,
};

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
		.limit = in->max_results.is == GIVEN ? in->max_results.value : LIST_DEFAULT,
	};

	return rpc_list_tagged(call, &list, &out->resources, &out->next_token);
}

const struct operation vpc_list_tag_resources = {
	.product = "vpc",
	.version = VPC_VERSION,
	.name = "ListTagResources",
	.mode = OPERATION_READ,
	.permission = "vpc:ListTagResources",
	.resource = "{ResourceType}/{ResourceId}",
	.in = { sizeof(struct list_in), list_in_fields },
	.out = { sizeof(struct list_out), list_out_fields },
	.errors = list_errors,
	.run = list_run,
	.doc = "Lists tags of VPCs or VSwitches, by id and key.",
};

/* ---- MoveResourceGroup ---- */

struct move_in {
	const char *region, *type, *resource, *group;
};

static const struct field move_in_fields[] = {
	TEXT(struct move_in, region, "RegionId", .flags = FIELD_REQUIRED, .doc = "Region."),
	TEXT(struct move_in, type, "ResourceType", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .values = types,
	     .bad = &bad_type),
	TEXT(struct move_in, resource, "ResourceId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(struct move_in, group, "NewResourceGroupId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = 64),
	FIELDS_END,
};

static const struct error_row move_errors[] = {
	VPC_ROW_EMPTY,
	VPC_ROW_REGION,
	ROW_RESOURCE_UNKNOWN,
	ROWS_END,
};

static bool move_run(struct call *call, const void *in_, void *out)
{
	const struct move_in *in = in_;

	(void)out;
	return call_verb(call, resource_group_join(&call->work, rpc_tagged_of(words, in->type), in->resource, in->group));
}

const struct operation vpc_move_resource_group = {
	.product = "vpc",
	.version = VPC_VERSION,
	.name = "MoveResourceGroup",
	.mode = OPERATION_WRITE,
	.permission = "vpc:MoveResourceGroup",
	.resource = "{ResourceType}/{ResourceId}",
	.in = { sizeof(struct move_in), move_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = move_errors,
	.run = move_run,
	.doc = "Puts a VPC or VSwitch into a resource group. Any name of a group is taken.",
};
