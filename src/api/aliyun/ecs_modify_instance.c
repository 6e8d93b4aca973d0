/* ModifyInstanceAttribute. */
#include <ctype.h>
#include <string.h>

#include "api/aliyun/ecs_instance_args.h"
#include "api/aliyun/ecs_instance_rows.h"
#include "api/aliyun/ecs_security_group.h"
#include "base/text.h"
#include "core/catalogue.h"

#define HOST_NAME_MIN         2
#define HOST_NAME_MAX         64
#define HOST_NAME_WINDOWS_MAX 15
#define PASSWORD_MIN          8
#define PASSWORD_MAX          30
#define PASSWORD_KINDS        3 /* of: capitals, small letters, digits, special characters */
#define PASSWORD_SPECIAL      "()`~!@#$%^&*-_+=|{}[]:;'<>,.?/"

struct modify_in {
	const char *instance, *name, *description, *host_name, *password, *user_data, *credit;
	struct texts security_groups;
	struct opt_bool deletion_protection, recyclable, jumbo_frame, encryption;
	struct opt_int queues;
};

static const char *const credits[] = { "Standard", "Unlimited", NULL };

#define BAD(row, code, message) \
	static const struct error_row row = { REFUSE_FIELD, 400, code, message, NULL }
BAD(bad_name, "InvalidInstanceName.Malformed", "The specified parameter \"InstanceName\" is not valid.");
BAD(bad_description, "InvalidDescription.Malformed", "The specified parameter \"Description\" is not valid.");
BAD(bad_host_name, "InvalidHostName.Malformed", "The specified parameter \"HostName\" is not valid.");
BAD(bad_password, "InvalidPassword.Malformed", "The specified parameter \"Password\" is not valid.");
BAD(bad_user_data, "InvalidUserData.SizeExceeded", "The specified parameter \"UserData\" exceeds the size.");

static const struct field in_fields[] = {
	TEXT(struct modify_in, instance, "InstanceId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "The instance."),
	TEXT(struct modify_in, name, "InstanceName", .min = ECS_NAME_MIN, .max = ECS_NAME_MAX, .bad = &bad_name),
	TEXT(struct modify_in, description, "Description", .min = ECS_DESCRIPTION_MIN, .max = ECS_DESCRIPTION_MAX,
	     .bad = &bad_description),
	TEXT(struct modify_in, host_name, "HostName", .min = HOST_NAME_MIN, .max = HOST_NAME_MAX, .bad = &bad_host_name,
	     .doc = "Letters, digits, and single dots and hyphens between them; on Windows 15 characters, no dots, not digits "
	            "alone. Not while Pending or Starting."),
	TEXT(struct modify_in, password, "Password", .flags = FIELD_SECRET, .min = PASSWORD_MIN, .max = PASSWORD_MAX, .bad = &bad_password,
	     .doc = "Three of: capitals, small letters, digits, special characters. Not while Starting. Checked, and not kept."),
	TEXT(struct modify_in, user_data, "UserData", .flags = FIELD_SECRET, .max = ECS_USER_DATA_MAX, .bad = &bad_user_data,
	     .doc = "Only while Stopped."),
	OPT_BOOL(struct modify_in, deletion_protection, "DeletionProtection"),
	TEXTS(struct modify_in, security_groups, "SecurityGroupIds", .max = 16,
	      .doc = "Takes the place of all that were there; of the instance's VPC."),
	TEXT(struct modify_in, credit, "CreditSpecification", .values = credits, .flags = FIELD_ACCEPTED),
	OPT_BOOL(struct modify_in, recyclable, "Recyclable", .flags = FIELD_ACCEPTED),
	OPT_BOOL(struct modify_in, jumbo_frame, "EnableJumboFrame", .flags = FIELD_ACCEPTED),
	OPT_BOOL(struct modify_in, encryption, "EnableNetworkEncryption", .flags = FIELD_ACCEPTED),
	OPT_INT(struct modify_in, queues, "NetworkInterfaceQueueNumber", .flags = FIELD_ACCEPTED),
	FIELDS_END,
};

static const struct error_row errors[] = {
	ROW_EMPTY,
	{ REFUSE_REGION_UNKNOWN, 400, "InvalidRegionId.MalFormed", "The specified RegionId is not valid.", "StartInstance page" },
	ROW_INSTANCE_NOT_FOUND,
	ROW_LOCKED,
	ROW_STATE,
	ROW_SECURITY_GROUP_NOT_FOUND,
	{ REFUSE_VPC_MISMATCH, 400, "InvalidInstanceId.Mismatch",
	  "Specified instance and security group are not in the same VPC.", "JoinSecurityGroup page" },
	{ REFUSE_SECURITY_GROUP_FULL, 403, "OperationDenied",
	  "The instance amount in the specified SecurityGroup reach its limit.", NULL },
	{ REFUSE_SECURITY_GROUPS_TOO_MANY, 400, "InstanceSecurityGroupLimitExceeded",
	  "Exceeding the allowed amount of security groups that an instance can be in.", "JoinSecurityGroup page" },
	ROWS_END,
};

static bool is_separator(char c)
{
	return c == '.' || c == '-';
}

static bool is_host_name(const char *name, bool windows)
{
	size_t length = strlen(name);
	size_t digits = 0;
	size_t i;

	if (is_separator(name[0]) || is_separator(name[length - 1]) || (windows && length > HOST_NAME_WINDOWS_MAX))
		return false;
	for (i = 0; i < length; i++) {
		if (!isalnum((unsigned char)name[i]) && (!is_separator(name[i]) || is_separator(name[i - 1])))
			return false;
		if (windows && name[i] == '.')
			return false;
		digits += isdigit((unsigned char)name[i]) != 0;
	}
	return !windows || digits < length;
}

static bool is_password(const char *password)
{
	bool capital = false;
	bool small = false;
	bool digit = false;
	bool special = false;

	for (; *password; password++) {
		if (isupper((unsigned char)*password))
			capital = true;
		else if (islower((unsigned char)*password))
			small = true;
		else if (isdigit((unsigned char)*password))
			digit = true;
		else if (strchr(PASSWORD_SPECIAL, *password))
			special = true;
		else
			return false;
	}
	return capital + small + digit + special >= PASSWORD_KINDS;
}

static bool runs_windows(struct call *call, const char *id)
{
	struct instance instance;
	const struct image *image = find_instance(&call->work, id, &instance) ? image_find(&call->work, instance.image) : NULL;

	return image && text_equal(image->os_type, "windows");
}

static bool refuse_field(struct call *call, const struct error_row *row, const char *subject)
{
	call->refusal = (struct refusal){ .reason = REFUSE_FIELD, .subject = subject, .row = row };
	return false;
}

static bool run(struct call *call, const void *in_, void *out)
{
	const struct modify_in *in = in_;
	struct instance_modify_args args = {
		.instance = in->instance,
		.name = ecs_given(in->name),
		.description = ecs_given(in->description),
		.host_name = ecs_given(in->host_name),
		.password_given = ecs_given(in->password) != NULL,
		.user_data = ecs_given(in->user_data),
		.security_groups = in->security_groups.n ? ecs_join(call, NULL, &in->security_groups) : NULL,
		.deletion_protection = ecs_given_bool(in->deletion_protection),
	};

	(void)out;
	if (args.host_name && !is_host_name(args.host_name, runs_windows(call, in->instance)))
		return refuse_field(call, &bad_host_name, "HostName");
	if (args.password_given && !is_password(in->password))
		return refuse_field(call, &bad_password, "Password");
	return call_verb(call, instance_modify(&call->work, &args));
}

const struct operation ecs_modify_instance_attribute = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "ModifyInstanceAttribute",
	.mode = OPERATION_WRITE,
	.permission = "ecs:ModifyInstanceAttribute",
	.resource = "instance/{InstanceId}",
	.in = { sizeof(struct modify_in), in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = errors,
	.faults = rpc_fault_internal,
	.run = run,
	.doc = "Changes what is told of an instance; what is absent or empty stays as it is.",
};
