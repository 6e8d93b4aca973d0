/* core_fixture.h goes on: snapshots, and the verbs that change a disk that exists. */
#ifndef TESTS_CHANGE_FIXTURE_H
#define TESTS_CHANGE_FIXTURE_H

#include "core_fixture.h"

#include "core/disk_change.h"
#include "core/snapshot.h"

/* Accomplished, of that disk. */
struct snapshot world_snapshot(const char *id, const char *disk);
void put_snapshot(struct world *world, struct snapshot snapshot);
struct snapshot get_snapshot(struct world *world, const char *id); /* fails the test if there is none */
bool has_snapshot(struct world *world, const char *id);

enum refusal_reason do_modify(struct world *world, struct disk_modify_args args);
/* Changes nothing until a member is set. */
struct disk_modify_args modify_args(const char *const *disks, size_t n);
/* Asks for all that the args say; the job is the newest one of the disk. */
enum refusal_reason do_spec(struct world *world, struct disk_spec_args args);
enum refusal_reason do_charge(struct world *world, struct disk_charge_args args);
enum refusal_reason do_resize(struct world *world, const char *disk, int64_t size_gib, bool online);
enum refusal_reason do_reinit(struct world *world, const char *disk, bool then_start);
enum refusal_reason do_reset(struct world *world, const char *disk, const char *snapshot);

struct replace_disk {
	struct system_disk_replace_args args;
	char id[64]; /* of the new disk */
};
enum refusal_reason do_replace(struct world *world, struct replace_disk *replace);

struct create_snapshot {
	struct snapshot_create_args args;
	char id[64];
};
enum refusal_reason do_create_snapshot(struct world *world, struct create_snapshot *create);
enum refusal_reason do_delete_snapshot(struct world *world, const char *id, bool force);

#endif
