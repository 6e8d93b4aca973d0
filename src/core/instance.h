/* Instances: made, started, stopped, released, together with the disks that come and go with them. */
#ifndef CORE_INSTANCE_H
#define CORE_INSTANCE_H

#include "core/disk.h"

struct instance_disk_args {
	const char *category;
	const char *performance_level;
	bool size_given;
	int64_t size_gib;
	const char *name;
	const char *description;
	const char *device;
	const char *snapshot;
	const char *kms_key;
	bool encrypted_given;
	bool encrypted;
	bool bursting;
	int64_t provisioned_iops;
	bool keep; /* DeleteWithInstance=false */
	bool scsi;
	bool multi_attach;
};

struct instance_create_args {
	const char *zone; /* NULL: the region's first */
	const char *image;
	const char *type;
	const char *name;
	const char *description;
	const char *host_name;
	const char *security_groups; /* comma separated */
	const char *vswitch; /* its zone and its VPC are the instance's */
	const char *vpc;     /* only where networks are names (core/realm.h) */
	const char *private_ip;
	const char *key_pair;
	const char *user_data;
	const char *resource_group;
	const char *internet_charge_type;
	int64_t internet_max_bandwidth_in, internet_max_bandwidth_out;
	const char *spot_strategy;
	bool pre_paid;
	int64_t paid_months;
	bool deletion_protection;
	int64_t auto_release_at;
	bool stays_off; /* built, and not started */
	int64_t amount;
	bool unique_suffix; /* names get 001, 002, ... */
	const char *suffix_joint; /* between a name and its number; NULL: nothing */
	int suffix_width;         /* digits of the number; 0: 3 */
	struct instance_disk_args system_disk;
	const struct instance_disk_args *data_disks;
	size_t n_data_disks;
	const struct tag *tags;
	size_t n_tags;
};

/* Makes `amount` instances with their disks; each is a job of its own. */
bool instance_create(struct work *work, const struct instance_create_args *args, const char ***ret_ids);

bool instance_start(struct work *work, const char *id);

struct instance_stop_args {
	const char *instance;
	bool force;
	const char *stopped_mode; /* NULL: KeepCharging */
};
bool instance_stop(struct work *work, const struct instance_stop_args *args);

struct instance_reboot_args {
	const char *instance;
	bool force; /* the guest is not asked */
};

/* RebootInstance: off and on again; Starting until it runs (aliyun: RebootInstance page of 2026, "Operation description").
 * Detaches under way are brought to their end while the machine is off. */
bool instance_reboot(struct work *work, const struct instance_reboot_args *args);

/* After a detach has ended in whatever way: a reboot that waited for it goes on. */
void instance_reboot_resume(struct work *work, const char *instance);

struct instance_release_args {
	const char *instance;
	bool force;                  /* also while running */
	bool terminate_subscription; /* also while PrePaid and unexpired */
	bool with_data_disks;        /* those that are not shared go along, whatever was agreed on before */
};
bool instance_release(struct work *work, const struct instance_release_args *args);

#define INSTANCE_BATCH_MAX 100

enum instance_batch_verb { BATCH_START, BATCH_STOP, BATCH_REBOOT, BATCH_RELEASE };

struct instance_batch_args {
	enum instance_batch_verb verb;
	const char *const *instances; /* one that is named twice counts once */
	size_t n;
	size_t max;               /* 0: INSTANCE_BATCH_MAX */
	bool all_together;        /* all or none; else each by itself */
	bool force;
	const char *stopped_mode; /* stop */
	bool terminate_subscription; /* release */
	bool with_data_disks;        /* release */
};

/* What became of one of them. */
struct instance_batch_item {
	const char *instance;
	struct refusal refusal; /* reason NONE: done */
	enum instance_state before, after; /* if it was done */
};

/* The verb for each of them in one transaction. `ret` gets an item for each different instance, in the order they were
 * named. False, refused: none or too many instances, or all together and one of them was refused. */
bool instance_batch(struct work *work, const struct instance_batch_args *args, struct instance_batch_item **ret,
                    size_t *ret_n);

/* Of texts NULL leaves what is there. */
struct instance_modify_args {
	const char *instance;
	const char *name;
	const char *description;
	const char *host_name;
	bool password_given;
	const char *user_data;
	const char *security_groups; /* comma separated */
	int deletion_protection;     /* 0, 1, or -1 */
};

/* ModifyInstanceAttribute: at once, without a job. */
bool instance_modify(struct work *work, const struct instance_modify_args *args);

/* What the rows of an instance's verbs share: see instance.c. */

/* A job of that kind for the instance, REQUESTED, alone on it. */
struct job instance_job(struct work *work, const struct instance *instance, enum job_kind kind);

void instance_set_state(struct work *work, const char *id, enum instance_state state);

/* Running as before: what was to end that came to nothing, and its StartedTime is the old one. */
void instance_stays_on(struct work *work, const char *id);

void instance_plan_one(struct work *work, const struct job *job, enum driver_act act, struct job_plan *ret);

/* A machine that is off holds nothing: detaches that wait for its guest complete at once. Returns how many there are. */
size_t instance_hurry_detaches(struct work *work, const char *instance);

/* Opens the job that waits for the instance's AutoReleaseTime, if it has one. */
void instance_arm_auto_release(struct work *work, const struct instance *instance);

void instance_create_plan(struct work *work, const struct job *job, struct job_plan *ret);
void instance_create_done(struct work *work, struct job *job);
void instance_create_failed(struct work *work, struct job *job);
void instance_start_plan(struct work *work, const struct job *job, struct job_plan *ret);
void instance_start_done(struct work *work, struct job *job);
void instance_start_failed(struct work *work, struct job *job);
void instance_stop_plan(struct work *work, const struct job *job, struct job_plan *ret);
void instance_stop_done(struct work *work, struct job *job);
void instance_stop_failed(struct work *work, struct job *job);
void instance_reboot_plan(struct work *work, const struct job *job, struct job_plan *ret);
void instance_reboot_done(struct work *work, struct job *job);
void instance_reboot_failed(struct work *work, struct job *job);
void instance_delete_plan(struct work *work, const struct job *job, struct job_plan *ret);
void instance_delete_done(struct work *work, struct job *job);
void instance_delete_failed(struct work *work, struct job *job);

void instance_auto_release_plan(struct work *work, const struct job *job, struct job_plan *ret);
void instance_auto_release_done(struct work *work, struct job *job);

#endif
