/* The REST dialect of Huawei Cloud: operations by method and path, parameters in path, query, headers and a JSON body;
 * JSON replies, and error bodies that differ from one family of APIs to the next. The operations are rows of their own
 * (ecs_*.c, evs_*.c, ...), whose `product` is their family. */
#ifndef API_HUAWEI_REST_H
#define API_HUAWEI_REST_H

#include "api/call.h"

extern const struct dialect dialect_huawei;

/* Ends with NULL. */
extern const struct operation *const huawei_operations[];

/* The operation of that method and path: a literal part beats a {parameter}. Of several with one path, "/action#os-start" and
 * so on, the body's member says later which is meant; this is the first of them. NULL with *ret_path_known: other methods have
 * the path. The values of parameters are decoded into `parameters` (TREE_TEXT members), if it is not NULL. */
const struct operation *rest_route(struct arena *arena, const char *method, const char *path, struct tree *parameters,
                                   bool *ret_path_known);

/* Checks who calls and fills call->caller: a signature, or a token. */
bool rest_authenticate(struct call *call);

void rest_write_done(struct call *call);
void rest_write_fault(struct call *call, const struct fault *fault);

/* "0A1B2C3D-..." as the request ids of this cloud: 32 small hex digits. */
const char *rest_request_id(struct call *call);

/* An operation without parameters, or without a body in its reply. */
struct rest_nothing {
	char unused;
};
extern const struct dialect_rights rest_rights;
extern const struct field rest_nothing_fields[];

/* A member "links" of what is listed: where it is found on this server. */
const char *rest_base_url(struct call *call);

/* ---- rows that operations share ---- */

#define ROWS_END { REFUSE_NONE, 0, NULL, NULL, NULL }

/* What all operations of a family may answer: `common` of their rows. */
extern const struct error_row rest_ecs_errors[];
extern const struct error_row rest_bms_errors[];
extern const struct error_row rest_nova_errors[];
extern const struct error_row rest_evs_errors[];
extern const struct error_row rest_iam_errors[];

#define ECS_INVALID "Invalid parameter values. Contact customer service."
#define ECS_SYSTEM "A system exception occurred. Try again later or contact customer service."
#define ROW_ECS_SERVER_UNKNOWN { REFUSE_INSTANCE_UNKNOWN, 404, "Ecs.0114", "The ECS does not exist.", NULL }
#define ROW_ECS_SERVER_STATE \
	{ REFUSE_INSTANCE_STATE, 400, "Ecs.0100", \
	  "The ECS status does not meet requirements. Make the ECS in the required status and try again.", NULL }
#define ROW_ECS_LOCKED { REFUSE_INSTANCE_LOCKED_SECURITY, 400, "Ecs.0605", "ECS locked.", NULL }
#define ROW_ECS_LOCKED_FINANCIAL { REFUSE_INSTANCE_LOCKED_FINANCIAL, 400, "Ecs.0605", "ECS locked.", NULL }

/* Fields of paths. */
#define PATH_PROJECT(T, m) TEXT(T, m, "project_id", .doc = "The project.")
#define PATH_SERVER(T, m)  TEXT(T, m, "server_id", .doc = "The server.")
#define PATH_VOLUME(T, m)  TEXT(T, m, "volume_id", .doc = "The volume.")

/* The reply of what is answered with a job. */
struct rest_job_out {
	const char *job;
};
extern const struct field rest_job_fields[];

#endif
