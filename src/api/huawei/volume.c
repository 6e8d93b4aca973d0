#include "api/huawei/volume.h"

#include <nettle/sha2.h>
#include <string.h>

#include "api/huawei/device.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/job.h"
#include "core/metadata.h"

#define METADATA_MAX 16
#define DIGITS       32

struct volume_attachment {
	const char *server, *id, *attached_at, *host, *volume, *device;
};

struct link_item {
	const char *href, *rel;
};

/* ---- tables ---- */

#define A struct volume_attachment
static const struct field attachment_fields[] = {
	TEXT(A, server, "server_id"),
	TEXT(A, id, "attachment_id"),
	TEXT(A, attached_at, "attached_at"),
	TEXT(A, host, "host_name", .flags = FIELD_NULL),
	TEXT(A, volume, "volume_id"),
	TEXT(A, device, "device"),
	TEXT(A, volume, "id"),
	FIELDS_END,
};
const struct shape volume_held_shape = { sizeof(A), attachment_fields };
#undef A

static const struct field link_fields[] = {
	TEXT(struct link_item, href, "href"),
	TEXT(struct link_item, rel, "rel"),
	FIELDS_END,
};
static const struct shape link_shape = { sizeof(struct link_item), link_fields };

#define V struct volume_item
#define VOLUME_FIELDS \
	TEXT(V, id, "id"), \
	TEXT(V, name, "name"), \
	TEXT(V, status, "status"), \
	INT(V, size, "size"), \
	TEXT(V, description, "description"), \
	TEXT(V, type, "volume_type"), \
	TEXT(V, zone, "availability_zone"), \
	ITEMS(V, attachments, "attachments", .of = &volume_held_shape), \
	TEXT(V, bootable, "bootable"), \
	BOOL(V, multiattach, "multiattach"), \
	BOOL(V, encrypted, "encrypted"), \
	PAIRS(V, metadata, "metadata"), \
	ITEMS(V, links, "links", .of = &link_shape), \
	TEXT(V, snapshot, "snapshot_id", .flags = FIELD_NULL), \
	TEXT(V, source, "source_volid", .flags = FIELD_NULL), \
	TEXT(V, disabled, "replication_status"), \
	TEXT(V, source, "consistencygroup_id", .flags = FIELD_NULL), \
	TEXT(V, created_at, "created_at"), \
	TEXT(V, updated_at, "updated_at"), \
	TEXT(V, host, "os-vol-host-attr:host"), \
	TEXT(V, tenant, "os-vol-tenant-attr:tenant_id"), \
	TEXT(V, source, "os-vol-mig-status-attr:migstat", .flags = FIELD_NULL), \
	TEXT(V, source, "os-vol-mig-status-attr:name_id", .flags = FIELD_NULL), \
	TEXT(V, source, "os-volume-replication:extended_status", .flags = FIELD_NULL), \
	PAIRS(V, image_metadata, "volume_image_metadata", .flags = FIELD_NULL), \
	TEXT(V, user, "user_id"), \
	TEXT(V, service, "service_type"), \
	TEXT(V, wwn, "wwn"), \
	PAIRS(V, tags, "tags"), \
	TEXT(V, enterprise_project, "enterprise_project_id")
static const struct field volume_fields[] = {
	VOLUME_FIELDS,
	TEXT(V, shareable, "shareable"),
	TEXT(V, serial, "serial_number"),
	FIELDS_END,
};

/* The vendor's search by tags has another idea of what is a text. */
static const struct field found_fields[] = {
	VOLUME_FIELDS,
	BOOL(V, multiattach, "shareable"),
	FIELDS_END,
};
#undef V
const struct shape volume_shape = { sizeof(struct volume_item), volume_fields };
const struct shape volume_found_shape = { sizeof(struct volume_item), found_fields };

/* ---- from rows to a reply ---- */

const char *volume_uuid_of(struct arena *arena, const char *text)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	char hex[2 * SHA256_DIGEST_SIZE + 1];
	struct sha256_ctx sha;

	sha256_init(&sha);
	sha256_update(&sha, strlen(text), (const uint8_t *)text);
	sha256_digest(&sha, sizeof digest, digest);
	digest[6] = (uint8_t)((digest[6] & 0x0F) | 0x50);
	digest[8] = (uint8_t)((digest[8] & 0x3F) | 0x80);
	text_hex(digest, sizeof digest, hex);
	return arena_printf(arena, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

const char *volume_attachment_id(struct arena *arena, const struct attachment *attachment)
{
	return volume_uuid_of(arena, attachment->id);
}

const char *volume_pair(const struct pairs *pairs, const char *name)
{
	size_t i;

	for (i = 0; i < pairs->n; i++) {
		if (text_equal(pairs->items[i].name, name))
			return pairs->items[i].value;
	}
	return NULL;
}

/* Work on its content that leaves its status alone in the core has words of its own here. */
static bool is_extending(struct call *call, const struct disk *disk)
{
	struct job *jobs;
	size_t n = job_list_open(&call->work, NULL, disk->id, &jobs);

	while (n--) {
		if (jobs[n].kind == JOB_DISK_RESIZE)
			return true;
	}
	return false;
}

const char *volume_status(struct call *call, const struct disk *disk)
{
	static const char *const words[DISK_STATUS_MAX] = {
		[DISK_STATUS_CREATING] = "creating",   [DISK_STATUS_AVAILABLE] = "available",
		[DISK_STATUS_ATTACHING] = "attaching", [DISK_STATUS_IN_USE] = "in-use",
		[DISK_STATUS_DETACHING] = "detaching", [DISK_STATUS_DELETING] = "deleting",
		[DISK_STATUS_REINITING] = "rollbacking",
		[DISK_STATUS_CREATE_FAILED] = "error",
		[DISK_STATUS_DELETE_FAILED] = "error_deleting",
		[DISK_STATUS_RESIZE_FAILED] = "error_extending",
		[DISK_STATUS_RESTORE_FAILED] = "error_rollbacking",
	};

	if ((disk->status == DISK_STATUS_AVAILABLE || disk->status == DISK_STATUS_IN_USE) && is_extending(call, disk))
		return "extending";
	return words[disk->status];
}

const char *volume_moment(struct arena *arena, int64_t moment)
{
	return moment ? arena_printf(arena, "%.23s000", moment_millis_text(arena, moment)) : "";
}

static struct items attachments_of(struct call *call, const struct disk *disk)
{
	struct arena *arena = call_work_arena(call);
	struct attachment *live;
	size_t n = attachment_list_of_disk(call->work.txn, disk->id, &live);
	struct volume_attachment *items = arena_array(arena, struct volume_attachment, n);
	size_t shown = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (live[i].state == ATTACHMENT_ATTACHING && disk->status != DISK_STATUS_ATTACHING)
			continue;
		items[shown++] = (struct volume_attachment){
			.server = live[i].instance,
			.id = volume_attachment_id(arena, &live[i]),
			.attached_at = volume_moment(arena, live[i].attached_at),
			.volume = disk->id,
			.device = device_name(arena, &live[i], disk->scsi),
		};
	}
	return (struct items){ items, shown };
}

bool volume_is_bootable(const struct disk *disk)
{
	return disk->type == DISK_SYSTEM || !text_empty(disk->image);
}

static void add_pair(struct pairs *pairs, const char *name, const char *value)
{
	if (pairs->n < METADATA_MAX)
		pairs->items[pairs->n++] = (struct text_pair){ name, value };
}

bool volume_metadata_reserved(const char *name)
{
	return text_equal(name, "hw:passthrough") || text_equal(name, "readonly") || text_equal(name, "attached_mode") ||
	       text_starts(name, "__system__");
}

struct tag *volume_pairs_as_tags(struct call *call, const struct pairs *pairs)
{
	struct tag *tags = arena_array(call_work_arena(call), struct tag, pairs->n);
	size_t i;

	for (i = 0; i < pairs->n; i++)
		tags[i] = (struct tag){ .key = pairs->items[i].name, .value = pairs->items[i].value };
	return tags;
}

const struct tag *volume_own_metadata(struct call *call, const struct pairs *pairs, size_t *ret_n)
{
	struct tag *tags = volume_pairs_as_tags(call, pairs);
	size_t n = 0;
	size_t i;

	for (i = 0; i < pairs->n; i++) {
		if (!volume_metadata_reserved(tags[i].key))
			tags[n++] = tags[i];
	}
	*ret_n = n;
	return tags;
}

struct pairs volume_pairs_with(struct call *call, struct pairs pairs, const char *metadata)
{
	struct tag *own;
	size_t n = metadata_read(call_work_arena(call), metadata, &own);
	struct pairs all = { GIVEN, arena_array(call_work_arena(call), struct text_pair, pairs.n + n), pairs.n };
	size_t i;

	if (pairs.n)
		memcpy(all.items, pairs.items, pairs.n * sizeof *pairs.items);
	for (i = 0; i < n; i++)
		all.items[all.n++] = (struct text_pair){ own[i].key, own[i].value };
	return all;
}

struct pairs volume_metadata(struct call *call, const struct disk *disk)
{
	struct pairs pairs = { GIVEN, arena_array(call_work_arena(call), struct text_pair, METADATA_MAX), 0 };

	add_pair(&pairs, "hw:passthrough", disk->scsi ? "true" : "false");
	add_pair(&pairs, "readonly", "False");
	if (disk->status == DISK_STATUS_IN_USE || disk->status == DISK_STATUS_DETACHING)
		add_pair(&pairs, "attached_mode", "rw");
	if (disk->encrypted) {
		add_pair(&pairs, "__system__encrypted", "1");
		add_pair(&pairs, "__system__cmkid", disk->kms_key);
	}
	return volume_pairs_with(call, pairs, disk->metadata);
}

static struct pairs image_metadata_of(struct call *call, const struct disk *disk)
{
	struct pairs pairs = { ABSENT, NULL, 0 };

	if (text_empty(disk->image))
		return pairs;
	pairs = (struct pairs){ GIVEN, arena_array(call_work_arena(call), struct text_pair, METADATA_MAX), 0 };
	add_pair(&pairs, "image_id", disk->image);
	return pairs;
}

static struct pairs tags_of(struct call *call, const struct disk *disk)
{
	struct tag *tags;
	size_t n = tag_list(call->work.txn, disk->id, &tags);
	struct pairs pairs = { GIVEN, arena_array(call_work_arena(call), struct text_pair, n), 0 };
	size_t i;

	for (i = 0; i < n; i++)
		pairs.items[pairs.n++] = (struct text_pair){ tags[i].key, tags[i].value };
	return pairs;
}

static struct items links_of(struct call *call, const struct disk *disk)
{
	struct arena *arena = call_work_arena(call);
	struct link_item *links = arena_array(arena, struct link_item, 2);
	const char *base = rest_base_url(call);

	links[0] = (struct link_item){ arena_printf(arena, "%s/v2/%s/os-vendor-volumes/%s", base, disk->tenant.scope, disk->id),
		                       "self" };
	links[1] = (struct link_item){ arena_printf(arena, "%s/%s/os-vendor-volumes/%s", base, disk->tenant.scope, disk->id),
		                       "bookmark" };
	return (struct items){ links, 2 };
}

struct volume_item volume_show(struct call *call, const struct disk *disk)
{
	struct arena *arena = call_work_arena(call);
	int64_t changed = disk->attached_at > disk->created_at ? disk->attached_at : disk->created_at;

	return (struct volume_item){
		.id = disk->id,
		.name = disk->name,
		.status = volume_status(call, disk),
		.size = disk->size_gib,
		.description = disk->description,
		.type = disk->category,
		.zone = disk->zone,
		.attachments = attachments_of(call, disk),
		.bootable = volume_is_bootable(disk) ? "true" : "false",
		.multiattach = disk->multi_attach,
		.shareable = disk->multi_attach ? "true" : "false",
		.encrypted = disk->encrypted,
		.metadata = volume_metadata(call, disk),
		.image_metadata = image_metadata_of(call, disk),
		.tags = tags_of(call, disk),
		.links = links_of(call, disk),
		.snapshot = text_empty(disk->source_snapshot) ? NULL : disk->source_snapshot,
		.disabled = "disabled",
		.created_at = volume_moment(arena, disk->created_at),
		.updated_at = volume_moment(arena, disk->detached_at > changed ? disk->detached_at : changed),
		.host = arena_printf(arena, "az21.dc1#%s", disk->category),
		.tenant = disk->tenant.scope,
		.user = disk->tenant.account,
		.service = "EVS",
		.wwn = arena_printf(arena, "6888603%s", disk->serial),
		.enterprise_project = text_empty(disk->resource_group) ? "0" : disk->resource_group,
		.serial = disk->serial,
	};
}
