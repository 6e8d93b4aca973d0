/* Carries out the acts of a driver on threads of its own, one at a time for each machine, so that whoever asks never waits
 * for a hypervisor; an answer is kept until it is asked for. It knows no machine: what an act does is the driver's. */
#ifndef DRIVERS_TASKS_H
#define DRIVERS_TASKS_H

#include "contract/driver.h"

struct tasks;

/* Carries out one act; called on a thread of the tasks', and may take its time. Fills *ret. */
typedef void (*tasks_act)(void *context, const struct driver_call *call, struct driver_reply *ret);

struct tasks *tasks_create(tasks_act act, void *context);

/* Waits for what is being carried out; what was not begun is not. NULL is allowed. */
void tasks_destroy(struct tasks *tasks);

/* Who is told when an answer is there that was asked for before. */
void tasks_listen(struct tasks *tasks, driver_wake wake, void *context);

/* Has the act carried out, if that is not under way, and answers if that took a few milliseconds only; otherwise PENDING
 * "under-way". The same call then gets the answer once; DONE it gets again for some seconds, so that a plan of several
 * acts comes to its end. */
void tasks_ask(struct tasks *tasks, const struct driver_call *call, struct driver_reply *ret);

/* What the job waits for may have happened: whoever listens is told. On any thread. */
void tasks_wake(struct tasks *tasks, const char *job);

#endif
