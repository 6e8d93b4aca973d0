/* CreateVpc, ModifyVpcAttribute, DeleteVpc. */
#include "api/aliyun/ecs.h"
#include "api/aliyun/vpc.h"
#include "base/text.h"

static const struct error_row bad_name = { REFUSE_FIELD, 400, "InvalidVpcName.Malformed",
	                                   "Specified VPC name is not valid.", NULL };
static const struct error_row bad_description = { REFUSE_FIELD, 400, "InvalidVpcDiscription.Malformed",
	                                          "Specified VPC description is not valid.", NULL };

static bool texts_fit(struct call *call, const char *name, const char *description)
{
	return vpc_text_check(call, name, &bad_name) && vpc_text_check(call, description, &bad_description);
}

/* ---- CreateVpc ---- */

struct create_in {
	const char *region, *cidr, *name, *description, *resource_group, *user_cidrs, *address_pool;
	const char *ipv6_isp, *ipv6_cidr;
	struct opt_int mask;
	struct opt_bool ipv6, dns_hostnames, dry_run;
	struct items tags;
	const char *client_token;
};

struct create_out {
	const char *vpc, *router, *route_table, *resource_group;
};

static const struct field create_in_fields[] = {
	TEXT(struct create_in, region, "RegionId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "Region."),
	TEXT(struct create_in, cidr, "CidrBlock", .max = 32, .doc = "Default 172.16.0.0/12. Its mask has 8 to 28 bits."),
	TEXT(struct create_in, name, "VpcName", .max = VPC_NAME_MAX, .bad = &bad_name),
	TEXT(struct create_in, description, "Description", .max = VPC_DESCRIPTION_MAX, .bad = &bad_description),
	TEXT(struct create_in, resource_group, "ResourceGroupId", .max = 64),
	TEXT(struct create_in, user_cidrs, "UserCidr", .max = 64, .doc = "Up to three blocks, comma separated."),
	TEXT(struct create_in, address_pool, "Ipv4IpamPoolId", .max = 64, .doc = "This server has no pools."),
	OPT_INT(struct create_in, mask, "Ipv4CidrMask", .flags = FIELD_ACCEPTED),
	OPT_BOOL(struct create_in, ipv6, "EnableIpv6", .doc = "This server has no IPv6."),
	TEXT(struct create_in, ipv6_isp, "Ipv6Isp", .flags = FIELD_ACCEPTED),
	TEXT(struct create_in, ipv6_cidr, "Ipv6CidrBlock", .flags = FIELD_ACCEPTED),
	OPT_BOOL(struct create_in, dns_hostnames, "EnableDnsHostname"),
	ITEMS(struct create_in, tags, "Tag", .of = &vpc_tag_in_shape, .max = RPC_TAGS_MAX),
	TEXT(struct create_in, client_token, "ClientToken", .flags = FIELD_CLIENT_TOKEN, .max = VPC_CLIENT_TOKEN_MAX,
	     .doc = "A repeat within 24 hours gets the first answer."),
	OPT_BOOL(struct create_in, dry_run, "DryRun", .flags = FIELD_DRY_RUN),
	FIELDS_END,
};

static const struct field create_out_fields[] = {
	TEXT(struct create_out, vpc, "VpcId"),
	TEXT(struct create_out, router, "VRouterId"),
	TEXT(struct create_out, route_table, "RouteTableId"),
	TEXT(struct create_out, resource_group, "ResourceGroupId"),
	FIELDS_END,
};

static const struct error_row create_errors[] = {
	VPC_ROW_EMPTY,
	VPC_ROW_REGION,
	VPC_ROW_IPV6,
	{ REFUSE_ADDRESS_POOL_UNKNOWN, 404, "ResourceNotFound.IpamPool", "The dependent IPAM pool is not found.", NULL },
	{ REFUSE_VPC_CIDR, 400, "InvalidParameter", "Specified CIDR block is not valid", NULL },
	{ REFUSE_USER_CIDR_LIMIT, 400, "InvalidUserCidr.Quota", "Specified UserCidr number is greater than 3.", NULL },
	{ REFUSE_USER_CIDR, 400, "InvalidParameter", "Specified UserCidr invalid format.", NULL },
	{ REFUSE_VPC_LIMIT, 400, "QuotaExceeded.Vpc", "VPC quota exceeded.", NULL },
	VPC_ROWS_TAGS,
	ROW_DRY_RUN,
	ROWS_END,
};

static bool create_run(struct call *call, const void *in_, void *out_)
{
	const struct create_in *in = in_;
	struct create_out *out = out_;
	struct vpc_create_args args = {
		.name = in->name,
		.description = in->description,
		.cidr = in->cidr,
		.user_cidrs = in->user_cidrs,
		.resource_group = in->resource_group,
		.address_pool = in->address_pool,
		.ipv6 = in->ipv6.value,
		.dns_hostnames = in->dns_hostnames.value,
		.tags = rpc_tags(call, &in->tags),
		.n_tags = in->tags.n,
	};
	struct vpc vpc;

	if (!texts_fit(call, in->name, in->description) || !rpc_tags_check(call, &in->tags) ||
	    !call_verb(call, vpc_create(&call->work, &args, &vpc)))
		return false;
	*out = (struct create_out){ vpc.id, vpc.router, vpc.route_table, text_or(vpc.resource_group, "") };
	return true;
}

const struct operation vpc_create_vpc = {
	.product = "vpc",
	.version = VPC_VERSION,
	.name = "CreateVpc",
	.mode = OPERATION_WRITE,
	.permission = "vpc:CreateVpc",
	.resource = "vpc/*",
	.in = { sizeof(struct create_in), create_in_fields },
	.out = { sizeof(struct create_out), create_out_fields },
	.errors = create_errors,
	.run = create_run,
	.doc = "Creates a private cloud with its router and route table. Asynchronous: Pending, then Available.",
};

/* ---- ModifyVpcAttribute ---- */

struct modify_in {
	const char *region, *vpc, *name, *description, *cidr, *ipv6_isp;
	struct opt_bool ipv6, dns_hostnames;
};

static const struct field modify_in_fields[] = {
	TEXT(struct modify_in, region, "RegionId"),
	TEXT(struct modify_in, vpc, "VpcId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "The VPC."),
	TEXT(struct modify_in, name, "VpcName", .max = VPC_NAME_MAX, .bad = &bad_name),
	TEXT(struct modify_in, description, "Description", .max = VPC_DESCRIPTION_MAX, .bad = &bad_description),
	TEXT(struct modify_in, cidr, "CidrBlock", .max = 32, .doc = "Has to hold every VSwitch of the VPC."),
	OPT_BOOL(struct modify_in, ipv6, "EnableIPv6", .doc = "This server has no IPv6."),
	TEXT(struct modify_in, ipv6_isp, "Ipv6Isp", .flags = FIELD_ACCEPTED),
	OPT_BOOL(struct modify_in, dns_hostnames, "EnableDnsHostname"),
	FIELDS_END,
};

static const struct error_row modify_errors[] = {
	VPC_ROW_EMPTY,
	VPC_ROW_REGION,
	VPC_ROW_UNKNOWN,
	VPC_ROW_STATE,
	VPC_ROW_IPV6,
	{ REFUSE_VPC_CIDR, 400, "InvalidCidrBlock.Malformed", "Specified CIDR block is not valid.", NULL },
	ROWS_END,
};

static bool modify_run(struct call *call, const void *in_, void *out)
{
	const struct modify_in *in = in_;
	struct vpc_modify_args args = {
		.vpc = in->vpc,
		.name = in->name,
		.description = in->description,
		.cidr = in->cidr,
		.ipv6 = in->ipv6.value,
		.dns_hostnames_given = in->dns_hostnames.is == GIVEN,
		.dns_hostnames = in->dns_hostnames.value,
	};

	(void)out;
	return texts_fit(call, in->name, in->description) && call_verb(call, vpc_modify(&call->work, &args));
}

const struct operation vpc_modify_vpc_attribute = {
	.product = "vpc",
	.version = VPC_VERSION,
	.name = "ModifyVpcAttribute",
	.mode = OPERATION_WRITE,
	.permission = "vpc:ModifyVpcAttribute",
	.resource = "vpc/{VpcId}",
	.in = { sizeof(struct modify_in), modify_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = modify_errors,
	.run = modify_run,
	.doc = "Changes name, description or block of a VPC.",
};

/* ---- DeleteVpc ---- */

struct delete_in {
	const char *region, *vpc;
	struct opt_bool force, dry_run;
	const char *client_token;
};

static const struct field delete_in_fields[] = {
	TEXT(struct delete_in, region, "RegionId"),
	TEXT(struct delete_in, vpc, "VpcId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "The VPC."),
	OPT_BOOL(struct delete_in, force, "ForceDelete", .flags = FIELD_ACCEPTED),
	TEXT(struct delete_in, client_token, "ClientToken", .flags = FIELD_CLIENT_TOKEN, .max = VPC_CLIENT_TOKEN_MAX),
	OPT_BOOL(struct delete_in, dry_run, "DryRun", .flags = FIELD_DRY_RUN),
	FIELDS_END,
};

static const struct error_row delete_errors[] = {
	VPC_ROW_EMPTY,
	VPC_ROW_REGION,
	VPC_ROW_UNKNOWN,
	VPC_ROW_STATE,
	{ REFUSE_VPC_HAS_VSWITCH, 400, "DependencyViolation.VSwitch", "Specified object has dependent resources", NULL },
	{ REFUSE_VPC_HAS_SECURITY_GROUP, 400, "DependencyViolation.SecurityGroup",
	  "Specified object has dependent resources SecurityGroup.", NULL },
	ROW_DRY_RUN,
	ROWS_END,
};

static bool delete_run(struct call *call, const void *in_, void *out)
{
	const struct delete_in *in = in_;

	(void)out;
	return call_verb(call, vpc_delete(&call->work, in->vpc));
}

const struct operation vpc_delete_vpc = {
	.product = "vpc",
	.version = VPC_VERSION,
	.name = "DeleteVpc",
	.mode = OPERATION_WRITE,
	.permission = "vpc:DeleteVpc",
	.resource = "vpc/{VpcId}",
	.in = { sizeof(struct delete_in), delete_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = delete_errors,
	.run = delete_run,
	.doc = "Removes a VPC that holds no VSwitch and no security group.",
};
