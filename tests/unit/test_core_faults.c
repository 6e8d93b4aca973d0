/* Faults: which one a call meets, how often, and what the jobs do that carry one. */
#include "jobs_fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "core/fault.h"
#include "core/why.h"

/* ---- rules and calls ---- */

static bool add_fn(struct work *work, void *args)
{
	struct fault_rule rule = *(const struct fault_rule *)args;

	return fault_add(work, &rule);
}

/* Fails the test unless the fault is added. Of AttachDisk, an error, once, unless the rule says otherwise. */
static void add(struct world *world, struct fault_rule rule)
{
	rule.account = text_or(rule.account, "");
	rule.operation = text_or(rule.operation, "AttachDisk");
	rule.resource = text_or(rule.resource, "");
	rule.code = rule.reason = text_or(rule.reason, "");
	rule.times_left = rule.times_left ? rule.times_left : 1;
	assert_int_equal(world_change(world, add_fn, &rule), REFUSE_NONE);
}

struct meeting {
	struct fault_call call;
	char met[FAULT_ID_MAX + 1];
	int64_t left, hit;
};

static bool take_fn(struct work *work, void *args)
{
	struct meeting *meeting = args;
	struct fault_rule rule;

	if (!fault_take(work, &meeting->call, &rule))
		return work_refuse(work, REFUSE_FAULT_UNKNOWN, NULL);
	snprintf(meeting->met, sizeof meeting->met, "%s", rule.id);
	meeting->left = rule.times_left;
	meeting->hit = rule.times_hit;
	return true;
}

/* The id of the fault that a call meets, "" if none. */
static const char *meets(struct world *world, const char *operation, const char *account, const char *value)
{
	static struct meeting meeting;
	const char *values[] = { "other", value };

	meeting = (struct meeting){ .call = { account, operation, values, value ? 2 : 0 } };
	if (world_change(world, take_fn, &meeting) != REFUSE_NONE)
		return "";
	return meeting.met;
}

struct listing {
	struct fault_rule *rules;
	size_t n;
};

static bool list_fn(struct work *work, void *args)
{
	struct listing *listing = args;

	listing->n = fault_list(work->txn, NULL, &listing->rules);
	return true;
}

static struct listing list(struct world *world)
{
	struct listing listing;

	world_look(world, list_fn, &listing);
	return listing;
}

static void first_that_matches_is_met(void **state)
{
	struct world *world = *state;

	add(world, (struct fault_rule){ .id = "detach", .operation = "DetachDisk" });
	add(world, (struct fault_rule){ .id = "of-1000", .account = "1000" });
	add(world, (struct fault_rule){ .id = "of-d-1", .resource = "d-1" });
	add(world, (struct fault_rule){ .id = "any", .operation = "*", .times_left = FAULT_FOREVER });
	assert_string_equal(meets(world, "AttachDisk", "2000", "d-1"), "of-d-1");
	assert_string_equal(meets(world, "AttachDisk", "2000", "d-1"), "any"); /* the one before is used up */
	assert_string_equal(meets(world, "AttachDisk", "1000", "d-2"), "of-1000");
	assert_string_equal(meets(world, "AttachDisk", "1000", NULL), "any");
	assert_string_equal(meets(world, "DetachDisk", "1000", NULL), "detach");
	assert_string_equal(meets(world, "DetachDisk", "1000", NULL), "any");
}

static void nothing_matches_what_is_not_meant(void **state)
{
	struct world *world = *state;

	assert_string_equal(meets(world, "AttachDisk", "1000", "d-1"), "");
	put_account(world, world_account("2000"));
	add(world, (struct fault_rule){ .id = "one", .account = "2000", .resource = "d-1" });
	assert_string_equal(meets(world, "DetachDisk", "2000", "d-1"), "");
	assert_string_equal(meets(world, "AttachDisk", "1000", "d-1"), "");
	assert_string_equal(meets(world, "AttachDisk", "2000", "d-11"), "");
	assert_string_equal(meets(world, "AttachDisk", "2000", NULL), "");
	assert_int_equal(list(world).rules[0].times_hit, 0);
	assert_string_equal(meets(world, "AttachDisk", "2000", "d-1"), "one");
}

static void times_are_counted(void **state)
{
	struct world *world = *state;
	struct listing listing;
	int i;

	add(world, (struct fault_rule){ .id = "thrice", .times_left = 3 });
	add(world, (struct fault_rule){ .id = "ever", .times_left = FAULT_FOREVER });
	for (i = 0; i < 5; i++)
		assert_string_equal(meets(world, "AttachDisk", "1000", NULL), i < 3 ? "thrice" : "ever");
	listing = list(world);
	assert_int_equal(listing.rules[0].times_left, 0);
	assert_int_equal(listing.rules[0].times_hit, 3);
	assert_int_equal(listing.rules[1].times_left, FAULT_FOREVER);
	assert_int_equal(listing.rules[1].times_hit, 2);
}

/* ---- adding and clearing ---- */

static void ids_are_made_and_kept_apart(void **state)
{
	struct world *world = *state;
	struct fault_rule rule = { .id = "mine", .account = "", .operation = "AttachDisk", .times_left = 1 };
	struct listing listing;

	add(world, (struct fault_rule){ .id = "" });
	add(world, (struct fault_rule){ .id = "" });
	add(world, rule);
	assert_int_equal(world_change(world, add_fn, &rule), REFUSE_FAULT_EXISTS);
	rule.id = "other";
	rule.account = "no such account";
	assert_int_equal(world_change(world, add_fn, &rule), REFUSE_ACCOUNT_UNKNOWN);
	listing = list(world);
	assert_int_equal(listing.n, 3);
	assert_true(text_starts(listing.rules[0].id, "fault-"));
	assert_string_not_equal(listing.rules[0].id, listing.rules[1].id);
	assert_string_equal(listing.rules[2].id, "mine");
	assert_int_equal(listing.rules[2].created_at, world->now);
}

static bool fill_fn(struct work *work, void *args)
{
	int i;

	(void)args;
	for (i = 0; i < FAULTS_MAX; i++)
		fault_put(work->txn, &(struct fault_rule){ .id = arena_printf(work->arena, "%d", i), .position = i });
	return true;
}

struct clear {
	const char *id, *operation;
	struct fault_cleared cleared;
};

static bool clear_fn(struct work *work, void *args)
{
	struct clear *clear = args;

	return fault_clear(work, clear->id, clear->operation, &clear->cleared);
}

static struct fault_cleared clear(struct world *world, const char *id, const char *operation)
{
	struct clear args = { .id = id, .operation = operation };

	assert_int_equal(world_change(world, clear_fn, &args), REFUSE_NONE);
	return args.cleared;
}

static void number_is_limited(void **state)
{
	struct world *world = *state;
	struct fault_rule rule = { .account = "", .operation = "AttachDisk", .times_left = 1 };

	assert_int_equal(world_change(world, fill_fn, NULL), REFUSE_NONE);
	assert_int_equal(world_change(world, add_fn, &rule), REFUSE_FAULT_LIMIT);
	clear(world, "7", NULL);
	assert_int_equal(world_change(world, add_fn, &rule), REFUSE_NONE);
	assert_int_equal(world_change(world, add_fn, &rule), REFUSE_FAULT_LIMIT);
}

static void clear_takes_what_it_says(void **state)
{
	struct world *world = *state;
	struct clear args = { .id = "no such" };

	add(world, (struct fault_rule){ .id = "a" });
	add(world, (struct fault_rule){ .id = "b" });
	add(world, (struct fault_rule){ .id = "c", .operation = "DetachDisk" });
	add(world, (struct fault_rule){ .id = "d", .operation = "*" });
	assert_int_equal(world_change(world, clear_fn, &args), REFUSE_FAULT_UNKNOWN);
	assert_int_equal(clear(world, "a", NULL).faults, 1);
	assert_string_equal(meets(world, "AttachDisk", "1000", NULL), "b");
	assert_int_equal(clear(world, NULL, "DetachDisk").faults, 1);
	assert_int_equal(clear(world, NULL, "DetachDisk").faults, 0);
	assert_int_equal(list(world).n, 2);
	assert_int_equal(clear(world, NULL, NULL).faults, 2);
	assert_int_equal(list(world).n, 0);
}

/* ---- jobs that carry a fault ---- */

static bool detach_fn(struct work *work, void *args)
{
	struct detach_args detach = { .instance = "i-1", .disk = "d-1" };

	work->fault = args;
	return disk_detach(work, &detach);
}

/* A detach that met the fault. */
static const char *detach_with(struct world *world, const char *fault, enum fault_effect effect)
{
	put_instance(world, world_instance("i-1"));
	put_disk(world, world_disk("d-1"));
	put_attachment(world, world_attachment("a-1", "d-1", "i-1"));
	add(world, (struct fault_rule){ .id = fault, .effect = effect, .reason = "no backend" });
	assert_int_equal(world_change(world, detach_fn, (void *)fault), REFUSE_NONE);
	return begun_job(world);
}

static void job_fails_and_its_driver_is_not_asked(void **state)
{
	struct world *world = *state;
	struct job job = await_end(world, detach_with(world, "f", FAULT_JOB_FAILS));

	assert_int_equal(job.state, JOB_FAILED);
	assert_string_equal(job.reason, "driver-failed");
	assert_string_equal(job.message, "no backend");
	assert_string_equal(job.fault, "f");
	assert_string_equal(fake_acts(world), "");
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_IN_USE);
	/* The next one has nothing to do with it. */
	assert_int_equal(do_detach(world, "d-1", "i-1"), REFUSE_NONE);
	settle(world);
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_AVAILABLE);
}

static void job_is_held_until_its_fault_is_cleared(void **state)
{
	struct world *world = *state;
	const char *id = arena_text(world_arena(world), detach_with(world, "f", FAULT_JOB_NEVER_ENDS));
	struct fault_cleared cleared;
	struct job job;

	settle(world);
	advance(world, 1000000);
	job = get_job(world, id);
	assert_int_equal(job.state, JOB_OPEN);
	assert_string_equal(job.reason, "held-by-fault");
	assert_string_equal(fake_acts(world), "");
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_DETACHING);
	/* Another start finds it held as well. */
	crew_stop(world);
	crew_start(world, "boot-2");
	settle(world);
	assert_int_equal(get_job(world, id).state, JOB_OPEN);
	cleared = clear(world, NULL, NULL);
	assert_int_equal(cleared.jobs, 1);
	job = await_end(world, id);
	assert_int_equal(job.state, JOB_DONE);
	assert_string_equal(job.fault, "");
	assert_string_equal(job.reason, "");
	assert_string_equal(fake_acts(world), "detach");
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_AVAILABLE);
}

static bool forget_fn(struct work *work, void *args)
{
	(void)args;
	fault_delete_all(work->txn, NULL);
	return true;
}

/* Rows that are removed without a word to the jobs hold none either. */
static void job_whose_fault_is_gone_asks_its_driver(void **state)
{
	struct world *world = *state;
	const char *id;

	crew_stop(world);
	id = arena_text(world_arena(world), detach_with(world, "f", FAULT_JOB_FAILS));
	assert_int_equal(world_change(world, forget_fn, NULL), REFUSE_NONE);
	crew_start(world, "boot-2");
	assert_int_equal(await_end(world, id).state, JOB_DONE);
}

/* The fault is cleared while an answer of it is on its way: it does not count any more. */
struct settling {
	const char *id;
	int64_t fence;
	bool counted;
	enum job_state state;
};

static bool settle_fn(struct work *work, void *args)
{
	struct settling *settling = args;
	struct job job;

	settling->counted = job_settle_fault(work, settling->id, settling->fence, &job);
	settling->state = settling->counted ? job.state : JOB_STATE_MAX;
	return true;
}

static void late_answer_of_a_fault_changes_nothing(void **state)
{
	struct world *world = *state;
	struct settling settling;
	struct job job;

	detach_with(world, "f", FAULT_JOB_FAILS);
	job = open_job(world, NULL, "d-1");
	settling = (struct settling){ .id = job.id, .fence = job.lease_fence + 1 };
	world_change(world, settle_fn, &settling);
	assert_false(settling.counted); /* an older claim's */
	assert_int_equal(clear(world, "f", NULL).jobs, 1);
	settling.fence = job.lease_fence;
	world_change(world, settle_fn, &settling);
	assert_true(settling.counted);
	assert_int_equal(settling.state, JOB_OPEN);
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_DETACHING);
	finish_jobs(world);
	assert_int_equal(get_disk(world, "d-1").status, DISK_STATUS_AVAILABLE);
}

/* ---- why ---- */

struct asked {
	struct why why;
	const char *all;
};

static bool why_fn(struct work *work, void *args)
{
	struct asked *asked = args;
	size_t i;

	asked->all = "";
	if (!disk_why(work, "d-1", &asked->why))
		return false;
	for (i = 0; i < asked->why.n_sentences; i++)
		asked->all = arena_printf(work->arena, "%s%s\n", asked->all, asked->why.sentences[i]);
	return true;
}

static void says(struct world *world, const char *sentence)
{
	struct asked asked;

	world_look(world, why_fn, &asked);
	if (!strstr(asked.all, sentence))
		fail_msg("\"%s\" is not said in:\n%s", sentence, asked.all);
}

static void why_names_the_fault(void **state)
{
	struct world *world = *state;
	const char *id = detach_with(world, "f", FAULT_JOB_NEVER_ENDS);

	settle(world);
	says(world, "is held by a fault since 2026-11-21T00:27:43Z; its driver is not asked.");
	says(world, arena_printf(world_arena(world), "Fault f holds job %s until it is cleared: cleat fault clear f.", id));
}

static void why_names_the_fault_of_a_failure(void **state)
{
	struct world *world = *state;
	const char *id = detach_with(world, "f", FAULT_JOB_FAILS);
	struct settling settling;

	says(world, arena_printf(world_arena(world), "Fault f makes job %s fail when it is due.", id));
	settling = (struct settling){ .id = id, .fence = 1 };
	world_change(world, settle_fn, &settling);
	assert_int_equal(settling.state, JOB_FAILED);
	says(world, "failed at");
	says(world, "driver-failed: no backend.");
	says(world, arena_printf(world_arena(world), "Fault f made job %s fail.", id));
}

/* ---- which jobs ---- */

static bool create_fn(struct work *work, void *args)
{
	struct instance_create_args create = {
		.image = "debian_12_6_x64_20G_alibase_20240819.vhd",
		.type = "ecs.g7.large",
		.amount = 1,
		.auto_release_at = work->now + 3600000,
	};
	const char **ids;

	work->caller.tenant.region = WORLD_REGION;
	work->fault = args;
	return instance_create(work, &create, &ids);
}

static void wait_for_a_date_carries_no_fault(void **state)
{
	struct world *world = *state;
	struct job *jobs;
	size_t n;
	size_t i;

	assert_int_equal(world_change(world, create_fn, "f"), REFUSE_NONE);
	n = open_jobs(world, NULL, NULL, &jobs);
	assert_int_equal(n, 2);
	for (i = 0; i < n; i++)
		assert_string_equal(jobs[i].fault, jobs[i].kind == JOB_INSTANCE_AUTO_RELEASE ? "" : "f");
}

static int run(const char *name)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(first_that_matches_is_met),
		WORLD_TEST(nothing_matches_what_is_not_meant),
		WORLD_TEST(times_are_counted),
		WORLD_TEST(ids_are_made_and_kept_apart),
		WORLD_TEST(number_is_limited),
		WORLD_TEST(clear_takes_what_it_says),
		CREW_TEST(job_fails_and_its_driver_is_not_asked),
		CREW_TEST(job_is_held_until_its_fault_is_cleared),
		CREW_TEST(job_whose_fault_is_gone_asks_its_driver),
		WORLD_TEST(late_answer_of_a_fault_changes_nothing),
		CREW_TEST(why_names_the_fault),
		WORLD_TEST(why_names_the_fault_of_a_failure),
		WORLD_TEST(wait_for_a_date_carries_no_fault),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	return world_run_twice(run, "faults");
}
