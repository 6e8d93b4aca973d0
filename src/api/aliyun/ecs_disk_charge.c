/* ModifyDiskChargeType. */
#include "api/aliyun/ecs.h"
#include "base/text.h"
#include "core/disk_change.h"

#define DISKS_MAX 16

#define ROW_DISKS_NOT_FOUND(why) { why, 404, "InvalidDiskIds.NotFound", "Some of the specified data disks do not exist.", NULL }

struct charge_in {
	const char *region;
	const char *instance;
	struct opt_texts disks;
	const char *charge_type;
	struct opt_bool auto_pay;
	const char *client_token;
};

static const char *const charge_words[] = { "PrePaid", "PostPaid", NULL };

static const struct field in_fields[] = {
	TEXT(struct charge_in, region, "RegionId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "Region."),
	TEXT(struct charge_in, instance, "InstanceId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY,
	     .doc = "A PrePaid instance, Running or Stopped."),
	JSON_TEXTS(struct charge_in, disks, "DiskIds", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = DISKS_MAX,
	           .doc = "JSON list of at most 16 ids of data disks of the instance: all are changed, or none."),
	TEXT(struct charge_in, charge_type, "DiskChargeType", .values = charge_words,
	     .doc = "PrePaid (default): the disks end with the instance and cannot be detached. PostPaid: they can be again."),
	OPT_BOOL(struct charge_in, auto_pay, "AutoPay", .flags = FIELD_ACCEPTED),
	TEXT(struct charge_in, client_token, "ClientToken", .flags = FIELD_CLIENT_TOKEN, .max = ECS_CLIENT_TOKEN_MAX,
	     .doc = "A repeat within 24 hours gets the first answer."),
	FIELDS_END,
};

static const struct error_row errors[] = {
	ROW_EMPTY,
	{ REFUSE_REGION_UNKNOWN, 404, "InvalidRegionId.NotFound", "The RegionId provided does not exist.", NULL },
	{ REFUSE_INSTANCE_UNKNOWN, 400, "InvalidInstanceId.NotFound", "The specified InstanceId does not exist.", NULL },
	{ REFUSE_INSTANCE_POST_PAID, 403, "ChargeTypeViolation",
	  "The operation is not permitted due to charge type of the instance.", NULL },
	{ REFUSE_INSTANCE_STATE, 404, "InvalidInstanceStatus.NotSupported", "The status of the specified instance is invalid.",
	  NULL },
	ROW_DISKS_NOT_FOUND(REFUSE_DISK_MISSING),
	ROW_DISKS_NOT_FOUND(REFUSE_DISK_UNKNOWN),
	ROW_DISKS_NOT_FOUND(REFUSE_DISK_SYSTEM),
	{ REFUSE_DISK_MULTI_ATTACH, 403, "InvalidOperation.MultiAttachDisk", "Multi attach disk does not support this operation.",
	  NULL },
	ROW_DISKS_NOT_FOUND(REFUSE_DISK_NOT_ATTACHED),
	{ REFUSE_DISK_LOCAL, 404, "InvalidDiskIds.NotPortable", "The specified DiskId is not portable.", NULL },
	{ REFUSE_TOKEN_MISMATCH, 400, "IdempotenceParamNotMatch",
	  "Request uses a client token in a previous request but is not identical to that request.", NULL },
	ROWS_END,
};

static bool run(struct call *call, const void *in_, void *out)
{
	const struct charge_in *in = in_;
	struct disk_charge_args args = {
		.instance = in->instance,
		.disks = in->disks.items,
		.n_disks = in->disks.n,
		.pre_paid = !text_equal(in->charge_type, "PostPaid"),
	};

	(void)out;
	return call_verb(call, disk_charge(&call->work, &args));
}

const struct operation ecs_modify_disk_charge_type = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "ModifyDiskChargeType",
	.mode = OPERATION_WRITE,
	.permission = "ecs:ModifyDiskChargeType",
	.resource = "instance/{InstanceId},disk/{DiskIds}",
	.in = { sizeof(struct charge_in), in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = errors,
	.faults = rpc_fault_internal,
	.run = run,
	.doc = "Pays for data disks of a PrePaid instance in advance, or by use again. There are no orders: no OrderId is answered.",
};
