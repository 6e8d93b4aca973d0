/* The product SLB, DescribeLoadBalancerAttribute and SetLoadBalancerStatus. */
#include "api/aliyun/slb.h"

#include <string.h>

#include "api/aliyun/ecs.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/balancer.h"

#define OPERATION(name) extern const struct operation slb_##name;
#include "api/aliyun/slb_operations.def"
#undef OPERATION

static const struct operation *const operations[] = {
#define OPERATION(name) &slb_##name,
#include "api/aliyun/slb_operations.def"
#undef OPERATION
	NULL,
};

const struct product product_slb = {
	.name = "slb",
	.title = "Slb",
	.version = SLB_VERSION,
	.operations = operations,
};

/* ---- DescribeLoadBalancerAttribute ---- */

struct attribute_in {
	const char *region, *balancer;
};

struct backend_item {
	const char *instance, *address, *type, *description;
	int64_t weight;
};

struct listener_item {
	const char *protocol;
	int64_t port;
};

struct attribute_out {
	const char *id, *name, *status, *region, *zone, *slave_zone, *address, *address_type, *address_version, *network_type;
	const char *vpc, *vswitch, *resource_group, *created, *pay_type, *internet_charge_type, *delete_protection;
	int64_t created_stamp;
	struct numbers ports;
	struct items listeners;
	struct items backends;
};

static const struct field attribute_in_fields[] = {
	TEXT(struct attribute_in, region, "RegionId"),
	TEXT(struct attribute_in, balancer, "LoadBalancerId", .flags = FIELD_REQUIRED),
	FIELDS_END,
};

static const struct field backend_fields[] = {
	TEXT(struct backend_item, instance, "ServerId"),
	INT(struct backend_item, weight, "Weight"),
	TEXT(struct backend_item, type, "Type", .doc = "Always ecs."),
	TEXT(struct backend_item, address, "ServerIp"),
	TEXT(struct backend_item, description, "Description"),
	FIELDS_END,
};
static const struct shape backend_shape = { sizeof(struct backend_item), backend_fields };

static const struct field listener_fields[] = {
	INT(struct listener_item, port, "ListenerPort"),
	TEXT(struct listener_item, protocol, "ListenerProtocol"),
	FIELDS_END,
};
static const struct shape listener_shape = { sizeof(struct listener_item), listener_fields };

/* The same under the vendor's first spelling. */
static const struct field old_listener_fields[] = {
	INT(struct listener_item, port, "ListenerPort"),
	TEXT(struct listener_item, protocol, "ListenerProtocal"),
	FIELDS_END,
};
static const struct shape old_listener_shape = { sizeof(struct listener_item), old_listener_fields };

static const struct field attribute_out_fields[] = {
	TEXT(struct attribute_out, id, "LoadBalancerId"),
	TEXT(struct attribute_out, name, "LoadBalancerName"),
	TEXT(struct attribute_out, status, "LoadBalancerStatus", .doc = "active, inactive or locked."),
	TEXT(struct attribute_out, region, "RegionId"),
	TEXT(struct attribute_out, region, "RegionIdAlias"),
	TEXT(struct attribute_out, zone, "MasterZoneId"),
	TEXT(struct attribute_out, slave_zone, "SlaveZoneId"),
	TEXT(struct attribute_out, address, "Address"),
	TEXT(struct attribute_out, address_type, "AddressType"),
	TEXT(struct attribute_out, address_version, "AddressIPVersion"),
	TEXT(struct attribute_out, network_type, "NetworkType", .doc = "vpc, or classic where it is in none."),
	TEXT(struct attribute_out, vpc, "VpcId"),
	TEXT(struct attribute_out, vswitch, "VSwitchId"),
	TEXT(struct attribute_out, resource_group, "ResourceGroupId"),
	TEXT(struct attribute_out, created, "CreateTime"),
	INT(struct attribute_out, created_stamp, "CreateTimeStamp"),
	TEXT(struct attribute_out, pay_type, "PayType"),
	TEXT(struct attribute_out, internet_charge_type, "InternetChargeType"),
	TEXT(struct attribute_out, delete_protection, "DeleteProtection"),
	INTS(struct attribute_out, ports, "ListenerPorts", .item = "ListenerPort"),
	ITEMS(struct attribute_out, listeners, "ListenerPortsAndProtocol", .item = "ListenerPortAndProtocol",
	      .of = &listener_shape),
	ITEMS(struct attribute_out, listeners, "ListenerPortsAndProtocal", .item = "ListenerPortAndProtocal",
	      .of = &old_listener_shape),
	ITEMS(struct attribute_out, backends, "BackendServers", .item = "BackendServer", .of = &backend_shape),
	FIELDS_END,
};

static const struct error_row attribute_errors[] = {
	ROW_REGION_NOT_FOUND,
	SLB_ROW_BALANCER_UNKNOWN,
	ROWS_END,
};

static void fill_listeners(struct call *call, const char *listeners, struct attribute_out *out)
{
	struct arena *arena = call_work_arena(call);
	size_t n = text_list_count(listeners);
	struct listener_item *items = arena_array(arena, struct listener_item, n);
	int64_t *ports = arena_array(arena, int64_t, n);
	const char *one;
	size_t i = 0;

	while ((one = text_list_next(arena, &listeners))) {
		const char *colon = strchrnul(one, ':');

		items[i].protocol = arena_text_n(arena, one, (size_t)(colon - one));
		items[i].port = 0;
		text_to_int64(*colon ? colon + 1 : colon, &items[i].port);
		ports[i] = items[i].port;
		i++;
	}
	out->listeners = (struct items){ items, n };
	out->ports = (struct numbers){ ports, n };
}

static struct items show_backends(struct call *call, const char *balancer)
{
	struct backend *rows;
	size_t n = backend_list(call->work.txn, balancer, &rows);
	struct backend_item *items = arena_array(call_work_arena(call), struct backend_item, n);
	size_t i;

	for (i = 0; i < n; i++) {
		struct instance instance = { .private_ip = "" };

		instance_get(call->work.txn, rows[i].instance, &instance);
		items[i] = (struct backend_item){
			.instance = rows[i].instance,
			.address = instance.private_ip,
			.type = "ecs",
			.description = rows[i].description,
			.weight = rows[i].weight,
		};
	}
	return (struct items){ items, n };
}

static bool attribute_run(struct call *call, const void *in_, void *out_)
{
	const struct attribute_in *in = in_;
	struct attribute_out *out = out_;
	struct load_balancer balancer;

	if (!rpc_region_known(call))
		return false;
	if (!find_load_balancer(&call->work, in->balancer, &balancer))
		return call_refuse(call, REFUSE_BALANCER_UNKNOWN, in->balancer);
	*out = (struct attribute_out){
		.id = balancer.id,
		.name = balancer.name,
		.status = balancer_status_names[balancer.status],
		.region = balancer.tenant.region,
		.zone = balancer.zone,
		.slave_zone = "",
		.address = balancer.address,
		.address_type = balancer_reach_names[balancer.reach],
		.address_version = "ipv4",
		.network_type = text_empty(balancer.vpc) ? "classic" : "vpc",
		.vpc = balancer.vpc,
		.vswitch = balancer.vswitch,
		.resource_group = balancer.resource_group,
		.created = moment_seconds_text(call_work_arena(call), balancer.created_at),
		.created_stamp = balancer.created_at,
		.pay_type = "PayOnDemand",
		.internet_charge_type = "paybytraffic",
		.delete_protection = "off",
		.backends = show_backends(call, balancer.id),
	};
	fill_listeners(call, balancer.listeners, out);
	return true;
}

const struct operation slb_describe_load_balancer_attribute = {
	.product = "slb",
	.version = SLB_VERSION,
	.name = "DescribeLoadBalancerAttribute",
	.mode = OPERATION_READ,
	.permission = "slb:DescribeLoadBalancerAttribute",
	.resource = "loadbalancer/{LoadBalancerId}",
	.in = { sizeof(struct attribute_in), attribute_in_fields },
	.out = { sizeof(struct attribute_out), attribute_out_fields },
	.errors = attribute_errors,
	.run = attribute_run,
	.doc = "Shows one load balancer, its listeners and the instances behind it.",
};

/* ---- SetLoadBalancerStatus ---- */

struct status_in {
	const char *region, *balancer, *status;
};

/* The values of enum balancer_status that a user may set. */
static const char *const status_words[] = { "active", "inactive", NULL };
static const struct error_row bad_status = { REFUSE_FIELD, 400, "InvalidParameter", "The specified parameter is not valid.",
	                                     SLB_SOURCE };

static const struct field status_in_fields[] = {
	TEXT(struct status_in, region, "RegionId"),
	TEXT(struct status_in, balancer, "LoadBalancerId", .flags = FIELD_REQUIRED),
	TEXT(struct status_in, status, "LoadBalancerStatus", .flags = FIELD_REQUIRED, .values = status_words, .bad = &bad_status),
	FIELDS_END,
};

static const struct error_row status_errors[] = {
	ROW_REGION_NOT_FOUND,
	SLB_ROW_BALANCER_UNKNOWN,
	SLB_ROW_LOCKED,
	ROWS_END,
};

static bool status_run(struct call *call, const void *in_, void *out)
{
	const struct status_in *in = in_;
	bool active = text_equal(in->status, status_words[BALANCER_ACTIVE]);

	(void)out;
	return call_verb(call, balancer_set_status(&call->work, in->balancer, active ? BALANCER_ACTIVE : BALANCER_INACTIVE));
}

const struct operation slb_set_load_balancer_status = {
	.product = "slb",
	.version = SLB_VERSION,
	.name = "SetLoadBalancerStatus",
	.mode = OPERATION_WRITE,
	.permission = "slb:SetLoadBalancerStatus",
	.resource = "loadbalancer/{LoadBalancerId}",
	.in = { sizeof(struct status_in), status_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = status_errors,
	.run = status_run,
	.doc = "Starts or stops a load balancer.",
};
