/* Every verb against every job that may run on the same disk or instance, every state of an instance and every status of
 * a disk. What comes out is compared with the tables written out here, and printed for people: docs/matrix.md. With
 * CLEAT_MATRIX_OUT=FILE in the environment the page is written there. */
#include "change_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/matrix.h"

#define YES        "yes"
#define SUPERSEDES "supersedes"

/* The thing a verb is called on; ids are unique in the store. */
struct target {
	char instance[64];
	char disk[64];
	char snapshot[64]; /* of the disk, "": one that is accomplished is made when a verb wants it */
	char job[64];      /* under way on one of them, "" if none */
	bool is_system;    /* the disk is the instance's system disk */
};

/* ---- rows ---- */

static void name_target(struct target *target)
{
	static int number;

	number++;
	snprintf(target->instance, sizeof target->instance, "i-%d", number);
	snprintf(target->disk, sizeof target->disk, "d-%d", number);
	target->job[0] = target->snapshot[0] = '\0';
	target->is_system = false;
}

static bool wants_stopped(enum verb verb)
{
	return verb == VERB_INSTANCE_START || verb == VERB_INSTANCE_RELEASE || verb == VERB_DISK_REINIT ||
	       verb == VERB_DISK_RESET || verb == VERB_SYSTEM_DISK_REPLACE;
}

/* An instance in that state with its system disk, unless the target itself is that. */
static void put_target_instance(struct world *world, const struct target *target, enum instance_state state)
{
	struct arena *arena = world_arena(world);
	struct instance instance = world_instance(target->instance);
	struct disk disk = world_disk(arena_printf(arena, "%s-system", target->instance));
	struct attachment attachment = world_attachment(arena_printf(arena, "%s.1", disk.id), disk.id, target->instance);

	instance.state = state;
	instance.started_at = WORLD_NOW;
	instance.charge_type = CHARGE_PRE_PAID;
	disk.type = DISK_SYSTEM;
	disk.origin_instance = target->instance;
	disk.delete_with_instance = true;
	attachment.boot = true;
	attachment.device = "/dev/xvda";
	put_instance(world, instance);
	if (target->is_system)
		return;
	put_disk(world, disk);
	put_attachment(world, attachment);
}

static void put_target_disk(struct world *world, const struct target *target, enum disk_status status, bool shared)
{
	struct attachment attachment = world_attachment(arena_printf(world_arena(world), "%s.1", target->disk),
	                                                target->disk, target->instance);
	struct disk disk = world_disk(target->disk);

	disk.multi_attach = attachment.shared = shared;
	disk.generation = 1;
	disk.attached_at = WORLD_NOW;
	if (target->is_system) {
		disk.type = DISK_SYSTEM;
		disk.image = "debian_12_6_x64_20G_alibase_20240819.vhd";
		disk.origin_instance = target->instance;
		attachment.boot = true;
		attachment.device = "/dev/xvda";
	}
	if (status == DISK_STATUS_CREATING)
		disk.state = DISK_CREATING;
	if (status == DISK_STATUS_DELETING)
		disk.state = DISK_DELETING;
	if (status == DISK_STATUS_REINITING)
		disk.state = DISK_REINITING;
	if (status >= DISK_STATUS_CREATE_FAILED)
		disk.state = (enum disk_state)(DISK_CREATE_FAILED + (status - DISK_STATUS_CREATE_FAILED));
	put_disk(world, disk);
	if (status == DISK_STATUS_ATTACHING)
		attachment.state = ATTACHMENT_ATTACHING;
	else if (status == DISK_STATUS_DETACHING)
		attachment.state = ATTACHMENT_DETACHING;
	else if (status != DISK_STATUS_IN_USE && status != DISK_STATUS_REINITING)
		return;
	put_attachment(world, attachment);
}

/* ---- the jobs, made by the verbs that make them ---- */

static void must(enum refusal_reason reason)
{
	assert_string_equal(refusal_words[reason], "");
}

static void want_snapshot(struct world *world, struct target *target)
{
	if (*target->snapshot)
		return;
	snprintf(target->snapshot, sizeof target->snapshot, "s-%s", target->instance);
	put_snapshot(world, world_snapshot(target->snapshot, target->disk));
}

static void begin_disk_create(struct world *world, struct target *target, enum verb verb)
{
	struct create_disk create = { .args = { .category = "cloud_essd", .size_given = true, .size_gib = 20 } };

	put_target_instance(world, target, wants_stopped(verb) ? INSTANCE_STOPPED : INSTANCE_RUNNING);
	/* What is to be attached is on its own; what may be detached is made with its instance. */
	if (verb == VERB_ATTACH)
		create.args.zone = WORLD_ZONE;
	else
		create.args.instance = target->instance;
	if (verb == VERB_SNAPSHOT_DELETE) {
		want_snapshot(world, target);
		create.args.snapshot = target->snapshot;
	}
	world->caller.tenant.region = WORLD_REGION;
	must(do_create_disk(world, &create));
	world->caller.tenant.region = NULL;
	snprintf(target->disk, sizeof target->disk, "%s", create.id);
}

static void begin_disk_delete(struct world *world, struct target *target, enum verb verb)
{
	put_target_instance(world, target, wants_stopped(verb) ? INSTANCE_STOPPED : INSTANCE_RUNNING);
	put_target_disk(world, target, DISK_STATUS_AVAILABLE, false);
	must(do_delete_disk(world, target->disk));
}

static void begin_attach(struct world *world, struct target *target, enum verb verb)
{
	struct attach_args args = { .disk = target->disk, .instance = target->instance, .credential_given = true };

	target->is_system = args.bootable = verb == VERB_SYSTEM_DISK_REPLACE;
	put_target_instance(world, target, wants_stopped(verb) ? INSTANCE_STOPPED : INSTANCE_RUNNING);
	put_target_disk(world, target, DISK_STATUS_AVAILABLE, false);
	must(do_attach_args(world, args));
}

static void begin_detach(struct world *world, struct target *target, enum verb verb)
{
	target->is_system = verb == VERB_SYSTEM_DISK_REPLACE;
	put_target_instance(world, target, wants_stopped(verb) ? INSTANCE_STOPPED : INSTANCE_RUNNING);
	put_target_disk(world, target, DISK_STATUS_IN_USE, false);
	must(do_detach(world, target->disk, target->instance));
}

/* Makes the instance by its verb, with one data disk; for VERB_ATTACH the disk is another one, which is free. */
static void create_with_disk(struct world *world, struct target *target, enum verb verb, int64_t auto_release_at)
{
	const struct instance_disk_args data = { .category = "cloud_essd", .size_given = true, .size_gib = 20 };
	struct create_instance create = {
		.args = { .zone = WORLD_ZONE, .data_disks = &data, .n_data_disks = 1, .auto_release_at = auto_release_at }
	};
	struct attachment *live;
	size_t n;

	must(do_create_instance(world, &create));
	snprintf(target->instance, sizeof target->instance, "%s", create.id);
	if (verb == VERB_ATTACH) {
		put_target_disk(world, target, DISK_STATUS_AVAILABLE, false);
		return;
	}
	n = live_of_instance(world, target->instance, &live);
	while (n--) {
		if (!live[n].boot)
			snprintf(target->disk, sizeof target->disk, "%s", live[n].disk);
	}
}

static void begin_instance_create(struct world *world, struct target *target, enum verb verb)
{
	create_with_disk(world, target, verb, 0);
}

/* Built, and about to run. */
static void begin_instance_power(struct world *world, struct target *target, enum verb verb)
{
	struct job job;

	create_with_disk(world, target, verb, 0);
	job = last_job(world, JOB_INSTANCE_CREATE, target->instance, NULL);
	assert_true(answer_job(world, job.id, 1, DRIVER_DONE, "", ""));
	assert_int_equal(get_job(world, job.id).step, JOB_POWER);
}

static void put_instance_with_disk(struct world *world, struct target *target, enum verb verb,
                                   enum instance_state state)
{
	put_target_instance(world, target, state);
	put_target_disk(world, target, verb == VERB_ATTACH ? DISK_STATUS_AVAILABLE : DISK_STATUS_IN_USE, false);
}

static void begin_instance_start(struct world *world, struct target *target, enum verb verb)
{
	put_instance_with_disk(world, target, verb, INSTANCE_STOPPED);
	must(do_start(world, target->instance));
}

static void begin_instance_stop(struct world *world, struct target *target, enum verb verb)
{
	put_instance_with_disk(world, target, verb, INSTANCE_RUNNING);
	must(do_stop(world, target->instance));
}

static void begin_instance_reboot(struct world *world, struct target *target, enum verb verb)
{
	put_instance_with_disk(world, target, verb, INSTANCE_RUNNING);
	must(do_reboot(world, target->instance));
}

/* Off, and about to be powered on again. */
static void begin_instance_reboot_power(struct world *world, struct target *target, enum verb verb)
{
	begin_instance_reboot(world, target, verb);
	assert_true(answer_job(world, last_job(world, JOB_INSTANCE_REBOOT, target->instance, NULL).id, 1, DRIVER_DONE, "", ""));
}

static void begin_instance_delete(struct world *world, struct target *target, enum verb verb)
{
	put_instance_with_disk(world, target, verb, INSTANCE_STOPPED);
	must(do_release(world, target->instance, false));
}

static void begin_auto_release(struct world *world, struct target *target, enum verb verb)
{
	create_with_disk(world, target, verb, world->now + DAY);
	finish_jobs(world);
	if (wants_stopped(verb))
		must(do_stop(world, target->instance));
	finish_jobs(world);
}

/* ---- of disks that exist, and of snapshots ---- */

/* Free for what wants a free disk, else in use on an instance as the verb wants it. */
static void put_for_verb(struct world *world, struct target *target, enum verb verb, enum instance_state state)
{
	target->is_system = verb == VERB_SYSTEM_DISK_REPLACE;
	put_target_instance(world, target, state);
	put_target_disk(world, target,
	                verb == VERB_ATTACH || verb == VERB_DISK_DELETE ? DISK_STATUS_AVAILABLE : DISK_STATUS_IN_USE,
	                false);
}

static enum instance_state state_for(enum verb verb)
{
	return wants_stopped(verb) ? INSTANCE_STOPPED : INSTANCE_RUNNING;
}

static void note_job(struct world *world, struct target *target)
{
	snprintf(target->job, sizeof target->job, "%s", begun_job(world));
}

static void begin_resize(struct world *world, struct target *target, enum verb verb)
{
	put_for_verb(world, target, verb, state_for(verb));
	must(do_resize(world, target->disk, 30, false));
	note_job(world, target);
}

static enum refusal_reason spec_of(struct world *world, const struct target *target)
{
	return do_spec(world, (struct disk_spec_args){ .disk = target->disk, .category = "cloud_auto", .performance_level = "" });
}

static void begin_spec(struct world *world, struct target *target, enum verb verb)
{
	put_for_verb(world, target, verb, state_for(verb));
	must(spec_of(world, target));
	note_job(world, target);
}

static void begin_reinit(struct world *world, struct target *target, enum verb verb)
{
	struct disk disk;

	target->is_system = verb == VERB_SYSTEM_DISK_REPLACE;
	put_target_instance(world, target, INSTANCE_STOPPED);
	put_target_disk(world, target, DISK_STATUS_IN_USE, false);
	if (verb == VERB_SNAPSHOT_DELETE) {
		want_snapshot(world, target);
		disk = get_disk(world, target->disk);
		disk.source_snapshot = target->snapshot;
		put_disk(world, disk);
	}
	must(do_reinit(world, target->disk, false));
	note_job(world, target);
}

static void begin_reset(struct world *world, struct target *target, enum verb verb)
{
	target->is_system = verb == VERB_SYSTEM_DISK_REPLACE;
	put_target_instance(world, target, INSTANCE_STOPPED);
	put_target_disk(world, target, DISK_STATUS_IN_USE, false);
	want_snapshot(world, target);
	must(do_reset(world, target->disk, target->snapshot));
	note_job(world, target);
}

static enum refusal_reason replace_of(struct world *world, const struct target *target)
{
	struct replace_disk replace = {
		.args = { .instance = target->instance, .image = "debian_12_6_x64_20G_alibase_20240819.vhd" }
	};

	return do_replace(world, &replace);
}

static void begin_replace(struct world *world, struct target *target, enum verb verb)
{
	(void)verb;
	target->is_system = true;
	put_target_instance(world, target, INSTANCE_STOPPED);
	put_target_disk(world, target, DISK_STATUS_IN_USE, false);
	must(replace_of(world, target));
	note_job(world, target);
}

static void begin_snapshot(struct world *world, struct target *target, enum verb verb)
{
	struct create_snapshot create = { .args = { .disk = target->disk } };

	put_for_verb(world, target, verb, state_for(verb));
	must(do_create_snapshot(world, &create));
	note_job(world, target);
	if (verb == VERB_SNAPSHOT_DELETE)
		snprintf(target->snapshot, sizeof target->snapshot, "%s", create.id);
}

/* Another snapshot of the same disk; for VERB_SNAPSHOT_DELETE the one that is asked for. */
static void begin_snapshot_delete(struct world *world, struct target *target, enum verb verb)
{
	struct target other = *target;

	put_for_verb(world, target, verb, state_for(verb));
	want_snapshot(world, &other);
	must(do_delete_snapshot(world, other.snapshot, false));
	note_job(world, target);
	if (verb == VERB_SNAPSHOT_DELETE) {
		snprintf(target->snapshot, sizeof target->snapshot, "%s", other.snapshot);
	} else {
		snprintf(target->snapshot, sizeof target->snapshot, "s-more-%.50s", target->instance);
		put_snapshot(world, world_snapshot(target->snapshot, target->disk));
	}
}

static void begin_snapshot_expire(struct world *world, struct target *target, enum verb verb)
{
	struct create_snapshot create = { .args = { .disk = target->disk, .retention_days = 1 } };

	put_for_verb(world, target, verb, state_for(verb));
	must(do_create_snapshot(world, &create));
	note_job(world, target);
	assert_int_equal(get_job(world, target->job).kind, JOB_SNAPSHOT_EXPIRE);
	finish_jobs(world);
	snprintf(target->snapshot, sizeof target->snapshot, "%s", create.id);
}

/* ---- calling a verb ---- */

static enum refusal_reason snapshot_of(struct world *world, const struct target *target)
{
	struct create_snapshot create = { .args = { .disk = target->disk } };

	return do_create_snapshot(world, &create);
}

static enum refusal_reason modify_of(struct world *world, const struct target *target)
{
	const char *disk = target->disk;
	struct disk_modify_args args = modify_args(&disk, 1);

	args.name = "new name";
	return do_modify(world, args);
}

static enum refusal_reason call_verb(struct world *world, enum verb verb, const struct target *target)
{
	switch (verb) {
	case VERB_ATTACH:
		return do_attach(world, target->disk, target->instance);
	case VERB_DETACH:
		return do_detach(world, target->disk, target->instance);
	case VERB_DISK_DELETE:
		return do_delete_disk(world, target->disk);
	case VERB_INSTANCE_START:
		return do_start(world, target->instance);
	case VERB_INSTANCE_STOP:
		return do_stop(world, target->instance);
	case VERB_INSTANCE_REBOOT:
		return do_reboot(world, target->instance);
	case VERB_INSTANCE_RELEASE:
		return do_release(world, target->instance, false);
	case VERB_INSTANCE_RELEASE_FORCED:
		return do_release(world, target->instance, true);
	case VERB_DISK_MODIFY:
		return modify_of(world, target);
	case VERB_DISK_RESIZE:
		return do_resize(world, target->disk, 40, false);
	case VERB_DISK_SPEC:
		return spec_of(world, target);
	case VERB_DISK_REINIT:
		return do_reinit(world, target->disk, false);
	case VERB_DISK_RESET:
		return do_reset(world, target->disk, target->snapshot);
	case VERB_SYSTEM_DISK_REPLACE:
		return replace_of(world, target);
	case VERB_SNAPSHOT_CREATE:
		return snapshot_of(world, target);
	case VERB_SNAPSHOT_DELETE:
		return do_delete_snapshot(world, target->snapshot, true);
	case VERB_MAX:
		break;
	}
	return REFUSE_MAX;
}

/* YES, SUPERSEDES, or the word of the reason. */
static const char *outcome(struct world *world, enum verb verb, struct target *target)
{
	enum refusal_reason reason;
	enum job_state state;

	want_snapshot(world, target);
	reason = call_verb(world, verb, target);
	state = *target->job ? get_job(world, target->job).state : JOB_OPEN;

	if (reason != REFUSE_NONE) {
		assert_int_equal(state, JOB_OPEN); /* what is refused disturbs nobody */
		return refusal_words[reason];
	}
	return state == JOB_SUPERSEDED ? SUPERSEDES : YES;
}

static void expect(const char *verb, const char *met, const char *got, const char *expected)
{
	if (!text_equal(got, expected))
		fail_msg("%s, %s: \"%s\", not \"%s\"", verb, met, got, expected);
}

/* ---- jobs ---- */

#define DISK_STATE     "disk-state"
#define INSTANCE_STATE "instance-state"
#define SYSTEM_ONLINE  "system-disk-of-running-instance"
#define DETACHING      "disk-detaching"
#define BUILDING       "instance-building"
#define SNAPSHOTTING   "disk-snapshotting"
#define RESIZING       "disk-resizing"
#define IN_THE_WAY     "job-in-the-way"

static const struct {
	enum job_kind kind;
	void (*begin)(struct world *, struct target *, enum verb);
	const char *words;
	/* attach, detach, delete disk, start, stop, reboot, delete instance, by force;
	   modify, resize, spec, reinit, reset, replace, create snapshot, delete snapshot */
	const char *expected[VERB_MAX];
} job_rows[] = {
	{ JOB_DISK_CREATE, begin_disk_create, "the disk is being made",
	  { DISK_STATE, DISK_STATE, DISK_STATE, YES, YES, YES, INSTANCE_STATE, INSTANCE_STATE,
	    DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE, YES, DISK_STATE, IN_THE_WAY } },
	{ JOB_DISK_DELETE, begin_disk_delete, "the disk is being deleted",
	  { DISK_STATE, DISK_STATE, DISK_STATE, YES, YES, YES, YES, YES,
	    DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE, YES, DISK_STATE, YES } },
	{ JOB_ATTACH, begin_attach, "the disk is being attached",
	  { DISK_STATE, DISK_STATE, DISK_STATE, YES, YES, YES, SUPERSEDES, SUPERSEDES,
	    YES, DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE, YES } },
	{ JOB_DETACH, begin_detach, "the disk is being detached",
	  { DISK_STATE, DETACHING, DISK_STATE, YES, YES, YES, SUPERSEDES, SUPERSEDES,
	    YES, DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE, YES } },
	/* the disks of an instance that is being made are Creating, not yet In_use */
	{ JOB_INSTANCE_CREATE, begin_instance_create, "the instance is being made",
	  { INSTANCE_STATE, DISK_STATE, DISK_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, BUILDING, BUILDING,
	    DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE, BUILDING, DISK_STATE, YES } },
	{ JOB_INSTANCE_CREATE, begin_instance_power, "the instance was made and is being powered on",
	  { INSTANCE_STATE, INSTANCE_STATE, DISK_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, BUILDING,
	    YES, INSTANCE_STATE, DISK_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, YES } },
	{ JOB_INSTANCE_START, begin_instance_start, "the instance is being started",
	  { INSTANCE_STATE, INSTANCE_STATE, DISK_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, SUPERSEDES,
	    YES, INSTANCE_STATE, DISK_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, YES } },
	{ JOB_INSTANCE_STOP, begin_instance_stop, "the instance is being stopped",
	  { INSTANCE_STATE, INSTANCE_STATE, DISK_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, SUPERSEDES,
	    YES, INSTANCE_STATE, DISK_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, YES } },
	{ JOB_INSTANCE_REBOOT, begin_instance_reboot, "the instance is being rebooted",
	  { INSTANCE_STATE, INSTANCE_STATE, DISK_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, SUPERSEDES,
	    YES, INSTANCE_STATE, DISK_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, YES } },
	{ JOB_INSTANCE_REBOOT, begin_instance_reboot_power, "the instance is being rebooted, and is off",
	  { INSTANCE_STATE, INSTANCE_STATE, DISK_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, SUPERSEDES,
	    YES, INSTANCE_STATE, DISK_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, YES } },
	{ JOB_INSTANCE_DELETE, begin_instance_delete, "the instance is being deleted",
	  { INSTANCE_STATE, INSTANCE_STATE, DISK_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE,
	    YES, INSTANCE_STATE, DISK_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, YES } },
	/* its disk is attached, so it cannot be deleted; the time that waits hinders nothing */
	{ JOB_INSTANCE_AUTO_RELEASE, begin_auto_release, "the instance waits for its AutoReleaseTime",
	  { YES, YES, DISK_STATE, YES, YES, YES, SUPERSEDES, SUPERSEDES,
	    YES, YES, YES, YES, YES, YES, YES, YES } },
	{ JOB_DISK_RESIZE, begin_resize, "the disk is being resized",
	  { YES, YES, DISK_STATE, YES, YES, YES, YES, YES,
	    YES, RESIZING, DISK_STATE, DISK_STATE, IN_THE_WAY, DISK_STATE, DISK_STATE, YES } },
	{ JOB_DISK_SPEC, begin_spec, "the disk becomes one of another category or level",
	  { YES, YES, DISK_STATE, YES, YES, YES, YES, YES,
	    YES, RESIZING, DISK_STATE, DISK_STATE, IN_THE_WAY, DISK_STATE, DISK_STATE, YES } },
	{ JOB_DISK_REINIT, begin_reinit, "the disk is being reinitialised",
	  { DISK_STATE, DISK_STATE, DISK_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE,
	    YES, DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE, IN_THE_WAY } },
	{ JOB_DISK_RESET, begin_reset, "the disk is being put back to a snapshot",
	  { DISK_STATE, DISK_STATE, DISK_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE,
	    YES, DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE, IN_THE_WAY } },
	{ JOB_SYSTEM_DISK_REPLACE, begin_replace, "the disk is a system disk and is being replaced",
	  { DISK_STATE, DISK_STATE, DISK_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE,
	    YES, DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE, YES } },
	{ JOB_SNAPSHOT_CREATE, begin_snapshot, "a snapshot of the disk is being made",
	  { YES, YES, SNAPSHOTTING, YES, YES, YES, YES, YES,
	    YES, SNAPSHOTTING, SNAPSHOTTING, SNAPSHOTTING, IN_THE_WAY, SNAPSHOTTING, SNAPSHOTTING, SUPERSEDES } },
	{ JOB_SNAPSHOT_DELETE, begin_snapshot_delete, "a snapshot of the disk is being deleted",
	  { YES, YES, YES, YES, YES, YES, YES, YES,
	    YES, YES, YES, YES, YES, YES, YES, YES } },
	{ JOB_SNAPSHOT_EXPIRE, begin_snapshot_expire, "a snapshot of the disk waits for the end of its RetentionDays",
	  { YES, YES, YES, YES, YES, YES, YES, YES,
	    YES, YES, YES, YES, YES, YES, YES, SUPERSEDES } },
};

#define N_JOB_ROWS COUNT_OF(job_rows)

static void begin_job(struct world *world, struct target *target, size_t row, enum verb verb)
{
	enum job_kind kind = job_rows[row].kind;
	bool of_disk = kind == JOB_DISK_CREATE || kind == JOB_DISK_DELETE || kind == JOB_ATTACH || kind == JOB_DETACH;
	struct job job;

	name_target(target);
	job_rows[row].begin(world, target, verb);
	job = *target->job ? get_job(world, target->job) :
	                     last_job(world, kind, of_disk ? NULL : target->instance, of_disk ? target->disk : NULL);
	assert_int_equal(job.kind, kind);
	assert_int_equal(job.state, JOB_OPEN);
	snprintf(target->job, sizeof target->job, "%s", job.id);
}

static void every_verb_against_every_job(void **state)
{
	size_t row;
	int verb;

	for (row = 0; row < N_JOB_ROWS; row++) {
		for (verb = 0; verb < VERB_MAX; verb++) {
			struct target target;

			begin_job(*state, &target, row, (enum verb)verb);
			expect(verb_names[verb], job_rows[row].words, outcome(*state, (enum verb)verb, &target),
			       job_rows[row].expected[verb]);
		}
	}
}

static void every_kind_of_job_is_tried(void **state)
{
	int kind;

	for (kind = 0; kind < JOB_KIND_MAX; kind++) {
		size_t row = 0;

		while (row < N_JOB_ROWS && (int)job_rows[row].kind != kind)
			row++;
		if (row == N_JOB_ROWS && !job_kinds[kind].of_group)
			fail_msg("no row for %s", job_kind_names[kind]);
	}
	(void)state;
}

/* The table of the core says the same, cell by cell: it is the second line behind the checks of each verb. */
static void the_table_of_the_core_agrees(void **state)
{
	size_t row;
	int verb;

	for (row = 0; row < N_JOB_ROWS; row++) {
		for (verb = 0; verb < VERB_MAX; verb++) {
			struct matrix_cell cell = matrix_cell((enum verb)verb, job_rows[row].kind);
			const char *expected = job_rows[row].expected[verb];

			if (cell.rule == MATRIX_SUPERSEDE)
				expect(verb_names[verb], job_rows[row].words, SUPERSEDES, expected);
			else if (cell.rule == MATRIX_REFUSE)
				assert_true(!text_equal(expected, YES) && !text_equal(expected, SUPERSEDES));
			else if (verb != VERB_DISK_DELETE && verb != VERB_DISK_MODIFY) /* refused for the disk's state, not for the job */
				expect(verb_names[verb], job_rows[row].words, YES, expected);
		}
	}
	(void)state;
}

/* ---- states of the instance ---- */

enum state_row {
	STATE_ATTACH,
	STATE_DETACH_DATA,
	STATE_DETACH_SYSTEM,
	STATE_START,
	STATE_STOP,
	STATE_REBOOT,
	STATE_RELEASE,
	STATE_RELEASE_FORCED,
	STATE_RESIZE,
	STATE_SPEC,
	STATE_REINIT,
	STATE_RESET,
	STATE_REPLACE,
	STATE_SNAPSHOT,
	STATE_ROW_MAX
};

static const struct {
	const char *words;
	enum verb verb;
	const char *expected[INSTANCE_STATE_MAX]; /* pending, starting, running, stopping, stopped, releasing */
} state_rows[STATE_ROW_MAX] = {
	[STATE_ATTACH] = { "attach", VERB_ATTACH,
	                   { INSTANCE_STATE, INSTANCE_STATE, YES, INSTANCE_STATE, YES, INSTANCE_STATE } },
	[STATE_DETACH_DATA] = { "detach a data disk", VERB_DETACH,
	                        { INSTANCE_STATE, INSTANCE_STATE, YES, INSTANCE_STATE, YES, INSTANCE_STATE } },
	[STATE_DETACH_SYSTEM] = { "detach the system disk", VERB_DETACH,
	                          { INSTANCE_STATE, INSTANCE_STATE, SYSTEM_ONLINE, INSTANCE_STATE, YES, INSTANCE_STATE } },
	[STATE_START] = { "start instance", VERB_INSTANCE_START,
	                  { INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, YES, INSTANCE_STATE } },
	[STATE_STOP] = { "stop instance", VERB_INSTANCE_STOP,
	                 { INSTANCE_STATE, INSTANCE_STATE, YES, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE } },
	[STATE_REBOOT] = { "reboot instance", VERB_INSTANCE_REBOOT,
	                   { INSTANCE_STATE, INSTANCE_STATE, YES, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE } },
	[STATE_RELEASE] = { "delete instance", VERB_INSTANCE_RELEASE,
	                    { BUILDING, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, YES, INSTANCE_STATE } },
	[STATE_RELEASE_FORCED] = { "delete instance (force)", VERB_INSTANCE_RELEASE_FORCED,
	                           { BUILDING, YES, YES, YES, YES, INSTANCE_STATE } },	[STATE_RESIZE] = { "resize disk", VERB_DISK_RESIZE,
	                   { INSTANCE_STATE, INSTANCE_STATE, YES, INSTANCE_STATE, YES, INSTANCE_STATE } },
	[STATE_SPEC] = { "modify disk spec", VERB_DISK_SPEC,
	                 { DISK_STATE, DISK_STATE, YES, DISK_STATE, YES, DISK_STATE } },
	[STATE_REINIT] = { "reinit disk", VERB_DISK_REINIT,
	                   { INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, YES, INSTANCE_STATE } },
	[STATE_RESET] = { "reset disk", VERB_DISK_RESET,
	                  { INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, YES, INSTANCE_STATE } },
	[STATE_REPLACE] = { "replace system disk", VERB_SYSTEM_DISK_REPLACE,
	                    { BUILDING, INSTANCE_STATE, INSTANCE_STATE, INSTANCE_STATE, YES, INSTANCE_STATE } },
	[STATE_SNAPSHOT] = { "create snapshot", VERB_SNAPSHOT_CREATE,
	                     { INSTANCE_STATE, INSTANCE_STATE, YES, INSTANCE_STATE, YES, INSTANCE_STATE } },
};

static void every_verb_in_every_state(void **state)
{
	int row;
	int at;

	for (row = 0; row < STATE_ROW_MAX; row++) {
		for (at = 0; at < INSTANCE_STATE_MAX; at++) {
			struct target target;

			name_target(&target);
			put_target_instance(*state, &target, (enum instance_state)at);
			put_target_disk(*state, &target, row == STATE_ATTACH ? DISK_STATUS_AVAILABLE : DISK_STATUS_IN_USE, false);
			if (row == STATE_DETACH_SYSTEM)
				snprintf(target.disk, sizeof target.disk, "%.50s-system", target.instance);
			expect(state_rows[row].words, instance_state_names[at], outcome(*state, state_rows[row].verb, &target),
			       state_rows[row].expected[at]);
		}
	}
}

/* ---- statuses of the disk ---- */

static const struct {
	const char *words;
	enum verb verb;
	bool shared;
	const char *expected[DISK_STATUS_MAX]; /* creating, available, attaching, in-use, detaching, deleting, reiniting; failed
	                                           to be made, deleted, grown, put back */
} status_rows[] = {
	{ "attach", VERB_ATTACH, false,
	  { DISK_STATE, YES, DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE,
	    DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE } },
	{ "attach a multi-attach disk to one more", VERB_ATTACH, true,
	  { DISK_STATE, YES, YES, YES, YES, DISK_STATE, DISK_STATE,
	    DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE } },
	{ "detach", VERB_DETACH, false,
	  { DISK_STATE, "disk-not-attached", DISK_STATE, YES, DETACHING, DISK_STATE, DISK_STATE,
	    "disk-not-attached", "disk-not-attached", "disk-not-attached", "disk-not-attached" } },
	{ "delete disk", VERB_DISK_DELETE, false,
	  { DISK_STATE, YES, DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE,
	    YES, DISK_STATE, YES, YES } },
	{ "modify disk", VERB_DISK_MODIFY, false,
	  { DISK_STATE, YES, YES, YES, YES, DISK_STATE, YES,
	    YES, YES, YES, YES } },
	{ "resize disk", VERB_DISK_RESIZE, false,
	  { DISK_STATE, YES, DISK_STATE, YES, DISK_STATE, DISK_STATE, DISK_STATE,
	    DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE } },
	{ "modify disk spec", VERB_DISK_SPEC, false,
	  { DISK_STATE, YES, DISK_STATE, YES, DISK_STATE, DISK_STATE, DISK_STATE,
	    DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE } },
	{ "reinit disk", VERB_DISK_REINIT, false,
	  { DISK_STATE, DISK_STATE, DISK_STATE, YES, DISK_STATE, DISK_STATE, DISK_STATE,
	    DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE } },
	{ "reset disk", VERB_DISK_RESET, false,
	  { DISK_STATE, YES, DISK_STATE, YES, DISK_STATE, DISK_STATE, DISK_STATE,
	    DISK_STATE, DISK_STATE, DISK_STATE, YES } },
	{ "create snapshot", VERB_SNAPSHOT_CREATE, false,
	  { DISK_STATE, YES, DISK_STATE, YES, DISK_STATE, DISK_STATE, DISK_STATE,
	    DISK_STATE, DISK_STATE, DISK_STATE, DISK_STATE } },
};

static void every_verb_in_every_status(void **state)
{
	size_t row;
	int at;

	for (row = 0; row < COUNT_OF(status_rows); row++) {
		for (at = 0; at < DISK_STATUS_MAX; at++) {
			struct target target;

			name_target(&target);
			put_target_instance(*state, &target, wants_stopped(status_rows[row].verb) ? INSTANCE_STOPPED : INSTANCE_RUNNING);
			put_target_disk(*state, &target, (enum disk_status)at, status_rows[row].shared);
			if (status_rows[row].verb == VERB_ATTACH) {
				snprintf(target.instance, sizeof target.instance, "i-more-%s", target.disk);
				put_target_instance(*state, &target, INSTANCE_RUNNING);
			}
			assert_int_equal(get_disk(*state, target.disk).status, at);
			expect(status_rows[row].words, disk_status_names[at], outcome(*state, status_rows[row].verb, &target),
			       status_rows[row].expected[at]);
		}
	}
}

/* ---- the page ---- */

static void add_line(struct buf *page, const char *first, const char *const *cells, int n)
{
	int i;

	buf_printf(page, "| %s |", first);
	for (i = 0; i < n; i++)
		buf_printf(page, " %s |", cells[i]);
	buf_add_char(page, '\n');
}

static void add_head(struct buf *page, const char *first, const char *const *names, int n)
{
	int i;

	add_line(page, first, names, n);
	buf_add_text(page, "|---|");
	for (i = 0; i < n; i++)
		buf_add_text(page, "---|");
	buf_add_char(page, '\n');
}

static void print_page(struct buf *page)
{
	size_t i;

	buf_add_text(page,
	             "# What a call does while something else is under way\n\n"
	             "`yes`: it is accepted and both go on; `supersedes`: it takes the place of what was under way; anything "
	             "else is the reason of the refusal.\n"
	             "Printed by `tests/unit/test_core_matrix.c`, which tries every cell; `CLEAT_MATRIX_OUT=docs/matrix.md` "
	             "writes it anew.\n\n"
	             "## Jobs under way on the same disk or instance\n\n");
	add_head(page, "under way", verb_names, VERB_MAX);
	for (i = 0; i < N_JOB_ROWS; i++)
		add_line(page, job_rows[i].words, job_rows[i].expected, VERB_MAX);
	buf_add_text(page, "\n## States of the instance\n\n");
	add_head(page, "call", instance_state_names, INSTANCE_STATE_MAX);
	for (i = 0; i < STATE_ROW_MAX; i++)
		add_line(page, state_rows[i].words, state_rows[i].expected, INSTANCE_STATE_MAX);
	buf_add_text(page, "\n## Statuses of the disk\n\n");
	add_head(page, "call", disk_status_names, DISK_STATUS_MAX);
	for (i = 0; i < COUNT_OF(status_rows); i++)
		add_line(page, status_rows[i].words, status_rows[i].expected, DISK_STATUS_MAX);
}

static void read_file(const char *path, struct buf *ret)
{
	FILE *file = fopen(path, "r");
	char piece[4096];
	size_t n;

	if (!file)
		fail_msg("cannot read %s", path);
	while ((n = fread(piece, 1, sizeof piece, file)))
		buf_add(ret, piece, n);
	fclose(file);
}

/* The other tests of this file say that the page is true; this one that it is the page of the docs. */
static void the_page_is_up_to_date(void **state)
{
	const char *out = getenv("CLEAT_MATRIX_OUT");
	const char *docs = getenv("CLEAT_TEST_DOCS");
	struct buf BUF_CLEANUP page;
	struct buf BUF_CLEANUP there;
	char path[1024];

	(void)state;
	buf_init(&page, 65536);
	buf_init(&there, 65536);
	print_page(&page);
	if (out) {
		FILE *file = fopen(out, "w");

		assert_non_null(file);
		assert_int_equal(fwrite(page.data, 1, page.length, file), page.length);
		assert_int_equal(fclose(file), 0);
	}
	if (!docs)
		skip();
	snprintf(path, sizeof path, "%s/matrix.md", docs);
	read_file(path, &there);
	assert_string_equal(buf_text(&there), buf_text(&page));
}

static int run(const char *name)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(every_verb_against_every_job),
		cmocka_unit_test(every_kind_of_job_is_tried),
		cmocka_unit_test(the_table_of_the_core_agrees),
		WORLD_TEST(every_verb_in_every_state),
		WORLD_TEST(every_verb_in_every_status),
		cmocka_unit_test(the_page_is_up_to_date),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	return world_run_twice(run, "verbs, jobs and states");
}
