/* Operations on machines that were there before Cleat: give one the API, let it go, and tell where what is there has
 * departed from what is on record. */
#include "api/control/control.h"
#include "base/text.h"
#include "core/adopt.h"
#include "core/guard.h"

#define ZONE_DEFAULT "cn-hangzhou-h"
#define DRIFTS_MAX   1000

struct adopt_in {
	const char *machine, *account, *zone, *id;
	struct opt_bool dry_run;
};

struct adopted_disk {
	const char *disk, *device, *native, *serial;
	int64_t size_gib;
	bool detachable;
};

struct adopt_out {
	const char *instance, *machine, *uuid;
	bool running, agent;
	struct items disks;
};

/* One operation: what the driver said of the machine, and its transaction. */
struct task {
	struct call *call;
	const struct adopt_in *in;
	struct driver_survey survey;
	struct arena arena;
	struct work work;
	struct instance instance;
	struct driver_record *records;
	size_t n_records;
	struct attachment *live;
	size_t n_live;
};

static const struct field adopt_in_fields[] = {
	TEXT(struct adopt_in, machine, "machine", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = 255,
	     .doc = "Its name or uuid in the driver."),
	TEXT(struct adopt_in, account, "account", .max = 32, .doc = "Whose it is to be; otherwise the oldest account's of the cloud that has the zone."),
	TEXT(struct adopt_in, zone, "zone", .max = 64, .doc = "Otherwise " ZONE_DEFAULT "."),
	OPT_BOOL(struct adopt_in, dry_run, "dry_run", .doc = "Only say what would be taken."),
	FIELDS_END,
};

static const struct field disk_fields[] = {
	TEXT(struct adopted_disk, disk, "disk"),
	TEXT(struct adopted_disk, device, "device"),
	TEXT(struct adopted_disk, native, "native", .doc = "What the driver calls it."),
	TEXT(struct adopted_disk, serial, "serial"),
	INT(struct adopted_disk, size_gib, "size_gib"),
	BOOL(struct adopted_disk, detachable, "detachable"),
	FIELDS_END,
};
static const struct shape disk_shape = { sizeof(struct adopted_disk), disk_fields };

static const struct field adopt_out_fields[] = {
	TEXT(struct adopt_out, instance, "instance", .doc = "Empty of a dry run."),
	TEXT(struct adopt_out, machine, "machine"),
	TEXT(struct adopt_out, uuid, "uuid"),
	BOOL(struct adopt_out, running, "running"),
	BOOL(struct adopt_out, agent, "agent"),
	ITEMS(struct adopt_out, disks, "disks", .of = &disk_shape),
	FIELDS_END,
};

static const struct error_row adopt_errors[] = {
	{ REFUSE_MACHINE_UNKNOWN, 404, "machine-unknown", "The machine %s cannot be taken: %s.", NULL },
	{ REFUSE_MACHINE_HELD, 409, "machine-held", "The machine is the instance %s already.", NULL },
	{ REFUSE_MACHINE_BUSY, 409, "machine-busy", "The machine %s is not taken while this is under way with it: %s.", NULL },
	{ REFUSE_ZONE_UNKNOWN, 400, "zone-unknown", "There is no zone %s.", NULL },
	{ REFUSE_NONE, 0, NULL, NULL, NULL },
};

/* A dry run is refused by nobody and changes nothing: its transaction is one that reads. */
static bool adopt_in_txn(struct txn *txn, void *context)
{
	struct task *task = context;
	struct call *call = task->call;
	const struct adopt_args args = {
		.survey = &task->survey,
		.account = task->in->account,
		.zone = text_empty(task->in->zone) ? ZONE_DEFAULT : task->in->zone,
	};

	work_begin(&task->work, call->api->core, txn, &call->caller, clock_now(&call->api->core->clock));
	if (task->in->dry_run.value)
		return adopt_check(&task->work, &args);
	if (!adopt(&task->work, &args, &task->instance, &task->records, &task->n_records))
		return false;
	task->n_live = attachment_list_of_instance(txn, task->instance.id, &task->live);
	return true;
}

static bool refused(struct task *task, enum store_outcome outcome)
{
	const struct refusal *refusal = &task->work.refusal;
	struct call *call = task->call;

	if (outcome == STORE_REFUSED)
		call_refuse_detail(call, refusal->reason, arena_text(&call->arena, refusal->subject),
		                   arena_text(&call->arena, refusal->detail));
	call_take_outcome(call, outcome);
	return false;
}

/* Texts of the transaction do not outlive it. The records of disks and attachments come in pairs, behind the machine. */
static void fill_out(struct task *task, struct adopt_out *out)
{
	struct arena *arena = &task->call->arena;
	const struct driver_survey *survey = &task->survey;
	struct adopted_disk *disks = arena_array(arena, struct adopted_disk, survey->n_disks);
	bool made = task->n_records != 0;
	size_t i;
	size_t j;

	for (i = 0; i < survey->n_disks; i++) {
		const struct driver_survey_disk *found = &survey->disks[i];
		const char *id = made ? task->records[1 + 2 * i].disk : "";
		const char *device = found->target;

		for (j = 0; j < task->n_live; j++)
			device = text_equal(task->live[j].disk, id) ? task->live[j].device : device;
		disks[i] = (struct adopted_disk){ arena_text(arena, id), arena_text(arena, device), found->native, found->serial,
			                          found->size_gib, found->unpluggable };
	}
	*out = (struct adopt_out){ made ? arena_text(arena, task->instance.id) : "", survey->name, survey->uuid,
		                   survey->powered, survey->agent, { disks, survey->n_disks } };
}

static bool adopt_run(struct call *call, const void *in, void *out)
{
	struct task task = { .call = call, .in = in };
	struct core *core = call->api->core;
	enum store_outcome outcome;
	char error[256];

	if (!guard_survey(core, task.in->machine, &call->arena, &task.survey, error, sizeof error))
		return call_refuse_detail(call, REFUSE_MACHINE_UNKNOWN, task.in->machine, arena_text(&call->arena, error));
	arena_init(&task.arena);
	outcome = task.in->dry_run.value ? store_read(core->store, adopt_in_txn, &task, &task.arena) :
	                                   store_write(core->store, adopt_in_txn, &task, &task.arena);
	if (outcome == STORE_DONE) {
		guard_learn(core, task.records, task.n_records);
		fill_out(&task, out);
	} else {
		refused(&task, outcome);
	}
	arena_finish(&task.arena);
	return outcome == STORE_DONE;
}

const struct operation control_adopt = {
	.name = "POST /_cleat/adopt",
	.mode = OPERATION_SLOW,
	.in = { sizeof(struct adopt_in), adopt_in_fields },
	.out = { sizeof(struct adopt_out), adopt_out_fields },
	.errors = adopt_errors,
	.run = adopt_run,
	.doc = "Gives a machine that the driver did not make the API, with its disks. It is protected from release, its disks are "
	       "kept when it goes, and Cleat never removes it or them.",
};

/* ---- release ---- */

struct release_out {
	const char *id;
};

static const struct field release_in_fields[] = {
	TEXT(struct adopt_in, id, "id", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = 64,
	     .doc = "An instance that was adopted, or a disk that was and is attached nowhere."),
	FIELDS_END,
};

static const struct field release_out_fields[] = { TEXT(struct release_out, id, "id"), FIELDS_END };

static const struct error_row release_errors[] = {
	{ REFUSE_INSTANCE_NOT_ADOPTED, 409, "not-adopted", "%s was not adopted: Cleat made it. Delete it instead.", NULL },
	{ REFUSE_DISK_STATE, 409, "disk-state", "The disk %s is attached: detach it first.", NULL },
	{ REFUSE_JOB_IN_THE_WAY, 409, "job-in-the-way", "Work is under way on %s.", NULL },
	{ REFUSE_INSTANCE_UNKNOWN, 404, "instance-unknown", "There is neither an instance nor a disk %s.", NULL },
	{ REFUSE_NONE, 0, NULL, NULL, NULL },
};

static bool release_in_txn(struct txn *txn, void *context)
{
	struct task *task = context;
	struct call *call = task->call;

	work_begin(&task->work, call->api->core, txn, &call->caller, clock_now(&call->api->core->clock));
	return adopt_release(&task->work, task->in->id, &task->records, &task->n_records);
}

static bool release_run(struct call *call, const void *in, void *out_)
{
	struct task task = { .call = call, .in = in };
	struct core *core = call->api->core;
	struct release_out *out = out_;
	enum store_outcome outcome;

	arena_init(&task.arena);
	outcome = store_write(core->store, release_in_txn, &task, &task.arena);
	if (outcome == STORE_DONE)
		guard_learn(core, task.records, task.n_records);
	else
		refused(&task, outcome);
	out->id = task.in->id;
	arena_finish(&task.arena);
	return outcome == STORE_DONE;
}

const struct operation control_adopt_release = {
	.name = "POST /_cleat/adopt/release",
	.mode = OPERATION_SLOW,
	.in = { sizeof(struct adopt_in), release_in_fields },
	.out = { sizeof(struct release_out), release_out_fields },
	.errors = release_errors,
	.run = release_run,
	.doc = "Forgets what was adopted; the machine and its disks stay as they are.",
};

/* ---- drift ---- */

struct drift_in {
	const char *instance;
};

struct drift_item {
	const char *instance, *disk, *message;
};

struct drift_out {
	struct items drifts;
};

static const struct field drift_in_fields[] = {
	TEXT(struct drift_in, instance, "instance", .max = 64, .doc = "Only this one."),
	FIELDS_END,
};

static const struct field drift_fields[] = {
	TEXT(struct drift_item, instance, "instance"),
	TEXT(struct drift_item, disk, "disk", .doc = "Empty: the machine itself."),
	TEXT(struct drift_item, message, "message"),
	FIELDS_END,
};
static const struct shape drift_shape = { sizeof(struct drift_item), drift_fields };

static const struct field drift_out_fields[] = {
	ITEMS(struct drift_out, drifts, "drifts", .of = &drift_shape),
	FIELDS_END,
};

struct drift_task {
	struct call *call;
	const char *only;
	struct instance *instances;
	size_t n;
	struct attachment **live;
	size_t *n_live;
};

static bool drift_in_txn(struct txn *txn, void *context)
{
	struct drift_task *task = context;
	struct instance_filter filter = INSTANCE_FILTER_ANY;
	size_t i;

	if (!text_empty(task->only)) {
		filter.ids = &task->only;
		filter.n_ids = 1;
	}
	task->n = instance_list(txn, &filter, &(struct page){ 0 }, &task->instances);
	task->live = arena_array(txn_arena(txn), struct attachment *, task->n);
	task->n_live = arena_array(txn_arena(txn), size_t, task->n);
	for (i = 0; i < task->n; i++)
		task->n_live[i] = attachment_list_of_instance(txn, task->instances[i].id, &task->live[i]);
	return true;
}

static void add_drift(struct drift_out *out, struct arena *arena, const char *instance, const char *disk, const char *message)
{
	struct drift_item *items = (struct drift_item *)out->drifts.items;

	if (out->drifts.n < DRIFTS_MAX)
		items[out->drifts.n++] = (struct drift_item){ arena_text(arena, instance), arena_text(arena, disk), message };
}

/* What is under way is on its way, and no drift. */
static void compare(struct drift_task *task, size_t i, struct drift_out *out)
{
	struct core *core = task->call->api->core;
	struct arena *arena = &task->call->arena;
	const struct instance *instance = &task->instances[i];
	bool settled = instance->state == INSTANCE_RUNNING || instance->state == INSTANCE_STOPPED;
	struct driver_survey survey;
	char error[256];
	size_t j;

	if (!settled || guard_observe(core, instance->driver, instance->id, "") == DRIVER_SEEN_UNKNOWN)
		return;
	if (guard_observe(core, instance->driver, instance->id, "") == DRIVER_SEEN_ABSENT) {
		add_drift(out, arena, instance->id, "", "the machine is gone");
		return;
	}
	if (guard_survey(core, instance->serial, arena, &survey, error, sizeof error) &&
	    survey.powered != (instance->state == INSTANCE_RUNNING))
		add_drift(out, arena, instance->id, "", survey.powered ? "the machine is on, and on record as Stopped" :
		                                                    "the machine is off, and on record as Running");
	for (j = 0; j < task->n_live[i]; j++) {
		const struct attachment *live = &task->live[i][j];

		if (live->state == ATTACHMENT_ATTACHED &&
		    guard_observe(core, instance->driver, instance->id, live->id) == DRIVER_SEEN_ABSENT)
			add_drift(out, arena, instance->id, live->disk, "the machine does not have the disk any more");
	}
}

static bool drift_run(struct call *call, const void *in_, void *out_)
{
	const struct drift_in *in = in_;
	struct drift_task task = { .call = call, .only = in->instance };
	struct drift_out *out = out_;
	enum store_outcome outcome;
	struct arena arena;
	size_t i;

	arena_init(&arena);
	out->drifts.items = arena_array(&call->arena, struct drift_item, DRIFTS_MAX);
	outcome = store_read(call->api->core->store, drift_in_txn, &task, &arena);
	for (i = 0; outcome == STORE_DONE && i < task.n; i++)
		compare(&task, i, out);
	call_take_outcome(call, outcome);
	arena_finish(&arena);
	return outcome == STORE_DONE;
}

const struct operation control_drift = {
	.name = "GET /_cleat/drift",
	.mode = OPERATION_SLOW,
	.in = { sizeof(struct drift_in), drift_in_fields },
	.out = { sizeof(struct drift_out), drift_out_fields },
	.run = drift_run,
	.doc = "Where machines have departed from what is on record, by hands other than this server's. It is told, and left as it "
	       "is.",
};
