/* Attachments and jobs: the promises that unique indexes keep, the lists, and what a purge takes. */
#include "store_fixture.h"

struct attempt {
	struct attachment attachment;
	struct job job;
};

static bool attempt_put(struct txn *txn, void *context)
{
	const struct attempt *attempt = context;

	meta_put(txn, "attempt", "left behind");
	if (attempt->attachment.id)
		attachment_put(txn, &attempt->attachment);
	if (attempt->job.id)
		job_put(txn, &attempt->job);
	return true;
}

static enum store_outcome put_attachment(struct fixture *f, struct attachment attachment)
{
	struct attempt attempt = { .attachment = attachment };

	return store_write(f->store, attempt_put, &attempt, NULL);
}

static enum store_outcome put_job(struct fixture *f, struct job job)
{
	struct attempt attempt = { .job = job };

	return store_write(f->store, attempt_put, &attempt, NULL);
}

static void attachments_exclude_each_other(void **state)
{
	struct fixture *f = *state;
	struct attachment a = attachment_of("a-1", "d-1", "i-1");
	struct attachment b = attachment_of("a-2", "d-1", "i-2");

	assert_int_equal(put_attachment(f, a), STORE_DONE);
	assert_int_equal(put_attachment(f, b), STORE_BROKEN);
	a.state = ATTACHMENT_DETACHING;
	assert_int_equal(put_attachment(f, a), STORE_DONE);
	assert_int_equal(put_attachment(f, b), STORE_BROKEN);
	a.state = ATTACHMENT_DETACHED;
	assert_int_equal(put_attachment(f, a), STORE_DONE);
	assert_int_equal(put_attachment(f, b), STORE_DONE);
	a.state = ATTACHMENT_ATTACHED;
	assert_int_equal(put_attachment(f, a), STORE_BROKEN);
}

static void shared_attachments_live_side_by_side(void **state)
{
	struct fixture *f = *state;
	struct attachment a = attachment_of("a-1", "d-1", "i-1");
	struct attachment b = attachment_of("a-2", "d-1", "i-2");
	struct attachment again = attachment_of("a-3", "d-1", "i-1");

	a.shared = b.shared = again.shared = true;
	assert_int_equal(put_attachment(f, a), STORE_DONE);
	assert_int_equal(put_attachment(f, b), STORE_DONE);
	assert_int_equal(put_attachment(f, again), STORE_BROKEN);
}

static void a_device_name_has_one_holder(void **state)
{
	struct fixture *f = *state;
	struct attachment a = attachment_of("a-1", "d-1", "i-1");
	struct attachment b = attachment_of("a-2", "d-2", "i-1");

	a.slot_held = b.slot_held = true;
	a.device = b.device = "/dev/xvdb";
	a.state = ATTACHMENT_DETACHED;
	assert_int_equal(put_attachment(f, a), STORE_DONE);
	assert_int_equal(put_attachment(f, b), STORE_BROKEN);
	b.instance = "i-2";
	assert_int_equal(put_attachment(f, b), STORE_DONE);
	b.instance = "i-1";
	assert_int_equal(put_attachment(f, b), STORE_BROKEN);
	a.slot_held = false;
	assert_int_equal(put_attachment(f, a), STORE_DONE);
	assert_int_equal(put_attachment(f, b), STORE_DONE);
}

static void open_jobs_exclude_each_other(void **state)
{
	struct fixture *f = *state;
	struct job a = job_of("j-1", "d-1");
	struct job b = job_of("j-2", "d-1");

	assert_int_equal(put_job(f, a), STORE_DONE);
	assert_int_equal(put_job(f, b), STORE_BROKEN);
	assert_int_equal(put_job(f, job_of("j-3", "d-2")), STORE_DONE);
	a.state = JOB_DONE;
	assert_int_equal(put_job(f, a), STORE_DONE);
	assert_int_equal(put_job(f, b), STORE_DONE);
}

static void a_broken_promise_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct attempt attempt = { .job = job_of("j-1", "d-1") };

	assert_int_equal(put_job(f, attempt.job), STORE_DONE);
	assert_int_equal(fact_put(f, "attempt", "clean"), STORE_DONE);
	attempt.attachment = attachment_of("a-1", "d-1", "i-1");
	attempt.job.id = "j-2";
	assert_int_equal(store_write(f->store, attempt_put, &attempt, NULL), STORE_BROKEN);
	assert_string_equal(fact(f, "attempt"), "clean");
	assert_int_equal(put_attachment(f, attachment_of("a-2", "d-1", "i-2")), STORE_DONE);
}

static void fill_attachments(struct fixture *f)
{
	struct attachment a = attachment_of("a-1", "d-1", "i-1");

	/* An ended one that still holds its slot, two ended ones, one live; and one live of another disk. */
	a.state = ATTACHMENT_DETACHED;
	a.slot_held = true;
	a.device = "/dev/xvdb";
	a.requested_at = 1;
	a.detached_at = 10;
	assert_int_equal(put_attachment(f, a), STORE_DONE);
	a.slot_held = false;
	a.id = "a-2";
	a.requested_at = 2;
	a.detached_at = 20;
	assert_int_equal(put_attachment(f, a), STORE_DONE);
	a.id = "a-3";
	a.requested_at = 3;
	a.detached_at = 30;
	assert_int_equal(put_attachment(f, a), STORE_DONE);
	a.id = "a-4";
	a.state = ATTACHMENT_DETACHING;
	a.slot_held = true;
	a.device = "/dev/xvdc";
	a.requested_at = 4;
	a.detached_at = 0;
	assert_int_equal(put_attachment(f, a), STORE_DONE);
	a.id = "a-5";
	a.disk = "d-2";
	a.device = "/dev/xvdd";
	a.requested_at = 0;
	assert_int_equal(put_attachment(f, a), STORE_DONE);
}

static const char *ids_of(struct arena *arena, const struct attachment *rows, size_t n)
{
	const char *ids = "";

	for (size_t i = 0; i < n; i++)
		ids = arena_printf(arena, "%s%s%s", ids, i ? " " : "", rows[i].id);
	return ids;
}

static bool look_at_attachments(struct txn *txn, void *context)
{
	struct arena *arena = txn_arena(txn);
	struct attachment *rows;
	size_t n;

	(void)context;
	n = attachment_list_of_disk(txn, "d-1", &rows);
	assert_string_equal(ids_of(arena, rows, n), "a-4");
	n = attachment_list_of_disk(txn, "d-3", &rows);
	assert_string_equal(ids_of(arena, rows, n), "");
	n = attachment_list_of_instance(txn, "i-1", &rows);
	assert_string_equal(ids_of(arena, rows, n), "a-5 a-4");
	n = attachment_list_slots(txn, "i-1", &rows);
	assert_string_equal(ids_of(arena, rows, n), "a-5 a-1 a-4");
	n = attachment_list_slots(txn, "i-2", &rows);
	assert_string_equal(ids_of(arena, rows, n), "");
	return true;
}

struct purge {
	int64_t before, limit;
	size_t attachments, jobs;
};

static bool run_purge(struct txn *txn, void *context)
{
	struct purge *purge = context;

	purge->attachments = attachment_purge(txn, purge->before, purge->limit);
	purge->jobs = job_purge(txn, purge->before, purge->limit);
	return true;
}

static size_t purge_attachments(struct fixture *f, int64_t before, int64_t limit)
{
	struct purge purge = { .before = before, .limit = limit };

	fixture_write(f, run_purge, &purge);
	return purge.attachments;
}

static void attachments_are_listed_and_purged(void **state)
{
	struct fixture *f = *state;

	fill_attachments(f);
	fixture_read(f, look_at_attachments, NULL);
	assert_int_equal(purge_attachments(f, 20, 10), 0);
	assert_int_equal(purge_attachments(f, 1000, 1), 1);
	assert_int_equal(purge_attachments(f, 1000, 10), 1);
	assert_int_equal(purge_attachments(f, 1000, 10), 0);
}

struct job_ask {
	struct job_filter filter;
	struct page page;
	const char *ids;
};

static bool list_jobs(struct txn *txn, void *context)
{
	struct job_ask *ask = context;
	struct job *rows;
	size_t n = job_list(txn, &ask->filter, &ask->page, &rows);

	ask->ids = "";
	for (size_t i = 0; i < n; i++)
		ask->ids = arena_printf(txn_arena(txn), "%s%s%s", ask->ids, i ? " " : "", rows[i].id);
	return true;
}

static const char *jobs(struct fixture *f, struct job_filter filter, struct page page)
{
	struct job_ask ask = { .filter = filter, .page = page };

	fixture_read(f, list_jobs, &ask);
	return ask.ids;
}

static void fill_jobs(struct fixture *f)
{
	struct job job = job_of("j-1", "one");

	job.tenant.account = "acc";
	job.instance = "i-1";
	job.disk = "d-1";
	job.attachment = "a-1";
	assert_int_equal(put_job(f, job), STORE_DONE);
	job.id = "j-2";
	job.lock = "two";
	job.kind = JOB_ATTACH;
	job.created_at = 2;
	assert_int_equal(put_job(f, job), STORE_DONE);
	job = job_of("j-3", "two");
	job.state = JOB_FAILED;
	job.created_at = 2;
	job.ended_at = 5;
	assert_int_equal(put_job(f, job), STORE_DONE);
}

static void jobs_are_filtered_paged_and_purged(void **state)
{
	struct fixture *f = *state;
	const struct job_filter any = JOB_FILTER_ANY;
	const struct page all = { 0 };
	struct purge purge = { .before = 5, .limit = 10 };

	fill_jobs(f);
	assert_string_equal(jobs(f, any, all), "j-3 j-2 j-1");
	assert_string_equal(jobs(f, any, (struct page){ .limit = 2 }), "j-3 j-2");
	assert_string_equal(jobs(f, any, (struct page){ .after_created_at = 2, .after_id = "j-3" }),
	                    "j-2 j-1");
#define JOBS(expected, ...)                                                                                  \
	assert_string_equal(jobs(f, (struct job_filter){ .state = -1, .kind = -1, __VA_ARGS__ }, all),       \
	                    expected)
	JOBS("j-2 j-1", .account = "acc");
	JOBS("", .account = "other");
	JOBS("j-2 j-1", .instance = "i-1");
	JOBS("", .instance = "i-2");
	JOBS("j-2 j-1", .disk = "d-1");
	JOBS("", .disk = "d-2");
	JOBS("j-2 j-1", .attachment = "a-1");
	JOBS("", .attachment = "a-2");
#undef JOBS
	assert_string_equal(jobs(f, (struct job_filter){ .state = JOB_OPEN, .kind = -1 }, all), "j-2 j-1");
	assert_string_equal(jobs(f, (struct job_filter){ .state = JOB_OPEN, .kind = -1, .disk = "d-1" }, all),
	                    "j-2 j-1");
	assert_string_equal(jobs(f, (struct job_filter){ .state = JOB_FAILED, .kind = -1 }, all), "j-3");
	assert_string_equal(jobs(f, (struct job_filter){ .state = JOB_DONE, .kind = -1 }, all), "");
	assert_string_equal(jobs(f, (struct job_filter){ .state = -1, .kind = JOB_ATTACH }, all), "j-2");
	fixture_write(f, run_purge, &purge);
	assert_int_equal(purge.jobs, 0);
	purge.before = 6;
	fixture_write(f, run_purge, &purge);
	assert_int_equal(purge.jobs, 1);
	assert_string_equal(jobs(f, any, all), "j-2 j-1");
}

static int run(const char *name)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(attachments_exclude_each_other),
		FIXTURE_TEST(shared_attachments_live_side_by_side),
		FIXTURE_TEST(a_device_name_has_one_holder),
		FIXTURE_TEST(open_jobs_exclude_each_other),
		FIXTURE_TEST(a_broken_promise_leaves_nothing),
		FIXTURE_TEST(attachments_are_listed_and_purged),
		FIXTURE_TEST(jobs_are_filtered_paged_and_purged),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	int failed = run("store attachments and jobs");

	fixture_run_twice = true;
	return failed + run("store attachments and jobs, every function twice");
}
