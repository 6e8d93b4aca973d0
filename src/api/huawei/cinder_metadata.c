/* The metadata of volumes and snapshots as Cinder's clients show and change it: `openstack volume set --property`. */
#include "core/metadata.h"

#include "api/huawei/cinder.h"
#include "api/huawei/snapshot.h"
#include "api/huawei/volume.h"
#include "base/text.h"

struct metadata_in {
	const char *project, *id, *key;
	struct pairs metadata;
};

struct metadata_out {
	struct pairs metadata;
};

#define M struct metadata_in
#define VOLUME   PATH_PROJECT(M, project), PATH_VOLUME(M, id)
#define SNAPSHOT PATH_PROJECT(M, project), TEXT(M, id, "snapshot_id", .doc = "The snapshot.")
#define KEY      TEXT(M, key, "key", .doc = "The name of what goes.")
#define GIVEN_PAIRS(...) PAIRS(M, metadata, "metadata", .flags = FIELD_REQUIRED, .doc = "At most 32, of 255 characters.")
static const struct field volume_fields[] = { VOLUME, FIELDS_END };
static const struct field volume_key_fields[] = { VOLUME, KEY, FIELDS_END };
static const struct field volume_set_fields[] = { VOLUME, GIVEN_PAIRS(), FIELDS_END };
static const struct field snapshot_fields[] = { SNAPSHOT, FIELDS_END };
static const struct field snapshot_key_fields[] = { SNAPSHOT, KEY, FIELDS_END };
static const struct field snapshot_set_fields[] = { SNAPSHOT, GIVEN_PAIRS(), FIELDS_END };
#undef M

static const struct field out_fields[] = {
	PAIRS(struct metadata_out, metadata, "metadata"),
	FIELDS_END,
};

#define ROW_ABSENT { REFUSE_METADATA_UNKNOWN, 404, "itemNotFound", "Metadata item was not found", "Cinder" }
#define ROW_STATE  ROW_CINDER_BAD(REFUSE_DISK_STATE, "Invalid volume: Volume is being made or deleted.")
static const struct error_row volume_errors[] = { ROW_CINDER_VOLUME_UNKNOWN, ROWS_END };
static const struct error_row volume_set_errors[] = { ROW_CINDER_VOLUME_UNKNOWN, ROW_STATE, ROW_CINDER_METADATA, ROWS_END };
static const struct error_row volume_key_errors[] = { ROW_CINDER_VOLUME_UNKNOWN, ROW_STATE, ROW_ABSENT, ROWS_END };
static const struct error_row snapshot_errors[] = { ROW_CINDER_SNAPSHOT_UNKNOWN, ROWS_END };
static const struct error_row snapshot_set_errors[] = { ROW_CINDER_SNAPSHOT_UNKNOWN, ROW_CINDER_METADATA, ROWS_END };
static const struct error_row snapshot_key_errors[] = { ROW_CINDER_SNAPSHOT_UNKNOWN, ROW_ABSENT, ROWS_END };

/* ---- volumes ---- */

static bool volume_show_run(struct call *call, const void *in_, void *out)
{
	const struct metadata_in *in = in_;
	struct disk disk;

	if (!find_disk(&call->work, in->id, &disk))
		return call_refuse(call, REFUSE_DISK_UNKNOWN, in->id);
	((struct metadata_out *)out)->metadata = volume_metadata(call, &disk);
	return true;
}

/* What the service itself says of a volume may come back as it was shown, and is no one's to change. */
static bool check_reserved(struct call *call, const struct metadata_in *in)
{
	struct pairs shown;
	struct disk disk;
	size_t i;

	if (!find_disk(&call->work, in->id, &disk))
		return call_refuse(call, REFUSE_DISK_UNKNOWN, in->id);
	shown = volume_metadata(call, &disk);
	for (i = 0; i < in->metadata.n; i++) {
		if (volume_metadata_reserved(in->metadata.items[i].name) &&
		    !text_equal(volume_pair(&shown, in->metadata.items[i].name), in->metadata.items[i].value))
			return call_refuse(call, REFUSE_PARAMETER_INVALID, "metadata");
	}
	return true;
}

static bool volume_change(struct call *call, const struct metadata_in *in, bool replace)
{
	struct metadata_change change = { .id = in->id, .replace = replace, .without = in->key };

	change.pairs = volume_own_metadata(call, &in->metadata, &change.n_pairs);
	return check_reserved(call, in) && call_verb(call, disk_metadata_change(&call->work, &change));
}

static bool volume_set_run(struct call *call, const void *in, void *out)
{
	return volume_change(call, in, false) && volume_show_run(call, in, out);
}

static bool volume_replace_run(struct call *call, const void *in, void *out)
{
	return volume_change(call, in, true) && volume_show_run(call, in, out);
}

static bool volume_unset_run(struct call *call, const void *in, void *out)
{
	(void)out;
	return volume_change(call, in, false);
}

/* ---- snapshots ---- */

static bool snapshot_show_run(struct call *call, const void *in_, void *out)
{
	struct snapshot snapshot;

	if (!snapshot_find(call, ((const struct metadata_in *)in_)->id, &snapshot))
		return false;
	((struct metadata_out *)out)->metadata = snapshot_show(call, &snapshot).metadata;
	return true;
}

static bool snapshot_change(struct call *call, const struct metadata_in *in, bool replace)
{
	struct metadata_change change = { .id = in->id, .replace = replace, .without = in->key };

	change.pairs = volume_pairs_as_tags(call, &in->metadata);
	change.n_pairs = in->metadata.n;
	return call_verb(call, snapshot_metadata_change(&call->work, &change));
}

static bool snapshot_set_run(struct call *call, const void *in, void *out)
{
	return snapshot_change(call, in, false) && snapshot_show_run(call, in, out);
}

static bool snapshot_replace_run(struct call *call, const void *in, void *out)
{
	return snapshot_change(call, in, true) && snapshot_show_run(call, in, out);
}

static bool snapshot_unset_run(struct call *call, const void *in, void *out)
{
	(void)out;
	return snapshot_change(call, in, false);
}

/* ---- the operations ---- */

#define OPERATION(symbol, called, how, tail, kind, may, fields, rows, does, text, ...)   \
	const struct operation symbol = {                                                \
		.product = "cinder",                                                     \
		.version = "v3",                                                         \
		.name = called,                                                          \
		.method = how,                                                           \
		CINDER_PATHS(kind "s/{" kind "_id}/metadata" tail),                      \
		.permission = "evs:" kind "s:" may,                                      \
		.resource = kind "/{" kind "_id}",                                       \
		.in = { sizeof(struct metadata_in), fields },                            \
		.errors = rows,                                                          \
		.common = rest_cinder_errors,                                            \
		.run = does,                                                             \
		.doc = text,                                                             \
		__VA_ARGS__                                                              \
	}
#define SHOWS .mode = OPERATION_READ, .out = { sizeof(struct metadata_out), out_fields }
#define SETS  .mode = OPERATION_WRITE, .out = { sizeof(struct metadata_out), out_fields }
#define UNSETS .mode = OPERATION_WRITE, .out = { sizeof(struct rest_nothing), rest_nothing_fields }

OPERATION(huawei_cinder_show_volume_metadata, "cinder.ShowVolumeMetadata", "GET", "", "volume", "get", volume_fields,
          volume_errors, volume_show_run, "Shows the metadata of a volume.", SHOWS);
OPERATION(huawei_cinder_set_volume_metadata, "cinder.CreateVolumeMetadata", "POST", "", "volume", "update", volume_set_fields,
          volume_set_errors, volume_set_run, "Sets some of the metadata of a volume.", SETS);
OPERATION(huawei_cinder_replace_volume_metadata, "cinder.UpdateVolumeMetadata", "PUT", "", "volume", "update", volume_set_fields,
          volume_set_errors, volume_replace_run, "Gives a volume other metadata.", SETS);
OPERATION(huawei_cinder_unset_volume_metadata, "cinder.DeleteVolumeMetadata", "DELETE", "/{key}", "volume", "update",
          volume_key_fields, volume_key_errors, volume_unset_run, "Takes one of its metadata off a volume.", UNSETS);
OPERATION(huawei_cinder_show_snapshot_metadata, "cinder.ShowSnapshotMetadata", "GET", "", "snapshot", "get", snapshot_fields,
          snapshot_errors, snapshot_show_run, "Shows the metadata of a snapshot.", SHOWS);
OPERATION(huawei_cinder_set_snapshot_metadata, "cinder.CreateSnapshotMetadata", "POST", "", "snapshot", "update",
          snapshot_set_fields, snapshot_set_errors, snapshot_set_run, "Sets some of the metadata of a snapshot.", SETS);
OPERATION(huawei_cinder_replace_snapshot_metadata, "cinder.UpdateSnapshotMetadata", "PUT", "", "snapshot", "update",
          snapshot_set_fields, snapshot_set_errors, snapshot_replace_run, "Gives a snapshot other metadata.", SETS);
OPERATION(huawei_cinder_unset_snapshot_metadata, "cinder.DeleteSnapshotMetadata", "DELETE", "/{key}", "snapshot", "update",
          snapshot_key_fields, snapshot_key_errors, snapshot_unset_run, "Takes one of its metadata off a snapshot.", UNSETS);
