/* ModifyDiskChargeType: its checks, made for each disk before any is changed. Nothing is asked of a machine. */
#include "base/text.h"
#include "core/catalogue.h"
#include "core/disk_change.h"

struct charge_facts {
	struct facts facts;
	const struct disk_charge_args *args;
	bool instance_found;
	struct instance instance;
	bool found;
	struct disk disk;
	struct disk_place place;
	const struct disk_category *category;
};

#define CHARGE_ROW(name, condition)                                           \
	static bool charge_##name(const struct work *work, const void *facts_) \
	{                                                                     \
		const struct charge_facts *f = facts_;                        \
                                                                              \
		(void)work;                                                   \
		return (condition);                                           \
	}

CHARGE_ROW(no_instance, !f->instance_found)
CHARGE_ROW(post_paid, f->instance.charge_type != CHARGE_PRE_PAID)
CHARGE_ROW(instance_state, f->instance.state != INSTANCE_RUNNING && f->instance.state != INSTANCE_STOPPED)
CHARGE_ROW(no_disk, f->args->n_disks == 0)
CHARGE_ROW(unknown, !f->found)
CHARGE_ROW(system, f->disk.type == DISK_SYSTEM)
CHARGE_ROW(multi_attach, f->disk.multi_attach)
/* One that is on its way to the instance or from it is not its disk: in advance is paid only for what stays. */
CHARGE_ROW(not_attached, !f->place.n_live || !text_equal(f->place.attachment.instance, f->instance.id) ||
                         f->place.attachment.state != ATTACHMENT_ATTACHED)
CHARGE_ROW(local, !f->category || f->category->local || f->category->elastic_ephemeral)

static const struct check instance_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ charge_no_instance, REFUSE_INSTANCE_UNKNOWN, ABOUT_INSTANCE },
	{ charge_post_paid, REFUSE_INSTANCE_POST_PAID, ABOUT_INSTANCE },
	{ charge_instance_state, REFUSE_INSTANCE_STATE, ABOUT_INSTANCE },
	{ charge_no_disk, REFUSE_DISK_MISSING, ABOUT_NOTHING },
};

static const struct check disk_checks[] = {
	{ charge_unknown, REFUSE_DISK_UNKNOWN, ABOUT_DISK },
	{ charge_system, REFUSE_DISK_SYSTEM, ABOUT_DISK },
	{ charge_multi_attach, REFUSE_DISK_MULTI_ATTACH, ABOUT_DISK },
	{ charge_not_attached, REFUSE_DISK_NOT_ATTACHED, ABOUT_DISK },
	{ charge_local, REFUSE_DISK_LOCAL, ABOUT_DISK },
};

/* Paid for in advance it is one with its instance: it cannot leave it, goes with it, and is paid for as long. */
static void charge_fill(struct disk *disk, bool pre_paid, const struct instance *instance)
{
	disk->charge_type = pre_paid ? CHARGE_PRE_PAID : CHARGE_POST_PAID;
	disk->portable = !pre_paid;
	disk->expires_at = pre_paid ? instance->expires_at : 0;
	if (pre_paid)
		disk->delete_with_instance = true;
}

bool disk_charge(struct work *work, const struct disk_charge_args *args)
{
	struct charge_facts f = { .facts = { .instance_id = args->instance }, .args = args };
	size_t i;

	f.instance_found = find_instance(work, args->instance, &f.instance);
	if (!work_check(work, instance_checks, COUNT_OF(instance_checks), &f))
		return false;
	/* A refusal undoes the disks before it: the whole is one transaction. */
	for (i = 0; i < args->n_disks; i++) {
		f.facts.disk_id = args->disks[i];
		f.found = find_disk(work, args->disks[i], &f.disk);
		if (f.found) {
			f.place = disk_place_of(work, &f.disk);
			f.category = disk_category_find(f.disk.category);
		}
		if (!work_check(work, disk_checks, COUNT_OF(disk_checks), &f))
			return false;
		if ((f.disk.charge_type == CHARGE_PRE_PAID) == args->pre_paid)
			continue;
		charge_fill(&f.disk, args->pre_paid, &f.instance);
		disk_put(work->txn, &f.disk);
	}
	return true;
}
