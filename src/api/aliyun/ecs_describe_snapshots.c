/* DescribeSnapshots. */
#include <string.h>

#include "api/aliyun/ecs.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/snapshot.h"

#define IDS_MAX            100
#define TOKEN_PAGE_MAX     100
#define TOKEN_PAGE_DEFAULT 10

/* The id of a disk's chain of snapshots is the disk's with "sl-" in place of "d-", as the vendor's are; of a disk that is
 * named otherwise the whole id behind "sl-". */
#define LINK_PREFIX "sl-"
#define DISK_PREFIX "d-"

struct describe_in {
	const char *region;
	struct opt_texts ids;
	const char *disk;
	const char *instance;
	const char *link;
	const char *name;
	const char *status;
	const char *type;
	const char *disk_type;
	const char *usage;
	const char *category;
	struct opt_bool encrypted;
	const char *kms_key;
	const char *resource_group;
	struct items filters;
	struct items tags;
	struct rpc_paging paging;
	struct opt_bool dry_run;
};

struct snapshot_item {
	const char *id, *region, *serial, *link, *name, *description, *type, *category, *disk, *disk_size, *disk_type;
	const char *storage, *status, *progress, *usage, *created, *modified, *kms_key, *resource_group, *none;
	int64_t retention_days, remain_time, instant_access_days;
	bool available, encrypted, instant_access;
	struct items tags;
};

struct describe_out {
	struct items snapshots;
	struct rpc_pages pages;
};

/* ---- tables ---- */

static const char *const status_words[] = { "progressing", "accomplished", "failed", "all", NULL };
static const char *const type_words[] = { "auto", "user", "all", NULL };
static const char *const disk_type_words[] = { "system", "data", "System", "Data", NULL };
static const char *const usage_words[] = { "image", "disk", "image_disk", "none", NULL };
static const char *const category_words[] = { "Standard", "Flash", "archive", NULL };
static const char *const filter_keys[] = { "CreationStartTime", "CreationEndTime", NULL };

static const struct error_row bad_ids = { REFUSE_FIELD, 403, "InvalidSnapshotIds.Malformed",
	                                  "The amount of specified specified snapshot Ids exceeds the limit.", NULL };
static const struct error_row bad_status = { REFUSE_FIELD, 404, "InvalidStatus.NotFound",
	                                     "The specified Status is not found.", NULL };
static const struct error_row bad_type = { REFUSE_FIELD, 404, "InvalidSnapshotType.NotFound",
	                                   "The specfied SnapshotType is not found.", NULL };
static const struct error_row bad_disk_type = { REFUSE_FIELD, 404, "InvalidSourceDiskType",
	                                        "The specifed SourceDiskType is not valid.", NULL };
static const struct error_row bad_usage = { REFUSE_FIELD, 404, "InvalidUsage", "The specifed Usage is not valid.", NULL };
static const struct error_row bad_category = { REFUSE_FIELD, 403, "InvalidSnapshotCategory.Malformed",
	                                       "The specified Category is not valid.", NULL };
static const struct error_row bad_filter = { REFUSE_FIELD, 404, "InvalidFilterKey.NotFound",
	                                     "The error message returned because the specified start time or end time is "
	                                     "invalid.", NULL };

static const struct field filter_fields[] = {
	TEXT(struct rpc_filter, key, "Key", .values = filter_keys, .bad = &bad_filter),
	TIME(struct rpc_filter, value, "Value", .bad = &bad_filter),
	FIELDS_END,
};
static const struct shape filter_shape = { sizeof(struct rpc_filter), filter_fields };
static const struct rpc_filter_rows filter_rows = { &bad_filter, &bad_filter };

static const struct field in_fields[] = {
	TEXT(struct describe_in, region, "RegionId", .doc = "Only this region; absent: the whole account."),
	JSON_TEXTS(struct describe_in, ids, "SnapshotIds", .max = IDS_MAX, .bad = &bad_ids,
	           .doc = "JSON list of at most 100 ids. Ids that do not exist are left out."),
	TEXT(struct describe_in, disk, "DiskId", .doc = "Snapshots of this disk."),
	TEXT(struct describe_in, instance, "InstanceId", .doc = "Snapshots of the disks that are attached to this instance."),
	TEXT(struct describe_in, link, "SnapshotLinkId", .doc = "Snapshots of the disk of this chain."),
	TEXT(struct describe_in, name, "SnapshotName", .doc = "The whole name."),
	TEXT(struct describe_in, status, "Status", .values = status_words, .bad = &bad_status, .doc = "Default all."),
	TEXT(struct describe_in, type, "SnapshotType", .values = type_words, .bad = &bad_type,
	     .doc = "auto finds none: there are no automatic snapshots."),
	TEXT(struct describe_in, disk_type, "SourceDiskType", .values = disk_type_words, .bad = &bad_disk_type),
	TEXT(struct describe_in, usage, "Usage", .values = usage_words, .bad = &bad_usage,
	     .doc = "disk: disks were made of it; none: none were. image and image_disk find none."),
	TEXT(struct describe_in, category, "Category", .values = category_words, .bad = &bad_category),
	OPT_BOOL(struct describe_in, encrypted, "Encrypted"),
	TEXT(struct describe_in, kms_key, "KMSKeyId"),
	TEXT(struct describe_in, resource_group, "ResourceGroupId"),
	ITEMS(struct describe_in, filters, "Filter", .of = &filter_shape, .max = 4,
	      .doc = "CreationStartTime, CreationEndTime."),
	ITEMS(struct describe_in, tags, "Tag", .of = &rpc_tag_in_shape, .max = RPC_TAGS_MAX, .doc = "All must match."),
	RPC_PAGING_FIELDS(struct describe_in, paging),
	OPT_BOOL(struct describe_in, dry_run, "DryRun", .flags = FIELD_DRY_RUN),
	FIELDS_END,
};

static const struct field snapshot_fields[] = {
	TEXT(struct snapshot_item, id, "SnapshotId"),
	TEXT(struct snapshot_item, region, "RegionId"),
	TEXT(struct snapshot_item, serial, "SnapshotSN"),
	TEXT(struct snapshot_item, link, "SnapshotLinkId"),
	TEXT(struct snapshot_item, name, "SnapshotName"),
	TEXT(struct snapshot_item, description, "Description"),
	TEXT(struct snapshot_item, type, "SnapshotType"),
	TEXT(struct snapshot_item, category, "Category"),
	TEXT(struct snapshot_item, status, "Status"),
	TEXT(struct snapshot_item, progress, "Progress"),
	INT(struct snapshot_item, remain_time, "RemainTime"),
	BOOL(struct snapshot_item, available, "Available"),
	TEXT(struct snapshot_item, disk, "SourceDiskId"),
	TEXT(struct snapshot_item, disk_size, "SourceDiskSize"),
	TEXT(struct snapshot_item, disk_type, "SourceDiskType"),
	TEXT(struct snapshot_item, storage, "SourceStorageType"),
	TEXT(struct snapshot_item, none, "SourceSnapshotId"),
	TEXT(struct snapshot_item, none, "SourceRegionId"),
	TEXT(struct snapshot_item, none, "ProductCode"),
	TEXT(struct snapshot_item, usage, "Usage"),
	INT(struct snapshot_item, retention_days, "RetentionDays"),
	BOOL(struct snapshot_item, instant_access, "InstantAccess"),
	INT(struct snapshot_item, instant_access_days, "InstantAccessRetentionDays"),
	BOOL(struct snapshot_item, encrypted, "Encrypted"),
	TEXT(struct snapshot_item, kms_key, "KMSKeyId"),
	TEXT(struct snapshot_item, resource_group, "ResourceGroupId"),
	TEXT(struct snapshot_item, created, "CreationTime"),
	TEXT(struct snapshot_item, modified, "LastModifiedTime"),
	ITEMS(struct snapshot_item, tags, "Tags", .item = "Tag", .of = &rpc_tag_out_shape),
	FIELDS_END,
};
static const struct shape snapshot_shape = { sizeof(struct snapshot_item), snapshot_fields };

static const struct field out_fields[] = {
	ITEMS(struct describe_out, snapshots, "Snapshots", .item = "Snapshot", .of = &snapshot_shape),
	RPC_PAGES_FIELDS(struct describe_out, pages),
	FIELDS_END,
};

static const struct error_row errors[] = {
	ROW_REGION_MALFORMED,
	ROW_DRY_RUN,
	ROWS_END,
};

/* ---- from a request to a filter ---- */

static int state_of(const char *word)
{
	int i;

	for (i = 0; i < SNAPSHOT_DELETING; i++) {
		if (text_equal(snapshot_state_names[i], word))
			return i;
	}
	return -1;
}

/* What this cloud has none of: asking for it finds nothing. */
static bool asks_for_nothing(const struct describe_in *in)
{
	return text_equal(in->type, "auto") || text_starts(text_or(in->usage, ""), "image") ||
	       text_equal(in->category, "archive") ||
	       (ecs_given(in->link) && !text_starts(in->link, LINK_PREFIX));
}

/* The disks whose link it is: "sl-web" is of "d-web" and of "web", "sl-d-web" of "d-d-web" alone. */
static void fill_link(struct call *call, const char *rest, struct snapshot_filter *filter)
{
	const char **disks = arena_array(call_work_arena(call), const char *, 2);

	disks[filter->n_disks++] = arena_printf(call_work_arena(call), DISK_PREFIX "%s", rest);
	if (!text_starts(rest, DISK_PREFIX))
		disks[filter->n_disks++] = rest;
	filter->disks = disks;
}

static void fill_source(struct call *call, const struct describe_in *in, struct snapshot_filter *filter)
{
	const char *disk_type = ecs_given(in->disk_type);

	filter->disk = ecs_given(in->disk);
	filter->instance = ecs_given(in->instance);
	if (disk_type)
		filter->disk_type = text_equal_nocase(disk_type, "system") ? DISK_SYSTEM : DISK_DATA;
	if (ecs_given(in->link) && text_starts(in->link, LINK_PREFIX))
		fill_link(call, in->link + strlen(LINK_PREFIX), filter);
}

static struct snapshot_filter make_filter(struct call *call, const struct describe_in *in)
{
	static const char *const no_ids[1];
	struct snapshot_filter filter = SNAPSHOT_FILTER_ANY;

	filter.account = call->caller.tenant.account;
	filter.scope = call->caller.tenant.scope;
	filter.region = call->caller.tenant.region;
	fill_source(call, in, &filter);
	filter.name = ecs_given(in->name);
	filter.state = state_of(in->status);
	filter.not_state = SNAPSHOT_DELETING;
	filter.category = ecs_given(in->category);
	filter.encrypted = ecs_given_bool(in->encrypted);
	filter.has_disks = ecs_given(in->usage) ? text_equal(in->usage, "disk") : -1;
	filter.kms_key = ecs_given(in->kms_key);
	filter.resource_group = ecs_given(in->resource_group);
	filter.tags = rpc_tag_filters(call, &in->tags);
	filter.n_tags = in->tags.n;
	if (in->ids.is == GIVEN) {
		filter.ids = in->ids.items;
		filter.n_ids = in->ids.n;
	}
	if (asks_for_nothing(in)) {
		filter.ids = no_ids;
		filter.n_ids = 0;
	}
	return filter;
}

/* ---- from rows to a reply ---- */

static const char *usage_of(struct call *call, const struct snapshot *snapshot)
{
	struct disk_filter filter = DISK_FILTER_ANY;

	filter.account = snapshot->tenant.account;
	filter.source_snapshot = snapshot->id;
	filter.not_status = DISK_STATUS_DELETING;
	return disk_count(call->work.txn, &filter) ? "disk" : "none";
}

static void fill_item(struct call *call, const struct snapshot *snapshot, struct snapshot_item *item)
{
	struct arena *arena = call_work_arena(call);
	struct snapshot_progress progress = snapshot_progress_of(&call->work, snapshot);
	bool usual = text_starts(snapshot->disk, DISK_PREFIX);

	*item = (struct snapshot_item){
		.id = snapshot->id,
		.region = snapshot->tenant.region,
		.serial = snapshot->serial,
		.link = arena_printf(arena, LINK_PREFIX "%s", snapshot->disk + (usual ? strlen(DISK_PREFIX) : 0)),
		.name = snapshot->name,
		.description = snapshot->description,
		.type = "user",
		.category = snapshot->category,
		.status = snapshot_state_names[snapshot->state],
		.progress = arena_printf(arena, "%d%%", progress.percent),
		.remain_time = progress.seconds_left,
		.available = snapshot->state == SNAPSHOT_ACCOMPLISHED,
		.disk = snapshot->disk,
		.disk_size = arena_printf(arena, "%lld", (long long)snapshot->size_gib),
		.disk_type = snapshot->disk_type == DISK_SYSTEM ? "system" : "data",
		.storage = "disk",
		.none = "",
		.usage = usage_of(call, snapshot),
		.retention_days = snapshot->retention_days,
		.instant_access = snapshot->instant_access,
		.instant_access_days = snapshot->instant_access_days,
		.encrypted = snapshot->encrypted,
		.kms_key = snapshot->kms_key,
		.resource_group = snapshot->resource_group,
		.created = moment_seconds_text(arena, snapshot->created_at),
		.modified = moment_seconds_text(arena, snapshot->accomplished_at ? snapshot->accomplished_at :
		                                                                   snapshot->created_at),
		.tags = rpc_tags_of(call, snapshot->id),
	};
}

/* Pages by token have ten rows where MaxResults does not say otherwise, and as few as it says. */
static bool begin_list(struct call *call, const struct describe_in *in, struct rpc_list *ret)
{
	struct rpc_paging paging = in->paging;

	if (paging.max_results.is != GIVEN && ecs_given(paging.next_token))
		paging.max_results = (struct opt_int){ GIVEN, TOKEN_PAGE_DEFAULT };
	return rpc_list_begin(call, &paging, 1, TOKEN_PAGE_MAX, ret);
}

static bool run(struct call *call, const void *in_, void *out_)
{
	const struct describe_in *in = in_;
	struct describe_out *out = out_;
	struct snapshot_filter filter;
	struct snapshot_item *items;
	struct snapshot *snapshots;
	struct rpc_list list;
	int64_t total;
	size_t n;
	size_t i;

	if (!rpc_region_known(call))
		return false;
	if (!begin_list(call, in, &list))
		return false;
	filter = make_filter(call, in);
	if (!rpc_creation_times(call, &in->filters, &filter_rows, &filter.created_from, &filter.created_to))
		return false;
	n = snapshot_list(call->work.txn, &filter, &list.page, &snapshots);
	if (rpc_list_more(&list, &n))
		out->pages.next_token = rpc_next_token(call, snapshots[n - 1].created_at, snapshots[n - 1].id);
	total = rpc_list_needs_count(&list, n) ? snapshot_count(call->work.txn, &filter) : (int64_t)n;
	rpc_list_end(&list, total, &out->pages);
	items = arena_array(call_work_arena(call), struct snapshot_item, n);
	for (i = 0; i < n; i++)
		fill_item(call, &snapshots[i], &items[i]);
	out->snapshots = (struct items){ items, n };
	return true;
}

const struct operation ecs_describe_snapshots = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DescribeSnapshots",
	.mode = OPERATION_READ,
	.permission = "ecs:DescribeSnapshots",
	.resource = "snapshot/{SnapshotIds}",
	.in = { sizeof(struct describe_in), in_fields },
	.out = { sizeof(struct describe_out), out_fields },
	.errors = errors,
	.faults = rpc_fault_internal,
	.run = run,
	.doc = "Lists snapshots, newest first, by filters and pages.",
};
