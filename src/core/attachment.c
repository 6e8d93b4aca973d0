#include "core/attachment.h"

#include "base/text.h"
#include "core/catalogue.h"
#include "core/matrix.h"

bool attachment_find(struct work *work, const char *disk, const char *instance, struct attachment *ret,
                     size_t *ret_n_live)
{
	struct attachment *live;
	size_t n = attachment_list_of_disk(work->txn, disk, &live);
	size_t i;

	if (ret_n_live)
		*ret_n_live = n;
	for (i = 0; i < n; i++) {
		if (text_equal(live[i].instance, instance)) {
			*ret = live[i];
			return true;
		}
	}
	return false;
}

struct attachment attachment_new(struct work *work, struct disk *disk, const struct instance *instance,
                                 const char *device, bool boot, bool keep_on_release)
{
	struct attachment attachment = {
		.tenant = disk->tenant,
		.disk = disk->id,
		.instance = instance->id,
		.generation = ++disk->generation,
		.state = ATTACHMENT_ATTACHING,
		.boot = boot,
		.shared = disk->multi_attach,
		.slot_held = true,
		.keep_on_release = keep_on_release,
		.device = device,
		.requested_at = work->now,
	};

	/* The disk's id and its generation make the attachment's: unique, and telling in every log line. */
	attachment.id = arena_printf(work->arena, "%s.%lld", disk->id, (long long)disk->generation);
	attachment_put(work->txn, &attachment);
	disk_refresh_by(work, disk, &attachment);
	return attachment;
}

void attachment_made_fast(struct work *work, struct attachment *attachment, struct disk *disk)
{
	attachment->state = ATTACHMENT_ATTACHED;
	attachment->attached_at = work->now;
	attachment_put(work->txn, attachment);
	disk->attached_at = work->now;
	disk_refresh_by(work, disk, attachment);
}

static bool is_elastic_ephemeral(const struct disk *disk)
{
	const struct disk_category *category = disk_category_find(disk->category);

	return category && category->elastic_ephemeral;
}

bool attachment_leaves_bound(const struct attachment *attachment, const struct disk *disk)
{
	/* DetachDisk pages: a data disk no longer goes with the instance; a system disk does if the caller says so. An
	 * elastic ephemeral disk is bound to its instance for good (page of 2024-12). */
	if (attachment->state == ATTACHMENT_ATTACHING)
		return disk->delete_with_instance; /* it never was on the instance: nothing changed for it */
	if (!attachment->boot)
		return is_elastic_ephemeral(disk);
	/* Nobody asked for a detach: what was agreed on before still holds. */
	return attachment->state == ATTACHMENT_DETACHING ? !attachment->keep_on_release : disk->delete_with_instance;
}

void attachment_release(struct work *work, struct attachment *attachment, struct disk *disk)
{
	bool was_fast = attachment->attached_at != 0;

	disk->delete_with_instance = attachment_leaves_bound(attachment, disk);
	attachment->state = ATTACHMENT_DETACHED;
	attachment->slot_held = false;
	attachment->detached_at = work->now;
	attachment_put(work->txn, attachment);
	if (was_fast)
		disk->detached_at = work->now;
	disk_refresh_by(work, disk, attachment);
}

void attachment_free_slots(struct work *work, const char *instance)
{
	struct attachment *slots;
	size_t n = attachment_list_slots(work->txn, instance, &slots);
	size_t i;

	for (i = 0; i < n; i++) {
		if (slots[i].state != ATTACHMENT_DETACHED)
			continue;
		slots[i].slot_held = false;
		attachment_put(work->txn, &slots[i]);
	}
}

void attachment_open_job(struct work *work, const struct attachment *attachment, const struct disk *disk,
                         enum job_step step, bool force)
{
	struct job job = {
		.kind = attachment->state == ATTACHMENT_DETACHING ? JOB_DETACH : JOB_ATTACH,
		.step = step,
		.tenant = disk->tenant,
		.driver = disk->driver,
		.instance = attachment->instance,
		.disk = disk->id,
		.attachment = attachment->id,
		.generation = attachment->generation,
		.force = force,
		.lock = arena_printf(work->arena, "attachment/%s", attachment->id),
	};

	job_open(work, &job);
}

bool attachment_of_job(struct work *work, const struct job *job, struct attachment *attachment, struct disk *disk)
{
	return attachment_get(work->txn, job->attachment, attachment) && disk_get(work->txn, attachment->disk, disk);
}
