#include "driver_contract.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"

static const struct driver *driver;
static const char *driver_config;
static const struct driver_contract_real *real; /* NULL: simulated */

#define ASKED_MAX   200 /* times that an act may be PENDING */
#define ASKED_AGAIN 300 /* milliseconds */

static int setup(void **state)
{
	char error[256] = "";

	if (real)
		real->wipe();
	if (!driver->open(driver_config, state, error, sizeof error) ||
	    !driver->restore(*state, NULL, 0, error, sizeof error)) {
		fprintf(stderr, "%s\n", error);
		return -1;
	}
	return 0;
}

static int teardown(void **state)
{
	driver->close(*state);
	return 0;
}

/* A call with nothing left NULL. */
static struct driver_call call_of(enum driver_act act, const char *machine, const char *disk)
{
	return (struct driver_call){ .act = act,
		                     .job = "job-1",
		                     .fence = 1,
		                     .machine = machine,
		                     .disk = disk,
		                     .attachment = "",
		                     .device = "",
		                     .image = "",
		                     .serial = "",
		                     .image_path = "",
		                     .snapshot = "",
		                     .build = real ? real->build : NULL,
		                     .category = "cloud_essd",
		                     .performance_level = "PL1",
		                     .size_gib = real ? 1 : 20 };
}

static struct driver_call attach_call(const char *machine, const char *disk, const char *attachment, int64_t generation)
{
	struct driver_call call = call_of(DRIVER_ATTACH, machine, disk);

	call.attachment = attachment;
	call.generation = generation;
	call.device = "/dev/xvdb";
	return call;
}

static struct driver_call of_attachment(enum driver_act act, struct driver_call attach)
{
	attach.act = act;
	return attach;
}

static struct driver_call of_snapshot(enum driver_act act, const char *disk, const char *snapshot)
{
	struct driver_call call = call_of(act, "", disk);

	call.snapshot = snapshot;
	return call;
}

/* Asks until the answer is final. Used on threads too: no asserts in here. */
static struct driver_reply ask(void *self, struct driver_call call)
{
	struct driver_reply reply;
	int64_t pause_ms;
	int n;

	for (n = 0; n < ASKED_MAX; n++) {
		memset(&reply, 0x5a, sizeof reply); /* the driver fills all of it */
		reply.look_again_ms = 0;
		driver->act(self, &call, &reply);
		if (reply.answer != DRIVER_PENDING && reply.answer != DRIVER_UNKNOWN)
			break;
		/* What takes a real machine its time is not asked for more often than this. */
		pause_ms = real && reply.look_again_ms > ASKED_AGAIN ? ASKED_AGAIN : reply.look_again_ms % 1000 + 1;
		nanosleep(&(struct timespec){ .tv_nsec = pause_ms * 1000000 }, NULL);
	}
	return reply;
}

static void expect(void *self, struct driver_call call, enum driver_answer answer, const char *reason)
{
	struct driver_reply reply = ask(self, call);

	if (reply.answer != answer || !text_equal(reply.reason, reason))
		fail_msg("%s of %s %s at %s: %s \"%s\" (%s)", driver_act_names[call.act], call.disk, call.attachment,
		         call.machine, reply.answer < DRIVER_ANSWER_MAX ? driver_answer_names[reply.answer] : "nonsense",
		         reply.reason, reply.message);
	if (answer != DRIVER_DONE)
		assert_true(reply.message[0] != '\0'); /* people want to know */
	assert_non_null(memchr(reply.message, '\0', sizeof reply.message));
}

static void done(void *self, struct driver_call call)
{
	expect(self, call, DRIVER_DONE, "");
}

static bool sees(void *self, const char *machine, const char *attachment)
{
	enum driver_seen seen = driver->observe(self, machine, attachment);

	assert_int_not_equal(seen, DRIVER_SEEN_UNKNOWN);
	return seen == DRIVER_SEEN_PRESENT;
}

/* Two machines that are on, and two disks. Of real ones, whose boot takes its time, the second is off: it takes and gives
 * disks all the same. */
static void build(void *self)
{
	done(self, call_of(DRIVER_CREATE_MACHINE, "m-1", ""));
	done(self, call_of(DRIVER_CREATE_MACHINE, "m-2", ""));
	done(self, call_of(DRIVER_POWER_ON, "m-1", ""));
	if (!real)
		done(self, call_of(DRIVER_POWER_ON, "m-2", ""));
	done(self, call_of(DRIVER_CREATE_DISK, "", "d-1"));
	done(self, call_of(DRIVER_CREATE_DISK, "", "d-2"));
}

/* ---- acts ---- */

/* After a crash or a lost answer the same act comes again: doing what is done is DONE. */
static void every_act_may_come_again(void **state)
{
	struct driver_call attach = attach_call("m-1", "d-1", "d-1.1", 1);
	const struct driver_call calls[] = {
		call_of(DRIVER_CREATE_MACHINE, "m-1", ""),
		call_of(DRIVER_CREATE_DISK, "", "d-1"),
		call_of(DRIVER_POWER_ON, "m-1", ""),
		attach,
		of_attachment(DRIVER_CHECK_IDLE, attach),
		of_attachment(DRIVER_DETACH, attach),
		of_attachment(DRIVER_FENCE, attach),
		call_of(DRIVER_POWER_OFF, "m-1", ""),
		call_of(DRIVER_RESIZE_DISK, "", "d-1"),
		call_of(DRIVER_MODIFY_DISK, "", "d-1"),
		call_of(DRIVER_RESTORE_DISK, "", "d-1"),
		of_snapshot(DRIVER_CREATE_SNAPSHOT, "d-1", "s-1"),
		of_snapshot(DRIVER_RESTORE_DISK, "d-1", "s-1"),
		of_snapshot(DRIVER_CREATE_DISK, "d-2", "s-1"),
		of_snapshot(DRIVER_DELETE_SNAPSHOT, "d-1", "s-1"),
		call_of(DRIVER_DELETE_DISK, "", "d-2"),
		call_of(DRIVER_DELETE_DISK, "", "d-1"),
		call_of(DRIVER_DELETE_MACHINE, "m-1", ""),
	};
	size_t i;

	for (i = 0; i < COUNT_OF(calls); i++) {
		done(*state, calls[i]);
		done(*state, calls[i]);
		done(*state, calls[i]);
	}
}

static void what_is_attached_is_seen(void **state)
{
	struct driver_call attach = attach_call("m-1", "d-1", "d-1.1", 1);

	assert_false(sees(*state, "m-1", ""));
	build(*state);
	assert_true(sees(*state, "m-1", "")); /* an attachment of "": whether the machine exists */
	assert_false(sees(*state, "m-3", ""));
	assert_false(sees(*state, "m-1", "d-1.1"));
	done(*state, attach);
	assert_true(sees(*state, "m-1", "d-1.1"));
	assert_false(sees(*state, "m-2", "d-1.1"));
	assert_false(sees(*state, "m-1", "d-1.2"));
	assert_false(sees(*state, "m-1", "d-2.1"));
	done(*state, of_attachment(DRIVER_CHECK_IDLE, attach));
	assert_true(sees(*state, "m-1", "d-1.1")); /* it only asks */
	done(*state, of_attachment(DRIVER_DETACH, attach));
	assert_false(sees(*state, "m-1", "d-1.1"));
	assert_true(sees(*state, "m-1", ""));
}

static void a_fence_cuts_off(void **state)
{
	struct driver_call attach = attach_call("m-1", "d-1", "d-1.1", 1);

	build(*state);
	done(*state, attach);
	done(*state, of_attachment(DRIVER_FENCE, attach));
	assert_false(sees(*state, "m-1", "d-1.1"));
	done(*state, attach_call("m-2", "d-1", "d-1.2", 2));
}

/* Power takes and gives no disks. */
static void power_leaves_attachments(void **state)
{
	struct driver_call attach = attach_call("m-1", "d-1", "d-1.1", 1);

	build(*state);
	done(*state, attach);
	done(*state, call_of(DRIVER_POWER_OFF, "m-1", ""));
	assert_true(sees(*state, "m-1", "d-1.1"));
	expect(*state, attach_call("m-2", "d-1", "d-1.2", 2), DRIVER_REFUSED, "attached");
	done(*state, call_of(DRIVER_POWER_ON, "m-1", ""));
	assert_true(sees(*state, "m-1", "d-1.1"));
	done(*state, call_of(DRIVER_POWER_OFF, "m-1", ""));
	done(*state, of_attachment(DRIVER_DETACH, attach)); /* also while it is off */
	assert_false(sees(*state, "m-1", "d-1.1"));
}

/* ---- nobody outside a disk's attachments can write it ---- */

static void a_disk_is_on_one_machine(void **state)
{
	struct driver_call first = attach_call("m-1", "d-1", "d-1.1", 1);
	struct driver_call second = attach_call("m-2", "d-1", "d-1.2", 2);

	build(*state);
	done(*state, first);
	expect(*state, second, DRIVER_REFUSED, "attached");
	assert_false(sees(*state, "m-2", "d-1.2"));
	assert_true(sees(*state, "m-1", "d-1.1"));
	expect(*state, second, DRIVER_REFUSED, "attached"); /* as often as it is tried */
	done(*state, attach_call("m-2", "d-2", "d-2.1", 1)); /* another disk is another matter */
	done(*state, of_attachment(DRIVER_DETACH, first));
	done(*state, second);
	assert_true(sees(*state, "m-2", "d-1.2"));
}

static void a_shared_disk_is_on_several(void **state)
{
	struct driver_call first = attach_call("m-1", "d-1", "d-1.1", 1);
	struct driver_call second = attach_call("m-2", "d-1", "d-1.2", 2);
	struct driver_call alone = attach_call("m-2", "d-1", "d-1.3", 3);

	first.shared = second.shared = true;
	build(*state);
	done(*state, first);
	expect(*state, alone, DRIVER_REFUSED, "attached"); /* one that wants it for itself */
	done(*state, second);
	assert_true(sees(*state, "m-1", "d-1.1") && sees(*state, "m-2", "d-1.2"));
	done(*state, of_attachment(DRIVER_DETACH, first));
	assert_true(!sees(*state, "m-1", "d-1.1") && sees(*state, "m-2", "d-1.2"));
	expect(*state, attach_call("m-1", "d-1", "d-1.4", 4), DRIVER_REFUSED, "attached");
	done(*state, of_attachment(DRIVER_DETACH, second));
	done(*state, attach_call("m-1", "d-1", "d-1.5", 5));
}

static void a_disk_on_a_machine_is_not_deleted(void **state)
{
	struct driver_call attach = attach_call("m-1", "d-1", "d-1.1", 1);

	build(*state);
	done(*state, attach);
	expect(*state, call_of(DRIVER_DELETE_DISK, "", "d-1"), DRIVER_REFUSED, "attached");
	assert_true(sees(*state, "m-1", "d-1.1"));
	done(*state, of_attachment(DRIVER_DETACH, attach));
	done(*state, call_of(DRIVER_DELETE_DISK, "", "d-1"));
	expect(*state, attach_call("m-1", "d-1", "d-1.2", 2), DRIVER_FAILED, "no-such-disk");
}

static void a_machine_takes_its_attachments_along(void **state)
{
	struct driver_call attach = attach_call("m-1", "d-1", "d-1.1", 1);

	build(*state);
	done(*state, attach);
	done(*state, attach_call("m-1", "d-2", "d-2.1", 1));
	done(*state, call_of(DRIVER_DELETE_MACHINE, "m-1", "")); /* while it is on */
	assert_false(sees(*state, "m-1", ""));
	assert_false(sees(*state, "m-1", "d-1.1"));
	done(*state, of_attachment(DRIVER_DETACH, attach)); /* nothing left to do */
	done(*state, attach_call("m-2", "d-1", "d-1.2", 2));
	done(*state, call_of(DRIVER_DELETE_DISK, "", "d-2"));
}

static void what_does_not_exist_fails(void **state)
{
	expect(*state, call_of(DRIVER_POWER_ON, "m-9", ""), DRIVER_FAILED, "no-such-machine");
	expect(*state, call_of(DRIVER_POWER_OFF, "m-9", ""), DRIVER_FAILED, "no-such-machine");
	build(*state);
	expect(*state, attach_call("m-9", "d-1", "d-1.1", 1), DRIVER_FAILED, "no-such-machine");
	expect(*state, attach_call("m-1", "d-9", "d-9.1", 1), DRIVER_FAILED, "no-such-disk");
	assert_false(sees(*state, "m-9", "d-1.1"));
	done(*state, call_of(DRIVER_DELETE_MACHINE, "m-9", "")); /* it is gone: that is so */
	done(*state, call_of(DRIVER_DELETE_DISK, "", "d-9"));
	done(*state, of_attachment(DRIVER_DETACH, attach_call("m-9", "d-9", "d-9.1", 1)));
}

/* ---- what disks hold ---- */

static void a_disk_grows_where_it_is(void **state)
{
	struct driver_call attach = attach_call("m-1", "d-1", "d-1.1", 1);
	struct driver_call resize = call_of(DRIVER_RESIZE_DISK, "m-1", "d-1");

	build(*state);
	done(*state, attach);
	resize.size_gib = 40;
	done(*state, resize); /* while its machine is on */
	resize.size_gib = 30;
	done(*state, resize); /* one that comes late makes nothing smaller */
	assert_true(sees(*state, "m-1", "d-1.1"));
	expect(*state, call_of(DRIVER_RESIZE_DISK, "", "d-9"), DRIVER_FAILED, "no-such-disk");
}

static void a_disk_changes_its_kind_where_it_is(void **state)
{
	struct driver_call attach = attach_call("m-1", "d-1", "d-1.1", 1);
	struct driver_call modify = call_of(DRIVER_MODIFY_DISK, "m-1", "d-1");

	build(*state);
	modify.category = "cloud_essd";
	modify.performance_level = "PL2";
	done(*state, modify); /* on no machine */
	done(*state, attach);
	modify.category = "cloud_auto";
	modify.performance_level = "";
	modify.provisioned_iops = 1000;
	done(*state, modify); /* while its machine is on */
	assert_true(sees(*state, "m-1", "d-1.1"));
	modify.disk = "d-9";
	expect(*state, modify, DRIVER_FAILED, "no-such-disk");
}

static void content_is_not_put_back_under_a_machine_that_is_on(void **state)
{
	struct driver_call attach = attach_call("m-1", "d-1", "d-1.1", 1);

	build(*state);
	done(*state, call_of(DRIVER_RESTORE_DISK, "", "d-1")); /* on no machine */
	done(*state, attach);
	expect(*state, call_of(DRIVER_RESTORE_DISK, "m-1", "d-1"), DRIVER_REFUSED, "powered");
	done(*state, call_of(DRIVER_POWER_OFF, "m-1", ""));
	done(*state, call_of(DRIVER_RESTORE_DISK, "m-1", "d-1"));
	assert_true(sees(*state, "m-1", "d-1.1"));
	expect(*state, of_snapshot(DRIVER_RESTORE_DISK, "d-1", "s-9"), DRIVER_FAILED, "no-such-snapshot");
	expect(*state, call_of(DRIVER_RESTORE_DISK, "", "d-9"), DRIVER_FAILED, "no-such-disk");
}

static void a_snapshot_outlives_its_disk(void **state)
{
	build(*state);
	expect(*state, of_snapshot(DRIVER_CREATE_SNAPSHOT, "d-9", "s-9"), DRIVER_FAILED, "no-such-disk");
	expect(*state, of_snapshot(DRIVER_CREATE_DISK, "d-3", "s-1"), DRIVER_FAILED, "no-such-snapshot");
	done(*state, attach_call("m-1", "d-1", "d-1.1", 1));
	/* While its machine is on, if the driver can. */
	if (real && ask(*state, of_snapshot(DRIVER_CREATE_SNAPSHOT, "d-1", "s-1")).answer != DRIVER_DONE)
		expect(*state, of_snapshot(DRIVER_CREATE_SNAPSHOT, "d-1", "s-1"), DRIVER_REFUSED, "powered");
	else
		done(*state, of_snapshot(DRIVER_CREATE_SNAPSHOT, "d-1", "s-1"));
	done(*state, of_attachment(DRIVER_DETACH, attach_call("m-1", "d-1", "d-1.1", 1)));
	done(*state, of_snapshot(DRIVER_CREATE_SNAPSHOT, "d-1", "s-1"));
	done(*state, call_of(DRIVER_DELETE_DISK, "", "d-1"));
	done(*state, of_snapshot(DRIVER_CREATE_SNAPSHOT, "d-1", "s-1")); /* asked again: it was taken before */
	done(*state, of_snapshot(DRIVER_CREATE_DISK, "d-3", "s-1"));
	done(*state, of_snapshot(DRIVER_DELETE_SNAPSHOT, "", "s-1"));
	done(*state, of_snapshot(DRIVER_CREATE_DISK, "d-3", "s-1")); /* the disk is there and needs it no more */
	expect(*state, of_snapshot(DRIVER_CREATE_DISK, "d-4", "s-1"), DRIVER_FAILED, "no-such-snapshot");
	done(*state, attach_call("m-1", "d-3", "d-3.1", 1));
}

/* ---- what comes too late ---- */

static void an_older_generation_is_stale(void **state)
{
	struct driver_call first = attach_call("m-1", "d-1", "d-1.1", 1);
	struct driver_call second = attach_call("m-2", "d-1", "d-1.2", 2);

	build(*state);
	done(*state, first);
	done(*state, of_attachment(DRIVER_DETACH, first));
	done(*state, second);
	done(*state, of_attachment(DRIVER_DETACH, second));
	/* The attach of before, on its way all the time. */
	expect(*state, first, DRIVER_REFUSED, "stale");
	assert_false(sees(*state, "m-1", "d-1.1"));
	done(*state, attach_call("m-1", "d-1", "d-1.3", 3));
	/* A late detach of an attachment that has ended lets go of nothing. */
	done(*state, of_attachment(DRIVER_DETACH, first));
	done(*state, of_attachment(DRIVER_FENCE, second));
	assert_true(sees(*state, "m-1", "d-1.3"));
}

static void an_older_lease_is_stale(void **state)
{
	struct driver_call detach = of_attachment(DRIVER_DETACH, attach_call("m-1", "d-1", "d-1.1", 1));
	int act;

	build(*state);
	done(*state, attach_call("m-1", "d-1", "d-1.1", 1));
	detach.job = "job-2";
	detach.act = DRIVER_CHECK_IDLE;
	detach.fence = 3;
	done(*state, detach);
	for (act = 0; act < DRIVER_ACT_MAX; act++) {
		detach.act = (enum driver_act)act;
		detach.fence = 2;
		expect(*state, detach, DRIVER_REFUSED, "stale");
		detach.fence = 1;
		expect(*state, detach, DRIVER_REFUSED, "stale");
	}
	assert_true(sees(*state, "m-1", "d-1.1"));
	detach.act = DRIVER_DETACH;
	detach.job = "job-3"; /* leases are of one job each */
	done(*state, detach);
	detach.job = "job-2";
	detach.fence = 3;
	done(*state, detach);
	detach.fence = 4;
	done(*state, detach);
}

/* ---- restore ---- */

/* What is on record was made by an earlier run of the driver. */
static void build_recorded(void)
{
	struct driver_call shared = attach_call("m-1", "d-2", "d-2.1", 1);
	void *self;

	assert_int_equal(setup(&self), 0);
	shared.shared = true;
	build(self);
	done(self, call_of(DRIVER_CREATE_DISK, "", "d-3"));
	done(self, of_snapshot(DRIVER_CREATE_SNAPSHOT, "d-3", "s-1"));
	done(self, attach_call("m-1", "d-1", "d-1.4", 4));
	done(self, shared);
	driver->close(self);
}

static void restore_rebuilds(void **state)
{
	const struct driver_record records[] = {
		{ .kind = DRIVER_RECORD_DISK, .disk = "d-1", .size_gib = 20 },
		{ .kind = DRIVER_RECORD_DISK, .disk = "d-2", .size_gib = 20 },
		{ .kind = DRIVER_RECORD_DISK, .disk = "d-3", .size_gib = 20 },
		{ .kind = DRIVER_RECORD_MACHINE, .machine = "m-1", .powered = true },
		{ .kind = DRIVER_RECORD_MACHINE, .machine = "m-2", .powered = false },
		{ .kind = DRIVER_RECORD_ATTACHMENT, .disk = "d-1", .machine = "m-1", .attachment = "d-1.4", .generation = 4,
		  .device = "/dev/xvdb" },
		{ .kind = DRIVER_RECORD_ATTACHMENT, .disk = "d-2", .machine = "m-1", .attachment = "d-2.1", .generation = 1,
		  .device = "/dev/xvdc", .shared = true },
		{ .kind = DRIVER_RECORD_SNAPSHOT, .snapshot = "s-1", .disk = "d-gone", .size_gib = 20 },
	};
	struct driver_call shared = attach_call("m-2", "d-2", "d-2.2", 2);
	struct driver_call known = attach_call("m-1", "d-1", "d-1.4", 4);
	char error[256] = "";
	void *self;

	if (!driver->simulated)
		build_recorded();
	assert_true(driver->open(driver_config, &self, error, sizeof error));
	assert_true(driver->restore(self, records, COUNT_OF(records), error, sizeof error));
	assert_true(sees(self, "m-1", "") && sees(self, "m-2", "") && !sees(self, "m-3", ""));
	assert_true(sees(self, "m-1", "d-1.4") && sees(self, "m-1", "d-2.1"));
	assert_false(sees(self, "m-2", "d-1.4"));
	expect(self, attach_call("m-2", "d-1", "d-1.5", 5), DRIVER_REFUSED, "attached");
	expect(self, attach_call("m-2", "d-1", "d-1.3", 3), DRIVER_REFUSED, "stale");
	expect(self, call_of(DRIVER_DELETE_DISK, "", "d-1"), DRIVER_REFUSED, "attached");
	shared.shared = true;
	done(self, shared);
	done(self, known); /* asked again after the restart: it is so */
	done(self, attach_call("m-2", "d-3", "d-3.1", 1));
	done(self, of_attachment(DRIVER_DETACH, known));
	done(self, attach_call("m-2", "d-1", "d-1.5", 5));
	done(self, call_of(DRIVER_POWER_ON, "m-2", ""));
	done(self, of_snapshot(DRIVER_CREATE_DISK, "d-4", "s-1"));
	expect(self, of_snapshot(DRIVER_CREATE_DISK, "d-5", "s-2"), DRIVER_FAILED, "no-such-snapshot");
	driver->close(self);
	(void)state;
}

static void restore_again_replaces(void **state)
{
	const struct driver_record before[] = {
		{ .kind = DRIVER_RECORD_DISK, .disk = "d-1", .size_gib = 20 },
		{ .kind = DRIVER_RECORD_MACHINE, .machine = "m-1", .powered = true },
		{ .kind = DRIVER_RECORD_ATTACHMENT, .disk = "d-1", .machine = "m-1", .attachment = "d-1.4", .generation = 4,
		  .device = "/dev/xvdb" },
	};
	const struct driver_record after[] = {
		{ .kind = DRIVER_RECORD_DISK, .disk = "d-1", .size_gib = 20 },
		{ .kind = DRIVER_RECORD_MACHINE, .machine = "m-2", .powered = true },
	};
	char error[256] = "";

	assert_true(driver->restore(*state, before, COUNT_OF(before), error, sizeof error));
	assert_true(driver->restore(*state, after, COUNT_OF(after), error, sizeof error));
	assert_true(sees(*state, "m-2", ""));
	assert_false(sees(*state, "m-1", "") || sees(*state, "m-1", "d-1.4"));
	done(*state, attach_call("m-2", "d-1", "d-1.1", 1)); /* its generations begin anew as well */
}

/* ---- simulated guests ---- */

/* A running machine with the disk "d-1" as "d-1.1"; its guest does `guest` with it. */
static struct driver_call guest_begins(void *self, bool agent, struct driver_guest guest)
{
	const struct driver_record records[] = {
		{ .kind = DRIVER_RECORD_DISK, .disk = "d-1", .size_gib = 20 },
		{ .kind = DRIVER_RECORD_MACHINE, .machine = "m-1", .powered = true, .agent = agent },
		{ .kind = DRIVER_RECORD_ATTACHMENT, .disk = "d-1", .machine = "m-1", .attachment = "d-1.1", .generation = 1,
		  .device = "/dev/xvdb", .guest = guest },
	};
	char error[256] = "";

	assert_true(driver->restore(self, records, COUNT_OF(records), error, sizeof error));
	return attach_call("m-1", "d-1", "d-1.1", 1);
}

static void disk_in_use_is_told(void **state)
{
	struct driver_call call;
	struct driver_reply reply;

	call = guest_begins(*state, true, (struct driver_guest){ .mounted = "/data", .by = "postgres[312]" });
	reply = ask(*state, of_attachment(DRIVER_CHECK_IDLE, call));
	assert_int_equal(reply.answer, DRIVER_REFUSED);
	assert_string_equal(reply.reason, "in-use");
	assert_string_equal(reply.message, "/data is mounted, used by postgres[312]");
	expect(*state, of_attachment(DRIVER_DETACH, call), DRIVER_REFUSED, "in-use");
	assert_true(sees(*state, "m-1", "d-1.1"));
	driver->guest(*state, "d-1", "d-1.1", &(struct driver_guest){ .mounted = "", .by = "", .io = true });
	expect(*state, of_attachment(DRIVER_CHECK_IDLE, call), DRIVER_REFUSED, "in-use");
	driver->guest(*state, "d-1", "d-1.1", &(struct driver_guest){ .mounted = "", .by = "" });
	driver->guest(*state, "d-1", "d-1.9", &(struct driver_guest){ .mounted = "/other", .by = "" }); /* nobody's */
	done(*state, of_attachment(DRIVER_CHECK_IDLE, call));
	done(*state, of_attachment(DRIVER_DETACH, call));
}

static void guest_is_not_asked_by_force_or_when_off(void **state)
{
	const struct driver_guest busy = { .mounted = "/data", .io = true };
	struct driver_call call;

	call = guest_begins(*state, true, busy);
	call.force = true;
	done(*state, of_attachment(DRIVER_DETACH, call));
	call = guest_begins(*state, false, busy);
	expect(*state, of_attachment(DRIVER_CHECK_IDLE, call), DRIVER_REFUSED, "no-agent");
	done(*state, call_of(DRIVER_POWER_OFF, "m-1", ""));
	done(*state, of_attachment(DRIVER_CHECK_IDLE, call));
	done(*state, of_attachment(DRIVER_DETACH, call));
	assert_false(sees(*state, "m-1", "d-1.1"));
}

/* Asks once. */
static void pending(void *self, struct driver_call call)
{
	struct driver_reply reply;

	memset(&reply, 0x5a, sizeof reply);
	driver->act(self, &call, &reply);
	assert_int_equal(reply.answer, DRIVER_PENDING);
	assert_true(reply.look_again_ms > 0 && memchr(reply.reason, '\0', sizeof reply.reason) && reply.message[0]);
}

static void silent_guest_is_pending_until_it_answers_or_is_fenced(void **state)
{
	struct driver_call call;
	int i;

	call = guest_begins(*state, true, (struct driver_guest){ .silent = true });
	for (i = 0; i < 3; i++)
		pending(*state, of_attachment(DRIVER_DETACH, call));
	assert_true(sees(*state, "m-1", "d-1.1"));
	driver->guest(*state, "d-1", "d-1.1", &(struct driver_guest){ .mounted = "", .by = "" });
	done(*state, of_attachment(DRIVER_DETACH, call));
	call = guest_begins(*state, true, (struct driver_guest){ .delay_ms = 3600000 });
	pending(*state, of_attachment(DRIVER_DETACH, call));
	done(*state, of_attachment(DRIVER_FENCE, call));
	assert_false(sees(*state, "m-1", "d-1.1"));
	call = guest_begins(*state, true, (struct driver_guest){ .silent = true });
	done(*state, call_of(DRIVER_POWER_OFF, "m-1", ""));
	done(*state, of_attachment(DRIVER_DETACH, call));
}

/* Its answer to the next question is as late as that to the first. */
static void guest_that_refused_is_asked_anew(void **state)
{
	const struct driver_guest slow = { .mounted = "", .by = "", .delay_ms = 3600000 };
	const struct timespec a_while = { .tv_nsec = 5000000 };
	struct driver_call call;
	struct driver_reply reply;

	call = guest_begins(*state, true, slow);
	pending(*state, of_attachment(DRIVER_DETACH, call));
	nanosleep(&a_while, NULL);
	driver->guest(*state, "d-1", "d-1.1", &(struct driver_guest){ .mounted = "/data", .by = "" });
	expect(*state, of_attachment(DRIVER_DETACH, call), DRIVER_REFUSED, "in-use");
	driver->guest(*state, "d-1", "d-1.1", &slow);
	call = of_attachment(DRIVER_DETACH, call);
	driver->act(*state, &call, &reply);
	assert_int_equal(reply.answer, DRIVER_PENDING);
	assert_int_equal(reply.look_again_ms, slow.delay_ms);
}

static void closing_nothing_is_allowed(void **state)
{
	driver->close(NULL);
	(void)state;
}

/* ---- several threads ---- */

#define THREADS 4
#define ROUNDS  300

static int rounds(void)
{
	return real ? real->rounds : ROUNDS;
}

struct worker {
	void *self;
	int number;
	int wrong; /* answers that cannot be */
	int got;   /* times that it had the disk all are after */
};

static struct driver_reply ask_for(struct worker *worker, enum driver_act act, const char *machine, const char *disk,
                                   const char *attachment, int64_t generation)
{
	struct driver_call call = attach_call(machine, disk, attachment, generation);
	char job[32];

	snprintf(job, sizeof job, "job-%d", worker->number);
	call.act = act;
	call.job = job;
	return ask(worker->self, call);
}

/* Its own disk on its own machine, beside the others. */
static void *work_alone(void *context)
{
	struct worker *worker = context;
	char machine[32];
	char disk[32];
	char attachment[48];
	int i;

	snprintf(machine, sizeof machine, "m-own-%d", worker->number);
	snprintf(disk, sizeof disk, "d-own-%d", worker->number);
	worker->wrong += ask_for(worker, DRIVER_CREATE_MACHINE, machine, "", "", 0).answer != DRIVER_DONE;
	worker->wrong += ask_for(worker, DRIVER_CREATE_DISK, "", disk, "", 0).answer != DRIVER_DONE;
	for (i = 1; i <= rounds(); i++) {
		snprintf(attachment, sizeof attachment, "%s.%d", disk, i);
		worker->wrong += ask_for(worker, DRIVER_ATTACH, machine, disk, attachment, i).answer != DRIVER_DONE;
		worker->wrong += driver->observe(worker->self, machine, attachment) != DRIVER_SEEN_PRESENT;
		worker->wrong += ask_for(worker, DRIVER_DETACH, machine, disk, attachment, i).answer != DRIVER_DONE;
		worker->wrong += driver->observe(worker->self, machine, attachment) != DRIVER_SEEN_ABSENT;
	}
	return NULL;
}

static int holders; /* of the disk that all are after; atomic */
static int64_t generation; /* atomic */

/* All are after one disk: whoever gets it has it alone. */
static void *work_for_one_disk(void *context)
{
	struct worker *worker = context;
	char machine[32];
	char attachment[48];
	int i;

	snprintf(machine, sizeof machine, "m-own-%d", worker->number);
	for (i = 0; i < rounds(); i++) {
		int64_t mine = __atomic_add_fetch(&generation, 1, __ATOMIC_SEQ_CST);

		snprintf(attachment, sizeof attachment, "d-1.%lld", (long long)mine);
		if (ask_for(worker, DRIVER_ATTACH, machine, "d-1", attachment, mine).answer != DRIVER_DONE)
			continue;
		worker->got++;
		worker->wrong += __atomic_add_fetch(&holders, 1, __ATOMIC_SEQ_CST) != 1;
		worker->wrong += driver->observe(worker->self, machine, attachment) != DRIVER_SEEN_PRESENT;
		__atomic_sub_fetch(&holders, 1, __ATOMIC_SEQ_CST);
		worker->wrong += ask_for(worker, DRIVER_DETACH, machine, "d-1", attachment, mine).answer != DRIVER_DONE;
	}
	return NULL;
}

static int run_threads(void *self, void *(*work)(void *))
{
	struct worker workers[THREADS];
	pthread_t threads[THREADS];
	int got = 0;
	int i;

	for (i = 0; i < THREADS; i++) {
		workers[i] = (struct worker){ .self = self, .number = i };
		assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
	}
	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(workers[i].wrong, 0);
		got += workers[i].got;
	}
	return got;
}

static void acts_of_several_threads(void **state)
{
	build(*state);
	run_threads(*state, work_alone);
	holders = 0;
	generation = 0;
	assert_true(run_threads(*state, work_for_one_disk) > 0);
	done(*state, attach_call("m-1", "d-1", "d-1.last", generation + 1));
}

#define DRIVER_TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int driver_contract_run(const struct driver *a_driver, const char *config)
{
	return driver_contract_run_real(a_driver, config, NULL);
}

int driver_contract_run_real(const struct driver *a_driver, const char *config, const struct driver_contract_real *a_real)
{
	const struct CMUnitTest tests[] = {
		DRIVER_TEST(every_act_may_come_again),
		DRIVER_TEST(what_is_attached_is_seen),
		DRIVER_TEST(a_fence_cuts_off),
		DRIVER_TEST(power_leaves_attachments),
		DRIVER_TEST(a_disk_is_on_one_machine),
		DRIVER_TEST(a_shared_disk_is_on_several),
		DRIVER_TEST(a_disk_on_a_machine_is_not_deleted),
		DRIVER_TEST(a_machine_takes_its_attachments_along),
		DRIVER_TEST(what_does_not_exist_fails),
		DRIVER_TEST(a_disk_grows_where_it_is),
		DRIVER_TEST(a_disk_changes_its_kind_where_it_is),
		DRIVER_TEST(content_is_not_put_back_under_a_machine_that_is_on),
		DRIVER_TEST(a_snapshot_outlives_its_disk),
		DRIVER_TEST(an_older_generation_is_stale),
		DRIVER_TEST(an_older_lease_is_stale),
		cmocka_unit_test(restore_rebuilds),
		cmocka_unit_test(closing_nothing_is_allowed),
		DRIVER_TEST(acts_of_several_threads),
	};
	const struct CMUnitTest simulated[] = {
		DRIVER_TEST(restore_again_replaces),
		DRIVER_TEST(disk_in_use_is_told),
		DRIVER_TEST(guest_is_not_asked_by_force_or_when_off),
		DRIVER_TEST(silent_guest_is_pending_until_it_answers_or_is_fenced),
		DRIVER_TEST(guest_that_refused_is_asked_anew),
	};
	int failed;

	driver = a_driver;
	real = a_real;
	driver_config = config;
	failed = cmocka_run_group_tests_name(a_driver->name, tests, NULL, NULL);
	if (a_driver->simulated)
		failed += cmocka_run_group_tests_name("simulated", simulated, NULL, NULL);
	return failed;
}
