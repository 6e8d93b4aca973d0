/* Lists of volumes as EVS and Cinder ask for them: filters, an order, and a part of what is found. Which words an API has for
 * a value that does not fit is its own business. */
#ifndef API_HUAWEI_VOLUME_LIST_H
#define API_HUAWEI_VOLUME_LIST_H

#include "api/huawei/volume.h"

#define VOLUME_LIST_MAX 1000 /* of a page; also what is meant where nothing is said (EVS page of the list) */
#define VOLUME_IDS_MAX  60   /* of "ids" */

struct volume_list_in {
	const char *project, *marker, *name, *status, *zone, *id, *ids, *server, *type_id, *type, *metadata, *not_metadata;
	const char *service, *storage, *storage_name, *enterprise_project, *sort_key, *sort_dir, *sort, *all_tenants;
	struct opt_int limit, offset;
	struct opt_bool multiattach, bootable;
};

/* What is found, in the order that was asked for. */
struct volume_list {
	struct items volumes; /* struct volume_item */
	int64_t total;        /* without the page */
	struct items links;   /* struct volume_link, of shape volume_link_shape: where the next page is */
};

struct volume_link {
	const char *href, *rel;
};
extern const struct shape volume_link_shape;

/* False after a refusal: PARAMETER_INVALID with the parameter's name, or DISK_UNKNOWN for the marker. */
bool volume_list(struct call *call, const struct volume_list_in *in, struct volume_list *ret);

/* The link to what follows `last`, which stood at the end of a page of that length. */
struct items volume_next_link(struct call *call, int64_t limit, const char *last);

/* The category of a type's id or name; NULL if there is none. */
const struct disk_category *volume_type_of(struct call *call, const char *id);
const char *volume_type_id(struct call *call, const struct disk_category *category);

#endif
