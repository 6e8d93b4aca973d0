/* What the verbs and the activities of scaling groups share: finding and counting. */
#include "core/scaling.h"

#include "base/text.h"

bool find_scaling_group(const struct work *work, const char *id, struct scaling_group *ret)
{
	struct scaling_group found;

	if (text_empty(id) || !scaling_group_get(work->txn, id, &found) || !work_is_callers(work, &found.tenant))
		return false;
	*ret = found;
	return true;
}

bool scaling_activity_of(struct work *work, const char *group, struct scaling_activity *ret)
{
	struct scaling_filter filter = SCALING_FILTER_ANY;
	struct scaling_activity *found;

	filter.scaling_group = group;
	filter.state = SCALING_IN_PROGRESS;
	if (scaling_activity_list(work->txn, &filter, &(struct page){ .limit = 1 }, &found) == 0)
		return false;
	*ret = found[0];
	return true;
}

size_t scaling_members(struct work *work, const char *group, struct scaling_member **ret)
{
	struct scaling_filter filter = SCALING_FILTER_ANY;
	size_t n;
	size_t i;

	filter.scaling_group = group;
	n = scaling_member_list(work->txn, &filter, NULL, ret);
	/* The store has the newest first. */
	for (i = 0; i < n / 2; i++) {
		struct scaling_member first = (*ret)[i];

		(*ret)[i] = (*ret)[n - 1 - i];
		(*ret)[n - 1 - i] = first;
	}
	return n;
}

const char *scaling_member_ids(struct work *work, const struct scaling_member *members, size_t n)
{
	const char **ids = arena_array(work->arena, const char *, n);
	size_t i;

	for (i = 0; i < n; i++)
		ids[i] = members[i].id;
	return text_list_of(work->arena, ids, n);
}

struct scaling_capacity scaling_capacity(struct work *work, const char *group)
{
	struct scaling_capacity capacity = { 0 };
	struct scaling_member *members;
	size_t n = scaling_members(work, group, &members);
	size_t i;

	capacity.total = (int64_t)n;
	for (i = 0; i < n; i++) {
		capacity.of_state[members[i].state]++;
		if (members[i].creation == SCALING_CREATED)
			capacity.created++;
		else
			capacity.attached++;
	}
	capacity.settled = capacity.of_state[SCALING_IN_SERVICE] + capacity.of_state[SCALING_PROTECTED] +
	                   capacity.of_state[SCALING_STANDBY] + capacity.of_state[SCALING_STOPPED];
	return capacity;
}

bool scaling_suspended(const struct scaling_group *group, const char *process)
{
	return text_list_has(group->suspended, process);
}
