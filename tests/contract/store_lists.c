/* Every filter of disks and instances matches and does not, lists are ordered and paged, and counts agree
 * with them. */
#include "store_fixture.h"

#define ANY_DISK     .status = -1, .not_status = -1, .type = -1, .charge_type = -1, .portable = -1, \
	.delete_with_instance = -1, .delete_auto_snapshot = -1, .enable_auto_snapshot = -1,         \
	.multi_attach = -1, .encrypted = -1
#define ANY_INSTANCE .state = -1, .kind = -1, .charge_type = -1

/* ---- asking: the ids of a list, in its order, after a look at the count -------------------------------- */

struct disk_ask {
	struct disk_filter filter;
	const struct page *page;
	const char *ids;
	int64_t count;
};

static bool list_disks(struct txn *txn, void *context)
{
	struct disk_ask *ask = context;
	struct disk *rows;
	size_t n = disk_list(txn, &ask->filter, ask->page, &rows);

	ask->count = disk_count(txn, &ask->filter);
	ask->ids = "";
	for (size_t i = 0; i < n; i++)
		ask->ids = arena_printf(txn_arena(txn), "%s%s%s", ask->ids, i ? " " : "", rows[i].id);
	if (!ask->page)
		assert_int_equal(ask->count, n);
	return true;
}

static const char *disks(struct fixture *f, struct disk_filter filter, const struct page *page)
{
	struct disk_ask ask = { .filter = filter, .page = page };

	fixture_read(f, list_disks, &ask);
	return ask.ids;
}

#define DISKS(expected, ...) \
	assert_string_equal(disks(f, (struct disk_filter){ __VA_ARGS__ }, NULL), expected)

struct instance_ask {
	struct instance_filter filter;
	const struct page *page;
	const char *ids;
};

static bool list_instances(struct txn *txn, void *context)
{
	struct instance_ask *ask = context;
	struct instance *rows;
	size_t n = instance_list(txn, &ask->filter, ask->page, &rows);

	ask->ids = "";
	for (size_t i = 0; i < n; i++)
		ask->ids = arena_printf(txn_arena(txn), "%s%s%s", ask->ids, i ? " " : "", rows[i].id);
	if (!ask->page)
		assert_int_equal(instance_count(txn, &ask->filter), n);
	return true;
}

static const char *instances(struct fixture *f, struct instance_filter filter, const struct page *page)
{
	struct instance_ask ask = { .filter = filter, .page = page };

	fixture_read(f, list_instances, &ask);
	return ask.ids;
}

#define INSTANCES(expected, ...) \
	assert_string_equal(instances(f, (struct instance_filter){ __VA_ARGS__ }, NULL), expected)

/* ---- disks --------------------------------------------------------------------------------------------- */

/* One disk that has something in every field, and one that is as plain as can be. */
static bool put_two_disks(struct txn *txn, void *context)
{
	struct disk full = disk_of("d-1", 100);
	struct disk plain = disk_of("d-2", 200);
	struct attachment live = attachment_of("a-1", "d-1", "i-1");
	struct attachment ended = attachment_of("a-2", "d-2", "i-1");

	(void)context;
	full.tenant = (struct tenant){ "huawei", "2000", "project", "cn-north-1" };
	full.zone = "zone";
	full.name = "a%b_c!d*E";
	full.status = DISK_STATUS_IN_USE;
	full.type = DISK_SYSTEM;
	full.category = "cloud_essd";
	full.origin_instance = "i-9";
	full.source_snapshot = "s-1";
	full.charge_type = CHARGE_PRE_PAID;
	full.portable = full.delete_with_instance = full.multi_attach = full.encrypted = true;
	full.delete_auto_snapshot = full.enable_auto_snapshot = true;
	full.kms_key = "key";
	full.resource_group = "rg-1";
	plain.name = "plain";
	disk_put(txn, &full);
	disk_put(txn, &plain);
	ended.state = ATTACHMENT_DETACHED;
	attachment_put(txn, &live);
	attachment_put(txn, &ended);
	tag_put(txn, &(struct tag){ .resource = "d-1", .key = "env", .value = "test" });
	tag_put(txn, &(struct tag){ .resource = "d-1", .key = "team", .value = "" });
	tag_put(txn, &(struct tag){ .resource = "d-2", .key = "env", .value = "live" });
	return true;
}

/* A text filter finds the row that has it, and none with another value. */
#define DISK_TEXT(field, value)                          \
	DISKS("d-1", ANY_DISK, .field = (value));        \
	DISKS("", ANY_DISK, .field = "something else")

static void disk_texts_filter(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, put_two_disks, NULL);
	DISKS("d-2 d-1", ANY_DISK);
	DISK_TEXT(realm, "huawei");
	DISK_TEXT(account, "2000");
	DISK_TEXT(scope, "project");
	DISK_TEXT(region, "cn-north-1");
	DISK_TEXT(zone, "zone");
	DISK_TEXT(category, "cloud_essd");
	DISK_TEXT(instance, "i-1");
	DISK_TEXT(origin_instance, "i-9");
	DISK_TEXT(source_snapshot, "s-1");
	DISK_TEXT(kms_key, "key");
	DISK_TEXT(resource_group, "rg-1");
	DISKS("d-2", ANY_DISK, .category = "");
	DISKS("d-1", ANY_DISK, .realm = "huawei", .account = "2000", .scope = "project",
	      .region = "cn-north-1");
	DISKS("", ANY_DISK, .realm = "huawei", .account = "1000");
}

/* Sets one of the int filters by its place, so that each can be tried alone. */
static const char *disks_with(struct fixture *f, size_t offset, int value)
{
	struct disk_filter filter = DISK_FILTER_ANY;

	*(int *)((char *)&filter + offset) = value;
	return disks(f, filter, NULL);
}

#define DISKS_WITH(expected, field, value) \
	assert_string_equal(disks_with(f, offsetof(struct disk_filter, field), value), expected)
#define DISK_FLAG(field)             \
	DISKS_WITH("d-1", field, 1); \
	DISKS_WITH("d-2", field, 0)

static void disk_enums_and_flags_filter(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, put_two_disks, NULL);
	DISKS_WITH("d-1", status, DISK_STATUS_IN_USE);
	DISKS_WITH("d-2", status, DISK_STATUS_AVAILABLE);
	DISKS_WITH("", status, DISK_STATUS_CREATING);
	DISKS_WITH("d-2", not_status, DISK_STATUS_IN_USE);
	DISKS_WITH("d-2 d-1", not_status, DISK_STATUS_DELETING);
	DISKS_WITH("d-1", type, DISK_SYSTEM);
	DISKS_WITH("d-2", type, DISK_DATA);
	DISKS_WITH("d-1", charge_type, CHARGE_PRE_PAID);
	DISKS_WITH("d-2", charge_type, CHARGE_POST_PAID);
	DISK_FLAG(portable);
	DISK_FLAG(delete_with_instance);
	DISK_FLAG(delete_auto_snapshot);
	DISK_FLAG(enable_auto_snapshot);
	DISK_FLAG(multi_attach);
	DISK_FLAG(encrypted);
}

static void disk_names_match_patterns(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, put_two_disks, NULL);
	DISKS("d-1", ANY_DISK, .name_pattern = "a%b_c!d*E");
	DISKS("d-1", ANY_DISK, .name_pattern = "a*");
	DISKS("d-1", ANY_DISK, .name_pattern = "*%b_c!*");
	DISKS("", ANY_DISK, .name_pattern = "a*e");
	DISKS("", ANY_DISK, .name_pattern = "A*");
	DISKS("", ANY_DISK, .name_pattern = "a_b*");
	DISKS("", ANY_DISK, .name_pattern = "p%n");
	DISKS("", ANY_DISK, .name_pattern = "plai_");
	DISKS("d-2", ANY_DISK, .name_pattern = "plain");
	DISKS("d-2", ANY_DISK, .name_pattern = "pl**n*");
	DISKS("d-2 d-1", ANY_DISK, .name_pattern = "*");
	DISKS("", ANY_DISK, .name_pattern = "");
}

static void disk_moments_and_tags_filter(void **state)
{
	struct fixture *f = *state;
	const struct tag_filter tags[] = {
		{ "env", "test" }, { "team", NULL }, { "env", NULL }, { "env", "none" }
	};

	fixture_write(f, put_two_disks, NULL);
	DISKS("d-2 d-1", ANY_DISK, .created_from = 100, .created_to = 200);
	DISKS("d-2", ANY_DISK, .created_from = 101);
	DISKS("d-1", ANY_DISK, .created_to = 199);
	DISKS("", ANY_DISK, .created_from = 101, .created_to = 199);
	DISKS("d-1", ANY_DISK, .tags = tags, .n_tags = 1);
	DISKS("d-1", ANY_DISK, .tags = tags, .n_tags = 2);
	DISKS("d-1", ANY_DISK, .tags = tags, .n_tags = 3);
	DISKS("", ANY_DISK, .tags = tags, .n_tags = 4);
	DISKS("d-2 d-1", ANY_DISK, .tags = tags + 2, .n_tags = 1);
}

static void disk_ids_filter(void **state)
{
	struct fixture *f = *state;
	const char *ids[1500];

	fixture_write(f, put_two_disks, NULL);
	for (size_t i = 0; i < 1500; i++)
		ids[i] = "none";
	DISKS("", ANY_DISK, .ids = ids, .n_ids = 0);
	DISKS("", ANY_DISK, .ids = ids, .n_ids = 3);
	ids[1] = "d-2";
	ids[0] = "d-1";
	DISKS("d-1", ANY_DISK, .ids = ids, .n_ids = 1);
	DISKS("d-2 d-1", ANY_DISK, .ids = ids, .n_ids = 3);
	DISKS("d-2", ANY_DISK, .ids = ids, .n_ids = 100, .account = "1000", .region = "cn-hangzhou");
	DISKS("d-1", ANY_DISK, .ids = ids, .n_ids = 100, .instance = "i-1");
	ids[1499] = "d-2";
	ids[1] = "none";
	DISKS("d-2 d-1", ANY_DISK, .ids = ids, .n_ids = 1500);
}

/* ---- instances ----------------------------------------------------------------------------------------- */

static bool put_two_instances(struct txn *txn, void *context)
{
	struct instance full = {
		.id = "i-1",
		.tenant = { "huawei", "2000", "project", "cn-north-1" },
		.zone = "zone",
		.name = "web-01",
		.state = INSTANCE_RUNNING,
		.type = "ecs.g6.large",
		.image = "img",
		.charge_type = CHARGE_PRE_PAID,
		.key_pair = "kp",
		.vpc = "vpc-1",
		.vswitch = "vsw-1",
		.security_groups = "sg-1,sg-22",
		.resource_group = "rg-1",
		.locks = "security,recycling",
		.private_ip = "10.0.0.1",
		.created_at = 100,
	};
	struct instance plain = {
		.id = "i-2", .tenant = tenant_of("1000"), .type = "ecs.g6e.large", .kind = MACHINE_BARE_METAL,
		.created_at = 200
	};

	(void)context;
	instance_put(txn, &full);
	instance_put(txn, &plain);
	tag_put(txn, &(struct tag){ .resource = "i-1", .key = "env", .value = "test" });
	return true;
}

#define INSTANCE_TEXT(field, value)                              \
	INSTANCES("i-1", ANY_INSTANCE, .field = (value));        \
	INSTANCES("", ANY_INSTANCE, .field = "something else")

static void instance_texts_filter(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, put_two_instances, NULL);
	INSTANCES("i-2 i-1", ANY_INSTANCE);
	INSTANCE_TEXT(realm, "huawei");
	INSTANCE_TEXT(account, "2000");
	INSTANCE_TEXT(scope, "project");
	INSTANCE_TEXT(region, "cn-north-1");
	INSTANCE_TEXT(zone, "zone");
	INSTANCE_TEXT(type, "ecs.g6.large");
	INSTANCE_TEXT(type_family, "ecs.g6");
	INSTANCE_TEXT(image, "img");
	INSTANCE_TEXT(key_pair, "kp");
	INSTANCE_TEXT(vpc, "vpc-1");
	INSTANCE_TEXT(vswitch, "vsw-1");
	INSTANCE_TEXT(resource_group, "rg-1");
	INSTANCE_TEXT(private_ip, "10.0.0.1");
	INSTANCE_TEXT(name_pattern, "web-*");
	INSTANCE_TEXT(security_group, "sg-1");
	INSTANCE_TEXT(security_group, "sg-22");
	INSTANCE_TEXT(lock, "security");
	INSTANCE_TEXT(lock, "recycling");
	INSTANCES("", ANY_INSTANCE, .security_group = "sg-2");
	INSTANCES("", ANY_INSTANCE, .security_group = "sg_1");
	INSTANCES("", ANY_INSTANCE, .security_group = "sg-1,sg-2");
	INSTANCES("", ANY_INSTANCE, .lock = "recycl%");
	INSTANCES("", ANY_INSTANCE, .type_family = "ecs.g");
}

static void instance_others_filter(void **state)
{
	struct fixture *f = *state;
	const char *const ids[] = { "i-1", "none" };
	const struct tag_filter tag = { "env", "test" };
	const struct tag_filter other = { "env", "other" };

	fixture_write(f, put_two_instances, NULL);
	INSTANCES("i-1", .state = INSTANCE_RUNNING, .kind = -1, .charge_type = -1);
	INSTANCES("", .state = INSTANCE_STOPPED, .kind = -1, .charge_type = -1);
	INSTANCES("i-1", .state = -1, .kind = -1, .charge_type = CHARGE_PRE_PAID);
	INSTANCES("i-2", .state = -1, .kind = -1, .charge_type = CHARGE_POST_PAID);
	INSTANCES("i-1", .state = -1, .kind = MACHINE_VIRTUAL, .charge_type = -1);
	INSTANCES("i-2", .state = -1, .kind = MACHINE_BARE_METAL, .charge_type = -1);
	INSTANCES("i-1", ANY_INSTANCE, .ids = ids, .n_ids = 2);
	INSTANCES("", ANY_INSTANCE, .ids = ids, .n_ids = 0);
	INSTANCES("i-2", ANY_INSTANCE, .created_from = 101, .created_to = 200);
	INSTANCES("i-1", ANY_INSTANCE, .created_from = 100, .created_to = 199);
	INSTANCES("i-1", ANY_INSTANCE, .tags = &tag, .n_tags = 1);
	INSTANCES("", ANY_INSTANCE, .tags = &other, .n_tags = 1);
}

/* ---- order and pages ----------------------------------------------------------------------------------- */

static bool put_pages(struct txn *txn, void *context)
{
	(void)context;
	for (int i = 0; i < 9; i++) {
		/* Three moments with three disks each: order and paging must not lose any of a moment. */
		struct disk disk = disk_of(arena_printf(txn_arena(txn), "d-%d", i), 100 + i % 3);
		struct instance instance = {
			.id = disk.id, .tenant = disk.tenant, .created_at = disk.created_at
		};

		disk_put(txn, &disk);
		instance_put(txn, &instance);
	}
	return true;
}

static void pages_follow_each_other(void **state)
{
	struct fixture *f = *state;
	struct disk_filter any = DISK_FILTER_ANY;
	struct instance_filter any_instance = INSTANCE_FILTER_ANY;
	const struct page pages[] = {
		{ .limit = 4 },
		{ .limit = 4, .after_created_at = 101, .after_id = "d-7" },
		{ .limit = 4, .after_created_at = 100, .after_id = "d-3" },
		{ .limit = 3, .offset = 3 },
		{ .offset = 7 },
		{ .limit = 4, .offset = 9 },
		{ .after_created_at = 101, .after_id = "d-5" }, /* gone or never there: what is behind it */
	};
	const char *const expected[] = {
		"d-8 d-5 d-2 d-7", "d-4 d-1 d-6 d-3", "d-0", "d-7 d-4 d-1", "d-3 d-0", "", "d-4 d-1 d-6 d-3 d-0",
	};

	fixture_write(f, put_pages, NULL);
	for (int tenant = 0; tenant < 2; tenant++) {
		for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
			assert_string_equal(disks(f, any, &pages[i]), expected[i]);
			assert_string_equal(instances(f, any_instance, &pages[i]), expected[i]);
		}
		any.account = any_instance.account = "1000";
		any.region = any_instance.region = "cn-hangzhou";
	}
}

static bool delete_one_of_each(struct txn *txn, void *context)
{
	(void)context;
	disk_delete(txn, "d-1");
	instance_delete(txn, "i-2");
	disk_delete(txn, "no such disk");
	return true;
}

static void deleted_rows_are_gone(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, put_two_disks, NULL);
	fixture_write(f, put_two_instances, NULL);
	fixture_write(f, delete_one_of_each, NULL);
	DISKS("d-2", ANY_DISK);
	INSTANCES("i-1", ANY_INSTANCE);
}

static int run(const char *name)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(disk_texts_filter),       FIXTURE_TEST(disk_enums_and_flags_filter),
		FIXTURE_TEST(disk_names_match_patterns), FIXTURE_TEST(disk_moments_and_tags_filter),
		FIXTURE_TEST(disk_ids_filter),         FIXTURE_TEST(instance_texts_filter),
		FIXTURE_TEST(instance_others_filter),  FIXTURE_TEST(pages_follow_each_other),
		FIXTURE_TEST(deleted_rows_are_gone),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	int failed = run("store lists");

	fixture_run_twice = true;
	return failed + run("store lists, every function twice");
}
