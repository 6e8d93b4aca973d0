/* Nova: the volumes of a server, listed, shown, attached and detached. Answers at once, without a job: the rest is seen by
 * looking. */
#include "api/huawei/device.h"
#include "api/huawei/nova.h"
#include "api/huawei/volume.h"
#include "api/huawei/volume_attachment.h"
#include "base/text.h"
#include "core/attachment.h"
#include "core/catalogue.h"

struct list_in {
	const char *project, *server;
};

struct one_in {
	const char *project, *server, *volume, *force;
};

struct one_out {
	struct volume_attachment_item attachment;
};

#define NOT_ATTACHED(reason) { reason, 404, "itemNotFound", "Instance %s is not attached to volume %s", NULL }
#define ROW_NOVA_VOLUME_UNKNOWN { REFUSE_DISK_UNKNOWN, 404, "itemNotFound", "Volume %s could not be found.", NULL }

static const struct field list_in_fields[] = {
	PATH_PROJECT(struct list_in, project),
	PATH_SERVER(struct list_in, server),
	FIELDS_END,
};

static const struct field one_in_fields[] = {
	PATH_PROJECT(struct one_in, project),
	PATH_SERVER(struct one_in, server),
	PATH_VOLUME(struct one_in, volume),
	FIELDS_END,
};

static const struct field one_out_fields[] = {
	OBJECT(struct one_out, attachment, "volumeAttachment", .of = &volume_attachment_shape),
	FIELDS_END,
};

/* ---- list ---- */

static const struct error_row list_errors[] = {
	ROW_NOVA_SERVER_UNKNOWN,
	ROWS_END,
};

static bool list_run(struct call *call, const void *in_, void *out_)
{
	const struct list_in *in = in_;
	struct volume_attachments_out *out = out_;
	struct instance instance;

	if (!nova_find_server(call, in->server, &instance))
		return false;
	out->attachments = volume_attachments_of(call, &instance, VOLUME_ATTACHMENTS_ALL);
	return true;
}

const struct operation huawei_nova_list_volume_attachments = {
	.product = "nova",
	.version = "v2.1",
	.name = "nova.NovaListVolumeAttachments",
	.method = "GET",
	.path = "/v2.1/{project_id}/servers/{server_id}/os-volume_attachments",
	.mode = OPERATION_READ,
	.permission = "ecs:serverVolumeAttachments:list",
	.resource = "instance/{server_id}",
	.in = { sizeof(struct list_in), list_in_fields },
	.out = { sizeof(struct volume_attachments_out), volume_attachments_fields },
	.errors = list_errors,
	.common = rest_nova_errors,
	.run = list_run,
	.doc = "Lists the volumes of a server, those that are being attached as well.",
};

/* ---- show ---- */

static const struct error_row show_errors[] = {
	ROW_NOVA_SERVER_UNKNOWN,
	NOT_ATTACHED(REFUSE_DISK_NOT_ATTACHED),
	ROWS_END,
};

static bool refuse_not_attached(struct call *call, const char *server, const char *volume)
{
	return call_refuse_detail(call, REFUSE_DISK_NOT_ATTACHED, server, volume);
}

static bool show_run(struct call *call, const void *in_, void *out_)
{
	const struct one_in *in = in_;
	struct one_out *out = out_;
	struct attachment attachment;
	struct instance instance;
	struct disk disk;

	if (!nova_find_server(call, in->server, &instance))
		return false;
	if (!find_disk(&call->work, in->volume, &disk) ||
	    !attachment_find(&call->work, disk.id, instance.id, &attachment, NULL))
		return refuse_not_attached(call, in->server, in->volume);
	out->attachment = volume_attachment_show(call, &attachment, &disk);
	return true;
}

const struct operation huawei_nova_show_volume_attachment = {
	.product = "nova",
	.version = "v2.1",
	.name = "nova.NovaShowVolumeAttachment",
	.method = "GET",
	.path = "/v2.1/{project_id}/servers/{server_id}/os-volume_attachments/{volume_id}",
	.mode = OPERATION_READ,
	.permission = "ecs:serverVolumeAttachments:get",
	.resource = "instance/{server_id}",
	.in = { sizeof(struct one_in), one_in_fields },
	.out = { sizeof(struct one_out), one_out_fields },
	.errors = show_errors,
	.common = rest_nova_errors,
	.run = show_run,
	.doc = "Shows a volume of a server.",
};

/* ---- attach ---- */

struct attach_in {
	const char *project, *server;
	struct {
		const char *volume, *device;
	} attachment;
};

#define A(m, wire, ...)                                                                                                \
	{                                                                                                              \
		.name = wire, .type = FIELD_TEXT,                                                                      \
		.offset = offsetof(struct attach_in, attachment.m) - offsetof(struct attach_in, attachment), __VA_ARGS__ \
	}
static const struct field attachment_fields[] = {
	A(volume, "volumeId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	A(device, "device", .max = 255, .doc = "/dev/vdb or /dev/sdb, and so on; the first free one if absent or null."),
	FIELDS_END,
};
#undef A
static const struct shape attachment_shape = { sizeof(((struct attach_in *)0)->attachment), attachment_fields };

static const struct field attach_in_fields[] = {
	PATH_PROJECT(struct attach_in, project),
	PATH_SERVER(struct attach_in, server),
	OBJECT(struct attach_in, attachment, "volumeAttachment", .of = &attachment_shape, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

#define INVALID_VOLUME(reason, why) { reason, 400, "badRequest", "Invalid volume: " why, NULL }
static const struct error_row attach_errors[] = {
	ROW_NOVA_SERVER_UNKNOWN,
	ROW_NOVA_LOCKED,
	ROW_NOVA_LOCKED_FINANCIAL,
	ROW_NOVA_STATE("attach_volume"),
	ROW_NOVA_VOLUME_UNKNOWN,
	{ REFUSE_DEVICE_MALFORMED, 400, "badRequest", "The supplied device path (%s) is invalid.", NULL },
	INVALID_VOLUME(REFUSE_DISK_NOT_SCSI, "Only SCSI disks are supported."),
	INVALID_VOLUME(REFUSE_DISK_BOOTABLE, "volume '%s' is the system disk of another server"),
	INVALID_VOLUME(REFUSE_ZONE_MISMATCH, "volume %s and the instance are not in the same availability_zone."),
	INVALID_VOLUME(REFUSE_DISK_OVERDUE, "volume '%s' is frozen"),
	INVALID_VOLUME(REFUSE_DISK_NOT_PORTABLE, "volume '%s' cannot leave its instance"),
	INVALID_VOLUME(REFUSE_DISK_ATTACHED_HERE, "volume %s already attached"),
	INVALID_VOLUME(REFUSE_DISK_STATE, "volume '%s' status must be 'available'. Currently in '%s'"),
	INVALID_VOLUME(REFUSE_INSTANCE_NO_HOT_PLUG, "the flavor of instance %s takes no volumes while it runs"),
	INVALID_VOLUME(REFUSE_INSTANCE_NO_MULTI_ATTACH, "the flavor of instance %s takes no volumes that are shared"),
	INVALID_VOLUME(REFUSE_DISK_MULTI_ATTACH_LIMIT, "volume %s is attached as often as can be"),
	{ REFUSE_INSTANCE_DISK_LIMIT, 403, "forbidden",
	  "The maximum allowed number of disk devices (%s) to attach to a single instance has been exceeded.", NULL },
	{ REFUSE_DEVICE_IN_USE, 409, "conflictingRequest", "The supplied device path (%s) is in use.", NULL },
	ROWS_END,
};

/* What Nova names in its words. */
static bool refuse_attach(struct call *call, const struct instance *instance, const struct attach_in *in)
{
	struct refusal *refusal = &call->refusal;
	const struct instance_type *type;
	struct disk disk;

	if (refusal->reason == REFUSE_DEVICE_MALFORMED || refusal->reason == REFUSE_DEVICE_IN_USE)
		refusal->subject = in->attachment.device;
	if (refusal->reason == REFUSE_DISK_STATE && find_disk(&call->work, in->attachment.volume, &disk))
		refusal->detail = volume_status(call, &disk);
	if (refusal->reason == REFUSE_INSTANCE_DISK_LIMIT) {
		type = instance_type_find(&call->work, instance->type);
		refusal->subject = arena_printf(call_work_arena(call), "%lld",
		                                1 + (long long)(type ? type->max_data_disks : DATA_DISKS_MAX));
	}
	return false;
}

static bool attach_run(struct call *call, const void *in_, void *out_)
{
	const struct attach_in *in = in_;
	struct one_out *out = out_;
	struct attach_args args = {
		.instance = in->server,
		.disk = in->attachment.volume,
		.device = device_wanted(call_work_arena(call), in->attachment.device),
	};
	struct attachment attachment;
	struct instance instance;
	struct disk disk;

	if (!nova_find_server(call, in->server, &instance) || !nova_may_change(call, &instance))
		return false;
	if (!call_verb(call, disk_attach(&call->work, &args)))
		return refuse_attach(call, &instance, in);
	if (attachment_find(&call->work, in->attachment.volume, in->server, &attachment, NULL) &&
	    find_disk(&call->work, in->attachment.volume, &disk))
		out->attachment = volume_attachment_show(call, &attachment, &disk);
	return true;
}

const struct operation huawei_nova_attach_volume = {
	.product = "nova",
	.version = "v2.1",
	.name = "nova.NovaAttachVolume",
	.method = "POST",
	.path = "/v2.1/{project_id}/servers/{server_id}/os-volume_attachments",
	.mode = OPERATION_WRITE,
	.permission = "ecs:serverVolumeAttachments:create",
	.resource = "instance/{server_id}",
	.in = { sizeof(struct attach_in), attach_in_fields },
	.out = { sizeof(struct one_out), one_out_fields },
	.errors = attach_errors,
	.common = rest_nova_errors,
	.opens_jobs = true,
	.run = attach_run,
	.doc = "Attaches a volume to a server.",
};

/* ---- detach ---- */

static const char *const force_flags[] = { "0", "1", NULL };

static const struct field detach_in_fields[] = {
	PATH_PROJECT(struct one_in, project),
	PATH_SERVER(struct one_in, server),
	PATH_VOLUME(struct one_in, volume),
	TEXT(struct one_in, force, "delete_flag", .values = force_flags, .doc = "`1`: by force, as in the ECS API. Default `0`."),
	FIELDS_END,
};

#define NOT_IN_USE \
	"Invalid volume: Invalid input received: Invalid volume: Unable to detach volume. Volume status must be 'in-use' and " \
	"attach_status must be 'attached' to detach."
static const struct error_row detach_errors[] = {
	ROW_NOVA_SERVER_UNKNOWN,
	ROW_NOVA_VOLUME_UNKNOWN,
	NOT_ATTACHED(REFUSE_DISK_NOT_ATTACHED),
	{ REFUSE_DISK_SYSTEM, 400, "badRequest", "Cannot detach a root device volume", NULL },
	ROW_NOVA_LOCKED,
	ROW_NOVA_LOCKED_FINANCIAL,
	ROW_NOVA_STATE("detach_volume"),
	{ REFUSE_DISK_DETACHING, 400, "badRequest", NOT_IN_USE, NULL },
	{ REFUSE_DISK_STATE, 400, "badRequest", NOT_IN_USE, NULL },
	INVALID_VOLUME(REFUSE_DISK_NOT_PORTABLE, "volume '%s' cannot leave its instance"),
	INVALID_VOLUME(REFUSE_INSTANCE_NO_HOT_UNPLUG, "the flavor of instance %s gives no volumes back while it runs"),
	ROWS_END,
};

static bool detach_run(struct call *call, const void *in_, void *out_)
{
	const struct one_in *in = in_;
	struct detach_args args = { .instance = in->server, .disk = in->volume, .force = text_equal(in->force, "1") };
	struct attachment attachment;
	struct instance instance;
	struct disk disk;

	(void)out_;
	if (!nova_find_server(call, in->server, &instance))
		return false;
	if (!find_disk(&call->work, in->volume, &disk))
		return call_refuse(call, REFUSE_DISK_UNKNOWN, in->volume);
	if (!attachment_find(&call->work, disk.id, instance.id, &attachment, NULL))
		return refuse_not_attached(call, in->server, in->volume);
	if (attachment.boot)
		return call_refuse(call, REFUSE_DISK_SYSTEM, in->volume);
	return nova_may_change(call, &instance) && call_verb(call, disk_detach(&call->work, &args));
}

const struct operation huawei_nova_detach_volume = {
	.product = "nova",
	.version = "v2.1",
	.name = "nova.NovaDetachVolume",
	.method = "DELETE",
	.path = "/v2.1/{project_id}/servers/{server_id}/os-volume_attachments/{volume_id}",
	.success = 202,
	.mode = OPERATION_WRITE,
	.permission = "ecs:serverVolumeAttachments:delete",
	.resource = "instance/{server_id}",
	.in = { sizeof(struct one_in), detach_in_fields },
	.out = { sizeof(struct rest_nothing), rest_nothing_fields },
	.errors = detach_errors,
	.common = rest_nova_errors,
	.opens_jobs = true,
	.run = detach_run,
	.doc = "Detaches a volume from a server, never its root device.",
};
