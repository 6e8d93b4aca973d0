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
extern const struct shape volume_found_shape; /* ... as found by tags */
extern const struct shape volume_held_shape; /* of `attachments` */

/* Shows a disk of the caller's as it is in this transaction. */
struct volume_item volume_show(struct call *call, const struct disk *disk);

/* "in-use" and so on (EVS pages, "disk statuses"). */
const char *volume_status(struct call *call, const struct disk *disk);

/* The id of an attachment that EVS shows beside the volume's: made of its own, so that it is the same always. */
const char *volume_attachment_id(struct arena *arena, const struct attachment *attachment);

/* "2016-02-03T02:19:11.723000": no zone, six digits; "" for 0. */
const char *volume_moment(struct arena *arena, int64_t moment);

/* An id that is the same for the same text always. */
const char *volume_uuid_of(struct arena *arena, const char *text);

/* The metadata that it is shown with. */
struct pairs volume_metadata(struct call *call, const struct disk *disk);

/* Whether the service itself says something by that name. */
bool volume_metadata_reserved(const char *name);

/* Those of the pairs that mean nothing here; *ret_n is how many. */
const struct tag *volume_own_metadata(struct call *call, const struct pairs *pairs, size_t *ret_n);

/* All of them. */
struct tag *volume_pairs_as_tags(struct call *call, const struct pairs *pairs);

/* Adds a client's metadata to what is shown. */
struct pairs volume_pairs_with(struct call *call, struct pairs pairs, const char *metadata);

/* Whether it was made of an image, or is a system disk. */
bool volume_is_bootable(const struct disk *disk);

/* The value of a pair; NULL if there is none. */
const char *volume_pair(const struct pairs *pairs, const char *name);

#endif
