#include "api/huawei/snapshot_calls.h"

#include "core/disk_change.h"
#include "core/snapshot.h"

const struct field snapshot_in_fields[] = {
	PATH_PROJECT(struct snapshot_in, project),
	TEXT(struct snapshot_in, snapshot, "snapshot_id", .doc = "The snapshot."),
	FIELDS_END,
};

const struct field snapshot_out_fields[] = {
	OBJECT(struct snapshot_out, snapshot, "snapshot", .of = &snapshot_shape),
	FIELDS_END,
};

static bool answer(struct call *call, const char *id, struct snapshot_out *out)
{
	struct snapshot snapshot;

	if (!snapshot_find(call, id, &snapshot))
		return false;
	out->snapshot = snapshot_show(call, &snapshot);
	return true;
}

bool snapshot_create_run(struct call *call, const void *in_, void *out)
{
	const struct snapshot_new *in = &((const struct snapshot_create_in *)in_)->snapshot;
	const char *id;

	return call_verb(call, snapshot_create(&call->work, &(struct snapshot_create_args){
		.disk = in->volume,
		.free_only = !in->force.value,
		.name = in->name,
		.description = in->description,
		.metadata = volume_pairs_as_tags(call, &in->metadata),
		.n_metadata = in->metadata.n,
	}, &id)) && answer(call, id, out);
}

bool snapshot_show_run(struct call *call, const void *in_, void *out)
{
	const struct snapshot_in *in = in_;

	return answer(call, in->snapshot, out);
}

bool snapshot_update_run(struct call *call, const void *in_, void *out)
{
	const struct snapshot_update_in *in = in_;

	return call_verb(call, snapshot_modify(&call->work, in->snapshot, in->to.name, in->to.description)) &&
	       answer(call, in->snapshot, out);
}

/* Volumes that were made of it are not affected (page of deleting snapshots). */
bool snapshot_delete_run(struct call *call, const void *in_, void *out)
{
	const struct snapshot_in *in = in_;
	struct snapshot snapshot;

	(void)out;
	return snapshot_find(call, in->snapshot, &snapshot) &&
	       (snapshot.state != SNAPSHOT_DELETING || call_refuse(call, REFUSE_SNAPSHOT_NOT_READY, in->snapshot)) &&
	       call_verb(call, snapshot_delete_verb(&call->work, in->snapshot, true));
}
