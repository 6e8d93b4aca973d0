/* JoinResourceGroup. */
#include "api/aliyun/ecs.h"
#include "api/aliyun/ecs_tagged.h"
#include "api/aliyun/rpc_tagging.h"
#include "core/resource_group.h"

struct join_in {
	const char *region, *type, *resource, *group;
};

static const struct field in_fields[] = {
	TEXT(struct join_in, region, "RegionId"),
	TEXT(struct join_in, type, "ResourceType", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .values = ecs_tagged_types,
	     .bad = &ecs_bad_tagged_type),
	TEXT(struct join_in, resource, "ResourceId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(struct join_in, group, "ResourceGroupId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = 64,
	     .doc = "Any name of a group is taken."),
	FIELDS_END,
};

static const struct error_row errors[] = {
	ROW_EMPTY,
	ROW_REGION_NOT_FOUND,
	{ REFUSE_RESOURCE_UNKNOWN, 404, "InvalidResourceId.NotFound", "The specified ResourceId is not found in our records.",
	  "AddTags page" },
	ROWS_END,
};

static bool run(struct call *call, const void *in_, void *out)
{
	const struct join_in *in = in_;
	enum tagged kind = rpc_tagged_of(ecs_tagged_words, in->type);

	(void)out;
	return call_verb(call, resource_group_join(&call->work, kind, in->resource, in->group));
}

const struct operation ecs_join_resource_group = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "JoinResourceGroup",
	.mode = OPERATION_WRITE,
	.permission = "ecs:JoinResourceGroup",
	.resource = "{ResourceType}/{ResourceId}",
	.in = { sizeof(struct join_in), in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = errors,
	.run = run,
	.doc = "Puts an instance, a disk, a snapshot or a security group into a resource group.",
};
