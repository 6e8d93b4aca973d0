-- Scaling groups, what they are made of, and what happened in them.

CREATE TABLE scaling_group (
	id TEXT NOT NULL PRIMARY KEY,
	realm TEXT NOT NULL,
	account TEXT NOT NULL,
	scope TEXT NOT NULL,
	region TEXT NOT NULL,
	name TEXT NOT NULL,
	state TEXT NOT NULL,
	min_size BIGINT NOT NULL,
	max_size BIGINT NOT NULL,
	desired_given INTEGER NOT NULL,
	desired_capacity BIGINT NOT NULL,
	default_cooldown BIGINT NOT NULL,
	cooldown_until BIGINT NOT NULL,
	health_check TEXT NOT NULL,
	removal_policies TEXT NOT NULL,
	multi_zone_policy TEXT NOT NULL,
	scaling_policy TEXT NOT NULL,
	configuration TEXT NOT NULL,
	vpc TEXT NOT NULL,
	vswitches TEXT NOT NULL,
	load_balancers TEXT NOT NULL,
	db_instances TEXT NOT NULL,
	suspended TEXT NOT NULL,
	group_type TEXT NOT NULL,
	resource_group TEXT NOT NULL,
	deletion_protection INTEGER NOT NULL,
	max_instance_lifetime BIGINT NOT NULL,
	stop_instance_timeout BIGINT NOT NULL,
	retry_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	modified_at BIGINT NOT NULL
);

CREATE INDEX scaling_group_list ON scaling_group (account, region, created_at, id);
CREATE UNIQUE INDEX scaling_group_name ON scaling_group (account, region, scope, realm, name);

CREATE TABLE scaling_configuration (
	id TEXT NOT NULL PRIMARY KEY,
	realm TEXT NOT NULL,
	account TEXT NOT NULL,
	scope TEXT NOT NULL,
	region TEXT NOT NULL,
	scaling_group TEXT NOT NULL,
	name TEXT NOT NULL,
	image TEXT NOT NULL,
	image_name TEXT NOT NULL,
	types TEXT NOT NULL,
	instance_name TEXT NOT NULL,
	instance_description TEXT NOT NULL,
	host_name TEXT NOT NULL,
	security_groups TEXT NOT NULL,
	key_pair TEXT NOT NULL,
	user_data TEXT NOT NULL,
	ram_role TEXT NOT NULL,
	tags TEXT NOT NULL,
	resource_group TEXT NOT NULL,
	internet_charge_type TEXT NOT NULL,
	internet_max_bandwidth_in BIGINT NOT NULL,
	internet_max_bandwidth_out BIGINT NOT NULL,
	spot_strategy TEXT NOT NULL,
	zone TEXT NOT NULL,
	deletion_protection INTEGER NOT NULL,
	weight BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	modified_at BIGINT NOT NULL
);

CREATE INDEX scaling_configuration_list ON scaling_configuration (account, region, created_at, id);
CREATE UNIQUE INDEX scaling_configuration_name ON scaling_configuration (scaling_group, name);

CREATE TABLE scaling_disk (
	configuration TEXT NOT NULL,
	position BIGINT NOT NULL,
	account TEXT NOT NULL,
	category TEXT NOT NULL,
	performance_level TEXT NOT NULL,
	size_gib BIGINT NOT NULL,
	name TEXT NOT NULL,
	description TEXT NOT NULL,
	device TEXT NOT NULL,
	snapshot TEXT NOT NULL,
	kms_key TEXT NOT NULL,
	auto_snapshot_policy TEXT NOT NULL,
	encrypted_given INTEGER NOT NULL,
	encrypted INTEGER NOT NULL,
	bursting INTEGER NOT NULL,
	keep INTEGER NOT NULL,
	provisioned_iops BIGINT NOT NULL,
	PRIMARY KEY (configuration, position)
);

-- The key is the instance's id: it is in one group at most.
CREATE TABLE scaling_member (
	id TEXT NOT NULL PRIMARY KEY,
	realm TEXT NOT NULL,
	account TEXT NOT NULL,
	scope TEXT NOT NULL,
	region TEXT NOT NULL,
	scaling_group TEXT NOT NULL,
	state TEXT NOT NULL,
	was TEXT NOT NULL,
	creation TEXT NOT NULL,
	health TEXT NOT NULL,
	entrusted INTEGER NOT NULL,
	weight BIGINT NOT NULL,
	configuration TEXT NOT NULL,
	activity TEXT NOT NULL,
	created_at BIGINT NOT NULL
);

CREATE INDEX scaling_member_list ON scaling_member (account, region, created_at, id);
CREATE INDEX scaling_member_of_group ON scaling_member (scaling_group);

CREATE TABLE scaling_rule (
	id TEXT NOT NULL PRIMARY KEY,
	realm TEXT NOT NULL,
	account TEXT NOT NULL,
	scope TEXT NOT NULL,
	region TEXT NOT NULL,
	scaling_group TEXT NOT NULL,
	name TEXT NOT NULL,
	type TEXT NOT NULL,
	adjustment TEXT NOT NULL,
	value BIGINT NOT NULL,
	cooldown_given INTEGER NOT NULL,
	cooldown BIGINT NOT NULL,
	min_magnitude BIGINT NOT NULL,
	warmup BIGINT NOT NULL,
	steps TEXT NOT NULL,
	created_at BIGINT NOT NULL
);

CREATE INDEX scaling_rule_list ON scaling_rule (account, region, created_at, id);
CREATE UNIQUE INDEX scaling_rule_name ON scaling_rule (scaling_group, name);

CREATE TABLE lifecycle_hook (
	id TEXT NOT NULL PRIMARY KEY,
	realm TEXT NOT NULL,
	account TEXT NOT NULL,
	scope TEXT NOT NULL,
	region TEXT NOT NULL,
	scaling_group TEXT NOT NULL,
	name TEXT NOT NULL,
	transition TEXT NOT NULL,
	default_result TEXT NOT NULL,
	timeout BIGINT NOT NULL,
	disabled INTEGER NOT NULL,
	notification_arn TEXT NOT NULL,
	notification_metadata TEXT NOT NULL,
	created_at BIGINT NOT NULL
);

CREATE INDEX lifecycle_hook_list ON lifecycle_hook (account, region, created_at, id);
CREATE UNIQUE INDEX lifecycle_hook_name ON lifecycle_hook (scaling_group, name);

CREATE TABLE lifecycle_action (
	id TEXT NOT NULL PRIMARY KEY,
	realm TEXT NOT NULL,
	account TEXT NOT NULL,
	scope TEXT NOT NULL,
	region TEXT NOT NULL,
	hook TEXT NOT NULL,
	activity TEXT NOT NULL,
	instances TEXT NOT NULL,
	state TEXT NOT NULL,
	result TEXT NOT NULL,
	due_at BIGINT NOT NULL,
	created_at BIGINT NOT NULL
);

CREATE INDEX lifecycle_action_of_activity ON lifecycle_action (activity);

CREATE TABLE scaling_activity (
	id TEXT NOT NULL PRIMARY KEY,
	realm TEXT NOT NULL,
	account TEXT NOT NULL,
	scope TEXT NOT NULL,
	region TEXT NOT NULL,
	scaling_group TEXT NOT NULL,
	kind TEXT NOT NULL,
	state TEXT NOT NULL,
	step TEXT NOT NULL,
	cause TEXT NOT NULL,
	source TEXT NOT NULL,
	metadata TEXT NOT NULL,
	amount BIGINT NOT NULL,
	done BIGINT NOT NULL,
	total_before BIGINT NOT NULL,
	total_after BIGINT NOT NULL,
	created_after BIGINT NOT NULL,
	attached_after BIGINT NOT NULL,
	named TEXT NOT NULL,
	created TEXT NOT NULL,
	destroyed TEXT NOT NULL,
	failed TEXT NOT NULL,
	ignored TEXT NOT NULL,
	reason TEXT NOT NULL,
	message TEXT NOT NULL,
	leaves_balancers INTEGER NOT NULL,
	lowers_desired INTEGER NOT NULL,
	asks_hooks INTEGER NOT NULL,
	cooldown BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	ended_at BIGINT NOT NULL
);

-- One at a time in a group.
CREATE UNIQUE INDEX scaling_activity_open ON scaling_activity (scaling_group) WHERE state = 'in-progress';
CREATE INDEX scaling_activity_list ON scaling_activity (account, region, created_at, id);
CREATE INDEX scaling_activity_of_group ON scaling_activity (scaling_group, created_at, id);

-- The group that the job works for.
ALTER TABLE job ADD COLUMN scaling_group TEXT NOT NULL DEFAULT '';
