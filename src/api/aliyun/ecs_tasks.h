/* Tasks: what the vendor calls the work of a job that a client may ask for by its id. They are shown in ecs_tasks.c; the
 * operations that make one return its id. */
#ifndef API_ALIYUN_ECS_TASKS_H
#define API_ALIYUN_ECS_TASKS_H

#include "api/aliyun/ecs.h"

/* The id of the task that a job is, in the call's arena: "t-..." (ModifyDiskSpec page, TaskId). */
const char *ecs_task_id(struct call *call, const char *job);

#endif
