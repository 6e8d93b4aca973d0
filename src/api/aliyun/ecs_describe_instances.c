/* DescribeInstances. */
#include "api/aliyun/ecs_instance_show.h"
#include "api/aliyun/ecs_network_interface.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/catalogue.h"

#define IDS_MAX        100
#define TOKEN_PAGE_MIN 1
#define TOKEN_PAGE_MAX 100

struct describe_in {
	const char *region, *zone, *type, *family, *name, *image, *status, *charge_type, *network, *lock_reason;
	const char *security_group, *vpc, *vswitch, *key_pair, *resource_group;
	struct opt_texts ids, private_ips;
	struct items filters;
	struct items tags;
	struct texts additional;
	struct rpc_paging paging;
	struct opt_bool dry_run;
};

struct lock_item {
	const char *reason, *message;
};

struct hibernation_item {
	bool configured;
};

struct instance_item {
	const char *id, *region, *zone, *name, *description, *host_name, *image, *type, *family, *status, *none;
	const char *os_name, *os_name_en, *os_type, *charge_type, *internet_charge_type, *network, *key_pair;
	const char *creation_time, *start_time, *expired_time, *auto_release_time, *stopped_mode, *serial, *resource_group;
	const char *spot_strategy, *sale_cycle, *credit;
	int64_t cpu, memory, internet_in, internet_out, zero;
	bool io_optimized, deletion_protection, device_available, no;
	struct texts security_groups, none_list;
	struct ecs_vpc_item vpc;
	struct hibernation_item hibernation;
	struct items locks, interfaces, tags;
};

struct describe_out {
	struct items instances;
	struct rpc_pages pages;
};

/* ---- tables ---- */

static const char *const status_words[] = { "Pending", "Running", "Starting", "Stopping", "Stopped", NULL };
static const char *const charge_words[] = { "PrePaid", "PostPaid", NULL };
static const char *const network_words[] = { "classic", "vpc", NULL };
static const char *const lock_words[] = { "financial", "security", "recycling", "Recycling", "dedicatedhostfinancial",
	                                  "refunded", NULL };
static const char *const filter_keys[] = { "CreationStartTime", "CreationEndTime", NULL };

#define BAD(row, code, message) \
	static const struct error_row row = { REFUSE_FIELD, 404, code, message, NULL }
BAD(bad_status, "InvalidStatus.NotFound", "The specified Status is not found");
BAD(bad_charge, "InvalidInstanceChargeType.NotFound", "The InstanceChargeType does not exist in our records");
BAD(bad_network, "InvalidNetworkType.NotFound", "The specified InstanceNetworkType is not found");
BAD(bad_lock, "InvalidLockReason.NotFound", "The specified LockReason is not found");
BAD(bad_filter, "InvalidFilterKey.NotFound",
    "The error message returned because the specified start time or end time is invalid.");

static const struct field filter_fields[] = {
	TEXT(struct rpc_filter, key, "Key", .values = filter_keys, .bad = &bad_filter),
	TIME(struct rpc_filter, value, "Value", .bad = &bad_filter),
	FIELDS_END,
};
static const struct shape filter_shape = { sizeof(struct rpc_filter), filter_fields };
static const struct rpc_filter_rows filter_rows = { &bad_filter, &bad_filter };

static const struct field in_fields[] = {
	TEXT(struct describe_in, region, "RegionId", .doc = "Only this region; absent: the whole account."),
	TEXT(struct describe_in, zone, "ZoneId"),
	JSON_TEXTS(struct describe_in, ids, "InstanceIds", .max = IDS_MAX,
	           .doc = "JSON list of at most 100 ids; [] finds none. Ids that do not exist are left out."),
	TEXT(struct describe_in, name, "InstanceName", .max = ECS_NAME_MAX, .doc = "* stands for any characters."),
	TEXT(struct describe_in, status, "Status", .values = status_words, .bad = &bad_status),
	TEXT(struct describe_in, type, "InstanceType"),
	TEXT(struct describe_in, family, "InstanceTypeFamily"),
	TEXT(struct describe_in, image, "ImageId"),
	TEXT(struct describe_in, charge_type, "InstanceChargeType", .values = charge_words, .bad = &bad_charge),
	TEXT(struct describe_in, network, "InstanceNetworkType", .values = network_words, .bad = &bad_network,
	     .doc = "classic finds none."),
	TEXT(struct describe_in, lock_reason, "LockReason", .values = lock_words, .bad = &bad_lock),
	TEXT(struct describe_in, security_group, "SecurityGroupId"),
	TEXT(struct describe_in, vpc, "VpcId"),
	TEXT(struct describe_in, vswitch, "VSwitchId"),
	TEXT(struct describe_in, key_pair, "KeyPairName"),
	TEXT(struct describe_in, resource_group, "ResourceGroupId"),
	JSON_TEXTS(struct describe_in, private_ips, "PrivateIpAddresses", .max = 100, .doc = "The first one counts."),
	ITEMS(struct describe_in, filters, "Filter", .of = &filter_shape, .max = 4,
	      .doc = "CreationStartTime, CreationEndTime."),
	ITEMS(struct describe_in, tags, "Tag", .of = &rpc_tag_in_shape, .max = RPC_TAGS_MAX, .doc = "All must match."),
	TEXTS(struct describe_in, additional, "AdditionalAttributes", .flags = FIELD_ACCEPTED),
	RPC_PAGING_FIELDS(struct describe_in, paging),
	OPT_BOOL(struct describe_in, dry_run, "DryRun", .flags = FIELD_DRY_RUN),
	FIELDS_END,
};

static const struct field lock_fields[] = {
	TEXT(struct lock_item, reason, "LockReason"),
	TEXT(struct lock_item, message, "LockMsg"),
	FIELDS_END,
};
static const struct shape lock_shape = { sizeof(struct lock_item), lock_fields };

static const struct field hibernation_fields[] = {
	BOOL(struct hibernation_item, configured, "Configured"),
	FIELDS_END,
};
static const struct shape hibernation_shape = { sizeof(struct hibernation_item), hibernation_fields };

static const struct field instance_fields[] = {
	TEXT(struct instance_item, id, "InstanceId"),
	TEXT(struct instance_item, region, "RegionId"),
	TEXT(struct instance_item, zone, "ZoneId"),
	TEXT(struct instance_item, name, "InstanceName"),
	TEXT(struct instance_item, description, "Description"),
	TEXT(struct instance_item, host_name, "HostName"),
	TEXT(struct instance_item, status, "Status"),
	TEXT(struct instance_item, stopped_mode, "StoppedMode"),
	TEXT(struct instance_item, image, "ImageId"),
	TEXT(struct instance_item, type, "InstanceType"),
	TEXT(struct instance_item, family, "InstanceTypeFamily"),
	INT(struct instance_item, cpu, "Cpu"),
	INT(struct instance_item, memory, "Memory"),
	INT(struct instance_item, zero, "GPUAmount"),
	TEXT(struct instance_item, none, "GPUSpec"),
	TEXT(struct instance_item, os_name, "OSName"),
	TEXT(struct instance_item, os_name_en, "OSNameEn"),
	TEXT(struct instance_item, os_type, "OSType"),
	TEXT(struct instance_item, serial, "SerialNumber"),
	TEXT(struct instance_item, none, "ClusterId"),
	TEXT(struct instance_item, none, "HpcClusterId"),
	TEXT(struct instance_item, none, "VlanId"),
	TEXT(struct instance_item, charge_type, "InstanceChargeType"),
	TEXT(struct instance_item, sale_cycle, "SaleCycle"),
	TEXT(struct instance_item, spot_strategy, "SpotStrategy"),
	TEXT(struct instance_item, credit, "CreditSpecification"),
	TEXT(struct instance_item, network, "InstanceNetworkType"),
	TEXT(struct instance_item, internet_charge_type, "InternetChargeType"),
	INT(struct instance_item, internet_in, "InternetMaxBandwidthIn"),
	INT(struct instance_item, internet_out, "InternetMaxBandwidthOut"),
	BOOL(struct instance_item, io_optimized, "IoOptimized"),
	BOOL(struct instance_item, device_available, "DeviceAvailable"),
	BOOL(struct instance_item, deletion_protection, "DeletionProtection"),
	BOOL(struct instance_item, no, "Recyclable"),
	TEXT(struct instance_item, key_pair, "KeyPairName"),
	TEXT(struct instance_item, resource_group, "ResourceGroupId"),
	TEXT(struct instance_item, creation_time, "CreationTime"),
	TEXT(struct instance_item, start_time, "StartTime"),
	TEXT(struct instance_item, expired_time, "ExpiredTime"),
	TEXT(struct instance_item, auto_release_time, "AutoReleaseTime"),
	TEXTS(struct instance_item, security_groups, "SecurityGroupIds", .item = "SecurityGroupId"),
	TEXTS(struct instance_item, none_list, "PublicIpAddress", .item = "IpAddress"),
	TEXTS(struct instance_item, none_list, "InnerIpAddress", .item = "IpAddress"),
	OBJECT(struct instance_item, vpc, "VpcAttributes", .of = &ecs_vpc_shape),
	OBJECT(struct instance_item, hibernation, "HibernationOptions", .of = &hibernation_shape),
	ITEMS(struct instance_item, interfaces, "NetworkInterfaces", .item = "NetworkInterface",
	      .of = &ecs_instance_interface_shape),
	ITEMS(struct instance_item, locks, "OperationLocks", .item = "LockReason", .of = &lock_shape),
	ITEMS(struct instance_item, tags, "Tags", .item = "Tag", .of = &rpc_tag_out_shape),
	FIELDS_END,
};
static const struct shape instance_shape = { sizeof(struct instance_item), instance_fields };

static const struct field out_fields[] = {
	ITEMS(struct describe_out, instances, "Instances", .item = "Instance", .of = &instance_shape),
	RPC_PAGES_FIELDS(struct describe_out, pages),
	FIELDS_END,
};

static const struct error_row errors[] = {
	ROW_REGION_NOT_FOUND,
	ROW_DRY_RUN,
	ROWS_END,
};

/* ---- from a request to a filter ---- */

static struct instance_filter make_filter(struct call *call, const struct describe_in *in)
{
	static const char *const no_ids[1];
	struct instance_filter filter = INSTANCE_FILTER_ANY;

	filter.account = call->caller.tenant.account;
	filter.scope = call->caller.tenant.scope;
	filter.region = call->caller.tenant.region;
	filter.zone = ecs_given(in->zone);
	filter.name_pattern = ecs_given(in->name);
	/* An instance that is being released is shown as Stopping, and found so. */
	filter.going_down = text_equal(in->status, ecs_instance_status(INSTANCE_STOPPING));
	filter.state = filter.going_down ? -1 : ecs_instance_status_of(in->status);
	filter.type = ecs_given(in->type);
	filter.type_family = ecs_given(in->family);
	filter.image = ecs_given(in->image);
	filter.charge_type = ecs_charge_type_of(in->charge_type);
	filter.key_pair = ecs_given(in->key_pair);
	filter.vpc = ecs_given(in->vpc);
	filter.vswitch = ecs_given(in->vswitch);
	filter.security_group = ecs_given(in->security_group);
	filter.resource_group = ecs_given(in->resource_group);
	filter.lock = ecs_given(in->lock_reason);
	filter.private_ip = in->private_ips.n ? in->private_ips.items[0] : NULL;
	filter.tags = rpc_tag_filters(call, &in->tags);
	filter.n_tags = in->tags.n;
	if (in->ids.is == GIVEN) {
		filter.ids = in->ids.items;
		filter.n_ids = in->ids.n;
	}
	if (text_equal(in->network, "classic")) {
		filter.ids = no_ids;
		filter.n_ids = 0;
	}
	return filter;
}

/* ---- from rows to a reply ---- */

static struct items locks_of(struct call *call, const char *list)
{
	struct texts reasons = ecs_split(call, list);
	struct lock_item *items = arena_array(call_work_arena(call), struct lock_item, reasons.n);
	size_t i;

	for (i = 0; i < reasons.n; i++)
		items[i] = (struct lock_item){ reasons.items[i], "" };
	return (struct items){ items, reasons.n };
}

static void fill_catalogue(struct call *call, const struct instance *instance, struct instance_item *item)
{
	const struct instance_type *type = instance_type_find(&call->work, instance->type);
	const struct image *image = image_find(&call->work, instance->image);

	item->none = "";
	item->family = type ? type->family : "";
	item->cpu = type ? type->cpus : 0;
	item->memory = type ? type->memory_mib : 0;
	item->os_name = image ? image->os_name : "";
	item->os_name_en = image ? image->os_name_en : "";
	item->os_type = image ? image->os_type : "";
}

static void fill_times(struct call *call, const struct instance *instance, struct instance_item *item)
{
	struct arena *arena = call_work_arena(call);

	item->creation_time = moment_minutes_text(arena, instance->created_at);
	item->start_time = moment_minutes_text(arena, instance->started_at);
	item->auto_release_time = moment_minutes_text(arena, instance->auto_release_at);
	item->expired_time = ecs_expired_time(call, instance);
}

static void fill_item(struct call *call, const struct instance *instance, struct instance_item *item)
{
	*item = (struct instance_item){
		.id = instance->id,
		.region = instance->tenant.region,
		.zone = instance->zone,
		.name = instance->name,
		.description = instance->description,
		.host_name = instance->host_name,
		.status = ecs_instance_status(instance->state),
		.stopped_mode = instance->stopped_mode,
		.image = instance->image,
		.type = instance->type,
		.serial = instance->serial,
		.charge_type = ecs_charge_type(instance->charge_type),
		.sale_cycle = instance->charge_type == CHARGE_PRE_PAID ? "month" : "",
		.spot_strategy = instance->spot_strategy,
		.credit = "",
		.network = "vpc",
		.internet_charge_type = instance->internet_charge_type,
		.internet_in = instance->internet_max_bandwidth_in,
		.internet_out = instance->internet_max_bandwidth_out,
		.io_optimized = true,
		.device_available = true,
		.deletion_protection = instance->deletion_protection,
		.key_pair = instance->key_pair,
		.resource_group = instance->resource_group,
		.security_groups = ecs_split(call, instance->security_groups),
		.vpc = ecs_vpc_of(call, instance),
		.interfaces = ecs_instance_interfaces(call, instance),
		.locks = locks_of(call, instance->locks),
		.tags = rpc_tags_of(call, instance->id),
	};
	fill_catalogue(call, instance, item);
	fill_times(call, instance, item);
}

static bool run(struct call *call, const void *in_, void *out_)
{
	const struct describe_in *in = in_;
	struct describe_out *out = out_;
	struct instance_filter filter;
	struct instance_item *items;
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
	if (!rpc_creation_times(call, &in->filters, &filter_rows, &filter.created_from, &filter.created_to))
		return false;
	n = instance_list(call->work.txn, &filter, &list.page, &instances);
	if (rpc_list_more(&list, &n))
		out->pages.next_token = rpc_next_token(call, instances[n - 1].created_at, instances[n - 1].id);
	total = rpc_list_needs_count(&list, n) ? instance_count(call->work.txn, &filter) : (int64_t)n;
	rpc_list_end(&list, total, &out->pages);
	items = arena_array(call_work_arena(call), struct instance_item, n);
	for (i = 0; i < n; i++)
		fill_item(call, &instances[i], &items[i]);
	out->instances = (struct items){ items, n };
	return true;
}

const struct operation ecs_describe_instances = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DescribeInstances",
	.mode = OPERATION_READ,
	.permission = "ecs:DescribeInstances",
	.resource = "instance/{InstanceIds}",
	.in = { sizeof(struct describe_in), in_fields },
	.out = { sizeof(struct describe_out), out_fields },
	.errors = errors,
	.run = run,
	.doc = "Lists instances, newest first, by filters and pages.",
};
