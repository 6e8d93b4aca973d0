/* What a scaling group does by itself: unhealthy members are replaced, and it keeps its size. It looks when something has
 * changed, never at intervals; what came to nothing is tried again after a while. */
#include <stdlib.h>
#include <string.h>

#include "base/moment.h"
#include "base/text.h"
#include "core/scaling.h"

static int64_t look_pace(const struct core *core)
{
	switch (core->settings.pace) {
	case PACE_QUICK:
		return 300;
	case PACE_REAL:
		return 30 * SECOND;
	case PACE_INSTANT:
	case PACE_MAX:
		break;
	}
	return 0;
}

/* Looking again is no harm: one that waits is enough, and it is hurried where it waits for too long. */
void scaling_group_look(struct work *work, const struct scaling_group *group)
{
	const char *lock = arena_printf(work->arena, "scaling-look/%s", group->id);
	struct job_filter filter = JOB_FILTER_ANY;
	int64_t due_at = work->now + look_pace(work->core);
	struct job job = {
		.kind = JOB_SCALING_LOOK,
		.step = JOB_REQUESTED,
		.tenant = group->tenant,
		.driver = work->core->settings.driver,
		.scaling_group = group->id,
		.lock = lock,
		.due_at = due_at > group->retry_at ? due_at : group->retry_at,
	};
	struct job *open;

	filter.state = JOB_OPEN;
	filter.lock = lock;
	if (job_list(work->txn, &filter, &(struct page){ .limit = 1 }, &open) == 0)
		job_open(work, &job);
	else if (open->due_at > job.due_at)
		job_due(work, open, job.due_at);
}

static bool is_over(const struct instance *instance)
{
	return instance->state == INSTANCE_RUNNING || instance->state == INSTANCE_STOPPED;
}

void scaling_instance_changed(struct work *work, const char *id)
{
	struct scaling_member member;
	struct scaling_activity activity;
	struct scaling_group group;
	struct instance instance;
	bool found;

	if (!scaling_member_get(work->txn, id, &member))
		return;
	found = instance_get(work->txn, id, &instance);
	/* What is on its way to a state is looked at when it is there. */
	if (found && !is_over(&instance))
		return;
	if (scaling_activity_of(work, member.scaling_group, &activity) && text_equal(activity.id, member.activity))
		scaling_activity_hurry(work, member.scaling_group);
	else if ((!found || instance.state == INSTANCE_STOPPED) && scaling_group_get(work->txn, member.scaling_group, &group))
		scaling_group_look(work, &group);
}

/* ---- who goes first ---- */

struct candidate {
	struct scaling_member member;
	int64_t configuration_at;
	const char *policies;
};

static int order_by(const char *policy, size_t length, const struct candidate *a, const struct candidate *b)
{
	const char *const oldest_configuration = "OldestScalingConfiguration";
	int64_t left = a->member.created_at;
	int64_t right = b->member.created_at;

	if (length == strlen(oldest_configuration) && strncmp(policy, oldest_configuration, length) == 0) {
		left = a->configuration_at;
		right = b->configuration_at;
	} else if (length == strlen("NewestInstance") && strncmp(policy, "NewestInstance", length) == 0) {
		left = b->member.created_at;
		right = a->member.created_at;
	}
	return (left > right) - (left < right);
}

static int compare(const void *a_, const void *b_)
{
	const struct candidate *a = a_;
	const struct candidate *b = b_;
	const char *policy = a->policies;

	while (*policy) {
		size_t length = strcspn(policy, ",");
		int order = order_by(policy, length, a, b);

		if (order)
			return order;
		policy += length + (policy[length] == ',');
	}
	return strcmp(a->member.id, b->member.id);
}

size_t scaling_candidates(struct work *work, const struct scaling_group *group, struct scaling_member **ret)
{
	struct scaling_member *members;
	size_t n = scaling_members(work, group->id, &members);
	struct candidate *candidates = arena_array(work->arena, struct candidate, n);
	size_t n_candidates = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		/* Those of no configuration are passed over until nobody else is left ("Removal policies"). */
		struct scaling_configuration configuration = { .created_at = INT64_MAX };

		if (members[i].state != SCALING_IN_SERVICE)
			continue;
		scaling_configuration_get(work->txn, members[i].configuration, &configuration);
		candidates[n_candidates++] = (struct candidate){ members[i], configuration.created_at, group->removal_policies };
	}
	qsort(candidates, n_candidates, sizeof *candidates, compare);
	for (i = 0; i < n_candidates; i++)
		members[i] = candidates[i].member;
	*ret = members;
	return n_candidates;
}

/* ---- larger and smaller ---- */

static bool grow(struct work *work, struct scaling_group *group, int64_t amount, struct scaling_activity *activity)
{
	activity->kind = SCALING_OUT;
	activity->amount = amount < SCALING_ACTIVITY_MAX ? amount : SCALING_ACTIVITY_MAX;
	scaling_activity_open(work, group, activity);
	return true;
}

static bool shrink(struct work *work, struct scaling_group *group, int64_t amount, struct scaling_activity *activity)
{
	struct scaling_member *members;
	int64_t n = (int64_t)scaling_candidates(work, group, &members);
	int64_t i;

	if (n == 0)
		return false;
	activity->kind = SCALING_IN;
	activity->amount = amount < n ? amount : n;
	activity->leaves_balancers = true;
	activity->named = scaling_member_ids(work, members, (size_t)activity->amount);
	scaling_activity_open(work, group, activity);
	for (i = 0; i < activity->amount; i++)
		scaling_member_leaves(work, &members[i], activity);
	return true;
}

bool scaling_change(struct work *work, struct scaling_group *group, int64_t change, struct scaling_activity *activity)
{
	if (change > 0)
		return grow(work, group, change, activity);
	return change < 0 && shrink(work, group, -change, activity);
}

/* ---- the look ---- */

void scaling_look_plan(struct work *work, const struct job *job, struct job_plan *ret)
{
	(void)work;
	(void)job;
	ret->n = 0;
}

/* One that is gone is no member whatever is checked. Those in standby or protected are nobody's concern ("Scaling group
 * health check"). */
static bool is_unhealthy(struct work *work, const struct scaling_group *group, const struct scaling_member *member)
{
	bool checked = group->health_check != SCALING_HEALTH_NONE && !scaling_suspended(group, "HealthCheck");
	struct instance instance;

	if (!instance_get(work->txn, member->id, &instance))
		return true;
	if (member->state != SCALING_IN_SERVICE || !checked)
		return false;
	return member->health == SCALING_UNHEALTHY || instance.state == INSTANCE_STOPPED;
}

static bool replace_unhealthy(struct work *work, struct scaling_group *group)
{
	struct scaling_activity activity = {
		.kind = SCALING_IN,
		.cause = SCALING_BY_HEALTH,
		.leaves_balancers = true,
		.asks_hooks = true,
		.cooldown = 0,
	};
	struct scaling_member *members;
	size_t n = scaling_members(work, group->id, &members);
	size_t n_ill = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!is_unhealthy(work, group, &members[i]))
			continue;
		members[i].health = SCALING_UNHEALTHY;
		members[n_ill++] = members[i];
	}
	if (n_ill == 0)
		return false;
	activity.amount = (int64_t)n_ill;
	activity.named = scaling_member_ids(work, members, n_ill);
	scaling_activity_open(work, group, &activity);
	for (i = 0; i < n_ill; i++)
		scaling_member_leaves(work, &members[i], &activity);
	return true;
}

static int64_t wanted_size(const struct scaling_group *group, int64_t now)
{
	int64_t wanted = group->desired_given ? group->desired_capacity : now;

	wanted = wanted < group->min_size ? group->min_size : wanted;
	return wanted > group->max_size ? group->max_size : wanted;
}

static void keep_size(struct work *work, struct scaling_group *group)
{
	struct scaling_activity activity = { .cause = SCALING_BY_SIZE, .asks_hooks = true, .cooldown = 0 };
	int64_t total = scaling_capacity(work, group->id).total;
	int64_t change = wanted_size(group, total) - total;

	if (change > 0 && (text_empty(group->configuration) || scaling_suspended(group, "ScaleOut")))
		return;
	if (change < 0 && scaling_suspended(group, "ScaleIn"))
		return;
	scaling_change(work, group, change, &activity);
}

void scaling_look_done(struct work *work, struct job *job)
{
	struct scaling_activity running;
	struct scaling_group group;

	/* An activity that is in progress looks when it ends. */
	if (scaling_group_get(work->txn, job->scaling_group, &group) && group.state != SCALING_GROUP_INACTIVE &&
	    !scaling_activity_of(work, group.id, &running)) {
		if (group.retry_at > work->now) {
			job_due(work, job, group.retry_at);
			return;
		}
		work->caller.tenant = group.tenant;
		if (group.state == SCALING_GROUP_DELETING)
			scaling_group_empty(work, &group);
		else if (!replace_unhealthy(work, &group))
			keep_size(work, &group);
	}
	job_end(work, job, JOB_DONE, REFUSE_NONE, NULL);
}
