/* What the guest of a simulated instance does with one of its disks: told by people, kept in the attachment's row, and known
 * to the driver. Guests of real machines are not told. */
#ifndef CORE_GUEST_H
#define CORE_GUEST_H

#include "core/core.h"

/* NULL and not given: as it is. */
struct guest_args {
	const char *disk;
	const char *instance;
	const char *mounted; /* "": nowhere */
	const char *by;
	bool io_given, io;
	bool silent_given, silent;
	bool delay_given;
	int64_t delay_ms;
};

/* Of any account. *ret_job is the detach that waits for this guest, to be looked at once the driver knows; NULL: none.
 * Refuses DISK_UNKNOWN, DISK_NOT_ATTACHED (subject: the disk, detail: the instance) and FLEET_NOT_SIMULATED. */
bool guest_set(struct work *work, const struct guest_args *args, struct attachment *ret, const char **ret_job);

/* After the commit: the driver hears of it. */
void guest_tell(const struct core *core, const struct attachment *attachment);

#endif
