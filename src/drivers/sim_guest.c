#include "drivers/sim_guest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "base/text.h"

#define SILENT_AGAIN_MS 10000 /* a change of the guest is told to the job at once; this is for those nobody told */

static void replace(char **text, const char *by)
{
	free(*text);
	*text = NULL;
	if (text_empty(by))
		return;
	*text = strdup(by);
	if (!*text)
		abort();
}

void sim_guest_set(struct sim_guest *guest, const struct driver_guest *given)
{
	replace(&guest->mounted, given->mounted);
	replace(&guest->by, given->by);
	guest->io = given->io;
	guest->silent = given->silent;
	guest->delay_ms = given->delay_ms;
	guest->asked_at = 0;
}

void sim_guest_finish(struct sim_guest *guest)
{
	free(guest->mounted);
	free(guest->by);
}

bool sim_guest_uses(struct sim_guest *guest, struct driver_reply *reply)
{
	if (!guest->mounted && !guest->io)
		return false;
	guest->asked_at = 0; /* the detach ends here; the next one asks anew */
	reply->answer = DRIVER_REFUSED;
	snprintf(reply->reason, sizeof reply->reason, "in-use");
	if (guest->mounted)
		snprintf(reply->message, sizeof reply->message, "%s is mounted%s%s", guest->mounted,
		         guest->by ? ", used by " : "", text_or(guest->by, ""));
	else
		snprintf(reply->message, sizeof reply->message, "%s reads or writes the disk", text_or(guest->by, "something"));
	return true;
}

bool sim_guest_holds(struct sim_guest *guest, struct driver_reply *reply)
{
	int64_t now = moment_monotonic();

	if (!guest->asked_at)
		guest->asked_at = now;
	if (!guest->silent && now >= guest->asked_at + guest->delay_ms)
		return false;
	reply->answer = DRIVER_PENDING;
	reply->reason[0] = '\0';
	reply->look_again_ms = guest->silent ? SILENT_AGAIN_MS : guest->asked_at + guest->delay_ms - now;
	snprintf(reply->message, sizeof reply->message, "the guest was asked to let go of the disk and has not answered");
	return true;
}
