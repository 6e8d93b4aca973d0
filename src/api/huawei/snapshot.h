/* A snapshot as replies of EVS and Cinder show it, and lists of them. */
#ifndef API_HUAWEI_SNAPSHOT_H
#define API_HUAWEI_SNAPSHOT_H

#include "api/huawei/volume_list.h"

struct snapshot_item {
	const char *id, *status, *name, *description, *created_at, *updated_at, *volume, *project, *progress, *service, *none;
	int64_t size;
	struct pairs metadata;
};

extern const struct shape snapshot_shape;        /* one of them */
extern const struct shape snapshot_listed_shape; /* ... in EVS's list, with more */

struct snapshot_item snapshot_show(struct call *call, const struct snapshot *snapshot);

/* The caller's, one that is being deleted too; a refusal (SNAPSHOT_UNKNOWN) otherwise. */
bool snapshot_find(struct call *call, const char *id, struct snapshot *ret);

struct snapshot_list_in {
	const char *project, *marker, *name, *status, *volume, *zone, *id, *service, *storage, *storage_name;
	const char *enterprise_project, *sort, *sort_key, *sort_dir, *all_tenants;
	struct opt_int limit, offset;
};

struct snapshot_list_out {
	struct items snapshots; /* struct snapshot_item */
	int64_t total;
	struct items links; /* struct volume_link */
};

/* False after a refusal: PARAMETER_INVALID, for a marker that is not among them. */
bool snapshot_list_find(struct call *call, const struct snapshot_list_in *in, struct snapshot_list_out *ret);

#endif
