/* Removes rows that have been history for long enough, in small pieces between other work. When it runs is the runner's
 * business (core/jobs.c). */
#ifndef CORE_PURGE_H
#define CORE_PURGE_H

#include "core/core.h"

/* One piece: ended jobs, ended attachments and events as old as the settings say, client tokens after their 24 hours,
 * temporary keys after their expiry. Inside a transaction. True: there may be more. */
bool purge_old_rows(struct txn *txn, struct core *core);

#endif
