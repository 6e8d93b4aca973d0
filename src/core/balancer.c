#include "core/balancer.h"

#include "base/text.h"

bool find_load_balancer(const struct work *work, const char *id, struct load_balancer *ret)
{
	struct load_balancer found;

	if (text_empty(id) || !load_balancer_get(work->txn, id, &found) || !work_is_callers(work, &found.tenant))
		return false;
	*ret = found;
	return true;
}

struct balancers_hindrance balancers_look(struct work *work, const struct tenant *owner, const char *ids)
{
	struct balancers_hindrance hindrance = { 0 };
	const char *id;

	while ((id = text_list_next(work->arena, &ids))) {
		struct load_balancer balancer;

		if (!load_balancer_get(work->txn, id, &balancer) || !tenant_equal(&balancer.tenant, owner)) {
			hindrance.unknown = hindrance.unknown ? hindrance.unknown : id;
			continue;
		}
		if (balancer.status != BALANCER_ACTIVE && !hindrance.not_active)
			hindrance.not_active = id;
		if ((!balancer.health_check || text_empty(balancer.listeners)) && !hindrance.unchecked)
			hindrance.unchecked = id;
	}
	return hindrance;
}

bool balancer_add_backend(struct work *work, const char *balancer, const char *instance, int64_t weight)
{
	struct load_balancer found;
	struct backend backend;

	if (!load_balancer_get(work->txn, balancer, &found))
		return false;
	if (!backend_get(work->txn, balancer, instance, &backend)) {
		if (backend_count(work->txn, balancer) >= BACKENDS_MAX)
			return false;
		backend = (struct backend){
			.balancer = balancer,
			.instance = instance,
			.account = found.tenant.account,
			.created_at = work->now,
		};
	}
	backend.weight = weight;
	backend_put(work->txn, &backend);
	return true;
}

void balancer_remove_backend(struct work *work, const char *balancer, const char *instance)
{
	backend_delete(work->txn, balancer, instance);
}

void balancer_forget_instance(struct work *work, const char *instance)
{
	backend_delete_of_instance(work->txn, instance);
}

/* ---- verbs ---- */

struct balancer_facts {
	struct facts facts;
	bool found, instances_found, instances_running, backend_exists;
	struct load_balancer balancer;
	int64_t n_backends; /* that there would be */
};

#define BALANCER_ROW(name, condition)                                            \
	static bool balancer_##name(const struct work *work, const void *facts_) \
	{                                                                        \
		const struct balancer_facts *f = facts_;                         \
                                                                                 \
		(void)work;                                                      \
		return (condition);                                              \
	}

BALANCER_ROW(unknown, !f->found)
BALANCER_ROW(locked, f->balancer.status == BALANCER_LOCKED)
BALANCER_ROW(instance_unknown, !f->instances_found)
BALANCER_ROW(instance_not_running, !f->instances_running)
BALANCER_ROW(backend_exists, f->backend_exists)
BALANCER_ROW(full, f->n_backends > BACKENDS_MAX)

static const struct check status_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ balancer_unknown, REFUSE_BALANCER_UNKNOWN, ABOUT_NOTHING },
	{ balancer_locked, REFUSE_BALANCER_LOCKED, ABOUT_NOTHING },
};

bool balancer_set_status(struct work *work, const char *id, enum balancer_status status)
{
	struct balancer_facts f = { 0 };

	f.found = find_load_balancer(work, id, &f.balancer);
	if (!work_check(work, status_checks, COUNT_OF(status_checks), &f))
		return false;
	f.balancer.status = status;
	load_balancer_put(work->txn, &f.balancer);
	return true;
}

static const struct check add_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ balancer_unknown, REFUSE_BALANCER_UNKNOWN, ABOUT_NOTHING },
	{ balancer_locked, REFUSE_BALANCER_LOCKED, ABOUT_NOTHING },
	{ balancer_instance_unknown, REFUSE_INSTANCE_UNKNOWN, ABOUT_INSTANCE },
	{ balancer_instance_not_running, REFUSE_INSTANCE_NOT_RUNNING, ABOUT_INSTANCE },
	{ balancer_backend_exists, REFUSE_BACKEND_EXISTS, ABOUT_INSTANCE },
	{ balancer_full, REFUSE_BALANCER_FULL, ABOUT_NOTHING },
};

static const struct check remove_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ balancer_unknown, REFUSE_BALANCER_UNKNOWN, ABOUT_NOTHING },
	{ balancer_locked, REFUSE_BALANCER_LOCKED, ABOUT_NOTHING },
};

static bool is_named_before(const struct backends_args *args, size_t i)
{
	size_t j;

	for (j = 0; j < i; j++) {
		if (text_equal(args->backends[j].instance, args->backends[i].instance))
			return true;
	}
	return false;
}

/* Of the instances that are to be added; facts.instance_id is the one that the first row is about which applies. */
static void look_at_instances(struct work *work, const struct backends_args *args, struct balancer_facts *f)
{
	const char *resting = NULL;
	const char *there = NULL;
	size_t i;

	f->instances_found = true;
	f->n_backends = backend_count(work->txn, args->balancer);
	for (i = 0; i < args->n_backends && f->instances_found; i++) {
		const char *id = args->backends[i].instance;
		struct instance instance;
		struct backend backend;

		f->facts.instance_id = id;
		f->instances_found = find_instance(work, id, &instance);
		if (f->instances_found && instance.state != INSTANCE_RUNNING && !resting)
			resting = id;
		if (backend_get(work->txn, args->balancer, id, &backend) && !there)
			there = id;
		f->n_backends += !is_named_before(args, i);
	}
	f->instances_running = !resting;
	f->backend_exists = there != NULL;
	if (f->instances_found)
		f->facts.instance_id = resting ? resting : there;
}

bool backends_add(struct work *work, const struct backends_args *args)
{
	struct balancer_facts f = { 0 };
	size_t i;

	f.found = find_load_balancer(work, args->balancer, &f.balancer);
	if (f.found)
		look_at_instances(work, args, &f);
	if (!work_check(work, add_checks, COUNT_OF(add_checks), &f))
		return false;
	for (i = 0; i < args->n_backends; i++) {
		const struct backend_args *wanted = &args->backends[i];

		if (is_named_before(args, i))
			continue;
		backend_put(work->txn, &(struct backend){
					       .balancer = f.balancer.id,
					       .instance = wanted->instance,
					       .account = f.balancer.tenant.account,
					       .weight = wanted->weight,
					       .description = wanted->description,
					       .created_at = work->now,
				       });
	}
	return true;
}

bool backends_remove(struct work *work, const struct backends_args *args)
{
	struct balancer_facts f = { 0 };
	size_t i;

	f.found = find_load_balancer(work, args->balancer, &f.balancer);
	if (!work_check(work, remove_checks, COUNT_OF(remove_checks), &f))
		return false;
	for (i = 0; i < args->n_backends; i++)
		backend_delete(work->txn, args->balancer, args->backends[i].instance);
	return true;
}
