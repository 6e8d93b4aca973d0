/* A verb for several instances at once: all of them or none, or each by itself. */
#include "base/text.h"
#include "core/instance.h"

struct batch_facts {
	struct facts facts;
	const struct instance_batch_args *args;
};

static bool batch_empty(const struct work *work, const void *facts)
{
	(void)work;
	return ((const struct batch_facts *)facts)->args->n == 0;
}

static bool batch_too_large(const struct work *work, const void *facts)
{
	const struct instance_batch_args *args = ((const struct batch_facts *)facts)->args;

	(void)work;
	return args->n > (args->max ? args->max : INSTANCE_BATCH_MAX);
}

static const struct check batch_checks[] = {
	{ check_region_unknown, REFUSE_REGION_UNKNOWN, ABOUT_REGION },
	{ batch_empty, REFUSE_BATCH_EMPTY, ABOUT_NOTHING },
	{ batch_too_large, REFUSE_BATCH_TOO_LARGE, ABOUT_NOTHING },
};

static bool run_one(struct work *work, const struct instance_batch_args *args, const char *id)
{
	switch (args->verb) {
	case BATCH_START:
		return instance_start(work, id);
	case BATCH_STOP:
		return instance_stop(work, &(struct instance_stop_args){ id, args->force, args->stopped_mode });
	case BATCH_REBOOT:
		return instance_reboot(work, &(struct instance_reboot_args){ id, args->force });
	case BATCH_RELEASE:
		break;
	}
	return instance_release(work, &(struct instance_release_args){
		.instance = id,
		.force = args->force,
		.terminate_subscription = args->terminate_subscription,
		.with_data_disks = args->with_data_disks,
	});
}

static enum instance_state state_of(struct work *work, const char *id)
{
	struct instance instance;

	return find_instance(work, id, &instance) ? instance.state : INSTANCE_STATE_MAX;
}

static bool is_named_before(const struct instance_batch_args *args, size_t at)
{
	size_t i;

	for (i = 0; i < at; i++) {
		if (text_equal(args->instances[i], args->instances[at]))
			return true;
	}
	return false;
}

bool instance_batch(struct work *work, const struct instance_batch_args *args, struct instance_batch_item **ret,
                    size_t *ret_n)
{
	struct batch_facts f = { .args = args };
	struct instance_batch_item *items;
	size_t n = 0;
	size_t i;

	if (!work_check(work, batch_checks, COUNT_OF(batch_checks), &f))
		return false;
	items = arena_array(work->arena, struct instance_batch_item, args->n);
	for (i = 0; i < args->n; i++) {
		struct instance_batch_item *item = &items[n];

		if (is_named_before(args, i))
			continue;
		n++;
		item->instance = args->instances[i];
		item->before = state_of(work, item->instance);
		if (run_one(work, args, item->instance)) {
			item->after = state_of(work, item->instance);
			continue;
		}
		if (args->all_together)
			return false;
		/* A verb that refuses has changed nothing: the others go on. */
		item->refusal = work->refusal;
		work->refusal = (struct refusal){ 0 };
	}
	*ret = items;
	*ret_n = n;
	return true;
}
