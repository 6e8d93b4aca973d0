/* What the operations of EVS share: the words of its refusals, and fields that many of them take. */
#ifndef API_HUAWEI_EVS_H
#define API_HUAWEI_EVS_H

#include "api/huawei/volume.h"

#define EVS_TEXT_MAX 255 /* characters of a name or description (EVS pages) */

/* EVS, "error codes". */
#define EVS_MALFORMED_URL  "Malformed request url."
#define EVS_STATUS         "Must specify a valid status."
#define ROW_EVS_VOLUME_UNKNOWN { REFUSE_DISK_UNKNOWN, 404, "EVS.5404", "Volume %s could not be found.", NULL }
#define ROW_EVS_SNAPSHOT_UNKNOWN { REFUSE_SNAPSHOT_UNKNOWN, 404, "EVS.5404", "Snapshot %s could not be found.", NULL }
#define ROW_EVS_METADATA { REFUSE_METADATA_LIMIT, 400, "EVS.1005", "size of metadata is too large!", NULL }
#define ROW_EVS_NOT_LISTED \
	{ REFUSE_NOT_IN_WHITE_LIST, 403, "EVS.1027", "user role is not allowed for this action!", NULL }
#define ROWS_EVS_SERVER_LOCKED                                                                                             \
	{ REFUSE_INSTANCE_LOCKED_SECURITY, 400, "EVS.2068", "operation failed because of volume be locked", "Cleat" },     \
	{ REFUSE_INSTANCE_LOCKED_FINANCIAL, 400, "EVS.2068", "operation failed because of volume be locked", "Cleat" }
#define ROW_EVS_OVERDUE \
	{ REFUSE_DISK_OVERDUE, 403, "EVS.2144", "Your account is frozen and resources cannot be used.", "Cleat" }

/* For values of fields that do not fit. */
extern const struct error_row evs_bad_name, evs_bad_description, evs_bad_size, evs_bad_tag, evs_bad_limit, evs_bad_offset;

#define EVS_NAME(T, m)        TEXT(T, m, "name", .max = EVS_TEXT_MAX, .bad = &evs_bad_name)
#define EVS_DESCRIPTION(T, m) TEXT(T, m, "description", .max = EVS_TEXT_MAX, .bad = &evs_bad_description)

/* The caller's volume of that id; a refusal otherwise. */
bool evs_find_volume(struct call *call, const char *id, struct disk *ret);

/* Whether a tag may be called so and have that value (EVS page of adding tags). */
bool evs_tag_fits(const char *key, const char *value);

/* {"volume_id", "job_id"}: opens the job that a client polls for work on one volume. */
const char *evs_job(struct call *call, const char *type, const char *volume);

/* In the path of what is about one volume. */
struct evs_volume_in {
	const char *project, *volume;
};
extern const struct field evs_volume_in_fields[];

#endif
