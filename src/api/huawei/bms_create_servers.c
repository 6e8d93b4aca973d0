/* BMS: making bare metal servers. */
#include "api/huawei/bms.h"
#include "api/huawei/server_new.h"
#include "base/text.h"
#include "core/catalogue.h"
#include "core/client_job.h"
#include "core/instance.h"

/* Page of creating. */
#define SERVERS_MAX   24
#define NICS_MAX      2
#define VOLUMES_MAX   59
#define NAME_MAX_     63
#define USER_DATA_MAX 32768

struct volume_in {
	const char *type;
	struct opt_int size;
	struct opt_bool shareable;
	struct pairs metadata;
};

struct nic_in {
	const char *subnet, *address;
};

struct extend_in {
	const char *charging_mode, *region, *period_type, *renew, *pay, *enterprise_project;
	struct opt_int period;
};

struct server_in {
	const char *image, *flavor, *name, *vpc, *zone, *key_name, *password, *user_data;
	struct opt_int count;
	struct items nics, volumes, groups, tags;
	struct volume_in root;
	struct pairs metadata;
	struct extend_in extend;
};

struct create_in {
	const char *project, *client_token;
	struct server_in server;
};

/* ---- tables ---- */

#define V struct volume_in
static const struct field volume_fields[] = {
	TEXT(V, type, "volumetype", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "SAS, SSD, GPSSD, ESSD or SATA."),
	OPT_INT(V, size, "size", .flags = FIELD_REQUIRED, .min = 10, .max = 32768, .doc = "GiB."),
	OPT_BOOL(V, shareable, "shareable"),
	PAIRS(V, metadata, "metadata", .doc = "__system__encrypted `1` with __system__cmkid."),
	FIELDS_END,
};
static const struct shape volume_shape = { sizeof(V), volume_fields };
/* As long as there is a system disk to describe. */
static const struct field root_fields[] = {
	TEXT(V, type, "volumetype"),
	OPT_INT(V, size, "size", .min = 40, .max = 1024, .doc = "GiB."),
	PAIRS(V, metadata, "metadata", .doc = "__system__encrypted `1` with __system__cmkid."),
	FIELDS_END,
};
static const struct shape root_shape = { sizeof(V), root_fields };
#undef V

static const struct field nic_fields[] = {
	TEXT(struct nic_in, subnet, "subnet_id", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(struct nic_in, address, "ip_address", .max = 64),
	FIELDS_END,
};
static const struct shape nic_shape = { sizeof(struct nic_in), nic_fields };

#define X struct extend_in
static const struct field extend_fields[] = {
	TEXT(X, charging_mode, "chargingMode", .flags = FIELD_ACCEPTED),
	TEXT(X, region, "regionID", .flags = FIELD_ACCEPTED),
	TEXT(X, period_type, "periodType", .flags = FIELD_ACCEPTED),
	OPT_INT(X, period, "periodNum", .flags = FIELD_ACCEPTED),
	TEXT(X, renew, "isAutoRenew", .flags = FIELD_ACCEPTED),
	TEXT(X, pay, "isAutoPay", .flags = FIELD_ACCEPTED),
	TEXT(X, enterprise_project, "enterprise_project_id"),
	FIELDS_END,
};
static const struct shape extend_shape = { sizeof(X), extend_fields };
#undef X

#define S struct server_in
static const struct field server_fields[] = {
	TEXT(S, image, "imageRef", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	TEXT(S, flavor, "flavorRef", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "One of bare metal: `physical.*`."),
	TEXT(S, name, "name", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = NAME_MAX_),
	TEXT(S, vpc, "vpcid", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .doc = "Kept as it is named: networks are not looked at."),
	ITEMS(S, nics, "nics", .of = &nic_shape, .flags = FIELD_REQUIRED, .max = NICS_MAX),
	TEXT(S, zone, "availability_zone", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY),
	OBJECT(S, root, "root_volume", .of = &root_shape, .doc = "Absent: a SAS volume of the image's size, 40 GiB at least."),
	ITEMS(S, volumes, "data_volumes", .of = &volume_shape, .max = VOLUMES_MAX, .doc = "SCSI all of them."),
	ITEMS(S, groups, "security_groups", .of = &server_group_shape),
	OPT_INT(S, count, "count", .min = 1, .max = SERVERS_MAX),
	TEXT(S, key_name, "key_name"),
	TEXT(S, password, "adminPass", .flags = FIELD_SECRET, .max = 26),
	TEXT(S, user_data, "user_data", .flags = FIELD_SECRET, .max = USER_DATA_MAX),
	PAIRS(S, metadata, "metadata", .flags = FIELD_ACCEPTED),
	ITEMS(S, tags, "server_tags", .of = &server_tag_shape, .max = 20),
	OBJECT(S, extend, "extendparam", .of = &extend_shape),
	FIELDS_END,
};
static const struct shape server_shape_in = { sizeof(S), server_fields };
#undef S

static const struct field in_fields[] = {
	PATH_PROJECT(struct create_in, project),
	TEXT(struct create_in, client_token, "X-Client-Token", .flags = FIELD_HEADER | FIELD_CLIENT_TOKEN),
	OBJECT(struct create_in, server, "server", .of = &server_shape_in, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

#define INVALID(reason) { reason, 400, "BMS.0018", "Request parameter is invalid.", "Cleat" }
static const struct error_row errors[] = {
	INVALID(REFUSE_ZONE_UNKNOWN),
	INVALID(REFUSE_INSTANCE_TYPE_UNKNOWN),
	INVALID(REFUSE_IMAGE_UNKNOWN),
	INVALID(REFUSE_SYSTEM_DISK_CATEGORY),
	INVALID(REFUSE_SYSTEM_DISK_SIZE),
	INVALID(REFUSE_DISK_CATEGORY),
	{ REFUSE_INSTANCE_DISK_LIMIT, 400, "BMS.1002", "Attach volume fail, server %s attchment num over limit.", NULL },
	ROWS_END,
};

/* ---- run ---- */

static const char *value_of(const struct pairs *pairs, const char *name)
{
	size_t i;

	for (i = 0; i < pairs->n; i++) {
		if (text_equal(pairs->items[i].name, name))
			return pairs->items[i].value;
	}
	return NULL;
}

static struct instance_disk_args disk_args(const struct volume_in *in)
{
	return (struct instance_disk_args){
		.category = in->type,
		.size_given = in->size.is == GIVEN,
		.size_gib = in->size.value,
		.encrypted_given = value_of(&in->metadata, "__system__encrypted") != NULL,
		.encrypted = text_equal(value_of(&in->metadata, "__system__encrypted"), "1"),
		.kms_key = value_of(&in->metadata, "__system__cmkid"),
		.scsi = true,
		.multi_attach = in->shareable.value,
		.keep = true,
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

static const struct tag *tags_of(struct call *call, const struct server_in *in)
{
	struct tag *tags = arena_array(call_work_arena(call), struct tag, in->tags.n);

	server_tags_of(&in->tags, tags);
	return tags;
}

static struct instance_create_args args_of(struct call *call, const struct server_in *in)
{
	const struct nic_in *nic = in->nics.n ? in->nics.items : &(struct nic_in){ 0 };

	return (struct instance_create_args){
		.zone = in->zone,
		.image = in->image,
		.type = in->flavor,
		.name = in->name,
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
		.n_tags = in->tags.n,
	};
}

static bool run(struct call *call, const void *in_, void *out_)
{
	const struct create_in *in = in_;
	const struct instance_type *type = instance_type_find(&call->work, in->server.flavor);
	struct instance_create_args args = args_of(call, &in->server);
	struct rest_job_out *out = out_;
	const char **ids;

	/* This service makes servers of its own kind only. */
	if (!type || type->kind != MACHINE_BARE_METAL)
		return call_refuse(call, REFUSE_INSTANCE_TYPE_UNKNOWN, in->server.flavor);
	if (!call_verb(call, instance_create(&call->work, &args, &ids))) {
		if (call->refusal.reason == REFUSE_INSTANCE_DISK_LIMIT)
			call->refusal.subject = in->server.name; /* it has no id yet */
		return false;
	}
	out->job = client_job_open(&call->work, &(struct client_job_args){
		.service = "bms",
		.type = "baremetalBatchCreate",
		.batch = true,
	});
	return true;
}

const struct operation huawei_bms_create_servers = {
	.product = "bms",
	.version = "v1",
	.name = "bms.CreateBareMetalServers",
	.method = "POST",
	.path = "/v1/{project_id}/baremetalservers",
	.mode = OPERATION_WRITE,
	.permission = "bms:servers:create",
	.resource = "instance/*",
	.in = { sizeof(struct create_in), in_fields },
	.out = { sizeof(struct rest_job_out), rest_job_fields },
	.errors = errors,
	.common = rest_bms_errors,
	.opens_jobs = true,
	.run = run,
	.doc = "Makes bare metal servers with their volumes. Answers with a job, whose sub-jobs name the servers.",
};
