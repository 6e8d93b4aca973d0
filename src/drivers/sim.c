#include "drivers/sim.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "drivers/plugs.h"
#include "drivers/reply.h"
#include "drivers/sim_guest.h"

struct sim_machine {
	char *id;
	bool powered;
	bool agent; /* its guest can tell what it does with its disks */
};

struct sim {
	pthread_mutex_t lock;
	struct map machines; /* id -> sim_machine */
	struct plugs plugs;  /* their own is a sim_guest */
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

static void guest_free(void *own)
{
	sim_guest_finish(own);
	free(own);
}

static void machine_free(struct sim_machine *machine)
{
	free(machine->id);
	free(machine);
}

static struct plug_disk *disk_add(struct sim *sim, const char *id, int64_t size_gib)
{
	struct plug_disk *disk = plugs_disk_add(&sim->plugs, id);

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

static void plug_add(struct sim *sim, const char *disk, const char *attachment, const char *machine, int64_t generation,
                     bool shared, const struct driver_guest *given)
{
	struct sim_guest *guest = fresh(sizeof *guest);

	sim_guest_set(guest, given);
	plugs_add(&sim->plugs, disk, attachment, machine, generation, shared)->own = guest;
}

/* ---- the acts; under the lock ---- */

/* The content that is asked for does not exist; answered. */
static bool has_no_snapshot(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	if (!*call->snapshot || map_get(&sim->snapshots, call->snapshot))
		return false;
	reply_answer(reply, DRIVER_FAILED, "no-such-snapshot", "the snapshot does not exist");
	return true;
}

static void act_create_disk(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	if (!plugs_disk(&sim->plugs, call->disk) && has_no_snapshot(sim, call, reply))
		return;
	disk_add(sim, call->disk, call->size_gib);
	reply_done(reply);
}

static void act_delete_disk(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	struct plug_disk *disk = plugs_disk(&sim->plugs, call->disk);

	if (disk && disk->plugs) {
		reply_answer(reply, DRIVER_REFUSED, "attached", "the disk is attached to a machine");
		return;
	}
	plugs_disk_remove(&sim->plugs, call->disk);
	reply_done(reply);
}

static void act_create_machine(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	machine_add(sim, call->machine, false, true);
	reply_done(reply);
}

static void act_delete_machine(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	struct sim_machine *machine = map_remove(&sim->machines, call->machine);

	if (machine) {
		plugs_remove_machine(&sim->plugs, call->machine);
		machine_free(machine);
	}
	reply_done(reply);
}

static void act_power(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	struct sim_machine *machine = map_get(&sim->machines, call->machine);

	if (!machine) {
		reply_answer(reply, DRIVER_FAILED, "no-such-machine", "the machine does not exist");
		return;
	}
	machine->powered = call->act == DRIVER_POWER_ON;
	reply_done(reply);
}

static void act_attach(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	bool has_disk = plugs_disk(&sim->plugs, call->disk) != NULL;

	if (!has_disk || !map_get(&sim->machines, call->machine)) {
		reply_answer(reply, DRIVER_FAILED, has_disk ? "no-such-machine" : "no-such-disk", "the %s does not exist",
		             has_disk ? "machine" : "disk");
		return;
	}
	if (!plugs_may_attach(&sim->plugs, call, reply))
		return;
	plug_add(sim, call->disk, call->attachment, call->machine, call->generation, call->shared, &(struct driver_guest){ 0 });
	reply_done(reply);
}

static void act_unplug(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	plugs_remove(&sim->plugs, call->disk, call->attachment);
	reply_done(reply);
}

/* The plug that a running guest has to do with: NULL if the machine is off, or has no such disk. */
static struct plug *plug_of_guest(struct sim *sim, const struct driver_call *call, struct sim_machine **ret_machine)
{
	struct plug *plug = plugs_find(&sim->plugs, call->disk, call->attachment);

	*ret_machine = plug ? map_get(&sim->machines, plug->machine) : NULL;
	return *ret_machine && (*ret_machine)->powered ? plug : NULL;
}

static void act_check_idle(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	struct sim_machine *machine;
	struct plug *plug = plug_of_guest(sim, call, &machine);

	if (!plug)
		reply_done(reply);
	else if (!machine->agent)
		reply_answer(reply, DRIVER_REFUSED, "no-agent", "the guest has no agent that could tell whether it uses the disk");
	else if (!sim_guest_uses(plug->own, reply))
		reply_done(reply);
}

static void act_detach(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	struct sim_machine *machine;
	struct plug *plug = plug_of_guest(sim, call, &machine);

	/* A machine that is off holds nothing. The guest may have begun to use the disk since it was asked. */
	if (plug && !call->force && machine->agent && sim_guest_uses(plug->own, reply))
		return;
	if (!plug || !sim_guest_holds(plug->own, reply))
		act_unplug(sim, call, reply);
}

static struct plug_disk *must_have_disk(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	struct plug_disk *disk = plugs_disk(&sim->plugs, call->disk);

	if (!disk)
		reply_answer(reply, DRIVER_FAILED, "no-such-disk", "the disk does not exist");
	return disk;
}

static void act_resize_disk(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	struct plug_disk *disk = must_have_disk(sim, call, reply);

	if (!disk)
		return;
	if (disk->size_gib < call->size_gib)
		disk->size_gib = call->size_gib;
	reply_done(reply);
}

/* A simulated disk is as fast as any: there is nothing to change but that it must be there. */
static void act_modify_disk(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	if (must_have_disk(sim, call, reply))
		reply_done(reply);
}

static void act_restore_disk(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	struct plug_disk *disk = must_have_disk(sim, call, reply);
	struct plug *plug;

	if (!disk || has_no_snapshot(sim, call, reply))
		return;
	for (plug = disk->plugs; plug; plug = plug->next) {
		struct sim_machine *machine = map_get(&sim->machines, plug->machine);

		if (machine && machine->powered) {
			reply_answer(reply, DRIVER_REFUSED, "powered", "a machine that is on can write the disk");
			return;
		}
	}
	reply_done(reply); /* this fleet keeps no bytes */
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
	reply_done(reply);
}

static void act_delete_snapshot(struct sim *sim, const struct driver_call *call, struct driver_reply *reply)
{
	map_remove(&sim->snapshots, call->snapshot);
	reply_done(reply);
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
	plugs_init(&sim->plugs, guest_free);
	map_init(&sim->snapshots);
	map_init(&sim->fences);
	*ret_self = sim;
	return true;
}

/* Machines and disks, not the fences: a job that was claimed anew before stays so. */
static void forget_all(struct sim *sim)
{
	struct sim_machine *machine;
	size_t cursor = 0;

	while ((machine = map_next(&sim->machines, &cursor)))
		machine_free(machine);
	map_finish(&sim->machines);
	map_finish(&sim->snapshots);
	plugs_finish(&sim->plugs);
	map_init(&sim->machines);
	map_init(&sim->snapshots);
	plugs_init(&sim->plugs, guest_free);
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

		switch (record->kind) {
		case DRIVER_RECORD_DISK:
			disk_add(sim, record->disk, record->size_gib);
			break;
		case DRIVER_RECORD_MACHINE:
			machine_add(sim, record->machine, record->powered, record->agent);
			break;
		case DRIVER_RECORD_ATTACHMENT:
			plug_add(sim, record->disk, record->attachment, record->machine, record->generation, record->shared,
			         &record->guest);
			break;
		case DRIVER_RECORD_SNAPSHOT:
			snapshot_add(sim, record->snapshot);
			break;
		}
	}
	pthread_mutex_unlock(&sim->lock);
	return true;
}

static void sim_act(void *self, const struct driver_call *call, struct driver_reply *ret)
{
	struct sim *sim = self;

	pthread_mutex_lock(&sim->lock);
	if (!reply_is_stale(&sim->fences, call, ret))
		acts[call->act](sim, call, ret);
	pthread_mutex_unlock(&sim->lock);
}

static enum driver_seen sim_observe(void *self, const char *machine, const char *attachment)
{
	struct sim *sim = self;
	struct plug *plug;
	bool seen;

	pthread_mutex_lock(&sim->lock);
	plug = *attachment ? plugs_find_anywhere(&sim->plugs, attachment) : NULL;
	seen = *attachment ? plug && strcmp(plug->machine, machine) == 0 : map_get(&sim->machines, machine) != NULL;
	pthread_mutex_unlock(&sim->lock);
	return seen ? DRIVER_SEEN_PRESENT : DRIVER_SEEN_ABSENT;
}

static void sim_set_guest(void *self, const char *disk, const char *attachment, const struct driver_guest *guest)
{
	struct sim *sim = self;
	struct plug *plug;

	pthread_mutex_lock(&sim->lock);
	plug = plugs_find(&sim->plugs, disk, attachment);
	if (plug)
		sim_guest_set(plug->own, guest);
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
