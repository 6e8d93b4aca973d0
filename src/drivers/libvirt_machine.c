/* Machines: defined, removed, switched on and off. */
#include <stdio.h>

#include "base/moment.h"
#include "base/text.h"
#include "drivers/libvirt_driver.h"

#define LOOK_AGAIN_MS 500

void lv_create_machine(struct lv_act *act)
{
	static const struct driver_build plain = { .uuid = "", .cpus = 1, .memory_mib = 128,
		                                   .kernel = "", .initrd = "", .cmdline = "" };
	const struct driver_build *build = act->call->build ? act->call->build : &plain;
	char uuid[VIR_UUID_STRING_BUFLEN];
	bool missing;

	pthread_mutex_lock(&act->lv->lock);
	if (!text_empty(build->uuid))
		snprintf(lv_machine_note(act->lv, act->call->machine)->uuid, sizeof uuid, "%s", build->uuid);
	pthread_mutex_unlock(&act->lv->lock);
	lv_machine_uuid(act->lv, act->call->machine, uuid);
	if (lv_read_machine(act, &missing)) {
		reply_done(act->reply);
		return;
	}
	if (!missing)
		return;
	act->domain = virDomainDefineXML(act->connection, lv_machine_xml(&act->arena, act->call->machine, uuid,
	                                                                 act->lv->settings.kvm ? "kvm" : "qemu", build));
	if (act->domain)
		reply_done(act->reply);
	else
		lv_failed(act, "the machine cannot be defined");
}

static void forget(struct lv_act *act)
{
	pthread_mutex_lock(&act->lv->lock);
	plugs_remove_machine(&act->lv->plugs, act->call->machine);
	pthread_mutex_unlock(&act->lv->lock);
}

void lv_delete_machine(struct lv_act *act)
{
	bool missing;

	if (!lv_read_machine(act, &missing)) {
		if (!missing)
			return;
		forget(act);
		reply_done(act->reply);
		return;
	}
	if (!text_equal(act->config.machine, act->call->machine)) {
		reply_answer(act->reply, DRIVER_REFUSED, "not-ours", "Cleat did not make this machine, and so does not remove it");
		return;
	}
	if (act->active && virDomainDestroy(act->domain) < 0 && virDomainIsActive(act->domain) != 0) {
		lv_failed(act, "the machine cannot be switched off");
		return;
	}
	if (virDomainUndefineFlags(act->domain, VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA |
	                                                VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA |
	                                                VIR_DOMAIN_UNDEFINE_NVRAM) < 0) {
		lv_failed(act, "the machine cannot be removed");
		return;
	}
	forget(act);
	reply_done(act->reply);
}

void lv_power_on(struct lv_act *act)
{
	if (!lv_must_have_machine(act))
		return;
	pthread_mutex_lock(&act->lv->lock);
	lv_machine_note(act->lv, act->call->machine)->off_asked_at = 0;
	lv_machine_note(act->lv, act->call->machine)->agent_missed_at = 0;
	pthread_mutex_unlock(&act->lv->lock);
	if (act->active || virDomainCreate(act->domain) == 0)
		reply_done(act->reply);
	else
		lv_failed(act, "the machine cannot be started");
}

/* When its guest was asked first; now if it was not. */
static int64_t asked_at(struct lv_act *act, bool *ret_first)
{
	struct lv_machine *machine;
	int64_t at;

	pthread_mutex_lock(&act->lv->lock);
	machine = lv_machine_note(act->lv, act->call->machine);
	*ret_first = machine->off_asked_at == 0;
	if (*ret_first)
		machine->off_asked_at = moment_monotonic();
	at = machine->off_asked_at;
	pthread_mutex_unlock(&act->lv->lock);
	return at;
}

static void ask_no_more(struct lv_act *act)
{
	pthread_mutex_lock(&act->lv->lock);
	lv_machine_note(act->lv, act->call->machine)->off_asked_at = 0;
	pthread_mutex_unlock(&act->lv->lock);
}

/* The power button, as often as it takes: a guest that boots does not hear it. */
static void press_button(struct lv_act *act)
{
	bool first;
	int64_t since = moment_monotonic() - asked_at(act, &first);

	if (since >= act->lv->settings.stop_wait_ms && !first) {
		ask_no_more(act);
		reply_answer(act->reply, DRIVER_FAILED, "guest-stays-on",
		             "the guest did not shut down within %lld s; ForceStop switches the machine off without asking it",
		             (long long)(act->lv->settings.stop_wait_ms / SECOND));
		return;
	}
	lv_wait(act);
	if (virDomainShutdownFlags(act->domain, VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN) < 0 && first) {
		lv_failed(act, "the guest cannot be asked to shut down");
		return;
	}
	reply_pending(act->reply, LOOK_AGAIN_MS, "waiting-for-guest", "the guest was asked to shut down %lld s ago",
	              (long long)(since / SECOND));
}

void lv_power_off(struct lv_act *act)
{
	if (!lv_must_have_machine(act))
		return;
	if (act->active && !act->call->force) {
		press_button(act);
		return;
	}
	if (act->active && virDomainDestroy(act->domain) < 0 && virDomainIsActive(act->domain) != 0) {
		lv_failed(act, "the machine cannot be switched off");
		return;
	}
	ask_no_more(act);
	reply_done(act->reply);
}
