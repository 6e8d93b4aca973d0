/* ECS: attaching one shared volume to several servers, all of them or none. */
#include "api/huawei/ecs_volumes.h"
#include "base/text.h"
#include "core/catalogue.h"
#include "core/client_job.h"

struct server_in {
	const char *server, *device;
};

struct batch_in {
	const char *project, *volume;
	struct items servers;
};

static const struct field server_fields[] = {
	TEXT(struct server_in, server, "server_id", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(struct server_in, device, "device", .max = 32, .doc = "The first free one if absent."),
	FIELDS_END,
};
static const struct shape server_in_shape = { sizeof(struct server_in), server_fields };

static const struct field in_fields[] = {
	PATH_PROJECT(struct batch_in, project),
	PATH_VOLUME(struct batch_in, volume),
	ITEMS(struct batch_in, servers, "serverinfo", .of = &server_in_shape, .flags = FIELD_REQUIRED, .max = MULTI_ATTACH_MAX),
	FIELDS_END,
};

static const struct error_row errors[] = {
	{ REFUSE_BATCH_EMPTY, 400, "Ecs.0005", ECS_INVALID, NULL },
	{ REFUSE_DISK_MULTI_ATTACH, 400, "Ecs.0005", ECS_INVALID, "Cleat: the volume is not shareable" },
	ROWS_ECS_ATTACH,
	ROWS_END,
};

static bool run(struct call *call, const void *in_, void *out_)
{
	const struct batch_in *in = in_;
	const struct server_in *servers = in->servers.items;
	struct rest_job_out *out = out_;
	struct disk disk;
	size_t i;

	if (!in->servers.n)
		return call_refuse(call, REFUSE_BATCH_EMPTY, "serverinfo");
	if (find_disk(&call->work, in->volume, &disk) && !disk.multi_attach)
		return call_refuse(call, REFUSE_DISK_MULTI_ATTACH, in->volume);
	/* A refusal undoes those before it: the whole is one transaction. */
	for (i = 0; i < in->servers.n; i++) {
		if (!ecs_attach(call, servers[i].server, in->volume, servers[i].device))
			return false;
	}
	out->job = client_job_open(&call->work, &(struct client_job_args){
		.service = "ecs",
		.type = "batchAttachVolume",
		.disk = in->volume,
		.batch = true,
	});
	return true;
}

const struct operation huawei_ecs_batch_attach_volume = {
	.product = "ecs",
	.version = "v1",
	.name = "ecs.BatchAttachSharableVolumes",
	.method = "POST",
	.path = "/v1/{project_id}/batchaction/attachvolumes/{volume_id}",
	.mode = OPERATION_WRITE,
	.permission = "ecs:cloudServers:attachSharedVolume",
	.resource = "instance/{serverinfo.server_id}",
	.in = { sizeof(struct batch_in), in_fields },
	.out = { sizeof(struct rest_job_out), rest_job_fields },
	.errors = errors,
	.common = rest_ecs_errors,
	.opens_jobs = true,
	.run = run,
	.doc = "Attaches a shareable volume to up to 16 servers, all or none. Answers with a job that has one for each server.",
};
