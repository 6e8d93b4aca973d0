-- What a user says instead of signing: a password, of which a slow hash is kept, and tokens, of which only a hash is.

ALTER TABLE account ADD COLUMN password TEXT NOT NULL DEFAULT '';
ALTER TABLE principal ADD COLUMN password TEXT NOT NULL DEFAULT '';

CREATE TABLE token (
	hash TEXT NOT NULL PRIMARY KEY,
	account TEXT NOT NULL,
	user TEXT NOT NULL,
	project TEXT NOT NULL,
	methods TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL
);

CREATE INDEX token_of_user ON token (account, user, expires_at);
CREATE INDEX token_old ON token (expires_at);

-- A temporary key of a user acts for that user, in no role.
ALTER TABLE temporary_key ADD COLUMN holder TEXT NOT NULL DEFAULT '';

-- Projects are known by their names as well.
CREATE UNIQUE INDEX project_name ON project (account, name);
