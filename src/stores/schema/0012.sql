-- Realms: what was added to the catalogue belongs to one, and accounts of some of them have projects.

ALTER TABLE instance_type ADD COLUMN realm TEXT NOT NULL DEFAULT 'aliyun';
ALTER TABLE instance_type ADD COLUMN kind TEXT NOT NULL DEFAULT 'virtual';
ALTER TABLE image ADD COLUMN realm TEXT NOT NULL DEFAULT 'aliyun';

CREATE TABLE project (
	id TEXT NOT NULL PRIMARY KEY,
	account TEXT NOT NULL,
	name TEXT NOT NULL,
	region TEXT NOT NULL,
	description TEXT NOT NULL,
	created_at BIGINT NOT NULL
);

CREATE INDEX project_list ON project (account, created_at, id);

-- Whether the guest sees a disk as a SCSI device.
ALTER TABLE disk ADD COLUMN scsi INTEGER NOT NULL DEFAULT 0;

-- What clients are told to poll: one id for the jobs of a request.

CREATE TABLE client_job (
	id TEXT NOT NULL PRIMARY KEY,
	realm TEXT NOT NULL,
	account TEXT NOT NULL,
	scope TEXT NOT NULL,
	region TEXT NOT NULL,
	service TEXT NOT NULL,
	type TEXT NOT NULL,
	instance TEXT NOT NULL,
	disk TEXT NOT NULL,
	batch INTEGER NOT NULL,
	jobs TEXT NOT NULL,
	created_at BIGINT NOT NULL
);

CREATE INDEX client_job_old ON client_job (created_at);
CREATE INDEX client_job_of_account ON client_job (account);
