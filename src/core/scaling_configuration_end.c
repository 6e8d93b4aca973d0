/* Scaling configurations that a group uses no more, and that are removed. */
#include "base/text.h"
#include "core/scaling.h"

struct end_facts {
	struct facts facts;
	bool found;
	struct scaling_configuration configuration;
	struct scaling_group group;
	bool active;
	int64_t n_members;
};

#define END_ROW(name, condition)                                            \
	static bool end_##name(const struct work *work, const void *facts_) \
	{                                                                   \
		const struct end_facts *f = facts_;                         \
                                                                            \
		(void)work;                                                 \
		return (condition);                                         \
	}

END_ROW(unknown, !f->found)
END_ROW(active, f->active)
END_ROW(in_use, f->n_members != 0)

static const struct check delete_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ end_unknown, REFUSE_SCALING_CONFIGURATION_UNKNOWN, ABOUT_NOTHING },
	{ end_active, REFUSE_SCALING_CONFIGURATION_ACTIVE, ABOUT_NOTHING },
	{ end_in_use, REFUSE_SCALING_GROUP_IN_USE, ABOUT_NOTHING },
};

static struct end_facts find(struct work *work, const char *id)
{
	struct scaling_filter filter = SCALING_FILTER_ANY;
	struct end_facts f = { .found = false };

	f.found = find_scaling_configuration(work, id, &f.configuration) &&
	          scaling_group_get(work->txn, f.configuration.scaling_group, &f.group);
	if (!f.found)
		return f;
	filter.scaling_group = f.group.id;
	filter.configuration = id;
	f.active = text_equal(f.group.configuration, id);
	f.n_members = scaling_member_count(work->txn, &filter);
	return f;
}

bool scaling_configuration_deactivate(struct work *work, const char *id)
{
	struct end_facts f = find(work, id);

	if (!work_check(work, delete_checks, 2, &f))
		return false;
	if (!f.active)
		return true;
	f.group.configuration = "";
	f.group.modified_at = work->now;
	scaling_group_put(work->txn, &f.group);
	return true;
}

bool scaling_configuration_delete(struct work *work, const char *id)
{
	struct end_facts f = find(work, id);

	if (!work_check(work, delete_checks, COUNT_OF(delete_checks), &f))
		return false;
	scaling_disk_delete_all(work->txn, id);
	scaling_configuration_row_delete(work->txn, id);
	return true;
}
