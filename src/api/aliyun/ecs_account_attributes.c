/* DescribeAccountAttributes. */
#include "api/aliyun/ecs.h"
#include "base/text.h"
#include "core/security_group.h"

#define NAMES_MAX 8

struct attributes_in {
	const char *region, *zone;
	struct texts names;
};

struct value_item {
	const char *value;
};

struct attribute_item {
	const char *name;
	struct items values;
};

struct attributes_out {
	struct items attributes;
};

static const struct field in_fields[] = {
	TEXT(struct attributes_in, region, "RegionId", .flags = FIELD_REQUIRED, .doc = "Region."),
	TEXT(struct attributes_in, zone, "ZoneId", .flags = FIELD_ACCEPTED),
	TEXTS(struct attributes_in, names, "AttributeName", .max = NAMES_MAX,
	      .doc = "instance-network-type, max-security-groups; others have no value. Default all."),
	FIELDS_END,
};

static const struct field value_fields[] = {
	TEXT(struct value_item, value, "Value"),
	FIELDS_END,
};
static const struct shape value_shape = { sizeof(struct value_item), value_fields };

static const struct field attribute_fields[] = {
	TEXT(struct attribute_item, name, "AttributeName"),
	ITEMS(struct attribute_item, values, "AttributeValues", .item = "ValueItem", .of = &value_shape),
	FIELDS_END,
};
static const struct shape attribute_shape = { sizeof(struct attribute_item), attribute_fields };

static const struct field out_fields[] = {
	ITEMS(struct attributes_out, attributes, "AccountAttributeItems", .item = "AccountAttributeItem",
	      .of = &attribute_shape),
	FIELDS_END,
};

static const struct error_row errors[] = {
	ROW_REGION_NOT_FOUND,
	ROWS_END,
};

static bool is_wanted(const struct texts *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->n; i++) {
		if (text_equal(names->items[i], name))
			return true;
	}
	return names->n == 0;
}

static bool run(struct call *call, const void *in_, void *out_)
{
	const struct attributes_in *in = in_;
	struct attributes_out *out = out_;
	const struct {
		const char *name;
		const char *value;
	} known[] = {
		{ "instance-network-type", "vpc" },
		{ "max-security-groups", arena_printf(call_work_arena(call), "%d", SECURITY_GROUPS_MAX) },
	};
	struct attribute_item *items = arena_array(call_work_arena(call), struct attribute_item, COUNT_OF(known));
	struct value_item *values = arena_array(call_work_arena(call), struct value_item, COUNT_OF(known));
	size_t n = 0;
	size_t i;

	if (!rpc_region_known(call))
		return false;
	for (i = 0; i < COUNT_OF(known); i++) {
		if (!is_wanted(&in->names, known[i].name))
			continue;
		values[n].value = known[i].value;
		items[n] = (struct attribute_item){ known[i].name, { &values[n], 1 } };
		n++;
	}
	out->attributes = (struct items){ items, n };
	return true;
}

const struct operation ecs_describe_account_attributes = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DescribeAccountAttributes",
	.mode = OPERATION_READ,
	.permission = "ecs:DescribeAccountAttributes",
	.resource = "*",
	.in = { sizeof(struct attributes_in), in_fields },
	.out = { sizeof(struct attributes_out), out_fields },
	.errors = errors,
	.run = run,
	.doc = "Shows what the account may have.",
};
