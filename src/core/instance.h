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
	bool encrypted;
	bool bursting;
	int64_t provisioned_iops;
	bool keep; /* DeleteWithInstance=false */
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
	int64_t amount;
	bool unique_suffix; /* names get 001, 002, ... */
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

struct instance_release_args {
	const char *instance;
	bool force;                  /* also while running */
	bool terminate_subscription; /* also while PrePaid and unexpired */
};
bool instance_release(struct work *work, const struct instance_release_args *args);

void instance_create_plan(struct work *work, const struct job *job, struct job_plan *ret);
void instance_create_done(struct work *work, struct job *job);
void instance_create_failed(struct work *work, struct job *job);
void instance_start_plan(struct work *work, const struct job *job, struct job_plan *ret);
void instance_start_done(struct work *work, struct job *job);
void instance_start_failed(struct work *work, struct job *job);
void instance_stop_plan(struct work *work, const struct job *job, struct job_plan *ret);
void instance_stop_done(struct work *work, struct job *job);
void instance_stop_failed(struct work *work, struct job *job);
void instance_delete_plan(struct work *work, const struct job *job, struct job_plan *ret);
void instance_delete_done(struct work *work, struct job *job);
void instance_delete_failed(struct work *work, struct job *job);

void instance_auto_release_plan(struct work *work, const struct job *job, struct job_plan *ret);
void instance_auto_release_done(struct work *work, struct job *job);

#endif
