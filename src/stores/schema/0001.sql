-- The first schema. Plain SQL that SQLite and PostgreSQL both take: identifiers are made by Cleat, moments are
-- milliseconds since 1970, booleans are 0 or 1, enums are their names, a text that is absent is ''.
--
-- An index costs every change of a row that it covers, so there are only those that a list or a promise of
-- contract/store.h needs.

CREATE TABLE meta (
	key TEXT NOT NULL PRIMARY KEY,
	value TEXT NOT NULL
);

CREATE TABLE account (
	id TEXT NOT NULL PRIMARY KEY,
	realm TEXT NOT NULL,
	name TEXT NOT NULL,
	disk_white_list INTEGER NOT NULL,
	safe_detach INTEGER NOT NULL,
	created_at BIGINT NOT NULL
);

CREATE TABLE access_key (
	id TEXT NOT NULL PRIMARY KEY,
	account TEXT NOT NULL,
	secret TEXT NOT NULL,
	description TEXT NOT NULL,
	state TEXT NOT NULL,
	created_at BIGINT NOT NULL
);

CREATE TABLE instance (
	id TEXT NOT NULL PRIMARY KEY,
	realm TEXT NOT NULL,
	account TEXT NOT NULL,
	scope TEXT NOT NULL,
	region TEXT NOT NULL,
	driver TEXT NOT NULL,
	zone TEXT NOT NULL,
	kind TEXT NOT NULL,
	state TEXT NOT NULL,
	name TEXT NOT NULL,
	description TEXT NOT NULL,
	host_name TEXT NOT NULL,
	image TEXT NOT NULL,
	image_deleted INTEGER NOT NULL,
	type TEXT NOT NULL,
	charge_type TEXT NOT NULL,
	stopped_mode TEXT NOT NULL,
	deletion_protection INTEGER NOT NULL,
	locks TEXT NOT NULL,
	security_groups TEXT NOT NULL,
	vpc TEXT NOT NULL,
	vswitch TEXT NOT NULL,
	private_ip TEXT NOT NULL,
	key_pair TEXT NOT NULL,
	user_data TEXT NOT NULL,
	resource_group TEXT NOT NULL,
	serial TEXT NOT NULL,
	internet_charge_type TEXT NOT NULL,
	internet_max_bandwidth_in BIGINT NOT NULL,
	internet_max_bandwidth_out BIGINT NOT NULL,
	spot_strategy TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	started_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL,
	auto_release_at BIGINT NOT NULL
);

-- scope and realm stand last so that counting a tenant's rows never leaves the index.
CREATE INDEX instance_list ON instance (account, region, created_at, id, scope, realm);

CREATE TABLE disk (
	id TEXT NOT NULL PRIMARY KEY,
	realm TEXT NOT NULL,
	account TEXT NOT NULL,
	scope TEXT NOT NULL,
	region TEXT NOT NULL,
	driver TEXT NOT NULL,
	zone TEXT NOT NULL,
	state TEXT NOT NULL,
	status TEXT NOT NULL,
	type TEXT NOT NULL,
	name TEXT NOT NULL,
	description TEXT NOT NULL,
	category TEXT NOT NULL,
	performance_level TEXT NOT NULL,
	size_gib BIGINT NOT NULL,
	charge_type TEXT NOT NULL,
	portable INTEGER NOT NULL,
	delete_with_instance INTEGER NOT NULL,
	delete_auto_snapshot INTEGER NOT NULL,
	enable_auto_snapshot INTEGER NOT NULL,
	multi_attach INTEGER NOT NULL,
	encrypted INTEGER NOT NULL,
	bursting INTEGER NOT NULL,
	base_image_lost INTEGER NOT NULL,
	overdue INTEGER NOT NULL,
	kms_key TEXT NOT NULL,
	image TEXT NOT NULL,
	source_snapshot TEXT NOT NULL,
	resource_group TEXT NOT NULL,
	storage_set TEXT NOT NULL,
	storage_set_partition BIGINT NOT NULL,
	provisioned_iops BIGINT NOT NULL,
	serial TEXT NOT NULL,
	generation BIGINT NOT NULL,
	origin_instance TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	attached_at BIGINT NOT NULL,
	detached_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL
);

CREATE INDEX disk_list ON disk (account, region, created_at, id, scope, realm);
CREATE INDEX disk_of_origin ON disk (origin_instance) WHERE origin_instance <> '';

CREATE TABLE attachment (
	id TEXT NOT NULL PRIMARY KEY,
	realm TEXT NOT NULL,
	account TEXT NOT NULL,
	scope TEXT NOT NULL,
	region TEXT NOT NULL,
	disk TEXT NOT NULL,
	instance TEXT NOT NULL,
	generation BIGINT NOT NULL,
	state TEXT NOT NULL,
	live INTEGER NOT NULL, -- state is not 'detached': most changes of state touch no index
	boot INTEGER NOT NULL,
	shared INTEGER NOT NULL,
	slot_held INTEGER NOT NULL,
	device TEXT NOT NULL,
	keep_on_release INTEGER NOT NULL,
	requested_at BIGINT NOT NULL,
	attached_at BIGINT NOT NULL,
	detach_requested_at BIGINT NOT NULL,
	detached_at BIGINT NOT NULL
);

-- The promises: a disk lives on one instance unless all its attachments are shared; once on each instance; and a
-- device name of an instance has one holder. Live and ended rows are kept apart, so that a long history slows nothing.
CREATE UNIQUE INDEX attachment_live_alone ON attachment (disk) WHERE live = 1 AND shared = 0;
CREATE INDEX attachment_live_shared ON attachment (disk) WHERE live = 1 AND shared = 1;
CREATE UNIQUE INDEX attachment_live ON attachment (instance, disk) WHERE live = 1;
CREATE UNIQUE INDEX attachment_slot ON attachment (instance, device) WHERE slot_held = 1;
CREATE INDEX attachment_ended ON attachment (detached_at) WHERE live = 0 AND slot_held = 0;

CREATE TABLE job (
	id TEXT NOT NULL PRIMARY KEY,
	realm TEXT NOT NULL,
	account TEXT NOT NULL,
	scope TEXT NOT NULL,
	region TEXT NOT NULL,
	kind TEXT NOT NULL,
	step TEXT NOT NULL,
	state TEXT NOT NULL,
	driver TEXT NOT NULL,
	instance TEXT NOT NULL,
	disk TEXT NOT NULL,
	attachment TEXT NOT NULL,
	generation BIGINT NOT NULL,
	lock TEXT NOT NULL,
	force INTEGER NOT NULL,
	requested_by TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	due_at BIGINT NOT NULL,
	ended_at BIGINT NOT NULL,
	attempts BIGINT NOT NULL,
	reason TEXT NOT NULL,
	message TEXT NOT NULL,
	lease_owner TEXT NOT NULL,
	lease_until BIGINT NOT NULL,
	lease_fence BIGINT NOT NULL
);

-- The promise: at most one open job works on a thing alone. It also finds all open jobs.
CREATE UNIQUE INDEX job_open ON job (lock) WHERE state = 'open';
CREATE INDEX job_open_of_disk ON job (disk) WHERE state = 'open';
CREATE INDEX job_open_of_instance ON job (instance) WHERE state = 'open';
CREATE INDEX job_open_of_attachment ON job (attachment) WHERE state = 'open';
CREATE INDEX job_list ON job (created_at);

CREATE TABLE tag (
	resource TEXT NOT NULL,
	key TEXT NOT NULL,
	account TEXT NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (resource, key)
);

CREATE TABLE client_token (
	id TEXT NOT NULL PRIMARY KEY,
	input_hash TEXT NOT NULL,
	result TEXT NOT NULL,
	created_at BIGINT NOT NULL
);

CREATE INDEX client_token_old ON client_token (created_at);
