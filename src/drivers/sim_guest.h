/* What the guest of a simulated machine does with one disk: whether it uses it, and how it answers when it is asked to let
 * go. It knows nothing of machines and disks. */
#ifndef DRIVERS_SIM_GUEST_H
#define DRIVERS_SIM_GUEST_H

#include "contract/driver.h"

struct sim_guest {
	char *mounted; /* NULL: nowhere */
	char *by;      /* NULL: nobody is named */
	bool io;
	bool silent;
	int64_t delay_ms;
	int64_t asked_at; /* monotonic; 0: it was not asked to let go yet */
};

/* Texts are copied; NULL is "". Its time to answer begins anew with the next question. */
void sim_guest_set(struct sim_guest *guest, const struct driver_guest *given);
void sim_guest_finish(struct sim_guest *guest);

/* Whether it uses the disk; the reply is REFUSED "in-use" and says how, then, and what it was asked is over. */
bool sim_guest_uses(struct sim_guest *guest, struct driver_reply *reply);

/* Asks it to let go. True: it does not yet, and the reply is PENDING. */
bool sim_guest_holds(struct sim_guest *guest, struct driver_reply *reply);

#endif
