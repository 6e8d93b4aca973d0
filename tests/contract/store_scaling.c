/* Rows of scaling: every column comes back, filters find what they are for, and what must be there once is there once. */
#include "store_columns.h"

#include "contract/scaling.h"

#define SCALING_GROUP_FIELDS(TEXT, INT, BOOL, ENUM) \
	TENANT_FIELDS(TEXT) TEXT(name) ENUM(state, SCALING_GROUP_STATE_MAX) INT(min_size) INT(max_size) \
	BOOL(desired_given) INT(desired_capacity) INT(default_cooldown) INT(cooldown_until) \
	ENUM(health_check, SCALING_HEALTH_CHECK_MAX) TEXT(removal_policies) TEXT(multi_zone_policy) \
	TEXT(scaling_policy) TEXT(configuration) TEXT(vpc) TEXT(vswitches) TEXT(load_balancers) \
	TEXT(db_instances) TEXT(suspended) TEXT(group_type) TEXT(resource_group) \
	BOOL(deletion_protection) INT(max_instance_lifetime) INT(stop_instance_timeout) INT(retry_at) \
	INT(created_at) INT(modified_at)

#define SCALING_CONFIGURATION_FIELDS(TEXT, INT, BOOL, ENUM) \
	TENANT_FIELDS(TEXT) TEXT(scaling_group) TEXT(name) TEXT(image) TEXT(image_name) TEXT(types) \
	TEXT(instance_name) TEXT(instance_description) TEXT(host_name) TEXT(security_groups) \
	TEXT(key_pair) TEXT(user_data) TEXT(ram_role) TEXT(tags) TEXT(resource_group) \
	TEXT(internet_charge_type) INT(internet_max_bandwidth_in) INT(internet_max_bandwidth_out) \
	TEXT(spot_strategy) TEXT(zone) BOOL(deletion_protection) INT(weight) INT(created_at) \
	INT(modified_at)

#define SCALING_MEMBER_FIELDS(TEXT, INT, BOOL, ENUM) \
	TENANT_FIELDS(TEXT) TEXT(scaling_group) ENUM(state, SCALING_MEMBER_STATE_MAX) \
	ENUM(was, SCALING_MEMBER_STATE_MAX) ENUM(creation, SCALING_CREATION_MAX) \
	ENUM(health, SCALING_HEALTH_MAX) BOOL(entrusted) INT(weight) TEXT(configuration) TEXT(activity) \
	INT(created_at)

#define SCALING_RULE_FIELDS(TEXT, INT, BOOL, ENUM) \
	TENANT_FIELDS(TEXT) TEXT(scaling_group) TEXT(name) ENUM(type, SCALING_RULE_TYPE_MAX) \
	ENUM(adjustment, SCALING_ADJUSTMENT_MAX) INT(value) BOOL(cooldown_given) INT(cooldown) \
	INT(min_magnitude) INT(warmup) TEXT(steps) INT(created_at)

#define LIFECYCLE_HOOK_FIELDS(TEXT, INT, BOOL, ENUM) \
	TENANT_FIELDS(TEXT) TEXT(scaling_group) TEXT(name) ENUM(transition, LIFECYCLE_TRANSITION_MAX) \
	ENUM(default_result, LIFECYCLE_RESULT_MAX) INT(timeout) BOOL(disabled) TEXT(notification_arn) \
	TEXT(notification_metadata) INT(created_at)

#define LIFECYCLE_ACTION_FIELDS(TEXT, INT, BOOL, ENUM) \
	TENANT_FIELDS(TEXT) TEXT(hook) TEXT(activity) TEXT(instances) \
	ENUM(state, LIFECYCLE_ACTION_STATE_MAX) ENUM(result, LIFECYCLE_RESULT_MAX) INT(due_at) \
	INT(created_at)

#define SCALING_ACTIVITY_FIELDS(TEXT, INT, BOOL, ENUM) \
	TENANT_FIELDS(TEXT) TEXT(scaling_group) ENUM(kind, SCALING_ACTIVITY_KIND_MAX) \
	ENUM(state, SCALING_ACTIVITY_STATE_MAX) ENUM(step, SCALING_STEP_MAX) \
	ENUM(cause, SCALING_CAUSE_MAX) TEXT(source) TEXT(metadata) INT(amount) INT(done) \
	INT(total_before) INT(total_after) INT(created_after) INT(attached_after) TEXT(named) \
	TEXT(created) TEXT(destroyed) TEXT(failed) TEXT(ignored) TEXT(reason) TEXT(message) \
	BOOL(leaves_balancers) BOOL(lowers_desired) BOOL(asks_hooks) INT(cooldown) INT(created_at) \
	INT(ended_at)

COLUMNS_OF(scaling_group, SCALING_GROUP_FIELDS)
COLUMNS_OF(scaling_configuration, SCALING_CONFIGURATION_FIELDS)
COLUMNS_OF(scaling_member, SCALING_MEMBER_FIELDS)
COLUMNS_OF(scaling_rule, SCALING_RULE_FIELDS)
COLUMNS_OF(lifecycle_hook, LIFECYCLE_HOOK_FIELDS)
COLUMNS_OF(lifecycle_action, LIFECYCLE_ACTION_FIELDS)
COLUMNS_OF(scaling_activity, SCALING_ACTIVITY_FIELDS)

/* ---- what is unique -------------------------------------------------------------------------------------- */

static bool put_group(struct txn *txn, void *row)
{
	scaling_group_put(txn, row);
	return true;
}

static bool put_activity(struct txn *txn, void *row)
{
	scaling_activity_put(txn, row);
	return true;
}

static struct scaling_group group_of(const char *id, const char *name)
{
	return (struct scaling_group){ .id = id, .tenant = tenant_of("one"), .name = name, .group_type = "ECS", .created_at = 5 };
}

static void a_name_is_one_groups_of_an_account_in_a_region(void **state)
{
	struct fixture *f = *state;
	struct scaling_group first = group_of("asg-1", "web");
	struct scaling_group second = group_of("asg-2", "web");

	fixture_write(f, put_group, &first);
	assert_int_equal(store_write(f->store, put_group, &second, &f->arena), STORE_BROKEN);
	second.tenant.region = "elsewhere";
	fixture_write(f, put_group, &second);
}

static void one_activity_of_a_group_is_in_progress(void **state)
{
	struct fixture *f = *state;
	struct scaling_activity first = { .id = "asa-1", .tenant = tenant_of("one"), .scaling_group = "asg-1" };
	struct scaling_activity second = first;

	second.id = "asa-2";
	fixture_write(f, put_activity, &first);
	assert_int_equal(store_write(f->store, put_activity, &second, &f->arena), STORE_BROKEN);
	first.state = SCALING_SUCCESSFUL;
	fixture_write(f, put_activity, &first);
	fixture_write(f, put_activity, &second);
}

/* ---- lists ----------------------------------------------------------------------------------------------- */

static bool put_members(struct txn *txn, void *context)
{
	static const struct {
		const char *id, *group;
		enum scaling_member_state state;
		enum scaling_creation creation;
		enum scaling_health health;
	} members[] = {
		{ "i-1", "asg-1", SCALING_IN_SERVICE, SCALING_CREATED, SCALING_HEALTHY },
		{ "i-2", "asg-1", SCALING_STANDBY, SCALING_ATTACHED, SCALING_UNHEALTHY },
		{ "i-3", "asg-2", SCALING_REMOVING, SCALING_ATTACHED, SCALING_HEALTHY },
	};

	(void)context;
	for (int i = 0; i < 3; i++) {
		scaling_member_put(txn, &(struct scaling_member){
			.id = members[i].id, .tenant = tenant_of("one"), .scaling_group = members[i].group, .state = members[i].state,
			.creation = members[i].creation, .health = members[i].health, .activity = i ? "asa-1" : "asa-2",
			.configuration = i == 2 ? "asc-1" : "", .created_at = i });
		scaling_disk_put(txn, &(struct scaling_disk){ .configuration = "asc-1", .position = 2 - i, .account = "one",
		                                              .size_gib = i });
	}
	return true;
}

struct ask {
	struct scaling_filter filter;
	const char *ids;
};

static bool list_members(struct txn *txn, void *context)
{
	struct ask *ask = context;
	struct scaling_member *rows;
	size_t n = scaling_member_list(txn, &ask->filter, NULL, &rows);

	ask->ids = "";
	for (size_t i = 0; i < n; i++)
		ask->ids = arena_printf(txn_arena(txn), "%s%s%s", ask->ids, i ? " " : "", rows[i].id);
	assert_int_equal(scaling_member_count(txn, &ask->filter), n);
	return true;
}

/* The members that a filter with these conditions finds. */
#define MEMBERS(...)                                           \
	({                                                     \
		struct scaling_filter x = SCALING_FILTER_ANY;  \
		(void)(__VA_ARGS__);                           \
		members_of(f, x);                              \
	})

static const char *members_of(struct fixture *f, struct scaling_filter filter)
{
	struct ask ask = { .filter = filter };

	fixture_read(f, list_members, &ask);
	return ask.ids;
}

static void members_are_found_by_what_they_are(void **state)
{
	static const bool states[SCALING_MEMBER_STATE_MAX] = { [SCALING_STANDBY] = true, [SCALING_REMOVING] = true };
	static const bool creations[SCALING_CREATION_MAX] = { [SCALING_CREATED] = true };
	static const char *const ids[] = { "i-1", "i-none" };
	struct fixture *f = *state;

	fixture_write(f, put_members, NULL);
	assert_string_equal(MEMBERS(x.account = "one"), "i-3 i-2 i-1");
	assert_string_equal(MEMBERS(x.account = "two"), "");
	assert_string_equal(MEMBERS(x.scaling_group = "asg-1"), "i-2 i-1");
	assert_string_equal(MEMBERS(x.state = SCALING_STANDBY), "i-2");
	assert_string_equal(MEMBERS(x.states = states), "i-3 i-2");
	assert_string_equal(MEMBERS(x.creation = SCALING_ATTACHED, x.scaling_group = "asg-2"), "i-3");
	assert_string_equal(MEMBERS(x.creations = creations), "i-1");
	assert_string_equal(MEMBERS(x.health = SCALING_UNHEALTHY), "i-2");
	assert_string_equal(MEMBERS(x.activity = "asa-1"), "i-3 i-2");
	assert_string_equal(MEMBERS(x.configuration = "asc-1"), "i-3");
	assert_string_equal(MEMBERS(x.ids = ids, x.n_ids = 2), "i-1");
	assert_string_equal(MEMBERS(x.ids = ids, x.n_ids = 0), "");
}

static bool look_at_disks(struct txn *txn, void *context)
{
	struct scaling_disk *disks;

	(void)context;
	assert_int_equal(scaling_disk_list(txn, "asc-1", &disks), 3);
	for (int i = 0; i < 3; i++)
		assert_int_equal(disks[i].size_gib, 2 - i);
	return true;
}

static bool clear(struct txn *txn, void *context)
{
	int64_t *left = context;
	struct scaling_filter any = SCALING_FILTER_ANY;
	struct scaling_disk *disks;

	scaling_disk_delete_all(txn, "asc-1");
	left[0] = (int64_t)scaling_disk_list(txn, "asc-1", &disks);
	scaling_disk_put(txn, &(struct scaling_disk){ .configuration = "asc-2", .account = "one" });
	account_clear(txn, "one");
	left[1] = (int64_t)scaling_disk_list(txn, "asc-2", &disks) + scaling_member_count(txn, &any);
	return true;
}

static void disks_stand_in_their_order_and_all_goes_with_the_account(void **state)
{
	struct fixture *f = *state;
	int64_t left[2];

	fixture_write(f, put_members, NULL);
	fixture_read(f, look_at_disks, NULL);
	fixture_write(f, clear, left);
	assert_int_equal(left[0], 0);
	assert_int_equal(left[1], 0);
}

static bool purge(struct txn *txn, void *context)
{
	struct lifecycle_action action;
	int64_t *left = context;

	for (int i = 0; i < 4; i++) {
		const char *const ids[] = { "asa-0", "asa-1", "asa-2", "asa-3" };

		scaling_activity_put(txn, &(struct scaling_activity){
			.id = ids[i], .tenant = tenant_of("one"), .scaling_group = "asg-1", .created_at = 10 * i,
			.state = i == 1 ? SCALING_IN_PROGRESS : SCALING_SUCCESSFUL, .ended_at = i == 1 ? 0 : 10 * i + 5 });
		lifecycle_action_put(txn, &(struct lifecycle_action){ .id = ids[i], .tenant = tenant_of("one"), .activity = ids[i] });
	}
	left[0] = (int64_t)scaling_activity_purge(txn, 30, 10);
	left[1] = lifecycle_action_get(txn, "asa-0", &action) * 1000 + lifecycle_action_get(txn, "asa-1", &action) * 100 +
	          lifecycle_action_get(txn, "asa-2", &action) * 10 + lifecycle_action_get(txn, "asa-3", &action);
	return true;
}

static void old_activities_go_with_their_actions(void **state)
{
	struct fixture *f = *state;
	int64_t left[2];

	fixture_write(f, purge, left);
	assert_int_equal(left[0], 2);
	assert_int_equal(left[1], 101);
}

static int run(const char *name)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(scaling_group_round_trip),
		FIXTURE_TEST(scaling_configuration_round_trip),
		FIXTURE_TEST(scaling_member_round_trip),
		FIXTURE_TEST(scaling_rule_round_trip),
		FIXTURE_TEST(lifecycle_hook_round_trip),
		FIXTURE_TEST(lifecycle_action_round_trip),
		FIXTURE_TEST(scaling_activity_round_trip),
		FIXTURE_TEST(a_name_is_one_groups_of_an_account_in_a_region),
		FIXTURE_TEST(one_activity_of_a_group_is_in_progress),
		FIXTURE_TEST(members_are_found_by_what_they_are),
		FIXTURE_TEST(disks_stand_in_their_order_and_all_goes_with_the_account),
		FIXTURE_TEST(old_activities_go_with_their_actions),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	int failed = run("store scaling");

	fixture_run_twice = true;
	return failed + run("store scaling, every function twice");
}
