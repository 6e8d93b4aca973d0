-- Temporary keys: what AssumeRole gives out. Their times are of the real clock.

CREATE TABLE temporary_key (
	id TEXT NOT NULL PRIMARY KEY,
	account TEXT NOT NULL,
	secret TEXT NOT NULL,
	token TEXT NOT NULL,
	role TEXT NOT NULL,
	session TEXT NOT NULL,
	policy TEXT NOT NULL,
	created_by TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL
);

CREATE INDEX temporary_key_session ON temporary_key (session, role);

CREATE INDEX temporary_key_expiry ON temporary_key (expires_at, account);
