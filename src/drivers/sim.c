#include "drivers/sim.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "drivers/sim_guest.h"

struct sim_machine {
	char *id;
	bool powered;
	bool agent; /* its guest can tell what it does with its disks */
};

/* One disk that a machine can reach now. */
struct sim_plug {
	char *attachment;
	char *disk;
	char *machine;
	int64_t generation;
	bool shared;
	struct sim_guest guest;
	struct sim_plug *next; /* of the same disk */
};

struct sim_disk {
	char *id;
	int64_t size_gib;
	struct sim_plug *plugs;
	int64_t newest_generation; /* an act of an older one is stale */
};

struct sim {
	pthread_mutex_t lock;
	struct map machines; /* id -> sim_machine */
	struct map disks;    /* id -> sim_disk */
	struct map snapshots; /* id -> (void *) anything: it is there */
	struct map fences;   /* job -> (void *) highest fence seen */
};

static char *copy(const char *text)
{
	char *result = strdup(text);

	if (!result)
		abort();
	return result;
}

static void *fresh(size_t size)
{
	void *result = calloc(1, size);

	if (!result)
		abort();
	return result;
}

static void plug_free(struct sim_plug *plug)
{
	free(plug->attachment);
	free(plug->disk);
	free(plug->machine);
	sim_guest_finish(&plug->guest);
	free(plug);
}

static void disk_free(struct sim_disk *disk)
{
	while (disk->plugs) {
		struct sim_plug *next = disk->plugs->next;

		plug_free(disk->plugs);
		disk->plugs = next;
	}
	free(disk->id);
	free(disk);
}

static void machine_free(struct sim_machine *machine)
{
	free(machine->id);
	free(machine);
}

static struct sim_disk *disk_add(struct sim *sim, const char *id, int64_t size_gib)
{
	struct sim_disk *disk = map_get(&sim->disks, id);

	if (!disk) {
		disk = fresh(sizeof *disk);
		disk->id = copy(id);
		map_put(&sim->disks, id, disk);
	}
	if (size_gib)
		disk->size_gib = size_gib;
	return disk;
}

static void machine_add(struct sim *sim, const char *id, bool powered, bool agent)
{
	struct sim_machine *machine = map_get(&sim->machines, id);

	if (!machine) {
		machine = fresh(sizeof *machine);
		machine->id = copy(id);
		machine->powered = powered;
		machine->agent = agent;
		map_put(&sim->machines, id, machine);
	}
}

static struct sim_plug **plug_find(struct sim_disk *disk, const char *attachment)
{
	struct sim_plug **at = &disk->plugs;

	while (*at && strcmp((*at)->attachment, attachment) != 0)
		at = &(*at)->next;
	return at;
}

static struct sim_plug *plug_add(struct sim_disk *disk, const char *attachment, const char *machine, int64_t generation,
                     bool shared)
{
	struct sim_plug *plug = fresh(sizeof *plug);

	plug->attachment = copy(attachment);
	plug->disk = copy(disk->id);
	plug->machine = copy(machine);
	plug->generation = generation;
	plug->shared = shared;
	plug->next = disk->plugs;
	disk->plugs = plug;
	if (generation > disk->newest_generation)
		disk->newest_generation = generation;
	return plug;
}

static void answer(struct driver_reply *reply, enum driver_answer answer, const char *reason, const char *message)
{
	reply->answer = answer;
	snprintf(reply->reason, sizeof reply->reason, "%s", reason);
	snprintf(reply->message, sizeof reply->message, "%s", message);
}

static void done(struct driver_reply *reply)
{
	answer(reply, DRIVER_DONE, "", "");
}

/* ---- the acts; under the lock ---- */

/* The content that is asked for does not exist; answered. */
static bool has_no_snapshot(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	if (!*call->snapshot || map_get(&sim->snapshots, call->snapshot))
		return false;
	answer(reply, DRIVER_FAILED, "no-such-snapshot", "the snapshot does not exist");
	return true;
}

static void act_create_disk(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	if (!map_get(&sim->disks, call->disk) && has_no_snapshot(sim, call, reply))
		return;
	disk_add(sim, call->disk, call->size_gib);
	done(reply);
}

static void act_delete_disk(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	struct sim_disk *disk = map_get(&sim->disks, call->disk);

	if (disk && disk->plugs) {
		answer(reply, DRIVER_REFUSED, "attached", "the disk is attached to a machine");
		return;
	}
	if (disk) {
		map_remove(&sim->disks, call->disk);
		disk_free(disk);
	}
	done(reply);
}

static void act_create_machine(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	machine_add(sim, call->machine, false, true);
	done(reply);
}

static void unplug_machine(struct sim *sim, const char *machine)
{
	struct sim_disk *disk;
	size_t cursor = 0;

	while ((disk = map_next(&sim->disks, &cursor))) {
		struct sim_plug **at = &disk->plugs;

		while (*at) {
			struct sim_plug *plug = *at;

			if (strcmp(plug->machine, machine) == 0) {
				*at = plug->next;
				plug_free(plug);
			} else {
				at = &plug->next;
			}
		}
	}
}

static void act_delete_machine(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	struct sim_machine *machine = map_remove(&sim->machines, call->machine);

	if (machine) {
		unplug_machine(sim, call->machine);
		machine_free(machine);
	}
	done(reply);
}

static void act_power(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	struct sim_machine *machine = map_get(&sim->machines, call->machine);

	if (!machine) {
		answer(reply, DRIVER_FAILED, "no-such-machine", "the machine does not exist");
		return;
	}
	machine->powered = call->act == DRIVER_POWER_ON;
	done(reply);
}

static void act_attach(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	struct sim_disk *disk = map_get(&sim->disks, call->disk);
	struct sim_plug *plug;

	if (!disk || !map_get(&sim->machines, call->machine)) {
		answer(reply, DRIVER_FAILED, disk ? "no-such-machine" : "no-such-disk",
		       disk ? "the machine does not exist" : "the disk does not exist");
		return;
	}
	if (*plug_find(disk, call->attachment)) {
		done(reply);
		return;
	}
	if (call->generation <= disk->newest_generation && !call->shared) {
		answer(reply, DRIVER_REFUSED, "stale", "a newer attachment of the disk was made since");
		return;
	}
	for (plug = disk->plugs; plug; plug = plug->next) {
		/* The promise of the whole: nobody outside a disk's attachments can write it. */
		if (!plug->shared || !call->shared) {
			answer(reply, DRIVER_REFUSED, "attached", "another machine can still reach the disk");
			return;
		}
	}
	plug_add(disk, call->attachment, call->machine, call->generation, call->shared);
	done(reply);
}

static void act_unplug(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	struct sim_disk *disk = map_get(&sim->disks, call->disk);
	struct sim_plug **at = disk ? plug_find(disk, call->attachment) : NULL;

	if (at && *at) {
		struct sim_plug *plug = *at;

		*at = plug->next;
		plug_free(plug);
	}
	done(reply);
}

/* The plug that a running guest has to do with: NULL if the machine is off, or has no such disk. */
static struct sim_plug *plug_of_guest(struct sim *sim, const struct driver_call *call, struct sim_machine **ret_machine)
{
	struct sim_disk *disk = map_get(&sim->disks, call->disk);
	struct sim_plug *plug = disk ? *plug_find(disk, call->attachment) : NULL;

	*ret_machine = plug ? map_get(&sim->machines, plug->machine) : NULL;
	return *ret_machine && (*ret_machine)->powered ? plug : NULL;
}

static void act_check_idle(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	struct sim_machine *machine;
	struct sim_plug *plug = plug_of_guest(sim, call, &machine);

	if (!plug)
		done(reply);
	else if (!machine->agent)
		answer(reply, DRIVER_REFUSED, "no-agent", "the guest has no agent that could tell whether it uses the disk");
	else if (!sim_guest_uses(&plug->guest, reply))
		done(reply);
}

static void act_detach(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	struct sim_machine *machine;
	struct sim_plug *plug = plug_of_guest(sim, call, &machine);

	/* A machine that is off holds nothing. The guest may have begun to use the disk since it was asked. */
	if (plug && !call->force && machine->agent && sim_guest_uses(&plug->guest, reply))
		return;
	if (!plug || !sim_guest_holds(&plug->guest, reply))
		act_unplug(sim, call, reply);
}

static struct sim_disk *must_have_disk(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	struct sim_disk *disk = map_get(&sim->disks, call->disk);

	if (!disk)
		answer(reply, DRIVER_FAILED, "no-such-disk", "the disk does not exist");
	return disk;
}

static void act_resize_disk(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	struct sim_disk *disk = must_have_disk(sim, call, reply);

	if (!disk)
		return;
	if (disk->size_gib < call->size_gib)
		disk->size_gib = call->size_gib;
	done(reply);
}

/* A simulated disk is as fast as any: there is nothing to change but that it must be there. */
static void act_modify_disk(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	if (must_have_disk(sim, call, reply))
		done(reply);
}

static void act_restore_disk(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	struct sim_disk *disk = must_have_disk(sim, call, reply);
	struct sim_plug *plug;

	if (!disk || has_no_snapshot(sim, call, reply))
		return;
	for (plug = disk->plugs; plug; plug = plug->next) {
		struct sim_machine *machine = map_get(&sim->machines, plug->machine);

		if (machine && machine->powered) {
			answer(reply, DRIVER_REFUSED, "powered", "a machine that is on can write the disk");
			return;
		}
	}
	done(reply); /* this fleet keeps no bytes */
}

static void snapshot_add(struct sim *sim, const char *id)
{
	map_put(&sim->snapshots, id, sim);
}

static void act_create_snapshot(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	/* Once taken it needs its disk no more. */
	if (!map_get(&sim->snapshots, call->snapshot) && !must_have_disk(sim, call, reply))
		return;
	snapshot_add(sim, call->snapshot);
	done(reply);
}

static void act_delete_snapshot(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	map_remove(&sim->snapshots, call->snapshot);
	done(reply);
}

static void (*const acts[DRIVER_ACT_MAX])(struct sim *, const struct driver_call *, struct driver_reply *) = {
	[DRIVER_CREATE_DISK] = act_create_disk,
	[DRIVER_DELETE_DISK] = act_delete_disk,
	[DRIVER_CREATE_MACHINE] = act_create_machine,
	[DRIVER_DELETE_MACHINE] = act_delete_machine,
	[DRIVER_POWER_ON] = act_power,
	[DRIVER_POWER_OFF] = act_power,
	[DRIVER_ATTACH] = act_attach,
	[DRIVER_CHECK_IDLE] = act_check_idle,
	[DRIVER_DETACH] = act_detach,
	[DRIVER_FENCE] = act_unplug,
	[DRIVER_RESIZE_DISK] = act_resize_disk,
	[DRIVER_MODIFY_DISK] = act_modify_disk,
	[DRIVER_RESTORE_DISK] = act_restore_disk,
	[DRIVER_CREATE_SNAPSHOT] = act_create_snapshot,
	[DRIVER_DELETE_SNAPSHOT] = act_delete_snapshot,
};

/* ---- the driver ---- */

static bool sim_open(const char *config, void **ret_self, char *error, size_t error_size)
{
	struct sim *sim;

	if (*config) {
		snprintf(error, error_size, "the driver sim takes no settings, but was given \"%s\"", config);
		return false;
	}
	sim = fresh(sizeof *sim);
	pthread_mutex_init(&sim->lock, NULL);
	map_init(&sim->machines);
	map_init(&sim->disks);
	map_init(&sim->snapshots);
	map_init(&sim->fences);
	*ret_self = sim;
	return true;
}

/* Machines and disks, not the fences: a job that was claimed anew before stays so. */
static void forget_all(struct sim *sim)
{
	struct sim_machine *machine;
	struct sim_disk *disk;
	size_t cursor = 0;

	while ((disk = map_next(&sim->disks, &cursor)))
		disk_free(disk);
	cursor = 0;
	while ((machine = map_next(&sim->machines, &cursor)))
		machine_free(machine);
	map_finish(&sim->disks);
	map_finish(&sim->machines);
	map_finish(&sim->snapshots);
	map_init(&sim->disks);
	map_init(&sim->machines);
	map_init(&sim->snapshots);
}

static bool sim_restore(void *self, const struct driver_record *records, size_t n, char *error, size_t error_size)
{
	struct sim *sim = self;
	size_t i;

	(void)error;
	(void)error_size;
	pthread_mutex_lock(&sim->lock);
	forget_all(sim);
	for (i = 0; i < n; i++) {
		const struct driver_record *record = &records[i];
		struct sim_plug *plug;

		switch (record->kind) {
		case DRIVER_RECORD_DISK:
			disk_add(sim, record->disk, record->size_gib);
			break;
		case DRIVER_RECORD_MACHINE:
			machine_add(sim, record->machine, record->powered, record->agent);
			break;
		case DRIVER_RECORD_ATTACHMENT:
			plug = plug_add(disk_add(sim, record->disk, record->size_gib), record->attachment, record->machine,
			                record->generation, record->shared);
			sim_guest_set(&plug->guest, &record->guest);
			break;
		case DRIVER_RECORD_SNAPSHOT:
			snapshot_add(sim, record->snapshot);
			break;
		}
	}
	pthread_mutex_unlock(&sim->lock);
	return true;
}

/* An answer that is asked for under an older lease comes too late. */
static bool is_stale(struct sim *sim, const struct driver_call *call)
{
	intptr_t seen = (intptr_t)map_get(&sim->fences, call->job);

	if (call->fence < seen)
		return true;
	if (call->fence > 1 && call->fence > seen)
		map_put(&sim->fences, call->job, (void *)(intptr_t)call->fence);
	return false;
}

static void sim_act(void *self, const struct driver_call *call, struct driver_reply *ret)
{
	struct sim *sim = self;

	pthread_mutex_lock(&sim->lock);
	if (is_stale(sim, call))
		answer(ret, DRIVER_REFUSED, "stale", "the job was claimed anew since");
	else
		acts[call->act](sim, call, ret);
	pthread_mutex_unlock(&sim->lock);
}

static enum driver_seen sim_observe(void *self, const char *machine, const char *attachment)
{
	struct sim *sim = self;
	enum driver_seen seen = DRIVER_SEEN_ABSENT;
	struct sim_disk *disk;
	size_t cursor = 0;

	pthread_mutex_lock(&sim->lock);
	if (!*attachment && map_get(&sim->machines, machine))
		seen = DRIVER_SEEN_PRESENT;
	while (*attachment && (disk = map_next(&sim->disks, &cursor))) {
		struct sim_plug *plug = *plug_find(disk, attachment);

		if (plug && strcmp(plug->machine, machine) == 0)
			seen = DRIVER_SEEN_PRESENT;
	}
	pthread_mutex_unlock(&sim->lock);
	return seen;
}

static void sim_set_guest(void *self, const char *disk, const char *attachment, const struct driver_guest *guest)
{
	struct sim *sim = self;
	struct sim_disk *found;
	struct sim_plug *plug;

	pthread_mutex_lock(&sim->lock);
	found = map_get(&sim->disks, disk);
	plug = found ? *plug_find(found, attachment) : NULL;
	if (plug)
		sim_guest_set(&plug->guest, guest);
	pthread_mutex_unlock(&sim->lock);
}

static void sim_close(void *self)
{
	struct sim *sim = self;

	if (!sim)
		return;
	forget_all(sim);
	map_finish(&sim->snapshots);
	map_finish(&sim->fences);
	pthread_mutex_destroy(&sim->lock);
	free(sim);
}

const struct driver driver_sim = {
	.name = "sim",
	.paced = true,
	.simulated = true,
	.open = sim_open,
	.restore = sim_restore,
	.act = sim_act,
	.observe = sim_observe,
	.guest = sim_set_guest,
	.close = sim_close,
};
