/* ECS: making servers, in the two versions of the call. */
#include <string.h>

#include "api/huawei/rest.h"
#include "api/huawei/server_new.h"
#include "base/text.h"
#include "core/client_job.h"
#include "core/instance.h"

#define SERVERS_MAX   500
#define VOLUMES_MAX   23
#define NAME_MAX_     128
#define USER_DATA_MAX 32768
#define TAGS_MAX      20
#define YEAR_MONTHS   12

struct volume_in {
	const char *type;
	struct opt_int size;
	struct opt_bool shareable, multiattach, scsi, delete_on_termination;
	struct {
		const char *snapshot;
	} extend;
	struct pairs metadata;
};

struct nic_in {
	const char *subnet, *address;
};

struct server_in {
	const char *image, *flavor, *name, *vpc, *zone, *description, *key_name, *password, *user_data;
	struct opt_int count;
	struct items nics, volumes, groups, tags;
	struct texts plain_tags;
	struct volume_in root;
	struct pairs metadata;
	struct {
		const char *charging_mode, *enterprise_project, *period_type;
		struct opt_int periods;
	} extend;
};

struct create_in {
	const char *project, *client_token;
	struct opt_bool dry_run;
	struct server_in server;
};

struct create_out {
	const char *job, *order;
	struct texts servers;
};

/* ---- tables ---- */

#define V struct volume_in
static const struct field volume_extend_fields[] = {
	{ .name = "snapshotId", .type = FIELD_TEXT, .offset = offsetof(V, extend.snapshot) - offsetof(V, extend) },
	FIELDS_END,
};
static const struct shape volume_extend_shape = { sizeof(((V *)0)->extend), volume_extend_fields };

static const struct field volume_fields[] = {
	TEXT(V, type, "volumetype", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "SAS, SSD, GPSSD, ESSD or SATA."),
	OPT_INT(V, size, "size", .min = 1, .max = 32768, .doc = "GiB."),
	OPT_BOOL(V, shareable, "shareable"),
	OPT_BOOL(V, multiattach, "multiattach"),
	OPT_BOOL(V, scsi, "hw:passthrough", .doc = "true: SCSI, false: a plain block device."),
	OPT_BOOL(V, delete_on_termination, "delete_on_termination"),
	OBJECT(V, extend, "extendparam", .of = &volume_extend_shape),
	PAIRS(V, metadata, "metadata", .flags = FIELD_ACCEPTED),
	FIELDS_END,
};
static const struct shape volume_shape = { sizeof(V), volume_fields };
#undef V

static const struct field nic_fields[] = {
	TEXT(struct nic_in, subnet, "subnet_id"),
	TEXT(struct nic_in, address, "ip_address", .max = 64),
	FIELDS_END,
};
static const struct shape nic_shape = { sizeof(struct nic_in), nic_fields };

#define S struct server_in
static const char *const charging_modes[] = { "postPaid", "prePaid", NULL };
static const char *const period_types[] = { "month", "year", NULL };
static const struct field extend_fields[] = {
	{ .name = "chargingMode", .type = FIELD_TEXT, .offset = offsetof(S, extend.charging_mode) - offsetof(S, extend),
	  .values = charging_modes, .doc = "`prePaid`: paid for a period, and never deleted before its end but by DeleteServers." },
	{ .name = "periodType", .type = FIELD_TEXT, .offset = offsetof(S, extend.period_type) - offsetof(S, extend),
	  .values = period_types },
	{ .name = "periodNum", .type = FIELD_OPT_INT, .offset = offsetof(S, extend.periods) - offsetof(S, extend), .min = 1, .max = 9 },
	{ .name = "enterprise_project_id", .type = FIELD_TEXT,
	  .offset = offsetof(S, extend.enterprise_project) - offsetof(S, extend) },
	FIELDS_END,
};
static const struct shape extend_shape = { sizeof(((S *)0)->extend), extend_fields };

static const struct field server_fields[] = {
	TEXT(S, image, "imageRef", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(S, flavor, "flavorRef", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(S, name, "name", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = NAME_MAX_),
	TEXT(S, vpc, "vpcid", .flags = FIELD_REQUIRED, .doc = "Kept as it is named: networks are not looked at."),
	ITEMS(S, nics, "nics", .of = &nic_shape, .flags = FIELD_REQUIRED, .max = 12),
	OBJECT(S, root, "root_volume", .of = &volume_shape, .flags = FIELD_REQUIRED),
	ITEMS(S, volumes, "data_volumes", .of = &volume_shape, .max = VOLUMES_MAX),
	ITEMS(S, groups, "security_groups", .of = &server_group_shape),
	TEXT(S, zone, "availability_zone", .doc = "Absent: the region's first."),
	OPT_INT(S, count, "count", .min = 1, .max = SERVERS_MAX),
	TEXT(S, description, "description", .max = 85),
	TEXT(S, key_name, "key_name"),
	TEXT(S, password, "adminPass", .flags = FIELD_SECRET, .max = 26),
	TEXT(S, user_data, "user_data", .flags = FIELD_SECRET, .max = USER_DATA_MAX),
	PAIRS(S, metadata, "metadata", .flags = FIELD_ACCEPTED),
	ITEMS(S, tags, "server_tags", .of = &server_tag_shape, .max = TAGS_MAX),
	TEXTS(S, plain_tags, "tags", .max = TAGS_MAX, .doc = "Each KEY.VALUE."),
	OBJECT(S, extend, "extendparam", .of = &extend_shape),
	FIELDS_END,
};
static const struct shape server_shape_in = { sizeof(S), server_fields };
#undef S

static const struct field in_fields[] = {
	PATH_PROJECT(struct create_in, project),
	TEXT(struct create_in, client_token, "X-Client-Token", .flags = FIELD_HEADER | FIELD_CLIENT_TOKEN),
	OPT_BOOL(struct create_in, dry_run, "dry_run", .flags = FIELD_DRY_RUN),
	OBJECT(struct create_in, server, "server", .of = &server_shape_in, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

static const struct field out_fields[] = {
	TEXT(struct create_out, job, "job_id"),
	TEXT(struct create_out, order, "order_id", .flags = FIELD_OMIT_EMPTY),
	TEXTS(struct create_out, servers, "serverIds"),
	FIELDS_END,
};

#define INVALID(reason) { reason, 400, "Ecs.0005", "Invalid parameter values. Contact customer service.", "Cleat" }
static const struct error_row errors[] = {
	INVALID(REFUSE_ZONE_UNKNOWN),
	INVALID(REFUSE_INSTANCE_TYPE_UNKNOWN),
	INVALID(REFUSE_IMAGE_UNKNOWN),
	INVALID(REFUSE_SYSTEM_DISK_SIZE),
	INVALID(REFUSE_DISK_SIZE),
	INVALID(REFUSE_DISK_SIZE_MISSING),
	INVALID(REFUSE_SNAPSHOT_UNKNOWN),
	INVALID(REFUSE_SNAPSHOT_NOT_READY),
	{ REFUSE_SYSTEM_DISK_CATEGORY, 400, "Ecs.0043", "The disk type does not exist.", NULL },
	{ REFUSE_DISK_CATEGORY, 400, "Ecs.0043", "The disk type does not exist.", NULL },
	{ REFUSE_INSTANCE_DISK_LIMIT, 400, "Ecs.0042",
	  "The number of attached data disks exceeds the maximum allowed limit.", NULL },
	ROWS_END,
};

/* ---- run ---- */

static struct instance_disk_args disk_args(const struct volume_in *in)
{
	return (struct instance_disk_args){
		.category = in->type,
		.size_given = in->size.is == GIVEN,
		.size_gib = in->size.value,
		.snapshot = in->extend.snapshot,
		.scsi = in->scsi.value,
		.multi_attach = in->shareable.value || in->multiattach.value,
		.keep = !in->delete_on_termination.value,
	};
}

static const struct instance_disk_args *data_disks(struct call *call, const struct server_in *in)
{
	const struct volume_in *volumes = in->volumes.items;
	struct instance_disk_args *disks = arena_array(call_work_arena(call), struct instance_disk_args, in->volumes.n);
	size_t i;

	for (i = 0; i < in->volumes.n; i++)
		disks[i] = disk_args(&volumes[i]);
	return disks;
}

/* "key.value": the older way to write them. */
static struct tag plain_tag(struct arena *arena, const char *text)
{
	size_t length = strcspn(text, ".");

	return (struct tag){ .key = arena_text_n(arena, text, length), .value = text[length] ? text + length + 1 : "" };
}

static const struct tag *tags_of(struct call *call, const struct server_in *in)
{
	struct tag *tags = arena_array(call_work_arena(call), struct tag, in->tags.n + in->plain_tags.n);
	size_t i;

	server_tags_of(&in->tags, tags);
	for (i = 0; i < in->plain_tags.n; i++)
		tags[in->tags.n + i] = plain_tag(call_work_arena(call), in->plain_tags.items[i]);
	return tags;
}

static bool is_pre_paid(const struct server_in *in)
{
	return text_equal(in->extend.charging_mode, "prePaid");
}

static int64_t months_of(const struct server_in *in)
{
	int64_t periods = in->extend.periods.is == GIVEN ? in->extend.periods.value : 1;

	return text_equal(in->extend.period_type, "year") ? periods * YEAR_MONTHS : periods;
}

static struct instance_create_args args_of(struct call *call, const struct server_in *in)
{
	const struct nic_in *nic = in->nics.n ? in->nics.items : &(struct nic_in){ 0 };

	return (struct instance_create_args){
		.zone = text_empty(in->zone) ? NULL : in->zone,
		.image = in->image,
		.type = in->flavor,
		.name = in->name,
		.description = in->description,
		.security_groups = server_groups_of(call, &in->groups),
		.vpc = in->vpc,
		.vswitch = nic->subnet,
		.private_ip = nic->address,
		.key_pair = in->key_name,
		.user_data = in->user_data,
		.resource_group = in->extend.enterprise_project,
		.amount = in->count.is == GIVEN ? in->count.value : 1,
		.unique_suffix = true,
		.suffix_joint = "-",
		.suffix_width = 4,
		.system_disk = disk_args(&in->root),
		.data_disks = data_disks(call, in),
		.n_data_disks = in->volumes.n,
		.tags = tags_of(call, in),
		.n_tags = in->tags.n + in->plain_tags.n,
		.pre_paid = is_pre_paid(in),
		.paid_months = is_pre_paid(in) ? months_of(in) : 0,
	};
}

static bool run(struct call *call, const void *in_, void *out_)
{
	const struct create_in *in = in_;
	struct instance_create_args args = args_of(call, &in->server);
	struct create_out *out = out_;
	const char **ids;

	if (!call_verb(call, instance_create(&call->work, &args, &ids)))
		return false;
	out->servers = (struct texts){ ids, (size_t)args.amount };
	out->job = client_job_open(&call->work, &(struct client_job_args){
		.service = "ecs",
		.type = "createServer",
		.batch = true,
	});
	if (is_pre_paid(&in->server))
		out->order = arena_printf(call_work_arena(call), "CS%.14s", out->job);
	return true;
}

#define CREATE(symbol, api_version, title, text)                  \
	const struct operation huawei_ecs_##symbol = {            \
		.product = "ecs",                                 \
		.version = api_version,                           \
		.name = title,                                    \
		.method = "POST",                                 \
		.path = "/" api_version "/{project_id}/cloudservers", \
		.mode = OPERATION_WRITE,                          \
		.permission = "ecs:cloudServers:create",          \
		.resource = "instance/*",                         \
		.in = { sizeof(struct create_in), in_fields },    \
		.out = { sizeof(struct create_out), out_fields }, \
		.errors = errors,                                 \
		.common = rest_ecs_errors,                        \
		.opens_jobs = true,                               \
		.run = run,                                       \
		.doc = text,                                      \
	}

CREATE(create_servers, "v1.1", "ecs.CreateServers", "Makes servers with their disks. Answers with a job and the ids.");
CREATE(create_post_paid_servers, "v1", "ecs.CreatePostPaidServers", "The same, older; always paid by use.");
