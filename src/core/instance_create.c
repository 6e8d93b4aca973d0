/* Making instances: the checks of RunInstances and CreateInstance, and the rows. The job that builds them is
 * instance_build.c. */
#include <string.h>

#include "base/moment.h"
#include "base/random.h"
#include "base/text.h"
#include "core/attachment.h"
#include "core/catalogue.h"
#include "core/guard.h"
#include "core/instance.h"
#include "core/network.h"
#include "core/snapshot.h"

#define SYSTEM_DISK_DEFAULT_GIB      40

struct create_facts {
	struct facts facts;
	const struct instance_create_args *args;
	const struct region *region;
	const char *zone;
	const struct image *image;
	const struct instance_type *type;
	const char *system_category;
	int64_t system_gib;
	enum refusal_reason system_fit;
	enum refusal_reason data_fit; /* of the first data disk that does not fit */
	enum refusal_reason device_fit;
	struct snapshot_source *sources; /* of the data disks */
	const char **devices;
	struct network_place place;
};

#define CREATE_ROW(name, condition)                                           \
	static bool create_##name(const struct work *work, const void *facts_) \
	{                                                                     \
		const struct create_facts *f = facts_;                        \
		const struct instance_create_args *args = f->args;            \
                                                                              \
		(void)work;                                                   \
		(void)args;                                                   \
		return (condition);                                           \
	}

CREATE_ROW(type_unknown, !f->type)
CREATE_ROW(image_unknown, !f->image || f->image->deleted)
CREATE_ROW(zone_unknown, !zone_known(f->region, f->zone))
CREATE_ROW(system_category, f->system_fit == REFUSE_DISK_CATEGORY)
CREATE_ROW(system_level, f->system_fit == REFUSE_DISK_PERFORMANCE_LEVEL)
CREATE_ROW(system_size, f->system_fit == REFUSE_DISK_SIZE || (f->image && f->system_gib < f->image->size_gib))
CREATE_ROW(too_many_disks, f->type && (int64_t)args->n_data_disks > f->type->max_data_disks)
CREATE_ROW(snapshot_unknown, f->data_fit == REFUSE_SNAPSHOT_UNKNOWN)
CREATE_ROW(snapshot_not_ready, f->data_fit == REFUSE_SNAPSHOT_NOT_READY)
CREATE_ROW(snapshot_encryption, f->data_fit == REFUSE_SNAPSHOT_ENCRYPTION)
CREATE_ROW(data_category, f->data_fit == REFUSE_DISK_CATEGORY)
CREATE_ROW(data_size_missing, f->data_fit == REFUSE_DISK_SIZE_MISSING)
CREATE_ROW(data_level, f->data_fit == REFUSE_DISK_PERFORMANCE_LEVEL)
CREATE_ROW(data_size, f->data_fit == REFUSE_DISK_SIZE)
CREATE_ROW(device_malformed, f->device_fit == REFUSE_DEVICE_MALFORMED)
CREATE_ROW(device_in_use, f->device_fit == REFUSE_DEVICE_IN_USE)

/* Each reason why the place cannot be had, as a row. */
#define PLACE_ROW(name, why) CREATE_ROW(name, f->place.refusal == REFUSE_##why)
PLACE_ROW(vswitch_unknown, VSWITCH_UNKNOWN)
PLACE_ROW(vswitch_state, VSWITCH_STATE)
PLACE_ROW(vswitch_zone, VSWITCH_ZONE)
PLACE_ROW(vswitch_missing, VSWITCH_MISSING)
PLACE_ROW(group_unknown, SECURITY_GROUP_UNKNOWN)
PLACE_ROW(group_vpc, VPC_MISMATCH)
PLACE_ROW(group_full, SECURITY_GROUP_FULL)
PLACE_ROW(groups_too_many, SECURITY_GROUPS_TOO_MANY)
PLACE_ROW(address_malformed, ADDRESS_MALFORMED)
PLACE_ROW(address_outside, ADDRESS_OUTSIDE)
PLACE_ROW(address_taken, ADDRESS_TAKEN)
PLACE_ROW(addresses_exhausted, ADDRESSES_EXHAUSTED)

static const struct check create_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ create_type_unknown, REFUSE_INSTANCE_TYPE_UNKNOWN, ABOUT_NOTHING },
	{ create_image_unknown, REFUSE_IMAGE_UNKNOWN, ABOUT_NOTHING },
	{ create_zone_unknown, REFUSE_ZONE_UNKNOWN, ABOUT_NOTHING },
	{ create_vswitch_unknown, REFUSE_VSWITCH_UNKNOWN, ABOUT_NOTHING },
	{ create_vswitch_state, REFUSE_VSWITCH_STATE, ABOUT_NOTHING },
	{ create_vswitch_zone, REFUSE_VSWITCH_ZONE, ABOUT_NOTHING },
	{ create_group_unknown, REFUSE_SECURITY_GROUP_UNKNOWN, ABOUT_NOTHING },
	{ create_vswitch_missing, REFUSE_VSWITCH_MISSING, ABOUT_NOTHING },
	{ create_group_vpc, REFUSE_VPC_MISMATCH, ABOUT_NOTHING },
	{ create_group_full, REFUSE_SECURITY_GROUP_FULL, ABOUT_NOTHING },
	{ create_groups_too_many, REFUSE_SECURITY_GROUPS_TOO_MANY, ABOUT_NOTHING },
	{ create_address_malformed, REFUSE_ADDRESS_MALFORMED, ABOUT_NOTHING },
	{ create_address_outside, REFUSE_ADDRESS_OUTSIDE, ABOUT_NOTHING },
	{ create_address_taken, REFUSE_ADDRESS_TAKEN, ABOUT_NOTHING },
	{ create_addresses_exhausted, REFUSE_ADDRESSES_EXHAUSTED, ABOUT_NOTHING },
	{ create_system_category, REFUSE_SYSTEM_DISK_CATEGORY, ABOUT_NOTHING },
	{ create_system_level, REFUSE_DISK_PERFORMANCE_LEVEL, ABOUT_NOTHING },
	{ create_system_size, REFUSE_SYSTEM_DISK_SIZE, ABOUT_NOTHING },
	{ create_too_many_disks, REFUSE_INSTANCE_DISK_LIMIT, ABOUT_NOTHING },
	{ create_snapshot_unknown, REFUSE_SNAPSHOT_UNKNOWN, ABOUT_SNAPSHOT },
	{ create_snapshot_not_ready, REFUSE_SNAPSHOT_NOT_READY, ABOUT_SNAPSHOT },
	{ create_snapshot_encryption, REFUSE_SNAPSHOT_ENCRYPTION, ABOUT_SNAPSHOT },
	{ create_data_category, REFUSE_DISK_CATEGORY, ABOUT_NOTHING },
	{ create_data_size_missing, REFUSE_DISK_SIZE_MISSING, ABOUT_NOTHING },
	{ create_data_level, REFUSE_DISK_PERFORMANCE_LEVEL, ABOUT_NOTHING },
	{ create_data_size, REFUSE_DISK_SIZE, ABOUT_NOTHING },
	{ create_device_malformed, REFUSE_DEVICE_MALFORMED, ABOUT_NOTHING },
	{ create_device_in_use, REFUSE_DEVICE_IN_USE, ABOUT_NOTHING },
};

static const char *category_or_default(const struct work *work, const char *category)
{
	return text_empty(category) ? work_realm(work)->default_instance_category : category;
}

static enum refusal_reason data_disk_fits(const struct work *work, const struct instance_disk_args *args,
                                          const struct snapshot_source *source)
{
	const char *category = category_or_default(work, args->category);
	const struct disk_category *row = disk_category_of(work_realm(work), category);

	if (source->named && !source->found)
		return REFUSE_SNAPSHOT_UNKNOWN;
	if (snapshot_source_unready(source))
		return REFUSE_SNAPSHOT_NOT_READY;
	if (snapshot_source_unencrypted(source, args->encrypted_given, args->encrypted))
		return REFUSE_SNAPSHOT_ENCRYPTION;
	if (!row)
		return REFUSE_DISK_CATEGORY;
	if (!args->size_given && !source->found)
		return REFUSE_DISK_SIZE_MISSING;
	if (!text_empty(args->performance_level) && !row->levels)
		return REFUSE_DISK_PERFORMANCE_LEVEL;
	return disk_fits(category, disk_level_or_default(category, args->performance_level),
	                 snapshot_source_size(source, args->size_given, args->size_gib), false);
}

/* Names that were asked for are kept; the other disks get the first that are left. */
static enum refusal_reason assign_devices(struct work *work, struct create_facts *f)
{
	const struct instance_create_args *args = f->args;
	struct attachment *slots = arena_array(work->arena, struct attachment, args->n_data_disks);
	size_t n = 0;
	size_t i;

	f->devices = arena_array(work->arena, const char *, args->n_data_disks);
	for (i = 0; i < args->n_data_disks; i++) {
		const char *wanted = args->data_disks[i].device;

		if (text_empty(wanted))
			continue;
		if (!attachment_device_well_formed(wanted, false, f->type->kind))
			return REFUSE_DEVICE_MALFORMED;
		f->devices[i] = attachment_device_normal(work->arena, wanted);
		if (attachment_device_taken(slots, n, f->devices[i]))
			return REFUSE_DEVICE_IN_USE;
		slots[n++].device = f->devices[i];
	}
	for (i = 0; i < args->n_data_disks; i++) {
		if (f->devices[i])
			continue;
		f->devices[i] = attachment_device_free(work->arena, slots, n, false, f->type->kind);
		if (!f->devices[i])
			return REFUSE_DEVICE_IN_USE;
		slots[n++].device = f->devices[i];
	}
	return REFUSE_NONE;
}

static const char *find_zone(const struct work *work, const struct create_facts *f)
{
	if (!text_empty(f->args->zone))
		return f->args->zone;
	return f->place.zone ? f->place.zone : zone_name(work->arena, f->region, f->region->zones[0]);
}

static struct network_place find_place(struct work *work, const struct instance_create_args *args,
                                       const struct region *region)
{
	if (!work_realm(work)->networks)
		return (struct network_place){ .vpc = text_or(args->vpc, "") };
	return network_place(work, &(struct network_place_args){
		.region = region->id,
		.zone = args->zone,
		.vswitch = args->vswitch,
		.security_groups = args->security_groups,
		.address = args->private_ip,
		.amount = args->amount,
	});
}

static struct create_facts create_find(struct work *work, const struct instance_create_args *args)
{
	struct create_facts f = {
		.args = args,
		.region = region_find(work_realm(work), work->caller.tenant.region),
		.image = image_find(work, args->image),
		.type = instance_type_find(work, args->type),
		.system_category = category_or_default(work, args->system_disk.category),
		.system_gib = args->system_disk.size_gib,
	};
	size_t i;

	if (!f.region)
		return f;
	f.place = find_place(work, args, f.region);
	f.zone = find_zone(work, &f);
	if (!args->system_disk.size_given) {
		f.system_gib = SYSTEM_DISK_DEFAULT_GIB;
		if (f.image && f.image->size_gib > f.system_gib)
			f.system_gib = f.image->size_gib;
	}
	f.system_fit = !disk_category_of(work_realm(work), f.system_category) ? REFUSE_DISK_CATEGORY :
	               disk_fits(f.system_category,
	                         disk_level_or_default(f.system_category, args->system_disk.performance_level),
	                         f.system_gib, true);
	f.sources = arena_array(work->arena, struct snapshot_source, args->n_data_disks);
	for (i = 0; i < args->n_data_disks && f.data_fit == REFUSE_NONE; i++) {
		f.sources[i] = snapshot_source_of(work, args->data_disks[i].snapshot);
		f.data_fit = data_disk_fits(work, &args->data_disks[i], &f.sources[i]);
		f.facts.snapshot_id = args->data_disks[i].snapshot;
	}
	if (f.type && (int64_t)args->n_data_disks <= f.type->max_data_disks)
		f.device_fit = assign_devices(work, &f);
	return f;
}

static const char *random_address(struct arena *arena)
{
	unsigned char bytes[2];

	random_bytes(bytes, sizeof bytes);
	return arena_printf(arena, "172.16.%d.%d", bytes[0], bytes[1] % 253 + 2);
}

static const char *address_of(struct work *work, const struct create_facts *f, int64_t number)
{
	if (f->place.addresses)
		return f->place.addresses[number - 1];
	return text_empty(f->args->private_ip) ? random_address(work->arena) : f->args->private_ip;
}

static struct instance instance_new(struct work *work, const struct create_facts *f, int64_t number)
{
	const struct instance_create_args *args = f->args;
	struct instance instance = {
		.id = mint_id(work, "i", f->region->id),
		.tenant = work->caller.tenant,
		.driver = guard_driver_of(work->core, f->type->kind),
		.zone = f->zone,
		.kind = f->type->kind,
		.state = INSTANCE_PENDING,
		.name = args->name,
		.description = args->description,
		.host_name = args->host_name,
		.image = args->image,
		.type = args->type,
		.charge_type = args->pre_paid ? CHARGE_PRE_PAID : CHARGE_POST_PAID,
		.stopped_mode = "Not-applicable",
		.deletion_protection = args->deletion_protection,
		.locks = "",
		.security_groups = args->security_groups,
		.vpc = f->place.vpc,
		.vswitch = args->vswitch,
		.private_ip = address_of(work, f, number),
		.key_pair = args->key_pair,
		.user_data = args->user_data,
		.resource_group = args->resource_group,
		.internet_charge_type = args->internet_charge_type,
		.internet_max_bandwidth_in = args->internet_max_bandwidth_in,
		.internet_max_bandwidth_out = args->internet_max_bandwidth_out,
		.spot_strategy = args->spot_strategy,
		.created_at = work->now,
		.expires_at = args->pre_paid ? work->now + args->paid_months * 30 * DAY : 0,
		.auto_release_at = args->auto_release_at,
		.guest_os = f->image->os_type,
		.guest_agent = true,
	};
	char serial[UUID_SIZE];

	if (text_empty(args->name))
		instance.name = instance.id;
	else if (args->unique_suffix && args->amount > 1)
		instance.name = arena_printf(work->arena, "%s%s%0*lld", args->name, text_or(args->suffix_joint, ""),
		                             args->suffix_width ? args->suffix_width : 3, (long long)number);
	random_uuid_upper(serial);
	instance.serial = arena_text(work->arena, serial);
	if (text_empty(args->host_name))
		instance.host_name = instance.id;
	return instance;
}

static void add_system_disk(struct work *work, const struct create_facts *f, const struct instance *instance)
{
	const struct instance_disk_args *args = &f->args->system_disk;
	struct disk disk = disk_new(work, f->region->id, f->zone, f->system_category);

	disk.driver = instance->driver;
	disk.type = DISK_SYSTEM;
	disk.name = args->name;
	disk.description = args->description;
	disk.size_gib = f->system_gib;
	disk.performance_level = disk_level_or_default(f->system_category, args->performance_level);
	disk.delete_with_instance = true;
	disk.portable = disk_category_find(f->system_category)->detachable_system;
	disk.charge_type = instance->charge_type;
	disk.expires_at = instance->expires_at;
	disk.image = instance->image;
	disk.origin_instance = instance->id;
	disk.scsi = args->scsi || instance->kind == MACHINE_BARE_METAL;
	disk.encrypted = args->encrypted;
	disk.kms_key = args->kms_key;
	disk.resource_group = instance->resource_group;
	attachment_new(work, &disk, instance, "/dev/xvda", true, false);
}

static void add_data_disk(struct work *work, const struct create_facts *f, const struct instance *instance, size_t i)
{
	const struct instance_disk_args *args = &f->args->data_disks[i];
	const struct disk_category *category = disk_category_find(category_or_default(work, args->category));
	struct disk disk = disk_new(work, f->region->id, f->zone, category->id);

	disk.driver = instance->driver;
	disk.name = args->name;
	disk.description = args->description;
	disk.size_gib = snapshot_source_size(&f->sources[i], args->size_given, args->size_gib);
	disk.performance_level = disk_level_or_default(category->id, args->performance_level);
	disk.delete_with_instance = !args->keep;
	/* PrePaid data disks and local disks cannot leave (aliyun: disk states, "Portable"). */
	disk.portable = !category->local && instance->charge_type != CHARGE_PRE_PAID;
	disk.charge_type = instance->charge_type;
	disk.expires_at = instance->expires_at;
	disk.encrypted = args->encrypted;
	disk.kms_key = args->kms_key;
	disk.scsi = args->scsi || instance->kind == MACHINE_BARE_METAL;
	disk.multi_attach = args->multi_attach;
	disk.bursting = args->bursting;
	disk.provisioned_iops = args->provisioned_iops;
	disk.resource_group = instance->resource_group;
	snapshot_source_fill(&f->sources[i], &disk);
	if (category->elastic_ephemeral)
		disk.origin_instance = instance->id;
	attachment_new(work, &disk, instance, f->devices[i], false, args->keep);
}

static void open_jobs(struct work *work, const struct instance *instance, bool stays_off)
{
	struct job job = instance_job(work, instance, JOB_INSTANCE_CREATE);

	if (stays_off)
		job.step = JOB_BUILD;
	job_open(work, &job);
	instance_arm_auto_release(work, instance);
}

bool instance_create(struct work *work, const struct instance_create_args *args, const char ***ret_ids)
{
	struct create_facts f = create_find(work, args);
	const char **ids;
	int64_t i;
	size_t d;

	if (!work_check(work, create_checks, COUNT_OF(create_checks), &f))
		return false;
	ids = arena_array(work->arena, const char *, (size_t)args->amount);
	for (i = 0; i < args->amount; i++) {
		struct instance instance = instance_new(work, &f, i + 1);

		instance_put(work->txn, &instance);
		add_system_disk(work, &f, &instance);
		for (d = 0; d < args->n_data_disks; d++)
			add_data_disk(work, &f, &instance, d);
		tags_put(work, instance.id, args->tags, args->n_tags);
		open_jobs(work, &instance, args->stays_off);
		ids[i] = instance.id;
	}
	*ret_ids = ids;
	return true;
}
