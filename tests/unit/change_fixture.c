#include "change_fixture.h"

#include <stdio.h>

struct snapshot world_snapshot(const char *id, const char *disk)
{
	return (struct snapshot){
		.id = id,
		.tenant = tenant_of("1000"),
		.driver = "fake",
		.disk = disk,
		.disk_category = "cloud_essd",
		.size_gib = 20,
		.state = SNAPSHOT_ACCOMPLISHED,
		.name = id,
		.category = "Standard",
		.created_at = WORLD_NOW,
		.accomplished_at = WORLD_NOW,
	};
}

static bool write_snapshot(struct work *work, void *args)
{
	snapshot_put(work->txn, args);
	return true;
}

void put_snapshot(struct world *world, struct snapshot snapshot)
{
	assert_int_equal(world_change(world, write_snapshot, &snapshot), REFUSE_NONE);
}

struct find {
	const char *id;
	bool found;
	struct snapshot snapshot;
};

static bool find_one(struct work *work, void *args)
{
	struct find *find = args;

	find->found = snapshot_get(work->txn, find->id, &find->snapshot);
	return true;
}

bool has_snapshot(struct world *world, const char *id)
{
	struct find find = { .id = id };

	world_look(world, find_one, &find);
	return find.found;
}

struct snapshot get_snapshot(struct world *world, const char *id)
{
	struct find find = { .id = id };

	world_look(world, find_one, &find);
	if (!find.found)
		fail_msg("there is no %s", id);
	return find.snapshot;
}

/* ---- verbs ---- */

static bool run_modify(struct work *work, void *args)
{
	return disk_modify(work, args);
}

enum refusal_reason do_modify(struct world *world, struct disk_modify_args args)
{
	return world_change(world, run_modify, &args);
}

struct disk_modify_args modify_args(const char *const *disks, size_t n)
{
	return (struct disk_modify_args){
		.disks = disks,
		.n_disks = n,
		.delete_with_instance = -1,
		.delete_auto_snapshot = -1,
		.enable_auto_snapshot = -1,
		.bursting = -1,
	};
}

static bool run_resize(struct work *work, void *args)
{
	return disk_resize(work, args);
}

enum refusal_reason do_resize(struct world *world, const char *disk, int64_t size_gib, bool online)
{
	struct disk_resize_args args = { disk, size_gib, online };

	return world_change(world, run_resize, &args);
}

static bool run_charge(struct work *work, void *args)
{
	return disk_charge(work, args);
}

enum refusal_reason do_charge(struct world *world, struct disk_charge_args args)
{
	return world_change(world, run_charge, &args);
}

static bool run_spec(struct work *work, void *args)
{
	const char *job;

	return disk_spec(work, args, &job);
}

enum refusal_reason do_spec(struct world *world, struct disk_spec_args args)
{
	return world_change(world, run_spec, &args);
}

static bool run_reinit(struct work *work, void *args)
{
	return disk_reinit(work, args);
}

enum refusal_reason do_reinit(struct world *world, const char *disk, bool then_start)
{
	struct disk_reinit_args args = { disk, then_start };

	return world_change(world, run_reinit, &args);
}

static bool run_reset(struct work *work, void *args)
{
	return disk_reset(work, args);
}

enum refusal_reason do_reset(struct world *world, const char *disk, const char *snapshot)
{
	struct disk_reset_args args = { disk, snapshot };

	return world_change(world, run_reset, &args);
}

static bool run_replace(struct work *work, void *args)
{
	struct replace_disk *replace = args;
	const char *id;

	if (!system_disk_replace(work, &replace->args, &id))
		return false;
	snprintf(replace->id, sizeof replace->id, "%s", id);
	return true;
}

enum refusal_reason do_replace(struct world *world, struct replace_disk *replace)
{
	return world_change(world, run_replace, replace);
}

static bool run_create_snapshot(struct work *work, void *args)
{
	struct create_snapshot *create = args;
	const char *id;

	if (!snapshot_create(work, &create->args, &id))
		return false;
	snprintf(create->id, sizeof create->id, "%s", id);
	return true;
}

enum refusal_reason do_create_snapshot(struct world *world, struct create_snapshot *create)
{
	return world_change(world, run_create_snapshot, create);
}

struct deletion {
	const char *id;
	bool force;
};

static bool run_delete_snapshot(struct work *work, void *args)
{
	const struct deletion *deletion = args;

	return snapshot_delete_verb(work, deletion->id, deletion->force);
}

enum refusal_reason do_delete_snapshot(struct world *world, const char *id, bool force)
{
	struct deletion deletion = { id, force };

	return world_change(world, run_delete_snapshot, &deletion);
}
