/* DetachDisk's rows in their order (docs/detach.md): each alone, in every way it can come about; and for each two of them
 * that can hold together, that the earlier one answers. What holds is told by predicates of this file, not by the
 * core's. */
#include "core_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define MAX_DETACHING 5

/* All that a detach can depend on. */
struct scene {
	struct caller caller;
	struct account account;
	struct instance here;
	struct instance there; /* another one */
	struct disk disk;
	bool attached;
	struct attachment attachment;
	size_t n_detaching; /* other disks of `here` that are Detaching */
	struct detach_args args;
};

#define DELETED_IMAGE "m-deleted"
static const char *const scene_image = "debian_12_6_x64_20G_alibase_20240819.vhd";

/* ---- what holds ---- */

static bool is_named(const struct scene *s)
{
	return text_equal(s->args.instance, s->here.id);
}

static bool is_disk_named(const struct scene *s)
{
	return text_equal(s->args.disk, s->disk.id);
}

static bool is_callers(const struct scene *s, const struct tenant *tenant)
{
	const struct tenant *caller = &s->caller.tenant;

	return text_equal(tenant->account, caller->account) && text_equal(tenant->scope, caller->scope) &&
	       (!caller->region || text_equal(tenant->region, caller->region));
}

static bool is_here(const struct scene *s)
{
	return is_disk_named(s) && s->attached && text_equal(s->attachment.instance, s->args.instance);
}

static bool is_system(const struct scene *s)
{
	return is_here(s) && s->attachment.boot;
}

static bool is_data(const struct scene *s)
{
	return is_disk_named(s) && !(s->attached && s->attachment.boot);
}

static bool holds_region(const struct scene *s)
{
	return text_equal(s->caller.tenant.region, "mars-1");
}

static bool holds_no_instance(const struct scene *s)
{
	return !is_named(s) || !is_callers(s, &s->here.tenant);
}

static bool holds_no_disk(const struct scene *s)
{
	return !is_disk_named(s) || !is_callers(s, &s->disk.tenant);
}

static bool holds_white_list(const struct scene *s)
{
	return !s->account.disk_white_list;
}

static bool holds_base_image(const struct scene *s)
{
	return is_disk_named(s) && s->disk.base_image_lost;
}

static bool holds_not_attached(const struct scene *s)
{
	return is_disk_named(s) && !s->attached && s->disk.state == DISK_READY;
}

static bool holds_elsewhere(const struct scene *s)
{
	return is_disk_named(s) && s->attached && !is_here(s);
}

static bool holds_detaching(const struct scene *s)
{
	return is_here(s) && s->attachment.state == ATTACHMENT_DETACHING;
}

static bool holds_disk_state(const struct scene *s)
{
	if (!is_disk_named(s))
		return false;
	return s->disk.overdue || s->disk.state != DISK_READY ||
	       (s->attached && s->attachment.state != ATTACHMENT_ATTACHED);
}

static bool holds_security(const struct scene *s)
{
	return is_named(s) && text_list_has(s->here.locks, "security");
}

static bool holds_local(const struct scene *s)
{
	return is_data(s) && text_equal(s->disk.category, "ephemeral_ssd");
}

static bool holds_ephemeral(const struct scene *s)
{
	return is_data(s) && text_starts(s->disk.category, "elastic_ephemeral_disk_") &&
	       !(s->args.delete_with_instance_given && s->args.delete_with_instance);
}

static bool holds_system_stays(const struct scene *s)
{
	return is_system(s) &&
	       (text_equal(s->disk.category, "cloud") || text_equal(s->disk.category, "ephemeral_ssd"));
}

static bool holds_system_online(const struct scene *s)
{
	return is_named(s) && is_system(s) && s->here.state == INSTANCE_RUNNING;
}

static bool holds_state(const struct scene *s)
{
	return is_named(s) && s->here.state != INSTANCE_STOPPED && s->here.state != INSTANCE_RUNNING;
}

static bool holds_image_deleted(const struct scene *s)
{
	return is_named(s) && is_system(s) && !text_equal(s->here.image, scene_image);
}

static bool holds_not_portable(const struct scene *s)
{
	return is_data(s) && !s->disk.portable;
}

static bool holds_multi_attach(const struct scene *s)
{
	return is_disk_named(s) && s->disk.multi_attach && s->args.delete_with_instance_given;
}

static bool holds_no_hot_unplug(const struct scene *s)
{
	return is_named(s) && s->here.state == INSTANCE_RUNNING && text_equal(s->here.type, "ecs.t1.small");
}

static bool holds_too_many(const struct scene *s)
{
	return is_named(s) && s->n_detaching >= MAX_DETACHING;
}

/* ---- ways to make it hold ---- */

#define MAKE(name, ...)                          \
	static void make_##name(struct scene *s) \
	{                                        \
		__VA_ARGS__;                     \
	}

/* The attachment of a system disk; the instance is off, so that nothing else hinders it. */
static void make_system(struct scene *s, const char *category)
{
	s->disk.type = DISK_SYSTEM;
	s->disk.category = category;
	s->disk.origin_instance = s->here.id;
	s->attachment.boot = true;
	s->attachment.device = "/dev/xvda";
	s->here.state = INSTANCE_STOPPED;
}

MAKE(region, s->caller.tenant.region = "mars-1")
MAKE(no_instance, s->args.instance = "i-none")
MAKE(instance_of_another, s->here.tenant.account = "2000")
MAKE(instance_of_another_scope, s->here.tenant.scope = "other")
MAKE(instance_elsewhere, s->caller.tenant.region = WORLD_REGION; s->here.tenant.region = "cn-beijing")
MAKE(no_disk, s->args.disk = "d-none")
MAKE(disk_of_another, s->disk.tenant.account = "2000")
MAKE(disk_of_another_scope, s->disk.tenant.scope = "other")
MAKE(disk_elsewhere, s->caller.tenant.region = WORLD_REGION; s->disk.tenant.region = "cn-beijing")
MAKE(white_list, s->account.disk_white_list = false)
MAKE(base_image, s->disk.base_image_lost = true)
MAKE(not_attached, s->attached = false)
MAKE(elsewhere, s->attachment.instance = s->there.id)
MAKE(detaching, s->attachment.state = ATTACHMENT_DETACHING)
MAKE(attaching, s->attachment.state = ATTACHMENT_ATTACHING)
MAKE(overdue, s->disk.overdue = true)
MAKE(creating, s->disk.state = DISK_CREATING; s->attached = false)
MAKE(deleting, s->disk.state = DISK_DELETING; s->attached = false)
MAKE(security, s->here.locks = "security")
MAKE(security_among, s->here.locks = "financial,security,recycling")
MAKE(local, s->disk.category = "ephemeral_ssd")
MAKE(ephemeral, s->disk.category = "elastic_ephemeral_disk_standard")
MAKE(ephemeral_false, s->disk.category = "elastic_ephemeral_disk_premium"; s->args.delete_with_instance_given = true)
MAKE(system_cloud, make_system(s, "cloud"))
MAKE(system_cloud_running, make_system(s, "cloud"); s->here.state = INSTANCE_RUNNING)
MAKE(system_local, make_system(s, "ephemeral_ssd"))
MAKE(starting, s->here.state = INSTANCE_STARTING)
MAKE(stopping, s->here.state = INSTANCE_STOPPING)
MAKE(pending, s->here.state = INSTANCE_PENDING)
MAKE(releasing, s->here.state = INSTANCE_RELEASING)
MAKE(system_running, make_system(s, "cloud_essd"); s->here.state = INSTANCE_RUNNING)
MAKE(image_deleted, make_system(s, "cloud_essd"); s->here.image = DELETED_IMAGE)
MAKE(image_gone, make_system(s, "cloud_essd"); s->here.image = "m-no-longer-known")
MAKE(not_portable, s->disk.portable = false)
MAKE(pre_paid, s->disk.portable = false; s->disk.charge_type = CHARGE_PRE_PAID)
MAKE(multi_attach_true, s->disk.multi_attach = s->args.delete_with_instance_given = s->args.delete_with_instance = true)
MAKE(multi_attach_false, s->disk.multi_attach = s->args.delete_with_instance_given = true)
MAKE(no_hot_unplug, s->here.type = "ecs.t1.small")
MAKE(too_many, s->n_detaching = MAX_DETACHING)
MAKE(far_too_many, s->n_detaching = MAX_DETACHING + 2)

#define ABOUT_A_REGION   1
#define ABOUT_AN_INSTANCE 2
#define ABOUT_A_DISK     3

struct row {
	const char *name;
	enum refusal_reason reason;
	int about;
	bool (*holds)(const struct scene *s);
	void (*make[5])(struct scene *s);
};

/* The numbers are those of docs/detach.md; rows 1 and 2 there are binding's (tests of the API). */
static const struct row rows[] = {
	/* 3: RegionId is none of this server's */
	{ "region", REFUSE_REGION_UNKNOWN, ABOUT_A_REGION, holds_region, { make_region } },
	/* 4: no such instance; one of another account, scope or region is none */
	{ "no-instance", REFUSE_INSTANCE_UNKNOWN, ABOUT_AN_INSTANCE, holds_no_instance,
	  { make_no_instance, make_instance_of_another, make_instance_of_another_scope, make_instance_elsewhere } },
	/* 5: no such disk */
	{ "no-disk", REFUSE_DISK_UNKNOWN, ABOUT_A_DISK, holds_no_disk,
	  { make_no_disk, make_disk_of_another, make_disk_of_another_scope, make_disk_elsewhere } },
	/* 6: the account is outside the disk white list */
	{ "white-list", REFUSE_NOT_IN_WHITE_LIST, 0, holds_white_list, { make_white_list } },
	/* 7: the disk's base image is lost */
	{ "base-image", REFUSE_DISK_BASE_IMAGE_LOST, ABOUT_A_DISK, holds_base_image, { make_base_image } },
	/* 8: the disk is Available */
	{ "not-attached", REFUSE_DISK_NOT_ATTACHED, ABOUT_A_DISK, holds_not_attached, { make_not_attached } },
	/* 9: attached, but not to this instance */
	{ "elsewhere", REFUSE_DISK_ATTACHED_ELSEWHERE, ABOUT_A_DISK, holds_elsewhere, { make_elsewhere } },
	/* 10: being detached from this instance already */
	{ "detaching", REFUSE_DISK_DETACHING, ABOUT_A_DISK, holds_detaching, { make_detaching } },
	/* 11: any other state than In_use, or overdue */
	{ "disk-state", REFUSE_DISK_STATE, ABOUT_A_DISK, holds_disk_state,
	  { make_overdue, make_attaching, make_creating, make_deleting } },
	/* 12: the instance is locked for security, alone or among other locks */
	{ "security", REFUSE_INSTANCE_LOCKED_SECURITY, ABOUT_AN_INSTANCE, holds_security,
	  { make_security, make_security_among } },
	/* 13: a local disk */
	{ "local", REFUSE_DISK_LOCAL, ABOUT_A_DISK, holds_local, { make_local } },
	/* 14: an elastic ephemeral disk without DeleteWithInstance=true */
	{ "ephemeral", REFUSE_DISK_EPHEMERAL_KEEP, ABOUT_A_DISK, holds_ephemeral,
	  { make_ephemeral, make_ephemeral_false } },
	/* 15: a system disk whose category cannot leave */
	{ "system-stays", REFUSE_DISK_SYSTEM, ABOUT_A_DISK, holds_system_stays,
	  { make_system_cloud, make_system_local, make_system_cloud_running } },
	/* 16: system disk: instance not Stopped, which is one reason where it runs and another elsewhere; data disk: neither
	 * Running nor Stopped */
	{ "system-online", REFUSE_SYSTEM_DISK_ONLINE, ABOUT_AN_INSTANCE, holds_system_online, { make_system_running } },
	{ "instance-state", REFUSE_INSTANCE_STATE, ABOUT_AN_INSTANCE, holds_state,
	  { make_starting, make_stopping, make_pending, make_releasing } },
	/* 17: a system disk, and the instance's image was deleted */
	{ "image-deleted", REFUSE_INSTANCE_IMAGE_DELETED, ABOUT_AN_INSTANCE, holds_image_deleted, { make_image_deleted, make_image_gone } },
	/* 18: a data disk that is not portable, PrePaid or not */
	{ "not-portable", REFUSE_DISK_NOT_PORTABLE, ABOUT_A_DISK, holds_not_portable,
	  { make_not_portable, make_pre_paid } },
	/* 19: a multi-attach disk, and DeleteWithInstance is given, whatever its value */
	{ "multi-attach", REFUSE_DISK_MULTI_ATTACH_FLAG, ABOUT_A_DISK, holds_multi_attach,
	  { make_multi_attach_true, make_multi_attach_false } },
	/* 20: Running, and its type has no hot unplug */
	{ "no-hot-unplug", REFUSE_INSTANCE_NO_HOT_UNPLUG, ABOUT_AN_INSTANCE, holds_no_hot_unplug, { make_no_hot_unplug } },
	/* 21: as many of its disks are Detaching as may be */
	{ "too-many", REFUSE_INSTANCE_DETACHING_LIMIT, ABOUT_AN_INSTANCE, holds_too_many,
	  { make_too_many, make_far_too_many } },
};

#define N_ROWS ((int)COUNT_OF(rows))

/* ---- scenes in the store ---- */

/* A detach that nothing hinders. Each scene has ids of its own, so that all can live in one store. */
static struct scene scene_new(struct world *world)
{
	static int number;
	struct arena *arena = world_arena(world);
	struct scene s = {
		.caller = world->caller,
		.account = world_account(arena_printf(arena, "1%d", ++number)),
		.here = world_instance(arena_printf(arena, "i-here-%d", number)),
		.there = world_instance(arena_printf(arena, "i-there-%d", number)),
		.disk = world_disk(arena_printf(arena, "d-%d", number)),
		.attached = true,
	};

	s.caller.tenant.account = s.here.tenant.account = s.there.tenant.account = s.disk.tenant.account = s.account.id;
	s.attachment = world_attachment(arena_printf(arena, "%s.1", s.disk.id), s.disk.id, s.here.id);
	s.args = (struct detach_args){ .instance = s.here.id, .disk = s.disk.id };
	return s;
}

static bool write_scene(struct work *work, void *args)
{
	struct scene s = *(const struct scene *)args;
	size_t i;

	account_put(work->txn, &s.account);
	image_put(work->txn, &(struct image){ .id = DELETED_IMAGE, .os_type = "linux", .size_gib = 20, .deleted = true });
	instance_put(work->txn, &s.here);
	instance_put(work->txn, &s.there);
	s.attachment.tenant = s.disk.tenant;
	s.attachment.shared = s.disk.multi_attach;
	if (s.attached)
		attachment_put(work->txn, &s.attachment);
	disk_refresh(work, &s.disk);
	for (i = 0; i < s.n_detaching; i++) {
		const char *id = arena_printf(work->arena, "%s-other-%zu", s.disk.id, i);
		struct disk disk = world_disk(id);
		struct attachment attachment = world_attachment(arena_printf(work->arena, "%s.1", id), id, s.here.id);

		attachment.state = ATTACHMENT_DETACHING;
		attachment.device = arena_printf(work->arena, "/dev/xvd%c", (int)('c' + i));
		attachment_put(work->txn, &attachment);
		disk_refresh(work, &disk);
	}
	return true;
}

static enum refusal_reason detach_in_scene(struct world *world, const struct scene *s)
{
	struct scene copy = *s;
	enum refusal_reason reason;
	struct caller before = world->caller;

	assert_int_equal(world_change(world, write_scene, &copy), REFUSE_NONE);
	world->caller = s->caller;
	reason = do_detach_args(world, s->args);
	world->caller = before;
	return reason;
}

static int first_row(const struct scene *s)
{
	int i = 0;

	while (i < N_ROWS && !rows[i].holds(s))
		i++;
	return i;
}

static void expect_row(struct world *world, const struct scene *s, int i, const char *what)
{
	enum refusal_reason reason = detach_in_scene(world, s);
	const char *subject = rows[i].about == ABOUT_A_REGION    ? s->caller.tenant.region :
	                      rows[i].about == ABOUT_AN_INSTANCE ? s->args.instance :
	                      rows[i].about == ABOUT_A_DISK      ? s->args.disk :
	                                                           NULL;

	if (reason != rows[i].reason)
		fail_msg("%s: the answer is \"%s\", not \"%s\"", what, refusal_words[reason], refusal_words[rows[i].reason]);
	if (!text_equal(world->refusal.subject, subject))
		fail_msg("%s: it is about %s, not %s", what, text_or(world->refusal.subject, "nothing"),
		         text_or(subject, "nothing"));
}

static void each_row_alone(void **state)
{
	int i;

	for (i = 0; i < N_ROWS; i++) {
		size_t m;

		for (m = 0; m < COUNT_OF(rows[i].make) && rows[i].make[m]; m++) {
			struct scene s = scene_new(*state);
			char what[64];

			snprintf(what, sizeof what, "%s, way %zu", rows[i].name, m + 1);
			rows[i].make[m](&s);
			assert_int_equal(first_row(&s), i);
			expect_row(*state, &s, i, what);
		}
	}
}

/* ---- pairs ---- */

/* Tries one way to make both; true if that gave a scene where both hold and no row before them does. */
static bool try_pair(struct world *world, int i, int j, void (*first)(struct scene *), void (*second)(struct scene *))
{
	struct scene s = scene_new(world);
	char what[96];

	first(&s);
	second(&s);
	if (first_row(&s) != i || !rows[j].holds(&s))
		return false;
	snprintf(what, sizeof what, "%s and %s", rows[i].name, rows[j].name);
	expect_row(world, &s, i, what);
	return true;
}

static int try_all_ways(struct world *world, int i, int j)
{
	int tried = 0;
	size_t a;
	size_t b;

	for (a = 0; a < COUNT_OF(rows[i].make) && rows[i].make[a]; a++) {
		for (b = 0; b < COUNT_OF(rows[j].make) && rows[j].make[b]; b++) {
			tried += try_pair(world, i, j, rows[i].make[a], rows[j].make[b]) ||
			         try_pair(world, i, j, rows[j].make[b], rows[i].make[a]);
		}
	}
	return tried;
}

/* The pairs that no disk can be in, with the reason; every other pair must have been tried. */
static const struct {
	const char *first, *second;
} impossible[] = {
	/* attached to none, to another one, or to this one */
	{ "not-attached", "elsewhere" },
	{ "not-attached", "detaching" },
	{ "elsewhere", "detaching" },
	/* a system disk is one while it is attached to its instance */
	{ "not-attached", "system-stays" },
	{ "not-attached", "image-deleted" },
	{ "elsewhere", "system-stays" },
	{ "elsewhere", "image-deleted" },
	{ "not-attached", "system-online" },
	{ "elsewhere", "system-online" },
	{ "local", "system-online" },
	{ "ephemeral", "system-online" },
	{ "system-online", "instance-state" },
	/* hot unplugging is asked of a Running instance, whose state is fine or the system disk's matter */
	{ "instance-state", "no-hot-unplug" },
	{ "system-online", "not-portable" },
	/* a disk has one category */
	{ "local", "ephemeral" },
	/* a disk is a system disk or a data disk */
	{ "local", "system-stays" },
	{ "local", "image-deleted" },
	{ "ephemeral", "system-stays" },
	{ "ephemeral", "image-deleted" },
	{ "system-stays", "not-portable" },
	{ "image-deleted", "not-portable" },
	/* Running answers for the instance's state before the image and before the type is looked at */
	{ "image-deleted", "no-hot-unplug" },
};

static bool is_impossible(const char *first, const char *second)
{
	size_t i;

	for (i = 0; i < COUNT_OF(impossible); i++) {
		if (text_equal(impossible[i].first, first) && text_equal(impossible[i].second, second))
			return true;
	}
	return false;
}

static void of_two_rows_the_earlier_answers(void **state)
{
	int i;
	int j;

	for (i = 0; i < N_ROWS; i++) {
		for (j = i + 1; j < N_ROWS; j++) {
			int tried = try_all_ways(*state, i, j);

			if (!tried != is_impossible(rows[i].name, rows[j].name))
				fail_msg("%s and %s %s", rows[i].name, rows[j].name,
				         tried ? "can hold together" : "were never made to hold together");
		}
	}
}

static void all_rows_at_once_answer_with_the_first(void **state)
{
	struct scene s = scene_new(*state);
	int i;

	for (i = N_ROWS - 1; i >= 0; i--)
		rows[i].make[0](&s);
	expect_row(*state, &s, 0, "all at once");
}

/* ---- what only looks like a row ---- */

MAKE(nothing, (void)s)
MAKE(own_region, s->caller.tenant.region = WORLD_REGION)
MAKE(stopped, s->here.state = INSTANCE_STOPPED)
MAKE(financial, s->here.locks = "financial")
MAKE(other_lock, s->here.locks = "security-group")
MAKE(ephemeral_true, s->disk.category = "elastic_ephemeral_disk_standard";
     s->args.delete_with_instance_given = s->args.delete_with_instance = true)
MAKE(system_stopped, make_system(s, "cloud_essd"))
MAKE(system_not_portable, make_system(s, "cloud_essd"); s->disk.portable = false)
MAKE(basic_cloud, s->disk.category = "cloud")
MAKE(data_image_deleted, s->here.image = DELETED_IMAGE)
MAKE(multi_attach, s->disk.multi_attach = true)
MAKE(given_true, s->args.delete_with_instance_given = s->args.delete_with_instance = true)
MAKE(cold_unplug, s->here.type = "ecs.t1.small"; s->here.state = INSTANCE_STOPPED)
MAKE(unknown_type, s->here.type = "ecs.gone.large")
MAKE(almost_too_many, s->n_detaching = MAX_DETACHING - 1)

static void what_hinders_no_detach(void **state)
{
	static const struct {
		const char *name;
		void (*make)(struct scene *s);
	} cases[] = {
		{ "a data disk of a running instance", make_nothing },
		{ "RegionId is the instance's", make_own_region },
		{ "a stopped instance", make_stopped },
		{ "a financial lock", make_financial },
		{ "a lock whose name only begins so", make_other_lock },
		{ "an elastic ephemeral disk with DeleteWithInstance=true", make_ephemeral_true },
		{ "the system disk of a stopped instance", make_system_stopped },
		{ "a system disk that is not portable: row 18 is for data disks", make_system_not_portable },
		{ "a data disk of category cloud: row 15 is for system disks", make_basic_cloud },
		{ "a data disk, and the image was deleted: row 17 is for system disks", make_data_image_deleted },
		{ "a multi-attach disk without DeleteWithInstance", make_multi_attach },
		{ "DeleteWithInstance=true on an ordinary data disk", make_given_true },
		{ "a type without hot unplug, stopped", make_cold_unplug },
		{ "a type that is in no catalogue any more", make_unknown_type },
		{ "one less than may be Detaching", make_almost_too_many },
	};
	size_t i;

	for (i = 0; i < COUNT_OF(cases); i++) {
		struct scene s = scene_new(*state);
		enum refusal_reason reason;

		cases[i].make(&s);
		reason = detach_in_scene(*state, &s);
		if (reason != REFUSE_NONE)
			fail_msg("%s: refused: %s", cases[i].name, refusal_words[reason]);
		assert_int_equal(get_attachment(*state, s.attachment.id).state, ATTACHMENT_DETACHING);
		assert_int_equal(get_disk(*state, s.disk.id).status, DISK_STATUS_DETACHING);
	}
}

/* A refused detach changes no row and opens no job. */
static void a_refusal_changes_nothing(void **state)
{
	int i;

	for (i = 0; i < N_ROWS; i++) {
		struct scene s = scene_new(*state);
		enum attachment_state before;

		rows[i].make[0](&s);
		before = s.attachment.state;
		expect_row(*state, &s, i, rows[i].name);
		if (s.attached)
			assert_int_equal(get_attachment(*state, s.attachment.id).state, before);
		assert_int_equal(open_jobs(*state, NULL, s.disk.id, NULL), 0);
	}
}

static int run(const char *name)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(each_row_alone),
		WORLD_TEST(of_two_rows_the_earlier_answers),
		WORLD_TEST(all_rows_at_once_answer_with_the_first),
		WORLD_TEST(what_hinders_no_detach),
		WORLD_TEST(a_refusal_changes_nothing),
	};

	return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}

int main(void)
{
	return world_run_twice(run, "detach, row by row");
}
