/* BMS: the volumes of a bare metal server, attached, listed and detached. */
#include "api/huawei/bms.h"
#include "api/huawei/device.h"
#include "api/huawei/volume_attachment.h"
#include "api/huawei/volume.h"
#include "base/text.h"
#include "core/attachment.h"
#include "core/client_job.h"

bool bms_find_server(struct call *call, const char *id, struct instance *ret)
{
	if (find_instance(&call->work, id, ret) && ret->kind == MACHINE_BARE_METAL)
		return true;
	return call_refuse(call, REFUSE_INSTANCE_UNKNOWN, id);
}

/* ---- list ---- */

struct list_in {
	const char *project, *server;
};

static const struct field list_in_fields[] = {
	PATH_PROJECT(struct list_in, project),
	PATH_SERVER(struct list_in, server),
	FIELDS_END,
};

/* Clients take BMS.1007 for a server that is gone. */
static const struct error_row list_errors[] = {
	{ REFUSE_INSTANCE_UNKNOWN, 400, "BMS.1007", "Calling interface failed", NULL },
	ROWS_END,
};

static bool list_run(struct call *call, const void *in_, void *out_)
{
	const struct list_in *in = in_;
	struct volume_attachments_out *out = out_;
	struct instance instance;

	if (!bms_find_server(call, in->server, &instance))
		return false;
	out->attachments = volume_attachments_of(call, &instance, VOLUME_ATTACHMENTS_FAST);
	return true;
}

const struct operation huawei_bms_list_volumes = {
	.product = "bms",
	.version = "v1",
	.name = "bms.ShowBaremetalServerVolumeInfo",
	.method = "GET",
	.path = "/v1/{project_id}/baremetalservers/{server_id}/os-volume_attachments",
	.mode = OPERATION_READ,
	.permission = "bms:servers:get",
	.resource = "instance/{server_id}",
	.in = { sizeof(struct list_in), list_in_fields },
	.out = { sizeof(struct volume_attachments_out), volume_attachments_fields },
	.errors = list_errors,
	.common = rest_bms_errors,
	.run = list_run,
	.doc = "Lists the volumes of a bare metal server.",
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
	A(device, "device", .max = 32,
	  .doc = "/dev/sdb and so on to /dev/sdbh; the first free one if absent or empty. /dev/sda: the server's own system disk, back."),
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

#define NOT_FREE "Attach shareable volume %s fail, volume status is %s, not available or inuse."
#define NOT_HERE "Volume %s is not in server %s attach volume list."
#define BAD_STATE "Volume can only be attached when server %s stopped or active."
static const struct error_row attach_errors[] = {
	ROW_BMS_SERVER_UNKNOWN,
	{ REFUSE_DISK_UNKNOWN, 400, "BMS.0103", "Attach volume %s fail, volume info is null.", NULL },
	{ REFUSE_DEVICE_MALFORMED, 400, "BMS.0105", "Attach volume %s fail, device is illegal.", NULL },
	{ REFUSE_DISK_NOT_SCSI, 400, "BMS.0223", "Only SCSI disks are supported.", NULL },
	{ REFUSE_DISK_BOOTABLE, 400, "BMS.0108",
	  "Attach volume %s fail, root volume does not match the VM, do not change image.", "page of attaching: no bootable volumes" },
	{ REFUSE_ZONE_MISMATCH, 400, "BMS.0106", "Attach volume %s fail, volume's az is not equal with server's az.", NULL },
	{ REFUSE_DISK_OVERDUE, 400, "BMS.0360", "This operation cannot be performed because EVS Disk %s is frozen.", NULL },
	ROW_BMS_FAILED(REFUSE_DISK_NOT_PORTABLE),
	{ REFUSE_DISK_ATTACHED_HERE, 400, "BMS.1009",
	  "Attach shareable volume %s fail, volume status is %s, the volume has been attached to the server.", NULL },
	{ REFUSE_DISK_STATE, 400, "BMS.1011", NOT_FREE, NULL },
	ROW_BMS_LOCKED,
	ROW_BMS_LOCKED_FINANCIAL,
	{ REFUSE_DISK_MULTI_ATTACH_BOOT, 400, "BMS.0104",
	  "Attach volume %s fail, data volume can not attach in root volume device.", NULL },
	{ REFUSE_DISK_NOT_BOOTABLE, 400, "BMS.0104",
	  "Attach volume %s fail, data volume can not attach in root volume device.", NULL },
	{ REFUSE_INSTANCE_NOT_ORIGIN, 400, "BMS.0108",
	  "Attach volume %s fail, root volume does not match the VM, do not change image.", NULL },
	{ REFUSE_INSTANCE_HAS_SYSTEM_DISK, 400, "BMS.0105", "Attach volume %s fail, device is illegal.", "Cleat" },
	{ REFUSE_INSTANCE_STATE, 400, "BMS.1001", BAD_STATE, NULL },
	{ REFUSE_INSTANCE_NO_HOT_PLUG, 400, "BMS.0315", "Disks cannot be attached to a BMS using this flavor[%s].", NULL },
	{ REFUSE_INSTANCE_NO_MULTI_ATTACH, 400, "BMS.0315", "Disks cannot be attached to a BMS using this flavor[%s].", NULL },
	{ REFUSE_DISK_MULTI_ATTACH_LIMIT, 400, "BMS.3019", "Failed to attach the data disk.", "Cleat" },
	{ REFUSE_INSTANCE_DISK_LIMIT, 400, "BMS.1002", "Attach volume fail, server %s attchment num over limit.", NULL },
	{ REFUSE_DEVICE_IN_USE, 400, "BMS.0105", "Attach volume %s fail, device is illegal.", NULL },
	ROWS_END,
};

/* What the words of this service name beside what the core does. */
enum telling { OF_VOLUME, OF_FLAVOR, AND_STATUS, AND_SERVER };

static const struct {
	enum refusal_reason reason;
	enum telling telling;
} tellings[] = {
	{ REFUSE_DEVICE_MALFORMED, OF_VOLUME },         { REFUSE_DEVICE_IN_USE, OF_VOLUME },
	{ REFUSE_INSTANCE_HAS_SYSTEM_DISK, OF_VOLUME }, { REFUSE_INSTANCE_NOT_ORIGIN, OF_VOLUME },
	{ REFUSE_INSTANCE_NO_HOT_PLUG, OF_FLAVOR },     { REFUSE_INSTANCE_NO_HOT_UNPLUG, OF_FLAVOR },
	{ REFUSE_INSTANCE_NO_MULTI_ATTACH, OF_FLAVOR }, { REFUSE_DISK_STATE, AND_STATUS },
	{ REFUSE_DISK_ATTACHED_HERE, AND_STATUS },      { REFUSE_DISK_UNKNOWN, AND_SERVER },
	{ REFUSE_DISK_NOT_ATTACHED, AND_SERVER },       { REFUSE_DISK_ATTACHED_ELSEWHERE, AND_SERVER },
};

static bool refuse_in_words(struct call *call, const struct instance *server, const char *volume)
{
	struct refusal *refusal = &call->refusal;
	struct disk disk;
	size_t i;

	for (i = 0; i < COUNT_OF(tellings); i++) {
		if (tellings[i].reason != refusal->reason)
			continue;
		if (tellings[i].telling == OF_VOLUME)
			refusal->subject = volume;
		else if (tellings[i].telling == OF_FLAVOR)
			refusal->subject = server->type;
		else if (tellings[i].telling == AND_SERVER)
			refusal->detail = server->id;
		else if (find_disk(&call->work, volume, &disk))
			refusal->detail = volume_status(call, &disk);
	}
	return false;
}

static const char *job_of(struct call *call, const char *type, const char *server, const char *volume)
{
	return client_job_open(&call->work, &(struct client_job_args){
		.service = "bms",
		.type = type,
		.instance = server,
		.disk = volume,
	});
}

static bool attach_run(struct call *call, const void *in_, void *out_)
{
	const struct attach_in *in = in_;
	struct rest_job_out *out = out_;
	const char *device = device_wanted(call_work_arena(call), in->attachment.device);
	bool is_root = device_is_root(device);
	struct attach_args args = {
		.instance = in->server,
		.disk = in->attachment.volume,
		.device = device,
		.bootable = is_root,
		.credential_given = is_root,
	};
	struct instance instance;

	if (!bms_find_server(call, in->server, &instance))
		return false;
	if (!call_verb(call, disk_attach(&call->work, &args)))
		return refuse_in_words(call, &instance, in->attachment.volume);
	out->job = job_of(call, "baremetalAttachVolume", in->server, in->attachment.volume);
	return true;
}

const struct operation huawei_bms_attach_volume = {
	.product = "bms",
	.version = "v1",
	.name = "bms.AttachBaremetalServerVolume",
	.method = "POST",
	.path = "/v1/{project_id}/baremetalservers/{server_id}/attachvolume",
	.success = 202,
	.mode = OPERATION_WRITE,
	.permission = "bms:servers:attachVolume",
	.resource = "instance/{server_id}",
	.in = { sizeof(struct attach_in), attach_in_fields },
	.out = { sizeof(struct rest_job_out), rest_job_fields },
	.errors = attach_errors,
	.common = rest_bms_errors,
	.opens_jobs = true,
	.run = attach_run,
	.doc = "Attaches a SCSI volume to a bare metal server, which has 60 at most. Answers with a job.",
};

/* ---- detach ---- */

struct detach_in {
	const char *project, *server, *volume;
};

static const struct field detach_in_fields[] = {
	PATH_PROJECT(struct detach_in, project),
	PATH_SERVER(struct detach_in, server),
	TEXT(struct detach_in, volume, "attachment_id", .doc = "The attachment: the id of its volume."),
	FIELDS_END,
};

/* In the order in which the core asks. Clients take BMS.0114 for detached: what is still on its way is not that. */
static const struct error_row detach_errors[] = {
	ROW_BMS_SERVER_UNKNOWN,
	{ REFUSE_DISK_UNKNOWN, 400, "BMS.0114", NOT_HERE, NULL },
	{ REFUSE_DISK_NOT_ATTACHED, 400, "BMS.0114", NOT_HERE, NULL },
	{ REFUSE_DISK_ATTACHED_ELSEWHERE, 400, "BMS.0114", NOT_HERE, NULL },
	ROW_BMS_FAILED(REFUSE_DISK_DETACHING),
	ROW_BMS_FAILED(REFUSE_DISK_STATE),
	ROW_BMS_LOCKED,
	ROW_BMS_FAILED(REFUSE_SYSTEM_DISK_ONLINE),
	{ REFUSE_INSTANCE_STATE, 400, "BMS.1001", BAD_STATE, NULL },
	ROW_BMS_FAILED(REFUSE_DISK_NOT_PORTABLE),
	{ REFUSE_INSTANCE_NO_HOT_UNPLUG, 400, "BMS.0315", "Disks cannot be attached to a BMS using this flavor[%s].", "Cleat" },
	ROWS_END,
};

static bool detach_run(struct call *call, const void *in_, void *out_)
{
	const struct detach_in *in = in_;
	struct rest_job_out *out = out_;
	struct detach_args args = { .instance = in->server, .disk = in->volume };
	struct instance instance;

	if (!bms_find_server(call, in->server, &instance))
		return false;
	if (!call_verb(call, disk_detach(&call->work, &args)))
		return refuse_in_words(call, &instance, in->volume);
	out->job = job_of(call, "baremetalDetachVolume", in->server, in->volume);
	return true;
}

const struct operation huawei_bms_detach_volume = {
	.product = "bms",
	.version = "v1",
	.name = "bms.DetachBaremetalServerVolume",
	.method = "DELETE",
	.path = "/v1/{project_id}/baremetalservers/{server_id}/detachvolume/{attachment_id}",
	.success = 202,
	.mode = OPERATION_WRITE,
	.permission = "bms:servers:detachVolume",
	.resource = "instance/{server_id}",
	.in = { sizeof(struct detach_in), detach_in_fields },
	.out = { sizeof(struct rest_job_out), rest_job_fields },
	.errors = detach_errors,
	.common = rest_bms_errors,
	.opens_jobs = true,
	.run = detach_run,
	.doc = "Detaches a volume from a bare metal server. Answers with a job.",
};
