-- The access key that an account was made for by its first call (cleat serve --accounts auto): it is in no other table, so that
-- it is valid only while that is on.

ALTER TABLE account ADD COLUMN own_key TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX account_own_key ON account (own_key) WHERE own_key <> '';
