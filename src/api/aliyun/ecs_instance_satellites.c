/* DescribeUserData, DescribeInstanceRamRole, DescribeInstanceMaintenanceAttributes, DescribeInstanceAttachmentAttributes,
 * DescribeInstanceAutoRenewAttribute: what clients read beside DescribeInstances. */
#include <string.h>

#include "api/aliyun/ecs_instance_show.h"
#include "base/text.h"

#define IDS_MAX 100

/* ---- DescribeUserData ---- */

struct user_data_in {
	const char *region, *instance;
};

struct user_data_out {
	const char *region, *instance, *user_data;
};

static const struct field user_data_in_fields[] = {
	TEXT(struct user_data_in, region, "RegionId", .flags = FIELD_REQUIRED, .doc = "Region."),
	TEXT(struct user_data_in, instance, "InstanceId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "The instance."),
	FIELDS_END,
};

static const struct field user_data_out_fields[] = {
	TEXT(struct user_data_out, region, "RegionId"),
	TEXT(struct user_data_out, instance, "InstanceId"),
	TEXT(struct user_data_out, user_data, "UserData"),
	FIELDS_END,
};

static const struct error_row user_data_errors[] = {
	ROW_EMPTY,
	ROW_REGION_NOT_FOUND,
	ROW_INSTANCE_NOT_FOUND,
	ROWS_END,
};

static bool user_data_run(struct call *call, const void *in_, void *out_)
{
	const struct user_data_in *in = in_;
	struct user_data_out *out = out_;
	struct instance instance;

	if (!rpc_region_known(call))
		return false;
	if (!find_instance(&call->work, in->instance, &instance))
		return call_refuse(call, REFUSE_INSTANCE_UNKNOWN, in->instance);
	*out = (struct user_data_out){ instance.tenant.region, instance.id, instance.user_data };
	return true;
}

const struct operation ecs_describe_user_data = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DescribeUserData",
	.mode = OPERATION_READ,
	.permission = "ecs:DescribeUserData",
	.resource = "instance/{InstanceId}",
	.in = { sizeof(struct user_data_in), user_data_in_fields },
	.out = { sizeof(struct user_data_out), user_data_out_fields },
	.errors = user_data_errors,
	.run = user_data_run,
	.doc = "Shows the user data that an instance was made with.",
};

/* ---- lists about instances ---- */

/* The caller's instances, newest first, by ids where some are given. */
static size_t list_instances(struct call *call, const char *const *ids, size_t n_ids, const struct rpc_list *list,
                             struct instance **ret, int64_t *ret_total)
{
	struct instance_filter filter = INSTANCE_FILTER_ANY;
	size_t n;

	filter.account = call->caller.tenant.account;
	filter.scope = call->caller.tenant.scope;
	filter.region = call->caller.tenant.region;
	filter.ids = ids;
	filter.n_ids = n_ids;
	n = instance_list(call->work.txn, &filter, &list->page, ret);
	*ret_total = rpc_list_needs_count(list, n) ? instance_count(call->work.txn, &filter) : (int64_t)n;
	return n;
}

static bool list_begin(struct call *call, struct opt_int number, struct opt_int size, struct rpc_list *ret)
{
	struct rpc_paging paging = { .page_number = number, .page_size = size };

	if (!rpc_region_known(call))
		return false;
	return rpc_list_begin(call, &paging, 1, 1, ret);
}

#define PAGE_FIELDS(T)                                                    \
	OPT_INT(T, page_number, "PageNumber", .min = 1, .max = 1000000), \
	OPT_INT(T, page_size, "PageSize", .min = 1, .max = 100, .doc = "Default 10.")
#define PAGE_OUT_FIELDS(T)                             \
	OPT_INT(T, pages.total, "TotalCount"),         \
	OPT_INT(T, pages.page_number, "PageNumber"),   \
	OPT_INT(T, pages.page_size, "PageSize")

static const struct error_row list_errors[] = {
	ROW_REGION_NOT_FOUND,
	ROWS_END,
};

/* ---- DescribeInstanceRamRole ---- */

struct role_in {
	const char *region, *role;
	struct opt_texts ids;
	struct opt_int page_number, page_size;
};

struct role_item {
	const char *instance, *role;
};

struct role_out {
	const char *region;
	struct items roles;
	int64_t total;
};

static const struct field role_in_fields[] = {
	TEXT(struct role_in, region, "RegionId", .flags = FIELD_REQUIRED, .doc = "Region."),
	JSON_TEXTS(struct role_in, ids, "InstanceIds", .max = IDS_MAX, .doc = "JSON list of at most 100 ids."),
	TEXT(struct role_in, role, "RamRoleName", .doc = "Instances of this server have no roles: any role finds none."),
	PAGE_FIELDS(struct role_in),
	FIELDS_END,
};

static const struct field role_fields[] = {
	TEXT(struct role_item, instance, "InstanceId"),
	TEXT(struct role_item, role, "RamRoleName"),
	FIELDS_END,
};
static const struct shape role_shape = { sizeof(struct role_item), role_fields };

static const struct field role_out_fields[] = {
	TEXT(struct role_out, region, "RegionId"),
	ITEMS(struct role_out, roles, "InstanceRamRoleSets", .item = "InstanceRamRoleSet", .of = &role_shape),
	INT(struct role_out, total, "TotalCount"),
	FIELDS_END,
};

static bool role_run(struct call *call, const void *in_, void *out_)
{
	const struct role_in *in = in_;
	struct role_out *out = out_;
	const char *const *ids = in->ids.is == GIVEN ? in->ids.items : NULL;
	struct instance *instances;
	struct role_item *items;
	struct rpc_list list;
	size_t n;
	size_t i;

	if (!list_begin(call, in->page_number, in->page_size, &list))
		return false;
	out->region = text_or(call->caller.tenant.region, "");
	if (!text_empty(in->role))
		return true;
	n = list_instances(call, ids, in->ids.n, &list, &instances, &out->total);
	items = arena_array(call_work_arena(call), struct role_item, n);
	for (i = 0; i < n; i++)
		items[i] = (struct role_item){ instances[i].id, "" };
	out->roles = (struct items){ items, n };
	return true;
}

const struct operation ecs_describe_instance_ram_role = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DescribeInstanceRamRole",
	.mode = OPERATION_READ,
	.permission = "ecs:DescribeInstanceRamRole",
	.resource = "instance/{InstanceIds}",
	.in = { sizeof(struct role_in), role_in_fields },
	.out = { sizeof(struct role_out), role_out_fields },
	.errors = list_errors,
	.run = role_run,
	.doc = "Lists instances with their roles: none has one.",
};

/* ---- DescribeInstanceMaintenanceAttributes ---- */

struct maintenance_in {
	const char *region;
	struct texts ids;
	struct opt_int page_number, page_size;
};

struct action_item {
	const char *value, *by_default;
	struct texts supported;
};

struct window_item {
	const char *start, *end;
};

struct maintenance_item {
	const char *instance;
	struct action_item action;
	struct items windows;
	bool notify;
};

struct maintenance_out {
	struct items attributes;
	struct rpc_pages pages;
};

static const struct field maintenance_in_fields[] = {
	TEXT(struct maintenance_in, region, "RegionId", .flags = FIELD_REQUIRED, .doc = "Region."),
	TEXTS(struct maintenance_in, ids, "InstanceId", .max = IDS_MAX),
	PAGE_FIELDS(struct maintenance_in),
	FIELDS_END,
};

static const struct field action_fields[] = {
	TEXT(struct action_item, value, "Value"),
	TEXT(struct action_item, by_default, "DefaultValue"),
	TEXTS(struct action_item, supported, "SupportedValues", .item = "SupportedValue"),
	FIELDS_END,
};
static const struct shape action_shape = { sizeof(struct action_item), action_fields };

static const struct field window_fields[] = {
	TEXT(struct window_item, start, "StartTime"),
	TEXT(struct window_item, end, "EndTime"),
	FIELDS_END,
};
static const struct shape window_shape = { sizeof(struct window_item), window_fields };

static const struct field maintenance_fields[] = {
	TEXT(struct maintenance_item, instance, "InstanceId"),
	OBJECT(struct maintenance_item, action, "ActionOnMaintenance", .of = &action_shape),
	ITEMS(struct maintenance_item, windows, "MaintenanceWindows", .item = "MaintenanceWindow", .of = &window_shape),
	BOOL(struct maintenance_item, notify, "NotifyOnMaintenance"),
	FIELDS_END,
};
static const struct shape maintenance_shape = { sizeof(struct maintenance_item), maintenance_fields };

static const struct field maintenance_out_fields[] = {
	ITEMS(struct maintenance_out, attributes, "MaintenanceAttributes", .item = "MaintenanceAttribute",
	      .of = &maintenance_shape),
	PAGE_OUT_FIELDS(struct maintenance_out),
	FIELDS_END,
};

static bool maintenance_run(struct call *call, const void *in_, void *out_)
{
	static const char *const supported[] = { "Stop", "AutoRecover", "AutoRedeploy" };
	const struct maintenance_in *in = in_;
	struct maintenance_out *out = out_;
	const char **actions = arena_array(call_work_arena(call), const char *, COUNT_OF(supported));
	struct maintenance_item *items;
	struct instance *instances;
	struct rpc_list list;
	int64_t total;
	size_t n;
	size_t i;

	if (!list_begin(call, in->page_number, in->page_size, &list))
		return false;
	memcpy(actions, supported, sizeof supported);
	n = list_instances(call, in->ids.n ? in->ids.items : NULL, in->ids.n, &list, &instances, &total);
	items = arena_array(call_work_arena(call), struct maintenance_item, n);
	for (i = 0; i < n; i++) {
		items[i].instance = instances[i].id;
		items[i].action =
			(struct action_item){ "AutoRecover", "AutoRecover", { actions, COUNT_OF(supported) } };
	}
	rpc_list_end(&list, total, &out->pages);
	out->attributes = (struct items){ items, n };
	return true;
}

const struct operation ecs_describe_instance_maintenance_attributes = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DescribeInstanceMaintenanceAttributes",
	.mode = OPERATION_READ,
	.permission = "ecs:DescribeInstanceMaintenanceAttributes",
	.resource = "instance/{InstanceId}",
	.in = { sizeof(struct maintenance_in), maintenance_in_fields },
	.out = { sizeof(struct maintenance_out), maintenance_out_fields },
	.errors = list_errors,
	.run = maintenance_run,
	.doc = "Lists what is done to instances at maintenance: the default for all.",
};

/* ---- DescribeInstanceAttachmentAttributes ---- */

struct pool_in {
	const char *region;
	struct opt_texts ids;
	struct opt_int page_number, page_size;
};

struct pool_item {
	const char *instance, *pool, *criteria;
};

struct pool_out {
	struct items instances;
	struct rpc_pages pages;
};

static const struct field pool_in_fields[] = {
	TEXT(struct pool_in, region, "RegionId", .flags = FIELD_REQUIRED, .doc = "Region."),
	JSON_TEXTS(struct pool_in, ids, "InstanceIds", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = IDS_MAX,
	           .doc = "JSON list of at most 100 ids. Ids that do not exist are left out."),
	PAGE_FIELDS(struct pool_in),
	FIELDS_END,
};

static const struct field pool_fields[] = {
	TEXT(struct pool_item, instance, "InstanceId"),
	TEXT(struct pool_item, pool, "PrivatePoolOptionsId"),
	TEXT(struct pool_item, criteria, "PrivatePoolOptionsMatchCriteria"),
	FIELDS_END,
};
static const struct shape pool_shape = { sizeof(struct pool_item), pool_fields };

static const struct field pool_out_fields[] = {
	ITEMS(struct pool_out, instances, "Instances", .item = "Instance", .of = &pool_shape),
	PAGE_OUT_FIELDS(struct pool_out),
	FIELDS_END,
};

static const struct error_row pool_errors[] = {
	ROW_EMPTY,
	ROW_REGION_NOT_FOUND,
	ROWS_END,
};

static bool pool_run(struct call *call, const void *in_, void *out_)
{
	const struct pool_in *in = in_;
	struct pool_out *out = out_;
	struct instance *instances;
	struct pool_item *items;
	struct rpc_list list;
	int64_t total;
	size_t n;
	size_t i;

	if (!list_begin(call, in->page_number, in->page_size, &list))
		return false;
	n = list_instances(call, in->ids.items, in->ids.n, &list, &instances, &total);
	items = arena_array(call_work_arena(call), struct pool_item, n);
	for (i = 0; i < n; i++)
		items[i] = (struct pool_item){ instances[i].id, "", "None" };
	rpc_list_end(&list, total, &out->pages);
	out->instances = (struct items){ items, n };
	return true;
}

const struct operation ecs_describe_instance_attachment_attributes = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DescribeInstanceAttachmentAttributes",
	.mode = OPERATION_READ,
	.permission = "ecs:DescribeInstanceAttachmentAttributes",
	.resource = "instance/{InstanceIds}",
	.in = { sizeof(struct pool_in), pool_in_fields },
	.out = { sizeof(struct pool_out), pool_out_fields },
	.errors = pool_errors,
	.run = pool_run,
	.doc = "Lists the private pools that instances come from: none comes from one.",
};

/* ---- DescribeInstanceAutoRenewAttribute ---- */

struct renew_in {
	const char *region, *ids, *status;
	struct opt_int page_number, page_size;
};

struct renew_item {
	const char *instance, *status, *unit;
	int64_t duration;
	bool enabled;
};

struct renew_out {
	struct items attributes;
	struct rpc_pages pages;
};

static const char *const renewal_words[] = { "AutoRenewal", "Normal", "NotRenewal", NULL };
static const struct error_row bad_status = { REFUSE_FIELD, 403, "InvalidParameter.RenewalStatus",
	                                     "The specified parameter RenewalStatus is not valid.", NULL };

static const struct field renew_in_fields[] = {
	TEXT(struct renew_in, region, "RegionId", .flags = FIELD_REQUIRED, .doc = "Region."),
	TEXT(struct renew_in, ids, "InstanceId", .max = 4096, .doc = "Up to 100 ids, comma separated."),
	TEXT(struct renew_in, status, "RenewalStatus", .values = renewal_words, .bad = &bad_status,
	     .doc = "All are Normal: the others find none."),
	PAGE_FIELDS(struct renew_in),
	FIELDS_END,
};

static const struct field renew_fields[] = {
	TEXT(struct renew_item, instance, "InstanceId"),
	TEXT(struct renew_item, status, "RenewalStatus"),
	TEXT(struct renew_item, unit, "PeriodUnit"),
	INT(struct renew_item, duration, "Duration"),
	BOOL(struct renew_item, enabled, "AutoRenewEnabled"),
	FIELDS_END,
};
static const struct shape renew_shape = { sizeof(struct renew_item), renew_fields };

static const struct field renew_out_fields[] = {
	ITEMS(struct renew_out, attributes, "InstanceRenewAttributes", .item = "InstanceRenewAttribute", .of = &renew_shape),
	PAGE_OUT_FIELDS(struct renew_out),
	FIELDS_END,
};

static const struct error_row renew_errors[] = {
	ROW_REGION_NOT_FOUND,
	{ REFUSE_PARAMETER_CONFLICT, 403, "InvalidParameter.RenewalStatusInstanceId",
	  "The parameter RenewalStatus and InstanceId can not be both empty.", NULL },
	{ REFUSE_BATCH_TOO_LARGE, 403, "InvalidParameter.ToManyInstanceIds", "No more than 100 InstanceIds can be specified.",
	  NULL },
	{ REFUSE_INSTANCE_UNKNOWN, 403, "InvalidParameter.InvalidInstanceId", "The specified instanceId is not valid.", NULL },
	{ REFUSE_INSTANCE_POST_PAID, 403, "ChargeTypeViolation", "Pay-As-You-Go instances do not support this operation.",
	  NULL },
	ROWS_END,
};

static bool look_at_ids(struct call *call, const struct texts *ids)
{
	struct instance instance;
	size_t i;

	for (i = 0; i < ids->n; i++) {
		if (!find_instance(&call->work, ids->items[i], &instance))
			return call_refuse(call, REFUSE_INSTANCE_UNKNOWN, ids->items[i]);
		if (instance.charge_type != CHARGE_PRE_PAID)
			return call_refuse(call, REFUSE_INSTANCE_POST_PAID, ids->items[i]);
	}
	return true;
}

static bool renew_run(struct call *call, const void *in_, void *out_)
{
	const struct renew_in *in = in_;
	struct renew_out *out = out_;
	struct texts ids = ecs_split(call, text_or(in->ids, ""));
	struct instance_filter filter = INSTANCE_FILTER_ANY;
	struct instance *instances;
	struct renew_item *items;
	struct rpc_list list;
	size_t n;
	size_t i;

	if (!list_begin(call, in->page_number, in->page_size, &list))
		return false;
	if (!ids.n && text_empty(in->status))
		return call_refuse(call, REFUSE_PARAMETER_CONFLICT, "InstanceId");
	if (ids.n > IDS_MAX)
		return call_refuse(call, REFUSE_BATCH_TOO_LARGE, "InstanceId");
	if (!look_at_ids(call, &ids))
		return false;
	filter.account = call->caller.tenant.account;
	filter.scope = call->caller.tenant.scope;
	filter.region = call->caller.tenant.region;
	filter.charge_type = CHARGE_PRE_PAID;
	filter.ids = ids.n || !text_equal(in->status, "Normal") ? ids.items : NULL;
	filter.n_ids = text_empty(in->status) || text_equal(in->status, "Normal") ? ids.n : 0;
	n = instance_list(call->work.txn, &filter, &list.page, &instances);
	rpc_list_end(&list, rpc_list_needs_count(&list, n) ? instance_count(call->work.txn, &filter) : (int64_t)n,
	             &out->pages);
	items = arena_array(call_work_arena(call), struct renew_item, n);
	for (i = 0; i < n; i++)
		items[i] = (struct renew_item){ .instance = instances[i].id, .status = "Normal", .unit = "" };
	out->attributes = (struct items){ items, n };
	return true;
}

const struct operation ecs_describe_instance_auto_renew_attribute = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DescribeInstanceAutoRenewAttribute",
	.mode = OPERATION_READ,
	.permission = "ecs:DescribeInstanceAutoRenewAttribute",
	.resource = "instance/{InstanceId}",
	.in = { sizeof(struct renew_in), renew_in_fields },
	.out = { sizeof(struct renew_out), renew_out_fields },
	.errors = renew_errors,
	.run = renew_run,
	.doc = "Lists PrePaid instances with how they are renewed: by hand, all of them.",
};
