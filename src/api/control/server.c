/* Operations on the server itself: health, version, clock, backup. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/control/control.h"
#include "base/moment.h"
#include "base/place.h"
#include "base/text.h"
#include "core/catalogue.h"
#include "core/jobs.h"

#define ADVANCE_MAX (10 * 365 * DAY)

static const struct field no_fields[] = { FIELDS_END };
struct nothing {
	char unused;
};

/* ---- health ---- */

struct status_out {
	const char *status;
};

static const struct field status_fields[] = {
	TEXT(struct status_out, status, "status"),
	FIELDS_END,
};

static bool healthz_run(struct call *call, const void *in, void *out_)
{
	struct status_out *out = out_;

	(void)call;
	(void)in;
	out->status = "ok";
	return true;
}

const struct operation control_healthz = {
	.name = "GET /healthz",
	.mode = OPERATION_PLAIN,
	.in = { sizeof(struct nothing), no_fields },
	.out = { sizeof(struct status_out), status_fields },
	.run = healthz_run,
	.unrecorded = true,
	.doc = "The process is alive.",
};

static bool readyz_run(struct call *call, const void *in, void *out_)
{
	struct status_out *out = out_;
	struct store_health health;

	(void)in;
	store_health_read(call->api->core->store, &health);
	if (!health.writable)
		return call_refuse_detail(call, REFUSE_STORE_FULL, NULL, arena_text(&call->arena, health.reason));
	out->status = "ok";
	return true;
}

const struct operation control_readyz = {
	.name = "GET /readyz",
	.mode = OPERATION_PLAIN,
	.in = { sizeof(struct nothing), no_fields },
	.out = { sizeof(struct status_out), status_fields },
	.run = readyz_run,
	.unrecorded = true,
	.doc = "The server can take changes; 503 with the reason if not.",
};

/* ---- version ---- */

static const char *const pace_words[PACE_MAX] = { "instant", "quick", "real" };

struct version_out {
	const char *version, *pace, *clock, *driver;
	struct texts regions;
	int64_t open_jobs;
	int64_t database_bytes, wal_bytes, transactions, changes;
};

static const struct field version_fields[] = {
	TEXT(struct version_out, version, "version"),
	TEXT(struct version_out, pace, "pace"),
	TEXT(struct version_out, clock, "clock"),
	TEXT(struct version_out, driver, "driver"),
	TEXTS(struct version_out, regions, "regions"),
	INT(struct version_out, open_jobs, "open_jobs"),
	INT(struct version_out, database_bytes, "database_bytes"),
	INT(struct version_out, wal_bytes, "wal_bytes"),
	INT(struct version_out, transactions, "transactions"),
	INT(struct version_out, changes, "changes"),
	FIELDS_END,
};

static bool version_run(struct call *call, const void *in, void *out_)
{
	struct version_out *out = out_;
	struct core *core = call->api->core;
	struct store_health health;
	size_t i;

	(void)in;
	store_health_read(core->store, &health);
	*out = (struct version_out){
		.version = call->api->settings.version,
		.pace = pace_words[core->settings.pace],
		.clock = core->clock.manual ? "manual" : "real",
		.driver = core->settings.driver,
		.open_jobs = (int64_t)jobs_open(core->jobs),
		.database_bytes = health.database_bytes,
		.wal_bytes = health.wal_bytes,
		.transactions = health.transactions,
		.changes = health.functions,
	};
	out->regions.items = arena_array(call_work_arena(call), const char *, realm_aliyun.n_regions);
	for (i = 0; i < realm_aliyun.n_regions; i++)
		out->regions.items[out->regions.n++] = realm_aliyun.regions[i].id;
	return true;
}

const struct operation control_version = {
	.name = "GET /_cleat/version",
	.mode = OPERATION_PLAIN,
	.in = { sizeof(struct nothing), no_fields },
	.out = { sizeof(struct version_out), version_fields },
	.run = version_run,
	.doc = "Version, settings and sizes of the server.",
};

/* ---- clock ---- */

struct clock_out {
	const char *mode;
	const char *now;
	int64_t moment;
};

static const struct field clock_fields[] = {
	TEXT(struct clock_out, mode, "mode"),
	TEXT(struct clock_out, now, "now"),
	FIELDS_END,
};

static void clock_fill(struct call *call, int64_t moment, struct clock_out *out)
{
	out->mode = call->api->core->clock.manual ? "manual" : "real";
	out->now = moment_millis_text(call_work_arena(call), moment);
	out->moment = moment;
}

static bool clock_run(struct call *call, const void *in, void *out)
{
	(void)in;
	clock_fill(call, call->now, out);
	return true;
}

const struct operation control_clock = {
	.name = "GET /_cleat/clock",
	.mode = OPERATION_PLAIN,
	.in = { sizeof(struct nothing), no_fields },
	.out = { sizeof(struct clock_out), clock_fields },
	.run = clock_run,
	.doc = "Cloud time.",
};

struct advance_in {
	struct opt_int milliseconds;
};

static const struct field advance_fields[] = {
	OPT_INT(struct advance_in, milliseconds, "milliseconds", .flags = FIELD_REQUIRED, .min = 1, .max = ADVANCE_MAX),
	FIELDS_END,
};

static void advanced(void *context)
{
	call_resume(context);
}

/* The new time is on disk. The reply waits until everything that became due by it has happened, so that a test that
 * moves the clock finds a cloud at rest. */
static void advance_then(struct call *call)
{
	const struct clock_out *out = call->out;
	struct core *core = call->api->core;

	clock_move(&core->clock, out->moment);
	jobs_clock_moved(core->jobs);
	jobs_when_settled(core->jobs, advanced, call);
}

static bool advance_run(struct call *call, const void *in_, void *out)
{
	const struct advance_in *in = in_;
	int64_t moment;

	if (!call->api->core->clock.manual)
		return call_refuse(call, REFUSE_CLOCK_NOT_MANUAL, NULL);
	/* What is recorded counts: another advance may have been committed just before this one. */
	moment = clock_recorded(call->work.txn, call->now) + in->milliseconds.value;
	clock_record(call->work.txn, moment);
	clock_fill(call, moment, out);
	call->then = advance_then;
	return true;
}

const struct operation control_clock_advance = {
	.name = "POST /_cleat/clock/advance",
	.mode = OPERATION_WRITE,
	.in = { sizeof(struct advance_in), advance_fields },
	.out = { sizeof(struct clock_out), clock_fields },
	.run = advance_run,
	.doc = "Moves a manual clock and waits until what became due is done.",
};

/* ---- backup ---- */

/* The copy is made beside the store, opened and unlinked: it is gone when the reply is sent, whatever happens. */
static bool backup_run(struct call *call, const void *in, void *out)
{
	char *directory = arena_printf(&call->arena, "%s/" PLACE_BACKUP "XXXXXX", call->api->settings.data_directory);
	char error[256] = "the data directory takes no new files";
	const char *file;

	(void)in;
	(void)out;
	/* Each needs as much room as the store: one at a time. */
	if (__atomic_exchange_n(&call->api->backup_running, true, __ATOMIC_ACQUIRE))
		return call_refuse(call, REFUSE_BUSY, NULL);
	if (mkdtemp(directory)) {
		file = arena_printf(&call->arena, "%s/cleat.db", directory);
		if (store_backup(call->api->core->store, file, error, sizeof error))
			call->reply.file = open(file, O_RDONLY | O_CLOEXEC);
		unlink(file);
		rmdir(directory);
	}
	__atomic_store_n(&call->api->backup_running, false, __ATOMIC_RELEASE);
	return call->reply.file >= 0 ||
	       call_refuse_detail(call, REFUSE_INTERNAL, NULL, arena_printf(&call->arena, " %s", error));
}

const struct operation control_backup = {
	.name = "GET /_cleat/backup",
	.mode = OPERATION_SLOW,
	.in = { sizeof(struct nothing), no_fields },
	.out = { sizeof(struct nothing), no_fields },
	.run = backup_run,
	.doc = "A consistent copy of the store, as a file that another server can be started on.",
};
