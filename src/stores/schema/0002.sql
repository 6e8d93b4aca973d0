-- The catalogue: what is added to the built-in one, or replaces a row of it. Whether an image is gone is said once, there.

CREATE TABLE instance_type (
	id TEXT NOT NULL PRIMARY KEY,
	family TEXT NOT NULL,
	cpus BIGINT NOT NULL,
	memory_mib BIGINT NOT NULL,
	hot_unplug INTEGER NOT NULL,
	multi_attach INTEGER NOT NULL,
	max_data_disks BIGINT NOT NULL
);

CREATE TABLE image (
	id TEXT NOT NULL PRIMARY KEY,
	account TEXT NOT NULL,
	name TEXT NOT NULL,
	os_type TEXT NOT NULL,
	os_name TEXT NOT NULL,
	os_name_en TEXT NOT NULL,
	size_gib BIGINT NOT NULL,
	deleted INTEGER NOT NULL,
	created_at BIGINT NOT NULL
);

ALTER TABLE instance DROP COLUMN image_deleted;

-- Faults: what the next calls of an operation meet. There are few; none is looked for by anything but its id.

CREATE TABLE fault (
	id TEXT NOT NULL PRIMARY KEY,
	position BIGINT NOT NULL,
	account TEXT NOT NULL,
	operation TEXT NOT NULL,
	resource TEXT NOT NULL,
	effect TEXT NOT NULL,
	code TEXT NOT NULL,
	variant BIGINT NOT NULL,
	latency BIGINT NOT NULL,
	reason TEXT NOT NULL,
	times_left BIGINT NOT NULL,
	times_hit BIGINT NOT NULL,
	created_at BIGINT NOT NULL
);

-- The fault that the call which opened the job met, if it was one of jobs.
ALTER TABLE job ADD COLUMN fault TEXT NOT NULL DEFAULT '';

-- Simulated guests: what is inside a machine, and what it does with each disk that it has.

ALTER TABLE instance ADD COLUMN guest_os TEXT NOT NULL DEFAULT '';
ALTER TABLE instance ADD COLUMN guest_agent INTEGER NOT NULL DEFAULT 1;

ALTER TABLE attachment ADD COLUMN guest_mounted TEXT NOT NULL DEFAULT '';
ALTER TABLE attachment ADD COLUMN guest_io INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attachment ADD COLUMN guest_by TEXT NOT NULL DEFAULT '';
ALTER TABLE attachment ADD COLUMN guest_silent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attachment ADD COLUMN guest_delay_ms BIGINT NOT NULL DEFAULT 0;

-- What happened to instances and disks that nobody asked for, or that came to nothing: kept as long as ended jobs are.

CREATE TABLE event (
	id TEXT NOT NULL PRIMARY KEY,
	realm TEXT NOT NULL,
	account TEXT NOT NULL,
	scope TEXT NOT NULL,
	region TEXT NOT NULL,
	kind TEXT NOT NULL,
	outcome TEXT NOT NULL,
	instance TEXT NOT NULL,
	disk TEXT NOT NULL,
	device TEXT NOT NULL,
	job TEXT NOT NULL,
	reason TEXT NOT NULL,
	message TEXT NOT NULL,
	not_before BIGINT NOT NULL,
	created_at BIGINT NOT NULL
);

CREATE INDEX event_list ON event (account, region, created_at, id, scope, realm);
CREATE INDEX event_old ON event (created_at);

-- Snapshots: what disks held at one moment. They outlive their disks.

CREATE TABLE snapshot (
	id TEXT NOT NULL PRIMARY KEY,
	realm TEXT NOT NULL,
	account TEXT NOT NULL,
	scope TEXT NOT NULL,
	region TEXT NOT NULL,
	driver TEXT NOT NULL,
	disk TEXT NOT NULL,
	disk_type TEXT NOT NULL,
	disk_category TEXT NOT NULL,
	size_gib BIGINT NOT NULL,
	state TEXT NOT NULL,
	name TEXT NOT NULL,
	description TEXT NOT NULL,
	category TEXT NOT NULL,
	retention_days BIGINT NOT NULL,
	instant_access INTEGER NOT NULL,
	instant_access_days BIGINT NOT NULL,
	encrypted INTEGER NOT NULL,
	kms_key TEXT NOT NULL,
	resource_group TEXT NOT NULL,
	serial TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	accomplished_at BIGINT NOT NULL
);

CREATE INDEX snapshot_list ON snapshot (account, region, created_at, id, scope, realm);
CREATE INDEX snapshot_of_disk ON snapshot (disk);
CREATE INDEX disk_of_snapshot ON disk (source_snapshot) WHERE source_snapshot <> '';

ALTER TABLE job ADD COLUMN snapshot TEXT NOT NULL DEFAULT '';
ALTER TABLE job ADD COLUMN new_disk TEXT NOT NULL DEFAULT '';
ALTER TABLE job ADD COLUMN old_size_gib BIGINT NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN then_start INTEGER NOT NULL DEFAULT 0;
CREATE INDEX job_open_of_snapshot ON job (snapshot) WHERE state = 'open' AND snapshot <> '';

-- Networks.

CREATE TABLE vpc (
	id TEXT NOT NULL PRIMARY KEY,
	realm TEXT NOT NULL,
	account TEXT NOT NULL,
	scope TEXT NOT NULL,
	region TEXT NOT NULL,
	name TEXT NOT NULL,
	description TEXT NOT NULL,
	cidr TEXT NOT NULL,
	user_cidrs TEXT NOT NULL,
	router TEXT NOT NULL,
	route_table TEXT NOT NULL,
	resource_group TEXT NOT NULL,
	dns_hostnames INTEGER NOT NULL,
	created_at BIGINT NOT NULL,
	ready_at BIGINT NOT NULL
);

CREATE INDEX vpc_list ON vpc (account, region, created_at, id);

CREATE TABLE vswitch (
	id TEXT NOT NULL PRIMARY KEY,
	realm TEXT NOT NULL,
	account TEXT NOT NULL,
	scope TEXT NOT NULL,
	region TEXT NOT NULL,
	vpc TEXT NOT NULL,
	zone TEXT NOT NULL,
	name TEXT NOT NULL,
	description TEXT NOT NULL,
	cidr TEXT NOT NULL,
	resource_group TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	ready_at BIGINT NOT NULL
);

CREATE INDEX vswitch_list ON vswitch (account, region, created_at, id);
CREATE INDEX vswitch_of_vpc ON vswitch (vpc);

CREATE TABLE security_group (
	id TEXT NOT NULL PRIMARY KEY,
	realm TEXT NOT NULL,
	account TEXT NOT NULL,
	scope TEXT NOT NULL,
	region TEXT NOT NULL,
	vpc TEXT NOT NULL,
	name TEXT NOT NULL,
	description TEXT NOT NULL,
	type TEXT NOT NULL,
	inner_drop INTEGER NOT NULL,
	resource_group TEXT NOT NULL,
	created_at BIGINT NOT NULL
);

CREATE INDEX security_group_list ON security_group (account, region, created_at, id);
CREATE INDEX security_group_of_vpc ON security_group (vpc);

CREATE TABLE security_group_rule (
	id TEXT NOT NULL PRIMARY KEY,
	account TEXT NOT NULL,
	security_group TEXT NOT NULL,
	egress INTEGER NOT NULL,
	drops INTEGER NOT NULL,
	internet INTEGER NOT NULL,
	priority BIGINT NOT NULL,
	protocol TEXT NOT NULL,
	ports TEXT NOT NULL,
	source_ports TEXT NOT NULL,
	source_cidr TEXT NOT NULL,
	source_ipv6 TEXT NOT NULL,
	dest_cidr TEXT NOT NULL,
	dest_ipv6 TEXT NOT NULL,
	peer_group TEXT NOT NULL,
	description TEXT NOT NULL,
	created_at BIGINT NOT NULL
);

CREATE INDEX security_group_rule_of_group ON security_group_rule (security_group, created_at, id);
CREATE INDEX security_group_rule_of_peer ON security_group_rule (peer_group) WHERE peer_group <> '';

-- Addresses of a VSwitch that are taken, and whether it is in use.
CREATE INDEX instance_of_vswitch ON instance (vswitch) WHERE vswitch <> '';

-- Tags of all things of an account, in the order in which they are listed.
CREATE INDEX tag_of_account ON tag (account, resource, key);

-- What a release that fails puts back. Releases under way while the server is replaced know no more than was known before.
ALTER TABLE job ADD COLUMN instance_was TEXT NOT NULL DEFAULT 'stopped';
