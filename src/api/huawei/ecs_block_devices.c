/* ECS: the disks of a server as its block devices. */
#include "api/huawei/device.h"
#include "api/huawei/ecs.h"
#include "base/text.h"
#include "core/attachment.h"
#include "core/catalogue.h"
#include "core/disk_change.h"

#define SCSI_MAX 23 /* pages of attaching: limits of a KVM server */
#define BLK_MAX  23

struct device_item {
	const char *pci_address, *volume, *device, *server, *id, *bus;
	int64_t size;
	struct opt_int boot_index;
};

struct list_in {
	const char *project, *server;
};

struct list_out {
	struct items attachments;
	struct {
		int64_t free_scsi, free_blk, free_disk;
	} quantity;
};

struct show_in {
	const char *project, *server, *volume;
};

struct show_out {
	struct device_item attachment;
};

/* ---- tables ---- */

#define D struct device_item
static const struct field device_fields[] = {
	TEXT(D, pci_address, "pciAddress"),
	TEXT(D, volume, "volumeId"),
	TEXT(D, device, "device"),
	TEXT(D, server, "serverId"),
	TEXT(D, id, "id"),
	INT(D, size, "size"),
	OPT_INT(D, boot_index, "bootIndex", .flags = FIELD_NULL),
	TEXT(D, bus, "bus"),
	FIELDS_END,
};
static const struct shape device_shape = { sizeof(D), device_fields };
#undef D

#define Q(m) { .name = #m, .type = FIELD_INT, .offset = offsetof(struct list_out, quantity.m) - offsetof(struct list_out, quantity) }
static const struct field quantity_fields[] = {
	Q(free_scsi),
	Q(free_blk),
	Q(free_disk),
	FIELDS_END,
};
static const struct shape quantity_shape = { sizeof(((struct list_out *)0)->quantity), quantity_fields };

static const struct field list_in_fields[] = {
	PATH_PROJECT(struct list_in, project),
	PATH_SERVER(struct list_in, server),
	FIELDS_END,
};

static const struct field list_out_fields[] = {
	OBJECT(struct list_out, quantity, "attachableQuantity", .of = &quantity_shape),
	ITEMS(struct list_out, attachments, "volumeAttachments", .of = &device_shape),
	FIELDS_END,
};

static const struct field show_in_fields[] = {
	PATH_PROJECT(struct show_in, project),
	PATH_SERVER(struct show_in, server),
	PATH_VOLUME(struct show_in, volume),
	FIELDS_END,
};

static const struct field show_out_fields[] = {
	OBJECT(struct show_out, attachment, "volumeAttachment", .of = &device_shape),
	FIELDS_END,
};

static const struct error_row list_errors[] = {
	ROW_ECS_SERVER_UNKNOWN,
	ROWS_END,
};

/* What Nova says stands in the message: clients look for it there. */
static const struct error_row show_errors[] = {
	ROW_ECS_SERVER_UNKNOWN,
	{ REFUSE_DISK_NOT_ATTACHED, 400, "Ecs.1000",
	  "{\"itemNotFound\": {\"message\": \"No volume Block Device Mapping with id %s.\", \"code\": 404}}",
	  "live replies" },
	ROWS_END,
};

/* ---- run ---- */

/* Shown as long as the machine has the disk. */
static bool is_shown(const struct attachment *attachment)
{
	return attachment->state == ATTACHMENT_ATTACHED || attachment->state == ATTACHMENT_DETACHING;
}

static struct device_item device_of(struct call *call, const struct attachment *attachment, const struct disk *disk)
{
	return (struct device_item){
		.pci_address = device_pci_address(call_work_arena(call), attachment),
		.volume = disk->id,
		.device = device_name(call_work_arena(call), attachment, disk->scsi),
		.server = attachment->instance,
		.id = disk->id,
		.size = disk->size_gib,
		.boot_index = { attachment->boot ? GIVEN : ABSENT, 0 },
		.bus = disk->scsi ? "scsi" : "virtio",
	};
}

static int64_t left(int64_t most, int64_t used)
{
	return used < most ? most - used : 0;
}

static bool list_run(struct call *call, const void *in_, void *out_)
{
	const struct list_in *in = in_;
	struct list_out *out = out_;
	struct instance instance;
	struct attachment *slots;
	struct device_item *items;
	int64_t n_scsi = 0;
	size_t n;
	size_t i;

	if (!ecs_find_server(call, in->server, &instance))
		return false;
	n = attachment_list_slots(call->work.txn, instance.id, &slots);
	items = arena_array(call_work_arena(call), struct device_item, n);
	for (i = 0; i < n; i++) {
		struct disk disk;

		if (!disk_get(call->work.txn, slots[i].disk, &disk))
			continue;
		n_scsi += disk.scsi;
		if (is_shown(&slots[i]))
			items[out->attachments.n++] = device_of(call, &slots[i], &disk);
	}
	out->attachments.items = items;
	/* A slot that a forced detach left behind counts. */
	out->quantity.free_scsi = left(SCSI_MAX, n_scsi);
	out->quantity.free_blk = left(BLK_MAX, (int64_t)n - n_scsi);
	out->quantity.free_disk = left(SCSI_MAX + 1, (int64_t)n);
	return true;
}

const struct operation huawei_ecs_list_block_devices = {
	.product = "ecs",
	.version = "v1",
	.name = "ecs.ListServerBlockDevices",
	.method = "GET",
	.path = "/v1/{project_id}/cloudservers/{server_id}/block_device",
	.mode = OPERATION_READ,
	.permission = "ecs:cloudServers:get",
	.resource = "instance/{server_id}",
	.in = { sizeof(struct list_in), list_in_fields },
	.out = { sizeof(struct list_out), list_out_fields },
	.errors = list_errors,
	.common = rest_ecs_errors,
	.run = list_run,
	.doc = "Lists the disks of a server, and how many more it takes.",
};

static bool show_run(struct call *call, const void *in_, void *out_)
{
	const struct show_in *in = in_;
	struct show_out *out = out_;
	struct attachment attachment;
	struct instance instance;
	struct disk disk;

	if (!ecs_find_server(call, in->server, &instance))
		return false;
	if (!find_disk(&call->work, in->volume, &disk) ||
	    !attachment_find(&call->work, disk.id, instance.id, &attachment, NULL) || !is_shown(&attachment))
		return call_refuse(call, REFUSE_DISK_NOT_ATTACHED, in->volume);
	out->attachment = device_of(call, &attachment, &disk);
	return true;
}

const struct operation huawei_ecs_show_block_device = {
	.product = "ecs",
	.version = "v1",
	.name = "ecs.ShowServerBlockDevice",
	.method = "GET",
	.path = "/v1/{project_id}/cloudservers/{server_id}/block_device/{volume_id}",
	.mode = OPERATION_READ,
	.permission = "ecs:cloudServers:get",
	.resource = "instance/{server_id}",
	.in = { sizeof(struct show_in), show_in_fields },
	.out = { sizeof(struct show_out), show_out_fields },
	.errors = show_errors,
	.common = rest_ecs_errors,
	.run = show_run,
	.doc = "Shows a disk of a server.",
};

/* ---- update ---- */

struct update_in {
	const char *project, *server, *volume;
	struct {
		struct opt_bool delete_on_termination;
	} device;
};

static const struct field device_in_fields[] = {
	{ .name = "delete_on_termination", .type = FIELD_OPT_BOOL, .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY,
	  .doc = "Whether the volume is deleted with the server. Not of system, shared and prepaid ones." },
	FIELDS_END,
};
static const struct shape device_in_shape = { sizeof(((struct update_in *)0)->device), device_in_fields };

static const struct field update_in_fields[] = {
	PATH_PROJECT(struct update_in, project),
	PATH_SERVER(struct update_in, server),
	PATH_VOLUME(struct update_in, volume),
	OBJECT(struct update_in, device, "block_device", .of = &device_in_shape, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

#define NOT_MODIFIED "Failed to modify attribute. Please try again later or contact customer service."
static const struct error_row update_errors[] = {
	ROW_ECS_SERVER_UNKNOWN,
	{ REFUSE_DISK_NOT_ATTACHED, 400, "Ecs.1000",
	  "{\"itemNotFound\": {\"message\": \"No volume Block Device Mapping with id %s.\", \"code\": 404}}",
	  "live replies" },
	{ REFUSE_DISK_STATE, 400, "Ecs.0617", NOT_MODIFIED, "Cleat" },
	{ REFUSE_DISK_SYSTEM, 400, "Ecs.0617", NOT_MODIFIED, "Cleat" },
	{ REFUSE_DISK_MULTI_ATTACH_FLAG, 400, "Ecs.0617", NOT_MODIFIED, "Cleat" },
	{ REFUSE_DISK_NOT_PORTABLE, 400, "Ecs.0617", NOT_MODIFIED, "Cleat" },
	{ REFUSE_NOT_IN_WHITE_LIST, 403, "Ecs.0003",
	  "You do not have permission to perform this operation. Contact customer service to obtain permission.", "Cleat" },
	ROWS_END,
};

static bool update_run(struct call *call, const void *in_, void *out)
{
	const struct update_in *in = in_;
	struct disk_modify_args args = {
		.disks = &in->volume,
		.n_disks = 1,
		.delete_with_instance = in->device.delete_on_termination.value,
		.delete_auto_snapshot = -1,
		.enable_auto_snapshot = -1,
		.bursting = -1,
	};
	struct attachment attachment;
	struct instance instance;

	(void)out;
	if (!ecs_find_server(call, in->server, &instance))
		return false;
	if (!attachment_find(&call->work, in->volume, instance.id, &attachment, NULL) || !is_shown(&attachment))
		return call_refuse(call, REFUSE_DISK_NOT_ATTACHED, in->volume);
	if (attachment.boot)
		return call_refuse(call, REFUSE_DISK_SYSTEM, in->volume);
	return call_verb(call, disk_modify(&call->work, &args));
}

const struct operation huawei_ecs_update_block_device = {
	.product = "ecs",
	.version = "v1",
	.name = "ecs.UpdateServerBlockDevice",
	.method = "PUT",
	.path = "/v1/{project_id}/cloudservers/{server_id}/block_device/{volume_id}",
	.mode = OPERATION_WRITE,
	.permission = "ecs:cloudServers:put",
	.resource = "instance/{server_id}",
	.in = { sizeof(struct update_in), update_in_fields },
	.out = { sizeof(struct rest_nothing), rest_nothing_fields },
	.errors = update_errors,
	.common = rest_ecs_errors,
	.run = update_run,
	.doc = "Says whether a volume is deleted with its server.",
};
