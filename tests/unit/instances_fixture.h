/* A world with a runner (jobs_fixture.h), and what tests of instances and their events share. */
#ifndef TESTS_INSTANCES_FIXTURE_H
#define TESTS_INSTANCES_FIXTURE_H

#include "jobs_fixture.h"

/* A verb was carried out, or refused with that reason. */
void must(enum refusal_reason reason);
void refused(enum refusal_reason got, enum refusal_reason expected);

/* The next call of that act fails: "no room". */
void fail_next(struct world *world, enum driver_act act);

/* Running, with the system disk ID-system and the data disk ID-data. */
void put_whole_instance(struct world *world, const char *id);
void set_instance_state(struct world *world, const char *id, enum instance_state state);
void set_instance_locks(struct world *world, const char *id, const char *locks);

/* To be made, with one data disk. */
struct create_instance with_a_disk(bool stays_off);

/* Events about an instance, newest first; the only one; and what it must say. */
size_t events_of(struct world *world, const char *instance, struct event **ret);
struct event only_event(struct world *world, const char *instance);
void expect_event(struct event event, enum job_kind kind, enum event_outcome outcome, const char *reason,
                  const char *message);

#endif
