/* CreateSecurityGroup, ModifySecurityGroupAttribute, ModifySecurityGroupPolicy, DeleteSecurityGroup. */
#include "api/aliyun/ecs.h"
#include "api/aliyun/ecs_security_group.h"
#include "base/text.h"
#include "core/security_group.h"

static const char *const type_words[] = { "normal", "enterprise", NULL };
static const char *const policy_words[] = { "Accept", "Drop", NULL };

static const struct error_row bad_name = { REFUSE_FIELD, 400, "InvalidSecurityGroupName.Malformed",
	                                   "Specified security group name is not valid.", NULL };
static const struct error_row bad_description = { REFUSE_FIELD, 400, "InvalidSecurityGroupDiscription.Malformed",
	                                          "Specified security group description is not valid.", NULL };

/* ---- CreateSecurityGroup ---- */

struct create_in {
	const char *region, *vpc, *name, *description, *type, *resource_group;
	struct opt_bool service_managed;
	struct items tags;
	const char *client_token;
};

struct create_out {
	const char *group;
};

static const struct field create_in_fields[] = {
	TEXT(struct create_in, region, "RegionId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "Region."),
	TEXT(struct create_in, vpc, "VpcId", .doc = "The VPC. There is no classic network, so it has to be given."),
	TEXT(struct create_in, name, "SecurityGroupName", .min = ECS_NAME_MIN, .max = ECS_NAME_MAX, .bad = &bad_name),
	TEXT(struct create_in, description, "Description", .min = ECS_DESCRIPTION_MIN, .max = ECS_DESCRIPTION_MAX,
	     .bad = &bad_description),
	TEXT(struct create_in, type, "SecurityGroupType", .values = type_words, .doc = "Default normal."),
	TEXT(struct create_in, resource_group, "ResourceGroupId", .max = 64),
	OPT_BOOL(struct create_in, service_managed, "ServiceManaged", .flags = FIELD_ACCEPTED),
	ITEMS(struct create_in, tags, "Tag", .of = &rpc_tag_in_shape, .max = RPC_TAGS_MAX),
	TEXT(struct create_in, client_token, "ClientToken", .flags = FIELD_CLIENT_TOKEN, .max = ECS_CLIENT_TOKEN_MAX,
	     .doc = "A repeat within 24 hours gets the first answer."),
	FIELDS_END,
};

static const struct field create_out_fields[] = {
	TEXT(struct create_out, group, "SecurityGroupId"),
	FIELDS_END,
};

static const struct error_row create_errors[] = {
	ROW_EMPTY,
	ROW_REGION_NOT_FOUND,
	{ REFUSE_VPC_UNKNOWN, 404, "InvalidVpcId.NotFound", "Specified VPC does not exist.", NULL },
	{ REFUSE_VPC_STATE, 400, "IncorrectVpcStatus", "Current VPC status does not support this operation.", NULL },
	{ REFUSE_SECURITY_GROUP_LIMIT, 403, "QuotaExceed.SecurityGroup",
	  "The maximum number of security groups is reached.", NULL },
	ROWS_TAGS,
	ROWS_END,
};

static bool create_run(struct call *call, const void *in_, void *out_)
{
	const struct create_in *in = in_;
	struct create_out *out = out_;
	struct security_group_create_args args = {
		.vpc = in->vpc,
		.name = in->name,
		.description = in->description,
		.resource_group = in->resource_group,
		.type = text_equal(in->type, "enterprise") ? SECURITY_GROUP_ENTERPRISE : SECURITY_GROUP_NORMAL,
		.tags = rpc_tags(call, &in->tags),
		.n_tags = in->tags.n,
	};

	return rpc_tags_check(call, &in->tags) && call_verb(call, security_group_create(&call->work, &args, &out->group));
}

const struct operation ecs_create_security_group = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "CreateSecurityGroup",
	.mode = OPERATION_WRITE,
	.permission = "ecs:CreateSecurityGroup",
	.resource = "securitygroup/*",
	.in = { sizeof(struct create_in), create_in_fields },
	.out = { sizeof(struct create_out), create_out_fields },
	.errors = create_errors,
	.run = create_run,
	.doc = "Creates a security group in a VPC.",
};

/* ---- ModifySecurityGroupAttribute ---- */

struct modify_in {
	const char *region, *group, *name, *description, *policy, *client_token;
};

static const struct field modify_in_fields[] = {
	TEXT(struct modify_in, region, "RegionId", .flags = FIELD_REQUIRED, .doc = "Region."),
	TEXT(struct modify_in, group, "SecurityGroupId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "The group."),
	TEXT(struct modify_in, name, "SecurityGroupName", .min = ECS_NAME_MIN, .max = ECS_NAME_MAX, .bad = &bad_name),
	TEXT(struct modify_in, description, "Description", .min = ECS_DESCRIPTION_MIN, .max = ECS_DESCRIPTION_MAX,
	     .bad = &bad_description),
	FIELDS_END,
};

static const struct error_row modify_errors[] = {
	ROW_EMPTY,
	ROW_REGION_NOT_FOUND,
	ROW_SECURITY_GROUP_NOT_FOUND,
	ROWS_END,
};

static bool modify_run(struct call *call, const void *in_, void *out)
{
	const struct modify_in *in = in_;
	struct security_group_modify_args args = {
		.group = in->group,
		.name = in->name,
		.description = in->description,
		.inner_drop_given = ecs_given(in->policy),
		.inner_drop = text_equal(in->policy, "Drop"),
	};

	(void)out;
	return call_verb(call, security_group_modify(&call->work, &args));
}

const struct operation ecs_modify_security_group_attribute = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "ModifySecurityGroupAttribute",
	.mode = OPERATION_WRITE,
	.permission = "ecs:ModifySecurityGroupAttribute",
	.resource = "securitygroup/{SecurityGroupId}",
	.in = { sizeof(struct modify_in), modify_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = modify_errors,
	.run = modify_run,
	.doc = "Changes name or description of a security group.",
};

/* ---- ModifySecurityGroupPolicy ---- */

static const struct field policy_in_fields[] = {
	TEXT(struct modify_in, region, "RegionId", .flags = FIELD_REQUIRED, .doc = "Region."),
	TEXT(struct modify_in, group, "SecurityGroupId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "The group."),
	TEXT(struct modify_in, policy, "InnerAccessPolicy", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY,
	     .values = policy_words, .doc = "Whether members reach each other."),
	TEXT(struct modify_in, client_token, "ClientToken", .flags = FIELD_CLIENT_TOKEN, .max = ECS_CLIENT_TOKEN_MAX),
	FIELDS_END,
};

const struct operation ecs_modify_security_group_policy = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "ModifySecurityGroupPolicy",
	.mode = OPERATION_WRITE,
	.permission = "ecs:ModifySecurityGroupPolicy",
	.resource = "securitygroup/{SecurityGroupId}",
	.in = { sizeof(struct modify_in), policy_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = modify_errors,
	.run = modify_run,
	.doc = "Says whether members of a security group reach each other. Shown, no packet is filtered.",
};

/* ---- DeleteSecurityGroup ---- */

static const struct field delete_in_fields[] = {
	TEXT(struct modify_in, region, "RegionId", .flags = FIELD_REQUIRED, .doc = "Region."),
	TEXT(struct modify_in, group, "SecurityGroupId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "The group."),
	FIELDS_END,
};

static const struct error_row delete_errors[] = {
	ROW_EMPTY,
	ROW_REGION_NOT_FOUND,
	ROW_SECURITY_GROUP_NOT_FOUND,
	{ REFUSE_SECURITY_GROUP_IN_USE, 403, "DependencyViolation",
	  "There is still instance(s) in the specified security group.", NULL },
	{ REFUSE_SECURITY_GROUP_NAMED, 403, "DependencyViolation",
	  "The specified security group has been authorized in another one.", NULL },
	ROWS_END,
};

static bool delete_run(struct call *call, const void *in_, void *out)
{
	const struct modify_in *in = in_;

	(void)out;
	return call_verb(call, security_group_delete(&call->work, in->group));
}

const struct operation ecs_delete_security_group = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DeleteSecurityGroup",
	.mode = OPERATION_WRITE,
	.permission = "ecs:DeleteSecurityGroup",
	.resource = "securitygroup/{SecurityGroupId}",
	.in = { sizeof(struct modify_in), delete_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = delete_errors,
	.run = delete_run,
	.doc = "Removes a security group, with its rules, that no instance is in and no rule of another group names.",
};
