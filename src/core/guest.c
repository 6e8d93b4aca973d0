#include "core/guest.h"

#include "base/text.h"
#include "core/attachment.h"
#include "core/guard.h"

static void change(struct attachment *attachment, const struct guest_args *args)
{
	attachment->guest_mounted = text_or(args->mounted, attachment->guest_mounted);
	attachment->guest_by = text_or(args->by, attachment->guest_by);
	if (args->io_given)
		attachment->guest_io = args->io;
	if (args->silent_given)
		attachment->guest_silent = args->silent;
	if (args->delay_given)
		attachment->guest_delay_ms = args->delay_ms;
}

bool guest_set(struct work *work, const struct guest_args *args, struct attachment *ret, const char **ret_job)
{
	struct disk disk;
	struct job job;

	if (!disk_get(work->txn, args->disk, &disk))
		return work_refuse(work, REFUSE_DISK_UNKNOWN, args->disk);
	if (!attachment_find(work, args->disk, args->instance, ret, NULL)) {
		work->refusal = (struct refusal){ REFUSE_DISK_NOT_ATTACHED, args->disk, args->instance, NULL };
		return false;
	}
	if (!guard_has_guests(work->core, disk.driver))
		return work_refuse(work, REFUSE_FLEET_NOT_SIMULATED, disk.driver);
	change(ret, args);
	attachment_put(work->txn, ret);
	/* One that has not asked the guest yet asks when its time has come. */
	*ret_job = job_of_attachment(work, ret->id, &job) && job.kind == JOB_DETACH && job.attempts ? job.id : NULL;
	return true;
}

void guest_tell(const struct core *core, const struct attachment *attachment)
{
	guard_guest(core, attachment->disk, attachment->id, &(struct driver_guest){
		.mounted = attachment->guest_mounted,
		.by = attachment->guest_by,
		.io = attachment->guest_io,
		.silent = attachment->guest_silent,
		.delay_ms = attachment->guest_delay_ms,
	});
}
