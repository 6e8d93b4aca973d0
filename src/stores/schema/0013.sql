-- Who logs in with a name and a password, and the tokens that this gives: of both only what they are known again by.

ALTER TABLE principal ADD COLUMN password TEXT NOT NULL DEFAULT '';

-- A temporary key may act for a user, instead of in a role.
ALTER TABLE temporary_key ADD COLUMN holder TEXT NOT NULL DEFAULT '';

CREATE TABLE token (
	id TEXT NOT NULL PRIMARY KEY,
	account TEXT NOT NULL,
	holder TEXT NOT NULL,
	role TEXT NOT NULL,
	scope TEXT NOT NULL,
	whole INTEGER NOT NULL,
	methods TEXT NOT NULL,
	issued_at BIGINT NOT NULL,
	expires_at BIGINT NOT NULL
);

CREATE INDEX token_of_holder ON token (account, holder, issued_at);
CREATE INDEX token_expired ON token (expires_at);
