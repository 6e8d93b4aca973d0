/* Jobs from their request to their end: what each answer of a driver does to the rows, which acts a detach asks for and
 * when, and that an answer that comes too late changes nothing. */
#include "jobs_fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/moment.h"
#include "base/text.h"

/* "i-1" runs, "d-1" is fast to it. */
static void put_attached(struct world *world)
{
	put_instance(world, world_instance("i-1"));
	put_disk(world, world_disk("d-1"));
	put_attachment(world, world_attachment("d-1.1", "d-1", "i-1"));
}

static void set_safe_detach(struct world *world)
{
	struct account account = world_account("1000");

	account.safe_detach = true;
	put_account(world, account);
}

static void must(enum refusal_reason reason)
{
	assert_string_equal(refusal_words[reason], "");
}

/* ---- answers ---- */

static void the_driver_is_told_all_it_needs(void **state)
{
	struct world *world = *state;
	struct disk disk = world_disk("d-1");
	struct fake_seen seen;
	struct job job;

	put_instance(world, world_instance("i-1"));
	disk.multi_attach = true;
	disk.generation = 6;
	put_disk(world, disk);
	must(do_attach(world, "d-1", "i-1"));
	settle(world);
	seen = fake_last(world);
	job = last_job(world, JOB_ATTACH, NULL, "d-1");
	assert_string_equal(fake_acts(world), "attach");
	assert_string_equal(seen.job, job.id);
	assert_int_equal(seen.fence, 1);
	assert_string_equal(seen.machine, "i-1");
	assert_string_equal(seen.disk, "d-1");
	assert_string_equal(seen.attachment, "d-1.7");
	assert_int_equal(seen.generation, 7);
	assert_string_equal(seen.device, "/dev/xvdb");
	assert_true(seen.shared);
	assert_int_equal(job.state, JOB_DONE);
	assert_int_equal(get_attachment(world, "d-1.7").state, ATTACHMENT_ATTACHED);
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_IN_USE);
}

#define ANSWERS_MAX 3

static void what_each_answer_does_to_a_detach(void **state)
{
	static const struct {
		const char *name;
		int answers[ANSWERS_MAX]; /* -1: no more; then DONE */
		const char *reason;       /* the driver's, with its last answer */
		enum job_state job;
		const char *job_reason;
		const char *acts;
	} cases[] = {
		{ "done", { DRIVER_DONE, -1 }, "", JOB_DONE, "", "detach" },
		{ "asked again until it is done", { DRIVER_PENDING, DRIVER_PENDING, -1 }, "", JOB_DONE, "",
		  "detach detach detach" },
		{ "asked again although it did not know", { DRIVER_UNKNOWN, -1 }, "", JOB_DONE, "", "detach detach" },
		{ "does not know, then waits", { DRIVER_UNKNOWN, DRIVER_PENDING, -1 }, "", JOB_DONE, "",
		  "detach detach detach" },
		{ "an answer that does not exist is as good as none", { DRIVER_ANSWER_MAX + 3, -1 }, "", JOB_DONE, "",
		  "detach detach" },
		{ "the guest uses it", { DRIVER_REFUSED, -1 }, "in-use", JOB_FAILED, "disk-in-use-by-guest", "detach" },
		{ "refused for another reason", { DRIVER_REFUSED, -1 }, "odd", JOB_FAILED, "driver-refused", "detach" },
		{ "the driver could not", { DRIVER_FAILED, -1 }, "broken", JOB_FAILED, "driver-failed", "detach" },
		{ "failed for a use in the guest is still a failure", { DRIVER_FAILED, -1 }, "in-use", JOB_FAILED,
		  "driver-failed", "detach" },
		{ "it waited, then the guest said no", { DRIVER_PENDING, DRIVER_REFUSED, -1 }, "in-use", JOB_FAILED,
		  "disk-in-use-by-guest", "detach detach" },
	};
	struct world *world = *state;
	size_t i;

	set_safe_detach(world);
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct instance stopped = world_instance("i-1");
		bool failed = cases[i].job == JOB_FAILED;
		struct job job;
		size_t a;

		stopped.state = INSTANCE_STOPPED; /* no question to the guest before it */
		put_attached(world);
		put_instance(world, stopped);
		fake_forget(world);
		for (a = 0; a < ANSWERS_MAX && cases[i].answers[a] >= 0; a++)
			fake_will(world, DRIVER_DETACH, (enum driver_answer)cases[i].answers[a], cases[i].reason, "said so");
		must(do_detach(world, "d-1", "i-1"));
		job = await_end(world, begun_job(world));
		if (job.state != cases[i].job || !text_equal(job.reason, cases[i].job_reason) ||
		    !text_equal(job.message, failed ? "said so" : "") || !text_equal(fake_acts(world), cases[i].acts))
			fail_msg("%s: %s, \"%s\", \"%s\", %s", cases[i].name, job_state_names[job.state], job.reason,
			         job.message, fake_acts(world));
		assert_int_equal(get_attachment(world, "d-1.1").state,
		                 failed ? ATTACHMENT_ATTACHED : ATTACHMENT_DETACHED);
		assert_int_equal(get_attachment(world, "d-1.1").detach_requested_at, failed ? 0 : WORLD_NOW);
		assert_int_equal(get_disk(world, "d-1").status, failed ? DISK_STATUS_IN_USE : DISK_STATUS_AVAILABLE);
	}
}

/* What a waiting job shows to those who ask why. */
static void a_waiting_job_says_so(void **state)
{
	struct world *world = *state;
	struct job job;

	put_attached(world);
	fake_of(world)->look_again_ms = MINUTE;
	fake_will(world, DRIVER_DETACH, DRIVER_PENDING, "", "the guest has not answered");
	must(do_detach(world, "d-1", "i-1"));
	settle(world);
	job = get_job(world, begun_job(world));
	assert_int_equal(job.state, JOB_OPEN);
	assert_int_equal(job.step, JOB_REQUESTED);
	assert_int_equal(job.attempts, 1);
	assert_string_equal(job.reason, "waiting-for-guest");
	assert_string_equal(job.message, "the guest has not answered");
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_DETACHING);
	assert_string_equal(fake_acts(world), "detach"); /* the driver says when it wants to be asked again */
}

/* The server runs without the driver that the job needs: it waits until it is there again. */
static void a_job_waits_for_its_driver(void **state)
{
	struct world *world = *state;
	struct job job;

	put_attached(world);
	crew_stop(world);
	world->core.n_drivers = 0;
	must(do_detach(world, "d-1", "i-1"));
	crew_start(world, "boot-2");
	settle(world);
	job = get_job(world, begun_job(world));
	assert_int_equal(job.state, JOB_OPEN);
	assert_string_equal(job.message, "this server runs without the driver fake");
	crew_stop(world);
	world->core.n_drivers = 1;
	crew_start(world, "boot-3");
	assert_int_equal(await_end(world, job.id).state, JOB_DONE);
}

/* ---- which acts a detach asks for ---- */

static void the_guest_is_asked_first_where_that_is_wanted(void **state)
{
	static const struct {
		const char *name;
		bool safe, force, stopped;
		enum driver_answer check;
		const char *acts;
		bool forced; /* as the driver sees it */
		enum job_state job;
		enum machine_kind kind;
		const char *os;
	} cases[] = {
		{ "an account that does not want the question", false, false, false, DRIVER_DONE, "detach", true, JOB_DONE },
		{ "a running guest", true, false, false, DRIVER_DONE, "check-idle detach", false, JOB_DONE },
		{ "a running guest that uses it", true, false, false, DRIVER_REFUSED, "check-idle", false, JOB_FAILED },
		{ "a machine that is off has nobody to ask", true, false, true, DRIVER_DONE, "detach", false, JOB_DONE },
		{ "force", true, true, false, DRIVER_DONE, "detach", true, JOB_DONE },
		{ "a bare metal server is always asked", false, false, false, DRIVER_REFUSED, "check-idle", false, JOB_FAILED,
		  MACHINE_BARE_METAL, "linux" },
		{ "but with Windows", true, false, false, DRIVER_DONE, "detach", true, JOB_DONE, MACHINE_BARE_METAL, "windows" },
		{ "or by force", false, true, false, DRIVER_DONE, "detach", true, JOB_DONE, MACHINE_BARE_METAL, "linux" },
	};
	struct world *world = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		struct instance instance = world_instance("i-1");
		struct account account = world_account("1000");
		struct job job;

		account.safe_detach = cases[i].safe;
		put_account(world, account);
		put_attached(world);
		instance.state = cases[i].stopped ? INSTANCE_STOPPED : INSTANCE_RUNNING;
		instance.kind = cases[i].kind;
		instance.guest_os = text_or(cases[i].os, "linux");
		put_instance(world, instance);
		fake_forget(world);
		if (cases[i].check != DRIVER_DONE)
			fake_will(world, DRIVER_CHECK_IDLE, cases[i].check, "in-use", "mounted on /data");
		must(do_detach_args(world, (struct detach_args){ .disk = "d-1", .instance = "i-1", .force = cases[i].force }));
		job = await_end(world, begun_job(world));
		if (job.state != cases[i].job || !text_equal(fake_acts(world), cases[i].acts) ||
		    fake_last(world).force != cases[i].forced)
			fail_msg("%s: %s, acts: %s, %s", cases[i].name, job_state_names[job.state], fake_acts(world),
			         fake_last(world).force ? "forced" : "not forced");
		assert_int_equal(get_disk(world, "d-1").status,
		                 cases[i].job == JOB_DONE ? DISK_STATUS_AVAILABLE : DISK_STATUS_IN_USE);
	}
}

static void a_forced_detach_fences(void **state)
{
	static const struct {
		const char *name;
		bool force;
		int detach, fence; /* first answers */
		const char *acts;
	} cases[] = {
		{ "a plain detach waits for its guest", false, DRIVER_PENDING, DRIVER_DONE, "detach detach" },
		{ "a forced one does not", true, DRIVER_PENDING, DRIVER_DONE, "detach fence" },
		{ "fencing may take time, and is asked again", true, DRIVER_PENDING, DRIVER_PENDING, "detach fence fence" },
		{ "fencing may not be known", true, DRIVER_PENDING, DRIVER_UNKNOWN, "detach fence fence" },
		{ "a lost answer is no waiting guest", true, DRIVER_UNKNOWN, DRIVER_DONE, "detach detach" },
		{ "no need to fence what has let go", true, DRIVER_DONE, DRIVER_DONE, "detach" },
	};
	struct world *world = *state;
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		struct fake *fake = fake_of(world);
		struct job job;

		put_attached(world);
		fake_forget(world);
		fake->n_script = 0;
		if (cases[i].detach != DRIVER_DONE)
			fake_will(world, DRIVER_DETACH, (enum driver_answer)cases[i].detach, "", "");
		if (cases[i].fence != DRIVER_DONE)
			fake_will(world, DRIVER_FENCE, (enum driver_answer)cases[i].fence, "", "");
		must(do_detach_args(world, (struct detach_args){ .disk = "d-1", .instance = "i-1", .force = cases[i].force }));
		job = await_end(world, begun_job(world));
		settle(world);
		assert_int_equal(job.state, JOB_DONE);
		if (!text_equal(fake_acts(world), cases[i].acts))
			fail_msg("%s: acts: %s", cases[i].name, fake_acts(world));
		assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_AVAILABLE);
	}
}

/* ---- the point of no return ---- */

struct witness {
	enum job_step step;
	enum job_kind kind;
	enum attachment_state attachment;
	enum disk_status disk;
};

static bool witness_rows(struct txn *txn, void *context)
{
	struct witness *witness = context;
	struct job_filter filter = JOB_FILTER_ANY;
	struct attachment attachment;
	struct disk disk;
	struct job *jobs;

	filter.state = JOB_OPEN;
	filter.disk = "d-1";
	if (job_list(txn, &filter, &(struct page){ .limit = 1 }, &jobs)) {
		witness->step = jobs[0].step;
		witness->kind = jobs[0].kind;
	}
	if (attachment_get(txn, "d-1.1", &attachment))
		witness->attachment = attachment.state;
	if (disk_get(txn, "d-1", &disk))
		witness->disk = disk.status;
	return true;
}

/* What a reader sees while the driver is at it. */
static void witness_act(struct fake *fake, const struct driver_call *call)
{
	struct arena arena;

	if (call->act != DRIVER_DETACH)
		return;
	arena_init(&arena);
	store_read(fake->world->core.store, witness_rows, fake->look_context, &arena);
	arena_finish(&arena);
}

static void the_request_is_committed_before_the_driver_is_asked(void **state)
{
	struct world *world = *state;
	bool safe;

	for (safe = false;; safe = true) {
		struct witness witness = { .step = JOB_STEP_MAX, .kind = JOB_KIND_MAX };

		put_attached(world);
		if (safe)
			set_safe_detach(world);
		fake_of(world)->look_context = &witness;
		fake_of(world)->look = witness_act;
		must(do_detach(world, "d-1", "i-1"));
		settle(world);
		fake_of(world)->look = NULL;
		assert_int_equal(witness.step, JOB_REQUESTED);
		assert_int_equal(witness.kind, JOB_DETACH);
		assert_int_equal(witness.attachment, ATTACHMENT_DETACHING);
		assert_int_equal(witness.disk, DISK_STATUS_DETACHING);
		assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_AVAILABLE);
		if (safe)
			break;
	}
}

/* ---- answers that come too late ---- */

static bool claim_all(struct work *work, void *args)
{
	(void)args;
	job_claim_all(work);
	return true;
}

/* The driver answers under the first lease after the job was claimed anew: only the second answer counts. */
static void an_answer_under_an_older_lease_is_ignored(void **state)
{
	struct world *world = *state;
	char job[64];

	put_attached(world);
	fake_hold(world);
	fake_will(world, DRIVER_DETACH, DRIVER_FAILED, "broken", "too late");
	must(do_detach(world, "d-1", "i-1"));
	fake_await(world);
	snprintf(job, sizeof job, "%s", begun_job(world));
	assert_int_equal(world_change(world, claim_all, NULL), REFUSE_NONE);
	assert_int_equal(get_job(world, job).lease_fence, 2);
	fake_let_go(world);
	assert_int_equal(await_end(world, job).state, JOB_DONE);
	assert_string_equal(get_job(world, job).message, "");
	assert_string_equal(fake_acts(world), "detach detach");
	assert_int_equal(fake_last(world).fence, 2);
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_AVAILABLE);
}

static void only_the_lease_of_an_open_job_counts(void **state)
{
	static const enum driver_answer answers[] = { DRIVER_DONE, DRIVER_PENDING, DRIVER_REFUSED, DRIVER_FAILED,
		                                      DRIVER_UNKNOWN };
	struct world *world = *state;
	struct job job;
	size_t i;

	crew_stop(world); /* the test answers */
	put_attached(world);
	must(do_detach(world, "d-1", "i-1"));
	must(world_change(world, claim_all, NULL));
	job = get_job(world, begun_job(world));
	for (i = 0; i < COUNT_OF(answers); i++) {
		assert_false(answer_job(world, job.id, 1, answers[i], "in-use", "old lease"));
		assert_false(answer_job(world, job.id, 3, answers[i], "in-use", "a lease of nobody"));
		assert_false(answer_job(world, "job-none", 1, answers[i], "in-use", "no such job"));
	}
	job = get_job(world, job.id);
	assert_int_equal(job.state, JOB_OPEN);
	assert_int_equal(job.attempts, 0);
	assert_string_equal(job.message, "");
	assert_int_equal(get_attachment(world, "d-1.1").state, ATTACHMENT_DETACHING);
	assert_true(answer_job(world, job.id, 2, DRIVER_DONE, "", ""));
	for (i = 0; i < COUNT_OF(answers); i++)
		assert_false(answer_job(world, job.id, 2, answers[i], "in-use", "it has ended"));
	assert_int_equal(get_job(world, job.id).state, JOB_DONE);
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_AVAILABLE);
}

/* Whatever a driver says about the first time a disk was fast, the second time does not hear it. */
static void a_late_answer_does_not_touch_the_next_generation(void **state)
{
	static const enum driver_answer answers[] = { DRIVER_DONE, DRIVER_PENDING, DRIVER_REFUSED, DRIVER_FAILED };
	struct world *world = *state;
	struct attachment before;
	struct job first;
	size_t i;

	crew_stop(world);
	put_attached(world);
	put_instance(world, world_instance("i-2"));
	must(do_detach(world, "d-1", "i-1"));
	first = get_job(world, begun_job(world));
	must(do_release(world, "i-1", true)); /* takes the detach over */
	finish_jobs(world);
	must(do_attach(world, "d-1", "i-2"));
	finish_jobs(world);
	before = get_attachment(world, "d-1.2");
	assert_int_equal(before.state, ATTACHMENT_ATTACHED);
	for (i = 0; i < COUNT_OF(answers); i++) {
		assert_false(answer_job(world, first.id, first.lease_fence, answers[i], "in-use", "late"));
		assert_int_equal(get_attachment(world, "d-1.2").state, ATTACHMENT_ATTACHED);
		assert_int_equal(get_attachment(world, "d-1.1").state, ATTACHMENT_DETACHED);
		assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_IN_USE);
	}
	/* And one about a detach of the second is of the second alone. */
	must(do_detach(world, "d-1", "i-2"));
	assert_false(answer_job(world, first.id, first.lease_fence, DRIVER_DONE, "", "late"));
	assert_int_equal(get_attachment(world, "d-1.2").state, ATTACHMENT_DETACHING);
}

/* ---- verbs that meet a detach ---- */

static void a_release_takes_a_detach_over(void **state)
{
	struct world *world = *state;
	char job[64];

	put_attached(world);
	fake_hold(world);
	must(do_detach(world, "d-1", "i-1"));
	fake_await(world);
	snprintf(job, sizeof job, "%s", begun_job(world));
	must(do_release(world, "i-1", true));
	assert_int_equal(get_job(world, job).state, JOB_SUPERSEDED);
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_DETACHING);
	fake_let_go(world);
	settle(world);
	assert_int_equal(get_job(world, job).state, JOB_SUPERSEDED);
	assert_false(has_instance(world, "i-1"));
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_AVAILABLE);
	assert_int_equal(get_attachment(world, "d-1.1").state, ATTACHMENT_DETACHED);
	assert_string_equal(fake_acts(world), "detach delete-machine");
	assert_int_equal(jobs_open(world->core.jobs), 0);
}

static int run(const char *name)
{
	const struct CMUnitTest tests[] = {
		CREW_TEST(the_driver_is_told_all_it_needs),
		CREW_TEST(what_each_answer_does_to_a_detach),
		CREW_TEST(a_waiting_job_says_so),
		CREW_TEST(a_job_waits_for_its_driver),
		CREW_TEST(the_guest_is_asked_first_where_that_is_wanted),
		CREW_TEST(a_forced_detach_fences),
		CREW_TEST(the_request_is_committed_before_the_driver_is_asked),
		CREW_TEST(an_answer_under_an_older_lease_is_ignored),
		CREW_TEST(only_the_lease_of_an_open_job_counts),
		CREW_TEST(a_late_answer_does_not_touch_the_next_generation),
		CREW_TEST(a_release_takes_a_detach_over),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	return world_run_twice(run, "jobs");
}
