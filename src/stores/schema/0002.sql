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

-- Simulated guests: what is inside a machine, and what it does with each disk that it has.

ALTER TABLE instance ADD COLUMN guest_os TEXT NOT NULL DEFAULT '';
ALTER TABLE instance ADD COLUMN guest_agent INTEGER NOT NULL DEFAULT 1;

ALTER TABLE attachment ADD COLUMN guest_mounted TEXT NOT NULL DEFAULT '';
ALTER TABLE attachment ADD COLUMN guest_io INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attachment ADD COLUMN guest_by TEXT NOT NULL DEFAULT '';
ALTER TABLE attachment ADD COLUMN guest_silent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE attachment ADD COLUMN guest_delay_ms BIGINT NOT NULL DEFAULT 0;
