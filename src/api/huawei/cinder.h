/* What the operations compatible with Cinder share: their errors, {"itemNotFound": {"message", "code"}}. Their rows are named
 * by the member of the body. */
#ifndef API_HUAWEI_CINDER_H
#define API_HUAWEI_CINDER_H

#include "api/huawei/rest.h"

#define CINDER_TEXT_MAX 255

#define ROW_CINDER_VOLUME_UNKNOWN { REFUSE_DISK_UNKNOWN, 404, "itemNotFound", "Volume %s could not be found.", "Cinder" }
#define ROW_CINDER_SNAPSHOT_UNKNOWN \
	{ REFUSE_SNAPSHOT_UNKNOWN, 404, "itemNotFound", "Snapshot %s could not be found.", "Cinder" }
#define ROW_CINDER_METADATA \
	ROW_CINDER_BAD(REFUSE_METADATA_LIMIT, "Invalid metadata: at most 32 items, names and values of at most 255 characters.")
#define ROW_CINDER_BAD(reason, text) { reason, 400, "badRequest", text, "Cinder" }

extern const struct error_row rest_cinder_errors[];

/* What is under a project and asks for nothing more. */
struct cinder_project_in {
	const char *project;
};
extern const struct field cinder_project_in_fields[];

/* False, for a refusal whose text is about this volume whatever the core found at fault, as the server that has it. */
bool cinder_refuse_of_volume(struct call *call, const char *volume);

/* Of every operation: v3, and v2 for clients that ask for it. */
#define CINDER_PATHS(tail) .path = "/v3/{project_id}/" tail, .also = "/v2/{project_id}/" tail

#endif
