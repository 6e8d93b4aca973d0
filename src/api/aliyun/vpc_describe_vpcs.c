/* DescribeVpcs, DescribeVpcAttribute, DescribeRouteTableList: three views of the same rows. */
#include "api/aliyun/ecs_instance_show.h"
#include "api/aliyun/vpc.h"
#include "base/moment.h"
#include "base/text.h"

/* ---- one VPC ---- */

struct vpc_item {
	const char *id, *region, *status, *name, *description, *cidr, *ipv6_cidr, *router, *resource_group, *creation_time;
	const char *dns_hostnames;
	int64_t owner;
	bool is_default, ipv6, classic_link;
	struct texts vswitches, route_tables, user_cidrs, secondary_cidrs, nat_gateways;
	struct items tags, ipv6_cidrs, cens, resources;
};

struct ipv6_cidr_item {
	const char *cidr, *isp;
};

struct resource_item {
	const char *type;
	int64_t count;
};

static const struct field ipv6_cidr_fields[] = {
	TEXT(struct ipv6_cidr_item, cidr, "Ipv6CidrBlock"),
	TEXT(struct ipv6_cidr_item, isp, "Ipv6Isp"),
	FIELDS_END,
};
static const struct shape ipv6_cidr_shape = { sizeof(struct ipv6_cidr_item), ipv6_cidr_fields };

static const struct field resource_fields[] = {
	TEXT(struct resource_item, type, "ResourceType"),
	INT(struct resource_item, count, "ResourceCount"),
	FIELDS_END,
};
static const struct shape resource_shape = { sizeof(struct resource_item), resource_fields };

#define ITEM_FIELDS                                                                                                   \
	TEXT(struct vpc_item, id, "VpcId"),                                                                           \
	TEXT(struct vpc_item, region, "RegionId"),                                                                    \
	TEXT(struct vpc_item, status, "Status"),                                                                      \
	TEXT(struct vpc_item, name, "VpcName"),                                                                       \
	TEXT(struct vpc_item, description, "Description"),                                                            \
	TEXT(struct vpc_item, cidr, "CidrBlock"),                                                                     \
	TEXT(struct vpc_item, ipv6_cidr, "Ipv6CidrBlock"),                                                            \
	TEXT(struct vpc_item, router, "VRouterId"),                                                                   \
	TEXT(struct vpc_item, resource_group, "ResourceGroupId"),                                                     \
	TEXT(struct vpc_item, creation_time, "CreationTime"),                                                         \
	TEXT(struct vpc_item, dns_hostnames, "DnsHostnameStatus"),                                                    \
	INT(struct vpc_item, owner, "OwnerId"),                                                                       \
	BOOL(struct vpc_item, is_default, "IsDefault"),                                                               \
	BOOL(struct vpc_item, ipv6, "EnabledIpv6"),                                                                   \
	TEXTS(struct vpc_item, vswitches, "VSwitchIds", .item = "VSwitchId"),                                         \
	TEXTS(struct vpc_item, user_cidrs, "UserCidrs", .item = "UserCidr"),                                          \
	TEXTS(struct vpc_item, secondary_cidrs, "SecondaryCidrBlocks", .item = "SecondaryCidrBlock"),                 \
	ITEMS(struct vpc_item, ipv6_cidrs, "Ipv6CidrBlocks", .item = "Ipv6CidrBlock", .of = &ipv6_cidr_shape),        \
	ITEMS(struct vpc_item, tags, "Tags", .item = "Tag", .of = &vpc_tag_shape)

static const struct field item_fields[] = {
	ITEM_FIELDS,
	TEXTS(struct vpc_item, route_tables, "RouterTableIds", .item = "RouterTableIds"),
	TEXTS(struct vpc_item, nat_gateways, "NatGatewayIds", .item = "NatGatewayIds"),
	FIELDS_END,
};
static const struct shape item_shape = { sizeof(struct vpc_item), item_fields };

static const struct field attribute_out_fields[] = {
	ITEM_FIELDS,
	BOOL(struct vpc_item, classic_link, "ClassicLinkEnabled"),
	ITEMS(struct vpc_item, cens, "AssociatedCens", .item = "AssociatedCen", .of = &resource_shape),
	ITEMS(struct vpc_item, resources, "CloudResources", .item = "CloudResourceSetType", .of = &resource_shape),
	FIELDS_END,
};

static struct texts vswitches_of(struct call *call, const char *vpc)
{
	struct network_filter filter = { .vpc = vpc, .type = -1 };
	struct vswitch *rows;
	size_t n = vswitch_list(call->work.txn, &filter, NULL, &rows);
	const char **ids = arena_array(call_work_arena(call), const char *, n);
	size_t i;

	for (i = 0; i < n; i++)
		ids[i] = rows[i].id;
	return (struct texts){ ids, n };
}

static struct items resources_of(struct call *call, const struct vpc_item *item)
{
	struct network_filter filter = { .vpc = item->id, .type = -1 };
	struct resource_item *items = arena_array(call_work_arena(call), struct resource_item, 3);

	items[0] = (struct resource_item){ "VSwitch", (int64_t)item->vswitches.n };
	items[1] = (struct resource_item){ "SecurityGroup", security_group_count(call->work.txn, &filter) };
	items[2] = (struct resource_item){ "RouteTable", 1 };
	return (struct items){ items, 3 };
}

static void fill_item(struct call *call, const struct vpc *vpc, struct vpc_item *item)
{
	*item = (struct vpc_item){
		.id = vpc->id,
		.region = vpc->tenant.region,
		.status = vpc_state(call, vpc->ready_at),
		.name = vpc->name,
		.description = vpc->description,
		.cidr = vpc->cidr,
		.ipv6_cidr = "",
		.router = vpc->router,
		.resource_group = vpc->resource_group,
		.creation_time = moment_seconds_text(call_work_arena(call), vpc->created_at),
		.dns_hostnames = vpc->dns_hostnames ? "ENABLED" : "DISABLED",
		.owner = vpc_owner(vpc->tenant.account),
		.vswitches = vswitches_of(call, vpc->id),
		.route_tables = ecs_split(call, vpc->route_table),
		.user_cidrs = ecs_split(call, vpc->user_cidrs),
		.tags = rpc_tags_of(call, vpc->id),
	};
}

/* ---- DescribeVpcs ---- */

struct describe_in {
	const char *region, *vpc, *name, *resource_group, *dhcp_options;
	struct opt_bool is_default, ipv6, dry_run;
	struct opt_int owner;
	struct items tags;
	struct rpc_paging paging;
};

struct describe_out {
	struct items vpcs;
	struct rpc_pages pages;
};

static const struct field describe_in_fields[] = {
	TEXT(struct describe_in, region, "RegionId", .flags = FIELD_REQUIRED, .doc = "Region."),
	TEXT(struct describe_in, vpc, "VpcId", .doc = "Up to 20 ids, comma separated. Ids that do not exist are left out."),
	TEXT(struct describe_in, name, "VpcName", .max = VPC_NAME_MAX),
	OPT_BOOL(struct describe_in, is_default, "IsDefault", .doc = "true finds none."),
	OPT_BOOL(struct describe_in, ipv6, "EnableIpv6", .doc = "true finds none."),
	OPT_INT(struct describe_in, owner, "VpcOwnerId", .flags = FIELD_ACCEPTED),
	TEXT(struct describe_in, dhcp_options, "DhcpOptionsSetId", .doc = "Any id finds none."),
	TEXT(struct describe_in, resource_group, "ResourceGroupId"),
	ITEMS(struct describe_in, tags, "Tag", .of = &vpc_tag_in_shape, .max = RPC_TAGS_MAX, .doc = "All must match."),
	VPC_PAGING_FIELDS(struct describe_in, paging),
	OPT_BOOL(struct describe_in, dry_run, "DryRun", .flags = FIELD_DRY_RUN),
	FIELDS_END,
};

static const struct field describe_out_fields[] = {
	ITEMS(struct describe_out, vpcs, "Vpcs", .item = "Vpc", .of = &item_shape),
	VPC_PAGES_FIELDS(struct describe_out, pages),
	FIELDS_END,
};

static const struct error_row describe_errors[] = {
	VPC_ROW_REGION,
	ROW_DRY_RUN,
	ROWS_END,
};

static struct network_filter caller_filter(const struct call *call)
{
	struct network_filter filter = NETWORK_FILTER_ANY;

	filter.account = call->caller.tenant.account;
	filter.scope = call->caller.tenant.scope;
	filter.region = call->caller.tenant.region;
	return filter;
}

static bool describe_run(struct call *call, const void *in_, void *out_)
{
	static const char *const no_ids[1];
	const struct describe_in *in = in_;
	struct describe_out *out = out_;
	struct network_filter filter = caller_filter(call);
	struct vpc_item *items;
	struct rpc_list list;
	struct vpc *rows;
	size_t n;
	size_t i;

	if (!rpc_region_known(call))
		return false;
	if (!rpc_list_begin(call, &in->paging, 1, 1, &list))
		return false;
	filter.ids = vpc_ids(call, in->vpc, &filter.n_ids);
	if (in->is_default.value || in->ipv6.value || !text_empty(in->dhcp_options)) {
		filter.ids = no_ids;
		filter.n_ids = 0;
	}
	filter.name_pattern = ecs_given(in->name);
	filter.resource_group = ecs_given(in->resource_group);
	filter.tags = rpc_tag_filters(call, &in->tags);
	filter.n_tags = in->tags.n;
	n = vpc_list(call->work.txn, &filter, &list.page, &rows);
	rpc_list_end(&list, rpc_list_needs_count(&list, n) ? vpc_count(call->work.txn, &filter) : (int64_t)n, &out->pages);
	items = arena_array(call_work_arena(call), struct vpc_item, n);
	for (i = 0; i < n; i++)
		fill_item(call, &rows[i], &items[i]);
	out->vpcs = (struct items){ items, n };
	return true;
}

const struct operation vpc_describe_vpcs = {
	.product = "vpc",
	.version = VPC_VERSION,
	.name = "DescribeVpcs",
	.mode = OPERATION_READ,
	.permission = "vpc:DescribeVpcs",
	.resource = "vpc/{VpcId}",
	.in = { sizeof(struct describe_in), describe_in_fields },
	.out = { sizeof(struct describe_out), describe_out_fields },
	.errors = describe_errors,
	.run = describe_run,
	.doc = "Lists VPCs, newest first, by filters and pages.",
};

/* ---- DescribeVpcAttribute ---- */

struct attribute_in {
	const char *region, *vpc;
	struct opt_bool is_default, dry_run;
};

static const struct field attribute_in_fields[] = {
	TEXT(struct attribute_in, region, "RegionId", .doc = "Region."),
	TEXT(struct attribute_in, vpc, "VpcId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "The VPC."),
	OPT_BOOL(struct attribute_in, is_default, "IsDefault", .flags = FIELD_ACCEPTED),
	OPT_BOOL(struct attribute_in, dry_run, "DryRun", .flags = FIELD_DRY_RUN),
	FIELDS_END,
};

static const struct error_row attribute_errors[] = {
	VPC_ROW_EMPTY,
	VPC_ROW_REGION,
	VPC_ROW_UNKNOWN,
	ROW_DRY_RUN,
	ROWS_END,
};

static bool attribute_run(struct call *call, const void *in_, void *out)
{
	const struct attribute_in *in = in_;
	struct vpc_item *item = out;
	struct vpc vpc;

	if (!rpc_region_known(call))
		return false;
	if (!find_vpc(&call->work, in->vpc, &vpc))
		return call_refuse(call, REFUSE_VPC_UNKNOWN, in->vpc);
	fill_item(call, &vpc, item);
	item->resources = resources_of(call, item);
	return true;
}

const struct operation vpc_describe_vpc_attribute = {
	.product = "vpc",
	.version = VPC_VERSION,
	.name = "DescribeVpcAttribute",
	.mode = OPERATION_READ,
	.permission = "vpc:DescribeVpcAttribute",
	.resource = "vpc/{VpcId}",
	.in = { sizeof(struct attribute_in), attribute_in_fields },
	.out = { sizeof(struct vpc_item), attribute_out_fields },
	.errors = attribute_errors,
	.run = attribute_run,
	.doc = "Shows one VPC.",
};

/* ---- DescribeRouteTableList ---- */

struct route_table_in {
	const char *region, *vpc, *router, *route_table, *name, *type, *router_type, *resource_group;
	struct items tags;
	struct rpc_paging paging;
};

struct route_table_item {
	const char *id, *vpc, *name, *description, *type, *router, *router_type, *status, *creation_time, *resource_group;
	const char *associate_type;
	int64_t owner;
	bool propagation;
	struct texts vswitches, gateways;
	struct items tags;
};

struct route_table_out {
	struct items tables;
	struct rpc_pages pages;
};

static const char *const table_types[] = { "System", "Custom", NULL };
static const char *const router_types[] = { "VRouter", "VBR", NULL };

static const struct field route_table_in_fields[] = {
	TEXT(struct route_table_in, region, "RegionId", .flags = FIELD_REQUIRED, .doc = "Region."),
	TEXT(struct route_table_in, vpc, "VpcId"),
	TEXT(struct route_table_in, router, "RouterId"),
	TEXT(struct route_table_in, route_table, "RouteTableId"),
	TEXT(struct route_table_in, name, "RouteTableName", .doc = "Tables of this server have no names: any name finds none."),
	TEXT(struct route_table_in, type, "RouteTableType", .values = table_types, .doc = "Custom finds none."),
	TEXT(struct route_table_in, router_type, "RouterType", .values = router_types, .doc = "VBR finds none."),
	TEXT(struct route_table_in, resource_group, "ResourceGroupId"),
	ITEMS(struct route_table_in, tags, "Tag", .of = &vpc_tag_in_shape, .max = RPC_TAGS_MAX,
	      .doc = "Tables of this server have no tags: any tag finds none."),
	VPC_PAGING_FIELDS(struct route_table_in, paging),
	FIELDS_END,
};

static const struct field route_table_fields[] = {
	TEXT(struct route_table_item, id, "RouteTableId"),
	TEXT(struct route_table_item, vpc, "VpcId"),
	TEXT(struct route_table_item, name, "RouteTableName"),
	TEXT(struct route_table_item, description, "Description"),
	TEXT(struct route_table_item, type, "RouteTableType"),
	TEXT(struct route_table_item, router, "RouterId"),
	TEXT(struct route_table_item, router_type, "RouterType"),
	TEXT(struct route_table_item, status, "Status"),
	TEXT(struct route_table_item, creation_time, "CreationTime"),
	TEXT(struct route_table_item, resource_group, "ResourceGroupId"),
	TEXT(struct route_table_item, associate_type, "AssociateType"),
	INT(struct route_table_item, owner, "OwnerId"),
	BOOL(struct route_table_item, propagation, "RoutePropagationEnable"),
	TEXTS(struct route_table_item, vswitches, "VSwitchIds", .item = "VSwitchId"),
	TEXTS(struct route_table_item, gateways, "GatewayIds", .item = "GatewayIds"),
	ITEMS(struct route_table_item, tags, "Tags", .item = "Tag", .of = &vpc_tag_shape),
	FIELDS_END,
};
static const struct shape route_table_shape = { sizeof(struct route_table_item), route_table_fields };

static const struct field route_table_out_fields[] = {
	ITEMS(struct route_table_out, tables, "RouterTableList", .item = "RouterTableListType", .of = &route_table_shape),
	VPC_PAGES_FIELDS(struct route_table_out, pages),
	FIELDS_END,
};

static const struct error_row route_table_errors[] = {
	VPC_ROW_REGION,
	ROWS_END,
};

static bool is_wanted(const struct route_table_in *in, const struct vpc *vpc)
{
	return (text_empty(in->router) || text_equal(in->router, vpc->router)) &&
	       (text_empty(in->route_table) || text_equal(in->route_table, vpc->route_table));
}

static void fill_route_table(struct call *call, const struct vpc *vpc, struct route_table_item *item)
{
	*item = (struct route_table_item){
		.id = vpc->route_table,
		.vpc = vpc->id,
		.name = "",
		.description = "",
		.type = "System",
		.router = vpc->router,
		.router_type = "VRouter",
		.status = vpc_state(call, vpc->ready_at),
		.creation_time = moment_seconds_text(call_work_arena(call), vpc->created_at),
		.resource_group = vpc->resource_group,
		.associate_type = "VSwitch",
		.owner = vpc_owner(vpc->tenant.account),
		.propagation = true,
		.vswitches = vswitches_of(call, vpc->id),
	};
}

/* Each VPC has one table, so the pages are cut from a list that is short: VPCS_MAX. */
static bool route_table_run(struct call *call, const void *in_, void *out_)
{
	const struct route_table_in *in = in_;
	struct route_table_out *out = out_;
	struct network_filter filter = caller_filter(call);
	bool none = !text_empty(in->name) || in->tags.n || text_equal(in->type, "Custom") ||
	            text_equal(in->router_type, "VBR");
	struct route_table_item *items;
	struct rpc_list list;
	struct vpc *rows;
	int64_t total = 0;
	size_t shown = 0;
	size_t n;
	size_t i;

	if (!rpc_region_known(call))
		return false;
	if (!rpc_list_begin(call, &in->paging, 1, 1, &list))
		return false;
	filter.ids = vpc_ids(call, in->vpc, &filter.n_ids);
	filter.resource_group = ecs_given(in->resource_group);
	n = none ? 0 : vpc_list(call->work.txn, &filter, NULL, &rows);
	items = arena_array(call_work_arena(call), struct route_table_item, n);
	for (i = 0; i < n; i++) {
		if (!is_wanted(in, &rows[i]))
			continue;
		if (total >= list.page.offset && (int64_t)shown < list.page.limit)
			fill_route_table(call, &rows[i], &items[shown++]);
		total++;
	}
	rpc_list_end(&list, total, &out->pages);
	out->tables = (struct items){ items, shown };
	return true;
}

const struct operation vpc_describe_route_table_list = {
	.product = "vpc",
	.version = VPC_VERSION,
	.name = "DescribeRouteTableList",
	.mode = OPERATION_READ,
	.permission = "vpc:DescribeRouteTableList",
	.resource = "routetable/{RouteTableId}",
	.in = { sizeof(struct route_table_in), route_table_in_fields },
	.out = { sizeof(struct route_table_out), route_table_out_fields },
	.errors = route_table_errors,
	.run = route_table_run,
	.doc = "Lists route tables: the system's own one of each VPC.",
};
