#include "core_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "base/text.h"

struct world_arena {
	struct arena arena;
	struct world_arena *next;
};

struct arena *world_arena(struct world *world)
{
	struct world_arena *one = calloc(1, sizeof *one);

	if (!one)
		abort();
	arena_init(&one->arena);
	one->next = world->arenas;
	world->arenas = one;
	return &one->arena;
}

int world_setup(void **state)
{
	struct world *world = calloc(1, sizeof *world);
	void *f;

	if (!world || fixture_setup(&f) != 0)
		return -1;
	world->f = f;
	/* What a crash leaves is tests/contract/store_crash.c's; without fsync a thousand transactions take a second. */
	fixture_close(world->f);
	world->f->config.ephemeral = true;
	fixture_open(world->f);
	world->core.store = world->f->store;
	world->core.settings = (struct core_settings){
		.pace = PACE_INSTANT, .max_detaching = 5, .retention = 30 * DAY, .driver = "fake"
	};
	world->core.clock = (struct clock){ .manual = true, .stands_at = WORLD_NOW };
	snprintf(world->core.boot, sizeof world->core.boot, "boot-1");
	world->caller = (struct caller){ .tenant = tenant_of("1000"), .key_id = "key" };
	world->caller.tenant.region = NULL;
	world->now = WORLD_NOW;
	put_account(world, world_account("1000"));
	*state = world;
	return 0;
}

int world_teardown(void **state)
{
	struct world *world = *state;
	void *f = world->f;

	while (world->arenas) {
		struct world_arena *next = world->arenas->next;

		arena_finish(&world->arenas->arena);
		free(world->arenas);
		world->arenas = next;
	}
	fixture_teardown(&f);
	free(world);
	return 0;
}

int world_run_twice(int (*group)(const char *name), const char *name)
{
	char twice[128];
	int failed;

	snprintf(twice, sizeof twice, "%s, every function twice", name);
	failed = group(name);
	fixture_run_twice = true;
	return failed + group(twice);
}

/* ---- transactions ---- */

struct run {
	struct world *world;
	world_fn fn;
	void *args;
	struct work work;
};

static bool run_fn(struct txn *txn, void *context)
{
	struct run *run = context;

	work_begin(&run->work, &run->world->core, txn, &run->world->caller, run->world->now);
	return run->fn(&run->work, run->args);
}

enum refusal_reason world_change(struct world *world, world_fn fn, void *args)
{
	struct run run = { .world = world, .fn = fn, .args = args };
	enum store_outcome outcome;

	if (world->core.jobs)
		world->now = clock_now(&world->core.clock);
	outcome = store_write(world->core.store, run_fn, &run, world_arena(world));
	if (outcome != STORE_DONE && outcome != STORE_REFUSED)
		fail_msg("the store says %d", (int)outcome);
	world->refusal = run.work.refusal;
	world->tickets = run.work.tickets;
	world->n_tickets = outcome == STORE_DONE ? run.work.n_tickets : 0;
	if (outcome == STORE_DONE) {
		assert_string_equal(refusal_words[world->refusal.reason], "");
		if (world->core.jobs)
			jobs_hand_in(world->core.jobs, world->tickets, world->n_tickets, world->waited, world->waited_context);
	} else {
		assert_string_not_equal(refusal_words[world->refusal.reason], "");
	}
	return world->refusal.reason;
}

void world_look(struct world *world, world_fn fn, void *args)
{
	struct run run = { .world = world, .fn = fn, .args = args };

	assert_int_equal(store_read(world->core.store, run_fn, &run, world_arena(world)), STORE_DONE);
}

/* ---- rows ---- */

struct account world_account(const char *id)
{
	return (struct account){
		.id = id, .realm = "aliyun", .name = id, .disk_white_list = true, .created_at = WORLD_NOW
	};
}

struct instance world_instance(const char *id)
{
	return (struct instance){
		.id = id,
		.tenant = tenant_of("1000"),
		.driver = "fake",
		.zone = WORLD_ZONE,
		.state = INSTANCE_RUNNING,
		.name = id,
		.image = "debian_12_6_x64_20G_alibase_20240819.vhd",
		.type = "ecs.g7.large",
		.locks = "",
		.created_at = WORLD_NOW,
	};
}

struct disk world_disk(const char *id)
{
	struct disk disk = disk_of(id, WORLD_NOW);

	disk.driver = "fake";
	disk.category = "cloud_essd";
	disk.performance_level = "PL1";
	disk.portable = true;
	return disk;
}

struct attachment world_attachment(const char *id, const char *disk, const char *instance)
{
	struct attachment attachment = attachment_of(id, disk, instance);

	attachment.generation = 1;
	attachment.device = "/dev/xvdb";
	attachment.slot_held = true;
	attachment.requested_at = WORLD_NOW;
	attachment.attached_at = WORLD_NOW;
	return attachment;
}

static bool write_account(struct work *work, void *args)
{
	account_put(work->txn, args);
	return true;
}

static bool write_instance(struct work *work, void *args)
{
	instance_put(work->txn, args);
	return true;
}

static bool write_disk(struct work *work, void *args)
{
	struct disk disk = *(const struct disk *)args;

	disk_refresh(work, &disk);
	return true;
}

static bool write_attachment(struct work *work, void *args)
{
	const struct attachment *attachment = args;
	struct disk disk;

	attachment_put(work->txn, attachment);
	if (disk_get(work->txn, attachment->disk, &disk)) {
		if (disk.generation < attachment->generation)
			disk.generation = attachment->generation;
		disk_refresh(work, &disk);
	}
	return true;
}

void put_account(struct world *world, struct account account)
{
	assert_int_equal(world_change(world, write_account, &account), REFUSE_NONE);
}

void put_instance(struct world *world, struct instance instance)
{
	assert_int_equal(world_change(world, write_instance, &instance), REFUSE_NONE);
}

void put_disk(struct world *world, struct disk disk)
{
	assert_int_equal(world_change(world, write_disk, &disk), REFUSE_NONE);
}

void put_attachment(struct world *world, struct attachment attachment)
{
	assert_int_equal(world_change(world, write_attachment, &attachment), REFUSE_NONE);
}

/* What is asked for, and what was found. */
struct find {
	const char *id;
	const char *instance, *disk; /* whose */
	enum job_kind kind;
	bool found;
	struct instance an_instance;
	struct disk a_disk;
	struct attachment an_attachment;
	struct job a_job;
	struct attachment *attachments;
	struct job *jobs;
	size_t n;
};

static bool find_an_instance(struct work *work, void *args)
{
	struct find *find = args;

	find->found = instance_get(work->txn, find->id, &find->an_instance);
	return true;
}

static bool find_a_disk(struct work *work, void *args)
{
	struct find *find = args;

	find->found = disk_get(work->txn, find->id, &find->a_disk);
	return true;
}

static bool find_an_attachment(struct work *work, void *args)
{
	struct find *find = args;

	find->found = attachment_get(work->txn, find->id, &find->an_attachment);
	return true;
}

static bool find_a_job(struct work *work, void *args)
{
	struct find *find = args;

	find->found = job_get(work->txn, find->id, &find->a_job);
	return true;
}

static bool find_live(struct work *work, void *args)
{
	struct find *find = args;

	find->n = find->disk ? attachment_list_of_disk(work->txn, find->disk, &find->attachments) :
	                       attachment_list_of_instance(work->txn, find->instance, &find->attachments);
	return true;
}

static bool find_open(struct work *work, void *args)
{
	struct find *find = args;

	find->n = job_list_open(work, find->instance, find->disk, &find->jobs);
	return true;
}

static bool find_last(struct work *work, void *args)
{
	struct find *find = args;
	struct job_filter filter = JOB_FILTER_ANY;

	filter.instance = find->instance;
	filter.disk = find->disk;
	filter.kind = (int)find->kind;
	find->n = job_list(work->txn, &filter, &(struct page){ .limit = 1 }, &find->jobs);
	return true;
}

static struct find look_for(struct world *world, world_fn fn, struct find find)
{
	world_look(world, fn, &find);
	return find;
}

static struct find must_find(struct world *world, world_fn fn, const char *id)
{
	struct find find = look_for(world, fn, (struct find){ .id = id });

	if (!find.found)
		fail_msg("there is no %s", id);
	return find;
}

struct instance get_instance(struct world *world, const char *id)
{
	return must_find(world, find_an_instance, id).an_instance;
}

struct disk get_disk(struct world *world, const char *id)
{
	return must_find(world, find_a_disk, id).a_disk;
}

struct attachment get_attachment(struct world *world, const char *id)
{
	return must_find(world, find_an_attachment, id).an_attachment;
}

struct job get_job(struct world *world, const char *id)
{
	return must_find(world, find_a_job, id).a_job;
}

bool has_instance(struct world *world, const char *id)
{
	return look_for(world, find_an_instance, (struct find){ .id = id }).found;
}

bool has_disk(struct world *world, const char *id)
{
	return look_for(world, find_a_disk, (struct find){ .id = id }).found;
}

static size_t give_attachments(struct find find, struct attachment **ret)
{
	if (ret)
		*ret = find.attachments;
	return find.n;
}

size_t live_of_disk(struct world *world, const char *id, struct attachment **ret)
{
	return give_attachments(look_for(world, find_live, (struct find){ .disk = id }), ret);
}

size_t live_of_instance(struct world *world, const char *id, struct attachment **ret)
{
	return give_attachments(look_for(world, find_live, (struct find){ .instance = id }), ret);
}

size_t open_jobs(struct world *world, const char *instance, const char *disk, struct job **ret)
{
	struct find find = look_for(world, find_open, (struct find){ .instance = instance, .disk = disk });

	if (ret)
		*ret = find.jobs;
	return find.n;
}

struct job open_job(struct world *world, const char *instance, const char *disk)
{
	struct job *jobs;

	assert_int_equal(open_jobs(world, instance, disk, &jobs), 1);
	return jobs[0];
}

struct job last_job(struct world *world, enum job_kind kind, const char *instance, const char *disk)
{
	struct find find =
		look_for(world, find_last, (struct find){ .instance = instance, .disk = disk, .kind = kind });

	if (!find.n)
		fail_msg("there is no job %s of %s", job_kind_names[kind], instance ? instance : disk);
	return find.jobs[0];
}
