-- What a real machine made of an image boots: files where the machines run.

ALTER TABLE image ADD COLUMN path TEXT NOT NULL DEFAULT '';
ALTER TABLE image ADD COLUMN kernel TEXT NOT NULL DEFAULT '';
ALTER TABLE image ADD COLUMN initrd TEXT NOT NULL DEFAULT '';
ALTER TABLE image ADD COLUMN cmdline TEXT NOT NULL DEFAULT '';
