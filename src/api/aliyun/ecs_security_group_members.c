/* JoinSecurityGroup, LeaveSecurityGroup. */
#include "api/aliyun/ecs.h"
#include "api/aliyun/ecs_security_group.h"
#include "core/security_group.h"

struct member_in {
	const char *region, *group, *instance;
};

static const struct field in_fields[] = {
	TEXT(struct member_in, region, "RegionId"),
	TEXT(struct member_in, group, "SecurityGroupId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "The group."),
	TEXT(struct member_in, instance, "InstanceId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "The instance."),
	FIELDS_END,
};

#define ROWS_MEMBER                                                                                                   \
	ROW_EMPTY, ROW_REGION_NOT_FOUND, ROW_SECURITY_GROUP_NOT_FOUND, ROW_INSTANCE_NOT_FOUND,                        \
		{ REFUSE_INSTANCE_LOCKED_SECURITY, 403, "InstanceLockedForSecurity",                                  \
		  "The specified operation is denied as your instance is locked for security reasons.", NULL },       \
		{ REFUSE_INSTANCE_STATE, 403, "IncorrectInstanceStatus",                                              \
		  "The current status of the resource does not support this operation.", NULL }

static const struct error_row join_errors[] = {
	ROWS_MEMBER,
	{ REFUSE_SECURITY_GROUP_JOINED, 403, "InvalidInstanceId.AlreadyExists",
	  "The specified instance already exists in the specified security group.", NULL },
	{ REFUSE_VPC_MISMATCH, 400, "InvalidInstanceId.Mismatch",
	  "Specified instance and security group are not in the same VPC.", NULL },
	{ REFUSE_SECURITY_GROUPS_TOO_MANY, 400, "InstanceSecurityGroupLimitExceeded",
	  "Exceeding the allowed amount of security groups that an instance can be in.", NULL },
	{ REFUSE_SECURITY_GROUP_FULL, 403, "SecurityGroupInstanceLimitExceeded",
	  "The maximum number of instances in a security group is exceeded.", NULL },
	ROWS_END,
};

static bool join_run(struct call *call, const void *in_, void *out)
{
	const struct member_in *in = in_;

	(void)out;
	return call_verb(call, security_group_join(&call->work, in->group, in->instance));
}

const struct operation ecs_join_security_group = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "JoinSecurityGroup",
	.mode = OPERATION_WRITE,
	.permission = "ecs:JoinSecurityGroup",
	.resource = "securitygroup/{SecurityGroupId},instance/{InstanceId}",
	.in = { sizeof(struct member_in), in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = join_errors,
	.run = join_run,
	.doc = "Puts an instance that is Running or Stopped into one more security group.",
};

static const struct error_row leave_errors[] = {
	ROWS_MEMBER,
	{ REFUSE_SECURITY_GROUP_NOT_JOINED, 403, "InstanceNotInSecurityGroup", "The instance not in the group.", NULL },
	{ REFUSE_SECURITY_GROUP_LAST, 403, "InstanceLastSecurityGroup",
	  "The specified security group is the last security group for the instance.", NULL },
	ROWS_END,
};

static bool leave_run(struct call *call, const void *in_, void *out)
{
	const struct member_in *in = in_;

	(void)out;
	return call_verb(call, security_group_leave(&call->work, in->group, in->instance));
}

const struct operation ecs_leave_security_group = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "LeaveSecurityGroup",
	.mode = OPERATION_WRITE,
	.permission = "ecs:LeaveSecurityGroup",
	.resource = "securitygroup/{SecurityGroupId},instance/{InstanceId}",
	.in = { sizeof(struct member_in), in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = leave_errors,
	.run = leave_run,
	.doc = "Takes an instance out of a security group that is not its last.",
};
