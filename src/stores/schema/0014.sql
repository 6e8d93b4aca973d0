-- What clients write onto disks and snapshots for themselves: a JSON object of texts, '' for nothing.

ALTER TABLE disk ADD COLUMN metadata TEXT NOT NULL DEFAULT '';
ALTER TABLE snapshot ADD COLUMN metadata TEXT NOT NULL DEFAULT '';
