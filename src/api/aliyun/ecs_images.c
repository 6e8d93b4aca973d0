/* DescribeImages. */
#include <string.h>

#include "api/aliyun/ecs_instance_show.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/catalogue.h"

#define IMAGE_IDS_MAX 100

struct images_in {
	const char *region, *ids, *name, *owner, *owner_id, *os_type, *architecture, *status, *usage, *type, *action, *family;
	const char *snapshot, *resource_group;
	struct opt_bool is_public, cloud_init, io_optimized, show_expired, dry_run;
	struct items filters, tags;
	struct rpc_paging paging; /* by number only */
};

struct image_item {
	const char *id, *name, *owner, *os_type, *os_name, *os_name_en, *platform, *architecture, *status, *creation_time;
	const char *usage, *progress, *none;
	int64_t size;
	bool yes, no, is_public;
	struct items no_items;
};

struct images_out {
	const char *region;
	struct items images;
	struct rpc_pages pages;
};

/* ---- words ---- */

#define ARCHITECTURE "x86_64"
#define AVAILABLE    "Available"

static const char *const owners[] = { "system", "self", "others", "marketplace", NULL };
static const char *const os_types[] = { "linux", "windows", NULL };
static const char *const architectures[] = { "i386", ARCHITECTURE, "arm64", NULL };
static const char *const usages[] = { "instance", "none", NULL };
static const char *const actions[] = { "CreateEcs", "ChangeOS", NULL };
static const char *const filter_keys[] = { "CreationStartTime", "CreationEndTime", NULL };

#define BAD(row, http, code, message) \
	static const struct error_row row = { REFUSE_FIELD, http, code, message, NULL }
BAD(bad_owner, 400, "InvalidImageOwnerAlias.ValueNotSupported", "The specified ImageOwnerAlias value is not supported.");
BAD(bad_os_type, 404, "InvalidOSType", "The specifed OSType is not valid");
BAD(bad_architecture, 404, "InvalidArchitecture", "The specifed Architecture is not valid");
BAD(bad_usage, 404, "InvalidUsage", "The specifed Usage is not valid");
BAD(bad_filter, 404, "InvalidFilterKey.NotFound",
    "The error message returned because the specified start time or end time is invalid.");

/* Platforms as the vendor calls them, by how the English name of the system begins. */
static const struct {
	const char *begins, *platform;
} platforms[] = {
	{ "Alibaba Cloud Linux", "Aliyun" }, { "CentOS", "CentOS" }, { "Debian", "Debian" }, { "Ubuntu", "Ubuntu" },
	{ "Windows Server  2022", "Windows Server 2022" }, { "Windows Server  2019", "Windows Server 2019" },
};

static const char *platform_of(const struct image *image)
{
	size_t i;

	for (i = 0; i < COUNT_OF(platforms); i++) {
		if (text_starts(image->os_name_en, platforms[i].begins))
			return platforms[i].platform;
	}
	return text_equal(image->os_type, "windows") ? "Windows Server" : "Others Linux";
}

/* ---- tables ---- */

static const struct field filter_fields[] = {
	TEXT(struct rpc_filter, key, "Key", .values = filter_keys, .bad = &bad_filter),
	TIME(struct rpc_filter, value, "Value", .bad = &bad_filter),
	FIELDS_END,
};
static const struct shape filter_shape = { sizeof(struct rpc_filter), filter_fields };
static const struct rpc_filter_rows filter_rows = { &bad_filter, &bad_filter };

static const struct field in_fields[] = {
	TEXT(struct images_in, region, "RegionId", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY,
	     .doc = "Region. Every image is in every region."),
	TEXT(struct images_in, ids, "ImageId", .max = 8192, .doc = "At most 100 ids, comma separated."),
	TEXT(struct images_in, name, "ImageName", .max = ECS_NAME_MAX, .doc = "* stands for any characters."),
	TEXT(struct images_in, owner, "ImageOwnerAlias", .values = owners, .bad = &bad_owner,
	     .doc = "system: everybody's; self: the account's. The others find none."),
	TEXT(struct images_in, owner_id, "ImageOwnerId", .flags = FIELD_ACCEPTED),
	TEXT(struct images_in, os_type, "OSType", .values = os_types, .bad = &bad_os_type),
	TEXT(struct images_in, architecture, "Architecture", .values = architectures, .bad = &bad_architecture,
	     .doc = "All images are x86_64."),
	TEXT(struct images_in, status, "Status", .doc = "One or several, comma separated. Default Available, which all are."),
	TEXT(struct images_in, usage, "Usage", .values = usages, .bad = &bad_usage,
	     .doc = "instance: some instance of the account is made of it."),
	TEXT(struct images_in, type, "InstanceType", .doc = "Images that it can run: all."),
	TEXT(struct images_in, action, "ActionType", .values = actions, .flags = FIELD_ACCEPTED),
	TEXT(struct images_in, family, "ImageFamily", .doc = "No image has one: any finds none."),
	TEXT(struct images_in, snapshot, "SnapshotId", .doc = "No image is made of a snapshot: any finds none."),
	TEXT(struct images_in, resource_group, "ResourceGroupId", .doc = "No image is in one: any finds none."),
	OPT_BOOL(struct images_in, is_public, "IsPublic", .doc = "true: only everybody's."),
	OPT_BOOL(struct images_in, cloud_init, "IsSupportCloudinit", .doc = "All do: false finds none."),
	OPT_BOOL(struct images_in, io_optimized, "IsSupportIoOptimized", .doc = "All do: false finds none."),
	OPT_BOOL(struct images_in, show_expired, "ShowExpired", .flags = FIELD_ACCEPTED),
	ITEMS(struct images_in, filters, "Filter", .of = &filter_shape, .max = 4, .doc = "CreationStartTime, CreationEndTime."),
	ITEMS(struct images_in, tags, "Tag", .of = &rpc_tag_in_shape, .max = RPC_TAGS_MAX,
	      .doc = "No image has tags: any finds none."),
	OPT_INT(struct images_in, paging.page_number, "PageNumber", .min = 1, .max = 1000000),
	OPT_INT(struct images_in, paging.page_size, "PageSize", .min = 1, .max = 100, .doc = "Default 10."),
	OPT_BOOL(struct images_in, dry_run, "DryRun", .flags = FIELD_DRY_RUN),
	FIELDS_END,
};

static const struct field nothing_fields[] = { FIELDS_END };
static const struct shape nothing_shape = { sizeof(struct ecs_nothing), nothing_fields };

static const struct field image_fields[] = {
	TEXT(struct image_item, id, "ImageId"),
	TEXT(struct image_item, name, "ImageName"),
	TEXT(struct image_item, none, "ImageFamily"),
	TEXT(struct image_item, none, "ImageVersion"),
	TEXT(struct image_item, none, "Description"),
	TEXT(struct image_item, owner, "ImageOwnerAlias"),
	TEXT(struct image_item, os_type, "OSType"),
	TEXT(struct image_item, os_name, "OSName"),
	TEXT(struct image_item, os_name_en, "OSNameEn"),
	TEXT(struct image_item, platform, "Platform"),
	TEXT(struct image_item, architecture, "Architecture"),
	INT(struct image_item, size, "Size"),
	TEXT(struct image_item, status, "Status"),
	TEXT(struct image_item, progress, "Progress"),
	TEXT(struct image_item, usage, "Usage"),
	TEXT(struct image_item, none, "ProductCode"),
	TEXT(struct image_item, none, "ResourceGroupId"),
	TEXT(struct image_item, none, "IsSelfShared"),
	BOOL(struct image_item, no, "IsCopied"),
	BOOL(struct image_item, no, "IsSubscribed"),
	BOOL(struct image_item, is_public, "IsPublic"),
	BOOL(struct image_item, yes, "IsSupportCloudinit"),
	BOOL(struct image_item, yes, "IsSupportIoOptimized"),
	TEXT(struct image_item, creation_time, "CreationTime"),
	ITEMS(struct image_item, no_items, "DiskDeviceMappings", .item = "DiskDeviceMapping", .of = &nothing_shape),
	ITEMS(struct image_item, no_items, "Tags", .item = "Tag", .of = &nothing_shape),
	FIELDS_END,
};
static const struct shape image_shape = { sizeof(struct image_item), image_fields };

static const struct field out_fields[] = {
	TEXT(struct images_out, region, "RegionId"),
	ITEMS(struct images_out, images, "Images", .item = "Image", .of = &image_shape),
	OPT_INT(struct images_out, pages.total, "TotalCount"),
	OPT_INT(struct images_out, pages.page_number, "PageNumber"),
	OPT_INT(struct images_out, pages.page_size, "PageSize"),
	FIELDS_END,
};

static const struct error_row errors[] = {
	ROW_EMPTY,
	{ REFUSE_REGION_UNKNOWN, 404, "InvalidRegionId.NotFound", "The specified RegionId does not exist.",
	  "DescribeInstanceStatus page" },
	{ REFUSE_INSTANCE_TYPE_UNKNOWN, 400, "InvalidInstanceType.ValueNotSupported",
	  "The specified InstanceType does not exist or beyond the permitted range.", NULL },
	ROW_DRY_RUN,
	ROWS_END,
};

/* ---- filters ---- */

static const char *owner_of(const struct image *image)
{
	return text_empty(image->account) ? "system" : "self";
}

static bool is_used(struct call *call, const char *image)
{
	struct instance_filter filter = INSTANCE_FILTER_ANY;
	struct instance *found;

	filter.account = call->caller.tenant.account;
	filter.image = image;
	return instance_list(call->work.txn, &filter, &(struct page){ .limit = 1 }, &found) > 0;
}

static bool has(const struct texts *texts, const char *text)
{
	size_t i;

	for (i = 0; i < texts->n; i++) {
		if (text_equal(texts->items[i], text))
			return true;
	}
	return texts->n == 0;
}

/* Asks for something that no image has. */
static bool finds_none(struct call *call, const struct images_in *in)
{
	struct texts statuses = ecs_split(call, text_or(in->status, ""));

	return ecs_given(in->family) || ecs_given(in->snapshot) || ecs_given(in->resource_group) || in->tags.n ||
	       !has(&statuses, AVAILABLE) || ecs_given_bool(in->cloud_init) == 0 || ecs_given_bool(in->io_optimized) == 0 ||
	       (ecs_given(in->architecture) && !text_equal(in->architecture, ARCHITECTURE));
}

struct image_filter {
	struct texts ids;
	int64_t created_from, created_to;
};

static bool matches(struct call *call, const struct images_in *in, const struct image_filter *filter,
                    const struct image *image)
{
	if (!has(&filter->ids, image->id) || (ecs_given(in->name) && !text_matches(image->name, in->name)) ||
	    (ecs_given(in->owner) && !text_equal(owner_of(image), in->owner)) ||
	    (ecs_given(in->os_type) && !text_equal(image->os_type, in->os_type)) ||
	    (ecs_given_bool(in->is_public) == 1 && !text_empty(image->account)))
		return false;
	if ((filter->created_from && image->created_at < filter->created_from) ||
	    (filter->created_to && image->created_at > filter->created_to))
		return false;
	return !ecs_given(in->usage) || is_used(call, image->id) == text_equal(in->usage, "instance");
}

/* ---- the reply ---- */

static void fill_item(struct call *call, const struct image *image, struct image_item *item)
{
	*item = (struct image_item){
		.id = image->id,
		.name = image->name,
		.owner = owner_of(image),
		.os_type = image->os_type,
		.os_name = image->os_name,
		.os_name_en = image->os_name_en,
		.platform = platform_of(image),
		.architecture = ARCHITECTURE,
		.status = AVAILABLE,
		.creation_time = moment_seconds_text(call_work_arena(call), image->created_at),
		.usage = is_used(call, image->id) ? "instance" : "none",
		.progress = "100%",
		.none = "",
		.size = image->size_gib,
		.yes = true,
		.is_public = text_empty(image->account),
	};
}

static bool prepare(struct call *call, const struct images_in *in, struct image_filter *ret)
{
	if (!rpc_region_known(call))
		return false;
	if (ecs_given(in->type) && !instance_type_find(&call->work, in->type))
		return call_refuse(call, REFUSE_INSTANCE_TYPE_UNKNOWN, in->type);
	*ret = (struct image_filter){ .ids = ecs_split(call, text_or(in->ids, "")) };
	if (ret->ids.n > IMAGE_IDS_MAX)
		return call_refuse(call, REFUSE_PARAMETER_INVALID, "ImageId");
	return rpc_creation_times(call, &in->filters, &filter_rows, &ret->created_from, &ret->created_to);
}

static bool run(struct call *call, const void *in_, void *out_)
{
	const struct images_in *in = in_;
	struct images_out *out = out_;
	struct image_filter filter;
	const struct image *images;
	struct image_item *items;
	struct rpc_list list;
	int64_t total = 0;
	size_t shown = 0;
	size_t n;
	size_t i;

	if (!prepare(call, in, &filter) || !rpc_list_begin(call, &in->paging, 1, 100, &list))
		return false;
	n = finds_none(call, in) ? 0 : image_list(&call->work, &images);
	items = arena_array(call_work_arena(call), struct image_item, (size_t)list.page.limit);
	for (i = 0; i < n; i++) {
		if (!matches(call, in, &filter, &images[i]))
			continue;
		if (total++ >= list.page.offset && (int64_t)shown < list.page.limit)
			fill_item(call, &images[i], &items[shown++]);
	}
	rpc_list_end(&list, total, &out->pages);
	out->region = in->region;
	out->images = (struct items){ items, shown };
	return true;
}

const struct operation ecs_describe_images = {
	.product = "ecs",
	.version = ECS_VERSION,
	.name = "DescribeImages",
	.mode = OPERATION_READ,
	.permission = "ecs:DescribeImages",
	.resource = "*",
	.in = { sizeof(struct images_in), in_fields },
	.out = { sizeof(struct images_out), out_fields },
	.errors = errors,
	.faults = rpc_fault_internal,
	.run = run,
	.doc = "Lists the images that an instance can be made of.",
};
