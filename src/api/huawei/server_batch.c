#include "api/huawei/server_batch.h"

struct id_in {
	const char *id;
};

static const struct field id_fields[] = {
	TEXT(struct id_in, id, "id", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	FIELDS_END,
};
const struct shape server_id_shape = { sizeof(struct id_in), id_fields };

static const struct field many_fields[] = {
	NAMED_SERVERS(struct server_many_in),
	FIELDS_END,
};
const struct shape server_many_shape = { sizeof(struct server_many_in), many_fields };

const char *const server_power_types[] = { "SOFT", "HARD", NULL };

bool server_batch(struct call *call, struct instance_batch_args *args, const struct items *servers, server_find find,
                  const struct client_job_args *job, struct rest_job_out *out)
{
	const char **ids = arena_array(call_work_arena(call), const char *, servers->n);
	const struct id_in *named = servers->items;
	struct instance_batch_item *items;
	struct instance instance;
	size_t n;
	size_t i;

	for (i = 0; i < servers->n; i++) {
		ids[i] = named[i].id;
		if (!find(call, ids[i], &instance))
			return false;
	}
	args->instances = ids;
	args->n = servers->n;
	args->max = SERVERS_MAX;
	args->all_together = true;
	if (!call_verb(call, instance_batch(&call->work, args, &items, &n)))
		return false;
	out->job = client_job_open(&call->work, job);
	return true;
}

struct instance_batch_args server_delete_args(const struct server_delete_in *in)
{
	return (struct instance_batch_args){
		.verb = BATCH_RELEASE,
		.force = true,
		.terminate_subscription = true,
		.with_data_disks = in->volumes.value,
	};
}
