/* DescribeDisks. */
#include "api/aliyun/ecs.h"
#include "base/moment.h"
#include "base/text.h"

#define IDS_MAX         100
#define TOKEN_PAGE_MIN  10
#define TOKEN_PAGE_MAX  500

struct describe_in {
	const char *region;
	const char *zone;
	struct opt_texts disk_ids;
	const char *instance;
	const char *type;
	const char *category;
	const char *status;
	const char *snapshot;
	const char *name;
	struct opt_bool portable;
	struct opt_bool delete_with_instance;
	struct opt_bool delete_auto_snapshot;
	struct opt_bool enable_auto_snapshot;
	struct opt_bool enable_automated_policy;
	const char *auto_snapshot_policy;
	const char *charge_type;
	const char *lock_reason;
	const char *multi_attach;
	struct opt_bool enable_shared;
	struct opt_bool encrypted;
	const char *kms_key;
	const char *resource_group;
	struct items filters;
	struct items tags;
	struct texts additional;
	struct rpc_paging paging;
	struct opt_bool dry_run;
};

struct attachment_item {
	const char *instance;
	const char *device;
	const char *attached_time;
};

struct lock_item {
	const char *reason;
};

struct disk_item {
	const char *id, *region, *zone, *serial, *name, *description, *type, *category, *performance_level;
	int64_t size;
	const char *image, *source_snapshot, *none, *charge_type, *status, *instance, *device;
	const char *creation_time, *attached_time, *detached_time, *expired_time;
	const char *multi_attach, *kms_key, *resource_group, *storage_set;
	int64_t storage_set_partition, provisioned_iops, mount_number;
	bool portable, delete_with_instance, delete_auto_snapshot, enable_auto_snapshot, no, encrypted, bursting;
	struct items attachments, mounts, locks, tags;
};

struct describe_out {
	struct items disks;
	struct rpc_pages pages;
};

/* ---- tables ---- */

static const char *const status_words[] = { "In_use", "Available", "Attaching", "Detaching", "Creating", "ReIniting",
	                                    "All", "all", NULL };
static const char *const type_words[] = { "all", "system", "data", NULL };
static const char *const multi_attach_words[] = { "Disabled", "Enabled", "LegacyShared", NULL };
static const char *const charge_words[] = { "PrePaid", "PostPaid", NULL };
static const char *const lock_words[] = { "financial", "security", "recycling", NULL };
static const char *const filter_keys[] = { "CreationStartTime", "CreationEndTime", NULL };

static const struct error_row bad_ids = { REFUSE_FIELD, 400, "InvalidParameter.DiskIds",
	                                  "The specified parameter diskIds is not valid.", NULL };
static const struct error_row bad_status = { REFUSE_FIELD, 400, "InvalidStatus.ValueNotSupported",
	                                     "The specified disk status is not supported.", NULL };
static const struct error_row bad_type = { REFUSE_FIELD, 400, "InvalidDiskType.ValueNotSupported",
	                                   "The specified disk type is not supported.", NULL };
static const struct error_row bad_charge = { REFUSE_FIELD, 404, "InvalidDiskChargeType.NotFound",
	                                     "The DiskChargeType does not exist.", NULL };
static const struct error_row bad_lock = { REFUSE_FIELD, 404, "InvalidLockReason.NotFound",
	                                   "The specified LockReason is not found", NULL };
static const struct error_row bad_multi_attach = { REFUSE_FIELD, 403, "InvalidParameter.MultiAttach",
	                                           "The specified param MultiAttach is not valid.", NULL };
static const struct error_row bad_filter_key = { REFUSE_FIELD, 404, "InvalidFilterKey.NotFound",
	                                         "The specified filter key is not found.", "Cleat: in English" };
static const struct error_row bad_filter_value = { REFUSE_FIELD, 404, "InvalidFilterValue",
	                                           "The specified time is not well formatted.", "Cleat: in English" };

static const struct field filter_fields[] = {
	TEXT(struct rpc_filter, key, "Key", .values = filter_keys, .bad = &bad_filter_key),
	TIME(struct rpc_filter, value, "Value", .bad = &bad_filter_value),
	FIELDS_END,
};
static const struct shape filter_shape = { sizeof(struct rpc_filter), filter_fields };
static const struct rpc_filter_rows filter_rows = { &bad_filter_key, &bad_filter_value };

static const struct field in_fields[] = {
	TEXT(struct describe_in, region, "RegionId", .doc = "Only this region; absent: the whole account."),
	TEXT(struct describe_in, zone, "ZoneId"),
	JSON_TEXTS(struct describe_in, disk_ids, "DiskIds", .max = 1000, .bad = &bad_ids,
	           .doc = "JSON list of at most 100 ids. Ids that do not exist are left out."),
	TEXT(struct describe_in, instance, "InstanceId", .doc = "Disks attached to this instance."),
	TEXT(struct describe_in, type, "DiskType", .values = type_words, .bad = &bad_type, .doc = "all, system or data."),
	TEXT(struct describe_in, category, "Category", .max = 64),
	TEXT(struct describe_in, status, "Status", .values = status_words, .bad = &bad_status),
	TEXT(struct describe_in, snapshot, "SnapshotId", .doc = "Disks that were made of this snapshot."),
	TEXT(struct describe_in, name, "DiskName", .max = ECS_NAME_MAX, .doc = "* stands for any characters."),
	OPT_BOOL(struct describe_in, portable, "Portable"),
	OPT_BOOL(struct describe_in, delete_with_instance, "DeleteWithInstance"),
	OPT_BOOL(struct describe_in, delete_auto_snapshot, "DeleteAutoSnapshot"),
	OPT_BOOL(struct describe_in, enable_auto_snapshot, "EnableAutoSnapshot"),
	OPT_BOOL(struct describe_in, enable_automated_policy, "EnableAutomatedSnapshotPolicy",
	         .doc = "true finds none: there are no snapshot policies."),
	TEXT(struct describe_in, auto_snapshot_policy, "AutoSnapshotPolicyId", .doc = "Finds none."),
	TEXT(struct describe_in, charge_type, "DiskChargeType", .values = charge_words, .bad = &bad_charge),
	TEXT(struct describe_in, lock_reason, "LockReason", .values = lock_words, .bad = &bad_lock,
	     .doc = "Finds none: disks are not locked."),
	TEXT(struct describe_in, multi_attach, "MultiAttach", .values = multi_attach_words, .bad = &bad_multi_attach),
	OPT_BOOL(struct describe_in, enable_shared, "EnableShared", .doc = "true finds none."),
	OPT_BOOL(struct describe_in, encrypted, "Encrypted"),
	TEXT(struct describe_in, kms_key, "KMSKeyId"),
	TEXT(struct describe_in, resource_group, "ResourceGroupId"),
	ITEMS(struct describe_in, filters, "Filter", .of = &filter_shape, .max = 4,
	      .doc = "CreationStartTime, CreationEndTime."),
	ITEMS(struct describe_in, tags, "Tag", .of = &rpc_tag_in_shape, .max = RPC_TAGS_MAX, .doc = "All must match."),
	TEXTS(struct describe_in, additional, "AdditionalAttributes", .flags = FIELD_ACCEPTED),
	RPC_PAGING_FIELDS(struct describe_in, paging),
	OPT_BOOL(struct describe_in, dry_run, "DryRun", .flags = FIELD_DRY_RUN),
	FIELDS_END,
};

static const struct field attachment_fields[] = {
	TEXT(struct attachment_item, instance, "InstanceId"),
	TEXT(struct attachment_item, device, "Device"),
	TEXT(struct attachment_item, attached_time, "AttachedTime"),
	FIELDS_END,
};
static const struct shape attachment_shape = { sizeof(struct attachment_item), attachment_fields };

static const struct field lock_fields[] = {
	TEXT(struct lock_item, reason, "LockReason"),
	FIELDS_END,
};
static const struct shape lock_shape = { sizeof(struct lock_item), lock_fields };

static const struct field disk_fields[] = {
	TEXT(struct disk_item, id, "DiskId"),
	TEXT(struct disk_item, region, "RegionId"),
	TEXT(struct disk_item, zone, "ZoneId"),
	TEXT(struct disk_item, serial, "SerialNumber"),
	TEXT(struct disk_item, name, "DiskName"),
	TEXT(struct disk_item, description, "Description"),
	TEXT(struct disk_item, type, "Type"),
	TEXT(struct disk_item, category, "Category"),
	TEXT(struct disk_item, performance_level, "PerformanceLevel", .flags = FIELD_OMIT_EMPTY),
	INT(struct disk_item, size, "Size"),
	TEXT(struct disk_item, image, "ImageId"),
	TEXT(struct disk_item, source_snapshot, "SourceSnapshotId"),
	TEXT(struct disk_item, none, "SourceDiskId"),
	TEXT(struct disk_item, none, "ProductCode"),
	BOOL(struct disk_item, portable, "Portable"),
	TEXT(struct disk_item, status, "Status"),
	TEXT(struct disk_item, instance, "InstanceId"),
	TEXT(struct disk_item, device, "Device"),
	BOOL(struct disk_item, delete_with_instance, "DeleteWithInstance"),
	BOOL(struct disk_item, delete_auto_snapshot, "DeleteAutoSnapshot"),
	BOOL(struct disk_item, enable_auto_snapshot, "EnableAutoSnapshot"),
	BOOL(struct disk_item, no, "EnableAutomatedSnapshotPolicy"),
	TEXT(struct disk_item, none, "AutoSnapshotPolicyId"),
	TEXT(struct disk_item, creation_time, "CreationTime"),
	TEXT(struct disk_item, attached_time, "AttachedTime"),
	TEXT(struct disk_item, detached_time, "DetachedTime"),
	TEXT(struct disk_item, expired_time, "ExpiredTime"),
	TEXT(struct disk_item, charge_type, "DiskChargeType"),
	TEXT(struct disk_item, multi_attach, "MultiAttach"),
	BOOL(struct disk_item, encrypted, "Encrypted"),
	TEXT(struct disk_item, kms_key, "KMSKeyId"),
	BOOL(struct disk_item, bursting, "BurstingEnabled"),
	INT(struct disk_item, provisioned_iops, "ProvisionedIops"),
	TEXT(struct disk_item, resource_group, "ResourceGroupId"),
	TEXT(struct disk_item, none, "StorageClusterId"),
	TEXT(struct disk_item, storage_set, "StorageSetId"),
	INT(struct disk_item, storage_set_partition, "StorageSetPartitionNumber"),
	INT(struct disk_item, mount_number, "MountInstanceNum"),
	ITEMS(struct disk_item, attachments, "Attachments", .item = "Attachment", .of = &attachment_shape),
	ITEMS(struct disk_item, mounts, "MountInstances", .item = "MountInstance", .of = &attachment_shape),
	ITEMS(struct disk_item, locks, "OperationLocks", .item = "OperationLock", .of = &lock_shape),
	ITEMS(struct disk_item, tags, "Tags", .item = "Tag", .of = &rpc_tag_out_shape),
	FIELDS_END,
};
static const struct shape disk_shape = { sizeof(struct disk_item), disk_fields };

static const struct field out_fields[] = {
	ITEMS(struct describe_out, disks, "Disks", .item = "Disk", .of = &disk_shape),
	RPC_PAGES_FIELDS(struct describe_out, pages),
	FIELDS_END,
};

static const struct error_row errors[] = {
	ROW_REGION_NOT_FOUND,
	{ REFUSE_PARAMETER_CONFLICT, 403, "InvalidDiskIds.Malformed", "The amount of specified disk Ids exceeds the limit.",
	  NULL },
	ROW_DRY_RUN,
	ROWS_END,
};

/* ---- from a request to a filter ---- */

/* What this cloud has none of: asking for it finds nothing. */
static bool asks_for_nothing(const struct describe_in *in)
{
	return ecs_given(in->auto_snapshot_policy) || ecs_given(in->lock_reason) || in->enable_automated_policy.value ||
	       in->enable_shared.value || text_equal(in->multi_attach, "LegacyShared");
}

static struct disk_filter make_filter(struct call *call, const struct describe_in *in)
{
	static const char *const no_ids[1];
	struct disk_filter filter = DISK_FILTER_ANY;
	const char *status = ecs_given(in->status);
	const char *type = ecs_given(in->type);

	filter.account = call->caller.tenant.account;
	filter.scope = call->caller.tenant.scope;
	filter.region = call->caller.tenant.region;
	filter.zone = ecs_given(in->zone);
	filter.instance = ecs_given(in->instance);
	filter.source_snapshot = ecs_given(in->snapshot);
	filter.name_pattern = ecs_given(in->name);
	filter.kms_key = ecs_given(in->kms_key);
	filter.resource_group = ecs_given(in->resource_group);
	filter.category = text_equal(in->category, "all") ? NULL : ecs_given(in->category);
	filter.type = !type || *type == 'a' ? -1 : *type == 's' ? DISK_SYSTEM : DISK_DATA;
	filter.status = status ? ecs_disk_status_of(status) : -1;
	filter.not_status = DISK_STATUS_DELETING;
	filter.charge_type = ecs_charge_type_of(in->charge_type);
	filter.portable = ecs_given_bool(in->portable);
	filter.delete_with_instance = ecs_given_bool(in->delete_with_instance);
	filter.delete_auto_snapshot = ecs_given_bool(in->delete_auto_snapshot);
	filter.enable_auto_snapshot = ecs_given_bool(in->enable_auto_snapshot);
	filter.encrypted = ecs_given_bool(in->encrypted);
	filter.multi_attach = ecs_given(in->multi_attach) ? in->multi_attach[0] == 'E' : -1;
	filter.tags = rpc_tag_filters(call, &in->tags);
	filter.n_tags = in->tags.n;
	if (in->disk_ids.is == GIVEN) {
		filter.ids = in->disk_ids.items;
		filter.n_ids = in->disk_ids.n;
	}
	if (asks_for_nothing(in)) {
		filter.ids = no_ids;
		filter.n_ids = 0;
	}
	return filter;
}

/* ---- from rows to a reply ---- */

/* An attachment is shown from the moment the machine has the disk until it has let go: Status, InstanceId and
 * Attachments change in one step. */
static struct items attachments_of(struct call *call, const struct disk *disk)
{
	struct attachment *live;
	size_t n = attachment_list_of_disk(call->work.txn, disk->id, &live);
	struct attachment_item *items = arena_array(call_work_arena(call), struct attachment_item, n);
	size_t shown = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (live[i].state == ATTACHMENT_ATTACHING)
			continue;
		items[shown++] = (struct attachment_item){
			.instance = live[i].instance,
			.device = live[i].device,
			.attached_time = moment_seconds_text(call_work_arena(call), live[i].attached_at),
		};
	}
	return (struct items){ items, shown };
}

static void fill_times(struct arena *arena, const struct disk *disk, struct disk_item *item)
{
	item->creation_time = moment_seconds_text(arena, disk->created_at);
	item->attached_time = moment_seconds_text(arena, disk->attached_at);
	item->detached_time = moment_seconds_text(arena, disk->detached_at);
	/* A disk that is paid by use never expires; the vendor writes a year far away. */
	item->expired_time = disk->charge_type == CHARGE_PRE_PAID ? moment_minutes_text(arena, disk->expires_at) :
	                                                            "2999-09-08T16:00Z";
}

static void fill_item(struct call *call, const struct disk *disk, struct disk_item *item)
{
	*item = (struct disk_item){
		.id = disk->id,
		.region = disk->tenant.region,
		.zone = disk->zone,
		.serial = disk->serial,
		.name = disk->name,
		.description = disk->description,
		.type = disk->type == DISK_SYSTEM ? "system" : "data",
		.category = disk->category,
		.performance_level = disk->performance_level,
		.size = disk->size_gib,
		.image = disk->image,
		.source_snapshot = disk->source_snapshot,
		.none = "",
		.portable = disk->portable,
		.status = ecs_disk_status(disk->status),
		.instance = "",
		.device = "",
		.delete_with_instance = disk->delete_with_instance,
		.delete_auto_snapshot = disk->delete_auto_snapshot,
		.enable_auto_snapshot = disk->enable_auto_snapshot,
		.charge_type = ecs_charge_type(disk->charge_type),
		.multi_attach = disk->multi_attach ? "Enabled" : "Disabled",
		.encrypted = disk->encrypted,
		.kms_key = disk->kms_key,
		.bursting = disk->bursting,
		.provisioned_iops = disk->provisioned_iops,
		.resource_group = disk->resource_group,
		.storage_set = disk->storage_set,
		.storage_set_partition = disk->storage_set_partition,
		.tags = rpc_tags_of(call, disk->id),
	};
	fill_times(call_work_arena(call), disk, item);
	if (disk->status == DISK_STATUS_AVAILABLE)
		return;
	item->attachments = attachments_of(call, disk);
	if (disk->multi_attach) {
		item->mounts = item->attachments;
		item->mount_number = (int64_t)item->attachments.n;
	} else if (item->attachments.n) {
		const struct attachment_item *only = item->attachments.items;

		/* A multi-attach disk names its instances in Attachments only. */
		item->instance = only->instance;
		item->device = only->device;
	}
}

static bool run(struct call *call, const void *in_, void *out_)
{
	const struct describe_in *in = in_;
	struct describe_out *out = out_;
	struct disk_filter filter;
	struct disk_item *items;
	struct disk *disks;
	struct rpc_list list;
	int64_t total;
	size_t n;
	size_t i;

	if (!rpc_region_known(call))
		return false;
	if (in->disk_ids.n > IDS_MAX)
		return call_refuse(call, REFUSE_PARAMETER_CONFLICT, "DiskIds");
	if (!rpc_list_begin(call, &in->paging, TOKEN_PAGE_MIN, TOKEN_PAGE_MAX, &list))
		return false;
	filter = make_filter(call, in);
	if (!rpc_creation_times(call, &in->filters, &filter_rows, &filter.created_from, &filter.created_to))
		return false;
	n = disk_list(call->work.txn, &filter, &list.page, &disks);
	if (rpc_list_more(&list, &n))
		out->pages.next_token = rpc_next_token(call, disks[n - 1].created_at, disks[n - 1].id);
	total = rpc_list_needs_count(&list, n) ? disk_count(call->work.txn, &filter) : (int64_t)n;
	rpc_list_end(&list, total, &out->pages);
	items = arena_array(call_work_arena(call), struct disk_item, n);
	for (i = 0; i < n; i++)
		fill_item(call, &disks[i], &items[i]);
	out->disks = (struct items){ items, n };
	return true;
}

const struct operation ecs_describe_disks = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DescribeDisks",
	.mode = OPERATION_READ,
	.permission = "ecs:DescribeDisks",
	.resource = "disk/{DiskIds}",
	.in = { sizeof(struct describe_in), in_fields },
	.out = { sizeof(struct describe_out), out_fields },
	.errors = errors,
	.faults = rpc_fault_internal,
	.run = run,
	.doc = "Lists disks, newest first, by filters and pages.",
};
