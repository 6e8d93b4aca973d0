/* What the operations that attach and detach volumes of ECS share. */
#ifndef API_HUAWEI_ECS_VOLUMES_H
#define API_HUAWEI_ECS_VOLUMES_H

#include "api/huawei/rest.h"

/* Attaches by the core's verb, where `device` is as the client wrote it: /dev/vda and /dev/sda are the system disk's. False
 * after a refusal. */
bool ecs_attach(struct call *call, const char *server, const char *volume, const char *device);

/* A job to poll for what was just set going; `follows` may be NULL. */
const char *ecs_volume_job(struct call *call, const char *type, const char *server, const char *volume, const char *follows);

#define ECS_NOT_AVAILABLE "The disk can be attached to a server only if it exists and the state must be in the available. " \
                      "Make sure the disk state is available and try again."
#define ECS_NOT_MET       "The status of the selected disk does not meet the attachment requirements on the ECS. Select an " \
                      "available disk for attaching."
/* What attaching may refuse, to one server and to many. */
#define ROWS_ECS_ATTACH                                                                                               \
	ROW_ECS_SERVER_UNKNOWN,                                                                                       \
	{ REFUSE_DISK_UNKNOWN, 400, "Ecs.0103", ECS_NOT_AVAILABLE, NULL },                                            \
	{ REFUSE_NOT_IN_WHITE_LIST, 403, "Ecs.0003",                                                                  \
	  "You do not have permission to perform this operation. Contact customer service to obtain permission.", "Cleat" }, \
	{ REFUSE_DEVICE_MALFORMED, 400, "Ecs.0005", ECS_INVALID, "Cleat" },                                           \
	{ REFUSE_DEVICE_IN_USE, 400, "Ecs.0005", ECS_INVALID, "Cleat" },                                              \
	{ REFUSE_DISK_MULTI_ATTACH_BOOT, 400, "Ecs.0005", ECS_INVALID, "Cleat" },                                     \
	{ REFUSE_ZONE_MISMATCH, 400, "Ecs.0121",                                                                      \
	  "The disk cannot be attached to the ECS because the disk and the ECS are in different failure domains.", "Cleat" }, \
	{ REFUSE_DISK_OVERDUE, 400, "Ecs.0017", ECS_NOT_MET, NULL },                                                  \
	{ REFUSE_DISK_NOT_PORTABLE, 400, "Ecs.0017", ECS_NOT_MET, "Cleat" },                                          \
	{ REFUSE_DISK_ATTACHED_HERE, 400, "Ecs.0057",                                                                 \
	  "The disk has already been attached to the ECS and you cannot repeatedly attach it.", NULL },               \
	{ REFUSE_DISK_STATE, 400, "Ecs.0103", ECS_NOT_AVAILABLE, NULL },                                              \
	ROW_ECS_LOCKED,                                                                                               \
	ROW_ECS_LOCKED_FINANCIAL,                                                                                     \
	ROW_ECS_SERVER_STATE,                                                                                         \
	{ REFUSE_INSTANCE_NO_HOT_PLUG, 400, "Ecs.0100",                                                               \
	  "The ECS status does not meet requirements. Make the ECS in the required status and try again.", "Cleat" }, \
	{ REFUSE_INSTANCE_NO_MULTI_ATTACH, 400, "Ecs.0909", "The flavor does not support the disk type.", NULL },     \
	{ REFUSE_DISK_MULTI_ATTACH_LIMIT, 400, "Ecs.0017", ECS_NOT_MET, "Cleat" },                                    \
	{ REFUSE_INSTANCE_DISK_LIMIT, 400, "Ecs.0104",                                                                \
	  "The number of EVS disks that can be attached to the ECS exceeds the maximum number allowed. Decrease the number of " \
	  "EVS disks to be attached and try again.", NULL }

#endif
