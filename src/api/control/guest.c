/* The operation on simulated guests. */
#include "api/control/control.h"
#include "base/text.h"
#include "core/guest.h"
#include "core/jobs.h"

#define DELAY_MAX 86400000 /* a day */

struct guest_in {
	const char *disk, *instance, *mounted, *by;
	struct opt_bool io, never_answers;
	struct opt_int answers_after_ms;
};

struct guest_out {
	const char *disk, *instance, *attachment, *mounted, *by;
	bool io, never_answers;
	int64_t answers_after_ms;
	/* not written */
	struct attachment row;
	struct job_ticket waiting;
};

static const struct field guest_in_fields[] = {
	TEXT(struct guest_in, disk, "disk", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = 64),
	TEXT(struct guest_in, instance, "instance", .flags = FIELD_REQUIRED | FIELD_NOT_EMPTY, .max = 64),
	TEXT(struct guest_in, mounted, "mounted", .doc = "Where the guest has the disk mounted; empty: nowhere."),
	OPT_BOOL(struct guest_in, io, "io", .doc = "Whether the guest reads or writes it."),
	TEXT(struct guest_in, by, "by", .max = 128, .doc = "Who uses it, for messages: `postgres[312]`."),
	OPT_BOOL(struct guest_in, never_answers, "never_answers",
	         .doc = "Whether the guest never lets go of the disk when it is asked to."),
	OPT_INT(struct guest_in, answers_after_ms, "answers_after_ms", .min = 0, .max = DELAY_MAX,
	        .doc = "How long after it was asked the guest lets go, in real time."),
	FIELDS_END,
};

static const struct field guest_out_fields[] = {
	TEXT(struct guest_out, disk, "disk"),
	TEXT(struct guest_out, instance, "instance"),
	TEXT(struct guest_out, attachment, "attachment"),
	TEXT(struct guest_out, mounted, "mounted"),
	BOOL(struct guest_out, io, "io"),
	TEXT(struct guest_out, by, "by"),
	BOOL(struct guest_out, never_answers, "never_answers"),
	INT(struct guest_out, answers_after_ms, "answers_after_ms"),
	FIELDS_END,
};

static const struct error_row guest_errors[] = {
	{ REFUSE_DISK_NOT_ATTACHED, 409, "disk-not-attached", "The disk %s is not attached to the instance %s.", NULL },
	{ REFUSE_FLEET_NOT_SIMULATED, 409, "fleet-not-simulated",
	  "The guests of the driver %s are real: what they do cannot be told them.", NULL },
	{ REFUSE_NONE, 0, NULL, NULL, NULL },
};

static void resume(void *context)
{
	call_resume(context);
}

/* It is on disk: now the driver hears of it, and then the job that waits for this guest. In pace instant the reply comes
 * when that has ended. */
static void tell_then(struct call *call)
{
	const struct guest_out *out = call->out;
	struct core *core = call->api->core;
	bool waits = core->settings.pace == PACE_INSTANT;

	guest_tell(core, &out->row);
	jobs_hand_in(core->jobs, &out->waiting, out->waiting.job ? 1 : 0, waits ? resume : NULL, call);
	if (!waits)
		call_resume(call);
}

static bool guest_run(struct call *call, const void *in_, void *out_)
{
	const struct guest_in *in = in_;
	struct guest_out *out = out_;
	const struct guest_args args = {
		.disk = in->disk,
		.instance = in->instance,
		.mounted = in->mounted,
		.by = in->by,
		.io_given = in->io.is == GIVEN,
		.io = in->io.value,
		.silent_given = in->never_answers.is == GIVEN,
		.silent = in->never_answers.value,
		.delay_given = in->answers_after_ms.is == GIVEN,
		.delay_ms = in->answers_after_ms.value,
	};
	const struct attachment *row = &out->row;

	if (!call_verb(call, guest_set(&call->work, &args, &out->row, &out->waiting.job)))
		return false;
	out->waiting.due_at = call->now;
	out->disk = row->disk;
	out->instance = row->instance;
	out->attachment = row->id;
	out->mounted = row->guest_mounted;
	out->by = row->guest_by;
	out->io = row->guest_io;
	out->never_answers = row->guest_silent;
	out->answers_after_ms = row->guest_delay_ms;
	call->then = tell_then;
	return true;
}

const struct operation control_guest = {
	.name = "POST /_cleat/guest",
	.mode = OPERATION_WRITE,
	.in = { sizeof(struct guest_in), guest_in_fields },
	.out = { sizeof(struct guest_out), guest_out_fields },
	.errors = guest_errors,
	.run = guest_run,
	.doc = "Says what the guest of a simulated instance does with one of its disks. What is not given stays as it is. A detach "
	       "that waits for the guest asks it again at once.",
};
