#include "drivers/libvirt.h"

#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "base/text.h"
#include "drivers/libvirt_driver.h"

#define POOL_DEFAULT       "cleat"
#define AGENT_WAIT_DEFAULT (30 * SECOND)
#define STOP_WAIT_DEFAULT  MINUTE
#define WAIT_MAX           3600 /* seconds */

/* ---- settings ---- */

static bool set_seconds(const char *value, int64_t *ret)
{
	int64_t seconds;

	if (!text_to_int64(value, &seconds) || seconds < 0 || seconds > WAIT_MAX)
		return false;
	*ret = seconds * SECOND;
	return true;
}

static bool set_word(const char *value, const char *yes, const char *no, bool *ret)
{
	*ret = text_equal(value, yes);
	return *ret || text_equal(value, no);
}

static bool set_one(struct lv_settings *settings, char *pair)
{
	char *value = strchr(pair, '=');
	bool trust = false;
	bool right = false;

	if (!value)
		return false;
	*value++ = '\0';
	if (text_equal(pair, "pool")) {
		right = *value && snprintf(settings->pool, sizeof settings->pool, "%s", value) < (int)sizeof settings->pool;
	} else if (text_equal(pair, "accel")) {
		right = set_word(value, "kvm", "tcg", &settings->kvm);
	} else if (text_equal(pair, "no-agent")) {
		right = set_word(value, "trust", "refuse-if-active", &trust);
		settings->no_agent = trust ? LV_TRUST : LV_REFUSE_IF_ACTIVE;
	} else if (text_equal(pair, "agent-wait")) {
		right = set_seconds(value, &settings->agent_wait_ms);
	} else if (text_equal(pair, "stop-wait")) {
		right = set_seconds(value, &settings->stop_wait_ms);
	}
	value[-1] = '=';
	return right;
}

static bool read_settings(const char *config, struct lv_settings *ret, char *error, size_t error_size)
{
	char *copy = strdup(config);
	char *rest = copy;
	char *pair;

	if (!copy)
		abort();
	*ret = (struct lv_settings){ .pool = POOL_DEFAULT,
		                     .agent_wait_ms = AGENT_WAIT_DEFAULT,
		                     .stop_wait_ms = STOP_WAIT_DEFAULT };
	pair = strsep(&rest, ",");
	snprintf(ret->uri, sizeof ret->uri, "%s", *pair ? pair : "qemu:///system");
	while ((pair = strsep(&rest, ",")) && set_one(ret, pair))
		continue;
	if (pair)
		snprintf(error, error_size,
		         "the driver libvirt does not know the setting \"%s\"; it takes URI[,pool=NAME][,accel=tcg|kvm]"
		         "[,no-agent=refuse-if-active|trust][,agent-wait=SECONDS][,stop-wait=SECONDS]", pair);
	free(copy);
	return !pair;
}

/* ---- what is kept in memory ---- */

struct lv_machine *lv_machine_note(struct lv *lv, const char *id)
{
	struct lv_machine *machine = map_get(&lv->machines, id);

	if (!machine) {
		machine = calloc(1, sizeof *machine);
		if (!machine || !(machine->id = strdup(id)))
			abort();
		map_put(&lv->machines, id, machine);
	}
	return machine;
}

static void machine_free(struct lv_machine *machine)
{
	while (machine->n_waiting)
		free(machine->waiting[--machine->n_waiting]);
	free(machine->id);
	free(machine);
}

static void forget_machines(struct lv *lv)
{
	struct lv_machine *machine;
	size_t cursor = 0;

	while ((machine = map_next(&lv->machines, &cursor)))
		machine_free(machine);
	map_finish(&lv->machines);
}

static void forget_natives(struct lv *lv)
{
	size_t cursor = 0;
	void *native;

	while ((native = map_next(&lv->natives, &cursor)))
		free(native);
	map_finish(&lv->natives);
	map_init(&lv->natives);
}

/* The same for every run, and for every machine another. */
static void uuid_of_id(const char *id, char ret[VIR_UUID_STRING_BUFLEN])
{
	struct sha256_ctx sha;
	uint8_t digest[SHA256_DIGEST_SIZE];
	char hex[33];

	sha256_init(&sha);
	sha256_update(&sha, strlen(id), (const uint8_t *)id);
	sha256_digest(&sha, sizeof digest, digest);
	digest[6] = (digest[6] & 0x0f) | 0x80; /* version 8, of one's own making */
	digest[8] = (digest[8] & 0x3f) | 0x80;
	text_hex(digest, 16, hex);
	snprintf(ret, VIR_UUID_STRING_BUFLEN, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

void lv_machine_uuid(struct lv *lv, const char *id, char ret[VIR_UUID_STRING_BUFLEN])
{
	const struct lv_machine *machine;

	uuid_of_id(id, ret);
	pthread_mutex_lock(&lv->lock);
	machine = map_get(&lv->machines, id);
	if (machine && *machine->uuid)
		snprintf(ret, VIR_UUID_STRING_BUFLEN, "%s", machine->uuid);
	pthread_mutex_unlock(&lv->lock);
}

void lv_wait(struct lv_act *act)
{
	struct lv *lv = act->lv;
	struct lv_machine *machine;
	size_t i;

	pthread_mutex_lock(&lv->lock);
	machine = lv_machine_note(lv, act->call->machine);
	for (i = 0; i < machine->n_waiting && !text_equal(machine->waiting[i], act->call->job); i++)
		continue;
	/* Beyond the limit a job is asked again when it said. */
	if (i == machine->n_waiting && i < LV_WAITING_MAX) {
		machine->waiting[i] = strdup(act->call->job);
		machine->n_waiting += machine->waiting[i] != NULL;
	}
	pthread_mutex_unlock(&lv->lock);
}

/* Takes the jobs that wait for the machine of that uuid, or for any, off the notes. */
static size_t take_waiting(struct lv *lv, const char *uuid, char **ret, size_t max)
{
	struct lv_machine *machine;
	size_t cursor = 0;
	size_t n = 0;

	pthread_mutex_lock(&lv->lock);
	while ((machine = map_next(&lv->machines, &cursor)) && n < max) {
		char own[VIR_UUID_STRING_BUFLEN];

		uuid_of_id(machine->id, own);
		if (uuid && !text_equal_nocase(uuid, *machine->uuid ? machine->uuid : own))
			continue;
		while (machine->n_waiting && n < max)
			ret[n++] = machine->waiting[--machine->n_waiting];
	}
	pthread_mutex_unlock(&lv->lock);
	return n;
}

static void changed(void *context, const char *uuid)
{
	struct lv *lv = context;
	char *jobs[LV_WAITING_MAX];
	size_t n;

	do {
		size_t i;

		n = take_waiting(lv, uuid, jobs, LV_WAITING_MAX);
		for (i = 0; i < n; i++) {
			tasks_wake(lv->tasks, jobs[i]);
			free(jobs[i]);
		}
	} while (n == LV_WAITING_MAX);
}

/* ---- acts ---- */

static void (*const acts[DRIVER_ACT_MAX])(struct lv_act *) = {
	[DRIVER_CREATE_DISK] = lv_create_disk,
	[DRIVER_DELETE_DISK] = lv_delete_disk,
	[DRIVER_CREATE_MACHINE] = lv_create_machine,
	[DRIVER_DELETE_MACHINE] = lv_delete_machine,
	[DRIVER_POWER_ON] = lv_power_on,
	[DRIVER_POWER_OFF] = lv_power_off,
	[DRIVER_ATTACH] = lv_attach,
	[DRIVER_CHECK_IDLE] = lv_check_idle,
	[DRIVER_DETACH] = lv_detach,
	[DRIVER_FENCE] = lv_fence,
	[DRIVER_RESIZE_DISK] = lv_resize_disk,
	[DRIVER_MODIFY_DISK] = lv_modify_disk,
	[DRIVER_RESTORE_DISK] = lv_restore_disk,
	[DRIVER_CREATE_SNAPSHOT] = lv_create_snapshot,
	[DRIVER_DELETE_SNAPSHOT] = lv_delete_snapshot,
};

void lv_act_begin(struct lv_act *act, struct lv *lv, const struct driver_call *call, struct driver_reply *reply)
{
	*act = (struct lv_act){ .lv = lv, .call = call, .reply = reply };
	arena_init(&act->arena);
	act->connection = lv_link_get(lv->link, act->problem);
}

void lv_act_finish(struct lv_act *act)
{
	if (act->domain)
		virDomainFree(act->domain);
	if (act->connection)
		virConnectClose(act->connection);
	arena_finish(&act->arena);
}

const char *lv_native(struct lv_act *act, const char *disk)
{
	const char *native;

	pthread_mutex_lock(&act->lv->lock);
	native = arena_text(&act->arena, text_or(map_get(&act->lv->natives, disk), ""));
	pthread_mutex_unlock(&act->lv->lock);
	return native;
}

/* What was there before Cleat stays as it is, but that it is attached, detached, and switched on and off. */
static bool is_not_ours(struct lv_act *act)
{
	static const bool changes[DRIVER_ACT_MAX] = {
		[DRIVER_DELETE_DISK] = true,   [DRIVER_RESIZE_DISK] = true,     [DRIVER_MODIFY_DISK] = true,
		[DRIVER_RESTORE_DISK] = true, [DRIVER_CREATE_SNAPSHOT] = true,
	};

	if (!changes[act->call->act] || !*lv_native(act, act->call->disk))
		return false;
	reply_answer(act->reply, DRIVER_REFUSED, "not-ours",
	             "Cleat did not make this disk, and so does not change or remove it; 'cleat release' lets go of it");
	return true;
}

/* On a thread of the tasks'. */
static void carry_out(void *context, const struct driver_call *call, struct driver_reply *reply)
{
	struct lv_act act;

	lv_act_begin(&act, context, call, reply);
	if (act.connection) {
		if (!is_not_ours(&act))
			acts[call->act](&act);
	} else {
		*reply = (struct driver_reply){ .answer = DRIVER_UNKNOWN, .look_again_ms = SECOND };
		snprintf(reply->message, sizeof reply->message, "libvirt cannot be reached: %s", act.problem);
	}
	lv_act_finish(&act);
}

static void lv_act(void *self, const struct driver_call *call, struct driver_reply *ret)
{
	struct lv *lv = self;
	bool stale;

	pthread_mutex_lock(&lv->lock);
	stale = reply_is_stale(&lv->leases, call, ret);
	pthread_mutex_unlock(&lv->lock);
	if (!stale)
		tasks_ask(lv->tasks, call, ret);
}

void lv_failed(struct lv_act *act, const char *what)
{
	/* Kept: each call to libvirt begins with none. */
	virErrorPtr error = virSaveLastError();
	int code = error ? error->code : VIR_ERR_INTERNAL_ERROR;
	bool lost = virConnectIsAlive(act->connection) != 1 || code == VIR_ERR_RPC || code == VIR_ERR_NO_CONNECT ||
	            code == VIR_ERR_INVALID_CONN || code == VIR_ERR_OPERATION_TIMEOUT || code == VIR_ERR_SYSTEM_ERROR;

	reply_answer(act->reply, lost ? DRIVER_UNKNOWN : DRIVER_FAILED, lost ? "libvirt-lost" : "libvirt", "%s: %s", what,
	             error && error->message ? error->message : "libvirt does not say why");
	virFreeError(error);
	act->reply->look_again_ms = SECOND;
}

static bool read_xml(struct lv_act *act, unsigned flags, struct lv_domain *ret)
{
	char *xml = virDomainGetXMLDesc(act->domain, flags);
	bool read = xml && lv_domain_read(&act->arena, xml, ret);

	if (!xml)
		lv_failed(act, "the machine cannot be read");
	else if (!read)
		reply_answer(act->reply, DRIVER_UNKNOWN, "libvirt", "what libvirt tells of the machine is no XML of a domain");
	free(xml);
	return read;
}

bool lv_read_machine(struct lv_act *act, bool *ret_missing)
{
	char uuid[VIR_UUID_STRING_BUFLEN];

	lv_machine_uuid(act->lv, act->call->machine, uuid);
	if (act->domain)
		virDomainFree(act->domain);
	act->domain = virDomainLookupByUUIDString(act->connection, uuid);
	*ret_missing = !act->domain && virGetLastError() && virGetLastError()->code == VIR_ERR_NO_DOMAIN;
	if (!act->domain) {
		if (!*ret_missing)
			lv_failed(act, "the machine cannot be looked up");
		return false;
	}
	return lv_read_domain(act);
}

bool lv_read_domain(struct lv_act *act)
{
	int active = virDomainIsActive(act->domain);

	if (active < 0) {
		lv_failed(act, "whether the machine is on cannot be read");
		return false;
	}
	act->active = active;
	act->live = (struct lv_domain){ .machine = "" };
	return (!act->active || read_xml(act, 0, &act->live)) && read_xml(act, VIR_DOMAIN_XML_INACTIVE, &act->config);
}

bool lv_must_have_machine(struct lv_act *act)
{
	bool missing;

	if (lv_read_machine(act, &missing))
		return true;
	if (missing)
		reply_answer(act->reply, DRIVER_FAILED, "no-such-machine", "the machine does not exist");
	return false;
}

/* ---- the driver ---- */

/* The pool must be there: which one it is to be is the operator's decision. */
static bool check_pool(struct lv *lv, char *error, size_t error_size)
{
	char problem[LV_PROBLEM_SIZE];
	virConnectPtr connection = lv_link_get(lv->link, problem);
	virStoragePoolPtr pool = connection ? virStoragePoolLookupByName(connection, lv->settings.pool) : NULL;
	bool running = pool && (virStoragePoolIsActive(pool) == 1 || virStoragePoolCreate(pool, 0) == 0);

	if (!running)
		snprintf(error, error_size,
		         "the storage pool \"%s\" of libvirt cannot be used: %s; make one with: virsh pool-define-as %s dir "
		         "--target FOLDER, virsh pool-start %s, virsh pool-autostart %s",
		         lv->settings.pool, connection ? virGetLastErrorMessage() : problem, lv->settings.pool, lv->settings.pool, lv->settings.pool);
	if (pool)
		virStoragePoolFree(pool);
	if (connection)
		virConnectClose(connection);
	return running;
}

static void lv_close(void *self)
{
	struct lv *lv = self;

	if (!lv)
		return;
	/* Acts that are under way ask for the connection, and what libvirt tells goes to the tasks. */
	lv_link_silence(lv->link);
	tasks_destroy(lv->tasks);
	lv_link_destroy(lv->link);
	plugs_finish(&lv->plugs);
	forget_machines(lv);
	forget_natives(lv);
	map_finish(&lv->natives);
	map_finish(&lv->leases);
	map_finish(&lv->fenced);
	pthread_mutex_destroy(&lv->lock);
	free(lv);
}

static bool lv_open(const char *config, void **ret_self, char *error, size_t error_size)
{
	struct lv *lv = calloc(1, sizeof *lv);

	if (!lv)
		abort();
	pthread_mutex_init(&lv->lock, NULL);
	plugs_init(&lv->plugs, free);
	map_init(&lv->machines);
	map_init(&lv->natives);
	map_init(&lv->leases);
	map_init(&lv->fenced);
	if (!read_settings(config, &lv->settings, error, error_size)) {
		lv_close(lv);
		return false;
	}
	lv->tasks = tasks_create(carry_out, lv);
	if (!lv->tasks)
		snprintf(error, error_size, "the driver libvirt has no thread");
	else
		lv->link = lv_link_create(lv->settings.uri, changed, lv, error, error_size);
	if (!lv->link || !check_pool(lv, error, error_size)) {
		lv_close(lv);
		return false;
	}
	*ret_self = lv;
	return true;
}

static void forget(struct lv *lv, const struct driver_record *record)
{
	if (record->kind == DRIVER_RECORD_DISK) {
		free(map_remove(&lv->natives, record->disk));
		plugs_disk_remove(&lv->plugs, record->disk);
	}
	if (record->kind == DRIVER_RECORD_MACHINE)
		plugs_remove_machine(&lv->plugs, record->machine);
}

static void keep(struct lv *lv, const struct driver_record *record)
{
	struct plug *plug;

	switch (record->kind) {
	case DRIVER_RECORD_MACHINE:
		snprintf(lv_machine_note(lv, record->machine)->uuid, VIR_UUID_STRING_BUFLEN, "%s", text_or(record->uuid, ""));
		break;
	case DRIVER_RECORD_DISK:
		if (!text_empty(record->native))
			free(map_put(&lv->natives, record->disk, strdup(record->native)));
		break;
	case DRIVER_RECORD_ATTACHMENT:
		plug = plugs_add(&lv->plugs, record->disk, record->attachment, record->machine, record->generation, record->shared);
		plug->own = calloc(1, sizeof(struct lv_plug));
		break;
	case DRIVER_RECORD_SNAPSHOT:
		break;
	}
}

static void lv_learn(void *self, const struct driver_record *records, size_t n)
{
	struct lv *lv = self;
	size_t i;

	pthread_mutex_lock(&lv->lock);
	for (i = 0; i < n; i++) {
		if (records[i].gone)
			forget(lv, &records[i]);
		else
			keep(lv, &records[i]);
	}
	pthread_mutex_unlock(&lv->lock);
}

/* Only what libvirt does not know: which attachment of a disk is the newest, and who has it. How things stand with each is
 * read when it is asked for. */
static bool lv_restore(void *self, const struct driver_record *records, size_t n, char *error, size_t error_size)
{
	struct lv *lv = self;
	size_t i;

	(void)error;
	(void)error_size;
	pthread_mutex_lock(&lv->lock);
	plugs_finish(&lv->plugs);
	plugs_init(&lv->plugs, free);
	forget_natives(lv);
	for (i = 0; i < n; i++)
		keep(lv, &records[i]);
	pthread_mutex_unlock(&lv->lock);
	return true;
}

static enum driver_seen seen_of(struct lv_act *act, const char *attachment)
{
	const char *alias = lv_alias(&act->arena, attachment);
	const struct plug *plug;
	bool missing = false;
	const char *native;
	const char *disk;
	bool fenced;

	if (!act->connection)
		return DRIVER_SEEN_UNKNOWN;
	if (!lv_read_machine(act, &missing))
		return missing ? DRIVER_SEEN_ABSENT : DRIVER_SEEN_UNKNOWN;
	if (!*attachment)
		return DRIVER_SEEN_PRESENT;
	if (!alias)
		return DRIVER_SEEN_ABSENT;
	pthread_mutex_lock(&act->lv->lock);
	fenced = map_get(&act->lv->fenced, alias) != NULL;
	plug = plugs_find_anywhere(&act->lv->plugs, attachment);
	disk = arena_text(&act->arena, plug ? plug->disk : "");
	pthread_mutex_unlock(&act->lv->lock);
	native = lv_native(act, disk);
	if (!fenced && lv_domain_find(&act->arena, &act->live, alias, native))
		return DRIVER_SEEN_PRESENT;
	return lv_domain_find(&act->arena, &act->config, alias, native) ? DRIVER_SEEN_PRESENT : DRIVER_SEEN_ABSENT;
}

static enum driver_seen lv_observe(void *self, const char *machine, const char *attachment)
{
	const struct driver_call call = { .machine = machine };
	struct driver_reply reply;
	struct lv_act act;
	enum driver_seen seen;

	lv_act_begin(&act, self, &call, &reply);
	seen = seen_of(&act, attachment);
	lv_act_finish(&act);
	return seen;
}

static void lv_listen(void *self, driver_wake wake, void *context)
{
	struct lv *lv = self;

	tasks_listen(lv->tasks, wake, context);
}

const struct driver driver_libvirt = {
	.name = "libvirt",
	.snapshots_need_off = true,
	.open = lv_open,
	.restore = lv_restore,
	.act = lv_act,
	.observe = lv_observe,
	.listen = lv_listen,
	.survey = lv_survey,
	.learn = lv_learn,
	.close = lv_close,
};
