#include "api/aliyun/ecs_instance_args.h"

#include "base/text.h"

const char *const ecs_charge_words[] = { "PrePaid", "PostPaid", NULL };
const char *const ecs_period_words[] = { "Week", "Month", NULL };
const char *const ecs_internet_words[] = { "PayByBandwidth", "PayByTraffic", NULL };
const char *const ecs_spot_words[] = { "NoSpot", "SpotWithPriceLimit", "SpotAsPriceGo", NULL };

#define BAD(row, code, message) const struct error_row row = { REFUSE_FIELD, 400, code, message, NULL }
BAD(ecs_bad_instance_name, "InvalidInstanceName.Malformed", "The specified parameter InstanceName is not valid.");
BAD(ecs_bad_instance_description, "InvalidDescription.Malformed", "The specified parameter Description is not valid.");
BAD(ecs_bad_period, "InvalidPeriod", "The specified period is not valid.");
BAD(ecs_bad_internet, "InvalidInternetChargeType.ValueNotSupported", "The specified InternetChargeType is not valid.");
BAD(ecs_bad_spot, "InvalidSpotStrategy", "The specified SpotStrategy is not valid.");

static struct instance_disk_args disk_args(const struct ecs_disk_in *in)
{
	return (struct instance_disk_args){
		.category = in->category,
		.performance_level = in->performance_level,
		.size_given = in->size.is == GIVEN,
		.size_gib = in->size.value,
		.name = in->name,
		.description = in->description,
		.device = in->device,
		.snapshot = in->snapshot,
		.kms_key = in->kms_key,
		.encrypted_given = !text_empty(in->encrypted),
		.encrypted = text_equal_nocase(in->encrypted, "true"),
		.bursting = in->bursting.value,
		.provisioned_iops = in->provisioned_iops.value,
		.keep = in->delete_with_instance.is == GIVEN && !in->delete_with_instance.value,
	};
}

const char *ecs_join(struct call *call, const char *first, const struct texts *more)
{
	const char *all = text_or(first, "");
	size_t i;

	for (i = 0; i < more->n; i++)
		all = arena_printf(call_work_arena(call), "%s%s%s", all, *all ? "," : "", more->items[i]);
	return all;
}

struct instance_create_args ecs_instance_args(struct call *call, const struct ecs_instance_in *in)
{
	struct instance_disk_args *disks = arena_array(call_work_arena(call), struct instance_disk_args, in->data_disks.n);
	size_t i;

	for (i = 0; i < in->data_disks.n; i++)
		disks[i] = disk_args((const struct ecs_disk_in *)in->data_disks.items + i);
	return (struct instance_create_args){
		.zone = in->zone,
		.image = in->image,
		.type = in->type,
		.name = in->name,
		.description = in->description,
		.host_name = in->host_name,
		.security_groups = text_or(in->security_group, ""),
		.vswitch = in->vswitch,
		.private_ip = in->private_ip,
		.key_pair = in->key_pair,
		.user_data = in->user_data,
		.resource_group = in->resource_group,
		.internet_charge_type = text_or(in->internet_charge_type, "PayByTraffic"),
		.internet_max_bandwidth_in = in->internet_in.value,
		.internet_max_bandwidth_out = in->internet_out.value,
		.spot_strategy = text_or(in->spot_strategy, "NoSpot"),
		.pre_paid = text_equal(in->charge_type, "PrePaid"),
		.paid_months = in->period.is == GIVEN ? in->period.value : 1,
		.deletion_protection = in->deletion_protection.value,
		.amount = 1,
		.system_disk = disk_args(&in->system_disk),
		.data_disks = disks,
		.n_data_disks = in->data_disks.n,
		.tags = rpc_tags(call, &in->tags),
		.n_tags = in->tags.n,
	};
}
