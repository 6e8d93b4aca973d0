/* A volume as replies show it: one struct and its shape for every operation that does. */
#ifndef API_HUAWEI_VOLUME_H
#define API_HUAWEI_VOLUME_H

#include "api/huawei/rest.h"

struct volume_item {
	const char *id, *name, *status, *description, *type, *zone, *created_at, *updated_at, *bootable, *snapshot, *source;
	const char *host, *tenant, *none, *disabled, *user, *service, *wwn, *enterprise_project, *shareable, *serial;
	int64_t size;
	bool multiattach, encrypted;
	struct items attachments, links;
	struct pairs metadata, tags, image_metadata;
};

extern const struct shape volume_shape;

/* Shows a disk of the caller's as it is in this transaction. */
struct volume_item volume_show(struct call *call, const struct disk *disk);

/* "in-use" and so on (EVS pages, "disk statuses"). */
const char *volume_status(struct call *call, const struct disk *disk);

/* The id of an attachment that EVS shows beside the volume's: made of its own, so that it is the same always. */
const char *volume_attachment_id(struct arena *arena, const struct attachment *attachment);

#endif
