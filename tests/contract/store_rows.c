/* Every column of every row comes back as it was put, also over an older version of the row, and after a
 * restart. */
#include "store_columns.h"

#include "base/text.h"
#include "contract/balancer.h"
#include "contract/database.h"
#include "contract/network.h"

/* ---- every column --------------------------------------------------------------------------------------- */

#define ACCOUNT_FIELDS(TEXT, INT, BOOL, ENUM) \
	TEXT(realm) TEXT(name) BOOL(disk_white_list) BOOL(safe_detach) INT(created_at)

#define ACCESS_KEY_FIELDS(TEXT, INT, BOOL, ENUM) \
	TEXT(account) TEXT(holder) TEXT(secret) TEXT(description) ENUM(state, ACCESS_KEY_STATE_MAX) INT(created_at)

#define PRINCIPAL_FIELDS(TEXT, INT, BOOL, ENUM) \
	TEXT(account) ENUM(kind, PRINCIPAL_KIND_MAX) TEXT(name) TEXT(policies) TEXT(password) INT(created_at)

#define TEMPORARY_KEY_FIELDS(TEXT, INT, BOOL, ENUM)                                                          \
	TEXT(account) TEXT(secret) TEXT(token) TEXT(role) TEXT(session) TEXT(policy) TEXT(created_by) TEXT(holder) \
	INT(created_at) INT(expires_at)

#define TOKEN_FIELDS(TEXT, INT, BOOL, ENUM) \
	TEXT(account) TEXT(holder) TEXT(role) TEXT(scope) BOOL(whole) TEXT(methods) INT(issued_at) INT(expires_at)

#define INSTANCE_TYPE_FIELDS(TEXT, INT, BOOL, ENUM) \
	TEXT(family) INT(cpus) INT(memory_mib) BOOL(hot_unplug) BOOL(multi_attach) INT(max_data_disks)

#define IMAGE_FIELDS(TEXT, INT, BOOL, ENUM)                                                             \
	TEXT(account) TEXT(name) TEXT(os_type) TEXT(os_name) TEXT(os_name_en) INT(size_gib) BOOL(deleted) \
	INT(created_at) TEXT(path) TEXT(kernel) TEXT(initrd) TEXT(cmdline)

#define INSTANCE_FIELDS(TEXT, INT, BOOL, ENUM)                                                                     \
	TENANT_FIELDS(TEXT) TEXT(driver) TEXT(zone) ENUM(kind, MACHINE_KIND_MAX) ENUM(state, INSTANCE_STATE_MAX)   \
	TEXT(name) TEXT(description) TEXT(host_name) TEXT(image) TEXT(type)                    \
	ENUM(charge_type, CHARGE_TYPE_MAX) TEXT(stopped_mode) BOOL(deletion_protection) TEXT(locks)                \
	TEXT(security_groups) TEXT(vpc) TEXT(vswitch) TEXT(private_ip) TEXT(key_pair) TEXT(user_data)              \
	TEXT(resource_group) TEXT(serial) TEXT(native) TEXT(internet_charge_type) INT(internet_max_bandwidth_in)                \
	INT(internet_max_bandwidth_out) TEXT(spot_strategy) INT(created_at) INT(started_at) INT(expires_at)        \
	INT(auto_release_at) TEXT(guest_os) BOOL(guest_agent)

#define DISK_FIELDS(TEXT, INT, BOOL, ENUM)                                                                         \
	TENANT_FIELDS(TEXT) TEXT(driver) TEXT(zone) ENUM(state, DISK_STATE_MAX) ENUM(status, DISK_STATUS_MAX)      \
	ENUM(type, DISK_TYPE_MAX) TEXT(name) TEXT(description) TEXT(category) TEXT(performance_level)              \
	INT(size_gib) ENUM(charge_type, CHARGE_TYPE_MAX) BOOL(portable) BOOL(delete_with_instance)                 \
	BOOL(delete_auto_snapshot) BOOL(enable_auto_snapshot) BOOL(multi_attach) BOOL(encrypted) BOOL(bursting)    \
	BOOL(base_image_lost) BOOL(overdue) TEXT(kms_key) TEXT(image) TEXT(source_snapshot) TEXT(resource_group)   \
	TEXT(storage_set) INT(storage_set_partition) INT(provisioned_iops) TEXT(serial) TEXT(native) INT(generation)            \
	TEXT(origin_instance) INT(created_at) INT(attached_at) INT(detached_at) INT(expires_at)

#define ATTACHMENT_FIELDS(TEXT, INT, BOOL, ENUM)                                                                   \
	TENANT_FIELDS(TEXT) TEXT(disk) TEXT(instance) INT(generation) ENUM(state, ATTACHMENT_STATE_MAX) BOOL(boot) \
	BOOL(shared) BOOL(slot_held) TEXT(device) BOOL(keep_on_release) INT(requested_at) INT(attached_at)      \
	INT(detach_requested_at) INT(detached_at) TEXT(guest_mounted) BOOL(guest_io) TEXT(guest_by)                \
	BOOL(guest_silent) INT(guest_delay_ms)

#define JOB_FIELDS(TEXT, INT, BOOL, ENUM)                                                                          \
	TENANT_FIELDS(TEXT) ENUM(kind, JOB_KIND_MAX) ENUM(step, JOB_STEP_MAX) ENUM(state, JOB_STATE_MAX)           \
	TEXT(driver) TEXT(instance) TEXT(disk) TEXT(attachment) INT(generation) TEXT(lock) BOOL(force)             \
	TEXT(snapshot) TEXT(new_disk) TEXT(scaling_group) INT(old_size_gib) TEXT(old_category) TEXT(old_level) INT(old_iops) BOOL(then_start) \
	TEXT(requested_by) INT(created_at) INT(due_at) INT(ended_at) INT(attempts) TEXT(fault) TEXT(reason) TEXT(message)      \
	TEXT(lease_owner) INT(lease_until) INT(lease_fence)

#define SNAPSHOT_FIELDS(TEXT, INT, BOOL, ENUM)                                                                     \
	TENANT_FIELDS(TEXT) TEXT(driver) TEXT(disk) ENUM(disk_type, DISK_TYPE_MAX) TEXT(disk_category) INT(size_gib) \
	ENUM(state, SNAPSHOT_STATE_MAX) TEXT(name) TEXT(description) TEXT(category) INT(retention_days)            \
	BOOL(instant_access) INT(instant_access_days) BOOL(encrypted) TEXT(kms_key) TEXT(resource_group)           \
	TEXT(serial) INT(created_at) INT(accomplished_at)

#define FAULT_RULE_FIELDS(TEXT, INT, BOOL, ENUM)                                                                   \
	INT(position) TEXT(account) TEXT(operation) TEXT(resource) ENUM(effect, FAULT_EFFECT_MAX) TEXT(code)       \
	INT(variant) INT(latency) TEXT(reason) INT(times_left) INT(times_hit) INT(created_at)
#define fault_rule_get fault_get
#define fault_rule_put fault_put
#define EVENT_FIELDS(TEXT, INT, BOOL, ENUM)                                                                          \
	TENANT_FIELDS(TEXT) ENUM(kind, JOB_KIND_MAX) ENUM(outcome, EVENT_OUTCOME_MAX) TEXT(instance) TEXT(disk)      \
	TEXT(device) TEXT(job) TEXT(reason) TEXT(message) INT(not_before) INT(created_at)

#define VPC_FIELDS(TEXT, INT, BOOL, ENUM)                                                                          \
	TENANT_FIELDS(TEXT) TEXT(name) TEXT(description) TEXT(cidr) TEXT(user_cidrs) TEXT(router) TEXT(route_table) \
	TEXT(resource_group) BOOL(dns_hostnames) INT(created_at) INT(ready_at)

#define VSWITCH_FIELDS(TEXT, INT, BOOL, ENUM)                                                             \
	TENANT_FIELDS(TEXT) TEXT(vpc) TEXT(zone) TEXT(name) TEXT(description) TEXT(cidr) TEXT(resource_group) \
	INT(created_at) INT(ready_at)

#define SECURITY_GROUP_FIELDS(TEXT, INT, BOOL, ENUM)                                                           \
	TENANT_FIELDS(TEXT) TEXT(vpc) TEXT(name) TEXT(description) ENUM(type, SECURITY_GROUP_TYPE_MAX) BOOL(inner_drop) \
	TEXT(resource_group) INT(created_at)

#define SECURITY_GROUP_RULE_FIELDS(TEXT, INT, BOOL, ENUM)                                                      \
	TEXT(account) TEXT(security_group) BOOL(egress) BOOL(drops) BOOL(internet) INT(priority) TEXT(protocol) TEXT(ports) \
	TEXT(source_ports) TEXT(source_cidr) TEXT(source_ipv6) TEXT(dest_cidr) TEXT(dest_ipv6) TEXT(peer_group) \
	TEXT(description) INT(created_at)

#define LOAD_BALANCER_FIELDS(TEXT, INT, BOOL, ENUM)                                                            \
	TENANT_FIELDS(TEXT) TEXT(zone) TEXT(name) ENUM(status, BALANCER_STATUS_MAX) TEXT(address)                \
	ENUM(reach, BALANCER_REACH_MAX) TEXT(vpc) TEXT(vswitch) TEXT(listeners) BOOL(health_check)               \
	TEXT(resource_group) INT(created_at)

#define DB_INSTANCE_FIELDS(TEXT, INT, BOOL, ENUM)                                                              \
	TENANT_FIELDS(TEXT) TEXT(zone) TEXT(description) ENUM(status, DB_STATUS_MAX) TEXT(engine)                \
	TEXT(engine_version) TEXT(class) TEXT(vpc) TEXT(vswitch) ENUM(charge_type, CHARGE_TYPE_MAX) \
	TEXT(resource_group) INT(created_at) INT(expires_at)

#define CLIENT_TOKEN_FIELDS(TEXT, INT, BOOL, ENUM) TEXT(account) TEXT(input_hash) TEXT(result) INT(created_at)

COLUMNS_OF(account, ACCOUNT_FIELDS)
COLUMNS_OF(access_key, ACCESS_KEY_FIELDS)
COLUMNS_OF(temporary_key, TEMPORARY_KEY_FIELDS)
COLUMNS_OF(token, TOKEN_FIELDS)
COLUMNS_OF(principal, PRINCIPAL_FIELDS)
COLUMNS_OF(instance_type, INSTANCE_TYPE_FIELDS)
COLUMNS_OF(image, IMAGE_FIELDS)
COLUMNS_OF(instance, INSTANCE_FIELDS)
COLUMNS_OF(disk, DISK_FIELDS)
COLUMNS_OF(snapshot, SNAPSHOT_FIELDS)
COLUMNS_OF(attachment, ATTACHMENT_FIELDS)
COLUMNS_OF(job, JOB_FIELDS)
COLUMNS_OF(fault_rule, FAULT_RULE_FIELDS)
COLUMNS_OF(event, EVENT_FIELDS)
COLUMNS_OF(vpc, VPC_FIELDS)
COLUMNS_OF(vswitch, VSWITCH_FIELDS)
COLUMNS_OF(security_group, SECURITY_GROUP_FIELDS)
COLUMNS_OF(security_group_rule, SECURITY_GROUP_RULE_FIELDS)
COLUMNS_OF(load_balancer, LOAD_BALANCER_FIELDS)
COLUMNS_OF(db_instance, DB_INSTANCE_FIELDS)
COLUMNS_OF(client_token, CLIENT_TOKEN_FIELDS)

/* ---- accounts, keys, tags, facts ----------------------------------------------------------------------- */

static bool put_small_rows(struct txn *txn, void *context)
{
	const char *const keys[] = { "b", "a", "c" };

	(void)context;
	for (int i = 0; i < 3; i++) {
		account_put(txn, &(struct account){ .id = keys[i], .created_at = 3 - i });
		access_key_put(txn, &(struct access_key){
					    .id = keys[i], .account = i ? "one" : "two", .created_at = i });
		tag_put(txn, &(struct tag){ .resource = "r", .account = "o", .key = keys[i], .value = "v" });
		client_token_put(txn, &(struct client_token){ .id = keys[i], .created_at = i });
	}
	tag_put(txn, &(struct tag){ .resource = "r", .account = "p", .key = "a", .value = "w", .propagate = true });
	tag_put(txn, &(struct tag){ .resource = "other", .account = "o", .key = "a", .value = "x" });
	meta_put(txn, "fact", "first");
	meta_put(txn, "fact", "second");
	return true;
}

static bool look_at_small_rows(struct txn *txn, void *context)
{
	struct account *accounts;
	struct access_key *keys;
	struct tag *tags;

	(void)context;
	assert_int_equal(account_list(txn, &accounts), 3);
	assert_string_equal(accounts[0].id, "c");
	assert_string_equal(accounts[2].id, "b");
	assert_int_equal(access_key_list(txn, NULL, &keys), 3);
	assert_string_equal(keys[0].id, "b");
	assert_int_equal(access_key_list(txn, "one", &keys), 2);
	assert_string_equal(keys[1].id, "c");
	assert_int_equal(access_key_list(txn, "none", &keys), 0);
	assert_int_equal(tag_list(txn, "r", &tags), 3);
	assert_string_equal(tags[0].resource, "r");
	assert_string_equal(tags[0].account, "p");
	assert_string_equal(tags[0].key, "a");
	assert_string_equal(tags[0].value, "w");
	assert_true(tags[0].propagate);
	assert_string_equal(tags[2].key, "c");
	assert_false(tags[2].propagate);
	assert_string_equal(meta_get(txn, "fact"), "second");
	assert_null(meta_get(txn, "no fact"));
	return true;
}

static bool delete_small_rows(struct txn *txn, void *context)
{
	size_t *purged = context;

	tag_delete_all(txn, "r");
	*purged = client_token_purge(txn, 2, 1);
	*purged = *purged * 10 + client_token_purge(txn, 2, 10);
	return true;
}

static bool look_at_rest(struct txn *txn, void *context)
{
	struct client_token token;
	struct tag *tags;

	(void)context;
	assert_int_equal(tag_list(txn, "r", &tags), 0);
	assert_int_equal(tag_list(txn, "other", &tags), 1);
	assert_true(client_token_get(txn, "c", &token));
	assert_false(client_token_get(txn, "a", &token));
	return true;
}

static void small_rows_are_listed_and_deleted(void **state)
{
	struct fixture *f = *state;
	size_t purged;

	fixture_write(f, put_small_rows, NULL);
	fixture_read(f, look_at_small_rows, NULL);
	fixture_write(f, delete_small_rows, &purged);
	assert_int_equal(purged, 11);
	fixture_read(f, look_at_rest, NULL);
}

/* ---- users and roles --------------------------------------------------------------------------------------- */

static bool put_principals(struct txn *txn, void *context)
{
	static const struct principal rows[] = {
		{ .id = "1", .account = "a", .kind = PRINCIPAL_USER, .name = "n", .policies = "[]", .created_at = 2 },
		{ .id = "2", .account = "a", .kind = PRINCIPAL_ROLE, .name = "n", .policies = "[]", .created_at = 1 },
		{ .id = "3", .account = "b", .kind = PRINCIPAL_USER, .name = "n", .policies = "[]", .created_at = 3 },
	};

	(void)context;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		principal_put(txn, &rows[i]);
	return true;
}

static bool look_at_principals(struct txn *txn, void *context)
{
	struct principal *rows;
	struct principal one;

	(void)context;
	assert_int_equal(principal_list(txn, NULL, &rows), 3);
	assert_string_equal(rows[0].id, "2");
	assert_string_equal(rows[2].id, "3");
	assert_int_equal(principal_list(txn, "a", &rows), 2);
	assert_int_equal(principal_list(txn, "none", &rows), 0);
	assert_true(principal_find(txn, "a", PRINCIPAL_ROLE, "n", &one));
	assert_string_equal(one.id, "2");
	assert_false(principal_find(txn, "b", PRINCIPAL_ROLE, "n", &one));
	assert_false(principal_find(txn, "a", PRINCIPAL_USER, "N", &one));
	return true;
}

static bool put_second_of_a_name(struct txn *txn, void *context)
{
	(void)context;
	principal_put(txn, &(struct principal){ .id = "4", .account = "a", .kind = PRINCIPAL_USER, .name = "n" });
	return true;
}

static void principals_are_one_of_a_name(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, put_principals, NULL);
	fixture_read(f, look_at_principals, NULL);
	fixture_reopen(f);
	fixture_read(f, look_at_principals, NULL);
	assert_int_equal(store_write(f->store, put_second_of_a_name, NULL, &f->arena), STORE_BROKEN);
	fixture_read(f, look_at_principals, NULL);
}

/* ---- backends and white lists ------------------------------------------------------------------------------ */

static bool put_rows_behind(struct txn *txn, void *context)
{
	(void)context;
	for (int i = 0; i < 3; i++) {
		const char *const instances[] = { "i-1", "i-2", "i-3" };

		backend_put(txn, &(struct backend){ .balancer = "lb-1", .instance = instances[i], .account = "one",
		                                    .weight = i, .description = "text", .created_at = 9 - i });
		db_white_list_put(txn, &(struct db_white_list){ .db = "rm-1", .name = instances[i], .account = "one",
		                                                .attribute = "hidden", .addresses = "a,b", .created_at = 9 - i });
	}
	backend_put(txn, &(struct backend){ .balancer = "lb-1", .instance = "i-1", .account = "one", .weight = 7 });
	backend_put(txn, &(struct backend){ .balancer = "lb-2", .instance = "i-1", .account = "two" });
	return true;
}

static bool look_at_rows_behind(struct txn *txn, void *context)
{
	struct backend *backends, backend;
	struct db_white_list *lists, list;

	(void)context;
	assert_int_equal(backend_list(txn, "lb-1", &backends), 3);
	assert_string_equal(backends[0].instance, "i-1");
	assert_int_equal(backends[0].weight, 7);
	assert_string_equal(backends[1].instance, "i-3");
	assert_int_equal(backend_count(txn, "lb-1"), 3);
	assert_int_equal(backend_count(txn, "lb-3"), 0);
	assert_int_equal(backend_list_of_instance(txn, "i-1", &backends), 2);
	assert_string_equal(backends[1].account, "two");
	assert_true(backend_get(txn, "lb-1", "i-2", &backend));
	assert_string_equal(backend.description, "text");
	assert_int_equal(backend.created_at, 8);
	assert_false(backend_get(txn, "lb-2", "i-2", &backend));
	assert_int_equal(db_white_list_list(txn, "rm-1", &lists), 3);
	assert_string_equal(lists[0].name, "i-3");
	assert_true(db_white_list_get(txn, "rm-1", "i-2", &list));
	assert_string_equal(list.attribute, "hidden");
	assert_string_equal(list.addresses, "a,b");
	assert_false(db_white_list_get(txn, "rm-2", "i-2", &list));
	return true;
}

static bool delete_rows_behind(struct txn *txn, void *context)
{
	int64_t *left = context;
	struct db_white_list *lists;

	backend_delete(txn, "lb-1", "i-2");
	backend_delete(txn, "lb-1", "no such");
	left[0] = backend_count(txn, "lb-1");
	backend_delete_of_instance(txn, "i-1");
	left[1] = backend_count(txn, "lb-1") * 10 + backend_count(txn, "lb-2");
	db_white_list_delete(txn, "rm-1", "i-1");
	left[2] = (int64_t)db_white_list_list(txn, "rm-1", &lists);
	account_clear(txn, "one");
	left[3] = backend_count(txn, "lb-1") + (int64_t)db_white_list_list(txn, "rm-1", &lists);
	return true;
}

static void rows_behind_others_are_listed_and_deleted(void **state)
{
	struct fixture *f = *state;
	int64_t left[4];

	fixture_write(f, put_rows_behind, NULL);
	fixture_read(f, look_at_rows_behind, NULL);
	fixture_reopen(f);
	fixture_read(f, look_at_rows_behind, NULL);
	fixture_write(f, delete_rows_behind, left);
	assert_int_equal(left[0], 2);
	assert_int_equal(left[1], 10);
	assert_int_equal(left[2], 2);
	assert_int_equal(left[3], 0);
}

/* ---- temporary keys ---------------------------------------------------------------------------------------- */

static bool put_temporary_keys(struct txn *txn, void *context)
{
	(void)context;
	for (int i = 0; i < 6; i++) {
		const char id[] = { (char)('a' + i), '\0' };

		temporary_key_put(txn, &(struct temporary_key){
					       .id = id, .account = i % 2 ? "odd" : "even", .expires_at = 100 + i });
	}
	return true;
}

static bool look_at_temporary_keys(struct txn *txn, void *context)
{
	struct temporary_key *keys;

	(void)context;
	assert_int_equal(temporary_key_list(txn, NULL, 0, &keys), 6);
	assert_string_equal(keys[0].id, "f");
	assert_string_equal(keys[5].id, "a");
	assert_int_equal(temporary_key_list(txn, "odd", 103, &keys), 1);
	assert_string_equal(keys[0].id, "f");
	assert_int_equal(temporary_key_count(txn, "odd", 0), 3);
	assert_int_equal(temporary_key_count(txn, "even", 102), 1);
	assert_int_equal(temporary_key_count(txn, "none", 0), 0);
	return true;
}

static bool put_sessions(struct txn *txn, void *context)
{
	static const struct temporary_key keys[] = {
		{ .id = "1", .account = "a", .role = "r", .session = "s", .created_by = "m", .expires_at = 100 },
		{ .id = "2", .account = "a", .role = "r", .session = "s", .created_by = "m", .expires_at = 102 },
		{ .id = "3", .account = "a", .role = "r", .session = "s", .created_by = "m", .expires_at = 101 },
		{ .id = "4", .account = "b", .role = "r", .session = "s", .created_by = "m", .expires_at = 200 },
		{ .id = "5", .account = "a", .role = "q", .session = "s", .created_by = "m", .expires_at = 200 },
		{ .id = "6", .account = "a", .role = "r", .session = "t", .created_by = "m", .expires_at = 200 },
		{ .id = "7", .account = "a", .role = "r", .session = "s", .created_by = "n", .expires_at = 200 },
	};

	(void)context;
	for (size_t i = 0; i < COUNT_OF(keys); i++)
		temporary_key_put(txn, &keys[i]);
	return true;
}

static bool find_session(struct txn *txn, void *context)
{
	const struct temporary_key like = { .account = "a", .role = "r", .session = "s", .created_by = "m" };
	struct temporary_key found = { .id = "none" };

	(void)context;
	assert_false(temporary_key_find(txn, &like, 102, &found));
	assert_string_equal(found.id, "none");
	assert_true(temporary_key_find(txn, &like, 101, &found));
	assert_string_equal(found.id, "2");
	return true;
}

static void temporary_key_of_a_session_is_found(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, put_sessions, NULL);
	fixture_read(f, find_session, NULL);
}

static bool purge_temporary_keys(struct txn *txn, void *context)
{
	size_t *purged = context;

	*purged = temporary_key_purge(txn, 103, 2);
	*purged = *purged * 10 + temporary_key_purge(txn, 103, 10);
	return true;
}

static bool look_at_temporary_rest(struct txn *txn, void *context)
{
	struct temporary_key key;

	(void)context;
	assert_false(temporary_key_get(txn, "c", &key));
	assert_true(temporary_key_get(txn, "d", &key));
	return true;
}

static void temporary_keys_are_listed_by_expiry_and_purged(void **state)
{
	struct fixture *f = *state;
	size_t purged;

	fixture_write(f, put_temporary_keys, NULL);
	fixture_read(f, look_at_temporary_keys, NULL);
	fixture_write(f, purge_temporary_keys, &purged);
	assert_int_equal(purged, 21);
	fixture_read(f, look_at_temporary_rest, NULL);
}

/* ---- faults ---------------------------------------------------------------------------------------------- */

static bool put_faults(struct txn *txn, void *context)
{
	static const struct fault_rule rules[] = {
		{ .id = "third", .position = 3, .account = "one" },
		{ .id = "first", .position = 1, .account = "" },
		{ .id = "second", .position = 2, .account = "one" },
	};

	(void)context;
	for (size_t i = 0; i < COUNT_OF(rules); i++)
		fault_put(txn, &rules[i]);
	return true;
}

static bool look_at_faults(struct txn *txn, void *context)
{
	struct fault_rule *rules;

	(void)context;
	assert_int_equal(fault_list(txn, NULL, &rules), 3);
	assert_string_equal(rules[0].id, "first");
	assert_string_equal(rules[1].id, "second");
	assert_string_equal(rules[2].id, "third");
	assert_int_equal(fault_list(txn, "one", &rules), 2);
	assert_string_equal(rules[0].id, "second");
	assert_int_equal(fault_list(txn, "", &rules), 1);
	assert_int_equal(fault_list(txn, "two", &rules), 0);
	return true;
}

static bool delete_faults(struct txn *txn, void *context)
{
	struct fault_rule *rules;
	size_t *left = context;

	fault_delete(txn, "no such");
	fault_delete(txn, "third");
	left[0] = fault_list(txn, NULL, &rules);
	fault_delete_all(txn, "one");
	left[1] = fault_list(txn, NULL, &rules);
	fault_delete_all(txn, NULL);
	left[2] = fault_list(txn, NULL, &rules);
	return true;
}

static void faults_are_listed_in_their_order_and_deleted(void **state)
{
	struct fixture *f = *state;
	size_t left[3];

	fixture_write(f, put_faults, NULL);
	fixture_read(f, look_at_faults, NULL);
	fixture_reopen(f);
	fixture_read(f, look_at_faults, NULL);
	fixture_write(f, delete_faults, left);
	assert_int_equal(left[0], 2);
	assert_int_equal(left[1], 1);
	assert_int_equal(left[2], 0);
}

static int run(const char *name)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(account_round_trip),
		FIXTURE_TEST(access_key_round_trip),
		FIXTURE_TEST(temporary_key_round_trip),
		FIXTURE_TEST(token_round_trip),
		FIXTURE_TEST(principal_round_trip),
		FIXTURE_TEST(principals_are_one_of_a_name),
		FIXTURE_TEST(instance_type_round_trip),
		FIXTURE_TEST(image_round_trip),
		FIXTURE_TEST(instance_round_trip),
		FIXTURE_TEST(disk_round_trip),
		FIXTURE_TEST(snapshot_round_trip),
		FIXTURE_TEST(attachment_round_trip),
		FIXTURE_TEST(job_round_trip),
		FIXTURE_TEST(fault_rule_round_trip),
		FIXTURE_TEST(event_round_trip),
		FIXTURE_TEST(vpc_round_trip),
		FIXTURE_TEST(vswitch_round_trip),
		FIXTURE_TEST(security_group_round_trip),
		FIXTURE_TEST(security_group_rule_round_trip),
		FIXTURE_TEST(load_balancer_round_trip),
		FIXTURE_TEST(db_instance_round_trip),
		FIXTURE_TEST(rows_behind_others_are_listed_and_deleted),
		FIXTURE_TEST(client_token_round_trip),
		FIXTURE_TEST(small_rows_are_listed_and_deleted),
		FIXTURE_TEST(temporary_keys_are_listed_by_expiry_and_purged),
		FIXTURE_TEST(temporary_key_of_a_session_is_found),
		FIXTURE_TEST(faults_are_listed_in_their_order_and_deleted),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	int failed = run("store rows");

	fixture_run_twice = true;
	return failed + run("store rows, every function twice");
}
