#include "api/huawei/volume_attachment.h"

#include "api/huawei/device.h"

#define A struct volume_attachment_item
static const struct field item_fields[] = {
	TEXT(A, device, "device"),
	TEXT(A, id, "id"),
	TEXT(A, server, "serverId"),
	TEXT(A, volume, "volumeId"),
	FIELDS_END,
};
const struct shape volume_attachment_shape = { sizeof(A), item_fields };
#undef A

const struct field volume_attachments_fields[] = {
	ITEMS(struct volume_attachments_out, attachments, "volumeAttachments", .of = &volume_attachment_shape),
	FIELDS_END,
};

struct volume_attachment_item volume_attachment_show(struct call *call, const struct attachment *attachment,
                                                     const struct disk *disk)
{
	return (struct volume_attachment_item){
		.device = device_name(call_work_arena(call), attachment, disk->scsi),
		.id = disk->id,
		.server = attachment->instance,
		.volume = disk->id,
	};
}

struct items volume_attachments_of(struct call *call, const struct instance *instance,
                                   enum volume_attachments_wanted wanted)
{
	struct attachment *live;
	size_t n = attachment_list_of_instance(call->work.txn, instance->id, &live);
	struct volume_attachment_item *items = arena_array(call_work_arena(call), struct volume_attachment_item, n);
	size_t shown = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		struct disk disk;

		if (live[i].state == ATTACHMENT_ATTACHING && wanted == VOLUME_ATTACHMENTS_FAST)
			continue;
		if (disk_get(call->work.txn, live[i].disk, &disk))
			items[shown++] = volume_attachment_show(call, &live[i], &disk);
	}
	return (struct items){ items, shown };
}
