/* CreateVSwitch, ModifyVSwitchAttribute, DeleteVSwitch. */
#include "api/aliyun/ecs.h"
#include "api/aliyun/vpc.h"
#include "base/text.h"

static const struct error_row bad_name = { REFUSE_FIELD, 400, "InvalidVSwitchName.Malformed",
	                                   "Specified virtual switch name is not valid.", NULL };
static const struct error_row bad_description = { REFUSE_FIELD, 400, "InvalidVSwitchDiscription.Malformed",
	                                          "Specified virtual switch description is not valid.", NULL };

static bool texts_fit(struct call *call, const char *name, const char *description)
{
	return vpc_text_check(call, name, &bad_name) && vpc_text_check(call, description, &bad_description);
}

/* ---- CreateVSwitch ---- */

struct create_in {
	const char *region, *vpc, *zone, *cidr, *name, *description, *vpc_ipv6_cidr;
	struct opt_int ipv6_cidr;
	struct items tags;
	const char *client_token;
};

struct create_out {
	const char *vswitch;
};

static const struct field create_in_fields[] = {
	TEXT(struct create_in, region, "RegionId"),
	TEXT(struct create_in, vpc, "VpcId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "The VPC."),
	TEXT(struct create_in, zone, "ZoneId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "Zone."),
	TEXT(struct create_in, cidr, "CidrBlock", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = 32,
	     .doc = "Inside the VPC's block, its mask of 16 to 29 bits, apart from those of other VSwitches."),
	TEXT(struct create_in, name, "VSwitchName", .max = VPC_NAME_MAX, .bad = &bad_name),
	TEXT(struct create_in, description, "Description", .max = VPC_DESCRIPTION_MAX, .bad = &bad_description),
	OPT_INT(struct create_in, ipv6_cidr, "Ipv6CidrBlock", .flags = FIELD_ACCEPTED),
	TEXT(struct create_in, vpc_ipv6_cidr, "VpcIpv6CidrBlock", .flags = FIELD_ACCEPTED),
	ITEMS(struct create_in, tags, "Tag", .of = &vpc_tag_in_shape, .max = RPC_TAGS_MAX),
	TEXT(struct create_in, client_token, "ClientToken", .flags = FIELD_CLIENT_TOKEN, .max = VPC_CLIENT_TOKEN_MAX,
	     .doc = "A repeat within 24 hours gets the first answer."),
	FIELDS_END,
};

static const struct field create_out_fields[] = {
	TEXT(struct create_out, vswitch, "VSwitchId"),
	FIELDS_END,
};

static const struct error_row create_errors[] = {
	VPC_ROW_EMPTY,
	VPC_ROW_REGION,
	VPC_ROW_UNKNOWN,
	VPC_ROW_STATE,
	{ REFUSE_ZONE_UNKNOWN, 404, "InvalidZoneId.NotFound", "Specified zone does not exist.", NULL },
	{ REFUSE_VSWITCH_CIDR, 400, "InvalidCidrBlock.Malformed", "Specified CIDR block is not valid.", NULL },
	{ REFUSE_VSWITCH_CIDR_MASK, 400, "InvalidCirdrBlock.MaskLength", "Specified CIDR block is not valid .", NULL },
	{ REFUSE_VSWITCH_CIDR_OUTSIDE, 400, "InvalidParameter", "Specified CIDR block is not valid in VPC.", NULL },
	{ REFUSE_VSWITCH_CIDR_OVERLAPS, 400, "InvalidCidrBlock.Overlapped",
	  "Specified CIDR block overlapped with other subnets.", NULL },
	{ REFUSE_VSWITCH_LIMIT, 400, "QuotaExceeded.VSwitch", "Virtual switch quota exceeded.", NULL },
	VPC_ROWS_TAGS,
	ROWS_END,
};

static bool create_run(struct call *call, const void *in_, void *out_)
{
	const struct create_in *in = in_;
	struct create_out *out = out_;
	struct vswitch_create_args args = {
		.vpc = in->vpc,
		.zone = in->zone,
		.cidr = in->cidr,
		.name = in->name,
		.description = in->description,
		.tags = rpc_tags(call, &in->tags),
		.n_tags = in->tags.n,
	};

	return texts_fit(call, in->name, in->description) && rpc_tags_check(call, &in->tags) &&
	       call_verb(call, vswitch_create(&call->work, &args, &out->vswitch));
}

const struct operation vpc_create_vswitch = {
	.product = "vpc",
	.version = VPC_VERSION,
	.name = "CreateVSwitch",
	.mode = OPERATION_WRITE,
	.permission = "vpc:CreateVSwitch",
	.resource = "vswitch/*,vpc/{VpcId}",
	.in = { sizeof(struct create_in), create_in_fields },
	.out = { sizeof(struct create_out), create_out_fields },
	.errors = create_errors,
	.run = create_run,
	.doc = "Creates a VSwitch in a zone of a VPC. Asynchronous: Pending, then Available.",
};

/* ---- ModifyVSwitchAttribute ---- */

struct modify_in {
	const char *region, *vswitch, *name, *description, *vpc_ipv6_cidr;
	struct opt_int ipv6_cidr;
	struct opt_bool ipv6;
};

static const struct field modify_in_fields[] = {
	TEXT(struct modify_in, region, "RegionId"),
	TEXT(struct modify_in, vswitch, "VSwitchId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "The VSwitch."),
	TEXT(struct modify_in, name, "VSwitchName", .max = VPC_NAME_MAX, .bad = &bad_name),
	TEXT(struct modify_in, description, "Description", .max = VPC_DESCRIPTION_MAX, .bad = &bad_description),
	OPT_BOOL(struct modify_in, ipv6, "EnableIPv6", .flags = FIELD_ACCEPTED),
	OPT_INT(struct modify_in, ipv6_cidr, "Ipv6CidrBlock", .flags = FIELD_ACCEPTED),
	TEXT(struct modify_in, vpc_ipv6_cidr, "VpcIpv6CidrBlock", .flags = FIELD_ACCEPTED),
	FIELDS_END,
};

static const struct error_row modify_errors[] = {
	VPC_ROW_EMPTY,
	VPC_ROW_REGION,
	VPC_ROW_VSWITCH_UNKNOWN,
	ROWS_END,
};

static bool modify_run(struct call *call, const void *in_, void *out)
{
	const struct modify_in *in = in_;
	struct vswitch_modify_args args = { in->vswitch, in->name, in->description };

	(void)out;
	return texts_fit(call, in->name, in->description) && call_verb(call, vswitch_modify(&call->work, &args));
}

const struct operation vpc_modify_vswitch_attribute = {
	.product = "vpc",
	.version = VPC_VERSION,
	.name = "ModifyVSwitchAttribute",
	.mode = OPERATION_WRITE,
	.permission = "vpc:ModifyVSwitchAttribute",
	.resource = "vswitch/{VSwitchId}",
	.in = { sizeof(struct modify_in), modify_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = modify_errors,
	.run = modify_run,
	.doc = "Changes name or description of a VSwitch.",
};

/* ---- DeleteVSwitch ---- */

struct delete_in {
	const char *region, *vswitch;
	struct opt_bool dry_run;
};

static const struct field delete_in_fields[] = {
	TEXT(struct delete_in, region, "RegionId"),
	TEXT(struct delete_in, vswitch, "VSwitchId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "The VSwitch."),
	OPT_BOOL(struct delete_in, dry_run, "DryRun", .flags = FIELD_DRY_RUN),
	FIELDS_END,
};

static const struct error_row delete_errors[] = {
	VPC_ROW_EMPTY,
	VPC_ROW_REGION,
	VPC_ROW_VSWITCH_UNKNOWN,
	{ REFUSE_VSWITCH_STATE, 400, "IncorrectVSwitchStatus", "vpc subnet status not working.", NULL },
	{ REFUSE_VSWITCH_IN_USE, 400, "DependencyViolation", "Specified object has dependent resources.", NULL },
	ROW_DRY_RUN,
	ROWS_END,
};

static bool delete_run(struct call *call, const void *in_, void *out)
{
	const struct delete_in *in = in_;

	(void)out;
	return call_verb(call, vswitch_delete(&call->work, in->vswitch));
}

const struct operation vpc_delete_vswitch = {
	.product = "vpc",
	.version = VPC_VERSION,
	.name = "DeleteVSwitch",
	.mode = OPERATION_WRITE,
	.permission = "vpc:DeleteVSwitch",
	.resource = "vswitch/{VSwitchId}",
	.in = { sizeof(struct delete_in), delete_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = delete_errors,
	.run = delete_run,
	.doc = "Removes a VSwitch that no instance is in.",
};
