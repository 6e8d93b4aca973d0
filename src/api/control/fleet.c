/* Operations on the fleet as a whole: give it out, put another in its place, empty it. */
#include <semaphore.h>
#include <unistd.h>

#include "api/control/control.h"
#include "api/control/fleet_file.h"
#include "api/fault.h"
#include "api/keys.h"
#include "base/log.h"
#include "base/moment.h"
#include "base/text.h"
#include "core/guard.h"
#include "core/jobs.h"

#define WAIT_DEFAULT (60 * SECOND)
#define WAIT_MAX     (600 * SECOND)
#define WAIT_STEP_US 20000
#define RESTORE_AGAIN 1 /* seconds */

#define JOBS_IN_FLIGHT_ROW                                                                                              \
	{ REFUSE_FLEET_JOBS_IN_FLIGHT, 409, "jobs-in-flight",                                                           \
	  "Work is under way on the account %s: %s. Wait until it has ended, or ask to wait for it.", NULL }
#define NOT_SIMULATED_ROW                                                                                               \
	{ REFUSE_FLEET_NOT_SIMULATED, 409, "fleet-not-simulated",                                                       \
	  "The machines of the driver %s are real: they cannot be put into a state by writing it down.", NULL }
#define ROWS_END { REFUSE_NONE, 0, NULL, NULL, NULL }

static const struct error_row dump_errors[] = {
	JOBS_IN_FLIGHT_ROW,
	{ REFUSE_FLEET_TOO_LONG, 413, "fleet-too-long",
	  "The fleet has more bytes than --max-fleet-bytes of the server allows. Ask for one account at a time, or allow more.",
	  NULL },
	ROWS_END,
};
static const struct error_row reset_errors[] = { JOBS_IN_FLIGHT_ROW, NOT_SIMULATED_ROW, ROWS_END };
static const struct error_row load_errors[] = {
	{ REFUSE_FLEET_WRONG, 400, "fleet-wrong", "%s%s", NULL },
	JOBS_IN_FLIGHT_ROW,
	NOT_SIMULATED_ROW,
	ROWS_END,
};

/* What is asked for, on a thread of its own: it may wait for work to end. */
struct fleet_in {
	const char *account;
	struct opt_bool secrets;
	struct opt_bool wait;
	struct opt_int timeout_ms;
};

#define WAIT_FIELDS                                                                                              \
	OPT_BOOL(struct fleet_in, wait, "wait", .doc = "Wait until no work is under way, instead of refusing."), \
		OPT_INT(struct fleet_in, timeout_ms, "timeout_ms", .min = 0, .max = WAIT_MAX,                    \
		        .doc = "How long at most, in real time; 60000 if it is not given.")

struct task {
	struct call *call;
	const struct fleet_in *in;
	const struct fleet *fleet; /* to load */
	struct fleet dumped;
	struct fleet_problems problems;
	struct fleet_counts counts;
	struct arena arena; /* of the transaction */
	struct work work;
	enum store_outcome (*attempt)(struct task *task);
};

/* Why it was not done, in texts that outlive the transaction. */
static void take_refusal(struct task *task, enum store_outcome outcome)
{
	const struct refusal *refusal = &task->work.refusal;
	struct call *call = task->call;

	if (outcome == STORE_REFUSED && refusal->reason == REFUSE_FLEET_WRONG)
		call_refuse_detail(call, REFUSE_FLEET_WRONG, NULL,
		                   fleet_file_explain(&call->arena, &task->problems, call->request.body,
		                                      call->request.body_length));
	else if (outcome == STORE_REFUSED)
		call_refuse_detail(call, refusal->reason, arena_text(&call->arena, refusal->subject),
		                   arena_text(&call->arena, refusal->detail));
	call_take_outcome(call, outcome);
}

static bool must_wait(const struct task *task, enum store_outcome outcome, int64_t until)
{
	return outcome == STORE_REFUSED && task->work.refusal.reason == REFUSE_FLEET_JOBS_IN_FLIGHT &&
	       task->in->wait.value && moment_monotonic() < until;
}

/* Tries until it is done, or refused for good. The task's arena is to be finished by the caller. */
static bool run_task(struct task *task)
{
	const struct fleet_in *in = task->in;
	int64_t until = moment_monotonic() + (in->timeout_ms.is == GIVEN ? in->timeout_ms.value : WAIT_DEFAULT);
	enum store_outcome outcome;

	arena_init(&task->arena);
	while (must_wait(task, outcome = task->attempt(task), until))
		usleep(WAIT_STEP_US);
	if (outcome != STORE_DONE)
		take_refusal(task, outcome);
	return outcome == STORE_DONE;
}

static void begin_work(struct task *task, struct txn *txn)
{
	struct call *call = task->call;

	work_begin(&task->work, call->api->core, txn, &call->caller, clock_now(&call->api->core->clock));
}

/* ---- dump ---- */

static const struct field dump_in_fields[] = {
	TEXT(struct fleet_in, account, "account", .flags = FIELD_NOT_EMPTY, .max = 64,
	     .doc = "Only this account, without the catalogue and the faults; its id, or its own key."),
	OPT_BOOL(struct fleet_in, secrets, "secrets", .doc = "With the secrets of the access keys."),
	WAIT_FIELDS,
	FIELDS_END,
};

struct nothing {
	char unused;
};
static const struct field no_fields[] = { FIELDS_END };

static bool dump_in_txn(struct txn *txn, void *context)
{
	struct task *task = context;

	begin_work(task, txn);
	return fleet_dump(&task->work, task->in->account, &task->dumped);
}

static enum store_outcome try_dump(struct task *task)
{
	return store_read(task->call->api->core->store, dump_in_txn, task, &task->arena);
}

static bool dump_run(struct call *call, const void *in, void *out)
{
	struct task task = { .call = call, .in = in, .attempt = try_dump };
	bool done = run_task(&task);

	(void)out;
	if (done) {
		buf_finish(&call->reply.body);
		buf_init(&call->reply.body, call->api->settings.max_fleet_bytes);
		fleet_file_write(&call->reply.body, &task.dumped, task.in->secrets.value);
		done = !call->reply.body.failed || call_refuse(call, REFUSE_FLEET_TOO_LONG, NULL);
	}
	arena_finish(&task.arena);
	return done;
}

const struct operation control_fleet_dump = {
	.name = "GET /_cleat/fleet",
	.mode = OPERATION_SLOW,
	.in = { sizeof(struct fleet_in), dump_in_fields },
	.out = { sizeof(struct nothing), no_fields },
	.errors = dump_errors,
	.own_reply = true,
	.run = dump_run,
	.doc = "The state of all accounts, the catalogue and the faults as a fleet file. Loaded elsewhere it gives the same again.",
};

/* ---- load and reset: while the runner pauses ---- */

struct change_out {
	int64_t accounts, instances, disks, snapshots, faults;
};

static const struct field load_in_fields[] = { WAIT_FIELDS, FIELDS_END };

static const struct field reset_in_fields[] = {
	TEXT(struct fleet_in, account, "account", .flags = FIELD_NOT_EMPTY, .max = 64,
	     .doc = "Only this account and the faults for it, and not the catalogue; its id, or its own key."),
	WAIT_FIELDS,
	FIELDS_END,
};

static const struct field change_out_fields[] = {
	INT(struct change_out, accounts, "accounts"),
	INT(struct change_out, instances, "instances"),
	INT(struct change_out, disks, "disks"),
	INT(struct change_out, snapshots, "snapshots"),
	INT(struct change_out, faults, "faults"),
	FIELDS_END,
};

static bool change_in_txn(struct txn *txn, void *context)
{
	struct task *task = context;

	begin_work(task, txn);
	if (task->fleet)
		return fleet_load(&task->work, task->fleet, &task->problems, &task->counts);
	return fleet_reset(&task->work, task->in->account, &task->counts);
}

static bool restore_in_txn(struct txn *txn, void *context)
{
	struct task *task = context;
	char error[256];

	return guard_restore(task->call->api->core, txn, error, sizeof error);
}

/* What is committed must be known to the drivers before any job runs. If the server ends first, its next start tells them. */
static void tell_drivers(struct task *task)
{
	struct core *core = task->call->api->core;
	struct arena arena;

	arena_init(&arena);
	while (store_read(core->store, restore_in_txn, task, &arena) != STORE_DONE) {
		log_event(LOG_ERROR, "fleet", LOG_TEXT_PAIR("problem", "the drivers could not be told yet; it is tried again"));
		sleep(RESTORE_AGAIN);
	}
	arena_finish(&arena);
}

static void ended(void *context)
{
	sem_post(context);
}

/* Jobs that a fault had held go on; in pace instant they have ended before the reply, as after any other call. The pause of
 * the runner ends here. */
static void let_jobs_go_on(struct task *task)
{
	struct core *core = task->call->api->core;
	bool waits = core->settings.pace == PACE_INSTANT;
	sem_t all_ended;

	sem_init(&all_ended, 0, 0);
	jobs_hand_in(core->jobs, task->work.tickets, task->work.n_tickets, waits ? ended : NULL, &all_ended);
	jobs_resume(core->jobs);
	while (waits && sem_wait(&all_ended) != 0)
		continue;
	sem_destroy(&all_ended);
}

/* The drivers hear of it, and keys and faults are known, before anybody else goes on. */
static enum store_outcome try_change(struct task *task)
{
	struct call *call = task->call;
	struct core *core = call->api->core;
	enum store_outcome outcome;

	if (!jobs_pause(core->jobs))
		return STORE_BUSY;
	outcome = store_write(core->store, change_in_txn, task, &task->arena);
	if (outcome != STORE_DONE) {
		jobs_resume(core->jobs);
		return outcome;
	}
	tell_drivers(task);
	if (!key_cache_load(call->api->keys, core->store) || !fault_cache_load(call->api->faults, core->store))
		outcome = STORE_BROKEN;
	let_jobs_go_on(task);
	return outcome;
}

static bool change_run(struct call *call, const struct fleet *fleet, const void *in, void *out_)
{
	struct task task = { .call = call, .in = in, .fleet = fleet, .attempt = try_change };
	struct change_out *out = out_;
	bool done = run_task(&task);

	arena_finish(&task.arena);
	if (done)
		*out = (struct change_out){ task.counts.accounts, task.counts.instances, task.counts.disks, task.counts.snapshots,
			                    task.counts.faults };
	return done;
}

static bool load_run(struct call *call, const void *in, void *out)
{
	const struct request *request = &call->request;
	struct fleet_problems problems;
	struct fleet fleet;

	if (!fleet_file_read(&call->arena, call->api->dialects, request->body, request->body_length, &fleet, &problems) ||
	    !fleet_file_check_keys(&call->arena, &fleet, key_cache_fixed_id(call->api->keys), &problems))
		return call_refuse_detail(call, REFUSE_FLEET_WRONG, NULL,
		                          fleet_file_explain(&call->arena, &problems, request->body, request->body_length));
	return change_run(call, &fleet, in, out);
}

const struct operation control_fleet_load = {
	.name = "POST /_cleat/fleet",
	.mode = OPERATION_SLOW,
	.in = { sizeof(struct fleet_in), load_in_fields },
	.out = { sizeof(struct change_out), change_out_fields },
	.errors = load_errors,
	.own_body = true,
	.run = load_run,
	.doc = "The body is a fleet file. Its accounts get the state that it says instead of theirs, and so do the "
	       "catalogue and the faults if it has some: all of it, or nothing. The parameters are those of the query.",
};

static bool reset_run(struct call *call, const void *in, void *out)
{
	return change_run(call, NULL, in, out);
}

const struct operation control_fleet_reset = {
	.name = "POST /_cleat/fleet/reset",
	.mode = OPERATION_SLOW,
	.in = { sizeof(struct fleet_in), reset_in_fields },
	.out = { sizeof(struct change_out), change_out_fields },
	.errors = reset_errors,
	.run = reset_run,
	.doc = "Removes all instances, disks, snapshots, load balancers, databases and faults, and what was added to the catalogue. "
	       "Accounts and their access keys stay, but for those that keys made by their first call (--accounts auto).",
};
