#include "drivers/plugs.h"

#include <stdlib.h>
#include <string.h>

#include "drivers/reply.h"

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

void plugs_init(struct plugs *plugs, void (*free_own)(void *own))
{
	map_init(&plugs->disks);
	plugs->free_own = free_own;
}

static void plug_free(struct plugs *plugs, struct plug *plug)
{
	if (plugs->free_own && plug->own)
		plugs->free_own(plug->own);
	free(plug->attachment);
	free(plug->disk);
	free(plug->machine);
	free(plug);
}

static void disk_free(struct plugs *plugs, struct plug_disk *disk)
{
	while (disk->plugs) {
		struct plug *next = disk->plugs->next;

		plug_free(plugs, disk->plugs);
		disk->plugs = next;
	}
	free(disk->id);
	free(disk);
}

void plugs_finish(struct plugs *plugs)
{
	struct plug_disk *disk;
	size_t cursor = 0;

	while ((disk = map_next(&plugs->disks, &cursor)))
		disk_free(plugs, disk);
	map_finish(&plugs->disks);
}

struct plug_disk *plugs_disk(struct plugs *plugs, const char *id)
{
	return map_get(&plugs->disks, id);
}

struct plug_disk *plugs_disk_add(struct plugs *plugs, const char *id)
{
	struct plug_disk *disk = plugs_disk(plugs, id);

	if (!disk) {
		disk = fresh(sizeof *disk);
		disk->id = copy(id);
		map_put(&plugs->disks, id, disk);
	}
	return disk;
}

void plugs_disk_remove(struct plugs *plugs, const char *id)
{
	struct plug_disk *disk = map_remove(&plugs->disks, id);

	if (disk)
		disk_free(plugs, disk);
}

static struct plug **find(struct plug_disk *disk, const char *attachment)
{
	struct plug **at = &disk->plugs;

	while (*at && strcmp((*at)->attachment, attachment) != 0)
		at = &(*at)->next;
	return at;
}

struct plug *plugs_find(struct plugs *plugs, const char *disk, const char *attachment)
{
	struct plug_disk *found = plugs_disk(plugs, disk);

	return found ? *find(found, attachment) : NULL;
}

struct plug *plugs_find_anywhere(struct plugs *plugs, const char *attachment)
{
	struct plug_disk *disk;
	struct plug *plug = NULL;
	size_t cursor = 0;

	while (!plug && (disk = map_next(&plugs->disks, &cursor)))
		plug = *find(disk, attachment);
	return plug;
}

struct plug *plugs_add(struct plugs *plugs, const char *id, const char *attachment, const char *machine,
                       int64_t generation, bool shared)
{
	struct plug_disk *disk = plugs_disk_add(plugs, id);
	struct plug *plug = fresh(sizeof *plug);

	plug->attachment = copy(attachment);
	plug->disk = copy(id);
	plug->machine = copy(machine);
	plug->generation = generation;
	plug->shared = shared;
	plug->next = disk->plugs;
	disk->plugs = plug;
	if (generation > disk->newest_generation)
		disk->newest_generation = generation;
	return plug;
}

void plugs_remove(struct plugs *plugs, const char *id, const char *attachment)
{
	struct plug_disk *disk = plugs_disk(plugs, id);
	struct plug **at = disk ? find(disk, attachment) : NULL;

	if (at && *at) {
		struct plug *plug = *at;

		*at = plug->next;
		plug_free(plugs, plug);
	}
}

void plugs_remove_machine(struct plugs *plugs, const char *machine)
{
	struct plug_disk *disk;
	size_t cursor = 0;

	while ((disk = map_next(&plugs->disks, &cursor))) {
		struct plug **at = &disk->plugs;

		while (*at) {
			struct plug *plug = *at;

			if (strcmp(plug->machine, machine) == 0) {
				*at = plug->next;
				plug_free(plugs, plug);
			} else {
				at = &plug->next;
			}
		}
	}
}

bool plugs_may_attach(struct plugs *plugs, const struct driver_call *call, struct driver_reply *reply)
{
	struct plug_disk *disk = plugs_disk(plugs, call->disk);
	struct plug *plug;

	if (!disk)
		return true;
	if (*find(disk, call->attachment)) {
		reply_done(reply);
		return false;
	}
	if (call->generation <= disk->newest_generation && !call->shared) {
		reply_answer(reply, DRIVER_REFUSED, "stale", "a newer attachment of the disk was made since");
		return false;
	}
	for (plug = disk->plugs; plug; plug = plug->next) {
		/* The promise of the whole: nobody outside a disk's attachments can write it. */
		if (!plug->shared || !call->shared) {
			reply_answer(reply, DRIVER_REFUSED, "attached", "another machine can still reach the disk");
			return false;
		}
	}
	return true;
}
