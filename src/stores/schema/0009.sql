-- A tag of a scaling group may go over to the instances that the group makes.

ALTER TABLE tag ADD COLUMN propagate INTEGER NOT NULL DEFAULT 0;
