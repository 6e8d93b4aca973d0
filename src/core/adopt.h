/* Machines that were there before: one is given the API with its disks, and let go again. Cleat did not make them, and removes
 * nothing of them. */
#ifndef CORE_ADOPT_H
#define CORE_ADOPT_H

#include "core/core.h"

struct adopt_args {
	const struct driver_survey *survey;
	const char *account; /* NULL or "": the oldest */
	const char *zone;    /* of a region of this server */
};

/* Makes rows for what was found: the instance protected from release, its disks kept when it goes. *ret_records are for
 * guard_learn() after the commit. Refuses ACCOUNT_UNKNOWN, ZONE_UNKNOWN, MACHINE_BUSY (detail: with what) and MACHINE_HELD
 * (subject: its instance). */
bool adopt(struct work *work, const struct adopt_args *args, struct instance *ret, struct driver_record **ret_records,
           size_t *ret_n);

/* Only whether it would be refused; changes nothing. */
bool adopt_check(struct work *work, const struct adopt_args *args);

/* Forgets an instance that was adopted, with its disks, or a disk that was and is attached nowhere; they stay as they are.
 * Refuses INSTANCE_UNKNOWN, INSTANCE_NOT_ADOPTED, DISK_STATE (a disk of Cleat's own is attached) and JOB_IN_THE_WAY. */
bool adopt_release(struct work *work, const char *id, struct driver_record **ret_records, size_t *ret_n);

#endif
