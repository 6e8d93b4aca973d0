#include "api/huawei/server.h"

#include <string.h>

#include "api/huawei/device.h"
#include "api/network_card.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/catalogue.h"
#include "core/job.h"

#define METADATA_MAX 16

/* ---- tables ---- */

static const struct field address_fields[] = {
	TEXT(struct server_address, version, "version"),
	TEXT(struct server_address, address, "addr"),
	BOOL(struct server_address, primary, "primary"),
	TEXT(struct server_address, type, "OS-EXT-IPS:type"),
	TEXT(struct server_address, mac, "OS-EXT-IPS-MAC:mac_addr"),
	TEXT(struct server_address, port, "OS-EXT-IPS:port_id"),
	FIELDS_END,
};
static const struct shape address_shape = { sizeof(struct server_address), address_fields };

/* Texts all of them: clients take them for such. */
static const struct field volume_fields[] = {
	TEXT(struct server_volume, id, "id"),
	TEXT(struct server_volume, delete_on_termination, "delete_on_termination"),
	TEXT(struct server_volume, boot_index, "bootIndex", .flags = FIELD_NULL),
	TEXT(struct server_volume, device, "device"),
	FIELDS_END,
};
static const struct shape volume_shape = { sizeof(struct server_volume), volume_fields };

static const struct field group_fields[] = {
	TEXT(struct server_group, name, "name"),
	TEXT(struct server_group, id, "id"),
	FIELDS_END,
};
static const struct shape group_shape = { sizeof(struct server_group), group_fields };

#define I struct server_item
static const struct field image_fields[] = {
	{ .name = "id", .type = FIELD_TEXT, .offset = offsetof(I, image.id) - offsetof(I, image) },
	FIELDS_END,
};
static const struct shape image_shape = { sizeof(((I *)0)->image), image_fields };

#define FLAVOR(m, wire, kind) { .name = wire, .type = kind, .offset = offsetof(I, flavor.m) - offsetof(I, flavor) }
static const struct field flavor_fields[] = {
	FLAVOR(id, "id", FIELD_TEXT),
	FLAVOR(name, "name", FIELD_TEXT),
	FLAVOR(disk, "disk", FIELD_TEXT),
	FLAVOR(vcpus, "vcpus", FIELD_TEXT),
	FLAVOR(ram, "ram", FIELD_TEXT),
	{ .name = "gpus", .type = FIELD_ITEMS, .offset = offsetof(I, flavor.none) - offsetof(I, flavor), .of = &group_shape },
	{ .name = "asic_accelerators", .type = FIELD_ITEMS, .offset = offsetof(I, flavor.none) - offsetof(I, flavor),
	  .of = &group_shape },
	FIELDS_END,
};
static const struct shape flavor_shape = { sizeof(((I *)0)->flavor), flavor_fields };

static const struct field server_fields[] = {
	TEXT(I, id, "id"),
	TEXT(I, name, "name"),
	TEXT(I, status, "status"),
	TEXT(I, created, "created"),
	TEXT(I, updated, "updated"),
	TEXT(I, host_id, "hostId"),
	NAMED_ITEMS(I, addresses, "addresses", .of = &address_shape),
	TEXT(I, key_name, "key_name", .flags = FIELD_NULL),
	OBJECT(I, image, "image", .of = &image_shape),
	OBJECT(I, flavor, "flavor", .of = &flavor_shape),
	ITEMS(I, security_groups, "security_groups", .of = &group_shape),
	ITEMS(I, volumes, "os-extended-volumes:volumes_attached", .of = &volume_shape),
	PAIRS(I, metadata, "metadata"),
	TEXTS(I, tags, "tags"),
	TEXT(I, description, "description"),
	BOOL(I, locked, "locked"),
	TEXT(I, none, "config_drive"),
	TEXT(I, tenant, "tenant_id"),
	TEXT(I, user, "user_id"),
	TEXT(I, none, "accessIPv4"),
	TEXT(I, none, "accessIPv6"),
	INT(I, progress, "progress"),
	TEXT(I, task_state, "OS-EXT-STS:task_state", .flags = FIELD_NULL),
	TEXT(I, vm_state, "OS-EXT-STS:vm_state"),
	INT(I, power_state, "OS-EXT-STS:power_state"),
	TEXT(I, zone, "OS-EXT-AZ:availability_zone"),
	TEXT(I, launched_at, "OS-SRV-USG:launched_at", .flags = FIELD_NULL),
	TEXT(I, terminated_at, "OS-SRV-USG:terminated_at", .flags = FIELD_NULL),
	TEXT(I, manual, "OS-DCF:diskConfig"),
	TEXT(I, host_id, "OS-EXT-SRV-ATTR:host"),
	TEXT(I, host_id, "OS-EXT-SRV-ATTR:hypervisor_hostname"),
	TEXT(I, instance_name, "OS-EXT-SRV-ATTR:instance_name"),
	TEXT(I, host_name, "OS-EXT-SRV-ATTR:hostname"),
	TEXT(I, id, "OS-EXT-SRV-ATTR:reservation_id"),
	INT(I, zero, "OS-EXT-SRV-ATTR:launch_index"),
	TEXT(I, none, "OS-EXT-SRV-ATTR:kernel_id"),
	TEXT(I, none, "OS-EXT-SRV-ATTR:ramdisk_id"),
	TEXT(I, root_device, "OS-EXT-SRV-ATTR:root_device_name"),
	TEXT(I, user_data, "OS-EXT-SRV-ATTR:user_data", .flags = FIELD_NULL),
	TEXT(I, up, "host_status"),
	TEXT(I, enterprise_project, "enterprise_project_id"),
	TEXT(I, none, "auto_terminate_time"),
	ITEMS(I, no_items, "sys_tags", .of = &group_shape),
	FIELDS_END,
};
#undef I
const struct shape server_shape = { sizeof(struct server_item), server_fields };

/* ---- how it stands ---- */

static bool has_open(struct call *call, const struct instance *instance, enum job_kind kind, struct job *ret)
{
	struct job *jobs;
	size_t n = job_list_open(&call->work, instance->id, NULL, &jobs);
	size_t i;

	for (i = 0; i < n; i++) {
		if (jobs[i].kind == kind) {
			*ret = jobs[i];
			return true;
		}
	}
	return false;
}

static struct server_states starting(struct call *call, const struct instance *instance)
{
	struct job job;

	if (has_open(call, instance, JOB_INSTANCE_REBOOT, &job) && job.force)
		return (struct server_states){ "HARD_REBOOT", "active", "reboot_started_hard", 1 };
	if (has_open(call, instance, JOB_INSTANCE_REBOOT, &job))
		return (struct server_states){ "REBOOT", "active", "reboot_started", 1 };
	if (has_open(call, instance, JOB_INSTANCE_CREATE, &job))
		return (struct server_states){ "BUILD", "building", "spawning", 0 };
	return (struct server_states){ "SHUTOFF", "stopped", "powering-on", 4 };
}

static struct server_states releasing(struct call *call, const struct instance *instance)
{
	struct job job;

	if (has_open(call, instance, JOB_INSTANCE_DELETE, &job) && job.instance_was == INSTANCE_RUNNING)
		return (struct server_states){ "ACTIVE", "active", "deleting", 1 };
	return (struct server_states){ "SHUTOFF", "stopped", "deleting", 4 };
}

struct server_states server_states(struct call *call, const struct instance *instance)
{
	switch (instance->state) {
	case INSTANCE_PENDING:
		return (struct server_states){ "BUILD", "building", "spawning", 0 };
	case INSTANCE_STARTING:
		return starting(call, instance);
	case INSTANCE_RUNNING:
		return (struct server_states){ "ACTIVE", "active", NULL, 1 };
	case INSTANCE_STOPPING:
		return (struct server_states){ "ACTIVE", "active", "powering-off", 1 };
	case INSTANCE_RELEASING:
		return releasing(call, instance);
	case INSTANCE_STOPPED:
	case INSTANCE_STATE_MAX:
		break;
	}
	return (struct server_states){ "SHUTOFF", "stopped", NULL, 4 };
}

/* ---- from rows to a reply ---- */

static struct items volumes_of(struct call *call, const struct instance *instance)
{
	struct arena *arena = call_work_arena(call);
	struct attachment *live;
	size_t n = attachment_list_of_instance(call->work.txn, instance->id, &live);
	struct server_volume *items = arena_array(arena, struct server_volume, n);
	size_t shown = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		struct disk disk;

		if (live[i].state == ATTACHMENT_ATTACHING || !disk_get(call->work.txn, live[i].disk, &disk))
			continue;
		items[shown++] = (struct server_volume){
			.id = disk.id,
			.delete_on_termination = disk.delete_with_instance ? "true" : "false",
			.boot_index = live[i].boot ? "0" : NULL,
			.device = device_name(arena, &live[i], disk.scsi),
		};
	}
	return (struct items){ items, shown };
}

static struct named_items addresses_of(struct call *call, const struct instance *instance)
{
	struct server_address *address = arena_new(call_work_arena(call), struct server_address);

	*address = (struct server_address){
		.version = "4",
		.address = instance->private_ip,
		.type = "fixed",
		.mac = network_card_mac(call_work_arena(call), instance->id),
		.port = instance->vswitch,
		.primary = true,
	};
	return (struct named_items){ text_empty(instance->vpc) ? "default" : instance->vpc, address, 1 };
}

static struct items groups_of(struct call *call, const struct instance *instance)
{
	const char *list = instance->security_groups;
	struct server_group *items = arena_array(call_work_arena(call), struct server_group, strlen(list) / 2 + 1);
	size_t n = 0;

	while (*list) {
		const char *end = strchrnul(list, ',');
		const char *id = arena_text_n(call_work_arena(call), list, (size_t)(end - list));

		items[n++] = (struct server_group){ id, id };
		list = *end ? end + 1 : end;
	}
	return (struct items){ items, n };
}

static void add_pair(struct pairs *pairs, const char *name, const char *value)
{
	if (pairs->n < METADATA_MAX)
		pairs->items[pairs->n++] = (struct text_pair){ name, value };
}

static struct pairs metadata_of(struct call *call, const struct instance *instance, const struct image *image)
{
	struct pairs pairs = { GIVEN, arena_array(call_work_arena(call), struct text_pair, METADATA_MAX), 0 };

	add_pair(&pairs, "charging_mode", instance->charge_type == CHARGE_PRE_PAID ? "1" : "0");
	add_pair(&pairs, "vpc_id", instance->vpc);
	add_pair(&pairs, "os_type", text_equal(instance->guest_os, "windows") ? "Windows" : "Linux");
	add_pair(&pairs, "os_bit", "64");
	add_pair(&pairs, "image_name", image ? image->name : "");
	add_pair(&pairs, "metering.image_id", instance->image);
	add_pair(&pairs, "metering.imagetype", "gold");
	add_pair(&pairs, "metering.resourcespeccode", instance->type);
	add_pair(&pairs, "metering.resourcetype", instance->kind == MACHINE_BARE_METAL ? "__type_baremetal" : "1");
	return pairs;
}

static struct texts tags_of(struct call *call, const struct instance *instance)
{
	struct tag *tags;
	size_t n = tag_list(call->work.txn, instance->id, &tags);
	const char **items = arena_array(call_work_arena(call), const char *, n + 1);
	size_t i;

	for (i = 0; i < n; i++)
		items[i] = arena_printf(call_work_arena(call), "%s=%s", tags[i].key, tags[i].value);
	if (instance->kind == MACHINE_BARE_METAL)
		items[n++] = "__type_baremetal";
	return (struct texts){ items, n };
}

static const char *changed_at(struct arena *arena, const struct instance *instance)
{
	int64_t at = instance->started_at > instance->created_at ? instance->started_at : instance->created_at;

	return moment_seconds_text(arena, at);
}

static void fill_flavor(struct arena *arena, const struct instance_type *type, struct server_item *item)
{
	item->flavor.id = item->flavor.name = type->id;
	item->flavor.disk = "0";
	item->flavor.vcpus = arena_printf(arena, "%lld", (long long)type->cpus);
	item->flavor.ram = arena_printf(arena, "%lld", (long long)type->memory_mib);
}

/* "2018-08-13T14:41:23.000000", as far as it was started at all. */
static const char *launch_text(struct arena *arena, int64_t moment)
{
	return moment ? arena_printf(arena, "%.19s.000000", moment_seconds_text(arena, moment)) : NULL;
}

struct server_item server_show(struct call *call, const struct instance *instance)
{
	struct arena *arena = call_work_arena(call);
	struct server_states states = server_states(call, instance);
	const struct instance_type *type = instance_type_find(&call->work, instance->type);
	const struct instance_type gone = { .id = instance->type };
	struct server_item item = {
		.id = instance->id,
		.name = instance->name,
		.status = states.status,
		.vm_state = states.vm_state,
		.task_state = states.task_state,
		.power_state = states.power_state,
		.created = moment_seconds_text(arena, instance->created_at),
		.updated = changed_at(arena, instance),
		.launched_at = launch_text(arena, instance->started_at),
		.host_id = instance->serial,
		.key_name = text_empty(instance->key_pair) ? NULL : instance->key_pair,
		.description = instance->description,
		.tenant = instance->tenant.scope,
		.user = instance->tenant.account,
		.zone = instance->zone,
		.host_name = instance->host_name,
		.instance_name = instance->name,
		.root_device = instance->kind == MACHINE_BARE_METAL ? "/dev/sda" : "/dev/vda",
		.none = "",
		.user_data = text_empty(instance->user_data) ? NULL : instance->user_data,
		.up = "UP",
		.manual = "MANUAL",
		.enterprise_project = text_empty(instance->resource_group) ? "0" : instance->resource_group,
		.locked = !text_empty(instance->locks),
		.addresses = addresses_of(call, instance),
		.metadata = metadata_of(call, instance, image_find(&call->work, instance->image)),
		.tags = tags_of(call, instance),
		.volumes = volumes_of(call, instance),
		.security_groups = groups_of(call, instance),
	};

	item.image.id = instance->image;
	fill_flavor(arena, type ? type : &gone, &item);
	return item;
}
