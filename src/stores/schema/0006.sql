-- What the driver calls machines and disks that were there before Cleat and were given to it.

ALTER TABLE instance ADD COLUMN native TEXT NOT NULL DEFAULT '';
ALTER TABLE disk ADD COLUMN native TEXT NOT NULL DEFAULT '';
