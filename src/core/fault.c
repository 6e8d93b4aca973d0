#include "core/fault.h"

#include "base/random.h"
#include "base/text.h"
#include "core/job.h"

#define ID_PREFIX "fault-"
#define ID_TAIL   12

static bool has_value(const struct fault_call *call, const char *value)
{
	size_t i;

	for (i = 0; i < call->n_values; i++) {
		if (text_equal(call->values[i], value))
			return true;
	}
	return false;
}

bool fault_matches(const struct fault_rule *rule, const struct fault_call *call)
{
	return rule->times_left != 0 &&
	       (text_equal(rule->operation, FAULT_ANY_OPERATION) || text_equal(rule->operation, call->operation)) &&
	       (!*rule->account || text_equal(rule->account, call->account)) &&
	       (!*rule->resource || has_value(call, rule->resource));
}

bool fault_take(struct work *work, const struct fault_call *call, struct fault_rule *ret)
{
	struct fault_rule *rules;
	size_t n = fault_list(work->txn, NULL, &rules);
	size_t i = 0;

	while (i < n && !fault_matches(&rules[i], call))
		i++;
	if (i == n)
		return false;
	if (rules[i].times_left != FAULT_FOREVER)
		rules[i].times_left--;
	rules[i].times_hit++;
	fault_put(work->txn, &rules[i]);
	*ret = rules[i];
	return true;
}

bool fault_add(struct work *work, struct fault_rule *rule)
{
	struct fault_rule *rules;
	size_t n = fault_list(work->txn, NULL, &rules);

	if (n >= FAULTS_MAX)
		return work_refuse(work, REFUSE_FAULT_LIMIT, NULL);
	return fault_add_at(work, rule, n ? rules[n - 1].position + 1 : 1);
}

bool fault_add_at(struct work *work, struct fault_rule *rule, int64_t position)
{
	struct account account;
	struct fault_rule other;
	char tail[ID_TAIL + 1];

	if (!text_empty(rule->account) && !account_get(work->txn, rule->account, &account))
		return work_refuse(work, REFUSE_ACCOUNT_UNKNOWN, rule->account);
	if (!text_empty(rule->id) && fault_get(work->txn, rule->id, &other))
		return work_refuse(work, REFUSE_FAULT_EXISTS, rule->id);
	if (text_empty(rule->id)) {
		random_base36(tail, ID_TAIL);
		rule->id = arena_printf(work->arena, ID_PREFIX "%s", tail);
	}
	rule->position = position;
	rule->times_hit = 0;
	rule->created_at = work->now;
	fault_put(work->txn, rule);
	return true;
}

static bool is_meant(const struct fault_rule *rule, const char *id, const char *operation)
{
	return (!id || text_equal(rule->id, id)) && (!operation || text_equal(rule->operation, operation));
}

/* Open jobs that carry the fault. */
static int64_t let_go(struct work *work, const char *id, struct job *jobs, size_t n)
{
	int64_t freed = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		if (text_equal(jobs[i].fault, id)) {
			job_free(work, &jobs[i]);
			freed++;
		}
	}
	return freed;
}

bool fault_clear(struct work *work, const char *id, const char *operation, struct fault_cleared *ret)
{
	struct fault_rule *rules;
	struct job *jobs;
	size_t n = fault_list(work->txn, NULL, &rules);
	size_t n_jobs = job_list_open(work, NULL, NULL, &jobs);
	size_t i;

	*ret = (struct fault_cleared){ 0 };
	for (i = 0; i < n; i++) {
		if (!is_meant(&rules[i], id, operation))
			continue;
		if (rules[i].effect == FAULT_JOB_FAILS || rules[i].effect == FAULT_JOB_NEVER_ENDS)
			ret->jobs += let_go(work, rules[i].id, jobs, n_jobs);
		fault_delete(work->txn, rules[i].id);
		ret->faults++;
	}
	if (id && !ret->faults)
		return work_refuse(work, REFUSE_FAULT_UNKNOWN, id);
	return true;
}
