#include "api/control/fleet_member.h"

#include "core/balancer.h"
#include "core/database.h"
#include "core/fault.h"
#include "base/password.h"
#include "core/principal.h"

/* Rows whose C type does not fit their member do not compile. */
#define AT(T, m, ctype) .offset = offsetof(T, m) + 0 * sizeof(_Generic(&((T *)0)->m, ctype *: 1))
#define TEXT(T, m, wire, ...)   { .name = wire, .type = MEMBER_TEXT, AT(T, m, const char *), __VA_ARGS__ }
#define BOOL(T, m, wire, ...)   { .name = wire, .type = MEMBER_BOOL, AT(T, m, bool), __VA_ARGS__ }
#define INT(T, m, wire, ...)    { .name = wire, .type = MEMBER_INT, AT(T, m, int64_t), __VA_ARGS__ }
#define MOMENT(T, m, wire, ...) { .name = wire, .type = MEMBER_MOMENT, AT(T, m, int64_t), __VA_ARGS__ }
#define WORD(T, m, wire, values, ...)                                                                       \
	{ .name = wire, .type = MEMBER_WORD, .names = (values),                                             \
	  .offset = offsetof(T, m) + 0 * sizeof(char[sizeof(((T *)0)->m) == sizeof(int) ? 1 : -1]), __VA_ARGS__ }
#define WORDS(T, m, wire, ...)  { .name = wire, .type = MEMBER_WORDS, AT(T, m, const char *), __VA_ARGS__ }
#define DOCUMENTS(T, m, wire, ...) { .name = wire, .type = MEMBER_DOCUMENTS, AT(T, m, const char *), __VA_ARGS__ }
#define TAGS(T, m)              { .name = "tags", .type = MEMBER_TAGS, AT(T, m, struct fleet_list) }
#define LIST(T, m, wire, shape) { .name = wire, .type = MEMBER_LIST, AT(T, m, struct fleet_list), .of = &(shape) }
#define OBJECT(wire, shape, ...) { .name = wire, .type = MEMBER_OBJECT, .of = &(shape), __VA_ARGS__ }
#define END                     { .name = NULL }

#define ID_MAX        128
#define FILE_NAME_MAX 1024
#define USER_DATA_MAX 65536
#define COUNT_MAX     1000000000
#define DELAY_MAX     86400000 /* a day */
#define GENERATION_MAX 1000000000000000 /* it counts on from there */
#define METADATA_MAX  131072 /* more than it can take */
#define RETENTION_MAX 65536    /* days */

static const char *const realm_words[] = { "aliyun", "huawei", NULL };
static const char *const os_types[] = { "linux", "windows", NULL };
static const char *const settled_states[] = { "running", "stopped", NULL };
static const char *const ended_states[] = { "accomplished", "failed", NULL };
static const char *const lock_reasons[] = { "financial", "recycling", "security", NULL };
static const char *const snapshot_categories[] = { "Standard", "Flash", NULL };
static const char *const db_engines[] = { "MySQL", "SQLServer", "PostgreSQL", "MariaDB", NULL };
static const char *const stopped_modes[] = { "KeepCharging", "StopCharging", "Not-applicable", NULL };

/* ---- catalogue ---- */

#define T struct fleet_instance_type
static const struct member type_member_rows[] = {
	TEXT(T, row.id, "id", .flags = MEMBER_REQUIRED, .min = 1, .max = ID_MAX),
	TEXT(T, row.family, "family", .max = ID_MAX),
	INT(T, row.cpus, "cpus", .min = 1, .max = 4096),
	INT(T, row.memory_mib, "memory_mib", .min = 1, .max = COUNT_MAX),
	BOOL(T, row.hot_unplug, "hot_unplug", .flags = MEMBER_ALWAYS, .given = FLEET_GIVEN_HOT_UNPLUG),
	BOOL(T, row.multi_attach, "multi_attach", .flags = MEMBER_ALWAYS, .given = FLEET_GIVEN_MULTI_ATTACH),
	INT(T, row.max_data_disks, "max_data_disks", .min = 1, .max = 59), /* device names: b to bh */
	TEXT(T, row.realm, "realm", .only = realm_words, .otherwise = "aliyun"),
	WORD(T, row.kind, "kind", machine_kind_names),
	END
};
static const struct members instance_type_members = { sizeof(T), type_member_rows };
#undef T

#define T struct fleet_image
static const struct member image_member_rows[] = {
	TEXT(T, row.id, "id", .flags = MEMBER_REQUIRED, .min = 1, .max = ID_MAX),
	TEXT(T, row.account, "account", .max = ID_MAX),
	TEXT(T, row.name, "name"),
	TEXT(T, row.os_type, "os", .only = os_types),
	TEXT(T, row.os_name, "os_name"),
	TEXT(T, row.os_name_en, "os_name_en"),
	INT(T, row.size_gib, "size_gib", .min = 1, .max = 2048),
	BOOL(T, row.deleted, "deleted"),
	TEXT(T, row.realm, "realm", .only = realm_words, .otherwise = "aliyun"),
	MOMENT(T, row.created_at, "created_at"),
	TEXT(T, row.path, "path", .max = FILE_NAME_MAX),
	TEXT(T, row.kernel, "kernel", .max = FILE_NAME_MAX),
	TEXT(T, row.initrd, "initrd", .max = FILE_NAME_MAX),
	TEXT(T, row.cmdline, "cmdline", .max = 2048),
	END
};
static const struct members image_members = { sizeof(T), image_member_rows };
#undef T

/* ---- projects ---- */

#define T struct fleet_project
static const struct member project_rows[] = {
	TEXT(T, row.id, "id", .min = 1),
	TEXT(T, row.name, "name", .flags = MEMBER_REQUIRED, .min = 1, .max = 64),
	TEXT(T, row.description, "description", .max = 255),
	MOMENT(T, row.created_at, "created_at"),
	END
};
static const struct members project_members = { sizeof(T), project_rows };
#undef T

/* ---- access keys ---- */

#define T struct fleet_access_key
static const struct member access_key_rows[] = {
	TEXT(T, row.id, "id", .flags = MEMBER_REQUIRED, .min = 1, .max = 128),
	TEXT(T, row.secret, "secret", .flags = MEMBER_SECRET, .min = 1, .max = 128),
	WORD(T, row.state, "state", access_key_state_names, .flags = MEMBER_ALWAYS),
	TEXT(T, row.description, "description", .max = 256),
	MOMENT(T, row.created_at, "created_at"),
	END
};
static const struct members access_key_members = { sizeof(T), access_key_rows };
#undef T

/* ---- users and roles: what their policies say is told by fleet_file_check_policies ---- */

#define T struct fleet_principal
static const struct member user_rows[] = {
	TEXT(T, row.name, "name", .flags = MEMBER_REQUIRED, .min = 1, .max = PRINCIPAL_NAME_MAX),
	TEXT(T, row.id, "id", .min = 1),
	TEXT(T, password, "password", .flags = MEMBER_SECRET, .min = PASSWORD_MIN, .max = PASSWORD_MAX),
	TEXT(T, row.password, "password_hash", .flags = MEMBER_SECRET, .min = 1, .max = 256),
	DOCUMENTS(T, row.policies, "policies", .max = PRINCIPAL_POLICIES_MAX),
	LIST(T, access_keys, "access_keys", access_key_members),
	MOMENT(T, row.created_at, "created_at"),
	END
};
static const struct members user_members = { sizeof(T), user_rows };

static const struct member role_rows[] = {
	TEXT(T, row.name, "name", .flags = MEMBER_REQUIRED, .min = 1, .max = PRINCIPAL_NAME_MAX),
	DOCUMENTS(T, row.policies, "policies", .max = PRINCIPAL_POLICIES_MAX),
	MOMENT(T, row.created_at, "created_at"),
	END
};
static const struct members role_members = { sizeof(T), role_rows };
#undef T

/* ---- instances ---- */

#define T struct fleet_instance
static const struct member instance_guest_rows[] = {
	TEXT(T, row.guest_os, "os", .only = os_types),
	BOOL(T, row.guest_agent, "agent", .flags = MEMBER_ALWAYS | MEMBER_TRUE),
	END
};
static const struct members instance_guest_members = { sizeof(T), instance_guest_rows };

static const struct member instance_rows[] = {
	TEXT(T, row.id, "id", .min = 1),
	TEXT(T, row.tenant.region, "region"),
	TEXT(T, row.tenant.scope, "project"),
	TEXT(T, row.zone, "zone"),
	TEXT(T, row.type, "type"),
	TEXT(T, row.image, "image"),
	WORD(T, row.state, "state", instance_state_names, .only = settled_states, .otherwise = "running",
	     .flags = MEMBER_ALWAYS),
	BOOL(T, no_system_disk, "system_disk", .flags = MEMBER_INVERTED),
	TEXT(T, row.name, "name", .flags = MEMBER_ALWAYS),
	TEXT(T, row.description, "description"),
	TEXT(T, row.host_name, "host_name", .flags = MEMBER_ALWAYS),
	WORD(T, row.charge_type, "charge_type", charge_type_names),
	TEXT(T, row.stopped_mode, "stopped_mode", .only = stopped_modes),
	BOOL(T, row.deletion_protection, "deletion_protection", .flags = MEMBER_SETTABLE),
	WORDS(T, row.locks, "locks", .only = lock_reasons, .flags = MEMBER_SETTABLE),
	WORDS(T, row.security_groups, "security_groups"),
	TEXT(T, row.vpc, "vpc"),
	TEXT(T, row.vswitch, "vswitch"),
	TEXT(T, row.private_ip, "private_ip", .flags = MEMBER_ALWAYS),
	TEXT(T, row.key_pair, "key_pair"),
	TEXT(T, row.user_data, "user_data", .max = USER_DATA_MAX),
	TEXT(T, row.resource_group, "resource_group"),
	TEXT(T, row.serial, "serial", .flags = MEMBER_ALWAYS),
	TEXT(T, row.internet_charge_type, "internet_charge_type", .otherwise = "PayByTraffic"),
	INT(T, row.internet_max_bandwidth_in, "internet_max_bandwidth_in", .max = COUNT_MAX),
	INT(T, row.internet_max_bandwidth_out, "internet_max_bandwidth_out", .max = COUNT_MAX),
	TEXT(T, row.spot_strategy, "spot_strategy", .otherwise = "NoSpot"),
	MOMENT(T, row.created_at, "created_at"),
	MOMENT(T, row.started_at, "started_at"),
	BOOL(T, never_started, "never_started"),
	MOMENT(T, row.expires_at, "expires_at"),
	MOMENT(T, row.auto_release_at, "auto_release_at"),
	OBJECT("guest", instance_guest_members),
	TAGS(T, tags),
	END
};
static const struct members instance_members = { sizeof(T), instance_rows };
#undef T

/* ---- disks ---- */

#define T struct fleet_attachment
static const struct member attachment_guest_rows[] = {
	TEXT(T, row.guest_mounted, "mounted"),
	BOOL(T, row.guest_io, "io"),
	TEXT(T, row.guest_by, "by", .max = 128),
	BOOL(T, row.guest_silent, "never_answers"),
	INT(T, row.guest_delay_ms, "answers_after_ms", .max = DELAY_MAX),
	END
};
static const struct members attachment_guest_members = { sizeof(T), attachment_guest_rows };

static const struct member attachment_rows[] = {
	TEXT(T, row.instance, "instance", .flags = MEMBER_REQUIRED, .min = 1),
	TEXT(T, row.device, "device"),
	INT(T, row.generation, "generation", .min = 1, .max = GENERATION_MAX),
	MOMENT(T, row.requested_at, "requested_at"),
	MOMENT(T, row.attached_at, "attached_at"),
	OBJECT("guest", attachment_guest_members),
	END
};
static const struct members attachment_members = { sizeof(T), attachment_rows };
#undef T

#define T struct fleet_disk
static const struct member disk_rows[] = {
	TEXT(T, row.id, "id", .min = 1),
	TEXT(T, row.tenant.region, "region"),
	TEXT(T, row.tenant.scope, "project"),
	TEXT(T, row.zone, "zone"),
	TEXT(T, row.category, "category"),
	INT(T, row.size_gib, "size_gib", .min = 1, .max = COUNT_MAX),
	WORD(T, row.type, "type", disk_type_names, .flags = MEMBER_ALWAYS),
	TEXT(T, row.performance_level, "performance_level"),
	TEXT(T, row.name, "name"),
	TEXT(T, row.description, "description"),
	WORD(T, row.charge_type, "charge_type", charge_type_names),
	BOOL(T, row.portable, "portable", .flags = MEMBER_ALWAYS | MEMBER_SETTABLE, .given = FLEET_GIVEN_PORTABLE),
	BOOL(T, row.delete_with_instance, "delete_with_instance", .flags = MEMBER_ALWAYS,
	     .given = FLEET_GIVEN_DELETE_WITH_INSTANCE),
	BOOL(T, row.delete_auto_snapshot, "delete_auto_snapshot", .flags = MEMBER_TRUE),
	BOOL(T, row.enable_auto_snapshot, "enable_auto_snapshot"),
	BOOL(T, row.multi_attach, "multi_attach"),
	BOOL(T, row.scsi, "scsi"),
	BOOL(T, row.encrypted, "encrypted"),
	BOOL(T, row.bursting, "bursting"),
	BOOL(T, row.base_image_lost, "base_image_lost", .flags = MEMBER_SETTABLE),
	BOOL(T, row.overdue, "overdue", .flags = MEMBER_SETTABLE),
	TEXT(T, row.kms_key, "kms_key"),
	TEXT(T, row.metadata, "metadata", .max = METADATA_MAX),
	TEXT(T, row.image, "image"),
	TEXT(T, row.source_snapshot, "source_snapshot"),
	TEXT(T, row.resource_group, "resource_group"),
	TEXT(T, row.storage_set, "storage_set"),
	INT(T, row.storage_set_partition, "storage_set_partition", .max = COUNT_MAX),
	INT(T, row.provisioned_iops, "provisioned_iops", .max = COUNT_MAX),
	TEXT(T, row.serial, "serial", .flags = MEMBER_ALWAYS),
	INT(T, row.generation, "generation", .max = GENERATION_MAX),
	TEXT(T, row.origin_instance, "origin_instance"),
	MOMENT(T, row.created_at, "created_at"),
	MOMENT(T, row.attached_at, "attached_at"),
	MOMENT(T, row.detached_at, "detached_at"),
	MOMENT(T, row.expires_at, "expires_at"),
	TAGS(T, tags),
	LIST(T, attachments, "attachments", attachment_members),
	END
};
static const struct members disk_members = { sizeof(T), disk_rows };
#undef T

/* ---- snapshots ---- */

#define T struct fleet_snapshot
static const struct member snapshot_rows[] = {
	TEXT(T, row.id, "id", .min = 1),
	TEXT(T, row.tenant.region, "region"),
	TEXT(T, row.tenant.scope, "project"),
	TEXT(T, row.disk, "disk", .flags = MEMBER_REQUIRED, .min = 1),
	WORD(T, row.disk_type, "disk_type", disk_type_names, .flags = MEMBER_ALWAYS, .given = FLEET_GIVEN_DISK_TYPE),
	TEXT(T, row.disk_category, "disk_category"),
	INT(T, row.size_gib, "size_gib", .min = 1, .max = COUNT_MAX),
	WORD(T, row.state, "state", snapshot_state_names, .only = ended_states, .otherwise = "accomplished",
	     .flags = MEMBER_ALWAYS),
	TEXT(T, row.name, "name"),
	TEXT(T, row.description, "description"),
	TEXT(T, row.category, "category", .only = snapshot_categories, .otherwise = "Standard"),
	INT(T, row.retention_days, "retention_days", .max = RETENTION_MAX),
	BOOL(T, row.instant_access, "instant_access"),
	INT(T, row.instant_access_days, "instant_access_days", .max = RETENTION_MAX),
	BOOL(T, row.encrypted, "encrypted", .flags = MEMBER_ALWAYS, .given = FLEET_GIVEN_ENCRYPTED),
	TEXT(T, row.kms_key, "kms_key"),
	TEXT(T, row.metadata, "metadata", .max = METADATA_MAX),
	TEXT(T, row.resource_group, "resource_group"),
	TEXT(T, row.serial, "serial", .flags = MEMBER_ALWAYS),
	MOMENT(T, row.created_at, "created_at"),
	MOMENT(T, row.accomplished_at, "accomplished_at"),
	TAGS(T, tags),
	END
};
static const struct members snapshot_members = { sizeof(T), snapshot_rows };
#undef T

/* ---- load balancers ---- */

#define T struct fleet_backend
static const struct member backend_rows[] = {
	TEXT(T, row.instance, "instance", .flags = MEMBER_REQUIRED, .min = 1),
	INT(T, row.weight, "weight", .max = BACKEND_WEIGHT_MAX, .flags = MEMBER_ALWAYS, .given = FLEET_GIVEN_WEIGHT),
	TEXT(T, row.description, "description"),
	MOMENT(T, row.created_at, "created_at"),
	END
};
static const struct members backend_members = { sizeof(T), backend_rows };
#undef T

#define T struct fleet_load_balancer
static const struct member load_balancer_rows[] = {
	TEXT(T, row.id, "id", .min = 1),
	TEXT(T, row.tenant.region, "region"),
	TEXT(T, row.zone, "zone"),
	TEXT(T, row.name, "name"),
	WORD(T, row.status, "status", balancer_status_names, .flags = MEMBER_ALWAYS | MEMBER_SETTABLE),
	TEXT(T, row.address, "address"),
	WORD(T, row.reach, "address_type", balancer_reach_names),
	TEXT(T, row.vpc, "vpc"),
	TEXT(T, row.vswitch, "vswitch"),
	WORDS(T, row.listeners, "listeners", .max = LISTENERS_MAX),
	BOOL(T, row.health_check, "health_check", .flags = MEMBER_TRUE | MEMBER_SETTABLE),
	TEXT(T, row.resource_group, "resource_group"),
	MOMENT(T, row.created_at, "created_at"),
	LIST(T, backends, "backends", backend_members),
	END
};
static const struct members load_balancer_members = { sizeof(T), load_balancer_rows };
#undef T

/* ---- database instances ---- */

#define T struct fleet_white_list
static const struct member white_list_rows[] = {
	TEXT(T, row.name, "name", .flags = MEMBER_REQUIRED, .min = 1),
	TEXT(T, row.attribute, "attribute", .max = 64),
	WORDS(T, row.addresses, "addresses", .max = DB_WHITE_LIST_ITEMS),
	MOMENT(T, row.created_at, "created_at"),
	END
};
static const struct members white_list_members = { sizeof(T), white_list_rows };
#undef T

#define T struct fleet_db_instance
static const struct member db_instance_rows[] = {
	TEXT(T, row.id, "id", .min = 1),
	TEXT(T, row.tenant.region, "region"),
	TEXT(T, row.zone, "zone"),
	TEXT(T, row.description, "description", .max = 256),
	WORD(T, row.status, "status", db_status_names, .flags = MEMBER_ALWAYS | MEMBER_SETTABLE),
	TEXT(T, row.engine, "engine", .only = db_engines, .otherwise = "MySQL", .flags = MEMBER_ALWAYS),
	TEXT(T, row.engine_version, "engine_version", .max = 64),
	TEXT(T, row.class, "class", .max = ID_MAX),
	TEXT(T, row.vpc, "vpc"),
	TEXT(T, row.vswitch, "vswitch"),
	WORD(T, row.charge_type, "charge_type", charge_type_names),
	TEXT(T, row.resource_group, "resource_group"),
	MOMENT(T, row.created_at, "created_at"),
	MOMENT(T, row.expires_at, "expires_at"),
	LIST(T, white_lists, "ip_arrays", white_list_members),
	END
};
static const struct members db_instance_members = { sizeof(T), db_instance_rows };
#undef T

/* ---- faults: the members of POST /_cleat/faults. What belongs together is told by fault_check. ---- */

#define T struct fleet_fault
static const struct member fault_rows[] = {
	TEXT(T, row.id, "id"),
	TEXT(T, row.operation, "operation", .flags = MEMBER_ALWAYS),
	TEXT(T, effect, "effect"),
	TEXT(T, row.code, "code"),
	INT(T, row.variant, "variant", .min = 1, .max = COUNT_MAX),
	INT(T, row.latency, "latency_ms", .max = FAULT_LATENCY_MAX),
	TEXT(T, row.reason, "reason"),
	INT(T, row.times_left, "times", .min = FAULT_FOREVER, .max = FAULT_TIMES_MAX, .given = FLEET_GIVEN_TIMES),
	TEXT(T, row.resource, "resource"),
	TEXT(T, row.account, "account"),
	END
};
static const struct members fault_members = { sizeof(T), fault_rows };
#undef T

/* ---- the whole. A section is a row here, by the name that its module has. ---- */

#define T struct fleet_account
static const struct member account_rows[] = {
	TEXT(T, row.id, "id", .min = 1),
	TEXT(T, row.name, "name", .max = 128),
	TEXT(T, row.realm, "realm", .only = realm_words, .otherwise = "aliyun", .flags = MEMBER_ALWAYS),
	TEXT(T, row.own_key, "own_key", .min = 1, .max = 64),
	BOOL(T, row.disk_white_list, "disk_white_list", .flags = MEMBER_ALWAYS | MEMBER_TRUE | MEMBER_SETTABLE),
	BOOL(T, row.safe_detach, "safe_detach", .flags = MEMBER_ALWAYS | MEMBER_SETTABLE,
	     .given = FLEET_GIVEN_SAFE_DETACH),
	MOMENT(T, row.created_at, "created_at"),
	LIST(T, lists[FLEET_PROJECTS], "projects", project_members),
	LIST(T, lists[FLEET_ACCESS_KEYS], "access_keys", access_key_members),
	LIST(T, lists[FLEET_USERS], "users", user_members),
	LIST(T, lists[FLEET_ROLES], "roles", role_members),
	LIST(T, lists[FLEET_INSTANCES], "instances", instance_members),
	LIST(T, lists[FLEET_DISKS], "disks", disk_members),
	LIST(T, lists[FLEET_SNAPSHOTS], "snapshots", snapshot_members),
	LIST(T, lists[FLEET_LOAD_BALANCERS], "load_balancers", load_balancer_members),
	LIST(T, lists[FLEET_DB_INSTANCES], "db_instances", db_instance_members),
	END
};
static const struct members account_members = { sizeof(T), account_rows };
#undef T

#define T struct fleet_document
static const struct member catalogue_rows[] = {
	LIST(T, catalogue[FLEET_INSTANCE_TYPES], "instance_types", instance_type_members),
	LIST(T, catalogue[FLEET_IMAGES], "images", image_members),
	END
};
static const struct members catalogue_members = { sizeof(T), catalogue_rows };

static const struct member document_rows[] = {
	INT(T, version, "cleat_fleet", .flags = MEMBER_REQUIRED, .min = 1, .max = 1),
	OBJECT("catalogue", catalogue_members, .given = FLEET_GIVEN_CATALOGUE),
	LIST(T, accounts, "accounts", account_members),
	LIST(T, all[FLEET_FAULTS], "faults", fault_members),
	END
};
const struct members fleet_document_members = { sizeof(T), document_rows };
#undef T

const struct members *const fleet_thing_members[FLEET_KIND_MAX] = {
	[FLEET_KIND_ACCOUNT] = &account_members,
	[FLEET_KIND_INSTANCE] = &instance_members,
	[FLEET_KIND_DISK] = &disk_members,
	[FLEET_KIND_LOAD_BALANCER] = &load_balancer_members,
	[FLEET_KIND_DB_INSTANCE] = &db_instance_members,
};
