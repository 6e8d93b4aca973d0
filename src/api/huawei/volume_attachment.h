/* An attachment as Nova shows it: os-volume_attachments of ECS, BMS and of the Nova-compatible API. */
#ifndef API_HUAWEI_VOLUME_ATTACHMENT_H
#define API_HUAWEI_VOLUME_ATTACHMENT_H

#include "api/huawei/rest.h"

struct volume_attachment_item {
	const char *device, *id, *server, *volume;
};
extern const struct shape volume_attachment_shape;

/* The reply of a list. */
struct volume_attachments_out {
	struct items attachments;
};
extern const struct field volume_attachments_fields[];

struct volume_attachment_item volume_attachment_show(struct call *call, const struct attachment *attachment,
                                                     const struct disk *disk);

enum volume_attachments_wanted {
	VOLUME_ATTACHMENTS_FAST, /* those that the machine has */
	VOLUME_ATTACHMENTS_ALL,  /* those that are being made as well */
};

/* Of an instance, oldest first. */
struct items volume_attachments_of(struct call *call, const struct instance *instance,
                                   enum volume_attachments_wanted wanted);

#endif
