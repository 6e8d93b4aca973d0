/* Every filter of events, and those of jobs that lists for clients need: each matches and does not, and counts agree. */
#include "store_fixture.h"

#include "base/text.h"

static struct event event_of(const char *id, int64_t created_at)
{
	return (struct event){ .id = id, .tenant = tenant_of("1000"), .created_at = created_at };
}

static bool put_events(struct txn *txn, void *context)
{
	struct event full = event_of("e-1", 100);
	struct event plain = event_of("e-2", 200);

	(void)context;
	full.tenant = (struct tenant){ "huawei", "2000", "project", "cn-north-1" };
	full.kind = JOB_DETACH;
	full.outcome = EVENT_FAILED;
	full.instance = "i-1";
	full.disk = "d-1";
	full.not_before = 50;
	plain.kind = JOB_DISK_CREATE;
	plain.disk = "d-2";
	plain.not_before = 150;
	event_put(txn, &full);
	event_put(txn, &plain);
	return true;
}

struct ask {
	struct event_filter events;
	struct job_filter jobs;
	struct page page;
	const char *ids;
};

static bool list_events(struct txn *txn, void *context)
{
	struct ask *ask = context;
	struct event *rows;
	size_t n = event_list(txn, &ask->events, &ask->page, &rows);

	ask->ids = "";
	for (size_t i = 0; i < n; i++)
		ask->ids = arena_printf(txn_arena(txn), "%s%s%s", ask->ids, i ? " " : "", rows[i].id);
	if (!ask->page.limit)
		assert_int_equal(event_count(txn, &ask->events), n);
	return true;
}

static const char *events(struct fixture *f, struct event_filter filter)
{
	struct ask ask = { .events = filter };

	fixture_read(f, list_events, &ask);
	return ask.ids;
}

#define EVENTS(expected, ...) \
	assert_string_equal(events(f, (struct event_filter){ __VA_ARGS__ }), expected)

static void events_filter(void **state)
{
	static const char *const first[] = { "e-1", "e-9" };
	static const char *const instances[] = { "i-0", "i-1", "i-2" };
	static const char *const disks[] = { "d-2" };
	static const bool detaches[JOB_KIND_MAX] = { [JOB_DETACH] = true };
	static const bool both[JOB_KIND_MAX] = { [JOB_DETACH] = true, [JOB_DISK_CREATE] = true };
	static const bool none[JOB_KIND_MAX] = { false };
	static const bool failed[EVENT_OUTCOME_MAX] = { [EVENT_FAILED] = true };
	static const bool executed[EVENT_OUTCOME_MAX] = { [EVENT_EXECUTED] = true };
	struct fixture *f = *state;

	fixture_write(f, put_events, NULL);
	EVENTS("e-2 e-1", .ids = NULL);
	EVENTS("e-1", .realm = "huawei");
	EVENTS("e-1", .account = "2000");
	EVENTS("e-1", .scope = "project");
	EVENTS("e-1", .region = "cn-north-1");
	EVENTS("", .account = "3000");
	EVENTS("e-1", .ids = first, .n_ids = 2);
	EVENTS("", .ids = first, .n_ids = 0);
	EVENTS("e-1", .kinds = detaches);
	EVENTS("e-2 e-1", .kinds = both);
	EVENTS("", .kinds = none);
	EVENTS("e-1", .outcomes = failed);
	EVENTS("e-2", .outcomes = executed);
	EVENTS("", .job = "job-9");
	EVENTS("e-1", .of_instances = true);
	EVENTS("e-2 e-1", .of_disks = true);
	EVENTS("e-1", .instances = instances, .n_instances = 3);
	EVENTS("", .instances = instances, .n_instances = 1);
	EVENTS("e-2", .disks = disks, .n_disks = 1);
	EVENTS("", .disks = disks, .n_disks = 1, .instances = instances, .n_instances = 3);
	EVENTS("e-2", .created_from = 101);
	EVENTS("e-2 e-1", .created_from = 100, .created_to = 200);
	EVENTS("e-1", .created_to = 199);
	EVENTS("e-2", .not_before_from = 51);
	EVENTS("e-1", .not_before_to = 50);
}

static void events_are_paged(void **state)
{
	struct fixture *f = *state;
	struct ask ask = { .events = EVENT_FILTER_ANY, .page = { .limit = 1 } };

	fixture_write(f, put_events, NULL);
	fixture_read(f, list_events, &ask);
	assert_string_equal(ask.ids, "e-2");
	ask.page = (struct page){ .limit = 1, .after_created_at = 200, .after_id = "e-2" };
	fixture_read(f, list_events, &ask);
	assert_string_equal(ask.ids, "e-1");
	ask.page = (struct page){ .limit = 1, .offset = 1 };
	fixture_read(f, list_events, &ask);
	assert_string_equal(ask.ids, "e-1");
}

static bool put_jobs(struct txn *txn, void *context)
{
	(void)context;
	job_put(txn, &(struct job){ .id = "job-1", .tenant = tenant_of("1000"), .kind = JOB_DETACH, .state = JOB_DONE, .disk = "d-1",
	                            .lock = "a", .created_at = 100 });
	job_put(txn, &(struct job){ .id = "job-2", .tenant = { "aliyun", "1000", "other", "there" }, .kind = JOB_ATTACH,
	                            .disk = "d-2", .lock = "b", .created_at = 200 });
	return true;
}

static bool list_jobs(struct txn *txn, void *context)
{
	struct ask *ask = context;
	struct job *rows;
	size_t n = job_list(txn, &ask->jobs, &ask->page, &rows);

	ask->ids = "";
	for (size_t i = 0; i < n; i++)
		ask->ids = arena_printf(txn_arena(txn), "%s%s%s", ask->ids, i ? " " : "", rows[i].id);
	assert_int_equal(job_count(txn, &ask->jobs), n);
	return true;
}

static const char *jobs(struct fixture *f, struct job_filter filter)
{
	struct ask ask = { .jobs = filter };

	fixture_read(f, list_jobs, &ask);
	return ask.ids;
}

#define JOBS(expected, ...) \
	assert_string_equal(jobs(f, (struct job_filter){ .state = -1, .kind = -1, __VA_ARGS__ }), expected)

static void jobs_filter(void **state)
{
	static const char *const ids[] = { "job-1" };
	static const char *const disks[] = { "d-0", "d-2" };
	static const bool attaches[JOB_KIND_MAX] = { [JOB_ATTACH] = true };
	static const bool none[JOB_KIND_MAX] = { false };
	struct fixture *f = *state;

	fixture_write(f, put_jobs, NULL);
	JOBS("job-2 job-1", .account = "1000");
	JOBS("job-2", .scope = "other");
	JOBS("job-2", .region = "there");
	JOBS("job-1", .ids = ids, .n_ids = 1);
	JOBS("", .ids = ids, .n_ids = 0);
	JOBS("job-2", .disks = disks, .n_disks = 2);
	JOBS("job-2", .kinds = attaches);
	JOBS("", .kinds = none);
	JOBS("job-2", .created_from = 101);
	JOBS("job-1", .created_to = 100);
}

static int run(const char *name)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(events_filter),
		FIXTURE_TEST(events_are_paged),
		FIXTURE_TEST(jobs_filter),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	int failed = run("store events");

	fixture_run_twice = true;
	return failed + run("store events, every function twice");
}
