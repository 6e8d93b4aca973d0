/* EVS: the list of volumes. */
#include "api/huawei/evs.h"
#include "api/huawei/volume_list.h"
#include "base/text.h"

#define BAD(row, code, message) static const struct error_row row = { REFUSE_FIELD, 400, code, message, NULL }
BAD(bad_marker, "EVS.1024", "invalid filter marker!");
BAD(bad_sort_dir, "EVS.1040", "invalid sort_dir!");
BAD(bad_sort_key, "EVS.1039", "invalid sort_key!");

static const char *const sort_dirs[] = { "asc", "desc", NULL };
static const char *const sort_keys[] = { "id", "status", "size", "created_at", "name", NULL };

#define L struct volume_list_in
static const struct field in_fields[] = {
	PATH_PROJECT(L, project),
	TEXT(L, marker, "marker", .max = 36, .bad = &bad_marker, .doc = "The page begins behind this volume."),
	TEXT(L, name, "name", .max = EVS_TEXT_MAX),
	OPT_INT(L, limit, "limit", .min = 1, .max = VOLUME_LIST_MAX, .bad = &evs_bad_limit, .doc = "1 to 1000; default 1000."),
	OPT_INT(L, offset, "offset", .min = 0, .max = INT32_MAX, .bad = &evs_bad_offset),
	TEXT(L, sort_key, "sort_key", .values = sort_keys, .bad = &bad_sort_key),
	TEXT(L, sort_dir, "sort_dir", .values = sort_dirs, .bad = &bad_sort_dir),
	TEXT(L, status, "status"),
	TEXT(L, metadata, "metadata", .doc = "A JSON object: what of the volume's metadata must be so."),
	TEXT(L, not_metadata, "not_metadata"),
	TEXT(L, zone, "availability_zone"),
	OPT_BOOL(L, multiattach, "multiattach"),
	TEXT(L, service, "service_type", .doc = "EVS; any other finds none."),
	TEXT(L, storage, "dedicated_storage_id", .doc = "Finds none."),
	TEXT(L, storage_name, "dedicated_storage_name", .doc = "Finds none."),
	TEXT(L, type_id, "volume_type_id"),
	TEXT(L, id, "id"),
	TEXT(L, ids, "ids", .max = 4096, .doc = "['id1','id2',...], at most 60."),
	TEXT(L, enterprise_project, "enterprise_project_id"),
	TEXT(L, server, "server_id"),
	FIELDS_END,
};
#undef L

static const struct field out_fields[] = {
	INT(struct volume_list, total, "count"),
	ITEMS(struct volume_list, volumes, "volumes", .of = &volume_shape),
	ITEMS(struct volume_list, links, "volumes_links", .of = &volume_link_shape),
	FIELDS_END,
};

static const struct error_row errors[] = {
	/* Of what is no plain value: "metadata", "ids", a marker that is not among what is listed. */
	{ REFUSE_FORMAT, 400, "EVS.1058", "invalid metadata filter!", NULL },
	{ REFUSE_PARAMETER_INVALID, 400, "EVS.5400", EVS_MALFORMED_URL, NULL },
	ROWS_END,
};

static bool run(struct call *call, const void *in, void *out)
{
	return volume_list(call, in, out);
}

const struct operation huawei_evs_list_volumes = {
	.product = "evs",
	.version = "v2",
	.name = "evs.ListVolumes",
	.method = "GET",
	.path = "/v2/{project_id}/cloudvolumes/detail",
	.also = "/v3/{project_id}/cloudvolumes/detail",
	.mode = OPERATION_READ,
	.permission = "evs:volumes:list",
	.resource = "volume/*",
	.in = { sizeof(struct volume_list_in), in_fields },
	.out = { sizeof(struct volume_list), out_fields },
	.errors = errors,
	.common = rest_evs_errors,
	.run = run,
	.doc = "Lists volumes with all that is known of them, by filters, in an order, by pages.",
};
