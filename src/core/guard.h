/* The only caller of drivers: checks what it hands over, logs each act with its answer, and makes sense of answers that
 * make none. It decides nothing about jobs. */
#ifndef CORE_GUARD_H
#define CORE_GUARD_H

#include "core/core.h"

/* The driver that new machines of a kind get, and their disks. */
const char *guard_driver_of(const struct core *core, enum machine_kind kind);

/* Whether that driver leaves the seeming duration of its work to the server. */
bool guard_is_paced(const struct core *core, const char *driver);

/* Whether that driver takes a snapshot of a disk only while no machine that is on has it. */
bool guard_snapshots_need_off(const struct core *core, const char *driver);

/* Whether all machines are simulated: they can be told that they are another fleet. */
bool guard_is_simulated(const struct core *core);

/* Whether there is one and it is not: real guests have data to lose, and are asked before a disk is taken from them. */
bool guard_is_real(const struct core *core);

/* Opens the driver and adds it. False with a message. */
bool guard_open(struct core *core, const struct driver *driver, const char *config, char *error, size_t error_size);

/* Tells every driver what the store has on record of its own. Inside a read: at start, and while the runner pauses. */
bool guard_restore(struct core *core, struct txn *txn, char *error, size_t error_size);

/* Lets drivers say that a job is worth asking for again. */
void guard_listen(struct core *core, driver_wake wake, void *context);

/* What the driver of new machines finds under that name; false with a message. May block. */
bool guard_survey(const struct core *core, const char *name, struct arena *arena, struct driver_survey *ret, char *error,
                  size_t error_size);

/* After the commit: that driver hears of machines that were given to it, or taken from it. */
void guard_learn(const struct core *core, const struct driver_record *records, size_t n);

/* Whether that driver sees the attachment on its machine; for "" the machine. May block. */
enum driver_seen guard_observe(const struct core *core, const char *driver, const char *machine, const char *attachment);

/* One act. A driver that this server runs without is UNKNOWN: the job waits until it is there again. */
void guard_act(const struct core *core, const char *driver, const struct driver_call *call,
               struct driver_reply *ret);

/* Whether that driver's guests are simulated; and tells those that are what one does with a disk. */
bool guard_has_guests(const struct core *core, const char *driver);
void guard_guest(const struct core *core, const char *disk, const char *attachment, const struct driver_guest *guest);

/* How the machine reaches its disks, where it does so by itself (driver.connection). False: nobody needs to know, or there is
 * no such machine. May block. */
bool guard_connection(const struct core *core, const char *driver, const char *machine, struct driver_connection *ret);

void guard_close(struct core *core);

#endif
