/* The faults of a fleet: they are of it as a whole, since their order counts whomever they are for. */
#include "base/text.h"
#include "core/fault.h"
#include "core/fleet_module.h"

static void fault_load(struct fleet_load *load, const struct fleet_fault *item, int64_t position, const char *path)
{
	struct fault_rule rule = item->row;
	struct work *work = load->work;

	if (fault_add_at(work, &rule, position)) {
		load->counts->faults++;
		return;
	}
	if (work->refusal.reason == REFUSE_ACCOUNT_UNKNOWN)
		fleet_wrong(load, path, "account", "there is no account \"%s\"", rule.account);
	else
		fleet_wrong(load, path, "id", "\"%s\" is there twice", rule.id);
	work->refusal = (struct refusal){ 0 };
}

/* Faults are replaced only if some are given: who loads a fleet without a word about them keeps theirs. */
static void faults_load(struct fleet_load *load, const struct fleet_list *list, const char *path)
{
	const struct fleet_fault *items = list->items;
	struct fault_cleared cleared;
	size_t i;

	if (!list->given)
		return;
	fault_clear(load->work, NULL, NULL, &cleared);
	for (i = 0; i < list->n; i++)
		fault_load(load, &items[i], (int64_t)i + 1, fleet_item_path(load, path, i));
}

/* Those that are used up mean no call any more. */
static void faults_dump(struct work *work, const struct account *account, struct fleet_list *ret)
{
	struct fault_rule *rules;
	size_t n = fault_list(work->txn, NULL, &rules);
	struct fleet_fault *items = arena_array(work->arena, struct fleet_fault, n);
	size_t n_items = 0;
	size_t i;

	(void)account;
	for (i = 0; i < n; i++) {
		if (rules[i].times_left != 0)
			items[n_items++] = (struct fleet_fault){ .effect = fault_effect_names[rules[i].effect], .row = rules[i] };
	}
	*ret = (struct fleet_list){ items, n_items, true };
}

const struct fleet_module fleet_faults = {
	.name = "faults",
	.part = FLEET_OF_ALL,
	.most = FAULTS_MAX,
	.load = faults_load,
	.dump = faults_dump,
};
