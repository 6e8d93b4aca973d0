#include "core/adopt.h"

#include <ctype.h>
#include <string.h>

#include "base/text.h"
#include "core/account.h"
#include "core/attachment.h"
#include "core/balancer.h"
#include "core/catalogue.h"
#include "core/instance.h"
#include "core/project.h"
#include "core/realm.h"
#include "core/scaling.h"

#define LEVEL "PL0"

static const char *upper(struct arena *arena, const char *text)
{
	char *result = arena_text(arena, text);
	char *at;

	for (at = result; *at; at++)
		*at = (char)toupper((unsigned char)*at);
	return result;
}

static bool held(struct work *work, const char *uuid, struct instance *ret)
{
	struct instance_filter all = INSTANCE_FILTER_ANY;
	struct instance *instances;
	size_t n = instance_list(work->txn, &all, &(struct page){ 0 }, &instances);
	size_t i;

	for (i = 0; i < n; i++) {
		if (text_equal_nocase(instances[i].serial, uuid)) {
			*ret = instances[i];
			return true;
		}
	}
	return false;
}

/* A type of the catalogue with exactly its size. */
static const char *type_for(struct work *work, const struct driver_survey *survey)
{
	struct instance_type type = { .realm = work_realm(work)->name,
		                      .family = "adopted",
		                      .cpus = survey->cpus,
		                      .memory_mib = survey->memory_mib,
		                      .hot_unplug = true,
		                      .max_data_disks = DATA_DISKS_MAX };

	type.id = arena_printf(work->arena, "adopted.c%lldm%lld", (long long)survey->cpus, (long long)survey->memory_mib);
	instance_type_put(work->txn, &type);
	return type.id;
}

/* NULL: the realm has no such zone. */
static const struct region *region_of_zone(const struct realm *realm, const char *zone)
{
	size_t i;

	for (i = 0; i < realm->n_regions; i++) {
		if (zone_known(&realm->regions[i], zone))
			return &realm->regions[i];
	}
	return NULL;
}

/* The oldest account of a realm that has the zone. */
static bool oldest_there(struct work *work, const char *zone, struct account *ret)
{
	struct account *accounts;
	size_t n = account_list(work->txn, &accounts);
	size_t i;

	for (i = 0; i < n && !region_of_zone(realm_find(accounts[i].realm), zone); i++)
		continue;
	if (n)
		*ret = accounts[i < n ? i : 0];
	return n > 0;
}

/* Whose the machine becomes; not yet where. */
static bool find_tenant(struct work *work, const struct adopt_args *args, struct tenant *ret)
{
	const char *name = text_or(args->account, "");
	struct account account;

	if (*name ? !account_named(work, name, &account) : !oldest_there(work, args->zone, &account))
		return work_refuse(work, REFUSE_ACCOUNT_UNKNOWN, name);
	*ret = (struct tenant){ .realm = account.realm, .account = account.id, .scope = SCOPE_ONLY };
	return true;
}

static bool find_place(struct work *work, const struct adopt_args *args, const char **ret_region)
{
	struct tenant *tenant = &work->caller.tenant;
	const struct region *region;
	struct project project;

	if (!find_tenant(work, args, tenant))
		return false;
	region = region_of_zone(work_realm(work), args->zone);
	if (!region)
		return work_refuse(work, REFUSE_ZONE_UNKNOWN, args->zone);
	*ret_region = tenant->region = region->id;
	if (!work_realm(work)->scoped)
		return true;
	if (!project_of_region(work->txn, tenant->account, tenant->region, &project))
		return work_refuse(work, REFUSE_ZONE_UNKNOWN, args->zone);
	tenant->scope = project.id;
	return true;
}

static struct instance instance_of(struct work *work, const struct driver_survey *survey, const char *region,
                                   const char *zone)
{
	struct instance instance = {
		.id = mint_id(work, "i", region),
		.tenant = work->caller.tenant,
		.driver = work->core->settings.driver,
		.native = survey->name,
		.zone = zone,
		.state = survey->powered ? INSTANCE_RUNNING : INSTANCE_STOPPED,
		.name = survey->name,
		.host_name = survey->name,
		.type = type_for(work, survey),
		.stopped_mode = survey->powered ? "Not-applicable" : "KeepCharging",
		.deletion_protection = true,
		.serial = upper(work->arena, survey->uuid),
		.created_at = work->now,
		.started_at = work->now,
		.guest_agent = survey->agent,
	};

	return instance;
}

/* The name it has there, if that is one of a disk here; otherwise the first free one. */
static const char *device_for(struct work *work, const struct instance *instance, const char *target, bool boot)
{
	const char *device = arena_printf(work->arena, "/dev/%s", target);
	struct attachment *slots;
	size_t n = attachment_list_slots(work->txn, instance->id, &slots);

	if (attachment_device_well_formed(device, boot, instance->kind)) {
		device = attachment_device_normal(work->arena, device);
		if (!attachment_device_taken(slots, n, device))
			return device;
	}
	return attachment_free_device(work, instance, boot);
}

static struct driver_record take_disk(struct work *work, const struct instance *instance,
                                      const struct driver_survey_disk *found, bool boot, struct driver_record *ret_plug)
{
	struct disk disk = disk_new(work, instance->tenant.region, instance->zone, work_realm(work)->fleet_category);
	struct attachment attachment;

	disk.native = found->native;
	disk.type = boot ? DISK_SYSTEM : DISK_DATA;
	disk.state = DISK_READY;
	disk.performance_level = disk_category_find(disk.category)->levels ? LEVEL : "";
	disk.size_gib = found->size_gib;
	/* What cannot be unplugged with its guest's consent stays. */
	disk.portable = found->unpluggable;
	disk.serial = text_empty(found->serial) ? disk.serial : found->serial;
	if (boot)
		disk.origin_instance = instance->id;
	attachment = attachment_new(work, &disk, instance, device_for(work, instance, found->target, boot), boot, true);
	attachment_made_fast(work, &attachment, &disk);
	*ret_plug = (struct driver_record){ .kind = DRIVER_RECORD_ATTACHMENT,
		                            .disk = disk.id,
		                            .machine = instance->id,
		                            .attachment = attachment.id,
		                            .generation = attachment.generation };
	return (struct driver_record){ .kind = DRIVER_RECORD_DISK, .disk = disk.id, .native = disk.native };
}

static bool check(struct work *work, const struct adopt_args *args, const char **ret_region)
{
	const struct driver_survey *survey = args->survey;
	struct instance other;

	if (!find_place(work, args, ret_region))
		return false;
	if (held(work, survey->uuid, &other))
		return work_refuse(work, REFUSE_MACHINE_HELD, other.id);
	if (!text_empty(survey->busy)) {
		work->refusal = (struct refusal){ REFUSE_MACHINE_BUSY, survey->name, survey->busy, NULL };
		return false;
	}
	return true;
}

bool adopt_check(struct work *work, const struct adopt_args *args)
{
	const char *region;

	return check(work, args, &region);
}

bool adopt(struct work *work, const struct adopt_args *args, struct instance *ret, struct driver_record **ret_records,
           size_t *ret_n)
{
	const struct driver_survey *survey = args->survey;
	struct driver_record *records = arena_array(work->arena, struct driver_record, 1 + 2 * survey->n_disks);
	const char *region = "";
	size_t n = 0;
	size_t i;

	if (!check(work, args, &region))
		return false;
	*ret = instance_of(work, survey, region, args->zone);
	instance_put(work->txn, ret);
	scaling_instance_changed(work, ret->id);
	records[n++] = (struct driver_record){ .kind = DRIVER_RECORD_MACHINE, .machine = ret->id, .uuid = ret->serial };
	for (i = 0; i < survey->n_disks; i++) {
		records[n] = take_disk(work, ret, &survey->disks[i], i == 0, &records[n + 1]);
		n += 2;
	}
	*ret_records = records;
	*ret_n = n;
	return true;
}

/* ---- let go ---- */

static bool release_disk(struct work *work, const struct disk *disk, struct driver_record **ret_records, size_t *ret_n)
{
	struct attachment *live;
	struct job *jobs;

	if (text_empty(disk->native))
		return work_refuse(work, REFUSE_INSTANCE_NOT_ADOPTED, disk->id);
	if (attachment_list_of_disk(work->txn, disk->id, &live))
		return work_refuse(work, REFUSE_DISK_STATE, disk->id);
	if (job_list_open(work, NULL, disk->id, &jobs))
		return work_refuse(work, REFUSE_JOB_IN_THE_WAY, disk->id);
	*ret_records = arena_new(work->arena, struct driver_record);
	**ret_records = (struct driver_record){ .kind = DRIVER_RECORD_DISK, .disk = disk->id, .gone = true };
	*ret_n = 1;
	disk_forget(work, disk);
	return true;
}

static bool check_release(struct work *work, const struct instance *instance, const struct attachment *live, size_t n)
{
	struct job *jobs;
	size_t i;

	if (text_empty(instance->native))
		return work_refuse(work, REFUSE_INSTANCE_NOT_ADOPTED, instance->id);
	if (job_list_open(work, instance->id, NULL, &jobs))
		return work_refuse(work, REFUSE_JOB_IN_THE_WAY, instance->id);
	for (i = 0; i < n; i++) {
		struct disk disk;

		if (disk_get(work->txn, live[i].disk, &disk) && text_empty(disk.native))
			return work_refuse(work, REFUSE_DISK_STATE, disk.id);
	}
	return true;
}

bool adopt_release(struct work *work, const char *id, struct driver_record **ret_records, size_t *ret_n)
{
	struct instance instance;
	struct attachment *live;
	struct disk disk;
	size_t n;
	size_t i;

	if (disk_get(work->txn, id, &disk))
		return release_disk(work, &disk, ret_records, ret_n);
	if (!instance_get(work->txn, id, &instance))
		return work_refuse(work, REFUSE_INSTANCE_UNKNOWN, id);
	n = attachment_list_of_instance(work->txn, id, &live);
	if (!check_release(work, &instance, live, n))
		return false;
	*ret_records = arena_array(work->arena, struct driver_record, n + 1);
	*ret_n = 0;
	for (i = 0; i < n; i++) {
		if (!disk_get(work->txn, live[i].disk, &disk))
			continue;
		(*ret_records)[(*ret_n)++] = (struct driver_record){ .kind = DRIVER_RECORD_DISK, .disk = disk.id, .gone = true };
		attachment_release(work, &live[i], &disk);
		disk_forget(work, &disk);
	}
	(*ret_records)[(*ret_n)++] = (struct driver_record){ .kind = DRIVER_RECORD_MACHINE, .machine = instance.id, .gone = true };
	balancer_forget_instance(work, id);
	scaling_forget_instance(work, id);
	tag_delete_all(work->txn, id);
	instance_delete(work->txn, id);
	scaling_instance_changed(work, id);
	return true;
}
