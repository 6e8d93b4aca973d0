/* A world with a runner (instances_fixture.h) and scaling groups: rows, verbs with their everyday arguments, and what has become
 * of a group. */
#ifndef TESTS_SCALING_FIXTURE_H
#define TESTS_SCALING_FIXTURE_H

#include "core/scaling.h"
#include "instances_fixture.h"

/* Active, from 0 to 10 members, with the configuration "asc-ID" of one data disk. */
struct scaling_group world_group(const char *id);
void put_group(struct world *world, struct scaling_group group);
struct scaling_group get_group(struct world *world, const char *id);
bool has_group(struct world *world, const char *id);

/* A member in service; the instance is put as well, running. */
void put_member(struct world *world, const char *group, const char *instance, enum scaling_creation creation);
void change_member(struct world *world, const char *instance, enum scaling_member_state state, enum scaling_health health);
void put_changed_member(struct world *world, struct scaling_member member);
bool get_member(struct world *world, const char *instance, struct scaling_member *ret);

/* Members in that state (-1: any), oldest first. */
size_t members_of(struct world *world, const char *group, int state, struct scaling_member **ret);

/* The newest. */
struct scaling_activity last_activity(struct world *world, const char *group);
size_t count_activities(struct world *world, const char *group);

/* The instances are put, running, and named "i-1" to "i-N". */
enum refusal_reason do_attach_members(struct world *world, const char *group, int n);
enum refusal_reason do_detach_member(struct world *world, const char *group, const char *instance);
enum refusal_reason do_remove_member(struct world *world, const char *group, const char *instance);
enum refusal_reason do_adjust(struct world *world, const char *group, enum scaling_adjustment type, int64_t value);
enum refusal_reason do_delete_group(struct world *world, const char *group, bool force);

/* The group is compared with what it is to be. */
void look_at_group(struct world *world, const char *group);

/* How an activity ended. */
void expect_activity(struct scaling_activity activity, enum scaling_activity_kind kind, enum scaling_activity_state state,
                     int64_t done);

#endif
