/* The other half of core_fixture.h: verbs, and jobs that the test answers. */
#include "core_fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* ---- verbs ---- */

static bool run_attach(struct work *work, void *args)
{
	return disk_attach(work, args);
}

static bool run_detach(struct work *work, void *args)
{
	return disk_detach(work, args);
}

static bool run_delete_disk(struct work *work, void *args)
{
	return disk_delete_verb(work, args);
}

static bool run_start(struct work *work, void *args)
{
	return instance_start(work, args);
}

static bool run_stop(struct work *work, void *args)
{
	return instance_stop(work, args);
}

static bool run_reboot(struct work *work, void *args)
{
	return instance_reboot(work, args);
}

static bool run_release(struct work *work, void *args)
{
	return instance_release(work, args);
}

static bool run_create_disk(struct work *work, void *args)
{
	struct create_disk *create = args;
	const char *id;

	if (!disk_create(work, &create->args, &id))
		return false;
	snprintf(create->id, sizeof create->id, "%s", id);
	return true;
}

static bool run_create_instance(struct work *work, void *args)
{
	struct create_instance *create = args;
	const char **ids;

	if (!instance_create(work, &create->args, &ids))
		return false;
	snprintf(create->id, sizeof create->id, "%s", ids[0]);
	return true;
}

enum refusal_reason do_attach_args(struct world *world, struct attach_args args)
{
	return world_change(world, run_attach, &args);
}

enum refusal_reason do_detach_args(struct world *world, struct detach_args args)
{
	return world_change(world, run_detach, &args);
}

enum refusal_reason do_attach(struct world *world, const char *disk, const char *instance)
{
	return do_attach_args(world, (struct attach_args){ .disk = disk, .instance = instance });
}

enum refusal_reason do_detach(struct world *world, const char *disk, const char *instance)
{
	return do_detach_args(world, (struct detach_args){ .disk = disk, .instance = instance });
}

enum refusal_reason do_delete_disk(struct world *world, const char *disk)
{
	return world_change(world, run_delete_disk, (void *)(uintptr_t)disk);
}

enum refusal_reason do_start(struct world *world, const char *instance)
{
	return world_change(world, run_start, (void *)(uintptr_t)instance);
}

enum refusal_reason do_stop(struct world *world, const char *instance)
{
	struct instance_stop_args args = { .instance = instance };

	return world_change(world, run_stop, &args);
}

enum refusal_reason do_reboot(struct world *world, const char *instance)
{
	struct instance_reboot_args args = { .instance = instance };

	return world_change(world, run_reboot, &args);
}

enum refusal_reason do_release(struct world *world, const char *instance, bool force)
{
	struct instance_release_args args = { .instance = instance, .force = force, .terminate_subscription = true };

	return world_change(world, run_release, &args);
}

enum refusal_reason do_create_disk(struct world *world, struct create_disk *create)
{
	return world_change(world, run_create_disk, create);
}

enum refusal_reason do_create_instance(struct world *world, struct create_instance *create)
{
	struct tenant tenant = world->caller.tenant;
	enum refusal_reason reason;

	if (!create->args.image)
		create->args.image = "debian_12_6_x64_20G_alibase_20240819.vhd";
	if (!create->args.type)
		create->args.type = "ecs.g7.large";
	if (!create->args.amount)
		create->args.amount = 1;
	world->caller.tenant.region = WORLD_REGION;
	reason = world_change(world, run_create_instance, create);
	world->caller.tenant = tenant;
	return reason;
}

/* ---- jobs ---- */

const char *begun_job(struct world *world)
{
	assert_true(world->n_tickets > 0);
	return world->tickets[world->n_tickets - 1].job;
}

struct answer {
	const char *id;
	int64_t fence;
	struct driver_reply reply;
	bool counted;
};

static bool run_answer(struct work *work, void *args)
{
	struct answer *answer = args;
	struct job job;

	work->caller = (struct caller){ .key_id = "cleat" };
	answer->counted = job_settle(work, answer->id, answer->fence, &answer->reply, &job);
	return true;
}

bool answer_job(struct world *world, const char *id, int64_t fence, enum driver_answer answer, const char *reason,
                const char *message)
{
	struct answer one = { .id = id, .fence = fence, .reply = { .answer = answer } };

	snprintf(one.reply.reason, sizeof one.reply.reason, "%s", text_or(reason, ""));
	snprintf(one.reply.message, sizeof one.reply.message, "%s", text_or(message, ""));
	assert_int_equal(world_change(world, run_answer, &one), REFUSE_NONE);
	return one.counted;
}

struct planning {
	const char *id;
	struct job_plan plan;
};

static bool run_plan(struct work *work, void *args)
{
	struct planning *planning = args;
	struct job job;

	planning->plan = (struct job_plan){ 0 };
	if (job_get(work->txn, planning->id, &job))
		job_kinds[job.kind].plan(work, &job, &planning->plan);
	return true;
}

struct plan plan_of(struct world *world, const char *id)
{
	struct planning planning = { .id = id };

	world_look(world, run_plan, &planning);
	return (struct plan){ planning.plan.calls, planning.plan.n };
}

bool plan_has(struct plan plan, enum driver_act act, const char *disk)
{
	size_t i;

	for (i = 0; i < plan.n; i++) {
		if (plan.calls[i].act == act && (!disk || text_equal(plan.calls[i].disk, disk)))
			return true;
	}
	return false;
}

void finish_jobs(struct world *world)
{
	bool any = true;

	while (any) {
		struct job *jobs;
		size_t n = open_jobs(world, NULL, NULL, &jobs);
		size_t i;

		any = false;
		for (i = 0; i < n; i++) {
			if (jobs[i].due_at > world->now)
				continue;
			any = true;
			answer_job(world, jobs[i].id, jobs[i].lease_fence, DRIVER_DONE, NULL, NULL);
		}
	}
}
