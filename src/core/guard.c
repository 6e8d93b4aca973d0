#include "core/guard.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/moment.h"
#include "base/text.h"

#define LOOK_AGAIN_MIN 50
#define LOOK_AGAIN_MAX (60 * SECOND)

static bool find_driver(const struct core *core, const char *name, const struct driver **ret, void **ret_self)
{
	size_t i;

	for (i = 0; i < core->n_drivers; i++) {
		if (text_equal(core->drivers[i].driver->name, name)) {
			*ret = core->drivers[i].driver;
			*ret_self = core->drivers[i].self;
			return true;
		}
	}
	return false;
}

bool guard_is_paced(const struct core *core, const char *driver)
{
	const struct driver *found;
	void *self;

	return find_driver(core, driver, &found, &self) && found->paced;
}

bool guard_snapshots_need_off(const struct core *core, const char *driver)
{
	const struct driver *found;
	void *self;

	return find_driver(core, driver, &found, &self) && found->snapshots_need_off;
}

const char *guard_driver_of(const struct core *core, enum machine_kind kind)
{
	const struct core_settings *settings = &core->settings;

	return kind == MACHINE_BARE_METAL && settings->bare_metal_driver ? settings->bare_metal_driver : settings->driver;
}

bool guard_is_simulated(const struct core *core)
{
	bool simulated = core->n_drivers > 0;
	size_t i;

	for (i = 0; i < core->n_drivers; i++)
		simulated = simulated && core->drivers[i].driver->simulated;
	return simulated;
}

bool guard_is_real(const struct core *core)
{
	const struct driver *found;
	void *self;

	return find_driver(core, core->settings.driver, &found, &self) && !found->simulated;
}

bool guard_open(struct core *core, const struct driver *driver, const char *config, char *error, size_t error_size)
{
	void *self;

	assert(core->n_drivers < CORE_DRIVERS_MAX);
	if (!driver->open(config, &self, error, error_size))
		return false;
	core->drivers[core->n_drivers].driver = driver;
	core->drivers[core->n_drivers].self = self;
	core->n_drivers++;
	return true;
}

struct records {
	struct arena *arena;
	struct driver_record *items;
	size_t n, capacity;
};

static void record_add(struct records *records, const struct driver_record *record)
{
	if (records->n == records->capacity) {
		size_t capacity = records->capacity ? records->capacity * 2 : 64;
		struct driver_record *items = arena_array(records->arena, struct driver_record, capacity);

		if (records->n)
			memcpy(items, records->items, records->n * sizeof *items);
		records->items = items;
		records->capacity = capacity;
	}
	records->items[records->n++] = *record;
}

static void collect_attachments(struct txn *txn, const struct disk *disk, struct records *records)
{
	struct attachment *live;
	size_t n = attachment_list_of_disk(txn, disk->id, &live);
	size_t i;

	for (i = 0; i < n; i++) {
		/* One that is being made is asked for again by its job. */
		if (live[i].state == ATTACHMENT_ATTACHING)
			continue;
		record_add(records, &(struct driver_record){ .kind = DRIVER_RECORD_ATTACHMENT,
		                                             .disk = disk->id,
		                                             .machine = live[i].instance,
		                                             .attachment = live[i].id,
		                                             .device = live[i].device,
		                                             .generation = live[i].generation,
		                                             .shared = live[i].shared,
		                                             .guest = { .mounted = live[i].guest_mounted,
		                                                        .by = live[i].guest_by,
		                                                        .io = live[i].guest_io,
		                                                        .silent = live[i].guest_silent,
		                                                        .delay_ms = live[i].guest_delay_ms } });
	}
}

static void collect_machines(struct txn *txn, const char *driver, struct records *records)
{
	struct instance_filter all = INSTANCE_FILTER_ANY;
	struct instance *instances;
	size_t n = instance_list(txn, &all, &(struct page){ 0 }, &instances);
	size_t i;

	for (i = 0; i < n; i++) {
		if (!text_equal(instances[i].driver, driver) || instances[i].state == INSTANCE_PENDING)
			continue;
		record_add(records, &(struct driver_record){ .kind = DRIVER_RECORD_MACHINE,
		                                             .machine = instances[i].id,
		                                             .uuid = instances[i].serial,
		                                             .agent = instances[i].guest_agent,
		                                             .powered = instances[i].state == INSTANCE_RUNNING ||
		                                                        instances[i].state == INSTANCE_STOPPING });
	}
}

/* Those that were accomplished: one that is on its way is asked for again by its job. */
static void collect_snapshots(struct txn *txn, const char *driver, struct records *records)
{
	struct snapshot_filter filter = SNAPSHOT_FILTER_ANY;
	struct snapshot *snapshots;
	size_t n = snapshot_list(txn, &filter, &(struct page){ 0 }, &snapshots);
	size_t i;

	for (i = 0; i < n; i++) {
		if (!text_equal(snapshots[i].driver, driver) || snapshots[i].state == SNAPSHOT_PROGRESSING ||
		    snapshots[i].state == SNAPSHOT_FAILED)
			continue;
		record_add(records, &(struct driver_record){ .kind = DRIVER_RECORD_SNAPSHOT,
		                                             .snapshot = snapshots[i].id,
		                                             .disk = snapshots[i].disk,
		                                             .size_gib = snapshots[i].size_gib });
	}
}

/* Disks, machines, attachments, snapshots, in this order, of one driver. */
static void collect(struct txn *txn, const char *driver, struct records *records)
{
	struct disk_filter all = DISK_FILTER_ANY;
	struct disk *disks;
	size_t n = disk_list(txn, &all, &(struct page){ 0 }, &disks);
	size_t i;

	for (i = 0; i < n; i++) {
		if (text_equal(disks[i].driver, driver) && disks[i].state != DISK_CREATING)
			record_add(records, &(struct driver_record){ .kind = DRIVER_RECORD_DISK,
			                                             .disk = disks[i].id,
			                                             .native = disks[i].native,
			                                             .size_gib = disks[i].size_gib });
	}
	collect_machines(txn, driver, records);
	for (i = 0; i < n; i++) {
		if (text_equal(disks[i].driver, driver) &&
		    (disks[i].state == DISK_READY || disks[i].state == DISK_REINITING) &&
		    disks[i].status != DISK_STATUS_AVAILABLE)
			collect_attachments(txn, &disks[i], records);
	}
	collect_snapshots(txn, driver, records);
}

bool guard_restore(struct core *core, struct txn *txn, char *error, size_t error_size)
{
	size_t i;

	for (i = 0; i < core->n_drivers; i++) {
		const struct driver *driver = core->drivers[i].driver;
		struct records records = { .arena = txn_arena(txn) };

		collect(txn, driver->name, &records);
		if (!driver->restore(core->drivers[i].self, records.items, records.n, error, error_size))
			return false;
	}
	return true;
}

void guard_listen(struct core *core, driver_wake wake, void *context)
{
	size_t i;

	for (i = 0; i < core->n_drivers; i++) {
		if (core->drivers[i].driver->listen)
			core->drivers[i].driver->listen(core->drivers[i].self, wake, context);
	}
}

bool guard_survey(const struct core *core, const char *name, struct arena *arena, struct driver_survey *ret, char *error,
                  size_t error_size)
{
	const struct driver *found;
	void *self;

	if (find_driver(core, core->settings.driver, &found, &self) && found->survey)
		return found->survey(self, name, arena, ret, error, error_size);
	snprintf(error, error_size, "the driver %s has only machines that it made", core->settings.driver);
	return false;
}

void guard_learn(const struct core *core, const struct driver_record *records, size_t n)
{
	const struct driver *found;
	void *self;

	if (find_driver(core, core->settings.driver, &found, &self) && found->learn)
		found->learn(self, records, n);
}

enum driver_seen guard_observe(const struct core *core, const char *driver, const char *machine, const char *attachment)
{
	const struct driver *found;
	void *self;

	return find_driver(core, driver, &found, &self) ? found->observe(self, machine, attachment) : DRIVER_SEEN_UNKNOWN;
}

/* What was cut off may have been cut inside a character. */
static void make_utf8(char *text)
{
	size_t length = strlen(text);

	while (length && !text_is_utf8(text, length))
		text[--length] = '\0';
}

static void sanitise(struct driver_reply *reply)
{
	reply->reason[sizeof reply->reason - 1] = '\0';
	reply->message[sizeof reply->message - 1] = '\0';
	make_utf8(reply->reason);
	make_utf8(reply->message);
	if (reply->answer >= DRIVER_ANSWER_MAX) {
		reply->answer = DRIVER_UNKNOWN;
		snprintf(reply->message, sizeof reply->message, "the driver gave an answer that does not exist");
	}
	if (reply->look_again_ms < LOOK_AGAIN_MIN)
		reply->look_again_ms = LOOK_AGAIN_MIN;
	if (reply->look_again_ms > LOOK_AGAIN_MAX)
		reply->look_again_ms = LOOK_AGAIN_MAX;
}

void guard_act(const struct core *core, const char *driver, const struct driver_call *call,
               struct driver_reply *ret)
{
	const struct driver *found;
	void *self;
	int64_t began = moment_monotonic_us();

	assert(call->act < DRIVER_ACT_MAX && *call->job && call->fence > 0);
	*ret = (struct driver_reply){ .answer = DRIVER_UNKNOWN };
	if (find_driver(core, driver, &found, &self)) {
		found->act(self, call, ret);
	} else {
		ret->answer = DRIVER_UNKNOWN;
		snprintf(ret->message, sizeof ret->message, "this server runs without the driver %s", driver);
	}
	sanitise(ret);
	if (!log_wants(LOG_DEBUG) && (ret->answer == DRIVER_DONE || ret->answer == DRIVER_PENDING))
		return;
	log_event(ret->answer == DRIVER_DONE || ret->answer == DRIVER_PENDING ? LOG_DEBUG : LOG_WARNING, "driver",
	          LOG_TEXT_PAIR("driver", driver), LOG_TEXT_PAIR("act", driver_act_names[call->act]),
	          LOG_TEXT_PAIR("job", call->job), LOG_NUMBER_PAIR("fence", call->fence),
	          LOG_TEXT_PAIR("machine", call->machine), LOG_TEXT_PAIR("disk", call->disk),
	          LOG_TEXT_PAIR("answer", driver_answer_names[ret->answer]), LOG_TEXT_PAIR("reason", ret->reason),
	          LOG_TEXT_PAIR("message", ret->message),
	          LOG_NUMBER_PAIR("microseconds", moment_monotonic_us() - began));
}

bool guard_has_guests(const struct core *core, const char *driver)
{
	const struct driver *found;
	void *self;

	return find_driver(core, driver, &found, &self) && found->guest;
}

void guard_guest(const struct core *core, const char *disk, const char *attachment, const struct driver_guest *guest)
{
	size_t i;

	for (i = 0; i < core->n_drivers; i++) {
		if (core->drivers[i].driver->guest)
			core->drivers[i].driver->guest(core->drivers[i].self, disk, attachment, guest);
	}
}

bool guard_connection(const struct core *core, const char *driver, const char *machine, struct driver_connection *ret)
{
	const struct driver *found;
	void *self;

	return find_driver(core, driver, &found, &self) && found->connection && found->connection(self, machine, ret);
}

void guard_close(struct core *core)
{
	while (core->n_drivers) {
		core->n_drivers--;
		core->drivers[core->n_drivers].driver->close(core->drivers[core->n_drivers].self);
	}
}
