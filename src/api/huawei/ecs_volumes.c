#include "api/huawei/ecs_volumes.h"

#include "api/huawei/device.h"
#include "api/huawei/ecs.h"
#include "core/attachment.h"
#include "core/client_job.h"

bool ecs_attach(struct call *call, const char *server, const char *volume, const char *device)
{
	struct attach_args args = {
		.instance = server,
		.disk = volume,
		.device = device_wanted(call_work_arena(call), device),
	};
	struct instance instance;
	struct attachment here;

	if (!ecs_find_server(call, server, &instance))
		return false;
	/* Nobody logs on by what this call could bring: a system disk is put back as it left. */
	args.bootable = args.credential_given = device_is_root(args.device);
	if (call_verb(call, disk_attach(&call->work, &args)))
		return true;
	/* A volume that is in use is one thing, and one that is in use by this very server another. */
	if (call->refusal.reason == REFUSE_DISK_STATE && attachment_find(&call->work, volume, server, &here, NULL) &&
	    here.state == ATTACHMENT_ATTACHED)
		call->refusal.reason = REFUSE_DISK_ATTACHED_HERE;
	return false;
}

const char *ecs_volume_job(struct call *call, const char *type, const char *server, const char *volume, const char *follows)
{
	return client_job_open(&call->work, &(struct client_job_args){
		.service = "ecs",
		.type = type,
		.instance = server,
		.disk = volume,
		.follows = follows,
	});
}
