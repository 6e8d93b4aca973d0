/* The verbs that change a disk that exists, and those of snapshots: each reason is provoked alone, and together with each
 * later one of its table, before which it is answered. */
#include "change_fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/moment.h"
#include "base/text.h"

#define IMAGE "debian_12_6_x64_20G_alibase_20240819.vhd"

/* A disk on an instance, with a snapshot, and what is asked. */
struct scene {
	int number;
	char disk_id[32], instance_id[32], snapshot_id[32];
	struct account account;
	struct instance instance;
	struct disk disk;
	struct attachment attachment;
	struct snapshot snapshot;
	struct snapshot other; /* of the disk as well, progressing; no row if it has no id */
	const char *region;    /* of the caller */
	const char *named;     /* the disk that is named; NULL: none */
	const char *named_instance, *named_snapshot;
	const char *image, *image_disk;
	struct disk_modify_args modify;
	int64_t size_gib;
	bool online, force, resizing;
	struct disk_spec_args spec;
	int64_t n_snapshots; /* that the disk has already */
};

struct row {
	void (*set)(struct scene *s); /* makes the condition of the row hold */
	enum refusal_reason reason;
};

/* A short list, in memory that lives as long as the test. */
static const char *join(const char *list, const char *item)
{
	if (text_list_has(list, item))
		return list;
	return *list ? "security,financial" : item;
}

/* ---- conditions ---- */

#define SET(name, statement)                      \
	static void set_##name(struct scene *s)   \
	{                                         \
		statement;                        \
	}

SET(region, s->region = "mars-1")
SET(no_disk, s->named = "d-nothing")
SET(disk_of_other, s->disk.tenant.account = "2000")
SET(no_instance, s->named_instance = "i-nothing")
SET(white_list, s->account.disk_white_list = false)
SET(local, s->disk.category = "ephemeral_ssd")
SET(elastic, s->disk.category = "elastic_ephemeral_disk_standard")
SET(basic_online, s->disk.category = "cloud"; s->online = true)
SET(shared, s->disk.multi_attach = s->attachment.shared = true)
SET(shared_online, s->disk.multi_attach = s->attachment.shared = s->online = true)
SET(overdue, s->disk.overdue = true)
SET(detaching, s->attachment.state = ATTACHMENT_DETACHING)
SET(attaching, s->attachment.state = ATTACHMENT_ATTACHING)
SET(reiniting, s->disk.state = DISK_REINITING)
SET(creating, s->disk.state = DISK_CREATING)
SET(released, s->attachment.state = ATTACHMENT_DETACHED)
SET(security, s->instance.locks = join(s->instance.locks, "security"))
SET(financial, s->instance.locks = join(s->instance.locks, "financial"))
SET(online_stopped, s->online = true; s->instance.state = INSTANCE_STOPPED)
SET(starting, s->instance.state = INSTANCE_STARTING)
SET(running, s->instance.state = INSTANCE_RUNNING)
SET(pending, s->instance.state = INSTANCE_PENDING)
SET(never_started, s->instance.started_at = 0)
SET(never_attached, s->attachment.state = ATTACHMENT_DETACHED; s->disk.attached_at = 0)
SET(same, s->size_gib = s->disk.size_gib)
SET(shrinks, s->size_gib = s->disk.size_gib - 1)
SET(too_large, s->size_gib = 65537)
SET(system_too_large, s->size_gib = 2049)
SET(too_small, s->size_gib = 19)
SET(below_image, s->image = "win2022_21H2_x64_dtc_zh-cn_40G_alibase_20240917.vhd"; s->size_gib = 39)
SET(snapshotting, s->other.id = "")
SET(spec_nothing, s->spec.category = s->spec.performance_level = "")
SET(essd_entry, s->disk.category = "cloud_essd_entry"; s->disk.performance_level = "")
SET(to_local, s->spec.category = "ephemeral_ssd")
SET(level_of_ssd, s->spec.category = "cloud_ssd"; s->spec.performance_level = "PL1")
SET(iops_of_ssd, s->spec.category = "cloud_ssd"; s->spec.iops_given = true; s->spec.iops = 1; s->spec.performance_level = "")
SET(iops_beyond, s->spec.category = "cloud_auto"; s->spec.iops_given = true; s->spec.iops = 45701; s->spec.performance_level = "")
SET(iops_most, s->spec.category = "cloud_auto"; s->spec.iops_given = true; s->spec.iops = 45700; s->spec.performance_level = "")
SET(level_beyond_size, s->spec.performance_level = "PL3")
SET(paid_by_use, s->instance.charge_type = CHARGE_POST_PAID)
SET(no_disks, s->named = NULL)
SET(a_system_disk, s->disk.type = DISK_SYSTEM)
SET(resizing, s->resizing = true)
SET(base_image_lost, s->disk.base_image_lost = true)
SET(image_gone, s->disk.type = DISK_SYSTEM; s->disk.image = "no-such-image")
SET(source_gone, s->disk.source_snapshot = "s-gone")
SET(no_snapshot, s->named_snapshot = "s-nothing")
SET(leaving_snapshot, s->snapshot.state = SNAPSHOT_DELETING)
SET(progressing, s->snapshot.state = SNAPSHOT_PROGRESSING; s->snapshot.accomplished_at = 0)
SET(failed, s->snapshot.state = SNAPSHOT_FAILED; s->snapshot.accomplished_at = 0)
SET(other_disk, s->snapshot.disk = "d-other")
SET(full, s->n_snapshots = SNAPSHOTS_MAX)
SET(image_missing, s->image = NULL)
SET(image_and_disk, s->image = IMAGE; s->image_disk = "d-1")
SET(no_image, s->image = "no-such-image")
SET(no_system_disk, s->attachment.boot = false; s->attachment.device = "/dev/xvdb")
SET(nothing_named, s->named = NULL)
SET(nothing_asked, s->modify = modify_args(NULL, 0))
SET(not_portable, s->disk.portable = false)
SET(going_along, s->modify.delete_with_instance = 1)


/* ---- the scene ---- */

static struct scene begin(bool stopped, bool system)
{
	static int number;
	struct scene s = { .number = ++number, .size_gib = 100, .image = IMAGE,
		           .spec = { .category = "", .performance_level = "PL0" } };

	snprintf(s.disk_id, sizeof s.disk_id, "d-%d", number);
	snprintf(s.instance_id, sizeof s.instance_id, "i-%d", number);
	snprintf(s.snapshot_id, sizeof s.snapshot_id, "s-%d", number);
	s.account = world_account("1000");
	s.instance = world_instance("");
	s.instance.started_at = WORLD_NOW;
	s.instance.state = stopped ? INSTANCE_STOPPED : INSTANCE_RUNNING;
	s.disk = world_disk("");
	s.disk.size_gib = 50;
	s.disk.attached_at = WORLD_NOW;
	s.disk.type = system ? DISK_SYSTEM : DISK_DATA;
	s.disk.image = system ? IMAGE : "";
	s.attachment = world_attachment("", "", "");
	s.attachment.boot = system;
	s.attachment.device = system ? "/dev/xvda" : "/dev/xvdb";
	s.snapshot = world_snapshot("", NULL);
	s.other.state = SNAPSHOT_FAILED; /* no row */
	s.named = s.named_instance = s.named_snapshot = "";
	s.modify = modify_args(NULL, 0);
	s.modify.name = "new name";
	s.modify.delete_with_instance = 0;
	return s;
}

static void put_more_snapshots(struct world *world, struct scene *s)
{
	int64_t i;

	for (i = 0; i < s->n_snapshots; i++) {
		char id[64];

		snprintf(id, sizeof id, "s-%d-%d", s->number, (int)i);
		put_snapshot(world, world_snapshot(id, s->disk_id));
	}
}

/* Writes the rows, with the ids that only now point to the right place. */
static void put_scene(struct world *world, struct scene *s)
{
	char attachment[40];

	snprintf(attachment, sizeof attachment, "%s.1", s->disk_id);
	s->disk.id = s->attachment.disk = s->disk_id;
	s->instance.id = s->attachment.instance = s->instance_id;
	s->snapshot.id = s->snapshot_id;
	s->snapshot.disk = text_or(s->snapshot.disk, s->disk_id);
	s->attachment.id = attachment;
	s->attachment.slot_held = s->attachment.state != ATTACHMENT_DETACHED;
	if (s->named && !*s->named)
		s->named = s->disk_id;
	if (!*s->named_instance)
		s->named_instance = s->instance_id;
	if (!*s->named_snapshot)
		s->named_snapshot = s->snapshot_id;
	world->caller.tenant.region = NULL;
	put_account(world, s->account);
	put_instance(world, s->instance);
	put_disk(world, s->disk);
	put_attachment(world, s->attachment);
	put_snapshot(world, s->snapshot);
	put_more_snapshots(world, s);
}

/* A job of the disk's own, opened as its verb would. */
static bool open_one(struct work *work, void *args)
{
	struct job job = *(const struct job *)args;

	job_open(work, &job);
	return true;
}

static void put_job(struct world *world, const struct scene *s, enum job_kind kind, const char *lock)
{
	char text[64];
	struct job job = { .kind = kind,
		           .step = JOB_REQUESTED,
		           .tenant = tenant_of("1000"),
		           .driver = "fake",
		           .disk = s->disk_id,
		           .old_size_gib = s->disk.size_gib };

	snprintf(text, sizeof text, "%s/%s", lock, s->disk_id);
	job.lock = text;
	assert_int_equal(world_change(world, open_one, &job), REFUSE_NONE);
}

typedef enum refusal_reason (*call)(struct world *world, struct scene *s);

static enum refusal_reason act(struct world *world, struct scene *s, call verb)
{
	enum refusal_reason reason;

	put_scene(world, s);
	if (s->other.id)
		put_job(world, s, JOB_SNAPSHOT_CREATE, "snapshot");
	if (s->resizing)
		put_job(world, s, JOB_DISK_RESIZE, "disk");
	world->caller.tenant.region = s->region;
	reason = verb(world, s);
	world->caller.tenant.region = NULL;
	return reason;
}

/* Each row alone, and each before each later one. */
static void check_table(struct world *world, const struct row *rows, size_t n, struct scene (*scene)(void), call verb)
{
	struct scene plain = scene();
	size_t i;
	size_t j;

	assert_string_equal(refusal_words[act(world, &plain, verb)], "");
	for (i = 0; i < n; i++) {
		for (j = i; j < n; j++) {
			struct scene s = scene();
			enum refusal_reason reason;

			rows[j].set(&s);
			rows[i].set(&s);
			reason = act(world, &s, verb);
			if (reason != rows[i].reason)
				fail_msg("row %zu (%s) with row %zu (%s): %s", i, refusal_words[rows[i].reason], j,
				         refusal_words[rows[j].reason], refusal_words[reason]);
		}
	}
}

static struct scene data_running(void)
{
	return begin(false, false);
}

static struct scene data_stopped(void)
{
	return begin(true, false);
}

static struct scene system_stopped(void)
{
	return begin(true, true);
}

/* ---- ResizeDisk ---- */

static enum refusal_reason call_resize(struct world *world, struct scene *s)
{
	return do_resize(world, s->named, s->size_gib, s->online);
}

static void resize_refuses_in_order(void **state)
{
	static const struct row rows[] = {
		{ set_region, REFUSE_REGION_UNKNOWN },
		{ set_no_disk, REFUSE_DISK_UNKNOWN },
		{ set_disk_of_other, REFUSE_DISK_UNKNOWN },
		{ set_white_list, REFUSE_NOT_IN_WHITE_LIST },
		{ set_overdue, REFUSE_DISK_OVERDUE },
		{ set_local, REFUSE_DISK_CATEGORY },
		{ set_basic_online, REFUSE_DISK_NO_ONLINE_RESIZE },
		{ set_shared_online, REFUSE_DISK_MULTI_ATTACH_ONLINE },
		{ set_detaching, REFUSE_DISK_STATE },
		{ set_attaching, REFUSE_DISK_STATE },
		{ set_reiniting, REFUSE_DISK_STATE },
		{ set_security, REFUSE_INSTANCE_LOCKED_SECURITY },
		{ set_financial, REFUSE_INSTANCE_LOCKED_FINANCIAL },
		{ set_online_stopped, REFUSE_INSTANCE_NOT_RUNNING },
		{ set_starting, REFUSE_INSTANCE_STATE },
		{ set_same, REFUSE_DISK_SAME_SIZE },
		{ set_shrinks, REFUSE_DISK_SHRINKS },
		{ set_too_large, REFUSE_DISK_TOO_LARGE },
		{ set_snapshotting, REFUSE_DISK_SNAPSHOTTING },
	};
	static const struct row alone[] = { { set_resizing, REFUSE_DISK_RESIZING } };
	static const struct row system[] = { { set_system_too_large, REFUSE_DISK_TOO_LARGE } };

	check_table(*state, rows, COUNT_OF(rows), data_running, call_resize);
	check_table(*state, alone, 1, data_running, call_resize);
	check_table(*state, system, 1, system_stopped, call_resize);
}

/* ---- ModifyDiskSpec ---- */

static enum refusal_reason call_spec(struct world *world, struct scene *s)
{
	s->spec.disk = s->named;
	return do_spec(world, s->spec);
}

static void spec_refuses_in_order(void **state)
{
	static const struct row rows[] = {
		{ set_region, REFUSE_REGION_UNKNOWN },
		{ set_spec_nothing, REFUSE_NOTHING_TO_CHANGE },
		{ set_no_disk, REFUSE_DISK_UNKNOWN },
		{ set_disk_of_other, REFUSE_DISK_UNKNOWN },
		{ set_overdue, REFUSE_DISK_OVERDUE },
		{ set_shared, REFUSE_DISK_MULTI_ATTACH },
		{ set_local, REFUSE_DISK_CATEGORY },
		{ set_elastic, REFUSE_DISK_CATEGORY },
		{ set_essd_entry, REFUSE_DISK_CATEGORY },
		{ set_detaching, REFUSE_DISK_STATE },
		{ set_attaching, REFUSE_DISK_STATE },
		{ set_reiniting, REFUSE_DISK_STATE },
		{ set_starting, REFUSE_DISK_STATE },
		{ set_financial, REFUSE_INSTANCE_LOCKED_FINANCIAL },
		{ set_level_beyond_size, REFUSE_DISK_SIZE },
		{ set_snapshotting, REFUSE_DISK_SNAPSHOTTING },
	};
	/* Of what it shall be, each row asks for something else. */
	static const struct row alone[] = {
		{ set_resizing, REFUSE_DISK_STATE },
		{ set_to_local, REFUSE_DISK_CATEGORY },
		{ set_level_of_ssd, REFUSE_DISK_PERFORMANCE_LEVEL },
		{ set_iops_of_ssd, REFUSE_DISK_PROVISIONED_IOPS },
		{ set_iops_beyond, REFUSE_DISK_PROVISIONED_IOPS },
		{ set_iops_most, REFUSE_NONE },
	};
	size_t i;

	check_table(*state, rows, COUNT_OF(rows), data_running, call_spec);
	for (i = 0; i < COUNT_OF(alone); i++)
		check_table(*state, &alone[i], 1, data_running, call_spec);
}

/* ---- ModifyDiskChargeType ---- */

static enum refusal_reason call_charge(struct world *world, struct scene *s)
{
	return do_charge(world, (struct disk_charge_args){ .instance = s->named_instance, .disks = &s->named,
	                                                   .n_disks = s->named ? 1 : 0, .pre_paid = true });
}

static struct scene data_paid_for(void)
{
	struct scene s = begin(false, false);

	s.instance.charge_type = CHARGE_PRE_PAID;
	return s;
}

static void charge_refuses_in_order(void **state)
{
	static const struct row rows[] = {
		{ set_region, REFUSE_REGION_UNKNOWN },
		{ set_no_instance, REFUSE_INSTANCE_UNKNOWN },
		{ set_paid_by_use, REFUSE_INSTANCE_POST_PAID },
		{ set_starting, REFUSE_INSTANCE_STATE },
		{ set_no_disks, REFUSE_DISK_MISSING },
		{ set_no_disk, REFUSE_DISK_UNKNOWN },
		{ set_disk_of_other, REFUSE_DISK_UNKNOWN },
		{ set_a_system_disk, REFUSE_DISK_SYSTEM },
		{ set_shared, REFUSE_DISK_MULTI_ATTACH },
		{ set_detaching, REFUSE_DISK_NOT_ATTACHED },
		{ set_attaching, REFUSE_DISK_NOT_ATTACHED },
		{ set_released, REFUSE_DISK_NOT_ATTACHED },
		{ set_local, REFUSE_DISK_LOCAL },
	};

	check_table(*state, rows, COUNT_OF(rows), data_paid_for, call_charge);
}

/* ---- ReInitDisk ---- */

static enum refusal_reason call_reinit(struct world *world, struct scene *s)
{
	return do_reinit(world, s->named, false);
}

static void reinit_refuses_in_order(void **state)
{
	static const struct row rows[] = {
		{ set_region, REFUSE_REGION_UNKNOWN },
		{ set_no_disk, REFUSE_DISK_UNKNOWN },
		{ set_white_list, REFUSE_NOT_IN_WHITE_LIST },
		{ set_local, REFUSE_DISK_CATEGORY },
		{ set_elastic, REFUSE_DISK_CATEGORY },
		{ set_shared, REFUSE_DISK_MULTI_ATTACH },
		{ set_base_image_lost, REFUSE_DISK_BASE_IMAGE_LOST },
		{ set_detaching, REFUSE_DISK_STATE },
		{ set_released, REFUSE_DISK_STATE },
		{ set_security, REFUSE_INSTANCE_LOCKED_SECURITY },
		{ set_financial, REFUSE_INSTANCE_LOCKED_FINANCIAL },
		{ set_running, REFUSE_INSTANCE_STATE },
		{ set_never_started, REFUSE_DISK_STATE },
		{ set_image_gone, REFUSE_IMAGE_UNKNOWN },
		{ set_source_gone, REFUSE_SNAPSHOT_GONE },
		{ set_snapshotting, REFUSE_DISK_SNAPSHOTTING },
	};

	check_table(*state, rows, COUNT_OF(rows), data_stopped, call_reinit);
}

/* ---- ResetDisk ---- */

static enum refusal_reason call_reset(struct world *world, struct scene *s)
{
	return do_reset(world, s->named, s->named_snapshot);
}

static void reset_refuses_in_order(void **state)
{
	static const struct row rows[] = {
		{ set_region, REFUSE_REGION_UNKNOWN },
		{ set_no_disk, REFUSE_DISK_UNKNOWN },
		{ set_white_list, REFUSE_NOT_IN_WHITE_LIST },
		{ set_no_snapshot, REFUSE_SNAPSHOT_UNKNOWN },
		{ set_leaving_snapshot, REFUSE_SNAPSHOT_UNKNOWN },
		{ set_other_disk, REFUSE_SNAPSHOT_OTHER_DISK },
		{ set_progressing, REFUSE_SNAPSHOT_NOT_READY },
		{ set_failed, REFUSE_SNAPSHOT_NOT_READY },
		{ set_detaching, REFUSE_DISK_STATE },
		{ set_security, REFUSE_INSTANCE_LOCKED_SECURITY },
		{ set_financial, REFUSE_INSTANCE_LOCKED_FINANCIAL },
		{ set_running, REFUSE_INSTANCE_STATE },
		{ set_snapshotting, REFUSE_JOB_IN_THE_WAY },
	};
	struct scene free_disk = data_stopped();

	check_table(*state, rows, COUNT_OF(rows), data_stopped, call_reset);
	set_released(&free_disk);
	assert_string_equal(refusal_words[act(*state, &free_disk, call_reset)], "");
}

/* ---- ReplaceSystemDisk ---- */

static enum refusal_reason call_replace(struct world *world, struct scene *s)
{
	struct replace_disk replace = { .args = { .instance = s->named_instance,
		                                  .image = s->image,
		                                  .disk = s->image_disk,
		                                  .size_given = true,
		                                  .size_gib = s->size_gib } };

	return do_replace(world, &replace);
}

static void replace_refuses_in_order(void **state)
{
	static const struct row rows[] = {
		{ set_region, REFUSE_REGION_UNKNOWN },
		{ set_image_and_disk, REFUSE_IMAGE_AND_DISK },
		{ set_image_missing, REFUSE_IMAGE_MISSING },
		{ set_no_instance, REFUSE_INSTANCE_UNKNOWN },
		{ set_pending, REFUSE_INSTANCE_BUILDING },
		{ set_security, REFUSE_INSTANCE_LOCKED_SECURITY },
		{ set_financial, REFUSE_INSTANCE_LOCKED_FINANCIAL },
		{ set_running, REFUSE_INSTANCE_STATE },
		{ set_no_system_disk, REFUSE_INSTANCE_NO_SYSTEM_DISK },
		{ set_no_image, REFUSE_IMAGE_UNKNOWN },
		{ set_detaching, REFUSE_DISK_STATE },
		{ set_below_image, REFUSE_SYSTEM_DISK_BELOW_IMAGE },
		{ set_system_too_large, REFUSE_SYSTEM_DISK_TOO_LARGE },
		{ set_snapshotting, REFUSE_DISK_SNAPSHOTTING },
	};
	/* No image is smaller than the smallest disk: the row stands behind the image's. */
	struct scene high_level = system_stopped();

	check_table(*state, rows, COUNT_OF(rows), system_stopped, call_replace);
	high_level.disk.performance_level = "PL2";
	assert_int_equal(act(*state, &high_level, call_replace), REFUSE_SYSTEM_DISK_TOO_SMALL);
	high_level = system_stopped();
	set_too_small(&high_level);
	assert_int_equal(act(*state, &high_level, call_replace), REFUSE_SYSTEM_DISK_BELOW_IMAGE);
}

/* ---- ModifyDiskAttribute ---- */

static enum refusal_reason call_modify(struct world *world, struct scene *s)
{
	s->modify.disks = &s->named;
	s->modify.n_disks = s->named ? 1 : 0;
	return do_modify(world, s->modify);
}

static void modify_refuses_in_order(void **state)
{
	static const struct row rows[] = {
		{ set_region, REFUSE_REGION_UNKNOWN },
		{ set_nothing_named, REFUSE_DISK_MISSING },
		{ set_nothing_asked, REFUSE_NOTHING_TO_CHANGE },
		{ set_no_disk, REFUSE_DISK_UNKNOWN },
		{ set_white_list, REFUSE_NOT_IN_WHITE_LIST },
		{ set_creating, REFUSE_DISK_STATE },
		{ set_detaching, REFUSE_DISK_STATE },
		{ set_attaching, REFUSE_DISK_STATE },
		{ set_shared, REFUSE_DISK_MULTI_ATTACH_FLAG },
		{ set_not_portable, REFUSE_DISK_NOT_PORTABLE },
		{ set_local, REFUSE_DISK_NOT_PORTABLE },
		{ set_elastic, REFUSE_DISK_NOT_PORTABLE },
	};
	struct scene s = data_running();

	check_table(*state, rows, COUNT_OF(rows), data_running, call_modify);
	/* Whether it goes with its instance is its own affair; the rest can be changed all the time. */
	set_not_portable(&s);
	set_going_along(&s);
	assert_string_equal(refusal_words[act(*state, &s, call_modify)], "");
	s = data_running();
	set_detaching(&s);
	s.modify.delete_with_instance = -1;
	assert_string_equal(refusal_words[act(*state, &s, call_modify)], "");
	assert_string_equal(get_disk(*state, s.disk_id).name, "new name");
}

static void modify_changes_all_or_none(void **state)
{
	static const char *const disks[] = { "d-first", "d-second", "d-missing" };
	struct disk_modify_args args = modify_args(disks, 3);
	struct world *world = *state;

	put_disk(world, world_disk("d-first"));
	put_disk(world, world_disk("d-second"));
	args.description = "new";
	args.delete_auto_snapshot = args.enable_auto_snapshot = args.bursting = args.delete_with_instance = 1;
	assert_int_equal(do_modify(world, args), REFUSE_DISK_UNKNOWN);
	assert_string_equal(world->refusal.subject, "d-missing");
	assert_string_equal(get_disk(world, "d-first").description, "");
	args.n_disks = 2;
	assert_int_equal(do_modify(world, args), REFUSE_NONE);
	for (int i = 0; i < 2; i++) {
		struct disk disk = get_disk(world, disks[i]);

		assert_string_equal(disk.description, "new");
		assert_true(disk.delete_auto_snapshot && disk.enable_auto_snapshot && disk.bursting &&
		            disk.delete_with_instance);
	}
}

/* ---- CreateSnapshot ---- */

static enum refusal_reason call_snapshot(struct world *world, struct scene *s)
{
	struct create_snapshot create = { .args = { .disk = s->named } };

	return do_create_snapshot(world, &create);
}

static void snapshot_refuses_in_order(void **state)
{
	static const struct row rows[] = {
		{ set_region, REFUSE_REGION_UNKNOWN },
		{ set_no_disk, REFUSE_DISK_UNKNOWN },
		{ set_local, REFUSE_DISK_NO_SNAPSHOTS },
		{ set_elastic, REFUSE_DISK_NO_SNAPSHOTS },
		{ set_overdue, REFUSE_DISK_OVERDUE },
		{ set_detaching, REFUSE_DISK_STATE },
		{ set_reiniting, REFUSE_DISK_STATE },
		{ set_never_attached, REFUSE_DISK_NEVER_ATTACHED },
		{ set_security, REFUSE_INSTANCE_LOCKED_SECURITY },
		{ set_starting, REFUSE_INSTANCE_STATE },
		{ set_never_started, REFUSE_DISK_NEVER_USED },
		{ set_snapshotting, REFUSE_DISK_SNAPSHOTTING },
	};
	struct scene s = data_running();

	check_table(*state, rows, COUNT_OF(rows), data_running, call_snapshot);
	/* A financial lock does not hinder it. */
	set_financial(&s);
	assert_string_equal(refusal_words[act(*state, &s, call_snapshot)], "");
	s = data_running();
	set_full(&s);
	set_snapshotting(&s);
	assert_int_equal(act(*state, &s, call_snapshot), REFUSE_SNAPSHOT_LIMIT);
}

/* ---- DeleteSnapshot, and disks of snapshots ---- */

static void a_snapshot_with_disks_is_deleted_by_force(void **state)
{
	struct world *world = *state;
	struct disk disk = world_disk("d-2");

	put_snapshot(world, world_snapshot("s-1", "d-1"));
	disk.source_snapshot = "s-1";
	disk.state = DISK_CREATING;
	put_disk(world, disk);
	assert_int_equal(do_delete_snapshot(world, "s-1", false), REFUSE_SNAPSHOT_HAS_DISKS);
	assert_int_equal(do_delete_snapshot(world, "s-1", true), REFUSE_JOB_IN_THE_WAY);
	disk.state = DISK_READY;
	put_disk(world, disk);
	assert_int_equal(do_delete_snapshot(world, "s-1", false), REFUSE_SNAPSHOT_HAS_DISKS);
	assert_int_equal(do_delete_snapshot(world, "s-1", true), REFUSE_NONE);
	finish_jobs(world);
	assert_false(has_snapshot(world, "s-1"));
	/* No error, and no job. */
	assert_int_equal(do_delete_snapshot(world, "s-1", false), REFUSE_NONE);
	assert_int_equal(world->n_tickets, 0);
	world->caller.tenant.region = "mars-1";
	assert_int_equal(do_delete_snapshot(world, "s-1", false), REFUSE_REGION_UNKNOWN);
}

static void a_disk_of_a_snapshot_is_never_smaller(void **state)
{
	static const struct {
		bool given;
		int64_t size_gib, expected;
	} cases[] = { { false, 0, 50 }, { true, 20, 50 }, { true, 50, 50 }, { true, 60, 60 } };
	struct world *world = *state;
	struct snapshot snapshot = world_snapshot("s-1", "d-1");
	size_t i;

	snapshot.size_gib = 50;
	snapshot.encrypted = true;
	snapshot.kms_key = "key";
	put_snapshot(world, snapshot);
	world->caller.tenant.region = WORLD_REGION;
	for (i = 0; i < COUNT_OF(cases); i++) {
		struct create_disk create = { .args = { .zone = WORLD_ZONE,
			                                .category = "cloud_essd",
			                                .snapshot = "s-1",
			                                .size_given = cases[i].given,
			                                .size_gib = cases[i].size_gib } };
		struct disk disk;
		struct plan plan;

		assert_int_equal(do_create_disk(world, &create), REFUSE_NONE);
		disk = get_disk(world, create.id);
		assert_int_equal(disk.size_gib, cases[i].expected);
		assert_string_equal(disk.source_snapshot, "s-1");
		assert_true(disk.encrypted);
		assert_string_equal(disk.kms_key, "key");
		plan = plan_of(world, begun_job(world));
		assert_string_equal(plan.calls[0].snapshot, "s-1");
		create.args.encrypted_given = true;
		assert_int_equal(do_create_disk(world, &create), REFUSE_SNAPSHOT_ENCRYPTION);
	}
}

static int run(const char *name)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(resize_refuses_in_order),
		WORLD_TEST(spec_refuses_in_order),
		WORLD_TEST(charge_refuses_in_order),
		WORLD_TEST(reinit_refuses_in_order),
		WORLD_TEST(reset_refuses_in_order),
		WORLD_TEST(replace_refuses_in_order),
		WORLD_TEST(modify_refuses_in_order),
		WORLD_TEST(modify_changes_all_or_none),
		WORLD_TEST(snapshot_refuses_in_order),
		WORLD_TEST(a_snapshot_with_disks_is_deleted_by_force),
		WORLD_TEST(a_disk_of_a_snapshot_is_never_smaller),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	return world_run_twice(run, "disks that exist");
}
