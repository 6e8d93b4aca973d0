/* The steps of an activity of a scaling group: what each does when it begins and when it is over. Which comes when, and how
 * long it takes, is core/scaling_activity.c's. */
#ifndef CORE_SCALING_RUN_H
#define CORE_SCALING_RUN_H

#include "core/scaling.h"

/* An activity at one commit. What a step changes of `activity` is written by who calls it; members it writes itself. */
struct scaling_run {
	struct scaling_group group;
	struct scaling_activity activity;
	struct scaling_member *members; /* that the activity has brought or moves */
	size_t n;
	const char **failed; /* of them, in this step: noted in the activity once it is over (scaling_run_note) */
	size_t n_failed;
	int64_t at; /* when the step was due */
};

bool scaling_member_comes(const struct scaling_member *member);
bool scaling_member_goes(const struct scaling_member *member);

/* What failed in the step is written into the activity, and forgotten here. */
void scaling_run_note(struct work *work, struct scaling_run *run);

/* Puts one member back: what came is gone again (and released if the group made it), what was to go stays as it was. */
void scaling_run_fail(struct work *work, struct scaling_run *run, struct scaling_member *member, enum refusal_reason reason,
                      const char *message);

/* BUILD: instances are made by the group's configuration. */
bool scaling_build_needed(struct work *work, struct scaling_run *run);
void scaling_build_enter(struct work *work, struct scaling_run *run);
bool scaling_build_over(struct work *work, struct scaling_run *run, int64_t *ret_due);

/* HOOK: lifecycle hooks hold those that come and go, until they are told how to go on or their time is over. */
bool scaling_hook_needed(struct work *work, struct scaling_run *run);
void scaling_hook_enter(struct work *work, struct scaling_run *run);
bool scaling_hook_over(struct work *work, struct scaling_run *run, int64_t *ret_due);

/* DRAIN: balancers send nothing new to those that go. */
bool scaling_drain_needed(struct work *work, struct scaling_run *run);
void scaling_drain_enter(struct work *work, struct scaling_run *run);

/* SWITCH: those that come are in service, those that go and live on are out. */
void scaling_switch_enter(struct work *work, struct scaling_run *run);

/* RELEASE: the instances of those that go are released. */
bool scaling_release_needed(struct work *work, struct scaling_run *run);
void scaling_release_enter(struct work *work, struct scaling_run *run);
bool scaling_release_over(struct work *work, struct scaling_run *run, int64_t *ret_due);

#endif
