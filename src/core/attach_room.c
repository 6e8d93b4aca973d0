/* Whether disks that are not made yet could be attached. */
#include "base/text.h"
#include "core/attachment.h"
#include "core/catalogue.h"

struct room_facts {
	struct facts facts;
	const struct attach_room_args *args;
	bool found;
	struct instance instance;
	const struct disk_category *category;
	const struct instance_type *type;
	int64_t n_data_disks; /* names that stay taken count as well */
};

#define ROOM_ROW(name, condition)                                            \
	static bool room_##name(const struct work *work, const void *facts_) \
	{                                                                    \
		const struct room_facts *f = facts_;                         \
                                                                             \
		(void)work;                                                  \
		return (condition);                                          \
	}

ROOM_ROW(instance_unknown, !f->found)
ROOM_ROW(category_unknown, !f->category)
ROOM_ROW(not_scsi, f->instance.kind == MACHINE_BARE_METAL && !f->args->scsi)
ROOM_ROW(locked_security, text_list_has(f->instance.locks, "security"))
ROOM_ROW(locked_financial, text_list_has(f->instance.locks, "financial"))
ROOM_ROW(state, f->instance.state != INSTANCE_RUNNING && f->instance.state != INSTANCE_STOPPED)
ROOM_ROW(no_hot_plug, f->instance.state == INSTANCE_RUNNING && f->type && !f->type->hot_unplug)
ROOM_ROW(full, f->n_data_disks + f->args->count > (f->type ? f->type->max_data_disks : DATA_DISKS_MAX))

/* In the order of disk_attach. */
static const struct check room_checks[] = {
	{ room_instance_unknown, REFUSE_INSTANCE_UNKNOWN, ABOUT_INSTANCE },
	{ room_category_unknown, REFUSE_DISK_CATEGORY, ABOUT_NOTHING },
	{ room_not_scsi, REFUSE_DISK_NOT_SCSI, ABOUT_INSTANCE },
	{ room_locked_security, REFUSE_INSTANCE_LOCKED_SECURITY, ABOUT_INSTANCE },
	{ room_locked_financial, REFUSE_INSTANCE_LOCKED_FINANCIAL, ABOUT_INSTANCE },
	{ room_state, REFUSE_INSTANCE_STATE, ABOUT_INSTANCE },
	{ room_no_hot_plug, REFUSE_INSTANCE_NO_HOT_PLUG, ABOUT_INSTANCE },
	{ room_full, REFUSE_INSTANCE_DISK_LIMIT, ABOUT_INSTANCE },
};

static int64_t count_data(struct work *work, const char *instance)
{
	struct attachment *slots;
	size_t n = attachment_list_slots(work->txn, instance, &slots);
	int64_t n_data = 0;
	size_t i;

	for (i = 0; i < n; i++)
		n_data += !slots[i].boot;
	return n_data;
}

bool disk_attach_room(struct work *work, const struct attach_room_args *args)
{
	struct room_facts f = { .facts = { .instance_id = args->instance }, .args = args };

	f.found = find_instance(work, args->instance, &f.instance);
	f.category = disk_category_of(work_realm(work), args->category);
	if (f.found) {
		f.type = instance_type_find(work, f.instance.type);
		f.n_data_disks = count_data(work, args->instance);
	}
	return work_check(work, room_checks, COUNT_OF(room_checks), &f);
}
