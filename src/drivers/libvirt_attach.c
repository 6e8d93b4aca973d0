/* Attachments: a disk is plugged into a machine, taken off it, or cut off. What a machine is now and what it is at its next
 * start are two facts, and both are seen to. */
#include <libvirt/libvirt-qemu.h>
#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "base/text.h"
#include "drivers/libvirt_driver.h"
#include "drivers/libvirt_qmp.h"

#define SERIAL_MAX 20 /* characters of it that a virtio disk shows */

#define SOON_MS    250
#define LATER_MS   1000
#define SOON_UNTIL (10 * SECOND)

/* A guest of which a disk is taken by force may let go of it by itself for so long before it is cut off. */
#define FORCE_GRACE (3 * SECOND)

/* What a guest said of a disk a moment ago is not asked again. */
#define IDLE_HOLDS (5 * SECOND)

struct lv_plug *lv_plug_note(struct lv_act *act)
{
	struct plug *plug = plugs_find(&act->lv->plugs, act->call->disk, act->call->attachment);

	if (plug && !plug->own && !(plug->own = calloc(1, sizeof(struct lv_plug))))
		abort();
	return plug ? plug->own : NULL;
}

/* The disk of the call on its machine. */
static const struct lv_disk *here(struct lv_act *act, const struct lv_domain *domain, const char *alias)
{
	return lv_domain_find(&act->arena, domain, alias, lv_native(act, act->call->disk));
}

static void forget_plug(struct lv_act *act)
{
	pthread_mutex_lock(&act->lv->lock);
	plugs_remove(&act->lv->plugs, act->call->disk, act->call->attachment);
	pthread_mutex_unlock(&act->lv->lock);
}

static const char *alias_of(struct lv_act *act)
{
	const char *alias = lv_alias(&act->arena, act->call->attachment);

	if (!alias)
		reply_answer(act->reply, DRIVER_FAILED, "bad-name",
		             "the attachment %s has characters that libvirt does not take in the name of a device",
		             act->call->attachment);
	return alias;
}

/* ---- attach ---- */

/* Nobody else gets the disk from here on. False, answered, if somebody has it. */
static bool reserve(struct lv_act *act)
{
	const struct driver_call *call = act->call;
	bool fresh;
	bool may;

	pthread_mutex_lock(&act->lv->lock);
	fresh = !plugs_find(&act->lv->plugs, call->disk, call->attachment);
	/* One that is plugged already may be so in this memory only. */
	may = !fresh || plugs_may_attach(&act->lv->plugs, call, act->reply);
	if (may && fresh)
		plugs_add(&act->lv->plugs, call->disk, call->attachment, call->machine, call->generation, call->shared);
	pthread_mutex_unlock(&act->lv->lock);
	return may;
}

static const char *serial_of(struct lv_act *act)
{
	const char *serial = text_empty(act->call->serial) ? act->call->disk : act->call->serial;

	return arena_text_n(&act->arena, serial, strnlen(serial, SERIAL_MAX));
}

static const char *disk_xml(struct lv_act *act, const char *alias)
{
	struct lv_disk disk = { .alias = alias,
		                .pool = act->lv->settings.pool,
		                .volume = act->call->disk,
		                .serial = serial_of(act) };
	const struct lv_disk *known = here(act, &act->config, alias);
	const char *native = lv_native(act, act->call->disk);

	disk.target = known ? known->target :
	                      lv_free_target(&act->arena, &act->live, &act->config, act->call->device);
	if (!disk.target) {
		reply_answer(act->reply, DRIVER_FAILED, "no-slot", "the machine has no place for another disk");
		return NULL;
	}
	return *native ? lv_native_xml(&act->arena, native, &disk, act->call->shared) :
	                 lv_disk_xml(&act->arena, &disk, act->call->shared);
}

/* A disk that Cleat did not make is found by what it is called. One that was cut off from this very machine, or that its guest was
 * asked to let go of, may be on it still: that is not the attachment of now, and reaches nothing or soon will. */
static bool has_left_it(struct lv_act *act, const char *alias)
{
	const struct lv_disk *live = here(act, &act->live, alias);

	if (!live || *live->alias || here(act, &act->config, alias))
		return true;
	reply_answer(act->reply, DRIVER_FAILED, "not-let-go",
	             "the machine still has what is left of the disk since it was taken: restart the machine first");
	return false;
}

/* What failed is to leave nothing for the machine's next start. */
static void take_back(struct lv_act *act, const char *alias)
{
	if (virDomainDetachDeviceAlias(act->domain, alias, VIR_DOMAIN_AFFECT_CONFIG) == 0)
		return;
	act->reply->answer = DRIVER_UNKNOWN;
	act->reply->look_again_ms = LATER_MS;
}

/* A daemon that was killed while it plugged the disk in left something in QEMU that its successor knows nothing of. */
static bool sweep(struct lv_act *act, const char *alias)
{
	if (act->reply->answer != DRIVER_FAILED || !lv_qmp_sweep(act, alias, act->reply->message))
		return false;
	reply_pending(act->reply, SOON_MS, "under-way", "what an attach that was cut off has left on the machine is being removed");
	return true;
}

/* First what it is at its next start, since that can be taken back at once. */
static bool plug_in(struct lv_act *act, const char *alias)
{
	const char *xml = has_left_it(act, alias) ? disk_xml(act, alias) : NULL;

	if (!xml)
		return false;
	if (!here(act, &act->config, alias) &&
	    virDomainAttachDeviceFlags(act->domain, xml, VIR_DOMAIN_AFFECT_CONFIG) < 0) {
		lv_failed(act, "the disk cannot be attached");
		return false;
	}
	if (!act->active || here(act, &act->live, alias) ||
	    virDomainAttachDeviceFlags(act->domain, xml, VIR_DOMAIN_AFFECT_LIVE) == 0)
		return true;
	lv_failed(act, "the disk cannot be attached to the running machine");
	if (!sweep(act, alias) && act->reply->answer == DRIVER_FAILED)
		take_back(act, alias);
	return false;
}

void lv_attach(struct lv_act *act)
{
	const char *alias = alias_of(act);
	virStorageVolPtr volume;
	bool missing;

	if (!alias || !lv_must_have_machine(act))
		return;
	if (!*lv_native(act, act->call->disk)) {
		volume = lv_volume(act, act->call->disk, &missing);
		if (!volume && missing)
			reply_answer(act->reply, DRIVER_FAILED, "no-such-disk", "the disk does not exist");
		if (!volume)
			return;
		virStorageVolFree(volume);
	}
	if (!reserve(act))
		return;
	/* One that failed is nobody's, however often it was tried before. */
	if (plug_in(act, alias))
		reply_done(act->reply);
	else if (act->reply->answer == DRIVER_FAILED)
		forget_plug(act);
}

/* ---- detach ---- */

void lv_check_idle(struct lv_act *act)
{
	const char *alias = alias_of(act);
	const struct lv_disk *disk;
	struct lv_plug *note;
	bool missing;

	if (!alias)
		return;
	lv_wait(act);
	if (!lv_read_machine(act, &missing)) {
		if (missing)
			reply_done(act->reply);
		return;
	}
	disk = here(act, &act->live, alias);
	if (disk && !lv_guest_is_idle(act, disk))
		return;
	pthread_mutex_lock(&act->lv->lock);
	note = lv_plug_note(act);
	if (note)
		note->idle_at = moment_monotonic();
	pthread_mutex_unlock(&act->lv->lock);
	reply_done(act->reply);
}

/* From the next start on the machine has it no more. */
static bool take_from_config(struct lv_act *act, const char *alias)
{
	const struct lv_disk *disk = here(act, &act->config, alias);
	struct lv_disk named;

	if (!disk)
		return true;
	if (*disk->alias && virDomainDetachDeviceAlias(act->domain, alias, VIR_DOMAIN_AFFECT_CONFIG) == 0)
		return true;
	/* One that was not plugged in here has no name but its target. */
	named = *disk;
	named.serial = "";
	named.alias = alias;
	if (!*disk->alias &&
	    virDomainDetachDeviceFlags(act->domain, lv_native_xml(&act->arena, lv_native_of(&act->arena, disk), &named, false),
	                               VIR_DOMAIN_AFFECT_CONFIG) == 0)
		return true;
	lv_failed(act, "the disk cannot be taken off the machine's definition");
	return false;
}

/* Why a guest may not answer. */
static const char *state_words(struct lv_act *act)
{
	int state = VIR_DOMAIN_NOSTATE;
	int reason = 0;

	virDomainGetState(act->domain, &state, &reason, 0);
	return state == VIR_DOMAIN_PAUSED  ? "; it is paused" :
	       state == VIR_DOMAIN_CRASHED ? "; it has crashed" :
	                                     "";
}

/* libvirt takes the request for the deed, and QEMU drops one that comes while the guest boots: it is made again until the
 * disk is gone. It cannot be withdrawn: from the first one on the guest may let go at any moment. */
static void ask_guest(struct lv_act *act, const struct lv_disk *disk)
{
	int64_t now = moment_monotonic();
	struct lv_plug here = { 0 };
	struct lv_plug *note;
	int64_t since;

	virDomainDetachDeviceAlias(act->domain, disk->device, VIR_DOMAIN_AFFECT_LIVE);
	pthread_mutex_lock(&act->lv->lock);
	note = lv_plug_note(act);
	note = note ? note : &here;
	if (!note->asked_at)
		note->asked_at = now;
	note->asks++;
	here = *note;
	pthread_mutex_unlock(&act->lv->lock);
	since = now - here.asked_at;
	reply_pending(act->reply, since < SOON_UNTIL ? SOON_MS : LATER_MS,
	              since < FORCE_GRACE ? "asked" : "waiting-for-guest",
	              "the guest has not let go of the disk; it was asked %lld times in %lld s%s", (long long)here.asks,
	              (long long)(since / SECOND), state_words(act));
}

/* Whether its guest must be asked first: not by force, not once it was asked to let go, not twice within a moment. */
static bool needs_check(struct lv_act *act)
{
	const struct lv_plug *note;
	bool needs;

	pthread_mutex_lock(&act->lv->lock);
	note = lv_plug_note(act);
	needs = !act->call->force &&
	        !(note && (note->asked_at || (note->idle_at && moment_monotonic() - note->idle_at < IDLE_HOLDS)));
	pthread_mutex_unlock(&act->lv->lock);
	return needs;
}

/* The machine and its disk; false if there is nothing to be taken off it, or libvirt cannot say: answered. */
static bool find_plugged(struct lv_act *act, const char *alias)
{
	bool missing = false;

	if (alias && lv_read_machine(act, &missing))
		return true;
	if (missing) {
		forget_plug(act);
		reply_done(act->reply);
	}
	return false;
}

static void let_go(struct lv_act *act, const char *alias)
{
	pthread_mutex_lock(&act->lv->lock);
	map_remove(&act->lv->fenced, alias);
	pthread_mutex_unlock(&act->lv->lock);
	forget_plug(act);
	reply_done(act->reply);
}

void lv_detach(struct lv_act *act)
{
	const char *alias = alias_of(act);
	const struct lv_disk *disk;

	lv_wait(act);
	if (!find_plugged(act, alias))
		return;
	disk = here(act, &act->live, alias);
	if (disk && needs_check(act) && !lv_guest_is_idle(act, disk))
		return;
	if (!take_from_config(act, alias))
		return;
	if (!disk)
		let_go(act, alias);
	else
		ask_guest(act, disk);
}

/* ---- fence ---- */

void lv_fence(struct lv_act *act)
{
	const char *alias = alias_of(act);
	const struct lv_disk *disk;

	if (!find_plugged(act, alias) || !take_from_config(act, alias))
		return;
	disk = here(act, &act->live, alias);
	if (!disk) {
		let_go(act, alias);
		return;
	}
	if (!lv_qmp_cut_off(act, disk))
		return;
	/* The device stays on the machine until its guest or its next start lets go of it: that reaches nothing. */
	virDomainDetachDeviceAlias(act->domain, disk->device, VIR_DOMAIN_AFFECT_LIVE);
	pthread_mutex_lock(&act->lv->lock);
	map_put(&act->lv->fenced, alias, act->lv);
	pthread_mutex_unlock(&act->lv->lock);
	forget_plug(act);
	reply_done(act->reply);
}
