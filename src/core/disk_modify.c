/* ModifyDiskAttribute: its checks, made for each disk before any is changed. */
#include "base/text.h"
#include "core/catalogue.h"
#include "core/disk_change.h"
#include "core/matrix.h"

struct modify_facts {
	struct facts facts;
	const struct disk_modify_args *args;
	bool found;
	struct disk disk;
	bool on_its_way; /* one of its attachments is being made or ended, or is to end with its instance */
	struct account account;
	const struct disk_category *category;
};

#define MODIFY_ROW(name, condition)                                           \
	static bool modify_##name(const struct work *work, const void *facts_) \
	{                                                                     \
		const struct modify_facts *f = facts_;                        \
		const struct disk_modify_args *args = f->args;                \
                                                                              \
		(void)work;                                                   \
		(void)args;                                                   \
		return (condition);                                           \
	}

MODIFY_ROW(no_disk, args->n_disks == 0)
MODIFY_ROW(nothing, !args->name && !args->description && args->delete_with_instance == -1 &&
                    args->delete_auto_snapshot == -1 && args->enable_auto_snapshot == -1 && args->bursting == -1)
MODIFY_ROW(unknown, !f->found)
MODIFY_ROW(not_white_listed, !f->account.disk_white_list)
MODIFY_ROW(state, f->disk.state == DISK_CREATING || f->disk.state == DISK_DELETING ||
                  (f->on_its_way && args->delete_with_instance != -1))
MODIFY_ROW(multi_attach, f->disk.multi_attach && args->delete_with_instance != -1)
/* Local disks, disks that cannot leave their instance, and elastic ephemeral disks always go with it. */
MODIFY_ROW(not_portable, args->delete_with_instance == 0 &&
                         (!f->disk.portable || (f->category && (f->category->local || f->category->elastic_ephemeral))))

static const struct check request_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ modify_no_disk, REFUSE_DISK_MISSING, ABOUT_NOTHING },
	{ modify_nothing, REFUSE_NOTHING_TO_CHANGE, ABOUT_NOTHING },
};

static const struct check disk_checks[] = {
	{ modify_unknown, REFUSE_DISK_UNKNOWN, ABOUT_DISK },
	{ modify_not_white_listed, REFUSE_NOT_IN_WHITE_LIST, ABOUT_NOTHING },
	{ modify_state, REFUSE_DISK_STATE, ABOUT_DISK },
	{ modify_multi_attach, REFUSE_DISK_MULTI_ATTACH_FLAG, ABOUT_DISK },
	{ modify_not_portable, REFUSE_DISK_NOT_PORTABLE, ABOUT_DISK },
};

static bool is_on_its_way(struct work *work, const char *disk)
{
	struct attachment *live;
	size_t n = attachment_list_of_disk(work->txn, disk, &live);

	while (n--) {
		struct instance instance;

		if (live[n].state != ATTACHMENT_ATTACHED ||
		    (instance_get(work->txn, live[n].instance, &instance) && instance.state == INSTANCE_RELEASING))
			return true;
	}
	return false;
}

static void modify_fill(struct disk *disk, const struct disk_modify_args *args)
{
	if (args->name)
		disk->name = args->name;
	if (args->description)
		disk->description = args->description;
	if (args->delete_with_instance != -1)
		disk->delete_with_instance = args->delete_with_instance;
	if (args->delete_auto_snapshot != -1)
		disk->delete_auto_snapshot = args->delete_auto_snapshot;
	if (args->enable_auto_snapshot != -1)
		disk->enable_auto_snapshot = args->enable_auto_snapshot;
	if (args->bursting != -1)
		disk->bursting = args->bursting;
}

bool disk_modify(struct work *work, const struct disk_modify_args *args)
{
	struct modify_facts f = { .args = args, .account = find_account(work) };
	size_t i;

	if (!work_check(work, request_checks, COUNT_OF(request_checks), &f))
		return false;
	/* A refusal undoes the disks before it: the whole is one transaction. */
	for (i = 0; i < args->n_disks; i++) {
		f.facts.disk_id = args->disks[i];
		f.found = find_disk(work, args->disks[i], &f.disk);
		f.category = f.found ? disk_category_find(f.disk.category) : NULL;
		f.on_its_way = f.found && is_on_its_way(work, args->disks[i]);
		if (!work_check(work, disk_checks, COUNT_OF(disk_checks), &f) ||
		    !matrix_pass(work, VERB_DISK_MODIFY, NULL, args->disks[i], NULL))
			return false;
		modify_fill(&f.disk, args);
		disk_put(work->txn, &f.disk);
	}
	return true;
}

struct disk_place disk_place_of(struct work *work, const struct disk *disk)
{
	struct disk_place place = { .instance = { .id = "", .locks = "" } };
	struct attachment *live;

	place.n_live = attachment_list_of_disk(work->txn, disk->id, &live);
	if (place.n_live) {
		place.attachment = live[0];
		instance_get(work->txn, live[0].instance, &place.instance);
	}
	return place;
}
