/* DescribeVSwitches, DescribeVSwitchAttributes. */
#include "api/aliyun/ecs.h"
#include "api/aliyun/vpc.h"
#include "base/moment.h"
#include "base/text.h"

struct route_table_item {
	const char *id, *type;
};

struct vswitch_item {
	const char *id, *vpc, *zone, *status, *name, *description, *cidr, *ipv6_cidr, *resource_group, *creation_time;
	const char *network_acl, *share_type;
	int64_t available, owner;
	bool is_default;
	struct route_table_item route_table;
	struct items tags;
};

static const struct field route_table_fields[] = {
	TEXT(struct route_table_item, id, "RouteTableId"),
	TEXT(struct route_table_item, type, "RouteTableType"),
	FIELDS_END,
};
static const struct shape route_table_shape = { sizeof(struct route_table_item), route_table_fields };

static const struct field item_fields[] = {
	TEXT(struct vswitch_item, id, "VSwitchId"),
	TEXT(struct vswitch_item, vpc, "VpcId"),
	TEXT(struct vswitch_item, zone, "ZoneId"),
	TEXT(struct vswitch_item, status, "Status"),
	TEXT(struct vswitch_item, name, "VSwitchName"),
	TEXT(struct vswitch_item, description, "Description"),
	TEXT(struct vswitch_item, cidr, "CidrBlock"),
	TEXT(struct vswitch_item, ipv6_cidr, "Ipv6CidrBlock"),
	INT(struct vswitch_item, available, "AvailableIpAddressCount"),
	TEXT(struct vswitch_item, resource_group, "ResourceGroupId"),
	TEXT(struct vswitch_item, creation_time, "CreationTime"),
	TEXT(struct vswitch_item, network_acl, "NetworkAclId"),
	INT(struct vswitch_item, owner, "OwnerId"),
	TEXT(struct vswitch_item, share_type, "ShareType"),
	BOOL(struct vswitch_item, is_default, "IsDefault"),
	OBJECT(struct vswitch_item, route_table, "RouteTable", .of = &route_table_shape),
	ITEMS(struct vswitch_item, tags, "Tags", .item = "Tag", .of = &vpc_tag_shape),
	FIELDS_END,
};
static const struct shape item_shape = { sizeof(struct vswitch_item), item_fields };

static void fill_item(struct call *call, const struct vswitch *vswitch, struct vswitch_item *item)
{
	struct vpc vpc = { .route_table = "" };

	vpc_get(call->work.txn, vswitch->vpc, &vpc);
	*item = (struct vswitch_item){
		.id = vswitch->id,
		.vpc = vswitch->vpc,
		.zone = vswitch->zone,
		.status = vpc_state(call, vswitch->ready_at),
		.name = vswitch->name,
		.description = vswitch->description,
		.cidr = vswitch->cidr,
		.ipv6_cidr = "",
		.available = vswitch_free(&call->work, vswitch),
		.resource_group = vswitch->resource_group,
		.creation_time = moment_seconds_text(call_work_arena(call), vswitch->created_at),
		.network_acl = "",
		.owner = vpc_owner(vswitch->tenant.account),
		.share_type = "",
		.route_table = { vpc.route_table, "System" },
		.tags = rpc_tags_of(call, vswitch->id),
	};
}

/* ---- DescribeVSwitches ---- */

struct describe_in {
	const char *region, *vswitch, *vpc, *zone, *name, *resource_group, *route_table;
	struct opt_bool is_default, ipv6, dry_run;
	struct opt_int owner;
	struct items tags;
	struct rpc_paging paging;
};

struct describe_out {
	struct items vswitches;
	struct rpc_pages pages;
};

static const struct field describe_in_fields[] = {
	TEXT(struct describe_in, region, "RegionId"),
	TEXT(struct describe_in, vswitch, "VSwitchId",
	     .doc = "Up to 20 ids, comma separated. Ids that do not exist are left out."),
	TEXT(struct describe_in, vpc, "VpcId"),
	TEXT(struct describe_in, zone, "ZoneId"),
	TEXT(struct describe_in, name, "VSwitchName", .max = VPC_NAME_MAX),
	OPT_BOOL(struct describe_in, is_default, "IsDefault", .doc = "true finds none."),
	OPT_BOOL(struct describe_in, ipv6, "EnableIpv6", .doc = "true finds none."),
	OPT_INT(struct describe_in, owner, "VSwitchOwnerId", .flags = FIELD_ACCEPTED),
	TEXT(struct describe_in, route_table, "RouteTableId", .flags = FIELD_ACCEPTED),
	TEXT(struct describe_in, resource_group, "ResourceGroupId"),
	ITEMS(struct describe_in, tags, "Tag", .of = &vpc_tag_in_shape, .max = RPC_TAGS_MAX, .doc = "All must match."),
	VPC_PAGING_FIELDS(struct describe_in, paging),
	OPT_BOOL(struct describe_in, dry_run, "DryRun", .flags = FIELD_DRY_RUN),
	FIELDS_END,
};

static const struct field describe_out_fields[] = {
	ITEMS(struct describe_out, vswitches, "VSwitches", .item = "VSwitch", .of = &item_shape),
	VPC_PAGES_FIELDS(struct describe_out, pages),
	FIELDS_END,
};

static const struct error_row describe_errors[] = {
	VPC_ROW_REGION,
	ROW_DRY_RUN,
	ROWS_END,
};

static struct network_filter make_filter(struct call *call, const struct describe_in *in)
{
	static const char *const no_ids[1];
	struct network_filter filter = NETWORK_FILTER_ANY;

	filter.account = call->caller.tenant.account;
	filter.scope = call->caller.tenant.scope;
	filter.region = call->caller.tenant.region;
	filter.ids = vpc_ids(call, in->vswitch, &filter.n_ids);
	if (in->is_default.value || in->ipv6.value) {
		filter.ids = no_ids;
		filter.n_ids = 0;
	}
	filter.vpc = ecs_given(in->vpc);
	filter.zone = ecs_given(in->zone);
	filter.name_pattern = ecs_given(in->name);
	filter.resource_group = ecs_given(in->resource_group);
	filter.tags = rpc_tag_filters(call, &in->tags);
	filter.n_tags = in->tags.n;
	return filter;
}

static bool describe_run(struct call *call, const void *in_, void *out_)
{
	const struct describe_in *in = in_;
	struct describe_out *out = out_;
	struct network_filter filter;
	struct vswitch_item *items;
	struct vswitch *rows;
	struct rpc_list list;
	size_t n;
	size_t i;

	if (!rpc_region_known(call))
		return false;
	if (!rpc_list_begin(call, &in->paging, 1, 1, &list))
		return false;
	filter = make_filter(call, in);
	n = vswitch_list(call->work.txn, &filter, &list.page, &rows);
	rpc_list_end(&list, rpc_list_needs_count(&list, n) ? vswitch_count(call->work.txn, &filter) : (int64_t)n,
	             &out->pages);
	items = arena_array(call_work_arena(call), struct vswitch_item, n);
	for (i = 0; i < n; i++)
		fill_item(call, &rows[i], &items[i]);
	out->vswitches = (struct items){ items, n };
	return true;
}

const struct operation vpc_describe_vswitches = {
	.product = "vpc",
	.version = VPC_VERSION,
	.name = "DescribeVSwitches",
	.mode = OPERATION_READ,
	.permission = "vpc:DescribeVSwitches",
	.resource = "vswitch/{VSwitchId}",
	.in = { sizeof(struct describe_in), describe_in_fields },
	.out = { sizeof(struct describe_out), describe_out_fields },
	.errors = describe_errors,
	.run = describe_run,
	.doc = "Lists VSwitches, newest first, by filters and pages.",
};

/* ---- DescribeVSwitchAttributes ---- */

struct attributes_in {
	const char *region, *vswitch;
	struct opt_bool dry_run;
};

static const struct field attributes_in_fields[] = {
	TEXT(struct attributes_in, region, "RegionId"),
	TEXT(struct attributes_in, vswitch, "VSwitchId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "The VSwitch."),
	OPT_BOOL(struct attributes_in, dry_run, "DryRun", .flags = FIELD_DRY_RUN),
	FIELDS_END,
};

static const struct error_row attributes_errors[] = {
	VPC_ROW_EMPTY,
	VPC_ROW_REGION,
	VPC_ROW_VSWITCH_UNKNOWN,
	ROW_DRY_RUN,
	ROWS_END,
};

static bool attributes_run(struct call *call, const void *in_, void *out)
{
	const struct attributes_in *in = in_;
	struct vswitch vswitch;

	if (!rpc_region_known(call))
		return false;
	if (!find_vswitch(&call->work, in->vswitch, &vswitch))
		return call_refuse(call, REFUSE_VSWITCH_UNKNOWN, in->vswitch);
	fill_item(call, &vswitch, out);
	return true;
}

const struct operation vpc_describe_vswitch_attributes = {
	.product = "vpc",
	.version = VPC_VERSION,
	.name = "DescribeVSwitchAttributes",
	.mode = OPERATION_READ,
	.permission = "vpc:DescribeVSwitchAttributes",
	.resource = "vswitch/{VSwitchId}",
	.in = { sizeof(struct attributes_in), attributes_in_fields },
	.out = { sizeof(struct vswitch_item), item_fields },
	.errors = attributes_errors,
	.run = attributes_run,
	.doc = "Shows one VSwitch.",
};
