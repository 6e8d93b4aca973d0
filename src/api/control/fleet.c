/* Operations on the fleet as a whole: give it out, put another in its place, empty it. */
#include <unistd.h>

#include "api/control/control.h"
#include "api/control/fleet_file.h"
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

static const struct error_row fleet_errors[] = {
	{ REFUSE_FLEET_WRONG, 400, "fleet-wrong", "%s%s", NULL },
	{ REFUSE_FLEET_JOBS_IN_FLIGHT, 409, "jobs-in-flight",
	  "Work is under way on the account %s: %s. Wait until it has ended, or ask to wait for it.", NULL },
	{ REFUSE_FLEET_NOT_SIMULATED, 409, "fleet-not-simulated",
	  "The machines of the driver %s are real: they cannot be put into a state by writing it down.", NULL },
	{ REFUSE_NONE, 0, NULL, NULL, NULL },
};

/* ---- dump ---- */

struct dump_in {
	const char *account;
	struct opt_bool secrets;
};

static const struct field dump_in_fields[] = {
	TEXT(struct dump_in, account, "account", .flags = FIELD_NOT_EMPTY, .max = 32,
	     .doc = "Only this account, without the catalogue."),
	OPT_BOOL(struct dump_in, secrets, "secrets", .doc = "With the secrets of the access keys."),
	FIELDS_END,
};

struct nothing {
	char unused;
};
static const struct field no_fields[] = { FIELDS_END };

static bool dump_run(struct call *call, const void *in_, void *out)
{
	const struct dump_in *in = in_;
	struct fleet fleet;

	(void)out;
	if (!call_verb(call, fleet_dump(&call->work, in->account, &fleet)))
		return false;
	buf_clear(&call->reply.body);
	fleet_file_write(&call->reply.body, &fleet, in->secrets.value);
	return !call->reply.body.failed || call_refuse(call, REFUSE_INTERNAL, NULL);
}

const struct operation control_fleet_dump = {
	.name = "GET /_cleat/fleet",
	.mode = OPERATION_READ,
	.in = { sizeof(struct dump_in), dump_in_fields },
	.out = { sizeof(struct nothing), no_fields },
	.errors = fleet_errors,
	.own_reply = true,
	.run = dump_run,
	.doc = "The state of all accounts and of the catalogue as a fleet file. Loaded elsewhere it gives the same again.",
};

/* ---- load and reset: while the runner pauses ---- */

struct change_in {
	const char *account;
	struct opt_bool wait;
	struct opt_int timeout_ms;
};

struct change_out {
	int64_t accounts, instances, disks;
};

#define WAIT_FIELDS                                                                                               \
	OPT_BOOL(struct change_in, wait, "wait", .doc = "Wait until no work is under way, instead of refusing."), \
		OPT_INT(struct change_in, timeout_ms, "timeout_ms", .min = 0, .max = WAIT_MAX,                    \
		        .doc = "How long at most, in real time; 60000 if it is not given.")

static const struct field load_in_fields[] = { WAIT_FIELDS, FIELDS_END };

static const struct field reset_in_fields[] = {
	TEXT(struct change_in, account, "account", .flags = FIELD_NOT_EMPTY, .max = 32,
	     .doc = "Only this account, and not the catalogue."),
	WAIT_FIELDS,
	FIELDS_END,
};

static const struct field change_out_fields[] = {
	INT(struct change_out, accounts, "accounts"),
	INT(struct change_out, instances, "instances"),
	INT(struct change_out, disks, "disks"),
	FIELDS_END,
};

/* One change of the fleet, on a thread of its own. */
struct change {
	struct call *call;
	const struct change_in *in;
	const struct fleet *fleet; /* NULL: a reset */
	struct fleet_problems problems;
	struct fleet_counts counts;
	struct arena arena; /* of the transaction */
	struct work work;
};

static bool change_in_txn(struct txn *txn, void *context)
{
	struct change *change = context;
	struct call *call = change->call;

	work_begin(&change->work, call->api->core, txn, &call->caller, clock_now(&call->api->core->clock));
	if (change->fleet)
		return fleet_load(&change->work, change->fleet, &change->problems, &change->counts);
	return fleet_reset(&change->work, change->in->account, &change->counts);
}

static bool restore_in_txn(struct txn *txn, void *context)
{
	struct change *change = context;
	char error[256];

	return guard_restore(change->call->api->core, txn, error, sizeof error);
}

/* What is committed must be known to the drivers before any job runs. If the server ends first, its next start tells them. */
static void tell_drivers(struct change *change)
{
	struct core *core = change->call->api->core;
	struct arena arena;

	arena_init(&arena);
	while (store_read(core->store, restore_in_txn, change, &arena) != STORE_DONE) {
		log_event(LOG_ERROR, "fleet", LOG_TEXT_PAIR("problem", "the drivers could not be told yet; it is tried again"));
		sleep(RESTORE_AGAIN);
	}
	arena_finish(&arena);
}

/* One try. The drivers hear of it, and the keys are known, before anybody else goes on. */
static enum store_outcome try_change(struct change *change)
{
	struct call *call = change->call;
	struct core *core = call->api->core;
	enum store_outcome outcome;

	if (!jobs_pause(core->jobs))
		return STORE_BUSY;
	outcome = store_write(core->store, change_in_txn, change, &change->arena);
	if (outcome == STORE_DONE) {
		tell_drivers(change);
		jobs_hand_in(core->jobs, change->work.tickets, change->work.n_tickets, NULL, NULL);
		if (!key_cache_load(call->api->keys, core->store))
			outcome = STORE_BROKEN;
	}
	jobs_resume(core->jobs);
	return outcome;
}

static bool must_wait(const struct change *change, enum store_outcome outcome, int64_t until)
{
	return outcome == STORE_REFUSED && change->work.refusal.reason == REFUSE_FLEET_JOBS_IN_FLIGHT &&
	       change->in->wait.value && moment_monotonic() < until;
}

/* Why it was not done, in texts that outlive the transaction. */
static void take_refusal(struct change *change, enum store_outcome outcome)
{
	const struct refusal *refusal = &change->work.refusal;
	struct call *call = change->call;

	if (outcome == STORE_REFUSED && refusal->reason == REFUSE_FLEET_WRONG)
		call_refuse_detail(call, REFUSE_FLEET_WRONG, NULL,
		                   fleet_file_explain(&call->arena, &change->problems, call->request.body,
		                                      call->request.body_length));
	else if (outcome == STORE_REFUSED)
		call_refuse_detail(call, refusal->reason, arena_text(&call->arena, refusal->subject),
		                   arena_text(&call->arena, refusal->detail));
	call_take_outcome(call, outcome);
}

static bool run_change(struct change *change, struct change_out *out)
{
	const struct change_in *in = change->in;
	int64_t until = moment_monotonic() + (in->timeout_ms.is == GIVEN ? in->timeout_ms.value : WAIT_DEFAULT);
	enum store_outcome outcome;

	arena_init(&change->arena);
	while (must_wait(change, outcome = try_change(change), until))
		usleep(WAIT_STEP_US);
	if (outcome == STORE_DONE)
		*out = (struct change_out){ change->counts.accounts, change->counts.instances, change->counts.disks };
	else
		take_refusal(change, outcome);
	arena_finish(&change->arena);
	return outcome == STORE_DONE;
}

static bool load_run(struct call *call, const void *in, void *out)
{
	struct change change = { .call = call, .in = in };
	const struct request *request = &call->request;
	struct fleet fleet;

	if (!fleet_file_read(&call->arena, request->body, request->body_length, &fleet, &change.problems))
		return call_refuse_detail(call, REFUSE_FLEET_WRONG, NULL,
		                          fleet_file_explain(&call->arena, &change.problems, request->body,
		                                             request->body_length));
	change.fleet = &fleet;
	return run_change(&change, out);
}

const struct operation control_fleet_load = {
	.name = "POST /_cleat/fleet",
	.mode = OPERATION_SLOW,
	.in = { sizeof(struct change_in), load_in_fields },
	.out = { sizeof(struct change_out), change_out_fields },
	.errors = fleet_errors,
	.own_body = true,
	.run = load_run,
	.doc = "The body is a fleet file. Its accounts get the state that it says instead of theirs, and so does the catalogue "
	       "if it has one: all of it, or nothing. The parameters are those of the query.",
};

static bool reset_run(struct call *call, const void *in, void *out)
{
	struct change change = { .call = call, .in = in };

	return run_change(&change, out);
}

const struct operation control_fleet_reset = {
	.name = "POST /_cleat/fleet/reset",
	.mode = OPERATION_SLOW,
	.in = { sizeof(struct change_in), reset_in_fields },
	.out = { sizeof(struct change_out), change_out_fields },
	.errors = fleet_errors,
	.run = reset_run,
	.doc = "Removes all instances and disks, and what was added to the catalogue. Accounts and their access keys stay.",
};
