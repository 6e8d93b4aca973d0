/* Events: rows that tell what befell an instance or a disk without its owner having asked for it, or against what he asked
 * for. Written in the transaction in which it happens; they decide nothing. */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include "core/core.h"

/* What became of a job, as an event about its instance and its disk. Call it while their rows are still there. */
void event_of_job(struct work *work, const struct job *job, enum event_outcome outcome, enum refusal_reason reason,
                  const char *message);

#endif
