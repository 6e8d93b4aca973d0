-- What a disk has again if the change of its specification fails.

ALTER TABLE job ADD COLUMN old_category TEXT NOT NULL DEFAULT '';
ALTER TABLE job ADD COLUMN old_level TEXT NOT NULL DEFAULT '';
ALTER TABLE job ADD COLUMN old_iops BIGINT NOT NULL DEFAULT 0;
