/* DescribeNetworkInterfaces, and the card as it stands inside an instance. */
#include <string.h>

#include "api/aliyun/ecs_instance_show.h"
#include "api/aliyun/ecs_network_interface.h"
#include "api/network_card.h"
#include "base/moment.h"
#include "base/text.h"

#define IDS_MAX        100
#define TOKEN_PAGE_MIN 10
#define TOKEN_PAGE_MAX 500

const char *ecs_interface_id(struct call *call, const char *instance)
{
	return arena_printf(call_work_arena(call), "eni-%s", text_starts(instance, "i-") ? instance + 2 : instance);
}

const char *ecs_interface_instance(struct call *call, const char *id)
{
	return text_starts(id, "eni-") ? arena_printf(call_work_arena(call), "i-%s", id + 4) : NULL;
}

/* ---- shapes ---- */

struct address_item {
	const char *address, *dns;
	bool primary;
};

struct instance_interface {
	const char *id, *mac, *type, *address;
	struct items addresses, none;
};

struct attachment_item {
	const char *instance;
	int64_t device_index;
};

struct interface_item {
	const char *id, *name, *description, *instance, *mac, *type, *status, *address, *vswitch, *vpc, *zone, *creation_time;
	const char *resource_group, *owner, *traffic_mode;
	int64_t queues;
	bool delete_on_release, service_managed, source_dest_check;
	struct attachment_item attachment;
	struct items addresses, tags, none;
	struct texts groups;
};

static const struct field address_fields[] = {
	TEXT(struct address_item, address, "PrivateIpAddress"),
	TEXT(struct address_item, dns, "PrivateDnsName"),
	BOOL(struct address_item, primary, "Primary"),
	FIELDS_END,
};
static const struct shape address_shape = { sizeof(struct address_item), address_fields };

static const struct field short_address_fields[] = {
	TEXT(struct address_item, address, "PrivateIpAddress"),
	BOOL(struct address_item, primary, "Primary"),
	FIELDS_END,
};
static const struct shape short_address_shape = { sizeof(struct address_item), short_address_fields };

static const struct field ipv6_fields[] = {
	TEXT(struct address_item, address, "Ipv6Address"),
	FIELDS_END,
};
static const struct shape ipv6_shape = { sizeof(struct address_item), ipv6_fields };

static const struct field instance_interface_fields[] = {
	TEXT(struct instance_interface, id, "NetworkInterfaceId"),
	TEXT(struct instance_interface, mac, "MacAddress"),
	TEXT(struct instance_interface, type, "Type"),
	TEXT(struct instance_interface, address, "PrimaryIpAddress"),
	ITEMS(struct instance_interface, addresses, "PrivateIpSets", .item = "PrivateIpSet", .of = &short_address_shape),
	ITEMS(struct instance_interface, none, "Ipv6Sets", .item = "Ipv6Set", .of = &ipv6_shape),
	FIELDS_END,
};
const struct shape ecs_instance_interface_shape = { sizeof(struct instance_interface), instance_interface_fields };

static const struct field attachment_fields[] = {
	TEXT(struct attachment_item, instance, "InstanceId"),
	INT(struct attachment_item, device_index, "DeviceIndex"),
	FIELDS_END,
};
static const struct shape attachment_shape = { sizeof(struct attachment_item), attachment_fields };

static const struct field interface_fields[] = {
	TEXT(struct interface_item, id, "NetworkInterfaceId"),
	TEXT(struct interface_item, name, "NetworkInterfaceName"),
	TEXT(struct interface_item, description, "Description"),
	TEXT(struct interface_item, instance, "InstanceId"),
	TEXT(struct interface_item, type, "Type"),
	TEXT(struct interface_item, status, "Status"),
	TEXT(struct interface_item, mac, "MacAddress"),
	TEXT(struct interface_item, address, "PrivateIpAddress"),
	TEXT(struct interface_item, vswitch, "VSwitchId"),
	TEXT(struct interface_item, vpc, "VpcId"),
	TEXT(struct interface_item, zone, "ZoneId"),
	TEXT(struct interface_item, creation_time, "CreationTime"),
	TEXT(struct interface_item, resource_group, "ResourceGroupId"),
	TEXT(struct interface_item, owner, "OwnerId"),
	TEXT(struct interface_item, traffic_mode, "NetworkInterfaceTrafficMode"),
	INT(struct interface_item, queues, "QueueNumber"),
	INT(struct interface_item, queues, "QueuePairNumber"),
	BOOL(struct interface_item, delete_on_release, "DeleteOnRelease"),
	BOOL(struct interface_item, service_managed, "ServiceManaged"),
	BOOL(struct interface_item, source_dest_check, "SourceDestCheck"),
	OBJECT(struct interface_item, attachment, "Attachment", .of = &attachment_shape),
	TEXTS(struct interface_item, groups, "SecurityGroupIds", .item = "SecurityGroupId"),
	ITEMS(struct interface_item, addresses, "PrivateIpSets", .item = "PrivateIpSet", .of = &address_shape),
	ITEMS(struct interface_item, none, "Ipv6Sets", .item = "Ipv6Set", .of = &ipv6_shape),
	ITEMS(struct interface_item, tags, "Tags", .item = "Tag", .of = &rpc_tag_out_shape),
	FIELDS_END,
};
static const struct shape interface_shape = { sizeof(struct interface_item), interface_fields };

static struct items addresses_of(struct call *call, const struct instance *instance)
{
	struct address_item *item = arena_new(call_work_arena(call), struct address_item);

	*item = (struct address_item){ instance->private_ip, "", true };
	return (struct items){ item, 1 };
}

struct items ecs_instance_interfaces(struct call *call, const struct instance *instance)
{
	struct instance_interface *item = arena_new(call_work_arena(call), struct instance_interface);

	*item = (struct instance_interface){
		.id = ecs_interface_id(call, instance->id),
		.mac = network_card_mac(call_work_arena(call), instance->id),
		.type = "Primary",
		.address = instance->private_ip,
		.addresses = addresses_of(call, instance),
	};
	return (struct items){ item, 1 };
}

static void fill_item(struct call *call, const struct instance *instance, struct interface_item *item)
{
	*item = (struct interface_item){
		.id = ecs_interface_id(call, instance->id),
		.name = "",
		.description = "",
		.instance = instance->id,
		.mac = network_card_mac(call_work_arena(call), instance->id),
		.type = "Primary",
		.status = "InUse",
		.address = instance->private_ip,
		.vswitch = instance->vswitch,
		.vpc = instance->vpc,
		.zone = instance->zone,
		.creation_time = moment_seconds_text(call_work_arena(call), instance->created_at),
		.resource_group = instance->resource_group,
		.owner = instance->tenant.account,
		.traffic_mode = "Standard",
		.delete_on_release = true,
		.source_dest_check = false,
		.attachment = { instance->id, 0 },
		.addresses = addresses_of(call, instance),
		.groups = ecs_split(call, instance->security_groups),
	};
}

/* ---- DescribeNetworkInterfaces ---- */

struct describe_in {
	const char *region, *instance, *vswitch, *vpc, *address, *group, *type, *status, *name, *resource_group;
	struct texts ids, addresses, ipv6;
	struct opt_bool service_managed;
	struct items tags;
	struct rpc_paging paging;
};

struct describe_out {
	struct items interfaces;
	struct rpc_pages pages;
};

static const char *const type_words[] = { "Primary", "Secondary", NULL };
static const char *const status_words[] = { "Available", "Attaching", "InUse", "Detaching", "Deleting", NULL };

static const struct field in_fields[] = {
	TEXT(struct describe_in, region, "RegionId", .flags = FIELD_REQUIRED, .doc = "Region."),
	TEXTS(struct describe_in, ids, "NetworkInterfaceId", .max = IDS_MAX, .doc = "Ids that do not exist are left out."),
	TEXT(struct describe_in, instance, "InstanceId"),
	TEXT(struct describe_in, vswitch, "VSwitchId"),
	TEXT(struct describe_in, vpc, "VpcId"),
	TEXT(struct describe_in, address, "PrimaryIpAddress"),
	TEXTS(struct describe_in, addresses, "PrivateIpAddress", .max = IDS_MAX, .doc = "The first one counts."),
	TEXTS(struct describe_in, ipv6, "Ipv6Address", .max = IDS_MAX, .doc = "Any finds none."),
	TEXT(struct describe_in, group, "SecurityGroupId"),
	TEXT(struct describe_in, type, "Type", .values = type_words, .doc = "Secondary finds none."),
	TEXT(struct describe_in, status, "Status", .values = status_words, .doc = "All are InUse."),
	TEXT(struct describe_in, name, "NetworkInterfaceName", .doc = "Cards of this server have no names: any name finds none."),
	TEXT(struct describe_in, resource_group, "ResourceGroupId"),
	OPT_BOOL(struct describe_in, service_managed, "ServiceManaged", .doc = "true finds none."),
	ITEMS(struct describe_in, tags, "Tag", .of = &rpc_tag_in_shape, .max = RPC_TAGS_MAX,
	      .doc = "Cards of this server have no tags: any tag finds none."),
	RPC_PAGING_FIELDS(struct describe_in, paging),
	FIELDS_END,
};

static const struct field out_fields[] = {
	ITEMS(struct describe_out, interfaces, "NetworkInterfaceSets", .item = "NetworkInterfaceSet", .of = &interface_shape),
	RPC_PAGES_FIELDS(struct describe_out, pages),
	FIELDS_END,
};

static const struct error_row errors[] = {
	ROW_REGION_NOT_FOUND,
	ROWS_END,
};

static bool finds_none(const struct describe_in *in)
{
	return in->ipv6.n || in->tags.n || in->service_managed.value || !text_empty(in->name) ||
	       text_equal(in->type, "Secondary") || (!text_empty(in->status) && !text_equal(in->status, "InUse"));
}

/* By the ids of the cards and the id of the instance, where they are given: what is asked for by both. */
static void filter_ids(struct call *call, const struct describe_in *in, struct instance_filter *filter)
{
	const char **ids = arena_array(call_work_arena(call), const char *, in->ids.n + 1);
	size_t n = 0;
	size_t i;

	if (finds_none(in)) {
		filter->ids = ids;
		return;
	}
	if (!in->ids.n && text_empty(in->instance))
		return;
	for (i = 0; i < in->ids.n; i++) {
		const char *id = ecs_interface_instance(call, in->ids.items[i]);

		if (id && (text_empty(in->instance) || text_equal(id, in->instance)))
			ids[n++] = id;
	}
	if (!in->ids.n)
		ids[n++] = in->instance;
	filter->ids = ids;
	filter->n_ids = n;
}

static struct instance_filter make_filter(struct call *call, const struct describe_in *in)
{
	struct instance_filter filter = INSTANCE_FILTER_ANY;

	filter.account = call->caller.tenant.account;
	filter.scope = call->caller.tenant.scope;
	filter.region = call->caller.tenant.region;
	filter.vswitch = ecs_given(in->vswitch);
	filter.vpc = ecs_given(in->vpc);
	filter.security_group = ecs_given(in->group);
	filter.resource_group = ecs_given(in->resource_group);
	filter.private_ip = ecs_given(in->address);
	if (!filter.private_ip && in->addresses.n)
		filter.private_ip = in->addresses.items[0];
	filter_ids(call, in, &filter);
	return filter;
}

static bool run(struct call *call, const void *in_, void *out_)
{
	const struct describe_in *in = in_;
	struct describe_out *out = out_;
	struct instance_filter filter;
	struct interface_item *items;
	struct instance *instances;
	struct rpc_list list;
	int64_t total;
	size_t n;
	size_t i;

	if (!rpc_region_known(call))
		return false;
	if (!rpc_list_begin(call, &in->paging, TOKEN_PAGE_MIN, TOKEN_PAGE_MAX, &list))
		return false;
	filter = make_filter(call, in);
	n = instance_list(call->work.txn, &filter, &list.page, &instances);
	if (rpc_list_more(&list, &n))
		out->pages.next_token = rpc_next_token(call, instances[n - 1].created_at, instances[n - 1].id);
	total = rpc_list_needs_count(&list, n) ? instance_count(call->work.txn, &filter) : (int64_t)n;
	rpc_list_end(&list, total, &out->pages);
	items = arena_array(call_work_arena(call), struct interface_item, n);
	for (i = 0; i < n; i++)
		fill_item(call, &instances[i], &items[i]);
	out->interfaces = (struct items){ items, n };
	return true;
}

const struct operation ecs_describe_network_interfaces = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DescribeNetworkInterfaces",
	.mode = OPERATION_READ,
	.permission = "ecs:DescribeNetworkInterfaces",
	.resource = "eni/{NetworkInterfaceId}",
	.in = { sizeof(struct describe_in), in_fields },
	.out = { sizeof(struct describe_out), out_fields },
	.errors = errors,
	.run = run,
	.doc = "Lists network cards, newest first: the primary one of each instance.",
};
