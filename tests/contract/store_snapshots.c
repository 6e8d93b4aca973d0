/* Snapshots: every filter matches and does not, lists are ordered and paged, counts agree, and jobs are found by them. */
#include "store_fixture.h"

#include <string.h>

static struct snapshot snapshot_of(const char *id, const char *disk, int64_t created_at)
{
	return (struct snapshot){
		.id = id, .tenant = tenant_of("1000"), .disk = disk, .name = id, .category = "Standard", .created_at = created_at
	};
}

static bool put_snapshots(struct txn *txn, void *context)
{
	struct snapshot full = snapshot_of("s-1", "d-1", 1000);
	struct snapshot plain = snapshot_of("s-2", "d-2", 2000);
	struct disk made = disk_of("d-3", 3);
	struct disk foreign = disk_of("d-4", 4);
	struct attachment live = attachment_of("d-1.2", "d-1", "i-1");
	struct attachment ended = attachment_of("d-2.1", "d-2", "i-1");

	(void)context;
	full.tenant = (struct tenant){ "huawei", "2000", "project", "cn-north-1" };
	full.name = "name%";
	full.state = SNAPSHOT_ACCOMPLISHED;
	full.disk_type = DISK_SYSTEM;
	full.category = "Flash";
	full.encrypted = true;
	full.kms_key = "key";
	full.resource_group = "rg-1";
	snapshot_put(txn, &full);
	snapshot_put(txn, &plain);
	made.tenant = full.tenant;
	made.source_snapshot = "s-1";
	disk_put(txn, &made);
	foreign.tenant.account = "another";
	foreign.source_snapshot = "s-2";
	disk_put(txn, &foreign);
	ended.state = ATTACHMENT_DETACHED;
	attachment_put(txn, &live);
	attachment_put(txn, &ended);
	tag_put(txn, &(struct tag){ .resource = "s-1", .key = "env", .value = "test" });
	tag_put(txn, &(struct tag){ .resource = "s-2", .key = "env", .value = "live" });
	return true;
}

struct ask {
	struct snapshot_filter filter;
	const struct page *page;
	const char *ids;
};

static bool list(struct txn *txn, void *context)
{
	struct ask *ask = context;
	struct snapshot *rows;
	size_t n = snapshot_list(txn, &ask->filter, ask->page, &rows);

	ask->ids = "";
	for (size_t i = 0; i < n; i++)
		ask->ids = arena_printf(txn_arena(txn), "%s%s%s", ask->ids, i ? " " : "", rows[i].id);
	if (!ask->page)
		assert_int_equal(snapshot_count(txn, &ask->filter), n);
	return true;
}

static const char *ids(struct fixture *f, struct snapshot_filter filter, const struct page *page)
{
	struct ask ask = { .filter = filter, .page = page };

	fixture_read(f, list, &ask);
	return ask.ids;
}

#define FOUND(expected, member, value)                              \
	do {                                                        \
		struct snapshot_filter filter = SNAPSHOT_FILTER_ANY; \
		filter.member = (value);                            \
		assert_string_equal(ids(f, filter, NULL), expected); \
	} while (0)
#define TEXT_FILTER(member, value) \
	FOUND("s-1", member, value); \
	FOUND("", member, "something else")

static void filters_match(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, put_snapshots, NULL);
	assert_string_equal(ids(f, SNAPSHOT_FILTER_ANY, NULL), "s-2 s-1");
	TEXT_FILTER(realm, "huawei");
	TEXT_FILTER(account, "2000");
	TEXT_FILTER(scope, "project");
	TEXT_FILTER(region, "cn-north-1");
	TEXT_FILTER(disk, "d-1");
	TEXT_FILTER(instance, "i-1");
	TEXT_FILTER(name, "name%");
	FOUND("", name, "NAME%");
	TEXT_FILTER(category, "Flash");
	TEXT_FILTER(kms_key, "key");
	TEXT_FILTER(resource_group, "rg-1");
	FOUND("s-1", state, SNAPSHOT_ACCOMPLISHED);
	FOUND("s-2", state, SNAPSHOT_PROGRESSING);
	FOUND("", state, SNAPSHOT_FAILED);
	FOUND("s-2", not_state, SNAPSHOT_ACCOMPLISHED);
	FOUND("s-2 s-1", not_state, SNAPSHOT_DELETING);
	FOUND("s-1", disk_type, DISK_SYSTEM);
	FOUND("s-2", disk_type, DISK_DATA);
	FOUND("s-1", encrypted, 1);
	FOUND("s-2", encrypted, 0);
	FOUND("s-1", has_disks, 1);
	FOUND("s-2", has_disks, 0);
	FOUND("s-2", created_from, 1001);
	FOUND("s-1", created_to, 1999);
}

static void ids_tags_and_pages_match(void **state)
{
	static const char *const both[] = { "s-1", "s-2", "s-3" };
	static const char *const disks[] = { "d-1", "d-none" };
	static const struct tag_filter tag = { "env", "test" };
	static const struct tag_filter any = { "env", NULL };
	struct snapshot_filter filter = SNAPSHOT_FILTER_ANY;
	struct fixture *f = *state;

	fixture_write(f, put_snapshots, NULL);
	filter.ids = both;
	filter.n_ids = 3;
	assert_string_equal(ids(f, filter, NULL), "s-2 s-1");
	filter.n_ids = 0;
	assert_string_equal(ids(f, filter, NULL), "");
	filter = SNAPSHOT_FILTER_ANY;
	filter.tags = &tag;
	filter.n_tags = 1;
	assert_string_equal(ids(f, filter, NULL), "s-1");
	filter.tags = &any;
	assert_string_equal(ids(f, filter, NULL), "s-2 s-1");
	filter = SNAPSHOT_FILTER_ANY;
	filter.disks = disks;
	filter.n_disks = 2;
	assert_string_equal(ids(f, filter, NULL), "s-1");
	filter.disk = "d-1";
	assert_string_equal(ids(f, filter, NULL), "s-1");
	filter.disk = "d-2";
	assert_string_equal(ids(f, filter, NULL), "");
	filter = SNAPSHOT_FILTER_ANY;
	assert_string_equal(ids(f, filter, &(struct page){ .limit = 1 }), "s-2");
	assert_string_equal(ids(f, filter, &(struct page){ .limit = 1, .offset = 1 }), "s-1");
	assert_string_equal(ids(f, filter, &(struct page){ .after_created_at = 2000, .after_id = "s-2" }), "s-1");
}

static bool delete_one(struct txn *txn, void *context)
{
	(void)context;
	snapshot_delete(txn, "s-1");
	snapshot_delete(txn, "s-9");
	return true;
}

static void a_deleted_one_is_gone(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, put_snapshots, NULL);
	fixture_write(f, delete_one, NULL);
	assert_string_equal(ids(f, SNAPSHOT_FILTER_ANY, NULL), "s-2");
	fixture_reopen(f);
	assert_string_equal(ids(f, SNAPSHOT_FILTER_ANY, NULL), "s-2");
}

static bool put_jobs(struct txn *txn, void *context)
{
	struct job of_it = job_of("job-1", "a");
	struct job other = job_of("job-2", "b");

	(void)context;
	of_it.snapshot = "s-1";
	of_it.state = other.state = JOB_OPEN;
	job_put(txn, &of_it);
	job_put(txn, &other);
	return true;
}

static bool find_jobs(struct txn *txn, void *context)
{
	struct job_filter filter = JOB_FILTER_ANY;
	struct job *jobs;

	(void)context;
	filter.snapshot = "s-1";
	assert_int_equal(job_list(txn, &filter, NULL, &jobs), 1);
	assert_string_equal(jobs[0].id, "job-1");
	filter.state = JOB_OPEN;
	assert_int_equal(job_list(txn, &filter, NULL, &jobs), 1);
	filter.snapshot = "s-2";
	assert_int_equal(job_list(txn, &filter, NULL, &jobs), 0);
	return true;
}

static void jobs_are_found_by_their_snapshot(void **state)
{
	struct fixture *f = *state;

	fixture_write(f, put_jobs, NULL);
	fixture_read(f, find_jobs, NULL);
}

static int run(const char *name)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(filters_match),
		FIXTURE_TEST(ids_tags_and_pages_match),
		FIXTURE_TEST(a_deleted_one_is_gone),
		FIXTURE_TEST(jobs_are_found_by_their_snapshot),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	int failed = run("store snapshots");

	fixture_run_twice = true;
	return failed + run("store snapshots, every function twice");
}
