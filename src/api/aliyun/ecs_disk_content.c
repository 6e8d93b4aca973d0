/* What a disk holds as a whole: ReInitDisk, ResetDisk, ReplaceSystemDisk. */
#include "api/aliyun/ecs.h"
#include "base/text.h"
#include "core/disk_change.h"

#define PASSWORD_MIN 8
#define PASSWORD_MAX 30

#define ROW_STATE { REFUSE_INSTANCE_STATE, 403, "IncorrectInstanceStatus", "The current status of the resource does not support this operation.", NULL }
#define ROW_DISK_STATE { REFUSE_DISK_STATE, 403, "IncorrectDiskStatus", "The current disk status does not support this operation.", NULL }
#define ROW_LOCKED { REFUSE_INSTANCE_LOCKED_SECURITY, 403, "InstanceLockedForSecurity", "The instance is locked due to security.", NULL }
#define ROW_IN_ARREARS { REFUSE_INSTANCE_LOCKED_FINANCIAL, 403, "InstanceExpiredOrInArrears", "The specified operation is denied as your prepay instance is expired (prepay mode) or in arrears (afterpay mode).", NULL }
#define ROW_SNAPSHOTTING { REFUSE_DISK_SNAPSHOTTING, 403, "DiskCreatingSnapshot", "The operation is denied due to a snapshot of the specified disk is not completed yet.", NULL }
#define ROW_IMAGE_NOT_FOUND { REFUSE_IMAGE_UNKNOWN, 404, "InvalidImageId.NotFound", "The specified ImageId does not exist.", NULL }

static const char *const security_words[] = { "Active", "Deactive", NULL };
static const struct error_row bad_password = { REFUSE_FIELD, 400, "InvalidPassword.Malformed",
	                                       "The specified parameter \"Password\" is not valid.", NULL };

/* ---- ReInitDisk ---- */

struct reinit_in {
	const char *disk;
	const char *password;
	const char *key_pair;
	const char *security;
	struct opt_bool auto_start;
};

static const struct field reinit_in_fields[] = {
	TEXT(struct reinit_in, disk, "DiskId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY,
	     .doc = "The disk: In_use, its instance Stopped."),
	TEXT(struct reinit_in, password, "Password", .min = PASSWORD_MIN, .max = PASSWORD_MAX,
	     .flags = FIELD_ACCEPTED | FIELD_SECRET,
	     .bad = &bad_password),
	TEXT(struct reinit_in, key_pair, "KeyPairName", .max = 128, .flags = FIELD_ACCEPTED),
	TEXT(struct reinit_in, security, "SecurityEnhancementStrategy", .values = security_words, .flags = FIELD_ACCEPTED),
	OPT_BOOL(struct reinit_in, auto_start, "AutoStartInstance", .doc = "Starts the instance afterwards. Default false."),
	FIELDS_END,
};

static const struct error_row reinit_errors[] = {
	ROW_EMPTY,
	ROW_REGION_MALFORMED_BARE,
	ROW_DISK_NOT_FOUND,
	{ REFUSE_NOT_IN_WHITE_LIST, 403, "UserNotInTheWhiteList", "The user is not in volume white list.", NULL },
	{ REFUSE_DISK_CATEGORY, 400, "DiskCategory.OperationNotSupported",
	  "The operation is not supported to the specified disk due to its disk category", NULL },
	{ REFUSE_DISK_MULTI_ATTACH, 403, "InvalidOperation.MultiAttachDisk", "Multi attach disk does not support this operation.",
	  NULL },
	{ REFUSE_DISK_BASE_IMAGE_LOST, 404, "InvalidDiskId.OperationNotSupported",
	  "The operation is not supported due to image not exist.", NULL },
	ROW_DISK_STATE,
	ROW_LOCKED,
	ROW_IN_ARREARS,
	ROW_STATE,
	ROW_IMAGE_NOT_FOUND,
	{ REFUSE_SNAPSHOT_GONE, 403, "InvalidSourceSnapshot",
	  "The snapshot which is used to create the specified disk has been deleted.", NULL },
	ROW_SNAPSHOTTING,
	ROWS_END,
};

static bool reinit_run(struct call *call, const void *in_, void *out)
{
	const struct reinit_in *in = in_;
	struct disk_reinit_args args = { .disk = in->disk, .then_start = in->auto_start.value };

	(void)out;
	return call_verb(call, disk_reinit(&call->work, &args));
}

const struct operation ecs_re_init_disk = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "ReInitDisk",
	.mode = OPERATION_WRITE,
	.permission = "ecs:ReInitDisk",
	.resource = "disk/{DiskId}",
	.in = { sizeof(struct reinit_in), reinit_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = reinit_errors,
	.faults = rpc_fault_internal,
	.opens_jobs = true,
	.run = reinit_run,
	.doc = "Makes a disk what it was when it was created: its image, its snapshot, or empty. Asynchronous: the disk is "
	       "ReIniting, then In_use.",
};

/* ---- ResetDisk ---- */

struct reset_in {
	const char *disk;
	const char *snapshot;
	struct opt_bool dry_run;
};

static const struct field reset_in_fields[] = {
	TEXT(struct reset_in, disk, "DiskId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY,
	     .doc = "The disk: Available, or In_use and its instance Stopped."),
	TEXT(struct reset_in, snapshot, "SnapshotId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY,
	     .doc = "An accomplished snapshot of this disk."),
	OPT_BOOL(struct reset_in, dry_run, "DryRun", .flags = FIELD_DRY_RUN),
	FIELDS_END,
};

static const struct error_row reset_errors[] = {
	ROW_EMPTY,
	ROW_REGION_MALFORMED_BARE,
	ROW_DISK_NOT_FOUND,
	ROW_NOT_WHITE_LISTED,
	{ REFUSE_SNAPSHOT_UNKNOWN, 404, "InvalidSnapshotId.NotFound", "The specified SnapshotId does not exist.", NULL },
	{ REFUSE_SNAPSHOT_OTHER_DISK, 403, "InvalidParameter.Mismatch",
	  "The specified snapshot is not created from the specified disk.", NULL },
	{ REFUSE_SNAPSHOT_NOT_READY, 403, "InvalidSnapshotId.NotReady", "The specified snapshot has not completed yet.", NULL },
	ROW_DISK_STATE,
	ROW_LOCKED,
	ROW_IN_ARREARS,
	ROW_STATE,
	{ REFUSE_JOB_IN_THE_WAY, 403, "Operation.Conflict", "The operation may conflicts with others.", NULL },
	ROW_DRY_RUN,
	ROWS_END,
};

static bool reset_run(struct call *call, const void *in_, void *out)
{
	const struct reset_in *in = in_;
	struct disk_reset_args args = { .disk = in->disk, .snapshot = in->snapshot };

	(void)out;
	return call_verb(call, disk_reset(&call->work, &args));
}

const struct operation ecs_reset_disk = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "ResetDisk",
	.mode = OPERATION_WRITE,
	.permission = "ecs:ResetDisk",
	.resource = "disk/{DiskId},snapshot/{SnapshotId}",
	.in = { sizeof(struct reset_in), reset_in_fields },
	.out = { sizeof(struct ecs_nothing), ecs_nothing_fields },
	.errors = reset_errors,
	.faults = rpc_fault_internal,
	.opens_jobs = true,
	.run = reset_run,
	.doc = "Puts the content of one of its snapshots back onto a disk. Asynchronous: the disk is ReIniting meanwhile.",
};

/* ---- ReplaceSystemDisk ---- */

struct system_disk_in {
	struct opt_int size;
};

struct replace_in {
	const char *instance;
	const char *image;
	const char *disk;
	struct system_disk_in system_disk;
	struct opt_bool encrypted;
	const char *kms_key;
	const char *password;
	struct opt_bool password_inherit;
	const char *key_pair;
	const char *security;
	const char *platform;
	const char *architecture;
	struct opt_bool additional_service;
	const char *client_token;
};

struct replace_out {
	const char *disk;
};

static const struct field system_disk_fields[] = {
	OPT_INT(struct system_disk_in, size, "Size",
	        .doc = "GiB; at least the image's. Default 40, or the image's size if that is more."),
	FIELDS_END,
};
static const struct shape system_disk_shape = { sizeof(struct system_disk_in), system_disk_fields };

static const struct field replace_in_fields[] = {
	TEXT(struct replace_in, instance, "InstanceId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY,
	     .doc = "The instance; it must be Stopped."),
	TEXT(struct replace_in, image, "ImageId", .doc = "What the new disk is made of. Needed."),
	TEXT(struct replace_in, disk, "DiskId",
	     .doc = "The vendor offers it to selected users; here it stands for no image, and beside ImageId it is refused."),
	OBJECT(struct replace_in, system_disk, "SystemDisk", .of = &system_disk_shape),
	OPT_BOOL(struct replace_in, encrypted, "Encrypted"),
	TEXT(struct replace_in, kms_key, "KMSKeyId", .max = 128),
	TEXT(struct replace_in, password, "Password", .min = PASSWORD_MIN, .max = PASSWORD_MAX,
	     .flags = FIELD_ACCEPTED | FIELD_SECRET,
	     .bad = &bad_password),
	OPT_BOOL(struct replace_in, password_inherit, "PasswordInherit", .doc = "true: Password must be absent."),
	TEXT(struct replace_in, key_pair, "KeyPairName", .max = 128, .flags = FIELD_ACCEPTED),
	TEXT(struct replace_in, security, "SecurityEnhancementStrategy", .values = security_words, .flags = FIELD_ACCEPTED),
	TEXT(struct replace_in, platform, "Platform", .flags = FIELD_ACCEPTED),
	TEXT(struct replace_in, architecture, "Architecture", .flags = FIELD_ACCEPTED),
	OPT_BOOL(struct replace_in, additional_service, "UseAdditionalService", .flags = FIELD_ACCEPTED),
	TEXT(struct replace_in, client_token, "ClientToken", .flags = FIELD_CLIENT_TOKEN, .max = ECS_CLIENT_TOKEN_MAX,
	     .doc = "A repeat within 24 hours gets the first answer."),
	FIELDS_END,
};

static const struct field replace_out_fields[] = {
	TEXT(struct replace_out, disk, "DiskId"),
	FIELDS_END,
};

static const struct error_row replace_errors[] = {
	ROW_EMPTY,
	ROW_REGION_MALFORMED,
	{ REFUSE_PARAMETER_CONFLICT, 400, "InvalidPasswordParam.Mismatch",
	  "The input password should be null when passwdInherit is true.", NULL },
	{ REFUSE_IMAGE_AND_DISK, 400, "InvalidParameter.Conflict",
	  "The specified parameters ImageId and DiskId are conflict: only one of them may be given.", "Cleat: the text" },
	{ REFUSE_IMAGE_MISSING, 400, "MissingParameter",
	  "The input parameter \"ImageId\" that is mandatory for processing this request is not supplied.", NULL },
	ROW_INSTANCE_NOT_FOUND,
	{ REFUSE_INSTANCE_BUILDING, 403, "OperationDenied.InstanceCreating", "The specified instance is creating.", NULL },
	ROW_LOCKED,
	ROW_IN_ARREARS,
	ROW_STATE,
	{ REFUSE_INSTANCE_NO_SYSTEM_DISK, 400, "InvalidInstance.NotFoundSystemDisk",
	  "The specified instance has no system disk.", NULL },
	ROW_IMAGE_NOT_FOUND,
	ROW_DISK_STATE,
	{ REFUSE_SYSTEM_DISK_BELOW_IMAGE, 404, "InvalidSystemDiskSize.LessThanImageSize",
	  "The specified parameter SystemDisk.Size is less than the image size.", NULL },
	{ REFUSE_SYSTEM_DISK_TOO_SMALL, 404, "InvalidSystemDiskSize.LessThanMinSize",
	  "The specified parameter SystemDisk.Size is less than the min size.", NULL },
	{ REFUSE_SYSTEM_DISK_TOO_LARGE, 404, "InvalidSystemDiskSize.MoreThanMaxSize",
	  "The specified SystemDisk.Size parameter exceeds the maximum size.", NULL },
	ROW_SNAPSHOTTING,
	ROWS_END,
};

static bool replace_run(struct call *call, const void *in_, void *out_)
{
	const struct replace_in *in = in_;
	struct replace_out *out = out_;
	struct system_disk_replace_args args = {
		.instance = in->instance,
		.image = in->image,
		.disk = in->disk,
		.size_given = in->system_disk.size.is == GIVEN,
		.size_gib = in->system_disk.size.value,
		.encrypted = in->encrypted.value,
		.kms_key = in->kms_key,
	};

	if (in->password_inherit.value && ecs_given(in->password))
		return call_refuse(call, REFUSE_PARAMETER_CONFLICT, "Password");
	return call_verb(call, system_disk_replace(&call->work, &args, &out->disk));
}

const struct operation ecs_replace_system_disk = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "ReplaceSystemDisk",
	.mode = OPERATION_WRITE,
	.permission = "ecs:ReplaceSystemDisk",
	.resource = "instance/{InstanceId}",
	.in = { sizeof(struct replace_in), replace_in_fields },
	.out = { sizeof(struct replace_out), replace_out_fields },
	.errors = replace_errors,
	.faults = rpc_fault_internal,
	.opens_jobs = true,
	.run = replace_run,
	.doc = "Gives a Stopped instance a new system disk and deletes the old one. Asynchronous: the new disk is Creating, then "
	       "In_use in the old one's place; until then the instance cannot be started.",
};
