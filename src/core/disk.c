#include "core/disk.h"

#include <string.h>

#include "base/moment.h"
#include "base/random.h"
#include "base/text.h"
#include "core/attachment.h"
#include "core/catalogue.h"
#include "core/matrix.h"
#include "core/snapshot.h"

#define DISK_SERIAL_LENGTH 20

/* ---- what a disk is ---- */

struct disk disk_new(struct work *work, const char *region, const char *zone, const char *category)
{
	struct disk disk = {
		.id = mint_id(work, "d", region),
		.tenant = work->caller.tenant,
		.driver = work->core->settings.driver,
		.zone = zone,
		.state = DISK_CREATING,
		.status = DISK_STATUS_CREATING,
		.type = DISK_DATA,
		.category = category,
		.portable = true,
		.delete_auto_snapshot = true,
		.created_at = work->now,
	};
	char serial[DISK_SERIAL_LENGTH + 1];

	disk.tenant.region = region;
	random_base36(serial, DISK_SERIAL_LENGTH);
	disk.serial = arena_text(work->arena, serial);
	return disk;
}

const char *disk_level_or_default(const char *category, const char *level)
{
	const struct disk_category *row = disk_category_find(category);

	if (!row || !row->levels)
		return "";
	return text_empty(level) ? "PL1" : level;
}

enum refusal_reason disk_fits(const char *category, const char *level, int64_t size_gib, bool system)
{
	const struct disk_category *row = disk_category_find(category);
	int64_t min;
	int64_t max;

	if (!row || (system && !row->system))
		return REFUSE_DISK_CATEGORY;
	min = disk_category_min_gib(row, system);
	max = disk_category_max_gib(row, system);
	if (!text_empty(level)) {
		int64_t level_min = performance_level_min_gib(level);

		if (!row->levels || !level_min)
			return REFUSE_DISK_PERFORMANCE_LEVEL;
		if (min < level_min)
			min = level_min;
	}
	return size_gib < min || size_gib > max ? REFUSE_DISK_SIZE : REFUSE_NONE;
}

static bool disk_is_held(struct work *work, const struct disk *disk)
{
	struct attachment *live;

	return attachment_list_of_disk(work->txn, disk->id, &live) > 0;
}

static enum disk_status status_of(const struct disk *disk, const struct attachment *live, size_t n)
{
	static const enum disk_status of_state[DISK_STATE_MAX] = {
		[DISK_CREATING] = DISK_STATUS_CREATING,
		[DISK_DELETING] = DISK_STATUS_DELETING,
		[DISK_REINITING] = DISK_STATUS_REINITING,
		[DISK_CREATE_FAILED] = DISK_STATUS_CREATE_FAILED,
		[DISK_DELETE_FAILED] = DISK_STATUS_DELETE_FAILED,
		[DISK_RESIZE_FAILED] = DISK_STATUS_RESIZE_FAILED,
		[DISK_RESTORE_FAILED] = DISK_STATUS_RESTORE_FAILED,
	};
	bool attaching = false;
	bool detaching = false;
	size_t i;

	if (disk->state != DISK_READY)
		return of_state[disk->state];
	for (i = 0; i < n; i++) {
		/* A multi-attach disk is In_use as long as one attachment is (DetachDisk page, effects). */
		if (live[i].state == ATTACHMENT_ATTACHED)
			return DISK_STATUS_IN_USE;
		attaching = attaching || live[i].state == ATTACHMENT_ATTACHING;
		detaching = detaching || live[i].state == ATTACHMENT_DETACHING;
	}
	if (attaching)
		return DISK_STATUS_ATTACHING;
	return detaching ? DISK_STATUS_DETACHING : DISK_STATUS_AVAILABLE;
}

void disk_refresh(struct work *work, struct disk *disk)
{
	struct attachment *live;
	size_t n = attachment_list_of_disk(work->txn, disk->id, &live);

	disk->status = status_of(disk, live, n);
	disk_put(work->txn, disk);
}

void disk_refresh_by(struct work *work, struct disk *disk, const struct attachment *changed)
{
	if (disk->multi_attach) {
		disk_refresh(work, disk);
		return;
	}
	disk->status = status_of(disk, changed, changed->state == ATTACHMENT_DETACHED ? 0 : 1);
	disk_put(work->txn, disk);
}

/* Work on the content of a disk that is no more. What makes or deletes the disk itself ends by its own. */
static void supersede_changes(struct work *work, const char *disk)
{
	struct job *jobs;
	size_t n = job_list_open(work, NULL, disk, &jobs);

	while (n--) {
		if (jobs[n].kind == JOB_DISK_RESIZE || jobs[n].kind == JOB_DISK_REINIT || jobs[n].kind == JOB_DISK_RESET)
			job_end(work, &jobs[n], JOB_SUPERSEDED, REFUSE_DISK_UNKNOWN, "the disk is gone");
	}
}

void disk_forget(struct work *work, const struct disk *disk)
{
	const struct realm *realm = realm_find(disk->tenant.realm);

	supersede_changes(work, disk->id);
	if (realm && realm->snapshots_go_with_disk)
		snapshots_remove(work, disk->id);
	else
		snapshots_abandon(work, disk->id);
	tag_delete_all(work->txn, disk->id);
	disk_delete(work->txn, disk->id);
}

void disk_settle(struct work *work, struct disk *disk, enum disk_state failed)
{
	const struct realm *realm = realm_find(disk->tenant.realm);

	disk->state = DISK_READY;
	if (realm && realm->failures_stay && !disk_is_held(work, disk))
		disk->state = failed;
	disk_refresh(work, disk);
}

void disk_become_data(struct disk *disk)
{
	disk->type = DISK_DATA;
	disk->charge_type = CHARGE_POST_PAID;
	disk->portable = true;
	disk->delete_with_instance = false;
	disk->origin_instance = "";
}

void tags_put(struct work *work, const char *resource, const struct tag *tags, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		struct tag tag = tags[i];

		tag.resource = resource;
		tag.account = work->caller.tenant.account;
		tag_put(work->txn, &tag);
	}
}
