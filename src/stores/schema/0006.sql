-- Users and roles of accounts, with what they may do.

CREATE TABLE principal (
	id TEXT NOT NULL PRIMARY KEY,
	account TEXT NOT NULL,
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	policies TEXT NOT NULL,
	created_at BIGINT NOT NULL
);

-- The promise: one user, and one role, of a name in an account.
CREATE UNIQUE INDEX principal_name ON principal (account, kind, name);

-- The user that a key belongs to; '' is the account itself.
ALTER TABLE access_key ADD COLUMN holder TEXT NOT NULL DEFAULT '';
