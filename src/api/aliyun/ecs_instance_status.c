/* DescribeInstanceStatus and DescribeInstanceAttribute. */
#include "api/aliyun/ecs_instance_show.h"
#include "base/moment.h"
#include "core/catalogue.h"

#define STATUS_PAGE_MAX 50

/* ---- DescribeInstanceStatus ---- */

struct status_in {
	const char *region, *zone, *cluster;
	struct texts ids;
	struct rpc_paging paging; /* by number only */
};

struct status_item {
	const char *id, *status;
};

struct status_out {
	struct items statuses;
	struct rpc_pages pages;
};

static const struct field status_in_fields[] = {
	TEXT(struct status_in, region, "RegionId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "Region."),
	TEXT(struct status_in, zone, "ZoneId"),
	TEXT(struct status_in, cluster, "ClusterId", .flags = FIELD_ACCEPTED),
	TEXTS(struct status_in, ids, "InstanceId", .max = 100, .doc = "Absent: all. Ids that do not exist are left out."),
	OPT_INT(struct status_in, paging.page_number, "PageNumber", .min = 1, .max = 1000000),
	OPT_INT(struct status_in, paging.page_size, "PageSize", .min = 1, .max = STATUS_PAGE_MAX, .doc = "Default 10."),
	FIELDS_END,
};

static const struct field status_item_fields[] = {
	TEXT(struct status_item, id, "InstanceId"),
	TEXT(struct status_item, status, "Status"),
	FIELDS_END,
};
static const struct shape status_item_shape = { sizeof(struct status_item), status_item_fields };

static const struct field status_out_fields[] = {
	ITEMS(struct status_out, statuses, "InstanceStatuses", .item = "InstanceStatus", .of = &status_item_shape),
	OPT_INT(struct status_out, pages.total, "TotalCount"),
	OPT_INT(struct status_out, pages.page_number, "PageNumber"),
	OPT_INT(struct status_out, pages.page_size, "PageSize"),
	FIELDS_END,
};

static const struct error_row status_errors[] = {
	ROW_EMPTY,
	ROW_REGION_NOT_FOUND,
	{ REFUSE_ZONE_UNKNOWN, 404, "InvalidZoneId.NotFound", "The ZoneId provided does not exist in our records.", NULL },
	ROWS_END,
};

static bool status_run(struct call *call, const void *in_, void *out_)
{
	const struct status_in *in = in_;
	struct status_out *out = out_;
	struct instance_filter filter = INSTANCE_FILTER_ANY;
	struct status_item *items;
	struct instance *instances;
	struct rpc_list list;
	size_t n;
	size_t i;

	if (!rpc_region_known(call))
		return false;
	if (ecs_given(in->zone) && !zone_known(region_find(in->region), in->zone))
		return call_refuse(call, REFUSE_ZONE_UNKNOWN, in->zone);
	rpc_list_begin(call, &in->paging, 1, STATUS_PAGE_MAX, &list);
	filter.account = call->caller.tenant.account;
	filter.scope = call->caller.tenant.scope;
	filter.region = in->region;
	filter.zone = ecs_given(in->zone);
	filter.ids = in->ids.n ? in->ids.items : NULL;
	filter.n_ids = in->ids.n;
	n = instance_list(call->work.txn, &filter, &list.page, &instances);
	rpc_list_end(&list, rpc_list_needs_count(&list, n) ? instance_count(call->work.txn, &filter) : (int64_t)n, &out->pages);
	items = arena_array(call_work_arena(call), struct status_item, n);
	for (i = 0; i < n; i++)
		items[i] = (struct status_item){ instances[i].id, ecs_instance_status(instances[i].state) };
	out->statuses = (struct items){ items, n };
	return true;
}

const struct operation ecs_describe_instance_status = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DescribeInstanceStatus",
	.mode = OPERATION_READ,
	.permission = "ecs:DescribeInstanceStatus",
	.resource = "instance/{InstanceId}",
	.in = { sizeof(struct status_in), status_in_fields },
	.out = { sizeof(struct status_out), status_out_fields },
	.errors = status_errors,
	.run = status_run,
	.doc = "Lists instances with nothing but their status, newest first.",
};

/* ---- DescribeInstanceAttribute ---- */

struct attribute_in {
	const char *instance;
};

struct lock_item {
	const char *reason;
};

struct attribute_out {
	const char *id, *region, *zone, *name, *description, *host_name, *image, *type, *status, *stopped_mode, *serial;
	const char *charge_type, *internet_charge_type, *network, *io_optimized, *creation_time, *expired_time, *none;
	int64_t cpu, memory, internet_in, internet_out;
	struct texts security_groups, none_list;
	struct ecs_vpc_item vpc;
	struct items locks;
};

static const struct field attribute_in_fields[] = {
	TEXT(struct attribute_in, instance, "InstanceId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "The instance."),
	FIELDS_END,
};

static const struct field lock_fields[] = {
	TEXT(struct lock_item, reason, "LockReason"),
	FIELDS_END,
};
static const struct shape lock_shape = { sizeof(struct lock_item), lock_fields };

static const struct field attribute_out_fields[] = {
	TEXT(struct attribute_out, id, "InstanceId"),
	TEXT(struct attribute_out, region, "RegionId"),
	TEXT(struct attribute_out, zone, "ZoneId"),
	TEXT(struct attribute_out, none, "ClusterId"),
	TEXT(struct attribute_out, name, "InstanceName"),
	TEXT(struct attribute_out, description, "Description"),
	TEXT(struct attribute_out, host_name, "HostName"),
	TEXT(struct attribute_out, status, "Status"),
	TEXT(struct attribute_out, stopped_mode, "StoppedMode"),
	TEXT(struct attribute_out, image, "ImageId"),
	TEXT(struct attribute_out, type, "InstanceType"),
	INT(struct attribute_out, cpu, "Cpu"),
	INT(struct attribute_out, memory, "Memory"),
	TEXT(struct attribute_out, serial, "SerialNumber"),
	TEXT(struct attribute_out, none, "VlanId"),
	TEXT(struct attribute_out, charge_type, "InstanceChargeType"),
	TEXT(struct attribute_out, none, "CreditSpecification"),
	TEXT(struct attribute_out, network, "InstanceNetworkType"),
	TEXT(struct attribute_out, internet_charge_type, "InternetChargeType"),
	INT(struct attribute_out, internet_in, "InternetMaxBandwidthIn"),
	INT(struct attribute_out, internet_out, "InternetMaxBandwidthOut"),
	TEXT(struct attribute_out, io_optimized, "IoOptimized"),
	TEXT(struct attribute_out, creation_time, "CreationTime"),
	TEXT(struct attribute_out, expired_time, "ExpiredTime"),
	TEXTS(struct attribute_out, security_groups, "SecurityGroupIds", .item = "SecurityGroupId"),
	TEXTS(struct attribute_out, none_list, "PublicIpAddress", .item = "IpAddress"),
	TEXTS(struct attribute_out, none_list, "InnerIpAddress", .item = "IpAddress"),
	OBJECT(struct attribute_out, vpc, "VpcAttributes", .of = &ecs_vpc_shape),
	ITEMS(struct attribute_out, locks, "OperationLocks", .item = "LockReason", .of = &lock_shape),
	FIELDS_END,
};

static const struct error_row attribute_errors[] = {
	ROW_EMPTY,
	{ REFUSE_INSTANCE_UNKNOWN, 404, "InvalidInstanceId.NotFound", "The specified InstanceId does not exist.",
	  "StartInstance page" },
	ROWS_END,
};

static struct items locks_of(struct call *call, const char *list)
{
	struct texts reasons = ecs_split(call, list);
	struct lock_item *items = arena_array(call_work_arena(call), struct lock_item, reasons.n);
	size_t i;

	for (i = 0; i < reasons.n; i++)
		items[i].reason = reasons.items[i];
	return (struct items){ items, reasons.n };
}

static bool attribute_run(struct call *call, const void *in_, void *out_)
{
	const struct attribute_in *in = in_;
	struct attribute_out *out = out_;
	const struct instance_type *type;
	struct instance instance;

	if (!find_instance(&call->work, in->instance, &instance))
		return call_refuse(call, REFUSE_INSTANCE_UNKNOWN, in->instance);
	type = instance_type_find(&call->work, instance.type);
	*out = (struct attribute_out){
		.id = instance.id,
		.region = instance.tenant.region,
		.zone = instance.zone,
		.name = instance.name,
		.description = instance.description,
		.host_name = instance.host_name,
		.status = ecs_instance_status(instance.state),
		.stopped_mode = instance.stopped_mode,
		.image = instance.image,
		.type = instance.type,
		.cpu = type ? type->cpus : 0,
		.memory = type ? type->memory_mib : 0,
		.serial = instance.serial,
		.charge_type = ecs_charge_type(instance.charge_type),
		.network = "vpc",
		.internet_charge_type = instance.internet_charge_type,
		.internet_in = instance.internet_max_bandwidth_in,
		.internet_out = instance.internet_max_bandwidth_out,
		.io_optimized = "optimized",
		.creation_time = moment_minutes_text(call_work_arena(call), instance.created_at),
		.expired_time = ecs_expired_time(call, &instance),
		.none = "",
		.security_groups = ecs_split(call, instance.security_groups),
		.vpc = ecs_vpc_of(call, &instance),
		.locks = locks_of(call, instance.locks),
	};
	return true;
}

const struct operation ecs_describe_instance_attribute = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DescribeInstanceAttribute",
	.mode = OPERATION_READ,
	.permission = "ecs:DescribeInstanceAttribute",
	.resource = "instance/{InstanceId}",
	.in = { sizeof(struct attribute_in), attribute_in_fields },
	.out = { sizeof(struct attribute_out), attribute_out_fields },
	.errors = attribute_errors,
	.run = attribute_run,
	.doc = "Shows one instance.",
};
