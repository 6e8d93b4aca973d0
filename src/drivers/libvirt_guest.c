/* Whether a guest uses a disk: asked of its agent, or told by what the disk does. */
#include <jansson.h>
#include <libvirt/libvirt-qemu.h>
#include <nettle/base64.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/moment.h"
#include "base/text.h"
#include "drivers/libvirt_driver.h"
#include "drivers/libvirt_script.h"

#define AGENT_S      3             /* for one answer of the agent */
#define SCRIPT_MAX   (5 * SECOND)  /* for all that the guest looks at */
#define SCRIPT_POLL  20
#define LOOK_AGAIN   500
#define SILENT_AGAIN (5 * SECOND)  /* an agent that did not answer has held a thread for a while */
#define SAMPLE_AFTER (2 * SECOND)  /* between two looks at the counters of a disk */

enum heard { HEARD_IDLE, HEARD_USED, HEARD_NOTHING, HEARD_UNABLE };

/* The agent's reply, to be given back; NULL with libvirt's last error. Takes the reference of `arguments`. */
static json_t *ask_agent(struct lv_act *act, const char *command, json_t *arguments)
{
	json_t *request = json_pack("{s:s}", "execute", command);
	json_t *reply = NULL;
	char *result;
	char *text;

	if (arguments)
		json_object_set_new(request, "arguments", arguments);
	text = json_dumps(request, JSON_COMPACT);
	json_decref(request);
	result = virDomainQemuAgentCommand(act->domain, text, AGENT_S, 0);
	free(text);
	if (result)
		reply = json_loads(result, 0, NULL);
	free(result);
	return reply;
}

static json_t *take_return(json_t *reply)
{
	json_t *result = json_incref(json_object_get(reply, "return"));

	json_decref(reply);
	return result;
}

/* An agent that is there and does not do what it is asked, unlike one that does not answer. */
static enum heard not_heard(void)
{
	const virError *error = virGetLastError();
	int code = error ? error->code : 0;

	return code == VIR_ERR_AGENT_UNRESPONSIVE || code == VIR_ERR_AGENT_UNSYNCED || code == VIR_ERR_OPERATION_TIMEOUT ||
	                       code == VIR_ERR_OPERATION_INVALID || code == VIR_ERR_OPERATION_FAILED ?
	               HEARD_NOTHING :
	               HEARD_UNABLE;
}

static const char *decode(struct arena *arena, const char *text)
{
	size_t length = strlen(text);
	char *result = arena_alloc(arena, BASE64_DECODE_LENGTH(length) + 1);
	struct base64_decode_ctx context;
	size_t n = BASE64_DECODE_LENGTH(length);

	base64_decode_init(&context);
	if (!base64_decode_update(&context, &n, (uint8_t *)result, length, text))
		n = 0;
	result[n] = '\0';
	return result;
}

/* ---- the script: what it found, in a sentence ---- */

struct findings {
	char text[200]; /* of the first that counts */
	char users[100];
};

static void add_user(struct findings *found, const char *user)
{
	size_t length = strlen(found->users);

	if (length + strlen(user) + 3 < sizeof found->users)
		snprintf(found->users + length, sizeof found->users - length, "%s%s", length ? ", " : "", user);
}

/* Lines of a word and what it says; see libvirt_script.h. */
static void read_findings(struct arena *arena, const char *output, struct findings *ret)
{
	char *rest = arena_text(arena, output);
	char *line;

	*ret = (struct findings){ "", "" };
	while ((line = strsep(&rest, "\n"))) {
		char *value = strchr(line, ' ');

		if (!value)
			continue;
		*value++ = '\0';
		if (text_equal(line, "by")) {
			add_user(ret, value);
			continue;
		}
		if (*ret->text)
			continue;
		if (text_equal(line, "mount"))
			snprintf(ret->text, sizeof ret->text, "%s is mounted", value);
		else if (text_equal(line, "swap"))
			snprintf(ret->text, sizeof ret->text, "%s is swap space", value);
		else if (text_equal(line, "holder"))
			snprintf(ret->text, sizeof ret->text, "it is part of %s", value);
		else if (text_equal(line, "open"))
			snprintf(ret->text, sizeof ret->text, "%s is open", value);
	}
}

static enum heard judge(struct lv_act *act, const char *output)
{
	struct findings found;

	read_findings(&act->arena, output, &found);
	if (!*found.text)
		return HEARD_IDLE;
	reply_answer(act->reply, DRIVER_REFUSED, "in-use", "%s%s%s", found.text, *found.users ? ", used by " : "",
	             found.users);
	return HEARD_USED;
}

static enum heard wait_for_script(struct lv_act *act, json_int_t pid)
{
	int64_t until = moment_monotonic() + SCRIPT_MAX;
	enum heard heard = HEARD_NOTHING;

	while (heard == HEARD_NOTHING && moment_monotonic() < until) {
		json_t *status = take_return(ask_agent(act, "guest-exec-status", json_pack("{s:I}", "pid", pid)));
		const char *output = text_or(json_string_value(json_object_get(status, "out-data")), "");

		if (!status)
			return not_heard();
		if (!json_is_true(json_object_get(status, "exited")))
			nanosleep(&(struct timespec){ .tv_nsec = SCRIPT_POLL * 1000000 }, NULL);
		else if (json_integer_value(json_object_get(status, "exitcode")) != 0)
			heard = HEARD_UNABLE;
		else
			heard = judge(act, decode(&act->arena, output));
		json_decref(status);
	}
	return heard;
}

/* All that a guest of Linux can tell. */
static enum heard ask_by_script(struct lv_act *act, const struct lv_disk *disk)
{
	json_t *started = take_return(ask_agent(
		act, "guest-exec",
		json_pack("{s:s,s:[s,s,s,s],s:b}", "path", "/bin/sh", "arg", "-c", lv_script_in_use, "sh", disk->serial,
	                  "capture-output", 1)));
	json_int_t pid = json_integer_value(json_object_get(started, "pid"));

	json_decref(started);
	return started ? wait_for_script(act, pid) : not_heard();
}

/* Mounts alone, where an agent may not run programs, or has no shell. */
static enum heard ask_for_mounts(struct lv_act *act, const struct lv_disk *disk)
{
	json_t *systems = take_return(ask_agent(act, "guest-get-fsinfo", NULL));
	enum heard heard = HEARD_IDLE;
	json_t *system;
	json_t *part;
	size_t i;
	size_t j;

	if (!systems)
		return not_heard();
	json_array_foreach(systems, i, system) {
		json_array_foreach(json_object_get(system, "disk"), j, part) {
			const char *serial = json_string_value(json_object_get(part, "serial"));

			if (heard == HEARD_USED || !serial || !text_equal(serial, disk->serial))
				continue;
			reply_answer(act->reply, DRIVER_REFUSED, "in-use", "%s is mounted",
			             text_or(json_string_value(json_object_get(system, "mountpoint")), "it"));
			heard = HEARD_USED;
		}
	}
	json_decref(systems);
	return heard;
}

/* ---- without an agent ---- */

/* Compares the counters with those of an earlier look. */
static bool has_rested(struct lv_act *act, const struct lv_disk *disk)
{
	struct lv_plug before = { 0 };
	struct lv_plug *note;
	virDomainBlockStatsStruct now;

	if (virDomainBlockStats(act->domain, disk->target, &now, sizeof now) < 0) {
		lv_failed(act, "the counters of the disk cannot be read");
		return false;
	}
	pthread_mutex_lock(&act->lv->lock);
	note = lv_plug_note(act);
	if (note) {
		before = *note;
		if (!note->sampled_at || moment_monotonic() - note->sampled_at >= SAMPLE_AFTER) {
			note->sampled_at = moment_monotonic();
			note->reads = now.rd_req;
			note->writes = now.wr_req;
		}
	}
	pthread_mutex_unlock(&act->lv->lock);
	if (!before.sampled_at || moment_monotonic() - before.sampled_at < SAMPLE_AFTER) {
		reply_pending(act->reply, LOOK_AGAIN, "under-way", "the guest has no agent: whether the disk is at rest is being watched");
		return false;
	}
	if (before.reads == now.rd_req && before.writes == now.wr_req)
		return true;
	reply_answer(act->reply, DRIVER_REFUSED, "in-use",
	             "the guest, which has no agent, has just made %lld reads and %lld writes of it",
	             (long long)now.rd_req - before.reads, (long long)now.wr_req - before.writes);
	return false;
}

static bool is_idle_without_agent(struct lv_act *act, const struct lv_disk *disk)
{
	return act->lv->settings.no_agent == LV_TRUST || has_rested(act, disk);
}

/* An agent that is not there may still come, since guests boot: for a while. */
static bool agent_may_come(struct lv_act *act)
{
	struct lv_machine *machine;
	int64_t missed;

	pthread_mutex_lock(&act->lv->lock);
	machine = lv_machine_note(act->lv, act->call->machine);
	if (act->live.agent == LV_AGENT_CONNECTED)
		machine->agent_missed_at = 0;
	else if (!machine->agent_missed_at)
		machine->agent_missed_at = moment_monotonic();
	missed = machine->agent_missed_at ? moment_monotonic() - machine->agent_missed_at : 0;
	pthread_mutex_unlock(&act->lv->lock);
	return act->live.agent == LV_AGENT_CONNECTED || missed < act->lv->settings.agent_wait_ms;
}

static bool is_paused(struct lv_act *act)
{
	int state = VIR_DOMAIN_NOSTATE;

	return virDomainGetState(act->domain, &state, NULL, 0) == 0 && state == VIR_DOMAIN_PAUSED;
}

static void wait_for_agent(struct lv_act *act, int64_t look_again_ms, const char *why)
{
	reply_pending(act->reply, look_again_ms, "waiting-for-guest", "%s: whether the guest uses the disk cannot be told yet", why);
}

bool lv_guest_is_idle(struct lv_act *act, const struct lv_disk *disk)
{
	enum heard heard;

	if (is_paused(act)) {
		wait_for_agent(act, LOOK_AGAIN, "the guest is paused");
		return false;
	}
	/* A disk without a serial number cannot be named to it. */
	if (act->live.agent == LV_AGENT_NONE || !*disk->serial || !agent_may_come(act))
		return is_idle_without_agent(act, disk);
	if (act->live.agent == LV_AGENT_DISCONNECTED) {
		wait_for_agent(act, LOOK_AGAIN, "the guest's agent is not there");
		return false;
	}
	heard = ask_by_script(act, disk);
	if (heard == HEARD_UNABLE)
		heard = ask_for_mounts(act, disk);
	switch (heard) {
	case HEARD_IDLE:
		return true;
	case HEARD_USED:
		return false;
	case HEARD_UNABLE:
		return is_idle_without_agent(act, disk);
	case HEARD_NOTHING:
		break;
	}
	wait_for_agent(act, SILENT_AGAIN, "the guest's agent does not answer");
	return false;
}
